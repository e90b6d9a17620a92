/* libhdf5 writes down when an object was made unless its maker says otherwise; matio does not. Where the times are:
 * HDF5 File Format Specification Version 3.0, IV.A.1.a (object headers of version 1), IV.A.2.q (their continuation),
 * IV.A.2.s (time of modification). SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/mat_times.h"

#include <errno.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

#include "core/files.h"

enum { PREFIX = 16, HEAD = 8, MESSAGE_CONTINUED = 0x10, MESSAGE_TIME = 0x12, LONGEST = 1 << 26, DEEPEST = 1000 };

typedef struct objects {
	haddr_t *at; /* of each header, in the file */
	size_t n, room;
	size_t with_time;
	hsize_t base; /* what stands before HDF5's own bytes */
} objects;

static herr_t note(hid_t root, const char *name, const H5O_info_t *info, void *ctx)
{
	objects *o = ctx;
	(void)root, (void)name;
	o->with_time += info->atime || info->mtime || info->ctime || info->btime;
	if (o->n == o->room) {
		const size_t room = o->room ? 2 * o->room : 256;
		haddr_t *more = realloc(o->at, room * sizeof *more);
		if (!more) return -1;
		o->at = more;
		o->room = room;
	}
	o->at[o->n++] = o->base + info->addr;
	return 0;
}

static bool list(const char *path, objects *o)
{
	hid_t f = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT), plist = f >= 0 ? H5Fget_create_plist(f) : -1;
	size_t address = 0, length = 0;
	bool good = plist >= 0 && H5Pget_userblock(plist, &o->base) >= 0 &&
	            H5Pget_sizes(plist, &address, &length) >= 0 && address == 8 && length == 8 &&
	            H5Ovisit(f, H5_INDEX_NAME, H5_ITER_NATIVE, note, o) >= 0;
	if (plist >= 0) H5Pclose(plist);
	if (f >= 0) H5Fclose(f);
	return good;
}

static uint64_t number(const uint8_t *p, int bytes)
{
	uint64_t v = 0;
	for (int i = bytes - 1; i >= 0; i--)
		v = v << 8 | p[i];
	return v;
}

/* Reads a part of the file or, with write, puts it back. */
static bool move(FILE *f, uint64_t at, uint8_t *bytes, size_t n, bool write)
{
	if (at > INT64_MAX || fseeko(f, (off_t)at, SEEK_SET) != 0) return false;
	return (write ? fwrite(bytes, 1, n, f) : fread(bytes, 1, n, f)) == n;
}

/* The messages of one part of a header; the parts that follow it. */
static bool clear_part(FILE *f, hsize_t base, uint64_t at, uint64_t length, int depth)
{
	uint8_t *part = length <= LONGEST && depth < DEEPEST ? malloc(length ? length : 1) : NULL;
	bool good = part && move(f, at, part, length, false), changed = false;
	for (size_t i = 0, n; good && i + HEAD <= length; i += HEAD + n) {
		const uint64_t type = number(part + i, 2);
		uint8_t *data = part + i + HEAD;
		n = number(part + i + 2, 2);
		good = n <= length - i - HEAD;
		if (!good) break;
		if (type == MESSAGE_TIME && n >= 8 && number(data + 4, 4) != 0) {
			memset(data + 4, 0, 4);
			changed = true;
		} else if (type == MESSAGE_CONTINUED) {
			good = n >= 16 && clear_part(f, base, base + number(data, 8), number(data + 8, 8), depth + 1);
		}
	}
	if (good && changed) good = move(f, at, part, length, true);
	free(part);
	return good;
}

static bool clear(FILE *f, const objects *o)
{
	uint8_t prefix[PREFIX];
	for (size_t i = 0; i < o->n; i++)
		if (!move(f, o->at[i], prefix, PREFIX, false) ||
		    (prefix[0] == 1 && !clear_part(f, o->base, o->at[i] + PREFIX, number(prefix + 8, 4), 0)))
			return false;
	return true;
}

tt_status tt_mat_forget_times(const char *path, const char *shown, tt_error *err)
{
	objects before = {0}, after = {0};
	errno = 0;
	bool good = list(path, &before);
	FILE *f = good && before.with_time ? fopen(path, "r+b") : NULL;
	if (good && before.with_time) good = f && clear(f, &before);
	if (f && fclose(f) != 0) good = false;
	const int why = good ? 0 : errno;
	good = good && list(path, &after) && after.with_time == 0;
	free(before.at);
	free(after.at);
	if (good) return TT_OK;
	return tt_fail(err, TT_ERR_FAILED, "cannot write '%s': %s", shown,
	               why ? strerror(why) : "the times of its objects cannot be left out");
}
