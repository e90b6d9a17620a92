/* Layers: made profiles with jitter, profiles without a period, a line across a made image, a real file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "draw.h"
#include "film/layers/line.h"
#include "film/layers/profile.h"
#include "temtensile/logs.h"

static tt_error error;
enum { MOST = 4000 };

/* Bilayers whose thicknesses scatter by `jitter`, edges 0.35 nm wide, noise; the mean period of whole ones. */
static size_t make(double period, double jitter, int bilayers, double noise, double *x, double *y, double *true_mean)
{
	static double edge[512];
	int n = 0;
	double z = 0;
	for (int i = 0; i < 2 * bilayers; i++) {
		double d;
		do
			d = period / 2 * (1 + jitter * sqrt(2) * draw_normal());
		while (fabs(d - period / 2) > 0.38 * period); /* even-handed: the mean stays */
		edge[n++] = z += d;
	}
	size_t points = 0;
	for (double p = 0; p < z && points < MOST; p += 0.1, points++) {
		double v = 45;
		for (int i = 0; i < n; i++)
			v += (i % 2 ? 6 : -6) * 0.5 * (1 + erf((p - edge[i]) / (sqrt(2) * 0.35)));
		x[points] = p;
		y[points] = v + noise * draw_normal();
	}
	*true_mean = (edge[n - 1] - edge[1]) / (bilayers - 1);
	return points;
}

static void jitter_coverage(double jitter)
{
	static double x[MOST], y[MOST];
	const int n = draw_count();
	int held = 0, found = 0, population = 0;
	double worst = 0, scatter = 0;
	draw_seed((uint64_t)(1000 * jitter));
	for (int k = 0; k < n; k++) {
		double mean;
		tt_layers l;
		const double period = 3.5 + 3 * draw_uniform();
		const size_t points = make(period, jitter, 15 + (int)(15 * draw_uniform()), 1.0, x, y, &mean);
		if (tt_layers_find(x, y, points, "made", &l, &error) != TT_OK) {
			CHECK_HAS(error.message, "no regular period");
			continue;
		}
		const double t = 1.96 * (1 + 1.2 / fmax(l.freedom, 2)); /* Student's, near enough for the count */
		found++;
		held += fabs(l.period - mean) <= t * l.u_period;
		population += fabs(l.period - period) <= t * l.u_period;
		worst = fmax(worst, fabs(l.period / mean - 1));
		scatter += l.scatter / l.period / jitter;
		tt_layers_clear(&l);
	}
	check_note("jitter %.0f %%: found in %d of %d; the mean of the layers there is held in %.1f %%, that of all "
	           "such films in "
	           "%.1f %%; largest error %.1f %%, scatter found/true %.2f",
	           100 * jitter, found, n, 100.0 * held / found, 100.0 * population / found, 100 * worst,
	           scatter / found);
	CHECK(found >= (jitter < 0.2 ? 0.95 : 0.5) * n);
	CHECK(held >= 0.91 * found && population >= 0.88 * found);
}

static void jitter(void)
{
	jitter_coverage(0.05);
	jitter_coverage(0.1);
	jitter_coverage(0.2);
	jitter_coverage(0.3);
}

/* Noise, slow noise and a random telegraph signal are no layers. */
static void nothing_regular(void)
{
	static double x[MOST], y[MOST];
	int white = 0, slow = 0, telegraph = 0;
	draw_seed(77);
	for (int k = 0; k < 100; k++) {
		tt_layers l;
		double v = 0, level = 1, next = 0;
		for (int kind = 0; kind < 3; kind++) {
			for (size_t i = 0; i < 1000; i++) {
				x[i] = 0.1 * (double)i;
				v = 0.96 * v + 0.28 * draw_normal();
				if (x[i] >= next || i == 0) {
					level = -level;
					next = x[i] - 2.3 * log(draw_uniform());
				}
				y[i] = kind == 0 ? draw_normal() : kind == 1 ? v : level + 0.1 * draw_normal();
			}
			if (tt_layers_find(x, y, 1000,
			                   kind == 0   ? "white"
			                   : kind == 1 ? "slow"
			                               : "telegraph",
			                   &l, &error) == TT_OK) {
				*(kind == 0 ? &white : kind == 1 ? &slow : &telegraph) += 1;
				tt_layers_clear(&l);
			} else
				CHECK_HAS(error.message, "no regular period");
			next = 0;
		}
	}
	check_note("taken for layers: white noise %d, slow noise %d, random telegraph signal %d of 100", white, slow,
	           telegraph);
	CHECK(white <= 5 && slow <= 5 && telegraph <= 5);
	CHECK(tt_layers_find(x, y, 10, "short", &(tt_layers){0}, &error) == TT_ERR_FAILED);
}

static void real(void)
{
	tt_columns *c;
	tt_layers l;
	CHECK_MSG(tt_columns_read(check_shared("film/layers/synthetic_line_profile.csv"), &c, &error) == TT_OK, "%s",
	          error.message);
	static const char *const columns[] = {"Cu", "Zr"};
	for (int k = 0; k < 2; k++) {
		CHECK_MSG(tt_layers_find(c->value[0], c->value[tt_columns_find(c, columns[k])], c->rows, columns[k], &l,
		                         &error) == TT_OK,
		          "%s", error.message);
		check_note("%s: %zu periods, %.3f ± %.3f nm, scatter %.3f, amplitude %.3g ± %.2g", columns[k],
		           l.periods, l.period, l.u_period, l.scatter, l.amplitude, l.u_amplitude);
		CHECK_NEAR(l.period, 4.616, l.u_period);
		CHECK_NEAR(l.u_period, 0.16, 0.05);
		tt_layers_clear(&l);
	}
	tt_columns_free(c);
}

/* Layers at 30° across an image, a line that crosses them at right angles. */
static void line(void)
{
	enum { W = 300, H = 260 };
	static float pixel[W * H];
	const double c = cos(3.14159265358979323846 / 6), s = sin(3.14159265358979323846 / 6);
	draw_seed(9);
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++) {
			const double d = x * c + y * s;
			pixel[y * W + x] =
			    (float)(100 + 20 * tanh(3 * sin(2 * 3.14159265358979323846 * d / 23)) + 15 * draw_normal());
		}
	const tt_image im = {.data = pixel, .stride = W * sizeof(float), .width = W, .height = H, .type = TT_F32};
	const tt_profile_line l = {.from = {40, 40}, .to = {40 + 200 * c, 40 + 200 * s}, .width = 31};
	double *p, *v;
	size_t n;
	tt_layers found;
	CHECK_MSG(tt_profile_along(&im, &l, "line", &p, &v, &n, &error) == TT_OK, "%s", error.message);
	CHECK(n == 201);
	CHECK_MSG(tt_layers_find(p, v, n, "line", &found, &error) == TT_OK, "%s", error.message);
	check_note("line: %.3f ± %.3f px of 23, amplitude %.2f", found.period, found.u_period, found.amplitude);
	CHECK_NEAR(found.period, 23, 3 * found.u_period);
	CHECK(found.u_period < 0.2);
	tt_layers_clear(&found);
	free(p);
	free(v);
	CHECK(tt_profile_along(&im, &(tt_profile_line){{0, 0}, {10, 0}, 1}, "line", &p, &v, &n, &error) ==
	      TT_ERR_INPUT);
	CHECK_HAS(error.message, "10.0 px long");
	CHECK(tt_profile_along(&im, &(tt_profile_line){{5, 5}, {200, 5}, 20}, "line", &p, &v, &n, &error) ==
	      TT_ERR_INPUT);
	CHECK_HAS(error.message, "outside the image of 300 x 260");
}

static const check_case cases[] = {{"jitter of 5 to 30 %", jitter},
                                   {"no regular period", nothing_regular},
                                   {"a real file's layers", real},
                                   {"a line across an image", line}};
CHECK_MAIN(cases)
