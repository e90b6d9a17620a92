/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/left.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/files.h"
#include "core/text.h"

static const char header[] = "temtensile record 2";

char *tt_left_escape(const char *text)
{
	char *out = malloc(2 * strlen(text) + 1), *to = out;
	if (!out) return NULL;
	for (; *text; text++) {
		bool special = *text == '\n' || *text == '\r' || *text == '\\';
		if (special) *to++ = '\\';
		*to++ = *text == '\n' ? 'n' : *text == '\r' ? 'r' : *text;
	}
	*to = 0;
	return out;
}

void tt_left_unescape(char *text)
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

static void clear_run(tt_left_run *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->file[i].name);
	free(r->file);
	free(r->what);
	tt_strings_free(&r->notes);
	*r = (tt_left_run){0};
}

void tt_left_clear(tt_left *l)
{
	for (size_t i = 0; i < l->n; i++)
		clear_run(&l->run[i]);
	free(l->run);
	*l = (tt_left){0};
}

tt_left_run *tt_left_find(const tt_left *l, const char *what)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->run[i].what, what) == 0) return &l->run[i];
	return NULL;
}

tt_left_run *tt_left_run_of(tt_left *l, const char *what)
{
	tt_left_run *r = tt_left_find(l, what);
	if (r) return r;
	tt_left_run *grown = tt_grow(l->run, &l->room, l->n + 1, sizeof *grown);
	if (grown) l->run = grown;
	char *copy = grown ? tt_strdup(what) : NULL;
	if (!copy) return NULL;
	grown[l->n] = (tt_left_run){.what = copy};
	return &grown[l->n++];
}

void tt_left_drop(tt_left *l, const char *what)
{
	tt_left_run *r = tt_left_find(l, what);
	if (!r) return;
	clear_run(r);
	size_t at = (size_t)(r - l->run);
	memmove(r, r + 1, (l->n - at - 1) * sizeof *r);
	l->n--;
}

bool tt_left_add(tt_left_run *r, const char *name, const char *hash)
{
	tt_left_file *grown = tt_grow(r->file, &r->room, r->n + 1, sizeof *grown);
	if (grown) r->file = grown;
	char *copy = grown ? tt_strdup(name) : NULL;
	if (!copy) return false;
	grown[r->n] = (tt_left_file){.name = copy};
	if (hash) tt_snprintf(grown[r->n].hash, sizeof grown[r->n].hash, "%s", hash);
	r->n++;
	return true;
}

const tt_left_file *tt_left_file_of(const tt_left *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		for (size_t k = 0; k < l->run[i].n; k++)
			if (strcmp(l->run[i].file[k].name, name) == 0) return &l->run[i].file[k];
	return NULL;
}

/* ---- reading ---- */

/* "<sha256> <name>"; names that lead out of the folder are not believed. */
static bool split_file(char *text, char **name)
{
	if (strspn(text, "0123456789abcdef") != 64 || text[64] != ' ' || !text[65]) return false;
	text[64] = 0;
	*name = text + 65;
	tt_left_unescape(*name);
	return tt_name_is_inside(*name);
}

static tt_status take_line(tt_left *l, char *line, bool *good, tt_error *err)
{
	tt_left_run *r = l->n ? &l->run[l->n - 1] : NULL;
	char *name;
	if (strncmp(line, "run ", 4) == 0) {
		tt_left_unescape(line + 4);
		*good = tt_left_find(l, line + 4) == NULL;
		if (*good && !tt_left_run_of(l, line + 4)) return tt_fail_memory(err, "the record of a folder");
	} else if (!r) {
		*good = false;
	} else if (strncmp(line, "file ", 5) == 0) {
		*good = split_file(line + 5, &name);
		if (*good && !tt_left_add(r, name, line + 5)) return tt_fail_memory(err, "the record of a folder");
	} else {
		return tt_strings_add(&r->notes, err, "%s", line);
	}
	return TT_OK;
}

static tt_status read_lines(FILE *f, const char *path, tt_left *out, bool *whole, tt_error *err)
{
	char *line = NULL;
	size_t room = 0, lines = 0;
	bool good = true;
	tt_status st = TT_OK;
	ssize_t got;
	*whole = false;
	errno = 0;
	while (st == TT_OK && good && !*whole && (got = getline(&line, &room, f)) > 0) {
		if (line[got - 1] != '\n' || strlen(line) != (size_t)got) break;
		line[got - 1] = 0;
		if (lines++ == 0)
			good = strcmp(line, header) == 0;
		else if (strcmp(line, "end") == 0)
			*whole = true;
		else
			st = take_line(out, line, &good, err);
	}
	if (st == TT_OK && ferror(f))
		st = tt_fail_read(err, path, errno);
	else if (st == TT_OK && !*whole && !feof(f) && errno == ENOMEM)
		st = tt_fail_memory(err, path);
	free(line);
	*whole = *whole && good;
	return st;
}

tt_status tt_left_read(const char *folder, const char *record, tt_left *out, tt_error *err)
{
	*out = (tt_left){0};
	char *path = tt_path_join(folder, record);
	if (!path) return tt_fail_memory(err, folder);
	bool whole = false;
	tt_status st = TT_OK;
	struct stat s;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	FILE *f = fd >= 0 && fstat(fd, &s) == 0 && S_ISREG(s.st_mode) ? fdopen(fd, "r") : NULL;
	int why = errno;
	if (f)
		st = read_lines(f, path, out, &whole, err);
	else if (fd < 0 && why != ENOENT && why != ELOOP)
		st = tt_fail_read(err, path, why);
	else if (fd >= 0 && why == ENOMEM)
		st = tt_fail_memory(err, path);
	if (f)
		fclose(f);
	else if (fd >= 0)
		close(fd);
	free(path);
	if (st != TT_OK || !whole) tt_left_clear(out);
	return st;
}

bool tt_left_is_there(const char *folder, const tt_left_file *f)
{
	char *path = tt_path_join(folder, f->name), hash[65];
	tt_error ignored;
	struct stat s;
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
	bool same = fd >= 0 && fstat(fd, &s) == 0 && S_ISREG(s.st_mode) &&
	            tt_sha256_open(fd, path, hash, &ignored) == TT_OK && strcmp(hash, f->hash) == 0;
	if (fd >= 0) close(fd);
	free(path);
	return same;
}

/* ---- writing ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const tt_left_file *)a)->name, ((const tt_left_file *)b)->name);
}

static tt_status put_line(FILE *f, const char *word, const char *hash, const char *text, tt_error *err)
{
	char *safe = tt_left_escape(text);
	if (!safe) return tt_fail_memory(err, "the record of a folder");
	fprintf(f, hash ? "%s %s %s\n" : "%s%s %s\n", word, hash ? hash : "", safe);
	free(safe);
	return TT_OK;
}

static tt_status put_run(FILE *f, const tt_left_run *r, tt_error *err)
{
	tt_status st = put_line(f, "run", NULL, r->what, err);
	for (size_t i = 0; i < r->notes.n; i++)
		fprintf(f, "%s\n", r->notes.item[i]);
	if (r->n) qsort(r->file, r->n, sizeof *r->file, by_name);
	for (size_t i = 0; i < r->n && st == TT_OK; i++)
		st = put_line(f, "file", r->file[i].hash, r->file[i].name, err);
	return st;
}

tt_status tt_left_write(const tt_left *l, const char *path, const char *shown, tt_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	FILE *f = fd < 0 ? NULL : fdopen(fd, "w");
	if (!f) {
		int why = errno;
		if (fd >= 0) close(fd);
		return tt_fail_write(err, shown, why);
	}
	tt_status st = TT_OK;
	fprintf(f, "%s\n", header);
	for (size_t i = 0; i < l->n && st == TT_OK; i++)
		st = put_run(f, &l->run[i], err);
	fputs("end\n", f);
	tt_error later;
	tt_status closed = tt_close_checked(f, shown, st == TT_OK ? err : &later);
	return st == TT_OK ? closed : st;
}
