/* Places for names inside a figure, where they touch nothing.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_DRAW_LABEL_PLACE_H
#define TT_REPORT_DRAW_LABEL_PLACE_H

#include <stdbool.h>
#include <stddef.h>

/* The plotting area in mm, its axes, and what is drawn on it as places a fraction of a mm apart. */
typedef struct tt_label_map {
	double width_mm, height_mm;
	double x_lo, x_hi, y_lo, y_hi;
	bool x_log;
	double *xy; /* n pairs, mm from the lower left corner */
	size_t n, capacity;
	struct tt_label_box {
		double left, right, low, high;
	} * box;
	size_t boxes, room;
	bool failed; /* no memory */
} tt_label_map;

/* A line between two places of the data that labels must not cover; one place twice: a symbol. */
void tt_label_avoid(tt_label_map *m, double x0, double y0, double x1, double y1);
/* A rectangle (fractions of the area) that labels must not cover: a key. */
void tt_label_reserve(tt_label_map *m, double left, double low, double right, double high);
/* Whether nothing to avoid lies in such a rectangle. */
bool tt_label_is_free(const tt_label_map *m, double left, double low, double right, double high);
/* Finds room for a text near x, y (data). On success *at are data coordinates of its left end's middle, for
 * tt_figure_text with align -1, and the room is taken. */
bool tt_label_place(tt_label_map *m, double x, double y, const char *text, double at[2]);
void tt_label_map_clear(tt_label_map *m);

#endif
