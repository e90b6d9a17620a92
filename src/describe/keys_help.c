/* The keys of a description in words.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"
#include "core/units.h"
#include "describe/keys_words.h"

#include <stdlib.h>
#include <string.h>

tt_status tt_text_open(tt_text_out *t, tt_error *err)
{
	*t = (tt_text_out){0};
	t->f = open_memstream(&t->text, &t->size);
	return t->f ? TT_OK : tt_fail_memory(err, "a text");
}

tt_status tt_text_take(tt_text_out *t, char **text, tt_error *err)
{
	*text = NULL;
	bool failed = ferror(t->f) != 0;
	if (fclose(t->f) != 0) failed = true;
	if (failed) {
		free(t->text);
		return tt_fail_memory(err, "a text");
	}
	*text = t->text;
	return TT_OK;
}

tt_status tt_schema_need(const char *kind, const tt_schema **out, tt_error *err)
{
	char known[200] = "";
	*out = tt_schema_find(kind);
	if (*out) return TT_OK;
	const tt_schema *s;
	for (size_t i = 0; (s = tt_schema_at(i)); i++) {
		size_t n = strlen(known);
		tt_snprintf(known + n, sizeof known - n, "%s%s",
		            i == 0                ? ""
		            : tt_schema_at(i + 1) ? ", "
		                                  : " and ",
		            s->name);
	}
	return tt_fail(err, TT_ERR_USAGE, "there is no kind of description '%s'; there are %s", kind, known);
}

bool tt_key_is_settable(const tt_key *key)
{
	if (strstr(key->path, "[]") || strchr(key->path, '*')) return false;
	return key->kind != TT_KEY_SECTION || key->words || key->read;
}

static void add(char *buf, size_t size, const char *text)
{
	size_t n = strlen(buf);
	tt_snprintf(buf + n, size - n, "%s", text);
}

/* "cubic, quintic" of "cubic|quintic". */
static void add_words(char *buf, size_t size, const char *words)
{
	char copy[256];
	tt_snprintf(copy, sizeof copy, "%s", words);
	for (char *w = copy; w;) {
		char *bar = strchr(w, '|');
		if (bar) *bar++ = '\0';
		if (w != copy) add(buf, size, bar ? ", " : " or ");
		add(buf, size, w);
		w = bar;
	}
}

static void add_value(const tt_key *key, char *buf, size_t size)
{
	switch (key->kind) {
	case TT_KEY_QUANTITY:
		add(buf, size, tt_dimension_name(key->dim));
		add(buf, size, " in ");
		add(buf, size, tt_dimension_units(key->dim));
		break;
	case TT_KEY_NUMBER: add(buf, size, "a number"); break;
	case TT_KEY_INTEGER: add(buf, size, "a whole number"); break;
	case TT_KEY_BOOL: add(buf, size, "true or false"); break;
	case TT_KEY_CHOICE: add_words(buf, size, key->words); break;
	case TT_KEY_TEXT: add(buf, size, "text"); break;
	case TT_KEY_FILE: add(buf, size, "a path, relative to the description"); break;
	case TT_KEY_NAME: add(buf, size, "a file name"); break;
	default: break;
	}
}

static void add_limits(const tt_key *key, char *buf, size_t size)
{
	char text[100];
	if (key->flags & TT_KEY_ODD) add(buf, size, "; odd");
	if (key->flags & TT_KEY_POSITIVE) add(buf, size, "; positive");
	if (key->flags & TT_KEY_NOT_NEGATIVE) add(buf, size, "; zero or positive");
	if (key->lo == key->hi) return;
	tt_snprintf(text, sizeof text, "; %.10g to %.10g%s%s", key->lo, key->hi, key->unit ? " " : "",
	            key->unit ? key->unit : "");
	add(buf, size, text);
}

const char *tt_key_form(const tt_key *key, char *buf, size_t size)
{
	char count[64];
	buf[0] = '\0';
	bool list = key->flags & TT_KEY_LIST;
	if (list && key->kind == TT_KEY_SECTION)
		add(buf, size, "a list of maps of the keys below");
	else if (key->flags & TT_KEY_PAIRS)
		add(buf, size, "a list of [from, to], each ");
	else if (key->flags & TT_KEY_FOURS)
		add(buf, size, "a list of [x, y, width, height], each ");
	else if ((key->flags & TT_KEY_POINTS) && key->least != key->most)
		add(buf, size, "a list of [x, y], each ");
	else if (key->flags & TT_KEY_POINTS) {
		tt_snprintf(count, sizeof count, "a list of %d [x, y], each ", key->least);
		add(buf, size, count);
	} else if (list && key->most && key->least == key->most) {
		tt_snprintf(count, sizeof count, "a list of %d, each ", key->least);
		add(buf, size, count);
	} else if (list)
		add(buf, size, "a list, each ");
	add_value(key, buf, size);
	add_limits(key, buf, size);
	if (key->words && key->kind != TT_KEY_CHOICE) {
		if (buf[0]) add(buf, size, "; or ");
		add_words(buf, size, key->words);
	}
	if (key->kind != TT_KEY_SECTION && (key->flags & TT_KEY_OR_LIST)) add(buf, size, "; or a list");
	if (key->flags & TT_KEY_OR_MAP) add(buf, size, "; or the keys below");
	return buf;
}

const char *tt_key_default(const tt_key *key)
{
	if (key->flags & TT_KEY_NEEDED) return "required";
	return key->fallback ? key->fallback : key->otherwise ? key->otherwise : "";
}

static void put_short(FILE *f, const tt_key *key)
{
	const char *text = tt_key_default(key);
	tt_fprintf(f, "  %-30s %s", key->path, key->help);
	if (key->flags & TT_KEY_NEEDED && strcmp(text, "required") == 0)
		fputs(" (required)", f);
	else if (text[0])
		tt_fprintf(f, " (default: %s)", text);
	fputs(key->flags & TT_KEY_EXPERT ? " [expert]\n" : "\n", f);
}

static void put_long(FILE *f, const tt_key *key)
{
	char form[400];
	const char *text = tt_key_default(key);
	tt_fprintf(f, "%s\n    %s.\n", key->path, key->help);
	if (tt_key_form(key, form, sizeof form)[0]) tt_fprintf(f, "    Value: %s.\n", form);
	if (key->flags & TT_KEY_NEEDED)
		fputs("    Required.\n", f);
	else if (text[0])
		tt_fprintf(f, "    Default: %s.\n", text);
	if (key->reason) tt_fprintf(f, "    Expert; the default's reason: %s.\n", key->reason);
	if (key->example) tt_fprintf(f, "    Example: %s: %s\n", tt_key_name(key), key->example);
}

/* Whether the key is `section`, or below it. */
static bool belongs(const tt_key *key, const char *section)
{
	size_t n = strlen(section);
	return strncmp(key->path, section, n) == 0 && (!key->path[n] || key->path[n] == '.' || key->path[n] == '[');
}

static tt_status fail_section(const tt_schema *s, const char *section, tt_error *err)
{
	const char **path = calloc(s->n, sizeof *path);
	if (!path) return tt_fail_memory(err, "the keys");
	for (size_t i = 0; i < s->n; i++)
		path[i] = s->key[i].path;
	size_t near = tt_nearest_word(section, path, s->n);
	const char *hint = near < s->n ? path[near] : NULL;
	free(path);
	if (hint) return tt_fail(err, TT_ERR_USAGE, "%s has no key '%s', did you mean '%s'?", s->title, section, hint);
	return tt_fail(err, TT_ERR_USAGE, "%s has no key '%s'", s->title, section);
}

tt_status tt_description_help(const char *kind, const char *section, char **text, tt_error *err)
{
	const tt_schema *s;
	tt_text_out out;
	size_t found = 0;
	*text = NULL;
	tt_status st = tt_schema_need(kind, &s, err);
	if (st == TT_OK) st = tt_text_open(&out, err);
	if (st != TT_OK) return st;
	if (!section) tt_fprintf(out.f, "Keys of %s:\n", s->title);
	for (size_t i = 0; i < s->n; i++) {
		const tt_key *key = &s->key[i];
		if (section && !belongs(key, section)) continue;
		if (!section && strstr(key->path, "[]"))
			continue; /* forms of the list above them: shown in full only */
		found++;
		if (section)
			put_long(out.f, key);
		else
			put_short(out.f, key);
	}
	st = tt_text_take(&out, text, err);
	if (st == TT_OK && found == 0) {
		free(*text);
		*text = NULL;
		st = fail_section(s, section, err);
	}
	return st;
}

tt_status tt_description_paths(const char *kind, char **text, tt_error *err)
{
	const tt_schema *s;
	tt_text_out out;
	*text = NULL;
	tt_status st = tt_schema_need(kind, &s, err);
	if (st == TT_OK) st = tt_text_open(&out, err);
	if (st != TT_OK) return st;
	for (size_t i = 0; i < s->n; i++)
		if (tt_key_is_settable(&s->key[i])) tt_fprintf(out.f, "%s\n", s->key[i].path);
	return tt_text_take(&out, text, err);
}
