/* The rows of a curve that may enter a property.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/properties/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/statistics.h"

enum { DOUBLE_ARRAYS = 11, SUMS = 9 };

tt_status tt_series_new(size_t n, tt_series **out, tt_error *err)
{
	*out = NULL;
	if (n > SIZE_MAX / 512) return tt_fail_memory(err, "the curve's rows");
	tt_series *s = calloc(1, sizeof *s);
	size_t m = n + 1;
	char *p = calloc(m, (DOUBLE_ARRAYS + SUMS) * sizeof(double) + sizeof(size_t) + 2 * sizeof(int));
	if (!s || !p) {
		free(s);
		free(p);
		return tt_fail_memory(err, "the curve's rows");
	}
	s->memory = p;
	s->capacity = n;
	double **array[DOUBLE_ARRAYS] = {&s->t, &s->video_t, &s->e,  &s->s,  &s->ue,     &s->us,
	                                 &s->d, &s->f,       &s->se, &s->ss, &s->skipped};
	for (int i = 0; i < DOUBLE_ARRAYS; i++, p += m * sizeof(double))
		*array[i] = (double *)(void *)p;
	for (int i = 0; i < SUMS; i++, p += m * sizeof(double))
		s->sum[i] = (double *)(void *)p;
	s->row = (size_t *)(void *)p;
	p += m * sizeof(size_t);
	s->he = (int *)(void *)p;
	s->hs = s->he + m;
	s->t_f = s->d_f = s->s_f = s->us_f = NAN;
	s->noise_scale = s->long_run = 1;
	*out = s;
	return TT_OK;
}

void tt_series_free(tt_series *s)
{
	if (!s) return;
	free(s->memory);
	free(s);
}

double tt_white_noise(const double *y, size_t n)
{
	double s = n < 5 ? 0 : tt_noise_std(y, n);
	return isnan(s) ? 0 : s;
}

static void move_row(tt_series *s, size_t from, size_t to)
{
	double *array[] = {s->t, s->video_t, s->e, s->s, s->ue, s->us, s->d, s->f, s->skipped};
	for (size_t k = 0; k < sizeof array / sizeof *array; k++)
		array[k][to] = array[k][from];
	s->row[to] = s->row[from];
}

/* Hampel's identifier against the median of five neighbours: single rows far away, such as a frame that the
 * correlation mistook. A step stays, since it moves the median along. */
static tt_status drop_outliers(tt_series *s, double limit, tt_error *err)
{
	if (s->n < 9) return TT_OK;
	double *r = malloc(2 * s->n * sizeof *r), *sorted = r + s->n;
	if (!r) return tt_fail_memory(err, "the curve's rows");
	r[0] = r[1] = r[s->n - 1] = r[s->n - 2] = 0;
	for (size_t i = 2; i + 2 < s->n; i++) {
		r[i] = fabs(s->e[i] - tt_median_of_five(s->e + i - 2));
		sorted[i - 2] = r[i];
	}
	double scale = TT_SD_OF_MAD * tt_median(sorted, s->n - 4);
	size_t n = 0;
	for (size_t i = 0; i < s->n; i++) {
		/* the neighbours' own spread counts, so that fast motion is no outlier */
		double spread = 0;
		if (i >= 2 && i + 2 < s->n) spread = fabs(s->e[i + 2] - s->e[i - 2]);
		if (r[i] > limit * scale && r[i] > limit * s->ue[i] && r[i] > spread) {
			s->outliers++;
			continue;
		}
		move_row(s, i, n++);
	}
	s->n = n;
	free(r);
	return TT_OK;
}

/* Fills what is missing or zero in u with the median of the rest, or with the noise of y; never leaves a zero. */
static tt_status settle_noise(double *u, const double *y, size_t n, tt_error *err)
{
	if (n == 0) return TT_OK;
	double *v = malloc(n * sizeof *v);
	if (!v) return tt_fail_memory(err, "the curve's rows");
	size_t good = 0;
	double top = 0;
	for (size_t i = 0; i < n; i++) {
		if (u[i] > 0 && isfinite(u[i])) v[good++] = u[i];
		top = fmax(top, fabs(y[i]));
	}
	double typical = good ? tt_median(v, good) : tt_white_noise(y, n);
	double least = 1e-7 * top + 1e-300;
	typical = fmax(typical, least);
	for (size_t i = 0; i < n; i++) {
		if (!(u[i] > 0) || !isfinite(u[i])) u[i] = typical;
		/* an uncertainty is itself estimated: no row weighs more or less than its like by much */
		u[i] = fmin(fmax(u[i], 0.3 * typical), 5 * typical);
	}
	free(v);
	return TT_OK;
}

static double log_time(const tt_property_input *in, size_t i)
{
	return in->log_time_s ? in->log_time_s[i] : in->time_s[i];
}

static bool row_has_strain(const tt_property_input *in, size_t i)
{
	unsigned flag = in->flag ? in->flag[i] : 0;
	if (flag & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE)) return false;
	if (!isfinite(in->strain[i]) || !isfinite(log_time(in, i)) || !isfinite(in->time_s[i])) return false;
	return !(log_time(in, i) < in->contact_log_s);
}

static bool row_has_stress(const tt_property_input *in, size_t i)
{
	unsigned flag = in->flag ? in->flag[i] : 0;
	return !(flag & TT_ROW_OUTSIDE_LOG) && isfinite(in->stress_Pa[i]);
}

static tt_status check_input(const tt_property_input *in, tt_error *err)
{
	if (in->n == 0) return tt_fail(err, TT_ERR_INPUT, "properties: the curve has no rows");
	if (!in->time_s || !in->strain || !in->stress_Pa)
		return tt_fail(err, TT_ERR_USAGE, "properties: time, strain and stress are needed");
	double last = -INFINITY, last_log = -INFINITY;
	for (size_t i = 0; i < in->n; i++) {
		double t = in->time_s[i], l = log_time(in, i);
		if (t <= last)
			return tt_fail(err, TT_ERR_INPUT,
			               "properties: time goes from %.9g s to %.9g s at row %zu, expected to grow", last,
			               t, i);
		if (l <= last_log)
			return tt_fail(err, TT_ERR_INPUT,
			               "properties: log time goes from %.9g s to %.9g s at row %zu, expected to grow",
			               last_log, l, i);
		if (isfinite(t)) last = t;
		if (isfinite(l)) last_log = l;
	}
	return TT_OK;
}

static void push(const tt_property_input *in, size_t i, tt_series *s)
{
	size_t k = s->n++;
	s->t[k] = log_time(in, i);
	s->video_t[k] = in->time_s[i];
	s->e[k] = in->strain[i];
	s->s[k] = in->stress_Pa[i];
	s->ue[k] = in->u_strain ? in->u_strain[i] : NAN;
	s->us[k] = in->u_stress_Pa ? in->u_stress_Pa[i] : NAN;
	s->d[k] = in->displacement_m ? in->displacement_m[i] : NAN;
	s->f[k] = in->force_raw_N ? in->force_raw_N[i] : NAN;
	s->row[k] = i;
}

/* The last rows with strain but without stress (the log ended earlier than the video). */
static void take_extra(const tt_property_input *in, tt_series *s)
{
	size_t from = s->n ? s->row[s->n - 1] + 1 : 0;
	size_t count = 0;
	for (size_t i = from; i < in->n; i++)
		count += row_has_strain(in, i);
	size_t skip = count > TT_SERIES_TAIL ? count - TT_SERIES_TAIL : 0;
	for (size_t i = from; i < in->n; i++) {
		if (!row_has_strain(in, i)) continue;
		if (skip > 0) {
			skip--;
			continue;
		}
		size_t k = s->n_extra++;
		s->extra_t[k] = log_time(in, i) - s->cycles_took;
		s->extra_e[k] = in->strain[i];
		double u = in->u_strain ? in->u_strain[i] : NAN;
		s->extra_ue[k] = u > 0 ? u : s->n ? s->ue[s->n - 1] : 1e-9;
	}
}

static tt_status median_interval(tt_series *s, tt_error *err)
{
	if (s->n < 2) return TT_OK;
	double *v = malloc((s->n - 1) * sizeof *v);
	if (!v) return tt_fail_memory(err, "the curve's rows");
	for (size_t i = 0; i + 1 < s->n; i++)
		v[i] = s->t[i + 1] - s->t[i];
	s->interval = tt_median(v, s->n - 1);
	free(v);
	return TT_OK;
}

/* ---- Cycles ---- */

static double mean_of(const double *v, size_t n)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += v[i];
	return sum / (double)n;
}

enum { AROUND = 5 };

/* Mean of the rows around i, fewer at the ends. */
static double mean_around(const double *v, size_t n, size_t i)
{
	const size_t first = i < AROUND / 2 ? 0 : i - AROUND / 2, last = i + AROUND / 2 < n ? i + AROUND / 2 : n - 1;
	return mean_of(v + first, last - first + 1);
}

/* The next cycle at or after row `from`: strain and stress go back by more than their noise and strain comes again.
 * Rows first … last - 1 are those that go back and come again. */
static bool next_cycle(const tt_series *s, size_t from, size_t *first, size_t *last)
{
	size_t top = from;
	double furthest = -INFINITY;
	for (size_t i = from; i < s->n; i++) {
		const double e = mean_around(s->e, s->n, i);
		if (e >= furthest) {
			furthest = e;
			top = i;
			continue;
		}
		const double least = fmax(5e-4, 6 * s->ue[i] / sqrt(AROUND)), fall = s->s[top] - s->s[i];
		if (furthest - e < least || fall < fmax(0.03 * fabs(s->s[top]), 6 * s->us[i])) continue;
		/* the very rows: the farthest one, and the first that goes farther for good */
		const size_t reach = top + AROUND / 2 < s->n ? top + AROUND / 2 : s->n - 1;
		for (size_t k = top > AROUND / 2 ? top - AROUND / 2 : 0; k <= reach; k++)
			if (s->e[k] > s->e[top]) top = k;
		size_t k = i;
		while (k + 1 < s->n && (s->e[k] < s->e[top] || s->e[k + 1] < s->e[top]))
			k++;
		if (k + 1 >= s->n) return false;
		*first = top + 1;
		*last = k;
		return true;
	}
	return false;
}

/* Rows first … last - 1 go, and the time that they took, so that what follows joins what went before: at the speed of
 * the strain on both sides. */
static void cut_out(tt_series *s, size_t first, size_t last)
{
	double step = s->interval, speed = 0;
	if (first > AROUND && last + AROUND < s->n) {
		speed = (s->e[first - 1] - s->e[first - 1 - AROUND]) / (s->t[first - 1] - s->t[first - 1 - AROUND]) / 2;
		speed += (s->e[last + AROUND] - s->e[last]) / (s->t[last + AROUND] - s->t[last]) / 2;
	}
	if (speed > 0) step = fmin(fmax((s->e[last] - s->e[first - 1]) / speed, 0.2 * step), 2 * step);
	const double took = s->t[last] - s->t[first - 1] - step;
	for (size_t i = last; i < s->n; i++) {
		const size_t to = first + (i - last);
		move_row(s, i, to);
		s->t[to] -= took;
		s->skipped[to] += took;
	}
	s->n -= last - first;
	s->cycles++;
	s->cycles_took += took;
}

/* What a cycle of unloading adds to the curve is elastic. */
static void drop_cycles(tt_series *s)
{
	size_t first, last, from = 0;
	while (next_cycle(s, from, &first, &last)) {
		cut_out(s, first, last);
		from = first;
	}
}

/* Rows that move by less than this part of what is usual stand still. */
static const double STILL = 0.5;

/* How far a row takes v between rows a and b; NaN where there are no such rows. */
static double step_between(const double *v, size_t n, size_t a, size_t b)
{
	return a < b && b < n ? fabs(mean_around(v, n, b) - mean_around(v, n, a)) / (double)(b - a) : NAN;
}

/* All rows of a hold that has rows *first … *last - 1: the neighbours belong to it while they stand no farther from its
 * mean than half of what a row takes them on that side, in the one of strain and stress that tells it better. false: no
 * hold, for the strain goes on in it. */
static bool whole_hold(const tt_series *s, size_t width, size_t *first, size_t *last)
{
	const size_t a = *first, z = *last;
	const double *v[2] = {s->e, s->s}, *u[2] = {s->ue, s->us};
	double step[2][2], mean[2], noise = 3 * sqrt(2) * s->ue[a];
	int best[2];
	for (int c = 0; c < 2; c++) {
		mean[c] = mean_of(v[c] + a, z - a);
		step[0][c] = a >= 3 * width ? step_between(v[c], s->n, a - 3 * width, a - width) : NAN;
		step[1][c] = step_between(v[c], s->n, z - 1 + width, z - 1 + 3 * width);
	}
	for (int side = 0; side < 2; side++)
		best[side] = step[side][1] / u[1][a] > step[side][0] / u[0][a];
	while (*first > 0 && fabs(v[best[0]][*first - 1] - mean[best[0]]) < step[0][best[0]] / 2)
		--*first;
	while (*last < s->n && fabs(v[best[1]][*last] - mean[best[1]]) < step[1][best[1]] / 2)
		++*last;
	if (step[0][0] > 0) noise += step[0][0];
	if (step[1][0] > 0) noise += step[1][0];
	return fabs(s->e[*last - 1] - s->e[*first]) < noise;
}

/* Whether half of the median exceeds `least`: mostly by counting alone. v is reordered. */
static bool half_median_exceeds(double *v, size_t n, double least)
{
	size_t above = 0;
	for (size_t i = 0; i < n; i++)
		above += STILL * v[i] > least;
	if (2 * above > n + 1) return true;
	if (2 * above + 1 < n) return false;
	return STILL * tt_median(v, n) > least;
}

/* A hold in which neither strain nor stress goes on adds nothing but weight to one place of the curve: one of its rows
 * stays. */
static tt_status drop_holds(tt_series *s, tt_error *err)
{
	const size_t most = s->n / 4 < 80 ? s->n / 4 : 80;
	const double noise = 3 * sqrt(2); /* three standard deviations of a difference */
	size_t m, count = 0;
	double *v = malloc(2 * (s->n + 1) * sizeof *v), *w = v + s->n, usual_e = 0, usual_s = 0;
	if (!v) return tt_fail_memory(err, "the curve's rows");
	for (m = 4; m <= most; m++) { /* as short as noise allows */
		count = s->n - m;
		for (size_t i = 0; i < count; i++)
			v[i] = s->e[i + m] - s->e[i];
		if (!half_median_exceeds(v, count, noise * s->ue[s->n / 2])) continue;
		for (size_t i = 0; i < count; i++)
			w[i] = fabs(s->s[i + m] - s->s[i]);
		if (!half_median_exceeds(w, count, noise * s->us[s->n / 2])) continue;
		usual_e = tt_median(v, count);
		usual_s = tt_median(w, count);
		break;
	}
	free(v);
	for (size_t i = 0; m <= most && i + m < s->n; i++) {
		size_t k = i;
		while (k + m < s->n && fabs(s->e[k + m] - s->e[k]) < STILL * usual_e &&
		       fabs(s->s[k + m] - s->s[k]) < STILL * usual_s)
			k++;
		if (k == i) continue;
		/* half of the first window and half of the last belong to it */
		size_t first = i + m / 2, last = k + m / 2;
		i = k;
		if (!whole_hold(s, m, &first, &last) || last < first + 2) continue;
		cut_out(s, first + 1, last < s->n ? last : s->n - 1);
		i = first;
	}
	return TT_OK;
}

tt_status tt_series_take(const tt_property_input *in, tt_series **out, tt_error *err)
{
	*out = NULL;
	tt_status st = check_input(in, err);
	tt_series *s = NULL;
	if (st == TT_OK) st = tt_series_new(in->n, &s, err);
	if (st != TT_OK) return st;
	for (size_t i = 0; i < in->n; i++)
		if (row_has_strain(in, i) && row_has_stress(in, i)) push(in, i, s);
	st = settle_noise(s->ue, s->e, s->n, err);
	if (st == TT_OK) st = settle_noise(s->us, s->s, s->n, err);
	if (st == TT_OK) st = drop_outliers(s, in->outlier > 0 ? in->outlier : 8, err);
	if (st == TT_OK) st = median_interval(s, err);
	if (st == TT_OK) drop_cycles(s);
	if (st == TT_OK) st = drop_holds(s, err);
	if (st != TT_OK) {
		tt_series_free(s);
		return st;
	}
	take_extra(in, s);
	s->fractured = in->fractured;
	if (in->fractured) {
		s->t_f = in->fracture_log_s - s->cycles_took;
		s->d_f = in->fracture_displacement_m;
		s->s_f = in->fracture_stress_Pa;
		s->us_f = in->u_fracture_stress_Pa > 0 ? in->u_fracture_stress_Pa : s->n ? s->us[s->n - 1] : NAN;
		s->ud_f = in->u_fracture_displacement_m;
		s->ue_f = in->u_fracture_strain > 0 ? in->u_fracture_strain : 0;
		s->ut_f = in->u_fracture_log_s > 0 ? in->u_fracture_log_s : 0;
	}
	*out = s;
	return TT_OK;
}

static void copy_ends(const tt_series *src, tt_series *dst)
{
	dst->n_extra = src->n_extra;
	memcpy(dst->extra_t, src->extra_t, sizeof src->extra_t);
	memcpy(dst->extra_e, src->extra_e, sizeof src->extra_e);
	memcpy(dst->extra_ue, src->extra_ue, sizeof src->extra_ue);
	dst->fractured = src->fractured;
	dst->t_f = src->t_f;
	dst->d_f = src->d_f;
	dst->s_f = src->s_f;
	dst->us_f = src->us_f;
	dst->ut_f = src->ut_f;
	dst->ue_f = src->ue_f;
	dst->ud_f = src->ud_f;
	dst->interval = src->interval;
	dst->outliers = src->outliers;
	dst->cycles = src->cycles;
	dst->cycles_took = src->cycles_took;
	dst->noise_scale = src->noise_scale;
	dst->long_run = src->long_run;
	dst->wander = src->wander;
	dst->wander_time = src->wander_time;
	dst->fracture_shift = src->fracture_shift;
	dst->yield_shift = src->yield_shift;
}

void tt_series_block(const tt_series *src, size_t m, tt_series *dst)
{
	const double *from[] = {src->t, src->video_t, src->e, src->s, src->ue, src->us, src->d, src->f, src->skipped};
	double *to[] = {dst->t, dst->video_t, dst->e, dst->s, dst->ue, dst->us, dst->d, dst->f, dst->skipped};
	copy_ends(src, dst);
	dst->interval = src->interval * (double)m;
	dst->n = 0;
	/* whole blocks counted from the end, where the fracture is; what is left over at the start forms a short one */
	size_t first = src->n % m;
	for (size_t i = 0; i < src->n;) {
		size_t count = i < first ? first : m, k = dst->n++;
		for (size_t a = 0; a < sizeof to / sizeof *to; a++)
			to[a][k] = mean_of(from[a] + i, count);
		dst->ue[k] /= sqrt((double)count);
		dst->us[k] /= sqrt((double)count);
		dst->row[k] = src->row[i + count / 2];
		i += count;
	}
}

void tt_series_copy(const tt_series *src, tt_series *dst)
{
	const double *from[] = {src->t, src->video_t, src->e, src->s, src->ue, src->us, src->d, src->f, src->skipped};
	double *to[] = {dst->t, dst->video_t, dst->e, dst->s, dst->ue, dst->us, dst->d, dst->f, dst->skipped};
	copy_ends(src, dst);
	dst->n = src->n;
	for (size_t a = 0; a < sizeof to / sizeof *to; a++)
		memcpy(to[a], from[a], src->n * sizeof **to);
	memcpy(dst->row, src->row, src->n * sizeof *dst->row);
}
