/* Force logs as instruments write them, drawn at random: touches, drift, a transducer's spring, retraction, cycles,
 * holds, noise, steps, saturation, cut ends. What mechanics and evaluation make of each is compared with the truth.
 *
 *   TT_SEEDS=400 build/tests/jobs/validate_logs        the table for 400 logs
 *   TT_FIRST_SEED=17 TT_SEEDS=1 TT_VERBOSE=1 TT_KEEP=DIR …   one of them, its description and log kept in DIR;
 *                                                            TT_VERBOSE=all: values inside their intervals, too
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/stat.h>

#include "observed.h"
#include "validation.h"

static const char *const drift_words[] = {"drift", NULL};
static const char *const transducer_words[] = {"transducer", "slope in air", "air", NULL};
static const char *const saturation_words[] = {"saturat", "end of its range", "clipp", "limit", NULL};
static const char *const cut_words[] = {"ends before", "log ends", "ends while", "before the fracture", NULL};
static const char *const touch_words[] = {"touch", "lifted", NULL};
static const char *const retract_words[] = {"retract", "left", "withdr", "bare spring", NULL};
static const char *const cycle_words[] = {"cycle", "unload", "left", NULL};
static const char *const noise_words[] = {"noise", NULL};

typedef struct drawn {
	text_buffer film;
	cause cause[12];
	size_t n_causes;
	bool after_fracture; /* the spring is to be found */
} drawn;

static void add_cause(drawn *d, const char *name, const char *const *words)
{
	d->cause[d->n_causes++] = (cause){name, words};
}

static void draw_control(draw_state *s, drawn *d)
{
	text_buffer *t = &d->film;
	bool load = draw_chance(s, 0.7);
	double rate = load ? draw_log(s, 2, 15) : draw_log(s, 2, 8);
	text_add(t, "control:\n  mode: %s\n  rate: %.3g %s\n", load ? "load" : "displacement", rate,
	         load ? "µN/s" : "nm/s");
	text_add(t, "  wait: %.2f s\n  approach: %.2f s\n  approach_speed: %.1f nm/s\n", draw_uniform(s, 3, 20),
	         draw_uniform(s, 3, 8), draw_uniform(s, 8, 25));
	if (draw_chance(s, 0.4)) {
		int n = draw_int(s, 1, 3);
		text_add(t, "  touches: [");
		for (int i = 0; i < n; i++)
			text_add(t, "%s{force: %.2f µN, hold: %.2f s, lift: %.1f nm, pause: %.2f s}", i ? ", " : "",
			         draw_log(s, 2, 50), draw_uniform(s, 0.2, 3), draw_uniform(s, 30, 120),
			         draw_uniform(s, 0.5, 4));
		text_add(t, "]\n");
		add_cause(d, "touches", touch_words);
	}
	if (draw_chance(s, 0.3)) {
		int n = draw_int(s, 1, 3);
		double at = draw_uniform(s, 0.5, 1.2);
		text_add(t, "  cycles: [");
		for (int i = 0; i < n; i++, at += draw_uniform(s, 0.4, 1.2)) {
			if (draw_chance(s, 0.3))
				text_add(t, "%s{at: %.3f %%, to: 100 %%, hold: %.2f s}", i ? ", " : "", at,
				         draw_uniform(s, 1, 5));
			else if (draw_chance(s, 0.5))
				text_add(t, "%s{at: %.3f %%, to: lift, lift: %.1f nm, low_hold: %.2f s}", i ? ", " : "",
				         at, draw_uniform(s, 20, 60), draw_uniform(s, 0, 2));
			else
				text_add(t, "%s{at: %.3f %%, to: %.0f %%, hold: %.2f s}", i ? ", " : "", at,
				         draw_uniform(s, 5, 70), draw_uniform(s, 0, 2));
		}
		text_add(t, "]\n");
		add_cause(d, "cycles", cycle_words);
	}
	bool retracts = draw_chance(s, 0.35), at_once = retracts && draw_chance(s, 0.4);
	if (retracts) {
		text_add(t, "  retract: {speed: %.0f nm/s, distance: %.0f nm}\n", draw_log(s, 60, 2000),
		         draw_uniform(s, 50, 400));
		add_cause(d, at_once ? "retracts at once" : "retracts", retract_words);
	} else if (draw_chance(s, 0.5)) {
		text_add(t, "  lift: %.0f nm\n", draw_uniform(s, 20, 150));
	}
	text_add(t, "  hold: %.2f s\n  after: %.2f s\n", at_once ? 0 : draw_uniform(s, 0.5, 6), draw_uniform(s, 1, 10));
	d->after_fracture = !at_once && draw_chance(s, 0.6);
}

/* cut: seconds before fracture that the log ends; NaN: it does not. limit_uN: of the force channel. */
static void draw_log_section(draw_state *s, drawn *d, double cut_at_s, double limit_uN)
{
	text_buffer *t = &d->film;
	double noise_f = draw_log(s, 0.05, 0.6), noise_d = draw_log(s, 0.1, 1);
	text_add(
	    t, "log:\n  rate: 100 Hz\n  force_noise: %.3f µN\n  displacement_noise: %.3f nm\n  force_offset: %.2f µN\n",
	    noise_f, noise_d, draw_uniform(s, -3, 3));
	if (noise_f > 0.4 || noise_d > 0.7) add_cause(d, "noise", noise_words);
	if (draw_chance(s, 0.6)) {
		text_add(t, "  force_drift: %.4f µN/s\n", draw_uniform(s, -0.05, 0.05));
		text_add(t, "  displacement_drift: %.3f nm/s\n",
		         draw_chance(s, 0.5) ? draw_uniform(s, -1, 1) : draw_uniform(s, -0.2, 0.2));
		add_cause(d, "drift", drift_words);
	}
	if (draw_chance(s, 0.35)) {
		text_add(t, "  transducer_spring: %.1f N/m\n", draw_uniform(s, 5, 600));
		add_cause(d, "transducer spring", transducer_words);
	}
	if (draw_chance(s, 0.3))
		text_add(t, "  force_step: %.3f µN\n  displacement_step: %.3f nm\n", draw_log(s, 0.01, 0.5),
		         draw_log(s, 0.02, 1));
	if (draw_chance(s, 0.1)) text_add(t, "  reversed: true\n");
	if (!isnan(limit_uN)) {
		text_add(t, "  saturation: {force: %.2f µN%s}\n", limit_uN,
		         draw_chance(s, 0.3) ? ", overflow: 9.9e37" : "");
		add_cause(d, "saturation", saturation_words);
	}
	if (!isnan(cut_at_s)) {
		text_add(t, "  duration: %.2f s\n", cut_at_s);
		add_cause(d, "cut end", cut_words);
	}
}

static tt_simulation *open_film(const drawn *d, int seed)
{
	tt_error err;
	tt_simulation *sim;
	tt_status st = tt_simulation_parse(d->film.text, d->film.n, "drawn", NULL, &sim, &err);
	CHECK_MSG(st == TT_OK, "seed %d: %s\n%s", seed, err.message, d->film.text);
	return sim;
}

static void draw_test(int seed, drawn *d)
{
	draw_state s = {(uint64_t)seed, 0};
	text_buffer *t = &d->film;
	memset(d, 0, sizeof *d);
	text_add(t, "seed: %d\ndraw: false\n", seed);
	text_add(
	    t,
	    "law: {youngs_modulus: %.1f GPa, yield_stress: %.3f GPa, hardening: %.3f GPa, fracture_strain: %.2f %%}\n",
	    draw_uniform(&s, 70, 180), draw_uniform(&s, 1.2, 2.4), draw_uniform(&s, 0.15, 0.5), draw_uniform(&s, 4, 8));
	text_add(t, "device: {stiffness: %.1f N/m, series_compliance: %.3f nm/µN}\n", draw_uniform(&s, 200, 700),
	         draw_uniform(&s, 0.05, 0.2));
	text_add(t, "imaging: {pixel_size: 4 nm}\nvideo: {log_starts_at: %.2f s}\n", draw_uniform(&s, 0.5, 4));
	draw_control(&s, d);
	/* what only the finished test can say: its end and its largest force */
	bool saturates = draw_chance(&s, 0.05), cut = draw_chance(&s, 0.05);
	double part = draw_uniform(&s, 0.6, 0.97), early = draw_uniform(&s, 0.5, 8), limit = NAN, end = NAN;
	if (saturates || cut) {
		tt_simulation *whole = open_film(d, seed);
		const tt_sim_truth *truth = tt_simulation_truth(whole);
		if (saturates) limit = part * 1e6 * tt_simulation_at(whole, truth->fracture_log_s - 1e-6).force_raw_N;
		if (cut) end = truth->fracture_log_s - early;
		tt_simulation_free(whole);
		d->after_fracture = false;
	}
	draw_log_section(&s, d, end, limit);
}

static void write_log(tt_simulation *sim, const char *path)
{
	size_t n;
	const double *t, *x, *f;
	tt_error err;
	CHECK_MSG(tt_simulation_log(sim, &n, &t, &x, &f, &err) == TT_OK, "%s", err.message);
	FILE *out = fopen(path, "wb");
	CHECK(out);
	fprintf(out, "\r\nNumber of Points = %zu\r\n\r\nDepth (nm)\tLoad (\xb5N)\tTime (s)\r\n", n);
	for (size_t i = 0; i < n; i++)
		fprintf(out, fabs(f[i]) > 1 ? "%.6f\t%.6E\t%.6f\r\n" : "%.6f\t%.6f\t%.6f\r\n", 1e9 * x[i], 1e6 * f[i],
		        t[i]);
	CHECK(fclose(out) == 0);
}

static const char *folder(void)
{
	const char *keep = getenv("TT_KEEP");
	if (!keep) return check_tmp();
	mkdir(keep, 0777);
	return keep;
}

static tt_test *write_description(tt_simulation *sim, const drawn *d, int seed)
{
	const tt_sim_truth *truth = tt_simulation_truth(sim);
	char path[1024], log[1100];
	tt_error err;
	snprintf(path, sizeof path, "%s/log-%d.yaml", folder(), seed);
	FILE *f = fopen(path, "w");
	CHECK(f);
	fprintf(f, "name: drawn log %d\nvideo: {file: none.mp4, pixel_size: %.6g nm}\nforce:\n  file: log-%d.txt\n",
	        seed, 1e9 * truth->pixel_size, seed);
	if (d->after_fracture)
		fputs("  spring: {stiffness: after-fracture}\n", f);
	else
		fprintf(f, "  spring: {stiffness: %.6g N/m}\n", truth->stiffness);
	fprintf(f, "specimen: {width: %.6g nm, thickness: %.6g nm}\n", 1e9 * truth->width, 1e9 * truth->thickness);
	fprintf(f, "gauge: {from: [%.1f, %.1f], to: [%.1f, %.1f]}\nsync: {log_starts_at: %.6g s}\n",
	        truth->marks_px[0][0], truth->marks_px[0][1], truth->marks_px[1][0], truth->marks_px[1][1],
	        truth->log_starts_at);
	CHECK(fclose(f) == 0);
	snprintf(log, sizeof log, "%s/log-%d.txt", folder(), seed);
	write_log(sim, log);
	if (getenv("TT_KEEP")) {
		snprintf(log, sizeof log, "%s/log-%d-simulation.yaml", folder(), seed);
		CHECK((f = fopen(log, "w")));
		fputs(d->film.text, f);
		CHECK(fclose(f) == 0);
	}
	tt_test *test;
	CHECK_MSG(tt_test_read(path, NULL, 0, &test, &err) == TT_OK, "seed %d: %s", seed, err.message);
	return test;
}

static void one(int seed, tally *t)
{
	drawn d;
	draw_test(seed, &d);
	tt_simulation *sim = open_film(&d, seed);
	tt_test *test = write_description(sim, &d, seed);
	judged j = {seed, d.cause, d.n_causes, NULL};
	tt_force_log *log = NULL, *empty = NULL;
	tt_result *r = NULL;
	tt_error err;
	tt_evaluate_options options = tt_evaluate_defaults();
	const tt_job job = {.threads = 1};
	options.draws = 200;
	t->tests++;
	tt_observation *o = observe_simulation(sim, 0.03);
	tt_status st = tt_test_read_logs(test, &log, &empty, &err);
	if (st == TT_OK) st = tt_evaluate(o, log, empty, test, &options, &job, &r, &err);
	if (st != TT_OK) {
		tally_refusal(t, &j, err.message);
	} else {
		j.warnings = &r->warnings;
		tally_result(t, &j, sim, r);
		for (size_t i = 0; getenv("TT_VERBOSE") && i < r->warnings.n; i++)
			check_note("seed %d: warning: %s", seed, r->warnings.item[i]);
	}
	tt_result_free(r);
	tt_observation_free(o);
	tt_force_log_free(log);
	tt_force_log_free(empty);
	tt_test_free(test);
	tt_simulation_free(sim);
}

/* Few draws leave room for chance: three standard deviations of the count. */
static void drawn_logs(void)
{
	tally t = {0};
	int first = validation_first(), n = validation_draws(24);
	for (int i = 0; i < n; i++)
		one(first + i, &t);
	tally_print(&t, "drawn logs");
	int values;
	double outside = tally_outside(&t, &values);
	CHECK_MSG(outside <= 0.09 + 3 * sqrt(0.09 * 0.91 / values), "%.1f %% of %d values outside their intervals",
	          100 * outside, values);
	CHECK_MSG(tally_unwarned(&t) == 0, "%d values wrong by more than 3 %% without a warning that names a cause",
	          tally_unwarned(&t));
}

static const check_case cases[] = {{"drawn_logs", drawn_logs}};
CHECK_MAIN(cases)
