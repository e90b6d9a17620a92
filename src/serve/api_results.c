/* The page of an analysis that was saved, and the files that it links to.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serve/api.h"

enum { MOST_BYTES = 64 << 20 };

void tt_results_folder(const char *description, char *out, size_t size)
{
	const char *slash = strrchr(description, '/'), *name = slash ? slash + 1 : description,
	           *dot = strrchr(name, '.');
	snprintf(out, size, "%.*s%.*s-results", (int)(name - description), description,
	         (int)(dot ? (size_t)(dot - name) : strlen(name)), name);
}

static const char *type_of(const char *name)
{
	static const struct {
		const char *ending, *type;
	} types[] = {{".html", "text/html; charset=utf-8"},
	             {".csv", "text/csv; charset=utf-8"},
	             {".txt", "text/plain; charset=utf-8"},
	             {".json", "application/json; charset=utf-8"},
	             {".png", "image/png"},
	             {".svg", "image/svg+xml"},
	             {".pdf", "application/pdf"},
	             {".mp4", "video/mp4"}};
	const char *dot = strrchr(name, '.');
	for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
		if (strcmp(dot, types[i].ending) == 0) return types[i].type;
	return NULL;
}

static void *read_all(const char *path, size_t *size)
{
	FILE *f = fopen(path, "rb");
	long n = -1;
	char *data = NULL;
	if (f && fseek(f, 0, SEEK_END) == 0) n = ftell(f);
	if (n >= 0 && n <= MOST_BYTES && fseek(f, 0, SEEK_SET) == 0) data = malloc((size_t)n + 1);
	if (data && fread(data, 1, (size_t)n, f) != (size_t)n) {
		free(data);
		data = NULL;
	}
	if (f) fclose(f);
	*size = data ? (size_t)n : 0;
	return data;
}

void tt_api_result(tt_session *s, const char *rest, tt_reply *out)
{
	static const char page[] = "sandbox allow-scripts allow-popups allow-downloads; default-src 'none'; "
	                           "img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'; "
	                           "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
	                           "frame-ancestors 'none'";
	char folder[PATH_MAX], path[PATH_MAX + 128];
	char *name;
	unsigned long i = strtoul(rest, &name, 10);
	void *data = NULL;
	size_t size = 0;
	const bool good = name != rest && *name == '/' && name[1] && name[1] != '.' && !strchr(name + 1, '/') &&
	                  i < tt_session_size(s) && type_of(name);
	if (good) {
		tt_results_folder(s->test[i].path, folder, sizeof folder);
		snprintf(path, sizeof path, "%s%s", folder, name);
		data = read_all(path, &size);
	}
	if (data) {
		*out = (tt_reply){.type = type_of(name), .data = data, .size = size, .policy = page};
		return;
	}
	tt_reply_json(out, json_pack("{s:s}", "error", "there is nothing of that name among the results"));
	out->status = 404;
}
