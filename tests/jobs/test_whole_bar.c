/* Recordings of films with hardly any texture, through the whole chain: the whole bar is read, or the contrast that
 * would be needed is named; on strong texture it agrees with the subsets at its ends. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#include "simulated.h"

static tt_status look(const char *name, double contrast, const char *set, char recording[512], char result[512],
                      tt_error *err)
{
	char film[2048];
	snprintf(film, sizeof film,
	         "name: bar\n"
	         "seed: 12\n"
	         "law: {youngs_modulus: 130 GPa, yield_stress: 1.9 GPa, fracture_strain: 5 %%, neck_from: 4 %%}\n"
	         "control: {rate: 10 µN/s, approach: 4 s, hold: 1 s, unload_rate: 80 µN/s, after: 1 s}\n"
	         "video: {size: [400, 240], frame_rate: 6 Hz, crf: 14, log_starts_at: 1.5 s}\n"
	         "imaging: {pixel_size: 6 nm, noise: 4, contrast: %g}\n"
	         "description: {gauge: auto, sync: auto}\n",
	         contrast);
	return simulate_and_analyse(name, film, &set, set ? 1 : 0, false, recording, result, err);
}

static bool warned(const json_t *summary, const char *part)
{
	const json_t *w;
	size_t i;
	json_array_foreach(json_node(summary, "warnings"), i, w)
	{
		if (strstr(json_string_value(w), part)) return true;
	}
	return false;
}

/* rms: of the strain against the chosen ends; E_within: relative, beside 2.5 u. */
static void check(const char *name, double contrast, const char *set, double rms, double E_within, const char *said)
{
	char recording[512], result[512], path[600];
	tt_error err = {0};
	tt_status st = look(name, contrast, set, recording, result, &err);
	CHECK_MSG(st == TT_OK, "%s: %s", name, err.message);
	agreement a;
	compare_with_truth(result, recording, &a);
	snprintf(path, sizeof path, "%s/summary.json", result);
	json_t *s = json_file(path);
	double E = json_at(s, "properties.youngs_modulus_GPa.value"), u = json_at(s, "properties.youngs_modulus_GPa.u");
	check_note("%s: E %.1f ± %.1f GPa, strain RMS %.2e, mean %+.1e, %zu of %zu rows, %.0f %% within 1 u", name, E,
	           u, a.rms, a.mean, a.rows, a.expected, 100 * a.within_1u);
	CHECK_NEAR(E, 130, fmax(E_within * 130, 2.5 * u));
	CHECK_MSG(a.rms < rms, "%s: strain RMS %.2e", name, a.rms);
	CHECK(a.rows == a.expected);
	CHECK(strcmp(json_string_value(json_node(json_node(s, "gauge"), "method")), "bar") == 0);
	CHECK_NEAR(json_at(s, "sync.log_starts_at_s.value"), 1.5, 0.15);
	CHECK(warned(s, "whole bar is read") == (said != NULL));
	CHECK(!warned(s, "does not follow the specimen"));
	json_decref(s);
}

static void test_eighth(void)
{
	check("bar-eighth", 2, NULL, 1.6e-3, 0.03, "whole bar is read");
}

static void test_strong(void)
{
	check("bar-strong", 16, "gauge.method=bar", 2.5e-4, 0.03, NULL);
}

static void test_refused(void)
{
	char recording[512], result[512];
	tt_error err = {0};
	CHECK(look("bar-refused", 0.3, NULL, recording, result, &err) != TT_OK);
	CHECK_HAS(err.message, "texture");
	CHECK_HAS(err.message, "contrast");
	CHECK(look("bar-ends-refused", 1.2, "gauge.method=ends", recording, result, &err) != TT_OK);
	CHECK_HAS(err.message, "contrast");
}

static const check_case cases[] = {
    {"an eighth of the texture", test_eighth},
    {"strong texture, the bar asked for", test_strong},
    {"too little for either", test_refused},
};

CHECK_MAIN(cases)
