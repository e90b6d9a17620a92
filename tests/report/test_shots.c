/* Pictures for the page: which are kept, that they fit, what the page says about it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/outdir.h"
#include "report/page/report.h"
#include "report/draw/scale.h"
#include "read_file.h"

enum { MANY = 10000 };

static bool kept(const tt_shots_plan *p, size_t row)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->row[i] == row) return true;
	return false;
}

static void few_are_all_kept(void)
{
	bool usable[300];
	tt_shots_plan p;
	tt_error err;
	for (int i = 0; i < 300; i++)
		usable[i] = i % 10 != 3;
	CHECK(tt_shots_plan_make(usable, 300, NULL, 0, 640, 480, &p, &err) == TT_OK);
	CHECK(p.n == 270 && p.step == 1 && p.extra == 0 && p.usable == 270);
	CHECK(p.width == 480 && p.height == 360);
	CHECK(!kept(&p, 3) && kept(&p, 299));
	tt_shots_plan_clear(&p);
	CHECK(tt_shots_plan_make(usable, 300, NULL, 0, 200, 400, &p, &err) == TT_OK);
	CHECK(p.width == 200 && p.height == 400);
	tt_shots_plan_clear(&p);
}

static void many_are_thinned_but_for_what_matters(void)
{
	static bool usable[MANY];
	const size_t important[2] = {4321, 9000};
	tt_shots_plan p;
	tt_error err;
	memset(usable, 1, sizeof usable);
	CHECK(tt_shots_plan_make(usable, MANY, important, 2, 2048, 2048, &p, &err) == TT_OK);
	check_note("%zu of %d kept, every %zu, %zu more, %d x %d px, %zu bytes", p.n, MANY, p.step, p.extra, p.width,
	           p.height, p.bytes);
	CHECK(p.step == 16 && p.n < 700 && p.n > 600);
	for (size_t i = 4321 - 12; i <= 4321 + 12; i++)
		CHECK(kept(&p, i));
	CHECK(kept(&p, 0) && kept(&p, MANY - 1) && kept(&p, 9000));
	for (size_t i = 1; i < p.n; i++)
		CHECK(p.row[i] > p.row[i - 1]);
	/* with a third more as base64, and a megabyte and a half for all else, it stays below 25 MB */
	CHECK(p.bytes * 4 / 3 + 1500000 < 25000000);
	tt_shots_plan_clear(&p);
}

/* The worst there is: noise in every pixel, which no JPEG can make small. */
static void fill_noise(uint8_t *pixels, size_t n, uint32_t *state)
{
	for (size_t i = 0; i < n; i++) {
		*state = *state * 1664525u + 1013904223u;
		pixels[i] = (uint8_t)(*state >> 24);
	}
}

static void noise_of(size_t bytes, tt_shots *s)
{
	enum { W = 480, H = 480, ROWS = 700 };
	static uint8_t pixels[W * H];
	static bool usable[ROWS];
	tt_shots_plan p;
	tt_error err;
	uint32_t state = 1;
	memset(usable, 1, sizeof usable);
	const size_t important[1] = {350};
	CHECK(tt_shots_plan_make(usable, ROWS, important, 1, W, H, &p, &err) == TT_OK);
	p.bytes = bytes;
	CHECK(tt_shots_open(&p, W, H, 0, 255, s, &err) == TT_OK);
	for (size_t i = 0; i < ROWS; i++) {
		if (i % 50 == 0) fill_noise(pixels, sizeof pixels, &state);
		const tt_image im = {.data = pixels, .stride = W, .width = W, .height = H, .type = TT_U8};
		CHECK(tt_shots_put(s, i, &im, &err) == TT_OK);
	}
	check_note("%zu of %zu pictures of %d x %d px in %zu of %zu bytes, quality %d, %zu without room", s->n,
	           s->plan.n, s->plan.width, s->plan.height, s->used, bytes, s->least_quality, s->dropped);
	CHECK(s->used <= bytes && s->n + s->dropped == s->plan.n);
}

static void noise_fits_too(void)
{
	tt_shots s;
	noise_of(3750000, &s);
	CHECK(s.dropped == 0 && s.plan.width < 300);
	tt_shots_clear(&s);
	noise_of(200000, &s);
	CHECK(s.dropped > 0 && s.n > 0 && s.least_quality == 30);
	tt_shots_clear(&s);
}

/* The page of a test of 10000 frames: as large as it may be, and its words about thinning. */
static void page_of_many_frames(void)
{
	enum { W = 640, H = 480 };
	static uint8_t pixels[W * H];
	static bool usable[MANY];
	static int64_t frame[MANY];
	static double time_s[MANY], value[MANY], u[MANY], ends[4 * MANY];
	static const char *flag[MANY];
	tt_shots_plan p;
	tt_shots s;
	tt_error err = {0};
	uint32_t state = 1;
	fill_noise(pixels, sizeof pixels, &state);
	for (int i = 0; i < MANY; i++) {
		usable[i] = true;
		frame[i] = i;
		time_s[i] = 0.01 * i;
		value[i] = 0.123456789 * i;
		u[i] = 0.0123456;
		for (int k = 0; k < 4; k++)
			ends[4 * i + k] = 100.123 + k;
		flag[i] = i > 9900 ? "fractured" : "";
	}
	CHECK(tt_shots_plan_make(usable, MANY, NULL, 0, W, H, &p, &err) == TT_OK);
	CHECK(tt_shots_open(&p, W, H, 0, 255, &s, &err) == TT_OK);
	for (size_t i = 0; i < MANY; i++) {
		const tt_image im = {.data = pixels, .stride = W, .width = W, .height = H, .type = TT_U8};
		CHECK(tt_shots_put(&s, i, &im, &err) == TT_OK);
	}
	tt_page_column column[9];
	for (int i = 0; i < 9; i++)
		column[i] = (tt_page_column){
		    .key = "k", .name = "n", .unit = "GPa", .value = value, .u = i < 2 ? u : NULL, .scale = 1};
	const tt_report_page page = {
	    .title = "many",
	    .subtitle = "",
	    .command = "temtensile",
	    .summary = "{\"warnings\": [\"<w>\"], \"inputs\": [{\"file\": \"<f>\", \"sha256\": \"00\"}]}",
	    .rows = MANY,
	    .frame = frame,
	    .time_s = time_s,
	    .flag = flag,
	    .column = column,
	    .n_columns = 9,
	    .ends = ends,
	    .frame_width = W,
	    .frame_height = H,
	    .pixel_size_m = 1e-9,
	    .shots = &s};
	const char *folder;
	tt_outdir *dir = open_dir("many", &folder);
	size_t size;
	CHECK_MSG(tt_report_write(dir, "report.html", &page, &err) == TT_OK, "%s", err.message);
	commit(dir);
	char *text = read_file(folder, "report.html", &size);
	check_note("%.1f MB, %zu pictures, quality %d", 1e-6 * (double)size, s.n, s.least_quality);
	CHECK(size < 25000000 && size > 5000000);
	CHECK_MSG(strstr(text, "of 10000 frames have a picture here, every 16th and"),
	          "the page does not say what was thinned");
	CHECK_MSG(strstr(text, "<li>&lt;w&gt;</li>") && strstr(text, "&lt;f&gt;"),
	          "texts of the summary are not escaped");
	free(text);
	tt_shots_clear(&s);
}

/* ---- sizes ---- */

static void scaling_keeps_the_mean(void)
{
	enum { W = 333, H = 211 };
	static uint16_t pixels[W * H];
	static uint8_t out[400 * 300];
	static const int size[][2] = {{100, 63}, {333, 211}, {400, 300}, {1, 1}, {332, 210}};
	double sum = 0;
	uint32_t state = 3;
	tt_error err;
	for (int i = 0; i < W * H; i++) {
		state = state * 1664525u + 1013904223u;
		pixels[i] = (uint16_t)(1000 + (state >> 20));
		sum += pixels[i];
	}
	const tt_image im = {.data = pixels, .stride = W * 2, .width = W, .height = H, .type = TT_U16};
	double mean = (sum / (W * H) - 500) / 5500 * 255;
	for (int k = 0; k < 5; k++) {
		tt_scaler *s;
		int n = size[k][0] * size[k][1];
		double got = 0;
		CHECK(tt_scaler_new(W, H, size[k][0], size[k][1], &s, &err) == TT_OK);
		tt_scale(s, &im, 500, 6000, out, size[k][0]);
		for (int i = 0; i < n; i++)
			got += out[i];
		CHECK_NEAR(got / n, mean, n == 1 ? 1 : 0.7);
		tt_scaler_free(s);
	}
}

static void grey_limits(void)
{
	float pixels[64 * 64];
	double black, white;
	for (int i = 0; i < 64 * 64; i++)
		pixels[i] = i == 5 ? NAN : (float)(100 + i % 50);
	const tt_image im = {.data = pixels, .stride = 64 * 4, .width = 64, .height = 64, .type = TT_F32};
	tt_grey_limits(&im, &black, &white);
	CHECK_NEAR(black, 95.1, 0.01);
	CHECK_NEAR(white, 153.9, 0.01);
}

static const check_case cases[] = {
    {"few_are_all_kept", few_are_all_kept},
    {"many_are_thinned_but_for_what_matters", many_are_thinned_but_for_what_matters},
    {"noise_fits_too", noise_fits_too},
    {"page_of_many_frames", page_of_many_frames},
    {"scaling_keeps_the_mean", scaling_keeps_the_mean},
    {"grey_limits", grey_limits},
};
CHECK_MAIN(cases)
