/* A file's path as seen from a folder.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _XOPEN_SOURCE 700 /* realpath */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

char *tt_real_path(const char *path)
{
	char *real = realpath(path, NULL);
	if (!real && errno == ENOMEM) tt_memory_refused();
	return real;
}

/* The real path of a folder; when it is not there yet, that of the one above it with its name. */
static char *real_folder(const char *folder)
{
	char *real = tt_real_path(folder);
	if (real) return real;
	char *copy = tt_strdup(folder);
	size_t n = copy ? strlen(copy) : 0;
	while (n > 1 && copy[n - 1] == '/')
		copy[--n] = '\0';
	const char *base = copy ? tt_path_base(copy) : NULL;
	char *above =
	    base && *base ? tt_format("%.*s", base > copy ? (int)(base - copy) : 1, base > copy ? copy : ".") : NULL;
	char *parent = above ? tt_real_path(above) : NULL;
	if (parent) real = tt_path_join(parent, base);
	free(parent);
	free(above);
	free(copy);
	return real;
}

char *tt_path_from(const char *folder, const char *file)
{
	char *from = real_folder(folder), *to = tt_real_path(file), *out = from && to ? tt_strdup("") : NULL;
	size_t same = 0; /* behind the last '/' that both have, from's end counted as one */
	for (size_t i = 0; out; i++) {
		char a = from[i] ? from[i] : '/';
		if (a != to[i]) break;
		if (a == '/') same = i + 1;
		if (!from[i]) break;
	}
	for (const char *p = out && same < strlen(from) ? from + same : ""; out && *p;) {
		char *longer = tt_format("%s../", out);
		free(out);
		out = longer;
		p += strcspn(p, "/");
		p += strspn(p, "/");
	}
	char *whole = out ? tt_format("%s%s", out, to + same) : NULL;
	free(out);
	free(from);
	free(to);
	return whole;
}
