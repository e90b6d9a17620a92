/* What libav has to say, kept for our own sentences instead of printed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/avlog.h"
#include "temtensile/frames.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/log.h>

/* A place of its own in every thread from the beginning on: otherwise the loader makes it at the first use, and ends
 * the program when there is no memory. */
static _Thread_local tt_avlog *listening __attribute__((tls_model("initial-exec")));

/* FFmpeg's callback belongs to the whole process, and cannot be asked for: while one of our files is open it is ours,
 * then the caller's again, as the caller told us (tt_set_ffmpeg_log). */
static pthread_mutex_t routing = PTHREAD_MUTEX_INITIALIZER;
static int open_logs;
static _Atomic(tt_ffmpeg_log *) callers;

static void others(void *avcl, int level, const char *fmt, va_list args)
{
	tt_ffmpeg_log *log = atomic_load(&callers);
	if (log)
		log(avcl, level, fmt, args);
	else
		av_log_default_callback(avcl, level, fmt, args);
}

static void on_log(void *avcl, int level, const char *fmt, va_list args);

void tt_set_ffmpeg_log(tt_ffmpeg_log *log)
{
	pthread_mutex_lock(&routing);
	atomic_store(&callers, log);
	if (open_logs == 0) av_log_set_callback(log ? log : av_log_default_callback);
	pthread_mutex_unlock(&routing);
}

void tt_avlog_init(tt_avlog *log)
{
	memset(log, 0, sizeof *log);
	pthread_mutex_init(&log->lock, NULL);
	pthread_mutex_lock(&routing);
	if (open_logs++ == 0) av_log_set_callback(on_log);
	pthread_mutex_unlock(&routing);
}

void tt_avlog_destroy(tt_avlog *log)
{
	pthread_mutex_lock(&routing);
	if (--open_logs == 0) {
		tt_ffmpeg_log *again = atomic_load(&callers);
		av_log_set_callback(again ? again : av_log_default_callback);
	}
	pthread_mutex_unlock(&routing);
	pthread_mutex_destroy(&log->lock);
}

static void keep(tt_avlog *log, const AVCodecContext *decoder, const char *text)
{
	pthread_mutex_lock(&log->lock);
	if (text[0]) snprintf(log->last, sizeof log->last, "%s", text);
	if (decoder)
		log->packet[log->packets++ % TT_AVLOG_KEPT] = decoder->reordered_opaque;
	else
		log->errors++;
	pthread_mutex_unlock(&log->lock);
}

void tt_avlog_watch_memory(void)
{
	errno = 0;
}

void tt_avlog_note_memory(tt_avlog *log)
{
	if (errno != ENOMEM || !log) return;
	pthread_mutex_lock(&log->lock);
	log->no_memory = true;
	pthread_mutex_unlock(&log->lock);
}

bool tt_avlog_no_memory(tt_avlog *log)
{
	tt_avlog_note_memory(log);
	pthread_mutex_lock(&log->lock);
	bool none = log->no_memory;
	pthread_mutex_unlock(&log->lock);
	return none;
}

static void on_log(void *avcl, int level, const char *fmt, va_list args)
{
	int why = errno;
	/* a thread of the decoder has a copy of its context, with our pointer and the number of its own packet */
	const AVCodecContext *decoder = avcl && *(const AVClass **)avcl == avcodec_get_class() ? avcl : NULL;
	tt_avlog *log = decoder ? decoder->opaque : listening;
	if (!log) {
		log = listening; /* a decoder inside libavformat, which only looks for the streams' parameters */
		decoder = NULL;
	}
	if (!log) {
		others(avcl, level, fmt, args);
		return;
	}
	errno = why;
	tt_avlog_note_memory(log);
	if (level > AV_LOG_ERROR) return;
	char text[sizeof log->last];
	if (vsnprintf(text, sizeof text, fmt, args) < 0) return;
	text[strcspn(text, "\r\n")] = 0;
	/* no harm: after a start in mid-stream H.264 asks to drop reference pictures that never came; a JPEG has notes
	 * of an unknown kind */
	if (strncmp(text, "mmco: unref", 11) == 0 || strncmp(text, "unable to decode APP", 20) == 0) return;
	keep(log, decoder, text);
}

tt_avlog *tt_avlog_listen(tt_avlog *log)
{
	tt_avlog *old = listening;
	listening = log;
	return old;
}

int tt_avlog_errors(tt_avlog *log)
{
	pthread_mutex_lock(&log->lock);
	int n = log->errors;
	pthread_mutex_unlock(&log->lock);
	return n;
}

bool tt_avlog_blames(tt_avlog *log, int64_t packet)
{
	bool found = false;
	pthread_mutex_lock(&log->lock);
	unsigned n = log->packets < TT_AVLOG_KEPT ? log->packets : TT_AVLOG_KEPT;
	for (unsigned i = 0; i < n && !found; i++)
		found = log->packet[i] == packet;
	pthread_mutex_unlock(&log->lock);
	return found;
}
