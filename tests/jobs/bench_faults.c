/* Faults of real microscopes one at a time: what one program, or two of different age, make of the same recordings, and
 * whether it is what is required.
 *
 *   bench_faults PROGRAM [OTHER_PROGRAM]       the table, the first program's line above the other's
 *   TT_ONLY=tilt bench_faults …                cases whose name holds this
 *
 * Then the same for the recordings of ../shared/wild/images, where they are there.
 *
 * Columns: strain RMS up to fracture and share of it within 1 u; errors of Young's modulus, yield, ultimate strength
 * (in %, and z), of total elongation (absolute), clock (s, z), fracture frame; share of frames without a strain; error
 * of the neck's width reduction (absolute); what is required; whether it holds. "right": E within 1.5 %, strengths
 * within 2 %, elongation within 0.0015, width reduction within 0.004, clock within 0.1 s, or the truth inside the 95 %
 * interval; the fracture frame to one. "right or named": or a warning or the refusal names the fault.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "results.h"
#include "temtensile/simulate.h"

extern char **environ;

static int n_rows, n_hold;

typedef struct fault {
	const char *name;
	const char *sections; /* of simulation.yaml */
	const char *words;    /* one of which, between '|', names the fault; "": it must simply be right */
} fault;

#define VIDEO "video: {size: [400, 240], log_starts_at: 1.5 s"
#define IMAGING "imaging: {pixel_size: 6 nm, noise: 4"
#define AUTO "description: {gauge: auto, sync: auto, spring: after-fracture"
#define GIVEN "description: {gauge: points, sync: auto, spring: after-fracture"

static const fault faults[] = {
    {"plain", VIDEO "}\n" IMAGING "}\n" AUTO "}\n", ""},
    {"texture 1/2", VIDEO "}\n" IMAGING ", contrast: 8}\n" AUTO "}\n", ""},
    {"texture 1/4", VIDEO "}\n" IMAGING ", contrast: 4}\n" AUTO "}\n", ""},
    {"texture 1/8", VIDEO "}\n" IMAGING ", contrast: 2}\n" AUTO "}\n", "texture|contrast|noise"},
    {"noisy camera", VIDEO "}\nimaging: {pixel_size: 6 nm, noise: 10}\n" AUTO "}\n", ""},
    {"amorphous", VIDEO "}\n" IMAGING ", texture: amorphous, contrast: 6, grain: 1.5 px}\n" AUTO "}\n", ""},
    {"flashing crystals",
     VIDEO "}\n" IMAGING ", texture: nanocrystals, nanocrystals: {flash: 50 %, rate: 30}}\n" AUTO "}\n",
     "flash|texture"},
    {"layers along", VIDEO "}\n" IMAGING ", texture: layers, layers: {period: 30 nm}}\n" AUTO "}\n",
     "texture|contrast"},
    {"edges and a cap", VIDEO "}\n" IMAGING ", texture: none, cap: {width: 70 nm}}\n" AUTO "}\n", "texture|contrast"},
    {"bend contours",
     VIDEO "}\n" IMAGING ", bend_contour: [{depth: 30, width: 80 nm, until: 3 %, uneven: 1}, "
           "{depth: 25, width: 120 nm, tilt: -20°, from: 0.5, to: -0.3, until: 4 %, uneven: 0.7}]}\n" AUTO "}\n",
     "contour|band|bright"},
    {"two contours",
     VIDEO "}\n" IMAGING ", bend_contour: [{depth: 18}, {depth: 18, from: 0.6, to: -0.6, tilt: -10°}]}\n" AUTO "}\n",
     "contour|band|bright"},
    {"thickness fringes", VIDEO "}\n" IMAGING ", fringes: {amplitude: 12}}\n" AUTO "}\n", "fringe|contour|bright"},
    {"tilt 3 to 0", VIDEO "}\n" IMAGING ", tilt: {from: 3°, to: 0°}}\n" AUTO "}\n", "out-of-plane tilt"},
    {"distortion, drift", VIDEO "}\n" IMAGING ", distortion: 1 %, drift: [2.4 nm/s, 0.9 nm/s]}\n" AUTO "}\n",
     "distort|lens"},
    {"fixed pattern",
     VIDEO "}\ncamera: {fixed_pattern: 3 %, pattern_grain: 2 px}\n" IMAGING ", drift: [1 nm/s, 0 nm/s]}\n" AUTO "}\n",
     "pattern|stands still"},
    {"rolling shutter",
     VIDEO "}\ncamera: {rolling_shutter: 0.15 s}\n" IMAGING ", vibration: {amplitude: 2.4 nm, frequency: 4.3 "
           "Hz}}\n" AUTO "}\n",
     "shutter|vibrat|blur"},
    {"motion blur",
     VIDEO ", exposure: 0.19 s, timestamp: middle}\ncontrol: {rate: 30 µN/s}\ncamera: {motion_blur: true}\n" IMAGING
           ", vibration: {amplitude: 12 nm, frequency: 0.7 Hz}}\n" AUTO "}\n",
     "blur|exposure|vibrat"},
    {"jitter, constant rate", VIDEO ", jitter: 60 %, stamps: constant}\n" IMAGING "}\n" AUTO "}\n", "stamp|jitter"},
    {"frames dropped",
     VIDEO ", drop: [{frame: 60, count: 4}, {frame: 90, count: 3}], stamps: constant}\n" IMAGING "}\n" AUTO "}\n",
     "dropped|missing|lost frames"},
    {"5 % dropped at random", VIDEO ", dropped: 5 %, stamps: constant}\n" IMAGING "}\n" AUTO "}\n",
     "dropped|missing|lost frames"},
    {"clock rate 3 %", VIDEO ", clock_rate: 1.03}\n" IMAGING "}\n" AUTO ", rate: untold}\n", "rate"},
    {"compliance 0.25",
     VIDEO "}\ndevice: {frame_compliance: 0.25 nm/µN}\n" IMAGING "}\n" AUTO ", compliance: untold}\n", "complian"},
    {"slack 40 nm", VIDEO "}\ncontrol: {slack: 40 nm}\n" IMAGING "}\n" AUTO "}\n", "slack|toe"},
    {"neck near the end",
     VIDEO "}\nlaw: {neck_from: 5 %}\ngeometry: {width: 400 nm, thickness: 150 nm, neck: {at: 680 nm, width: 90 "
           "nm}}\n" IMAGING "}\n" GIVEN "}\n",
     ""},
    {"uneven strain", VIDEO "}\nlaw: {uneven: {amount: 50 %, period: 450 nm}}\n" IMAGING "}\n" GIVEN "}\n", ""},
    {"fracture at the grip",
     VIDEO "}\ngeometry: {width: 400 nm, thickness: 150 nm, fracture_at: -980 nm}\n" IMAGING "}\n" AUTO "}\n",
     "grip|outside|beyond"},
    {"each frame twice", VIDEO ", frame_rate: 10 Hz, camera_rate: 5 Hz}\n" IMAGING "}\n" AUTO "}\n", ""},
    {"each frame 6 times", VIDEO ", frame_rate: 30 Hz, camera_rate: 5 Hz}\n" IMAGING "}\n" AUTO "}\n", ""},
    {"pulldown 24/5", VIDEO ", frame_rate: 24 Hz, camera_rate: 5 Hz}\n" IMAGING "}\n" AUTO "}\n", ""},
    {"first frames black", VIDEO ", first_black: 6}\n" IMAGING "}\n" AUTO "}\n", ""},
    {"pointer on an end", VIDEO "}\n" IMAGING ", pointer: {at: [75, 112], until: 40 s}}\n" GIVEN "}\n",
     "static|still|pointer|masked"},
    {"text on an end", VIDEO "}\n" IMAGING ", text: {at: [40, 112], text: 'HV 200', size: 2}}\n" GIVEN "}\n",
     "static|still|overlay|masked"},
    {"hot pixels, dead column",
     VIDEO "}\ncamera: {hot_pixels: 60, dead_columns: 2}\n" IMAGING ", drift: [1 nm/s, 0 nm/s]}\n" AUTO "}\n",
     "hot|dead|static|still"},
    {"magnification step 2 %", VIDEO "}\n" IMAGING ", magnification: {step: 2 %, at: 25 s}}\n" AUTO "}\n",
     "magnif|scale"},
    {"magnification drifts", VIDEO "}\n" IMAGING ", magnification: {drift: 0.5 %}}\n" AUTO "}\n", "magnif|scale"},
    {"two bars",
     VIDEO "}\nimaging: {pixel_size: 8 nm, noise: 4, neighbour: {offset: 560 nm, contrast: 22}}\n" AUTO "}\n", "bar"},
    {"flicker", VIDEO "}\n" IMAGING ", flicker: 4 %}\n" AUTO "}\n", ""},
    {"shadow of the beam", VIDEO "}\n" IMAGING ", shadow: {depth: 30 %}}\n" AUTO "}\n", "bright|shadow"},
    {"contamination",
     VIDEO "}\n" IMAGING ", contamination: {depth: 35, size: 300 nm, at: [500 nm, 0 nm]}}\n" AUTO "}\n", ""},
    {"tracking lost",
     VIDEO "}\n" IMAGING ", contrast: 3, texture: nanocrystals, nanocrystals: {flash: 90 %, rate: 60}}\n" GIVEN "}\n",
     "lost|texture|flash"},
};

static void record(const fault *f, const char *dir)
{
	char path[600];
	snprintf(path, sizeof path, "%s.yaml", dir);
	FILE *out = fopen(path, "w");
	CHECK(out);
	fprintf(out, "name: fault\nseed: 11\ndraw: false\n%s", f->sections);
	if (!strstr(f->sections, "law:"))
		fputs("law: {youngs_modulus: 130 GPa, yield_stress: 2 GPa, fracture_strain: 7 %}\n", out);
	/* exact, so that z shows the measurement's own error */
	if (!strstr(f->sections, "geometry:")) fputs("geometry: {width: 400 nm, thickness: 150 nm}\n", out);
	CHECK(fclose(out) == 0);
	tt_error err;
	CHECK_MSG(tt_simulate(path, NULL, dir, NULL, NULL, &err) == TT_OK, "%s: %s", f->name, err.message);
}

/* What the program says on standard error goes to a file. */
static int analyse(const char *program, const char *dir, const char *out, const char *said)
{
	char test[600];
	snprintf(test, sizeof test, "%s/test.yaml", dir);
	const char *const argv[] = {program, "analyze", test, "-o", out, "--no-movie", "--no-report", NULL};
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	pid_t pid;
	int status = 0;
	CHECK_MSG(posix_spawnp(&pid, program, &actions, NULL, (char *const *)argv, environ) == 0, "cannot start %s",
	          program);
	posix_spawn_file_actions_destroy(&actions);
	CHECK(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static bool holds_any(const char *text, const char *words)
{
	char list[256];
	snprintf(list, sizeof list, "%s", words);
	for (char *w = strtok(list, "|"); w; w = strtok(NULL, "|"))
		for (const char *p = text; *p; p++)
			if (strncmp(p, w, strlen(w)) == 0) return true;
	return false;
}

static void read_text(const char *path, char *text, size_t size)
{
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, size - 1, f) : 0;
	text[n] = 0;
	if (f) fclose(f);
}

typedef struct found {
	double value, u, lo, hi;
} found;

static double number_at(const json_t *s, const char *path)
{
	const json_t *j = json_node(s, path);
	return json_is_number(j) ? json_number_value(j) : NAN;
}

static found at(const json_t *s, const char *path)
{
	static const char *const part[] = {"value", "u", "interval95.0", "interval95.1"};
	char p[160];
	double v[4];
	for (int i = 0; i < 4; i++) {
		snprintf(p, sizeof p, "%s.%s", path, part[i]);
		v[i] = number_at(s, p);
	}
	if (isnan(v[2])) v[2] = v[0] - 2 * v[1], v[3] = v[0] + 2 * v[1];
	return (found){v[0], v[1], v[2], v[3]};
}

/* What is true of a recording; NaN: not known. */
typedef struct truth {
	double E, yield, ultimate, total, clock, frame, width;
	bool has_axial;
} truth;

/* The recordings that were made from one sample have its truth. */
static const truth sample_truth = {126, 1.808, 2.097, 0.0894, -1.7, NAN, NAN, false};

static double either(const json_t *t, const char *a, const char *b)
{
	double v = number_at(t, a);
	return isnan(v) ? number_at(t, b) : v;
}

static truth truth_of(const char *dir)
{
	char path[700];
	snprintf(path, sizeof path, "%s/truth.json", dir);
	if (access(path, R_OK) != 0) return sample_truth;
	json_t *t = json_file(path);
	truth r = {.E = either(t, "properties.youngs_modulus_GPa", "E_gpa"),
	           .yield = either(t, "properties.yield_strength_GPa", "yield_02_gpa"),
	           .ultimate = either(t, "properties.ultimate_strength_GPa", "uts_gpa"),
	           .total = either(t, "properties.total_elongation", "e_break"),
	           .clock = number_at(t, "video_lead_s"),
	           .frame = number_at(t, "fracture_frame"),
	           .width = 1 - number_at(t, "width_ratio_neck")};
	json_decref(t);
	snprintf(path, sizeof path, "%s/axial.csv", dir);
	r.has_axial = access(path, R_OK) == 0;
	return r;
}

static void cell(char *line, size_t size, double error, double u, const char *form)
{
	size_t n = strlen(line);
	if (isnan(error))
		snprintf(line + n, size - n, " %15s", "null");
	else {
		char value[32];
		snprintf(value, sizeof value, form, error);
		snprintf(line + n, size - n, " %7s z%6.1f", value, u > 0 ? error / u : NAN);
	}
}

/* What is required of a value: within `most` of the truth, or its 95 % interval holds the truth. A missing value is not
 * right. */
static void require(char *wrong, size_t size, const char *name, const found *v, double right, double most)
{
	size_t n = strlen(wrong);
	if (isnan(right)) return;
	double off = v->value - right;
	bool inside = v->lo <= right && right <= v->hi;
	if (isnan(off))
		snprintf(wrong + n, size - n, "%s%s null", n ? ", " : "", name);
	else if (!inside && !(fabs(off) <= most))
		snprintf(wrong + n, size - n, "%s%s", n ? ", " : "", name);
}

static void verdict(const char *name, const char *words, const char *line, const char *wrong, bool named)
{
	bool holds = !*wrong || (*words && named);
	n_rows++;
	n_hold += holds;
	check_note("%-24s %s | %-14s | %s%s%s", name, line, *words ? "right or named" : "right",
	           holds ? "holds" : "DOES NOT HOLD: ", *wrong && holds ? ", named" : "", holds ? "" : wrong);
}

/* One line of the table; dir holds the recording and its truth. */
static void tell(const char *name, const char *words, const char *dir, const char *out, const char *said, int code)
{
	char line[512], text[20000], path[700], wrong[256] = "";
	read_text(said, text, sizeof text);
	bool named = *words && holds_any(text, words);
	if (code) {
		char *end = strrchr(text, '\n');
		if (end && !end[1]) *end = 0;
		char *last = strrchr(text, '\n');
		snprintf(line, sizeof line, "refused (%d): %.230s", code, last ? last + 1 : text);
		verdict(name, words, line, "refused", named);
		return;
	}
	snprintf(path, sizeof path, "%s/summary.json", out);
	json_t *s = json_file(path);
	truth t = truth_of(dir);
	agreement a = {.rms = NAN, .within_1u = NAN};
	if (t.has_axial) {
		axial ends;
		axial_read(dir, &ends);
		compare(out, dir, &ends, &a);
		/* the elongation between the ends that were chosen */
		double from[2], to[2];
		for (int k = 0; k < 2; k++) {
			from[k] = json_at(s, k ? "gauge.from_px.1" : "gauge.from_px.0");
			to[k] = json_at(s, k ? "gauge.to_px.1" : "gauge.to_px.0");
		}
		if (t.frame > 1) {
			double last = axial_strain(&ends, (size_t)t.frame - 1, from, to),
			       before = axial_strain(&ends, (size_t)t.frame - 2, from, to);
			t.total = last + 0.5 * (last - before); /* in the middle of the frame's interval */
		}
		axial_free(&ends);
	}
	snprintf(line, sizeof line, "%8.1e %3.0f%%", a.rms, 100 * a.within_1u);
	const struct {
		const char *name, *path;
		double truth, most;
	} of[] = {{"E", "properties.youngs_modulus_GPa", t.E, 0.015 * t.E},
	          {"yield", "properties.yield_strength_GPa", t.yield, 0.02 * t.yield},
	          {"ultimate strength", "properties.ultimate_strength_GPa", t.ultimate, 0.02 * t.ultimate}};
	for (int i = 0; i < 3; i++) {
		found v = at(s, of[i].path);
		cell(line, sizeof line, 100 * (v.value / of[i].truth - 1), 100 * v.u / of[i].truth, "%+.2f");
		require(wrong, sizeof wrong, of[i].name, &v, of[i].truth, of[i].most);
	}
	found v = at(s, "properties.total_elongation");
	cell(line, sizeof line, 100 * (v.value - t.total), 100 * v.u, "%+.2f");
	require(wrong, sizeof wrong, "elongation", &v, t.total, 0.0015);
	v = at(s, "sync.log_starts_at_s");
	cell(line, sizeof line, v.value - t.clock, v.u, "%+.3f");
	require(wrong, sizeof wrong, "clock", &v, t.clock, 0.1);
	double frame = number_at(s, "fracture.frame") - t.frame;
	if (fabs(frame) > 1)
		snprintf(wrong + strlen(wrong), sizeof wrong - strlen(wrong), "%sfracture frame", *wrong ? ", " : "");
	v.value = number_at(s, "necking.width_reduction");
	v.u = number_at(s, "necking.u_width_reduction");
	v.lo = v.value - 2 * v.u;
	v.hi = v.value + 2 * v.u;
	size_t n = strlen(line);
	snprintf(line + n, sizeof line - n, " %+4.0f %5.1f%%", frame,
	         a.expected ? 100 * (1 - (double)a.rows / (double)a.expected) : NAN);
	cell(line, sizeof line, 100 * (v.value - t.width), 100 * v.u, "%+.2f");
	if (!isnan(v.value)) require(wrong, sizeof wrong, "width reduction", &v, t.width, 0.004);
	verdict(name, words, line, wrong, named);
	json_decref(s);
}

static void remove_tree(const char *dir)
{
	char command[700];
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	CHECK(system(command) == 0);
}

/* The recordings beside the checkout, and words that name what was added to each. */
static const struct {
	const char *name, *words;
} shared[] = {
    {"plain", ""},
    {"texture-half", ""},
    {"texture-quarter", ""},
    {"texture-eighth", "texture|contrast"},
    {"gauge-auto-refuses", ""},
    {"bend-fringes", "fringe|contour|bright|band"},
    {"bend-fringes-lost", "fringe|contour|bright|band|lost"},
    {"bend-two-contours", "contour|band|bright"},
    {"thickness-fringes", "fringe|contour|bright|band"},
    {"uneven-strain", ""},
    {"uneven-strain-bend-contours", "contour|band|bright"},
    {"tilt-3-to-0", "out-of-plane tilt"},
    {"distortion-drift", "distort|lens"},
    {"fixed-pattern", "pattern|stands still"},
    {"rolling-shutter", "shutter|vibrat|blur"},
    {"clock-rate-3pc", ""},
    {"dropped-frames", ""},
    {"ten-frames-dropped-no-timestamps", ""},
    {"compliance", "complian"},
    {"slack", "slack|toe"},
    {"slack-10nm", "slack|toe"},
    {"log-drift", ""},
    {"flicker", ""},
    {"first-frames-black", ""},
    {"duplicates-before-fracture-10fps", ""},
    {"fracture-late-12-frames", ""},
    {"fracture-mislock-plain", ""},
    {"false-match-after-fracture", ""},
    {"mouse-pointer-on-end-then-away", "static|still|pointer|masked"},
};

/* One recording through one or two programs. */
static void compare_programs(const char *name, const char *words, const char *dir, const char *const program[2])
{
	for (int k = 0; k < 2 && program[k]; k++) {
		char out[640], said[640];
		snprintf(out, sizeof out, "%s/results%d", check_tmp(), k);
		snprintf(said, sizeof said, "%s/said%d", check_tmp(), k);
		tell(name, words, dir, out, said, analyse(program[k], dir, out, said));
		fflush(stdout);
		remove_tree(out);
	}
}

static void drawn(const char *only, const char *const program[2])
{
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		if (only && !strstr(faults[i].name, only)) continue;
		char dir[512];
		snprintf(dir, sizeof dir, "%s/fault%zu", check_tmp(), i);
		record(&faults[i], dir);
		compare_programs(faults[i].name, faults[i].words, dir, program);
		remove_tree(dir);
	}
}

static void beside(const char *only, const char *const program[2])
{
	const char *root = getenv("TT_SHARED");
	char dir[600];
	for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
		if (only && !strstr(shared[i].name, only)) continue;
		if (root)
			snprintf(dir, sizeof dir, "%s/wild/images/%s", root, shared[i].name);
		else
			snprintf(dir, sizeof dir, "%s/../shared/wild/images/%s", check_source_root(), shared[i].name);
		if (access(dir, R_OK) != 0) {
			check_note("%-24s %s is not there", shared[i].name, dir);
			continue;
		}
		compare_programs(shared[i].name, shared[i].words, dir, program);
	}
}

int main(int argc, char **argv)
{
	const char *only = getenv("TT_ONLY"), *before = getenv("TT_BEFORE");
	const char *const program[2] = {before     ? before
	                                : argc > 1 ? argv[1]
	                                           : "temtensile",
	                                before && argc > 1 ? argv[1]
	                                : argc > 2         ? argv[2]
	                                                   : NULL};
	check_note("%-24s %8s %4s %15s %15s %15s %15s %15s %4s %6s %15s | %-14s | %s", "fault", "rms", "1 u", "E %",
	           "yield %", "Rm %", "A_t abs %", "clock s", "frac", "lost", "neck abs %", "required", "");
	if (setjmp(check_jump)) {
		fprintf(stderr, "%s\n", check_why);
		return 1;
	}
	drawn(only, program);
	beside(only, program);
	check_note("%d of %d lines hold", n_hold, n_rows);
	return 0;
}
