/* Writes stacks of frames in the formats of microscopes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "make_stack.h"

#include <hdf5.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

const char *const make_format_name[MAKE_FORMATS] = {"DM3", "DM4",   "MRC", "SER, 32 bits", "SER, 64 bits",
                                                    "EMD", "TVIPS", "NPY", "ImageJ TIFF",  "TIFF"};

typedef struct out {
	FILE *f;
	const make_stack *m;
	make_value value;
	const void *ctx;
} out;

/* ---- numbers ---- */

static void put(out *o, uint64_t v, int bytes, bool big)
{
	for (int i = 0; i < bytes; i++)
		fputc((int)(v >> 8 * (big ? bytes - 1 - i : i) & 255), o->f);
}

static void put_f32(out *o, double v, bool big)
{
	float f = (float)v;
	uint32_t u;
	memcpy(&u, &f, 4);
	put(o, u, 4, big);
}

static void put_f64(out *o, double v, bool big)
{
	uint64_t u;
	memcpy(&u, &v, 8);
	put(o, u, 8, big);
}

static void zeros(out *o, int n)
{
	while (n-- > 0)
		fputc(0, o->f);
}

static uint16_t half_of(double v)
{
	/* small integers and halves alone, as the tests need them */
	if (v == 0) return 0;
	int e;
	double m = frexp(fabs(v), &e);
	CHECK(e > -14 && e <= 16);
	return (uint16_t)((v < 0 ? 0x8000 : 0) | ((e + 14) << 10) | ((int)(m * 2048) - 1024));
}

static void put_sample(out *o, double v, bool big)
{
	const make_stack *m = o->m;
	if (m->kind == 'f' && m->bits == 16)
		put(o, half_of(v), 2, big);
	else if (m->kind == 'f' && m->bits == 32)
		put_f32(o, v, big);
	else if (m->kind == 'f')
		put_f64(o, v, big);
	else
		put(o, (uint64_t)(int64_t)v, m->bits / 8, big);
}

static int64_t frame_bytes(const make_stack *m)
{
	return (int64_t)m->width * m->height * m->bits / 8;
}

static void put_frames(out *o, int64_t first, int64_t n, bool big)
{
	if (!o->value) {
		CHECK(fseeko(o->f, n * frame_bytes(o->m), SEEK_CUR) == 0);
		return;
	}
	for (int64_t k = first; k < first + n; k++)
		for (int y = 0; y < o->m->height; y++)
			for (int x = 0; x < o->m->width; x++)
				put_sample(o, o->value(o->ctx, k, x, y), big);
}

/* ---- DigitalMicrograph ---- */

static bool wide(const out *o)
{
	return o->m->format == MAKE_DM4;
}

static void dm_count(out *o, int64_t n)
{
	put(o, (uint64_t)n, wide(o) ? 8 : 4, true);
}

static void dm_name(out *o, int kind, const char *name)
{
	fputc(kind, o->f);
	put(o, strlen(name), 2, true);
	fputs(name, o->f);
	if (wide(o)) put(o, 0, 8, true); /* size of the entry: readers go by its contents */
}

static void dm_group(out *o, const char *name, int entries)
{
	if (name) dm_name(o, 20, name);
	put(o, 0x0100, 2, true);
	dm_count(o, entries);
}

static void dm_type(out *o, const char *name, int words, const int64_t *word)
{
	dm_name(o, 21, name);
	fputs("%%%%", o->f);
	dm_count(o, words);
	for (int i = 0; i < words; i++)
		dm_count(o, word[i]);
}

static void dm_u32(out *o, const char *name, uint32_t v)
{
	dm_type(o, name, 1, (int64_t[]){5});
	put(o, v, 4, o->m->big_endian);
}

static void dm_f32(out *o, const char *name, double v)
{
	dm_type(o, name, 1, (int64_t[]){6});
	put_f32(o, v, o->m->big_endian);
}

static void dm_f64(out *o, const char *name, double v)
{
	dm_type(o, name, 1, (int64_t[]){7});
	put_f64(o, v, o->m->big_endian);
}

static void dm_text(out *o, const char *name, const char *latin1)
{
	dm_type(o, name, 3, (int64_t[]){20, 4, (int64_t)strlen(latin1)});
	for (; *latin1; latin1++)
		put(o, (uint8_t)*latin1, 2, o->m->big_endian);
}

static void dm_calibrations(out *o, int n)
{
	const make_stack *m = o->m;
	if (m->scan_columns) {
		dm_group(o, "Calibrations", 1);
		dm_group(o, "Dimension", 4);
		for (int d = 0; d < 4; d++) {
			const bool scan = (d < 2) == m->scan_first;
			dm_group(o, "", 3);
			dm_f32(o, "Origin", 0);
			dm_f32(o, "Scale", scan ? 2.5 : 0.125);
			dm_text(o, "Units", !m->scan_units ? "" : scan ? "nm" : "1/nm");
		}
		return;
	}
	dm_group(o, "Calibrations", 1);
	dm_group(o, "Dimension", n);
	for (int d = 0; d < n; d++) {
		dm_group(o, "", 3);
		dm_f32(o, "Origin", 0);
		dm_f32(o, "Scale",
		       d == 2           ? (m->interval_s > 0 ? m->interval_s : 1)
		       : m->pixel_m > 0 ? m->pixel_m * 1e6
		                        : 1);
		dm_text(o, "Units", d == 2 ? (m->interval_s > 0 ? "s" : "") : m->pixel_m > 0 ? "\xB5m" : "");
	}
}

static int dm_data_type(const make_stack *m)
{
	if (m->kind == 'f') return m->bits == 32 ? 2 : 12;
	const bool u = m->kind == 'u';
	return m->bits == 8 ? (u ? 6 : 9) : m->bits == 16 ? (u ? 10 : 1) : m->bits == 32 ? (u ? 11 : 7) : u ? 40 : 39;
}

static int dm_element(const make_stack *m)
{
	if (m->kind == 'f') return m->bits == 32 ? 6 : 7;
	const bool u = m->kind == 'u';
	return m->bits == 8 ? (u ? 10 : 9) : m->bits == 16 ? (u ? 4 : 2) : m->bits == 32 ? (u ? 5 : 3) : u ? 12 : 11;
}

static void dm_dimensions(out *o, int dims)
{
	const make_stack *m = o->m;
	const int pattern[2] = {m->width, m->height},
	          scan[2] = {m->scan_columns, m->scan_columns ? (int)m->frames / m->scan_columns : 0};
	dm_group(o, "Dimensions", m->scan_columns ? 4 : dims);
	for (int d = 0; m->scan_columns && d < 4; d++)
		dm_u32(o, "", (uint32_t)((d < 2) == m->scan_first ? scan[d % 2] : pattern[d % 2]));
	if (!m->scan_columns) {
		dm_u32(o, "", (uint32_t)m->width);
		dm_u32(o, "", (uint32_t)m->height);
		if (dims == 3) dm_u32(o, "", (uint32_t)m->frames);
	}
	dm_u32(o, "DataType", (uint32_t)dm_data_type(m));
}

/* Pixel by pixel over all frames. */
static void put_turned(out *o)
{
	for (int y = 0; y < o->m->height; y++)
		for (int x = 0; x < o->m->width; x++)
			for (int64_t k = 0; k < o->m->frames; k++)
				put_sample(o, o->value(o->ctx, k, x, y), o->m->big_endian);
}

static void make_dm(out *o)
{
	const make_stack *m = o->m;
	const int dims = m->frames > 1 ? 3 : 2, calibrations = m->calibrations >= 0 ? m->calibrations : dims;
	put(o, wide(o) ? 4 : 3, 4, true);
	dm_count(o, 1); /* size: readers go by the tree */
	put(o, m->big_endian ? 0 : 1, 4, true);
	dm_group(o, NULL, 4);
	dm_type(o, "ApplicationBounds", 11, (int64_t[]){15, 0, 4, 0, 3, 0, 3, 0, 3, 0, 3});
	zeros(o, 16);
	dm_group(o, "DocumentTags", 0);
	dm_group(o, "ImageList", 2);
	dm_group(o, "", 1); /* the thumbnail, larger than small recordings */
	dm_group(o, "ImageData", 3);
	dm_type(o, "Data", 3, (int64_t[]){20, 3, 96 * 96});
	zeros(o, 4 * 96 * 96);
	dm_u32(o, "DataType", 7); /* usually 23, colours, which no recording has */
	dm_group(o, "Dimensions", 2);
	dm_u32(o, "", 96);
	dm_u32(o, "", 96);
	dm_group(o, "", 3); /* the recording */
	dm_group(o, "ImageData", 4);
	dm_calibrations(o, calibrations);
	if (!m->dims_last) dm_dimensions(o, dims);
	dm_type(o, "Data", 3, (int64_t[]){20, dm_element(m), frame_bytes(m) * m->frames / (m->bits / 8)});
	if (m->scan_columns && m->scan_first)
		put_turned(o);
	else
		put_frames(o, 0, m->frames, m->big_endian);
	if (m->dims_last) dm_dimensions(o, dims);
	if (m->scan_columns && m->scan_tag) {
		dm_group(o, "ImageTags", 2);
		dm_group(o, "Meta Data", 1);
		dm_type(o, "Data Order Swapped", 1, (int64_t[]){8});
		fputc(!m->scan_first, o->f);
	} else {
		dm_group(o, "ImageTags", 1);
	}
	dm_group(o, "DataBar", m->interval_s > 0 ? 2 : 1);
	dm_type(o, "Custom", 4, (int64_t[]){20, 15, 0, 0});
	if (m->interval_s > 0) dm_f64(o, "Exposure Time (s)", m->interval_s);
	dm_text(o, "Name", "test");
	dm_group(o, "Thumbnails", 1);
	dm_group(o, "", 1);
	dm_u32(o, "ImageIndex", 0);
	zeros(o, 8);
}

/* ---- the others ---- */

static void make_mrc(out *o)
{
	const make_stack *m = o->m;
	const bool big = m->big_endian;
	const int mode = m->kind == 'f' ? (m->bits == 16 ? 12 : 2) : m->bits == 8 ? 0 : m->kind == 'u' ? 6 : 1;
	put(o, (uint64_t)m->width, 4, big);
	put(o, (uint64_t)m->height, 4, big);
	put(o, (uint64_t)m->frames, 4, big);
	put(o, (uint64_t)mode, 4, big);
	zeros(o, 12);
	put(o, (uint64_t)m->width, 4, big);
	put(o, (uint64_t)m->height, 4, big);
	put(o, 1, 4, big);
	put_f32(o, m->pixel_m * 1e10 * m->width, big);
	put_f32(o, m->pixel_m * 1e10 * m->height, big);
	zeros(o, 92 - 48);
	put(o, (uint64_t)m->extended, 4, big);
	zeros(o, 108 - 96);
	put(o, m->bits == 8 && m->kind == 'u' ? 0 : 20140, 4, big);
	zeros(o, 208 - 112);
	fputs("MAP ", o->f);
	put(o, big ? 0x11110000 : 0x44440000, 4, true);
	zeros(o, 1024 - 216 + m->extended);
	put_frames(o, 0, m->frames, big);
}

static void make_ser(out *o)
{
	const make_stack *m = o->m;
	const int n = m->format == MAKE_SER32 ? 4 : 8;
	const int type = m->kind == 'f' ? (m->bits == 32 ? 7 : 8)
	                                : (m->kind == 'u' ? 1 : 4) + (m->bits == 8    ? 0
	                                                              : m->bits == 16 ? 1
	                                                                              : 2);
	const int64_t arrays = 22 + n + 4, first = arrays + 2 * n * m->frames, element = 50 + frame_bytes(m) + 8;
	put(o, 0x4949, 2, false);
	put(o, 0x0197, 2, false);
	put(o, n == 4 ? 0x210 : 0x220, 2, false);
	put(o, 0x4122, 4, false);
	put(o, 0x4152, 4, false);
	put(o, (uint64_t)m->frames, 4, false);
	put(o, (uint64_t)(m->valid ? m->valid : m->frames), 4, false);
	put(o, (uint64_t)arrays, n, false);
	put(o, 0, 4, false); /* the number of dimensions, whose descriptions would follow */
	for (int tag = 0; tag < 2; tag++)
		for (int64_t k = 0; k < m->frames; k++)
			put(o, (uint64_t)(first + k * element + (tag ? element - 8 : 0)), n, false);
	for (int64_t k = 0; k < m->frames; k++) {
		for (int i = 0; i < 2; i++) {
			put_f64(o, 0, false);
			put_f64(o, m->pixel_m, false);
			put(o, 0, 4, false);
		}
		put(o, (uint64_t)type, 2, false);
		put(o, (uint64_t)m->width, 4, false);
		put(o, (uint64_t)m->height, 4, false);
		put_frames(o, k, 1, false);
		put(o, 0x4152, 4, false);
		put(o, (uint64_t)(1500000000 + floor((double)k * m->interval_s)), 4, false);
	}
}

static void make_tvips(out *o)
{
	const make_stack *m = o->m;
	const uint32_t head[13] = {256,
	                           2,
	                           (uint32_t)m->width,
	                           (uint32_t)m->height,
	                           (uint32_t)m->bits,
	                           0,
	                           0,
	                           1,
	                           1,
	                           (uint32_t)lround(m->pixel_m * 1e9),
	                           200000,
	                           5000,
	                           64};
	for (int i = 0; i < 13; i++)
		put(o, head[i], 4, false);
	for (int i = 0; i < 34; i++)
		fputs("TVIPS ", o->f);
	for (int64_t k = 0; k < m->frames; k++) {
		const double t = 1.6e9 + (double)k * m->interval_s;
		put(o, (uint64_t)k, 4, false);
		put(o, m->interval_s > 0 ? (uint64_t)t : 0, 4, false);
		put(o, m->interval_s > 0 ? (uint64_t)lround(1000 * (t - floor(t))) : 0, 4, false);
		zeros(o, 12);
		put(o, 1, 4, false);
		zeros(o, 64 - 28);
		put_frames(o, k, 1, false);
	}
}

static void make_npy(out *o)
{
	const make_stack *m = o->m;
	char head[119];
	int n = snprintf(head, sizeof head, "{'descr': '%c%c%d', 'fortran_order': False, 'shape': (%lld, %d, %d), }",
	                 m->bits == 8    ? '|'
	                 : m->big_endian ? '>'
	                                 : '<',
	                 m->kind, m->bits / 8, (long long)m->frames, m->height, m->width);
	memset(head + n, ' ', sizeof head - (size_t)n);
	head[117] = '\n';
	fwrite("\x93NUMPY\1\0", 1, 8, o->f);
	put(o, 118, 2, false);
	fwrite(head, 1, 118, o->f);
	put_frames(o, 0, m->frames, m->big_endian);
}

static void tiff_entry(out *o, int tag, int type, uint64_t count, uint64_t value, bool big)
{
	put(o, (uint64_t)tag, 2, false);
	put(o, (uint64_t)type, 2, false);
	put(o, count, big ? 8 : 4, false);
	put(o, value, big ? 8 : 4, false);
}

/* Entries that all pages have. */
static void tiff_entries(out *o, int64_t pixels, bool big)
{
	const make_stack *m = o->m;
	tiff_entry(o, 256, 4, 1, (uint64_t)m->width, big);
	tiff_entry(o, 257, 4, 1, (uint64_t)m->height, big);
	tiff_entry(o, 258, 3, 1, (uint64_t)m->bits, big);
	tiff_entry(o, 259, 3, 1, 1, big);
	tiff_entry(o, 262, 3, 1, 1, big);
	tiff_entry(o, 273, big ? 16 : 4, 1, (uint64_t)pixels, big);
	tiff_entry(o, 277, 3, 1, 1, big);
	tiff_entry(o, 278, 4, 1, (uint64_t)m->height, big);
	tiff_entry(o, 279, 4, 1, (uint64_t)frame_bytes(m), big);
	tiff_entry(o, 339, 3, 1, m->kind == 'u' ? 1 : m->kind == 'i' ? 2 : 3, big);
}

static void make_tiff_pages(out *o)
{
	const make_stack *m = o->m;
	const int64_t directory = 8 + 10 * 20 + 8, page = directory + frame_bytes(m);
	const bool big = page * m->frames > UINT32_MAX;
	const int64_t head = big ? 16 : 8, tail = big ? 8 : 4, lead = big ? 8 : 2,
	              size = lead + 10 * (big ? 20 : 12) + tail;
	fputs("II", o->f);
	put(o, big ? 43 : 42, 2, false);
	if (big) put(o, 8, 4, false);
	put(o, (uint64_t)head, (int)tail, false);
	for (int64_t k = 0; k < m->frames; k++) {
		const int64_t at = head + k * page;
		CHECK(fseeko(o->f, at, SEEK_SET) == 0);
		put(o, 10, (int)lead, false);
		tiff_entries(o, at + size, big);
		put(o, k + 1 < m->frames ? (uint64_t)(at + page) : 0, (int)tail, false);
		put_frames(o, k, 1, false);
	}
}

static void make_imagej(out *o)
{
	const make_stack *m = o->m;
	char text[256];
	const int n = snprintf(text, sizeof text,
	                       "ImageJ=1.54f\nimages=%lld\nslices=%lld\nunit=micron\nfinterval=%.9g\nloop=false\n",
	                       (long long)m->frames, (long long)m->frames, m->interval_s) +
	              1;
	const int entries = 10 + 3, directory = 8, behind = directory + 2 + 12 * entries + 4,
	          pixels = behind + 16 + 256;
	fputs("II*", o->f);
	fputc(0, o->f);
	put(o, (uint64_t)directory, 4, false);
	put(o, (uint64_t)entries, 2, false);
	tiff_entries(o, pixels, false);
	tiff_entry(o, 270, 2, (uint64_t)n, (uint64_t)behind + 16,
	           false); /* the order of tags is not kept: readers do not mind */
	tiff_entry(o, 282, 5, 1, (uint64_t)behind, false);
	tiff_entry(o, 283, 5, 1, (uint64_t)behind, false);
	put(o, 0, 4, false);
	put(o, (uint64_t)llround(1e6), 4, false);
	put(o, m->pixel_m > 0 ? (uint64_t)llround(m->pixel_m * 1e12) : 1000000, 4, false);
	zeros(o, 8);
	fwrite(text, 1, (size_t)n, o->f);
	zeros(o, 256 - n);
	put_frames(o, 0, m->frames, false);
}

/* ---- Velox EMD ---- */

static hid_t emd_type(const make_stack *m)
{
	if (m->kind == 'f') return m->bits == 32 ? H5T_IEEE_F32LE : H5T_IEEE_F64LE;
	const bool u = m->kind == 'u';
	return m->bits == 8    ? (u ? H5T_STD_U8LE : H5T_STD_I8LE)
	       : m->bits == 16 ? (u ? H5T_STD_U16LE : H5T_STD_I16LE)
	                       : (u ? H5T_STD_U32LE : H5T_STD_I32LE);
}

static hid_t emd_create(hid_t group, const char *name, hid_t type, int rank, const hsize_t *dims, const hsize_t *chunk)
{
	hid_t space = H5Screate_simple(rank, dims, NULL), how = H5Pcreate(H5P_DATASET_CREATE);
	if (chunk) H5Pset_chunk(how, rank, chunk);
	hid_t set = H5Dcreate2(group, name, type, space, H5P_DEFAULT, how, H5P_DEFAULT);
	H5Pclose(how);
	H5Sclose(space);
	CHECK(set >= 0);
	return set;
}

static void emd_metadata(hid_t image, const make_stack *m)
{
	enum { LONG = 2000 };
	const hsize_t frames = m->chunked ? 1 : (hsize_t)m->frames, dims[2] = {LONG, frames};
	char *all = calloc(LONG, frames), text[LONG];
	for (hsize_t k = 0; k < frames; k++) {
		int n = snprintf(
		    text, sizeof text,
		    "{\"BinaryResult\":{\"DetectorIndex\":\"0\",\"PixelSize\":{\"width\":\"%.17g\",\"height\":\"%."
		    "17g\"},"
		    "\"PixelUnitX\":\"m\",\"PixelUnitY\":\"m\"},\"Detectors\":{\"Detector-0\":{\"ExposureTime\":\"%."
		    "17g\"}},"
		    "\"CustomProperties\":{\"Detectors[BM-Ceta].TimeStamp\":{\"type\":\"int64\",\"value\":\"%lld\"}}}",
		    m->pixel_m, m->pixel_m, m->interval_s,
		    (long long)(1575540226000000 + llround(1e6 * m->interval_s * (double)k)));
		for (int i = 0; i < n; i++)
			all[(hsize_t)i * frames + k] = text[i];
	}
	hid_t set = emd_create(image, "Metadata", H5T_STD_U8LE, 2, dims, NULL);
	H5Dwrite(set, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, all);
	H5Dclose(set);
	free(all);
}

static void make_emd(const char *path, const make_stack *m, make_value value, const void *ctx)
{
	const hsize_t dims[3] = {(hsize_t)m->height, (hsize_t)m->width, (hsize_t)m->frames},
	              chunk[3] = {dims[0], dims[1], 1};
	hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
	CHECK(file >= 0);
	hid_t data = H5Gcreate2(file, "Data", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	hid_t images = H5Gcreate2(data, "Image", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	hid_t image = H5Gcreate2(images, "0123456789abcdef", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
	hid_t set = emd_create(image, "Data", emd_type(m), 3, dims, chunk);
	if (value) {
		double *all = malloc(dims[0] * dims[1] * dims[2] * sizeof *all), *p = all;
		for (int y = 0; y < m->height; y++)
			for (int x = 0; x < m->width; x++)
				for (int64_t k = 0; k < m->frames; k++)
					*p++ = value(ctx, k, x, y);
		H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, all);
		free(all);
	}
	H5Dclose(set);
	emd_metadata(image, m);
	H5Gclose(image);
	H5Gclose(images);
	H5Gclose(data);
	H5Fclose(file);
}

void make_stack_file(const char *path, const make_stack *m, make_value value, const void *ctx)
{
	static void (*const writers[MAKE_FORMATS])(out *) = {
	    make_dm, make_dm, make_mrc, make_ser, make_ser, NULL, make_tvips, make_npy, make_imagej, make_tiff_pages};
	if (m->format == MAKE_EMD) {
		make_emd(path, m, value, ctx);
		return;
	}
	out o = {.f = fopen(path, "wb"), .m = m, .value = value, .ctx = ctx};
	CHECK(o.f);
	writers[m->format](&o);
	const int64_t end = ftello(o.f);
	CHECK(fclose(o.f) == 0);
	CHECK(truncate(path, end) == 0); /* also what was passed over at the end */
}

void make_cut(const char *path, int64_t bytes)
{
	struct stat st;
	CHECK(stat(path, &st) == 0);
	CHECK(truncate(path, bytes < 0 ? st.st_size + bytes : bytes) == 0);
}
