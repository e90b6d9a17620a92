/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/indentation/layered.h"

#include <math.h>

static const double pi = 3.14159265358979323846;
static const double F = 0.0626; /* Hay & Crawford 2011, from finite elements */

const tt_elastic tt_diamond = {1141e9, 0.07};

double tt_plane_strain_of(double reduced_Pa, const tt_elastic *tip)
{
	return 1 / (1 / reduced_Pa - (1 - tip->poisson * tip->poisson) / tip->youngs_Pa);
}

double tt_reduced_of(double plane_strain_Pa, const tt_elastic *tip)
{
	return 1 / (1 / plane_strain_Pa + (1 - tip->poisson * tip->poisson) / tip->youngs_Pa);
}

static double log_term(double x)
{
	return x * log1p(1 / (x * x));
}

double tt_gao_i1(double x)
{
	return 2 / pi * atan(x) + log_term(x) / pi;
}

double tt_gao_i0(double x, double poisson)
{
	return 2 / pi * atan(x) + ((1 - 2 * poisson) * log_term(x) - x / (1 + x * x)) / (2 * pi * (1 - poisson));
}

double tt_composite_poisson(double x, double film, double substrate)
{
	double i1 = tt_gao_i1(x);
	return 1 - (1 - substrate) * (1 - film) / (1 - (1 - i1) * film - i1 * substrate);
}

static double shear(const tt_elastic *e)
{
	return e->youngs_Pa / (2 * (1 + e->poisson));
}

double tt_layered_apparent(double x, const tt_elastic *film, const tt_elastic *substrate)
{
	double poisson = tt_composite_poisson(x, film->poisson, substrate->poisson), i0 = tt_gao_i0(x, poisson);
	double f = shear(film), s = shear(substrate);
	double apparent = 1 / ((1 - i0) / (s + F * i0 * f) + i0 / f);
	return 2 * apparent / (1 - poisson); /* E/(1−ν²) = 2 μ/(1−ν) */
}

double tt_layered_film(double x, double apparent_Pa, double film_poisson, const tt_elastic *substrate)
{
	double poisson = tt_composite_poisson(x, film_poisson, substrate->poisson), i0 = tt_gao_i0(x, poisson);
	double apparent = apparent_Pa * (1 - poisson) / 2, s = shear(substrate);
	double a = F * i0, b = s - (F * i0 * i0 - i0 + 1) * apparent, c = -i0 * apparent * s;
	double root = sqrt(b * b - 4 * a * c); /* c < 0: one root is positive */
	double f = b >= 0 ? -2 * c / (b + root) : (root - b) / (2 * a);
	return f > 0 ? 2 * f * (1 + film_poisson) : NAN;
}
