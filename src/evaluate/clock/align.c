/* Fits the log's mechanics, aligns the clocks and decides in which frame the specimen is broken.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "evaluate/evaluation.h"

static const double clock_reach = 2; /* standard uncertainties of the clock within which two instants are one: 95 % */

static tt_mechanics_options mechanics_options(const tt_evaluation *a)
{
	const tt_test *t = a->test;
	tt_mechanics_options o = tt_mechanics_defaults();
	o.spring = t->force.source;
	o.stiffness = t->force.stiffness;
	o.stiffness2 = t->force.stiffness2;
	o.empty_run = a->empty_run;
	o.frame_compliance = t->force.frame_compliance;
	o.contact_time_s = t->force.contact;
	o.unbroken = t->fracture.none;
	o.test_level = a->r->thresholds.test_level;
	o.spring_least_travel = fmax(a->r->thresholds.spring_least_travel, 1e-9);
	o.spring_residual = a->r->thresholds.spring_residual;
	o.air_from_s = t->force.air_s[0];
	o.air_to_s = t->force.air_s[1];
	o.spring_from_s = t->force.spring_fit_s[0];
	o.spring_to_s = t->force.spring_fit_s[1];
	o.drift = t->force.drift;
	o.drift_m_per_s = t->force.drift_m_per_s;
	return o;
}

/* Between contact and fracture the opening in the images should be the log's displacement: where it is not, one of the
 * two does not show what the spring feels. Compared are means over a tenth of the way, against the frames' noise. */
static void compare_displacements(const tt_evaluation *a, const tt_mechanics *log, const tt_mechanics *image)
{
	enum { PARTS = 10 };
	const tt_track *k = &a->o->track;
	double sum[PARTS] = {0}, worst = 0, worst_at = 0, most = 0, half = image->image_noise_m;
	size_t count[PARTS] = {0}, n = 0;
	double end = isnan(log->fracture_time_s) ? log->time_s[log->n - 1] : log->fracture_time_s;
	for (size_t i = 0; i < k->n; i++) {
		double t = tt_clock_log_time(&a->r->clock, k->time_s[i]),
		       part = (t - log->contact_time_s) / (end - log->contact_time_s);
		tt_mechanics_sample s, q;
		if (!(part >= 0 && part < 1)) continue;
		tt_mechanics_at(log, t, 0, &s);
		tt_mechanics_at(image, t, 0, &q);
		if (s.outside || q.outside || !q.from_image) continue;
		int p = (int)(part * PARTS);
		sum[p] += q.displacement_m - s.displacement_m;
		count[p]++;
		n++;
		most = fmax(most, fabs(s.displacement_m));
	}
	for (int p = 0; p < PARTS; p++) {
		if (!count[p] || !(fabs(sum[p] / (double)count[p]) > fabs(worst))) continue;
		worst = sum[p] / (double)count[p];
		half = image->image_noise_m / sqrt((double)count[p]);
		worst_at = log->contact_time_s + (p + 0.5) / PARTS * (end - log->contact_time_s);
	}
	if (n == 0 || fabs(worst) < 3 * half || fabs(worst) < 0.01 * most) return;
	tt_warn(
	    &a->r->warnings,
	    "the opening in the images and the log's displacement differ by %s of %s near %s of the "
	    "log: "
	    "compliance between punch and device, or a tracked point that does not move with it; the images' is used",
	    TT_DIGITS(worst * 1e9, 3, "nm"), TT_DIGITS(most * 1e9, 4, "nm"), TT_DIGITS(worst_at, 4, "s"));
}

/* Once more with the displacement that the images show, now that the clocks are known. */
static tt_status refit_with_images(tt_evaluation *a, tt_error *err)
{
	double *time = malloc(a->o->track.n * sizeof *time),
	       *displacement = malloc(a->o->track.n * sizeof *displacement);
	tt_mechanics *m = NULL;
	tt_status st = TT_OK;
	if (!time || !displacement) st = tt_fail_memory(err, "the displacement in the images");
	if (st == TT_OK) {
		tt_mechanics_options o = mechanics_options(a);
		o.image_n = tt_image_displacement(a, time, displacement);
		o.image_time_s = time;
		o.image_displacement_m = displacement;
		st = tt_mechanics_fit(a->log, &o, &m, &a->r->warnings, err);
	}
	if (st == TT_OK) {
		compare_displacements(a, a->r->mechanics, m);
		tt_mechanics_free(a->r->mechanics);
		a->r->mechanics = m;
	}
	free(time);
	free(displacement);
	return st;
}

static tt_status fit_mechanics(tt_evaluation *a, tt_error *err)
{
	tt_mechanics_options o = mechanics_options(a);
	/* with image displacement the second fit warns */
	tt_strings *warnings = a->test->force.image_displacement ? NULL : &a->r->warnings;
	return tt_mechanics_fit(a->log, &o, &a->r->mechanics, warnings, err);
}

/* Time stamps say when an exposure starts; what the picture shows happened on average half an exposure later, and in
 * the gauge's rows later still where rows are read one after the other. */
static double stamp_shift(const tt_evaluation *a)
{
	const tt_test *t = a->test;
	const tt_gauge *g = &a->o->gauge;
	double half = t->video.exposure_s / 2, rows = a->o->recording.height - 1, row = 0.5 * (g->from[1] + g->to[1]),
	       later = rows > 0 ? t->video.rolling_shutter_s * row / rows : 0;
	return later + (t->video.timestamp == TT_STAMP_START ? half : t->video.timestamp == TT_STAMP_END ? -half : 0);
}

/* What is known to be wrong with either record, when their clocks cannot be aligned: a file that is cut holds too
 * little of the test; so does a log that ends under load. "" for nothing. */
static void likely_cause(const tt_evaluation *a, char *out, size_t size)
{
	static const char *const words[] = {"is cut", "damaged", "reading stopped"};
	const tt_mechanics *m = a->r->mechanics;
	size_t used = 0;
	*out = '\0';
	for (size_t i = 0; i < a->o->warnings.n && !used; i++)
		for (size_t k = 0; k < sizeof words / sizeof *words && !used; k++)
			if (strstr(a->o->warnings.item[i], words[k]))
				used = (size_t)snprintf(out, size, "the recording: %.200s", a->o->warnings.item[i]);
	if (isnan(m->fracture_time_s) && isnan(m->release_time_s) && used < size && *m->fracture_text)
		snprintf(out + used, size - used, "%sthe force log: %.200s", used ? "; " : "", m->fracture_text);
}

static tt_status align(tt_evaluation *a, tt_error *err)
{
	const tt_test *t = a->test;
	const tt_track *k = &a->o->track;
	double *elongation = malloc(k->n * sizeof *elongation), *u = malloc(k->n * sizeof *u),
	       *time = malloc(k->n * sizeof *time), first = NAN;
	tt_status st = TT_OK;
	if (!elongation || !u || !time) st = tt_fail_memory(err, "the clock match");
	for (size_t i = 0; st == TT_OK && i < k->n; i++) {
		bool known = k->reading[i].ok && !(a->r->flag[i] & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE)) &&
		             (a->separation.frame < 0 || (int64_t)i < a->separation.frame);
		if (known && isnan(first)) first = k->reading[i].length_px;
		time[i] = k->time_s[i] + a->r->clock.shift_s;
		elongation[i] = known ? (k->reading[i].length_px - first) * a->r->pixel_size.value : NAN;
		u[i] = known ? k->reading[i].u_length_px * a->r->pixel_size.value : NAN;
	}
	if (st == TT_OK) {
		tt_sync_input in = {.mechanics = a->r->mechanics,
		                    .n = k->n,
		                    .time_s = time,
		                    .elongation_m = elongation,
		                    .u_m = u,
		                    .flag = a->r->flag,
		                    .fracture_frame = a->separation.frame,
		                    .exposure_s = t->video.exposure_s > 0 ? t->video.exposure_s : NAN,
		                    .given = t->sync.automatic ? (tt_quantity){.value = NAN} : t->sync.log_starts_at,
		                    .find_rate = t->sync.rate_automatic,
		                    .cost_broken = a->r->thresholds.cost_broken,
		                    .cost_beyond = a->r->thresholds.cost_beyond,
		                    .rate = {.value = t->sync.rate_given || !t->sync.automatic ? t->sync.rate : NAN}};
		st = tt_sync_solve(&in, &a->r->sync, &a->r->warnings, err);
		if (st == TT_ERR_FAILED && tt_fracture_given(t) && in.fracture_frame >= 0) {
			/* a frame set by hand that the elongation contradicts: the elongation alone decides */
			tt_sync_result_free(&a->r->sync);
			in.fracture_frame = -1;
			st = tt_sync_solve(&in, &a->r->sync, &a->r->warnings, err);
			if (st == TT_OK)
				tt_warn(&a->r->warnings,
				        "fracture.frame: the elongation and the log do not match the frame given: the "
				        "clocks are aligned by the elongation alone");
		}
	}
	free(elongation);
	free(u);
	free(time);
	char cause[460];
	if (st == TT_ERR_FAILED) likely_cause(a, cause, sizeof cause);
	if (st == TT_ERR_FAILED && *cause) return tt_fail_within(err, "%s", cause);
	if (st == TT_ERR_FAILED && a->o->contrast_grey < 1.5 * a->o->noise_grey)
		return tt_fail_within(err,
		                      "the specimen's texture is weak (contrast %.2g grey levels at a noise of %.2g; "
		                      "strong is three times the noise)",
		                      a->o->contrast_grey, a->o->noise_grey);
	return st;
}

static tt_status set_clock(tt_evaluation *a, tt_error *err)
{
	const tt_test *t = a->test;
	a->r->clock.shift_s = stamp_shift(a);
	a->r->clock.rate = t->sync.rate;
	tt_status st = align(a, err);
	if (!t->sync.automatic) {
		/* With a given clock the match is only a comparison: too little overlap for it is no error. */
		if (st == TT_ERR_FAILED) st = TT_OK;
		a->r->clock.starts_at_s = t->sync.log_starts_at.value;
		a->r->clock.u_s = hypot(t->sync.log_starts_at.u, a->log->u_time_s);
		snprintf(a->r->clock_source, sizeof a->r->clock_source, "description");
		return st;
	}
	if (st != TT_OK) return st;
	a->r->clock.starts_at_s = a->r->sync.log_starts_at_s;
	a->r->clock.u_s = a->r->sync.u_log_starts_at_s;
	a->r->clock.rate = a->r->sync.rate;
	a->r->u_rate = a->r->sync.u_rate;
	memcpy(a->r->clock.gap, a->r->sync.gap, sizeof a->r->clock.gap);
	a->r->clock.n_gaps = a->r->sync.n_gaps;
	snprintf(a->r->clock_source, sizeof a->r->clock_source, "%s", a->r->sync.text);
	return TT_OK;
}

/* The first frame of the camera's own at or after the log's time t; -1: none. What repeats an older image does not show
 * its time. */
static int64_t image_at(const tt_evaluation *a, double t)
{
	for (size_t i = 0; i < a->o->track.n; i++)
		if (!(a->r->flag[i] & TT_ROW_DUPLICATE) && tt_clock_log_time(&a->r->clock, a->o->track.time_s[i]) >= t)
			return (int64_t)i;
	return -1;
}

/* The camera's image after (way 1) or before (-1) a frame; the frame itself when there is none. */
static int64_t image_beside(const tt_evaluation *a, int64_t frame, int way)
{
	for (int64_t i = frame + way; i >= 0 && i < (int64_t)a->o->track.n; i += way)
		if (!(a->r->flag[i] & TT_ROW_DUPLICATE)) return i;
	return frame;
}

/* Can the log's instant, which falls on image `logged`, be that of frame `seen`: no more than an image or what the
 * clock is uncertain by apart? */
static void frames_of_instant(const tt_evaluation *a, int64_t logged, int64_t *first, int64_t *last)
{
	double t = a->r->mechanics->fracture_time_s, reach = clock_reach * a->r->clock.u_s;
	int64_t early = image_at(a, t - reach), late = image_at(a, t + reach);
	*first = image_beside(a, logged, -1);
	*last = image_beside(a, logged, 1);
	if (early >= 0 && early < *first) *first = early;
	if (late > *last) *last = late;
}

static int64_t fracture_frame_of_log(const tt_evaluation *a)
{
	const tt_mechanics *m = a->r->mechanics;
	const int64_t seen = a->separation.frame;
	const double *time_s = a->o->track.time_s;
	double t = m->fracture_time_s;
	if (isnan(t)) return -1;
	/* where rows are missing the log knows only between which two it broke */
	if (tt_mechanics_hole(m, t) && seen > 0 &&
	    tt_clock_log_time(&a->r->clock, time_s[seen]) >= m->time_s[m->last_intact] &&
	    tt_clock_log_time(&a->r->clock, time_s[seen - 1]) <= m->time_s[m->first_broken])
		return seen;
	return image_at(a, t);
}

/* The images are the direct evidence; the log decides where they say nothing, and is compared where they do. */
static tt_status decide_fracture(tt_evaluation *a, tt_error *err)
{
	int64_t seen = a->separation.frame, logged = fracture_frame_of_log(a);
	const tt_mechanics *m = a->r->mechanics;
	a->r->fracture_by_log = logged;
	if (tt_fracture_given(a->test)) {
		a->r->fracture = seen;
		snprintf(a->r->fracture_text, sizeof a->r->fracture_text, "%s", a->separation.text);
		return TT_OK;
	}
	int64_t first = -1, last = -1;
	if (logged >= 0) frames_of_instant(a, logged, &first, &last);
	a->r->fracture = seen >= 0 && (logged < 0 || seen <= last) ? seen : logged;
	if (a->o->track.n && m->fracture_time_s < tt_clock_log_time(&a->r->clock, a->o->track.time_s[0]))
		return tt_fail(
		    err, TT_ERR_INPUT,
		    "%s: the recording starts after the fracture: its first frame is at %.3f s of the log's clock, "
		    "the specimen broke at %.3f s",
		    a->test->video.file, tt_clock_log_time(&a->r->clock, a->o->track.time_s[0]), m->fracture_time_s);
	if (seen >= 0 && logged >= 0) {
		snprintf(a->r->fracture_text, sizeof a->r->fracture_text, "%s; the log's instant falls on frame %lld",
		         a->separation.text, (long long)logged);
		/* a gap that is seen late, behind frames that show nothing, does not contradict the log */
		const int64_t whole = a->separation.last_intact;
		if (seen < first || (seen > last && !(whole >= 0 && logged > whole)))
			tt_warn(&a->r->warnings,
			        "the halves separate in frame %lld, but by the log and the clock the specimen breaks "
			        "before frame "
			        "%lld: check sync.log_starts_at; the earlier of the two is used",
			        (long long)seen, (long long)logged);
		return TT_OK;
	}
	if (seen >= 0) {
		double at = tt_clock_log_time(&a->r->clock, a->o->track.time_s[seen]);
		bool covered = m->n > 0 && at < m->time_s[m->n - 1];
		snprintf(a->r->fracture_text, sizeof a->r->fracture_text, "%s; the log %s", a->separation.text,
		         covered ? "shows no fracture" : "ends before");
		if (covered)
			tt_warn(&a->r->warnings,
			        "a gap opens in the images at frame %lld, but the log shows no fracture there",
			        (long long)seen);
	} else if (logged >= 0) {
		snprintf(a->r->fracture_text, sizeof a->r->fracture_text, "by the log's instant alone: %s",
		         a->separation.text);
		tt_warn(&a->r->warnings,
		        "the log shows the fracture at frame %lld, but no gap was seen in the images; the log's frame "
		        "is used",
		        (long long)logged);
	} else {
		snprintf(a->r->fracture_text, sizeof a->r->fracture_text,
		         "the specimen does not break in this recording");
	}
	return TT_OK;
}

/* A bend contour that passes shifts the subsets under it; the robust means resist, but not wholly. */
static tt_status name_moving_bias(const tt_evaluation *a, tt_error *err)
{
	const tt_track *k = &a->o->track;
	bool *use = malloc((k->n ? k->n : 1) * sizeof *use);
	if (!use) return tt_fail_memory(err, "the frames to look at");
	for (size_t i = 0; i < k->n; i++)
		use[i] = !(a->r->flag[i] & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE));
	tt_moving_band b;
	tt_status st = tt_moving_band_find(&a->o->light, k, use, a->o->noise_grey, a->o->contrast_grey, &b, err);
	free(use);
	if (st == TT_OK && b.seen)
		tt_warn(&a->r->warnings,
		        "%s of other brightness (%s grey levels; bend contours?) move%s through the gauge, from "
		        "%.0f to %.0f %% "
		        "of its length between frames %lld and %lld: subsets under %s depart by %.3f px from a uniform "
		        "strain, "
		        "others by %.3f px%s; slopes such as Young's modulus may be biased there",
		        b.bands > 1 ? "bands" : "a band", TT_DIGITS(b.contrast_grey, 2, ""), b.bands > 1 ? "" : "s",
		        100 * b.from, 100 * b.to, (long long)k->number[b.first], (long long)k->number[b.last],
		        b.bands > 1 ? "them" : "it", b.inside_px, b.outside_px,
		        a->o->flattened ? ", with slowly varying light taken off" : "");
	else if (st == TT_OK && a->o->flattened)
		tt_warn(&a->r->warnings,
		        "slowly varying light was taken off the frames (Gaussian of %.1f px), since too many of them "
		        "were lost "
		        "without",
		        a->o->dic.highpass_sigma_px);
	return st;
}

/* One clock, the images'; force from the gap that they show, or none. */
static tt_status from_images_alone(tt_evaluation *a, tt_error *err)
{
	const tt_track *k = &a->o->track;
	const int64_t f = a->separation.frame;
	double *time = malloc(2 * (k->n + 1) * sizeof *time), *opening = time ? time + k->n + 1 : NULL, broke = NAN,
	       u = NAN;
	if (!time) return tt_fail_memory(err, "the gap in the images");
	a->r->clock = (tt_clock){.rate = 1};
	snprintf(a->r->clock_source, sizeof a->r->clock_source, "one clock, the images'");
	if (f > 0 && (size_t)f < k->n) {
		broke = (k->time_s[f - 1] + k->time_s[f]) / 2;
		u = (k->time_s[f] - k->time_s[f - 1]) / sqrt(12);
	}
	tt_status st;
	if (a->test->force.none) {
		st = tt_mechanics_none(k->time_s, k->n, broke, &a->r->mechanics, err);
		tt_warn(&a->r->warnings, "force: none: strain against the images' time, from the %s; no stress",
		        isnan(a->test->gauge.reference_frames[0]) ? "first frame on" : "frames of reference on");
	} else {
		const size_t n = tt_image_displacement(a, time, opening);
		const tt_image_gauge g = {time, opening, n, a->test->force.stiffness, a->test->force.contact, broke, u};
		st = tt_mechanics_of_gauge(&g, &a->r->mechanics, err);
	}
	free(time);
	return st;
}

static tt_status from_log(tt_evaluation *a, tt_error *err)
{
	tt_status st = fit_mechanics(a, err);
	if (st == TT_OK) st = set_clock(a, err);
	if (st == TT_OK && a->test->force.image_displacement) st = refit_with_images(a, err);
	return st;
}

tt_status tt_evaluate_clock(tt_evaluation *a, tt_error *err)
{
	const bool images = a->test->force.none || a->test->force.image_gauge;
	tt_status st = images ? from_images_alone(a, err) : from_log(a, err);
	if (st == TT_OK) st = decide_fracture(a, err);
	if (st != TT_OK) return st;
	for (size_t i = 0; a->r->fracture >= 0 && i < a->o->track.n; i++) {
		if ((int64_t)i < a->r->fracture) continue;
		/* What follows the fracture is no longer lost or damaged: it is broken. */
		a->r->flag[i] = (a->r->flag[i] & (TT_ROW_DUPLICATE | TT_ROW_EXCLUDED)) | TT_ROW_FRACTURED;
	}
	if (!images) tt_compliance_check(a);
	return name_moving_bias(a, err);
}
