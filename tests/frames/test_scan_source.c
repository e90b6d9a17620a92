/* Sources of diffraction patterns: Merlin MIB, ASTAR block files, 4-D HDF5 and NumPy as the test writes them, cut ones,
 * real files. SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <hdf5.h>
#include <math.h>
#include <stdint.h>
#include <zip.h>

#include "make_stack.h"

#include "temtensile/frames.h"

enum { W = 24, H = 16, N = 6 };
static tt_error error;

static const char *tmp(const char *name)
{
	static char path[4][600];
	static int turn;
	char *p = path[turn++ & 3];
	snprintf(p, sizeof path[0], "%s/%s", check_tmp(), name);
	return p;
}

/* What pattern k has at (x, y); a hot pixel at row 3, column 7 as in real ones. */
static unsigned value(int k, int x, int y, unsigned most)
{
	return x == 7 && y == 3 ? most : (unsigned)(x + 2 * y + 3 * k) % (most + 1);
}

static void put_sample(FILE *f, unsigned v, int bytes, bool big)
{
	for (int i = 0; i < bytes; i++)
		putc((int)(v >> 8 * (big ? bytes - 1 - i : i) & 255), f);
}

static const char *make_mib(const char *name, const char *type, int bytes, unsigned most, int chips, const char *hdr)
{
	char file[80], head[769];
	const int length = chips == 4 ? 768 : 384;
	snprintf(file, sizeof file, "%s.hdr", name);
	remove(tmp(file));
	if (hdr) {
		FILE *h = fopen(tmp(file), "wb");
		CHECK(h);
		fputs(hdr, h);
		fclose(h);
	}
	snprintf(file, sizeof file, "%s.mib", name);
	const char *path = tmp(file);
	FILE *f = fopen(path, "wb");
	CHECK(f);
	for (int k = 0; k < N; k++) {
		memset(head, ' ', sizeof head);
		int n = snprintf(head, sizeof head,
		                 "MQ1,%06d,%05d,%02d,%04d,%04d,%s,   %s,0F,2026-01-01 00:00:00.000000,0.003000,0,0,0,",
		                 k + 1, length, chips, W, H, type, chips == 4 ? "2x2" : "1x1");
		head[n] = ' ';
		fwrite(head, 1, (size_t)length, f);
		for (int y = 0; y < H; y++)
			for (int x = 0; x < W; x++)
				put_sample(f, value(k, x, y, most), bytes, true);
	}
	fclose(f);
	return path;
}

static tt_scan_source *open_it(const char *path)
{
	tt_scan_source *s;
	CHECK_MSG(tt_scan_source_open(path, &s, &error) == TT_OK, "%s", error.message);
	return s;
}

static const char *refused(const char *path)
{
	tt_scan_source *s;
	CHECK(tt_scan_source_open(path, &s, &error) == TT_ERR_INPUT);
	CHECK_HAS(error.message, path);
	return error.message;
}

static void check_values(tt_scan_source *s, unsigned most, int patterns)
{
	const tt_scan_info *i = tt_scan_source_info(s);
	float real[W * H];
	uint16_t whole[W * H];
	CHECK(i->width == W && i->height == H && i->patterns == patterns);
	for (int k = patterns - 1; k >= 0; k--) { /* in any order */
		CHECK_MSG(tt_scan_source_f32(s, k, real, &error) == TT_OK, "%s", error.message);
		if (i->whole) CHECK(tt_scan_source_u16(s, k, whole, &error) == TT_OK);
		for (int y = 0; y < H; y++)
			for (int x = 0; x < W; x++) {
				CHECK((unsigned)real[y * W + x] == value(k, x, y, most));
				CHECK(!i->whole || whole[y * W + x] == value(k, x, y, most));
			}
	}
}

static void mib(void)
{
	static const struct {
		const char *name, *type;
		int bytes, chips;
		unsigned most;
	} kinds[] = {{"one", "U08", 1, 1, 1},
	             {"six", "U08", 1, 4, 63},
	             {"twelve", "U16", 2, 1, 4095},
	             {"quad", "U16", 2, 4, 4095},
	             {"full", "U32", 4, 1, 16777215}};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		tt_scan_source *s =
		    open_it(make_mib(kinds[i].name, kinds[i].type, kinds[i].bytes, kinds[i].most, kinds[i].chips,
		                     "HDR,\t\nFrames in Acquisition (Number):\t6\nFrames per Trigger "
		                     "(Number):\t3\nCounter Depth (number):\t12\nEnd\t"));
		const tt_scan_info *n = tt_scan_source_info(s);
		CHECK(n->rows == 2 && n->columns == 3 && n->counts && n->counter_bits == 12);
		CHECK_NEAR(n->exposure_s, 0.003, 1e-12);
		CHECK(tt_scan_source_warnings(s)->n == 0);
		check_values(s, kinds[i].most, N);
		tt_scan_source_close(s);
	}
	tt_scan_source *s = open_it(make_mib("bare", "U16", 2, 4095, 1, NULL));
	CHECK(tt_scan_source_info(s)->rows == 0);
	tt_scan_source_close(s);
	CHECK_HAS(refused(make_mib("raw", "R64", 2, 1, 1, NULL)), "raw mode (R64");
	CHECK_HAS(refused(make_mib("odd", "F32", 4, 1, 1, NULL)), "type 'F32'");
}

static void cut(void)
{
	static char bytes[1 << 16];
	const char *whole = make_mib("whole", "U16", 2, 4095, 1, NULL);
	FILE *f = fopen(whole, "rb");
	CHECK(f);
	const size_t size = fread(bytes, 1, sizeof bytes, f), stride = 384 + 2 * W * H;
	fclose(f);
	for (size_t n = 1; n < size; n += 97) {
		const char *path = tmp("cut.mib");
		f = fopen(path, "wb");
		CHECK(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
		tt_scan_source *s = NULL;
		tt_status st = tt_scan_source_open(path, &s, &error);
		if (n < stride) {
			CHECK(st == TT_ERR_INPUT);
			CHECK_HAS(error.message, path);
			continue;
		}
		CHECK_MSG(st == TT_OK, "%zu bytes: %s", n, error.message);
		check_values(s, 4095, (int)(n / stride));
		if (n % stride)
			CHECK(tt_scan_source_warnings(s)->n == 1 &&
			      strstr(tt_scan_source_warnings(s)->item[0], "is cut"));
		tt_scan_source_close(s);
	}
}

static const char *make_blo(void)
{
	uint8_t h[0x2000] = "IMGBLO";
	const double step = 12.8;
	h[6] = 2, h[7] = 1, h[9] = 0x10, h[12] = 0x10, h[13] = 0x10, h[20] = 16, h[24] = 3, h[26] = 2;
	memcpy(h + 30, &step, 8);
	memcpy(h + 38, &step, 8);
	memcpy(h + 46, (uint8_t[]){0x40, 0x0d, 0x03, 0}, 4);
	memcpy(h + 50, (uint8_t[]){0x52, 0x18, 0xd0, 0x07, 0, 0}, 6);
	const char *path = tmp("a.blo");
	FILE *f = fopen(path, "wb");
	CHECK(f);
	fwrite(h, 1, 0x1010, f);
	for (int k = 0; k < N; k++) {
		fwrite("\xaa\x55\0\0\0\0", 1, 6, f);
		for (int i = 0; i < 256; i++)
			putc((i + k) & 255, f);
	}
	fclose(f);
	return path;
}

static void blo(void)
{
	tt_scan_source *s = open_it(make_blo());
	const tt_scan_info *i = tt_scan_source_info(s);
	uint16_t v[256];
	CHECK(i->width == 16 && i->height == 16 && i->patterns == 6 && i->rows == 2 && i->columns == 3 && !i->counts);
	/* 0.1606 mm a pixel at 200 mm and 2.5079 pm */
	CHECK_NEAR(i->k_per_px * 1e-9, 1e-2 / 62.26 / (0.2 * 2.50793e-12) * 1e-9, 1e-4);
	CHECK(tt_scan_source_u16(s, 5, v, &error) == TT_OK && v[0] == 5 && v[251] == 0 && v[250] == 255);
	tt_scan_source_close(s);
}

static void hdf5(void)
{
	const char *path = tmp("a.h5");
	const hsize_t dims[4] = {2, 3, H, W}, small[4] = {1, 1, 2, 2};
	static uint16_t v[N * W * H];
	for (int k = 0; k < N; k++)
		for (int y = 0; y < H; y++)
			for (int x = 0; x < W; x++)
				v[(k * H + y) * W + x] = (uint16_t)value(k, x, y, 4095);
	hid_t f = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
	      g = H5Gcreate2(f, "datacube_root", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	hid_t space = H5Screate_simple(4, dims, NULL), little = H5Screate_simple(4, small, NULL);
	hid_t d = H5Dcreate2(g, "data", H5T_STD_U16BE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	hid_t e = H5Dcreate2(f, "other", H5T_STD_U8LE, little, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	CHECK(H5Dwrite(d, H5T_NATIVE_UINT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, v) >= 0);
	H5Dclose(d), H5Dclose(e), H5Sclose(space), H5Sclose(little), H5Gclose(g), H5Fclose(f);
	tt_scan_source *s = open_it(path);
	CHECK(tt_scan_source_info(s)->rows == 2 && tt_scan_source_info(s)->columns == 3);
	CHECK(tt_scan_source_warnings(s)->n == 1 && strstr(tt_scan_source_warnings(s)->item[0], "datacube_root/data"));
	check_values(s, 4095, N);
	tt_scan_source_close(s);
}

static void npy(void)
{
	const char *path = tmp("a.npy");
	char head[128];
	FILE *f = fopen(path, "wb");
	CHECK(f);
	memset(head, ' ', sizeof head);
	const int n =
	    snprintf(head, sizeof head, "{'descr': '>u2', 'fortran_order': False, 'shape': (2, 3, %d, %d), }", H, W);
	head[n] = ' ';
	head[117] = '\n';
	fwrite("\x93NUMPY\1\0\x76\0", 1, 10, f);
	fwrite(head, 1, 118, f);
	for (int k = 0; k < N; k++)
		for (int y = 0; y < H; y++)
			for (int x = 0; x < W; x++)
				put_sample(f, value(k, x, y, 4095), 2, true);
	fclose(f);
	tt_scan_source *s = open_it(path);
	CHECK(tt_scan_source_info(s)->rows == 2 && tt_scan_source_info(s)->columns == 3);
	check_values(s, 4095, N);
	tt_scan_source_close(s);
}

/* The files of instruments that are not in archives. */
static void real(void)
{
	tt_scan_source *s = open_it(check_shared("film/scan4d/test1.blo"));
	const tt_scan_info *i = tt_scan_source_info(s);
	CHECK(i->width == 144 && i->height == 144 && i->patterns == 6 && i->columns == 2 && i->rows == 3);
	tt_scan_source_close(s);
	s = open_it(check_shared("film/scan4d/py4DSTEM_size2x3x4x5.h5"));
	i = tt_scan_source_info(s);
	CHECK(i->rows == 2 && i->columns == 3 && i->height == 4 && i->width == 5);
	tt_scan_source_close(s);
	s = open_it(check_shared("film/scan4d/synthetic_layers_12x12.mib"));
	i = tt_scan_source_info(s);
	CHECK(i->rows == 12 && i->columns == 12 && i->width == 64 && i->height == 64 && i->counts);
	tt_scan_source_close(s);
}

/* ---- stacks that other readers hand out ---- */

static double stack_value(const void *ctx, int64_t frame, int x, int y)
{
	(void)ctx;
	return value((int)frame, x, y, 4095);
}

/* Each format of stacks is a scan too: rows and columns of it are the description's matter; patterns are those of the
 * file, top row first, and a cut file is refused or gives the whole ones. */
static void stacks(void)
{
	static const make_format formats[] = {MAKE_DM4, MAKE_MRC,    MAKE_SER64, MAKE_TVIPS,
	                                      MAKE_NPY, MAKE_IMAGEJ, MAKE_TIFF,  MAKE_EMD};
	static const char *const ends[] = {"dm4", "mrc", "ser", "tvips", "npy", "tif", "tiff", "emd"};
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		char name[40];
		snprintf(name, sizeof name, formats[i] == MAKE_TVIPS ? "stack_000.%s" : "stack.%s", ends[i]);
		const char *path = tmp(name);
		const make_stack m = {.format = formats[i],
		                      .width = W,
		                      .height = H,
		                      .frames = N,
		                      .kind = 'u',
		                      .bits = 16,
		                      .interval_s = 1};
		make_stack_file(path, &m, stack_value, NULL);
		tt_scan_source *s = open_it(path);
		check_note("%s: %s", make_format_name[formats[i]], tt_scan_source_info(s)->format);
		check_values(s, 4095, N);
		tt_scan_source_close(s);
		if (formats[i] == MAKE_DM4)
			continue; /* its sizes stand behind the pixels: cut ones are in test_stacks.c */
		make_cut(path, -(int64_t)(W * H));
		tt_error why = {0};
		if (tt_scan_source_open(path, &s, &why) == TT_OK) {
			const int64_t left = tt_scan_source_info(s)->patterns;
			float v[W * H];
			CHECK_MSG(left == N || (left >= 1 && left < N && tt_scan_source_warnings(s)->n > 0),
			          "%s: %d patterns and no word", name, (int)left);
			CHECK(tt_scan_source_f32(s, 0, v, &error) == TT_OK &&
			      (unsigned)v[W + 1] == value(0, 1, 1, 4095));
			tt_scan_source_close(s);
		} else {
			CHECK_HAS(why.message, name);
		}
	}
}

static bool said(const tt_scan_source *s, const char *part)
{
	const tt_strings *w = tt_scan_source_warnings(s);
	for (size_t i = 0; i < w->n; i++)
		if (strstr(w->item[i], part)) return true;
	return false;
}

/* DigitalMicrograph's scans have four dimensions: the pattern's first or the scan's, told by a tag or by the units. */
static void dm_scans(void)
{
	for (int i = 0; i < 16; i++) {
		const make_stack m = {.format = i & 8 ? MAKE_DM3 : MAKE_DM4,
		                      .width = W,
		                      .height = H,
		                      .frames = N,
		                      .kind = 'u',
		                      .bits = 16,
		                      .big_endian = (i & 9) == 9,
		                      .scan_columns = 3,
		                      .scan_first = i & 1,
		                      .scan_units = i & 2,
		                      .scan_tag = i & 4,
		                      .dims_last = i & 2};
		if ((i & 1) && !(i & 6)) continue; /* nothing tells it */
		const char *path = tmp(i & 8 ? "scan.dm3" : "scan.dm4");
		make_stack_file(path, &m, stack_value, NULL);
		tt_scan_source *s = open_it(path);
		const tt_scan_info *n = tt_scan_source_info(s);
		CHECK_MSG(n->rows == 2 && n->columns == 3, "%d x %d", (int)n->rows, (int)n->columns);
		CHECK(!m.scan_units || fabs(n->k_per_px - 0.125e9) < 1);
		CHECK(said(s, "which two of its four dimensions") == !(i & 6));
		check_values(s, 4095, N);
		tt_scan_source_close(s);
	}
}

/* A DM4 cut anywhere: the patterns up to there where the sizes stand before them, or a sentence; never the thumbnail.
 */
static void dm_cut(void)
{
	for (int kind = 0; kind < 4; kind++) {
		const make_stack m = {.format = MAKE_DM4,
		                      .width = W,
		                      .height = H,
		                      .frames = N,
		                      .kind = 'u',
		                      .bits = 16,
		                      .interval_s = 1,
		                      .scan_columns = kind & 2 ? 3 : 0,
		                      .dims_last = kind & 1};
		const char *path = tmp("cut.dm4");
		int whole = 0, some = 0, none = 0;
		for (int64_t cut = 1; cut < W * H * 2 * N; cut += cut < 700 ? 3 : 211) {
			tt_scan_source *s;
			make_stack_file(path, &m, stack_value, NULL);
			make_cut(path, -cut);
			if (tt_scan_source_open(path, &s, &error) != TT_OK) {
				CHECK_HAS(error.message, "cut.dm4");
				CHECK_HAS(error.message, "cut");
				none++;
				continue;
			}
			const int left = (int)tt_scan_source_info(s)->patterns;
			CHECK_MSG(tt_scan_source_info(s)->width == W, "kind %d cut by %d: %d px wide", kind, (int)cut,
			          tt_scan_source_info(s)->width);
			check_values(s, 4095, left);
			CHECK_MSG(said(s, "is cut") || cut < 9, "cut by %d: not a word", (int)cut); /* 8: padding */
			whole += left == N;
			some += left < N;
			tt_scan_source_close(s);
		}
		check_note("sizes %s the pixels, %s: all patterns %d times, some %d, refused %d",
		           kind & 1 ? "behind" : "before", kind & 2 ? "four dimensions" : "three", whole, some, none);
		CHECK(whole > 0 && (kind & 1 ? none > 0 : some > 0));
	}
}

/* Any cut of the other formats of scans: refused with the file's name, or its whole patterns. */
static void cut_others(void)
{
	static char bytes[1 << 16];
	const char *const paths[] = {tmp("a.blo"), tmp("a.h5"), tmp("a.npy")};
	for (int i = 0; i < 3; i++) {
		FILE *f = fopen(paths[i], "rb");
		CHECK_MSG(f, "%s is not there yet", paths[i]);
		const size_t size = fread(bytes, 1, sizeof bytes, f);
		fclose(f);
		int opened = 0;
		char path[600];
		snprintf(path, sizeof path, "%s/cut-of%s", check_tmp(), strrchr(paths[i], '.'));
		for (size_t n = 1; n < size; n += 211) {
			f = fopen(path, "wb");
			CHECK(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
			tt_scan_source *s = NULL;
			tt_error why = {0};
			if (tt_scan_source_open(path, &s, &why) != TT_OK) {
				CHECK_MSG(strstr(why.message, path), "%zu bytes: %s", n, why.message);
				continue;
			}
			float v[W * H];
			const tt_scan_info *info = tt_scan_source_info(s);
			CHECK(info->patterns >= 1 && (size_t)info->width * (size_t)info->height <= W * H);
			if (tt_scan_source_f32(s, 0, v, &why) != TT_OK) CHECK_HAS(why.message, "cannot be read");
			opened++;
			tt_scan_source_close(s);
		}
		check_note("%s: %d of its cuts give patterns", strrchr(path, '.') + 1, opened);
	}
}

/* One file of an archive, written out under its own name. */
static const char *unpack(const char *archive, const char *name)
{
	static char bytes[1 << 14];
	int why = 0;
	zip_t *z = zip_open(archive, ZIP_RDONLY, &why);
	CHECK_MSG(z, "%s cannot be opened", archive);
	zip_file_t *in = zip_fopen(z, name, 0);
	CHECK_MSG(in, "%s holds no %s", archive, name);
	const char *path = tmp(name);
	FILE *f = fopen(path, "wb");
	CHECK(f);
	for (zip_int64_t n; (n = zip_fread(in, bytes, sizeof bytes)) > 0;)
		CHECK(fwrite(bytes, 1, (size_t)n, f) == (size_t)n);
	zip_fclose(in);
	zip_discard(z);
	CHECK(fclose(f) == 0);
	return path;
}

/* Real Merlin files: one and four chips, every depth, a part of the chip, raw ones. Means and places of the largest
 * value by an independent reading of the bytes: rows as they lie in the file, from the top. */
static void real_merlin(void)
{
	static const struct {
		const char *archive, *name;
		int width, height, frames;
		double mean;
		unsigned most;
		int x, y; /* of the largest value, where it is one place in all frames; -1 */
	} files[] = {
	    {"Merlin_navigation4x2_ROI.zip", "001_4x2_6bit", 256, 256, 8, 6.91159, 63, -1, -1},
	    {"Merlin_navigation4x2_ROI.zip", "002_4x2_6bit_roi128", 256, 128, 8, 12.45052, 63, -1, -1},
	    {"Merlin_Single_Quad.zip", "Quad_9_Frame_CounterDepth_24_Rows_256", 512, 512, 9, 3.08780, 4095, -1, -1},
	    {"Merlin_Single_Quad.zip", "Quad_1_Frame_CounterDepth_12_Rows_256", 512, 512, 1, 3.22688, 4093, 286, 12},
	    {"Merlin_Single_Quad.zip", "Quad_1_Frame_CounterDepth_6_Rows_256", 512, 512, 1, 0.43969, 63, 287, 2},
	    {"Merlin_Single_Quad.zip", "Single_9_Frame_CounterDepth_24_Rows_256", 256, 256, 9, 0.43768, 2074, 213, 210},
	    {"Merlin_Single_Quad.zip", "Single_9_Frame_CounterDepth_12_Rows_256", 256, 256, 9, 0.44209, 2216, 213, 210},
	    {"Merlin_Single_Quad.zip", "Single_9_Frame_CounterDepth_6_Rows_256", 256, 256, 9, 0.36907, 63, 134, 1},
	    {"Merlin_Single_Quad.zip", "Single_9_Frame_CounterDepth_1_Rows_256", 256, 256, 9, 0.03664, 1, 0, 0},
	    {"Merlin_Single_Quad.zip", "Single_9_Frame_CounterDepth_1_Rows_256RAW", 0, 0, 0, 0, 0, -1, -1},
	    {"Merlin_Single_Quad.zip", "Quad_9_Frame_CounterDepth_1_Rows_256RAW", 0, 0, 0, 0, 0, -1, -1}};
	static float v[512 * 512];
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char relative[100], name[100];
		snprintf(relative, sizeof relative, "film/scan4d/%s", files[i].archive);
		const char *archive = check_shared(relative);
		snprintf(name, sizeof name, "%s.hdr", files[i].name);
		unpack(archive, name);
		snprintf(name, sizeof name, "%s.mib", files[i].name);
		const char *path = unpack(archive, name);
		if (!files[i].frames) {
			CHECK_HAS(refused(path), "raw mode (R64");
			continue;
		}
		tt_scan_source *s = open_it(path);
		const tt_scan_info *info = tt_scan_source_info(s);
		CHECK_MSG(info->width == files[i].width && info->height == files[i].height &&
		              info->patterns == files[i].frames && info->counts,
		          "%s: %d x %d, %d patterns", name, info->width, info->height, (int)info->patterns);
		double sum = 0, most = -1;
		const size_t pixels = (size_t)info->width * (size_t)info->height;
		for (int64_t k = 0; k < info->patterns; k++) {
			size_t at = 0;
			CHECK_MSG(tt_scan_source_f32(s, k, v, &error) == TT_OK, "%s", error.message);
			for (size_t j = 0; j < pixels; j++) {
				sum += (double)v[j];
				if (v[j] > v[at]) at = j;
			}
			most = fmax(most, (double)v[at]);
			if (files[i].x >= 0 && files[i].frames == 1)
				CHECK((int)(at % (size_t)info->width) == files[i].x &&
				      (int)(at / (size_t)info->width) == files[i].y);
		}
		CHECK_NEAR(sum / (double)pixels / files[i].frames, files[i].mean, 6e-6);
		CHECK_NEAR(most, files[i].most, 1e-9);
		tt_scan_source_close(s);
	}
}

static const check_case cases[] = {{"Merlin MIB", mib},
                                   {"a cut MIB gives its whole patterns", cut},
                                   {"ASTAR block file", blo},
                                   {"4-D HDF5", hdf5},
                                   {"NumPy array of four axes", npy},
                                   {"real files", real},
                                   {"stacks of other formats", stacks},
                                   {"scans of DigitalMicrograph", dm_scans},
                                   {"a cut DM4", dm_cut},
                                   {"other cut scans", cut_others},
                                   {"real Merlin archives", real_merlin}};
CHECK_MAIN(cases)
