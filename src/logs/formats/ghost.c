/* GHOST's spectra as text.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "logs/log.h"
#include "logs/spectrum.h"

enum { LEAST = 32, MOST = 65536 };

static void take_key(tt_counts *c, const char *line, size_t length)
{
	const struct {
		const char *key;
		double factor, *to;
	} keys[] = {{"Wavelength", 1e-9, &c->wavelength_m},
	            {"Mirror sp.", 1e-3, &c->mirror_spacing_m},
	            {"Scan amplitude", 1e9, &c->scan_amplitude_Hz}};
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const char *value;
		size_t n;
		double v;
		if (tt_log_key(line, length, keys[i].key, ':', &value, &n) && tt_log_number(value, n, '.', &v) && v > 0)
			*keys[i].to = v * keys[i].factor;
	}
}

static tt_status parse(const tt_log_source *src, tt_counts *c, tt_error *err)
{
	tt_lines l = {src->text, src->text + src->text_size, 0};
	const char *line;
	size_t length, room = 0;
	char quote[TT_QUOTE_SIZE];
	while (tt_lines_next(&l, &line, &length)) {
		double v;
		while (length && (line[length - 1] == ' ' || line[length - 1] == '\t'))
			length--;
		while (length && (*line == ' ' || *line == '\t'))
			line++, length--;
		if (!length) continue;
		if (!tt_log_number(line, length, '.', &v)) {
			if (c->n)
				return tt_log_fail(src, l.number, err, "expected a count, found '%s'",
				                   tt_log_quote(quote, line, length));
			if (!memchr(line, ':', length) && l.number > 40)
				return tt_log_fail(src, l.number, err, "expected 'Name : value' or a count, found '%s'",
				                   tt_log_quote(quote, line, length));
			take_key(c, line, length);
			continue;
		}
		if (v < 0) return tt_log_fail(src, l.number, err, "a count is negative: %g", v);
		if (c->n == MOST) return tt_log_fail(src, l.number, err, "more than %d channels", MOST);
		double *grown = tt_grow(c->count, &room, c->n + 1, sizeof *grown);
		if (!grown) return tt_fail_memory(err, "a spectrum");
		c->count = grown;
		c->count[c->n++] = v;
	}
	if (c->n < LEAST)
		return tt_fail(err, TT_ERR_INPUT,
		               "%s: %zu counts; expected a spectrum of at least %d channels, one count a line",
		               src->name, c->n, LEAST);
	return TT_OK;
}

tt_status tt_counts_parse(const void *bytes, size_t size, const char *name, tt_counts **out, tt_error *err)
{
	tt_log_source src = {.name = name, .bytes = bytes, .size = size};
	tt_counts *c = calloc(1, sizeof *c);
	char *owned = NULL;
	*out = NULL;
	if (!c) return tt_fail_memory(err, "a spectrum");
	c->wavelength_m = c->mirror_spacing_m = c->scan_amplitude_Hz = NAN;
	tt_status st = tt_log_decode(&src, &owned, err);
	if (st == TT_OK) st = parse(&src, c, err);
	free(owned);
	if (st != TT_OK) {
		tt_counts_free(c);
		return st;
	}
	*out = c;
	return TT_OK;
}

tt_status tt_counts_read(const char *path, tt_counts **out, tt_error *err)
{
	unsigned char *bytes;
	size_t size;
	*out = NULL;
	tt_status st = tt_log_slurp(path, &bytes, &size, err);
	if (st != TT_OK) return st;
	st = tt_counts_parse(bytes, size, path, out, err);
	free(bytes);
	return st;
}

void tt_counts_free(tt_counts *c)
{
	if (!c) return;
	free(c->count);
	free(c);
}
