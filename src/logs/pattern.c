/* Diffractograms and reflectivity curves: which reader takes a file, and what all of them share.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/pattern.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

/* The first whose probe says yes reads the file. The last takes whatever is text. */
static const tt_pattern_format *const formats[] = {&tt_pattern_raw4,  &tt_pattern_brml, &tt_pattern_rasx,
                                                   &tt_pattern_xrdml, &tt_pattern_raw1, &tt_pattern_uxd,
                                                   &tt_pattern_text};

void tt_pattern_free(tt_pattern *p)
{
	if (!p) return;
	free(p->x);
	free(p->y);
	free(p->u);
	tt_strings_free(&p->notes);
	tt_strings_free(&p->warnings);
	free(p);
}

tt_status tt_pattern_room(tt_pattern *p, size_t n, bool with_u, tt_error *err)
{
	p->n = n;
	p->x = calloc(n + 1, sizeof *p->x);
	p->y = calloc(n + 1, sizeof *p->y);
	p->u = with_u ? calloc(n + 1, sizeof *p->u) : NULL;
	return p->x && p->y && (p->u || !with_u) ? TT_OK : tt_fail_memory(err, "a diffractogram");
}

double tt_pattern_angstrom(double a)
{
	return a >= 0.01 && a <= 25 ? a * 1e-10 : NAN;
}

tt_status tt_pattern_choose(const tt_log_source *src, const tt_pattern_options *options, const size_t *points,
                            size_t ranges, tt_pattern *p, tt_error *err)
{
	const int wanted = options ? options->range : 0;
	size_t best = 0;
	if (ranges == 0) return tt_log_fail(src, 0, err, "not one whole scan is in it");
	if (wanted < 0 || (size_t)wanted > ranges)
		return tt_log_fail(src, 0, err, "scan %d was asked for; it holds %zu", wanted, ranges);
	for (size_t i = 1; i < ranges; i++)
		if (points[i] > points[best]) best = i;
	p->ranges = ranges;
	p->range = wanted ? (size_t)wanted - 1 : best;
	if (ranges > 1 && !wanted)
		tt_warn(&p->warnings, "%s holds %zu scans: number %zu, the longest (%zu points), is taken", src->name,
		        ranges, p->range + 1, points[p->range]);
	return TT_OK;
}

bool tt_scan_list_add(tt_scan_list *l, double x, double y)
{
	double *more = tt_grow(l->x, &l->capacity_x, l->n + 1, sizeof *more);
	if (!more) return false;
	l->x = more;
	more = tt_grow(l->y, &l->capacity_y, l->n + 1, sizeof *more);
	if (!more) return false;
	l->y = more;
	l->x[l->n] = x;
	l->y[l->n++] = y;
	return true;
}

bool tt_scan_list_close(tt_scan_list *l)
{
	if (l->n == (l->scans ? l->end[l->scans - 1] : 0)) return true;
	size_t *more = tt_grow(l->end, &l->capacity_end, l->scans + 1, sizeof *more);
	if (!more) return false;
	l->end = more;
	l->end[l->scans++] = l->n;
	return true;
}

void tt_scan_list_clear(tt_scan_list *l)
{
	free(l->x);
	free(l->y);
	free(l->end);
	*l = (tt_scan_list){0};
}

tt_status tt_scan_list_take(const tt_scan_list *l, const tt_log_source *src, const tt_pattern_options *options,
                            tt_pattern *p, tt_error *err)
{
	size_t *points = calloc(l->scans + 1, sizeof *points);
	if (!points) return tt_fail_memory(err, "a diffractogram");
	for (size_t i = 0; i < l->scans; i++)
		points[i] = l->end[i] - (i ? l->end[i - 1] : 0);
	tt_status st = tt_pattern_choose(src, options, points, l->scans, p, err);
	if (st == TT_OK) st = tt_pattern_room(p, points[p->range], false, err);
	if (st == TT_OK) {
		const size_t first = p->range ? l->end[p->range - 1] : 0;
		memcpy(p->x, l->x + first, p->n * sizeof *p->x);
		memcpy(p->y, l->y + first, p->n * sizeof *p->y);
	}
	free(points);
	return st;
}

static void turn_round(double *v, size_t n)
{
	for (size_t a = 0, b = n; v && a + 1 < b; a++, b--) {
		const double t = v[a];
		v[a] = v[b - 1];
		v[b - 1] = t;
	}
}

/* How many of the steps go up and how many down. */
static void count_steps(const double *v, size_t n, size_t *up, size_t *down)
{
	*up = *down = 0;
	for (size_t i = 1; i < n; i++) {
		*up += v[i] > v[i - 1];
		*down += v[i] < v[i - 1];
	}
}

static tt_status check_order(const tt_log_source *src, tt_pattern *p, tt_error *err)
{
	size_t up, down, y_up, y_down;
	count_steps(p->x, p->n, &up, &down);
	if (up + 1 == p->n) return TT_OK;
	if (down + 1 == p->n) {
		turn_round(p->x, p->n);
		turn_round(p->y, p->n);
		turn_round(p->u, p->n);
		return TT_OK;
	}
	count_steps(p->y, p->n, &y_up, &y_down);
	if (y_up + 1 == p->n || y_down + 1 == p->n)
		return tt_log_fail(src, 0, err,
		                   "its first column jumps while its second runs evenly from %.6g to %.6g: they are "
		                   "swapped; expected the angle first, then the intensity",
		                   p->y[0], p->y[p->n - 1]);
	size_t bad = 1;
	while (bad < p->n && (p->x[bad] - p->x[bad - 1]) * (up >= down ? 1 : -1) > 0)
		bad++;
	return tt_log_fail(src, 0, err,
	                   "its axis goes back and forth: point %zu is %.6g after %.6g; one scan was expected", bad + 1,
	                   p->x[bad], p->x[bad - 1]);
}

static tt_status check(const tt_log_source *src, tt_pattern *p, tt_error *err)
{
	if (p->n < 2)
		return tt_log_fail(src, 0, err, "it holds %zu point%s; a scan was expected", p->n,
		                   p->n == 1 ? "" : "s");
	for (size_t i = 0; i < p->n; i++) {
		if (!isfinite(p->x[i]) || !isfinite(p->y[i]))
			return tt_log_fail(src, 0, err, "point %zu of its scan is no number", i + 1);
		if (p->u && !(p->u[i] > 0)) {
			tt_warn(&p->warnings, "%s: its uncertainties are not all positive and are not used", src->name);
			free(p->u);
			p->u = NULL;
		}
	}
	tt_status st = check_order(src, p, err);
	if (st != TT_OK) return st;
	if (p->axis == TT_PATTERN_TWO_THETA && (p->x[0] < -30 || p->x[p->n - 1] > 180))
		return tt_log_fail(src, 0, err,
		                   "its angles run from %.6g to %.6g; 2θ between 0 and 180 degrees was expected",
		                   p->x[0], p->x[p->n - 1]);
	return TT_OK;
}

tt_status tt_pattern_parse(const tt_pattern_format *format, tt_log_source *src, const tt_pattern_options *options,
                           tt_pattern **out, tt_error *err)
{
	const size_t n = sizeof formats / sizeof *formats;
	char *owned = NULL;
	*out = NULL;
	if (src->size == 0) return tt_log_fail(src, 0, err, "is empty; a diffractogram was expected");
	tt_status st = tt_log_decode(src, &owned, err);
	if (st != TT_OK) return st;
	for (size_t i = 0; !format && i < n; i++)
		if (i + 1 == n || formats[i]->probe(src)) format = formats[i];
	tt_pattern *p = calloc(1, sizeof *p);
	if (!p) {
		free(owned);
		return tt_fail_memory(err, "a diffractogram");
	}
	*p = (tt_pattern){
	    .format = format->name, .wavelength_m = NAN, .wavelength2_m = NAN, .time_per_step_s = NAN, .ranges = 1};
	st = format->read(src, options, p, err);
	if (st == TT_OK) st = check(src, p, err);
	free(owned);
	if (st != TT_OK) {
		tt_pattern_free(p);
		return st;
	}
	*out = p;
	return TT_OK;
}

tt_status tt_pattern_read(const char *path, const tt_pattern_options *options, tt_pattern **out, tt_error *err)
{
	unsigned char *bytes = NULL;
	size_t size = 0;
	*out = NULL;
	tt_status st = tt_log_slurp(path, &bytes, &size, err);
	if (st != TT_OK) return st;
	tt_log_source src = {.name = path, .path = path, .bytes = bytes, .size = size};
	st = tt_pattern_parse(NULL, &src, options, out, err);
	free(bytes);
	return st;
}
