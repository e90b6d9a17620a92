/* Width profile and neck of simulated films: where, how deep, since when; and films without one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "temtensile/necking.h"
#include "temtensile/simulate.h"

enum { MOTIONS = 12 };

/* Follows a film with its true motion along the axis, a little noise added, as the tracker would give it. */
static void follow(const char *law, const char *imaging, int seed, tt_neck *neck, tt_sim_truth *truth)
{
	char text[1200];
	tt_simulation *s = NULL;
	tt_error err = {0};
	snprintf(text, sizeof text,
	         "name: neck\nseed: %d\nlaw: {youngs_modulus: 130 GPa, yield_stress: 1.9 GPa, %s}\n"
	         "control: {rate: 10 µN/s, approach: 3 s, hold: 1 s, unload_rate: 80 µN/s, after: 1 s}\n"
	         "video: {size: [480, 360]}\nimaging: {%s}\n",
	         seed, law, imaging);
	CHECK_MSG(tt_simulation_parse(text, strlen(text), "simulation.yaml", NULL, &s, &err) == TT_OK, "%s",
	          err.message);
	const tt_sim_truth *t = tt_simulation_truth(s);
	double half = 0.44 * t->gauge_px, c = cos(t->axis_deg * acos(-1) / 180), si = sin(t->axis_deg * acos(-1) / 180);
	const double from[2] = {t->origin_px[0] - half * c, t->origin_px[1] - half * si},
	             to[2] = {t->origin_px[0] + half * c, t->origin_px[1] + half * si};
	tt_width_meter *m = NULL;
	tt_image im;
	CHECK(tt_simulation_frame(s, 0, &im, &err) == TT_OK);
	CHECK_MSG(tt_width_meter_new(&im, from, to, t->width / t->pixel_size, &m, &err) == TT_OK, "%s", err.message);
	size_t n = tt_width_meter_stations(m),
	       rows = (size_t)(t->fracture_frame > 0 ? t->fracture_frame : tt_simulation_frames(s));
	float *ratio = malloc(rows * n * sizeof *ratio), *moved = malloc(rows * MOTIONS * sizeof *moved);
	double *strain = malloc(rows * sizeof *strain), motion_s[MOTIONS];
	CHECK(ratio && moved && strain);
	for (int k = 0; k < MOTIONS; k++)
		motion_s[k] = 2 * half * k / (MOTIONS - 1);
	for (size_t i = 0; i < rows; i++) {
		double x0, y0, x, y, across[2];
		CHECK(tt_simulation_frame(s, (int64_t)i, &im, &err) == TT_OK);
		for (int k = 0; k < MOTIONS; k++) {
			double X = motion_s[k] - half;
			tt_simulation_place(s, 0, X, 0, &x0, &y0);
			tt_simulation_place(s, (int64_t)i, X, 0, &x, &y);
			moved[i * MOTIONS + (size_t)k] =
			    (float)((x - x0) * c + (y - y0) * si + 0.01 * tt_sim_normal(77, i, (uint64_t)k));
			if (k == 0) across[0] = (y - y0) * c - (x - x0) * si;
			across[1] = (y - y0) * c - (x - x0) * si;
		}
		tt_bar_place p = {.from = {from[0], from[1]},
		                  .axis = {c, si},
		                  .length_px = 2 * half,
		                  .n = MOTIONS,
		                  .s = motion_s,
		                  .moved = moved + i * MOTIONS,
		                  .across = {across[0], across[1]}};
		CHECK(tt_width_meter_read(m, &im, &p, ratio + i * n, &err) == TT_OK);
		strain[i] = tt_simulation_state(s, (int64_t)i).gauge_strain;
		for (size_t k = 0; k < n; k++)
			ratio[i * n + k] /= (float)tt_width_meter_first(m)[k];
	}
	const tt_width_map map = {.stations = n,
	                          .rows = rows,
	                          .s = tt_width_meter_s(m),
	                          .strain = strain,
	                          .ratio = ratio,
	                          .motions = MOTIONS,
	                          .motion_s = motion_s,
	                          .moved = moved};
	CHECK_MSG(tt_neck_find(&map, NULL, neck, &err) == TT_OK, "%s", err.message);
	neck->s_px -= half; /* as the truth counts */
	*truth = *t;
	free(ratio);
	free(moved);
	free(strain);
	tt_width_meter_free(m);
	tt_simulation_free(s);
}

static void check_neck(const char *law, const char *imaging, int seed)
{
	tt_neck k;
	tt_sim_truth t;
	follow(law, imaging, seed, &k, &t);
	check_note("seed %d: neck at %.1f px (true %.1f), 1 - w/w0 %.4f (%.4f), far %.4f (%.4f), onset %.4f ± %.4f "
	           "(%.4f; width %.4f, axial %.4f) %s",
	           seed, k.s_px, t.neck_X_px, k.width_reduction, 1 - t.width_ratio_neck, k.uniform_width_reduction,
	           1 - t.width_ratio_uniform, k.onset_strain, k.u_onset_strain, t.neck_onset_strain, k.onset_by_width,
	           k.onset_by_axial, k.reason);
	CHECK_MSG(k.found, "%s", k.reason);
	CHECK_NEAR(k.s_px, t.neck_X_px, 10);
	CHECK_NEAR(k.width_reduction, 1 - t.width_ratio_neck, 0.01);
	CHECK_NEAR(k.uniform_width_reduction, 1 - t.width_ratio_uniform, 0.01);
	CHECK(k.width_reduction - k.uniform_width_reduction > 0.5 * (t.width_ratio_uniform - t.width_ratio_neck));
	CHECK_NEAR(k.onset_strain, t.neck_onset_strain, 0.01);
}

static void test_necks(void)
{
	check_neck("fracture_strain: 7 %, neck_from: 5 %", "noise: 3", 1);
	check_neck("fracture_strain: 9 %, neck_from: 6 %", "noise: 5, axis: 14 deg, drift: [9 nm/s, 5 nm/s]", 2);
	check_neck("fracture_strain: 7 %, neck_from: 4 %", "noise: 4, bend_contour: {depth: 15}", 3);
}

static void test_homogeneous(void)
{
	for (int seed = 1; seed <= 4; seed++) {
		tt_neck k;
		tt_sim_truth t;
		follow("fracture_strain: 6 %",
		       seed % 2 ? "noise: 4" : "noise: 3, bend_contour: {depth: 15}, drift: [7 nm/s, 5 nm/s]", seed, &k,
		       &t);
		check_note("seed %d: %s (far %.4f, true %.4f)", seed, k.reason, k.uniform_width_reduction,
		           1 - t.width_ratio_uniform);
		CHECK(!k.found);
		CHECK(isnan(k.s_px) && isnan(k.onset_strain));
		CHECK_HAS(k.reason, "no neck");
		CHECK_NEAR(k.uniform_width_reduction, 1 - t.width_ratio_uniform, 0.01);
		CHECK_NEAR(k.width_reduction, 1 - t.width_ratio_uniform, 0.01);
	}
}

static const check_case cases[] = {{"necks", test_necks}, {"no neck in a homogeneous film", test_homogeneous}};
CHECK_MAIN(cases)
