/* Gauge auto on the first frames of simulated and of recorded tests.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "temtensile/frames.h"
#include "temtensile/simulate.h"
#include "observe/find_gauge.h"

static const double degree = 3.14159265358979323846 / 180;

static double between(double a, double b)
{
	double d = fmod(fabs(a - b), 180);
	return fmin(d, 180 - d);
}

/* Places on the true axis: both gauge ends with their bands lie inside the parallel section. */
static void check_choice(const tt_gauge_choice *c, const char *what, double axis_deg, const double origin[2],
                         double width, double length)
{
	double ax = cos(axis_deg * degree), ay = sin(axis_deg * degree), s[2], n[2];
	for (int end = 0; end < 2; end++) {
		const double *p = end ? c->to : c->from;
		s[end] = (p[0] - origin[0]) * ax + (p[1] - origin[1]) * ay;
		n[end] = -(p[0] - origin[0]) * ay + (p[1] - origin[1]) * ax;
	}
	check_note(
	    "%s: axis off %.3f deg (u %.3f), width off %.2f px, gauge %.1f ... %.1f of +-%.1f px, confidence %.2f",
	    what, between(c->axis_deg, axis_deg), c->u_axis_deg, c->width_px - width, s[0], s[1], length / 2,
	    c->confidence);
	CHECK_MSG(between(c->axis_deg, axis_deg) <= 0.15, "%s: axis %.3f, expected %.3f", what, c->axis_deg, axis_deg);
	CHECK_MSG(fabs(c->width_px - width) <= 0.5 + 0.005 * width, "%s: width %.2f, expected %.2f", what, c->width_px,
	          width);
	for (int end = 0; end < 2; end++) {
		CHECK_MSG(fabs(s[end]) + c->band_half_px <= length / 2, "%s: a band reaches %.1f px into a shoulder",
		          what, fabs(s[end]) + c->band_half_px - length / 2);
		CHECK_MSG(fabs(n[end]) <= 1.5, "%s: %.2f px off the axis", what, n[end]);
	}
	CHECK(fabs(s[1] - s[0]) > 0.7 * length);
}

static void one_simulation(int width, int height, double pixel_nm, double axis_deg, const char *imaging)
{
	static const char form[] =
	    "name: t\nseed: %d\n"
	    "law: {youngs_modulus: 126 GPa, yield_stress: 1.78 GPa, hardening: 0.36 GPa, saturation: 2.5 %%, "
	    "fracture_strain: 8 %%}\n"
	    "geometry: {width: 400 ± 8 nm, thickness: 160 ± 3 nm}\ndevice: {stiffness: 450 N/m}\n"
	    "control: {mode: load, rate: 4.5 µN/s}\nvideo: {file: t.mp4, size: [%d, %d], frame_rate: 5 Hz}\n"
	    "imaging: {pixel_size: %g nm, axis: %g°%s}\n";
	char text[1500], what[200];
	snprintf(text, sizeof text, form, 3 + (int)axis_deg, width, height, pixel_nm, axis_deg, imaging);
	snprintf(what, sizeof what, "%d x %d, %g deg%s", width, height, axis_deg, imaging);
	tt_simulation *sim;
	tt_error err;
	tt_image im;
	CHECK_MSG(tt_simulation_parse(text, strlen(text), "simulation.yaml", NULL, &sim, &err) == TT_OK, "%s",
	          err.message);
	CHECK_MSG(tt_simulation_frame(sim, 0, &im, &err) == TT_OK, "%s", err.message);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	tt_gauge_choice c;
	CHECK_MSG(tt_find_gauge(&im, NULL, &c, &err) == TT_OK, "%s: %s", what, err.message);
	check_choice(&c, what, t->axis_deg, t->origin_px, t->width / t->pixel_size, t->gauge_px);
	tt_find_gauge_clear(&c);
	tt_simulation_free(sim);
}

static void simulated(void)
{
	const double axis[] = {0, 37, 90, 141};
	for (int i = 0; i < 4; i++) {
		one_simulation(640, 640, 4.8, axis[i], "");
		one_simulation(640, 640, 4.8, axis[i], ", specimen: bright");
	}
	one_simulation(400, 400, 7.2, 37, ", noise: 10");
	one_simulation(400, 300, 7.2, 3, ", overlay: true, bend_contour: {depth: 30}");
	one_simulation(640, 480, 4.6, 8, ", contrast: 6");
	one_simulation(640, 480, 4.6, 8, ", texture: spots");
	one_simulation(2048, 2048, 1.5, 141, "");
}

/* The first frame of a video, and what its truth.json says. */
static void one_recording(const char *video, double axis_deg, const double origin[2], double hint)
{
	tt_source *s;
	tt_frame f;
	tt_error err;
	tt_gauge_choice c;
	CHECK_MSG(tt_source_open(check_shared(video), &(tt_source_options){.stream = -1}, &s, &err) == TT_OK, "%s",
	          err.message);
	CHECK_MSG(tt_source_next(s, &f, &err) == TT_OK, "%s", err.message);
	tt_find_gauge_options o = tt_find_gauge_defaults();
	o.width_px = hint;
	tt_status st = tt_find_gauge(&f.image, &o, &c, &err);
	CHECK_MSG(st == TT_OK, "%s", err.message);
	check_choice(&c, video, axis_deg, origin, 100, 500);
	CHECK(c.notes.n == 0 && c.confidence > 0.9);
	tt_find_gauge_clear(&c);
	tt_source_close(s);
}

static void film_5pa(void)
{
	one_recording("recordings/film-5pa/test.mp4", 0, (double[]){320, 240}, NAN);
}

static void film_50pa(void)
{
	one_recording("recordings/film-50pa/test.avi", 3.5, (double[]){320, 240}, 100);
}

static const check_case cases[] = {{"simulated", simulated}, {"film-5pa", film_5pa}, {"film-50pa", film_50pa}};
CHECK_MAIN(cases)
