/* Measures a scale bar that is burnt into an image.
 *
 * What a bar is: a horizontal rectangle of the brightest or the darkest level of the image, at least four times as long
 * as high, uniform, not at the image's border, standing out from all that is around it; one with ticks at its ends
 * counts as well. It is found in the mask of levels within 15 % (then 5 %, then 30 %) of the extreme one. Its length is
 * what its rows cover: the sum of their levels as shares of the way from the ground to the bar, each end with the
 * ground beside it, which is exact also for ends that are drawn with half-tones or blurred. To the scatter between the
 * rows comes what every program that draws a bar does: it rounds the length to whole pixels (standard uncertainty
 * 1/sqrt(12) px). SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "temtensile/frames.h"
#include "observe/vision.h"

enum { LEAST_LENGTH = 20, EXTREME = 20, MOST_CANDIDATES = 64, REACH = 2, GROUND = 4 };
static const double LEAST_CONTRAST = 0.3; /* of the image's range, against what is around */
static const double MOST_RAGGED = 0.7;    /* px, standard deviation of the length from row to row */

typedef struct search {
	const tt_image *im;
	uint8_t *mask;
	int32_t *label;
	double lo, hi;
} search;

typedef struct candidate {
	int x, y, width, height; /* of the part that is the bar */
	int tick;                /* px in x that the ticks take, 0: none */
	bool bright;
	double level;
} candidate;

/* The EXTREME-th largest and least level: a few stuck pixels are none. */
static bool range_of(const tt_image *im, double *lo, double *hi)
{
	double top[EXTREME], bottom[EXTREME];
	int n = 0;
	for (int y = 0; y < im->height; y++)
		for (int x = 0; x < im->width; x++) {
			const double v = tt_image_at(im, x, y);
			if (!isfinite(v)) continue;
			if (n < EXTREME) {
				top[n] = bottom[n] = v;
				n++;
				if (n < EXTREME) continue;
			}
			for (int pass = 0; pass < 2; pass++) {
				/* the weakest of the kept ones is replaced; kept unsorted, there are few */
				double *kept = pass ? bottom : top, weakest = kept[0];
				int at = 0;
				for (int i = 1; i < EXTREME; i++)
					if (pass ? kept[i] > weakest : kept[i] < weakest) weakest = kept[at = i];
				if (pass ? v < weakest : v > weakest) kept[at] = v;
			}
		}
	if (n < EXTREME) return false;
	*hi = top[0];
	*lo = bottom[0];
	for (int i = 1; i < EXTREME; i++) {
		*hi = fmin(*hi, top[i]);
		*lo = fmax(*lo, bottom[i]);
	}
	return *hi > *lo;
}

static void make_mask(search *s, bool bright, double share)
{
	const double limit = bright ? s->hi - share * (s->hi - s->lo) : s->lo + share * (s->hi - s->lo);
	for (int y = 0; y < s->im->height; y++)
		for (int x = 0; x < s->im->width; x++) {
			const double v = tt_image_at(s->im, x, y);
			s->mask[(size_t)y * (size_t)s->im->width + (size_t)x] =
			    (bright ? v >= limit : v <= limit) ? 255 : 0;
		}
}

/* Mean and standard deviation over a rectangle, as far as it lies in the image. */
static bool stats(const tt_image *im, int x0, int y0, int w, int h, double *mean, double *sd)
{
	double sum = 0, squares = 0;
	long n = 0;
	for (int y = y0 < 0 ? 0 : y0; y < y0 + h && y < im->height; y++)
		for (int x = x0 < 0 ? 0 : x0; x < x0 + w && x < im->width; x++) {
			const double v = tt_image_at(im, x, y);
			sum += v;
			squares += v * v;
			n++;
		}
	if (n == 0) return false;
	*mean = sum / (double)n;
	*sd = sqrt(fmax(0, squares / (double)n - *mean * *mean));
	return true;
}

/* The rows of a region that it fills from end to end; what else it has must be ticks at the ends. */
static bool full_rows(const search *s, const tt_region *r, candidate *c)
{
	int first = -1, last = -1;
	const int w = r->box.width, x0 = r->box.x, x1 = x0 + w - 1, y0 = r->box.y, y1 = y0 + r->box.height - 1;
	for (int y = y0; y <= y1; y++) {
		int n = 0;
		for (int x = x0; x <= x1; x++)
			n += s->label[(size_t)y * (size_t)s->im->width + (size_t)x] == r->label;
		if (n < 0.95 * w && n < w - 2) continue;
		if (first >= 0 && y != last + 1) return false;
		first = first < 0 ? y : first;
		last = y;
	}
	if (first < 0) return false;
	int tick = 0;
	for (int y = y0; y <= y1; y++) {
		if (y >= first - 1 && y <= last + 1) continue; /* half-tones along the bar */
		for (int x = x0; x <= x1; x++) {
			if (s->label[(size_t)y * (size_t)s->im->width + (size_t)x] != r->label) continue;
			const int from_end = x - x0 < x1 - x ? x - x0 : x1 - x;
			if (from_end > w / 10 && from_end > 2) return false;
			tick = from_end + 1 > tick ? from_end + 1 : tick;
		}
	}
	*c = (candidate){.x = x0, .y = first, .width = w, .height = last - first + 1, .tick = tick};
	return true;
}

/* Uniform inside, and far from all that is around. */
static bool stands_out(const search *s, candidate *c, bool bright)
{
	const tt_image *im = s->im;
	const int h = c->height, trim = h > 2 ? 1 : 0,
	          sides[4][4] = {{c->x + 2, c->y - h - 3, c->width - 4, 2},
	                         {c->x + 2, c->y + 2 * h + 1, c->width - 4, 2},
	                         {c->x - GROUND - 2, c->y + trim, GROUND, h - 2 * trim},
	                         {c->x + c->width + 2, c->y + trim, GROUND, h - 2 * trim}};
	double sd, mean, around;
	if (!stats(im, c->x + 2, c->y + trim, c->width - 4, h - 2 * trim, &c->level, &sd)) return false;
	for (int k = 0; k < 4; k++) {
		const bool far =
		    k < 2 && c->tick == 0 && h > 3; /* beside thick bars the ground is nearer than their own height */
		const int y = far ? (k == 0 ? c->y - 4 : c->y + h + 2) : sides[k][1];
		if (!stats(im, sides[k][0], y, sides[k][2], sides[k][3], &mean, &around)) return false;
		const double step = bright ? c->level - mean : mean - c->level;
		if (step < LEAST_CONTRAST * (s->hi - s->lo) || sd > 0.1 * step) return false;
	}
	c->bright = bright;
	return true;
}

static bool is_inside(const candidate *in, const candidate *box)
{
	return box->x < in->x && box->y < in->y && box->x + box->width > in->x + in->width &&
	       box->y + box->height > in->y + in->height;
}

/* One row's ends and the length between them: covered shares of the pixels around each end. */
static bool measure_row(const tt_image *im, const candidate *c, int y, double *left, double *right)
{
	double ground[2] = {0, 0}, end[2];
	for (int k = 0; k < 2; k++) {
		int n = 0;
		for (int i = REACH + 1; i <= REACH + GROUND; i++) {
			const int x = k ? c->x + c->width - 1 + i : c->x - i;
			if (x < 0 || x >= im->width) continue;
			ground[k] += tt_image_at(im, x, y);
			n++;
		}
		if (n == 0) return false;
		ground[k] /= n;
		double covered = 0;
		const int in = REACH + 1; /* pixels looked at inside the mask's end, and REACH outside */
		for (int i = -REACH; i < in; i++) {
			const int x = k ? c->x + c->width - 1 - i : c->x + i;
			if (x < 0 || x >= im->width) continue;
			covered +=
			    fmin(fmax((tt_image_at(im, x, y) - ground[k]) / (c->level - ground[k]), -0.15), 1.15);
		}
		/* a full end would cover `in` pixels up to the mask's own edge */
		end[k] = k ? c->x + c->width - 0.5 + (covered - in) : c->x - 0.5 - (covered - in);
	}
	*left = end[0];
	*right = end[1];
	return true;
}

/* false: its ends are ragged, or lie at the border. */
static bool measure(const tt_image *im, const candidate *c, tt_scale_bar *out)
{
	const int trim = c->height > 2 ? 1 : 0;
	double sum[2] = {0}, length = 0, squares = 0;
	int n = 0;
	for (int y = c->y + trim; y < c->y + c->height - trim; y++) {
		double l, r;
		if (!measure_row(im, c, y, &l, &r)) continue;
		sum[0] += l;
		sum[1] += r;
		length += r - l;
		squares += (r - l) * (r - l);
		n++;
	}
	if (n == 0) return false;
	length /= n;
	const double spread = sqrt(fmax(0, squares / n - length * length));
	if (spread > MOST_RAGGED) return false;
	const double scatter = n > 1 ? spread / sqrt(n - 1) : 0;
	*out = (tt_scale_bar){.x0 = sum[0] / n,
	                      .x1 = sum[1] / n,
	                      .y = c->y + 0.5 * (c->height - 1),
	                      .length_px = length,
	                      .height_px = c->height,
	                      .bright = c->bright,
	                      .ticks = c->tick > 0};
	out->u_length_px = sqrt(1.0 / 12 + scatter * scatter + (c->tick > 1 ? c->tick * c->tick / 4.0 : 0));
	return true;
}

/* Candidates of one polarity. */
static tt_status collect(search *s, bool bright, double share, candidate *found, int *n, tt_error *err)
{
	const int w = s->im->width, h = s->im->height;
	tt_region *region = NULL;
	size_t regions = 0;
	make_mask(s, bright, share);
	tt_status st = tt_vision_regions(s->mask, w, h, s->label, &region, &regions, err);
	for (size_t i = 0; st == TT_OK && i < regions && *n < MOST_CANDIDATES; i++) {
		const tt_region *r = &region[i];
		const int rw = r->box.width, rh = r->box.height;
		if (rw < LEAST_LENGTH || rw < 4 * ((rh + 2) / 3) || rh > h / 6 + 3) continue;
		if (r->box.x < 2 || r->box.y < 2 || r->box.x + rw > w - 2 || r->box.y + rh > h - 2) continue;
		candidate c;
		tt_scale_bar ignored;
		if (!full_rows(s, r, &c) || c.width < 4 * c.height || !stands_out(s, &c, bright) ||
		    !measure(s->im, &c, &ignored))
			continue;
		found[(*n)++] = c;
	}
	free(region);
	return st;
}

/* The same bar seen twice (its shadow, its outline) or boxes around a bar. */
static void thin_out(candidate *c, int *n)
{
	int kept = 0;
	for (int i = 0; i < *n; i++) {
		bool drop = false;
		for (int k = 0; k < *n && !drop; k++) {
			if (k == i) continue;
			const bool near = abs(c[k].y - c[i].y) <= c[k].height + c[i].height + 2 &&
			                  abs(c[k].x - c[i].x) <= 4 && abs(c[k].width - c[i].width) <= 4;
			drop = is_inside(&c[k], &c[i]) || (near && (c[i].bright ? 0 : 1) > (c[k].bright ? 0 : 1)) ||
			       (near && c[i].bright == c[k].bright && i > k);
		}
		if (!drop) c[kept++] = c[i];
	}
	*n = kept;
}

static int longer(const void *a, const void *b)
{
	return ((const candidate *)b)->width - ((const candidate *)a)->width;
}

static tt_status choose(search *s, candidate *best, tt_error *err)
{
	static const double shares[] = {0.15, 0.05, 0.3};
	for (size_t k = 0; k < sizeof shares / sizeof *shares; k++) {
		candidate c[MOST_CANDIDATES];
		int n = 0;
		tt_status st = collect(s, true, shares[k], c, &n, err);
		if (st == TT_OK) st = collect(s, false, shares[k], c, &n, err);
		if (st != TT_OK) return st;
		thin_out(c, &n);
		if (n == 0) continue;
		qsort(c, (size_t)n, sizeof *c, longer);
		if (n > 1 && 2 * c[1].width > c[0].width)
			return tt_fail(
			    err, TT_ERR_INPUT,
			    "there are %d things that could be a scale bar, of %d px at (%d, %d) and of %d px at "
			    "(%d, %d): cut the image so that one is left",
			    n, c[0].width, c[0].x, c[0].y, c[1].width, c[1].x, c[1].y);
		*best = c[0];
		return TT_OK;
	}
	return tt_fail(err, TT_ERR_INPUT,
	               "there is no scale bar: a horizontal, uniform bar of the image's brightest or darkest "
	               "level, at least %d px long and four times as long as high, was looked for",
	               LEAST_LENGTH);
}

tt_status tt_scale_bar_find(const tt_image *im, tt_scale_bar *out, tt_error *err)
{
	search s = {.im = im};
	candidate best;
	const size_t n = (size_t)im->width * (size_t)im->height;
	memset(out, 0, sizeof *out);
	if (!range_of(im, &s.lo, &s.hi)) return tt_fail(err, TT_ERR_INPUT, "there is no scale bar: the image is flat");
	s.mask = malloc(n);
	s.label = malloc(n * sizeof *s.label);
	tt_status st = s.mask && s.label ? choose(&s, &best, err) : tt_fail_memory(err, "the search for a scale bar");
	if (st == TT_OK) measure(im, &best, out);
	free(s.mask);
	free(s.label);
	return st;
}
