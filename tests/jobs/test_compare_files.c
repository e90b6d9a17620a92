/* What a comparison reads may be anything; what it writes is escaped, and rounded where people read.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700
#include <sys/stat.h>

#include "check.h"
#include "core/outdir.h"
#include "temtensile/report.h"

static const char good_json[] =
    "{\"test\": {\"name\": \"a\", \"film\": {\"deposition_pressure\": \"10 Pa\"}},\n"
    " \"parameters\": {\"pixel_size_nm\": {\"value\": 5, \"u\": 0.1}, \"thickness_nm\": {\"value\": 150, \"u\": 3}},\n"
    " \"spring\": {\"stiffness_N_per_m\": {\"value\": 450, \"u\": 10}, \"source\": \"given\"},\n"
    " \"properties\": {\"yield_strength_GPa\": {\"value\": 2.5, \"u\": 0.05, \"interval95\": [2.4, 2.6]},\n"
    "  \"total_elongation\": {\"value\": null, \"u\": null, \"reason\": \"not reached\"}},\n"
    " \"necking\": {\"width_reduction\": 0.05, \"u_width_reduction\": 0.01},\n"
    " \"fracture\": {\"frame\": 3, \"angle_deg\": {\"value\": 60, \"u\": 1}}}\n";
static const char good_curve[] =
    "frame,strain,stress_GPa,flag\n0,0,0,\n1,0.01,1.5,\n2,0.02,,outside-log\n3,,,fractured\n";
static const char good_shares[] = "property,input,share of variance\nyield_strength_GPa,thickness,0.36\n"
                                  "yield_strength_GPa,pixel size,\n";

static void write_file(const char *folder, const char *name, const char *text, size_t size)
{
	char path[1200];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "wb");
	CHECK(f && fwrite(text, 1, size, f) == size && fclose(f) == 0);
}

static const char *folder_with(const char *json, size_t json_size, const char *curve, const char *shares)
{
	static char folder[1024];
	static int number;
	snprintf(folder, sizeof folder, "%s/r%d", check_tmp(), number++);
	CHECK(mkdir(folder, 0777) == 0);
	write_file(folder, "summary.json", json, json_size);
	write_file(folder, "curve.csv", curve, strlen(curve));
	if (shares) write_file(folder, "uncertainty.csv", shares, strlen(shares));
	return folder;
}

static void test_reads_results(void)
{
	tt_study_test t;
	tt_error err;
	CHECK_MSG(tt_result_read(folder_with(good_json, strlen(good_json), good_curve, good_shares), &t, &err) == TT_OK,
	          "%s", err.message);
	CHECK_STR(t.name, "a");
	CHECK(t.n_film == 1 && t.broken && t.rows == 2);
	CHECK_NEAR(t.stress_GPa[1], 1.5, 0);
	CHECK_NEAR(t.property[TT_CMP_YIELD].hi, 2.6, 0);
	CHECK_NEAR(t.property[TT_CMP_YIELD].share[TT_SHARED_THICKNESS], 0.36, 0);
	CHECK_STR(t.property[TT_CMP_TOTAL].reason, "not reached");
	CHECK(isnan(t.property[TT_CMP_TOTAL].value) && isnan(t.property[TT_CMP_MODULUS].value));
	CHECK_NEAR(t.property[TT_CMP_NECK].u, 0.01, 0);
	CHECK(t.input[TT_SHARED_STIFFNESS].given);
	tt_study_test_clear(&t);
}

/* One place of a good file replaced: one sentence that names the file. */
static char *with(const char *text, const char *old, const char *new)
{
	const char *at = strstr(text, old);
	CHECK(at);
	char *out = malloc(strlen(text) + strlen(new) + 1);
	CHECK(out);
	sprintf(out, "%.*s%s%s", (int)(at - text), text, new, at + strlen(old));
	return out;
}

static void test_hostile_files(void)
{
	static const struct {
		int file;
		const char *old, *new, *sentence;
	} row[] = {
	    {0, "{\"test\"", "[\"test\"", "summary.json:1:"},
	    {0, "\"value\": 2.5", "\"value\": \"2.5\"", "value: expected a number or null"},
	    {0, "\"u\": 0.05", "\"u\": -1", "expected an uncertainty that is not negative"},
	    {0, "2.5", "1e999", "summary.json:4:"},
	    {0, "[2.4, 2.6]", "[2.4]", "an interval95 of two numbers"},
	    {0, "\"10 Pa\"", "10", "deposition_pressure: expected a text"},
	    {0, "\"properties\"", "\"property\"", "properties: expected an object"},
	    {0, "\"name\": \"a\"", "\"name\": \"a\", \"name\": \"b\"", "summary.json:1:"},
	    {0, "450", "{}", "value: expected a number or null"},
	    {1, "strain", "strian", "there is no column 'strain'"},
	    {1, "0.01", "zero", "curve.csv:3: column strain: 'zero' is no number"},
	    {1, "0.01", "inf", "'inf' is no number"},
	    {1, "1.5,\n", "1.5\n", "curve.csv:3: 3 cells, expected 4"},
	    {2, "0.36", "36", "uncertainty.csv:2: a share of variance of 36"},
	};
	const char *const file[] = {good_json, good_curve, good_shares};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		const char *text[3] = {good_json, good_curve, good_shares};
		char *changed = with(file[row[i].file], row[i].old, row[i].new);
		text[row[i].file] = changed;
		tt_study_test t;
		tt_error err = {0};
		CHECK_MSG(tt_result_read(folder_with(text[0], strlen(text[0]), text[1], text[2]), &t, &err) ==
		              TT_ERR_INPUT,
		          "'%s' was taken", row[i].new);
		CHECK_HAS(err.message, row[i].sentence);
		CHECK(!strchr(err.message, '\n'));
		tt_study_test_clear(&t);
		free(changed);
	}
}

/* Cut anywhere, and any byte spoilt: an error or a result, never anything else. */
static void test_spoilt_files(void)
{
	size_t n = strlen(good_json), taken = 0;
	char *text = malloc(n);
	CHECK(text);
	for (size_t i = 0; i + 2 < n; i += 3) {
		tt_study_test t;
		tt_error err;
		memcpy(text, good_json, n);
		CHECK(tt_result_read(folder_with(text, i, good_curve, NULL), &t, &err) == TT_ERR_INPUT);
		tt_study_test_clear(&t);
		text[i] = (char)(i * 37 + 128);
		tt_status st = tt_result_read(folder_with(text, n, good_curve, NULL), &t, &err);
		CHECK(st == TT_OK || st == TT_ERR_INPUT);
		taken += st == TT_OK;
		tt_study_test_clear(&t);
	}
	check_note("%zu spoilt files could be read", taken);
	free(text);
}

/* ---- what is written ---- */

static char *copy(const char *text)
{
	char *p = malloc(strlen(text) + 1);
	CHECK(p);
	return strcpy(p, text);
}

static char *written(const char *folder, const char *name)
{
	char path[1200];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "rb");
	CHECK_MSG(f, "%s is missing", name);
	char *text = calloc(1, 100000);
	CHECK(text && fread(text, 1, 99999, f) > 0);
	fclose(f);
	return text;
}

/* Names that mean something in Markdown, LaTeX, CSV and JSON. */
static void test_escaping(void)
{
	static const char nasty[] = "50%_$x^2$ & {a|b} #1 ~\\ \"q\", <i>*µ";
	tt_study s = {.name = copy(nasty), .group_by = copy("film.k_ey%"), .test = calloc(3, sizeof *s.test)};
	tt_comparison c;
	tt_error err;
	CHECK(s.test);
	for (int i = 0; i < 3; i++) {
		tt_study_test *t = &s.test[s.n++];
		t->folder = copy(i == 1 ? "x_1|&" : "y");
		for (int p = 0; p < TT_CMP_COUNT; p++)
			t->property[p].value = t->property[p].u = t->property[p].lo = t->property[p].hi = NAN;
		t->property[TT_CMP_YIELD].value = 2.612345 + 0.01 * i;
		t->property[TT_CMP_YIELD].u = 0.0421;
		t->property[TT_CMP_TOTAL].value = 0.0612345;
		t->property[TT_CMP_TOTAL].u = 0.00021;
		if (i == 2) t->failed = copy("it \"broke\",\nbadly_&");
		if (i == 2) continue;
		t->film = calloc(1, sizeof *t->film);
		t->film[t->n_film++] = (tt_film_text){copy("k_ey%"), copy(nasty)};
	}
	CHECK_MSG(tt_study_compare(&s, &c, &err) == TT_OK, "%s", err.message);
	char folder[1024];
	snprintf(folder, sizeof folder, "%s/tables", check_tmp());
	tt_outdir *dir;
	CHECK(tt_outdir_open(folder, &dir, &err) == TT_OK);
	CHECK_MSG(tt_study_tables(dir, &s, &c, &err) == TT_OK, "%s", err.message);
	CHECK_MSG(tt_study_statistics(dir, &s, &c, &err) == TT_OK, "%s", err.message);
	CHECK(tt_outdir_commit(dir, NULL, &err) == TT_OK);
	char *tex = written(folder, "table.tex"), *md = written(folder, "table.md"),
	     *csv = written(folder, "table.csv");
	char *json = written(folder, "table.json");
	CHECK_HAS(
	    tex, "50\\%\\_\\$x\\textasciicircum{}2\\$ \\& \\{a\\textbar{}b\\} \\#1 \\textasciitilde{}\\textbackslash{} "
	         "\\textquotedbl{}q\\textquotedbl{}, \\textless{}i\\textgreater{}*$\\mu$");
	CHECK_HAS(tex, "\\quad x\\_1\\textbar{}\\& & ");
	CHECK_HAS(tex, "\\toprule");
	CHECK_HAS(md, "50%\\_\\$x^2\\$ \\& \\{a\\|b\\} \\#1 \\~\\\\ \"q\", \\<i\\>\\*µ");
	CHECK_HAS(md, "| x\\_1\\|\\& |");
	CHECK_HAS(md, "it \"broke\", badly\\_\\&");
	CHECK_HAS(csv, "\"50%_$x^2$ & {a|b} #1 ~\\ \"\"q\"\", <i>*µ\",");
	CHECK_HAS(csv, "\"it \"\"broke\"\",\nbadly_&\"");
	/* files of numbers in full; to the place of their uncertainty, and percent, only where people read */
	CHECK_HAS(csv, ",2.612345,1,,0.0421,");
	CHECK_HAS(csv, ",0.0612345,1,,0.00021,");
	CHECK_HAS(md, "| 6.123 |");
	CHECK_HAS(md, "2.62 ± 0.06 |");
	CHECK_HAS(tex, "$2.62 \\pm 0.06$");
	CHECK_HAS(json, "\"value\": 2.612345,");
	CHECK(!strstr(md, "2.612345") && !strstr(tex, "2.612345"));
	free(tex), free(md), free(csv), free(json);
	tt_comparison_clear(&c);
	tt_study_clear(&s);
}

/* n films whose curves end at different places, or all at the same; u: of their stress in GPa, NaN: unknown in
 * each row, 0: not there at all. */
static void draw_films(int n, double apart, double u, const char *name, char folder[1024])
{
	tt_study s = {.group_by = copy("film.deposition_pressure"), .test = calloc((size_t)n, sizeof *s.test)};
	tt_comparison c;
	tt_outdir *dir;
	tt_error err;
	CHECK(s.test);
	for (int i = 0; i < n; i++) {
		tt_study_test *t = &s.test[s.n++];
		char text[32];
		snprintf(text, sizeof text, "%d Pa", 1 + i);
		t->folder = copy(text);
		t->film = calloc(1, sizeof *t->film);
		t->film[t->n_film++] = (tt_film_text){copy("deposition_pressure"), copy(text)};
		for (int p = 0; p < TT_CMP_COUNT; p++) {
			t->property[p].value = 2 + 0.1 * i;
			t->property[p].u = 0.05;
			t->property[p].lo = t->property[p].hi = NAN;
		}
		t->broken = true;
		t->rows = 50;
		t->strain = calloc(t->rows, sizeof *t->strain);
		t->stress_GPa = calloc(t->rows, sizeof *t->stress_GPa);
		t->u_strain = u != 0 ? calloc(t->rows, sizeof *t->u_strain) : NULL;
		t->u_stress_GPa = u != 0 ? calloc(t->rows, sizeof *t->u_stress_GPa) : NULL;
		for (size_t k = 0; k < t->rows; k++) {
			t->strain[k] = 0.001 * (double)k;
			if (u != 0) t->u_stress_GPa[k] = u;
			t->stress_GPa[k] = (2 + apart * i) * (1 - exp(-0.1 * (double)k));
		}
	}
	snprintf(folder, 1024, "%s/%s", check_tmp(), name);
	CHECK_MSG(tt_study_compare(&s, &c, &err) == TT_OK, "%s", err.message);
	CHECK(tt_outdir_open(folder, &dir, &err) == TT_OK);
	CHECK_MSG(tt_study_figures(dir, &s, &c, 0, &err) == TT_OK, "%s", err.message);
	CHECK(tt_outdir_commit(dir, NULL, &err) == TT_OK);
	tt_comparison_clear(&c);
	tt_study_clear(&s);
}

static double highest_of(const char *folder)
{
	double most = -INFINITY, x, y;
	char *data = written(folder, "curves.dat");
	for (char *line = strtok(data, "\n"); line; line = strtok(NULL, "\n"))
		if (sscanf(line, "%lf %lf", &x, &y) == 2) most = fmax(most, y);
	free(data);
	return most;
}

/* Names stand beside the curves where there is room, else in a key; the band of what is known lies under them. */
static void test_labels_or_key(void)
{
	char folder[1024];
	draw_films(3, 0.6, 0.1, "few", folder);
	char *gp = written(folder, "curves.gp");
	CHECK_HAS(gp, "set label '2 Pa' at");
	CHECK(!strstr(gp, "title '2 Pa'"));
	CHECK_HAS(gp, "title 'fracture'");
	CHECK_HAS(gp, "title '95 % uncertainty'");
	free(gp);
	/* the highest curve ends 0.7 % below 3.2 GPa; its band reaches higher by 1.96 u */
	double highest = (2 + 0.6 * 2) * (1 - exp(-4.9)) + 1.96 * 0.1;
	CHECK_MSG(fabs(highest_of(folder) - highest) < 0.01, "highest point %g, expected %g", highest_of(folder),
	          highest);
	gp = written(folder, "trends.panels.gp");
	CHECK_HAS(gp, "bars: 95 % interval of the measurement");
	free(gp);
	draw_films(3, 0.6, NAN, "unknown", folder);
	gp = written(folder, "curves.gp");
	CHECK(!strstr(gp, "uncertainty"));
	free(gp);
	draw_films(16, 0, 0, "many", folder);
	gp = written(folder, "curves.gp");
	CHECK_HAS(gp, "title '2 Pa'");
	CHECK(!strstr(gp, "set label"));
	CHECK(!strstr(gp, "uncertainty"));
	free(gp);
}

static const check_case cases[] = {{"reads_results", test_reads_results},
                                   {"hostile_files", test_hostile_files},
                                   {"spoilt_files", test_spoilt_files},
                                   {"escaping", test_escaping},
                                   {"labels_or_key", test_labels_or_key}};
CHECK_MAIN(cases)
