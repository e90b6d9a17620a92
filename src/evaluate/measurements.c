/* The properties as measurements: each with its quantity of the one table.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "core/text.h"
#include "evaluate/evaluation.h"

static const char method[] = "push-to-pull tension, temtensile";

static tt_status add(tt_evaluation *a, const char *id, double value, double u, double lo, double hi, const char *reason,
                     tt_error *err)
{
	tt_measurement *m;
	tt_status st =
	    tt_measurements_add(&a->r->measurements, id, a->test->name, method, tt_path_base(a->test->path), &m, err);
	if (st != TT_OK) return st;
	m->value = value;
	m->u = u;
	m->lo = lo;
	m->hi = hi;
	if (!isnan(value)) return TT_OK;
	m->reason = tt_strdup(reason);
	return m->reason ? TT_OK : tt_fail_memory(err, "the list of measurements");
}

static tt_status add_u(tt_evaluation *a, const char *id, double value, double u, const char *reason, tt_error *err)
{
	return add(a, id, value, u, value - 1.96 * u, value + 1.96 * u, reason, err);
}

tt_status tt_evaluate_measurements(tt_evaluation *a, tt_error *err)
{
	const tt_properties *p = &a->r->properties;
	const tt_necking *n = &a->r->necking;
	const tt_neck *k = &n->neck;
	bool found = n->has_neck && k->found;
	const char *why = n->has_neck ? k->reason : n->reason;
	tt_status st = TT_OK;
	for (int i = 0; i < TT_PROP_COUNT && st == TT_OK; i++) {
		const tt_property *v = &p->value[i];
		st = add(a, tt_property_describe((tt_property_id)i)->id, v->value, v->u, v->lo, v->hi, v->reason, err);
	}
	if (st == TT_OK)
		st =
		    add_u(a, "width_reduction", n->has_neck ? k->width_reduction : NAN, k->u_width_reduction, why, err);
	if (st == TT_OK)
		st = add_u(a, "uniform_width_reduction", n->has_neck ? k->uniform_width_reduction : NAN,
		           k->u_uniform_width_reduction, why, err);
	return st == TT_OK ? add_u(a, "onset_strain", found ? k->onset_strain : NAN, k->u_onset_strain, why, err) : st;
}
