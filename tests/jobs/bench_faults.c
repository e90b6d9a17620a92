/* Faults of real microscopes one at a time: what one program, or two of different age, make of the same recordings.
 *
 *   bench_faults PROGRAM [OTHER_PROGRAM]       the table, the first program's line above the other's
 *   TT_ONLY=tilt bench_faults …                cases whose name holds this
 *
 * Columns: strain RMS up to fracture and share of it within 1 u; errors of Young's modulus, yield, ultimate strength
 * (in %, and z), of total elongation (absolute), fracture frame, clock (s, z); share of frames without a strain;
 * whether a warning or the refusal names the fault. SPDX-License-Identifier: GPL-3.0-or-later */
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "results.h"
#include "temtensile/simulate.h"

extern char **environ;

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
    {"tilt 3 to 0", VIDEO "}\n" IMAGING ", tilt: {from: 3°, to: 0°}}\n" AUTO "}\n", "tilt"},
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
	double value, u;
} found;

static found at(const json_t *s, const char *path)
{
	char p[160];
	found f;
	snprintf(p, sizeof p, "%s.value", path);
	f.value = json_at(s, p);
	snprintf(p, sizeof p, "%s.u", path);
	f.u = json_at(s, p);
	return f;
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

static void tell(const fault *f, const char *dir, const char *out, const char *said, int code)
{
	char line[512], text[20000], path[600];
	read_text(said, text, sizeof text);
	bool named = *f->words && holds_any(text, f->words);
	if (code) {
		char *end = strrchr(text, '\n');
		if (end && !end[1]) *end = 0;
		char *last = strrchr(text, '\n');
		check_note("%-24s %srefused (%d): %.230s", f->name, named ? "named; " : "", code,
		           last ? last + 1 : text);
		return;
	}
	snprintf(path, sizeof path, "%s/summary.json", out);
	json_t *s = json_file(path);
	snprintf(path, sizeof path, "%s/truth.json", dir);
	json_t *t = json_file(path);
	axial ends;
	agreement a;
	axial_read(dir, &ends);
	compare(out, dir, &ends, &a);
	axial_free(&ends);
	snprintf(line, sizeof line, "%-24s %8.1e %3.0f%%", f->name, a.rms, 100 * a.within_1u);
	static const char *const property[] = {"youngs_modulus_GPa", "yield_strength_GPa", "ultimate_strength_GPa"};
	for (int i = 0; i < 3; i++) {
		char p[128];
		snprintf(p, sizeof p, "properties.%s", property[i]);
		found v = at(s, p);
		double truth = json_at(t, p);
		cell(line, sizeof line, 100 * (v.value / truth - 1), 100 * v.u / truth, "%+.2f");
	}
	found v = at(s, "properties.total_elongation");
	cell(line, sizeof line, 100 * (v.value - json_at(t, "properties.total_elongation")), 100 * v.u, "%+.2f");
	v = at(s, "sync.log_starts_at_s");
	cell(line, sizeof line, v.value - json_at(t, "video_lead_s"), v.u, "%+.3f");
	double frame = json_at(s, "fracture.frame") - json_at(t, "fracture_frame");
	size_t n = strlen(line);
	snprintf(line + n, sizeof line - n, " %+4.0f %5.1f%% %s", frame,
	         100 * (1 - (double)a.rows / (double)(a.expected ? a.expected : 1)),
	         !*f->words ? ""
	         : named    ? "named"
	                    : "not named");
	check_note("%s", line);
	json_decref(s);
	json_decref(t);
}

static void remove_tree(const char *dir)
{
	char command[700];
	snprintf(command, sizeof command, "rm -rf '%s'", dir);
	CHECK(system(command) == 0);
}

int main(int argc, char **argv)
{
	const char *only = getenv("TT_ONLY"), *before = getenv("TT_BEFORE");
	const char *program[2] = {before     ? before
	                          : argc > 1 ? argv[1]
	                                     : "temtensile",
	                          before && argc > 1 ? argv[1]
	                          : argc > 2         ? argv[2]
	                                             : NULL};
	check_note("%-24s %8s %4s %15s %15s %15s %15s %15s %4s %6s", "", "rms", "1 u", "E %", "yield %", "Rm %",
	           "A_t abs %", "clock s", "frac", "lost");
	if (setjmp(check_jump)) {
		fprintf(stderr, "%s\n", check_why);
		return 1;
	}
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		if (only && !strstr(faults[i].name, only)) continue;
		char dir[512], out[560], said[560];
		snprintf(dir, sizeof dir, "%s/fault%zu", check_tmp(), i);
		record(&faults[i], dir);
		for (int k = 0; k < 2 && program[k]; k++) {
			snprintf(out, sizeof out, "%s-results%d", dir, k);
			snprintf(said, sizeof said, "%s-said%d", dir, k);
			tell(&faults[i], dir, out, said, analyse(program[k], dir, out, said));
			fflush(stdout);
			remove_tree(out);
		}
		remove_tree(dir);
	}
	return 0;
}
