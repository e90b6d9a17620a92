/* GSL's errors as ours.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_NUMERIC_GSLGUARD_H
#define TT_NUMERIC_GSLGUARD_H

#include "temtensile/core.h"

/* Turn GSL's error handler, which would end the process, off, and back to what the caller's program had set. Around
 * every use of GSL that can fail; from any thread, nested too: the last to leave puts it back. */
void tt_gsl_enter(void);
void tt_gsl_leave(void);
/* TT_OK for GSL_SUCCESS, else TT_ERR_FAILED with "what: <GSL's reason>". */
tt_status tt_gsl_check(int gsl_status, const char *what, tt_error *err);

/* GSL's version as it is loaded. */
const char *tt_gsl_library(void);

#endif
