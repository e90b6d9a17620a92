/* Tests into groups by a key of their film.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "study/study.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

_Static_assert((int)TT_CMP_COUNT <= (int)TT_CMP_ROOM, "more properties than there is room for");

void tt_study_test_clear(tt_study_test *t)
{
	for (size_t i = 0; i < t->n_film; i++) {
		free(t->film[i].key);
		free(t->film[i].text);
	}
	for (int i = 0; i < TT_CMP_COUNT; i++)
		free(t->property[i].reason);
	free(t->film);
	free(t->folder);
	free(t->name);
	free(t->failed);
	free(t->recording);
	free(t->log);
	free(t->strain);
	free(t->stress_GPa);
	free(t->u_strain);
	free(t->u_stress_GPa);
	*t = (tt_study_test){0};
}

void tt_study_clear(tt_study *s)
{
	for (size_t i = 0; i < s->n; i++)
		tt_study_test_clear(&s->test[i]);
	for (size_t i = 0; i < s->n_references; i++) {
		tt_reference *r = &s->reference[i];
		free(r->hardness_source);
		free(r->modulus_source);
		free(r->group);
		free(r->where);
		free(r->film);
		free(r->film_failed);
		free(r->film_folder);
		tt_measurements_clear(&r->measured);
	}
	free(s->test);
	free(s->reference);
	free(s->name);
	free(s->group_by);
	*s = (tt_study){0};
}

static const char *film_text(const tt_study_test *t, const char *key)
{
	for (size_t i = 0; i < t->n_film; i++)
		if (strcmp(t->film[i].key, key) == 0) return t->film[i].text;
	return NULL;
}

/* ---- numbers or names ---- */

static bool parses(const char *text, tt_dimension dim, double *value)
{
	tt_quantity q;
	tt_error ignored;
	if (tt_quantity_parse(text, dim, &q, &ignored) != TT_OK || !isfinite(q.value)) return false;
	*value = q.value;
	return true;
}

/* The unit at the end of a quantity's text; "" when there is none. */
static const char *unit_of(const char *text, tt_dimension dim)
{
	const char *end = text + strlen(text);
	for (const char *p = text; p < end; p++) {
		if (isdigit((unsigned char)*p) || isspace((unsigned char)*p) || strchr(".+-", *p)) continue;
		if (!isnan(tt_unit_factor(p, dim))) return p;
	}
	return "";
}

bool tt_scale_find(tt_group_scale *s, const char *const *text, size_t n)
{
	*s = (tt_group_scale){.factor = 1, .unit = ""};
	for (int d = 0; n && d <= TT_DIM_PIXEL; d++) {
		size_t good = 0;
		double v;
		while (good < n && parses(text[good], (tt_dimension)d, &v))
			good++;
		if (good < n) continue;
		s->numeric = true;
		s->dim = (tt_dimension)d;
		s->unit = unit_of(text[0], s->dim);
		/* Texts of several units are best told in SI's, where one of them is that. */
		for (size_t i = 1; i < n; i++) {
			const char *unit = unit_of(text[i], s->dim);
			if (strcmp(unit, s->unit) != 0 && tt_unit_factor(unit, s->dim) == 1) s->unit = unit;
		}
		double factor = tt_unit_factor(s->unit, s->dim);
		if (s->unit[0] && factor > 0)
			s->factor = factor;
		else
			s->unit = "";
		return true;
	}
	return true;
}

bool tt_scale_place(const tt_group_scale *s, const char *text, double *at)
{
	double v;
	if (!s->numeric || !parses(text, s->dim, &v)) return false;
	*at = v / s->factor;
	return true;
}

bool tt_same_place(double a, double b)
{
	return fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}

/* ---- groups ---- */

static char *label_of(const tt_group_scale *s, const char *text, double at)
{
	char number[40];
	if (!s->numeric) return tt_strdup(text);
	tt_format_double(number, sizeof number, at, 9);
	return tt_format("%s%s%s", number, s->unit[0] ? " " : "", s->unit);
}

static tt_study_group *find(tt_comparison *c, const char *text, double at)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->numeric ? tt_same_place(c->group[i].at, at) : strcmp(c->group[i].label, text) == 0)
			return &c->group[i];
	return NULL;
}

static tt_status add_test(tt_comparison *c, const tt_group_scale *scale, const char *text, size_t test, size_t most,
                          tt_error *err)
{
	double at = (double)c->n;
	tt_scale_place(scale, text, &at);
	tt_study_group *g = find(c, text, at);
	if (!g) {
		g = &c->group[c->n++];
		*g = (tt_study_group){
		    .at = at, .label = label_of(scale, text, at), .test = calloc(most, sizeof *g->test)};
		if (!g->label || !g->test) return tt_fail_memory(err, "the groups");
	}
	g->test[g->n++] = test;
	return TT_OK;
}

static int by_place(const void *a, const void *b)
{
	const tt_study_group *p = a, *q = b;
	return (p->at > q->at) - (p->at < q->at);
}

/* "film.deposition_pressure", Pa: "Deposition pressure (Pa)" */
static char *axis_label(const char *key, const char *unit)
{
	char *text = unit[0] ? tt_format("%s (%s)", key, unit) : tt_strdup(key);
	for (char *p = text; p && *p && *p != '('; p++)
		if (*p == '_') *p = ' ';
	if (text) text[0] = (char)toupper((unsigned char)text[0]);
	return text;
}

static void judge_axis(tt_comparison *c)
{
	if (!c->numeric || c->n == 0) return;
	double lo = c->group[0].at, hi = c->group[c->n - 1].at;
	c->log = lo > 0 && hi / lo >= 20;
}

/* Names tell variants apart where they all differ, folders always do. */
static bool names_differ(const tt_study *s)
{
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; k <= i; k++) {
			const tt_study_test *a = &s->test[i], *b = &s->test[k];
			if (a->failed || b->failed) continue;
			if (!a->name || (k < i && strcmp(a->name, b->name) == 0)) return false;
		}
	return true;
}

/* Each variant is a group of its own. */
static tt_status group_variants(tt_study *s, tt_comparison *c, tt_error *err)
{
	const tt_group_scale scale = {0};
	bool by_name = names_differ(s);
	tt_status st = TT_OK;
	c->group = calloc(s->n ? s->n : 1, sizeof *c->group);
	c->axis = tt_strdup("Variant");
	if (!c->group || !c->axis) return tt_fail_memory(err, "the variants");
	for (size_t i = 0; i < s->n && st == TT_OK; i++) {
		const tt_study_test *t = &s->test[i];
		if (!t->failed) st = add_test(c, &scale, by_name ? t->name : t->folder, i, 1, err);
	}
	return st;
}

tt_status tt_study_group_tests(tt_study *s, tt_comparison *c, tt_error *err)
{
	if (s->variants) return group_variants(s, c, err);
	if (strncmp(s->group_by, "film.", 5) != 0 || !s->group_by[5])
		return tt_fail(err, TT_ERR_INPUT,
		               "a study is grouped by a key of the film such as film.composition, found '%s'",
		               s->group_by);
	const char *key = s->group_by + 5, **text = calloc(s->n ? s->n : 1, sizeof *text);
	size_t *index = calloc(s->n ? s->n : 1, sizeof *index), n = 0;
	tt_status st = TT_OK;
	c->group = calloc(s->n ? s->n : 1, sizeof *c->group);
	if (!text || !index || !c->group) st = tt_fail_memory(err, "the groups");
	for (size_t i = 0; i < s->n && st == TT_OK; i++) {
		tt_study_test *t = &s->test[i];
		if (t->failed) continue;
		text[n] = film_text(t, key);
		index[n] = i;
		if (text[n]) {
			n++;
			continue;
		}
		t->failed = tt_format("its description has no film.%s, by which the study is grouped", key);
		if (!t->failed) st = tt_fail_memory(err, "the groups");
	}
	tt_group_scale scale = {0};
	if (st == TT_OK) tt_scale_find(&scale, text, n);
	c->numeric = scale.numeric;
	for (size_t i = 0; i < n && st == TT_OK; i++)
		st = add_test(c, &scale, text[i], index[i], n, err);
	if (st == TT_OK && c->numeric) qsort(c->group, c->n, sizeof *c->group, by_place);
	judge_axis(c);
	c->axis = st == TT_OK ? axis_label(key, scale.numeric ? scale.unit : "") : NULL;
	if (st == TT_OK && !c->axis) st = tt_fail_memory(err, "the groups");
	free(text);
	free(index);
	return st;
}
