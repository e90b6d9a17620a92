/* Decimal numbers of a log, read at once and exactly.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "force/log.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

/* Powers of ten that a double holds exactly. */
static const double exact_power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                     1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The slow way, for what does not fit the fast one: the checked text goes to strtod. */
static bool by_strtod(const char *s, size_t length, char decimal, double *value)
{
	char small[128], *text = small, *end;
	if (length >= sizeof small && !(text = malloc(length + 1))) return false;
	memcpy(text, s, length);
	text[length] = '\0';
	char *point = decimal == '.' ? NULL : memchr(text, decimal, length);
	if (point) *point = '.';
	*value = tt_strtod(text, &end);
	bool whole = end == text + length;
	if (text != small) free(text);
	return whole && isfinite(*value);
}

/* A mantissa below 2^53 and a power of ten up to 22 are both exact doubles, so one division or multiplication gives
 * the nearest double (W. D. Clinger, How to read floating point numbers accurately, PLDI 1990). */
bool tt_log_number(const char *s, size_t length, char decimal, double *value)
{
	const char *p = s, *end = s + length;
	bool negative = p < end && *p == '-';
	if (p < end && (*p == '-' || *p == '+')) p++;

	uint64_t mantissa = 0;
	int digits = 0, exponent = 0;
	bool any = false, exact = true;
	for (; p < end && is_digit(*p); p++, any = true) {
		if (digits < 18) mantissa = 10 * mantissa + (uint64_t)(*p - '0');
		else exact = false;
		if (mantissa) digits++;
	}
	if (p < end && *p == decimal) {
		for (p++; p < end && is_digit(*p); p++, any = true) {
			if (digits < 18) {
				mantissa = 10 * mantissa + (uint64_t)(*p - '0');
				exponent--;
			} else {
				exact = false;
			}
			if (mantissa) digits++;
		}
	}
	if (!any) return false;
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		bool down = p < end && *p == '-';
		if (p < end && (*p == '-' || *p == '+')) p++;
		if (p == end) return false;
		int e = 0;
		for (; p < end && is_digit(*p); p++)
			if (e < 100000) e = 10 * e + (*p - '0');
		exponent += down ? -e : e;
	}
	if (p != end) return false;

	if (FLT_EVAL_METHOD != 0 || !exact || mantissa > (UINT64_C(1) << 53) || exponent < -22 || exponent > 22)
		return by_strtod(s, length, decimal, value);
	double v = (double)mantissa;
	v = exponent < 0 ? v / exact_power[-exponent] : v * exact_power[exponent];
	*value = negative ? -v : v;
	return true;
}
