/* Which delimiter and which decimal sign a table of text is written with.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/log.h"

#include <string.h>

/* How many rows decide; how far to look when there are none, or when they do not tell the decimal sign. */
enum { SAMPLE = 50, HEAD_LINES = 2000, TIE_LINES = 20000 };

static const char delimiters[] = TT_DELIMITERS;

bool tt_table_blank(const char *line, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (line[i] != ' ' && line[i] != '\t') return false;
	return true;
}

size_t tt_table_numbers(const tt_log_cells *c, char decimal)
{
	size_t n = 0;
	double v;
	for (size_t i = 0; i < c->n; i++)
		n += tt_log_cell(c->cell[i], strlen(c->cell[i]), decimal, true, &v);
	return n;
}

typedef struct votes {
	char delimiter[sizeof delimiters];      /* to try, a string */
	bool sign[2];                           /* to try: point, comma */
	size_t lines[sizeof delimiters - 1][2]; /* rows that hold three numbers, by delimiter and decimal sign */
} votes;

static void vote_on(const tt_log_columns *want, votes *v)
{
	strcpy(v->delimiter, delimiters);
	if (want && want->delimiter) memcpy(v->delimiter, &(char[2]){want->delimiter, '\0'}, 2);
	v->sign[0] = !want || want->decimal_comma <= 0;
	v->sign[1] = !want || want->decimal_comma != 0;
}

/* How many numbers a row must hold. */
static size_t needed(const tt_log_columns *want)
{
	return want && want->sampling_rate_Hz > 0 ? 2 : 3;
}

static tt_status vote(votes *v, size_t numbers, const char *line, size_t length, tt_log_cells *cells, tt_error *err)
{
	for (int d = 0; v->delimiter[d]; d++) {
		tt_status s = tt_log_cells_split(cells, line, length, v->delimiter[d], err);
		if (s) return s;
		for (int c = 0; c < 2; c++) {
			char sign = c ? ',' : '.';
			if (v->sign[c] && sign != v->delimiter[d] && tt_table_numbers(cells, sign) >= numbers)
				v->lines[d][c]++;
		}
	}
	return TT_OK;
}

static void best(const votes *v, int *delimiter, int *sign)
{
	*delimiter = *sign = 0;
	for (int d = 0; v->delimiter[d]; d++)
		for (int c = 0; c < 2; c++)
			if (v->lines[d][c] > v->lines[*delimiter][*sign]) {
				*delimiter = d;
				*sign = c;
			}
}

/* The delimiter and decimal sign under which most of the first rows hold three numbers; in doubt the first of the
 * list, and a point. Rows of whole numbers do not tell the sign, so it looks further until one does. */
tt_status tt_table_delimiter(tt_table *t, tt_log_cells *cells, tt_error *err)
{
	tt_lines l = {t->at, t->end, t->line};
	const char *line;
	size_t length, seen = 0;
	votes v = {0};
	int d = 0, c = 0;
	vote_on(t->columns, &v);
	while (tt_lines_next(&l, &line, &length)) {
		if (length > TT_HEAD_LINE_MAX || tt_table_blank(line, length) || tt_log_comment(line, length)) continue;
		tt_status s = vote(&v, needed(t->columns), line, length, cells, err);
		if (s) return s;
		best(&v, &d, &c);
		size_t most = v.lines[d][c];
		bool tie = v.lines[d][0] == v.lines[d][1];
		if (++seen > TIE_LINES || (most >= SAMPLE && !tie) || (most == 0 && seen > HEAD_LINES)) break;
	}
	t->delimiter = v.delimiter[d];
	t->decimal = c ? ',' : '.';
	if (v.lines[d][c]) return TT_OK;
	return tt_log_fail(
	    t->src, 0, err, "found no row with %s; expected a force log",
	    needed(t->columns) == 3
	        ? "three numbers (time, force, displacement; a log without times needs force.sampling_rate)"
	        : "two numbers (force, displacement)");
}
