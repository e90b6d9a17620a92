/* What the residuals of a match tell: how much each run of frames may say, and how far the whole can be trusted.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "evaluate/clock/problem.h"
#include "numeric/statistics.h"

bool tt_clock_try_all(tt_clock_problem *p, double offset, double rate, tt_clock_trial *r)
{
	if (p->view.offset != offset || p->view.rate != rate) tt_clock_look(p->log, &p->all, offset, rate, &p->view);
	return tt_clock_fit(p->log, &p->all, &p->view, r);
}

/* By the mean residual of neighbours, in units of its median over the record (Tukey's biweight beyond two of them). */
void tt_clock_reweigh(tt_clock_problem *p, double offset, double rate)
{
	tt_clock_frames *a = &p->all;
	tt_clock_trial r;
	if (!tt_clock_try_all(p, offset, rate, &r)) return;
	memcpy(a->w, a->stated, a->n * sizeof *a->w);
	const size_t n = p->view.parts.end, half = n / 60 > 3 ? n / 60 : 3;
	double *sum = p->room, *run = p->room + n + 1; /* sum[i]: of the residuals before i */
	sum[0] = 0;
	for (size_t i = 0; i < n; i++)
		sum[i + 1] = sum[i] + tt_clock_rest(&r, a->e[i], p->view.v[i]) * sqrt(a->stated[i]);
	for (size_t i = 0; i < n; i++) {
		const size_t lo = i > half ? i - half : 0, hi = i + half + 1 < n ? i + half + 1 : n;
		run[i] = fabs(sum[hi] - sum[lo]) / (double)(hi - lo);
	}
	memcpy(sum, run, n * sizeof *sum);
	const double scale = fmax(TT_SD_OF_MAD * tt_median(sum, n), 1 / sqrt(2 * (double)half + 1));
	for (size_t i = 0; i < n; i++) {
		const double z = (run[i] / scale - 2) / 4;
		if (z > 0) a->w[i] *= z < 1 ? pow(1 - z * z, 2) + 1e-4 : 1e-4;
	}
}

void tt_clock_learn(tt_clock_problem *p, double offset, double rate)
{
	const tt_clock_frames *a = &p->all;
	tt_clock_trial r;
	size_t n = 0;
	p->variance = p->tau = 1;
	if (!tt_clock_try_all(p, offset, rate, &r)) return;
	for (size_t i = 0; i < p->view.parts.end; i++)
		if (!(a->w[i] < 0.1 * a->stated[i]))
			p->room[n++] = tt_clock_rest(&r, a->e[i], p->view.v[i]) * sqrt(a->w[i]);
	p->variance = fmax(1, r.rss / fmax(1, (double)n - 5));
	p->tau = tt_noise_inflation(p->room, n);
}
