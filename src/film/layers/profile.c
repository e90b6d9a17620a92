/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/layers/profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "numeric/statistics.h"

/* Scatter of periods and of the thicknesses of either kind of layer, over their means: beyond these the distances in
 * slow noise or a random telegraph signal look alike (tests/film/test_layers.c). */
static const double MOST_SCATTER = 0.3, MOST_LAYER_SCATTER = 0.45;
static const double MOST_LEVELS = 0.4; /* scatter of the levels of like layers, over the amplitude */
static const double MISSED = 1.8;      /* periods that are this much longer than their median hide a boundary */
enum { LEAST_POINTS = 24, LEAST_PERIODS = 3 };

void tt_layers_clear(tt_layers *l)
{
	free(l->boundary);
	free(l->rising);
	*l = (tt_layers){0};
}

/* Gaussian smoothing over x, sigma in x; ends by what is there. */
static void smooth(const double *x, const double *y, size_t n, double sigma, double *out)
{
	size_t a = 0;
	for (size_t i = 0; i < n; i++) {
		double sum = 0, weights = 0;
		while (x[i] - x[a] > 3 * sigma)
			a++;
		for (size_t k = a; k < n && x[k] - x[i] <= 3 * sigma; k++) {
			const double t = (x[k] - x[i]) / sigma, w = exp(-t * t / 2);
			sum += w * y[k];
			weights += w;
		}
		out[i] = sum / weights;
	}
}

/* First maximum of the autocorrelation beyond its first zero: a rough period, in points; 0: none. */
static double rough_period(const double *y, size_t n)
{
	double c0 = 0, before = 0, best = 0;
	size_t at = 0;
	bool negative = false;
	for (size_t i = 0; i < n; i++)
		c0 += y[i] * y[i];
	for (size_t lag = 1; lag < n / 2; lag++) {
		double c = 0;
		for (size_t i = lag; i < n; i++)
			c += y[i] * y[i - lag];
		c *= (double)n / ((double)(n - lag) * c0);
		negative = negative || c < 0;
		if (negative && c > best) {
			best = c;
			at = lag;
		}
		if (negative && best > 0.1 && c < 0 && before >= 0) break; /* past the first hump */
		before = c;
	}
	return best > 0.1 ? (double)at : 0;
}

typedef struct extremum {
	size_t at;
	bool high;
} extremum;

/* Alternating extrema of s that differ by more than `least`. */
static size_t find_extrema(const double *s, size_t n, double least, extremum *out)
{
	size_t count = 0, hi = 0, lo = 0;
	int direction = 0;
	for (size_t i = 1; i < n; i++) {
		if (s[i] > s[hi]) hi = i;
		if (s[i] < s[lo]) lo = i;
		if (direction >= 0 && s[hi] - s[i] > least) {
			out[count++] = (extremum){hi, true};
			direction = -1;
			lo = i;
		} else if (direction <= 0 && s[i] - s[lo] > least) {
			out[count++] = (extremum){lo, false};
			direction = 1;
			hi = i;
		}
	}
	/* the last one stands as soon as it was far enough from the one before */
	if (direction != 0) out[count++] = direction > 0 ? (extremum){hi, true} : (extremum){lo, false};
	return count;
}

/* Where s crosses `level` between points a and b: the mean of all crossings there, by straight lines. */
static double crossing(const double *x, const double *s, size_t a, size_t b, double level)
{
	double sum = 0;
	size_t n = 0;
	for (size_t i = a; i < b; i++)
		if ((s[i] - level) * (s[i + 1] - level) <= 0 && s[i] != s[i + 1]) {
			sum += x[i] + (level - s[i]) / (s[i + 1] - s[i]) * (x[i + 1] - x[i]);
			n++;
		}
	return n ? sum / (double)n : (double)NAN;
}

/* Distances of like boundaries. */
static size_t distances(const tt_layers *l, bool rising, double *out)
{
	double last = NAN;
	size_t n = 0;
	for (size_t i = 0; i < l->boundaries; i++) {
		if (l->rising[i] != rising) continue;
		if (isfinite(last)) out[n++] = l->boundary[i] - last;
		last = l->boundary[i];
	}
	return n;
}

static tt_status judge_thickness(const tt_layers *l, const char *what, double *d, tt_error *err)
{
	for (int kind = 0; kind < 2; kind++) {
		size_t n = 0;
		for (size_t i = 0; i + 1 < l->boundaries; i++)
			if (l->rising[i] == (kind == 1)) d[n++] = l->boundary[i + 1] - l->boundary[i];
		const double mean = tt_mean(d, n), sd = tt_sd(d, n);
		if (sd > MOST_LAYER_SCATTER * mean)
			return tt_fail(
			    err, TT_ERR_FAILED,
			    "%s: no regular period: the %s layers are %s thick (standard deviation, %.0f %%)", what,
			    kind ? "high" : "low", TT_VALUE(mean, sd, ""), 100 * sd / mean);
	}
	return TT_OK;
}

static tt_status judge(tt_layers *l, const char *what, double *d, tt_error *err)
{
	double mean[2], sd[2];
	size_t n[2];
	for (int k = 0; k < 2; k++) {
		n[k] = distances(l, k == 0, d);
		mean[k] = n[k] ? tt_mean(d, n[k]) : NAN;
		sd[k] = tt_sd(d, n[k]);
		double longest = 0;
		for (size_t i = 0; i < n[k]; i++)
			longest = fmax(longest, d[i]);
		const double usual = tt_median(d, n[k]);
		if (n[k] >= LEAST_PERIODS && longest > MISSED * usual)
			return tt_fail(err, TT_ERR_FAILED,
			               "%s: no regular period: a distance of %.4g among distances of about %.4g, as if "
			               "a layer were missing",
			               what, longest, usual);
	}
	const size_t most = n[0] > n[1] ? n[0] : n[1];
	if (n[0] < 2 || n[1] < 2 || most < LEAST_PERIODS)
		return tt_fail(err, TT_ERR_FAILED,
		               "%s: no regular period: %zu boundaries were located, which are %zu periods; at least %d "
		               "were expected",
		               what, l->boundaries, most, LEAST_PERIODS);
	l->periods = most;
	/* both kinds of boundaries cut the same layers: their means are two readings of one value, not two samples */
	l->period = (mean[0] * (double)n[0] + mean[1] * (double)n[1]) / (double)(n[0] + n[1]);
	const double s =
	    sqrt((sd[0] * sd[0] * (double)(n[0] - 1) + sd[1] * sd[1] * (double)(n[1] - 1)) / (double)(n[0] + n[1] - 2));
	l->freedom = (double)(most - 1);
	l->u_period = s / sqrt((double)most);
	/* a straight count of the two ends' locating */
	const double ends = sqrt(2) * l->u_boundary / (double)most;
	if (ends > l->u_period) l->u_period = ends;
	const double own = s * s - 2 * l->u_boundary * l->u_boundary;
	l->scatter = own > 0 ? sqrt(own) : 0;
	if (s > MOST_SCATTER * l->period)
		return tt_fail(err, TT_ERR_FAILED,
		               "%s: no regular period: the distances of like boundaries are %s (standard "
		               "deviation, %.0f %%)",
		               what, TT_VALUE(l->period, s, ""), 100 * s / l->period);
	return judge_thickness(l, what, d, err);
}

/* Mean levels of both kinds of layers: of the raw profile over the middle half of each whole layer; returns the larger
 * scatter of like ones. */
static double measure_levels(const double *x, const double *y, size_t n, tt_layers *l)
{
	double sum[2] = {0}, squares[2] = {0}, count[2] = {0};
	for (size_t b = 0; b + 1 < l->boundaries; b++) {
		const double a = l->boundary[b], d = l->boundary[b + 1] - a;
		double s = 0, m = 0;
		for (size_t i = 0; i < n; i++)
			if (x[i] >= a + d / 4 && x[i] <= a + 0.75 * d) {
				s += y[i];
				m++;
			}
		if (m == 0) continue;
		const int high = l->rising[b];
		sum[high] += s / m;
		squares[high] += s / m * s / m;
		count[high]++;
	}
	double u2 = 0, scatter = 0;
	for (int k = 0; k < 2; k++) {
		const double mean = sum[k] / count[k];
		*(k ? &l->level_high : &l->level_low) = mean;
		const double variance = fmax(squares[k] / count[k] - mean * mean, 0);
		u2 += variance / fmax(count[k] - 1, 1);
		scatter = fmax(scatter, sqrt(variance * count[k] / fmax(count[k] - 1, 1)));
	}
	l->amplitude = (l->level_high - l->level_low) / 2;
	l->u_amplitude = sqrt(u2) / 2;
	return scatter;
}

/* Boundaries of the profile smoothed with `sigma`. */
static tt_status locate(const double *x, const double *y, size_t n, double sigma, double noise, double *s, tt_layers *l,
                        tt_error *err)
{
	extremum *e = malloc((n + 1) * sizeof *e);
	if (!e) return tt_fail_memory(err, "layers");
	smooth(x, y, n, sigma, s);
	double *sorted = malloc(n * sizeof *sorted);
	if (!sorted) {
		free(e);
		return tt_fail_memory(err, "layers");
	}
	/* the swing between layers: twice the median distance from the middle */
	memcpy(sorted, s, n * sizeof *sorted);
	const double middle = tt_median(sorted, n);
	for (size_t i = 0; i < n; i++)
		sorted[i] = fabs(s[i] - middle);
	const double swing = 2 * tt_median(sorted, n), step = (x[n - 1] - x[0]) / (double)(n - 1);
	free(sorted);
	const double smoothed_noise = noise * sqrt(step / (2 * sqrt(3.14159265358979323846) * sigma));
	const size_t count = find_extrema(s, n, fmax(0.4 * swing, 4 * smoothed_noise), e);
	l->width = sigma;
	double slopes = 0;
	for (size_t k = 0; k + 1 < count; k++) {
		const double level = (s[e[k].at] + s[e[k + 1].at]) / 2,
		             at = crossing(x, s, e[k].at, e[k + 1].at, level);
		if (isnan(at)) continue;
		l->boundary[l->boundaries] = at;
		l->rising[l->boundaries++] = e[k + 1].high;
		/* the slope at a boundary, of a smoothed step */
		slopes += fabs(s[e[k + 1].at] - s[e[k].at]) / (2.5 * sigma);
	}
	l->u_boundary = l->boundaries ? smoothed_noise / (slopes / (double)l->boundaries) : NAN;
	free(e);
	return TT_OK;
}

/* The repeat is known roughly, and wrongly where layers scatter: half the smoothing must show no more boundaries, else
 * it was too much. */
static tt_status locate_finest(const double *x, const double *y, size_t n, double sigma, double step, double noise,
                               double *s, tt_layers *l, tt_error *err)
{
	tt_status st = locate(x, y, n, sigma, noise, s, l, err);
	while (st == TT_OK && sigma / 2 >= step) {
		const size_t before = l->boundaries;
		sigma /= 2;
		l->boundaries = 0;
		st = locate(x, y, n, sigma, noise, s, l, err);
		if (st == TT_OK && l->boundaries <= before) {
			l->boundaries = 0;
			return locate(x, y, n, 2 * sigma, noise, s, l, err);
		}
	}
	return st;
}

tt_status tt_layers_find(const double *x, const double *y, size_t n, const char *what, tt_layers *out, tt_error *err)
{
	*out = (tt_layers){0};
	if (n < LEAST_POINTS)
		return tt_fail(err, TT_ERR_FAILED, "%s: %zu points are too few for layers; at least %d were expected",
		               what, n, LEAST_POINTS);
	double *z = malloc(4 * n * sizeof *z);
	out->boundary = malloc(n * sizeof *out->boundary);
	out->rising = malloc(n * sizeof *out->rising);
	if (!z || !out->boundary || !out->rising) {
		free(z);
		tt_layers_clear(out);
		return tt_fail_memory(err, "layers");
	}
	double *s = z + n, *trend = z + 2 * n, *d = z + 3 * n;
	const double step = (x[n - 1] - x[0]) / (double)(n - 1), noise = tt_noise_std(y, n);
	/* slow changes (thickness, drift) come off over a third of the profile */
	smooth(x, y, n, (x[n - 1] - x[0]) / 6, trend);
	for (size_t i = 0; i < n; i++)
		z[i] = y[i] - trend[i];
	smooth(x, z, n, 1.5 * step, s);
	const double rough = rough_period(s, n) * step;
	tt_status st = TT_OK;
	if (!(rough > 4 * step))
		st = tt_fail(err, TT_ERR_FAILED, "%s: no regular period: the profile does not repeat itself", what);
	if (st == TT_OK) st = locate_finest(x, z, n, fmax(rough / 14, step), step, noise, s, out, err);
	if (st == TT_OK) st = judge(out, what, d, err);
	if (st == TT_OK) {
		const double levels = measure_levels(x, z, n, out);
		if (!(levels <= MOST_LEVELS * out->amplitude))
			st = tt_fail(err, TT_ERR_FAILED,
			             "%s: no regular period: the levels of like layers scatter by %.4g, with both "
			             "kinds %.4g apart",
			             what, levels, 2 * out->amplitude);
		if (st == TT_OK && !(out->amplitude > 3 * out->u_amplitude))
			st = tt_fail(err, TT_ERR_FAILED,
			             "%s: no regular period: both kinds of layers have the same level (%s apart)", what,
			             TT_VALUE(2 * out->amplitude, 2 * out->u_amplitude, ""));
	}
	free(z);
	if (st != TT_OK) tt_layers_clear(out);
	return st;
}
