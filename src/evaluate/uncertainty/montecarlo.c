/* Uncertainties of properties by Monte Carlo.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "evaluate/uncertainty/montecarlo.h"

#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "numeric/gslguard.h"

enum { BATCH = 64, GRAIN = 4 };

tt_uncertainty_options tt_uncertainty_defaults(void)
{
	return (tt_uncertainty_options){.seed = 1, .draws = 1000, .budget = true, .max_rows = 1200};
}

void tt_uncertainty_clear(tt_uncertainty *u)
{
	if (!u) return;
	free(u->share);
	free(u->rest);
	free(u->reached);
	free(u->bias);
	tt_strings_free(&u->warnings);
	memset(u, 0, sizeof *u);
}

/* ------------------------------------------------------------------------------------------
 * One draw
 * --------------------------------------------------------------------------------------- */

/* Noise of raw force and displacement, into the worker's arrays. */
static void draw_force_noise(const tt_mc *mc, tt_mc_worker *w)
{
	size_t n = mc->base->n;
	double uf = mc->model->u_force_N > 0 ? mc->model->u_force_N : 0;
	double ud = mc->model->u_displacement_m > 0 ? mc->model->u_displacement_m : 0;
	double averaged = 1 / sqrt((double)mc->rows_per_block);
	if (mc->force_process) {
		tt_slow_process_add(mc->force_process, w->rng, uf, w->scratch, w->force);
		tt_slow_process_add(mc->force_process, w->rng, ud, w->scratch, w->displacement);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		w->force[i] = averaged * uf * gsl_ran_gaussian_ziggurat(w->rng, 1);
		w->displacement[i] = averaged * ud * gsl_ran_gaussian_ziggurat(w->rng, 1);
	}
}

static void move_strains(const tt_mc *mc, tt_mc_worker *w, double zero, unsigned noises)
{
	tt_series *s = w->s;
	const tt_series *base = mc->base;
	memset(w->bias, 0, (s->n + 1) * sizeof *w->bias);
	if (noises & TT_NOISE_BIAS) {
		if (mc->bias_process) tt_slow_process_add(mc->bias_process, w->rng, mc->bias, w->scratch, w->bias);
		if (mc->wander_process)
			tt_slow_process_add(mc->wander_process, w->rng, mc->wander, w->scratch, w->bias);
	}
	for (size_t i = 0; i < s->n; i++) {
		s->e[i] = base->se[i] + w->bias[i] + zero;
		if (noises & TT_NOISE_DIC) s->e[i] += base->ue[i] * gsl_ran_gaussian_ziggurat(w->rng, 1);
	}
	/* the few rows after the log's end share the last row's slow error */
	double last = s->n ? w->bias[s->n - 1] : 0;
	for (size_t i = 0; i < s->n_extra; i++) {
		s->extra_e[i] = base->extra_e[i] + last + zero;
		if (noises & TT_NOISE_DIC) s->extra_e[i] += base->extra_ue[i] * gsl_ran_gaussian_ziggurat(w->rng, 1);
	}
}

static void move_forces(const tt_mc *mc, tt_mc_worker *w, const double *z, unsigned noises)
{
	tt_series *s = w->s;
	const tt_series *base = mc->base;
	const tt_force_model *m = mc->model;
	tt_force_inputs in = tt_force_inputs_at(m, z), stated = tt_force_inputs_at(m, NULL);
	bool has_log = m->n > 0, noisy = noises & TT_NOISE_FORCE;
	memset(w->force, 0, (s->n + 1) * sizeof *w->force);
	memset(w->displacement, 0, (s->n + 1) * sizeof *w->displacement);
	if (noisy && has_log) draw_force_noise(mc, w);
	for (size_t i = 0; i < s->n; i++) {
		double t = tt_force_log_time(m, &in, base->t[i] + base->skipped[i]);
		double nf = w->force[i], nd = w->displacement[i];
		/* what the model does not explain of the row's force (its own local fit) stays */
		tt_force_point p = tt_force_at(m, &in, t);
		double spring = in.k + in.air_slope + 2 * in.k2 * p.displacement;
		double force = base->ss[i] * stated.area + (p.force - mc->nominal[i].force) + nf - spring * nd;
		s->t[i] = t - base->skipped[i];
		s->s[i] = force / in.area;
		if (noisy && !has_log) s->s[i] += base->us[i] * gsl_ran_gaussian_ziggurat(w->rng, 1);
		s->d[i] = base->d[i] + (p.displacement - mc->nominal[i].displacement) + nd;
		s->f[i] = base->f[i] + (p.raw - mc->nominal[i].raw) + nf;
	}
	for (size_t i = 0; i < s->n_extra; i++)
		s->extra_t[i] = tt_force_log_time(m, &in, base->extra_t[i] + base->cycles_took) - base->cycles_took;
	if (!s->fractured) return;
	/* the instant is the log's: its raw values do not move with the clock */
	tt_force_point p = tt_force_at(m, &in, isfinite(base->t_f) ? base->t_f + base->cycles_took : INFINITY);
	s->d_f = base->d_f + (p.displacement - mc->nominal_end.displacement);
	s->s_f = (base->s_f * stated.area + (p.force - mc->nominal_end.force)) / in.area;
	if (!noisy) return;
	/* a line at the end of its points is twice as uncertain as in their middle */
	double ud = base->ud_f >= 0 ? base->ud_f : has_log && m->u_displacement_m > 0 ? 2 * m->u_displacement_m : 0;
	s->d_f += ud * gsl_ran_gaussian_ziggurat(w->rng, 1);
	if (base->us_f > 0) s->s_f += base->us_f * gsl_ran_gaussian_ziggurat(w->rng, 1);
}

void tt_mc_evaluate(const tt_mc *mc, tt_mc_worker *w, const double *z, unsigned noises, uint64_t stream, double *values)
{
	tt_stream_start(w->rng, mc->seed, stream);
	move_strains(mc, w, z ? mc->u_strain_zero * z[TT_Z_STRAIN_ZERO] : 0, noises);
	move_forces(mc, w, z, noises);
	w->s->fracture_shift = z ? mc->u_extrapolation * z[TT_Z_EXTRAPOLATION] : 0;
	w->s->yield_shift = z && mc->options->yield_at.u > 0 ? mc->options->yield_at.u * z[TT_Z_YIELD_POINT] : 0;
	tt_estimate e;
	tt_estimate_all(w->s, mc->options, &e, w->offset);
	memcpy(values, e.value, sizeof e.value);
	for (size_t i = 0; i < mc->options->n_offsets; i++)
		values[TT_PROP_COUNT + i] = w->offset[i].stress;
}

typedef struct draw_loop {
	tt_mc *mc;
	bool scalars;
	unsigned noises;
	uint64_t stream;
	double *values;
} draw_loop;

static void draw_some(void *ctx, int worker, size_t first, size_t last)
{
	draw_loop *l = ctx;
	tt_mc_worker *w = &l->mc->worker[worker];
	for (size_t i = first; i < last; i++) {
		double z[TT_Z_COUNT] = {0};
		/* the scalars have a stream of their own, far from the noises' */
		tt_stream_start(w->rng, ~l->mc->seed, l->stream + i);
		for (int k = 0; l->scalars && k < TT_Z_COUNT; k++)
			z[k] = gsl_ran_gaussian_ziggurat(w->rng, 1);
		tt_mc_evaluate(l->mc, w, z, l->noises, l->stream + i, l->values + i * l->mc->n_properties);
	}
}

tt_status tt_mc_draw(tt_mc *mc, size_t count, bool scalars, unsigned noises, uint64_t first_stream, double *values,
                     const tt_job *job, tt_progress *progress, tt_error *err)
{
	size_t batch = (size_t)BATCH * (size_t)mc->workers;
	for (size_t i = 0; i < count; i += batch) {
		size_t n = count - i < batch ? count - i : batch;
		draw_loop l = {mc, scalars, noises, first_stream + i, values + i * mc->n_properties};
		tt_pool_for(mc->pool, n, GRAIN, draw_some, &l);
		progress->done += (int64_t)n;
		if (job && job->on_progress) job->on_progress(job->ctx, progress);
		tt_status st = tt_job_check(job, err);
		if (st != TT_OK) return st;
	}
	return TT_OK;
}

/* ------------------------------------------------------------------------------------------
 * The curve without noise
 * --------------------------------------------------------------------------------------- */

/* Within the elastic window the line itself; after it, what wander the line leaves fades away; the corner at yield,
 * which smoothing rounds off, as its model has it. */
static void straighten(tt_series *b, const tt_line *line, const tt_corner *corner, double wander_time)
{
	if (line->reason) return;
	size_t k = line->last;
	for (size_t i = line->first; i <= k; i++)
		b->se[i] = line->zero + b->ss[i] / line->modulus;
	if (wander_time > 0 && k + 1 < b->n) {
		double step = b->se[k + 1] - (line->zero + b->ss[k + 1] / line->modulus);
		for (size_t i = k + 1; i < b->n; i++)
			b->se[i] -= step * exp(-(b->t[i] - b->t[k]) / wander_time);
	}
	for (size_t i = k + 1; corner->found && i + 2 <= corner->last; i++) {
		double x = fmax(0, b->t[i] - corner->t);
		b->se[i] = line->zero + b->ss[i] / line->modulus + corner->b1 * x + corner->b2 * x * x;
	}
}

static tt_status make_base(const tt_property_input *in, tt_mc *mc, size_t max_rows, tt_uncertainty *out, tt_error *err)
{
	tt_series *full = NULL;
	tt_status st = tt_series_take(in, &full, err);
	if (st == TT_OK) st = tt_line_tune(full, mc->options, in->u_strain_bias, in->strain_bias_time_s, err);
	if (st != TT_OK) {
		tt_series_free(full);
		return st;
	}
	out->noise_scale = full->noise_scale;
	mc->rows_per_block = max_rows > 0 ? (full->n + max_rows - 1) / max_rows : 1;
	if (mc->rows_per_block < 1) mc->rows_per_block = 1;
	out->rows_per_block = mc->rows_per_block;
	mc->base = full;
	if (mc->rows_per_block > 1) {
		st = tt_series_new(full->n / mc->rows_per_block + 1, &mc->base, err);
		if (st == TT_OK) tt_series_block(full, mc->rows_per_block, mc->base);
		tt_series_free(full);
	}
	return st;
}

/* The log without its noise: looking it up at a moved clock must not add noise of its own. Points nearer than the local
 * fits behind them are wide share noise, which counts as much as the wider one of independent points. */
static tt_status smooth_log(tt_mc *mc, const tt_force_model *m, tt_error *err)
{
	mc->smooth = *m;
	mc->model = &mc->smooth;
	if (m->n == 0) return TT_OK;
	tt_status st = tt_series_new(m->n, &mc->log, err);
	if (st != TT_OK) return st;
	tt_series *s = mc->log;
	double together = sqrt(fmax(1, m->noise_time_s / m->dt_s)), top_f = 0, top_d = 0;
	s->n = m->n;
	for (size_t i = 0; i < m->n; i++) {
		s->t[i] = m->t0_s + m->dt_s * (double)i;
		s->e[i] = m->force_raw_N[i];
		s->s[i] = m->displacement_m[i];
		top_f = fmax(top_f, fabs(s->e[i]));
		top_d = fmax(top_d, fabs(s->s[i]));
	}
	for (size_t i = 0; i < m->n; i++) {
		s->ue[i] = fmax(together * m->u_force_N, 1e-9 * top_f);
		s->us[i] = fmax(together * m->u_displacement_m, 1e-9 * top_d);
	}
	tt_series_smooth(s);
	mc->smooth.force_raw_N = s->se;
	mc->smooth.displacement_m = s->ss;
	return TT_OK;
}

static tt_status slow_parts(const tt_property_input *in, tt_mc *mc, const tt_estimate *e, double *wander_time,
                            tt_error *err)
{
	tt_series *b = mc->base;
	*wander_time = 0;
	mc->u_strain_zero = in->u_strain_zero > 0 ? in->u_strain_zero : 0;
	mc->bias = in->u_strain_bias > 0 ? in->u_strain_bias : 0;
	double time = in->strain_bias_time_s;
	if (!(time > 0)) time = e->line.reason ? 0.25 * (b->t[b->n - 1] - b->t[0]) : tt_line_default_time(b, &e->line);
	tt_status st = TT_OK;
	if (mc->bias > 0) st = tt_slow_process_new(b->t, b->n, time, &mc->bias_process, err);
	if (st != TT_OK || e->line.reason || !(b->wander > 0)) return st;
	mc->wander = b->wander;
	*wander_time = b->wander_time;
	return tt_slow_process_new(b->t, b->n, b->wander_time, &mc->wander_process, err);
}

/* Force noise that neighbouring rows share, because their local fits overlap in the log. */
static tt_status force_part(tt_mc *mc, tt_error *err)
{
	tt_series *b = mc->base;
	double width = mc->model->noise_time_s;
	if (mc->model->n == 0 || !(width > b->interval)) return TT_OK;
	/* a box of this width has the same integral of its correlation as exp(-(dt / time)²) */
	return tt_slow_process_new(b->t, b->n, width / 1.772453850905516, &mc->force_process, err);
}

static tt_status prepare_base(const tt_property_input *in, tt_mc *mc, tt_error *err)
{
	tt_series *b = mc->base;
	tt_crossing *offset = calloc(mc->options->n_offsets + 1, sizeof *offset);
	mc->nominal = calloc(b->n + 1, sizeof *mc->nominal);
	mc->zero = calloc(mc->n_properties, sizeof *mc->zero);
	if (!offset || !mc->nominal || !mc->zero) {
		free(offset);
		return tt_fail_memory(err, "the Monte Carlo draws");
	}
	tt_estimate e;
	tt_estimate_all(b, mc->options, &e, offset);
	mc->u_extrapolation = e.fracture.u_model > 0 ? e.fracture.u_model : 0;
	double wander_time = 0;
	tt_status st = b->n > 0 ? slow_parts(in, mc, &e, &wander_time, err) : TT_OK;
	if (st == TT_OK && b->n > 0) st = force_part(mc, err);
	tt_corner corner = {.found = false};
	if (!e.line.reason) corner = tt_corner_find(b, &e.line, mc->options->proportional_offset);
	straighten(b, &e.line, &corner, wander_time);
	tt_force_inputs stated = tt_force_inputs_at(mc->model, NULL);
	for (size_t i = 0; i < b->n; i++)
		mc->nominal[i] = tt_force_at(mc->model, &stated, b->t[i] + b->skipped[i]);
	mc->nominal_end = tt_force_at(mc->model, &stated, isfinite(b->t_f) ? b->t_f + b->cycles_took : INFINITY);
	free(offset);
	return st;
}

static size_t scratch_size(const tt_mc *mc)
{
	const tt_slow_process *list[] = {mc->bias_process, mc->wander_process, mc->force_process};
	size_t most = 1;
	for (int i = 0; i < 3; i++)
		if (list[i] && tt_slow_process_scratch(list[i]) > most) most = tt_slow_process_scratch(list[i]);
	return most;
}

static tt_status worker_new(const tt_mc *mc, tt_mc_worker *w, tt_error *err)
{
	size_t n = mc->base->n + 1;
	tt_status st = tt_series_new(mc->base->n, &w->s, err);
	if (st != TT_OK) return st;
	tt_series_copy(mc->base, w->s);
	w->offset = calloc(mc->options->n_offsets + 1, sizeof *w->offset);
	w->rng = gsl_rng_alloc(gsl_rng_mt19937);
	w->bias = calloc(n, sizeof *w->bias);
	w->force = calloc(n, sizeof *w->force);
	w->displacement = calloc(n, sizeof *w->displacement);
	w->scratch = calloc(scratch_size(mc), sizeof *w->scratch);
	if (!w->offset || !w->rng || !w->bias || !w->force || !w->displacement || !w->scratch)
		return tt_fail_memory(err, "the Monte Carlo draws");
	return TT_OK;
}

static void worker_free(tt_mc_worker *w)
{
	tt_series_free(w->s);
	free(w->offset);
	if (w->rng) gsl_rng_free(w->rng);
	free(w->bias);
	free(w->force);
	free(w->displacement);
	free(w->scratch);
}

static void mc_clear(tt_mc *mc)
{
	for (int i = 0; mc->worker && i < mc->workers; i++)
		worker_free(&mc->worker[i]);
	free(mc->worker);
	tt_pool_free(mc->pool);
	tt_slow_process_free(mc->bias_process);
	tt_slow_process_free(mc->wander_process);
	tt_slow_process_free(mc->force_process);
	tt_series_free(mc->base);
	tt_series_free(mc->log);
	free(mc->nominal);
	free(mc->zero);
}

static tt_status mc_setup(const tt_property_input *in, const tt_uncertainty_options *how, const tt_job *job, tt_mc *mc,
                          tt_uncertainty *out, tt_error *err)
{
	tt_status st = smooth_log(mc, mc->model, err);
	if (st == TT_OK) st = make_base(in, mc, how->max_rows, out, err);
	if (st == TT_OK) st = prepare_base(in, mc, err);
	if (st == TT_OK) st = tt_pool_new(tt_job_threads(job), &mc->pool, err);
	if (st != TT_OK) return st;
	mc->workers = tt_pool_size(mc->pool);
	mc->worker = calloc((size_t)mc->workers, sizeof *mc->worker);
	if (!mc->worker) return tt_fail_memory(err, "the Monte Carlo draws");
	for (int i = 0; i < mc->workers && st == TT_OK; i++)
		st = worker_new(mc, &mc->worker[i], err);
	if (st == TT_OK) tt_mc_evaluate(mc, &mc->worker[0], NULL, 0, 0, mc->zero);
	return st;
}

/* ------------------------------------------------------------------------------------------
 * The result
 * --------------------------------------------------------------------------------------- */

static const char *property_name(size_t j, char *buf, size_t size)
{
	if (j < TT_PROP_COUNT) return tt_property_describe((tt_property_id)j)->name;
	tt_snprintf(buf, size, "offset yield number %zu", j - TT_PROP_COUNT + 1);
	return buf;
}

/* Quantile at place p (n + 1) of the sorted draws, so that a further draw falls below it with probability p whatever
 * the number of draws (GSL's rule, at p (n - 1), gives intervals that are too short for few draws). */
double tt_mc_quantile(const double *sorted, size_t n, double p)
{
	double place = p * ((double)n + 1) - 1;
	if (place <= 0) return sorted[0];
	size_t i = (size_t)place;
	if (i + 1 >= n) return sorted[n - 1];
	return sorted[i] + (place - (double)i) * (sorted[i + 1] - sorted[i]);
}

tt_spread tt_mc_spread(const double *values, size_t draws, size_t stride, double *column)
{
	tt_spread a = {0, NAN, NAN};
	for (size_t i = 0; i < draws; i++)
		if (isfinite(values[i * stride])) column[a.n++] = values[i * stride];
	if (a.n < 20) return a;
	gsl_sort(column, 1, a.n);
	double middle = tt_mc_quantile(column, a.n, 0.5);
	double half = 0.5 * (tt_mc_quantile(column, a.n, 0.84) - tt_mc_quantile(column, a.n, 0.16));
	double sum = 0, ss = 0;
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < a.n; i++) {
			double v = fmin(fmax(column[i], middle - 5 * half), middle + 5 * half);
			if (pass == 0)
				sum += v;
			else
				ss += (v - a.mean) * (v - a.mean);
		}
		if (pass == 0) a.mean = sum / (double)a.n;
	}
	a.sd = sqrt(ss / (double)(a.n - 1));
	return a;
}

/* Puts the draws' spread of one property around its value. */
static void spread(const tt_mc *mc, const double *values, size_t draws, size_t j, double *column, tt_property *p,
                   tt_uncertainty *out)
{
	tt_spread a = tt_mc_spread(values + j, draws, mc->n_properties, column);
	out->reached[j] = (double)a.n / (double)draws;
	if (!isfinite(p->value) || isnan(a.sd)) return;
	out->bias[j] = a.mean - mc->zero[j];
	p->u = a.sd;
	/* Draws that scatter about another value than the one they start from: whether that is a bias to be taken off
	 * or a spread with a long side cannot be told from them, so both readings are inside. */
	const double zero = isfinite(mc->zero[j]) ? mc->zero[j] : a.mean;
	p->lo = p->value + tt_mc_quantile(column, a.n, 0.025) - fmax(a.mean, zero);
	p->hi = p->value + tt_mc_quantile(column, a.n, 0.975) - fmin(a.mean, zero);
	if (out->reached[j] > 0.95) return;
	char name[64];
	tt_warn(&out->warnings,
	        "%s: reached in only %.0f %% of the Monte Carlo draws; its interval speaks for those alone",
	        property_name(j, name, sizeof name), 100 * out->reached[j]);
}

static const double explained = 3; /* standard deviations of the draws */

/* The draws are made about one shape of the top; where it is flat, narrower pieces of it may see its maximum elsewhere
 * by more than those draws explain. */
static void widen_by_flat_top(tt_properties *p)
{
	static const int resting[] = {TT_PROP_UNIFORM_ELONGATION, TT_PROP_CONSIDERE_STRAIN};
	for (size_t i = 0; i < 2; i++) {
		tt_property *to = &p->value[resting[i]];
		double from = p->flat_strain[0], until = p->flat_strain[1];
		if (!isfinite(to->value) || isnan(from) || isnan(to->u)) continue;
		if (resting[i] == TT_PROP_CONSIDERE_STRAIN) {
			from = log1p(from);
			until = log1p(until);
		}
		double below = to->value - from, above = until - to->value;
		if (below < explained * to->u) below = 0;
		if (above < explained * to->u) above = 0;
		to->lo = fmin(to->lo, to->value - hypot(to->value - to->lo, below));
		to->hi = fmax(to->hi, to->value + hypot(to->hi - to->value, above));
		to->u = hypot(to->u, (below + above) / sqrt(12));
	}
}

static void reach(tt_property *p, double a, double b)
{
	if (!isfinite(p->value) || isnan(p->u) || isnan(a) || isnan(b)) return;
	p->lo = fmin(p->lo, fmin(a, b));
	p->hi = fmax(p->hi, fmax(a, b));
	p->u = fmax(p->u, (p->hi - p->lo) / (2 * 1.96));
}

/* The draws are made about one place of the maximum, and noise is on its side only once in the data: where a flat top
 * leaves other places possible, the intervals hold what rests on them. */
static void widen_by_possible_tops(tt_properties *p)
{
	const double *e = p->top_strain;
	reach(&p->value[TT_PROP_UNIFORM_ELONGATION], e[0], e[1]);
	reach(&p->value[TT_PROP_CONSIDERE_STRAIN], log1p(e[0]), log1p(e[1]));
	/* an interval that reaches to the fracture ends where the strain at fracture may end */
	tt_property *uniform = &p->value[TT_PROP_UNIFORM_ELONGATION], *considere = &p->value[TT_PROP_CONSIDERE_STRAIN];
	const tt_property *total = &p->value[TT_PROP_TOTAL_ELONGATION];
	if (uniform->hi >= total->lo) reach(uniform, uniform->lo, total->hi);
	if (considere->hi >= log1p(total->lo)) reach(considere, considere->lo, log1p(total->hi));
	reach(&p->value[TT_PROP_HOLLOMON_N], p->top_n[0], p->top_n[1]);
	reach(&p->value[TT_PROP_HOLLOMON_K], p->top_K_Pa[0], p->top_K_Pa[1]);
}

static tt_status tables_new(size_t n, tt_uncertainty *out, tt_error *err)
{
	out->n_properties = n;
	out->share = calloc(n, sizeof *out->share);
	out->rest = calloc(n, sizeof *out->rest);
	out->reached = calloc(n, sizeof *out->reached);
	out->bias = calloc(n, sizeof *out->bias);
	if (!out->share || !out->rest || !out->reached || !out->bias)
		return tt_fail_memory(err, "the uncertainty tables");
	for (size_t j = 0; j < n; j++) {
		out->bias[j] = out->rest[j] = NAN;
		for (int k = 0; k < TT_IN_COUNT; k++)
			out->share[j][k] = NAN;
	}
	return TT_OK;
}

static tt_status run(tt_mc *mc, const tt_uncertainty_options *how, const tt_job *job, tt_properties *p,
                     tt_uncertainty *out, tt_error *err)
{
	size_t draws = how->draws;
	double *values = calloc(draws * mc->n_properties + draws, sizeof *values);
	if (!values) return tt_fail_memory(err, "the Monte Carlo draws");
	tt_progress progress = {.stage = "Monte Carlo", .total = (int64_t)draws};
	if (how->budget) progress.total += (int64_t)tt_budget_draws(draws);
	tt_status st = tt_mc_draw(mc, draws, true, TT_NOISE_ALL, 1, values, job, &progress, err);
	if (st == TT_OK)
		for (size_t j = 0; j < mc->n_properties; j++) {
			tt_property *to = j < TT_PROP_COUNT ? &p->value[j] : &p->offset[j - TT_PROP_COUNT].stress;
			spread(mc, values, draws, j, values + draws * mc->n_properties, to, out);
		}
	if (st == TT_OK) {
		widen_by_flat_top(p);
		widen_by_possible_tops(p);
	}
	if (st == TT_OK && how->budget) st = tt_budget_fill(mc, values, draws, job, &progress, out, err);
	free(values);
	return st;
}

tt_status tt_uncertainty_run(const tt_property_input *in, const tt_property_options *options,
                             const tt_force_model *model, const tt_uncertainty_options *how, const tt_job *job,
                             tt_properties *p, tt_uncertainty *result, tt_error *err)
{
	tt_property_options default_options = tt_property_defaults();
	tt_uncertainty_options default_how = tt_uncertainty_defaults();
	if (!options) options = &default_options;
	if (!how) how = &default_how;
	tt_uncertainty own = {0}, *out = result ? result : &own;
	memset(out, 0, sizeof *out);
	out->noise_scale = 1;
	out->draws = how->draws;
	if (how->draws < 40 || how->draws > 10000000)
		return tt_fail(err, TT_ERR_USAGE, "uncertainty: %zu draws, expected 40 to 10000000", how->draws);
	if (p->n_offsets != options->n_offsets)
		return tt_fail(err, TT_ERR_USAGE, "uncertainty: properties with %zu offset yields, options with %zu",
		               p->n_offsets, options->n_offsets);
	tt_status st = tt_force_model_check(model, err);
	if (st != TT_OK) return st;

	tt_mc mc = {
	    .options = options, .model = model, .seed = how->seed, .n_properties = TT_PROP_COUNT + options->n_offsets};
	st = tables_new(mc.n_properties, out, err);
	tt_gsl_enter();
	if (st == TT_OK) st = mc_setup(in, how, job, &mc, out, err);
	if (st == TT_OK) st = run(&mc, how, job, p, out, err);
	tt_gsl_leave();
	if (st == TT_OK && out->noise_scale > 1.5)
		tt_warn(&out->warnings,
		        "strain scatters %.1f times as much as its stated uncertainty; the scatter counts",
		        out->noise_scale);
	mc_clear(&mc);
	if (st != TT_OK || !result) tt_uncertainty_clear(out);
	return st;
}
