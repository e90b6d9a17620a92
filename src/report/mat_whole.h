/* Variables of MAT files as matio has read them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_MAT_WHOLE_H
#define TT_REPORT_MAT_WHOLE_H

#include <errno.h>
#include <matio.h>
#include <stdbool.h>

#include "core/memory.h"

/* matio keeps the dimensions of what it unpacks in places for so many. */
enum { TT_MAT_DIMENSIONS = 13 };

/* After calls of matio, before which errno was 0: matio goes on without what it was refused. */
static inline void tt_mat_note_refusal(void)
{
	if (errno == ENOMEM) tt_memory_refused();
}

/* Objects of MATLAB classes, function handles and what matio does not know. */
bool tt_mat_is_foreign(const matvar_t *v);
/* Whether there is as much data as the dimensions tell, in all that it holds; what is foreign is not looked into. */
bool tt_mat_is_whole(const matvar_t *v);

#endif
