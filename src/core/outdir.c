/* A folder of results that appears complete or not at all.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* flock */
#include "core/outdir.h"
#include "core/files.h"
#include "core/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAGING ".tt-staging-"

struct tt_outdir {
	char *target;
	char *first_made; /* uppermost folder that open made, or NULL */
	char *staging;
	int lock;         /* the staging folder, locked as long as this run lives */
	tt_strings paths; /* given to the caller */
	int open_files;
};

enum { STALE_REMOVED, STALE_ALIVE, STALE_FAILED };

/* What to do with each entry below a folder; rel is its path from there. Folders come after their contents. */
typedef struct walk {
	tt_status (*entry)(struct walk *w, const char *path, const char *rel, bool folder);
	const tt_outdir *dir;
	const char *marker;
	tt_error *err;
} walk;

static tt_status walk_folder(walk *w, const char *path, const char *rel)
{
	struct dirent **entry;
	/* Sorted: the same run does the same things in the same order. */
	int n = scandir(path, &entry, NULL, alphasort);
	if (n < 0) return tt_fail(w->err, TT_ERR_FAILED, "cannot list '%s': %s", path, strerror(errno));
	tt_status st = TT_OK;
	for (int i = 0; i < n; i++) {
		const char *name = entry[i]->d_name;
		if (!st && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
			char *inner = tt_path_join(path, name),
			     *inner_rel = rel[0] ? tt_path_join(rel, name) : tt_strdup(name);
			struct stat s;
			if (!inner || !inner_rel)
				st = tt_fail_memory(w->err, "a list of files");
			else if (lstat(inner, &s) == 0) {
				if (S_ISDIR(s.st_mode)) st = walk_folder(w, inner, inner_rel);
				if (!st) st = w->entry(w, inner, inner_rel, S_ISDIR(s.st_mode));
			}
			free(inner);
			free(inner_rel);
		}
		free(entry[i]);
	}
	free(entry);
	return st;
}

static tt_status remove_entry(walk *w, const char *path, const char *rel, bool folder)
{
	(void)w, (void)rel;
	if (folder)
		rmdir(path);
	else
		unlink(path);
	return TT_OK;
}

static void remove_tree(const char *path)
{
	walk w = {.entry = remove_entry};
	walk_folder(&w, path, "");
	rmdir(path);
}

/* A staging folder is locked while its run lives; the lock goes with the process, however it ends. The process number
 * decides alone where the file system knows no locks. */
static int remove_stale(const char *path, long pid)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) return errno == ENOENT ? STALE_REMOVED : STALE_FAILED;
	bool alive = flock(fd, LOCK_EX | LOCK_NB) != 0 && (errno == EWOULDBLOCK || !tt_process_is_gone(pid));
	if (!alive) remove_tree(path);
	close(fd);
	return alive ? STALE_ALIVE : STALE_REMOVED;
}

static tt_status clean_target(const tt_outdir *dir, tt_error *err)
{
	DIR *d = opendir(dir->target);
	if (!d) return tt_fail(err, TT_ERR_FAILED, "cannot open the folder '%s': %s", dir->target, strerror(errno));
	tt_status st = TT_OK;
	for (struct dirent *e; !st && (e = readdir(d));) {
		if (strncmp(e->d_name, STAGING, strlen(STAGING)) != 0) continue;
		long pid = strtol(e->d_name + strlen(STAGING), NULL, 10);
		char *path = tt_path_join(dir->target, e->d_name);
		if (!path)
			st = tt_fail_memory(err, "a list of files");
		else if (remove_stale(path, pid) == STALE_ALIVE)
			st = tt_fail(
			    err, TT_ERR_FAILED,
			    "another run (process %ld) is writing into '%s'; wait for it or choose another folder", pid,
			    dir->target);
		free(path);
	}
	closedir(d);
	return st;
}

/* Makes and locks the staging folder. Between the two, another run may take it for a dead one's and remove it: then it
 * is made again. */
static tt_status make_staging(tt_outdir *dir, tt_error *err)
{
	struct stat held, there;
	for (int attempt = 0; attempt < 10; attempt++) {
		if (mkdir(dir->staging, 0777) != 0)
			return tt_fail(err, TT_ERR_FAILED, "cannot write into the folder '%s': %s", dir->target,
			               strerror(errno));
		dir->lock = open(dir->staging, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir->lock >= 0) {
			flock(dir->lock, LOCK_EX); /* without locks, the process number must do */
			if (fstat(dir->lock, &held) == 0 && stat(dir->staging, &there) == 0 &&
			    held.st_ino == there.st_ino && held.st_dev == there.st_dev)
				return TT_OK;
			close(dir->lock);
			dir->lock = -1;
		}
		rmdir(dir->staging);
	}
	return tt_fail(err, TT_ERR_FAILED, "cannot keep a working folder in '%s': it vanishes", dir->target);
}

tt_status tt_outdir_open(const char *path, tt_outdir **out, tt_error *err)
{
	*out = NULL;
	if (!path[0]) return tt_fail(err, TT_ERR_USAGE, "the name of the output folder is empty");
	tt_outdir *dir = calloc(1, sizeof *dir);
	if (!dir) return tt_fail_memory(err, path);
	dir->lock = -1;
	dir->target = tt_strdup(path);
	char *name = tt_format(STAGING "%ld", (long)getpid());
	dir->staging = name ? tt_path_join(path, name) : NULL;
	free(name);
	tt_status st = dir->target && dir->staging ? TT_OK : tt_fail_memory(err, path);
	if (!st) st = tt_make_folders(path, &dir->first_made, err);
	if (!st) st = clean_target(dir, err);
	if (!st) st = make_staging(dir, err);
	if (st) {
		tt_outdir_abort(dir);
		return st;
	}
	*out = dir;
	return TT_OK;
}

const char *tt_outdir_target(const tt_outdir *dir)
{
	return dir->target;
}

/* A name from inside the folder: never above it, never the staging folder's own kind. */
static bool is_inside(const char *name)
{
	if (!name[0] || name[0] == '/' || name[strlen(name) - 1] == '/') return false;
	for (const char *p = name; p; p = strchr(p, '/') ? strchr(p, '/') + 1 : NULL)
		if (strncmp(p, "..", 2) == 0 && (p[2] == '/' || p[2] == '\0')) return false;
	return true;
}

tt_status tt_outdir_path(tt_outdir *dir, const char *name, const char **path, tt_error *err)
{
	*path = NULL;
	if (!is_inside(name))
		return tt_fail(err, TT_ERR_USAGE, "'%s' is no name of a file inside '%s'", name, dir->target);
	tt_status st = tt_strings_add(&dir->paths, err, "%s/%s", dir->staging, name);
	if (st) return st;
	char *full = dir->paths.item[dir->paths.n - 1];
	char *slash = strchr(name, '/') ? strrchr(full, '/') : NULL;
	if (slash) {
		*slash = '\0';
		st = tt_make_folders(full, NULL, err);
		*slash = '/';
	}
	if (!st) *path = full;
	return st;
}

tt_status tt_outdir_fopen(tt_outdir *dir, const char *name, FILE **out, tt_error *err)
{
	const char *path;
	*out = NULL;
	tt_status st = tt_outdir_path(dir, name, &path, err);
	if (st) return st;
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

static tt_status sync_entry(walk *w, const char *path, const char *rel, bool folder)
{
	if (folder) return TT_OK;
	char *shown = tt_path_join(w->dir->target, rel);
	tt_status st = tt_sync_path(path, shown ? shown : rel, w->err);
	free(shown);
	return st;
}

static tt_status move(const walk *w, const char *path, const char *rel)
{
	char *to = tt_path_join(w->dir->target, rel);
	if (!to) return tt_fail_memory(w->err, "a list of files");
	tt_status st = rename(path, to) == 0 ? TT_OK : tt_fail_write(w->err, to, errno);
	free(to);
	return st;
}

static tt_status move_entry(walk *w, const char *path, const char *rel, bool folder)
{
	if (folder) {
		rmdir(path);
		return TT_OK;
	}
	if (w->marker && strcmp(rel, w->marker) == 0) return TT_OK;
	const char *slash = strrchr(rel, '/');
	if (slash) {
		char *to = tt_format("%s/%.*s", w->dir->target, (int)(slash - rel), rel);
		tt_status st = to ? tt_make_folders(to, NULL, w->err) : tt_fail_memory(w->err, "a list of files");
		free(to);
		if (st) return st;
	}
	return move(w, path, rel);
}

static tt_status commit(tt_outdir *dir, const char *marker, tt_error *err)
{
	if (dir->open_files)
		return tt_fail(err, TT_ERR_FAILED, "%d files of '%s' are still open", dir->open_files, dir->target);
	walk w = {.entry = sync_entry, .dir = dir, .marker = marker, .err = err};
	char *staged = marker ? tt_path_join(dir->staging, marker) : NULL;
	char *old = marker ? tt_path_join(dir->target, marker) : NULL;
	tt_status st = TT_OK;
	if (marker && (!staged || !old))
		st = tt_fail_memory(err, dir->target);
	else if (marker && access(staged, F_OK) != 0)
		st = tt_fail(err, TT_ERR_FAILED, "'%s' was not written", old);
	if (!st) st = walk_folder(&w, dir->staging, "");
	if (!st && marker && unlink(old) != 0 && errno != ENOENT) st = tt_fail_write(err, old, errno);
	w.entry = move_entry;
	if (!st) st = walk_folder(&w, dir->staging, "");
	if (!st && marker) st = move(&w, staged, marker);
	free(staged);
	free(old);
	return st;
}

tt_status tt_outdir_commit(tt_outdir *dir, const char *marker, tt_error *err)
{
	tt_status st = commit(dir, marker, err);
	if (!st) {
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
	size_t least = path ? strlen(dir->first_made) : 0;
	while (path) {
		size_t n = strlen(path);
		while (n > 1 && path[n - 1] == '/')
			path[--n] = '\0';
		if (n < least || rmdir(path) != 0) break;
		char *slash = strrchr(path, '/');
		if (!slash) break;
		*slash = '\0';
	}
	free(path);
}

void tt_outdir_abort(tt_outdir *dir)
{
	if (!dir) return;
	if (dir->lock >= 0) {
		remove_tree(dir->staging);
		close(dir->lock);
	}
	remove_made(dir);
	tt_strings_free(&dir->paths);
	free(dir->target);
	free(dir->first_made);
	free(dir->staging);
	free(dir);
}
