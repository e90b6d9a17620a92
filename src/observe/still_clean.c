/* The picture without what stands still in it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "observe/still.h"

void tt_still_clear(tt_still *s)
{
	free(s->gain);
	free(s->bad);
	free(s->covered);
	memset(s, 0, sizeof *s);
}

bool tt_still_touches(const tt_still *s, double x, double y, int side)
{
	if (!s || !s->covered || isnan(x) || isnan(y)) return false;
	double half = 0.5 * side;
	int w = s->box.width, h = s->box.height, x0 = (int)floor(x - half) - s->box.x,
	    x1 = (int)ceil(x + half) + 1 - s->box.x, y0 = (int)floor(y - half) - s->box.y,
	    y1 = (int)ceil(y + half) + 1 - s->box.y;
	x0 = x0 < 0 ? 0 : x0 > w ? w : x0;
	x1 = x1 < 0 ? 0 : x1 > w ? w : x1;
	y0 = y0 < 0 ? 0 : y0 > h ? h : y0;
	y1 = y1 < 0 ? 0 : y1 > h ? h : y1;
	const uint32_t *c = s->covered;
	size_t stride = (size_t)w + 1;
	return c[(size_t)y1 * stride + (size_t)x1] + c[(size_t)y0 * stride + (size_t)x0] -
	           c[(size_t)y0 * stride + (size_t)x1] - c[(size_t)y1 * stride + (size_t)x0] >
	       0;
}

/* Mean of the nearest sound pixels to the four sides, the nearer the heavier. */
static float mended(const tt_still *s, const float *image, int width, int x, int y)
{
	enum { REACH = 12 };
	static const int way[4][2] = {{-1, 0}, {1, 0}, {0, -1}, {0, 1}};
	double sum = 0, weight = 0;
	for (int k = 0; k < 4; k++)
		for (int i = 1; i <= REACH; i++) {
			int bx = x + i * way[k][0], by = y + i * way[k][1];
			if (bx < 0 || by < 0 || bx >= s->box.width || by >= s->box.height) break;
			if (s->bad[by * s->box.width + bx]) continue;
			double w = 1.0 / (i * i);
			sum += w * (double)image[(size_t)(by + s->box.y) * (size_t)width + (size_t)(bx + s->box.x)];
			weight += w;
			break;
		}
	return weight > 0 ? (float)(sum / weight)
	                  : image[(size_t)(y + s->box.y) * (size_t)width + (size_t)(x + s->box.x)];
}

tt_status tt_still_clean(const tt_still *s, const tt_image *frame, tt_image *out, float **room, tt_error *err)
{
	size_t w = (size_t)frame->width, h = (size_t)frame->height;
	if (!*room) *room = malloc((w * h + 1) * sizeof **room);
	if (!*room) return tt_fail_memory(err, "a picture without what stands still");
	float *to = *room;
	for (size_t y = 0; y < h; y++)
		for (size_t x = 0; x < w; x++)
			to[y * w + x] = (float)tt_image_at(frame, (int)x, (int)y);
	for (int y = 0; y < s->box.height; y++) {
		float *row = to + (size_t)(y + s->box.y) * w + s->box.x;
		const float *gain = s->gain + (size_t)y * (size_t)s->box.width;
		for (int x = 0; x < s->box.width; x++)
			row[x] /= 1 + gain[x];
	}
	for (int y = 0; y < s->box.height && s->defects; y++)
		for (int x = 0; x < s->box.width; x++)
			if (s->bad[y * s->box.width + x] == 1)
				to[(size_t)(y + s->box.y) * w + (size_t)(x + s->box.x)] =
				    mended(s, to, frame->width, x, y);
	*out = (tt_image){to, (ptrdiff_t)(w * sizeof *to), frame->width, frame->height, TT_F32};
	return TT_OK;
}
