/* scan.json.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/text.h"
#include "report/json_head.h"
#include "report/scan.h"
#include "temtensile/report.h"

static void put_scan(tt_json *j, const tt_scan_result *r)
{
	tt_json_object(j, "scan");
	tt_json_string(j, "name", r->name);
	tt_json_string(j, "format", r->format);
	tt_json_string(j, "sample", r->sample);
	tt_json_integer(j, "rows", r->rows);
	tt_json_integer(j, "columns", r->columns);
	tt_json_integer(j, "patterns", r->patterns);
	tt_json_integer(j, "patterns_not_read", r->unread);
	tt_json_integer(j, "width_px", r->width);
	tt_json_integer(j, "height_px", r->height);
	tt_json_string(j, "orientation", "rows of a pattern in the file's order, x right, y down, px from 0");
	tt_json_object(j, "centre_px");
	tt_json_value_u(j, "x", r->centre[0], r->u_centre[0]);
	tt_json_value_u(j, "y", r->centre[1], r->u_centre[1]);
	tt_json_end(j);
	tt_json_value_u(j, "calibration_per_nm_per_px", r->k_per_px.value * 1e-9,
	                r->k_per_px.u_stated ? r->k_per_px.u * 1e-9 : NAN);
	tt_json_number(j, "step_nm", r->step_m * 1e9);
	tt_json_end(j);
}

static void put_variance(tt_json *j, const tt_scan_variance *v)
{
	tt_json_object(j, "variance_at_ring");
	tt_json_value_u(j, "v_image", v->image, v->u_image);
	tt_json_value_u(j, "v_ring", v->ring, v->u_ring);
	tt_json_value_u(j, "omega", v->omega, v->u_omega);
	tt_json_number(j, "mean_count", v->mean_count);
	tt_json_end(j);
}

static void put_region(tt_json *j, const tt_scan_result *r, const tt_scan_region *g)
{
	tt_json_object(j, NULL);
	tt_json_string(j, "name", g->name);
	tt_json_integer(j, "positions", g->positions);
	tt_json_value_u(j, "ring_px", g->ring_px, g->u_ring_px);
	tt_json_value_u(j, "fwhm_px", g->fwhm_px, g->u_fwhm_px);
	tt_json_value_u(j, "height", g->height, g->u_height);
	if (r->k_per_px.value > 0) {
		const double k = g->ring_px * r->k_per_px.value * 1e-9,
		             relative = hypot(g->u_ring_px / g->ring_px, r->k_per_px.u / r->k_per_px.value);
		tt_json_value_u(j, "ring_per_nm", k, k * relative);
		tt_json_value_u(j, "bragg_spacing_nm", 1 / k, relative / k);
		tt_json_value_u(j, "mean_distance_nm", 1.23 / k, 1.23 * relative / k);
	}
	if (g->reason) tt_json_string(j, "reason", g->reason);
	put_variance(j, &g->at_ring);
	tt_json_end(j);
}

/* Every pair of regions: what one has more than the other. What they share enters by what it does to the difference. */
static void put_differences(tt_json *j, const tt_scan_result *r)
{
	tt_json_list(j, "differences");
	for (size_t a = 1; a < r->n_regions; a++)
		for (size_t b = a + 1; b < r->n_regions; b++) {
			const tt_scan_region *p = &r->region[a], *q = &r->region[b];
			tt_json_object(j, NULL);
			tt_json_string(j, "of", q->name);
			tt_json_string(j, "less", p->name);
			tt_json_value_u(j, "ring_px", q->ring_px - p->ring_px, hypot(q->u_ring_px, p->u_ring_px));
			const double apart = q->ring_px - p->ring_px, u_apart = hypot(q->u_ring_px, p->u_ring_px);
			if (r->k_per_px.value > 0)
				tt_json_value_u(j, "ring_per_nm", apart * r->k_per_px.value * 1e-9,
				                hypot(u_apart * r->k_per_px.value, apart * r->k_per_px.u) * 1e-9);
			tt_json_value_u(j, "fwhm_px", q->fwhm_px - p->fwhm_px, hypot(q->u_fwhm_px, p->u_fwhm_px));
			tt_json_value_u(j, "v_image", q->at_ring.image - p->at_ring.image,
			                hypot(q->at_ring.u_image, p->at_ring.u_image));
			tt_json_end(j);
		}
	tt_json_end(j);
}

/* Mean counts a pattern in the band, over the positions of region k (0: all). */
static double band_mean(const tt_scan_result *r, size_t band, size_t k)
{
	double sum = 0;
	size_t n = 0;
	for (size_t i = 0; i < (size_t)(r->rows * r->columns); i++) {
		const double v = (double)r->band[band].image[i];
		if (!isfinite(v) || (k && r->member[i] != k)) continue;
		sum += v;
		n++;
	}
	return n ? sum / (double)n : (double)NAN;
}

static void put_bands(tt_json *j, const tt_scan_result *r)
{
	tt_json_list(j, "bands");
	for (size_t i = 0; i < r->n_bands; i++) {
		tt_json_object(j, NULL);
		tt_json_string(j, "name", r->band[i].name);
		tt_json_number(j, "from_px", r->band[i].from_px);
		tt_json_number(j, "to_px", r->band[i].to_px);
		tt_json_object(j, "mean_counts");
		for (size_t k = 0; k < r->n_regions; k++)
			tt_json_number(j, r->region[k].name, band_mean(r, i, k));
		tt_json_end(j);
		tt_json_end(j);
	}
	tt_json_end(j);
}

tt_status tt_scan_json_write(struct tt_outdir *dir, const tt_scan_result *r, const tt_strings *hash, tt_error *err)
{
	tt_json *j = tt_json_new();
	tt_json_software(j);
	tt_json_inputs(j, &r->inputs, hash);
	put_scan(j, r);
	tt_json_list(j, "regions");
	for (size_t i = 0; i < r->n_regions; i++)
		put_region(j, r, &r->region[i]);
	tt_json_end(j);
	put_differences(j, r);
	put_bands(j, r);
	tt_json_strings(j, "notes", &r->notes);
	tt_json_strings(j, "warnings", &r->warnings);
	tt_status st = tt_json_write(j, dir, "scan.json", err);
	tt_json_free(j);
	return st;
}
