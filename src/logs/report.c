/* A force log in words, for `probe`.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "numeric/statistics.h"

/* Intervals between rows: shortest, median, longest; and how many are far from the median. */
static tt_status put_sampling(FILE *f, const tt_force_log *log, tt_error *err)
{
	if (log->n < 2) return TT_OK;
	size_t n = log->n - 1, other = 0;
	double *dt = malloc(n * sizeof *dt);
	if (!dt) return tt_fail_memory(err, "the intervals of a log");
	for (size_t i = 0; i < n; i++)
		dt[i] = log->time_s[i + 1] - log->time_s[i];
	double median = tt_high_median(dt, n);
	for (size_t i = 0; i < n; i++)
		other += dt[i] > 1.5 * median || dt[i] < median / 1.5;
	tt_fprintf(f, "  sampling: every %.4g ms (median), %.4g Hz; intervals %.4g to %.4g ms", 1e3 * median,
	           1 / median, 1e3 * dt[0], 1e3 * dt[n - 1]);
	if (other) tt_fprintf(f, ", %zu of %zu unlike the median", other, n);
	tt_fprintf(f, "\n");
	free(dt);
	return TT_OK;
}

static void put_range(FILE *f, const char *what, const double *v, size_t first, size_t n, double unit,
                      const char *symbol)
{
	double lo = v[first], hi = v[first];
	for (size_t i = first; i < first + n; i++) {
		lo = fmin(lo, v[i]);
		hi = fmax(hi, v[i]);
	}
	tt_fprintf(f, "%s%.6g to %.6g %s", what, lo / unit, hi / unit, symbol);
}

static void put_segment(FILE *f, const tt_force_log *log, size_t i)
{
	static const char *const control[] = {"control not said", "load control", "displacement control"};
	const tt_log_segment *g = &log->segment[i];
	if (g->count == 0) return;
	tt_fprintf(f, "    %zu: %zu rows, %.6g to %.6g s, %s%s%s", i + 1, g->count, log->time_s[g->first],
	           log->time_s[g->first + g->count - 1], g->kind, *g->kind ? ", " : "", control[g->control]);
	if (isfinite(g->rate) && g->rate != 0)
		tt_fprintf(f, ", %.6g %s", g->control == TT_CONTROL_DISPLACEMENT ? g->rate / 1e-9 : g->rate / 1e-6,
		           g->control == TT_CONTROL_DISPLACEMENT ? "nm/s" : "µN/s");
	put_range(f, "; ", log->displacement_m, g->first, g->count, 1e-9, "nm");
	put_range(f, ", ", log->force_N, g->first, g->count, 1e-6, "µN");
	tt_fprintf(f, "\n");
}

static void put_corrections(FILE *f, const tt_force_log *log)
{
	if (isfinite(log->machine_compliance_m_per_N))
		tt_fprintf(f, "  machine compliance: %.6g nm/µN, %s\n", log->machine_compliance_m_per_N / 1e-3,
		           log->compliance_applied ? "already taken off the displacement" : "not applied");
	if (isfinite(log->drift_rate_m_per_s))
		tt_fprintf(f, "  drift rate: %.6g nm/s, %s\n", log->drift_rate_m_per_s / 1e-9,
		           log->drift_applied ? "already taken off the displacement" : "not applied");
}

static tt_status put_all(FILE *f, const tt_force_log *log, tt_error *err)
{
	tt_fprintf(f, "  format: %s, %s\n  rows: %zu\n", log->format, log->encoding, log->n);
	for (size_t i = 0; i < log->notes.n; i++)
		tt_fprintf(f, "  %s\n", log->notes.item[i]);
	if (log->n) {
		put_range(f, "  time: ", log->time_s, 0, log->n, 1, "s\n");
		put_range(f, "  displacement: ", log->displacement_m, 0, log->n, 1e-9, "nm\n");
		put_range(f, "  force: ", log->force_N, 0, log->n, 1e-6, "µN\n");
	}
	tt_status s = put_sampling(f, log, err);
	if (s) return s;
	put_corrections(f, log);
	if (log->n_tests > 1) tt_fprintf(f, "  tests: %zu (force.test: 1 to %zu)", log->n_tests, log->n_tests);
	if (log->n_tests > 1 && log->chosen_test) tt_fprintf(f, "; all else here is of test %zu", log->chosen_test);
	if (log->n_tests > 1) tt_fprintf(f, "\n");
	for (size_t i = 0; i < log->n_tests; i++)
		tt_fprintf(f, "    %zu: %zu rows, %.6g to %.6g s, %.6g to %.6g µN\n", i + 1, log->test[i].rows,
		           log->test[i].from_s, log->test[i].to_s, 1e6 * log->test[i].least_N,
		           1e6 * log->test[i].largest_N);
	if (log->turned) tt_fprintf(f, "  the force's sign was the other way and was turned\n");
	tt_fprintf(f, "  segments: %zu\n", log->n_segments);
	for (size_t i = 0; i < log->n_segments; i++)
		put_segment(f, log, i);
	for (size_t i = 0; i < log->warnings.n; i++)
		tt_fprintf(f, "  warning: %s\n", log->warnings.item[i]);
	return TT_OK;
}

tt_status tt_force_log_report(const tt_force_log *log, char **text, tt_error *err)
{
	size_t size = 0;
	*text = NULL;
	FILE *f = open_memstream(text, &size);
	if (!f) return tt_fail_memory(err, "the report of a log");
	tt_status s = put_all(f, log, err);
	if (fclose(f) && !s) s = tt_fail_memory(err, "the report of a log");
	if (s) {
		free(*text);
		*text = NULL;
	}
	return s;
}
