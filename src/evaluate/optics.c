/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/optics.h"

#include <math.h>
#include <stdlib.h>

#include "core/sentence.h"
#include "evaluate/seen.h"
#include "numeric/fit.h"

static bool known(const tt_evaluation *a, size_t i)
{
	return a->o->track.reading[i].ok && !(a->r->flag[i] & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE | TT_ROW_TOUCH));
}

/* ---- before contact ---- */

/* Rate of a logarithm (of length or width) over the log's time before contact. */
static bool rate_before(const tt_evaluation *a, const double *value, double *work, tt_line *line, double *span)
{
	enum { FEWEST = 10 };
	const tt_curve *c = a->r->curve;
	const tt_mechanics *m = a->r->mechanics;
	double until = m->contact_time_s - 2 * m->u_contact_time_s, *t = work, *y = work + c->n;
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++) {
		if (!known(a, i) || c->flag[i] & TT_ROW_TOUCH || !(c->log_time_s[i] < until) || isnan(value[i]))
			continue;
		t[n] = c->log_time_s[i];
		y[n++] = value[i];
	}
	if (n < FEWEST) return false;
	*span = t[n - 1] - t[0];
	return tt_line_fit(t, y, n, 0.5 * (t[0] + t[n - 1]), line);
}

static const char *cause_of(const tt_line *length, const tt_line *width, bool has_width)
{
	static const char either[] =
	    "the magnification or an out-of-plane tilt drifts, or the lens distorts while the specimen drifts";
	if (!has_width) return either;
	double u = hypot(length->u_slope, width->u_slope);
	bool alike = fabs(width->slope - length->slope) < 3 * u, still = fabs(width->slope) < 3 * width->u_slope;
	if (alike && !still) return "and the width with it: the magnification drifts";
	if (still && !alike)
		return "and the width does not: an out-of-plane tilt drifts, or the lens distorts while the specimen "
		       "drifts";
	return either;
}

tt_status tt_unsteady_check(tt_evaluation *a, tt_error *err)
{
	static const double LEAST = 4e-4;
	tt_curve *c = a->r->curve;
	const tt_mechanics *m = a->r->mechanics;
	double *value = malloc(3 * (c->n + 1) * sizeof *value), span = 0, end = m->contact_time_s;
	if (!value) return tt_fail_memory(err, "the look before contact");
	for (size_t i = 0; i < c->n; i++) {
		value[i] = c->gauge_length_px[i] > 0 ? log(c->gauge_length_px[i]) : NAN;
		if (known(a, i) && !isnan(c->strain[i])) end = c->log_time_s[i];
	}
	tt_line length, width;
	/* a picture that changes (flashing grains, moving light) pulls the length about by itself, and not evenly */
	bool changes = a->o->flattened || a->o->track.updates > 0;
	bool seen = !changes && rate_before(a, value, value + c->n, &length, &span), has_width = false;
	/* a rate that is seen over a short time says little of a long one: five times as far at most */
	double later = fmin(end - m->contact_time_s, 5 * span), creep = seen ? length.slope * later : 0;
	bool told = seen && fabs(length.slope) > 6 * length.u_slope && fabs(creep) > LEAST;
	tt_status st = told ? tt_log_widths(a->o, value, err) : TT_OK;
	if (st == TT_OK && told) {
		has_width = rate_before(a, value, value + c->n, &width, &span);
		tt_warn(&a->r->warnings,
		        "the gauge %s by %s a second before any load, %s; going on like this it pretends a "
		        "strain of %s by the end of the curve, which counts as uncertainty",
		        length.slope > 0 ? "grows" : "shrinks",
		        TT_VALUE(100 * fabs(length.slope), 100 * length.u_slope, "%"),
		        cause_of(&length, &width, has_width), TT_DIGITS(100 * fabs(creep), 2, "%"));
		a->u_optics = hypot(a->u_optics, creep);
		for (size_t i = 0; i < c->n; i++) {
			double since = fmin(fmax(c->log_time_s[i] - m->contact_time_s, 0), later);
			c->u_strain[i] = hypot(c->u_strain[i], length.slope * since);
		}
	}
	free(value);
	return st;
}

/* ---- distortion ---- */

/* Drift of the whole between two readings: the middle's motion, less half the elongation along the axis, which any pull
 * with one end fixed shows, to either side. */
static void drift_between(const tt_gauge_reading *first, const tt_gauge_reading *now, double drift[2])
{
	double axis[2], half = 0.5 * (now->length_px - first->length_px), along = 0;
	for (int k = 0; k < 2; k++) {
		axis[k] = (first->end[1][k] - first->end[0][k]) / first->length_px;
		drift[k] = 0.5 * (now->end[0][k] + now->end[1][k] - first->end[0][k] - first->end[1][k]);
		along += drift[k] * axis[k];
	}
	double less = fmax(-fabs(half), fmin(fabs(half), along));
	for (int k = 0; k < 2; k++)
		drift[k] -= less * axis[k];
}

/* Strain that a lens of this distortion pretends of a gauge that only drifts. */
static double pretended(const tt_source_info *info, double distortion, const tt_gauge_reading *first,
                        const double drift[2])
{
	tt_gauge_reading moved = *first;
	for (int e = 0; e < 2; e++)
		for (int k = 0; k < 2; k++)
			moved.end[e][k] += drift[k];
	return 1 - tt_straight_length(info, distortion, &moved) / tt_straight_length(info, distortion, first);
}

void tt_lens_check(tt_evaluation *a)
{
	static const double USUAL = 0.01, LEAST = 3e-4;
	tt_curve *c = a->r->curve;
	const tt_gauge_reading *first = NULL;
	double worst = 0, moved = 0;
	if (!isnan(a->test->video.distortion.value)) return;
	for (size_t i = 0; i < c->n; i++) {
		const tt_gauge_reading *r = &a->o->track.reading[i];
		double drift[2];
		if (!known(a, i) || isnan(c->strain[i])) continue;
		if (!first) first = r;
		drift_between(first, r, drift);
		double off = fabs(pretended(&a->o->recording, USUAL, first, drift));
		moved = fmax(moved, hypot(drift[0], drift[1]));
		worst = fmax(worst, off);
		/* anything up to what is usual, as likely as not: a rectangle */
		c->u_strain[i] = hypot(c->u_strain[i], off / sqrt(3));
	}
	a->u_optics = hypot(a->u_optics, worst / sqrt(3));
	if (!(worst > LEAST)) return;
	tt_warn(&a->r->warnings,
	        "the specimen drifts by %.0f px through the picture: if the lens distorts by 1 %% at the picture's "
	        "corners, the strain is off by up to %s, which counts as uncertainty; give video.distortion, as "
	        "0 ± 0 %% where there is none",
	        moved, TT_DIGITS(100 * worst, 2, "%"));
}
