/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/brillouin/spectrum.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/curve_fit.h"

/* Elastic lines stand out this far: a region above a quarter of the tallest count. Brillouin lines of surfaces are a
 * hundred and more times weaker than the light that is scattered elastically. */
static const double elastic_level = 0.25;
/* Jitter of the scan under the elastic lines, of their height: they are steep and their counts uneven. */
static const double elastic_jitter = 0.05;
static const double significant = 4; /* heights over their standard uncertainty */

/* ---- elastic lines ---- */

typedef struct bell {
	const double *y;
	size_t first, n;
	double fwhm; /* fixed when > 0 */
	double top;
} bell;

static void bell_residuals(const void *user, const double *p, double *r)
{
	const bell *b = user;
	double sigma = (b->fwhm > 0 ? b->fwhm : fabs(p[2])) / 2.354820045;
	for (size_t i = 0; i < b->n; i++) {
		double x = (double)(b->first + i) - p[1], y = b->y[b->first + i];
		double u = sqrt(y + 1 + elastic_jitter * b->top * elastic_jitter * b->top);
		r[i] = (p[0] * b->top * exp(-x * x / (2 * sigma * sigma)) - y) / u;
	}
}

/* Position of the line in channels first … last - 1; fwhm > 0: fixed. */
static bool fit_bell(const tt_counts *c, size_t first, size_t last, double top, double fixed, double *at, double *u,
                     double *fwhm)
{
	bell b = {c->count, first, last - first, fixed, top};
	double p[3] = {1, 0, fixed > 0 ? fixed : fmax(2, (double)(last - first) / 2)}, cov[9], sum = 0;
	for (size_t i = first; i < last; i++)
		p[1] += (double)i * c->count[i], sum += c->count[i];
	p[1] /= sum;
	size_t n = fixed > 0 ? 2 : 3;
	tt_curve_result result;
	tt_error ignored;
	const tt_curve_model m = {
	    .points = b.n, .parameters = n, .residuals = bell_residuals, .user = &b, .what = "an elastic line"};
	if (b.n < n + 1 || tt_curve_fit(&m, p, cov, &result, &ignored) != TT_OK) return false;
	*at = p[1];
	*u = sqrt(cov[n + 1] * fmax(1, result.chi2 / result.freedom));
	if (fwhm) *fwhm = fabs(p[2]);
	return isfinite(*at) && isfinite(*u);
}

typedef struct region {
	size_t first, last; /* above the level */
	double top;
} region;

static size_t find_regions(const tt_counts *c, region *r, size_t most)
{
	double top = 0;
	size_t n = 0;
	for (size_t i = 0; i < c->n; i++)
		top = fmax(top, c->count[i]);
	for (size_t i = 0; i < c->n; i++) {
		if (!(c->count[i] > elastic_level * top) || top <= 0) continue;
		/* a dip of a few channels within a jagged line does not end it */
		if (n && i - r[n - 1].last <= c->n / 64 + 1) {
			r[n - 1].last = i;
			r[n - 1].top = fmax(r[n - 1].top, c->count[i]);
			continue;
		}
		if (n == most) return most + 1;
		r[n++] = (region){i, i, c->count[i]};
	}
	return n;
}

static bool at_edge(const tt_counts *c, const region *r)
{
	return r->first < 3 || r->last + 4 > c->n;
}

/* Channels around a region that belong to its line. */
static void widen(const tt_counts *c, const region *r, double half, size_t *first, size_t *last)
{
	double lo = (double)r->first - half, hi = (double)r->last + half + 1;
	*first = lo > 0 ? (size_t)lo : 0;
	*last = hi < (double)c->n ? (size_t)hi : c->n;
}

static tt_status find_elastic(const tt_counts *c, const char *name, tt_spectrum_fit *f, double *fwhm, tt_error *err)
{
	region r[TT_ELASTIC_MOST];
	size_t n = find_regions(c, r, TT_ELASTIC_MOST), first, last;
	double mean = 0;
	for (size_t i = 0; i < c->n; i++)
		mean += c->count[i] / (double)c->n;
	if (!n || n > TT_ELASTIC_MOST || r[0].top < 3 * mean)
		return tt_fail(
		    err, TT_ERR_INPUT,
		    "%s: no elastic line stands out (the highest count is %.1f times the mean); expected one to five",
		    name, n ? r[0].top / mean : 0);
	*fwhm = 0;
	for (size_t i = 0; i < n; i++) {
		double at, u, w;
		if (at_edge(c, &r[i])) continue;
		widen(c, &r[i], 2, &first, &last);
		if (fit_bell(c, first, last, r[i].top, 0, &at, &u, &w)) *fwhm = fmax(*fwhm, w);
	}
	for (size_t i = 0; i < n; i++) {
		double at, u, w;
		bool edge = at_edge(c, &r[i]) && *fwhm > 0;
		widen(c, &r[i], 2, &first, &last);
		if (!fit_bell(c, first, last, r[i].top, edge ? *fwhm : 0, &at, &u, &w))
			return tt_fail(err, TT_ERR_INPUT, "%s: the elastic line near channel %zu cannot be fitted",
			               name, r[i].first + 1);
		if (!(*fwhm > 0)) *fwhm = w;
		f->elastic[f->n_elastic] = at;
		/* a line that the edge cuts is known by its flank alone */
		f->u_elastic[f->n_elastic++] = edge ? hypot(u, 0.25) : u;
	}
	return TT_OK;
}

/* ---- the scale ---- */

static tt_status calibrate(const tt_counts *c, const char *name, double fsr, double amplitude, tt_spectrum_fit *f,
                           tt_error *err)
{
	size_t n = f->n_elastic;
	f->header_Hz_per_channel = c->scan_amplitude_Hz / (double)c->n;
	f->range_Hz = NAN;
	if (n == 1) {
		if (isnan(amplitude))
			return tt_fail(err, TT_ERR_INPUT,
			               "%s: one elastic line only, so nothing in it gives its scale; the header's%s "
			               "scan amplitude is not "
			               "trusted: expected brillouin.scan_amplitude",
			               name, isnan(c->scan_amplitude_Hz) ? " missing" : "");
		f->Hz_per_channel = amplitude / (double)c->n;
		return TT_OK;
	}
	if (isnan(fsr)) {
		double headers = 299792458 / (2 * c->mirror_spacing_m);
		double span = (f->elastic[n - 1] - f->elastic[0]) / (double)(n - 1);
		return tt_fail(err, TT_ERR_INPUT,
		               "%s: expected brillouin.mirror_spacing: the header says 'Mirror sp.' %.4g mm (a free "
		               "spectral range of "
		               "%.4g GHz) and a scan amplitude that makes the elastic lines %.4g GHz apart, and "
		               "neither is trusted",
		               name, c->mirror_spacing_m * 1e3, headers * 1e-9, span * f->header_Hz_per_channel * 1e-9);
	}
	/* line through (i, elastic_i), weights by u */
	double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
	for (size_t i = 0; i < n; i++) {
		double w = 1 / (f->u_elastic[i] * f->u_elastic[i]), x = (double)i;
		s += w, sx += w * x, sy += w * f->elastic[i], sxx += w * x * x, sxy += w * x * f->elastic[i];
	}
	double det = s * sxx - sx * sx, apart = (s * sxy - sx * sy) / det, u = sqrt(s / det), chi2 = 0;
	for (size_t i = 0; i < n; i++) {
		double e = (f->elastic[i] - (sy - apart * sx) / s - apart * (double)i) / f->u_elastic[i];
		chi2 += e * e;
	}
	if (n > 2) u *= sqrt(fmax(1, chi2 / (double)(n - 2)));
	for (size_t i = 1; i < n; i++)
		if (fabs((f->elastic[i] - f->elastic[i - 1]) / apart - 1) > 0.1)
			return tt_fail(err, TT_ERR_INPUT,
			               "%s: its tallest lines, at channels %.1f and %.1f, are not one free spectral "
			               "range (%.1f channels) from "
			               "their neighbours: they are not all elastic",
			               name, f->elastic[i - 1], f->elastic[i], apart);
	f->by_elastic = true;
	f->range_Hz = fsr;
	f->Hz_per_channel = fsr / apart;
	f->u_Hz_per_channel = f->Hz_per_channel * u / apart;
	return TT_OK;
}

/* ---- lines between ---- */

typedef struct gap {
	const double *y;
	size_t first, n;
	double left, right; /* elastic lines; NaN: none on that side */
	size_t lines;
	double scale; /* of counts */
} gap;

/* parameters: background, then for each line height, position, log fwhm, then tails of the elastic lines */
static double gap_model(const gap *g, const double *p, double x)
{
	double y = p[0];
	size_t k = 1;
	for (size_t i = 0; i < g->lines; i++, k += 3) {
		double z = 2 * (x - p[k + 1]) / exp(p[k + 2]);
		y += p[k] / (1 + z * z);
	}
	if (isfinite(g->left)) y += p[k++] * 100 / ((x - g->left) * (x - g->left));
	if (isfinite(g->right)) y += p[k] * 100 / ((x - g->right) * (x - g->right));
	return y * g->scale;
}

static double smooth_at(const double *y, size_t first, size_t n, size_t i, size_t half)
{
	size_t lo = i > half ? i - half : 0, hi = i + half < n ? i + half : n - 1;
	double sum = 0;
	for (size_t k = lo; k <= hi; k++)
		sum += y[first + k];
	return sum / (double)(hi - lo + 1);
}

static void gap_residuals(const void *user, const double *p, double *r)
{
	const gap *g = user;
	for (size_t i = 0; i < g->n; i++) {
		/* Poisson, its variance from the smoothed counts: from single ones low counts would weigh too much */
		double u = sqrt(smooth_at(g->y, g->first, g->n, i, 2) + 0.5);
		r[i] = (gap_model(g, p, (double)(g->first + i)) - g->y[g->first + i]) / u;
	}
}

/* Highest smoothed count in channels lo … hi. */
static double find_top(const gap *g, double lo, double hi, double *height)
{
	double best = NAN;
	*height = -1;
	for (size_t i = 0; i < g->n; i++) {
		double x = (double)(g->first + i), y = smooth_at(g->y, g->first, g->n, i, 2);
		if (x < lo || x > hi || y <= *height) continue;
		*height = y;
		best = x;
	}
	return best;
}

/* Full width of the line at `at` where the smoothed counts fall below `half`: twice the nearer side, which the other
 * line does not reach. */
static double width_at(const gap *g, double at, double half)
{
	size_t top = (size_t)(at - (double)g->first), k = 1;
	for (; k < g->n; k++) {
		bool left = k <= top && smooth_at(g->y, g->first, g->n, top - k, 1) < half;
		bool right = top + k < g->n && smooth_at(g->y, g->first, g->n, top + k, 1) < half;
		if (left || right) break;
	}
	return fmax(2, 2 * (double)k - 1);
}

static double least_smooth(const gap *g)
{
	double least = INFINITY;
	for (size_t i = 0; i < g->n; i++)
		least = fmin(least, smooth_at(g->y, g->first, g->n, i, 3));
	return least;
}

static void take_line(const gap *g, const double *p, const double *cov, size_t parameters, size_t k, double inflate,
                      double elastic, tt_spectrum_fit *f)
{
	double u_height = sqrt(cov[k * parameters + k] * inflate);
	if (f->n_lines == TT_LINES_MOST || !(p[k] > significant * u_height)) return;
	tt_spectrum_line l = {.channel = p[k + 1],
	                      .u_channel = sqrt(cov[(k + 1) * parameters + k + 1] * inflate),
	                      .elastic = elastic,
	                      .fwhm = exp(p[k + 2]),
	                      .height = p[k] * g->scale,
	                      .background = p[0] * g->scale};
	double last = (double)(g->first + g->n - 1);
	if (!(l.channel > (double)g->first && l.channel < last) || l.fwhm < 1 || l.fwhm > (double)g->n / 1.5) return;
	l.shift_Hz = fabs(l.channel - elastic) * f->Hz_per_channel;
	f->line[f->n_lines++] = l;
}

/* Where the elastic line at `from` has fallen to twice the valley before the first line towards `to`: its further tail
 * is modelled. */
static double clear_of(const tt_counts *c, double from, double to)
{
	size_t n = c->n, a = (size_t)fmax(0, floor(fmin(from, to))),
	       b = (size_t)fmin((double)n - 1, ceil(fmax(from, to)));
	double least = INFINITY, top = 0;
	for (size_t k = 0; k <= b - a; k++) {
		double y = smooth_at(c->count, 0, n, to > from ? a + k : b - k, 3);
		top = fmax(top, y);
		if (y > 0.05 * top) continue; /* within the elastic line, whose counts are uneven */
		/* risen by five standard deviations of a mean of seven counts: the valley is passed */
		if (y > least + 5 * sqrt((least + 1) / 7)) break;
		least = fmin(least, y);
	}
	for (size_t k = 0; k <= b - a; k++) {
		size_t i = to > from ? a + k : b - k;
		if (smooth_at(c->count, 0, n, i, 1) < 2 * least + 3) return (double)i;
	}
	return to;
}

/* One stretch between (or beside) elastic lines. */
static void fit_gap(const tt_counts *c, double left, double right, const double range[2], tt_spectrum_fit *f)
{
	double end[2] = {isfinite(left) ? left : 0, isfinite(right) ? right : (double)c->n - 1};
	double lo = isfinite(left) ? clear_of(c, left, end[1]) : 0,
	       hi = isfinite(right) ? clear_of(c, right, end[0]) : end[1];
	double clear = fmax(isfinite(left) ? lo - left : 0, isfinite(right) ? right - hi : 0);
	double scale = f->Hz_per_channel, near = range[0] / scale, far = range[1] / scale;
	double middle = isfinite(left) && isfinite(right) ? (left + right) / 2 : isfinite(left) ? hi : lo;
	if (!isfinite(near)) near = clear, far = isfinite(left) && isfinite(right) ? (right - left) / 2 : INFINITY;
	if (!isfinite(left) && !isfinite(right)) return;
	/* with a range only its surroundings are fitted */
	if (isfinite(range[0]) && !(isfinite(left) && isfinite(right))) {
		if (isfinite(left)) hi = fmin(hi, left + 1.5 * far);
		if (isfinite(right)) lo = fmax(lo, right - 1.5 * far);
	}
	if (!(hi - lo > 15)) return;
	gap g = {.y = c->count, .first = (size_t)ceil(lo), .left = left, .right = right};
	g.n = (size_t)floor(hi) - g.first + 1;
	double p[9], cov[81], height[2], floor_counts = least_smooth(&g), at[2];
	at[0] = isfinite(left) ? find_top(&g, left + near, fmin(middle, left + far), &height[0]) : NAN;
	at[1] = isfinite(right) ? find_top(&g, fmax(middle, right - far), right - near, &height[1]) : NAN;
	double elastic[2] = {left, right}, owner[2] = {0, 0};
	g.scale = fmax(1, fmax(isfinite(at[0]) ? height[0] : 0, isfinite(at[1]) ? height[1] : 0) - floor_counts);
	size_t n = 1;
	p[0] = floor_counts / g.scale;
	for (int side = 0; side < 2; side++) {
		if (isnan(at[side])) continue;
		p[n] = (height[side] - floor_counts) / g.scale;
		p[n + 1] = at[side];
		p[n + 2] = log(width_at(&g, at[side], floor_counts + (height[side] - floor_counts) / 2));
		owner[g.lines++] = elastic[side];
		n += 3;
	}
	if (!g.lines) return;
	for (int side = 0; side < 2; side++)
		if (isfinite(elastic[side])) p[n++] = 0;
	if (g.n < n + 5) return;
	tt_curve_result result;
	tt_error ignored;
	const tt_curve_model m = {
	    .points = g.n, .parameters = n, .residuals = gap_residuals, .user = &g, .what = "Brillouin lines"};
	if (tt_curve_fit(&m, p, cov, &result, &ignored) != TT_OK) return;
	double inflate = fmax(1, result.chi2 / result.freedom);
	for (size_t i = 0; i < g.lines; i++)
		take_line(&g, p, cov, n, 1 + 3 * i, inflate, owner[i], f);
	for (size_t i = 0; i < g.n; i++)
		f->model[g.first + i] = gap_model(&g, p, (double)(g.first + i));
}

/* The elastic lines' and the other lines' places together: elastic line i lies at ν = i, a line at ν = i ± σ, in free
 * spectral ranges; the mirrors' piezo makes channels of them, x = x₀ + a ν + b ν² (b only where three elastic lines are
 * there). Lines on both sides of a gap then measure σ by themselves, (x₃ − x₂)/(x₄ − x₁ + x₃ − x₂): elastic lines that
 * are cut by the spectrum's edge or by a full counter count for less. */
typedef struct places {
	double at[TT_ELASTIC_MOST + TT_LINES_MOST], u[TT_ELASTIC_MOST + TT_LINES_MOST];
	int order[TT_ELASTIC_MOST + TT_LINES_MOST], side[TT_ELASTIC_MOST + TT_LINES_MOST];
	size_t n;
	bool bent;
} places;

static void place_residuals(const void *user, const double *p, double *r)
{
	const places *g = user;
	for (size_t i = 0; i < g->n; i++) {
		const double nu = g->order[i] + g->side[i] * p[2];
		r[i] = (p[0] + p[1] * nu + (g->bent ? p[3] * nu * nu : 0) - g->at[i]) / g->u[i];
	}
}

static int order_of(const tt_spectrum_fit *f, double elastic)
{
	int k = 0;
	while (f->elastic[k] != elastic)
		k++;
	return k - (int)(f->n_elastic - 1) / 2;
}

/* False: too few lines to tell. */
static bool fit_places(tt_spectrum_fit *f)
{
	places g = {.bent = f->n_elastic > 2};
	const double apart = f->range_Hz / f->Hz_per_channel;
	for (size_t i = 0; i < f->n_elastic; i++, g.n++) {
		g.at[g.n] = f->elastic[i];
		g.u[g.n] = f->u_elastic[i];
		g.order[g.n] = order_of(f, f->elastic[i]);
	}
	for (size_t i = 0; i < f->n_lines; i++, g.n++) {
		g.at[g.n] = f->line[i].channel;
		g.u[g.n] = f->line[i].u_channel;
		g.order[g.n] = order_of(f, f->line[i].elastic);
		g.side[g.n] = f->line[i].channel > f->line[i].elastic ? 1 : -1;
	}
	const size_t n = g.bent ? 4 : 3;
	double p[4] = {f->elastic[(f->n_elastic - 1) / 2], apart, f->shift_Hz / f->range_Hz, 0}, cov[16];
	tt_curve_result result;
	tt_error ignored;
	const tt_curve_model m = {
	    .points = g.n, .parameters = n, .residuals = place_residuals, .user = &g, .what = "a spectrum's lines"};
	if (g.n <= n || tt_curve_fit(&m, p, cov, &result, &ignored) != TT_OK) return false;
	f->birge = fmax(1, sqrt(result.chi2 / result.freedom));
	f->shift_Hz = p[2] * f->range_Hz;
	f->u_Hz = sqrt(cov[2 * n + 2]) * f->birge * f->range_Hz;
	return isfinite(f->u_Hz) && f->shift_Hz > 0;
}

/* Weighted mean of the lines' shifts; widened where they differ by more than they should. */
static void mean_of_lines(tt_spectrum_fit *f)
{
	double w = 0, sum = 0, chi2 = 0;
	for (size_t i = 0; i < f->n_lines; i++) {
		tt_spectrum_line *l = &f->line[i];
		double u_elastic = 0;
		for (size_t k = 0; k < f->n_elastic; k++)
			if (f->elastic[k] == l->elastic) u_elastic = f->u_elastic[k];
		l->u_Hz = hypot(hypot(l->u_channel, u_elastic) * f->Hz_per_channel,
		                l->shift_Hz * f->u_Hz_per_channel / f->Hz_per_channel);
		w += 1 / (l->u_Hz * l->u_Hz);
		sum += l->shift_Hz / (l->u_Hz * l->u_Hz);
	}
	f->shift_Hz = sum / w;
	for (size_t i = 0; i < f->n_lines; i++)
		chi2 += (f->line[i].shift_Hz - f->shift_Hz) * (f->line[i].shift_Hz - f->shift_Hz) /
		        (f->line[i].u_Hz * f->line[i].u_Hz);
	f->birge = f->n_lines > 1 ? fmax(1, sqrt(chi2 / (double)(f->n_lines - 1))) : 1;
	f->u_Hz = hypot(f->birge / sqrt(w), f->shift_Hz * f->u_Hz_per_channel / f->Hz_per_channel);
}

static void combine(tt_spectrum_fit *f)
{
	mean_of_lines(f);
	const tt_spectrum_fit mean = *f;
	if (f->by_elastic && !fit_places(f)) *f = mean;
}

tt_status tt_spectrum_evaluate(const tt_counts *c, const char *name, double fsr_Hz, double amplitude_Hz,
                               const double range_Hz[2], tt_spectrum_fit *out, tt_error *err)
{
	double fwhm = 0;
	*out = (tt_spectrum_fit){.birge = 1};
	out->model = malloc(c->n * sizeof *out->model);
	if (!out->model) return tt_fail_memory(err, "a spectrum");
	for (size_t i = 0; i < c->n; i++)
		out->model[i] = NAN;
	tt_status st = find_elastic(c, name, out, &fwhm, err);
	if (st == TT_OK) st = calibrate(c, name, fsr_Hz, amplitude_Hz, out, err);
	if (st == TT_OK) {
		double apart = fsr_Hz / out->Hz_per_channel;
		size_t n = out->n_elastic;
		for (size_t i = 0; i + 1 < n; i++)
			fit_gap(c, out->elastic[i], out->elastic[i + 1], range_Hz, out);
		/* what lies outside of the outermost ones, up to half a range */
		if (!(out->by_elastic && out->elastic[0] < 0.5 * apart))
			fit_gap(c, NAN, out->elastic[0], range_Hz, out);
		if (!(out->by_elastic && (double)c->n - out->elastic[n - 1] < 0.5 * apart))
			fit_gap(c, out->elastic[n - 1], NAN, range_Hz, out);
		if (!out->n_lines)
			st = tt_fail(err, TT_ERR_INPUT,
			             "%s: no line stands out between its elastic lines (channels %.1f … %.1f)", name,
			             out->elastic[0], out->elastic[n - 1]);
	}
	if (st == TT_OK) combine(out);
	if (st != TT_OK) tt_spectrum_fit_clear(out);
	return st;
}

void tt_spectrum_fit_clear(tt_spectrum_fit *f)
{
	free(f->model);
	f->model = NULL;
}
