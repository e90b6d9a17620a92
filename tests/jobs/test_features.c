/* A bar without texture, but with marks: spots and edges as the gauge's ends; the device's opening by its grips' faces;
 * a neck beyond the gauge.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulated.h"
#include "temtensile/report.h"

typedef struct found {
	double E, u_E, total, u_total, frame;
	double true_total, true_frame;
	json_t *summary, *truth;
} found;

static void look(const char *name, const char *sections, const char *const *sets, size_t n_sets, found *out)
{
	char film[2048], recording[512], result[512], path[600];
	tt_error err = {0};
	atexit(tt_canvas_forget_fonts); /* cairo keeps them, and a leak checker would find them */
	snprintf(film, sizeof film,
	         "name: features\nseed: 3\ndraw: false\n"
	         "geometry: {width: 400 nm, thickness: 150 nm, neck: {at: 700 nm, width: 90 nm}}\n"
	         "control: {rate: 9 µN/s, approach: 5 s, hold: 1 s, unload_rate: 80 µN/s, after: 1 s}\n%s",
	         sections);
	tt_status st = simulate_and_analyse(name, film, sets, n_sets, false, recording, result, &err);
	CHECK_MSG(st == TT_OK, "%s: %s", name, err.message);
	snprintf(path, sizeof path, "%s/summary.json", result);
	json_t *s = json_file(path);
	snprintf(path, sizeof path, "%s/truth.json", recording);
	json_t *t = json_file(path);
	*out = (found){.E = json_at(s, "properties.youngs_modulus_GPa.value"),
	               .u_E = json_at(s, "properties.youngs_modulus_GPa.u"),
	               .total = json_at(s, "properties.total_elongation.value"),
	               .u_total = json_at(s, "properties.total_elongation.u"),
	               .frame = json_at(s, "fracture.frame"),
	               .true_total = json_at(t, "properties.total_elongation"),
	               .true_frame = json_at(t, "fracture_frame"),
	               .summary = s,
	               .truth = t};
	check_note("%s: E %.1f ± %.1f GPa, A_t %.4f ± %.4f (%.4f), fracture in frame %.0f (%.0f)", name, out->E,
	           out->u_E, out->total, out->u_total, out->true_total, out->frame, out->true_frame);
}

static void forget(found *f)
{
	json_decref(f->summary);
	json_decref(f->truth);
}

static bool said(const found *f, const char *part)
{
	const json_t *w;
	size_t i;
	json_array_foreach(json_node(f->summary, "warnings"), i, w)
	{
		if (strstr(json_string_value(w), part)) return true;
	}
	return false;
}

#define LAW "law: {youngs_modulus: 130 GPa, yield_stress: 1.9 GPa, fracture_strain: 5 %}\n"
#define VIDEO "video: {size: [320, 160], frame_rate: 6 Hz, crf: 18, log_starts_at: 1.5 s}\n"
#define MARKS                                                                                                          \
	"imaging: {pixel_size: 7.6 nm, noise: 3, texture: none, bands: "                                               \
	"[{at: -800 nm, width: 30 nm, grey: -45}, {at: 800 nm, width: 30 nm, grey: -45}]}\n"

static void test_edges(void)
{
	found f;
	const char *const sets[] = {"gauge.feature=edge"};
	look("edges", LAW VIDEO MARKS "description: {gauge: points, sync: auto}\n", sets, 1, &f);
	CHECK_NEAR(f.E, 130, fmax(0.04 * 130, 2.5 * f.u_E));
	CHECK(f.u_E < 8);
	CHECK_NEAR(f.total, f.true_total, fmax(0.0015, 2.5 * f.u_total));
	CHECK_NEAR(f.frame, f.true_frame, 1);
	forget(&f);
}

static void test_spots(void)
{
	found f;
	const char *const sets[] = {"gauge.feature=spot"};
	look("spots", LAW VIDEO MARKS "description: {gauge: points, sync: auto}\n", sets, 1, &f);
	CHECK_NEAR(f.E, 130, fmax(0.04 * 130, 2.5 * f.u_E));
	CHECK_NEAR(f.total, f.true_total, fmax(0.0015, 2.5 * f.u_total));
	CHECK_NEAR(f.frame, f.true_frame, 1);
	forget(&f);
}

static void test_compliance(void)
{
	found f;
	static const char device[] =
	    LAW VIDEO "imaging: {pixel_size: 7.6 nm, noise: 3}\ndevice: {frame_compliance: 0.25 nm/µN}\n"
	              "description: {gauge: auto, sync: auto, spring: after-fracture, compliance: untold}\n";
	look("compliance", device, NULL, 0, &f);
	CHECK(said(&f, "compliance"));
	forget(&f);
	const char *const sets[] = {"force.frame_compliance=0.25 nm/µN"};
	look("compliance-told", device, sets, 1, &f);
	CHECK(!said(&f, "compliance"));
	CHECK_NEAR(f.E, 130, fmax(0.03 * 130, 2.5 * f.u_E));
	CHECK_NEAR(json_at(f.summary, "spring.stiffness_N_per_m.value"), 450, 4);
	forget(&f);
}

static void test_neck_beyond(void)
{
	found f;
	look("neck",
	     "law: {youngs_modulus: 130 GPa, yield_stress: 1.9 GPa, fracture_strain: 7 %, neck_from: 5 %}\n" VIDEO
	     "imaging: {pixel_size: 7.6 nm, noise: 3}\n"
	     "description: {gauge: points, mark_span: 72 %, sync: auto}\n",
	     NULL, 0, &f);
	double w = json_at(f.summary, "necking.width_reduction"), u = json_at(f.summary, "necking.u_width_reduction"),
	       truth = 1 - json_at(f.truth, "width_ratio_neck");
	check_note("width reduction %.4f ± %.4f (%.4f)", w, u, truth);
	CHECK_NEAR(w, truth, 2.5 * u);
	CHECK(u < 0.012);
	forget(&f);
}

static const check_case cases[] = {
    {"edges as ends", test_edges},
    {"spots as ends", test_spots},
    {"compliance between punch and device", test_compliance},
    {"a neck beyond the gauge's end", test_neck_beyond},
};

CHECK_MAIN(cases)
