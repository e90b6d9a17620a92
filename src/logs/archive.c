/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/archive.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zip.h>

static const zip_uint64_t LARGEST = (zip_uint64_t)1 << 30;
enum { STEP = 1 << 20 };

struct tt_archive {
	zip_t *zip;
	const tt_log_source *src;
};

bool tt_archive_probe(const tt_log_source *src)
{
	return src->size >= 4 && memcmp(src->bytes, "PK\3\4", 4) == 0;
}

static tt_status damaged(const tt_log_source *src, zip_error_t *why, tt_error *err)
{
	tt_status st =
	    tt_log_fail(src, 0, err, "cannot be unpacked, it is cut or damaged (%s)", zip_error_strerror(why));
	zip_error_fini(why);
	return st;
}

tt_status tt_archive_open(const tt_log_source *src, tt_archive **out, tt_error *err)
{
	zip_error_t why;
	*out = NULL;
	zip_error_init(&why);
	zip_source_t *source = zip_source_buffer_create(src->bytes, src->size, 0, &why);
	if (!source) return damaged(src, &why, err);
	zip_t *zip = zip_open_from_source(source, ZIP_RDONLY, &why);
	if (!zip) {
		zip_source_free(source);
		return damaged(src, &why, err);
	}
	zip_error_fini(&why);
	*out = malloc(sizeof **out);
	if (!*out) {
		zip_discard(zip);
		return tt_fail_memory(err, "an archive");
	}
	**out = (tt_archive){.zip = zip, .src = src};
	return TT_OK;
}

void tt_archive_close(tt_archive *a)
{
	if (!a) return;
	zip_discard(a->zip);
	free(a);
}

size_t tt_archive_count(const tt_archive *a)
{
	const zip_int64_t n = zip_get_num_entries(a->zip, 0);
	return n > 0 ? (size_t)n : 0;
}

const char *tt_archive_name(const tt_archive *a, size_t i)
{
	const char *name = zip_get_name(a->zip, i, 0);
	return name ? name : "";
}

size_t tt_archive_find(const tt_archive *a, const char *name)
{
	for (size_t i = 0, n = tt_archive_count(a); i < n; i++)
		if (strcasecmp(tt_archive_name(a, i), name) == 0) return i;
	return (size_t)-1;
}

/* The size that the archive states is not relied on. */
static tt_status unpack(zip_file_t *f, const tt_archive *a, size_t i, char **bytes, size_t *size, tt_error *err)
{
	size_t room = 0, used = 0;
	char *b = NULL;
	for (;;) {
		if (room - used < STEP + 1) {
			room = used + used / 2 + 2 * STEP + 1;
			char *more = realloc(b, room);
			if (!more) {
				free(b);
				return tt_fail_memory(err, "an unpacked file");
			}
			b = more;
		}
		const zip_int64_t got = zip_fread(f, b + used, STEP);
		if (got < 0 || used > LARGEST) {
			free(b);
			return tt_log_fail(a->src, 0, err, "its '%s' %s", tt_archive_name(a, i),
			                   got < 0 ? "is damaged" : "unpacks beyond 1 GB, which no instrument writes");
		}
		if (got == 0) break;
		used += (size_t)got;
	}
	b[used] = '\0';
	*bytes = b;
	*size = used;
	return TT_OK;
}

tt_status tt_archive_read(const tt_archive *a, size_t i, char **bytes, size_t *size, tt_error *err)
{
	*bytes = NULL;
	*size = 0;
	zip_file_t *f = zip_fopen_index(a->zip, i, 0);
	if (!f)
		return tt_log_fail(a->src, 0, err, "its '%s' cannot be unpacked (%s)", tt_archive_name(a, i),
		                   zip_strerror(a->zip));
	tt_status st = unpack(f, a, i, bytes, size, err);
	zip_fclose(f);
	return st;
}
