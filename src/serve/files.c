/* SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700 /* realpath, scandir */
#include "serve/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

enum { MOST_ENTRIES = 2000 };

/* A copy, malloc'ed; NULL: there is no such root. */
static char *root_of(tt_session *s, size_t root)
{
	pthread_mutex_lock(&s->lock);
	char *path = root < s->roots ? strdup(s->root[root]) : NULL;
	pthread_mutex_unlock(&s->lock);
	return path;
}

/* Links count as what they lead to. */
static bool is_below(const char *root, const char *real)
{
	size_t n = strlen(root);
	if (strncmp(root, real, n) != 0) return false;
	return !real[n] || real[n] == '/' || (n > 0 && root[n - 1] == '/');
}

tt_status tt_files_place(tt_session *s, size_t root, const char *at, const char *name, char out[PATH_MAX],
                         tt_error *err)
{
	char path[2 * PATH_MAX];
	char *base = root_of(s, root);
	if (!base) return tt_fail(err, TT_ERR_INPUT, "no folder of that number was opened");
	int n = snprintf(path, sizeof path, "%s/%s%s%s", base, at, *at && *name ? "/" : "", name);
	bool there = n > 0 && (size_t)n < PATH_MAX && !strchr(name, '/') && realpath(path, out);
	tt_status st = TT_OK;
	/* the same words for both: what lies outside is not told */
	if (!there || !is_below(base, out))
		st = tt_fail(err, TT_ERR_INPUT, "'%.200s%s%.200s' is not in the folders that were opened", at,
		             *at && *name ? "/" : "", name);
	free(base);
	return st;
}

static const char *kind_of(const char *name)
{
	static const struct {
		const char *kind, *endings;
	} kinds[] = {{"description", " yaml yml "},
	             {"recording",
	              " mp4 m4v mov avi mkv mts m2ts ts mpg mpeg wmv webm tif tiff dm3 dm4 emd ser mrc mrcs "
	              "h5 hdf5 hspy gif y4m pgm png jpg bmp "},
	             {"log", " txt csv tsv dat asc log tdx tdm tdms hys xls xlsx json "}};
	char look[40];
	const char *dot = strrchr(name, '.');
	if (!dot || strlen(dot) > 16 || strchr(dot, ' ')) return "file";
	snprintf(look, sizeof look, " %s ", dot + 1);
	for (char *c = look; *c; c++)
		if (*c >= 'A' && *c <= 'Z') *c = (char)(*c - 'A' + 'a');
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strstr(kinds[i].endings, look)) return kinds[i].kind;
	return "file";
}

/* Names that are no UTF-8 cannot be told in JSON. */
static void put_entry(json_t *folders, json_t *files, const char *folder, const char *name)
{
	char path[2 * PATH_MAX];
	struct stat is;
	if (name[0] == '.' || snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) return;
	if (stat(path, &is) != 0) return;
	json_t *text = json_string(name);
	if (!text) return;
	if (S_ISDIR(is.st_mode)) json_array_append(folders, text);
	if (S_ISREG(is.st_mode))
		json_array_append_new(files, json_pack("{s:O,s:s}", "name", text, "kind", kind_of(name)));
	json_decref(text);
}

static json_t *all_roots(tt_session *s)
{
	json_t *roots = json_array();
	pthread_mutex_lock(&s->lock);
	for (size_t i = 0; i < s->roots; i++) {
		json_t *text = json_string(s->root[i]);
		json_array_append_new(roots, text ? text : json_string("?"));
	}
	pthread_mutex_unlock(&s->lock);
	return roots;
}

tt_status tt_files_list(tt_session *s, size_t root, const char *at, json_t **out, tt_error *err)
{
	char folder[PATH_MAX];
	struct dirent **entry = NULL;
	*out = NULL;
	tt_status st = tt_files_place(s, root, at, "", folder, err);
	if (st != TT_OK) return st;
	int n = scandir(folder, &entry, NULL, alphasort);
	if (n < 0) return tt_fail(err, TT_ERR_INPUT, "cannot read '%.300s': %s", at, strerror(errno));
	json_t *folders = json_array(), *files = json_array();
	for (int i = 0; i < n; i++) {
		if (i < MOST_ENTRIES) put_entry(folders, files, folder, entry[i]->d_name);
		free(entry[i]);
	}
	free(entry);
	*out = json_pack("{s:o,s:I,s:s,s:o,s:o,s:b}", "roots", all_roots(s), "root", (json_int_t)root, "at", at,
	                 "folders", folders, "files", files, "cut", n > MOST_ENTRIES);
	return *out ? TT_OK : tt_fail_memory(err, "the list of files");
}

tt_status tt_files_begin(tt_session *s, size_t root, const char *at, const char *recording, const char *log,
                         char out[PATH_MAX], tt_error *err)
{
	enum { MOST_TRIES = 100 };
	char video[PATH_MAX], force[PATH_MAX], folder[PATH_MAX], name[PATH_MAX];
	struct stat there;
	tt_status st = tt_files_place(s, root, at, recording, video, err);
	if (st == TT_OK) st = tt_files_place(s, root, at, log, force, err);
	if (st == TT_OK) st = tt_files_place(s, root, at, "", folder, err);
	if (st != TT_OK) return st;
	const char *dot = strrchr(recording, '.');
	snprintf(name, sizeof name, "%.*s", (int)(dot && dot > recording ? dot - recording : (long)strlen(recording)),
	         recording);
	for (int i = 1; i <= MOST_TRIES; i++) {
		int n = i == 1 ? snprintf(out, PATH_MAX, "%s/%s.yaml", folder, name)
		               : snprintf(out, PATH_MAX, "%s/%s-%d.yaml", folder, name, i);
		if (n >= PATH_MAX) break;
		if (stat(out, &there) == 0) continue;
		return tt_init(video, force, out, false, err);
	}
	return tt_fail(err, TT_ERR_USAGE, "there is no free name for the description of '%s'", recording);
}
