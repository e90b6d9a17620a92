/* Pictures: lengths, places and colours, looked up pixel by pixel.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "read_file.h"
#include "report/draw/caption.h"
#include "report/draw/ground.h"
#include "temtensile/report.h"

enum { W = 640, H = 480 };

static uint8_t grey[H][W];

static tt_image flat(uint8_t level)
{
	memset(grey, level, sizeof grey);
	return (tt_image){grey, W, W, H, TT_U8};
}

static uint32_t *render(tt_canvas *c, int width, int height)
{
	uint32_t *pixels = calloc((size_t)width * (size_t)height, sizeof *pixels);
	tt_error err;
	if (!pixels) abort();
	CHECK_MSG(tt_canvas_render(c, width, height, pixels, 4 * (size_t)width, &err) == TT_OK, "%s", err.message);
	return pixels;
}

/* The bar's length in pixels times the pixel size is the length that is written beside it. */
static void scale_bar_is_right(void)
{
	const double pixel_size[] = {4e-9, 1.7e-9, 0.33e-9, 13e-9, 5e-12};
	for (size_t k = 0; k < sizeof pixel_size / sizeof *pixel_size; k++)
		for (int corner = 0; corner < 2; corner++) {
			tt_image im = flat(20);
			tt_canvas *c = tt_canvas_new(80, 60);
			double length;
			tt_canvas_panel(c, 0, 0, 80, 60, (tt_rect){0, 0, W, H});
			tt_canvas_image(c, &im, 0, 255);
			tt_canvas_scale_bar(c, pixel_size[k], corner, &length);
			uint32_t *p = render(c, 2 * W, 2 * H);
			int longest = 0;
			for (int y = H; y < 2 * H; y++)
				for (int x = 0, run = 0; x < 2 * W; x++) {
					run = p[y * 2 * W + x] == 0xFFFFFF ? run + 1 : 0;
					longest = run > longest ? run : longest;
				}
			check_note("%g nm/px: bar %g nm, %.1f px, expected %.1f", pixel_size[k] * 1e9, length * 1e9,
			           longest / 2.0, length / pixel_size[k]);
			CHECK_NEAR(longest / 2.0, length / pixel_size[k], 1.0);
			CHECK(longest > 0.12 * 2 * W && longest < 0.33 * 2 * W);
			double mantissa = length / pow(10, floor(log10(length) + 1e-9));
			CHECK(fabs(mantissa - 1) < 1e-6 || fabs(mantissa - 2) < 1e-6 || fabs(mantissa - 5) < 1e-6);
			free(p);
			tt_canvas_free(c);
		}
}

/* A bar or letters that the recording software wrote, white or black, on any ground with noise on it. */
static void burn(int x, int y, int w, int h, uint8_t level)
{
	for (int j = y; j < y + h; j++)
		memset(&grey[j][x], level, (size_t)w);
}

static tt_image ground(uint8_t level, int noise)
{
	tt_image im = flat(level);
	uint32_t state = 7;
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++) {
			int sum = 0;
			for (int i = 0; i < 4; i++)
				sum += (int)((state = state * 1664525 + 1013904223) >> 16) % (noise + 1) - noise / 2;
			grey[y][x] = (uint8_t)(y > H / 3 && y < H / 2 ? 90 + sum / 2 : level + sum / 2);
		}
	return im;
}

/* What is burnt in is seen unchanged: the scale bar stands elsewhere. */
static void scale_bar_avoids_burnt_in(void)
{
	static const struct {
		uint8_t ground, burnt;
		int noise;
	} look[] = {{235, 255, 6}, {235, 0, 6}, {30, 255, 8}, {200, 255, 20}, {120, 0, 10}};
	for (size_t k = 0; k < sizeof look / sizeof *look; k++)
		for (int taken = 1; taken < 15; taken++) { /* a bit each: lower left and right, upper left and right */
			tt_image im = ground(look[k].ground, look[k].noise);
			for (int i = 0; i < 4; i++)
				if (taken >> i & 1)
					burn(i & 1 ? W - 150 : 20, i & 2 ? 18 : H - 30, 130, 4, look[k].burnt);
			uint32_t *p[2];
			for (int with = 0; with < 2; with++) {
				tt_canvas *c = tt_canvas_new(80, 60);
				tt_canvas_panel(c, 0, 0, 80, 60, (tt_rect){0, 0, W, H});
				tt_canvas_image(c, &im, 0, 255);
				if (with) tt_canvas_scale_bar(c, 4e-9, (int)(k & 1), NULL);
				p[with] = render(c, W, H);
				tt_canvas_free(c);
			}
			int drawn = 0, over = 0;
			for (int i = 0; i < 4; i++)
				for (int y = 0; y < 60; y++)
					for (int x = 0; x < W / 3; x++) {
						int at = (i & 2 ? y : H - 1 - y) * W + (i & 1 ? W - 1 - x : x);
						drawn += p[0][at] != p[1][at];
						over += (taken >> i & 1) && p[0][at] != p[1][at];
					}
			CHECK_MSG(drawn > 300 && over == 0,
			          "ground %d, burnt %d, corners taken %x: %d px of %d in a taken one", look[k].ground,
			          look[k].burnt, taken, over, drawn);
			free(p[0]);
			free(p[1]);
		}
}

/* With nothing burnt in it stands where it was asked for, over noise and over a smooth slope of grey too. */
static void scale_bar_stays(void)
{
	for (int k = 0; k < 6; k++) {
		tt_image im = ground(k & 1 ? 230 : 40, 4 * k);
		for (int y = 0; y < H && k == 4; y++)
			for (int x = 0; x < W; x++)
				grey[y][x] = (uint8_t)(40 + x * 180 / W);
		tt_canvas *c = tt_canvas_new(80, 60);
		tt_canvas_panel(c, 0, 0, 80, 60, (tt_rect){0, 0, W, H});
		tt_canvas_image(c, &im, 0, 255);
		uint32_t *before = render(c, W, H);
		tt_canvas_scale_bar(c, 4e-9, 1, NULL);
		uint32_t *after = render(c, W, H);
		int there = 0, all = 0;
		for (int i = 0; i < W * H; i++) {
			all += before[i] != after[i];
			there += before[i] != after[i] && i % W > W / 2 && i / W > 3 * H / 4;
		}
		CHECK_MSG(all > 300 && there == all, "picture %d: %d of %d px in the lower right corner", k, there,
		          all);
		free(before);
		free(after);
		tt_canvas_free(c);
	}
}

/* Words need no even ground, but none with letters on it. */
static void words_avoid_letters(void)
{
	const tt_rect place[3] = {{0, H / 3 - 40, W, 40}, {0, 0, W, 40}, {0, 40, W, 40}};
	tt_image im = ground(230, 8);
	for (int y = 0; y < 40; y++) /* the first one lies on a blurred edge */
		for (int x = 0; x < W; x++)
			grey[H / 3 - 39 + y][x] = (uint8_t)(grey[H / 3 - 39 + y][x] - 3.5 * y);
	CHECK(tt_ground_unmarked(&im, place, 3) == 0 && tt_ground_clear(&im, place, 3) == 1);
	for (int i = 0; i < 20; i++)
		burn(20 + 9 * i, H / 3 - 10, 3, 20, i & 1 ? 255 : 0);
	CHECK(tt_ground_unmarked(&im, place, 3) == 1);
	for (int i = 0; i < 20; i++)
		burn(20 + 9 * i, 10, 3, 20, 0);
	CHECK(tt_ground_unmarked(&im, place, 3) == 2);
}

/* A place in image pixels lands on that pixel, for a cropped and centred panel too. */
static void places_are_right(void)
{
	tt_image im = flat(0);
	for (int i = 0; i < 5; i++)
		grey[200 + i][300] = grey[202][298 + i] = 255; /* a cross at 300, 202 */
	tt_canvas *c = tt_canvas_new(100, 50);
	tt_canvas_panel(c, 10, 0, 90, 50, (tt_rect){290, 190, 20, 20});
	CHECK_NEAR(tt_canvas_mm_per_px(c), 2.5, 1e-12);
	tt_canvas_image(c, &im, 0, 255);
	uint32_t *p = render(c, 1000, 500);
	/* 20 px are 50 mm, centred in 10 … 100: 30 … 80 mm; the pixel 300 spans 30 + 25 … 57.5 mm; 202: 30 … 32.5 mm */
	CHECK((p[312 * 1000 + 562] & 0xFF) > 240);
	CHECK((p[312 * 1000 + 640] & 0xFF) < 40);
	CHECK((p[390 * 1000 + 562] & 0xFF) < 40);
	CHECK(p[250 * 1000 + 150] == 0xFFFFFF && p[250 * 1000 + 900] == 0xFFFFFF); /* paper beside the panel */
	free(p);
	tt_canvas_symbol(c, 305, 205, TT_DISC, 1, &(tt_pen){.colour = TT_VERMILION});
	tt_canvas_line(c, 280, 195, 320, 195, &(tt_pen){.colour = TT_SKY, .width_pt = 2});
	p = render(c, 1000, 500);
	CHECK(p[387 * 1000 + 687] == TT_VERMILION);
	CHECK(p[137 * 1000 + 400] == TT_SKY);
	CHECK(p[137 * 1000 + 290] == 0xFFFFFF && p[137 * 1000 + 820] == 0xFFFFFF); /* clipped to the panel */
	free(p);
	tt_canvas_free(c);
}

static void grey_limits(void)
{
	static uint16_t deep[H][W];
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++)
			deep[y][x] = (uint16_t)(1000 + (x < W / 2 ? 0 : 2000));
	deep[5][5] = 65535; /* a hot pixel does not set the limits */
	tt_image im = {deep, sizeof deep[0], W, H, TT_U16};
	for (int automatic = 0; automatic < 2; automatic++) {
		tt_canvas *c = tt_canvas_new(64, 48);
		tt_canvas_panel(c, 0, 0, 64, 48, (tt_rect){0, 0, W, H});
		tt_canvas_image(c, &im, automatic ? 0 : 1000, automatic ? 0 : 5000);
		uint32_t *p = render(c, W, H);
		CHECK((p[240 * W + 100] & 0xFF) == 0);
		unsigned bright = p[240 * W + 500] & 0xFF;
		CHECK(automatic ? bright == 255 : bright >= 127 && bright <= 128);
		free(p);
		tt_canvas_free(c);
	}
}

static void values_in_colours(void)
{
	static float v[H][W];
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++)
			v[y][x] = x < 200 ? NAN : x < 400 ? 0.0f : 0.1f;
	tt_image im = flat(100), values = {v, sizeof v[0], W, H, TT_F32};
	tt_canvas *c = tt_canvas_new(64, 48);
	tt_canvas_panel(c, 0, 0, 64, 48, (tt_rect){0, 0, W, H});
	tt_canvas_image(c, &im, 0, 255);
	tt_canvas_values(c, &values, TT_MAP_VIRIDIS, 0, 0.1, 1);
	uint32_t *p = render(c, W, H);
	CHECK(p[240 * W + 100] == 0x646464);
	CHECK(p[240 * W + 300] == 0x440154);
	CHECK(p[240 * W + 500] == 0xFDE725);
	free(p);
	tt_canvas_free(c);
}

static tt_canvas *full_sheet(void)
{
	tt_image im = flat(90);
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++)
			grey[y][x] = (uint8_t)((x * 31 + y * 17 + x * y) % 200);
	tt_canvas *c = tt_canvas_new(85, 50);
	tt_canvas_panel(c, 0, 0, 65, 50, (tt_rect){0, 0, W, H});
	tt_canvas_image(c, &im, 0, 255);
	const double box[8] = {100, 100, 200, 100, 200, 200, 100, 200};
	tt_canvas_polyline(c, box, 4, true, &(tt_pen){.colour = TT_YELLOW, .halo = true, .dashed = true});
	tt_canvas_fill(c, box, 4, TT_SKY, 0.3);
	for (int s = TT_DOT; s <= TT_PLUS; s++)
		tt_canvas_symbol(c, 40 * s + 20, 300, (tt_symbol)s, 2, &(tt_pen){.colour = TT_ORANGE, .halo = s & 1});
	tt_canvas_text(c, 150, 90, &(tt_words){.colour = TT_YELLOW, .align_y = 1, .halo = true, .bold = true},
	               "from\n150, 90");
	tt_canvas_text(c, 400, 90, &(tt_words){.align_x = 1, .turn_deg = 30}, "Zr₅₀Cu₅₀ ε");
	tt_canvas_scale_bar(c, 4e-9, 1, NULL);
	tt_canvas_colour_bar(c, 67, 5, 2.5, 40, TT_MAP_VIRIDIS, -0.02, 0.09, "axial strain");
	return c;
}

static void same_bytes_again(void)
{
	const char *path;
	char *data[2][2];
	size_t size[2][2];
	unsetenv("SOURCE_DATE_EPOCH");
	for (int run = 0; run < 2; run++) {
		tt_outdir *dir = open_dir(run ? "second" : "first", &path);
		tt_canvas *c = full_sheet();
		tt_error err;
		CHECK_MSG(tt_canvas_write(c, dir, "a.png", 300, &err) == TT_OK, "%s", err.message);
		CHECK_MSG(tt_canvas_write(c, dir, "a.pdf", 0, &err) == TT_OK, "%s", err.message);
		tt_canvas_free(c);
		commit(dir);
		data[run][0] = read_file(path, "a.png", &size[run][0]);
		data[run][1] = read_file(path, "a.pdf", &size[run][1]);
	}
	for (int i = 0; i < 2; i++) {
		CHECK(size[0][i] == size[1][i] && memcmp(data[0][i], data[1][i], size[0][i]) == 0);
		free(data[0][i]);
		free(data[1][i]);
	}
}

static void pdf_has_date_and_text(void)
{
	const char *path;
	setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
	tt_outdir *dir = open_dir("pdf", &path);
	tt_canvas *c = full_sheet();
	CHECK(tt_canvas_write(c, dir, "a.pdf", 0, NULL) == TT_OK);
	CHECK(tt_canvas_write(c, dir, "sub/a.png", 254, NULL) == TT_OK);
	unsetenv("SOURCE_DATE_EPOCH");
	tt_canvas_free(c);
	commit(dir);
	size_t n;
	char *pdf = read_file(path, "a.pdf", &n), *png = read_file(path, "sub/a.png", NULL);
	int date = 0, font = 0;
	for (size_t i = 0; i + 32 < n; i++) {
		date += memcmp(pdf + i, "/CreationDate (D:20231114221320", 31) == 0;
		font += memcmp(pdf + i, "LiberationSans", 14) == 0;
	}
	CHECK(date == 1 && font > 0);
	CHECK((unsigned char)png[18] * 256 + (unsigned char)png[19] == 850); /* 85 mm at 10 dots a mm */
	CHECK(memcmp(png + 37, "pHYs", 4) == 0);
	free(pdf);
	free(png);
}

/* On which side a caption changes the picture. */
static bool caption_is_right(const tt_image *im)
{
	uint32_t *p[2];
	for (int with = 0; with < 2; with++) {
		tt_canvas *c = tt_canvas_new(80, 60);
		tt_canvas_panel(c, 0, 0, 80, 60, (tt_rect){0, 0, W, H});
		tt_canvas_image(c, im, 0, 255);
		if (with) tt_put_caption(c, im, 7.5, "frame 12\n2.40 s");
		p[with] = render(c, W, H);
		tt_canvas_free(c);
	}
	size_t ink[2] = {0, 0};
	for (int i = 0; i < W * H; i++)
		ink[i % W >= W / 2] += p[0][i] != p[1][i];
	free(p[0]);
	free(p[1]);
	CHECK_MSG(ink[0] + ink[1] > 300 && !(ink[0] && ink[1]), "ink: %zu px left, %zu right", ink[0], ink[1]);
	return ink[1] > 0;
}

/* It leaves the upper left corner to the edge of a specimen, and to nothing else. */
static void caption_takes_the_clear_corner(void)
{
	tt_image im = flat(30);
	CHECK(!caption_is_right(&im));
	for (int y = 0; y < 60; y++)
		memset(&grey[y][0], 220, 60);
	CHECK(caption_is_right(&im));
	for (int y = 0; y < 60; y++) /* both corners are alike: the usual one */
		memset(&grey[y][W - 60], 220, 60);
	CHECK(!caption_is_right(&im));
}

/* The first frame with a gauge on it: drawn with all and with next to nothing known, on dark and on bright. */
static void gauge_picture(void)
{
	const double xy[4] = {140, 240, 500, 240};
	const char *path;
	tt_outdir *dir = open_dir("gauge", &path);
	tt_error err;
	tt_image im = flat(30);
	for (int y = 190; y < 290; y++)
		memset(&grey[y][0], 180, W);
	tt_gauge_picture g = tt_gauge_picture_none();
	g.from[0] = 140, g.to[0] = 500, g.from[1] = g.to[1] = 240;
	CHECK_MSG(tt_picture_gauge(dir, "few.png", &im, &g, &err) == TT_OK, "%s", err.message);
	for (int k = 0; k < 2; k++)
		for (int end = 0; end < 2; end++)
			g.edge[k][end][0] = end ? 560 : 80, g.edge[k][end][1] = k ? 290 : 190;
	g.xy = xy, g.n = 2, g.subset_px = 31, g.pixel_size_m = 4e-9, g.caption = "axis 0.00°\nwidth 100 px";
	CHECK_MSG(tt_picture_gauge(dir, "all.png", &im, &g, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(tt_picture_gauge(dir, "all.pdf", &im, &g, &err) == TT_OK, "%s", err.message);
	g.width_mm = 170; /* 127.5 mm high, of which 120 are left */
	CHECK_MSG(tt_picture_gauge(dir, "wide.png", &im, &g, &err) == TT_OK, "%s", err.message);
	im.data = NULL;
	CHECK(tt_picture_gauge(dir, "none.png", &im, &g, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "none.png: there is no frame");
	commit(dir);
	static const struct {
		const char *file;
		int width, height;
	} size[] = {{"all.png", 1004, 753}, {"wide.png", 1890, 1417}};
	for (int i = 0; i < 2; i++) {
		char *png = read_file(path, size[i].file, NULL);
		const int width = (unsigned char)png[18] * 256 + (unsigned char)png[19],
		          height = (unsigned char)png[22] * 256 + (unsigned char)png[23];
		CHECK_MSG(width == size[i].width && height == size[i].height, "%s: %d × %d", size[i].file, width,
		          height);
		free(png);
	}
}

/* After the fonts are gone they are there again when they are needed. */
static void fonts_are_forgotten(void)
{
	char *data[2];
	size_t size[2];
	for (int run = 0; run < 2; run++) {
		const char *path;
		tt_outdir *dir = open_dir(run ? "later" : "before", &path);
		tt_canvas *c = full_sheet();
		CHECK(tt_canvas_write(c, dir, "a.png", 200, NULL) == TT_OK);
		tt_canvas_free(c);
		commit(dir);
		data[run] = read_file(path, "a.png", &size[run]);
		tt_canvas_forget_fonts();
	}
	CHECK(size[0] == size[1] && memcmp(data[0], data[1], size[0]) == 0);
	free(data[0]);
	free(data[1]);
}

static void expect_error(tt_canvas *c, const char *file, const char *part)
{
	const char *path;
	tt_outdir *dir = open_dir("errors", &path);
	tt_error err;
	CHECK(tt_canvas_write(c, dir, file, 300, &err) != TT_OK);
	CHECK_HAS(err.message, part);
	tt_canvas_free(c);
	tt_outdir_abort(dir);
}

static void mistakes(void)
{
	expect_error(NULL, "a.png", "no memory");
	expect_error(tt_canvas_new(0, 5), "a.png", "a.png: a sheet of 0 x 5 mm");
	expect_error(full_sheet(), "a.jpg", "ends in .png or .pdf");
	tt_canvas *c = tt_canvas_new(10, 10);
	tt_canvas_panel(c, 0, 0, 10, 10, (tt_rect){0, 0, 0, 4});
	expect_error(c, "a.png", "shows 0 x 4 pixels");
	c = tt_canvas_new(10, 10);
	tt_canvas_scale_bar(c, 1e-9, 0, NULL);
	expect_error(c, "a.png", "a scale bar needs a panel");
	c = tt_canvas_new(10, 10);
	tt_canvas_colour_bar(c, 0, 0, 1, 5, TT_MAP_GREY, 2, 2, NULL);
	expect_error(c, "a.png", "a colour bar from 2 to 2");
	c = tt_canvas_new(10, 10);
	tt_canvas_image(c, NULL, 0, 1);
	expect_error(c, "a.png", "an image of 0 x 0");
	c = tt_canvas_new(10, 10);
	uint32_t pixel[4];
	tt_error err;
	CHECK(tt_canvas_render(c, 4, 1, pixel, 12, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "rows of 12 bytes");
	/* Places that are not numbers are not drawn. */
	const double xy[4] = {0, 0, NAN, 3};
	tt_canvas_polyline(c, xy, 2, false, &(tt_pen){.colour = TT_BLACK});
	tt_canvas_symbol(c, NAN, 0, TT_DISC, 1, &(tt_pen){.colour = TT_BLACK});
	tt_canvas_text(c, 0, INFINITY, &(tt_words){.colour = TT_BLACK}, "x");
	uint32_t *p = render(c, 20, 20);
	for (int i = 0; i < 400; i++)
		CHECK(p[i] == 0xFFFFFF);
	free(p);
	tt_canvas_free(c);
}

static const check_case cases[] = {
    {"scale bar is right", scale_bar_is_right},
    {"scale bar avoids what is burnt in", scale_bar_avoids_burnt_in},
    {"words avoid letters", words_avoid_letters},
    {"scale bar stays", scale_bar_stays},
    {"places are right", places_are_right},
    {"grey limits", grey_limits},
    {"values in colours", values_in_colours},
    {"same bytes again", same_bytes_again},
    {"PDF has date and text", pdf_has_date_and_text},
    {"caption takes the clear corner", caption_takes_the_clear_corner},
    {"gauge picture", gauge_picture},
    {"mistakes", mistakes},
    {"fonts are forgotten", fonts_are_forgotten},
};
CHECK_MAIN(cases)
