/* Which frames have to be seen again: those about the fracture, and the two whose difference shows what yielding did.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "evaluate/evaluation.h"

bool tt_frame_intact(const tt_evaluation *a, size_t i)
{
	return a->o->track.reading[i].ok && !(a->r->flag[i] & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE)) &&
	       !isnan(a->r->curve->strain[i]);
}

/* First intact frame at or after a strain; -1. */
static int64_t at_strain(const tt_evaluation *a, double strain)
{
	for (size_t i = 0; i < a->o->track.n; i++)
		if (tt_frame_intact(a, i) && a->r->curve->strain[i] >= strain) return (int64_t)i;
	return -1;
}

static int64_t numbered(const tt_evaluation *a, double number)
{
	for (size_t i = 0; i < a->o->track.n; i++)
		if ((double)a->o->track.number[i] == number) return tt_frame_intact(a, i) ? (int64_t)i : -1;
	return -1;
}

/* The 0.2 % offset yield, else the proportional limit; -1: neither is known. */
static int64_t yield_frame(const tt_evaluation *a, const char **what)
{
	const tt_properties *p = &a->r->properties;
	double yield = a->r->has_properties ? p->value[TT_PROP_YIELD_STRENGTH].value : NAN;
	if (!isnan(yield) && p->yield_given) {
		*what = "properties.yield_at, last intact";
		return at_strain(a, a->test->properties.yield_at.value);
	}
	if (!isnan(yield)) {
		*what = "0.2 % offset yield, last intact";
		return at_strain(a, p->elastic.zero_strain + yield / p->elastic.modulus_Pa + 0.002);
	}
	double limit = a->r->has_properties ? p->value[TT_PROP_PROPORTIONAL_LIMIT].value : NAN;
	for (size_t i = 0; !isnan(limit) && i < a->o->track.n; i++)
		if (tt_frame_intact(a, i) && a->r->curve->stress_Pa[i] >= limit) {
			*what = "proportional limit, last intact";
			return (int64_t)i;
		}
	return -1;
}

/* The two frames whose difference is shown: named by the description, else yield and the last intact one. */
static bool choose_pair(tt_evaluation *a, const char **what, bool *named)
{
	const tt_test *t = a->test;
	int64_t pair[2] = {-1, -1};
	*named = true;
	if (!isnan(t->necking.frames[0])) {
		*what = "necking.frames";
		for (int k = 0; k < 2; k++)
			pair[k] = numbered(a, t->necking.frames[k]);
	} else if (!isnan(t->necking.strains[0])) {
		*what = "necking.strains";
		for (int k = 0; k < 2; k++)
			pair[k] = at_strain(a, t->necking.strains[k]);
	} else {
		*named = false;
		pair[0] = yield_frame(a, what);
		for (size_t i = 0; i < a->o->track.n; i++)
			if (tt_frame_intact(a, i)) pair[1] = (int64_t)i;
	}
	if (pair[0] < 0 || pair[1] < 0 || pair[0] == pair[1]) return false;
	for (int k = 0; k < 2; k++)
		a->r->look.pair[k] = (size_t)pair[k];
	return true;
}

/* The last frame before fracture whose ends are known; -1. */
static int64_t last_known(const tt_evaluation *a)
{
	for (int64_t i = a->r->fracture - 1; i >= 0; i--)
		if (a->o->track.reading[i].ok && !(a->r->flag[i] & (TT_ROW_DAMAGED | TT_ROW_DUPLICATE))) return i;
	return -1;
}

tt_status tt_evaluate_look(tt_evaluation *a, tt_error *err)
{
	const tt_test *t = a->test;
	tt_look *l = &a->r->look;
	const char *what = "";
	l->frames = a->o->track.n;
	l->sound = malloc((l->frames + 1) * sizeof *l->sound);
	if (!l->sound) return tt_fail_memory(err, "the frames to look at");
	for (size_t i = 0; i < l->frames; i++)
		l->sound[i] = tt_frame_intact(a, i);
	l->fracture = a->r->fracture;
	l->last_known = last_known(a);
	l->average = t->necking.average > 1 ? t->necking.average : 1;
	l->has_pair = choose_pair(a, &what, &l->pair_named);
	if (l->has_pair)
		snprintf(l->pair_source, sizeof l->pair_source, "%s", what);
	else if (l->pair_named)
		return tt_fail(err, TT_ERR_INPUT, "%s: %s: no two different frames before fracture answer to it",
		               t->path, what);
	else
		snprintf(l->pair_reason, sizeof l->pair_reason,
		         "no yield frame: neither the 0.2 %% offset yield nor the proportional limit is known, or it "
		         "is the last frame");
	return TT_OK;
}
