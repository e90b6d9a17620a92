/* A film's measurements beside its tensile test: indentation, Brillouin scattering, diffraction, reflectivity, layers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_FILM_H
#define TEMTENSILE_FILM_H

#include "temtensile/measurement.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- the description: what film.yaml says; quantities in SI, angles in degrees; value NaN: not given ---- */

/* A section of film.yaml. A number with a source and a file are equally good citizens: a section holds either. */
typedef struct tt_film_section {
	bool given;
	char *where;  /* "film.yaml:4:14", for messages */
	char *source; /* where its numbers were taken over from; NULL: not said */
} tt_film_section;

/* A range of depths: fractions of the film's thickness, or lengths in m. NaN: default. */
typedef struct tt_film_window {
	double lo, hi;
	bool length;
} tt_film_window;

typedef struct tt_film_indentation_part {
	tt_film_section section;
	char *file, *area_file; /* the film's indents; indents on a reference, to which the area function is fitted */
	double *area;           /* or its coefficients of h², h, h^½, h^¼ … with h in nm, A in nm² */
	size_t n_area;          /* 0 and no area_file: the instrument's own contact area */
	tt_quantity reference_modulus, reference_poisson; /* of the reference; fused silica unless given */
	double area_depth_m[2];                           /* depths used for the fit; NaN: from 30 nm on */
	tt_quantity beta;                                 /* Oliver & Pharr's β; NaN: 1 */
	double epsilon;                                   /* their ε; NaN: 0.75 */
	tt_film_window hardness_depth, modulus_depth;
	tt_quantity drift_limit;        /* m/s; NaN: no test is rejected */
	tt_quantity frame_stiffness;    /* N/m, beside what the instrument took off; NaN: none */
	bool frame_fit;                 /* … found from a flat S²/P on the reference */
	bool raw;                       /* raw channels, corrected here */
	char *depth, *load, *stiffness; /* columns of a table without names; NULL: recognised */
	char *depth_unit, *load_unit, *stiffness_unit;
	tt_quantity hardness, reduced_modulus, plane_strain_modulus; /* taken over */
} tt_film_indentation_part;

typedef struct tt_film_spectrum {
	char *file;        /* GHOST's .DAT, or a column of counts */
	tt_quantity shift; /* Hz, instead of a file; NaN */
	tt_quantity angle; /* of incidence, degrees */
	char *where;
} tt_film_spectrum;

typedef struct tt_film_brillouin_part {
	tt_film_section section;
	tt_quantity wavelength;     /* m */
	tt_quantity mirror_spacing; /* m; the free spectral range is c/(2 × it); NaN: not given */
	tt_quantity scan_amplitude; /* Hz over all channels, where only one elastic line is seen; NaN */
	tt_quantity angle_offset;   /* degrees, common to all angles; NaN: none */
	double range_Hz[2];         /* where the surface wave's shift is looked for; NaN: below half of the range */
	tt_film_spectrum *spectrum;
	size_t n_spectra;
	tt_quantity velocity;   /* m/s, taken over */
	double rayleigh_factor; /* V_R/V_S; NaN: the exact Rayleigh equation */
} tt_film_brillouin_part;

typedef struct tt_film_density_part {
	tt_film_section section;
	tt_quantity value; /* kg/m³, taken over */
	char *file;        /* or a reflectivity curve, for its critical angle */
	long range;        /* scan of the file, from 1; 0: the longest */
	bool over_q;       /* its axis is q in 1/Å where it does not say */
	tt_quantity wavelength;
	tt_quantity zero;       /* of the angle of incidence θ, degrees: taken off, its u carried on */
	tt_quantity resolution; /* standard deviation of θ, degrees */
	char *model;            /* a list of layers, drawn for comparison */
} tt_film_density_part;

typedef struct tt_film_diffraction_part {
	tt_film_section section;
	char *file;
	long range; /* scan of the file, from 1; 0: the longest */
	tt_quantity wavelength;
	tt_quantity incidence;  /* grazing angle, degrees; NaN: symmetric */
	double between[2];      /* 2θ used; NaN: all */
	double sharp_below;     /* degrees: narrower peaks are crystalline */
	double scherrer;        /* K */
	tt_quantity peak, fwhm; /* taken over, degrees of 2θ */
} tt_film_diffraction_part;

typedef struct tt_film_layers_part {
	tt_film_section section;
	char *file;              /* a table of a profile, an image (with a line), or a reflectivity curve */
	bool is_reflectivity;    /* key reflectivity instead of file */
	char *position, *signal; /* columns of a table; NULL: recognised, the clearest one */
	bool has_line;
	double from[2], to[2], line_width; /* px */
	double middle[2], line_length;     /* what from and to were found by; NaN: given themselves */
	tt_quantity line_angle;
	tt_quantity pixel_size; /* m; NaN: the image's */
	bool over_q;
	tt_quantity wavelength;
	long *order; /* of the satellites; NULL: found */
	size_t n_orders;
	tt_quantity period; /* taken over */
} tt_film_layers_part;

typedef struct tt_film_key_text {
	char *key, *text;
} tt_film_key_text;

typedef struct tt_film_description {
	char *path, *name; /* of the description; of the film */
	char *composition; /* NULL: not given */
	tt_quantity deposition_pressure, thickness;
	tt_quantity poisson;   /* assumed where it cannot be measured */
	tt_film_key_text *key; /* every scalar of `film`, as written */
	size_t n_keys;
	struct {
		tt_film_section section;
		tt_quantity youngs_modulus, poisson;
	} substrate;
	tt_film_indentation_part indentation;
	tt_film_brillouin_part brillouin;
	tt_film_density_part density;
	tt_film_diffraction_part diffraction;
	tt_film_layers_part layers;
	struct {
		tt_film_section section;
		char *scan; /* description of a scan of diffraction patterns (temtensile/scan.h) */
	} structure;
	long draws, seed;      /* of the Monte Carlo; 0 draws: default */
	tt_strings not_stated; /* keys written without an uncertainty */
} tt_film_description;

/* Reads and checks film.yaml; every error (TT_ERR_INPUT) has file, line and column. sets: "key=value", as --set.
 * Paths in it are made relative to the caller. */
TT_API tt_status tt_film_description_read(const char *path, const char *const *sets, size_t n_sets,
                                          tt_film_description **out, tt_error *err);
TT_API void tt_film_description_free(tt_film_description *d);

/* ---- the result ---- */

typedef enum tt_film_style {
	TT_FILM_POINTS, /* with bars of ± 1.96 u where u is given */
	TT_FILM_LINE,
	TT_FILM_DASHED,
	TT_FILM_BAND,  /* y ± 1.96 u, filled */
	TT_FILM_RULE_X /* dashed lines across the figure at each x; y is not looked at */
} tt_film_style;

typedef struct tt_film_curve {
	char *name; /* in the key; NULL: not there */
	tt_film_style style;
	size_t n;
	double *x, *y, *u; /* as drawn; NaN breaks a line; u: standard uncertainty of y, or NULL */
} tt_film_curve;

typedef struct tt_film_figure {
	char *name;    /* of its files: "indentation_hardness" */
	char *caption; /* a sentence for film.html */
	char *x_label, *y_label;
	bool x_log, y_log;
	double x_lo, x_hi, y_lo, y_hi; /* NaN: chosen */
	tt_film_curve *curve;
	size_t n_curves;
} tt_film_figure;

typedef struct tt_film_column {
	char *name;    /* with its unit: "depth_nm" */
	double *value; /* as written */
	char **text;   /* instead of values; an entry may be NULL */
} tt_film_column;

typedef struct tt_film_table {
	char *file; /* "indents.csv" */
	size_t rows;
	tt_film_column *column;
	size_t n_columns;
} tt_film_table;

/* The part of a quantity's variance that comes from one input; a row of budget.csv. */
typedef struct tt_film_share {
	const char *id; /* of the quantity */
	char *input;
	double share; /* 0 … 1 */
} tt_film_share;

typedef struct tt_film_result {
	tt_measurements measured;
	tt_strings warnings;
	tt_strings inputs;  /* every file that was read */
	tt_strings lines;   /* further results in words, for the terminal and the page */
	tt_strings methods; /* paragraphs of methods.txt */
	tt_film_figure *figure;
	size_t n_figures;
	tt_film_table *table;
	size_t n_tables;
	tt_film_share *share;
	size_t n_shares;
} tt_film_result;

/* All parts of the description, in the order density, indentation and Brillouin scattering with their joint solution,
 * diffraction, layers. *out starts as {0} and may always be cleared.
 *
 * How a part plugs in: tt_film_<part>(description, out, err) looks whether its section was given (else it does
 * nothing), and appends measurements (tt_film_put, tt_film_put_missing in film/result.h), warnings, the files it read,
 * a paragraph for methods.txt, figures, tables and budget rows. What a later part needs of an earlier one it finds by
 * tt_measurements_find(&out->measured, id). A wrong file is an error; a quantity that a good file does not hold is a
 * measurement without value, with its reason. */
TT_API tt_status tt_film_measure(const tt_film_description *d, tt_film_result *out, const tt_job *job, tt_error *err);
TT_API void tt_film_result_clear(tt_film_result *r);

#ifdef __cplusplus
}
#endif
#endif
