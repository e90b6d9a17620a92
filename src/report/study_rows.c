/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/study_rows.h"

#include "report/study_films.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/outdir.h"
#include "core/text.h"

const char *const tt_study_legend =
    "SD: standard deviation between specimens. u: standard uncertainty of the measurement (of the mean, in a group's "
    "row); "
    "its part that repeats share does not shrink with their number and stands beside it. 95 % interval of a group: "
    "Student's "
    "t on the scatter between specimens (the measurement's own errors for one specimen), with the shared errors in "
    "quadrature; of a test: of the measurement.";

static void round_u(double u, char text[TT_CELL])
{
	text[0] = 0;
	if (u > 0) tt_round_to_u(u, u, NULL, text, TT_CELL);
}

/* lo and hi stand to the same place as the value. */
static void round_value(double value, double u, double lo, double hi, tt_study_cells *c)
{
	tt_round_to_u(value, u, c->value, NULL, TT_CELL);
	tt_round_to_u(lo, u, c->lo, NULL, TT_CELL);
	tt_round_to_u(hi, u, c->hi, NULL, TT_CELL);
}

static void fill_group(const tt_study_group *g, tt_compared id, double scale, tt_interval_kind kind, tt_study_cells *c)
{
	const tt_group_result *r = &g->value[id];
	const double number[TT_STUDY_NUMBERS] = {
	    r->between.mean, r->between.sd, hypot(r->u_own, r->u_shared), r->u_shared, r->u, r->lo, r->hi};
	c->n = r->between.n;
	memcpy(c->number, number, sizeof number);
	if (!c->n) return;
	round_value(r->between.mean * scale, r->u * scale, r->lo * scale, r->hi * scale, c);
	tt_round_to_u(r->between.mean * scale, tt_group_half(r, kind) * scale, c->half_value, c->half, TT_CELL);
	round_u(r->between.sd * scale, c->sd);
	round_u(number[TT_STUDY_U_MEASUREMENT] * scale, c->u);
	round_u(r->u_shared * scale, c->shared);
}

static void fill_test(const tt_study_test *t, const tt_study_group *g, tt_compared id, double scale, tt_study_cells *c)
{
	double value = t->property[id].value, u = t->property[id].u;
	double lo = t->property[id].lo, hi = t->property[id].hi;
	c->reason = t->property[id].reason;
	if (!isfinite(value)) return;
	if (!isfinite(lo) || !isfinite(hi)) lo = value - 1.959964 * u, hi = value + 1.959964 * u;
	if (tt_compared_describe(id)->compare == TT_COMPARE_ANGLE) lo = fmax(0, lo), hi = fmin(90, hi);
	const double shared = tt_study_shared_u(t, g, id);
	const double number[TT_STUDY_NUMBERS] = {value, NAN, u, shared, u, lo, hi};
	c->n = 1;
	memcpy(c->number, number, sizeof number);
	round_value(value * scale, u * scale, lo * scale, hi * scale, c);
	round_u(u * scale, c->u);
	round_u(shared * scale, c->shared);
}

static void fill(const tt_study *s, tt_study_row *r)
{
	for (int p = 0; p < TT_CMP_COUNT; p++) {
		double scale = tt_compared_shown((tt_compared)p);
		for (int k = 0; k < TT_STUDY_NUMBERS; k++)
			r->cell[p].number[k] = NAN;
		if (!r->test)
			fill_group(r->group, (tt_compared)p, scale, s->interval, &r->cell[p]);
		else if (r->group)
			fill_test(r->test, r->group, (tt_compared)p, scale, &r->cell[p]);
	}
}

tt_status tt_study_rows_make(const tt_study *s, const tt_comparison *c, tt_study_rows *out, tt_error *err)
{
	*out = (tt_study_rows){.row = calloc(c->n + s->n + 1, sizeof *out->row)};
	if (!out->row) return tt_fail_memory(err, "the study's table");
	for (size_t i = 0; i < c->n; i++)
		out->row[out->n++].group = &c->group[i];
	for (size_t i = 0; i < c->n; i++)
		for (size_t k = 0; k < c->group[i].n; k++)
			out->row[out->n++] =
			    (tt_study_row){.group = &c->group[i], .test = &s->test[c->group[i].test[k]]};
	for (size_t i = 0; i < s->n; i++)
		if (s->test[i].failed) out->row[out->n++].test = &s->test[i];
	for (size_t i = 0; i < out->n; i++)
		fill(s, &out->row[i]);
	return TT_OK;
}

void tt_study_rows_clear(tt_study_rows *r)
{
	free(r->row);
	*r = (tt_study_rows){0};
}

/* ---- CSV ---- */

enum { FIXED = 6, EACH = TT_STUDY_NUMBERS + 1 };

/* Behind the name of a property: _n, then the numbers in the order of tt_study_number. */
static const char *const part_name[TT_STUDY_NUMBERS] = {"",   "_sd",   "_u_measurement", "_u_shared",
                                                        "_u", "_lo95", "_hi95"};

enum { MOST_FILM = 40 };

/* film_<id> and film_<id>_u: what was measured on a group's film, in the rows of groups. */
typedef struct film_columns {
	size_t n;
	const tt_measurand *id[MOST_FILM];
	char name[2 * MOST_FILM][72];
	double *value; /* 2 n columns of `rows` */
} film_columns;

static bool fill_films(const tt_comparison *c, const tt_study_rows *rows, film_columns *out)
{
	out->n = tt_study_film_ids(c, out->id, MOST_FILM);
	out->value = malloc((2 * out->n * rows->n + 1) * sizeof *out->value);
	for (size_t k = 0; out->value && k < out->n; k++) {
		const tt_measurand *m = out->id[k];
		tt_snprintf(out->name[2 * k], sizeof out->name[0], "film_%s", m->id);
		tt_snprintf(out->name[2 * k + 1], sizeof out->name[0], "film_%s_u", m->id);
		for (size_t i = 0; i < rows->n; i++) {
			const tt_study_row *r = &rows->row[i];
			const tt_measurement *v = r->group && !r->test ? tt_study_film_value(r->group, m->id) : NULL;
			out->value[2 * k * rows->n + i] = v ? v->value * m->scale : NAN;
			out->value[(2 * k + 1) * rows->n + i] = v ? v->u * m->scale : NAN;
		}
	}
	return out->value != NULL;
}

/* The columns of one property: value, count, the other numbers; in full, as every file of numbers. */
static void property_columns(const tt_study_rows *rows, int p, double *number, int64_t *count, char name[EACH][64],
                             tt_column *out)
{
	const char *id = tt_compared_describe((tt_compared)p)->id;
	size_t n = rows->n, k = 0;
	for (int j = 0; j < TT_STUDY_NUMBERS; j++) {
		for (size_t i = 0; i < n; i++)
			number[(size_t)j * n + i] = rows->row[i].cell[p].number[j];
		tt_snprintf(name[k], sizeof name[0], "%s%s", id, part_name[j]);
		out[k] = (tt_column){.name = name[k], .value = number + (size_t)j * n, .digits = 15};
		if (k++ > 0) continue;
		for (size_t i = 0; i < n; i++)
			count[i] = (int64_t)rows->row[i].cell[p].n;
		tt_snprintf(name[k], sizeof name[0], "%s_n", id);
		out[k] = (tt_column){.name = name[k], .integer = count};
		k++;
	}
}

static tt_status write_csv(struct tt_outdir *dir, const tt_comparison *c, const tt_study_rows *rows, tt_error *err)
{
	enum { COLUMNS = FIXED + EACH * TT_CMP_COUNT };
	size_t n = rows->n, room = n ? n : 1;
	const char **cell = calloc(FIXED * room, sizeof *cell);
	int64_t *count = calloc((1 + TT_CMP_COUNT) * room, sizeof *count);
	double *number = calloc(TT_STUDY_NUMBERS * TT_CMP_COUNT * room, sizeof *number);
	char name[TT_CMP_COUNT][EACH][64];
	film_columns film = {0};
	tt_column column[COLUMNS + 2 * MOST_FILM] = {{.name = "row"}, {.name = "group"},  {.name = "test"},
	                                             {.name = "n"},   {.name = "status"}, {.name = "reason"}};
	tt_status st = cell && count && number && fill_films(c, rows, &film) ? TT_OK : tt_fail_memory(err, "table.csv");
	for (size_t i = 0; i < n && st == TT_OK; i++) {
		const tt_study_row *r = &rows->row[i];
		const bool failed = r->test && r->test->failed;
		count[i] = r->test ? !failed : (int64_t)r->group->n;
		cell[i] = r->test ? "test" : "group";
		cell[room + i] = r->group ? r->group->label : NULL;
		cell[2 * room + i] = r->test ? r->test->folder : NULL;
		cell[4 * room + i] = !r->test ? NULL : failed ? "failed" : "ok";
		cell[5 * room + i] = r->test ? r->test->failed : NULL;
	}
	for (size_t k = 0; k < FIXED; k++) {
		if (k == 3)
			column[k].integer = count;
		else
			column[k].text = cell + k * room;
	}
	for (int p = 0; p < TT_CMP_COUNT && st == TT_OK; p++)
		property_columns(rows, p, number + (size_t)p * TT_STUDY_NUMBERS * room, count + (size_t)(1 + p) * room,
		                 name[p], column + FIXED + EACH * p);
	for (size_t k = 0; k < 2 * film.n; k++)
		column[COLUMNS + k] = (tt_column){.name = film.name[k], .value = film.value + k * n, .digits = 15};
	if (st == TT_OK) st = tt_table_write(dir, "table.csv", column, COLUMNS + 2 * film.n, n, err);
	free(film.value);
	free(cell);
	free(count);
	free(number);
	return st;
}

tt_status tt_study_tables(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, tt_error *err)
{
	tt_study_rows rows = {0};
	tt_status st = tt_study_rows_make(s, c, &rows, err);
	if (st == TT_OK) st = write_csv(dir, c, &rows, err);
	if (st == TT_OK) st = tt_study_json(dir, s, c, &rows, err);
	if (st == TT_OK) st = tt_study_markdown(dir, s, c, &rows, err);
	if (st == TT_OK) st = tt_study_latex(dir, s, c, &rows, err);
	tt_study_rows_clear(&rows);
	return st;
}
