/* Fuzz target: any bytes as the memory of hashes, in the user's cache and from a worker.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "../fuzz.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "jobs/hash_memo.h"

static void ignore(void *ctx, const char *text)
{
	(void)ctx, (void)text;
}

/* The file that such a memory lies in, found by letting one be saved. */
static const char *memory_file(void)
{
	static char name[300];
	tt_error err;
	char hash[65], cache[260];
	if (name[0]) return name;
	setenv("XDG_CACHE_HOME", fuzz_folder(), 1);
	tt_memo *m = tt_memo_open(fuzz_folder(), false);
	/* what was written this moment is not remembered */
	const struct timespec long_ago[2] = {{.tv_sec = 1700000000}, {.tv_sec = 1700000000}};
	if (utimensat(AT_FDCWD, fuzz_put("content", "content", 7), long_ago, 0) != 0) abort();
	snprintf(cache, sizeof cache, "%s/content", fuzz_folder());
	if (tt_memo_hash(m, cache, hash, &err) != TT_OK) abort();
	tt_memo_close(m);
	snprintf(cache, sizeof cache, "%s/temtensile", fuzz_folder());
	DIR *d = opendir(cache);
	for (struct dirent *e; d && (e = readdir(d));)
		if (e->d_name[0] != '.') snprintf(name, sizeof name, "temtensile/%.80s", e->d_name);
	if (!d || !name[0]) abort();
	closedir(d);
	return name;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char hash[65], line[400] = "", path[300];
	tt_error err;
	fuzz_put(memory_file(), data, size);
	tt_memo *m = tt_memo_open(fuzz_folder(), false);
	memcpy(line, data, size < sizeof line - 1 ? size : sizeof line - 1);
	tt_memo_take(m, line);
	snprintf(path, sizeof path, "%s/content", fuzz_folder());
	if (tt_memo_hash(m, path, hash, &err) != TT_OK || strlen(hash) != 64) abort();
	tt_memo_put_learnt(m, ignore, NULL);
	tt_memo_drop(m);
	return 0;
}
