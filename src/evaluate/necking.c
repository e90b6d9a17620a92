/* Necking of one test: width profile, neck, onset.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "evaluate/evaluation.h"
#include "numeric/statistics.h"

enum { UNLOADED_ROWS = 10 };

void tt_necking_clear(tt_necking *n)
{
	free(n->s);
	free(n->w0_px);
	free(n->index);
	free(n->strain);
	free(n->ratio);
	free(n->moved);
	memset(n, 0, sizeof *n);
}

/* Rows of the watch that show an intact specimen. */
static size_t intact_rows(const tt_evaluation *a)
{
	const tt_width_rows *w = &a->o->width;
	size_t n = 0;
	while (n < w->rows && !(a->r->flag[w->index[n]] & TT_ROW_FRACTURED))
		n++;
	return n;
}

static bool unloaded(const tt_evaluation *a, size_t row)
{
	return a->r->curve->log_time_s[a->o->width.index[row]] < a->r->mechanics->contact_time_s;
}

/* w0: the mean over the frames before contact, of at least the first ten. */
static void mean_widths(const tt_evaluation *a, tt_necking *n)
{
	const float *width = a->o->width.width_px;
	n->w0_rows = 0;
	while (n->w0_rows < n->rows && (n->w0_rows < UNLOADED_ROWS || unloaded(a, n->w0_rows)))
		n->w0_rows++;
	for (size_t k = 0; k < n->stations; k++) {
		double sum = 0;
		size_t count = 0;
		for (size_t i = 0; i < n->w0_rows; i++) {
			double w = (double)width[i * n->stations + k];
			if (!isnan(w)) sum += w, count++;
		}
		n->w0_px[k] = 2 * count >= n->w0_rows && count ? sum / (double)count : NAN;
	}
}

/* A gap that opens inside the last frames before fracture is no width: such rows were flagged by the stages before. */
static tt_status collect(tt_evaluation *a, tt_error *err)
{
	const tt_width_rows *w = &a->o->width;
	const tt_track *t = &a->o->track;
	tt_necking *n = &a->r->necking;
	if (!w->stations) {
		snprintf(n->reason, sizeof n->reason, "%s", w->reason[0] ? w->reason : "no frame could be measured");
		return TT_OK;
	}
	n->rows = intact_rows(a);
	n->stations = w->stations;
	n->s = malloc(n->stations * sizeof *n->s);
	n->w0_px = malloc(n->stations * sizeof *n->w0_px);
	n->index = malloc((n->rows + 1) * sizeof *n->index);
	n->strain = malloc((n->rows + 1) * sizeof *n->strain);
	n->ratio = malloc((n->rows + 1) * n->stations * sizeof *n->ratio);
	n->moved = malloc((n->rows + 1) * t->n_stations * sizeof *n->moved);
	if (!n->s || !n->w0_px || !n->index || !n->strain || !n->ratio || !n->moved)
		return tt_fail_memory(err, "the width profiles");
	memcpy(n->s, w->s, n->stations * sizeof *n->s);
	mean_widths(a, n);
	for (size_t i = 0; i < n->rows; i++) {
		size_t f = n->index[i] = w->index[i];
		n->strain[i] = a->r->flag[f] & TT_ROW_NO_STRAIN ? NAN : a->r->curve->strain[f];
		for (size_t k = 0; k < n->stations; k++)
			n->ratio[i * n->stations + k] = w->width_px[i * n->stations + k] / (float)n->w0_px[k];
		memcpy(n->moved + i * t->n_stations, t->station_px + f * t->n_stations,
		       t->n_stations * sizeof *n->moved);
	}
	if (!n->rows)
		snprintf(n->reason, sizeof n->reason, "the width could not be measured in any frame before fracture");
	return TT_OK;
}

/* The last row in which most stations were seen; rows after it are not used for the neck. */
static size_t last_full_row(const tt_necking *n)
{
	for (size_t i = n->rows; i-- > 0;) {
		size_t seen = 0;
		for (size_t k = 0; k < n->stations; k++)
			seen += !isnan(n->ratio[i * n->stations + k]);
		if (5 * seen >= 3 * n->stations && !isnan(n->strain[i])) return i + 1;
	}
	return 0;
}

static void stress_in_neck(tt_evaluation *a, size_t frame)
{
	tt_necking *n = &a->r->necking;
	double r = 1 - n->neck.width_reduction, stress = a->r->curve->stress_Pa[frame],
	       u = a->r->curve->u_stress_Pa[frame];
	n->area_reduction = 1 - r * r;
	n->u_area_reduction = 2 * r * n->neck.u_width_reduction;
	n->true_stress_Pa = stress / (r * r);
	n->u_true_stress_Pa = hypot(u, 2 * stress * n->neck.u_width_reduction / r) / (r * r);
}

/* Scatter of the mean width from frame to frame that all stations share (a shutter that rolls while the bar vibrates,
 * a magnification that is not steady): 0 where the rows are too few to tell. */
static double shared_scatter(const tt_necking *n, size_t rows)
{
	enum { FEWEST = 12 };
	double *mean = malloc((2 * rows + 1) * sizeof *mean), scatter = 0;
	size_t m = 0;
	if (!mean) return 0;
	for (size_t i = 0; i < rows; i++) {
		double sum = 0, seen = 0;
		for (size_t k = 0; k < n->stations; k++) {
			double r = (double)n->ratio[i * n->stations + k];
			if (!isnan(r)) sum += r, seen++;
		}
		mean[i] = 2 * seen >= (double)n->stations ? sum / seen : NAN;
	}
	for (size_t i = 1; i + 1 < rows; i++) {
		double bend = mean[i - 1] - 2 * mean[i] + mean[i + 1];
		if (!isnan(bend)) mean[rows + m++] = fabs(bend);
	}
	if (m >= FEWEST) scatter = TT_SD_OF_MAD * tt_median(mean + rows, m) / sqrt(6);
	free(mean);
	return scatter;
}

/* What the stations' own scatter does not tell of the widths: what they share from frame to frame, and a codec that
 * leaves edges where they were until they have moved by about a tenth of a pixel (H.264 at crf 24: both edges of bars
 * 31 px wide, pulled in by 0.23 px each, were drawn 0.05 px too far outside; at crf 4 and lossless 0.002). */
static void widen(const tt_evaluation *a, size_t rows, tt_neck *k)
{
	static const double UNDRAWN_PX = 0.06;
	const tt_necking *n = &a->r->necking;
	double shared = shared_scatter(n, rows), undrawn = 0, w0 = 0, seen = 0;
	for (size_t i = 0; i < n->stations; i++)
		if (!isnan(n->w0_px[i])) w0 += n->w0_px[i], seen++;
	if (a->o->recording.lossy_prediction && seen > 0) undrawn = 2 * UNDRAWN_PX / (w0 / seen);
	double more = hypot(hypot(shared, undrawn), a->u_optics);
	k->u_width_reduction = hypot(k->u_width_reduction, more);
	k->u_uniform_width_reduction = hypot(k->u_uniform_width_reduction, more);
}

/* Whether a row's widths may speak for the fracture: no more than a tenth of the time under load before it. */
static bool is_late(tt_evaluation *a, size_t row)
{
	static const double MOST = 0.1;
	tt_necking *n = &a->r->necking;
	const double *time_s = a->o->track.time_s, contact = a->r->mechanics ? a->r->mechanics->contact_time_s : NAN;
	if (a->r->fracture < 0 || isnan(contact)) return true;
	double end = tt_clock_log_time(&a->r->clock, time_s[a->r->fracture]),
	       seen = tt_clock_log_time(&a->r->clock, time_s[n->index[row]]);
	if (!(end - seen > MOST * (end - contact)) || a->r->fracture - (int64_t)n->index[row] <= 2) return true;
	tt_snprintf(n->reason, sizeof n->reason,
	            "widths are known up to frame %lld alone, the specimen breaks at frame %lld",
	            (long long)a->o->track.number[n->index[row]], (long long)a->o->track.number[a->r->fracture]);
	tt_warn(&a->r->warnings, "the width's reduction is not given: %s", n->reason);
	return false;
}

static tt_status find_neck(tt_evaluation *a, tt_error *err)
{
	tt_necking *n = &a->r->necking;
	size_t rows = last_full_row(n);
	if (!rows) {
		if (!n->reason[0])
			snprintf(n->reason, sizeof n->reason,
			         "in no frame before fracture were enough places of the edges seen");
		return TT_OK;
	}
	if (!is_late(a, rows - 1)) return TT_OK;
	const tt_width_map map = {.stations = n->stations,
	                          .rows = rows,
	                          .s = n->s,
	                          .strain = n->strain,
	                          .ratio = n->ratio,
	                          .motions = a->o->gauge.n_stations,
	                          .motion_s = a->o->gauge.station_s,
	                          .moved = n->moved};
	const tt_gauge *g = &a->o->gauge;
	const double *at = a->test->necking.at;
	const tt_neck_options options = {.least_depth = a->test->necking.onset_threshold,
	                                 .placed = !isnan(at[0]),
	                                 .place_px =
	                                     (at[0] - g->from[0]) * g->axis[0] + (at[1] - g->from[1]) * g->axis[1]};
	if (options.placed && !(options.place_px > n->s[0] && options.place_px < n->s[n->stations - 1]))
		return tt_fail(err, TT_ERR_INPUT,
		               "%s: necking.at: the point [%g, %g] lies %.4g px along the axis, outside the part whose "
		               "width was followed (%.4g to %.4g px)",
		               a->test->path, at[0], at[1], options.place_px, n->s[0], n->s[n->stations - 1]);
	tt_status st = tt_neck_find(&map, &options, &n->neck, err);
	if (st != TT_OK) return st;
	widen(a, rows, &n->neck);
	n->has_neck = true;
	n->last_frame = a->o->track.number[n->index[rows - 1]];
	for (int k = 0; k < 2; k++)
		n->position_px[k] = n->neck.found ? a->o->gauge.from[k] + n->neck.s_px * a->o->gauge.axis[k] : NAN;
	stress_in_neck(a, n->index[rows - 1]);
	const tt_neck *k = &n->neck;
	if (k->found && fabs(k->onset_by_width - k->onset_by_axial) > 0.01)
		tt_warn(&a->r->warnings,
		        "the onset of necking is at a strain of %.2f %% by the width profile, at %.2f %% by the local "
		        "axial "
		        "strain",
		        100 * k->onset_by_width, 100 * k->onset_by_axial);
	return TT_OK;
}

tt_status tt_evaluate_necking(tt_evaluation *a, tt_error *err)
{
	tt_status st = collect(a, err);
	return st == TT_OK ? find_neck(a, err) : st;
}
