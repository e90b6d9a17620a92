/* Numbers and text that do not depend on the locale; hashes; paths.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CORE_TEXT_H
#define TT_CORE_TEXT_H

#include <stdarg.h>
#include <stdio.h>

#include "core/memory.h"
#include "temtensile/core.h"

/* strtod in the C locale, whatever the program's locale is. */
double tt_strtod(const char *s, char **end);
/* Shortest text that reads back as the same double with at most `digits` significant digits, in the C
 * locale; "" for NaN or infinity. Returns buf. */
const char *tt_format_double(char *buf, size_t size, double v, int digits);
/* The power of ten to which a number with standard uncertainty u > 0 is rounded: two digits of u, one when they are 30
 * or more (GUM 7.2.6). */
int tt_place_of_u(double u);
/* v rounded to that power of ten, with a true minus. Returns what tt_snprintf does. */
int tt_put_fixed(char *buf, size_t size, double v, int place);
/* "2.61 ± 0.04 GPa": rounded like that, "(4.72 ± 0.04)×10⁻⁴" below a thousandth, true minus, no blank before °; without
 * a positive u six digits of the value; "–" for NaN. unit may be "" or NULL. Returns buf. */
const char *tt_value_text(char *buf, size_t size, double value, double u, const char *unit);
/* Writes v as a CSV cell (empty for NaN), without a separator. */
void tt_put_double(FILE *f, double v, int digits);
/* Copies bytes of unknown encoding as UTF-8: valid UTF-8 stays, other bytes are read as Latin-1,
 * NUL as a space. malloc'ed, terminated; NULL without memory. */
char *tt_text_utf8(const char *bytes, size_t size);
/* malloc'ed printf in the C locale. NULL without memory. */
char *tt_format(const char *fmt, ...) TT_PRINTF(1, 2);
/* snprintf and vfprintf in the C locale. */
int tt_snprintf(char *buf, size_t size, const char *fmt, ...) TT_PRINTF(3, 4);
int tt_vsnprintf(char *buf, size_t size, const char *fmt, va_list ap);
int tt_fprintf(FILE *f, const char *fmt, ...) TT_PRINTF(2, 3);
/* Length in bytes (1 … 4) of the UTF-8 character at s, 0 when the bytes are not valid UTF-8 (overlong forms,
 * surrogates and code points above U+10FFFF are not). */
size_t tt_utf8_length(const char *s, size_t size);
/* Characters of a text, which is valid UTF-8. */
size_t tt_utf8_letters(const char *text);
char *tt_strdup(const char *s);
/* path relative to the folder that `base_file` lies in, unless it is absolute; malloc'ed. */
char *tt_path_beside(const char *base_file, const char *path);
/* From a folder (which need not be there yet) to a file: "../films/test.yaml"; NULL without memory, or when one of them
 * cannot be resolved. */
char *tt_path_from(const char *folder, const char *file);
/* realpath(), malloc'ed; NULL with errno. Memory that it was refused counts (memory.h). */
char *tt_real_path(const char *path);
char *tt_path_join(const char *dir, const char *name);
const char *tt_path_base(const char *path); /* last component, borrowed */
/* The index of the word nearest to text (few edits, case ignored), or n when none is near: for "did you mean". */
size_t tt_nearest_word(const char *text, const char *const *words, size_t n);
/* Lower-case hex SHA-256 of a file (nettle), streamed. out: 65 bytes. */
tt_status tt_sha256_file(const char *path, char out[65], tt_error *err);
void tt_sha256_bytes(const void *bytes, size_t size, char out[65]);
/* The same of a file that is open, from its beginning; the place where fd stands does not move. */
tt_status tt_sha256_open(int fd, const char *shown, char out[65], tt_error *err);
/* The same; go_on (may be NULL) is asked now and then whether to: false ends it with TT_ERR_INTERRUPTED. */
tt_status tt_sha256_watched(int fd, const char *shown, char out[65], bool (*go_on)(void *ctx, int64_t at), void *ctx,
                            tt_error *err);
/* The end of a job during which memory may have been refused (core/memory.h), `before` being tt_memory_refusals() at
 * its start: st, or the failure when any was, for then neither the results nor another error can be believed. */
tt_status tt_memory_check(unsigned long before, tt_status st, tt_error *err);
/* a grows to hold at least n items of size; doubling; overflow-checked. Returns NULL without memory. */
void *tt_grow(void *a, size_t *capacity, size_t n, size_t item_size);

#endif
