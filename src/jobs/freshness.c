/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "jobs/freshness.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "core/outdir.h"
#include "core/text.h"
#include "temtensile/describe.h"

static const char header[] = "temtensile record 1";

/* ---- the lines ---- */

/* One line whatever the text is. */
static void put_line(FILE *f, const char *word, const char *hash, const char *text)
{
	fprintf(f, hash ? "%s %s " : "%s%s ", word, hash ? hash : "");
	for (; *text; text++) {
		if (*text == '\n' || *text == '\r' || *text == '\\')
			fprintf(f, "\\%c", *text == '\n' ? 'n' : *text == '\r' ? 'r' : '\\');
		else
			fputc(*text, f);
	}
	fputc('\n', f);
}

static void unescape(char *text)
{
	char *to = text;
	for (const char *p = text; *p; p++) {
		if (*p == '\\' && p[1]) {
			p++;
			*to++ = *p == 'n' ? '\n' : *p == 'r' ? '\r' : *p;
		} else {
			*to++ = *p;
		}
	}
	*to = 0;
}

static const char *below(const char *base, const char *path)
{
	size_t n = strlen(base);
	while (n && base[n - 1] == '/')
		n--;
	return n && strncmp(path, base, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

static char *record_path(const tt_record_plan *p)
{
	return tt_path_join(p->folder, TT_RECORD_NAME);
}

/* ---- writing ---- */

static tt_status put_hashed(FILE *f, const char *word, const char *path, const char *shown, tt_memo *memo,
                            tt_error *err)
{
	char hash[65];
	tt_status st = tt_memo_hash(memo, path, hash, err);
	if (st == TT_OK) put_line(f, word, hash, shown);
	return st;
}

/* Pictures and their scripts are there for the user to change to taste: once made, they only have to be there. */
static bool is_figure(const char *name)
{
	static const char *const endings[] = {".gp", ".dat", ".pdf", ".svg", ".png", ".tif"};
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
		if (strcmp(dot, endings[i]) == 0) return true;
	return false;
}

static tt_status put_all(FILE *f, const tt_record_plan *p, const tt_strings *inputs, const char *const *results,
                         size_t n, tt_memo *memo, tt_error *err)
{
	tt_status st = TT_OK;
	fprintf(f, "%s\n", header);
	put_line(f, "version", NULL, tt_version());
	for (size_t i = 0; i < p->options->n; i++)
		put_line(f, "option", NULL, p->options->item[i]);
	for (size_t i = 0; i < inputs->n && st == TT_OK; i++)
		st = put_hashed(f, "input", inputs->item[i], below(p->base, inputs->item[i]), memo, err);
	for (size_t i = 0; i < n && st == TT_OK; i++) {
		struct stat s;
		char *path = tt_path_join(p->folder, results[i]);
		if (!path)
			st = tt_fail_memory(err, "the record of the results");
		else if (stat(path, &s) == 0)
			st = put_hashed(f, is_figure(results[i]) ? "figure" : "result", path, results[i], memo, err);
		free(path);
	}
	fputs("end\n", f);
	return st;
}

tt_status tt_record_write(const tt_record_plan *p, const tt_strings *inputs, const char *const *results, size_t n,
                          tt_memo *memo, tt_error *err)
{
	char *path = record_path(p);
	tt_atomic *a = NULL;
	FILE *f;
	tt_status st = path ? tt_atomic_open(path, &a, &f, err) : tt_fail_memory(err, "the record of the results");
	if (st == TT_OK) st = put_all(f, p, inputs, results, n, memo, err);
	if (st == TT_OK)
		st = tt_atomic_commit(a, err);
	else
		tt_atomic_abort(a);
	free(path);
	return st;
}

/* ---- checking ---- */

typedef struct check {
	const tt_record_plan *plan;
	tt_memo *memo;
	size_t options, results;
} check;

static bool is_there(const check *c, const char *text)
{
	struct stat s;
	char *path = strlen(text) > 65 ? tt_path_join(c->plan->folder, text + 65) : NULL;
	bool there = path && stat(path, &s) == 0;
	free(path);
	return there;
}

static bool hash_agrees(const check *c, const char *text, bool input)
{
	char hash[65];
	tt_error ignored;
	if (strlen(text) < 66 || text[64] != ' ') return false;
	const char *base = input ? c->plan->base : c->plan->folder;
	char *path = text[65] == '/' ? tt_strdup(text + 65) : tt_path_join(base, text + 65);
	bool same = path && tt_memo_hash(c->memo, path, hash, &ignored) == TT_OK && strncmp(hash, text, 64) == 0;
	free(path);
	return same;
}

static bool line_agrees(check *c, char *line)
{
	char *text = strchr(line, ' ');
	if (!text) return false;
	*text++ = 0;
	unescape(text);
	if (strcmp(line, "version") == 0) return strcmp(text, tt_version()) == 0;
	if (strcmp(line, "option") == 0)
		return c->options < c->plan->options->n && strcmp(text, c->plan->options->item[c->options++]) == 0;
	if (strcmp(line, "input") == 0) return hash_agrees(c, text, true);
	c->results++;
	if (strcmp(line, "figure") == 0)
		return tt_memo_verifies(c->memo) ? hash_agrees(c, text, false) : is_there(c, text);
	return strcmp(line, "result") == 0 && hash_agrees(c, text, false);
}

bool tt_record_fresh(const tt_record_plan *p, tt_memo *memo)
{
	check c = {p, memo, 0, 0};
	char *path = record_path(p), *line = NULL;
	size_t room = 0, lines = 0;
	FILE *f = path ? fopen(path, "r") : NULL;
	bool fresh = f != NULL, ended = false;
	free(path);
	while (fresh && !ended && getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = 0;
		ended = strcmp(line, "end") == 0;
		if (lines++ == 0)
			fresh = strcmp(line, header) == 0;
		else if (!ended)
			fresh = line_agrees(&c, line);
	}
	free(line);
	if (f) fclose(f);
	return fresh && ended && c.options == p->options->n && c.results > 0;
}

/* ---- inputs ---- */

/* Formats that keep a part of a recording in a second file of the same name. */
static bool has_companions(const char *path)
{
	static const char *const endings[] = {".tdm", ".tdx", ".ser", ".emi", ".tvips", ".tvp", ".xml", ".hdr", ".raw"};
	const char *dot = strrchr(tt_path_base(path), '.');
	for (size_t i = 0; dot && i < sizeof endings / sizeof *endings; i++)
		if (strcasecmp(dot, endings[i]) == 0) return true;
	return false;
}

/* The letters that files of one recording share: the name up to the last '.' or, in numbered parts, '_'. */
static size_t stem_length(const char *base)
{
	const char *dot = strrchr(base, '.');
	size_t n = dot ? (size_t)(dot - base) : strlen(base), digits = n;
	while (digits && isdigit((unsigned char)base[digits - 1]))
		digits--;
	return digits && digits < n && base[digits - 1] == '_' ? digits - 1 : n;
}

static tt_status add_companions(const char *path, tt_strings *out, tt_error *err)
{
	const char *base = tt_path_base(path);
	size_t stem = stem_length(base);
	char *folder = base == path ? tt_strdup(".") : tt_format("%.*s", (int)(base - path - 1), path);
	DIR *d = folder ? opendir(folder[0] ? folder : "/") : NULL;
	tt_status st = TT_OK;
	char *found[64];
	size_t n = 0;
	for (struct dirent *e; d && n < 64 && (e = readdir(d));)
		if (strncasecmp(e->d_name, base, stem) == 0 && strcmp(e->d_name, base) != 0 &&
		    has_companions(e->d_name))
			if ((found[n] = tt_path_join(folder, e->d_name))) n++;
	if (d) closedir(d);
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k > 0 && strcmp(found[k - 1], found[k]) > 0; k--) {
			char *t = found[k];
			found[k] = found[k - 1];
			found[k - 1] = t;
		}
	for (size_t i = 0; i < n; i++) {
		if (st == TT_OK) st = tt_strings_add(out, err, "%s", found[i]);
		free(found[i]);
	}
	free(folder);
	return st;
}

static tt_status add_input(const char *path, tt_strings *out, tt_error *err)
{
	struct stat s;
	if (!path) return TT_OK;
	if (stat(path, &s) != 0 && strchr(path, '%')) { /* numbered images */
		const char *base = tt_path_base(path);
		return tt_strings_add(out, err, "%.*s", base == path ? 1 : (int)(base - path),
		                      base == path ? "." : path);
	}
	tt_status st = tt_strings_add(out, err, "%s", path);
	return st == TT_OK && has_companions(path) ? add_companions(path, out, err) : st;
}

tt_status tt_test_inputs(const char *description, const char *const *sets, size_t n_sets, tt_strings *out,
                         tt_error *err)
{
	tt_test *t = NULL;
	tt_status st = tt_test_read(description, sets, n_sets, &t, err);
	if (st == TT_OK) st = add_input(description, out, err);
	if (st == TT_OK) st = add_input(t->video.file, out, err);
	if (st == TT_OK) st = add_input(t->force.file, out, err);
	if (st == TT_OK) st = add_input(t->force.empty_run, out, err);
	tt_test_free(t);
	return st;
}
