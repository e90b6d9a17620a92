/* One file that appears complete or not at all, and replaces nothing that no run left.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700 /* realpath */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/outdir.h"
#include "core/text.h"

struct tt_outfile {
	tt_atomic *direct; /* a pipe or a device */
	tt_outdir *dir;    /* else: the folder that the file goes to */
	FILE *f;
	const char *staged;
	char *target, *base;
};

void tt_outfile_abort(tt_outfile *o)
{
	if (!o) return;
	if (o->direct) {
		tt_atomic_abort(o->direct);
	} else {
		if (o->f) fclose(o->f);
		tt_outdir_abort(o->dir);
	}
	free(o->target);
	free(o->base);
	free(o);
}

static tt_status open_in_folder(tt_outfile *o, const char *path, bool force, tt_reads *reads, FILE **f, tt_error *err)
{
	const char *base = tt_path_base(path);
	o->base = tt_strdup(base);
	o->target = base == path ? tt_strdup(".") : tt_format("%.*s", (int)(base - path), path);
	if (!o->base || !o->target) return tt_fail_memory(err, path);
	struct stat s;
	if (stat(o->target, &s) != 0) /* a folder of that name is not meant to be made */
		return tt_fail(err, TT_ERR_FAILED, "cannot write '%s': there is no folder '%s'", path, o->target);
	const tt_outdir_plan plan = {.command = o->base, .force = force, .reads = reads, .single = true};
	tt_status st = tt_outdir_open_as(o->target, &plan, &o->dir, err);
	if (st == TT_OK && f) {
		st = tt_outdir_fopen(o->dir, o->base, &o->f, err);
		*f = o->f;
	}
	if (st == TT_OK) st = tt_outdir_path(o->dir, o->base, &o->staged, err);
	return st;
}

tt_status tt_outfile_open(const char *path, bool force, tt_reads *reads, tt_outfile **out, FILE **f, tt_error *err)
{
	struct stat s;
	*out = NULL;
	if (f) *f = NULL;
	const char *base = tt_path_base(path);
	if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
		return tt_fail(err, TT_ERR_USAGE, "'%s' is no name of a file", path);
	bool there = stat(path, &s) == 0;
	if (there && S_ISDIR(s.st_mode)) return tt_fail(err, TT_ERR_FAILED, "cannot write '%s': it is a folder", path);
	tt_outfile *o = calloc(1, sizeof *o);
	if (!o) return tt_fail_memory(err, path);
	tt_status st;
	if (there && !S_ISREG(s.st_mode)) {
		st = tt_atomic_open(path, &o->direct, f, err);
		if (st == TT_OK) o->staged = tt_atomic_path(o->direct);
	} else {
		char *real =
		    there ? realpath(path, NULL) : tt_strdup(path); /* a link stays, what it names is replaced */
		st = real ? open_in_folder(o, real, force, reads, f, err) : tt_fail_memory(err, path);
		free(real);
	}
	if (st != TT_OK) {
		tt_outfile_abort(o);
		if (f) *f = NULL;
		return st;
	}
	*out = o;
	return TT_OK;
}

const char *tt_outfile_path(const tt_outfile *o)
{
	return o->staged;
}

tt_status tt_outfile_commit(tt_outfile *o, tt_error *err)
{
	tt_status st = TT_OK;
	if (o->direct) {
		st = tt_atomic_commit(o->direct, err);
		o->direct = NULL;
	} else {
		if (o->f) st = tt_outdir_fclose(o->dir, o->f, o->base, err);
		o->f = NULL;
		if (st == TT_OK)
			st = tt_outdir_commit(o->dir, NULL, err);
		else
			tt_outdir_abort(o->dir);
		o->dir = NULL;
	}
	tt_outfile_abort(o);
	return st;
}
