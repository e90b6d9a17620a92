/* What the run before left in a folder of results, taken over unchanged where it would be made again just so. The
 * record of the folder (left.h) tells with hashes what that run left; a file that was changed since is never taken.
 * Only what the same build of the program left counts (tt_outdir_plan.maker). SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TT_CORE_FORMER_H
#define TT_CORE_FORMER_H

#include "core/outdir.h"

/* Whether the run before was of the same maker and left this note. */
bool tt_former_has_note(const tt_outdir *dir, const char *note);
/* Whether a staged file is byte for byte what the run before left under that name. */
bool tt_former_is_same(tt_outdir *dir, const char *name);
/* Path of a file of the run before that is as it left it, malloc'ed; NULL: there is none. */
char *tt_former_path(const tt_outdir *dir, const char *name);
/* Whether that run left any file of these names (patterns as below). */
bool tt_former_left(const tt_outdir *dir, const char *patterns);
/* Stages copies of all files of the run before whose names match one of the patterns: names separated by blanks, ".*"
 * at the end stands for any one ending. *taken: all were as that run had left them; else nothing was staged. That it
 * left none of these counts as taken. */
tt_status tt_former_take(tt_outdir *dir, const char *patterns, bool *taken, tt_error *err);

#endif
