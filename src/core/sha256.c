/* SHA-256 of a file and of bytes in memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"

#include <errno.h>
#include <nettle/sha2.h>
#include <string.h>

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

tt_status tt_sha256_file(const char *path, char out[65], tt_error *err)
{
	FILE *f = fopen(path, "rb");
	if (!f) return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	struct sha256_ctx sha;
	sha256_init(&sha);
	uint8_t buf[16384];
	size_t n;
	errno = 0;
	while ((n = fread(buf, 1, sizeof buf, f)) > 0)
		sha256_update(&sha, n, buf);
	int failed = ferror(f), why = errno;
	fclose(f);
	if (failed) return tt_fail(err, TT_ERR_INPUT, "cannot read '%s': %s", path, strerror(why));
	put_hex(&sha, out);
	return TT_OK;
}
