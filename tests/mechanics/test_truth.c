/* Contact, spring, fracture and specimen force against known truth: coverage over many seeds.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "signals.h"

static int seeds(void)
{
	const char *s = getenv("TT_SEEDS");
	return s ? atoi(s) : 10;
}

/* |error| / u over many tests. */
typedef struct tally {
	const char *what;
	double sum_z2, sum_err2, sum_u, worst_z, worst_err;
	int n, within2;
} tally;

static void count(tally *t, double error, double u)
{
	const double z = fabs(error) / u;
	t->sum_z2 += z * z;
	t->sum_err2 += error * error;
	t->sum_u += u;
	t->within2 += z < 2;
	t->n++;
	if (z > t->worst_z) t->worst_z = z;
	if (fabs(error) > t->worst_err) t->worst_err = fabs(error);
}

static void tell(const char *name, const tally *t)
{
	check_note("%s: %s: %d tests, rms error %.3g, worst %.3g, mean u %.3g; rms error/u %.2f, worst %.1f, within 2 "
	           "u %.0f %%",
	           name, t->what, t->n, sqrt(t->sum_err2 / t->n), t->worst_err, t->sum_u / t->n, sqrt(t->sum_z2 / t->n),
	           t->worst_z, 100.0 * t->within2 / t->n);
}

typedef struct expectation {
	const char *name;
	void (*vary)(sim *s);
	double z_most; /* rms of error / u that is still honest */
} expectation;

static tt_mechanics *fit(tt_force_log *log, const tt_mechanics_options *o, tt_strings *warnings)
{
	tt_error err = {0};
	tt_mechanics *m = NULL;
	tt_status st = tt_force_log_orient(log, warnings, &err);
	if (!st) st = tt_mechanics_fit(log, o, &m, warnings, &err);
	CHECK_MSG(!st, "%s", err.message);
	return m;
}

static void measure(const char *name, void (*vary)(sim *s), double z_most)
{
	tally contact = {.what = "contact (ms)"}, d0 = {.what = "d0 (nm)"}, k = {.what = "k (N/m)"},
	      fracture = {.what = "fracture (ms)"}, release = {.what = "release (ms)"},
	      force = {.what = "specimen force (uN)"};
	int missed = 0;
	for (int i = 0; i < seeds(); i++) {
		sim s = sim_defaults((uint64_t)i + 1);
		vary(&s);
		sim_truth truth;
		tt_force_log *log = sim_run(&s, &truth);
		tt_mechanics_options o = tt_mechanics_defaults();
		if (s.unbroken || s.at_once) {
			o.spring = TT_SPRING_GIVEN;
			o.stiffness = (tt_quantity){s.k, 0, true};
		}
		if (s.compliance != 0) o.frame_compliance = (tt_quantity){s.compliance, 0, true};
		tt_strings w = {0};
		tt_mechanics *m = fit(log, &o, &w);
		CHECK_MSG(isnan(m->fracture_time_s) == isnan(truth.fracture_s),
		          "%s, seed %d: fracture at %g s, found %g s: %s", name, i + 1, truth.fracture_s,
		          m->fracture_time_s, m->fracture_text);
		count(&contact, 1e3 * (m->contact_time_s - truth.contact_s), 1e3 * m->u_contact_time_s);
		count(&d0, 1e9 * (m->d0_m - truth.d0_m), 1e9 * m->u_d0_m);
		if (m->spring.found) count(&k, m->k - s.k, m->u_k);
		if (!isnan(truth.fracture_s))
			count(&fracture, 1e3 * (m->fracture_time_s - truth.fracture_s), 1e3 * m->u_fracture_time_s);
		if (!isnan(truth.release_s) && !s.at_once) {
			if (isnan(m->release_time_s))
				missed++;
			else
				count(&release, 1e3 * (m->release_time_s - truth.release_s), 1e3 * m->u_release_time_s);
		}
		/* at rows in the middle of the loading */
		for (size_t j = 0; s.friction == 0 && j < truth.n; j += 97) {
			tt_mechanics_sample at;
			if (truth.specimen_N[j] < 0.2 * truth.max_force_N) continue;
			tt_mechanics_at(m, log->time_s[j], 0.1, &at);
			CHECK(!at.outside);
			double sys = hypot(m->u_k * at.displacement_m, hypot(m->air.u_force_N, m->k * m->u_d0_m));
			sys = hypot(sys, m->air.u_slope_N_per_m * at.displacement_m);
			count(&force, 1e6 * (at.force_N - truth.specimen_N[j]), 1e6 * hypot(at.u_force_N, sys));
		}
		tt_mechanics_free(m);
		tt_force_log_free(log);
		tt_strings_free(&w);
		sim_truth_free(&truth);
	}
	CHECK(missed == 0);
	const tally *all[] = {&contact, &d0, &k, &fracture, &release, &force};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (all[i]->n) tell(name, all[i]);
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (!all[i]->n) continue;
		const double z = sqrt(all[i]->sum_z2 / all[i]->n);
		CHECK_MSG(z < z_most, "%s: %s: rms of error / u is %.2f; expected below %.2f", name, all[i]->what, z,
		          z_most);
		/* ten errors with an honest u fall below this once in ten thousand times */
		CHECK_MSG(all[i]->n < 10 || z > 0.4, "%s: %s: rms of error / u is %.2f; expected above 0.4", name,
		          all[i]->what, z);
	}
}

static void plain(sim *s)
{
	(void)s;
}

static void spread(sim *s)
{
	uint64_t r = s->seed ^ 0xabcdef;
	s->k = 100 + 800 * sim_uniform(&r);
	s->rows_per_s = 50 * pow(20, sim_uniform(&r));
	s->force_rate = 2e-6 + 8e-6 * sim_uniform(&r);
	s->approach_s = 3 + 5 * sim_uniform(&r);
	s->approach_speed = (5 + 30 * sim_uniform(&r)) * 1e-9;
	s->E = (60 + 120 * sim_uniform(&r)) * 1e9;
	s->break_strain = 0.03 + 0.08 * sim_uniform(&r);
	s->after_hold_s = 5 * sim_uniform(&r);
	s->start_s = 10 * sim_uniform(&r) - 5;
}

static void by_displacement(sim *s)
{
	spread(s);
	s->displacement_control = true;
	s->speed = s->approach_speed = (3 + 5 * ((double)(s->seed % 10) / 10)) * 1e-9;
}

static void sloped_air(sim *s)
{
	spread(s);
	s->air_slope = 30;
	s->approach_speed = 30e-9;
}

static void popping(sim *s)
{
	spread(s);
	s->displacement_control = s->seed % 2;
	s->pop_in_strain[0] = 0.018;
	s->pop_in_m[0] = 8e-9;
	s->pop_in_strain[1] = 0.025;
	s->pop_in_m[1] = 15e-9;
}

static void unbroken(sim *s)
{
	spread(s);
	s->displacement_control = s->seed % 2;
	s->unbroken = true;
}

static void with_compliance(sim *s)
{
	s->compliance = 2e-4;
}

static void slack(sim *s)
{
	spread(s);
	s->displacement_control = s->seed % 2;
	s->slack_m = 25e-9;
}

static void resting(sim *s)
{
	s->rest_s = 10;
}

static void short_life(sim *s)
{
	/* breaks while elastic, and the instrument retracts at once */
	s->break_strain = 0.008;
	s->after_hold_s = 0.3;
}

static void turned(sim *s)
{
	spread(s);
	s->turned = true;
}

#define MEASURE(fn, most)                                                                                              \
	static void test_##fn(void)                                                                                    \
	{                                                                                                              \
		measure(#fn, fn, most);                                                                                \
	}
MEASURE(plain, 1.35)
MEASURE(spread, 1.35)
MEASURE(by_displacement, 1.35)
MEASURE(sloped_air, 1.35)
MEASURE(popping, 1.35)
MEASURE(unbroken, 1.35)
MEASURE(with_compliance, 1.35)
MEASURE(slack, 1.35)
MEASURE(resting, 1.35)
MEASURE(short_life, 1.35)
MEASURE(turned, 1.35)

static const check_case cases[] = {
    {"plain", test_plain},
    {"spread", test_spread},
    {"displacement control", test_by_displacement},
    {"slope in air", test_sloped_air},
    {"pop-ins", test_popping},
    {"unbroken", test_unbroken},
    {"frame compliance", test_with_compliance},
    {"slack", test_slack},
    {"rest before the approach", test_resting},
    {"early fracture", test_short_life},
    {"opposite sign", test_turned},
};
CHECK_MAIN(cases)
