/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/reflectivity/optical.h"

#include <math.h>
#include <string.h>
#include <xraylib/xraylib.h>

static const double ELECTRON_RADIUS = 2.8179403262e-15, AVOGADRO = 6.02214076e23;
static const double KEV_METRE = 1.23984198433e-9; /* energy × wavelength */
static const double TWO_PI = 6.283185307179586;

static tt_status parse(const char *composition, struct compoundData **out, tt_error *err)
{
	xrl_error *why = NULL;
	*out = CompoundParser(composition, &why);
	if (*out) return TT_OK;
	tt_status st =
	    tt_fail(err, TT_ERR_INPUT, "the composition '%s' cannot be read as a formula such as Zr50Cu50 (%s)",
	            composition, why ? why->message : "no reason given");
	xrl_error_free(why);
	return st;
}

tt_status tt_mixture_density(const char *composition, double *density, tt_error *err)
{
	struct compoundData *c;
	double mass = 0, volume = 0;
	*density = NAN;
	tt_status st = parse(composition, &c, err);
	if (st != TT_OK) return st;
	for (int i = 0; i < c->nElements; i++) {
		const double m = c->nAtoms[i] * AtomicWeight(c->Elements[i], NULL),
		             rho = ElementDensity(c->Elements[i], NULL);
		mass += m;
		/* a gas's own density says nothing of a solid */
		volume += rho > 0.1 ? m / rho : (double)NAN;
	}
	FreeCompoundData(c);
	*density = 1e3 * mass / volume;
	return TT_OK;
}

tt_status tt_optical_per_density(const char *composition, double wavelength_m, double *delta, double *beta,
                                 tt_error *err)
{
	const double energy = KEV_METRE / wavelength_m;
	xrl_error *why = NULL;
	struct compoundData *c;
	tt_status st = parse(composition, &c, err);
	if (st != TT_OK) return st;
	double real = 0, imaginary = 0, mass = 0;
	bool good = true;
	for (int i = 0; i < c->nElements; i++) {
		const int z = c->Elements[i];
		const double f1 = Fi(z, energy, why ? NULL : &why), f2 = Fii(z, energy, why ? NULL : &why);
		good = good && !why;
		real += c->nAtoms[i] * (z + f1);
		imaginary += c->nAtoms[i] * fabs(f2);
		mass += c->nAtoms[i] * AtomicWeight(z, NULL);
	}
	FreeCompoundData(c);
	xrl_error_free(why);
	if (!good || !(mass > 0) || !(real > 0))
		return tt_fail(err, TT_ERR_INPUT,
		               "xraylib has no scattering factors of '%s' at a wavelength of %.4g nm", composition,
		               wavelength_m * 1e9);
	/* molar masses in g/mol */
	const double per = ELECTRON_RADIUS * wavelength_m * wavelength_m / TWO_PI * AVOGADRO / (mass * 1e-3);
	*delta = per * real;
	*beta = per * imaginary;
	return TT_OK;
}
