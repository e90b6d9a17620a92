/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/statistics.h"
#include "temtensile/logs.h"

static const double CU_KALPHA1 = 1.540593e-10; /* Hölzer et al., Phys. Rev. A 56 (1997) 4554 */
static const double DEGREE = 3.14159265358979323846 / 180;

void tt_film_scan_clear(tt_film_scan *s)
{
	free(s->two_theta);
	free(s->y);
	free(s->sigma);
	*s = (tt_film_scan){0};
}

static bool all_whole(const double *y, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (y[i] != floor(y[i])) return false;
	return true;
}

/* Variance over intensity, from the scatter of neighbours: 1 for counts, 1/time for rates; never below that of counts.
 */
static tt_status find_sigma(tt_film_scan *s, const double *u, tt_error *err)
{
	double *root = malloc(s->n * sizeof *root), least = INFINITY;
	if (!root) return tt_fail_memory(err, "a diffractogram");
	for (size_t i = 0; i < s->n; i++)
		if (s->y[i] > 0) least = fmin(least, s->y[i]);
	if (!isfinite(least)) least = 1;
	/* 2√(g y) has the variance g */
	for (size_t i = 0; i < s->n; i++)
		root[i] = 2 * sqrt(fmax(s->y[i], 0));
	const double noise = tt_noise_std(root, s->n);
	double gain = noise > 0 ? noise * noise : 1;
	if (all_whole(s->y, s->n) && gain < 1.5) gain = 1;
	free(root);
	s->counted = u == NULL;
	for (size_t i = 0; i < s->n; i++)
		s->sigma[i] = u ? u[i] : sqrt(gain * fmax(s->y[i], least));
	return TT_OK;
}

static tt_status take(const tt_pattern *p, const char *path, bool over_q, double wavelength, const char *key,
                      tt_film_result *out, tt_film_scan *s, tt_error *err)
{
	s->wavelength_m = isnan(wavelength) ? p->wavelength_m : wavelength;
	if (isnan(s->wavelength_m)) {
		s->wavelength_m = CU_KALPHA1;
		tt_warn(&out->warnings,
		        "%s: '%s' does not say its wavelength: Cu Kα1, 0.1540593 nm, is taken (%s.wavelength)", key,
		        path, key);
	} else if (!isnan(p->wavelength_m) && fabs(p->wavelength_m / s->wavelength_m - 1) > 1e-3) {
		tt_warn(
		    &out->warnings,
		    "%s: the wavelength is %.7g nm in the description and %.7g nm in '%s': the description's is taken",
		    key, s->wavelength_m * 1e9, p->wavelength_m * 1e9, path);
	}
	s->n = p->n;
	s->two_theta = malloc(p->n * sizeof *s->two_theta);
	s->y = malloc(p->n * sizeof *s->y);
	s->sigma = malloc(p->n * sizeof *s->sigma);
	if (!s->two_theta || !s->y || !s->sigma) return tt_fail_memory(err, "a diffractogram");
	const bool q = p->axis == TT_PATTERN_Q || (p->axis == TT_PATTERN_UNKNOWN && over_q);
	for (size_t i = 0; i < p->n; i++) {
		const double s2 = p->x[i] * s->wavelength_m / (4 * 3.14159265358979323846);
		if (q && !(fabs(s2) <= 1))
			return tt_fail(err, TT_ERR_INPUT,
			               "%s: q = %.4g 1/nm at point %zu cannot be reached at a wavelength of %.4g nm",
			               path, p->x[i] * 1e-9, i + 1, s->wavelength_m * 1e9);
		s->two_theta[i] = q ? 2 * asin(s2) / DEGREE : p->x[i];
		s->y[i] = p->y[i];
	}
	if (!q && (s->two_theta[0] < -30 || s->two_theta[p->n - 1] > 180))
		return tt_fail(err, TT_ERR_INPUT,
		               "%s: its axis runs from %.6g to %.6g; 2θ between 0 and 180 degrees was expected", path,
		               s->two_theta[0], s->two_theta[p->n - 1]);
	return find_sigma(s, p->u, err);
}

tt_status tt_film_scan_read(const char *path, long range, bool over_q, double wavelength, const char *key,
                            tt_film_result *out, tt_film_scan *scan, tt_error *err)
{
	const tt_pattern_options o = {.range = (int)range, .axis = over_q ? TT_PATTERN_Q : TT_PATTERN_UNKNOWN};
	tt_pattern *p = NULL;
	*scan = (tt_film_scan){0};
	tt_status st = tt_pattern_read(path, &o, &p, err);
	if (st != TT_OK) return st;
	st = tt_strings_add(&out->inputs, err, "%s", path);
	for (size_t i = 0; i < p->warnings.n; i++)
		tt_warn(&out->warnings, "%s", p->warnings.item[i]);
	if (st == TT_OK) st = take(p, path, over_q, wavelength, key, out, scan, err);
	tt_pattern_free(p);
	if (st != TT_OK) tt_film_scan_clear(scan);
	return st;
}
