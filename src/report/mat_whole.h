/* Variables of MAT files as matio has read them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_MAT_WHOLE_H
#define TT_REPORT_MAT_WHOLE_H

#include <matio.h>
#include <stdbool.h>

/* matio keeps the dimensions of what it unpacks in places for so many. */
enum { TT_MAT_DIMENSIONS = 13 };

/* Objects of MATLAB classes, function handles and what matio does not know. */
bool tt_mat_is_foreign(const matvar_t *v);
/* Whether there is as much data as the dimensions tell, in all that it holds; what is foreign is not looked into. */
bool tt_mat_is_whole(const matvar_t *v);

#endif
