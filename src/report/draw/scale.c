/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/draw/scale.h"
#include "numeric/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Which old samples make a new one, and with which weights. */
typedef struct taps {
	int n, most;
	int *first, *count;
	float *weight; /* n × most */
} taps;

struct tt_scaler {
	int width, height;
	taps x, y;
	float *row;    /* one row of sums, old width, and room for the last pixel's taps */
	float *across; /* the same, new width */
};

/* ---- grey levels ---- */

void tt_grey_limits(const tt_image *im, double *black, double *white)
{
	enum { MOST = 40000 };
	static const double part = 0.001;
	size_t all = (size_t)im->width * (size_t)im->height, n = 0;
	size_t step = all / MOST + 1;
	float *v = malloc((all / step + 1) * sizeof *v);
	*black = 0;
	*white = 255;
	if (!v) return;
	for (size_t i = 0; i < all; i += step) {
		double x = tt_image_at(im, (int)(i % (size_t)im->width), (int)(i / (size_t)im->width));
		if (isfinite(x)) v[n++] = (float)x;
	}
	if (n > 10) {
		double lo = (double)tt_nth_smallest(v, n, (size_t)(part * (double)(n - 1))),
		       hi = (double)tt_nth_smallest(v, n, (size_t)((1 - part) * (double)(n - 1)));
		double margin = fmax(0.1 * (hi - lo), 0.5);
		*black = lo - margin;
		*white = hi + margin;
	}
	free(v);
}

/* ---- size ---- */

static void taps_clear(taps *t)
{
	free(t->first);
	free(t->count);
	free(t->weight);
}

/* New pixel i covers scale × (i … i + 1) of the old ones; larger pictures interpolate between centres. */
static bool taps_make(int old_n, int new_n, taps *t)
{
	double scale = (double)old_n / new_n;
	t->n = new_n;
	t->most = scale > 1 ? (int)ceil(scale) + 1 : 2;
	t->first = malloc((size_t)new_n * sizeof *t->first);
	t->count = malloc((size_t)new_n * sizeof *t->count);
	t->weight = calloc((size_t)new_n * (size_t)t->most, sizeof *t->weight);
	if (!t->first || !t->count || !t->weight) return false;
	for (int i = 0; i < new_n; i++) {
		double middle = (i + 0.5) * scale, reach = fmax(scale, 1) / 2, sum = 0;
		double lo = fmax(0, middle - reach), hi = fmin(old_n, middle + reach);
		float *w = t->weight + (ptrdiff_t)i * t->most;
		t->first[i] = (int)lo;
		t->count[i] = 0;
		for (int k = (int)lo; k < hi && t->count[i] < t->most; k++) {
			double part = fmin(hi, k + 1) - fmax(lo, k);
			w[t->count[i]++] = (float)part;
			sum += part;
		}
		for (int k = 0; k < t->count[i]; k++)
			w[k] = (float)((double)w[k] / sum);
	}
	return true;
}

tt_status tt_scaler_new(int width, int height, int new_width, int new_height, tt_scaler **out, tt_error *err)
{
	tt_scaler *s = calloc(1, sizeof *s);
	*out = NULL;
	if (s) {
		s->width = width;
		s->height = height;
		s->row = calloc((size_t)width + (size_t)width / (size_t)new_width + 4, sizeof *s->row);
		s->across = malloc((size_t)new_width * sizeof *s->across);
	}
	if (!s || !s->row || !s->across || !taps_make(width, new_width, &s->x) ||
	    !taps_make(height, new_height, &s->y)) {
		tt_scaler_free(s);
		return tt_fail_memory(err, "a smaller picture");
	}
	*out = s;
	return TT_OK;
}

void tt_scaler_free(tt_scaler *s)
{
	if (!s) return;
	taps_clear(&s->x);
	taps_clear(&s->y);
	free(s->row);
	free(s->across);
	free(s);
}

#define ADD_ROW(type)                                                                                                  \
	do {                                                                                                           \
		const type *p = (const type *)from;                                                                    \
		for (int x = 0; x < n; x++)                                                                            \
			sum[x] += weight * (float)p[x];                                                                \
	} while (0)

static void add_row(const void *from, tt_pixel type, int n, float weight, float *restrict sum)
{
	if (type == TT_U8)
		ADD_ROW(uint8_t);
	else if (type == TT_U16)
		ADD_ROW(uint16_t);
	else
		ADD_ROW(float);
}

static void copy_levels(const tt_image *im, float gain, float black, uint8_t *out, ptrdiff_t stride)
{
	uint8_t table[256];
	for (int i = 0; i < 256; i++)
		table[i] = (uint8_t)(fminf(fmaxf(((float)i - black) * gain, 0), 255) + 0.5f);
	for (int y = 0; y < im->height; y++) {
		const uint8_t *p = (const uint8_t *)im->data + y * im->stride;
		for (int x = 0; x < im->width; x++)
			out[y * stride + x] = table[p[x]];
	}
}

/* Weights beyond a pixel's taps are zero, so that the number of terms may be the same for all. */
#define SUM_TAPS(terms)                                                                                                \
	for (int x = 0; x < t->n; x++) {                                                                               \
		const float *w = t->weight + (ptrdiff_t)x * t->most, *p = row + t->first[x];                           \
		float sum = 0;                                                                                         \
		for (int k = 0; k < (terms); k++)                                                                      \
			sum += w[k] * p[k];                                                                            \
		out[x] = sum;                                                                                          \
	}

static void sum_across(const taps *t, const float *restrict row, float *restrict out)
{
	switch (t->most) {
	case 2: SUM_TAPS(2); break;
	case 3: SUM_TAPS(3); break;
	case 4: SUM_TAPS(4); break;
	case 5: SUM_TAPS(5); break;
	case 6: SUM_TAPS(6); break;
	default: SUM_TAPS(t->most); break;
	}
}

/* A NaN compares false and becomes black. */
static void to_bytes(const float *restrict v, int n, float gain, float dark, uint8_t *restrict out)
{
	for (int x = 0; x < n; x++) {
		float g = (v[x] - dark) * gain;
		g = g > 0 ? g : 0;
		g = g < 255 ? g : 255;
		out[x] = (uint8_t)(int)(g + 0.5f);
	}
}

void tt_scale(tt_scaler *s, const tt_image *im, double black, double white, uint8_t *out, ptrdiff_t stride)
{
	float gain = (float)(255 / (white - black)), dark = (float)black;
	if (im->type == TT_U8 && s->x.n == s->width && s->y.n == s->height) {
		copy_levels(im, gain, dark, out, stride);
		return;
	}
	for (int y = 0; y < s->y.n; y++) {
		memset(s->row, 0, (size_t)s->width * sizeof *s->row);
		for (int k = 0; k < s->y.count[y]; k++)
			add_row((const char *)im->data + (s->y.first[y] + k) * im->stride, im->type, s->width,
			        s->y.weight[(ptrdiff_t)y * s->y.most + k], s->row);
		sum_across(&s->x, s->row, s->across);
		to_bytes(s->across, s->x.n, gain, dark, out + y * stride);
	}
}
