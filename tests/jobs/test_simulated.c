/* Strain and its stated uncertainty on simulated recordings: many ways to hold the camera, many noises.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulated.h"
#include "temtensile/report.h"

/* A short test of a small picture: 400 × 300 px, about 90 frames. */
static void film_text(char *text, size_t size, const char *video, const char *imaging, int seed)
{
	snprintf(text, size,
	         "name: simulated\n"
	         "seed: %d\n"
	         "law: {youngs_modulus: 130 GPa, yield_stress: 1.9 GPa, fracture_strain: 4 %%, neck_from: 3 %%}\n"
	         "control: {rate: 12 µN/s, approach: 3 s, hold: 1 s, unload_rate: 80 µN/s, after: 1 s}\n"
	         "video: {%s}\n"
	         "imaging: {%s}\n",
	         seed, video, imaging);
}

typedef struct pool {
	double rows, in1, in2;
} pool;

/* The first frame in which the halves are separate, not one that shows an older image. */
static void check_fracture(const char *name, const char *recording, const char *result)
{
	char path[600];
	snprintf(path, sizeof path, "%s/summary.json", result);
	json_t *s = json_file(path);
	snprintf(path, sizeof path, "%s/truth.json", recording);
	json_t *t = json_file(path);
	double found = json_at(s, "fracture.frame"), drawn = json_at(t, "fracture_frame");
	json_decref(s);
	json_decref(t);
	CHECK_MSG(found == drawn, "%s: fracture in frame %g, drawn in %g", name, found, drawn);
}

static agreement run(const char *name, const char *video, const char *imaging, int seed, pool *sum)
{
	char film[2048], recording[512], result[512];
	agreement a;
	tt_error err = {0};
	film_text(film, sizeof film, video, imaging, seed);
	tt_status st = simulate_and_analyse(name, film, NULL, 0, true, recording, result, &err);
	CHECK_MSG(st == TT_OK, "%s: %s", name, err.message);
	compare(result, recording, NULL, &a);
	check_fracture(name, recording, result);
	check_note("%s: %zu of %zu rows, strain RMS %.2e, mean %+.1e, within 1 u %.2f, 2 u %.2f", name, a.rows,
	           a.expected, a.rms, a.mean, a.within_1u, a.within_2u);
	CHECK_MSG((double)a.rows >= 0.95 * (double)a.expected, "%s: only %zu of %zu frames have a strain", name, a.rows,
	          a.expected);
	if (sum) {
		sum->rows += (double)a.rows;
		sum->in1 += a.within_1u * (double)a.rows;
		sum->in2 += a.within_2u * (double)a.rows;
	}
	return a;
}

/* Several seeds, two qualities of H.264, with and without a bend contour. */
static void test_coverage(void)
{
	pool sum = {0, 0, 0};
	for (int seed = 1; seed <= 12; seed++) {
		char name[32], video[128], imaging[256];
		int crf = seed % 2 ? 20 : 27;
		bool contour = seed % 4 >= 2;
		snprintf(name, sizeof name, "seed%d-crf%d%s", seed, crf, contour ? "-contour" : "");
		snprintf(video, sizeof video, "size: [400, 300], crf: %d", crf);
		snprintf(imaging, sizeof imaging, "noise: %d%s", seed % 3 == 0 ? 5 : 3,
		         contour ? ", bend_contour: {depth: 15}" : "");
		agreement a = run(name, video, imaging, seed, &sum);
		CHECK_MSG(a.rms <= 6e-4, "%s: strain RMS %.2e", name, a.rms);
	}
	check_note("pooled: within 1 u %.3f, within 2 u %.3f", sum.in1 / sum.rows, sum.in2 / sum.rows);
	CHECK_MSG(sum.in1 / sum.rows >= 0.60 && sum.in1 / sum.rows <= 0.76, "within 1 u: %.3f", sum.in1 / sum.rows);
	CHECK_MSG(sum.in2 / sum.rows > 0.92, "within 2 u: %.3f", sum.in2 / sum.rows);
}

/* Axes, directions, contrast, sizes, frame rates: the same accuracy. */
static void test_ways_to_hold_the_camera(void)
{
	static const struct {
		const char *name, *video, *imaging;
	} way[] = {
	    {"axis37", "size: [480, 400]", "axis: 37°"},
	    {"axis90", "size: [320, 448]", "axis: 90°"},
	    {"axis141-backward", "size: [480, 400]", "axis: 141°, pulled: backward"},
	    {"bright", "size: [400, 300]", "specimen: bright"},
	    {"backward", "size: [400, 300]", "pulled: backward"},
	    {"size1024", "size: [1024, 512], frame_rate: 3 Hz", "noise: 3"},
	    {"fast50", "size: [400, 256], frame_rate: 30 Hz", "noise: 3"},
	    {"variable", "size: [400, 300], jitter: 40 %", "noise: 3"},
	    {"repeated", "size: [400, 300], frame_rate: 15 Hz, camera_rate: 5 Hz", "noise: 3"},
	};
	for (size_t i = 0; i < sizeof way / sizeof *way; i++) {
		agreement a = run(way[i].name, way[i].video, way[i].imaging, 40 + (int)i, NULL);
		CHECK_MSG(a.rms <= 4e-4, "%s: strain RMS %.2e", way[i].name, a.rms);
	}
}

/* How a property's stated u and interval meet the truth, over several tests. */
typedef struct meeting {
	const char *property, *truth;
	int covered, tests;
	double z2;
} meeting;

static void meet(meeting *m, const json_t *summary, const json_t *truth)
{
	char path[128];
	double t = json_at(truth, m->truth), v[4];
	static const char *const parts[] = {"value", "u", "interval95.0", "interval95.1"};
	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof path, "properties.%s.%s", m->property, parts[i]);
		v[i] = json_at(summary, path);
	}
	m->tests++;
	m->covered += v[2] <= t && t <= v[3];
	m->z2 += (v[0] - t) * (v[0] - t) / (v[1] * v[1]);
}

/* The link from video to property: five tests whose true stiffness, width, thickness, pixel size and clock are drawn
 * from what the descriptions state, in both control modes. (The intervals themselves are tested on 400 signals each, in
 * tests/evaluate.) */
static void test_five_through_video(void)
{
	meeting m[] = {{"youngs_modulus_GPa", "E_gpa", 0, 0, 0},
	               {"yield_strength_GPa", "yield_02_gpa", 0, 0, 0},
	               {"ultimate_strength_GPa", "uts_gpa", 0, 0, 0},
	               {"total_elongation", "strain_at_break_marks", 0, 0, 0}};
	static const char *const control[] = {
	    "{rate: 12 µN/s, approach: 3 s, hold: 1 s, unload_rate: 80 µN/s, after: 1 s}",
	    "{mode: displacement, rate: 8 nm/s, approach: 3 s, hold: 1 s, unload_rate: 60 nm/s, after: 1 s}"};
	const char *sets[] = {"output={movie: false, report: false}"};
	enum { KINDS = sizeof m / sizeof *m, TESTS = 5 };
	int all = 0;
	atexit(tt_canvas_forget_fonts); /* cairo keeps them, and a leak checker would find them */
	for (int seed = 101; seed < 101 + TESTS; seed++) {
		char film[2048], recording[512], result[512], name[32], path[600];
		tt_error err = {0};
		snprintf(name, sizeof name, "video%d", seed);
		snprintf(
		    film, sizeof film,
		    "name: simulated\n"
		    "seed: %d\n"
		    "law: {youngs_modulus: 130 GPa, yield_stress: 1.9 GPa, fracture_strain: 4 %%, neck_from: 3 %%}\n"
		    "geometry: {width: 400 ± 8 nm, thickness: 150 ± 3 nm}\n"
		    "device: {stiffness: 420 ± 10 N/m}\n"
		    "control: %s\n"
		    "video: {size: [480, 320], log_starts_at: 1 ± 0.03 s}\n"
		    "imaging: {noise: 3, pixel_size: 6 ± 0.06 nm}\n"
		    "description: {gauge: points, spring: given, sync: given}\n",
		    seed, control[seed % 2]);
		tt_status st = simulate_and_analyse(name, film, sets, 1, false, recording, result, &err);
		CHECK_MSG(st == TT_OK, "%s: %s", name, err.message);
		snprintf(path, sizeof path, "%s/summary.json", result);
		json_t *summary = json_file(path);
		snprintf(path, sizeof path, "%s/truth.json", recording);
		json_t *truth = json_file(path);
		for (int i = 0; i < KINDS; i++)
			meet(&m[i], summary, truth);
		json_decref(summary);
		json_decref(truth);
	}
	for (int i = 0; i < KINDS; i++) {
		all += m[i].covered;
		check_note("%s: %d of %d intervals hold the truth, rms error %.2f u", m[i].property, m[i].covered,
		           m[i].tests, sqrt(m[i].z2 / m[i].tests));
		CHECK(m[i].z2 / m[i].tests < 2.2); /* chi-squared with 5 degrees of freedom, 5 % */
	}
	CHECK_MSG(all >= 17, "only %d of %d intervals hold the truth", all, KINDS * TESTS);
}

static const check_case cases[] = {{"coverage", test_coverage},
                                   {"ways_to_hold_the_camera", test_ways_to_hold_the_camera},
                                   {"five_through_video", test_five_through_video}};
CHECK_MAIN(cases)
