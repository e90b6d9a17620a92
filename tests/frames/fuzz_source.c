/* Any bytes as a recording: opened, read, sought in, closed. Finds what our handling of numbers, times, damage and
 * layouts does with files that libav, libtiff or we ourselves should refuse.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "temtensile/frames.h"

static char path[256];

static void remove_file(void)
{
	unlink(path);
}

static void touch(const tt_image *im)
{
	volatile double sum = 0;
	if (!im->data) return;
	for (int y = 0; y < im->height; y += 7)
		sum = sum + tt_image_at(im, im->width - 1, y) + tt_image_at(im, 0, im->height - 1);
}

static void read_some(tt_source *s, int most)
{
	tt_frame f;
	tt_error err = {0};
	for (int i = 0; i < most; i++) {
		if (tt_source_next(s, &f, &err) != TT_OK) return;
		if ((f.image.data == NULL) != ((f.flags & TT_FRAME_UNDECODED) != 0)) abort();
		touch(&f.image);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!path[0]) {
		const char *dir = getenv("TMPDIR");
		snprintf(path, sizeof path, "%s/tt-fuzz-XXXXXX", dir ? dir : "/tmp");
		int fd = mkstemp(path);
		if (fd < 0) abort();
		close(fd);
		atexit(remove_file);
	}
	FILE *f = fopen(path, "wb");
	if (!f || fwrite(data, 1, size, f) != size) abort();
	fclose(f);
	tt_source *s;
	tt_error err = {0};
	tt_source_options o = {.stream = -1, .threads = 1, .ahead = size % 2 ? -1 : 2, .allow_no_times = true};
	tt_status st = tt_source_open(path, &o, &s, &err);
	if (st != TT_OK) {
		if (strlen(err.message) < 10 || s) abort();
		return 0;
	}
	read_some(s, 20);
	if (tt_source_seek(s, 3, 0.1, &err) == TT_OK) read_some(s, 3);
	tt_source_close(s);
	return 0;
}
