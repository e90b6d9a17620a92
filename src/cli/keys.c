/* temtensile help keys, temtensile schema: what descriptions may hold.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "command.h"

#include <stdlib.h>
#include <string.h>

#include "temtensile/schema.h"

static int print(tt_status st, char *text, const tt_error *err)
{
	if (st != TT_OK) return cli_fail(err);
	fputs(text, stdout);
	free(text);
	return 0;
}

/* The kinds but one, for "also". */
static void print_others(const char *kind)
{
	const char *other;
	fputs("\nIn full: temtensile help keys.SECTION, such as keys.", stdout);
	fputs(strcmp(kind, "test") == 0 ? "gauge" : "name", stdout);
	for (size_t i = 0; (other = tt_description_kind(i)); i++)
		if (strcmp(other, kind) != 0) printf("\nOther descriptions: temtensile help keys %s", other);
	putchar('\n');
}

/* keys.gauge without a kind: the first description that has it; the sentence is the first one's. */
static int help_section(const char *section)
{
	const char *kind;
	char *text;
	tt_error first = {0}, err;
	for (size_t i = 0; (kind = tt_description_kind(i)); i++) {
		if (tt_description_help(kind, section, &text, i == 0 ? &first : &err) != TT_OK) continue;
		return print(TT_OK, text, &err);
	}
	return cli_fail(&first);
}

int cli_help_keys(int argc, char **argv)
{
	const char *section = argv[0][4] == '.' ? argv[0] + 5 : NULL;
	char *text = NULL;
	tt_error err = {0};
	if (argc > 2)
		return cli_usage("help", "one kind of description is expected, found '%s' and '%s'", argv[1], argv[2]);
	if (section && argc < 2) return help_section(section);
	const char *kind = argc > 1 ? argv[1] : "test";
	tt_status st = tt_description_help(kind, section, &text, &err);
	int code = print(st, text, &err);
	if (code == 0 && !section) print_others(kind);
	return code;
}

enum { KEY_PATHS = CLI_KEY_OWN };

typedef struct schema {
	cli_options common;
	const char *kind;
	bool paths;
} schema;

static const struct argp_option own[] = {
    {"paths", KEY_PATHS, NULL, 0, "Print the keys that --set takes, one a line, instead", 1},
    {0},
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	schema *s = state->input;
	switch (key) {
	case KEY_PATHS: s->paths = true; return 0;
	case ARGP_KEY_ARG:
		if (s->kind)
			return cli_wrong(&s->common, "one kind of description is expected, found '%s' and '%s'",
			                 s->kind, arg);
		s->kind = arg;
		return 0;
	default: return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
    own,
    parse,
    "KIND",
    "Print the JSON Schema of a kind of description (test, study, ...), for editors that check YAML while one writes.",
    NULL,
    NULL,
    NULL};

int cli_schema(int argc, char **argv)
{
	schema s = {0};
	int code = cli_parse(&argp, argc, argv, &s.common);
	if (code != CLI_GO_ON) return code;
	cli_options_free(&s.common);
	if (!s.kind) return cli_usage("schema", "schema needs a kind of description, such as test");
	char *text = NULL;
	tt_error err = {0};
	tt_status st =
	    s.paths ? tt_description_paths(s.kind, &text, &err) : tt_description_json_schema(s.kind, &text, &err);
	return print(st, text, &err);
}
