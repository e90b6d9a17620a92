/* A folder of results: what is asked of it before, and the files on their way into it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* flock, realpath */
#include "core/outdir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/files.h"
#include "core/staging.h"
#include "core/text.h"

/* ---- opening ---- */

static tt_status fail_locked(const tt_outdir *dir, tt_error *err)
{
	long pid = tt_staging_process(dir->target);
	if (!pid)
		return tt_fail(err, TT_ERR_FAILED,
		               "another run is writing into '%s'; wait for it or choose another folder", dir->target);
	return tt_fail(err, TT_ERR_FAILED,
	               "another run (process %ld) is writing into '%s'; wait for it or choose another folder", pid,
	               dir->target);
}

/* The folder itself, for this run alone. A run that ends may swap the folder for its new one: then the lock is on the
 * old one and has to be taken again. */
static tt_status lock_target(tt_outdir *dir, tt_error *err)
{
	struct stat held, there;
	double waited = 0;
	for (int attempt = 0; attempt < 1000000; attempt++) {
		dir->lock = open(dir->target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir->lock < 0)
			return tt_fail(err, TT_ERR_FAILED, "cannot open the folder '%s': %s", dir->target,
			               strerror(errno));
		if (flock(dir->lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
			close(dir->lock);
			dir->lock = -1;
			if (waited >= dir->plan.wait_s) return fail_locked(dir, err);
			nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
			waited += 0.05;
			continue;
		}
		if (fstat(dir->lock, &held) == 0 && stat(dir->target, &there) == 0 && held.st_ino == there.st_ino &&
		    held.st_dev == there.st_dev)
			return TT_OK;
		close(dir->lock);
		dir->lock = -1;
	}
	return tt_fail(err, TT_ERR_FAILED, "cannot keep the folder '%s': it is replaced again and again", dir->target);
}

/* What is read must not gain files by what is left. */
static tt_status refuse_what_is_read(const tt_outdir *dir, tt_error *err)
{
	struct stat s;
	const char *shown = dir->target;
	if (dir->plan.single || stat(dir->target, &s) != 0 || !tt_reads_has(dir->plan.reads, &s, &shown)) return TT_OK;
	return tt_fail(err, TT_ERR_FAILED, "'%s' is read by this run; choose another folder for the results", shown);
}

static tt_status read_record(tt_outdir *dir, tt_error *err)
{
	tt_status st = tt_left_read(dir->target, dir->plan.single ? TT_LEFT_FILES : TT_LEFT_FOLDER, &dir->left, err);
	if (st != TT_OK || dir->plan.single || dir->left.n == 0) return st;
	const char *before = dir->left.run[0].what;
	if (strcmp(before, dir->what) == 0) return TT_OK;
	if (dir->plan.force) { /* from now on they are somebody's */
		tt_left_clear(&dir->left);
		return TT_OK;
	}
	return tt_fail(
	    err, TT_ERR_FAILED,
	    "the folder '%s' holds what `%s` left; choose another folder (--force leaves this run's files among "
	    "them)",
	    dir->target, before);
}

static tt_status start(tt_outdir *dir, tt_error *err)
{
	tt_status st = tt_make_folders(dir->target, &dir->first_made, err);
	if (st == TT_OK && !(dir->real = realpath(dir->target, NULL)))
		st = tt_fail(err, TT_ERR_FAILED, "cannot open the folder '%s': %s", dir->target, strerror(errno));
	if (st == TT_OK) st = refuse_what_is_read(dir, err);
	if (st == TT_OK) st = lock_target(dir, err);
	if (st == TT_OK) st = tt_staging_clean(dir, err);
	if (st == TT_OK) st = read_record(dir, err);
	if (st == TT_OK) st = tt_staging_make(dir, err);
	if (st == TT_OK && dir->plan.single) { /* others may put their files beside ours meanwhile */
		close(dir->lock);
		dir->lock = -1;
	}
	return st;
}

tt_status tt_outdir_open_as(const char *path, const tt_outdir_plan *plan, tt_outdir **out, tt_error *err)
{
	*out = NULL;
	if (!path[0]) return tt_fail(err, TT_ERR_USAGE, "the name of the output folder is empty");
	tt_outdir *dir = calloc(1, sizeof *dir);
	if (!dir) return tt_fail_memory(err, path);
	dir->lock = dir->staging_lock = -1;
	if (plan) dir->plan = *plan;
	dir->target = tt_strdup(path);
	dir->what = tt_strdup(plan && plan->command ? plan->command : "");
	tt_status st = dir->target && dir->what ? start(dir, err) : tt_fail_memory(err, path);
	if (st != TT_OK) {
		tt_outdir_abort(dir);
		return st;
	}
	*out = dir;
	return TT_OK;
}

tt_status tt_outdir_open(const char *path, tt_outdir **out, tt_error *err)
{
	return tt_outdir_open_as(path, NULL, out, err);
}

void tt_outdir_tidy(const char *path)
{
	tt_error ignored;
	tt_outdir *dir = calloc(1, sizeof *dir);
	if (!dir) return;
	dir->lock = dir->staging_lock = -1;
	dir->target = tt_strdup(path);
	dir->real = dir->target ? realpath(path, NULL) : NULL;
	if (dir->real && lock_target(dir, &ignored) == TT_OK) tt_staging_clean(dir, &ignored);
	tt_outdir_abort(dir);
}

const char *tt_outdir_target(const tt_outdir *dir)
{
	return dir->target;
}

/* ---- files ---- */

bool tt_name_is_inside(const char *name)
{
	if (!name[0] || name[0] == '/' || name[strlen(name) - 1] == '/') return false;
	for (const char *p = name; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL)
		if (strncmp(p, "..", 2) == 0 && (p[2] == '/' || p[2] == '\0')) return false;
	return true;
}

/* Names that mean something to us. */
static bool is_reserved(const char *name)
{
	for (const char *p = name; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL)
		if (strncmp(p, ".tt-", 4) == 0 || strncmp(p, ".temtensile-", 12) == 0) return true;
	return false;
}

static tt_status check_name(const tt_outdir *dir, const char *name, tt_error *err)
{
	if (!tt_name_is_inside(name) || is_reserved(name))
		return tt_fail(err, TT_ERR_USAGE, "'%s' is no name of a file inside '%s'", name, dir->target);
	return tt_place_check(dir, name, err);
}

tt_status tt_outdir_claim(tt_outdir *dir, const char *const *names, size_t n, tt_error *err)
{
	tt_status st = TT_OK;
	for (size_t i = 0; i < n && st == TT_OK; i++)
		st = check_name(dir, names[i], err);
	return st;
}

tt_status tt_outdir_path(tt_outdir *dir, const char *name, const char **path, tt_error *err)
{
	*path = NULL;
	tt_status st = check_name(dir, name, err);
	if (st == TT_OK) st = tt_strings_add(&dir->paths, err, "%s/%s", dir->staging, name);
	if (st != TT_OK) return st;
	char *full = dir->paths.item[dir->paths.n - 1];
	char *slash = strchr(name, '/') ? strrchr(full, '/') : NULL;
	if (slash) {
		*slash = '\0';
		st = tt_make_folders(full, NULL, err);
		*slash = '/';
	}
	if (st == TT_OK) *path = full;
	return st;
}

tt_status tt_outdir_fopen(tt_outdir *dir, const char *name, FILE **out, tt_error *err)
{
	const char *path;
	*out = NULL;
	tt_status st = tt_outdir_path(dir, name, &path, err);
	if (st != TT_OK) return st;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	*out = fd < 0 ? NULL : fdopen(fd, "wb");
	if (!*out) {
		int why = errno;
		if (fd >= 0) close(fd);
		return tt_fail(err, TT_ERR_FAILED, "cannot write '%s/%s': %s", dir->target, name, strerror(why));
	}
	dir->open_files++;
	return TT_OK;
}

tt_status tt_outdir_fclose(tt_outdir *dir, FILE *f, const char *name, tt_error *err)
{
	if (!f) return TT_OK;
	dir->open_files--;
	char *shown = tt_path_join(dir->target, name);
	tt_status st = tt_close_checked(f, shown ? shown : name, err);
	free(shown);
	return st;
}

tt_status tt_outdir_note(tt_outdir *dir, tt_error *err, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = tt_vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *text = n < 0 ? NULL : malloc((size_t)n + 1);
	if (text) tt_vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	char *safe = text ? tt_left_escape(text) : NULL;
	tt_status st =
	    safe ? tt_strings_add(&dir->notes, err, "%s", safe) : tt_fail_memory(err, "the record of a folder");
	free(text);
	free(safe);
	return st;
}

tt_status tt_outdir_hash_input(const tt_outdir *dir, const char *path, char out[65], tt_error *err)
{
	return dir->plan.reads ? tt_reads_hash(dir->plan.reads, path, out, err) : tt_sha256_file(path, out, err);
}

/* ---- the end ---- */

/* A single run locks the folder only while it puts its files there. */
static tt_status lock_for_placing(tt_outdir *dir, tt_error *err)
{
	if (!dir->plan.single) return TT_OK;
	if (dir->plan.wait_s < 10) dir->plan.wait_s = 10;
	tt_status st = lock_target(dir, err);
	tt_left_clear(&dir->left);
	return st == TT_OK ? read_record(dir, err) : st;
}

tt_status tt_outdir_commit(tt_outdir *dir, const char *marker, tt_error *err)
{
	tt_status st = TT_OK;
	if (dir->open_files)
		st = tt_fail(err, TT_ERR_FAILED, "%d files of '%s' are still open", dir->open_files, dir->target);
	if (st == TT_OK) st = lock_for_placing(dir, err);
	if (st == TT_OK) st = tt_place_all(dir, marker, err);
	if (st == TT_OK) {
		free(dir->first_made); /* it stays now */
		dir->first_made = NULL;
	}
	tt_outdir_abort(dir);
	return st;
}

/* The folders that this run made, from the target upwards, as far as they are empty. */
static void remove_made(const tt_outdir *dir)
{
	char *path = dir->first_made ? tt_strdup(dir->target) : NULL;
	if (path) tt_remove_empty(path, strlen(dir->first_made));
	free(path);
}

void tt_outdir_abort(tt_outdir *dir)
{
	if (!dir) return;
	tt_staging_forget(dir);
	if (dir->staging_lock >= 0) {
		tt_remove_tree(dir->staging);
		close(dir->staging_lock);
	}
	remove_made(dir);
	if (dir->lock >= 0) close(dir->lock);
	tt_left_clear(&dir->left);
	tt_strings_free(&dir->notes);
	tt_strings_free(&dir->paths);
	free(dir->target);
	free(dir->real);
	free(dir->what);
	free(dir->first_made);
	free(dir->staging);
	free(dir);
}
