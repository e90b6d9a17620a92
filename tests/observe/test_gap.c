/* Angles of the gap's edges in simulated broken films.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "temtensile/necking.h"
#include "temtensile/simulate.h"

static void look(double angle, const char *imaging, int grey_bar, int grey_beside)
{
	char text[1200];
	tt_simulation *s = NULL;
	tt_error err = {0};
	snprintf(text, sizeof text,
	         "name: gap\nseed: 9\n"
	         "law: {youngs_modulus: 130 GPa, yield_stress: 1.9 GPa, fracture_strain: 4 %%, neck_from: 3 %%}\n"
	         "geometry: {fracture_angle: %g deg}\n"
	         "control: {rate: 12 µN/s, approach: 3 s, hold: 1 s, unload_rate: 80 µN/s, after: 1 s}\n"
	         "video: {size: [480, 360]}\nimaging: {%s}\n",
	         angle, imaging);
	CHECK_MSG(tt_simulation_parse(text, strlen(text), "simulation.yaml", NULL, &s, &err) == TT_OK, "%s",
	          err.message);
	const tt_sim_truth *t = tt_simulation_truth(s);
	CHECK(t->fracture_frame > 0);
	tt_image im;
	CHECK_MSG(tt_simulation_frame(s, t->fracture_frame, &im, &err) == TT_OK, "%s", err.message);
	double turn = t->axis_deg * acos(-1) / 180;
	tt_gap_guide g = {.axis = {cos(turn), sin(turn)},
	                  .width_px = t->width / t->pixel_size,
	                  .reach_px = {0.5 * t->gauge_px, 0.7 * t->gauge_px},
	                  .bar = grey_bar,
	                  .surroundings = grey_beside};
	tt_simulation_place(s, t->fracture_frame - 1, t->neck_X_px, 0, &g.point[0], &g.point[1]);
	tt_gap gap;
	CHECK_MSG(tt_gap_find(&im, &g, &gap, &err) == TT_OK, "%s", err.message);
	check_note("%g°: edges %.2f ± %.2f, %.2f ± %.2f°, opening %.1f px", angle, gap.edge[0].angle_deg,
	           gap.edge[0].u_deg, gap.edge[1].angle_deg, gap.edge[1].u_deg, gap.opening_px);
	double expected = angle > 90 ? 180 - angle : angle;
	for (int k = 0; k < 2; k++) {
		CHECK(gap.edge[k].found);
		CHECK_NEAR(gap.edge[k].angle_deg, expected, 1);
		CHECK(gap.edge[k].u_deg > 0 && gap.edge[k].u_deg < 1);
	}
	CHECK(gap.opening_px > 3);
	tt_simulation_free(s);
}

static void test_angles(void)
{
	for (int a = 45; a <= 90; a += 15)
		look(a, "noise: 4", 90, 200);
}

static void test_turned(void)
{
	look(70, "noise: 5, axis: 31 deg", 90, 200);
}

/* An unbroken bar has no gap, and nothing is invented. */
static void test_none(void)
{
	enum { W = 120, H = 80 };
	static uint8_t pixels[W * H];
	for (int y = 0; y < H; y++)
		for (int x = 0; x < W; x++)
			pixels[y * W + x] = abs(y - 40) < 20 ? 80 : 200;
	tt_image im = {.data = pixels, .stride = W, .width = W, .height = H, .type = TT_U8};
	tt_gap_guide g = {
	    .point = {60, 40}, .axis = {1, 0}, .width_px = 40, .reach_px = {55, 55}, .bar = 80, .surroundings = 200};
	tt_gap gap;
	tt_error err = {0};
	CHECK(tt_gap_find(&im, &g, &gap, &err) == TT_OK);
	CHECK(!gap.edge[0].found && !gap.edge[1].found && isnan(gap.angle_deg) && isnan(gap.opening_px));
	CHECK_HAS(gap.reason, "no straight edge");
	/* One half only: its edge is known, the other's is not. */
	for (int y = 0; y < H; y++)
		memset(pixels + y * W + 70, 200, W - 70);
	CHECK(tt_gap_find(&im, &g, &gap, &err) == TT_OK);
	CHECK(gap.edge[0].found && !gap.edge[1].found);
	CHECK_NEAR(gap.angle_deg, 90, 0.01);
	CHECK_HAS(gap.reason, "one half");
}

static const check_case cases[] = {{"angles", test_angles}, {"turned", test_turned}, {"no gap, half a gap", test_none}};
CHECK_MAIN(cases)
