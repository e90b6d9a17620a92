/* What a description states is held against what images and log show, also where only the curve is asked for; and what
 * it does not state is said. SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "results.h"
#include "temtensile/jobs.h"
#include "temtensile/report.h"

/* All warnings of an analysis of a sample, one a line. */
static const char *warned(const char *sample, const char *const *sets, size_t n)
{
	static char all[8192];
	static int number;
	char test[600], out[600];
	tt_error err = {0};
	tt_report report = {0};
	snprintf(test, sizeof test, "%s/samples/%s/test.yaml", check_source_root(), sample);
	snprintf(out, sizeof out, "%s/r%d", check_tmp(), number++);
	const tt_analyze_options how = {.sets = sets, .n_sets = n, .only_curve = true};
	CHECK_MSG(tt_analyze(test, out, &how, NULL, &report, &err) == TT_OK, "%s", err.message);
	all[0] = 0;
	for (size_t i = 0; i < report.warnings.n; i++)
		snprintf(all + strlen(all), sizeof all - strlen(all), "%s\n", report.warnings.item[i]);
	for (size_t i = 0; i < report.lines.n; i++)
		check_numbers(report.lines.item[i], "the terminal");
	check_numbers(all, "warnings");
	tt_report_clear(&report);
	/* the summary says the same */
	char path[700];
	snprintf(path, sizeof path, "%s/summary.json", out);
	json_t *j = json_file(path);
	size_t told = 0;
	for (const char *p = all; *p; p++)
		told += *p == '\n';
	CHECK_MSG(json_array_size(json_node(j, "warnings")) == told,
	          "summary.json tells another number of warnings: %s", all);
	json_decref(j);
	tt_canvas_forget_fonts();
	return all;
}

static const char sample[] = "zrcu-0.002pa-1"; /* a given gauge, width, clock */

#define LACKS(text, part) CHECK_MSG(!strstr(text, part), "\"%s\" stands in: %s", part, text)

static void right_values_are_not_doubted(void)
{
	const char *set = "video.pixel_size=5.00 ± 0.02 nm", *both[] = {set, "sync.log_starts_at=2 ± 0.01 s"};
	const char *w = warned(sample, both, 2);
	LACKS(w, "gauge");
	LACKS(w, "width");
	LACKS(w, "log_starts_at");
	LACKS(w, "taken as exact");
}

static void what_is_exact_is_named(void)
{
	const char *w = warned(sample, NULL, 0);
	CHECK_HAS(w, "taken as exact, for no ± is stated: video.pixel_size, sync.log_starts_at");
	const char *sets[] = {"specimen.thickness=150 nm"};
	w = warned(sample, sets, 1);
	CHECK_HAS(w, "specimen.thickness");
}

static void a_gauge_on_the_grips(void)
{
	const char *sets[] = {"gauge.from=[24, 192]", "gauge.to=[488, 192]"};
	const char *w = warned(sample, sets, 2);
	CHECK_HAS(w, "gauge.from (24, 192) lies on the grip");
	CHECK_HAS(w, "gauge.to (488, 192) lies on the grip");
	const char *one[] = {"gauge.from=[488, 192]", "gauge.to=[120, 192]"}; /* the other way round */
	w = warned(sample, one, 2);
	CHECK_HAS(w, "gauge.from (488, 192) lies on the grip");
	LACKS(w, "gauge.to (");
}

static void a_turned_gauge(void)
{
	const char *sets[] = {"gauge.from=[106, 172]", "gauge.to=[406, 212]"}; /* 7.6° */
	const char *w = warned(sample, sets, 2);
	CHECK_HAS(w, "the given gauge is turned by 7.");
}

static void a_wrong_width(void)
{
	const char *sets[] = {"specimen.width=440 ± 4 nm"};
	CHECK_HAS(warned(sample, sets, 1), "the description says 440 ± 4 nm (9");
}

/* 4.000 ± 0.005 s is found: what is given is held against it with its own ±. */
static void a_wrong_contact(void)
{
	const char *sets[] = {"force.contact=7 ± 0.2 s"}, *near[] = {"force.contact=3.6 ± 0.5 s"};
	CHECK_HAS(warned(sample, sets, 1), "force.contact: 7.00 ± 0.20 s is given, but the program finds 4.00");
	LACKS(warned(sample, near, 1), "force.contact");
}

static void a_wrong_clock(void)
{
	const char *sets[] = {"sync.log_starts_at=2.3 ± 0.02 s"};
	CHECK_HAS(warned(sample, sets, 1), "log_starts_at is given as 2.3");
}

static const check_case cases[] = {
    {"right values are not doubted", right_values_are_not_doubted},
    {"what is exact is named", what_is_exact_is_named},
    {"a gauge on the grips", a_gauge_on_the_grips},
    {"a turned gauge", a_turned_gauge},
    {"a wrong width", a_wrong_width},
    {"a wrong contact", a_wrong_contact},
    {"a wrong clock", a_wrong_clock},
};
CHECK_MAIN(cases)
