/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/face.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "numeric/lsq.h"

/* HALF px on either side are compared; an edge is looked for NEAR px from where it was, and FAR px once it is lost. */
enum { HALF = 7, KEPT = HALF + 4, NEAR = 6, FAR = 48, WIDE = HALF + FAR + 1, PLACE = 6 };
static const double LEAST_ZNCC = 0.85; /* below, the edge does not look as it did */
static const double EXPLAINED = 3;     /* what is left of a fit, in noises: beyond, the picture has changed */
static const double WORST_U_PX = 0.25;

/* A profile along the axis and what is known of the place at which it was taken. */
typedef struct template
{
	double grey[2 * KEPT + 1], spline[2 * KEPT + 1]; /* values; coefficients of the cubic B-spline through them */
	double base, u; /* the feature's place from its middle, px; what is not known of that */
}
template;

struct tt_face {
	double at[2], axis[2];
	int half_lines;
	double noise_line; /* of a profile's sample */
	bool updates, has_newer, lost;
	template first, newer;
	double along, across; /* last known */
	/* sums over the frames: squares of a profile's steps from sample to sample, products of neighbouring steps,
	 * both without noise's share; of the place's variance by noise, px² */
	double steps, products, noise;
	size_t n;
};

/* Bilinear; NaN outside. */
static double sample(const tt_image *im, double x, double y)
{
	if (!(x >= 0 && y >= 0 && x <= im->width - 1 && y <= im->height - 1)) return NAN;
	int ix = (int)x, iy = (int)y, jx = ix + 1 < im->width ? ix + 1 : ix, jy = iy + 1 < im->height ? iy + 1 : iy;
	double fx = x - ix, fy = y - iy;
	return (1 - fy) * ((1 - fx) * tt_image_at(im, ix, iy) + fx * tt_image_at(im, jx, iy)) +
	       fy * ((1 - fx) * tt_image_at(im, ix, jy) + fx * tt_image_at(im, jx, jy));
}

/* 2 reach + 1 samples around `along` px from the first place, each the mean over the lines. NaN where it leaves the
 * frame. */
static void take(const tt_face *f, const tt_image *im, double along, double across, int reach, double *grey)
{
	for (int i = -reach; i <= reach; i++) {
		double sum = 0, s = along + i;
		for (int k = -f->half_lines; k <= f->half_lines; k++) {
			double n = across + k;
			sum += sample(im, f->at[0] + s * f->axis[0] - n * f->axis[1],
			              f->at[1] + s * f->axis[1] + n * f->axis[0]);
		}
		grey[i + reach] = sum / (2 * f->half_lines + 1);
	}
}

static bool known(const double *grey, int n)
{
	for (int i = 0; i < n; i++)
		if (!isfinite(grey[i])) return false;
	return true;
}

static double slope_at(const double *grey, int i)
{
	return 0.5 * (grey[i + 1] - grey[i - 1]);
}

/* Sum of squared slopes over the compared part, about sample `middle`; of what noise alone would leave, nothing. */
static double energy(const double *grey, int middle, double noise)
{
	double sum = 0;
	for (int i = -HALF; i <= HALF; i++)
		sum += slope_at(grey, middle + i) * slope_at(grey, middle + i);
	return fmax(0, sum - (2 * HALF + 1) * 0.5 * noise * noise);
}

/* Where the shift of a profile is measured, from sample `middle`: what strains about this place moves the fit of gain,
 * offset and shift as this place moves. Each sample counts by its slope and by what gain and offset leave of that;
 * `noise` of a sample alone counts nothing. NaN: nowhere. */
static double place_of(const double *grey, int middle, double noise)
{
	enum { N = 2 * HALF + 1 };
	double mean = 0, slope_mean = 0, square = 0, product = 0, sum = 0, moment = 0;
	for (int i = -HALF; i <= HALF; i++) {
		mean += grey[middle + i] / N;
		slope_mean += slope_at(grey, middle + i) / N;
	}
	for (int i = -HALF; i <= HALF; i++) {
		double v = grey[middle + i] - mean;
		square += v * v;
		product += v * slope_at(grey, middle + i);
	}
	for (int i = -HALF; i <= HALF; i++) {
		double g = slope_at(grey, middle + i);
		double weight =
		    g * (g - slope_mean - product / square * (grey[middle + i] - mean)) - 0.5 * noise * noise;
		sum += weight;
		moment += i * weight;
	}
	return sum > 0 && fabs(moment) < HALF * sum ? moment / sum : NAN;
}

/* Moves the first place to where the profile is steepest, and on to the middle of what is followed there. */
static bool centre(tt_face *f, const tt_image *first, double at[2])
{
	enum { REACH = PLACE + 2, TURNS = 3 };
	double grey[2 * KEPT + 1], most = -1, off = NAN;
	int best = 0;
	take(f, first, 0, 0, REACH, grey);
	for (int i = -PLACE; i <= PLACE; i++) {
		double g = fabs(slope_at(grey, i + REACH));
		if (isfinite(g) && g > most) most = g, best = i;
	}
	for (int turn = 0; turn < TURNS; turn++) {
		for (int k = 0; k < 2; k++)
			f->at[k] = rint((turn ? f->at[k] : at[k]) + best * f->axis[k]);
		take(f, first, 0, 0, KEPT, grey);
		off = known(grey, 2 * KEPT + 1) ? place_of(grey, KEPT, f->noise_line) : NAN;
		if (isnan(off)) return false;
		best = (int)rint(off);
		if (best == 0) break;
	}
	for (int k = 0; k < 2; k++)
		at[k] = f->at[k] + off * f->axis[k];
	return true;
}

/* Coefficients of the cubic B-spline through a template's values, mirrored at its ends (Unser, Aldroubi & Eden 1993,
 * IEEE Trans. Signal Process. 41, 834). A local cubic would be off by 0.015 px within a pixel on an edge blurred by
 * 0.7 px, this one by 0.004. */
static void prepare(template *t)
{
	enum { N = 2 * KEPT + 1 };
	const double z = sqrt(3) - 2;
	double power = 1, sum = 0, *c = t->spline;
	for (int i = 0; i < N; i++, power *= z)
		sum += t->grey[i] * power;
	c[0] = sum;
	for (int i = 1; i < N; i++)
		c[i] = t->grey[i] + z * c[i - 1];
	c[N - 1] = z / (z * z - 1) * (c[N - 1] + z * c[N - 2]);
	for (int i = N - 2; i >= 0; i--)
		c[i] = z * (c[i + 1] - c[i]);
	for (int i = 0; i < N; i++)
		c[i] *= 6;
}

tt_status tt_face_new(const tt_image *first, double at[2], const double axis[2], double half_across_px,
                      double noise_grey, bool updates, tt_face **out, tt_error *err)
{
	*out = NULL;
	tt_face *f = calloc(1, sizeof *f);
	if (!f) return tt_fail_memory(err, "the edges to follow");
	f->half_lines = half_across_px > 1 ? (int)half_across_px : 1;
	f->noise_line = fmax(noise_grey, 0.3) / sqrt(2 * f->half_lines + 1);
	f->updates = updates;
	f->lost = true; /* it may begin in the middle of a recording */
	double wanted[2] = {at[0], at[1]}, u = INFINITY;
	memcpy(f->axis, axis, sizeof f->axis);
	memcpy(f->at, at, sizeof f->at);
	if (centre(f, first, at)) {
		take(f, first, 0, 0, KEPT, f->first.grey);
		if (known(f->first.grey, 2 * KEPT + 1))
			u = f->noise_line / sqrt(energy(f->first.grey, KEPT, f->noise_line));
	}
	if (!(u <= WORST_U_PX)) {
		free(f);
		return tt_fail(err, TT_ERR_FAILED,
		               "no edge across the axis was found within %d px of [%.4g, %.4g] that could be followed "
		               "(its place would be known to %.2g px, expected %.2g or better)",
		               PLACE, wanted[0], wanted[1], u, WORST_U_PX);
	}
	prepare(&f->first);
	*out = f;
	return TT_OK;
}

void tt_face_free(tt_face *f)
{
	free(f);
}

/* ZNCC of a template with the wide profile at a whole shift. */
static double likeness(const double *kept, const double *wide, int middle)
{
	double sa = 0, sb = 0, aa = 0, bb = 0, ab = 0;
	const int n = 2 * HALF + 1;
	for (int i = -HALF; i <= HALF; i++) {
		double a = kept[i + KEPT], b = wide[i + middle];
		if (isnan(b)) return -1;
		sa += a, sb += b, aa += a * a, bb += b * b, ab += a * b;
	}
	double va = aa - sa * sa / n, vb = bb - sb * sb / n;
	return va > 0 && vb > 0 ? (ab - sa * sb / n) / sqrt(va * vb) : -1;
}

/* Value and slope of a template's spline at u. */
static void template_at(const template *t, double u, double *value, double *slope)
{
	int i = (int)floor(u);
	if (i < 1 - KEPT) i = 1 - KEPT;
	if (i > KEPT - 2) i = KEPT - 2;
	const double *c = &t->spline[i + KEPT];
	double f = u - i, g = 1 - f;
	*value = (g * g * g * c[-1] + (4 - 3 * f * f * (1 + g)) * c[0] + (4 - 3 * g * g * (1 + f)) * c[1] +
	          f * f * f * c[2]) /
	         6;
	*slope = 0.5 * (-g * g * c[-1] + (3 * f * f - 4 * f) * c[0] - (3 * g * g - 4 * g) * c[1] + f * f * c[2]);
}

/* Where a template was found. */
typedef struct finding {
	bool ok;
	double shift; /* px from the wide profile's middle */
	double u, zncc;
	double misfit; /* what is left of the fit, in units of both profiles' noise */
	double noise;  /* variance of the shift by both profiles' noise, px² */
} finding;

/* By gain, offset and shift (least squares, Gauss–Newton), from the whole shift at which it is most alike. */
static finding find(const tt_face *f, const template *t, const double *wide, int reach)
{
	finding r = {.ok = false, .zncc = -2};
	int best = 0;
	for (int k = -reach; k <= reach; k++) {
		double z = likeness(t->grey, wide, k + WIDE);
		if (z > r.zncc) r.zncc = z, best = k;
	}
	if (r.zncc < LEAST_ZNCC) return r;
	r.shift = best;
	for (int it = 0; it < 8; it++) {
		tt_lsq l;
		double x[3], q[3], rss, noise2 = 2 * f->noise_line * f->noise_line;
		tt_lsq_start(&l, 3);
		for (int i = -HALF; i <= HALF; i++) {
			double row[3] = {0, 1, 0};
			template_at(t, i + best - r.shift, &row[0], &row[2]);
			tt_lsq_add(&l, row, wide[i + best + WIDE], 1);
		}
		/* wide = gain kept(u − shift − dx) + offset: the third unknown is −gain dx */
		if (!tt_lsq_fit(&l, x, q, &rss) || !(x[0] > 0.2)) return r;
		double step = -x[2] / x[0], left2 = rss / (2 * HALF - 2);
		r.shift += fmax(-0.5, fmin(0.5, step));
		r.u = sqrt(fmax(left2, noise2) * q[2]) / x[0];
		r.misfit = sqrt(left2 / noise2);
		r.noise = noise2 * q[2] / (x[0] * x[0]);
		if (fabs(r.shift - best) > 1.5) return r;
		if (fabs(step) < 1e-3) break;
	}
	r.ok = true;
	return r;
}

/* A newer template at the whole pixel next to where the feature is. */
static void renew(tt_face *f, const tt_image *frame, double along, double u)
{
	template t = {.base = along - rint(along), .u = u};
	take(f, frame, rint(along), f->across, KEPT, t.grey);
	if (!known(t.grey, 2 * KEPT + 1)) return;
	prepare(&t);
	f->newer = t;
	f->has_newer = true;
}

/* What tt_face_slow_px needs of a frame: middle is the profile's sample next to the feature. */
static void count(tt_face *f, const double *middle, double noise)
{
	const double of_noise = f->noise_line * f->noise_line;
	for (int i = -HALF; i < HALF - 1; i++) {
		double step = middle[i + 1] - middle[i], next = middle[i + 2] - middle[i + 1];
		f->steps += step * step - 2 * of_noise;
		f->products += step * next + of_noise;
	}
	f->noise += noise;
	f->n++;
}

void tt_face_read(tt_face *f, const tt_image *frame, double along_px, double across_px, tt_face_reading *out)
{
	double wide[2 * WIDE + 1], from = rint(f->lost && !isnan(along_px) ? along_px : f->along);
	if (!isnan(across_px)) f->across = across_px;
	*out = (tt_face_reading){false, NAN, NAN, NAN};
	take(f, frame, from, f->across, WIDE, wide);
	const int reach = f->lost ? FAR : NEAR;
	const template *t = &f->first;
	finding r = find(f, t, wide, reach);
	if (f->has_newer && !(r.ok && r.misfit <= EXPLAINED)) {
		/* what has changed beside an edge pulls at it: a template that has seen the change is pulled less */
		finding newer = find(f, &f->newer, wide, reach);
		if (newer.ok && !(r.ok && r.misfit <= newer.misfit)) {
			t = &f->newer;
			r = newer;
		}
	}
	f->lost = !r.ok;
	if (!r.ok) return;
	/* what changes beside an edge pulls all templates the same way: errors add up, not their squares */
	*out = (tt_face_reading){true, from + r.shift + t->base, r.u + t->u, r.zncc};
	f->along = out->along_px;
	count(f, wide + WIDE + (int)rint(r.shift), r.noise);
	if (f->updates && r.misfit > EXPLAINED) renew(f, frame, out->along_px, out->u_px);
}

double tt_face_slow_px(const tt_face *f)
{
	/* A profile that is narrow against the pixels is not what a spline makes of its samples, and its place is off
	 * by a part of a pixel, with the pixel's period. Over steps and lines blurred by a Gaussian of 0.2 to 0.7 px,
	 * from every place within the pixel to every other, the standard deviation was at most 0.19 exp(-8.8 blur²). */
	static const double SHARP_PX = 0.19, FADES = 8.8;
	/* A template's noise moves all frames alike, which is no strain; what of it changes within a pixel was 0.25 to
	 * 0.6 of it. */
	static const double CHANGES = 0.5;
	if (f->n == 0) return NAN;
	/* Steps are means of the slope over a pixel. Those of a Gaussian of variance v are correlated by exp(-1/(4 v))
	 * on average over its places within the pixel; a twelfth of v is the mean's. */
	double alike = f->steps > 0 ? f->products / f->steps : 0;
	double blur2 = alike > 0 ? fmax(0, -0.25 / log(fmin(alike, 0.999)) - 1.0 / 12) : 0;
	double own = sqrt(0.5 * f->noise / (double)f->n);
	return hypot(SHARP_PX * exp(-FADES * blur2), CHANGES * own);
}
