/* One film: its parts, one after the other.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "film/result.h"

tt_status tt_film_density(const tt_film_description *d, tt_film_result *out, tt_error *err)
{
	if (!d->density.section.given || isnan(d->density.value.value)) return TT_OK;
	return tt_film_put(out, d, "density_g_per_cm3", d->density.value.value,
	                   d->density.value.u_stated ? d->density.value.u : NAN, "taken over",
	                   d->density.section.source, NULL, err);
}

tt_status tt_film_measure(const tt_film_description *d, tt_film_result *out, const tt_job *job, tt_error *err)
{
	tt_status st = tt_film_density(d, out, err);
	if (st == TT_OK) st = tt_film_mechanics(d, out, job, err);
	if (st == TT_OK) st = tt_job_check(job, err);
	return st;
}
