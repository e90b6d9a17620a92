/* Small pictures of the frames for a page: which, how large, how good.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/page/report.h"
#include "report/draw/scale.h"

enum {
	MOST_SHOTS = 640,
	LONGER_SIDE = 480,
	LEAST_SIDE = 160,
	AROUND = 12,           /* rows kept on either side of what matters */
	MOST_BYTES = 15000000, /* 20 MB as base64: with everything else well below 25 MB */
	BEST_QUALITY = 78,
	LEAST_QUALITY = 30,
	QUALITY_STEP = 6,
	FAIR_QUALITY = 54 /* below that, smaller pictures show more */
};

static void keep_around(bool *keep, const bool *usable, size_t rows, size_t at)
{
	size_t lo = at > AROUND ? at - AROUND : 0, hi = at + AROUND < rows ? at + AROUND : rows - 1;
	for (size_t i = lo; i <= hi && i < rows; i++)
		keep[i] = usable[i];
}

static void choose_size(int w, int h, tt_shots_plan *p)
{
	double zoom = fmin(1, (double)LONGER_SIDE / (w > h ? w : h));
	p->width = (int)fmax(1, lround(w * zoom));
	p->height = (int)fmax(1, lround(h * zoom));
}

static void choose_rows(const bool *usable, size_t rows, const size_t *important, size_t n_important, bool *keep,
                        tt_shots_plan *p)
{
	for (size_t i = 0; i < rows; i++)
		p->usable += usable[i];
	p->step = p->usable > MOST_SHOTS ? (p->usable + MOST_SHOTS - 1) / MOST_SHOTS : 1;
	size_t count = 0, last = SIZE_MAX, regular = 0;
	for (size_t i = 0; i < rows; i++) {
		if (!usable[i]) continue;
		keep[i] = count++ % p->step == 0;
		regular += keep[i];
		last = i;
	}
	if (last != SIZE_MAX) keep[last] = true;
	for (size_t i = 0; i < n_important; i++)
		if (important[i] < rows) keep_around(keep, usable, rows, important[i]);
	for (size_t i = 0; i < rows; i++)
		p->n += keep[i];
	p->extra = p->n - regular;
}

tt_status tt_shots_plan_make(const bool *usable, size_t rows, const size_t *important, size_t n_important,
                             int frame_width, int frame_height, tt_shots_plan *p, tt_error *err)
{
	memset(p, 0, sizeof *p);
	p->bytes = MOST_BYTES;
	choose_size(frame_width, frame_height, p);
	bool *keep = calloc(rows + 1, sizeof *keep);
	if (keep) choose_rows(usable, rows, important, n_important, keep, p);
	p->row = malloc((p->n + 1) * sizeof *p->row);
	if (!keep || !p->row) {
		free(keep);
		tt_shots_plan_clear(p);
		return tt_fail_memory(err, "the page's pictures");
	}
	for (size_t i = 0, n = 0; i < rows; i++)
		if (keep[i]) p->row[n++] = i;
	free(keep);
	return TT_OK;
}

void tt_shots_plan_clear(tt_shots_plan *p)
{
	free(p->row);
	memset(p, 0, sizeof *p);
}

tt_status tt_shots_open(const tt_shots_plan *plan, int frame_width, int frame_height, double black, double white,
                        tt_shots *s, tt_error *err)
{
	*s = (tt_shots){
	    .plan = *plan, .black = black, .white = white, .quality = BEST_QUALITY, .least_quality = BEST_QUALITY};
	s->shot = calloc(plan->n + 1, sizeof *s->shot);
	s->grey = malloc((size_t)plan->width * (size_t)plan->height);
	if (!s->shot || !s->grey) return tt_fail_memory(err, "the page's pictures");
	return tt_scaler_new(frame_width, frame_height, plan->width, plan->height, &s->scaler, err);
}

static tt_status reduce(tt_shots *s, const tt_image *image, double factor, tt_error *err)
{
	tt_shots_plan *p = &s->plan;
	p->width = (int)fmax(1, lround(p->width * factor));
	p->height = (int)fmax(1, lround(p->height * factor));
	tt_scaler_free(s->scaler);
	return tt_scaler_new(image->width, image->height, p->width, p->height, &s->scaler, err);
}

/* The first picture tells how much its like take: noise leaves less room for pixels. */
static tt_status fit(tt_shots *s, const tt_image *image, tt_error *err)
{
	tt_shots_plan *p = &s->plan;
	for (;;) {
		tt_jpeg jpeg;
		tt_scale(s->scaler, image, s->black, s->white, s->grey, p->width);
		tt_status st = tt_jpeg_make(s->grey, p->width, p->width, p->height, 1, FAIR_QUALITY, &jpeg, err);
		if (st != TT_OK) return st;
		bool fits = (double)jpeg.size * (double)p->n <= (double)p->bytes;
		tt_jpeg_clear(&jpeg);
		if (fits || (p->width > p->height ? p->width : p->height) * 0.9 < LEAST_SIDE) return TT_OK;
		st = reduce(s, image, 0.9, err);
		if (st != TT_OK) return st;
	}
}

/* As good as the share of the room that is left allows. */
static tt_status squeeze(tt_shots *s, tt_jpeg *out, tt_error *err)
{
	const tt_shots_plan *p = &s->plan;
	double room = (double)(p->bytes - s->used) / (double)(p->n - s->next), share = 1.1 * room;
	for (;;) {
		tt_status st = tt_jpeg_make(s->grey, p->width, p->width, p->height, 1, s->quality, out, err);
		if (st != TT_OK || (double)out->size <= share || s->quality <= LEAST_QUALITY) return st;
		s->quality = s->quality - QUALITY_STEP > LEAST_QUALITY ? s->quality - QUALITY_STEP : LEAST_QUALITY;
		tt_jpeg_clear(out);
	}
}

tt_status tt_shots_put(tt_shots *s, size_t row, const tt_image *image, tt_error *err)
{
	const tt_shots_plan *p = &s->plan;
	tt_jpeg jpeg;
	while (s->next < p->n && p->row[s->next] < row)
		s->next++;
	if (s->next >= p->n || p->row[s->next] != row) return TT_OK;
	tt_status st = s->n || s->dropped ? TT_OK : fit(s, image, err);
	if (st != TT_OK) return st;
	tt_scale(s->scaler, image, s->black, s->white, s->grey, p->width);
	st = squeeze(s, &jpeg, err);
	if (st != TT_OK) return st;
	if (s->quality < s->least_quality) s->least_quality = s->quality;
	s->next++;
	if (s->used + jpeg.size > p->bytes) {
		s->dropped++;
		tt_jpeg_clear(&jpeg);
		return TT_OK;
	}
	s->used += jpeg.size;
	s->shot[s->n++] = (tt_shot){row, jpeg};
	return TT_OK;
}

void tt_shots_clear(tt_shots *s)
{
	for (size_t i = 0; i < s->n; i++)
		tt_jpeg_clear(&s->shot[i].jpeg);
	free(s->shot);
	free(s->grey);
	tt_scaler_free(s->scaler);
	tt_shots_plan_clear(&s->plan);
	memset(s, 0, sizeof *s);
}
