/* Necking and fracture of one test: profile, neck, onset, gap.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "jobs/stage_necking.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/analysis.h"
#include "jobs/difference_image.h"
#include "jobs/necking_figures.h"

enum { UNLOADED_ROWS = 10, GAP_FRAMES = 3 };

void tt_necking_clear(tt_necking *n)
{
	free(n->s);
	free(n->w0_px);
	free(n->index);
	free(n->strain);
	free(n->ratio);
	free(n->moved);
	tt_difference_clear(&n->difference);
	memset(n, 0, sizeof *n);
}

/* Rows of the watch that show an intact specimen. */
static size_t intact_rows(const tt_analysis *a)
{
	const tt_width_watch *w = &a->width_watch;
	size_t n = 0;
	while (n < w->rows && !(a->flag[w->index[n]] & TT_ROW_FRACTURED))
		n++;
	return n;
}

static bool unloaded(const tt_analysis *a, size_t row)
{
	return a->curve->log_time_s[a->width_watch.index[row]] < a->mechanics->contact_time_s;
}

/* w0: the mean over the frames before contact, of at least the first ten. */
static void mean_widths(const tt_analysis *a, tt_necking *n)
{
	const float *width = a->width_watch.width_px;
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
static tt_status collect(tt_analysis *a, tt_error *err)
{
	const tt_width_watch *w = &a->width_watch;
	const tt_track *t = &a->track;
	tt_necking *n = &a->necking;
	if (!w->meter) {
		snprintf(n->reason, sizeof n->reason, "%s", w->reason[0] ? w->reason : "no frame could be measured");
		return TT_OK;
	}
	n->rows = intact_rows(a);
	n->stations = tt_width_meter_stations(w->meter);
	n->s = malloc(n->stations * sizeof *n->s);
	n->w0_px = malloc(n->stations * sizeof *n->w0_px);
	n->index = malloc((n->rows + 1) * sizeof *n->index);
	n->strain = malloc((n->rows + 1) * sizeof *n->strain);
	n->ratio = malloc((n->rows + 1) * n->stations * sizeof *n->ratio);
	n->moved = malloc((n->rows + 1) * t->n_stations * sizeof *n->moved);
	if (!n->s || !n->w0_px || !n->index || !n->strain || !n->ratio || !n->moved)
		return tt_fail_memory(err, "the width profiles");
	memcpy(n->s, tt_width_meter_s(w->meter), n->stations * sizeof *n->s);
	mean_widths(a, n);
	for (size_t i = 0; i < n->rows; i++) {
		size_t f = n->index[i] = w->index[i];
		n->strain[i] = a->flag[f] & TT_ROW_NO_STRAIN ? NAN : a->curve->strain[f];
		for (size_t k = 0; k < n->stations; k++)
			n->ratio[i * n->stations + k] = w->width_px[i * n->stations + k] / (float)n->w0_px[k];
		memcpy(n->moved + i * t->n_stations, t->station_px + f * t->n_stations, t->n_stations * sizeof *n->moved);
	}
	if (!n->rows) snprintf(n->reason, sizeof n->reason, "the width could not be measured in any frame before fracture");
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

static void stress_in_neck(tt_analysis *a, size_t frame)
{
	tt_necking *n = &a->necking;
	double r = 1 - n->neck.width_reduction, stress = a->curve->stress_Pa[frame], u = a->curve->u_stress_Pa[frame];
	n->area_reduction = 1 - r * r;
	n->u_area_reduction = 2 * r * n->neck.u_width_reduction;
	n->true_stress_Pa = stress / (r * r);
	n->u_true_stress_Pa = hypot(u, 2 * stress * n->neck.u_width_reduction / r) / (r * r);
}

static tt_status find_neck(tt_analysis *a, tt_error *err)
{
	tt_necking *n = &a->necking;
	size_t rows = last_full_row(n);
	if (!rows) {
		if (!n->reason[0])
			snprintf(n->reason, sizeof n->reason, "in no frame before fracture were enough places of the edges seen");
		return TT_OK;
	}
	const tt_width_map map = {.stations = n->stations,
	                          .rows = rows,
	                          .s = n->s,
	                          .strain = n->strain,
	                          .ratio = n->ratio,
	                          .motions = a->gauge.n_stations,
	                          .motion_s = a->gauge.station_s,
	                          .moved = n->moved};
	const tt_neck_options options = {.least_depth = a->test->necking.onset_threshold};
	tt_status st = tt_neck_find(&map, &options, &n->neck, err);
	if (st != TT_OK) return st;
	n->has_neck = true;
	n->last_frame = a->track.number[n->index[rows - 1]];
	for (int k = 0; k < 2; k++)
		n->position_px[k] = n->neck.found ? a->gauge.from[k] + n->neck.s_px * a->gauge.axis[k] : NAN;
	stress_in_neck(a, n->index[rows - 1]);
	const tt_neck *k = &n->neck;
	if (k->found && fabs(k->onset_by_width - k->onset_by_axial) > 0.01)
		tt_warn(&a->report->warnings,
		        "the onset of necking is at a strain of %.4f by the width profile, at %.4f by the local axial strain",
		        k->onset_by_width, k->onset_by_axial);
	return TT_OK;
}

/* ---- fracture ---- */

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double median(double *v, size_t n)
{
	if (!n) return NAN;
	qsort(v, n, sizeof *v, by_value);
	return v[n / 2];
}

/* Grey levels of the bar and of what lies beside it, along the axis through the ends of an intact frame. */
static bool levels(const tt_image *im, const double from[2], const double to[2], double width, double *bar, double *beside)
{
	enum { STEPS = 200 };
	double in[STEPS * 3], out[STEPS * 2];
	size_t n_in = 0, n_out = 0;
	double length = hypot(to[0] - from[0], to[1] - from[1]);
	const double normal[2] = {-(to[1] - from[1]) / length, (to[0] - from[0]) / length};
	static const double across[] = {-0.25, 0, 0.25, -0.7, 0.7};
	for (int i = 0; i < STEPS; i++) {
		for (int k = 0; k < 5; k++) {
			double t = (i + 0.5) / STEPS;
			int x = (int)lround(from[0] + t * (to[0] - from[0]) + across[k] * width * normal[0]);
			int y = (int)lround(from[1] + t * (to[1] - from[1]) + across[k] * width * normal[1]);
			if (x < 0 || y < 0 || x >= im->width || y >= im->height) continue;
			if (k < 3)
				in[n_in++] = tt_image_at(im, x, y);
			else
				out[n_out++] = tt_image_at(im, x, y);
		}
	}
	*bar = median(in, n_in);
	*beside = median(out, n_out);
	return n_in > 100 && n_out > 50 && fabs(*bar - *beside) > 0;
}

static double distance_to_border(const tt_image *im, const double p[2], const double d[2])
{
	double reach = hypot(im->width, im->height);
	for (double s = 0; s < reach; s += 1) {
		double x = p[0] + s * d[0], y = p[1] + s * d[1];
		if (x < 0 || y < 0 || x > im->width - 1 || y > im->height - 1) return s;
	}
	return reach;
}

/* The last frame before fracture whose ends are known; -1. */
static int64_t last_known(const tt_analysis *a)
{
	for (int64_t i = a->fracture - 1; i >= 0; i--)
		if (a->track.reading[i].ok && !(a->flag[i] & (TT_ROW_DAMAGED | TT_ROW_DUPLICATE))) return i;
	return -1;
}

/* The first few separate frames: the first whose edges are both seen, else the one that shows most. */
static tt_status look_at_gap(tt_analysis *a, tt_source *s, const tt_gap_guide *guide, tt_error *err)
{
	tt_necking *n = &a->necking;
	int looked = 0;
	for (size_t i = (size_t)a->fracture; i < a->track.n && looked < GAP_FRAMES; i++) {
		tt_frame frame;
		tt_gap gap;
		if (a->track.source_flag[i] & (TT_FRAME_UNDECODED | TT_FRAME_DAMAGED)) continue;
		tt_status st = tt_source_seek(s, a->track.number[i], a->track.time_s[i], err);
		if (st == TT_OK) st = tt_source_next(s, &frame, err);
		if (st == TT_END) break;
		if (st != TT_OK) return st;
		if (!frame.image.data) continue;
		looked++;
		tt_gap_guide g = *guide;
		const double back[2] = {-g.axis[0], -g.axis[1]};
		g.reach_px[0] = fmin(g.reach_px[0], distance_to_border(&frame.image, g.point, back));
		g.reach_px[1] = distance_to_border(&frame.image, g.point, g.axis);
		st = tt_gap_find(&frame.image, &g, &gap, err);
		if (st != TT_OK) return st;
		int seen = gap.edge[0].found + gap.edge[1].found;
		if (n->has_gap && seen <= n->gap.edge[0].found + n->gap.edge[1].found) continue;
		n->has_gap = true;
		n->gap = gap;
		n->gap_frame = frame.number;
		st = tt_write_fracture_picture(a, &frame, err);
		if (st != TT_OK || seen == 2) return st;
	}
	return TT_OK;
}

static tt_status find_gap(tt_analysis *a, tt_error *err)
{
	tt_necking *n = &a->necking;
	n->gap.angle_deg = n->gap.u_deg = n->gap.opening_px = NAN;
	if (a->fracture < 0) {
		snprintf(n->gap_reason, sizeof n->gap_reason, "the specimen does not break in this recording");
		return TT_OK;
	}
	int64_t last = last_known(a);
	if (last < 0) {
		snprintf(n->gap_reason, sizeof n->gap_reason, "the gauge's ends are not known in any frame before fracture");
		return TT_OK;
	}
	tt_source *s = a->source; /* it has learnt its key frames, so that going back is quick */
	tt_frame frame;
	const tt_gauge_reading *r = &a->track.reading[last];
	tt_gap_guide g = {.width_px = a->gauge.width_px};
	double length = hypot(r->end[1][0] - r->end[0][0], r->end[1][1] - r->end[0][1]);
	for (int k = 0; k < 2; k++) {
		g.axis[k] = (r->end[1][k] - r->end[0][k]) / length;
		g.point[k] = 0.5 * (r->end[0][k] + r->end[1][k]);
	}
	/* The halves fly apart by more than the gauge was long only when one leaves the frame. */
	g.reach_px[0] = length;
	tt_status st = tt_source_seek(s, a->track.number[last], a->track.time_s[last], err);
	if (st == TT_OK) st = tt_source_next(s, &frame, err);
	if (st == TT_END) st = tt_fail(err, TT_ERR_FAILED, "frame %lld cannot be read again", (long long)a->track.number[last]);
	bool seen = st == TT_OK && frame.image.data &&
	            levels(&frame.image, r->end[0], r->end[1], g.width_px, &g.bar, &g.surroundings);
	if (st == TT_OK && seen) st = look_at_gap(a, s, &g, err);
	if (st != TT_OK) return st;
	if (!n->has_gap)
		snprintf(n->gap_reason, sizeof n->gap_reason, "no frame after fracture could be looked at");
	else
		snprintf(n->gap_reason, sizeof n->gap_reason, "%s", n->gap.reason);
	return TT_OK;
}

tt_status tt_stage_necking(tt_analysis *a, tt_error *err)
{
	tt_status st = collect(a, err);
	if (st == TT_OK) st = find_neck(a, err);
	if (st == TT_OK) st = find_gap(a, err);
	if (st == TT_OK) st = tt_difference_stage(a, err);
	if (st == TT_OK) st = tt_write_width(a, err);
	if (st == TT_OK) st = tt_write_strain_map(a, err);
	return st;
}
