/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/reads.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "core/threads.h"

enum { DEEPEST = 8 };

typedef struct entry {
	char *path;
	int fd; /* -1: of a folder, or no ordinary file */
	tt_identity was;
	bool folder;
	char hash[65];
} entry;

struct tt_reads {
	unsigned long refusals; /* of memory, at its beginning */
	entry *item;
	size_t n, room;
};

tt_identity tt_identity_of(const struct stat *s)
{
	return (tt_identity){.device = (unsigned long long)s->st_dev,
	                     .inode = (unsigned long long)s->st_ino,
	                     .size = (long long)s->st_size,
	                     .mtime_ns = (long long)s->st_mtim.tv_sec * 1000000000 + s->st_mtim.tv_nsec,
	                     .ctime_ns = (long long)s->st_ctim.tv_sec * 1000000000 + s->st_ctim.tv_nsec,
	                     .links = (unsigned long long)s->st_nlink,
	                     .mode = (unsigned)s->st_mode,
	                     .owner = (unsigned)s->st_uid};
}

bool tt_identity_same(const tt_identity *a, const tt_identity *b)
{
	if (a->device != b->device || a->inode != b->inode || a->size != b->size || a->mtime_ns != b->mtime_ns)
		return false;
	/* A new link, other rights or another owner change this time too and are no change of the contents. */
	bool handled = a->links != b->links || a->mode != b->mode || a->owner != b->owner;
	return handled || a->ctime_ns == b->ctime_ns;
}

tt_reads *tt_reads_new(void)
{
	tt_reads *r = calloc(1, sizeof *r);
	if (r) r->refusals = tt_memory_refusals();
	return r;
}

void tt_reads_free(tt_reads *r)
{
	if (!r) return;
	for (size_t i = 0; i < r->n; i++) {
		if (r->item[i].fd >= 0) close(r->item[i].fd);
		free(r->item[i].path);
	}
	free(r->item);
	free(r);
}

static entry *find(const tt_reads *r, const char *path)
{
	for (size_t i = 0; r && i < r->n; i++)
		if (strcmp(r->item[i].path, path) == 0) return &r->item[i];
	return NULL;
}

static entry *append(tt_reads *r, const char *path, const struct stat *s)
{
	entry *grown = tt_grow(r->item, &r->room, r->n + 1, sizeof *grown);
	if (grown) r->item = grown;
	char *copy = grown ? tt_strdup(path) : NULL;
	if (!copy) return NULL;
	grown[r->n] = (entry){.path = copy, .fd = -1, .was = tt_identity_of(s), .folder = S_ISDIR(s->st_mode)};
	return &r->item[r->n++];
}

static tt_status add_folder(tt_reads *r, const char *path, int depth, tt_error *err)
{
	struct dirent **name;
	int n = scandir(path, &name, NULL, alphasort);
	if (n < 0) return tt_fail(err, TT_ERR_INPUT, "cannot list '%s': %s", path, strerror(errno));
	tt_status st = TT_OK;
	for (int i = 0; i < n; i++) {
		struct stat s;
		char *inner = st == TT_OK && name[i]->d_name[0] != '.' ? tt_path_join(path, name[i]->d_name) : NULL;
		if (inner && stat(inner, &s) == 0) {
			if (S_ISDIR(s.st_mode) && depth < DEEPEST)
				st = add_folder(r, inner, depth + 1, err);
			else if (S_ISREG(s.st_mode) && !append(r, inner, &s))
				st = tt_fail_memory(err, "the files that are read");
		}
		free(inner);
		free(name[i]);
	}
	free(name);
	return st;
}

tt_status tt_reads_add(tt_reads *r, const char *path, tt_error *err)
{
	struct stat s;
	if (!r || !path || find(r, path)) return TT_OK;
	if (stat(path, &s) != 0) {
		if (errno != ENOENT || !strchr(path, '%')) return TT_OK;
		const char *base = tt_path_base(path);
		char *folder = base == path ? tt_strdup(".") : tt_format("%.*s", (int)(base - path), path);
		tt_status st = folder ? tt_reads_add(r, folder, err) : tt_fail_memory(err, path);
		free(folder);
		return st;
	}
	if (S_ISDIR(s.st_mode)) {
		if (!append(r, path, &s)) return tt_fail_memory(err, "the files that are read");
		return add_folder(r, path, 0, err);
	}
	entry *e = append(r, path, &s);
	if (!e) return tt_fail_memory(err, "the files that are read");
	if (!S_ISREG(s.st_mode)) return TT_OK;
	e->fd = open(path, O_RDONLY | O_CLOEXEC);
	if (e->fd >= 0 && fstat(e->fd, &s) == 0) e->was = tt_identity_of(&s);
	return TT_OK; /* what cannot be opened is told by its reader */
}

bool tt_reads_has(const tt_reads *r, const struct stat *s, const char **shown)
{
	for (size_t i = 0; r && i < r->n; i++) {
		const tt_identity *a = &r->item[i].was;
		if (a->device != (unsigned long long)s->st_dev || a->inode != (unsigned long long)s->st_ino) continue;
		if (shown) *shown = r->item[i].path;
		return true;
	}
	return false;
}

tt_status tt_reads_hash(tt_reads *r, const char *path, char out[65], tt_error *err)
{
	entry *e = find(r, path);
	if (!e || e->fd < 0) return tt_sha256_file(path, out, err);
	if (!e->hash[0]) {
		tt_status st = tt_sha256_open(e->fd, path, e->hash, err);
		if (st != TT_OK) {
			e->hash[0] = 0;
			return st;
		}
	}
	memcpy(out, e->hash, sizeof e->hash);
	return TT_OK;
}

/* ---- beside a reader ---- */

static const double APART = 256 << 20; /* bytes: a small part of any machine's memory */

struct tt_hashing {
	entry *file; /* tt_reads grows no more while it runs: entries stay where they are */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	double reader, at; /* bytes; reader INFINITY: not to be waited for */
	bool stop, over;
};

/* Called with what was hashed so far; false: stop. */
static bool may_go_on(void *ctx, int64_t at)
{
	tt_hashing *h = ctx;
	pthread_mutex_lock(&h->lock);
	h->at = (double)at;
	pthread_cond_broadcast(&h->moved);
	while (!h->stop && h->at > h->reader + APART)
		pthread_cond_wait(&h->moved, &h->lock);
	bool go_on = !h->stop;
	pthread_mutex_unlock(&h->lock);
	return go_on;
}

static void *hash_file(void *ctx)
{
	tt_hashing *h = ctx;
	tt_error ignored; /* tt_reads_hash meets it again */
	char hash[65];
	bool good = tt_sha256_watched(h->file->fd, h->file->path, hash, may_go_on, h, &ignored) == TT_OK;
	pthread_mutex_lock(&h->lock);
	if (good) memcpy(h->file->hash, hash, sizeof hash);
	h->over = true;
	pthread_cond_broadcast(&h->moved);
	pthread_mutex_unlock(&h->lock);
	return NULL;
}

tt_hashing *tt_reads_hash_beside(tt_reads *r, const char *path)
{
	entry *e = find(r, path);
	if (!e || e->fd < 0 || e->hash[0]) return NULL;
	tt_hashing *h = calloc(1, sizeof *h);
	if (!h) return NULL;
	h->file = e;
	h->reader = INFINITY;
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->moved, NULL);
	if (tt_thread_start(&h->thread, hash_file, h) == 0) return h;
	pthread_cond_destroy(&h->moved);
	pthread_mutex_destroy(&h->lock);
	free(h);
	return NULL;
}

void tt_hashing_keep_pace(tt_hashing *h, double part)
{
	if (!h || !(part >= 0)) return;
	pthread_mutex_lock(&h->lock);
	h->reader = part * (double)h->file->was.size;
	pthread_cond_broadcast(&h->moved);
	while (!h->over && h->at + APART < h->reader)
		pthread_cond_wait(&h->moved, &h->lock);
	pthread_mutex_unlock(&h->lock);
}

void tt_hashing_end(tt_hashing *h, bool finish)
{
	if (!h) return;
	pthread_mutex_lock(&h->lock);
	h->reader = INFINITY;
	h->stop = !finish;
	pthread_cond_broadcast(&h->moved);
	pthread_mutex_unlock(&h->lock);
	pthread_join(h->thread, NULL);
	pthread_cond_destroy(&h->moved);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

static tt_status changed(const entry *e, const char *how, tt_error *err)
{
	return tt_fail(err, TT_ERR_FAILED,
	               "'%s' was %s while it was read: the results would belong to no file; run again", e->path, how);
}

tt_status tt_reads_check(const tt_reads *r, tt_error *err)
{
	if (r && tt_memory_check(r->refusals, TT_OK, err) != TT_OK) return TT_ERR_FAILED;
	for (size_t i = 0; r && i < r->n; i++) {
		const entry *e = &r->item[i];
		struct stat s;
		if (e->folder) continue; /* its files are listed; results may lie beside them */
		if (stat(e->path, &s) != 0) return changed(e, "removed", err);
		tt_identity now = tt_identity_of(&s);
		if (now.device != e->was.device || now.inode != e->was.inode) return changed(e, "replaced", err);
		if (!tt_identity_same(&e->was, &now)) return changed(e, "changed", err);
		if (e->fd < 0) continue;
		if (fstat(e->fd, &s) != 0) return changed(e, "removed", err);
		now = tt_identity_of(&s);
		if (!tt_identity_same(&e->was, &now)) return changed(e, "changed", err);
	}
	return TT_OK;
}
