/* JSON documents.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "read_file.h"
#include "temtensile/report.h"

static void members(void)
{
	tt_json *j = tt_json_new();
	tt_strings warnings = {0};
	tt_warn(&warnings, "a \"quoted\" one");
	tt_json_string(j, "name", "Zr50Cu50 – µ");
	tt_json_number(j, "third", 1.0 / 3);
	tt_json_number(j, "tenth", 0.1);
	tt_json_number(j, "nan", NAN);
	tt_json_number(j, "infinite", -INFINITY);
	tt_json_integer(j, "big", 9007199254740993);
	tt_json_bool(j, "yes", true);
	tt_json_string(j, "none", NULL);
	tt_json_list(j, "list");
	tt_json_number(j, NULL, 1);
	tt_json_null(j, NULL);
	tt_json_object(j, NULL);
	tt_json_end(j);
	tt_json_end(j);
	tt_json_strings(j, "warnings", &warnings);
	char *text;
	CHECK(tt_json_text(j, 0, &text, NULL) == TT_OK);
	CHECK_STR(text,
	          "{\"name\":\"Zr50Cu50 – µ\",\"third\":0.333333333333333,\"tenth\":0.1,\"nan\":null,\"infinite\":null,"
	          "\"big\":9007199254740993,\"yes\":true,\"none\":null,\"list\":[1.0,null,{}],"
	          "\"warnings\":[\"a \\\"quoted\\\" one\"]}");
	free(text);
	tt_json_free(j);
	tt_strings_free(&warnings);
}

static void properties(void)
{
	tt_json *j = tt_json_new();
	tt_json_object(j, "properties");
	tt_json_property(j, "youngs_modulus_GPa", 140.5, 2, 136.5, 144.5, "slope");
	tt_json_property(j, "hollomon_n", 0.1, 0.01, NAN, NAN, "fit");
	tt_json_no_property(j, "toughness_MJ_per_m3", "the test ended unbroken");
	tt_json_value_u(j, "stiffness", 450, NAN);
	/* What is still open is closed. */
	const char *path;
	tt_outdir *dir = open_dir("json", &path);
	CHECK(tt_json_write(j, dir, "summary.json", NULL) == TT_OK);
	commit(dir);
	tt_json_free(j);
	char *text = read_file(path, "summary.json", NULL);
	CHECK_HAS(text, "{\n  \"properties\": {\n    \"youngs_modulus_GPa\": {\n      \"value\": 140.5,\n");
	CHECK_HAS(text, "\"interval95\": [\n        136.5,\n        144.5\n      ],\n      \"definition\": \"slope\"");
	CHECK_HAS(text, "\"interval95\": null");
	CHECK_HAS(text, "\"value\": null,\n      \"u\": null,\n      \"reason\": \"the test ended unbroken\"");
	CHECK_HAS(text, "\"stiffness\": {\n      \"value\": 450.0,\n      \"u\": null\n    }");
	CHECK(text[strlen(text) - 1] == '\n');
	free(text);
}

static void expect_error(tt_json *j, const char *part)
{
	tt_error err;
	char *text;
	CHECK(tt_json_text(j, 0, &text, &err) != TT_OK);
	CHECK(text == NULL);
	CHECK_HAS(err.message, part);
	tt_json_free(j);
}

static void mistakes_are_kept(void)
{
	tt_json *j = tt_json_new();
	tt_json_number(j, NULL, 1);
	tt_json_number(j, "later", 1);
	expect_error(j, "a member without a name inside an object");
	j = tt_json_new();
	tt_json_list(j, "l");
	tt_json_bool(j, "k", false);
	expect_error(j, "a member k inside a list");
	j = tt_json_new();
	tt_json_string(j, "name", "\xB5N");
	expect_error(j, "the text of \"name\" is not UTF-8");
	j = tt_json_new();
	tt_json_end(j);
	expect_error(j, "an end without a beginning");
	j = tt_json_new();
	tt_json_null(j, "a");
	tt_json_null(j, "a");
	expect_error(j, "the key \"a\" twice");
	j = tt_json_new();
	for (int i = 0; i < 20; i++)
		tt_json_object(j, "deep");
	expect_error(j, "nested deeper than 16");
	expect_error(NULL, "no memory");
}

static const check_case cases[] = {
    {"members", members}, {"properties", properties}, {"mistakes are kept", mistakes_are_kept}};
CHECK_MAIN(cases)
