/* Any delimited text whose columns are named in the description, or name themselves. The last reader to be asked.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/log.h"

static bool probe(const tt_log_source *src)
{
	(void)src;
	return true;
}

static tt_status read_table(const tt_log_source *src, tt_force_log *log, tt_error *err)
{
	tt_table t = {.src = src, .at = src->text, .end = src->text + src->text_size, .columns = src->columns};
	tt_rows rows = {.log = log, .src = src};
	tt_status s = tt_table_find(&t, log, err);
	if (!s) s = tt_table_read(&t, &rows, err);
	if (!s) s = tt_rows_finish(&rows, err);
	tt_rows_free(&rows);
	return s;
}

const tt_log_reader tt_log_delimited = {"delimited text", probe, read_table};
