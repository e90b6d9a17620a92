/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "jobs/freshness.h"

#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/left.h"
#include "core/text.h"
#include "jobs/kept.h"
#include "temtensile/describe.h"
#include "temtensile/observe.h"

/* ---- writing ---- */

static const char *below(const char *base, const char *path)
{
	size_t n = strlen(base);
	while (n && base[n - 1] == '/')
		n--;
	return n && strncmp(path, base, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

static tt_status note_input(tt_outdir *out, const tt_record_plan *p, const char *path, tt_memo *memo, tt_error *err)
{
	struct stat s;
	char hash[65];
	bool file = stat(path, &s) == 0 && S_ISREG(s.st_mode);
	tt_status st = file ? tt_outdir_hash_input(out, path, hash, err) : tt_memo_hash(memo, path, hash, err);
	return st == TT_OK ? tt_outdir_note(out, err, "input %s %s", hash, below(p->base, path)) : st;
}

tt_status tt_record_note(tt_outdir *out, const tt_record_plan *p, const tt_strings *inputs, tt_memo *memo,
                         tt_error *err)
{
	tt_status st = tt_outdir_note(out, err, "build %s", tt_software_build());
	for (size_t i = 0; i < p->options->n && st == TT_OK; i++)
		st = tt_outdir_note(out, err, "option %s", p->options->item[i]);
	for (size_t i = 0; i < inputs->n && st == TT_OK; i++)
		st = note_input(out, p, inputs->item[i], memo, err);
	return st;
}

/* ---- checking ---- */

typedef struct check {
	const tt_record_plan *plan;
	tt_memo *memo;
	size_t options;
} check;

static bool hash_agrees(const check *c, const char *base, const char *name, const char *expected)
{
	char hash[65];
	tt_error ignored;
	char *path = name[0] == '/' ? tt_strdup(name) : tt_path_join(base, name);
	bool same = path && tt_memo_hash(c->memo, path, hash, &ignored) == TT_OK && strncmp(hash, expected, 64) == 0;
	free(path);
	return same;
}

static bool note_agrees(check *c, const char *line)
{
	char *copy = tt_strdup(line), *text = copy ? strchr(copy, ' ') : NULL, *maker = tt_results_maker();
	bool agrees = false;
	if (text) {
		*text++ = 0;
		tt_left_unescape(text);
		if (strcmp(copy, "build") == 0)
			agrees = strcmp(text, tt_software_build()) == 0;
		else if (strcmp(copy, "option") == 0)
			agrees =
			    c->options < c->plan->options->n && strcmp(text, c->plan->options->item[c->options++]) == 0;
		else if (strcmp(copy, "maker") == 0)
			agrees = maker && strcmp(text, maker) == 0;
		else if (strcmp(copy, "description") == 0)
			agrees = true; /* where it lay, for those who look for the recording */
		else if (strcmp(copy, "made") == 0)
			agrees = true; /* what pictures show, for the next analysis in the folder */
		else if (strcmp(copy, "input") == 0)
			agrees = strlen(text) > 65 && text[64] == ' ' && hash_agrees(c, c->plan->base, text + 65, text);
	}
	free(copy);
	free(maker);
	return agrees;
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

static bool file_agrees(const check *c, const tt_left_file *f)
{
	struct stat s;
	if (!is_figure(f->name) || tt_memo_verifies(c->memo)) return hash_agrees(c, c->plan->folder, f->name, f->hash);
	char *path = tt_path_join(c->plan->folder, f->name);
	bool there = path && stat(path, &s) == 0;
	free(path);
	return there;
}

bool tt_record_fresh(const tt_record_plan *p, tt_memo *memo)
{
	check c = {p, memo, 0};
	tt_left left;
	tt_error ignored;
	tt_outdir_tidy(p->folder);
	if (tt_left_read(p->folder, TT_LEFT_FOLDER, &left, &ignored) != TT_OK) return false;
	const tt_left_run *r = left.n == 1 && strcmp(left.run[0].what, p->command) == 0 ? &left.run[0] : NULL;
	bool fresh = r && r->n > 0 && r->notes.n > 0;
	for (size_t i = 0; fresh && i < r->notes.n; i++)
		fresh = note_agrees(&c, r->notes.item[i]);
	for (size_t i = 0; fresh && i < r->n; i++)
		fresh = file_agrees(&c, &r->file[i]);
	fresh = fresh && c.options == p->options->n;
	tt_left_clear(&left);
	return fresh;
}

void tt_record_drop_changed(const char *folder)
{
	tt_left left;
	tt_error ignored;
	if (tt_left_read(folder, TT_LEFT_FOLDER, &left, &ignored) != TT_OK) return;
	for (size_t i = 0; i < left.n; i++)
		for (size_t k = 0; k < left.run[i].n; k++) {
			const tt_left_file *f = &left.run[i].file[k];
			if (is_figure(f->name) || tt_left_is_there(folder, f)) continue;
			char *path = tt_path_join(folder, f->name);
			struct stat s;
			if (path && lstat(path, &s) == 0 && S_ISREG(s.st_mode)) unlink(path);
			free(path);
		}
	tt_left_clear(&left);
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
