/* NI TDM (.tdm + .tdx, National Instruments USI): an XML index and a file of raw values, either of which may be given.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/formats/tdm.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"

static bool named_tdx(const tt_log_source *src)
{
	size_t n = src->path ? strlen(src->path) : 0;
	return n > 4 && tt_log_find(src->path + n - 4, 4, ".tdx", 4) != NULL;
}

static bool is_index(const tt_log_source *src)
{
	enum { start = 1024 };
	const char *first = src->text;
	size_t n = src->text_size;
	while (n && strchr(" \t\r\n", *first)) {
		first++;
		n--;
	}
	return n && *first == '<' &&
	       (tt_log_find(first, n, ":tdm", start) || tt_log_find(first, n, "ni.com/Schemas/USI", start));
}

static bool probe(const tt_log_source *src)
{
	return is_index(src) || named_tdx(src);
}

static bool present(const char *path)
{
	return path && access(path, F_OK) == 0;
}

/* The path with another ending, in any of the usual cases; NULL when there is no such file. */
static char *with_ending(const char *path, const char *const *endings)
{
	size_t n = strlen(path);
	const char *dot = strrchr(tt_path_base(path), '.');
	if (dot) n = (size_t)(dot - path);
	for (; *endings; endings++) {
		char *other = tt_format("%.*s%s", (int)n, path, *endings);
		if (present(other)) return other;
		free(other);
	}
	return NULL;
}

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
	                              : -1;
}

/* The last component of a url or a Windows path, %20 decoded: the file is looked for beside the index only. */
static char *url_file(const char *url)
{
	const char *base = url;
	for (const char *p = url; *p; p++)
		if (*p == '/' || *p == '\\') base = p + 1;
	char *out = tt_strdup(base);
	if (!out) return NULL;
	size_t n = 0;
	for (const char *p = base; *p; p++) {
		if (*p == '%' && hex(p[1]) >= 0 && hex(p[2]) >= 0) {
			out[n++] = (char)(hex(p[1]) * 16 + hex(p[2]));
			p += 2;
		} else {
			out[n++] = *p;
		}
	}
	out[n] = '\0';
	if (strlen(out) != n || strchr(out, '/') || strcmp(out, "..") == 0 || strcmp(out, ".") == 0) out[0] = '\0';
	return out;
}

/* Where the values lie: by the index's url, else the index's own name with .tdx. */
static tt_status find_binary(const tt_log_source *src, const tt_tdm_index *index, char **path, tt_force_log *log,
                             tt_error *err)
{
	static const char *const endings[] = {".tdx", ".TDX", ".Tdx", NULL};
	char *file = url_file(index->url ? index->url : ""), *beside = NULL;
	char quoted[TT_QUOTE_SIZE] = "";
	if (file && *file) {
		beside = tt_path_beside(src->path, file);
		tt_log_quote(quoted, file, strlen(file));
	}
	free(file);
	if (present(beside)) {
		*path = beside;
		return TT_OK;
	}
	free(beside);
	*path = with_ending(src->path, endings);
	if (!*path)
		return tt_log_fail(
		    src, 0, err,
		    "is the index of an NI TDM pair whose values are missing: neither '%s' nor a .tdx of the "
		    "same name lies beside it",
		    quoted);
	tt_warn(&log->notes, "the index names '%s', which is not there; '%s' read", quoted, tt_path_base(*path));
	return TT_OK;
}

/* data: NULL when it is still to be found beside the index. */
static tt_status read_index(const tt_log_source *src, const tt_tdm_binary *data, tt_force_log *log, tt_error *err)
{
	tt_tdm_index index = {0};
	char *path = NULL;
	unsigned char *bytes = NULL;
	tt_tdm_binary from_file = {0};
	tt_status s = tt_tdm_index_read(src, &index, err);
	if (!s && !data) {
		s = find_binary(src, &index, &path, log, err);
		if (!s) s = tt_log_slurp(path, &bytes, &from_file.size, err);
		if (!s) {
			from_file.bytes = bytes;
			from_file.name = tt_path_base(path);
			data = &from_file;
		}
	}
	if (!s) s = tt_tdm_read(src, &index, data, log, err);
	tt_tdm_index_free(&index);
	free(path);
	free(bytes);
	return s;
}

static tt_status read_with_index(const tt_log_source *src, tt_force_log *log, tt_error *err)
{
	if (src->binary)
		return read_index(src, &(tt_tdm_binary){src->binary, src->binary_size, "the file of values"}, log, err);
	if (!src->path) return tt_log_fail(src, 0, err, "is the index of an NI TDM pair; its .tdx is needed too");
	return read_index(src, NULL, log, err);
}

/* The .tdx was given: its index is the .tdm of the same name. */
static tt_status read_from_tdx(const tt_log_source *src, tt_force_log *log, tt_error *err)
{
	static const char *const endings[] = {".tdm", ".TDM", ".Tdm", NULL};
	char *path = with_ending(src->path, endings);
	if (!path)
		return tt_log_fail(src, 0, err,
		                   "holds the values of an NI TDM pair; its index, a .tdm of the same name, does "
		                   "not lie beside it");
	unsigned char *bytes = NULL;
	tt_log_source xml = {.name = path, .path = path};
	tt_status s = tt_log_slurp(path, &bytes, &xml.size, err);
	if (!s) {
		xml.bytes = bytes;
		s = read_index(&xml, &(tt_tdm_binary){src->bytes, src->size, tt_path_base(src->path)}, log, err);
	}
	free(bytes);
	free(path);
	return s;
}

static tt_status read_tdm(const tt_log_source *src, tt_force_log *log, tt_error *err)
{
	if (src->mapped)
		return tt_log_fail(src, 0, err,
		                   "is an NI TDM file, whose channels and units are known; leave columns, units, "
		                   "delimiter and decimal_comma out of the description");
	log->encoding = "binary values, UTF-8 index";
	if (is_index(src)) return read_with_index(src, log, err);
	if (named_tdx(src)) return read_from_tdx(src, log, err);
	return tt_log_fail(src, 0, err, "is neither the index nor the values of an NI TDM pair");
}

const tt_log_reader tt_log_tdm = {"NI TDM", probe, read_tdm};
