/* A library to be preloaded (LD_PRELOAD): lets one allocation or system call of the program fail.
 *
 *   TT_FAIL_WHAT    memory, read, write, rename, fsync, mmap or thread: that kind is counted and may fail;
 *                   interrupted: every second read is (EINTR); short: reads and writes move at most 100 bytes
 *   TT_FAIL_AT      the call that fails, counted from 1
 *   TT_FAIL_PLACE   or: the first call from this place (a number that the list below gives) fails
 *   TT_FAIL_STAYS   when set, all later ones of that kind fail, too
 *   TT_FAIL_COUNT   a file that gets the number of calls at the end
 *   TT_FAIL_PLACES  a file that gets the places that calls came from, one a line
 *
 * A place is the calls that led there, as addresses within their libraries. Only the process that was started counts
 * and fails; those that it starts are left alone.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _GNU_SOURCE
#undef _FILE_OFFSET_BITS /* pread and pread64 are two names here */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <unwind.h>

#pragma GCC visibility push(default)

enum { NONE, MEMORY, READ, WRITE, RENAME, FSYNC, MMAP, THREAD, INTERRUPTED, SHORT, N_KINDS };
enum { DEEPEST = 14, MOST_PLACES = 1 << 16, SHORT_BYTES = 100 };

static const char *const names[N_KINDS] = {"none",  "memory", "read",   "write",       "rename",
                                           "fsync", "mmap",   "thread", "interrupted", "short"};

static int what;
static long at = -1;
static bool stays, shows, keep_places;
static uint64_t wanted;
static atomic_long seen;
static atomic_bool failed;
static atomic_uint_fast64_t places[MOST_PLACES];
static const char *count_path, *places_path;
static pid_t owner;
static bool ready;
static __thread bool inside;

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t alignment, size_t n);

__attribute__((constructor)) static void begin(void)
{
	const char *name = getenv("TT_FAIL_WHAT"), *number = getenv("TT_FAIL_AT"), *place = getenv("TT_FAIL_PLACE");
	for (int i = 0; name && i < N_KINDS; i++)
		if (strcmp(name, names[i]) == 0) what = i;
	at = number ? atol(number) : -1;
	wanted = place ? strtoull(place, NULL, 16) : 0;
	stays = getenv("TT_FAIL_STAYS") != NULL;
	shows = getenv("TT_FAIL_SHOW") != NULL;
	count_path = getenv("TT_FAIL_COUNT");
	places_path = getenv("TT_FAIL_PLACES");
	keep_places = places_path != NULL;
	owner = getpid();
	unsetenv("LD_PRELOAD");
}

/* The program asks for this stack for its handlers first of all. What came before, the loader and the libraries' own
 * beginnings, is not the program's. */
int sigaltstack(const stack_t *now, stack_t *before)
{
	static int (*real)(const stack_t *, stack_t *);
	if (!real) *(void **)&real = dlsym(RTLD_NEXT, "sigaltstack");
	ready = true;
	return real(now, before);
}

static void write_text(int fd, const char *text)
{
	static ssize_t (*real)(int, const void *, size_t);
	if (!real) *(void **)&real = dlsym(RTLD_NEXT, "write");
	if (fd >= 0 && real(fd, text, strlen(text)) < 0) _exit(96);
}

__attribute__((destructor)) static void finish(void)
{
	char text[32];
	if (getpid() != owner) return;
	ready = false;
	int fd = count_path ? open(count_path, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
	snprintf(text, sizeof text, "%ld\n", (long)seen);
	write_text(fd, text);
	if (fd >= 0) close(fd);
	fd = places_path ? open(places_path, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
	for (size_t i = 0; fd >= 0 && i < MOST_PLACES; i++) {
		if (!places[i]) continue;
		snprintf(text, sizeof text, "%016llx\n", (unsigned long long)places[i]);
		write_text(fd, text);
	}
	if (fd >= 0) close(fd);
}

typedef struct trail {
	uint64_t hash;
	int depth;
} trail;

static _Unwind_Reason_Code step(struct _Unwind_Context *c, void *ctx)
{
	trail *t = ctx;
	uintptr_t address = _Unwind_GetIP(c);
	struct dl_find_object found;
	if (_dl_find_object((void *)address, &found) == 0) {
		if (found.dlfo_map_start <= (void *)places && (void *)places < found.dlfo_map_end)
			return _URC_NO_REASON;
		address -= (uintptr_t)found.dlfo_map_start;
	}
	t->hash = (t->hash ^ address) * 0x100000001b3u;
	t->hash ^= t->hash >> 29;
	return ++t->depth < DEEPEST ? _URC_NO_REASON : _URC_END_OF_STACK;
}

static uint64_t this_place(void)
{
	trail t = {.hash = 0xcbf29ce484222325u};
	inside = true;
	_Unwind_Backtrace(step, &t);
	inside = false;
	return t.hash ? t.hash : 1;
}

static void note_place(uint64_t place)
{
	for (size_t i = place % MOST_PLACES, k = 0; k < MOST_PLACES; k++, i = (i + 1) % MOST_PLACES) {
		uint_fast64_t none = 0;
		if (places[i] == place || atomic_compare_exchange_strong(&places[i], &none, place) || none == place)
			return;
	}
}

static void show(void)
{
	void *call[64];
	inside = true;
	backtrace_symbols_fd(call, backtrace(call, 64), 2);
	inside = false;
}

static bool fails(int which, int why)
{
	if (!ready || what != which || inside || getpid() != owner) return false;
	long number = atomic_fetch_add(&seen, 1) + 1;
	bool now = number == at || (stays && failed);
	uint64_t place = keep_places || (wanted && !failed) ? this_place() : 0;
	if (keep_places) note_place(place);
	if (wanted && place == wanted && !atomic_exchange(&failed, true)) now = true;
	if (!now) return false;
	failed = true;
	if (shows) show();
	errno = why;
	return true;
}

/* ---- memory ---- */

void *malloc(size_t n)
{
	return fails(MEMORY, ENOMEM) ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
	return fails(MEMORY, ENOMEM) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
	return fails(MEMORY, ENOMEM) ? NULL : __libc_realloc(p, n);
}

int posix_memalign(void **out, size_t alignment, size_t n)
{
	if (fails(MEMORY, ENOMEM)) return ENOMEM;
	void *p = __libc_memalign(alignment, n);
	if (p) *out = p;
	return p ? 0 : ENOMEM;
}

void *aligned_alloc(size_t alignment, size_t n)
{
	return fails(MEMORY, ENOMEM) ? NULL : __libc_memalign(alignment, n);
}

void *memalign(size_t alignment, size_t n); /* glibc's headers that declare it declare more */
void *memalign(size_t alignment, size_t n)
{
	return fails(MEMORY, ENOMEM) ? NULL : __libc_memalign(alignment, n);
}

/* ---- files ---- */

#define REAL(type, name, ...)                                                                                          \
	static type (*real)(__VA_ARGS__);                                                                              \
	if (!real) *(void **)&real = dlsym(RTLD_NEXT, name)

static bool is_interrupted(void)
{
	if (!ready || what != INTERRUPTED || getpid() != owner || atomic_fetch_add(&seen, 1) % 2) return false;
	errno = EINTR;
	return true;
}

static size_t shorter(size_t n)
{
	return ready && what == SHORT && getpid() == owner && n > SHORT_BYTES ? SHORT_BYTES : n;
}

ssize_t read(int fd, void *to, size_t n)
{
	REAL(ssize_t, "read", int, void *, size_t);
	return fails(READ, EIO) || is_interrupted() ? -1 : real(fd, to, shorter(n));
}

ssize_t pread(int fd, void *to, size_t n, off_t from)
{
	REAL(ssize_t, "pread", int, void *, size_t, off_t);
	return fails(READ, EIO) || is_interrupted() ? -1 : real(fd, to, shorter(n), from);
}

ssize_t pread64(int fd, void *to, size_t n, off64_t from)
{
	REAL(ssize_t, "pread64", int, void *, size_t, off64_t);
	return fails(READ, EIO) || is_interrupted() ? -1 : real(fd, to, shorter(n), from);
}

size_t fread(void *to, size_t size, size_t n, FILE *f)
{
	REAL(size_t, "fread", void *, size_t, size_t, FILE *);
	if (!fails(READ, EIO)) return real(to, size, n, f);
	f->_flags |= _IO_ERR_SEEN;
	return 0;
}

ssize_t write(int fd, const void *from, size_t n)
{
	REAL(ssize_t, "write", int, const void *, size_t);
	return fd > 2 && fails(WRITE, ENOSPC) ? -1 : real(fd, from, shorter(n));
}

/* Streams write by calls of their own: a full disk shows when they are flushed or closed. */
int fflush(FILE *f)
{
	REAL(int, "fflush", FILE *);
	if (f && f != stdout && f != stderr && fails(WRITE, ENOSPC)) return EOF;
	return real(f);
}

int fclose(FILE *f)
{
	REAL(int, "fclose", FILE *);
	bool bad =
	    f != stdout && f != stderr && (fcntl(fileno(f), F_GETFL) & O_ACCMODE) != O_RDONLY && fails(WRITE, ENOSPC);
	int result = real(f);
	if (!bad) return result;
	errno = ENOSPC;
	return EOF;
}

int rename(const char *a, const char *b)
{
	REAL(int, "rename", const char *, const char *);
	return fails(RENAME, EIO) ? -1 : real(a, b);
}

int renameat2(int da, const char *a, int db, const char *b, unsigned flags)
{
	REAL(int, "renameat2", int, const char *, int, const char *, unsigned);
	return fails(RENAME, EIO) ? -1 : real(da, a, db, b, flags);
}

int fsync(int fd)
{
	REAL(int, "fsync", int);
	return fails(FSYNC, EIO) ? -1 : real(fd);
}

void *mmap(void *to, size_t n, int protection, int flags, int fd, off_t from)
{
	REAL(void *, "mmap", void *, size_t, int, int, int, off_t);
	return fails(MMAP, ENOMEM) ? MAP_FAILED : real(to, n, protection, flags, fd, from);
}

void *mmap64(void *to, size_t n, int protection, int flags, int fd, off64_t from)
{
	REAL(void *, "mmap64", void *, size_t, int, int, int, off64_t);
	return fails(MMAP, ENOMEM) ? MAP_FAILED : real(to, n, protection, flags, fd, from);
}

int pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*run)(void *), void *arg)
{
	REAL(int, "pthread_create", pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
	return fails(THREAD, EAGAIN) ? EAGAIN : real(t, a, run, arg);
}
