/* Scans of patterns in HDF5: the largest dataset of four dimensions, (scan rows, scan columns, rows, columns), wherever
 * it lies (py4DSTEM and EMD put it under different names). SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "frames/hdf5_quiet.h"

enum { NAME = 512, LARGEST_SIDE = 1 << 16 };
static const double ALWAYS_FITS = 64e6, MOST_SHRINKING = 2000; /* bytes of a pattern; times the file's size */

typedef struct scan {
	tt_stack stack;
	hid_t file, data, memory;
	hsize_t dims[4];
} scan;

typedef struct search {
	char name[NAME];
	double most;
	int sets;
} search;

static herr_t look(hid_t root, const char *name, const H5O_info_t *info, void *user)
{
	search *s = user;
	hsize_t d[4];
	if (info->type != H5O_TYPE_DATASET || strlen(name) >= NAME) return 0;
	hid_t set = H5Dopen2(root, name, H5P_DEFAULT), space = set >= 0 ? H5Dget_space(set) : -1;
	tt_sample sample;
	hid_t memory;
	if (space >= 0 && H5Sget_simple_extent_ndims(space) == 4 && H5Sget_simple_extent_dims(space, d, NULL) == 4 &&
	    tt_hdf5_sample(set, &sample, &memory)) {
		const double n = (double)d[0] * (double)d[1] * (double)d[2] * (double)d[3];
		s->sets++;
		if (n > s->most) {
			s->most = n;
			tt_snprintf(s->name, sizeof s->name, "%s", name);
		}
	}
	if (space >= 0) H5Sclose(space);
	if (set >= 0) H5Dclose(set);
	return 0;
}

/* The name of the largest one; empty when there is none. */
static search find(hid_t file)
{
	search s = {.most = 0};
	H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, look, &s);
	return s;
}

static void drop(tt_stack *stack)
{
	scan *s = (scan *)stack;
	tt_hdf5_quiet q = tt_hdf5_begin();
	if (s->data > 0) H5Dclose(s->data);
	if (s->file > 0) H5Fclose(s->file);
	s->data = s->file = 0;
	tt_hdf5_end(q);
}

static tt_status fetch(tt_stack *stack, int64_t frame, uint8_t *raw, tt_error *err)
{
	scan *s = (scan *)stack;
	const hsize_t start[4] = {(hsize_t)frame / s->dims[1], (hsize_t)frame % s->dims[1], 0, 0},
	              count[4] = {1, 1, s->dims[2], s->dims[3]};
	tt_hdf5_quiet q = tt_hdf5_begin();
	hid_t file = H5Dget_space(s->data), memory = H5Screate_simple(4, count, NULL);
	const bool good = file >= 0 && memory >= 0 &&
	                  H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0 &&
	                  H5Dread(s->data, s->memory, memory, file, H5P_DEFAULT, raw) >= 0;
	if (memory >= 0) H5Sclose(memory);
	if (file >= 0) H5Sclose(file);
	tt_hdf5_end(q);
	return good ? TT_OK : tt_fail(err, TT_ERR_INPUT, "its pixels cannot be read from the HDF5 file");
}

static tt_status open_set(scan *s, tt_error *err)
{
	tt_stack *k = &s->stack;
	s->file = H5Fopen(k->path, H5F_ACC_RDONLY, H5P_DEFAULT);
	if (s->file < 0)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s' cannot be opened as HDF5: it is cut or damaged, or still being written", k->path);
	const search found = find(s->file);
	s->data = found.most > 0 ? H5Dopen2(s->file, found.name, H5P_DEFAULT) : -1;
	hid_t space = s->data > 0 ? H5Dget_space(s->data) : -1;
	const bool good = space >= 0 && H5Sget_simple_extent_dims(space, s->dims, NULL) == 4 &&
	                  tt_hdf5_sample(s->data, &k->sample, &s->memory);
	if (space >= 0) H5Sclose(space);
	if (!good)
		return tt_fail(err, TT_ERR_INPUT, "'%s' holds no dataset of real numbers in four dimensions", k->path);
	if (found.sets > 1)
		tt_warn(&k->base.warnings, "'%s' holds %d datasets of four dimensions: the largest, %s, is read",
		        k->path, found.sets, found.name);
	return TT_OK;
}

static tt_status check(scan *s, tt_error *err)
{
	tt_stack *k = &s->stack;
	const double bytes = (double)s->dims[2] * (double)s->dims[3] * (double)tt_sample_size(k->sample);
	bool odd = bytes > 4e9 || (bytes > ALWAYS_FITS && bytes > MOST_SHRINKING * (double)k->size);
	for (int i = 0; i < 4; i++)
		odd = odd || s->dims[i] < 1 || s->dims[i] > LARGEST_SIDE;
	if (odd)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s': a scan of %.0f x %.0f patterns of %.0f x %.0f pixels cannot be right in a file "
		               "of %lld bytes",
		               k->path, (double)s->dims[0], (double)s->dims[1], (double)s->dims[2], (double)s->dims[3],
		               (long long)k->size);
	k->scan_rows = (int64_t)s->dims[0];
	k->scan_columns = (int64_t)s->dims[1];
	k->height = (int64_t)s->dims[2];
	k->width = (int64_t)s->dims[3];
	k->frames = k->scan_rows * k->scan_columns;
	return TT_OK;
}

static tt_status parse(tt_stack *k, tt_error *err)
{
	scan *s = (scan *)k;
	k->drop = drop;
	k->fetch = fetch;
	tt_hdf5_quiet q = tt_hdf5_begin();
	tt_status st = open_set(s, err);
	tt_hdf5_end(q);
	return st == TT_OK ? check(s, err) : st;
}

static int probe(const tt_probe *p)
{
	if (p->size < 8 || memcmp(p->head, "\x89HDF\r\n\x1a\n", 8) != 0) return 0;
	tt_hdf5_quiet q = tt_hdf5_begin();
	hid_t file = H5Fopen(p->path, H5F_ACC_RDONLY, H5P_DEFAULT);
	const bool velox =
	    file >= 0 && H5Lexists(file, "/Data", H5P_DEFAULT) > 0 && H5Lexists(file, "/Data/Image", H5P_DEFAULT) > 0;
	const bool mine = file >= 0 && !velox && find(file).most > 0;
	if (file >= 0) H5Fclose(file);
	tt_hdf5_end(q);
	return mine ? 85 : 0;
}

static tt_status scan_open(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err)
{
	return tt_stack_open(path, options, &tt_format_hdf5_scan, sizeof(scan), parse, out, err);
}

const tt_source_format tt_format_hdf5_scan = {
    .name = "4-D HDF5",
    .probe = probe,
    .open = scan_open,
    .next = tt_stack_next,
    .seek = tt_stack_seek,
    .sum_up = tt_stack_sum_up,
    .close = tt_stack_close,
};
