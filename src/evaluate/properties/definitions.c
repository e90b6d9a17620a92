/* Names, units and definitions of the properties and of their uncertain inputs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "temtensile/properties.h"

const char *const tt_offset_yield_definition =
    "engineering stress at which the strain first lastingly exceeds the elastic line by the offset";
const char *const tt_stress_drop_definition =
    "sudden fall of engineering stress within three frames, larger than 5 times its uncertainty and than 1 % of the "
    "maximum stress; time and strain are those of the last frame before it";

const tt_measurand *tt_property_describe(tt_property_id id)
{
	unsigned seen = 0;
	const tt_measurand *m;
	for (size_t i = 0; (unsigned)id < TT_PROP_COUNT && (m = tt_measurand_at(i)); i++)
		if (strcmp(m->group, "tension") == 0 && seen++ == (unsigned)id) return m;
	return NULL;
}

const char *tt_property_definition(const tt_properties *p, tt_property_id id)
{
	if (p->yield_given && id == TT_PROP_YIELD_STRENGTH)
		return "engineering stress at the strain that properties.yield_at gives";
	if (p->yield_given && id == TT_PROP_RESILIENCE)
		return "elastic energy per volume at the yield point that properties.yield_at gives, stress squared "
		       "over 2 E";
	return tt_property_describe(id)->definition;
}

const char *tt_uncertain_input_name(tt_uncertain_input id)
{
	static const char *const names[TT_IN_COUNT] = {
	    [TT_IN_STIFFNESS] = "stiffness",
	    [TT_IN_CONTACT] = "contact",
	    [TT_IN_AIR_FORCE] = "air force",
	    [TT_IN_WIDTH] = "width",
	    [TT_IN_THICKNESS] = "thickness",
	    [TT_IN_PIXEL_SIZE] = "pixel size",
	    [TT_IN_CLOCK] = "clock",
	    [TT_IN_FRAME_COMPLIANCE] = "frame compliance",
	    [TT_IN_DRIFT] = "drift",
	    [TT_IN_DIC_NOISE] = "DIC noise",
	    [TT_IN_DIC_BIAS] = "DIC bias",
	    [TT_IN_FORCE_NOISE] = "force noise",
	    [TT_IN_EXTRAPOLATION] = "extrapolation to fracture",
	    [TT_IN_YIELD_POINT] = "yield point",
	    [TT_IN_TILT] = "tilt",
	};
	return (unsigned)id < TT_IN_COUNT ? names[id] : "";
}
