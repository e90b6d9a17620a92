/* NumPy .npy arrays: (frames, y, x), (y, x), or a scan of patterns (scan y, scan x, y, x), C order.
 *
 * The format: "\x93NUMPY", version (2 bytes), length of the header (u16, from version 2 on u32, little-endian), the
 * header: a Python literal {'descr': '<u2', 'fortran_order': False, 'shape': (60, 300, 400), }, the samples (NumPy
 * enhancement proposal 1).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "frames/stack.h"

enum { LONGEST_HEADER = 1 << 16 };

/* What follows 'key': in the header. */
static const char *value_of(const char *header, const char *key)
{
	for (const char *p = header; (p = strstr(p, key)) != NULL; p++) {
		if (p == header || (p[-1] != '\'' && p[-1] != '"')) continue;
		const char *q = p + strlen(key);
		if (*q != '\'' && *q != '"') continue;
		q += 1 + strspn(q + 1, " ");
		if (*q == ':') return q + 1 + strspn(q + 1, " ");
	}
	return NULL;
}

static tt_status read_type(tt_stack *s, const char *d, tt_error *err)
{
	static const struct {
		const char *code;
		tt_sample sample;
	} types[] = {{"u1", TT_SAMPLE_U8},  {"b1", TT_SAMPLE_U8},  {"i1", TT_SAMPLE_I8},  {"u2", TT_SAMPLE_U16},
	             {"i2", TT_SAMPLE_I16}, {"u4", TT_SAMPLE_U32}, {"i4", TT_SAMPLE_I32}, {"u8", TT_SAMPLE_U64},
	             {"i8", TT_SAMPLE_I64}, {"f2", TT_SAMPLE_F16}, {"f4", TT_SAMPLE_F32}, {"f8", TT_SAMPLE_F64}};
	const bool quoted = d && (*d == '\'' || *d == '"');
	const bool order = quoted && d[1] && strchr("<>|=", d[1]) != NULL;
	for (size_t i = 0; order && i < sizeof types / sizeof *types; i++) {
		if (strncmp(d + 2, types[i].code, 2) != 0 || d[4] != d[0]) continue;
		s->sample = types[i].sample;
		s->swap = (d[1] == '>' && !tt_host_is_big()) || (d[1] == '<' && tt_host_is_big());
		return TT_OK;
	}
	return tt_fail(err, TT_ERR_INPUT,
	               "'%s': elements of type %.12s are not supported; real integers or floats of 1 to 8 "
	               "bytes were expected",
	               s->path, d ? d : "(none)");
}

static tt_status read_shape(tt_stack *s, const char *p, tt_error *err)
{
	int64_t n[5];
	int dims = 0;
	char *end;
	if (p && *p == '(')
		for (p++; dims < 5; p = end) {
			p += strspn(p, " ,");
			if (*p < '0' || *p > '9') break;
			n[dims++] = strtoll(p, &end, 10);
		}
	if (dims < 2 || dims > 4)
		return tt_fail(
		    err, TT_ERR_INPUT,
		    "'%s': an array of %s dimensions; (frames, y, x), (y, x) or (scan y, scan x, y, x) were expected",
		    s->path, dims > 4 ? "more than 4" : "fewer than 2");
	if (dims == 4 && n[0] > 0 && n[1] > 0 && n[0] < 1 << 20 && n[1] < 1 << 20) {
		s->scan_rows = n[0];
		s->scan_columns = n[1];
	}
	s->frames = dims == 4 ? s->scan_rows * s->scan_columns : dims == 3 ? n[0] : 1;
	s->height = n[dims - 2];
	s->width = n[dims - 1];
	return TT_OK;
}

static tt_status parse(tt_stack *s, tt_error *err)
{
	uint8_t head[12];
	if (!tt_stack_bytes(s, 0, head, sizeof head))
		return tt_fail(err, TT_ERR_INPUT, "'%s': its header is cut", s->path);
	const bool wide = head[6] >= 2;
	const int64_t at = wide ? 12 : 10, length = wide ? tt_get_u32(head + 8, false) : tt_get_u16(head + 8, false);
	if (length > LONGEST_HEADER || length > s->size - at)
		return tt_fail(err, TT_ERR_INPUT, "'%s': its header is cut or damaged (%lld bytes announced)", s->path,
		               (long long)length);
	char *header = malloc((size_t)length + 1);
	if (!header) return tt_fail_memory(err, "a header");
	tt_status st = TT_OK;
	if (!tt_stack_bytes(s, at, header, (size_t)length))
		st = tt_fail(err, TT_ERR_INPUT, "'%s' cannot be read", s->path);
	header[length] = 0;
	if (st == TT_OK) st = read_type(s, value_of(header, "descr"), err);
	if (st == TT_OK) st = read_shape(s, value_of(header, "shape"), err);
	const char *fortran = st == TT_OK ? value_of(header, "fortran_order") : NULL;
	if (st == TT_OK && (!fortran || strncmp(fortran, "False", 5) != 0))
		st = tt_fail(err, TT_ERR_INPUT,
		             "'%s' is stored in Fortran order; C order was expected: save "
		             "numpy.ascontiguousarray(a) with a of shape (frames, y, x)",
		             s->path);
	free(header);
	s->first = at + length;
	/* sides beyond any picture are refused later */
	if (st == TT_OK && s->width > 0 && s->height > 0 && s->width < 1 << 20 && s->height < 1 << 20)
		s->stride = s->width * s->height * (int64_t)tt_sample_size(s->sample);
	return st;
}

static int npy_probe(const tt_probe *p)
{
	return p->size >= 10 && memcmp(p->head, "\x93NUMPY", 6) == 0 ? 90 : 0;
}

static tt_status npy_open(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err)
{
	return tt_stack_open(path, options, &tt_format_npy, sizeof(tt_stack), parse, out, err);
}

const tt_source_format tt_format_npy = {
    .name = "NumPy array",
    .probe = npy_probe,
    .open = npy_open,
    .next = tt_stack_next,
    .seek = tt_stack_seek,
    .sum_up = tt_stack_sum_up,
    .close = tt_stack_close,
};
