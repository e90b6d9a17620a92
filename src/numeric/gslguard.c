/* GSL's errors as ours.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "numeric/gslguard.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_version.h>
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int inside;
static gsl_error_handler_t *callers;

void tt_gsl_enter(void)
{
	pthread_mutex_lock(&lock);
	if (inside++ == 0) callers = gsl_set_error_handler_off();
	pthread_mutex_unlock(&lock);
}

void tt_gsl_leave(void)
{
	pthread_mutex_lock(&lock);
	if (--inside == 0) gsl_set_error_handler(callers);
	pthread_mutex_unlock(&lock);
}

tt_status tt_gsl_check(int gsl_status, const char *what, tt_error *err)
{
	if (gsl_status == GSL_SUCCESS) return TT_OK;
	if (gsl_status == GSL_ENOMEM) return tt_fail_memory(err, what);
	return tt_fail(err, TT_ERR_FAILED, "%s: %s", what, gsl_strerror(gsl_status));
}

const char *tt_gsl_library(void)
{
	return gsl_version;
}
