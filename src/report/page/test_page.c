/* report.html, from what the other stages left.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "report/curve_outputs.h"
#include "report/findings.h"
#include "temtensile/report.h"

enum { MOST_COLUMNS = 12 };

typedef struct parts {
	tt_page_column column[MOST_COLUMNS];
	size_t n_columns;
	tt_page_property property[TT_PROP_COUNT];
	const char **flag;
	char (*flag_text)[64];
	double *width[2]; /* mean, at the neck: w/w0 by row */
	double *air;      /* what the specimen's force is less, besides the spring's: force in air, drift */
	tt_page_mark mark[3];
	tt_decision decision[TT_DECISIONS_MOST];
	size_t n_decisions;
	double *ends;
	char band[160];
	char *summary, *figure, *necking_path, *command, *subtitle, *necking_words, *exact;
} parts;

static void clear(parts *p)
{
	free(p->flag);
	free(p->flag_text);
	free(p->width[0]);
	free(p->width[1]);
	free(p->air);
	free(p->ends);
	free(p->summary);
	free(p->figure);
	free(p->necking_path);
	free(p->command);
	free(p->subtitle);
	free(p->necking_words);
	free(p->exact);
}

/* ---- columns ---- */

static void add(parts *p, const char *key, const char *name, const char *unit, const double *value, const double *u,
                double scale, int decimals)
{
	p->column[p->n_columns++] = (tt_page_column){key, name, unit, value, u, scale, decimals};
}

/* The station that is narrowest where the neck is. */
static size_t neck_station(const tt_necking *n)
{
	size_t best = 0;
	for (size_t k = 0; k < n->stations; k++)
		if (fabs(n->s[k] - n->neck.s_px) < fabs(n->s[best] - n->neck.s_px)) best = k;
	return best;
}

static void fill_widths(const tt_findings *a, parts *p)
{
	const tt_necking *n = &a->r->necking;
	bool neck = n->has_neck && n->neck.found;
	size_t at = neck ? neck_station(n) : 0;
	for (size_t i = 0; i < a->r->curve->n; i++)
		p->width[0][i] = p->width[1][i] = NAN;
	for (size_t i = 0; i < n->rows; i++) {
		const float *ratio = n->ratio + i * n->stations;
		double sum = 0, seen = 0;
		for (size_t k = 0; k < n->stations; k++)
			if (!isnan(ratio[k])) sum += (double)ratio[k], seen++;
		if (2 * seen > (double)n->stations) p->width[0][n->index[i]] = sum / seen;
		if (neck) p->width[1][n->index[i]] = (double)ratio[at];
	}
	if (!n->rows) return;
	add(p, "width", "Mean width w/w₀", "%", p->width[0], NULL, 100, 2);
	if (neck) add(p, "neck_width", "Width at the neck w/w₀", "%", p->width[1], NULL, 100, 2);
}

static void fill_columns(const tt_findings *a, parts *p)
{
	const tt_curve *c = a->r->curve;
	add(p, "strain", "Strain", "%", c->strain, c->u_strain, 100, 3);
	add(p, "stress", "Stress", "GPa", c->stress_Pa, c->u_stress_Pa, 1e-9, 3);
	for (size_t i = 0; i < c->n; i++) {
		bool loaded = c->log_time_s[i] > a->r->mechanics->contact_time_s && isfinite(c->force_N[i]);
		p->air[i] = loaded ? c->force_raw_N[i] - c->force_spring_N[i] - c->force_N[i] : NAN;
	}
	add(p, "force", "Force on the specimen", "µN", c->force_N, NULL, 1e6, 2);
	add(p, "spring_force", "Spring force", "µN", c->force_spring_N, NULL, 1e6, 2);
	add(p, "raw_force", "Force as logged", "µN", c->force_raw_N, NULL, 1e6, 2);
	add(p, "air_force", "Force in air", "µN", p->air, NULL, 1e6, 2);
	add(p, "displacement", "Displacement", "nm", c->displacement_m, NULL, 1e9, 1);
	add(p, "time", "Time", "s", c->time_s, NULL, 1, 2);
	fill_widths(a, p);
}

static bool fill_rows(const tt_findings *a, parts *p)
{
	size_t n = a->r->curve->n;
	p->flag = calloc(n + 1, sizeof *p->flag);
	p->flag_text = calloc(n + 1, sizeof *p->flag_text);
	p->ends = malloc((4 * n + 1) * sizeof *p->ends);
	p->air = malloc((n + 1) * sizeof *p->air);
	for (int k = 0; k < 2; k++)
		p->width[k] = malloc((n + 1) * sizeof *p->width[k]);
	if (!p->air || !p->flag || !p->flag_text || !p->ends || !p->width[0] || !p->width[1]) return false;
	for (size_t i = 0; i < n; i++) {
		const tt_gauge_reading *r = &a->o->track.reading[i];
		bool known = r->ok && !(a->r->flag[i] & TT_ROW_NO_STRAIN);
		p->flag[i] = tt_row_flag_text(a->r->curve->flag[i], p->flag_text[i], sizeof p->flag_text[i]);
		for (int k = 0; k < 4; k++)
			p->ends[4 * i + (size_t)k] = known ? r->end[k / 2][k % 2] : NAN;
	}
	fill_columns(a, p);
	return true;
}

static void fill_properties(const tt_findings *a, parts *p)
{
	for (int i = 0; i < TT_PROP_COUNT; i++) {
		const tt_measurand *info = tt_property_describe((tt_property_id)i);
		const tt_property *v = &a->r->properties.value[i];
		p->property[i] =
		    (tt_page_property){.name = info->name,
		                       .symbol = info->iso,
		                       .unit = info->shown_unit,
		                       .definition = tt_property_definition(&a->r->properties, (tt_property_id)i),
		                       .reason = v->reason,
		                       .value = v->value * info->shown,
		                       .u = v->u * info->shown,
		                       .lo = v->lo * info->shown,
		                       .hi = v->hi * info->shown};
	}
}

/* The same points as in the figure. */
static void fill_marks(const tt_findings *a, parts *p)
{
	const tt_stress_strain_marks m = tt_stress_strain_marks_of(a->r);
	const tt_curve *c = a->r->curve;
	double strain = m.fracture_strain, stress = m.fracture_stress_Pa;
	for (size_t i = 0; i < c->n && m.fracture && isnan(m.fracture_strain); i++)
		if (tt_curve_row_usable(c, i)) strain = c->strain[i], stress = c->stress_Pa[i];
	p->mark[0] = (tt_page_mark){"0.2 % offset yield", "circle", 100 * m.yield_strain, m.yield_stress_Pa * 1e-9};
	p->mark[1] =
	    (tt_page_mark){"ultimate strength", "triangle", 100 * m.ultimate_strain, m.ultimate_stress_Pa * 1e-9};
	p->mark[2] = (tt_page_mark){"fracture", "crossRot", 100 * strain, stress * 1e-9};
}

static const tt_page_figure figures[] = {
    {"uncertainty.svg", "Uncertainty budget", "What each property's variance comes from.", true},
    {"gauge.png", "Gauge", "The gauge and its subsets on the first frame.", false},
    {"sync.svg", "Clocks", "Elongation in the images against the log's, clocks aligned, and what is left between them.",
     false},
    {"spring.svg", "Spring and force",
     "Logged force less force in air, the spring's part, what is left for the specimen.", false},
    {"spring_residual.svg", NULL, "What the spring leaves of the rows in which it is bare.", false},
    {"strain_map.svg", "Strain and width along the gauge", "Local axial strain along the gauge against time.", false},
    {"width_map.svg", NULL, "Width of the bar along its axis against time, over that before loading.", false},
    {"fracture.png", "Fracture", "The gap with straight lines through its two edges, and the tensile axis.", false},
};

static const tt_page_file_line file_lines[] = {
    {"stress_strain.*", "the curve with its 95 % band, yield, ultimate strength, fracture"},
    {"curve.csv curve.tsv curve.xlsx", "one row per frame; for Origin; for Excel"},
    {"summary.json", "every number with its uncertainty and definition, all parameters, inputs, warnings"},
    {"gauge.png gauge.pdf", "the gauge and its subsets on the first frame"},
    {"spring.* spring_residual.*", "logged force, spring, what is left; residuals of the spring's line"},
    {"sync.*", "the two clocks aligned"},
    {"uncertainty.csv uncertainty.*", "what each property's uncertainty comes from"},
    {"width.csv width_map.*", "width along the axis in each frame"},
    {"strain_map.csv strain_map.*", "local axial strain along the gauge against time"},
    {"fracture.png fracture.pdf", "the gap with its two edges"},
    {"necking.png necking.pdf necking_contrast.png necking_contrast.pdf necking_difference.tif necking_row.tif",
     "two frames and their registered difference"},
    {"movie.mp4", "the frames, and the curve growing beside them"},
    {"results.mat", "all of it for MATLAB and GNU Octave"},
    {"methods.txt run.log", "a text for a paper; results in words and the iDICs reporting table"},
};

/* ---- words ---- */

static char *join(char *a, const char *between, const char *b)
{
	char *out = a && b ? tt_format("%s%s%s", a, *a && *b ? between : "", b) : NULL;
	free(a);
	return out;
}

static char *describe(const tt_findings *a)
{
	char *s = tt_format("%s", a->test->film.composition ? a->test->film.composition : "");
	for (size_t i = 0; i < a->test->film.n_keys && s; i++) {
		if (strcmp(a->test->film.key[i].key, "composition") == 0) continue;
		char *one = tt_format("%s %s", a->test->film.key[i].key, a->test->film.key[i].text);
		for (char *c = one; c && *c && *c != ' '; c++)
			if (*c == '_') *c = ' ';
		s = join(s, " · ", one);
		free(one);
	}
	char *frames = tt_format("%zu frames", a->r->curve->n);
	s = join(s, " · ", frames);
	free(frames);
	return s;
}

/* Without folders: the page must not depend on where the files lie. */
static char *command_of(const tt_findings *a)
{
	char *s = tt_strdup("temtensile analyze"), *q = tt_shell_quoted(tt_path_base(a->test->path));
	s = join(s, " ", q);
	free(q);
	for (size_t i = 0; i < a->n_sets; i++) {
		q = tt_shell_quoted(a->sets[i]);
		s = join(s, " --set ", q);
		free(q);
	}
	if (a->no_movie) s = join(s, " ", "--no-movie");
	return join(s, " ", "-o RESULTS");
}

static char *necking_words(const tt_findings *a)
{
	const tt_look *n = &a->r->look;
	if (!a->closeup->has_difference) return tt_format("No difference image: %s.", a->closeup->difference_reason);
	return tt_format(
	    "Frames %lld (strain %.2f %%) and %lld (strain %.2f %%), chosen by: %s. The second was registered on the "
	    "first and matched in grey levels before they were subtracted.",
	    (long long)a->o->track.number[n->pair[0]], 100 * a->r->curve->strain[n->pair[0]],
	    (long long)a->o->track.number[n->pair[1]], 100 * a->r->curve->strain[n->pair[1]], n->pair_source);
}

/* ---- files ---- */

static tt_status read_staged(const tt_findings *a, const char *name, char **text, tt_error *err)
{
	const char *path;
	size_t size = 0, capacity = 0;
	tt_status st = tt_outdir_path(a->out, name, &path, err);
	if (st != TT_OK) return st;
	FILE *f = fopen(path, "rb");
	if (!f) return tt_fail(err, TT_ERR_FAILED, "%s: %s", name, strerror(errno));
	for (;;) {
		char *grown = tt_grow(*text, &capacity, size + 65537, 1);
		if (!grown) break;
		*text = grown;
		size_t got = fread(grown + size, 1, 65536, f);
		size += got;
		grown[size] = '\0';
		if (!got) break;
	}
	bool bad = !*text || ferror(f);
	fclose(f);
	return bad ? tt_fail(err, TT_ERR_FAILED, "%s cannot be read back", name) : TT_OK;
}

static tt_status gather(const tt_findings *a, parts *p, tt_error *err)
{
	const char *path;
	if (!fill_rows(a, p)) return tt_fail_memory(err, "report.html");
	fill_properties(a, p);
	fill_marks(a, p);
	p->n_decisions = tt_decisions_of(a->o, a->test, a->r, a->closeup, p->decision);
	p->subtitle = describe(a);
	p->command = command_of(a);
	p->necking_words = necking_words(a);
	p->exact = tt_strdup("");
	for (size_t i = 0; i < a->test->not_stated.n; i++)
		p->exact = join(p->exact, ", ", a->test->not_stated.item[i]);
	tt_band_name(a->test, ", ", SIZE_MAX, p->band, sizeof p->band);
	if (!p->subtitle || !p->command || !p->necking_words || !p->exact) return tt_fail_memory(err, "report.html");
	tt_status st = read_staged(a, "summary.json", &p->summary, err);
	if (st == TT_OK) st = read_staged(a, "stress_strain.svg", &p->figure, err);
	if (st != TT_OK || !a->closeup->has_difference) return st;
	st = tt_outdir_path(a->out, "necking.png", &path, err);
	if (st == TT_OK && !(p->necking_path = tt_strdup(path))) st = tt_fail_memory(err, "report.html");
	return st;
}

tt_status tt_write_page(const tt_findings *a, tt_error *err)
{
	parts p = {0};
	if (!a->present->has_shots) return TT_OK;
	tt_status st = gather(a, &p, err);
	const tt_source_info *info = &a->o->recording;
	const tt_report_page page = {.title = a->test->name,
	                             .subtitle = p.subtitle,
	                             .notes = a->test->notes,
	                             .command = p.command,
	                             .mark = p.mark,
	                             .n_marks = 3,
	                             .decision = p.decision,
	                             .n_decisions = p.n_decisions,
	                             .figure = figures,
	                             .n_figures = sizeof figures / sizeof *figures,
	                             .line = file_lines,
	                             .n_lines = sizeof file_lines / sizeof *file_lines,
	                             .summary = p.summary,
	                             .rows = a->r->curve->n,
	                             .frame = a->r->curve->frame,
	                             .time_s = a->r->curve->time_s,
	                             .flag = p.flag,
	                             .column = p.column,
	                             .n_columns = p.n_columns,
	                             .x = 0,
	                             .y = 1,
	                             .ends = p.ends,
	                             .frame_width = info->width,
	                             .frame_height = info->height,
	                             .pixel_size_m = a->r->pixel_size.value,
	                             .shots = &a->present->shots,
	                             .instant = a->present->instant,
	                             .n_instants = a->present->n_instants,
	                             .property = p.property,
	                             .n_properties = TT_PROP_COUNT,
	                             .band = p.band,
	                             .exact = p.exact,
	                             .figure_svg = p.figure,
	                             .necking_png = p.necking_path,
	                             .necking_words = p.necking_words};
	if (st == TT_OK) st = tt_report_write(a->out, "report.html", &page, err);
	clear(&p);
	return st;
}
