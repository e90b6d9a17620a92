/* Figures: a description becomes a gnuplot script with its data, and gnuplot makes the pictures.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/former.h"
#include "core/outdir.h"
#include "core/text.h"
#include "report/draw/gnuplot.h"
#include "report/draw/palette.h"
#include "temtensile/report.h"

static const double font_pt = 7.5, png_dpi = 300;

struct tt_figure {
	double width_mm, height_mm;
	/* Three texts that grow: settings, the plot command's clauses, the data. */
	char *set_text, *plot_text, *data_text;
	size_t set_size, plot_size, data_size;
	FILE *set, *plot, *data;
	size_t blocks, keys;
	size_t before; /* blocks of the panels before this one */
	tt_key_place key;
	tt_map map;
	bool has_map, map_ranged;
	double map_lo, map_hi;
	tt_status status;
	tt_error error;
};

/* ---- words of gnuplot ---- */

static void put_number(FILE *f, double v)
{
	char text[40];
	fputs(isfinite(v) ? tt_format_double(text, sizeof text, v, 9) : "NaN", f);
}

/* A single-quoted string, in which only ' is special; control characters become spaces. */
static void put_quoted(FILE *f, const char *text)
{
	fputc('\'', f);
	for (; *text; text++) {
		if (*text == '\'') fputc('\'', f);
		fputc((unsigned char)*text < ' ' || *text == 127 ? ' ' : *text, f);
	}
	fputc('\'', f);
}

/* A symbol with its index in gnuplot's enhanced text, whose own signs are escaped. */
static void put_symbol(FILE *f, const char *text)
{
	bool below = false;
	fputc('\'', f);
	for (; *text; text++) {
		if (*text == '_' && !below) {
			fputs("_{", f);
			below = true;
			continue;
		}
		if (*text == '\'') fputc('\'', f);
		if (strchr("{}^@&~_\\", *text)) fputc('\\', f);
		fputc((unsigned char)*text < ' ' || *text == 127 ? ' ' : *text, f);
	}
	fputs(below ? "}'" : "'", f);
}

static void put_colour(FILE *f, unsigned colour)
{
	fprintf(f, "rgb '#%06x'", colour & 0xFFFFFF);
}

static double or_one(double scale)
{
	return scale != 0 ? scale : 1;
}

/* ---- making and freeing ---- */

tt_figure *tt_figure_new(const tt_figure_options *o)
{
	tt_figure *f = calloc(1, sizeof *f);
	if (!f) return NULL;
	f->width_mm = o && o->width_mm > 0 ? o->width_mm : 85;
	f->height_mm = o && o->height_mm > 0 ? o->height_mm : fmin(100, 0.75 * f->width_mm);
	f->key = TT_KEY_BOTTOM_RIGHT;
	f->map_lo = INFINITY;
	f->map_hi = -INFINITY;
	f->set = open_memstream(&f->set_text, &f->set_size);
	f->plot = open_memstream(&f->plot_text, &f->plot_size);
	f->data = open_memstream(&f->data_text, &f->data_size);
	if (!f->set || !f->plot || !f->data) {
		tt_figure_free(f);
		return NULL;
	}
	if (f->width_mm > 1000 || f->height_mm > 1000)
		f->status = tt_fail(&f->error, TT_ERR_USAGE, "a figure of %g x %g mm: expected at most 1000",
		                    f->width_mm, f->height_mm);
	if (o && o->title) {
		fputs("set title ", f->set);
		put_quoted(f->set, o->title);
		fputs(" noenhanced\n", f->set);
	}
	return f;
}

void tt_figure_free(tt_figure *f)
{
	if (!f) return;
	if (f->set) fclose(f->set);
	if (f->plot) fclose(f->plot);
	if (f->data) fclose(f->data);
	free(f->set_text);
	free(f->plot_text);
	free(f->data_text);
	free(f);
}

/* ---- axes, keys, labels ---- */

/* Steps of 1, 2 or 5 × 10^k, four to eight of them, all with the same number of decimals (gnuplot by itself writes
 * 0.5, 1, 1.5). */
static void put_ticks(FILE *f, const char *name, double lo, double hi)
{
	double range = fabs(hi - lo), decade = pow(10, floor(log10(range / 4)));
	double step = decade * (range / decade >= 20 ? 5 : range / decade >= 8 ? 2 : 1);
	int decimals = (int)fmax(0, -floor(log10(step) + 1e-9));
	if (decimals > 4 || step >= 1e6) return;
	fprintf(f, "set %stics %g\nset format %s '%%.%df'\n", name, step, name, decimals);
}

void tt_figure_axis(tt_figure *f, tt_axis_name which, const tt_axis *a)
{
	if (!f || f->status != TT_OK) return;
	const char *name = which == TT_AXIS_X ? "x" : which == TT_AXIS_Y ? "y" : "cb";
	if (a->label) {
		fprintf(f->set, "set %slabel ", name);
		put_quoted(f->set, a->label);
		fputs(" noenhanced\n", f->set);
	}
	if (a->log && ((isfinite(a->lo) && a->lo <= 0) || (isfinite(a->hi) && a->hi <= 0))) {
		f->status = tt_fail(&f->error, TT_ERR_USAGE, "a logarithmic axis from %g to %g", a->lo, a->hi);
		return;
	}
	if (a->log) fprintf(f->set, "set logscale %s\nset format %s '10^{%%T}'\nset m%stics 10\n", name, name, name);
	/* Powers of ten need 5.5 mm each. */
	if (a->log && which == TT_AXIS_X && isfinite(a->lo) && isfinite(a->hi) &&
	    f->width_mm - 13.5 < 5.5 * log10(a->hi / a->lo))
		fputs("set xtics 100\nunset mxtics\n", f->set);
	if (isfinite(a->lo) || isfinite(a->hi)) {
		fprintf(f->set, "set %srange [", name);
		if (isfinite(a->lo))
			put_number(f->set, a->lo);
		else
			fputc('*', f->set);
		fputc(':', f->set);
		if (isfinite(a->hi))
			put_number(f->set, a->hi);
		else
			fputc('*', f->set);
		fputs("]\n", f->set);
	}
	if (which == TT_AXIS_COLOUR && isfinite(a->lo) && isfinite(a->hi)) f->map_ranged = true;
	if (!a->log && !a->names && isfinite(a->lo) && isfinite(a->hi) && a->lo != a->hi)
		put_ticks(f->set, name, a->lo, a->hi);
	if (a->names) {
		fprintf(f->set, "set %stics %s (", name, a->indices ? "enhanced" : "noenhanced");
		for (size_t i = 0; i < a->n_names; i++) {
			if (i) fputs(", ", f->set);
			(a->indices ? put_symbol : put_quoted)(f->set, a->names[i]);
			fprintf(f->set, " %zu", i);
		}
		fprintf(f->set, ")\nunset m%stics\n", name);
	}
}

void tt_figure_key(tt_figure *f, tt_key_place place)
{
	if (f) f->key = place;
}

size_t tt_figure_keys(const tt_figure *f)
{
	return f ? f->keys : 0;
}

void tt_figure_text(tt_figure *f, double x, double y, int align, unsigned colour, const char *text)
{
	if (!f || f->status != TT_OK || !isfinite(x) || !isfinite(y)) return;
	fputs("set label ", f->set);
	put_quoted(f->set, text);
	fputs(" at ", f->set);
	put_number(f->set, x);
	fputs(", ", f->set);
	put_number(f->set, y);
	fprintf(f->set, " %s offset %g, 0 noenhanced front textcolor ",
	        align < 0 ? "left"
	        : align   ? "right"
	                  : "center",
	        align * -0.6);
	put_colour(f->set, colour);
	fputc('\n', f->set);
}

void tt_figure_rule(tt_figure *f, tt_axis_name across, double at, unsigned colour)
{
	if (!f || f->status != TT_OK || !isfinite(at)) return;
	fputs("set arrow from ", f->set);
	for (int end = 0; end < 2; end++) {
		if (end) fputs(" to ", f->set);
		if (across == TT_AXIS_Y) fprintf(f->set, "graph %d, ", end);
		fputs("first ", f->set);
		put_number(f->set, at);
		if (across == TT_AXIS_X) fprintf(f->set, ", graph %d", end);
	}
	fputs(" nohead back linewidth 0.5 dashtype (6, 4) linecolor ", f->set);
	put_colour(f->set, colour);
	fputc('\n', f->set);
}

/* ---- series ---- */

/* gnuplot's numbers, the same in its three cairo-like terminals. */
static const int symbol_type[] = {
    [TT_DOT] = 7,           [TT_DISC] = 7,     [TT_CIRCLE] = 6,      [TT_SQUARE] = 5,
    [TT_TRIANGLE] = 9,      [TT_DIAMOND] = 13, [TT_OPEN_SQUARE] = 4, [TT_OPEN_TRIANGLE] = 8,
    [TT_OPEN_DIAMOND] = 12, [TT_CROSS] = 2,    [TT_PLUS] = 1};

/* A block of data, counted by gnuplot's `index`; blocks are two blank lines apart. */
static void begin_block(tt_figure *f, const char *columns)
{
	size_t number = f->before + f->blocks;
	fprintf(f->data, "%s# block %zu: %s\n", number ? "\n\n" : "", number, columns);
	fprintf(f->plot, "%sdata index %zu ", f->blocks ? ", \\\n     " : "", number);
	f->blocks++;
}

/* Rows of up to n_columns numbers; a row with a missing one becomes a single blank line, which breaks lines. */
static void put_rows(tt_figure *f, size_t n, const double *const *column, const double *scale, size_t n_columns)
{
	bool open = false;
	for (size_t i = 0; i < n; i++) {
		bool whole = true;
		for (size_t c = 0; c < n_columns; c++)
			whole = whole && isfinite(column[c][i]);
		if (!whole) {
			if (open) fputc('\n', f->data);
			open = false;
			continue;
		}
		for (size_t c = 0; c < n_columns; c++) {
			if (c) fputc(' ', f->data);
			put_number(f->data, column[c][i] * scale[c]);
		}
		fputc('\n', f->data);
		open = true;
	}
}

static void put_title(tt_figure *f, const tt_series *s)
{
	if (!s->name || s->name_at_end) {
		fputs(" notitle", f->plot);
		return;
	}
	fputs(" title ", f->plot);
	put_quoted(f->plot, s->name);
	f->keys++;
}

static void name_end(tt_figure *f, const tt_series *s)
{
	for (size_t i = s->n; i-- > 0;)
		if (isfinite(s->x[i]) && isfinite(s->y[i])) {
			tt_figure_text(f, s->x[i] * or_one(s->x_scale), s->y[i] * or_one(s->y_scale), -1, s->colour,
			               s->name);
			return;
		}
}

static void put_line_style(tt_figure *f, const tt_series *s)
{
	fprintf(f->plot, " linewidth %g", s->width_pt > 0 ? s->width_pt : 0.75);
	if (s->dashed) fputs(" dashtype (6, 4)", f->plot);
}

static void put_symbol_style(tt_figure *f, const tt_series *s)
{
	double size = (s->size > 0 ? s->size : 1) * (s->symbol == TT_DOT ? 0.25 : 0.7);
	fprintf(f->plot, " pointtype %d pointsize %g*dot", symbol_type[s->symbol], size);
}

/* The block's bars as lines, without caps; gnuplot's own error bars blank a disc behind each symbol. */
static void bar_lines(tt_figure *f, const tt_series *s, const char *using)
{
	fprintf(f->plot, "using %s with vectors nohead linecolor ", using);
	put_colour(f->plot, s->colour);
	fprintf(f->plot, " linewidth %g notitle, \\\n     data index %zu ", s->width_pt > 0 ? s->width_pt : 0.75,
	        f->before + f->blocks - 1);
}

static void error_bars(tt_figure *f, const tt_series *s)
{
	double sx = or_one(s->x_scale), sy = or_one(s->y_scale);
	bool x = s->x_lo && s->x_hi, y = s->y_lo && s->y_hi;
	const double *both[] = {s->x, s->y, s->x_lo, s->x_hi, s->y_lo, s->y_hi};
	const double *only_x[] = {s->x, s->y, s->x_lo, s->x_hi}, *only_y[] = {s->x, s->y, s->y_lo, s->y_hi};
	const double scale_both[] = {sx, sy, sx, sx, sy, sy}, scale_x[] = {sx, sy, sx, sx},
	             scale_y[] = {sx, sy, sy, sy};
	if (x && y) {
		begin_block(f, "x y x_low x_high y_low y_high");
		put_rows(f, s->n, both, scale_both, 6);
	} else if (x) {
		begin_block(f, "x y x_low x_high");
		put_rows(f, s->n, only_x, scale_x, 4);
	} else {
		begin_block(f, "x y y_low y_high");
		put_rows(f, s->n, only_y, scale_y, 4);
	}
	if (x) bar_lines(f, s, "3:2:($4-$3):(0)");
	if (y) bar_lines(f, s, x ? "1:5:(0):($6-$5)" : "1:3:(0):($4-$3)");
	fputs("using 1:2 with points", f->plot);
}

static void plain(tt_figure *f, const tt_series *s, const char *with)
{
	const double *column[] = {s->x, s->y};
	const double scale[] = {or_one(s->x_scale), or_one(s->y_scale)};
	begin_block(f, "x y");
	put_rows(f, s->n, column, scale, 2);
	fprintf(f->plot, "with %s", with);
}

static void band(tt_figure *f, const tt_series *s)
{
	const double *column[] = {s->x, s->y_lo, s->y_hi};
	const double scale[] = {or_one(s->x_scale), or_one(s->y_scale), or_one(s->y_scale)};
	begin_block(f, "x y_low y_high");
	put_rows(f, s->n, column, scale, 3);
	fputs("with filledcurves fillstyle solid 1 noborder", f->plot);
}

static void bars(tt_figure *f, const tt_series *s)
{
	if (!s->y_lo) {
		plain(f, s, "boxes fillstyle solid 1 noborder");
		return;
	}
	const double *column[] = {s->x, s->y_lo, s->y};
	const double scale[] = {or_one(s->x_scale), or_one(s->y_scale), or_one(s->y_scale)};
	begin_block(f, "x y_low y_high");
	put_rows(f, s->n, column, scale, 3);
	fputs("using 1:(0.5*($2+$3)):($1-0.4):($1+0.4):2:3 with boxxyerror fillstyle solid 1 noborder", f->plot);
}

static const char *what_is_missing(const tt_series *s)
{
	if (!s->n) return NULL;
	if (!s->x) return "x";
	if (s->style == TT_STYLE_BAND) return s->y_lo && s->y_hi ? NULL : "y_lo and y_hi";
	return s->y ? NULL : "y";
}

void tt_figure_series(tt_figure *f, const tt_series *s)
{
	if (!f || f->status != TT_OK || !s->n) return;
	const char *missing = what_is_missing(s);
	if (missing) {
		f->status = tt_fail(&f->error, TT_ERR_USAGE, "a figure's series without %s", missing);
		return;
	}
	bool point = s->style == TT_STYLE_POINTS || s->style == TT_STYLE_BOTH;
	bool filled = s->style == TT_STYLE_BAND || s->style == TT_STYLE_AREA || s->style == TT_STYLE_BARS;
	bool with_bars = point && ((s->x_lo && s->x_hi) || (s->y_lo && s->y_hi));
	if (s->style == TT_STYLE_BOTH && with_bars) {
		/* The line first, the bars above it under the same name. */
		tt_series line = *s;
		line.style = TT_STYLE_LINE;
		line.name = NULL;
		tt_figure_series(f, &line);
	}
	switch (s->style) {
	case TT_STYLE_LINE: plain(f, s, "lines"); break;
	case TT_STYLE_STEPS: plain(f, s, "histeps"); break;
	case TT_STYLE_POINTS:
	case TT_STYLE_BOTH:
		if (with_bars)
			error_bars(f, s);
		else
			plain(f, s, s->style == TT_STYLE_BOTH ? "linespoints" : "points");
		break;
	case TT_STYLE_BAND: band(f, s); break;
	case TT_STYLE_AREA: plain(f, s, "filledcurves closed fillstyle solid 1 noborder"); break;
	case TT_STYLE_BARS: bars(f, s); break;
	}
	fputs(" linecolor ", f->plot);
	put_colour(f->plot, s->colour);
	if (!filled) put_line_style(f, s);
	if (point) put_symbol_style(f, s);
	put_title(f, s);
	if (s->name && s->name_at_end && s->y) name_end(f, s);
}

void tt_figure_key_entry(tt_figure *f, const tt_series *s)
{
	if (!f || f->status != TT_OK || !s->name) return;
	bool point = s->style == TT_STYLE_POINTS;
	if (!f->blocks) {
		f->status = tt_fail(&f->error, TT_ERR_USAGE, "an entry of the key comes after the first series");
		return;
	}
	bool area = s->style == TT_STYLE_AREA;
	fprintf(f->plot, ", \\\n     keyentry with %s linecolor ",
	        point  ? "points"
	        : area ? "boxes fillstyle solid 1 noborder"
	               : "lines");
	put_colour(f->plot, s->colour);
	if (!area) put_line_style(f, s);
	if (point) put_symbol_style(f, s);
	put_title(f, s);
}

void tt_figure_key_line(tt_figure *f, const char *text)
{
	if (!f || f->status != TT_OK || !f->blocks) return;
	fputs(", \\\n     keyentry with lines linetype nodraw title ", f->plot);
	put_quoted(f->plot, text);
	f->keys++;
}

void tt_figure_grid(tt_figure *f, const tt_grid *g)
{
	if (!f || f->status != TT_OK) return;
	if (!g->columns || !g->rows || !g->value || g->dx == 0 || g->dy == 0) {
		f->status = tt_fail(&f->error, TT_ERR_USAGE, "a map of %zu x %zu values, %g x %g apart", g->columns,
		                    g->rows, g->dx, g->dy);
		return;
	}
	begin_block(f, "rows of values");
	for (size_t row = 0; row < g->rows; row++)
		for (size_t i = 0; i < g->columns; i++) {
			double v = g->value[row * g->columns + i] * or_one(g->scale);
			char text[40];
			fputs(isfinite(v) ? tt_format_double(text, sizeof text, v, 6) : "NaN", f->data);
			fputc(i + 1 < g->columns ? ' ' : '\n', f->data);
			if (isfinite(v)) f->map_lo = fmin(f->map_lo, v), f->map_hi = fmax(f->map_hi, v);
		}
	fprintf(f->plot, "matrix using (%.9g + %.9g*$1):(%.9g + %.9g*$2):3 with image notitle", g->x0, g->dx, g->y0,
	        g->dy);
	f->map = g->map;
	f->has_map = true;
}

/* ---- the script ---- */

static void put_key(FILE *out, tt_key_place place)
{
	static const char *const text[] = {[TT_KEY_TOP_LEFT] = "inside top left Left reverse",
	                                   [TT_KEY_TOP_RIGHT] = "inside top right Left reverse",
	                                   [TT_KEY_BOTTOM_LEFT] = "inside bottom left Left reverse",
	                                   [TT_KEY_BOTTOM_RIGHT] = "inside bottom right Left reverse",
	                                   [TT_KEY_ABOVE] = "outside top center horizontal Left reverse"};
	if (place == TT_KEY_NONE)
		fputs("unset key\n", out);
	else
		fprintf(out, "set key %s noenhanced samplen 1.6 spacing 1.1\n", text[place]);
}

static void put_palette(FILE *out, const tt_figure *f)
{
	size_t n;
	const unsigned *stop = tt_map_stops(f->map, &n);
	fputs("set palette defined (", out);
	for (size_t i = 0; i < n; i++)
		fprintf(out, "%s%zu '#%06x'", i ? ", " : "", i, stop[i]);
	/* the bar 3 mm wide; beside it numbers and their name need 14 mm, however wide the figure is */
	fputs(")\nset rmargin at screen 1 - 20./width_mm\nset cblabel offset 1.0, 0\nset ylabel offset 0.1, 0\nset "
	      "colorbox user origin screen 1 - 18./width_mm, graph 0 size screen 3./width_mm, graph 1 border\nset tics "
	      "out "
	      "front\nset xtics nomirror\nset ytics nomirror\n",
	      out);
	if (f->map_ranged || !(f->map_hi > f->map_lo)) return;
	fprintf(out, "set cbrange [%.6g:%.6g]\n", f->map_lo, f->map_hi);
	put_ticks(out, "cb", f->map_lo, f->map_hi);
}

/* The three terminals measure letters and lines each in its own way; here they are all in points. verb and what
 * draw the figure, again draws it once more. */
static void put_passes(FILE *out, const char *verb, const char *what, size_t what_size, const char *again)
{
	fputs("face = sprintf('%s,%g', font, points)\n"
	      "set terminal pdfcairo enhanced color size width_mm/10. cm, height_mm/10. cm \\\n"
	      "    font face fontscale 0.75 linewidth 2 rounded\n"
	      "dot = 0.9 # size of symbols in this terminal\n"
	      "set output name.'.pdf'\n",
	      out);
	fputs(verb, out);
	fwrite(what, 1, what_size, out);
	fprintf(out,
	        "\nset terminal svg enhanced size width_mm/25.4*96, height_mm/25.4*96 \\\n"
	        "    font face fontscale 96/72. linewidth 96/72. rounded background rgb 'white'\n"
	        "dot = 1.2\n"
	        "set output name.'.svg'\n"
	        "%s\n"
	        "set terminal pngcairo enhanced size floor(width_mm/25.4*%g+0.5), floor(height_mm/25.4*%g+0.5) \\\n"
	        "    font face fontscale %g/96. linewidth %g/72. dashlength %g/144. rounded\n"
	        "dot = 3.75\n"
	        "set output name.'.png'\n"
	        "%s\n"
	        "set output\n",
	        again, png_dpi, png_dpi, png_dpi, png_dpi, png_dpi, again);
}

/* Paper and type, for the script's reader to change. */
static void put_sheet(FILE *out, const char *name, double width_mm, double height_mm)
{
	fprintf(out,
	        "name = '%s'\n"
	        "data = name.'.dat'\n"
	        "width_mm = %g\n"
	        "height_mm = %g\n"
	        "font = '%s' # Debian: fonts-liberation\n"
	        "points = %g # height of the letters\n\n",
	        name, width_mm, height_mm, TT_FONT, font_pt);
}

static void put_frame(FILE *out)
{
	fputs("set encoding utf8\n"
	      "set minussign\n"
	      "set border 15 linewidth 0.5\n"
	      "set tics in scale 0.6, 0.3\n"
	      "set xtics mirror offset 0, 0.3\n"
	      "set ytics mirror offset 0.5, 0\n"
	      "set mxtics 2\n"
	      "set mytics 2\n"
	      "set xlabel offset 0, 0.6\n"
	      "set ylabel offset 0.7, 0\n"
	      "set boxwidth 0.8\n",
	      out);
}

static void put_script(FILE *out, const tt_figure *f, const char *name)
{
	fprintf(out, "# gnuplot %s.gp draws %s.pdf, %s.svg and %s.png from %s.dat: change it to taste.\n", name, name,
	        name, name, name);
	put_sheet(out, name, f->width_mm, f->height_mm);
	put_frame(out);
	put_key(out, f->keys ? f->key : TT_KEY_NONE);
	if (f->has_map) put_palette(out, f);
	fwrite(f->set_text, 1, f->set_size, out);
	fputc('\n', out);
	put_passes(out, "plot ", f->plot_text, f->plot_size, "replot");
}

static tt_status flush_texts(tt_figure *f, tt_error *err)
{
	if (fflush(f->set) == 0 && fflush(f->plot) == 0 && fflush(f->data) == 0) return TT_OK;
	return tt_fail_memory(err, "a figure");
}

/* A figure's name becomes file names and a gnuplot string. */
static bool plain_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./";
	return name[0] && name[strspn(name, allowed)] == 0;
}

static tt_status write_text(tt_outdir *dir, const tt_figure *f, const char *name, const char *suffix, tt_error *err)
{
	char *file = tt_format("%s%s", name, suffix);
	if (!file) return tt_fail_memory(err, name);
	FILE *out;
	tt_status s = tt_outdir_fopen(dir, file, &out, err);
	if (s == TT_OK) {
		if (strcmp(suffix, ".gp") == 0)
			put_script(out, f, tt_path_base(name));
		else
			fwrite(f->data_text, 1, f->data_size, out);
		s = tt_outdir_fclose(dir, out, file, err);
	}
	free(file);
	return s;
}

/* The staged path of a picture, which tells the folder that gnuplot is to work in. */
static tt_status staged(tt_outdir *dir, const char *name, const char *suffix, const char **path, tt_error *err)
{
	char *file = tt_format("%s%s", name, suffix);
	if (!file) return tt_fail_memory(err, name);
	tt_status s = tt_outdir_path(dir, file, path, err);
	free(file);
	return s;
}

static tt_status draw(tt_outdir *dir, const char *name, tt_error *err)
{
	static const char *const suffix[] = {".pdf", ".svg", ".png"};
	const char *script, *picture;
	tt_status s = staged(dir, name, ".gp", &script, err);
	if (s != TT_OK) return s;
	const char *base = tt_path_base(script);
	char *folder = tt_strdup(script);
	if (!folder) return tt_fail_memory(err, name);
	folder[base - script] = 0;
	s = tt_gnuplot_run(folder[0] ? folder : ".", base, err);
	free(folder);
	for (size_t i = 0; s == TT_OK && i < 3; i++) {
		s = staged(dir, name, suffix[i], &picture, err);
		if (s == TT_OK) s = tt_picture_finish(picture, png_dpi, err);
	}
	return s;
}

/* The pictures of the run before, when its script and data were the same. */
static tt_status take_drawn(tt_outdir *dir, const char *name, bool *drawn, tt_error *err)
{
	char *script = tt_format("%s.gp", name), *data = tt_format("%s.dat", name),
	     *pictures = tt_format("%s.pdf %s.svg %s.png", name, name, name);
	tt_status st = TT_OK;
	*drawn = false;
	if (!script || !data || !pictures)
		st = tt_fail_memory(err, name);
	else if (tt_former_is_same(dir, script) && tt_former_is_same(dir, data))
		st = tt_former_take(dir, pictures, drawn, err);
	free(script);
	free(data);
	free(pictures);
	return st;
}

tt_status tt_figure_write(tt_figure *f, tt_outdir *dir, const char *name, tt_error *err)
{
	if (!f) return tt_fail_memory(err, "a figure");
	if (f->status != TT_OK) return tt_fail(err, f->status, "%s: %s", name, f->error.message);
	if (!plain_name(name))
		return tt_fail(err, TT_ERR_USAGE, "\"%s\" is no name for a figure: letters, digits and _ - + . / only",
		               name);
	if (!f->blocks) return tt_fail(err, TT_ERR_FAILED, "%s: there is nothing to draw", name);
	tt_status s = flush_texts(f, err);
	if (s == TT_OK) s = write_text(dir, f, name, ".dat", err);
	if (s == TT_OK) s = write_text(dir, f, name, ".gp", err);
	bool drawn = false;
	if (s == TT_OK) s = take_drawn(dir, name, &drawn, err);
	if (s == TT_OK && !drawn) s = draw(dir, name, err);
	return s;
}

/* ---- several figures on one sheet ---- */

void tt_figure_after(tt_figure *f, const tt_figure *before)
{
	if (!f || !before) return;
	f->before = before->before + before->blocks;
	if (f->blocks && f->status == TT_OK)
		f->status = tt_fail(&f->error, TT_ERR_USAGE, "a panel is told what it comes after once it has series");
}

typedef struct sheet {
	tt_figure *const *f;
	size_t n, columns;
	double width_mm, height_mm, top_mm;
	const char *key, *name;
} sheet;

enum { MOST_LINES = 8 };

static double key_height(const char *key)
{
	double lines = key ? 1 : 0;
	for (; key && *key; key++)
		lines += *key == '\n';
	return lines > 0 ? 3.2 * lines + 1 : 0;
}

/* The key's lines, once. */
static void put_lines(FILE *out, const sheet *s)
{
	const char *line = s->key;
	for (int i = 0; line && i < MOST_LINES; i++) {
		size_t n = strcspn(line, "\n");
		char *text = tt_format("%.*s", (int)n, line);
		fputs("set label ", out);
		put_quoted(out, text ? text : "");
		fprintf(out, " at screen 0.5, screen 1 - %.3f/height_mm center noenhanced front\n", 2.2 + 3.2 * i);
		free(text);
		line = line[n] ? line + n + 1 : NULL;
	}
}

static void put_panels(FILE *out, const sheet *s)
{
	const double left = 11.5, right = 2, bottom = 8.5,
	             top = 1.5; /* mm; with decimals: gnuplot divides whole numbers whole */
	double rows = (double)((s->n + s->columns - 1) / s->columns), w = s->width_mm / (double)s->columns;
	double h = (s->height_mm - s->top_mm) / rows;
	fprintf(out, "# What is on the panels of %s.gp, which loads this.\nset multiplot\n", s->name);
	for (size_t i = 0; i < s->n; i++) {
		const tt_figure *f = s->f[i];
		double x = w * (double)(i % s->columns),
		       y = s->height_mm - s->top_mm - h * (double)(i / s->columns + 1);
		fprintf(out, "\nreset\n");
		put_frame(out);
		fprintf(out,
		        "set lmargin at screen %.3f/width_mm\nset rmargin at screen %.3f/width_mm\n"
		        "set bmargin at screen %.3f/height_mm\nset tmargin at screen %.3f/height_mm\n",
		        x + left, x + w - right, y + bottom, y + h - top);
		fputs("set ylabel offset 0.3, 0\n", out);
		put_key(out, f->keys ? f->key : TT_KEY_NONE);
		if (i == 0) put_lines(out, s);
		fwrite(f->set_text, 1, f->set_size, out);
		fputs("plot ", out);
		fwrite(f->plot_text, 1, f->plot_size, out);
		fputc('\n', out);
	}
	fputs("\nunset multiplot\n", out);
}

static void put_sheet_script(FILE *out, const sheet *s)
{
	fprintf(out,
	        "# gnuplot %s.gp draws %s.pdf, %s.svg and %s.png from %s.dat and %s.panels.gp: change them to taste.\n",
	        s->name, s->name, s->name, s->name, s->name, s->name);
	put_sheet(out, s->name, s->width_mm, s->height_mm);
	static const char load[] = "load name.'.panels.gp'";
	put_passes(out, "", load, sizeof load - 1, load);
}

static void put_sheet_data(FILE *out, const sheet *s)
{
	for (size_t i = 0; i < s->n; i++)
		fwrite(s->f[i]->data_text, 1, s->f[i]->data_size, out);
}

static tt_status write_part(tt_outdir *dir, const sheet *s, const char *name, const char *suffix,
                            void (*put)(FILE *, const sheet *), tt_error *err)
{
	char *file = tt_format("%s%s", name, suffix);
	FILE *out;
	if (!file) return tt_fail_memory(err, name);
	tt_status st = tt_outdir_fopen(dir, file, &out, err);
	if (st == TT_OK) {
		put(out, s);
		st = tt_outdir_fclose(dir, out, file, err);
	}
	free(file);
	return st;
}

tt_status tt_figure_panels(tt_figure *const *f, size_t n, size_t columns, double width_mm, double height_mm,
                           const char *key, tt_outdir *dir, const char *name, tt_error *err)
{
	if (!n || !columns || !plain_name(name))
		return tt_fail(err, TT_ERR_USAGE, "a sheet without panels, columns or name");
	for (size_t i = 0, blocks = 0; i < n; i++) {
		if (!f[i]) return tt_fail_memory(err, "a figure");
		if (f[i]->status != TT_OK) return tt_fail(err, f[i]->status, "%s: %s", name, f[i]->error.message);
		if (!f[i]->blocks)
			return tt_fail(err, TT_ERR_FAILED, "%s: there is nothing to draw on panel %zu", name, i + 1);
		if (f[i]->before != blocks)
			return tt_fail(err, TT_ERR_USAGE, "%s: panel %zu does not come after panel %zu", name, i + 1,
			               i);
		blocks += f[i]->blocks;
		tt_status st = flush_texts(f[i], err);
		if (st != TT_OK) return st;
	}
	const sheet s = {f, n, columns, width_mm, height_mm, key_height(key), key, tt_path_base(name)};
	tt_status st = write_part(dir, &s, name, ".dat", put_sheet_data, err);
	if (st == TT_OK) st = write_part(dir, &s, name, ".panels.gp", put_panels, err);
	if (st == TT_OK) st = write_part(dir, &s, name, ".gp", put_sheet_script, err);
	return st == TT_OK ? draw(dir, name, err) : st;
}
