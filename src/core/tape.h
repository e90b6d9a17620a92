/* Numbers and texts to bytes and back by one walk: the same calls write a structure and read it, so that the two cannot
 * differ. Little-endian whatever the machine's order is. What is read is believed only as far as its bytes go: whatever
 * is wrong sets `bad`, and all that follows reads as 0. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CORE_TAPE_H
#define TT_CORE_TAPE_H

#include <stdio.h>

#include "temtensile/core.h"

typedef struct tt_tape {
	bool reading, bad;
	const unsigned char *in; /* reading: size bytes */
	size_t size, at;
	FILE *out; /* writing */
} tt_tape;

/* Each works on *v: writes it, or reads it. */
void tt_tape_raw(tt_tape *t, unsigned char *bytes, size_t n);
void tt_tape_real(tt_tape *t, double *v);
void tt_tape_reals(tt_tape *t, double *v, size_t n);
void tt_tape_floats(tt_tape *t, float *v, size_t n);
void tt_tape_whole(tt_tape *t, int64_t *v);
void tt_tape_small(tt_tape *t, int *v);
/* A count that the rest of the program may allocate and loop by: at most `most`. */
void tt_tape_count(tt_tape *t, size_t *v, uint64_t most);
void tt_tape_bits(tt_tape *t, unsigned *v);
void tt_tape_truth(tt_tape *t, bool *v);
/* Text in an array of `size` bytes, its NUL included. */
void tt_tape_fixed_text(tt_tape *t, char *text, size_t size);
/* Text that is malloc'ed when read; texts: a list of them. */
void tt_tape_text(tt_tape *t, const char **v);
void tt_tape_texts(tt_tape *t, tt_strings *list);
/* Room (zeroed) for n items that are going to be read, of which each has at least bytes_each (0: unknown) bytes in the
 * file, so that nobody is made to ask for more memory than a file of that size can fill. NULL: bad. */
void *tt_tape_room(tt_tape *t, size_t n, size_t item, size_t bytes_each);

/* A file around a walk: `magic` (8 bytes), version, byte order, length, the walk's bytes, SHA-256 of all before it. */
typedef struct tt_tape_kind {
	const char *magic, *what; /* what: "observation", in sentences */
	uint32_t version;
} tt_tape_kind;
typedef void (*tt_tape_walk)(tt_tape *t, void *what);
tt_status tt_tape_save(const tt_tape_kind *kind, tt_tape_walk walk, void *what, const char *path, tt_error *err);
/* TT_ERR_INPUT with one sentence when the bytes are no such file, damaged, cut short, of another version, or hold what
 * the walk calls bad. What was read till then is the caller's to free. */
tt_status tt_tape_parse(const tt_tape_kind *kind, tt_tape_walk walk, void *what, const void *bytes, size_t size,
                        const char *name, tt_error *err);
tt_status tt_tape_load(const tt_tape_kind *kind, tt_tape_walk walk, void *what, const char *path, tt_error *err);

#endif
