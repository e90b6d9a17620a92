/* One picture of any source, kept in memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "frames/source.h"

struct tt_still {
	tt_source *source; /* owns the texts of its info */
	tt_image image;
};

static tt_status keep(tt_still *s, const tt_image *im, tt_error *err)
{
	size_t row = (size_t)im->width * tt_pixel_size(im->type);
	char *data = malloc(row * (size_t)im->height);
	if (!data) return tt_fail_memory(err, "a picture");
	for (int y = 0; y < im->height; y++)
		memcpy(data + (size_t)y * row, (const char *)im->data + y * im->stride, row);
	s->image = *im;
	s->image.data = data;
	s->image.stride = (ptrdiff_t)row;
	return TT_OK;
}

tt_status tt_still_read(const char *path, tt_still **out, tt_error *err)
{
	tt_source_options options = {.stream = -1, .threads = 1, .ahead = -1, .keep_duplicates = true};
	tt_frame frame;
	*out = NULL;
	tt_still *s = calloc(1, sizeof *s);
	if (!s) return tt_fail_memory(err, "a picture");
	tt_status st = tt_source_open(path, &options, &s->source, err);
	if (st == TT_OK) st = tt_source_next(s->source, &frame, err);
	if (st == TT_END || (st == TT_OK && !frame.image.data))
		st = tt_fail(err, TT_ERR_INPUT, "%s: the picture cannot be decoded", path);
	if (st == TT_OK) st = keep(s, &frame.image, err);
	if (st != TT_OK) {
		tt_still_free(s);
		return st;
	}
	*out = s;
	return TT_OK;
}

const tt_image *tt_still_image(const tt_still *s)
{
	return &s->image;
}

const tt_source_info *tt_still_info(const tt_still *s)
{
	return tt_source_info_of(s->source);
}

void tt_still_free(tt_still *s)
{
	if (!s) return;
	tt_source_close(s->source);
	free((void *)(uintptr_t)s->image.data);
	free(s);
}
