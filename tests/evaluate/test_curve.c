/* tt_curve_build against known answers: the law of force and stress, the strain's zero, true values, clocks, flags. */
#include "evaluate/curve.h"

#include "check.h"

enum { ROWS = 6000, FRAMES = 130 };
static const double K = 450, K2 = 2e6, D0 = 100e-9, AIR = 2e-6, SPEED = 10e-9, STEP = 0.01, CONTACT = 10, MODULUS = 60,
                    L0 = 300, WIDTH = 400e-9, THICKNESS = 150e-9;

static double noise(void)
{
	static unsigned long long x = 88172645463325252ull;
	double sum = 0;
	for (int i = 0; i < 4; i++) {
		x ^= x << 13, x ^= x >> 7, x ^= x << 17;
		sum += (double)(x >> 11) / 9007199254740992.0 - 0.5;
	}
	return sum * sqrt(3.0);
}

/* The punch moves at constant speed; from contact on it pushes the device's spring and a linear specimen (MODULUS N/m).
 */
static double raw_force(double d)
{
	double x = d - D0;
	return x > 0 ? AIR + K * x + K2 * x * x + MODULUS * x : AIR;
}

static tt_mechanics *mechanics(void)
{
	static double t[ROWS], d[ROWS], f[ROWS];
	tt_force_log log = {.n = ROWS,
	                    .time_s = t,
	                    .displacement_m = d,
	                    .force_N = f,
	                    .format = "made",
	                    .encoding = "",
	                    .machine_compliance_m_per_N = NAN,
	                    .drift_rate_m_per_s = NAN};
	tt_mechanics_options o = tt_mechanics_defaults();
	tt_mechanics *m;
	tt_error err;
	for (int i = 0; i < ROWS; i++) {
		t[i] = STEP * i;
		d[i] = SPEED * t[i] + 2e-11 * noise();
		f[i] = raw_force(SPEED * t[i]) + 5e-9 * noise();
	}
	o.spring = TT_SPRING_GIVEN;
	o.stiffness = (tt_quantity){.value = K, .u = 5, .u_stated = true};
	o.stiffness2 = (tt_quantity){.value = K2};
	o.contact_time_s = (tt_quantity){.value = CONTACT};
	o.unbroken = true;
	CHECK_MSG(tt_mechanics_fit(&log, &o, &m, NULL, &err) == TT_OK, "%s", err.message);
	return m;
}

typedef struct made {
	int64_t number[FRAMES];
	double time_s[FRAMES];
	unsigned flag[FRAMES];
	tt_gauge_reading reading[FRAMES];
	tt_curve_input in;
} made;

/* Frames every half second, the log's clock begins 3 s into the recording; the gauge follows the punch. */
static made *make(const tt_mechanics *m)
{
	static made k;
	k = (made){.in = {.n = FRAMES,
	                  .mechanics = m,
	                  .clock = {.starts_at_s = 3, .rate = 1},
	                  .width = {.value = WIDTH, .u = 8e-9},
	                  .thickness = {.value = THICKNESS, .u = 3e-9},
	                  .zero = TT_ZERO_PRELOAD_MEAN}};
	for (int i = 0; i < FRAMES; i++) {
		double x = SPEED * (0.5 * i - 3) - D0, l = L0 * (1 + (x > 0 ? x / 2e-6 : 0));
		k.number[i] = i;
		k.time_s[i] = 0.5 * i;
		k.reading[i] =
		    (tt_gauge_reading){.ok = true, .length_px = l, .u_length_px = 0.01, .zncc = 0.99, .used = {9, 9}};
	}
	k.in.number = k.number;
	k.in.time_s = k.time_s;
	k.in.flag = k.flag;
	k.in.reading = k.reading;
	return &k;
}

static tt_curve *build(const made *k, tt_zero_length *z)
{
	tt_curve *c;
	tt_strings warnings = {0};
	tt_error err;
	CHECK_MSG(tt_curve_build(&k->in, &c, z, &warnings, &err) == TT_OK, "%s", err.message);
	tt_strings_free(&warnings);
	return c;
}

static void test_law(void)
{
	tt_mechanics *m = mechanics();
	made *k = make(m);
	tt_zero_length z;
	tt_curve *c = build(k, &z);
	size_t loaded = 0, air = 0;
	for (size_t i = 0; i < c->n; i++) {
		CHECK_NEAR(c->log_time_s[i], 0.5 * (double)i - 3, 1e-12);
		if (c->flag[i] & TT_ROW_OUTSIDE_LOG) {
			CHECK(isnan(c->stress_Pa[i]) && isnan(c->force_N[i]) && !isnan(c->strain[i]));
			continue;
		}
		double d = SPEED * c->log_time_s[i] - D0, spring = d > 0 ? K * d + K2 * d * d : 0;
		if (fabs(c->log_time_s[i] - CONTACT) < 1) continue; /* the local fit ends at contact */
		CHECK_NEAR(c->displacement_m[i], d, 2e-10);
		CHECK_NEAR(c->force_raw_N[i], raw_force(d + D0), 2e-8);
		CHECK_NEAR(c->force_spring_N[i], spring, 1e-7);
		CHECK_NEAR(c->force_N[i], d > 0 ? MODULUS * d : 0, 1.2e-7);
		/* the law itself, in the program's own numbers */
		double x = c->displacement_m[i];
		if (d > 0) CHECK_NEAR(c->force_spring_N[i], m->k * x + m->k2 * x * x, 1e-15);
		CHECK_NEAR(c->stress_Pa[i], c->force_N[i] / (WIDTH * THICKNESS), 1e-3);
		CHECK_NEAR(c->strain[i], d > 0 ? d / 2e-6 : 0, 1e-9);
		double u_area = hypot(8.0 / 400, 3.0 / 150) * c->stress_Pa[i], u_k = d * 5 / (WIDTH * THICKNESS);
		if (d > 1e-7) CHECK_NEAR(c->u_stress_Pa[i], hypot(u_area, u_k), 0.03 * hypot(u_area, u_k));
		d > 0 ? loaded++ : air++;
	}
	CHECK(loaded > 60 && air > 12);
	CHECK_NEAR(z.length_px, L0, 1e-9);
	CHECK(z.frames >= 20 && z.frames <= 27);
	tt_curve_free(c);
	tt_mechanics_free(m);
}

/* Rate and the stamp's place in the exposure: log_time = rate (time + shift - starts_at). */
static void test_clock(void)
{
	tt_mechanics *m = mechanics();
	made *k = make(m);
	tt_zero_length z;
	k->in.clock = (tt_clock){.starts_at_s = 3, .rate = 1.01, .shift_s = 0.04};
	tt_curve *c = build(k, &z);
	CHECK_NEAR(c->log_time_s[100], 1.01 * (50 + 0.04 - 3), 1e-12);
	tt_curve_free(c);
	tt_mechanics_free(m);
}

static void test_flags(void)
{
	tt_mechanics *m = mechanics();
	made *k = make(m);
	tt_zero_length z;
	k->flag[5] = TT_ROW_DUPLICATE;
	k->reading[5].length_px = 5 * L0; /* takes no part in the zero */
	k->flag[60] = TT_ROW_LOST;
	k->flag[61] = TT_ROW_DAMAGED;
	k->flag[100] = k->flag[101] = TT_ROW_FRACTURED;
	tt_curve *c = build(k, &z);
	CHECK_NEAR(z.length_px, L0, 1e-9);
	for (size_t i = 60; i < 62; i++)
		CHECK(isnan(c->strain[i]) && isnan(c->true_strain[i]) && c->force_N[i] > 0);
	for (size_t i = 100; i < 102; i++)
		CHECK(isnan(c->strain[i]) && isnan(c->stress_Pa[i]) && c->force_raw_N[i] > 0);
	CHECK(!tt_curve_row_usable(c, 5) && !tt_curve_row_usable(c, 60) && tt_curve_row_usable(c, 62));
	tt_curve_free(c);
	tt_mechanics_free(m);
}

/* ln(1 + e), s (1 + e) up to the largest stress. */
static void test_true(void)
{
	tt_mechanics *m = mechanics();
	made *k = make(m);
	tt_zero_length z;
	tt_curve *c = build(k, &z);
	CHECK_NEAR(c->true_strain[90], log1p(c->strain[90]), 1e-15);
	CHECK_NEAR(c->true_stress_Pa[90], c->stress_Pa[90] * (1 + c->strain[90]), 1e-3);
	tt_curve_free(c);
	tt_mechanics_free(m);
}

/* Nothing before contact: no unloaded length, unless it is extrapolated. */
static void test_zero(void)
{
	tt_mechanics *m = mechanics();
	made *k = make(m);
	tt_zero_length z;
	tt_curve *c = NULL;
	tt_error err = {0};
	const size_t skip = 34;
	k->in.n -= skip;
	k->in.number += skip;
	k->in.time_s += skip;
	k->in.flag += skip;
	k->in.reading += skip;
	CHECK(tt_curve_build(&k->in, &c, &z, NULL, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "gauge.zero: elastic");
	k->in.zero = TT_ZERO_ELASTIC;
	CHECK_MSG(tt_curve_build(&k->in, &c, &z, NULL, &err) == TT_OK, "%s", err.message);
	CHECK_NEAR(z.length_px, L0, 0.05);
	tt_curve_free(c);
	tt_mechanics_free(m);
}

static const check_case cases[] = {
    {"force, stress, strain and their uncertainties follow the law", test_law},
    {"rate and shift of the clock", test_clock},
    {"lost, damaged, repeated and fractured rows", test_flags},
    {"true stress and strain", test_true},
    {"no frame before contact is an error, or extrapolated", test_zero},
};
CHECK_MAIN(cases)
