/* Status and error messages.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* As libc, expat, zlib and libzip say it: that the system has no memory is no fault of what was read. */
static bool speaks_of_memory(const char *text)
{
	static const char *const words[] = {"out of memory", "insufficient memory", "Malloc failure"};
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strstr(text, words[i])) return true;
	return strstr(text, strerror(ENOMEM)) != NULL;
}

tt_status tt_fail(tt_error *err, tt_status status, const char *fmt, ...)
{
	if (err) {
		va_list ap;
		va_start(ap, fmt);
		err->status = status;
		tt_vsnprintf(err->message, sizeof err->message, fmt, ap);
		va_end(ap);
		if (status == TT_ERR_INPUT && speaks_of_memory(err->message)) {
			tt_memory_refused();
			err->status = status = TT_ERR_FAILED;
		}
	}
	return status;
}

tt_status tt_fail_memory(tt_error *err, const char *what)
{
	tt_memory_refused();
	return tt_fail(err, TT_ERR_FAILED, "no memory for %s", what);
}

tt_status tt_fail_within(tt_error *err, const char *fmt, ...)
{
	if (!err) return TT_ERR_FAILED;
	char prefix[512], old[sizeof err->message];
	va_list ap;
	va_start(ap, fmt);
	tt_vsnprintf(prefix, sizeof prefix, fmt, ap);
	va_end(ap);
	memcpy(old, err->message, sizeof old);
	snprintf(err->message, sizeof err->message, "%s: %.*s", prefix, (int)(sizeof old - strlen(prefix) - 3), old);
	return err->status;
}

const char *tt_version(void)
{
	return TT_VERSION;
}
