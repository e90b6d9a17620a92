/* Any bytes as a stack of one of the formats of microscopes, whatever their beginning: opened, read, sought in, closed.
 * Built once for each family of formats (FORMATS).
 * SPDX-License-Identifier: GPL-3.0-or-later */
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

static void write_file(const uint8_t *data, size_t size)
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const tt_source_format *const formats[] = {FORMATS};
	write_file(data, size);
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		try_format(formats[i], size);
	return 0;
}
