/* Clocks: offsets found from what log and images both saw, against known truth.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "core/text.h"
#include "../mechanics/signals.h"
#include "temtensile/clock.h"

static int seeds(void)
{
	const char *s = getenv("TT_SEEDS");
	return s ? atoi(s) : 12;
}

/* A camera that watches a simulated test. */
typedef struct camera {
	double starts_at; /* log_starts_at: the video's time at which the log's clock reads zero */
	double fps, first_s,
	    last_s;            /* the video's own time runs from 0; frames are kept between these instants of the log */
	double noise_m, share; /* share: gauge over film */
	double rate;           /* log clock per video clock */
	bool sees_fracture, tells_fracture;
	double given_u; /* > 0: the description says when the log starts */
	double bump_m,
	    bump_s;      /* a bend contour that crosses the gauge: false elongation around this instant of the log */
	int late_frames; /* the fracture is recognised so many frames late */
} camera;

typedef struct view {
	size_t n;
	double *time_s, *elongation_m;
	int64_t fracture_frame;
} view;

/* The video starts at first_s of the log's clock: starts_at follows as -first_s. */
static view watch(const camera *c, const tt_force_log *log, const sim_truth *truth, uint64_t *rng)
{
	view v = {0};
	const size_t most = (size_t)((c->last_s - c->first_s) * c->fps) + 1;
	v.time_s = malloc(most * sizeof(double));
	v.elongation_m = malloc(most * sizeof(double));
	v.fracture_frame = -1;
	for (size_t i = 0; i < most; i++) {
		const double t = (double)i / c->fps, log_t = c->rate * (t - c->starts_at);
		const bool broken = log_t >= truth->fracture_s;
		if (broken && v.fracture_frame < 0 && c->sees_fracture) v.fracture_frame = (int64_t)i;
		if (broken && !c->sees_fracture) break;
		v.time_s[i] = t;
		v.elongation_m[i] = c->share * sim_elongation(log, truth, log_t) + c->noise_m * sim_normal(rng);
		/* a tracker that follows the halves; one that loses them */
		if (broken && !c->tells_fracture) v.elongation_m[i] += 250e-9;
		if (broken && c->tells_fracture && (int64_t)i >= v.fracture_frame + c->late_frames)
			v.elongation_m[i] = NAN;
		if (c->bump_m > 0) v.elongation_m[i] += c->bump_m * exp(-pow((log_t - c->bump_s) / 2.5, 2));
		v.n = i + 1;
	}
	if (v.fracture_frame >= 0) v.fracture_frame += c->late_frames;
	if (!c->tells_fracture) v.fracture_frame = -1;
	return v;
}

static void view_free(view *v)
{
	free(v->time_s);
	free(v->elongation_m);
}

typedef struct tally {
	double sum_err2, sum_z2, sum_u, worst, worst_z;
	int n, refused, within2;
	double frame;
} tally;

static void tell(const char *name, const tally *t)
{
	if (!t->n) {
		check_note("%s: none found, %d refused", name, t->refused);
		return;
	}
	check_note(
	    "%s: %d found, %d refused; error in frames: rms %.3f, worst %.3f; mean u %.3f frames; rms error/u %.2f, "
	    "worst %.1f, within 2 u %.0f %%",
	    name, t->n, t->refused, sqrt(t->sum_err2 / t->n) / t->frame, t->worst / t->frame,
	    t->sum_u / t->n / t->frame, sqrt(t->sum_z2 / t->n), t->worst_z, 100.0 * t->within2 / t->n);
}

static void count(tally *t, double error, double u)
{
	const double z = fabs(error) / u;
	t->sum_err2 += error * error;
	t->sum_z2 += z * z;
	t->sum_u += u;
	t->worst = fmax(t->worst, fabs(error));
	t->worst_z = fmax(t->worst_z, z);
	t->within2 += z < 2;
	t->n++;
}

/* Of ten or more errors with an honest u, the root mean square of error / u lies above this. */
static const double least_z = 0.4;

typedef void vary_fn(sim *s, camera *c, uint64_t *rng);

/* least_found: share of the cases in which the clocks must be found. */
static void measure(const char *name, vary_fn *vary, double least_found, double frames_most, double z_most)
{
	tally all = {.frame = 1}, rates = {.frame = 1};
	for (int i = 0; i < seeds(); i++) {
		uint64_t rng = (uint64_t)i * 1000003 + 5;
		sim s = sim_defaults((uint64_t)i + 1);
		camera c = {.fps = 5,
		            .first_s = -2,
		            .last_s = 200,
		            .noise_m = 0.2e-9,
		            .share = 0.97,
		            .rate = 1,
		            .sees_fracture = true,
		            .tells_fracture = true};
		s.k = 100 + 800 * sim_uniform(&rng);
		s.C = 0.5e-4 + 2e-4 * sim_uniform(&rng);
		s.E = (70 + 100 * sim_uniform(&rng)) * 1e9;
		s.break_strain = 0.035 + 0.06 * sim_uniform(&rng);
		c.first_s = -10 + 14 * sim_uniform(&rng);
		vary(&s, &c, &rng);
		c.starts_at = -c.first_s / c.rate;
		sim_truth truth;
		tt_force_log *log = sim_run(&s, &truth);
		if (c.last_s > log->time_s[log->n - 1] + 5) c.last_s = log->time_s[log->n - 1] + 5;
		view v = watch(&c, log, &truth, &rng);
		tt_mechanics_options o = tt_mechanics_defaults();
		o.spring = TT_SPRING_GIVEN;
		o.stiffness = (tt_quantity){s.k, 0, true};
		tt_strings w = {0};
		tt_error err = {0};
		tt_mechanics *m;
		CHECK_MSG(tt_mechanics_fit(log, &o, &m, &w, &err) == TT_OK, "%s", err.message);
		tt_sync_input in = {.mechanics = m,
		                    .n = v.n,
		                    .time_s = v.time_s,
		                    .elongation_m = v.elongation_m,
		                    .fracture_frame = v.fracture_frame,
		                    .exposure_s = NAN,
		                    .given = {NAN, 0, false},
		                    .find_rate = c.rate != 1,
		                    .rate = {NAN, 0, false}};
		if (c.given_u > 0)
			in.given = (tt_quantity){c.starts_at + c.given_u * sim_normal(&rng), c.given_u, true};
		tt_sync_result r;
		tt_status st = tt_sync_find(&in, &r, &w, &err);
		CHECK_MSG(!st || least_found < 1, "%s, seed %d: %s", name, i + 1, err.message);
		if (getenv("TT_VERBOSE"))
			check_note("%s %d: status %d, error %.4f u %.4f s, elongation alone %.4f u %.4f s, rms %.3g "
			           "nm, rate off %.5f u %.5f",
			           name, i + 1, st, r.log_starts_at_s - c.starts_at, r.u_log_starts_at_s,
			           r.match_only_s - c.starts_at, r.u_match_only_s, 1e9 * r.rms_m, r.rate - c.rate,
			           r.u_rate);
		all.frame = rates.frame = 1 / c.fps;
		if (st) {
			all.refused++;
		} else {
			/* the instant of the video that matters lies in the test, not at the log's zero */
			count(&all, r.log_starts_at_s - c.starts_at, r.u_log_starts_at_s);
			if (in.find_rate) count(&rates, r.rate - c.rate, r.u_rate);
		}
		tt_sync_result_free(&r);
		tt_mechanics_free(m);
		tt_force_log_free(log);
		tt_strings_free(&w);
		sim_truth_free(&truth);
		view_free(&v);
	}
	tell(name, &all);
	if (rates.n)
		check_note("%s: rate: rms error %.2g, rms error/u %.2f", name, sqrt(rates.sum_err2 / rates.n),
		           sqrt(rates.sum_z2 / rates.n));
	CHECK_MSG(all.n >= least_found * (all.n + all.refused), "%s: %d of %d found; expected at least %.0f %%", name,
	          all.n, all.n + all.refused, 100 * least_found);
	CHECK_MSG(all.worst < frames_most * all.frame, "%s: the worst error is %.3f frames; expected below %.2f", name,
	          all.worst / all.frame, frames_most);
	const double z = sqrt(all.sum_z2 / fmax(all.n, 1));
	CHECK_MSG(z < z_most, "%s: rms of error / u is %.2f; expected below %.2f", name, z, z_most);
	CHECK_MSG(all.n < 10 || z > least_z, "%s: rms of error / u is %.2f; expected above %.2f", name, z, least_z);
	if (rates.n >= 10) CHECK(sqrt(rates.sum_z2 / rates.n) > least_z);
}

static void plain(sim *s, camera *c, uint64_t *rng)
{
	(void)s, (void)c, (void)rng;
}

static void no_fracture(sim *s, camera *c, uint64_t *rng)
{
	(void)rng;
	/* the video stops before the fracture, with more than 2 % of plastic strain */
	c->sees_fracture = false;
	s->break_strain = fmax(s->break_strain, 0.05);
	c->last_s = 40;
	s->force_rate = 6e-6;
}

static void minute_before(sim *s, camera *c, uint64_t *rng)
{
	(void)s, (void)rng;
	c->first_s = -60;
}

static void starts_late(sim *s, camera *c, uint64_t *rng)
{
	(void)s, (void)rng;
	c->first_s = 15;
}

static void by_displacement(sim *s, camera *c, uint64_t *rng)
{
	(void)c;
	s->displacement_control = true;
	s->speed = s->approach_speed = (3 + 4 * sim_uniform(rng)) * 1e-9;
}

static void unbroken(sim *s, camera *c, uint64_t *rng)
{
	by_displacement(s, c, rng);
	s->unbroken = true;
}

static void noisy(sim *s, camera *c, uint64_t *rng)
{
	(void)s, (void)rng;
	c->noise_m = 0.6e-9;
	c->sees_fracture = false;
}

static void part_of_film(sim *s, camera *c, uint64_t *rng)
{
	(void)s;
	c->share = 0.3 + 0.5 * sim_uniform(rng);
	c->sees_fracture = false;
}

static void elastic_only(sim *s, camera *c, uint64_t *rng)
{
	(void)rng;
	/* starts in the elastic part and ends in it: a ramp against a ramp */
	c->first_s = 12;
	c->last_s = 24;
	s->yield_Pa = 4e9;
	c->sees_fracture = false;
}

static void elastic_with_contact(sim *s, camera *c, uint64_t *rng)
{
	(void)rng;
	c->last_s = 24;
	s->yield_Pa = 4e9;
	c->sees_fracture = false;
}

static void fast_camera(sim *s, camera *c, uint64_t *rng)
{
	(void)s, (void)rng;
	c->fps = 50;
}

static void bend_contour(sim *s, camera *c, uint64_t *rng)
{
	(void)s;
	c->bump_m = 1.5e-9;
	c->bump_s = 10 + 10 * sim_uniform(rng);
	c->sees_fracture = false;
}

static void late_fracture(sim *s, camera *c, uint64_t *rng)
{
	(void)s, (void)rng;
	c->late_frames = 1;
}

static void wrong_rate(sim *s, camera *c, uint64_t *rng)
{
	(void)s;
	c->rate = 1 + (sim_uniform(rng) - 0.5) * 0.006;
	c->first_s = -5;
}

static void given_and_rate(sim *s, camera *c, uint64_t *rng)
{
	wrong_rate(s, c, rng);
	c->given_u = 0.02;
}

static void unseen_fracture(sim *s, camera *c, uint64_t *rng)
{
	(void)s, (void)rng;
	/* nobody says in which frame the film broke, and the tracker follows the halves */
	c->tells_fracture = false;
}

#define MEASURE(fn, least_found, frames, z)                                                                            \
	static void test_##fn(void)                                                                                    \
	{                                                                                                              \
		measure(#fn, fn, least_found, frames, z);                                                              \
	}
MEASURE(plain, 1, 0.5, 1.4)
MEASURE(no_fracture, 1, 0.5, 1.4)
MEASURE(minute_before, 1, 0.5, 1.4)
MEASURE(starts_late, 1, 0.5, 1.4)
MEASURE(by_displacement, 1, 0.5, 1.4)
MEASURE(unbroken, 1, 0.5, 1.4)
/* three times the noise of an ordinary recording */
MEASURE(noisy, 1, 1, 1.4)
/* a gauge of a third of the film has a third of the signal */
MEASURE(part_of_film, 1, 0.75, 1.4)
/* neither fracture nor plastic strain: no promise but an honest u */
MEASURE(elastic_with_contact, 0.9, 2, 1.4)
/* a row of this log is half a frame */
MEASURE(fast_camera, 1, 0.8, 1.4)
MEASURE(bend_contour, 1, 1, 1.4)
MEASURE(late_fracture, 1, 1, 1.4)
/* offset and rate pull at each other */
MEASURE(wrong_rate, 1, 1, 1.4)
MEASURE(given_and_rate, 1, 1, 1.4)
MEASURE(unseen_fracture, 1, 0.5, 1.4)

/* A ramp against a ramp: any offset goes with some scale and zero, so that no clock can be had, however small the
 * noise. Each must be refused; one that comes back is checked no further, it is wrong to give it. */
static void test_elastic_only(void)
{
	for (int i = 0; i < seeds(); i++) {
		uint64_t rng = (uint64_t)i * 1000003 + 5;
		sim s = sim_defaults((uint64_t)i + 1);
		camera c = {.fps = 5, .noise_m = 0.2e-9, .share = 0.97, .rate = 1};
		elastic_only(&s, &c, &rng);
		c.starts_at = -c.first_s;
		sim_truth truth;
		tt_force_log *log = sim_run(&s, &truth);
		view v = watch(&c, log, &truth, &rng);
		tt_mechanics_options o = tt_mechanics_defaults();
		o.spring = TT_SPRING_GIVEN;
		o.stiffness = (tt_quantity){s.k, 0, true};
		tt_mechanics *m;
		tt_error err = {0};
		CHECK_MSG(tt_mechanics_fit(log, &o, &m, NULL, &err) == TT_OK, "%s", err.message);
		tt_sync_input in = {.mechanics = m,
		                    .n = v.n,
		                    .time_s = v.time_s,
		                    .elongation_m = v.elongation_m,
		                    .fracture_frame = -1,
		                    .exposure_s = NAN,
		                    .given = {NAN, 0, false},
		                    .rate = {NAN, 0, false}};
		tt_sync_result r;
		CHECK_MSG(tt_sync_find(&in, &r, NULL, &err) == TT_ERR_FAILED,
		          "seed %d: %.3f ± %.3f s (true %.3f) from a part of the test that does not tell", i + 1,
		          r.log_starts_at_s, r.u_log_starts_at_s, c.starts_at);
		tt_sync_result_free(&r);
		/* the same part with the instant of contact in view has an answer (elastic_with_contact) */
		tt_mechanics_free(m);
		tt_force_log_free(log);
		sim_truth_free(&truth);
		view_free(&v);
	}
}

/* ---- Refusals and warnings ---- */

typedef struct scene {
	tt_force_log *log;
	sim_truth truth;
	tt_mechanics *m;
	view v;
	tt_strings warnings;
	tt_sync_input in;
	double starts_at;
} scene;

static scene scene_new(void)
{
	scene s = {.starts_at = 3};
	const sim one = sim_defaults(5);
	tt_error err = {0};
	uint64_t rng = 3;
	s.log = sim_run(&one, &s.truth);
	const tt_mechanics_options o = tt_mechanics_defaults();
	CHECK(tt_mechanics_fit(s.log, &o, &s.m, &s.warnings, &err) == TT_OK);
	const camera c = {.starts_at = s.starts_at,
	                  .fps = 5,
	                  .first_s = -3,
	                  .last_s = s.log->time_s[s.log->n - 1],
	                  .noise_m = 0.2e-9,
	                  .share = 1,
	                  .rate = 1,
	                  .sees_fracture = true,
	                  .tells_fracture = true};
	s.v = watch(&c, s.log, &s.truth, &rng);
	s.in = (tt_sync_input){.mechanics = s.m,
	                       .n = s.v.n,
	                       .time_s = s.v.time_s,
	                       .elongation_m = s.v.elongation_m,
	                       .fracture_frame = s.v.fracture_frame,
	                       .exposure_s = NAN,
	                       .given = {NAN, 0, false},
	                       .rate = {NAN, 0, false}};
	return s;
}

static void scene_free(scene *s)
{
	tt_mechanics_free(s->m);
	tt_force_log_free(s->log);
	tt_strings_free(&s->warnings);
	sim_truth_free(&s->truth);
	view_free(&s->v);
}

static tt_status align(scene *s, tt_sync_result *r, tt_error *err)
{
	tt_strings_free(&s->warnings);
	s->warnings = (tt_strings){0};
	return tt_sync_find(&s->in, r, &s->warnings, err);
}

static void test_conflict(void)
{
	/* the frame of fracture and the elongation tell different stories: no answer */
	scene s = scene_new();
	tt_sync_result r;
	tt_error err = {0};
	s.in.fracture_frame = s.v.fracture_frame - 40;
	CHECK(align(&s, &r, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "ambiguous");
	CHECK_HAS(err.message, "by the frame of fracture");
	CHECK(r.n_candidates > 0);
	CHECK_NEAR(r.match_only_s, s.starts_at, 0.1);
	tt_sync_result_free(&r);
	scene_free(&s);
}

static void test_given(void)
{
	scene s = scene_new();
	tt_sync_result r;
	tt_error err = {0};
	s.in.given = (tt_quantity){3.02, 0.05, true};
	CHECK(align(&s, &r, &err) == TT_OK && s.warnings.n == 0);
	CHECK(r.log_starts_at_s == 3.02 && r.u_log_starts_at_s == 0.05 && r.rate == 1);
	CHECK_STR(r.text, "given");
	CHECK_NEAR(r.scale, 1, 0.02);
	CHECK_NEAR(r.compliance_m_per_N, 1.2e-4, 0.05e-4);
	CHECK(r.n == r.n_matched && r.n > 200);
	tt_sync_result_free(&r);
	s.in.given = (tt_quantity){5, 0.05, true};
	CHECK(align(&s, &r, &err) == TT_OK && s.warnings.n == 2);
	CHECK_HAS(s.warnings.item[0], "given as 5.00 ± 0.05 s");
	CHECK_HAS(s.warnings.item[1], "fracture");
	tt_sync_result_free(&r);
	scene_free(&s);
}

static void test_repeated(void)
{
	/* the camera repeated the last two pictures before the fracture: they prove nothing */
	scene s = scene_new();
	tt_sync_result r;
	tt_error err = {0};
	unsigned *flag = calloc(s.v.n, sizeof *flag);
	flag[s.v.fracture_frame - 1] = flag[s.v.fracture_frame - 2] = TT_ROW_DUPLICATE;
	s.v.elongation_m[s.v.fracture_frame - 1] = s.v.elongation_m[s.v.fracture_frame - 2] = NAN;
	s.in.flag = flag;
	CHECK_MSG(align(&s, &r, &err) == TT_OK, "%s", err.message);
	CHECK_NEAR(r.fracture_hi_s - r.fracture_lo_s, 0.6, 1e-6);
	CHECK_NEAR(r.log_starts_at_s, s.starts_at, 0.1);
	tt_sync_result_free(&r);
	free(flag);
	scene_free(&s);
}

static void test_outliers(void)
{
	/* frames that were mistracked do not pull */
	scene s = scene_new();
	tt_sync_result r;
	tt_error err = {0};
	for (size_t i = 10; i + 20 < s.v.n; i += 23)
		s.v.elongation_m[i] += 30e-9;
	CHECK_MSG(align(&s, &r, &err) == TT_OK, "%s", err.message);
	CHECK_NEAR(r.log_starts_at_s, s.starts_at, 0.1);
	CHECK(r.u_match_only_s < 0.1);
	tt_sync_result_free(&r);
	scene_free(&s);
}

static void test_nothing_to_match(void)
{
	scene s = scene_new();
	tt_sync_result r;
	tt_error err = {0};
	s.in.fracture_frame = -1;
	s.in.n = 5;
	CHECK(align(&s, &r, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "frames with a gauge length");
	tt_sync_result_free(&r);
	/* a few frames before contact: nothing moves */
	s.in.n = 30;
	CHECK(align(&s, &r, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "ambiguous");
	tt_sync_result_free(&r);
	for (size_t i = 0; i < s.v.n; i++)
		s.v.elongation_m[i] = 0;
	s.in.n = s.v.n;
	CHECK(align(&s, &r, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "never changes");
	tt_sync_result_free(&r);
	/* the fracture alone gives one frame's interval */
	s.in.fracture_frame = s.v.fracture_frame;
	for (size_t i = 0; i < s.v.n; i++)
		s.v.elongation_m[i] = i > (size_t)s.v.fracture_frame - 3 ? NAN : 1e-12 * (double)(i % 3);
	CHECK_MSG(align(&s, &r, &err) == TT_OK, "%s", err.message);
	CHECK_NEAR(r.log_starts_at_s, s.starts_at, 0.105);
	CHECK_NEAR(r.u_log_starts_at_s, 0.2 / sqrt(12), 0.01);
	tt_sync_result_free(&r);
	scene_free(&s);
}

/* ---- The shared recordings ---- */

/* Column `name` of a CSV file with a header; n rows. */
static double *column(const char *path, const char *name, size_t *n)
{
	FILE *f = fopen(path, "r");
	char line[512];
	double *v = malloc(100000 * sizeof *v);
	int col = -1;
	*n = 0;
	CHECK(f && v && fgets(line, sizeof line, f));
	char *save, *cell = strtok_r(line, ",\r\n", &save);
	for (int i = 0; cell; i++, cell = strtok_r(NULL, ",\r\n", &save))
		if (strcmp(cell, name) == 0) col = i;
	CHECK_MSG(col >= 0, "no column %s in %s", name, path);
	while (fgets(line, sizeof line, f)) {
		cell = strtok_r(line, ",\r\n", &save);
		for (int i = 0; i < col; i++)
			cell = strtok_r(NULL, ",\r\n", &save);
		v[(*n)++] = tt_strtod(cell, NULL);
	}
	fclose(f);
	return v;
}

/* What the machine knew of a recording. */
typedef struct recording {
	const char *folder;
	double starts_at, stiffness, fracture_s;
} recording;
static const recording recordings[] = {{"film-5pa", 2.0, 450, 59.964452}, {"film-50pa", -2.6, 438, 55.990828}};

static tt_mechanics *recording_mechanics(const recording *rec, tt_strings *w)
{
	char path[128];
	tt_error err = {0};
	tt_force_log *log;
	tt_mechanics *m;
	snprintf(path, sizeof path, "recordings/%s/log.txt", rec->folder);
	CHECK_MSG(tt_force_log_read(check_shared(path), NULL, &log, &err) == TT_OK, "%s", err.message);
	CHECK(tt_force_log_orient(log, w, &err) == TT_OK && !log->turned);
	tt_mechanics_options o = tt_mechanics_defaults();
	CHECK_MSG(tt_mechanics_fit(log, &o, &m, w, &err) == TT_OK, "%s", err.message);
	tt_force_log_free(log);
	return m;
}

/* marks: which strain; noise in metres; last: frames after this one are not there. */
static void align_recording(const recording *rec, const char *marks, double gauge_m, double noise_m, bool fracture,
                            double first_s, double last_s)
{
	tt_strings w = {0};
	tt_mechanics *m = recording_mechanics(rec, &w);
	char path[128];
	size_t n, n2, kept = 0;
	snprintf(path, sizeof path, "recordings/%s/truth.csv", rec->folder);
	const char *truth = check_shared(path);
	double *t = column(truth, "video_s", &n), *e = column(truth, marks, &n2),
	       *broken = column(truth, "broken", &n2);
	uint64_t rng = 99;
	int64_t fracture_frame = -1;
	for (size_t i = 0; i < n; i++) {
		if (t[i] < first_s || t[i] > last_s) continue;
		if (broken[i] > 0.5 && fracture_frame < 0) fracture_frame = (int64_t)kept;
		t[kept] = t[i] - first_s;
		e[kept++] = broken[i] > 0.5 ? NAN : e[i] * gauge_m + noise_m * sim_normal(&rng);
	}
	const tt_sync_input in = {.mechanics = m,
	                          .n = kept,
	                          .time_s = t,
	                          .elongation_m = e,
	                          .fracture_frame = fracture ? fracture_frame : -1,
	                          .exposure_s = NAN,
	                          .given = {NAN, 0, false},
	                          .rate = {NAN, 0, false}};
	tt_sync_result r;
	tt_error err = {0};
	tt_status st = tt_sync_find(&in, &r, &w, &err);
	CHECK_MSG(st == TT_OK, "%s", err.message);
	const double error = r.log_starts_at_s + first_s - rec->starts_at;
	check_note("%s, %s, %s, video %.1f to %.1f s: error %.4f s, u %.4f s; elongation alone %.4f +- %.4f s; scale "
	           "%.4f, C %.4g "
	           "nm/uN, rms %.3g nm, %zu frames, %zu candidates",
	           rec->folder, marks, fracture ? "fracture seen" : "fracture not used", first_s, t[kept - 1] + first_s,
	           error, r.u_log_starts_at_s, r.match_only_s + first_s - rec->starts_at, r.u_match_only_s, r.scale,
	           1e3 * r.compliance_m_per_N, 1e9 * r.rms_m, r.n_matched, r.n_candidates);
	CHECK(fabs(error) < 0.1);
	CHECK(fabs(error) < 2 * r.u_log_starts_at_s + 0.005);
	tt_sync_result_free(&r);
	tt_mechanics_free(m);
	tt_strings_free(&w);
	free(t);
	free(e);
	free(broken);
}

static void test_recordings(void)
{
	for (size_t i = 0; i < 2; i++) {
		align_recording(&recordings[i], "gauge_strain", 2000e-9, 0.2e-9, true, 0, 1e9);
		align_recording(&recordings[i], "mark_strain", 1760e-9, 0.2e-9, true, 0, 1e9);
		align_recording(&recordings[i], "gauge_strain", 2000e-9, 0.2e-9, false, 0, 45);
		align_recording(&recordings[i], "mark_strain", 1760e-9, 0.2e-9, false, 0, 45);
		align_recording(&recordings[i], "mark_strain", 1760e-9, 0.2e-9, false, 0, 1e9);
		align_recording(&recordings[i], "mark_strain", 1760e-9, 0.2e-9, false, 10, 1e9);
	}
}

/* Time stamps that are not to be trusted. */
typedef struct doubt {
	double rate;
	int missing; /* frames in one place */
} doubt;

static void drop_frames(view *v, double fps, int missing, double at_s)
{
	size_t from = (size_t)(at_s * fps), kept = from;
	for (size_t i = from + (size_t)missing; i < v->n; i++, kept++)
		v->elongation_m[kept] = v->elongation_m[i];
	v->n = kept;
	if (v->fracture_frame > (int64_t)from) v->fracture_frame -= missing;
}

/* Without a word on the rate: plain clocks stay plain, wrong ones are set right or refused. */
static void doubted(const char *name, doubt d, int *set_right, double *worst)
{
	int n = seeds() < 8 ? seeds() : 8;
	*set_right = 0;
	*worst = 0;
	for (int i = 0; i < n; i++) {
		uint64_t rng = (uint64_t)i * 7919 + 11;
		sim s = sim_defaults((uint64_t)i + 100);
		camera c = {.fps = 5,
		            .first_s = -2,
		            .last_s = 200,
		            .noise_m = 0.25e-9,
		            .share = 0.97,
		            .rate = d.rate,
		            .sees_fracture = true,
		            .tells_fracture = true};
		s.break_strain = 0.05 + 0.03 * sim_uniform(&rng);
		c.first_s = -8 + 6 * sim_uniform(&rng);
		c.starts_at = -c.first_s / c.rate;
		sim_truth truth;
		tt_force_log *log = sim_run(&s, &truth);
		view v = watch(&c, log, &truth, &rng);
		if (d.missing) drop_frames(&v, c.fps, d.missing, c.starts_at + 0.6 * truth.fracture_s);
		tt_mechanics_options o = tt_mechanics_defaults();
		o.spring = TT_SPRING_GIVEN;
		o.stiffness = (tt_quantity){s.k, 0, true};
		tt_strings w = {0};
		tt_error err = {0};
		tt_mechanics *m;
		CHECK_MSG(tt_mechanics_fit(log, &o, &m, NULL, &err) == TT_OK, "%s", err.message);
		tt_sync_input in = {.mechanics = m,
		                    .n = v.n,
		                    .time_s = v.time_s,
		                    .elongation_m = v.elongation_m,
		                    .fracture_frame = v.fracture_frame,
		                    .exposure_s = NAN,
		                    .given = {NAN, 0, false},
		                    .rate = {NAN, 0, false}};
		tt_sync_result r;
		tt_status st = tt_sync_solve(&in, &r, &w, &err);
		CHECK_MSG(st == TT_OK, "%s: %s", name, err.message);
		*set_right += r.rate != 1 || r.n_gaps > 0;
		double z = fabs(r.log_starts_at_s - c.starts_at) / r.u_log_starts_at_s;
		*worst = fmax(*worst, z);
		check_note("%s %d: off by %.3f s (u %.3f), rate %.4f, %zu gaps%s%s", name, i,
		           r.log_starts_at_s - c.starts_at, r.u_log_starts_at_s, r.rate, r.n_gaps, w.n ? "; " : "",
		           w.n ? w.item[0] : "");
		tt_sync_result_free(&r);
		tt_mechanics_free(m);
		tt_force_log_free(log);
		tt_strings_free(&w);
		sim_truth_free(&truth);
		view_free(&v);
	}
}

static void test_plain_not_doubted(void)
{
	int changed;
	double worst;
	doubted("plain", (doubt){1, 0}, &changed, &worst);
	CHECK(changed == 0 && worst < 4);
}

static void test_rate_taken(void)
{
	int changed;
	double worst;
	doubted("rate 1.03", (doubt){1.03, 0}, &changed, &worst);
	CHECK(changed >= 6 && worst < 4);
}

static void test_frames_missing(void)
{
	int changed;
	double worst;
	doubted("10 frames missing", (doubt){1, 10}, &changed, &worst);
	CHECK(changed >= 6 && worst < 4);
}

/* An elongation that has nothing to do with the log. */
static void test_no_match(void)
{
	sim s = sim_defaults(3);
	sim_truth truth;
	tt_force_log *log = sim_run(&s, &truth);
	tt_mechanics_options o = tt_mechanics_defaults();
	o.spring = TT_SPRING_GIVEN;
	o.stiffness = (tt_quantity){s.k, 0, true};
	tt_error err = {0};
	tt_mechanics *m;
	CHECK(tt_mechanics_fit(log, &o, &m, NULL, &err) == TT_OK);
	enum { FRAMES = 200 };
	double t[FRAMES], e[FRAMES];
	uint64_t rng = 5;
	for (int i = 0; i < FRAMES; i++) {
		t[i] = 0.2 * i;
		e[i] = 5e-9 * sin(0.05 * i) * cos(0.31 * i) + 0.2e-9 * sim_normal(&rng);
	}
	tt_sync_input in = {.mechanics = m,
	                    .n = FRAMES,
	                    .time_s = t,
	                    .elongation_m = e,
	                    .fracture_frame = 150,
	                    .exposure_s = NAN,
	                    .given = {NAN, 0, false},
	                    .rate = {NAN, 0, false}};
	tt_sync_result r;
	CHECK(tt_sync_solve(&in, &r, NULL, &err) == TT_ERR_FAILED);
	check_note("%s", err.message);
	tt_sync_result_free(&r);
	tt_mechanics_free(m);
	tt_force_log_free(log);
	sim_truth_free(&truth);
}

static const check_case cases[] = {
    {"shared recordings", test_recordings},
    {"plain", test_plain},
    {"fracture not in the video", test_no_fracture},
    {"video a minute before", test_minute_before},
    {"video starts after contact", test_starts_late},
    {"displacement control", test_by_displacement},
    {"unbroken", test_unbroken},
    {"noisy strain", test_noisy},
    {"part of the film", test_part_of_film},
    {"elastic only", test_elastic_only},
    {"contact and elastic", test_elastic_with_contact},
    {"conflicting evidence", test_conflict},
    {"offset given", test_given},
    {"mistracked frames", test_outliers},
    {"repeated frames", test_repeated},
    {"nothing to match", test_nothing_to_match},
    {"fast camera", test_fast_camera},
    {"bend contour", test_bend_contour},
    {"fracture recognised a frame late", test_late_fracture},
    {"rate free", test_wrong_rate},
    {"offset given, rate free", test_given_and_rate},
    {"fracture not recognised", test_unseen_fracture},
    {"plain time stamps are not doubted", test_plain_not_doubted},
    {"a rate that was not asked for", test_rate_taken},
    {"frames missing without a word", test_frames_missing},
    {"an elongation that follows nothing", test_no_match},
};
CHECK_MAIN(cases)
