/* Is a piece of an MPEG transport stream whole? What libavformat drops of a torn one it drops without a word.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_TS_WHOLE_H
#define TT_FRAMES_TS_WHOLE_H

#include <stdbool.h>
#include <stdint.h>

/* True when the bytes from the packet at `from` up to `to` (places in the file) are transport packets of 188 bytes one
 * after the other, none marked as wrong, and each stream's continuity counter (ISO/IEC 13818-1, 2.4.3.3) counts on.
 * False also when that cannot be told. */
bool tt_ts_is_whole(int fd, int64_t from, int64_t to);

#endif
