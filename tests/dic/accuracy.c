/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "accuracy.h"

#include "check.h"

void acc_grid_fill(acc_grid *g, int across)
{
	g->n = across * across;
	for (int i = 0; i < g->n; i++) {
		g->xy[2 * i] = 43 + 432 / across * (i % across);
		g->xy[2 * i + 1] = 43 + 432 / across * (i / across);
	}
}

acc_result acc_run(const tt_image *ref, const tt_image *def, acc_grid *g, const tt_dic_options *o, double ux,
                   double exx, const double *bound)
{
	static const double centre = (ACC_SIZE - 1) / 2.0;
	tt_dic_reference *r;
	tt_error err;
	CHECK_MSG(!tt_dic_reference_new(ref, NULL, g->xy, (size_t)g->n, o, NULL, &r, &err), "%s", err.message);
	memset(g->p, 0, sizeof g->p);
	for (int i = 0; i < g->n; i++) {
		g->p[i].p[0] = rint(ux + exx * (g->xy[2 * i] - centre));
		if (exx > 0.03) g->p[i].p[1] = exx;
	}
	CHECK_MSG(!tt_dic_solve(r, def, NULL, g->p, &err), "%s", err.message);
	tt_dic_reference_free(r);
	acc_result a = {0};
	double s = 0, ss = 0, q = 0, un = 0, sx = 0, sxx = 0, su = 0, sxu = 0;
	for (int i = 0; i < g->n; i++) {
		if (g->p[i].flag) continue;
		double x = g->xy[2 * i] - centre, e = g->p[i].u - ux - exx * x;
		a.kept++;
		s += e;
		ss += e * e;
		un += g->p[i].u_noise_px * g->p[i].u_noise_px;
		if (bound) q += e * e / (bound[i] * bound[i]);
		sx += x;
		sxx += x * x;
		su += g->p[i].u;
		sxu += x * g->p[i].u;
	}
	double n = a.kept;
	a.mean = s / n;
	a.std = sqrt(ss / n - a.mean * a.mean);
	a.against_bound = sqrt(q / n);
	a.u_noise = sqrt(un / n);
	a.slope = (sxu - sx * su / n) / (sxx - sx * sx / n) - exx;
	return a;
}

/* First element of the diagonal of the inverse of a symmetric 6 × 6 matrix. */
static double first_of_inverse(double a[6][6])
{
	double b[6] = {1, 0, 0, 0, 0, 0};
	for (int i = 5; i > 0; i--)
		for (int j = 0; j < i; j++) {
			double f = a[j][i] / a[i][i];
			for (int k = 0; k < i; k++)
				a[j][k] -= f * a[i][k];
			b[j] -= f * b[i];
		}
	return b[0] / a[0][0];
}

void acc_bound(const float *exact, const acc_grid *g, int subset_px, double *out)
{
	int half = subset_px / 2;
	for (int p = 0; p < g->n; p++) {
		double h[6][6] = {{0}};
		for (int y = -half; y <= half; y++)
			for (int x = -half; x <= half; x++) {
				const float *f = exact + ((int)g->xy[2 * p + 1] + y) * ACC_SIZE + (int)g->xy[2 * p] + x;
				double d[2];
				for (int k = 0; k < 2; k++) {
					int s = k ? ACC_SIZE : 1;
					d[k] = 0.75 * (double)(f[s] - f[-s]) - 0.15 * (double)(f[2 * s] - f[-2 * s]) +
					       (double)(f[3 * s] - f[-3 * s]) / 60;
				}
				double j[6] = {d[0], d[0] * x, d[0] * y, d[1], d[1] * x, d[1] * y};
				for (int a = 0; a < 6; a++)
					for (int b = 0; b < 6; b++)
						h[a][b] += j[a] * j[b];
			}
		out[p] = sqrt(2 * first_of_inverse(h));
	}
}

double acc_bias(tt_interpolation ip, int textures, int steps, int across, double sigma, double *errors)
{
	acc_grid *g = malloc(sizeof *g);
	acc_grid_fill(g, across);
	tt_dic_options o = tt_dic_defaults();
	o.interpolation = ip;
	memset(errors, 0, sizeof *errors * (size_t)(steps + 1));
	for (int t = 0; t < textures; t++) {
		synth_texture *x = synth_texture_new(100 + (uint64_t)t, ACC_SIZE, ACC_SIZE, 40, sigma, 110, 44);
		synth_motion still = SYNTH_STILL;
		float *a = synth_render(x, &still);
		tt_image ref = synth_image(a, ACC_SIZE, ACC_SIZE, TT_U8, 1, 0, 0, 0);
		for (int k = 0; k <= steps; k++) {
			double u = (double)k / steps;
			synth_motion m = synth_shift(u, 0);
			float *b = synth_render(x, &m);
			tt_image def = synth_image(b, ACC_SIZE, ACC_SIZE, TT_U8, 1, 0, 0, 0);
			acc_result r = acc_run(&ref, &def, g, &o, u, 0, NULL);
			CHECK_MSG(r.kept == g->n, "shift %g: %d of %d points kept", u, r.kept, g->n);
			errors[k] += r.mean / textures;
			synth_image_free(&def);
			free(b);
		}
		synth_image_free(&ref);
		free(a);
		synth_texture_free(x);
	}
	free(g);
	double worst = 0;
	for (int k = 0; k <= steps; k++)
		worst = fmax(worst, fabs(errors[k]));
	return worst;
}
