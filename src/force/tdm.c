/* NI TDM.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "force/log.h"
static bool probe(const tt_log_source *src)
{
	(void)src;
	return false;
}
static tt_status read_tdm(const tt_log_source *src, tt_force_log *log, tt_error *err)
{
	(void)log;
	return tt_log_fail(src, 0, err, "x");
}
const tt_log_reader tt_log_tdm = {"NI TDM", probe, read_tdm};
