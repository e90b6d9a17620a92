/* From a log and lengths to stress and strain: the law of a simulated test, known beforehand; the scale of noise; the
 * section. SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "evaluate/curve.h"
#include "evaluate/evaluation.h"
#include "evaluate/noise_scale.h"
#include "temtensile/simulate.h"

enum { NOISE = 4242 };

static tt_force_log *log_of(tt_simulation *sim)
{
	size_t n;
	const double *t, *d, *f;
	tt_error err;
	CHECK_MSG(tt_simulation_log(sim, &n, &t, &d, &f, &err) == TT_OK, "%s", err.message);
	tt_force_log *log = calloc(1, sizeof *log);
	CHECK(log);
	log->n = n;
	log->time_s = malloc(n * sizeof(double));
	log->displacement_m = malloc(n * sizeof(double));
	log->force_N = malloc(n * sizeof(double));
	CHECK(log->time_s && log->displacement_m && log->force_N);
	memcpy(log->time_s, t, n * sizeof(double));
	memcpy(log->displacement_m, d, n * sizeof(double));
	memcpy(log->force_N, f, n * sizeof(double));
	log->machine_compliance_m_per_N = log->drift_rate_m_per_s = NAN;
	return log;
}

/* Stress is force over the described section, strain the growth of the length, row by row, in both modes of control. */
static void law_comes_back(void)
{
	for (int load = 0; load < 2; load++) {
		char text[512];
		snprintf(text, sizeof text,
		         "draw: false\nlaw: {youngs_modulus: 120 GPa, yield_stress: 2 GPa, fracture_strain: 6 %%}\n"
		         "control: {mode: %s, wait: 3 s}\nlog: {force_noise: 0.02 µN, displacement_noise: 0.05 nm}\n",
		         load ? "load" : "displacement");
		tt_simulation *sim;
		tt_error err;
		CHECK_MSG(tt_simulation_parse(text, strlen(text), "simulation.yaml", NULL, &sim, &err) == TT_OK, "%s",
		          err.message);
		const tt_sim_truth *truth = tt_simulation_truth(sim);
		tt_force_log *log = log_of(sim);
		tt_mechanics_options o = tt_mechanics_defaults();
		o.spring = TT_SPRING_GIVEN;
		o.stiffness = truth->stated_stiffness;
		o.stiffness.u = 0;
		tt_mechanics *m;
		CHECK_MSG(tt_mechanics_fit(log, &o, &m, NULL, &err) == TT_OK, "%s", err.message);
		size_t n = (size_t)tt_simulation_frames(sim);
		tt_gauge_reading *r = calloc(n, sizeof *r);
		int64_t *number = calloc(n, sizeof *number);
		double *time = calloc(n, sizeof *time);
		unsigned *flag = calloc(n, sizeof *flag);
		CHECK(r && number && time && flag);
		double length = truth->mark_X_px[1] - truth->mark_X_px[0], noise = 0.02;
		for (size_t i = 0; i < n; i++) {
			tt_sim_state s = tt_simulation_state(sim, (int64_t)i);
			number[i] = (int64_t)i;
			time[i] = s.time_s;
			flag[i] = s.broken ? TT_ROW_FRACTURED : 0;
			r[i] = (tt_gauge_reading){.ok = true,
			                          .length_px =
			                              length * (1 + s.mark_strain) + noise * tt_sim_normal(5, NOISE, i),
			                          .u_length_px = noise,
			                          .zncc = 0.98};
		}
		tt_curve_input in = {.n = n,
		                     .number = number,
		                     .time_s = time,
		                     .flag = flag,
		                     .reading = r,
		                     .mechanics = m,
		                     .clock = {.starts_at_s = truth->log_starts_at, .rate = 1},
		                     .width = {truth->width, 0, true},
		                     .thickness = {truth->thickness, 0, true}};
		tt_curve *c;
		tt_zero_length zero;
		CHECK_MSG(tt_curve_build(&in, &c, &zero, NULL, &err) == TT_OK, "%s", err.message);
		CHECK_NEAR(zero.length_px, length, 5 * noise);
		double s2 = 0, e2 = 0, z2 = 0;
		size_t rows = 0;
		for (size_t i = 0; i < n; i++) {
			tt_sim_state s = tt_simulation_state(sim, (int64_t)i);
			if (s.broken || s.log_time_s < 0) {
				if (s.broken) CHECK(isnan(c->strain[i]) && isnan(c->stress_Pa[i]));
				continue;
			}
			CHECK_NEAR(c->strain[i], s.mark_strain, 6 * noise / length);
			if (!isnan(c->true_strain[i])) {
				CHECK_NEAR(c->true_strain[i], log1p(c->strain[i]), 1e-14);
				CHECK_NEAR(c->true_stress_Pa[i], c->stress_Pa[i] * (1 + c->strain[i]), 1);
			}
			if (!s.contact) CHECK_NEAR(c->stress_Pa[i], 0, 0);
			rows++;
			s2 += pow(c->stress_Pa[i] - s.stress_Pa, 2);
			e2 += pow(c->strain[i] - s.mark_strain, 2);
			z2 += pow((c->strain[i] - s.mark_strain) / c->u_strain[i], 2);
		}
		double rms = sqrt(s2 / (double)rows);
		check_note("%s control: stress RMS %.3f %% of the ultimate strength, strain RMS %.1e, error / u %.2f",
		           load ? "load" : "displacement", 100 * rms / truth->ultimate_strength,
		           sqrt(e2 / (double)rows), sqrt(z2 / (double)rows));
		CHECK(rows > 150 && rms < 0.002 * truth->ultimate_strength);
		CHECK(sqrt(z2 / (double)rows) > 0.6 && sqrt(z2 / (double)rows) < 1.3);
		tt_curve_free(c);
		tt_mechanics_free(m);
		tt_force_log_free(log);
		tt_simulation_free(sim);
		free(r);
		free(number);
		free(time);
		free(flag);
	}
}

/* Lengths that scatter three times as much as they say; a smooth motion adds nothing to it. */
static void noise_scale_is_found(void)
{
	enum { N = 400 };
	static tt_gauge_reading r[N];
	bool use[N];
	for (int k = 0; k < 3; k++) {
		double times = k == 0 ? 0.5 : k == 1 ? 1 : 3;
		for (int i = 0; i < N; i++) {
			use[i] = true;
			r[i] = (tt_gauge_reading){.ok = true,
			                          .u_length_px = 0.02,
			                          .length_px = 400 + 0.1 * i + 3e-4 * i * i +
			                                       0.02 * times * tt_sim_normal(7, NOISE, (uint64_t)i)};
		}
		double scale = tt_noise_scale(r, use, N);
		check_note("scatter %.1f times the stated: %.2f", times, scale);
		CHECK_NEAR(scale, fmax(times, 1), 0.2 * fmax(times, 1));
	}
	for (int i = 8; i < N; i++) /* too few to tell */
		use[i] = false;
	CHECK(tt_noise_scale(r, use, N) == 1);
}

/* A wedge is as strong as its smallest section. */
static void section_of_a_wedge(void)
{
	tt_quantity width[] = {{400e-9, 4e-9, true}, {300e-9, 4e-9, true}, {500e-9, 4e-9, true}};
	double at[] = {0, 0.5, 1};
	tt_quantity thickness[] = {{100e-9, 1e-9, true}, {200e-9, 1e-9, true}};
	double ends[] = {0, 1};
	tt_test test = {.specimen = {.width = {width, at, 3}, .thickness = {thickness, ends, 2}}};
	tt_result r = {0};
	tt_evaluation e = {.test = &test, .r = &r};
	tt_evaluate_section(&e);
	/* 400 (1 - s/2) × 100 (1 + s) nm² rises from 40000 up to s = 0.5 (45000), and further behind it */
	CHECK_NEAR(r.width.value, 400e-9, 1e-18);
	CHECK_NEAR(r.thickness.value, 100e-9, 1e-18);
	thickness[1].value = 60e-9;
	width[2].value = 450e-9;
	tt_evaluate_section(&e);
	/* to the middle 400 - 200 s by 100 - 40 s nm²: 24000 there; behind it 300 + 300 (s - ½) by 100 - 40 s: 27000 at
	 * its end */
	CHECK_NEAR(r.width.value, 300e-9, 1e-15);
	CHECK_NEAR(r.thickness.value, 80e-9, 1e-15);
	CHECK_HAS(r.section, "0.50");
	test.specimen.width.n = test.specimen.thickness.n = 1;
	tt_evaluate_section(&e);
	CHECK_STR(r.section, "uniform");
	CHECK_NEAR(r.width.value, 400e-9, 1e-18);
}

static const check_case cases[] = {
    {"law_comes_back", law_comes_back},
    {"noise_scale_is_found", noise_scale_is_found},
    {"section_of_a_wedge", section_of_a_wedge},
};
CHECK_MAIN(cases)
