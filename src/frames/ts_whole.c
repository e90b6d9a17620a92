/* Continuity of a transport stream.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/ts_whole.h"
#include "frames/read_at.h"

#include <string.h>

enum { PACKET = 188, SYNC = 0x47, PIDS = 8192, AT_ONCE = 64 };

static const int64_t longest = 64 << 20; /* pictures of one stream lie nearer to one another */

/* Of one packet; next holds 16 + the counter that each stream's last packet had, 0: none yet. */
static bool goes_on(const uint8_t *p, uint8_t last[PIDS])
{
	int pid = (p[1] & 0x1f) << 8 | p[2];
	bool has_adaptation = p[3] & 0x20, has_payload = p[3] & 0x10;
	bool restarts = has_adaptation && p[4] > 0 && p[5] & 0x80;
	uint8_t counter = p[3] & 0x0f, before = last[pid];
	if (p[0] != SYNC || p[1] & 0x80) return false;
	if (pid == PIDS - 1 || !has_payload) return true;
	last[pid] = 16 + counter;
	/* a packet may be sent twice */
	return !before || restarts || counter == ((before + 1) & 0x0f) || counter == (before & 0x0f);
}

bool tt_ts_is_whole(int fd, int64_t from, int64_t to)
{
	uint8_t buffer[AT_ONCE * PACKET], last[PIDS];
	if (from < 0 || to <= from || to - from > longest || (to - from) % PACKET != 0) return false;
	memset(last, 0, sizeof last);
	while (from <= to) { /* the packet at `to`, too */
		int64_t left = to + PACKET - from, want = left < (int64_t)sizeof buffer ? left : (int64_t)sizeof buffer;
		if (tt_read_at(fd, from, buffer, (size_t)want, NULL) != want) return false;
		for (int64_t i = 0; i < want; i += PACKET)
			if (!goes_on(buffer + i, last)) return false;
		from += want;
	}
	return true;
}
