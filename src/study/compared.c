/* The properties that a study compares, and the inputs that repeats share.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "temtensile/study.h"

const tt_measurand *tt_compared_describe(tt_compared id)
{
	unsigned seen = 0;
	const tt_measurand *m;
	for (size_t i = 0; (unsigned)id < TT_CMP_COUNT && (m = tt_measurand_at(i)); i++) {
		bool ours = strcmp(m->group, "tension") == 0 || strcmp(m->group, "necking") == 0;
		if (ours && m->compare != TT_COMPARE_NOT && seen++ == (unsigned)id) return m;
	}
	return NULL;
}

double tt_compared_shown(tt_compared id)
{
	const tt_measurand *m = tt_compared_describe(id);
	return m->shown / m->scale;
}

const char *tt_shared_input_name(tt_shared_input id)
{
	static const char *const names[TT_SHARED_COUNT] = {"pixel size", "stiffness", "thickness"};
	return (unsigned)id < TT_SHARED_COUNT ? names[id] : "";
}

const char *const tt_shared_rule =
    "repeats share the errors of the pixel size, of the spring's stiffness and of the film's thickness, where the "
    "descriptions of all tests of a group state the same value with the same uncertainty; the width is each "
    "specimen's own, and so is a stiffness found after fracture";
