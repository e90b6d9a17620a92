/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/clock/frames_seen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/statistics.h"

void tt_clock_frames_free(tt_clock_frames *f)
{
	free(f->t);
	free(f->index);
	*f = (tt_clock_frames){.n = 0};
}

static bool frames_new(tt_clock_frames *f, size_t n)
{
	*f = (tt_clock_frames){.share = 1};
	f->t = malloc((4 * n + 1) * sizeof(double));
	f->index = malloc((n + 1) * sizeof(size_t));
	f->e = f->t ? f->t + n : NULL;
	f->w = f->t ? f->e + n : NULL;
	f->stated = f->t ? f->w + n : NULL;
	return f->t && f->index;
}

static void pick(const tt_sync_input *in, tt_clock_frames *a)
{
	const size_t end =
	    in->fracture_frame >= 0 && (size_t)in->fracture_frame < in->n ? (size_t)in->fracture_frame : in->n;
	for (size_t i = 0; i < end; i++) {
		if (!isfinite(in->elongation_m[i]) || !isfinite(in->time_s[i])) continue;
		if (a->n && in->time_s[i] <= a->t[a->n - 1]) continue;
		a->t[a->n] = in->time_s[i];
		a->e[a->n] = in->elongation_m[i];
		a->index[a->n++] = i;
	}
}

static void measure(tt_clock_frames *a, double *room)
{
	double lo = INFINITY, hi = -INFINITY;
	for (size_t i = 1; i < a->n; i++)
		room[i - 1] = a->t[i] - a->t[i - 1];
	a->interval = tt_median(room, a->n - 1);
	for (size_t i = 0; i < a->n; i++) {
		lo = fmin(lo, a->e[i]);
		hi = fmax(hi, a->e[i]);
	}
	a->range = hi - lo;
	a->noise = tt_noise_std(a->e, a->n);
}

/* A step of more than everything before is taken for the fracture: what was tracked afterwards is no elongation. A step
 * and back again is an outlier. */
static void cut_at_jump(tt_clock_frames *a)
{
	double lo = INFINITY, hi = -INFINITY;
	for (size_t i = 0; i + 3 < a->n; i++) {
		lo = fmin(lo, a->e[i]);
		hi = fmax(hi, a->e[i]);
		const double range = fmax(hi - lo, 20 / sqrt(a->w[i]));
		if (i < TT_CLOCK_FEWEST || a->e[i + 1] - a->e[i] < range) continue;
		if (a->e[i + 2] - a->e[i] < range || a->e[i + 3] - a->e[i] < range) continue;
		a->n = i + 1;
		return;
	}
}

/* Frames far from their neighbours' line get next to no weight. */
static void mute_outliers(tt_clock_frames *a)
{
	for (size_t i = 2; i + 2 < a->n; i++) {
		double v[4] = {a->e[i - 2], a->e[i - 1], a->e[i + 1], a->e[i + 2]};
		const double spread =
		    fmax(fmax(v[0], v[1]), fmax(v[2], v[3])) - fmin(fmin(v[0], v[1]), fmin(v[2], v[3]));
		const double mid = tt_median(v, 4);
		if (fabs(a->e[i] - mid) > 2 * spread + 10 / sqrt(a->w[i])) a->w[i] *= 1e-6;
	}
}

tt_status tt_clock_frames_take(const tt_sync_input *in, tt_clock_frames *a, tt_error *err)
{
	if (!frames_new(a, in->n)) return tt_fail_memory(err, "the clocks' alignment");
	pick(in, a);
	if (a->n < TT_CLOCK_FEWEST)
		return tt_fail(err, TT_ERR_FAILED,
		               "only %zu frames with a gauge length to align the clocks with; expected at least %d",
		               a->n, TT_CLOCK_FEWEST);
	measure(a, a->stated);
	const double scatter = fmax(a->noise, 1e-6 * a->range);
	if (!(scatter > 0))
		return tt_fail(err, TT_ERR_FAILED,
		               "the gauge's length never changes: nothing to align the clocks with");
	for (size_t i = 0; i < a->n; i++) {
		const double u = in->u_m ? in->u_m[a->index[i]] : NAN;
		/* what the scatter shows is there, whatever was stated */
		a->w[i] = 1 / pow(u > 0 ? fmax(u, scatter) : scatter, 2);
	}
	if (in->fracture_frame < 0) cut_at_jump(a);
	mute_outliers(a);
	memcpy(a->stated, a->w, a->n * sizeof *a->w);
	return TT_OK;
}

tt_status tt_clock_frames_average(const tt_clock_frames *a, tt_clock_frames *c, tt_error *err)
{
	const size_t size = 1 + (a->n - 1) / TT_CLOCK_MOST_COARSE;
	if (!frames_new(c, a->n / size + 1)) return tt_fail_memory(err, "the clocks' alignment");
	c->share = (double)size;
	for (size_t i = 0; i + size <= a->n; i += size) {
		double t = 0, e = 0, w = 0;
		for (size_t j = i; j < i + size; j++) {
			t += a->w[j] * a->t[j];
			e += a->w[j] * a->e[j];
			w += a->w[j];
		}
		c->t[c->n] = t / w;
		c->e[c->n] = e / w;
		c->w[c->n++] = w;
	}
	return TT_OK;
}
