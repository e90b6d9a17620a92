/* The whole bar as one body, on simulated films in memory: weak texture under strong noise, a neck, a fracture.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "dic/bar.h"
#include "temtensile/simulate.h"

typedef struct agreement {
	size_t frames, read, late; /* before the fracture; of them read; read after it */
	double rms, u; /* of the strain, the mean error of the first twenty frames taken off; root mean square u */
	double within; /* share of the errors within 1 u */
	double contraction, true_contraction;
	double bound; /* Cramér–Rao for a uniform strain and one image's noise */
} agreement;

static tt_simulation *film(const char *law, double contrast, double noise, const char *imaging)
{
	char text[1200];
	tt_simulation *s = NULL;
	tt_error err = {0};
	snprintf(text, sizeof text,
	         "name: bar\nseed: 5\nlaw: {youngs_modulus: 130 GPa, yield_stress: 1.9 GPa, %s}\n"
	         "control: {rate: 16 µN/s, approach: 4 s, hold: 1 s, unload_rate: 80 µN/s, after: 1 s}\n"
	         "video: {size: [300, 130]}\nimaging: {pixel_size: 8 nm, noise: %g, contrast: %g%s}\n",
	         law, noise, contrast, imaging);
	CHECK_MSG(tt_simulation_parse(text, strlen(text), "simulation.yaml", NULL, &s, &err) == TT_OK, "%s",
	          err.message);
	return s;
}

/* Cramér–Rao bound of a uniform strain between the ends from all pixels, the noise of one image: by the slopes of the
 * same texture at its full contrast, without noise. */
static double bound_of(const char *law, double contrast, double noise, const char *imaging, const tt_bar_options *o)
{
	tt_simulation *s = film(law, 16, 0.01, imaging);
	tt_image im;
	tt_error err;
	double sum = 0;
	CHECK(tt_simulation_frame(s, 0, &im, &err) == TT_OK);
	for (int y = 1; y < im.height - 1; y++)
		for (int x = 1; x < im.width - 1; x++) {
			double dx = x - o->from[0], dy = y - o->from[1];
			double along = dx * o->axis[0] + dy * o->axis[1], across = -dx * o->axis[1] + dy * o->axis[0];
			if (along < o->lo || along > o->hi || fabs(across) > o->half_px - 2) continue;
			double gx = 0.5 * (tt_image_at(&im, x + 1, y) - tt_image_at(&im, x - 1, y));
			double gy = 0.5 * (tt_image_at(&im, x, y + 1) - tt_image_at(&im, x, y - 1));
			double g =
			    (gx * o->axis[0] + gy * o->axis[1]) * contrast / 16 * (along - 0.5 * (o->lo + o->hi));
			sum += g * g;
		}
	tt_simulation_free(s);
	return noise / sqrt(sum);
}

static void follow(const char *law, double contrast, const char *imaging, int threads, agreement *out)
{
	enum { FIRST = 20 };
	tt_error err = {0};
	tt_simulation *s = film(law, contrast, 4, imaging);
	const tt_sim_truth *t = tt_simulation_truth(s);
	double a = t->axis_deg * acos(-1) / 180, c = cos(a), si = sin(a), half = 0.5 * t->gauge_px;
	const double end[2] = {-half + 28, half - 28};
	tt_bar_options o = {.from = {t->origin_px[0], t->origin_px[1]},
	                    .axis = {c, si},
	                    .lo = -half + 8,
	                    .hi = half - 8,
	                    .end = {end[0], end[1]},
	                    .half_px = 0.5 * t->width / t->pixel_size,
	                    .segment_px = 0.6 * t->width / t->pixel_size,
	                    .smooth_px = 1.6,
	                    .noise_grey = 4,
	                    .contrast_grey = 100};
	const tt_job job = {.threads = threads};
	tt_bar *b = NULL;
	tt_image im;
	double sum = 0, first = 0, sum_u = 0, error[2000], u[2000];
	size_t n = 0, within = 0;
	*out = (agreement){.frames = (size_t)t->fracture_frame};
	for (int64_t i = 0; i < tt_simulation_frames(s); i++) {
		tt_bar_reading r;
		CHECK(tt_simulation_frame(s, i, &im, &err) == TT_OK);
		if (!b) CHECK_MSG(tt_bar_new(&im, &o, &job, &b, &err) == TT_OK, "%s", err.message);
		CHECK(tt_bar_step(b, &im, 0.2 * (double)i, &r, &err) == TT_OK);
		if (i >= t->fracture_frame) {
			out->late += r.ok && i < t->fracture_frame + 5;
			continue;
		}
		out->read += r.ok;
		if (!r.ok || i == 0) continue;
		double truth = tt_simulation_axial(s, i, end[1]) - tt_simulation_axial(s, i, end[0]),
		       L = end[1] - end[0];
		error[n] = (r.elongation_px - truth) / L;
		u[n] = r.u_px / L;
		if (n < FIRST) first += error[n] / FIRST;
		out->contraction = r.contraction;
		out->true_contraction = 1 - tt_simulation_state(s, i).width_ratio_uniform;
		n++;
	}
	for (size_t i = 0; i < n; i++) {
		sum += (error[i] - first) * (error[i] - first);
		sum_u += u[i] * u[i];
		within += fabs(error[i] - first) < u[i];
	}
	out->rms = sqrt(sum / (double)n);
	out->u = sqrt(sum_u / (double)n);
	out->within = (double)within / (double)n;
	out->bound = bound_of(law, contrast, 4, imaging, &o);
	tt_bar_free(b);
	tt_simulation_free(s);
	check_note(
	    "contrast %g%s: %zu of %zu frames, strain RMS %.2e, u %.2e (%.0f %% within), bound %.2e, contraction %.4f "
	    "(%.4f)",
	    contrast, imaging, out->read, out->frames, out->rms, out->u, 100 * out->within, out->bound,
	    out->contraction, out->true_contraction);
}

static const char even[] = "fracture_strain: 3 %", necking[] = "fracture_strain: 7 %, neck_from: 4 %";

static void check(const agreement *a, double times)
{
	double rms = times * a->bound;
	CHECK(a->read == a->frames);
	CHECK(a->late == 0);
	CHECK_MSG(a->rms < rms, "strain RMS %.2e", a->rms);
	CHECK_MSG(a->within > 0.5 && a->within < 0.95, "%.0f %% within 1 u", 100 * a->within);
}

static void test_strong(void)
{
	agreement a;
	follow(even, 16, "", 2, &a);
	check(&a, 2);
	CHECK_NEAR(a.contraction, a.true_contraction, 0.003);
}

static void test_weak(void)
{
	agreement a;
	follow(even, 2, "", 2, &a);
	check(&a, 2);
	follow(even, 2, ", axis: 9 deg, drift: [6 nm/s, 3 nm/s], shake: 2 nm", 2, &a);
	check(&a, 2);
}

static void test_neck(void)
{
	agreement a;
	follow(necking, 16, "", 2, &a);
	check(&a, 4);
	follow(necking, 4, "", 2, &a);
	CHECK(a.read == a.frames);
	CHECK_MSG(a.within > 0.5, "%.0f %% within 1 u", 100 * a.within);
}

/* Neither the number of threads nor an image without the bar changes or feigns anything. */
static void test_threads_and_nothing(void)
{
	agreement a, b;
	follow(even, 4, "", 1, &a);
	follow(even, 4, "", 3, &b);
	CHECK(memcmp(&a, &b, sizeof a) == 0);
	tt_bar_options o = {.from = {10, 32},
	                    .axis = {1, 0},
	                    .lo = 0,
	                    .hi = 100,
	                    .end = {10, 90},
	                    .half_px = 12,
	                    .segment_px = 20,
	                    .smooth_px = 1.5,
	                    .noise_grey = 4,
	                    .contrast_grey = 0};
	uint8_t grey[2][64 * 128];
	tt_bar *bar = NULL;
	tt_bar_reading r;
	tt_error err;
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < sizeof grey[k]; i++)
			grey[k][i] = (uint8_t)(100 + 4 * tt_sim_normal(3, k, i));
	tt_image im[2];
	for (size_t k = 0; k < 2; k++)
		im[k] = (tt_image){grey[k], 128, 128, 64, TT_U8};
	CHECK(tt_bar_new(&im[0], &o, NULL, &bar, &err) == TT_OK);
	CHECK(tt_bar_step(bar, &im[0], 0, &r, &err) == TT_OK && r.ok && r.elongation_px == 0);
	CHECK(tt_bar_step(bar, &im[1], 1, &r, &err) == TT_OK);
	CHECK(!r.ok);
	tt_bar_free(bar);
	o.hi = 8;
	CHECK(tt_bar_new(&im[0], &o, NULL, &bar, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "pixels of the bar");
}

static const check_case cases[] = {
    {"strong texture", test_strong},
    {"an eighth of it under the same noise", test_weak},
    {"a neck", test_neck},
    {"threads; nothing to be seen", test_threads_and_nothing},
};

CHECK_MAIN(cases)
