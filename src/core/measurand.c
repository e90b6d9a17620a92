/* The table of quantities, and lists of measurements of them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "temtensile/measurement.h"

static const tt_measurand table[] = {
    {"youngs_modulus_GPa", "tension", "Young's modulus", "Young's modulus", "E", "E", "GPa", 1e-9, "GPa", 1e-9,
     TT_COMPARE_MEAN,
     "slope of engineering stress against engineering strain in the elastic window, by regression of strain (the noisy "
     "variable) on stress; the window is given, or the one in the first loading whose slope has the smallest "
     "root-mean-square error from scatter and curvature, between 5 % and 85 % of the stress at which the curve departs "
     "from a straight line by 0.05 %"},
    {"yield_strength_GPa", "tension", "0.2 % offset yield strength", "Yield strength", "σ_y", "R_p0.2", "GPa", 1e-9,
     "GPa", 1e-9, TT_COMPARE_MEAN,
     "engineering stress at which the strain first lastingly exceeds the elastic line by 0.002"},
    {"proportional_limit_GPa", "tension", "proportional limit", "Proportional limit", "σ_p", "R_p0.01", "GPa", 1e-9,
     "GPa", 1e-9, TT_COMPARE_NOT,
     "engineering stress at which the strain begins to exceed the elastic line lastingly, by more than 0.0001 unless "
     "another departure was asked for"},
    {"ultimate_strength_GPa", "tension", "ultimate tensile strength", "Ultimate strength", "σ_m", "R_m", "GPa", 1e-9,
     "GPa", 1e-9, TT_COMPARE_MEAN,
     "maximum engineering stress, from a polynomial through the rows around it, or the stress at the instant of "
     "fracture when stress was still rising"},
    {"uniform_elongation", "tension", "uniform elongation (total, at maximum stress)", "Uniform elongation", "A_gt",
     "A_gt", "", 1, "%", 100, TT_COMPARE_MEAN,
     "engineering strain at maximum engineering stress, its elastic part included"},
    {"total_elongation", "tension", "total elongation at fracture", "Total elongation", "A_t", "A_t", "", 1, "%", 100,
     TT_COMPARE_MEAN,
     "engineering strain between the gauge's ends at the instant of fracture, its elastic part included, extrapolated "
     "from the last intact frames by the log's displacement"},
    {"plastic_elongation", "tension", "elongation after fracture (plastic)", "Plastic elongation", "A", "A", "", 1, "%",
     100, TT_COMPARE_MEAN,
     "total elongation less the elastic strain R/E, R the engineering stress at the instant of fracture"},
    {"toughness_MJ_per_m3", "tension", "toughness", "Toughness", "U_T", "", "MJ/m³", 1e-6, "MJ/m³", 1e-6,
     TT_COMPARE_MEAN, "area under the engineering stress–strain curve up to the instant of fracture"},
    {"resilience_MJ_per_m3", "tension", "modulus of resilience", "Resilience", "U_r", "", "MJ/m³", 1e-6, "MJ/m³", 1e-6,
     TT_COMPARE_NOT, "elastic energy per volume at the 0.2 % offset yield, R_p0.2²/(2 E)"},
    {"hollomon_n", "tension", "strain-hardening exponent", "Hardening exponent", "n", "n", "", 1, "", 1, TT_COMPARE_NOT,
     "exponent n of true stress = K (true strain)^n, by regression of the logarithms from the 0.2 % offset yield to "
     "the onset of necking (maximum stress) unless another range was asked for"},
    {"hollomon_K_GPa", "tension", "strength coefficient", "Strength coefficient", "K", "K", "GPa", 1e-9, "GPa", 1e-9,
     TT_COMPARE_NOT, "factor K of true stress = K (true strain)^n, from the same regression"},
    {"considere_strain", "tension", "Considère strain", "Considère strain", "ε_c", "", "", 1, "%", 100, TT_COMPARE_NOT,
     "true strain at which the hardening rate d(true stress)/d(true strain) has fallen to the true stress, at constant "
     "volume the place where engineering stress is stationary"},
    {"strain_rate_per_s", "tension", "strain rate before yield", "Strain rate", "ė", "", "1/s", 1, "1/s", 1,
     TT_COMPARE_NOT, "slope of engineering strain against the images' time in the elastic window"},
    {"loading_rate_uN_per_s", "tension", "loading rate before yield", "Loading rate", "Ḟ", "", "µN/s", 1e6, "µN/s", 1e6,
     TT_COMPARE_NOT,
     "slope of the raw force at the punch, spring included, against the log's time in the elastic window"},
    {"fracture_angle_deg", "necking", "angle between fracture and tensile axis", "Fracture angle", "θ_f", "", "°", 1,
     "°", 1, TT_COMPARE_ANGLE,
     "acute angle of straight lines through the two edges of the gap to the tensile axis, as projected; the true plane "
     "may be inclined through the thickness"},
    {"width_reduction", "necking", "reduction of width at the neck in the last intact frame", "Width reduction", "", "",
     "", 1, "%", 100, TT_COMPARE_MEAN, "1 − w/w0 at the neck in the last intact frame"},
    {"uniform_width_reduction", "necking", "reduction of width far from the neck", "Uniform width reduction", "", "",
     "", 1, "%", 100, TT_COMPARE_NOT, "1 − w/w0 over the rest of the gauge in the last intact frame"},
    {"onset_strain", "necking", "strain at the onset of necking", "Onset of necking", "", "", "", 1, "%", 100,
     TT_COMPARE_NOT,
     "engineering strain from which the dip of the width, and the axial strain at the neck above the rest, grow; "
     "extrapolated back from their growth"},
    {"hardness_GPa", "indentation", "indentation hardness", "Hardness", "H", "", "GPa", 1e-9, "GPa", 1e-9,
     TT_COMPARE_MEAN, "load over projected contact area, P/A(h_c), mean over the depth window"},
    {"reduced_modulus_GPa", "indentation", "reduced modulus", "Reduced modulus", "E_r", "", "GPa", 1e-9, "GPa", 1e-9,
     TT_COMPARE_MEAN, "√π S / (2 β √A), film and substrate and indenter together unless the film was corrected for"},
    {"plane_strain_modulus_GPa", "indentation", "plane-strain modulus of the film", "Plane-strain modulus", "M", "",
     "GPa", 1e-9, "GPa", 1e-9, TT_COMPARE_MEAN, "E/(1 − ν²) of the film, the indenter and the substrate taken off"},
    {"shear_modulus_GPa", "brillouin", "shear modulus", "Shear modulus", "G", "", "GPa", 1e-9, "GPa", 1e-9,
     TT_COMPARE_MEAN, "ρ V_S², V_S from the Rayleigh velocity"},
    {"poisson_ratio", "brillouin", "Poisson's ratio", "Poisson's ratio", "ν", "", "", 1, "", 1, TT_COMPARE_MEAN,
     "fixed point of indentation (E from its plane-strain modulus) and Brillouin scattering (G): ν = E/(2 G) − 1"},
    {"rayleigh_velocity_m_per_s", "brillouin", "Rayleigh wave velocity", "Rayleigh velocity", "V_R", "", "m/s", 1,
     "m/s", 1, TT_COMPARE_MEAN, "F λ / (2 sin θ), fitted over the angles of incidence"},
    {"density_g_per_cm3", "density", "density", "Density", "ρ", "", "g/cm³", 1e-3, "g/cm³", 1e-3, TT_COMPARE_MEAN,
     "mass density, from the critical angle of reflectivity or as given"},
    {"mixture_density_g_per_cm3", "density", "density of the elements", "Density of the elements", "ρ_mix", "", "g/cm³",
     1e-3, "g/cm³", 1e-3, TT_COMPARE_MEAN,
     "mass density of the composition's elements, their volumes added: what a film without pores is near to"},
    {"fsdp_two_theta_deg", "diffraction", "position of the first sharp diffraction peak", "First peak (2θ)", "2θ", "",
     "°", 1, "°", 1, TT_COMPARE_MEAN,
     "maximum of the pseudo-Voigt fitted to the first hump, refraction taken off at grazing incidence"},
    {"fsdp_fwhm_deg", "diffraction", "width of the first sharp diffraction peak", "First peak (FWHM)", "FWHM", "", "°",
     1, "°", 1, TT_COMPARE_MEAN, "full width at half maximum of the same peak, in 2θ"},
    {"bragg_spacing_nm", "diffraction", "Bragg spacing of the first peak", "Bragg spacing", "d", "", "nm", 1e9, "nm",
     1e9, TT_COMPARE_MEAN, "λ / (2 sin θ)"},
    {"mean_distance_nm", "diffraction", "mean atomic distance", "Mean distance", "R", "", "nm", 1e9, "nm", 1e9,
     TT_COMPARE_MEAN, "1.23 λ / (2 sin θ) (Ehrenfest; Guinier 1963)"},
    {"coherence_length_nm", "diffraction", "coherence length", "Coherence length", "L", "", "nm", 1e9, "nm", 1e9,
     TT_COMPARE_MEAN, "K λ / (FWHM cos θ) (Scherrer)"},
    {"first_ring_per_nm", "scan", "first ring of the scanned patterns", "First ring", "k_1", "", "1/nm", 1e-9, "1/nm",
     1e-9, TT_COMPARE_MEAN, "position of the first ring of the azimuthal mean, k = 1/d"},
    {"ring_spacing_nm", "scan", "spacing of the first ring", "Ring spacing", "d_1", "", "nm", 1e9, "nm", 1e9,
     TT_COMPARE_MEAN, "1/k of the first ring of the scanned patterns"},
    {"ring_mean_distance_nm", "scan", "mean atomic distance from the first ring", "Mean distance (ring)", "R_1", "",
     "nm", 1e9, "nm", 1e9, TT_COMPARE_MEAN, "1.23/k of the first ring of the scanned patterns (Ehrenfest)"},
    {"normalised_variance", "scan", "normalised variance at the first ring", "Normalised variance", "V", "", "", 1, "",
     1, TT_COMPARE_MEAN,
     "variance over the positions divided by the squared mean, averaged over the first ring, shot noise taken off"},
    {"layer_period_nm", "layers", "period of the layers", "Layer period", "Λ", "", "nm", 1e9, "nm", 1e9,
     TT_COMPARE_MEAN, "mean distance of neighbouring like boundaries, or from satellites of reflectivity, or as given"},
    {"layer_amplitude", "layers", "amplitude of the layers", "Layer amplitude", "", "", "", 1, "", 1, TT_COMPARE_MEAN,
     "half the difference between the mean levels of the two kinds of layers, in the unit of the profile"},
};

size_t tt_measurand_count(void)
{
	return sizeof table / sizeof *table;
}

const tt_measurand *tt_measurand_at(size_t i)
{
	return i < tt_measurand_count() ? &table[i] : NULL;
}

const tt_measurand *tt_measurand_find(const char *id)
{
	for (size_t i = 0; i < tt_measurand_count(); i++)
		if (strcmp(table[i].id, id) == 0) return &table[i];
	return NULL;
}

void tt_measurement_clear(tt_measurement *m)
{
	free(m->subject);
	free(m->reason);
	free(m->method);
	free(m->conditions);
	free(m->source);
	*m = (tt_measurement){0};
}

static bool copy(char **to, const char *text)
{
	if (!text) return true;
	*to = strdup(text);
	return *to != NULL;
}

tt_status tt_measurements_add(tt_measurements *list, const char *id, const char *subject, const char *method,
                              const char *source, tt_measurement **out, tt_error *err)
{
	tt_measurement m = {.what = tt_measurand_find(id), .value = NAN, .u = NAN, .lo = NAN, .hi = NAN};
	if (!m.what) return tt_fail(err, TT_ERR_USAGE, "there is no quantity \"%s\"", id);
	tt_measurement *grown = realloc(list->item, (list->n + 1) * sizeof *grown);
	if (grown) list->item = grown;
	if (!grown || !copy(&m.subject, subject) || !copy(&m.method, method) || !copy(&m.source, source)) {
		tt_measurement_clear(&m);
		return tt_fail_memory(err, "the list of measurements");
	}
	list->item[list->n] = m;
	*out = &list->item[list->n++];
	return TT_OK;
}

const tt_measurement *tt_measurements_find(const tt_measurements *list, const char *id)
{
	for (size_t i = 0; i < list->n; i++)
		if (strcmp(list->item[i].what->id, id) == 0) return &list->item[i];
	return NULL;
}

void tt_measurements_clear(tt_measurements *list)
{
	for (size_t i = 0; i < list->n; i++)
		tt_measurement_clear(&list->item[i]);
	free(list->item);
	*list = (tt_measurements){0};
}
