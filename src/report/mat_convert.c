/* From one version of MAT files to another.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <matio.h>
#include <stdlib.h>
#include <string.h>

#include "core/outdir.h"
#include "core/text.h"
#include "temtensile/report.h"

static matvar_t *empty_matrix(void)
{
	size_t dims[2] = {0, 0};
	double none = 0;
	return Mat_VarCreate(NULL, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims, &none, 0);
}

/* Objects of MATLAB classes, function handles and what matio does not know. */
static bool is_foreign(const matvar_t *v)
{
	return v->class_type == MAT_C_EMPTY || v->class_type == MAT_C_OBJECT || v->class_type == MAT_C_OPAQUE ||
	       v->class_type == MAT_C_FUNCTION;
}

static size_t count_items(const matvar_t *v)
{
	size_t n = 1;
	for (int i = 0; i < v->rank; i++)
		n *= v->dims[i];
	return n;
}

/* What cannot be carried over becomes an empty matrix and is counted. */
static void clean(matvar_t *v, size_t *objects)
{
	size_t n = count_items(v), fields = v->class_type == MAT_C_STRUCT ? Mat_VarGetNumberOfFields(v) : 1;
	if (v->class_type != MAT_C_STRUCT && v->class_type != MAT_C_CELL) return;
	matvar_t **item = v->data;
	for (size_t i = 0; item && i < n * fields; i++) {
		if (item[i] && !is_foreign(item[i])) {
			clean(item[i], objects);
			continue;
		}
		*objects += item[i] != NULL;
		Mat_VarFree(item[i]);
		item[i] = empty_matrix();
	}
}

static tt_status copy_variables(mat_t *from, mat_t *to, const char *in, const char *out, size_t *objects, tt_error *err)
{
	matvar_t *v;
	size_t n = 0;
	while ((v = Mat_VarReadNext(from)) != NULL) {
		bool foreign = is_foreign(v), ok = true;
		if (foreign) {
			++*objects;
		} else {
			clean(v, objects);
			ok = Mat_VarWrite(to, v, MAT_COMPRESSION_ZLIB) == 0;
			n++;
		}
		Mat_VarFree(v);
		if (!ok) return tt_fail(err, TT_ERR_FAILED, "cannot write '%s'", out);
	}
	return n ? TT_OK : tt_fail(err, TT_ERR_INPUT, "%s: there is no variable in it that can be read", in);
}

static tt_status convert(const char *in, const char *path, const char *out, bool v73, size_t *objects, tt_error *err)
{
	char header[117];
	mat_t *from = Mat_Open(in, MAT_ACC_RDONLY);
	if (!from) return tt_fail(err, TT_ERR_INPUT, "%s is no MAT file, or a damaged one", in);
	memset(header, ' ', sizeof header);
	int used = snprintf(header, sizeof header, "MATLAB %s MAT-file, converted by temtensile %s",
	                    v73 ? "7.3" : "5.0", tt_version());
	header[used] = ' ';
	header[sizeof header - 1] = 0;
	mat_t *to = Mat_CreateVer(path, header, v73 ? MAT_FT_MAT73 : MAT_FT_MAT5);
	tt_status st = to ? copy_variables(from, to, in, out, objects, err)
	                  : tt_fail(err, TT_ERR_FAILED, "cannot write '%s'", out);
	if (to && Mat_Close(to) != 0 && st == TT_OK) st = tt_fail(err, TT_ERR_FAILED, "cannot write '%s'", out);
	Mat_Close(from);
	return st;
}

tt_status tt_mat_convert(const char *in, const char *out, bool v73, bool force, size_t *objects, tt_error *err)
{
	tt_outfile *o = NULL;
	tt_reads *reads = tt_reads_new();
	*objects = 0;
	tt_status st = reads ? tt_reads_add(reads, in, err) : tt_fail_memory(err, in);
	if (st == TT_OK) st = tt_outfile_open(out, force, reads, &o, NULL, err);
	if (st == TT_OK) {
		st = convert(in, tt_outfile_path(o), out, v73, objects, err);
		if (st == TT_OK)
			st = tt_outfile_commit(o, err);
		else
			tt_outfile_abort(o);
	}
	tt_reads_free(reads);
	return st;
}
