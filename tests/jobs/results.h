/* Reads back what an analysis left, and the truth of a recording.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_RESULTS_H
#define TT_TESTS_RESULTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A CSV table: cells as text, by column name. */
typedef struct sheet {
	char *text;
	char **cell; /* rows × columns; the header is not a row */
	char **name;
	size_t rows, columns;
} sheet;

void sheet_read(const char *path, sheet *s);
void sheet_free(sheet *s);
const char *sheet_text(const sheet *s, size_t row, const char *column);
/* NaN for an empty cell. */
double sheet_value(const sheet *s, size_t row, const char *column);

/* Fails the test when a number in the text is not written by the one rule: the same decimals on both sides of ±, two
 * digits of u or one (GUM 7.2.6), true minus, no "e-05". what: for the message. */
void check_numbers(const char *text, const char *what);

json_t *json_file(const char *path);
/* "properties.youngs_modulus_GPa.value"; NaN for null. */
double json_at(const json_t *root, const char *path);
const json_t *json_node(const json_t *root, const char *path);

/* Motion along the axis of any point of it, from axial.csv. */
typedef struct axial {
	sheet s;
	double origin[2], axis[2];
} axial;
void axial_read(const char *folder, axial *a);
/* True engineering strain between two pixels of the first frame, in the given frame. */
double axial_strain(const axial *a, size_t frame, const double from[2], const double to[2]);
void axial_free(axial *a);

/* Strain of the curve against the truth, over rows whose flag is empty. */
typedef struct agreement {
	size_t rows;
	double rms, mean, worst_run; /* worst_run: largest |mean| over 30 consecutive such rows */
	double within_1u, within_2u; /* shares */
	double stress_rms_GPa;
	size_t expected; /* frames before fracture that lie inside the log and are no repeats */
} agreement;
/* ends: NULL for truth.csv's mark_strain, else the gauge of summary.json with axial.csv. */
void compare(const char *result_dir, const char *truth_dir, const axial *ends, agreement *out);
/* With the gauge of summary.json and the axial.csv of the truth. */
void compare_with_truth(const char *result_dir, const char *truth_dir, agreement *out);

#endif
