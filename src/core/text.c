/* Numbers and text that do not depend on the locale.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static locale_t c_locale;
static pthread_once_t c_locale_once = PTHREAD_ONCE_INIT;

static void make_c_locale(void)
{
	c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

/* Puts this thread into the C locale; the result goes to leave_c_locale. */
static locale_t enter_c_locale(void)
{
	pthread_once(&c_locale_once, make_c_locale);
	return c_locale ? uselocale(c_locale) : (locale_t)0;
}

static void leave_c_locale(locale_t before)
{
	if (before) uselocale(before);
}

static double strtod_slow(const char *s, char **end)
{
	locale_t before = enter_c_locale();
	double v = strtod(s, end);
	leave_c_locale(before);
	return v;
}

/* Decimal numbers of at most 15 digits and a power of ten up to 22 are exact products of two doubles
 * (Clinger 1990): one rounding, the same result as strtod, several times faster. Everything else goes to strtod. */
double tt_strtod(const char *s, char **end)
{
	static const double power[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
	                               1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	const char *p = s;
	bool negative = *p == '-';
	if (*p == '-' || *p == '+') p++;
	uint64_t mantissa = 0;
	int digits = 0, scale = 0;
	for (; *p >= '0' && *p <= '9'; p++, digits++)
		if (digits < 16) mantissa = mantissa * 10 + (uint64_t)(*p - '0');
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9'; p++, digits++, scale--)
			if (digits < 16) mantissa = mantissa * 10 + (uint64_t)(*p - '0');
	if (digits == 0 || digits > 15 || *p == 'x' || *p == 'X') return strtod_slow(s, end);
	if (*p == 'e' || *p == 'E') {
		const char *q = p + 1;
		bool minus = *q == '-';
		if (*q == '-' || *q == '+') q++;
		int e = 0;
		const char *first = q;
		for (; *q >= '0' && *q <= '9' && e < 1000; q++)
			e = e * 10 + (*q - '0');
		if (*q >= '0' && *q <= '9') return strtod_slow(s, end);
		if (q > first) {
			p = q;
			scale += minus ? -e : e;
		}
	}
	if (scale < -22 || scale > 22 || FLT_EVAL_METHOD != 0) return strtod_slow(s, end);
	double v = scale < 0 ? (double)mantissa / power[-scale] : (double)mantissa * power[scale];
	if (end) *end = (char *)(uintptr_t)p;
	return negative ? -v : v;
}

const char *tt_format_double(char *buf, size_t size, double v, int digits)
{
	if (size == 0) return buf;
	buf[0] = '\0';
	if (!isfinite(v)) return buf;
	if (v == 0) v = 0; /* no "-0" */
	if (digits < 1) digits = 1;
	if (digits > 17) digits = 17;
	locale_t before = enter_c_locale();
	/* Up to 15 digits %g itself gives the shortest text that reads back. */
	for (int d = digits < 15 ? digits : 15; d <= digits; d++) {
		snprintf(buf, size, "%.*g", d, v);
		if (strtod(buf, NULL) == v) break;
	}
	leave_c_locale(before);
	return buf;
}

void tt_put_double(FILE *f, double v, int digits)
{
	char buf[40];
	fputs(tt_format_double(buf, sizeof buf, v, digits), f);
}

int tt_vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	locale_t before = enter_c_locale();
	int n = vsnprintf(buf, size, fmt, ap);
	leave_c_locale(before);
	return n;
}

int tt_snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = tt_vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

int tt_fprintf(FILE *f, const char *fmt, ...)
{
	locale_t before = enter_c_locale();
	va_list ap;
	va_start(ap, fmt);
	int n = vfprintf(f, fmt, ap);
	va_end(ap);
	leave_c_locale(before);
	return n;
}

char *tt_format(const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = tt_vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *text = n < 0 ? NULL : malloc((size_t)n + 1);
	if (text) tt_vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	return text;
}

char *tt_strdup(const char *s)
{
	size_t n = strlen(s) + 1;
	char *copy = malloc(n);
	return copy ? memcpy(copy, s, n) : NULL;
}

size_t tt_utf8_length(const char *s, size_t size)
{
	const unsigned char *p = (const unsigned char *)s;
	if (size == 0) return 0;
	if (p[0] < 0x80) return 1;
	size_t n = p[0] >= 0xC2 && p[0] <= 0xDF ? 2 : (p[0] & 0xF0) == 0xE0 ? 3 : p[0] >= 0xF0 && p[0] <= 0xF4 ? 4 : 0;
	if (n == 0 || n > size) return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xC0) != 0x80) return 0;
	if (p[0] == 0xE0 && p[1] < 0xA0) return 0;
	if (p[0] == 0xED && p[1] > 0x9F) return 0;
	if (p[0] == 0xF0 && p[1] < 0x90) return 0;
	if (p[0] == 0xF4 && p[1] > 0x8F) return 0;
	return n;
}

size_t tt_utf8_letters(const char *text)
{
	size_t n = 0;
	for (; *text; text++)
		n += ((unsigned char)*text & 0xC0) != 0x80;
	return n;
}

char *tt_text_utf8(const char *bytes, size_t size)
{
	if (size > SIZE_MAX / 2 - 1) return NULL;
	char *text = malloc(2 * size + 1), *to = text;
	if (!text) return NULL;
	for (size_t i = 0; i < size;) {
		size_t n = tt_utf8_length(bytes + i, size - i);
		unsigned char c = (unsigned char)bytes[i];
		if (n == 0) {
			*to++ = (char)(0xC0 | c >> 6);
			*to++ = (char)(0x80 | (c & 0x3F));
			i++;
			continue;
		}
		memcpy(to, bytes + i, n);
		if (c == '\0') *to = ' ';
		to += n;
		i += n;
	}
	*to = '\0';
	return text;
}

const char *tt_path_base(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

char *tt_path_join(const char *dir, const char *name)
{
	if (name[0] == '/' || dir[0] == '\0') return tt_strdup(name);
	return tt_format("%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", name);
}

char *tt_path_beside(const char *base_file, const char *path)
{
	size_t n = (size_t)(tt_path_base(base_file) - base_file);
	if (path[0] == '/') return tt_strdup(path);
	return tt_format("%.*s%s", (int)n, base_file, path);
}

void *tt_grow(void *a, size_t *capacity, size_t n, size_t item_size)
{
	if (n <= *capacity && a) return a;
	size_t want = *capacity < 16 ? 16 : *capacity;
	while (want < n) {
		if (want > SIZE_MAX / 2) return NULL;
		want *= 2;
	}
	if (item_size && want > SIZE_MAX / item_size) return NULL;
	void *grown = realloc(a, want * item_size);
	if (grown) *capacity = want;
	return grown;
}
