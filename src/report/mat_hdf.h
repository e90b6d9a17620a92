/* MAT files of version 7.3.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_MAT_HDF_H
#define TT_REPORT_MAT_HDF_H

#include "temtensile/core.h"

/* TT_ERR_INPUT unless each object of the file can be read; *variables counts them. libhdf5 may end the process on
 * damaged files: only in one of its own (core/apart.h). */
tt_status tt_mat_check_hdf(const char *path, int64_t *variables, tt_error *err);

#endif
