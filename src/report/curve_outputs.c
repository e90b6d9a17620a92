/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/curve_outputs.h"

#include <math.h>
#include <stdio.h>

#include "temtensile/report.h"

/* Last row before fracture that has strain and stress. */
static size_t last_row(const tt_curve *c)
{
	size_t last = SIZE_MAX;
	for (size_t i = 0; i < c->n; i++)
		if (tt_curve_row_usable(c, i)) last = i;
	return last;
}

tt_stress_strain_marks tt_stress_strain_marks_of(const tt_result *r)
{
	tt_stress_strain_marks m = tt_stress_strain_marks_none();
	m.fracture = r->fracture >= 0;
	if (!r->has_properties) return m;
	const tt_properties *p = &r->properties;
	m.modulus_Pa = p->elastic.modulus_Pa;
	m.modulus_strain0 = p->elastic.zero_strain;
	m.yield_stress_Pa = p->value[TT_PROP_YIELD_STRENGTH].value;
	m.yield_strain = m.modulus_strain0 + m.yield_stress_Pa / m.modulus_Pa + 0.002;
	m.ultimate_stress_Pa = p->value[TT_PROP_ULTIMATE_STRENGTH].value;
	m.ultimate_strain = p->value[TT_PROP_UNIFORM_ELONGATION].value;
	return m;
}

void tt_say_results(const tt_findings *a)
{
	tt_strings *lines = a->lines;
	const tt_curve *c = a->r->curve;
	size_t last = last_row(c);
	tt_warn(lines, "%s: %zu frames, gauge of %.1f px", a->test->name, c->n, a->r->zero.length_px);
	if (last != SIZE_MAX)
		tt_warn(lines, "last intact frame %lld: strain %.3f ± %.3f %%, stress %.3f ± %.3f GPa",
		        (long long)c->frame[last], 100 * c->strain[last], 100 * c->u_strain[last],
		        c->stress_Pa[last] * 1e-9, c->u_stress_Pa[last] * 1e-9);
	for (int i = 0; a->r->has_properties && i < TT_PROP_COUNT; i++) {
		const tt_measurand *info = tt_property_describe((tt_property_id)i);
		const tt_property *p = &a->r->properties.value[i];
		if (isnan(p->value))
			tt_warn(lines, "%s: %s", info->name, p->reason);
		else
			tt_warn(lines, "%s: %.4g ± %.2g %s", info->name, p->value * info->scale, p->u * info->scale,
			        info->unit);
	}
}

tt_status tt_write_curve(const tt_findings *a, tt_error *err)
{
	return tt_curve_write(a->out, "curve.csv", a->r->curve, err);
}

tt_status tt_write_curve_tables(const tt_findings *a, tt_error *err)
{
	const char *name = a->test->name ? a->test->name : "curve";
	tt_status st = tt_curve_tsv_write(a->out, "curve.tsv", name, a->r->curve, err);
	return st == TT_OK ? tt_curve_xlsx_write(a->out, "curve.xlsx", name, a->r->curve, err) : st;
}

tt_status tt_write_stress_strain(const tt_findings *a, tt_error *err)
{
	tt_figure_options figure = {.width_mm = a->test->output.figure_width_mm};
	tt_stress_strain_marks marks = tt_stress_strain_marks_of(a->r);
	return tt_figure_stress_strain(a->out, "stress_strain", a->r->curve, &marks, &figure, err);
}
