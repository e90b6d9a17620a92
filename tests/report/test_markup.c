/* What is put into a page stays what it is.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "report/draw/markup.h"

/* What was written, freed by the next call. */
static FILE *stream;
static char *text;
static size_t size;

static FILE *begin(void)
{
	free(text);
	text = NULL;
	stream = open_memstream(&text, &size);
	CHECK(stream);
	return stream;
}

static const char *end(void)
{
	CHECK(fclose(stream) == 0);
	return text;
}

static const char *html(const char *s)
{
	tt_put_html(begin(), s);
	return end();
}

static const char *json(const char *s)
{
	tt_put_json_text(begin(), s);
	return end();
}

static void html_escapes(void)
{
	CHECK_STR(html("a<b>&\"c\"'d'"), "a&lt;b&gt;&amp;&quot;c&quot;&#39;d&#39;");
	CHECK_STR(html("</script><!--"), "&lt;/script&gt;&lt;!--");
	CHECK_STR(html("5 µm ≤ ☺"), "5 µm ≤ ☺");
	CHECK_STR(html("a\nb\x01"
	               "c\x7f"),
	          "a b c ");
	CHECK_STR(html("\xB5m"), "µm");           /* Latin-1 */
	CHECK_STR(html("\xE2\x80"), "â\xC2\x80"); /* cut */
	CHECK_STR(html(NULL), "");
}

static void json_cannot_leave_its_script(void)
{
	CHECK_STR(json("</script>"), "\"\\u003c/script\\u003e\"");
	CHECK_STR(json("<!-- & 'x'"), "\"\\u003c!-- \\u0026 \\u0027x\\u0027\"");
	CHECK_STR(json("a\xE2\x80\xA8"
	               "b\xE2\x80\xA9"
	               "c"),
	          "\"a\\u2028b\\u2029c\"");
	CHECK_STR(json("\"\\\n\t"), "\"\\u0022\\u005c\\u000a\\u0009\"");
}

static void json_reads_back(void)
{
	char every[300];
	size_t n = 0;
	for (int c = 1; c < 128; c++)
		every[n++] = (char)c;
	memcpy(every + n, "µ☺\xE2\x80\xA8\xF0\x9F\x98\x80", sizeof "µ☺\xE2\x80\xA8\xF0\x9F\x98\x80");
	json_t *back = json_loads(json(every), JSON_DECODE_ANY, NULL);
	CHECK(json_is_string(back));
	CHECK_STR(json_string_value(back), every);
	json_decref(back);
	CHECK(!strpbrk(json(every), "<>&'"));
}

static void base64_and_hash(void)
{
	tt_put_base64(begin(), (const unsigned char *)"Man is", 6);
	CHECK_STR(end(), "TWFuIGlz");
	tt_put_base64(begin(), (const unsigned char *)"Man", 2);
	CHECK_STR(end(), "TWE=");
	/* RFC 4634: SHA-256 of "abc", in base64 */
	tt_put_script_hash(begin(), "abc", 3);
	CHECK_STR(end(), "'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='");
}

static void base64_of_much(void)
{
	enum { N = 10000 };
	static unsigned char many[N];
	for (int i = 0; i < N; i++)
		many[i] = (unsigned char)(i * 7);
	tt_put_base64(begin(), many, N);
	end();
	CHECK(size == (N + 2) / 3 * 4);
	CHECK(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") == size);
}

static const char *value_u(double v, double u)
{
	tt_put_value_u(begin(), v, u);
	return end();
}

static void numbers(void)
{
	CHECK_STR(value_u(127.683, 3.71), "128 ± 4");
	CHECK_STR(value_u(-0.00123, 0.0004), "−0.0012 ± 0.0004");
	CHECK_STR(value_u(1234.5, 99), "1230 ± 100");
	CHECK_STR(value_u(4.717e-4, 4.1e-6), "(4.72 ± 0.04)×10⁻⁴");
	CHECK_STR(value_u(5, 0), "5");
	CHECK_STR(value_u(3.2e-12, NAN), "3.2×10⁻¹²");
	CHECK_STR(value_u(NAN, 1), "–");
	tt_put_interval(begin(), 120.61, 135.29, 3.7);
	CHECK_STR(end(), "121 to 135");
	tt_put_interval(begin(), 4.623e-4, 4.809e-4, 4.7e-6);
	CHECK_STR(end(), "(4.62 to 4.81)×10⁻⁴");
	tt_put_json_number(begin(), NAN, 6);
	CHECK_STR(end(), "null");
}

static void put_place(void *ctx, FILE *f, const char *name)
{
	(void)ctx;
	tt_put_html(f, name);
}

static void templates(void)
{
	tt_fill_page(begin(), "a {{b}} c {{d-e}}{{f", put_place, NULL);
	CHECK_STR(end(), "a b c d-e{{f");
}

/* Nothing in what is built in ends a script, and nothing in it is loaded from elsewhere. */
static void built_in_files(void)
{
	static const char *const scripts[] = {"chart.min.js", "common.js", "report.js", "study.js"};
	for (int i = 0; i < 4; i++) {
		const tt_page_file *f = tt_page_file_find(scripts[i]);
		CHECK_MSG(f && f->size > 500 && strlen(f->data) == f->size, "%s is not built in", scripts[i]);
		CHECK(!strstr(f->data, "</script") && !strstr(f->data, "<!--") && !strstr(f->data, "sourceMappingURL"));
		CHECK(!strchr(f->data, '\r'));
	}
	CHECK_HAS(tt_page_file_find("chart.min.js")->data, "Chart.js v3");
	CHECK_HAS(tt_page_file_find("page.html")->data, "default-src 'none'");
	CHECK_HAS(tt_page_file_find("study.html")->data, "default-src 'none'");
	CHECK(!strstr(tt_page_file_find("page.css")->data, "url("));
	CHECK(!tt_page_file_find("nothing"));
}

static const check_case cases[] = {
    {"html_escapes", html_escapes},
    {"json_cannot_leave_its_script", json_cannot_leave_its_script},
    {"json_reads_back", json_reads_back},
    {"base64_and_hash", base64_and_hash},
    {"base64_of_much", base64_of_much},
    {"numbers", numbers},
    {"templates", templates},
    {"built_in_files", built_in_files},
};

int main(int argc, char **argv)
{
	int code = check_main(argc, argv, cases, sizeof cases / sizeof *cases);
	free(text);
	return code;
}
