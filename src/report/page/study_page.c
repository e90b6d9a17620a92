/* The page of a study.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <string.h>

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
	tt_fprintf(f, "<tr><th scope=\"row\"><span class=\"swatch\" style=\"background:#%06x\"></span>", colour_of(p, i, &within));
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
	fputs("<table><thead><tr><th scope=\"col\">Test</th>", f);
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
	fputs("<section class=\"warnings\" aria-labelledby=\"h-warnings\">\n<h2 id=\"h-warnings\">Warnings</h2>\n<ul>\n", f);
	for (size_t i = 0; i < w->n; i++) {
		fputs("<li>", f);
		tt_put_html(f, w->item[i]);
		fputs("</li>\n", f);
	}
	fputs("</ul>\n</section>\n", f);
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
		if (p->films) tt_put_films(f, p->dir, p->films);
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
