/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700
#include "jobs/hash_memo.h"

#include <dirent.h>
#include <errno.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "core/outdir.h"
#include "core/text.h"

enum { DEEPEST = 8, LONGEST_LINE = 8192 };

typedef struct known {
	char *path; /* absolute */
	char hash[65];
	tt_file_state state;
	bool learnt;
} known;

struct tt_memo {
	known *item; /* sorted by path */
	size_t n, room;
	char *file; /* NULL: nowhere to keep it */
	bool verify, changed;
};

static void hex(const uint8_t digest[SHA256_DIGEST_SIZE], char out[65])
{
	static const char digits[] = "0123456789abcdef";
	for (int i = 0; i < SHA256_DIGEST_SIZE; i++) {
		out[2 * i] = digits[digest[i] >> 4];
		out[2 * i + 1] = digits[digest[i] & 15];
	}
	out[64] = 0;
}

static void hash_text(const char *text, char out[65])
{
	struct sha256_ctx c;
	uint8_t digest[SHA256_DIGEST_SIZE];
	sha256_init(&c);
	sha256_update(&c, strlen(text), (const uint8_t *)text);
	sha256_digest(&c, sizeof digest, digest);
	hex(digest, out);
}

static size_t place_of(const tt_memo *m, const char *path)
{
	size_t lo = 0, hi = m->n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (strcmp(m->item[mid].path, path) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static known *find(tt_memo *m, const char *path)
{
	size_t at = place_of(m, path);
	return at < m->n && strcmp(m->item[at].path, path) == 0 ? &m->item[at] : NULL;
}

/* Remembering is a help: without memory it is left. */
static void remember(tt_memo *m, const char *path, const tt_file_state *state, const char *hash, bool learnt)
{
	known *k = find(m, path);
	if (!k) {
		known *grown = tt_grow(m->item, &m->room, m->n + 1, sizeof *grown);
		char *copy = tt_strdup(path);
		if (grown) m->item = grown;
		if (!grown || !copy) {
			free(copy);
			return;
		}
		size_t at = place_of(m, path);
		memmove(&m->item[at + 1], &m->item[at], (m->n - at) * sizeof *m->item);
		m->n++;
		k = &m->item[at];
		*k = (known){.path = copy};
	}
	k->state = *state;
	k->learnt = learnt;
	tt_snprintf(k->hash, sizeof k->hash, "%s", hash);
	m->changed = m->changed || learnt;
}

static bool take(tt_memo *m, const char *line, bool learnt)
{
	tt_file_state s;
	char hash[65];
	int used = 0;
	if (sscanf(line, "%lld %lld %llu %64[0-9a-f] %n", &s.size, &s.mtime_ns, &s.inode, hash, &used) != 4 || !used)
		return false;
	if (strlen(hash) != 64 || line[used] != '/') return false;
	char *path = tt_format("%.*s", (int)strcspn(line + used, "\n"), line + used);
	if (path) remember(m, path, &s, hash, learnt);
	free(path);
	return true;
}

void tt_memo_take(tt_memo *m, const char *line)
{
	if (m) take(m, line, true);
}

static void put(const known *k, char *text, size_t size)
{
	tt_snprintf(text, size, "%lld %lld %llu %s %s", k->state.size, k->state.mtime_ns, k->state.inode, k->hash,
	            k->path);
}

void tt_memo_put_learnt(const tt_memo *m, void (*line)(void *ctx, const char *text), void *ctx)
{
	char text[LONGEST_LINE];
	for (size_t i = 0; m && i < m->n; i++) {
		if (!m->item[i].learnt || strlen(m->item[i].path) > LONGEST_LINE - 200) continue;
		put(&m->item[i], text, sizeof text);
		line(ctx, text);
	}
}

static char *cache_file(const char *results)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	char hash[65], *real = tt_real_path(results), *path = NULL;
	hash_text(real ? real : results, hash);
	hash[16] = 0;
	if (cache && cache[0] == '/')
		path = tt_format("%s/temtensile/%s.hashes", cache, hash);
	else if (home && home[0] == '/')
		path = tt_format("%s/.cache/temtensile/%s.hashes", home, hash);
	free(real);
	return path;
}

static void load(tt_memo *m)
{
	char line[LONGEST_LINE];
	FILE *f = m->file ? fopen(m->file, "r") : NULL;
	while (f && fgets(line, sizeof line, f))
		if (strchr(line, '\n')) take(m, line, false);
	if (f) fclose(f);
}

tt_memo *tt_memo_open(const char *results, bool verify)
{
	tt_memo *m = calloc(1, sizeof *m);
	if (!m) return NULL;
	m->verify = verify;
	m->file = cache_file(results);
	if (!verify) load(m);
	return m;
}

static void make_parents(const char *file)
{
	char *path = tt_strdup(file);
	for (char *p = path ? path + 1 : NULL; p && *p; p++) {
		if (*p != '/') continue;
		*p = 0;
		mkdir(path, 0700);
		*p = '/';
	}
	free(path);
}

static void save(const tt_memo *m)
{
	tt_atomic *a;
	FILE *f;
	tt_error ignored;
	char text[LONGEST_LINE];
	make_parents(m->file);
	if (tt_atomic_open(m->file, &a, &f, &ignored) != TT_OK) return;
	for (size_t i = 0; i < m->n; i++) {
		if (strlen(m->item[i].path) > LONGEST_LINE - 200 || strchr(m->item[i].path, '\n')) continue;
		put(&m->item[i], text, sizeof text);
		fprintf(f, "%s\n", text);
	}
	tt_atomic_commit(a, &ignored);
}

void tt_memo_close(tt_memo *m)
{
	if (!m) return;
	if (m->file && m->changed) save(m);
	tt_memo_drop(m);
}

void tt_memo_drop(tt_memo *m)
{
	if (!m) return;
	for (size_t i = 0; i < m->n; i++)
		free(m->item[i].path);
	free(m->item);
	free(m->file);
	free(m);
}

static tt_file_state state_of(const struct stat *s)
{
	return (tt_file_state){(long long)s->st_size, (long long)s->st_mtim.tv_sec * 1000000000 + s->st_mtim.tv_nsec,
	                       (unsigned long long)s->st_ino};
}

/* A file that was written this very moment may be written again without its time changing. */
static bool is_settled(const tt_file_state *s)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	return s->mtime_ns + 50000000 < (long long)now.tv_sec * 1000000000 + now.tv_nsec;
}

static tt_status hash_file(tt_memo *m, const char *path, const struct stat *before, char out[65], tt_error *err)
{
	tt_file_state state = state_of(before);
	char *real = tt_real_path(path);
	const known *k = m && real ? find(m, real) : NULL;
	tt_status st = TT_OK;
	if (k && (!m->verify || k->learnt) && k->state.size == state.size && k->state.mtime_ns == state.mtime_ns &&
	    k->state.inode == state.inode) {
		memcpy(out, k->hash, 65);
	} else {
		struct stat after;
		st = tt_sha256_file(path, out, err);
		if (st == TT_OK && m && real && is_settled(&state) && stat(path, &after) == 0) {
			tt_file_state now = state_of(&after);
			if (now.size == state.size && now.mtime_ns == state.mtime_ns && now.inode == state.inode)
				remember(m, real, &state, out, true);
		}
	}
	free(real);
	return st;
}

/* By bytes, whatever the language's order is. */
static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static tt_status hash_below(tt_memo *m, const char *path, int depth, struct sha256_ctx *c, tt_error *err)
{
	struct dirent **entry;
	int n = scandir(path, &entry, NULL, by_bytes);
	if (n < 0) return tt_fail(err, TT_ERR_INPUT, "cannot list '%s': %s", path, strerror(errno));
	tt_status st = TT_OK;
	for (int i = 0; i < n; i++) {
		const char *name = entry[i]->d_name;
		char *inner = st == TT_OK && name[0] != '.' ? tt_path_join(path, name) : NULL, hash[65];
		struct stat s;
		if (inner && stat(inner, &s) == 0) {
			sha256_update(c, strlen(name) + 1, (const uint8_t *)name);
			if (S_ISDIR(s.st_mode) && depth < DEEPEST) {
				st = hash_below(m, inner, depth + 1, c, err);
			} else if (S_ISREG(s.st_mode)) {
				st = hash_file(m, inner, &s, hash, err);
				if (st == TT_OK) sha256_update(c, 64, (const uint8_t *)hash);
			}
		}
		free(inner);
		free(entry[i]);
	}
	free(entry);
	return st;
}

tt_status tt_memo_hash(tt_memo *m, const char *path, char out[65], tt_error *err)
{
	struct stat s;
	if (stat(path, &s) != 0) return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	if (S_ISREG(s.st_mode)) return hash_file(m, path, &s, out, err);
	if (!S_ISDIR(s.st_mode)) return tt_fail(err, TT_ERR_INPUT, "'%s' is neither a file nor a folder", path);
	struct sha256_ctx c;
	uint8_t digest[SHA256_DIGEST_SIZE];
	sha256_init(&c);
	tt_status st = hash_below(m, path, 0, &c, err);
	sha256_digest(&c, sizeof digest, digest);
	hex(digest, out);
	return st;
}

bool tt_memo_verifies(const tt_memo *m)
{
	return m && m->verify;
}
