/* Films for the tests: a description as text, measured.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_FILM_HELP_H
#define TT_TESTS_FILM_HELP_H

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "temtensile/film.h"

/* Writes text to a file of the test's folder; its path. */
static inline const char *film_file(const char *name, const char *text)
{
	static char path[8][1200];
	static int turn;
	char *p = path[turn++ & 7];
	snprintf(p, sizeof path[0], "%s/%s", check_tmp(), name);
	FILE *f = fopen(p, "wb");
	CHECK_MSG(f != NULL, "cannot write %s", p);
	fwrite(text, 1, strlen(text), f);
	fclose(f);
	return p;
}

/* Reads and measures; the status, with the sentence in err. */
static inline tt_status film_measure(const char *path, tt_film_result *r, tt_error *err)
{
	tt_film_description *d = NULL;
	*r = (tt_film_result){0};
	*err = (tt_error){0};
	tt_status st = tt_film_description_read(path, NULL, 0, &d, err);
	if (st == TT_OK) st = tt_film_measure(d, r, NULL, err);
	tt_film_description_free(d);
	return st;
}

static inline const tt_measurement *film_get(const tt_film_result *r, const char *id)
{
	const tt_measurement *m = tt_measurements_find(&r->measured, id);
	CHECK_MSG(m != NULL, "there is no %s", id);
	return m;
}

/* The description must be refused with a sentence that holds the part. */
static inline void film_refused(const char *text, const char *part)
{
	tt_film_result r;
	tt_error err;
	tt_status st = film_measure(film_file("refused.yaml", text), &r, &err);
	tt_film_result_clear(&r);
	CHECK_MSG(st == TT_ERR_INPUT, "status %d for: %s (%s)", st, text, err.message);
	CHECK_HAS(err.message, part);
}

#endif
