/* A specimen that lies flatter as it is loaded, and nobody said so: the truth is inside, or the tilt is told; and a
 * specimen that lies flat all the time gets no alarm.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "evaluate/optics.h"
#include "signals.h"

typedef struct tally {
	int inside, told, honest,
	    elongation;     /* of E: inside its interval, told as a tilt, either; A_t inside or told */
	double width, bare; /* mean of u(E) / E, and before the look */
	double hidden;      /* mean, degrees */
} tally;

static const tt_job one_thread = {.threads = 1};

/* Seen length = length × cos(tilt) / cos(tilt at first), the tilt going to 0 as the strain grows to the yield's. */
static void tilt(sig_test *t, double degrees, double until, double *strain)
{
	for (size_t i = 0; i < t->in.n; i++) {
		double part = fmin(fmax(t->in.strain[i] / until, 0), 1), from = degrees * acos(-1) / 180;
		strain[i] = (1 + t->in.strain[i]) * cos((1 - part) * from) / cos(from) - 1;
	}
	t->in.strain = strain;
}

static void evaluate(const sig_test *t, const tt_test *test, size_t draws, tt_result *r, double *bare)
{
	tt_error err = {0};
	tt_gauge_reading *reading = calloc(t->in.n, sizeof *reading);
	unsigned *flag = malloc(t->in.n * sizeof *flag);
	tt_observation o = {0};
	tt_evaluation a = {.o = &o, .test = test, .r = r};
	tt_property_options options = tt_property_defaults();
	tt_uncertainty_options how = tt_uncertainty_defaults();
	how.draws = draws;
	CHECK(reading && flag && tt_curve_new(t->in.n, &r->curve, &err) == TT_OK);
	for (size_t i = 0; i < t->in.n; i++)
		reading[i].ok = true;
	o.track.n = t->in.n;
	o.track.reading = reading;
	memcpy(flag, t->in.flag, t->in.n * sizeof *flag);
	r->flag = flag;
	memcpy(r->curve->flag, flag, t->in.n * sizeof *flag);
	memcpy(r->curve->strain, t->in.strain, t->in.n * sizeof(double));
	memcpy(r->curve->stress_Pa, t->in.stress_Pa, t->in.n * sizeof(double));
	CHECK_MSG(tt_properties_compute(&t->in, &options, &r->properties, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(tt_uncertainty_run(&t->in, &options, &t->model, &how, &one_thread, &r->properties, &r->uncertainty,
	                             &err) == TT_OK,
	          "%s", err.message);
	*bare = r->properties.value[TT_PROP_YOUNGS_MODULUS].u;
	CHECK_MSG(tt_tilt_check(&a, &t->in, &options, &err) == TT_OK, "%s", err.message);
	free(reading);
}

static void clear(tt_result *r)
{
	tt_curve_free(r->curve);
	free(r->flag);
	tt_properties_clear(&r->properties);
	tt_uncertainty_clear(&r->uncertainty);
	tt_strings_free(&r->warnings);
}

static bool says(const tt_result *r, const char *part)
{
	for (size_t i = 0; i < r->warnings.n; i++)
		if (strstr(r->warnings.item[i], part)) return true;
	return false;
}

static bool covers(const tt_property *p, double truth)
{
	return p->lo <= truth && truth <= p->hi;
}

static int tests(void)
{
	const char *more = getenv("TT_SEEDS");
	return more ? atoi(more) : 10;
}

static tally try_all(double degrees, double fps, double noise)
{
	tally y = {0};
	int n = tests();
	tt_test test = {0};
	for (int k = 0; k < n; k++) {
		sig_setup s = sig_default();
		s.fps = fps;
		s.strain_noise = noise;
		sig_test t;
		sig_make(&s, (uint64_t)k + 1, &t);
		double *strain = malloc(t.in.n * sizeof *strain), bare;
		CHECK(strain);
		tilt(&t, degrees, s.law.yield / s.law.modulus, strain);
		tt_result r = {0};
		evaluate(&t, &test, 40, &r, &bare);
		const tt_property *E = &r.properties.value[TT_PROP_YOUNGS_MODULUS];
		bool in = covers(E, s.law.modulus), said = says(&r, "out-of-plane tilt");
		CHECK(says(&r, "taken as exact"));
		y.inside += in;
		y.told += said;
		y.honest += in || said;
		y.elongation +=
		    said || covers(&r.properties.value[TT_PROP_TOTAL_ELONGATION], t.truth[TT_PROP_TOTAL_ELONGATION]);
		y.width += E->u / E->value / n;
		y.bare += bare / E->value / n;
		y.hidden += r.tilt.hidden_deg / n;
		for (int i = 0; i < TT_PROP_COUNT; i++) {
			double sum = r.uncertainty.rest[i];
			for (int j = 0; j < TT_IN_COUNT; j++)
				sum += r.uncertainty.share[i][j];
			CHECK(isnan(sum) || fabs(sum - 1) < 1e-9);
		}
		clear(&r);
		free(strain);
		sig_free(&t);
	}
	check_note(
	    "%.0f°, %.1f frames a second, noise %.0e: E inside %d, told %d, either %d, A_t %d of %d; u(E) %.1f %% "
	    "(%.1f %%), hidden %.1f°",
	    degrees, fps, noise, y.inside, y.told, y.honest, y.elongation, n, 100 * y.width, 100 * y.bare, y.hidden);
	return y;
}

/* Many frames with little noise, or few with more. */
static tally try_one(double degrees, bool few)
{
	return try_all(degrees, few ? 1 : 4, few ? 2e-4 : 1e-4);
}

static void test_flat(void)
{
	int n = tests();
	for (int few = 0; few < 2; few++) {
		tally y = try_one(0, few);
		CHECK(y.told * 50 <= n);
		CHECK(y.inside * 10 >= n * 9);
		CHECK_MSG(y.width < 1.5 * y.bare, "u(E) grows from %.2f %% to %.2f %%", 100 * y.bare, 100 * y.width);
	}
}

static void test_tilted(void)
{
	int n = tests(), honest = 0, total = 0, step = getenv("TT_SEEDS") ? 1 : 2;
	for (int degrees = step == 1 ? 2 : 3; degrees <= 5; degrees += step)
		for (int few = 0; few < 2; few++) {
			tally y = try_one(degrees, few);
			CHECK_MSG(y.honest * 10 >= n * 8 && y.elongation * 10 >= n * 8, "%d°: %d and %d of %d", degrees,
			          y.honest, y.elongation, n);
			honest += y.honest;
			total += n;
			if (degrees == 5 && !few) CHECK(y.told == n);
		}
	CHECK_MSG(honest * 100 >= total * 91, "%d of %d inside or told", honest, total);
}

/* A tilt that is given is not looked for, and too few frames are said. */
static void test_not_looked_for(void)
{
	sig_setup s = sig_default();
	sig_test t;
	double bare;
	tt_test test = {.specimen.tilt_from = {.u = 0.5}};
	sig_make(&s, 1, &t);
	tt_result r = {0};
	evaluate(&t, &test, 40, &r, &bare);
	CHECK(isnan(r.tilt.hidden_deg) && r.warnings.n == 0);
	CHECK(r.properties.value[TT_PROP_YOUNGS_MODULUS].u == bare);
	clear(&r);
	sig_free(&t);
	test.specimen.tilt_from.u = 0;
	s.fps = 0.3;
	sig_make(&s, 1, &t);
	r = (tt_result){0};
	evaluate(&t, &test, 40, &r, &bare);
	CHECK(isnan(r.tilt.hidden_deg) && isnan(r.tilt.modulus_Pa));
	CHECK(says(&r, "too few frames"));
	clear(&r);
	sig_free(&t);
}

static const check_case cases[] = {
    {"flat", test_flat}, {"tilted", test_tilted}, {"not looked for", test_not_looked_for}};

CHECK_MAIN(cases)
