/* The end of a process that cannot go on.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/staging.h"
#include "core/text.h"
#include "temtensile/jobs.h"

bool tt_memory_was_refused(void)
{
	return tt_memory_refusals() > 0;
}

void tt_abandon_results(void)
{
	tt_staging_abandon_all();
}
