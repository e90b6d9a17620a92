/* Whether a MAT file is whole, before matio reads it: matio takes what a cut file lacks for zeros or leaves variables
 * out, and believes any size that a file tells. MATLAB's "MAT-File Format" (R2023b), levels 4 and 5; level 7.3 is HDF5,
 * whose library refuses files that are cut. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_MAT_CHECK_H
#define TT_REPORT_MAT_CHECK_H

#include "temtensile/core.h"

/* TT_ERR_INPUT with the byte where the file departs from the format; *variables (may be NULL) counts them, -1 for
 * version 7.3. */
tt_status tt_mat_check(const char *path, int64_t *variables, tt_error *err);
/* The errno that one more write to the file meets; 0: none. */
int tt_mat_why_not_whole(const char *path);
/* Whether a file that matio wrote holds these many variables, all whole: matio does not tell of a full disk. shown
 * names the file in the sentence, with the reason where it can be found out. */
tt_status tt_mat_verify(const char *path, const char *shown, size_t variables, tt_error *err);

#endif
