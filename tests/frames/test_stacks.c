/* Stacks as microscopes save them: real files with known contents, every element type, cut, damaged and huge files.
 *
 * The values expected of ../shared/images were read from the files' bytes by NumPy (numpy.frombuffer at the places that
 * their README and a dump of their tags tell) and h5py, not by the readers under test.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "make_image.h"
#include "make_stack.h"

#include <errno.h>
#include <sys/stat.h>
#include <tiffio.h>
#include <time.h>
#include <unistd.h>

#include "temtensile/frames.h"

static const tt_source_options plain = {.stream = -1, .ahead = -1, .keep_duplicates = true, .allow_no_times = true};

static const char *tmp(const char *name)
{
	static char path[4][512];
	static int turn;
	char *p = path[turn++ & 3];
	snprintf(p, sizeof path[0], "%s/%s", check_tmp(), name);
	return p;
}

static tt_source *opened(const char *path, const tt_source_options *o)
{
	tt_source *s;
	tt_error err = {0};
	CHECK_MSG(tt_source_open(path, o ? o : &plain, &s, &err) == TT_OK, "%s: %s", path, err.message);
	return s;
}

static void refused(const char *path, const tt_source_options *o, const char *part)
{
	tt_source *s;
	tt_error err = {0};
	CHECK_MSG(tt_source_open(path, o ? o : &plain, &s, &err) == TT_ERR_INPUT && !s, "%s was opened", path);
	check_note("%s", err.message);
	CHECK_HAS(err.message, part);
}

static bool warned(const tt_source *s, const char *part)
{
	const tt_strings *w = tt_source_warnings(s);
	for (size_t i = 0; i < w->n; i++)
		if (strstr(w->item[i], part)) {
			check_note("%s", w->item[i]);
			return true;
		}
	return false;
}

/* ---- real files ---- */

typedef struct known {
	const char *file, *format, *codec;
	int width, height, frames;
	double pixel_nm, interval_s; /* NaN: none */
	struct {
		int frame, x, y;
		double value;
	} at[5];
} known;

static const known files[] = {
    {"digitalmicrograph_3D_test-10.dm3",
     "DigitalMicrograph",
     "u16",
     2,
     2,
     2,
     NAN,
     NAN,
     {{0, 0, 0, 1}, {0, 1, 0, 2}, {0, 0, 1, 3}, {1, 0, 0, 5}, {1, 1, 1, 8}}},
    {"digitalmicrograph_3D_test-10.dm4",
     "DigitalMicrograph",
     "u16",
     2,
     2,
     2,
     NAN,
     NAN,
     {{0, 0, 0, 1}, {0, 1, 0, 2}, {0, 0, 1, 3}, {1, 0, 0, 5}, {1, 1, 1, 8}}},
    {"digitalmicrograph_test_stackbuilder_imagestack.dm3",
     "DigitalMicrograph",
     "u32",
     16,
     2,
     3,
     59.98290330171585,
     NAN,
     {{0, 0, 0, 606491}, {0, 15, 1, 604617}, {1, 3, 0, 615272}, {2, 15, 1, 601887}, {2, 15, 1, 601887}}},
    {"mrc_20241021_00405_movie.mrc",
     "MRC",
     "u16",
     8,
     4,
     32,
     NAN,
     NAN,
     {{0, 0, 0, 0}, {31, 7, 3, 31}, {5, 3, 2, 5}, {17, 2, 1, 17}, {30, 0, 0, 30}}},
    {"tia_old_64x64x5_TEM_preview_1.ser",
     "TIA SER",
     "f32",
     64,
     64,
     5,
     6.281833616298531,
     NAN,
     {{0, 0, 0, 2450.6086}, {0, 63, 0, 2289.8516}, {1, 0, 63, 2541.735}, {3, 20, 10, 2554.224}, {4, 63, 0, 2348.5732}}},
    {"emd_fei_example_tem_stack.emd",
     "Velox EMD",
     "i16",
     3,
     3,
     2,
     8.1728831922978511e-3,
     0.8,
     {{0, 0, 0, 0}, {0, 1, 0, 2}, {0, 0, 1, 6}, {1, 0, 0, 1}, {1, 2, 2, 17}}},
    {"tiff_test_loading_image_saved_with_imageJ_stack.tif",
     "TIFF stack",
     "f32",
     68,
     68,
     2,
     168.67471,
     NAN,
     {{0, 0, 0, 3465}, {0, 67, 0, 3239}, {0, 0, 67, 3117}, {1, 40, 30, 3297}, {1, 0, 0, 3465}}},
};

static void check_known(const known *k)
{
	char path[300];
	snprintf(path, sizeof path, "images/rsciio_%s", k->file);
	tt_source *s = opened(check_shared(path), NULL);
	const tt_source_info *i = tt_source_info_of(s);
	CHECK_STR(i->format, k->format);
	CHECK_STR(i->codec, k->codec);
	CHECK_MSG(i->width == k->width && i->height == k->height && i->frames == k->frames, "%s: %d x %d x %lld",
	          k->file, i->width, i->height, (long long)i->frames);
	CHECK_MSG(isnan(k->pixel_nm) ? isnan(i->pixel_size_m) : fabs(i->pixel_size_m * 1e9 / k->pixel_nm - 1) < 1e-7,
	          "%s: %g nm, not %g", k->file, i->pixel_size_m * 1e9, k->pixel_nm);
	CHECK_MSG(isnan(k->interval_s) ? isnan(i->frame_interval_s)
	                               : fabs(i->frame_interval_s / k->interval_s - 1) < 1e-6,
	          "%s: %g s", k->file, i->frame_interval_s);
	tt_frame f;
	tt_error err;
	for (int n = 0; n < k->frames; n++) {
		CHECK(tt_source_next(s, &f, &err) == TT_OK && f.number == n && f.flags == 0);
		if (k->interval_s > 0) CHECK_NEAR(f.time_s, n * k->interval_s, 1e-9);
		for (int p = 0; p < 5; p++)
			if (k->at[p].frame == n) {
				const double v = tt_image_at(&f.image, k->at[p].x, k->at[p].y);
				CHECK_MSG(fabs(v - k->at[p].value) <= 1e-7 * k->at[p].value,
				          "%s frame %d (%d, %d): %.9g, not %.9g", k->file, n, k->at[p].x, k->at[p].y, v,
				          k->at[p].value);
			}
	}
	CHECK(tt_source_next(s, &f, &err) == TT_END);
	tt_source_close(s);
}

static void real_files(void)
{
	for (size_t k = 0; k < sizeof files / sizeof *files; k++)
		check_known(&files[k]);
	tt_source *s = opened(check_shared("images/rsciio_mrc_20241021_00405_movie.mrc"), NULL);
	CHECK(warned(s, "negative"));
	tt_source_close(s);
	s = opened(check_shared("images/rsciio_tia_old_64x64x5_TEM_preview_1.ser"), NULL);
	CHECK(warned(s, "resolution of 1 s"));
	tt_source_close(s);
	static const tt_source_options strict = {.stream = -1};
	refused(check_shared("images/rsciio_tia_old_64x64x5_TEM_preview_1.ser"), &strict, "video.frame_rate");
}

/* ---- every type ---- */

static double wave(const void *ctx, int64_t frame, int x, int y)
{
	const make_stack *m = ctx;
	const double v = (double)((x * 5 + y * 3 + frame * 17) % 90);
	return m->kind == 'u' ? v : v - 45;
}

static void check_frames(const char *path, const make_stack *m, const tt_source_options *o, int frames,
                         const char *label)
{
	tt_source *s = opened(path, o);
	tt_error err;
	tt_frame f;
	for (int k = 0; k < frames; k++) {
		CHECK_MSG(tt_source_next(s, &f, &err) == TT_OK && f.number == k && f.image.data, "%s: frame %d", label,
		          k);
		for (int y = 0; y < m->height; y++)
			for (int x = 0; x < m->width; x++)
				CHECK_MSG(tt_image_at(&f.image, x, y) == wave(m, k, x, y),
				          "%s frame %d (%d, %d): %g, not %g", label, k, x, y,
				          tt_image_at(&f.image, x, y), wave(m, k, x, y));
	}
	CHECK_MSG(tt_source_next(s, &f, &err) == TT_END, "%s: more than %d frames", label, frames);
	CHECK(tt_source_seek(s, 1, NAN, &err) == TT_OK && tt_source_next(s, &f, &err) == TT_OK && f.number == 1);
	CHECK(tt_image_at(&f.image, 2, 1) == wave(m, 1, 2, 1));
	tt_source_close(s);
}

static bool can(make_format f, char kind, int bits)
{
	switch (f) {
	case MAKE_DM3:
	case MAKE_DM4: return kind != 'f' || bits >= 32;
	case MAKE_MRC: return kind == 'f' ? bits <= 32 && bits >= 16 : bits <= 16;
	case MAKE_SER32:
	case MAKE_SER64: return kind == 'f' ? bits >= 32 : bits <= 32;
	case MAKE_EMD: return kind == 'f' ? bits >= 32 : bits <= 32;
	case MAKE_TVIPS: return kind == 'u' && bits <= 16;
	case MAKE_IMAGEJ:
	case MAKE_TIFF: return kind == 'f' ? bits >= 32 : bits <= 32;
	default: return bits >= 8 && (kind != 'f' || bits >= 16);
	}
}

static void every_type(void)
{
	static const char kinds[] = "uif";
	int made = 0;
	for (make_format f = 0; f < MAKE_FORMATS; f++)
		for (int big = 0; big < 2; big++)
			for (const char *kind = kinds; *kind; kind++)
				for (int bits = *kind == 'f' ? 16 : 8; bits <= 64; bits *= 2) {
					const bool either =
					    f == MAKE_DM3 || f == MAKE_DM4 || f == MAKE_MRC || f == MAKE_NPY;
					if (!can(f, *kind, bits) || (big && !either)) continue;
					char label[60];
					snprintf(label, sizeof label, "%s %c%d%s", make_format_name[f], *kind, bits,
					         big ? " big-endian" : "");
					const make_stack m = {.format = f,
					                      .width = 19,
					                      .height = 12,
					                      .frames = 4,
					                      .kind = *kind,
					                      .bits = bits,
					                      .big_endian = big,
					                      .extended = big ? 0 : 1440,
					                      .calibrations = -1,
					                      .interval_s = 0.25};
					make_stack_file(tmp("stack"), &m, wave, &m);
					check_frames(tmp("stack"), &m, NULL, 4, label);
					made++;
				}
	check_note("%d files", made);
}

static double tiff_wave(int page, int x, int y)
{
	return (double)((x * 5 + y * 3 + page * 17) % 90);
}

static void tiff_pages(void)
{
	static const struct {
		int compression, tile;
		bool big;
	} kinds[] = {{0, 0, false},
	             {COMPRESSION_LZW, 0, false},
	             {COMPRESSION_ADOBE_DEFLATE, 0, true},
	             {COMPRESSION_PACKBITS, 16, false},
	             {0, 16, true},
	             {COMPRESSION_LZW, 16, false}};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const make_stack m = {.width = 45, .height = 33, .kind = 'u', .bits = 16};
		make_tiff t = {.width = 45,
		               .height = 33,
		               .bits = 16,
		               .kind = 'u',
		               .samples = 1,
		               .compression = kinds[i].compression,
		               .tile = kinds[i].tile,
		               .big = kinds[i].big,
		               .pages = 5};
		make_image_tiff(tmp("pages.tif"), &t, tiff_wave);
		check_frames(tmp("pages.tif"), &m, NULL, 5, "TIFF pages");
	}
}

/* ---- calibration and times ---- */

static void calibration(void)
{
	for (make_format f = 0; f < MAKE_FORMATS; f++) {
		const make_stack m = {.format = f,
		                      .width = 8,
		                      .height = 6,
		                      .frames = 60,
		                      .kind = 'u',
		                      .bits = 16,
		                      .pixel_m = 2e-9,
		                      .interval_s = 0.5,
		                      .calibrations = -1};
		make_stack_file(tmp("cal"), &m, wave, &m);
		tt_source *s = opened(tmp("cal"), NULL);
		const tt_source_info *i = tt_source_info_of(s);
		const bool has_pixel = f != MAKE_NPY && f != MAKE_TIFF,
		           has_time = f != MAKE_NPY && f != MAKE_TIFF && f != MAKE_MRC;
		CHECK_MSG(has_pixel ? fabs(i->pixel_size_m / 2e-9 - 1) < 1e-6 : isnan(i->pixel_size_m), "%s: %g m",
		          make_format_name[f], i->pixel_size_m);
		/* SER has whole seconds */
		const double tolerance = f == MAKE_SER32 || f == MAKE_SER64 ? 1e-3 : 1e-7;
		CHECK_MSG(has_time ? fabs(i->frame_interval_s / 0.5 - 1) < tolerance : isnan(i->frame_interval_s),
		          "%s: %g s", make_format_name[f], i->frame_interval_s);
		CHECK_MSG(!has_pixel || i->calibration_source[0], "%s", make_format_name[f]);
		tt_source_close(s);
		if (!has_time) {
			static const tt_source_options strict = {.stream = -1};
			refused(tmp("cal"), &strict, "video.frame_rate");
			continue;
		}
		/* the description's rate goes first, and a difference is told */
		tt_source_options o = plain;
		o.frame_rate = 4;
		s = opened(tmp("cal"), &o);
		CHECK_MSG(warned(s, "video.frame_rate"), "%s", make_format_name[f]);
		tt_frame frame;
		tt_error err;
		CHECK(tt_source_seek(s, 3, NAN, &err) == TT_OK && tt_source_next(s, &frame, &err) == TT_OK);
		CHECK_NEAR(frame.time_s, 0.75, 1e-12);
		tt_source_close(s);
	}
}

static void fewer_calibrations(void)
{
	for (int n = 0; n < 3; n++) {
		const make_stack m = {.format = MAKE_DM4,
		                      .width = 8,
		                      .height = 6,
		                      .frames = 5,
		                      .kind = 'i',
		                      .bits = 16,
		                      .pixel_m = 2e-9,
		                      .interval_s = 0.5,
		                      .calibrations = n};
		make_stack_file(tmp("few.dm4"), &m, wave, &m);
		tt_source *s = opened(tmp("few.dm4"), NULL);
		const tt_source_info *i = tt_source_info_of(s);
		CHECK(n == 0 ? isnan(i->pixel_size_m) : fabs(i->pixel_size_m / 2e-9 - 1) < 1e-6);
		CHECK_NEAR(i->frame_interval_s, 0.5, 1e-12); /* from the exposure, and said so */
		CHECK(warned(s, "exposure"));
		tt_source_close(s);
	}
}

static void nonsense_sizes(void)
{
	static const double sizes[] = {1e-10, -2e-9, 1e3, 1e-30};
	for (int i = 0; i < 4; i++) {
		const make_stack m = {.format = MAKE_MRC,
		                      .width = 8,
		                      .height = 6,
		                      .frames = 5,
		                      .kind = 'u',
		                      .bits = 16,
		                      .pixel_m = sizes[i]};
		make_stack_file(tmp("size.mrc"), &m, wave, &m);
		tt_source *s = opened(tmp("size.mrc"), NULL);
		CHECK(isnan(tt_source_info_of(s)->pixel_size_m));
		CHECK(tt_source_warnings(s)->n == 1);
		tt_source_close(s);
	}
}

/* Elements that were announced but never written do not count. */
static void valid_elements(void)
{
	for (make_format f = MAKE_SER32; f <= MAKE_SER64; f++) {
		const make_stack m = {
		    .format = f, .width = 8, .height = 6, .frames = 9, .valid = 7, .kind = 'u', .bits = 8};
		make_stack_file(tmp("valid.ser"), &m, wave, &m);
		check_frames(tmp("valid.ser"), &m, NULL, 7, "SER");
	}
}

/* ---- folders ---- */

static double flat(const void *ctx, int64_t k, int x, int y)
{
	(void)k;
	return 100 + 10 * *(const double *)ctx + (x + y) % 5;
}

static void one_dm(const char *root, int second, int count, int frame)
{
	char path[900];
	snprintf(path, sizeof path, "%s", root);
	mkdir(path, 0777);
	snprintf(path, sizeof path, "%s/Hour_00", root);
	mkdir(path, 0777);
	snprintf(path, sizeof path, "%s/Hour_00/Minute_%02d", root, second / 60);
	mkdir(path, 0777);
	snprintf(path, sizeof path, "%s/Hour_00/Minute_%02d/Second_%02d", root, second / 60, second % 60);
	mkdir(path, 0777);
	snprintf(path, sizeof path,
	         "%s/Hour_00/Minute_%02d/Second_%02d/cam_Hour_00_Minute_%02d_Second_%02d_Frame_%04d.dm4", root,
	         second / 60, second % 60, second / 60, second % 60, count);
	const make_stack m = {.format = MAKE_DM4,
	                      .width = 19,
	                      .height = 12,
	                      .frames = 1,
	                      .kind = 'u',
	                      .bits = 16,
	                      .pixel_m = 3e-9,
	                      .calibrations = -1};
	const double level = frame;
	make_stack_file(path, &m, flat, &level);
}

static void in_situ_folder(void)
{
	const char *root = tmp("insitu");
	/* 4 a second from the third of second 59 on, the second minute included; one file is missing */
	int k = 0;
	for (int i = 58 * 4 + 2; i < 62 * 4 + 1; i++, k++)
		if (k != 6) one_dm(root, i / 4, i % 4, k);
	tt_source *s = opened(root, NULL);
	const tt_source_info *info = tt_source_info_of(s);
	tt_error err;
	tt_frame f;
	CHECK_MSG(info->frames == k, "%lld frames, not %d", (long long)info->frames, k);
	CHECK_NEAR(info->pixel_size_m, 3e-9, 1e-15);
	CHECK(warned(s, "missing"));
	for (int i = 0; i < k; i++) {
		CHECK(tt_source_next(s, &f, &err) == TT_OK && f.number == i);
		CHECK_NEAR(f.time_s, 0.25 * i, 1e-12);
		CHECK_MSG((f.image.data == NULL) == (i == 6), "frame %d", i);
		if (f.image.data) CHECK(tt_image_at(&f.image, 1, 1) == 102 + 10 * i);
	}
	CHECK(tt_source_next(s, &f, &err) == TT_END);
	tt_source_close(s);
	/* seconds of different lengths */
	root = tmp("insitu2");
	k = 0;
	for (int second = 0; second < 5; second++)
		for (int i = 0; i < (second % 2 ? 4 : 5); i++)
			one_dm(root, second, i, k++);
	s = opened(root, NULL);
	CHECK(warned(s, "placed evenly"));
	CHECK_NEAR(tt_source_info_of(s)->frame_interval_s, 4.0 / 18, 1e-9);
	tt_source_close(s);
}

/* ---- cut files ---- */

static void cut_files(void)
{
	for (make_format f = 0; f < MAKE_FORMATS; f++) {
		if (f == MAKE_EMD) continue; /* libhdf5 opens no file that is cut */
		const make_stack m = {.format = f,
		                      .width = 64,
		                      .height = 48,
		                      .frames = 8,
		                      .kind = 'u',
		                      .bits = 16,
		                      .calibrations = -1,
		                      .interval_s = 1};
		make_stack_file(tmp("cut"), &m, wave, &m);
		/* in the middle of frame 5 */
		make_cut(tmp("cut"), -(int64_t)(64 * 48 * 2 * 5 / 2 + (f <= MAKE_DM4 ? 400 : 100)));
		tt_source *s = opened(tmp("cut"), NULL);
		CHECK_MSG(tt_source_info_of(s)->frames == 5, "%s: %lld frames", make_format_name[f],
		          (long long)tt_source_info_of(s)->frames);
		CHECK_MSG(warned(s, "cut"), "%s: no warning", make_format_name[f]);
		tt_source_close(s);
		check_frames(tmp("cut"), &m, NULL, 5, make_format_name[f]);
		make_cut(tmp("cut"), f == MAKE_MRC ? 1200 : 270);
		tt_error err = {0};
		CHECK_MSG(tt_source_open(tmp("cut"), &plain, &s, &err) == TT_ERR_INPUT, "%s", make_format_name[f]);
		check_note("%s", err.message);
	}
	const make_stack m = {
	    .format = MAKE_EMD, .width = 64, .height = 48, .frames = 8, .kind = 'u', .bits = 16, .interval_s = 1};
	make_stack_file(tmp("cut.emd"), &m, wave, &m);
	make_cut(tmp("cut.emd"), -2000);
	refused(tmp("cut.emd"), NULL, "cut");
}

static void patch(const char *path, long at, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "r+b");
	CHECK(f && fseek(f, at, SEEK_SET) == 0 && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
}

/* Sizes that the file cannot have are refused before memory is asked for. */
static void absurd_headers(void)
{
	const make_stack mrc = {.format = MAKE_MRC, .width = 8, .height = 6, .frames = 5, .kind = 'u', .bits = 16};
	make_stack_file(tmp("absurd.mrc"), &mrc, wave, &mrc);
	patch(tmp("absurd.mrc"), 0, "\xff\xff\x01\0\xff\xff\x01\0", 8);
	refused(tmp("absurd.mrc"), NULL, "131071 x 131071");
	make_stack_file(tmp("absurd.mrc"), &mrc, wave, &mrc);
	patch(tmp("absurd.mrc"), 12, "\x04\0\0\0", 4);
	refused(tmp("absurd.mrc"), NULL, "mode 4");
	const make_stack npy = {.format = MAKE_NPY, .width = 8, .height = 6, .frames = 5, .kind = 'u', .bits = 16};
	make_stack_file(tmp("absurd.npy"), &npy, wave, &npy);
	patch(tmp("absurd.npy"), 10, "{'descr': '<c8', 'fortran_order': False, 'shape': (5, 6, 8), }   ", 60);
	refused(tmp("absurd.npy"), NULL, "<c8");
	patch(tmp("absurd.npy"), 10, "{'descr': '<u2', 'fortran_order': True , 'shape': (5, 6, 8), }   ", 60);
	refused(tmp("absurd.npy"), NULL, "Fortran");
	patch(tmp("absurd.npy"), 10, "{'descr': '<u2', 'fortran_order': False, 'shape': (99999999999,)}", 65);
	refused(tmp("absurd.npy"), NULL, "dimensions");
}

/* ---- outliers ---- */

static double with_outliers(const void *ctx, int64_t frame, int x, int y)
{
	const make_stack *m = ctx;
	if (frame == 0) return 0;                                     /* the beam was blanked */
	if (x == 20 && y == 10) return m->kind == 'f' ? 1e30 : 65535; /* a stuck pixel */
	if (m->kind == 'f' && x == 5 && y == 7) return (double)NAN;
	return 1000 + (x * 7 + y * 13) % 400;
}

static void outliers_do_not_set_the_limits(void)
{
	static const char kinds[] = "uf";
	for (const char *kind = kinds; *kind; kind++) {
		const make_stack m = {.format = MAKE_NPY,
		                      .width = 64,
		                      .height = 48,
		                      .frames = 8,
		                      .kind = *kind,
		                      .bits = *kind == 'f' ? 32 : 16};
		make_stack_file(tmp("outliers"), &m, with_outliers, &m);
		tt_source *s = opened(tmp("outliers"), NULL);
		const tt_source_info *i = tt_source_info_of(s);
		CHECK_MSG(i->black >= 1000 && i->black < 1010 && i->white > 1390 && i->white < 1400, "%g to %g",
		          i->black, i->white);
		CHECK_HAS(i->normalisation, "0.1 %");
		check_note("%s", i->normalisation);
		tt_frame f;
		tt_error err;
		for (int k = 0; k < 8; k++) {
			CHECK(tt_source_next(s, &f, &err) == TT_OK);
			CHECK(tt_image_at(&f.image, 30, 30) == with_outliers(&m, k, 30, 30)); /* all else as stored */
			CHECK(tt_image_at(&f.image, 20, 10) <= 5 * 1400 && isfinite(tt_image_at(&f.image, 5, 7)));
		}
		CHECK(tt_source_next(s, &f, &err) == TT_END);
		CHECK(warned(s, "outliers"));
		CHECK(*kind != 'f' || warned(s, "no numbers"));
		tt_source_close(s);
	}
}

/* ---- huge files ---- */

static void huge_files(void)
{
	for (make_format f = 0; f < MAKE_FORMATS; f++) {
		if (f == MAKE_DM3 || f == MAKE_SER32) continue; /* 32-bit offsets */
		const make_stack m = {.format = f,
		                      .width = 2048,
		                      .height = 2048,
		                      .frames = 2500,
		                      .kind = 'u',
		                      .bits = 16,
		                      .pixel_m = 1e-9,
		                      .interval_s = 1,
		                      .calibrations = -1,
		                      .chunked = true};
		errno = 0;
		make_stack_file(tmp("huge"), &m, NULL, NULL);
		struct stat st;
		CHECK(stat(tmp("huge"), &st) == 0 && (f == MAKE_EMD || st.st_size > 20000000000));
		struct timespec a, b;
		clock_gettime(CLOCK_MONOTONIC, &a);
		tt_source *s = opened(tmp("huge"), NULL);
		clock_gettime(CLOCK_MONOTONIC, &b);
		check_note("%s: %.1f GB opened in %.1f ms", make_format_name[f], (double)st.st_size / 1e9,
		           1e3 * (double)(b.tv_sec - a.tv_sec) + 1e-6 * (double)(b.tv_nsec - a.tv_nsec));
		CHECK(tt_source_info_of(s)->frames == 2500);
		tt_frame frame;
		tt_error err;
		CHECK(tt_source_seek(s, 2499, NAN, &err) == TT_OK && tt_source_next(s, &frame, &err) == TT_OK);
		CHECK(frame.number == 2499 && frame.image.data && tt_image_at(&frame.image, 2047, 2047) == 0);
		CHECK(tt_source_next(s, &frame, &err) == TT_END);
		tt_source_close(s);
		unlink(tmp("huge"));
	}
}

static const check_case cases[] = {
    {"real files", real_files},
    {"every type in every format", every_type},
    {"TIFF pages in many layouts", tiff_pages},
    {"pixel size and times", calibration},
    {"fewer calibrations than dimensions", fewer_calibrations},
    {"nonsense pixel sizes", nonsense_sizes},
    {"valid elements of SER", valid_elements},
    {"in-situ folders", in_situ_folder},
    {"cut files", cut_files},
    {"absurd headers", absurd_headers},
    {"outliers do not set the limits", outliers_do_not_set_the_limits},
    {"huge files", huge_files},
};

CHECK_MAIN(cases)
