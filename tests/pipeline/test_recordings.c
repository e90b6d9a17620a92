/* The whole analysis on recordings made by another author's program, whose truth is known (skipped without them).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "results.h"
#include "temtensile/pipeline.h"

static void analyse(const char *folder, const char *name, const char *const *sets, size_t n, bool only_curve,
                    char out[1024])
{
	char path[1024];
	snprintf(path, sizeof path, "%s/test.yaml", folder);
	snprintf(out, 1024, "%s/%s", check_tmp(), name);
	tt_analyze_options options = {.sets = sets, .n_sets = n, .only_curve = only_curve};
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
	check_note("%s: %zu of %zu rows, strain RMS %.2e, mean %.1e, worst run of 30 %.1e; within 1 u %.2f, 2 u %.2f; stress "
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
	CHECK(a.stress_rms_GPa <= 0.01 * json_at(t, "uts_gpa"));
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
	CHECK(a.stress_rms_GPa <= 0.01 * json_at(t, "uts_gpa"));
	json_decref(t);
}

static const check_case cases[] = {{"everything_given", test_everything_given},
                                   {"harder_with_truth_given", test_harder_with_truth_given}};
CHECK_MAIN(cases)
