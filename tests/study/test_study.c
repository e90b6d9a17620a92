/* Tests into groups, groups compared, references checked.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "temtensile/study.h"

static char *copy(const char *text)
{
	char *p = malloc(strlen(text) + 1);
	CHECK(p);
	return strcpy(p, text);
}

static void open_study(tt_study *s, const char *group_by)
{
	*s = (tt_study){.group_by = copy(group_by), .test = calloc(16, sizeof *s->test)};
	CHECK(s->test);
}

/* A test with one film key; key NULL: none. */
static tt_study_test *add(tt_study *s, const char *key, const char *text)
{
	tt_study_test *t = &s->test[s->n++];
	char name[16];
	snprintf(name, sizeof name, "t%zu", s->n);
	t->folder = copy(name);
	t->film = calloc(1, sizeof *t->film);
	if (key) t->film[t->n_film++] = (tt_film_text){copy(key), copy(text)};
	for (int p = 0; p < TT_CMP_COUNT; p++)
		t->property[p].value = t->property[p].u = t->property[p].lo = t->property[p].hi = NAN;
	return t;
}

static void set(tt_study_test *t, tt_compared id, double value, double u)
{
	t->property[id].value = value;
	t->property[id].u = u;
}

static void run(tt_study *s, tt_comparison *c)
{
	tt_error err;
	CHECK_MSG(tt_study_compare(s, c, &err) == TT_OK, "%s", err.message);
}

/* The same pressure in three spellings is one group; groups stand in order of pressure; the axis is logarithmic. */
static void test_pressures(void)
{
	tt_study s;
	tt_comparison c;
	open_study(&s, "film.deposition_pressure");
	add(&s, "deposition_pressure", "100 Pa");
	add(&s, "deposition_pressure", "2e-3 Pa");
	add(&s, "deposition_pressure", "2 mPa");
	add(&s, "deposition_pressure", "2×10⁻³ Pa");
	add(&s, "deposition_pressure", "10 ± 1 Pa");
	run(&s, &c);
	CHECK(c.numeric && c.log && c.n == 3);
	CHECK_STR(c.axis, "Deposition pressure (Pa)");
	CHECK_STR(c.group[0].label, "0.002 Pa");
	CHECK(c.group[0].n == 3 && c.group[0].test[0] == 1 && c.group[0].test[2] == 3);
	CHECK_STR(c.group[1].label, "10 Pa");
	CHECK_STR(c.group[2].label, "100 Pa");
	CHECK_NEAR(c.group[2].at, 100, 1e-9);
	tt_comparison_clear(&c);
	tt_study_clear(&s);
}

/* Any key of the film: names stay in the order in which they appear, numbers near to each other have a linear axis. */
static void test_other_keys(void)
{
	tt_study s;
	tt_comparison c;
	open_study(&s, "film.composition");
	add(&s, "composition", "Zr50Cu50");
	add(&s, "composition", "Zr60Cu40");
	add(&s, "composition", "Zr50Cu50");
	run(&s, &c);
	CHECK(!c.numeric && !c.log && c.n == 2 && c.group[0].n == 2);
	CHECK_STR(c.group[0].label, "Zr50Cu50");
	CHECK_STR(c.axis, "Composition");
	tt_comparison_clear(&c);
	tt_study_clear(&s);
	open_study(&s, "film.substrate_temperature");
	add(&s, "substrate_temperature", "400 K");
	add(&s, "substrate_temperature", "300 K");
	run(&s, &c);
	CHECK(c.numeric && !c.log && c.n == 2);
	CHECK_STR(c.group[0].label, "300 K");
	CHECK_STR(c.axis, "Substrate temperature (K)");
	tt_comparison_clear(&c);
	tt_study_clear(&s);
}

static void test_missing_key(void)
{
	tt_study s;
	tt_comparison c;
	tt_error err;
	open_study(&s, "film.bias");
	add(&s, "bias", "50");
	add(&s, NULL, NULL);
	run(&s, &c);
	CHECK(c.n == 1 && c.group[0].n == 1);
	CHECK_HAS(s.test[1].failed, "no film.bias");
	tt_comparison_clear(&c);
	free(s.group_by);
	s.group_by = copy("colour");
	CHECK(tt_study_compare(&s, &c, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "film.composition");
	tt_comparison_clear(&c);
	tt_study_clear(&s);
}

/* One specimen twice: by the log's part, or by the recording beside another log; other tests of one log are others. */
static void test_specimens(void)
{
	static const struct {
		const char *recording, *log;
		bool refused;
	} row[] = {{"r1", "l1#0", true},  {"r2", "l1#0", true},  {"r1", "l2#0", true},
	           {"r1", "l1#2", false}, {"r2", "l2#0", false}, {NULL, NULL, false}};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		tt_study s;
		tt_comparison c;
		tt_error err = {0};
		open_study(&s, "film.bias");
		for (int k = 0; k < 2; k++) {
			tt_study_test *t = add(&s, "bias", "50");
			const char *recording = k ? row[i].recording : "r1", *log = k ? row[i].log : "l1#0";
			t->recording = recording ? copy(recording) : NULL;
			t->log = log ? copy(log) : NULL;
		}
		tt_status st = tt_study_compare(&s, &c, &err);
		CHECK_MSG(st == (row[i].refused ? TT_ERR_INPUT : TT_OK), "row %zu: %s", i, err.message);
		if (row[i].refused) CHECK_HAS(err.message, "'t1' and 't2' are one test analysed twice");
		tt_comparison_clear(&c);
		s.variants = true;
		set(&s.test[0], TT_CMP_YIELD, 2, 0.1);
		set(&s.test[1], TT_CMP_YIELD, 3, 0.1);
		st = tt_study_compare(&s, &c, &err);
		bool other = !row[i].refused && row[i].recording;
		CHECK_MSG(st == (other ? TT_ERR_INPUT : TT_OK), "variants %zu: %s", i, err.message);
		if (st == TT_OK) CHECK(c.n == 2 && c.group[1].n == 1 && isnan(c.pair[TT_CMP_YIELD][0].welch.p));
		if (st == TT_OK) CHECK_NEAR(c.pair[TT_CMP_YIELD][0].welch.difference, -1, 1e-12);
		tt_comparison_clear(&c);
		tt_study_clear(&s);
	}
}

/* Shares of variance: 0.36 thickness, 0.25 stiffness, 0.04 pixel size. */
static void give_inputs(tt_study_test *t, double thickness, bool stiffness_given)
{
	static const double share[TT_SHARED_COUNT] = {
	    [TT_SHARED_PIXEL_SIZE] = 0.04, [TT_SHARED_STIFFNESS] = 0.25, [TT_SHARED_THICKNESS] = 0.36};
	static const double value[TT_SHARED_COUNT] = {5, 450, 0};
	for (int k = 0; k < TT_SHARED_COUNT; k++) {
		t->property[TT_CMP_YIELD].share[k] = share[k];
		t->input[k].value = k == TT_SHARED_THICKNESS ? thickness : value[k];
		t->input[k].u = 0.02 * t->input[k].value;
		t->input[k].given = k != TT_SHARED_STIFFNESS || stiffness_given;
	}
}

/* What all tests of a group state alike is shared, in another group it may not be. */
static void test_shared(void)
{
	tt_study s;
	tt_comparison c;
	open_study(&s, "film.deposition_pressure");
	for (int i = 0; i < 6; i++) {
		tt_study_test *t = add(&s, "deposition_pressure", i < 2 ? "1 Pa" : i < 4 ? "10 Pa" : "100 Pa");
		set(t, TT_CMP_YIELD, 2 + 0.01 * i, 0.1);
		give_inputs(t, i == 3 ? 151 : 150, i != 5);
	}
	run(&s, &c);
	CHECK_NEAR(tt_study_shared_u(&s.test[0], &c.group[0], TT_CMP_YIELD), 0.1 * sqrt(0.65), 1e-12);
	CHECK_NEAR(tt_study_shared_u(&s.test[2], &c.group[1], TT_CMP_YIELD), 0.1 * sqrt(0.29), 1e-12);
	CHECK_NEAR(tt_study_shared_u(&s.test[4], &c.group[2], TT_CMP_YIELD), 0.1 * sqrt(0.40), 1e-12);
	CHECK_NEAR(c.group[0].value[TT_CMP_YIELD].u_shared, 0.1 * sqrt(0.65), 1e-12);
	CHECK_NEAR(c.group[0].value[TT_CMP_YIELD].u_own, 0.1 * sqrt(0.35) / sqrt(2), 1e-12);
	CHECK(isnan(c.group[0].value[TT_CMP_MODULUS].between.mean));
	tt_comparison_clear(&c);
	tt_study_clear(&s);
}

/* PlantGrowth of R, as in test_statistics.c, once through a whole study. */
static void test_statistics(void)
{
	static const double growth[3][10] = {{4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14},
	                                     {4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69},
	                                     {6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26}};
	static const char *const name[] = {"ctrl", "trt1", "trt2"};
	tt_study s = {.group_by = copy("film.group"), .test = calloc(30, sizeof *s.test)};
	tt_comparison c;
	for (int g = 0; g < 3; g++)
		for (int i = 0; i < 10; i++)
			set(add(&s, "group", name[g]), TT_CMP_ULTIMATE, growth[g][i], 0);
	run(&s, &c);
	CHECK(c.n == 3 && c.n_pairs == 3);
	CHECK_NEAR(c.anova[TT_CMP_ULTIMATE].welch_p, 0.0173928214902, 1e-9);
	CHECK_NEAR(c.anova[TT_CMP_ULTIMATE].p, 0.0159099583256, 1e-9);
	CHECK_NEAR(c.pair[TT_CMP_ULTIMATE][2].holm, 0.0278952141518, 1e-9);
	CHECK(!c.pair[TT_CMP_ULTIMATE][0].weak && !c.reason[TT_CMP_ULTIMATE][0]);
	CHECK_HAS(c.reason[TT_CMP_YIELD], "nothing can be tested");
	tt_comparison_clear(&c);
	tt_study_clear(&s);
}

static void test_weak_and_single(void)
{
	tt_study s;
	tt_comparison c;
	open_study(&s, "film.deposition_pressure");
	set(add(&s, "deposition_pressure", "1 Pa"), TT_CMP_YIELD, 2.61, 0.01);
	set(add(&s, "deposition_pressure", "1 Pa"), TT_CMP_YIELD, 2.58, 0.01);
	set(add(&s, "deposition_pressure", "10 Pa"), TT_CMP_YIELD, 1.8, 0.01);
	run(&s, &c);
	CHECK(c.group[0].value[TT_CMP_YIELD].between.weak);
	CHECK_NEAR(c.group[0].value[TT_CMP_YIELD].lo, 2.40440692896, 1e-9); /* R: t.test(c(2.61, 2.58)) */
	CHECK_NEAR(c.group[1].value[TT_CMP_YIELD].lo, 1.8 - 0.01959964, 1e-9);
	CHECK_HAS(c.reason[TT_CMP_YIELD], "nothing can be tested: 1 of 2 groups");
	CHECK(isnan(c.pair[TT_CMP_YIELD][0].welch.p) && c.pair[TT_CMP_YIELD][0].weak);
	CHECK(c.notes.n == 2);
	CHECK_HAS(c.notes.item[0], "weak");
	CHECK_HAS(c.notes.item[1], "one specimen");
	tt_comparison_clear(&c);
	tt_study_clear(&s);
}

/* Yield 2.0 ± 0.02 GPa (u): H/3 of 6 GPa agrees, of 7.5 ± 0.3 GPa does not; a modulus beyond its uncertainty is named.
 */
static void test_cross_checks(void)
{
	tt_study s;
	tt_comparison c;
	open_study(&s, "film.deposition_pressure");
	for (int i = 0; i < 2; i++) {
		tt_study_test *t = add(&s, "deposition_pressure", i ? "10 Pa" : "1 Pa");
		set(t, TT_CMP_YIELD, 2, 0.02);
		set(t, TT_CMP_MODULUS, 130, 2);
	}
	s.reference = calloc(3, sizeof *s.reference);
	s.n_references = 3;
	s.reference[0] = (tt_reference){.hardness = {6e9, 0.05e9, true},
	                                .youngs_modulus = {140e9, 1e9, true},
	                                .hardness_source = copy("nanoindentation"),
	                                .group = copy("1000 mPa"),
	                                .where = copy("s:1:1")};
	s.reference[1] = (tt_reference){.hardness = {7.5e9, 0.3e9, true},
	                                .youngs_modulus = {NAN, 0, false},
	                                .group = copy("10 Pa"),
	                                .where = copy("s:2:1")};
	s.reference[2] = (tt_reference){.hardness = {7.5e9, 0, true},
	                                .youngs_modulus = {NAN, 0, false},
	                                .group = copy("11 Pa"),
	                                .where = copy("s:3:1")};
	run(&s, &c);
	CHECK(c.n_checks == 3);
	CHECK(c.check[0].group == 0 && !c.check[0].differs);
	CHECK_HAS(c.check[0].text, "nanoindentation");
	CHECK_HAS(c.check[0].text, "within the uncertainties");
	CHECK(c.check[1].differs); /* 10 GPa against 1.96 × hypot(2, 1) = 4.4 GPa */
	CHECK_HAS(c.check[1].text, "beyond the uncertainties");
	CHECK(c.check[2].group == 1 && c.check[2].differs); /* 0.5 GPa against 1.96 × hypot(0.02, 0.1) = 0.2 GPa */
	CHECK_NEAR(c.check[2].reference, 2.5, 1e-12);
	CHECK_HAS(c.notes.item[c.notes.n - 1], "s:3:1: no group is called '11 Pa'");
	tt_comparison_clear(&c);
	tt_study_clear(&s);
}

/* The enumeration goes with the table. */
static void test_quantities(void)
{
	static const char *const id[TT_CMP_COUNT] = {
	    "youngs_modulus_GPa",  "yield_strength_GPa", "ultimate_strength_GPa",
	    "uniform_elongation",  "total_elongation",   "plastic_elongation",
	    "toughness_MJ_per_m3", "fracture_angle_deg", "width_reduction"};
	static const double shown[TT_CMP_COUNT] = {1, 1, 1, 100, 100, 100, 1, 1, 100};
	for (int i = 0; i < TT_CMP_COUNT; i++) {
		CHECK(tt_compared_describe((tt_compared)i) == tt_measurand_find(id[i]));
		CHECK_NEAR(tt_compared_shown((tt_compared)i), shown[i], 1e-12);
	}
	CHECK(tt_compared_describe(TT_CMP_COUNT) == NULL);
}

static const check_case cases[] = {{"what is compared are rows of the table of quantities", test_quantities},
                                   {"pressures", test_pressures},
                                   {"other_keys", test_other_keys},
                                   {"missing_key", test_missing_key},
                                   {"specimens", test_specimens},
                                   {"shared", test_shared},
                                   {"statistics", test_statistics},
                                   {"weak_and_single", test_weak_and_single},
                                   {"cross_checks", test_cross_checks}};
CHECK_MAIN(cases)
