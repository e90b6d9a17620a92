/* Force logs: which reader takes a file, and what all of them share.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/log.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/text.h"
#include "core/files.h"

/* The first whose probe says yes reads the file. The last takes whatever is text. */
static const tt_log_reader *const readers[] = {&tt_log_sheets,    &tt_log_tdm,        &tt_log_refused,  &tt_log_hld,
                                               &tt_log_triboscan, &tt_log_femtotools, &tt_log_delimited};

tt_status tt_log_fail(const tt_log_source *src, size_t line, tt_error *err, const char *fmt, ...)
{
	char message[768];
	va_list ap;
	va_start(ap, fmt);
	tt_vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	if (line) return tt_fail(err, TT_ERR_INPUT, "%s: line %zu: %s", src->name, line, message);
	return tt_fail(err, TT_ERR_INPUT, "%s: %s", src->name, message);
}

static tt_status slurp_open(FILE *f, const char *path, unsigned char **bytes, size_t *size, tt_error *err)
{
	struct stat st;
	if (fstat(fileno(f), &st)) return tt_fail(err, TT_ERR_INPUT, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode)) return tt_fail(err, TT_ERR_INPUT, "%s: is a folder; expected a force log", path);
	if (!S_ISREG(st.st_mode)) return tt_fail(err, TT_ERR_INPUT, "%s: is no regular file", path);
	size_t n = (size_t)st.st_size;
	unsigned char *b = malloc(n + 1);
	if (!b) return tt_fail_memory(err, "a force log");
	size_t got = fread(b, 1, n, f);
	if (ferror(f)) {
		const int why = errno;
		free(b);
		return tt_fail_read(err, path, why);
	}
	b[got] = '\0';
	*bytes = b;
	*size = got;
	return TT_OK;
}

tt_status tt_log_slurp(const char *path, unsigned char **bytes, size_t *size, tt_error *err)
{
	FILE *f = fopen(path, "rb");
	if (!f) return tt_fail(err, TT_ERR_INPUT, "%s: %s", path, strerror(errno));
	tt_status s = slurp_open(f, path, bytes, size, err);
	fclose(f);
	return s;
}

void tt_force_log_free(tt_force_log *log)
{
	if (!log) return;
	free(log->time_s);
	free(log->displacement_m);
	free(log->force_N);
	free(log->segment);
	free(log->saturated);
	free(log->dropped_s);
	free(log->over_s);
	free(log->test);
	tt_strings_free(&log->notes);
	tt_strings_free(&log->warnings);
	free(log);
}

static tt_status take(const tt_log_reader *reader, tt_log_source *src, tt_force_log **out, tt_error *err)
{
	tt_force_log *log = calloc(1, sizeof *log);
	if (!log) return tt_fail_memory(err, "a force log");
	log->machine_compliance_m_per_N = log->drift_rate_m_per_s = NAN;
	log->format = reader->name;
	log->encoding = src->encoding;
	tt_status s = reader->read(src, log, err);
	if (!s) s = tt_log_find_saturation(log, err);
	if (s) {
		tt_force_log_free(log);
		return s;
	}
	*out = log;
	return TT_OK;
}

static const tt_log_reader *find_reader(const tt_log_source *src)
{
	const size_t n = sizeof readers / sizeof *readers;
	size_t i = 0;
	while (i + 1 < n && !readers[i]->probe(src))
		i++;
	return readers[i];
}

static bool says_how(const tt_log_columns *c)
{
	return c && (c->time || c->force || c->displacement || c->time_unit || c->force_unit || c->displacement_unit ||
	             c->delimiter || c->decimal_comma >= 0);
}

tt_status tt_force_log_parse_as(const tt_log_reader *reader, tt_log_source *src, tt_force_log **out, tt_error *err)
{
	*out = NULL;
	char *owned = NULL;
	src->mapped = says_how(src->columns);
	tt_status s = tt_log_decode(src, &owned, err);
	if (s) return s;
	s = take(reader ? reader : find_reader(src), src, out, err);
	free(owned);
	return s;
}

static tt_status parse(tt_log_source *src, tt_force_log **out, tt_error *err)
{
	return tt_force_log_parse_as(NULL, src, out, err);
}

tt_status tt_force_log_parse(const void *bytes, size_t size, const char *name, const tt_log_columns *columns,
                             tt_force_log **out, tt_error *err)
{
	tt_log_source src = {.name = name, .bytes = bytes, .size = size, .columns = columns};
	return parse(&src, out, err);
}

tt_status tt_force_log_parse_tdm(const void *xml, size_t xml_size, const void *binary, size_t binary_size,
                                 const char *name, tt_force_log **out, tt_error *err)
{
	tt_log_source src = {
	    .name = name, .bytes = xml, .size = xml_size, .binary = binary, .binary_size = binary_size};
	return parse(&src, out, err);
}

tt_status tt_force_log_read(const char *path, const tt_log_columns *columns, tt_force_log **out, tt_error *err)
{
	*out = NULL;
	unsigned char *bytes = NULL;
	size_t size = 0;
	unsigned long refusals = tt_memory_refusals();
	tt_status s = tt_memory_check(refusals, tt_log_slurp(path, &bytes, &size, err), err);
	if (s) return s;
	tt_log_source src = {.name = path, .path = path, .bytes = bytes, .size = size, .columns = columns};
	s = tt_memory_check(refusals, parse(&src, out, err), err);
	free(bytes);
	if (s && *out) {
		tt_force_log_free(*out);
		*out = NULL;
	}
	return s;
}
