/* Force logs of indenters and other instruments.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_LOGS_H
#define TEMTENSILE_LOGS_H

#include "temtensile/core.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum tt_control { TT_CONTROL_UNKNOWN, TT_CONTROL_LOAD, TT_CONTROL_DISPLACEMENT } tt_control;

/* Which way a log counts the force of a push. */
typedef enum tt_force_sign { TT_SIGN_AUTO, TT_SIGN_AS_LOGGED, TT_SIGN_TURNED } tt_force_sign;

typedef struct tt_log_segment {
	size_t first, count; /* rows */
	tt_control control;
	const char *kind; /* "load", "hold", "unload", "" when unknown; static text */
	double rate;      /* N/s or m/s by control; NaN unknown */
} tt_log_segment;

/* One of several tests that a file holds. */
typedef struct tt_log_test {
	size_t first, rows;        /* first: in the log as it was read, where its clock runs on */
	double from_s, to_s;       /* by its own clock */
	double least_N, largest_N; /* force as logged */
} tt_log_test;

typedef struct tt_force_log {
	size_t n;
	double *time_s, *displacement_m, *force_N; /* as logged, SI, in the file's order; no NaN in it */
	tt_log_segment *segment;
	size_t n_segments;
	const char *format; /* "TriboScan text", "Hysitron hld", "NI TDM", "delimited text", "FemtoTools text" */
	const char *encoding;
	/* what the file says was already applied to the displacement; NaN: not said */
	double machine_compliance_m_per_N, drift_rate_m_per_s;
	bool compliance_applied, drift_applied;
	bool turned; /* the log's sign was the other way and was turned (tt_force_log_orient) */
	tt_force_sign
	    sign_found; /* of the force, by the log's own look (tt_force_log_orient_as); AUTO: not looked at */
	/* rows whose force or displacement stands at the end of its channel's range; NULL: none */
	bool *saturated;
	size_t n_saturated;
	/* times between which rows were left out because a cell held no value; increasing */
	double *dropped_s;
	size_t n_dropped;
	double (*over_s)[2]; /* from, to: rows between them hold overflow values; increasing */
	size_t n_over;
	tt_log_test *test;           /* NULL: the file holds one */
	size_t n_tests, chosen_test; /* chosen_test is 1-based; 0 when there is one only */
	double u_time_s;             /* of all times together: stamps that were spread evenly; 0 */
	tt_strings notes;            /* facts for probe: column names, units, header values */
	tt_strings warnings;
} tt_force_log;

/* test: the first one; the others are listed. */
enum { TT_LOG_ANY_TEST = -1 };

/* How to read delimited text: each column by name as it stands in the file ("F [mN]") or by 1-based number as text
 * ("3"). NULL members: recognised by name. */
typedef struct tt_log_columns {
	const char *time, *force, *displacement;
	const char *time_unit, *force_unit, *displacement_unit; /* NULL: from the header, else an error */
	char delimiter;                                         /* 0: recognised */
	int decimal_comma;       /* -1: recognised, 0 no (a comma then parts thousands), 1 yes */
	long test;               /* which of several tests, 1-based; 0: not said, an error where there are several */
	double sampling_rate_Hz; /* of a log without times; 0: it has them */
} tt_log_columns;

/* Reads a log, found by content, not by name: TriboScan text, Hysitron .hld, NI .tdm or .tdx (the other file of the
 * pair is found beside it), FemtoTools text, any delimited text. columns: NULL when the description gives none.
 * Rows have strictly increasing times. Stamps too coarse to tell rows apart are spread evenly where the rows come
 * evenly (u_time_s), else rows of equal time are left out; a time that begins again begins another test
 * (columns->test). Rows that lack a value, or whose stamp jumps, are left out, told and listed (dropped_s); more than 1
 * % of them is an error. A file that is cut short gives its complete rows and a warning. TT_ERR_INPUT for what is no
 * log, with the line where there is one and advice. */
TT_API tt_status tt_force_log_read(const char *path, const tt_log_columns *columns, tt_force_log **out, tt_error *err);
TT_API void tt_force_log_free(tt_force_log *log);
struct tt_test;
/* Reads the log or logs that a description names and orients them (see below); what that had to say stands in their
 * warnings. *empty_run is NULL when the description names none. */
TT_API tt_status tt_test_read_logs(const struct tt_test *test, tt_force_log **log, tt_force_log **empty_run,
                                   tt_error *err);
/* A text report for `probe`: format, encoding, columns, units, segments, sampling, ranges. malloc'ed. */
TT_API tt_status tt_force_log_report(const tt_force_log *log, char **text, tt_error *err);

/* ---- Diffractograms and reflectivity curves ---- */

typedef enum tt_pattern_axis {
	TT_PATTERN_UNKNOWN,   /* the file does not say; numbers as they stand there */
	TT_PATTERN_TWO_THETA, /* degrees */
	TT_PATTERN_Q          /* 1/m (files give 1/Å or 1/nm) */
} tt_pattern_axis;

/* One scan: intensities over an axis. */
typedef struct tt_pattern {
	size_t n;
	double *x; /* strictly increasing */
	double *y; /* as stored: counts, counts per second, reflectivity; finite */
	double *u; /* standard uncertainty that the file gives, > 0, or NULL: it gives none */
	tt_pattern_axis axis;
	const char *format;     /* "Bruker RAW4", "Bruker BRML", "Rigaku RASX", "XRDML", "text", …; static text */
	double wavelength_m;    /* Kα1 or the monochromatic beam's; NaN: not said */
	double wavelength2_m;   /* Kα2; NaN: not said */
	double time_per_step_s; /* NaN: not said */
	size_t ranges, range;   /* scans in the file, and the one taken (0-based) */
	tt_strings notes;       /* facts for probe */
	tt_strings warnings;
} tt_pattern;

typedef struct tt_pattern_options {
	int range;            /* 1-based; 0: the one with most points */
	tt_pattern_axis axis; /* of a file that does not say; UNKNOWN: recognised by column names */
} tt_pattern_options;

/* Reads a diffractogram or a reflectivity curve, recognised by content: Bruker RAW1.01 and RAW4, .brml, UXD, Rigaku
 * .rasx, PANalytical .xrdml, and text of two columns (three: with standard uncertainties). options may be NULL. A file
 * that is cut gives its complete points and a warning. TT_ERR_INPUT: what is no scan, columns that are swapped, an axis
 * that goes back and forth. */
TT_API tt_status tt_pattern_read(const char *path, const tt_pattern_options *options, tt_pattern **out, tt_error *err);
TT_API void tt_pattern_free(tt_pattern *p);

/* ---- Plain tables of numbers ---- */

/* A table of delimited text: columns of numbers with names where the file has them. */
typedef struct tt_columns {
	size_t rows, n;
	double **value; /* n columns of `rows` numbers; NaN: an empty cell, or one that is no number */
	char **name;    /* as written, "" where the file has none */
	char delimiter;
} tt_columns;

/* Reads delimited text: comments (#, %, ;, ', !, or //) and blank lines are left out, one row of names may stand above
 * the numbers. TT_ERR_INPUT when fewer than two rows of two numbers are there, or a row has fewer cells than the first
 * (the line is named). */
TT_API tt_status tt_columns_read(const char *path, tt_columns **out, tt_error *err);
TT_API void tt_columns_free(tt_columns *c);
/* The column whose name begins with, or is, `name` (case ignored, units in brackets or after "_" left out), or whose
 * 1-based number it is; -1: none. */
TT_API int tt_columns_find(const tt_columns *c, const char *name);

/* ---- Push-to-pull mechanics: contact, force in air, spring, fracture ---- */

/* A log whose force and/or displacement has the opposite sign (pushing is negative) is turned in place, log->turned
 * set and a warning added (warnings may be NULL). Recognised from the side to which the large excursions from the
 * part in air go. Safe to call twice. */
TT_API tt_status tt_force_log_orient(tt_force_log *log, tt_strings *warnings, tt_error *err);
/* The same with the sign of the force as the caller says, once; what the log looks like is kept in sign_found, and
 * warned of when it is the other. */
TT_API tt_status tt_force_log_orient_as(tt_force_log *log, tt_force_sign sign, tt_strings *warnings, tt_error *err);
/* Where one running clock holds several tests, each ending with a fracture, the log (oriented before) becomes the one
 * chosen; 0: an error that lists them; TT_LOG_ANY_TEST: log->test lists them, the log stays whole. name: for messages.
 */
TT_API tt_status tt_force_log_choose_test(tt_force_log *log, const char *name, long choice, tt_error *err);

#ifdef __cplusplus
}
#endif
#endif
