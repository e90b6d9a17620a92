/* A gauge's worth of points followed through 1024 x 1024 frames of 8 bit: processor time of a frame.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "counters.h"
#include "synth.h"

enum { SIZE = 1024, FRAMES = 24, N = 160 };

static void follow(void)
{
	synth_texture *t = synth_texture_new(5, SIZE, SIZE, 40, 2, 110, 44);
	synth_motion still = SYNTH_STILL;
	float *a = synth_render(t, &still);
	tt_image ref = synth_image(a, SIZE, SIZE, TT_U8, 1, 0, 3, 1), frame[FRAMES];
	free(a);
	for (int f = 0; f < FRAMES; f++) {
		synth_motion m = {{1 + 0.0008 * f, 0, 0, 1}, {0.31 * f, 0.05 * f + 0.2 * (f % 3)}};
		float *b = synth_render(t, &m);
		frame[f] = synth_image(b, SIZE, SIZE, TT_U8, 1, 0, 3, (uint64_t)f + 2);
		free(b);
	}
	/* two bands, 16 x 5 points each, 8 px apart */
	double xy[2 * N];
	for (int i = 0; i < N; i++) {
		xy[2 * i] = (i / 80 ? 800 : 180) + 8 * (i % 5);
		xy[2 * i + 1] = 450 + 8 * (i % 80 / 5);
	}
	for (int ip = 3; ip <= 5; ip += 2) {
		tt_dic_options o = tt_dic_defaults();
		o.interpolation = (tt_interpolation)ip;
		tt_job job = {.threads = 1};
		tt_dic_reference *r;
		tt_dic_tracker *k;
		tt_dic_point p[N];
		tt_error err;
		double c0 = counter_cpu_seconds();
		CHECK_MSG(!tt_dic_reference_new(&ref, NULL, xy, N, &o, &job, &r, &err), "%s", err.message);
		CHECK_MSG(!tt_dic_tracker_new(r, &job, &k, &err), "%s", err.message);
		double c1 = counter_cpu_seconds(), best = 1e9, iterations = 0;
		int lost = 0;
		for (int pass = 0; pass < 5; pass++) {
			double c = counter_cpu_seconds();
			for (int f = 0; f < FRAMES; f++) {
				int g = pass & 1 ? FRAMES - 1 - f : f;
				CHECK_MSG(!tt_dic_tracker_step(k, &frame[g], NAN, NULL, p, &err), "%s", err.message);
				for (int i = 0; i < N; i++) {
					lost += p[i].flag != TT_DIC_OK;
					iterations += p[i].iterations;
				}
			}
			best = fmin(best, counter_cpu_seconds() - c);
		}
		check_note("%s, %d points of 33 x 33: %.3f ms a frame, %.2f iterations, %d lost; reference %.1f ms",
		           ip == 3 ? "cubic" : "quintic", N, best / FRAMES * 1e3, iterations / (5.0 * FRAMES * N), lost,
		           (c1 - c0) * 1e3);
		tt_dic_tracker_free(k);
		tt_dic_reference_free(r);
	}
	synth_image_free(&ref);
	for (int f = 0; f < FRAMES; f++)
		synth_image_free(&frame[f]);
	synth_texture_free(t);
}

static const check_case cases[] = {{"a frame of the gauge", follow}};
CHECK_MAIN(cases)
