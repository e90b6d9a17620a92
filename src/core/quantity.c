/* Quantities as people write them: "450 ± 10 N/m".
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"
#include "core/units.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A number and what stands behind it up to ± or the end. */
typedef struct part {
	double number;
	char *unit; /* inside the normalised text, trimmed; "" for none */
} part;

static char *skip_spaces(char *s)
{
	while (*s == ' ')
		s++;
	return s;
}

static char *trim(char *s)
{
	s = skip_spaces(s);
	size_t n = strlen(s);
	while (n && s[n - 1] == ' ')
		s[--n] = '\0';
	return s;
}

static char *digits(char *s)
{
	while (isdigit((unsigned char)*s))
		s++;
	return s;
}

/* "x10^-3" or "x 10^-3" or "*10^-3" behind a number: the power's start, or NULL. */
static char *power_of_ten(char *s)
{
	s = skip_spaces(s);
	if (*s != 'x' && *s != '*') return NULL;
	s = skip_spaces(s + 1);
	return strncmp(s, "10^", 3) == 0 ? s + 3 : NULL;
}

/* The number *s … end, then `mantissa`, times ten to the power at `power`; read as one decimal text, so that 2×10⁻³ is
 * the same double as 2e-3. */
static bool read_power(char **s, const char *end, char *power, const char *mantissa, double *out)
{
	char *first = power;
	if (*first == '-' || *first == '+') first++;
	char *after = digits(first);
	if (after == first || after - first > 4) return false;
	char text[400];
	int written =
	    tt_snprintf(text, sizeof text, "%.*s%se%.*s", (int)(end - *s), *s, mantissa, (int)(after - power), power);
	if (written < 0 || (size_t)written >= sizeof text) return false;
	*out = tt_strtod(text, NULL);
	*s = after;
	return true;
}

/* Reads a decimal number at *s without a locale; hexadecimal, inf and nan are no numbers here. */
static bool read_number(char **s, double *out)
{
	char *p = *s;
	if (*p == '-' || *p == '+') p++;
	if (strncmp(p, "10^", 3) == 0) return read_power(s, p, p + 3, "1", out);
	char *whole = p;
	p = digits(p);
	size_t n = (size_t)(p - whole);
	if (*p == '.') {
		char *fraction = p + 1;
		p = digits(fraction);
		n += (size_t)(p - fraction);
	}
	if (n == 0) return false;
	if (*p == 'e' || *p == 'E') {
		char *e = p + 1;
		if (*e == '-' || *e == '+') e++;
		if (isdigit((unsigned char)*e)) p = digits(e);
	}
	char kept = *p;
	*p = '\0';
	*out = tt_strtod(*s, NULL);
	*p = kept;
	char *power = power_of_ten(p);
	if (power) return read_power(s, p, power, "", out);
	*s = p;
	return true;
}

static tt_status read_part(const char *whole, char *s, tt_dimension dim, part *out, tt_error *err)
{
	s = trim(s);
	if (!read_number(&s, &out->number))
		return tt_fail(err, TT_ERR_INPUT, "'%s' is not %s: expected a number with a unit (%s)", whole,
		               tt_dimension_name(dim), tt_dimension_units(dim));
	if (!isfinite(out->number)) return tt_fail(err, TT_ERR_INPUT, "'%s' is too large for a number", whole);
	if (*s == ',' && isdigit((unsigned char)s[1]))
		return tt_fail(err, TT_ERR_INPUT, "'%s' has a decimal comma; write a decimal point", whole);
	out->unit = skip_spaces(s);
	return TT_OK;
}

static tt_status read_unit(const char *whole, const char *unit, tt_dimension dim, double *factor, tt_error *err)
{
	if (!*unit && (dim == TT_DIM_FRACTION || dim == TT_DIM_PIXEL)) {
		*factor = 1;
		return TT_OK;
	}
	if (!*unit)
		return tt_fail(err, TT_ERR_INPUT, "'%s' has no unit; %s needs one of %s", whole, tt_dimension_name(dim),
		               tt_dimension_units(dim));
	*factor = tt_unit_factor_normalised(unit, dim);
	if (isnan(*factor))
		return tt_fail(err, TT_ERR_INPUT, "'%s': '%s' is not a unit of %s; expected %s", whole, unit,
		               tt_dimension_name(dim), tt_dimension_units(dim));
	return TT_OK;
}

/* "(450 ± 10) N/m" means "450 ± 10 N/m". */
static void drop_brackets(char *s)
{
	char *open = skip_spaces(s), *close = strchr(s, ')'), *between = strstr(s, TT_PLUS_MINUS);
	if (*open != '(' || !close || !between || between > close) return;
	*open = ' ';
	*close = ' ';
}

/* The u in % of the value; in a fraction, % is a unit like another. A unit may follow: "400 ± 2 % nm". */
static bool is_relative(part *u, tt_dimension dim)
{
	if (u->unit[0] != '%' || dim == TT_DIM_FRACTION) return false;
	u->unit = skip_spaces(u->unit + 1);
	return true;
}

static tt_status read_both(const char *whole, part *value, part *u, tt_dimension dim, tt_quantity *q, tt_error *err)
{
	double factor, u_factor;
	bool relative = is_relative(u, dim);
	const char *unit = value->unit[0] ? value->unit : u->unit;
	tt_status st = read_unit(whole, unit, dim, &factor, err);
	if (!st) st = read_unit(whole, u->unit[0] ? u->unit : unit, dim, &u_factor, err);
	if (st) return st;
	if (u->number < 0)
		return tt_fail(err, TT_ERR_INPUT, "'%s' has a negative uncertainty; expected one of 0 or more", whole);
	q->value = value->number * factor;
	q->u = relative ? fabs(q->value) * u->number / 100 : u->number * u_factor;
	q->u_stated = true;
	if (dim == TT_DIM_TEMPERATURE && strstr(unit, "C")) q->value += 273.15;
	return TT_OK;
}

static tt_status parse(const char *whole, char *text, tt_dimension dim, tt_quantity *q, tt_error *err)
{
	part value, u;
	tt_units_normalise(text);
	text = trim(text);
	drop_brackets(text);
	char *plus_minus = strstr(text, TT_PLUS_MINUS);
	if (plus_minus) *plus_minus++ = '\0';
	if (plus_minus && strstr(plus_minus, TT_PLUS_MINUS))
		return tt_fail(err, TT_ERR_INPUT, "'%s' has more than one \u00b1", whole);
	tt_status st = read_part(whole, text, dim, &value, err);
	if (st) return st;
	if (plus_minus) {
		value.unit = trim(value.unit);
		st = read_part(whole, plus_minus, dim, &u, err);
		if (!st) st = read_both(whole, &value, &u, dim, q, err);
	} else {
		double factor;
		st = read_unit(whole, value.unit, dim, &factor, err);
		if (st) return st;
		*q = (tt_quantity){.value = value.number * factor};
		if (dim == TT_DIM_TEMPERATURE && strstr(value.unit, "C")) q->value += 273.15;
	}
	if (st) return st;
	if (!isfinite(q->value) || !isfinite(q->u))
		return tt_fail(err, TT_ERR_INPUT, "'%s' is too large for a number", whole);
	return TT_OK;
}

tt_status tt_quantity_parse(const char *text, tt_dimension dim, tt_quantity *out, tt_error *err)
{
	*out = (tt_quantity){.value = NAN};
	char *whole = tt_text_utf8(text, strlen(text)), *work = whole ? tt_strdup(whole) : NULL;
	tt_quantity q = *out;
	tt_status st = work ? parse(whole, work, dim, &q, err) : tt_fail_memory(err, "a quantity");
	if (!st) *out = q;
	free(work);
	free(whole);
	return st;
}

double tt_unit_factor(const char *unit, tt_dimension dim)
{
	char *text = tt_text_utf8(unit, strlen(unit));
	if (!text) return NAN;
	tt_units_normalise(text);
	double factor = tt_unit_factor_normalised(trim(text), dim);
	free(text);
	return factor;
}
