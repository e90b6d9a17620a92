/* What simulation.yaml may not say, and the sentence that answers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "describe/keys_words.h"
#include "simulate/spec.h"
#include "temtensile/simulate.h"

static tt_error refused(const char *text, const tt_simulate_options *options, tt_status expected)
{
	tt_error err = {0};
	tt_simulation *sim = NULL;
	tt_status st = tt_simulation_parse(text, strlen(text), "simulation.yaml", options, &sim, &err);
	CHECK_MSG(st == expected, "status %d (\"%s\") instead of %d for:\n%s", st, err.message, expected, text);
	CHECK(sim == NULL);
	return err;
}

static void sentences(void)
{
	static const struct {
		const char *text, *where, *says;
	} row[] = {
	    {"law:\n  youngs_modulus: 140\n", "simulation.yaml:2:19", "140"},
	    {"law:\n  youngs_modulus: 140 N\n", "simulation.yaml:2:19", "GPa"},
	    {"law:\n  youngs_modulus: -3 GPa\n", "simulation.yaml:2:19", "found -3 GPa, expected 0.1 to 2000 GPa"},
	    {"law:\n  youngs_modulus: 140 ± 2 GPa\n", "simulation.yaml:2:19", "no ± expected"},
	    {"law:\n  yield: 2 GPa\n", "simulation.yaml:2:", "yield"},
	    {"law: strong\n", "simulation.yaml:1:6", "a map of keys expected"},
	    {"- a\n- b\n", "simulation.yaml:1:1", "expected keys with values"},
	    {"law: {neck_from: 8 %, fracture_strain: 7 %}\n", "simulation.yaml:1:", "lies after fracture"},
	    {"law: {neck_from: 1 %}\n", "simulation.yaml:1:18", "lies before yield at 1.571 %"},
	    {"law: {softening: 0.1 GPa}\n", "simulation.yaml:1:18", "neck_from expected"},
	    {"law: {neck_from: 3 %, softening: 5 GPa}\n", "simulation.yaml:1:34", "leaves nothing"},
	    {"law: {poisson: 0.7}\n", "simulation.yaml:1:16", "0.7"},
	    {"law: {pop_ins: 3}\n", "simulation.yaml:1:16", "{at, drop, extent}"},
	    {"law:\n  pop_ins:\n  - drop: 0.1 GPa\n", "simulation.yaml:3:5", "missing key 'at'"},
	    {"law:\n  pop_ins: [7]\n", "simulation.yaml:2:13", "a map"},
	    {"geometry: {thickness: -150 ± 3 nm}\n", "simulation.yaml:1:23", "found -150 nm"},
	    {"geometry: {width: 400 nm, grip_width: 300 nm}\n", "simulation.yaml:1:39", "narrower than the gauge"},
	    {"geometry:\n  neck: {at: 900 nm, width: 130 nm}\n", "simulation.yaml:2:9", "reaches beyond"},
	    {"geometry: {fracture_angle: [70°, 80°, 90°]}\n", "simulation.yaml:1:28", "one for each edge expected"},
	    {"geometry: {fracture_angle: 5°}\n", "simulation.yaml:1:28", "20 to 160"},
	    {"device: {stiffness: 0 N/m}\n", "simulation.yaml:1:21", "found 0 N/m"},
	    {"device: {stiffness: 450 nm}\n", "simulation.yaml:1:21", "N/m"},
	    {"control: {mode: strain}\n", "simulation.yaml:1:17", "load"},
	    {"control: {rate: 3 nm/s}\n", "simulation.yaml:1:17", "N/s"},
	    {"control: {mode: displacement, rate: 4 µN/s}\n", "simulation.yaml:1:37", "m/s"},
	    {"log: {columns: 4}\n", "simulation.yaml:1:16", "expected 3 or 5"},
	    {"log: {file: ../log.txt}\n", "simulation.yaml:1:13", "without folders"},
	    {"log: {encoding: ascii}\n", "simulation.yaml:1:17", "latin-1"},
	    {"control: {touches: [{hold: 1 s}]}\n", "simulation.yaml:1:21", "missing key 'force'"},
	    {"control: {touches: [{force: 30 nm}]}\n", "simulation.yaml:1:29", "N"},
	    {"control: {touches: {force: 3 µN}}\n", "simulation.yaml:1:20",
	     "a list of at most 32 maps {force, hold, lift, pause}"},
	    {"control: {cycles: [{at: 2 %}, {at: 1 %}]}\n", "simulation.yaml:1:36", "rising strains expected"},
	    {"control: {cycles: [3]}\n", "simulation.yaml:1:20", "a map {at, to, hold, low_hold, lift} expected"},
	    {"control: {cycles: [{at: 2 %, to: 120 %}]}\n", "simulation.yaml:1:34", "0 to 100 %"},
	    {"control: {second_stage: {rate: 3 nm/s}}\n", "simulation.yaml:1:32", "N/s"},
	    {"control: {retract: 3 nm/s}\n", "simulation.yaml:1:20", "a map of keys expected"},
	    {"log: {gap: [3 s, 2 s]}\n", "simulation.yaml:1:12", "a gap that begins before it ends"},
	    {"log: {gap: 3 s}\n", "simulation.yaml:1:12", "two times"},
	    {"log: {saturation: {force: [3 µN, -2 µN]}}\n", "simulation.yaml:1:27", "a lowest value below the highest"},
	    {"log: {saturation: {overflow: 3}}\n", "simulation.yaml:1:30", "1e+06"},
	    {"log: {tests: {told_by: colour}}\n", "simulation.yaml:1:24", "header"},
	    {"video: {size: [640]}\n", "simulation.yaml:1:15", "2"},
	    {"video: {size: [640, 481]}\n", "simulation.yaml:1:15",
	     "found 481, expected [width, height], even numbers"},
	    {"video: {frame_rate: 5}\n", "simulation.yaml:1:21", "5"},
	    {"video: {frame_rate: 5 Hz, camera_rate: 30 Hz}\n", "simulation.yaml:1:40", "more than the frame rate"},
	    {"video: {file: a.avi, jitter: 20 %}\n", "simulation.yaml:1:30", "AVI has no time stamps"},
	    {"video: {bits: 9}\n", "simulation.yaml:1:15", "expected 8, 10, 12 or 16"},
	    {"video: {bits: 16}\n", "simulation.yaml:1:8", "ffv1 or raw expected for 16 bit"},
	    {"video: {codec: mpeg4, lossless: true}\n", "simulation.yaml:1:16", "codec ffv1 expected"},
	    {"video: {codec: ffv1}\n", "simulation.yaml:1:16", "does not fit into test.mp4"},
	    {"video: {codec: xvid}\n", "simulation.yaml:1:16", "h264"},
	    {"video: {crf: 60}\n", "simulation.yaml:1:14", "60"},
	    {"imaging: {specimen: grey}\n", "simulation.yaml:1:21", "dark"},
	    {"imaging: {drift: 3 nm/s}\n", "simulation.yaml:1:18", "a list of two speeds"},
	    {"imaging: {drift: [3 nm, 2 nm]}\n", "simulation.yaml:1:19", "m/s"},
	    {"imaging: {noise: -1}\n", "simulation.yaml:1:18", "-1"},
	    {"imaging: {bands: 7}\n", "simulation.yaml:1:18", "a list"},
	    {"imaging: {pixel_size: 4}\n", "simulation.yaml:1:23", "4"},
	    {"imaging: {texture: wood}\n", "simulation.yaml:1:20", "nanocrystals"},
	    {"imaging: {bend_contour: [{depth: 3}, 7]}\n", "simulation.yaml:1:38", "a map {depth, width, tilt,"},
	    {"imaging: {tilt: 3°}\n", "simulation.yaml:1:17", "a map of keys"},
	    {"imaging: {tilt: {from: 80°}}\n", "simulation.yaml:1:24", "-60 to 60"},
	    {"imaging: {distortion: 30 %}\n", "simulation.yaml:1:23", "-10 to 10 %"},
	    {"imaging: {pointer: {until: 3 s}}\n", "simulation.yaml:1:20", "missing key 'at'"},
	    {"imaging: {pointer: {at: [3]}}\n", "simulation.yaml:1:25", "2"},
	    {"imaging: {text: {at: [3, 4]}}\n", "simulation.yaml:1:17", "missing key 'text'"},
	    {"imaging: {contamination: {at: 3 nm}}\n", "simulation.yaml:1:31",
	     "two lengths, along and across the axis"},
	    {"imaging: {shadow: {speed: 3 px/s}}\n", "simulation.yaml:1:27", "number"},
	    {"camera: {motion_blur: true}\n", "simulation.yaml:1:23", "video.exposure expected"},
	    {"camera: {fixed_pattern: 80 %}\n", "simulation.yaml:1:25", "0 to 50 %"},
	    {"camera: {hot_pixels: -1}\n", "simulation.yaml:1:22", "-1"},
	    {"video: {drop: [{count: 3}]}\n", "simulation.yaml:1:16", "missing key 'frame'"},
	    {"video: {stamps: false}\n", "simulation.yaml:1:17", "honest"},
	    {"video: {dropped: 3}\n", "simulation.yaml:1:18", "%"},
	    {"law: {uneven: {amount: 95 %}}\n", "simulation.yaml:1:24", "0 to 90 %"},
	    {"description: {rate: 3}\n", "simulation.yaml:1:21", "untold"},
	    {"description: {gauge: somewhere}\n", "simulation.yaml:1:22", "points"},
	    {"description: {zero: none}\n", "simulation.yaml:1:21", "preload-mean"},
	    {"film: {deposition_pressure: 5 nm}\n", "simulation.yaml:1:29", "Pa"},
	    {"seed: -4\n", "simulation.yaml:1:7", "-4"},
	    {"seeds: 4\n", "simulation.yaml:1:", "seeds"},
	    {"imaging: {contrasts: 4}\n", "simulation.yaml:1:", "contrasts"},
	};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		tt_error err = refused(row[i].text, NULL, TT_ERR_INPUT);
		CHECK_MSG(strncmp(err.message, row[i].where, strlen(row[i].where)) == 0,
		          "\"%s\" does not start with %s for\n%s", err.message, row[i].where, row[i].text);
		CHECK_HAS(err.message, row[i].says);
	}
	check_note("%zu sentences", sizeof row / sizeof *row);
}

/* What only the whole description can tell. */
static void contradictions(void)
{
	tt_error e = refused("imaging: {pixel_size: 1 nm}\n", NULL, TT_ERR_INPUT);
	CHECK_HAS(e.message,
	          "the gauge ends at (-480.0, 240.0) and (1120.0, 240.0) px lie outside the 640 x 480 frame");
	e = refused("video: {log_starts_at: -200 s}\n", NULL, TT_ERR_INPUT);
	CHECK_HAS(e.message, "the video starts 200 s after the log does");
	e = refused("device: {stiffness: 450 N/m, stiffness2: -2e9 N/m²}\n", NULL, TT_ERR_INPUT);
	CHECK_HAS(e.message, "takes away the device's stiffness");
	e = refused("geometry: {thickness: 10 ± 100 nm}\nseed: 1\n", NULL, TT_ERR_INPUT);
	CHECK_HAS(e.message, "not positive");
	e = refused("video: {frame_rate: 1000 Hz}\ncontrol: {approach: 3600 s, hold: 3600 s, after: 3600 s}\n", NULL,
	            TT_ERR_INPUT);
	CHECK_HAS(e.message, "frames are too many");
}

static void options(void)
{
	tt_simulate_options o = tt_simulate_defaults();
	o.width = 640;
	CHECK_HAS(refused("name: a\n", &o, TT_ERR_USAGE).message,
	          "size 640 x 0: even numbers from 64 to 8192 px expected");
	o = tt_simulate_defaults();
	o.noise = -3;
	CHECK_HAS(refused("name: a\n", &o, TT_ERR_USAGE).message, "noise -3: 0 to 100 grey levels expected");
	o = tt_simulate_defaults();
	o.axis_deg = 400;
	CHECK_HAS(refused("name: a\n", &o, TT_ERR_USAGE).message, "axis 400: -360 to 360 degrees expected");
	o = tt_simulate_defaults();
	o.contrast = 101;
	CHECK_HAS(refused("name: a\n", &o, TT_ERR_USAGE).message, "contrast 101: 0 to 100 grey levels expected");
	o = tt_simulate_defaults();
	o.crf = 99;
	CHECK_HAS(refused("name: a\n", &o, TT_ERR_USAGE).message, "crf 99: 0 to 51 expected");
	o = tt_simulate_defaults();
	o.frames = 1;
	CHECK_HAS(refused("name: a\n", &o, TT_ERR_USAGE).message, "1 frames: 2 to 10000000 expected");
	const char *set[] = {"law.poisson=2"};
	o = tt_simulate_defaults();
	o.sets = set;
	o.n_sets = 1;
	CHECK_HAS(refused("name: a\n", &o, TT_ERR_INPUT).message, "law.poisson");
}

/* What only the whole test can tell. */
static void beyond_the_test(void)
{
	CHECK_HAS(refused("control: {touches: [{force: 900 µN}]}\n", NULL, TT_ERR_INPUT).message,
	          "900 µN breaks the specimen");
	CHECK_HAS(refused("control: {cycles: [{at: 9 %}]}\n", NULL, TT_ERR_INPUT).message, "the test ends before 9 %");
	CHECK_HAS(refused("control: {second_stage: {from: 8 %}}\n", NULL, TT_ERR_INPUT).message,
	          "control.second_stage: the test ends before 8 %");
}

static void missing_file(void)
{
	tt_error err = {0};
	tt_simulation *sim;
	CHECK(tt_simulation_open("/nonexistent/simulation.yaml", NULL, &sim, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "/nonexistent/simulation.yaml");
}

static void ten_lines_are_enough(void)
{
	tt_error err = {0};
	tt_simulation *sim;
	CHECK_MSG(tt_simulation_parse("name: a\n", 8, "simulation.yaml", NULL, &sim, &err) == TT_OK, "%s", err.message);
	CHECK(tt_simulation_frames(sim) > 300);
	tt_simulation_free(sim);
	tt_simulation_free(NULL);
}

/* samples/all-keys-simulation.yaml lists every key with its default: it makes the same test as no key at all. */
static void the_list_of_keys_holds(void)
{
	char path[1024];
	snprintf(path, sizeof path, "%s/samples/all-keys-simulation.yaml", check_source_root());
	tt_error err = {0};
	tt_simulation *a, *b;
	CHECK_MSG(tt_simulation_open(path, NULL, &a, &err) == TT_OK, "%s", err.message);
	CHECK(tt_simulation_parse("name: a\n", 8, "simulation.yaml", NULL, &b, &err) == TT_OK);
	CHECK(tt_simulation_frames(a) == tt_simulation_frames(b));
	const tt_sim_truth *t = tt_simulation_truth(a), *u = tt_simulation_truth(b);
	/* 400 nm read from text and 400e-9 may differ in the last digit */
	CHECK_NEAR(t->stiffness, u->stiffness, 1e-10);
	CHECK_NEAR(t->width, u->width, 1e-20);
	CHECK_NEAR(t->pixel_size, u->pixel_size, 1e-22);
	CHECK_NEAR(t->mark_X_px[0], u->mark_X_px[0], 1e-9);
	CHECK_NEAR(t->fracture_log_s, u->fracture_log_s, 1e-9);
	size_t n, m;
	const double *time, *d, *f, *d2, *f2;
	CHECK(tt_simulation_log(a, &n, &time, &d, &f, &err) == TT_OK &&
	      tt_simulation_log(b, &m, &time, &d2, &f2, &err) == TT_OK);
	CHECK(n == m);
	for (size_t i = 0; i < n; i++) {
		CHECK_NEAR(d[i], d2[i], 1e-17);
		CHECK_NEAR(f[i], f2[i], 1e-14);
	}
	tt_image x, y;
	CHECK(tt_simulation_frame(a, 280, &x, &err) == TT_OK && tt_simulation_frame(b, 280, &y, &err) == TT_OK);
	CHECK(x.width == y.width && x.height == y.height);
	int differ = 0;
	for (int v = 0; v < x.height; v++)
		for (int w = 0; w < x.width; w++)
			differ += tt_image_at(&x, w, v) != tt_image_at(&y, w, v);
	CHECK(differ < 20); /* grey levels that lie between two whole ones */
	tt_simulation_free(a);
	tt_simulation_free(b);
}

/* Every default and every example of the table of keys is a value that the reader takes, alone in its map; a default
 * changes nothing. */
static void the_table_of_keys_holds(void)
{
	size_t tried = 0;
	for (size_t i = 0; i < tt_simulation_schema.n; i++) {
		const tt_key *key = &tt_simulation_schema.key[i];
		/* what these need beside them */
		static const struct {
			const char *path, *beside;
		} needs[] = {{"law.softening", "law.neck_from=5 %"},
		             {"camera.motion_blur", "video.exposure=0.1 s"},
		             {"imaging.text.at", "imaging.text.text=a"},
		             {"imaging.text.text", "imaging.text.at=[1, 1]"},
		             {"imaging.text.size", "imaging.text={at: [1, 1], text: a}"},
		             {"imaging.text.clock", "imaging.text={at: [1, 1], text: a}"},
		             {"imaging.pointer.to", "imaging.pointer.at=[1, 1]"},
		             {"imaging.pointer.from", "imaging.pointer.at=[1, 1]"},
		             {"imaging.pointer.until", "imaging.pointer.at=[1, 1]"},
		             {"video.codec", "video.file=a.mkv"},
		             {"log.gap", "log.from=0 s"}};
		const char *value[] = {key->fallback, key->example};
		for (size_t k = 0; k < 2 && tt_key_is_settable(key); k++) {
			char set[300];
			if (!value[k]) continue;
			snprintf(set, sizeof set, "%s=%s", key->path, value[k]);
			const char *sets[] = {"name=a", set};
			for (size_t j = 0; j < sizeof needs / sizeof *needs; j++)
				if (strcmp(needs[j].path, key->path) == 0) sets[0] = needs[j].beside;
			tt_yaml *y;
			tt_sim_spec *spec;
			tt_error err = {0};
			CHECK_MSG(tt_yaml_parse("seed: 1\n", 8, "simulation.yaml", sets, 2, &y, &err) == TT_OK,
			          "%s: %s", set, err.message);
			CHECK_MSG(tt_sim_spec_read(y, &spec, &err) == TT_OK, "%s: %s", set, err.message);
			tt_sim_spec_free(spec);
			tt_yaml_free(y);
			tried++;
		}
	}
	check_note("%zu values of %zu keys", tried, tt_simulation_schema.n);
	CHECK(tried > 140);
}

static const check_case cases[] = {
    {"sentences", sentences},
    {"contradictions", contradictions},
    {"options", options},
    {"beyond_the_test", beyond_the_test},
    {"missing_file", missing_file},
    {"ten_lines_are_enough", ten_lines_are_enough},
    {"the_list_of_keys_holds", the_list_of_keys_holds},
    {"the_table_of_keys_holds", the_table_of_keys_holds},
};
CHECK_MAIN(cases)
