/* Recordings with the faults of microscopes: what can be had is right, what cannot is said.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulated.h"

typedef struct fault {
	const char *name, *control, *device, *imaging, *description;
	double E_within;   /* relative */
	double strain_rms; /* against the ends that were chosen */
	const char *said;  /* part of a warning; NULL: none may be there but that of weak evidence */
} fault;

/* What must not be said of a sound recording. */
static const char *const alarms[] = {"brightness",    "slack",    "compliance",    "missing",
                                     "times as fast", "replaced", "contradiction", "light was taken off"};

static bool warned(const json_t *summary, const char *part, bool alarm)
{
	const json_t *list = json_node(summary, "warnings"), *w;
	size_t i;
	json_array_foreach(list, i, w)
	{
		const char *text = json_string_value(w);
		if (alarm) check_note("warning: %.160s", text);
		if (part && strstr(text, part)) return true;
		for (size_t k = 0; !part && k < sizeof alarms / sizeof *alarms; k++)
			if (strstr(text, alarms[k])) return true;
	}
	return false;
}

static void run(const fault *f)
{
	char film[2048], recording[512], result[512], path[600];
	tt_error err = {0};
	snprintf(film, sizeof film,
	         "name: faults\n"
	         "seed: 7\n"
	         "law: {youngs_modulus: 130 GPa, yield_stress: 1.9 GPa, fracture_strain: 5 %%, neck_from: 4 %%}\n"
	         "control: {rate: 8 µN/s, approach: 4 s, hold: 1 s, unload_rate: 80 µN/s, after: 1 s%s}\n"
	         "device: {stiffness: 450 N/m%s}\n"
	         "video: {size: [400, 280], frame_rate: 6 Hz, crf: 22, log_starts_at: 1.5 s}\n"
	         "imaging: {pixel_size: 6 nm, noise: 3%s}\n"
	         "description: {gauge: auto, sync: auto%s}\n",
	         f->control, f->device, f->imaging, f->description);
	tt_status st = simulate_and_analyse(f->name, film, NULL, 0, false, recording, result, &err);
	CHECK_MSG(st == TT_OK, "%s: %s", f->name, err.message);
	axial ends;
	agreement a;
	axial_read(recording, &ends);
	compare(result, recording, &ends, &a);
	snprintf(path, sizeof path, "%s/summary.json", result);
	json_t *s = json_file(path);
	double E = json_at(s, "properties.youngs_modulus_GPa.value"), clock = json_at(s, "sync.log_starts_at_s.value");
	check_note("%s: E %.1f ± %.1f GPa, clock %.3f s, strain RMS %.2e, mean %+.1e over %zu of %zu rows", f->name, E,
	           json_at(s, "properties.youngs_modulus_GPa.u"), clock, a.rms, a.mean, a.rows, a.expected);
	bool said = warned(s, f->said, true);
	json_decref(s);
	axial_free(&ends);
	CHECK_MSG(f->said ? said : !said, "%s: %s", f->name, f->said ? "not said" : "a false alarm");
	CHECK_MSG(fabs(E / 130 - 1) < f->E_within, "%s: E %.2f GPa", f->name, E);
	CHECK_NEAR(clock, 1.5, 0.12);
	CHECK_MSG((double)a.rows > 0.9 * (double)a.expected, "%s: %zu of %zu rows", f->name, a.rows, a.expected);
	CHECK_MSG(a.rms < f->strain_rms, "%s: strain RMS %.2e", f->name, a.rms);
}

static void test_plain(void)
{
	run(&(fault){"plain", "", "", "", "", 0.02, 3e-4, NULL});
}

static void test_weak_texture(void)
{
	run(&(fault){"half", "", "", ", contrast: 9", "", 0.025, 4e-4, NULL});
	run(&(fault){"quarter", "", "", ", contrast: 4.5", "", 0.06, 9e-4, NULL});
}

static void test_contours(void)
{
	run(&(fault){"contours", "", "", ", bend_contour: [{depth: 25}, {depth: 30, from: 0.5, to: -0.5}]", "", 0.06,
	             9e-4, "brightness"});
}

static void test_compliance(void)
{
	/* the stiffness is given, so that E is not the one that suffers most */
	run(&(fault){"compliance", "", ", frame_compliance: 0.3 nm/µN", "", ", compliance: untold", 0.2, 4e-4,
	             "compliance"});
}

static void test_slack(void)
{
	run(&(fault){"slack", ", slack: 15 nm", "", "", "", 0.03, INFINITY, "slack"});
}

static const check_case cases[] = {
    {"plain", test_plain},
    {"half and a quarter of the texture", test_weak_texture},
    {"two bend contours", test_contours},
    {"compliance that nobody stated", test_compliance},
    {"a slack film", test_slack},
};

CHECK_MAIN(cases)
