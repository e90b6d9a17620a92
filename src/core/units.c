/* Units: a product of prefixed symbols, such as "µN/nm²", reduced to a factor and powers of base dimensions.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/units.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Force is a base dimension here: nobody writes a stiffness in kg/s². Pressure has its own, so that "Pa" is no unit
 * of a spring's quadratic term although N/m² is. */
enum { FORCE, LENGTH, TIME, PRESSURE, ANGLE, TEMPERATURE, PIXEL, FRAMES, MASS, BASES };

typedef struct powers {
	int of[BASES];
} powers;

typedef struct symbol {
	const char *name;
	double factor;
	powers dim;
	bool prefixed; /* takes k, m, µ, … */
} symbol;

#define IN(base, power)                                                                                                \
	{                                                                                                              \
		.of = { [base] = power }                                                                               \
	}

static const symbol symbols[] = {
    {"N", 1, IN(FORCE, 1), true},
    {"gf", 9.80665e-3, IN(FORCE, 1), true}, /* standard gravity, exact */
    {"lbf", 4.4482216152605, IN(FORCE, 1), false},
    {"m", 1, IN(LENGTH, 1), true},
    {"A", 1e-10, IN(LENGTH, 1), false},
    {"\u00c5", 1e-10, IN(LENGTH, 1), false},
    {"s", 1, IN(TIME, 1), true},
    {"sec", 1, IN(TIME, 1), false},
    {"min", 60, IN(TIME, 1), false},
    {"h", 3600, IN(TIME, 1), false},
    {"Hz", 1, IN(TIME, -1), true},
    {"fps", 1, IN(TIME, -1), false},
    {"frames", 1, IN(FRAMES, 1), false},
    {"frame", 1, IN(FRAMES, 1), false},
    {"1", 1, {{0}}, false},
    {"%", 1e-2, {{0}}, false},
    {"Pa", 1, IN(PRESSURE, 1), true},
    {"bar", 1e5, IN(PRESSURE, 1), true},
    {"Torr", 101325. / 760, IN(PRESSURE, 1), true},
    {"\u00b0", 1, IN(ANGLE, 1), false},
    {"deg", 1, IN(ANGLE, 1), false},
    {"rad", 57.295779513082320877, IN(ANGLE, 1), true},
    {"K", 1, IN(TEMPERATURE, 1), true},
    {"\u00b0C", 1, IN(TEMPERATURE, 1), false},
    {"g", 1e-3, IN(MASS, 1), true},
    {"px", 1, IN(PIXEL, 1), false},
    {"pixel", 1, IN(PIXEL, 1), false},
    {"pixels", 1, IN(PIXEL, 1), false},
};

static const struct {
	const char *name;
	double factor;
} prefixes[] = {{"p", 1e-12}, {"n", 1e-9}, {"\u00b5", 1e-6}, {"u", 1e-6}, {"m", 1e-3},
                {"c", 1e-2},  {"h", 1e2},  {"k", 1e3},       {"M", 1e6},  {"G", 1e9}};

static const struct {
	powers dim;
	const char *name, *expected;
} dimensions[] = {
    [TT_DIM_LENGTH] = {IN(LENGTH, 1), "a length", "m, mm, \u00b5m, nm, pm or \u00c5"},
    [TT_DIM_FORCE] = {IN(FORCE, 1), "a force", "N, mN, \u00b5N, nN or pN"},
    [TT_DIM_TIME] = {IN(TIME, 1), "a time", "h, min, s, ms, \u00b5s or ns"},
    [TT_DIM_STIFFNESS] = {{{[FORCE] = 1, [LENGTH] = -1}},
                          "a stiffness",
                          "N/m, mN/m, kN/m, \u00b5N/nm or \u00b5N/\u00b5m"},
    [TT_DIM_STIFFNESS2] = {{{[FORCE] = 1, [LENGTH] = -2}}, "a stiffness per length", "N/m\u00b2 or \u00b5N/nm\u00b2"},
    [TT_DIM_COMPLIANCE] = {{{[FORCE] = -1, [LENGTH] = 1}}, "a compliance", "m/N, nm/\u00b5N, nm/mN or \u00b5m/N"},
    [TT_DIM_PRESSURE] = {IN(PRESSURE, 1), "a pressure", "Pa, kPa, MPa, GPa, mPa, \u00b5Pa, mbar, bar, Torr or mTorr"},
    [TT_DIM_FREQUENCY] = {IN(TIME, -1), "a frequency", "Hz, kHz, MHz, GHz, 1/s, fps or frames/s"},
    [TT_DIM_ANGLE] = {IN(ANGLE, 1), "an angle", "\u00b0, deg or rad"},
    [TT_DIM_FRACTION] = {{{0}}, "a fraction", "% or a bare number"},
    [TT_DIM_TEMPERATURE] = {IN(TEMPERATURE, 1), "a temperature", "K or \u00b0C"},
    [TT_DIM_FORCE_RATE] = {{{[FORCE] = 1, [TIME] = -1}}, "a force rate", "N/s, mN/s, \u00b5N/s or nN/s"},
    [TT_DIM_SPEED] = {{{[LENGTH] = 1, [TIME] = -1}}, "a speed", "m/s, km/s, \u00b5m/s or nm/s"},
    [TT_DIM_DENSITY] = {{{[MASS] = 1, [LENGTH] = -3}}, "a density", "g/cm\u00b3 or kg/m\u00b3"},
    [TT_DIM_WAVENUMBER] = {IN(LENGTH, -1), "a spatial frequency", "1/nm, nm\u207b\u00b9 or 1/\u00c5"},
    [TT_DIM_PIXEL] = {IN(PIXEL, 1), "a number of pixels", "px or a bare number"},
};

const char *tt_dimension_name(tt_dimension dim)
{
	return dimensions[dim].name;
}

const char *tt_dimension_units(tt_dimension dim)
{
	return dimensions[dim].expected;
}

/* Other spellings of one character, to the one that the tables hold. Superscripts become digits here; the caller sets
 * '^' before them. */
static const struct {
	const char *from, *to;
} spellings[] = {
    {"\u00a0", " "},           {"\u2002", " "},       {"\u2003", " "},        {"\u2004", " "},
    {"\u2005", " "},           {"\u2006", " "},       {"\u2007", " "},        {"\u2008", " "},
    {"\u2009", " "},           {"\u200a", " "},       {"\u202f", " "},        {"\u205f", " "},
    {"\u3000", " "},           {"\u2060", ""},        {"\u200b", ""},         {"\ufeff", ""},
    {"\u00b1", TT_PLUS_MINUS}, {"+-", TT_PLUS_MINUS}, {"+/-", TT_PLUS_MINUS}, {"\u2212", "-"},
    {"\u2013", "-"},           {"\u00d7", "x"},       {"\u22c5", "*"},        {"\u00b7", "*"},
    {"\u03bc", "\u00b5"},      {"\u212b", "\u00c5"},  {"\u2103", "\u00b0C"},  {"\u2044", "/"},
    {"\u2215", "/"},
};

static const char *const superscripts[] = {"\u2070", "\u00b9", "\u00b2", "\u00b3", "\u2074", "\u2075",
                                           "\u2076", "\u2077", "\u2078", "\u2079", "\u207b", "\u207a"};

static size_t match_superscript(const char *s, char *to)
{
	for (size_t i = 0; i < sizeof superscripts / sizeof *superscripts; i++) {
		size_t n = strlen(superscripts[i]);
		if (strncmp(s, superscripts[i], n) != 0) continue;
		*to = "0123456789-+"[i];
		return n;
	}
	return 0;
}

static size_t match_spelling(const char *s, const char **to)
{
	for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
		size_t n = strlen(spellings[i].from);
		if (strncmp(s, spellings[i].from, n) != 0) continue;
		*to = spellings[i].to;
		return n;
	}
	return 0;
}

void tt_units_normalise(char *text)
{
	const char *s = text;
	char *to = text; /* never overtakes s: a spelling is no longer than what it replaces, and the first superscript
	                    of a run has at least two bytes for '^' and its digit */
	bool raised = false;
	while (*s) {
		char digit;
		const char *spelling;
		size_t n = match_superscript(s, &digit);
		if (n) {
			if (!raised) *to++ = '^';
			*to++ = digit;
			raised = true;
			s += n;
			continue;
		}
		raised = false;
		n = match_spelling(s, &spelling);
		if (!n) {
			*to++ = *s == '\t' ? ' ' : *s;
			s++;
			continue;
		}
		size_t m = strlen(spelling);
		memmove(to, spelling, m);
		to += m;
		s += n;
	}
	*to = '\0';
}

static const symbol *find_symbol(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
		if (strlen(symbols[i].name) == n && memcmp(symbols[i].name, name, n) == 0) return &symbols[i];
	return NULL;
}

/* The whole name first: "min" is no milli-inch, "Pa" no peta-anything. */
static const symbol *find_prefixed(const char *name, size_t n, double *factor)
{
	const symbol *s = find_symbol(name, n);
	*factor = s ? s->factor : 1;
	if (s) return s;
	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
		size_t m = strlen(prefixes[i].name);
		if (n <= m || memcmp(name, prefixes[i].name, m) != 0) continue;
		s = find_symbol(name + m, n - m);
		if (!s || !s->prefixed) continue;
		*factor = prefixes[i].factor * s->factor;
		return s;
	}
	return NULL;
}

static bool is_separator(char c)
{
	return c == ' ' || c == '/' || c == '*' || c == '^';
}

/* "^2", "2", "^-1" or nothing (1). */
static int read_power(const char **s)
{
	if (**s == '^') ++*s;
	int sign = 1;
	if (**s == '-' || **s == '+') {
		sign = **s == '-' ? -1 : 1;
		++*s;
	}
	int power = isdigit((unsigned char)**s) ? *(*s)++ - '0' : 1;
	return sign * power;
}

/* One symbol with its power; a digit after letters belongs to the power ("m2"). */
static bool read_symbol(const char **s, int direction, double *factor, powers *dim)
{
	const char *p = *s;
	size_t n = *p == '1' ? 1 : 0;
	while (n == 0 || (*p != '1' && p[n])) {
		if (!p[n] || is_separator(p[n]) || isdigit((unsigned char)p[n]) || p[n] == '-' || p[n] == '+') break;
		n++;
	}
	double one;
	const symbol *found = n ? find_prefixed(p, n, &one) : NULL;
	if (!found) return false;
	p += n;
	int power = direction * read_power(&p);
	*factor *= power == 1 ? one : power == -1 ? 1 / one : pow(one, power);
	for (int i = 0; i < BASES; i++)
		dim->of[i] += power * found->dim.of[i];
	*s = p;
	return true;
}

static bool read_product(const char *s, double *factor, powers *dim)
{
	*factor = 1;
	*dim = (powers){{0}};
	int direction = 1;
	bool first = true;
	for (;; first = false) {
		while (*s == ' ')
			s++;
		if (!*s) return !first;
		if (*s == '/') {
			direction = -1; /* a/b c and a/b/c: all that follows is below the line */
			s++;
			while (*s == ' ')
				s++;
		} else if (*s == '*') {
			if (first) return false;
			s++;
			while (*s == ' ')
				s++;
		}
		if (!read_symbol(&s, direction, factor, dim)) return false;
		if (*s && !is_separator(*s)) return false;
	}
}

double tt_unit_factor_normalised(const char *unit, tt_dimension dim)
{
	double factor;
	powers found;
	if (!read_product(unit, &factor, &found)) return NAN;
	if (dim == TT_DIM_FREQUENCY && found.of[FRAMES] == 1) found.of[FRAMES] = 0; /* frames/s */
	if (dim == TT_DIM_WAVENUMBER && found.of[PIXEL] == -1) found.of[PIXEL] = 0; /* nm⁻¹/px */
	if (memcmp(&found, &dimensions[dim].dim, sizeof found) != 0) return NAN;
	return factor;
}
