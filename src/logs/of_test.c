/* The logs that a description names.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "temtensile/describe.h"
#include "temtensile/logs.h"

/* What turning it has to say is kept with what reading it had. */
static tt_status read_log(const char *path, const tt_log_columns *columns, tt_force_sign sign, tt_force_log **log,
                          tt_error *err)
{
	tt_status st = tt_force_log_read(path, columns, log, err);
	if (st == TT_OK) st = tt_force_log_orient_as(*log, sign, &(*log)->warnings, err);
	return st == TT_OK ? tt_force_log_choose_test(*log, path, columns->test, err) : st;
}

/* Where there is no log, one without rows stands for it. */
static tt_status no_log(const tt_test *t, tt_force_log **log, tt_error *err)
{
	*log = calloc(1, sizeof **log);
	if (!*log) return tt_fail_memory(err, "the log");
	(*log)->format = t->force.none ? "none" : "a gap in the images";
	(*log)->encoding = "";
	(*log)->machine_compliance_m_per_N = (*log)->drift_rate_m_per_s = NAN;
	return TT_OK;
}

static tt_status read_both(const tt_test *t, tt_force_log **log, tt_force_log **empty_run, tt_error *err)
{
	if (t->force.none || t->force.image_gauge) return no_log(t, log, err);
	tt_status st = read_log(t->force.file, &t->force.columns, t->force.sign, log, err);
	if (st != TT_OK || !t->force.empty_run) return st;
	return read_log(t->force.empty_run, &t->force.empty_columns, TT_SIGN_AUTO, empty_run, err);
}

tt_status tt_test_read_logs(const tt_test *test, tt_force_log **log, tt_force_log **empty_run, tt_error *err)
{
	*log = *empty_run = NULL;
	tt_status st = read_both(test, log, empty_run, err);
	if (st == TT_OK) return TT_OK;
	tt_force_log_free(*log);
	tt_force_log_free(*empty_run);
	*log = *empty_run = NULL;
	return st;
}
