/* Location, scatter, noise against known answers: NIST's Statistical Reference Datasets, univariate
 * (https://www.itl.nist.gov/div898/strd/univ/homepage.html; data of the US government, certified to 15 digits), and
 * noise of known size on signals that are rounded, drift and jump. SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "numeric/statistics.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

/* Correct significant digits, NIST's measure: -log10 of the relative error, 15 at most. */
static double digits(double value, double certified)
{
	double e = fabs(value - certified) / (certified != 0 ? fabs(certified) : 1);
	return e > 0 ? fmin(15, -log10(e)) : 15;
}

/* Michelson's speed of light, 1879, 10⁶ m/s. */
static const double michelso[] = {
    299.85, 299.74, 299.90, 300.07, 299.93, 299.85, 299.95, 299.98, 299.98, 299.88, 300.00, 299.98, 299.93,
    299.65, 299.76, 299.81, 300.00, 300.00, 299.96, 299.96, 299.96, 299.94, 299.96, 299.94, 299.88, 299.80,
    299.85, 299.88, 299.90, 299.84, 299.83, 299.79, 299.81, 299.88, 299.88, 299.83, 299.80, 299.79, 299.76,
    299.80, 299.88, 299.88, 299.88, 299.86, 299.72, 299.72, 299.62, 299.86, 299.97, 299.95, 299.88, 299.91,
    299.85, 299.87, 299.84, 299.84, 299.85, 299.84, 299.84, 299.84, 299.89, 299.81, 299.81, 299.82, 299.80,
    299.77, 299.76, 299.74, 299.75, 299.76, 299.91, 299.92, 299.89, 299.86, 299.88, 299.72, 299.84, 299.85,
    299.85, 299.78, 299.89, 299.84, 299.78, 299.81, 299.76, 299.81, 299.79, 299.81, 299.82, 299.85, 299.87,
    299.87, 299.81, 299.74, 299.81, 299.94, 299.95, 299.80, 299.81, 299.87};

static const double mavro[] = {
    2.00180, 2.00170, 2.00180, 2.00190, 2.00180, 2.00170, 2.00150, 2.00140, 2.00150, 2.00150, 2.00170, 2.00180, 2.00180,
    2.00190, 2.00190, 2.00210, 2.00200, 2.00160, 2.00140, 2.00130, 2.00130, 2.00150, 2.00150, 2.00160, 2.00150, 2.00140,
    2.00130, 2.00140, 2.00150, 2.00140, 2.00150, 2.00160, 2.00150, 2.00160, 2.00190, 2.00200, 2.00200, 2.00210, 2.00220,
    2.00230, 2.00240, 2.00250, 2.00270, 2.00260, 2.00260, 2.00260, 2.00270, 2.00260, 2.00250, 2.00240};

/* Deflections of a beam. */
static const double lew[] = {
    -213, -564, -35,  -15,  141,  115,  -420, -360, 203,  -338, -431, 194,  -220, -513, 154,  -125, -559, 92,   -21,
    -579, -52,  99,   -543, -175, 162,  -457, -346, 204,  -300, -474, 164,  -107, -572, -8,   83,   -541, -224, 180,
    -420, -374, 201,  -236, -531, 83,   27,   -564, -112, 131,  -507, -254, 199,  -311, -495, 143,  -46,  -579, -90,
    136,  -472, -338, 202,  -287, -477, 169,  -124, -568, 17,   48,   -568, -135, 162,  -430, -422, 172,  -74,  -577,
    -13,  92,   -534, -243, 194,  -355, -465, 156,  -81,  -578, -64,  139,  -449, -384, 193,  -198, -538, 110,  -44,
    -577, -6,   66,   -552, -164, 161,  -460, -344, 205,  -281, -504, 134,  -28,  -576, -118, 156,  -437, -381, 200,
    -220, -540, 83,   11,   -568, -160, 172,  -414, -408, 188,  -125, -572, -32,  139,  -492, -321, 205,  -262, -504,
    142,  -83,  -574, 0,    48,   -571, -106, 137,  -501, -266, 190,  -391, -406, 194,  -186, -553, 83,   -13,  -577,
    -49,  103,  -515, -280, 201,  300,  -506, 131,  -45,  -578, -80,  138,  -462, -361, 201,  -211, -554, 32,   74,
    -533, -235, 187,  -372, -442, 182,  -147, -566, 25,   68,   -535, -244, 194,  -351, -463, 174,  -125, -570, 15,
    72,   -550, -190, 172,  -424, -385, 198,  -218, -536, 96};

static void certified(const char *name, const double *v, size_t n, double mean, double sd, double lag1, double least)
{
	double m = digits(tt_mean(v, n), mean), s = digits(tt_sd(v, n), sd), r = digits(tt_lag1(v, n), lag1);
	check_note("%-8s digits of mean %.1f, standard deviation %.1f, lag 1 %.1f", name, m, s, r);
	CHECK_MSG(m >= 14, "%s: the mean %.17g has %.1f digits", name, tt_mean(v, n), m);
	CHECK_MSG(s >= least && r >= least, "%s: %.17g, %.17g", name, tt_sd(v, n), tt_lag1(v, n));
}

static void nist_univariate(void)
{
	certified("Michelso", michelso, 100, 299.852400000000, 0.0790105478190518, 0.535199668621283, 12);
	certified("Mavro", mavro, 50, 2.00185600000000, 0.000429123454003053, 0.937989183438248, 12);
	certified("Lew", lew, 200, -177.435000000000, 277.332168044316, -0.307304800605679, 14);
	static const double first[] = {10000001, 10000003, 10000002};
	certified("NumAcc1", first, 3, 10000002, 1, -0.5, 14);
	/* NumAcc2 to 4: 1001 values whose digits are lost in a double the more the larger they are */
	static const double base[] = {1, 1000000, 10000000}, least[] = {13, 9, 8};
	double v[1001];
	for (int k = 0; k < 3; k++) {
		char name[16];
		v[0] = base[k] + 0.2;
		for (int i = 1; i < 1001; i++)
			v[i] = base[k] + (i % 2 ? 0.1 : 0.3);
		snprintf(name, sizeof name, "NumAcc%d", k + 2);
		certified(name, v, 1001, base[k] + 0.2, 0.1, -0.999, least[k]);
	}
}

static void medians(void)
{
	double odd[] = {5, -1, 3}, even[] = {4, 1, 3, 2}, mad[] = {1, 1, 2, 2, 4, 6, 9};
	CHECK(tt_median(odd, 3) == 3);
	CHECK(tt_median(even, 4) == 2.5);
	CHECK(tt_high_median(even, 4) == 3 && tt_high_median(odd, 3) == 3);
	CHECK(isnan(tt_median(odd, 0)) && isnan(tt_high_median(odd, 0)));
	CHECK(tt_median_of_five((double[]){5, 1, 4, 9, 2}) == 4);
	CHECK_NEAR(tt_mad(mad, 7, 2), 1.4826, 1e-12); /* deviations 1 1 0 0 2 4 7 */
	CHECK(isnan(tt_mad(mad, 0, 2)));
	CHECK(isnan(tt_mean(odd, 0)) && isnan(tt_sd(odd, 1)) && isnan(tt_lag1(odd, 1)));
}

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Values in several orders, many of them alike: selection gives what sorting gives, to the last bit. */
static void medians_in_any_order(void)
{
	enum { MOST = 700 };
	double v[MOST], sorted[MOST], work[MOST];
	for (size_t n = 1; n < MOST; n += n < 40 ? 1 : 61)
		for (int kind = 0; kind < 6; kind++) {
			for (size_t i = 0; i < n; i++) {
				const double at = (double)i, any = sin(12.9898 * (at + (double)n)) * 43758.5453;
				v[i] = kind == 0   ? any
				       : kind == 1 ? floor(any) - 7 * floor(floor(any) / 7) /* seven values */
				       : kind == 2 ? at
				       : kind == 3 ? -at
				       : kind == 4 ? fabs(at - (double)n / 2) /* falls, then rises */
				                   : 1;
			}
			memcpy(sorted, v, n * sizeof *v);
			qsort(sorted, n, sizeof *sorted, by_value);
			memcpy(work, v, n * sizeof *v);
			const double low = sorted[(n - 1) / 2], high = sorted[n / 2];
			CHECK(tt_median(work, n) == (low == high ? low : (low + high) / 2));
			memcpy(work, v, n * sizeof *v);
			CHECK(tt_high_median(work, n) == high);
			for (size_t k = 0; k < n; k += 1 + n / 9) {
				memcpy(work, v, n * sizeof *v);
				CHECK(tt_kth_smallest(work, n, k) == sorted[k]);
				for (size_t i = 0; i < n; i++)
					CHECK(i < k ? work[i] <= work[k] : work[i] >= work[k]);
			}
		}
}

/* White noise of sd 1 on a slope with a jump, rounded to a step. */
static double noise_seen(double rounding, double slope, bool jump, int seed)
{
	enum { N = 4000 };
	static double y[N];
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	gsl_rng_set(rng, (unsigned long)seed);
	for (int i = 0; i < N; i++) {
		double v = slope * i + (jump && i > N / 3 ? 400 : 0) + gsl_ran_gaussian(rng, 1);
		y[i] = rounding > 0 ? rounding * round(v / rounding) : v;
	}
	gsl_rng_free(rng);
	return tt_noise_std(y, N);
}

static void selection(void)
{
	float v[101], w[101];
	for (size_t k = 0; k < 101; k++)
		w[k] = (float)(k * 37 % 101 / 3); /* each value three times, out of order */
	for (size_t k = 0; k < 101; k++) {
		memcpy(v, w, sizeof v);
		CHECK_NEAR((double)tt_nth_smallest(v, 101, k), (double)(k / 3), 0);
	}
	float one[1] = {7};
	CHECK_NEAR((double)tt_nth_smallest(one, 1, 0), 7, 0);
}

static void noise_of_rounded_data(void)
{
	static const double rounding[] = {0, 0.01, 0.3, 0.7, 1, 1.5, 2};
	for (size_t k = 0; k < sizeof rounding / sizeof *rounding; k++) {
		double q = rounding[k], expected = sqrt(1 + q * q / 12), worst = 0;
		for (int seed = 1; seed <= 4; seed++)
			for (int how = 0; how < 3; how++) {
				double s = noise_seen(q, how == 1 ? 0.37 : 0, how == 2, seed) / expected;
				if (fabs(s - 1) > fabs(worst - 1) || worst == 0) worst = s;
			}
		check_note("rounded to %.2f sd: seen %.3f of the noise, the rounding's included", q, worst);
		/* coarser steps hide noise that does not reach the next step */
		CHECK_MSG(worst > 0.95 - 0.05 * (q > 1.5) && worst < (q > 0.1 ? 1.25 : 1.05), "rounded to %g: %.3f", q,
		          worst);
	}
	double flat[] = {2, 2, 2, 2, 2, 2}, line[] = {0, 1, 2, 3, 4, 5};
	CHECK(tt_noise_std(flat, 6) == 0 && tt_noise_std(line, 6) == 0);
	CHECK(isnan(tt_noise_std(flat, 2)));
}

static void inflation_of_correlated_noise(void)
{
	enum { N = 20000 };
	double *y = malloc(N * sizeof *y), a = 0.6;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	y[0] = 0;
	for (int i = 1; i < N; i++)
		y[i] = a * y[i - 1] + gsl_ran_gaussian(rng, 1);
	/* AR(1): (1 + a)/(1 - a) = 4 */
	CHECK_NEAR(tt_noise_inflation(y, N), 4, 0.6);
	for (int i = 0; i < N; i++)
		y[i] = gsl_ran_gaussian(rng, 1);
	CHECK_NEAR(tt_noise_inflation(y, N), 1, 0.1);
	gsl_rng_free(rng);
	free(y);
}

static void tests_of_significance(void)
{
	/* tables: t(10) = 2.228 and F(3, 20) = 3.098 at 5 % */
	CHECK_NEAR(tt_t_test(2.228138852, 10), 0.05, 1e-9);
	CHECK_NEAR(tt_t_test(-2.228138852, 10), 0.05, 1e-9);
	CHECK_NEAR(tt_f_test(3.098391212, 3, 20), 0.05, 1e-9);
	CHECK(tt_f_test(-1, 3, 20) == 1 && isnan(tt_t_test(1, 0)) && isnan(tt_f_test(NAN, 1, 1)));
}

static const check_case cases[] = {
    {"NIST univariate", nist_univariate},
    {"medians", medians},
    {"medians are those of the sorted values", medians_in_any_order},
    {"selection", selection},
    {"noise of rounded data", noise_of_rounded_data},
    {"inflation of correlated noise", inflation_of_correlated_noise},
    {"tests of significance", tests_of_significance},
};
CHECK_MAIN(cases)
