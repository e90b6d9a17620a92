/* The tables of report.html that are read from summary.json.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_PAGE_REPORT_TABLES_H
#define TT_REPORT_PAGE_REPORT_TABLES_H

#include <jansson.h>
#include <stdio.h>

/* Warnings and quantities without a stated uncertainty, or nothing. */
void tt_put_warnings(FILE *f, const json_t *summary);
/* One object of the summary as a table of names and values; what: its key. Nothing when it is absent. */
void tt_put_summary_table(FILE *f, const json_t *summary, const char *what, const char *caption);
void tt_put_inputs_table(FILE *f, const json_t *summary);
/* Stress drops and further offset yields, or nothing. */
void tt_put_lists_of_properties(FILE *f, const json_t *summary);

#endif
