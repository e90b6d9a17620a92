/* Small recordings with faults of real microscopes, drawn at random, and plain ones, through the whole chain: what
 * comes out is compared with the truth.
 *
 *   TT_SEEDS=300 build/tests/jobs/validate_images drawn_recordings      TT_SEEDS=200 … plain_recordings
 *   TT_FIRST_SEED=17 TT_SEEDS=1 TT_VERBOSE=1 TT_KEEP=DIR …   one of them, kept in DIR
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/stat.h>

#include "validation.h"

typedef struct drawn {
	text_buffer law, control, log, video, imaging, camera, description, all;
	cause cause[24];
	size_t n_causes;
	bool plain;
} drawn;

#define WORDS(...)                                                                                                     \
	(const char *const[])                                                                                          \
	{                                                                                                              \
		__VA_ARGS__, NULL                                                                                      \
	}

static void add_cause(drawn *d, const char *name, const char *const *words)
{
	if (d->n_causes < sizeof d->cause / sizeof *d->cause) d->cause[d->n_causes++] = (cause){name, words};
}

static const char *const texture_words[] = {"texture", "contrast", "noise", NULL};
static const char *const contour_words[] = {"contour", "band", "bright", NULL};
static const char *const fringe_words[] = {"fringe", "contour", "bright", "band", NULL};
static const char *const tilt_words[] = {"out-of-plane tilt", NULL};
static const char *const lens_words[] = {"distort", "lens", NULL};
static const char *const pattern_words[] = {"pattern", "stands still", NULL};
static const char *const shutter_words[] = {"shutter", "blur", "exposure", "vibrat", NULL};
static const char *const frames_words[] = {"dropped", "missing", "stamp", "jitter", "lost frames", "were lost", NULL};
static const char *const rate_words[] = {"rate", NULL};
static const char *const compliance_words[] = {"complian", NULL};
static const char *const slack_words[] = {"slack", "toe", "zero", NULL};
static const char *const uneven_words[] = {"uneven", "local", NULL};
static const char *const grip_words[] = {"grip", "outside the gauge", "shoulder", "beyond the gauge", NULL};
static const char *const scale_words[] = {"magnif", "scale", NULL};
static const char *const overlay_words[] = {"static", "stand still", "stands still", "overlay", "pointer",
                                            "masked", NULL};
static const char *const defect_words[] = {"hot", "dead", "static", "stand still", "stands still", NULL};
static const char *const flash_words[] = {"flash", "texture", "contrast", NULL};
static const char *const light_words[] = {"bright", "shadow", "contaminat", "flicker", NULL};
static const char *const bar_words[] = {"bar", "rival", "second", NULL};
static const char *const drift_words[] = {"drift", NULL};

static void draw_texture(draw_state *s, drawn *d)
{
	static const char *const kinds[] = {"grains", "grains", "amorphous", "amorphous", "nanocrystals", "layers"};
	const char *kind = kinds[draw_int(s, 0, 5)];
	double part = pow(2, -draw_int(s, 0, 3));
	text_add(&d->imaging, ", texture: %s, contrast: %.3g, grain: %.2f px", kind, 16 * part,
	         draw_uniform(s, 1.3, 2.6));
	if (strcmp(kind, "layers") == 0) text_add(&d->imaging, ", layers: {period: %.0f nm}", draw_uniform(s, 30, 70));
	if (strcmp(kind, "nanocrystals") == 0) {
		text_add(&d->imaging, ", nanocrystals: {flash: %.0f %%, rate: %.0f}", draw_uniform(s, 10, 70),
		         draw_uniform(s, 10, 60));
		add_cause(d, "flashing crystals", flash_words);
	}
	if (part < 0.6 || strcmp(kind, "grains") != 0) add_cause(d, "texture", texture_words);
	if (draw_chance(s, 0.2)) text_add(&d->imaging, ", cap: {width: %.0f nm}", draw_uniform(s, 40, 90));
}

static void draw_beam(draw_state *s, drawn *d)
{
	if (draw_chance(s, 0.12)) {
		int n = draw_int(s, 1, 3);
		text_add(&d->imaging, ", bend_contour: [");
		for (int i = 0; i < n; i++)
			text_add(&d->imaging,
			         "%s{depth: %.1f, width: %.0f nm, tilt: %.0f°, from: %.2f, to: %.2f, until: %.2f %%, "
			         "uneven: %.1f, "
			         "side_lines: %s}",
			         i ? ", " : "", draw_uniform(s, 8, 35), draw_uniform(s, 60, 160),
			         draw_uniform(s, -30, 30), draw_uniform(s, -0.7, 0.7), draw_uniform(s, -0.7, 0.7),
			         draw_uniform(s, 1, 4), draw_uniform(s, 0, 1), draw_chance(s, 0.5) ? "true" : "false");
		text_add(&d->imaging, "]");
		add_cause(d, "bend contours", contour_words);
	}
	if (draw_chance(s, 0.08)) {
		text_add(&d->imaging, ", fringes: {amplitude: %.1f, shift: %.0f}", draw_uniform(s, 3, 12),
		         draw_uniform(s, 20, 80));
		add_cause(d, "thickness fringes", fringe_words);
	}
	if (draw_chance(s, 0.08)) {
		text_add(&d->imaging, ", contamination: {depth: %.0f, size: %.0f nm, at: [%.0f nm, 0 nm]}",
		         draw_uniform(s, 5, 35), draw_uniform(s, 150, 600), draw_uniform(s, -600, 600));
		add_cause(d, "contamination", light_words);
	}
	if (draw_chance(s, 0.1)) {
		text_add(&d->imaging, ", flicker: %.1f %%", draw_uniform(s, 0.5, 5));
		add_cause(d, "flicker", light_words);
	}
	if (draw_chance(s, 0.04)) {
		text_add(&d->imaging, ", shadow: {depth: %.0f %%, width: %.0f px, speed: %.0f}", draw_uniform(s, 5, 30),
		         draw_uniform(s, 10, 40), draw_uniform(s, 5, 40));
		add_cause(d, "shadow", light_words);
	}
}

static void draw_lens(draw_state *s, drawn *d)
{
	if (draw_chance(s, 0.06)) {
		text_add(&d->imaging, ", tilt: {from: %.1f°, to: %.1f°, until: %.1f %%}", draw_uniform(s, -5, 5),
		         draw_uniform(s, -5, 5), draw_uniform(s, 1, 5));
		add_cause(d, "tilt", tilt_words);
	}
	if (draw_chance(s, 0.06)) {
		text_add(&d->imaging, ", magnification: {drift: %.2f %%, step: %.2f %%, at: %.0f s}",
		         draw_chance(s, 0.5) ? draw_uniform(s, -0.6, 0.6) : 0,
		         draw_chance(s, 0.5) ? draw_sign(s) * draw_uniform(s, 0.5, 3) : 0, draw_uniform(s, 8, 25));
		add_cause(d, "magnification", scale_words);
	}
	if (draw_chance(s, 0.08)) {
		text_add(&d->imaging, ", distortion: %.2f %%", draw_uniform(s, -1.5, 1.5));
		add_cause(d, "distortion", lens_words);
	}
	if (draw_chance(s, 0.3)) {
		text_add(&d->imaging, ", drift: [%.2f nm/s, %.2f nm/s]", draw_uniform(s, -3, 3),
		         draw_uniform(s, -3, 3));
		add_cause(d, "drift", drift_words);
	}
	if (draw_chance(s, 0.2)) text_add(&d->imaging, ", shake: %.2f nm", draw_uniform(s, 0.5, 4));
	if (draw_chance(s, 0.06)) {
		text_add(&d->imaging, ", vibration: {amplitude: %.1f nm, frequency: %.1f Hz}", draw_uniform(s, 1, 4),
		         draw_uniform(s, 3, 30));
		text_add(&d->camera, "rolling_shutter: %.3f s", draw_uniform(s, 0.02, 0.19));
		add_cause(d, "rolling shutter", shutter_words);
	} else if (draw_chance(s, 0.08)) {
		text_add(&d->camera, "motion_blur: true");
		text_add(&d->video, ", exposure: %.3f s", draw_uniform(s, 0.05, 0.19));
		add_cause(d, "motion blur", shutter_words);
	}
	if (draw_chance(s, 0.08)) {
		text_add(&d->camera, "%sfixed_pattern: %.1f %%, pattern_grain: %.1f px", d->camera.n ? ", " : "",
		         draw_uniform(s, 0.5, 4), draw_uniform(s, 0.6, 2.5));
		add_cause(d, "fixed pattern", pattern_words);
	}
	if (draw_chance(s, 0.06)) {
		text_add(&d->camera, "%shot_pixels: %d, dead_columns: %d", d->camera.n ? ", " : "", draw_int(s, 1, 30),
		         draw_int(s, 0, 1));
		add_cause(d, "defect pixels", defect_words);
	}
}

static void draw_frames(draw_state *s, drawn *d)
{
	int kind = draw_int(s, 0, 19);
	if (kind == 0) {
		text_add(&d->video, ", dropped: %.1f %%, stamps: %s", draw_uniform(s, 1, 6),
		         draw_chance(s, 0.7) ? "constant" : "honest");
		add_cause(d, "lost frames", frames_words);
	} else if (kind == 1) {
		text_add(&d->video, ", drop: [{frame: %d, count: %d}], stamps: constant", draw_int(s, 30, 90),
		         draw_int(s, 2, 12));
		add_cause(d, "lost frames", frames_words);
	} else if (kind == 2) {
		text_add(&d->video, ", jitter: %.0f %%, stamps: %s", draw_uniform(s, 10, 70),
		         draw_chance(s, 0.5) ? "constant" : "honest");
		add_cause(d, "late frames", frames_words);
	} else if (kind == 3) {
		text_add(&d->video, ", frame_rate: %d Hz, camera_rate: 5 Hz", draw_chance(s, 0.5) ? 10 : 24);
		add_cause(d, "repeated frames", WORDS("repeat"));
	} else if (kind == 4) {
		text_add(&d->video, ", first_black: %d", draw_int(s, 1, 8));
		add_cause(d, "black frames", WORDS("black", "picture"));
	} else if (kind == 5) {
		text_add(&d->video, ", clock_rate: %.4f", 1 + draw_sign(s) * draw_uniform(s, 0.005, 0.03));
		text_add(&d->description, ", rate: untold");
		add_cause(d, "clock rate", rate_words);
	}
	if (draw_chance(s, 0.05)) {
		text_add(&d->imaging, ", pointer: {at: [%.0f, %.0f], until: %.0f s}", draw_uniform(s, 20, 180),
		         draw_uniform(s, 30, 60), draw_uniform(s, 5, 60));
		add_cause(d, "pointer", overlay_words);
	}
	if (draw_chance(s, 0.05)) {
		text_add(&d->imaging, ", text: {at: [%.0f, %.0f], text: 'HV 200 KV', size: 1, clock: true}",
		         draw_uniform(s, 5, 60), draw_uniform(s, 2, 60));
		add_cause(d, "text", overlay_words);
	}
	if (draw_chance(s, 0.3)) text_add(&d->imaging, ", overlay: true");
}

static void draw_machine(draw_state *s, drawn *d)
{
	bool load = draw_chance(s, 0.7);
	text_add(&d->control,
	         "mode: %s, rate: %.2f %s, wait: 3 s, approach: 4 s, hold: 2 s, after: 2 s, unload_rate: 60 %s",
	         load ? "load" : "displacement", load ? draw_uniform(s, 6, 14) : draw_uniform(s, 5, 9),
	         load ? "µN/s" : "nm/s", load ? "µN/s" : "nm/s");
	if (d->plain) return;
	if (draw_chance(s, 0.07)) {
		text_add(&d->control, ", slack: %.1f nm", draw_uniform(s, 5, 50));
		add_cause(d, "slack", slack_words);
	}
	if (draw_chance(s, 0.07)) {
		text_add(&d->control, ", second_stage: {from: %.2f %%, rate: %.2f %s}", draw_uniform(s, 0.5, 3),
		         load ? draw_uniform(s, 3, 10) : draw_uniform(s, 3, 8), load ? "µN/s" : "nm/s");
		add_cause(d, "two stages", WORDS("stage"));
	}
	if (draw_chance(s, 0.07)) {
		text_add(&d->all, "device: {frame_compliance: %.2f nm/µN}\n", draw_uniform(s, 0.05, 0.3));
		text_add(&d->description, ", compliance: untold");
		add_cause(d, "compliance", compliance_words);
	}
}

static void draw_test(int seed, bool plain, drawn *d)
{
	draw_state s = {(uint64_t)seed, plain ? 1000000 : 0};
	memset(d, 0, sizeof *d);
	d->plain = plain || draw_chance(&s, 0.2);
	text_add(
	    &d->law, "youngs_modulus: %.1f GPa, yield_stress: %.3f GPa, hardening: %.3f GPa, fracture_strain: %.2f %%",
	    draw_uniform(&s, 80, 170), draw_uniform(&s, 1.4, 2.4), draw_uniform(&s, 0.15, 0.4), draw_uniform(&s, 4, 7));
	text_add(&d->video, "size: [200, 100], log_starts_at: %.2f s", draw_uniform(&s, 0.5, 3));
	text_add(&d->imaging, "noise: %.2f", draw_uniform(&s, 1, d->plain ? 4 : 6));
	text_add(&d->log, "force_noise: 0.2 µN");
	bool neck = draw_chance(&s, 0.3), given = neck || draw_chance(&s, 0.4);
	if (neck) text_add(&d->law, ", neck_from: 3.5 %%");
	text_add(&d->description, "gauge: %s, sync: %s, spring: %s", given ? "points" : "auto",
	         draw_chance(&s, 0.6) ? "auto" : "given", draw_chance(&s, 0.6) ? "after-fracture" : "given");
	if (!d->plain) {
		draw_texture(&s, d);
		draw_beam(&s, d);
		draw_lens(&s, d);
		draw_frames(&s, d);
		if (given && draw_chance(&s, 0.12)) {
			text_add(&d->law, ", uneven: {amount: %.0f %%, period: %.0f nm}", draw_uniform(&s, 10, 70),
			         draw_uniform(&s, 200, 1500));
			add_cause(d, "uneven strain", uneven_words);
		}
		if (!neck && draw_chance(&s, 0.06)) {
			text_add(&d->all, "geometry: {fracture_at: %.0f nm}\n",
			         draw_sign(&s) * draw_uniform(&s, 850, 1010));
			add_cause(d, "fracture at the grip", grip_words);
		}
		if (draw_chance(&s, 0.04)) {
			text_add(&d->imaging, ", neighbour: {offset: %.0f nm}, pixel_size: 14 nm",
			         draw_sign(&s) * draw_uniform(&s, 520, 700));
			add_cause(d, "a second bar", bar_words);
		}
	}
	draw_machine(&s, d);
	text_add(
	    &d->all,
	    "name: drawn %d\nseed: %d\ndraw: false\nlaw: {%s}\ncontrol: {%s}\nlog: {%s}\nvideo: {%s}\nimaging: {%s}\n",
	    seed, seed, d->law.text, d->control.text, d->log.text, d->video.text, d->imaging.text);
	if (d->camera.n) text_add(&d->all, "camera: {%s}\n", d->camera.text);
	text_add(&d->all, "description: {%s}\n", d->description.text);
	if (d->n_causes == 0) d->plain = true;
}

static const char *folder(void)
{
	const char *keep = getenv("TT_KEEP");
	if (!keep) return check_tmp();
	mkdir(keep, 0777);
	return keep;
}

/* Leaves the recording; *sim is the same test in memory. */
static tt_test *record(int seed, bool plain, const drawn *d, tt_simulation **sim)
{
	char path[1200], dir[1024];
	tt_error err;
	snprintf(dir, sizeof dir, "%.900s/%s-%d", folder(), plain ? "plain" : "drawn", seed);
	snprintf(path, sizeof path, "%s.yaml", dir);
	FILE *f = fopen(path, "w");
	CHECK(f);
	fputs(d->all.text, f);
	CHECK(fclose(f) == 0);
	tt_simulate_options o = tt_simulate_defaults();
	o.no_axial = true;
	tt_job job = {.threads = 1};
	CHECK_MSG(tt_simulate(path, &o, dir, &job, NULL, &err) == TT_OK, "seed %d: %s", seed, err.message);
	CHECK_MSG(tt_simulation_open(path, NULL, sim, &err) == TT_OK, "seed %d: %s", seed, err.message);
	snprintf(path, sizeof path, "%s/test.yaml", dir);
	tt_test *test;
	CHECK_MSG(tt_test_read(path, NULL, 0, &test, &err) == TT_OK, "seed %d: %s", seed, err.message);
	return test;
}

static void forget(int seed, bool plain)
{
	if (getenv("TT_KEEP")) return;
	static const char *const files[] = {"test.mp4", "log.txt", "test.yaml", "truth.csv", "truth.json", NULL};
	char path[1024];
	for (int i = 0; files[i]; i++) {
		snprintf(path, sizeof path, "%s/%s-%d/%s", folder(), plain ? "plain" : "drawn", seed, files[i]);
		remove(path);
	}
}

typedef struct count {
	tally all, plain;
	int late, contour_alarms;
} count;

static void judge(const judged *j, tt_simulation *sim, const tt_test *test, const tt_result *r, tally *t)
{
	const tt_sim_truth *truth = tt_simulation_truth(sim);
	tally_result(t, j, sim, r);
	if (test->sync.automatic)
		tally_value(t, j, TALLY_CLOCK, r->clock.starts_at_s, r->clock.u_s, NAN, NAN, truth->log_starts_at, 0,
		            0.3);
	double frame = r->fracture < 0 ? NAN : (double)r->fracture;
	tally_value(t, j, TALLY_FRACTURE_FRAME, frame, 0.5, frame - 1, frame + 1, (double)truth->fracture_frame, 0, 1);
	if (r->necking.has_neck) {
		const tt_neck *n = &r->necking.neck;
		tally_value(t, j, TALLY_WIDTH, truth->necks ? n->width_reduction : NAN, n->u_width_reduction, NAN, NAN,
		            truth->necks ? 1 - truth->width_ratio_neck : NAN, 0.1, 0);
		tally_value(t, j, TALLY_WIDTH_UNIFORM, n->uniform_width_reduction, n->u_uniform_width_reduction, NAN,
		            NAN, 1 - truth->width_ratio_uniform, 0.1, 0);
	}
}

static void one(int seed, bool plain, count *c)
{
	drawn d;
	draw_test(seed, plain, &d);
	tt_simulation *sim;
	tt_test *test = record(seed, plain, &d, &sim);
	judged j = {seed, d.cause, d.n_causes, NULL};
	tt_force_log *log = NULL, *empty = NULL;
	tt_observation *o = NULL;
	tt_result *r = NULL;
	tt_error err;
	tt_evaluate_options options = tt_evaluate_defaults();
	const tt_job job = {.threads = 1};
	options.draws = 200;
	tally *t = d.plain ? &c->plain : &c->all;
	t->tests++;
	tt_status st = tt_test_read_logs(test, &log, &empty, &err);
	if (st == TT_OK) st = tt_observe(test, NULL, &job, &o, &err);
	if (st == TT_OK) st = tt_evaluate(o, log, empty, test, &options, &job, &r, &err);
	if (st != TT_OK) {
		tally_refusal(t, &j, err.message);
	} else {
		j.warnings = &r->warnings;
		judge(&j, sim, test, r, t);
		if (r->fracture > tt_simulation_truth(sim)->fracture_frame && d.plain) {
			c->late++;
			check_note("seed %d (plain): fracture at frame %lld, true %lld", seed, (long long)r->fracture,
			           (long long)tt_simulation_truth(sim)->fracture_frame);
		}
		const judged alarm = {seed, (cause[]){{"contour", WORDS("contour", "moves through")}}, 1, &r->warnings};
		if (d.plain && tally_warned(&alarm, NULL)) {
			c->contour_alarms++;
			check_note("seed %d (plain): an alarm of contours", seed);
		}
		if (getenv("TT_VERBOSE")) check_note("seed %d: fracture: %s", seed, r->fracture_text);
		for (size_t i = 0; getenv("TT_VERBOSE") && i < r->warnings.n; i++)
			check_note("seed %d: warning: %s", seed, r->warnings.item[i]);
	}
	tt_result_free(r);
	tt_observation_free(o);
	tt_force_log_free(log);
	tt_force_log_free(empty);
	tt_test_free(test);
	tt_simulation_free(sim);
	forget(seed, plain);
}

static void drawn_recordings(void)
{
	static count c;
	int first = validation_first(), n = validation_draws(24), far = 0;
	for (int i = 0; i < n; i++)
		one(first + i, false, &c);
	tally_print(&c.all, "recordings with faults");
	tally_print(&c.plain, "plain ones among them");
	int values, plain_values;
	double inside = 1 - tally_outside(&c.all, &values), room = 3 * sqrt(0.09 * 0.91 / (values + 1));
	tally_outside(&c.plain, &plain_values);
	for (int i = 0; i < TALLY_COUNT; i++)
		far += c.all.of[i].far + c.plain.of[i].far;
	CHECK_MSG(inside >= 0.91 - room, "%.1f %% of %d values inside their intervals", 100 * inside, values);
	CHECK_MSG(far <= 0.01 * (values + plain_values), "%d of %d values confident and wrong", far,
	          values + plain_values);
	CHECK_MSG(c.all.refused <= 0.1 * c.all.tests + 3 * sqrt(0.09 * c.all.tests), "%d of %d refused", c.all.refused,
	          c.all.tests);
	CHECK_MSG(c.plain.refused == 0, "%d plain recordings refused", c.plain.refused);
}

static void plain_recordings(void)
{
	static count c;
	int first = validation_first(), n = validation_draws(16);
	for (int i = 0; i < n; i++)
		one(first + i, true, &c);
	tally_print(&c.plain, "plain recordings");
	int values;
	double inside = 1 - tally_outside(&c.plain, &values), room = 3 * sqrt(0.05 * 0.95 / (values + 1));
	CHECK_MSG(c.late == 0, "%d of %d fractures are late", c.late, n);
	CHECK_MSG(c.contour_alarms == 0, "%d false alarms of contours", c.contour_alarms);
	CHECK_MSG(c.plain.refused == 0, "%d plain recordings refused", c.plain.refused);
	CHECK_MSG(inside >= 0.91 - room && inside <= 0.985 + room, "%.1f %% of %d values inside their intervals",
	          100 * inside, values);
}

static const check_case cases[] = {{"plain_recordings", plain_recordings}, {"drawn_recordings", drawn_recordings}};
CHECK_MAIN(cases)
