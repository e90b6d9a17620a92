/* What a run reads: each file's identity when it was first opened, its hash from that very descriptor, and whether it
 * is still the same at the end. Nothing that a run reads is ever written, whatever its name or the links that lead to
 * it. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CORE_READS_H
#define TT_CORE_READS_H

#include <sys/stat.h>

#include "temtensile/core.h"

/* A file as it was at one moment. */
typedef struct tt_identity {
	unsigned long long device, inode;
	long long size, mtime_ns, ctime_ns;
	unsigned long long links; /* with the owner's rights: what changes ctime without touching the contents */
	unsigned mode, owner;
} tt_identity;

tt_identity tt_identity_of(const struct stat *s);
/* The same file with the same contents, as far as size and times can tell. */
bool tt_identity_same(const tt_identity *a, const tt_identity *b);

typedef struct tt_reads tt_reads;

tt_reads *tt_reads_new(void); /* NULL without memory */
/* NULL allowed. */
void tt_reads_free(tt_reads *r);
/* Remembers a file that the run is about to read; a folder stands for all files in it, a printf pattern for its folder.
 * Names that do not exist are left to their reader's own sentence. r may be NULL. */
tt_status tt_reads_add(tt_reads *r, const char *path, tt_error *err);
/* Whether this is one of the files, under whatever name; shown (may be NULL) gets the name it was added by. */
bool tt_reads_has(const tt_reads *r, const struct stat *s, const char **shown);
/* SHA-256 of an added file, read from the descriptor that was opened when it was added. out: 65 bytes. */
tt_status tt_reads_hash(tt_reads *r, const char *path, char out[65], tt_error *err);
/* The same on a thread of its own, beside a reader of the file that goes through it once: what one of them has fetched
 * from the disk the other finds in memory, however large the file is. NULL: no such file, or no thread; then
 * tt_reads_hash reads the file when it is asked. r has to outlive it. */
typedef struct tt_hashing tt_hashing;
tt_hashing *tt_reads_hash_beside(tt_reads *r, const char *path);
/* How far the reader is, 0 … 1: neither gets far away from the other. Waits when the reader is too far ahead. */
void tt_hashing_keep_pace(tt_hashing *h, double part);
/* Waits for its end (finish) or ends it; tt_reads_hash knows the hash then. NULL allowed. */
void tt_hashing_end(tt_hashing *h, bool finish);
/* TT_ERR_FAILED with the name of a file that was changed or replaced since it was added; or when memory was refused
 * since `r` was made, for then the results are not what was read. */
tt_status tt_reads_check(const tt_reads *r, tt_error *err);

#endif
