/* Text of two columns, or three with standard uncertainties (.xy, .dat, .csv, .txt).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "logs/columns.h"
#include "logs/pattern.h"

static bool probe(const tt_log_source *src)
{
	(void)src;
	return true;
}

static bool has(const char *name, const char *part)
{
	return tt_log_find(name, strlen(name), part, strlen(name)) != NULL;
}

/* What the first column's name says; *per_m is what its numbers are multiplied by. */
static tt_pattern_axis axis_of(const char *name, double *factor)
{
	*factor = 1;
	if (has(name, "2theta") || has(name, "2 theta") || has(name, "two_theta") || has(name, "twotheta") ||
	    has(name, "2θ") || has(name, "2-theta"))
		return TT_PATTERN_TWO_THETA;
	if ((name[0] == 'q' || name[0] == 'Q') &&
	    (name[1] == '\0' || !((name[1] | 32) >= 'a' && (name[1] | 32) <= 'z'))) {
		*factor = has(name, "nm") ? 1e9 : 1e10;
		return TT_PATTERN_Q;
	}
	return TT_PATTERN_UNKNOWN;
}

static tt_status read(const tt_log_source *src, const tt_pattern_options *options, tt_pattern *p, tt_error *err)
{
	tt_columns *c;
	double factor = 1;
	tt_status st = tt_columns_parse(src, &c, err);
	if (st != TT_OK) return st;
	if (c->n > 4) {
		st = tt_log_fail(
		    src, 0, err,
		    "it has %zu columns of numbers; angle and intensity (and its uncertainty) were expected", c->n);
		tt_columns_free(c);
		return st;
	}
	p->axis = axis_of(c->name[0], &factor);
	if (options && options->axis != TT_PATTERN_UNKNOWN) {
		if (p->axis != TT_PATTERN_UNKNOWN && p->axis != options->axis)
			tt_warn(&p->warnings,
			        "%s: its first column is called '%s', but another axis was asked for: that is used",
			        src->name, c->name[0]);
		if (p->axis != options->axis) factor = options->axis == TT_PATTERN_Q ? 1e10 : 1;
		p->axis = options->axis;
	}
	st = tt_pattern_room(p, c->rows, c->n >= 3, err);
	for (size_t i = 0; st == TT_OK && i < c->rows; i++) {
		p->x[i] = c->value[0][i] * factor;
		p->y[i] = c->value[1][i];
		if (p->u) p->u[i] = c->value[2][i];
	}
	tt_columns_free(c);
	return st;
}

const tt_pattern_format tt_pattern_text = {"text", probe, read};
