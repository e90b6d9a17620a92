/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "jobs/study_report.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/files.h"
#include "core/outdir.h"
#include "core/text.h"
#include "report/page/report.h"

typedef struct page {
	tt_study_page_test *test;
	size_t n;
	double **stress, **u_stress, *value, *u;
	char **link;
	tt_strings warnings;
} page;

static bool page_alloc(page *p, size_t n)
{
	p->test = calloc(n + 1, sizeof *p->test);
	p->stress = calloc(n + 1, sizeof *p->stress);
	p->u_stress = calloc(n + 1, sizeof *p->u_stress);
	p->link = calloc(n + 1, sizeof *p->link);
	p->value = calloc((n + 1) * TT_CMP_COUNT, sizeof *p->value);
	p->u = calloc((n + 1) * TT_CMP_COUNT, sizeof *p->u);
	return p->test && p->stress && p->u_stress && p->link && p->value && p->u;
}

static void page_clear(page *p)
{
	for (size_t i = 0; i < p->n; i++) {
		if (p->stress) free(p->stress[i]);
		if (p->u_stress) free(p->u_stress[i]);
		if (p->link) free(p->link[i]);
	}
	free(p->test);
	free(p->stress);
	free(p->u_stress);
	free(p->link);
	free(p->value);
	free(p->u);
	tt_strings_free(&p->warnings);
}

/* From the page to a test's own; NULL when that lies elsewhere than beside or below it, or has no page. */
static char *link_to(const char *folder, const char *out)
{
	struct stat st;
	char *file = tt_path_join(folder, "report.html"), *from = tt_real_path(out), *to = tt_real_path(folder),
	     *link = NULL;
	bool there = file && stat(file, &st) == 0;
	if (there && from && to) {
		const char *up = strrchr(from, '/');
		size_t below = strlen(from), beside = up ? (size_t)(up - from) : 0;
		if (strncmp(to, from, below) == 0 && to[below] == '/')
			link = tt_format("%s/report.html", to + below + 1);
		else if (up && strncmp(to, from, beside) == 0 && to[beside] == '/')
			link = tt_format("../%s/report.html", to + beside + 1);
	}
	free(file);
	free(from);
	free(to);
	return link;
}

static bool add(page *p, const tt_study_test *t, const char *group, const char *folder, const char *out)
{
	size_t i = p->n++;
	p->stress[i] = calloc(t->rows + 1, sizeof *p->stress[i]);
	p->u_stress[i] = calloc(t->rows + 1, sizeof *p->u_stress[i]);
	if (!p->stress[i] || !p->u_stress[i]) return false;
	for (size_t k = 0; k < t->rows; k++) {
		p->stress[i][k] = t->stress_GPa[k] * 1e9;
		p->u_stress[i][k] = t->u_stress_GPa ? t->u_stress_GPa[k] * 1e9 : NAN;
	}
	for (int k = 0; k < TT_CMP_COUNT; k++) {
		double shown = tt_compared_shown((tt_compared)k);
		p->value[i * TT_CMP_COUNT + (size_t)k] = t->failed ? NAN : t->property[k].value * shown;
		p->u[i * TT_CMP_COUNT + (size_t)k] = t->failed ? NAN : t->property[k].u * shown;
	}
	if (!t->failed) p->link[i] = link_to(folder, out);
	p->test[i] = (tt_study_page_test){.name = t->folder,
	                                  .group = group,
	                                  .link = p->link[i],
	                                  .remark = t->failed,
	                                  .rows = t->rows,
	                                  .strain = t->strain,
	                                  .stress_Pa = p->stress[i],
	                                  .u_strain = t->u_strain,
	                                  .u_stress_Pa = p->u_stress[i],
	                                  .value = p->value + i * TT_CMP_COUNT,
	                                  .u = p->u + i * TT_CMP_COUNT};
	return true;
}

/* *text NULL: there is no such figure. */
static tt_status figure_text(struct tt_outdir *dir, char **text, tt_error *err)
{
	const char *path;
	tt_error ignored;
	struct stat st;
	*text = NULL;
	if (tt_outdir_path(dir, "curves.svg", &path, &ignored) != TT_OK || stat(path, &st) != 0) return TT_OK;
	const size_t size = (size_t)st.st_size;
	FILE *f = fopen(path, "rb");
	if (!f) return tt_fail_read(err, "curves.svg", errno);
	*text = malloc(size + 1);
	const size_t n = *text ? fread(*text, 1, size, f) : 0;
	const int why = errno;
	fclose(f);
	if (!*text) return tt_fail_memory(err, "the figure of the study");
	(*text)[n] = 0;
	return n == size ? TT_OK : tt_fail_read(err, "curves.svg", why);
}

tt_status tt_study_report(struct tt_outdir *dir, const tt_study *s, const tt_comparison *c, char *const *folder,
                          const char *out, const char *command, tt_error *err)
{
	page p = {0};
	tt_study_page_quantity quantity[TT_CMP_COUNT];
	bool good = page_alloc(&p, s->n);
	for (int k = 0; k < TT_CMP_COUNT; k++) {
		const tt_measurand *info = tt_compared_describe((tt_compared)k);
		quantity[k] = (tt_study_page_quantity){info->short_name, "", info->shown_unit};
	}
	for (size_t g = 0; g < c->n; g++)
		for (size_t k = 0; k < c->group[g].n && good; k++)
			good =
			    add(&p, &s->test[c->group[g].test[k]], c->group[g].label, folder[c->group[g].test[k]], out);
	for (size_t i = 0; i < s->n && good; i++)
		if (s->test[i].failed) good = add(&p, &s->test[i], "", folder[i], out);
	for (size_t i = 0; i < s->n; i++)
		if (s->test[i].failed) tt_warn(&p.warnings, "%s failed: %s", s->test[i].folder, s->test[i].failed);
	for (size_t i = 0; i < c->n_checks; i++)
		if (c->check[i].differs) tt_warn(&p.warnings, "%s", c->check[i].text);
	for (size_t i = 0; i < c->notes.n; i++)
		tt_warn(&p.warnings, "%s", c->notes.item[i]);
	char *svg = NULL;
	tt_status st = good ? figure_text(dir, &svg, err) : tt_fail_memory(err, "the page of the study");
	const tt_study_page whole = {.title = s->name ? s->name : "Comparison",
	                             .command = command,
	                             .warnings = &p.warnings,
	                             .test = p.test,
	                             .n_tests = p.n,
	                             .quantity = quantity,
	                             .n_quantities = TT_CMP_COUNT,
	                             .figure_svg = svg,
	                             .study = s,
	                             .compared = c};
	if (st == TT_OK) st = tt_study_page_write(dir, "study.html", &whole, err);
	free(svg);
	page_clear(&p);
	return st;
}
