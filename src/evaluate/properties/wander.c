/* How sure an elastic line is: white noise and slow errors of the strain about it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "evaluate/properties/modulus.h"

/* Rows in at most so many blocks: the covariance sums are quadratic in their number. */
enum { MAX_BLOCKS = 120, TERMS = 8 };
/* Correlation time of a slow error that was seen, as a part of the range: what remains beside a line does not tell it
 * well, and this is about the longest that leaves anything beside a line. */
static const double seen_time = 0.35;

typedef struct blocks {
	size_t n, rows; /* rows per block */
	double t[MAX_BLOCKS], x[MAX_BLOCKS], y[MAX_BLOCKS];
} blocks;

static void make_blocks(const tt_series *s, size_t first, size_t last, blocks *b)
{
	size_t count = last - first + 1;
	b->rows = (count + MAX_BLOCKS - 1) / MAX_BLOCKS;
	b->n = count / b->rows;
	for (size_t k = 0; k < b->n; k++) {
		b->t[k] = b->x[k] = b->y[k] = 0;
		for (size_t i = 0; i < b->rows; i++) {
			size_t j = first + k * b->rows + i;
			b->t[k] += s->t[j] / (double)b->rows;
			b->x[k] += s->s[j] / (double)b->rows;
			b->y[k] += s->e[j] / (double)b->rows;
		}
	}
}

/* Correlation of a slow error at two times, as random_process.h makes it. */
static double correlation(double dt, double time)
{
	return exp(-dt * dt / (time * time));
}

/* Variances of 1/E and of the zero strain from a slow error of unit variance. */
static void slow_effect(const blocks *b, double time, double *slope2, double *zero2)
{
	double n = (double)b->n, mean = 0, sxx = 0;
	*slope2 = *zero2 = 0;
	for (size_t i = 0; i < b->n; i++)
		mean += b->x[i] / n;
	for (size_t i = 0; i < b->n; i++)
		sxx += (b->x[i] - mean) * (b->x[i] - mean);
	for (size_t i = 0; i < b->n; i++)
		for (size_t j = 0; j < b->n; j++) {
			double c = correlation(b->t[i] - b->t[j], time);
			double wi = (b->x[i] - mean) / sxx, wj = (b->x[j] - mean) / sxx;
			*slope2 += wi * wj * c;
			*zero2 += (1 / n - mean * wi) * (1 / n - mean * wj) * c;
		}
}

/* Noise that is independent from row to row: half the mean square of the residuals' successive differences (von Neumann
 * 1941, Ann. Math. Statist. 12, 367), which slow errors hardly touch. */
static double row_noise(const tt_series *s, const tt_line *l, size_t first, size_t last)
{
	double sum = 0;
	for (size_t i = first; i < last; i++) {
		double d = s->e[i + 1] - s->e[i] - (s->s[i + 1] - s->s[i]) / l->modulus;
		sum += 0.5 * d * d;
	}
	return last > first ? sqrt(sum / (double)(last - first)) : l->scatter;
}

/* Polynomials of degree 0 … TERMS - 1 in stress, orthonormal over the blocks, and strain's coefficients of them. */
typedef struct expansion {
	double q[TERMS][MAX_BLOCKS], c[TERMS];
} expansion;

static void expand(const blocks *b, expansion *a)
{
	double lo = b->x[0], hi = b->x[0];
	for (size_t i = 0; i < b->n; i++) {
		lo = fmin(lo, b->x[i]);
		hi = fmax(hi, b->x[i]);
	}
	for (int k = 0; k < TERMS; k++) {
		double *q = a->q[k], norm = 0;
		for (size_t i = 0; i < b->n; i++)
			q[i] = k == 0 ? 1 : a->q[k - 1][i] * (b->x[i] - 0.5 * (lo + hi)) / (hi - lo);
		for (int twice = 0; twice < 2; twice++)
			for (int j = 0; j < k; j++) {
				double dot = 0;
				for (size_t i = 0; i < b->n; i++)
					dot += q[i] * a->q[j][i];
				for (size_t i = 0; i < b->n; i++)
					q[i] -= dot * a->q[j][i];
			}
		for (size_t i = 0; i < b->n; i++)
			norm += q[i] * q[i];
		a->c[k] = 0;
		for (size_t i = 0; i < b->n; i++) {
			q[i] /= norm > 0 ? sqrt(norm) : 1;
			a->c[k] += q[i] * b->y[i];
		}
	}
}

/* What a slow error of unit variance puts on average into the squared coefficient of degree k. */
static double energy(const blocks *b, const expansion *a, int k, double time)
{
	double sum = 0;
	for (size_t i = 0; i < b->n; i++)
		for (size_t j = 0; j < b->n; j++)
			sum += a->q[k][i] * a->q[k][j] * correlation(b->t[i] - b->t[j], time);
	return sum;
}

typedef struct slow_error {
	double size, time; /* standard deviation, correlation time; 0: none */
} slow_error;

/* The slow error that the coefficients from degree `from` on show beyond the noise of rows and beyond a stated one. It
 * counts when their squares sum up to more than these alone give in 2.5 % of cases (Satterthwaite 1946, Biometrics
 * Bull. 2, 110, for the degrees of freedom; Wilson and Hilferty 1931, PNAS 17, 684, for chi-squared). */
static slow_error judge(const blocks *b, const expansion *a, int from, double noise, double bias, double bias_time)
{
	if (b->n < 2 * TERMS) return (slow_error){0, 0};
	double white = noise * noise / (double)b->rows, sum = 0, mean = 0, squares = 0, unit = 0;
	double time = seen_time * (b->t[b->n - 1] - b->t[0]);
	for (int k = from; k < TERMS; k++) {
		double expected = white + (bias > 0 ? bias * bias * energy(b, a, k, bias_time) : 0);
		sum += a->c[k] * a->c[k];
		mean += expected;
		squares += expected * expected;
		unit += energy(b, a, k, time);
	}
	double dof = mean * mean / squares, limit = mean * pow(1 - 2 / (9 * dof) + 1.96 * sqrt(2 / (9 * dof)), 3);
	if (sum < limit) return (slow_error){0, 0};
	return (slow_error){sqrt((sum - mean) / unit), time};
}

/* Sum over lags of a slow error's correlation, in rows. */
static double rows_together(double time, double interval)
{
	return interval > 0 ? fmax(1, 1.772453850905516 * time / interval) : 1;
}

double tt_line_default_time(const tt_series *s, const tt_line *line)
{
	return fmax(0.25 * (s->t[line->last] - s->t[line->first]), s->interval);
}

typedef struct memory {
	blocks b;
	expansion a;
} memory;

tt_status tt_line_describe(const tt_series *s, const tt_line *line, double bias, double bias_time, tt_elastic_line *out,
                           tt_error *err)
{
	*out = (tt_elastic_line){.modulus_Pa = line->modulus,
	                         .u_modulus_Pa = NAN,
	                         .zero_strain = line->zero,
	                         .u_zero_strain = NAN,
	                         .r2 = line->r2,
	                         .scatter = line->scatter};
	if (line->reason) return TT_OK;
	out->first = s->row[line->first];
	out->last = s->row[line->last];
	out->count = line->count;
	out->stress_lo_Pa = s->s[line->first];
	out->stress_hi_Pa = s->s[line->last];
	out->strain_lo = line->zero + out->stress_lo_Pa / line->modulus;
	out->strain_hi = line->zero + out->stress_hi_Pa / line->modulus;

	blocks *b = malloc(sizeof *b);
	if (!b) return tt_fail_memory(err, "the elastic line");
	if (!(bias > 0)) bias = 0;
	if (!(bias_time > 0)) bias_time = tt_line_default_time(s, line);
	out->white_noise = row_noise(s, line, line->range_first, line->range_last);
	out->wander = s->wander;
	out->wander_time_s = s->wander_time;
	double noise = fmax(s->ue[line->first], out->white_noise);
	make_blocks(s, line->first, line->last, b);
	double time[3] = {1e-9 * s->interval + 1e-30, bias_time, fmax(s->wander_time, s->interval)};
	double variance[3] = {noise * noise / (double)b->rows, bias * bias, s->wander * s->wander}, slope2 = 0,
	       zero2 = 0;
	for (int k = 0; k < 3; k++) {
		double a = 0, z = 0;
		if (variance[k] > 0) slow_effect(b, time[k], &a, &z);
		slope2 += variance[k] * a;
		zero2 += variance[k] * z;
	}
	out->u_modulus_Pa = line->modulus * line->modulus * sqrt(slope2);
	out->u_zero_strain = sqrt(zero2);
	free(b);
	return TT_OK;
}

tt_status tt_line_tune(tt_series *s, const tt_property_options *o, double bias, double bias_time, tt_error *err)
{
	tt_line line;
	tt_series_smooth(s);
	if (!tt_line_find(s, o, &line)) return TT_OK;
	double white = row_noise(s, &line, line.range_first, line.range_last);
	size_t count = line.range_last - line.range_first;
	double stated = s->ue[line.first + line.count / 2], ratio = white / stated;
	/* the ratio itself scatters by some 1 / sqrt(n) */
	if (count >= 12 && ratio > 1 + 2.5 / sqrt((double)count)) {
		s->noise_scale = ratio;
		for (size_t i = 0; i < s->n; i++)
			s->ue[i] *= ratio;
		for (size_t i = 0; i < s->n_extra; i++)
			s->extra_ue[i] *= ratio;
		stated *= ratio;
	}
	if (!(bias > 0)) bias = 0;
	if (!(bias_time > 0)) bias_time = tt_line_default_time(s, &line);

	memory *m = malloc(sizeof *m);
	if (!m) return tt_fail_memory(err, "the elastic line");
	make_blocks(s, line.range_first, line.range_last, &m->b);
	expand(&m->b, &m->a);
	/* strain that bends upwards is what yielding does, and windows keep out of it; bent downwards it is a toe,
	 * where one was announced, or a slow error */
	bool natural = m->a.c[2] > 0 || o->slack_start;
	slow_error seen = judge(&m->b, &m->a, 2, stated, bias, bias_time), beside = seen;
	if (natural) beside = judge(&m->b, &m->a, 3, stated, bias, bias_time);
	free(m);
	s->wander = seen.size;
	s->wander_time = seen.time;
	double slow2 = bias * bias * rows_together(bias_time, s->interval);
	slow2 += beside.size * beside.size * rows_together(beside.time, s->interval);
	s->long_run = sqrt(1 + slow2 / (stated * stated));
	return TT_OK;
}
