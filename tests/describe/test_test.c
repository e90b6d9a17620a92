/* The test description: what it accepts, and that each error names file, line and column.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "temtensile/describe.h"

static const char *const good = "name: a film\n"
                                "film: {composition: Zr50Cu50, deposition_pressure: 2×10⁻³ Pa, substrate: Si}\n"
                                "video:\n"
                                "  file: test.mp4\n"
                                "  pixel_size: 4 nm\n"
                                "force:\n"
                                "  file: log.txt\n"
                                "  spring:\n"
                                "    stiffness: 450 ± 10 N/m\n"
                                "specimen:\n"
                                "  width: 400 ± 8 nm\n"
                                "  thickness: 150 +- 3 nm\n"
                                "gauge:\n"
                                "  from: [100, 240]\n"
                                "  to: [540, 240]\n"
                                "sync:\n"
                                "  log_starts_at: 2.0 s\n";

static tt_status read_text(const char *text, const char *const *sets, size_t n, tt_test **t, tt_error *err)
{
	char path[512];
	snprintf(path, sizeof path, "%s/test.yaml", check_tmp());
	FILE *f = fopen(path, "w");
	CHECK(f);
	fputs(text, f);
	fclose(f);
	return tt_test_read(path, sets, n, t, err);
}

static void test_good(void)
{
	tt_test *t = NULL;
	tt_error err = {0};
	tt_status st = read_text(good, NULL, 0, &t, &err);
	CHECK_MSG(st == TT_OK, "%s", err.message);
	CHECK_STR(t->name, "a film");
	CHECK_NEAR(t->film.deposition_pressure.value, 2e-3, 1e-15);
	CHECK(t->film.n_keys == 3);
	CHECK_NEAR(t->video.pixel_size.value, 4e-9, 1e-20);
	CHECK(!t->video.pixel_size.u_stated);
	CHECK_NEAR(t->force.stiffness.value, 450, 1e-9);
	CHECK_NEAR(t->force.stiffness.u, 10, 1e-9);
	CHECK_NEAR(tt_profile_at(&t->specimen.width, 0.3).value, 400e-9, 1e-18);
	CHECK_NEAR(tt_profile_at(&t->specimen.thickness, 0.3).u, 3e-9, 1e-18);
	CHECK(!t->gauge.automatic && t->gauge.to[0] == 540);
	CHECK_NEAR(t->sync.log_starts_at.value, 2, 0);
	CHECK(t->not_stated.n == 2); /* pixel size and clock */
	CHECK(strstr(t->video.file, "/test.mp4") && t->video.file[0] == '/');
	CHECK(tt_test_check_points(t, 640, 480, &err) == TT_OK);
	CHECK(tt_test_check_points(t, 500, 480, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "test.yaml:15:");
	CHECK_HAS(err.message, "500 x 480");
	tt_test_free(t);
}

static void test_sets(void)
{
	const char *sets[] = {"specimen.thickness=120 ± 3 nm", "gauge=auto", "specimen.width=[400 nm, 420 nm]",
	                      "sync.log_starts_at=auto", "force.spring.stiffness=after-fracture"};
	tt_test *t = NULL;
	tt_error err = {0};
	tt_status st = read_text(good, sets, 5, &t, &err);
	CHECK_MSG(st == TT_OK, "%s", err.message);
	CHECK_NEAR(t->specimen.thickness.value[0].value, 120e-9, 1e-18);
	CHECK_NEAR(tt_profile_at(&t->specimen.width, 0.25).value, 405e-9, 1e-15);
	CHECK(t->gauge.automatic && t->sync.automatic);
	CHECK(t->force.source == TT_SPRING_AFTER_FRACTURE);
	tt_test_free(t);
}

/* Replaces the first `from` in the good description and expects the sentence to hold every part. */
static void expect(const char *from, const char *to, const char *part1, const char *part2)
{
	char text[4096];
	const char *at = strstr(good, from);
	CHECK_MSG(at != NULL, "no '%s'", from);
	snprintf(text, sizeof text, "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
	tt_test *t = NULL;
	tt_error err = {0};
	tt_status st = read_text(text, NULL, 0, &t, &err);
	tt_test_free(t);
	CHECK_MSG(st == TT_ERR_INPUT, "'%s' was accepted (%d: %s)", to, (int)st, err.message);
	CHECK_HAS(err.message, "test.yaml:");
	CHECK_HAS(err.message, part1);
	CHECK_HAS(err.message, part2);
}

static void test_errors(void)
{
	expect("  pixel_size: 4 nm", "  pixel_sise: 4 nm", ":5:", "pixel_size");
	expect("4 nm", "4 N", ":5:", "nm");
	expect("4 nm", "4", ":5:", "unit");
	expect("  thickness: 150 +- 3 nm\n", "", ":11:", "thickness");
	expect("150 +- 3 nm", "-150 +- 3 nm", ":12:", "negative");
	expect("400 ± 8 nm", "0 nm", ":11:", "zero");
	expect("400 ± 8 nm", "[400 nm, {at: 0, value: 3 nm}]", ":11:", "increase");
	expect("[100, 240]", "[100]", ":14:", "2");
	expect("[540, 240]", "[101, 240]", ":14:", "20 px");
	expect("gauge:\n  from: [100, 240]\n  to: [540, 240]\n", "gauge: automatic\n", ":13:", "auto");
	expect("450 ± 10 N/m", "450 ± 10 N", ":9:", "N/m");
	expect("2.0 s", "soon", ":17:", "soon");
	expect("video:\n  file: test.mp4\n", "video:\n", ":4:", "file");
	expect("2×10⁻³ Pa", "-1 Pa", ":2:", "negative");
	expect("  pixel_size: 4 nm\n", "  pixel_size: 4 nm\n  timestamp: end\n", ":6:", "exposure");
	expect("  log_starts_at: 2.0 s\n", "  log_starts_at: 2.0 s\n  rate: auto\n", ":18:", "rate");
	expect("name: a film\n", "name: a film\ndic: {subset: 32}\n", ":2:", "odd");
}

static const check_case cases[] = {{"good", test_good}, {"sets", test_sets}, {"errors", test_errors}};
CHECK_MAIN(cases)
