/* What the fuzz targets of readers share: a file of their own, and all that a reader can be asked for.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_FUZZ_READER_H
#define TT_TESTS_FUZZ_READER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "frames/source.h"

static char path[256];

static void remove_file(void)
{
	unlink(path);
}

/* The file's name; it is made at the first call and removed at the end. */
static const char *own_file(void)
{
	if (path[0]) return path;
	const char *dir = getenv("TMPDIR");
	snprintf(path, sizeof path, "%s/tt-fuzz-XXXXXX", dir ? dir : "/tmp");
	int fd = mkstemp(path);
	if (fd < 0) abort();
	close(fd);
	atexit(remove_file);
	return path;
}

static void read_some(tt_reader *r, tt_slot *slot, int most)
{
	tt_error err = {0};
	for (int i = 0; i < most; i++) {
		slot->frame = (tt_frame){0};
		if (r->format->next(r, slot, &err) != TT_OK) return;
		const tt_image *im = &slot->frame.image;
		if ((im->data == NULL) != ((slot->frame.flags & TT_FRAME_UNDECODED) != 0)) abort();
		volatile double sum = 0;
		for (int y = 0; im->data && y < im->height; y += 7)
			sum = sum + tt_image_at(im, im->width - 1, y) + tt_image_at(im, 0, im->height - 1);
	}
}

static void try_format(const tt_source_format *f, size_t size)
{
	const tt_source_options o = {.stream = -1, .allow_no_times = size % 2};
	tt_reader *r = NULL;
	tt_slot slot = {0};
	tt_error err = {0};
	if (f->open(path, &o, &r, &err) != TT_OK) {
		if (strlen(err.message) < 10 || r) abort();
		return;
	}
	if (!(r->info.width > 0 && r->info.height > 0 && r->info.frames > 0)) abort();
	read_some(r, &slot, 10);
	if (f->seek(r, r->info.frames - 1, 0, &err) == TT_OK) read_some(r, &slot, 2);
	f->close(r);
	free(slot.buffer);
}

#endif
