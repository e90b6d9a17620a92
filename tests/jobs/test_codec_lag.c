/* Codecs that leave out what moves a little: the same recording lossless and through a stingy encoder. What lags is
 * told and counts; what does not lag is not told of. SPDX-License-Identifier: GPL-3.0-or-later */
#include "make_video.h"
#include "simulated.h"

typedef struct outcome {
	double mean, rms, within; /* error of the strain; share within 1 u */
	double E, u_E;
	bool told;
} outcome;

static const char film[] = "name: lag\nseed: 12\ndraw: false\n"
                           "law: {youngs_modulus: 130 GPa, yield_stress: 1.9 GPa, fracture_strain: 4 %}\n"
                           "control: {rate: 10 µN/s, approach: 4 s, hold: 1 s, unload_rate: 80 µN/s, after: 1 s}\n"
                           "video: {size: [240, 120], frame_rate: 6 Hz, crf: 0, log_starts_at: 1.5 s}\n"
                           "imaging: {pixel_size: 10 nm, noise: 2.5}\n"
                           "description: {gauge: points, sync: given}\n";

/* The frames of the simulation once more, by another encoder. */
static void recode(tt_simulation *sim, const char *path, const char *muxer, const char *codec, const char *options)
{
	const tt_sim_truth *truth = tt_simulation_truth(sim);
	tt_error err;
	make_stream stream = {.codec = codec,
	                      .pix_fmt = "yuv420p",
	                      .options = options,
	                      .width = truth->width_px,
	                      .height = truth->height_px,
	                      .tick_num = 1,
	                      .tick_den = 6};
	uint16_t *grey = malloc((size_t)stream.width * (size_t)stream.height * sizeof *grey);
	make_video *m = make_video_open(path, muxer, NULL, &stream, 1);
	CHECK(grey);
	for (int64_t i = 0; i < tt_simulation_frames(sim); i++) {
		tt_image image;
		CHECK_MSG(tt_simulation_frame(sim, i, &image, &err) == TT_OK, "%s", err.message);
		for (int y = 0; y < image.height; y++)
			for (int x = 0; x < image.width; x++)
				grey[y * image.width + x] = (uint16_t)tt_image_at(&image, x, y);
		make_video_frame(m, 0, i, grey);
	}
	make_video_close(m);
	free(grey);
}

static outcome look(const char *name, const char *file, const char *muxer, const char *codec, const char *options)
{
	char recording[512], result[512], path[1200], set[64];
	tt_error err = {0};
	outcome o = {0};
	if (codec && !make_video_has(codec)) CHECK_SKIP("this libav has no encoder %s", codec);
	CHECK_MSG(simulate_and_analyse(name, film, NULL, 0, true, recording, result, &err) == TT_OK, "%s", err.message);
	if (codec) {
		tt_simulation *sim;
		snprintf(path, sizeof path, "%s.yaml", recording);
		CHECK_MSG(tt_simulation_open(path, NULL, &sim, &err) == TT_OK, "%s", err.message);
		snprintf(path, sizeof path, "%s/%s", recording, file);
		recode(sim, path, muxer, codec, options);
		tt_simulation_free(sim);
	}
	snprintf(set, sizeof set, "video.file=%s", file);
	const char *sets[] = {set};
	tt_analyze_options how = {.sets = sets, .n_sets = 1, .no_movie = true, .no_report = true};
	snprintf(path, sizeof path, "%s/test.yaml", recording);
	snprintf(result, sizeof result, "%.500s-again", recording);
	CHECK_MSG(tt_analyze(path, result, &how, NULL, NULL, &err) == TT_OK, "%s: %s", name, err.message);
	agreement a;
	compare_with_truth(result, recording, &a);
	snprintf(path, sizeof path, "%s/summary.json", result);
	json_t *s = json_file(path), *w;
	size_t i;
	json_array_foreach(json_node(s, "warnings"), i, w) if (strstr(json_string_value(w), "lag behind"))
	{
		o.told = true;
		check_note("%s", json_string_value(w));
	}
	o.E = json_at(s, "properties.youngs_modulus_GPa.value");
	o.u_E = json_at(s, "properties.youngs_modulus_GPa.u");
	o.mean = a.mean, o.rms = a.rms, o.within = a.within_2u;
	check_note("%s: strain off by %+.1e, RMS %.1e, %.0f %% within 2 u, E %.1f ± %.1f%s", name, a.mean, a.rms,
	           100 * a.within_2u, o.E, o.u_E, o.told ? ", told" : "");
	json_decref(s);
	return o;
}

/* What the pictures lost is in u, told or not. */
static void check_honest(const outcome *o)
{
	CHECK_MSG(o->within >= 0.88, "%.0f %% of the strains within 2 u", 100 * o->within);
	CHECK_MSG(isnan(o->E) || fabs(o->E - 130) < 2.5 * o->u_E, "E %.1f ± %.1f", o->E, o->u_E);
}

static void test_sound(void)
{
	outcome o = look("lag-none", "fine.mp4", "mp4", "libx264", "crf=18:g=12:bf=0");
	check_honest(&o);
	CHECK(!o.told);
	CHECK_MSG(o.rms < 5e-4 && o.u_E < 8, "RMS %.1e, E ± %.1f", o.rms, o.u_E);
}

static void test_theora(void)
{
	outcome o = look("lag-theora", "low.ogv", "ogg", "libtheora", "b=30000:g=12");
	check_honest(&o);
}

static void test_h264(void)
{
	outcome o = look("lag-h264", "low.mp4", "mp4", "libx264", "crf=36:g=12:bf=0");
	check_honest(&o);
	CHECK_MSG(o.rms > 5e-4, "RMS %.1e: nothing lags", o.rms);
}

static const check_case cases[] = {
    {"a good codec, no word", test_sound},
    {"Theora at a low rate", test_theora},
    {"H.264 at a low rate", test_h264},
};

CHECK_MAIN(cases)
