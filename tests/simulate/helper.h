/* Opening simulations in tests.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_SIMULATE_HELPER_H
#define TT_TESTS_SIMULATE_HELPER_H

#include "check.h"
#include "temtensile/simulate.h"

/* Fails the running test when the description is refused. */
static inline tt_simulation *simulate(const char *text, const tt_simulate_options *options)
{
	tt_error err = {0};
	tt_simulation *sim = NULL;
	CHECK_MSG(tt_simulation_parse(text, strlen(text), "simulation.yaml", options, &sim, &err) == TT_OK, "%s",
	          err.message);
	return sim;
}

#endif
