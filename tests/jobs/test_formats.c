/* The same recording in every format of microscopes gives the same curve; times and pixel sizes come from the file when
 * the description has none; grey levels have no scale.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <sys/stat.h>

#include "make_stack.h"
#include "make_video.h"
#include "results.h"
#include "temtensile/jobs.h"
#include "temtensile/simulate.h"

static const char film[] =
    "name: formats\n"
    "seed: 5\n"
    "law: {youngs_modulus: 130 GPa, yield_stress: 1.9 GPa, fracture_strain: 4 %, neck_from: 3 %}\n"
    "control: {rate: 18 µN/s, approach: 2 s, hold: 1 s, unload_rate: 80 µN/s, after: 1 s}\n"
    "video: {size: [400, 300], frame_rate: 4 Hz, lossless: true}\n"
    "imaging: {noise: 3}\n";

/* All frames of the simulation, 8 bits; made once. */
static struct {
	uint8_t *pixel;
	int width, height;
	int64_t frames;
	double pixel_m;
	char folder[512], description[600];
} recording;

static void simulate(void)
{
	if (recording.pixel) return;
	char path[512];
	tt_error err = {0};
	tt_simulation *sim;
	tt_simulate_options options = tt_simulate_defaults();
	snprintf(path, sizeof path, "%s/simulation.yaml", check_tmp());
	snprintf(recording.folder, sizeof recording.folder, "%s/recording", check_tmp());
	snprintf(recording.description, sizeof recording.description, "%s/test.yaml", recording.folder);
	FILE *f = fopen(path, "w");
	CHECK(f && fputs(film, f) >= 0 && fclose(f) == 0);
	CHECK_MSG(tt_simulate(path, &options, recording.folder, NULL, NULL, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(tt_simulation_open(path, &options, &sim, &err) == TT_OK, "%s", err.message);
	recording.width = tt_simulation_truth(sim)->width_px;
	recording.height = tt_simulation_truth(sim)->height_px;
	recording.frames = tt_simulation_frames(sim);
	recording.pixel_m = tt_simulation_truth(sim)->stated_pixel_size.value;
	const size_t bytes = (size_t)recording.width * (size_t)recording.height;
	uint8_t *pixel = malloc(bytes * (size_t)recording.frames);
	CHECK(pixel != NULL);
	CHECK_MSG(tt_simulation_prepare(sim, &err) == TT_OK, "%s", err.message);
	for (int64_t k = 0; k < recording.frames; k++)
		CHECK_MSG(tt_simulation_render(sim, k, pixel + bytes * (size_t)k, recording.width, &err) == TT_OK, "%s",
		          err.message);
	tt_simulation_free(sim);
	recording.pixel = pixel;
}

typedef struct scale {
	double factor, offset;
} scale;

static double pixel_at(const void *ctx, int64_t frame, int x, int y)
{
	const scale *s = ctx;
	return s->offset +
	       s->factor *
	           recording.pixel[((size_t)frame * (size_t)recording.height + (size_t)y) * (size_t)recording.width +
	                           (size_t)x];
}

/* The same for files of one frame each. */
static int64_t shown;
static double pixel_shown(const void *ctx, int64_t frame, int x, int y)
{
	return pixel_at(ctx, shown + frame, x, y);
}

static json_t *analyse(const char *description, const char *video, const char *rate, const char *name, sheet *curve)
{
	char set[600], result[512], path[600];
	tt_error err = {0};
	tt_report report = {0};
	snprintf(set, sizeof set, "video.file=%s", video);
	snprintf(result, sizeof result, "%s/%s", check_tmp(), name);
	const char *sets[] = {set, rate};
	const tt_analyze_options how = {.sets = sets, .n_sets = rate ? 2 : 1, .only_curve = true};
	tt_status st = tt_analyze(description, result, &how, NULL, &report, &err);
	CHECK_MSG(st == TT_OK, "%s: %s", name, err.message);
	tt_report_clear(&report);
	snprintf(path, sizeof path, "%s/curve.csv", result);
	sheet_read(path, curve);
	snprintf(path, sizeof path, "%s/summary.json", result);
	return json_file(path);
}

static void write_video(const char *path, const char *codec, const char *pix_fmt, const char *options)
{
	const size_t n = (size_t)recording.width * (size_t)recording.height;
	const make_stream st = {.codec = codec,
	                        .pix_fmt = pix_fmt,
	                        .options = options,
	                        .width = recording.width,
	                        .height = recording.height,
	                        .tick_den = 4};
	make_video *m = make_video_open(path, "matroska", NULL, &st, 1);
	uint16_t *grey = malloc(n * sizeof *grey);
	for (int64_t k = 0; k < recording.frames; k++) {
		for (size_t i = 0; i < n; i++)
			grey[i] = recording.pixel[(size_t)k * n + i];
		make_video_frame(m, 0, k, grey);
	}
	make_video_close(m);
	free(grey);
}

/* Largest difference of a column; rows and flags must be the same. */
static double largest(const sheet *a, const sheet *b, const char *column)
{
	double most = 0;
	CHECK_MSG(a->rows == b->rows, "%zu rows and %zu", a->rows, b->rows);
	for (size_t i = 0; i < a->rows; i++) {
		const double x = sheet_value(a, i, column), y = sheet_value(b, i, column);
		CHECK_STR(sheet_text(a, i, "flag"), sheet_text(b, i, "flag"));
		CHECK(isnan(x) == isnan(y));
		if (!isnan(x)) most = fmax(most, fabs(x - y));
	}
	return most;
}

static void same(const sheet *reference, const char *video, const char *rate, const char *name, double tolerance)
{
	sheet s;
	json_t *summary = analyse(recording.description, video, rate, name, &s);
	const double strain = largest(reference, &s, "strain"), time = largest(reference, &s, "time_s");
	check_note("%s: strain differs by at most %.1e, time by %.1e s", name, strain, time);
	CHECK_MSG(strain <= tolerance && time <= 1e-9, "%s: strain %.3g, time %.3g s", name, strain, time);
	json_decref(summary);
	sheet_free(&s);
}

static const char *tmp(const char *name)
{
	static char path[4][512];
	static int turn;
	char *p = path[turn++ & 3];
	snprintf(p, sizeof path[0], "%s/%s", check_tmp(), name);
	return p;
}

static make_stack stack_of(make_format f, char kind, int bits)
{
	return (make_stack){.format = f,
	                    .width = recording.width,
	                    .height = recording.height,
	                    .frames = recording.frames,
	                    .kind = kind,
	                    .bits = bits,
	                    .pixel_m = recording.pixel_m,
	                    .interval_s = 0.25,
	                    .calibrations = -1,
	                    .extended = 512};
}

static bool has_times(make_format f)
{
	return f == MAKE_DM3 || f == MAKE_DM4 || f == MAKE_EMD || f == MAKE_TVIPS || f == MAKE_IMAGEJ;
}

static void same_in_every_format(void)
{
	static const scale as_is = {1, 0};
	sheet reference;
	simulate();
	write_video(tmp("a.mkv"), "ffv1", "gray", NULL);
	json_t *summary = analyse(recording.description, tmp("a.mkv"), NULL, "ffv1", &reference);
	size_t with_strain = 0;
	for (size_t i = 0; i < reference.rows; i++)
		with_strain += !isnan(sheet_value(&reference, i, "strain"));
	check_note("%zu frames, %zu with a strain", reference.rows, with_strain);
	CHECK(reference.rows == (size_t)recording.frames && with_strain > 30);
	if (make_video_has("libx264")) {
		write_video(tmp("b.mkv"), "libx264", "gray", "qp=0");
		same(&reference, tmp("b.mkv"), NULL, "lossless H.264", 1e-9);
	}
	for (make_format f = 0; f < MAKE_FORMATS; f++) {
		const make_stack m = stack_of(f, 'u', f == MAKE_TVIPS || f == MAKE_MRC ? 16 : f == MAKE_DM3 ? 32 : 8);
		make_stack_file(tmp("stack"), &m, pixel_at, &as_is);
		same(&reference, tmp("stack"), has_times(f) ? NULL : "video.frame_rate=4 Hz", make_format_name[f],
		     1e-9);
	}
	json_decref(summary);
	sheet_free(&reference);
}

/* Thresholds, noise, texture: nothing may take grey levels for 0 … 255. */
static void grey_levels_have_no_scale(void)
{
	static const struct {
		const char *name;
		char kind;
		int bits;
		scale s;
		double tolerance;
	} kinds[] = {{"16 bits", 'u', 16, {200, 3000}, 1e-9},
	             {"float, 0 to 1", 'f', 32, {1 / 256.0, 0}, 1e-7},
	             {"float, negative", 'f', 32, {-16, 1000}, 1e-6},
	             {"32 bits, a million", 'i', 32, {1000, -1000000}, 1e-7}};
	static const scale as_is = {1, 0};
	sheet reference;
	simulate();
	make_stack m = stack_of(MAKE_NPY, 'f', 32);
	make_stack_file(tmp("scaled"), &m, pixel_at, &as_is);
	json_decref(analyse(recording.description, tmp("scaled"), "video.frame_rate=4 Hz", "as float", &reference));
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		m = stack_of(MAKE_NPY, kinds[i].kind, kinds[i].bits);
		make_stack_file(tmp("scaled"), &m, pixel_at, &kinds[i].s);
		same(&reference, tmp("scaled"), "video.frame_rate=4 Hz", kinds[i].name, kinds[i].tolerance);
	}
	sheet_free(&reference);
}

/* The description without the lines that hold `word`. */
static const char *without(const char *word)
{
	static char path[600];
	char line[1000];
	snprintf(path, sizeof path, "%s/without.yaml", recording.folder);
	FILE *in = fopen(recording.description, "r"), *out = fopen(path, "w");
	CHECK(in && out);
	while (fgets(line, sizeof line, in))
		if (!strstr(line, word)) fputs(line, out);
	fclose(in);
	CHECK(fclose(out) == 0);
	return path;
}

static bool warned(const json_t *summary, const char *part)
{
	const json_t *list = json_object_get(summary, "warnings");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strstr(json_string_value(json_array_get(list, i)), part)) {
			check_note("%s", json_string_value(json_array_get(list, i)));
			return true;
		}
	return false;
}

static void calibration_of_the_file(void)
{
	static const scale as_is = {1, 0};
	sheet s;
	simulate();
	make_stack m = stack_of(MAKE_DM4, 'u', 8);
	make_stack_file(tmp("c.dm4"), &m, pixel_at, &as_is);
	json_t *j = analyse(without("pixel_size"), tmp("c.dm4"), NULL, "from file", &s);
	CHECK_NEAR(json_at(j, "parameters.pixel_size_nm.value"), recording.pixel_m * 1e9,
	           1e-5 * recording.pixel_m * 1e9);
	CHECK_STR(json_string_value(json_node(j, "parameters.pixel_size_source")), "DigitalMicrograph calibration");
	CHECK_STR(json_string_value(json_node(j, "parameters.video_times_source")), "DigitalMicrograph calibration");
	CHECK_NEAR(json_at(j, "parameters.video_frame_interval_s"), 0.25, 1e-12);
	json_decref(j);
	sheet_free(&s);
	/* both say something else: warnings, and the description goes first */
	m.pixel_m *= 1.02;
	make_stack_file(tmp("c.dm4"), &m, pixel_at, &as_is);
	j = analyse(recording.description, tmp("c.dm4"), "video.frame_rate=4.1 Hz", "both", &s);
	CHECK_NEAR(json_at(j, "parameters.pixel_size_nm.value"), recording.pixel_m * 1e9,
	           1e-9 * recording.pixel_m * 1e9);
	CHECK(warned(j, "nm per pixel") && warned(j, "frames a second"));
	json_decref(j);
	sheet_free(&s);
	/* neither: one sentence */
	char set[600], result[600];
	tt_error err = {0};
	m = stack_of(MAKE_NPY, 'u', 8);
	make_stack_file(tmp("c.npy"), &m, pixel_at, &as_is);
	snprintf(set, sizeof set, "video.file=%s", tmp("c.npy"));
	snprintf(result, sizeof result, "%s/none", check_tmp());
	const char *sets[] = {set};
	const tt_analyze_options how = {.sets = sets, .n_sets = 1, .only_curve = true};
	CHECK(tt_analyze(recording.description, result, &how, NULL, NULL, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "video.frame_rate");
	check_note("%s", err.message);
}

/* One DM4 a frame, in folders of seconds; the first two are cut: their rows stay, without a strain. */
static void in_situ_folder_with_a_bad_start(void)
{
	static const scale as_is = {1, 0};
	char path[900];
	const char *root = tmp("insitu");
	simulate();
	for (int64_t k = 0; k < recording.frames; k++) {
		const int second = (int)(k / 4);
		snprintf(path, sizeof path, "%s", root);
		mkdir(path, 0777);
		snprintf(path, sizeof path, "%s/Hour_00", root);
		mkdir(path, 0777);
		snprintf(path, sizeof path, "%s/Hour_00/Minute_%02d", root, second / 60);
		mkdir(path, 0777);
		snprintf(path, sizeof path, "%s/Hour_00/Minute_%02d/Second_%02d", root, second / 60, second % 60);
		mkdir(path, 0777);
		snprintf(path, sizeof path,
		         "%s/Hour_00/Minute_%02d/Second_%02d/c_Hour_00_Minute_%02d_Second_%02d_Frame_%04d.dm4", root,
		         second / 60, second % 60, second / 60, second % 60, (int)(k % 4));
		make_stack m = stack_of(MAKE_DM4, 'u', 8);
		m.frames = 1;
		m.interval_s = 0;
		shown = k;
		make_stack_file(path, &m, pixel_shown, &as_is);
		if (k < 2) make_cut(path, 50000);
	}
	sheet s;
	json_t *j = analyse(recording.description, root, NULL, "folder", &s);
	CHECK_MSG(s.rows == (size_t)recording.frames, "%zu rows", s.rows);
	for (size_t i = 0; i < s.rows; i++) {
		CHECK_NEAR(sheet_value(&s, i, "frame"), (double)i, 0);
		CHECK_NEAR(sheet_value(&s, i, "time_s"), 0.25 * (double)i, 1e-9);
	}
	for (size_t i = 0; i < 2; i++) {
		CHECK_HAS(sheet_text(&s, i, "flag"), "damaged");
		CHECK(isnan(sheet_value(&s, i, "strain")));
	}
	CHECK(!isnan(sheet_value(&s, 2, "strain")) && json_at(j, "frames.first") == 2);
	CHECK(warned(j, "frame 0"));
	json_decref(j);
	sheet_free(&s);
}

static const check_case cases[] = {
    {"the same curve from every format", same_in_every_format},
    {"grey levels have no scale", grey_levels_have_no_scale},
    {"calibration of the file", calibration_of_the_file},
    {"in-situ folder with a bad start", in_situ_folder_with_a_bad_start},
};

CHECK_MAIN(cases)
