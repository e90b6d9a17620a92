/* A push-to-pull test as signals, with known truth.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "signals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double sim_uniform(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	z ^= z >> 31;
	return ((double)(z >> 11) + 0.5) / 9007199254740992.0;
}

double sim_normal(uint64_t *state)
{
	const double u = sim_uniform(state), v = sim_uniform(state);
	return sqrt(-2 * log(u)) * cos(6.283185307179586 * v);
}

sim sim_defaults(uint64_t seed)
{
	return (sim){.seed = seed,
	             .k = 450,
	             .E = 130e9,
	             .L = 2e-6,
	             .A = 400e-9 * 150e-9,
	             .C = 1.2e-4,
	             .yield_Pa = 1.8e9,
	             .rise_Pa = 0.3e9,
	             .rise_strain = 0.02,
	             .hard_Pa = 1e9,
	             .break_strain = 0.07,
	             .rows_per_s = 100,
	             .force_rate = 4e-6,
	             .speed = 4e-9,
	             .approach_speed = 15e-9,
	             .approach_s = 6,
	             .after_hold_s = 4,
	             .unload_factor = 4,
	             .tail_s = 3,
	             .force_noise = 0.3e-6,
	             .displacement_noise = 0.4e-9,
	             .force_offset = 0.8e-6,
	             .displacement_offset = 120e-9};
}

typedef struct state {
	const sim *s;
	double plastic; /* elongation */
	bool broken;
} state;

static double strength(const sim *s, double plastic)
{
	const double e = plastic / s->L;
	return s->A * (s->yield_Pa + s->rise_Pa * (1 - exp(-e / s->rise_strain)) + s->hard_Pa * e);
}

/* Specimen force at device opening D; *plastic: the plastic elongation it leads to. */
static double specimen(const state *st, double d, double *plastic)
{
	const sim *s = st->s;
	*plastic = st->plastic;
	if (st->broken) return 0;
	const double stiff = 1 / (s->C + s->L / (s->E * s->A)), stretch = d - s->slack_m;
	double p = stiff * (stretch - st->plastic);
	if (p <= 0) return 0;
	if (p <= strength(s, st->plastic)) return p;
	/* Newton: the strength is concave and slow against the stiffness */
	double at = st->plastic;
	for (int i = 0; i < 20; i++) {
		const double e = at / s->L;
		const double slope =
		    s->A / s->L * (s->rise_Pa / s->rise_strain * exp(-e / s->rise_strain) + s->hard_Pa);
		const double step = (stiff * (stretch - at) - strength(s, at)) / (stiff + slope);
		at += step;
		if (fabs(step) < 1e-16) break;
	}
	*plastic = at;
	return strength(s, at);
}

static double spring(const sim *s, double d)
{
	return d * (s->k + s->k2 * d);
}

/* Opening at which the device carries force f; from: where to start. Illinois' rule in a bracket. */
static double opening(const state *st, double f, double from)
{
	double plastic, wide = 1e-9, lo = from - wide, hi = from + wide, at = from;
	double f_lo = spring(st->s, lo) + specimen(st, lo, &plastic) - f;
	double f_hi = spring(st->s, hi) + specimen(st, hi, &plastic) - f;
	while (f_lo > 0 && lo > 0) {
		lo -= wide *= 3;
		f_lo = spring(st->s, lo) + specimen(st, lo, &plastic) - f;
	}
	while (f_hi < 0 && hi < 1e-5) {
		hi += wide *= 3;
		f_hi = spring(st->s, hi) + specimen(st, hi, &plastic) - f;
	}
	for (int i = 0; i < 80 && hi - lo > 1e-15; i++) {
		at = lo - f_lo * (hi - lo) / (f_hi - f_lo);
		const double v = spring(st->s, at) + specimen(st, at, &plastic) - f;
		if (fabs(v) < 1e-13) break;
		if (v < 0) {
			lo = at;
			f_lo = v;
			f_hi /= 2;
		} else {
			hi = at;
			f_hi = v;
			f_lo /= 2;
		}
	}
	return at;
}

tt_force_log *sim_log_new(size_t n)
{
	tt_force_log *log = calloc(1, sizeof *log);
	log->n = n;
	log->time_s = calloc(n + 1, sizeof(double));
	log->displacement_m = calloc(n + 1, sizeof(double));
	log->force_N = calloc(n + 1, sizeof(double));
	log->format = "simulated";
	log->encoding = "";
	log->machine_compliance_m_per_N = log->drift_rate_m_per_s = NAN;
	return log;
}

void sim_truth_free(sim_truth *t)
{
	free(t->elongation_m);
	free(t->specimen_N);
	t->elongation_m = t->specimen_N = NULL;
}

enum phase { AIR, LOADING, HOLD, UNLOADING, GONE };

tt_force_log *sim_run(const sim *s, sim_truth *truth)
{
	enum { SUB = 4 };
	const double dt = 1 / s->rows_per_s, sub = dt / SUB;
	const size_t most = (size_t)(600 * s->rows_per_s);
	tt_force_log *log = sim_log_new(most);
	uint64_t rng = s->seed * 7919 + 17;
	state st = {s, 0, false};
	/* contact falls somewhere between two rows */
	const double contact = s->rest_s + s->approach_s + dt * sim_uniform(&rng);
	enum phase phase = AIR;
	double d = 0, f = 0, phase_start = contact, hold_value = 0, peak_f = 0, left = NAN;
	int pop = 0;
	*truth = (sim_truth){
	    .contact_s = contact + s->start_s, .d0_m = s->displacement_offset, .fracture_s = NAN, .release_s = NAN};
	truth->elongation_m = calloc(most + 1, sizeof(double));
	truth->specimen_N = calloc(most + 1, sizeof(double));
	size_t n = 0;
	for (; n < most; n++) {
		double plastic = st.plastic, p = 0, e = phase == GONE && n ? truth->elongation_m[n - 1] : 0;
		for (int q = 0; q < SUB; q++) {
			const double t = (double)n * dt + (q - SUB + 1) * sub;
			if (phase == AIR && t >= contact) phase = LOADING;
			if (phase == AIR) {
				d = -s->approach_speed * (t < s->rest_s ? contact - s->rest_s : contact - t);
				f = 0;
				continue;
			}
			if (phase == GONE) {
				/* load control hovers at the device, displacement control goes on backwards */
				d = s->displacement_control ? left - s->speed * s->unload_factor * (t - phase_start)
				                            : left;
				f = 0;
				continue;
			}
			if (phase == LOADING) {
				if (s->displacement_control)
					d = s->speed * (t - contact);
				else
					d = opening(&st, s->force_rate * (t - contact), d);
			} else if (phase == HOLD) {
				d = s->displacement_control ? hold_value : opening(&st, hold_value, d);
				if (t - phase_start > s->after_hold_s) {
					phase = UNLOADING;
					phase_start = t;
				}
			} else {
				if (s->displacement_control)
					d = hold_value - s->speed * s->unload_factor * (t - phase_start);
				else
					d = opening(
					    &st,
					    fmax(0, hold_value - s->force_rate * s->unload_factor * (t - phase_start)),
					    d);
			}
			p = specimen(&st, d, &plastic);
			st.plastic = plastic;
			e = plastic + p * s->L / (s->E * s->A);
			f = spring(s, d) + p;
			if (phase == LOADING && !st.broken && pop < 3 && s->pop_in_strain[pop] > 0 &&
			    e / s->L > s->pop_in_strain[pop])
				st.plastic += s->pop_in_m[pop++];
			if (phase == LOADING && e / s->L > s->break_strain) {
				if (!s->unbroken) {
					st.broken = true;
					truth->fracture_s = t - sub / 2 + s->start_s;
				}
				phase = s->at_once ? UNLOADING : HOLD;
				phase_start = t;
				hold_value = s->displacement_control ? d : s->force_rate * (t - contact);
				/* the device as it is after the instant */
				if (!s->displacement_control) d = opening(&st, hold_value, d);
				p = specimen(&st, d, &plastic);
				f = spring(s, d) + p;
			}
			if (phase == UNLOADING && (f <= 1e-12 || d <= 0)) {
				/* the film stays as long as it then is */
				phase = GONE;
				phase_start = t;
				truth->release_s = t + s->start_s;
				left = d;
			}
		}
		peak_f = fmax(peak_f, p);
		const double friction = phase == UNLOADING ? -s->friction : phase == LOADING ? s->friction : 0;
		const double t = (double)n * dt;
		double raw = f + friction + s->force_offset + s->air_slope * d + s->force_noise * sim_normal(&rng);
		double disp = d + s->compliance * (f + friction) + s->displacement_offset +
		              s->displacement_noise * sim_normal(&rng);
		log->time_s[n] = t + s->start_s;
		log->force_N[n] = s->turned ? -raw : raw;
		log->displacement_m[n] = s->turned ? -disp : disp;
		/* a broken film keeps its last length here */
		truth->elongation_m[n] = st.broken && n ? truth->elongation_m[n - 1] : e;
		truth->specimen_N[n] = p;
		if (phase == GONE && t - phase_start > s->tail_s) break;
		if (s->end_s > 0 && t + s->start_s > s->end_s) break;
	}
	log->n = n < most ? n + 1 : most;
	truth->n = log->n;
	truth->max_force_N = peak_f;
	return log;
}

double sim_elongation(const tt_force_log *log, const sim_truth *t, double at)
{
	if (at <= log->time_s[0]) return t->elongation_m[0];
	if (at >= log->time_s[log->n - 1]) return t->elongation_m[log->n - 1];
	const double dt = (log->time_s[log->n - 1] - log->time_s[0]) / (double)(log->n - 1);
	size_t i = (size_t)((at - log->time_s[0]) / dt);
	if (i + 1 >= log->n) i = log->n - 2;
	const double r = (at - log->time_s[i]) / (log->time_s[i + 1] - log->time_s[i]);
	return t->elongation_m[i] + r * (t->elongation_m[i + 1] - t->elongation_m[i]);
}
