/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/draw/label_place.h"

#include <math.h>
#include <stdlib.h>

#include "core/text.h"

/* Of a letter and a line in the figures' type, and what stays free around them. */
static const double letter_mm = 1.35, line_mm = 2.7, free_mm = 0.5, step_mm = 0.4;

static double to_mm(double v, double lo, double hi, bool log_axis, double mm)
{
	return log_axis ? log(v / lo) / log(hi / lo) * mm : (v - lo) / (hi - lo) * mm;
}

static double from_mm(double v, double lo, double hi, bool log_axis, double mm)
{
	return log_axis ? lo * exp(v / mm * log(hi / lo)) : lo + v / mm * (hi - lo);
}

static void add(tt_label_map *m, double x, double y)
{
	double *grown = m->failed ? NULL : tt_grow(m->xy, &m->capacity, 2 * m->n + 2, sizeof *grown);
	if (!grown) {
		m->failed = true;
		return;
	}
	m->xy = grown;
	m->xy[2 * m->n] = x;
	m->xy[2 * m->n++ + 1] = y;
}

void tt_label_avoid(tt_label_map *m, double x0, double y0, double x1, double y1)
{
	double ax = to_mm(x0, m->x_lo, m->x_hi, m->x_log, m->width_mm),
	       ay = to_mm(y0, m->y_lo, m->y_hi, false, m->height_mm);
	double bx = to_mm(x1, m->x_lo, m->x_hi, m->x_log, m->width_mm),
	       by = to_mm(y1, m->y_lo, m->y_hi, false, m->height_mm);
	double length = hypot(bx - ax, by - ay);
	if (!isfinite(length) || length > 1e4) return;
	int steps = 1 + (int)(length / step_mm);
	for (int i = 0; i <= steps; i++)
		add(m, ax + (bx - ax) * i / steps, ay + (by - ay) * i / steps);
}

static bool add_box(tt_label_map *m, struct tt_label_box b)
{
	struct tt_label_box *grown = tt_grow(m->box, &m->room, m->boxes + 1, sizeof *grown);
	if (!grown) return false;
	m->box = grown;
	m->box[m->boxes++] = b;
	return true;
}

void tt_label_reserve(tt_label_map *m, double left, double low, double right, double high)
{
	add_box(
	    m, (struct tt_label_box){left * m->width_mm, right * m->width_mm, low * m->height_mm, high * m->height_mm});
}

static bool is_free(const tt_label_map *m, const struct tt_label_box *b)
{
	if (b->left < free_mm || b->right > m->width_mm - free_mm || b->low < free_mm ||
	    b->high > m->height_mm - free_mm)
		return false;
	for (size_t i = 0; i < m->n; i++) {
		double x = m->xy[2 * i], y = m->xy[2 * i + 1];
		if (x > b->left - free_mm && x < b->right + free_mm && y > b->low - free_mm && y < b->high + free_mm)
			return false;
	}
	for (size_t i = 0; i < m->boxes; i++) {
		const struct tt_label_box *o = &m->box[i];
		if (b->left < o->right && b->right > o->left && b->low < o->high && b->high > o->low) return false;
	}
	return true;
}

bool tt_label_is_free(const tt_label_map *m, double left, double low, double right, double high)
{
	const double w = m->width_mm, h = m->height_mm;
	/* a key may touch the frame */
	return is_free(m, &(struct tt_label_box){fmax(left * w, free_mm), fmin(right * w, w - free_mm),
	                                         fmax(low * h, free_mm), fmin(high * h, h - free_mm)});
}

bool tt_label_place(tt_label_map *m, double x, double y, const char *text, double at[2])
{
	/* Where the box' middle lies: right, above, below, left, then farther away. In half widths and heights. */
	static const double direction[][2] = {{1, 0}, {1, 1}, {1, -1}, {0, 1}, {0, -1}, {-1, 1}, {-1, -1}, {-1, 0}};
	double half_w = letter_mm * (double)tt_utf8_letters(text) / 2, half_h = line_mm / 2;
	double px = to_mm(x, m->x_lo, m->x_hi, m->x_log, m->width_mm),
	       py = to_mm(y, m->y_lo, m->y_hi, false, m->height_mm);
	for (double away = 1.3; away < 6 && !m->failed; away += 0.9)
		for (size_t i = 0; i < sizeof direction / sizeof *direction; i++) {
			double cx = px + direction[i][0] * (half_w + away), cy = py + direction[i][1] * (half_h + away);
			struct tt_label_box b = {cx - half_w, cx + half_w, cy - half_h, cy + half_h};
			if (!is_free(m, &b) || !add_box(m, b)) continue;
			at[0] = from_mm(b.left - 0.8, m->x_lo, m->x_hi, m->x_log, m->width_mm);
			at[1] = from_mm(cy, m->y_lo, m->y_hi, false, m->height_mm);
			return true;
		}
	return false;
}

void tt_label_map_clear(tt_label_map *m)
{
	free(m->xy);
	free(m->box);
	*m = (tt_label_map){0};
}
