/* What surrounds the correlation: regions, grids, masks, subsets, strain measures, noise, errors, threads.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "dic/kernels.h"
#include "synth.h"

#include <malloc.h>

enum { SIZE = 256 };

static synth_texture *texture;
static tt_image still_image, moved_image;
static synth_motion motion;

static void make_pair(double noise)
{
	texture = synth_texture_new(21, SIZE, SIZE, 60, 2, 110, 44);
	synth_motion still = SYNTH_STILL;
	motion = (synth_motion){{1.01, 0.004, -0.003, 0.995}, {3.4, -2.3}};
	float *a = synth_render(texture, &still), *b = synth_render(texture, &motion);
	still_image = synth_image(a, SIZE, SIZE, TT_U8, 1, 0, noise, 1);
	moved_image = synth_image(b, SIZE, SIZE, TT_U8, 1, 0, noise, 2);
	free(a);
	free(b);
}

static void drop_pair(void)
{
	synth_image_free(&still_image);
	synth_image_free(&moved_image);
	synth_texture_free(texture);
}

static const tt_rect everywhere = {0, 0, 0, 0};

static void region(void)
{
	uint8_t out[20 * 10], mask_px[20 * 10];
	tt_error err;
	static const double triangle[] = {2, 1, 17, 1, 2, 8.5};
	memset(mask_px, 255, sizeof mask_px);
	mask_px[2 * 20 + 4] = 0;
	tt_image mask = {mask_px, 20, 20, 10, TT_U8};
	CHECK(!tt_dic_roi_mask(20, 10, (tt_rect){0, 0, 20, 9}, triangle, 3, &mask, out, &err));
	int n = 0;
	for (int y = 0; y < 10; y++)
		for (int x = 0; x < 20; x++) {
			/* strictly inside is in, strictly outside is out */
			double edge = 2 + 15 * (8.5 - y) / 7.5;
			if (x == 4 && y == 2)
				CHECK(out[y * 20 + x] == 0);
			else if (y > 1 && y < 8 && x > 2 && x < edge - 1e-9)
				CHECK(out[y * 20 + x] == 255);
			else if (y < 1 || y > 8 || x < 2 || x > edge + 1e-9)
				CHECK(out[y * 20 + x] == 0);
			n += out[y * 20 + x] != 0;
		}
	check_note("%d pixels in a triangle of 56", n);
	CHECK(n > 40 && n < 75);
	CHECK(tt_dic_roi_mask(20, 10, (tt_rect){30, 0, 5, 5}, NULL, 0, NULL, out, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "no pixel");
	CHECK(tt_dic_roi_mask(20, 10, everywhere, triangle, 2, NULL, out, &err) == TT_ERR_USAGE);
	mask.width = 19;
	CHECK(tt_dic_roi_mask(20, 10, everywhere, NULL, 0, &mask, out, &err) == TT_ERR_INPUT);
}

static void grid(void)
{
	tt_dic_options o = tt_dic_defaults();
	tt_dic_point *p;
	size_t n;
	tt_error err;
	o.min_valid_fraction = 1;
	CHECK(!tt_dic_grid(100, 80, (tt_rect){10, 10, 60, 50}, NULL, 7, &o, &p, &n, &err));
	/* whole subsets only: centres from 26 to 53 in x, to 43 in y */
	CHECK(n == 4 * 3);
	for (size_t i = 0; i < n; i++) {
		CHECK(p[i].x - 16 >= 10 && p[i].x + 16 <= 69);
		CHECK(p[i].y - 16 >= 10 && p[i].y + 16 <= 59);
	}
	CHECK(p[0].x == 26 && p[0].y == 26);
	free(p);
	o.min_valid_fraction = 0.5;
	CHECK(!tt_dic_grid(100, 80, (tt_rect){10, 10, 60, 50}, NULL, 7, &o, &p, &n, &err));
	CHECK(n > 12);
	free(p);
	CHECK(tt_dic_grid(100, 80, (tt_rect){10, 10, 12, 12}, NULL, 7, &o, &p, &n, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "33 px");
	CHECK(tt_dic_grid(100, 80, everywhere, NULL, 0, &o, &p, &n, &err) == TT_ERR_USAGE);
	o.subset_px = 32;
	CHECK(tt_dic_grid(100, 80, everywhere, NULL, 5, &o, &p, &n, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "odd number");
}

/* A mask's subsets see nothing of what lies beyond it: the same field comes of an image whose masked part moves
 * elsewhere. */
static void masked(void)
{
	make_pair(0);
	uint8_t *mask_px = calloc(SIZE * SIZE, 1);
	for (int y = 0; y < SIZE; y++)
		for (int x = 0; x < SIZE; x++)
			mask_px[y * SIZE + x] = hypot(x - 120, y - 130) < 80 ? 255 : 0;
	tt_image mask = {mask_px, SIZE, SIZE, SIZE, TT_U8};
	/* another texture outside the (generously moved) region */
	synth_texture *other = synth_texture_new(77, SIZE, SIZE, 20, 2, 110, 44);
	synth_motion still = SYNTH_STILL;
	float *o_px = synth_render(other, &still);
	for (int y = 0; y < SIZE; y++)
		for (int x = 0; x < SIZE; x++)
			if (hypot(x - 123.4, y - 127.7) > 86)
				((uint8_t *)(uintptr_t)moved_image.data)[y * SIZE + x] = (uint8_t)o_px[y * SIZE + x];
	for (int circular = 0; circular < 2; circular++) {
		tt_dic_options o = tt_dic_defaults();
		o.circular = circular;
		tt_dic_point *p;
		size_t n;
		tt_error err;
		CHECK_MSG(!tt_dic_grid(SIZE, SIZE, everywhere, &mask, 9, &o, &p, &n, &err), "%s", err.message);
		CHECK_MSG(!tt_dic_field(&still_image, &moved_image, &mask, &o, NULL, p, n, &err), "%s", err.message);
		double worst = 0;
		int edge = 0;
		for (size_t i = 0; i < n; i++) {
			double u, v;
			synth_displacement(texture, &motion, p[i].x, p[i].y, &u, &v);
			CHECK_MSG(!p[i].flag, "point %g, %g: %s", p[i].x, p[i].y, tt_dic_flag_name(p[i].flag));
			worst = fmax(worst, hypot(p[i].u - u, p[i].v - v));
			edge += hypot(p[i].x - 120, p[i].y - 130) > 70;
		}
		check_note("%s: %zu points, %d at the edge, worst error %.4f px", circular ? "circle" : "square", n,
		           edge, worst);
		CHECK(edge > 10);
		CHECK(worst < 0.02);
		free(p);
	}
	free(mask_px);
	free(o_px);
	synth_texture_free(other);
	drop_pair();
}

static void bare_and_outside(void)
{
	make_pair(2);
	/* a bare stripe in both images, with the camera's noise on it */
	synth_rng r = {5};
	for (int k = 0; k < 2; k++) {
		uint8_t *px = (uint8_t *)(uintptr_t)(k ? moved_image.data : still_image.data);
		for (int y = 100; y < 180; y++)
			for (int x = 0; x < SIZE; x++)
				px[y * SIZE + x] = (uint8_t)rint(100 + 2 * synth_normal(&r));
	}
	tt_dic_options o = tt_dic_defaults();
	tt_dic_point p[6] = {{.x = 60, .y = 50},  {.x = 120, .y = 140}, {.x = 128, .y = 60},
	                     {.x = 250, .y = 60}, {.x = -5, .y = 3},    {.x = 60, .y = 220}};
	tt_error err;
	CHECK_MSG(!tt_dic_field(&still_image, &moved_image, NULL, &o, NULL, p, 6, &err), "%s", err.message);
	CHECK_STR(tt_dic_flag_name(p[0].flag), "");
	CHECK_STR(tt_dic_flag_name(p[1].flag), "no-texture");
	CHECK_STR(tt_dic_flag_name(p[2].flag), "");
	CHECK_STR(tt_dic_flag_name(p[3].flag), "outside");
	CHECK_STR(tt_dic_flag_name(p[4].flag), "outside");
	CHECK_STR(tt_dic_flag_name(p[5].flag), "");
	CHECK(isnan(p[1].u) && isnan(p[3].v) && isnan(p[4].p[0]));
	drop_pair();
}

/* Strain measures of a known homogeneous motion, at the edge too; flagged points do not count. */
static void strains(void)
{
	enum { A = 15 };
	static const double f[4] = {1.05, 0.03, -0.02, 0.97};
	tt_dic_point p[A * A] = {{0}};
	tt_dic_strain e[A * A];
	tt_error err;
	for (int i = 0; i < A * A; i++) {
		p[i].x = 100 + 5 * (i % A);
		p[i].y = 50 + 5 * (i / A);
		p[i].u = (f[0] - 1) * p[i].x + f[1] * p[i].y + 3;
		p[i].v = f[2] * p[i].x + (f[3] - 1) * p[i].y - 7;
	}
	p[7 * A + 7].flag = TT_DIC_LOW_ZNCC;
	p[7 * A + 7].u = p[7 * A + 7].v = NAN;
	p[3 * A + 3].flag = TT_DIC_DIVERGED;
	p[3 * A + 3].u = 1e6;
	for (int m = 0; m < 3; m++) {
		CHECK(!tt_dic_strains(p, A * A, 5, 30, (tt_strain_measure)m, NULL, e, &err));
		double c[3] = {f[0] * f[0] + f[2] * f[2], f[1] * f[1] + f[3] * f[3], f[0] * f[1] + f[2] * f[3]}, x[3];
		double mid = (c[0] + c[1]) / 2, r = hypot((c[0] - c[1]) / 2, c[2]), l1 = log(mid + r) / 2,
		       l2 = log(mid - r) / 2;
		if (m == 0) {
			x[0] = f[0] - 1;
			x[1] = f[3] - 1;
			x[2] = (f[1] + f[2]) / 2;
		} else if (m == 1) {
			x[0] = (c[0] - 1) / 2;
			x[1] = (c[1] - 1) / 2;
			x[2] = c[2] / 2;
		} else {
			x[0] = (l1 + l2) / 2 + (l1 - l2) / 2 * (c[0] - c[1]) / 2 / r;
			x[1] = (l1 + l2) / 2 - (l1 - l2) / 2 * (c[0] - c[1]) / 2 / r;
			x[2] = (l1 - l2) / 2 * c[2] / r;
		}
		for (int i = 0; i < A * A; i++) {
			if (p[i].flag) {
				CHECK(isnan(e[i].exx) && isnan(e[i].ux));
				continue;
			}
			CHECK_NEAR(e[i].exx, x[0], 1e-12);
			CHECK_NEAR(e[i].eyy, x[1], 1e-12);
			CHECK_NEAR(e[i].exy, x[2], 1e-12);
			CHECK_NEAR(e[i].uy, f[1], 1e-12);
			CHECK_NEAR(e[i].vx, f[2], 1e-12);
		}
	}
	/* a lone row of points has no second direction */
	CHECK(!tt_dic_strains(p, A, 5, 30, TT_STRAIN_ENGINEERING, NULL, e, &err));
	CHECK(isnan(e[5].exx));
	CHECK(tt_dic_strains(p, A * A, 5, 4, TT_STRAIN_ENGINEERING, NULL, e, &err) == TT_ERR_USAGE);
}

static void image_noise(void)
{
	synth_texture *t = synth_texture_new(4, SIZE, SIZE, 20, 2.5, 110, 44);
	synth_motion still = SYNTH_STILL;
	float *a = synth_render(t, &still);
	static const double level[] = {1, 2, 5, 10};
	for (int k = 0; k < 4; k++)
		for (int type = 0; type < 3; type++) {
			double gain = type == 1 ? 100 : 1;
			tt_image im = synth_image(a, SIZE, SIZE, (tt_pixel)type, gain, 0, gain * level[k], 3);
			double s = tt_image_noise(&im, NULL) / gain, rounding = type == 0 ? 1 / 12.0 : 0;
			CHECK_NEAR(s, sqrt(level[k] * level[k] + rounding), 0.06 * level[k] + 0.03);
			synth_image_free(&im);
		}
	/* a painted-over flat half does not hide the noise of the rest */
	tt_image im = synth_image(a, SIZE, SIZE, TT_U8, 1, 0, 5, 3);
	memset((void *)(uintptr_t)im.data, 0, SIZE * SIZE / 2 + SIZE * 20);
	CHECK_NEAR(tt_image_noise(&im, NULL), 5, 0.4);
	synth_image_free(&im);
	/* the subset's size: larger for more noise, and such that the noise comes out as asked for */
	im = synth_image(a, SIZE, SIZE, TT_U8, 1, 0, 5, 3);
	int side = tt_dic_choose_subset(&im, NULL, everywhere, 5, 0.02),
	    larger = tt_dic_choose_subset(&im, NULL, everywhere, 5, 0.01);
	CHECK(side % 2 == 1 && larger % 2 == 1);
	CHECK(side >= 15 && side <= 51);
	CHECK(larger > 1.7 * side && larger < 2.3 * side);
	tt_dic_options o = tt_dic_defaults();
	o.subset_px = side;
	o.order = 0;
	double xy[2] = {128, 128};
	tt_dic_reference *r;
	tt_dic_point p = {0};
	tt_error err;
	CHECK(!tt_dic_reference_new(&im, NULL, xy, 1, &o, NULL, &r, &err));
	CHECK(!tt_dic_solve(r, &im, NULL, &p, &err));
	check_note("subset %d px for 0.02 px, its point reports %.4f px; %d px for 0.01 px", side, p.u_noise_px,
	           larger);
	CHECK(p.u_noise_px > 0.012 && p.u_noise_px < 0.028);
	tt_dic_reference_free(r);
	synth_image_free(&im);
	free(a);
	synth_texture_free(t);
}

/* The field does not depend on the number of threads nor on the kernels, to the last bit. */
static void threads_and_kernels(void)
{
	make_pair(3);
	tt_dic_options o = tt_dic_defaults();
	tt_dic_point *first = NULL, *p;
	size_t n, m = 0;
	tt_error err;
	for (int threads = 1; threads <= 5; threads += 2) {
		tt_job job = {.threads = threads};
		CHECK(!tt_dic_grid(SIZE, SIZE, everywhere, NULL, 6, &o, &p, &n, &err));
		CHECK_MSG(!tt_dic_field(&still_image, &moved_image, NULL, &o, &job, p, n, &err), "%s", err.message);
		if (!first) {
			first = p;
			m = n;
			continue;
		}
		CHECK(n == m);
		for (size_t i = 0; i < n; i++) {
			CHECK(memcmp(&p[i].u, &first[i].u, sizeof p[i].u) == 0 &&
			      memcmp(&p[i].v, &first[i].v, sizeof p[i].v) == 0);
			CHECK(memcmp(p[i].p, first[i].p, sizeof p[i].p) == 0);
			CHECK(p[i].flag == first[i].flag && p[i].iterations == first[i].iterations);
		}
		free(p);
	}
	static const char *const name[] = {"c", "avx2", "avx512"};
	for (int k = 0; k < 3; k++) {
		if (!tt_kernels_named(name[k])) continue;
		setenv("TEMTENSILE_SIMD", name[k], 1);
		CHECK(!tt_dic_grid(SIZE, SIZE, everywhere, NULL, 6, &o, &p, &n, &err));
		CHECK_MSG(!tt_dic_field(&still_image, &moved_image, NULL, &o, NULL, p, n, &err), "%s", err.message);
		for (size_t i = 0; i < n; i++)
			CHECK_MSG(p[i].flag == first[i].flag && memcmp(p[i].p, first[i].p, sizeof p[i].p) == 0,
			          "%s, point %zu: %.17g, %.17g; %.17g, %.17g", name[k], i, p[i].u, p[i].v, first[i].u,
			          first[i].v);
		free(p);
	}
	unsetenv("TEMTENSILE_SIMD");
	free(first);
	drop_pair();
}

/* Single points at many places, so that next to each subset lie coefficients that nobody asked for: what memory holds
 * there must not matter. All bits set is a NaN. */
static void memory_beforehand(void)
{
	static const char *const name[] = {"avx2", "avx512"}; /* plain C reads what it needs */
	make_pair(3);
	tt_dic_options o = tt_dic_defaults();
	tt_error err;
	for (int k = 0; k < 2; k++) {
		if (!tt_kernels_named(name[k])) continue;
		setenv("TEMTENSILE_SIMD", name[k], 1);
		for (int i = 0; i < 120; i += 11) {
			tt_dic_point p[2] = {{.x = 60 + i, .y = 200 - i}, {.x = 60 + i, .y = 200 - i}};
			for (int nan = 0; nan < 2; nan++) {
				mallopt(M_PERTURB,
				        nan ? 256 : 0); /* the byte written is 255 less the low byte of this */
				CHECK_MSG(!tt_dic_field(&still_image, &moved_image, NULL, &o, NULL, &p[nan], 1, &err),
				          "%s", err.message);
			}
			mallopt(M_PERTURB, 0);
			CHECK_MSG(!p[0].flag && p[0].flag == p[1].flag && memcmp(p[0].p, p[1].p, sizeof p[0].p) == 0,
			          "%s, point (%g, %g): %s, u %.17g, and in a memory full of NaN %s, %.17g", name[k],
			          p[0].x, p[0].y, tt_dic_flag_name(p[0].flag), p[0].u, tt_dic_flag_name(p[1].flag),
			          p[1].u);
		}
	}
	unsetenv("TEMTENSILE_SIMD");
	drop_pair();
}

static void refusals(void)
{
	uint8_t px[40 * 40] = {0};
	tt_image im = {px, 40, 40, 40, TT_U8}, small = {px, 8, 8, 8, TT_U8}, none = {NULL, 0, 0, 0, TT_U8};
	tt_dic_options o = tt_dic_defaults();
	tt_dic_point p = {.x = 20, .y = 20};
	tt_error err;
	CHECK(tt_dic_field(&none, &im, NULL, &o, NULL, &p, 1, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "no reference image");
	CHECK(tt_dic_field(&im, &small, NULL, &o, NULL, &p, 1, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "8 × 8");
	CHECK(tt_dic_field(&im, &im, &small, &o, NULL, &p, 1, &err) == TT_ERR_USAGE);
	tt_dic_options bad[8];
	for (int k = 0; k < 8; k++)
		bad[k] = o;
	bad[0].subset_px = 303;
	bad[1].order = 3;
	bad[2].interpolation = (tt_interpolation)4;
	bad[3].prefilter_sigma_px = -1;
	bad[4].max_increment_px = 0;
	bad[5].max_iterations = 0;
	bad[6].min_zncc = NAN;
	bad[7].noise_grey = -2;
	for (int k = 0; k < 8; k++) {
		CHECK(tt_dic_field(&im, &im, NULL, &bad[k], NULL, &p, 1, &err) == TT_ERR_USAGE);
		CHECK_HAS(err.message, "expected");
	}
	/* nothing in the picture: flagged, not an error */
	CHECK(!tt_dic_field(&im, &im, NULL, &o, NULL, &p, 1, &err));
	CHECK_STR(tt_dic_flag_name(p.flag), "no-texture");
	CHECK(!tt_dic_field(&im, &im, NULL, &o, NULL, &p, 0, &err));
	volatile int cancel = 1;
	tt_job job = {.cancel = &cancel};
	make_pair(0);
	tt_dic_point *q;
	size_t n;
	CHECK(!tt_dic_grid(SIZE, SIZE, everywhere, NULL, 6, &o, &q, &n, &err));
	CHECK(tt_dic_field(&still_image, &moved_image, NULL, &o, &job, q, n, &err) == TT_ERR_INTERRUPTED);
	free(q);
	drop_pair();
}

static void prefilter(void)
{
	make_pair(8);
	double std[2];
	for (int k = 0; k < 2; k++) {
		tt_dic_options o = tt_dic_defaults();
		o.prefilter_sigma_px = k;
		tt_dic_point *p;
		size_t n, kept = 0;
		tt_error err;
		double ss = 0;
		CHECK(!tt_dic_grid(SIZE, SIZE, (tt_rect){20, 20, 216, 216}, NULL, 6, &o, &p, &n, &err));
		CHECK_MSG(!tt_dic_field(&still_image, &moved_image, NULL, &o, NULL, p, n, &err), "%s", err.message);
		for (size_t i = 0; i < n; i++) {
			double u, v;
			if (p[i].flag) continue;
			synth_displacement(texture, &motion, p[i].x, p[i].y, &u, &v);
			ss += (p[i].u - u) * (p[i].u - u);
			kept++;
		}
		CHECK(kept > n * 9 / 10);
		std[k] = sqrt(ss / (double)kept);
		free(p);
	}
	check_note("noise 8: error %.4f px, with a Gaussian prefilter of sigma 1 %.4f px", std[0], std[1]);
	CHECK(std[1] < 1.2 * std[0]);
	drop_pair();
}

static const check_case cases[] = {
    {"regions from rectangle, polygon, mask", region},
    {"grids", grid},
    {"subsets use only the region's pixels", masked},
    {"no-texture and outside are told", bare_and_outside},
    {"strain measures", strains},
    {"noise of an image, size of the subset", image_noise},
    {"threads and kernels do not matter", threads_and_kernels},
    {"what memory held before does not matter", memory_beforehand},
    {"wrong calls are refused", refusals},
    {"Gaussian prefilter", prefilter},
};
CHECK_MAIN(cases)
