/* Bytes from a place in a file, all of them or up to the file's end: short and interrupted reads are gone on with.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_READ_AT_H
#define TT_FRAMES_READ_AT_H

#include <errno.h>
#include <stdint.h>
#include <unistd.h>

/* How many bytes there were, up to n; -1 with errno in *why (which may be NULL) when the file cannot be read. */
static inline int64_t tt_read_at(int fd, int64_t at, void *dst, size_t n, int *why)
{
	size_t done = 0;
	while (done < n) {
		ssize_t got = pread(fd, (char *)dst + done, n - done, (off_t)(at + (int64_t)done));
		if (got < 0 && errno == EINTR) continue;
		if (got < 0) {
			if (why) *why = errno;
			return -1;
		}
		if (got == 0) break;
		done += (size_t)got;
	}
	return (int64_t)done;
}

#endif
