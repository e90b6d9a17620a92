/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/results_mat.h"

#include <math.h>
#include <stdlib.h>

#include "report/necking_figures.h"
#include "report/summary.h"

/* ---- the curve ---- */

typedef struct curve_column {
	const char *name;
	const double *value;
	double scale;
} curve_column;

enum { CURVE_COLUMNS = 14 };

static void list_columns(const tt_curve *c, curve_column out[CURVE_COLUMNS])
{
	const curve_column all[CURVE_COLUMNS] = {{"time_s", c->time_s, 1},
	                                         {"log_time_s", c->log_time_s, 1},
	                                         {"displacement_nm", c->displacement_m, 1e9},
	                                         {"force_raw_uN", c->force_raw_N, 1e6},
	                                         {"force_spring_uN", c->force_spring_N, 1e6},
	                                         {"force_uN", c->force_N, 1e6},
	                                         {"gauge_length_px", c->gauge_length_px, 1},
	                                         {"strain", c->strain, 1},
	                                         {"stress_GPa", c->stress_Pa, 1e-9},
	                                         {"u_strain", c->u_strain, 1},
	                                         {"u_stress_GPa", c->u_stress_Pa, 1e-9},
	                                         {"true_strain", c->true_strain, 1},
	                                         {"true_stress_GPa", c->true_stress_Pa, 1e-9},
	                                         {"zncc", c->zncc, 1}};
	for (int i = 0; i < CURVE_COLUMNS; i++)
		out[i] = all[i];
}

enum { FLAG_TEXTS = TT_ROW_ALL + 1, LONGEST_FLAG = 96 };

static void put_flags(tt_mat *m, const tt_curve *c)
{
	char text[FLAG_TEXTS][LONGEST_FLAG];
	const char **flag = calloc(c->n + 1, sizeof *flag);
	for (unsigned i = 0; i < FLAG_TEXTS; i++)
		tt_row_flag_text(i, text[i], LONGEST_FLAG);
	for (size_t i = 0; flag && i < c->n; i++)
		flag[i] = text[c->flag[i] % FLAG_TEXTS];
	if (flag) tt_mat_texts(m, "flag", flag, c->n);
	free(flag);
}

static void put_curve(tt_mat *m, const tt_curve *c)
{
	curve_column column[CURVE_COLUMNS];
	list_columns(c, column);
	tt_mat_struct(m, "curve");
	tt_mat_integers(m, "frame", c->frame, c->n);
	for (int i = 0; i < CURVE_COLUMNS; i++)
		tt_mat_matrix(m, column[i].name, column[i].value, c->n, 1, column[i].scale);
	put_flags(m, c);
	tt_mat_end(m);
}

static void put_units(tt_mat *m, const tt_curve *c, const tt_json *summary)
{
	curve_column column[CURVE_COLUMNS];
	char unit[64];
	list_columns(c, column);
	tt_mat_struct(m, "units");
	tt_mat_struct(m, "curve");
	tt_mat_text(m, "frame", "1");
	for (int i = 0; i < CURVE_COLUMNS; i++)
		tt_mat_text(m, column[i].name, tt_unit_of_name(column[i].name, unit, sizeof unit));
	tt_mat_end(m);
	tt_mat_units(m, "summary", summary);
	tt_mat_end(m);
}

/* ---- places over time ---- */

/* The gauge's two ends, frames × 2, in px from 0; NaN where they are not known. */
static tt_status put_ends(tt_mat *m, const tt_findings *a, tt_error *err)
{
	size_t n = a->o->track.n;
	double *x = malloc((2 * n + 1) * sizeof *x), *y = malloc((2 * n + 1) * sizeof *y);
	for (size_t i = 0; x && y && i < 2 * n; i++) {
		const tt_gauge_reading *r = &a->o->track.reading[i / 2];
		bool known = r->ok && !(a->r->flag[i / 2] & TT_ROW_NO_STRAIN);
		x[i] = known ? r->end[i % 2][0] : NAN;
		y[i] = known ? r->end[i % 2][1] : NAN;
	}
	if (x && y) {
		tt_mat_struct(m, "ends");
		tt_mat_integers(m, "frame", a->o->track.number, n);
		tt_mat_matrix(m, "x_px", x, n, 2, 1);
		tt_mat_matrix(m, "y_px", y, n, 2, 1);
		tt_mat_end(m);
	}
	tt_status st = x && y ? TT_OK : tt_fail_memory(err, "results.mat");
	free(x);
	free(y);
	return st;
}

/* One coordinate of all subsets: subsets × frames. */
static void put_coordinate(tt_mat *m, const tt_findings *a, const char *key, int which, double *work)
{
	const tt_track *t = &a->o->track;
	for (size_t i = 0; i < t->n; i++)
		for (size_t j = 0; j < t->n_points; j++)
			work[j * t->n + i] = (double)t->point_px[(i * t->n_points + j) * 2 + (size_t)which];
	tt_mat_matrix(m, key, work, t->n_points, t->n, 1);
}

/* Where the centre of each subset is in each frame. */
static tt_status put_subsets(tt_mat *m, const tt_findings *a, tt_error *err)
{
	const tt_track *t = &a->o->track;
	const tt_gauge *g = &a->o->gauge;
	double *work = malloc((t->n_points * t->n + 2 * t->n_points + 1) * sizeof *work);
	if (!work) return tt_fail_memory(err, "results.mat");
	const char **part = calloc(t->n_points + 1, sizeof *part);
	tt_mat_struct(m, "subsets");
	tt_mat_integers(m, "frame", t->number, t->n);
	for (int which = 0; which < 2; which++) {
		for (size_t j = 0; j < t->n_points; j++)
			work[j] = g->xy[2 * j + (size_t)which];
		tt_mat_matrix(m, which ? "y0_px" : "x0_px", work, t->n_points, 1, 1);
	}
	put_coordinate(m, a, "x_px", 0, work);
	put_coordinate(m, a, "y_px", 1, work);
	for (size_t j = 0; part && j < t->n_points; j++)
		part[j] = j < g->n_band[0] ? "from" : j < g->n_band[0] + g->n_band[1] ? "to" : "along";
	if (part) tt_mat_texts(m, "part", part, t->n_points);
	tt_mat_end(m);
	free(part);
	free(work);
	return TT_OK;
}

static void put_rows(tt_mat *m, const tt_findings *a)
{
	const tt_necking *k = &a->r->necking;
	double *frame = malloc((k->rows + 1) * sizeof *frame), *time = malloc((k->rows + 1) * sizeof *time);
	for (size_t i = 0; frame && time && i < k->rows; i++) {
		frame[i] = (double)a->o->track.number[k->index[i]];
		time[i] = a->o->track.time_s[k->index[i]];
	}
	if (frame && time) {
		tt_mat_matrix(m, "frame", frame, k->rows, 1, 1);
		tt_mat_matrix(m, "time_s", time, k->rows, 1, 1);
	}
	free(frame);
	free(time);
}

static tt_status put_width(tt_mat *m, const tt_findings *a, tt_error *err)
{
	const tt_necking *k = &a->r->necking;
	size_t n = k->rows * k->stations;
	if (!n) return TT_OK;
	double *value = malloc(n * sizeof *value);
	if (!value) return tt_fail_memory(err, "results.mat");
	for (size_t i = 0; i < n; i++)
		value[i] = (double)k->ratio[i];
	tt_mat_struct(m, "width");
	put_rows(m, a);
	tt_mat_matrix(m, "position_px", k->s, 1, k->stations, 1);
	tt_mat_matrix(m, "w0_px", k->w0_px, 1, k->stations, 1);
	tt_mat_matrix(m, "ratio", value, k->rows, k->stations, 1);
	tt_mat_end(m);
	free(value);
	return TT_OK;
}

static tt_status put_strain_map(tt_mat *m, const tt_findings *a, tt_error *err)
{
	double *value;
	tt_status st = tt_strain_map(a, &value, err);
	if (st != TT_OK || !value) return st;
	tt_mat_struct(m, "strain_map");
	put_rows(m, a);
	tt_mat_matrix(m, "position_px", a->o->gauge.station_s, 1, a->o->gauge.n_stations, 1);
	tt_mat_matrix(m, "strain", value, a->r->necking.rows, a->o->gauge.n_stations, 1);
	tt_mat_end(m);
	free(value);
	return TT_OK;
}

static const char about[] =
    "Results of temtensile. curve: one row per frame (columns of curve.csv); summary: summary.json; units: the units "
    "of "
    "both, in structs of the same shape; ends: the gauge's ends (from, to) in each frame; subsets: centres of all "
    "correlated subsets, subsets x frames (x0, y0: as laid on the first frame); width.ratio, strain_map.strain: frames "
    "x places along the axis (px of the first frame, from the gauge's start). Pixels count from 0, NaN is a missing "
    "value. Functions for MATLAB and Octave: tt_load, tt_plot_curve and others, in matlab_compat.";

static tt_status put_all(tt_mat *m, const tt_findings *a, const tt_json *summary, tt_error *err)
{
	tt_mat_text(m, "about", about);
	put_curve(m, a->r->curve);
	tt_mat_json(m, "summary", summary);
	put_units(m, a->r->curve, summary);
	tt_status st = put_ends(m, a, err);
	if (st == TT_OK) st = put_subsets(m, a, err);
	if (st == TT_OK) st = put_width(m, a, err);
	return st == TT_OK ? put_strain_map(m, a, err) : st;
}

tt_status tt_write_results_mat(const tt_findings *a, tt_error *err)
{
	tt_json *summary;
	tt_status st = tt_summary_build(a, &summary, err);
	if (st != TT_OK) return st;
	tt_mat *m = tt_mat_new();
	st = m ? put_all(m, a, summary, err) : tt_fail_memory(err, "results.mat");
	if (st == TT_OK) st = tt_mat_write(m, a->out, "results.mat", err);
	tt_mat_free(m);
	tt_json_free(summary);
	return st;
}
