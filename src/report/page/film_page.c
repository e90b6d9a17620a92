/* film.html: one film as one file that needs nothing else.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/outdir.h"
#include "core/text.h"
#include "report/draw/markup.h"
#include "report/film.h"
#include "report/page/report_parts.h"
#include "temtensile/report.h"

typedef struct page {
	struct tt_outdir *dir;
	const tt_film_description *d;
	const tt_film_result *r;
	const tt_strings *hash;
	const char *command;
	tt_status status;
	tt_error error;
} page;

static void put_list(FILE *f, const char *title, const tt_strings *a, const char *before_b, const tt_strings *b)
{
	if (!a->n && !b->n) return;
	tt_fprintf(f,
	           "<section class=\"warnings\" aria-labelledby=\"h-warnings\">\n<h2 id=\"h-warnings\">%s</h2>\n<ul>\n",
	           title);
	for (size_t i = 0; i < a->n; i++) {
		fputs("<li>", f);
		tt_put_html(f, a->item[i]);
		fputs("</li>\n", f);
	}
	for (size_t i = 0; i < b->n; i++) {
		fputs(i ? ", " : "<li>", f);
		if (!i) fputs(before_b, f);
		tt_put_html(f, b->item[i]);
	}
	fputs(b->n ? "</li>\n</ul>\n</section>\n" : "</ul>\n</section>\n", f);
}

static void put_symbol(FILE *f, const char *symbol)
{
	const char *index = strchr(symbol, '_');
	char *stem = index ? tt_format("%.*s", (int)(index - symbol), symbol) : NULL;
	tt_put_html(f, stem ? stem : symbol);
	if (stem) {
		fputs("<sub>", f);
		tt_put_html(f, index + 1);
		fputs("</sub>", f);
	}
	free(stem);
}

static void put_words(FILE *f, const tt_measurement *m)
{
	tt_put_html(f, tt_film_definition(m));
	if (m->method) {
		fputs(". Method: ", f);
		tt_put_html(f, m->method);
	}
	if (m->conditions) {
		fputs("; ", f);
		tt_put_html(f, m->conditions);
	}
	if (m->source) {
		fputs(". Source: ", f);
		tt_put_html(f, m->source);
	}
}

static void put_measurement(FILE *f, const tt_measurement *m)
{
	double k = m->what->shown;
	fputs("<tr><th scope=\"row\">", f);
	tt_put_html(f, m->what->short_name);
	fputs("</th><td>", f);
	put_symbol(f, m->what->symbol);
	if (isnan(m->value)) {
		fputs("</td><td colspan=\"3\">", f);
		tt_put_html(f, m->reason ? m->reason : "");
	} else {
		fputs("</td><td class=\"number\">", f);
		tt_put_value_u(f, m->value * k, m->u * k);
		fputs("</td><td>", f);
		tt_put_html(f, m->what->shown_unit);
		fputs("</td><td class=\"number\">", f);
		if (isfinite(m->lo) && isfinite(m->hi)) tt_put_interval(f, m->lo * k, m->hi * k, m->u * k);
	}
	fputs("</td><td class=\"words\">", f);
	put_words(f, m);
	fputs("</td></tr>\n", f);
}

static void put_quantities(FILE *f, const page *p)
{
	tt_put_scroller(f, "Quantities");
	fputs("<table><thead><tr><th scope=\"col\">Quantity</th><th scope=\"col\">Symbol</th>"
	      "<th scope=\"col\">Value ± u</th><th scope=\"col\">Unit</th><th scope=\"col\">95 % interval</th>"
	      "<th scope=\"col\" class=\"words\">Definition, method, source</th></tr></thead><tbody>\n",
	      f);
	for (size_t i = 0; i < p->r->measured.n; i++)
		put_measurement(f, &p->r->measured.item[i]);
	fputs("</tbody></table></div>\n", f);
	for (size_t i = 0; i < p->r->lines.n; i++) {
		fputs(i ? "<li>" : "<ul class=\"note\"><li>", f);
		tt_put_html(f, p->r->lines.item[i]);
		fputs("</li>\n", f);
	}
	if (p->r->lines.n) fputs("</ul>\n", f);
}

/* The SVG as a picture of its own, so that names inside two of them cannot clash. */
static tt_status put_svg(FILE *f, struct tt_outdir *dir, const char *name, tt_error *err)
{
	char *file = tt_format("%s.svg", name);
	const char *path;
	struct stat st;
	tt_status s = file ? tt_outdir_path(dir, file, &path, err) : tt_fail_memory(err, "a figure");
	FILE *in = s == TT_OK ? fopen(path, "rb") : NULL;
	unsigned char *bytes = NULL;
	if (s == TT_OK && (!in || fstat(fileno(in), &st) != 0))
		s = tt_fail(err, TT_ERR_FAILED, "%s cannot be read", file);
	if (s == TT_OK && !(bytes = malloc((size_t)st.st_size + 1))) s = tt_fail_memory(err, file);
	if (s == TT_OK) {
		size_t n = fread(bytes, 1, (size_t)st.st_size, in);
		fputs("<img src=\"data:image/svg+xml;base64,", f);
		tt_put_base64(f, bytes, n);
		fputs("\" alt=\"", f);
	}
	free(bytes);
	free(file);
	if (in) fclose(in);
	return s;
}

static void put_figures(FILE *f, page *p)
{
	if (!p->r->n_figures) return;
	fputs("<section aria-labelledby=\"h-figures\">\n<h2 id=\"h-figures\">Figures</h2>\n<div class=\"figures\">\n",
	      f);
	for (size_t i = 0; i < p->r->n_figures && p->status == TT_OK; i++) {
		const tt_film_figure *g = &p->r->figure[i];
		fputs("<figure><div class=\"paper\">", f);
		p->status = put_svg(f, p->dir, g->name, &p->error);
		tt_put_html(f, g->caption ? g->caption : g->name);
		fputs("\"></div><figcaption>", f);
		tt_put_html(f, g->caption ? g->caption : g->name);
		fputs("</figcaption></figure>\n", f);
	}
	fputs("</div>\n</section>\n", f);
}

static void put_budget(FILE *f, const page *p)
{
	if (!p->r->n_shares) return;
	fputs("<section aria-labelledby=\"h-budget\">\n<h2 id=\"h-budget\">What the uncertainties come from</h2>\n", f);
	tt_put_scroller(f, "Shares of variance");
	fputs("<table><thead><tr><th scope=\"col\">Quantity</th><th scope=\"col\">Input</th>"
	      "<th scope=\"col\">Share of variance</th></tr></thead><tbody>\n",
	      f);
	for (size_t i = 0; i < p->r->n_shares; i++) {
		const tt_film_share *s = &p->r->share[i];
		const tt_measurand *m = tt_measurand_find(s->id);
		bool first = i == 0 || strcmp(s->id, p->r->share[i - 1].id) != 0;
		fputs("<tr><th scope=\"row\">", f);
		if (first) tt_put_html(f, m ? m->short_name : s->id);
		fputs("</th><td>", f);
		tt_put_html(f, s->input);
		tt_fprintf(f, "</td><td class=\"number\">%.1f %%</td></tr>\n", 100 * s->share);
	}
	fputs("</tbody></table></div>\n</section>\n", f);
}

static void put_inputs(FILE *f, const page *p)
{
	tt_put_scroller(f, "Inputs");
	fputs("<table><thead><tr><th scope=\"col\">File</th><th "
	      "scope=\"col\">SHA-256</th></tr></thead><tbody>\n",
	      f);
	for (size_t i = 0; i < p->r->inputs.n && i < p->hash->n; i++) {
		fputs("<tr><td>", f);
		tt_put_html(f, tt_path_base(p->r->inputs.item[i]));
		fputs("</td><td class=\"mono\">", f);
		tt_put_html(f, p->hash->item[i]);
		fputs("</td></tr>\n", f);
	}
	fputs("</tbody></table></div>\n<p>The command that made it:</p>\n<pre><code>", f);
	tt_put_html(f, p->command);
	fputs("</code></pre>\n", f);
}

static void put_subtitle(FILE *f, const page *p)
{
	const tt_film_description *d = p->d;
	const char *between = "";
	for (size_t i = 0; i < d->n_keys; i++) {
		char *name = tt_strdup(d->key[i].key);
		for (char *c = name; c && *c; c++)
			if (*c == '_') *c = ' ';
		fputs(between, f);
		if (name) tt_put_html(f, name);
		fputs(": ", f);
		tt_put_html(f, d->key[i].text);
		free(name);
		between = "; ";
	}
}

static void put(void *ctx, FILE *f, const char *name)
{
	page *p = ctx;
	if (p->status != TT_OK || tt_put_common(f, name, p->d->name, "")) return;
	if (strcmp(name, "subtitle") == 0)
		put_subtitle(f, p);
	else if (strcmp(name, "warnings") == 0)
		put_list(f, "Warnings", &p->r->warnings, "No uncertainty is stated for ", &p->d->not_stated);
	else if (strcmp(name, "quantities") == 0)
		put_quantities(f, p);
	else if (strcmp(name, "figures") == 0)
		put_figures(f, p);
	else if (strcmp(name, "budget") == 0)
		put_budget(f, p);
	else if (strcmp(name, "inputs") == 0)
		put_inputs(f, p);
	else if (strcmp(name, "methods") == 0)
		for (size_t i = 0; i < p->r->methods.n; i++) {
			fputs("<p>", f);
			tt_put_html(f, p->r->methods.item[i]);
			fputs("</p>\n", f);
		}
}

tt_status tt_film_page_write(struct tt_outdir *dir, const tt_film_description *d, const tt_film_result *r,
                             const tt_strings *hash, const char *command, tt_error *err)
{
	page p = {.dir = dir, .d = d, .r = r, .hash = hash, .command = command};
	const tt_page_file *template = tt_page_file_find("film.html");
	FILE *f;
	if (!template) return tt_fail(err, TT_ERR_FAILED, "film.html is not built in");
	tt_status st = tt_outdir_fopen(dir, "film.html", &f, err);
	if (st != TT_OK) return st;
	tt_fill_page(f, template->data, put, &p);
	st = tt_outdir_fclose(dir, f, "film.html", err);
	return st == TT_OK && p.status != TT_OK ? tt_fail(err, p.status, "%s", p.error.message) : st;
}
