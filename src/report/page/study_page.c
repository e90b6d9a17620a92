/* The page of a study.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "core/outdir.h"
#include "core/text.h"
#include "report/draw/markup.h"
#include "report/page/report.h"
#include "report/page/report_parts.h"
#include "report/study_films.h"
#include "temtensile/report.h"

static bool same_group(const tt_study_page *p, size_t i, size_t k)
{
	return strcmp(p->test[i].group, p->test[k].group) == 0;
}

/* Index of a test's group in the order in which groups appear; within: how many of its tests came before. */
static size_t group_of(const tt_study_page *p, size_t test, size_t *within)
{
	size_t group = 0, first = 0;
	*within = 0;
	while (!same_group(p, first, test))
		first++;
	for (size_t i = 0; i < first; i++) {
		bool known = false;
		for (size_t k = 0; k < i && !known; k++)
			known = same_group(p, i, k);
		group += !known;
	}
	for (size_t i = first; i < test; i++)
		*within += same_group(p, i, test);
	return group;
}

static bool grouped(const tt_study_page *p)
{
	for (size_t i = 0; i < p->n_tests; i++)
		if (p->test[i].group && p->test[i].group[0]) return true;
	return false;
}

static unsigned colour_of(const tt_study_page *p, size_t test, size_t *within)
{
	*within = 0;
	return tt_series_colour(grouped(p) ? group_of(p, test, within) : test);
}

static bool drawn(const tt_study_page_test *t, size_t i)
{
	return !isnan(t->strain[i]) && !isnan(t->stress_Pa[i]);
}

static void put_values(FILE *f, const char *key, const tt_study_page_test *t, const double *v, double scale)
{
	const char *between = "";
	tt_fprintf(f, ",\"%s\":[", key);
	for (size_t i = 0; v && i < t->rows; i++) {
		if (!drawn(t, i)) continue;
		fputs(between, f);
		tt_put_json_number(f, v[i] * scale, 6);
		between = ",";
	}
	fputc(']', f);
}

static void put_data(FILE *f, const tt_study_page *p)
{
	static const char *const dash[] = {"[]", "[8,4]", "[2,3]", "[8,3,2,3]"};
	const char *between = "";
	fputs("{\"tests\":[", f);
	for (size_t i = 0; i < p->n_tests; i++) {
		const tt_study_page_test *t = &p->test[i];
		size_t within;
		unsigned colour = colour_of(p, i, &within);
		if (!t->rows) continue;
		tt_fprintf(f, "%s{\"name\":", between);
		tt_put_json_text(f, t->name);
		tt_fprintf(f, ",\"colour\":\"#%06x\",\"dash\":%s", colour, dash[within % 4]);
		put_values(f, "strain", t, t->strain, 100);
		put_values(f, "stress", t, t->stress_Pa, 1e-9);
		put_values(f, "u_strain", t, t->u_strain, 100);
		put_values(f, "u_stress", t, t->u_stress_Pa, 1e-9);
		fputc('}', f);
		between = ",\n";
	}
	fputs("]}", f);
}

static void put_name(FILE *f, const tt_study_page *p, size_t i)
{
	const tt_study_page_test *t = &p->test[i];
	size_t within;
	tt_fprintf(f, "<tr><th scope=\"row\"><span class=\"swatch\" style=\"background:#%06x\"></span>",
	           colour_of(p, i, &within));
	if (t->link) {
		fputs("<a href=\"", f);
		tt_put_address(f, t->link);
		fputs("\">", f);
	}
	tt_put_html(f, t->name);
	fputs(t->link ? "</a></th>" : "</th>", f);
}

static void put_tests(FILE *f, const tt_study_page *p)
{
	bool groups = grouped(p);
	tt_put_scroller(f, "Tests");
	fputs("<table class=\"dense\"><thead><tr><th scope=\"col\">Test</th>", f);
	if (groups) fputs("<th scope=\"col\">Group</th>", f);
	for (size_t k = 0; k < p->n_quantities; k++) {
		fputs("<th scope=\"col\">", f);
		tt_put_html(f, p->quantity[k].name);
		if (p->quantity[k].unit && p->quantity[k].unit[0]) {
			fputs(" (", f);
			tt_put_html(f, p->quantity[k].unit);
			fputc(')', f);
		}
		fputs("</th>", f);
	}
	fputs("</tr></thead><tbody>\n", f);
	for (size_t i = 0; i < p->n_tests; i++) {
		const tt_study_page_test *t = &p->test[i];
		put_name(f, p, i);
		if (groups) {
			fputs("<td>", f);
			tt_put_html(f, t->group);
			fputs("</td>", f);
		}
		if (t->remark) {
			tt_fprintf(f, "<td colspan=\"%zu\">", p->n_quantities ? p->n_quantities : 1);
			tt_put_html(f, t->remark);
			fputs("</td>", f);
		}
		for (size_t k = 0; !t->remark && k < p->n_quantities; k++) {
			fputs("<td class=\"number\">", f);
			tt_put_value_u(f, t->value ? t->value[k] : NAN, t->u ? t->u[k] : NAN);
			fputs("</td>", f);
		}
		fputs("</tr>\n", f);
	}
	fputs("</tbody></table></div>\n", f);
}

static void put_warnings(FILE *f, const tt_strings *w)
{
	if (!w || !w->n) return;
	fputs(
	    "<section class=\"warnings\" aria-labelledby=\"h-warnings\">\n<h2 id=\"h-warnings\">Warnings</h2>\n<ul>\n",
	    f);
	for (size_t i = 0; i < w->n; i++) {
		fputs("<li>", f);
		tt_put_html(f, w->item[i]);
		fputs("</li>\n", f);
	}
	fputs("</ul>\n</section>\n", f);
}

static const tt_page_figure figures[] = {
    {"strength_ductility.svg", "Strength against ductility",
     "Ultimate strength against total elongation of each specimen; bars: 95 % interval of the measurement.", false},
    {"trends.svg", "Trends", "Each property against the groups.", true},
    {"necking_rows.png", "Necking",
     "Yield frame, last intact frame and their difference, of one specimen of each group.", true},
};

static void put_files(FILE *f, const tt_study_page *p)
{
	static const char *const file[] = {"curves.pdf",       "trends.pdf", "strength_ductility.pdf",
	                                   "necking_rows.pdf", "films.pdf",  "table.csv",
	                                   "table.md",         "table.tex",  "table.json",
	                                   "statistics.json",  "films.csv"};
	const char *between = "<p class=\"note\">Files beside this page: ";
	for (size_t i = 0; p->dir && i < sizeof file / sizeof *file; i++) {
		const char *path;
		tt_error ignored;
		struct stat st;
		if (tt_outdir_path(p->dir, file[i], &path, &ignored) != TT_OK || stat(path, &st) != 0) continue;
		tt_fprintf(f, "%s<a href=\"%s\">%s</a>", between, file[i], file[i]);
		between = ", ";
	}
	if (between[0] == ',') fputs(".</p>\n", f);
}

static void put(void *ctx, FILE *f, const char *name)
{
	const tt_study_page *p = ctx;
	if (tt_put_common(f, name, p->title, "study.js")) return;
	if (strcmp(name, "subtitle") == 0) {
		tt_fprintf(f, "%zu tests", p->n_tests);
	} else if (strcmp(name, "warnings") == 0) {
		put_warnings(f, p->warnings);
	} else if (strcmp(name, "figure") == 0) {
		tt_put_svg(f, p->figure_svg);
	} else if (strcmp(name, "films") == 0) {
		if (p->compared) tt_put_films(f, p->dir, p->compared);
	} else if (strcmp(name, "groups") == 0) {
		if (p->study) tt_put_study_groups(f, p->study, p->compared);
	} else if (strcmp(name, "statistics") == 0) {
		if (p->study) tt_put_study_statistics(f, p->study, p->compared);
	} else if (strcmp(name, "figures") == 0) {
		tt_error ignored; /* a figure that is not there is passed over */
		tt_put_page_figures(f, p->dir, figures, sizeof figures / sizeof *figures, &ignored);
	} else if (strcmp(name, "files") == 0) {
		put_files(f, p);
	} else if (strcmp(name, "tests") == 0) {
		put_tests(f, p);
	} else if (strcmp(name, "data") == 0) {
		put_data(f, p);
	} else if (strcmp(name, "command") == 0 && p->command) {
		fputs("<section><h2>Command</h2>\n<pre><code>", f);
		tt_put_html(f, p->command);
		fputs("</code></pre></section>\n", f);
	}
}

tt_status tt_study_page_write(struct tt_outdir *dir, const char *file, const tt_study_page *page, tt_error *err)
{
	const tt_page_file *template = tt_page_file_find("study.html");
	tt_study_page copy = *page;
	copy.dir = dir;
	FILE *f;
	tt_status st = tt_outdir_fopen(dir, file, &f, err);
	if (st != TT_OK) return st;
	tt_fill_page(f, template->data, put, &copy);
	return tt_outdir_fclose(dir, f, file, err);
}
