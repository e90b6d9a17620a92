/* Groups compared: values, tests of significance, what a reader must know.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "study/study.h"

void tt_comparison_clear(tt_comparison *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->group[i].label);
		free(c->group[i].test);
	}
	for (size_t i = 0; i < c->n_checks; i++)
		free(c->check[i].text);
	for (int i = 0; i < TT_CMP_COUNT; i++)
		free(c->pair[i]);
	free(c->group);
	free(c->check);
	free(c->correlation);
	free(c->axis);
	tt_strings_free(&c->notes);
	*c = (tt_comparison){0};
}

static bool same_input(const tt_study_test *a, const tt_study_test *b, int k)
{
	if (!a->input[k].given || !b->input[k].given || !(a->input[k].u > 0)) return false;
	return tt_same_place(a->input[k].value, b->input[k].value) && tt_same_place(a->input[k].u, b->input[k].u);
}

static void find_shared(const tt_study *s, tt_study_group *g)
{
	for (int k = 0; k < TT_SHARED_COUNT; k++) {
		g->shared[k] = true;
		for (size_t i = 0; i < g->n; i++)
			g->shared[k] = g->shared[k] && same_input(&s->test[g->test[0]], &s->test[g->test[i]], k);
	}
}

double tt_study_shared_u(const tt_study_test *t, const tt_study_group *g, tt_compared id)
{
	double share = 0;
	for (int k = 0; k < TT_SHARED_COUNT; k++)
		if (g->shared[k] && t->property[id].share[k] > 0) share += t->property[id].share[k];
	/* a variance's share below a millionth is the rounding of those that found it */
	return t->property[id].u > 0 && share > 1e-6 ? t->property[id].u * sqrt(fmin(1, share)) : 0;
}

static tt_status fill_values(const tt_study *s, tt_study_group *g, tt_error *err)
{
	tt_measured *m = calloc(g->n, sizeof *m);
	if (!m) return tt_fail_memory(err, "a group's values");
	find_shared(s, g);
	for (int p = 0; p < TT_CMP_COUNT; p++) {
		for (size_t i = 0; i < g->n; i++) {
			const tt_study_test *t = &s->test[g->test[i]];
			m[i] = (tt_measured){t->property[p].value, t->property[p].u,
			                     tt_study_shared_u(t, g, (tt_compared)p)};
		}
		g->value[p] = tt_group_of(m, g->n, tt_compared_describe((tt_compared)p)->compare);
	}
	free(m);
	return TT_OK;
}

static void say_why_not(const tt_comparison *c, int p, bool angle, char *reason, size_t size)
{
	size_t repeated = 0, spread = 0, wide = 0;
	for (size_t i = 0; i < c->n; i++) {
		wide += angle && tt_angles_scatter(&c->group[i].value[p].between);
		repeated += c->group[i].value[p].between.n >= 2;
		spread += c->group[i].value[p].between.sd > 0;
	}
	reason[0] = 0;
	if (c->n < 2)
		snprintf(reason, size, "there is one group only: nothing to compare it with");
	else if (repeated < 2)
		snprintf(reason, size,
		         "nothing can be tested: %zu of %zu groups %s two or more specimens with this property, two "
		         "are needed",
		         repeated, c->n, repeated == 1 ? "has" : "have");
	else if (spread < 2)
		snprintf(reason, size, "nothing can be tested: the repeats do not differ at all");
	else if (wide)
		snprintf(
		    reason, size,
		    "the angles of %zu of %zu groups scatter so widely that their mean direction says little: %s not "
		    "tested",
		    wide, c->n, wide == 1 ? "it is" : "they are");
}

static tt_status test_property(tt_comparison *c, int p, tt_error *err)
{
	const bool angle = tt_compared_describe((tt_compared)p)->compare == TT_COMPARE_ANGLE;
	bool wide = false;
	tt_sample *sample = calloc(c->n ? c->n : 1, sizeof *sample);
	double *q = calloc(c->n_pairs ? c->n_pairs : 1, sizeof *q);
	c->pair[p] = calloc(c->n_pairs ? c->n_pairs : 1, sizeof *c->pair[p]);
	tt_status st = sample && q && c->pair[p] ? TT_OK : tt_fail_memory(err, "the statistics");
	size_t k = 0;
	for (size_t i = 0; i < c->n && st == TT_OK; i++)
		sample[i] = c->group[i].value[p].between;
	for (size_t i = 0; i < c->n && st == TT_OK; i++)
		wide = wide || (angle && tt_angles_scatter(&sample[i]));
	if (st == TT_OK) c->anova[p] = tt_anova_of(sample, wide ? 0 : c->n);
	for (size_t a = 0; a < c->n && st == TT_OK; a++)
		for (size_t b = a + 1; b < c->n; b++, k++) {
			c->pair[p][k] = (tt_pair_test){
			    a, b, angle ? tt_welch_of_angles(&sample[a], &sample[b]) : tt_welch(&sample[a], &sample[b]),
			    NAN, sample[a].weak || sample[b].weak};
			q[k] = c->pair[p][k].welch.p;
		}
	if (st == TT_OK) st = tt_holm(q, c->n_pairs, q, err);
	for (k = 0; k < c->n_pairs && st == TT_OK; k++)
		c->pair[p][k].holm = q[k];
	say_why_not(c, p, angle, c->reason[p], sizeof c->reason[p]);
	free(sample);
	free(q);
	return st;
}

static void note_weak(tt_comparison *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const tt_study_group *g = &c->group[i];
		if (g->n == 2)
			tt_warn(&c->notes,
			        "%s: two specimens; the 95 %% interval rests on one degree of freedom (t = 12.7) and "
			        "is weak",
			        g->label);
		else if (g->n == 1)
			tt_warn(
			    &c->notes,
			    "%s: one specimen; the interval is that of the measurement alone, nothing can be tested",
			    g->label);
	}
}

/* ---- one specimen, analysed twice ---- */

/* The same part of a log, or the same recording beside another log. */
static bool same_specimen(const tt_study_test *a, const tt_study_test *b)
{
	if (a->log && b->log && strcmp(a->log, b->log) == 0) return true;
	bool same_file = a->log && b->log && strcspn(a->log, "#") == strcspn(b->log, "#") &&
	                 strncmp(a->log, b->log, strcspn(a->log, "#")) == 0;
	return a->recording && b->recording && strcmp(a->recording, b->recording) == 0 && !same_file;
}

static tt_status check_specimens(const tt_study *s, tt_error *err)
{
	const tt_study_test *first = NULL;
	for (size_t i = 0; i < s->n; i++) {
		const tt_study_test *a = &s->test[i];
		if (a->failed) continue;
		if (!first) first = a;
		if (s->variants && a != first && a->recording && first->recording && !same_specimen(a, first))
			return tt_fail(err, TT_ERR_INPUT,
			               "'%s' is another test than '%s' (neither the same recording nor the same log): "
			               "variants are one test with other settings",
			               a->folder, first->folder);
		for (size_t k = 0; k < i && !s->variants; k++)
			if (!s->test[k].failed && same_specimen(a, &s->test[k]))
				return tt_fail(
				    err, TT_ERR_INPUT,
				    "'%s' and '%s' are one test analysed twice (the same recording or log): a "
				    "specimen counts once. Take one of them out, or compare their settings with "
				    "variants: true (--variants)",
				    s->test[k].folder, a->folder);
	}
	return TT_OK;
}

/* Settings of one test differ; their values do not scatter. */
static void mark_variants(tt_comparison *c)
{
	for (int p = 0; p < TT_CMP_COUNT; p++)
		snprintf(c->reason[p], sizeof c->reason[p],
		         "nothing can be tested: these are variants of one test, not specimens");
	tt_strings_free(&c->notes);
	tt_warn(&c->notes,
	        "variants of one test: one specimen, analysed with other settings; the intervals are those of "
	        "the measurement, and nothing is pooled or tested");
}

tt_status tt_study_compare(tt_study *s, tt_comparison *out, tt_error *err)
{
	*out = (tt_comparison){0};
	tt_status st = check_specimens(s, err);
	if (st == TT_OK) st = tt_study_group_tests(s, out, err);
	out->n_pairs = out->n * (out->n ? out->n - 1 : 0) / 2;
	for (size_t i = 0; i < out->n && st == TT_OK; i++)
		st = fill_values(s, &out->group[i], err);
	for (int p = 0; p < TT_CMP_COUNT && st == TT_OK; p++)
		st = test_property(out, p, err);
	if (st == TT_OK) note_weak(out);
	if (st == TT_OK && s->variants) mark_variants(out);
	if (st != TT_OK || s->variants) return st;
	st = tt_study_films(s, out, err);
	if (st == TT_OK) st = tt_study_cross_checks(s, out, err);
	if (st == TT_OK) st = tt_study_correlate(out, err);
	return st;
}
