/* One film: its parts, one after the other.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "film/result.h"

tt_status tt_film_measure(const tt_film_description *d, tt_film_result *out, const tt_job *job, tt_error *err)
{
	tt_status st = tt_film_density(d, out, err);
	if (st == TT_OK) st = tt_film_mechanics(d, out, job, err);
	if (st == TT_OK) st = tt_film_diffraction(d, out, err);
	if (st == TT_OK) st = tt_film_layers(d, out, err);
	if (st == TT_OK) st = tt_film_patterns(d, out, job, err);
	if (st == TT_OK) st = tt_job_check(job, err);
	return st;
}
