/* The typed YAML reader: values, positions, sentences, --set, and input made to hurt.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "describe/yaml.h"
#include "check.h"

static tt_yaml *doc;
static tt_error err;

static tt_status parse(const char *text, const char *const *sets, size_t n_sets)
{
	tt_yaml_free(doc);
	doc = NULL;
	err.message[0] = '\0';
	return tt_yaml_parse(text, strlen(text), "t.yaml", sets, n_sets, &doc, &err);
}

static const tt_node *root_of(const char *text)
{
	CHECK_MSG(parse(text, NULL, 0) == TT_OK, "%s", err.message);
	return tt_yaml_root(doc);
}

static const char sample[] = "# comment\n"
                             "name: Zr50Cu50 film # trailing\n"
                             "video: {file: test.mp4, pixel_size: 4 nm}\n"
                             "specimen:\n"
                             "  width: 400 ± 8 nm\n"
                             "gauge:\n"
                             "  from: [100, 240.5]\n"
                             "count: 12\n"
                             "flag: yes\n"
                             "quoted: \"null\"\n"
                             "nothing: ~\n"
                             "empty:\n"
                             "mode: circle\n";

static void values(void)
{
	const tt_node *root = root_of(sample), *n;
	const char *s;
	double xy[2], d;
	long i;
	bool b;
	int choice;
	tt_quantity q;
	CHECK(tt_node_kind_of(root) == TT_NODE_MAP);
	CHECK(tt_node_count(root) == 10);
	CHECK(tt_node_string(tt_node_get(root, "name"), &s, &err) == TT_OK);
	CHECK_STR(s, "Zr50Cu50 film");
	n = tt_node_get(tt_node_get(root, "video"), "pixel_size");
	CHECK(tt_node_quantity(n, TT_DIM_LENGTH, &q, &err) == TT_OK);
	CHECK_NEAR(q.value, 4e-9, 1e-24);
	CHECK_STR(tt_node_where(n), "t.yaml:3:37");
	CHECK(tt_node_quantity(tt_node_get(tt_node_get(root, "specimen"), "width"), TT_DIM_LENGTH, &q, &err) == TT_OK);
	CHECK(q.u_stated);
	n = tt_node_get(tt_node_get(root, "gauge"), "from");
	CHECK(tt_node_doubles(n, 2, xy, &err) == TT_OK);
	CHECK_NEAR(xy[1], 240.5, 0);
	CHECK_STR(tt_node_where(tt_node_item(n, 1)), "t.yaml:7:15");
	CHECK(!tt_node_item(n, 2));
	CHECK(tt_node_int(tt_node_get(root, "count"), 0, 100, &i, &err) == TT_OK && i == 12);
	CHECK(tt_node_double(tt_node_get(root, "count"), 0, 100, &d, &err) == TT_OK && d == 12);
	CHECK(tt_node_bool(tt_node_get(root, "flag"), &b, &err) == TT_OK && b);
	CHECK(tt_node_string(tt_node_get(root, "quoted"), &s, &err) == TT_OK);
	CHECK_STR(s, "null");
	CHECK(!tt_node_get(root, "nothing"));
	CHECK(!tt_node_get(root, "empty"));
	CHECK(!tt_node_get(root, "absent"));
	CHECK(tt_node_choice(tt_node_get(root, "mode"), (const char *const[]){"square", "circle", NULL}, &choice,
	                     &err) == TT_OK);
	CHECK(choice == 1);
	CHECK(tt_yaml_check_unused(doc, &err) == TT_ERR_INPUT);
	CHECK_STR(err.message, "t.yaml:3:9: video: unknown key 'file'; expected pixel_size");
	tt_node_get(tt_node_get(root, "video"), "file");
	CHECK(tt_yaml_check_unused(doc, &err) == TT_OK);
	const tt_node *value;
	CHECK_STR(tt_node_key(root, 0, &value), "name");
	CHECK(!tt_node_key(root, 99, &value) && !value);
}

/* Text, how it is read, sentence. */
enum { STRING, DOUBLE, INT, BOOL, QUANTITY, CHOICE, PAIR, NEED };
static const struct {
	const char *text;
	int how;
	const char *sentence;
} wrong[] = {
    {"a: [1]", STRING, "t.yaml:1:4: a: expected text, found a list"},
    {"a: {}", STRING, "t.yaml:1:4: a: expected text, found a mapping"},
    {"a: x1", DOUBLE, "t.yaml:1:4: a: expected a number, found 'x1'"},
    {"a: 1 2", DOUBLE, "t.yaml:1:4: a: expected a number, found '1 2'"},
    {"a: nan", DOUBLE, "t.yaml:1:4: a: expected a number, found 'nan'"},
    {"a: 1e999", DOUBLE, "t.yaml:1:4: a: expected a number, found '1e999'"},
    {"a: 7", DOUBLE, "t.yaml:1:4: a: expected a number from 0 to 5, found 7"},
    {"a: 1.5", INT, "t.yaml:1:4: a: expected a whole number, found '1.5'"},
    {"a: 7", INT, "t.yaml:1:4: a: expected a whole number from 0 to 5, found 7"},
    {"a: 99999999999999999999", INT, "t.yaml:1:4: a: expected a whole number from 0 to 5, found 99999999999999999999"},
    {"a: maybe", BOOL, "t.yaml:1:4: a: expected true or false, found 'maybe'"},
    {"a: 450", QUANTITY, "t.yaml:1:4: a: '450' has no unit; a time needs one of h, min, s, ms, µs or ns"},
    {"\na:\n  - 450 s\n", QUANTITY, "t.yaml:3:3: a: expected a quantity with a unit, found a list"},
    {"a: cirle", CHOICE, "t.yaml:1:4: a: expected square or circle, found 'cirle'; did you mean 'circle'?"},
    {"a: hexagon", CHOICE, "t.yaml:1:4: a: expected square or circle, found 'hexagon'"},
    {"a: 5", PAIR, "t.yaml:1:4: a: expected a list of 2 numbers, found '5'"},
    {"a: [1, 2, 3]", PAIR, "t.yaml:1:4: a: expected a list of 2 numbers, found 3"},
    {"a: [1, x]", PAIR, "t.yaml:1:8: a[1]: expected a number, found 'x'"},
    {"a: {b: 1}", NEED, "t.yaml:1:4: a: missing key 'file'"},
    {"a: {size: 2}", NEED, "t.yaml:1:4: a: missing key 'file'"},
    {"a: {flie: x}", NEED, "t.yaml:1:5: a: unknown key 'flie', did you mean 'file'?"},
    {"a: {file: }", NEED, "t.yaml:1:5: a: the key 'file' has no value"},
    {"a: auto", NEED, "t.yaml:1:4: a: expected a mapping with the key 'file', found 'auto'"},
    {"µ: {}\na: ± 5", DOUBLE, "t.yaml:2:4: a: expected a number, found '± 5'"},
};

static tt_status read_as(int how, const tt_node *n)
{
	const char *s;
	double d[2];
	long i;
	bool b;
	int c;
	tt_quantity q;
	switch (how) {
	case STRING: return tt_node_string(n, &s, &err);
	case DOUBLE: return tt_node_double(n, 0, 5, d, &err);
	case INT: return tt_node_int(n, 0, 5, &i, &err);
	case BOOL: return tt_node_bool(n, &b, &err);
	case QUANTITY: return tt_node_quantity(n, TT_DIM_TIME, &q, &err);
	case CHOICE: return tt_node_choice(n, (const char *const[]){"square", "circle", NULL}, &c, &err);
	case PAIR: return tt_node_doubles(n, 2, d, &err);
	default: return tt_node_need(n, "file", &n, &err);
	}
}

static void wrong_values(void)
{
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		const tt_node *n = tt_node_get(root_of(wrong[i].text), "a");
		CHECK(n);
		CHECK(read_as(wrong[i].how, n) == TT_ERR_INPUT);
		CHECK_STR(err.message, wrong[i].sentence);
	}
	CHECK(tt_node_double(tt_node_get(root_of("a: -1"), "a"), 0, INFINITY, &(double){0}, &err) == TT_ERR_INPUT);
	CHECK_STR(err.message, "t.yaml:1:4: a: expected a number of at least 0, found -1");
	CHECK(tt_node_need(root_of("b: 1"), "a", &(const tt_node *){NULL}, &err) == TT_ERR_INPUT);
	CHECK_STR(err.message, "t.yaml:1:1: missing key 'a'");
}

static const struct {
	const char *text, *sentence;
} broken[] = {
    {"", "t.yaml: the file holds no description (it is empty)"},
    {"# only a comment\n", "t.yaml: the file holds no description (it is empty)"},
    {"just words", "t.yaml:1:1: expected keys with values ('name: …'), found plain text"},
    {"- a\n- b\n", "t.yaml:1:1: expected keys with values ('name: …'), found a list"},
    {"a: 1\nb: 2\na: 3\n", "t.yaml:3:1: duplicate key 'a', given before in line 1"},
    {"x:\n  a: 1\n  a: 2\n", "t.yaml:3:3: duplicate key 'a', given before in line 2"},
    {"a: 1\n---\nb: 2\n", "t.yaml:3:1: a second document begins here; expected one"},
    {"a: &x [*x]", "t.yaml:1:4: nested more than 64 levels deep (an anchor that contains its own alias?)"},
    {"a: *x", "t.yaml:1:4: found undefined alias"},
    {"? [a, b]\n: 1\n", "t.yaml:1:3: a key must be a plain word, found a list or a mapping"},
    {"a:\n\tb: 1\n", "t.yaml:2:1: a tab cannot indent here; use spaces"},
    {"a: [1, 2\n", "t.yaml:2:1: did not find expected ',' or ']' while parsing a flow sequence"},
    {"a: \"x\n", "t.yaml:2:1: found unexpected end of stream while scanning a quoted scalar"},
    {"a: b: c\n", "t.yaml:1:5: mapping values are not allowed in this context"},
    {"a: 450 \xb1 10 N/m", "t.yaml:1:8: byte 0xB1 is not UTF-8; save the file as UTF-8 text"},
    {"\xff\xfe"
     "a",
     "t.yaml:1:1: byte 0xFF is not UTF-8; save the file as UTF-8 text"},
    {"ok: 1\na: \x01", "t.yaml:2:4: control characters are not allowed"},
    {"a: \"x\\0y\"", "t.yaml:1:4: the text holds a NUL character"},
};

static void broken_files(void)
{
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		CHECK_MSG(parse(broken[i].text, NULL, 0) == TT_ERR_INPUT, "'%s' was read", broken[i].text);
		CHECK_STR(err.message, broken[i].sentence);
		CHECK(!doc);
	}
}

static void hints(void)
{
	static const struct {
		const char *text, *sentence;
	} c[] = {
	    {"thicknes: 1", "t.yaml:1:1: unknown key 'thicknes', did you mean 'thickness'?"},
	    {"Width: 1", "t.yaml:1:1: unknown key 'Width', did you mean 'width'?"},
	    {"widht: 1", "t.yaml:1:1: unknown key 'widht', did you mean 'width'?"},
	    {"colour: 1", "t.yaml:1:1: unknown key 'colour'; expected width, thickness or film"},
	    {"film: {presure: 1}", "t.yaml:1:8: film: unknown key 'presure', did you mean 'pressure'?"},
	    {"film:\n  list:\n    - {q: 1}", "t.yaml:3:8: film.list[0]: unknown key 'q'"},
	};
	for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
		const tt_node *root = root_of(c[i].text);
		tt_node_get(root, "width");
		tt_node_get(root, "thickness");
		tt_node_get(tt_node_get(root, "film"), "pressure");
		tt_node_get(tt_node_get(root, "film"), "list");
		CHECK(tt_yaml_check_unused(doc, &err) == TT_ERR_INPUT);
		CHECK_STR(err.message, c[i].sentence);
	}
}

static void anchors(void)
{
	const tt_node *root = root_of("base: &b {k: 450 N/m}\nspring: *b\nlist: [*b, *b]\n"), *n;
	tt_quantity q;
	n = tt_node_get(tt_node_item(tt_node_get(root, "list"), 1), "k");
	CHECK(n && tt_node_quantity(n, TT_DIM_STIFFNESS, &q, &err) == TT_OK && q.value == 450);
	CHECK(tt_node_quantity(n, TT_DIM_TIME, &q, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "t.yaml:1:14: list[1].k: '450 N/m'");
	/* each use is asked for on its own */
	CHECK(tt_yaml_check_unused(doc, &err) == TT_ERR_INPUT);
}

static const tt_node *with_sets(const char *text, const char *a, const char *b)
{
	const char *sets[] = {a, b};
	CHECK_MSG(parse(text, sets, b ? 2 : 1) == TT_OK, "%s", err.message);
	return tt_yaml_root(doc);
}

static void sets(void)
{
	const char *text = "specimen: {width: 400 nm}\ngauge: auto\nlist: [1, 2]\n";
	const tt_node *root = with_sets(text, "specimen.width=380 ± 3 nm", "force.spring.stiffness=450 N/m"), *n;
	tt_quantity q;
	double xy[2];
	n = tt_node_get(tt_node_get(root, "specimen"), "width");
	CHECK(tt_node_quantity(n, TT_DIM_LENGTH, &q, &err) == TT_OK);
	CHECK_NEAR(q.value, 380e-9, 1e-20);
	CHECK_STR(tt_node_where(n), "--set specimen.width");
	n = tt_node_get(tt_node_get(tt_node_get(root, "force"), "spring"), "stiffness");
	CHECK(n && tt_node_quantity(n, TT_DIM_STIFFNESS, &q, &err) == TT_OK && q.value == 450);

	root = with_sets(text, "gauge.from=[1, 2]", "gauge.to=[3, 4]");
	n = tt_node_get(root, "gauge");
	CHECK(tt_node_doubles(tt_node_get(n, "from"), 2, xy, &err) == TT_OK && xy[1] == 2);
	CHECK(tt_node_doubles(tt_node_get(n, "to"), 2, xy, &err) == TT_OK && xy[0] == 3);

	root = with_sets(text, "list={k: 5 s}", "gauge=");
	CHECK(tt_node_quantity(tt_node_get(tt_node_get(root, "list"), "k"), TT_DIM_TIME, &q, &err) == TT_OK);
	CHECK(!tt_node_get(root, "gauge"));

	root = with_sets(text, "specimen.width=380 V", NULL);
	n = tt_node_get(tt_node_get(root, "specimen"), "width");
	CHECK(tt_node_quantity(n, TT_DIM_LENGTH, &q, &err) == TT_ERR_INPUT);
	CHECK_HAS(err.message, "--set specimen.width: '380 V': 'V' is not a unit of a length");

	root = with_sets(text, "specimen.widht=380 nm", NULL);
	tt_node_get(tt_node_get(root, "specimen"), "width");
	CHECK(tt_yaml_check_unused(doc, &err) == TT_ERR_INPUT);
	CHECK_STR(err.message, "--set specimen.widht: unknown key 'widht', did you mean 'width'?");
}

static void bad_sets(void)
{
	static const struct {
		const char *set;
		tt_status status;
		const char *sentence;
	} c[] = {
	    {"width", TT_ERR_USAGE, "--set width: expected key=value, such as specimen.thickness=\"120 ± 3 nm\""},
	    {"=3", TT_ERR_USAGE, "--set =3: expected key=value, such as specimen.thickness=\"120 ± 3 nm\""},
	    {"a..b=3", TT_ERR_USAGE, "--set a..b=3: expected key=value, such as specimen.thickness=\"120 ± 3 nm\""},
	    {".a=3", TT_ERR_USAGE, "--set .a=3: expected key=value, such as specimen.thickness=\"120 ± 3 nm\""},
	    {"a=[1", TT_ERR_INPUT, "--set a: did not find expected ',' or ']'"},
	    {"a=\xb1", TT_ERR_INPUT, "--set a: byte 0xB1 is not UTF-8"},
	    {"l.x=1", TT_ERR_INPUT, "t.yaml:1:4: l: --set cannot reach into a list; set the whole list instead"},
	};
	for (size_t i = 0; i < sizeof c / sizeof *c; i++) {
		CHECK(parse("l: [1]", &c[i].set, 1) == c[i].status);
		CHECK_STR(err.message, c[i].sentence);
	}
}

/* "Billion laughs": ten anchors, each nine times the one before. */
static void aliases_that_multiply(void)
{
	char text[2048] = "a0: &a0 x\n";
	for (int i = 1; i < 10; i++) {
		size_t used = strlen(text);
		snprintf(text + used, sizeof text - used, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n",
		         i, i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	}
	CHECK(parse(text, NULL, 0) == TT_ERR_INPUT);
	CHECK_STR(err.message, "t.yaml: more than 200000 values, counting those that aliases repeat");
}

static void large_input(void)
{
	/* many keys: no quadratic search for duplicates */
	size_t n = 30000, size = 0;
	char *text = malloc(n * 16);
	CHECK(text);
	for (size_t i = 0; i < n; i++)
		size += (size_t)sprintf(text + size, "k%zu: 1\n", i);
	tt_status st = parse(text, NULL, 0);
	CHECK(st == TT_OK && tt_node_count(tt_yaml_root(doc)) == n);
	/* deep nesting */
	memset(text, '[', 5000);
	memcpy(text, "a: ", 3);
	text[5000] = '\0';
	CHECK(parse(text, NULL, 0) == TT_ERR_INPUT);
	free(text);
	size = ((size_t)16 << 20) + 1;
	text = calloc(1, size);
	CHECK(text);
	memset(text, ' ', size);
	st = tt_yaml_parse(text, size, "t.yaml", NULL, 0, &doc, &err);
	free(text);
	CHECK(st == TT_ERR_INPUT);
	CHECK_STR(err.message, "t.yaml: 16777217 bytes are too many for a description; expected at most 16 MiB");
}

static void files(void)
{
	char path[512], want[600];
	snprintf(path, sizeof path, "%s/no.yaml", check_tmp());
	snprintf(want, sizeof want, "cannot open '%s': No such file or directory", path);
	CHECK(tt_yaml_read(path, NULL, 0, &doc, &err) == TT_ERR_INPUT);
	CHECK_STR(err.message, want);
	snprintf(want, sizeof want, "'%s' is a folder; expected a description (YAML)", check_tmp());
	CHECK(tt_yaml_read(check_tmp(), NULL, 0, &doc, &err) == TT_ERR_INPUT);
	CHECK_STR(err.message, want);
	FILE *f = fopen(path, "wb");
	CHECK(f);
	fputs("\xef\xbb\xbfname: x\r\nb: 2\r\n", f);
	fclose(f);
	CHECK(tt_yaml_read(path, NULL, 0, &doc, &err) == TT_OK);
	const char *s;
	CHECK(tt_node_string(tt_node_get(tt_yaml_root(doc), "name"), &s, &err) == TT_OK);
	CHECK_STR(s, "x");
}

static void shared_descriptions(void)
{
	CHECK(tt_yaml_read(check_shared("recordings/film-5pa/test.yaml"), NULL, 0, &doc, &err) == TT_OK);
	const tt_node *spring = tt_node_get(tt_node_get(tt_yaml_root(doc), "force"), "spring");
	tt_quantity q;
	CHECK(tt_node_quantity(tt_node_get(spring, "stiffness"), TT_DIM_STIFFNESS, &q, &err) == TT_OK);
	CHECK(q.value == 450 && q.u == 10 && q.u_stated);
}

#define CASE(f)                                                                                                        \
	static void case_##f(void)                                                                                     \
	{                                                                                                              \
		doc = NULL;                                                                                            \
		f();                                                                                                   \
		tt_yaml_free(doc);                                                                                     \
		doc = NULL;                                                                                            \
	}
CASE(values)
CASE(wrong_values)
CASE(broken_files)
CASE(hints)
CASE(anchors)
CASE(sets)
CASE(bad_sets)
CASE(aliases_that_multiply)
CASE(large_input)
CASE(files)
CASE(shared_descriptions)

static const check_case cases[] = {
    {"values and positions", case_values},
    {"wrong values", case_wrong_values},
    {"broken files", case_broken_files},
    {"hints for unknown keys", case_hints},
    {"anchors", case_anchors},
    {"--set", case_sets},
    {"bad --set", case_bad_sets},
    {"aliases that multiply", case_aliases_that_multiply},
    {"large input", case_large_input},
    {"files", case_files},
    {"shared descriptions", case_shared_descriptions},
};

CHECK_MAIN(cases)
