/* Regions of interest and grids of points.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/reference.h"
#include "numeric/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static tt_rect within(tt_rect r, int width, int height)
{
	if (r.width <= 0 || r.height <= 0) return (tt_rect){0, 0, width, height};
	int x1 = r.x + r.width < width ? r.x + r.width : width, y1 = r.y + r.height < height ? r.y + r.height : height;
	int x0 = r.x > 0 ? r.x : 0, y0 = r.y > 0 ? r.y : 0;
	return (tt_rect){x0, y0, x1 > x0 ? x1 - x0 : 0, y1 > y0 ? y1 - y0 : 0};
}

tt_status tt_dic_roi_mask(int width, int height, tt_rect roi, const double *polygon, size_t vertices,
                          const tt_image *mask, uint8_t *out, tt_error *err)
{
	if (mask && (mask->width != width || mask->height != height))
		return tt_fail(err, TT_ERR_INPUT, "the mask has %d × %d pixels, expected the image's %d × %d",
		               mask->width, mask->height, width, height);
	if (vertices && vertices < 3)
		return tt_fail(err, TT_ERR_USAGE, "the region's polygon has %zu corners, expected at least 3",
		               vertices);
	double *cross = malloc((vertices + 1) * sizeof *cross);
	if (!cross) return tt_fail_memory(err, "the region");
	tt_rect r = within(roi, width, height);
	size_t set = 0;
	for (int y = 0; y < height; y++) {
		uint8_t *row = out + (size_t)y * (size_t)width;
		memset(row, 0, (size_t)width);
		if (y < r.y || y >= r.y + r.height) continue;
		if (!vertices) memset(row + r.x, 255, (size_t)r.width);
		/* even–odd rule at the pixels' centres */
		size_t n = 0;
		for (size_t k = 0; k < vertices; k++) {
			const double *a = polygon + 2 * k, *b = polygon + 2 * ((k + 1) % vertices);
			if ((a[1] <= y) != (b[1] <= y)) cross[n++] = a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]);
		}
		tt_sort(cross, n);
		for (size_t k = 0; k + 1 < n; k += 2)
			for (int x = (int)fmax(r.x, ceil(cross[k])); x <= cross[k + 1] && x < r.x + r.width; x++)
				row[x] = 255;
		for (int x = 0; x < width; x++) {
			if (mask && tt_image_at(mask, x, y) == 0) row[x] = 0;
			set += row[x] != 0;
		}
	}
	free(cross);
	if (!set)
		return tt_fail(err, TT_ERR_INPUT, "the region of interest holds no pixel of the %d × %d image", width,
		               height);
	return TT_OK;
}

/* Valid pixels above and left of each pixel, exclusive: (w + 1) × (h + 1). */
static uint32_t *count_valid(int w, int h, tt_rect r, const tt_image *mask)
{
	size_t stride = (size_t)w + 1;
	uint32_t *sum = calloc(stride * ((size_t)h + 1), sizeof *sum);
	if (!sum) return NULL;
	for (int y = 0; y < h; y++) {
		uint32_t row = 0;
		for (int x = 0; x < w; x++) {
			bool in = x >= r.x && y >= r.y && x < r.x + r.width && y < r.y + r.height;
			row += in && (!mask || tt_image_at(mask, x, y) != 0);
			sum[((size_t)y + 1) * stride + (size_t)x + 1] = sum[(size_t)y * stride + (size_t)x + 1] + row;
		}
	}
	return sum;
}

static uint32_t count_in(const uint32_t *sum, int w, int h, int x0, int y0, int x1, int y1)
{
	size_t stride = (size_t)w + 1;
	size_t a = (size_t)(x0 > 0 ? x0 : 0), b = (size_t)(y0 > 0 ? y0 : 0);
	size_t c = (size_t)(x1 < w ? x1 : w), d = (size_t)(y1 < h ? y1 : h);
	return sum[d * stride + c] - sum[b * stride + c] - sum[d * stride + a] + sum[b * stride + a];
}

tt_status tt_dic_grid(int width, int height, tt_rect roi, const tt_image *mask, int step_px,
                      const tt_dic_options *options, tt_dic_point **points, size_t *n, tt_error *err)
{
	*points = NULL;
	*n = 0;
	tt_status st = tt_dic_check_options(options, err);
	if (st) return st;
	if (step_px < 1) return tt_fail(err, TT_ERR_USAGE, "the grid's step is %d px, expected 1 or more", step_px);
	if (mask && (mask->width != width || mask->height != height))
		return tt_fail(err, TT_ERR_USAGE, "the mask has %d × %d pixels, expected %d × %d", mask->width,
		               mask->height, width, height);
	tt_rect r = within(roi, width, height);
	int side = options->subset_px, half = side / 2;
	uint32_t *sum = count_valid(width, height, r, mask);
	/* the first subset lies wholly inside the region; the grid goes on to both sides as far as enough of one does
	 */
	int first_x = r.x + half % step_px, first_y = r.y + half % step_px;
	size_t nx = (size_t)(r.width / step_px) + 1, ny = (size_t)(r.height / step_px) + 1;
	tt_dic_point *p = calloc(nx * ny, sizeof *p);
	if (!p || !sum) {
		free(p);
		free(sum);
		return tt_fail_memory(err, "the grid");
	}
	double least = options->min_valid_fraction * side * side;
	for (int y = first_y; y < r.y + r.height; y += step_px)
		for (int x = first_x; x < r.x + r.width; x += step_px) {
			if (mask && tt_image_at(mask, x, y) == 0) continue;
			if (count_in(sum, width, height, x - half, y - half, x + half + 1, y + half + 1) < least)
				continue;
			p[*n].x = x;
			p[(*n)++].y = y;
		}
	free(sum);
	if (!*n) {
		free(p);
		return tt_fail(err, TT_ERR_INPUT, "no subset of %d px lies in the region of interest to at least %g %%",
		               side, 100 * options->min_valid_fraction);
	}
	*points = p;
	return TT_OK;
}
