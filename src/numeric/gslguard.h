/* GSL's errors as ours.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_NUMERIC_GSLGUARD_H
#define TT_NUMERIC_GSLGUARD_H

#include "temtensile/core.h"

/* Turns GSL's aborting error handler off, once for the process; may be called from any thread, any number of times.
 * Every function that calls GSL calls it first. */
void tt_gsl_guard(void);
/* TT_OK for GSL_SUCCESS, else TT_ERR_FAILED with "what: <GSL's reason>". */
tt_status tt_gsl_check(int gsl_status, const char *what, tt_error *err);

#endif
