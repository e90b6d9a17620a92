/* What the process that converts a MAT file through HDF5 does and tells.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_MAT_CONVERT_H
#define TT_REPORT_MAT_CONVERT_H

#include <stdbool.h>
#include <stdio.h>

/* From `in` to `path`, which is shown as `out`. Only in a process of its own (core/apart.h). */
void tt_mat_convert_tell(const char *in, const char *path, const char *out, bool v73, FILE *to);

#endif
