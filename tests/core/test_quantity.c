/* Quantities with units: what is read, and the sentence for what is not.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "temtensile/core.h"

#include <locale.h>

static const struct {
	const char *text;
	tt_dimension dim;
	double value, u;
	bool stated;
} good[] = {
    {"450 ± 10 N/m", TT_DIM_STIFFNESS, 450, 10, true},
    {"450 +- 10 N/m", TT_DIM_STIFFNESS, 450, 10, true},
    {"450 +/- 10 N/m", TT_DIM_STIFFNESS, 450, 10, true},
    {"450±10N/m", TT_DIM_STIFFNESS, 450, 10, true},
    {"(450 ± 10) N/m", TT_DIM_STIFFNESS, 450, 10, true},
    {"450 N/m ± 2 %", TT_DIM_STIFFNESS, 450, 9, true},
    {"450 ± 2 % N/m", TT_DIM_STIFFNESS, 450, 9, true},
    {"0.45 µN/nm", TT_DIM_STIFFNESS, 450, 0, false},
    {"0.45 uN/nm", TT_DIM_STIFFNESS, 450, 0, false},
    {"0.45 \u03bcN/nm", TT_DIM_STIFFNESS, 450, 0, false},
    {"0.45 \xb5N/nm", TT_DIM_STIFFNESS, 450, 0, false},
    {"450 \xb1 10 N/m", TT_DIM_STIFFNESS, 450, 10, true},
    {"450\u00a0±\u200910\u202fN/m", TT_DIM_STIFFNESS, 450, 10, true},
    {"  450\tN/m  ", TT_DIM_STIFFNESS, 450, 0, false},
    {"450 N m^-1", TT_DIM_STIFFNESS, 450, 0, false},
    {"450 N·m⁻¹", TT_DIM_STIFFNESS, 450, 0, false},
    {"0.45 kN/m", TT_DIM_STIFFNESS, 450, 0, false},
    {"2e-3 Pa", TT_DIM_PRESSURE, 2e-3, 0, false},
    {"2x10^-3 Pa", TT_DIM_PRESSURE, 2e-3, 0, false},
    {"2×10⁻³ Pa", TT_DIM_PRESSURE, 2e-3, 0, false},
    {"2·10⁻³ Pa", TT_DIM_PRESSURE, 2e-3, 0, false},
    {"10⁻³ Pa", TT_DIM_PRESSURE, 1e-3, 0, false},
    {"2E-3Pa", TT_DIM_PRESSURE, 2e-3, 0, false},
    {"2 mPa", TT_DIM_PRESSURE, 2e-3, 0, false},
    {"1.5 Torr", TT_DIM_PRESSURE, 1.5 * 133.32236842105263, 0, false},
    {"3 mbar", TT_DIM_PRESSURE, 300, 0, false},
    {"400 nm", TT_DIM_LENGTH, 400e-9, 0, false},
    {"400 ± 8 nm", TT_DIM_LENGTH, 400e-9, 8e-9, true},
    {"400 nm ± 0.008 µm", TT_DIM_LENGTH, 400e-9, 8e-9, true},
    {"400 nm ± 8", TT_DIM_LENGTH, 400e-9, 8e-9, true},
    {"-5 nm ± 10 %", TT_DIM_LENGTH, -5e-9, 5e-10, true},
    {"\u22125 nm", TT_DIM_LENGTH, -5e-9, 0, false},
    {"0 ± 0 nm", TT_DIM_LENGTH, 0, 0, true},
    {".5 nm", TT_DIM_LENGTH, 5e-10, 0, false},
    {"5. nm", TT_DIM_LENGTH, 5e-9, 0, false},
    {"2 A", TT_DIM_LENGTH, 2e-10, 0, false},
    {"2 Å", TT_DIM_LENGTH, 2e-10, 0, false},
    {"2 min", TT_DIM_TIME, 120, 0, false},
    {"2.0 s", TT_DIM_TIME, 2, 0, false},
    {"4 µN/s", TT_DIM_FORCE_RATE, 4e-6, 0, false},
    {"5 nm/s", TT_DIM_SPEED, 5e-9, 0, false},
    {"0.2 nm/µN", TT_DIM_COMPLIANCE, 2e-4, 0, false},
    {"3 µN/nm²", TT_DIM_STIFFNESS2, 3e12, 0, false},
    {"3 N/m2", TT_DIM_STIFFNESS2, 3, 0, false},
    {"5 fps", TT_DIM_FREQUENCY, 5, 0, false},
    {"5 frames/s", TT_DIM_FREQUENCY, 5, 0, false},
    {"5 /s", TT_DIM_FREQUENCY, 5, 0, false},
    {"5 1/s", TT_DIM_FREQUENCY, 5, 0, false},
    {"5 kHz", TT_DIM_FREQUENCY, 5000, 0, false},
    {"3.5°", TT_DIM_ANGLE, 3.5, 0, false},
    {"1 rad", TT_DIM_ANGLE, 57.29577951308232, 0, false},
    {"5 ± 1 %", TT_DIM_FRACTION, 0.05, 0.01, true},
    {"0.05", TT_DIM_FRACTION, 0.05, 0, false},
    {"20 °C", TT_DIM_TEMPERATURE, 293.15, 0, false},
    {"300 K", TT_DIM_TEMPERATURE, 300, 0, false},
    {"33", TT_DIM_PIXEL, 33, 0, false},
    {"33 px", TT_DIM_PIXEL, 33, 0, false},
};

static void reads(void)
{
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		tt_quantity q;
		tt_error err;
		tt_status st = tt_quantity_parse(good[i].text, good[i].dim, &q, &err);
		CHECK_MSG(st == TT_OK, "'%s': %s", good[i].text, err.message);
		CHECK_MSG(fabs(q.value - good[i].value) <= 1e-14 * fabs(good[i].value), "'%s' gives %.17g",
		          good[i].text, q.value);
		CHECK_MSG(fabs(q.u - good[i].u) <= 1e-14 * fabs(good[i].u), "'%s' has u = %.17g", good[i].text, q.u);
		CHECK_MSG(q.u_stated == good[i].stated, "'%s': u_stated = %d", good[i].text, q.u_stated);
	}
}

static const struct {
	const char *text;
	tt_dimension dim;
	const char *sentence;
} bad[] = {
    {"450", TT_DIM_STIFFNESS, "'450' has no unit; a stiffness needs one of N/m, mN/m, kN/m, µN/nm or µN/µm"},
    {"450 ± 10", TT_DIM_STIFFNESS, "'450 ± 10' has no unit; a stiffness needs one of N/m, mN/m, kN/m, µN/nm or µN/µm"},
    {"450 nm", TT_DIM_STIFFNESS,
     "'450 nm': 'nm' is not a unit of a stiffness; expected N/m, mN/m, kN/m, µN/nm or µN/µm"},
    {"450 N", TT_DIM_LENGTH, "'450 N': 'N' is not a unit of a length; expected m, mm, µm, nm, pm or Å"},
    {"4 Pa", TT_DIM_STIFFNESS2, "'4 Pa': 'Pa' is not a unit of a stiffness per length; expected N/m² or µN/nm²"},
    {"4 nm ± 1 s", TT_DIM_LENGTH, "'4 nm ± 1 s': 's' is not a unit of a length; expected m, mm, µm, nm, pm or Å"},
    {"0,5 nm", TT_DIM_LENGTH, "'0,5 nm' has a decimal comma; write a decimal point"},
    {"5 ± 0,5 nm", TT_DIM_LENGTH, "'5 ± 0,5 nm' has a decimal comma; write a decimal point"},
    {"5 ± -1 nm", TT_DIM_LENGTH, "'5 ± -1 nm' has a negative uncertainty; expected one of 0 or more"},
    {"1 ± 2 ± 3 nm", TT_DIM_LENGTH, "'1 ± 2 ± 3 nm' has more than one ±"},
    {"nan nm", TT_DIM_LENGTH, "'nan nm' is not a length: expected a number with a unit (m, mm, µm, nm, pm or Å)"},
    {"inf nm", TT_DIM_LENGTH, "'inf nm' is not a length: expected a number with a unit (m, mm, µm, nm, pm or Å)"},
    {"auto", TT_DIM_TIME, "'auto' is not a time: expected a number with a unit (h, min, s, ms, µs or ns)"},
    {"", TT_DIM_TIME, "'' is not a time: expected a number with a unit (h, min, s, ms, µs or ns)"},
    {"5 ±", TT_DIM_TIME, "'5 ±' is not a time: expected a number with a unit (h, min, s, ms, µs or ns)"},
    {"5 ± nan s", TT_DIM_TIME, "'5 ± nan s' is not a time: expected a number with a unit (h, min, s, ms, µs or ns)"},
    {"1e999 nm", TT_DIM_LENGTH, "'1e999 nm' is too large for a number"},
    {"1e300 m ± 1e99 %", TT_DIM_LENGTH, "'1e300 m ± 1e99 %' is too large for a number"},
    {"1 ± 1e999 nm", TT_DIM_LENGTH, "'1 ± 1e999 nm' is too large for a number"},
    {"0x10 nm", TT_DIM_LENGTH, "'0x10 nm': 'x10 nm' is not a unit of a length; expected m, mm, µm, nm, pm or Å"},
    {"5 NM", TT_DIM_LENGTH, "'5 NM': 'NM' is not a unit of a length; expected m, mm, µm, nm, pm or Å"},
    {"5 nm 3", TT_DIM_LENGTH, "'5 nm 3': 'nm 3' is not a unit of a length; expected m, mm, µm, nm, pm or Å"},
    {"5 frames", TT_DIM_FRACTION, "'5 frames': 'frames' is not a unit of a fraction; expected % or a bare number"},
    {"5 /", TT_DIM_FREQUENCY,
     "'5 /': '/' is not a unit of a frequency; expected Hz, kHz, MHz, GHz, 1/s, fps or frames/s"},
};

static void refuses(void)
{
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		tt_quantity q;
		tt_error err = {0};
		tt_status st = tt_quantity_parse(bad[i].text, bad[i].dim, &q, &err);
		CHECK_MSG(st == TT_ERR_INPUT, "'%s' gives status %d", bad[i].text, st);
		CHECK_STR(err.message, bad[i].sentence);
		CHECK(isnan(q.value));
	}
}

static void factors(void)
{
	CHECK_NEAR(tt_unit_factor("nm", TT_DIM_LENGTH), 1e-9, 0);
	CHECK_NEAR(tt_unit_factor("\xb5N", TT_DIM_FORCE), 1e-6, 0);
	CHECK_NEAR(tt_unit_factor(" µN ", TT_DIM_FORCE), 1e-6, 0);
	CHECK(isnan(tt_unit_factor("V", TT_DIM_FORCE)));
	CHECK(isnan(tt_unit_factor("", TT_DIM_FORCE)));
	CHECK(isnan(tt_unit_factor("nm", TT_DIM_FORCE)));
	CHECK(isnan(tt_unit_factor("mm", TT_DIM_FRACTION)));
	CHECK_NEAR(tt_unit_factor("°C", TT_DIM_TEMPERATURE), 1, 0);
}

static void long_text_is_no_danger(void)
{
	static char text[100001];
	tt_quantity q;
	tt_error err;
	memset(text, '1', sizeof text - 1);
	CHECK(tt_quantity_parse(text, TT_DIM_LENGTH, &q, &err) == TT_ERR_INPUT);
	memcpy(text + 5, "\u00d710\u207b\u00b3", 9);
	CHECK(tt_quantity_parse(text, TT_DIM_LENGTH, &q, &err) == TT_ERR_INPUT);
	memset(text, ' ', sizeof text - 1);
	CHECK(tt_quantity_parse(text, TT_DIM_LENGTH, &q, &err) == TT_ERR_INPUT);
}

static void locale_does_not_matter(void)
{
	check_comma_locale();
	tt_quantity q;
	tt_error err;
	CHECK(tt_quantity_parse("12.5 ± 0.25 nm", TT_DIM_LENGTH, &q, &err) == TT_OK);
	CHECK_NEAR(q.value, 12.5e-9, 1e-23);
	CHECK(tt_quantity_parse("12.5 V", TT_DIM_LENGTH, &q, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "'12.5 V'");
	setlocale(LC_ALL, "C");
}

static const check_case cases[] = {
    {"reads what people write", reads},    {"refuses with a sentence", refuses}, {"unit factors", factors},
    {"long text", long_text_is_no_danger}, {"locale", locale_does_not_matter},
};

CHECK_MAIN(cases)
