/* Numbers, text, paths, hashes, lists.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/sentence.h"
#include "core/text.h"
#include "check.h"

#include <locale.h>
#include <stdint.h>

/* A reproducible sequence (xorshift64). */
static uint64_t random_bits(void)
{
	static uint64_t s = 88172645463325252u;
	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	return s;
}

static void strtod_agrees_with_libc(void)
{
	static const char *const text[] = {"0",
	                                   "-0",
	                                   "1.5",
	                                   "-1.5e3",
	                                   "1e22",
	                                   "1e23",
	                                   "1e-22",
	                                   "1e-23",
	                                   "123456789012345",
	                                   "1234567890123456",
	                                   "0.1",
	                                   "1.",
	                                   ".5",
	                                   "+3",
	                                   "1e",
	                                   "1e+",
	                                   "1e400",
	                                   "-1e-400",
	                                   "4.9e-324",
	                                   "  7",
	                                   "abc",
	                                   "",
	                                   "-",
	                                   ".",
	                                   "1x",
	                                   "0x1p3",
	                                   "inf",
	                                   "nan",
	                                   "1e00000000002",
	                                   "0.000000000000000000001",
	                                   "1e99999999999",
	                                   "1 2",
	                                   "1,5"};
	for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
		char *end, *libc_end;
		double v = tt_strtod(text[i], &end), w = strtod(text[i], &libc_end);
		CHECK_MSG(memcmp(&v, &w, sizeof v) == 0 || (isnan(v) && isnan(w)), "'%s' gives %.17g, not %.17g",
		          text[i], v, w);
		CHECK_MSG(end == libc_end, "'%s': ends at %d, not %d", text[i], (int)(end - text[i]),
		          (int)(libc_end - text[i]));
	}
	for (int i = 0; i < 200000; i++) {
		char buf[64];
		int64_t mantissa = (int64_t)(random_bits() >> (random_bits() % 64));
		snprintf(buf, sizeof buf, i % 2 ? "%lld.%03llue%d" : "%lld.%06llu", (long long)mantissa,
		         (unsigned long long)(random_bits() % 1000), (int)(random_bits() % 40) - 20);
		double v = tt_strtod(buf, NULL), w = strtod(buf, NULL);
		CHECK_MSG(v == w, "'%s' gives %.17g, not %.17g", buf, v, w);
	}
}

static void doubles_read_back(void)
{
	static const struct {
		double v;
		int digits;
		const char *text;
	} known[] = {{0.1, 17, "0.1"},
	             {1.0 / 3, 6, "0.333333"},
	             {100, 17, "100"},
	             {1e22, 17, "1e+22"},
	             {-2.5e-9, 17, "-2.5e-09"},
	             {0.1 + 0.2, 17, "0.30000000000000004"},
	             {0.1 + 0.2, 15, "0.3"},
	             {NAN, 9, ""},
	             {INFINITY, 9, ""},
	             {-INFINITY, 9, ""},
	             {-0.0, 9, "0"}};
	char buf[40];
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		CHECK_STR(tt_format_double(buf, sizeof buf, known[i].v, known[i].digits), known[i].text);
	for (int i = 0; i < 100000; i++) {
		uint64_t bits = random_bits();
		double v, w;
		memcpy(&v, &bits, sizeof v);
		if (!isfinite(v)) continue;
		w = tt_strtod(tt_format_double(buf, sizeof buf, v, 17), NULL);
		CHECK_MSG(v == w, "%.17g is written as %s", v, buf);
	}
}

static void locale_does_not_matter(void)
{
	check_comma_locale();
	char buf[40];
	CHECK_STR(tt_format_double(buf, sizeof buf, 0.5, 9), "0.5");
	CHECK_NEAR(tt_strtod("0.5", NULL), 0.5, 0);
	CHECK_NEAR(tt_strtod("0.50000000000000000000", NULL), 0.5, 0);
	char *s = tt_format("%.1f", 0.5);
	CHECK_STR(s, "0.5");
	free(s);
	tt_error err;
	tt_fail(&err, TT_ERR_INPUT, "%.2f", 0.25);
	CHECK_STR(err.message, "0.25");
	setlocale(LC_ALL, "C");
}

static void utf8(void)
{
	static const struct {
		const char *in, *out;
	} c[] = {{"plain", "plain"},
	         {"µN", "µN"},
	         {"\xb5N", "µN"},
	         {"\xb5 and µ", "µ and µ"},
	         {"\xc3", "Ã"},
	         {"\xc0\x80", "À\xc2\x80"},
	         {"\xed\xa0\x80", "í\u00a0\xc2\x80"},
	         {"\xf4\x90\x80\x80", "ô\xc2\x90\xc2\x80\xc2\x80"},
	         {"\u20ac", "\u20ac"},
	         {"", ""}};
	for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
		char *s = tt_text_utf8(c[i].in, strlen(c[i].in));
		CHECK_STR(s, c[i].out);
		free(s);
	}
	char *s = tt_text_utf8("a\0b", 3);
	CHECK_STR(s, "a b");
	free(s);
}

static void paths(void)
{
	static const struct {
		const char *base, *path, *out;
	} c[] = {{"a/b/test.yaml", "log.txt", "a/b/log.txt"},
	         {"test.yaml", "log.txt", "log.txt"},
	         {"/x/test.yaml", "../log.txt", "/x/../log.txt"},
	         {"/test.yaml", "log.txt", "/log.txt"},
	         {"a/test.yaml", "/abs/log.txt", "/abs/log.txt"}};
	for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
		char *s = tt_path_beside(c[i].base, c[i].path);
		CHECK_STR(s, c[i].out);
		free(s);
	}
	char *s = tt_path_join("a/", "b");
	CHECK_STR(s, "a/b");
	free(s);
	s = tt_path_join("a", "b");
	CHECK_STR(s, "a/b");
	free(s);
	s = tt_path_join("a", "/b");
	CHECK_STR(s, "/b");
	free(s);
	CHECK_STR(tt_path_base("a/b.c"), "b.c");
	CHECK_STR(tt_path_base("b.c"), "b.c");
}

static void relative_paths(void)
{
	static const struct {
		const char *folder, *file, *expected;
	} row[] = {{"a", "a/b/test.yaml", "b/test.yaml"},    {"a/b", "a/test.yaml", "../test.yaml"},
	           {"a/new", "a/test.yaml", "../test.yaml"}, {"ab", "a/test.yaml", "../a/test.yaml"},
	           {"a/b/", "ab/x", "../../ab/x"},           {"new", "a/b/test.yaml", "../a/b/test.yaml"}};
	char command[2048], folder[1200], file[1200];
	snprintf(command, sizeof command, "cd '%s' && mkdir -p a/b ab && touch a/test.yaml a/b/test.yaml ab/x",
	         check_tmp());
	CHECK(system(command) == 0);
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		snprintf(folder, sizeof folder, "%s/%s", check_tmp(), row[i].folder);
		snprintf(file, sizeof file, "%s/%s", check_tmp(), row[i].file);
		char *path = tt_path_from(folder, file);
		CHECK_STR(path, row[i].expected);
		free(path);
	}
	CHECK(!tt_path_from(check_tmp(), "/nowhere/at/all"));
}

static void sha256(void)
{
	char path[512], hex[65];
	tt_error err;
	snprintf(path, sizeof path, "%s/hash", check_tmp());
	FILE *f = fopen(path, "wb");
	CHECK(f);
	fputs("abc", f);
	fclose(f);
	CHECK(tt_sha256_file(path, hex, &err) == TT_OK);
	/* FIPS 180-2, appendix B.1 */
	CHECK_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	snprintf(path, sizeof path, "%s/nowhere", check_tmp());
	CHECK(tt_sha256_file(path, hex, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "/nowhere': No such file or directory");
	CHECK(tt_sha256_file(check_tmp(), hex, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "Is a directory");
}

static void growth(void)
{
	size_t capacity = 0;
	int *a = tt_grow(NULL, &capacity, 1, sizeof *a);
	CHECK(a && capacity >= 1);
	a[0] = 7;
	a = tt_grow(a, &capacity, 1000, sizeof *a);
	CHECK(a && capacity >= 1000 && a[0] == 7);
	size_t before = capacity;
	CHECK(!tt_grow(a, &capacity, SIZE_MAX, sizeof *a));
	CHECK(!tt_grow(a, &capacity, SIZE_MAX / 2, sizeof *a));
	CHECK(capacity == before);
	free(a);
}

static void lists_and_errors(void)
{
	tt_strings list = {0};
	tt_error err = {0};
	tt_warn(&list, "frame %d", 3);
	CHECK(tt_strings_add(&list, &err, "%s", "second") == TT_OK);
	CHECK(list.n == 2);
	CHECK_STR(list.item[0], "frame 3");
	CHECK_STR(list.item[1], "second");
	tt_strings_free(&list);
	CHECK(list.n == 0 && !list.item);

	CHECK(tt_fail(&err, TT_ERR_INPUT, "row %d", 7) == TT_ERR_INPUT);
	CHECK(tt_fail_within(&err, "file %s", "a") == TT_ERR_INPUT);
	CHECK_STR(err.message, "file a: row 7");
	CHECK(tt_fail(NULL, TT_ERR_FAILED, "x") == TT_ERR_FAILED);
	char text[2000];
	memset(text, 'x', sizeof text);
	text[1999] = '\0';
	tt_fail(&err, TT_ERR_FAILED, "%s", text);
	CHECK(strlen(err.message) == sizeof err.message - 1);
	tt_fail_within(&err, "%s", text);
	CHECK(strlen(err.message) < sizeof err.message);
}

static void jobs(void)
{
	volatile int cancel = 0;
	tt_job job = {.threads = 3, .cancel = &cancel};
	tt_error err;
	CHECK(tt_job_threads(&job) == 3);
	CHECK(tt_job_threads(NULL) >= 1);
	CHECK(!tt_job_cancelled(NULL));
	CHECK(tt_job_check(&job, &err) == TT_OK);
	cancel = 1;
	CHECK(tt_job_cancelled(&job));
	CHECK(tt_job_check(&job, &err) == TT_ERR_INTERRUPTED);
	CHECK_STR(err.message, "interrupted");
}

/* Numbers as people read them. */
static void numbers(void)
{
	CHECK_STR(TT_VALUE(2.6149, 0.0437, "GPa"), "2.61 ± 0.04 GPa");
	CHECK_STR(TT_VALUE(2.6149, 0.0137, "GPa"), "2.615 ± 0.014 GPa");
	CHECK_STR(TT_VALUE(450, 10, "N/m"), "450 ± 10 N/m");
	CHECK_STR(TT_VALUE(4512, 170, "N/m"), "4510 ± 170 N/m");
	CHECK_STR(TT_VALUE(-2.615, 0.017, "s"), "−2.615 ± 0.017 s");
	CHECK_STR(TT_VALUE(4.72e-4, 0.043e-4, "1/s"), "(4.72 ± 0.04)×10⁻⁴ 1/s");
	CHECK_STR(TT_VALUE(74.93, 0.3, "°"), "74.9 ± 0.3°");
	CHECK_STR(TT_VALUE(5, 0, "nm"), "5 nm");
	CHECK_STR(TT_VALUE(NAN, 1, "nm"), "–");
	CHECK_STR(TT_DIGITS(-12.3456, 3, "nm"), "−12.3 nm");
	CHECK_STR(TT_DIGITS(3.21e-7, 2, ""), "3.2×10⁻⁷");
	CHECK_STR(TT_DIGITS(41234567, 3, "px"), "4.12×10⁷ px");
	CHECK_STR(TT_DIGITS(INFINITY, 2, "s"), "–");
	/* several in one sentence do not share their place */
	char *text = tt_format("%s, %s", TT_DIGITS(1, 2, "s"), TT_VALUE(2, 0.1, "s"));
	CHECK_STR(text, "1 s, 2.00 ± 0.10 s");
	free(text);
}

static const check_case cases[] = {
    {"numbers", numbers},
    {"strtod agrees with libc", strtod_agrees_with_libc},
    {"doubles read back", doubles_read_back},
    {"locale", locale_does_not_matter},
    {"UTF-8", utf8},
    {"paths", paths},
    {"relative paths", relative_paths},
    {"SHA-256", sha256},
    {"growing arrays", growth},
    {"lists and errors", lists_and_errors},
    {"job control", jobs},
};

CHECK_MAIN(cases)
