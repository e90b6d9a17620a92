/* Numbers in the cells of a log, as instruments and spreadsheets write them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/log.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

/* A sign, then a digit or the decimal sign: neither "nan", "inf", nor hexadecimal. */
static bool begins_number(const char *s)
{
	if (*s == '-' || *s == '+') s++;
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) return false;
	return (*s >= '0' && *s <= '9') || *s == '.';
}

static bool parse(const char *text, size_t length, double *value)
{
	char *end;
	if (!begins_number(text)) return false;
	*value = tt_strtod(text, &end);
	return end == text + length && isfinite(*value);
}

static void trim(const char **s, size_t *length)
{
	while (*length && ((*s)[*length - 1] == ' ' || (*s)[*length - 1] == '\t'))
		--*length;
	while (*length && (**s == ' ' || **s == '\t')) {
		++*s;
		--*length;
	}
}

bool tt_log_number(const char *s, size_t length, char decimal, double *value)
{
	char small[64], *text = small;
	trim(&s, &length);
	if (length == 0 || (length >= sizeof small && !(text = malloc(length + 1)))) return false;
	memcpy(text, s, length);
	text[length] = '\0';
	bool ok = true;
	if (decimal != '.') {
		ok = !memchr(text, '.', length);
		char *point = memchr(text, decimal, length);
		if (point) *point = '.';
	}
	ok = ok && parse(text, length, value);
	if (text != small) free(text);
	return ok;
}

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

tt_grouping tt_log_grouping(const char *s, size_t length, char sign)
{
	trim(&s, &length);
	size_t i = length && (*s == '-' || *s == '+'), before = i, groups = 0;
	while (i < length && digit(s[i]))
		i++;
	const size_t lead = i - before;
	if (i == length) return lead ? TT_GROUP_PLAIN : TT_GROUP_NO_NUMBER;
	if (s[i] != sign) return TT_GROUP_NO_NUMBER;
	const bool strict = lead >= 1 && lead <= 3 && s[before] != '0';
	while (i < length && s[i] == sign) {
		size_t run = 0;
		for (i++; i < length && digit(s[i]); i++)
			run++;
		groups++;
		if (run != 3) return groups == 1 ? TT_GROUP_DECIMAL : TT_GROUP_NO_NUMBER;
	}
	if (i < length) return groups == 1 ? TT_GROUP_DECIMAL : TT_GROUP_NO_NUMBER; /* an exponent, the other sign */
	if (!strict) return groups == 1 ? TT_GROUP_DECIMAL : TT_GROUP_NO_NUMBER;
	return groups == 1 ? TT_GROUP_EITHER : TT_GROUP_THOUSANDS;
}

/* "1,234.5": groups of three before the decimal sign. */
static bool ungroup(const char *s, size_t length, char decimal, char group, char *out, size_t size)
{
	size_t n = 0, run = 0, groups = 0;
	bool fraction = false;
	if (length >= size) return false;
	for (size_t i = 0; i < length; i++) {
		if (fraction || (s[i] != group && s[i] != decimal && (digit(s[i]) || i == 0))) {
			if (digit(s[i])) run++;
			if (fraction && s[i] == group) return false;
			out[n++] = s[i];
			continue;
		}
		if (s[i] == group) {
			if (groups ? run != 3 : run < 1 || run > 3) return false;
			groups++;
			run = 0;
			continue;
		}
		if (groups && run != 3) return false;
		fraction = true;
		out[n++] = s[i];
	}
	if (!fraction && groups && run != 3) return false;
	out[n] = '\0';
	const size_t first = length && (s[0] == '-' || s[0] == '+');
	return groups > 0 && s[first] != '0';
}

/* "12:00:01.250", with a date before it or not: seconds of the day. */
static bool time_of_day(const char *s, size_t length, char decimal, double *value)
{
	double part[3];
	size_t n = 0;
	for (size_t i = length; i-- > 0;)
		if (s[i] == ' ' || s[i] == 'T') {
			s += i + 1;
			length -= i + 1;
			break;
		}
	while (n < 3) {
		const char *colon = memchr(s, ':', length);
		const size_t run = colon && n < 2 ? (size_t)(colon - s) : length;
		if (run == 0 || !digit(s[0])) return false;
		if (!tt_log_number(s, run, n == 2 || run == length ? decimal : '.', &part[n])) return false;
		if (n > 0 && !(part[n] < 60)) return false;
		n++;
		s += run;
		length -= run;
		if (length == 0) break;
		s++;
		length--;
	}
	if (n < 2 || length) return false;
	*value = n == 3 ? (part[0] * 60 + part[1]) * 60 + part[2] : part[0] * 60 + part[1];
	return true;
}

static bool suffixed(const char *s, size_t length, char decimal, double *value)
{
	static const struct {
		const char *text;
		double factor;
	} suffix[] = {{"p", 1e-12},   {"n", 1e-9}, {"u", 1e-6}, {"\xC2\xB5", 1e-6}, {"\xCE\xBC", 1e-6},
	              {"\xB5", 1e-6}, {"m", 1e-3}, {"k", 1e3},  {"M", 1e6}};
	for (size_t i = 0; i < sizeof suffix / sizeof *suffix; i++) {
		const size_t n = strlen(suffix[i].text);
		if (length <= n || memcmp(s + length - n, suffix[i].text, n) != 0) continue;
		if (!digit(s[0]) && s[0] != '-' && s[0] != '+' && s[0] != '.') return false;
		if (!tt_log_number(s, length - n, decimal, value)) continue;
		*value *= suffix[i].factor;
		return true;
	}
	return false;
}

/* Values that instruments write where they have none. */
static bool overflow(double v)
{
	return fabs(v) > 1e30;
}

bool tt_log_cell(const char *s, size_t length, char decimal, bool grouped, double *value)
{
	static const char minus[] = "\xE2\x88\x92";
	if (tt_log_number(s, length, decimal, value)) return !overflow(*value);
	trim(&s, &length);
	char text[64];
	if (length == 0 || length >= sizeof text) return false;
	if (length > 3 && memcmp(s, minus, 3) == 0) {
		text[0] = '-';
		memcpy(text + 1, s + 3, length - 3);
		return tt_log_cell(text, length - 2, decimal, grouped, value);
	}
	if (!digit(s[0]) && s[0] != '-' && s[0] != '+' && s[0] != '.' && s[0] != decimal) return false;
	const char other = decimal == ',' ? '.' : ',';
	if (ungroup(s, length, decimal, other, text, sizeof text) && (grouped || memchr(s, decimal, length)) &&
	    tt_log_number(text, strlen(text), decimal, value))
		return !overflow(*value);
	return time_of_day(s, length, decimal, value) || suffixed(s, length, decimal, value);
}
