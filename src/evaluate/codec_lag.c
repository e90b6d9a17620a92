/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/codec_lag.h"

#include <math.h>
#include <stdlib.h>

#include "numeric/statistics.h"

enum { ABOUT = 5, FEWEST = 3 };

/* Steps of strain from row to row, the known ones in order. */
typedef struct step {
	double size;
	bool key;
} step;

static size_t steps_of(const tt_evaluation *a, step *s)
{
	const tt_curve *c = a->r->curve;
	const tt_mechanics *m = a->r->mechanics;
	size_t n = 0, last = SIZE_MAX;
	double end = isnan(m->fracture_time_s) ? INFINITY : m->fracture_time_s;
	for (size_t i = 0; i < c->n; i++) {
		bool known = a->o->track.reading[i].ok && !(a->r->flag[i] & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE)) &&
		             c->log_time_s[i] < end;
		if (!known) continue;
		/* across a lost frame there is no step */
		if (last != SIZE_MAX && last + 1 == i && c->log_time_s[i] > m->contact_time_s)
			s[n++] =
			    (step){c->strain[i] - c->strain[last], (a->o->track.source_flag[i] & TT_FRAME_KEY) != 0};
		last = i;
	}
	return n;
}

/* What a step has beyond the middle of those about it, pictures of their own left out; NaN: too few. */
static double beyond(const step *s, size_t n, size_t j)
{
	double d[2 * ABOUT];
	size_t m = 0;
	for (size_t i = j > ABOUT ? j - ABOUT : 0; i < n && i <= j + ABOUT && m < 2 * ABOUT; i++)
		if (i != j && !s[i].key) d[m++] = s[i].size;
	return m < ABOUT ? NAN : s[j].size - tt_median(d, m);
}

tt_status tt_codec_lag_check(tt_evaluation *a, tt_error *err)
{
	static const double LEAST = 1.5e-4, TIMES = 4;
	tt_curve *c = a->r->curve;
	if (!a->o->recording.lossy_prediction) return TT_OK;
	step *s = malloc((c->n + 1) * sizeof *s);
	double *key = malloc(2 * (c->n + 1) * sizeof *key), *other = key + c->n + 1;
	if (!s || !key) {
		free(s);
		free(key);
		return tt_fail_memory(err, "the steps of the strain");
	}
	size_t n = steps_of(a, s), keys = 0, others = 0;
	for (size_t i = 0; i < n; i++) {
		double d = beyond(s, n, i);
		if (isnan(d)) continue;
		if (s[i].key)
			key[keys++] = d;
		else
			other[others++] = d;
	}
	double jump = tt_mean(key, keys), sd = tt_sd(other, others);
	/* pictures of their own have noise of their own */
	if (keys >= FEWEST) sd = fmax(sd, tt_sd(key, keys));
	double u = sd / sqrt((double)(keys ? keys : 1));
	if (keys && others >= ABOUT && jump > LEAST && jump > (keys < FEWEST ? 2 * TIMES : TIMES) * u) {
		tt_warn(&a->r->warnings,
		        "the pictures lag behind the specimen: at the %zu key frames the strain jumps ahead by %.2g ± "
		        "%.1g %%, "
		        "since the codec leaves out what moves a little between them; that counts as uncertainty: "
		        "record at a "
		        "higher quality, or lossless",
		        keys, 100 * jump, 100 * u);
		a->u_optics = hypot(a->u_optics, jump);
		for (size_t i = 0; i < c->n; i++)
			c->u_strain[i] = hypot(c->u_strain[i], jump);
	}
	free(s);
	free(key);
	return TT_OK;
}
