/* What the study measured against what is known from elsewhere.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "study/study.h"

static const double coverage = 1.959964;
/* Tabor (1951), The Hardness of Metals: indentation pressure of a rigid-plastic solid over its flow stress. */
static const double constraint = 3;

/* The group that a reference belongs to; c->n when there is none. */
size_t tt_study_find_group(const tt_comparison *c, const char *text)
{
	tt_group_scale scale;
	const char *label = c->n ? c->group[0].label : "";
	double at;
	tt_scale_find(&scale, &label, c->numeric && c->n ? 1 : 0);
	bool placed = c->numeric && tt_scale_place(&scale, text, &at);
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->group[i].label, text) == 0 || (placed && tt_same_place(c->group[i].at, at))) return i;
	return c->n;
}

/* "2.61 ± 0.04" with a 95 % half width. */
static void with_half(double value, double half, char *text, size_t size)
{
	char v[32], u[32];
	tt_round_to_u(value, half, v, u, sizeof v);
	snprintf(text, size, u[0] ? "%s ± %s" : "%s", v, u);
}

static tt_status check(tt_comparison *c, size_t group, tt_compared id, const char *what, double reference, double u,
                       const char *source, tt_error *err)
{
	const tt_study_group *g = &c->group[group];
	const tt_group_result *r = &g->value[id];
	const char *name = tt_compared_describe(id)->name;
	tt_cross_check k = {.group = group,
	                    .unit = "GPa",
	                    .measured = r->between.mean,
	                    .half_measured = (r->hi - r->lo) / 2,
	                    .reference = reference,
	                    .half_reference = coverage * u};
	char measured[80], given[80], gap[80];
	if (isnan(k.measured)) {
		k.text = tt_format("%s: no %s to compare with %s", g->label, name, what);
	} else {
		double difference = k.measured - k.reference,
		       half = hypot(isfinite(k.half_measured) ? k.half_measured : 0, k.half_reference);
		k.differs = fabs(difference) > half;
		with_half(k.measured, k.half_measured, measured, sizeof measured);
		with_half(k.reference, k.half_reference, given, sizeof given);
		with_half(fabs(difference), half, gap, sizeof gap);
		k.text = tt_format("%s: %s %s GPa against %s = %s GPa%s%s%s: %s by %s GPa, %s (all ± at 95 %%%s)",
		                   g->label, name, measured, what, given, source ? " (" : "", source ? source : "",
		                   source ? ")" : "", difference < 0 ? "lower" : "higher", gap,
		                   k.differs ? "beyond the uncertainties" : "within the uncertainties",
		                   r->between.n == 1 ? "; one specimen"
		                   : r->between.weak ? "; two specimens: weak"
		                                     : "");
	}
	if (!k.text) return tt_fail_memory(err, "the cross-checks");
	c->check[c->n_checks++] = k;
	return TT_OK;
}

/* The film's density against that of its elements: far below it there are pores, far above it something is wrong. */
static tt_status check_density(tt_comparison *c, size_t group, tt_error *err)
{
	const tt_study_group *g = &c->group[group];
	const tt_measurement *m = g->film ? tt_measurements_find(g->film, "density_g_per_cm3") : NULL,
	                     *mix = g->film ? tt_measurements_find(g->film, "mixture_density_g_per_cm3") : NULL;
	if (!m || !mix || !isfinite(m->value) || !isfinite(mix->value)) return TT_OK;
	tt_cross_check k = {.group = group,
	                    .unit = "g/cm³",
	                    .measured = m->value * 1e-3,
	                    .half_measured = coverage * m->u * 1e-3,
	                    .reference = mix->value * 1e-3,
	                    .half_reference = coverage * mix->u * 1e-3};
	const double difference = k.measured - k.reference,
	             half = hypot(isfinite(k.half_measured) ? k.half_measured : 0, k.half_reference);
	char measured[80], given[80], gap[80];
	k.differs = fabs(difference) > half;
	with_half(k.measured, k.half_measured, measured, sizeof measured);
	with_half(k.reference, k.half_reference, given, sizeof given);
	with_half(100 * fabs(difference) / k.reference, 100 * half / k.reference, gap, sizeof gap);
	k.text =
	    tt_format("%s: density %s g/cm³ against that of its elements, %s g/cm³ (volumes added): %s by %s %%, %s "
	              "(all ± at 95 %%)%s",
	              g->label, measured, given, difference < 0 ? "lower" : "higher", gap,
	              k.differs ? "beyond the uncertainties" : "within the uncertainties",
	              !k.differs       ? ""
	              : difference < 0 ? ": free volume or pores"
	                               : ": composition or density is in doubt");
	if (!k.text) return tt_fail_memory(err, "the cross-checks");
	c->check[c->n_checks++] = k;
	return TT_OK;
}

tt_status tt_study_cross_checks(const tt_study *s, tt_comparison *c, tt_error *err)
{
	if (!s->n_references) return TT_OK;
	c->check = calloc(3 * s->n_references, sizeof *c->check);
	if (!c->check) return tt_fail_memory(err, "the cross-checks");
	tt_status st = TT_OK;
	for (size_t i = 0; i < s->n_references && st == TT_OK; i++) {
		const tt_reference *r = &s->reference[i];
		size_t g = tt_study_find_group(c, r->group);
		if (g == c->n) {
			tt_warn(&c->notes, "%s: no group is called '%s'; its references are not used", r->where,
			        r->group);
			continue;
		}
		if (isfinite(r->hardness.value))
			st = check(c, g, TT_CMP_YIELD, "H/3", r->hardness.value * 1e-9 / constraint,
			           r->hardness.u * 1e-9 / constraint, r->hardness_source, err);
		if (st == TT_OK && isfinite(r->youngs_modulus.value))
			st = check(c, g, TT_CMP_MODULUS, "the reference", r->youngs_modulus.value * 1e-9,
			           r->youngs_modulus.u * 1e-9, r->modulus_source, err);
		if (st == TT_OK) st = check_density(c, g, err);
	}
	return st;
}
