/* How fast a movie plays and which frames it shows.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/movie/movie.h"
#include "numeric/statistics.h"

static const double WANTED_S = 30, MOST_RATE = 30, THINNED_RATE = 25, LEAST_RATE = 10;
enum { MOST_MOVIE_FRAMES = 200000 };

/* First and last time and the usual interval. */
static tt_status survey(const double *time_s, size_t rows, double *first, double *last, double *interval, tt_error *err)
{
	double *step = malloc((rows + 1) * sizeof *step), before = NAN;
	size_t n = 0;
	if (!step) return tt_fail_memory(err, "the movie's frames");
	*first = *last = *interval = NAN;
	for (size_t i = 0; i < rows; i++) {
		if (isnan(time_s[i])) continue;
		if (isnan(*first)) *first = time_s[i];
		if (time_s[i] > before) step[n++] = time_s[i] - before;
		*last = before = time_s[i];
	}
	*interval = tt_high_median(step, n);
	free(step);
	if (!(*interval > 0) || !(*last > *first))
		return tt_fail(err, TT_ERR_FAILED, "a movie needs at least two frames with a picture and rising times");
	return TT_OK;
}

/* The nearest of 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 × 10^k. */
static double round_speed(double v)
{
	static const double nice[] = {1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10};
	double decade = pow(10, floor(log10(v))), best = 1;
	for (size_t i = 0; i < sizeof nice / sizeof *nice; i++)
		if (fabs(log(nice[i] * decade / v)) < fabs(log(best * decade / v))) best = nice[i];
	return best * decade;
}

/* About half a minute; a short recording in its own time, or slower when it has more frames than a screen shows. */
static double choose_speed(double duration, double rate)
{
	double speed = duration / WANTED_S;
	if (speed >= 1) return round_speed(speed);
	return rate > MOST_RATE ? round_speed(fmax(speed, THINNED_RATE / rate)) : 1;
}

/* Frames a second as a fraction: all frames of the recording where a screen can show them, each repeated where they are
 * fewer than 10 a second. */
static void choose_rate(double rate, tt_movie_plan *p)
{
	double shown = rate * p->speed;
	if (shown > MOST_RATE) shown = THINNED_RATE;
	if (shown < LEAST_RATE) shown *= ceil(LEAST_RATE / shown - 1e-9);
	p->rate_num = (int)lround(shown * 1000);
	p->rate_den = 1000;
	if (p->rate_num % 1000 == 0) p->rate_num /= 1000, p->rate_den = 1;
}

tt_status tt_movie_plan_make(const double *time_s, size_t rows, double speed, tt_movie_plan *p, tt_error *err)
{
	double first = NAN, last = NAN, interval = NAN;
	memset(p, 0, sizeof *p);
	tt_status st = survey(time_s, rows, &first, &last, &interval, err);
	if (st != TT_OK) return st;
	p->speed = speed > 0 ? speed : choose_speed(last - first + interval, 1 / interval);
	choose_rate(1 / interval, p);
	double step = p->speed * p->rate_den / p->rate_num, n = floor((last - first + interval) / step + 0.5);
	if (!(n < MOST_MOVIE_FRAMES))
		return tt_fail(err, TT_ERR_FAILED, "a movie of %.0f frames: output.movie_speed of %g is too slow", n,
		               p->speed);
	p->n = n < 1 ? 1 : (size_t)n;
	p->row = malloc(p->n * sizeof *p->row);
	if (!p->row) return tt_fail_memory(err, "the movie's frames");
	size_t shown = 0, at = 0;
	while (isnan(time_s[shown]))
		at = ++shown;
	for (size_t i = 0; i < p->n; i++) {
		/* what was on the screen at that time; a little early, so that rounding does not show a frame twice */
		double t = first + ((double)i + 0.01) * step;
		for (; at < rows && !(time_s[at] > t); at++)
			if (!isnan(time_s[at])) shown = at;
		p->row[i] = shown;
	}
	return TT_OK;
}

void tt_movie_plan_clear(tt_movie_plan *p)
{
	free(p->row);
	memset(p, 0, sizeof *p);
}

double tt_movie_seconds(const tt_movie_plan *p)
{
	return p->rate_num ? (double)p->n * p->rate_den / p->rate_num : 0;
}
