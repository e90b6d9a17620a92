/* DigitalMicrograph images and stacks (DM3, DM4).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/formats/dm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "frames/formats/dm_tags.h"

static bool sample_of(int type, tt_sample *s)
{
	static const struct {
		int type;
		tt_sample sample;
	} types[] = {{1, TT_SAMPLE_I16}, {2, TT_SAMPLE_F32},  {6, TT_SAMPLE_U8},   {7, TT_SAMPLE_I32},
	             {9, TT_SAMPLE_I8},  {10, TT_SAMPLE_U16}, {11, TT_SAMPLE_U32}, {12, TT_SAMPLE_F64},
	             {14, TT_SAMPLE_U8}, {39, TT_SAMPLE_I64}, {40, TT_SAMPLE_U64}};
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (types[i].type == type) {
			*s = types[i].sample;
			return true;
		}
	return false;
}

static tt_status no_image(const tt_dm_tags *tags, const char *name, tt_error *err)
{
	for (size_t k = 0; k < tags->n; k++)
		if (tags->cut && tags->image[k].data_at > 0 && tags->image[k].dims < 2)
			return tt_fail(
			    err, TT_ERR_INPUT,
			    "'%s' is cut within the pixels of its image %zu, and the image's size, which stands "
			    "behind them, is lost",
			    name, k);
	return tt_fail(err, TT_ERR_INPUT, "'%s' holds no image of real numbers%s", name,
	               tags->cut ? " up to where it is cut or damaged" : " besides thumbnails");
}

/* Pixel size from the first two dimensions, frame interval from the third if it is a time. There may be fewer
 * calibrations than dimensions. */
static void calibrate(tt_stack *s, const tt_dm_image *i)
{
	const double x = tt_length_unit(i->unit[0]), y = tt_length_unit(i->unit[1]);
	if (x > 0 && isfinite(i->scale[0]))
		tt_stack_pixel_size(s, i->scale[0] * x, y > 0 ? i->scale[1] * y : NAN, "DigitalMicrograph calibration");
	const double t = i->unit[2][0] ? tt_unit_factor(i->unit[2], TT_DIM_TIME) : NAN;
	if (t > 0) tt_stack_interval(s, i->scale[2] * t);
	if (!(s->base.info.frame_interval_s > 0)) tt_stack_interval(s, i->interval_s);
	tt_stack_exposure(s, i->exposure_s);
}

tt_status tt_dm_describe(tt_stack *s, int fd, int64_t size, const char *name, tt_error *err)
{
	tt_dm_tags tags = {0};
	tt_status st = tt_dm_tags_read(&tags, fd, size, name, err);
	const tt_dm_image *i = st == TT_OK ? tt_dm_tags_choose(&tags) : NULL;
	if (st == TT_OK && !i) st = no_image(&tags, name, err);
	if (st == TT_OK) {
		sample_of(i->type, &s->sample);
		s->swap = tags.little == tt_host_is_big();
		s->width = i->dim[0];
		s->height = i->dim[1];
		s->frames = i->dims > 2 ? i->dim[2] : 1;
		if (i->dims > 3 && i->dim[3] != 1)
			st = tt_fail(err, TT_ERR_INPUT,
			             "'%s' holds an array of 4 dimensions; an image or a stack of images was expected",
			             name);
		s->first = i->data_at;
		if (s->width > 0 && s->height > 0 && s->width < 1 << 20 && s->height < 1 << 20)
			s->stride = s->width * s->height * (int64_t)tt_sample_size(s->sample);
		calibrate(s, i);
	}
	tt_dm_tags_free(&tags);
	return st;
}

static tt_status parse(tt_stack *s, tt_error *err)
{
	return tt_dm_describe(s, s->fd, s->size, s->path, err);
}

bool tt_dm_is(const uint8_t *h, size_t n)
{
	if (n < 24) return false;
	const unsigned version = tt_get_u32(h, true);
	const uint8_t *order = h + (version == 4 ? 12 : 8), *flags = order + 4;
	if ((version != 3 && version != 4) || tt_get_u32(order, true) > 1 || flags[0] > 1 || flags[1] > 1) return false;
	return true;
}

static int dm_probe(const tt_probe *p)
{
	return tt_dm_is(p->head, p->size) ? 70 : 0;
}

static tt_status dm_open(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err)
{
	return tt_stack_open(path, options, &tt_format_dm, sizeof(tt_stack), parse, out, err);
}

const tt_source_format tt_format_dm = {
    .name = "DigitalMicrograph",
    .probe = dm_probe,
    .open = dm_open,
    .next = tt_stack_next,
    .seek = tt_stack_seek,
    .sum_up = tt_stack_sum_up,
    .close = tt_stack_close,
};
