/* report.html: one test as one file that needs nothing else; study.html: several tests and links to theirs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_PAGE_REPORT_H
#define TT_REPORT_PAGE_REPORT_H

#include "report/draw/jpeg.h"
#include "temtensile/core.h"
#include "temtensile/decisions.h"

struct tt_outdir;

/* ---- pictures of the frames ---- */

/* Which rows of the test get a picture, and how large it is. */
typedef struct tt_shots_plan {
	size_t n, *row; /* rising */
	size_t step;    /* every step-th usable row … */
	size_t extra;   /* … and so many more around the instants that matter */
	size_t usable;  /* rows that have a picture of their own */
	int width, height;
	size_t bytes; /* that all JPEG files together may take */
} tt_shots_plan;

/* usable: rows with a picture that is not a repetition. Rows within a few of the `important` ones are all kept. */
tt_status tt_shots_plan_make(const bool *usable, size_t rows, const size_t *important, size_t n_important,
                             int frame_width, int frame_height, tt_shots_plan *out, tt_error *err);
void tt_shots_plan_clear(tt_shots_plan *p);

typedef struct tt_shot {
	size_t row;
	tt_jpeg jpeg;
} tt_shot;

typedef struct tt_shots {
	tt_shots_plan plan;
	tt_shot *shot;
	size_t n;
	size_t used;    /* bytes */
	size_t dropped; /* pictures that found no room */
	int quality, least_quality;
	double black, white; /* grey levels */
	struct tt_scaler *scaler;
	uint8_t *grey;
	size_t next; /* in the plan */
} tt_shots;

/* Takes over the plan. */
tt_status tt_shots_open(const tt_shots_plan *plan, int frame_width, int frame_height, double black, double white,
                        tt_shots *out, tt_error *err);
/* Rows in rising order; those that the plan does not name are passed over. */
tt_status tt_shots_put(tt_shots *s, size_t row, const tt_image *image, tt_error *err);
void tt_shots_clear(tt_shots *s);

/* ---- the page of a test ---- */

/* Something that can be drawn over something else; one value a row, NaN where missing. */
typedef struct tt_page_column {
	const char *key, *name, *unit;
	const double *value, *u; /* u: standard uncertainty, or NULL */
	double scale;            /* shown = value × scale */
	int decimals;            /* in the page's readout */
} tt_page_column;

typedef struct tt_page_property {
	const char *name, *symbol, *unit, *definition, *reason;
	double value, u, lo, hi; /* as shown; value NaN: the reason is shown */
} tt_page_property;

/* An instant of the test that has a name. */
typedef struct tt_page_instant {
	const char *name;
	size_t row;
} tt_page_instant;

/* A point of the curve that has a name, in the units of the columns shown first. */
typedef struct tt_page_mark {
	const char *name, *symbol; /* symbol: "circle", "triangle", "crossRot" */
	double x, y;
} tt_page_mark;

/* A figure of the folder, embedded. */
typedef struct tt_page_figure {
	const char *file;    /* .svg or .png, staged; one that is not there is passed over */
	const char *heading; /* NULL: under the heading of the one before */
	const char *words;   /* what it shows: caption, and alternative text */
	bool wide;
} tt_page_figure;

/* A file of the folder. */
typedef struct tt_page_file_line {
	const char *files; /* names with blanks between, as the table of outputs has them ("spring.*") */
	const char *what;
} tt_page_file_line;

/* For a POSIX shell; nothing is quoted that need not be. malloc'ed. */
char *tt_shell_quoted(const char *text);

typedef struct tt_report_page {
	const char *title, *subtitle;
	const char *notes; /* the user's own words, or NULL */
	const tt_page_mark *mark;
	size_t n_marks;
	const tt_decision *decision;
	size_t n_decisions;
	const tt_page_figure *figure;
	size_t n_figures;
	const tt_page_file_line *line;
	size_t n_lines;
	const char *command;
	const char *summary; /* text of summary.json: warnings, inputs, parameters are taken from there */
	size_t rows;
	const int64_t *frame;
	const double *time_s;
	const char *const *flag; /* NULL or "" : an ordinary row */
	const tt_page_column *column;
	size_t n_columns, x, y; /* x, y: columns shown first */
	const double *ends;     /* rows × 4: the gauge's ends, px; NaN: not known; or NULL */
	int frame_width, frame_height;
	double pixel_size_m; /* NaN: not known */
	const tt_shots *shots;
	const tt_page_instant *instant;
	size_t n_instants;
	const tt_page_property *property;
	size_t n_properties;
	const char *band;  /* name of the curve's band: "95 % uncertainty, pixel size exact" */
	const char *exact; /* inputs that were taken as exact: "video.pixel_size, specimen.width"; "" or NULL: none */
	const char *figure_svg;    /* text of the static figure, or NULL */
	const char *necking_png;   /* path of a picture, or NULL */
	const char *necking_words; /* its caption */
} tt_report_page;

/* The same page gives the same bytes. */
tt_status tt_report_write(struct tt_outdir *dir, const char *file, const tt_report_page *page, tt_error *err);

/* ---- the page of a study ---- */

typedef struct tt_study_page_test {
	const char *name, *group; /* group: "" without groups */
	const char *link;         /* relative path of its report.html; NULL: it has none (the test failed) */
	const char *remark;       /* why it failed, or NULL */
	size_t rows;
	const double *strain, *stress_Pa, *u_strain, *u_stress_Pa; /* u: NULL allowed; NaN rows are left out */
	const double *value, *u; /* one for each of the page's quantities, as shown; NaN: missing */
} tt_study_page_test;

typedef struct tt_study_page_quantity {
	const char *name, *symbol, *unit;
} tt_study_page_quantity;

typedef struct tt_study_page {
	const char *title, *command;
	const tt_strings *warnings; /* may be NULL */
	const tt_study_page_test *test;
	size_t n_tests;
	const tt_study_page_quantity *quantity;
	size_t n_quantities;
	const char *figure_svg;       /* text of the static figure with all curves, or NULL */
	const struct tt_study *study; /* with `compared`: groups, statistics, cross-checks; or NULL */
	const struct tt_comparison *compared;
	struct tt_outdir *dir; /* filled in by tt_study_page_write */
} tt_study_page;

tt_status tt_study_page_write(struct tt_outdir *dir, const char *file, const tt_study_page *page, tt_error *err);

#endif
