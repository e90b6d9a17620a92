/* Leaves the results: tables, summary, figures.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>

#include "jobs/analysis.h"
#include "jobs/methods.h"
#include "jobs/results_mat.h"
#include "jobs/run_log.h"
#include "jobs/signal_figures.h"
#include "jobs/summary.h"
#include "temtensile/report.h"

/* Last row before fracture that has strain and stress. */
static size_t last_row(const tt_curve *c)
{
	size_t last = SIZE_MAX;
	for (size_t i = 0; i < c->n; i++)
		if (tt_curve_row_usable(c, i)) last = i;
	return last;
}

static tt_stress_strain_marks marks_of(const tt_analysis *a)
{
	tt_stress_strain_marks m = tt_stress_strain_marks_none();
	m.fracture = a->fracture >= 0;
	if (!a->has_properties) return m;
	const tt_properties *p = &a->properties;
	m.modulus_Pa = p->elastic.modulus_Pa;
	m.modulus_strain0 = p->elastic.zero_strain;
	m.yield_stress_Pa = p->value[TT_PROP_YIELD_STRENGTH].value;
	m.yield_strain = m.modulus_strain0 + m.yield_stress_Pa / m.modulus_Pa + 0.002;
	m.ultimate_stress_Pa = p->value[TT_PROP_ULTIMATE_STRENGTH].value;
	m.ultimate_strain = p->value[TT_PROP_UNIFORM_ELONGATION].value;
	return m;
}

static void say(const tt_analysis *a)
{
	tt_strings *lines = &a->report->lines;
	const tt_curve *c = a->curve;
	size_t last = last_row(c);
	tt_warn(lines, "%s: %zu frames, gauge of %.1f px", a->test->name, c->n, a->zero.length_px);
	if (last != SIZE_MAX)
		tt_warn(lines, "last intact frame %lld: strain %.3f ± %.3f %%, stress %.3f ± %.3f GPa", (long long)c->frame[last],
		        100 * c->strain[last], 100 * c->u_strain[last], c->stress_Pa[last] * 1e-9, c->u_stress_Pa[last] * 1e-9);
	for (int i = 0; a->has_properties && i < TT_PROP_COUNT; i++) {
		const tt_property_info *info = tt_property_describe((tt_property_id)i);
		const tt_property *p = &a->properties.value[i];
		if (isnan(p->value))
			tt_warn(lines, "%s: %s", info->name, p->reason);
		else
			tt_warn(lines, "%s: %.4g ± %.2g %s", info->name, p->value * info->scale, p->u * info->scale, info->unit);
	}
}

tt_status tt_stage_write(tt_analysis *a, tt_error *err)
{
	tt_figure_options figure = {.width_mm = a->test->output.figure_width_mm};
	tt_stress_strain_marks marks = marks_of(a);
	tt_status st = tt_curve_write(a->out, "curve.csv", a->curve, err);
	if (st == TT_OK) st = tt_figure_stress_strain(a->out, "stress_strain", a->curve, &marks, &figure, err);
	if (st == TT_OK && !a->options->only_curve) st = tt_figure_spring(a, err);
	if (st == TT_OK && !a->options->only_curve) st = tt_figure_sync(a, err);
	if (st == TT_OK && !a->options->only_curve) st = tt_write_budget(a, err);
	tt_json *summary = NULL;
	if (st == TT_OK) st = tt_summary_build(a, &summary, err);
	if (st == TT_OK) st = tt_json_write(summary, a->out, "summary.json", err);
	if (st == TT_OK && !a->options->only_curve) st = tt_write_results_mat(a, summary, err);
	tt_json_free(summary);
	if (st == TT_OK) say(a);
	if (st == TT_OK && !a->options->only_curve) st = tt_write_run_log(a, err);
	if (st == TT_OK && !a->options->only_curve) st = tt_write_methods(a, err);
	return st;
}
