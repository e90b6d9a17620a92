/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/brillouin/brillouin.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "core/text.h"
#include "film/brillouin/spectrum.h"
#include "numeric/random.h"

static const double pi = 3.14159265358979323846, light = 299792458;
/* Wave number times thickness: below `refused` the wave feels the substrate by more than 1 %, above `free_of_it` by
 * less than 0.15 % (films on silicon; the wave's depth is about 1/k). */
static const double refused = 5, free_of_it = 8;

const char *const tt_velocity_part[5] = {"Brillouin: lines and angles", "Brillouin: wavelength",
                                         "Brillouin: mirror spacing", "Brillouin: angle offset",
                                         "Brillouin: dispersion, half-space"};

/* Deviation of the velocity from that of a half-space, relative, falling exponentially from 1.7 % at k t = 5 to 0.15 %
 * at 8.4 (calculated for metallic glasses on silicon). */
static double half_space_error(double kt)
{
	return 0.017 * exp(-(kt - 5) / 1.4);
}

typedef struct angle {
	double shift, u_shift, theta, u_theta; /* Hz, degrees */
	double velocity, u;                    /* u of shift and angle alone */
	double kt;
	bool used;
} angle;

static double radians(double degrees)
{
	return degrees * pi / 180;
}

/* ---- one spectrum ---- */

static tt_status draw(const tt_counts *c, const tt_spectrum_fit *f, const char *name, double theta, size_t number,
                      tt_film_result *out, tt_error *err)
{
	double *x = malloc(3 * c->n * sizeof *x);
	if (!x) return tt_fail_memory(err, "a spectrum");
	double *y = x + c->n, *m = y + c->n, top = 1;
	/* from the elastic line nearest to the middle */
	size_t zero = 0;
	for (size_t i = 0; i < f->n_elastic; i++)
		if (fabs(f->elastic[i] - (double)c->n / 2) < fabs(f->elastic[zero] - (double)c->n / 2)) zero = i;
	for (size_t i = 0; i < f->n_lines; i++)
		top = fmax(top, f->line[i].height + f->line[i].background);
	for (size_t i = 0; i < c->n; i++) {
		x[i] = ((double)i - f->elastic[zero]) * f->Hz_per_channel * 1e-9;
		/* elastic lines leave the figure */
		y[i] = c->count[i] > 1.6 * top ? NAN : c->count[i];
		m[i] = f->model[i] > 1.6 * top ? NAN : f->model[i];
	}
	char file[60], caption[300];
	tt_film_figure *g;
	tt_snprintf(file, sizeof file, "brillouin_%zu", number + 1);
	tt_snprintf(caption, sizeof caption,
	            "Brillouin spectrum %s at %.4g°: counts and fitted lines; elastic lines are cut off",
	            tt_path_base(name), theta);
	tt_status st = tt_film_add_figure(out, file, "Frequency shift (GHz)", "Counts", caption, &g, err);
	if (st == TT_OK) {
		g->y_lo = 0;
		g->y_hi = 1.6 * top;
		g->x_lo = x[0];
		g->x_hi = x[c->n - 1];
		st = tt_film_add_curve(g, TT_FILM_POINTS, "counts", x, y, NULL, c->n, err);
	}
	if (st == TT_OK) st = tt_film_add_curve(g, TT_FILM_LINE, "fit", x, m, NULL, c->n, err);
	free(x);
	return st;
}

static tt_status measure_file(const tt_film_description *d, size_t i, angle *a, tt_film_result *out, tt_error *err)
{
	const tt_film_brillouin_part *p = &d->brillouin;
	const char *path = p->spectrum[i].file;
	double fsr = light / (2 * p->mirror_spacing.value);
	tt_counts *c = NULL;
	tt_spectrum_fit f = {0};
	tt_status st = tt_strings_add(&out->inputs, err, "%s", path);
	if (st == TT_OK) st = tt_counts_read(path, &c, err);
	if (st == TT_OK) st = tt_spectrum_evaluate(c, path, fsr, p->scan_amplitude.value, p->range_Hz, &f, err);
	if (st == TT_OK) {
		const char *base = tt_path_base(path);
		a->shift = f.shift_Hz;
		a->u_shift = f.u_Hz;
		double header = f.header_Hz_per_channel / f.Hz_per_channel - 1;
		if (fabs(header) > 0.02)
			tt_warn(&out->warnings,
			        "brillouin: %s: its header's scan amplitude gives %.4f GHz a channel, %s %.4f (%.1f %% "
			        "apart); the header is "
			        "not used",
			        base, f.header_Hz_per_channel * 1e-9,
			        f.by_elastic ? "the elastic lines" : "the scan amplitude given",
			        f.Hz_per_channel * 1e-9, 100 * fabs(header));
		if (c->n & (c->n - 1))
			tt_warn(
			    &out->warnings,
			    "brillouin: %s holds %zu channels; spectra of GHOST have 256, 512 or another power of two: "
			    "the file may be cut",
			    base, c->n);
		if (isfinite(c->wavelength_m) && fabs(c->wavelength_m / p->wavelength.value - 1) > 0.002)
			tt_warn(&out->warnings,
			        "brillouin: %s: its header says a wavelength of %.4g nm, the description %.4g nm", base,
			        c->wavelength_m * 1e9, p->wavelength.value * 1e9);
		if (f.birge > 2)
			tt_warn(&out->warnings,
			        "brillouin: %s: its %zu lines differ by %.1f times their uncertainties; that of the "
			        "shift is widened by it",
			        base, f.n_lines, f.birge);
		if (isfinite(f.range_Hz) && f.shift_Hz > 0.45 * f.range_Hz)
			tt_warn(&out->warnings,
			        "brillouin: %s: the line lies near the middle of the free spectral range; it may be "
			        "one of %.2f GHz of the "
			        "other order (brillouin.range says where to look)",
			        base, (f.range_Hz - f.shift_Hz) * 1e-9);
		for (size_t k = 0; k < f.n_lines; k++)
			tt_warn(&out->lines, "%s: line at channel %.2f, %s from its elastic line", base,
			        f.line[k].channel, TT_VALUE(f.line[k].shift_Hz * 1e-9, f.line[k].u_Hz * 1e-9, "GHz"));
		st = draw(c, &f, path, p->spectrum[i].angle.value, i, out, err);
	}
	tt_spectrum_fit_clear(&f);
	tt_counts_free(c);
	return st;
}

/* ---- all angles ---- */

static void velocity_of(const tt_film_description *d, angle *a)
{
	double lambda = d->brillouin.wavelength.value, s = sin(radians(a->theta));
	a->velocity = a->shift * lambda / (2 * s);
	a->u = a->velocity * hypot(a->u_shift / a->shift, radians(a->u_theta) / tan(radians(a->theta)));
	a->kt = 4 * pi * s * d->thickness.value / lambda;
}

static void judge_half_space(const tt_film_description *d, angle *a, size_t n, tt_film_result *out)
{
	for (size_t i = 0; i < n; i++) {
		a[i].used = !(a[i].kt < refused);
		if (a[i].kt < refused)
			tt_warn(&out->warnings,
			        "brillouin: at %.4g° k × thickness is %.1f, below 5: the wave runs in film and "
			        "substrate; this angle is refused",
			        a[i].theta, a[i].kt);
		else if (a[i].kt < free_of_it)
			tt_warn(&out->warnings,
			        "brillouin: at %.4g° k × thickness is %.1f, below 8: the substrate may change the "
			        "velocity by %.1f %%; the "
			        "uncertainty is widened by it",
			        a[i].theta, a[i].kt, 100 * half_space_error(a[i].kt));
	}
	if (isnan(d->thickness.value))
		tt_warn(
		    &out->warnings,
		    "brillouin: film.thickness is not given, so whether the film is a half-space to the wave is not "
		    "checked");
}

static void fit_velocity(const tt_film_description *d, const angle *a, size_t n, tt_velocity *v, tt_film_result *out)
{
	const tt_film_brillouin_part *p = &d->brillouin;
	double w = 0, sum = 0, chi2 = 0, cot = 0, half = 0;
	v->least_kt = NAN;
	for (size_t i = 0; i < n; i++) {
		if (!a[i].used) continue;
		double wi = 1 / (a[i].u * a[i].u);
		w += wi;
		sum += wi * a[i].velocity;
		cot += wi / tan(radians(a[i].theta));
		if (isfinite(a[i].kt)) half += wi * half_space_error(a[i].kt);
		if (!(a[i].kt >= v->least_kt)) v->least_kt = a[i].kt;
		v->n++;
	}
	v->value = sum / w;
	for (size_t i = 0; i < n; i++)
		if (a[i].used) chi2 += (a[i].velocity - v->value) * (a[i].velocity - v->value) / (a[i].u * a[i].u);
	double birge = v->n > 1 ? fmax(1, sqrt(chi2 / (double)(v->n - 1))) : 1;
	v->parts[0] = birge / sqrt(w);
	if (p->wavelength.u_stated) v->parts[1] = v->value * p->wavelength.u / p->wavelength.value;
	bool files = false;
	for (size_t i = 0; i < n; i++)
		files = files || p->spectrum[i].file;
	if (files && p->mirror_spacing.u_stated) v->parts[2] = v->value * p->mirror_spacing.u / p->mirror_spacing.value;
	if (files && isnan(p->mirror_spacing.value) && p->scan_amplitude.u_stated)
		v->parts[2] = v->value * p->scan_amplitude.u / p->scan_amplitude.value;
	if (p->angle_offset.u_stated) v->parts[3] = v->value * radians(p->angle_offset.u) * cot / w;
	v->parts[4] = v->value * half / w / sqrt(3);
	v->slope = v->u_slope = NAN;
	/* dispersion: a line in sin θ */
	double sx = 0, sxx = 0, sxy = 0, lo = INFINITY, hi = -INFINITY;
	for (size_t i = 0; i < n; i++) {
		if (!a[i].used) continue;
		double x = sin(radians(a[i].theta)), wi = 1 / (a[i].u * a[i].u);
		sx += wi * x, sxx += wi * x * x, sxy += wi * x * a[i].velocity;
		lo = fmin(lo, x), hi = fmax(hi, x);
	}
	double det = w * sxx - sx * sx;
	if (v->n > 1 && det > 1e-9 * w * sxx) {
		double span = (hi - lo) / v->value;
		v->slope = (w * sxy - sx * sum) / det * span;
		v->u_slope = sqrt(w / det) * span;
		if (v->n > 2 && fabs(v->slope) > 2.576 * v->u_slope) {
			v->parts[4] = hypot(v->parts[4], v->value * fabs(v->slope) / sqrt(12));
			tt_warn(&out->warnings,
			        "brillouin: the velocity changes by %s over the angles: dispersion, as a "
			        "layered or rough film "
			        "shows; the uncertainty is widened by it",
			        TT_VALUE(100 * v->slope, 100 * v->u_slope, "%"));
		}
	}
	for (int i = 0; i < 5; i++)
		v->u = hypot(v->u, v->parts[i]);
}

static tt_status table(const angle *a, size_t n, tt_film_result *out, tt_error *err)
{
	double *c = malloc((n + 1) * 7 * sizeof *c);
	tt_film_table *t;
	if (!c) return tt_fail_memory(err, "brillouin.csv");
	for (size_t i = 0; i < n; i++) {
		const double row[7] = {a[i].theta, a[i].shift * 1e-9, a[i].u_shift * 1e-9, a[i].velocity, a[i].u,
		                       a[i].kt,    a[i].used};
		for (size_t k = 0; k < 7; k++)
			c[k * n + i] = row[k];
	}
	static const char *const names[] = {"angle_deg",          "shift_GHz",   "u_shift_GHz", "velocity_m_per_s",
	                                    "u_velocity_m_per_s", "k_thickness", "used"};
	tt_status st = tt_film_add_table(out, "brillouin.csv", n, &t, err);
	for (size_t k = 0; k < 7 && st == TT_OK; k++)
		st = tt_film_add_column(t, names[k], c + k * n, NULL, err);
	free(c);
	return st;
}

static tt_status figure(const angle *a, size_t n, const tt_velocity *v, tt_film_result *out, tt_error *err)
{
	double *c = malloc((n + 1) * 3 * sizeof *c), lo = INFINITY, hi = -INFINITY;
	tt_film_figure *f;
	if (!c) return tt_fail_memory(err, "brillouin_velocity");
	for (size_t i = 0; i < n; i++) {
		c[i] = a[i].theta;
		c[n + i] = a[i].velocity;
		c[2 * n + i] = a[i].u;
		lo = fmin(lo, a[i].theta), hi = fmax(hi, a[i].theta);
	}
	double pad = fmax(2, 0.1 * (hi - lo)), x[2] = {lo - pad, hi + pad}, y[2] = {v->value, v->value};
	tt_status st =
	    tt_film_add_figure(out, "brillouin_velocity", "Angle of incidence (°)", "Velocity (m/s)",
	                       "Velocity of the surface wave at each angle (95 % bars) and its mean", &f, err);
	if (st == TT_OK) {
		f->x_lo = x[0];
		f->x_hi = x[1];
		st = tt_film_add_curve(f, TT_FILM_POINTS, "at each angle, 95 %", c, c + n, c + 2 * n, n, err);
	}
	if (st == TT_OK) st = tt_film_add_curve(f, TT_FILM_LINE, "mean", x, y, NULL, 2, err);
	free(c);
	return st;
}

tt_status tt_velocity_measure(const tt_film_description *d, tt_film_result *out, tt_velocity *v, char reason[600],
                              tt_error *err)
{
	const tt_film_brillouin_part *p = &d->brillouin;
	size_t n = p->n_spectra;
	angle *a = calloc(n + 1, sizeof *a);
	*v = (tt_velocity){.value = NAN, .slope = NAN, .u_slope = NAN, .least_kt = NAN};
	reason[0] = '\0';
	if (!a) return tt_fail_memory(err, "the spectra");
	tt_status st = TT_OK;
	for (size_t i = 0; i < n && st == TT_OK; i++) {
		const tt_film_spectrum *s = &p->spectrum[i];
		a[i] = (angle){
		    .shift = s->shift.value, .u_shift = s->shift.u, .theta = s->angle.value, .u_theta = s->angle.u};
		if (isfinite(p->angle_offset.value)) a[i].theta += p->angle_offset.value;
		if (s->file) st = measure_file(d, i, &a[i], out, err);
		velocity_of(d, &a[i]);
		/* nothing stated: half of the last digit that anyone reads off, so that the mean is one */
		if (!(a[i].u > 0)) a[i].u = 1e-3 * a[i].velocity;
	}
	if (st == TT_OK) {
		judge_half_space(d, a, n, out);
		size_t used = 0;
		for (size_t i = 0; i < n; i++)
			used += a[i].used;
		if (used)
			fit_velocity(d, a, n, v, out);
		else
			tt_snprintf(reason, 600,
			            "k × thickness is below 5 at all %zu angles (largest %.1f): the film is no "
			            "half-space to the wave",
			            n, n ? a[n - 1].kt : 0);
		st = table(a, n, out, err);
		if (st == TT_OK && used && n > 1) st = figure(a, n, v, out, err);
	}
	free(a);
	return st;
}
