/* Hysitron .hld, written by the test itself.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "log_help.h"

static void segment(int number, const char *begin, const char *end, int points)
{
	char text[256];
	snprintf(text, sizeof text,
	         "Segment Time: 0.5 s\r\nSegment Number: %d\r\nSegment Type: 0 LINEAR\r\nSegment Begin Demand: %s\r\n"
	         "Segment End Demand: %s\r\nSegment Points: %d\r\n",
	         number, begin, end, points);
	put(text);
}

static void head(const char *mode)
{
	start("File Version: Hysitron HighLoad FBControls 6.1 Release\r\nTest Type: Indentation\r\n"
	      "Machine Comp: 0.005 nm/\xB5N\r\nFB Mode: ");
	put(mode);
	put("\r\nDrift Rate: -0.25 nm/s\r\nNumber of Segments: 3\r\n");
}

static void tables(int stated)
{
	char text[64];
	put("Sample Approach Data Points: 2\r\nTime_s\tMotorDisp_mm\tPiezo "
	    "Extension_nm\r\n0.1\t-0.5\t3\r\n0.2\t-0.5\t3\r\n"
	    "Drift Measurement Data Points: 1\r\nTime_s\tDisp_nm\r\n1.5\t0.25\r\n");
	snprintf(text, sizeof text, "Test Data Points: %d\r\n", stated);
	put(text);
	put("Time_s\tDisp_nm\tForce_\xB5N\tLoadCell_nm\tDisp_V\r\n");
	for (int i = 0; i < 6; i++) {
		snprintf(text, sizeof text, "%.6f\t%.6f\t%.6f\t7.0\t8.0\r\n", 0.25 * i, 10.0 + i, 100.0 * i);
		put(text);
	}
}

static void whole(const char *mode, const char *unit)
{
	char top[32], zero[32];
	snprintf(top, sizeof top, "100 %s", unit);
	snprintf(zero, sizeof zero, "0 %s", unit);
	head(mode);
	segment(0, zero, top, 2);
	segment(1, top, top, 3);
	segment(2, top, zero, 1);
	tables(6);
}

static void load_control(void)
{
	whole("Load Control", "\xB5N");
	tt_force_log *log = read_log(NULL);
	CHECK_STR(log->format, "Hysitron hld");
	CHECK_STR(log->encoding, "Latin-1");
	CHECK(log->n == 6 && log->warnings.n == 0);
	check_row(log, 0, 0, 10, 0);
	check_row(log, 5, 1.25, 15, 500);
	CHECK(log->compliance_applied && log->drift_applied);
	CHECK_NEAR(log->machine_compliance_m_per_N, 0.005e-3, 1e-12);
	CHECK_NEAR(log->drift_rate_m_per_s, -0.25e-9, 1e-18);
	CHECK(log->n_segments == 3);
	static const size_t first[] = {0, 2, 5}, count[] = {2, 3, 1};
	static const char *const kind[] = {"load", "hold", "unload"};
	static const double rate[] = {200e-6, 0, -200e-6};
	for (int i = 0; i < 3; i++) {
		CHECK(log->segment[i].first == first[i] && log->segment[i].count == count[i]);
		CHECK_STR(log->segment[i].kind, kind[i]);
		CHECK(log->segment[i].control == TT_CONTROL_LOAD);
		CHECK_NEAR(log->segment[i].rate, rate[i], 1e-15);
	}
	CHECK(holds(&log->notes, "approach table: 2 rows, 0.1 to 0.2 s"));
	CHECK(holds(&log->notes, "drift table: 1 rows, 1.5 to 1.5 s"));
	tt_force_log_free(log);
}

static void displacement_control(void)
{
	whole("Displacement Control", "nm");
	tt_force_log *log = read_log(NULL);
	CHECK(log->segment[0].control == TT_CONTROL_DISPLACEMENT);
	CHECK_NEAR(log->segment[0].rate, 200e-9, 1e-18);
	tt_force_log_free(log);
	whole("Open Loop", "\xB5N");
	log = read_log(NULL);
	CHECK(log->segment[0].control == TT_CONTROL_UNKNOWN);
	tt_force_log_free(log);
}

static void no_segments_listed(void)
{
	head("Load Control");
	tables(6);
	tt_force_log *log = read_log(NULL);
	CHECK(log->n_segments == 1 && log->segment[0].count == 6 && log->segment[0].control == TT_CONTROL_UNKNOWN);
	CHECK(holds(&log->warnings, "the header says 3 segments and lists 0"));
	tt_force_log_free(log);
}

static void segments_that_do_not_fit(void)
{
	head("Load Control");
	segment(0, "0 uN", "1 uN", 4);
	segment(1, "1 uN", "1 uN", 4000000);
	segment(2, "1 uN", "0 uN", 4);
	tables(6);
	tt_force_log *log = read_log(NULL);
	CHECK(log->n_segments == 2 && log->segment[1].first == 4 && log->segment[1].count == 2);
	CHECK(holds(&log->warnings, "the segments' points add up to 4000008, the file holds 6 rows"));
	tt_force_log_free(log);
	head("Load Control");
	segment(0, "0 uN", "1 uN", 2);
	segment(1, "0 uN", "1 uN", 0);
	segment(2, "0 uN", "1 uN", 1);
	tables(6);
	log = read_log(NULL);
	CHECK(log->n_segments == 3 && log->segment[2].first == 3 && log->segment[2].count == 3);
	CHECK_STR(log->segment[2].kind, "");
	CHECK(log->segment[2].control == TT_CONTROL_UNKNOWN);
	tt_force_log_free(log);
}

static void columns_are_refused(void)
{
	whole("Load Control", "uN");
	tt_log_columns map = {.time = "1", .decimal_comma = -1};
	CHECK_HAS(refused_log(&map), "leave columns, units, delimiter and decimal_comma out");
}

/* An instrument whose computer writes a comma. */
static void decimal_comma(void)
{
	whole("Load Control", "\xB5N");
	for (size_t i = 1; i + 1 < log_size; i++)
		if (log_text[i] == '.' && log_text[i - 1] >= '0' && log_text[i - 1] <= '9') log_text[i] = ',';
	tt_force_log *log = read_log(NULL);
	CHECK(log->n == 6 && log->n_segments == 3 && log->warnings.n == 0);
	check_row(log, 5, 1.25, 15, 500);
	CHECK_NEAR(log->machine_compliance_m_per_N, 0.005e-3, 1e-12);
	CHECK_NEAR(log->segment[0].rate, 200e-6, 1e-15);
	CHECK(holds(&log->notes, "drift table: 1 rows, 1.5 to 1.5 s"));
	tt_force_log_free(log);
}

static void bad_row(void)
{
	whole("Load Control", "uN");
	char *row = strstr(log_text, "0.750000\t13.000000");
	CHECK(row);
	row[9] = 'x';
	CHECK_HAS(refused_log(NULL), "line 37: found 'x3.000000' in column 'Disp_nm'");
}

static void cut_anywhere(void)
{
	whole("Load Control", "\xB5N");
	size_t size = log_size, rows = 0;
	for (size_t cut = 1; cut < size; cut++) {
		tt_force_log *log = NULL;
		tt_status s = tt_force_log_parse(log_text, cut, "test.log", NULL, &log, &log_error);
		CHECK_MSG(s == TT_OK || s == TT_ERR_INPUT, "cut at %zu: status %d", cut, (int)s);
		if (s) continue;
		CHECK(log->n >= rows && log->n <= 6);
		rows = log->n;
		CHECK_MSG(log->n == 6 || log->warnings.n, "cut at %zu: no warning", cut);
		for (size_t i = 0; i < log->n; i++)
			check_row(log, i, 0.25 * (double)i, 10 + (double)i, 100 * (double)i);
		tt_force_log_free(log);
	}
	CHECK(rows == 6);
	CHECK(tt_force_log_parse(log_text, 300, "test.log", NULL, &(tt_force_log *){NULL}, &log_error) == TT_ERR_INPUT);
	CHECK_HAS(log_error.message, "ends before its test data");
}

static const check_case cases[] = {{"load control", load_control},
                                   {"displacement control", displacement_control},
                                   {"no segments listed", no_segments_listed},
                                   {"segments that do not fit", segments_that_do_not_fit},
                                   {"columns are refused", columns_are_refused},
                                   {"decimal comma", decimal_comma},
                                   {"bad row", bad_row},
                                   {"cut anywhere", cut_anywhere}};
CHECK_MAIN(cases)
