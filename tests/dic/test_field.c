/* Whole fields from their own start: large motions lose no point; grids, regions, masks; the shared pairs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "pictures.h"
#include "synth.h"

enum { SIZE = 512 };

/* Does the warped square of the point lie inside the image? */
static int lies_inside(const synth_texture *t, const synth_motion *m, const tt_dic_point *p, int half)
{
	for (int j = -1; j <= 1; j += 2)
		for (int i = -1; i <= 1; i += 2) {
			double x = p->x + i * half, y = p->y + j * half, u, v;
			synth_displacement(t, m, x, y, &u, &v);
			if (x + u < 0 || y + v < 0 || x + u > SIZE - 1 || y + v > SIZE - 1) return 0;
		}
	return 1;
}

static void large_motion(const char *name, synth_motion m, double noise)
{
	synth_texture *t = synth_texture_new(7, SIZE, SIZE, 260, 2, 110, 44);
	synth_motion still = SYNTH_STILL;
	float *a = synth_render(t, &still), *b = synth_render(t, &m);
	tt_image ref = synth_image(a, SIZE, SIZE, TT_U8, 1, 0, noise, 1),
	         def = synth_image(b, SIZE, SIZE, TT_U8, 1, 0, noise, 2);
	tt_dic_options o = tt_dic_defaults();
	tt_dic_point *p;
	size_t n;
	tt_error err;
	CHECK_MSG(!tt_dic_grid(SIZE, SIZE, (tt_rect){0, 0, 0, 0}, NULL, 8, &o, &p, &n, &err), "%s", err.message);
	CHECK_MSG(!tt_dic_field(&ref, &def, NULL, &o, NULL, p, n, &err), "%s", err.message);
	int inside = 0, kept = 0, wrong = 0, outside = 0, outside_kept = 0;
	for (size_t i = 0; i < n; i++) {
		double u, v;
		synth_displacement(t, &m, p[i].x, p[i].y, &u, &v);
		if (!p[i].flag && hypot(p[i].u - u, p[i].v - v) > 0.1 + 5 * p[i].u_noise_px) wrong++;
		if (p[i].x < 16 || p[i].y < 16 || p[i].x > SIZE - 17 || p[i].y > SIZE - 17) continue;
		if (!lies_inside(t, &m, &p[i], o.subset_px / 2)) {
			outside++;
			outside_kept += !p[i].flag;
			continue;
		}
		inside++;
		kept += !p[i].flag;
	}
	check_note("%s: %zu points, %d inside, %d kept, %d wrong; %d outside of which %d kept", name, n, inside, kept,
	           wrong, outside, outside_kept);
	CHECK(inside > 300);
	CHECK(kept == inside);
	CHECK(wrong == 0);
	free(p);
	free(a);
	free(b);
	synth_image_free(&ref);
	synth_image_free(&def);
	synth_texture_free(t);
}

static synth_motion moved(synth_motion m, double ux, double uy)
{
	m.b[0] += ux;
	m.b[1] += uy;
	return m;
}

static void stretch_9(void)
{
	large_motion("9 % stretch", synth_stretch(0.09, 0), 0);
}

static void stretch_20(void)
{
	large_motion("20 % stretch", synth_stretch(0.2, -0.05), 0);
	large_motion("20 % stretch, moved 60 px, noise 5", moved(synth_stretch(0.2, 0), 60, -41), 5);
	large_motion("20 % squeeze", synth_stretch(0, -0.2), 0);
}

static void drift_200(void)
{
	large_motion("drift 200 px", synth_shift(200, 0), 0);
	large_motion("drift 141, -141 px, noise 5", synth_shift(141.3, -141.4), 5);
}

static void turn_10(void)
{
	large_motion("turned by 10 degrees", synth_turn(10), 0);
	large_motion("turned by -10 degrees, moved 70 px, noise 5", moved(synth_turn(-10), 50, 50), 5);
}

static const check_case cases[] = {
    {"9 % stretch loses no point", stretch_9},
    {"20 % stretch loses no point", stretch_20},
    {"200 px of drift lose no point", drift_200},
    {"10 degrees of rotation lose no point", turn_10},
};
CHECK_MAIN(cases)
