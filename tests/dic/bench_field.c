/* The whole call: two images in memory to displacements at 40 000 points.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "counters.h"
#include "synth.h"

enum { SIZE = 2048, ACROSS = 200, N = ACROSS * ACROSS };

static void whole_call(void)
{
	synth_texture *t = synth_texture_new(3, SIZE, SIZE, 40, 2, 110, 44);
	synth_motion still = SYNTH_STILL, m = {{1.003, 0.001, 0, 0.998}, {5.3, -7.6}};
	float *a = synth_render(t, &still), *b = synth_render(t, &m);
	tt_image ref = synth_image(a, SIZE, SIZE, TT_U8, 1, 0, 2, 1),
	         def = synth_image(b, SIZE, SIZE, TT_U8, 1, 0, 2, 2);
	free(a);
	free(b);
	tt_dic_point *p = calloc(N, sizeof *p);
	for (int threads = 1; threads <= 2; threads++)
		for (int ip = 3; ip <= 5; ip += 2) {
			tt_dic_options o = tt_dic_defaults();
			o.interpolation = (tt_interpolation)ip;
			tt_job job = {.threads = threads};
			tt_error err;
			double wall = 1e9, cpu = 1e9, before = counter_now_mb(), peak = 0;
			int lost = 0;
			double worst = 0;
			for (int k = 0; k < 5; k++) {
				for (int i = 0; i < N; i++) {
					p[i].x = 29 + 10 * (i % ACROSS);
					p[i].y = 29 + 10 * (i / ACROSS);
				}
				double w = counter_seconds(), c = counter_cpu_seconds();
				CHECK_MSG(!tt_dic_field(&ref, &def, NULL, &o, &job, p, N, &err), "%s", err.message);
				wall = fmin(wall, counter_seconds() - w);
				cpu = fmin(cpu, counter_cpu_seconds() - c);
			}
			peak = counter_peak_mb();
			for (int i = 0; i < N; i++) {
				double u, v;
				synth_displacement(t, &m, p[i].x, p[i].y, &u, &v);
				lost += p[i].flag != TT_DIC_OK;
				if (!p[i].flag) worst = fmax(worst, hypot(p[i].u - u, p[i].v - v));
			}
			check_note("%s, %d thread%s: %.0f ms, processor %.0f ms; lost %d, worst error %.3f px; memory "
			           "before the call %.0f "
			           "MB, peak of the process %.0f MB",
			           ip == 3 ? "cubic" : "quintic", threads, threads > 1 ? "s" : "", wall * 1e3,
			           cpu * 1e3, lost, worst, before, peak);
			if (ip != 3 || threads != 2) continue;
			double busy = cpu / (2 * wall);
			if (busy < 0.6)
				check_note("  the machine is busy (the threads ran %.0f %% of the time): judged by "
				           "processor time",
				           100 * busy);
			check_note("  limit 400 ms: %s; limit 150 MB: %s",
			           (busy < 0.6 ? cpu / 2 : wall) <= 0.4 ? "met" : "MISSED",
			           peak <= 150 ? "met" : "MISSED");
		}
	free(p);
	synth_image_free(&ref);
	synth_image_free(&def);
	synth_texture_free(t);
}

static const check_case cases[] = {{"2048 x 2048, 40 000 points, own start", whole_call}};
CHECK_MAIN(cases)
