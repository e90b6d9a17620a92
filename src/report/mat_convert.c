/* From one version of MAT files to another.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/mat_convert.h"

#include <errno.h>
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

#include "core/apart.h"
#include "core/outdir.h"
#include "core/text.h"
#include "report/mat_check.h"
#include "report/mat_hdf.h"
#include "report/mat_times.h"
#include "report/mat_whole.h"
#include "temtensile/report.h"

static matvar_t *empty_matrix(void)
{
	size_t dims[2] = {0, 0};
	double none = 0;
	return Mat_VarCreate(NULL, MAT_C_DOUBLE, MAT_T_DOUBLE, 2, dims, &none, 0);
}

static size_t count_items(const matvar_t *v)
{
	size_t n = 1;
	for (int i = 0; i < v->rank; i++)
		n *= v->dims[i];
	return n;
}

typedef struct conversion {
	const char *in, *path, *out; /* path: where out is written first */
	bool from_hdf, to_hdf;
	int64_t read;
	size_t written, objects;
} conversion;

/* Characters of one byte each, as level 4 and old files have them (Latin-1), in the two bytes that MATLAB writes: matio
 * tells another length than it writes of them. */
static bool widen_text(matvar_t *v)
{
	if (v->class_type != MAT_C_CHAR || (v->data_type != MAT_T_INT8 && v->data_type != MAT_T_UINT8)) return true;
	const size_t n = count_items(v);
	const uint8_t *byte = v->data;
	uint16_t *wide = malloc(n ? n * sizeof *wide : 1);
	for (size_t i = 0; wide && i < n; i++)
		wide[i] = byte[i];
	if (!wide) return false;
	free(v->data);
	v->data = wide;
	v->data_type = MAT_T_UINT16;
	v->data_size = sizeof *wide;
	v->nbytes = n * sizeof *wide;
	return true;
}

/* What cannot be carried over becomes an empty matrix and is counted. Version 5 has elements of no class, too: empty
 * ones. */
static bool clean(conversion *c, matvar_t *v)
{
	bool good = widen_text(v);
	if (v->class_type != MAT_C_STRUCT && v->class_type != MAT_C_CELL) return good;
	size_t n = count_items(v), fields = v->class_type == MAT_C_STRUCT ? Mat_VarGetNumberOfFields(v) : 1;
	matvar_t **item = v->data;
	for (size_t i = 0; item && good && i < n * fields; i++) {
		if (item[i] && !tt_mat_is_foreign(item[i])) {
			good = clean(c, item[i]);
			continue;
		}
		c->objects += !item[i] || item[i]->class_type != MAT_C_EMPTY || c->from_hdf;
		Mat_VarFree(item[i]);
		item[i] = empty_matrix();
		good = item[i] != NULL;
	}
	return good;
}

static tt_status fail_out(const conversion *c, tt_error *err)
{
	const int why = tt_mat_why_not_whole(c->path);
	return tt_fail(err, TT_ERR_FAILED, "cannot write '%s'%s%s", c->out, why ? ": " : "", why ? strerror(why) : "");
}

static tt_status copy_variable(conversion *c, mat_t *to, matvar_t *v, tt_error *err)
{
	if (tt_mat_is_foreign(v)) {
		c->objects++;
		return TT_OK;
	}
	if (!tt_mat_is_whole(v))
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s': the variable '%s' does not hold what its dimensions say: it is damaged", c->in,
		               v->name ? v->name : "");
	if (!clean(c, v)) return tt_fail_memory(err, c->in);
	c->written++;
	return Mat_VarWrite(to, v, MAT_COMPRESSION_ZLIB) == 0 ? TT_OK : fail_out(c, err);
}

static tt_status copy_variables(conversion *c, mat_t *from, mat_t *to, tt_error *err)
{
	matvar_t *v;
	tt_status st = TT_OK;
	while (st == TT_OK && (v = Mat_VarReadNext(from)) != NULL) {
		c->read++;
		tt_mat_note_refusal();
		st = copy_variable(c, to, v, err);
		tt_mat_note_refusal();
		Mat_VarFree(v);
	}
	tt_mat_note_refusal();
	if (st != TT_OK || c->written) return st;
	return tt_fail(err, TT_ERR_INPUT, "%s: there is no variable in it that can be read", c->in);
}

/* matio's words, in a process of its own: there it is told to say them. */
static unsigned complaints;
static char complaint[200];

static void hear_complaint(int level, char *text)
{
	if (level != MATIO_LOG_LEVEL_CRITICAL && level != MATIO_LOG_LEVEL_ERROR) return;
	if (!complaints++) tt_snprintf(complaint, sizeof complaint, "%.*s", (int)strcspn(text, "\n"), text);
}

static tt_status convert(conversion *c, tt_error *err)
{
	char header[117];
	int64_t variables;
	tt_status st = tt_mat_check(c->in, &variables, err);
	if (st != TT_OK) return st;
	c->from_hdf = variables < 0;
	if (c->from_hdf) st = tt_mat_check_hdf(c->in, &variables, err);
	if (st != TT_OK) return st;
	errno = 0;
	mat_t *from = Mat_Open(c->in, MAT_ACC_RDONLY);
	tt_mat_note_refusal();
	if (!from) return tt_fail(err, TT_ERR_INPUT, "%s is no MAT file, or a damaged one", c->in);
	memset(header, ' ', sizeof header);
	int used = snprintf(header, sizeof header, "MATLAB %s MAT-file, converted by temtensile %s",
	                    c->to_hdf ? "7.3" : "5.0", tt_version());
	header[used] = ' ';
	header[sizeof header - 1] = 0;
	mat_t *to = Mat_CreateVer(c->path, header, c->to_hdf ? MAT_FT_MAT73 : MAT_FT_MAT5);
	st = to ? copy_variables(c, from, to, err) : fail_out(c, err);
	tt_mat_note_refusal();
	if (to && Mat_Close(to) != 0 && st == TT_OK) st = fail_out(c, err);
	Mat_Close(from);
	if (st == TT_OK && c->read != variables)
		st = tt_fail(err, TT_ERR_INPUT, "'%s' holds %lld variables, of which %lld can be read: it is damaged",
		             c->in, (long long)variables, (long long)c->read);
	if (st == TT_OK && complaints)
		st = tt_fail(err, TT_ERR_INPUT, "'%s' cannot be read as a whole (%s): it is damaged", c->in, complaint);
	if (st == TT_OK) st = tt_mat_verify(c->path, c->out, c->written, err);
	return st == TT_OK && c->to_hdf ? tt_mat_forget_times(c->path, c->out, err) : st;
}

/* ---- in a process of its own ---- */

/* libhdf5 ends the program when the disk is full, and on some damaged files. */

typedef struct word {
	tt_status status;
	size_t objects;
	tt_error why;
} word;

void tt_mat_convert_tell(const char *in, const char *path, const char *out, bool v73, FILE *to)
{
	conversion c = {.in = in, .path = path, .out = out, .to_hdf = v73};
	word w = {0};
	const unsigned long refusals = tt_memory_refusals();
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* it prints what goes wrong unless it is told not to */
	Mat_LogInitFunc("temtensile", hear_complaint);
	w.status = tt_memory_check(refusals, convert(&c, &w.why), &w.why);
	w.objects = c.objects;
	fwrite(&w, sizeof w, 1, to);
}

static tt_status convert_apart(conversion *c, tt_error *err)
{
	const char *const words[] = {"mat", c->in, c->path, c->out, c->to_hdf ? "7.3" : "5", NULL};
	word w = {0};
	tt_apart a;
	tt_status st = tt_apart_start(&a, words, c->in, err);
	if (st != TT_OK) return st;
	bool told = fread(&w, sizeof w, 1, a.from) == 1;
	tt_apart_end(&a);
	if (!told) {
		const int why = c->to_hdf ? tt_mat_why_not_whole(c->path) : 0;
		if (why) return tt_fail(err, TT_ERR_FAILED, "cannot write '%s': %s", c->out, strerror(why));
		return tt_fail(err, TT_ERR_INPUT, "'%s' cannot be read: it is damaged", c->in);
	}
	c->objects = w.objects;
	w.why.message[sizeof w.why.message - 1] = 0;
	if (w.status != TT_OK && err) *err = w.why;
	return w.status;
}

tt_status tt_mat_convert(const char *in, const char *out, bool v73, bool force, size_t *objects, tt_error *err)
{
	tt_outfile *o = NULL;
	const unsigned long refusals = tt_memory_refusals();
	tt_reads *reads = tt_reads_new();
	conversion c = {.in = in, .out = out, .to_hdf = v73};
	tt_status st = reads ? tt_reads_add(reads, in, err) : tt_fail_memory(err, in);
	if (st == TT_OK) st = tt_outfile_open(out, force, reads, &o, NULL, err);
	if (st == TT_OK) {
		int64_t variables = 0;
		c.path = tt_outfile_path(o);
		st = tt_mat_check(in, &variables, err);
		if (st == TT_OK) st = v73 || variables < 0 ? convert_apart(&c, err) : convert(&c, err);
		st = tt_memory_check(refusals, st, err);
		if (st == TT_OK)
			st = tt_outfile_commit(o, err);
		else
			tt_outfile_abort(o);
	}
	tt_reads_free(reads);
	*objects = st == TT_OK ? c.objects : 0;
	return st;
}
