/* What an observation holds, told to others.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/observation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

tt_status tt_recording_copy(const tt_source_info *info, tt_source_info *out, tt_error *err)
{
	*out = *info;
	out->path = NULL;
	const char **text[] = {&out->format, &out->codec, &out->pixel_format, &out->calibration_source,
	                       &out->normalisation};
	bool ok = true;
	for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
		*text[i] = tt_strdup(*text[i] ? *text[i] : "");
		ok = ok && *text[i];
	}
	return ok ? TT_OK : tt_fail_memory(err, "what the recording says of itself");
}

void tt_recording_clear(tt_source_info *info)
{
	free((char *)info->format);
	free((char *)info->codec);
	free((char *)info->pixel_format);
	free((char *)info->calibration_source);
	free((char *)info->normalisation);
	memset(info, 0, sizeof *info);
}

void tt_observation_free(tt_observation *o)
{
	if (!o) return;
	tt_recording_clear(&o->recording);
	tt_gauge_clear(&o->gauge);
	tt_find_gauge_clear(&o->choice);
	tt_track_clear(&o->track);
	free(o->flag);
	tt_light_watch_clear(&o->light);
	tt_still_watch_clear(&o->pictures);
	free(o->width.s);
	free(o->width.index);
	free(o->width.width_px);
	tt_strings_free(&o->warnings);
	free(o);
}

const char *tt_observation_key_of(const tt_observation *o)
{
	return o->key;
}

void tt_observation_mark(tt_observation *o, const char *key)
{
	tt_snprintf(o->key, sizeof o->key, "%s", key);
}

const tt_source_info *tt_observation_recording(const tt_observation *o)
{
	return &o->recording;
}

const tt_strings *tt_observation_warnings(const tt_observation *o)
{
	return &o->warnings;
}

const tt_strings *tt_observation_gauge_notes(const tt_observation *o)
{
	return &o->choice.notes;
}

bool tt_observation_has_width(const tt_observation *o)
{
	return o->has_width;
}

void tt_observation_gauge(const tt_observation *o, tt_observed_gauge *out)
{
	const tt_gauge *g = &o->gauge;
	*out = (tt_observed_gauge){.length_px = g->length_px,
	                           .width_px = g->width_px,
	                           .subset_px = g->subset_px,
	                           .band = {g->n_band[0], g->n_band[1]},
	                           .stations = g->n_stations,
	                           .reference = o->track.reference,
	                           .noise_grey = o->noise_grey,
	                           .reference_updates = o->track.updates,
	                           .found = o->choice.length_px > 0};
	memcpy(out->from, g->from, sizeof out->from);
	memcpy(out->to, g->to, sizeof out->to);
	memcpy(out->axis, g->axis, sizeof out->axis);
	memcpy(out->normal, g->normal, sizeof out->normal);
	out->found_width_px = out->found ? o->choice.width_px : NAN;
	out->u_found_width_px = out->found ? o->choice.u_width_px : NAN;
	memcpy(out->section, o->choice.section, sizeof out->section);
	memcpy(out->edge, o->choice.edge, sizeof out->edge);
}

size_t tt_observation_frames(const tt_observation *o)
{
	return o->track.n;
}

void tt_observation_frame(const tt_observation *o, size_t i, tt_observed_frame *out)
{
	const tt_track *t = &o->track;
	const tt_gauge_reading *r = &t->reading[i];
	*out = (tt_observed_frame){.number = t->number[i],
	                           .time_s = t->time_s[i],
	                           .source_flag = t->source_flag[i],
	                           .flag = o->flag[i],
	                           .known = r->ok,
	                           .length_px = r->length_px,
	                           .u_length_px = r->u_length_px,
	                           .zncc = r->zncc,
	                           .used = {r->used[0], r->used[1]},
	                           .dropped = {r->dropped[0], r->dropped[1]}};
	for (int k = 0; k < 4; k++)
		out->end[k / 2][k % 2] = r->ok ? r->end[k / 2][k % 2] : NAN;
}

size_t tt_observation_subsets(const tt_observation *o)
{
	return o->gauge.n;
}

const double *tt_observation_subset_start(const tt_observation *o)
{
	return o->gauge.xy;
}

const float *tt_observation_subset_places(const tt_observation *o, size_t i)
{
	return o->track.point_px + 2 * i * o->track.n_points;
}

int64_t tt_observation_separation(const tt_observation *o, const char **text)
{
	if (text) *text = o->separation.text;
	return o->separation.frame;
}

void tt_observation_part(const tt_observation *o, const bool *usable, double least_px, tt_separation *out)
{
	const tt_track *k = &o->track;
	if (o->whole_bar)
		tt_whole_bar_separation(k->reading, usable, k->n, out);
	else
		tt_separation_find(&o->gauge, k->reading, k->station_px, usable, k->n, least_px, out);
}
