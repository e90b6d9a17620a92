/* methods.txt and run.log: every branch of the text, from recordings that were made for it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "logs/sheet.h"
#include "simulated.h"
#include "temtensile/report.h"

static char film[4096];

/* A small recording; more: further lines of its description. */
static const char *film_with(const char *law, const char *control, const char *description)
{
	snprintf(film, sizeof film,
	         "name: small film\nseed: 7\nlaw: {yield_stress: 2.0 GPa, hardening: 0.3 GPa, %s}\n"
	         "control: {rate: 14 µN/s, approach: 2.4 s, hold: 1 s, unload_rate: 70 µN/s, after: 1 s%s}\n"
	         "log: {rate: 100 Hz, encoding: utf-8, columns: 3}\n"
	         "video: {file: test.mp4, size: [400, 300], frame_rate: 5 Hz, log_starts_at: 0.4 s}\n"
	         "imaging: {noise: 2.5}\ndescription: {%s}\n",
	         law, control, description);
	return film;
}

static char *read_text(const char *folder, const char *name)
{
	char path[700];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *f = fopen(path, "rb");
	CHECK_MSG(f, "%s is missing", path);
	char *text = calloc(1, 65536);
	CHECK(text);
	size_t n = fread(text, 1, 65535, f);
	CHECK(n > 0 && n < 65535);
	fclose(f);
	return text;
}

#define LACKS(text, part) CHECK_MSG(!strstr(text, part), "\"%s\" stands in: %s", part, text)

static void check_prose(const char *text)
{
	LACKS(text, "nan");
	LACKS(text, "inf ");
	LACKS(text, "(null)");
	LACKS(text, "  ");
	LACKS(text, " .");
	LACKS(text, " ,");
	LACKS(text, "..");
	LACKS(text, " \n");
	LACKS(text, "\n\n\n");
	CHECK(text[strlen(text) - 1] == '\n' && text[strlen(text) - 2] == '.');
}

static char *analysed(const char *name, const char *yaml, const char *const *sets, size_t n, char result[512])
{
	char recording[512];
	tt_error err = {0};
	tt_status st = simulate_and_analyse(name, yaml, sets, n, false, recording, result, &err);
	CHECK_MSG(st == TT_OK, "%s: %s", name, err.message);
	tt_canvas_forget_fonts(); /* cairo keeps them, and a leak checker would find them */
	char *text = read_text(result, "methods.txt"), *log = read_text(result, "run.log");
	check_prose(text);
	check_numbers(text, "methods.txt");
	check_numbers(log, "run.log");
	free(log);
	return text;
}

/* The user's own words and the inputs' names as the description has them, wherever the program was started. */
static void notes_and_inputs(const char *methods, const char *log, const char *result)
{
	static const char *const file[] = {"test.yaml", "test.mp4", "log.txt"};
	char path[700];
	CHECK_HAS(methods, "\nNotes: cut at 30 kV; “second” day.\n");
	CHECK_HAS(log, "cut at 30 kV; “second” day.");
	snprintf(path, sizeof path, "%s/summary.json", result);
	json_t *j = json_file(path);
	CHECK_STR(json_string_value(json_node(j, "test.notes")), "cut at 30 kV; “second” day.");
	const json_t *inputs = json_node(j, "inputs");
	for (size_t i = 0; i < sizeof file / sizeof *file; i++) {
		bool there = false;
		for (size_t k = 0; k < json_array_size(inputs); k++)
			there = there || strcmp(json_string_value(json_object_get(json_array_get(inputs, k), "file")),
			                        file[i]) == 0;
		CHECK_MSG(there, "summary.json has no input that is called %s", file[i]);
	}
	json_decref(j);
}

/* Rows of long names, units and comments for Origin and Excel: all columns have each. */
static void tables_for_others(const char *result)
{
	enum { HEAD = 3, COLUMNS = 11 };
	static const char *const name[COLUMNS] = {
	    "Engineering strain", "Engineering stress", "u(strain)",     "u(stress)",
	    "True strain",        "True stress",        "Time",          "Log time",
	    "Displacement",       "Raw force",          "Specimen force"};
	static const char *const unit[COLUMNS] = {"%", "GPa", "%", "GPa", "%", "GPa", "s", "s", "nm", "µN", "µN"};
	char *text = read_text(result, "curve.tsv"), *line = text, path[700];
	tt_workbook *w;
	tt_error err = {0};
	snprintf(path, sizeof path, "%s/curve.xlsx", result);
	CHECK_MSG(tt_workbook_read(path, &w, &err) == TT_OK, "%s", err.message);
	CHECK(w->n >= 1 && w->sheet[0].columns == COLUMNS && w->sheet[0].rows > HEAD + 20);
	for (size_t row = 0; row < HEAD + 1; row++) {
		char *end = strchr(line, '\n');
		CHECK(end);
		*end = 0;
		for (size_t k = 0; k < COLUMNS; k++) {
			size_t n = strcspn(line, "\t");
			CHECK_MSG(n > 0 || row == HEAD, "curve.tsv: column %zu has nothing in row %zu", k + 1, row + 1);
			const char *expected = row == 0 ? name[k] : row == 1 ? unit[k] : NULL;
			CHECK_MSG(!expected || (strlen(expected) == n && strncmp(line, expected, n) == 0),
			          "curve.tsv: %.*s, expected %s", (int)n, line, expected);
			line += n + (line[n] == '\t');
		}
		CHECK(line == end);
		line = end + 1;
	}
	for (size_t k = 0; k < COLUMNS; k++) {
		CHECK_STR(tt_sheet_text(&w->sheet[0], 0, k), name[k]);
		CHECK_STR(tt_sheet_text(&w->sheet[0], 1, k), unit[k]);
		CHECK(tt_sheet_text(&w->sheet[0], 2, k)[0]);
	}
	tt_workbook_free(w);
	free(text);
}

static void everything_given(void)
{
	static const char *const sets[] = {"notes=cut at 30 kV; “second” day."};
	char result[512];
	char *t = analysed("given", film_with("fracture_strain: 5 %", "", "gauge: points, spring: given, sync: given"),
	                   sets, 1, result);
	CHECK_HAS(t, "“small film” was analysed with temtensile ");
	CHECK_HAS(t, "400 × 300 px with 8 bit per pixel, taken at 5 frames per second");
	CHECK_HAS(t, "chosen by the user in the first frame");
	CHECK_HAS(t, "k = 450 ± 10 N/m was stated by the user");
	CHECK_HAS(t, "starts at 0.4 s of the recording, as stated by the user");
	CHECK_HAS(t, "width 400 ± 8 nm times thickness 150 ± 3 nm.");
	CHECK_HAS(t, "from 1000 Monte Carlo draws");
	CHECK_HAS(t, "The total elongation at fracture, A_t, is the engineering strain");
	CHECK_HAS(t, "The acute angle between the projected trace of fracture and the tensile axis");
	CHECK_HAS(t, "No neck was found");
	CHECK_HAS(t, "entries of the description: video.pixel_size");
	LACKS(t, "fitted to the part of the log");
	LACKS(t, "did not break");
	/* the range of Hollomon's law stands behind its exponent */
	const char *range = strstr(t, "That range was here "), *n = strstr(t, "The strain-hardening exponent");
	CHECK_MSG((range != NULL) == (n != NULL), "the exponent and its range: %s", t);
	if (range) CHECK_MSG(strstr(n, ". The ") > range, "the range stands elsewhere: %s", n);
	char *log = read_text(result, "run.log");
	CHECK_HAS(log, ": analysis of small film\n");
	CHECK_HAS(log, "\n  Young's modulus: ");
	CHECK_HAS(log, "\nWarnings\n  ");
	CHECK_HAS(log, "\n  Matching criterion         zero-normalised sum of squared differences (ZNSSD)\n");
	CHECK_HAS(log, "\n  Subset size                ");
	CHECK_HAS(log, "\n  Strain noise floor         ");
	notes_and_inputs(t, log, result);
	tables_for_others(result);
	LACKS(log, "nan");
	free(log);
	free(t);
}

static void everything_found(void)
{
	static const char *const sets[] = {"dic.interpolation=quintic"};
	char result[512];
	char *t =
	    analysed("found", film_with("fracture_strain: 5 %", "", "gauge: auto, spring: after-fracture, sync: auto"),
	             sets, 1, result);
	CHECK_HAS(t, "found in the first frame by the program");
	CHECK_HAS(t, "fitted to the part of the log in which, after fracture, the bare spring is left");
	CHECK_HAS(t, "The clocks were aligned by matching the elongation in the images");
	CHECK_HAS(t, "quintic B-spline interpolation");
	LACKS(t, "k = 450 ± 10");
	free(t);
}

static void unbroken_with_an_empty_run(void)
{
	char result[512];
	char *t = analysed(
	    "unbroken",
	    film_with("fracture_strain: none", ", stop_strain: 2.5 %", "gauge: points, spring: empty-run, sync: given"),
	    NULL, 0, result);
	CHECK_HAS(t, "The specimen did not break within the recording.");
	CHECK_HAS(t, "was fitted to a run of the device without a specimen (");
	LACKS(t, "extrapolation to the instant of fracture");
	LACKS(t, "total elongation at fracture");
	LACKS(t, "projected trace");
	free(t);
}

static void a_neck_is_described(void)
{
	char result[512];
	char *t = analysed(
	    "neck", film_with("neck_from: 4 %, fracture_strain: 7 %", "", "gauge: points, spring: given, sync: given"),
	    NULL, 0, result);
	bool found = strstr(t, "A neck is a dip of the width");
	CHECK_MSG(found || strstr(t, "No neck was found"), "nothing about a neck: %s", t);
	if (found) {
		CHECK_HAS(t, "its onset, at a strain of ");
		CHECK_HAS(t, "the width in the neck was reduced by ");
	}
	check_note("a neck was %sfound", found ? "" : "not ");
	free(t);
}

static void only_the_curve_has_no_text(void)
{
	char recording[512], result[512], path[600];
	tt_error err = {0};
	tt_status st =
	    simulate_and_analyse("curve", film_with("fracture_strain: 3 %", "", "gauge: points, spring: given"), NULL,
	                         0, true, recording, result, &err);
	CHECK_MSG(st == TT_OK, "%s", err.message);
	static const char *const none[] = {"methods.txt", "run.log", "results.mat"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		snprintf(path, sizeof path, "%s/%s", result, none[i]);
		FILE *f = fopen(path, "rb");
		CHECK_MSG(!f, "--only curve left %s", none[i]);
	}
}

static const check_case cases[] = {
    {"everything given by the user", everything_given},
    {"everything found by the program", everything_found},
    {"an unbroken specimen, an empty run", unbroken_with_an_empty_run},
    {"a neck", a_neck_is_described},
    {"--only curve leaves neither text nor MAT file", only_the_curve_has_no_text},
};
CHECK_MAIN(cases)
