/* What the tests of force logs share. Logs are made by the tests themselves.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_LOG_HELP_H
#define TT_TESTS_LOG_HELP_H

#include "check.h"
#include "logs/log.h"

static tt_error log_error;
static char log_text[1 << 16];
static size_t log_size;

static inline void put_bytes(const void *bytes, size_t n)
{
	CHECK(log_size + n < sizeof log_text);
	memcpy(log_text + log_size, bytes, n);
	log_size += n;
	log_text[log_size] = '\0';
}

static inline void put(const char *text)
{
	put_bytes(text, strlen(text));
}

static inline void start(const char *text)
{
	log_size = 0;
	put(text);
}

/* Reads what was put; fails the test when it is refused. */
static inline tt_force_log *read_log(const tt_log_columns *columns)
{
	tt_force_log *log = NULL;
	tt_status s = tt_force_log_parse(log_text, log_size, "test.log", columns, &log, &log_error);
	CHECK_MSG(s == TT_OK, "refused: %s", log_error.message);
	return log;
}

static inline tt_force_log *read_text(const char *text, const tt_log_columns *columns)
{
	start(text);
	return read_log(columns);
}

/* The sentence with which it is refused. */
static inline const char *refused_log(const tt_log_columns *columns)
{
	tt_force_log *log = NULL;
	tt_status s = tt_force_log_parse(log_text, log_size, "test.log", columns, &log, &log_error);
	if (s == TT_OK) tt_force_log_free(log);
	CHECK_MSG(s == TT_ERR_INPUT, "status %d instead of a refusal", (int)s);
	CHECK(log == NULL);
	CHECK_HAS(log_error.message, "test.log");
	return log_error.message;
}

static inline const char *refused_text(const char *text, const tt_log_columns *columns)
{
	start(text);
	return refused_log(columns);
}

/* Row i in s, nm, µN. */
static inline void check_row(const tt_force_log *log, size_t i, double s, double nm, double uN)
{
	CHECK_MSG(i < log->n, "row %zu of %zu", i, log->n);
	CHECK_NEAR(log->time_s[i], s, 1e-12 + 1e-12 * fabs(s));
	CHECK_NEAR(log->displacement_m[i] / 1e-9, nm, 1e-9 + 1e-12 * fabs(nm));
	CHECK_NEAR(log->force_N[i] / 1e-6, uN, 1e-9 + 1e-12 * fabs(uN));
}

static inline int holds(const tt_strings *list, const char *part)
{
	for (size_t i = 0; i < list->n; i++)
		if (strstr(list->item[i], part)) return 1;
	return 0;
}

#endif
