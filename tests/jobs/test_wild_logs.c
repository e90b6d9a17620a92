/* Logs on which an earlier program gave wrong numbers, lost the fracture or refused (../shared/wild/logs, skipped where
 * it is absent): what each must give, from its right.md. SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "temtensile/describe.h"
#include "temtensile/evaluate.h"
#include "temtensile/observe.h"

/* ---- logs alone ---- */

static tt_force_log *read_alone(const char *file, tt_error *err)
{
	const tt_log_columns plain = {.decimal_comma = -1};
	tt_force_log *log = NULL;
	char path[256];
	snprintf(path, sizeof path, "wild/logs/%s", file);
	tt_status st = tt_force_log_read(check_shared(path), &plain, &log, err);
	return st ? NULL : log;
}

static bool warned(const tt_strings *w, const char *part)
{
	for (size_t i = 0; i < w->n; i++)
		if (strstr(w->item[i], part)) return true;
	return false;
}

static double largest(const double *v, size_t n)
{
	double top = v[0];
	for (size_t i = 1; i < n; i++)
		top = fmax(top, v[i]);
	return top;
}

/* The plain table of these files: 1388 rows, 213.3 µN at most, 592.1 nm at most. */
static void plain_table(const char *file, size_t rows, const char *says)
{
	tt_error err = {0};
	tt_force_log *log = read_alone(file, &err);
	CHECK_MSG(log, "%s", err.message);
	check_note("%s: %zu rows, largest force %.2f uN", file, log->n, 1e6 * largest(log->force_N, log->n));
	CHECK(log->n == rows);
	CHECK_NEAR(largest(log->force_N, log->n), 213.305e-6, 0.001e-6);
	CHECK_NEAR(largest(log->displacement_m, log->n), 592.123e-9, 0.001e-9);
	CHECK_NEAR(log->time_s[log->n - 1], 69.35, 1e-9);
	CHECK_MSG(!says || warned(&log->warnings, says), "%s: no word of '%s'", file, says);
	tt_force_log_free(log);
}

static void test_cell(void)
{
	plain_table("fmt-cell-NaN/log.txt", 1387, "1 of 1388 rows was left out");
}

static void test_french(void)
{
	plain_table("fmt-lang-fr/log.txt", 1388, NULL);
}

static void test_lost_micro(void)
{
	plain_table("fmt-question-mark-mu/log.txt", 1388, "is taken for µN");
}

static void test_repeated_header(void)
{
	plain_table("fmt-repeat-header/log.txt", 1388, NULL);
}

static void test_thousands(void)
{
	tt_error err = {0};
	CHECK(!read_alone("fmt-thousands-us-ALLINT-tab/log.txt", &err));
	CHECK_HAS(err.message, "force.decimal_comma");
	check_note("%s", err.message);
	tt_log_columns said = {.decimal_comma = 0};
	tt_force_log *log = NULL;
	CHECK(tt_force_log_read(check_shared("wild/logs/fmt-thousands-us-ALLINT-tab/log.txt"), &said, &log, &err) ==
	      TT_OK);
	CHECK_NEAR(largest(log->force_N, log->n), 213.3e-6, 0.06e-6);
	tt_force_log_free(log);
}

static void test_kla(void)
{
	tt_error err = {0};
	tt_force_log *log = read_alone("kla-xls-sheet-as-csv/log.csv", &err);
	CHECK_MSG(log, "%s", err.message);
	check_note("KLA sheet: %zu rows, %zu segments", log->n, log->n_segments);
	CHECK(log->n == 1220 && log->n_segments == 4);
	CHECK_NEAR(largest(log->force_N, log->n), 407.814e-3, 0.001e-3);
	tt_force_log_free(log);
}

static tt_mechanics *mechanics_of(const char *file, tt_strings *warnings)
{
	tt_error err = {0};
	tt_force_log *log = read_alone(file, &err);
	CHECK_MSG(log, "%s", err.message);
	const tt_mechanics_options o = tt_mechanics_defaults();
	tt_mechanics *m = NULL;
	tt_status st = tt_force_log_orient(log, warnings, &err);
	if (!st) st = tt_mechanics_fit(log, &o, &m, warnings, &err);
	CHECK_MSG(!st, "%s", err.message);
	CHECK(!log->turned);
	tt_force_log_free(log);
	return m;
}

static void test_cycles_in_air(void)
{
	tt_strings w = {0};
	tt_mechanics *m = mechanics_of("mech-cycles-leave-contact/log.txt", &w);
	check_note("k %.3f +- %.3f N/m (450), %zu pop-ins", m->k, m->u_k, m->n_pop_in);
	CHECK_NEAR(m->k, 450, 3 * m->u_k);
	CHECK(m->n_pop_in == 0 && m->n_away == 2);
	for (double t = 33; t < 36; t += 0.5) {
		tt_mechanics_sample s;
		tt_mechanics_at(m, t, 0.05, &s);
		CHECK(s.away && s.force_N == 0 && s.force_spring_N == 0);
	}
	tt_mechanics_free(m);
	tt_strings_free(&w);
}

static void test_transducer(void)
{
	tt_strings w = {0};
	tt_mechanics *m = mechanics_of("mech-long-approach-spring-60/log.txt", &w);
	check_note("slope in air %.3f +- %.3f N/m (60), k %.3f +- %.3f N/m (450)", m->air.slope_N_per_m,
	           m->air.u_slope_N_per_m, m->k, m->u_k);
	CHECK(m->air.sloped);
	CHECK_NEAR(m->air.slope_N_per_m, 60, 0.1);
	CHECK_NEAR(m->k, 450, 3 * m->u_k);
	tt_mechanics_free(m);
	tt_strings_free(&w);
}

/* ---- with their recordings ---- */

/* The recording that a case belongs to is looked at once. */
static const tt_observation *observation_of(const char *sample)
{
	static struct {
		char name[64];
		tt_observation *o;
	} seen[4];
	for (size_t i = 0; i < 4; i++) {
		if (seen[i].o && strcmp(seen[i].name, sample) == 0) return seen[i].o;
		if (seen[i].o) continue;
		char path[512];
		tt_test *t = NULL;
		tt_error err = {0};
		snprintf(path, sizeof path, "%s/samples/%s/test.yaml", check_source_root(), sample);
		tt_status st = tt_test_read(path, NULL, 0, &t, &err);
		if (!st) st = tt_observe(t, NULL, NULL, &seen[i].o, &err);
		CHECK_MSG(!st, "%s", err.message);
		tt_test_free(t);
		snprintf(seen[i].name, sizeof seen[i].name, "%s", sample);
		return seen[i].o;
	}
	check_stop(CHECK_FAILED, "too many samples");
}

static tt_status evaluate(const char *folder, const char *sample, const char *const *sets, size_t n, tt_result **r,
                          tt_error *err)
{
	char path[256];
	tt_test *t = NULL;
	tt_force_log *log = NULL, *empty = NULL;
	*r = NULL;
	snprintf(path, sizeof path, "wild/logs/%s/test.yaml", folder);
	const char *file = check_shared(path);
	const tt_observation *o = observation_of(sample);
	tt_status st = tt_test_read(file, sets, n, &t, err);
	if (!st) st = tt_test_read_logs(t, &log, &empty, err);
	if (!st) st = tt_evaluate(o, log, empty, t, NULL, NULL, r, err);
	tt_force_log_free(log);
	tt_force_log_free(empty);
	tt_test_free(t);
	return st;
}

static const char first[] = "zrcu-0.002pa-1", second[] = "zrcu-0.002pa-2";

static tt_result *result_of(const char *folder, const char *sample, const char *set)
{
	tt_error err = {0};
	tt_result *r;
	tt_status st = evaluate(folder, sample, &set, set != NULL, &r, &err);
	CHECK_MSG(!st, "%s: %s", folder, err.message);
	const tt_property *p = r->properties.value;
	check_note("%s: E %.1f, yield %.3f, ultimate %.3f GPa, k %.2f N/m; %s", folder,
	           1e-9 * p[TT_PROP_YOUNGS_MODULUS].value, 1e-9 * p[TT_PROP_YIELD_STRENGTH].value,
	           1e-9 * p[TT_PROP_ULTIMATE_STRENGTH].value, r->mechanics->k,
	           r->warnings.n ? r->warnings.item[0] : "no warning");
	return r;
}

/* What the uncut log of the first sample gives with this description. */
static void as_the_sample(const tt_result *r, double part)
{
	const tt_property *p = r->properties.value;
	CHECK_NEAR(p[TT_PROP_YOUNGS_MODULUS].value, 140.7e9, 4 * part * 140.7e9);
	CHECK_NEAR(p[TT_PROP_YIELD_STRENGTH].value, 2.615e9, part * 2.615e9);
	CHECK_NEAR(p[TT_PROP_ULTIMATE_STRENGTH].value, 2.797e9, part * 2.797e9);
	CHECK_NEAR(p[TT_PROP_UNIFORM_ELONGATION].value, 0.0502, 0.0015);
	CHECK_NEAR(p[TT_PROP_TOTAL_ELONGATION].value, 0.0591, 0.0008);
}

static void whole(const char *folder, const char *set, const char *says)
{
	tt_result *r = result_of(folder, first, set);
	as_the_sample(r, 0.003);
	CHECK_MSG(!says || warned(&r->warnings, says), "%s: no word of '%s'", folder, says);
	tt_result_free(r);
}

static void test_overflow(void)
{
	whole("overflow-9.9e37", NULL, "1 of 3177 rows was left out");
}

static void test_whole_seconds(void)
{
	whole("whole-second-stamps", NULL, "spread over them");
}

static void test_gap(void)
{
	whole("log-gap-2s", NULL, "rows of the force log are missing");
}

static void test_touch(void)
{
	whole("first-touch-30uN", "sync.log_starts_at=-8.000 s", "touch");
}

static void test_preload(void)
{
	whole("hysitron-preload-5uN-3s", "sync.log_starts_at=-3.000 s", "touch");
}

static void test_loaded(void)
{
	whole("starts-in-contact-advice", "force.contact=10.02 s", "begins on the device");
	whole("starts-in-contact-advice", NULL, "begins on the device");
}

static void test_empty_run(void)
{
	tt_result *r = result_of("empty-run-units-override", first, NULL);
	CHECK_NEAR(r->mechanics->k, 446.5, 0.3);
	CHECK_NEAR(r->properties.value[TT_PROP_ULTIMATE_STRENGTH].value, 2.80e9, 0.01e9);
	tt_result_free(r);
}

static void test_two(void)
{
	tt_error err = {0};
	tt_result *r;
	CHECK(evaluate("two-tests-in-one-file", first, NULL, 0, &r, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "holds 2 tests");
	CHECK_HAS(err.message, "force.test: 1 to 2");
	whole("two-tests-in-one-file", "force.test=1", NULL);
}

static void held_back(const char *folder, double bound_GPa, const char *why)
{
	static const int ids[] = {TT_PROP_ULTIMATE_STRENGTH, TT_PROP_UNIFORM_ELONGATION, TT_PROP_TOUGHNESS,
	                          TT_PROP_HOLLOMON_N};
	tt_result *r = result_of(folder, first, NULL);
	CHECK_NEAR(r->properties.value[TT_PROP_YOUNGS_MODULUS].value, 140.7e9, 1.5e9);
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		const tt_property *p = &r->properties.value[ids[i]];
		CHECK(isnan(p->value));
		CHECK_HAS(p->reason, why);
		CHECK_HAS(p->reason, "is a lower bound");
	}
	const char *text = strstr(r->properties.value[TT_PROP_ULTIMATE_STRENGTH].reason, "seen, ");
	CHECK(text);
	CHECK_NEAR(atof(text + 6), bound_GPa, 0.02);
	tt_result_free(r);
}

static void test_cut(void)
{
	held_back("log-ends-before-fracture-35s", 2.21, "before the fracture that the images show");
}

static void test_saturated(void)
{
	held_back("force-saturated-170uN", 2.43, "stands at the end of its range");
}

static void inside(const tt_result *r, int id, double truth)
{
	const tt_property *p = &r->properties.value[id];
	CHECK_MSG(p->lo <= truth && truth <= p->hi, "property %d: %g to %g, true %g", id, p->lo, p->hi, truth);
}

static void test_displacement_drift(void)
{
	tt_result *r = result_of("displacement-drift-rest", first, "sync.log_starts_at=-10 s");
	const tt_log_drift *d = &r->mechanics->drifts;
	check_note("drift %.4f +- %.4f nm/s (0.3)", 1e9 * d->displacement_m_per_s, 1e9 * d->u_displacement_m_per_s);
	CHECK(d->displacement && !d->corrected);
	CHECK_NEAR(d->displacement_m_per_s, 0.3e-9, 3 * d->u_displacement_m_per_s);
	CHECK(warned(&r->warnings, "the log drifts"));
	inside(r, TT_PROP_YOUNGS_MODULUS, 140e9);
	inside(r, TT_PROP_YIELD_STRENGTH, 2.611e9);
	inside(r, TT_PROP_ULTIMATE_STRENGTH, 2.796e9);
	tt_result_free(r);
	const char *sets[] = {"sync.log_starts_at=-10 s", "force.drift=auto"};
	tt_error err = {0};
	CHECK_MSG(evaluate("displacement-drift-rest", first, sets, 2, &r, &err) == TT_OK, "%s", err.message);
	as_the_sample(r, 0.005);
	tt_result_free(r);
}

static void test_force_drift(void)
{
	tt_result *r = result_of("drift-0.02uNs-retract-after-fracture", second, NULL);
	const tt_log_drift *d = &r->mechanics->drifts;
	check_note("drift %.4f +- %.4f uN/s (0.02)", 1e6 * d->force_N_per_s, 1e6 * d->u_force_N_per_s);
	CHECK_NEAR(d->force_N_per_s, 0.02e-6, 3 * d->u_force_N_per_s);
	CHECK_NEAR(r->mechanics->k, 432.62, 0.4); /* the second sample's own, truth.json */
	CHECK_NEAR(r->mechanics->fracture_time_s, 49.4295, 0.02);
	tt_result_free(r);
}

static const check_case cases[] = {{"a cell that is no number", test_cell},
                                   {"French names", test_french},
                                   {"a destroyed micro sign", test_lost_micro},
                                   {"a header in the middle", test_repeated_header},
                                   {"thousands or decimals", test_thousands},
                                   {"a KLA sheet as CSV", test_kla},
                                   {"cycles that leave the device", test_cycles_in_air},
                                   {"a transducer's spring", test_transducer},
                                   {"an overflow value", test_overflow},
                                   {"stamps of whole seconds", test_whole_seconds},
                                   {"a gap of two seconds", test_gap},
                                   {"a touch before the test", test_touch},
                                   {"preload and lift", test_preload},
                                   {"a log that begins loaded", test_loaded},
                                   {"an empty run of its own format", test_empty_run},
                                   {"two tests in one file", test_two},
                                   {"a log that ends before the fracture", test_cut},
                                   {"a saturated force", test_saturated},
                                   {"drift of the displacement", test_displacement_drift},
                                   {"drift of the force, retraction", test_force_drift}};
CHECK_MAIN(cases)
