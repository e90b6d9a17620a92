/* Delimited text, by column map and by itself; FemtoTools text; numbers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "log_help.h"

#include <locale.h>
#include <stdint.h>

#define MAP(...) (&(tt_log_columns){.decimal_comma = -1, __VA_ARGS__})

/* The map of the issue: a name, a name with unit, a number. */
static void map_of_names_and_numbers(void)
{
	tt_force_log *log = read_text("Zeit [s];F [mN];Weg [\xC2\xB5m]\n0,0;0,5;1,25\n0,1;-0,5;1,5\n",
	                              MAP(.time = "Zeit", .force = "F [mN]", .displacement = "3"));
	CHECK_STR(log->format, "delimited text");
	CHECK(log->n == 2 && log->n_segments == 1);
	check_row(log, 0, 0, 1250, 500);
	check_row(log, 1, 0.1, 1500, -500);
	CHECK(holds(&log->notes, "delimiter: semicolon, decimal comma"));
	tt_force_log_free(log);
}

static void units_given(void)
{
	tt_force_log *log = read_text("Zeit,F,Weg\n0,0.5,1.25\n100,-0.5,1.5\n",
	                              MAP(.time = "Zeit", .force = "F", .displacement = "Weg", .time_unit = "ms",
	                                  .force_unit = "N", .displacement_unit = "um"));
	check_row(log, 1, 0.1, 1500, -5e5);
	tt_force_log_free(log);
	CHECK_HAS(
	    refused_text("Zeit,F,Weg\n0,0.5,1.25\n1,2,3\n", MAP(.time = "Zeit", .force = "F", .displacement = "Weg")),
	    "line 1: column 'Zeit' (time) has no unit");
	CHECK_HAS(refused_text("Zeit,F,Weg\n0,0.5,1.25\n1,2,3\n",
	                       MAP(.time = "1", .force = "2", .displacement = "3", .time_unit = "s", .force_unit = "kg",
	                           .displacement_unit = "nm")),
	          "'kg' of column 'F' is no unit of force");
}

static void unit_against_header(void)
{
	tt_force_log *log = read_text("t (s),F (mN),d (nm)\n0,1,2\n1,2,3\n",
	                              MAP(.time = "t", .force = "F", .displacement = "d", .force_unit = "uN"));
	check_row(log, 0, 0, 2, 1);
	CHECK(log->warnings.n == 1);
	CHECK_HAS(log->warnings.item[0], "says mN, the description says uN");
	tt_force_log_free(log);
}

static void headers_of_all_kinds(void)
{
	static const char *const texts[] = {
	    "Time (s),Force (uN),Displacement (nm)\n0,1,2\n0.5,-1,3\n",
	    "Time/s;Force/uN;Displacement/nm\n0;1;2\n0.5;-1;3\n",
	    "Time / s\tForce / uN\tDisplacement / nm\n0\t1\t2\n0.5\t-1\t3\n",
	    "Time_s|Force_uN|Displacement_nm\n0|1|2\n0.5|-1|3\n",
	    "# made by hand\n% and so on\nTime [sec], Load [\xCE\xBCN], Depth [nm]\n0, 1, 2\n0.5, -1, 3\n",
	    "# Time (s) Force (uN) Disp (nm)\n  0   1   2\n0.5  -1 3\n",
	    "// remark\n// Time (ms)\tForce (nN)\tWeg (nm)\n0\t1000\t2\n500\t-1000\t3\n",
	    "Zeit;Kraft;Weg\ns;uN;nm\n0;1;2\n0,5;-1;3\n",
	    "Sample;A\nSpeed (nm/s);5\n\nTime;Force;Displacement\n(s);(uN);(nm)\nraw;raw;raw\n0;1;2\n0.5;-1;3\n",
	    "flag,Time (s),Force (uN),note,Displacement (nm)\nok,0,1,\"a, b\",2\nok,0.5,-1,,3\n",
	    "Time (s),Force (uN),Displacement (nm)\r\n0,1,2\r\n# pause, \r\n0.5,-1,3\r\n\r\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		tt_force_log *log = read_text(texts[i], NULL);
		CHECK_MSG(log->n == 2, "text %zu: %zu rows", i, log->n);
		check_row(log, 0, 0, 2, 1);
		check_row(log, 1, 0.5, 3, -1);
		tt_force_log_free(log);
	}
}

static void quotes(void)
{
	tt_force_log *log =
	    read_text("\"Time, elapsed (s)\",\"F \"\"raw\"\" (uN)\",\"Weg (nm)\"\n\"0\",\"1.5\",2\n\"0.5\",-1,\"3\"\n",
	              MAP(.time = "Time, elapsed", .force = "F \"raw\"", .displacement = "Weg"));
	check_row(log, 0, 0, 2, 1.5);
	check_row(log, 1, 0.5, 3, -1);
	tt_force_log_free(log);
	start("Time (s),Force (uN),Displacement (nm)\n0,1,2\n1,\"2,3\n2,2,3\n");
	CHECK_HAS(refused_log(NULL), "line 3: a quote opened in this line is not closed");
}

static void numbers_only(void)
{
	tt_force_log *log =
	    read_text("0 1 2\n0.5 -1 3\n", MAP(.time = "1", .force = "2", .displacement = "3", .time_unit = "s",
	                                       .force_unit = "uN", .displacement_unit = "nm"));
	check_row(log, 1, 0.5, 3, -1);
	tt_force_log_free(log);
	log = read_text("made by x\nTime;Kraft;Weg\ns;mN;um\n0;1;2\n0,5;-1;3\n",
	                MAP(.time = "1", .force = "2", .displacement = "3"));
	check_row(log, 1, 0.5, 3000, -1000);
	tt_force_log_free(log);
	CHECK_HAS(
	    refused_text("0 1 2\n0.5 -1 3\n", MAP(.time = "1", .force = "2", .displacement = "4", .time_unit = "s",
	                                          .force_unit = "uN", .displacement_unit = "nm")),
	    "no row with numbers in columns 1, 2 and 4");
	CHECK_HAS(refused_text("0 1 2\n", MAP(.time = "0", .force = "2", .displacement = "1")), "counted from 1");
}

static void delimiter_and_decimal_given(void)
{
	tt_log_columns map = {.time = "1",
	                      .force = "2",
	                      .displacement = "3",
	                      .time_unit = "s",
	                      .force_unit = "uN",
	                      .displacement_unit = "nm",
	                      .delimiter = '!',
	                      .decimal_comma = 1};
	tt_force_log *log = read_text("0!1!2\n0,5!-1!3\n", &map);
	check_row(log, 1, 0.5, 3, -1);
	tt_force_log_free(log);
	map.delimiter = ';';
	log = read_text("0;1;2\n1;2;3\n2,5;3;4\n", &map);
	check_row(log, 2, 2.5, 4, 3);
	tt_force_log_free(log);
	/* Whole numbers for long: the first row that shows the sign decides. */
	start("t (s);F (uN);d (nm)\n");
	for (int i = 0; i < 200; i++) {
		char row[64];
		snprintf(row, sizeof row, "%d;1;2\n", i);
		put(row);
	}
	put("200,5;1,25;2\n");
	log = read_log(NULL);
	CHECK(log->n == 201);
	check_row(log, 200, 200.5, 2, 1.25);
	tt_force_log_free(log);
}

static void comma_for_both(void)
{
	CHECK_HAS(refused_text("Time (s),Force (uN),Displacement (nm)\n0,0,1,5,2,5\n0,5,1,5,2,5\n", NULL),
	          "line 2: has 6 cells under 3 names");
}

static void names_that_are_missing_or_double(void)
{
	CHECK_HAS(refused_text("a,b,c\n1,2,3\n2,3,4\n", NULL), "name the columns in the description");
	CHECK_HAS(refused_text("Time (s),F (uN),d (nm)\n1,2,3\n2,3,4\n",
	                       MAP(.time = "Time", .force = "Kraft", .displacement = "d")),
	          "'Time', 'Kraft', 'd'");
	CHECK_HAS(refused_text("Time (s),F (uN),F (mN),d (nm)\n1,2,3,4\n2,3,4,5\n",
	                       MAP(.time = "Time", .force = "F", .displacement = "d")),
	          "columns 2 ('F (uN)') and 3 ('F (mN)') may both be the force");
	tt_force_log *log = read_text("Time (s),F (uN),F (mN),d (nm)\n1,2,3,4\n2,3,4,5\n",
	                              MAP(.time = "Time", .force = "f  (MN)", .displacement = "d"));
	check_row(log, 0, 1, 4, 3000);
	tt_force_log_free(log);
}

static void best_name_wins(void)
{
	tt_force_log *log =
	    read_text("Time (s),Lateral Force (uN),Force (uN),Raw displacement (nm),Displacement (nm),Depth (V)\n"
	              "0,9,1,9,2,9\n1,9,2,9,3,9\n",
	              NULL);
	check_row(log, 1, 1, 3, 2);
	tt_force_log_free(log);
}

static void segments(void)
{
	tt_force_log *log = read_text(
	    "Time (s),Force (uN),Displacement (nm),Segment\n0,1,2,1\n1,1,2,1\n2,1,2,2\n3,1,2,2\n4,1,2,2\n", NULL);
	CHECK(log->n_segments == 2 && log->segment[0].count == 2 && log->segment[1].count == 3);
	tt_force_log_free(log);
	log = read_text("Time (s);Force (uN);Displacement (nm)\n0;1;2\n1;1;2\n;;\n2;1;2\n3;1;2\n", NULL);
	CHECK(log->n_segments == 2);
	tt_force_log_free(log);
}

static void no_line_end(void)
{
	tt_force_log *log = read_text("Time (s),Force (uN),Displacement (nm)\n0,1,2.25\n1,2,3.5", NULL);
	CHECK(log->n == 2);
	check_row(log, 1, 1, 3.5, 2);
	tt_force_log_free(log);
	log = read_text("Time (s),Force (uN),Displacement (nm)\n0,1,2.25\n1,2,3.5\n2,3,4.", NULL);
	CHECK(log->n == 3 && log->warnings.n == 1);
	CHECK_HAS(log->warnings.item[0], "the last line (4) has no line end; if the file was cut there");
	tt_force_log_free(log);
}

static void femtotools(void)
{
	tt_force_log *log =
	    read_text("// FT-NMT test\nIndex\tPhase\tDisplacement\tTime\tPos X\tForce A\tForce B\tVoltage A\n"
	              "#\t#\tum\ts\tum\tuN\tuN\tV\n"
	              "0\t1\t0.001\t0.00\t3\t-1.5\t9\t0.1\n"
	              "1\t1\t0.002\t0.01\t3\t2.5\t9\t0.1\n"
	              "// pause\n"
	              "2\t2\t0.003\t0.02\t3\t3.5\t9\t0.1\n",
	              NULL);
	CHECK_STR(log->format, "FemtoTools text");
	CHECK(log->n == 3 && log->n_segments == 2);
	check_row(log, 0, 0, 1, -1.5);
	check_row(log, 2, 0.02, 3, 3.5);
	tt_force_log_free(log);
	log = read_text("Time\tDisplacement\tForce\n[ms]\t[nm]\t[\xB5N]\n0\t1\t2\n1\t3\t4\n", NULL);
	CHECK_STR(log->format, "FemtoTools text");
	check_row(log, 1, 0.001, 3, 4);
	tt_force_log_free(log);
}

/* ---- numbers ---- */

static uint64_t state = 88172645463325252u;

static uint64_t next(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

/* A number reads the same as by strtod, to the last bit, whatever its shape. */
static void numbers_equal_strtod(void)
{
	setlocale(LC_ALL, "C");
	char text[128], comma[128];
	for (int i = 0; i < 1000000; i++) {
		double x;
		switch (next() % 4) {
		case 0: {
			uint64_t bits = next();
			memcpy(&x, &bits, sizeof x);
			break;
		}
		case 1: x = (double)(int64_t)next() / 1e12; break;
		case 2: x = (double)(int32_t)next() / 1e6; break;
		default: x = (double)(int32_t)next() * 1e-9; break;
		}
		if (!isfinite(x)) continue;
		static const char *const forms[] = {"%.6f", "%.*e", "%.*g", "%.17g", "%.12f"};
		int form = (int)(next() % 5), digits = (int)(next() % 20);
		if (fabs(x) > 1e30 && (form == 0 || form == 4)) form = 3;
		if (form == 1 || form == 2)
			snprintf(text, sizeof text, forms[form], digits, x);
		else
			snprintf(text, sizeof text, forms[form], x);
		double expected = strtod(text, NULL), got = -1, by_comma = -1;
		if (!isfinite(expected)) continue;
		strcpy(comma, text);
		if (strchr(comma, '.')) *strchr(comma, '.') = ',';
		CHECK_MSG(tt_log_number(text, strlen(text), '.', &got), "'%s' refused", text);
		CHECK_MSG(memcmp(&got, &expected, sizeof got) == 0 || got == expected, "'%s': %a, strtod %a", text, got,
		          expected);
		CHECK(tt_log_number(comma, strlen(comma), ',', &by_comma) && by_comma == expected);
	}
}

static void what_is_no_number(void)
{
	static const char *const bad[] = {"",      "-",    "+",     ".",        "e5",   "1e",   "1e+",
	                                  "nan",   "-inf", "0x1p3", "1 2",      "1,5",  "1..2", "--1",
	                                  "1e999", "12a",  "1d5",   "infinity", "-.e1", "1e5.0"};
	double v;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK_MSG(!tt_log_number(bad[i], strlen(bad[i]), '.', &v), "'%s' was taken for a number", bad[i]);
	CHECK(!tt_log_number("1.5", 3, ',', &v));
	CHECK(!tt_log_number("1,5,2", 5, ',', &v));
	CHECK(tt_log_number("12.5xyz", 4, '.', &v) && v == 12.5); /* the length counts, not the terminator */
	CHECK(tt_log_number(" +.5e1 ", 7, '.', &v) && v == 5);
}

static void labels(void)
{
	static const struct {
		const char *text, *base, *unit;
	} known[] = {{"Depth (nm)", "Depth", "nm"},
	             {"F [mN]", "F", "mN"},
	             {"Time_s", "Time", "s"},
	             {"Disp_nm", "Disp", "nm"},
	             {"Force / \xC2\xB5N", "Force", "\xC2\xB5N"},
	             {"t/s", "t", "s"},
	             {"Load, uN", "Load", "uN"},
	             {"Depth (V)", "Depth", "V"},
	             {"Zeit", "Zeit", ""},
	             {"Force A", "Force A", ""},
	             {"", "", ""},
	             {"()", "", ""},
	             {"Time s", "Time", "s"},
	             {"a) b (s)", "a) b", "s"},
	             {"# Time (s)", "Time", "s"}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		tt_label l;
		tt_label_parse(known[i].text, &l);
		CHECK_STR(l.base, known[i].base);
		CHECK_STR(l.unit, known[i].unit);
	}
	CHECK(tt_label_factor("\xCE\xBCN", TT_LOG_FORCE) == tt_label_factor("uN", TT_LOG_FORCE));
	CHECK(isnan(tt_label_factor("nm", TT_LOG_FORCE)));
	CHECK(tt_label_equal(" Load  (\xC2\xB5N)", "load (uN)"));
	CHECK(!tt_label_equal("Load", "Load 2"));
	CHECK(tt_label_rank("Force", TT_LOG_FORCE) > tt_label_rank("Force A", TT_LOG_FORCE));
	CHECK(tt_label_rank("Lateral force", TT_LOG_FORCE) == 0 &&
	      tt_label_rank("Stage position", TT_LOG_DISPLACEMENT) == 0);
}

static const check_case cases[] = {{"map of names and numbers", map_of_names_and_numbers},
                                   {"units given", units_given},
                                   {"unit against header", unit_against_header},
                                   {"headers of all kinds", headers_of_all_kinds},
                                   {"quotes", quotes},
                                   {"columns by number alone", numbers_only},
                                   {"delimiter and decimal sign given", delimiter_and_decimal_given},
                                   {"comma for both", comma_for_both},
                                   {"names missing or double", names_that_are_missing_or_double},
                                   {"best name wins", best_name_wins},
                                   {"segments", segments},
                                   {"no line end", no_line_end},
                                   {"FemtoTools", femtotools},
                                   {"numbers equal strtod", numbers_equal_strtod},
                                   {"what is no number", what_is_no_number},
                                   {"labels", labels}};
CHECK_MAIN(cases)
