/* Indents as an instrument's file holds them: depth, load, stiffness along the loading of each.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FILM_INDENTS_H
#define TT_FILM_INDENTS_H

#include "temtensile/film.h"

enum { TT_AREA_TERMS = 8 };

typedef struct tt_indent {
	char *name; /* "Test 001" */
	size_t n;   /* points of the loading, SI, all finite; load and stiffness positive */
	double *depth_m, *load_N, *stiffness_N_per_m;
	double *area_m2;                /* the instrument's own contact area; NULL: not in the file */
	double *sd_load, *sd_stiffness; /* of tests that the file has averaged; NULL: one test */
	double drift_m_per_s;           /* NaN: not known */
	char *rejected;                 /* why it does not count; NULL: it does */
} tt_indent;

typedef struct tt_indents {
	tt_indent *item;
	size_t n;
	char *how;                  /* which channels, what was done to them: a phrase */
	bool averaged;              /* the one indent is the mean of several */
	bool unloading;             /* stiffness from unloading curves, not from an oscillation */
	double area[TT_AREA_TERMS]; /* the instrument's area function, nm² of nm; n_area 0: not in the file */
	size_t n_area;
	double allowed_drift; /* m/s, of the instrument's own inputs; NaN */
	tt_strings warnings;
} tt_indents;

/* Every test in the file. TT_ERR_INPUT with the file's name: no test, columns that are not what they seem. */
tt_status tt_indents_read(const char *path, const tt_film_indentation_part *part, tt_indents **out, tt_error *err);
void tt_indents_free(tt_indents *s);

/* unload.c: stiffness at the beginning of each unloading of one test's record (time order, SI): a power law
 * P = α (h − h_f)^m through the upper half of it (Oliver & Pharr 1992). Arrays of *count, malloc'ed. */
tt_status tt_unload_points(const double *depth, const double *load, size_t n, double **h, double **p, double **s,
                           size_t *count, tt_error *err);

/* raw.c: contact, drift, spring and frame taken off an instrument's raw channels. */
typedef struct tt_raw_record {
	size_t n;
	const double *time_s, *depth_m, *load_N, *stiffness_N_per_m; /* as measured */
	const double *harmonic_depth_m, *harmonic_load_N;            /* rms amplitudes; NULL: not recorded */
	double frame_stiffness;                                      /* N/m; infinity: stiff */
} tt_raw_record;
typedef struct tt_raw_result {
	size_t contact;        /* row of first contact */
	size_t last;           /* row of the greatest load */
	double column;         /* stiffness of the springs that hold the indenter, N/m, from the approach */
	double drift, u_drift; /* m/s, from the slowest hold of the unloading; NaN: none */
	double *depth_m, *load_N, *stiffness_N_per_m; /* n rows */
} tt_raw_result;
tt_status tt_raw_correct(const tt_raw_record *r, tt_raw_result *out, const char *name, tt_error *err);
void tt_raw_result_clear(tt_raw_result *r);

#endif
