/* GSL's errors as ours.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/gslguard.h"

#include <gsl/gsl_errno.h>
#include <pthread.h>

static void switch_off(void)
{
	gsl_set_error_handler_off();
}

void tt_gsl_guard(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, switch_off);
}

tt_status tt_gsl_check(int gsl_status, const char *what, tt_error *err)
{
	if (gsl_status == GSL_SUCCESS) return TT_OK;
	if (gsl_status == GSL_ENOMEM) return tt_fail_memory(err, what);
	return tt_fail(err, TT_ERR_FAILED, "%s: %s", what, gsl_strerror(gsl_status));
}
