/* Films measured beside tension: to their groups, as references, correlations by rank.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "temtensile/study.h"

enum { FILMS = 4 };

static char *copy(const char *text)
{
	char *c = malloc(strlen(text) + 1);
	if (c) strcpy(c, text);
	return c;
}

static void add(tt_measurements *list, const char *id, double value, double u)
{
	tt_measurement *m;
	CHECK(tt_measurements_add(list, id, "film", "joint solution of two: and more", "a.csv", &m, NULL) == TT_OK);
	m->value = value;
	m->u = u;
}

/* Four films of one specimen each; yield rises with hardness but for the last two, whose hardness is uncertain. */
static tt_study make(void)
{
	static const char *const pressure[FILMS] = {"0.1 Pa", "1 Pa", "10 Pa", "100 Pa"};
	static const double yield[FILMS] = {3.0, 2.5, 2.0, 1.9}, hardness[FILMS] = {9e9, 8e9, 6e9, 6.1e9},
	                    ratio[FILMS] = {0.30, 0.32, 0.34, 0.36};
	tt_study s = {.group_by = copy("film.deposition_pressure"), .n = FILMS, .n_references = FILMS};
	s.test = calloc(FILMS, sizeof *s.test);
	s.reference = calloc(FILMS, sizeof *s.reference);
	CHECK(s.test && s.reference);
	for (int i = 0; i < FILMS; i++) {
		tt_study_test *t = &s.test[i];
		tt_reference *r = &s.reference[i];
		t->folder = copy(pressure[i]);
		t->film = calloc(1, sizeof *t->film);
		CHECK(t->film);
		t->n_film = 1;
		t->film[0].key = copy("deposition_pressure");
		t->film[0].text = copy(pressure[i]);
		for (int p = 0; p < TT_CMP_COUNT; p++)
			t->property[p].value = t->property[p].u = t->property[p].lo = t->property[p].hi = NAN;
		t->property[TT_CMP_YIELD].value = yield[i];
		t->property[TT_CMP_YIELD].u = 0.02;
		r->group = copy(pressure[i]);
		r->where = copy("study.yaml:1:1");
		r->hardness.value = r->youngs_modulus.value = NAN;
		add(&r->measured, "hardness_GPa", hardness[i], 0.2e9);
		add(&r->measured, "poisson_ratio", ratio[i], 0.001);
		add(&r->measured, "density_g_per_cm3", i == 3 ? 6350 : 7300, 60);
		add(&r->measured, "mixture_density_g_per_cm3", 7330, 150);
	}
	return s;
}

static const tt_correlation *find(const tt_comparison *c, const char *a, const char *b)
{
	for (size_t i = 0; i < c->n_correlations; i++)
		if (strcmp(c->correlation[i].a, a) == 0 && strcmp(c->correlation[i].b, b) == 0)
			return &c->correlation[i];
	check_stop(CHECK_FAILED, "no correlation of %s with %s", a, b);
}

static void films(void)
{
	tt_study s = make();
	tt_comparison c;
	tt_error err;
	CHECK_MSG(tt_study_compare(&s, &c, &err) == TT_OK, "%s", err.message);
	CHECK(c.n == FILMS);
	for (size_t g = 0; g < c.n; g++)
		CHECK(c.group[g].film && tt_measurements_find(c.group[g].film, "hardness_GPa"));
	/* H/3 against the yield strength, with its source */
	CHECK(c.n_checks == 2 * FILMS);
	CHECK_NEAR(c.check[0].reference, 3, 1e-12);
	/* density against the elements': 13 % less in the last film alone */
	CHECK(strcmp(c.check[1].unit, "g/cm³") == 0 && !c.check[1].differs && c.check[7].differs);
	CHECK_NEAR(c.check[7].reference - c.check[7].measured, 0.98, 1e-9);
	CHECK_HAS(c.check[7].text, "beyond the uncertainties (all ± at 95 %): free volume or pores");
	CHECK(!c.check[0].differs);
	CHECK_HAS(c.check[0].text, "film: joint solution of two");
	/* Spearman by hand: ranks 4 3 2 1 and 4 3 1 2: 1 − 6·2/(4·15) = 0.8; of 24 orders 8 reach that far */
	const tt_correlation *k = find(&c, "tension.yield_strength_GPa", "hardness_GPa");
	check_note("yield and hardness: rho %.3f (%.2f to %.2f), p %.4f", k->rho, k->lo, k->hi, k->p);
	CHECK(k->n == FILMS);
	CHECK_NEAR(k->rho, 0.8, 1e-12);
	CHECK_NEAR(k->p, 8. / 24, 1e-12);
	CHECK(k->lo <= 0.8 && k->hi > 0.99);
	k = find(&c, "tension.yield_strength_GPa", "poisson_ratio");
	CHECK_NEAR(k->rho, -1, 1e-12);
	CHECK_NEAR(k->p, 2. / 24, 1e-12);
	CHECK(k->hi < -0.7);
	tt_comparison_clear(&c);
	tt_study_clear(&s);
}

static const check_case cases[] = {{"films beside tension", films}};
CHECK_MAIN(cases)
