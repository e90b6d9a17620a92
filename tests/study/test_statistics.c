/* Statistics against R 4.2.2 on its own data sets `sleep` (Cushny & Peebles 1905) and `PlantGrowth` (Dobson 1983).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "temtensile/study.h"

static const double sleep1[] = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
static const double sleep2[] = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
static const double growth[3][10] = {{4.17, 5.58, 5.18, 6.11, 4.50, 4.61, 5.17, 4.53, 5.33, 5.14},
                                     {4.81, 4.17, 4.41, 3.59, 5.87, 3.83, 6.03, 4.89, 4.32, 4.69},
                                     {6.31, 5.12, 5.54, 5.50, 5.37, 5.29, 4.92, 6.15, 5.80, 5.26}};

/* R: t.test(extra ~ group, data = sleep) */
static void test_welch(void)
{
	tt_sample a = tt_sample_of(sleep1, 10), b = tt_sample_of(sleep2, 10);
	tt_welch_test r = tt_welch(&a, &b);
	CHECK_NEAR(r.t, -1.86081346749, 1e-9);
	CHECK_NEAR(r.df, 17.7764735162, 1e-8);
	CHECK_NEAR(r.p, 0.0793941401874, 1e-10);
	CHECK_NEAR(r.lo, -3.365483230712, 1e-9);
	CHECK_NEAR(r.hi, 0.205483230712, 1e-9);
	/* Hedges' g = (m1 - m2) / pooled sd × (1 - 3 / (4 df - 1)); pooled sd = t-test's 1.8984, from R's var() */
	CHECK_NEAR(r.hedges_g, -1.58 / 1.898625 * (1 - 3.0 / 71), 1e-5);
}

/* R: anova(lm(weight ~ group, PlantGrowth)); oneway.test(weight ~ group, PlantGrowth) */
static void test_anova(void)
{
	tt_sample g[3];
	for (int i = 0; i < 3; i++)
		g[i] = tt_sample_of(growth[i], 10);
	tt_anova r = tt_anova_of(g, 3);
	CHECK_NEAR(r.f, 4.84608786238, 1e-9);
	CHECK_NEAR(r.df1, 2, 0);
	CHECK_NEAR(r.df2, 27, 0);
	CHECK_NEAR(r.p, 0.0159099583256, 1e-11);
	CHECK_NEAR(r.eta2, 3.76634 / (3.76634 + 10.49209), 1e-7);
	CHECK_NEAR(r.welch_f, 5.18097240811, 1e-9);
	CHECK_NEAR(r.welch_df2, 17.1284186166, 1e-8);
	CHECK_NEAR(r.welch_p, 0.0173928214902, 1e-10);
}

/* R: pairwise.t.test(weight, group, pool.sd = FALSE, p.adjust.method = "none" and "holm") */
static void test_pairs(void)
{
	static const double raw[3] = {0.250382508588, 0.047899255602, 0.00929840471727};
	static const double holm[3] = {0.2503825085875, 0.0957985112039, 0.0278952141518};
	static const int pair[3][2] = {{0, 1}, {0, 2}, {1, 2}};
	double p[3], adjusted[3];
	tt_error err;
	for (int i = 0; i < 3; i++) {
		tt_sample a = tt_sample_of(growth[pair[i][0]], 10), b = tt_sample_of(growth[pair[i][1]], 10);
		p[i] = tt_welch(&a, &b).p;
		CHECK_NEAR(p[i], raw[i], 1e-10);
	}
	CHECK(tt_holm(p, 3, adjusted, &err) == TT_OK);
	for (int i = 0; i < 3; i++)
		CHECK_NEAR(adjusted[i], holm[i], 1e-10);
}

/* R: p.adjust(c(0.012, 0.0005, 0.8, 0.03, 0.03), "holm") */
static void test_holm(void)
{
	const double p[] = {0.012, 0.0005, NAN, 0.8, 0.03, 0.03};
	const double expected[] = {0.048, 0.0025, NAN, 0.8, 0.09, 0.09};
	double q[6];
	tt_error err;
	CHECK(tt_holm(p, 6, q, &err) == TT_OK);
	for (int i = 0; i < 6; i++)
		CHECK(isnan(expected[i]) ? isnan(q[i]) : fabs(q[i] - expected[i]) < 1e-12);
}

/* R: t.test(c(2.61, 2.58)); t.test(c(2.61, 2.58), c(1.78, 1.83)) */
static void test_two_repeats(void)
{
	const double x[] = {2.61, 2.58}, y[] = {1.78, 1.83, NAN};
	tt_sample a = tt_sample_of(x, 2), b = tt_sample_of(y, 3);
	CHECK(a.weak && b.n == 2);
	CHECK_NEAR(a.lo, 2.40440692896, 1e-9);
	CHECK_NEAR(a.hi, 2.78559307104, 1e-9);
	tt_welch_test r = tt_welch(&a, &b);
	CHECK_NEAR(r.t, 27.0967764525, 1e-7);
	CHECK_NEAR(r.df, 1.63739376771, 1e-8);
	CHECK_NEAR(r.p, 0.00363212126137, 1e-8);
}

static void test_nothing_to_test(void)
{
	const double one[] = {2.6}, two[] = {1.7, 1.8}, same[] = {1, 1};
	tt_sample a = tt_sample_of(one, 1), g[2] = {a, tt_sample_of(two, 2)}, s = tt_sample_of(same, 2);
	CHECK(isnan(a.sd) && isnan(a.lo) && a.mean == 2.6);
	CHECK(isnan(tt_welch(&a, &g[1]).p));
	CHECK(isnan(tt_anova_of(g, 2).p) && isnan(tt_anova_of(g, 2).welch_p));
	CHECK(isnan(tt_welch(&s, &s).p));
	CHECK(tt_sample_of(NULL, 0).n == 0);
}

/* What repeats share does not shrink with their number. */
static void test_group(void)
{
	tt_measured t[4];
	for (int i = 0; i < 4; i++)
		t[i] = (tt_measured){2.6 + 0.01 * (i - 1.5), 0.05, 0.03};
	tt_group_result r = tt_group_of(t, 4, TT_COMPARE_MEAN);
	CHECK_NEAR(r.u_own, 0.04 / 2, 1e-12);
	CHECK_NEAR(r.u_shared, 0.03, 1e-12);
	CHECK(r.u > 0.03 && r.hi - r.lo > 2 * 1.95 * 0.03);
	r = tt_group_of(t, 1, TT_COMPARE_MEAN);
	CHECK_NEAR(r.u, 0.05, 1e-12);
	CHECK_NEAR(r.hi - r.lo, 2 * 1.959964 * 0.05, 1e-6);
	t[0].value = NAN;
	CHECK(isnan(tt_group_of(t, 1, TT_COMPARE_MEAN).lo));
}

/* Angles near 90° have an interval that ends there; those of small spread are as ordinary numbers. */
static void test_angles(void)
{
	const double near[] = {90, 88, 89.5, 86}, far[] = {50, 52, 51, 53.5};
	tt_sample s = tt_sample_of_angles(near, 4), plain = tt_sample_of(near, 4);
	CHECK(plain.hi > 90);
	CHECK(s.mean <= 90 && s.hi == 90 && s.lo > 80);
	CHECK_NEAR(s.mean, plain.mean, 0.01);
	CHECK_NEAR(s.sd, plain.sd, 0.01 * plain.sd);
	s = tt_sample_of_angles(far, 4), plain = tt_sample_of(far, 4);
	CHECK_NEAR(s.mean, plain.mean, 0.01);
	CHECK_NEAR(s.lo, plain.lo, 0.02);
	CHECK_NEAR(s.hi, plain.hi, 0.02);
	const double both[] = {2, 88}; /* across 45° the doubled angles are all but opposite */
	s = tt_sample_of_angles(both, 2);
	CHECK_NEAR(s.mean, 45, 1e-9);
	CHECK(s.lo == 0 && s.hi == 90);
	const tt_measured t[] = {{90, 0.5, 0}, {88, 0.5, 0}, {89, 0.5, 0}};
	tt_group_result r = tt_group_of(t, 3, TT_COMPARE_ANGLE);
	CHECK(r.hi == 90);
	CHECK_NEAR(r.half, 4.302653 * r.between.sd / sqrt(3), 1e-5);
	CHECK_NEAR(tt_group_half(&r, TT_INTERVAL_SD), r.between.sd, 0);
	CHECK_NEAR(tt_group_half(&r, TT_INTERVAL_SE), r.between.sd / sqrt(3), 1e-12);
	r = tt_group_of(t, 1, TT_COMPARE_ANGLE);
	CHECK(r.hi == 90 && isnan(tt_group_half(&r, TT_INTERVAL_SD)));
}

/* Concentrated angles are compared as numbers are; wide ones are not, and no difference is beyond a right angle. */
static void test_welch_of_angles(void)
{
	const double low[] = {50, 52, 51, 53.5}, high[] = {60, 61.5, 63, 59}, wide[] = {5, 50, 85, 70}, at_0[] = {1, 6},
	             at_90[] = {89, 84};
	tt_sample a = tt_sample_of_angles(low, 4), b = tt_sample_of_angles(high, 4), pa = tt_sample_of(low, 4),
	          pb = tt_sample_of(high, 4), w = tt_sample_of_angles(wide, 4);
	tt_welch_test r = tt_welch_of_angles(&a, &b), plain = tt_welch(&pa, &pb);
	CHECK_NEAR(r.difference, plain.difference, 0.02);
	CHECK_NEAR(r.p, plain.p, 0.02 * plain.p);
	CHECK_NEAR(r.lo, plain.lo, 0.02);
	CHECK(!tt_angles_scatter(&a) && tt_angles_scatter(&w));
	r = tt_welch_of_angles(&a, &w);
	CHECK(isnan(r.p) && isnan(r.lo) && isfinite(r.difference));
	a = tt_sample_of_angles(at_0, 2), b = tt_sample_of_angles(at_90, 2);
	r = tt_welch_of_angles(&b, &a);
	CHECK_MSG(r.hi == 90 && tt_welch(&b, &a).hi > 90, "the difference goes up to %g°", r.hi);
	CHECK_NEAR(r.difference, 83, 0.01);
}

static void test_rounding(void)
{
	static const struct {
		double v, u;
		const char *value, *unc;
	} row[] = {{2.61234, 0.0421, "2.61", "0.04"},
	           {2.61234, 0.0213, "2.612", "0.021"},
	           {141.27, 3.4, "141", "3"},
	           {141.27, 12.4, "141", "12"},
	           {141.27, 0.96, "141.3", "1.0"},
	           {12345, 678, "12300", "700"},
	           {0.0713, 0.00021, "0.07130", "0.00021"},
	           {-5, NAN, "−5", ""},
	           {-0.0213, 0.0021, "−0.0213", "0.0021"},
	           {NAN, 1, "", ""},
	           {9.96, 0.0996, "9.96", "0.10"}};
	char v[32], u[32];
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		tt_round_to_u(row[i].v, row[i].u, v, u, sizeof v);
		CHECK_STR(v, row[i].value);
		CHECK_STR(u, row[i].unc);
	}
}

static const check_case cases[] = {{"welch", test_welch},
                                   {"anova", test_anova},
                                   {"pairs", test_pairs},
                                   {"holm", test_holm},
                                   {"two_repeats", test_two_repeats},
                                   {"nothing_to_test", test_nothing_to_test},
                                   {"group", test_group},
                                   {"rounding", test_rounding},
                                   {"angles", test_angles},
                                   {"welch of angles", test_welch_of_angles}};
CHECK_MAIN(cases)
