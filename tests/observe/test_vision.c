/* The face of OpenCV: each operation on an image whose answer is known.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "observe/vision.h"

#include <stdint.h>

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
    {"blur spreads a point", blur_spreads_a_point}, {"negative stride", negative_stride},
    {"shrink averages", shrink_averages},           {"regions are measured", regions_are_measured},
    {"polygon is filled", polygon_is_filled},
};
CHECK_MAIN(cases)
