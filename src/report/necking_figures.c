/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/necking_figures.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "numeric/statistics.h"
#include "report/draw/caption.h"
#include "report/draw/ground.h"
#include "temtensile/report.h"

enum { MOST_FRAMES = 600, MOST_MAP_ROWS = 240 };

/* Every k-th row, the last one always. */
static size_t thinned(size_t rows, size_t *step)
{
	*step = (rows + MOST_FRAMES - 1) / MOST_FRAMES;
	if (*step < 1) *step = 1;
	return rows ? (rows - 1) / *step + 1 : 0;
}

static size_t thin_row(size_t rows, size_t step, size_t i)
{
	size_t back = ((rows - 1) / step - i) * step; /* counted from the last, which stays */
	return rows - 1 - back;
}

/* frame, position, value: one line per frame and place. */
static tt_status write_long_table(const tt_findings *a, const char *file, const char *value_name, const double *s,
                                  size_t n, const double *value, tt_error *err)
{
	const tt_necking *k = &a->r->necking;
	size_t step, rows = thinned(k->rows, &step), lines = rows * n;
	int64_t *frame = malloc((lines + 1) * sizeof *frame);
	double *position = malloc((lines + 1) * sizeof *position), *cell = malloc((lines + 1) * sizeof *cell);
	tt_status st = TT_OK;
	if (!frame || !position || !cell) st = tt_fail_memory(err, file);
	for (size_t i = 0; st == TT_OK && i < rows; i++) {
		size_t row = thin_row(k->rows, step, i);
		for (size_t j = 0; j < n; j++) {
			frame[i * n + j] = a->o->track.number[k->index[row]];
			position[i * n + j] = s[j];
			cell[i * n + j] = value[row * n + j];
		}
	}
	const tt_column columns[] = {{.name = "frame", .integer = frame},
	                             {.name = "position_px", .value = position, .digits = 7},
	                             {.name = value_name, .value = cell, .digits = 6}};
	if (st == TT_OK) st = tt_table_write(a->out, file, columns, 3, lines, err);
	free(frame);
	free(position);
	free(cell);
	return st;
}

/* Range that holds all but 0.5 % on either side. */
static void limits(const double *v, size_t n, double *lo, double *hi)
{
	double *w = malloc((n + 1) * sizeof *w);
	size_t m = 0;
	*lo = *hi = NAN;
	if (!w) return;
	for (size_t i = 0; i < n; i++)
		if (isfinite(v[i])) w[m++] = v[i];
	tt_sort(w, m);
	if (m) *lo = w[m / 200], *hi = w[m - 1 - m / 200];
	if (!(*hi > *lo)) *lo = *hi = NAN;
	free(w);
}

/* Values over place (µm from the gauge's start, first frame) and time; each map row shows the frame nearest in time. */
static tt_status write_map(const tt_findings *a, const char *name, const char *label, const double *s, size_t n,
                           const double *value, double scale, tt_error *err)
{
	const tt_necking *k = &a->r->necking;
	const double *time = a->o->track.time_s;
	double t0 = time[k->index[0]], t1 = time[k->index[k->rows - 1]], um = a->r->pixel_size.value * 1e6;
	size_t rows = k->rows < MOST_MAP_ROWS ? k->rows : MOST_MAP_ROWS;
	if (rows < 2 || !(t1 > t0) || n < 2) return TT_OK;
	double *cell = malloc(rows * n * sizeof *cell), dt = (t1 - t0) / (double)(rows - 1), lo, hi;
	if (!cell) return tt_fail_memory(err, name);
	for (size_t i = 0, at = 0; i < rows; i++) {
		double t = t0 + (double)i * dt;
		while (at + 1 < k->rows && fabs(time[k->index[at + 1]] - t) <= fabs(time[k->index[at]] - t))
			at++;
		for (size_t j = 0; j < n; j++)
			cell[i * n + j] = scale * value[at * n + j];
	}
	limits(cell, rows * n, &lo, &hi);
	const tt_figure_options o = {.width_mm = a->test->output.figure_width_mm};
	double dx = (s[n - 1] - s[0]) * um / (double)(n - 1);
	const tt_axis x = {
	    .label = "Position along the gauge (µm)", .lo = s[0] * um - dx / 2, .hi = s[n - 1] * um + dx / 2};
	const tt_axis y = {.label = "Time (s)", .lo = t0 - dt / 2, .hi = t1 + dt / 2};
	const tt_axis colour = {.label = label, .lo = lo, .hi = hi};
	const tt_grid grid = {.columns = n,
	                      .rows = rows,
	                      .value = cell,
	                      .x0 = s[0] * um,
	                      .dx = dx,
	                      .y0 = t0,
	                      .dy = dt,
	                      .map = TT_MAP_VIRIDIS};
	tt_figure *f = tt_figure_new(&o);
	tt_figure_axis(f, TT_AXIS_X, &x);
	tt_figure_axis(f, TT_AXIS_Y, &y);
	tt_figure_axis(f, TT_AXIS_COLOUR, &colour);
	tt_figure_grid(f, &grid);
	tt_status st = tt_figure_write(f, a->out, name, err);
	tt_figure_free(f);
	free(cell);
	return st;
}

tt_status tt_write_width(const tt_findings *a, tt_error *err)
{
	const tt_necking *k = &a->r->necking;
	size_t n = k->rows * k->stations;
	if (!n) return TT_OK;
	double *value = malloc(n * sizeof *value);
	if (!value) return tt_fail_memory(err, "the width profiles");
	for (size_t i = 0; i < n; i++)
		value[i] = (double)k->ratio[i];
	tt_status st = write_long_table(a, "width.csv", "width_ratio", k->s, k->stations, value, err);
	if (st == TT_OK) st = write_map(a, "width_map", "Width w/w₀ (%)", k->s, k->stations, value, 100, err);
	free(value);
	return st;
}

/* Slope of the motion over a window of stations: at least three trusted ones. */
static double local_strain(const double *s, const float *moved, size_t n, size_t at, double window)
{
	double sum[5] = {0};
	for (size_t i = 0; i < n; i++) {
		double x = s[i] - s[at], y = (double)moved[i];
		if (isnan(y) || fabs(x) > window / 2) continue;
		const double term[5] = {1, x, x * x, y, x * y};
		for (int j = 0; j < 5; j++)
			sum[j] += term[j];
	}
	double det = sum[0] * sum[2] - sum[1] * sum[1];
	return sum[0] >= 3 && det > 0 ? (sum[0] * sum[4] - sum[1] * sum[3]) / det : NAN;
}

tt_status tt_strain_map(const tt_findings *a, double **out, tt_error *err)
{
	const tt_necking *k = &a->r->necking;
	const tt_gauge *g = &a->o->gauge;
	size_t m = g->n_stations;
	*out = NULL;
	if (!k->rows || m < 5) return TT_OK;
	double *value = malloc(k->rows * m * sizeof *value);
	if (!value) return tt_fail_memory(err, "the map of strain");
	double window = 4.4 * g->length_px / (double)(m - 1); /* five stations */
	for (size_t j = 0; j < m; j++) {
		size_t unloaded = 0;
		double zero = 0;
		for (size_t i = 0; i < k->rows; i++) {
			double e = local_strain(g->station_s, k->moved + i * m, m, j, window);
			value[i * m + j] = e;
			if (i < k->w0_rows && !isnan(e)) zero += e, unloaded++;
		}
		zero = unloaded ? zero / (double)unloaded : NAN;
		for (size_t i = 0; i < k->rows; i++)
			value[i * m + j] = (1 + value[i * m + j]) / (1 + zero) - 1;
	}
	*out = value;
	return TT_OK;
}

tt_status tt_write_strain_map(const tt_findings *a, tt_error *err)
{
	const tt_gauge *g = &a->o->gauge;
	double *value;
	tt_status st = tt_strain_map(a, &value, err);
	if (st != TT_OK || !value) return st;
	st = write_long_table(a, "strain_map.csv", "strain", g->station_s, g->n_stations, value, err);
	if (st == TT_OK)
		st = write_map(a, "strain_map", "Local axial strain (%)", g->station_s, g->n_stations, value, 100, err);
	free(value);
	return st;
}

/* ---- fracture ---- */

/* Where an edge's words may stand, px of the frame. */
typedef struct word_box {
	double x[2], y[2];
} word_box;

static bool overlap(const word_box *a, const word_box *b)
{
	return a->x[0] < b->x[1] && a->x[1] > b->x[0] && a->y[0] < b->y[1] && a->y[1] > b->y[0];
}

/* Inside the frame, and off both halves of the bar, wherever they lie. */
static bool is_off_the_bar(const tt_findings *a, const tt_image *im, const word_box *b)
{
	enum { ACROSS = 9, DOWN = 3 };
	const tt_gauge *g = &a->o->gauge;
	const double length = hypot(g->to[0] - g->from[0], g->to[1] - g->from[1]);
	const double normal[2] = {-(g->to[1] - g->from[1]) / length, (g->to[0] - g->from[0]) / length};
	if (b->x[0] < 0 || b->y[0] < 0 || b->x[1] > im->width || b->y[1] > im->height) return false;
	for (int i = 0; i < ACROSS * DOWN; i++) {
		const double x = b->x[0] + (b->x[1] - b->x[0]) * (i % ACROSS) / (ACROSS - 1),
		             y = b->y[0] + (b->y[1] - b->y[0]) * (i / ACROSS) / (DOWN - 1);
		for (int k = 0; k < 2; k++) {
			const tt_gap_edge *e = &a->closeup->gap.edge[k];
			if (!e->found) continue;
			const double off = (x - 0.5 * (e->end[0][0] + e->end[1][0])) * normal[0] +
			                   (y - 0.5 * (e->end[0][1] + e->end[1][1])) * normal[1];
			if (fabs(off) < 0.5 * g->width_px) return false;
		}
	}
	return true;
}

/* The angle at one of the four places around the ends p of the edge's line: the first that is off the bar and off the
 * other edge's words (taken, NULL for the first edge). */
static word_box put_angle(tt_canvas *c, const tt_findings *a, const tt_image *im, int edge, double p[2][2],
                          const word_box *taken)
{
	char text[64];
	const tt_gap_edge *e = &a->closeup->gap.edge[edge];
	tt_value_text(text, sizeof text, e->angle_deg, e->u_deg, "°");
	const double mm = tt_canvas_mm_per_px(c), wide = 1.5 * (double)tt_utf8_letters(text) / mm, high = 3.2 / mm;
	const int upper = p[0][1] < p[1][1] ? 0 : 1, outwards = edge ? 1 : -1;
	word_box first = {{0}, {0}};
	tt_words words = {.size_pt = 8, .halo = true};
	double at[2] = {0, 0};
	for (int i = 0; i < 4; i++) { /* above, below; away from the gap, then towards it */
		const bool above = i % 2 == 0;
		const int end = above ? upper : !upper, side = i < 2 ? outwards : -outwards;
		const double x = p[end][0] + side / mm, y = p[end][1] + (above ? -0.5 : 0.5) / mm;
		const word_box b = {{side > 0 ? x : x - wide, side > 0 ? x + wide : x},
		                    {above ? y - high : y, above ? y : y + high}};
		const bool good = is_off_the_bar(a, im, &b) && !(taken && overlap(&b, taken));
		if (i && !good) continue;
		first = b;
		at[0] = x, at[1] = y;
		words.align_x = side > 0 ? -1 : 1;
		words.align_y = above ? 1 : -1;
		if (good) break;
	}
	words.colour = tt_ground_ink(im, 0.5 * (first.x[0] + first.x[1]), 0.5 * (first.y[0] + first.y[1]), 0.5 * wide);
	tt_canvas_text(c, at[0], at[1], &words, text);
	return first;
}

static tt_status draw_fracture(const tt_findings *a, const tt_picture *frame, const char *file, tt_error *err)
{
	const tt_closeup *k = a->closeup;
	const tt_image *im = &frame->image;
	const double column = a->test->output.figure_width_mm;
	double width_mm = column > 0 ? column : 85, height_mm = width_mm * im->height / im->width;
	if (height_mm > 120) width_mm *= 120 / height_mm, height_mm = 120;
	tt_canvas *c = tt_canvas_new(width_mm, height_mm);
	tt_canvas_panel(c, 0, 0, width_mm, height_mm, (tt_rect){0, 0, im->width, im->height});
	tt_canvas_image(c, im, 0, 0);
	static const unsigned colours[2] = {TT_VERMILION, TT_SKY};
	word_box taken = {{0}, {0}};
	for (int i = 0; i < 2; i++) {
		const tt_gap_edge *e = &k->gap.edge[i];
		if (!e->found) continue;
		/* A little beyond the rims, so that the line is seen against the edge. */
		double over = 0.15 * a->o->gauge.width_px, p[2][2];
		for (int j = 0; j < 2; j++)
			for (int d = 0; d < 2; d++)
				p[j][d] = e->end[j][d] + (j ? over : -over) * e->direction[d];
		const tt_pen pen = {.colour = colours[i], .width_pt = 1, .halo = true};
		tt_canvas_line(c, p[0][0], p[0][1], p[1][0], p[1][1], &pen);
		const word_box *before = i && k->gap.edge[0].found ? &taken : NULL;
		taken = put_angle(c, a, im, i, p, before);
	}
	char text[128];
	snprintf(text, sizeof text, "frame %lld, %.2f s", (long long)frame->number, frame->time_s);
	tt_put_caption(c, im, 8, text);
	tt_canvas_scale_bar(c, a->r->pixel_size.value, 0, NULL);
	tt_status st = tt_canvas_write(c, a->out, file, 300, err);
	tt_canvas_free(c);
	return st;
}

tt_status tt_write_fracture_picture(const tt_findings *a, tt_error *err)
{
	const tt_picture *frame = &a->closeup->gap_picture;
	if (!a->closeup->has_gap || !frame->image.data) return TT_OK;
	tt_status st = draw_fracture(a, frame, "fracture.png", err);
	return st == TT_OK ? draw_fracture(a, frame, "fracture.pdf", err) : st;
}
