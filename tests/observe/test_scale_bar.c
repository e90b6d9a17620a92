/* Scale bars of known length, drawn in many ways, and pictures without one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "make_video.h"

#include "temtensile/frames.h"

enum { W = 640, H = 480 };

static float pixel[H][W];
static const tt_image image = {.data = pixel, .stride = sizeof pixel[0], .width = W, .height = H, .type = TT_F32};

/* A textured picture, grey levels of about 90 to 210. */
static void scene(double noise)
{
	static uint16_t grey[W * H];
	make_scene s = {.width = W,
	                .height = H,
	                .mean = 150,
	                .contrast = 18,
	                .noise = noise,
	                .top = 255,
	                .texture_seed = 5,
	                .noise_state = 9};
	make_scene_frame(&s, 0, 0, grey);
	for (int i = 0; i < W * H; i++)
		pixel[i / W][i % W] = (float)fmin(fmax(grey[i], 70), 215);
}

/* A rectangle from x0 to x1, y0 to y1 (edges, not centres), half-tones where it covers a part of a pixel. */
static void box(double x0, double x1, double y0, double y1, double level)
{
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++) {
			const double cx = fmin(x1, x + 0.5) - fmax(x0, x - 0.5),
			             cy = fmin(y1, y + 0.5) - fmax(y0, y - 0.5);
			if (cx <= 0 || cy <= 0) continue;
			const double share = fmin(cx, 1) * fmin(cy, 1);
			pixel[y][x] = (float)((1 - share) * (double)pixel[y][x] + share * level);
		}
}

static void blur(void)
{
	static float out[H][W];
	for (int y = 1; y < H - 1; y++)
		for (int x = 1; x < W - 1; x++)
			out[y][x] = 0.25f * pixel[y][x - 1] + 0.5f * pixel[y][x] + 0.25f * pixel[y][x + 1];
	memcpy(pixel[1], out[1], sizeof pixel[0] * (H - 2));
}

static tt_scale_bar found(double length, double tolerance, const char *what)
{
	tt_scale_bar b = {0};
	tt_error err = {0};
	CHECK_MSG(tt_scale_bar_find(&image, &b, &err) == TT_OK, "%s: %s", what, err.message);
	check_note("%s: %.3f ± %.2f px, drawn with %.3f", what, b.length_px, b.u_length_px, length);
	CHECK_MSG(fabs(b.length_px - length) <= tolerance, "%s: %.3f px, not %.3f", what, b.length_px, length);
	CHECK_MSG(fabs(b.length_px - length) <= 2 * b.u_length_px, "%s: beyond twice its uncertainty", what);
	CHECK_NEAR(b.x1 - b.x0, b.length_px, 1e-6);
	return b;
}

static void refused(const char *part)
{
	tt_scale_bar b;
	tt_error err = {0};
	CHECK_MSG(tt_scale_bar_find(&image, &b, &err) == TT_ERR_INPUT,
	          "a bar of %.1f px from %.1f at %.1f, %d px high, was found", b.length_px, b.x0, b.y, b.height_px);
	check_note("%s", err.message);
	CHECK_HAS(err.message, part);
}

static void letters(double x, double y, double level)
{
	/* "500 nm", roughly: strokes as high as wide letters have */
	for (int i = 0; i < 6; i++) {
		box(x + 14 * i, x + 14 * i + 2, y, y + 14, level);
		box(x + 14 * i, x + 14 * i + 8, y, y + 2, level);
		box(x + 14 * i + 6, x + 14 * i + 8, y, y + 14, level);
	}
}

static void in_a_strip(void)
{
	for (int bright = 0; bright < 2; bright++)
		for (int thick = 2; thick <= 12; thick += 5) {
			char what[60];
			scene(3);
			box(-1, W, 439.5, H, bright ? 0 : 255);
			box(19.5, 144.5, 460.5, 460.5 + thick, bright ? 255 : 0);
			letters(170, 455.5, bright ? 255 : 0);
			snprintf(what, sizeof what, "%s, %d px high", bright ? "bright" : "dark", thick);
			tt_scale_bar b = found(125, 0.05, what);
			CHECK(b.bright == bright && b.height_px == thick && !b.ticks);
			CHECK_NEAR(b.x0, 19.5, 0.05);
		}
}

static void on_the_picture(void)
{
	for (int i = 0; i < 8; i++) {
		char what[60];
		const double length = 97 + 0.125 * i;
		scene(i % 2 ? 6 : 1);
		box(400.3, 400.3 + length, 440.5, 446.5, i % 4 < 2 ? 255 : 0);
		snprintf(what, sizeof what, "on the specimen, half-tones, %s", i % 4 < 2 ? "bright" : "dark");
		found(length, 0.5, what);
	}
	scene(2);
	box(-1, W, 439.5, H, 10);
	box(49.5, 249.5, 455.5, 461.5, 240);
	blur();
	found(200, 0.1, "blurred");
	scene(2);
	box(100.5, 300.5, 400.5, 440.5, 0);
	box(120.5, 280.5, 410.5, 416.5, 255);
	letters(150, 422.5, 255);
	found(160, 0.1, "in a black box");
	scene(2);
	box(119.5, 281.5, 409.5, 417.5, 0);
	box(120.5, 280.5, 410.5, 416.5, 255);
	found(160, 0.3, "outlined in black");
	scene(2);
	box(-1, W, 439.5, H, 0);
	box(99.5, 299.5, 459.5, 462.5, 255);
	box(99.5, 101.5, 452.5, 469.5, 255);
	box(297.5, 299.5, 452.5, 469.5, 255);
	tt_scale_bar b = found(200, 0.1, "with ticks");
	CHECK(b.ticks && b.u_length_px > 0.5);
	scene(2);
	box(-1, W, 439.5, H, 0);
	box(99.5, 299.5, 459.5, 462.5, 255);
	pixel[50][60] = pixel[70][90] = 65535; /* stuck */
	found(200, 0.1, "beside stuck pixels");
}

static void none_or_several(void)
{
	scene(3);
	refused("there is no scale bar");
	for (int i = 0; i < W * H; i++)
		pixel[i / W][i % W] = 7;
	refused("flat");
	/* a specimen that is dark, long and straight is no bar: it reaches the border or is not uniform */
	scene(3);
	box(-1, W, 200.5, 260.5, 20);
	refused("there is no scale bar");
	scene(3);
	box(-1, W, 439.5, H, 0);
	box(19.5, 144.5, 460.5, 464.5, 255);
	box(219.5, 319.5, 460.5, 464.5, 255);
	refused("2 things that could be");
	scene(3);
	box(-1, W, 439.5, H, 0);
	letters(170, 455.5, 255);
	refused("there is no scale bar");
}

static void real_recordings(void)
{
	tt_still *s;
	tt_error err = {0};
	tt_scale_bar b;
	CHECK(tt_still_read(check_shared("recordings/film-50pa/test.avi"), &s, &err) == TT_OK);
	CHECK_MSG(tt_scale_bar_find(tt_still_image(s), &b, &err) == TT_OK, "%s", err.message);
	tt_still_free(s);
	/* test.yaml: 4 nm a pixel; the bar stands for 500 nm */
	check_note("%.3f ± %.2f px, %.4f nm a pixel", b.length_px, b.u_length_px, 500 / b.length_px);
	CHECK(fabs(500 / b.length_px - 4) < 4 * b.u_length_px / b.length_px && fabs(500 / b.length_px - 4) < 0.004);
	CHECK(tt_still_read(check_shared("recordings/film-5pa/test.mp4"), &s, &err) == TT_OK);
	CHECK(tt_scale_bar_find(tt_still_image(s), &b, &err) == TT_ERR_INPUT);
	tt_still_free(s);
}

static const check_case cases[] = {
    {"bars in a strip", in_a_strip},
    {"bars on the picture", on_the_picture},
    {"none or several", none_or_several},
    {"real recordings", real_recordings},
};

CHECK_MAIN(cases)
