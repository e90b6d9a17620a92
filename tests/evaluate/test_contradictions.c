/* Results that cannot be are named, never given.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "evaluate/properties/contradictions.h"

enum { N = 100 };
static double t[N], e[N], s[N];
static unsigned flag[N];

/* E 100 GPa, elastic up to row 50, fracture behind row 99. */
static tt_property_input input(void)
{
	tt_property_input in = tt_property_input_empty();
	for (int i = 0; i < N; i++) {
		t[i] = i;
		e[i] = 2e-4 * i;
		s[i] = 1e11 * fmin(e[i], 0.01);
		flag[i] = 0;
	}
	in.n = N;
	in.time_s = t;
	in.strain = e;
	in.stress_Pa = s;
	in.flag = flag;
	in.contact_log_s = 0;
	in.fractured = true;
	return in;
}

static tt_properties sound(void)
{
	static const double v[TT_PROP_COUNT] = {1e11, 1e9, 0.9e9, 1.1e9, 0.015, 0.02, 0.01,
	                                        1e7,  1e6, 0.1,   1e9,   0.01,  1e-4, 1e-6};
	static tt_property value[TT_PROP_COUNT];
	tt_properties p = {.value = value, .n_values = TT_PROP_COUNT};
	for (int i = 0; i < TT_PROP_COUNT; i++)
		p.value[i] = (tt_property){.value = v[i], .u = 0.02 * v[i]};
	p.elastic = (tt_elastic_line){.modulus_Pa = 1e11, .first = 5, .last = 45};
	return p;
}

static size_t name(tt_property_input in, tt_properties *p, tt_strings *w)
{
	*w = (tt_strings){0};
	tt_contradictions_name(&in, p, w);
	for (size_t i = 0; i < w->n; i++)
		check_note("%s", w->item[i]);
	return w->n;
}

static void test_sound(void)
{
	tt_strings w;
	tt_properties p = sound();
	CHECK(name(input(), &p, &w) == 0);
	p.value[TT_PROP_PLASTIC_ELONGATION] = (tt_property){.value = -1e-4, .u = 2e-4}; /* a brittle film's */
	CHECK(name(input(), &p, &w) == 0);
	CHECK(p.value[TT_PROP_PLASTIC_ELONGATION].value == -1e-4);
}

static void test_impossible(void)
{
	tt_strings w;
	tt_properties p = sound();
	p.value[TT_PROP_TOUGHNESS].value = -3.9e7;
	p.value[TT_PROP_YOUNGS_MODULUS] = (tt_property){.value = 7e9, .u = 19e9};
	p.value[TT_PROP_UNIFORM_ELONGATION].value = 0.03;
	CHECK(name(input(), &p, &w) == 4);
	CHECK(isnan(p.value[TT_PROP_TOUGHNESS].value));
	CHECK_HAS(p.value[TT_PROP_TOUGHNESS].reason, "contradiction: it came out as −39.00 ± 0.20 MJ/m³");
	CHECK(isnan(p.value[TT_PROP_YOUNGS_MODULUS].value));
	CHECK_HAS(p.value[TT_PROP_YOUNGS_MODULUS].reason, "not determined");
	CHECK(isnan(p.value[TT_PROP_UNIFORM_ELONGATION].value) && isnan(p.value[TT_PROP_TOTAL_ELONGATION].value));
	CHECK(p.value[TT_PROP_ULTIMATE_STRENGTH].value == 1.1e9);
	tt_strings_free(&w);
}

static void test_lost(void)
{
	tt_strings w;
	tt_properties p = sound();
	tt_property_input in = input();
	for (int i = 10; i < 40; i++)
		e[i] = NAN;
	name(in, &p, &w);
	CHECK(isnan(p.value[TT_PROP_YOUNGS_MODULUS].value));
	CHECK_HAS(p.value[TT_PROP_YOUNGS_MODULUS].reason, "lost in 30 of the 41 frames of the elastic part");
	CHECK(p.value[TT_PROP_TOTAL_ELONGATION].value == 0.02);
	tt_strings_free(&w);
	p = sound();
	in = input();
	for (int i = 93; i < N; i++)
		e[i] = NAN;
	name(in, &p, &w);
	CHECK(isnan(p.value[TT_PROP_TOTAL_ELONGATION].value) && p.value[TT_PROP_YOUNGS_MODULUS].value == 1e11);
	tt_strings_free(&w);
}

/* The stress goes on rising where the gauge is lost: what is left of the curve has no largest stress. */
static void test_peak(void)
{
	tt_strings w;
	tt_properties p = sound();
	tt_property_input in = input();
	for (int i = 60; i < 64; i++)
		e[i] = NAN, s[i] = 1.3e9;
	name(in, &p, &w);
	CHECK(isnan(p.value[TT_PROP_ULTIMATE_STRENGTH].value) && isnan(p.value[TT_PROP_UNIFORM_ELONGATION].value));
	CHECK_HAS(p.value[TT_PROP_ULTIMATE_STRENGTH].reason, "up to 1.3 GPa");
	tt_strings_free(&w);
	p = sound();
	in = input();
	for (int i = 60; i < 64; i++)
		e[i] = NAN;
	flag[70] = TT_ROW_FRACTURED;
	e[70] = NAN, s[70] = 2e9;
	name(in, &p, &w);
	CHECK(p.value[TT_PROP_ULTIMATE_STRENGTH].value == 1.1e9);
	tt_strings_free(&w);
}

static const check_case cases[] = {
    {"sound results stay", test_sound},
    {"negative, undetermined, contradictory", test_impossible},
    {"lost frames", test_lost},
    {"a largest stress in lost frames", test_peak},
};

CHECK_MAIN(cases)
