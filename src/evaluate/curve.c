/* The stress–strain curve: strain from the gauge's length, stress from the log by the contract's law.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "temtensile/properties.h"
#include "evaluate/noise_scale.h"

double tt_clock_log_time(const tt_clock *c, double time_s)
{
	double t = time_s + c->shift_s;
	for (size_t i = 0; i < c->n_gaps && t > c->gap[i].at_s; i++)
		time_s += c->gap[i].lag_s;
	return c->rate * (time_s + c->shift_s - c->starts_at_s);
}

enum { COLUMNS = 14 };

static void columns_of(tt_curve *c, double **column[COLUMNS])
{
	double **all[COLUMNS] = {&c->time_s,         &c->log_time_s, &c->displacement_m,  &c->force_raw_N,
	                         &c->force_spring_N, &c->force_N,    &c->gauge_length_px, &c->strain,
	                         &c->stress_Pa,      &c->u_strain,   &c->u_stress_Pa,     &c->true_strain,
	                         &c->true_stress_Pa, &c->zncc};
	memcpy(column, all, sizeof all);
}

tt_status tt_curve_new(size_t n, tt_curve **out, tt_error *err)
{
	tt_curve *c = calloc(1, sizeof *c);
	double **column[COLUMNS];
	if (!c) return tt_fail_memory(err, "the curve");
	c->n = n;
	columns_of(c, column);
	c->frame = calloc(n ? n : 1, sizeof *c->frame);
	c->flag = calloc(n ? n : 1, sizeof *c->flag);
	bool ok = c->frame && c->flag;
	for (int i = 0; i < COLUMNS; i++) {
		*column[i] = malloc((n ? n : 1) * sizeof **column[i]);
		ok = ok && *column[i];
		for (size_t j = 0; *column[i] && j < n; j++)
			(*column[i])[j] = NAN;
	}
	if (!ok) {
		tt_curve_free(c);
		return tt_fail_memory(err, "the curve");
	}
	*out = c;
	return TT_OK;
}

void tt_curve_free(tt_curve *c)
{
	if (!c) return;
	double **column[COLUMNS];
	columns_of(c, column);
	for (int i = 0; i < COLUMNS; i++)
		free(*column[i]);
	free(c->frame);
	free(c->flag);
	free(c);
}

static double frame_interval(const double *t, size_t n)
{
	return n > 1 ? (t[n - 1] - t[0]) / (double)(n - 1) : 1;
}

/* u of the specimen's force: the local fit, F_air, k, d0 and their covariance, the clock. */
static double force_u(const tt_mechanics *m, const tt_mechanics_sample *s, double log_time_s, double u_clock_s,
                      double u_scale)
{
	double slope = m->k + 2 * m->k2 * s->displacement_m;
	double var = s->u_force_N * s->u_force_N + m->air.u_force_N * m->air.u_force_N;
	if (s->contact && !s->released) {
		double d = s->displacement_m, u_d0 = slope * m->u_d0_m;
		var += d * d * m->u_k * m->u_k + u_d0 * u_d0;
		if (s->from_image) var += pow(slope * d * u_scale, 2);
		if (m->source != TT_SPRING_GIVEN) var -= 2 * d * slope * m->spring.cov_k_d0;
		var += d * d * d * d * m->u_k2 * m->u_k2;
		if (m->k2 != 0) var += 2 * d * d * d * m->spring.cov_k_k2;
		const double since = log_time_s - m->contact_time_s;
		const double drift_f = tt_drift_left(m, true) * since,
		             drift_d = slope * tt_drift_left(m, false) * since;
		var += drift_f * drift_f + drift_d * drift_d;
		double clock = (s->force_rate_N_per_s - slope * s->displacement_rate_m_per_s) * u_clock_s;
		var += clock * clock;
	}
	return sqrt(fmax(var, 0));
}

/* Where the clock's error puts an intact frame behind the log's fracture, or a broken one before it, the images know
 * better: the nearest instant on the right side of it. */
static double right_side(const tt_mechanics *m, double t, bool broken)
{
	if (isnan(m->fracture_time_s)) return t;
	/* where rows are missing around the fracture there is no instant on its right side that could stand for another
	 */
	if (m->time_s[m->first_broken] - m->time_s[m->last_intact] >
	    4 * (m->time_s[m->n - 1] - m->time_s[0]) / (double)m->n)
		return t;
	if (!broken && t > m->time_s[m->last_intact]) return m->time_s[m->last_intact];
	if (broken && t < m->time_s[m->first_broken]) return m->time_s[m->first_broken];
	return t;
}

static void put_forces(const tt_curve_input *in, size_t i, double half_window, tt_curve *c)
{
	tt_mechanics_sample s;
	double area = in->width.value * in->thickness.value;
	double t = right_side(in->mechanics, c->log_time_s[i], c->flag[i] & TT_ROW_FRACTURED);
	tt_mechanics_at(in->mechanics, t, half_window, &s);
	if (s.saturated) c->flag[i] |= TT_ROW_SATURATED;
	if (s.gap) c->flag[i] |= TT_ROW_LOG_GAP;
	if (s.outside) {
		if (!s.saturated && !s.gap) c->flag[i] |= TT_ROW_OUTSIDE_LOG;
		return;
	}
	c->displacement_m[i] = s.displacement_m;
	c->force_raw_N[i] = s.force_raw_N;
	if (s.touch) {
		c->flag[i] |= TT_ROW_TOUCH;
		return;
	}
	c->force_spring_N[i] = s.force_spring_N;
	c->force_N[i] = s.force_N;
	if (c->flag[i] & TT_ROW_FRACTURED) return;
	double u_force = force_u(in->mechanics, &s, t, in->clock.u_s * in->clock.rate, in->u_pixel_size);
	double u_area = hypot(in->width.u / in->width.value, in->thickness.u / in->thickness.value);
	c->stress_Pa[i] = s.force_N / area;
	c->u_stress_Pa[i] = hypot(u_force / area, c->stress_Pa[i] * u_area);
}

static bool has_length(const tt_curve_input *in, const tt_curve *c, size_t i)
{
	return in->reading[i].ok && !(c->flag[i] & TT_ROW_NO_STRAIN);
}

/* Mean length before contact or, if there are some, over the frames named; and how much it scatters there. */
static size_t mean_length(const tt_curve_input *in, const tt_curve *c, const double *frames, double *mean,
                          double *noise)
{
	double until = in->mechanics->contact_time_s - 2 * in->mechanics->u_contact_time_s;
	double sum = 0, sum2 = 0;
	size_t n = 0;
	for (int pass = 0; pass < 2; pass++) {
		n = 0;
		for (size_t i = 0; i < in->n; i++) {
			bool taken = frames ? in->number[i] >= (int64_t)frames[0] && in->number[i] <= (int64_t)frames[1]
			                    : c->log_time_s[i] < until && !(c->flag[i] & TT_ROW_TOUCH);
			if (!taken || !has_length(in, c, i) || c->flag[i] & TT_ROW_DUPLICATE) continue;
			double l = in->reading[i].length_px;
			if (pass == 0)
				sum += l;
			else
				sum2 += (l - *mean) * (l - *mean);
			n++;
		}
		if (n == 0) return 0;
		*mean = sum / (double)n;
	}
	*noise = n >= 3 ? sqrt(sum2 / (double)(n - 1)) : NAN;
	return n;
}

/* Length extrapolated to zero force by the elastic line of the curve itself (tt_elastic_fit). */
static tt_status extrapolated_zero(const tt_curve_input *in, bool slack, tt_curve *c, tt_zero_length *z, tt_error *err)
{
	double start = NAN;
	for (size_t i = 0; i < in->n; i++) {
		if (!has_length(in, c, i)) continue;
		if (isnan(start)) start = in->reading[i].length_px;
		c->strain[i] = in->reading[i].length_px / start - 1;
	}
	tt_property_input curve = tt_property_input_empty();
	tt_property_options options = tt_property_defaults();
	curve.n = c->n;
	curve.time_s = c->time_s;
	curve.log_time_s = c->log_time_s;
	curve.strain = c->strain;
	curve.stress_Pa = c->stress_Pa;
	curve.flag = c->flag;
	curve.contact_log_s = in->mechanics->contact_time_s;
	options.slack_start = slack;
	tt_elastic_line line;
	tt_status st = tt_elastic_fit(&curve, &options, &line, err);
	if (st != TT_OK) return tt_fail_within(err, "gauge.zero: the unloaded length cannot be extrapolated");
	z->length_px = start * (1 + line.zero_strain);
	z->u_px = start * line.u_zero_strain;
	z->frames = line.count;
	return TT_OK;
}

/* Rows that have strained by a good part of `slack` against `mean_px` while no more than a thirtieth of the largest
 * stress had come: a film that hangs through or is buckled is pulled straight before it carries load. */
static size_t strained_without_force(const tt_curve_input *in, const tt_curve *c, double mean_px, double slack)
{
	double top = 0;
	size_t n = 0;
	for (size_t i = 0; i < in->n; i++)
		if (has_length(in, c, i) && isfinite(c->stress_Pa[i])) top = fmax(top, c->stress_Pa[i]);
	for (size_t i = 0; i < in->n; i++) {
		if (!has_length(in, c, i) || c->flag[i] & TT_ROW_DUPLICATE ||
		    !(c->log_time_s[i] > in->mechanics->contact_time_s))
			continue;
		double e = in->reading[i].length_px / mean_px - 1;
		n += e > 0.25 * slack && fabs(c->stress_Pa[i]) < top / 30;
	}
	return n;
}

/* The mean before contact is the length of a slack film when the elastic line starts at a strain that noise and clock
 * do not explain and frames are seen to strain without force. Then the line's own zero is taken (said), unless the mean
 * was asked for (warned). */
static void look_for_slack(const tt_curve_input *in, tt_curve *c, tt_zero_length *z, tt_strings *warnings)
{
	enum { FEWEST = 4, FEW = 2 };
	/* CLEAR: a quarter of it is more than a metal strains at a thirtieth of its strength, so that fewer rows do */
	static const double LEAST = 5e-4, MOST = 0.2, CLEAR = 4e-3;
	tt_zero_length toe = *z;
	tt_error ignored;
	if (extrapolated_zero(in, true, c, &toe, &ignored) != TT_OK) return;
	double slack = toe.length_px / z->length_px - 1, u = hypot(toe.u_px, z->u_px) / z->length_px;
	if (!(slack > fmax(LEAST, 6 * u)) || slack > MOST) return;
	size_t rows = strained_without_force(in, c, z->length_px, slack);
	if (rows < (slack > fmax(CLEAR, 10 * u) ? FEW : FEWEST)) return;
	if (in->zero_given) {
		tt_warn(warnings,
		        "the film is slack at first: it strains by %.3f %% without force over %zu frames, and these "
		        "count as strain "
		        "because 'gauge.zero: preload-mean' was asked for; 'gauge.zero: toe' leaves them out",
		        100 * slack, rows);
		return;
	}
	toe.shift_strain = z->length_px / toe.length_px - 1;
	*z = toe;
	tt_warn(warnings,
	        "the film is slack at first: it strains by %.3f %% without force over %zu frames; the length of zero "
	        "strain is "
	        "extrapolated to zero force (gauge.zero: toe), since the mean before contact is that of a slack film",
	        100 * slack, rows);
}

/* u of a mean of n lengths: by their scatter, and not less than by a frame's own. */
static double u_of_mean(const tt_curve_input *in, const tt_curve *c, double noise, size_t n)
{
	double u = 0;
	for (size_t i = 0; i < in->n && u == 0; i++)
		if (has_length(in, c, i)) u = in->reading[i].u_length_px;
	return fmax(isnan(noise) ? u : noise, u) / sqrt((double)n);
}

/* The frames that the description names, with the mean before contact beside them. */
static tt_status zero_of_frames(const tt_curve_input *in, tt_curve *c, tt_zero_length *z, tt_error *err)
{
	double mean = NAN, noise = NAN;
	size_t before = mean_length(in, c, NULL, &mean, &noise);
	z->noise_px = noise;
	if (before) {
		z->found_length_px = mean;
		z->u_found_px = u_of_mean(in, c, noise, before);
	}
	z->frames = mean_length(in, c, in->reference_frames, &mean, &noise);
	if (!z->frames)
		return tt_fail(err, TT_ERR_FAILED,
		               "gauge.reference_frames: none of the frames %.0f to %.0f shows the gauge's length",
		               in->reference_frames[0], in->reference_frames[1]);
	z->length_px = mean;
	z->u_px = u_of_mean(in, c, noise, z->frames);
	return TT_OK;
}

static tt_status find_zero(const tt_curve_input *in, tt_curve *c, tt_zero_length *z, tt_error *err)
{
	double mean = NAN, noise = NAN;
	*z = (tt_zero_length){.length_px = NAN,
	                      .u_px = NAN,
	                      .noise_px = NAN,
	                      .shift_strain = NAN,
	                      .found_length_px = NAN,
	                      .u_found_px = NAN};
	if (in->reference_frames) return zero_of_frames(in, c, z, err);
	size_t n = mean_length(in, c, NULL, &mean, &noise);
	z->noise_px = noise;
	if (in->zero != TT_ZERO_PRELOAD_MEAN) {
		tt_status st = extrapolated_zero(in, false, c, z, err);
		if (st == TT_OK && n > 0) z->shift_strain = mean / z->length_px - 1;
		return st;
	}
	if (n == 0)
		return tt_fail(
		    err, TT_ERR_FAILED,
		    "no frame shows the specimen before contact (the log's contact is at %.3f s, the first frame at "
		    "%.3f s of the log's clock), so the unloaded gauge length is unknown; record earlier, or ask for "
		    "'gauge.zero: elastic'",
		    in->mechanics->contact_time_s, in->n ? c->log_time_s[0] : NAN);
	z->length_px = mean;
	z->frames = n;
	z->u_px = u_of_mean(in, c, noise, n);
	return TT_OK;
}

/* The subsets' errors have more in common than their overlap says (codec, light): measured from frame to frame through
 * the whole test, and before loading, where the length must stand still. */
static tt_status noise_scale(const tt_curve_input *in, const tt_curve *c, tt_zero_length *z, tt_error *err)
{
	bool *use = malloc((in->n ? in->n : 1) * sizeof *use);
	double u2 = 0;
	size_t n = 0;
	if (!use) return tt_fail_memory(err, "the noise of the gauge");
	for (size_t i = 0; i < in->n; i++) {
		use[i] = has_length(in, c, i) && !(c->flag[i] & TT_ROW_DUPLICATE);
		if (!use[i] || c->flag[i] & TT_ROW_TOUCH || !(c->log_time_s[i] < in->mechanics->contact_time_s))
			continue;
		u2 += in->reading[i].u_length_px * in->reading[i].u_length_px;
		n++;
	}
	z->noise_scale = tt_noise_scale(in->reading, use, in->n);
	if (n >= 8 && u2 > 0 && z->noise_px > 0)
		z->noise_scale = fmax(z->noise_scale, z->noise_px / sqrt(u2 / (double)n));
	free(use);
	return TT_OK;
}

double tt_gauge_speed(const tt_gauge_reading *reading, const unsigned *flag, size_t n, size_t i)
{
	enum { REACH = 2 };
	size_t first = SIZE_MAX, last = 0;
	for (size_t k = i > REACH ? i - REACH : 0; k < n && k <= i + REACH; k++) {
		if (flag[k] & TT_ROW_NO_STRAIN || !reading[k].ok) continue;
		if (first == SIZE_MAX) first = k;
		last = k;
	}
	if (first == SIZE_MAX || last == first) return 0;
	return fabs(reading[last].length_px - reading[first].length_px) / (double)(last - first);
}

/* Strain and its u: each frame's scatter of subsets, scaled to the noise seen, the interpolant's bias, the codec's lag,
 * and u(L0). */
static void put_strain(const tt_curve_input *in, const tt_zero_length *z, size_t i, tt_curve *c)
{
	const tt_gauge_reading *r = &in->reading[i];
	c->zncc[i] = r->zncc;
	if (!has_length(in, c, i)) return;
	double u = hypot(z->noise_scale * r->u_length_px, in->bias_px > 0 ? in->bias_px : TT_BIAS_CUBIC_PX);
	u = hypot(u, in->u_lag_frames * tt_gauge_speed(in->reading, c->flag, in->n, i));
	double stretch = r->length_px / z->length_px;
	c->gauge_length_px[i] = r->length_px;
	c->strain[i] = stretch - 1;
	c->u_strain[i] = hypot(u / z->length_px, stretch * z->u_px / z->length_px);
}

/* True stress and strain while the deformation is uniform: up to the largest stress (mean of three rows, against
 * noise). */
static void put_true(tt_curve *c)
{
	size_t last = 0;
	double best = 0;
	for (size_t i = 1; i + 1 < c->n; i++) {
		if (!tt_curve_row_usable(c, i - 1) || !tt_curve_row_usable(c, i) || !tt_curve_row_usable(c, i + 1))
			continue;
		double s = c->stress_Pa[i - 1] + c->stress_Pa[i] + c->stress_Pa[i + 1];
		if (s <= best) continue;
		best = s;
		last = i;
	}
	for (size_t i = 0; i <= last && i < c->n; i++) {
		if (isnan(c->strain[i]) || isnan(c->stress_Pa[i])) continue;
		c->true_strain[i] = log1p(c->strain[i]);
		c->true_stress_Pa[i] = c->stress_Pa[i] * (1 + c->strain[i]);
	}
}

tt_status tt_curve_build(const tt_curve_input *in, tt_curve **out, tt_zero_length *zero, tt_strings *warnings,
                         tt_error *err)
{
	tt_curve *c;
	tt_status st = tt_curve_new(in->n, &c, err);
	if (st != TT_OK) return st;
	double half_window = 0.5 * frame_interval(in->time_s, in->n) * in->clock.rate;
	const tt_mechanics *m = in->mechanics;
	if (m->n > 1) half_window = fmax(half_window, 3 * (m->time_s[m->n - 1] - m->time_s[0]) / (double)(m->n - 1));
	for (size_t i = 0; i < in->n; i++) {
		c->frame[i] = in->number[i];
		c->flag[i] = in->flag[i];
		c->time_s[i] = in->time_s[i];
		c->log_time_s[i] = tt_clock_log_time(&in->clock, in->time_s[i]);
		put_forces(in, i, half_window, c);
	}
	st = find_zero(in, c, zero, err);
	if (st == TT_OK && in->zero == TT_ZERO_PRELOAD_MEAN && !in->reference_frames)
		look_for_slack(in, c, zero, warnings);
	if (st == TT_OK) st = noise_scale(in, c, zero, err);
	if (st != TT_OK) {
		tt_curve_free(c);
		return st;
	}
	if (in->zero == TT_ZERO_PRELOAD_MEAN && zero->frames < 5)
		tt_warn(warnings, "the unloaded gauge length rests on only %zu frame%s%s", zero->frames,
		        zero->frames == 1 ? "" : "s", in->reference_frames ? "" : " before contact");
	for (size_t i = 0; i < in->n; i++)
		put_strain(in, zero, i, c);
	put_true(c);
	*out = c;
	return TT_OK;
}
