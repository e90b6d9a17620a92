/* From one version of MAT files to another.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* pipe2 */
#include <errno.h>
#include <fcntl.h>
#include <hdf5.h>
#include <matio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/outdir.h"
#include "core/text.h"
#include "report/mat_check.h"
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

static tt_status fail_out(const char *path, const char *out, tt_error *err)
{
	const int why = tt_mat_why_not_whole(path);
	return tt_fail(err, TT_ERR_FAILED, "cannot write '%s'%s%s", out, why ? ": " : "", why ? strerror(why) : "");
}

static tt_status copy_variables(mat_t *from, mat_t *to, const char *in, const char *path, const char *out, size_t *n,
                                size_t *objects, tt_error *err)
{
	matvar_t *v;
	while ((v = Mat_VarReadNext(from)) != NULL) {
		bool foreign = is_foreign(v), ok = true;
		if (foreign) {
			++*objects;
		} else {
			clean(v, objects);
			ok = Mat_VarWrite(to, v, MAT_COMPRESSION_ZLIB) == 0;
			++*n;
		}
		Mat_VarFree(v);
		if (!ok) return fail_out(path, out, err);
	}
	return *n ? TT_OK : tt_fail(err, TT_ERR_INPUT, "%s: there is no variable in it that can be read", in);
}

static tt_status convert(const char *in, const char *path, const char *out, bool v73, size_t *objects, tt_error *err)
{
	char header[117];
	int64_t variables;
	tt_status st = tt_mat_check(in, &variables, err);
	if (st != TT_OK) return st;
	mat_t *from = Mat_Open(in, MAT_ACC_RDONLY);
	if (!from) return tt_fail(err, TT_ERR_INPUT, "%s is no MAT file, or a damaged one", in);
	memset(header, ' ', sizeof header);
	int used = snprintf(header, sizeof header, "MATLAB %s MAT-file, converted by temtensile %s",
	                    v73 ? "7.3" : "5.0", tt_version());
	header[used] = ' ';
	header[sizeof header - 1] = 0;
	mat_t *to = Mat_CreateVer(path, header, v73 ? MAT_FT_MAT73 : MAT_FT_MAT5);
	size_t written = 0;
	st = to ? copy_variables(from, to, in, path, out, &written, objects, err) : fail_out(path, out, err);
	if (to && Mat_Close(to) != 0 && st == TT_OK) st = fail_out(path, out, err);
	Mat_Close(from);
	if (st == TT_OK && variables >= 0 && (int64_t)(written + *objects) < variables)
		st = tt_fail(err, TT_ERR_INPUT, "'%s' holds %lld variables, of which %zu can be read: it is damaged",
		             in, (long long)variables, written);
	return st == TT_OK ? tt_mat_verify(path, out, written, err) : st;
}

/* ---- in a process of its own ---- */

/* libhdf5 ends the program when the disk is full, and on some damaged files: what it does is done by a child. */

typedef struct word {
	tt_status status;
	size_t objects;
	tt_error why;
} word;

static void be_child(const char *in, const char *path, const char *out, bool v73, int fd)
{
	word w = {0};
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL); /* it prints what goes wrong unless it is told not to */
	w.status = convert(in, path, out, v73, &w.objects, &w.why);
	bool told = write(fd, &w, sizeof w) == (ssize_t)sizeof w;
	_exit(told ? 0 : 1);
}

static tt_status hear_child(int fd, word *w)
{
	size_t got = 0;
	while (got < sizeof *w) {
		ssize_t n = read(fd, (char *)w + got, sizeof *w - got);
		if (n < 0 && errno == EINTR) continue;
		if (n <= 0) return TT_END;
		got += (size_t)n;
	}
	return TT_OK;
}

static tt_status convert_apart(const char *in, const char *path, const char *out, bool v73, size_t *objects,
                               tt_error *err)
{
	int ends[2];
	word w = {0};
	if (pipe2(ends, O_CLOEXEC) != 0)
		return tt_fail(err, TT_ERR_FAILED, "no pipe to a process: %s", strerror(errno));
	fflush(NULL);
	pid_t pid = fork();
	if (pid == 0) be_child(in, path, out, v73, ends[1]);
	close(ends[1]);
	tt_status st = pid > 0 ? hear_child(ends[0], &w) : TT_END;
	close(ends[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	if (pid < 0) return tt_fail(err, TT_ERR_FAILED, "no further process can be started");
	if (st != TT_OK) {
		const int why = v73 ? tt_mat_why_not_whole(path) : 0;
		if (why) return tt_fail(err, TT_ERR_FAILED, "cannot write '%s': %s", out, strerror(why));
		return tt_fail(err, TT_ERR_INPUT, "'%s' cannot be read: it is damaged", in);
	}
	*objects = w.objects;
	if (w.status != TT_OK && err) *err = w.why;
	return w.status;
}

tt_status tt_mat_convert(const char *in, const char *out, bool v73, bool force, size_t *objects, tt_error *err)
{
	tt_outfile *o = NULL;
	tt_reads *reads = tt_reads_new();
	*objects = 0;
	tt_status st = reads ? tt_reads_add(reads, in, err) : tt_fail_memory(err, in);
	if (st == TT_OK) st = tt_outfile_open(out, force, reads, &o, NULL, err);
	if (st == TT_OK) {
		int64_t variables = 0;
		st = tt_mat_check(in, &variables, err);
		if (st == TT_OK)
			st = v73 || variables < 0 ? convert_apart(in, tt_outfile_path(o), out, v73, objects, err)
			                          : convert(in, tt_outfile_path(o), out, v73, objects, err);
		if (st == TT_OK)
			st = tt_outfile_commit(o, err);
		else
			tt_outfile_abort(o);
	}
	tt_reads_free(reads);
	return st;
}
