/* One file that appears complete or not at all.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700 /* realpath */
#include "core/files.h"
#include "core/outdir.h"
#include "core/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK ".tt-"

struct tt_atomic {
	char *shown;     /* what the caller asked for */
	char *target;    /* symbolic links followed */
	char *temporary; /* equal to target for a pipe or a device, which cannot be replaced */
	bool direct;
	FILE *f;
};

static void free_atomic(tt_atomic *a)
{
	free(a->shown);
	free(a->target);
	free(a->temporary);
	free(a);
}

static char *folder_of(const char *path)
{
	const char *base = tt_path_base(path);
	return base == path ? tt_strdup(".") : tt_format("%.*s", (int)(base - path), path);
}

/* Removes what killed runs left of the same file: ".tt-<pid>-<base>". */
static void remove_stale(const char *folder, const char *base)
{
	DIR *d = opendir(folder);
	if (!d) return;
	for (struct dirent *e; (e = readdir(d));) {
		if (strncmp(e->d_name, MARK, strlen(MARK)) != 0) continue;
		char *end;
		long pid = strtol(e->d_name + strlen(MARK), &end, 10);
		if (*end != '-' || strcmp(end + 1, base) != 0 || !(pid == (long)getpid() || tt_process_is_gone(pid)))
			continue;
		char *path = tt_path_join(folder, e->d_name);
		if (path) unlink(path);
		free(path);
	}
	closedir(d);
}

static tt_status choose_paths(tt_atomic *a, const char *path, tt_error *err)
{
	struct stat s;
	a->shown = tt_strdup(path);
	bool exists = stat(path, &s) == 0;
	if (exists && S_ISDIR(s.st_mode)) return tt_fail(err, TT_ERR_FAILED, "cannot write '%s': it is a folder", path);
	a->direct = exists && !S_ISREG(s.st_mode);
	a->target = exists && !a->direct ? realpath(path, NULL) : NULL;
	if (!a->target) a->target = tt_strdup(path);
	if (!a->shown || !a->target) return tt_fail_memory(err, path);
	if (a->direct) {
		a->temporary = tt_strdup(path);
		return a->temporary ? TT_OK : tt_fail_memory(err, path);
	}
	const char *base = tt_path_base(a->target);
	if (!*base) return tt_fail(err, TT_ERR_FAILED, "cannot write '%s': it names a folder", path);
	char *folder = folder_of(a->target);
	if (folder) {
		remove_stale(folder, base);
		a->temporary = tt_format("%s%s" MARK "%ld-%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/",
		                         (long)getpid(), base);
	}
	free(folder);
	return a->temporary ? TT_OK : tt_fail_memory(err, path);
}

tt_status tt_atomic_open(const char *path, tt_atomic **out, FILE **f, tt_error *err)
{
	*out = NULL;
	if (f) *f = NULL;
	tt_atomic *a = calloc(1, sizeof *a);
	if (!a) return tt_fail_memory(err, path);
	tt_status st = choose_paths(a, path, err);
	if (!st) {
		/* Made at once, so that a place that cannot be written is told before the work. */
		int fd = open(a->temporary, O_WRONLY | O_CLOEXEC | (a->direct ? 0 : O_CREAT | O_EXCL), 0666);
		if (fd < 0)
			st = tt_fail_write(err, path, errno);
		else if (!f)
			close(fd);
		else if (!(a->f = *f = fdopen(fd, "wb"))) {
			close(fd);
			st = tt_fail_memory(err, path);
		}
	}
	if (st) {
		free_atomic(a);
		return st;
	}
	*out = a;
	return TT_OK;
}

const char *tt_atomic_path(const tt_atomic *a)
{
	return a->temporary;
}

tt_status tt_atomic_commit(tt_atomic *a, tt_error *err)
{
	tt_status st = TT_OK;
	if (a->f)
		st = tt_close_checked(a->f, a->shown, err);
	else if (!a->direct)
		st = tt_sync_path(a->temporary, a->shown, err);
	a->f = NULL;
	if (!st && !a->direct && rename(a->temporary, a->target) != 0) st = tt_fail_write(err, a->shown, errno);
	if (st) {
		tt_atomic_abort(a);
		return st;
	}
	free_atomic(a);
	return TT_OK;
}

void tt_atomic_abort(tt_atomic *a)
{
	if (!a) return;
	if (a->f) fclose(a->f);
	if (!a->direct) unlink(a->temporary);
	free_atomic(a);
}
