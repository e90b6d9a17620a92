/* Job control and lists of strings.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/cpus.h"
#include "core/text.h"

#include <stdarg.h>
#include <stdlib.h>

int tt_job_threads(const tt_job *job)
{
	if (job && job->threads > 0) return job->threads;
	const int n = tt_cpus();
	return n > 256 ? 256 : n;
}

bool tt_job_cancelled(const tt_job *job)
{
	return job && job->cancel && *job->cancel;
}

tt_status tt_job_check(const tt_job *job, tt_error *err)
{
	return tt_job_cancelled(job) ? tt_fail(err, TT_ERR_INTERRUPTED, "interrupted") : TT_OK;
}

static bool add(tt_strings *list, const char *fmt, va_list ap)
{
	va_list again;
	va_copy(again, ap);
	int n = tt_vsnprintf(NULL, 0, fmt, ap);
	char *text = n < 0 ? NULL : malloc((size_t)n + 1);
	if (text) tt_vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	/* Lists are short (warnings, names), so room is made one by one. */
	char **item = text ? realloc(list->item, (list->n + 1) * sizeof *item) : NULL;
	if (!item) {
		free(text);
		return false;
	}
	list->item = item;
	list->item[list->n++] = text;
	return true;
}

tt_status tt_strings_add(tt_strings *list, tt_error *err, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	bool ok = add(list, fmt, ap);
	va_end(ap);
	return ok ? TT_OK : tt_fail_memory(err, "a list of texts");
}

void tt_warn(tt_strings *list, const char *fmt, ...)
{
	if (!list) return;
	va_list ap;
	va_start(ap, fmt);
	add(list, fmt, ap);
	va_end(ap);
}

void tt_strings_free(tt_strings *list)
{
	if (!list) return;
	for (size_t i = 0; i < list->n; i++)
		free(list->item[i]);
	free(list->item);
	*list = (tt_strings){0};
}
