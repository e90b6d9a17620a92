/* Linear least squares and polynomials against NIST's Statistical Reference Datasets, linear regression
 * (https://www.itl.nist.gov/div898/strd/lls/lls.shtml; data of the US government, certified to 15 digits).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "numeric/linear.h"
#include "numeric/lsq.h"
#include "numeric/polyfit.h"

#include <math.h>
#include <stdlib.h>

static double digits(double value, double certified)
{
	double e = fabs(value - certified) / (certified != 0 ? fabs(certified) : 1);
	return e > 0 ? fmin(15, -log10(e)) : 15;
}

static double worst_digits(const double *value, const double *certified, size_t n)
{
	double worst = 15;
	for (size_t i = 0; i < n; i++)
		worst = fmin(worst, digits(value[i], certified[i]));
	return worst;
}

/* Norris: calibration of ozone monitors, y and x. */
static const double norris[36][2] = {
    {0.1, 0.2},     {338.8, 337.4}, {118.1, 118.2}, {888.0, 884.6}, {9.2, 10.1},    {228.1, 226.5},
    {668.5, 666.3}, {998.5, 996.3}, {449.1, 448.6}, {778.9, 777.0}, {559.2, 558.2}, {0.3, 0.4},
    {0.1, 0.6},     {778.1, 775.5}, {668.8, 666.9}, {339.3, 338.0}, {448.9, 447.5}, {10.8, 11.6},
    {557.7, 556.0}, {228.3, 228.1}, {998.0, 995.8}, {888.8, 887.6}, {119.6, 120.2}, {0.3, 0.3},
    {0.6, 0.3},     {557.6, 556.8}, {339.3, 339.1}, {888.0, 887.2}, {998.5, 999.0}, {778.9, 779.0},
    {10.2, 11.1},   {117.6, 118.3}, {228.9, 229.2}, {668.4, 669.1}, {449.2, 448.9}, {0.2, 0.5}};
static const double norris_b[] = {-0.262323073774029, 1.00211681802045};
static const double norris_sd[] = {0.232818234301152, 0.429796848199937e-3};
static const double norris_rss = 26.6173985294224;

/* Longley 1967: employment, and six columns that nearly depend on each other. */
static const double longley[16][7] = {
    {60323, 83.0, 234289, 2356, 1590, 107608, 1947},  {61122, 88.5, 259426, 2325, 1456, 108632, 1948},
    {60171, 88.2, 258054, 3682, 1616, 109773, 1949},  {61187, 89.5, 284599, 3351, 1650, 110929, 1950},
    {63221, 96.2, 328975, 2099, 3099, 112075, 1951},  {63639, 98.1, 346999, 1932, 3594, 113270, 1952},
    {64989, 99.0, 365385, 1870, 3547, 115094, 1953},  {63761, 100.0, 363112, 3578, 3350, 116219, 1954},
    {66019, 101.2, 397469, 2904, 3048, 117388, 1955}, {67857, 104.6, 419180, 2822, 2857, 118734, 1956},
    {68169, 108.4, 442769, 2936, 2798, 120445, 1957}, {66513, 110.8, 444546, 4681, 2637, 121950, 1958},
    {68655, 112.6, 482704, 3813, 2552, 123366, 1959}, {69564, 114.2, 502601, 3931, 2514, 125368, 1960},
    {69331, 115.7, 518173, 4806, 2572, 127852, 1961}, {70551, 116.9, 554894, 4007, 2827, 130081, 1962}};
static const double longley_b[] = {-3482258.63459582, 15.0618722713733,       -0.358191792925910e-01, -2.02022980381683,
                                   -1.03322686717359, -0.511041056535807e-01, 1829.15146461355};
static const double longley_sd[] = {890420.383607373,  84.9149257747669,  0.334910077722432e-01, 0.488399681651699,
                                    0.214274163161675, 0.226073200069370, 455.478499142212};

/* Wampler 1 to 5: degree 5 over x = 0 … 20; 3 to 5 with ever larger deviations. */
static const double wampler[5][21] = {
    {1,      6,      63,     364,    1365,   3906,    9331,    19608,   37449,   66430,  111111,
     177156, 271453, 402234, 579195, 813616, 1118481, 1508598, 2000719, 2613660, 3368421},
    {1.00000, 1.11111, 1.24992,  1.42753,  1.65984,  1.96875,  2.38336,  2.94117,  3.68928,  4.68559, 6.00000,
     7.71561, 9.92992, 12.75603, 16.32384, 20.78125, 26.29536, 33.05367, 41.26528, 51.16209, 63.00000},
    {760,    -2042,  2111,   -1684,  3888,   1858,    11379,   17560,   39287,   64382,  113159,
     175108, 273291, 400186, 581243, 811568, 1121004, 1506550, 2002767, 2611612, 3369180},
    {75901,  -204794, 204863, -204436, 253665, -200894, 214131,  -185192, 221249,  -138370, 315911,
     -27644, 455253,  197434, 783995,  608816, 1370781, 1303798, 2205519, 2408860, 3444321},
    {7590001,   -20479994, 20480063,  -20479636, 25231365,  -20476094, 20489331,
     -20460392, 18417449,  -20413570, 20591111,  -20302844, 18651453,  -20077766,
     21059195,  -19666384, 26348481,  -18971402, 22480719,  -17866340, 10958421}};
static const double wampler_rss[] = {0, 0, 83554268, 835542680000, 8355426800000000};
static const double wampler3_sd[] = {2152.32624678170, 2363.55173469681, 779.343524331583,
                                     101.475507550350, 5.64566512170752, 0.112324854679312};

/* Filippelli: degree 10; the matrix of powers has a condition of 10¹⁵. y and x. */
static const double filip[82][2] = {
    {0.8116, -6.860120914}, {0.9072, -4.324130045}, {0.9052, -4.358625055}, {0.9039, -4.358426747},
    {0.8053, -6.955852379}, {0.8377, -6.661145254}, {0.8667, -6.355462942}, {0.8809, -6.118102026},
    {0.7975, -7.115148017}, {0.8162, -6.815308569}, {0.8515, -6.519993057}, {0.8766, -6.204119983},
    {0.8885, -5.853871964}, {0.8859, -6.109523091}, {0.8959, -5.79832982},  {0.8913, -5.482672118},
    {0.8959, -5.171791386}, {0.8971, -4.851705903}, {0.9021, -4.517126416}, {0.909, -4.143573228},
    {0.9139, -3.709075441}, {0.9199, -3.499489089}, {0.8692, -6.300769497}, {0.8872, -5.953504836},
    {0.89, -5.642065153},   {0.891, -5.031376979},  {0.8977, -4.680685696}, {0.9035, -4.329846955},
    {0.9078, -3.928486195}, {0.7675, -8.56735134},  {0.7705, -8.363211311}, {0.7713, -8.107682739},
    {0.7736, -7.823908741}, {0.7775, -7.522878745}, {0.7841, -7.218819279}, {0.7971, -6.920818754},
    {0.8329, -6.628932138}, {0.8641, -6.323946875}, {0.8804, -5.991399828}, {0.7668, -8.781464495},
    {0.7633, -8.663140179}, {0.7678, -8.473531488}, {0.7697, -8.247337057}, {0.77, -7.971428747},
    {0.7749, -7.676129393}, {0.7796, -7.352812702}, {0.7897, -7.072065318}, {0.8131, -6.774174009},
    {0.8498, -6.478861916}, {0.8741, -6.159517513}, {0.8061, -6.835647144}, {0.846, -6.53165267},
    {0.8751, -6.224098421}, {0.8856, -5.910094889}, {0.8919, -5.598599459}, {0.8934, -5.290645224},
    {0.894, -4.974284616},  {0.8957, -4.64454848},  {0.9047, -4.290560426}, {0.9129, -3.885055584},
    {0.9209, -3.408378962}, {0.9219, -3.13200249},  {0.7739, -8.726767166}, {0.7681, -8.66695597},
    {0.7665, -8.511026475}, {0.7703, -8.165388579}, {0.7702, -7.886056648}, {0.7761, -7.588043762},
    {0.7809, -7.283412422}, {0.7961, -6.995678626}, {0.8253, -6.691862621}, {0.8602, -6.392544977},
    {0.8809, -6.067374056}, {0.8301, -6.684029655}, {0.8664, -6.378719832}, {0.8834, -6.065855188},
    {0.8898, -5.752272167}, {0.8964, -5.132414673}, {0.8963, -4.811352704}, {0.9074, -4.098269308},
    {0.9119, -3.66174277},  {0.9228, -3.2644011}};
static const double filip_b[] = {-1467.48961422980,      -2772.17959193342,     -2316.37108160893,
                                 -1127.97394098372,      -354.478233703349,     -75.1242017393757,
                                 -10.8753180355343,      -1.06221498588947,     -0.670191154593408e-01,
                                 -0.246781078275479e-02, -0.402962525080404e-04};
static const double filip_rss = 0.795851382172941e-03;

static void line_by_normal_equations(void)
{
	tt_lsq l;
	double b[2], q[2], rss;
	tt_lsq_start(&l, 2);
	for (int i = 0; i < 36; i++)
		tt_lsq_add(&l, (double[]){1, norris[i][1]}, norris[i][0], 1);
	CHECK(tt_lsq_fit(&l, b, q, &rss));
	double d = worst_digits(b, norris_b, 2), sd[] = {sqrt(q[0] * norris_rss / 34), sqrt(q[1] * norris_rss / 34)};
	check_note("Norris by normal equations: %.1f digits; standard deviations %.1f; residual squares %.1f", d,
	           worst_digits(sd, norris_sd, 2), digits(rss, norris_rss));
	CHECK(d >= 12 && worst_digits(sd, norris_sd, 2) >= 12 && digits(rss, norris_rss) >= 6);
	/* no intercept: NoInt1, y = 130 … 140 at x = 60 … 70 */
	tt_lsq_start(&l, 1);
	for (int i = 0; i <= 10; i++)
		tt_lsq_add(&l, (double[]){60 + i}, 130 + i, 1);
	CHECK(tt_lsq_fit(&l, b, q, &rss));
	CHECK(digits(b[0], 2.07438016528926) >= 14 && digits(rss, 127.272727272727) >= 9);
	/* dependent columns are no answer */
	tt_lsq_start(&l, 2);
	for (int i = 0; i < 9; i++)
		tt_lsq_add(&l, (double[]){1 + i, 2 + 2 * i}, i, 1);
	CHECK(!tt_lsq_fit(&l, b, NULL, NULL));
}

/* Weights and the covariance: two groups whose u differ. */
static void weights(void)
{
	static const double x[] = {1, 1, 1, 1}, y[] = {1, 3, 10, 10}, w[] = {1, 1, 1e-4, 1e-4};
	tt_lsq l;
	double b, inv[TT_LSQ_MAX][TT_LSQ_MAX], c, cov, rss;
	tt_error err;
	tt_lsq_start(&l, 1);
	for (int i = 0; i < 4; i++)
		tt_lsq_add(&l, &x[i], y[i], w[i]);
	double expected = (4 + 2e-3) / (2 + 2e-4);
	CHECK(tt_lsq_solve(&l, &b, inv));
	CHECK_NEAR(b, expected, 1e-14);
	CHECK_NEAR(inv[0][0], 1 / (2 + 2e-4), 1e-14);
	CHECK(tt_linear_fit(x, 4, 1, y, w, &c, &cov, &rss, &err) == TT_OK);
	CHECK_NEAR(c, expected, 1e-14);
	CHECK_NEAR(cov, inv[0][0], 1e-14);
}

static void longley_by_singular_values(void)
{
	double x[16 * 7], y[16], b[7], cov[49], sd[7], rss;
	tt_error err = {0};
	for (int i = 0; i < 16; i++) {
		y[i] = longley[i][0];
		x[i * 7] = 1;
		for (int k = 1; k < 7; k++)
			x[i * 7 + k] = longley[i][k];
	}
	CHECK_MSG(tt_linear_fit(x, 16, 7, y, NULL, b, cov, &rss, &err) == TT_OK, "%s", err.message);
	for (int k = 0; k < 7; k++)
		sd[k] = sqrt(cov[k * 8]);
	check_note("Longley: %.1f digits, standard deviations %.1f, residual squares %.1f",
	           worst_digits(b, longley_b, 7), worst_digits(sd, longley_sd, 7), digits(rss, 836424.055505915));
	CHECK(worst_digits(b, longley_b, 7) >= 9 && worst_digits(sd, longley_sd, 7) >= 9);
	CHECK(digits(rss, 836424.055505915) >= 11);
	for (int i = 0; i < 16; i++) /* a column twice */
		x[i * 7 + 6] = x[i * 7 + 5];
	CHECK(tt_linear_fit(x, 16, 7, y, NULL, b, cov, &rss, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "dependent");
	CHECK(tt_linear_fit(x, 3, 7, y, NULL, b, cov, &rss, &err) == TT_ERR_FAILED);
}

static void wampler_polynomials(void)
{
	double x[21], b[6];
	for (int i = 0; i < 21; i++)
		x[i] = i;
	for (int k = 0; k < 5; k++) {
		tt_poly p;
		tt_error err = {0};
		CHECK_MSG(tt_poly_fit(x, wampler[k], 21, 5, &p, &err) == TT_OK, "%s", err.message);
		tt_poly_powers(&p, b);
		static const double ones[] = {1, 1, 1, 1, 1, 1}, tenths[] = {1, 0.1, 0.01, 0.001, 1e-4, 1e-5};
		double d = worst_digits(b, k == 1 ? tenths : ones, 6), r = digits(p.rss, wampler_rss[k]);
		check_note("Wampler%d by orthogonal polynomials: %.1f digits, residual squares %.1f", k + 1, d, r);
		/* coefficients of 1 beside y of 3e6, in 3 to 5 beside deviations of up to 2e7 */
		static const double least[] = {9, 9, 9, 9, 7};
		CHECK_MSG(d >= least[k], "Wampler%d: %.1f digits", k + 1, d);
		CHECK_MSG(r >= (wampler_rss[k] > 0 ? 12 : 10), "Wampler%d: residual squares %.17g", k + 1, p.rss);
		/* the same by singular values of the powers */
		double m[21 * 6], c[6], cov[36], rss, sd[6];
		for (int i = 0; i < 21; i++)
			for (int j = 0; j < 6; j++)
				m[i * 6 + j] = pow(i, j);
		CHECK_MSG(tt_linear_fit(m, 21, 6, wampler[k], NULL, c, cov, &rss, &err) == TT_OK, "%s", err.message);
		d = worst_digits(c, k == 1 ? tenths : ones, 6);
		check_note("Wampler%d by singular values: %.1f digits", k + 1, d);
		CHECK(d >= least[k] - 3);
		if (k != 2) continue;
		for (int j = 0; j < 6; j++)
			sd[j] = sqrt(cov[j * 7]);
		CHECK(worst_digits(sd, wampler3_sd, 6) >= 9);
	}
}

static void filip_polynomial(void)
{
	double x[82], y[82], b[11];
	tt_poly p;
	tt_error err = {0};
	for (int i = 0; i < 82; i++) {
		y[i] = filip[i][0];
		x[i] = filip[i][1];
	}
	CHECK_MSG(tt_poly_fit(x, y, 82, 10, &p, &err) == TT_OK, "%s", err.message);
	tt_poly_powers(&p, b);
	/* the values are as good as doubles allow; turning them into powers of x, whose terms cancel, costs the digits
	 */
	check_note("Filip, degree 10: %.1f digits of the coefficients of powers, residual squares %.1f",
	           worst_digits(b, filip_b, 11), digits(p.rss, filip_rss));
	CHECK(worst_digits(b, filip_b, 11) >= 7);
	CHECK(digits(p.rss, filip_rss) >= 9);
	CHECK(tt_poly_fit(x, y, 82, 11, &p, &err) == TT_ERR_USAGE);
	CHECK(tt_poly_fit(x, y, 5, 5, &p, &err) == TT_ERR_FAILED);
	double same[] = {2, 2, 2, 2};
	CHECK(tt_poly_fit(same, y, 4, 1, &p, &err) == TT_ERR_FAILED);
	CHECK(tt_poly_fit(same, y, 4, 0, &p, &err) == TT_OK);
}

static void slopes_of_polynomials(void)
{
	double x[20], y[20], b[4];
	tt_poly p;
	tt_error err;
	for (int i = 0; i < 20; i++) {
		x[i] = 3 + 0.1 * i;
		y[i] = 2 - x[i] + 0.5 * x[i] * x[i] * x[i];
	}
	CHECK(tt_poly_fit(x, y, 20, 3, &p, &err) == TT_OK);
	CHECK_NEAR(tt_poly_at(&p, 4.123), 2 - 4.123 + 0.5 * pow(4.123, 3), 1e-11);
	CHECK_NEAR(tt_poly_slope(&p, 4.123), -1 + 1.5 * 4.123 * 4.123, 1e-10);
	tt_poly_powers(&p, b);
	CHECK_NEAR(b[0], 2, 1e-9);
	CHECK_NEAR(b[3], 0.5, 1e-10);
}

static void robust_line(void)
{
	double x[40], y[40];
	tt_robust_line l;
	for (int i = 0; i < 40; i++) {
		x[i] = i;
		y[i] = 1 + 0.25 * i + 0.01 * ((i * 7) % 5 - 2);
	}
	y[7] += 30;
	y[33] -= 50;
	CHECK(tt_robust_line_fit(x, y, 40, &l));
	CHECK_NEAR(l.slope, 0.25, 1e-3);
	CHECK_NEAR(l.offset, 1, 0.02);
	CHECK_MSG(l.rms < 0.05 && l.u_slope > 0 && l.u_slope < 0.1, "%g %g", l.rms, l.u_slope);
	CHECK(!tt_robust_line_fit(x, y, 2, &l));
}

static const check_case cases[] = {
    {"Norris and NoInt1 by normal equations", line_by_normal_equations},
    {"weights", weights},
    {"Longley by singular values", longley_by_singular_values},
    {"Wampler's polynomials", wampler_polynomials},
    {"Filip's polynomial", filip_polynomial},
    {"slopes of polynomials", slopes_of_polynomials},
    {"robust line", robust_line},
};
CHECK_MAIN(cases)
