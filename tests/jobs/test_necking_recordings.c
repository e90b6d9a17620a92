/* Necking and fracture of the recordings whose truth is known, through the whole analysis (skipped without them).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>

#include "check.h"
#include "temtensile/report.h"
#include "temtensile/jobs.h"

static json_t *load(const char *folder, const char *file)
{
	char path[1100];
	json_error_t why;
	snprintf(path, sizeof path, "%s/%s", folder, file);
	json_t *j = json_load_file(path, 0, &why);
	CHECK_MSG(j, "%s: %s", path, why.text);
	return j;
}

static double number(const json_t *j, const char *key)
{
	const json_t *v = json_object_get(j, key);
	return json_is_number(v) ? json_number_value(v) : NAN;
}

static double item(const json_t *list, size_t i)
{
	const json_t *v = json_array_get(list, i);
	return json_is_number(v) ? json_number_value(v) : NAN;
}

static json_t *analyse(const char *name, const char *const *sets, size_t n, char folder[1024])
{
	char file[256], out[1024];
	snprintf(file, sizeof file, "recordings/%s/test.yaml", name);
	snprintf(folder, 1024, "%s", check_shared(file));
	snprintf(out, sizeof out, "%s/%s-%zu", check_tmp(), name, n);
	tt_analyze_options options = {.sets = sets, .n_sets = n, .no_movie = true, .no_report = true};
	tt_error err = {0};
	CHECK_MSG(tt_analyze(folder, out, &options, NULL, NULL, &err) == TT_OK, "%s", err.message);
	*strrchr(folder, '/') = 0;
	static const char *const files[] = {
	    "width.csv",   "width_map.pdf",        "strain_map.csv",         "necking.png",
	    "necking.pdf", "necking_contrast.png", "necking_difference.tif", "fracture.png",
	    "fracture.pdf"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char path[1200];
		snprintf(path, sizeof path, "%s/%s", out, files[i]);
		FILE *f = fopen(path, "rb");
		CHECK_MSG(f, "%s is missing", path);
		fclose(f);
	}
	return load(out, "summary.json");
}

static void check_recording(const char *name)
{
	static const char *const sets[] = {"properties.draws=100"};
	char folder[1024];
	json_t *s = analyse(name, sets, 1, folder), *t = load(folder, "truth.json");
	const json_t *k = json_object_get(s, "necking"), *f = json_object_get(s, "fracture");
	const json_t *at = json_object_get(k, "position_px"), *neck = json_object_get(t, "neck_px");
	double onset = number(json_object_get(t, "case"), "neck_from"),
	       angle = number(json_object_get(t, "case"), "fracture_deg");
	const json_t *edges = json_object_get(f, "edges_deg");
	check_note("%s: neck at %.1f, %.1f px; 1 - w/w0 %.4f, far %.4f; onset %.4f; edges %.2f, %.2f°", name,
	           item(at, 0), item(at, 1), number(k, "width_reduction"), number(k, "uniform_width_reduction"),
	           number(k, "onset_strain"), item(edges, 0), item(edges, 1));
	CHECK(hypot(item(at, 0) - item(neck, 0), item(at, 1) - item(neck, 1)) <= 10);
	CHECK_NEAR(number(k, "width_reduction"), 1 - number(t, "width_ratio_neck"), 0.01);
	CHECK_NEAR(number(k, "uniform_width_reduction"), 1 - number(t, "width_ratio_uniform"), 0.01);
	CHECK_NEAR(number(k, "onset_strain"), onset, 0.01);
	CHECK_NEAR(number(f, "frame"), number(t, "fracture_frame"), 1);
	CHECK_NEAR(item(edges, 0), angle, 1);
	CHECK_NEAR(item(edges, 1), angle, 1);
	CHECK_NEAR(number(json_object_get(f, "angle_deg"), "value"), angle, 1);
	json_decref(s);
	json_decref(t);
}

static void test_5pa(void)
{
	check_recording("film-5pa");
}

static void test_50pa(void)
{
	check_recording("film-50pa");
}

/* Any two frames may be asked for, each a mean of neighbours. */
static void test_chosen(void)
{
	static const char *const sets[] = {"properties.draws=100", "necking.frames=[100,300]", "necking.average=3"};
	char folder[1024];
	json_t *s = analyse("film-5pa", sets, 3, folder);
	const json_t *d = json_object_get(json_object_get(s, "necking"), "difference");
	CHECK_NEAR(item(json_object_get(d, "frames"), 0), 100, 0);
	CHECK_NEAR(item(json_object_get(d, "frames"), 1), 300, 0);
	CHECK_NEAR(number(d, "average"), 3, 0);
	json_decref(s);
}

static const check_case cases[] = {{"film-5pa", test_5pa}, {"film-50pa", test_50pa}, {"chosen frames", test_chosen}};
int main(int argc, char **argv)
{
	int code = check_main(argc, argv, cases, sizeof cases / sizeof *cases);
	tt_canvas_forget_fonts(); /* cairo keeps them, and a leak checker would find them */
	return code;
}
