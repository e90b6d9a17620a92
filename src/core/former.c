/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/former.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/staging.h"
#include "core/text.h"

/* The run before, when this run may take from it. */
static const tt_left_run *former(const tt_outdir *dir)
{
	const tt_left_run *r = dir->plan.maker ? tt_left_find(&dir->left, dir->what) : NULL;
	char *maker = r ? tt_format("maker %s", dir->plan.maker) : NULL, *safe = maker ? tt_left_escape(maker) : NULL;
	bool same = false;
	for (size_t i = 0; safe && i < r->notes.n && !same; i++)
		same = strcmp(r->notes.item[i], safe) == 0;
	free(maker);
	free(safe);
	return same ? r : NULL;
}

bool tt_former_has_note(const tt_outdir *dir, const char *note)
{
	const tt_left_run *r = former(dir);
	char *safe = r ? tt_left_escape(note) : NULL;
	bool has = false;
	for (size_t i = 0; safe && i < r->notes.n && !has; i++)
		has = strcmp(r->notes.item[i], safe) == 0;
	free(safe);
	return has;
}

static const tt_left_file *file_of(const tt_outdir *dir, const char *name)
{
	const tt_left_run *r = former(dir);
	for (size_t i = 0; r && i < r->n; i++)
		if (strcmp(r->file[i].name, name) == 0) return &r->file[i];
	return NULL;
}

bool tt_former_is_same(tt_outdir *dir, const char *name)
{
	const tt_left_file *f = file_of(dir, name);
	const char *path;
	char hash[65];
	tt_error ignored;
	return f && tt_outdir_path(dir, name, &path, &ignored) == TT_OK &&
	       tt_sha256_file(path, hash, &ignored) == TT_OK && strcmp(hash, f->hash) == 0;
}

char *tt_former_path(const tt_outdir *dir, const char *name)
{
	const tt_left_file *f = file_of(dir, name);
	return f && tt_left_is_there(dir->target, f) ? tt_path_join(dir->target, name) : NULL;
}

static bool matches(const char *patterns, const char *name)
{
	for (const char *p = patterns; *p;) {
		size_t n = strcspn(p, " ");
		bool any = n > 2 && strncmp(p + n - 2, ".*", 2) == 0;
		if (any && strncmp(p, name, n - 1) == 0 && name[n - 1] && !strchr(name + n - 1, '.')) return true;
		if (!any && strlen(name) == n && strncmp(p, name, n) == 0) return true;
		p += n + (p[n] == ' ');
	}
	return false;
}

bool tt_former_left(const tt_outdir *dir, const char *patterns)
{
	const tt_left_run *r = former(dir);
	bool any = false;
	for (size_t i = 0; r && i < r->n && !any; i++)
		any = matches(patterns, r->file[i].name);
	return any;
}

/* A copy in the staging folder. What counts is the copy's hash: the file may change while it is read. */
static tt_status take_one(tt_outdir *dir, const tt_left_file *f, bool *taken, tt_error *err)
{
	char buffer[65536], hash[65], *from = tt_path_join(dir->target, f->name);
	const char *to;
	FILE *in = from ? fopen(from, "rb") : NULL, *out;
	tt_error ignored;
	*taken = false;
	free(from);
	if (!in) return TT_OK;
	tt_status st = tt_outdir_fopen(dir, f->name, &out, err);
	if (st != TT_OK) {
		fclose(in);
		return st;
	}
	for (size_t n; (n = fread(buffer, 1, sizeof buffer, in)) > 0;)
		fwrite(buffer, 1, n, out);
	bool bad = ferror(in) != 0;
	fclose(in);
	st = tt_outdir_fclose(dir, out, f->name, err);
	if (st == TT_OK) st = tt_outdir_path(dir, f->name, &to, err);
	if (st != TT_OK) return st;
	*taken = !bad && tt_sha256_file(to, hash, &ignored) == TT_OK && strcmp(hash, f->hash) == 0;
	if (!*taken) unlink(to);
	return TT_OK;
}

tt_status tt_former_take(tt_outdir *dir, const char *patterns, bool *taken, tt_error *err)
{
	const tt_left_run *r = former(dir);
	tt_status st = TT_OK;
	size_t i = 0;
	*taken = r != NULL;
	for (; r && i < r->n && *taken && st == TT_OK; i++)
		if (matches(patterns, r->file[i].name)) st = take_one(dir, &r->file[i], taken, err);
	for (size_t k = 0; r && !*taken && k < i; k++) {
		const char *path;
		if (matches(patterns, r->file[k].name) && tt_outdir_path(dir, r->file[k].name, &path, NULL) == TT_OK)
			unlink(path);
	}
	return st;
}
