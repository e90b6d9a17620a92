/* observation.ttobs: an observation kept. One walk over all members serves writing and reading.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "core/tape.h"
#include "observe/observation.h"

/* Whoever changes what stands in the file counts the version up. */
static const tt_tape_kind kind = {"\x89TTOBS\r\n", "observation", 6};
/* A member that is added to one of these and forgotten here would read as 0 in the next run: who changes a structure
 * changes its walk, the version above and the size here. */
#define WALKED(type, bytes)                                                                                            \
	_Static_assert(sizeof(void *) != 8 || sizeof(type) == (bytes),                                                 \
	               #type " has changed: its walk in this file, too?")
WALKED(tt_source_info, 168);
WALKED(tt_gauge, 136);
WALKED(tt_gauge_choice, 320);
WALKED(tt_dic_options, 88);
WALKED(tt_gauge_reading, 144);
WALKED(tt_track, 128);
WALKED(tt_separation, 192);
WALKED(tt_light_watch, 32);
WALKED(tt_width_rows, 296);
WALKED(struct tt_observation, 1568);

static const uint64_t MOST_FRAMES = 1u << 28, MOST_ITEMS = 1u << 28;

static void walk_recording(tt_tape *t, tt_source_info *r)
{
	const char **name[] = {&r->format, &r->codec, &r->pixel_format, &r->calibration_source, &r->normalisation};
	int *number[] = {&r->width, &r->height, &r->bits, &r->rotation_deg, &r->stream, &r->video_streams};
	double *value[] = {&r->frame_rate,       &r->start_offset_s, &r->duration_s, &r->bit_rate, &r->pixel_size_m,
	                   &r->frame_interval_s, &r->exposure_s,     &r->black,      &r->white};
	int type = (int)r->type;
	for (size_t i = 0; i < sizeof name / sizeof *name; i++)
		tt_tape_text(t, name[i]);
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		tt_tape_small(t, number[i]);
	tt_tape_small(t, &type);
	if (t->reading) r->type = type == TT_U16 ? TT_U16 : type == TT_F32 ? TT_F32 : TT_U8;
	tt_tape_whole(t, &r->frames);
	for (size_t i = 0; i < sizeof value / sizeof *value; i++)
		tt_tape_real(t, value[i]);
	tt_tape_truth(t, &r->lossy_prediction);
	if (t->reading && (r->width < 1 || r->height < 1 || type < TT_U8 || type > TT_F32)) t->bad = true;
}

static void walk_gauge(tt_tape *t, tt_gauge *g)
{
	tt_tape_reals(t, g->from, 2);
	tt_tape_reals(t, g->to, 2);
	tt_tape_reals(t, g->axis, 2);
	tt_tape_reals(t, g->normal, 2);
	tt_tape_real(t, &g->length_px);
	tt_tape_real(t, &g->width_px);
	tt_tape_small(t, &g->subset_px);
	tt_tape_count(t, &g->n, MOST_ITEMS);
	for (int k = 0; k < 2; k++)
		tt_tape_count(t, &g->n_band[k], g->n);
	tt_tape_count(t, &g->n_stations, g->n);
	if (g->n_band[0] + g->n_band[1] + g->n_stations != g->n || g->subset_px < 1) t->bad = true;
	if (t->reading) g->xy = tt_tape_room(t, 2 * g->n, sizeof *g->xy, 8);
	if (t->reading) g->station_s = tt_tape_room(t, g->n_stations, sizeof *g->station_s, 8);
	if (t->bad) return;
	tt_tape_reals(t, g->xy, 2 * g->n);
	tt_tape_reals(t, g->station_s, g->n_stations);
}

static void walk_choice(tt_tape *t, tt_gauge_choice *c)
{
	double *value[] = {&c->length_px,  &c->axis_deg, &c->u_axis_deg,      &c->width_px,
	                   &c->u_width_px, &c->taper_px, &c->straightness_px, &c->section_length_px,
	                   &c->contrast,   &c->noise,    &c->band_half_px,    &c->confidence};
	tt_tape_reals(t, c->from, 2);
	tt_tape_reals(t, c->to, 2);
	for (size_t i = 0; i < sizeof value / sizeof *value; i++)
		tt_tape_real(t, value[i]);
	for (int k = 0; k < 2; k++) {
		int end = (int)c->end[k];
		tt_tape_reals(t, c->section[k], 2);
		for (int e = 0; e < 2; e++)
			tt_tape_reals(t, c->edge[k][e], 2);
		tt_tape_small(t, &end);
		if (t->reading)
			c->end[k] = end == TT_END_SHOULDER ? TT_END_SHOULDER
			            : end == TT_END_FRAME  ? TT_END_FRAME
			                                   : TT_END_OTHER;
	}
	tt_tape_truth(t, &c->bright);
	tt_tape_small(t, &c->subset_px);
	tt_tape_truth(t, &c->weak);
	tt_tape_reals(t, c->u_band_px, 2);
	tt_tape_reals(t, c->texture, 2);
	tt_tape_reals(t, c->contrast_grey, 2);
	tt_tape_texts(t, &c->notes);
}

static void walk_dic(tt_tape *t, tt_dic_options *d)
{
	int interpolation = (int)d->interpolation;
	tt_tape_small(t, &d->subset_px);
	tt_tape_truth(t, &d->circular);
	tt_tape_small(t, &d->order);
	tt_tape_small(t, &interpolation);
	if (t->reading) d->interpolation = interpolation == TT_BSPLINE_CUBIC ? TT_BSPLINE_CUBIC : TT_BSPLINE_QUINTIC;
	if (d->order < 0 || d->order > 2) t->bad = true;
	tt_tape_real(t, &d->prefilter_sigma_px);
	tt_tape_real(t, &d->max_increment_px);
	tt_tape_small(t, &d->max_iterations);
	tt_tape_real(t, &d->min_zncc);
	tt_tape_truth(t, &d->expect_zncc);
	tt_tape_real(t, &d->highpass_sigma_px);
	tt_tape_real(t, &d->min_valid_fraction);
	tt_tape_real(t, &d->within_px);
	tt_tape_real(t, &d->noise_grey);
}

static void walk_reading(tt_tape *t, tt_gauge_reading *r)
{
	tt_tape_truth(t, &r->ok);
	for (int k = 0; k < 2; k++) {
		tt_tape_reals(t, r->end[k], 2);
		tt_tape_real(t, &r->axial_px[k]);
		tt_tape_count(t, &r->used[k], MOST_ITEMS);
		tt_tape_count(t, &r->dropped[k], MOST_ITEMS);
	}
	double *value[] = {&r->length_px, &r->u_length_px, &r->zncc, &r->gap_px, &r->gap_at_px, &r->station_strain};
	for (size_t i = 0; i < sizeof value / sizeof *value; i++)
		tt_tape_real(t, value[i]);
	tt_tape_count(t, &r->stations, MOST_ITEMS);
}

/* Bytes of a frame's fixed part in the file, at least. */
enum { READING_BYTES = 18 * 8 };

static void walk_track(tt_tape *t, tt_track *k, const tt_gauge *g)
{
	tt_tape_count(t, &k->n, MOST_FRAMES);
	tt_tape_count(t, &k->n_stations, MOST_ITEMS);
	tt_tape_count(t, &k->n_points, MOST_ITEMS);
	tt_tape_count(t, &k->n_extra, 2);
	tt_tape_count(t, &k->updates, MOST_FRAMES);
	tt_tape_real(t, &k->slow_px);
	tt_tape_count(t, &k->reference, k->n ? k->n - 1 : 0);
	if (k->n_stations != g->n_stations || k->n_points != g->n || k->n < 1) t->bad = true;
	if (t->reading && !t->bad) {
		k->capacity = k->n;
		k->number = tt_tape_room(t, k->n, sizeof *k->number, 8);
		k->time_s = tt_tape_room(t, k->n, sizeof *k->time_s, 8);
		k->source_flag = tt_tape_room(t, k->n, sizeof *k->source_flag, 8);
		k->reading = tt_tape_room(t, k->n, sizeof *k->reading, READING_BYTES);
		k->station_px = k->n_stations
		                    ? tt_tape_room(t, k->n, k->n_stations * sizeof *k->station_px, 4 * k->n_stations)
		                    : calloc(1, sizeof *k->station_px);
		k->point_px = k->n_points
		                  ? tt_tape_room(t, k->n, 2 * k->n_points * sizeof *k->point_px, 8 * k->n_points)
		                  : calloc(1, sizeof *k->point_px);
		k->extra_px = k->n_extra ? tt_tape_room(t, k->n, 2 * k->n_extra * sizeof *k->extra_px, 16 * k->n_extra)
		                         : calloc(1, sizeof *k->extra_px);
		if (!k->station_px || !k->point_px || !k->extra_px) t->bad = true;
	}
	for (size_t i = 0; i < k->n && !t->bad; i++) {
		tt_tape_whole(t, &k->number[i]);
		tt_tape_real(t, &k->time_s[i]);
		tt_tape_bits(t, &k->source_flag[i]);
		walk_reading(t, &k->reading[i]);
	}
	if (t->bad) return;
	tt_tape_floats(t, k->station_px, k->n * k->n_stations);
	tt_tape_floats(t, k->point_px, 2 * k->n * k->n_points);
	tt_tape_reals(t, k->extra_px, 2 * k->n * k->n_extra);
}

static void walk_separation(tt_tape *t, tt_separation *s, size_t frames)
{
	tt_tape_whole(t, &s->frame);
	tt_tape_whole(t, &s->last_intact);
	tt_tape_real(t, &s->jump_px);
	tt_tape_real(t, &s->gap_at_px);
	tt_tape_fixed_text(t, s->text, sizeof s->text);
	int64_t n = (int64_t)frames;
	if (s->frame < -1 || s->frame >= n || s->last_intact < -1 || s->last_intact >= n) t->bad = true;
}

static void walk_light(tt_tape *t, tt_light_watch *w, const tt_gauge *g, size_t frames)
{
	size_t n = tt_light_watch_stations(g);
	tt_tape_count(t, &w->rows, frames);
	if (t->reading && !t->bad) {
		w->capacity = w->rows;
		w->grey = n ? tt_tape_room(t, w->rows, n * sizeof *w->grey, 4 * n) : calloc(1, sizeof *w->grey);
		if (!w->grey) t->bad = true;
	}
	if (!t->bad) tt_tape_floats(t, w->grey, w->rows * n);
}

static void walk_width(tt_tape *t, tt_width_rows *w, size_t frames)
{
	tt_tape_fixed_text(t, w->reason, sizeof w->reason);
	tt_tape_count(t, &w->stations, MOST_ITEMS);
	tt_tape_count(t, &w->rows, frames);
	if (!w->stations && w->rows) t->bad = true;
	if (t->bad || !w->stations) return;
	if (t->reading) {
		w->s = tt_tape_room(t, w->stations, sizeof *w->s, 8);
		w->index = tt_tape_room(t, w->rows, sizeof *w->index, 8);
		w->width_px = tt_tape_room(t, w->rows, w->stations * sizeof *w->width_px, 4 * w->stations);
	}
	if (t->bad) return;
	tt_tape_reals(t, w->s, w->stations);
	for (size_t i = 0; i < w->rows; i++) {
		tt_tape_count(t, &w->index[i], frames - 1);
		if (t->reading && i && w->index[i] <= w->index[i - 1]) t->bad = true;
	}
	tt_tape_floats(t, w->width_px, w->rows * w->stations);
}

static void walk(tt_tape *t, tt_observation *o)
{
	tt_tape_fixed_text(t, o->key, sizeof o->key);
	walk_recording(t, &o->recording);
	walk_gauge(t, &o->gauge);
	if (!t->bad) walk_choice(t, &o->choice);
	if (!t->bad) walk_dic(t, &o->dic);
	tt_tape_real(t, &o->noise_grey);
	tt_tape_real(t, &o->contrast_grey);
	tt_tape_real(t, &o->u_still_px);
	tt_tape_truth(t, &o->whole_bar);
	tt_tape_truth(t, &o->by_faces);
	tt_tape_truth(t, &o->flattened);
	if (!t->bad) walk_track(t, &o->track, &o->gauge);
	if (t->bad) return;
	if (t->reading) o->flag = tt_tape_room(t, o->track.n, sizeof *o->flag, 8);
	for (size_t i = 0; i < o->track.n && !t->bad; i++)
		tt_tape_bits(t, &o->flag[i]);
	walk_separation(t, &o->separation, o->track.n);
	if (!t->bad) walk_light(t, &o->light, &o->gauge, o->track.n);
	tt_tape_truth(t, &o->has_width);
	if (!t->bad) walk_width(t, &o->width, o->track.n);
	if (!t->bad) tt_tape_texts(t, &o->warnings);
}

static void walk_all(tt_tape *t, void *what)
{
	walk(t, what);
}

tt_status tt_observation_save(const tt_observation *o, const char *path, tt_error *err)
{
	return tt_tape_save(&kind, walk_all, (tt_observation *)o, path, err); /* nothing is changed while writing */
}

static tt_status finish(tt_observation *o, tt_status st, tt_observation **out)
{
	if (st != TT_OK) {
		tt_observation_free(o);
		return st;
	}
	o->light.gauge = &o->gauge;
	*out = o;
	return TT_OK;
}

tt_status tt_observation_read(const void *bytes, size_t size, const char *name, tt_observation **out, tt_error *err)
{
	tt_observation *o = calloc(1, sizeof *o);
	*out = NULL;
	if (!o) return tt_fail_memory(err, "the observation");
	return finish(o, tt_tape_parse(&kind, walk_all, o, bytes, size, name, err), out);
}

tt_status tt_observation_load(const char *path, tt_observation **out, tt_error *err)
{
	tt_observation *o = calloc(1, sizeof *o);
	*out = NULL;
	if (!o) return tt_fail_memory(err, "the observation");
	return finish(o, tt_tape_load(&kind, walk_all, o, path, err), out);
}
