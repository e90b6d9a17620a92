/* Points followed through frames of known motion.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "synth.h"

enum { SIZE = 256, SIDE = 12, POINTS = SIDE * SIDE };

static void grid(double *xy, int n, double first, double step)
{
	for (int j = 0; j < n; j++)
		for (int i = 0; i < n; i++) {
			xy[2 * (j * n + i)] = first + step * i;
			xy[2 * (j * n + i) + 1] = first + step * j;
		}
}

static void follows_shift_and_stretch(void)
{
	synth_texture *t = synth_texture_new(1, SIZE, SIZE, 40, 2, 120, 32);
	synth_motion still = SYNTH_STILL;
	float *exact = synth_render(t, &still);
	tt_image ref = synth_image(exact, SIZE, SIZE, TT_U8, 1, 0, 0, 0);
	double xy[2 * POINTS];
	grid(xy, SIDE, 40.3, 15.5);
	for (int order = 0; order <= 2; order++) {
		tt_dic_options o = tt_dic_defaults();
		o.order = order;
		tt_dic_reference *r;
		tt_dic_tracker *k;
		tt_error err;
		CHECK_MSG(!tt_dic_reference_new(&ref, NULL, xy, POINTS, &o, NULL, &r, &err), "%s", err.message);
		CHECK_MSG(!tt_dic_tracker_new(r, NULL, &k, &err), "%s", err.message);
		for (int f = 0; f < 6; f++) {
			synth_motion m = {{1 + (order ? 0.004 * f : 0), 0, order ? 0.002 * f : 0, 1}, {0.9 * f, -0.37 * f}};
			float *moved = synth_render(t, &m);
			tt_image im = synth_image(moved, SIZE, SIZE, TT_U8, 1, 0, 0, 0);
			tt_dic_point p[POINTS];
			CHECK_MSG(!tt_dic_tracker_step(k, &im, NAN, NULL, p, &err), "%s", err.message);
			double worst = 0, sum = 0, its = 0;
			int lost = 0;
			for (int i = 0; i < POINTS; i++) {
				double u, v;
				synth_displacement(t, &m, xy[2 * i], xy[2 * i + 1], &u, &v);
				lost += p[i].flag != TT_DIC_OK;
				worst = fmax(worst, hypot(p[i].u - u, p[i].v - v));
				sum += p[i].u - u;
				its += p[i].iterations;
			}
			check_note("order %d frame %d: lost %d, worst error %.2g px, mean error of u %.2g px, iterations %.2f, u_noise %.2g", order, f, lost, worst, sum / POINTS, its / POINTS, p[0].u_noise_px);
			CHECK(lost == 0);
			CHECK(worst < 0.01);
			free(moved);
			synth_image_free(&im);
		}
		tt_dic_tracker_free(k);
		tt_dic_reference_free(r);
	}
	free(exact);
	synth_image_free(&ref);
	synth_texture_free(t);
}

static const check_case cases[] = {
	{"follows shift and stretch with orders 0, 1, 2", follows_shift_and_stretch},
};
CHECK_MAIN(cases)
