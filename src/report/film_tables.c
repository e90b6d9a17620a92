/* The tables of a film, and the text for a paper.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "core/outdir.h"
#include "core/text.h"
#include "report/film.h"
#include "temtensile/report.h"

static tt_status write_quantities(struct tt_outdir *dir, const tt_film_result *r, tt_error *err)
{
	size_t n = r->measured.n;
	double *v = malloc((n + 1) * 4 * sizeof *v);
	const char **t = malloc((n + 1) * 4 * sizeof *t);
	tt_status st = v && t ? TT_OK : tt_fail_memory(err, "quantities.csv");
	for (size_t i = 0; i < n && st == TT_OK; i++) {
		const tt_measurement *m = &r->measured.item[i];
		v[i] = m->value * m->what->scale;
		v[n + i] = m->u * m->what->scale;
		v[2 * n + i] = m->lo * m->what->scale;
		v[3 * n + i] = m->hi * m->what->scale;
		t[i] = m->what->id;
		t[n + i] = m->method;
		t[2 * n + i] = m->source;
		t[3 * n + i] = m->reason;
	}
	const tt_column column[] = {{.name = "quantity", .text = t},        {.name = "value", .value = v},
	                            {.name = "u", .value = v + n},          {.name = "low95", .value = v + 2 * n},
	                            {.name = "high95", .value = v + 3 * n}, {.name = "method", .text = t + n},
	                            {.name = "source", .text = t + 2 * n},  {.name = "reason", .text = t + 3 * n}};
	if (st == TT_OK) st = tt_table_write(dir, "quantities.csv", column, sizeof column / sizeof *column, n, err);
	free(v);
	free(t);
	return st;
}

static tt_status write_budget(struct tt_outdir *dir, const tt_film_result *r, tt_error *err)
{
	size_t n = r->n_shares;
	double *share = malloc((n + 1) * sizeof *share);
	const char **t = malloc((n + 1) * 2 * sizeof *t);
	tt_status st = share && t ? TT_OK : tt_fail_memory(err, "budget.csv");
	for (size_t i = 0; i < n && st == TT_OK; i++) {
		t[i] = r->share[i].id;
		t[n + i] = r->share[i].input;
		share[i] = r->share[i].share;
	}
	const tt_column column[] = {{.name = "property", .text = t},
	                            {.name = "input", .text = t + n},
	                            {.name = "share", .value = share, .digits = 4}};
	if (st == TT_OK) st = tt_table_write(dir, "budget.csv", column, 3, n, err);
	free(share);
	free(t);
	return st;
}

static tt_status write_table(struct tt_outdir *dir, const tt_film_table *t, tt_error *err)
{
	tt_column *column = calloc(t->n_columns ? t->n_columns : 1, sizeof *column);
	if (!column) return tt_fail_memory(err, t->file);
	for (size_t i = 0; i < t->n_columns; i++)
		column[i] = (tt_column){.name = t->column[i].name,
		                        .value = t->column[i].value,
		                        .text = (const char *const *)t->column[i].text};
	tt_status st = tt_table_write(dir, t->file, column, t->n_columns, t->rows, err);
	free(column);
	return st;
}

tt_status tt_film_tables_write(struct tt_outdir *dir, const tt_film_result *r, tt_error *err)
{
	tt_status st = write_quantities(dir, r, err);
	if (st == TT_OK && r->n_shares) st = write_budget(dir, r, err);
	for (size_t i = 0; i < r->n_tables && st == TT_OK; i++)
		st = write_table(dir, &r->table[i], err);
	return st;
}

tt_status tt_film_methods_write(struct tt_outdir *dir, const tt_film_description *d, const tt_film_result *r,
                                tt_error *err)
{
	FILE *f;
	tt_status st = tt_outdir_fopen(dir, "methods.txt", &f, err);
	if (st != TT_OK) return st;
	tt_fprintf(f,
	           "The measurements of the film “%s” were evaluated with temtensile %s. Uncertainties are standard "
	           "uncertainties; intervals are at 95 %%.\n",
	           d->name, tt_version());
	for (size_t i = 0; i < r->methods.n; i++)
		tt_fprintf(f, "\n%s\n", r->methods.item[i]);
	return tt_outdir_fclose(dir, f, "methods.txt", err);
}
