/* Putting staged files into place.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* renameat2 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/files.h"
#include "core/staging.h"
#include "core/text.h"

/* ---- may it be put there? ---- */

/* Sub-folders have to be folders: a link may lead anywhere. */
static tt_status check_parents(const tt_outdir *dir, const char *name, tt_error *err)
{
	struct stat s;
	for (const char *p = strchr(name, '/'); p; p = strchr(p + 1, '/')) {
		char *path = tt_format("%s/%.*s", dir->target, (int)(p - name), name);
		if (!path) return tt_fail_memory(err, "a list of files");
		tt_status st = TT_OK;
		if (lstat(path, &s) == 0 && !S_ISDIR(s.st_mode))
			st = tt_fail(err, TT_ERR_FAILED, "'%s' is in the way: expected a folder, found %s", path,
			             S_ISLNK(s.st_mode) ? "a link" : "a file");
		free(path);
		if (st != TT_OK) return st;
	}
	return TT_OK;
}

static tt_status check_there(const tt_outdir *dir, const char *name, const char *path, const struct stat *here,
                             tt_error *err)
{
	struct stat s;
	const char *shown;
	if (S_ISDIR(here->st_mode)) return tt_fail(err, TT_ERR_FAILED, "cannot write '%s': it is a folder", path);
	if (tt_reads_has(dir->plan.reads, here, &shown) ||
	    (stat(path, &s) == 0 && tt_reads_has(dir->plan.reads, &s, &shown)))
		return tt_fail(err, TT_ERR_FAILED,
		               "'%s' would be replaced, but this run reads it ('%s'): choose another %s", path, shown,
		               dir->plan.single ? "file" : "folder");
	const tt_left_file *f = tt_left_file_of(&dir->left, name);
	if (dir->plan.force || (f && tt_left_is_there(dir->target, f))) return TT_OK;
	return tt_fail(err, TT_ERR_FAILED, "'%s' %s: move it away, choose another %s, or replace it with --force", path,
	               f ? "was changed since a run left it" : "is there and was left by no run",
	               dir->plan.single ? "file" : "folder");
}

tt_status tt_place_check(const tt_outdir *dir, const char *name, tt_error *err)
{
	struct stat s;
	tt_status st = check_parents(dir, name, err);
	if (st != TT_OK) return st;
	char *path = tt_path_join(dir->target, name);
	if (!path) return tt_fail_memory(err, "a list of files");
	if (lstat(path, &s) == 0) st = check_there(dir, name, path, &s, err);
	free(path);
	return st;
}

/* ---- what there is to do ---- */

typedef struct work {
	const char *target, *staging, *marker;
	const tt_left_run *now;    /* files to be put there */
	const tt_left_run *before; /* files that may be there; NULL: none */
	const tt_reads *reads;
	tt_strings undo; /* what was done: "+name" put there, "-name" moved away */
	bool undoing;    /* whether that is kept */
} work;

static bool is_inner(const char *rel)
{
	return strcmp(rel, TT_OWNER) == 0 || strcmp(rel, TT_LEFT_FOLDER) == 0 || strcmp(rel, TT_LEFT_FILES) == 0 ||
	       (strncmp(rel, TT_OLD, strlen(TT_OLD)) == 0 && (rel[strlen(TT_OLD)] == 0 || rel[strlen(TT_OLD)] == '/'));
}

typedef struct listing {
	const tt_outdir *dir;
	tt_left_run *run;
} listing;

/* A staged file: may it go there; onto the disk with it; its hash. */
static tt_status list_staged(void *ctx, const char *path, const char *rel, bool folder, tt_error *err)
{
	const listing *l = ctx;
	char hash[65];
	if (folder || is_inner(rel)) return TT_OK;
	tt_status st = tt_place_check(l->dir, rel, err);
	char *shown = tt_path_join(l->dir->target, rel);
	if (st == TT_OK) st = tt_sync_path(path, shown ? shown : rel, err);
	if (st == TT_OK && tt_sha256_file(path, hash, err) != TT_OK)
		st = tt_fail(err, TT_ERR_FAILED, "'%s' cannot be read back as it was written", shown ? shown : rel);
	free(shown);
	if (st == TT_OK && !tt_left_add(l->run, rel, hash)) st = tt_fail_memory(err, "the record of a folder");
	return st;
}

static bool is_in(const tt_left_run *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->file[i].name, name) == 0) return true;
	return false;
}

/* ---- file by file ---- */

static tt_status note_undo(work *w, char kind, const char *name, tt_error *err)
{
	return w->undoing ? tt_strings_add(&w->undo, err, "%c%s", kind, name) : TT_OK;
}

static tt_status make_parents(const char *root, const char *name, tt_error *err)
{
	const char *slash = strrchr(name, '/');
	if (!slash) return TT_OK;
	char *path = tt_format("%s/%.*s", root, (int)(slash - name), name);
	tt_status st = path ? tt_make_folders(path, NULL, err) : tt_fail_memory(err, "a list of files");
	free(path);
	return st;
}

static void remove_empty_parents(const char *root, const char *name)
{
	char *path = tt_path_join(root, name);
	for (char *slash; path && (slash = strrchr(path + strlen(root) + 1, '/'));) {
		*slash = 0;
		if (rmdir(path) != 0) break;
	}
	free(path);
}

static tt_status rename_in(const char *from_root, const char *to_root, const char *name, const char *shown_root,
                           tt_error *err)
{
	char *from = tt_path_join(from_root, name), *to = tt_path_join(to_root, name);
	tt_status st = from && to ? make_parents(to_root, name, err) : tt_fail_memory(err, "a list of files");
	if (st == TT_OK && rename(from, to) != 0) {
		int why = errno;
		char *shown = tt_path_join(shown_root, name);
		st = tt_fail_write(err, shown ? shown : name, why);
		free(shown);
	}
	free(from);
	free(to);
	return st;
}

/* What lies at this place goes to the old files. */
static tt_status move_away(work *w, const char *name, tt_error *err)
{
	struct stat s;
	char *path = tt_path_join(w->target, name), *old = tt_path_join(w->staging, TT_OLD);
	tt_status st = path && old ? TT_OK : tt_fail_memory(err, "a list of files");
	if (st == TT_OK && lstat(path, &s) == 0) {
		st = note_undo(w, '-', name, err);
		if (st == TT_OK) st = tt_make_folders(old, NULL, err);
		if (st == TT_OK) st = rename_in(w->target, old, name, w->target, err);
	}
	free(path);
	free(old);
	return st;
}

static tt_status put(work *w, const char *name, tt_error *err)
{
	struct stat s;
	char *path = tt_path_join(w->staging, name);
	tt_status st = path ? TT_OK : tt_fail_memory(err, "a list of files");
	/* a run that completes what another began finds some of it done */
	if (st == TT_OK && lstat(path, &s) == 0) {
		st = move_away(w, name, err);
		if (st == TT_OK) st = note_undo(w, '+', name, err);
		if (st == TT_OK) st = rename_in(w->staging, w->target, name, w->target, err);
	}
	free(path);
	return st;
}

static bool is_read(const work *w, const char *name)
{
	struct stat s;
	char *path = tt_path_join(w->target, name);
	bool read = !path || (stat(path, &s) == 0 && tt_reads_has(w->reads, &s, NULL));
	free(path);
	return read;
}

/* The marker goes first and comes last: a folder without it is known to be incomplete. */
static tt_status put_all(work *w, const char *record, tt_error *err)
{
	tt_status st = w->marker ? move_away(w, w->marker, err) : TT_OK;
	for (size_t i = 0; w->before && i < w->before->n && st == TT_OK; i++) {
		const tt_left_file *f = &w->before->file[i];
		if (is_in(w->now, f->name) || is_read(w, f->name) || !tt_left_is_there(w->target, f)) continue;
		st = move_away(w, f->name, err);
		if (st == TT_OK) remove_empty_parents(w->target, f->name);
	}
	for (size_t i = 0; i < w->now->n && st == TT_OK; i++)
		if (!w->marker || strcmp(w->now->file[i].name, w->marker) != 0) st = put(w, w->now->file[i].name, err);
	if (st == TT_OK) st = put(w, record, err);
	return st == TT_OK && w->marker ? put(w, w->marker, err) : st;
}

static void take_back(work *w)
{
	tt_error ignored;
	char *old = tt_path_join(w->staging, TT_OLD);
	w->undoing = false;
	for (size_t i = w->undo.n; old && i-- > 0;) {
		const char *name = w->undo.item[i] + 1;
		if (w->undo.item[i][0] == '+') {
			rename_in(w->target, w->staging, name, w->target, &ignored);
			remove_empty_parents(w->target, name);
		} else {
			rename_in(old, w->target, name, w->target, &ignored);
		}
	}
	free(old);
}

static void sync_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) return;
	fsync(fd); /* the renames are done; a file system that cannot sync a folder does so by itself */
	close(fd);
}

/* A marker note and the old record lie in TT_OLD for a run that has to complete this one. */
static tt_status prepare_journal(const tt_outdir *dir, const work *w, tt_error *err)
{
	char *old = tt_path_join(dir->staging, TT_OLD);
	char *record = old ? tt_path_join(old, TT_BEFORE) : NULL;
	tt_left before = {0};
	tt_left_run *copy = NULL;
	tt_status st = record ? tt_make_folders(old, NULL, err) : tt_fail_memory(err, "the record of a folder");
	if (st == TT_OK) {
		copy = tt_left_run_of(&before, w->marker ? w->marker : "");
		for (size_t i = 0; copy && w->before && i < w->before->n; i++)
			if (!tt_left_add(copy, w->before->file[i].name, w->before->file[i].hash)) copy = NULL;
		st = copy ? tt_left_write(&before, record, dir->target, err)
		          : tt_fail_memory(err, "the record of a folder");
	}
	tt_left_clear(&before);
	free(record);
	free(old);
	return st;
}

static char *placing_name(const char *staging)
{
	const char *base = tt_path_base(staging);
	return tt_format("%.*s" TT_PLACING "%s", (int)(base - staging), staging, base + strlen(TT_STAGING));
}

static tt_status place_in_folder(tt_outdir *dir, work *w, tt_error *err)
{
	char *placing = placing_name(dir->staging);
	tt_status st = placing ? prepare_journal(dir, w, err) : tt_fail_memory(err, "a list of files");
	if (st == TT_OK && rename(dir->staging, placing) != 0) st = tt_fail_write(err, dir->target, errno);
	if (st != TT_OK) {
		free(placing);
		return st;
	}
	free(dir->staging);
	dir->staging = placing;
	w->staging = placing;
	w->undoing = true;
	st = put_all(w, dir->plan.single ? TT_LEFT_FILES : TT_LEFT_FOLDER, err);
	if (st != TT_OK)
		take_back(w);
	else
		sync_folder(dir->target);
	return st;
}

/* ---- folder for folder ---- */

typedef struct look {
	const work *w;
	const tt_outdir *dir;
	size_t staging; /* length of its name */
	bool foreign;
} look;

/* Anything that neither the run before nor this one can answer for. */
static tt_status look_for_foreign(void *ctx, const char *path, const char *rel, bool folder, tt_error *err)
{
	look *l = ctx;
	const char *own = tt_path_base(l->dir->staging);
	size_t n = strlen(own);
	(void)err;
	if (l->foreign || (strncmp(rel, own, n) == 0 && (rel[n] == 0 || rel[n] == '/'))) return TT_OK;
	if (folder) {
		/* contents come first: what is empty was made by somebody */
		bool ours = false;
		size_t k = strlen(rel);
		for (size_t i = 0; l->w->before && i < l->w->before->n && !ours; i++)
			ours = strncmp(l->w->before->file[i].name, rel, k) == 0 && l->w->before->file[i].name[k] == '/';
		l->foreign = !ours;
		return TT_OK;
	}
	if (strcmp(rel, TT_LEFT_FOLDER) == 0 && l->w->before) return TT_OK;
	const tt_left_file *f = NULL;
	for (size_t i = 0; l->w->before && i < l->w->before->n && !f; i++)
		if (strcmp(l->w->before->file[i].name, rel) == 0) f = &l->w->before->file[i];
	struct stat s;
	l->foreign = !f || !tt_left_is_there(l->dir->target, f) ||
	             (lstat(path, &s) == 0 && tt_reads_has(l->dir->plan.reads, &s, NULL));
	return TT_OK;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Swapping asks for a folder that holds nothing else, is nobody's mount point or ours to stand in, and for a parent
 * that may be written. */
static bool may_swap(const tt_outdir *dir, const work *w, const char *parent)
{
	struct stat target, above, here, staged;
	if (dir->plan.single || lstat(dir->real, &target) != 0 || stat(parent, &above) != 0 ||
	    stat(dir->staging, &staged) != 0)
		return false;
	if (target.st_dev != above.st_dev || same_file(&target, &above)) return false;
	if (target.st_uid != staged.st_uid || target.st_gid != staged.st_gid) return false;
	if (stat(".", &here) == 0 && same_file(&here, &target)) return false;
	look l = {.w = w, .dir = dir};
	tt_error ignored;
	if (tt_walk(dir->target, look_for_foreign, &l, &ignored) != TT_OK || l.foreign) return false;
	return chmod(dir->staging, target.st_mode & 07777) == 0;
}

static int swap_folders(const char *a, const char *b)
{
#ifdef RENAME_EXCHANGE
	return renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
#else
	(void)a, (void)b;
	errno = ENOSYS;
	return -1;
#endif
}

/* false: not done, nothing changed. */
static bool swap_in(tt_outdir *dir, const work *w)
{
	const char *base = tt_path_base(dir->real);
	char *parent = base == dir->real ? NULL : tt_format("%.*s", (int)(base - dir->real), dir->real);
	char *beside = parent && *base ? tt_format("%s%s-of-%s", parent, tt_path_base(dir->staging), base) : NULL;
	char *owner = tt_path_join(dir->staging, TT_OWNER);
	bool done = false;
	if (beside && owner && may_swap(dir, w, parent) && rename(dir->staging, beside) == 0) {
		char *moved_owner = tt_path_join(beside, TT_OWNER);
		/* without its proof of being half-done, and with its record, it is a folder of results */
		done = moved_owner && unlink(moved_owner) == 0 && swap_folders(beside, dir->real) == 0;
		free(moved_owner);
		if (done) {
			sync_folder(parent);
			tt_remove_tree(beside); /* the old ones: none but files that the record told of */
			close(dir->staging_lock);
			dir->staging_lock = -1;
		} else {
			tt_error ignored;
			rename(beside, dir->staging);
			tt_staging_put_owner(dir, &ignored); /* without it a killed commit is not completed, no more */
		}
	}
	free(parent);
	free(beside);
	free(owner);
	return done;
}

/* ---- all ---- */

static tt_status write_record(tt_outdir *dir, tt_left *now, tt_error *err)
{
	const char *name = dir->plan.single ? TT_LEFT_FILES : TT_LEFT_FOLDER;
	char *path = tt_path_join(dir->staging, name), *shown = tt_path_join(dir->target, name);
	tt_status st =
	    path && shown ? tt_left_write(now, path, shown, err) : tt_fail_memory(err, "the record of a folder");
	free(path);
	free(shown);
	return st;
}

/* In a folder of single files, the record keeps what other runs left. */
static tt_status keep_others(const tt_outdir *dir, tt_left *now, tt_error *err)
{
	for (size_t i = 0; dir->plan.single && i < dir->left.n; i++) {
		const tt_left_run *from = &dir->left.run[i];
		if (strcmp(from->what, dir->what) == 0) continue;
		tt_left_run *to = tt_left_run_of(now, from->what);
		bool good = to != NULL;
		for (size_t k = 0; good && k < from->n; k++) /* a file belongs to the run that left it last */
			if (!is_in(&now->run[0], from->file[k].name))
				good = tt_left_add(to, from->file[k].name, from->file[k].hash);
		if (!good) return tt_fail_memory(err, "the record of a folder");
	}
	return TT_OK;
}

tt_status tt_place_all(tt_outdir *dir, const char *marker, tt_error *err)
{
	tt_left now = {0};
	tt_left_run *run = tt_left_run_of(&now, dir->what);
	if (!run) return tt_fail_memory(err, "the record of a folder");
	listing l = {dir, run};
	tt_status st = tt_walk(dir->staging, list_staged, &l, err);
	if (st == TT_OK && marker && !is_in(run, marker))
		st = tt_fail(err, TT_ERR_FAILED, "'%s/%s' was not written", dir->target, marker);
	if (st == TT_OK) st = tt_reads_check(dir->plan.reads, err);
	if (st == TT_OK) {
		run->notes = dir->notes;
		dir->notes = (tt_strings){0};
		st = keep_others(dir, &now, err);
	}
	if (st == TT_OK) st = write_record(dir, &now, err);
	if (st == TT_OK) {
		work w = {.target = dir->target,
		          .staging = dir->staging,
		          .marker = marker,
		          .now = tt_left_find(&now, dir->what),
		          .before = tt_left_find(&dir->left, dir->what),
		          .reads = dir->plan.reads};
		tt_staging_forget(dir); /* from here on, the next run completes it */
		if (!swap_in(dir, &w)) st = place_in_folder(dir, &w, err);
		tt_strings_free(&w.undo);
	}
	tt_left_clear(&now);
	return st;
}

/* ---- completing what a killed run began ---- */

tt_status tt_place_finish(const char *target, const char *placing, tt_error *err)
{
	tt_left now = {0}, before = {0};
	bool single = false;
	char *old = tt_path_join(placing, TT_OLD);
	tt_status st = old ? tt_left_read(placing, TT_LEFT_FOLDER, &now, err) : tt_fail_memory(err, target);
	if (st == TT_OK && !now.n) {
		st = tt_left_read(placing, TT_LEFT_FILES, &now, err);
		single = now.n > 0;
	}
	if (st == TT_OK) st = tt_left_read(old, TT_BEFORE, &before, err);
	if (st == TT_OK && before.n) {
		work w = {.target = target, .staging = placing, .before = &before.run[0]};
		if (before.run[0].what[0]) w.marker = before.run[0].what;
		if (now.n) {
			w.now = &now.run[0];
			st = put_all(&w, single ? TT_LEFT_FILES : TT_LEFT_FOLDER, err);
		} else if (w.marker) { /* the record was put there: only the marker may be left */
			st = put(&w, w.marker, err);
		}
	}
	tt_left_clear(&now);
	tt_left_clear(&before);
	free(old);
	return st;
}
