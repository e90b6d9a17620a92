/* Force from a gap in the images, and no force at all: a perfect tracker's observation of simulated tests whose sensor
 * opens by force / stiffness.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "observe/observation.h"
#include "observed.h"
#include "results.h"
#include "simulated.h"
#include "temtensile/report.h"
#include "validation.h"

static const double STIFFNESS = 25, PIXEL = 4e-9;
enum { GAP_STREAM = 99001 };

static tt_simulation *specimen(int seed)
{
	char text[256];
	tt_error err;
	tt_simulation *sim;
	snprintf(text, sizeof text, "seed: %d\ndraw: false\nimaging: {pixel_size: 4 nm}\n", seed);
	CHECK_MSG(tt_simulation_parse(text, strlen(text), "specimen", NULL, &sim, &err) == TT_OK, "%s", err.message);
	return sim;
}

static tt_test *description(const tt_simulation *sim, const char *force)
{
	const tt_sim_truth *truth = tt_simulation_truth(sim);
	char path[1024];
	snprintf(path, sizeof path, "%s/test.yaml", check_tmp());
	FILE *f = fopen(path, "w");
	CHECK(f);
	fprintf(f, "name: gauge\nvideo: {file: none.mp4, pixel_size: 4 nm}\nforce: %s\n", force);
	fprintf(f, "specimen: {width: %.6g nm, thickness: %.6g nm}\n", 1e9 * truth->width, 1e9 * truth->thickness);
	fprintf(f, "gauge: {from: [%.1f, %.1f], to: [%.1f, %.1f]}\n", truth->marks_px[0][0], truth->marks_px[0][1],
	        truth->marks_px[1][0], truth->marks_px[1][1]);
	CHECK(fclose(f) == 0);
	tt_test *test;
	tt_error err;
	CHECK_MSG(tt_test_read(path, NULL, 0, &test, &err) == TT_OK, "%s", err.message);
	return test;
}

/* The sensor's gap as a tracker sees it: sign 1 opens, -1 closes. */
static void add_gap(const tt_simulation *sim, tt_observation *o, double sign, double noise_px)
{
	tt_track *k = &o->track;
	k->n_extra = 2;
	free(k->extra_px);
	k->extra_px = calloc(4 * k->n, sizeof *k->extra_px);
	CHECK(k->extra_px);
	for (size_t i = 0; i < k->n; i++) {
		const tt_sim_state s = tt_simulation_state(sim, (int64_t)i);
		const double open = sign * s.force_N / STIFFNESS / PIXEL + noise_px * tt_sim_normal(7, GAP_STREAM, i);
		for (int c = 0; c < 2; c++)
			k->extra_px[4 * i + 2 + (size_t)c] = open * o->gauge.axis[c];
	}
}

static tt_status evaluate(const tt_simulation *sim, tt_test *test, double sign, tt_result **r, tt_error *err)
{
	tt_observation *o = observe_simulation(sim, 0.03);
	tt_force_log *log = NULL, *empty = NULL;
	tt_evaluate_options options = tt_evaluate_defaults();
	const tt_job job = {.threads = 1};
	options.draws = 200;
	add_gap(sim, o, sign, 0.05);
	tt_status st = tt_test_read_logs(test, &log, &empty, err);
	if (st == TT_OK) st = tt_evaluate(o, log, empty, test, &options, &job, r, err);
	tt_observation_free(o);
	tt_force_log_free(log);
	return st;
}

static bool holds(const tt_property *p, double truth)
{
	check_note("  %.6g ± %.2g [%.6g, %.6g], true %.6g", p->value, p->u, p->lo, p->hi, truth);
	return p->lo <= truth && truth <= p->hi;
}

static void force_of_a_gap(void)
{
	static const int which[] = {TT_PROP_YOUNGS_MODULUS, TT_PROP_YIELD_STRENGTH, TT_PROP_ULTIMATE_STRENGTH,
	                            TT_PROP_TOTAL_ELONGATION};
	int inside = 0, values = 0;
	for (int seed = 1; seed <= 4; seed++) {
		tt_simulation *sim = specimen(seed);
		tt_test *test =
		    description(sim, "{image_gauge: {from: [40, 240], to: [90, 240], stiffness: 25 ± 0.25 N/m}}");
		tt_result *r = NULL;
		tt_error err;
		CHECK_MSG(evaluate(sim, test, seed % 2 ? 1 : -1, &r, &err) == TT_OK, "%s", err.message);
		double truth[TT_PROP_COUNT];
		true_properties(sim, truth);
		for (size_t i = 0; i < sizeof which / sizeof *which; i++, values++)
			inside += holds(&r->properties.value[which[i]], truth[which[i]]);
		/* the sensor's stiffness is the largest input: 1 % */
		const tt_property *rm = &r->properties.value[TT_PROP_ULTIMATE_STRENGTH];
		CHECK(rm->u > 0.008 * rm->value && rm->u < 0.02 * rm->value);
		CHECK(isnan(r->properties.value[TT_PROP_LOADING_RATE].value));
		CHECK_HAS(r->properties.value[TT_PROP_LOADING_RATE].reason, "no log");
		CHECK(r->clock.rate == 1 && r->clock.starts_at_s == 0);
		CHECK(llabs((long long)(r->fracture - tt_simulation_truth(sim)->fracture_frame)) == 0);
		tt_result_free(r);
		tt_test_free(test);
		tt_simulation_free(sim);
	}
	CHECK_MSG(inside >= values - 2, "%d of %d values inside their 95 %% intervals", inside, values);
}

static void no_force(void)
{
	tt_simulation *sim = specimen(5);
	tt_test *test = description(sim, "none");
	tt_result *r = NULL;
	tt_error err;
	CHECK_MSG(evaluate(sim, test, 1, &r, &err) == TT_OK, "%s", err.message);
	double truth[TT_PROP_COUNT];
	true_properties(sim, truth);
	const tt_property *p = r->properties.value;
	CHECK(isnan(p[TT_PROP_YOUNGS_MODULUS].value) && isnan(p[TT_PROP_ULTIMATE_STRENGTH].value));
	CHECK_HAS(p[TT_PROP_ULTIMATE_STRENGTH].reason, "force: none");
	CHECK_NEAR(p[TT_PROP_TOTAL_ELONGATION].value, truth[TT_PROP_TOTAL_ELONGATION], 1e-3);
	const size_t last = (size_t)r->fracture - 1;
	CHECK(isnan(r->curve->stress_Pa[last]) && isnan(r->curve->force_N[last]));
	CHECK_NEAR(r->curve->strain[last], tt_simulation_state(sim, r->fracture - 1).mark_strain, 1e-3);
	tt_result_free(r);
	tt_test_free(test);
	tt_simulation_free(sim);
}

static const char pictures[] =
    "seed: 4\nvideo: {size: [480, 360]}\ncontrol: {rate: 16 µN/s}\n"
    "imaging: {pixel_size: 8 nm, neighbour: {offset: 900 nm, gap: 80 nm, stiffness: 1500 N/m}}\n";

/* A description beside a recording, with a force of its own. */
static void describe(const char *recording, const char *name, const char *force)
{
	char path[700];
	tt_error err;
	tt_simulation *sim;
	CHECK_MSG(tt_simulation_parse(pictures, strlen(pictures), "pictures", NULL, &sim, &err) == TT_OK, "%s",
	          err.message);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	snprintf(path, sizeof path, "%s/%s.yaml", recording, name);
	FILE *f = fopen(path, "w");
	CHECK(f);
	fprintf(f, "name: %s\nvideo: {file: test.mp4, pixel_size: 8 nm}\nforce: %s\n", name, force);
	fprintf(f, "specimen: {width: %.6g nm, thickness: %.6g nm}\ngauge: {from: [%.1f, %.1f], to: [%.1f, %.1f]}\n",
	        1e9 * t->width, 1e9 * t->thickness, t->marks_px[0][0], t->marks_px[0][1], t->marks_px[1][0],
	        t->marks_px[1][1]);
	CHECK(fclose(f) == 0);
	tt_simulation_free(sim);
}

static json_t *analysed(const char *recording, const char *name)
{
	char path[800], result[700];
	tt_error err;
	atexit(tt_canvas_forget_fonts); /* cairo keeps them, and a leak checker would find them */
	snprintf(path, sizeof path, "%s/%s.yaml", recording, name);
	snprintf(result, sizeof result, "%s/%s-results", check_tmp(), name);
	tt_analyze_options how = {.no_movie = true, .no_report = true};
	CHECK_MSG(tt_analyze(path, result, &how, NULL, NULL, &err) == TT_OK, "%s", err.message);
	snprintf(path, sizeof path, "%s/summary.json", result);
	return json_file(path);
}

static bool within(const json_t *s, const char *property, double truth, double most)
{
	char value[100], u[100];
	snprintf(value, sizeof value, "properties.%s.value", property);
	snprintf(u, sizeof u, "properties.%s.u", property);
	const double v = json_at(s, value), uv = json_at(s, u);
	check_note("  %s %.5g ± %.2g, true %.5g", property, v, uv, truth);
	return fabs(v - truth) < 2.5 * uv && uv < most * truth;
}

/* From pictures to properties: a sensor of two bodies beside the specimen, followed by the tracker; and no force at
 * all.
 */
static void sensor_in_pictures(void)
{
	char recording[512], path[600], force[200];
	tt_error err;
	tt_simulation *sim;
	double truth[TT_PROP_COUNT], x[2], y[2];
	snprintf(path, sizeof path, "%s/pictures.yaml", check_tmp());
	snprintf(recording, sizeof recording, "%s/pictures", check_tmp());
	FILE *f = fopen(path, "w");
	CHECK(f);
	fputs(pictures, f);
	CHECK(fclose(f) == 0);
	tt_simulate_options options = tt_simulate_defaults();
	CHECK_MSG(tt_simulate(path, &options, recording, NULL, NULL, &err) == TT_OK, "%s", err.message);
	CHECK(tt_simulation_parse(pictures, strlen(pictures), "pictures", NULL, &sim, &err) == TT_OK);
	true_properties(sim, truth);
	for (int k = 0; k < 2; k++)
		tt_simulation_place(sim, 0, k ? 55 : -55, 900.0 / 8, &x[k], &y[k]);
	snprintf(force, sizeof force, "{image_gauge: {from: [%.1f, %.1f], to: [%.1f, %.1f], stiffness: 1500 ± 15 N/m}}",
	         x[0], y[0], x[1], y[1]);
	describe(recording, "sensor", force);
	json_t *s = analysed(recording, "sensor");
	CHECK(within(s, "ultimate_strength_GPa", 1e-9 * truth[TT_PROP_ULTIMATE_STRENGTH], 0.02));
	CHECK(within(s, "yield_strength_GPa", 1e-9 * truth[TT_PROP_YIELD_STRENGTH], 0.03));
	CHECK(within(s, "total_elongation", truth[TT_PROP_TOTAL_ELONGATION], 0.05));
	json_decref(s);
	describe(recording, "strain", "none");
	s = analysed(recording, "strain");
	CHECK(within(s, "total_elongation", truth[TT_PROP_TOTAL_ELONGATION], 0.05));
	CHECK(isnan(json_at(s, "properties.ultimate_strength_GPa.value")));
	json_decref(s);
	tt_simulation_free(sim);
}

static void refused(const char *force, const char *says)
{
	tt_simulation *sim = specimen(6);
	char path[1024];
	snprintf(path, sizeof path, "%s/bad.yaml", check_tmp());
	FILE *f = fopen(path, "w");
	CHECK(f);
	fprintf(f, "video: {file: a}\nforce: %s\nspecimen: {width: 1 nm, thickness: 1 nm}\n", force);
	CHECK(fclose(f) == 0);
	tt_test *test = NULL;
	tt_error err;
	CHECK_MSG(tt_test_read(path, NULL, 0, &test, &err) != TT_OK, "%s", force);
	CHECK_HAS(err.message, says);
	tt_simulation_free(sim);
}

static void keys_that_do_not_fit(void)
{
	refused("{file: log.txt, image_gauge: {from: [1, 1], to: [90, 1], stiffness: 25 N/m}}", "force.file");
	refused("{image_gauge: {from: [1, 1], to: [5, 1], stiffness: 25 N/m}}", "8 px apart");
	refused("{image_gauge: {from: [1, 1], to: [90, 1]}}", "stiffness");
	refused("{image_gauge: {from: [1, 1], to: [90, 1], stiffness: 25 nm}}", "N/m");
	refused("nothing", "none");
	refused("{}", "file");
}

static const check_case cases[] = {{"force_of_a_gap", force_of_a_gap},
                                   {"no_force", no_force},
                                   {"sensor_in_pictures", sensor_in_pictures},
                                   {"keys_that_do_not_fit", keys_that_do_not_fit}};
CHECK_MAIN(cases)
