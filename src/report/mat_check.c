/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/mat_check.h"

#include <errno.h>
#include <matio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <fcntl.h>
#include <zlib.h>

#include "report/mat_whole.h"
#include "core/files.h"

enum {
	HEADER = 128,
	TAG = 8,
	DEEPEST = 32,
	MI_INT8 = 1,
	MI_UINT8 = 2,
	MI_INT32 = 5,
	MI_UINT32 = 6,
	MI_DOUBLE = 9,
	MI_MATRIX = 14,
	MI_COMPRESSED = 15,
	MI_UTF8 = 16,
	MX_CELL = 1,
	MX_STRUCT = 2,
	MX_OBJECT = 3,
	MX_CHAR = 4,
	MX_SPARSE = 5,
	MX_LAST_NUMBERS = 15,
	IS_LOGICAL = 0x200,
	IS_COMPLEX = 0x800
};
static const uint64_t LARGEST = (uint64_t)1 << 31; /* bytes of one variable, unpacked */

typedef struct part {
	const uint8_t *at;
	size_t left;
	bool swap;
	bool memory; /* could not be had */
} part;

static uint32_t get32(const uint8_t *p, bool swap)
{
	uint32_t v;
	memcpy(&v, p, 4);
	return swap ? v >> 24 | (v >> 8 & 0xFF00) | (v << 8 & 0xFF0000) | v << 24 : v;
}

/* Bytes of one value of a type of storage; 0: no such type. */
static size_t size_of(uint32_t type)
{
	static const uint8_t size[] = {0, 1, 1, 2, 2, 4, 4, 4, 0, 8, 0, 0, 8, 8, 0, 0, 1, 2, 4};
	return type < sizeof size ? size[type] : 0;
}

typedef struct element {
	uint32_t type;
	part data;
	bool small;
} element;

/* The next element; its padding to 8 bytes is passed over where it is there. */
static bool next(part *p, element *e)
{
	if (p->left < TAG) return false;
	const uint32_t first = get32(p->at, p->swap), second = get32(p->at + 4, p->swap);
	size_t lead = TAG, n = second;
	e->type = first;
	e->small = first >> 16;
	if (e->small) { /* small: length and type in the first word, the data in the second */
		e->type = first & 0xFFFF;
		n = first >> 16;
		lead = 4;
		if (n > 4) return false;
	}
	if (n > p->left - lead) return false;
	e->data = (part){p->at + lead, n, p->swap, false};
	size_t whole = lead == 4 ? TAG : lead + n;
	if (lead == TAG && e->type != MI_COMPRESSED) whole += (8 - n % 8) % 8;
	if (whole > p->left) whole = p->left;
	p->at += whole;
	p->left -= whole;
	return true;
}

static bool matrix(part p, int depth);

/* n matrices one after the other, each of which may be empty. */
static bool matrices(part *p, uint64_t n, int depth)
{
	element e;
	if (n > p->left / TAG) return false;
	for (uint64_t i = 0; i < n; i++)
		if (!next(p, &e) || e.type != MI_MATRIX || !matrix(e.data, depth + 1)) return false;
	return true;
}

/* n numbers in any type of storage. */
static bool numbers(part *p, uint64_t n)
{
	element e;
	if (!next(p, &e)) return n == 0;
	const size_t size = size_of(e.type);
	return size && e.data.left % size == 0 && e.data.left / size == n;
}

/* n characters; UTF-8 needs more bytes than characters. */
static bool characters(part *p, uint64_t n)
{
	element e;
	if (!next(p, &e)) return n == 0;
	const size_t size = size_of(e.type);
	if (e.type == MI_UTF8) return e.data.left >= n;
	return size && e.data.left % size == 0 && e.data.left / size == n;
}

/* The row of each value, where each column's values begin, the values. */
static bool sparse(part *p, uint32_t rows, uint32_t columns, uint32_t word)
{
	element row, begin, value;
	if (!next(p, &row) || !next(p, &begin) || !next(p, &value)) return false;
	if ((row.type != MI_INT32 && row.type != MI_UINT32) || (begin.type != MI_INT32 && begin.type != MI_UINT32))
		return false;
	if (row.data.left % 4 || begin.data.left / 4 != (uint64_t)columns + 1) return false;
	/* MATLAB calls the bytes of logical values doubles */
	const size_t size = (word & IS_LOGICAL) && value.type == MI_DOUBLE ? 1 : size_of(value.type);
	if (size == 0 || value.data.left % size) return false;
	uint32_t before = 0;
	for (size_t i = 0; i <= columns; i++) {
		const uint32_t at = get32(begin.data.at + 4 * i, p->swap);
		if (at < before || (i == 0 && at)) return false;
		before = at;
	}
	if (before > row.data.left / 4 || before > value.data.left / size) return false;
	for (size_t i = 0; i < before; i++)
		if (get32(row.data.at + 4 * i, p->swap) >= rows) return false;
	return !(word & IS_COMPLEX) || numbers(p, value.data.left / size);
}

static bool structure(part *p, uint64_t n, int depth, bool object)
{
	element e;
	if (object && (!next(p, &e) || e.type != MI_INT8)) return false; /* the class's name */
	if (!next(p, &e) || e.type != MI_INT32 || e.data.left != 4 || !e.small) return false;
	const uint32_t length = get32(e.data.at, p->swap);
	if (!next(p, &e) || e.type != MI_INT8 || (length == 0 && e.data.left)) return false;
	if (length == 0) return true;
	if (length > INT32_MAX || e.data.left % length) return false;
	const uint64_t fields = e.data.left / length;
	return (fields == 0 || n <= UINT64_MAX / fields) && matrices(p, n * fields, depth);
}

static bool matrix(part p, int depth)
{
	element flags, dims, name;
	if (p.left == 0) return true;
	if (depth > DEEPEST || !next(&p, &flags) || flags.type != MI_UINT32 || flags.data.left != 8) return false;
	const uint32_t word = get32(flags.data.at, p.swap), class = word & 0xFF;
	if (class > MX_LAST_NUMBERS) return true; /* functions and objects of MATLAB's own: not looked into */
	if (!next(&p, &dims) || dims.type != MI_INT32 || dims.data.left < 8 || dims.data.left % 4 ||
	    dims.data.left / 4 > TT_MAT_DIMENSIONS)
		return false;
	uint64_t n = 1;
	for (size_t i = 0; i < dims.data.left; i += 4) {
		const uint32_t d = get32(dims.data.at + i, p.swap);
		if (d > INT32_MAX || (d && n > UINT64_MAX / 16 / d)) return false;
		n *= d;
	}
	if (!next(&p, &name) || (name.type != MI_INT8 && name.data.left)) return false;
	switch (class) {
	case MX_CELL: return matrices(&p, n, depth);
	case MX_STRUCT: return structure(&p, n, depth, false);
	case MX_OBJECT: return structure(&p, n, depth, true);
	case MX_CHAR: return !(word & IS_COMPLEX) && characters(&p, n);
	case MX_SPARSE:
		return dims.data.left == 8 &&
		       sparse(&p, get32(dims.data.at, p.swap), get32(dims.data.at + 4, p.swap), word);
	case 0: return false;
	default: return numbers(&p, n) && (!(word & IS_COMPLEX) || numbers(&p, n));
	}
}

/* Unpacks an element; NULL: it is damaged, or memory is missing. */
static uint8_t *unpack(part *packed, size_t *size)
{
	uint8_t tag[TAG], *out = NULL;
	z_stream z = {.next_in = (Bytef *)(uintptr_t)packed->at,
	              .avail_in = (uInt)packed->left,
	              .next_out = tag,
	              .avail_out = TAG};
	if (inflateInit(&z) != Z_OK) {
		packed->memory = true;
		return NULL;
	}
	int code = inflate(&z, Z_SYNC_FLUSH);
	const uint64_t told = z.avail_out == 0 ? (uint64_t)get32(tag + 4, packed->swap) + TAG : 0;
	if ((code == Z_OK || code == Z_STREAM_END) && told >= TAG && told <= LARGEST && told / 1040 <= packed->left) {
		out = malloc((size_t)told);
		packed->memory = !out;
	}
	if (out) {
		memcpy(out, tag, TAG);
		z.next_out = out + TAG;
		z.avail_out = (uInt)(told - TAG);
		while (code == Z_OK && z.avail_out)
			code = inflate(&z, Z_SYNC_FLUSH);
		*size = (size_t)told - z.avail_out;
		if (code != Z_OK && code != Z_STREAM_END) *size = 0; /* its checksum or its codes are wrong */
		while (code == Z_OK) {                               /* the end with its checksum */
			uint8_t rest[64];
			z.next_out = rest;
			z.avail_out = sizeof rest;
			code = inflate(&z, Z_SYNC_FLUSH);
		}
		if (code != Z_STREAM_END || *size != told) {
			free(out);
			out = NULL;
		}
	}
	inflateEnd(&z);
	return out;
}

static bool variable(element *e)
{
	if (e->type == MI_MATRIX) return matrix(e->data, 0);
	if (e->type != MI_COMPRESSED) return size_of(e->type) > 0 || e->data.left == 0;
	size_t size = 0;
	uint8_t *bytes = unpack(&e->data, &size);
	if (!bytes) return false;
	part p = {bytes, size, e->data.swap, false};
	element inner;
	bool good = next(&p, &inner) && inner.type == MI_MATRIX && matrix(inner.data, 0);
	free(bytes);
	return good;
}

static tt_status damaged(const char *path, uint64_t at, tt_error *err)
{
	return tt_fail(err, TT_ERR_INPUT, "'%s' is a MAT file that is cut or damaged (at byte %llu)", path,
	               (unsigned long long)at);
}

static tt_status check5(const char *path, const uint8_t *bytes, size_t size, int64_t *variables, tt_error *err)
{
	const uint16_t one = 1;
	const bool little = *(const uint8_t *)&one == 1;
	part p = {bytes + HEADER, size - HEADER, (bytes[126] == 'I') != little, false};
	while (p.left) {
		const uint64_t at = (uint64_t)(p.at - bytes);
		element e;
		if (!next(&p, &e)) return damaged(path, at, err);
		bool good = variable(&e);
		if (e.data.memory) return tt_fail_memory(err, path);
		if (!good) return damaged(path, at, err);
		++*variables;
	}
	return TT_OK;
}

/* Level 4: 20 bytes of header, the name, the values, for each variable. */
static tt_status check4(const char *path, const uint8_t *bytes, size_t size, int64_t *variables, tt_error *err)
{
	static const uint8_t width[] = {8, 4, 4, 2, 2, 1};
	for (size_t at = 0; at < size;) {
		uint32_t h[5];
		if (size - at < sizeof h) return damaged(path, at, err);
		bool swap = get32(bytes + at, false) > 9999;
		for (int i = 0; i < 5; i++)
			h[i] = get32(bytes + at + 4 * (size_t)i, swap);
		const uint32_t precision = h[0] / 10 % 10, order = h[0] / 1000;
		if (h[0] > 4099 || order > 1 || h[0] / 100 % 10 || precision > 5 || h[3] > 1 || h[4] == 0)
			return damaged(path, at, err);
		const size_t left = size - at - sizeof h;
		if (h[4] > left || (h[1] && h[2] > (left - h[4]) / width[precision] / h[1] / (h[3] + 1)))
			return damaged(path, at, err);
		at += sizeof h + h[4] + (size_t)h[1] * h[2] * width[precision] * (h[3] + 1);
		++*variables;
	}
	return TT_OK;
}

static tt_status check_bytes(const char *path, const uint8_t *bytes, size_t size, int64_t *variables, tt_error *err)
{
	const bool marked = size >= HEADER && (memcmp(bytes + 126, "IM", 2) == 0 || memcmp(bytes + 126, "MI", 2) == 0);
	const uint8_t major = marked ? bytes[bytes[126] == 'I' ? 125 : 124] : 0;
	if (marked && major == 1) return check5(path, bytes, size, variables, err);
	if (marked && major == 2) { /* HDF5 behind a header of 512 bytes */
		*variables = -1;
		if (size >= 520 && memcmp(bytes + 512, "\x89HDF\r\n\x1a\n", 8) == 0) return TT_OK;
		return damaged(path, 512, err);
	}
	if (size < 20 || get32(bytes, false) == 0x46444889u || memcmp(bytes, "\x89HDF", 4) == 0)
		return tt_fail(err, TT_ERR_INPUT, "%s is no MAT file, or a damaged one", path);
	return check4(path, bytes, size, variables, err) == TT_OK
	           ? TT_OK
	           : tt_fail(err, TT_ERR_INPUT, "%s is no MAT file, or a damaged one", path);
}

tt_status tt_mat_check(const char *path, int64_t *variables, tt_error *err)
{
	struct stat s;
	int64_t own = 0;
	FILE *f = fopen(path, "rb");
	if (!f || fstat(fileno(f), &s) != 0) {
		tt_status st =
		    tt_fail(err, TT_ERR_INPUT, "%s is no MAT file that can be opened: %s", path, strerror(errno));
		if (f) fclose(f);
		return st;
	}
	if (!S_ISREG(s.st_mode) || s.st_size <= 0) {
		fclose(f);
		return tt_fail(err, TT_ERR_INPUT, "%s is no MAT file, or a damaged one", path);
	}
	const size_t size = (size_t)s.st_size;
	uint8_t *bytes = malloc(size);
	tt_status st = bytes ? TT_OK : tt_fail_memory(err, path);
	errno = 0;
	if (st == TT_OK && fread(bytes, 1, size, f) != size)
		st = ferror(f) ? tt_fail_read(err, path, errno)
		               : tt_fail(err, TT_ERR_INPUT, "'%s' was cut while it was read", path);
	fclose(f);
	if (st == TT_OK) st = check_bytes(path, bytes, size, &own, err);
	free(bytes);
	if (variables) *variables = own;
	return st;
}

int tt_mat_why_not_whole(const char *path)
{
	static const char zeros[65536];
	int why = 0, fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	if (fd < 0) return errno;
	if (write(fd, zeros, sizeof zeros) != (ssize_t)sizeof zeros) why = errno ? errno : ENOSPC;
	if (!why && fsync(fd) != 0) why = errno;
	close(fd);
	return why;
}

/* Version 7.3: all variables can be read back. */
static size_t count_readable(const char *path)
{
	mat_t *m = Mat_Open(path, MAT_ACC_RDONLY);
	matvar_t *v;
	size_t n = 0;
	while (m && (v = Mat_VarReadNext(m)) != NULL) {
		n++;
		Mat_VarFree(v);
	}
	if (m) Mat_Close(m);
	return n;
}

tt_status tt_mat_verify(const char *path, const char *shown, size_t variables, tt_error *err)
{
	tt_error ignored;
	int64_t found = 0;
	tt_status st = tt_mat_check(path, &found, &ignored);
	if (st == TT_OK && found < 0) found = (int64_t)count_readable(path);
	if (st == TT_OK && found == (int64_t)variables) return TT_OK;
	const int why = tt_mat_why_not_whole(path);
	return tt_fail(err, TT_ERR_FAILED, "cannot write '%s': %s", shown,
	               why ? strerror(why) : "it is not whole when it is read back");
}
