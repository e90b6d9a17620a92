/* Several tests in one log whose clock runs on: each stay on the device that ends with a fracture is one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "logs/log.h"
#include "mechanics/stays.h"

/* Where the rows between two tests are farthest apart in time, else halfway. */
static size_t border(const tt_trace *r, const tt_episode *a, const tt_episode *b)
{
	const size_t from = a->leave, to = b->touch;
	size_t best = (from + to) / 2;
	double longest = 3 * (r->t[to] - r->t[from]) / (double)(to - from);
	for (size_t i = from; i + 1 < to; i++)
		if (r->t[i + 1] - r->t[i] > longest) {
			longest = r->t[i + 1] - r->t[i];
			best = i + 1;
		}
	return best;
}

static tt_status list_tests(const tt_trace *r, const tt_stays *s, const size_t *broken, size_t n, tt_log_test **out,
                            tt_error *err)
{
	*out = calloc(n, sizeof **out);
	if (!*out) return tt_fail_memory(err, "the tests of a log");
	size_t first = 0;
	for (size_t k = 0; k < n; k++) {
		const size_t last = k + 1 < n ? border(r, &s->e[broken[k]], &s->e[broken[k] + 1]) : r->n;
		tt_log_test *t = &(*out)[k];
		*t = (tt_log_test){.first = first,
		                   .rows = last - first,
		                   .from_s = r->t[first],
		                   .to_s = r->t[last - 1],
		                   .least_N = INFINITY,
		                   .largest_N = -INFINITY};
		for (size_t i = first; i < last; i++) {
			t->least_N = fmin(t->least_N, r->f[i]);
			t->largest_N = fmax(t->largest_N, r->f[i]);
		}
		first = last;
	}
	return TT_OK;
}

static tt_status find_tests(const tt_force_log *log, tt_log_test **out, size_t *n, tt_error *err)
{
	static const double LEAST = 0.3; /* of the largest load: less is a touch */
	const tt_trace r = {log->time_s, log->displacement_m, log->force_N, log->n, log->saturated};
	tt_stays s = {0};
	*out = NULL;
	*n = 0;
	if (log->n < 24) return TT_OK;
	tt_status st = tt_episodes_find(&r, &s.e, &s.n, err);
	if (st || s.n < 2) {
		tt_stays_clear(&s);
		return st;
	}
	size_t *broken = malloc(s.n * sizeof *broken);
	if (!broken) st = tt_fail_memory(err, "the tests of a log");
	double top = 0;
	for (size_t i = 0; i < s.n; i++)
		top = fmax(top, s.e[i].load_N);
	for (size_t i = 0; !st && i < s.n; i++)
		if (s.e[i].load_N > LEAST * top && tt_stay_breaks(&r, &s, i)) broken[(*n)++] = i;
	if (!st && *n > 1) st = list_tests(&r, &s, broken, *n, out, err);
	free(broken);
	tt_stays_clear(&s);
	return st;
}

/* The log becomes its rows first … first + rows - 1. */
static void slice(tt_force_log *log, size_t first, size_t rows)
{
	const double from = log->time_s[first], to = log->time_s[first + rows - 1];
	double *column[] = {log->time_s, log->displacement_m, log->force_N};
	for (int i = 0; i < 3; i++)
		memmove(column[i], column[i] + first, rows * sizeof(double));
	log->n_saturated = 0;
	if (log->saturated) memmove(log->saturated, log->saturated + first, rows * sizeof *log->saturated);
	for (size_t i = 0; log->saturated && i < rows; i++)
		log->n_saturated += log->saturated[i];
	size_t kept = 0;
	for (size_t i = 0; i < log->n_dropped; i++)
		if (log->dropped_s[i] > from && log->dropped_s[i] < to) log->dropped_s[kept++] = log->dropped_s[i];
	log->n_dropped = kept;
	kept = 0;
	for (size_t i = 0; i < log->n_segments; i++) {
		tt_log_segment g = log->segment[i];
		const size_t a = g.first > first ? g.first : first, z = g.first + g.count;
		const size_t last = z < first + rows ? z : first + rows;
		if (a >= last) continue;
		g.first = a - first;
		g.count = last - a;
		log->segment[kept++] = g;
	}
	log->n_segments = kept;
	log->n = rows;
}

tt_status tt_force_log_choose_test(tt_force_log *log, const char *name, long choice, tt_error *err)
{
	if (log->n_tests > 1) return TT_OK; /* the file itself told them apart */
	tt_log_test *test, whole = {.rows = log->n};
	size_t n;
	tt_status st = find_tests(log, &test, &n, err);
	if (st) return st;
	if (n < 2) {
		if (choice < 2) return TT_OK;
		whole.from_s = log->n ? log->time_s[0] : NAN;
		whole.to_s = log->n ? log->time_s[log->n - 1] : NAN;
		for (size_t i = 0; i < log->n; i++)
			whole.largest_N = fmax(whole.largest_N, log->force_N[i]);
		return tt_log_which_test(name, &whole, 1, choice, err);
	}
	free(log->test);
	log->test = test;
	log->n_tests = n;
	if (choice == TT_LOG_ANY_TEST) return TT_OK;
	st = tt_log_which_test(name, test, n, choice, err);
	if (st) return st;
	log->chosen_test = (size_t)choice;
	slice(log, test[choice - 1].first, test[choice - 1].rows);
	return TT_OK;
}
