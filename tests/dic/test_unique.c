/* Pairs that tempt a correlation to believe in a wrong place: textures that resemble themselves, little noise, large
 * tension, turns, lattices. Whatever is found, nothing wrong may be trusted.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "pictures.h"
#include "synth.h"

#include <math.h>
#include <stdlib.h>

enum { SIZE = 320 };

typedef float look(double grey, double x, double y);

/* Pores and ligaments: two grey levels with soft edges. */
static float foam(double grey, double x, double y)
{
	(void)x, (void)y;
	return (float)(128 + 90 * tanh((grey - 110) / 9));
}

static float speckle(double grey, double x, double y)
{
	(void)x, (void)y;
	return (float)grey;
}

enum { PERIOD = 14 };

static double lattice_of(double x, double y)
{
	return 120 + 40 * cos(6.283185307179586 * x / PERIOD) * cos(6.283185307179586 * y / PERIOD);
}

static float lattice(double grey, double x, double y)
{
	(void)grey;
	return (float)lattice_of(x, y);
}

static float disordered_lattice(double grey, double x, double y)
{
	return (float)(lattice_of(x, y) + 0.15 * (grey - 110));
}

typedef struct outcome {
	int points, inside, kept, wrong, subset;
} outcome;

/* subset 0: as `correlate` chooses it */
static outcome field(look *as, double sigma, synth_motion m, double noise, unsigned seed, int subset, double within)
{
	synth_texture *t = synth_texture_new(seed, SIZE, SIZE, 240, sigma, 110, 44);
	synth_motion still = SYNTH_STILL;
	float *a = synth_render(t, &still), *b = synth_render(t, &m);
	double det = m.a[0] * m.a[3] - m.a[1] * m.a[2], c = (SIZE - 1) / 2.0;
	for (int y = 0; y < SIZE; y++)
		for (int x = 0; x < SIZE; x++) {
			double dx = x - c - m.b[0], dy = y - c - m.b[1];
			a[y * SIZE + x] = as((double)a[y * SIZE + x], x, y);
			b[y * SIZE + x] = as((double)b[y * SIZE + x], c + (m.a[3] * dx - m.a[1] * dy) / det,
			                     c + (-m.a[2] * dx + m.a[0] * dy) / det);
		}
	tt_image ref = synth_image(a, SIZE, SIZE, TT_U8, 1, 0, noise, 1),
	         def = synth_image(b, SIZE, SIZE, TT_U8, 1, 0, noise, 2);
	tt_dic_options o = tt_dic_defaults();
	tt_rect all = {0, 0, SIZE, SIZE};
	o.within_px = within;
	o.subset_px = subset;
	if (!subset) {
		int unique = tt_dic_unique_side(&ref, NULL, all);
		o.subset_px = tt_dic_choose_subset(&ref, NULL, all, tt_image_noise(&ref, NULL), 0.01);
		if (!unique) unique = 33;
		if (unique > o.subset_px) o.subset_px = unique;
	}
	outcome r = {.subset = o.subset_px};
	tt_dic_point *p;
	size_t n;
	tt_error err;
	int step = o.subset_px / 5 > 2 ? o.subset_px / 5 : 2;
	CHECK_MSG(!tt_dic_grid(SIZE, SIZE, all, NULL, step, &o, &p, &n, &err), "%s", err.message);
	CHECK_MSG(!tt_dic_field(&ref, &def, NULL, &o, NULL, p, n, &err), "%s", err.message);
	r.points = (int)n;
	for (size_t i = 0; i < n; i++) {
		double u, v, half = o.subset_px;
		synth_displacement(t, &m, p[i].x, p[i].y, &u, &v);
		int in = p[i].x + u > half && p[i].y + v > half && p[i].x + u < SIZE - half && p[i].y + v < SIZE - half;
		r.inside += in;
		r.kept += in && !p[i].flag;
		r.wrong += !p[i].flag && !(hypot(p[i].u - u, p[i].v - v) < 0.5 + 5 * p[i].u_noise_px);
	}
	free(p);
	free(a);
	free(b);
	synth_image_free(&ref);
	synth_image_free(&def);
	synth_texture_free(t);
	return r;
}

static synth_motion tension(double e)
{
	return synth_stretch(e, -0.3 * e);
}

static outcome told(const char *name, outcome r)
{
	check_note("%s: subset %d px, %d points, %d inside, %d kept, %d wrong", name, r.subset, r.points, r.inside,
	           r.kept, r.wrong);
	return r;
}

static void large_tension(void)
{
	static const double e[] = {0.3, 0.45};
	char name[80];
	for (int k = 0; k < 4; k++) {
		bool pores = k / 2;
		snprintf(name, sizeof name, "%s at %g tension", pores ? "pores" : "speckle", e[k % 2]);
		outcome r = told(name, field(pores ? foam : speckle, pores ? 4 : 2.5, tension(e[k % 2]), 0.3, 3, 0, 0));
		CHECK(r.wrong == 0);
		CHECK(r.kept > 0.95 * r.inside);
	}
}

static void turns(void)
{
	static const double turn[] = {25, 45, 90, 180};
	char name[80];
	for (int k = 0; k < 4; k++) {
		snprintf(name, sizeof name, "turned by %g degrees", turn[k]);
		outcome r = told(name, field(speckle, 2, synth_turn(turn[k]), 0.3, 3, 0, 0));
		CHECK(r.wrong == 0);
		CHECK(r.kept > 0.95 * r.inside);
	}
}

static void lattices(void)
{
	static const double shift[] = {3, 10, 14, 23};
	char name[80];
	for (int k = 0; k < 4; k++) {
		snprintf(name, sizeof name, "lattice moved by %g px", shift[k]);
		outcome r = told(name, field(lattice, 2, synth_shift(shift[k], 0), 0.3, 3, 0, 0));
		CHECK(r.wrong == 0);
		snprintf(name, sizeof name, "lattice with disorder, moved by %g px", shift[k]);
		r = told(name, field(disordered_lattice, 2, synth_shift(shift[k], 0), 0.3, 3, 33, 0));
		CHECK(r.wrong == 0);
		CHECK(r.kept > 0.95 * r.inside);
	}
	outcome r =
	    told("lattice known to have moved by less than 6 px", field(lattice, 2, synth_shift(3, 0), 0.3, 3, 33, 6));
	CHECK(r.wrong == 0);
	CHECK(r.kept > 0.95 * r.inside);
}

/* Another picture altogether. */
static void nothing_in_common(void)
{
	synth_texture *t[2];
	tt_image im[2];
	synth_motion still = SYNTH_STILL;
	for (int k = 0; k < 2; k++) {
		t[k] = synth_texture_new((uint64_t)k + 1, SIZE, SIZE, 20, 2, 110, 44);
		float *a = synth_render(t[k], &still);
		im[k] = synth_image(a, SIZE, SIZE, TT_U8, 1, 0, 0.3, (uint64_t)k);
		free(a);
	}
	for (int subset = 9; subset <= 33; subset += 12) {
		tt_dic_options o = tt_dic_defaults();
		o.subset_px = subset;
		tt_dic_point *p;
		size_t n, trusted = 0;
		tt_error err;
		CHECK_MSG(!tt_dic_grid(SIZE, SIZE, (tt_rect){0, 0, SIZE, SIZE}, NULL, 5, &o, &p, &n, &err), "%s",
		          err.message);
		CHECK_MSG(!tt_dic_field(&im[0], &im[1], NULL, &o, NULL, p, n, &err), "%s", err.message);
		for (size_t i = 0; i < n; i++)
			trusted += !p[i].flag;
		check_note("%d px: %zu of %zu trusted", subset, trusted, n);
		CHECK(trusted == 0);
		free(p);
	}
	for (int k = 0; k < 2; k++) {
		synth_image_free(&im[k]);
		synth_texture_free(t[k]);
	}
}

static const check_case cases[] = {
    {"30 and 45 % of tension", large_tension},
    {"turned by any angle", turns},
    {"lattices", lattices},
    {"two pictures that have nothing in common", nothing_in_common},
};

CHECK_MAIN(cases)
