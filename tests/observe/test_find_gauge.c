/* Gauge auto on pictures whose bar is known, and on the first frames of recordings.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bar_picture.h"
#include "check.h"
#include "observe/find_gauge.h"

static const double degree = 3.14159265358979323846 / 180;

/* Difference of two axes, which have no direction. */
static double between(double a, double b)
{
	double d = fmod(fabs(a - b), 180);
	return fmin(d, 180 - d);
}

typedef struct result {
	double axis_off, width_off, end_off, middle_off, clear;
} result;

/* What a choice is off by, the bar being known. */
static result compare(const bar *b, const tt_gauge_choice *c)
{
	double a = b->axis_deg * degree, ax = cos(a), ay = sin(a);
	result r = {between(c->axis_deg, b->axis_deg), fabs(c->width_px - b->thick), 0, 0, INFINITY};
	for (int end = 0; end < 2; end++) {
		const double *p = end ? c->to : c->from, *e = c->section[end];
		double s = (p[0] - b->centre[0]) * ax + (p[1] - b->centre[1]) * ay;
		double n = -(p[0] - b->centre[0]) * ay + (p[1] - b->centre[1]) * ax;
		double es = (e[0] - b->centre[0]) * ax + (e[1] - b->centre[1]) * ay;
		if (c->end[end] == TT_END_SHOULDER) r.end_off = fmax(r.end_off, fabs(fabs(es) - b->length / 2));
		r.middle_off = fmax(r.middle_off, fabs(n));
		r.clear = fmin(r.clear, b->length / 2 - fabs(s) - c->band_half_px);
	}
	return r;
}

static void expect_found(const bar *b, const char *what, double hint)
{
	tt_image im;
	void *data = bar_draw(b, &im);
	tt_gauge_choice c;
	tt_error err;
	tt_find_gauge_options o = tt_find_gauge_defaults();
	o.width_px = hint;
	tt_status s = tt_find_gauge(&im, &o, &c, &err);
	free(data);
	CHECK_MSG(s == TT_OK, "%s: %s", what, err.message);
	result r = compare(b, &c);
	check_note("%s: axis off %.3f (u %.3f) deg, width off %.2f px, ends off %.1f px, gauge %.0f of %.0f px, "
	           "texture %.2g %.2g, "
	           "confidence %.2f",
	           what, r.axis_off, c.u_axis_deg, r.width_off, r.end_off, c.length_px, b->length, c.texture[0],
	           c.texture[1], c.confidence);
	CHECK_MSG(r.axis_off <= 0.15, "%s: axis %.3f", what, c.axis_deg);
	CHECK_MSG(r.width_off <= 0.02 * b->thick + 0.5, "%s: width %.2f", what, c.width_px);
	CHECK_MSG(r.end_off <= 0.2 * b->thick, "%s: section ends off by %.1f", what, r.end_off);
	CHECK_MSG(r.middle_off <= 1.5, "%s: off the middle by %.1f", what, r.middle_off);
	CHECK_MSG(r.clear >= 0, "%s: a band comes %.1f px too near a shoulder", what, -r.clear);
	CHECK_MSG(c.length_px >= 0.55 * b->length, "%s: gauge of %.0f px", what, c.length_px);
	CHECK(c.bright == (b->inside > b->background));
	CHECK_MSG(c.axis_deg >= -10 && c.axis_deg < 170, "%s: axis %g", what, c.axis_deg);
	CHECK_NEAR(between(atan2(c.to[1] - c.from[1], c.to[0] - c.from[0]) / degree, c.axis_deg), 0, 1e-6);
	CHECK(cos(c.axis_deg * degree) * (c.to[0] - c.from[0]) + sin(c.axis_deg * degree) * (c.to[1] - c.from[1]) > 0);
	CHECK(c.confidence > 0.3 && c.confidence <= 1);
	tt_find_gauge_clear(&c);
}

static void all_axes(void)
{
	const double angle[] = {0, 3.5, 37, 64, 90, 118, 141, 176};
	char what[64];
	for (size_t i = 0; i < sizeof angle / sizeof *angle; i++)
		for (int bright = 0; bright < 2; bright++) {
			bar b = bar_default();
			b.width = b.height = 560, b.centre[0] = 284, b.centre[1] = 271, b.length = 400, b.thick = 80,
			b.grip_thick = 180;
			b.axis_deg = angle[i], b.seed = (uint32_t)i + 1;
			if (bright) b.background = 50, b.inside = 140, b.grip = 190;
			snprintf(what, sizeof what, "%g deg, %s", angle[i], bright ? "bright" : "dark");
			expect_found(&b, what, NAN);
		}
}

/* The same view, 400 to 2048 px. */
static void all_sizes(void)
{
	const int size[] = {400, 1024, 2048};
	char what[64];
	for (int i = 0; i < 3; i++) {
		bar b = bar_default();
		double k = size[i] / 640.0;
		b.width = size[i], b.height = size[i] * 3 / 4, b.centre[0] = 318 * k, b.centre[1] = 236 * k;
		b.length = 480 * k, b.thick = 90 * k, b.grip_thick = 210 * k, b.radius = 25 * k, b.axis_deg = 7;
		b.blur = fmax(0.7, 0.8 * k), b.grain_px = fmax(1.5, 2.5 * k);
		snprintf(what, sizeof what, "%d px", size[i]);
		expect_found(&b, what, NAN);
	}
}

static void disturbances(void)
{
	bar b = bar_default();
	b.overlay = true;
	expect_found(&b, "overlay", NAN);
	b.axis_deg = 90, b.width = 480, b.height = 640, b.centre[0] = 240, b.centre[1] = 310, b.length = 440;
	expect_found(&b, "overlay, upright", NAN);
	b = bar_default(), b.shade[0] = 0.5, b.shade[1] = -0.4, b.axis_deg = 5;
	expect_found(&b, "uneven light", NAN);
	b = bar_default(), b.noise = 15, b.axis_deg = -4;
	expect_found(&b, "noise 15", NAN);
	b = bar_default(), b.background = 140, b.inside = 115, b.grip = 100, b.grain = 6, b.noise = 3, b.axis_deg = 12;
	expect_found(&b, "contrast 25", NAN);
	b = bar_default(), b.contour = 60, b.contour_at = -80, b.contour_px = 25, b.axis_deg = 2;
	expect_found(&b, "bend contour", NAN);
	b = bar_default(), b.background = 60, b.inside = 120, b.grip = 150, b.contour = 75, b.contour_at = 40,
	b.contour_px = 15;
	expect_found(&b, "bend contour that hides a piece of a bright bar", NAN);
	b = bar_default(), b.thick = 30, b.grip_thick = 120, b.radius = 15, b.length = 520;
	expect_found(&b, "slender", NAN);
	b = bar_default(), b.thick = 150, b.grip_thick = 300, b.length = 430, b.radius = 40;
	expect_found(&b, "stout", NAN);
	b = bar_default(), b.inside = 160, b.grip = 20;
	expect_found(&b, "grips much darker than the bar", NAN);
	b = bar_default(), b.type = TT_U16, b.scale = 16;
	expect_found(&b, "12 of 16 bit", 100);
	b = bar_default(), b.type = TT_F32, b.scale = 0.001;
	expect_found(&b, "float", 97);
	b = bar_default(), b.centre[0] = 190, b.length = 380; /* the left grip is outside */
	expect_found(&b, "one grip in sight", NAN);
}

static void expect_refused(const bar *b, const char *part)
{
	tt_image im;
	void *data = bar_draw(b, &im);
	tt_gauge_choice c;
	tt_error err;
	tt_status s = tt_find_gauge(&im, NULL, &c, &err);
	free(data);
	if (s == TT_OK)
		check_stop(CHECK_FAILED, "found from %.0f, %.0f to %.0f, %.0f, expected: %s", c.from[0], c.from[1],
		           c.to[0], c.to[1], part);
	check_note("%s", err.message);
	CHECK(s == TT_ERR_FAILED);
	CHECK_HAS(err.message, part);
}

static void refusals(void)
{
	bar b = bar_default();
	b.inside = b.grip = b.background, b.grain = 0;
	expect_refused(&b, "no specimen was found");
	b = bar_default(), b.length = 2000;
	expect_refused(&b, "leaves the frame at both sides");
	b = bar_default(), b.grain = 0;
	expect_refused(&b, "no texture to follow");
	b = bar_default(), b.length = 100, b.grip_thick = 300;
	expect_refused(&b, "give gauge.from and gauge.to");
	b = bar_default(), b.width = 40, b.height = 40;
	expect_refused(&b, "too small to find a specimen in");
	float bad[64 * 64] = {0};
	bad[100] = NAN;
	tt_image im = {bad, 64 * sizeof *bad, 64, 64, TT_F32};
	tt_gauge_choice c;
	tt_error err;
	CHECK(tt_find_gauge(&im, NULL, &c, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "[36, 1] is not a number");
}

/* A wall-to-wall picture of noise, of stripes, of a disc: nothing may be invented. */
static void nothing_is_invented(void)
{
	enum { side = 400 };
	static uint8_t p[side][side];
	for (int kind = 0; kind < 3; kind++) {
		for (int y = 0; y < side; y++)
			for (int x = 0; x < side; x++) {
				double v = 128 + 20 * bar_grain(x / 5.0, y / 5.0, 3) +
				           4 * bar_normal((uint32_t)x, (uint32_t)y, 8);
				if (kind == 1) v = (x + y) / 40 % 2 ? v - 60 : v + 40;
				if (kind == 2)
					v = hypot(x - 200, y - 180) < 90
					        ? v - 60
					        : 220 + 4 * bar_normal((uint32_t)x, (uint32_t)y, 8);
				p[y][x] = (uint8_t)fmin(255, fmax(0, v));
			}
		tt_image im = {p, side, side, side, TT_U8};
		tt_gauge_choice c;
		tt_error err;
		tt_status s = tt_find_gauge(&im, NULL, &c, &err);
		CHECK_MSG(s == TT_ERR_FAILED, "picture %d: from %.0f, %.0f to %.0f, %.0f", kind, c.from[0], c.from[1],
		          c.to[0], c.to[1]);
		check_note("%s", err.message);
	}
}

static const check_case cases[] = {
    {"all axes", all_axes},
    {"all sizes", all_sizes},
    {"disturbances", disturbances},
    {"refusals", refusals},
    {"nothing is invented", nothing_is_invented},
};
CHECK_MAIN(cases)
