/* Results opened again: the descriptions that they were made from, and the observation that was kept.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700 /* scandir */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/left.h"
#include "core/text.h"
#include "jobs/freshness.h"
#include "jobs/kept.h"
#include "temtensile/jobs.h"

/* ---- descriptions ---- */

/* The description that the folder's analysis noted, malloc'ed; NULL: there is none. */
static char *description_of(const char *folder)
{
	static const char note[] = "description ";
	tt_left left = {0};
	tt_error ignored;
	char *path = NULL;
	if (tt_left_read(folder, TT_LEFT_FOLDER, &left, &ignored) == TT_OK) {
		const tt_left_run *run = tt_left_find(&left, "analyze");
		for (size_t i = 0; run && i < run->notes.n && !path; i++)
			if (strncmp(run->notes.item[i], note, sizeof note - 1) == 0) {
				const char *place = run->notes.item[i] + sizeof note - 1;
				path = place[0] == '/' ? tt_strdup(place) : tt_path_join(folder, place);
			}
	}
	tt_left_clear(&left);
	return path;
}

static tt_status add(const char *folder, tt_strings *paths, tt_strings *folders, tt_error *err)
{
	struct stat s;
	char *path = description_of(folder);
	if (!path) return TT_OK;
	tt_status st = stat(path, &s) == 0
	                   ? tt_strings_add(paths, err, "%s", path)
	                   : tt_fail(err, TT_ERR_INPUT, "%s: the description '%s' that it was made from is not there",
	                             folder, path);
	free(path);
	return st == TT_OK ? tt_strings_add(folders, err, "%s", folder) : st;
}

tt_status tt_results_tests(const char *folder, tt_strings *paths, tt_strings *folders, tt_error *err)
{
	const size_t before = paths->n;
	tt_status st = add(folder, paths, folders, err);
	if (st != TT_OK || paths->n > before) return st;
	struct dirent **entry = NULL;
	int n = scandir(folder, &entry, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char *below = entry[i]->d_name[0] != '.' && st == TT_OK ? tt_path_join(folder, entry[i]->d_name) : NULL;
		if (below) st = add(below, paths, folders, err);
		free(below);
		free(entry[i]);
	}
	free(entry);
	return st;
}

/* ---- the observation ---- */

tt_status tt_results_observation(const char *folder, const tt_test *test, const char *const *sets, size_t n_sets,
                                 tt_observation **out, tt_error *err)
{
	tt_strings files = {0};
	tt_error ignored;
	char recording[65], key[65];
	*out = NULL;
	char *path = tt_path_join(folder, "observation.ttobs");
	if (!path) return tt_fail_memory(err, folder);
	tt_observation *o = NULL;
	tt_status st = tt_observation_load(path, &o, &ignored);
	free(path);
	if (st != TT_OK) return TT_OK; /* none, or one that cannot be read: made anew */
	st = tt_test_inputs(test->path, sets, n_sets, &files, err);
	if (st == TT_OK) st = tt_recording_hash(&files, test, NULL, recording, err);
	if (st == TT_OK) st = tt_observation_key(test, recording, key, err);
	tt_strings_free(&files);
	if (st == TT_OK && strcmp(tt_observation_key_of(o), key) == 0 && tt_observation_has_width(o))
		*out = o;
	else
		tt_observation_free(o);
	return st;
}
