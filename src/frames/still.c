/* One still image, or the first frame of any source.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "frames/source.h"

struct tt_still {
	tt_source_info info;
	char *path, *format, *codec, *pixel_format, *calibration_source, *normalisation;
	tt_image image;
	void *pixels;
};

static tt_status copy_info(tt_still *s, const tt_source_info *from, tt_error *err)
{
	tt_source_info *i = &s->info;
	*i = *from;
	i->path = s->path = tt_strdup(from->path);
	i->format = s->format = tt_strdup(from->format);
	i->codec = s->codec = tt_strdup(from->codec);
	i->pixel_format = s->pixel_format = tt_strdup(from->pixel_format);
	i->calibration_source = s->calibration_source = tt_strdup(from->calibration_source);
	i->normalisation = s->normalisation = tt_strdup(from->normalisation);
	bool all = s->path && s->format && s->codec && s->pixel_format && s->calibration_source && s->normalisation;
	return all ? TT_OK : tt_fail_memory(err, "an image");
}

static tt_status copy_image(tt_still *s, const tt_image *from, tt_error *err)
{
	const size_t line = (size_t)from->width * tt_pixel_size(from->type), stride = (line + 63) & ~(size_t)63;
	s->pixels = aligned_alloc(64, stride * (size_t)from->height);
	if (!s->pixels) return tt_fail_memory(err, "an image");
	s->image = *from;
	s->image.data = s->pixels;
	s->image.stride = (ptrdiff_t)stride;
	for (int y = 0; y < from->height; y++)
		memcpy((char *)s->pixels + (size_t)y * stride, (const char *)from->data + (ptrdiff_t)y * from->stride,
		       line);
	return TT_OK;
}

tt_status tt_still_read(const char *path, tt_still **out, tt_error *err)
{
	return tt_still_read_within(path, 0, out, err);
}

tt_status tt_still_read_within(const char *path, int64_t max_pixels, tt_still **out, tt_error *err)
{
	/* one frame is wanted: no thread ahead, no search for repeats, no times */
	const tt_source_options options = {.stream = -1,
	                                   .threads = 1,
	                                   .ahead = -1,
	                                   .keep_duplicates = true,
	                                   .allow_no_times = true,
	                                   .max_pixels = max_pixels};
	*out = NULL;
	tt_still *s = calloc(1, sizeof *s);
	if (!s) return tt_fail_memory(err, "an image");
	tt_source *source = NULL;
	tt_status st = tt_source_open(path, &options, &source, err);
	tt_frame f;
	while (st == TT_OK && (st = tt_source_next(source, &f, err)) == TT_OK && !f.image.data)
		if (tt_source_info_of(source)->frames == 1) {
			const tt_strings *w = tt_source_warnings(source);
			st = tt_fail(err, TT_ERR_INPUT, "'%s' cannot be decoded%s%s", path, w->n ? ": " : "",
			             w->n ? w->item[0] : "");
		}
	if (st == TT_END) st = tt_fail(err, TT_ERR_INPUT, "'%s' holds no picture", path);
	if (st == TT_OK) st = copy_info(s, tt_source_info_of(source), err);
	if (st == TT_OK) st = copy_image(s, &f.image, err);
	if (st == TT_OK) st = tt_source_verify(source, err);
	tt_source_close(source);
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
	return &s->info;
}

void tt_still_free(tt_still *s)
{
	if (!s) return;
	free(s->path);
	free(s->format);
	free(s->codec);
	free(s->pixel_format);
	free(s->calibration_source);
	free(s->normalisation);
	free(s->pixels);
	free(s);
}
