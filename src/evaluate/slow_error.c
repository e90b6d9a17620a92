/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/slow_error.h"

#include <math.h>
#include <stdlib.h>

#include "temtensile/curve.h"

enum { SMOOTH = 5, FEWEST_ROWS = 24, FEWEST_STATIONS = 5 };

/* Straight line y = a + b x by least squares over rows that are known; its residuals replace y. */
static bool take_off_line(const double *x, double *y, size_t n)
{
	double m = 0, mx = 0, my = 0, sxx = 0, sxy = 0;
	for (size_t i = 0; i < n; i++)
		if (!isnan(x[i]) && !isnan(y[i])) {
			m++;
			mx += x[i];
			my += y[i];
		}
	if (m < 3) return false;
	mx /= m;
	my /= m;
	for (size_t i = 0; i < n; i++)
		if (!isnan(x[i]) && !isnan(y[i])) {
			sxx += (x[i] - mx) * (x[i] - mx);
			sxy += (x[i] - mx) * (y[i] - my);
		}
	double b = sxx > 0 ? sxy / sxx : 0;
	for (size_t i = 0; i < n; i++)
		y[i] -= my + b * (x[i] - mx);
	return true;
}

/* Variance of what changes slowly: of running means, less what white noise leaves in them; and the sum of products of
 * neighbouring means, by which it keeps. */
static double slow_variance(const double *y, size_t n, double *keeps)
{
	double white = 0, slow = 0, next = 0, last = NAN;
	size_t pairs = 0, means = 0, products = 0;
	for (size_t i = 1; i < n; i++)
		if (!isnan(y[i]) && !isnan(y[i - 1])) {
			white += 0.5 * (y[i] - y[i - 1]) * (y[i] - y[i - 1]);
			pairs++;
		}
	if (pairs < FEWEST_ROWS / 2) return NAN;
	white /= (double)pairs;
	for (size_t i = 0; i + SMOOTH <= n; i += SMOOTH) {
		double sum = 0, m = 0;
		for (size_t k = i; k < i + SMOOTH; k++)
			if (!isnan(y[k])) sum += y[k], m++;
		if (m < SMOOTH - 1) {
			last = NAN;
			continue;
		}
		double mean = sum / m;
		slow += mean * mean - white / m;
		means++;
		if (!isnan(last)) {
			next += mean * last;
			products++;
		}
		last = mean;
	}
	if (means < 4) return NAN;
	slow /= (double)means;
	*keeps = products ? next / (double)products : 0;
	return slow;
}

tt_slow_error tt_slow_error_of(const tt_observation *o, const unsigned *flag, size_t rows)
{
	const tt_track *k = &o->track;
	tt_slow_error out = {NAN, NAN};
	size_t n = rows < k->n ? rows : k->n, s = k->n_stations, used = 0;
	if (n < FEWEST_ROWS || s < FEWEST_STATIONS) return out;
	double *rest = malloc(n * s * sizeof *rest), *line = malloc(s * sizeof *line),
	       *strain = malloc(n * sizeof *strain), *one = malloc(n * sizeof *one), sum = 0, keeps = 0;
	bool ok = rest && line && strain && one;
	for (size_t i = 0; ok && i < n; i++) {
		bool skip = !k->reading[i].ok || (flag && flag[i] & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE));
		for (size_t j = 0; j < s; j++)
			line[j] = skip ? NAN : (double)k->station_px[i * s + j];
		bool good = take_off_line(o->gauge.station_s, line, s);
		strain[i] = skip || !good ? NAN : k->reading[i].length_px;
		for (size_t j = 0; j < s; j++)
			rest[j * n + i] = good ? line[j] : NAN;
	}
	for (size_t j = 0; ok && j < s; j++) {
		double kept, variance;
		if (!take_off_line(strain, rest + j * n, n)) continue;
		variance = slow_variance(rest + j * n, n, &kept);
		if (isnan(variance)) continue;
		sum += variance;
		keeps += kept;
		used++;
	}
	free(rest);
	free(line);
	free(strain);
	free(one);
	if (used < FEWEST_STATIONS) return out;
	/* two ends, each the mean of about two independent subsets: √2 / √2 */
	out.u_strain = sqrt(fmax(0, sum / (double)used)) / o->gauge.length_px;
	double interval = (k->time_s[n - 1] - k->time_s[0]) / (double)(n - 1), rho = sum > 0 ? keeps / sum : 0;
	/* exp(-(dt / time)²) of the process at the distance of two means */
	if (rho > 0.05 && rho < 0.98) out.time_s = SMOOTH * interval / sqrt(-log(rho));
	return out;
}
