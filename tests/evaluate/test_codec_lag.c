/* Pictures that lag between key frames: told and counted, and nothing told of pictures that do not lag.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "evaluate/codec_lag.h"

enum { N = 150, GROUP = 12 };

static uint64_t state;

static double gauss(void)
{
	double u[2];
	for (int k = 0; k < 2; k++) {
		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		u[k] = ((double)(state >> 11) + 0.5) * 0x1p-53;
	}
	return sqrt(-2 * log(u[0])) * cos(2 * acos(-1) * u[1]);
}

typedef struct codec {
	double
	    skips; /* a change of strain below this is left out of a predicted picture; a larger one is drawn by half */
	int group; /* frames between key frames; 0: the first alone */
	double noise, key_noise;
	bool lossy;
} codec;

typedef struct outcome {
	bool told;
	double lag; /* largest, of the strain that is shown */
	double u;   /* of the last row */
} outcome;

/* A strain that grows evenly from frame 20 on, as this codec shows it. */
static outcome look(codec c, uint64_t seed)
{
	static tt_gauge_reading reading[N];
	static unsigned source_flag[N], flag[N];
	tt_error err;
	tt_observation o = {0};
	tt_mechanics m = {.contact_time_s = 20, .fracture_time_s = N - 5};
	tt_result r = {.flag = flag, .mechanics = &m};
	tt_evaluation a = {.o = &o, .r = &r};
	double shown = 0;
	outcome out = {0};
	state = seed;
	o.track.n = N;
	o.track.reading = reading;
	o.track.source_flag = source_flag;
	o.recording.lossy_prediction = c.lossy;
	CHECK(tt_curve_new(N, &r.curve, &err) == TT_OK);
	for (int i = 0; i < N; i++) {
		double strain = i > 20 ? 2.5e-4 * (i - 20) : 0;
		bool key = i == 0 || (c.group && i % c.group == 0);
		if (key)
			shown = strain;
		else if (fabs(strain - shown) > c.skips)
			shown += c.skips > 0 ? 0.5 * (strain - shown) : strain - shown;
		out.lag = fmax(out.lag, strain - shown);
		reading[i] = (tt_gauge_reading){.ok = true};
		source_flag[i] = key ? TT_FRAME_KEY : 0;
		flag[i] = 0;
		r.curve->log_time_s[i] = i;
		r.curve->strain[i] = shown + (key ? c.key_noise : c.noise) * gauss();
		r.curve->u_strain[i] = c.noise;
	}
	CHECK(tt_codec_lag_check(&a, &err) == TT_OK);
	out.told = r.warnings.n > 0;
	out.u = r.curve->u_strain[N - 1];
	if (out.told) {
		CHECK_HAS(r.warnings.item[0], "lag behind");
		CHECK(a.u_optics > 0 && out.u > c.noise);
	} else {
		CHECK(a.u_optics == 0 && out.u == c.noise);
	}
	tt_strings_free(&r.warnings);
	tt_curve_free(r.curve);
	return out;
}

static void test_lag(void)
{
	enum { TRIES = 40 };
	int told = 0;
	double u = 0, lag = 0;
	for (int k = 0; k < TRIES; k++) {
		outcome o = look((codec){6e-4, GROUP, 1e-4, 1.5e-4, true}, (uint64_t)k + 1);
		told += o.told;
		u += o.u / TRIES;
		lag = o.lag;
	}
	check_note("told in %d of %d; u %.1e for a lag of up to %.1e", told, TRIES, u, lag);
	CHECK(told >= 0.9 * TRIES);
	CHECK(u > 0.5 * lag && u < 2 * lag);
}

static void test_none(void)
{
	enum { TRIES = 200 };
	int alarms = 0;
	for (int k = 0; k < TRIES; k++)
		alarms += look((codec){0, GROUP, 1e-4, 4e-4, true}, (uint64_t)k + 1).told;
	check_note("%d false alarms in %d", alarms, TRIES);
	CHECK(alarms <= 2);
	/* what does not predict cannot lag; where no picture stands by itself there is nothing to compare with */
	CHECK(!look((codec){6e-4, GROUP, 1e-4, 1e-4, false}, 7).told);
	CHECK(!look((codec){6e-4, 0, 1e-4, 1e-4, true}, 7).told);
}

static const check_case cases[] = {{"a lag is told and counts", test_lag}, {"no lag, no word", test_none}};

CHECK_MAIN(cases)
