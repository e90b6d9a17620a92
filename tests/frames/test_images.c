/* Still images and numbered images: formats, order, gaps, times, errors.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "make_image.h"

#include <sys/stat.h>
#include <tiffio.h>
#include <unistd.h>

#include "temtensile/frames.h"

enum { W = 45, H = 33 };

static const char *tmp(const char *name)
{
	static char path[4][512];
	static int turn;
	char *p = path[turn++ & 3];
	snprintf(p, sizeof path[0], "%s/%s", check_tmp(), name);
	return p;
}

static void ramp(uint16_t *grey, int frame, unsigned top)
{
	for (int i = 0; i < W * H; i++)
		grey[i] = (uint16_t)(((unsigned)i * 37u + (unsigned)frame * 11u) % (top + 1));
}

static tt_still *still(const char *path)
{
	tt_still *s;
	tt_error err = {0};
	CHECK_MSG(tt_still_read(path, &s, &err) == TT_OK, "%s", err.message);
	return s;
}

static void refused(const char *path, const tt_source_options *o, const char *part)
{
	tt_source *s;
	tt_error err = {0};
	CHECK_MSG(tt_source_open(path, o, &s, &err) == TT_ERR_INPUT, "%s was opened", path);
	check_note("%s", err.message);
	CHECK_HAS(err.message, part);
}

static void stills_keep_their_depth(void)
{
	static const struct {
		const char *encoder, *pix_fmt, *codec;
		int bits;
		double most; /* error */
	} cases[] = {
	    {"png", "gray", "png", 8, 0},          {"png", "gray16be", "png", 16, 0},  {"png", "rgb24", "png", 8, 0},
	    {"png", "rgb48be", "png", 16, 6},      {"bmp", "gray", "bmp", 8, 0},       {"bmp", "bgr24", "bmp", 8, 0},
	    {"pgm", "gray", "pgm", 8, 0},          {"pgm", "gray16be", "pgm", 16, 0},  {"ppm", "rgb24", "ppm", 8, 0},
	    {"mjpeg", "yuvj444p", "mjpeg", 8, 12}, {"jpegls", "gray", "jpegls", 8, 0}, {"sgi", "gray", "sgi", 8, 0},
	};
	static uint16_t grey[W * H];
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		ramp(grey, 0, cases[k].bits == 8 ? 255 : 65535);
		if (strcmp(cases[k].encoder, "mjpeg") == 0)
			for (int i = 0; i < W * H; i++)
				grey[i] = (uint16_t)(100 + i % W); /* a JPEG is good at slopes alone */
		make_image(tmp("still"), cases[k].encoder, cases[k].pix_fmt, W, H, grey);
		tt_still *s = still(tmp("still"));
		const tt_image *im = tt_still_image(s);
		const tt_source_info *info = tt_still_info(s);
		CHECK_STR(info->codec, cases[k].codec);
		CHECK_MSG(im->width == W && im->height == H && info->bits == cases[k].bits, "%s %s: %d x %d, %d bits",
		          cases[k].encoder, cases[k].pix_fmt, im->width, im->height, info->bits);
		CHECK(im->type == (cases[k].bits == 8 ? TT_U8 : TT_U16));
		for (int i = 0; i < W * H; i++)
			CHECK_MSG(fabs(tt_image_at(im, i % W, i / W) - grey[i]) <= cases[k].most,
			          "%s %s at %d %d: %g, not %d", cases[k].encoder, cases[k].pix_fmt, i % W, i / W,
			          tt_image_at(im, i % W, i / W), grey[i]);
		tt_still_free(s);
	}
	tt_still_free(NULL);
}

static double slope(int page, int x, int y)
{
	return (double)((x * 5 + y * 3 + page * 40) % 200);
}

static double steep(int page, int x, int y)
{
	return (double)((x * 977 + y * 331 + page) % 60000);
}

static double either_sign(int page, int x, int y)
{
	return (double)((x * 5 + y * 3 + page) % 200 - 100);
}

static double fraction(int page, int x, int y)
{
	return 0.25 * ((x * 5 + y * 3 + page) % 200) - 7.5;
}

static void tiff_in_many_layouts(void)
{
	static const struct {
		make_tiff t;
		double (*value)(int, int, int);
		tt_pixel type;
		const char *stored;
	} cases[] = {
	    {{.bits = 8, .kind = 'u'}, slope, TT_U8, "u8"},
	    {{.bits = 8, .kind = 'u', .tile = 16}, slope, TT_U8, "u8"},
	    {{.bits = 8, .kind = 'u', .compression = COMPRESSION_LZW}, slope, TT_U8, "u8"},
	    {{.bits = 8, .kind = 'u', .compression = COMPRESSION_PACKBITS, .tile = 32}, slope, TT_U8, "u8"},
	    {{.bits = 8, .kind = 'i'}, either_sign, TT_F32, "i8"},
	    {{.bits = 16, .kind = 'u'}, steep, TT_U16, "u16"},
	    {{.bits = 16, .kind = 'u', .big_endian = true}, steep, TT_U16, "u16"},
	    {{.bits = 16, .kind = 'u', .compression = COMPRESSION_ADOBE_DEFLATE, .tile = 16}, steep, TT_U16, "u16"},
	    {{.bits = 16, .kind = 'u', .big = true}, steep, TT_U16, "u16"},
	    {{.bits = 16, .kind = 'i'}, either_sign, TT_F32, "i16"},
	    {{.bits = 32, .kind = 'u'}, steep, TT_F32, "u32"},
	    {{.bits = 32, .kind = 'i', .tile = 16}, either_sign, TT_F32, "i32"},
	    {{.bits = 32, .kind = 'f'}, fraction, TT_F32, "f32"},
	    {{.bits = 32, .kind = 'f', .big_endian = true, .big = true}, fraction, TT_F32, "f32"},
	    {{.bits = 64, .kind = 'f', .compression = COMPRESSION_LZW}, fraction, TT_F32, "f64"},
	    {{.bits = 8, .kind = 'u', .samples = 3}, slope, TT_U8, "u8"},
	    {{.bits = 16, .kind = 'u', .samples = 3, .tile = 16}, steep, TT_U16, "u16"},
	    {{.bits = 8, .kind = 'u', .white_is_zero = true}, slope, TT_U8, "u8"},
	};
	for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
		make_tiff t = cases[k].t;
		t.width = W;
		t.height = H;
		if (t.samples == 0) t.samples = 1;
		make_image_tiff(tmp("layout.tif"), &t, cases[k].value);
		tt_still *s = still(tmp("layout.tif"));
		const tt_image *im = tt_still_image(s);
		CHECK_STR(tt_still_info(s)->pixel_format, cases[k].stored);
		CHECK_MSG(im->width == W && im->height == H && im->type == cases[k].type &&
		              tt_still_info(s)->bits == t.bits,
		          "layout %zu: type %d, %d bits", k, im->type, tt_still_info(s)->bits);
		for (int i = 0; i < W * H; i++) {
			double want = cases[k].value(0, i % W, i / W);
			if (t.white_is_zero) want = 255 - want;
			CHECK_MSG(tt_image_at(im, i % W, i / W) == want, "layout %zu at %d %d: %g, not %g", k, i % W,
			          i / W, tt_image_at(im, i % W, i / W), want);
		}
		tt_still_free(s);
	}
}

static void shared_stills(void)
{
	tt_still *s = still(check_shared("dic/speckle-ref.pgm"));
	CHECK(tt_still_image(s)->width == 512 && tt_still_image(s)->height == 512 && tt_still_image(s)->type == TT_U8);
	tt_still_free(s);
	s = still(check_shared("dic/oht_cfrp_0.bmp"));
	CHECK(tt_still_image(s)->width == 280 && tt_still_image(s)->height == 900 && tt_still_image(s)->type == TT_U8);
	tt_still_free(s);
	s = still(check_shared("recordings/film-5pa/test.mp4"));
	CHECK(tt_still_image(s)->width == 640 && tt_still_image(s)->height == 480);
	tt_still_free(s);
}

/* ---- sequences ---- */

static void fresh_folder(const char *name)
{
	char command[700];
	snprintf(command, sizeof command, "rm -rf '%s'", tmp(name));
	CHECK(system(command) == 0);
	CHECK(mkdir(tmp(name), 0700) == 0);
}

static void put_image(const char *folder, const char *name, int frame)
{
	static uint16_t grey[W * H];
	char path[700];
	ramp(grey, frame, 255);
	snprintf(path, sizeof path, "%s/%s", tmp(folder), name);
	make_image(path, "png", "gray", W, H, grey);
}

/* frames: numbers as given to put_image, -1: no picture. */
static void expect_frames(const char *path, const int *frames, int n, const char *warning)
{
	tt_source *s;
	tt_error err = {0};
	tt_source_options o = {.stream = -1, .frame_rate = 4};
	CHECK_MSG(tt_source_open(path, &o, &s, &err) == TT_OK, "%s", err.message);
	CHECK(tt_source_info_of(s)->frames == n);
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < n; i++) {
			tt_frame f;
			CHECK_MSG(tt_source_next(s, &f, &err) == TT_OK, "frame %d: %s", i, err.message);
			CHECK(f.number == i);
			CHECK_NEAR(f.time_s, i / 4.0, 1e-12);
			CHECK_MSG((f.flags == TT_FRAME_UNDECODED) == (frames[i] < 0), "frame %d: flags %u", i, f.flags);
			if (frames[i] < 0) {
				CHECK(f.image.data == NULL);
				continue;
			}
			for (int p = 0; p < W * H; p += 5)
				CHECK_MSG(tt_image_at(&f.image, p % W, p / W) == (p * 37 + frames[i] * 11) % 256,
				          "frame %d is not image %d", i, frames[i]);
		}
		tt_frame f;
		CHECK(tt_source_next(s, &f, &err) == TT_END);
		CHECK(tt_source_seek(s, 0, 0, &err) == TT_OK);
	}
	tt_frame f;
	CHECK(tt_source_seek(s, n - 1, 0, &err) == TT_OK && tt_source_next(s, &f, &err) == TT_OK && f.number == n - 1);
	const tt_strings *w = tt_source_warnings(s);
	CHECK_MSG((w->n > 0) == (warning != NULL), "%zu warnings, the first: %s", w->n, w->n ? w->item[0] : "");
	if (warning) {
		check_note("%s", w->item[0]);
		CHECK_HAS(w->item[0], warning);
	}
	tt_source_close(s);
}

static void order_is_that_of_the_numbers(void)
{
	char name[64];
	fresh_folder("series");
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof name, "shot_%d.png", i + 1);
		put_image("series", name, i);
	}
	static const int all[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
	expect_frames(tmp("series"), all, 12, NULL);
	expect_frames(tmp("series/shot_%d.png"), all, 12, NULL);
	refused(tmp("series/shot_%03d.png"), &(tt_source_options){.stream = -1, .frame_rate = 4}, "no file matches");
	fresh_folder("padded");
	for (int i = 0; i < 12; i++) {
		snprintf(name, sizeof name, "2024-05-01_%04d_a.png", 8 + i);
		put_image("padded", name, i);
	}
	expect_frames(tmp("padded"), all, 12, NULL);
	expect_frames(tmp("padded/2024-05-01_%04d_a.png"), all, 12, NULL);
	/* other things in the folder */
	put_image("padded", "overview.png", 99);
	put_image("padded", "before test.png", 98);
	FILE *f = fopen(tmp("padded/notes.txt"), "w");
	fputs("notes", f);
	fclose(f);
	expect_frames(tmp("padded"), all, 12, "of the 14 images");
}

static void missing_images_keep_number_and_time(void)
{
	char name[64];
	fresh_folder("gap");
	for (int i = 0; i < 40; i++) {
		if (i == 7 || i == 20) continue;
		snprintf(name, sizeof name, "f%05d.png", 100 + 10 * i);
		put_image("gap", name, i);
	}
	int frames[40];
	for (int i = 0; i < 40; i++)
		frames[i] = i == 7 || i == 20 ? -1 : i;
	expect_frames(tmp("gap"), frames, 40, "2 images are missing");
	/* numbers that do not count frames */
	fresh_folder("wild");
	static const int wild[] = {3, 19, 20, 57, 1000};
	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof name, "f%d.png", wild[i]);
		put_image("wild", name, i);
		frames[i] = i;
	}
	expect_frames(tmp("wild"), frames, 5, "do not count frames");
}

static void a_broken_image_keeps_its_number(void)
{
	char name[64];
	int frames[10];
	fresh_folder("broken");
	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof name, "f%02d.png", i);
		put_image("broken", name, i);
		frames[i] = i == 4 ? -1 : i;
	}
	CHECK(truncate(tmp("broken/f04.png"), 300) == 0);
	expect_frames(tmp("broken"), frames, 10, "f04.png");
}

static void errors_name_the_file(void)
{
	char name[64];
	static uint16_t grey[4 * W * H];
	tt_source_options o = {.stream = -1, .frame_rate = 5};
	fresh_folder("sizes");
	refused(tmp("sizes"), &o, "holds no images");
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof name, "f%d.png", i);
		put_image("sizes", name, i);
	}
	refused(tmp("sizes"), NULL, "video.frame_rate");
	refused(tmp("sizes/f%d.tif"), &o, "no file matches");
	refused(tmp("sizes/f%s.png"), &o, "pattern");
	make_image(tmp("sizes/f2.png"), "png", "gray", 2 * W, 2 * H, grey);
	tt_source *s;
	tt_frame f;
	tt_error err = {0};
	tt_status st;
	CHECK(tt_source_open(tmp("sizes"), &o, &s, &err) == TT_OK);
	while ((st = tt_source_next(s, &f, &err)) == TT_OK)
		;
	CHECK(st == TT_ERR_INPUT);
	check_note("%s", err.message);
	CHECK_HAS(err.message, "f2.png");
	CHECK_HAS(err.message, "90 x 66");
	tt_source_close(s);
	make_image(tmp("sizes/f2.png"), "png", "gray16be", W, H, grey);
	CHECK(tt_source_open(tmp("sizes"), &o, &s, &err) == TT_OK);
	while ((st = tt_source_next(s, &f, &err)) == TT_OK)
		;
	CHECK(st == TT_ERR_INPUT);
	CHECK_HAS(err.message, "16 bits");
	tt_source_close(s);
	tt_still *still_image;
	CHECK(tt_still_read(tmp("nothing.png"), &still_image, &err) == TT_ERR_INPUT && !still_image);
	CHECK_HAS(err.message, "nothing.png");
	/* images without times may be asked for */
	o = (tt_source_options){.stream = -1, .allow_no_times = true};
	CHECK(tt_source_open(tmp("sizes"), &o, &s, &err) == TT_OK);
	CHECK(tt_source_next(s, &f, &err) == TT_OK && isnan(f.time_s));
	tt_source_close(s);
}

/* Cut anywhere, an image is read or refused with a sentence; a TIFF that promises too much allocates nothing. */
static void cut_images(void)
{
	static uint16_t grey[W * H];
	static const char *const encoders[] = {"png", "pgm", "bmp", "mjpeg"};
	ramp(grey, 0, 255);
	for (size_t k = 0; k <= sizeof encoders / sizeof *encoders; k++) {
		if (k < 4)
			make_image(tmp("whole"), encoders[k], k == 3 ? "yuvj444p" : "gray", W, H, grey);
		else
			make_image_tiff(tmp("whole"),
			                &(make_tiff){.width = W,
			                             .height = H,
			                             .bits = 16,
			                             .kind = 'u',
			                             .samples = 1,
			                             .compression = COMPRESSION_LZW},
			                steep);
		struct stat st;
		CHECK(stat(tmp("whole"), &st) == 0);
		int read = 0;
		for (off_t size = 1; size < st.st_size; size += 1 + st.st_size / 50) {
			char command[1500];
			snprintf(command, sizeof command, "head -c %lld '%s' > '%s'", (long long)size, tmp("whole"),
			         tmp("cut.img"));
			CHECK(system(command) == 0);
			tt_still *s;
			tt_error err = {0};
			tt_status e = tt_still_read(tmp("cut.img"), &s, &err);
			CHECK(e == TT_OK || (e == TT_ERR_INPUT && strlen(err.message) > 20));
			read += e == TT_OK;
			tt_still_free(s);
		}
		CHECK_MSG(read <= 2, "%zu: %d of the cut images were read as if whole", k, read);
	}
	/* a header that promises 100000 x 100000 pixels */
	make_image_tiff(tmp("huge.tif"), &(make_tiff){.width = W, .height = H, .bits = 8, .kind = 'u', .samples = 1},
	                slope);
	TIFF *t = TIFFOpen(tmp("huge.tif"), "r+");
	CHECK(t != NULL);
	TIFFSetField(t, TIFFTAG_IMAGEWIDTH, 100000);
	TIFFSetField(t, TIFFTAG_IMAGELENGTH, 100000);
	TIFFRewriteDirectory(t);
	TIFFClose(t);
	refused(tmp("huge.tif"), NULL, "promises");
}

/* Where pread() itself refuses: libtiff must not take that for a read of -1 bytes. */
static void a_strip_behind_all_files(void)
{
	static uint8_t file[4000];
	const uint8_t row[24] = {1, 2, 3};
	TIFF *t = TIFFOpen(tmp("far.tif"), "w8l");
	CHECK(t != NULL);
	TIFFSetField(t, TIFFTAG_IMAGEWIDTH, 24);
	TIFFSetField(t, TIFFTAG_IMAGELENGTH, 4);
	TIFFSetField(t, TIFFTAG_BITSPERSAMPLE, 8);
	TIFFSetField(t, TIFFTAG_SAMPLESPERPIXEL, 1);
	TIFFSetField(t, TIFFTAG_ROWSPERSTRIP, 2);
	TIFFSetField(t, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
	TIFFSetField(t, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
	for (uint32_t y = 0; y < 4; y++)
		CHECK(TIFFWriteScanline(t, (void *)(uintptr_t)row, y, 0) == 1);
	TIFFClose(t);
	t = TIFFOpen(tmp("far.tif"), "r");
	CHECK(t != NULL);
	uint64_t at = TIFFGetStrileOffset(t, 0), far = INT64_MAX - 1;
	TIFFClose(t);
	FILE *f = fopen(tmp("far.tif"), "r+b");
	CHECK(f != NULL);
	const size_t n = fread(file, 1, sizeof file, f);
	size_t found = 0;
	for (size_t i = 16; i + 16 <= n; i++)
		if (memcmp(file + i, &at, 8) == 0 && ++found) memcpy(file + i, &far, 8);
	CHECK(found == 1);
	rewind(f);
	CHECK(fwrite(file, 1, n, f) == n && fclose(f) == 0);
	refused(tmp("far.tif"), NULL, "strip 0 of its pixels cannot be read");
}

static const check_case cases[] = {
    {"stills keep their depth", stills_keep_their_depth},
    {"TIFF in many layouts", tiff_in_many_layouts},
    {"shared stills", shared_stills},
    {"order is that of the numbers", order_is_that_of_the_numbers},
    {"missing images keep number and time", missing_images_keep_number_and_time},
    {"a broken image keeps its number", a_broken_image_keeps_its_number},
    {"errors name the file", errors_name_the_file},
    {"cut images", cut_images},
    {"a strip behind all files", a_strip_behind_all_files},
};

CHECK_MAIN(cases)
