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
			synth_motion m = {{1 + (order ? 0.004 * f : 0), 0, order ? 0.002 * f : 0, 1},
			                  {0.9 * f, -0.37 * f}};
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
			check_note("order %d frame %d: lost %d, worst error %.2g px, mean error of u %.2g px, "
			           "iterations %.2f, u_noise %.2g",
			           order, f, lost, worst, sum / POINTS, its / POINTS, p[0].u_noise_px);
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

/* Frames of a drifting, slowly stretching, turning texture. */
static tt_image frame_at(const synth_texture *t, int f, double jump, double noise)
{
	double angle = 0.002 * f;
	synth_motion m = {{(1 + 0.002 * f) * cos(angle), -sin(angle), sin(angle), cos(angle)},
	                  {0.8 * f + jump, -0.3 * f - jump / 2}};
	float *exact = synth_render(t, &m);
	tt_image im = synth_image(exact, SIZE, SIZE, TT_U8, 1, 0, noise, 50 + (uint64_t)f);
	free(exact);
	return im;
}

static double worst_error(const synth_texture *t, const tt_dic_point *p, int n, int f, double jump, int *lost)
{
	double angle = 0.002 * f, worst = 0;
	synth_motion m = {{(1 + 0.002 * f) * cos(angle), -sin(angle), sin(angle), cos(angle)},
	                  {0.8 * f + jump, -0.3 * f - jump / 2}};
	*lost = 0;
	for (int i = 0; i < n; i++) {
		double u, v;
		synth_displacement(t, &m, p[i].x, p[i].y, &u, &v);
		*lost += p[i].flag != TT_DIC_OK;
		if (!p[i].flag) worst = fmax(worst, hypot(p[i].u - u, p[i].v - v));
	}
	return worst;
}

typedef struct fixture {
	synth_texture *t;
	tt_image ref;
	tt_dic_reference *r;
	tt_dic_tracker *k;
	double xy[2 * 64];
	tt_dic_point p[64];
} fixture;

static void set_up(fixture *x)
{
	tt_dic_options o = tt_dic_defaults();
	tt_error err;
	x->t = synth_texture_new(31, SIZE, SIZE, 100, 2, 120, 40);
	x->ref = frame_at(x->t, 0, 0, 2);
	grid(x->xy, 8, 80.25, 12);
	CHECK_MSG(!tt_dic_reference_new(&x->ref, NULL, x->xy, 64, &o, NULL, &x->r, &err), "%s", err.message);
	CHECK_MSG(!tt_dic_tracker_new(x->r, NULL, &x->k, &err), "%s", err.message);
}

static void tear_down(fixture *x)
{
	tt_dic_tracker_free(x->k);
	tt_dic_reference_free(x->r);
	synth_image_free(&x->ref);
	synth_texture_free(x->t);
}

static void step(fixture *x, const tt_image *im, const tt_dic_step_options *o)
{
	tt_error err;
	CHECK_MSG(!tt_dic_tracker_step(x->k, im, NAN, o, x->p, &err), "%s", err.message);
}

/* A damaged frame loses all, its successors find all again; so does a jump of 45 px, by search. */
static void recovers(void)
{
	fixture x;
	int lost;
	set_up(&x);
	tt_dic_step_options search = {.search_again = true};
	for (int f = 1; f < 12; f++) {
		double jump = f >= 8 ? 45 : 0, worst;
		tt_image im = frame_at(x.t, f, jump, 2);
		if (f == 4)
			for (int i = 0; i < SIZE * SIZE; i++)
				((uint8_t *)(uintptr_t)im.data)[i] = (uint8_t)(i * 2654435761u >> 24);
		step(&x, &im, &search);
		worst = worst_error(x.t, x.p, 64, f, jump, &lost);
		check_note("frame %d: %d lost, worst error %.3f px%s", f, lost, worst,
		           f == 4   ? " (damaged)"
		           : f == 8 ? " (jump)"
		                    : "");
		if (f == 4) {
			CHECK(lost == 64);
			for (int i = 0; i < 64; i++)
				CHECK(isnan(x.p[i].u));
		} else {
			CHECK(lost == 0);
			CHECK(worst < 0.05);
		}
		synth_image_free(&im);
	}
	tear_down(&x);
}

static void refuses_jumps_and_skips(void)
{
	fixture x;
	int lost;
	set_up(&x);
	uint8_t active[64];
	for (int i = 0; i < 64; i++)
		active[i] = i % 2 == 0;
	tt_image a = frame_at(x.t, 1, 0, 2), b = frame_at(x.t, 2, 1.5, 2);
	step(&x, &a, NULL);
	tt_dic_point before = x.p[1];
	tt_dic_step_options o = {.active = active};
	step(&x, &b, &o);
	CHECK(memcmp(&before.u, &x.p[1].u, sizeof before.u) == 0);
	CHECK(fabs(x.p[0].u - before.u) > 1);
	tear_down(&x);
	/* the same jump is no result when at most half a pixel is allowed */
	set_up(&x);
	step(&x, &a, NULL);
	o = (tt_dic_step_options){.max_jump_px = 0.5};
	step(&x, &b, &o);
	worst_error(x.t, x.p, 64, 2, 1.5, &lost);
	CHECK(lost == 64);
	CHECK_STR(tt_dic_flag_name(x.p[5].flag), "diverged");
	synth_image_free(&a);
	synth_image_free(&b);
	tear_down(&x);
}

/* After an update of the reference the motion is still that from the first one, the uncertainty has grown. */
static void updates_reference(void)
{
	fixture x;
	int lost;
	tt_error err;
	set_up(&x);
	double u_before = 0;
	for (int f = 1; f < 9; f++) {
		tt_image im = frame_at(x.t, f, 0, 2);
		step(&x, &im, NULL);
		double worst = worst_error(x.t, x.p, 64, f, 0, &lost);
		check_note("frame %d: %d lost, worst error %.3f px, u_noise %.4f px", f, lost, worst,
		           x.p[9].u_noise_px);
		CHECK(lost == 0);
		CHECK(worst < 0.06);
		if (f == 4) {
			u_before = x.p[9].u_noise_px;
			CHECK_MSG(!tt_dic_tracker_update_reference(x.k, &im, &err), "%s", err.message);
		}
		if (f > 4) {
			CHECK_NEAR(x.p[9].u_noise_px / u_before, sqrt(2), 0.2);
			/* the gradient is composed too */
			CHECK_NEAR(x.p[9].p[1], (1 + 0.002 * f) * cos(0.002 * f) - 1, 0.003);
		}
		synth_image_free(&im);
	}
	tear_down(&x);
}

static const check_case cases[] = {
    {"recovers from damage and a jump", recovers},
    {"refuses jumps, skips inactive points", refuses_jumps_and_skips},
    {"updates the reference", updates_reference},
    {"follows shift and stretch with orders 0, 1, 2", follows_shift_and_stretch},
};
CHECK_MAIN(cases)
