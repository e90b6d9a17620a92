/* The times in MAT files of version 7.3.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_MAT_TIMES_H
#define TT_REPORT_MAT_TIMES_H

#include "temtensile/core.h"

/* Sets the times at which the objects of an HDF5 file were written to zero (1970), so that the same content is the
 * same bytes. path: a file that libhdf5 has just written and closed; shown names it in the sentence. TT_ERR_FAILED: it
 * could not be read or written, or keeps times elsewhere than in headers of version 1, as matio asks libhdf5 for. */
tt_status tt_mat_forget_times(const char *path, const char *shown, tt_error *err);

#endif
