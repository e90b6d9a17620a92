/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "observe/still.h"

enum { MOST = 192, FEWEST = 24 };
static const size_t MOST_BYTES = 12u << 20;

void tt_still_watch_clear(tt_still_watch *w)
{
	free(w->row);
	free(w->data);
	w->row = NULL;
	w->data = NULL;
	w->n = 0;
}

/* The bar with room for a tenth of strain and for drift, cut at the frame's borders. */
static tt_rect box_of(const tt_gauge *g, int width, int height)
{
	double reach = g->subset_px + 0.1 * g->length_px, across = 0.5 * g->width_px + 6, lo[2] = {INFINITY, INFINITY},
	       hi[2] = {-INFINITY, -INFINITY};
	for (int e = 0; e < 2; e++)
		for (int side = -1; side <= 1; side += 2)
			for (int k = 0; k < 2; k++) {
				double s = e ? g->length_px + reach : -reach;
				double at = g->from[k] + s * g->axis[k] + side * across * g->normal[k];
				lo[k] = fmin(lo[k], at);
				hi[k] = fmax(hi[k], at);
			}
	int x0 = (int)fmax(0, floor(lo[0])), y0 = (int)fmax(0, floor(lo[1]));
	int x1 = (int)fmin(width, ceil(hi[0]) + 1), y1 = (int)fmin(height, ceil(hi[1]) + 1);
	return (tt_rect){x0, y0, x1 > x0 ? x1 - x0 : 0, y1 > y0 ? y1 - y0 : 0};
}

static size_t picture_bytes(const tt_still_watch *w)
{
	return tt_pixel_size(w->type) * (size_t)w->box.width * (size_t)w->box.height;
}

static tt_status begin(tt_still_watch *w, const tt_image *image, tt_error *err)
{
	w->box = box_of(w->gauge, image->width, image->height);
	w->type = image->type;
	w->every = 1;
	size_t one = picture_bytes(w);
	w->most = one ? MOST_BYTES / one : 0;
	if (w->most > MOST) w->most = MOST;
	if (w->most < FEWEST) w->most = 0; /* a bar that fills a huge picture */
	if (!w->most) return TT_OK;
	w->row = malloc(w->most * sizeof *w->row);
	w->data = malloc(w->most * one);
	return w->row && w->data ? TT_OK : tt_fail_memory(err, "pictures to compare");
}

/* Every second of those that are kept. */
static void thin_out(tt_still_watch *w, const tt_track *track)
{
	size_t kept = 0, one = picture_bytes(w);
	w->every *= 2;
	for (size_t i = 0; i < w->n; i++) {
		if (track->number[w->row[i]] % w->every) continue;
		if (kept != i) {
			memcpy(w->data + kept * one, w->data + i * one, one);
			w->row[kept] = w->row[i];
		}
		kept++;
	}
	w->n = kept;
}

tt_status tt_still_watch_frame(void *ctx, size_t index, const tt_frame *frame, const tt_track *track, tt_error *err)
{
	tt_still_watch *w = ctx;
	const tt_image *im = &frame->image;
	if (!im->data || frame->flags & (TT_FRAME_DUPLICATE | TT_FRAME_UNDECODED | TT_FRAME_DAMAGED)) return TT_OK;
	if (!w->every) {
		tt_status st = begin(w, im, err);
		if (st != TT_OK) return st;
	}
	if (!w->most || im->type != w->type || frame->number % w->every) return TT_OK;
	if (w->n == w->most) thin_out(w, track);
	if (w->n == w->most || frame->number % w->every) return TT_OK;
	size_t pixel = tt_pixel_size(w->type), row = pixel * (size_t)w->box.width;
	uint8_t *to = w->data + w->n * picture_bytes(w);
	for (int y = 0; y < w->box.height; y++)
		memcpy(to + (size_t)y * row,
		       (const char *)im->data + (ptrdiff_t)(w->box.y + y) * im->stride + pixel * (size_t)w->box.x, row);
	w->row[w->n++] = index;
	return TT_OK;
}
