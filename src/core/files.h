/* Files read and written so that no byte is lost in silence.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CORE_FILES_H
#define TT_CORE_FILES_H

#include <stdio.h>

#include "temtensile/core.h"

/* Flushes, checks and closes f; shown names the file in the sentence. f is closed in any case. */
tt_status tt_close_checked(FILE *f, const char *shown, tt_error *err);
/* Brings a closed file's bytes to the disk. */
tt_status tt_sync_path(const char *path, const char *shown, tt_error *err);
/* "cannot write 'x': No space left on device", from an errno. */
tt_status tt_fail_write(tt_error *err, const char *shown, int why);
/* "cannot read 'x': Input/output error", from an errno: TT_ERR_FAILED, for a read that fails says nothing of the file;
 * TT_ERR_INPUT when x is a folder. */
tt_status tt_fail_read(tt_error *err, const char *shown, int why);
/* Makes the folder and its parents; *first_made (malloc'ed, or NULL when nothing was made) is the uppermost one. */
tt_status tt_make_folders(const char *path, char **first_made, tt_error *err);
/* A name from inside a folder: relative, never above it. */
bool tt_name_is_inside(const char *name);
/* Whether no process of this number lives here. */
bool tt_process_is_gone(long pid);

#endif
