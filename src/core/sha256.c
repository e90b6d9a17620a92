/* SHA-256 of a file and of bytes in memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"
#include "core/files.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <string.h>
#include <unistd.h>

static void put_hex(struct sha256_ctx *sha, char out[65])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	sha256_digest(sha, sizeof digest, digest);
	for (size_t i = 0; i < sizeof digest; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

void tt_sha256_bytes(const void *bytes, size_t size, char out[65])
{
	struct sha256_ctx sha;
	sha256_init(&sha);
	sha256_update(&sha, size, bytes);
	put_hex(&sha, out);
}

tt_status tt_sha256_open(int fd, const char *shown, char out[65], tt_error *err)
{
	return tt_sha256_watched(fd, shown, out, NULL, NULL, err);
}

tt_status tt_sha256_watched(int fd, const char *shown, char out[65], bool (*go_on)(void *ctx, int64_t at), void *ctx,
                            tt_error *err)
{
	struct sha256_ctx sha;
	uint8_t buf[65536];
	off_t at = 0;
	sha256_init(&sha);
	for (;;) {
		if (go_on && at % (4 << 20) == 0 && !go_on(ctx, at))
			return tt_fail(err, TT_ERR_INTERRUPTED, "'%s' is not read any further", shown);
		ssize_t n = pread(fd, buf, sizeof buf, at);
		if (n < 0 && errno == EINTR) continue;
		if (n < 0) return tt_fail_read(err, shown, errno);
		if (n == 0) break;
		sha256_update(&sha, (size_t)n, buf);
		at += n;
	}
	put_hex(&sha, out);
	return TT_OK;
}

tt_status tt_sha256_file(const char *path, char out[65], tt_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	tt_status st = tt_sha256_open(fd, path, out, err);
	close(fd);
	return st;
}
