/* TriboScan text in all its shapes, each written by the test itself.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "log_help.h"

/* The same three rows, in two segments, with a choice of line ends, micro sign and order. */
static void shape(const char *head_end, const char *end, const char *micro)
{
	start("Mon Apr 29 10:41:06 2019");
	put(head_end);
	put(head_end);
	put("Number of Points = 3");
	put(head_end);
	put("Depth (nm)\tLoad (");
	put(micro);
	put("N)\tTime (s)\tDepth (V)\tLoad (V)");
	put(end);
	put("1.500000\t-2.250000\t0.000000\t0.1\t0.2");
	put(end);
	put("2.500000\t3.250000\t0.005005\t0.1\t0.2");
	put(end);
	put(end);
	put("3.500000\t4.250000\t0.015005\t0.1\t0.2");
	put(end);
}

static void check_shape(const char *encoding)
{
	tt_force_log *log = read_log(NULL);
	CHECK_STR(log->format, "TriboScan text");
	CHECK_STR(log->encoding, encoding);
	CHECK(log->n == 3);
	check_row(log, 0, 0, 1.5, -2.25);
	check_row(log, 1, 0.005005, 2.5, 3.25);
	check_row(log, 2, 0.015005, 3.5, 4.25);
	CHECK(log->warnings.n == 0);
	tt_force_log_free(log);
}

static void line_ends(void)
{
	static const char *const ends[][2] = {
	    {"\n", "\n"}, {"\r\n", "\r\n"}, {"\n\r", "\r"}, {"\r", "\r"}, {"\n\r", "\n\r"}};
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		shape(ends[i][0], ends[i][1], "\xB5");
		check_shape("Latin-1");
	}
}

static void micro_signs(void)
{
	shape("\n", "\n", "\xC2\xB5"); /* micro sign */
	check_shape("UTF-8");
	shape("\n", "\n", "\xCE\xBC"); /* Greek mu */
	check_shape("UTF-8");
	shape("\n", "\n", "u");
	check_shape("ASCII");
}

static void byte_order_marks(void)
{
	shape("\r\n", "\r\n", "\xC2\xB5");
	memmove(log_text + 3, log_text, log_size);
	memcpy(log_text, "\xEF\xBB\xBF", 3);
	log_size += 3;
	check_shape("UTF-8 with byte order mark");
}

static void utf16(void)
{
	static const char *const name[] = {"UTF-16LE", "UTF-16BE"};
	for (int big = 0; big < 2; big++)
		for (int mark = 0; mark < 2; mark++) {
			shape("\r\n", "\r\n", "\xB5");
			static char wide[sizeof log_text];
			size_t n = 0;
			if (mark) {
				wide[n++] = (char)(big ? 0xFE : 0xFF);
				wide[n++] = (char)(big ? 0xFF : 0xFE);
			}
			for (size_t i = 0; i < log_size; i++) {
				wide[n + (size_t)big] = log_text[i];
				wide[n + (size_t)!big] = 0;
				n += 2;
			}
			log_size = 0;
			put_bytes(wide, n);
			check_shape(name[big]);
		}
}

static void blank_lines_part_segments(void)
{
	shape("\n\r", "\r", "\xB5");
	tt_force_log *log = read_log(NULL);
	CHECK(log->n_segments == 2);
	CHECK(log->segment[0].first == 0 && log->segment[0].count == 2);
	CHECK(log->segment[1].first == 2 && log->segment[1].count == 1);
	CHECK(log->segment[0].control == TT_CONTROL_UNKNOWN && isnan(log->segment[0].rate));
	CHECK_STR(log->segment[0].kind, "");
	tt_force_log_free(log);
}

static void blank_line_after_every_row(void)
{
	tt_force_log *log = read_text("Number of Points = 4\n\nDepth (nm)\tLoad (uN)\tTime (s)\n\n"
	                              "1\t2\t0\n\n1\t2\t1\n\n1\t2\t2\n\n1\t2\t3\n\n",
	                              NULL);
	CHECK(log->n == 4);
	CHECK(log->n_segments == 1 && log->segment[0].count == 4);
	tt_force_log_free(log);
}

static void columns_in_any_order(void)
{
	tt_force_log *log = read_text("Number of Points = 2\nTime [ms]\tDisp [\xC2\xB5m]\tForce [mN]\n"
	                              "0\t0.001\t2\n5\t0.0025\t-3\n",
	                              NULL);
	check_row(log, 0, 0, 1, 2000);
	check_row(log, 1, 0.005, 2.5, -3000);
	tt_force_log_free(log);
	log = read_text("Displacement (nm)\tTime (s)\tLoad (mN)\teoh\n1\t0\t2\t\n2\t1\t3\t\n", NULL);
	check_row(log, 1, 1, 2, 3000);
	tt_force_log_free(log);
}

static void decimal_comma(void)
{
	tt_force_log *log = read_text("Number of Points = 2\nDepth (nm)\tLoad (uN)\tTime (s)\n"
	                              "1,25\t-2,5\t0,000\n1,5\t1e1\t0,005\n",
	                              NULL);
	check_row(log, 0, 0, 1.25, -2.5);
	check_row(log, 1, 0.005, 1.5, 10);
	tt_force_log_free(log);
}

static void end_of_header_lines(void)
{
	tt_force_log *log =
	    read_text("Operator: nobody\nNumber of Points = 2\neoh\nDepth (nm)\tLoad (uN)\tTime (s)\neoh\n"
	              "1\t2\t0\n2\t3\t1\n",
	              NULL);
	CHECK(log->n == 2 && log->n_segments == 1 && log->warnings.n == 0);
	CHECK(holds(&log->notes, "Operator: nobody"));
	tt_force_log_free(log);
}

static void number_of_points_is_checked(void)
{
	tt_force_log *log =
	    read_text("Number of Points = 5\nDepth (nm)\tLoad (uN)\tTime (s)\n1\t2\t0\n2\t3\t1\n", NULL);
	CHECK(log->n == 2);
	CHECK(log->warnings.n == 1);
	CHECK_HAS(log->warnings.item[0], "the header says 5 points, the file holds 2: it is cut short");
	tt_force_log_free(log);
}

static void cut_last_line(void)
{
	static const char head[] =
	    "Number of Points = 3\nDepth (nm)\tLoad (uN)\tTime (s)\n1.50\t2.50\t0.25\n2.50\t3.50\t1.25\n";
	static const char *const tails[] = {"3.5",           "3.50\t", "3.50\t4.50", "3.50\t4.50\t", "3.50\t4.50\t2.2",
	                                    "3.50\t4.50\t2", "-"};
	for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
		start(head);
		put(tails[i]);
		tt_force_log *log = read_log(NULL);
		CHECK_MSG(log->n == 2, "'%s': %zu rows", tails[i], log->n);
		CHECK(holds(&log->warnings, "the last line (5) is cut short and was left out"));
		CHECK(holds(&log->warnings, "says 3 points, the file holds 2"));
		tt_force_log_free(log);
	}
	start(head);
	put("3.50\t4.50\t2.25"); /* whole, without a line end */
	tt_force_log *log = read_log(NULL);
	CHECK(log->n == 3 && log->warnings.n == 0);
	tt_force_log_free(log);
}

static void bad_rows_name_their_line(void)
{
	static const char head[] = "x\n\nNumber of Points = 3\nDepth (nm)\tLoad (uN)\tTime (s)\n1.5\t2\t0\n";
	static const struct {
		const char *row, *says;
	} bad[] = {{"2\t\t1", "line 6: column 'Load (uN)' is empty"},
	           {"2\t3", "line 6: has 2 cells; expected time in column 3"},
	           {"2\tabc\t1", "line 6: found 'abc' in column 'Load (uN)'"},
	           {"2\tNaN\t1", "line 6: found 'NaN' in column"},
	           {"2\t-1.#IND\t1", "line 6: found '-1.#IND' in column"},
	           {"2\tinf\t1", "line 6: found 'inf'"},
	           {"2\t0x10\t1", "line 6: found '0x10'"},
	           {"2\t1e999\t1", "line 6: found '1e999'"},
	           {"2\t3,5\t1", "(if the comma is a decimal sign, say force.decimal_comma: true)"},
	           {"2\t3\t1\t4", "line 6: has 4 cells under 3 names"},
	           {"\"2\t3\t1", "quote"},
	           {"2\t3\t-1", "line 6: time runs backwards (-1 s after 0 s)"},
	           {"2\t3\t5\n2\t3\t4", "line 7: time runs backwards (4 s after 5 s)"}};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		start(head);
		put(bad[i].row);
		put("\n3\t4\t9\n");
		CHECK_HAS(refused_log(NULL), bad[i].says);
	}
}

static void bad_first_row_is_no_header(void)
{
	tt_force_log *log =
	    read_text("Number of Points = 3\nDepth (nm)\tLoad (uN)\tTime (s)\n1\t\t0\n1\t2\t3\n1\t2\t4\n", NULL);
	CHECK(log->n == 2 && log->n_dropped == 0);
	CHECK(holds(&log->warnings, "1 row at its beginning or end hold"));
	tt_force_log_free(log);
}

static void segment_that_restarts_time(void)
{
	const char *says = refused_text(
	    "Number of Points = 4\nDepth (nm)\tLoad (uN)\tTime (s)\n1\t2\t0\n1\t2\t1\n\n1\t2\t0\n1\t2\t1\n", NULL);
	CHECK_HAS(says, "line 6: time begins again");
	CHECK_HAS(says, "export it with a running time");
}

static void equal_times_are_left_out(void)
{
	tt_force_log *log = read_text("Number of Points = 4\nDepth (nm)\tLoad (uN)\tTime (s)\n"
	                              "1\t2\t0\n2\t2\t1\n3\t2\t1\n4\t2\t2\n",
	                              NULL);
	CHECK(log->n == 3);
	check_row(log, 1, 1, 2, 2);
	CHECK(log->warnings.n == 1);
	CHECK_HAS(log->warnings.item[0], "1 row left out whose time equals that of the row before");
	tt_force_log_free(log);
}

static void two_columns_of_one_kind(void)
{
	CHECK_HAS(
	    refused_text("Number of Points = 3\nDepth (nm)\tDepth (um)\tLoad (uN)\tTime (s)\n1\t2\t3\t0\n1\t2\t3\t1\n",
	                 NULL),
	    "columns 1 ('Depth (nm)') and 2 ('Depth (um)') may both be the displacement");
}

static void missing_column(void)
{
	CHECK_HAS(refused_text("Number of Points = 2\nDepth (nm)\tLoad (uN)\tLoad (V)\n1\t2\t0\n1\t2\t1\n", NULL),
	          "names a time, a force and a displacement");
}

static void header_without_rows(void)
{
	CHECK_HAS(refused_text("Number of Points = 2\nDepth (nm)\tLoad (uN)\tTime (s)\n", NULL),
	          "no row with three numbers");
	CHECK_HAS(refused_text("Number of Poi", NULL), "no row with three numbers");
}

static void huge_stated_number(void)
{
	tt_force_log *log = read_text(
	    "Number of Points = 99999999999999999999\nDepth (nm)\tLoad (uN)\tTime (s)\n1\t2\t0\n1\t2\t1\n", NULL);
	CHECK(log->n == 2 && log->warnings.n == 1);
	tt_force_log_free(log);
}

/* Every cut of a file leaves data with a warning, or one sentence. */
static void cut_anywhere(void)
{
	for (int end = 0; end < 3; end++) {
		shape(end == 1 ? "\n\r" : "\r\n", end ? "\r" : "\r\n", "\xB5");
		size_t whole = log_size, rows = 0;
		for (size_t cut = 0; cut < whole; cut++) {
			tt_force_log *log = NULL;
			tt_status s = tt_force_log_parse(log_text, cut, "test.log", NULL, &log, &log_error);
			CHECK_MSG(s == TT_OK || s == TT_ERR_INPUT, "cut at %zu: status %d", cut, (int)s);
			if (s) {
				CHECK(rows == 0);
				continue;
			}
			CHECK(log->n >= rows && log->n <= 3);
			rows = log->n;
			CHECK_MSG(log->n == 3 || log->warnings.n, "cut at %zu: no warning", cut);
			for (size_t i = 0; i < log->n; i++) {
				static const double t[] = {0, 0.005005, 0.015005}, f[] = {-2.25, 3.25, 4.25};
				check_row(log, i, t[i], 1.5 + (double)i, f[i]);
			}
			tt_force_log_free(log);
		}
		CHECK(rows == 3);
	}
}

static const check_case cases[] = {{"line ends", line_ends},
                                   {"micro signs", micro_signs},
                                   {"byte order mark", byte_order_marks},
                                   {"UTF-16", utf16},
                                   {"blank lines part segments", blank_lines_part_segments},
                                   {"blank line after every row", blank_line_after_every_row},
                                   {"columns in any order", columns_in_any_order},
                                   {"decimal comma", decimal_comma},
                                   {"eoh lines", end_of_header_lines},
                                   {"number of points is checked", number_of_points_is_checked},
                                   {"cut last line", cut_last_line},
                                   {"bad rows name their line", bad_rows_name_their_line},
                                   {"bad first row is no header", bad_first_row_is_no_header},
                                   {"segment that restarts time", segment_that_restarts_time},
                                   {"equal times are left out", equal_times_are_left_out},
                                   {"two columns of one kind", two_columns_of_one_kind},
                                   {"missing column", missing_column},
                                   {"header without rows", header_without_rows},
                                   {"huge stated number", huge_stated_number},
                                   {"cut anywhere", cut_anywhere}};
CHECK_MAIN(cases)
