/* film.json, written and read back.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "core/text.h"
#include "report/film.h"
#include "report/json_head.h"
#include "temtensile/report.h"

/* The table's wording of Young's modulus is that of a tensile test. */
const char *tt_film_definition(const tt_measurement *m)
{
	if (strcmp(m->what->id, "youngs_modulus_GPa") == 0)
		return "Young's modulus of the film: 2 G (1 + ν) from the joint solution of indentation and Brillouin "
		       "scattering, or its plane-strain modulus times 1 − ν² where ν is assumed; the method says which";
	return m->what->definition;
}

static void put_measurement(tt_json *j, const tt_measurement *m)
{
	double k = m->what->scale;
	tt_json_object(j, m->what->id);
	tt_json_number(j, "value", m->value * k);
	tt_json_number(j, "u", m->u * k);
	if (isfinite(m->lo) && isfinite(m->hi)) {
		tt_json_list(j, "interval95");
		tt_json_number(j, NULL, m->lo * k);
		tt_json_number(j, NULL, m->hi * k);
		tt_json_end(j);
	} else {
		tt_json_null(j, "interval95");
	}
	if (m->reason) tt_json_string(j, "reason", m->reason);
	tt_json_string(j, "definition", tt_film_definition(m));
	tt_json_string(j, "method", m->method);
	tt_json_string(j, "source", m->source);
	if (m->conditions) tt_json_string(j, "conditions", m->conditions);
	if (m->u_shared > 0) tt_json_number(j, "u_shared", m->u_shared * k);
	tt_json_end(j);
}

static void put_quantity(tt_json *j, const char *key, const tt_quantity *q, double scale)
{
	if (!isnan(q->value)) tt_json_value_u(j, key, q->value * scale, q->u_stated ? q->u * scale : NAN);
}

static void put_film(tt_json *j, const tt_film_description *d)
{
	tt_json_object(j, "film");
	tt_json_string(j, "name", d->name);
	tt_json_string(j, "composition", d->composition);
	tt_json_number(j, "deposition_pressure_Pa", d->deposition_pressure.value);
	put_quantity(j, "thickness_nm", &d->thickness, 1e9);
	tt_json_object(j, "keys");
	for (size_t i = 0; i < d->n_keys; i++)
		tt_json_string(j, d->key[i].key, d->key[i].text);
	tt_json_end(j);
	tt_json_end(j);
}

static void put_budget(tt_json *j, const tt_film_result *r)
{
	tt_json_list(j, "budget");
	for (size_t i = 0; i < r->n_shares; i++) {
		tt_json_object(j, NULL);
		tt_json_string(j, "property", r->share[i].id);
		tt_json_string(j, "input", r->share[i].input);
		tt_json_number(j, "share", r->share[i].share);
		tt_json_end(j);
	}
	tt_json_end(j);
}

tt_status tt_film_json_write(struct tt_outdir *dir, const tt_film_description *d, const tt_film_result *r,
                             const tt_strings *hash, tt_error *err)
{
	tt_json *j = tt_json_new();
	tt_json_software(j);
	put_film(j, d);
	tt_json_inputs(j, &r->inputs, hash);
	tt_json_object(j, "properties");
	for (size_t i = 0; i < r->measured.n; i++)
		put_measurement(j, &r->measured.item[i]);
	tt_json_end(j);
	put_budget(j, r);
	tt_json_strings(j, "not_stated", &d->not_stated);
	tt_json_strings(j, "warnings", &r->warnings);
	tt_status st = tt_json_write(j, dir, "film.json", err);
	tt_json_free(j);
	return st;
}

/* ---- reading ---- */

static double number_of(const json_t *v)
{
	return json_is_number(v) ? json_number_value(v) : NAN;
}

static const char *text_of(const json_t *v)
{
	return json_is_string(v) ? json_string_value(v) : NULL;
}

static tt_status read_one(const char *path, const char *id, const json_t *v, const char *subject, tt_measurements *list,
                          tt_error *err)
{
	tt_measurement *m;
	if (!json_is_object(v) || !tt_measurand_find(id))
		return tt_fail(err, TT_ERR_INPUT, "%s: properties.%.80s is no quantity of a film", path, id);
	tt_status st = tt_measurements_add(list, id, subject, text_of(json_object_get(v, "method")),
	                                   text_of(json_object_get(v, "source")), &m, err);
	if (st != TT_OK) return st;
	double k = m->what->scale;
	const json_t *interval = json_object_get(v, "interval95");
	const char *reason = text_of(json_object_get(v, "reason"));
	m->value = number_of(json_object_get(v, "value")) / k;
	m->u = number_of(json_object_get(v, "u")) / k;
	m->lo = number_of(json_array_get(interval, 0)) / k;
	m->hi = number_of(json_array_get(interval, 1)) / k;
	double shared = number_of(json_object_get(v, "u_shared")) / k;
	m->u_shared = isfinite(shared) ? shared : 0;
	if (reason && !(m->reason = tt_strdup(reason))) return tt_fail_memory(err, path);
	return TT_OK;
}

tt_status tt_film_json_read(const char *path, tt_measurements *list, tt_strings *warnings, char **name, tt_error *err)
{
	json_error_t why;
	*name = NULL;
	errno = 0;
	json_t *root = json_load_file(path, 0, &why), *v;
	if (!root && errno == ENOMEM) return tt_fail_memory(err, path);
	const char *id;
	size_t i;
	if (!root) return tt_fail(err, TT_ERR_INPUT, "%s:%d: %s", path, why.line, why.text);
	const json_t *film = json_object_get(root, "film"), *found = json_object_get(root, "properties");
	const char *subject = text_of(json_object_get(film, "name"));
	tt_status st = TT_OK;
	if (!subject || !json_is_object(found))
		st = tt_fail(err, TT_ERR_INPUT,
		             "%s: expected the film's name and properties, as `temtensile film` leaves them", path);
	if (st == TT_OK && !(*name = tt_strdup(subject))) st = tt_fail_memory(err, path);
	if (st == TT_OK) {
		json_object_foreach((json_t *)found, id, v)
		{
			st = read_one(path, id, v, subject, list, err);
			if (st != TT_OK) break;
		}
	}
	if (st == TT_OK) {
		json_array_foreach(json_object_get(root, "warnings"), i, v) if (json_is_string(v))
		    tt_warn(warnings, "%s", json_string_value(v));
	}
	json_decref(root);
	return st;
}
