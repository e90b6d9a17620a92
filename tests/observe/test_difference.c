/* Differences of two frames of a specimen that drifts and is not deformed: flat, and honest about a planted band.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "temtensile/necking.h"
#include "temtensile/simulate.h"

static tt_simulation *open_film(const char *imaging)
{
	char text[1200];
	tt_simulation *s = NULL;
	tt_error err = {0};
	snprintf(text, sizeof text,
	         "name: flat\nseed: 5\n"
	         "law: {youngs_modulus: 130 GPa, yield_stress: 1.9 GPa, fracture_strain: 4 %%}\n"
	         "control: {rate: 12 µN/s, approach: 6 s, hold: 1 s, unload_rate: 80 µN/s, after: 1 s}\n"
	         "video: {size: [480, 360]}\nimaging: {%s}\n",
	         imaging);
	tt_status st = tt_simulation_parse(text, strlen(text), "simulation.yaml", NULL, &s, &err);
	CHECK_MSG(st == TT_OK, "%s", err.message);
	return s;
}

static tt_image copy_frame(tt_simulation *s, int64_t i)
{
	tt_image im;
	tt_error err = {0};
	CHECK_MSG(tt_simulation_frame(s, i, &im, &err) == TT_OK, "%s", err.message);
	uint8_t *keep = malloc((size_t)im.width * (size_t)im.height);
	CHECK(keep && im.type == TT_U8);
	for (int y = 0; y < im.height; y++)
		memcpy(keep + (ptrdiff_t)y * im.width, (const char *)im.data + y * im.stride, (size_t)im.width);
	im.data = keep;
	im.stride = im.width;
	return im;
}

static void subtract(const tt_simulation *s, const tt_image *a, const tt_image *b, tt_difference *d)
{
	const tt_sim_truth *t = tt_simulation_truth(s);
	tt_difference_guide g = {.from = {t->marks_px[0][0], t->marks_px[0][1]},
	                         .to = {t->marks_px[1][0], t->marks_px[1][1]},
	                         .width_px = t->width / t->pixel_size,
	                         .subset_px = 31};
	tt_error err = {0};
	CHECK_MSG(tt_difference_make(a, b, &g, NULL, d, &err) == TT_OK, "%s", err.message);
}

typedef struct spread {
	double n, sum, squares;
} spread;

static void add(spread *s, double v)
{
	if (isnan(v)) return;
	s->n++;
	s->sum += v;
	s->squares += v * v;
}

static double sd(const spread *s)
{
	return sqrt(s->squares / s->n - s->sum * s->sum / s->n / s->n);
}

/* Whole frame, a strip of 6 px about both edges of the bar, and the second difference: each against what noise and
 * interpolation must leave, from the known noise of the camera. */
static void check_flat(const char *imaging, double noise)
{
	tt_simulation *s = open_film(imaging);
	const tt_sim_truth *t = tt_simulation_truth(s);
	tt_image first = copy_frame(s, 0);
	double half = t->width / t->pixel_size / 2;
	for (int64_t f = 4; f <= 22; f += 9) {
		tt_image other = copy_frame(s, f);
		tt_difference d;
		CHECK(tt_simulation_state(s, f).gauge_strain == 0);
		subtract(s, &first, &other, &d);
		spread all = {0}, rim = {0}, second = {0};
		for (int y = 4; y < d.height - 4; y++)
			for (int x = 4; x < d.width - 4; x++) {
				size_t i = (size_t)y * (size_t)d.width + (size_t)x;
				double c = cos(t->axis_deg * acos(-1) / 180), si = sin(t->axis_deg * acos(-1) / 180);
				double dx = x - t->origin_px[0], dy = y - t->origin_px[1];
				double X = c * dx + si * dy, Y = c * dy - si * dx;
				add(&all, (double)d.plain[i]);
				add(&second, (double)d.contrast[i]);
				if (fabs(fabs(Y) - half) < 3 && fabs(X) < 0.45 * t->gauge_px)
					add(&rim, (double)d.plain[i]);
			}
		CHECK_NEAR(d.noise[0], noise, 0.06 * noise);
		check_note(
		    "frame %lld: shift %.3f, %.3f px; noise over expected: all %.3f, rims %.3f, second difference %.3f",
		    (long long)f, d.shift[0], d.shift[1], sd(&all) / d.expected, sd(&rim) / d.expected,
		    sd(&second) / d.expected);
		CHECK(rim.n > 500 && second.n > 5000);
		CHECK(sd(&all) >= 0.9 * d.expected && sd(&all) <= 1.15 * d.expected);
		CHECK(sd(&rim) >= 0.9 * d.expected && sd(&rim) <= 1.15 * d.expected);
		CHECK(sd(&second) >= 0.9 * d.expected && sd(&second) <= 1.15 * d.expected);
		CHECK_NEAR(all.sum / all.n, 0, 0.1);
		tt_difference_clear(&d);
		free((void *)other.data);
	}
	free((void *)first.data);
	tt_simulation_free(s);
}

static void test_flat(void)
{
	check_flat("noise: 4, drift: [23 nm/s, -17 nm/s]", 4);
}

static void test_flat_turned(void)
{
	check_flat("noise: 3, axis: 24 deg, drift: [-11 nm/s, 9 nm/s]", 3);
}

/* The same specimen with and without a band of 3 grey levels, 6 px wide, right across. */
static void test_band(void)
{
	const char *base = "noise: 1.5, drift: [23 nm/s, -17 nm/s]";
	char with[256];
	tt_simulation *s = open_film(base);
	const tt_sim_truth *t = tt_simulation_truth(s);
	snprintf(with, sizeof with, "%s, bands: [{at: 0 nm, width: %.3f nm, angle: 90 deg, grey: 3}]", base,
	         6 * t->pixel_size * 1e9);
	tt_simulation *banded = open_film(with);
	tt_image first = copy_frame(s, 0);
	spread in = {0}, shown = {0}, beside = {0}, in2 = {0}, beside2 = {0};
	size_t listed = 0;
	for (int64_t f = 4; f < 20; f += 3) {
		tt_image other = copy_frame(banded, f);
		tt_difference d;
		subtract(s, &first, &other, &d);
		double half = t->width / t->pixel_size / 2, place[2];
		/* What the picture holds of the band, its soft flanks included: the same frame without it, same noise.
		 */
		tt_image bare = copy_frame(s, f);
		tt_simulation_place(s, f, 0, 0, &place[0], &place[1]);
		for (int y = 0; y < d.height; y++)
			for (int x = 0; x < d.width; x++)
				if (fabs(x - place[0]) <= 2.5 && fabs(y - place[1]) <= half - 4)
					add(&shown, tt_image_at(&other, x, y) - tt_image_at(&bare, x, y));
		free((void *)bare.data);
		for (int y = 0; y < d.height; y++)
			for (int x = 0; x < d.width; x++) {
				double X = fabs(x - t->origin_px[0]), Y = fabs(y - t->origin_px[1]);
				size_t i = (size_t)y * (size_t)d.width + (size_t)x;
				if (Y > half - 4 || X > 30) continue;
				if (X <= 2.5) add(&in, (double)d.plain[i]), add(&in2, (double)d.contrast[i]);
				if (X >= 6) add(&beside, (double)d.plain[i]), add(&beside2, (double)d.contrast[i]);
			}
		tt_candidate c[8];
		size_t n = 0;
		const double axis[2] = {1, 0};
		tt_error err = {0};
		CHECK(tt_candidates_find(&d, axis, 2 * half, c, 8, &n, &err) == TT_OK);
		for (size_t i = 0; i < n; i++)
			if (fabs(c[i].at[0] - t->origin_px[0]) < 4 && c[i].angle_deg > 75 && c[i].contrast > 0) {
				listed++;
				break;
			}
		tt_difference_clear(&d);
		free((void *)other.data);
	}
	double plain = in.sum / in.n - beside.sum / beside.n, followed = in2.sum / in2.n - beside2.sum / beside2.n;
	double drawn = shown.sum / shown.n;
	check_note(
	    "band of 3 grey levels, %.2f as drawn: %.2f in the difference, %.2f in the second; listed in %zu of 6",
	    drawn, plain, followed, listed);
	CHECK(drawn > 2 && drawn <= 3);
	CHECK(plain >= 0.9 * drawn && plain <= 1.1 * drawn);
	/* The displacement field follows the band's flanks a little. */
	CHECK(followed >= 0.85 * drawn && followed <= 1.1 * drawn);
	CHECK(listed >= 4);
	free((void *)first.data);
	tt_simulation_free(s);
	tt_simulation_free(banded);
}

static const check_case cases[] = {
    {"flat", test_flat}, {"flat, turned", test_flat_turned}, {"planted band", test_band}};
CHECK_MAIN(cases)
