/* movie.mp4 and report.html as an analysis leaves them: there or left out as asked, the same bytes for any number of
 * threads and wherever it runs, nothing of the machine in them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "temtensile/frames.h"
#include "temtensile/report.h"
#include "temtensile/jobs.h"
#include "temtensile/simulate.h"

static const char film[] = "name: film\nseed: 5\nlaw: {fracture_strain: 3 %}\n"
                           "control: {approach: 2 s, rate: 10 µN/s, after: 1 s}\n"
                           "video: {size: [300, 400], frame_rate: 6 Hz, file: test.mp4, log_starts_at: 1 s}\n"
                           "imaging: {axis: 90°}\n";

/* The bytes with a zero behind them, malloc'ed. */
static char *read_whole(const char *dir, const char *name, size_t *size)
{
	char path[1200];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "rb");
	if (!f) check_stop(CHECK_FAILED, "%s is not there", path);
	CHECK(fseek(f, 0, SEEK_END) == 0);
	*size = (size_t)ftell(f);
	rewind(f);
	char *data = malloc(*size + 1);
	CHECK(data && fread(data, 1, *size, f) == *size);
	data[*size] = 0;
	fclose(f);
	return data;
}

static const char *recording(void)
{
	static char folder[500];
	char name[600];
	tt_error err = {0};
	if (folder[0]) return folder;
	snprintf(name, sizeof name, "%s/simulation.yaml", check_tmp());
	snprintf(folder, sizeof folder, "%s/recording", check_tmp());
	FILE *f = fopen(name, "w");
	CHECK(f && fputs(film, f) >= 0 && fclose(f) == 0);
	tt_simulate_options how = tt_simulate_defaults();
	CHECK_MSG(tt_simulate(name, &how, folder, NULL, NULL, &err) == TT_OK, "%s", err.message);
	return folder;
}

static const char *analyse(const char *name, tt_analyze_options o, const char *set, int threads, tt_report *report)
{
	static char out[2][600];
	static int turn;
	const char *sets[] = {"properties.draws=100", set};
	char test[600], *dir = out[turn ^= 1];
	tt_error err = {0};
	const tt_job job = {.threads = threads};
	o.sets = sets;
	o.n_sets = set ? 2 : 1;
	snprintf(test, sizeof test, "%s/test.yaml", recording());
	snprintf(dir, sizeof out[0], "%s/%s", check_tmp(), name);
	CHECK_MSG(tt_analyze(test, dir, &o, &job, report, &err) == TT_OK, "%s", err.message);
	return dir;
}

static bool there(const char *dir, const char *name)
{
	char path[1200];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	return access(path, F_OK) == 0;
}

static void same_bytes(void)
{
	static const char *const names[] = {"report.html", "movie.mp4"};
	const char *a = analyse("one", (tt_analyze_options){0}, NULL, 1, NULL);
	const char *b = analyse("elsewhere/three", (tt_analyze_options){0}, NULL, 3, NULL);
	for (int i = 0; i < 2; i++) {
		size_t n[2];
		char *data[2] = {read_whole(a, names[i], &n[0]), read_whole(b, names[i], &n[1])};
		CHECK_MSG(n[0] == n[1] && memcmp(data[0], data[1], n[0]) == 0, "%s differs with the number of threads",
		          names[i]);
		CHECK(n[0] > 50000);
		if (i == 0) CHECK_MSG(!strstr(data[0], check_tmp()), "report.html tells where it was made");
		free(data[0]);
		free(data[1]);
	}
}

static void what_the_page_tells(void)
{
	size_t n;
	char *page = read_whole(analyse("words", (tt_analyze_options){.no_movie = true}, "name=a b", 2, NULL),
	                        "report.html", &n);
	CHECK_HAS(page, "<svg");
	CHECK_HAS(page, "--set &#39;name=a b&#39; --no-movie -o RESULTS");
	CHECK_HAS(page, "<th scope=\"row\">test.mp4</th><td class=\"mono\">");
	CHECK_HAS(page, "Digital image correlation");
	CHECK_HAS(page, "<th scope=\"row\">Shape function</th>");
	CHECK_HAS(page, "Young&#39;s modulus");
	CHECK_HAS(page, "frames that are no repetition have a picture here.");
	CHECK_HAS(page, "MIT (Expat)");
	CHECK(!strstr(page, "http://") || strstr(page, "http://www.w3.org"));
	free(page);
}

static void left_out(void)
{
	const char *dir = analyse("none", (tt_analyze_options){.no_movie = true, .no_report = true}, NULL, 2, NULL);
	CHECK(!there(dir, "movie.mp4") && !there(dir, "report.html") && there(dir, "summary.json"));
	dir = analyse("by-key", (tt_analyze_options){0}, "output.movie=false", 2, NULL);
	CHECK(!there(dir, "movie.mp4") && there(dir, "report.html"));
	dir = analyse("by-other-key", (tt_analyze_options){0}, "output.report=false", 2, NULL);
	CHECK(there(dir, "movie.mp4") && !there(dir, "report.html"));
	dir = analyse("curve", (tt_analyze_options){.only_curve = true}, NULL, 2, NULL);
	CHECK(!there(dir, "movie.mp4") && !there(dir, "report.html"));
}

static void speed_as_asked(void)
{
	char path[700];
	tt_source *s;
	tt_error err = {0};
	tt_report report = {0};
	const tt_source_options o = {.stream = -1, .ahead = -1, .keep_duplicates = true};
	const char *dir = analyse("fast", (tt_analyze_options){.no_report = true}, "output.movie_speed=20", 2, &report);
	snprintf(path, sizeof path, "%s/movie.mp4", dir);
	CHECK_MSG(tt_source_open(path, &o, &s, &err) == TT_OK, "%s", err.message);
	double fast = tt_source_info_of(s)->duration_s;
	tt_source_close(s);
	snprintf(path, sizeof path, "%s/test.mp4", recording());
	CHECK(tt_source_open(path, &o, &s, &err) == TT_OK);
	double real = tt_source_info_of(s)->duration_s;
	tt_source_close(s);
	check_note("%.2f s become %.2f s", real, fast);
	CHECK_NEAR(real / fast, 20, 1.5);
	for (size_t i = 0; i < report.warnings.n; i++)
		CHECK_MSG(!strstr(report.warnings.item[i], "movie"), "%s", report.warnings.item[i]);
	tt_report_clear(&report);
}

static const check_case cases[] = {
    {"same_bytes", same_bytes},
    {"what_the_page_tells", what_the_page_tells},
    {"left_out", left_out},
    {"speed_as_asked", speed_as_asked},
};

int main(int argc, char **argv)
{
	int code = check_main(argc, argv, cases, sizeof cases / sizeof *cases);
	tt_canvas_forget_fonts();
	return code;
}
