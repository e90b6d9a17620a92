/* The properties that a study compares, and the inputs that repeats share.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "temtensile/study.h"

static const tt_compared_info table[TT_CMP_COUNT] = {
    [TT_CMP_MODULUS] = {"youngs_modulus_GPa", "Young's modulus", "Young's modulus", "GPa", "GPa", 1},
    [TT_CMP_YIELD] = {"yield_strength_GPa", "0.2 % offset yield strength", "Yield strength", "GPa", "GPa", 1},
    [TT_CMP_ULTIMATE] = {"ultimate_strength_GPa", "ultimate tensile strength", "Ultimate strength", "GPa", "GPa", 1},
    [TT_CMP_UNIFORM] = {"uniform_elongation", "uniform elongation (total, at maximum stress)", "Uniform elongation", "",
                        "%", 100},
    [TT_CMP_TOTAL] = {"total_elongation", "total elongation at fracture", "Total elongation", "", "%", 100},
    [TT_CMP_PLASTIC] = {"plastic_elongation", "elongation after fracture (plastic)", "Plastic elongation", "", "%",
                        100},
    [TT_CMP_TOUGHNESS] = {"toughness_MJ_per_m3", "toughness", "Toughness", "MJ/m³", "MJ/m³", 1},
    [TT_CMP_ANGLE] = {"fracture_angle_deg", "angle between fracture and tensile axis", "Fracture angle", "°", "°", 1},
    [TT_CMP_NECK] = {"width_reduction", "reduction of width at the neck in the last intact frame", "Width reduction",
                     "", "%", 100},
};

const tt_compared_info *tt_compared_describe(tt_compared id)
{
	return (unsigned)id < TT_CMP_COUNT ? &table[id] : NULL;
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
