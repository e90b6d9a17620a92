/* Compliance between punch and device that the log's displacement contains and nobody stated.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "core/sentence.h"
#include "evaluate/evaluation.h"
#include "numeric/fit.h"

enum { FEWEST = 30 };
/* Of the displacement: what places on the grips, or their faces, leave unsaid, for grips and shoulders strain, too: 4 %
 * was seen of faces where nothing else was missing. Half of it counts as standard uncertainty of what is missing. */
static const double LEAST = 0.06;
/* What is not known of the picture's scale where nothing is said, a lens' distortion say. */
static const double SCALE = 0.01, SCALE_BY_FACES = 0.004;

/* opening = zero + share (d − d0) − grip F, share and grip free, from contact to the fracture or the largest force.
 * What lies between the two places seen and the film gives with the film's force; what lies between punch and device
 * gives with all that the punch feels, the spring's k d first: it takes away from the share. */
typedef struct opening_fit {
	double share, u_share, grip;
	size_t n;
} opening_fit;

/* A place that leaves the frame may be found again elsewhere: from a jump of two pixels and more than eight ordinary
 * steps on, nothing is believed. Returns how many are. */
static size_t until_jump(const double *opening, size_t n, double pixel_m)
{
	double *step = malloc((n + 1) * sizeof *step), last = NAN;
	size_t m = 0, end = n;
	if (!step) return 0;
	for (size_t i = 0; i < n; i++) {
		if (isnan(opening[i])) continue;
		if (!isnan(last)) step[m++] = fabs(opening[i] - last);
		last = opening[i];
	}
	double most = fmax(2 * pixel_m, 8 * tt_median(step, m));
	free(step);
	last = NAN;
	for (size_t i = 0; i < n && end == n; i++) {
		if (isnan(opening[i])) continue;
		if (!isnan(last) && fabs(opening[i] - last) > most) end = i;
		last = opening[i];
	}
	return end;
}

static bool fit_opening(const tt_evaluation *a, const double *time, const double *opening, size_t n, opening_fit *out)
{
	const tt_mechanics *m = a->r->mechanics;
	double end = fmin(isnan(m->fracture_time_s) ? INFINITY : m->fracture_time_s, m->max_force_time_s),
	       theta[TT_LSQ_MAX], inverse[TT_LSQ_MAX][TT_LSQ_MAX], nm = 1e9, uN = 1e6, rss = 0;
	double *rest = malloc((n + 1) * sizeof *rest);
	bool ok = rest != NULL;
	for (int pass = 0; ok && pass < 2; pass++) {
		tt_lsq l;
		tt_lsq_start(&l, 3);
		out->n = 0;
		rss = 0;
		for (size_t i = 0; i < n; i++) {
			tt_mechanics_sample s;
			if (isnan(opening[i]) || !(time[i] > m->contact_time_s && time[i] < end)) continue;
			tt_mechanics_at(m, time[i], 0, &s);
			if (s.outside || s.from_image) continue;
			const double phi[3] = {1, nm * s.displacement_m, uN * s.force_N};
			double e = nm * opening[i] - (pass ? theta[0] + theta[1] * phi[1] + theta[2] * phi[2] : 0);
			if (pass) {
				rest[out->n] = e;
				rss += e * e;
			}
			tt_lsq_add(&l, phi, nm * opening[i], 1);
			out->n++;
		}
		ok = out->n >= FEWEST && tt_lsq_solve(&l, theta, inverse);
	}
	if (ok) {
		double s2 = rss / (double)(out->n - 3) * tt_noise_inflation(rest, out->n);
		out->share = theta[1];
		out->u_share = sqrt(s2 * inverse[1][1]);
		out->grip = -theta[2];
	}
	free(rest);
	return ok;
}

static const char remedy[] = "give force.frame_compliance, or force.displacement: image";

/* Where no grip is seen for long enough: the share of the log's displacement that the gauge takes up is its share of
 * the parallel section's length, as long as that strains alike all over. */
static void check_by_gauge(const tt_evaluation *a)
{
	/* the section's ends are found to a few hundredths of it, and its shoulders strain a little, too */
	static const double LEAST_BY_GAUGE = 0.075, SHOULDERS = 0.02;
	const tt_gauge_choice *c = &a->o->choice;
	const tt_sync_result *s = &a->r->sync;
	bool seen = c->length_px > 0 && c->end[0] == TT_END_SHOULDER && c->end[1] == TT_END_SHOULDER && s->n > FEWEST;
	if (!seen || !(a->r->mechanics->max_force_N > 0)) return;
	double share = s->scale * c->section_length_px / a->o->gauge.length_px * (1 + SHOULDERS), missing = 1 - share,
	       k = a->r->mechanics->k, u = hypot(0.5 * LEAST_BY_GAUGE, s->u_scale / s->scale);
	if (!(missing > LEAST_BY_GAUGE) || !(missing < 0.5) || !(s->u_scale < 0.02 * s->scale)) return;
	tt_warn(
	    &a->r->warnings,
	    "the gauge takes up only %s of the log's displacement that its part of the parallel section lets expect: "
	    "compliance between punch and device of about %s in the log, or strain that is not even along the bar; "
	    "with the first, stiffness after fracture, Young's modulus and strengths are too low by about %.0f %%: %s",
	    TT_VALUE(100 * share, 100 * u, "%"), TT_VALUE(1e3 * missing / k, 1e3 * u / k, "nm/µN"), 100 * missing,
	    remedy);
}

void tt_compliance_check(tt_evaluation *a)
{
	const tt_track *k = &a->o->track;
	const tt_mechanics *m = a->r->mechanics;
	if (a->test->force.image_displacement || m->frame_compliance > 0) return;
	double *time = malloc((k->n + 1) * sizeof *time), *opening = malloc((k->n + 1) * sizeof *opening);
	opening_fit f;
	size_t n = time && opening && k->n_extra >= 2 ? tt_image_displacement(a, time, opening) : 0;
	bool told = false;
	if (n > 0 && fit_opening(a, time, opening, until_jump(opening, n, a->r->pixel_size.value), &f)) {
		double missing = 1 - f.share, u_pixel = a->r->pixel_size.u / a->r->pixel_size.value;
		const bool faces = a->o->by_faces;
		double u = hypot(f.u_share, fmax(u_pixel, faces ? SCALE_BY_FACES : SCALE));
		bool clear = missing > (faces ? 3 : 4) * u && missing > LEAST && f.u_share < 0.02;
		u = hypot(u, 0.5 * LEAST);
		if (clear)
			tt_warn(&a->r->warnings,
			        "the device opens in the images by only %s of the log's displacement: "
			        "compliance between punch "
			        "and device of about %s is in the log (or the pixel size is wrong by as "
			        "much); stiffness "
			        "after fracture, Young's modulus and strengths are then too low by about %.0f %%; %s",
			        TT_VALUE(100 * f.share, 100 * u, "%"),
			        TT_VALUE(1e3 * missing / m->k, 1e3 * u / m->k, "nm/µN"), 100 * missing, remedy);
		told = f.u_share < 0.02; /* the grips have their say, whatever it is */
	}
	if (!told) check_by_gauge(a);
	free(time);
	free(opening);
}
