/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/draw/scale_bar.h"

#include <math.h>

#include "core/text.h"
#include "report/draw/ground.h"

double tt_scale_bar_length(double most_m, char *text, size_t size)
{
	static const struct {
		double unit;
		const char *name;
	} units[] = {{1e-3, "mm"}, {1e-6, "µm"}, {1e-9, "nm"}, {1e-12, "pm"}};
	double decade = pow(10, floor(log10(most_m))), part = most_m / decade * (1 + 1e-12);
	double length = decade * (part >= 5 ? 5 : part >= 2 ? 2 : 1);
	size_t i = 0;
	while (i < 3 && length < units[i].unit * (1 - 1e-9))
		i++;
	tt_snprintf(text, size, "%.0f %s", length / units[i].unit, units[i].name);
	return length;
}

tt_bar_corner tt_scale_bar_corner(const tt_image *im, tt_rect shown, double width, double height, tt_bar_corner wanted,
                                  bool middle, double *raise)
{
	enum { PLACES = 6 };
	/* Captions stand in the upper left corner. */
	const int corner[5] = {(int)wanted, (int)wanted ^ 1, TT_BAR_TOP_RIGHT, TT_BAR_TOP_LEFT, TT_BAR_BOTTOM_MIDDLE};
	int w = (int)ceil(width), h = (int)ceil(height), n = raise ? PLACES : middle ? 5 : 4;
	tt_rect place[PLACES];
	for (int i = 0; i < n; i++) {
		int at = raise ? corner[i & 1] : corner[i], higher = raise ? i / 2 * h : 0;
		int right = shown.x + shown.width - w;
		place[i] = (tt_rect){at == TT_BAR_BOTTOM_MIDDLE ? (shown.x + right) / 2
		                     : at & 1                   ? right
		                                                : shown.x,
		                     at & 2 ? shown.y : shown.y + shown.height - h - higher, w, h};
	}
	int best = (int)tt_ground_clear(im, place, (size_t)n);
	if (raise) *raise = best / 2 * h;
	return (tt_bar_corner)corner[raise ? best & 1 : best];
}
