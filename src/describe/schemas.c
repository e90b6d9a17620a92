/* Every kind of description.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "describe/schema.h"

const tt_schema *tt_schema_at(size_t i)
{
	static const tt_schema *const all[] = {&tt_test_schema, &tt_study_schema, &tt_film_schema, &tt_scan_schema,
	                                       &tt_simulation_schema};
	return i < sizeof all / sizeof *all ? all[i] : NULL;
}

const char *tt_description_kind(size_t i)
{
	const tt_schema *s = tt_schema_at(i);
	return s ? s->name : NULL;
}
