/* A study as JSON: its table and its statistics, both in full.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/text.h"
#include "report/study_films.h"
#include "report/study_rows.h"

static void put_interval(tt_json *j, double lo, double hi)
{
	if (!isfinite(lo) || !isfinite(hi)) {
		tt_json_null(j, "interval95");
		return;
	}
	tt_json_list(j, "interval95");
	tt_json_number(j, NULL, lo);
	tt_json_number(j, NULL, hi);
	tt_json_end(j);
}

static void put_cells(tt_json *j, const tt_study_row *r)
{
	tt_json_object(j, "properties");
	for (int p = 0; p < TT_CMP_COUNT; p++) {
		const tt_study_cells *c = &r->cell[p];
		tt_json_object(j, tt_compared_describe((tt_compared)p)->id);
		if (!r->test) tt_json_integer(j, "n", (int64_t)c->n);
		tt_json_number(j, r->test ? "value" : "mean", c->number[TT_STUDY_VALUE]);
		if (!r->test) tt_json_number(j, "sd", c->number[TT_STUDY_SD]);
		if (!r->test) tt_json_number(j, "u_measurement", c->number[TT_STUDY_U_MEASUREMENT]);
		tt_json_number(j, "u_shared", c->number[TT_STUDY_U_SHARED]);
		tt_json_number(j, "u", c->number[TT_STUDY_U]);
		put_interval(j, c->number[TT_STUDY_LO], c->number[TT_STUDY_HI]);
		if (!r->test) tt_json_bool(j, "weak", c->n == 2);
		if (r->test && !c->n) tt_json_string(j, "reason", c->reason);
		tt_json_end(j);
	}
	tt_json_end(j);
}

static void put_group(tt_json *j, const tt_study_row *r, const tt_study *s)
{
	const tt_study_group *g = r->group;
	tt_json_object(j, NULL);
	tt_json_string(j, "group", g->label);
	tt_json_integer(j, "n", (int64_t)g->n);
	tt_json_list(j, "tests");
	for (size_t i = 0; i < g->n; i++)
		tt_json_string(j, NULL, s->test[g->test[i]].folder);
	tt_json_end(j);
	tt_json_list(j, "shared_inputs");
	for (int k = 0; k < TT_SHARED_COUNT; k++)
		if (g->shared[k]) tt_json_string(j, NULL, tt_shared_input_name((tt_shared_input)k));
	tt_json_end(j);
	put_cells(j, r);
	tt_json_end(j);
}

static void put_test(tt_json *j, const tt_study_row *r)
{
	tt_json_object(j, NULL);
	tt_json_string(j, "test", r->test->folder);
	tt_json_string(j, "name", r->test->name);
	tt_json_string(j, "group", r->group ? r->group->label : NULL);
	tt_json_string(j, "status", r->test->failed ? "failed" : "ok");
	if (r->test->failed) tt_json_string(j, "reason", r->test->failed);
	if (!r->test->failed) put_cells(j, r);
	tt_json_end(j);
}

static void put_study(tt_json *j, const tt_study *s, const tt_comparison *c)
{
	tt_json_object(j, "software");
	tt_json_string(j, "name", "temtensile");
	tt_json_string(j, "version", tt_version());
	tt_json_end(j);
	tt_json_object(j, "study");
	tt_json_string(j, "name", s->name);
	tt_json_string(j, "group_by", s->variants ? NULL : s->group_by);
	tt_json_bool(j, "variants", s->variants);
	tt_json_integer(j, "tests", (int64_t)s->n);
	tt_json_integer(j, "groups", (int64_t)c->n);
	tt_json_end(j);
}

/* What was measured on each group's film, in the units of film.json. */
static void put_films(tt_json *j, const tt_comparison *c)
{
	enum { MOST = 40 };
	const tt_measurand *id[MOST];
	const size_t n = tt_study_film_ids(c, id, MOST);
	if (!n) return;
	tt_json_list(j, "films");
	for (size_t g = 0; g < c->n; g++) {
		if (!c->group[g].film) continue;
		tt_json_object(j, NULL);
		tt_json_string(j, "group", c->group[g].label);
		for (size_t i = 0; i < n; i++) {
			const tt_measurement *m = tt_study_film_value(&c->group[g], id[i]->id);
			if (!m) continue;
			tt_json_object(j, id[i]->id);
			tt_json_number(j, "value", m->value * id[i]->scale);
			tt_json_number(j, "u", m->u * id[i]->scale);
			if (m->reason) tt_json_string(j, "reason", m->reason);
			tt_json_end(j);
		}
		tt_json_end(j);
	}
	tt_json_end(j);
}

tt_status tt_study_json(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, const tt_study_rows *rows,
                        tt_error *err)
{
	tt_json *j = tt_json_new();
	put_study(j, s, c);
	tt_json_list(j, "groups");
	for (size_t i = 0; i < rows->n; i++)
		if (!rows->row[i].test) put_group(j, &rows->row[i], s);
	tt_json_end(j);
	tt_json_list(j, "tests");
	for (size_t i = 0; i < rows->n; i++)
		if (rows->row[i].test) put_test(j, &rows->row[i]);
	tt_json_end(j);
	put_films(j, c);
	tt_json_string(j, "columns", tt_study_legend);
	tt_json_string(j, "shared", tt_shared_rule);
	tt_status st = tt_json_write(j, dir, "table.json", err);
	tt_json_free(j);
	return st;
}

/* ---- statistics ---- */

static void put_samples(tt_json *j, const tt_comparison *c, int p)
{
	tt_json_list(j, "groups");
	for (size_t i = 0; i < c->n; i++) {
		const tt_group_result *r = &c->group[i].value[p];
		tt_json_object(j, NULL);
		tt_json_string(j, "group", c->group[i].label);
		tt_json_integer(j, "n", (int64_t)r->between.n);
		tt_json_number(j, "mean", r->between.mean);
		tt_json_number(j, "sd", r->between.sd);
		put_interval(j, r->between.lo, r->between.hi);
		tt_json_bool(j, "weak", r->between.weak);
		tt_json_number(j, "u_own", r->u_own);
		tt_json_number(j, "u_shared", r->u_shared);
		tt_json_number(j, "u", r->u);
		tt_json_list(j, "interval95_with_shared");
		tt_json_number(j, NULL, r->lo);
		tt_json_number(j, NULL, r->hi);
		tt_json_end(j);
		tt_json_end(j);
	}
	tt_json_end(j);
}

static void put_anova(tt_json *j, const tt_anova *a)
{
	tt_json_object(j, "welch_anova");
	tt_json_number(j, "F", a->welch_f);
	tt_json_number(j, "df1", a->welch_df1);
	tt_json_number(j, "df2", a->welch_df2);
	tt_json_number(j, "p", a->welch_p);
	tt_json_end(j);
	tt_json_object(j, "classical_anova");
	tt_json_number(j, "F", a->f);
	tt_json_number(j, "df1", a->df1);
	tt_json_number(j, "df2", a->df2);
	tt_json_number(j, "p", a->p);
	tt_json_end(j);
	tt_json_object(j, "effect_size");
	tt_json_number(j, "eta2", a->eta2);
	tt_json_number(j, "omega2", a->omega2);
	tt_json_end(j);
}

static const char *why_no_pair(const tt_comparison *c, const tt_pair_test *k, int p)
{
	if (isfinite(k->welch.p)) return NULL;
	if (c->group[k->a].value[p].between.n < 2 || c->group[k->b].value[p].between.n < 2)
		return "fewer than two specimens in one of the groups: nothing can be tested";
	return "neither group scatters: nothing can be tested";
}

static void put_pairs(tt_json *j, const tt_comparison *c, int p)
{
	tt_json_list(j, "pairs");
	for (size_t i = 0; i < c->n_pairs; i++) {
		const tt_pair_test *k = &c->pair[p][i];
		tt_json_object(j, NULL);
		tt_json_string(j, "a", c->group[k->a].label);
		tt_json_string(j, "b", c->group[k->b].label);
		tt_json_number(j, "difference", k->welch.difference);
		put_interval(j, k->welch.lo, k->welch.hi);
		tt_json_number(j, "t", k->welch.t);
		tt_json_number(j, "df", k->welch.df);
		tt_json_number(j, "p", k->welch.p);
		tt_json_number(j, "p_holm", k->holm);
		tt_json_number(j, "hedges_g", k->welch.hedges_g);
		tt_json_bool(j, "weak", k->weak);
		const char *reason = why_no_pair(c, k, p);
		if (reason) tt_json_string(j, "reason", reason);
		tt_json_end(j);
	}
	tt_json_end(j);
}

static void put_checks(tt_json *j, const tt_comparison *c)
{
	tt_json_list(j, "cross_checks");
	for (size_t i = 0; i < c->n_checks; i++) {
		const tt_cross_check *k = &c->check[i];
		tt_json_object(j, NULL);
		tt_json_string(j, "group", c->group[k->group].label);
		const bool density = strcmp(k->unit, "GPa") != 0;
		tt_json_number(j, density ? "measured_g_per_cm3" : "measured_GPa", k->measured);
		tt_json_number(j, density ? "measured_half95_g_per_cm3" : "measured_half95_GPa", k->half_measured);
		tt_json_number(j, density ? "reference_g_per_cm3" : "reference_GPa", k->reference);
		tt_json_number(j, density ? "reference_half95_g_per_cm3" : "reference_half95_GPa", k->half_reference);
		tt_json_bool(j, "differs_beyond_uncertainty", k->differs);
		tt_json_string(j, "text", k->text);
		tt_json_end(j);
	}
	tt_json_end(j);
}

tt_status tt_study_statistics(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, tt_error *err)
{
	tt_json *j = tt_json_new();
	put_study(j, s, c);
	tt_json_object(j, "methods");
	tt_json_string(
	    j, "pairs",
	    "Welch's t test, two-sided, on the scatter between specimens (Welch 1947); p_holm: corrected over "
	    "the pairs of one property (Holm 1979); effect size: Hedges' g (1981)");
	tt_json_string(
	    j, "groups",
	    "Welch's analysis of variance (1951) beside the classical one (Fisher), over the groups with two "
	    "or more specimens; effect sizes: eta squared, omega squared");
	tt_json_string(j, "uncertainty",
	               "the tests look at the scatter between specimens alone; u_own and u_shared are those of "
	               "the measurement");
	tt_json_string(j, "shared", tt_shared_rule);
	tt_json_end(j);
	tt_json_object(j, "properties");
	for (int p = 0; p < TT_CMP_COUNT; p++) {
		const tt_measurand *info = tt_compared_describe((tt_compared)p);
		tt_json_object(j, info->id);
		tt_json_string(j, "name", info->name);
		put_samples(j, c, p);
		if (c->reason[p][0])
			tt_json_string(j, "reason", c->reason[p]);
		else
			tt_json_null(j, "reason");
		put_anova(j, &c->anova[p]);
		put_pairs(j, c, p);
		tt_json_end(j);
	}
	tt_json_end(j);
	put_checks(j, c);
	tt_json_strings(j, "notes", &c->notes);
	tt_json_list(j, "failed");
	for (size_t i = 0; i < s->n; i++) {
		if (!s->test[i].failed) continue;
		tt_json_object(j, NULL);
		tt_json_string(j, "test", s->test[i].folder);
		tt_json_string(j, "reason", s->test[i].failed);
		tt_json_end(j);
	}
	tt_json_end(j);
	tt_status st = tt_json_write(j, dir, "statistics.json", err);
	tt_json_free(j);
	return st;
}
