/* What libav has to say, kept for our own sentences instead of printed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/avlog.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/log.h>

static _Thread_local tt_avlog *listening;

static tt_avlog *owner(void *avcl)
{
	if (listening) return listening;
	/* a decoder's own thread: its context is a copy that carries our pointer */
	if (avcl && *(const AVClass **)avcl == avcodec_get_class()) return ((AVCodecContext *)avcl)->opaque;
	return NULL;
}

static void on_log(void *avcl, int level, const char *fmt, va_list args)
{
	if (level > AV_LOG_ERROR) return;
	tt_avlog *log = owner(avcl);
	if (!log) return;
	atomic_fetch_add(&log->errors, 1);
	if (log != listening) return; /* `last` belongs to one thread */
	char text[sizeof log->last];
	int n = vsnprintf(text, sizeof text, fmt, args);
	if (n < 0) return;
	text[strcspn(text, "\r\n")] = 0;
	if (text[0]) memcpy(log->last, text, sizeof text);
}

static void route(void)
{
	av_log_set_callback(on_log);
}

void tt_avlog_route(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, route);
}

tt_avlog *tt_avlog_listen(tt_avlog *log)
{
	tt_avlog *old = listening;
	listening = log;
	return old;
}
