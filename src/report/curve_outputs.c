/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/curve_outputs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
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
	/* where the table has the total elongation, at the stress R of the elongation after fracture, A = A_t - R/E */
	double total = p->value[TT_PROP_TOTAL_ELONGATION].value, plastic = p->value[TT_PROP_PLASTIC_ELONGATION].value;
	if (isfinite(total) && isfinite(plastic) && isfinite(p->value[TT_PROP_YOUNGS_MODULUS].value)) {
		m.fracture_strain = total;
		m.fracture_stress_Pa = (total - plastic) * p->value[TT_PROP_YOUNGS_MODULUS].value;
	}
	return m;
}

void tt_say_results(const tt_findings *a)
{
	tt_strings *lines = a->lines;
	const tt_curve *c = a->r->curve;
	size_t last = last_row(c);
	tt_warn(lines, "%s: %zu frames, gauge of %.1f px", a->test->name, c->n, a->r->zero.length_px);
	char one[160], other[160];
	if (last != SIZE_MAX)
		tt_warn(
		    lines, "last intact frame %lld: strain %s, stress %s", (long long)c->frame[last],
		    tt_value_text(one, sizeof one, 100 * c->strain[last], 100 * c->u_strain[last], "%"),
		    tt_value_text(other, sizeof other, c->stress_Pa[last] * 1e-9, c->u_stress_Pa[last] * 1e-9, "GPa"));
	for (int i = 0; a->r->has_properties && i < TT_PROP_COUNT; i++) {
		const tt_measurand *info = tt_property_describe((tt_property_id)i);
		const tt_property *p = &a->r->properties.value[i];
		tt_warn(lines, "%s: %s", info->name,
		        isnan(p->value) ? p->reason
		                        : tt_value_text(one, sizeof one, p->value * info->shown, p->u * info->shown,
		                                        info->shown_unit));
	}
	if (a->test->notes && a->test->notes[0]) tt_warn(lines, "notes: %s", a->test->notes);
}

/* "video.pixel_size" as "pixel size". */
static void name_input(const char *key, char *name, size_t size)
{
	const char *dot = strrchr(key, '.');
	tt_snprintf(name, size, "%s", strcmp(key, "sync.log_starts_at") == 0 ? "log start" : dot ? dot + 1 : key);
	for (char *p = name; *p; p++)
		if (*p == '_') *p = ' ';
}

const char *tt_band_name(const tt_test *t, const char *between, size_t most, char *buf, size_t size)
{
	const tt_strings *exact = &t->not_stated;
	const int begin = tt_snprintf(buf, size, "95 %% uncertainty");
	if (!exact->n) return buf;
	const int words = begin + tt_snprintf(buf + begin, size - (size_t)begin, "%s", between);
	int n = words;
	for (size_t i = 0; i < exact->n && i < 2; i++) {
		char name[48];
		name_input(exact->item[i], name, sizeof name);
		n += tt_snprintf(buf + n, size - (size_t)n, "%s%s", i ? " and " : "", name);
	}
	n += tt_snprintf(buf + n, size - (size_t)n, " exact");
	if (exact->n > 2 || (size_t)(n - words) > most)
		tt_snprintf(buf + words, size - (size_t)words, "%zu input%s exact", exact->n, exact->n > 1 ? "s" : "");
	return buf;
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
	char band[160];
	const double width = figure.width_mm > 0 ? figure.width_mm : 85;
	/* as many letters as the frame is wide, less the axis, the sample of the key and its rim */
	marks.band = tt_band_name(a->test, ",\n", (size_t)fmax(0, (width - 26) / 1.3), band, sizeof band);
	return tt_figure_stress_strain(a->out, "stress_strain", a->r->curve, &marks, &figure, err);
}
