/* Velox EMD: HDF5 with /Data/Image/<id>/Data[y][x][frame] and /Data/Image/<id>/Metadata[byte][frame], JSON.
 *
 * libhdf5 is not made for several threads at once: one lock for all of our calls.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <hdf5.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "frames/hdf5_quiet.h"
#include "frames/stack.h"
#include "frames/formats/hdf5_storage.h"
#include "frames/formats/velox_metadata.h"

enum { LONGEST_JSON = 1 << 22, ALL_STAMPS = 64, NAME = 128, LARGEST_SIDE = 1 << 17 };
static const double ALWAYS_FITS = 64e6, MOST_SHRINKING = 2000; /* bytes of a frame; times the file's size */
static const char ROOT[] = "/Data/Image";

typedef struct emd {
	tt_stack stack;
	hid_t file, data, metadata, memory_type;
	int rank;
	hsize_t described; /* frames with metadata */
	hsize_t json_bytes;
	int64_t most; /* samples of the largest image so far */
	char id[NAME];
	int images; /* more than one: detectors, or drift-corrected results */
} emd;

static void close_ids(emd *e)
{
	if (e->data > 0) H5Dclose(e->data);
	if (e->metadata > 0) H5Dclose(e->metadata);
	if (e->file > 0) H5Fclose(e->file);
	e->data = e->metadata = e->file = 0;
}

static void drop(tt_stack *s)
{
	tt_hdf5_quiet q = tt_hdf5_begin();
	close_ids((emd *)s);
	tt_hdf5_end(q);
}

/* Rank and sizes of a dataset; 0 when it has none. */
static int shape(hid_t set, hsize_t dims[3])
{
	hid_t space = H5Dget_space(set);
	int rank = space >= 0 ? H5Sget_simple_extent_ndims(space) : -1;
	if (rank < 1 || rank > 3 || H5Sget_simple_extent_dims(space, dims, NULL) != rank) rank = 0;
	if (space >= 0) H5Sclose(space);
	return rank;
}

/* The image with most samples. */
static herr_t look_at_image(hid_t group, const char *name, const H5L_info_t *info, void *user)
{
	emd *e = user;
	(void)info;
	char path[NAME + 16];
	hsize_t dims[3];
	if (strlen(name) >= NAME) return 0;
	tt_snprintf(path, sizeof path, "%s/Data", name);
	if (H5Lexists(group, name, H5P_DEFAULT) <= 0 || H5Lexists(group, path, H5P_DEFAULT) <= 0) return 0;
	hid_t data = H5Dopen2(group, path, H5P_DEFAULT);
	if (data < 0) return 0;
	const int rank = shape(data, dims);
	int64_t n = rank >= 2 ? 1 : 0;
	for (int i = 0; i < rank && n > 0; i++)
		n = dims[i] > 0 && dims[i] < 1u << 31 && n < INT64_MAX / (int64_t)dims[i] ? n * (int64_t)dims[i] : 0;
	H5Dclose(data);
	e->images += n > 0;
	if (n <= e->most) return 0;
	e->most = n;
	tt_snprintf(e->id, sizeof e->id, "%s", name);
	return 0;
}

static bool take_type(emd *e)
{
	return tt_hdf5_sample(e->data, &e->stack.sample, &e->memory_type);
}

/* Column k of `set` (its last dimension), `rows` long pieces of memory. */
static bool read_frame(const emd *e, hid_t set, hid_t type, int rank, const hsize_t *size, hsize_t k, void *out,
                       tt_error *err)
{
	hsize_t start[3] = {0}, count[3];
	for (int i = 0; i < rank; i++)
		count[i] = size[i];
	if (rank == 3 || (rank == 2 && k != HSIZE_UNDEF)) {
		start[rank - 1] = k;
		count[rank - 1] = 1;
	}
	if (tt_hdf5_check_part(set, rank, start, count, e->stack.size, err) != TT_OK) return false;
	hid_t file = H5Dget_space(set), memory = H5Screate_simple(rank, count, NULL);
	bool ok = file >= 0 && memory >= 0 &&
	          H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
	          H5Dread(set, type, memory, file, H5P_DEFAULT, out) >= 0;
	if (memory >= 0) H5Sclose(memory);
	if (file >= 0) H5Sclose(file);
	return ok;
}

static tt_status fetch(tt_stack *s, int64_t frame, uint8_t *raw, tt_error *err)
{
	emd *e = (emd *)s;
	const hsize_t size[3] = {(hsize_t)s->height, (hsize_t)s->width, (hsize_t)s->frames};
	tt_hdf5_quiet q = tt_hdf5_begin();
	errno = 0;
	tt_error why_not = {0};
	bool ok = read_frame(e, e->data, e->memory_type, e->rank, size, e->rank == 3 ? (hsize_t)frame : HSIZE_UNDEF,
	                     raw, &why_not);
	int why = errno;
	tt_hdf5_end(q);
	if (!ok && why == EIO) s->read_error = why;
	if (!ok && why == ENOMEM) return tt_fail_memory(err, "a frame of an HDF5 file");
	if (!ok && s->read_error) return tt_stack_fail_read(s, err);
	if (ok) return TT_OK;
	return tt_fail(err, TT_ERR_INPUT, "%s",
	               why_not.message[0] ? why_not.message : "its pixels cannot be read from the HDF5 file");
}

static bool metadata_of(emd *e, hsize_t frame, char *json, tt_velox_metadata *m)
{
	const hsize_t size[2] = {e->json_bytes, e->described};
	tt_error ignored;
	return read_frame(e, e->metadata, H5T_NATIVE_UINT8, 2, size, frame, json, &ignored) &&
	       tt_velox_metadata_read(json, (size_t)e->json_bytes, m);
}

/* The computer's clock stamps a frame some 0.1 ms sooner or later: stamps that stay within 1 ms of an even sequence of
 * exposures are one. */
static bool follow_the_exposure(const double *t, int64_t n, double exposure)
{
	for (int64_t k = 0; k < n; k++)
		if (!(fabs(t[k] - exposure * (double)k) < 1e-3)) return false;
	return true;
}

/* Time stamps one by one where there are few; of many the first and the last tell the rate. */
static void take_stamps(emd *e, char *json, double first)
{
	tt_stack *s = &e->stack;
	const int64_t n = s->frames;
	tt_velox_metadata m;
	if (n < 2 || e->described != (hsize_t)n || isnan(first) || !metadata_of(e, (hsize_t)n - 1, json, &m)) return;
	const double span = m.stamp_s - first;
	if (!(span > 0)) return;
	tt_stack_interval(s, span / (double)(n - 1));
	double *t = n <= ALL_STAMPS ? malloc((size_t)n * sizeof *t) : NULL;
	if (!t) return;
	for (int64_t k = 0; k < n; k++) {
		if (!metadata_of(e, (hsize_t)k, json, &m) || !isfinite(m.stamp_s)) {
			free(t);
			return;
		}
		t[k] = m.stamp_s - first;
	}
	if (!follow_the_exposure(t, n, s->base.info.exposure_s)) {
		s->time = t;
		return;
	}
	tt_stack_interval(s, s->base.info.exposure_s);
	free(t);
}

static void take_metadata(emd *e)
{
	tt_stack *s = &e->stack;
	hsize_t dims[3];
	tt_velox_metadata m;
	char path[NAME + 32];
	tt_snprintf(path, sizeof path, "%s/%s/Metadata", ROOT, e->id);
	if (H5Lexists(e->file, path, H5P_DEFAULT) <= 0) return;
	e->metadata = H5Dopen2(e->file, path, H5P_DEFAULT);
	if (e->metadata <= 0 || shape(e->metadata, dims) != 2 || dims[0] < 2 || dims[0] > LONGEST_JSON || dims[1] < 1)
		return;
	e->json_bytes = dims[0];
	e->described = dims[1];
	char *json = malloc((size_t)dims[0]);
	if (json && metadata_of(e, 0, json, &m)) {
		if (isfinite(m.pixel_x_m)) tt_stack_pixel_size(s, m.pixel_x_m, m.pixel_y_m, "Velox metadata");
		tt_stack_exposure(s, m.exposure_s);
		take_stamps(e, json, m.stamp_s);
		if (!(s->base.info.frame_interval_s > 0)) tt_stack_interval(s, m.frame_time_s);
		if (!s->from[0]) tt_snprintf(s->from, sizeof s->from, "Velox metadata");
	}
	free(json);
}

static tt_status find_image(emd *e, tt_error *err)
{
	tt_stack *s = &e->stack;
	hsize_t dims[3] = {0}, at = 0;
	char path[NAME + 32];
	e->file = H5Fopen(s->path, H5F_ACC_RDONLY, H5P_DEFAULT);
	if (e->file < 0)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s' cannot be opened as HDF5: it is cut or damaged, or still being written", s->path);
	if (H5Lexists(e->file, "/Data", H5P_DEFAULT) <= 0 || H5Lexists(e->file, ROOT, H5P_DEFAULT) <= 0)
		return tt_fail(err, TT_ERR_INPUT, "'%s' is an HDF5 file without %s; a Velox EMD file was expected",
		               s->path, ROOT);
	hid_t group = H5Gopen2(e->file, ROOT, H5P_DEFAULT);
	if (group >= 0) {
		H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &at, look_at_image, e);
		H5Gclose(group);
	}
	if (e->most == 0) return tt_fail(err, TT_ERR_INPUT, "'%s': there is no image in its %s", s->path, ROOT);
	if (e->images > 1)
		tt_warn(&s->base.warnings, "'%s' holds %d image series: the largest, %s, is read", s->path, e->images,
		        e->id);
	tt_snprintf(path, sizeof path, "%s/%s/Data", ROOT, e->id);
	e->data = H5Dopen2(e->file, path, H5P_DEFAULT);
	e->rank = e->data > 0 ? shape(e->data, dims) : 0;
	if (e->rank < 2 || !take_type(e))
		return tt_fail(err, TT_ERR_INPUT, "'%s': its image %s is not of real numbers in 2 or 3 dimensions",
		               s->path, e->id);
	s->height = (int64_t)dims[0];
	s->width = (int64_t)dims[1];
	s->frames = e->rank == 3 ? (int64_t)dims[2] : 1;
	return TT_OK;
}

/* Chunks may be compressed or not yet written, so that a dataset may be larger than its file; but not by any factor,
 * and a frame must fit into memory. */
static tt_status check_frame(const tt_stack *s, tt_error *err)
{
	const double bytes = (double)s->width * (double)s->height * (double)tt_sample_size(s->sample);
	const bool odd = s->width > LARGEST_SIDE || s->height > LARGEST_SIDE || bytes > 4e9;
	if (!odd && (bytes <= ALWAYS_FITS || bytes <= MOST_SHRINKING * (double)s->size)) return TT_OK;
	return tt_fail(err, TT_ERR_INPUT,
	               "'%s': frames of %" PRId64 " x %" PRId64 " pixels cannot be right in a file of %" PRId64
	               " bytes",
	               s->path, s->width, s->height, s->size);
}

static tt_status parse(tt_stack *s, tt_error *err)
{
	emd *e = (emd *)s;
	s->drop = drop;
	s->fetch = fetch;
	tt_hdf5_quiet q = tt_hdf5_begin();
	tt_status st = find_image(e, err);
	if (st == TT_OK) st = check_frame(s, err);
	if (st == TT_OK) take_metadata(e);
	tt_hdf5_end(q);
	return st;
}

static int emd_probe(const tt_probe *p)
{
	return p->size >= 8 && memcmp(p->head, "\x89HDF\r\n\x1a\n", 8) == 0 ? 80 : 0;
}

static tt_status emd_open(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err)
{
	return tt_stack_open(path, options, &tt_format_emd, sizeof(emd), parse, out, err);
}

const tt_source_format tt_format_emd = {
    .name = "Velox EMD",
    .probe = emd_probe,
    .open = emd_open,
    .next = tt_stack_next,
    .seek = tt_stack_seek,
    .sum_up = tt_stack_sum_up,
    .close = tt_stack_close,
};
