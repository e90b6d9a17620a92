/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/width_watch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool tt_bar_place_of(const tt_gauge *g, const tt_track *t, size_t index, tt_bar_place *out)
{
	const tt_gauge_reading *r = &t->reading[index];
	if (!r->ok) return false;
	const double *start[2] = {g->from, g->to};
	memcpy(out->from, g->from, sizeof out->from);
	memcpy(out->axis, g->axis, sizeof out->axis);
	out->length_px = g->length_px;
	out->n = g->n_stations;
	out->s = g->station_s;
	out->moved = t->station_px + index * t->n_stations;
	for (int k = 0; k < 2; k++)
		out->across[k] =
		    (r->end[k][0] - start[k][0]) * g->normal[0] + (r->end[k][1] - start[k][1]) * g->normal[1];
	return true;
}

tt_status tt_width_watch_begin(tt_width_watch *w, const tt_frame *frame, tt_error *err)
{
	const tt_gauge *g = w->gauge;
	tt_error why = {0};
	tt_status st =
	    tt_width_meter_along(&frame->image, g->from, g->axis, w->lo, w->hi, g->width_px, &w->meter, &why);
	if (st != TT_ERR_FAILED) {
		if (st != TT_OK && err) *err = why;
		return st;
	}
	/* No width profile is a result, not the end of the analysis. */
	snprintf(w->reason, sizeof w->reason, "%.250s", why.message);
	return TT_OK;
}

static tt_status make_room(tt_width_watch *w, tt_error *err)
{
	if (w->rows < w->capacity) return TT_OK;
	size_t c = w->capacity ? 2 * w->capacity : 512;
	size_t *index = realloc(w->index, c * sizeof *index);
	if (index) w->index = index;
	float *width = realloc(w->width_px, c * tt_width_meter_stations(w->meter) * sizeof *width);
	if (width) w->width_px = width;
	if (!index || !width) return tt_fail_memory(err, "the width profiles");
	w->capacity = c;
	return TT_OK;
}

tt_status tt_width_watch_frame(void *ctx, size_t index, const tt_frame *frame, const tt_track *track, tt_error *err)
{
	tt_width_watch *w = ctx;
	tt_bar_place place;
	bool picture = frame->image.data && !(frame->flags & (TT_FRAME_UNDECODED | TT_FRAME_DAMAGED));
	if (!picture || !w->meter) return TT_OK;
	if ((frame->flags & TT_FRAME_DUPLICATE) || !tt_bar_place_of(w->gauge, track, index, &place)) return TT_OK;
	tt_status st = make_room(w, err);
	if (st != TT_OK) return st;
	st = tt_width_meter_read(w->meter, &frame->image, &place,
	                         w->width_px + w->rows * tt_width_meter_stations(w->meter), err);
	w->index[w->rows] = index;
	w->rows += st == TT_OK;
	return st;
}

void tt_width_watch_clear(tt_width_watch *w)
{
	tt_width_meter_free(w->meter);
	free(w->index);
	free(w->width_px);
	memset(w, 0, sizeof *w);
}
