/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/seen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "evaluate/optics.h"
#include "numeric/statistics.h"

void tt_seen_clear(tt_seen *s)
{
	free(s->reading);
	free(s->width_px);
	memset(s, 0, sizeof *s);
}

/* A length's uncertainty grows by a share of it. */
static void doubt(tt_seen *s, size_t i, double share)
{
	tt_gauge_reading *r = &s->reading[i];
	r->u_length_px = hypot(r->u_length_px, share * r->length_px);
	bool whole = s->o.separation.frame < 0 || (int64_t)i < s->o.separation.frame;
	if (r->ok && whole) s->u_strain = fmax(s->u_strain, fabs(share));
}

/* ---- rows that are read one after the other ---- */

/* The ends are shown at instants of their own: each is moved on to the instant of the row between them by its speed,
 * of the frames on either side. */
static void take_off_shutter(tt_seen *s, double rows_s)
{
	const tt_track *k = &s->o.track;
	double rows = s->o.recording.height - 1;
	for (size_t i = 0; rows > 0 && i < k->n; i++) {
		size_t a = i > 0 && k->reading[i - 1].ok ? i - 1 : i,
		       b = i + 1 < k->n && k->reading[i + 1].ok ? i + 1 : i;
		tt_gauge_reading *r = &s->reading[i];
		const tt_gauge_reading *p = &k->reading[a], *q = &k->reading[b];
		double span = k->time_s[b] - k->time_s[a], later = rows_s * (r->end[1][1] - r->end[0][1]) / rows;
		/* a broken half leaps: that is no speed */
		if (!r->ok || !(span > 0) || (s->o.separation.frame >= 0 && (int64_t)b >= s->o.separation.frame))
			continue;
		for (int e = 0; e < 2; e++)
			for (int d = 0; d < 2; d++)
				r->end[e][d] += (e ? -0.5 : 0.5) * later * (q->end[e][d] - p->end[e][d]) / span;
		double length = hypot(r->end[1][0] - r->end[0][0], r->end[1][1] - r->end[0][1]);
		/* what vibrates faster than the frames come is not seen: half of what was moved may be wrong */
		doubt(s, i, 0.5 * (length - r->length_px) / length);
		r->length_px = length;
	}
}

/* ---- radial distortion ---- */

/* Where a place of the picture lies without the distortion x = m + q (1 + k |q|²/R²), R half the diagonal, m the
 * middle. */
static void straight(const tt_source_info *info, double k, const double at[2], double out[2])
{
	double m[2] = {0.5 * (info->width - 1), 0.5 * (info->height - 1)}, p[2] = {at[0] - m[0], at[1] - m[1]};
	double d = k * (p[0] * p[0] + p[1] * p[1]) / (m[0] * m[0] + m[1] * m[1]), less = 1;
	for (int i = 0; i < 8; i++) /* |q| = less |p|, by Newton of less (1 + d less²) = 1 */
		less -= (less * (1 + d * less * less) - 1) / (1 + 3 * d * less * less);
	for (int i = 0; i < 2; i++)
		out[i] = m[i] + less * p[i];
}

double tt_straight_length(const tt_source_info *info, double k, const tt_gauge_reading *r)
{
	double a[2], b[2];
	straight(info, k, r->end[0], a);
	straight(info, k, r->end[1], b);
	return hypot(b[0] - a[0], b[1] - a[1]);
}

static void take_off_distortion(tt_seen *s, tt_quantity k)
{
	double first = NAN, first_u = NAN;
	for (size_t i = 0; i < s->o.track.n; i++) {
		tt_gauge_reading *r = &s->reading[i];
		if (!r->ok) continue;
		double length = tt_straight_length(&s->o.recording, k.value, r);
		double more = tt_straight_length(&s->o.recording, k.value + k.u, r);
		if (isnan(first)) first = length, first_u = more;
		/* of the strain: what all lengths share does not count */
		r->length_px = length;
		doubt(s, i, more / first_u - length / first);
	}
}

/* ---- steps of the magnification ---- */

tt_status tt_log_widths(const tt_observation *o, double *log_width, tt_error *err)
{
	enum { FIRST = 5 };
	const tt_width_rows *w = &o->width;
	size_t n = w->stations;
	for (size_t i = 0; i < o->track.n; i++)
		log_width[i] = NAN;
	if (!n || !w->rows) return TT_OK;
	double *first = malloc(2 * n * sizeof *first), *work = first + n;
	if (!first) return tt_fail_memory(err, "the widths");
	for (size_t k = 0; k < n; k++) {
		double v[FIRST];
		size_t seen = 0;
		for (size_t i = 0; i < w->rows && seen < FIRST; i++)
			if (!isnan(w->width_px[i * n + k])) v[seen++] = (double)w->width_px[i * n + k];
		first[k] = tt_median(v, seen);
	}
	for (size_t i = 0; i < w->rows; i++) {
		size_t seen = 0;
		for (size_t k = 0; k < n; k++) {
			double x = log((double)w->width_px[i * n + k] / first[k]);
			if (isfinite(x)) work[seen++] = x;
		}
		if (2 * seen >= n && seen >= 3) log_width[w->index[i]] = tt_median(work, seen);
	}
	free(first);
	return TT_OK;
}

typedef struct row {
	size_t frame;
	double length, width; /* logarithms */
} row;

typedef struct noise {
	double length, width;
} noise;

static size_t collect(const tt_seen *s, const double *log_width, row *r)
{
	const tt_track *k = &s->o.track;
	size_t n = 0, end = s->o.separation.frame >= 0 ? (size_t)s->o.separation.frame : k->n;
	for (size_t i = 0; i < end && i < k->n; i++) {
		if (!s->reading[i].ok || s->o.flag[i] & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE) || isnan(log_width[i]))
			continue;
		r[n++] = (row){i, log(s->reading[i].length_px), log_width[i]};
	}
	return n;
}

static double value(const row *r, bool width)
{
	return width ? r->width : r->length;
}

/* Mean step of a row and the next beyond what the rows about it do, the middle of those: 0 where there are too few. */
static double step_at(const row *r, size_t n, size_t j, bool width)
{
	enum { ABOUT = 6 };
	double d[2 * ABOUT];
	size_t m = 0;
	for (size_t i = j > ABOUT ? j - ABOUT : 1; i < n && i <= j + ABOUT; i++)
		if (i != j) d[m++] = value(&r[i], width) - value(&r[i - 1], width);
	return m < ABOUT ? 0 : value(&r[j], width) - value(&r[j - 1], width) - tt_median(d, m);
}

/* Whether the step stays: middles of the rows on either side. */
static double lasting(const row *r, size_t n, size_t j, bool width)
{
	enum { SIDE = 4 };
	double a[SIDE], b[SIDE];
	size_t na = 0, nb = 0;
	for (size_t i = 1; i <= SIDE; i++)
		if (j >= i) a[na++] = value(&r[j - i], width);
	for (size_t i = 0; i < SIDE && j + i < n; i++)
		b[nb++] = value(&r[j + i], width);
	return tt_median(b, nb) - tt_median(a, na);
}

static noise noise_of(const row *r, size_t n, double *work)
{
	noise s;
	for (size_t i = 0; i < n; i++)
		work[i] = r[i].length;
	s.length = tt_noise_std(work, n);
	for (size_t i = 0; i < n; i++)
		work[i] = r[i].width;
	s.width = tt_noise_std(work, n);
	return s;
}

/* A pull makes the bar longer and narrower, a release shorter and wider: both at once and alike in the same sense is a
 * change of scale. */
static bool is_step(const row *r, size_t n, size_t j, const noise *s, double *size, double *u)
{
	static const double LEAST = 1e-3, TIMES = 6;
	double dl = step_at(r, n, j, false), dw = step_at(r, n, j, true);
	double ul = sqrt(2) * s->length, uw = sqrt(2) * s->width;
	if (!(fabs(dl) > LEAST && fabs(dl) > TIMES * ul && fabs(dw) > TIMES * uw && dl * dw > 0)) return false;
	if (fabs(dl - dw) > 4 * hypot(ul, uw) + 0.25 * fabs(dl)) return false;
	if (!(lasting(r, n, j, true) / dw > 0.5)) return false;
	*size = dl;
	*u = ul;
	return true;
}

static void rescale(tt_seen *s, size_t from, double size, double u)
{
	double factor = exp(-size);
	for (size_t i = from; i < s->o.track.n; i++) {
		s->reading[i].length_px *= factor;
		doubt(s, i, u);
	}
	const tt_width_rows *w = &s->o.width;
	for (size_t i = 0; i < w->rows; i++)
		for (size_t k = 0; k < w->stations && w->index[i] >= from; k++)
			s->width_px[i * w->stations + k] *= (float)factor;
}

static tt_status take_off_steps(tt_seen *s, tt_strings *warnings, tt_error *err)
{
	enum { FEWEST = 16 };
	size_t n = s->o.track.n;
	double *work = malloc(2 * (n + 1) * sizeof *work);
	row *r = malloc((n + 1) * sizeof *r);
	tt_status st = work && r ? tt_log_widths(&s->o, work, err) : tt_fail_memory(err, "the look for steps");
	size_t rows = st == TT_OK ? collect(s, work, r) : 0;
	noise v = rows >= FEWEST ? noise_of(r, rows, work + n) : (noise){0};
	for (size_t j = 1; rows >= FEWEST && j < rows; j++) {
		double size, u;
		if (!is_step(r, rows, j, &v, &size, &u)) continue;
		rescale(s, r[j].frame, size, u);
		tt_warn(warnings,
		        "the magnification changes at frame %lld: length and width jump at once by %s, "
		        "which no force does; lengths and widths from there on are divided by that",
		        (long long)s->o.track.number[r[j].frame], TT_VALUE(100 * size, 100 * u, "%"));
	}
	free(work);
	free(r);
	return st;
}

/* ---- tilt ---- */

bool tt_tilt_told(const tt_test *t)
{
	const tt_quantity *a = &t->specimen.tilt_from, *b = &t->specimen.tilt_to;
	return a->value != 0 || b->value != 0 || a->u > 0 || b->u > 0;
}

static double first_length(const tt_seen *s)
{
	enum { FIRST = 5 };
	double v[FIRST];
	size_t n = 0;
	for (size_t i = 0; i < s->o.track.n && n < FIRST; i++)
		if (s->reading[i].ok && !(s->o.flag[i] & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE)))
			v[n++] = s->reading[i].length_px;
	return tt_median(v, n);
}

/* Seen length = length × cos(tilt), the tilt going from one end's value to the other's as the strain grows from 0 to
 * `until`. */
static void take_off_tilt(tt_seen *s, const tt_test *test)
{
	const double deg = acos(-1) / 180, start = first_length(s);
	const tt_quantity *a = &test->specimen.tilt_from, *b = &test->specimen.tilt_to;
	double until = test->specimen.tilt_until, top = 0, from = deg * a->value, to = deg * b->value;
	for (size_t i = 0; isnan(until) && i < s->o.track.n; i++)
		if (s->reading[i].ok && (s->o.separation.frame < 0 || (int64_t)i < s->o.separation.frame))
			top = fmax(top, s->reading[i].length_px / start - 1);
	if (isnan(until)) until = top;
	for (size_t i = 0; i < s->o.track.n; i++) {
		tt_gauge_reading *r = &s->reading[i];
		if (!r->ok || !(until > 0)) continue;
		double seen = r->length_px / start, stretch = seen, part = 0, tilt = from;
		for (int k = 0; k < 4; k++) {
			part = fmin(fmax((stretch - 1) / until, 0), 1);
			tilt = from + part * (to - from);
			stretch = seen * cos(from) / cos(tilt);
		}
		/* d ln(stretch) = tan(tilt) d tilt − tan(from) d from, and half the squares, which are all where the
		 * bar lies flat */
		double ua = deg * a->u, ub = deg * b->u, by_from = ua * ((1 - part) * tan(tilt) - tan(from)),
		       by_to = ub * part * tan(tilt), square = part * hypot(ua * ua, ub * ub) / sqrt(2);
		r->length_px = start * stretch;
		doubt(s, i, hypot(hypot(by_from, by_to), square));
	}
}

tt_status tt_seen_make(const tt_observation *o, const tt_test *test, tt_seen *out, tt_strings *warnings, tt_error *err)
{
	const tt_width_rows *w = &o->width;
	size_t widths = w->rows * w->stations;
	*out = (tt_seen){.o = *o};
	out->reading = malloc((o->track.n + 1) * sizeof *out->reading);
	out->width_px = malloc((widths + 1) * sizeof *out->width_px);
	if (!out->reading || !out->width_px) {
		tt_seen_clear(out);
		return tt_fail_memory(err, "the lengths without the optics' share");
	}
	memcpy(out->reading, o->track.reading, o->track.n * sizeof *out->reading);
	if (widths) memcpy(out->width_px, w->width_px, widths * sizeof *out->width_px);
	out->o.track.reading = out->reading;
	out->o.width.width_px = out->width_px;
	double slow = hypot(o->u_still_px, o->track.slow_px);
	for (size_t i = 0; slow > 0 && i < o->track.n; i++)
		if (out->reading[i].ok) doubt(out, i, slow / out->reading[i].length_px);
	if (test->video.rolling_shutter_s > 0) take_off_shutter(out, test->video.rolling_shutter_s);
	if (!isnan(test->video.distortion.value)) take_off_distortion(out, test->video.distortion);
	tt_status st = take_off_steps(out, warnings, err);
	if (st == TT_OK && tt_tilt_told(test)) take_off_tilt(out, test);
	if (st != TT_OK) tt_seen_clear(out);
	return st;
}
