/* The force that the instrument reads before it touches the device.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/air.h"

#include <math.h>
#include <stdio.h>

#include "core/sentence.h"
#include "numeric/fit.h"

bool tt_air_fit(const tt_trace *rows, size_t first, size_t last, double d0, double level, tt_air_force *out,
                double *rms, double *inflation, char *text, size_t text_size)
{
	*out = (tt_air_force){.force_N = NAN, .u_force_N = NAN, .p_value = NAN};
	if (last < first + TT_AIR_FEWEST) return false;
	const size_t n = last - first;
	double mean = 0, zero_rss = 0;
	for (size_t i = first; i < last; i++)
		mean += rows->f[i];
	mean /= (double)n;
	for (size_t i = first; i < last; i++)
		zero_rss += (rows->f[i] - mean) * (rows->f[i] - mean);

	tt_line line;
	const bool lined = tt_line_fit(rows->d + first, rows->f + first, n, d0, &line);
	/* the line's residuals: a real slope would pass for correlation of the constant's */
	const double infl = lined ? line.inflation : 1;
	double s = sqrt(zero_rss / (double)(n - 1));
	out->n = n;
	out->force_N = mean;
	out->u_force_N = s * sqrt(infl / (double)n);
	if (lined && n >= 20 && line.u_slope > 0)
		out->p_value = tt_t_test(line.slope / line.u_slope, fmax(1, (double)n / infl - 2));
	if (out->p_value < level) {
		out->sloped = true;
		out->force_N = line.value;
		out->u_force_N = line.u_value;
		out->slope_N_per_m = line.slope;
		out->u_slope_N_per_m = line.u_slope;
		s = line.rms;
	}
	if (rms) *rms = s;
	if (inflation) *inflation = infl;
	if (text && isnan(out->p_value))
		snprintf(text, text_size, "constant over %zu rows in air (too few to test for a slope)", n);
	else if (text)
		snprintf(text, text_size, "%s over %zu rows in air: t-test on the slope %s, p = %s, level %g",
		         out->sloped ? "line in d" : "constant", n, TT_VALUE(line.slope, line.u_slope, "N/m"),
		         TT_DIGITS(out->p_value, 2, ""), level);
	return true;
}

void tt_air_rest_drift(const tt_trace *rows, size_t contact, double noise, bool approach, tt_rest_drift *out)
{
	*out = (tt_rest_drift){.first_s = NAN,
	                       .last_s = NAN,
	                       .displacement_m_per_s = NAN,
	                       .u_displacement_m_per_s = NAN,
	                       .force_N_per_s = NAN,
	                       .u_force_N_per_s = NAN};
	enum { PIECES = 16, FEWEST_ROWS = 50 };
	if (contact < FEWEST_ROWS) return;
	/* Speeds over equal pieces of the part in air: a rest is the longest run of pieces slower than a tenth of the
	 * fastest. When there is no way to speak of, the tip rested all the time. */
	const size_t piece = contact / PIECES > 4 ? contact / PIECES : 4;
	const size_t pieces = contact / piece;
	double fastest = 0, noise_speed = 0;
	for (size_t b = 0; b < pieces; b++) {
		const size_t i = b * piece;
		tt_line l;
		if (!tt_line_fit(rows->t + i, rows->d + i, piece, rows->t[i], &l)) return;
		const double span = rows->t[i + piece - 1] - rows->t[i];
		noise_speed = fmax(noise_speed, 4 * noise * sqrt(12.0 / (double)piece) / span);
		fastest = fmax(fastest, fabs(l.slope));
	}
	const double way = fabs(rows->d[contact - 1] - rows->d[0]);
	if (way > 20 * noise && noise_speed > 0.3 * fastest) return;
	/* an approach in two speeds: the slower one is no rest */
	tt_line end;
	const size_t tail = (pieces - 1) * piece;
	double slow = 0.1 * fastest;
	if (approach && tt_line_fit(rows->t + tail, rows->d + tail, piece, rows->t[tail], &end) &&
	    fabs(end.slope) > noise_speed)
		slow = fmin(slow, 0.3 * fabs(end.slope));
	slow = fmax(slow, noise_speed);
	size_t best_first = 0, best = 0, run = 0;
	for (size_t b = 0; b < pieces; b++) {
		const size_t i = b * piece;
		tt_line l;
		tt_line_fit(rows->t + i, rows->d + i, piece, rows->t[i], &l);
		run = fabs(l.slope) < slow ? run + 1 : 0;
		if (run > best) {
			best = run;
			best_first = b + 1 - run;
		}
	}
	if (best * piece < FEWEST_ROWS) return;
	const size_t i0 = best_first * piece, n = best * piece;
	tt_line d, f;
	if (rows->t[i0 + n - 1] - rows->t[i0] < 2) return;
	if (!tt_line_fit(rows->t + i0, rows->d + i0, n, rows->t[i0], &d)) return;
	if (!tt_line_fit(rows->t + i0, rows->f + i0, n, rows->t[i0], &f)) return;
	*out = (tt_rest_drift){true, rows->t[i0], rows->t[i0 + n - 1], d.slope, d.u_slope, f.slope, f.u_slope};
}
