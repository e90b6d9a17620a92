/* Memory that was refused is never a detail: every refusal is counted, and a job during which the count has grown has
 * failed, even where the function that was refused could not say so (a list of warnings, a step that is left out).
 * Included by the compiler before each C source of the library (room_args in src/meson.build), so that no allocation is
 * left out. It includes nothing itself: the sources choose their system's interfaces after it. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#ifndef TT_CORE_MEMORY_H
#define TT_CORE_MEMORY_H

void *tt_malloc(__SIZE_TYPE__ size);
void *tt_calloc(__SIZE_TYPE__ n, __SIZE_TYPE__ size);
void *tt_realloc(void *p, __SIZE_TYPE__ size);
void *tt_aligned_alloc(__SIZE_TYPE__ alignment, __SIZE_TYPE__ size);

/* One refusal more: by a library that was asked, see tt_fail_memory; of a thread. */
void tt_memory_refused(void);
/* Refusals since the program began; only whether it has grown tells something. */
unsigned long tt_memory_refusals(void);

#ifdef TT_COUNT_MEMORY
#define malloc(size) tt_malloc(size)
#define calloc(n, size) tt_calloc(n, size)
#define realloc(p, size) tt_realloc(p, size)
#define aligned_alloc(alignment, size) tt_aligned_alloc(alignment, size)
/* glibc's loses text without a word when it is refused memory */
#define open_memstream(text, size) tt_open_memstream(text, size)
#endif

#endif
