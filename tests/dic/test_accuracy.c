/* Bias, scatter and strain errors on exact pairs, 33 x 33, affine, against what the issue on the engine asks for. The
 * full sweeps, with all points and interpolants, are in bench_accuracy.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "accuracy.h"

#ifdef CHECK_SANITIZED
enum { TEXTURES = 2, STEPS = 4, DRAWS = 1 };
#else
enum { TEXTURES = 8, STEPS = 20, DRAWS = 10 };
#endif

static void bias_of(tt_interpolation ip, double limit)
{
	double errors[STEPS + 1], worst = acc_bias(ip, TEXTURES, STEPS, 36, 2, errors);
	check_note("largest bias of u over %d shifts, %d textures: %.2e px, limit %.1e", STEPS + 1, TEXTURES, worst,
	           limit);
	CHECK(worst <= limit);
	CHECK(worst > 0);
}

static void bias_quintic(void)
{
	bias_of(TT_BSPLINE_QUINTIC, 3e-4);
}

static void bias_cubic(void)
{
	bias_of(TT_BSPLINE_CUBIC, 1e-3);
}

static void scatter(void)
{
	static const double noise[] = {2, 5, 10};
	acc_grid *g = malloc(sizeof *g);
	acc_grid_fill(g, 72);
	double *unit = malloc(sizeof(double) * ACC_MOST), *bound = malloc(sizeof(double) * ACC_MOST);
	double square[3] = {0}, sigma[3] = {0}, reported[3] = {0};
	int kept[3] = {0};
	tt_dic_options o = tt_dic_defaults();
	for (int d = 0; d < DRAWS; d++) {
		synth_texture *x = synth_texture_new(200 + (uint64_t)d, ACC_SIZE, ACC_SIZE, 40, 2, 110, 44);
		double u = 0.05 + 0.9 * d / DRAWS;
		synth_motion still = SYNTH_STILL, m = synth_shift(u, 0);
		float *a = synth_render(x, &still), *b = synth_render(x, &m);
		acc_bound(a, g, o.subset_px, unit);
		for (int k = 0; k < 3; k++) {
			tt_image ref = synth_image(a, ACC_SIZE, ACC_SIZE, TT_U8, 1, 0, noise[k], 10 + 2 * (uint64_t)d);
			tt_image def = synth_image(b, ACC_SIZE, ACC_SIZE, TT_U8, 1, 0, noise[k], 11 + 2 * (uint64_t)d);
			for (int i = 0; i < g->n; i++)
				bound[i] = noise[k] * unit[i];
			acc_result r = acc_run(&ref, &def, g, &o, u, 0, bound);
			square[k] += r.against_bound * r.against_bound / DRAWS;
			sigma[k] += r.std * r.std / DRAWS;
			reported[k] += r.u_noise * r.u_noise / DRAWS;
			kept[k] += r.kept;
			synth_image_free(&ref);
			synth_image_free(&def);
		}
		free(a);
		free(b);
		synth_texture_free(x);
	}
	for (int k = 0; k < 3; k++) {
		double share = (double)kept[k] / (DRAWS * g->n);
		check_note(
		    "noise %g: std of u %.4f px, %.3f of the affine bound; reported u_noise %.3f of it; kept %.3f %%",
		    noise[k], sqrt(sigma[k]), sqrt(square[k]), sqrt(reported[k] / sigma[k]), 100 * share);
		CHECK(sqrt(square[k]) <= (DRAWS < 10 ? 1.25 : 1.10));
		CHECK(share >= 0.999);
		CHECK(fabs(sqrt(reported[k] / sigma[k]) - 1) < (DRAWS < 10 ? 0.25 : 0.1));
	}
	free(g);
	free(unit);
	free(bound);
}

static void stretch(void)
{
	static const double exx[] = {0.001, 0.01, 0.05, 0.09};
	acc_grid *g = malloc(sizeof *g);
	acc_grid_fill(g, 72);
	tt_dic_options o = tt_dic_defaults();
	for (int k = 0; k < 4; k++) {
		double pooled = 0, worst = 0;
		for (int t = 0; t < TEXTURES; t++) {
			synth_texture *x = synth_texture_new(300 + (uint64_t)t, ACC_SIZE, ACC_SIZE, 40, 2, 110, 44);
			synth_motion still = SYNTH_STILL, m = synth_stretch(exx[k], 0);
			float *a = synth_render(x, &still), *b = synth_render(x, &m);
			tt_image ref = synth_image(a, ACC_SIZE, ACC_SIZE, TT_U8, 1, 0, 0, 0);
			tt_image def = synth_image(b, ACC_SIZE, ACC_SIZE, TT_U8, 1, 0, 0, 0);
			acc_result r = acc_run(&ref, &def, g, &o, 0, exx[k], NULL);
			CHECK(r.kept == g->n);
			pooled += r.slope / TEXTURES;
			worst = fmax(worst, fabs(r.slope));
			synth_image_free(&ref);
			synth_image_free(&def);
			free(a);
			free(b);
			synth_texture_free(x);
		}
		check_note("stretch %g %%: error of the slope %+.2f microstrain pooled, %.2f in the worst texture",
		           100 * exx[k], 1e6 * pooled, 1e6 * worst);
		CHECK(fabs(pooled) <= (TEXTURES < 8 ? 1.5e-6 : 0.6e-6));
		CHECK(worst <= 1.5e-6);
	}
	free(g);
}

/* Two results of one grid differ by no more than rounding of the grey levels makes. */
static void same_motion(const char *what, const acc_grid *a, const acc_grid *b, double limit)
{
	double sum = 0, most = 0;
	for (int i = 0; i < a->n; i++) {
		CHECK_MSG(!b->p[i].flag, "%s: point %d is lost (%s)", what, i, tt_dic_flag_name(b->p[i].flag));
		double d = b->p[i].u - a->p[i].u;
		sum += d;
		most = fmax(most, fabs(d));
	}
	check_note("%s: mean change of u %.1e px, largest %.1e px", what, sum / a->n, most);
	CHECK(fabs(sum / a->n) < limit / 10);
	CHECK(most < limit);
}

/* Brightness, contrast, depth and darkness do not matter. */
static void grey_levels(void)
{
	acc_grid *g = malloc(sizeof *g), *h = malloc(sizeof *h);
	acc_grid_fill(g, 36);
	acc_grid_fill(h, 36);
	tt_dic_options o = tt_dic_defaults();
	synth_texture *x = synth_texture_new(9, ACC_SIZE, ACC_SIZE, 40, 2, 110, 44);
	synth_motion still = SYNTH_STILL, m = synth_shift(0.25, 0);
	float *a = synth_render(x, &still), *b = synth_render(x, &m);
	tt_image ref = synth_image(a, ACC_SIZE, ACC_SIZE, TT_U8, 1, 0, 0, 0),
	         def = synth_image(b, ACC_SIZE, ACC_SIZE, TT_U8, 1, 0, 0, 0);
	acc_run(&ref, &def, g, &o, 0.25, 0, NULL);
	tt_image gain = synth_image(b, ACC_SIZE, ACC_SIZE, TT_U8, 1.2, 10, 0, 0);
	acc_run(&ref, &gain, h, &o, 0.25, 0, NULL);
	same_motion("gain 1.2, offset 10", g, h, 0.02);
	tt_image dark[2] = {synth_image(a, ACC_SIZE, ACC_SIZE, TT_U8, 0.24, -4.4, 0, 0),
	                    synth_image(b, ACC_SIZE, ACC_SIZE, TT_U8, 0.24, -4.4, 0, 0)};
	acc_run(&dark[0], &dark[1], h, &o, 0.25, 0, NULL);
	same_motion("dark pair, mean 22", g, h, 0.06);
	/* 16 bit on a large pedestal; floats of small numbers, negative ones too */
	tt_image deep[2] = {synth_image(a, ACC_SIZE, ACC_SIZE, TT_U16, 8, 40000, 0, 0),
	                    synth_image(b, ACC_SIZE, ACC_SIZE, TT_U16, 8, 40000, 0, 0)};
	acc_run(&deep[0], &deep[1], h, &o, 0.25, 0, NULL);
	same_motion("16 bit, pedestal 40000", g, h, 0.02);
	acc_result r16 = acc_run(&deep[0], &deep[1], h, &o, 0.25, 0, NULL);
	tt_image real[2] = {synth_image(a, ACC_SIZE, ACC_SIZE, TT_F32, 1e-3, -0.11, 0, 0),
	                    synth_image(b, ACC_SIZE, ACC_SIZE, TT_F32, 1e-3, -0.11, 0, 0)};
	acc_result r32 = acc_run(&real[0], &real[1], h, &o, 0.25, 0, NULL);
	acc_result r8 = acc_run(&ref, &def, h, &o, 0.25, 0, NULL);
	check_note("std of u without noise: 8 bit %.1e, 16 bit %.1e, float %.1e px", r8.std, r16.std, r32.std);
	CHECK(r16.std < r8.std / 4);
	CHECK(r32.std < r8.std / 4);
	for (int k = 0; k < 2; k++) {
		synth_image_free(&dark[k]);
		synth_image_free(&deep[k]);
		synth_image_free(&real[k]);
	}
	synth_image_free(&ref);
	synth_image_free(&def);
	synth_image_free(&gain);
	free(a);
	free(b);
	free(g);
	free(h);
	synth_texture_free(x);
}

static const check_case cases[] = {
    {"bias of the quintic spline", bias_quintic},        {"bias of the cubic spline", bias_cubic},
    {"scatter against the bound, points kept", scatter}, {"strain error under stretch", stretch},
    {"gain, offset, darkness, depth", grey_levels},
};
CHECK_MAIN(cases)
