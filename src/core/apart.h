/* Work by libraries that end the process, or crash, on files that are damaged: done by the program temtensile in a
 * process of its own, whatever program the library runs in. A process is never forked to run on in the same program:
 * the caller may have threads and locks.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CORE_APART_H
#define TT_CORE_APART_H

#include <stdio.h>
#include <sys/types.h>

#include "temtensile/core.h"

typedef struct tt_apart {
	pid_t pid;
	FILE *from; /* what it tells */
} tt_apart;

/* What the program says first, so that another program, or one of another version, is not taken for a damaged file. */
#define TT_APART_HELLO "temtensile apart 1\n"

/* The program that works apart and that tasks run: TEMTENSILE_PROGRAM, this process' own file when it is called
 * temtensile, the one that was built or installed with the library, or the first in PATH. malloc'ed. */
tt_status tt_own_program(char **out, tt_error *err);

/* Starts `temtensile apart WORD...` (NULL-terminated words, see jobs/apart.c). TT_ERR_FAILED: there is no such program
 * or process; shown names the file that the work is about. */
tt_status tt_apart_start(tt_apart *a, const char *const *words, const char *shown, tt_error *err);
/* Ends it, when all that it had to tell was read or it is given up. */
void tt_apart_end(tt_apart *a);

#endif
