/* A film's instrument files with known truth: indents on it and on fused silica, Brillouin spectra, a diffractogram.
 * The formulas stand here once more, on their own: nothing of the room film is used.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/outdir.h"
#include "core/text.h"
#include "numeric/random.h"
#include "temtensile/simulate.h"

static const double pi = 3.14159265358979323846;
static const double epsilon = 0.75, wavelength = 532e-9, mirror = 5.6e-3, light = 299792458;
static const double tip_modulus = 1141e9, tip_poisson = 0.07;
/* A worn Berkovich: h², h, √h in nm. */
static const double area_function[3] = {24.4, 420, 900};

tt_film_truth tt_film_truth_of(double shear_Pa, double poisson)
{
	return (tt_film_truth){.shear_Pa = shear_Pa,
	                       .poisson = poisson,
	                       .hardness_Pa = 10e9,
	                       .density = 7000,
	                       .thickness_m = 500e-9,
	                       .two_theta_deg = 37.6,
	                       .fwhm_deg = 10.4,
	                       .pressure_Pa = 0.1,
	                       .composition = "Zr50Cu50",
	                       .name = "simulated film",
	                       .indents = 10,
	                       .reference_indents = 12,
	                       .scatter = 0.02,
	                       .angles_deg = {50, 60, 70},
	                       .n_angles = 3,
	                       .peak_counts = 150};
}

double tt_film_truth_youngs(const tt_film_truth *t)
{
	return 2 * t->shear_Pa * (1 + t->poisson);
}

/* V_R/V_S from (2 − x)² = 4 √(1 − x) √(1 − a x), x = (V_R/V_S)². */
static double surface_factor(double poisson)
{
	double a = (1 - 2 * poisson) / (2 * (1 - poisson)), lo = 0.3, hi = 1 - 1e-13;
	for (int i = 0; i < 100; i++) {
		double x = (lo + hi) / 2;
		if ((2 - x) * (2 - x) > 4 * sqrt((1 - x) * (1 - a * x)))
			hi = x;
		else
			lo = x;
	}
	return sqrt(lo);
}

double tt_film_truth_velocity(const tt_film_truth *t)
{
	return surface_factor(t->poisson) * sqrt(t->shear_Pa / t->density);
}

/* ---- contact ---- */

typedef struct solid {
	double modulus, poisson;
} solid;

/* E/(1−ν²) felt by a contact of radius a: Hay & Crawford (2011). */
static double felt(double a, double t, const solid *f, const solid *s)
{
	double x = t / a, l = log(1 + 1 / (x * x)), i1 = 2 / pi * atan(x) + x / pi * l;
	double nu = 1 - (1 - s->poisson) * (1 - f->poisson) / (1 - (1 - i1) * f->poisson - i1 * s->poisson);
	double i0 = 2 / pi * atan(x) + ((1 - 2 * nu) * x * l - x / (1 + x * x)) / (2 * pi * (1 - nu));
	double mf = f->modulus / (2 + 2 * f->poisson), ms = s->modulus / (2 + 2 * s->poisson);
	double m = 1 / ((1 - i0) / (ms + 0.0626 * i0 * mf) + i0 / mf);
	return 2 * m / (1 - nu);
}

typedef struct indenting {
	double hardness, thickness; /* thickness 0: bulk */
	solid film, substrate;
	int indents, points;
	double scatter, lowest, deepest; /* contact depths */
} indenting;

static void put_indents(FILE *f, const indenting *w, tt_random *r)
{
	fputs("test,Displacement Into Surface (nm),Load On Sample (mN),Harmonic Contact Stiffness (N/m)\n", f);
	for (int i = 0; i < w->indents; i++) {
		double kh = 1 + w->scatter * tt_random_gauss(r), ke = 1 + w->scatter * tt_random_gauss(r);
		for (int k = 0; k < w->points; k++) {
			double h = w->lowest * pow(w->deepest / w->lowest, k / (double)(w->points - 1)), nm = h * 1e9;
			double area =
			    (area_function[0] * nm * nm + area_function[1] * nm + area_function[2] * sqrt(nm)) * 1e-18;
			double e = w->film.modulus / (1 - w->film.poisson * w->film.poisson);
			if (w->thickness > 0) e = felt(sqrt(area / pi), w->thickness, &w->film, &w->substrate);
			double reduced = 1 / (1 / (ke * e) + (1 - tip_poisson * tip_poisson) / tip_modulus);
			double s = 2 * reduced * sqrt(area / pi) * (1 + 0.004 * tt_random_gauss(r));
			double p = kh * w->hardness * area;
			double d = h + epsilon * p / s;
			tt_fprintf(f, "%d,%.3f,%.6f,%.1f\n", i + 1, d * 1e9, p * 1e3, s);
		}
	}
}

/* ---- light ---- */

static void put_spectrum(FILE *f, const tt_film_truth *t, double angle_deg, tt_random *r)
{
	enum { CHANNELS = 512 };
	double range = light / (2 * mirror), scale = range / 236.4, zero = 255.7;
	double shift = 2 * tt_film_truth_velocity(t) * sin(angle_deg * pi / 180) / wavelength;
	tt_fprintf(f, "Sample : %s\nScan number: 1\n\nWavelength: 532\nMirror sp. : 5.6\nScan amplitude : %.2f\n\n",
	           t->name, scale * CHANNELS * 1e-9);
	for (int i = 0; i < CHANNELS; i++) {
		double y = 6;
		for (int order = -1; order <= 1; order++) {
			double x = (i - zero) * scale - order * range, elastic = x / (2.2 * scale);
			y += 2e5 * exp(-elastic * elastic / 2) + 600 / (1 + elastic * elastic / 4);
			for (int side = -1; side <= 1; side += 2) {
				double z = (x - side * shift) / (0.35e9);
				y += t->peak_counts / (1 + z * z);
			}
		}
		tt_fprintf(f, "%.0f\n", tt_random_poisson(r, y));
	}
}

static void put_pattern(FILE *f, const tt_film_truth *t, tt_random *r)
{
	fputs("# 2theta (deg) counts; Cu Kα1\n", f);
	for (int i = 0; i <= 640; i++) {
		double x = 20 + 0.1 * i, z = 2 * (x - t->two_theta_deg) / t->fwhm_deg,
		       second = 2 * (x - 1.75 * t->two_theta_deg) / (1.5 * t->fwhm_deg);
		double hump = 0.4 / (1 + z * z) + 0.6 * exp(-log(2) * z * z);
		double y = 1500 * hump + 250 * exp(-log(2) * second * second) + 350 + 0.12 * (x - 75) * (x - 75);
		tt_fprintf(f, "%.1f %.0f\n", x, tt_random_poisson(r, y));
	}
}

/* ---- the description: stated values, drawn around the true ones ---- */

typedef struct stated {
	double thickness, substrate, density, reference, angle[TT_FILM_ANGLES];
} stated;

static void put_description(FILE *f, const tt_film_truth *t, const stated *s)
{
	tt_fprintf(f, "# Simulated: its truth is G %.4g GPa, ν %.4g (so E %.4g GPa), H %.4g GPa, density %.4g g/cm³.\n",
	           t->shear_Pa * 1e-9, t->poisson, tt_film_truth_youngs(t) * 1e-9, t->hardness_Pa * 1e-9,
	           t->density * 1e-3);
	tt_fprintf(f,
	           "name: %s\n"
	           "film: {composition: %s, deposition_pressure: %.6g Pa, thickness: %.1f ± 10 nm}\n"
	           "substrate: {youngs_modulus: %.2f ± 5 GPa, poisson: 0.22}\n"
	           "indentation:\n"
	           "  file: indents.csv\n"
	           "  area: silica.csv\n"
	           "  reference: {youngs_modulus: %.3f ± 1 GPa, poisson: 0.17}\n"
	           "  hardness_depth: [0.10, 0.15]\n"
	           "  modulus_depth: [0.05, 0.10]\n"
	           "brillouin:\n"
	           "  wavelength: 532 nm\n"
	           "  mirror_spacing: 5.6 mm\n"
	           "  spectra:\n",
	           t->name, t->composition, t->pressure_Pa, s->thickness * 1e9, s->substrate * 1e-9,
	           s->reference * 1e-9);
	for (int i = 0; i < t->n_angles; i++)
		tt_fprintf(f, "    - {file: brillouin_%.0f.DAT, angle: %.2f ± 0.2°}\n", t->angles_deg[i], s->angle[i]);
	tt_fprintf(f, "density: {value: %.3f ± 0.1 g/cm³, source: X-ray reflectivity (simulated)}\n",
	           s->density * 1e-3);
	if (t->diffraction) fputs("diffraction: {file: diffraction.xy, wavelength: 0.15405929 nm}\n", f);
	if (t->draws) tt_fprintf(f, "properties: {draws: %ld}\n", t->draws);
}

/* ---- files ---- */

typedef struct making {
	const tt_film_truth *t;
	tt_outdir *dir;
	tt_random *r;
} making;

static tt_status write_indents(const making *m, const char *name, const indenting *w, tt_error *err)
{
	FILE *f;
	tt_status st = tt_outdir_fopen(m->dir, name, &f, err);
	if (st != TT_OK) return st;
	put_indents(f, w, m->r);
	return tt_outdir_fclose(m->dir, f, name, err);
}

static tt_status write_all(const making *m, tt_error *err)
{
	const tt_film_truth *t = m->t;
	tt_random *r = m->r;
	char name[80];
	FILE *f;
	/* what is true lies around what is stated, and the other way round */
	const double reference = 72e9 + 1e9 * tt_random_gauss(r), substrate = 169e9 + 5e9 * tt_random_gauss(r);
	stated s = {.thickness = t->thickness_m + 10e-9 * tt_random_gauss(r),
	            .substrate = 169e9,
	            .reference = 72e9,
	            .density = t->density + 100 * tt_random_gauss(r)};
	for (int i = 0; i < t->n_angles; i++)
		s.angle[i] = t->angles_deg[i] + 0.2 * tt_random_gauss(r);
	const indenting film = {.hardness = t->hardness_Pa,
	                        .thickness = t->thickness_m,
	                        .film = {tt_film_truth_youngs(t), t->poisson},
	                        .substrate = {substrate, 0.22},
	                        .indents = t->indents,
	                        .points = 50,
	                        .scatter = t->scatter,
	                        .lowest = 8e-9,
	                        .deepest = 0.25 * t->thickness_m},
	                silica = {.hardness = 9e9,
	                          .film = {reference, 0.17},
	                          .indents = t->reference_indents,
	                          .points = 60,
	                          .scatter = 0.01,
	                          .lowest = 8e-9,
	                          .deepest = 300e-9};
	tt_status st = write_indents(m, "indents.csv", &film, err);
	if (st == TT_OK) st = write_indents(m, "silica.csv", &silica, err);
	for (int i = 0; i < t->n_angles && st == TT_OK; i++) {
		tt_snprintf(name, sizeof name, "brillouin_%.0f.DAT", t->angles_deg[i]);
		st = tt_outdir_fopen(m->dir, name, &f, err);
		if (st != TT_OK) break;
		put_spectrum(f, t, t->angles_deg[i], r);
		st = tt_outdir_fclose(m->dir, f, name, err);
	}
	if (st == TT_OK && t->diffraction) {
		st = tt_outdir_fopen(m->dir, "diffraction.xy", &f, err);
		if (st == TT_OK) {
			put_pattern(f, t, r);
			st = tt_outdir_fclose(m->dir, f, "diffraction.xy", err);
		}
	}
	if (st == TT_OK) st = tt_outdir_fopen(m->dir, "film.yaml", &f, err);
	if (st != TT_OK) return st;
	put_description(f, t, &s);
	return tt_outdir_fclose(m->dir, f, "film.yaml", err);
}

tt_status tt_simulate_film(const tt_film_truth *truth, uint64_t seed, const char *out_dir, tt_error *err)
{
	making m = {.t = truth};
	if (!(truth->poisson > -0.5 && truth->poisson < 0.5 && truth->shear_Pa > 0 && truth->density > 0) ||
	    truth->n_angles < 1 || truth->n_angles > TT_FILM_ANGLES || truth->indents < 1 ||
	    truth->reference_indents < 2)
		return tt_fail(err, TT_ERR_USAGE,
		               "a film without a positive shear modulus and density, a Poisson's ratio below 0.5, "
		               "1 to %d angles, indents, and 2 indents on the reference",
		               TT_FILM_ANGLES);
	tt_status st = tt_random_new(seed, 1, &m.r, err);
	if (st == TT_OK) st = tt_outdir_open(out_dir, &m.dir, err);
	if (st == TT_OK) st = write_all(&m, err);
	tt_random_free(m.r);
	if (st != TT_OK) {
		tt_outdir_abort(m.dir);
		return st;
	}
	return tt_outdir_commit(m.dir, "film.yaml", err);
}
