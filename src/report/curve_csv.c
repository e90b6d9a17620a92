/* curve.csv: one row per frame, columns as the contract names them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "core/outdir.h"
#include "temtensile/report.h"

/* One text for each combination of the flags, made once. */
enum { COMBINATIONS = TT_ROW_ALL + 1, LONGEST = 96 };

tt_status tt_curve_write(tt_outdir *dir, const char *file, const tt_curve *c, tt_error *err)
{
	char names[COMBINATIONS][LONGEST];
	for (unsigned i = 0; i < (unsigned)COMBINATIONS; i++)
		tt_row_flag_text(i, names[i], LONGEST);
	const char **flag = calloc(c->n ? c->n : 1, sizeof *flag);
	if (!flag) return tt_fail_memory(err, file);
	for (size_t i = 0; i < c->n; i++)
		flag[i] = names[c->flag[i] & (COMBINATIONS - 1)];
	const tt_column columns[] = {
	    {.name = "frame", .integer = c->frame},
	    {.name = "time_s", .value = c->time_s, .digits = 12},
	    {.name = "log_time_s", .value = c->log_time_s, .digits = 12},
	    {.name = "displacement_nm", .value = c->displacement_m, .scale = 1e9},
	    {.name = "force_raw_uN", .value = c->force_raw_N, .scale = 1e6},
	    {.name = "force_spring_uN", .value = c->force_spring_N, .scale = 1e6},
	    {.name = "force_uN", .value = c->force_N, .scale = 1e6},
	    {.name = "gauge_length_px", .value = c->gauge_length_px},
	    {.name = "strain", .value = c->strain},
	    {.name = "stress_GPa", .value = c->stress_Pa, .scale = 1e-9},
	    {.name = "u_strain", .value = c->u_strain, .digits = 4},
	    {.name = "u_stress_GPa", .value = c->u_stress_Pa, .scale = 1e-9, .digits = 4},
	    {.name = "true_strain", .value = c->true_strain},
	    {.name = "true_stress_GPa", .value = c->true_stress_Pa, .scale = 1e-9},
	    {.name = "zncc", .value = c->zncc, .digits = 6},
	    {.name = "flag", .text = flag},
	};
	tt_status s = tt_table_write(dir, file, columns, sizeof columns / sizeof *columns, c->n, err);
	free(flag);
	return s;
}
