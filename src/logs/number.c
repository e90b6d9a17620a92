/* Decimal numbers in the cells of a log.
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

bool tt_log_number(const char *s, size_t length, char decimal, double *value)
{
	char small[64], *text = small;
	while (length && (s[length - 1] == ' ' || s[length - 1] == '\t'))
		length--;
	while (length && (*s == ' ' || *s == '\t')) {
		s++;
		length--;
	}
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
