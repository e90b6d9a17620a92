/* What logs in the wild are written like: several tests, coarse stamps, holes in rows, other languages and encodings.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "log_help.h"

#define MAP(...) (&(tt_log_columns){.decimal_comma = -1, __VA_ARGS__})

static void row(double t, double f, double d)
{
	char text[96];
	snprintf(text, sizeof text, "%.3f\t%.4f\t%.4f\n", t, f, d);
	put(text);
}

/* Noise that no channel repeats by chance. */
static double wobble(int i)
{
	return 0.1 * sin(12.9898 * i) + 0.07 * sin(78.233 * i + 1);
}

static void head(void)
{
	start("Time (s)\tForce (uN)\tDisplacement (nm)\n");
}

static void languages(void)
{
	static const char *const names[] = {
	    "Temps (s)\tForce (uN)\tD\xC3\xA9placement (nm)",
	    "Tempo (s)\tForza (uN)\tSpostamento (nm)",
	    "Tiempo (s)\tFuerza (uN)\tDesplazamiento (nm)",
	    "Tempo (s)\tFor\xC3\xA7"
	    "a (uN)\tDeslocamento (nm)",
	    "Zeit (s)\tKraft (uN)\tWeg (nm)",
	    "\xE6\x97\xB6\xE9\x97\xB4(s)\t\xE8\xBD\xBD\xE8\x8D\xB7(uN)\t\xE4\xBD\x8D\xE7\xA7\xBB(nm)",
	    "\xE6\x99\x82\xE9\x96\x93\xEF\xBC\x88s\xEF\xBC\x89\t\xE8\x8D\xB7\xE9\x87\x8D\xEF\xBC\x88uN\xEF\xBC\x89\t"
	    "\xE5\xA4\x89\xE4\xBD\x8D\xEF\xBC\x88nm\xEF\xBC\x89",
	    "TEMPS (s)\tFORCE (uN)\tD\xC3\x89PLACEMENT (nm)",
	    "Temps (s)\tForce (uN)\tD?placement (nm)",
	    "Temps (s)\tForce (uN)\tD\xE9placement (nm)", /* Latin-1 */
	    "Time (s)\tForce (\xC2\xB5N)\tDisplacement (nm)",
	    "Time (s)\tForce (?N)\tDisplacement (nm)",
	    "Time (s)\tForce (\xC3\x82\xC2\xB5N)\tDisplacement (nm)", /* UTF-8 read as Latin-1 and written again */
	    "Time (s)\tForce (\xA6\xCCN)\tDisplacement (nm)",         /* GBK's Greek letter */
	    "Time (s)\tForce (\xEF\xBF\xBDN)\tDisplacement (nm)"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		start(names[i]);
		put("\n0\t1\t2\n1\t2.5\t3\n");
		tt_force_log *log = read_log(NULL);
		CHECK_MSG(log->n == 2, "names %zu", i);
		check_row(log, 1, 1, 3, 2.5);
		tt_force_log_free(log);
	}
}

/* Every script, as UTF-16 with and without its mark. */
static void utf16(void)
{
	static const uint16_t head[] = {0x65F6, 0x95F4, '(',    's',    ')', '\t', 0x8F7D, 0x8377, '(',  0x03BC, 'N',
	                                ')',    '\t',   0x4F4D, 0x79FB, '(', 'n',  'm',    ')',    '\r', '\n'};
	static const char rows[] = "0\t1\t2\r\n1\t2.5\t3\r\n";
	for (int big = 0; big < 2; big++) {
		start("");
		put_bytes(big ? "\xFE\xFF" : "\xFF\xFE", 2);
		for (size_t i = 0; i < sizeof head / sizeof *head + sizeof rows - 1; i++) {
			const size_t k = sizeof head / sizeof *head;
			const uint16_t c = i < k ? head[i] : (uint16_t)rows[i - k];
			const unsigned char b[2] = {(unsigned char)(big ? c >> 8 : c & 0xFF),
			                            (unsigned char)(big ? c & 0xFF : c >> 8)};
			put_bytes(b, 2);
		}
		tt_force_log *log = read_log(NULL);
		CHECK_STR(log->encoding, big ? "UTF-16BE" : "UTF-16LE");
		check_row(log, 1, 1, 3, 2.5);
		tt_force_log_free(log);
	}
}

/* The old encodings of China and Japan. */
static void east_asian(void)
{
	start("\xCA\xB1\xBC\xE4(s)\t\xD4\xD8\xBA\xC9(uN)\t\xCE\xBB\xD2\xC6(nm)\n0\t1\t2\n1\t2.5\t3\n");
	tt_force_log *log = read_log(NULL);
	CHECK_STR(log->encoding, "GBK");
	check_row(log, 1, 1, 3, 2.5);
	tt_force_log_free(log);
	start("\x8E\x9E\x8A\xD4(s)\t\x89\xD7\x8F\x64(uN)\t\x95\xCF\x88\xCA(nm)\n0\t1\t2\n1\t2.5\t3\n");
	log = read_log(NULL);
	CHECK_STR(log->encoding, "Shift-JIS");
	check_row(log, 1, 1, 3, 2.5);
	tt_force_log_free(log);
}

static void units(void)
{
	tt_force_log *log = read_text("Time (s)\tLoad (gf)\tDepth (nm)\n0\t1\t2\n1\t2\t3\n", NULL);
	check_row(log, 1, 1, 3, 2 * 9806.65);
	tt_force_log_free(log);
	log = read_text("Time (s)\tLoad (lbf)\tDepth (nm)\n0\t1\t2\n1\t2\t3\n", NULL);
	check_row(log, 1, 1, 3, 2 * 4.4482216152605e6);
	tt_force_log_free(log);
}

static void numbers(void)
{
	tt_force_log *log =
	    read_text("Time\tForce (N)\tDisplacement (m)\n12:00:01.250\t655n\t1u\n12:00:01.500\t\xE2\x88\x92"
	              "1.5u\t2u\n",
	              NULL);
	CHECK_NEAR(log->time_s[1] - log->time_s[0], 0.25, 1e-9);
	CHECK_NEAR(log->force_N[0], 655e-9, 1e-15);
	CHECK_NEAR(log->force_N[1], -1.5e-6, 1e-15);
	CHECK_NEAR(log->displacement_m[1], 2e-6, 1e-15);
	tt_force_log_free(log);
	double v;
	CHECK(tt_log_cell("1,234.5", 7, '.', false, &v) && v == 1234.5);
	CHECK(tt_log_cell("1.234,5", 7, ',', false, &v) && v == 1234.5);
	CHECK(!tt_log_cell("1,234", 5, '.', false, &v) && tt_log_cell("1,234", 5, '.', true, &v) && v == 1234);
	CHECK(!tt_log_cell("1,23", 4, '.', true, &v) && !tt_log_cell("0,234", 5, '.', true, &v));
	CHECK(!tt_log_cell("9.9E37", 6, '.', true, &v) && !tt_log_cell("1.797e308", 9, '.', true, &v));
	CHECK(!tt_log_cell("OVER", 4, '.', true, &v) && !tt_log_cell("12:75", 5, '.', true, &v));
}

static void thousands(void)
{
	CHECK_HAS(refused_text("Time (ms)\tForce (nN)\tDepth (nm)\n0\t330\t30\n50\t1,209\t30\n100\t571\t31\n", NULL),
	          "force.decimal_comma");
	/* any row that shows what the comma is settles it */
	tt_force_log *log =
	    read_text("Time (ms)\tForce (nN)\tDepth (nm)\n0\t330\t30\n50\t1,209\t30\n100\t1,234,567\t31\n", NULL);
	CHECK_NEAR(log->force_N[1], 1209e-9, 1e-15);
	tt_force_log_free(log);
	log = read_text("Time (ms)\tForce (nN)\tDepth (nm)\n0\t330\t30\n50\t1,209\t30\n100\t57,5\t31\n", NULL);
	CHECK_NEAR(log->force_N[1], 1.209e-9, 1e-18);
	tt_force_log_free(log);
	/* three decimals throughout are decimals */
	log = read_text("Time (s)\tForce (uN)\tDepth (nm)\n1.000\t1.209\t30.125\n2.000\t2.310\t30.250\n", NULL);
	check_row(log, 1, 2, 30.25, 2.31);
	tt_force_log_free(log);
}

/* n rows at 100 Hz from the given time. */
static void test_rows(int n, double from)
{
	for (int i = 0; i < n; i++)
		row(from + 0.01 * i, 1 + wobble(i), 5 + 0.1 * i + wobble(i + 7));
}

static void several_tests(void)
{
	head();
	test_rows(60, 0);
	put("\nTest 2\nTime (s)\tForce (uN)\tDisplacement (nm)\n");
	test_rows(80, 0);
	CHECK_HAS(refused_log(NULL), "holds 2 tests");
	CHECK_HAS(log_error.message, "force.test: 1 to 2");
	tt_force_log *log = read_log(MAP(.test = 2));
	CHECK(log->n == 80 && log->n_tests == 2 && log->chosen_test == 2 && log->time_s[0] == 0);
	tt_force_log_free(log);
	log = read_log(MAP(.test = TT_LOG_ANY_TEST));
	CHECK(log->n == 60 && log->n_tests == 2 && log->test[1].rows == 80);
	tt_force_log_free(log);
	CHECK_HAS(refused_log(MAP(.test = 3)), "not a test 3");
	/* a header once more, the clock running on, is no other test */
	head();
	test_rows(60, 0);
	put("Time (s)\tForce (uN)\tDisplacement (nm)\n");
	test_rows(60, 0.6);
	log = read_log(NULL);
	CHECK(log->n == 120 && log->n_tests == 0);
	tt_force_log_free(log);
	/* side by side */
	start(
	    "Time (s)\tForce (uN)\tDepth (nm)\tTime (s)\tForce (uN)\tDepth (nm)\n0\t1\t2\t0\t3\t4\n1\t2\t3\t1\t5\t6\n");
	CHECK_HAS(refused_log(NULL), "2 tests side by side");
	log = read_log(MAP(.test = 2));
	check_row(log, 1, 1, 6, 5);
	tt_force_log_free(log);
}

static void index_column(void)
{
	start("Index\tTime (s)\tForce (uN)\tDisplacement (nm)\n");
	for (int k = 0; k < 2; k++)
		for (int i = 0; i < 40; i++) {
			char text[96];
			snprintf(text, sizeof text, "%d\t%.2f\t%.4f\t%d\n", i, 0.01 * (i + 40 * k), 1 + wobble(i), i);
			put(text);
		}
	CHECK_HAS(refused_log(NULL), "holds 2 tests");
}

static void two_clocks(void)
{
	start("Time (s)\tForce (uN)\tTime (s)\tDisplacement (nm)\n");
	for (int i = 0; i < 50; i++) {
		char text[96];
		snprintf(text, sizeof text, "%.2f\t%d\t%.3f\t%.2f\n", 0.1 * i, i, 0.1 * i + 0.025,
		         10 * (0.1 * i + 0.025));
		put(text);
	}
	tt_force_log *log = read_log(NULL);
	for (size_t i = 5; i < 40; i++)
		CHECK_NEAR(log->displacement_m[i], 10e-9 * log->time_s[i], 1e-13);
	tt_force_log_free(log);
}

static void stamps(void)
{
	head();
	for (int i = 0; i < 500; i++)
		row(floor(0.02 * i + 1e-9), 1 + wobble(i), i);
	tt_force_log *log = read_log(NULL);
	CHECK(log->n == 500 && log->u_time_s > 0 && log->u_time_s < 0.2);
	for (size_t i = 0; i < log->n; i++)
		CHECK_NEAR(log->time_s[i], 0.02 * (double)i, 0.03);
	tt_force_log_free(log);
	/* rows that do not come evenly are not spread */
	head();
	for (int i = 0; i < 300; i++)
		row(floor(0.02 * i + (i > 150 ? 7 : 0)), 1 + wobble(i), i);
	log = read_log(NULL);
	CHECK(log->n < 30 && log->u_time_s == 0);
	tt_force_log_free(log);
	/* none at all */
	start("Force (uN)\tDisplacement (nm)\n");
	for (int i = 0; i < 100; i++)
		put("1.5\t2.5\n");
	CHECK_HAS(refused_log(NULL), "force.sampling_rate");
	log = read_log(MAP(.sampling_rate_Hz = 50));
	CHECK(log->n == 100);
	check_row(log, 50, 1, 2.5, 1.5);
	tt_force_log_free(log);
}

static void rows_without_values(void)
{
	static const char *const bad[] = {"0.505\tNaN\t5\n", "0.505\t-\t5\n", "0.505\tOVER\t5\n", "0.505\t9.9E37\t5\n",
	                                  "0.505\t\t5\n",    "0.505\t1\n",    "0.105\t1\t5\n"};
	for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
		head();
		test_rows(51, 0);
		put(bad[k]);
		test_rows(150, 0.51);
		tt_force_log *log = read_log(NULL);
		CHECK_MSG(log->n == 201 && log->n_dropped == 1, "row %zu: %zu rows, %zu dropped", k, log->n,
		          log->n_dropped);
		CHECK_NEAR(log->dropped_s[0], 0.505, 0.006);
		CHECK(holds(&log->warnings, "left out because a value was missing"));
		tt_force_log_free(log);
	}
	head();
	test_rows(50, 0);
	for (int i = 0; i < 5; i++)
		put("0.505\tNaN\t5\n");
	test_rows(50, 0.51);
	CHECK_HAS(refused_log(NULL), "more than 1 %");
	head();
	test_rows(50, 0);
	put("END\t\t\nthe end\n");
	tt_force_log *log = read_log(NULL);
	CHECK(log->n == 50 && log->n_dropped == 0);
	tt_force_log_free(log);
}

static void saturation(void)
{
	head();
	for (int i = 0; i < 400; i++)
		row(0.01 * i, fmin(i + 3 * wobble(i), 300), i + wobble(i + 3));
	tt_force_log *log = read_log(NULL);
	CHECK(log->n_saturated >= 98 && log->n_saturated <= 104 && log->saturated[350] && !log->saturated[200]);
	CHECK(holds(&log->warnings, "saturated"));
	tt_force_log_free(log);
	/* a hold at the largest value, with noise, is none; nor is a channel that mostly repeats itself */
	head();
	for (int i = 0; i < 400; i++)
		row(0.01 * i, fmin(i, 300) + wobble(i), floor(i / 20.0));
	log = read_log(NULL);
	CHECK(log->n_saturated == 0);
	tt_force_log_free(log);
	/* a run of overflow values is a channel beyond its range, not many bad rows */
	head();
	test_rows(100, 0);
	for (int i = 0; i < 30; i++)
		put("1.05\t9.900000E+37\t5\n");
	test_rows(100, 1.4);
	log = read_log(NULL);
	CHECK(log->n == 200 && log->n_over == 1 && log->n_dropped == 0);
	CHECK_NEAR(log->over_s[0][0], 0.99, 1e-9);
	CHECK_NEAR(log->over_s[0][1], 1.4, 1e-9);
	tt_force_log_free(log);
}

static const check_case cases[] = {{"languages and encodings", languages},
                                   {"Chinese and Japanese", east_asian},
                                   {"UTF-16", utf16},
                                   {"units", units},
                                   {"numbers", numbers},
                                   {"thousands", thousands},
                                   {"several tests", several_tests},
                                   {"an index that begins again", index_column},
                                   {"two clocks", two_clocks},
                                   {"stamps", stamps},
                                   {"rows without values", rows_without_values},
                                   {"saturation", saturation}};
CHECK_MAIN(cases)
