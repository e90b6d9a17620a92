/* What a study says, in tables and words: groups, tests of significance, cross-checks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "core/text.h"
#include "report/draw/markup.h"
#include "report/page/report_parts.h"
#include "temtensile/study.h"

static void put_heading(FILE *f, const tt_measurand *m)
{
	fputs("<th scope=\"col\">", f);
	tt_put_html(f, m->short_name);
	if (m->shown_unit[0]) {
		fputs(" (", f);
		tt_put_html(f, m->shown_unit);
		fputc(')', f);
	}
	fputs("</th>", f);
}

/* So many digits, true minus, no e. */
static const char *rounded(double v, int digits, char *buf, size_t size)
{
	char text[40];
	tt_snprintf(text, sizeof text, "%.*g", digits, v);
	return tt_value_text(buf, size, tt_strtod(text, NULL), NAN, "");
}

/* Mean ± what the study shows; below it the scatter, and both uncertainties of the mean. */
static void put_cell(FILE *f, const tt_study *s, const tt_group_result *r, double scale, size_t n)
{
	char text[120];
	fputs("<td class=\"number\">", f);
	if (!r->between.n) {
		fputs("–</td>", f);
		return;
	}
	tt_put_value_u(f, r->between.mean * scale, tt_group_half(r, s->interval) * scale);
	fputs("<span class=\"parts\">", f);
	if (r->between.n > 1) tt_fprintf(f, "SD %s<br>", rounded(r->between.sd * scale, 2, text, sizeof text));
	tt_fprintf(f, "u %s", rounded(hypot(r->u_own, r->u_shared) * scale, 2, text, sizeof text));
	if (r->u_shared > 0) tt_fprintf(f, ", shared %s", rounded(r->u_shared * scale, 2, text, sizeof text));
	if (r->between.n != n) tt_fprintf(f, "<br>of %zu", r->between.n);
	fputs("</span></td>", f);
}

void tt_put_study_groups(FILE *f, const tt_study *s, const tt_comparison *c)
{
	if (!c->n) return;
	tt_fprintf(f, "<section aria-labelledby=\"h-groups\"><h2 id=\"h-groups\">%s</h2>\n",
	           s->variants ? "Variants" : "Groups");
	tt_put_scroller(f, s->variants ? "Variants" : "Groups");
	fputs("<table class=\"dense\"><thead><tr><th scope=\"col\">", f);
	tt_put_html(f, c->axis);
	fputs("</th><th scope=\"col\">n</th>", f);
	for (int p = 0; p < TT_CMP_COUNT; p++)
		put_heading(f, tt_compared_describe((tt_compared)p));
	fputs("</tr></thead><tbody>\n", f);
	for (size_t g = 0; g < c->n; g++) {
		fputs("<tr><th scope=\"row\">", f);
		tt_put_html(f, c->group[g].label);
		tt_fprintf(f, "</th><td class=\"number\">%zu</td>", c->group[g].n);
		for (int p = 0; p < TT_CMP_COUNT; p++)
			put_cell(f, s, &c->group[g].value[p], tt_compared_shown((tt_compared)p), c->group[g].n);
		fputs("</tr>\n", f);
	}
	tt_fprintf(
	    f,
	    "</tbody></table></div>\n<p class=\"note\">%s ± %s. SD: between specimens. u: standard uncertainty of the "
	    "measurement%s; its part that repeats share does not shrink with n. Shared: ",
	    s->variants ? "Value" : "Mean", tt_interval_words(s->interval), s->variants ? "" : ", for the mean");
	tt_put_html(f, tt_shared_rule);
	fputs(".</p></section>\n", f);
}

static const char *p_text(double p, char *buf, size_t size)
{
	if (p < 0.001)
		tt_snprintf(buf, size, "p < 0.001");
	else
		tt_snprintf(buf, size, "p = %.2g", p);
	return buf;
}

static void put_pair(FILE *f, const tt_comparison *c, const tt_pair_test *k, const tt_measurand *m, double scale)
{
	char text[160], p[40], g[40];
	fputs("<li>", f);
	tt_put_html(f, c->group[k->a].label);
	fputs(" less ", f);
	tt_put_html(f, c->group[k->b].label);
	double half = (k->welch.hi - k->welch.lo) / 2;
	tt_fprintf(f, ": %s",
	           tt_value_text(text, sizeof text, k->welch.difference * scale, half * scale, m->shown_unit));
	if (isfinite(k->welch.p))
		tt_fprintf(
		    f, " (± half of the 95 %% interval); Welch’s t, %s, after Holm’s correction %.2g; Hedges’ g %s%s",
		    p_text(k->welch.p, p, sizeof p), k->holm, rounded(k->welch.hedges_g, 2, g, sizeof g),
		    k->weak ? "; weak: a group of two specimens" : "");
	else
		fputs("; not tested: fewer than two specimens in one of them", f);
	fputs("</li>\n", f);
}

static void put_property(FILE *f, const tt_study *s, const tt_comparison *c, int p)
{
	const tt_measurand *m = tt_compared_describe((tt_compared)p);
	const tt_anova *a = &c->anova[p];
	char text[40];
	size_t known = 0;
	for (size_t g = 0; g < c->n; g++)
		known += c->group[g].value[p].between.n > 0;
	if (known < 2) return;
	fputs("<li><strong>", f);
	tt_put_html(f, m->short_name);
	fputs("</strong>: ", f);
	if (c->reason[p][0]) {
		tt_put_html(f, c->reason[p]);
	} else if (isfinite(a->welch_p)) {
		tt_fprintf(f,
		           "%s between the groups (Welch’s analysis of variance, F = %s with %.3g and %.3g degrees of "
		           "freedom, ",
		           a->welch_p < 0.05 ? "differs" : "no difference is shown",
		           rounded(a->welch_f, 3, text, sizeof text), a->welch_df1, a->welch_df2);
		tt_fprintf(f, "%s; ω² = %.2f)", p_text(a->welch_p, text, sizeof text), a->omega2);
	} else {
		fputs("compared in pairs only", f);
	}
	fputs("<ul>\n", f);
	for (size_t i = 0; i < c->n_pairs; i++) {
		const tt_pair_test *k = &c->pair[p][i];
		if (!isfinite(k->welch.difference) || (s->variants && k->a != 0)) continue;
		put_pair(f, c, k, m, tt_compared_shown((tt_compared)p));
	}
	fputs("</ul></li>\n", f);
}

void tt_put_study_statistics(FILE *f, const tt_study *s, const tt_comparison *c)
{
	if (c->n < 2) return;
	tt_fprintf(
	    f, "<section aria-labelledby=\"h-statistics\"><h2 id=\"h-statistics\">%s</h2>\n<ul class=\"statistics\">\n",
	    s->variants ? "Differences" : "Statistics in words");
	for (int p = 0; p < TT_CMP_COUNT; p++)
		put_property(f, s, c, p);
	fputs("</ul></section>\n", f);
	if (!c->n_checks) return;
	fputs("<section aria-labelledby=\"h-checks\"><h2 id=\"h-checks\">Cross-checks</h2>\n<ul>\n", f);
	for (size_t i = 0; i < c->n_checks; i++) {
		fputs(c->check[i].differs ? "<li><strong>Differs:</strong> " : "<li>", f);
		tt_put_html(f, c->check[i].text);
		fputs("</li>\n", f);
	}
	fputs("</ul></section>\n", f);
}
