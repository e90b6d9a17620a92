/* The pairs of ../shared/dic: known motions, and the open-hole-tension plate against OpenCorr's figures.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "pictures.h"
#include "synth.h"

enum { ACROSS = 72, N = ACROSS * ACROSS };

typedef struct pair_result {
	int kept, inside;
	double mean, std, slope, u_noise;
} pair_result;

/* The motion is about (255.5, 255.5): x' = c + (1 + exx)(x - c) + ux. */
static pair_result run_pair(const char *ref_name, const char *def_name, double ux, double exx)
{
	char name[2][64];
	snprintf(name[0], sizeof name[0], "dic/%s.pgm", ref_name);
	snprintf(name[1], sizeof name[1], "dic/%s.pgm", def_name);
	tt_image ref = picture_read(check_shared(name[0])), def = picture_read(check_shared(name[1]));
	CHECK(ref.data && def.data);
	tt_dic_options o = tt_dic_defaults();
	tt_dic_point *p = calloc(N, sizeof *p);
	tt_error err;
	for (int i = 0; i < N; i++) {
		p[i].x = 43 + 6 * (i % ACROSS);
		p[i].y = 43 + 6 * (i / ACROSS);
	}
	CHECK_MSG(!tt_dic_field(&ref, &def, NULL, &o, NULL, p, N, &err), "%s", err.message);
	pair_result r = {0};
	double s = 0, ss = 0, sx = 0, sxx = 0, su = 0, sxu = 0, un = 0;
	for (int i = 0; i < N; i++) {
		double x = p[i].x - 255.5, far = fabs(x) + 16;
		r.inside += (1 + exx) * far + fabs(ux) <= 255.5;
		if (p[i].flag) continue;
		double e = p[i].u - ux - exx * x;
		r.kept++;
		s += e;
		ss += e * e;
		sx += x;
		sxx += x * x;
		su += p[i].u;
		sxu += x * p[i].u;
		un += p[i].u_noise_px * p[i].u_noise_px;
	}
	double n = r.kept;
	r.mean = s / n;
	r.std = sqrt(ss / n - r.mean * r.mean);
	r.slope = (sxu - sx * su / n) / (sxx - sx * sx / n) - exx;
	r.u_noise = sqrt(un / n);
	check_note("%s -> %s: %d of %d inside kept, mean error %+.1e, std %.1e px, slope error %+.2f microstrain, "
	           "u_noise %.1e px",
	           ref_name, def_name, r.kept, r.inside, r.mean, r.std, 1e6 * r.slope, r.u_noise);
	CHECK(r.kept == r.inside);
	free(p);
	picture_free(&ref);
	picture_free(&def);
	return r;
}

static void shift(void)
{
	pair_result r = run_pair("speckle-ref", "speckle-shift-0.25", 0.25, 0);
	CHECK(fabs(r.mean) <= 3e-4);
}

static void gain(void)
{
	pair_result r = run_pair("speckle-ref", "speckle-gain1.2-shift-0.25", 0.25, 0);
	CHECK(fabs(r.mean) <= 3e-4);
}

static void dark(void)
{
	pair_result r = run_pair("dark-ref", "dark-shift-0.25", 0.25, 0);
	CHECK(fabs(r.mean) <= 1e-3);
}

static void noise(void)
{
	pair_result r = run_pair("speckle-ref-noise5", "speckle-shift-0.50-noise5", 0.5, 0);
	CHECK(fabs(r.mean) <= 4 * 0.0144 / sqrt(170));
	CHECK(r.std <= 1.15 * 0.0144 * 1.06);
	CHECK(fabs(r.u_noise / r.std - 1) < 0.15);
}

static void stretch(void)
{
	CHECK(fabs(run_pair("speckle-ref", "speckle-stretch-0.01", 0, 0.01).slope) <= 1.5e-6);
	CHECK(fabs(run_pair("speckle-ref", "speckle-stretch-0.09", 0, 0.09).slope) <= 1.5e-6);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void open_hole(void)
{
	enum { COLUMNS = 6 };
	tt_image ref = picture_read(check_shared("dic/oht_cfrp_0.bmp")),
	         def = picture_read(check_shared("dic/oht_cfrp_4.bmp"));
	size_t n;
	double *t = table_read(check_shared("dic/oht_cfrp_4_opencorr.csv"), COLUMNS, &n);
	CHECK(ref.data && def.data && t && n == 30000);
	tt_dic_point *p = calloc(n, sizeof *p);
	double *du = malloc(n * sizeof *du), *dv = malloc(n * sizeof *dv);
	for (int ip = 3; ip <= 5; ip += 2) {
		tt_dic_options o = tt_dic_defaults();
		tt_error err;
		o.interpolation = (tt_interpolation)ip;
		for (size_t i = 0; i < n; i++) {
			p[i].x = t[COLUMNS * i];
			p[i].y = t[COLUMNS * i + 1];
		}
		CHECK_MSG(!tt_dic_field(&ref, &def, NULL, &o, NULL, p, n, &err), "%s", err.message);
		size_t converged = 0, kept = 0;
		for (size_t i = 0; i < n; i++) {
			const double *row = t + COLUMNS * i;
			if (!(row[4] >= o.min_zncc)) continue;
			converged++;
			if (p[i].flag) continue;
			du[kept] = fabs(p[i].u - row[2]);
			dv[kept++] = fabs(p[i].v - row[3]);
		}
		qsort(du, kept, sizeof *du, by_value);
		qsort(dv, kept, sizeof *dv, by_value);
		check_note("%s: kept %zu of OpenCorr's %zu (%.2f %%), median difference %.5f, %.5f px",
		           ip == 3 ? "cubic" : "quintic", kept, converged, 100.0 * (double)kept / (double)converged,
		           du[kept / 2], dv[kept / 2]);
		CHECK(100 * kept >= 99 * converged);
		CHECK(du[kept / 2] <= 6e-3);
		CHECK(dv[kept / 2] <= 6e-3);
	}
	free(p);
	free(t);
	free(du);
	free(dv);
	picture_free(&ref);
	picture_free(&def);
}

static const check_case cases[] = {
    {"shift of 0.25 px", shift}, {"gain 1.2, offset 10", gain},     {"a dark pair", dark},
    {"noise 5", noise},          {"stretch of 1 and 9 %", stretch}, {"open-hole tension against OpenCorr", open_hole},
};
CHECK_MAIN(cases)
