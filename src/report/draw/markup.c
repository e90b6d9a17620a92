/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/draw/markup.h"

#include <math.h>
#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "core/sentence.h"

/* ---- text ---- */

static void put_bytes(FILE *f, const char *s, size_t n)
{
	fwrite(s, 1, n, f); /* a short write is seen when the file is closed */
}

/* Calls put for each character (as UTF-8). */
static void each_character(FILE *f, const char *text, void (*put)(FILE *f, const char *c, size_t n))
{
	size_t size = text ? strlen(text) : 0;
	for (size_t i = 0; i < size;) {
		size_t n = tt_utf8_length(text + i, size - i);
		if (n) {
			put(f, text + i, n);
			i += n;
			continue;
		}
		unsigned char b = (unsigned char)text[i++];
		const char latin1[2] = {(char)(0xC0 | b >> 6), (char)(0x80 | (b & 0x3F))};
		put(f, latin1, 2);
	}
}

static void put_html_character(FILE *f, const char *c, size_t n)
{
	switch (*c) {
	case '&': fputs("&amp;", f); return;
	case '<': fputs("&lt;", f); return;
	case '>': fputs("&gt;", f); return;
	case '"': fputs("&quot;", f); return;
	case '\'': fputs("&#39;", f); return;
	default: break;
	}
	if ((unsigned char)*c < 0x20 || *c == 0x7F)
		fputc(' ', f);
	else
		put_bytes(f, c, n);
}

void tt_put_html(FILE *f, const char *text)
{
	each_character(f, text, put_html_character);
}

static void put_json_character(FILE *f, const char *c, size_t n)
{
	static const char separator[] = "\xE2\x80"; /* U+2028 and U+2029 end lines in old JavaScript */
	unsigned char b = (unsigned char)*c;
	if (b < 0x20 || strchr("\"\\<>&'\x7F", *c))
		tt_fprintf(f, "\\u%04x", b);
	else if (n == 3 && memcmp(c, separator, 2) == 0 && ((unsigned char)c[2] == 0xA8 || (unsigned char)c[2] == 0xA9))
		fputs((unsigned char)c[2] == 0xA8 ? "\\u2028" : "\\u2029", f);
	else
		put_bytes(f, c, n);
}

void tt_put_json_text(FILE *f, const char *text)
{
	fputc('"', f);
	each_character(f, text, put_json_character);
	fputc('"', f);
}

void tt_put_json_number(FILE *f, double v, int digits)
{
	char text[40];
	if (!isfinite(v))
		fputs("null", f);
	else
		fputs(tt_format_double(text, sizeof text, v, digits), f);
}

/* ---- bytes ---- */

void tt_put_base64(FILE *f, const unsigned char *data, size_t size)
{
	enum { PIECE = 3 * 1024 };
	char text[BASE64_ENCODE_RAW_LENGTH(PIECE)];
	for (size_t i = 0; i < size; i += PIECE) {
		size_t n = size - i < PIECE ? size - i : PIECE;
		base64_encode_raw(text, n, data + i);
		put_bytes(f, text, BASE64_ENCODE_RAW_LENGTH(n));
	}
}

void tt_put_script_hash(FILE *f, const char *script, size_t size)
{
	struct sha256_ctx ctx;
	uint8_t digest[SHA256_DIGEST_SIZE];
	sha256_init(&ctx);
	sha256_update(&ctx, size, (const uint8_t *)script);
	sha256_digest(&ctx, sizeof digest, digest);
	fputs("'sha256-", f);
	tt_put_base64(f, digest, sizeof digest);
	fputc('\'', f);
}

/* ---- numbers ---- */

void tt_put_number(FILE *f, double v)
{
	char text[64];
	fputs(tt_value_text(text, sizeof text, v, NAN, ""), f);
}

void tt_put_value_u(FILE *f, double v, double u)
{
	char text[400];
	fputs(tt_value_text(text, sizeof text, v, u, ""), f);
}

/* Both ends to the place of u. */
static void put_end(FILE *f, double v, int place)
{
	char text[400];
	double unit = pow(10, fmax(0, place));
	tt_snprintf(text, sizeof text, "%.*f", place < 0 ? -place : 0, place > 0 ? round(v / unit) * unit : v);
	if (*text == '-') fputs("−", f);
	fputs(text + (*text == '-'), f);
}

void tt_put_interval(FILE *f, double lo, double hi, double u)
{
	if (!isfinite(lo) || !isfinite(hi)) {
		fputs("–", f);
		return;
	}
	double larger = fmax(fabs(lo), fabs(hi));
	bool fixed = u > 0 && larger < 1e9;
	int power = fixed && larger < 1e-3 ? (int)floor(log10(larger)) : 0;
	if (power) fputc('(', f);
	for (int i = 0; i < 2; i++) {
		if (i) fputs(" to ", f);
		if (fixed)
			put_end(f, (i ? hi : lo) * pow(10, -power), tt_place_of_u(u) - power);
		else {
			char text[40];
			tt_snprintf(text, sizeof text, "%.4g", i ? hi : lo);
			tt_put_number(f, tt_strtod(text, NULL));
		}
	}
	char times[40];
	if (power) tt_fprintf(f, ")%s", tt_power_text(times, sizeof times, power));
}

/* ---- templates ---- */

void tt_fill_page(FILE *f, const char *page, void (*put)(void *ctx, FILE *f, const char *name), void *ctx)
{
	char name[64];
	for (;;) {
		const char *open = strstr(page, "{{"), *close = open ? strstr(open, "}}") : NULL;
		if (!close || (size_t)(close - open) >= sizeof name) break;
		put_bytes(f, page, (size_t)(open - page));
		size_t n = (size_t)(close - open) - 2;
		memcpy(name, open + 2, n);
		name[n] = '\0';
		put(ctx, f, name);
		page = close + 2;
	}
	fputs(page, f);
}
