/* Numbers as people read them: one rule for terminal, texts, tables and pages.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"
#include "core/text.h"

int tt_place_of_u(double u)
{
	char text[32];
	tt_snprintf(text, sizeof text, "%.1e", u);
	char *e = strchr(text, 'e');
	int place = atoi(e + 1);
	*e = '\0';
	return tt_strtod(text, NULL) < 3 ? place - 1 : place;
}

int tt_put_fixed(char *buf, size_t size, double v, int place)
{
	double unit = place > 0 ? pow(10, place) : 1, shown = round(v / unit) * unit;
	char text[400];
	tt_snprintf(text, sizeof text, "%.*f", place < 0 ? -place : 0, place > 0 ? shown : v);
	return tt_snprintf(buf, size, "%s%s", *text == '-' ? "−" : "", text + (*text == '-'));
}

static int put_power(char *buf, size_t size, int exponent)
{
	static const char *const digit[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
	char text[16];
	int n = tt_snprintf(buf, size, "×10%s", exponent < 0 ? "⁻" : "");
	tt_snprintf(text, sizeof text, "%d", abs(exponent));
	for (const char *p = text; *p && n < (int)size; p++)
		n += tt_snprintf(buf + n, size - (size_t)n, "%s", digit[*p - '0']);
	return n;
}

static int put_plain(char *buf, size_t size, double v, int digits)
{
	char text[64];
	tt_snprintf(text, sizeof text, "%.*g", digits, v);
	char *e = strchr(text, 'e');
	if (e) *e = '\0';
	int n = tt_snprintf(buf, size, "%s%s", *text == '-' ? "−" : "", text + (*text == '-'));
	return e && n < (int)size ? n + put_power(buf + n, size - (size_t)n, atoi(e + 1)) : n;
}

static int put_with_u(char *buf, size_t size, double v, double u)
{
	/* Very small numbers share a power of ten. */
	double larger = fmax(fabs(v), u);
	int power = larger < 1e-3 ? (int)floor(log10(larger)) : 0, place = tt_place_of_u(u) - power, n = 0;
	double scale = pow(10, -power);
	char value[400], half[400];
	tt_put_fixed(value, sizeof value, v * scale, place);
	tt_put_fixed(half, sizeof half, u * scale, place);
	n = tt_snprintf(buf, size, power ? "(%s ± %s)" : "%s ± %s", value, half);
	return power && n < (int)size ? n + put_power(buf + n, size - (size_t)n, power) : n;
}

static const char *put_text(char *buf, size_t size, double value, double u, int digits, const char *unit)
{
	int n;
	if (!isfinite(value))
		n = tt_snprintf(buf, size, "–");
	else if (u > 0 && isfinite(u) && fabs(value) <= 1e9)
		n = put_with_u(buf, size, value, u);
	else
		n = put_plain(buf, size, value, digits);
	if (isfinite(value) && unit && *unit && n < (int)size)
		tt_snprintf(buf + n, size - (size_t)n, "%s%s", strncmp(unit, "°", strlen("°")) == 0 ? "" : " ", unit);
	return buf;
}

const char *tt_value_text(char *buf, size_t size, double value, double u, const char *unit)
{
	return put_text(buf, size, value, u, 6, unit);
}

const char *tt_power_text(char *buf, size_t size, int exponent)
{
	put_power(buf, size, exponent);
	return buf;
}

const char *tt_digits_text(char *buf, size_t size, double value, int digits, const char *unit)
{
	return put_text(buf, size, value, NAN, digits, unit);
}
