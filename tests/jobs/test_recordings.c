/* The whole analysis on recordings made by another author's program, whose truth is known (skipped without them).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "results.h"
#include "temtensile/report.h"
#include "temtensile/jobs.h"

static void analyse(const char *folder, const char *name, const char *const *sets, size_t n, bool only_curve,
                    char out[1024])
{
	char path[1024];
	snprintf(path, sizeof path, "%s/test.yaml", folder);
	snprintf(out, 1024, "%s/%s", check_tmp(), name);
	tt_analyze_options options = {
	    .sets = sets, .n_sets = n, .only_curve = only_curve, .no_movie = true, .no_report = true};
	tt_error err = {0};
	tt_report report = {0};
	tt_status st = tt_analyze(path, out, &options, NULL, &report, &err);
	CHECK_MSG(st == TT_OK, "%s", err.message);
	tt_report_clear(&report);
}

static const char *folder_of(const char *relative)
{
	static char folder[1024];
	char file[256];
	snprintf(file, sizeof file, "recordings/%s/test.yaml", relative);
	snprintf(folder, sizeof folder, "%s", check_shared(file));
	*strrchr(folder, '/') = 0;
	return folder;
}

static json_t *summary_of(const char *out)
{
	char path[1100];
	snprintf(path, sizeof path, "%s/summary.json", out);
	return json_file(path);
}

static json_t *truth_of(const char *folder)
{
	char path[1100];
	snprintf(path, sizeof path, "%s/truth.json", folder);
	return json_file(path);
}

static void show(const char *name, const agreement *a)
{
	check_note(
	    "%s: %zu of %zu rows, strain RMS %.2e, mean %.1e, worst run of 30 %.1e; within 1 u %.2f, 2 u %.2f; stress "
	    "RMS %.4f GPa",
	    name, a->rows, a->expected, a->rms, a->mean, a->worst_run, a->within_1u, a->within_2u, a->stress_rms_GPa);
}

static void test_everything_given(void)
{
	const char *folder = folder_of("film-5pa");
	char out[1024];
	agreement a;
	analyse(folder, "5pa", NULL, 0, true, out);
	compare(out, folder, NULL, &a);
	show("film-5pa", &a);
	json_t *s = summary_of(out), *t = truth_of(folder);
	CHECK(a.rms <= 1.5e-4);
	CHECK((double)a.rows >= 0.95 * (double)a.expected);
	CHECK(a.stress_rms_GPa <= 0.002 * json_at(t, "uts_gpa"));
	CHECK_NEAR(json_at(s, "fracture.frame"), json_at(t, "fracture_frame"), 1);
	CHECK_NEAR(json_at(s, "fracture.frame_by_images"), json_at(t, "fracture_frame"), 1);
	json_decref(s);
	json_decref(t);
}

static void test_harder_with_truth_given(void)
{
	const char *folder = folder_of("film-50pa");
	json_t *t = truth_of(folder);
	char out[1024], gauge[256], clock[64], spring[64];
	snprintf(gauge, sizeof gauge, "gauge={from: [%.6f, %.6f], to: [%.6f, %.6f]}", json_at(t, "marks_px.0.0"),
	         json_at(t, "marks_px.0.1"), json_at(t, "marks_px.1.0"), json_at(t, "marks_px.1.1"));
	snprintf(clock, sizeof clock, "sync.log_starts_at=%.6f s", json_at(t, "video_lead_s"));
	snprintf(spring, sizeof spring, "force.spring.stiffness=%.6f N/m", json_at(t, "spring_n_per_m"));
	const char *sets[] = {gauge, clock, spring};
	agreement a;
	analyse(folder, "50pa-given", sets, 3, true, out);
	compare(out, folder, NULL, &a);
	show("film-50pa, truth given", &a);
	CHECK(a.rms <= 4e-4);
	CHECK((double)a.rows >= 0.95 * (double)a.expected);
	CHECK(a.stress_rms_GPa <= 0.002 * json_at(t, "uts_gpa"));
	json_decref(t);
}

/* Gauge, spring and clock are found by the program; the truth is that between the ends that it chose. */
static void test_found_by_itself(void)
{
	const char *folder = folder_of("film-50pa");
	char out[1024];
	agreement a;
	analyse(folder, "50pa-auto", NULL, 0, true, out);
	compare_with_truth(out, folder, &a);
	show("film-50pa, all found", &a);
	json_t *s = summary_of(out), *t = truth_of(folder);
	CHECK(a.rms <= 3e-4);
	CHECK(a.worst_run <= 2e-4);
	CHECK_MSG(a.rows == a.expected, "%zu of %zu frames before fracture have a strain", a.rows, a.expected);
	CHECK_NEAR(json_at(s, "gauge.axis_deg"), json_at(t, "axis_deg"), 0.3);
	CHECK_NEAR(json_at(s, "fracture.frame"), json_at(t, "fracture_frame"), 1);
	const json_t *w;
	size_t i;
	bool said = false;
	json_array_foreach(json_object_get(s, "warnings"), i, w) said =
	    said || strstr(json_string_value(w), "moves through the gauge");
	CHECK(said);
	json_decref(s);
	json_decref(t);
}

/* Value, its 95 % interval and the truth: within `relative` of it. */
static void property(const json_t *s, const char *name, double truth, double relative, bool covered)
{
	char path[128];
	snprintf(path, sizeof path, "properties.%s.value", name);
	double value = json_at(s, path);
	snprintf(path, sizeof path, "properties.%s.interval95.0", name);
	double lo = json_at(s, path);
	snprintf(path, sizeof path, "properties.%s.interval95.1", name);
	double hi = json_at(s, path);
	check_note("%s: %.5g [%.5g, %.5g], truth %.5g (%+.2f %%)", name, value, lo, hi, truth,
	           100 * (value / truth - 1));
	CHECK_MSG(fabs(value / truth - 1) <= relative, "%s is %g, the truth %g", name, value, truth);
	CHECK_MSG(!covered || (lo <= truth && truth <= hi), "%s: the interval does not hold the truth", name);
}

static void properties_of(const char *name, double modulus_limit)
{
	atexit(tt_canvas_forget_fonts); /* cairo keeps them, and a leak checker would find them */
	const char *folder = folder_of(name);
	char out[1024];
	const char *sets[] = {"output={movie: false, report: false}"};
	analyse(folder, name, sets, 1, false, out);
	json_t *s = summary_of(out), *t = truth_of(folder);
	axial ends;
	axial_read(folder, &ends);
	const double from[2] = {json_at(s, "gauge.from_px.0"), json_at(s, "gauge.from_px.1")},
	             to[2] = {json_at(s, "gauge.to_px.0"), json_at(s, "gauge.to_px.1")};
	/* the first broken frame of the truth holds the motion at the instant of fracture */
	double elongation = axial_strain(&ends, (size_t)json_at(t, "fracture_frame"), from, to);
	axial_free(&ends);
	property(s, "youngs_modulus_GPa", json_at(t, "E_gpa"), modulus_limit, true);
	property(s, "yield_strength_GPa", json_at(t, "yield_02_gpa"), 0.02, true);
	property(s, "ultimate_strength_GPa", json_at(t, "uts_gpa"), 0.015, true);
	property(s, "total_elongation", elongation, 0.001 / elongation, true);
	double k = json_at(s, "spring.stiffness_N_per_m.value"), u = json_at(s, "spring.stiffness_N_per_m.u");
	CHECK_NEAR(k, json_at(t, "spring_n_per_m"), fmin(0.001 * k, 3 * fmax(u, 1e-9)));
	double clock = json_at(s, "sync.log_starts_at_s.value"), u_clock = json_at(s, "sync.log_starts_at_s.u");
	double half_frame = 0.5 / json_at(t, "fps");
	CHECK_NEAR(clock, json_at(t, "video_lead_s"), half_frame);
	CHECK(u_clock == 0 || fabs(clock - json_at(t, "video_lead_s")) <= 2 * u_clock);
	json_decref(s);
	json_decref(t);
}

static void test_properties(void)
{
	properties_of("film-5pa", 0.015);
	/* a bend contour crosses it while it is elastic */
	properties_of("film-50pa", 0.05);
}

static const check_case cases[] = {{"everything_given", test_everything_given},
                                   {"harder_with_truth_given", test_harder_with_truth_given},
                                   {"found_by_itself", test_found_by_itself},
                                   {"properties", test_properties}};
CHECK_MAIN(cases)
