/* A study's table in Markdown and LaTeX.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

#include "core/outdir.h"
#include "core/text.h"
#include "report/study_films.h"
#include "report/study_rows.h"

/* The name that a row goes by. */
static const char *row_name(const tt_study_row *r)
{
	return r->test ? r->test->folder : r->group->label;
}

static void heading(const tt_measurand *info, char *text, size_t size)
{
	tt_snprintf(text, size, info->shown_unit[0] ? "%s (%s)" : "%s", info->short_name, info->shown_unit);
}

/* ---- Markdown (GitHub's tables, also Pandoc's) ---- */

static void md_text(FILE *f, const char *text)
{
	for (; text && *text; text++) {
		if (strchr("\\`*_{}[]<>#|~&!$", *text)) fputc('\\', f);
		fputc((unsigned char)*text < ' ' || *text == 127 ? ' ' : *text, f);
	}
}

static void md_cell(FILE *f, const char *text)
{
	fputs(" ", f);
	md_text(f, text);
	fputs(" |", f);
}

static void md_rule(FILE *f, size_t columns)
{
	fputs("\n|---|", f);
	for (size_t i = 1; i < columns; i++)
		fputs("---:|", f);
	fputc('\n', f);
}

static void md_overview(FILE *f, const tt_comparison *c, const tt_study_rows *rows)
{
	fputs("|", f);
	md_cell(f, c->axis);
	md_cell(f, "n");
	for (int p = 0; p < TT_CMP_COUNT; p++) {
		char text[80];
		heading(tt_compared_describe((tt_compared)p), text, sizeof text);
		md_cell(f, text);
	}
	md_rule(f, 2 + TT_CMP_COUNT);
	for (size_t i = 0; i < rows->n && !rows->row[i].test; i++) {
		const tt_study_row *r = &rows->row[i];
		fputs("|", f);
		md_cell(f, row_name(r));
		fprintf(f, " %zu |", r->group->n);
		for (int p = 0; p < TT_CMP_COUNT; p++) {
			const tt_study_cells *k = &r->cell[p];
			fprintf(f, " %s%s%s |", k->half_value[0] ? k->half_value : "–", k->half[0] ? " ± " : "",
			        k->half);
		}
		fputc('\n', f);
	}
}

static void md_property(FILE *f, const tt_comparison *c, const tt_study_rows *rows, int p)
{
	char text[80];
	heading(tt_compared_describe((tt_compared)p), text, sizeof text);
	fputs("\n## ", f);
	md_text(f, text);
	fputs("\n\n|", f);
	md_cell(f, c->axis);
	fputs(
	    " n | mean or value | SD between specimens | u of the measurement | u shared by repeats | 95 % interval |",
	    f);
	md_rule(f, 7);
	for (size_t i = 0; i < rows->n; i++) {
		const tt_study_row *r = &rows->row[i];
		const tt_study_cells *k = &r->cell[p];
		if (r->test && r->test->failed) continue;
		fputs(r->test ? "| " : "| **", f);
		md_text(f, row_name(r));
		fputs(r->test ? " |" : "** |", f);
		if (r->test)
			fputs("  |", f);
		else
			fprintf(f, " %zu%s |", k->n, k->n == 2 ? " (weak)" : "");
		fprintf(f, " %s | %s | %s | %s |", k->value[0] ? k->value : "–", k->sd, k->u, k->shared);
		fprintf(f, k->lo[0] && k->hi[0] ? " %s … %s |\n" : " |\n", k->lo, k->hi);
	}
	for (size_t i = 0; i < rows->n; i++) {
		const tt_study_row *r = &rows->row[i];
		if (!r->test || r->test->failed || r->cell[p].n || !r->cell[p].reason) continue;
		fputs("\n- ", f);
		md_text(f, row_name(r));
		fputs(": ", f);
		md_text(f, r->cell[p].reason);
	}
	if (c->reason[p][0]) {
		fputs("\n\n", f);
		md_text(f, c->reason[p]);
	}
	fputs("\n", f);
}

static void md_list(FILE *f, const char *title, const tt_strings *list)
{
	if (!list->n) return;
	fprintf(f, "\n## %s\n\n", title);
	for (size_t i = 0; i < list->n; i++) {
		fputs("- ", f);
		md_text(f, list->item[i]);
		fputc('\n', f);
	}
}

/* Cross-checks, notes, failed tests. */
static void collect(const tt_study *s, const tt_comparison *c, tt_strings list[3])
{
	for (size_t i = 0; i < c->n_checks; i++)
		tt_warn(&list[0], "%s", c->check[i].text);
	for (size_t i = 0; i < c->notes.n; i++)
		tt_warn(&list[1], "%s", c->notes.item[i]);
	for (size_t i = 0; i < s->n; i++)
		if (s->test[i].failed) tt_warn(&list[2], "%s: %s", s->test[i].folder, s->test[i].failed);
}

static const char *const list_title[3] = {"Cross-checks", "Notes", "Failed tests"};

/* A film's value and its u, rounded, as shown; "" where there is none. */
static void film_cell(const tt_study_group *g, const tt_measurand *id, char *value, char *u, size_t size)
{
	const tt_measurement *m = tt_study_film_value(g, id->id);
	value[0] = u[0] = '\0';
	if (m && isfinite(m->value)) tt_round_to_u(m->value * id->shown, m->u * id->shown, value, u, size);
}

/* What was measured on the films: a row a quantity, a column a group. */
static void md_films(FILE *f, const tt_comparison *c)
{
	enum { MOST = 40 };
	const tt_measurand *id[MOST];
	size_t n = tt_study_film_ids(c, id, MOST);
	if (!n) return;
	fputs("\n## Films\n\nMeasured on each film beside tension, ± standard uncertainty:\n\n| |", f);
	for (size_t g = 0; g < c->n; g++)
		md_cell(f, c->group[g].label);
	md_rule(f, 1 + c->n);
	for (size_t i = 0; i < n; i++) {
		char text[120];
		heading(id[i], text, sizeof text);
		fputs("|", f);
		md_cell(f, text);
		for (size_t g = 0; g < c->n; g++) {
			char value[40], u[40], both[100];
			film_cell(&c->group[g], id[i], value, u, sizeof value);
			tt_snprintf(both, sizeof both, u[0] ? "%s ± %s" : "%s", value, u);
			md_cell(f, both);
		}
		fputc('\n', f);
	}
}

tt_status tt_study_markdown(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, const tt_study_rows *rows,
                            tt_error *err)
{
	FILE *f;
	tt_strings list[3] = {{0}};
	tt_status st = tt_outdir_fopen(dir, "table.md", &f, err);
	if (st != TT_OK) return st;
	fputs("# ", f);
	md_text(f, s->name ? s->name : "Comparison");
	tt_fprintf(f, "\n\n%s ± %s:\n\n", s->variants ? "Value" : "Mean", tt_interval_words(s->interval));
	md_overview(f, c, rows);
	fprintf(f, "\n%s Shared: %s.\n", tt_study_legend, tt_shared_rule);
	for (int p = 0; p < TT_CMP_COUNT; p++)
		md_property(f, c, rows, p);
	md_films(f, c);
	collect(s, c, list);
	for (int i = 0; i < 3; i++) {
		md_list(f, list_title[i], &list[i]);
		tt_strings_free(&list[i]);
	}
	return tt_outdir_fclose(dir, f, "table.md", err);
}

/* ---- LaTeX ---- */

typedef struct replacement {
	const char *utf8, *tex;
} replacement;

static const replacement tex_table[] = {{"\\", "\\textbackslash{}"},
                                        {"{", "\\{"},
                                        {"}", "\\}"},
                                        {"$", "\\$"},
                                        {"&", "\\&"},
                                        {"#", "\\#"},
                                        {"%", "\\%"},
                                        {"_", "\\_"},
                                        {"~", "\\textasciitilde{}"},
                                        {"^", "\\textasciicircum{}"},
                                        {"<", "\\textless{}"},
                                        {">", "\\textgreater{}"},
                                        {"|", "\\textbar{}"},
                                        {"\"", "\\textquotedbl{}"},
                                        {"±", "$\\pm$"},
                                        {"µ", "$\\mu$"},
                                        {"μ", "$\\mu$"},
                                        {"°", "$^{\\circ}$"},
                                        {"−", "$-$"},
                                        {"²", "$^{2}$"},
                                        {"³", "$^{3}$"},
                                        {"×", "$\\times$"},
                                        {"–", "--"},
                                        {"…", "\\dots{}"},
                                        {"⁻", "$^{-}$"},
                                        {"θ", "$\\theta$"},
                                        {"ν", "$\\nu$"},
                                        {"₀", "$_{0}$"}};

static void tex_text(FILE *f, const char *text)
{
	while (text && *text) {
		const replacement *r = NULL;
		for (size_t i = 0; i < sizeof tex_table / sizeof *tex_table && !r; i++)
			if (strncmp(text, tex_table[i].utf8, strlen(tex_table[i].utf8)) == 0) r = &tex_table[i];
		if (r) {
			fputs(r->tex, f);
			text += strlen(r->utf8);
		} else {
			fputc((unsigned char)*text < ' ' || *text == 127 ? ' ' : *text, f);
			text++;
		}
	}
}

static void tex_number(FILE *f, const char *number)
{
	if (number[0])
		fprintf(f, "$%s$", number);
	else
		fputs("--", f);
}

static void tex_overview(FILE *f, const tt_study *s, const tt_comparison *c, const tt_study_rows *rows)
{
	fputs("\\begin{table}\n\\centering\n\\caption{", f);
	tex_text(f, s->name ? s->name : "Comparison");
	fputs(s->variants ? ": value $\\pm$ " : ": mean $\\pm$ ", f);
	tex_text(f, tt_interval_words(s->interval));
	fputs(".}\n\\begin{tabular}{lr", f);
	for (size_t i = 0; i < c->n; i++)
		fputc('r', f);
	fputs("}\n\\toprule\n & ", f);
	tex_text(f, c->axis);
	for (size_t i = 0; i < c->n; i++) {
		fputs(" & ", f);
		tex_text(f, c->group[i].label);
	}
	fputs(" \\\\\n & $n$", f);
	for (size_t i = 0; i < c->n; i++)
		fprintf(f, " & %zu", c->group[i].n);
	fputs(" \\\\\n\\midrule\n", f);
	for (int p = 0; p < TT_CMP_COUNT; p++) {
		const tt_measurand *info = tt_compared_describe((tt_compared)p);
		tex_text(f, info->short_name);
		fputs(" & ", f);
		tex_text(f, info->shown_unit);
		for (size_t i = 0; i < c->n; i++) {
			const tt_study_cells *k = &rows->row[i].cell[p];
			fputs(" & ", f);
			if (k->half[0])
				fprintf(f, "$%s \\pm %s$", k->half_value, k->half);
			else
				tex_number(f, k->value);
		}
		fputs(" \\\\\n", f);
	}
	fputs("\\bottomrule\n\\end{tabular}\n\\end{table}\n", f);
}

static void tex_property(FILE *f, const tt_comparison *c, const tt_study_rows *rows, int p)
{
	char text[80];
	heading(tt_compared_describe((tt_compared)p), text, sizeof text);
	fputs("\n\\begin{table}\n\\centering\n\\caption{", f);
	tex_text(f, text);
	fputs(".}\n\\begin{tabular}{lrrrrrr}\n\\toprule\n", f);
	tex_text(f, c->axis);
	fputs(" & $n$ & mean & SD & $u$ & $u$ shared & 95\\,\\% interval \\\\\n\\midrule\n", f);
	bool tests = false;
	for (size_t i = 0; i < rows->n; i++) {
		const tt_study_row *r = &rows->row[i];
		const tt_study_cells *k = &r->cell[p];
		if (r->test && r->test->failed) continue;
		if (r->test && !tests) fputs("\\midrule\n", f);
		tests = r->test != NULL;
		if (r->test) fputs("\\quad ", f);
		tex_text(f, row_name(r));
		if (r->test)
			fputs(" & ", f);
		else
			fprintf(f, " & %zu", k->n);
		const char *const cells[] = {k->value, k->sd, k->u, k->shared};
		for (int j = 0; j < 4; j++) {
			fputs(" & ", f);
			if (cells[j][0] || j == 0) tex_number(f, cells[j]);
		}
		fputs(" & ", f);
		if (k->lo[0] && k->hi[0]) fprintf(f, "$%s$ to $%s$", k->lo, k->hi);
		fputs(" \\\\\n", f);
	}
	fputs("\\bottomrule\n\\end{tabular}\n\\end{table}\n", f);
}

/* The same of the films: a row a quantity, a column a group. */
static void tex_films(FILE *f, const tt_comparison *c)
{
	enum { MOST = 40 };
	const tt_measurand *id[MOST];
	const size_t n = tt_study_film_ids(c, id, MOST);
	if (!n) return;
	fputs("\n\\begin{table}\n\\centering\n\\caption{Films beside tension: value $\\pm$ standard uncertainty.}\n"
	      "\\begin{tabular}{l",
	      f);
	for (size_t g = 0; g < c->n; g++)
		fputc('r', f);
	fputs("}\n\\toprule\n", f);
	tex_text(f, c->axis);
	for (size_t g = 0; g < c->n; g++) {
		fputs(" & ", f);
		tex_text(f, c->group[g].label);
	}
	fputs(" \\\\\n\\midrule\n", f);
	for (size_t i = 0; i < n; i++) {
		char text[120];
		heading(id[i], text, sizeof text);
		tex_text(f, text);
		for (size_t g = 0; g < c->n; g++) {
			char value[40], u[40];
			film_cell(&c->group[g], id[i], value, u, sizeof value);
			fputs(" & ", f);
			if (u[0])
				fprintf(f, "$%s \\pm %s$", value, u);
			else
				tex_number(f, value);
		}
		fputs(" \\\\\n", f);
	}
	fputs("\\bottomrule\n\\end{tabular}\n\\end{table}\n", f);
}

tt_status tt_study_latex(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, const tt_study_rows *rows,
                         tt_error *err)
{
	FILE *f;
	tt_strings list[3] = {{0}};
	tt_status st = tt_outdir_fopen(dir, "table.tex", &f, err);
	if (st != TT_OK) return st;
	fputs("% \\usepackage[T1]{fontenc} \\usepackage{booktabs} and then \\input{table}\n", f);
	tex_overview(f, s, c, rows);
	for (int p = 0; p < TT_CMP_COUNT; p++)
		tex_property(f, c, rows, p);
	tex_films(f, c);
	fputs("\n\\begin{itemize}\n\\item ", f);
	tex_text(f, tt_study_legend);
	fputs("\n\\item Shared: ", f);
	tex_text(f, tt_shared_rule);
	fputs(".\n", f);
	collect(s, c, list);
	for (int i = 0; i < 3; i++) {
		for (size_t k = 0; k < list[i].n; k++) {
			fputs("\\item ", f);
			if (i == 2) fputs("Failed: ", f);
			tex_text(f, list[i].item[k]);
			fputc('\n', f);
		}
		tt_strings_free(&list[i]);
	}
	fputs("\\end{itemize}\n", f);
	return tt_outdir_fclose(dir, f, "table.tex", err);
}
