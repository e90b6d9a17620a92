/* SPDX-License-Identifier: GPL-3.0-or-later */
#undef malloc
#undef calloc
#undef realloc
#undef aligned_alloc
#undef open_memstream
#define _GNU_SOURCE /* fopencookie */

#include "core/text.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static atomic_ulong refusals;

void tt_memory_refused(void)
{
	atomic_fetch_add(&refusals, 1);
}

unsigned long tt_memory_refusals(void)
{
	return atomic_load(&refusals);
}

static void *counted(void *p, size_t size)
{
	if (!p && size) tt_memory_refused();
	return p;
}

void *tt_malloc(size_t size)
{
	return counted(malloc(size), size);
}

void *tt_calloc(size_t n, size_t size)
{
	return counted(calloc(n, size), n && size);
}

void *tt_realloc(void *p, size_t size)
{
	return counted(realloc(p, size), size);
}

void *tt_aligned_alloc(size_t alignment, size_t size)
{
	return counted(aligned_alloc(alignment, size), size);
}

/* ---- text in memory, written as to a file ---- */

typedef struct growing {
	char **text;
	size_t *size, room;
} growing;

static ssize_t put_text(void *cookie, const char *bytes, size_t n)
{
	growing *g = cookie;
	char *grown = tt_grow(*g->text, &g->room, *g->size + n + 1, 1);
	if (!grown) return 0; /* an error, as fopencookie has it */
	memcpy(grown + *g->size, bytes, n);
	*g->text = grown;
	*g->size += n;
	grown[*g->size] = '\0';
	return (ssize_t)n;
}

static int close_text(void *cookie)
{
	free(cookie);
	return 0;
}

/* As the system's; the text is right after fflush and fclose that went well. */
FILE *tt_open_memstream(char **text, size_t *size);

FILE *tt_open_memstream(char **text, size_t *size)
{
	const cookie_io_functions_t how = {.write = put_text, .close = close_text};
	growing *g = tt_malloc(sizeof *g);
	*size = 0;
	*text = tt_calloc(1, 1);
	FILE *f = g && *text ? fopencookie(g, "w", how) : NULL;
	if (f) {
		*g = (growing){.text = text, .size = size, .room = 1};
		return f;
	}
	free(g);
	free(*text);
	*text = NULL;
	return NULL;
}

tt_status tt_memory_check(unsigned long before, tt_status st, tt_error *err)
{
	if (tt_memory_refusals() == before || st == TT_ERR_INTERRUPTED) return st;
	if (st != TT_OK && err && strstr(err->message, "no memory")) return st; /* it says what for */
	return tt_fail_memory(err, "all that this takes");
}
