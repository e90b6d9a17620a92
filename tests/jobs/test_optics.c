/* Recordings of a microscope whose optics are not steady: what can be taken off is, what cannot is said and counts as
 * uncertainty; and what was not said before is still not said of a sound recording.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulated.h"

typedef struct seen {
	double E, u_E, rms; /* GPa; strain against the ends that were chosen */
	double width, u_width, true_width;
	json_t *summary;
} seen;

static void look(const char *name, const char *imaging, const char *set, seen *out)
{
	char film[2048], recording[512], result[512], path[600];
	tt_error err = {0};
	snprintf(film, sizeof film,
	         "name: optics\n"
	         "seed: 11\n"
	         "law: {youngs_modulus: 130 GPa, yield_stress: 1.9 GPa, fracture_strain: 4 %%}\n"
	         "control: {rate: 10 µN/s, approach: 5 s, hold: 1 s, unload_rate: 80 µN/s, after: 1 s}\n"
	         "video: {size: [320, 160], frame_rate: 6 Hz, crf: 18, log_starts_at: 1.5 s}\n"
	         "imaging: {pixel_size: 7.6 nm, noise: 3%s}\n"
	         "description: {gauge: auto, sync: auto}\n",
	         imaging);
	tt_status st = simulate_and_analyse(name, film, &set, set ? 1 : 0, false, recording, result, &err);
	CHECK_MSG(st == TT_OK, "%s: %s", name, err.message);
	agreement a;
	compare_with_truth(result, recording, &a);
	snprintf(path, sizeof path, "%s/summary.json", result);
	json_t *s = json_file(path);
	*out = (seen){.E = json_at(s, "properties.youngs_modulus_GPa.value"),
	              .u_E = json_at(s, "properties.youngs_modulus_GPa.u"),
	              .rms = a.rms,
	              .width = json_at(s, "necking.uniform_width_reduction"),
	              .u_width = json_at(s, "necking.u_uniform_width_reduction"),
	              .summary = s};
	snprintf(path, sizeof path, "%s/truth.json", recording);
	json_t *t = json_file(path);
	out->true_width = 1 - json_at(t, "width_ratio_uniform");
	json_decref(t);
	check_note("%s: E %.1f ± %.1f GPa, strain RMS %.2e, width %.4f ± %.4f (%.4f)", name, out->E, out->u_E, out->rms,
	           out->width, out->u_width, out->true_width);
}

static bool said(const seen *s, const char *part)
{
	const json_t *w;
	size_t i;
	json_array_foreach(json_node(s->summary, "warnings"), i, w)
	{
		if (strstr(json_string_value(w), part)) return true;
	}
	return false;
}

static void check_sound(const seen *s, double rms)
{
	CHECK_NEAR(s->E, 130, fmax(0.03 * 130, 2.5 * s->u_E));
	CHECK_MSG(s->rms < rms, "strain RMS %.2e", s->rms);
	CHECK_NEAR(s->width, s->true_width, 2.5 * s->u_width);
}

static void test_steady(void)
{
	seen s;
	look("optics-steady", "", NULL, &s);
	check_sound(&s, 4e-4);
	CHECK(s.u_E < 5 && s.u_width < 0.004);
	static const char *const alarms[] = {"magnification", "out-of-plane tilt", "distort", "before any load"};
	for (size_t i = 0; i < sizeof alarms / sizeof *alarms; i++)
		CHECK_MSG(!said(&s, alarms[i]), "a false alarm of '%s'", alarms[i]);
	json_decref(s.summary);
}

static void test_step(void)
{
	seen s;
	look("optics-step", ", magnification: {step: 1.5 %, at: 14 s}", NULL, &s);
	CHECK(said(&s, "the magnification changes at frame"));
	check_sound(&s, 6e-4);
	json_decref(s.summary);
}

static void test_creep(void)
{
	seen s;
	look("optics-creep", ", magnification: {drift: 0.8 %}", NULL, &s);
	CHECK(said(&s, "before any load"));
	CHECK(said(&s, "magnification"));
	/* given or not, E does not exclude the truth */
	CHECK(isnan(s.E) || fabs(s.E - 130) < 2.5 * s.u_E);
	CHECK_NEAR(s.width, s.true_width, 2.5 * s.u_width);
	json_decref(s.summary);
}

static void test_tilt(void)
{
	static const char imaging[] = ", tilt: {from: 5°, to: 0°, until: 1.4 %}";
	seen s;
	look("optics-tilt-told", imaging, "specimen.tilt={from: 5 ± 0.2°, to: 0 ± 0.2°, until: 1.4 %}", &s);
	check_sound(&s, 5e-4);
	json_decref(s.summary);
	look("optics-tilt", imaging, NULL, &s);
	CHECK(said(&s, "out-of-plane tilt"));
	CHECK_MSG(s.E < 120, "E %.1f GPa: no tilt to be seen", s.E);
	json_decref(s.summary);
}

static void test_distortion(void)
{
	static const char imaging[] = ", distortion: 2 %, drift: [6 nm/s, 1 nm/s]";
	seen s;
	look("optics-lens-told", imaging, "video.distortion=2 ± 0.1 %", &s);
	double told = s.rms;
	CHECK_NEAR(s.E, 130, fmax(0.03 * 130, 2.5 * s.u_E));
	CHECK_MSG(told < 6e-4, "strain RMS %.2e", told);
	json_decref(s.summary);
	look("optics-lens", imaging, NULL, &s);
	CHECK(said(&s, "distort"));
	CHECK_MSG(s.rms > 1.5 * told, "strain RMS %.2e and %.2e: no distortion to be seen", s.rms, told);
	json_decref(s.summary);
}

/* A camera's fixed pattern: it pulls small motions back, so that the modulus is too high, until it is taken off. */
static void test_fixed_pattern(void)
{
	seen s;
	look("optics-pattern", ", drift: [1 nm/s, 0 nm/s]}\ncamera: {fixed_pattern: 3 %, pattern_grain: 1.5 px", NULL,
	     &s);
	CHECK(said(&s, "stands still") && said(&s, "taken off"));
	CHECK_NEAR(s.E, 130, 2 * s.u_E);
	CHECK_MSG(s.u_E < 0.06 * 130 && s.rms < 1e-3, "E ± %.1f GPa, strain RMS %.2e", s.u_E, s.rms);
	json_decref(s.summary);
}

static void test_defects(void)
{
	seen s;
	look("optics-defects", ", drift: [1 nm/s, 0 nm/s]}\ncamera: {hot_pixels: 60, dead_columns: 3", NULL, &s);
	CHECK(said(&s, "hot or dead"));
	CHECK_NEAR(s.E, 130, 2 * s.u_E);
	CHECK_MSG(s.rms < 3e-4, "strain RMS %.2e", s.rms);
	json_decref(s.summary);
}

/* Text over the end that moves: it is masked, and the gauge lies beside it. */
static void test_text(void)
{
	seen s;
	look("optics-text", ", text: {at: [250, 72], text: 'HV 200', size: 2}", NULL, &s);
	CHECK(said(&s, "does not move with the specimen"));
	CHECK_NEAR(s.E, 130, fmax(0.03 * 130, 2 * s.u_E));
	CHECK_MSG(s.rms < 5e-4, "strain RMS %.2e", s.rms);
	json_decref(s.summary);
}

static const check_case cases[] = {
    {"a steady microscope", test_steady},        {"a step of the magnification", test_step},
    {"a magnification that creeps", test_creep}, {"a tilt that changes", test_tilt},
    {"distortion and drift", test_distortion},   {"fixed pattern", test_fixed_pattern},
    {"hot pixels, dead columns", test_defects},  {"text on an end", test_text},
};

CHECK_MAIN(cases)
