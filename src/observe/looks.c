/* Which look at the recording is the best: the plain one, or one more with slow light taken off, or with a reference
 * that is replaced. Whoever looks (one pass, or many in parts) is the caller's.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "core/text.h"
#include "numeric/statistics.h"
#include "observe/observation.h"
#include "temtensile/curve.h"

typedef struct looks {
	const tt_test *test;
	tt_looker looker;
	bool no_width;
	tt_observation *o; /* the best till now */
	tt_source *source;
	tt_still still; /* what stands still in the picture, when something does */
	bool cleaned;   /* the looks are without it */
} looks;

/* How well the frames before the separation were followed. */
typedef struct quality {
	double lost; /* share of them */
	double u_px; /* median u of the gauge's length */
} quality;

static tt_status quality_of(const tt_observation *o, bool *use, quality *q, tt_error *err)
{
	const tt_track *k = &o->track;
	size_t frames = 0, n = 0, end = o->separation.frame >= 0 ? (size_t)o->separation.frame : k->n;
	double *u = malloc((k->n + 1) * sizeof *u);
	if (!u) return tt_fail_memory(err, "the look at the frames");
	for (size_t i = 0; i < k->n; i++) {
		use[i] = i < end && k->reading[i].ok && !(o->flag[i] & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE));
		frames += i < end && i >= k->reference && !(o->flag[i] & TT_ROW_DUPLICATE);
		if (use[i]) u[n++] = k->reading[i].u_length_px;
	}
	q->lost = frames ? 1 - (double)n / (double)frames : 0;
	q->u_px = tt_high_median(u, n);
	free(u);
	return TT_OK;
}

/* Moving light, or subsets that are lost: reasons for a second look. */
static tt_status disturbed(const tt_observation *o, quality *q, bool *banded, tt_error *err)
{
	tt_moving_band band = {.seen = false};
	bool *use = malloc((o->track.n + 1) * sizeof *use);
	if (!use) return tt_fail_memory(err, "the look at the frames");
	tt_status st = quality_of(o, use, q, err);
	if (st == TT_OK)
		st = tt_moving_band_find(&o->light, &o->track, use, o->noise_grey, o->contrast_grey, &band, err);
	free(use);
	*banded = band.seen;
	return st;
}

/* Another look is kept when fewer frames are lost, or, for moving light, as few and the ends not much noisier. */
static bool is_better(const quality *other, const quality *plain, bool banded)
{
	static const double NOISIER = 1.5;
	return other->lost < 0.7 * plain->lost - 0.02 ||
	       (banded && other->lost <= plain->lost + 0.02 && !(other->u_px > NOISIER * plain->u_px));
}

static void forget(tt_observation *o, tt_source *source)
{
	tt_source_close(source);
	tt_observation_free(o);
}

/* One more look; it takes the first one's place when it is better. */
static tt_status try_look(looks *a, const tt_look_how *how, quality *plain, bool *banded, bool *taken, tt_error *err)
{
	quality q;
	bool still;
	tt_error own;
	tt_observation *o;
	tt_source *source;
	*taken = false;
	tt_status st = a->looker.look(a->looker.ctx, how, &o, &source, &own);
	if (st == TT_OK) st = disturbed(o, &q, &still, &own);
	if (st == TT_ERR_INTERRUPTED) *err = own;
	if (st != TT_OK || !is_better(&q, plain, *banded)) {
		forget(o, source);
		return st == TT_ERR_INTERRUPTED ? st : TT_OK;
	}
	forget(a->o, a->source);
	a->o = o;
	a->source = source;
	*plain = q;
	*banded = false;
	*taken = true;
	return TT_OK;
}

static tt_status tell_still(looks *a, tt_error *err)
{
	const tt_still *s = &a->still;
	tt_status st = TT_OK;
	double u_px = a->cleaned ? s->u_px : s->pulled_px;
	a->o->u_still_px = u_px;
	if (s->pattern > 0)
		st = tt_strings_add(&a->o->warnings, err,
		                    "a pattern of %.2g %% of the grey level stands still in the picture while the "
		                    "specimen moves through "
		                    "it (a camera's fixed pattern): it pulls small motions back by %.0f %%%s; %.2g px "
		                    "of the gauge's length "
		                    "count as uncertainty",
		                    100 * s->pattern, 100 * s->pull,
		                    a->cleaned ? ", and is taken off the frames" : " and could not be taken off", u_px);
	if (st == TT_OK && s->defects)
		st = tt_strings_add(
		    &a->o->warnings, err,
		    "%zu pixels on the bar stand still while the specimen moves (hot or dead pixels): "
		    "%s",
		    s->defects, a->cleaned ? "they are replaced by what lies around them" : "they could not be masked");
	if (st == TT_OK && s->n_covered)
		st = tt_strings_add(
		    &a->o->warnings, err,
		    "something that does not move with the specimen (text, a pointer, dirt) covers %zu px at a "
		    "gauge's end, around [%.0f, %.0f]: %s",
		    s->n_covered, s->covered_at[0], s->covered_at[1],
		    a->o->whole_bar ? "the whole bar is read, which cannot leave it out; the strain may be wrong"
		    : a->cleaned    ? "it is masked, and subsets that touch it are left out; where the specimen "
		                      "itself hardly moves the rest of it is not told from it, and the strain may be "
		                      "wrong: gauge ends well away from it are safe"
		                    : "it could not be masked; the strain may be wrong");
	return st;
}

/* Once more without what stands still in the picture, when that would count; and a second time, since the motions by
 * which it was told from the specimen were pulled about themselves. */
static tt_status look_without_still(looks *a, tt_error *err)
{
	enum { TIMES = 2 };
	tt_still_watch pictures = a->o->pictures;
	a->o->pictures = (tt_still_watch){.n = 0};
	tt_status st = TT_OK;
	bool taken = true;
	for (int i = 0; i < TIMES && st == TT_OK && taken; i++) {
		const tt_observation *o = a->o;
		size_t end = o->separation.frame >= 0 ? (size_t)o->separation.frame : o->track.n;
		quality any = {.lost = 1, .u_px = INFINITY}; /* frames that are pulled about are no better */
		bool found, banded = true;
		tt_still still;
		pictures.gauge = &o->gauge;
		st = tt_still_find(&pictures, &o->track, end, &still, &found, err);
		if (st != TT_OK || !found) break;
		tt_still_clear(&a->still);
		a->still = still;
		st = try_look(a, &(tt_look_how){.no_width = a->no_width, .still = &a->still}, &any, &banded, &taken,
		              err);
		a->cleaned = a->cleaned || taken;
	}
	tt_still_watch_clear(&pictures);
	return st;
}

/* Once more with slow light taken off, when light moves over the gauge or too many frames are lost; and with a
 * reference that is replaced when the picture has changed too much (grains that flash, contamination), when they still
 * are. */
static tt_status look_again(looks *a, tt_error *err)
{
	static const double LOST = 0.05, MOST_LOST = 0.5, UPDATE_BELOW = 0.8;
	quality plain;
	bool banded, taken;
	tt_status st = look_without_still(a, err);
	const tt_still *still = a->cleaned ? &a->still : NULL;
	if (st == TT_OK) st = disturbed(a->o, &plain, &banded, err);
	if (st == TT_OK && !a->o->whole_bar && (banded || plain.lost > LOST))
		st = try_look(a, &(tt_look_how){.no_width = a->no_width, .flatten = true, .still = still}, &plain,
		              &banded, &taken, err);
	if (st == TT_OK && !a->o->whole_bar && plain.lost > LOST && !(a->test->dic.update_below_zncc > 0)) {
		const tt_look_how how = {
		    .no_width = a->no_width, .flatten = a->o->flattened, .update_below = UPDATE_BELOW, .still = still};
		st = try_look(a, &how, &plain, &banded, &taken, err);
		if (st == TT_OK && taken)
			st = tt_strings_add(&a->o->warnings, err,
			                    "the picture of the specimen changes too much to be followed from one "
			                    "frame: the reference was "
			                    "replaced %zu times when the correlation fell below %.2g; errors of the "
			                    "replacements add up",
			                    a->o->track.updates, UPDATE_BELOW);
	}
	/* the whole bar's model would read what covers it as specimen */
	if (st == TT_OK && !a->o->whole_bar && plain.lost > LOST && a->test->gauge.method == TT_GAUGE_AUTO &&
	    a->test->gauge.feature == TT_FEATURE_TEXTURE && !a->still.n_covered)
		st = try_look(a, &(tt_look_how){.no_width = a->no_width, .bar = true, .still = still}, &plain, &banded,
		              &taken, err);
	if (st == TT_OK && a->still.n_covered && a->cleaned && !a->o->whole_bar && plain.lost > MOST_LOST)
		return tt_fail(err, TT_ERR_FAILED,
		               "something that does not move with the specimen (text, a pointer, dirt) covers %zu px "
		               "at a gauge's end, around [%.0f, %.0f]: without the subsets that touch it the end is "
		               "lost in %.0f %% of the frames; expected gauge ends well away from it (gauge.from, "
		               "gauge.to)",
		               a->still.n_covered, a->still.covered_at[0], a->still.covered_at[1], 100 * plain.lost);
	return st;
}

tt_status tt_observe_by(const tt_test *test, const tt_observe_options *options, const tt_looker *looker,
                        tt_observation **out, tt_source **source, tt_error *err)
{
	looks a = {.test = test, .looker = *looker, .no_width = options && options->no_width};
	const tt_look_how plain = {.no_width = a.no_width};
	*out = NULL;
	*source = NULL;
	tt_status st = looker->look(looker->ctx, &plain, &a.o, &a.source, err);
	if (st == TT_OK) st = look_again(&a, err);
	if (st == TT_OK) st = tell_still(&a, err);
	tt_still_clear(&a.still);
	if (st != TT_OK) {
		forget(a.o, a.source);
		return st;
	}
	*out = a.o;
	*source = a.source;
	return TT_OK;
}

/* ---- one pass over the whole ---- */

typedef struct one_pass {
	const tt_test *test;
	const tt_job *job;
} one_pass;

static tt_status look_in_one_pass(void *ctx, const tt_look_how *how, tt_observation **o, tt_source **source,
                                  tt_error *err)
{
	const one_pass *p = ctx;
	return tt_look_at(p->test, how, NULL, p->job, o, source, err);
}

tt_status tt_observe_keep(const tt_test *test, const tt_observe_options *options, const tt_job *job,
                          tt_observation **out, tt_source **source, tt_error *err)
{
	one_pass p = {test, job};
	return tt_observe_by(test, options, &(tt_looker){&p, look_in_one_pass}, out, source, err);
}

tt_status tt_observe(const tt_test *test, const tt_observe_options *options, const tt_job *job, tt_observation **out,
                     tt_error *err)
{
	tt_source *source;
	tt_status st = tt_observe_keep(test, options, job, out, &source, err);
	tt_source_close(source);
	return st;
}
