/* Indentation and Brillouin scattering, which need each other's Poisson's ratio and modulus.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "film/result.h"

static tt_status take_over(const tt_film_description *d, const char *id, const tt_quantity *q, const char *source,
                           tt_film_result *out, tt_error *err)
{
	if (isnan(q->value)) return TT_OK;
	return tt_film_put(out, d, id, q->value, q->u_stated ? q->u : NAN, "taken over", source, NULL, err);
}

tt_status tt_film_mechanics(const tt_film_description *d, tt_film_result *out, const tt_job *job, tt_error *err)
{
	(void)job;
	const tt_film_indentation_part *p = &d->indentation;
	const char *source = p->section.source;
	tt_status st = take_over(d, "hardness_GPa", &p->hardness, source, out, err);
	if (st == TT_OK) st = take_over(d, "reduced_modulus_GPa", &p->reduced_modulus, source, out, err);
	if (st == TT_OK) st = take_over(d, "plane_strain_modulus_GPa", &p->plane_strain_modulus, source, out, err);
	if (st == TT_OK)
		st = take_over(d, "rayleigh_velocity_m_per_s", &d->brillouin.velocity, d->brillouin.section.source, out,
		               err);
	return st;
}
