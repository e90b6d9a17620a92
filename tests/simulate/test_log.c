/* Logs as instruments write them: touches, cycles, retraction, drift, saturation, gaps, several tests in a file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper.h"

#define QUIET "draw: false\nlog: {force_noise: 0 µN, displacement_noise: 0 nm"

typedef struct rows {
	tt_simulation *sim;
	const tt_sim_truth *truth;
	size_t n;
	const double *t, *d, *f;
} rows;

static rows log_of(const char *text)
{
	tt_error err;
	rows r = {.sim = simulate(text, NULL)};
	r.truth = tt_simulation_truth(r.sim);
	CHECK_MSG(tt_simulation_log(r.sim, &r.n, &r.t, &r.d, &r.f, &err) == TT_OK, "%s", err.message);
	return r;
}

static void touches_come_before(void)
{
	rows r =
	    log_of(QUIET ", force_offset: 1 µN}\n"
	                 "control: {touches: [{force: 30 µN, hold: 1 s, lift: 60 nm, pause: 2 s}, {force: 2 µN}]}\n");
	/* approach 6 s, 30 µN at 4 µN/s, hold, release at 16 µN/s, lift at 15 nm/s, pause, the way back; the second */
	double first = 6, second = first + 7.5 + 1 + 1.875 + 4 + 2 + 4;
	double contact = second + 0.5 + 1 + 0.125 + 6 + 1 + 6;
	CHECK_NEAR(r.truth->contact_log_s, contact, 1e-6);
	size_t top = (size_t)lround(100 * (first + 8));
	CHECK_NEAR(r.f[top], 31e-6, 1e-12);
	CHECK_NEAR(tt_simulation_at(r.sim, first + 8).stress_Pa,
	           (30e-6 - 450 * tt_simulation_at(r.sim, first + 8).displacement_m) / 6e-14, 1);
	CHECK_NEAR(r.f[(size_t)lround(100 * (first + 15))], 1e-6, 1e-15); /* lifted: air */
	CHECK_NEAR(r.d[(size_t)lround(100 * (first + 15))], 120e-9 - 60e-9, 1e-12);
	CHECK(!tt_simulation_at(r.sim, first + 15).contact);
	/* the test itself is as without */
	tt_simulation *plain = simulate(QUIET "}\n", NULL);
	CHECK_NEAR(r.truth->fracture_log_s - contact, tt_simulation_truth(plain)->fracture_log_s - 6, 1e-6);
	tt_simulation_free(plain);
	tt_simulation_free(r.sim);
}

static void cycles_return_elastically(void)
{
	rows r = log_of(QUIET "}\ncontrol: {cycles: [{at: 2.5 %, to: 40 %, hold: 1 s, low_hold: 2 s}, "
	                      "{at: 4 %, to: lift, lift: 45 nm, low_hold: 1 s}, {at: 5 %, to: 100 %, hold: 3 s}]}\n");
	const tt_sim_truth *t = r.truth;
	double fell = 0, in_air = 0, kept = 0, held = 0;
	for (double s = t->contact_log_s; s < t->fracture_log_s; s += 0.05) {
		tt_sim_state x = tt_simulation_at(r.sim, s), y = tt_simulation_at(r.sim, s + 0.05);
		double d = x.displacement_m;
		if (x.contact) CHECK_NEAR(x.force_raw_N, 450 * d + 6e-14 * x.stress_Pa, 1e-12);
		if (!x.contact) {
			in_air += 0.05;
			CHECK(x.force_raw_N == 0 && x.stress_Pa == 0);
			CHECK(x.gauge_strain > 0.015 &&
			      x.gauge_strain < 0.03); /* its plastic strain, held by the spring */
			kept = d;
		} else if (y.force_raw_N < x.force_raw_N - 1e-7 && y.contact) {
			fell += x.force_raw_N - y.force_raw_N;
			/* along E: the plastic strain stays */
			CHECK_NEAR(x.stress_Pa - y.stress_Pa, 140e9 * (x.gauge_strain - y.gauge_strain), 3e3);
		} else if (fabs(y.force_raw_N - x.force_raw_N) < 1e-12) {
			held += 0.05;
		}
	}
	CHECK_NEAR(in_air, 7, 0.11); /* 3 s away, 1 s there, 3 s back */
	CHECK(kept > 20e-9);
	CHECK_NEAR(held, 1 + 2 + 3, 0.3);
	CHECK(fell > 200e-6);
	/* the cycles leave no trace in the law */
	tt_simulation *plain = simulate(QUIET "}\n", NULL);
	CHECK_NEAR(t->strain_at_fracture, tt_simulation_truth(plain)->strain_at_fracture, 1e-12);
	CHECK_NEAR(t->ultimate_strength, tt_simulation_truth(plain)->ultimate_strength, 1);
	tt_simulation_free(plain);
	/* the punch in the log: 45 nm off the device where it rests */
	double lowest = 1;
	for (size_t i = 0; i < r.n; i++)
		if (r.t[i] > t->contact_log_s + 1 && r.t[i] < t->fracture_log_s) lowest = fmin(lowest, r.d[i]);
	CHECK_NEAR(lowest, 120e-9 + kept - 45e-9, 1e-12);
	tt_simulation_free(r.sim);
}

static void second_stage_is_slower(void)
{
	rows r = log_of(QUIET "}\ncontrol: {second_stage: {from: 2 %, rate: 1 µN/s}}\n");
	double at = 0;
	for (double s = r.truth->contact_log_s; s < r.truth->fracture_log_s - 0.1; s += 0.1) {
		tt_sim_state x = tt_simulation_at(r.sim, s), y = tt_simulation_at(r.sim, s + 0.1);
		double rate = (y.force_raw_N - x.force_raw_N) / 0.1;
		if (x.gauge_strain >= 0.02 && at == 0) at = s;
		if (y.gauge_strain < 0.02) CHECK_NEAR(rate, 4e-6, 1e-9);
		if (x.gauge_strain > 0.02) CHECK_NEAR(rate, 1e-6, 1e-9);
	}
	CHECK(at > 0);
	tt_simulation_free(r.sim);
}

/* Slope of force over displacement between two times, by its ends. */
static double slope(const rows *r, double from, double to)
{
	size_t a = (size_t)lround(100 * from), b = (size_t)lround(100 * to);
	return (r->f[b] - r->f[a]) / (r->d[b] - r->d[a]);
}

static void punch_retracts(void)
{
	for (int at_once = 0; at_once < 2; at_once++) {
		char text[512];
		snprintf(text, sizeof text,
		         QUIET "}\ncontrol: {hold: %d s, retract: {speed: 100 nm/s, distance: 400 nm}}\n",
		         at_once ? 0 : 2);
		rows r = log_of(text);
		double start = r.truth->fracture_log_s + (at_once ? 0 : 2);
		CHECK_NEAR(slope(&r, start + 0.05, start + 0.5), 450, 0.01); /* the bare spring */
		tt_sim_state last = tt_simulation_at(r.sim, r.truth->fracture_log_s - 1e-9);
		tt_sim_state first = tt_simulation_at(r.sim, start + 1e-9);
		if (at_once) CHECK_NEAR(first.displacement_m, last.displacement_m, 1e-12);
		if (!at_once) CHECK_NEAR(first.displacement_m, last.force_raw_N / 450, 1e-12);
		double gone = start + first.displacement_m / 100e-9;
		CHECK(tt_simulation_at(r.sim, gone - 0.01).contact && !tt_simulation_at(r.sim, gone + 0.01).contact);
		CHECK_NEAR(r.d[r.n - 1], 120e-9 - 400e-9, 1e-9);
		CHECK_NEAR(r.f[r.n - 1], 0.8e-6, 1e-12);
		tt_simulation_free(r.sim);
	}
}

static void transducer_spring_is_in_all(void)
{
	rows r = log_of(QUIET ", transducer_spring: 60 N/m}\ncontrol: {retract: {distance: 200 nm}}\n");
	double contact = r.truth->contact_log_s, fracture = r.truth->fracture_log_s;
	CHECK_NEAR(slope(&r, 1, 5), 60, 1e-6);
	CHECK_NEAR(slope(&r, fracture + 4.05, fracture + 4.4), 510, 1e-3);
	/* the instrument controls what it sees */
	for (double s = contact + 1; s < fracture - 1; s += 0.5)
		CHECK_NEAR(r.f[(size_t)lround(100 * s)] - r.f[(size_t)lround(100 * (s - 1))], 4e-6, 1e-11);
	tt_simulation_free(r.sim);
}

static void drift_settles(void)
{
	rows r = log_of(QUIET ", displacement_drift: 0.5 nm/s, force_drift: -0.05 µN/s, drift_settles: 10 s}\n"
	                      "control: {wait: 40 s}\n");
	CHECK_NEAR((r.d[100] - r.d[0]) / 1, 0.5e-9 * 10 * (1 - exp(-0.1)), 1e-14);
	CHECK_NEAR(r.f[3900] - r.f[0], -0.05e-6 * 10 * (1 - exp(-3.9)), 1e-14);
	tt_simulation_free(r.sim);
}

static void saturation_clips(void)
{
	rows r = log_of(QUIET ", saturation: {force: 120 µN, displacement: [-1 µm, 500 nm]}}\n");
	double most_f = 0, most_d = 0;
	for (size_t i = 0; i < r.n; i++) {
		most_f = fmax(most_f, r.f[i]);
		most_d = fmax(most_d, r.d[i]);
	}
	CHECK_NEAR(most_f, 120e-6, 1e-18);
	CHECK_NEAR(most_d, 500e-9, 1e-20);
	tt_simulation_free(r.sim);
	r = log_of(QUIET ", saturation: {force: 120 µN, overflow: 9.9e37}}\n");
	size_t over = 0;
	for (size_t i = 0; i < r.n; i++) {
		CHECK(r.f[i] <= 120.001e-6 || r.f[i] > 9.8e31);
		over += r.f[i] > 1;
	}
	CHECK(over > 100);
	tt_simulation_free(r.sim);
}

static void steps_and_missing_rows(void)
{
	rows r = log_of(
	    QUIET ", force_step: 0.5 µN, displacement_step: 2 nm, time_step: 1 s, from: 3 s, gap: [20 s, 22 s]}\n");
	for (size_t i = 0; i < r.n; i++) {
		CHECK_NEAR(r.f[i], 0.5e-6 * round(r.f[i] / 0.5e-6), 1e-15);
		CHECK_NEAR(r.d[i], 2e-9 * round(r.d[i] / 2e-9), 1e-18);
		CHECK(r.t[i] == floor(r.t[i]) && r.t[i] >= 3 && !(r.t[i] >= 20 && r.t[i] < 22));
	}
	rows whole = log_of(QUIET "}\n");
	CHECK(whole.n - r.n == 500);
	tt_simulation_free(whole.sim);
	tt_simulation_free(r.sim);
}

static const check_case cases[] = {
    {"touches_come_before", touches_come_before},
    {"cycles_return_elastically", cycles_return_elastically},
    {"second_stage_is_slower", second_stage_is_slower},
    {"punch_retracts", punch_retracts},
    {"transducer_spring_is_in_all", transducer_spring_is_in_all},
    {"drift_settles", drift_settles},
    {"saturation_clips", saturation_clips},
    {"steps_and_missing_rows", steps_and_missing_rows},
};
CHECK_MAIN(cases)
