/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/run_log.h"

#include <string.h>

#include "core/text.h"
#include "report/dic_table.h"

static void put_inputs(FILE *f, const tt_findings *a)
{
	fputs("Inputs\n", f);
	for (size_t i = 0; i < a->n_inputs; i++)
		fprintf(f, "  %-11s  %s\n", a->input[i].role, tt_input_name(a, i));
}

static void put_list(FILE *f, const char *title, const tt_strings *list)
{
	fprintf(f, "\n%s\n", title);
	for (size_t i = 0; i < list->n; i++)
		fprintf(f, "  %s\n", list->item[i]);
	if (!list->n) fputs("  none\n", f);
}

static void put_table(FILE *f, const tt_strings *name, const tt_strings *value)
{
	size_t widest = 0;
	for (size_t i = 0; i < name->n; i++)
		if (strlen(name->item[i]) > widest) widest = strlen(name->item[i]);
	fputs("\nDigital image correlation, as the iDICs Good Practices Guide (2018) asks to be reported\n", f);
	for (size_t i = 0; i < name->n && i < value->n; i++)
		fprintf(f, "  %-*s  %s\n", (int)widest, name->item[i], value->item[i]);
}

tt_status tt_write_run_log(const tt_findings *a, tt_error *err)
{
	tt_strings name = {0}, value = {0};
	FILE *f;
	tt_status st = tt_dic_table(a, &name, &value, err);
	if (st == TT_OK) st = tt_outdir_fopen(a->out, "run.log", &f, err);
	if (st == TT_OK) {
		fprintf(f, "temtensile %s: analysis of %s\n\n", tt_version(), a->test->name);
		put_inputs(f, a);
		put_list(f, "Results", a->lines);
		put_list(f, "Warnings", a->warnings);
		put_table(f, &name, &value);
		st = tt_outdir_fclose(a->out, f, "run.log", err);
	}
	tt_strings_free(&name);
	tt_strings_free(&value);
	return st;
}
