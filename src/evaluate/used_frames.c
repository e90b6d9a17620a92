/* Which frames an evaluation uses, and where those show the separation: as the description says.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "evaluate/evaluation.h"

static bool left_out(const tt_test *t, int64_t number)
{
	const double n = (double)number;
	if (n < t->video.frames[0] || n > t->video.frames[1]) return true; /* NaN: never */
	for (size_t i = 0; i < t->video.n_exclude; i++)
		if (n >= t->video.exclude[2 * i] && n <= t->video.exclude[2 * i + 1]) return true;
	return false;
}

/* Flags them; returns how many are left out. */
static size_t flag_left_out(tt_evaluation *a)
{
	size_t n = 0;
	for (size_t i = 0; i < a->o->track.n; i++) {
		if (!left_out(a->test, a->o->track.number[i])) continue;
		a->r->flag[i] |= TT_ROW_EXCLUDED;
		n++;
	}
	return n;
}

/* The separation as the frames that are left show it. */
static tt_status find_again(tt_evaluation *a, tt_error *err)
{
	const tt_track *k = &a->o->track;
	bool *usable = calloc(k->n + 1, sizeof *usable);
	if (!usable) return tt_fail_memory(err, "the frames that are used");
	for (size_t i = 0; i < k->n; i++)
		usable[i] = !(a->r->flag[i] & (TT_ROW_DAMAGED | TT_ROW_DUPLICATE | TT_ROW_EXCLUDED));
	tt_observation_part(a->o, usable, a->r->thresholds.least_gap_px, &a->separation);
	free(usable);
	return TT_OK;
}

static tt_status give_fracture(tt_evaluation *a, tt_error *err)
{
	const tt_track *k = &a->o->track;
	const double frame = a->test->fracture.frame;
	tt_separation *s = &a->separation;
	*s = (tt_separation){.frame = -1, .last_intact = -1, .jump_px = NAN, .gap_at_px = a->o->separation.gap_at_px};
	tt_snprintf(s->text, sizeof s->text, "the description says that it does not break (fracture.frame: none)");
	for (size_t i = 0; i < k->n && s->frame < 0; i++)
		if ((double)k->number[i] == frame) s->frame = (int64_t)i;
	if (a->test->fracture.none) return TT_OK;
	if (s->frame < 1)
		return tt_fail(
		    err, TT_ERR_INPUT,
		    "%s: fracture.frame: %.0f; expected a frame of the recording after its first (%lld to %lld)",
		    a->test->path, frame, k->n > 1 ? (long long)k->number[1] : 0LL,
		    k->n ? (long long)k->number[k->n - 1] : 0LL);
	s->last_intact = s->frame - 1;
	tt_snprintf(s->text, sizeof s->text, "given: frame %.0f is the first with separate halves", frame);
	return TT_OK;
}

tt_status tt_evaluate_frames(tt_evaluation *a, tt_error *err)
{
	a->separation = a->o->separation;
	const size_t n = flag_left_out(a);
	if (n == a->o->track.n)
		return tt_fail(err, TT_ERR_INPUT, "%s: video.frames and video.exclude leave no frame", a->test->path);
	if (tt_fracture_given(a->test)) return give_fracture(a, err);
	return n || !isnan(a->test->fracture.least_gap_px) ? find_again(a, err) : TT_OK;
}
