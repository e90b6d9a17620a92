/* A scan of diffraction patterns: from its description to its results.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "core/text.h"
#include "film/scan/centre.h"
#include "film/scan/profile.h"
#include "film/scan/reduce.h"
#include "temtensile/frames.h"

enum { TT_LOW_COUNT = 1 };

void tt_scan_result_free(tt_scan_result *r)
{
	if (!r) return;
	for (size_t i = 0; i < r->n_regions; i++) {
		tt_scan_region *g = &r->region[i];
		free(g->name);
		free(g->mean);
		free(g->radius_px);
		free(g->intensity);
		free(g->u_intensity);
		free(g->pixels);
		free(g->reason);
		free(g->fit);
		free(g->variance);
	}
	free(r->region);
	for (size_t i = 0; i < r->n_bands; i++) {
		free(r->band[i].name);
		free(r->band[i].image);
	}
	free(r->band);
	free(r->member);
	free(r->haadf);
	free(r->name);
	free(r->format);
	free(r->sample);
	tt_strings_free(&r->warnings);
	tt_strings_free(&r->notes);
	tt_strings_free(&r->inputs);
	free(r);
}

/* ---- shape, calibration, masks ---- */

static tt_status take_shape(const tt_scan_description *d, const tt_scan_info *i, tt_scan_result *r, tt_error *err)
{
	r->rows = d->rows > 0 ? d->rows : i->rows;
	r->columns = d->columns > 0 ? d->columns : i->columns;
	if (r->rows < 1 || r->columns < 1) {
		const int64_t side = (int64_t)floor(sqrt((double)i->patterns) + 0.5);
		return tt_fail(
		    err, TT_ERR_INPUT,
		    "'%s' holds %" PRId64 " patterns and does not say how they lie: give shape: [rows, columns]%s",
		    i->path, i->patterns, side * side == i->patterns && side > 1 ? " (they would make a square)" : "");
	}
	const int64_t positions = r->rows * r->columns;
	if (r->rows > 1 << 20 || r->columns > 1 << 20 || positions > (int64_t)1 << 31)
		return tt_fail(err, TT_ERR_INPUT, "a scan of %" PRId64 " x %" PRId64 " positions cannot be right",
		               r->rows, r->columns);
	if (i->patterns > positions)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s' holds %" PRId64 " patterns; a scan of %" PRId64 " x %" PRId64
		               " (rows x columns) has %" PRId64,
		               i->path, i->patterns, r->rows, r->columns, positions);
	if (i->patterns < positions)
		tt_warn(&r->warnings,
		        "'%s' holds %" PRId64 " of the %" PRId64 " patterns of a scan of %" PRId64 " x %" PRId64
		        ": the others are empty",
		        i->path, i->patterns, positions, r->rows, r->columns);
	return TT_OK;
}

static void take_calibration(const tt_scan_description *d, const tt_scan_info *i, tt_scan_result *r)
{
	r->k_per_px = d->k_per_px;
	r->step_m = d->step.value;
	if (isnan(r->k_per_px.value) && i->k_per_px > 0)
		r->k_per_px = (tt_quantity){.value = i->k_per_px};
	else if (i->k_per_px > 0 && fabs(i->k_per_px / r->k_per_px.value - 1) > 0.02)
		tt_warn(&r->warnings,
		        "a pixel is %.5g 1/nm in the description and %.5g 1/nm in '%s': the description's is taken",
		        r->k_per_px.value * 1e-9, i->k_per_px * 1e-9, i->path);
	if (isnan(r->k_per_px.value))
		tt_warn(&r->warnings,
		        "the camera is not calibrated (calibration): radii are in px, and there are no spacings");
}

/* An image of a wanted size as doubles. */
static tt_status read_image(const char *path, int64_t width, int64_t height, const char *what, tt_scan_result *r,
                            double **out, tt_error *err)
{
	tt_still *still;
	*out = NULL;
	tt_status st = tt_still_read(path, &still, err);
	if (st != TT_OK) return st;
	const tt_image *im = tt_still_image(still);
	if (im->width != width || im->height != height)
		st = tt_fail(err, TT_ERR_INPUT,
		             "%s '%s' has %d x %d px; %" PRId64 " x %" PRId64 " were expected (columns x rows)", what,
		             path, im->width, im->height, width, height);
	double *v = st == TT_OK ? malloc((size_t)width * (size_t)height * sizeof *v) : NULL;
	if (st == TT_OK && !v) st = tt_fail_memory(err, what);
	for (int y = 0; v && y < im->height; y++)
		for (int x = 0; x < im->width; x++)
			v[(size_t)y * (size_t)width + (size_t)x] = tt_image_at(im, x, y);
	tt_still_free(still);
	if (st == TT_OK) st = tt_strings_add(&r->inputs, err, "%s", path);
	if (st != TT_OK) {
		free(v);
		v = NULL;
	}
	*out = v;
	return st;
}

static tt_status make_dead(const tt_scan_description *d, const tt_scan_info *i, tt_scan_result *r, bool **out,
                           tt_error *err)
{
	const size_t pixels = (size_t)i->width * (size_t)i->height;
	bool *dead = calloc(pixels, sizeof *dead);
	tt_status st = dead ? TT_OK : tt_fail_memory(err, "the mask of dead pixels");
	if (st == TT_OK && d->dead_mask) {
		double *v;
		st = read_image(d->dead_mask, i->width, i->height, "the mask of dead pixels", r, &v, err);
		for (size_t k = 0; st == TT_OK && k < pixels; k++)
			dead[k] = v[k] > 0;
		free(v);
	}
	for (size_t k = 0; st == TT_OK && k < d->n_dead; k++) {
		const double x = d->dead[2 * k], y = d->dead[2 * k + 1];
		if (x < 0 || y < 0 || x >= i->width || y >= i->height || x != floor(x) || y != floor(y))
			st = tt_fail(err, TT_ERR_INPUT,
			             "the dead pixel [%g, %g] lies outside the patterns of %d x %d px", x, y, i->width,
			             i->height);
		else
			dead[(size_t)y * (size_t)i->width + (size_t)x] = true;
	}
	if (st != TT_OK) {
		free(dead);
		dead = NULL;
	}
	*out = dead;
	return st;
}

/* ---- regions and bands ---- */

static tt_status add_member(tt_scan_result *r, const tt_scan_description *d, size_t position, size_t region,
                            tt_error *err)
{
	uint8_t *m = &r->member[position];
	if (*m && *m != region + 1)
		return tt_fail(
		    err, TT_ERR_INPUT,
		    "the regions '%s' and '%s' both hold the position at column %zu, row %zu; regions must not overlap",
		    d->region[*m - 1].name, d->region[region].name, position % (size_t)r->columns,
		    position / (size_t)r->columns);
	*m = (uint8_t)(region + 1);
	return TT_OK;
}

static tt_status add_rects(tt_scan_result *r, const tt_scan_description *d, size_t region, tt_error *err)
{
	const tt_scan_region_spec *g = &d->region[region];
	for (size_t k = 0; k < g->n_rects; k++) {
		const tt_rect q = g->rect[k];
		if (q.x < 0 || q.y < 0 || q.width < 1 || q.height < 1 || q.x + (int64_t)q.width > r->columns ||
		    q.y + (int64_t)q.height > r->rows)
			return tt_fail(err, TT_ERR_INPUT,
			               "region '%s': the rectangle [%d, %d, %d, %d] (column, row, width, height) "
			               "leaves the scan of %" PRId64 " columns and %" PRId64 " rows",
			               g->name, q.x, q.y, q.width, q.height, r->columns, r->rows);
		for (int y = q.y; y < q.y + q.height; y++)
			for (int x = q.x; x < q.x + q.width; x++) {
				tt_status st =
				    add_member(r, d, (size_t)y * (size_t)r->columns + (size_t)x, region, err);
				if (st != TT_OK) return st;
			}
	}
	return TT_OK;
}

static tt_status add_where(tt_scan_result *r, const tt_scan_description *d, size_t region, const double *v,
                           double above, double below, tt_error *err)
{
	tt_status st = TT_OK;
	for (size_t k = 0; st == TT_OK && k < (size_t)(r->rows * r->columns); k++)
		if (isfinite(v[k]) && !(v[k] <= above) && !(v[k] >= below)) st = add_member(r, d, k, region, err);
	return st;
}

static int band_of(const tt_scan_description *d, const char *name)
{
	for (size_t i = 0; i < d->n_bands; i++)
		if (strcmp(d->band[i].name, name) == 0) return (int)i;
	return -1;
}

/* first: the sums of an earlier pass, for regions by a virtual image. */
static tt_status make_regions(const tt_scan_description *d, const tt_scan_sums *first, tt_scan_result *r, tt_error *err)
{
	tt_status st = TT_OK;
	for (size_t i = 0; st == TT_OK && i < d->n_regions; i++) {
		const tt_scan_region_spec *g = &d->region[i];
		double *v = NULL;
		st = add_rects(r, d, i, err);
		if (st == TT_OK && g->mask) {
			st = read_image(g->mask, r->columns, r->rows, "the mask", r, &v, err);
			if (st == TT_OK) st = add_where(r, d, i, v, 0, NAN, err);
			free(v);
		} else if (st == TT_OK && g->image) {
			st = read_image(g->image, r->columns, r->rows, "the image", r, &v, err);
			if (st == TT_OK) st = add_where(r, d, i, v, g->above, g->below, err);
			free(v);
		} else if (st == TT_OK && g->band) {
			st = add_where(r, d, i, first->image[band_of(d, g->band)], g->above, g->below, err);
		}
		size_t n = 0;
		for (size_t k = 0; k < (size_t)(r->rows * r->columns); k++)
			n += r->member[k] == i + 1;
		if (st == TT_OK && n == 0) st = tt_fail(err, TT_ERR_INPUT, "region '%s' holds no position", g->name);
	}
	return st;
}

static tt_status take_bands(const tt_scan_description *d, const tt_scan_result *r, tt_scan_plan *plan, tt_error *err)
{
	plan->bands = d->n_bands;
	for (size_t i = 0; i < d->n_bands; i++) {
		const tt_scan_band_spec *b = &d->band[i];
		if (b->in_k && isnan(r->k_per_px.value))
			return tt_fail(err, TT_ERR_INPUT,
			               "band '%s' is given in 1/nm, but the camera is not calibrated: give "
			               "calibration, or the band in px",
			               b->name);
		plan->band[i][0] = b->in_k ? b->from / r->k_per_px.value : b->from;
		plan->band[i][1] = b->in_k ? b->to / r->k_per_px.value : b->to;
	}
	return TT_OK;
}

/* ---- results ---- */

static tt_status take_region(const tt_scan_description *d, const tt_scan_sums *s, const tt_scan_bucket *b,
                             const bool *dead, const char *name, bool counts, tt_scan_region *g, tt_error *err)
{
	const size_t pixels = (size_t)s->width * (size_t)s->height;
	g->name = tt_strdup(name);
	g->positions = b->positions;
	g->mean = malloc(pixels * sizeof *g->mean);
	if (!g->name || !g->mean) return tt_fail_memory(err, "a region's results");
	for (size_t i = 0; i < pixels; i++)
		g->mean[i] = dead[i] || b->positions < 1 ? NAN : (float)(b->sum[i] / (double)b->positions);
	tt_status st = tt_scan_radial(s, b, dead, g, err);
	if (st == TT_OK) st = tt_scan_first_ring(s, b, dead, d->ring, g, err);
	if (st == TT_OK) st = tt_scan_variances(s, b, dead, counts, g, err);
	return st;
}

static void judge_region(const tt_scan_region *g, bool counts, tt_strings *warnings)
{
	const tt_scan_variance *v = &g->at_ring;
	if (g->reason) {
		tt_warn(warnings, "region '%s': %s", g->name, g->reason);
		return;
	}
	if (counts && v->mean_count < TT_LOW_COUNT)
		tt_warn(warnings,
		        "region '%s': %.2g counts a pixel at the first ring: below 1 the normalised variance is mostly "
		        "shot noise, below 0.2 it "
		        "is not reliable",
		        g->name, v->mean_count);
	if (g->positions < 16)
		tt_warn(warnings,
		        "region '%s' has %" PRId64 " positions: too few for a normalised variance to be relied on",
		        g->name, g->positions);
	/* speckles of many pixels make Ω, too, but leave V_image and V_ring alike */
	if (v->omega > 3 * v->u_omega && v->image - v->ring > 3 * hypot(v->u_image, v->u_ring))
		tt_warn(warnings,
		        "region '%s': the ring's mean intensity varies over the positions (Ω = %s): the "
		        "thickness varies, and V_image (%.4f) holds "
		        "that too, V_ring (%s) does not",
		        g->name, TT_VALUE(v->omega, v->u_omega, ""), v->image, TT_VALUE(v->ring, v->u_ring, ""));
}

static float *floats(const double *v, size_t n)
{
	float *f = malloc((n ? n : 1) * sizeof *f);
	for (size_t i = 0; f && i < n; i++)
		f[i] = (float)v[i];
	return f;
}

static tt_status take_images(const tt_scan_description *d, const tt_scan_plan *plan, const tt_scan_sums *s,
                             tt_scan_result *r, tt_error *err)
{
	const size_t positions = (size_t)(r->rows * r->columns);
	r->band = calloc(d->n_bands + 1, sizeof *r->band);
	if (!r->band) return tt_fail_memory(err, "the virtual images");
	for (size_t i = 0; i <= d->n_bands; i++) {
		struct tt_scan_virtual *b = &r->band[r->n_bands++];
		const bool all = i == d->n_bands;
		b->name = tt_strdup(all ? "sum" : d->band[i].name);
		b->from_px = all ? 0 : plan->band[i][0];
		b->to_px = all ? NAN : plan->band[i][1];
		b->image = floats(all ? s->total : s->image[i], positions);
		if (!b->name || !b->image) return tt_fail_memory(err, "the virtual images");
	}
	if (!d->haadf) return TT_OK;
	double *v;
	tt_status st = read_image(d->haadf, r->columns, r->rows, "the HAADF image", r, &v, err);
	if (st != TT_OK) return st;
	r->haadf = floats(v, positions);
	free(v);
	return r->haadf ? TT_OK : tt_fail_memory(err, "the virtual images");
}

/* The centre once more, on the first ring of the whole scan's mean pattern. */
static void check_centre(const tt_scan_sums *s, const tt_scan_bucket *whole, const bool *dead, tt_scan_result *r)
{
	const tt_scan_region *g = &r->region[0];
	const size_t pixels = (size_t)s->width * (size_t)s->height;
	double c[2] = {s->centre[0], s->centre[1]}, u[2] = {NAN, NAN}, *mean = malloc(pixels * sizeof *mean);
	memcpy(r->centre, s->centre, sizeof r->centre);
	memcpy(r->u_centre, s->u_centre, sizeof r->u_centre);
	if (!mean || g->reason || whole->positions < 1) {
		free(mean);
		return;
	}
	for (size_t i = 0; i < pixels; i++)
		mean[i] = whole->sum[i] / (double)whole->positions;
	if (tt_pattern_centre_refine(mean, dead, s->width, s->height, (double)whole->positions, g->ring_px - g->fwhm_px,
	                             g->ring_px + g->fwhm_px, c, u, NULL) == TT_OK) {
		const double off = hypot(c[0] - s->centre[0], c[1] - s->centre[1]);
		if (off > 0.5)
			tt_warn(&r->warnings,
			        "the first ring's centre, (%s, %s), is %.2f px from the one that was "
			        "used, (%.2f, %.2f): give centre",
			        TT_VALUE(c[0], u[0], ""), TT_VALUE(c[1], u[1], "px"), off, s->centre[0], s->centre[1]);
		memcpy(r->u_centre, u, sizeof u);
	}
	free(mean);
}

static tt_status measure(const tt_scan_description *d, const tt_scan_plan *plan, const tt_scan_sums *s,
                         const bool *dead, tt_scan_result *r, tt_error *err)
{
	tt_scan_bucket whole;
	tt_status st = tt_scan_whole(s, &whole, err);
	if (st != TT_OK) return st;
	r->region = calloc(d->n_regions + 1, sizeof *r->region);
	if (!r->region) st = tt_fail_memory(err, "a scan's results");
	for (size_t i = 0; st == TT_OK && i <= d->n_regions; i++) {
		r->n_regions++;
		st = take_region(d, s, i ? &s->bucket[i] : &whole, dead, i ? d->region[i - 1].name : "whole scan",
		                 r->shot_corrected, &r->region[i], err);
		/* the whole of different regions is no one thing to judge */
		if (st == TT_OK && (i > 0 || d->n_regions == 0))
			judge_region(&r->region[i], r->shot_corrected, &r->warnings);
	}
	if (st == TT_OK) check_centre(s, &whole, dead, r);
	tt_scan_bucket_clear(&whole);
	if (st == TT_OK) st = take_images(d, plan, s, r, err);
	return st;
}

static tt_status reduce(const tt_scan_description *d, tt_scan_source *source, bool *dead, const tt_job *job,
                        tt_scan_result *r, tt_error *err)
{
	const tt_scan_info *i = tt_scan_source_info(source);
	const double gain = isnan(d->gain) ? 1 : d->gain;
	tt_scan_plan plan = {.rows = r->rows, .columns = r->columns, .dead = dead, .centre = {NAN, NAN}};
	tt_scan_sums *s = NULL;
	bool twice = false;
	if (d->has_centre) memcpy(plan.centre, d->centre, sizeof plan.centre);
	tt_status st = take_bands(d, r, &plan, err);
	r->member = calloc((size_t)(r->rows * r->columns), 1);
	if (st == TT_OK && !r->member) st = tt_fail_memory(err, "the regions");
	for (size_t k = 0; k < d->n_regions; k++)
		twice = twice || d->region[k].band != NULL;
	if (st == TT_OK && twice) {
		tt_warn(&r->notes, "a region is a threshold on a virtual image: the patterns were read twice");
		st = tt_scan_reduce(source, &plan, gain, job, &s, &r->warnings, err);
		if (st == TT_OK) memcpy(plan.centre, s->centre, sizeof plan.centre);
	}
	if (st == TT_OK) st = make_regions(d, s, r, err);
	double u[2] = {NAN, NAN};
	if (s) memcpy(u, s->u_centre, sizeof u);
	tt_scan_sums_free(s);
	s = NULL;
	plan.region = r->member;
	plan.regions = d->n_regions;
	if (st == TT_OK) st = tt_scan_reduce(source, &plan, gain, job, &s, &r->warnings, err);
	if (st == TT_OK && twice) memcpy(s->u_centre, u, sizeof u);
	if (st == TT_OK) {
		r->unread = s->unread;
		if (i->counter_bits > 0 && i->counter_bits < 24 &&
		    s->largest >= (double)((1 << i->counter_bits) - 1) * 1.0)
			tt_warn(&r->warnings,
			        "a counter of %d bits is full (%.0f) in some pattern: its pixels are saturated there",
			        i->counter_bits, s->largest);
		st = measure(d, &plan, s, dead, r, err);
	}
	tt_scan_sums_free(s);
	return st;
}

tt_status tt_scan_measure(const tt_scan_description *d, const tt_job *job, tt_scan_result **out, tt_error *err)
{
	tt_scan_source *source = NULL;
	bool *dead = NULL;
	tt_scan_result *r = calloc(1, sizeof *r);
	*out = NULL;
	if (!r) return tt_fail_memory(err, "a scan's results");
	tt_status st = tt_scan_source_open(d->file, &source, err);
	if (st == TT_OK) {
		const tt_scan_info *i = tt_scan_source_info(source);
		for (size_t k = 0; k < tt_scan_source_warnings(source)->n; k++)
			tt_warn(&r->warnings, "%s", tt_scan_source_warnings(source)->item[k]);
		st = tt_strings_add(&r->inputs, err, "%s", d->file);
		r->name = tt_strdup(d->name);
		r->format = tt_strdup(i->format);
		r->sample = tt_strdup(i->sample);
		r->width = i->width;
		r->height = i->height;
		r->patterns = i->patterns;
		r->shot_corrected = i->counts || !isnan(d->gain);
		if (st == TT_OK && (!r->name || !r->format || !r->sample)) st = tt_fail_memory(err, "a scan's results");
		if (!r->shot_corrected)
			tt_warn(&r->warnings,
			        "'%s' does not say that its values are counted electrons: the normalised variance "
			        "holds shot noise (V_image, Ω), and "
			        "there is no V_ring; give gain, the value of one electron",
			        i->path);
		if (st == TT_OK) st = take_shape(d, i, r, err);
		if (st == TT_OK) take_calibration(d, i, r);
		if (st == TT_OK) st = make_dead(d, i, r, &dead, err);
		if (st == TT_OK) st = reduce(d, source, dead, job, r, err);
	}
	free(dead);
	tt_scan_source_close(source);
	if (st != TT_OK) {
		tt_scan_result_free(r);
		return st;
	}
	*out = r;
	return TT_OK;
}
