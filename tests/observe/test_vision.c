/* The face of OpenCV: each operation on an image whose answer is known.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "observe/vision.h"

#include <stdint.h>

enum { W = 120, H = 90, BLOBS = 220 };

static double blob[BLOBS][3];

static double uniform(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return (*state >> 8) / 16777216.0;
}

/* Random Gaussians: a texture that can be evaluated anywhere. */
static void make_texture(void)
{
	uint32_t state = 7;
	for (int i = 0; i < BLOBS; i++) {
		blob[i][0] = uniform(&state) * (W + 40) - 20;
		blob[i][1] = uniform(&state) * (H + 40) - 20;
		blob[i][2] = uniform(&state) * 120 - 60;
	}
}

static double texture(double x, double y)
{
	double sum = 128;
	for (int i = 0; i < BLOBS; i++) {
		double r2 = (x - blob[i][0]) * (x - blob[i][0]) + (y - blob[i][1]) * (y - blob[i][1]);
		if (r2 < 400) sum += blob[i][2] * exp(-r2 / (2 * 3.5 * 3.5));
	}
	return sum;
}

static float pixels[H][W];

static tt_image textured(float *to, double dx, double dy)
{
	make_texture();
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++)
			to[y * W + x] = (float)texture(x - dx, y - dy);
	return (tt_image){to, W * (ptrdiff_t)sizeof(float), W, H, TT_F32};
}

static void phase_shift_is_found(void)
{
	static float other[H * W];
	tt_image a = textured(&pixels[0][0], 0, 0), b = textured(other, 3.3, -5.6);
	double shift[2], response;
	CHECK(tt_vision_phase_shift(&a, &b, shift, &response, NULL) == TT_OK);
	check_note("shift 3.3, -5.6 found as %.3f, %.3f, response %.2f", shift[0], shift[1], response);
	CHECK_NEAR(shift[0], 3.3, 0.3);
	CHECK_NEAR(shift[1], -5.6, 0.3);
	CHECK(response > 0.2 && response <= 1.01);
}

static void phase_shift_refuses(void)
{
	tt_image a = textured(&pixels[0][0], 0, 0), b = a;
	double shift[2];
	tt_error err;
	b.width -= 3;
	CHECK(tt_vision_phase_shift(&a, &b, shift, NULL, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "120 x 90 and 117 x 90");
	a.width = b.width = 8;
	CHECK(tt_vision_phase_shift(&a, &b, shift, NULL, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "at least 16 x 16");
	a.width = b.width = W;
	pixels[11][22] = NAN;
	CHECK(tt_vision_phase_shift(&a, &b, shift, NULL, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "22, 11");
	a.data = NULL;
	CHECK(tt_vision_phase_shift(&a, &b, shift, NULL, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "no image");
}

static void template_is_found(void)
{
	static float piece[20 * 24];
	tt_image image = textured(&pixels[0][0], 0, 0);
	for (int y = 0; y < 20; y++)
		for (int x = 0; x < 24; x++)
			piece[y * 24 + x] = (float)(3 * texture(x + 41.3, y + 33.6) - 200); /* other gain and offset */
	tt_image templ = {piece, 24 * sizeof(float), 24, 20, TT_F32};
	double xy[2], score, second;
	CHECK(tt_vision_find(&image, &templ, NULL, xy, &score, &second, NULL) == TT_OK);
	check_note("41.3, 33.6 found at %.3f, %.3f, score %.4f, second %.3f", xy[0], xy[1], score, second);
	CHECK_NEAR(xy[0], 41.3, 0.25);
	CHECK_NEAR(xy[1], 33.6, 0.25);
	CHECK(score > 0.95 && score <= 1 && second < 0.9);

	/* A mask leaves out the half that is spoilt. */
	static uint8_t mask[20 * 24];
	for (int y = 0; y < 20; y++)
		for (int x = 0; x < 24; x++) {
			mask[y * 24 + x] = x < 12;
			if (x >= 12) piece[y * 24 + x] = (float)((x * 7919 + y * 104729) % 1000);
		}
	tt_image m = {mask, 24, 24, 20, TT_U8};
	CHECK(tt_vision_find(&image, &templ, &m, xy, &score, &second, NULL) == TT_OK);
	CHECK_NEAR(xy[0], 41.3, 0.25);
	CHECK_NEAR(xy[1], 33.6, 0.25);
	CHECK(score > 0.95);
}

static void template_that_fills_the_image(void)
{
	tt_image image = textured(&pixels[0][0], 0, 0);
	double xy[2], score, second;
	CHECK(tt_vision_find(&image, &image, NULL, xy, &score, &second, NULL) == TT_OK);
	CHECK_NEAR(xy[0], 0, 1e-9);
	CHECK_NEAR(score, 1, 1e-3);
	CHECK(isnan(second));
}

static void template_refuses(void)
{
	static uint8_t flat[16 * 16], mask[16 * 16];
	memset(flat, 77, sizeof flat);
	tt_image image = textured(&pixels[0][0], 0, 0), templ = {flat, 16, 16, 16, TT_U8},
	         m = {mask, 16, 16, 16, TT_U8};
	double xy[2];
	tt_error err;
	CHECK(tt_vision_find(&image, &templ, NULL, xy, NULL, NULL, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "flat (all its pixels are 77)");
	CHECK(tt_vision_find(&templ, &image, NULL, xy, NULL, NULL, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "does not fit");
	CHECK(tt_vision_find(&image, &templ, &m, xy, NULL, NULL, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "leaves no pixel");
	m.width = 15;
	CHECK(tt_vision_find(&image, &templ, &m, xy, NULL, NULL, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "15 x 16");
}

/* An image with places that have no contrast at all gives no score there, and no NaN. */
static void flat_places_score_nothing(void)
{
	static uint8_t grey[64 * 64], piece[9 * 9];
	memset(grey, 100, sizeof grey);
	for (int i = 0; i < 9 * 9; i++)
		piece[i] = (uint8_t)(100 + (i * 37) % 50);
	for (int y = 0; y < 9; y++)
		memcpy(grey + (y + 30) * 64 + 20, piece + y * 9, 9);
	tt_image image = {grey, 64, 64, 64, TT_U8}, templ = {piece, 9, 9, 9, TT_U8};
	double xy[2], score, second;
	CHECK(tt_vision_find(&image, &templ, NULL, xy, &score, &second, NULL) == TT_OK);
	CHECK_NEAR(xy[0], 20, 0.3);
	CHECK_NEAR(xy[1], 30, 0.3);
	CHECK(score > 0.999 && second < 0.9);
}

static void blur_spreads_a_point(void)
{
	static uint16_t in[41][41];
	memset(in, 0, sizeof in);
	in[20][20] = 60000;
	tt_image im = {in, sizeof in[0], 41, 41, TT_U16};
	tt_vimage out = {0};
	CHECK(tt_vision_blur(&im, 2.0, &out, NULL) == TT_OK);
	CHECK(out.width == 41 && out.height == 41);
	double sum = 0, second = 0;
	for (int y = 0; y < 41; y++)
		for (int x = 0; x < 41; x++) {
			sum += (double)out.data[y * 41 + x];
			second += (double)out.data[y * 41 + x] * (x - 20) * (x - 20);
		}
	CHECK_NEAR(sum, 60000, 10);
	CHECK_NEAR(second / sum, 4.0, 0.1);
	tt_vimage_free(&out);
	CHECK(tt_vision_blur(&im, 0, &out, NULL) == TT_OK);
	CHECK_NEAR((double)out.data[20 * 41 + 20], 60000, 0);
	tt_vimage_free(&out);
	tt_error err;
	CHECK(tt_vision_blur(&im, -1, &out, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "sigma is -1");
	CHECK(tt_vision_blur(&im, NAN, &out, &err) == TT_ERR_USAGE);
	CHECK(out.data == NULL);
}

/* Rows that run upwards are an ordinary image. */
static void negative_stride(void)
{
	uint8_t in[4][3] = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}, {10, 11, 12}};
	tt_image im = {in[3], -3, 3, 4, TT_U8};
	tt_vimage out = {0};
	CHECK(tt_vision_blur(&im, 0, &out, NULL) == TT_OK);
	CHECK_NEAR((double)out.data[0], 10, 0);
	CHECK_NEAR((double)out.data[3 * 3 + 2], 3, 0);
	tt_vimage_free(&out);
	im.stride = 2;
	tt_error err;
	CHECK(tt_vision_blur(&im, 0, &out, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "stride of 2 bytes");
}

static void shrink_averages(void)
{
	uint8_t in[5][7];
	for (int y = 0; y < 5; y++)
		for (int x = 0; x < 7; x++)
			in[y][x] = (uint8_t)(10 * y + x);
	tt_image im = {in, 7, 7, 5, TT_U8};
	tt_vimage out = {0};
	CHECK(tt_vision_shrink(&im, 2, &out, NULL) == TT_OK);
	CHECK(out.width == 3 && out.height == 2);
	CHECK_NEAR((double)out.data[0], 5.5, 1e-5);
	CHECK_NEAR((double)out.data[5], 5.5 + 20 + 4, 1e-5);
	tt_image v = tt_vimage_view(&out);
	CHECK_NEAR(tt_image_at(&v, 2, 1), 29.5, 1e-5);
	tt_vimage_free(&out);
	tt_error err;
	CHECK(tt_vision_shrink(&im, 6, &out, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "factor is 6");
}

static void warp_moves_and_turns(void)
{
	tt_image im = textured(&pixels[0][0], 0, 0);
	const double c = cos(0.3), s = sin(0.3);
	const double m[6] = {c, -s, 20.25, s, c, -3.5};
	tt_vimage out = {0};
	CHECK(tt_vision_warp_affine(&im, m, 100, 80, &out, NULL) == TT_OK);
	double worst = 0, steepest = 0;
	int missing = 0, wrong = 0;
	for (int y = 0; y < 80; y++)
		for (int x = 0; x < 100; x++) {
			double sx = m[0] * x + m[1] * y + m[2], sy = m[3] * x + m[4] * y + m[5];
			bool outside = sx < 0 || sy < 0 || sx > W - 1 || sy > H - 1;
			double v = (double)out.data[y * 100 + x];
			missing += outside;
			wrong += outside != (bool)isnan(v);
			bool inner = sx > 2 && sy > 2 && sx < W - 3 && sy < H - 3;
			if (!inner) continue;
			worst = fmax(worst, fabs(v - texture(sx, sy)));
			steepest = fmax(steepest, hypot(texture(sx + 0.5, sy) - texture(sx - 0.5, sy),
			                                texture(sx, sy + 0.5) - texture(sx, sy - 0.5)));
		}
	check_note("largest error %.2f grey levels at gradients up to %.1f a pixel, %d pixels outside", worst, steepest,
	           missing);
	CHECK(worst < steepest * sqrt(2) / 64 + 0.4);
	CHECK(wrong == 0 && missing > 100);
	tt_vimage_free(&out);

	/* The identity gives every pixel back, the border too. */
	const double same[6] = {1, 0, 0, 0, 1, 0};
	CHECK(tt_vision_warp_affine(&im, same, W, H, &out, NULL) == TT_OK);
	CHECK(memcmp(out.data, pixels, sizeof pixels) == 0);
	tt_vimage_free(&out);
}

static void warp_refuses(void)
{
	tt_image im = textured(&pixels[0][0], 0, 0);
	const double bad[6] = {1, 0, NAN, 0, 1, 0}, good[6] = {1, 0, 0, 0, 1, 0};
	tt_vimage out = {0};
	tt_error err;
	CHECK(tt_vision_warp_affine(&im, bad, W, H, &out, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "not finite");
	CHECK(tt_vision_warp_affine(&im, good, 40000, H, &out, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "40000 x 90");
	CHECK(tt_vision_remap(&im, NULL, NULL, W, H, &out, &err) == TT_ERR_USAGE);
	CHECK(out.data == NULL);
}

static void remap_follows_its_maps(void)
{
	tt_image im = textured(&pixels[0][0], 0, 0);
	float mx[6] = {10, 20.5f, NAN, -1, 119, 119.25f}, my[6] = {5, 7, 7, 7, 89, 7};
	tt_vimage out = {0};
	CHECK(tt_vision_remap(&im, mx, my, 3, 2, &out, NULL) == TT_OK);
	CHECK_NEAR((double)out.data[0], (double)pixels[5][10], 1e-4);
	CHECK_NEAR((double)out.data[1], texture(20.5, 7), 0.5);
	CHECK(isnan(out.data[2]) && isnan(out.data[3]) && isnan(out.data[5]));
	CHECK_NEAR((double)out.data[4], (double)pixels[89][119], 1e-4);
	tt_vimage_free(&out);
}

static void otsu_parts_two_greys(void)
{
	static uint8_t b[40][40], mask[40][40];
	static uint16_t s[40][40];
	static float f[40][40];
	for (int y = 0; y < 40; y++)
		for (int x = 0; x < 40; x++) {
			b[y][x] = (uint8_t)((x < 13 ? 60 : 180) + (x * 7 + y * 3) % 11);
			s[y][x] = (uint16_t)(b[y][x] * 200);
			f[y][x] = (float)b[y][x] / 1000 - 5;
			mask[y][x] = x < 13 ? 255 : 0;
		}
	double level, separation;
	tt_image im = {b, 40, 40, 40, TT_U8};
	CHECK(tt_vision_otsu(&im, NULL, &level, &separation, NULL) == TT_OK);
	CHECK_NEAR(level, 125, 3);
	CHECK(separation > 0.99);
	im = (tt_image){s, 80, 40, 40, TT_U16};
	CHECK(tt_vision_otsu(&im, NULL, &level, &separation, NULL) == TT_OK);
	CHECK_NEAR(level, 25000, 600);
	im = (tt_image){f, 160, 40, 40, TT_F32};
	CHECK(tt_vision_otsu(&im, NULL, &level, &separation, NULL) == TT_OK);
	CHECK_NEAR(level, -4.875, 0.003);
	/* One class alone has no such gap. */
	im = (tt_image){b, 40, 40, 40, TT_U8};
	tt_image m = {mask, 40, 40, 40, TT_U8};
	CHECK(tt_vision_otsu(&im, &m, &level, &separation, NULL) == TT_OK);
	CHECK(level >= 60 && level < 71 && separation < 0.9);
	memset(b, 9, sizeof b);
	CHECK(tt_vision_otsu(&im, NULL, &level, &separation, NULL) == TT_OK);
	CHECK_NEAR(separation, 0, 0);
	memset(mask, 0, sizeof mask);
	tt_error err;
	CHECK(tt_vision_otsu(&im, &m, &level, &separation, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "leaves no pixel");
	f[3][2] = INFINITY;
	im = (tt_image){f, 160, 40, 40, TT_F32};
	CHECK(tt_vision_otsu(&im, NULL, &level, &separation, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "2, 3");
}

static void open_and_close(void)
{
	static uint8_t m[30][50];
	memset(m, 0, sizeof m);
	for (int y = 8; y < 22; y++)
		memset(&m[y][10], 255, 25);
	m[3][40] = 255; /* a speck */
	m[15][20] = 0;  /* a hole */
	CHECK(tt_vision_open_close(&m[0][0], 50, 30, 1, true, NULL) == TT_OK);
	CHECK(m[15][20] == 255 && m[3][40] == 255);
	CHECK(tt_vision_open_close(&m[0][0], 50, 30, 2, false, NULL) == TT_OK);
	CHECK(m[3][40] == 0 && m[15][20] == 255 && m[8][20] == 255);
	CHECK(tt_vision_open_close(&m[0][0], 50, 30, 0, false, NULL) == TT_OK);
	/* What touches the border stays there. */
	memset(m, 255, sizeof m);
	CHECK(tt_vision_open_close(&m[0][0], 50, 30, 3, false, NULL) == TT_OK);
	CHECK(m[0][0] == 255);
	tt_error err;
	CHECK(tt_vision_open_close(&m[0][0], 50, 30, -1, false, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "radius is -1");
	CHECK(tt_vision_open_close(NULL, 50, 30, 1, false, &err) == TT_ERR_USAGE);
}

static void regions_are_measured(void)
{
	enum { w = 200, h = 150 };
	static uint8_t m[h * w];
	static int32_t labels[h * w];
	memset(m, 0, sizeof m);
	const double a = 30 * 3.14159265358979 / 180, cx = 90, cy = 80;
	const double dx = cos(a), dy = sin(a);
	const double corners[8] = {cx - 50 * dx + 8 * dy, cy - 50 * dy - 8 * dx, cx + 50 * dx + 8 * dy,
	                           cy + 50 * dy - 8 * dx, cx + 50 * dx - 8 * dy, cy + 50 * dy + 8 * dx,
	                           cx - 50 * dx - 8 * dy, cy - 50 * dy + 8 * dx};
	CHECK(tt_vision_fill_polygon(m, w, h, corners, 4, 200, NULL) == TT_OK);
	for (int y = 5; y < 12; y++)
		memset(m + y * w + 170, 1, 20);
	tt_region *r;
	size_t n;
	CHECK(tt_vision_regions(m, w, h, labels, &r, &n, NULL) == TT_OK);
	CHECK(n == 2);
	CHECK(llabs((long long)r[0].area - 1600) < 130);
	CHECK_NEAR(r[0].cx, cx, 0.1);
	CHECK_NEAR(r[0].cy, cy, 0.1);
	CHECK_NEAR(r[0].axis_deg, 30, 0.3);
	CHECK_NEAR(r[0].length, 4 * 100 / sqrt(12), 2);
	CHECK_NEAR(r[0].width, 4 * 17 / sqrt(12), 0.5); /* the outline adds half a pixel on either side */
	CHECK(r[1].area == 140 && r[1].box.x == 170 && r[1].box.y == 5 && r[1].box.width == 20 && r[1].box.height == 7);
	CHECK_NEAR(r[1].axis_deg, 0, 1e-9);
	CHECK(labels[80 * w + 90] == r[0].label && labels[6 * w + 171] == r[1].label && labels[0] == 0);
	free(r);

	/* Upright: 90 or -90; touching by a corner is touching. */
	memset(m, 0, sizeof m);
	for (int y = 10; y < 60; y++)
		m[y * w + 30] = m[y * w + 31] = 255;
	m[60 * w + 32] = 255;
	CHECK(tt_vision_regions(m, w, h, NULL, &r, &n, NULL) == TT_OK);
	CHECK(n == 1 && r[0].area == 101);
	CHECK(fabs(r[0].axis_deg) > 88);
	free(r);

	memset(m, 0, sizeof m);
	CHECK(tt_vision_regions(m, w, h, NULL, &r, &n, NULL) == TT_OK);
	CHECK(n == 0 && r == NULL);
	CHECK(tt_vision_regions(m, 0, h, NULL, &r, &n, NULL) == TT_ERR_USAGE);
}

static void contours_go_round(void)
{
	enum { w = 60, h = 50 };
	static uint8_t m[h * w];
	memset(m, 0, sizeof m);
	for (int y = 10; y <= 30; y++)
		memset(m + y * w + 20, 255, 11);
	m[15 * w + 25] = 0; /* a hole makes no outer contour */
	for (int y = 40; y <= 43; y++)
		memset(m + y * w + 2, 255, 4);
	double *xy;
	size_t *starts, n;
	CHECK(tt_vision_contours(m, w, h, &xy, &starts, &n, NULL) == TT_OK);
	CHECK(n == 2 && starts[0] == 0);
	CHECK(starts[1] == 2 * (10 + 20) && starts[2] - starts[1] == 2 * (3 + 3));
	double area = 0;
	for (size_t i = 0; i < starts[1]; i++) {
		size_t j = (i + 1) % starts[1];
		area += 0.5 * (xy[2 * i] * xy[2 * j + 1] - xy[2 * j] * xy[2 * i + 1]);
	}
	CHECK_NEAR(fabs(area), 10 * 20, 1e-9);
	free(xy);
	free(starts);
	memset(m, 0, sizeof m);
	CHECK(tt_vision_contours(m, w, h, &xy, &starts, &n, NULL) == TT_OK);
	CHECK(n == 0 && starts[0] == 0);
	free(xy);
	free(starts);
}

static void line_ignores_outliers(void)
{
	double xy[2 * 200], point[2], dir[2], rms;
	const double a = 143 * 3.14159265358979 / 180;
	uint32_t state = 3;
	for (int i = 0; i < 200; i++) {
		double off = (uniform(&state) - 0.5) * 0.4 + (i % 10 == 0 ? 25 : 0);
		xy[2 * i] = 1000 + (i - 100) * cos(a) - off * sin(a);
		xy[2 * i + 1] = 700 + (i - 100) * sin(a) + off * cos(a);
	}
	CHECK(tt_vision_fit_line(xy, 200, point, dir, &rms, NULL) == TT_OK);
	CHECK_NEAR(atan2(dir[1], dir[0]) * 180 / 3.14159265358979, -37, 0.15);
	CHECK_NEAR(-(point[0] - 1000) * sin(a) + (point[1] - 700) * cos(a), 0, 0.3);
	CHECK(rms > 5 && rms < 10);
	/* Upright, and two points */
	const double two[4] = {5, 9, 5, -3};
	CHECK(tt_vision_fit_line(two, 2, point, dir, &rms, NULL) == TT_OK);
	CHECK_NEAR(dir[0], 0, 1e-6);
	CHECK_NEAR(dir[1], 1, 1e-6);
	CHECK_NEAR(point[0], 5, 1e-6);
	CHECK_NEAR(rms, 0, 1e-6);
	tt_error err;
	CHECK(tt_vision_fit_line(two, 1, point, dir, &rms, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "1 points");
	const double same[4] = {5, 9, 5, 9}, bad[4] = {NAN, 0, 1, 1};
	CHECK(tt_vision_fit_line(same, 2, point, dir, &rms, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "coincide");
	CHECK(tt_vision_fit_line(bad, 2, point, dir, &rms, &err) == TT_ERR_USAGE);
}

static void polygon_is_filled(void)
{
	static uint8_t m[40][60];
	memset(m, 0, sizeof m);
	const double xy[6] = {-10, -10, 30, -10, -10, 30}; /* partly outside */
	CHECK(tt_vision_fill_polygon(&m[0][0], 60, 40, xy, 3, 9, NULL) == TT_OK);
	CHECK(m[0][0] == 9 && m[9][9] == 9 && m[12][12] == 0 && m[0][19] == 9 && m[0][23] == 0);
	tt_error err;
	const double far[6] = {0, 0, 1e9, 0, 0, 5};
	CHECK(tt_vision_fill_polygon(&m[0][0], 60, 40, far, 3, 9, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "corner 1 at 1e+09, 0");
	CHECK(tt_vision_fill_polygon(&m[0][0], 60, 40, xy, 2, 9, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "2 corners");
}

static const check_case cases[] = {
    {"phase shift is found", phase_shift_is_found},
    {"phase shift refuses", phase_shift_refuses},
    {"template is found", template_is_found},
    {"template that fills the image", template_that_fills_the_image},
    {"template refuses", template_refuses},
    {"flat places score nothing", flat_places_score_nothing},
    {"blur spreads a point", blur_spreads_a_point},
    {"negative stride", negative_stride},
    {"shrink averages", shrink_averages},
    {"warp moves and turns", warp_moves_and_turns},
    {"warp refuses", warp_refuses},
    {"remap follows its maps", remap_follows_its_maps},
    {"otsu parts two greys", otsu_parts_two_greys},
    {"open and close", open_and_close},
    {"regions are measured", regions_are_measured},
    {"contours go round", contours_go_round},
    {"line ignores outliers", line_ignores_outliers},
    {"polygon is filled", polygon_is_filled},
};
CHECK_MAIN(cases)
