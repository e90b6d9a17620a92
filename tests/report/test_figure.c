/* Figures: what gnuplot is told, what it leaves, and that it leaves the same again.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fake_curve.h"
#include "read_file.h"
#include "temtensile/report.h"

static char old_path[8192];

static void keep_path(void)
{
	const char *p = getenv("PATH");
	if (!old_path[0]) snprintf(old_path, sizeof old_path, "%s", p ? p : "/usr/bin:/bin");
	setenv("PATH", old_path, 1);
}

static tt_stress_strain_marks some_marks(void)
{
	tt_stress_strain_marks m = tt_stress_strain_marks_none();
	m.fracture = true;
	m.modulus_Pa = 140e9;
	m.yield_strain = 0.0113;
	m.yield_stress_Pa = 140e9 * (0.0113 - 0.002);
	m.ultimate_strain = 0.0697;
	m.ultimate_stress_Pa = 2.46e9;
	return m;
}

static void draw_curve(const char *folder, const char **path, const tt_figure_options *options)
{
	keep_path();
	fake_curve *c = fake_curve_new(140e9, 2.3e9, 0.07, 1);
	tt_stress_strain_marks m = some_marks();
	tt_outdir *dir = open_dir(folder, path);
	tt_error err;
	tt_status s = tt_figure_stress_strain(dir, "stress_strain", &c->curve, &m, options, &err);
	CHECK_MSG(s == TT_OK, "%s", err.message);
	commit(dir);
	free(c);
}

static unsigned be32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;
	return (unsigned)u[0] << 24 | (unsigned)u[1] << 16 | (unsigned)u[2] << 8 | u[3];
}

static bool bytes_contain(const char *data, size_t n, const char *part)
{
	size_t k = strlen(part);
	for (size_t i = 0; i + k <= n; i++)
		if (memcmp(data + i, part, k) == 0) return true;
	return false;
}

static void five_files(void)
{
	const char *path;
	unsetenv("SOURCE_DATE_EPOCH");
	draw_curve("five", &path, NULL);
	size_t n;
	char *png = read_file(path, "stress_strain.png", &n);
	CHECK(memcmp(png, "\x89PNG\r\n\x1a\n", 8) == 0);
	check_note("PNG %u x %u pixels", be32(png + 16), be32(png + 20));
	CHECK(be32(png + 16) == 1004 && be32(png + 20) == 753); /* 85 × 63.75 mm at 300 dpi */
	CHECK(memcmp(png + 37, "pHYs", 4) == 0 && be32(png + 41) == 11811 && be32(png + 45) == 11811 && png[49] == 1);
	free(png);
	char *svg = read_file(path, "stress_strain.svg", NULL);
	CHECK_HAS(svg, "Engineering strain (%)");
	CHECK_HAS(svg, "Liberation Sans");
	CHECK_HAS(svg, "95 % uncertainty");
	CHECK_HAS(svg, ">fracture<");
	free(svg);
	char *pdf = read_file(path, "stress_strain.pdf", &n);
	CHECK(memcmp(pdf, "%PDF-", 5) == 0);
	CHECK(bytes_contain(pdf, n, "/CreationDate (D:19700101000000Z"));
	CHECK(bytes_contain(pdf, n, "LiberationSans"));
	CHECK(bytes_contain(pdf, n, "/FontFile")); /* embedded */
	free(pdf);
	char *gp = read_file(path, "stress_strain.gp", NULL);
	CHECK_HAS(gp, "#0072b2");
	free(gp);
}

static void same_bytes(const char *a, const char *b, const char *name)
{
	size_t n, m;
	char *p = read_file(a, name, &n), *q = read_file(b, name, &m);
	CHECK_MSG(n == m && memcmp(p, q, n) == 0, "%s differs", name);
	free(p);
	free(q);
}

/* Two runs more than a second apart, in another time zone, with another locale and a user's start-up file. */
static void same_input_same_bytes(void)
{
	static const char *const name[] = {"stress_strain.gp", "stress_strain.dat", "stress_strain.pdf",
	                                   "stress_strain.svg", "stress_strain.png"};
	const char *path;
	char first[1200];
	setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
	draw_curve("first", &path, NULL);
	snprintf(first, sizeof first, "%s", path);
	struct timespec wait = {1, 200000000};
	nanosleep(&wait, NULL);
	setenv("TZ", "Asia/Kolkata", 1);
	setenv("LC_ALL", "de_DE.UTF-8", 1);
	if (getenv("TT_TEST_LOCALES")) setenv("LOCPATH", getenv("TT_TEST_LOCALES"), 1);
	draw_curve("second", &path, NULL);
	unsetenv("TZ");
	unsetenv("LC_ALL");
	unsetenv("LOCPATH");
	unsetenv("SOURCE_DATE_EPOCH");
	for (int i = 0; i < 5; i++)
		same_bytes(first, path, name[i]);
	size_t n;
	char *pdf = read_file(path, "stress_strain.pdf", &n);
	CHECK(bytes_contain(pdf, n, "/CreationDate (D:20231114221320Z"));
	free(pdf);
}

/* The user restyles the script in the result folder. */
static void script_runs_again(void)
{
	const char *path;
	draw_curve("again", &path, NULL);
	char command[2600];
	snprintf(command, sizeof command,
	         "cd '%s' && cp stress_strain.svg old.svg && rm stress_strain.pdf stress_strain.svg "
	         "stress_strain.png && gnuplot stress_strain.gp && test -s stress_strain.pdf && test -s "
	         "stress_strain.png && "
	         "cmp old.svg stress_strain.svg",
	         path);
	CHECK(system(command) == 0);
}

static void two_columns(void)
{
	const char *path;
	draw_curve("wide", &path, &(tt_figure_options){.width_mm = 170, .height_mm = 90, .title = "Zr50Cu50's film_1"});
	char *png = read_file(path, "stress_strain.png", NULL), *svg = read_file(path, "stress_strain.svg", NULL);
	CHECK(be32(png + 16) == 2008 && be32(png + 20) == 1063);
	CHECK_HAS(svg, "Zr50Cu50's film_1");
	free(png);
	free(svg);
}

/* The rows that the figure leaves out: duplicates and those without strain or stress. */
static void rows_left_out(void)
{
	const char *path;
	fake_curve *c = fake_curve_new(140e9, 2.3e9, 0.07, 1);
	size_t expected = 0;
	for (int i = 0; i < FAKE_ROWS; i++)
		expected += !(c->flag[i] & (TT_ROW_NO_STRAIN | TT_ROW_DUPLICATE));
	free(c);
	draw_curve("rows", &path, NULL);
	char *data = read_file(path, "stress_strain.dat", NULL), *block = strstr(data, "# block 1:");
	CHECK(block);
	block = strchr(block, '\n') + 1;
	size_t rows = 0;
	for (; *block && *block != '\n'; rows++)
		block = strchr(block, '\n') + 1;
	CHECK(rows == expected);
	free(data);
}

/* The band is the envelope of the 95 % ellipses: where the curve is flat its half height is 1.96 u_stress. */
static void band_is_95_percent(void)
{
	keep_path();
	fake_curve *c = fake_curve_new(140e9, 2.3e9, 0.07, 1);
	for (int i = 0; i < FAKE_ROWS; i++) {
		c->flag[i] = 0;
		c->curve.strain[i] = 1e-4 * i;
		c->curve.stress_Pa[i] = 1e9;
		c->curve.u_strain[i] = 1e-3;
		c->curve.u_stress_Pa[i] = 5e7;
	}
	const char *path;
	tt_outdir *dir = open_dir("band", &path);
	CHECK(tt_figure_stress_strain(dir, "s", &c->curve, NULL, NULL, NULL) == TT_OK);
	commit(dir);
	free(c);
	char *data = read_file(path, "s.dat", NULL), *line = strchr(data, '\n') + 1;
	double lo = INFINITY, hi = -INFINITY, x, y;
	int n = 0;
	for (; sscanf(line, "%lf %lf", &x, &y) == 2 && *line != '\n'; line = strchr(line, '\n') + 1, n++)
		lo = fmin(lo, y), hi = fmax(hi, y);
	CHECK(n > 100);
	CHECK_NEAR(lo, 1 - 1.95996 * 0.05, 1e-4);
	CHECK_NEAR(hi, 1 + 1.95996 * 0.05, 1e-4);
	free(data);
}

static void curves_of_several_tests(void)
{
	keep_path();
	fake_curve *a = fake_curve_new(140e9, 2.3e9, 0.07, 1), *b = fake_curve_new(120e9, 1.7e9, 0.09, 2);
	const tt_named_curve curves[] = {{"0.002 Pa", &a->curve, -1, 0},
	                                 {"10 Pa, `id` $x_{2}^a's", &b->curve, -1, 0.02}};
	const char *path;
	tt_outdir *dir = open_dir("curves", &path);
	tt_error err;
	tt_status s = tt_figure_curves(dir, "sub/curves", curves, 2, NULL, &err);
	CHECK_MSG(s == TT_OK, "%s", err.message);
	commit(dir);
	char *svg = read_file(path, "sub/curves.svg", NULL);
	CHECK_HAS(svg, ">0.002 Pa<");
	CHECK_HAS(svg, ">10 Pa, `id` $x_{2}^a's<"); /* names are no markup and run nothing */
	free(svg);
	free(a);
	free(b);
}

static tt_figure *every_style(void)
{
	static double x[20], y[20], lo[20], hi[20];
	for (int i = 0; i < 20; i++) {
		x[i] = i + 1;
		y[i] = i == 7 ? NAN : 1 + 0.1 * i;
		lo[i] = y[i] - 0.05, hi[i] = y[i] + 0.2;
	}
	tt_figure *f = tt_figure_new(NULL);
	const tt_style styles[] = {TT_STYLE_BAND,   TT_STYLE_BARS, TT_STYLE_AREA, TT_STYLE_LINE,
	                           TT_STYLE_POINTS, TT_STYLE_BOTH, TT_STYLE_STEPS};
	for (size_t i = 0; i < 7; i++)
		for (int with = 0; with < 2; with++)
			tt_figure_series(f, &(tt_series){.style = styles[i],
			                                 .name = with ? NULL : "a",
			                                 .colour = tt_series_colour(i),
			                                 .symbol = (tt_symbol)i,
			                                 .n = 20,
			                                 .x = x,
			                                 .y = y,
			                                 .y_lo = with || !i ? lo : NULL,
			                                 .y_hi = with || !i ? hi : NULL,
			                                 .x_lo = with && i == 5 ? lo : NULL,
			                                 .x_hi = with && i == 5 ? hi : NULL});
	tt_axis ax = {.label = "Pressure (Pa)", .lo = 1e-3, .hi = 100, .log = true};
	tt_figure_axis(f, TT_AXIS_X, &ax);
	tt_figure_rule(f, TT_AXIS_X, 2, TT_GREY);
	tt_figure_rule(f, TT_AXIS_Y, 2, TT_GREY);
	tt_figure_text(f, 3, 2, 0, TT_BLACK, "it's\nhere");
	tt_figure_key(f, TT_KEY_ABOVE);
	return f;
}

static void every_style_draws(void)
{
	keep_path();
	const char *path;
	tt_outdir *dir = open_dir("styles", &path);
	tt_figure *f = every_style();
	CHECK(tt_figure_keys(f) == 7);
	tt_error err;
	tt_status s = tt_figure_write(f, dir, "styles", &err);
	CHECK_MSG(s == TT_OK, "%s", err.message);
	tt_figure_free(f);
	commit(dir);
	char *svg = read_file(path, "styles.svg", NULL);
	CHECK_HAS(svg, "it's here");
	free(svg);
}

static void map_with_colours(void)
{
	keep_path();
	static double value[30 * 40];
	for (int i = 0; i < 30 * 40; i++)
		value[i] = i == 77 ? NAN : 1 - 1e-4 * (i % 40);
	tt_figure *f = tt_figure_new(NULL);
	tt_axis c = {.label = "Width / initial width", .lo = NAN, .hi = NAN};
	tt_figure_axis(f, TT_AXIS_COLOUR, &c);
	tt_figure_grid(f, &(tt_grid){.columns = 40, .rows = 30, .value = value, .dx = 2, .dy = 0.2});
	const char *path;
	tt_outdir *dir = open_dir("map", &path);
	tt_error err;
	tt_status s = tt_figure_write(f, dir, "width", &err);
	CHECK_MSG(s == TT_OK, "%s", err.message);
	tt_figure_free(f);
	commit(dir);
	char *gp = read_file(path, "width.gp", NULL), *svg = read_file(path, "width.svg", NULL);
	CHECK_HAS(gp, "#440154");
	CHECK_HAS(svg, "Width / initial width");
	CHECK(!strstr(svg, "width_")); /* one file: no picture beside it */
	free(gp);
	free(svg);
}

static void expect_figure_error(tt_figure *f, const char *name, tt_status status, const char *part)
{
	const char *path;
	tt_outdir *dir = open_dir("errors", &path);
	tt_error err;
	CHECK(tt_figure_write(f, dir, name, &err) == status);
	CHECK_HAS(err.message, part);
	tt_figure_free(f);
	tt_outdir_abort(dir);
}

static void mistakes(void)
{
	keep_path();
	const double x[2] = {1, 2};
	expect_figure_error(tt_figure_new(NULL), "f", TT_ERR_FAILED, "f: there is nothing to draw");
	expect_figure_error(tt_figure_new(&(tt_figure_options){.width_mm = 5000}), "f", TT_ERR_USAGE, "5000 x 100 mm");
	expect_figure_error(every_style(), "a'b", TT_ERR_USAGE, "is no name for a figure");
	tt_figure *f = tt_figure_new(NULL);
	tt_figure_series(f, &(tt_series){.style = TT_STYLE_BAND, .n = 2, .x = x, .y = x});
	expect_figure_error(f, "f", TT_ERR_USAGE, "without y_lo and y_hi");
	f = tt_figure_new(NULL);
	tt_axis ax = {.lo = -1, .hi = NAN, .log = true};
	tt_figure_axis(f, TT_AXIS_X, &ax);
	expect_figure_error(f, "f", TT_ERR_USAGE, "logarithmic axis from -1");
	f = tt_figure_new(NULL);
	tt_figure_grid(f, &(tt_grid){.columns = 3, .rows = 0});
	expect_figure_error(f, "f", TT_ERR_USAGE, "a map of 3 x 0 values");
	fake_curve *c = fake_curve_new(140e9, 2.3e9, 0.07, 1);
	c->curve.n = 1;
	const char *path;
	tt_outdir *dir = open_dir("errors", &path);
	tt_error err;
	CHECK(tt_figure_stress_strain(dir, "s", &c->curve, NULL, NULL, &err) == TT_ERR_FAILED);
	CHECK_HAS(err.message, "s: 1 frames have both strain and stress");
	tt_outdir_abort(dir);
	free(c);
}

static void fake_gnuplot(const char *script)
{
	char folder[1200], file[1300];
	snprintf(folder, sizeof folder, "%s/bin", check_tmp());
	snprintf(file, sizeof file, "%s/gnuplot", folder);
	mkdir(folder, 0755);
	unlink(file);
	if (script) {
		FILE *f = fopen(file, "w");
		CHECK(f);
		fprintf(f, "#!/bin/sh\n%s\n", script);
		fclose(f);
		chmod(file, 0755);
	}
	keep_path();
	setenv("PATH", folder, 1);
}

static void gnuplot_missing_or_failing(void)
{
	fake_gnuplot(NULL);
	expect_figure_error(every_style(), "f", TT_ERR_FAILED, "gnuplot was not found in PATH");
	fake_gnuplot("echo '\"f.gp\" line 3: no such\n     ^ terminal' >&2; exit 3");
	expect_figure_error(every_style(), "f", TT_ERR_FAILED,
	                    "gnuplot failed on f.gp: \"f.gp\" line 3: no such terminal");
	fake_gnuplot("exit 0");
	expect_figure_error(every_style(), "f", TT_ERR_FAILED, "f.pdf was not made");
	fake_gnuplot("cd \"${3#cd }\" 2>/dev/null; exit 0");
	expect_figure_error(every_style(), "f", TT_ERR_FAILED, "f.pdf was not made");
	fake_gnuplot("kill -9 $$");
	expect_figure_error(every_style(), "f", TT_ERR_FAILED, "gnuplot failed on f.gp: no message");
	keep_path();
}

/* CIE 1976 lightness of a colour. */
static double lightness(unsigned colour)
{
	const double weight[3] = {0.2126, 0.7152, 0.0722};
	double y = 0;
	for (unsigned i = 0; i < 3; i++) {
		double v = ((colour >> (16 - 8 * i)) & 255) / 255.0;
		y += weight[i] * (v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4));
	}
	return y > 0.008856 ? 116 * cbrt(y) - 16 : 903.3 * y;
}

static void map_is_uniform(void)
{
	double worst = 0, lo = lightness(tt_map_colour(TT_MAP_VIRIDIS, 0)),
	       hi = lightness(tt_map_colour(TT_MAP_VIRIDIS, 1));
	for (int i = 0; i <= 100; i++)
		worst =
		    fmax(worst, fabs(lightness(tt_map_colour(TT_MAP_VIRIDIS, i / 100.0)) - lo - (hi - lo) * i / 100.0));
	check_note("viridis: lightness %.0f to %.0f, off the straight line by at most %.1f", lo, hi, worst);
	CHECK(hi - lo > 70 && worst < 2.5);
	CHECK(tt_map_colour(TT_MAP_VIRIDIS, -3) == 0x440154 && tt_map_colour(TT_MAP_VIRIDIS, 7) == 0xFDE725);
	CHECK(tt_map_colour(TT_MAP_GREY, 0.5) == 0x808080);
	CHECK(tt_map_colour(TT_MAP_DIVERGING, 0.5) == 0xFFFFFF);
	CHECK(tt_map_colour(TT_MAP_VIRIDIS, NAN) == 0xE6E6E6);
	CHECK(tt_tint(TT_BLACK, 0.5) == 0x808080 && tt_tint(TT_BLUE, 0) == TT_BLUE);
}

/* A brittle specimen's straight curve crosses the corner in which the key stands otherwise; a name that no corner holds
 * stands above the frame, too. */
static void key_covers_nothing(void)
{
	static const struct {
		const char *folder, *band, *key;
		double elongation;
	} known[] = {
	    {"ductile", "95 % uncertainty,\nwidth and pixel size exact", "set key inside bottom right", 0.07},
	    {"brittle", "95 % uncertainty,\nwidth and pixel size exact", "set key outside top", 0.012},
	    {"long", "95 % uncertainty,\nframe compliance, pixel size, width, thickness, stiffness exact",
	     "set key outside top", 0.07},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		const char *path;
		tt_error err;
		keep_path();
		fake_curve *c = fake_curve_new(140e9, 2.3e9, known[i].elongation, 1);
		tt_stress_strain_marks m = some_marks();
		m.ultimate_strain = known[i].elongation;
		m.band = known[i].band;
		tt_outdir *dir = open_dir(known[i].folder, &path);
		CHECK_MSG(tt_figure_stress_strain(dir, "curve", &c->curve, &m, NULL, &err) == TT_OK, "%s", err.message);
		commit(dir);
		free(c);
		char *gp = read_file(path, "curve.gp", NULL);
		CHECK_MSG(strstr(gp, known[i].key), "%s: expected '%s' in\n%.400s", known[i].folder, known[i].key, gp);
		CHECK_HAS(gp, "title '95 % uncertainty,'");
		CHECK_HAS(gp, "keyentry with lines linetype nodraw title '");
		free(gp);
	}
}

static const check_case cases[] = {
    {"five files", five_files},
    {"same input same bytes", same_input_same_bytes},
    {"script runs again", script_runs_again},
    {"two columns", two_columns},
    {"rows left out", rows_left_out},
    {"band is 95 percent", band_is_95_percent},
    {"curves of several tests", curves_of_several_tests},
    {"every style draws", every_style_draws},
    {"map with colours", map_with_colours},
    {"the key covers nothing", key_covers_nothing},
    {"mistakes", mistakes},
    {"gnuplot missing or failing", gnuplot_missing_or_failing},
    {"map is uniform", map_is_uniform},
};
CHECK_MAIN(cases)
