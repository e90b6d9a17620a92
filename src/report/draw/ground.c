/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/draw/ground.h"

#include <math.h>

#include "numeric/statistics.h"

/* ---- brightness ---- */

/* Mean level of the pixels around a place, far enough for a few words. */
static double level_around(const tt_image *im, double x, double y, double reach)
{
	double sum = 0;
	int n = 0;
	for (int j = -4; j <= 4; j++)
		for (int i = -4; i <= 4; i++) {
			int px = (int)lround(x + i * reach / 4), py = (int)lround(y + 0.4 * j * reach / 4);
			if (px < 0 || py < 0 || px >= im->width || py >= im->height) continue;
			double v = tt_image_at(im, px, py);
			if (isfinite(v)) sum += v, n++;
		}
	return n ? sum / n : NAN;
}

unsigned tt_ground_ink(const tt_image *im, double x, double y, double reach)
{
	double lo = INFINITY, hi = -INFINITY, here = level_around(im, x, y, reach);
	for (int j = 0; j < 24; j++)
		for (int i = 0; i < 24; i++) {
			double v =
			    level_around(im, (i + 0.5) * im->width / 24, (j + 0.5) * im->height / 24, 0.02 * im->width);
			if (isnan(v)) continue;
			lo = fmin(lo, v), hi = fmax(hi, v);
		}
	return here > 0.5 * (lo + hi) ? 0x000000 : 0xFFFFFF;
}

/* ---- what is burnt in ---- */

/* A few pixels that are brighter or darker than all others are hot or dead ones. */
enum { EXTREME = 20, SAMPLE = 4096, RUN = 8 };
/* Letters: a step of a fifth of the picture's range from one pixel to the next, and of eight times what is usual. Bars:
 * a step of a twentieth between the means of RUN pixels and of those below them; there noise is a third of that of a
 * pixel. 0.3 % of a place are specks. */
static const double PIXEL_STEP = 0.2, RUN_STEP = 0.05, TIMES_USUAL = 8, SPECKS = 0.003;

typedef struct levels {
	double range, pixel_step, run_step;
} levels;

/* The EXTREME-th largest of sign × level. */
static double extreme(const tt_image *im, double sign)
{
	double top[EXTREME];
	int n = 0, least = 0;
	for (int y = 0; y < im->height; y++)
		for (int x = 0; x < im->width; x++) {
			double v = sign * tt_image_at(im, x, y);
			if (!isfinite(v) || (n == EXTREME && v <= top[least])) continue;
			top[n < EXTREME ? n++ : least] = v;
			least = 0;
			for (int i = 1; i < n; i++)
				if (top[i] < top[least]) least = i;
		}
	return n ? sign * top[least] : NAN;
}

/* Median of the steps between neighbours. */
static double usual_step(const tt_image *im)
{
	double step[SAMPLE];
	size_t total = (size_t)(im->width - 1) * (size_t)im->height, every = total / SAMPLE + 1, n = 0;
	for (size_t i = 0; i < total && n < SAMPLE; i += every) {
		int x = (int)(i % (size_t)(im->width - 1)), y = (int)(i / (size_t)(im->width - 1));
		double v = fabs(tt_image_at(im, x + 1, y) - tt_image_at(im, x, y));
		if (isfinite(v)) step[n++] = v;
	}
	return n ? tt_median(step, n) : 0;
}

static levels levels_of(const tt_image *im)
{
	double usual = usual_step(im), range = extreme(im, 1) - extreme(im, -1);
	return (levels){.range = range,
	                .pixel_step = fmax(PIXEL_STEP * range, TIMES_USUAL * usual),
	                .run_step = fmax(RUN_STEP * range, 0.5 * TIMES_USUAL * usual)};
}

/* false at the picture's right and lower ends. */
static bool is_drawn(const tt_image *im, int x, int y, const levels *l)
{
	if (x + 1 >= im->width || y + 1 >= im->height) return false;
	double v = tt_image_at(im, x, y), sum = 0;
	if (fabs(tt_image_at(im, x + 1, y) - v) > l->pixel_step || fabs(tt_image_at(im, x, y + 1) - v) > l->pixel_step)
		return true;
	if (x + RUN > im->width) return false;
	for (int i = 0; i < RUN; i++)
		sum += tt_image_at(im, x + i, y + 1) - tt_image_at(im, x + i, y);
	return fabs(sum / RUN) > l->run_step;
}

static double drawn_share(const tt_image *im, tt_rect r, const levels *l)
{
	double drawn = 0, n = 0;
	for (int y = r.y < 0 ? 0 : r.y; y < r.y + r.height && y < im->height; y++)
		for (int x = r.x < 0 ? 0 : r.x; x < r.x + r.width && x < im->width; x++) {
			drawn += is_drawn(im, x, y, l);
			n++;
		}
	return n > 0 ? drawn / n : 0;
}

/* Light or dark all over: the means of its 8 × 8 parts differ by little of the picture's range. */
static bool is_even(const tt_image *im, tt_rect r, const levels *l)
{
	enum { PARTS = 8 };
	static const double LITTLE = 0.15;
	double lo = INFINITY, hi = -INFINITY;
	for (int part = 0; part < PARTS * PARTS; part++) {
		int x0 = r.x + part % PARTS * r.width / PARTS, x1 = r.x + (part % PARTS + 1) * r.width / PARTS;
		int y0 = r.y + part / PARTS * r.height / PARTS, y1 = r.y + (part / PARTS + 1) * r.height / PARTS;
		double sum = 0;
		int n = 0;
		for (int y = y0 < 0 ? 0 : y0; y < y1 && y < im->height; y++)
			for (int x = x0 < 0 ? 0 : x0; x < x1 && x < im->width; x++) {
				double v = tt_image_at(im, x, y);
				if (isfinite(v)) sum += v, n++;
			}
		if (n == 0) continue;
		lo = fmin(lo, sum / n), hi = fmax(hi, sum / n);
	}
	return hi - lo <= LITTLE * l->range;
}

static size_t find_place(const tt_image *im, const tt_rect *place, size_t n, bool even)
{
	enum { MOST = 16 };
	double share[MOST], least = INFINITY;
	if (im->width < 2 || im->height < 2 || n > MOST) return 0;
	const levels l = levels_of(im);
	if (!(l.range > 0)) return 0;
	size_t best = 0;
	for (size_t i = 0; i < n; i++) {
		share[i] = drawn_share(im, place[i], &l);
		if (share[i] <= SPECKS && (!even || is_even(im, place[i], &l))) return i;
		if (share[i] < least) least = share[i], best = i;
	}
	for (size_t i = 0; i < n; i++)
		if (share[i] <= SPECKS) return i;
	return best;
}

size_t tt_ground_clear(const tt_image *im, const tt_rect *place, size_t n)
{
	return find_place(im, place, n, true);
}

size_t tt_ground_unmarked(const tt_image *im, const tt_rect *place, size_t n)
{
	return find_place(im, place, n, false);
}
