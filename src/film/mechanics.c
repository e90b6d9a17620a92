/* Indentation and Brillouin scattering, which need each other: the substrate can be taken off only with the film's
 * Poisson's ratio, and the shear modulus gives that only with the indentation's modulus.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "core/text.h"
#include "film/brillouin/brillouin.h"
#include "film/brillouin/rayleigh.h"
#include "film/indentation/indentation.h"
#include "film/result.h"
#include "numeric/random.h"

enum { DRAWS = 4000, MOST_AREA = 512 };

/* What is uncertain, each as a number of standard uncertainties. */
enum {
	IN_BETA,
	IN_THICKNESS,
	IN_SUBSTRATE_E,
	IN_SUBSTRATE_NU,
	IN_REFERENCE,
	IN_FRAME,
	IN_TAKEN_M,
	IN_TAKEN_R,
	IN_SCATTER_H,
	IN_SCATTER_R,
	IN_PLATEAU_H,
	IN_PLATEAU_M,
	IN_VELOCITY,
	IN_VELOCITY_LAST = IN_VELOCITY + 4,
	IN_DENSITY,
	IN_POISSON,
	IN_AREA,
	IN_COUNT
};

static const char *const input_name[IN_COUNT] = {[IN_BETA] = "indentation: β",
                                                 [IN_THICKNESS] = "film's thickness",
                                                 [IN_SUBSTRATE_E] = "substrate's modulus",
                                                 [IN_SUBSTRATE_NU] = "substrate's Poisson's ratio",
                                                 [IN_REFERENCE] = "indentation: modulus of the reference",
                                                 [IN_FRAME] = "indentation: frame's stiffness",
                                                 [IN_TAKEN_M] = "plane-strain modulus taken over",
                                                 [IN_TAKEN_R] = "reduced modulus taken over",
                                                 [IN_SCATTER_H] = "indentation: scatter between indents",
                                                 [IN_SCATTER_R] = "indentation: scatter between indents",
                                                 [IN_PLATEAU_H] = "indentation: change over the window",
                                                 [IN_PLATEAU_M] = "indentation: change over the window",
                                                 [IN_DENSITY] = "density",
                                                 [IN_POISSON] = "Poisson's ratio assumed",
                                                 [IN_AREA] = "indentation: area function"};

enum { OUT_H, OUT_R, OUT_M, OUT_NU, OUT_G, OUT_E, OUT_COUNT };
static const char *const output_id[OUT_COUNT] = {"hardness_GPa",  "reduced_modulus_GPa", "plane_strain_modulus_GPa",
                                                 "poisson_ratio", "shear_modulus_GPa",   "youngs_modulus_GPa"};

typedef struct mechanics {
	const tt_film_description *d;
	tt_indentation *indentation; /* NULL: none, or nothing in it */
	char no_indentation[600], no_velocity[600];
	tt_velocity velocity;
	tt_quantity taken_m, taken_r; /* plane-strain and reduced modulus taken over */
	double density, u_density;
	double assumed, u_assumed; /* Poisson's ratio; NaN: not given */
	double poisson;            /* the one that the substrate is taken off with */
	bool joint, has_m, has_g;
} mechanics;

typedef struct draw {
	double in[IN_COUNT];
	double area[MOST_AREA];
	bool thin;
} draw;

/* ---- the model ---- */

static double rayleigh(const mechanics *m, double poisson)
{
	double fixed = m->d->brillouin.rayleigh_factor;
	return isfinite(fixed) ? fixed : tt_rayleigh_factor(poisson);
}

static double shear_modulus(const mechanics *m, const draw *w, double poisson)
{
	double v = m->velocity.value, rho = m->density + (w ? w->in[IN_DENSITY] * m->u_density : 0);
	for (int i = 0; w && i < 5; i++)
		v += w->in[IN_VELOCITY + i] * m->velocity.parts[i];
	double s = v / rayleigh(m, poisson);
	return rho * s * s;
}

static double ratio_of(const tt_quantity *q)
{
	return q->u_stated && q->value > 0 ? q->u / q->value : 0;
}

/* Hardness, reduced and plane-strain modulus for a Poisson's ratio of the film. */
static tt_indentation_value indent(const mechanics *m, const draw *w, double poisson)
{
	tt_indentation_value v = {NAN, NAN, NAN};
	const double *in = w ? w->in : NULL;
	if (m->indentation) {
		const tt_indentation *i = m->indentation;
		const tt_film_description *d = m->d;
		tt_indentation_shift s = {0};
		if (in) {
			double stiff = d->indentation.frame_stiffness.value;
			s.beta = in[IN_BETA] * ratio_of(&d->indentation.beta);
			s.thickness = in[IN_THICKNESS] * ratio_of(&d->thickness);
			s.substrate_modulus = in[IN_SUBSTRATE_E] * ratio_of(&d->substrate.youngs_modulus);
			s.substrate_poisson =
			    in[IN_SUBSTRATE_NU] * (d->substrate.poisson.u_stated ? d->substrate.poisson.u : 0);
			s.reference_modulus = in[IN_REFERENCE] * i->u_reference;
			if (isfinite(stiff))
				s.frame_compliance = -in[IN_FRAME] * ratio_of(&d->indentation.frame_stiffness) / stiff;
			s.area = w->area;
		}
		v = tt_indentation_at(i, &s, poisson, w && w->thin);
		if (in) {
			v.hardness_Pa *=
			    1 + in[IN_SCATTER_H] * i->hardness.relative + in[IN_PLATEAU_H] * i->hardness.plateau;
			v.reduced_Pa *= 1 + in[IN_SCATTER_R] * i->reduced.relative;
			v.plane_strain_Pa *= 1 + in[IN_SCATTER_R] * i->plane_strain.relative +
			                     in[IN_PLATEAU_M] * i->plane_strain.plateau;
		}
	}
	if (isfinite(m->taken_r.value)) {
		v.reduced_Pa = m->taken_r.value + (in ? in[IN_TAKEN_R] * m->taken_r.u : 0);
		v.plane_strain_Pa = tt_plane_strain_of(v.reduced_Pa, &tt_diamond);
	}
	if (isfinite(m->taken_m.value)) v.plane_strain_Pa = m->taken_m.value + (in ? in[IN_TAKEN_M] * m->taken_m.u : 0);
	return v;
}

static const double highest = 0.4999, lowest = -0.5;

/* 1 − 2 G(ν)/M(ν) − ν: falls with ν. The plane-strain modulus as a parabola through three Poisson's ratios, exact to
 * 10⁻⁴ (it changes by some per cent over all of them). */
typedef struct parabola {
	double at[3], value[3];
} parabola;

static double parabola_at(const parabola *p, double x)
{
	double y = 0;
	for (int i = 0; i < 3; i++) {
		double l = 1;
		for (int k = 0; k < 3; k++)
			if (k != i) l *= (x - p->at[k]) / (p->at[i] - p->at[k]);
		y += l * p->value[i];
	}
	return y;
}

/* ν at which both agree; `highest` and *beyond when there is none below 0.5. */
static double fixed_point(const mechanics *m, const draw *w, bool exact, bool *beyond)
{
	parabola p = {{0.05, 0.28, 0.48}, {0}};
	bool layered = m->indentation && m->indentation->layered && isnan(m->taken_m.value) && isnan(m->taken_r.value);
	for (int i = 0; i < 3; i++)
		p.value[i] = layered || i == 0 ? indent(m, w, p.at[i]).plane_strain_Pa : p.value[0];
	double lo = lowest, hi = highest;
	*beyond = 1 - 2 * shear_modulus(m, w, hi) / parabola_at(&p, hi) - hi > 0;
	if (*beyond) return highest;
	for (int i = 0; i < 50; i++) {
		double mid = (lo + hi) / 2;
		if (1 - 2 * shear_modulus(m, w, mid) / parabola_at(&p, mid) - mid > 0)
			lo = mid;
		else
			hi = mid;
	}
	double nu = (lo + hi) / 2;
	/* from the parabola's point on by iteration with the modulus itself */
	for (int i = 0; exact && layered && i < 60; i++) {
		double next = 1 - 2 * shear_modulus(m, w, nu) / indent(m, w, nu).plane_strain_Pa;
		if (fabs(next - nu) < 1e-12) break;
		nu = fmin(highest, next);
	}
	return nu;
}

static void solve(const mechanics *m, const draw *w, double out[OUT_COUNT], bool *beyond)
{
	double nu = m->assumed;
	*beyond = false;
	if (m->joint)
		nu = fixed_point(m, w, !w || !w->thin, beyond);
	else if (w)
		nu = fmin(highest, fmax(lowest, nu + w->in[IN_POISSON] * m->u_assumed));
	tt_indentation_value v = m->has_m || m->indentation ? indent(m, w, nu) : (tt_indentation_value){NAN, NAN, NAN};
	out[OUT_H] = v.hardness_Pa;
	out[OUT_R] = v.reduced_Pa;
	out[OUT_M] = v.plane_strain_Pa;
	out[OUT_NU] = nu;
	out[OUT_G] = m->has_g ? shear_modulus(m, w, nu) : NAN;
	out[OUT_E] = m->has_g ? 2 * out[OUT_G] * (1 + nu) : v.plane_strain_Pa * (1 - nu * nu);
}

/* ---- uncertainty ---- */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

typedef struct spread {
	double u[OUT_COUNT], lo[OUT_COUNT], hi[OUT_COUNT]; /* changes from the nominal value */
	double beyond;                                     /* share of draws without a ν below 0.5 */
} spread;

static double freedom_of(const mechanics *m, int input)
{
	if (!m->indentation) return INFINITY;
	if (input == IN_SCATTER_H) return m->indentation->hardness.freedom;
	if (input == IN_SCATTER_R) return m->indentation->plane_strain.freedom;
	return INFINITY;
}

/* The inputs' draws, n of each one after the other: Latin hypercube samples (McKay, Beckman and Conover, Technometrics
 * 21 (1979) 239), of each input the middle of n equally probable parts in random order. The draws of one input then
 * have its very variance, so that what depends mainly on one input has far less sampling error than by independent
 * draws. */
static double *input_draws(const mechanics *m, size_t n, tt_random *r)
{
	double *v = malloc(n * IN_COUNT * sizeof *v);
	for (int k = 0; v && k < IN_COUNT; k++) {
		double *q = v + (size_t)k * n;
		const double freedom = freedom_of(m, k);
		for (size_t i = 0; i < n; i++)
			q[i] = tt_t_quantile(((double)i + 0.5) / (double)n, freedom);
		for (size_t i = n; i > 1; i--) {
			const size_t j = (size_t)(tt_random_uniform(r) * (double)i);
			const double x = q[j];
			q[j] = q[i - 1];
			q[i - 1] = x;
		}
	}
	return v;
}

static tt_status monte_carlo(const mechanics *m, spread *s, const tt_job *job, tt_error *err)
{
	long n = m->d->draws > 0 ? m->d->draws : DRAWS;
	tt_random *r;
	draw zero = {.thin = true}, w = {.thin = true};
	double nominal[OUT_COUNT], *v = malloc((size_t)n * OUT_COUNT * sizeof *v);
	bool beyond;
	size_t jack = m->indentation ? m->indentation->area.m : 0;
	if (!v) return tt_fail_memory(err, "the draws");
	tt_status st = tt_random_new((uint64_t)m->d->seed, 15, &r, err);
	if (st != TT_OK) {
		free(v);
		return st;
	}
	double *input = input_draws(m, (size_t)n, r);
	if (!input) {
		tt_random_free(r);
		free(v);
		return tt_fail_memory(err, "the draws");
	}
	*s = (spread){0};
	solve(m, &zero, nominal, &beyond);
	for (long i = 0; i < n && st == TT_OK; i++) {
		double out[OUT_COUNT];
		for (int k = 0; k < IN_COUNT; k++)
			w.in[k] = input[(size_t)k * (size_t)n + (size_t)i];
		/* the area function's own scatter is known from as few indents */
		double t = 1;
		if (jack && isfinite(m->indentation->area.freedom)) {
			double g = 0, z;
			int f = (int)m->indentation->area.freedom;
			for (int k = 0; k < f; k++)
				z = tt_random_gauss(r), g += z * z;
			t = sqrt(f / g);
		}
		for (size_t k = 0; k < jack; k++)
			w.area[k] = t * tt_random_gauss(r);
		solve(m, &w, out, &beyond);
		s->beyond += beyond / (double)n;
		for (int k = 0; k < OUT_COUNT; k++)
			v[k * n + i] = out[k] - nominal[k];
		if (i % 256 == 0) st = tt_job_check(job, err);
	}
	for (int k = 0; k < OUT_COUNT && st == TT_OK; k++) {
		double *q = v + k * n, sum2 = 0;
		qsort(q, (size_t)n, sizeof *q, by_value);
		s->lo[k] = q[(size_t)(0.025 * (double)n)];
		s->hi[k] = q[(size_t)(0.975 * (double)(n - 1))];
		/* the middle 68.3 %, which no far tail spoils; equal to the standard deviation of a normal distribution
		 */
		sum2 = q[(size_t)(0.8413 * (double)n)] - q[(size_t)(0.1587 * (double)n)];
		s->u[k] = sum2 / 2;
	}
	tt_random_free(r);
	free(input);
	free(v);
	return st;
}

/* Shares of variance: each input moved by ± one standard uncertainty, the others at rest. */
static tt_status budget(const mechanics *m, const double nominal[OUT_COUNT], tt_film_result *out, tt_error *err)
{
	double part[IN_COUNT + 1][OUT_COUNT] = {{0}}, total[OUT_COUNT] = {0};
	size_t jack = m->indentation ? m->indentation->area.m : 0;
	draw w = {.thin = true};
	for (int k = 0; k < IN_COUNT + (int)jack; k++) {
		double up[OUT_COUNT], down[OUT_COUNT];
		bool beyond;
		int row = k < IN_AREA ? k : IN_AREA;
		if (k == IN_AREA) continue;
		double *x = k < IN_AREA ? &w.in[k] : &w.area[k - IN_COUNT];
		*x = 1;
		solve(m, &w, up, &beyond);
		*x = -1;
		solve(m, &w, down, &beyond);
		*x = 0;
		for (int o = 0; o < OUT_COUNT; o++) {
			double change = (up[o] - down[o]) / 2;
			if (isfinite(change)) part[row][o] += change * change, total[o] += change * change;
		}
	}
	tt_status st = TT_OK;
	for (int o = 0; o < OUT_COUNT && st == TT_OK; o++) {
		if (!isfinite(nominal[o]) || !(total[o] > 0) || !tt_measurements_find(&out->measured, output_id[o]))
			continue;
		if (isnan(tt_measurements_find(&out->measured, output_id[o])->value)) continue;
		for (int k = 0; k < IN_COUNT && st == TT_OK; k++) {
			const char *name = k >= IN_VELOCITY && k <= IN_VELOCITY_LAST ? tt_velocity_part[k - IN_VELOCITY]
			                                                             : input_name[k];
			double share = part[k][o] / total[o];
			if (share >= 5e-4) st = tt_film_add_share(out, output_id[o], name, share, err);
		}
	}
	return st;
}

/* ---- what is known ---- */

static tt_status take_over(const tt_film_description *d, const char *id, const tt_quantity *q, const char *source,
                           tt_film_result *out, tt_error *err)
{
	if (isnan(q->value)) return TT_OK;
	return tt_film_put(out, d, id, q->value, q->u_stated ? q->u : NAN, "taken over", source, NULL, err);
}

static tt_status gather(mechanics *m, tt_film_result *out, tt_error *err)
{
	const tt_film_description *d = m->d;
	const tt_film_indentation_part *p = &d->indentation;
	tt_status st = TT_OK;
	if (p->section.given && p->file) {
		st = tt_indentation_open(d, out, &m->indentation, m->no_indentation, err);
		if (st == TT_OK && m->indentation->area.m > MOST_AREA)
			st = tt_fail(err, TT_ERR_INPUT, "%s: more than %d indents on the reference", p->area_file,
			             MOST_AREA);
		if (st == TT_OK && m->no_indentation[0]) {
			tt_indentation_free(m->indentation);
			m->indentation = NULL;
		}
	}
	m->taken_m = p->plane_strain_modulus;
	m->taken_r = p->reduced_modulus;
	if (st == TT_OK && d->brillouin.n_spectra) {
		st = tt_velocity_measure(d, out, &m->velocity, m->no_velocity, err);
	} else if (d->brillouin.section.given) {
		m->velocity = (tt_velocity){.value = d->brillouin.velocity.value, .u = d->brillouin.velocity.u};
		m->velocity.parts[0] = d->brillouin.velocity.u;
	} else {
		m->velocity.value = NAN;
	}
	const tt_measurement *rho = tt_measurements_find(&out->measured, "density_g_per_cm3");
	m->density = rho ? rho->value : NAN;
	m->u_density = rho && isfinite(rho->u) ? rho->u : 0;
	m->assumed = d->poisson.value;
	m->u_assumed = d->poisson.u_stated ? d->poisson.u : 0;
	m->has_m = m->indentation || isfinite(m->taken_m.value) || isfinite(m->taken_r.value);
	m->has_g = isfinite(m->velocity.value) && isfinite(m->density);
	m->joint = m->has_m && m->has_g;
	return st;
}

/* Poisson's ratio for taking the substrate off when nothing says it: 0.3 ± 0.07 holds metals and glasses (0.16 … 0.44),
 * and E/(1−ν²) changes by per cents over it. */
static const double usual = 0.3, u_usual = 0.07;

/* ---- results ---- */

static tt_status put(const mechanics *m, int what, const double nominal[OUT_COUNT], const spread *s, const char *method,
                     const char *source, tt_film_result *out, tt_measurement **made, tt_error *err)
{
	tt_measurement *q = NULL;
	/* nothing stated, nothing scattered: the uncertainty is not nought but unknown */
	bool known = s->u[what] > 0;
	tt_status st =
	    tt_film_put(out, m->d, output_id[what], nominal[what], known ? s->u[what] : NAN, method, source, &q, err);
	if (made) *made = q;
	if (st != TT_OK || !known) return st;
	q->lo = nominal[what] + s->lo[what];
	q->hi = nominal[what] + s->hi[what];
	return TT_OK;
}

static tt_status put_indentation(const mechanics *m, const double nominal[OUT_COUNT], const spread *s,
                                 tt_film_result *out, tt_error *err)
{
	const tt_film_indentation_part *p = &m->d->indentation;
	const tt_indentation *i = m->indentation;
	tt_measurement *q;
	tt_status st = take_over(m->d, "hardness_GPa", &p->hardness, p->section.source, out, err);
	bool taken = isfinite(p->hardness.value);
	if (st != TT_OK || (!i && !m->no_indentation[0])) return st;
	static const char *const method[] = {"indentation (Oliver & Pharr 2004), P/A(h_c)",
	                                     "indentation (Oliver & Pharr 2004), √π S/(2 β √A)"};
	for (int k = OUT_H; k <= OUT_R && st == TT_OK; k++) {
		bool skip = k == OUT_H ? taken : isfinite(p->reduced_modulus.value);
		if (skip) continue;
		if (!i) {
			st = tt_film_put_missing(out, m->d, output_id[k], method[k], err, "%s", m->no_indentation);
			continue;
		}
		const tt_spread *spread_k = k == OUT_H ? &i->hardness : &i->reduced;
		const double *w = k == OUT_H ? i->hardness_m : i->modulus_m;
		st = put(m, k, nominal, s, method[k], p->file, out, &q, err);
		if (st != TT_OK) break;
		double own = spread_k->relative * nominal[k];
		q->u_shared = isfinite(q->u) ? sqrt(fmax(0, q->u * q->u - own * own)) : 0;
		char change[120] = "";
		if (k == OUT_H)
			tt_snprintf(change, sizeof change, "; over the window it changes by %s: %s",
			            TT_VALUE(100 * spread_k->slope, 100 * spread_k->u_slope, "%"),
			            spread_k->plateau > 0 ? "no plateau, and the uncertainty is widened" : "a plateau");
		st = tt_film_conditions(
		    q, err, "%zu indent%s, %.0f to %.0f nm deep, β = %.4g; scatter between indents %.2f %%%s", i->used,
		    i->used == 1 ? "" : "s", w[0] * 1e9, w[1] * 1e9, i->beta, 100 * spread_k->sd, change);
		if (st == TT_OK && k == OUT_H && spread_k->plateau > 0)
			tt_warn(&out->warnings, "indentation: no plateau: the hardness changes by %s over its window",
			        TT_VALUE(100 * spread_k->slope, 100 * spread_k->u_slope, "%"));
	}
	return st;
}

static const char *modulus_method(const mechanics *m)
{
	if (isfinite(m->taken_r.value))
		return "from the reduced modulus taken over, the diamond taken off, the substrate not";
	return m->indentation->layered ? "indentation, film on substrate by Hay & Crawford (2011)"
	                               : "indentation, bulk: the indenter taken off";
}

static tt_status put_plane_strain(const mechanics *m, const double nominal[OUT_COUNT], const spread *s,
                                  tt_film_result *out, tt_error *err)
{
	const tt_film_indentation_part *p = &m->d->indentation;
	tt_measurement *q;
	if (isfinite(m->taken_m.value))
		return take_over(m->d, "plane_strain_modulus_GPa", &m->taken_m, p->section.source, out, err);
	if (!m->has_m && m->no_indentation[0])
		return tt_film_put_missing(out, m->d, "plane_strain_modulus_GPa", "indentation", err, "%s",
		                           m->no_indentation);
	if (!m->has_m) return TT_OK;
	if (isnan(nominal[OUT_M]))
		return tt_film_put_missing(out, m->d, "plane_strain_modulus_GPa", modulus_method(m), err,
		                           "no film modulus gives the measured stiffness on this substrate");
	tt_status st =
	    put(m, OUT_M, nominal, s, modulus_method(m), p->file ? p->file : p->section.source, out, &q, err);
	if (st != TT_OK || !m->indentation) return st;
	double own = m->indentation->plane_strain.relative * nominal[OUT_M];
	q->u_shared = isfinite(q->u) ? sqrt(fmax(0, q->u * q->u - own * own)) : 0;
	const tt_spread *e = &m->indentation->plane_strain;
	if (e->plateau > 0.02)
		tt_warn(&out->warnings,
		        "indentation: the film's modulus changes by %s over its window though the "
		        "substrate is taken off; "
		        "its uncertainty is widened by it",
		        TT_VALUE(100 * e->slope, 100 * e->u_slope, "%"));
	return tt_film_conditions(
	    q, err,
	    "%zu indent%s, %.0f to %.0f nm deep, β = %.4g, the film's Poisson's ratio %.3f%s; over the window "
	    "it changes by %s",
	    m->indentation->used, m->indentation->used == 1 ? "" : "s", m->indentation->modulus_m[0] * 1e9,
	    m->indentation->modulus_m[1] * 1e9, m->indentation->beta, nominal[OUT_NU],
	    m->joint ? " (joint solution)" : " (assumed)", TT_VALUE(100 * e->slope, 100 * e->u_slope, "%"));
}

static tt_status put_velocity(const mechanics *m, tt_film_result *out, tt_error *err)
{
	const tt_film_brillouin_part *p = &m->d->brillouin;
	tt_measurement *q;
	if (!p->section.given) return TT_OK;
	if (!p->n_spectra)
		return take_over(m->d, "rayleigh_velocity_m_per_s", &p->velocity, p->section.source, out, err);
	static const char method[] = "Brillouin scattering, V = F λ/(2 sin θ) over the angles";
	if (m->no_velocity[0])
		return tt_film_put_missing(out, m->d, "rayleigh_velocity_m_per_s", method, err, "%s", m->no_velocity);
	tt_status st = tt_film_put(out, m->d, "rayleigh_velocity_m_per_s", m->velocity.value, m->velocity.u, method,
	                           p->spectrum[0].file ? p->spectrum[0].file : p->section.source, &q, err);
	if (st != TT_OK) return st;
	char kt[80] = "", slope[120] = "";
	if (isfinite(m->velocity.least_kt))
		tt_snprintf(kt, sizeof kt, "; k × thickness from %.1f on", m->velocity.least_kt);
	if (isfinite(m->velocity.slope))
		tt_snprintf(slope, sizeof slope, "; dispersion over them %s",
		            TT_VALUE(100 * m->velocity.slope, 100 * m->velocity.u_slope, "%"));
	return tt_film_conditions(q, err, "%zu angle%s%s%s", m->velocity.n, m->velocity.n == 1 ? "" : "s", kt, slope);
}

static const char joint_method[] =
    "joint solution of indentation and Brillouin scattering: ν = 1 − 2 G/(E/(1−ν²)) at its fixed point";

static tt_status put_joint(const mechanics *m, const double nominal[OUT_COUNT], const spread *s, bool beyond,
                           tt_film_result *out, tt_error *err)
{
	static const char exact[] = "; V_R = η(ν) V_S by the exact Rayleigh equation";
	char method[300];
	tt_measurement *q;
	double fixed = m->d->brillouin.rayleigh_factor;
	tt_status st = TT_OK;
	if (isfinite(fixed))
		tt_snprintf(method, sizeof method, "%s; V_R = %.4g V_S as asked for", joint_method, fixed);
	else
		tt_snprintf(method, sizeof method, "%s%s", joint_method, exact);
	if (beyond) {
		double g = nominal[OUT_G] * 1e-9, e = nominal[OUT_M] * 1e-9;
		for (int k = OUT_NU; k < OUT_COUNT && st == TT_OK; k++)
			st = tt_film_put_missing(
			    out, m->d, output_id[k], method, err,
			    "no Poisson's ratio below 0.5 joins the shear modulus of %.1f GPa (at ν = 0.5) with the "
			    "plane-strain modulus of %.1f GPa: one of velocity, density or indentation is wrong, or "
			    "the "
			    "film is not isotropic",
			    g, e);
		tt_warn(&out->warnings, "no Poisson's ratio below 0.5 joins indentation and Brillouin scattering");
		return st;
	}
	for (int k = OUT_NU; k < OUT_COUNT && st == TT_OK; k++)
		st = put(m, k, nominal, s, method, m->d->path, out, &q, err);
	tt_measurement *nu = (tt_measurement *)tt_measurements_find(&out->measured, "poisson_ratio");
	if (st == TT_OK && nu)
		st = tt_film_conditions(nu, err, "u = %.3f: 1 %% in the plane-strain modulus is %.3f in ν",
		                        s->u[OUT_NU], 0.01 * (1 - nominal[OUT_NU]));
	if (st == TT_OK && s->u[OUT_NU] > 0.03)
		tt_warn(&out->warnings,
		        "Poisson's ratio is known to ± %.2f only: it is a small difference of two moduli",
		        s->u[OUT_NU]);
	if (nominal[OUT_NU] < 0)
		tt_warn(&out->warnings, "Poisson's ratio comes out negative (%.3f): check density and indentation",
		        nominal[OUT_NU]);
	if (s->beyond > 0.01)
		tt_warn(&out->warnings, "%.0f %% of the draws have no Poisson's ratio below 0.5; they count as 0.5",
		        100 * s->beyond);
	return st;
}

static tt_status put_single(const mechanics *m, const double nominal[OUT_COUNT], const spread *s, bool given,
                            tt_film_result *out, tt_error *err)
{
	static const char *const how = "from %s with Poisson's ratio assumed";
	char method[120];
	const char *without = m->has_g ? "needs Poisson's ratio: an indentation modulus, or film.poisson"
	                      : isfinite(m->velocity.value)
	                          ? "needs the density, and Poisson's ratio"
	                          : "needs Poisson's ratio: Brillouin scattering with a density, or film.poisson";
	tt_status st = TT_OK;
	if (given) {
		const tt_quantity q = m->d->poisson;
		st = tt_film_put(out, m->d, "poisson_ratio", q.value, q.u_stated ? q.u : NAN, "assumed", "film.poisson",
		                 NULL, err);
	}
	if (st == TT_OK && m->has_g) {
		tt_snprintf(method, sizeof method, how, "Brillouin scattering");
		st = given ? put(m, OUT_G, nominal, s, method, m->d->path, out, NULL, err)
		           : tt_film_put_missing(out, m->d, "shear_modulus_GPa", method, err, "%s", without);
	} else if (st == TT_OK && isfinite(m->velocity.value)) {
		st = tt_film_put_missing(out, m->d, "shear_modulus_GPa", "Brillouin scattering", err,
		                         "needs the density");
	}
	if (st != TT_OK) return st;
	tt_snprintf(method, sizeof method, how, m->has_g ? "Brillouin scattering" : "indentation");
	if (!m->has_m && !m->has_g && isnan(m->velocity.value))
		return m->no_indentation[0] ? tt_film_put_missing(out, m->d, "youngs_modulus_GPa", "indentation", err,
		                                                  "%s", m->no_indentation)
		                            : TT_OK;
	return given && isfinite(nominal[OUT_E])
	           ? put(m, OUT_E, nominal, s, method, m->d->path, out, NULL, err)
	           : tt_film_put_missing(out, m->d, "youngs_modulus_GPa", method, err, "%s", without);
}

static tt_status say_methods(const mechanics *m, tt_film_result *out, tt_error *err)
{
	const tt_film_description *d = m->d;
	const tt_indentation *i = m->indentation;
	tt_status st = TT_OK;
	if (i) {
		char area[300];
		if (i->area.m)
			tt_snprintf(area, sizeof area,
			            "The area function (%zu terms, rms %.2f %%) was fitted with relative weights to "
			            "%zu indents on a reference of "
			            "reduced modulus %.2f GPa; its covariance, by leaving out one indent at a time, "
			            "was carried on",
			            i->area.n, 100 * i->area.rms, i->area.indents, i->reference_reduced_Pa * 1e-9);
		else
			tt_snprintf(area, sizeof area, "The contact area is %s",
			            i->own_area ? "the instrument's own" : "that of the area function given");
		char frame[200] = "";
		if (i->compliance != 0)
			tt_snprintf(frame, sizeof frame,
			            " A frame compliance of %.3g nm/mN beside the instrument's own was taken off%s.",
			            i->compliance * 1e6,
			            i->d->indentation.frame_fit ? ", found from a flat S²/P on the reference" : "");
		st = tt_strings_add(
		    &out->methods, err,
		    "Hardness and reduced modulus were evaluated by the method of Oliver and Pharr (2004) from %zu "
		    "indents (%s) "
		    "with β = %.4g and ε = %.4g. %s.%s %s%zu of %zu tests were used.",
		    i->used, i->indents->how, i->beta, i->epsilon, area, frame,
		    i->layered
		        ? "The modulus of the film on its substrate follows Hay and Crawford (2011) with F = 0.0626. "
		        : "",
		    i->used, i->indents->n);
	}
	if (st == TT_OK && d->brillouin.n_spectra)
		st = tt_strings_add(&out->methods, err,
		                    "Brillouin spectra at %zu angles were fitted with Lorentzian lines on the Stokes "
		                    "and anti-Stokes sides; the "
		                    "frequency scale comes from %s, not from the files' headers. The surface wave's "
		                    "velocity is F λ/(2 sin θ).",
		                    d->brillouin.n_spectra,
		                    isnan(d->brillouin.mirror_spacing.value)
		                        ? "the scan amplitude given"
		                        : "the elastic lines, one free spectral range c/(2 d) apart");
	if (st == TT_OK && m->joint)
		st = tt_strings_add(
		    &out->methods, err,
		    "Poisson's ratio, shear and Young's modulus are the joint solution of both: G = ρ (V_R/η)² with η "
		    "%s, ν = 1 − 2 "
		    "G (1−ν²)/E at its fixed point, E = 2 G (1 + ν); uncertainties by Monte Carlo with %ld draws.",
		    isfinite(d->brillouin.rayleigh_factor) ? "as given" : "from the exact Rayleigh equation",
		    d->draws > 0 ? d->draws : (long)DRAWS);
	return st;
}

static tt_status run(mechanics *m, tt_film_result *out, const tt_job *job, tt_error *err)
{
	double nominal[OUT_COUNT];
	bool beyond, given = isfinite(m->assumed);
	spread s = {0};
	if (!given) m->assumed = usual, m->u_assumed = u_usual;
	solve(m, NULL, nominal, &beyond);
	m->poisson = nominal[OUT_NU];
	if (m->indentation) {
		tt_indentation_spread(m->indentation, m->poisson);
		solve(m, NULL, nominal, &beyond);
	}
	tt_status st = monte_carlo(m, &s, job, err);
	if (st == TT_OK) st = put_indentation(m, nominal, &s, out, err);
	if (st == TT_OK && isfinite(m->taken_r.value))
		st = take_over(m->d, "reduced_modulus_GPa", &m->taken_r, m->d->indentation.section.source, out, err);
	if (st == TT_OK) st = put_plane_strain(m, nominal, &s, out, err);
	if (st == TT_OK) st = put_velocity(m, out, err);
	if (st == TT_OK)
		st = m->joint ? put_joint(m, nominal, &s, beyond, out, err)
		              : put_single(m, nominal, &s, given, out, err);
	if (st == TT_OK) st = budget(m, nominal, out, err);
	if (st == TT_OK && m->indentation) st = tt_indentation_report(m->indentation, m->poisson, out, err);
	return st == TT_OK ? say_methods(m, out, err) : st;
}

tt_status tt_film_mechanics(const tt_film_description *d, tt_film_result *out, const tt_job *job, tt_error *err)
{
	mechanics m = {.d = d};
	if (!d->indentation.section.given && !d->brillouin.section.given) return TT_OK;
	tt_status st = gather(&m, out, err);
	if (st == TT_OK) st = run(&m, out, job, err);
	tt_indentation_free(m.indentation);
	return st;
}
