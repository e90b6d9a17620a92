/* The films of a study on its page.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/outdir.h"
#include "core/text.h"
#include "report/draw/markup.h"
#include "report/page/report_parts.h"
#include "report/study_films.h"

static void put_picture(FILE *f, struct tt_outdir *dir)
{
	const char *path;
	tt_error ignored;
	struct stat st;
	if (tt_outdir_path(dir, "films.svg", &path, &ignored) != TT_OK || stat(path, &st) != 0) return;
	FILE *in = fopen(path, "rb");
	unsigned char *bytes = in ? malloc((size_t)st.st_size + 1) : NULL;
	if (bytes) {
		size_t n = fread(bytes, 1, (size_t)st.st_size, in);
		fputs("<figure class=\"paper\"><img alt=\"Shear and Young's modulus, Poisson's ratio and hardness of "
		      "the films\" "
		      "src=\"data:image/svg+xml;base64,",
		      f);
		tt_put_base64(f, bytes, n);
		fputs("\"></figure>\n", f);
	}
	free(bytes);
	if (in) fclose(in);
}

static void put_row(FILE *f, const tt_comparison *c, const tt_measurand *m)
{
	fputs("<tr><th scope=\"row\">", f);
	tt_put_html(f, m->short_name);
	if (m->shown_unit[0]) {
		fputs(" (", f);
		tt_put_html(f, m->shown_unit);
		fputc(')', f);
	}
	fputs("</th>", f);
	for (size_t g = 0; g < c->n; g++) {
		const tt_measurement *v = tt_study_film_value(&c->group[g], m->id);
		fputs("<td class=\"number\">", f);
		if (v && isfinite(v->value))
			tt_put_value_u(f, v->value * m->shown, v->u * m->shown);
		else if (v && v->reason)
			tt_put_html(f, v->reason);
		fputs("</td>", f);
	}
	fputs("</tr>\n", f);
}

static void put_correlations(FILE *f, const tt_comparison *c)
{
	size_t sure = 0;
	if (!c->n_correlations) return;
	for (size_t i = 0; i < c->n_correlations; i++)
		sure += c->correlation[i].lo > 0 || c->correlation[i].hi < 0;
	tt_fprintf(
	    f,
	    "<p class=\"note\">Rank correlations over the %zu groups (correlations.csv has all %zu): in %zu of them "
	    "the 95 %% "
	    "interval by the values' uncertainties lies on one side of zero.%s</p>\n",
	    c->n, c->n_correlations, sure,
	    c->n < 5 ? " So few films can rise together by chance: p is never below 1/3 with three and 1/12 with four."
	             : "");
	if (!sure) return;
	fputs("<details><summary>These correlations</summary>", f);
	tt_put_scroller(f, "Rank correlations");
	fputs("<table><thead><tr><th "
	      "scope=\"col\">Quantity</th>"
	      "<th scope=\"col\">Quantity</th><th scope=\"col\">Groups</th><th scope=\"col\">Rank correlation</th>"
	      "<th scope=\"col\">95 % interval</th><th scope=\"col\">p</th></tr></thead><tbody>\n",
	      f);
	for (size_t i = 0; i < c->n_correlations; i++) {
		const tt_correlation *k = &c->correlation[i];
		if (!(k->lo > 0 || k->hi < 0)) continue;
		fputs("<tr><td>", f);
		tt_put_html(f, k->name_a);
		fputs("</td><td>", f);
		tt_put_html(f, k->name_b);
		tt_fprintf(f,
		           "</td><td class=\"number\">%zu</td><td class=\"number\">%.2f</td><td class=\"number\">%.2f "
		           "to %.2f</td>"
		           "<td class=\"number\">%.3f</td></tr>\n",
		           k->n, k->rho, k->lo, k->hi, k->p);
	}
	fputs("</tbody></table></div></details>\n", f);
}

static void put_checks(FILE *f, const tt_comparison *c)
{
	for (size_t i = 0; i < c->n_checks; i++) {
		fputs(i ? "<li>" : "<ul><li>", f);
		tt_put_html(f, c->check[i].text);
		fputs("</li>\n", f);
	}
	if (c->n_checks) fputs("</ul>\n", f);
}

void tt_put_films(FILE *f, struct tt_outdir *dir, const tt_comparison *c)
{
	enum { MOST = 40 };
	const tt_measurand *id[MOST];
	size_t n = tt_study_film_ids(c, id, MOST);
	if (!n) return;
	fputs("<section aria-labelledby=\"h-films\">\n<h2 id=\"h-films\">Films</h2>\n", f);
	put_picture(f, dir);
	tt_put_scroller(f, "Quantities of the films");
	fputs("<table><thead><tr><th scope=\"col\">Quantity</th>", f);
	for (size_t g = 0; g < c->n; g++) {
		const char *folder = c->group[g].film_folder;
		fputs("<th scope=\"col\">", f);
		if (folder) {
			fputs("<a href=\"", f);
			tt_put_address(f, folder);
			fputs("/film.html\">", f);
		}
		tt_put_html(f, c->group[g].label);
		fputs(folder ? "</a></th>" : "</th>", f);
	}
	fputs("</tr></thead><tbody>\n", f);
	for (size_t i = 0; i < n; i++)
		put_row(f, c, id[i]);
	fputs("</tbody></table></div>\n<h3>Against tension</h3>\n", f);
	put_checks(f, c);
	put_correlations(f, c);
	fputs("</section>\n", f);
}
