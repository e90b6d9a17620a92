/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/result.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

static const double coverage = 1.959963984540054;

tt_status tt_film_put(tt_film_result *out, const tt_film_description *d, const char *id, double value, double u,
                      const char *method, const char *source, tt_measurement **made, tt_error *err)
{
	tt_measurement *m;
	/* a file that was read by its name alone: results do not depend on where it lies */
	for (size_t i = 0; source && i < out->inputs.n; i++)
		if (strcmp(out->inputs.item[i], source) == 0) source = tt_path_base(source);
	if (source && strcmp(source, d->path) == 0) source = tt_path_base(source);
	tt_status st = tt_measurements_add(&out->measured, id, d->name, method, source, &m, err);
	if (st != TT_OK) return st;
	m->value = value;
	m->u = u;
	if (isfinite(u)) {
		m->lo = value - coverage * u;
		m->hi = value + coverage * u;
	}
	if (made) *made = m;
	return TT_OK;
}

tt_status tt_film_put_missing(tt_film_result *out, const tt_film_description *d, const char *id, const char *method,
                              tt_error *err, const char *reason, ...)
{
	tt_measurement *m;
	char text[600];
	va_list ap;
	va_start(ap, reason);
	tt_vsnprintf(text, sizeof text, reason, ap);
	va_end(ap);
	tt_status st = tt_measurements_add(&out->measured, id, d->name, method, NULL, &m, err);
	if (st != TT_OK) return st;
	m->reason = tt_strdup(text);
	return m->reason ? TT_OK : tt_fail_memory(err, "a quantity's reason");
}

tt_status tt_film_conditions(tt_measurement *m, tt_error *err, const char *fmt, ...)
{
	char text[600];
	va_list ap;
	if (!m) return TT_OK;
	va_start(ap, fmt);
	tt_vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	free(m->conditions);
	m->conditions = tt_strdup(text);
	return m->conditions ? TT_OK : tt_fail_memory(err, "a quantity's conditions");
}

/* ---- figures ---- */

static bool copy_text(char **to, const char *text)
{
	*to = text ? tt_strdup(text) : NULL;
	return *to || !text;
}

static bool copy_numbers(double **to, const double *from, size_t n)
{
	*to = from ? malloc((n ? n : 1) * sizeof **to) : NULL;
	if (*to && n) memcpy(*to, from, n * sizeof **to);
	return *to || !from;
}

static void clear_curve(tt_film_curve *c)
{
	free(c->name);
	free(c->x);
	free(c->y);
	free(c->u);
}

static void clear_figure(tt_film_figure *f)
{
	for (size_t i = 0; i < f->n_curves; i++)
		clear_curve(&f->curve[i]);
	free(f->curve);
	free(f->name);
	free(f->caption);
	free(f->x_label);
	free(f->y_label);
}

tt_status tt_film_add_figure(tt_film_result *out, const char *name, const char *x_label, const char *y_label,
                             const char *caption, tt_film_figure **made, tt_error *err)
{
	tt_film_figure f = {.x_lo = NAN, .x_hi = NAN, .y_lo = NAN, .y_hi = NAN};
	tt_film_figure *grown = realloc(out->figure, (out->n_figures + 1) * sizeof *grown);
	if (grown) out->figure = grown;
	bool good = copy_text(&f.name, name) && copy_text(&f.x_label, x_label) && copy_text(&f.y_label, y_label) &&
	            copy_text(&f.caption, caption);
	if (!grown || !good) {
		clear_figure(&f);
		return tt_fail_memory(err, "a figure");
	}
	out->figure[out->n_figures] = f;
	*made = &out->figure[out->n_figures++];
	return TT_OK;
}

tt_status tt_film_add_curve(tt_film_figure *f, tt_film_style style, const char *name, const double *x, const double *y,
                            const double *u, size_t n, tt_error *err)
{
	tt_film_curve c = {.style = style, .n = n};
	tt_film_curve *grown = realloc(f->curve, (f->n_curves + 1) * sizeof *grown);
	if (grown) f->curve = grown;
	bool good = copy_text(&c.name, name) && copy_numbers(&c.x, x, n) && copy_numbers(&c.y, y, n) &&
	            copy_numbers(&c.u, u, n);
	if (!grown || !good) {
		clear_curve(&c);
		return tt_fail_memory(err, "a curve");
	}
	f->curve[f->n_curves++] = c;
	return TT_OK;
}

/* ---- tables, budget ---- */

static void clear_table(tt_film_table *t)
{
	for (size_t i = 0; i < t->n_columns; i++) {
		free(t->column[i].name);
		free(t->column[i].value);
		for (size_t k = 0; t->column[i].text && k < t->rows; k++)
			free(t->column[i].text[k]);
		free(t->column[i].text);
	}
	free(t->column);
	free(t->file);
}

tt_status tt_film_add_table(tt_film_result *out, const char *file, size_t rows, tt_film_table **made, tt_error *err)
{
	tt_film_table t = {.rows = rows, .file = tt_strdup(file)};
	tt_film_table *grown = realloc(out->table, (out->n_tables + 1) * sizeof *grown);
	if (grown) out->table = grown;
	if (!grown || !t.file) {
		free(t.file);
		return tt_fail_memory(err, "a table");
	}
	out->table[out->n_tables] = t;
	*made = &out->table[out->n_tables++];
	return TT_OK;
}

tt_status tt_film_add_column(tt_film_table *t, const char *name, const double *value, const char *const *text,
                             tt_error *err)
{
	tt_film_column *grown = realloc(t->column, (t->n_columns + 1) * sizeof *grown);
	if (!grown) return tt_fail_memory(err, "a table");
	t->column = grown;
	tt_film_column *c = &t->column[t->n_columns++];
	*c = (tt_film_column){0};
	bool good = copy_text(&c->name, name) && copy_numbers(&c->value, value, t->rows);
	if (good && text) {
		c->text = calloc(t->rows ? t->rows : 1, sizeof *c->text);
		good = c->text != NULL;
		for (size_t i = 0; good && i < t->rows; i++)
			good = copy_text(&c->text[i], text[i]);
	}
	return good ? TT_OK : tt_fail_memory(err, "a table");
}

tt_status tt_film_add_share(tt_film_result *out, const char *id, const char *input, double share, tt_error *err)
{
	const tt_measurand *m = tt_measurand_find(id);
	if (!m) return tt_fail(err, TT_ERR_USAGE, "there is no quantity \"%s\"", id);
	tt_film_share *grown = realloc(out->share, (out->n_shares + 1) * sizeof *grown);
	if (!grown) return tt_fail_memory(err, "the budget");
	out->share = grown;
	char *copy = tt_strdup(input);
	if (!copy) return tt_fail_memory(err, "the budget");
	out->share[out->n_shares++] = (tt_film_share){m->id, copy, share};
	return TT_OK;
}

void tt_film_result_clear(tt_film_result *r)
{
	tt_measurements_clear(&r->measured);
	tt_strings_free(&r->warnings);
	tt_strings_free(&r->inputs);
	tt_strings_free(&r->lines);
	tt_strings_free(&r->methods);
	for (size_t i = 0; i < r->n_figures; i++)
		clear_figure(&r->figure[i]);
	free(r->figure);
	for (size_t i = 0; i < r->n_tables; i++)
		clear_table(&r->table[i]);
	free(r->table);
	for (size_t i = 0; i < r->n_shares; i++)
		free(r->share[i].input);
	free(r->share);
	*r = (tt_film_result){0};
}
