/* Every key that decides by hand what the program finds by itself: it is followed, compared with what is found, and a
 * contradiction is warned of by the key's name. */
#include "temtensile/decisions.h"

#include "check.h"

typedef struct input {
	tt_test *test;
	tt_force_log *log, *empty;
	const tt_observation *o;
} input;

static input read_input(const char *const *sets, size_t n)
{
	static tt_observation *o;
	input in;
	char path[1024];
	tt_error err;
	snprintf(path, sizeof path, "%s/samples/zrcu-10pa-1/test.yaml", check_source_root());
	CHECK_MSG(tt_test_read(path, sets, n, &in.test, &err) == TT_OK, "%s", err.message);
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

static tt_result *evaluate_on(const input *in, const tt_observation *o, long draws)
{
	tt_evaluate_options options = {.draws = draws};
	tt_result *r;
	tt_error err;
	CHECK_MSG(tt_evaluate(o, in->log, in->empty, in->test, &options, NULL, &r, &err) == TT_OK, "%s", err.message);
	return r;
}

/* The sample's result with up to two keys set. */
static tt_result *with(const char *first, const char *second)
{
	const char *sets[] = {first, second};
	input in = read_input(sets, (first != NULL) + (second != NULL));
	tt_result *r = evaluate_on(&in, in.o, 0);
	drop(&in);
	return r;
}

static bool warned(const tt_result *r, const char *key)
{
	for (size_t i = 0; i < r->warnings.n; i++)
		if (strstr(r->warnings.item[i], key)) return true;
	return false;
}

/* Of a result with this override: compared, and contradicting or not, and warned of by its name. */
static void judged(const tt_result *r, const char *key, bool contradicts)
{
	const tt_override *o = tt_result_override(r, key);
	CHECK_MSG(o && o->compared, "%s is not compared with anything", key);
	CHECK_MSG(o->contradicts == contradicts, "%s: given %s, found %s", key, o->given_text, o->found_text);
	CHECK_MSG(warned(r, key) == contradicts, "%s", key);
	tt_result *plain = with(NULL, NULL);
	CHECK(plain->n_overrides == 0 && !warned(plain, key));
	tt_result_free(plain);
}

static double value(const tt_result *r, int id)
{
	return r->properties.value[id].value;
}

/* ---- one key each ---- */

static void test_fracture_frame(void)
{
	tt_result *same = with("fracture.frame=252", NULL), *early = with("fracture.frame=240", NULL),
	          *none = with("fracture.frame=none", NULL);
	judged(same, "fracture.frame", false);
	judged(early, "fracture.frame", true);
	judged(none, "fracture.frame", true);
	CHECK(same->fracture == 252 && early->fracture == 240 && none->fracture == -1);
	CHECK(early->curve->flag[240] & TT_ROW_FRACTURED && !(early->curve->flag[239] & TT_ROW_FRACTURED));
	CHECK(isnan(value(none, TT_PROP_TOTAL_ELONGATION)) && isfinite(value(same, TT_PROP_TOTAL_ELONGATION)));
	tt_result_free(same);
	tt_result_free(early);
	tt_result_free(none);
	const char *beyond = "fracture.frame=4000";
	input in = read_input(&beyond, 1);
	tt_result *r;
	tt_error err;
	CHECK(tt_evaluate(in.o, in.log, in.empty, in.test, NULL, NULL, &r, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "fracture.frame: 4000; expected a frame of the recording after its first (1 to 318)");
	drop(&in);
}

static void test_frames(void)
{
	tt_result *r = with("video.frames=[3, 300]", "video.exclude=[[40, 44], [97, 97]]"),
	          *short_of = with("video.frames=[0, 200]", NULL), *plain = with(NULL, NULL);
	judged(r, "video.frames", false);
	judged(r, "video.exclude", false);
	judged(short_of, "video.frames", true);
	for (size_t i = 0; i < r->frames; i++) {
		bool out = i < 3 || i > 300 || (i >= 40 && i <= 44) || i == 97;
		CHECK(!!(r->curve->flag[i] & TT_ROW_EXCLUDED) == out);
		if (out) CHECK(isnan(r->curve->strain[i]));
	}
	/* the frames that are left say the same */
	CHECK(r->fracture == plain->fracture);
	CHECK_NEAR(value(r, TT_PROP_YOUNGS_MODULUS), value(plain, TT_PROP_YOUNGS_MODULUS),
	           0.02 * value(plain, TT_PROP_YOUNGS_MODULUS));
	CHECK(short_of->curve->flag[252] & TT_ROW_EXCLUDED);
	tt_result_free(r);
	tt_result_free(short_of);
	tt_result_free(plain);
}

static void test_air(void)
{
	tt_result *same = with("force.air={from: 0.2 s, to: 3.5 s}", NULL),
	          *loaded = with("force.air={from: 8 s, to: 9 s}", "sync.log_starts_at=-1.71 ± 0.02 s"),
	          *plain = with("sync.log_starts_at=-1.71 ± 0.02 s", NULL);
	judged(same, "force.air", false);
	judged(loaded, "force.air", true);
	CHECK(same->mechanics->air.n < plain->mechanics->air.n && same->mechanics->air.n > 100);
	CHECK_NEAR(same->mechanics->air.force_N, plain->mechanics->air.force_N, 5e-8);
	/* what is taken off as air is missing in the specimen's force */
	double more = loaded->mechanics->air.force_N - plain->mechanics->air.force_N;
	CHECK(more > 5e-6);
	for (size_t i = 150; i < 160; i++) {
		double d = plain->curve->displacement_m[i], slope = loaded->mechanics->air.slope_N_per_m;
		CHECK_NEAR(plain->curve->force_N[i] - loaded->curve->force_N[i], more + slope * d, 1e-8);
	}
	tt_result_free(same);
	tt_result_free(loaded);
	tt_result_free(plain);
}

static void test_sign(void)
{
	tt_result *same = with("force.sign=as-logged", NULL);
	judged(same, "force.sign", false);
	CHECK(!same->log_turned);
	tt_result_free(same);
	const char *turned = "force.sign=turned";
	input in = read_input(&turned, 1), plain = read_input(NULL, 0);
	CHECK(in.log->turned && in.log->sign_found == TT_SIGN_AS_LOGGED && in.log->n == plain.log->n);
	for (size_t i = 0; i < in.log->n; i += 50)
		CHECK(in.log->force_N[i] == -plain.log->force_N[i]);
	bool told = false;
	for (size_t i = 0; i < in.log->warnings.n; i++)
		told = told || strstr(in.log->warnings.item[i], "force.sign: turned");
	CHECK(told);
	drop(&in);
	drop(&plain);
}

static void test_spring_fit(void)
{
	static const char after[] = "force.spring.stiffness=after-fracture";
	tt_result *plain = with(after, NULL), *same = with(after, "force.spring.fit={from: 53 s, to: 60 s}"),
	          *loaded = with(after, "force.spring.fit={from: 8 s, to: 14 s}");
	judged(same, "force.spring.fit", false);
	judged(loaded, "force.spring.fit", true);
	CHECK_NEAR(same->mechanics->k, plain->mechanics->k, 0.5);
	CHECK(same->mechanics->spring.from_s >= 53 && same->mechanics->spring.to_s <= 60.001);
	/* with the specimen beside it the spring looks stiffer */
	CHECK(loaded->mechanics->k > 1.1 * plain->mechanics->k);
	tt_result_free(plain);
	tt_result_free(same);
	tt_result_free(loaded);
}

static void test_contact(void)
{
	tt_result *plain = with(NULL, NULL), *same = with("force.contact=4.003 ± 0.01 s", NULL),
	          *late = with("force.contact=6 ± 0.01 s", NULL);
	judged(same, "force.contact", false);
	judged(late, "force.contact", true);
	CHECK_NEAR(same->mechanics->u_contact_time_s, 0.01, 1e-12);
	CHECK_NEAR(tt_result_override(late, "force.contact")->found, plain->mechanics->contact_time_s, 1e-9);
	tt_result_free(plain);
	tt_result_free(same);
	tt_result_free(late);
}

static void test_reference_frames(void)
{
	tt_result *same = with("gauge.reference_frames=[0, 7]", NULL),
	          *late = with("gauge.reference_frames=[150, 160]", NULL);
	judged(same, "gauge.reference_frames", false);
	judged(late, "gauge.reference_frames", true);
	double mean = 0;
	for (size_t i = 150; i <= 160; i++) {
		tt_observed_frame f;
		input in = read_input(NULL, 0);
		tt_observation_frame(in.o, i, &f);
		mean += f.length_px / 11;
		drop(&in);
	}
	CHECK_NEAR(late->zero.length_px, mean, 1e-9);
	CHECK(late->zero.frames == 11 && fabs(late->curve->strain[155]) < 2e-3);
	tt_result_free(same);
	tt_result_free(late);
}

static void test_yield(void)
{
	tt_result *plain = with(NULL, NULL);
	char set[64];
	double strain = plain->properties.elastic.zero_strain +
	                value(plain, TT_PROP_YIELD_STRENGTH) / plain->properties.elastic.modulus_Pa + 0.002;
	snprintf(set, sizeof set, "properties.yield_at=%.4f %%", 100 * strain);
	tt_result *same = with(set, NULL), *far = with("properties.yield_at=5 %", NULL),
	          *never = with("properties.yield_at=50 %", NULL);
	judged(same, "properties.yield_at", false);
	judged(far, "properties.yield_at", true);
	CHECK_NEAR(value(same, TT_PROP_YIELD_STRENGTH), value(plain, TT_PROP_YIELD_STRENGTH),
	           0.005 * value(plain, TT_PROP_YIELD_STRENGTH));
	CHECK(value(far, TT_PROP_YIELD_STRENGTH) > 1.1 * value(plain, TT_PROP_YIELD_STRENGTH));
	CHECK_NEAR(value(far, TT_PROP_RESILIENCE),
	           pow(value(far, TT_PROP_YIELD_STRENGTH), 2) / (2 * value(far, TT_PROP_YOUNGS_MODULUS)), 1);
	CHECK_NEAR(far->curve->strain[far->look.pair[0]], 0.05, 2e-3);
	CHECK_HAS(tt_property_definition(&far->properties, TT_PROP_YIELD_STRENGTH), "properties.yield_at");
	CHECK(isnan(value(never, TT_PROP_YIELD_STRENGTH)));
	CHECK_HAS(never->properties.value[TT_PROP_YIELD_STRENGTH].reason, "ends before the strain");
	tt_result_free(plain);
	tt_result_free(same);
	tt_result_free(far);
	tt_result_free(never);
	/* the stated ± enters: on the elastic part the strength goes with it */
	const char *sure = "properties.yield_at=1 %", *vague = "properties.yield_at=1 ± 0.1 %";
	input a = read_input(&sure, 1), b = read_input(&vague, 1);
	tt_result *r = evaluate_on(&a, a.o, 200), *q = evaluate_on(&b, b.o, 200);
	double u = q->properties.value[TT_PROP_YIELD_STRENGTH].u, u0 = r->properties.value[TT_PROP_YIELD_STRENGTH].u,
	       by_strain = 0.001 * value(r, TT_PROP_YOUNGS_MODULUS);
	CHECK_NEAR(u, hypot(u0, by_strain), 0.15 * u);
	tt_result_free(r);
	tt_result_free(q);
	drop(&a);
	drop(&b);
}

static void test_neck(void)
{
	tt_result *plain = with(NULL, NULL);
	char set[64];
	snprintf(set, sizeof set, "necking.at=[%.1f, %.1f]", plain->necking.position_px[0],
	         plain->necking.position_px[1]);
	tt_result *same = with(set, NULL), *off = with("necking.at=[200, 188]", NULL);
	judged(same, "necking.at", false);
	judged(off, "necking.at", true);
	CHECK(same->necking.neck.found && off->necking.neck.found == (off->necking.neck.depth > 0));
	CHECK_NEAR(same->necking.neck.width_reduction, plain->necking.neck.width_reduction, 2e-3);
	CHECK_NEAR(same->necking.position_px[0], plain->necking.position_px[0], 0.2);
	if (off->necking.neck.found) CHECK_NEAR(off->necking.position_px[0], 200, 1);
	tt_result_free(plain);
	tt_result_free(same);
	tt_result_free(off);
	const char *outside = "necking.at=[5, 188]";
	input in = read_input(&outside, 1);
	tt_result *r;
	tt_error err;
	tt_evaluate_options o = {.draws = 0};
	CHECK(tt_evaluate(in.o, in.log, in.empty, in.test, &o, NULL, &r, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "necking.at: the point [5, 188]");
	drop(&in);
}

/* Two lines at 60° and 80° to the axis of the last intact frame, through the middle of the bar. */
static void test_edges(void)
{
	tt_result *plain = with(NULL, NULL);
	input in = read_input(NULL, 0);
	tt_observed_frame f;
	tt_observation_frame(in.o, (size_t)plain->look.last_known, &f);
	double turn = atan2(f.end[1][1] - f.end[0][1], f.end[1][0] - f.end[0][0]), rad = acos(-1) / 180;
	double a = turn + 60 * rad, b = turn + 80 * rad;
	char set[200];
	snprintf(set, sizeof set, "fracture.edges=[[%.6f, %.6f], [%.6f, %.6f], [%.6f, %.6f], [%.6f, %.6f]]",
	         300 - 20 * cos(a), 190 - 20 * sin(a), 300 + 20 * cos(a), 190 + 20 * sin(a), 350 - 20 * cos(b),
	         190 - 20 * sin(b), 350 + 20 * cos(b), 190 + 20 * sin(b));
	for (int round = 0; round < 2; round++) {
		tt_result *r = with(set, NULL);
		const char *sets[] = {set};
		input given = read_input(sets, 1);
		tt_closeup c = {
		    .has_gap = true, .gap = {.angle_deg = round ? 70.2 : 50, .u_deg = 0.2}, .gap_frame = 252};
		tt_result_give_edges(r, given.test, given.o, &c);
		CHECK(c.edges_given && c.has_gap && c.gap_was_found);
		CHECK_NEAR(c.gap.edge[0].angle_deg, 60, 1e-3);
		CHECK_NEAR(c.gap.edge[1].angle_deg, 80, 1e-3);
		CHECK_NEAR(c.gap.angle_deg, 70, 1e-3);
		/* one pixel at either end of 40 */
		CHECK_NEAR(c.gap.edge[0].u_deg, sqrt(2) / 40 / rad, 1e-3);
		CHECK_NEAR(c.found_gap.angle_deg, round ? 70.2 : 50, 1e-9);
		judged(r, "fracture.edges", round == 0);
		drop(&given);
		tt_result_free(r);
	}
	tt_result_free(plain);
	drop(&in);
}

/* Keys that tell where to look make another observation. */
static void test_looking(void)
{
	static const char *const sets[] = {"video.frames=[4, 300]", "gauge.width_px=60 ± 1 px"};
	input in = read_input(sets, 2), plain = read_input(NULL, 0);
	char key[65], other[65];
	tt_error err;
	tt_observation *o;
	tt_observed_gauge g;
	CHECK(tt_observation_key(in.test, "recording", key, &err) == TT_OK);
	for (size_t i = 0; i < 2; i++) {
		input one = read_input(&sets[i], 1);
		CHECK(tt_observation_key(one.test, "recording", other, &err) == TT_OK && strcmp(key, other) != 0);
		drop(&one);
	}
	CHECK(tt_observation_key(plain.test, "recording", other, &err) == TT_OK && strcmp(key, other) != 0);
	CHECK_MSG(tt_observe(in.test, NULL, NULL, &o, &err) == TT_OK, "%s", err.message);
	tt_observation_gauge(o, &g);
	CHECK(g.reference == 4 && g.width_px == 60);
	for (size_t i = 0; i < 4; i++) {
		tt_observed_frame f;
		tt_observation_frame(o, i, &f);
		CHECK(!f.known && f.number == (int64_t)i);
	}
	tt_result *r = evaluate_on(&in, o, 0);
	judged(r, "gauge.width_px", true);
	tt_result_free(r);
	tt_observation_free(o);
	drop(&in);
	drop(&plain);
	const char *late = "video.frames=[4000, 5000]";
	in = read_input(&late, 1);
	CHECK(tt_observe(in.test, NULL, NULL, &o, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "video.frames begins with frame 4000, but no frame from there on can be used: the "
	                       "recording has 319 frames");
	drop(&in);
}

/* The list of decisions names the key that decides. */
static void test_decisions(void)
{
	static const struct {
		const char *set, *key;
	} keys[] = {{"fracture.frame=250", "fracture.frame"},
	            {"video.frames=[0, 300]", "video.frames"},
	            {"video.exclude=[[40, 44]]", "video.exclude"},
	            {"force.air={from: 1 s, to: 3 s}", "force.air"},
	            {"force.sign=as-logged", "force.sign"},
	            {"force.spring.fit={from: 53 s, to: 60 s}", "force.spring.fit"},
	            {"gauge.reference_frames=[0, 7]", "gauge.reference_frames"},
	            {"properties.yield_at=1.8 %", "properties.yield_at"},
	            {"necking.at=[287, 194]", "necking.at"},
	            {"fracture.edges=[[1, 2], [3, 4], [5, 6], [7, 8]]", "fracture.edges"},
	            {"force.contact=4 s", "force.contact"}};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		input in = read_input(&keys[i].set, 1), plain = read_input(NULL, 0);
		tt_result *r = evaluate_on(&in, in.o, 0), *p = evaluate_on(&plain, plain.o, 0);
		tt_decision d[TT_DECISIONS_MOST];
		size_t given = 0, n = tt_decisions_of(in.o, in.test, r, NULL, d);
		CHECK(n > 10 && n < TT_DECISIONS_MOST);
		for (size_t k = 0; k < n; k++) {
			given += d[k].given && strcmp(d[k].key, keys[i].key) == 0;
			CHECK(d[k].text[0] && d[k].name[0]);
		}
		CHECK_MSG(given == 1, "%s: %zu decisions are given", keys[i].key, given);
		n = tt_decisions_of(plain.o, plain.test, p, NULL, d);
		for (size_t k = 0; k < n; k++)
			CHECK_MSG(!d[k].given || strcmp(d[k].key, keys[i].key) != 0, "%s", keys[i].key);
		tt_result_free(r);
		tt_result_free(p);
		drop(&in);
		drop(&plain);
	}
}

/* Expert keys: the defaults are what the table says, all of them stand in the result, and each moves what it decides.
 */
static void test_experts(void)
{
	tt_result *plain = with(NULL, NULL), *r;
	const tt_thresholds *d = &plain->thresholds;
	CHECK(d->interpolation_bias_px == 1.4e-3 && d->codec_lag_frames == 0.1 && d->test_level == 0.01);
	CHECK_NEAR(d->spring_least_travel, 0.03, 1e-15);
	CHECK_NEAR(d->spring_residual, 0.03, 1e-15);
	CHECK(d->cost_broken == 9 && d->cost_beyond == 3 && d->outlier == 8);
	CHECK_NEAR(d->proportional_offset, 1e-4, 1e-18);
	CHECK_NEAR(d->drop_fraction, 0.01, 1e-15);
	CHECK_NEAR(d->least_gap_px, fmax(2, 0.004 * 334.34), 1e-2);

	r = with("dic.interpolation_bias=0.5 px", NULL);
	CHECK(r->thresholds.interpolation_bias_px == 0.5);
	CHECK(r->curve->u_strain[150] > 0.5 / 335 && plain->curve->u_strain[150] < 0.2 / 335);
	tt_result_free(r);
	r = with("video.codec_lag=2", NULL);
	CHECK(r->curve->u_strain[150] > 1.5 * plain->curve->u_strain[150]);
	tt_result_free(r);
	r = with("properties.proportional_offset=0.1 %", NULL);
	CHECK(value(r, TT_PROP_PROPORTIONAL_LIMIT) > 1.002 * value(plain, TT_PROP_PROPORTIONAL_LIMIT));
	tt_result_free(r);
	r = with("fracture.least_gap=500 px", NULL);
	CHECK(r->thresholds.least_gap_px == 500 && plain->fracture == 252);
	CHECK_HAS(r->fracture_text, "by the log's instant alone");
	tt_result_free(r);
	r = with("force.spring.stiffness=after-fracture", "force.spring.least_travel=80 %");
	tt_result *all = with("force.spring.stiffness=after-fracture", NULL);
	CHECK(r->mechanics->spring.n < all->mechanics->spring.n);
	tt_result_free(r);
	tt_result_free(all);
	/* nothing is a bare spring within a ten-thousandth of the load */
	r = with("fracture.spring_residual=0.01 %", "force.test_level=0.05");
	CHECK_NEAR(r->thresholds.spring_residual, 1e-4, 1e-12);
	CHECK(r->thresholds.test_level == 0.05);
	tt_result_free(r);
	r = with("properties.outlier=3", "properties.drop_fraction=0 %");
	CHECK(r->thresholds.outlier == 3 && r->thresholds.drop_fraction == 0);
	CHECK(r->properties.n_drops >= plain->properties.n_drops &&
	      r->properties.used_rows <= plain->properties.used_rows);
	tt_result_free(r);
	r = with("sync.cost_broken=20", "sync.cost_beyond=5");
	CHECK(r->thresholds.cost_broken == 20 && r->thresholds.cost_beyond == 5);
	CHECK_NEAR(r->clock.starts_at_s, plain->clock.starts_at_s, 0.02);
	tt_result_free(r);
	tt_result_free(plain);
}

static void test_refused(void)
{
	static const struct {
		const char *set, *says;
	} wrong[] = {{"force.air={from: 4 s, to: 1 s}", "'from' must lie before 'to'"},
	             {"force.air={from: 4 s}", "to"},
	             {"force.spring.fit={from: 4 s, to: 4 s}", "'from' must lie before 'to'"},
	             {"video.frames=[300, 3]", "the first value must be below the second"},
	             {"video.frames=[3]", "expected a list of 2 values"},
	             {"video.exclude=[[3]]", "expected [from, to]"},
	             {"video.exclude=[[9, 3]]", "the first value must not lie above the second"},
	             {"force.sign=negative", "turned"},
	             {"fracture.frame=2.5", "fracture.frame"},
	             {"fracture.edges=[[1, 2], [3, 4]]", "expected four points"},
	             {"fracture.edges=[[1, 2], [1, 2], [5, 6], [7, 8]]", "at least 2 px apart"},
	             {"gauge={zero: toe, reference_frames: [0, 7]}", "takes no mean"},
	             {"properties.yield_at=-1 %", "yield at"},
	             {"necking.at=[1]", "expected a list of 2 values"}};
	char path[1024];
	snprintf(path, sizeof path, "%s/samples/zrcu-10pa-1/test.yaml", check_source_root());
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		tt_test *t = NULL;
		tt_error err;
		CHECK_MSG(tt_test_read(path, &wrong[i].set, 1, &t, &err) == TT_ERR_INPUT, "%s was taken", wrong[i].set);
		CHECK_HAS(err.message, wrong[i].says);
	}
}

static const check_case cases[] = {
    {"fracture.frame", test_fracture_frame},
    {"video.frames, video.exclude", test_frames},
    {"force.air", test_air},
    {"force.sign", test_sign},
    {"force.spring.fit", test_spring_fit},
    {"force.contact", test_contact},
    {"gauge.reference_frames", test_reference_frames},
    {"properties.yield_at", test_yield},
    {"necking.at", test_neck},
    {"fracture.edges", test_edges},
    {"gauge.width_px, the first of video.frames: another look", test_looking},
    {"decisions name the key that decides", test_decisions},
    {"expert keys: recorded, and each moves what it decides", test_experts},
    {"wrong values are refused with a sentence", test_refused},
};
CHECK_MAIN(cases)
