/* Patterns as they are stored, for those who turn their bytes on the way.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_SCAN_SOURCE_H
#define TT_FRAMES_SCAN_SOURCE_H

#include "temtensile/frames.h"

/* True: stored16 hands out values in the other byte order. */
bool tt_scan_source_swapped(const tt_scan_source *s);
/* As tt_scan_source_u16, but in the file's byte order. */
tt_status tt_scan_source_stored16(tt_scan_source *s, int64_t k, uint16_t *dst, tt_error *err);

#endif
