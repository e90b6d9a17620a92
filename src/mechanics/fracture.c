/* Jumps of a log: fracture told apart from pop-ins; when the punch leaves.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "mechanics/fracture.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "numeric/fit.h"

/* Force above its level in air. */
static double load_at(const tt_trace *r, const tt_contact *c, size_t i)
{
	return r->f[i] - tt_air_at(&c->air, r->d[i] - c->d0_m);
}

/* ---- Release ---- */

static double mean_load(const tt_trace *r, const tt_contact *c, size_t first, size_t last)
{
	double s = 0;
	for (size_t i = first; i < last; i++)
		s += load_at(r, c, i);
	return s / (double)(last - first);
}

/* The kink of the reversed record: flat in air, then a straight rise up to `high`. */
static bool release_kink(const tt_trace *r, const tt_contact *c, size_t edge, double high, double variance, tt_kink *k)
{
	size_t first = edge;
	while (first > c->row && first + 2000 > edge && load_at(r, c, first) < high)
		first--;
	size_t rise = edge - first, last = edge + (rise > 16 ? rise : 16);
	if (last > r->n) last = r->n;
	const size_t n = last - first;
	if (n < 8) return false;
	double *t = malloc(2 * n * sizeof *t), *y = t + n;
	if (!t) return false;
	for (size_t i = 0; i < n; i++) {
		t[i] = -r->t[last - 1 - i];
		y[i] = load_at(r, c, last - 1 - i);
	}
	bool ok = tt_kink_fit(t, y, NULL, 0, n, t[1], t[n - 2], k) && k->after > 0 &&
	          tt_kink_describes(t, y, NULL, k, tt_row_at(t, n, k->at), n, variance);
	free(t);
	return ok;
}

void tt_release_find(const tt_trace *r, const tt_contact *c, double noise, tt_release *out)
{
	enum { RUN = 5 };
	*out = (tt_release){NAN, NAN, r->n};
	if (r->n < c->row + 2 * RUN) return;
	double top = 0;
	for (size_t i = c->row; i + RUN <= r->n; i += RUN)
		top = fmax(top, mean_load(r, c, i, i + RUN));
	const double low = fmax(5 * noise / sqrt(RUN), 0.005 * top);
	size_t edge = r->n;
	while (edge >= c->row + RUN && mean_load(r, c, edge - RUN, edge) < low)
		edge--;
	if (edge == r->n || edge < c->row + RUN) return;
	const double dt = (r->t[r->n - 1] - r->t[0]) / (double)(r->n - 1);
	tt_kink k;
	out->time_s = r->t[edge - 1];
	out->u_time_s = RUN * dt / sqrt(12);
	/* as much of the fall as is straight; the force at its foot may be that of a broken specimen's weak spring */
	for (double high = fmax(0.1 * top, 3 * low); high >= 2 * low; high *= 0.7) {
		if (!release_kink(r, c, edge, high, noise * noise * c->inflation, &k)) continue;
		/* the middle of a run crosses the threshold a little before the end of the force: never extrapolate far
		 */
		if (fabs(-k.at - out->time_s) > 40 * dt + 20 * k.u_at) continue;
		out->time_s = -k.at;
		out->u_time_s = hypot(k.u_at * sqrt(c->inflation), 0.1 * dt);
		break;
	}
	out->row = tt_row_at(r->t, r->n, out->time_s);
}

/* ---- Jumps ---- */

/* Mean of rows first … first + w - 1 from prefix sums. */
static double prefix_mean(const double *sum, size_t first, size_t w)
{
	return (sum[first + w] - sum[first]) / (double)w;
}

/* Steps of at least a part of the largest, around the largest between rows a and z. */
static void refine(const tt_trace *r, const double *y, size_t a, size_t z, size_t first, size_t last, double noise,
                   tt_jump *j)
{
	size_t best = a;
	for (size_t i = a; i < z; i++)
		if (y[i + 1] - y[i] < y[best + 1] - y[best]) best = i;
	const double most = y[best] - y[best + 1], part = fmax(0.15 * most, 3 * sqrt(2) * noise);
	size_t lo = best, hi = best + 1;
	if (most > part) {
		while (lo > first && y[lo - 1] - y[lo] > part)
			lo--;
		while (hi + 1 < last && y[hi] - y[hi + 1] > part)
			hi++;
	} else {
		lo = a;
		hi = z;
	}
	j->last_before = lo;
	j->first_after = lo + 1;
	j->settled = hi;
	j->displacement_m = r->d[hi] - r->d[lo];
	j->force_N = r->f[hi] - r->f[lo];
}

static int compare_jumps(const void *a, const void *b)
{
	const tt_jump *x = a, *y = b;
	return (x->last_before > y->last_before) - (x->last_before < y->last_before);
}

static void keep(tt_jump *list, size_t *n, const tt_jump *j)
{
	for (size_t i = 0; i < *n; i++)
		if (j->last_before < list[i].settled + 1 && list[i].last_before < j->settled + 1) {
			if (j->score > list[i].score) {
				/* the same step on another scale: the narrower description stays */
				double score = j->score;
				if (j->settled - j->last_before < list[i].settled - list[i].last_before) list[i] = *j;
				list[i].score = score;
			}
			return;
		}
	if (*n < TT_JUMPS_MOST) {
		list[(*n)++] = *j;
		return;
	}
	size_t worst = 0;
	for (size_t i = 1; i < *n; i++)
		if (list[i].score < list[worst].score) worst = i;
	if (j->score > list[worst].score) list[worst] = *j;
}

size_t tt_jumps_find(const tt_trace *r, size_t first, size_t last, double slope, double noise, tt_jump *out,
                     tt_error *err)
{
	if (last < first + 16) return 0;
	const size_t n = last - first;
	double *y = malloc(n * sizeof *y), *sum = malloc((n + 1) * sizeof *sum);
	if (!y || !sum) {
		free(y);
		free(sum);
		tt_fail_memory(err, "the search for jumps");
		return 0;
	}
	/* relative to the first row: prefix sums keep their digits; medians of five rows: a jolt of one or two is no
	 * step */
	const double f0 = r->f[first], d0 = r->d[first];
	for (size_t i = 0; i < n; i++)
		y[i] = (r->f[first + i] - f0) - slope * (r->d[first + i] - d0);
	sum[0] = 0;
	for (size_t i = 0; i < n; i++) {
		double five[5];
		const size_t a = i < 2 ? 0 : i + 3 > n ? n - 5 : i - 2;
		memcpy(five, y + a, sizeof five);
		sum[i + 1] = sum[i] + tt_median_of_five(five);
	}
	const double dt = (r->t[last - 1] - r->t[first]) / (double)(n - 1);
	size_t count = 0;
	const tt_trace local = {r->t + first, r->d + first, r->f + first, n, NULL};
	for (size_t m = 1; m == 1 || ((double)m * dt < 0.5 && m < n / 20); m *= 2) {
		/* a: mean before, z: mean after a gap of m rows; the same statistic one window earlier and later is the
		 * trend */
		const size_t w = m < 4 ? 4 : 2 * m, width = m - 1 + 2 * w;
		if (n < 3 * width) break;
		double peak = 0;
		tt_jump at_peak = {0};
		size_t peak_i = 0;
		for (size_t i = 0; i + width <= n; i++) {
			double here = prefix_mean(sum, i + w + m - 1, w) - prefix_mean(sum, i, w);
			double before =
			    i >= width ? prefix_mean(sum, i - width + w + m - 1, w) - prefix_mean(sum, i - width, w)
			               : 0;
			double after = i + 2 * width <= n
			                   ? prefix_mean(sum, i + width + w + m - 1, w) - prefix_mean(sum, i + width, w)
			                   : 0;
			/* a rise, such as that of a fast retraction, passes for no fall */
			double trend = fmax(0, -fmin(before, after)),
			       z = -(here + trend) / (noise * sqrt(2.0 / (double)w));
			bool good = z > 8 && -here > 3 * trend;
			if (good && z > peak) {
				peak = z;
				peak_i = i;
				size_t a = i + w - 1, b = i + w + m - 1;
				a = a > 2 ? a - 2 : 0;
				b = b + 2 < n ? b + 2 : n - 1;
				refine(&local, y, a, b, 0, n, noise, &at_peak);
				at_peak.score = z;
			}
			if (peak > 0 && (i > peak_i + width || i + width == n)) {
				keep(out, &count, &at_peak);
				peak = 0;
			}
		}
	}
	free(y);
	free(sum);
	for (size_t i = 0; i < count; i++) {
		out[i].last_before += first;
		out[i].first_after += first;
		out[i].settled += first;
	}
	qsort(out, count, sizeof *out, compare_jumps);
	return count;
}

/* ---- Fracture ---- */

/* A line through the rows after a jump: F - F_air = offset + k (d - d0). */
typedef struct tail {
	double k, offset, top; /* top: largest load in it */
	double misfit;         /* 85th percentile of |residual| of piece means */
	double noise;          /* of a piece's mean */
	double span;           /* range of d over its largest d - d0 */
	double left;           /* specimen force right after the jump, by this line */
} tail;

enum { PIECES = 400 };

static bool tail_fit(const tt_fracture_search *s, size_t first, size_t last, tail *out)
{
	const tt_trace *r = s->r;
	if (last < first + 6) return false;
	const size_t piece = 1 + (last - first - 1) / PIECES, pieces = (last - first) / piece;
	double x[PIECES], y[PIECES], residual[PIECES], lo = INFINITY, hi = -INFINITY;
	out->top = 0;
	size_t kept = 0;
	for (size_t i = 0; i < pieces; i++) {
		size_t good = 0;
		x[kept] = y[kept] = 0;
		for (size_t j = first + i * piece; j < first + (i + 1) * piece; j++) {
			if (r->bad && r->bad[j]) continue;
			x[kept] += r->d[j] - s->c->d0_m;
			y[kept] += load_at(r, s->c, j);
			good++;
		}
		if (!good) continue;
		x[kept] /= (double)good;
		y[kept] /= (double)good;
		lo = fmin(lo, x[kept]);
		hi = fmax(hi, x[kept]);
		out->top = fmax(out->top, y[kept]);
		kept++;
	}
	const size_t n = kept;
	if (!(hi > 0) || n < 4) return false;
	tt_line l;
	out->span = (hi - lo) / hi;
	double sxy = 0, sxx = 0;
	for (size_t i = 0; i < n; i++) {
		sxy += x[i] * y[i];
		sxx += x[i] * x[i];
	}
	out->k = sxy / sxx;
	out->offset = 0;
	if (out->span > 0.05 && n >= 4 && tt_line_fit(x, y, n, 0, &l)) {
		out->k = l.slope;
		out->offset = l.value;
	}
	for (size_t i = 0; i < n; i++)
		residual[i] = fabs(y[i] - out->offset - out->k * x[i]);
	const size_t early = n < 4 ? n : 4;
	out->left = 0;
	for (size_t i = 0; i < early; i++)
		out->left += (y[i] - out->k * x[i] - out->offset) / (double)early;
	out->noise = hypot(s->force_noise, out->k * s->displacement_noise) / sqrt((double)piece);
	out->misfit = tt_kth_smallest(residual, n, (n - 1) * 85 / 100);
	return true;
}

/* Load and d - d0 just before a jump, by a short line. */
static void before_jump(const tt_fracture_search *s, size_t row, double *x, double *y)
{
	const tt_trace *r = s->r;
	size_t first = row + 1 > s->c->row + 12 ? row - 11 : s->c->row;
	tt_line l;
	*x = r->d[row] - s->c->d0_m;
	*y = load_at(r, s->c, row);
	if (row + 1 < first + 5) return;
	if (tt_line_fit(r->t + first, r->d + first, row + 1 - first, r->t[row], &l)) *x = l.value - s->c->d0_m;
	if (tt_line_fit(r->t + first, r->f + first, row + 1 - first, r->t[row], &l))
		*y = l.value - tt_air_at(&s->c->air, *x);
}

/* Do the rows from `settled` on follow a bare spring, and was there a specimen before? */
static bool is_fracture(const tt_fracture_search *s, const tt_jump *j, char *why, size_t why_size)
{
	const size_t last = s->release->row;
	double x, y;
	tail t;
	before_jump(s, j->last_before, &x, &y);
	if (j->settled + 6 >= last) {
		/* the punch left, or the log ended, at once: only the size of the jump tells */
		double drop = -j->force_N;
		snprintf(why, why_size, "the punch left at the jump");
		return last < s->r->n && drop > 0.5 * y;
	}
	if (!tail_fit(s, j->settled, last, &t)) return false;
	const double noise = hypot(s->force_noise, t.k * s->displacement_noise);
	const double carried = y - t.k * x - t.offset, after = fabs(t.left);
	if (!(t.k > 0) || carried < fmax(5 * noise, 0.01 * y)) return false;
	/* what the specimen carried went in the jump: an unloading along one line is none */
	const double lost =
	    load_at(s->r, s->c, j->last_before) - load_at(s->r, s->c, j->settled) + t.k * j->displacement_m;
	if (lost < 0.5 * carried) return false;
	if (t.misfit > fmax(5 * t.noise, s->residual * t.top)) return false;
	if (fabs(t.offset) > fmax(0.1 * t.top, 5 * noise)) return false;
	if (after > fmax(4 * noise, 0.1 * carried)) return false;
	if (t.span > 0.05) {
		snprintf(why, why_size, "the rows after it follow one line through contact, %.4g N/m", t.k);
		return true;
	}
	/* only a hold: a secant, to be compared with the spring when that is known */
	if (!isnan(s->stiffness)) {
		snprintf(why, why_size, "the hold after it lies on the given spring");
		return fabs(t.k - s->stiffness) < fmax(5 * s->u_stiffness, 0.05 * s->stiffness);
	}
	snprintf(why, why_size, "only a hold follows, at %.4g N/m from contact", t.k);
	return t.k * x < 0.8 * y;
}

/* No jump: the first row from which on everything lies on the bare spring's line although more was carried before. */
static bool gradual(const tt_fracture_search *s, size_t first, size_t last, size_t *row, size_t *step)
{
	*step = 1 + (last - first) / 300;
	double carried = 0, reach = 0, so_far = 0;
	for (size_t i = first; i < last; i++)
		reach = fmax(reach, s->r->d[i] - s->c->d0_m);
	for (size_t i = first + *step; i + 30 < last; i += *step) {
		tail t;
		const double here = s->r->d[i] - s->c->d0_m;
		so_far = fmax(so_far, here);
		/* on the way back a whole specimen goes slack and leaves the spring alone, too */
		if (here < 0.98 * so_far - 5 * s->displacement_noise) continue;
		if (!tail_fit(s, i, last, &t) || !(t.k > 0) || t.span * reach < 0.3 * reach) continue;
		if (t.misfit > fmax(5 * t.noise, 0.01 * t.top) || fabs(t.offset) > fmax(0.03 * t.top, 5 * t.noise))
			continue;
		carried = 0;
		for (size_t k = first; k < i; k += *step)
			carried = fmax(carried, load_at(s->r, s->c, k) - t.k * (s->r->d[k] - s->c->d0_m));
		if (carried < 0.2 * t.top) continue;
		*row = i;
		return true;
	}
	return false;
}

/* dF/dd of the loaded device while it is young: up to a third of the largest load. */
static double young_slope(const tt_trace *r, const tt_contact *c, size_t last)
{
	double top = 0;
	for (size_t i = c->row; i < last; i++)
		top = fmax(top, load_at(r, c, i));
	size_t end = c->row;
	while (end < last && (end < c->row + 8 || load_at(r, c, end) < top / 3))
		end++;
	tt_line l;
	/* F is the quieter of the two in terms of slope: regress d on F and invert */
	if (end < c->row + 4 || !tt_line_fit(r->f + c->row, r->d + c->row, end - c->row, r->f[c->row], &l) ||
	    !(l.slope > 0))
		return NAN;
	return 1 / l.slope;
}

static void set_time(const tt_fracture_search *s, tt_fracture *out, size_t before, size_t after)
{
	out->time_s = (s->r->t[before] + s->r->t[after]) / 2;
	out->u_time_s = (s->r->t[after] - s->r->t[before]) / sqrt(12);
}

/* Why there is no fracture: what was found in its place. */
static void say_unbroken(const tt_fracture_search *s, tt_fracture *out, size_t first, size_t last)
{
	const tt_trace *r = s->r;
	const bool to_end = s->release->row >= r->n;
	double top = 0, now = 0;
	const size_t few = last > first + 10 ? 10 : last - first;
	for (size_t i = first; i < last; i++)
		top = fmax(top, load_at(r, s->c, i));
	for (size_t i = last - few; i < last; i++)
		now += load_at(r, s->c, i) / (double)few;
	const tt_jump *most = NULL;
	for (size_t i = 0; i < out->n_pop_in; i++)
		if (!most || out->pop_in[i].score > most->score) most = &out->pop_in[i];
	char jumps[160] = "no jump in it";
	if (most)
		snprintf(
		    jumps, sizeof jumps,
		    "after the largest of its %zu jumps, %.4g nm and %.4g µN at %.6g s, the force does not follow a "
		    "bare spring's line",
		    out->n_pop_in, 1e9 * most->displacement_m, 1e6 * most->force_N, r->t[most->first_after]);
	if (to_end && now > 0.9 * top)
		snprintf(out->text, sizeof out->text,
		         "no fracture found: the log ends under load, at %.6g s with %.4g of its largest %.4g µN; %s",
		         r->t[last - 1], 1e6 * now, 1e6 * top, jumps);
	else
		snprintf(out->text, sizeof out->text, "no fracture found: %s; %s", jumps,
		         to_end ? "the log ends in contact" : "the punch left the device");
}

void tt_fracture_find(const tt_fracture_search *s, tt_fracture *out)
{
	memset(out, 0, sizeof *out);
	out->time_s = out->u_time_s = NAN;
	const size_t first = s->c->row, last = s->release->row < s->r->n ? s->release->row + 6 : s->r->n;
	const double slope = young_slope(s->r, s->c, last < s->r->n ? last : s->r->n);
	tt_jump list[TT_JUMPS_MOST];
	size_t n = 0;
	if (slope > 0)
		n = tt_jumps_find(s->r, first, last < s->r->n ? last : s->r->n, slope,
		                  hypot(s->force_noise, slope * s->displacement_noise), list, NULL);
	size_t broke = n;
	char why[160] = "";
	if (!isnan(s->hint_s)) {
		double nearest = INFINITY;
		for (size_t i = 0; i < n; i++)
			if (fabs(s->r->t[list[i].first_after] - s->hint_s) < nearest) {
				nearest = fabs(s->r->t[list[i].first_after] - s->hint_s);
				broke = i;
			}
		if (nearest > 2) broke = n;
		snprintf(why, sizeof why, "the jump nearest to the instant given");
	} else {
		for (broke = 0; broke < n && !is_fracture(s, &list[broke], why, sizeof why); broke++)
			;
	}
	for (size_t i = 0; i < broke && i < n; i++)
		out->pop_in[out->n_pop_in++] = list[i];
	if (broke < n) {
		out->found = true;
		out->jump = list[broke];
		set_time(s, out, out->jump.last_before, out->jump.first_after);
		snprintf(out->text, sizeof out->text, "jump of %s and %s between rows at %.6g and %.6g s; %s",
		         TT_DIGITS(1e9 * out->jump.displacement_m, 4, "nm"),
		         TT_DIGITS(1e6 * out->jump.force_N, 4, "µN"), s->r->t[out->jump.last_before],
		         s->r->t[out->jump.first_after], why);
		return;
	}
	size_t row, step;
	if (isnan(s->hint_s) && gradual(s, first, s->release->row, &row, &step)) {
		out->found = out->gradual = true;
		out->jump = (tt_jump){.last_before = row - step, .first_after = row, .settled = row};
		set_time(s, out, row - step, row);
		snprintf(out->text, sizeof out->text,
		         "no jump: the force came down to the bare spring's line by %.6g s", s->r->t[row]);
		return;
	}
	say_unbroken(s, out, first, last < s->r->n ? last : s->r->n);
}
