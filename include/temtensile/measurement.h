/* What is measured, and one measurement of it: the same for tension, necking, indentation, Brillouin scattering,
 * diffraction, reflectivity, layers and scans. A study groups measurements without knowing who made them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_MEASUREMENT_H
#define TEMTENSILE_MEASUREMENT_H

#include "temtensile/core.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How values of several specimens are compared. */
typedef enum tt_comparing {
	TT_COMPARE_NOT,  /* shown, not compared */
	TT_COMPARE_MEAN, /* mean, spread, tests of significance */
	TT_COMPARE_ANGLE /* acute angle: circular statistics, 0 … 90° */
} tt_comparing;

/* A measurand: one row of the table of quantities. Properties, columns, trends, methods, MAT names and the manual's
 * table come from it. */
typedef struct tt_measurand {
	const char *id; /* key in summary.json and film.json, unit included: "youngs_modulus_GPa" */
	const char
	    *group; /* "tension", "necking", "indentation", "brillouin", "density", "diffraction", "layers", "scan" */
	const char *name;       /* plain English: "Young's modulus" */
	const char *short_name; /* for axes and table heads: "Young's modulus" */
	const char *symbol;     /* "E"; "_" begins a subscript; "" none */
	const char *iso;        /* ISO 6892-1 symbol: "R_p0.2"; "" where the standard has none */
	const char *unit;       /* of values under id: "GPa", "" for a pure number */
	double scale;           /* value under id = SI value × scale (angles: degrees are the inside unit too) */
	const char *shown_unit; /* in figures and printed tables: "%" */
	double shown;           /* shown value = SI value × shown */
	tt_comparing compare;
	const char *definition; /* one sentence */
} tt_measurand;

TT_API size_t tt_measurand_count(void);
TT_API const tt_measurand *tt_measurand_at(size_t i);         /* NULL beyond the end */
TT_API const tt_measurand *tt_measurand_find(const char *id); /* NULL: there is none of that id */

/* One measurement. Strings are owned; values in SI. Starts as {0}. */
typedef struct tt_measurement {
	const tt_measurand *what;
	char *subject;    /* name of the specimen or the film */
	double value;     /* NaN: not had, reason says why */
	double u;         /* standard uncertainty; NaN: not known */
	double lo, hi;    /* 95 % interval; NaN: not known */
	double u_shared;  /* the part of u that repeats have in common; 0: none */
	char *reason;     /* why there is no value; NULL: there is one */
	char *method;     /* in words, with the source of its formulas */
	char *conditions; /* depths, angles, windows: what the value depends on; NULL: nothing to say */
	char *source;     /* file, or where a number was taken over from; NULL: not said */
} tt_measurement;

TT_API void tt_measurement_clear(tt_measurement *m);

/* A growing list. Starts as {0}. */
typedef struct tt_measurements {
	tt_measurement *item;
	size_t n;
} tt_measurements;

/* Appends one of `id` with NaN values and the texts copied (any may be NULL); *out stays valid until the next call.
 * An unknown id is TT_ERR_USAGE. */
TT_API tt_status tt_measurements_add(tt_measurements *list, const char *id, const char *subject, const char *method,
                                     const char *source, tt_measurement **out, tt_error *err);
/* The first of that id, or NULL. */
TT_API const tt_measurement *tt_measurements_find(const tt_measurements *list, const char *id);
TT_API void tt_measurements_clear(tt_measurements *list);

#ifdef __cplusplus
}
#endif
#endif
