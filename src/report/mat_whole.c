/* Whether a variable that matio has read holds as much as its dimensions say: matio takes them at their word when it
 * writes. What each class holds is as matio 1.5 leaves it. SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/mat_whole.h"

/* Bytes of one value in memory; 0: no numbers. */
static size_t size_of(enum matio_types type)
{
	switch (type) {
	case MAT_T_INT8:
	case MAT_T_UINT8:
	case MAT_T_UTF8: return 1;
	case MAT_T_INT16:
	case MAT_T_UINT16:
	case MAT_T_UTF16: return 2;
	case MAT_T_INT32:
	case MAT_T_UINT32:
	case MAT_T_UTF32:
	case MAT_T_SINGLE: return 4;
	case MAT_T_INT64:
	case MAT_T_UINT64:
	case MAT_T_DOUBLE: return 8;
	default: return 0;
	}
}

static bool count_items(const matvar_t *v, size_t *n)
{
	*n = 1;
	if (v->rank < 2 || v->rank > TT_MAT_DIMENSIONS || !v->dims) return false;
	for (int i = 0; i < v->rank; i++)
		if (v->dims[i] > INT32_MAX || __builtin_mul_overflow(*n, v->dims[i], n)) return false;
	return *n <= PTRDIFF_MAX / 16;
}

static bool parts_are_there(const matvar_t *v, const void *data)
{
	const mat_complex_split_t *z = data;
	return data && (!v->isComplex || (z->Re && z->Im));
}

static bool numbers_are_whole(const matvar_t *v, size_t n)
{
	const size_t size = size_of(v->data_type);
	return n == 0 || (size && v->data_size == (int)size && v->nbytes >= n * size && parts_are_there(v, v->data));
}

/* Characters in UTF-8 are written as bytes; there are at least as many. */
static bool text_is_whole(const matvar_t *v, size_t n)
{
	const size_t size = size_of(v->data_type);
	if (v->isComplex) return false;
	return n == 0 || (size && v->data && v->nbytes >= n * size);
}

static bool items_are_whole(const matvar_t *v, size_t n)
{
	matvar_t *const *item = v->data;
	if (n == 0) return true;
	if (!item || n > v->nbytes / sizeof(matvar_t *)) return false;
	for (size_t i = 0; i < n; i++)
		if (item[i] && !tt_mat_is_whole(item[i])) return false;
	return true;
}

static bool structure_is_whole(const matvar_t *v, size_t n)
{
	const unsigned fields = Mat_VarGetNumberOfFields((matvar_t *)(uintptr_t)v);
	char *const *name = Mat_VarGetStructFieldnames(v);
	for (unsigned i = 0; i < fields; i++)
		if (!name || !name[i]) return false;
	return !__builtin_mul_overflow(n, (size_t)fields, &n) && items_are_whole(v, n);
}

/* Column k holds the values jc[k] … jc[k + 1] - 1, in the rows ir[…]. */
static bool sparse_is_whole(const matvar_t *v)
{
	const mat_sparse_t *s = v->data;
	if (v->rank != 2 || !s) return false;
	if (v->dims[1] == 0 && s->njc == 0) return true;
	if (!s->jc || s->njc != v->dims[1] + 1 || s->jc[0] != 0) return false;
	for (size_t k = 0; k < v->dims[1]; k++)
		if (s->jc[k + 1] < s->jc[k]) return false;
	const size_t used = s->jc[v->dims[1]];
	if (used > s->nir || used > s->ndata || (s->nir && !s->ir)) return false;
	for (size_t i = 0; i < used; i++)
		if (s->ir[i] >= v->dims[0]) return false;
	return s->ndata == 0 || (size_of(v->data_type) && parts_are_there(v, s->data));
}

bool tt_mat_is_foreign(const matvar_t *v)
{
	return v->class_type == MAT_C_EMPTY || v->class_type == MAT_C_OBJECT || v->class_type == MAT_C_OPAQUE ||
	       v->class_type == MAT_C_FUNCTION;
}

bool tt_mat_is_whole(const matvar_t *v)
{
	size_t n;
	if (tt_mat_is_foreign(v)) return true;
	if (!count_items(v, &n)) return false;
	switch (v->class_type) {
	case MAT_C_CELL: return items_are_whole(v, n);
	case MAT_C_STRUCT: return structure_is_whole(v, n);
	case MAT_C_CHAR: return text_is_whole(v, n);
	case MAT_C_SPARSE: return sparse_is_whole(v);
	default: return numbers_are_whole(v, n);
	}
}
