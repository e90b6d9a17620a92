/* The rows of a log as they come: one test out of several, one clock, segments.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/log.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

static double **columns_of(tt_force_log *log, tt_rows *r, double **column[4])
{
	column[0] = &log->time_s;
	column[1] = &log->displacement_m;
	column[2] = &log->force_N;
	column[3] = &r->own_time;
	return column[0];
}

static size_t n_columns(const tt_rows *r)
{
	return r->two_clocks ? 4 : 3;
}

static tt_status grow_rows(tt_rows *r, tt_error *err)
{
	tt_force_log *log = r->log;
	if (log->n < r->capacity) return TT_OK;
	if (r->capacity > SIZE_MAX / 2 / sizeof(double)) return tt_fail_memory(err, "the rows of a log");
	size_t capacity = r->capacity ? 2 * r->capacity : 1024;
	double **column[4];
	columns_of(log, r, column);
	for (size_t i = 0; i < n_columns(r); i++) {
		double *more = realloc(*column[i], capacity * sizeof **column[i]);
		if (!more) return tt_fail_memory(err, "the rows of a log");
		*column[i] = more;
	}
	r->capacity = capacity;
	return TT_OK;
}

static tt_status open_segment(tt_rows *r, size_t first, tt_error *err)
{
	tt_force_log *log = r->log;
	if (log->n_segments == r->segment_capacity) {
		size_t capacity = r->segment_capacity ? 2 * r->segment_capacity : 8;
		tt_log_segment *more = realloc(log->segment, capacity * sizeof *more);
		if (!more) return tt_fail_memory(err, "the segments of a log");
		log->segment = more;
		r->segment_capacity = capacity;
	}
	log->segment[log->n_segments++] =
	    (tt_log_segment){.first = first, .control = TT_CONTROL_UNKNOWN, .kind = "", .rate = NAN};
	return TT_OK;
}

static tt_status push(tt_row_list *l, size_t row, size_t line, tt_error *err)
{
	if (l->n == l->capacity) {
		size_t capacity = l->capacity ? 2 * l->capacity : 16;
		tt_row_mark *more = realloc(l->item, capacity * sizeof *more);
		if (!more) return tt_fail_memory(err, "the marks of a log");
		l->item = more;
		l->capacity = capacity;
	}
	l->item[l->n++] = (tt_row_mark){row, line};
	return TT_OK;
}

tt_status tt_rows_over(tt_rows *r, size_t line, tt_error *err)
{
	r->seen++;
	return push(&r->over, r->log->n, line, err);
}

tt_status tt_rows_dropped(tt_rows *r, size_t line, tt_error *err)
{
	r->seen++;
	return push(&r->bad, r->log->n, line, err);
}

tt_status tt_rows_mark(tt_rows *r, size_t line, tt_error *err)
{
	return push(&r->begins, r->log->n, line, err);
}

tt_status tt_rows_add(tt_rows *r, double time_s, double displacement_m, double force_N, size_t line, tt_error *err)
{
	tt_force_log *log = r->log;
	r->seen++;
	if (r->gap || log->n == 0) {
		tt_status s = open_segment(r, log->n, err);
		if (s) return s;
		r->gap = false;
	}
	tt_status s = grow_rows(r, err);
	if (s) return s;
	if (log->n && time_s < log->time_s[log->n - 1]) {
		s = push(&r->back, log->n, line, err);
		if (s) return s;
	}
	log->time_s[log->n] = time_s;
	log->displacement_m[log->n] = displacement_m;
	log->force_N[log->n] = force_N;
	if (r->two_clocks) r->own_time[log->n] = r->own_time_s;
	log->n++;
	return TT_OK;
}

/* ---- several tests in one file ---- */

static bool listed(const tt_row_list *l, size_t row)
{
	size_t lo = 0, hi = l->n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (l->item[mid].row < row)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < l->n && l->item[lo].row == row;
}

static bool begins_segment(const tt_force_log *log, size_t row)
{
	size_t lo = 0, hi = log->n_segments;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (log->segment[mid].first < row)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < log->n_segments && log->segment[lo].first == row;
}

static double usual_interval(const double *t, size_t n)
{
	enum { MOST = 501 };
	double dt[MOST];
	size_t k = 0;
	const size_t step = 1 + n / MOST;
	for (size_t i = 0; i + 1 < n && k < MOST; i += step)
		if (t[i + 1] > t[i]) dt[k++] = t[i + 1] - t[i];
	for (size_t i = 1; i < k; i++) {
		double x = dt[i];
		size_t j = i;
		for (; j > 0 && dt[j - 1] > x; j--)
			dt[j] = dt[j - 1];
		dt[j] = x;
	}
	return k ? dt[k / 2] : 0;
}

static tt_status backwards(const tt_rows *r, double time_s, double before, size_t row, size_t line, tt_error *err)
{
	char where[48] = "";
	if (!line) snprintf(where, sizeof where, "row %zu: ", row + 1);
	return tt_log_fail(r->src, line, err, "%stime runs backwards (%.9g s after %.9g s); expected it to increase",
	                   where, time_s, before);
}

/* What the rows' times are made of: rows that go (one stamp that jumps back or ahead), and rows at which another test
 * begins. */
typedef struct clock_plan {
	bool *gone; /* NULL: none */
	size_t n_gone;
	tt_row_list start; /* rows at which a further test begins */
} clock_plan;

static void plan_free(clock_plan *p)
{
	free(p->gone);
	free(p->start.item);
}

static tt_status leave_out(tt_rows *r, clock_plan *p, size_t row, const tt_row_mark *fall, tt_error *err)
{
	const double *t = r->log->time_s;
	if (!p->gone) p->gone = calloc(r->log->n, sizeof *p->gone);
	if (!p->gone) return tt_fail_memory(err, "the rows of a log");
	p->n_gone += !p->gone[row];
	p->gone[row] = true;
	if (r->bad_text[0]) return TT_OK;
	r->bad_line = fall->line;
	snprintf(r->bad_text, sizeof r->bad_text, "time runs backwards (%.9g s after %.9g s)", t[fall->row],
	         t[fall->row - 1]);
	return TT_OK;
}

/* A stamp that falls behind the one before it: rows i … up to AHEAD may have jumped back, or row before it ahead, or
 * another test begins. */
static tt_status judge_fall(tt_rows *r, const tt_row_mark *fall, size_t first, double usual, clock_plan *p,
                            tt_error *err)
{
	enum { AHEAD = 3 };
	const double *t = r->log->time_s;
	const size_t n = r->log->n, i = fall->row;
	if (p->gone && (p->gone[i] || p->gone[i - 1])) return TT_OK;
	const bool marked = listed(&r->begins, i) || begins_segment(r->log, i);
	for (size_t j = i + 1; !marked && j < n && j <= i + AHEAD; j++) {
		if (!(t[j] >= t[i - 1] && t[j] < t[i - 1] + 20 * usual * (double)(j - i + 1))) continue;
		for (size_t k = i; k < j; k++) {
			tt_status st = leave_out(r, p, k, fall, err);
			if (st) return st;
		}
		return TT_OK;
	}
	if (!marked && i >= first + 2 && t[i] >= t[i - 2] && t[i] < t[i - 2] + 20 * usual &&
	    t[i - 1] > t[i - 2] + 20 * usual)
		return leave_out(r, p, i - 1, fall, err);
	const double span = t[i - 1] - t[first];
	const bool anew = t[i] - t[first] < 0.1 * span || marked;
	if (!anew) return backwards(r, t[i], t[i - 1], i, fall->line, err);
	return push(&p->start, i, fall->line, err);
}

static tt_status plan_clock(tt_rows *r, clock_plan *p, tt_error *err)
{
	const double usual = usual_interval(r->log->time_s, r->log->n);
	size_t first = 0, mark = 0;
	for (size_t b = 0; b < r->back.n; b++) {
		const tt_row_mark *fall = &r->back.item[b];
		/* an index that begins again starts a test also where time runs on */
		for (; mark < r->begins.n && r->begins.item[mark].row < fall->row; mark++)
			if (r->begins.item[mark].row > first && r->series) {
				first = r->begins.item[mark].row;
				tt_status st = push(&p->start, first, r->begins.item[mark].line, err);
				if (st) return st;
			}
		const size_t before = p->start.n;
		tt_status st = judge_fall(r, fall, first, usual, p, err);
		if (st) return st;
		if (p->start.n > before) first = fall->row;
	}
	for (; r->series && mark < r->begins.n; mark++)
		if (r->begins.item[mark].row > first && r->begins.item[mark].row < r->log->n) {
			first = r->begins.item[mark].row;
			tt_status st = push(&p->start, first, r->begins.item[mark].line, err);
			if (st) return st;
		}
	return TT_OK;
}

static void list_test(const tt_rows *r, size_t first, size_t last, tt_log_test *out)
{
	const tt_force_log *log = r->log;
	*out = (tt_log_test){.rows = last - first, .from_s = log->time_s[first], .to_s = log->time_s[last - 1]};
	double lo = INFINITY, hi = -INFINITY;
	for (size_t i = first; i < last; i++) {
		lo = fmin(lo, log->force_N[i]);
		hi = fmax(hi, log->force_N[i]);
	}
	out->least_N = lo;
	out->largest_N = hi;
}

tt_status tt_log_which_test(const char *name, const tt_log_test *test, size_t n, long choice, tt_error *err)
{
	if (choice > 0 && (size_t)choice <= n) return TT_OK;
	char list[480] = "";
	size_t used = 0;
	for (size_t i = 0; i < n && used + 100 < sizeof list; i++)
		used += (size_t)snprintf(
		    list + used, sizeof list - used, "%s%zu: %zu rows, %.6g to %.6g s, up to %.4g µN", i ? "; " : "",
		    i + 1, test[i].rows, test[i].from_s, test[i].to_s, 1e6 * fmax(test[i].largest_N, -test[i].least_N));
	if (choice > 0)
		return tt_fail(err, TT_ERR_INPUT, "%s: holds %zu test%s, not a test %ld (%s)", name, n,
		               n == 1 ? "" : "s", choice, list);
	return tt_fail(
	    err, TT_ERR_INPUT,
	    "%s: holds %zu tests, or a test whose clock begins again with each segment (%s); say which one with "
	    "force.test: 1 to %zu",
	    name, n, list, n);
}

/* Rows first … last - 1, without those that go, become the log. */
static tt_status keep_rows(tt_rows *r, size_t first, size_t last, const bool *gone, tt_error *err)
{
	tt_force_log *log = r->log;
	double **column[4];
	columns_of(log, r, column);
	tt_row_list bad = {0};
	size_t n = 0, s = 0, kept = 0, b = 0, o = 0, kept_over = 0;
	tt_log_segment *g = log->segment;
	while (s + 1 < log->n_segments && g[s + 1].first <= first)
		s++;
	while (b < r->bad.n && r->bad.item[b].row <= first && first > 0)
		b++;
	tt_status st = TT_OK;
	for (size_t i = first; i < last && st == TT_OK; i++) {
		for (; s < log->n_segments && g[s].first <= i; s++) {
			if (kept && g[kept - 1].first == n) kept--;
			g[kept] = g[s];
			g[kept++].first = n;
		}
		for (; o < r->over.n && r->over.item[o].row <= i; o++)
			if (r->over.item[o].row >= first)
				r->over.item[kept_over++] = (tt_row_mark){n, r->over.item[o].line};
		for (; b < r->bad.n && r->bad.item[b].row <= i && st == TT_OK; b++)
			st = push(&bad, n, r->bad.item[b].line, err);
		if (gone && gone[i]) {
			if (st == TT_OK) st = push(&bad, n, 0, err);
			continue;
		}
		for (size_t c = 0; c < n_columns(r); c++)
			(*column[c])[n] = (*column[c])[i];
		n++;
	}
	log->n = n;
	log->n_segments = kept;
	r->over.n = kept_over;
	free(r->bad.item);
	r->bad = bad;
	return st;
}

static tt_status choose_test(tt_rows *r, const clock_plan *p, tt_error *err)
{
	tt_force_log *log = r->log;
	const size_t tests = p->start.n + 1;
	long choice = r->src->columns ? r->src->columns->test : 0;
	size_t first = 0, last = log->n;
	if (tests > 1) {
		const tt_row_mark *at = p->start.item;
		if (log->n / tests < 10)
			return tt_log_fail(
			    r->src, at->line, err,
			    "time begins again (%.9g s after %.9g s); expected one clock for the whole log: export it "
			    "with a running time, or cut it into one file a segment",
			    log->time_s[at->row], log->time_s[at->row - 1]);
		log->test = calloc(tests, sizeof *log->test);
		if (!log->test) return tt_fail_memory(err, "the tests of a log");
		log->n_tests = tests;
		for (size_t k = 0; k < tests; k++)
			list_test(r, k ? p->start.item[k - 1].row : 0, k + 1 < tests ? p->start.item[k].row : log->n,
			          &log->test[k]);
		const bool list = choice == TT_LOG_ANY_TEST;
		if (!list) {
			tt_status st = tt_log_which_test(r->src->name, log->test, tests, choice, err);
			if (st) return st;
		}
		const size_t k = list ? 0 : (size_t)choice - 1;
		log->chosen_test = k + 1;
		first = k ? p->start.item[k - 1].row : 0;
		last = k + 1 < tests ? p->start.item[k].row : log->n;
	}
	if (tests == 1 && !p->n_gone) return TT_OK;
	return keep_rows(r, first, last, p->gone, err);
}

/* ---- stamps that are too coarse ---- */

/* The first rows of each run of equal stamps. */
typedef struct stamps {
	size_t *row;
	size_t n;
} stamps;

static tt_status find_stamps(const tt_force_log *log, stamps *s, tt_error *err)
{
	s->row = malloc((log->n + 1) * sizeof *s->row);
	if (!s->row) return tt_fail_memory(err, "the stamps of a log");
	s->n = 0;
	for (size_t i = 0; i < log->n; i++)
		if (i == 0 || log->time_s[i] != log->time_s[i - 1]) s->row[s->n++] = i;
	return TT_OK;
}

/* t(row) = at + row · interval, with the stamps' own resolution. even: every stamp stands where that line first reaches
 * it, to within a few rows. */
typedef struct even_clock {
	double at, interval, resolution;
	bool even;
} even_clock;

static even_clock fit_clock(const tt_force_log *log, const stamps *s)
{
	even_clock c = {0, 0, INFINITY, false};
	/* the first run may have begun before the log, the last may be cut */
	if (s->n < 5) return c;
	const double r0 = (double)s->row[1], t0 = log->time_s[s->row[1]];
	double n = 0, mr = 0, mt = 0, srr = 0, srt = 0;
	for (size_t k = 1; k < s->n; k++) {
		c.resolution = fmin(c.resolution, log->time_s[s->row[k]] - log->time_s[s->row[k - 1]]);
		n++;
		mr += ((double)s->row[k] - r0 - mr) / n;
		mt += (log->time_s[s->row[k]] - t0 - mt) / n;
	}
	for (size_t k = 1; k < s->n; k++) {
		const double x = (double)s->row[k] - r0 - mr;
		srr += x * x;
		srt += x * (log->time_s[s->row[k]] - t0 - mt);
	}
	if (!(srr > 0) || !(srt > 0)) return c;
	c.interval = srt / srr;
	c.at = t0 + mt - c.interval * (mr + r0);
	double lo = INFINITY, hi = -INFINITY;
	for (size_t k = 1; k < s->n; k++) {
		const double e = log->time_s[s->row[k]] - c.at - c.interval * (double)s->row[k];
		lo = fmin(lo, e);
		hi = fmax(hi, e);
	}
	/* a run's first row comes within one interval of the stamp; a few more for an instrument that is a little
	 * uneven */
	c.even = hi - lo < fmax(3 * c.interval, 0.1 * c.resolution);
	c.at += (lo + hi) / 2 + c.interval / 2;
	return c;
}

/* Stamps are usually cut off; a first run of half the usual length tells of rounding. */
static void spread_stamps(tt_rows *r, const stamps *s, even_clock c)
{
	tt_force_log *log = r->log;
	const double run = c.resolution / c.interval, first = (double)s->row[1];
	double u = 0.3 * c.resolution;
	const char *how = "taken as cut off";
	if (fabs(first - run) < 2) {
		u = hypot(c.interval, 0.05 * c.resolution);
	} else if (fabs(first - run / 2) < 2) {
		c.at -= c.resolution / 2;
		how = "taken as rounded";
		u = hypot(c.interval, 0.05 * c.resolution);
	}
	for (size_t i = 0; i < log->n; i++)
		log->time_s[i] = c.at + c.interval * (double)i;
	log->u_time_s = u;
	tt_warn(&log->warnings,
	        "%s: time stamps of %.4g s stand for %.3g rows each; the rows come evenly and were spread over them, "
	        "one every "
	        "%.5g ms (stamps %s; all times uncertain by %.2g s together)",
	        r->src->name, c.resolution, run, 1e3 * c.interval, how, u);
}

static tt_status drop_equal(tt_rows *r, tt_error *err)
{
	tt_force_log *log = r->log;
	bool *gone = calloc(log->n + 1, sizeof *gone);
	if (!gone) return tt_fail_memory(err, "the rows of a log");
	for (size_t i = 1; i < log->n; i++)
		if (log->time_s[i] == log->time_s[i - 1]) {
			gone[i] = true;
			r->equal_times++;
		}
	const tt_row_list bad = r->bad;
	r->bad = (tt_row_list){0};
	tt_status st = keep_rows(r, 0, log->n, gone, err);
	/* rows of an equal time are no loss: their neighbours stand for them */
	free(r->bad.item);
	r->bad = bad;
	free(gone);
	return st;
}

static tt_status settle_stamps(tt_rows *r, tt_error *err)
{
	tt_force_log *log = r->log;
	size_t equal = 0;
	for (size_t i = 1; i < log->n; i++)
		equal += log->time_s[i] == log->time_s[i - 1];
	if (equal == 0) return TT_OK;
	stamps s = {0};
	tt_status st = TT_OK;
	if (equal * 20 > log->n && !r->bad.n) {
		st = find_stamps(log, &s, err);
		const even_clock c = st ? (even_clock){0} : fit_clock(log, &s);
		if (!st && c.even) {
			spread_stamps(r, &s, c);
			free(s.row);
			return TT_OK;
		}
	}
	free(s.row);
	return st ? st : drop_equal(r, err);
}

/* ---- two clocks ---- */

/* The displacement at the force's times, from its own. */
static tt_status join_clocks(tt_rows *r, tt_error *err)
{
	tt_force_log *log = r->log;
	const double *own = r->own_time;
	if (!r->two_clocks || log->n < 2) return TT_OK;
	for (size_t i = 1; i < log->n; i++)
		if (!(own[i] > own[i - 1]))
			return tt_log_fail(r->src, 0, err,
			                   "the displacement's own time does not increase (%.9g s after %.9g s)",
			                   own[i], own[i - 1]);
	double *d = malloc(log->n * sizeof *d), apart = 0;
	if (!d) return tt_fail_memory(err, "the rows of a log");
	size_t k = 0, first = log->n, last = 0;
	for (size_t i = 0; i < log->n; i++) {
		const double t = log->time_s[i];
		apart = fmax(apart, fabs(t - own[i]));
		while (k + 2 < log->n && own[k + 1] < t)
			k++;
		d[i] = log->displacement_m[k] +
		       (log->displacement_m[k + 1] - log->displacement_m[k]) * (t - own[k]) / (own[k + 1] - own[k]);
		if (t < own[0] - (own[1] - own[0]) || t > own[log->n - 1] + (own[1] - own[0])) continue;
		first = i < first ? i : first;
		last = i + 1;
	}
	memcpy(log->displacement_m, d, log->n * sizeof *d);
	free(d);
	if (first >= last)
		return tt_log_fail(r->src, 0, err, "the clocks of force and displacement have no time in common");
	tt_warn(&log->notes, "displacement at the force's times, from its own clock (up to %.4g s apart)", apart);
	return first > 0 || last < log->n ? keep_rows(r, first, last, NULL, err) : TT_OK;
}

/* ---- the end ---- */

static void count_segments(tt_force_log *log)
{
	size_t kept = 0;
	/* rows that were left out may have taken a whole segment along, or its first row */
	for (size_t i = 0; i < log->n_segments; i++) {
		size_t first = kept ? log->segment[kept - 1].first + log->segment[kept - 1].count : 0;
		size_t end = i + 1 < log->n_segments ? log->segment[i + 1].first : log->n;
		if (end > log->n) end = log->n;
		if (end <= first) continue;
		log->segment[kept] = log->segment[i];
		log->segment[kept].first = first;
		log->segment[kept++].count = end - first;
	}
	log->n_segments = kept;
}

/* Several rows on end beyond the range: saturation. Fewer are rows without a value like others. */
static tt_status put_over(tt_rows *r, tt_error *err)
{
	enum { RUN = 3 };
	tt_force_log *log = r->log;
	size_t rows = 0;
	for (size_t i = 0; i < r->over.n;) {
		const size_t row = r->over.item[i].row, line = r->over.item[i].line;
		size_t n = 0;
		while (i + n < r->over.n && r->over.item[i + n].row == row)
			n++;
		i += n;
		if (n < RUN) {
			for (size_t k = 0; k < n; k++) {
				tt_status st = push(&r->bad, row, line, err);
				if (st) return st;
			}
			continue;
		}
		rows += n;
		double(*more)[2] = realloc(log->over_s, (log->n_over + 1) * sizeof *more);
		if (!more) return tt_fail_memory(err, "the rows of a log");
		log->over_s = more;
		const double step = usual_interval(log->time_s, log->n);
		log->over_s[log->n_over][0] = row > 0 ? log->time_s[row - 1] : log->time_s[0] - (double)n * step;
		log->over_s[log->n_over++][1] =
		    row < log->n ? log->time_s[row] : log->time_s[log->n - 1] + (double)n * step;
	}
	if (rows)
		tt_warn(
		    &log->warnings,
		    "%zu rows of the force log are saturated: they hold an overflow value; what was there is not known",
		    rows);
	return TT_OK;
}

/* Times at which rows were dropped: between their neighbours. Rows before the first and after the last are no loss. */
static tt_status put_dropped(tt_rows *r, tt_error *err)
{
	tt_force_log *log = r->log;
	size_t within = 0;
	for (size_t i = 0; i < r->bad.n; i++)
		within += r->bad.item[i].row > 0 && r->bad.item[i].row < log->n;
	if (r->bad.n > within)
		tt_warn(&log->warnings, "%s: %zu row%s at its %s hold no complete set of values and were left out",
		        r->src->name, r->bad.n - within, r->bad.n - within == 1 ? "" : "s",
		        r->bad.item[0].row == 0 ? "beginning or end" : "end");
	if (!within) return TT_OK;
	if (within * 100 > log->n && within > r->bad_allowed)
		return tt_log_fail(r->src, r->bad_line, err, "%s (%zu of %zu rows hold no value: more than 1 %%)",
		                   r->bad_text, within, log->n + within);
	log->dropped_s = malloc(within * sizeof *log->dropped_s);
	if (!log->dropped_s) return tt_fail_memory(err, "the rows of a log");
	for (size_t i = 0; i < r->bad.n; i++) {
		const size_t row = r->bad.item[i].row;
		if (row == 0 || row >= log->n) continue;
		log->dropped_s[log->n_dropped++] = (log->time_s[row - 1] + log->time_s[row]) / 2;
	}
	tt_warn(&log->warnings,
	        "%s: %zu of %zu rows %s left out because a value was missing, senseless or out of time%s%s",
	        r->src->name, within, log->n + within, within == 1 ? "was" : "were",
	        r->bad_text[0] ? "; the first: " : "", r->bad_text);
	return TT_OK;
}

static void free_lists(tt_rows *r)
{
	free(r->bad.item);
	free(r->over.item);
	free(r->back.item);
	free(r->begins.item);
	free(r->own_time);
	r->bad = r->over = r->back = r->begins = (tt_row_list){0};
	r->own_time = NULL;
}

static tt_status settle(tt_rows *r, tt_error *err)
{
	tt_force_log *log = r->log;
	if (log->n == 0) {
		if (r->bad.n) return tt_log_fail(r->src, r->bad_line, err, "%s", r->bad_text);
		return tt_log_fail(r->src, 0, err, "holds a header but no rows of numbers");
	}
	/* An empty line after every row is a way of writing, not a list of segments. */
	if (log->n >= 4 && log->n_segments > log->n - log->n / 4) {
		log->n_segments = 1;
		tt_warn(&log->notes, "an empty line after every row");
	}
	clock_plan plan = {0};
	tt_status st = plan_clock(r, &plan, err);
	if (!st) st = choose_test(r, &plan, err);
	plan_free(&plan);
	if (!st) st = settle_stamps(r, err);
	if (!st) st = join_clocks(r, err);
	if (!st) st = put_over(r, err);
	if (!st) st = put_dropped(r, err);
	if (st) return st;
	count_segments(log);
	double **column[] = {&log->time_s, &log->displacement_m, &log->force_N};
	for (int i = 0; i < 3; i++) {
		double *less = realloc(*column[i], log->n * sizeof *less);
		if (less) *column[i] = less;
	}
	if (r->equal_times)
		tt_warn(&log->warnings, "%s: %zu row%s left out whose time equals that of the row before", r->src->name,
		        r->equal_times, r->equal_times == 1 ? "" : "s");
	return TT_OK;
}

void tt_rows_free(tt_rows *r)
{
	free_lists(r);
}

tt_status tt_rows_finish(tt_rows *r, tt_error *err)
{
	tt_status st = settle(r, err);
	if (r->bad.n || r->over.n || r->log->n_tests) r->changed = true;
	free_lists(r);
	return st;
}

static const char *kind_of(double begin, double end)
{
	if (!isfinite(begin) || !isfinite(end)) return "";
	return end > begin ? "load" : end < begin ? "unload" : "hold";
}

tt_status tt_rows_list(tt_rows *r, const tt_listed_segment *list, size_t n, tt_error *err)
{
	tt_force_log *log = r->log;
	if (r->equal_times || r->changed) {
		tt_warn(&log->warnings,
		        "%s: the file's list of segments counts rows that were left out; it is not used", r->src->name);
		return TT_OK;
	}
	log->n_segments = 0;
	size_t first = 0, listed = 0;
	for (size_t i = 0; i < n; i++) {
		listed = list[i].rows > SIZE_MAX - listed ? SIZE_MAX : listed + list[i].rows;
		if (list[i].rows == 0 || first >= log->n) continue;
		tt_status s = open_segment(r, first, err);
		if (s) return s;
		tt_log_segment *g = &log->segment[log->n_segments - 1];
		double change = list[i].end - list[i].begin;
		g->control = list[i].control;
		g->kind = kind_of(list[i].begin, list[i].end);
		g->rate = list[i].duration_s > 0 && isfinite(change) ? change / list[i].duration_s : NAN;
		first = list[i].rows > log->n - first ? log->n : first + list[i].rows;
	}
	if (listed != log->n)
		tt_warn(&log->warnings, "%s: the segments' points add up to %zu, the file holds %zu rows", r->src->name,
		        listed, log->n);
	if (first < log->n && (log->n_segments == 0 || listed < log->n)) {
		tt_status s = open_segment(r, first, err);
		if (s) return s;
	}
	count_segments(log);
	return TT_OK;
}
