/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/movie/movie.h"

#include <cairo.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "report/movie/encoder.h"
#include "report/movie/movie_panel.h"
#include "report/movie/movie_writer.h"
#include "report/draw/ground.h"
#include "report/draw/scale.h"
#include "report/draw/scale_bar.h"
#include "temtensile/report.h"

enum { LEAST_HEIGHT = 480, MOST_HEIGHT = 720, MOST_WIDTH = 960 };

struct tt_movie {
	tt_movie_options o;
	const tt_movie_plan *plan;
	size_t next; /* movie frame to come */
	tt_movie_writer *writer;
	cairo_surface_t *surface;
	tt_movie_panel *panel;
	tt_scaler *scaler;
	uint8_t *grey;
	int width, height; /* of the movie */
	int left_w, left_h, left_y;
	double zoom; /* movie pixels per frame pixel */
	bool started;
	char speed[32];
	/* Chosen on the first frame and kept, so that nothing jumps. */
	bool bar_right;
	double bar_raise; /* movie pixels */
	unsigned bar_ink, clock_ink, speed_ink;
	double clock_y, speed_y; /* below their place at the upper edge */
};

/* ---- layout ---- */

static int even(double v)
{
	return 2 * (int)lround(v / 2);
}

static void lay_out(tt_movie *m)
{
	double w = m->o.width, h = m->o.height, zoom = 1;
	if (h < LEAST_HEIGHT) zoom = LEAST_HEIGHT / h;
	if (h > MOST_HEIGHT) zoom = MOST_HEIGHT / h;
	zoom = fmin(zoom, MOST_WIDTH / w);
	m->left_w = even(fmax(2, w * zoom));
	m->left_h = even(fmax(2, h * zoom));
	m->zoom = m->left_w / w;
	m->height = m->left_h > LEAST_HEIGHT ? m->left_h : LEAST_HEIGHT;
	m->left_y = even((m->height - m->left_h) / 2.0);
	m->width = m->left_w + even(fmin(fmax(0.95 * m->height, 460), 640));
}

/* ---- from RGB to YUV ---- */

/* BT.709, 16 to 235 (ITU-R BT.709-6, 3.5), in 256ths; the rectangle's corners are even. */
static void to_yuv(const uint8_t *rgb, ptrdiff_t stride, tt_dirty d, uint8_t *const plane[3], const ptrdiff_t line[3])
{
	for (int y = d.y0; y < d.y1; y += 2) {
		const uint32_t *row[2] = {(const uint32_t *)(const void *)(rgb + y * stride),
		                          (const uint32_t *)(const void *)(rgb + (y + 1) * stride)};
		for (int k = 0; k < 2; k++) {
			uint8_t *luma = plane[0] + (y + k) * line[0];
			for (int x = d.x0; x < d.x1; x++) {
				int p = (int)row[k][x], r = p >> 16 & 255, g = p >> 8 & 255, b = p & 255;
				luma[x] = (uint8_t)(((47 * r + 157 * g + 16 * b + 128) >> 8) + 16);
			}
		}
		uint8_t *u = plane[1] + y / 2 * line[1], *v = plane[2] + y / 2 * line[2];
		for (int x = d.x0; x < d.x1; x += 2) {
			const uint32_t four[4] = {row[0][x], row[0][x + 1], row[1][x], row[1][x + 1]};
			int r = 0, g = 0, b = 0;
			for (int k = 0; k < 4; k++) {
				int p = (int)four[k];
				r += p >> 16 & 255, g += p >> 8 & 255, b += p & 255;
			}
			u[x / 2] = (uint8_t)((-26 * r - 86 * g + 112 * b + (512 + (128 << 10))) >> 10);
			v[x / 2] = (uint8_t)((112 * r - 102 * g - 10 * b + (512 + (128 << 10))) >> 10);
		}
	}
}

/* ---- the frame ---- */

/* Most of the frame stays grey and goes straight into the movie's planes ... */
static void put_grey(const tt_movie *m, uint8_t *const plane[3], const ptrdiff_t line[3])
{
	uint8_t luma[256];
	for (int i = 0; i < 256; i++)
		luma[i] = (uint8_t)(((220 * i + 128) >> 8) + 16); /* as to_yuv has it */
	for (int y = 0; y < m->left_h; y++) {
		const uint8_t *grey = m->grey + (ptrdiff_t)y * m->left_w;
		uint8_t *out = plane[0] + (m->left_y + y) * line[0];
		for (int x = 0; x < m->left_w; x++)
			out[x] = luma[grey[x]];
	}
	for (int k = 1; k < 3; k++)
		for (int y = 0; y < m->left_h / 2; y++)
			memset(plane[k] + (m->left_y / 2 + y) * line[k], 128, (size_t)m->left_w / 2);
}

/* ... only where something is drawn it passes through cairo's surface. */
static void put_surface(tt_movie *m, tt_dirty d)
{
	uint8_t *data = cairo_image_surface_get_data(m->surface);
	ptrdiff_t stride = cairo_image_surface_get_stride(m->surface);
	for (int y = d.y0; y < d.y1; y++) {
		uint32_t *row = (uint32_t *)(void *)(data + y * stride);
		const uint8_t *grey = m->grey + (ptrdiff_t)(y - m->left_y) * m->left_w;
		for (int x = d.x0; x < d.x1; x++)
			row[x] = grey[x] * 0x010101u;
	}
}

static double at_x(const tt_movie *m, double x)
{
	return (x + 0.5) * m->zoom;
}

static double at_y(const tt_movie *m, double y)
{
	return (y + 0.5) * m->zoom + m->left_y;
}

/* share of a colour, in 256ths, over what is there */
static void tint(tt_movie *m, uint8_t *data, ptrdiff_t stride, int x, int y, uint32_t colour, int share)
{
	if (x < 0 || x >= m->left_w || y < m->left_y || y >= m->left_y + m->left_h) return;
	uint32_t *p = (uint32_t *)(void *)(data + y * stride) + x, out = 0;
	for (int shift = 0; shift < 24; shift += 8) {
		int old = (int)(*p >> shift & 255), new = (int)(colour >> shift & 255);
		out |= (uint32_t)(old + (((new - old) * share) >> 8)) << shift;
	}
	*p = out;
}

static void box(tt_movie *m, uint8_t *data, ptrdiff_t stride, double x, double y, double half)
{
	int x0 = (int)lround(x - half), x1 = (int)lround(x + half), y0 = (int)lround(y - half),
	    y1 = (int)lround(y + half);
	for (int i = x0; i <= x1; i++) {
		tint(m, data, stride, i, y0, TT_YELLOW, 110);
		tint(m, data, stride, i, y1, TT_YELLOW, 110);
	}
	for (int i = y0 + 1; i < y1; i++) {
		tint(m, data, stride, x0, i, TT_YELLOW, 110);
		tint(m, data, stride, x1, i, TT_YELLOW, 110);
	}
}

/* Boxes and dots are put straight into the pixels: there are many of them in every frame. */
static void put_subsets(tt_movie *m, const tt_movie_marks *marks)
{
	uint8_t *data = cairo_image_surface_get_data(m->surface);
	ptrdiff_t stride = cairo_image_surface_get_stride(m->surface);
	int dot = m->height >= 600 ? 3 : 2;
	for (size_t i = 0; i < marks->n_boxes + marks->n_dots; i++) {
		double x = (double)marks->point_xy[2 * i], y = (double)marks->point_xy[2 * i + 1];
		if (isnan(x) || isnan(y)) continue;
		x = at_x(m, x), y = at_y(m, y);
		if (i < marks->n_boxes) box(m, data, stride, x, y, 0.5 * m->o.subset_px * m->zoom);
		for (int j = 0; j < dot * dot; j++)
			tint(m, data, stride, (int)lround(x - 0.5 * dot) + j % dot,
			     (int)lround(y - 0.5 * dot) + j / dot, TT_YELLOW, 230);
	}
	cairo_surface_mark_dirty(m->surface);
}

static void stroke_twice(cairo_t *cr, unsigned colour, double width)
{
	cairo_set_source_rgba(cr, 0, 0, 0, 0.5);
	cairo_set_line_width(cr, width + 1.6);
	cairo_stroke_preserve(cr);
	cairo_set_source_rgb(cr, (colour >> 16 & 255) / 255.0, (colour >> 8 & 255) / 255.0, (colour & 255) / 255.0);
	cairo_set_line_width(cr, width);
	cairo_stroke(cr);
}

static void put_gauge(tt_movie *m, cairo_t *cr, const tt_movie_marks *marks)
{
	double p[2][2], size = m->height / 60.0;
	for (int k = 0; k < 2; k++) {
		p[k][0] = at_x(m, marks->end[k][0]);
		p[k][1] = at_y(m, marks->end[k][1]);
	}
	if (!isfinite(p[0][0] + p[0][1] + p[1][0] + p[1][1])) return;
	double length = hypot(p[1][0] - p[0][0], p[1][1] - p[0][1]), nx = -(p[1][1] - p[0][1]) / length,
	       ny = (p[1][0] - p[0][0]) / length;
	cairo_move_to(cr, p[0][0], p[0][1]);
	cairo_line_to(cr, p[1][0], p[1][1]);
	for (int k = 0; k < 2; k++) {
		cairo_move_to(cr, p[k][0] - size * nx, p[k][1] - size * ny);
		cairo_line_to(cr, p[k][0] + size * nx, p[k][1] + size * ny);
	}
	stroke_twice(cr, TT_VERMILION, m->height / 300.0);
}

static void put_words(cairo_t *cr, double x, double y, double size, unsigned ink, const char *text)
{
	static const double around[8][2] = {{1, 0},  {0.7, 0.7},   {0, 1},  {-0.7, 0.7},
	                                    {-1, 0}, {-0.7, -0.7}, {0, -1}, {0.7, -0.7}};
	double level = ink ? 1 : 0;
	tt_movie_font(cr, size);
	/* Letters that cairo keeps are far faster than outlines. */
	cairo_set_source_rgba(cr, 1 - level, 1 - level, 1 - level, 0.45);
	for (int i = 0; i < 8; i++) {
		cairo_move_to(cr, x + around[i][0] * size / 11, y + around[i][1] * size / 11);
		cairo_show_text(cr, text);
	}
	cairo_move_to(cr, x, y);
	cairo_set_source_rgb(cr, level, level, level);
	cairo_show_text(cr, text);
}

static double margin_of(const tt_movie *m)
{
	return m->left_h / 24.0;
}

/* The bar's length on the movie, with its words. */
static double bar_width(const tt_movie *m, char *text, size_t size)
{
	return tt_scale_bar_length(0.33 * m->o.width * m->o.pixel_size_m, text, size) / m->o.pixel_size_m * m->zoom;
}

static double bar_left(const tt_movie *m, double width)
{
	return m->bar_right ? m->left_w - margin_of(m) - width : margin_of(m);
}

/* How far below the upper edge words must begin in order to cover nothing that is burnt in; px of the recording. */
static double lowered(const tt_image *im, double x, double width, double height)
{
	enum { PLACES = 4 };
	tt_rect place[PLACES];
	for (int i = 0; i < PLACES; i++)
		place[i] = (tt_rect){(int)x, (int)(i * height), (int)ceil(width), (int)ceil(height)};
	return (double)place[tt_ground_unmarked(im, place, PLACES)].y;
}

/* From the first frame: where words and bar cover nothing, and what is read there. */
static void choose_places(tt_movie *m, const tt_image *im)
{
	const tt_rect whole = {0, 0, im->width, im->height};
	char text[32];
	double margin = margin_of(m) / m->zoom, line = m->height / 22.0 / m->zoom;
	double clock_y = lowered(im, 0, 9 * line, margin + 2.3 * line),
	       speed_y = lowered(im, im->width - 5 * line, 5 * line, margin + 1.2 * line);
	m->clock_ink = tt_ground_ink(im, margin + 1.5 * line, clock_y + margin + 0.5 * line, 1.5 * line);
	m->speed_ink = tt_ground_ink(im, im->width - margin - 2 * line, speed_y + margin + 0.5 * line, 2 * line);
	m->clock_y = clock_y * m->zoom;
	m->speed_y = speed_y * m->zoom;
	if (!(m->o.pixel_size_m > 0)) return;
	double width = bar_width(m, text, sizeof text), px = width / m->zoom,
	       high = margin + m->height / 12.0 / m->zoom;
	double raise;
	m->bar_right = tt_scale_bar_corner(im, whole, px + 2 * margin, high, TT_BAR_BOTTOM_LEFT, false, &raise) & 1;
	m->bar_raise = raise * m->zoom;
	m->bar_ink =
	    tt_ground_ink(im, bar_left(m, width) / m->zoom + 0.5 * px, im->height - 0.7 * high - raise, 0.5 * px);
}

static void put_scale_bar(tt_movie *m, cairo_t *cr)
{
	char text[32];
	if (!(m->o.pixel_size_m > 0)) return;
	double bar = bar_width(m, text, sizeof text), left = bar_left(m, bar), level = m->bar_ink ? 1 : 0;
	double thick = m->height / 80.0, top = m->left_y + m->left_h - m->bar_raise - margin_of(m) - thick;
	cairo_rectangle(cr, left, top, bar, thick);
	cairo_set_source_rgba(cr, 1 - level, 1 - level, 1 - level, 0.7);
	cairo_set_line_width(cr, 3);
	cairo_stroke_preserve(cr);
	cairo_set_source_rgb(cr, level, level, level);
	cairo_fill(cr);
	tt_movie_font(cr, m->height / 26.0);
	cairo_text_extents_t e;
	cairo_text_extents(cr, text, &e);
	put_words(cr, left + (bar - e.x_advance) / 2, top - m->height / 90.0, m->height / 26.0, m->bar_ink, text);
}

static void put_clock(tt_movie *m, cairo_t *cr, size_t row, const char *remark)
{
	char text[120];
	double size = m->height / 22.0, x = margin_of(m), y = m->left_y + x + 0.75 * size;
	tt_snprintf(text, sizeof text, "%.2f s", m->o.time_s[row]);
	put_words(cr, x, y + m->clock_y, size, m->clock_ink, text);
	if (remark && remark[0]) put_words(cr, x, y + m->clock_y + 1.15 * size, 0.8 * size, m->clock_ink, remark);
	tt_movie_font(cr, 0.72 * size);
	cairo_text_extents_t e;
	cairo_text_extents(cr, m->speed, &e);
	put_words(cr, m->left_w - x - e.x_advance, y + m->speed_y, 0.72 * size, m->speed_ink, m->speed);
}

/* Even rectangle within the frame's part of the movie. */
static tt_dirty clipped(const tt_movie *m, double x0, double y0, double x1, double y1)
{
	double right = m->left_w, top = m->left_y, bottom = m->left_y + m->left_h;
	tt_dirty d = {(int)fmin(fmax(x0, 0), right) & ~1, (int)fmin(fmax(y0, top), bottom) & ~1,
	              ((int)fmin(fmax(x1, 0), right) + 1) & ~1, ((int)fmin(fmax(y1, top), bottom) + 1) & ~1};
	return d;
}

/* Where words, scale bar, subsets and gauge are drawn. */
static int touched(const tt_movie *m, const tt_movie_marks *marks, tt_dirty out[3])
{
	double lo[2] = {INFINITY, INFINITY}, hi[2] = {-INFINITY, -INFINITY};
	double half = 0.5 * m->o.subset_px + 4 / m->zoom, cross = m->height / 60.0 / m->zoom + 4 / m->zoom;
	out[0] = clipped(m, 0, m->left_y, m->left_w,
	                 m->left_y + fmax(m->clock_y, m->speed_y) + m->left_h / 24.0 +
	                     m->height / 22.0 * (marks->remark ? 2.6 : 1.4));
	double bar_y = m->left_y + m->left_h - m->bar_raise;
	out[1] = clipped(m, m->bar_right ? 0.5 * m->left_w : 0, bar_y - m->left_h / 24.0 - m->height / 9.0,
	                 m->bar_right ? m->left_w : 0.5 * m->left_w, bar_y);
	for (size_t i = 0; i < marks->n_boxes + marks->n_dots; i++)
		for (int k = 0; k < 2; k++) {
			double v = (double)marks->point_xy[2 * i + (size_t)k];
			if (isnan(v)) continue;
			lo[k] = fmin(lo[k], v - half);
			hi[k] = fmax(hi[k], v + half);
		}
	for (int i = 0; i < 4; i++) {
		double v = marks->end[i / 2][i % 2];
		if (isnan(v)) continue;
		lo[i % 2] = fmin(lo[i % 2], v - cross);
		hi[i % 2] = fmax(hi[i % 2], v + cross);
	}
	if (!(lo[0] < hi[0] && lo[1] < hi[1])) return 2;
	out[2] = clipped(m, at_x(m, lo[0]), at_y(m, lo[1]), at_x(m, hi[0]) + 2, at_y(m, hi[1]) + 2);
	return 3;
}

/* ---- the movie ---- */

static tt_status open_encoder(tt_movie *m, const char *path, tt_strings *warnings, tt_error *err)
{
	static const char *const names[] = {"libx264", "libopenh264", "mpeg4", "mjpeg"};
	double bytes = m->o.most_bytes > 0 ? m->o.most_bytes : 48e6;
	tt_encoder_options o = {.name = "movie.mp4",
	                        .encoder = m->o.encoder ? m->o.encoder : names,
	                        .n_encoders = m->o.encoder ? m->o.n_encoders : sizeof names / sizeof *names,
	                        .width = m->width,
	                        .height = m->height,
	                        .bits = 8,
	                        .frame_rate = (double)m->plan->rate_num / m->plan->rate_den,
	                        .tick_num = m->plan->rate_den,
	                        .tick_den = m->plan->rate_num,
	                        .codec_num = m->plan->rate_den,
	                        .codec_den = m->plan->rate_num,
	                        .threads = 1, /* with more, the cap makes the bytes depend on which thread is first */
	                        .crf = 23};
	o.key_every = (int)ceil(3 * o.frame_rate); /* so that one can move about in it */
	/* Room for the index and for what the rate control overshoots: its buffer of two seconds. */
	const double room = 0.96 * bytes * 8 / (tt_movie_seconds(m->plan) + 2), usual = 6e6;
	o.most_bits_per_s = fmin(room, usual);
	/* Where bits are plenty, time is what counts: the movie is drawn anew whenever the curve changes. */
	o.preset = room < usual ? "veryfast" : "ultrafast";
	size_t used;
	tt_encoder *encoder;
	tt_status st = tt_encoder_open(path, &o, &encoder, &used, err);
	if (st == TT_OK && used > 0 && warnings)
		tt_warn(warnings, "movie.mp4 was made with the encoder %s: this machine's libav lacks %s",
		        o.encoder[used], o.encoder[0]);
	return st == TT_OK ? tt_movie_writer_new(encoder, m->width, m->height, &m->writer, err) : st;
}

static tt_status prepare(tt_movie *m, const char *path, tt_strings *warnings, tt_error *err)
{
	lay_out(m);
	m->grey = malloc((size_t)m->left_w * (size_t)m->left_h);
	m->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, m->width, m->height);
	if (!m->grey || cairo_surface_status(m->surface) != CAIRO_STATUS_SUCCESS)
		return tt_fail_memory(err, "the movie");
	tt_status st = tt_scaler_new(m->o.width, m->o.height, m->left_w, m->left_h, &m->scaler, err);
	const tt_movie_panel_options panel = {.title = m->o.title,
	                                      .x = m->left_w,
	                                      .width = m->width - m->left_w,
	                                      .height = m->height,
	                                      .rows = m->o.rows,
	                                      .strain = m->o.strain,
	                                      .stress_Pa = m->o.stress_Pa};
	if (st == TT_OK) st = tt_movie_panel_new(m->surface, &panel, &m->panel, err);
	return st == TT_OK ? open_encoder(m, path, warnings, err) : st;
}

tt_status tt_movie_open(const char *path, const tt_movie_options *options, const tt_movie_plan *plan,
                        tt_strings *warnings, tt_movie **out, tt_error *err)
{
	*out = NULL;
	tt_movie *m = calloc(1, sizeof *m);
	if (!m) return tt_fail_memory(err, "the movie");
	m->o = *options;
	m->plan = plan;
	tt_snprintf(m->speed, sizeof m->speed, "%g× speed", plan->speed);
	tt_status st = prepare(m, path, warnings, err);
	if (st != TT_OK) {
		tt_movie_abort(m);
		return st;
	}
	*out = m;
	return TT_OK;
}

static tt_status show(tt_movie *m, size_t row, const tt_image *image, const tt_movie_marks *marks, tt_error *err)
{
	uint8_t *plane[3];
	ptrdiff_t line[3];
	tt_dirty left[3], right;
	if (!m->started) choose_places(m, image);
	int n_left = touched(m, marks, left);
	tt_scale(m->scaler, image, m->o.black, m->o.white, m->grey, m->left_w);
	cairo_surface_flush(m->surface);
	for (int i = 0; i < n_left; i++)
		put_surface(m, left[i]);
	cairo_surface_mark_dirty(m->surface);
	put_subsets(m, marks);
	cairo_t *cr = cairo_create(m->surface);
	cairo_rectangle(cr, 0, m->left_y, m->left_w, m->left_h);
	cairo_clip(cr);
	put_gauge(m, cr, marks);
	put_scale_bar(m, cr);
	put_clock(m, cr, row, marks->remark);
	cairo_status_t drawn = cairo_status(cr);
	cairo_destroy(cr);
	tt_movie_panel_show(m->panel, row, &right);
	if (drawn != CAIRO_STATUS_SUCCESS)
		return tt_fail(err, TT_ERR_FAILED, "movie.mp4: %s", cairo_status_to_string(drawn));
	tt_movie_writer_planes(m->writer, plane, line);
	cairo_surface_flush(m->surface);
	const uint8_t *data = cairo_image_surface_get_data(m->surface);
	ptrdiff_t stride = cairo_image_surface_get_stride(m->surface);
	if (!m->started) to_yuv(data, stride, (tt_dirty){0, 0, m->left_w, m->height}, plane, line);
	m->started = true;
	put_grey(m, plane, line);
	for (int i = 0; i < n_left; i++)
		to_yuv(data, stride, left[i], plane, line);
	to_yuv(data, stride, right, plane, line);
	return TT_OK;
}

tt_status tt_movie_put(tt_movie *m, size_t row, const tt_image *image, const tt_movie_marks *marks, tt_error *err)
{
	bool drawn = false;
	while (m->next < m->plan->n && m->plan->row[m->next] < row)
		m->next++; /* a frame that could not be had again: the one after it takes its time */
	while (m->next < m->plan->n && m->plan->row[m->next] == row) {
		tt_status st = drawn ? TT_OK : show(m, row, image, marks, err);
		if (st != TT_OK) return st;
		drawn = true;
		st = tt_movie_writer_put(m->writer, (double)m->next * m->plan->rate_den / m->plan->rate_num, err);
		if (st != TT_OK) return st;
		m->next++;
	}
	return TT_OK;
}

tt_status tt_movie_finish(tt_movie *m, tt_error *err)
{
	tt_movie_writer *w = m->writer;
	m->writer = NULL;
	tt_movie_abort(m);
	return tt_movie_writer_finish(w, err);
}

void tt_movie_abort(tt_movie *m)
{
	if (!m) return;
	tt_movie_writer_abort(m->writer);
	tt_movie_panel_free(m->panel);
	tt_scaler_free(m->scaler);
	if (m->surface) cairo_surface_destroy(m->surface);
	free(m->grey);
	free(m);
}
