/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/formats/hdf5_storage.h"

#include <stdlib.h>
#include <zlib.h>

enum { MOST_CHUNKS = 1 << 20, SCRATCH = 1 << 16, CHECKSUM = 4 };

typedef struct layout {
	int rank;
	hsize_t chunk[TT_HDF5_RANK], size[TT_HDF5_RANK];
	hsize_t bytes; /* of a whole chunk */
	bool filtered, deflated, known, summed;
} layout;

static tt_status wrong(tt_error *err, const char *what)
{
	return tt_fail(err, TT_ERR_INPUT, "%s: the HDF5 file is cut or damaged", what);
}

static bool look(hid_t set, hid_t plan, layout *l)
{
	hid_t type = H5Dget_type(set), space = H5Dget_space(set);
	const size_t one = type >= 0 ? H5Tget_size(type) : 0;
	bool good = one > 0 && space >= 0 && H5Sget_simple_extent_ndims(space) == l->rank &&
	            H5Sget_simple_extent_dims(space, l->size, NULL) == l->rank &&
	            H5Pget_chunk(plan, l->rank, l->chunk) == l->rank;
	if (type >= 0) H5Tclose(type);
	if (space >= 0) H5Sclose(space);
	l->bytes = one;
	for (int i = 0; good && i < l->rank; i++) {
		good = l->chunk[i] > 0 && l->bytes < ((hsize_t)1 << 40) / l->chunk[i];
		if (good) l->bytes *= l->chunk[i];
	}
	const int n = H5Pget_nfilters(plan);
	l->filtered = n > 0;
	l->known = true;
	for (int i = 0; i < n; i++) {
		unsigned flags, info;
		size_t values = 0;
		H5Z_filter_t f = H5Pget_filter2(plan, (unsigned)i, &flags, &values, NULL, 0, NULL, &info);
		l->deflated |= f == H5Z_FILTER_DEFLATE;
		l->summed |= f == H5Z_FILTER_FLETCHER32;
		/* the others change the length in ways of their own */
		l->known &= f == H5Z_FILTER_DEFLATE || f == H5Z_FILTER_SHUFFLE || f == H5Z_FILTER_FLETCHER32;
	}
	return good && n >= 0;
}

/* How many bytes come out of compressed ones; what is behind `most` is not looked at. */
static hsize_t inflated(const void *bytes, size_t n, hsize_t most)
{
	unsigned char *scratch = malloc(SCRATCH);
	z_stream z = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)n};
	hsize_t total = 0;
	int code = scratch ? inflateInit(&z) : Z_MEM_ERROR;
	while (code == Z_OK && total <= most) {
		z.next_out = scratch;
		z.avail_out = SCRATCH;
		code = inflate(&z, Z_NO_FLUSH);
		total += SCRATCH - z.avail_out;
	}
	if (scratch) inflateEnd(&z);
	free(scratch);
	return code == Z_STREAM_END ? total : 0;
}

static tt_status check_deflated(hid_t set, const layout *l, const hsize_t *at, hsize_t stored, tt_error *err)
{
	uint32_t skipped = 0;
	void *raw = malloc((size_t)stored);
	if (!raw) return tt_fail_memory(err, "a chunk of an HDF5 file");
	tt_status st = TT_OK;
	if (H5Dread_chunk(set, H5P_DEFAULT, at, &skipped, raw) < 0)
		st = wrong(err, "a chunk cannot be read");
	else if (!skipped && inflated(raw, (size_t)stored - (l->summed ? CHECKSUM : 0), l->bytes) != l->bytes)
		st = wrong(err, "a chunk does not hold as many bytes as it should");
	free(raw);
	return st;
}

static tt_status check_chunk(hid_t set, const layout *l, const hsize_t *at, int64_t file_size, tt_error *err)
{
	unsigned skipped = 0;
	haddr_t place = HADDR_UNDEF;
	hsize_t stored = 0;
	if (H5Dget_chunk_info_by_coord(set, at, &skipped, &place, &stored) < 0)
		return wrong(err, "its index of chunks cannot be read");
	if (place == HADDR_UNDEF) return TT_OK; /* not written yet */
	if (stored > (hsize_t)file_size || place > (haddr_t)file_size - stored)
		return wrong(err, "a chunk lies beyond the end of the file");
	if (!l->filtered || (l->known && !l->deflated && !l->summed))
		return stored == l->bytes ? TT_OK : wrong(err, "a chunk does not hold as many bytes as it should");
	if (!l->known || skipped || !l->deflated) return TT_OK;
	return check_deflated(set, l, at, stored, err);
}

static tt_status check_chunks(hid_t set, const layout *l, const hsize_t *start, const hsize_t *count, int64_t file_size,
                              tt_error *err)
{
	hsize_t from[TT_HDF5_RANK], to[TT_HDF5_RANK], at[TT_HDF5_RANK], all = 1;
	for (int i = 0; i < l->rank; i++) {
		from[i] = at[i] = start[i] / l->chunk[i];
		to[i] = (start[i] + count[i] - 1) / l->chunk[i];
		all *= to[i] - from[i] + 1;
		if (all > MOST_CHUNKS) return wrong(err, "its chunks are of an impossible size");
	}
	for (hsize_t n = 0; n < all; n++) {
		hsize_t place[TT_HDF5_RANK];
		for (int i = 0; i < l->rank; i++)
			place[i] = at[i] * l->chunk[i];
		tt_status st = check_chunk(set, l, place, file_size, err);
		if (st != TT_OK) return st;
		for (int i = l->rank - 1; i >= 0 && ++at[i] > to[i]; i--)
			at[i] = from[i];
	}
	return TT_OK;
}

static tt_status check_contiguous(hid_t set, const hsize_t *size, int rank, int64_t file_size, tt_error *err)
{
	const haddr_t place = H5Dget_offset(set);
	const hsize_t stored = H5Dget_storage_size(set);
	hid_t type = H5Dget_type(set);
	hsize_t bytes = type >= 0 ? H5Tget_size(type) : 0;
	if (type >= 0) H5Tclose(type);
	for (int i = 0; i < rank; i++)
		bytes = size[i] && bytes > ((hsize_t)1 << 62) / size[i] ? 0 : bytes * size[i];
	if (place == HADDR_UNDEF) return TT_OK; /* not written yet */
	if (stored < bytes) return wrong(err, "its pixels are fewer than its size tells");
	if (bytes > (hsize_t)file_size || place > (haddr_t)file_size - bytes)
		return wrong(err, "its pixels reach beyond the end of the file");
	return TT_OK;
}

tt_status tt_hdf5_check_part(hid_t set, int rank, const hsize_t *start, const hsize_t *count, int64_t file_size,
                             tt_error *err)
{
	layout l = {.rank = rank};
	if (rank < 1 || rank > TT_HDF5_RANK) return wrong(err, "a dataset has an impossible rank");
	hid_t plan = H5Dget_create_plist(set);
	if (plan < 0) return wrong(err, "a dataset cannot be read");
	tt_status st = TT_OK;
	switch (H5Pget_layout(plan)) {
	case H5D_CHUNKED:
		if (!look(set, plan, &l))
			st = wrong(err, "its chunks are of an impossible size");
		else
			st = check_chunks(set, &l, start, count, file_size, err);
		break;
	case H5D_CONTIGUOUS: {
		hid_t space = H5Dget_space(set);
		bool good = space >= 0 && H5Sget_simple_extent_ndims(space) == rank &&
		            H5Sget_simple_extent_dims(space, l.size, NULL) == rank;
		if (space >= 0) H5Sclose(space);
		st =
		    good ? check_contiguous(set, l.size, rank, file_size, err) : wrong(err, "a dataset cannot be read");
		break;
	}
	case H5D_COMPACT: break; /* within its header, which libhdf5 checks */
	default: st = wrong(err, "a dataset lies elsewhere"); break;
	}
	H5Pclose(plan);
	return st;
}
