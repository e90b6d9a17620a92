/* Uncertainties of properties: do the intervals cover the truth, do the shares add up.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "signals.h"
#include "temtensile/properties.h"
#include "numeric/random_process.h"

static const tt_job one_thread = {.threads = 1};

static void run_all(const sig_test *t, const tt_property_options *o, const tt_force_model *m,
                    const tt_uncertainty_options *how, const tt_job *job, tt_properties *p, tt_uncertainty *u)
{
	tt_error err = {0};
	CHECK_MSG(tt_properties_compute(&t->in, o, p, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(tt_uncertainty_run(&t->in, o, m ? m : &t->model, how, job, p, u, &err) == TT_OK, "%s", err.message);
}

static tt_uncertainty_options draws(size_t n, bool budget)
{
	tt_uncertainty_options how = tt_uncertainty_defaults();
	how.draws = n;
	how.budget = budget;
	return how;
}

/* A law of its own for each test, so that no property sits at a lucky place. */
static void vary_law(sig_setup *s, uint64_t seed)
{
	sig_random r;
	sig_seed(&r, 777 + seed);
	s->law.modulus *= 0.9 + 0.2 * sig_uniform(&r);
	s->law.yield *= 0.9 + 0.2 * sig_uniform(&r);
	s->law.saturation *= 0.8 + 0.4 * sig_uniform(&r);
	s->law.break_strain *= 0.925 + 0.15 * sig_uniform(&r);
}

/* 400 tests as signals: log with noise, strain with white and slow noise; true k, width, thickness, clock, contact and
 * force in air drawn from what the analysis is told. Each property's 95 % interval must cover the truth in 91 to
 * 98.5 %, and the mean stated uncertainty must be 0.8 to 1.25 times the actual spread. */
static void coverage(const sig_setup *base, size_t n_draws, double least, double most, const char *what)
{
	enum { TESTS = 400 };
	static double error[TT_PROP_COUNT][TESTS], u[TT_PROP_COUNT][TESTS];
	int covered[TT_PROP_COUNT] = {0}, count[TT_PROP_COUNT] = {0};
	for (uint64_t i = 0; i < TESTS; i++) {
		sig_setup s = *base;
		vary_law(&s, i);
		sig_test t;
		sig_make(&s, i + 1, &t);
		tt_uncertainty_options how = draws(n_draws, false);
		how.seed = i + 1;
		tt_properties p;
		run_all(&t, NULL, NULL, &how, &one_thread, &p, NULL);
		for (int k = 0; k < TT_PROP_COUNT; k++) {
			const tt_property *q = &p.value[k];
			if (!isfinite(q->value)) continue;
			CHECK(q->u > 0 && q->lo < q->value && q->hi > q->value);
			int m = count[k]++;
			error[k][m] = q->value - t.truth[k];
			u[k][m] = q->u;
			covered[k] += t.truth[k] >= q->lo && t.truth[k] <= q->hi;
		}
		tt_properties_clear(&p);
		sig_free(&t);
	}
	check_note("%s: property, tests, covered %%, mean u / spread, mean error / spread, spread (SI)", what);
	bool good = true;
	for (int k = 0; k < TT_PROP_COUNT; k++) {
		double n = count[k], mean = 0, ss = 0, mean_u = 0;
		for (int i = 0; i < count[k]; i++) {
			mean += error[k][i] / n;
			mean_u += u[k][i] / n;
		}
		for (int i = 0; i < count[k]; i++)
			ss += (error[k][i] - mean) * (error[k][i] - mean) / (n - 1);
		double ratio = mean_u / sqrt(ss), part = covered[k] / n;
		bool ok = n >= 0.98 * TESTS && part >= least && part <= most && ratio >= 0.8 && ratio <= 1.25;
		check_note("  %-24s %4.0f  %5.1f  %.2f  %+.2f  %.3g%s", tt_property_describe((tt_property_id)k)->id, n,
		           100 * part, ratio, mean / sqrt(ss), sqrt(ss), ok ? "" : "  <--");
		good &= ok;
	}
	CHECK(good);
}

static void test_coverage(void)
{
	sig_setup s = sig_default();
	coverage(&s, 80, 0.91, 0.985, "all inputs");
}

/* The same without what usually dominates, so that noise alone is judged. */
static void test_coverage_of_noise(void)
{
	sig_setup s = sig_default();
	s.stiffness.u = s.width.u = s.thickness.u = 0;
	s.strain_noise = 3e-4;
	coverage(&s, 50, 0.90, 0.995, "noise and clock alone");
}

/* Width and thickness alone: a strength's relative uncertainty is theirs combined, a strain has none. */
static void test_known_uncertainty(void)
{
	sig_setup s = sig_default();
	s.strain_noise = 1e-7;
	s.bias = s.zero_noise = s.u_contact_m = s.u_air_N = 0;
	s.log_force_noise = s.log_displacement_noise = 1e-15;
	s.stiffness.u = s.starts_at.u = 0;
	sig_test t;
	sig_make(&s, 3, &t);
	tt_uncertainty_options how = draws(1500, true);
	tt_properties p;
	tt_uncertainty u;
	run_all(&t, NULL, NULL, &how, NULL, &p, &u);
	const tt_property *m = &p.value[TT_PROP_ULTIMATE_STRENGTH];
	double expected = hypot(0.02, 0.02);
	check_note("u(R_m) / R_m = %.5f (expected %.5f), interval %.3f to %.3f u", m->u / m->value, expected,
	           (m->lo - m->value) / m->u, (m->hi - m->value) / m->u);
	CHECK_NEAR(m->u / m->value, expected, 0.07 * expected);
	CHECK_NEAR((m->hi - m->lo) / m->u, 2 * 1.96, 0.35);
	CHECK_NEAR(u.share[TT_PROP_ULTIMATE_STRENGTH][TT_IN_WIDTH], 0.5, 0.05);
	CHECK_NEAR(u.share[TT_PROP_ULTIMATE_STRENGTH][TT_IN_THICKNESS], 0.5, 0.05);
	CHECK(u.share[TT_PROP_ULTIMATE_STRENGTH][TT_IN_PIXEL_SIZE] == 0);
	CHECK_NEAR(p.value[TT_PROP_YOUNGS_MODULUS].u / p.value[TT_PROP_YOUNGS_MODULUS].value, expected,
	           0.07 * expected);
	CHECK(p.value[TT_PROP_UNIFORM_ELONGATION].u < 1e-5);
	tt_uncertainty_clear(&u);
	tt_properties_clear(&p);

	/* displacement seen in the images: its scale acts on the spring force, stress falls by k d / A for 1 % of pixel
	 * size */
	tt_force_model model = t.model;
	model.displacement_from_image = true;
	model.width_m.u = model.thickness_m.u = 0;
	run_all(&t, NULL, &model, &how, NULL, &p, &u);
	size_t at = 0;
	for (size_t i = 0; i < t.n; i++)
		if (t.in.stress_Pa[i] > t.in.stress_Pa[at] || isnan(t.in.stress_Pa[at])) at = i;
	expected = 0.01 * 450 * t.in.displacement_m[at] / (400e-9 * 150e-9);
	check_note("u(R_m) from the pixel size %.2f MPa (expected %.2f)", m->u * 1e-6, expected * 1e-6);
	CHECK_NEAR(m->u, expected, 0.07 * expected);
	CHECK(u.share[TT_PROP_ULTIMATE_STRENGTH][TT_IN_PIXEL_SIZE] > 0.9);
	tt_uncertainty_clear(&u);
	tt_properties_clear(&p);

	/* k and d0 from one fit: fully correlated errors add up, opposite ones cancel */
	model = t.model;
	model.width_m.u = model.thickness_m.u = 0;
	model.stiffness.u = 10;
	double d = t.in.displacement_m[at], area = 400e-9 * 150e-9;
	model.contact_m.u = 10 * d / 450;
	for (int sign = -1; sign <= 1; sign++) {
		model.contact_correlation = sign;
		run_all(&t, NULL, &model, &how, NULL, &p, &u);
		/* dF = -d dk + k dd0 */
		expected = sign == 0 ? 10 * d / area * sqrt(2) : sign > 0 ? 0 : 2 * 10 * d / area;
		check_note("correlation %+d: u(R_m) %.2f MPa (expected %.2f)", sign, m->u * 1e-6, expected * 1e-6);
		CHECK_NEAR(m->u, expected, 0.08 * expected + 2e6);
		tt_uncertainty_clear(&u);
		tt_properties_clear(&p);
	}
	sig_free(&t);
}

static void test_budget(void)
{
	sig_setup s = sig_default();
	sig_test t;
	sig_make(&s, 5, &t);
	tt_property_options o = tt_property_defaults();
	const double offsets[2] = {0.001, 0.005};
	o.offsets = offsets;
	o.n_offsets = 2;
	tt_uncertainty_options how = draws(1000, true);
	tt_properties p;
	tt_uncertainty u;
	run_all(&t, &o, NULL, &how, NULL, &p, &u);
	CHECK(u.n_properties == TT_PROP_COUNT + 2);
	for (size_t j = 0; j < u.n_properties; j++) {
		double sum = u.rest[j];
		char text[256] = "";
		for (int k = 0; k < TT_IN_COUNT; k++) {
			CHECK(u.share[j][k] >= 0 && u.share[j][k] <= 1);
			sum += u.share[j][k];
			if (u.share[j][k] < 0.02) continue;
			size_t used = strlen(text);
			snprintf(text + used, sizeof text - used, " %s %.2f",
			         tt_uncertain_input_name((tt_uncertain_input)k), u.share[j][k]);
		}
		check_note("%s:%s rest %.2f",
		           j < TT_PROP_COUNT ? tt_property_describe((tt_property_id)j)->id : "offset", text, u.rest[j]);
		CHECK_NEAR(sum, 1, 1e-9);
		CHECK(u.rest[j] < 0.35);
		CHECK(u.reached[j] > 0.99);
	}
	CHECK(p.offset[0].stress.u > 0 && p.offset[1].stress.u > 0);
	/* who must dominate what */
	CHECK(u.share[TT_PROP_UNIFORM_ELONGATION][TT_IN_STIFFNESS] > 0.7);
	CHECK(u.share[TT_PROP_STRAIN_RATE][TT_IN_DIC_NOISE] + u.share[TT_PROP_STRAIN_RATE][TT_IN_DIC_BIAS] > 0.8);
	CHECK(u.share[TT_PROP_TOTAL_ELONGATION][TT_IN_CLOCK] > 0.2);
	CHECK(u.share[TT_PROP_ULTIMATE_STRENGTH][TT_IN_WIDTH] > 0.3);
	CHECK(u.share[TT_PROP_LOADING_RATE][TT_IN_FORCE_NOISE] > 0.5);
	tt_uncertainty_clear(&u);
	tt_properties_clear(&p);
	sig_free(&t);
}

/* The same seed gives the same bits with any number of threads; another seed another draw of about the same size. */
static void test_repeatable(void)
{
	sig_setup s = sig_default();
	sig_test t;
	sig_make(&s, 7, &t);
	tt_uncertainty_options how = draws(200, true);
	tt_properties first;
	tt_uncertainty u_first;
	run_all(&t, NULL, NULL, &how, &one_thread, &first, &u_first);
	for (int threads = 1; threads <= 3; threads++) {
		tt_job job = {.threads = threads};
		tt_properties p;
		tt_uncertainty u;
		run_all(&t, NULL, NULL, &how, &job, &p, &u);
		for (int k = 0; k < TT_PROP_COUNT; k++) {
			CHECK(p.value[k].u == first.value[k].u && p.value[k].lo == first.value[k].lo &&
			      p.value[k].hi == first.value[k].hi);
			CHECK(u.rest[k] == u_first.rest[k]);
			for (int i = 0; i < TT_IN_COUNT; i++)
				CHECK(u.share[k][i] == u_first.share[k][i]);
		}
		tt_uncertainty_clear(&u);
		tt_properties_clear(&p);
	}
	how.seed = 2;
	tt_properties p;
	run_all(&t, NULL, NULL, &how, NULL, &p, NULL);
	for (int k = 0; k < TT_PROP_COUNT; k++) {
		CHECK(p.value[k].u != first.value[k].u);
		CHECK_NEAR(p.value[k].u / first.value[k].u, 1, 0.35);
	}
	tt_properties_clear(&p);
	tt_properties_clear(&first);
	tt_uncertainty_clear(&u_first);
	sig_free(&t);
}

/* A property that the curve does not have stays without, whatever the draws say; its budget is empty. */
static void test_not_reached(void)
{
	sig_setup s = sig_default();
	s.law.break_strain = 0.012; /* elastic to the end */
	sig_test t;
	sig_make(&s, 9, &t);
	tt_uncertainty_options how = draws(200, true);
	tt_properties p;
	tt_uncertainty u;
	run_all(&t, NULL, NULL, &how, NULL, &p, &u);
	CHECK(isnan(p.value[TT_PROP_YIELD_STRENGTH].value) && isnan(p.value[TT_PROP_YIELD_STRENGTH].u));
	CHECK_HAS(p.value[TT_PROP_YIELD_STRENGTH].reason, "not reached");
	CHECK(u.reached[TT_PROP_YIELD_STRENGTH] < 0.05);
	CHECK(isnan(u.share[TT_PROP_YIELD_STRENGTH][TT_IN_WIDTH]));
	CHECK(p.value[TT_PROP_YOUNGS_MODULUS].u > 0);
	CHECK(p.value[TT_PROP_ULTIMATE_STRENGTH].u > 0);
	CHECK(p.value[TT_PROP_TOTAL_ELONGATION].u > 0);
	tt_uncertainty_clear(&u);
	tt_properties_clear(&p);
	sig_free(&t);
}

/* Thinned for the draws, a long record gives the uncertainties of the full one. */
static void test_thinning(void)
{
	sig_setup s = sig_default();
	s.fps = 40;
	s.strain_noise = 3e-4;
	s.stiffness.u = s.width.u = s.thickness.u = 0;
	sig_test t;
	sig_make(&s, 11, &t);
	tt_uncertainty_options how = draws(300, false);
	tt_properties full, thin;
	tt_uncertainty u;
	how.max_rows = 0;
	run_all(&t, NULL, NULL, &how, NULL, &full, &u);
	CHECK(u.rows_per_block == 1);
	tt_uncertainty_clear(&u);
	how.max_rows = 600;
	run_all(&t, NULL, NULL, &how, NULL, &thin, &u);
	check_note("%zu rows in blocks of %zu", full.used_rows, u.rows_per_block);
	CHECK(u.rows_per_block == (full.used_rows + 599) / 600);
	tt_uncertainty_clear(&u);
	for (int k = 0; k < TT_PROP_COUNT; k++) {
		CHECK(full.value[k].value == thin.value[k].value);
		double ratio = thin.value[k].u / full.value[k].u;
		check_note("  %-24s u thinned / full %.2f", tt_property_describe((tt_property_id)k)->id, ratio);
		CHECK(ratio > 0.7 && ratio < 1.45);
	}
	tt_properties_clear(&full);
	tt_properties_clear(&thin);
	sig_free(&t);
}

/* u_strain that is too small is raised to the scatter seen. */
static void test_understated_noise(void)
{
	sig_setup s = sig_default();
	s.strain_noise = 2e-4;
	s.bias = 0;
	s.stiffness.u = s.width.u = s.thickness.u = 0;
	sig_test t;
	sig_make(&s, 13, &t);
	tt_uncertainty_options how = draws(300, false);
	tt_properties right, wrong;
	tt_uncertainty u;
	run_all(&t, NULL, NULL, &how, NULL, &right, &u);
	CHECK_NEAR(u.noise_scale, 1, 0.15);
	CHECK(u.warnings.n == 0);
	tt_uncertainty_clear(&u);
	double *stated = (double *)t.in.u_strain;
	for (size_t i = 0; i < t.n; i++)
		stated[i] = 5e-5;
	run_all(&t, NULL, NULL, &how, NULL, &wrong, &u);
	check_note("noise 4 times as large as stated: scale %.2f", u.noise_scale);
	CHECK_NEAR(u.noise_scale, 4, 0.6);
	CHECK(u.warnings.n == 1);
	CHECK_HAS(u.warnings.item[0], "scatters");
	CHECK_NEAR(wrong.value[TT_PROP_STRAIN_RATE].u / right.value[TT_PROP_STRAIN_RATE].u, 1, 0.25);
	tt_uncertainty_clear(&u);
	tt_properties_clear(&right);
	tt_properties_clear(&wrong);
	sig_free(&t);
}

static void test_errors(void)
{
	sig_setup s = sig_default();
	sig_test t;
	sig_make(&s, 15, &t);
	tt_properties p;
	tt_error err;
	CHECK(tt_properties_compute(&t.in, NULL, &p, &err) == TT_OK);
	tt_uncertainty_options how = draws(200, true);
	tt_uncertainty u;
	tt_force_model m = t.model;
	m.width_m.u = -1e-9;
	CHECK(tt_uncertainty_run(&t.in, NULL, &m, &how, NULL, &p, &u, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "width");
	m = t.model;
	m.thickness_m.value = NAN;
	CHECK(tt_uncertainty_run(&t.in, NULL, &m, &how, NULL, &p, &u, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "thickness");
	m = t.model;
	m.dt_s = 0;
	CHECK(tt_uncertainty_run(&t.in, NULL, &m, &how, NULL, &p, &u, &err) == TT_ERR_USAGE);
	m = t.model;
	m.contact_correlation = 1.5;
	CHECK(tt_uncertainty_run(&t.in, NULL, &m, &how, NULL, &p, &u, &err) == TT_ERR_USAGE);
	how.draws = 3;
	CHECK(tt_uncertainty_run(&t.in, NULL, &t.model, &how, NULL, &p, &u, &err) == TT_ERR_USAGE);
	how.draws = 2000;
	volatile int cancel = 1;
	tt_job job = {.threads = 1, .cancel = &cancel};
	CHECK(tt_uncertainty_run(&t.in, NULL, &t.model, &how, &job, &p, &u, &err) == TT_ERR_INTERRUPTED);
	tt_property_options o = tt_property_defaults();
	const double offset = 0.001;
	o.offsets = &offset;
	o.n_offsets = 1;
	CHECK(tt_uncertainty_run(&t.in, &o, &t.model, &how, NULL, &p, &u, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "offset");
	tt_properties_clear(&p);
	tt_uncertainty_clear(NULL);
	sig_free(&t);
}

/* Without a log in the model (stress given as such) noise, width and thickness still act. */
static void test_no_log(void)
{
	sig_setup s = sig_default();
	sig_test t;
	sig_make(&s, 17, &t);
	tt_force_model m = tt_force_model_empty();
	m.width_m = s.width;
	m.thickness_m = s.thickness;
	tt_uncertainty_options how = draws(1000, true);
	tt_properties p;
	tt_uncertainty u;
	run_all(&t, NULL, &m, &how, NULL, &p, &u);
	CHECK_NEAR(p.value[TT_PROP_ULTIMATE_STRENGTH].u / p.value[TT_PROP_ULTIMATE_STRENGTH].value, hypot(0.02, 0.02),
	           0.002);
	CHECK(u.share[TT_PROP_UNIFORM_ELONGATION][TT_IN_FORCE_NOISE] > 0.3);
	CHECK(u.share[TT_PROP_ULTIMATE_STRENGTH][TT_IN_STIFFNESS] == 0);
	tt_uncertainty_clear(&u);
	tt_properties_clear(&p);
	sig_free(&t);
}

/* The slow process has the variance and the correlation that it should. */
static void test_slow_process(void)
{
	enum { N = 200, DRAWS = 4000 };
	double t[N];
	for (int i = 0; i < N; i++)
		t[i] = 100 + 0.1 * i;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
	CHECK(rng);
	static const double times[] = {2.0, 0.5, 0.001};
	for (int k = 0; k < 3; k++) {
		tt_slow_process *p;
		tt_error err;
		CHECK(tt_slow_process_new(t, N, times[k], &p, &err) == TT_OK);
		double *scratch = calloc(tt_slow_process_scratch(p), sizeof *scratch);
		CHECK(scratch);
		double var = 0, lag = 0;
		int steps = k == 2 ? 3 : (int)lround(times[k] / 0.1); /* one correlation time */
		for (int d = 0; d < DRAWS; d++) {
			double v[N] = {0};
			tt_stream_start(rng, 1, (uint64_t)d);
			tt_slow_process_add(p, rng, 2, scratch, v);
			for (int i = 0; i + steps < N; i += 20) {
				var += v[i] * v[i] / (DRAWS * 10.0);
				lag += v[i] * v[i + steps] / (DRAWS * 10.0);
			}
		}
		int used = (N - steps + 19) / 20;
		var *= 10.0 / used;
		lag *= 10.0 / used;
		check_note("time %g s: variance %.3f (4), correlation there %.3f", times[k], var, lag / var);
		CHECK_NEAR(var, 4, 0.2);
		CHECK_NEAR(lag / var, k == 2 ? 0 : exp(-1), 0.03);
		free(scratch);
		tt_slow_process_free(p);
	}
	gsl_rng_free(rng);
	tt_slow_process_free(NULL);
}

static const check_case cases[] = {
    {"400 tests: intervals cover the truth", test_coverage},
    {"400 tests: noise alone", test_coverage_of_noise},
    {"known uncertainties and correlations", test_known_uncertainty},
    {"budget adds up and names the right inputs", test_budget},
    {"the same for any number of threads", test_repeatable},
    {"not reached stays so", test_not_reached},
    {"thinning of long records", test_thinning},
    {"understated noise is raised", test_understated_noise},
    {"errors and interruption", test_errors},
    {"stress without a log", test_no_log},
    {"slow random process", test_slow_process},
};
CHECK_MAIN(cases)
