/* Images of DigitalMicrograph files as stacks; also for folders of them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_FORMATS_DM_H
#define TT_FRAMES_FORMATS_DM_H

#include "frames/stack.h"

bool tt_dm_is(const uint8_t *head, size_t size);
/* Fills in what parse() of a stack has to, from the open file fd (which need not be the stack's own). */
tt_status tt_dm_describe(tt_stack *s, int fd, int64_t size, const char *name, tt_error *err);

#endif
