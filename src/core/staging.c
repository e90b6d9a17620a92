/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE /* flock, getdents64 */
#include "core/staging.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/files.h"
#include "core/text.h"

enum { STALE_REMOVED, STALE_ALIVE, STALE_NOT_OURS };

/* ---- walking ---- */

static tt_status walk(const char *path, const char *rel, tt_walk_entry entry, void *ctx, tt_error *err)
{
	struct dirent **item;
	int n = scandir(path, &item, NULL, alphasort);
	if (n < 0)
		return errno == ENOMEM ? tt_fail_memory(err, "a list of files")
		                       : tt_fail(err, TT_ERR_FAILED, "cannot list '%s': %s", path, strerror(errno));
	tt_status st = TT_OK;
	for (int i = 0; i < n; i++) {
		const char *name = item[i]->d_name;
		if (st == TT_OK && strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
			char *inner = tt_path_join(path, name),
			     *inner_rel = rel[0] ? tt_path_join(rel, name) : tt_strdup(name);
			struct stat s;
			if (!inner || !inner_rel)
				st = tt_fail_memory(err, "a list of files");
			else if (lstat(inner, &s) == 0) {
				if (S_ISDIR(s.st_mode)) st = walk(inner, inner_rel, entry, ctx, err);
				if (st == TT_OK) st = entry(ctx, inner, inner_rel, S_ISDIR(s.st_mode), err);
			}
			free(inner);
			free(inner_rel);
		}
		free(item[i]);
	}
	free(item);
	return st;
}

tt_status tt_walk(const char *path, tt_walk_entry entry, void *ctx, tt_error *err)
{
	return walk(path, "", entry, ctx, err);
}

/* What tells what a folder is: its files go last, in this order, so that whoever finds the folder after a kill can go
 * on with its removal. */
static const char *const proofs[] = {TT_LEFT_FOLDER, TT_LEFT_FILES, TT_OWNER};
enum { N_PROOFS = sizeof proofs / sizeof *proofs };

static bool is_proof(const char *name)
{
	for (int i = 0; i < N_PROOFS; i++)
		if (strcmp(name, proofs[i]) == 0) return true;
	return false;
}

/* By descriptors: names are never looked up through a link, and nothing has to be allocated, so that it can be done
 * without memory and in a signal handler. */
static void remove_below(int fd, bool top)
{
	_Alignas(struct dirent64) char entries[2048];
	for (ssize_t n; (n = getdents64(fd, entries, sizeof entries)) > 0;) {
		for (ssize_t at = 0; at < n;) {
			const struct dirent64 *e = (const void *)(entries + at);
			at += e->d_reclen;
			if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
			if ((top && is_proof(e->d_name)) || unlinkat(fd, e->d_name, 0) == 0) continue;
			int inner = openat(fd, e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (inner < 0) continue;
			remove_below(inner, false);
			unlinkat(fd, e->d_name, AT_REMOVEDIR);
		}
	}
	for (int i = 0; top && i < N_PROOFS; i++)
		unlinkat(fd, proofs[i], 0);
	close(fd);
}

void tt_remove_tree(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) return;
	int old = openat(fd, TT_OLD, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (old >= 0) {
		unlinkat(old, TT_BEFORE, 0); /* nothing is to be completed from here any more */
		close(old);
	}
	remove_below(fd, true);
	rmdir(path);
}

/* No call but the system's, as above. path is cut on the way. */
void tt_remove_empty(char *path, size_t least)
{
	size_t n = least ? strlen(path) : 0;
	while (n) {
		while (n > 1 && path[n - 1] == '/')
			path[--n] = '\0';
		if (n < least || rmdir(path) != 0) break;
		while (n && path[n - 1] != '/')
			n--;
		path[n] = '\0';
	}
}

/* ---- names and proofs ---- */

/* The process number in "<prefix><digits>" or "<prefix><digits>-<digits>", with the tail behind it; -1: another name.
 */
static long process_in(const char *name, const char *prefix, const char *tail)
{
	size_t n = strlen(prefix);
	char *end;
	if (strncmp(name, prefix, n) != 0 || !isdigit((unsigned char)name[n])) return -1;
	errno = 0;
	long pid = strtol(name + n, &end, 10);
	if (errno || pid <= 0) return -1;
	if (*end == '-' && isdigit((unsigned char)end[1]))
		for (end++; isdigit((unsigned char)*end);)
			end++;
	return strcmp(end, tail) == 0 ? pid : -1;
}

typedef struct owner {
	unsigned long long inode;
	long pid;
	char host[256];
} owner;

static void host_name(char *out, size_t size)
{
	if (gethostname(out, size) != 0) tt_snprintf(out, size, "?");
	out[size - 1] = 0;
	for (char *p = out; *p; p++)
		if (isspace((unsigned char)*p)) *p = '_';
	if (!*out) tt_snprintf(out, size, "?");
}

tt_status tt_staging_put_owner(const tt_outdir *dir, tt_error *err)
{
	struct stat s;
	char host[256], text[400];
	host_name(host, sizeof host);
	int fd = openat(dir->staging_lock, TT_OWNER, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0 || fstat(dir->staging_lock, &s) != 0) {
		int why = errno;
		if (fd >= 0) close(fd);
		return tt_fail(err, TT_ERR_FAILED, "cannot write into the folder '%s': %s", dir->target, strerror(why));
	}
	int n = tt_snprintf(text, sizeof text, "temtensile %llu %ld %s\n", (unsigned long long)s.st_ino, (long)getpid(),
	                    host);
	errno = 0;
	bool good = write(fd, text, (size_t)n) == (ssize_t)n;
	int why = errno ? errno : ENOSPC;
	close(fd);
	return good ? TT_OK
	            : tt_fail(err, TT_ERR_FAILED, "cannot write into the folder '%s': %s", dir->target, strerror(why));
}

/* A copy of such a folder has another inode and proves nothing. */
static bool is_owned(int folder, owner *o)
{
	struct stat s;
	char text[400];
	int fd = openat(folder, TT_OWNER, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0) return false;
	ssize_t n = read(fd, text, sizeof text - 1);
	close(fd);
	if (n <= 0 || fstat(folder, &s) != 0) return false;
	text[n] = 0;
	return sscanf(text, "temtensile %llu %ld %255s", &o->inode, &o->pid, o->host) == 3 &&
	       o->inode == (unsigned long long)s.st_ino;
}

/* The lock goes with the process, however it ends. Where the file system knows no locks, the process number decides, on
 * this machine. Other machines' processes are seen only where locks are carried between machines, which NFS does not do
 * for folders, nor Lustre as it is often mounted: there the later run goes on, and the earlier, should it be alive,
 * ends with an error, because its working folder is gone. */
static bool is_alive(int folder, const owner *o, bool owned, long pid)
{
	char host[256];
	if (flock(folder, LOCK_EX | LOCK_NB) == 0) return false;
	if (errno == EWOULDBLOCK) return true;
	host_name(host, sizeof host);
	if (owned && strcmp(host, o->host) != 0) return false;
	return !tt_process_is_gone(owned ? o->pid : pid);
}

/* ---- what dead runs left ---- */

/* A folder without proof but with a record: the files that it tells of go, and what is empty then. */
static void remove_recorded(const char *path)
{
	tt_left left;
	tt_error ignored;
	if (tt_left_read(path, TT_LEFT_FOLDER, &left, &ignored) == TT_OK)
		for (size_t i = 0; i < left.n; i++)
			for (size_t k = 0; k < left.run[i].n; k++) {
				const tt_left_file *f = &left.run[i].file[k];
				char *file = tt_path_join(path, f->name);
				if (file && tt_left_is_there(path, f)) unlink(file);
				for (char *slash; file && (slash = strrchr(file + strlen(path) + 1, '/'));) {
					*slash = 0;
					if (rmdir(file) != 0) break;
				}
				free(file);
			}
	if (left.n) {
		char *record = tt_path_join(path, TT_LEFT_FOLDER);
		if (record) unlink(record);
		if (record && rmdir(path) != 0) tt_left_write(&left, record, record, &ignored);
		free(record);
	}
	tt_left_clear(&left);
	rmdir(path);
}

/* placing: its files belong into the target. */
static tt_status remove_stale(const tt_outdir *dir, const char *path, long pid, bool placing, int *how, tt_error *err)
{
	owner o = {0};
	*how = STALE_NOT_OURS;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) return TT_OK; /* a file, a link, or gone */
	bool owned = is_owned(fd, &o);
	tt_status st = TT_OK;
	if (is_alive(fd, &o, owned, pid)) {
		*how = STALE_ALIVE;
	} else {
		*how = STALE_REMOVED;
		if (placing && owned) st = tt_place_finish(dir->target, path, err);
		if (st == TT_OK && owned)
			tt_remove_tree(path);
		else if (st == TT_OK)
			remove_recorded(path);
	}
	close(fd);
	return st;
}

static tt_status fail_in_use(const tt_outdir *dir, long pid, tt_error *err)
{
	return tt_fail(err, TT_ERR_FAILED,
	               "another run (process %ld) is writing into '%s'; wait for it or choose another folder", pid,
	               dir->target);
}

static tt_status clean_in(tt_outdir *dir, const char *folder, const char *tail, tt_error *err)
{
	DIR *d = opendir(folder);
	if (!d) {
		if (*tail) return TT_OK; /* what lies beside is of no importance */
		return tt_fail(err, TT_ERR_FAILED, "cannot open the folder '%s': %s", dir->target, strerror(errno));
	}
	tt_status st = TT_OK;
	for (struct dirent *e; st == TT_OK && (e = readdir(d));) {
		long pid = process_in(e->d_name, TT_STAGING, tail),
		     placing = *tail ? -1 : process_in(e->d_name, TT_PLACING, "");
		if (pid < 0 && placing < 0) continue;
		char *path = tt_path_join(folder, e->d_name);
		int how = STALE_REMOVED;
		st = path ? remove_stale(dir, path, pid < 0 ? placing : pid, placing > 0, &how, err)
		          : tt_fail_memory(err, "a list of files");
		if (st == TT_OK && how == STALE_ALIVE && !*tail && !dir->plan.single)
			st = fail_in_use(dir, pid < 0 ? placing : pid, err);
		free(path);
	}
	closedir(d);
	return st;
}

tt_status tt_staging_clean(tt_outdir *dir, tt_error *err)
{
	tt_status st = clean_in(dir, dir->target, "", err);
	const char *base = tt_path_base(dir->real);
	if (st != TT_OK || !*base || base == dir->real) return st;
	/* a run that was killed between two steps of swapping folders */
	char *parent = tt_format("%.*s", (int)(base - dir->real), dir->real), *tail = tt_format("-of-%s", base);
	st = parent && tail ? clean_in(dir, parent, tail, err) : tt_fail_memory(err, "a list of files");
	free(parent);
	free(tail);
	return st;
}

long tt_staging_process(const char *folder)
{
	DIR *d = opendir(folder);
	long found = 0;
	if (!d) return 0;
	for (struct dirent *e; !found && (e = readdir(d));) {
		long pid = process_in(e->d_name, TT_STAGING, "");
		if (pid < 0) pid = process_in(e->d_name, TT_PLACING, "");
		if (pid < 0) continue;
		int fd = openat(dirfd(d), e->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0) continue;
		if (flock(fd, LOCK_EX | LOCK_NB) != 0) found = pid;
		close(fd);
	}
	closedir(d);
	return found;
}

/* ---- the run's own ---- */

/* Between making the folder and locking it, another run may take it for a dead one's and remove it: then it is made
 * again. Names that are taken by something else are passed over. */
tt_status tt_staging_make(tt_outdir *dir, tt_error *err)
{
	struct stat held, there;
	for (int attempt = 0; attempt < 100; attempt++) {
		char *name = attempt ? tt_format(TT_STAGING "%ld-%d", (long)getpid(), attempt)
		                     : tt_format(TT_STAGING "%ld", (long)getpid());
		free(dir->staging);
		dir->staging = name ? tt_path_join(dir->target, name) : NULL;
		free(name);
		if (!dir->staging) return tt_fail_memory(err, dir->target);
		if (mkdir(dir->staging, 0777) != 0) {
			if (errno == EEXIST) continue;
			return tt_fail(err, TT_ERR_FAILED, "cannot write into the folder '%s': %s", dir->target,
			               strerror(errno));
		}
		dir->staging_lock = open(dir->staging, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (dir->staging_lock >= 0) {
			flock(dir->staging_lock, LOCK_EX | LOCK_NB); /* without locks, the process number must do */
			if (fstat(dir->staging_lock, &held) == 0 && lstat(dir->staging, &there) == 0 &&
			    held.st_ino == there.st_ino && held.st_dev == there.st_dev) {
				tt_status st = tt_staging_put_owner(dir, err);
				if (st == TT_OK) {
					tt_staging_note(dir);
					return TT_OK;
				}
				tt_remove_tree(dir->staging);
				close(dir->staging_lock);
				dir->staging_lock = -1;
				return st;
			}
			close(dir->staging_lock);
			dir->staging_lock = -1;
		}
		rmdir(dir->staging);
	}
	return tt_fail(err, TT_ERR_FAILED, "cannot keep a working folder in '%s': it vanishes", dir->target);
}

/* ---- when the process cannot go on ---- */

enum { MOST_AT_ONCE = 32 };

/* Copies, for the originals may be half-changed when they are needed. */
static struct place {
	atomic_int used; /* 0 free, 1 being filled, 2 valid */
	const tt_outdir *of;
	char staging[PATH_MAX], target[PATH_MAX];
	size_t made_from; /* length of the uppermost folder that was made for it; 0: none */
} places[MOST_AT_ONCE];

void tt_staging_note(const tt_outdir *dir)
{
	size_t target = strlen(dir->target);
	if (strlen(dir->staging) >= PATH_MAX || target >= PATH_MAX) return; /* the system could not have opened it */
	for (int i = 0; i < MOST_AT_ONCE; i++) {
		int unused = 0;
		if (!atomic_compare_exchange_strong(&places[i].used, &unused, 1)) continue;
		places[i].of = dir;
		memcpy(places[i].staging, dir->staging, strlen(dir->staging) + 1);
		memcpy(places[i].target, dir->target, target + 1);
		places[i].made_from = dir->first_made ? strlen(dir->first_made) : 0;
		atomic_store(&places[i].used, 2);
		return;
	}
}

void tt_staging_forget(const tt_outdir *dir)
{
	for (int i = 0; i < MOST_AT_ONCE; i++)
		if (atomic_load(&places[i].used) == 2 && places[i].of == dir) atomic_store(&places[i].used, 0);
}

void tt_staging_abandon_all(void)
{
	for (int i = 0; i < MOST_AT_ONCE; i++) {
		struct place *p = &places[i];
		if (atomic_exchange(&p->used, 1) != 2) continue;
		tt_remove_tree(p->staging);
		tt_remove_empty(p->target, p->made_from);
	}
}
