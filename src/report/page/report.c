/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/page/report.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/outdir.h"
#include "core/text.h"
#include "report/draw/ground.h"
#include "report/draw/markup.h"
#include "report/draw/scale_bar.h"
#include "report/page/report_parts.h"
#include "report/page/report_tables.h"

typedef struct writing {
	const tt_report_page *page;
	json_t *summary;
	struct tt_outdir *dir;
	tt_status status;
	tt_error error;
} writing;

/* ---- what both pages have ---- */

void tt_put_page_file(FILE *f, const char *name)
{
	const tt_page_file *file = tt_page_file_find(name);
	if (file) fwrite(file->data, 1, file->size, f);
}

void tt_put_hashes(FILE *f, const char *script)
{
	const char *names[] = {"chart.min.js", "common.js", script};
	for (int i = 0; i < 3; i++) {
		const tt_page_file *file = tt_page_file_find(names[i]);
		if (i) fputc(' ', f);
		if (file) tt_put_script_hash(f, file->data, file->size);
	}
}

void tt_put_svg(FILE *f, const char *svg)
{
	const char *start = svg ? strstr(svg, "<svg") : NULL;
	if (start) fputs(start, f);
}

void tt_put_address(FILE *f, const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/";
	for (; *path; path++) {
		if (strchr(plain, *path))
			fputc(*path, f);
		else
			tt_fprintf(f, "%%%02X", (unsigned char)*path);
	}
}

void tt_put_scroller(FILE *f, const char *name)
{
	fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"", f);
	tt_put_html(f, name);
	fputs("\">", f);
}

bool tt_put_common(FILE *f, const char *name, const char *title, const char *script)
{
	if (strcmp(name, "hashes") == 0)
		tt_put_hashes(f, script);
	else if (strcmp(name, "version") == 0)
		tt_put_html(f, tt_version());
	else if (strcmp(name, "title") == 0)
		tt_put_html(f, title);
	else if (strcmp(name, "style") == 0)
		tt_put_page_file(f, "page.css");
	else if (strcmp(name, "licence") == 0)
		tt_put_page_file(f, "licence.html");
	else if (strcmp(name, "library") == 0)
		tt_put_page_file(f, "chart.min.js");
	else if (strcmp(name, "common") == 0)
		tt_put_page_file(f, "common.js");
	else if (strcmp(name, "script") == 0)
		tt_put_page_file(f, script);
	else
		return false;
	return true;
}

/* ---- pictures ---- */

static const char *ordinal_end(size_t n)
{
	if (n % 100 >= 11 && n % 100 <= 13) return "th";
	return n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
}

static void put_pictures_note(FILE *f, const tt_report_page *p)
{
	const tt_shots *s = p->shots;
	const tt_shots_plan *plan = &s->plan;
	if (plan->step > 1)
		tt_fprintf(f,
		           "Thinned: %zu of %zu frames have a picture here, every %zu%s and %zu more around the named "
		           "instants; "
		           "the curve has all frames. ",
		           s->n, plan->usable, plan->step, ordinal_end(plan->step), plan->extra);
	else
		tt_fprintf(f, "All %zu frames that are no repetition have a picture here. ", s->n);
	if (s->dropped) tt_fprintf(f, "%zu found no room. ", s->dropped);
	tt_fprintf(f, "Pictures are %d × %d px", plan->width, plan->height);
	if (plan->width != p->frame_width)
		tt_fprintf(f, " (the recording: %d × %d px)", p->frame_width, p->frame_height);
	tt_fprintf(f, ", JPEG quality %d; grey levels %.4g to %.4g are shown as black to white.", s->least_quality,
	           s->black, s->white);
}

/* The picture of a row, or the one before it; NULL without any. */
static const tt_shot *shot_at(const tt_shots *s, size_t row)
{
	const tt_shot *best = s->n ? &s->shot[0] : NULL;
	for (size_t i = 0; i < s->n && s->shot[i].row <= row; i++)
		best = &s->shot[i];
	return best;
}

static void put_instants(FILE *f, const tt_report_page *p)
{
	if (!p->shots->n || !p->n_instants) return;
	fputs("<ul class=\"instants\" aria-label=\"Instants of the test\">\n", f);
	for (size_t i = 0; i < p->n_instants; i++) {
		const tt_page_instant *at = &p->instant[i];
		const tt_shot *shot = shot_at(p->shots, at->row);
		tt_fprintf(f, "<li><button type=\"button\" data-go=\"%zu\"><img alt=\"", at->row);
		tt_put_html(f, at->name);
		tt_fprintf(f, "\" width=\"%d\" height=\"%d\" src=\"data:image/jpeg;base64,", p->shots->plan.width,
		           p->shots->plan.height);
		tt_put_base64(f, shot->jpeg.data, shot->jpeg.size);
		fputs("\"><span class=\"words\">", f);
		tt_put_html(f, at->name);
		tt_fprintf(f, ": frame %lld, %.2f s</span></button></li>\n", (long long)p->frame[at->row],
		           p->time_s[at->row]);
	}
	fputs("</ul>\n", f);
}

/* Where it covers nothing, as the first picture of the page tells: the same when the pictures were kept from before. */
static void put_scale_bar(FILE *f, const tt_report_page *p)
{
	if (!(p->pixel_size_m > 0)) return;
	char text[32];
	double field = p->frame_width * p->pixel_size_m, length = tt_scale_bar_length(0.33 * field, text, sizeof text);
	int width = 0, height = 0, corner = TT_BAR_BOTTOM_LEFT;
	bool bright = false;
	uint8_t *pixels = p->shots->n ? tt_jpeg_grey(&p->shots->shot[0].jpeg, &width, &height) : NULL;
	if (pixels) {
		const tt_image im = {pixels, width, width, height, TT_U8};
		const tt_rect whole = {0, 0, width, height};
		double px = length / field * width, margin = 0.03 * width, high = 0.16 * height;
		corner = (int)tt_scale_bar_corner(&im, whole, px + 2 * margin, high, TT_BAR_BOTTOM_LEFT, false, NULL);
		double x = corner & 1 ? width - margin - 0.5 * px : margin + 0.5 * px,
		       y = corner & 2 ? 0.5 * high : height - 0.5 * high;
		bright = tt_ground_ink(&im, x, y, 0.5 * px) == 0;
		free(pixels);
	}
	tt_fprintf(f, "<div class=\"scale%s%s%s\" style=\"width:%.3f%%\">%s<span></span></div>",
	           corner & 1 ? " right" : "", corner & 2 ? " top" : "", bright ? " on-bright" : "",
	           100 * length / field, text);
}

/* ---- the necking row ---- */

static void put_necking(FILE *f, writing *w)
{
	const tt_report_page *p = w->page;
	if (p->necking_png) {
		fputs("<figure class=\"paper\"><img alt=\"Frame at yield, last intact frame, their difference\" src=\"",
		      f);
		w->status = tt_put_picture(f, p->necking_png, &w->error);
		fputs("\"></figure>\n", f);
		if (w->status != TT_OK) return;
	}
	if (p->necking_words) {
		fputs("<p class=\"note\">", f);
		tt_put_html(f, p->necking_words);
		fputs("</p>\n", f);
	}
	fputs("<div class=\"parameters\">\n", f);
	tt_put_summary_table(f, w->summary, "necking", "Necking");
	tt_put_summary_table(f, w->summary, "fracture", "Fracture");
	fputs("</div>\n", f);
}

/* ---- what was decided, and how ---- */

static void put_decisions(FILE *f, const tt_report_page *p)
{
	if (!p->n_decisions) return;
	fputs("<p class=\"note\">What the program found by itself, by which evidence, and the key of the description "
	      "that "
	      "decides it by hand.</p>\n",
	      f);
	tt_put_scroller(f, "How each thing was decided");
	fputs("<table class=\"decisions\"><thead><tr><th scope=\"col\">What</th><th scope=\"col\">Value</th><th "
	      "scope=\"col\">By</th><th "
	      "scope=\"col\">Evidence</th><th scope=\"col\">Key that overrides it</th></tr></thead><tbody>\n",
	      f);
	for (size_t i = 0; i < p->n_decisions; i++) {
		const tt_decision *d = &p->decision[i];
		const char first[2] = {(char)toupper((unsigned char)d->name[0]), '\0'};
		fputs("<tr><th scope=\"row\">", f);
		tt_put_html(f, first);
		tt_put_html(f, d->name[0] ? d->name + 1 : "");
		fputs("</th><td>", f);
		tt_put_html(f, d->text[0] ? d->text : "–");
		tt_fprintf(f, "</td><td>%s</td><td>", d->given ? "description" : "program");
		tt_put_html(f, d->evidence[0] ? d->evidence : "–");
		fputs("</td><td class=\"mono\">", f);
		if (d->example) {
			tt_put_html(f, d->key);
			if (d->example[0]) {
				fputs(": ", f);
				tt_put_html(f, d->example);
			}
		} else {
			fputs("–", f);
		}
		fputs("</td></tr>\n", f);
	}
	fputs("</tbody></table></div>\n", f);
}

/* ---- files ---- */

static bool put_file_link(FILE *f, struct tt_outdir *dir, const char *name, const char *shown, bool first)
{
	const char *path;
	tt_error ignored;
	struct stat st;
	if (tt_outdir_path(dir, name, &path, &ignored) != TT_OK || stat(path, &st) != 0) return false;
	if (!first) fputs(", ", f);
	fputs("<a href=\"", f);
	tt_put_address(f, name);
	fputs("\">", f);
	tt_put_html(f, shown);
	fputs("</a>", f);
	return true;
}

/* "spring.*" is a figure in all its forms. */
static bool put_links(FILE *f, struct tt_outdir *dir, const char *files)
{
	static const char *const endings[] = {"pdf", "svg", "png", "gp", "dat"};
	bool any = false;
	for (const char *p = files; *p;) {
		size_t n = strcspn(p, " ");
		bool figure = n > 2 && p[n - 1] == '*';
		for (size_t i = 0; i < (figure ? sizeof endings / sizeof *endings : 1); i++) {
			char *name = tt_format("%.*s%s", (int)(figure ? n - 1 : n), p, figure ? endings[i] : "");
			char *shown = name && figure && i ? tt_format(".%s", endings[i])
			              : name              ? tt_strdup(name)
			                                  : NULL;
			if (shown && put_file_link(f, dir, name, shown, !any)) any = true;
			free(shown);
			free(name);
		}
		p += n + strspn(p + n, " ");
	}
	return any;
}

static void put_files(FILE *f, const writing *w)
{
	const tt_report_page *p = w->page;
	if (!p->n_lines) return;
	fputs("<h3>Files beside this page</h3>\n<ul class=\"files\">\n", f);
	for (size_t i = 0; i < p->n_lines; i++) {
		char *text = NULL;
		size_t size;
		FILE *m = open_memstream(&text, &size);
		if (!m) return;
		bool any = put_links(m, w->dir, p->line[i].files);
		fclose(m);
		if (any && text) tt_fprintf(f, "<li>%s: ", text);
		if (any && text) tt_put_html(f, p->line[i].what);
		if (any && text) fputs("</li>\n", f);
		free(text);
	}
	fputs("</ul>\n", f);
}

/* ---- tables ---- */

/* "R_p0.2" with its index below the line. */
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

static void put_property(FILE *f, const tt_page_property *p)
{
	const char first[2] = {(char)toupper((unsigned char)p->name[0]), '\0'};
	fputs("<tr><th scope=\"row\">", f);
	tt_put_html(f, first);
	tt_put_html(f, p->name[0] ? p->name + 1 : "");
	fputs("</th><td>", f);
	put_symbol(f, p->symbol);
	if (isnan(p->value)) {
		fputs("</td><td colspan=\"3\">", f);
		tt_put_html(f, p->reason);
	} else {
		fputs("</td><td class=\"number\">", f);
		tt_put_value_u(f, p->value, p->u);
		fputs("</td><td>", f);
		tt_put_html(f, p->unit);
		fputs("</td><td class=\"number\">", f);
		tt_put_interval(f, p->lo, p->hi, p->u);
	}
	fputs("</td><td class=\"words\">", f);
	tt_put_html(f, p->definition);
	fputs("</td></tr>\n", f);
}

static void put_properties(FILE *f, const writing *w)
{
	const tt_report_page *p = w->page;
	tt_put_scroller(f, "Properties");
	fputs("<table><thead><tr><th scope=\"col\">Property</th><th scope=\"col\">ISO 6892-1</th>"
	      "<th scope=\"col\">Value ± u</th><th scope=\"col\">Unit</th><th scope=\"col\">95 % interval</th>"
	      "<th scope=\"col\" class=\"words\">Definition</th></tr></thead><tbody>\n",
	      f);
	for (size_t i = 0; i < p->n_properties; i++)
		put_property(f, &p->property[i]);
	fputs("</tbody></table></div>\n", f);
	tt_put_lists_of_properties(f, w->summary);
}

static void put_parameters(FILE *f, const json_t *s)
{
	static const char *const table[][2] = {{"dic", "Digital image correlation"}, {"gauge", "Gauge"},
	                                       {"spring", "Spring and force"},       {"sync", "Clocks"},
	                                       {"parameters", "Test and recording"}, {"frames", "Frames"}};
	fputs("<div class=\"parameters\">\n", f);
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		tt_put_summary_table(f, s, table[i][0], table[i][1]);
	fputs("</div>\n", f);
}

static void put_inputs(FILE *f, const writing *w)
{
	tt_put_inputs_table(f, w->summary);
	if (!w->page->command) return;
	fputs("<p>The command that made it:</p>\n<pre><code>", f);
	tt_put_html(f, w->page->command);
	fputs("</code></pre>\n", f);
}

/* ---- data ---- */

static void put_list(FILE *f, const double *v, size_t n, double scale, int digits)
{
	fputc('[', f);
	for (size_t i = 0; i < n; i++) {
		if (i) fputc(',', f);
		tt_put_json_number(f, v[i] * scale, digits);
	}
	fputc(']', f);
}

static void put_column(FILE *f, const tt_page_column *c, size_t rows)
{
	fputs("{\"key\":", f);
	tt_put_json_text(f, c->key);
	fputs(",\"name\":", f);
	tt_put_json_text(f, c->name);
	fputs(",\"unit\":", f);
	tt_put_json_text(f, c->unit);
	tt_fprintf(f, ",\"decimals\":%d,\"value\":", c->decimals);
	put_list(f, c->value, rows, c->scale, 6);
	if (c->u) {
		fputs(",\"u\":", f);
		put_list(f, c->u, rows, c->scale, 3);
	}
	fputc('}', f);
}

/* The ends of the gauge, only for rows with a picture. */
static void put_ends(FILE *f, const tt_report_page *p)
{
	fputs(",\"ends\":{", f);
	const char *between = "";
	for (size_t i = 0; p->ends && i < p->shots->n; i++) {
		const double *e = p->ends + 4 * p->shots->shot[i].row;
		if (isnan(e[0] + e[1] + e[2] + e[3])) continue;
		tt_fprintf(f, "%s\"%zu\":[%.1f,%.1f,%.1f,%.1f]", between, p->shots->shot[i].row, e[0], e[1], e[2],
		           e[3]);
		between = ",";
	}
	fputc('}', f);
}

static void put_data(FILE *f, const tt_report_page *p)
{
	tt_fprintf(f, "{\"x\":%zu,\"y\":%zu,\"size\":[%d,%d],\"band\":", p->x, p->y, p->frame_width, p->frame_height);
	tt_put_json_text(f, p->band ? p->band : "95 % uncertainty");
	fputs(",\"frame\":[", f);
	for (size_t i = 0; i < p->rows; i++)
		tt_fprintf(f, "%s%lld", i ? "," : "", (long long)p->frame[i]);
	fputs("],\"columns\":[", f);
	for (size_t i = 0; i < p->n_columns; i++) {
		if (i) fputs(",\n", f);
		put_column(f, &p->column[i], p->rows);
	}
	fputs("],\n\"flag\":{", f);
	const char *between = "";
	for (size_t i = 0; i < p->rows; i++) {
		if (!p->flag[i] || !p->flag[i][0]) continue;
		tt_fprintf(f, "%s\"%zu\":", between, i);
		tt_put_json_text(f, p->flag[i]);
		between = ",";
	}
	fputs("},\"repeated\":{", f);
	between = "";
	for (size_t i = 0; i < p->rows; i++) {
		if (!p->flag[i] || !strstr(p->flag[i], "duplicate")) continue;
		tt_fprintf(f, "%s\"%zu\":1", between, i);
		between = ",";
	}
	fputs("},\"marks\":[", f);
	between = "";
	for (size_t i = 0; i < p->n_marks; i++) {
		if (!isfinite(p->mark[i].x + p->mark[i].y)) continue;
		tt_fprintf(f, "%s{\"name\":", between);
		tt_put_json_text(f, p->mark[i].name);
		tt_fprintf(f, ",\"symbol\":\"%s\",\"x\":", p->mark[i].symbol);
		tt_put_json_number(f, p->mark[i].x, 6);
		fputs(",\"y\":", f);
		tt_put_json_number(f, p->mark[i].y, 6);
		fputc('}', f);
		between = ",";
	}
	fputs("],\"kept\":[", f);
	for (size_t i = 0; i < p->shots->n; i++)
		tt_fprintf(f, "%s%zu", i ? "," : "", p->shots->shot[i].row);
	fputc(']', f);
	put_ends(f, p);
	fputc('}', f);
}

static void put_shots(FILE *f, const tt_shots *s)
{
	fputc('[', f);
	for (size_t i = 0; i < s->n; i++) {
		fputs(i ? ",\n\"" : "\"", f);
		tt_put_base64(f, s->shot[i].jpeg.data, s->shot[i].jpeg.size);
		fputc('"', f);
	}
	fputc(']', f);
}

/* ---- the page ---- */

static void put(void *ctx, FILE *f, const char *name)
{
	writing *w = ctx;
	const tt_report_page *p = w->page;
	if (w->status != TT_OK || tt_put_common(f, name, p->title, "report.js")) return;
	if (strcmp(name, "subtitle") == 0)
		tt_put_html(f, p->subtitle);
	else if (strcmp(name, "warnings") == 0)
		tt_put_warnings(f, w->summary);
	else if (strcmp(name, "figure") == 0)
		tt_put_svg(f, p->figure_svg);
	else if (strcmp(name, "shot-width") == 0)
		tt_fprintf(f, "%d", p->shots->plan.width);
	else if (strcmp(name, "shot-height") == 0)
		tt_fprintf(f, "%d", p->shots->plan.height);
	else if (strcmp(name, "frame-width") == 0)
		tt_fprintf(f, "%d", p->frame_width);
	else if (strcmp(name, "frame-height") == 0)
		tt_fprintf(f, "%d", p->frame_height);
	else if (strcmp(name, "exact") == 0) {
		if (!p->exact || !p->exact[0]) return;
		fputs("; taken as exact, for no ± is stated: ", f);
		tt_put_html(f, p->exact);
	} else if (strcmp(name, "scale-bar") == 0)
		put_scale_bar(f, p);
	else if (strcmp(name, "pictures") == 0)
		put_pictures_note(f, p);
	else if (strcmp(name, "instants") == 0)
		put_instants(f, p);
	else if (strcmp(name, "properties") == 0)
		put_properties(f, w);
	else if (strcmp(name, "figures") == 0)
		w->status = tt_put_page_figures(f, w->dir, p->figure, p->n_figures, &w->error);
	else if (strcmp(name, "decisions") == 0)
		put_decisions(f, p);
	else if (strcmp(name, "files") == 0)
		put_files(f, w);
	else if (strcmp(name, "notes") == 0) {
		if (!p->notes || !p->notes[0]) return;
		fputs("<p class=\"notes\"><strong>Notes:</strong> ", f);
		tt_put_html(f, p->notes);
		fputs("</p>", f);
	} else if (strcmp(name, "necking") == 0)
		put_necking(f, w);
	else if (strcmp(name, "parameters") == 0)
		put_parameters(f, w->summary);
	else if (strcmp(name, "inputs") == 0)
		put_inputs(f, w);
	else if (strcmp(name, "data") == 0)
		put_data(f, p);
	else if (strcmp(name, "shots") == 0)
		put_shots(f, p->shots);
	else
		w->status = tt_fail(&w->error, TT_ERR_FAILED, "the page has an unknown place '%s'", name);
}

tt_status tt_report_write(struct tt_outdir *dir, const char *file, const tt_report_page *page, tt_error *err)
{
	json_error_t why;
	writing w = {.page = page, .summary = json_loads(page->summary, 0, &why), .dir = dir};
	const tt_page_file *template = tt_page_file_find("page.html");
	FILE *f;
	if (!w.summary || !template)
		return tt_fail(err, TT_ERR_FAILED, "%s: the summary is no JSON: %s", file, why.text);
	tt_status st = tt_outdir_fopen(dir, file, &f, err);
	if (st == TT_OK) {
		tt_fill_page(f, template->data, put, &w);
		st = tt_outdir_fclose(dir, f, file, err);
	}
	json_decref(w.summary);
	if (st == TT_OK && w.status != TT_OK) st = tt_fail(err, w.status, "%s: %s", file, w.error.message);
	return st;
}
