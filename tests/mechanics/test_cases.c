/* What the mechanics says in particular situations: warnings, refusals, second ways to the stiffness.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "numeric/fit.h"
#include "signals.h"

typedef struct run {
	tt_force_log *log;
	sim_truth truth;
	tt_mechanics *m;
	tt_strings warnings;
	tt_error err;
	tt_status status;
} run;

static void fit(run *r, const tt_mechanics_options *o)
{
	tt_mechanics_free(r->m);
	r->m = NULL;
	tt_strings_free(&r->warnings);
	r->warnings = (tt_strings){0};
	r->status = tt_mechanics_fit(r->log, o, &r->m, &r->warnings, &r->err);
}

static run start(const sim *s, const tt_mechanics_options *o)
{
	run r = {0};
	r.log = sim_run(s, &r.truth);
	CHECK(tt_force_log_orient(r.log, NULL, &r.err) == TT_OK);
	fit(&r, o);
	return r;
}

static void finish(run *r)
{
	tt_mechanics_free(r->m);
	tt_force_log_free(r->log);
	tt_strings_free(&r->warnings);
	sim_truth_free(&r->truth);
}

static const char *warning_with(const run *r, const char *part)
{
	for (size_t i = 0; i < r->warnings.n; i++)
		if (strstr(r->warnings.item[i], part)) return r->warnings.item[i];
	return NULL;
}

static void none_expected(const run *r)
{
	CHECK_MSG(r->status == TT_OK, "%s", r->err.message);
	CHECK_MSG(r->warnings.n == 0, "unexpected warning: %s", r->warnings.item[0]);
}

static tt_quantity quantity(double value, double u)
{
	return (tt_quantity){value, u, true};
}

/* ---- The recordings that are shared ---- */

static void shared(const char *path, double k, double contact, double fracture, double release)
{
	run r = {0};
	CHECK_MSG(tt_force_log_read(check_shared(path), NULL, &r.log, &r.err) == TT_OK, "%s", r.err.message);
	CHECK(tt_force_log_orient(r.log, &r.warnings, &r.err) == TT_OK && !r.log->turned);
	const tt_mechanics_options o = tt_mechanics_defaults();
	fit(&r, &o);
	none_expected(&r);
	const tt_mechanics *m = r.m;
	check_note("%s: k %.3f +- %.3f N/m (truth %g: %.2f u), contact %.4f +- %.4f s, d0 %.3f +- %.3f nm, air %.4f +- "
	           "%.4f uN, "
	           "fracture %.4f +- %.4f s (truth %.4f), release %.4f +- %.4f s",
	           path, m->k, m->u_k, k, fabs(m->k - k) / m->u_k, m->contact_time_s, m->u_contact_time_s,
	           1e9 * m->d0_m, 1e9 * m->u_d0_m, 1e6 * m->air.force_N, 1e6 * m->air.u_force_N, m->fracture_time_s,
	           m->u_fracture_time_s, fracture, m->release_time_s, m->u_release_time_s);
	CHECK_NEAR(m->k, k, 0.001 * k);
	CHECK_NEAR(m->k, k, 3 * m->u_k);
	CHECK(m->u_k < 0.0005 * k && !m->spring.quadratic && !m->air.sloped);
	CHECK_NEAR(m->contact_time_s, contact, 3 * m->u_contact_time_s);
	CHECK_NEAR(m->d0_m, 120e-9, 3 * m->u_d0_m);
	CHECK_NEAR(m->air.force_N, 0.8e-6, 3 * m->air.u_force_N);
	CHECK_NEAR(m->fracture_time_s, fracture, 0.0051);
	CHECK_NEAR(m->release_time_s, release, 0.02);
	CHECK(m->control_loading == TT_CONTROL_LOAD && m->n_pop_in == 0);
	CHECK_NEAR(m->loading_rate_N_per_s, 4e-6, 0.01e-6);
	CHECK_NEAR(m->force_noise_N, 0.3e-6, 0.03e-6);
	CHECK_NEAR(m->displacement_noise_m, 0.4e-9, 0.04e-9);
	finish(&r);
}

static void test_shared(void)
{
	/* the release from the force at fracture (raw_un of truth.csv) and the unloading rate of 16 uN/s after a hold
	 */
	shared("recordings/film-5pa/log.txt", 450, 6, 59.964452, 77.455);
	shared("recordings/film-50pa/log.txt", 438, 6, 55.990828, 72.489);
}

/* ---- Springs ---- */

static void test_quadratic(void)
{
	sim s = sim_defaults(3);
	s.k2 = 1.5e8; /* 72 N/m over 480 nm */
	tt_mechanics_options o = tt_mechanics_defaults();
	run r = start(&s, &o);
	none_expected(&r);
	check_note("k %.3f +- %.3f, k2 %.4g +- %.2g: %s", r.m->k, r.m->u_k, r.m->k2, r.m->u_k2, r.m->spring.text);
	CHECK(r.m->spring.quadratic);
	CHECK_NEAR(r.m->k, 450, 4 * r.m->u_k);
	CHECK_NEAR(r.m->k2, 1.5e8, 4 * r.m->u_k2);
	CHECK_HAS(r.m->spring.text, "F-test");
	CHECK_NEAR(tt_mechanics_spring(r.m, 300e-9), 300e-9 * (450 + 1.5e8 * 300e-9), 0.05e-6);
	finish(&r);
	/* and not where it is not needed: at a level of 1 % hardly ever */
	int quadratic = 0;
	for (int i = 0; i < 20; i++) {
		s = sim_defaults((uint64_t)i + 40);
		r = start(&s, &o);
		quadratic += r.m->spring.quadratic;
		finish(&r);
	}
	check_note("quadratic term taken for a linear spring in %d of 20", quadratic);
	CHECK(quadratic <= 2);
}

static void test_empty_run(void)
{
	/* the device alone: a film that breaks at once and carries nothing */
	sim empty = sim_defaults(8);
	empty.A *= 1e-9;
	empty.unbroken = true;
	empty.break_strain = 0.2;
	sim_truth truth;
	tt_force_log *e = sim_run(&empty, &truth);
	sim s = sim_defaults(9);
	s.unbroken = true;
	tt_mechanics_options o = tt_mechanics_defaults();
	o.spring = TT_SPRING_EMPTY_RUN;
	o.empty_run = e;
	run r = start(&s, &o);
	none_expected(&r);
	check_note("k %.3f +- %.3f: %s", r.m->k, r.m->u_k, r.m->spring.text);
	CHECK_NEAR(r.m->k, 450, 4 * r.m->u_k);
	CHECK(r.m->u_k < 0.5 && isnan(r.m->fracture_time_s));
	CHECK_HAS(r.m->spring.text, "empty run");
	CHECK_HAS(r.m->fracture_text, "no fracture found");
	finish(&r);
	/* with a specimen that breaks and another spring, the two ways disagree */
	s.unbroken = false;
	s.k = 440;
	r = start(&s, &o);
	CHECK(r.status == TT_OK && warning_with(&r, "disagree"));
	CHECK(r.m->other.found);
	CHECK_NEAR(r.m->other.stiffness, 440, 0.5);
	finish(&r);
	tt_force_log_free(e);
	sim_truth_free(&truth);
}

static void test_given(void)
{
	sim s = sim_defaults(4);
	tt_mechanics_options o = tt_mechanics_defaults();
	o.spring = TT_SPRING_GIVEN;
	o.stiffness = quantity(455, 10);
	run r = start(&s, &o);
	none_expected(&r);
	CHECK(r.m->k == 455 && r.m->u_k == 10 && !r.m->spring.found && r.m->other.found);
	CHECK_NEAR(r.m->other.stiffness, 450, 0.3);
	o.stiffness = quantity(425, 10);
	fit(&r, &o);
	CHECK(warning_with(&r, "disagree") != NULL);
	CHECK_MSG(warning_with(&r, "force remains after fracture") == NULL, "within the stated u");
	o.stiffness = quantity(400, 0);
	fit(&r, &o);
	CHECK(warning_with(&r, "force remains after fracture") != NULL);
	o.stiffness = quantity(-3, 0);
	fit(&r, &o);
	CHECK(r.status == TT_ERR_INPUT);
	CHECK_HAS(r.err.message, "expected more than 0");
	finish(&r);
}

static void test_stiff_spring(void)
{
	sim s = sim_defaults(5);
	s.k = 900;
	s.A /= 3;
	tt_mechanics_options o = tt_mechanics_defaults();
	run r = start(&s, &o);
	CHECK(r.status == TT_OK && warning_with(&r, "exceeds the specimen's own"));
	finish(&r);
}

static void test_friction(void)
{
	/* load and unload differ by 4 uN: the stated u of k covers what that does to a line through the hold */
	double sum = 0;
	int n = 0;
	for (int i = 0; i < 10; i++) {
		sim s = sim_defaults((uint64_t)i + 70);
		s.friction = 2e-6;
		tt_mechanics_options o = tt_mechanics_defaults();
		run r = start(&s, &o);
		CHECK_MSG(r.status == TT_OK, "%s", r.err.message);
		if (i == 0)
			check_note("k %.3f +- %.3f, hold %.3g uN off the line: %s", r.m->k, r.m->u_k,
			           1e6 * r.m->spring.hold_minus_line_N, r.m->spring.text);
		CHECK_NEAR(r.m->spring.hold_minus_line_N, 2e-6, 0.3e-6);
		CHECK(r.m->u_k > 3e-6 / 480e-9 / 2);
		CHECK_NEAR(r.m->k, 450, 2 * r.m->u_k);
		sum += fabs(r.m->k - 450) / r.m->u_k;
		n++;
		finish(&r);
	}
	check_note("friction: mean error / u %.2f", sum / n);
}

static void test_hold_only(void)
{
	sim s = sim_defaults(6);
	tt_mechanics_options o = tt_mechanics_defaults();
	run r = start(&s, &o);
	/* the log stops two seconds after the fracture */
	while (r.log->time_s[r.log->n - 1] > r.truth.fracture_s + 2)
		r.log->n--;
	fit(&r, &o);
	none_expected(&r);
	check_note("k %.3f +- %.3f: %s", r.m->k, r.m->u_k, r.m->spring.text);
	CHECK_NEAR(r.m->k, 450, 4 * r.m->u_k);
	CHECK(r.m->spring.anchored && isnan(r.m->release_time_s));
	CHECK_HAS(r.m->spring.text, "hold");
	/* and before it */
	while (r.log->time_s[r.log->n - 1] > r.truth.fracture_s - 2)
		r.log->n--;
	fit(&r, &o);
	CHECK(r.status == TT_ERR_FAILED);
	CHECK_HAS(r.err.message, "no fracture found");
	CHECK_HAS(r.err.message, "the log ends under load");
	finish(&r);
}

static void test_loaded_on(void)
{
	/* displacement control that goes on pulling after the fracture: the bare spring on the way up */
	sim s = sim_defaults(61);
	s.displacement_control = true;
	s.after_hold_s = 0;
	tt_mechanics_options o = tt_mechanics_defaults();
	run r = start(&s, &o);
	CHECK(r.status == TT_OK);
	/* appended by hand: the rows after fracture are replaced by a rise */
	uint64_t rng = 7;
	size_t first = 0;
	while (r.log->time_s[first] < r.truth.fracture_s)
		first++;
	r.log->n = first + 1500;
	const double opening = r.log->displacement_m[first - 1] - 120e-9;
	for (size_t i = first; i < r.log->n; i++) {
		const double d = opening + 4e-9 * (double)(i - first) / s.rows_per_s;
		r.log->time_s[i] = r.log->time_s[first - 1] + (double)(i - first + 1) / s.rows_per_s;
		r.log->displacement_m[i] = 120e-9 + d + 0.4e-9 * sim_normal(&rng);
		r.log->force_N[i] = 0.8e-6 + 450 * d + 0.3e-6 * sim_normal(&rng);
	}
	fit(&r, &o);
	none_expected(&r);
	check_note("k %.3f +- %.3f: %s", r.m->k, r.m->u_k, r.m->spring.text);
	CHECK_NEAR(r.m->k, 450, 4 * r.m->u_k);
	CHECK_NEAR(r.m->fracture_time_s, r.truth.fracture_s, 0.006);
	CHECK(r.m->control_loading == TT_CONTROL_DISPLACEMENT);
	finish(&r);
}

/* ---- Image displacement ---- */

static void test_image(void)
{
	/* a log whose displacement is 5 % too large; the images see the true opening */
	sim s = sim_defaults(10);
	tt_mechanics_options o = tt_mechanics_defaults();
	run r = start(&s, &o);
	enum { FPS = 5 };
	size_t n = 0;
	static double t[2000], x[2000];
	uint64_t rng = 12;
	for (double at = r.log->time_s[0]; at < r.log->time_s[r.log->n - 1]; at += 1.0 / FPS, n++) {
		tt_mechanics_sample q;
		t[n] = at;
		tt_mechanics_at(r.m, at, 0.05, &q);
		x[n] = 33e-9 + (q.contact && !q.released ? q.displacement_m : 0) + 0.2e-9 * sim_normal(&rng);
	}
	for (size_t i = 0; i < r.log->n; i++)
		r.log->displacement_m[i] = 120e-9 + 1.05 * (r.log->displacement_m[i] - 120e-9);
	o.image_time_s = t;
	o.image_displacement_m = x;
	o.image_n = n;
	o.image_u_m = 0.2e-9;
	fit(&r, &o);
	CHECK_MSG(r.status == TT_OK, "%s", r.err.message);
	check_note("k %.3f +- %.3f by the images, %.3f +- %.3f by the log: %s", r.m->k, r.m->u_k, r.m->other.stiffness,
	           r.m->other.u_stiffness, r.m->spring.text);
	CHECK(r.m->spring.from_image);
	CHECK_NEAR(r.m->k, 450, 4 * r.m->u_k + 0.2);
	CHECK_NEAR(r.m->other.stiffness, 450 / 1.05, 1);
	CHECK(warning_with(&r, "disagree") != NULL);
	tt_mechanics_sample q;
	size_t mid = n / 2;
	tt_mechanics_at(r.m, t[mid], 0.1, &q);
	CHECK(q.from_image);
	CHECK_NEAR(q.displacement_m, x[mid] - 33e-9, 0.1e-9);
	/* lost after the jump at fracture: the log's stiffness, with a warning */
	for (size_t i = 0; i < n; i++)
		if (t[i] > r.truth.fracture_s) x[i] = NAN;
	fit(&r, &o);
	CHECK_MSG(r.status == TT_OK, "%s", r.err.message);
	CHECK(!r.m->spring.from_image && warning_with(&r, "not the images'"));
	CHECK_NEAR(r.m->k, 450 / 1.05, 1);
	tt_mechanics_at(r.m, r.truth.fracture_s + 1, 0.1, &q);
	CHECK(!q.from_image && isfinite(q.force_N));
	finish(&r);
}

/* ---- Contact, air ---- */

static void test_air(void)
{
	tt_mechanics_options o = tt_mechanics_defaults();
	int sloped = 0;
	for (int i = 0; i < 20; i++) {
		sim s = sim_defaults((uint64_t)i + 90);
		run r = start(&s, &o);
		sloped += r.m->air.sloped;
		finish(&r);
	}
	check_note("a slope in air taken where there is none in %d of 20", sloped);
	CHECK(sloped <= 2);
	sim s = sim_defaults(91);
	s.air_slope = 20;
	run r = start(&s, &o);
	none_expected(&r);
	CHECK(r.m->air.sloped);
	CHECK_NEAR(r.m->air.slope_N_per_m, 20, 4 * r.m->air.u_slope_N_per_m);
	CHECK_HAS(r.m->air_text, "t-test");
	finish(&r);
	/* a rest with a drifting holder */
	s = sim_defaults(92);
	s.rest_s = 10;
	r = start(&s, &o);
	for (size_t i = 0; i < r.log->n; i++)
		r.log->displacement_m[i] += 0.05e-9 * r.log->time_s[i];
	fit(&r, &o);
	CHECK(r.m->drift.found);
	CHECK_NEAR(r.m->drift.displacement_m_per_s, 0.05e-9, 4 * r.m->drift.u_displacement_m_per_s);
	finish(&r);
	/* no rest, no drift */
	s = sim_defaults(93);
	r = start(&s, &o);
	CHECK(!r.m->drift.found);
	finish(&r);
}

static void test_contact_given(void)
{
	sim s = sim_defaults(20);
	tt_mechanics_options o = tt_mechanics_defaults();
	o.contact_time_s = quantity(6.01, 0.02);
	run r = start(&s, &o);
	none_expected(&r);
	CHECK(r.m->contact_given && r.m->contact_time_s == 6.01 && r.m->u_contact_time_s == 0.02);
	CHECK_NEAR(r.m->d0_m, 120e-9, 4 * r.m->u_d0_m);
	CHECK_STR(r.m->contact_text, "given");
	/* a log that starts in contact: what the release shows stands in for the air before it */
	size_t cut = 620;
	memmove(r.log->time_s, r.log->time_s + cut, (r.log->n - cut) * sizeof(double));
	memmove(r.log->force_N, r.log->force_N + cut, (r.log->n - cut) * sizeof(double));
	memmove(r.log->displacement_m, r.log->displacement_m + cut, (r.log->n - cut) * sizeof(double));
	r.log->n -= cut;
	o.contact_time_s = quantity(NAN, 0);
	fit(&r, &o);
	CHECK_MSG(r.status == TT_OK, "%s", r.err.message);
	CHECK(warning_with(&r, "begins on the device") != NULL);
	CHECK_NEAR(r.m->d0_m, 120e-9, 4 * r.m->u_d0_m);
	CHECK_NEAR(r.m->contact_time_s, r.truth.contact_s, 3 * r.m->u_contact_time_s);
	o.contact_time_s = quantity(r.log->time_s[0], 0);
	fit(&r, &o);
	CHECK_MSG(r.status == TT_OK, "%s", r.err.message);
	CHECK(warning_with(&r, "the instant was not used") != NULL);
	CHECK_NEAR(r.m->d0_m, 120e-9, 4 * r.m->u_d0_m);
	/* and one that never shows the device free is refused with what is missing */
	const size_t whole = r.log->n;
	r.log->n = tt_row_at(r.log->time_s, whole, r.truth.release_s - 1);
	fit(&r, &o);
	CHECK(r.status == TT_ERR_FAILED);
	CHECK_HAS(r.err.message, "the force in air and the displacement of contact are both missing");
	r.log->n = whole;
	o.contact_time_s = quantity(1000, 0);
	fit(&r, &o);
	CHECK(r.status == TT_ERR_FAILED);
	CHECK_HAS(r.err.message, "outside the force log");
	finish(&r);
}

static void test_no_test(void)
{
	/* noise alone; and a log that starts after the fracture: unloading only */
	run r = {0};
	r.log = sim_log_new(3000);
	uint64_t rng = 1;
	for (size_t i = 0; i < r.log->n; i++) {
		r.log->time_s[i] = 0.01 * (double)i;
		r.log->displacement_m[i] = 100e-9 + 10e-9 * r.log->time_s[i] + 0.4e-9 * sim_normal(&rng);
		r.log->force_N[i] = 0.8e-6 + 0.3e-6 * sim_normal(&rng);
	}
	const tt_mechanics_options o = tt_mechanics_defaults();
	fit(&r, &o);
	CHECK(r.status == TT_ERR_FAILED);
	CHECK_HAS(r.err.message, "no contact");
	for (size_t i = 0; i < r.log->n; i++) {
		const double x = fmax(0, 480e-9 - 20e-9 * r.log->time_s[i]);
		r.log->displacement_m[i] = 120e-9 + x;
		r.log->force_N[i] = 0.8e-6 + 450 * x + 0.3e-6 * sim_normal(&rng);
	}
	fit(&r, &o);
	CHECK(r.status == TT_ERR_FAILED);
	CHECK_HAS(r.err.message, "contact");
	r.log->n = 10;
	fit(&r, &o);
	CHECK(r.status == TT_ERR_FAILED);
	CHECK_HAS(r.err.message, "expected at least");
	finish(&r);
}

static void test_compliance_twice(void)
{
	sim s = sim_defaults(30);
	tt_mechanics_options o = tt_mechanics_defaults();
	o.frame_compliance = quantity(2e-4, 0);
	run r = start(&s, &o);
	r.log->compliance_applied = true;
	r.log->machine_compliance_m_per_N = 2.1e-4;
	fit(&r, &o);
	CHECK(r.status == TT_OK && warning_with(&r, "was not applied") != NULL);
	CHECK_NEAR(r.m->k, 450, 1);
	CHECK(r.m->frame_compliance == 0);
	/* another compliance than the file's is taken off, and said */
	r.log->machine_compliance_m_per_N = 1e-6;
	fit(&r, &o);
	CHECK(r.status == TT_OK && warning_with(&r, "in addition") != NULL);
	CHECK(r.m->frame_compliance == 2e-4);
	finish(&r);
}

static void test_signs(void)
{
	sim s = sim_defaults(31);
	tt_mechanics_options o = tt_mechanics_defaults();
	for (int which = 0; which < 4; which++) {
		run r = {0};
		r.log = sim_run(&s, &r.truth);
		for (size_t i = 0; i < r.log->n; i++) {
			if (which & 1) r.log->force_N[i] *= -1;
			if (which & 2) r.log->displacement_m[i] *= -1;
		}
		CHECK(tt_force_log_orient(r.log, &r.warnings, &r.err) == TT_OK);
		CHECK(r.log->turned == (which != 0));
		CHECK((warning_with(&r, "sign was turned") != NULL) == (which != 0));
		tt_strings_free(&r.warnings);
		r.warnings = (tt_strings){0};
		/* a second call finds nothing to do */
		CHECK(tt_force_log_orient(r.log, &r.warnings, &r.err) == TT_OK && r.warnings.n == 0);
		fit(&r, &o);
		none_expected(&r);
		CHECK_NEAR(r.m->k, 450, 0.4);
		CHECK_NEAR(r.m->d0_m, 120e-9, 0.2e-9);
		finish(&r);
	}
}

/* ---- Values at an instant ---- */

static void test_sample(void)
{
	sim s = sim_defaults(50);
	tt_mechanics_options o = tt_mechanics_defaults();
	run r = start(&s, &o);
	none_expected(&r);
	const tt_mechanics *m = r.m;
	tt_mechanics_sample q;
	tt_mechanics_at(m, -1, 0.1, &q);
	CHECK(q.outside && isnan(q.force_N) && isnan(q.displacement_m) && isnan(q.force_raw_N));
	tt_mechanics_at(m, m->time_s[m->n - 1] + 1, 0.1, &q);
	CHECK(q.outside);
	tt_mechanics_at(m, 3, 0.1, &q);
	CHECK(!q.outside && !q.contact && q.force_N == 0 && q.force_spring_N == 0 && q.displacement_m < 0);
	CHECK_NEAR(q.force_raw_N, 0.8e-6, 0.3e-6);
	/* either side of the fracture: no mixture */
	tt_mechanics_at(m, r.truth.fracture_s - 0.02, 0.1, &q);
	CHECK(!q.broken && q.force_N > 0.9 * m->max_force_N);
	const double before = q.displacement_m;
	tt_mechanics_at(m, r.truth.fracture_s + 0.02, 0.1, &q);
	CHECK(q.broken && fabs(q.force_N) < 0.5e-6 && q.displacement_m > before + 100e-9);
	CHECK_NEAR(q.force_spring_N, q.force_raw_N - q.force_air_N, 0.5e-6);
	/* the punch has left */
	tt_mechanics_at(m, m->release_time_s + 1, 0.1, &q);
	CHECK(q.released && q.force_N == 0 && q.force_spring_N == 0);
	/* a window without rows takes the nearest ones */
	tt_mechanics_at(m, 20.0051, 1e-6, &q);
	CHECK(!q.outside && isfinite(q.force_N) && q.u_force_N > 0);
	finish(&r);
}

static void test_strange_rows(void)
{
	/* repeated times, coarse digits, no noise at all */
	sim s = sim_defaults(51);
	tt_mechanics_options o = tt_mechanics_defaults();
	run r = start(&s, &o);
	for (size_t i = 100; i < r.log->n; i += 100)
		r.log->time_s[i] = r.log->time_s[i - 1];
	fit(&r, &o);
	CHECK(r.status == TT_OK && warning_with(&r, "time does not increase"));
	CHECK_NEAR(r.m->k, 450, 0.4);
	finish(&r);
	r = start(&s, &o);
	for (size_t i = 0; i < r.log->n; i++) {
		r.log->force_N[i] = 1e-6 * round(r.log->force_N[i] / 1e-6);
		r.log->displacement_m[i] = 1e-9 * round(r.log->displacement_m[i] / 1e-9);
	}
	fit(&r, &o);
	CHECK_MSG(r.status == TT_OK, "%s", r.err.message);
	check_note("coarse digits: k %.3f +- %.3f, contact %.4f +- %.4f s (truth %.4f)", r.m->k, r.m->u_k,
	           r.m->contact_time_s, r.m->u_contact_time_s, r.truth.contact_s);
	CHECK_NEAR(r.m->k, 450, 0.5);
	CHECK_NEAR(r.m->contact_time_s, r.truth.contact_s, 0.05);
	finish(&r);
	s.force_noise = s.displacement_noise = 0;
	r = start(&s, &o);
	CHECK_MSG(r.status == TT_OK, "%s", r.err.message);
	check_note("no noise: k %.5f +- %.2g, contact off by %.2g s", r.m->k, r.m->u_k,
	           r.m->contact_time_s - r.truth.contact_s);
	CHECK_NEAR(r.m->k, 450, 0.01);
	CHECK_NEAR(r.m->contact_time_s, r.truth.contact_s, 0.005);
	CHECK_NEAR(r.m->fracture_time_s, r.truth.fracture_s, 0.0051);
	finish(&r);
}

static void test_glitches(void)
{
	/* jolts of the instrument, one row each, are neither pop-ins nor fractures */
	sim s = sim_defaults(52);
	tt_mechanics_options o = tt_mechanics_defaults();
	run r = start(&s, &o);
	for (size_t i = 500; i < r.log->n; i += 431) {
		r.log->force_N[i] += 8e-6;
		r.log->displacement_m[i] -= 6e-9;
	}
	fit(&r, &o);
	CHECK_MSG(r.status == TT_OK, "%s", r.err.message);
	check_note("jolts: k %.3f +- %.3f, %zu pop-ins, fracture %.4f (truth %.4f), contact %.4f +- %.4f (truth %.4f)",
	           r.m->k, r.m->u_k, r.m->n_pop_in, r.m->fracture_time_s, r.truth.fracture_s, r.m->contact_time_s,
	           r.m->u_contact_time_s, r.truth.contact_s);
	CHECK_NEAR(r.m->fracture_time_s, r.truth.fracture_s, 0.006);
	CHECK_NEAR(r.m->k, 450, 4 * r.m->u_k);
	CHECK(r.m->n_pop_in == 0);
	finish(&r);
}

static void test_pop_ins(void)
{
	for (int control = 0; control < 2; control++) {
		sim s = sim_defaults(53);
		s.displacement_control = control;
		s.pop_in_strain[0] = 0.02;
		s.pop_in_m[0] = 10e-9;
		s.pop_in_strain[1] = 0.05;
		s.pop_in_m[1] = 20e-9;
		tt_mechanics_options o = tt_mechanics_defaults();
		run r = start(&s, &o);
		none_expected(&r);
		CHECK_MSG(r.m->n_pop_in == 2, "%zu pop-ins", r.m->n_pop_in);
		CHECK_NEAR(r.m->fracture_time_s, r.truth.fracture_s, 0.006);
		CHECK(r.m->control_loading == (control ? TT_CONTROL_DISPLACEMENT : TT_CONTROL_LOAD));
		check_note("%s: pop-ins at %.3f s (%.3g nm, %.3g uN), %.3f s (%.3g nm, %.3g uN)", r.m->control_text,
		           r.m->pop_in[0].time_s, 1e9 * r.m->pop_in[0].displacement_m, 1e6 * r.m->pop_in[0].force_N,
		           r.m->pop_in[1].time_s, 1e9 * r.m->pop_in[1].displacement_m, 1e6 * r.m->pop_in[1].force_N);
		/* the caller may say which jump was the fracture, or that there was none */
		o.fracture_time_s = r.m->pop_in[1].time_s;
		o.spring = TT_SPRING_GIVEN;
		o.stiffness = quantity(450, 1);
		fit(&r, &o);
		CHECK_NEAR(r.m->fracture_time_s, o.fracture_time_s, 0.006);
		o.fracture_time_s = NAN;
		o.unbroken = true;
		fit(&r, &o);
		CHECK(isnan(r.m->fracture_time_s));
		finish(&r);
	}
}

static const check_case cases[] = {
    {"shared recordings", test_shared},
    {"quadratic spring", test_quadratic},
    {"empty run", test_empty_run},
    {"given stiffness", test_given},
    {"spring stiffer than the specimen", test_stiff_spring},
    {"friction", test_friction},
    {"hold only", test_hold_only},
    {"loading on after fracture", test_loaded_on},
    {"displacement from images", test_image},
    {"air and drift", test_air},
    {"contact given", test_contact_given},
    {"no test in the log", test_no_test},
    {"compliance never twice", test_compliance_twice},
    {"signs", test_signs},
    {"values at an instant", test_sample},
    {"strange rows", test_strange_rows},
    {"jolts", test_glitches},
    {"pop-ins", test_pop_ins},
};
CHECK_MAIN(cases)
