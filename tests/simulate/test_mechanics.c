/* The simulated mechanics against formulas written anew here: balance of forces, law, times, log, draws.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper.h"

static const char *const exact = "draw: false\n";

static const char *const necking = "draw: false\nlaw: {neck_from: 5 %, softening: 0.08 GPa}\n";

/* Formulas of the contract at many instants. */
static void check_balance(const tt_simulation *sim, double until)
{
	const tt_sim_truth *t = tt_simulation_truth(sim);
	double area = t->width * t->thickness;
	for (double s = t->contact_log_s + 0.01; s < until; s += 0.0973) {
		tt_sim_state x = tt_simulation_at(sim, s);
		double d = x.displacement_m;
		CHECK_NEAR(x.force_raw_N, t->stiffness * d + t->stiffness2 * d * d + area * x.stress_Pa, 1e-13);
		CHECK_NEAR(x.force_N, area * x.stress_Pa, 1e-15);
		if (x.broken) continue;
		CHECK_NEAR(d, t->gauge_length * x.gauge_strain + t->series_compliance * x.force_N, 2e-14);
	}
}

static void load_control_balances(void)
{
	tt_simulation *sim = simulate(necking, NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	check_balance(sim, t->fracture_log_s + 12);
	for (double s = t->contact_log_s; s < t->fracture_log_s; s += 0.37)
		CHECK_NEAR(tt_simulation_at(sim, s).force_raw_N, 4e-6 * (s - t->contact_log_s), 1e-13);
	CHECK_NEAR(t->contact_log_s, 6, 0);
	tt_sim_state air = tt_simulation_at(sim, 5.9), before = tt_simulation_at(sim, t->fracture_log_s - 1e-9);
	tt_sim_state after = tt_simulation_at(sim, t->fracture_log_s + 1e-9);
	CHECK(!air.contact && air.force_raw_N == 0 && air.gauge_strain == 0 && air.displacement_m == 0);
	CHECK(!before.broken && after.broken && before.contact && after.contact);
	CHECK_NEAR(before.gauge_strain, 0.07, 1e-9);
	/* displacement jumps to where the bare spring carries the same force */
	CHECK_NEAR(after.force_raw_N, before.force_raw_N, 1e-13);
	CHECK_NEAR(after.displacement_m, before.force_raw_N / 450, 1e-15);
	CHECK_NEAR(after.stress_Pa, 0, 0);
	/* hold of 4 s, then 16 µN/s down to nothing */
	CHECK_NEAR(tt_simulation_at(sim, t->fracture_log_s + 3.99).force_raw_N, before.force_raw_N, 1e-13);
	CHECK_NEAR(tt_simulation_at(sim, t->fracture_log_s + 9).force_raw_N, before.force_raw_N - 80e-6, 1e-12);
	tt_sim_state gone = tt_simulation_at(sim, t->fracture_log_s + 4 + before.force_raw_N / 16e-6 + 0.01);
	CHECK(!gone.contact && gone.force_raw_N == 0 && gone.displacement_m == 0);
	tt_simulation_free(sim);
}

static void displacement_control_balances(void)
{
	tt_simulation *sim = simulate("draw: false\ncontrol: {mode: displacement, rate: 3 nm/s, hold: 2 s}\n", NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	check_balance(sim, t->fracture_log_s + 8);
	for (double s = t->contact_log_s; s < t->fracture_log_s; s += 0.37)
		CHECK_NEAR(tt_simulation_at(sim, s).displacement_m, 3e-9 * (s - t->contact_log_s), 1e-15);
	tt_sim_state before = tt_simulation_at(sim, t->fracture_log_s - 1e-9);
	tt_sim_state after = tt_simulation_at(sim, t->fracture_log_s + 1e-9);
	CHECK_NEAR(after.displacement_m, before.displacement_m, 1e-16);
	CHECK_NEAR(after.force_raw_N, 450 * before.displacement_m, 1e-13);
	CHECK(after.force_raw_N < before.force_raw_N - 100e-6);
	CHECK_NEAR(tt_simulation_at(sim, t->fracture_log_s + 3).displacement_m, before.displacement_m - 12e-9, 1e-14);
	tt_simulation_free(sim);
}

static void spring_may_stiffen(void)
{
	tt_simulation *sim = simulate("draw: false\ndevice: {stiffness: 400 N/m, stiffness2: 2e8 N/m²}\n", NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	check_balance(sim, t->fracture_log_s + 14);
	tt_sim_state after = tt_simulation_at(sim, t->fracture_log_s + 1);
	double d = after.displacement_m;
	CHECK_NEAR(400 * d + 2e8 * d * d, after.force_raw_N, 1e-13);
	tt_simulation_free(sim);
}

/* The law, integrated anew: strain = stress/E + p with the flow stress of p. */
static void law_is_as_written(void)
{
	tt_simulation *sim = simulate(necking, NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	const double *strain, *stress;
	size_t n = tt_simulation_curve(sim, &strain, &stress), plastic = 0;
	double p_neck = NAN, p_end = strain[n - 1] - stress[n - 1] / 140e9;
	for (size_t i = 0; i < n; i++)
		if (strain[i] >= 0.05 && isnan(p_neck)) {
			double part = (0.05 - strain[i - 1]) / (strain[i] - strain[i - 1]);
			p_neck = 0.05 - (stress[i - 1] + part * (stress[i] - stress[i - 1])) / 140e9;
		}
	for (size_t i = 0; i < n; i++) {
		double p = strain[i] - stress[i] / 140e9;
		if (p < 1e-9) {
			CHECK(stress[i] <= 2.2e9 * (1 + 1e-12));
			continue;
		}
		plastic++;
		double flow = 2.2e9 + 0.3e9 * (1 - exp(-p / 0.015)), t_neck = (p - p_neck) / (p_end - p_neck);
		if (t_neck > 0) flow -= 0.08e9 * t_neck * t_neck;
		CHECK_NEAR(stress[i], flow, 2e3);
	}
	CHECK(plastic > 1000);
	CHECK_NEAR(t->yield_02, 2.2e9 + 0.3e9 * (1 - exp(-0.002 / 0.015)), 1e5);
	CHECK_NEAR(t->proportional_limit, 2.2e9, 0);
	tt_sim_state yield = tt_simulation_at(sim, t->yield_log_s);
	CHECK_NEAR(yield.gauge_strain, 0.002 + yield.stress_Pa / 140e9, 1e-8);
	double top = 0, at = 0;
	for (size_t i = 0; i < n; i++)
		if (stress[i] > top) {
			top = stress[i];
			at = strain[i];
		}
	CHECK_NEAR(t->ultimate_strength, top, 0);
	CHECK_NEAR(t->strain_at_ultimate, at, 0);
	CHECK(t->necks && t->broken);
	CHECK_NEAR(t->strain_at_fracture, 0.07, 1e-9);
	CHECK_NEAR(t->neck_onset_strain, 0.05, 0);
	tt_simulation_free(sim);
}

static void brittle_film_breaks_elastically(void)
{
	tt_simulation *sim = simulate("draw: false\nlaw: {fracture_strain: 1 %}\n", NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	CHECK(t->broken && !t->necks && isnan(t->yield_02) && isnan(t->proportional_limit) && isnan(t->yield_log_s));
	CHECK_NEAR(t->ultimate_strength, 1.4e9, 1);
	CHECK_NEAR(t->strain_at_fracture, 0.01, 1e-12);
	tt_simulation_free(sim);
}

static void unbroken_film_unloads(void)
{
	tt_simulation *sim =
	    simulate("draw: false\nlaw: {fracture_strain: none}\ncontrol: {stop_strain: 2.5 %}\n", NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	CHECK(!t->broken && t->fracture_frame == -1 && isnan(t->fracture_log_s) && isnan(t->strain_at_fracture));
	const double *strain, *stress;
	size_t n = tt_simulation_curve(sim, &strain, &stress);
	CHECK_NEAR(strain[n - 1], 0.025, 1e-9);
	double area = t->width * t->thickness, d_top = 2e-6 * 0.025 + 0.125e-3 * area * stress[n - 1];
	double top = 450 * d_top + area * stress[n - 1], stop = 6 + top / 4e-6;
	tt_sim_state held = tt_simulation_at(sim, stop + 3.9);
	CHECK_NEAR(held.gauge_strain, 0.025, 1e-9);
	CHECK_NEAR(held.force_raw_N, top, 1e-12);
	/* elastic return: stress falls by E times the strain, forces balance */
	double leave = stop + 4 + top / 16e-6;
	for (double s = stop + 4.5; s < leave; s += 0.31) {
		tt_sim_state x = tt_simulation_at(sim, s);
		CHECK_NEAR(x.force_raw_N, top - 16e-6 * (s - stop - 4), 1e-12);
		CHECK_NEAR(x.stress_Pa, stress[n - 1] - 140e9 * (0.025 - x.gauge_strain), 1e3);
	}
	check_balance(sim, leave - 0.01);
	tt_sim_state gone = tt_simulation_at(sim, leave + 0.1);
	CHECK(!gone.contact && gone.force_raw_N == 0 && gone.stress_Pa == 0);
	CHECK(gone.gauge_strain > 0 && gone.gauge_strain < 0.025);
	tt_simulation_free(sim);

	/* a film that would break later, stopped before */
	sim = simulate("draw: false\nlaw: {neck_from: 5 %}\ncontrol: {stop_strain: 6 %}\n", NULL);
	t = tt_simulation_truth(sim);
	CHECK(!t->broken && t->necks);
	n = tt_simulation_curve(sim, &strain, &stress);
	CHECK_NEAR(strain[n - 1], 0.06, 1e-9);
	tt_simulation_free(sim);
}

static void pop_in_jumps(void)
{
	const char *load = "draw: false\nlaw:\n  pop_ins:\n    - {at: 1 %, drop: 0.1 GPa, extent: 0.4 %}\n";
	tt_simulation *sim = simulate(load, NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	check_balance(sim, t->fracture_log_s);
	double jump = 0, step = 1e-3;
	for (double s = t->contact_log_s; s < t->fracture_log_s - step; s += step)
		jump = fmax(jump,
		            tt_simulation_at(sim, s + step).displacement_m - tt_simulation_at(sim, s).displacement_m);
	check_note("load control: displacement jumps by %.2f nm", 1e9 * jump);
	CHECK(jump > 2e-9 && jump < 10e-9);
	tt_simulation_free(sim);

	char text[256];
	snprintf(text, sizeof text, "%scontrol: {mode: displacement}\n", load);
	sim = simulate(text, NULL);
	t = tt_simulation_truth(sim);
	double fall = 0;
	for (double s = t->contact_log_s; s < t->fracture_log_s - step; s += step)
		fall = fmax(fall, tt_simulation_at(sim, s).force_raw_N - tt_simulation_at(sim, s + step).force_raw_N);
	check_note("displacement control: force falls by %.2f uN", 1e6 * fall);
	CHECK(fall > 3e-6 && fall < 6.5e-6); /* 0.1 GPa on 400 × 150 nm are 6 µN; the machine gives some way */
	tt_simulation_free(sim);
}

static void slack_comes_first(void)
{
	tt_simulation *sim = simulate("draw: false\ncontrol: {slack: 20 nm, slack_stress: 40 MPa}\n", NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	check_balance(sim, t->fracture_log_s + 2);
	CHECK_NEAR(t->slack_strain, 0.01, 1e-15);
	for (double s = t->contact_log_s + 0.2; s < t->fracture_log_s; s += 0.7) {
		tt_sim_state x = tt_simulation_at(sim, s);
		double straight = 0.01 * (1 - exp(-x.stress_Pa / 40e6)),
		       strain = (1 + x.gauge_strain) / (1 + straight) - 1;
		if (x.stress_Pa < 2.19e9) CHECK_NEAR(x.stress_Pa, 140e9 * strain, 1e4);
	}
	CHECK_NEAR(tt_simulation_at(sim, t->fracture_log_s - 1e-9).gauge_strain, 1.01 * 1.07 - 1, 1e-8);
	CHECK_NEAR(t->strain_at_fracture, 0.07, 1e-9);
	tt_simulation_free(sim);
}

/* A spring too weak for a film that softens: in load control the machine runs away, and it breaks early. */
static void weak_spring_runs_away(void)
{
	const char *text = "draw: false\nlaw: {neck_from: 3 %, softening: 1 GPa, fracture_strain: 8 %}\n"
	                   "device: {stiffness: 50 N/m}\n";
	tt_simulation *sim = simulate(text, NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	CHECK(t->broken);
	CHECK(t->strain_at_fracture > 0.03 && t->strain_at_fracture < 0.06);
	/* there the slope of the force over the displacement vanishes */
	double end = t->fracture_log_s, h = 1e-3;
	double late = tt_simulation_at(sim, end - h).displacement_m - tt_simulation_at(sim, end - 2 * h).displacement_m;
	double early = tt_simulation_at(sim, 7 + h).displacement_m - tt_simulation_at(sim, 7).displacement_m;
	check_note("compliance just before is %.0f times that at first", late / early);
	CHECK(late > 30 * early);
	tt_simulation_free(sim);
}

static void draws_follow_the_description(void)
{
	enum { DRAWS = 2000 };
	const char *text =
	    "imaging: {pixel_size: 4 ± 0.04 nm}\nvideo: {log_starts_at: 2 ± 0.5 s, clock_rate: 1.001 ± 0.002}\n"
	    "device: {frame_compliance: 0.2 ± 0.01 nm/µN}\n";
	double sum[7] = {0}, sum2[7] = {0}, cross = 0;
	for (int i = 0; i < DRAWS; i++) {
		tt_simulate_options o = tt_simulate_defaults();
		o.seed = i;
		tt_simulation *sim = simulate(text, &o);
		const tt_sim_truth *t = tt_simulation_truth(sim);
		double z[7] = {(t->stiffness - 450) / 10,
		               (t->width - 400e-9) / 8e-9,
		               (t->thickness - 150e-9) / 3e-9,
		               (t->pixel_size - 4e-9) / 0.04e-9,
		               (t->log_starts_at - 2) / 0.5,
		               (t->clock_rate - 1.001) / 0.002,
		               (t->frame_compliance - 0.2e-3) / 0.01e-3};
		for (int k = 0; k < 7; k++) {
			sum[k] += z[k];
			sum2[k] += z[k] * z[k];
		}
		cross += z[0] * z[1];
		tt_simulation_free(sim);
	}
	for (int k = 0; k < 7; k++) {
		CHECK_NEAR(sum[k] / DRAWS, 0, 4 / sqrt(DRAWS));
		CHECK_NEAR(sum2[k] / DRAWS, 1, 4 * sqrt(2.0 / DRAWS));
	}
	CHECK_NEAR(cross / DRAWS, 0, 4 / sqrt(DRAWS));

	tt_simulation *sim = simulate(exact, NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	CHECK(t->stiffness == 450 && t->width == 400e-9 && t->thickness == 150e-9 && t->stated_stiffness.u == 10);
	tt_simulation_free(sim);
}

static void log_is_what_the_machine_sees(void)
{
	const char *text =
	    "draw: false\nlaw: {neck_from: 5 %}\n"
	    "device: {frame_compliance: 0.3 nm/µN}\n"
	    "control: {wait: 5 s}\n"
	    "log: {rate: 80 Hz, air_slope: 20 N/m, displacement_drift: 0.05 nm/s, force_drift: 0.01 µN/s}\n";
	tt_error err;
	tt_simulation *sim = simulate(text, NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	size_t n;
	const double *time, *d, *f;
	CHECK(tt_simulation_log(sim, &n, &time, &d, &f, &err) == TT_OK);
	double sf = 0, sf2 = 0, sd = 0, sd2 = 0;
	for (size_t i = 0; i < n; i++) {
		CHECK_NEAR(time[i], (double)i / 80, 1e-12);
		tt_sim_state x = tt_simulation_at(sim, time[i]);
		double position = x.displacement_m;
		if (time[i] < t->contact_log_s) position = -15e-9 * fmin(t->contact_log_s - time[i], 6);
		double ef = f[i] - x.force_raw_N - 0.8e-6 - 20 * position - 0.01e-6 * time[i];
		double ed = d[i] - position - 120e-9 - 0.3e-3 * x.force_raw_N - 0.05e-9 * time[i];
		sf += ef;
		sf2 += ef * ef;
		sd += ed;
		sd2 += ed * ed;
	}
	double rows = (double)n;
	CHECK(n > 6000);
	CHECK_NEAR(t->contact_log_s, 11, 0);
	CHECK_NEAR(sf / rows, 0, 4 * 0.3e-6 / sqrt(rows));
	CHECK_NEAR(sd / rows, 0, 4 * 0.4e-9 / sqrt(rows));
	CHECK_NEAR(sqrt(sf2 / rows), 0.3e-6, 0.3e-6 * 4 / sqrt(2 * rows));
	CHECK_NEAR(sqrt(sd2 / rows), 0.4e-9, 0.4e-9 * 4 / sqrt(2 * rows));
	double first = f[4000];
	tt_simulation_free(sim);

	char turned[512];
	snprintf(turned, sizeof turned, "%s", text);
	strcpy(strstr(turned, "log: {"),
	       "log: {reversed: true, rate: 80 Hz, air_slope: 20 N/m, force_drift: 0.01 µN/s}\n");
	sim = simulate(turned, NULL);
	CHECK(tt_simulation_log(sim, &n, &time, &d, &f, &err) == TT_OK);
	CHECK_NEAR(f[4000], -first, 1e-15);
	tt_simulation_free(sim);

	sim = simulate("log: {duration: 30 s}\n", NULL);
	CHECK(tt_simulation_log(sim, &n, &time, &d, &f, &err) == TT_OK);
	CHECK(n == 3000);
	tt_simulation_free(sim);
}

/* The bare device: what the spring alone makes of the same machine; and friction, which turns its sign. */
static void empty_run_is_the_bare_spring(void)
{
	const char *text = "draw: false\nlog: {friction: 0.5 µN, force_noise: 0.1 µN, displacement_noise: 0.1 nm}\n"
	                   "device: {stiffness: 400 N/m, stiffness2: 1e8 N/m²}\ncontrol: {mode: %s}\n";
	for (int load = 0; load < 2; load++) {
		char film[512];
		snprintf(film, sizeof film, text, load ? "load" : "displacement");
		tt_simulation *sim = simulate(film, NULL);
		const tt_sim_truth *t = tt_simulation_truth(sim);
		size_t n, m;
		const double *time, *d, *f, *time2, *d2, *f2;
		tt_error err;
		CHECK(tt_simulation_empty_log(sim, &n, &time, &d, &f, &err) == TT_OK);
		CHECK(tt_simulation_log(sim, &m, &time2, &d2, &f2, &err) == TT_OK && n == m && f2 != f &&
		      d2[7] != d[7]);
		double unload = t->fracture_log_s + 4, up = 0, down = 0, ups = 0, downs = 0, top = 0;
		for (size_t i = 0; i < n; i++) {
			double x = d[i] - 120e-9, spring = 400 * x + 1e8 * x * x, rest = f[i] - 0.8e-6 - spring;
			top = fmax(top, x);
			if (time[i] < t->contact_log_s || x < 2e-9) continue;
			if (time[i] < unload) {
				up += rest;
				ups++;
			} else {
				down += rest;
				downs++;
			}
		}
		CHECK(ups > 1000 && downs > 300);
		CHECK_NEAR(up / ups, 0.5e-6, 0.02e-6);
		CHECK_NEAR(down / downs, -0.5e-6, 0.03e-6);
		double expected = tt_simulation_at(sim, t->fracture_log_s + 0.1).displacement_m;
		CHECK_NEAR(top, expected, 2e-9);
		tt_simulation_free(sim);
	}
}

static void clocks(void)
{
	tt_simulation *sim =
	    simulate("draw: false\nvideo: {log_starts_at: -2.6 s, clock_rate: 1.001, frame_rate: 7 Hz}\n", NULL);
	for (int64_t i = 0; i < tt_simulation_frames(sim); i++) {
		tt_sim_state x = tt_simulation_state(sim, i);
		CHECK_NEAR(x.time_s, (double)i / 7, 1e-12);
		CHECK_NEAR(x.log_time_s, 1.001 * (x.time_s + 2.6), 1e-12);
		CHECK(!x.duplicate);
	}
	const tt_sim_truth *t = tt_simulation_truth(sim);
	int64_t k = t->fracture_frame;
	CHECK(tt_simulation_state(sim, k).broken && !tt_simulation_state(sim, k - 1).broken);
	CHECK(tt_simulation_state(sim, k - 1).log_time_s < t->fracture_log_s);
	CHECK(tt_simulation_state(sim, k).log_time_s >= t->fracture_log_s);
	tt_simulation_free(sim);

	sim = simulate("video: {jitter: 60 %, frame_rate: 20 Hz, duration: 30 s}\n", NULL);
	CHECK(tt_simulation_frames(sim) == 600);
	double least = 1, most = 0;
	for (int64_t i = 1; i < 600; i++) {
		double step = tt_simulation_state(sim, i).time_s - tt_simulation_state(sim, i - 1).time_s;
		double ms = 1000 * tt_simulation_state(sim, i).time_s;
		CHECK_NEAR(ms, round(ms), 1e-9);
		least = fmin(least, step);
		most = fmax(most, step);
	}
	CHECK(least > 0.015 && least < 0.035 && most > 0.065 && most < 0.085);
	tt_simulation_free(sim);

	sim = simulate("video: {frame_rate: 30 Hz, camera_rate: 5 Hz, exposure: 0.1 s}\n", NULL);
	int repeated = 0;
	for (int64_t i = 0; i < 600; i++) {
		tt_sim_state x = tt_simulation_state(sim, i);
		repeated += x.duplicate;
		CHECK(x.duplicate == (i % 6 != 0));
		CHECK_NEAR(x.log_time_s, (double)(i / 6) / 5 + 0.05 - 2, 1e-9);
	}
	CHECK(repeated == 500);
	tt_simulation_free(sim);

	tt_simulate_options o = tt_simulate_defaults();
	o.frames = 123;
	sim = simulate(exact, &o);
	CHECK(tt_simulation_frames(sim) == 123);
	t = tt_simulation_truth(sim);
	/* the whole test, run faster, at the described 5 frames a second */
	CHECK(tt_simulation_state(sim, 122).log_time_s > 1.1 * t->fracture_log_s);
	CHECK_NEAR(tt_simulation_state(sim, 122).time_s, 122 / 5.0, 1e-6);
	CHECK(t->fracture_frame > 60 && t->fracture_frame < 122);
	tt_simulation_free(sim);
}

/* w/w0 from local strains: elastic by Poisson's ratio, plastic at constant volume (thickness shares it). */
static void widths_follow_the_strain(void)
{
	tt_simulation *sim = simulate(necking, NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	int64_t last = t->fracture_frame - 1;
	tt_sim_state x = tt_simulation_state(sim, last);
	double elastic = x.stress_Pa / 140e9, neck_px = x.neck_elongation_m / t->pixel_size;
	double uniform = x.gauge_strain - x.neck_elongation_m / t->gauge_length - elastic;
	CHECK_NEAR(x.width_ratio_uniform, (1 - 0.36 * elastic) / sqrt(1 + uniform), 1e-9);
	double peak = neck_px / (128e-9 / t->pixel_size * sqrt(2 * 3.14159265358979));
	CHECK_NEAR(x.width_ratio_neck, (1 - 0.36 * elastic) / sqrt(1 + uniform + peak), 1e-9);
	CHECK_NEAR(t->width_ratio_neck, x.width_ratio_neck, 0);
	CHECK_NEAR(t->width_ratio_uniform, x.width_ratio_uniform, 0);
	/* slope of the motion at the neck is the local strain */
	double X = t->neck_X_px,
	       slope = (tt_simulation_axial(sim, last, X + 0.01) - tt_simulation_axial(sim, last, X - 0.01)) / 0.02;
	CHECK_NEAR(slope, uniform + elastic + peak, 1e-6);
	/* marks: strain between them, fixed end at rest, moving end at the device's displacement */
	const double *M = t->mark_X_px;
	double length = M[1] - M[0] + tt_simulation_axial(sim, last, M[1]) - tt_simulation_axial(sim, last, M[0]);
	CHECK_NEAR(x.mark_strain, length / (M[1] - M[0]) - 1, 1e-12);
	CHECK_NEAR(tt_simulation_axial(sim, last, -400), 0, 1e-12);
	CHECK_NEAR(tt_simulation_axial(sim, last, 400), x.displacement_m / t->pixel_size, 1e-9);
	check_note("width ratios %.4f at the neck, %.4f outside at %.4f strain", x.width_ratio_neck,
	           x.width_ratio_uniform, x.gauge_strain);
	tt_simulation_free(sim);
}

/* Every point of the grid comes back, also turned and drifting: lengths along the axis are kept by the view. */
static void view_is_rigid(void)
{
	const char *text = "draw: false\nlaw: {neck_from: 5 %}\nimaging: {axis: 37°, turn: 3°, shake: 2 nm, "
	                   "drift: [0.3 nm/s, -0.2 nm/s], pulled: backward}\n";
	tt_simulation *sim = simulate(text, NULL);
	const tt_sim_truth *t = tt_simulation_truth(sim);
	double a[2], b[2];
	tt_simulation_place(sim, 0, 0, 0, &a[0], &a[1]);
	CHECK_NEAR(a[0], t->origin_px[0], 1e-12);
	CHECK_NEAR(a[1], t->origin_px[1], 1e-12);
	for (int64_t i = 0; i < t->fracture_frame; i += 7) {
		tt_simulation_place(sim, i, t->mark_X_px[0], 0, &a[0], &a[1]);
		tt_simulation_place(sim, i, t->mark_X_px[1], 0, &b[0], &b[1]);
		double length = hypot(b[0] - a[0], b[1] - a[1]);
		CHECK_NEAR(length / (t->mark_X_px[1] - t->mark_X_px[0]) - 1, tt_simulation_state(sim, i).mark_strain,
		           1e-12);
		tt_sim_state x = tt_simulation_state(sim, i);
		CHECK_NEAR(tt_simulation_axial(sim, i, 450), 0, 1e-9);
		CHECK_NEAR(tt_simulation_axial(sim, i, -450), -x.displacement_m / t->pixel_size, 1e-9);
	}
	for (int i = 0; i < 2; i++) {
		double X = t->mark_X_px[i], angle = 37 * 3.14159265358979 / 180;
		CHECK_NEAR(t->marks_px[i][0], t->origin_px[0] + X * cos(angle), 0.051);
		CHECK_NEAR(t->marks_px[i][1], t->origin_px[1] + X * sin(angle), 0.051);
	}
	tt_simulation_free(sim);
}

static void random_numbers(void)
{
	enum { N = 100000 };
	double sum = 0, sum2 = 0, sum4 = 0, lag = 0, before = 0, streams = 0;
	for (uint64_t i = 0; i < N; i++) {
		double z = tt_sim_normal(5, 900, i);
		sum += z;
		sum2 += z * z;
		sum4 += z * z * z * z;
		lag += z * before;
		streams += z * tt_sim_normal(5, 901, i);
		before = z;
	}
	CHECK_NEAR(sum / N, 0, 4 / sqrt(N));
	CHECK_NEAR(sum2 / N, 1, 4 * sqrt(2.0 / N));
	CHECK_NEAR(sum4 / N, 3, 4 * sqrt(96.0 / N));
	CHECK_NEAR(lag / N, 0, 4 / sqrt(N));
	CHECK_NEAR(streams / N, 0, 4 / sqrt(N));
	CHECK(tt_sim_normal(5, 900, 17) == tt_sim_normal(5, 900, 17));
	CHECK(tt_sim_normal(5, 900, 17) != tt_sim_normal(6, 900, 17));
}

static const check_case cases[] = {
    {"load_control_balances", load_control_balances},
    {"displacement_control_balances", displacement_control_balances},
    {"spring_may_stiffen", spring_may_stiffen},
    {"law_is_as_written", law_is_as_written},
    {"brittle_film_breaks_elastically", brittle_film_breaks_elastically},
    {"unbroken_film_unloads", unbroken_film_unloads},
    {"pop_in_jumps", pop_in_jumps},
    {"slack_comes_first", slack_comes_first},
    {"weak_spring_runs_away", weak_spring_runs_away},
    {"draws_follow_the_description", draws_follow_the_description},
    {"log_is_what_the_machine_sees", log_is_what_the_machine_sees},
    {"empty_run_is_the_bare_spring", empty_run_is_the_bare_spring},
    {"clocks", clocks},
    {"widths_follow_the_strain", widths_follow_the_strain},
    {"view_is_rigid", view_is_rigid},
    {"random_numbers", random_numbers},
};
CHECK_MAIN(cases)
