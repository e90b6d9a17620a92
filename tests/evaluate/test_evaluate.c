/* tt_evaluate: the same input gives the same result, from several threads at once, from an observation that was kept in
 * a file, and for any number of threads; a changed setting changes what depends on it. */
#include <pthread.h>

#include "temtensile/evaluate.h"

#include "check.h"

typedef struct input {
	tt_test *test;
	tt_force_log *log, *empty;
	const tt_observation *o;
} input;

static input read_input(const char *set)
{
	static tt_observation *o;
	input in;
	char path[1024];
	tt_error err;
	snprintf(path, sizeof path, "%s/samples/zrcu-10pa-1/test.yaml", check_source_root());
	CHECK_MSG(tt_test_read(path, set ? &set : NULL, set != NULL, &in.test, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(tt_test_read_logs(in.test, &in.log, &in.empty, &err) == TT_OK, "%s", err.message);
	if (!o) CHECK_MSG(tt_observe(in.test, NULL, NULL, &o, &err) == TT_OK, "%s", err.message);
	in.o = o;
	return in;
}

static void drop(input *in)
{
	tt_test_free(in->test);
	tt_force_log_free(in->log);
	tt_force_log_free(in->empty);
}

static tt_result *evaluate(const input *in, const tt_observation *o, long draws, int threads)
{
	tt_evaluate_options options = tt_evaluate_defaults();
	const tt_job job = {.threads = threads};
	tt_result *r;
	tt_error err;
	options.draws = draws;
	CHECK_MSG(tt_evaluate(o, in->log, in->empty, in->test, &options, &job, &r, &err) == TT_OK, "%s", err.message);
	return r;
}

/* ---- the bytes of a result ---- */

static void put(FILE *f, const void *p, size_t n)
{
	CHECK(fwrite(p, 1, n, f) == n);
}

/* Everything that holds numbers, as bytes: the same bits, NaN included. */
static char *fingerprint(const tt_result *r, size_t *size)
{
	char *text;
	FILE *f = open_memstream(&text, size);
	const tt_curve *c = r->curve;
	const double *column[] = {c->time_s,         c->log_time_s, c->displacement_m,  c->force_raw_N,
	                          c->force_spring_N, c->force_N,    c->gauge_length_px, c->strain,
	                          c->stress_Pa,      c->u_strain,   c->u_stress_Pa,     c->true_strain,
	                          c->true_stress_Pa, c->zncc};
	for (size_t i = 0; i < sizeof column / sizeof *column; i++)
		put(f, column[i], c->n * sizeof(double));
	put(f, c->flag, c->n * sizeof *c->flag);
	for (size_t i = 0; i < r->measurements.n; i++) {
		const tt_measurement *m = &r->measurements.item[i];
		put(f, &m->value, sizeof(double));
		put(f, &m->u, sizeof(double));
		put(f, &m->lo, sizeof(double));
		put(f, &m->hi, sizeof(double));
		fprintf(f, "%s %s\n", m->what->id, m->reason ? m->reason : "");
	}
	for (size_t i = 0; r->uncertainty.share && i < r->uncertainty.n_properties; i++)
		put(f, r->uncertainty.share[i], sizeof r->uncertainty.share[i]);
	put(f, r->necking.ratio, r->necking.rows * r->necking.stations * sizeof *r->necking.ratio);
	const double more[] = {
	    r->clock.starts_at_s, r->clock.u_s,  r->mechanics->k,       r->mechanics->d0_m,
	    r->zero.length_px,    r->sync.rms_m, r->necking.neck.depth, r->necking.neck.onset_strain};
	put(f, more, sizeof more);
	fprintf(f, "%s\n%s\n%lld\n", r->fracture_text, r->clock_source, (long long)r->fracture);
	for (size_t i = 0; i < r->warnings.n; i++)
		fprintf(f, "%s\n", r->warnings.item[i]);
	CHECK(fclose(f) == 0);
	return text;
}

static void same(const tt_result *a, const tt_result *b, const char *what)
{
	size_t n, m;
	char *x = fingerprint(a, &n), *y = fingerprint(b, &m);
	CHECK_MSG(n == m && memcmp(x, y, n) == 0, "%s differ", what);
	free(x);
	free(y);
}

/* ---- tests ---- */

enum { THREADS = 4 };

typedef struct worker {
	const input *in;
	tt_result *r;
	tt_status status;
	tt_error err;
} worker;

static void *work(void *ctx)
{
	worker *w = ctx;
	const tt_job job = {.threads = 1};
	tt_evaluate_options options = tt_evaluate_defaults();
	options.draws = 60;
	w->status = tt_evaluate(w->in->o, w->in->log, w->in->empty, w->in->test, &options, &job, &w->r, &w->err);
	return NULL;
}

static void test_threads(void)
{
	input in = read_input(NULL);
	worker w[THREADS];
	pthread_t t[THREADS];
	tt_result *alone = evaluate(&in, in.o, 60, 1), *many = evaluate(&in, in.o, 60, 3);
	same(alone, many, "one thread and three");
	for (int i = 0; i < THREADS; i++) {
		w[i] = (worker){.in = &in};
		CHECK(pthread_create(&t[i], NULL, work, &w[i]) == 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	for (int i = 0; i < THREADS; i++) {
		CHECK_MSG(w[i].status == TT_OK, "%s", w[i].err.message);
		same(alone, w[i].r, "evaluations in several threads at once");
		tt_result_free(w[i].r);
	}
	tt_result_free(alone);
	tt_result_free(many);
	drop(&in);
}

static void test_kept(void)
{
	input in = read_input(NULL);
	char path[1024];
	tt_error err;
	tt_observation *kept;
	snprintf(path, sizeof path, "%s/kept.ttobs", check_tmp());
	CHECK_MSG(tt_observation_save(in.o, path, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(tt_observation_load(path, &kept, &err) == TT_OK, "%s", err.message);
	tt_result *a = evaluate(&in, in.o, 60, 2), *b = evaluate(&in, kept, 60, 2);
	same(a, b, "seen and kept");
	tt_observation_free(kept);
	tt_result_free(a);
	tt_result_free(b);
	drop(&in);
}

static double value(const tt_result *r, const char *id, bool u)
{
	const tt_measurement *m = tt_measurements_find(&r->measurements, id);
	CHECK_MSG(m, "%s", id);
	return u ? m->u : m->value;
}

static void test_draws(void)
{
	input in = read_input(NULL);
	tt_result *none = evaluate(&in, in.o, 0, 1), *some = evaluate(&in, in.o, 60, 1);
	static const char *const id[] = {"youngs_modulus_GPa", "yield_strength_GPa", "ultimate_strength_GPa",
	                                 "total_elongation"};
	for (size_t i = 0; i < sizeof id / sizeof *id; i++) {
		CHECK(isfinite(value(none, id[i], false)));
		CHECK_NEAR(value(none, id[i], false), value(some, id[i], false), 0);
		CHECK(isnan(value(none, id[i], true)) && value(some, id[i], true) > 0);
	}
	CHECK(none->uncertainty.draws == 0 && some->uncertainty.draws == 60);
	tt_result_free(none);
	tt_result_free(some);
	drop(&in);
}

/* Stress and what rests on it goes with the section and with k; strain does not. */
static void test_settings(void)
{
	input plain = read_input(NULL), thin = read_input("specimen.thickness=75 ± 3 nm"),
	      stiff = read_input("force.spring={stiffness: 455 ± 10 N/m}");
	tt_result *a = evaluate(&plain, plain.o, 0, 1), *b = evaluate(&thin, thin.o, 0, 1),
	          *c = evaluate(&stiff, stiff.o, 0, 1);
	double ratio = plain.test->specimen.thickness.value[0].value / thin.test->specimen.thickness.value[0].value;
	size_t rows = 0;
	for (size_t i = 0; i < a->curve->n; i++) {
		if (!tt_curve_row_usable(a->curve, i) || !(a->curve->log_time_s[i] > a->mechanics->contact_time_s))
			continue;
		CHECK_NEAR(b->curve->stress_Pa[i], ratio * a->curve->stress_Pa[i],
		           1e-6 * fabs(b->curve->stress_Pa[i]) + 1);
		CHECK(b->curve->strain[i] == a->curve->strain[i] && c->curve->strain[i] == a->curve->strain[i]);
		double d = a->curve->displacement_m[i];
		CHECK_NEAR(c->curve->force_spring_N[i] - a->curve->force_spring_N[i],
		           (stiff.test->force.stiffness.value - plain.test->force.stiffness.value) * d, 1e-12);
		rows++;
	}
	CHECK(rows > 100);
	tt_result_free(a);
	tt_result_free(b);
	tt_result_free(c);
	drop(&plain);
	drop(&thin);
	drop(&stiff);
}

static const check_case cases[] = {
    {"the same from several threads at once and for any number of threads", test_threads},
    {"the same from an observation kept in a file", test_kept},
    {"without draws: the same values, no intervals", test_draws},
    {"a changed setting changes what depends on it", test_settings},
};
CHECK_MAIN(cases)
