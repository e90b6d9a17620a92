/* What the fuzz targets that need files share: a folder of their own, removed at the end.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_FUZZ_H
#define TT_TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char fuzz_dir[200];

static inline void fuzz_remove(void)
{
	char command[240];
	snprintf(command, sizeof command, "rm -r '%s'", fuzz_dir);
	if (system(command) != 0) fprintf(stderr, "%s stays\n", fuzz_dir);
}

/* The folder; made at the first call. */
static inline const char *fuzz_folder(void)
{
	if (fuzz_dir[0]) return fuzz_dir;
	const char *tmp = getenv("TMPDIR");
	snprintf(fuzz_dir, sizeof fuzz_dir, "%.180s/tt-fuzz-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(fuzz_dir)) abort();
	atexit(fuzz_remove);
	return fuzz_dir;
}

/* A file of this name in it with these bytes; its path, valid until the next call. */
static inline const char *fuzz_put(const char *name, const void *data, size_t size)
{
	static char path[300];
	snprintf(path, sizeof path, "%s/%s", fuzz_folder(), name);
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(data, 1, size, f) != size) abort();
	fclose(f);
	return path;
}

/* A reader that refuses says why. */
static inline void fuzz_said(int failed, const char *message)
{
	if (failed && strlen(message) < 10) abort();
}

#endif
