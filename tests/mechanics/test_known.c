/* Contact, fracture, spring and release in logs whose answers are known beforehand, with very little noise; and the
 * line of a bare spring by itself. SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "mechanics/spring.h"
#include "temtensile/simulate.h"

static tt_mechanics *fit(tt_simulation *sim, bool after_fracture, tt_force_log *log)
{
	size_t n;
	const double *t, *d, *f;
	tt_error err;
	CHECK_MSG(tt_simulation_log(sim, &n, &t, &d, &f, &err) == TT_OK, "%s", err.message);
	*log = (tt_force_log){.n = n,
	                      .time_s = (double *)t,
	                      .displacement_m = (double *)d,
	                      .force_N = (double *)f,
	                      .machine_compliance_m_per_N = NAN,
	                      .drift_rate_m_per_s = NAN};
	tt_mechanics_options o = tt_mechanics_defaults();
	o.drift = TT_DRIFT_AUTO;
	o.spring = after_fracture ? TT_SPRING_AFTER_FRACTURE : TT_SPRING_GIVEN;
	if (!after_fracture) o.stiffness = (tt_quantity){tt_simulation_truth(sim)->stiffness, 0, true};
	tt_mechanics *m;
	CHECK_MSG(tt_mechanics_fit(log, &o, &m, NULL, &err) == TT_OK, "%s", err.message);
	return m;
}

#define LOG "draw: false\nlog: {force_noise: 0.01 µN, displacement_noise: 0.02 nm%s}\ncontrol: {wait: 4 s%s}\n"

typedef struct known {
	const char *name, *log, *control;
	bool after_fracture;
	double k_tolerance; /* N/m */
} known;

static const known tests[] = {
    {"load control", "", "", true, 0.05},
    {"displacement control", "", ", mode: displacement", true, 0.5},
    {"offset and opposite sign of the offset", ", force_offset: -2.5 µN, displacement_offset: -40 nm", "", true, 0.05},
    {"preload and lift, twice", "", ", touches: [{force: 5 µN, hold: 3 s}, {force: 5 µN, hold: 3 s}]", true, 0.3},
    {"a touch of 20 µN before", "", ", touches: [{force: 20 µN, lift: 80 nm}]", true, 0.3},
    {"a cycle that keeps contact", "", ", cycles: [{at: 1 %, to: 30 %}]", true, 0.3},
    {"a cycle that leaves it", "", ", cycles: [{at: 2 %, to: lift, lift: 40 nm}]", true, 0.5},
    {"breaks under hardly more than it was loaded with before", "",
     ", mode: displacement, rate: 5 nm/s, cycles: [{at: 1 %, to: lift, lift: 30 nm}, {at: 4.5 %, to: lift, lift: 40 "
     "nm}]",
     true, 0.5},
    {"retracts after a hold", "", ", retract: {speed: 200 nm/s, distance: 200 nm}", true, 0.3},
    {"retracts at once", "", ", hold: 0 s, retract: {speed: 500 nm/s, distance: 200 nm}", false, 0},
    {"a transducer's spring, softer than the device", ", transducer_spring: 200 N/m", "", true, 0.5},
    {"a transducer's spring, stiffer than the device", ", transducer_spring: 600 N/m", ", lift: 80 nm", true, 0.5},
    {"both drifts and a spring", ", transducer_spring: 350 N/m, force_drift: 0.05 µN/s, displacement_drift: 0.8 nm/s",
     ", touches: [{force: 10 µN, hold: 1 s, lift: 80 nm, pause: 12 s}], lift: 80 nm", true, 1},
};

/* Contact within 50 ms, fracture between its two rows, k, the air's force. */
static void logs_with_known_answers(void)
{
	int wrong = 0;
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
		const known *k = &tests[i];
		char text[512];
		snprintf(text, sizeof text, LOG, k->log, k->control);
		tt_error err;
		tt_simulation *sim;
		CHECK_MSG(tt_simulation_parse(text, strlen(text), "simulation.yaml", NULL, &sim, &err) == TT_OK, "%s",
		          err.message);
		const tt_sim_truth *truth = tt_simulation_truth(sim);
		tt_force_log log;
		tt_mechanics *m = fit(sim, k->after_fracture, &log);
		bool contact = fabs(m->contact_time_s - truth->contact_log_s) < 0.05;
		bool fracture = fabs(m->fracture_time_s - truth->fracture_log_s) <= 0.0101;
		bool spring = !k->after_fracture || fabs(m->k - truth->stiffness) < k->k_tolerance;
		tt_mechanics_sample half;
		double instant = truth->contact_log_s + 0.8 * (truth->fracture_log_s - truth->contact_log_s);
		tt_mechanics_at(m, instant, 0.05, &half);
		tt_sim_state s = tt_simulation_at(sim, instant);
		bool force = fabs(half.force_N - s.force_N) < 0.15e-6;
		check_note("%s: contact %+.4f s, fracture %+.4f s, k %+.3f N/m, specimen force %+.4f µN", k->name,
		           m->contact_time_s - truth->contact_log_s, m->fracture_time_s - truth->fracture_log_s,
		           m->k - truth->stiffness, 1e6 * (half.force_N - s.force_N));
		wrong += !contact || !fracture || !spring || !force;
		tt_mechanics_free(m);
		tt_simulation_free(sim);
	}
	CHECK_MSG(wrong == 0, "%d of the logs above are not as they were made", wrong);
}

/* y = k x (+ k2 x²) without noise gives k back exactly; with noise in both, within what is stated. */
static void line_of_a_spring(void)
{
	enum { N = 300 };
	double t[N], x[N], y[N];
	char why[256];
	double z2 = 0;
	for (int draw = 0; draw < 60; draw++) {
		for (int i = 0; i < N; i++) {
			double d = 400e-9 * (1 - (double)i / N);
			t[i] = 0.01 * i;
			x[i] = d + (draw ? 0.4e-9 : 1e-15) * tt_sim_normal((uint64_t)draw, 1, (uint64_t)i);
			y[i] = 437.5 * d + (draw ? 0.3e-6 : 1e-15) * tt_sim_normal((uint64_t)draw, 2, (uint64_t)i);
		}
		tt_spring_data s = {.t = t,
		                    .x = x,
		                    .y = y,
		                    .n = N,
		                    .noise_x = draw ? 0.4e-9 : 1e-15,
		                    .noise_y = draw ? 0.3e-6 : 1e-15,
		                    .anchor_u = NAN,
		                    .level = 0.01};
		tt_spring_fit f = {0};
		double shift, u_d0;
		CHECK_MSG(tt_spring_fit_data(&s, &f, &shift, &u_d0, why, sizeof why), "%s", why);
		if (!draw) {
			CHECK_NEAR(f.stiffness, 437.5, 1e-4);
			CHECK(!f.quadratic);
		} else if (!f.quadratic) {
			z2 += pow((f.stiffness - 437.5) / f.u_stiffness, 2) / 59;
		}
	}
	check_note("59 springs with noise in both: rms error / u %.2f", sqrt(z2));
	CHECK(sqrt(z2) > 0.6 && sqrt(z2) < 1.4);
}

static const check_case cases[] = {{"logs_with_known_answers", logs_with_known_answers},
                                   {"line_of_a_spring", line_of_a_spring}};
CHECK_MAIN(cases)
