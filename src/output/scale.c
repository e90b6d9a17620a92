/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/scale.h"

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
	float *row; /* one row of sums, old width */
};

/* ---- grey levels ---- */

static int by_value(const void *a, const void *b)
{
	float p = *(const float *)a, q = *(const float *)b;
	return (p > q) - (p < q);
}

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
		qsort(v, n, sizeof *v, by_value);
		double lo = (double)v[(size_t)(part * (double)(n - 1))], hi = (double)v[(size_t)((1 - part) * (double)(n - 1))];
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
		s->row = malloc((size_t)width * sizeof *s->row);
	}
	if (!s || !s->row || !taps_make(width, new_width, &s->x) || !taps_make(height, new_height, &s->y)) {
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
	free(s);
}

#define ADD_ROW(type) \
	do { \
		const type *p = (const type *)from; \
		for (int x = 0; x < n; x++) \
			sum[x] += weight * (float)p[x]; \
	} while (0)

static void add_row(const void *from, tt_pixel type, int n, float weight, float *sum)
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
		for (int x = 0; x < s->x.n; x++) {
			const float *w = s->x.weight + (ptrdiff_t)x * s->x.most, *p = s->row + s->x.first[x];
			float sum = 0;
			for (int k = 0; k < s->x.count[x]; k++)
				sum += w[k] * p[k];
			float v = (sum - dark) * gain;
			out[y * stride + x] = (uint8_t)((v > 0 ? v < 255 ? v : 255 : 0) + 0.5f);
		}
	}
}
