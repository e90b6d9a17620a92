/* What is opened: a test, a study, results, a folder.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700 /* realpath */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "serve/session.h"
#include "temtensile/schema.h"
#include "temtensile/study.h"

/* What a folder of results and a study know of a test besides its description. */
typedef struct origin {
	const char *name, *group_by, *results; /* NULL: nothing */
	const tt_strings *sets;                /* NULL: none */
} origin;

static char *folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash == path ? strdup("/") : slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
}

static tt_status add_root(tt_session *s, const char *folder, tt_error *err)
{
	char *real = realpath(folder, NULL);
	if (!real) return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", folder, strerror(errno));
	bool known = false;
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->roots; i++)
		known = known || strcmp(s->root[i], real) == 0;
	if (!known && s->roots < TT_SESSION_ROOTS)
		s->root[s->roots++] = real;
	else
		free(real);
	pthread_mutex_unlock(&s->lock);
	return TT_OK;
}

/* The value of "film.composition" and the like. */
static char *group_of(const tt_test *test, const char *group_by)
{
	static const char film[] = "film.";
	if (!group_by || strncmp(group_by, film, sizeof film - 1) != 0) return NULL;
	for (size_t i = 0; i < test->film.n_keys; i++)
		if (strcmp(test->film.key[i].key, group_by + sizeof film - 1) == 0)
			return strdup(test->film.key[i].text);
	return NULL;
}

/* The folder that `Save and analyse` fills, when it is there. */
static char *results_beside(const char *path)
{
	char folder[PATH_MAX];
	struct stat there;
	const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
	int stem = (int)(dot && (!slash || dot > slash) ? dot - path : (long)strlen(path));
	if ((size_t)snprintf(folder, sizeof folder, "%.*s-results", stem, path) >= sizeof folder) return NULL;
	return stat(folder, &there) == 0 && S_ISDIR(there.st_mode) ? strdup(folder) : NULL;
}

static tt_status fill(tt_serve_test *t, const char *path, const origin *from, tt_error *err)
{
	tt_test *test = NULL;
	tt_error ignored;
	pthread_mutex_init(&t->lock, NULL);
	pthread_mutex_init(&t->frames_lock, NULL);
	t->next = -1;
	t->seen_s = NAN;
	t->path = strdup(path);
	for (size_t i = 0; from->sets && i < from->sets->n; i++)
		if (tt_strings_add(&t->sets, err, "%s", from->sets->item[i]) != TT_OK) return TT_ERR_FAILED;
	t->results = from->results ? strdup(from->results) : results_beside(path);
	if (from->name) t->name = strdup(from->name);
	/* what a description still lacks is said where it is asked for */
	if (t->path && tt_serve_read(t, NULL, 0, &test, &ignored) == TT_OK) {
		if (!t->name && test->name) t->name = strdup(test->name);
		t->group = group_of(test, from->group_by);
	}
	tt_test_free(test);
	if (!t->name) {
		const char *slash = strrchr(path, '/');
		t->name = strdup(slash ? slash + 1 : path);
	}
	return t->path && t->name ? TT_OK : tt_fail_memory(err, path);
}

/* Links and other ways to write a path lead to the same test. */
static bool same(const tt_serve_test *t, const struct stat *file, const origin *from)
{
	const size_t n = from->sets ? from->sets->n : 0;
	struct stat own;
	if (stat(t->path, &own) != 0 || own.st_dev != file->st_dev || own.st_ino != file->st_ino) return false;
	if (t->sets.n != n) return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(t->sets.item[i], from->sets->item[i]) != 0) return false;
	return true;
}

static tt_status add_test(tt_session *s, const char *path, const origin *from, size_t *index, tt_error *err)
{
	const size_t n = tt_session_size(s);
	struct stat there;
	*index = n;
	if (stat(path, &there) != 0) return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	for (size_t i = 0; i < n; i++)
		if (same(&s->test[i], &there, from)) {
			*index = i;
			return TT_OK;
		}
	if (n >= TT_SESSION_MOST)
		return tt_fail(err, TT_ERR_USAGE, "%s: the workbench holds at most %d tests", path, TT_SESSION_MOST);
	char *folder = folder_of(path);
	tt_status st = folder ? add_root(s, folder, err) : tt_fail_memory(err, path);
	free(folder);
	if (st != TT_OK) return st;
	st = fill(&s->test[n], path, from, err);
	pthread_mutex_lock(&s->lock);
	s->n = n + 1; /* also on failure: closed with the session */
	pthread_mutex_unlock(&s->lock);
	return st;
}

static bool is_study(const char *path)
{
	char *text = NULL;
	tt_error ignored;
	json_t *j = tt_description_values(path, &text, &ignored) == TT_OK ? json_loads(text, 0, NULL) : NULL;
	bool study = json_object_get(j, "tests") != NULL;
	json_decref(j);
	free(text);
	return study;
}

static tt_status add_study(tt_session *s, const char *path, size_t *first, tt_error *err)
{
	tt_study study = {0};
	tt_study_entry *entry = NULL;
	size_t n = 0, at;
	tt_status st = tt_study_file_read(path, &study, &entry, &n, err);
	for (size_t i = 0; i < n && st == TT_OK; i++) {
		const origin from = {entry[i].name, study.group_by, NULL, &entry[i].sets};
		st = add_test(s, entry[i].path, &from, &at, err);
		if (st == TT_OK && i == 0) *first = at;
	}
	char *folder = st == TT_OK ? folder_of(path) : NULL;
	if (st == TT_OK) st = folder ? add_root(s, folder, err) : tt_fail_memory(err, path);
	free(folder);
	tt_study_entries_free(entry, n);
	tt_study_clear(&study);
	return st;
}

static tt_status add_folder(tt_session *s, const char *path, size_t *first, tt_error *err)
{
	tt_strings tests = {0}, folders = {0};
	size_t at;
	tt_status st = tt_results_tests(path, &tests, &folders, err);
	for (size_t i = 0; i < folders.n && st == TT_OK; i++) {
		const origin from = {.results = folders.item[i]};
		char *real = realpath(tests.item[i], NULL); /* not "results/../test.yaml" */
		st = add_test(s, real ? real : tests.item[i], &from, &at, err);
		free(real);
		if (st == TT_OK && i == 0) *first = at;
	}
	if (st == TT_OK) st = add_root(s, path, err);
	tt_strings_free(&tests);
	tt_strings_free(&folders);
	return st;
}

tt_status tt_session_add(tt_session *s, const char *path, size_t *first, tt_error *err)
{
	struct stat there;
	pthread_mutex_lock(&s->opening);
	*first = tt_session_size(s);
	tt_status st = stat(path, &there) == 0 && S_ISDIR(there.st_mode) ? add_folder(s, path, first, err)
	               : is_study(path)                                  ? add_study(s, path, first, err)
	                                                                 : add_test(s, path, &(origin){0}, first, err);
	pthread_mutex_unlock(&s->opening);
	return st;
}
