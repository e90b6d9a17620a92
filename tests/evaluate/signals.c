/* A push-to-pull test as signals with known truth.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "signals.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------------------------------
 * Random numbers: xorshift64* and Box–Muller
 * --------------------------------------------------------------------------------------- */

void sig_seed(sig_random *r, uint64_t seed)
{
	r->state = seed * UINT64_C(0x9e3779b97f4a7c15) + UINT64_C(0x1234567);
	r->has_spare = 0;
	r->spare = 0;
	for (int i = 0; i < 8; i++)
		sig_uniform(r);
}

double sig_uniform(sig_random *r)
{
	uint64_t x = r->state ? r->state : 88172645463325252u;
	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	r->state = x;
	return ((double)((x * UINT64_C(2685821657736338717)) >> 11) + 0.5) / 9007199254740992.0;
}

double sig_gauss(sig_random *r)
{
	if (r->has_spare) {
		r->has_spare = 0;
		return r->spare;
	}
	double a = sqrt(-2 * log(sig_uniform(r))), b = 6.283185307179586 * sig_uniform(r);
	r->spare = a * sin(b);
	r->has_spare = 1;
	return a * cos(b);
}

/* ------------------------------------------------------------------------------------------
 * The law
 * --------------------------------------------------------------------------------------- */

double sig_law_stress(const sig_law *l, double p)
{
	double over = p > l->from ? p - l->from : 0;
	return l->yield + l->hardening * (1 - exp(-p / l->saturation)) - l->softening * over * over;
}

static double law_strain(const sig_law *l, double p)
{
	return p + sig_law_stress(l, p) / l->modulus;
}

/* Plastic strain at which `f` crosses zero between lo and hi (f rises). */
static double bisect(double (*f)(const void *, double), const void *ctx, double lo, double hi)
{
	for (int i = 0; i < 60; i++) {
		double m = 0.5 * (lo + hi);
		if (f(ctx, m) > 0)
			hi = m;
		else
			lo = m;
	}
	return 0.5 * (lo + hi);
}

static double beyond_break(const void *ctx, double p)
{
	const sig_law *l = ctx;
	return law_strain(l, p) - l->break_strain;
}

static double minus_slope(const void *ctx, double p)
{
	const sig_law *l = ctx;
	double h = 1e-6;
	return sig_law_stress(l, p) - sig_law_stress(l, p + h);
}

/* ------------------------------------------------------------------------------------------
 * The machine
 * --------------------------------------------------------------------------------------- */

sig_setup sig_default(void)
{
	return (sig_setup){
	    .law = {140e9, 2.2e9, 0.30e9, 0.012, 60e9, 0.02, 0.07},
	    .gauge_m = 2000e-9,
	    .compliance_m_per_N = 1.1e-4,
	    .rate_N_per_s = 4e-6,
	    .contact_s = 6,
	    .air_N = 0.8e-6,
	    .fps = 5,
	    .log_hz = 100,
	    .strain_noise = 1e-4,
	    .bias = 4e-5,
	    .bias_time_s = 4,
	    .zero_noise = 2e-5,
	    .log_force_noise = 0.3e-6,
	    .log_displacement_noise = 0.4e-9,
	    .stiffness = {450, 10, true},
	    .width = {400e-9, 8e-9, true},
	    .thickness = {150e-9, 3e-9, true},
	    .pixel = {4e-9, 0.04e-9, true},
	    .starts_at = {2.0, 0.03, true},
	    .u_contact_m = 1e-9,
	    .u_air_N = 0.03e-6,
	};
}

typedef struct machine {
	const sig_setup *s;
	double k, area, break_p, break_force;
} machine;

/* Punch displacement and force with the specimen at plastic strain p (p < 0: elastic, at stress yield + E' p). */
static double displacement_of(const machine *m, double strain, double stress)
{
	return m->s->gauge_m * strain + m->s->compliance_m_per_N * stress * m->area;
}

static double punch_force(const machine *m, double strain, double stress)
{
	return stress * m->area + m->k * displacement_of(m, strain, stress);
}

/* State at a punch force: strain and stress. */
static void state_at(const machine *m, double force, double *guess, double *strain, double *stress)
{
	const sig_law *l = &m->s->law;
	double elastic = punch_force(m, 1, l->modulus);
	if (force < punch_force(m, l->yield / l->modulus, l->yield)) {
		*strain = force / elastic;
		*stress = l->modulus * *strain;
		return;
	}
	double p = *guess;
	for (int i = 0; i < 40; i++) { /* Newton with a numerical slope */
		double f = punch_force(m, law_strain(l, p), sig_law_stress(l, p)) - force, h = 1e-7;
		double g = punch_force(m, law_strain(l, p + h), sig_law_stress(l, p + h)) - force;
		double step = f * h / (g - f);
		p = fmax(0, p - step);
		if (fabs(step) < 1e-13) break;
	}
	*guess = p;
	*strain = law_strain(l, p);
	*stress = sig_law_stress(l, p);
}

/* ------------------------------------------------------------------------------------------
 * What the analysis sees
 * --------------------------------------------------------------------------------------- */

/* Local line through log rows within half a width of t, never beyond `last`. */
static double local_fit(const double *y, double hz, size_t last, double t, double half)
{
	double lo = ceil((t - half) * hz), hi = floor((t + half) * hz);
	if (lo < 0) lo = 0;
	if (hi > (double)last) hi = (double)last;
	if (lo > hi - 4) lo = hi - 4;
	if (lo < 0) lo = 0;
	if (hi < lo + 4) hi = lo + 4;
	double n = hi - lo + 1, mt = 0.5 * (lo + hi) / hz, my = 0, stt = 0, sty = 0;
	for (size_t i = (size_t)lo; i <= (size_t)hi; i++)
		my += y[i] / n;
	for (size_t i = (size_t)lo; i <= (size_t)hi; i++) {
		double d = (double)i / hz - mt;
		stt += d * d;
		sty += d * (y[i] - my);
	}
	return my + sty / stt * (t - mt);
}

/* A slow error: sines of random phase with a Gaussian spectrum. */
enum { SINES = 24 };
typedef struct slow {
	double f[SINES], phase[SINES], a;
} slow;

static void slow_make(slow *b, double amplitude, double time, sig_random *r)
{
	b->a = amplitude * sqrt(2.0 / SINES);
	for (int i = 0; i < SINES; i++) {
		b->f[i] = sig_gauss(r) * 1.414213562373095 / time;
		b->phase[i] = 6.283185307179586 * sig_uniform(r);
	}
}

static double slow_at(const slow *b, double t)
{
	double v = 0;
	for (int i = 0; i < SINES; i++)
		v += sin(b->f[i] * t + b->phase[i]);
	return b->a * v;
}

static double true_toughness(const sig_law *l, double break_p)
{
	double w = 0.5 * l->yield * l->yield / l->modulus;
	int n = 4000;
	for (int i = 0; i < n; i++) {
		double a = break_p * i / n, b = break_p * (i + 1) / n;
		w += 0.5 * (sig_law_stress(l, a) + sig_law_stress(l, b)) * (law_strain(l, b) - law_strain(l, a));
	}
	return w;
}

static void law_truth(const machine *m, double *v)
{
	const sig_law *l = &m->s->law;
	double top = bisect(minus_slope, l, 1e-6, m->break_p);
	double y = sig_law_stress(l, 0.002);
	v[TT_PROP_YOUNGS_MODULUS] = l->modulus;
	v[TT_PROP_YIELD_STRENGTH] = y;
	v[TT_PROP_PROPORTIONAL_LIMIT] = sig_law_stress(l, 1e-4);
	v[TT_PROP_ULTIMATE_STRENGTH] = sig_law_stress(l, top);
	v[TT_PROP_UNIFORM_ELONGATION] = law_strain(l, top);
	v[TT_PROP_TOTAL_ELONGATION] = l->break_strain;
	v[TT_PROP_PLASTIC_ELONGATION] = m->break_p;
	v[TT_PROP_TOUGHNESS] = true_toughness(l, m->break_p);
	v[TT_PROP_RESILIENCE] = y * y / (2 * l->modulus);
	v[TT_PROP_CONSIDERE_STRAIN] = log1p(law_strain(l, top));
	v[TT_PROP_STRAIN_RATE] = m->s->rate_N_per_s / punch_force(m, 1, l->modulus);
	v[TT_PROP_LOADING_RATE] = m->s->rate_N_per_s;
}

/* Hollomon's regression over the law between 0.2 % yield and maximum stress, evenly in time (load control: in force).
 */
static void hollomon_truth(const machine *m, double *v)
{
	enum { STEPS = 400 };
	const sig_law *l = &m->s->law;
	double lo = punch_force(m, law_strain(l, 0.002), sig_law_stress(l, 0.002));
	double top = bisect(minus_slope, l, 1e-6, m->break_p),
	       hi = punch_force(m, law_strain(l, top), sig_law_stress(l, top));
	double mx = 0, my = 0, sxx = 0, sxy = 0, x[STEPS], y[STEPS], guess = 0.002;
	for (int i = 0; i < STEPS; i++) {
		double e, s;
		state_at(m, lo + (hi - lo) * (i + 0.5) / STEPS, &guess, &e, &s);
		x[i] = log(log1p(e));
		y[i] = log(s * (1 + e));
		mx += x[i] / STEPS;
		my += y[i] / STEPS;
	}
	for (int i = 0; i < STEPS; i++) {
		sxx += (x[i] - mx) * (x[i] - mx);
		sxy += (x[i] - mx) * (y[i] - my);
	}
	v[TT_PROP_HOLLOMON_N] = sxy / sxx;
	v[TT_PROP_HOLLOMON_K] = exp(my - mx * sxy / sxx);
}

static double drawn(const tt_quantity *q, sig_random *r)
{
	return q->value + q->u * sig_gauss(r);
}

void sig_make(const sig_setup *s, uint64_t seed, sig_test *out)
{
	enum { COLUMNS = 9 };
	sig_random r;
	sig_seed(&r, seed);
	machine m = {s, drawn(&s->stiffness, &r), 0, 0, 0};
	m.area = drawn(&s->width, &r);
	m.area *= drawn(&s->thickness, &r);
	double starts_at = drawn(&s->starts_at, &r);
	double d0 = 120e-9, d0_said = d0 + s->u_contact_m * sig_gauss(&r);
	double air_said = s->air_N + s->u_air_N * sig_gauss(&r);
	double zero = s->zero_noise * sig_gauss(&r), phase = sig_uniform(&r);
	slow bias;
	slow_make(&bias, s->bias, s->bias_time_s, &r);

	m.break_p = bisect(beyond_break, &s->law, 0, s->law.break_strain);
	m.break_force = punch_force(&m, s->law.break_strain, sig_law_stress(&s->law, m.break_p));
	double t_f = s->contact_s + m.break_force / s->rate_N_per_s;

	/* the log up to the fracture */
	size_t rows = (size_t)floor(t_f * s->log_hz) + 1;
	size_t n = (size_t)ceil((t_f + 3) * s->fps);
	double half = fmin(0.5 / s->fps, 0.25), dt = fmin(half, 0.1);
	size_t table = (size_t)floor(t_f / dt) + 1;
	double *p = calloc(2 * rows + COLUMNS * n + 2 * table + n, sizeof *p);
	if (!p) abort();
	out->memory = p;
	out->n = n;
	double *log_f = p, *log_d = p + rows;
	p += 2 * rows;
	double *time = p, *log_time = p + n, *strain = p + 2 * n, *stress = p + 3 * n, *us = p + 4 * n, *ue = p + 5 * n;
	double *raw = p + 6 * n, *disp = p + 7 * n;
	unsigned *flag = (unsigned *)(void *)(p + 8 * n);
	p += COLUMNS * n;
	double *tf = p, *td = p + table;

	double guess = 0, e, st;
	for (size_t i = 0; i < rows; i++) {
		double force = s->rate_N_per_s * ((double)i / s->log_hz - s->contact_s), d = 0;
		if (force > 0) {
			state_at(&m, force, &guess, &e, &st);
			d = displacement_of(&m, e, st);
		} else {
			force = 0;
		}
		log_f[i] = force + s->air_N + s->log_force_noise * sig_gauss(&r);
		log_d[i] = d + d0 + s->log_displacement_noise * sig_gauss(&r);
	}

	/* the stated inputs make the curve */
	double area = s->width.value * s->thickness.value, k = s->stiffness.value;
	double points = fmax(2 * half * s->log_hz, 5), uf = s->log_force_noise / sqrt(points);
	double ud = s->log_displacement_noise / sqrt(points);
	double at_end = 2 / sqrt(fmax(half * s->log_hz, 5)); /* a line at the end of its points */
	size_t end = rows - 1;
	guess = 0;
	for (size_t i = 0; i < n; i++) {
		time[i] = ((double)i + phase) / s->fps;
		log_time[i] = time[i] - s->starts_at.value;
		double true_log = time[i] - starts_at;
		strain[i] = stress[i] = raw[i] = disp[i] = NAN;
		ue[i] = s->strain_noise;
		us[i] = hypot(uf, k * ud) / area;
		if (true_log > t_f) {
			flag[i] = TT_ROW_FRACTURED;
			continue;
		}
		e = st = 0;
		double force = s->rate_N_per_s * (true_log - s->contact_s);
		if (force > 0) state_at(&m, force, &guess, &e, &st);
		strain[i] = e + zero + slow_at(&bias, time[i]) + s->strain_noise * sig_gauss(&r);
		if (log_time[i] < 0) {
			flag[i] = TT_ROW_OUTSIDE_LOG;
			continue;
		}
		double at = fmin(log_time[i], t_f);
		raw[i] = local_fit(log_f, s->log_hz, end, at, half);
		disp[i] = local_fit(log_d, s->log_hz, end, at, half) - d0_said;
		stress[i] = (raw[i] - air_said - k * disp[i]) / area;
	}
	for (size_t i = 0; i < table; i++) {
		tf[i] = local_fit(log_f, s->log_hz, end, (double)i * dt, half);
		td[i] = local_fit(log_d, s->log_hz, end, (double)i * dt, half) - d0_said;
	}

	out->in = tt_property_input_empty();
	tt_property_input *in = &out->in;
	in->n = n;
	in->time_s = time;
	in->log_time_s = log_time;
	in->strain = strain;
	in->stress_Pa = stress;
	in->u_strain = ue;
	in->u_stress_Pa = us;
	in->force_raw_N = raw;
	in->displacement_m = disp;
	in->flag = flag;
	in->contact_log_s = s->contact_s;
	in->fractured = true;
	in->fracture_log_s = t_f;
	in->u_fracture_log_s = 0.29 / s->log_hz;
	in->fracture_displacement_m = local_fit(log_d, s->log_hz, end, t_f, half) - d0_said;
	in->u_fracture_displacement_m = at_end * s->log_displacement_noise;
	double raw_f = local_fit(log_f, s->log_hz, end, t_f, half);
	in->fracture_stress_Pa = (raw_f - air_said - k * in->fracture_displacement_m) / area;
	in->u_fracture_stress_Pa = at_end * hypot(s->log_force_noise, k * s->log_displacement_noise) / area;
	in->u_strain_bias = s->bias;
	in->strain_bias_time_s = s->bias_time_s;
	in->u_strain_zero = s->zero_noise;

	tt_force_model *f = &out->model;
	*f = tt_force_model_empty();
	f->dt_s = dt;
	f->t0_s = 0;
	f->n = table;
	f->force_raw_N = tf;
	f->displacement_m = td;
	f->stiffness = s->stiffness;
	f->contact_m = (tt_quantity){d0_said, s->u_contact_m, true};
	f->air_force_N = (tt_quantity){air_said, s->u_air_N, true};
	f->width_m = s->width;
	f->thickness_m = s->thickness;
	f->pixel_size_m = s->pixel;
	f->log_starts_at_s = s->starts_at;
	f->u_force_N = uf;
	f->u_displacement_m = ud;
	f->noise_time_s = 2 * half;

	law_truth(&m, out->truth);
	hollomon_truth(&m, out->truth);
}

void sig_free(sig_test *t)
{
	free(t->memory);
}
