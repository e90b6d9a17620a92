/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/light_watch.h"
#include "numeric/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_FRAMES = 8, REFERENCE_FRAMES = 5, MOST_STATIONS = 256 };
static const double NOISES = 1.5, CONTRASTS = 0.25, LEAST_WAY = 1.0 / 3;

void tt_light_watch_clear(tt_light_watch *w)
{
	free(w->grey);
	memset(w, 0, sizeof *w);
}

size_t tt_light_watch_stations(const tt_gauge *g)
{
	return g->n_stations < MOST_STATIONS ? g->n_stations : MOST_STATIONS;
}

static size_t stations_of(const tt_light_watch *w)
{
	return tt_light_watch_stations(w->gauge);
}

/* Every second pixel of every second row is plenty. */
static double mean_grey(const tt_image *image, const float *place, int size)
{
	int x0 = (int)lrintf(place[0]) - size / 2, y0 = (int)lrintf(place[1]) - size / 2, x1 = x0 + size,
	    y1 = y0 + size;
	double sum = 0;
	size_t n = 0;
	if (x0 < 0 || y0 < 0 || x1 > image->width || y1 > image->height) return NAN;
	for (int y = y0; y < y1; y += 2)
		for (int x = x0; x < x1; x += 2, n++)
			sum += tt_image_at(image, x, y);
	return n ? sum / (double)n : NAN;
}

tt_status tt_light_watch_frame(void *ctx, size_t index, const tt_frame *frame, const tt_track *track, tt_error *err)
{
	tt_light_watch *w = ctx;
	size_t n = stations_of(w), skip = w->gauge->n_band[0] + w->gauge->n_band[1];
	if (index >= w->capacity) {
		size_t c = index < 512 ? 1024 : 2 * index;
		float *grey = realloc(w->grey, c * (n ? n : 1) * sizeof *grey);
		if (!grey) return tt_fail_memory(err, "the brightness along the gauge");
		w->grey = grey;
		w->capacity = c;
	}
	for (; w->rows <= index; w->rows++)
		for (size_t i = 0; i < n; i++)
			w->grey[w->rows * n + i] = NAN;
	if (!frame->image.data || frame->flags & (TT_FRAME_DUPLICATE | TT_FRAME_UNDECODED)) return TT_OK;
	for (size_t i = 0; i < n; i++) {
		const float *place = track->point_px + 2 * (index * track->n_points + skip + i);
		if (!isnan(place[0]))
			w->grey[index * n + i] = (float)mean_grey(&frame->image, place, w->gauge->subset_px);
	}
	return TT_OK;
}

/* Each station's brightness in the first frames that may be used. */
static void reference_grey(const tt_light_watch *w, const bool *use, double *reference)
{
	size_t n = stations_of(w);
	for (size_t i = 0; i < n; i++) {
		double v[REFERENCE_FRAMES];
		size_t m = 0;
		for (size_t t = 0; t < w->rows && m < REFERENCE_FRAMES; t++)
			if (use[t] && !isnan(w->grey[t * n + i])) v[m++] = w->grey[t * n + i];
		reference[i] = tt_median(v, m);
	}
}

/* Change of each station's brightness, less what all have in common (the beam, uniform thinning). false: too few. */
static bool departures(const tt_light_watch *w, size_t t, const double *reference, double *d)
{
	size_t n = stations_of(w), m = 0;
	double sorted[MOST_STATIONS];
	for (size_t i = 0; i < n; i++) {
		d[i] = w->grey[t * n + i] - reference[i];
		if (!isnan(d[i])) sorted[m++] = d[i];
	}
	if (m < 5) return false;
	double common = tt_median(sorted, m);
	for (size_t i = 0; i < n; i++)
		d[i] -= common;
	return true;
}

/* Runs of neighbouring stations that depart to one side: bands. Also the largest departure, and which stations. */
static size_t bands_of(const double *d, size_t n, double limit, double *largest, bool *under)
{
	size_t bands = 0;
	int last = 0;
	*largest = 0;
	for (size_t i = 0; i < n; i++) {
		int side = d[i] > limit ? 1 : d[i] < -limit ? -1 : 0;
		under[i] = side != 0;
		if (isnan(d[i])) continue;
		if (fabs(d[i]) > fabs(*largest)) *largest = d[i];
		bands += side != 0 && side != last;
		last = side;
	}
	return bands;
}

/* Departures of the stations' displacements from a straight line along the gauge, in and off the band. */
static void add_residuals(const tt_track *track, size_t t, const double *d, size_t n, double limit, double sum[2],
                          size_t count[2])
{
	const float *u = track->station_px + t * track->n_stations;
	double m = 0, mx = 0, my = 0, sxx = 0, sxy = 0;
	for (size_t i = 0; i < n; i++) {
		if (isnan(u[i])) continue;
		m++;
		mx += (double)i;
		my += u[i];
	}
	if (m < 4) return;
	mx /= m;
	my /= m;
	for (size_t i = 0; i < n; i++) {
		if (isnan(u[i])) continue;
		sxx += ((double)i - mx) * ((double)i - mx);
		sxy += ((double)i - mx) * (u[i] - my);
	}
	for (size_t i = 0; i < n; i++) {
		if (isnan(u[i]) || isnan(d[i])) continue;
		double r = u[i] - my - sxy / sxx * ((double)i - mx);
		int in = fabs(d[i]) > limit;
		sum[in] += r * r;
		count[in]++;
	}
}

static double place_of(const bool *under, size_t n)
{
	double sum = 0, count = 0;
	for (size_t i = 0; i < n; i++)
		if (under[i]) sum += (double)i, count++;
	return count > 0 ? sum / count / (double)(n - 1) : NAN;
}

/* How the stations took part: a band that moves comes to one and leaves another; what is only there (a neck, a grain
 * that thins) stays with its stations. */
typedef struct parts {
	size_t frames[MOST_STATIONS], first[MOST_STATIONS], last[MOST_STATIONS];
	size_t rows, width; /* frames with a band; stations under bands, summed over them */
} parts;

static void take_part(parts *p, size_t row, const bool *under, size_t n)
{
	bool any = false;
	for (size_t i = 0; i < n; i++) {
		if (!under[i]) continue;
		if (!p->frames[i]) p->first[i] = row;
		p->last[i] = row;
		p->frames[i]++;
		p->width++;
		any = true;
	}
	p->rows += any;
}

/* Stations that were under a band for some of the frames and then no more, for at least a tenth of them; and stations
 * that it reached so much later than the first. */
static void moves_of(const parts *p, size_t n, size_t last_row, size_t *left, size_t *reached)
{
	double tenth = 0.1 * (double)(last_row + 1);
	size_t first = SIZE_MAX;
	*left = *reached = 0;
	for (size_t i = 0; i < n; i++)
		if (p->frames[i] >= 3 && p->first[i] < first) first = p->first[i];
	for (size_t i = 0; i < n; i++) {
		if (p->frames[i] < 3) continue;
		*left += (double)(last_row - p->last[i]) >= tenth;
		*reached += (double)(p->first[i] - first) >= tenth;
	}
}

static size_t touched(const parts *p, size_t n)
{
	size_t count = 0;
	for (size_t i = 0; i < n; i++)
		count += p->frames[i] >= 3;
	return count;
}

tt_status tt_moving_band_find(const tt_light_watch *w, const tt_track *track, const bool *use, double noise_grey,
                              double contrast_grey, tt_moving_band *out, tt_error *err)
{
	size_t n = stations_of(w), count[2] = {0}, row = 0;
	double reference[MOST_STATIONS], d[MOST_STATIONS], sum[2] = {0};
	double limit = NOISES * noise_grey + (contrast_grey > 0 ? CONTRASTS * contrast_grey : 0);
	bool under[MOST_STATIONS] = {false};
	memset(out, 0, sizeof *out);
	if (n < 5 || !(limit > 0)) return TT_OK;
	parts *p = calloc(1, sizeof *p);
	if (!p) return tt_fail_memory(err, "the bands in the gauge");
	reference_grey(w, use, reference);
	for (size_t t = 0; t < w->rows && t < track->n; t++) {
		double largest;
		if (!use[t] || !departures(w, t, reference, d)) continue;
		size_t bands = bands_of(d, n, limit, &largest, under);
		row++;
		if (!bands) continue;
		take_part(p, row, under, n);
		if (bands > out->bands) out->bands = bands;
		double place = place_of(under, n);
		if (p->rows == 1) {
			out->first = t;
			out->from = place;
		}
		out->last = t;
		out->to = place;
		if (fabs(largest) > fabs(out->contrast_grey)) out->contrast_grey = largest;
		add_residuals(track, t, d, n, limit, sum, count);
	}
	out->inside_px = count[1] ? sqrt(sum[1] / (double)count[1]) : NAN;
	out->outside_px = count[0] ? sqrt(sum[0] / (double)count[0]) : NAN;
	double least = fmax(2, LEAST_WAY * (double)n);
	size_t left, reached;
	moves_of(p, n, row, &left, &reached);
	out->seen =
	    p->rows >= LEAST_FRAMES && (double)touched(p, n) >= least && left >= 1 && (double)(left + reached) >= least;
	free(p);
	return TT_OK;
}
