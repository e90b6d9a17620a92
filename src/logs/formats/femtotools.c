/* FemtoTools text: tab-separated, the names in one row and their units in the next, "//" before remarks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/log.h"

static bool probe(const tt_log_source *src)
{
	bool unit_row;
	char delimiter;
	return !src->mapped && tt_table_named(src, &unit_row, &delimiter) && unit_row && delimiter == '\t';
}

/* The table finds the row of units by itself, so the reading is that of any delimited text. */
static tt_status read_table(const tt_log_source *src, tt_force_log *log, tt_error *err)
{
	return tt_log_delimited.read(src, log, err);
}

const tt_log_reader tt_log_femtotools = {"FemtoTools text", probe, read_table};
