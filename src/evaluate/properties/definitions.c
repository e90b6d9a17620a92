/* Names, units and definitions of the properties and of their uncertain inputs.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "temtensile/properties.h"

static const tt_property_info table[TT_PROP_COUNT] = {
    [TT_PROP_YOUNGS_MODULUS] =
        {"youngs_modulus_GPa", "Young's modulus", "E", "GPa", 1e-9,
         "slope of engineering stress against engineering strain in the elastic window, by regression of strain (the "
         "noisy variable) on stress; the window is given, or the one in the first loading whose slope has the smallest "
         "root-mean-square error from scatter and curvature, between 5 % and 85 % of the stress at which the curve "
         "departs from a straight line by 0.05 %"},
    [TT_PROP_YIELD_STRENGTH] =
        {"yield_strength_GPa", "0.2 % offset yield strength", "R_p0.2", "GPa", 1e-9,
         "engineering stress at which the strain first lastingly exceeds the elastic line by 0.002"},
    [TT_PROP_PROPORTIONAL_LIMIT] =
        {"proportional_limit_GPa", "proportional limit", "R_p0.01", "GPa", 1e-9,
         "engineering stress at which the strain begins to exceed the elastic line lastingly, by more than 0.0001 "
         "unless another departure was asked for"},
    [TT_PROP_ULTIMATE_STRENGTH] =
        {"ultimate_strength_GPa", "ultimate tensile strength", "R_m", "GPa", 1e-9,
         "maximum engineering stress, from a polynomial through the rows around it, or the stress at the instant of "
         "fracture when stress was still rising"},
    [TT_PROP_UNIFORM_ELONGATION] = {"uniform_elongation", "uniform elongation (total, at maximum stress)", "A_gt", "",
                                    1, "engineering strain at maximum engineering stress, its elastic part included"},
    [TT_PROP_TOTAL_ELONGATION] =
        {"total_elongation", "total elongation at fracture", "A_t", "", 1,
         "engineering strain between the gauge's ends at the instant of fracture, its elastic part included, "
         "extrapolated from the last intact frames by the log's displacement"},
    [TT_PROP_PLASTIC_ELONGATION] =
        {"plastic_elongation", "elongation after fracture (plastic)", "A", "", 1,
         "total elongation less the elastic strain R/E, R the engineering stress at the instant of fracture"},
    [TT_PROP_TOUGHNESS] = {"toughness_MJ_per_m3", "toughness", "", "MJ/m³", 1e-6,
                           "area under the engineering stress–strain curve up to the instant of fracture"},
    [TT_PROP_RESILIENCE] = {"resilience_MJ_per_m3", "modulus of resilience", "", "MJ/m³", 1e-6,
                            "elastic energy per volume at the 0.2 % offset yield, R_p0.2²/(2 E)"},
    [TT_PROP_HOLLOMON_N] = {"hollomon_n", "strain-hardening exponent", "n", "", 1,
                            "exponent n of true stress = K (true strain)^n, by regression of the logarithms from the "
                            "0.2 % offset yield to "
                            "the onset of necking (maximum stress) unless another range was asked for"},
    [TT_PROP_HOLLOMON_K] = {"hollomon_K_GPa", "strength coefficient", "K", "GPa", 1e-9,
                            "factor K of true stress = K (true strain)^n, from the same regression"},
    [TT_PROP_CONSIDERE_STRAIN] =
        {"considere_strain", "Considère strain", "", "", 1,
         "true strain at which the hardening rate d(true stress)/d(true strain) has fallen to the true stress, at "
         "constant volume the place where engineering stress is stationary"},
    [TT_PROP_STRAIN_RATE] = {"strain_rate_per_s", "strain rate before yield", "", "1/s", 1,
                             "slope of engineering strain against the images' time in the elastic window"},
    [TT_PROP_LOADING_RATE] =
        {"loading_rate_uN_per_s", "loading rate before yield", "", "µN/s", 1e6,
         "slope of the raw force at the punch, spring included, against the log's time in the elastic window"},
};

const char *const tt_offset_yield_definition =
    "engineering stress at which the strain first lastingly exceeds the elastic line by the offset";
const char *const tt_stress_drop_definition =
    "sudden fall of engineering stress within three frames, larger than 5 times its uncertainty and than 1 % of the "
    "maximum stress; time and strain are those of the last frame before it";

const tt_property_info *tt_property_describe(tt_property_id id)
{
	return (unsigned)id < TT_PROP_COUNT ? &table[id] : NULL;
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
	};
	return (unsigned)id < TT_IN_COUNT ? names[id] : "";
}
