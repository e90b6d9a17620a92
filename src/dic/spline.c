/* B-spline coefficients tile by tile. Each tile is filtered on its own from the pixels around it, with a margin
 * after which the truncated recursion's error is below 2e-9 of the signal, less than single precision resolves. So
 * a coefficient does not depend on which other tiles were asked for, nor on the number of threads.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/spline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGN_FLOATS = 16, RIGHT_SLACK = 64 };

typedef struct poles {
	int n;
	float z[2];
	int horizon[2]; /* |z|^horizon < 1e-9 */
	int margin;
	float gain; /* of all poles, one dimension */
} poles;

/* Unser 1999, table 1. */
static poles poles_of(int degree)
{
	if (degree == TT_BSPLINE_CUBIC) return (poles){1, {-0.26794919243112270647f, 0}, {16, 0}, 16, 6};
	return (poles){2, {-0.43057534709997379f, -0.043096288203264654f}, {25, 7}, 24, 120};
}

float *tt_gauss_taps(double sigma, int *n)
{
	int r = (int)ceil(4 * sigma);
	float *t = malloc(sizeof *t * (size_t)(2 * r + 1));
	if (!t) return NULL;
	double sum = 0;
	for (int i = -r; i <= r; i++)
		sum += exp(-0.5 * i * i / (sigma * sigma));
	for (int i = -r; i <= r; i++)
		t[i + r] = (float)(exp(-0.5 * i * i / (sigma * sigma)) / sum);
	*n = 2 * r + 1;
	return t;
}

static size_t round_up(size_t n, size_t to)
{
	return (n + to - 1) / to * to;
}

static int tile_count(int n)
{
	return n < 2 * TT_SPLINE_TILE ? 1 : n / TT_SPLINE_TILE;
}

tt_status tt_spline_init(tt_spline *s, int width, int height, int degree, double sigma, int workers,
                         const tt_kernels *kernels, tt_error *err)
{
	memset(s, 0, sizeof *s);
	s->width = width;
	s->height = height;
	s->degree = degree;
	s->sigma = sigma;
	s->kernels = kernels;
	s->tiles_x = tile_count(width);
	s->tiles_y = tile_count(height);
	if (sigma > 0) {
		s->blur = tt_gauss_taps(sigma, &s->blur_taps);
		if (!s->blur) return tt_fail_memory(err, "the prefilter");
	}
	/* The pad left of column 0 is a whole number of vectors; the rows' length is no power of two, so that a
	 * subset's rows do not fall into one set of the cache. */
	size_t left = ALIGN_FLOATS, tiles = (size_t)s->tiles_x * (size_t)s->tiles_y;
	size_t stride = round_up(left + (size_t)width + RIGHT_SLACK, ALIGN_FLOATS);
	if (stride % 64 == 0) stride += ALIGN_FLOATS;
	size_t rows = (size_t)height + 2 * TT_SPLINE_PAD;
	s->stride = (ptrdiff_t)stride;
	/* Zero at first: kernels also read coefficients that no tile has given yet, with a weight of 0, and 0 times
	 * what memory happens to hold may be NaN. Pages that no tile touches stay free. */
	s->data = calloc(stride * rows + ALIGN_FLOATS, sizeof(float));
	s->state = calloc(tiles, 1);
	s->queue = malloc(tiles * sizeof *s->queue);
	/* a tile with its margins and blur, once more for the blur, and one strip of rows */
	size_t side = round_up(2 * TT_SPLINE_TILE + 2 * (size_t)poles_of(degree).margin + (size_t)s->blur_taps, 16);
	s->scratch_each = side * side * (s->blur ? 2 : 1) + 16 * side;
	s->scratch = aligned_alloc(64, s->scratch_each * (size_t)workers * sizeof(float));
	if (!s->data || !s->state || !s->queue || !s->scratch) {
		tt_spline_free(s);
		return tt_fail_memory(err, "the spline coefficients");
	}
	float *aligned = s->data + (-(uintptr_t)s->data / sizeof(float)) % ALIGN_FLOATS;
	s->origin = aligned + (ptrdiff_t)TT_SPLINE_PAD * s->stride + left;
	return TT_OK;
}

void tt_spline_free(tt_spline *s)
{
	free(s->data);
	free(s->state);
	free(s->queue);
	free(s->scratch);
	free(s->blur);
	memset(s, 0, sizeof *s);
}

void tt_spline_begin(tt_spline *s, const tt_image *image, float offset)
{
	s->image = image;
	s->offset = offset;
	s->queued = 0;
	memset(s->state, 0, (size_t)s->tiles_x * (size_t)s->tiles_y);
}

static int tile_of(double x, int count)
{
	if (!(x > 0)) return 0;
	if (x > 1e9) return count - 1;
	int t = (int)x / TT_SPLINE_TILE;
	return t < count ? t : count - 1;
}

typedef struct tile_box {
	int x0, y0, x1, y1;
} tile_box;

static tile_box tiles_under(const tt_spline *s, double x0, double y0, double x1, double y1)
{
	int below = s->degree / 2, above = s->degree / 2 + 1;
	return (tile_box){tile_of(x0 - below, s->tiles_x), tile_of(y0 - below, s->tiles_y),
	                  tile_of(x1 + above, s->tiles_x), tile_of(y1 + above, s->tiles_y)};
}

bool tt_spline_has(const tt_spline *s, double x0, double y0, double x1, double y1)
{
	tile_box b = tiles_under(s, x0, y0, x1, y1);
	for (int y = b.y0; y <= b.y1; y++)
		for (int x = b.x0; x <= b.x1; x++)
			if (s->state[y * s->tiles_x + x] != 2) return false;
	return true;
}

void tt_spline_want(tt_spline *s, double x0, double y0, double x1, double y1)
{
	tile_box b = tiles_under(s, x0, y0, x1, y1);
	for (int y = b.y0; y <= b.y1; y++)
		for (int x = b.x0; x <= b.x1; x++) {
			size_t t = (size_t)y * (size_t)s->tiles_x + (size_t)x;
			if (s->state[t]) continue;
			s->state[t] = 1;
			s->queue[s->queued++] = (uint32_t)t;
		}
}

static int mirrored(int i, int n)
{
	if (n == 1) return 0;
	int m = abs(i) % (2 * n - 2);
	return m < n ? m : 2 * n - 2 - m;
}

static const void *image_row(const tt_image *im, int x, int y)
{
	return (const char *)im->data + (ptrdiff_t)y * im->stride + (ptrdiff_t)(tt_pixel_size(im->type) * (size_t)x);
}

/* One row of w pixels from x0 on, mirrored beyond the image's edges. */
static void load_mirrored(const tt_spline *s, int x0, int y, int w, float gain, float *out)
{
	const tt_image *im = s->image;
	int first = x0 < 0 ? -x0 : 0, last = x0 + w > s->width ? s->width - x0 : w;
	const void *row = image_row(im, x0 + first, mirrored(y, s->height));
	s->kernels->load_row(row, im->type, last - first, s->offset, gain, out + first);
	row = image_row(im, 0, mirrored(y, s->height));
	for (int i = 0; i < first; i++)
		s->kernels->load_row((const char *)row + tt_pixel_size(im->type) * (size_t)mirrored(x0 + i, s->width),
		                     im->type, 1, s->offset, gain, out + i);
	for (int i = last; i < w; i++)
		s->kernels->load_row((const char *)row + tt_pixel_size(im->type) * (size_t)mirrored(x0 + i, s->width),
		                     im->type, 1, s->offset, gain, out + i);
}

/* Pixels x0 … x0 + w - 1 by y0 … (inside the image), blurred if asked, into rows of `stride`. */
static void load_block(const tt_spline *s, int x0, int y0, int w, int h, float gain, float *a, ptrdiff_t stride,
                       float *second)
{
	if (!s->blur) {
		for (int y = 0; y < h; y++)
			load_mirrored(s, x0, y0 + y, w, gain, a + y * stride);
		return;
	}
	int r = s->blur_taps / 2;
	for (int y = 0; y < h + 2 * r; y++) {
		float *line = second + y * stride;
		load_mirrored(s, x0 - r, y0 - r + y, w + 2 * r, gain, a);
		s->kernels->fir_row(a, w, s->blur, s->blur_taps, line);
	}
	for (int y = 0; y < h; y++)
		s->kernels->fir_column(second + y * stride, stride, w, s->blur, s->blur_taps, a + y * stride);
}

static void fill_tile(const tt_spline *s, uint32_t tile, float *scratch)
{
	poles p = poles_of(s->degree);
	int tx = (int)tile % s->tiles_x, ty = (int)tile / s->tiles_x;
	/* the tile, and the part with margins that it is made from */
	int x0 = tx * TT_SPLINE_TILE, x1 = tx == s->tiles_x - 1 ? s->width : x0 + TT_SPLINE_TILE;
	int y0 = ty * TT_SPLINE_TILE, y1 = ty == s->tiles_y - 1 ? s->height : y0 + TT_SPLINE_TILE;
	int ax0 = x0 > p.margin ? x0 - p.margin : 0, ax1 = x1 + p.margin < s->width ? x1 + p.margin : s->width;
	int ay0 = y0 > p.margin ? y0 - p.margin : 0, ay1 = y1 + p.margin < s->height ? y1 + p.margin : s->height;
	int w = ax1 - ax0, h = ay1 - ay0;
	ptrdiff_t stride = (ptrdiff_t)round_up((size_t)(w + s->blur_taps), ALIGN_FLOATS);
	float *strip = scratch, *a = strip + 16 * round_up(2 * TT_SPLINE_TILE + 2 * (size_t)p.margin, 16);
	float *second = a + (size_t)stride * round_up((size_t)h, 16);
	load_block(s, ax0, ay0, w, h, p.gain * p.gain, a, stride, second);
	for (int k = 0; k < p.n; k++) {
		s->kernels->pole_columns(a, w, h, stride, p.z[k], p.horizon[k]);
		s->kernels->pole_rows(a, w, h, stride, p.z[k], p.horizon[k], strip);
	}
	/* edge tiles also write the mirrored pad */
	int ox0 = x0 == 0 ? -TT_SPLINE_PAD : x0, ox1 = x1 == s->width ? x1 + TT_SPLINE_PAD : x1;
	int oy0 = y0 == 0 ? -TT_SPLINE_PAD : y0, oy1 = y1 == s->height ? y1 + TT_SPLINE_PAD : y1;
	for (int y = oy0; y < oy1; y++) {
		const float *in = a + (mirrored(y, s->height) - ay0) * stride - ax0;
		float *out = s->origin + (ptrdiff_t)y * s->stride;
		for (int x = ox0; x < x0; x++)
			out[x] = in[mirrored(x, s->width)];
		memcpy(out + x0, in + x0, sizeof(float) * (size_t)(x1 - x0));
		for (int x = x1; x < ox1; x++)
			out[x] = in[mirrored(x, s->width)];
	}
}

static void fill_tiles(void *ctx, int worker, size_t first, size_t last)
{
	const tt_spline *s = ctx;
	float *scratch = s->scratch + (size_t)worker * s->scratch_each;
	for (size_t i = first; i < last; i++)
		fill_tile(s, s->queue[i], scratch);
}

void tt_spline_fill(tt_spline *s, tt_pool *pool)
{
	if (!s->queued) return;
	tt_pool_for(pool, s->queued, 4, fill_tiles, s);
	for (size_t i = 0; i < s->queued; i++)
		s->state[s->queue[i]] = 2;
	s->queued = 0;
}
