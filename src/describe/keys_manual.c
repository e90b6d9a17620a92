/* The manual page of a description, in mdoc.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"
#include "describe/keys_words.h"

#include <ctype.h>
#include <string.h>

/* Text as roff takes it: no control characters of its own, UTF-8 as \[uXXXX]. On a macro's line a word such as Pa would
 * be a macro too: \& before it says that it is not. */
static void put_words(FILE *f, const char *text, bool on_macro_line)
{
	for (const char *s = text; *s;) {
		if (on_macro_line && *s != ' ' && (s == text || s[-1] == ' ')) fputs("\\&", f);
		size_t n = tt_utf8_length(s, strlen(s));
		if (n > 1) {
			unsigned c = (unsigned char)*s & (0xFFu >> (n + 1));
			for (size_t i = 1; i < n; i++)
				c = c << 6 | ((unsigned char)s[i] & 0x3F);
			tt_fprintf(f, "\\[u%04X]", c);
			s += n;
			continue;
		}
		if (*s == '\\')
			fputs("\\e", f);
		else if ((*s == '.' || *s == '\'') && s == text)
			tt_fprintf(f, "\\&%c", *s);
		else if (*s == '-')
			fputs("\\-", f);
		else
			fputc(*s, f);
		s++;
	}
}

static void put(FILE *f, const char *text)
{
	put_words(f, text, false);
}

static void put_line(FILE *f, const char *before, const char *text, const char *after)
{
	fputs(before, f);
	put(f, text);
	fputs(after, f);
}

static void put_key(FILE *f, const tt_key *key)
{
	char form[400];
	const char *text = tt_key_default(key);
	put_line(f, ".It Cm ", key->path, "\n");
	put_line(f, "", key->help, ".\n");
	if (tt_key_form(key, form, sizeof form)[0]) put_line(f, "Value: ", form, ".\n");
	if (key->flags & TT_KEY_NEEDED)
		fputs("Required.\n", f);
	else if (text[0])
		put_line(f, "Default: ", text, ".\n");
	if (key->reason) put_line(f, "Expert; the default's reason: ", key->reason, ".\n");
	if (!key->example) return;
	fputs("Example:\n.Ql ", f);
	put_words(f, tt_key_name(key), true);
	fputs(": ", f);
	put_words(f, key->example, true);
	fputc('\n', f);
}

static void put_upper(FILE *f, const char *text)
{
	for (; *text; text++)
		fputc(toupper((unsigned char)*text), f);
}

tt_status tt_description_manual(const char *kind, char **text, tt_error *err)
{
	const tt_schema *s;
	tt_text_out out;
	*text = NULL;
	tt_status st = tt_schema_need(kind, &s, err);
	if (st == TT_OK) st = tt_text_open(&out, err);
	if (st != TT_OK) return st;
	FILE *f = out.f;
	fputs(".\\\" Made from the table of keys by the build.\n.Dd January 1, 2026\n.Dt TEMTENSILE-", f);
	put_upper(f, kind);
	tt_fprintf(f, " 5\n.Os\n.Sh NAME\n.Nm temtensile-%s\n.Nd %s\n", kind, s->title);
	fputs(
	    ".Sh DESCRIPTION\nA description is a YAML file.\nQuantities are written with their unit and, where known, "
	    "their standard uncertainty:\n.Ql 450 \\(+- 10 N/m .\n.Ql +-\nmay stand for\n.Ql \\(+- ,\n.Ql u\nfor\n.Ql "
	    "\\(mc "
	    ",\nand the uncertainty may be given in percent of the value.\nPaths are relative to the description.\nA "
	    "key "
	    "that does not exist is an error, as are a missing key and a wrong or missing unit; the message has file, "
	    "line and column.\nA key is written here with dots between its parts, as\n.Fl -set\ntakes it;\n.Li "
	    "[]\nstands "
	    "for each item of a list and\n.Li *\nfor any name.\n.Sh KEYS\n.Bl -tag -width Ds\n",
	    f);
	for (size_t i = 0; i < s->n; i++)
		put_key(f, &s->key[i]);
	fputs(".El\n.Sh SEE ALSO\n.Xr temtensile 1\n", f);
	return tt_text_take(&out, text, err);
}
