/* Tables, JSON, figures and annotated pictures.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_REPORT_H
#define TEMTENSILE_REPORT_H

#include <stdio.h>

#include "temtensile/core.h"
#include "temtensile/study.h"
#include "temtensile/curve.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tt_outdir; /* core/outdir.h: the folder in which results are staged */

/* ---- tables ---- */

/* One column of a CSV table: exactly one of value, integer, text is set, each with one entry a row. */
typedef struct tt_column {
	const char *name;
	const double *value; /* NaN and infinity: an empty cell */
	const int64_t *integer;
	const char *const *text; /* NULL entry: an empty cell; quoted as RFC 4180 asks */
	double scale;            /* value × scale is written (1e9: m → nm); 0 counts as 1 */
	int digits;              /* significant digits of value, 1 … 17; 0 counts as 9 */
} tt_column;

/* Header line, then `rows` rows; LF line ends, UTF-8, decimal point. */
TT_API tt_status tt_table_write(struct tt_outdir *dir, const char *file, const tt_column *columns, size_t n_columns,
                                size_t rows, tt_error *err);
/* curve.csv as the contract names its columns. */
TT_API tt_status tt_curve_write(struct tt_outdir *dir, const char *file, const tt_curve *curve, tt_error *err);

/* The curve of a result in a form that other programs read: "csv" (as curve.csv), "tsv" (for Origin: long name, unit,
 * comment, then rows), "xlsx" (the same as a sheet), or its figure as "svg", "pdf", "png", width_mm wide. *data is
 * malloc'ed. Another format is TT_ERR_USAGE. */
struct tt_test;
struct tt_result;
TT_API tt_status tt_export_curve(const struct tt_test *test, const struct tt_result *r, const char *format,
                                 double width_mm, unsigned char **data, size_t *size, tt_error *err);
/* The same tables as files of a folder of results. */
TT_API tt_status tt_curve_tsv_write(struct tt_outdir *dir, const char *file, const char *name, const tt_curve *c,
                                    tt_error *err);
TT_API tt_status tt_curve_xlsx_write(struct tt_outdir *dir, const char *file, const char *name, const tt_curve *c,
                                     tt_error *err);

/* A frame as a JPEG of that width (0, or more than it has: as it is), malloc'ed. black, white: grey levels that become
 * black and white, NaN: as tt_shot_limits says. */
TT_API tt_status tt_shot_encode(const tt_image *image, double black, double white, int width, int quality,
                                unsigned char **data, size_t *size, tt_error *err);
/* The 0.1 % and 99.9 % quantiles of the grey levels, with a tenth of their distance around. */
TT_API void tt_shot_limits(const tt_image *image, double *black, double *white);

/* ---- JSON ---- */

/* A document being built: objects and lists are opened and closed, members added in the order in which they are to
 * stand. key: the member's name inside an object, NULL inside a list. What goes wrong (memory, a text that is not
 * UTF-8, a key where none belongs) is kept and told by tt_json_write. */
typedef struct tt_json tt_json;
TT_API tt_json *tt_json_new(void); /* the root is an open object; NULL without memory, which all functions accept */
TT_API void tt_json_free(tt_json *j);
TT_API void tt_json_object(tt_json *j, const char *key); /* … tt_json_end */
TT_API void tt_json_list(tt_json *j, const char *key);   /* … tt_json_end */
TT_API void tt_json_end(tt_json *j);
TT_API void tt_json_number(tt_json *j, const char *key, double value); /* NaN, infinity: null; 15 significant digits */
TT_API void tt_json_integer(tt_json *j, const char *key, int64_t value);
TT_API void tt_json_string(tt_json *j, const char *key, const char *value); /* NULL: null */
TT_API void tt_json_bool(tt_json *j, const char *key, bool value);
TT_API void tt_json_null(tt_json *j, const char *key);
TT_API void tt_json_strings(tt_json *j, const char *key, const tt_strings *list);
/* {value, u}: NaN members are null. */
TT_API void tt_json_value_u(tt_json *j, const char *key, double value, double u);
/* A property by the contract: {value, u, interval95: [lo, hi], definition}; interval95 null when lo or hi is NaN. */
TT_API void tt_json_property(tt_json *j, const char *key, double value, double u, double lo, double hi,
                             const char *definition);
/* … or {value: null, u: null, reason}. */
TT_API void tt_json_no_property(tt_json *j, const char *key, const char *reason);
/* Everything still open is closed; indented by 2. Frees nothing. */
TT_API tt_status tt_json_write(tt_json *j, struct tt_outdir *dir, const char *file, tt_error *err);
/* The same as one string, malloc'ed (for --progress=json, the report page and the like); indent 0: one line. */
TT_API tt_status tt_json_text(tt_json *j, int indent, char **text, tt_error *err);

/* ---- MAT files ---- */

/* A MAT 5 file (compressed) being built, as a tt_json is: what stands at the top are variables. Names that MATLAB does
 * not know as names are changed as its jsondecode does: what is no letter, digit or underscore becomes an underscore, a
 * blank makes the next letter a capital, x stands before one that does not begin with a letter, and a keyword becomes
 * xEnd, xFor …; what is beyond 63 characters is cut. A name used twice, memory: kept, and told by tt_mat_write. Text of
 * ASCII is stored as UTF-8, other text as UTF-16, as MATLAB itself does: MATLAB refuses the UTF-8 of several bytes a
 * character that Octave reads. */
typedef struct tt_mat tt_mat;
TT_API tt_mat *tt_mat_new(void); /* NULL without memory, which all functions accept */
TT_API void tt_mat_free(tt_mat *m);
TT_API void tt_mat_struct(tt_mat *m, const char *key); /* … tt_mat_end */
TT_API void tt_mat_end(tt_mat *m);
/* A matrix; value[row * columns + column]. One column: a column vector. scale 0 counts as 1. */
TT_API void tt_mat_matrix(tt_mat *m, const char *key, const double *value, size_t rows, size_t columns, double scale);
TT_API void tt_mat_integers(tt_mat *m, const char *key, const int64_t *value,
                            size_t n); /* a column vector of doubles */
TT_API void tt_mat_text(tt_mat *m, const char *key, const char *text);
TT_API void tt_mat_texts(tt_mat *m, const char *key, const char *const *text, size_t n); /* a column of cells */
/* A whole JSON document: object -> struct, list of numbers -> row, of strings -> row of cells, of objects with the
 * same members -> row of structs, any other list -> row of cells; null -> NaN, true and false -> logical. */
TT_API void tt_mat_json(tt_mat *m, const char *key, const tt_json *j);
/* The units of its numbers, a struct of the same shape whose leaves are text: what stands at the end of a member's name
 * (youngs_modulus_GPa: 'GPa', stiffness_N_per_m: 'N/m', none: '1'), for value, u and interval95 that of what they
 * belong to. A list of objects has one struct. */
TT_API void tt_mat_units(tt_mat *m, const char *key, const tt_json *j);
/* The same for one name: "GPa", "uN/s", "1". Returns buf. */
TT_API const char *tt_unit_of_name(const char *name, char *buf, size_t size);
/* The same input gives the same bytes: the header says no date. Frees nothing. */
TT_API tt_status tt_mat_write(tt_mat *m, struct tt_outdir *dir, const char *file, tt_error *err);

/* Copies all variables into a file of version 5 (v73: version 7.3, which is HDF5). *objects: how many objects of MATLAB
 * classes and function handles were replaced by empty matrices. The target appears complete or not at all; a file there
 * that no run left is replaced only when `force`, the file that is read never. */
TT_API tt_status tt_mat_convert(const char *in, const char *out, bool v73, bool force, size_t *objects, tt_error *err);

/* ---- colours ---- */

/* Colours that colour-blind readers can tell apart (Okabe & Ito 2008, "Color Universal Design"), 0xRRGGBB. */
enum {
	TT_BLACK = 0x000000,
	TT_ORANGE = 0xE69F00,
	TT_SKY = 0x56B4E9,
	TT_GREEN = 0x009E73,
	TT_YELLOW = 0xF0E442,
	TT_BLUE = 0x0072B2,
	TT_VERMILION = 0xD55E00,
	TT_PURPLE = 0xCC79A7,
	TT_GREY = 0x777777
};
/* The i-th colour of a series of curves: blue, vermilion, green, orange, sky, purple, black, then again. */
TT_API unsigned tt_series_colour(size_t i);
/* Half-way (by `share`, 0 … 1) from a colour to white: the opaque fill of a band. */
TT_API unsigned tt_tint(unsigned colour, double share);
/* Colour maps for values: viridis (Smith & van der Walt 2015), perceptually uniform; a diverging one, blue - white -
 * vermilion, for differences; grey. v is clamped to 0 … 1; NaN gives a light grey that is in none of them. */
typedef enum tt_map { TT_MAP_VIRIDIS, TT_MAP_DIVERGING, TT_MAP_GREY } tt_map;
TT_API unsigned tt_map_colour(tt_map map, double v);

/* ---- figures by gnuplot ---- */

typedef struct tt_figure_options {
	double width_mm;   /* 0: 85, one column of a journal */
	double height_mm;  /* 0: 3/4 of the width, at most 100 */
	const char *title; /* NULL: none (papers have captions) */
} tt_figure_options;

/* A figure being described; what goes wrong is kept and told by tt_figure_write. All texts are UTF-8 and shown as
 * they are: nothing in them is markup. */
typedef struct tt_figure tt_figure;

typedef enum tt_axis_name { TT_AXIS_X, TT_AXIS_Y, TT_AXIS_COLOUR } tt_axis_name;
typedef struct tt_axis {
	const char *label;
	double lo, hi; /* NaN: chosen from the data; hi < lo: reversed (rows of an image run down) */
	bool log;
	const char *const *names; /* names at 0, 1, 2 … instead of numbers; NULL: numbers */
	size_t n_names;
	bool indices; /* in names, what stands behind "_" is an index below the line: "R_p0.2" */
} tt_axis;

typedef enum tt_style {
	TT_STYLE_LINE,   /* x, y; NaN breaks the line */
	TT_STYLE_POINTS, /* x, y, with error bars where x_lo/x_hi, y_lo/y_hi are given */
	TT_STYLE_BOTH,   /* line and points */
	TT_STYLE_BAND,   /* between y_lo and y_hi over x, filled */
	TT_STYLE_AREA,   /* the closed polygon x, y, filled */
	TT_STYLE_BARS,   /* upright bars of height y at x, 0.8 wide; from y_lo when given (stacked bars) */
	TT_STYLE_STEPS   /* horizontal treads, middle at x */
} tt_style;

typedef enum tt_symbol {
	TT_DOT,
	TT_DISC,
	TT_CIRCLE,
	TT_SQUARE,
	TT_OPEN_SQUARE,
	TT_TRIANGLE,
	TT_OPEN_TRIANGLE,
	TT_DIAMOND,
	TT_OPEN_DIAMOND,
	TT_CROSS,
	TT_PLUS
} tt_symbol;

typedef struct tt_series {
	tt_style style;
	const char *name; /* in the key; NULL: not there */
	bool name_at_end; /* the name stands beside the last point instead of in the key */
	unsigned colour;
	double width_pt; /* of lines; 0: 0.75 */
	bool dashed;
	tt_symbol symbol;
	double size; /* of symbols, 1: about 1.2 mm; 0 counts as 1 */
	size_t n;
	const double *x, *y, *x_lo, *x_hi, *y_lo, *y_hi;
	double x_scale, y_scale; /* multiply the data, 0 counts as 1 */
} tt_series;

TT_API tt_figure *tt_figure_new(const tt_figure_options *options); /* NULL without memory, which all functions accept */
TT_API void tt_figure_free(tt_figure *f);
TT_API void tt_figure_axis(tt_figure *f, tt_axis_name which, const tt_axis *axis);
TT_API void tt_figure_series(tt_figure *f, const tt_series *series);
/* Values on a grid as colours: value[row * columns + column] at x0 + column dx, y0 + row dy; NaN stays empty. */
typedef struct tt_grid {
	size_t columns, rows;
	const double *value;
	double x0, dx, y0, dy, scale; /* scale 0 counts as 1 */
	tt_map map;
} tt_grid;
TT_API void tt_figure_grid(tt_figure *f, const tt_grid *grid);
/* Text at a place in data coordinates; align -1: starts there, 0: centred, 1: ends there. */
TT_API void tt_figure_text(tt_figure *f, double x, double y, int align, unsigned colour, const char *text);
/* A thin dashed line across the whole figure at x (TT_AXIS_X) or y. */
TT_API void tt_figure_rule(tt_figure *f, tt_axis_name across, double at, unsigned colour);
typedef enum tt_key_place {
	TT_KEY_NONE,
	TT_KEY_TOP_LEFT,
	TT_KEY_TOP_RIGHT,
	TT_KEY_BOTTOM_LEFT,
	TT_KEY_BOTTOM_RIGHT,
	TT_KEY_ABOVE
} tt_key_place;
TT_API void tt_figure_key(tt_figure *f, tt_key_place place);
/* A line, an area or a symbol with its name in the key alone; data are not looked at. After the first series. */
TT_API void tt_figure_key_entry(tt_figure *f, const tt_series *s);
/* A further line of the key, without a symbol, below the entry before. */
TT_API void tt_figure_key_line(tt_figure *f, const char *text);
/* The number of series that tt_figure_key would show (for choosing a place). */
TT_API size_t tt_figure_keys(const tt_figure *f);

/* Leaves <name>.gp, <name>.dat, <name>.pdf, <name>.svg, <name>.png (300 dpi) in dir. `gnuplot <name>.gp` inside the
 * result folder makes the three pictures again. Dates inside are SOURCE_DATE_EPOCH or 1970: same input, same bytes.
 * gnuplot missing or failing: TT_ERR_FAILED with its words. Frees nothing. */
TT_API tt_status tt_figure_write(tt_figure *f, struct tt_outdir *dir, const char *name, tt_error *err);

/* What may be marked in a stress–strain figure: a point with its key text; NaN: not drawn. */
typedef struct tt_stress_strain_marks {
	double yield_strain, yield_stress_Pa; /* 0.2 % offset yield */
	double ultimate_strain, ultimate_stress_Pa;
	double fracture_strain, fracture_stress_Pa; /* NaN: the last row before the first fractured one */
	bool fracture;                              /* the test ended broken: mark it */
	double modulus_Pa, modulus_strain0;         /* elastic line through (strain0, 0); NaN: not drawn */
	double offset;                              /* of the dashed line to the yield point; NaN: 0.002 */
	const char *band; /* name of the band in the key, lines by '\n'; NULL: "95 % uncertainty" */
} tt_stress_strain_marks;
TT_API tt_stress_strain_marks tt_stress_strain_marks_none(void);
struct tt_result;
TT_API tt_stress_strain_marks tt_stress_strain_marks_of(const struct tt_result *r);

/* Engineering stress (GPa) against engineering strain (%) of the rows that have both and are no duplicates, with the
 * band of ± 1.96 u of stress and strain together. marks and options may be NULL. */
TT_API tt_status tt_figure_stress_strain(struct tt_outdir *dir, const char *name, const tt_curve *curve,
                                         const tt_stress_strain_marks *marks, const tt_figure_options *options,
                                         tt_error *err);

/* One curve among several. */
typedef struct tt_named_curve {
	const char *name;
	const tt_curve *curve;
	int group;    /* colour; -1: its own */
	double shift; /* to the right, in strain, for curves drawn side by side; 0: none */
} tt_named_curve;
/* Curves of several tests, each with its name beside its end and its band. */
TT_API tt_status tt_figure_curves(struct tt_outdir *dir, const char *name, const tt_named_curve *curves, size_t n,
                                  const tt_figure_options *options, tt_error *err);

/* ---- pictures by cairo: images with things drawn on them ---- */

/* A sheet of paper in millimetres, white. Drawing goes through panels: a panel shows a part of an image in a
 * rectangle of the sheet, and places on it are then given in the image's pixels (centres at integers, x right, y
 * down). What goes wrong is kept and told when the sheet is written. The drawing is vectors and text; nothing depends
 * on the machine but the fonts (Debian: fonts-liberation, and fonts-dejavu-core for letters that those lack). */
typedef struct tt_canvas tt_canvas;
TT_API tt_canvas *tt_canvas_new(double width_mm,
                                double height_mm); /* NULL without memory, which all functions accept */
TT_API void tt_canvas_free(tt_canvas *c);
/* Frees the fonts that cairo keeps for the whole process. For a program's last line, when nothing draws any more: what
 * they hold looks like a leak to valgrind and AddressSanitizer. */
TT_API void tt_canvas_forget_fonts(void);

/* Starts a panel at x, y (top left, mm) that shows the image's part `shown` as large as it fits into width × height mm,
 * centred. Without a panel, places are in mm on the sheet (tt_canvas_sheet goes back to that). */
TT_API void tt_canvas_panel(tt_canvas *c, double x_mm, double y_mm, double width_mm, double height_mm, tt_rect shown);
TT_API void tt_canvas_sheet(tt_canvas *c);
/* mm on the sheet of one image pixel in the present panel (1 without a panel). */
TT_API double tt_canvas_mm_per_px(const tt_canvas *c);

/* The grey image itself, at its place in the panel; grey levels black … white become black … white. NaN pixels and
 * whatever black >= white asks for: the limits are taken from the image's 0.5 % and 99.5 % quantiles. */
TT_API void tt_canvas_image(tt_canvas *c, const tt_image *image, double black, double white);
/* Values in the colours of a map, lo … hi, one per pixel of `image` (TT_F32; NaN stays clear). */
TT_API void tt_canvas_values(tt_canvas *c, const tt_image *values, tt_map map, double lo, double hi, double opacity);

typedef struct tt_pen {
	unsigned colour;
	double width_pt; /* 0: 0.75 */
	double opacity;  /* 0 counts as 1 */
	bool dashed;
	bool halo; /* a dark or bright border around it, so that it is seen on any grey */
} tt_pen;
TT_API void tt_canvas_line(tt_canvas *c, double x0, double y0, double x1, double y1, const tt_pen *pen);
/* n xy pairs; closed: back to the first. Clipped to the panel, as lines are. */
TT_API void tt_canvas_polyline(tt_canvas *c, const double *xy, size_t n, bool closed, const tt_pen *pen);
TT_API void tt_canvas_fill(tt_canvas *c, const double *xy, size_t n, unsigned colour, double opacity);
TT_API void tt_canvas_symbol(tt_canvas *c, double x, double y, tt_symbol symbol, double size_mm, const tt_pen *pen);
/* Text whose box lies to the right of (align_x -1), around (0) or to the left of (1) the place, and below (align_y -1),
 * around (0) or above (1) it, moved by dx, dy mm. Several lines by '\n'. size_pt 0: 7.5. */
typedef struct tt_words {
	double size_pt;
	unsigned colour;
	int align_x, align_y;
	double dx_mm, dy_mm, turn_deg; /* clockwise about the place */
	bool bold, halo;
} tt_words;
TT_API void tt_canvas_text(tt_canvas *c, double x, double y, const tt_words *how, const char *text);
/* In the panel's lower left (corner 0) or lower right (1) corner: a bar of 1, 2 or 5 × 10^k nm, 12 to 32 % of the
 * panel's width, with its length. length_m (may be NULL) is what was chosen. Where something is burnt into the image
 * that was drawn last on the panel (it must still be there), another corner is taken; black on bright ground, white on
 * dark. */
TT_API void tt_canvas_scale_bar(tt_canvas *c, double pixel_size_m, int corner, double *length_m);
/* Upright, in mm of the sheet, numbers and label to the right of it (about 12 mm). */
TT_API void tt_canvas_colour_bar(tt_canvas *c, double x_mm, double y_mm, double width_mm, double height_mm, tt_map map,
                                 double lo, double hi, const char *label);

/* <name>.png / .pdf by the name's ending; dpi for PNG. Same input, same bytes (see tt_figure_write). */
TT_API tt_status tt_canvas_write(tt_canvas *c, struct tt_outdir *dir, const char *file, double dpi, tt_error *err);
/* Drawn into memory: height rows of width pixels 0x00RRGGBB, stride in bytes; the sheet fills the picture. */
TT_API tt_status tt_canvas_render(tt_canvas *c, int width, int height, uint32_t *pixels, size_t stride, tt_error *err);

/* A grey picture as binary PGM: 8 bits as they are, 16 bits as they are, floats stretched over 16 bits (said in a
 * comment; NaN: 0). What goes wrong with f is seen by who closes it. */
TT_API tt_status tt_pgm_put(FILE *f, const tt_image *image, tt_error *err);
/* The same in the form that a file's name asks for; another ending is TT_ERR_USAGE. */
typedef enum tt_grey_format { TT_GREY_PGM, TT_GREY_PNG, TT_GREY_TIFF } tt_grey_format;
TT_API tt_status tt_grey_format_of(const char *path, tt_grey_format *out, tt_error *err);
TT_API tt_status tt_grey_put(FILE *f, const tt_image *image, tt_grey_format format, tt_error *err);
/* A grey TIFF of 16 bits, rows without gaps, compressed without loss. description (may be NULL): what a level means. */
TT_API tt_status tt_tiff16_write(struct tt_outdir *dir, const char *file, const uint16_t *pixels, int width, int height,
                                 const char *description, tt_error *err);
/* The same of floats (NaN stays NaN). */
TT_API tt_status tt_tiff_f32_write(struct tt_outdir *dir, const char *file, const float *pixels, int width, int height,
                                   const char *description, tt_error *err);

/* What gauge.png shows on the first frame; px of that frame. NaN where something is not known: it is not drawn. */
typedef struct tt_gauge_picture {
	double from[2], to[2];
	double section[2][2]; /* ends of the parallel section, on the axis */
	double edge[2][2][2]; /* [edge][end]: its corners */
	const double *xy;     /* n centres of subsets */
	size_t n;
	int subset_px;
	double pixel_size_m; /* NaN: no scale bar */
	const char *caption; /* lines by '\n', in the upper left corner; NULL: none */
	double width_px;     /* of the bar, which the words stay off; NaN: not known */
	double width_mm;     /* of the picture; 0: 85. A high one is narrower: at most 120 mm high */
} tt_gauge_picture;
TT_API tt_gauge_picture tt_gauge_picture_none(void);
/* file: .png (300 dpi) or .pdf. */
TT_API tt_status tt_picture_gauge(struct tt_outdir *dir, const char *file, const tt_image *first,
                                  const tt_gauge_picture *g, tt_error *err);

/* ---- several tests ---- */

/* Reads the folder that an analysis left (summary.json, curve.csv, uncertainty.csv) into t, all but its `folder`.
 * TT_ERR_INPUT with file and line when something in it is not what it should be. t may always be cleared. */
TT_API tt_status tt_result_read(const char *folder, tt_study_test *t, tt_error *err);

/* table.csv, table.md, table.tex, table.json: a row a group, a row a test below; numbers in
 * full, in Markdown and LaTeX rounded to their uncertainty. statistics.json: Welch's and the classical tests in full
 * precision. */
TT_API tt_status tt_study_tables(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, tt_error *err);
TT_API tt_status tt_study_statistics(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, tt_error *err);

/* curves: all engineering curves, a colour a group, fracture marked, names beside the curves where they fit, else a
 * key. strength_ductility: ultimate strength against total elongation. trends: properties against the groups. width_mm
 * 0: 85, 85 and 170. Nothing is drawn when no test has what the figure shows. */
TT_API tt_status tt_study_figures(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, double width_mm,
                                  tt_error *err);

/* One film in the figure of differential images. */
typedef struct tt_necking_row {
	const char *label;      /* of the film */
	const char *specimen;   /* whose pictures these are; NULL: not said */
	tt_image first, second; /* the two frames, registered */
	tt_image difference;    /* TT_F32, grey levels, NaN outside */
	double strain[2];
	bool chosen;         /* else yield and last frame before fracture */
	double pixel_size_m; /* NaN: no scale bar */
} tt_necking_row;
enum { TT_NECKING_ROWS_MOST = 12 }; /* rows of bars of the usual shape that a page of 250 mm has room for */
/* necking_rows.png (300 dpi) and .pdf, 170 mm wide: a row for each film, both frames and their difference; the
 * differences share one scale, that of the largest. of: groups in all, said below where they are more than n. */
TT_API tt_status tt_necking_rows(struct tt_outdir *dir, const tt_necking_row *row, size_t n, size_t of, tt_error *err);

/* Several figures on one sheet. Each but the first is told which one it comes after, before anything is added to it. */
TT_API void tt_figure_after(tt_figure *f, const tt_figure *before);
/* Rows of `columns` panels, first row first, each as large as its own options say the whole is to be divided: width_mm
 * and height_mm are the sheet's. Leaves <name>.gp, <name>.panels.gp (what is on the panels), <name>.dat and the three
 * pictures. `key` (may be NULL): a line of text above the panels. */
TT_API tt_status tt_figure_panels(tt_figure *const *f, size_t n, size_t columns, double width_mm, double height_mm,
                                  const char *key, struct tt_outdir *dir, const char *name, tt_error *err);

#ifdef __cplusplus
}
#endif
#endif
