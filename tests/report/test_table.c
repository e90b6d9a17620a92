/* CSV tables.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fake_curve.h"
#include "read_file.h"
#include "temtensile/report.h"

static void cells(void)
{
	const double v[3] = {1.5e-9, NAN, -INFINITY};
	const int64_t k[3] = {0, -7, 9000000000};
	const char *t[3] = {"plain", "a \"b\", c", NULL};
	const tt_column columns[] = {{.name = "v_nm", .value = v, .scale = 1e9},
	                             {.name = "third", .value = (double[]){1.0 / 3, 2.0 / 3, 1e-20}, .digits = 3},
	                             {.name = "k", .integer = k},
	                             {.name = "text, quoted", .text = t}};
	const char *path;
	tt_outdir *dir = open_dir("cells", &path);
	CHECK(tt_table_write(dir, "t.csv", columns, 4, 3, NULL) == TT_OK);
	commit(dir);
	char *text = read_file(path, "t.csv", NULL);
	CHECK_STR(text, "v_nm,third,k,\"text, quoted\"\n"
	                "1.5,0.333,0,plain\n"
	                ",0.667,-7,\"a \"\"b\"\", c\"\n"
	                ",1e-20,9000000000,\n");
	free(text);
}

static void no_rows(void)
{
	const tt_column columns[] = {{.name = "a"}, {.name = "b"}};
	const char *path;
	tt_outdir *dir = open_dir("none", &path);
	CHECK(tt_table_write(dir, "t.csv", columns, 2, 0, NULL) == TT_OK);
	commit(dir);
	char *text = read_file(path, "t.csv", NULL);
	CHECK_STR(text, "a,b\n");
	free(text);
}

static void column_without_values(void)
{
	const tt_column columns[] = {{.name = "a"}};
	const char *path;
	tt_outdir *dir = open_dir("bad", &path);
	tt_error err;
	CHECK(tt_table_write(dir, "t.csv", columns, 1, 2, &err) == TT_ERR_USAGE);
	CHECK_HAS(err.message, "t.csv: column \"a\" has 0 sources");
	tt_outdir_abort(dir);
}

/* The header and the flags are what users' scripts rely on. */
static void curve(void)
{
	fake_curve *c = fake_curve_new(140e9, 2.3e9, 0.07, 1);
	c->flag[1] = TT_ROW_OUTSIDE_LOG | TT_ROW_DUPLICATE;
	c->flag[2] = TT_ROW_DAMAGED | TT_ROW_LOST;
	c->curve.displacement_m[3] = 1.25e-9;
	c->curve.force_raw_N[3] = 2e-6, c->curve.force_spring_N[3] = 0.5e-6, c->curve.force_N[3] = 1.5e-6;
	c->curve.strain[3] = 0.001, c->curve.stress_Pa[3] = 1.5e9, c->curve.u_strain[3] = 1e-4;
	c->curve.u_stress_Pa[3] = 2e7, c->curve.gauge_length_px[3] = 440.44, c->curve.true_strain[3] = NAN;
	const char *path;
	tt_outdir *dir = open_dir("curve", &path);
	CHECK(tt_curve_write(dir, "curve.csv", &c->curve, NULL) == TT_OK);
	commit(dir);
	char *text = read_file(path, "curve.csv", NULL), *line[6], *rest = text;
	for (int i = 0; i < 6; i++) {
		line[i] = rest;
		rest = strchr(rest, '\n');
		CHECK(rest);
		*rest++ = 0;
	}
	CHECK_STR(line[0],
	          "frame,time_s,log_time_s,displacement_nm,force_raw_uN,force_spring_uN,force_uN,gauge_length_px,"
	          "strain,stress_GPa,u_strain,u_stress_GPa,true_strain,true_stress_GPa,zncc,flag");
	CHECK_HAS(line[2], ",0.98,outside-log;duplicate");
	CHECK_HAS(line[3], ",0.98,lost;damaged");
	CHECK_STR(line[4], "3,0.6,-1.4,1.25,2,0.5,1.5,440.44,0.001,1.5,0.0001,0.02,,,0.98,");
	int rows = 5;
	for (; *rest; rest++)
		rows += *rest == '\n';
	CHECK(rows == FAKE_ROWS);
	free(text);
	free(c);
}

static const check_case cases[] = {
    {"cells", cells}, {"no rows", no_rows}, {"column without values", column_without_values}, {"curve", curve}};
CHECK_MAIN(cases)
