/* MAT files of every kind that Octave writes come through a conversion as they were; files whose variables hold less
 * than their dimensions say are refused. SPDX-License-Identifier: GPL-3.0-or-later */
#include <matio.h>
#include <unistd.h>

#include "check.h"
#include "report/mat_check.h"
#include "report/mat_whole.h"
#include "temtensile/report.h"

/* ---- the same? ---- */

static size_t items(const matvar_t *v)
{
	size_t n = 1;
	for (int i = 0; i < v->rank; i++)
		n *= v->dims[i];
	return n;
}

/* Character or byte i of a text; text in UTF-8 is ASCII here. */
static unsigned unit(const matvar_t *v, size_t i)
{
	return v->data_size == 2 ? ((const uint16_t *)v->data)[i] : ((const uint8_t *)v->data)[i];
}

static bool parts_equal(const matvar_t *a, const void *x, const void *y, size_t bytes)
{
	const mat_complex_split_t *p = x, *q = y;
	if (a->isComplex) return memcmp(p->Re, q->Re, bytes) == 0 && memcmp(p->Im, q->Im, bytes) == 0;
	return memcmp(x, y, bytes) == 0;
}

static bool sparse_equal(const matvar_t *a, const matvar_t *b)
{
	const mat_sparse_t *s = a->data, *t = b->data;
	const size_t used = s->jc[a->dims[1]], size = Mat_SizeOf(a->data_type);
	return memcmp(s->jc, t->jc, (a->dims[1] + 1) * sizeof *s->jc) == 0 &&
	       (used == 0 || (memcmp(s->ir, t->ir, used * sizeof *s->ir) == 0 && a->data_type == b->data_type &&
	                      parts_equal(a, s->data, t->data, used * size)));
}

static bool equal(matvar_t *a, matvar_t *b)
{
	const size_t n = items(a);
	if (n == 0 && items(b) == 0 && (a->class_type == MAT_C_EMPTY || b->class_type == MAT_C_EMPTY)) return true;
	if (a->class_type != b->class_type || a->rank != b->rank || !a->isComplex != !b->isComplex ||
	    !a->isLogical != !b->isLogical || memcmp(a->dims, b->dims, (size_t)a->rank * sizeof *a->dims) != 0)
		return false;
	if (n == 0) return true;
	if (a->class_type == MAT_C_SPARSE) return sparse_equal(a, b);
	if (a->class_type == MAT_C_CHAR) {
		for (size_t i = 0; i < n; i++)
			if (unit(a, i) != unit(b, i)) return false;
		return true;
	}
	if (a->class_type != MAT_C_CELL && a->class_type != MAT_C_STRUCT)
		return parts_equal(a, a->data, b->data, n * (size_t)a->data_size);
	size_t each = a->class_type == MAT_C_CELL ? 1 : Mat_VarGetNumberOfFields(a);
	if (a->class_type == MAT_C_STRUCT && each != Mat_VarGetNumberOfFields(b)) return false;
	matvar_t **x = a->data, **y = b->data;
	for (size_t i = 0; i < n * each; i++)
		if (!equal(x[i], y[i])) return false;
	return true;
}

static int compare(const char *a, const char *b)
{
	mat_t *f = Mat_Open(a, MAT_ACC_RDONLY), *g = Mat_Open(b, MAT_ACC_RDONLY);
	int n = 0;
	CHECK(f && g);
	for (matvar_t *v; (v = Mat_VarReadNext(f)) != NULL; n++) {
		matvar_t *w = Mat_VarRead(g, v->name);
		CHECK_MSG(w && equal(v, w), "'%s' of %s is another in %s", v->name, a, b);
		Mat_VarFree(w);
		Mat_VarFree(v);
	}
	Mat_Close(f);
	Mat_Close(g);
	return n;
}

static void every_kind_comes_through(void)
{
	static const struct {
		const char *name;
		int variables;
	} known[] = {{"octave-4", 5}, {"octave-6", 27}, {"octave-7", 27}, {"level4", 1}, {"level5", 2}, {"packed", 1}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		char in[1400], five[1400], seven[1400], back[1400];
		tt_error err = {0};
		size_t objects;
		snprintf(in, sizeof in, "%s/tests/report/corpus-mat/%s.mat", check_source_root(), known[i].name);
		snprintf(five, sizeof five, "%s/%s-5.mat", check_tmp(), known[i].name);
		snprintf(seven, sizeof seven, "%s/%s-7.mat", check_tmp(), known[i].name);
		snprintf(back, sizeof back, "%s/%s-back.mat", check_tmp(), known[i].name);
		CHECK_MSG(tt_mat_convert(in, five, false, false, &objects, &err) == TT_OK, "%s", err.message);
		CHECK_MSG(objects == 0, "%s: %zu objects", known[i].name, objects);
		CHECK_MSG(tt_mat_convert(in, seven, true, false, &objects, &err) == TT_OK, "%s", err.message);
		CHECK_MSG(tt_mat_convert(seven, back, false, false, &objects, &err) == TT_OK, "%s", err.message);
		CHECK_MSG(objects == 0, "%s from 7.3: %zu objects", known[i].name, objects);
		const int n = compare(in, five);
		CHECK_MSG(n == known[i].variables, "%s: %d variables", known[i].name, n);
		CHECK(compare(in, back) == known[i].variables);
	}
}

/* ---- files byte by byte ---- */

typedef struct file {
	uint8_t bytes[4096];
	size_t n;
} file;

enum { INT8 = 1, INT32 = 5, UINT16 = 4, UINT32 = 6, DOUBLE = 9, MATRIX = 14, UTF8 = 16, UTF16 = 17 };
enum { CELL = 1, STRUCT = 2, TEXT = 4, SPARSE = 5, NUMBERS = 6, LOGICAL = 0x200, COMPLEX = 0x800 };

static void put32(file *f, uint32_t v)
{
	memcpy(f->bytes + f->n, &v, 4);
	f->n += 4;
}

static void put(file *f, uint32_t type, const void *data, uint32_t size)
{
	put32(f, type);
	put32(f, size);
	if (size) memcpy(f->bytes + f->n, data, size);
	f->n += (size + 7) / 8 * 8;
}

static void put_words(file *f, const uint32_t *v, uint32_t n)
{
	put(f, INT32, v, n * 4);
}

/* The length of names in its small form. */
static void put_names(file *f, uint32_t n)
{
	put32(f, 4u << 16 | INT32);
	put32(f, 8);
	put(f, INT8, "a\0\0\0\0\0\0\0b\0\0\0\0\0\0\0", n * 8);
}

/* The head of a variable of that class and these dimensions; the place of its length. */
static size_t begin(file *f, uint32_t flags, uint32_t rows, uint32_t columns, bool outer)
{
	const uint32_t word[2] = {flags, 0}, dims[2] = {rows, columns};
	if (outer) {
		memset(f, 0, sizeof *f);
		memset(f->bytes, ' ', 124);
		memcpy(f->bytes + 124, "\0\1IM", 4);
		f->n = 128;
	}
	put32(f, MATRIX);
	const size_t at = f->n;
	put32(f, 0);
	put(f, UINT32, word, 8);
	put_words(f, dims, 2);
	put(f, INT8, "v", outer ? 1 : 0);
	return at;
}

static void end(file *f, size_t at)
{
	const uint32_t n = (uint32_t)(f->n - at - 4);
	memcpy(f->bytes + at, &n, 4);
}

static void number(file *f)
{
	const double v[4] = {1, 2, 3, 4};
	size_t at = begin(f, NUMBERS, 2, 2, false);
	put(f, DOUBLE, v, sizeof v);
	end(f, at);
}

/* One variable of each kind, sound or not. */
typedef enum kind { DOUBLES, COMPLEXES, WIDE_TEXT, UTF8_TEXT, BYTE_TEXT, CELLS, FIELDS, SPARSES, TRUTHS, KINDS } kind;

static void make(file *f, kind k, bool sound)
{
	static const double v[4] = {1, 2, 3, 4};
	static const uint32_t row[3] = {0, 1, 1}, bad_row[3] = {0, 1, 2}, first[3] = {0, 1, 3};
	static const uint8_t truth[3] = {1, 1, 1};
	static const uint32_t flags[KINDS] = {NUMBERS, NUMBERS | COMPLEX, TEXT, TEXT, TEXT, CELL, STRUCT,
	                                      SPARSE,  SPARSE | LOGICAL};
	size_t at = begin(f, flags[k], 2, 2, true);
	switch (k) {
	case DOUBLES: put(f, DOUBLE, v, sound ? 32 : 24); break;
	case COMPLEXES:
		put(f, DOUBLE, v, 32);
		put(f, DOUBLE, v, sound ? 32 : 8);
		break;
	case WIDE_TEXT: put(f, UINT16, "a\0b\0c\0d", sound ? 8 : 6); break;
	case UTF8_TEXT: put(f, UTF8, "abcd", sound ? 4 : 3); break;
	case BYTE_TEXT: put(f, INT8, "abcd", sound ? 4 : 2); break;
	case CELLS:
		for (int i = 0; i < (sound ? 4 : 3); i++)
			number(f);
		break;
	case FIELDS:
		put_names(f, 2);
		for (int i = 0; i < (sound ? 8 : 7); i++)
			number(f);
		break;
	default:
		put_words(f, sound || k == TRUTHS ? row : bad_row, 3);
		put_words(f, first, 3);
		if (k == SPARSES)
			put(f, DOUBLE, v, 24);
		else
			put(f, DOUBLE, truth, sound ? 3 : 2); /* MATLAB's word for the bytes of logical values */
		break;
	}
	end(f, at);
}

static tt_status converted(const file *f, bool v73, tt_error *err)
{
	char in[1400], out[1400];
	size_t objects;
	snprintf(in, sizeof in, "%s/made.mat", check_tmp());
	snprintf(out, sizeof out, "%s/out.mat", check_tmp());
	FILE *to = fopen(in, "wb");
	CHECK(to && fwrite(f->bytes, 1, f->n, to) == f->n && fclose(to) == 0);
	tt_status st = tt_mat_convert(in, out, v73, true, &objects, err);
	CHECK((access(out, F_OK) == 0) == (st == TT_OK));
	if (st == TT_OK) CHECK(compare(in, out) == 1);
	unlink(out);
	return st;
}

static void less_than_told_is_refused(void)
{
	file f;
	tt_error err = {0};
	for (kind k = 0; k < KINDS; k++) {
		make(&f, k, true);
		CHECK_MSG(converted(&f, false, &err) == TT_OK, "kind %d, sound: %s", k, err.message);
		make(&f, k, false);
		CHECK_MSG(converted(&f, false, &err) == TT_ERR_INPUT, "kind %d with too little is taken", k);
		CHECK_HAS(err.message, "cut or damaged");
		CHECK_MSG(converted(&f, true, &err) == TT_ERR_INPUT, "kind %d with too little is taken", k);
		/* each of its dimensions larger by one */
		for (size_t at = 128 + 8 + 16 + 8; at <= 128 + 8 + 16 + 12; at += 4) {
			make(&f, k, true);
			f.bytes[at]++;
			const bool harmless = k == SPARSES || k == TRUTHS ? at == 128 + 8 + 16 + 8 : false;
			CHECK_MSG((converted(&f, false, &err) == TT_OK) == harmless, "kind %d of more rows or columns",
			          k);
		}
	}
}

static void too_many_dimensions(void)
{
	static file f;
	tt_error err = {0};
	const uint32_t word[2] = {NUMBERS, 0}, dims[14] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
	begin(&f, NUMBERS, 1, 1, true);
	f.n = 128;
	put32(&f, MATRIX);
	const size_t at = f.n;
	put32(&f, 0);
	put(&f, UINT32, word, 8);
	put_words(&f, dims, 14);
	put(&f, INT8, "v", 1);
	put(&f, DOUBLE, &(double){1}, 8);
	end(&f, at);
	CHECK(converted(&f, false, &err) == TT_ERR_INPUT);
}

/* What matio has read, with more dimensions than data. */
static void variables_in_memory(void)
{
	char path[1400];
	snprintf(path, sizeof path, "%s/tests/report/corpus-mat/octave-7.mat", check_source_root());
	mat_t *f = Mat_Open(path, MAT_ACC_RDONLY);
	CHECK(f);
	int looked = 0;
	for (matvar_t *v; (v = Mat_VarReadNext(f)) != NULL; looked++) {
		CHECK_MSG(tt_mat_is_whole(v), "'%s' is sound", v->name);
		const bool nothing_held = v->class_type == MAT_C_STRUCT && Mat_VarGetNumberOfFields(v) == 0;
		const size_t columns = v->dims[1];
		v->dims[1] += 1000;
		if (v->dims[0] && !nothing_held)
			CHECK_MSG(!tt_mat_is_whole(v), "'%s' does not hold 1000 columns more", v->name);
		v->dims[1] = SIZE_MAX / 2;
		CHECK(!tt_mat_is_whole(v));
		v->dims[1] = columns; /* by it matio frees what a cell or struct holds */
		Mat_VarFree(v);
	}
	CHECK(looked == 27);
	Mat_Close(f);
}

static const check_case cases[] = {
    {"every kind comes through", every_kind_comes_through},
    {"less than told is refused", less_than_told_is_refused},
    {"too many dimensions", too_many_dimensions},
    {"variables in memory", variables_in_memory},
};
CHECK_MAIN(cases)
