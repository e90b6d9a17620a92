/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/reflectivity/parratt.h"

#include <complex.h>
#include <math.h>

static const double PI = 3.14159265358979323846;

double tt_sld_of_delta(double delta, double wavelength_m)
{
	return 2 * PI * delta / (wavelength_m * wavelength_m);
}

/* Wave vector along the normal in a layer; absorption enters as SLD − i|iSLD|, so that waves die out inwards. */
static double complex wave_vector(const tt_parratt_layer *l, const tt_parratt_layer *fronting, double q)
{
	const double complex sld = (l->sld - fronting->sld) - (l->absorption > 0 ? l->absorption : 0) * I;
	double complex k = csqrt(q * q / 4 - 4 * PI * sld);
	return cimag(k) < 0 ? -k : k;
}

double tt_parratt(const tt_parratt_layer *layer, size_t n, double q)
{
	double complex below = wave_vector(&layer[n - 1], &layer[0], q), r = 0;
	for (size_t j = n - 1; j-- > 0;) {
		const double complex k = j == 0 ? (double complex)(q / 2) : wave_vector(&layer[j], &layer[0], q);
		const double s = layer[j + 1].roughness;
		const double complex sum = k + below;
		const double complex fresnel = (sum == 0 ? 0 : (k - below) / sum) * cexp(-2 * k * below * s * s);
		/* r is the reflectivity from the boundary below, brought up through layer j + 1 */
		const double complex phase = j + 2 < n ? cexp(2 * I * below * layer[j + 1].thickness) : 0;
		r = (fresnel + r * phase) / (1 + fresnel * r * phase);
		below = k;
	}
	return creal(r) * creal(r) + cimag(r) * cimag(r);
}
