/* What a file's contents hash to, remembered by size, modification time and inode, so that a file that is as it was
 * need not be read again. The memory lies apart from all results, in the user's cache ($XDG_CACHE_HOME/temtensile or
 * ~/.cache/temtensile), one file for each folder of results: it tells of this machine's files and not of the tests.
 * Without it everything is hashed anew, nothing else changes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_HASH_MEMO_H
#define TT_JOBS_HASH_MEMO_H

#include <stdio.h>

#include "temtensile/core.h"

typedef struct tt_memo tt_memo;

/* The state of a file when it was hashed. */
typedef struct tt_file_state {
	long long size, mtime_ns;
	unsigned long long inode;
} tt_file_state;

/* results: the folder whose memory it is. verify: hashes are made anew, whatever is remembered. NULL without memory. */
tt_memo *tt_memo_open(const char *results, bool verify);
/* Saves what was learnt, unless nothing was; never an error. NULL allowed. */
void tt_memo_close(tt_memo *m);
/* The same without saving: in a process whose parent keeps the memory. */
void tt_memo_drop(tt_memo *m);

/* SHA-256 of a file's contents, or of all names and contents below a folder. TT_ERR_INPUT when it cannot be read. */
tt_status tt_memo_hash(tt_memo *m, const char *path, char out[65], tt_error *err);
bool tt_memo_verifies(const tt_memo *m);

/* For worker processes: everything learnt as lines "size mtime inode hash path", and one such line taken in. */
void tt_memo_put_learnt(const tt_memo *m, void (*line)(void *ctx, const char *text), void *ctx);
void tt_memo_take(tt_memo *m, const char *line);

#endif
