/* Videos of any container and codec, by libavformat and libavcodec.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/source.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/cpu.h>
#include <libavutil/display.h>
#include <libavutil/pixdesc.h>

#include "core/text.h"
#include "frames/avfile.h"
#include "frames/avlog.h"
#include "frames/luma.h"
#include "frames/timeline.h"

enum { MOST_ERRORS = 50, MOST_THREADS = 16 };

typedef struct tt_video {
	tt_reader base;
	tt_avfile file;
	tt_avlog log;
	char *path;
	tt_source_options options;
	AVStream *stream;
	AVCodecContext *decoder;
	AVPacket *packet;
	AVFrame *spare;
	tt_timeline *timeline;
	tt_luma luma;
	int width, height, format; /* of the first picture */
	int64_t packets;
	int read_errors;
	bool all_read, all_decoded, cut, told, intra_only;
} tt_video;

static void drop_picture(void *picture)
{
	AVFrame *f = picture;
	av_frame_free(&f);
}

/* ---- which stream ---- */

static bool eligible(const AVStream *st)
{
	const int still = AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS;
	return st->codecpar->codec_type == AVMEDIA_TYPE_VIDEO && !(st->disposition & still);
}

static tt_status choose_stream(tt_video *v, int wanted, tt_error *err)
{
	AVFormatContext *f = v->file.format;
	int n = 0, chosen = -1, best = av_find_best_stream(f, AVMEDIA_TYPE_VIDEO, -1, -1, NULL, 0);
	for (unsigned i = 0; i < f->nb_streams; i++) {
		if (!eligible(f->streams[i])) continue;
		if (wanted < 0 ? chosen < 0 || (int)i == best : n == wanted) {
			chosen = (int)i;
			v->base.info.stream = n;
		}
		n++;
	}
	v->base.info.video_streams = n;
	if (n == 0)
		return tt_fail(err, TT_ERR_INPUT, "'%s' has no video stream (%s, %u other streams)", v->path,
		               f->iformat->name, f->nb_streams);
	if (chosen < 0)
		return tt_fail(err, TT_ERR_INPUT, "'%s' has %d video stream%s, numbered from 0; there is no stream %d", v->path,
		               n, n == 1 ? "" : "s", wanted);
	v->stream = f->streams[chosen];
	for (unsigned i = 0; i < f->nb_streams; i++)
		if ((int)i != chosen) f->streams[i]->discard = AVDISCARD_ALL;
	return TT_OK;
}

/* ---- the decoder ---- */

static tt_status open_decoder(tt_video *v, int threads, tt_error *err)
{
	const AVCodecParameters *par = v->stream->codecpar;
	const AVCodec *codec = avcodec_find_decoder(par->codec_id);
	if (!codec)
		return tt_fail(err, TT_ERR_INPUT, "'%s': there is no decoder for its codec %s", v->path,
		               avcodec_get_name(par->codec_id));
	AVCodecContext *d = v->decoder = avcodec_alloc_context3(codec);
	if (!d || avcodec_parameters_to_context(d, par) < 0) return tt_fail_memory(err, "a video decoder");
	d->opaque = &v->log;
	d->pkt_timebase = v->stream->time_base;
	if (threads <= 0) threads = av_cpu_count();
	d->thread_count = threads > MOST_THREADS ? MOST_THREADS : threads;
	d->thread_type = FF_THREAD_FRAME | FF_THREAD_SLICE;
	/* broken pictures too: they keep their number; and cropped to the pixel */
	d->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT | AV_CODEC_FLAG_UNALIGNED;
	d->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER;
	int e = avcodec_open2(d, codec, NULL);
	if (e >= 0) return TT_OK;
	return tt_fail(err, TT_ERR_INPUT, "'%s': the decoder for %s does not start: %s", v->path, codec->name,
	               v->log.last[0] ? v->log.last : av_err2str(e));
}

/* Does every packet of this codec show a picture? Not where there are hidden or "nothing new" packets. */
static bool packets_are_pictures(const AVCodecParameters *par)
{
	if (par->field_order != AV_FIELD_UNKNOWN && par->field_order != AV_FIELD_PROGRESSIVE) return false;
	switch (par->codec_id) {
	case AV_CODEC_ID_H264:
	case AV_CODEC_ID_MPEG1VIDEO:
	case AV_CODEC_ID_MPEG2VIDEO:
	case AV_CODEC_ID_MJPEG:
	case AV_CODEC_ID_FFV1:
	case AV_CODEC_ID_HUFFYUV:
	case AV_CODEC_ID_FFVHUFF:
	case AV_CODEC_ID_UTVIDEO:
	case AV_CODEC_ID_PRORES:
	case AV_CODEC_ID_DNXHD:
	case AV_CODEC_ID_DVVIDEO:
	case AV_CODEC_ID_JPEG2000:
	case AV_CODEC_ID_PNG: return true;
	default: return false;
	}
}

static tt_status open_timeline(tt_video *v, double rate, tt_error *err)
{
	const AVRational tb = v->stream->time_base, fr = v->stream->avg_frame_rate;
	const AVCodecDescriptor *desc = avcodec_descriptor_get(v->stream->codecpar->codec_id);
	tt_timeline_setup s = {.tick_num = tb.num, .tick_den = tb.den, .rate = rate};
	if (s.tick_num <= 0 || s.tick_den <= 0) s.tick_num = s.tick_den = 1;
	if (fr.num > 0 && fr.den > 0)
		s.interval = llround((double)fr.den / fr.num / ((double)s.tick_num / (double)s.tick_den));
	s.intra_only = v->intra_only = desc && desc->props & AV_CODEC_PROP_INTRA_ONLY;
	s.packet_is_picture = packets_are_pictures(v->stream->codecpar);
	return tt_timeline_new(&s, &v->timeline, err);
}

/* ---- decoding ---- */

static void send_packet(tt_video *v)
{
	const AVPacket *p = v->packet;
	tt_timeline_packet note = {.pts = p->pts == AV_NOPTS_VALUE ? TT_NO_TIME : p->pts,
	                           .dts = p->dts == AV_NOPTS_VALUE ? TT_NO_TIME : p->dts,
	                           .key = p->flags & AV_PKT_FLAG_KEY,
	                           .corrupt = p->flags & AV_PKT_FLAG_CORRUPT,
	                           .hidden = p->flags & AV_PKT_FLAG_DISCARD};
	v->decoder->reordered_opaque = tt_timeline_sent(v->timeline, &note);
	v->packets++;
	if (avcodec_send_packet(v->decoder, p) < 0) tt_timeline_refused(v->timeline);
}

/* Sends the stream's next packet, or the end. */
static void feed(tt_video *v)
{
	while (!v->all_read) {
		int complaints = atomic_load(&v->log.errors);
		int e = av_read_frame(v->file.format, v->packet);
		if (atomic_load(&v->log.errors) != complaints) tt_timeline_gap(v->timeline);
		if (e == AVERROR_EOF || (e < 0 && ++v->read_errors > MOST_ERRORS)) break;
		if (e < 0) continue;
		v->read_errors = 0;
		bool ours = v->packet->stream_index == v->stream->index && v->packet->size > 0;
		if (ours) send_packet(v);
		av_packet_unref(v->packet);
		if (ours) return;
	}
	v->all_read = true;
	avcodec_send_packet(v->decoder, NULL);
}

static tt_status take_picture(tt_video *v, tt_error *err)
{
	AVFrame *f = v->spare;
	if (v->width == 0) {
		v->width = f->width;
		v->height = f->height;
		v->format = f->format;
	}
	int64_t pts = f->best_effort_timestamp;
	if (pts == AV_NOPTS_VALUE) pts = f->pkt_dts;
	if (pts == AV_NOPTS_VALUE) pts = TT_NO_TIME;
	bool damaged = f->flags & AV_FRAME_FLAG_CORRUPT || f->decode_error_flags;
	switch (tt_timeline_picture(v->timeline, f->reordered_opaque, pts, damaged, f)) {
	case TT_TIMELINE_TAKEN: v->spare = av_frame_alloc(); break;
	case TT_TIMELINE_PASSED_OVER: av_frame_unref(f); break;
	case TT_TIMELINE_NO_MEMORY: return tt_fail_memory(err, "a frame");
	}
	return v->spare ? TT_OK : tt_fail_memory(err, "a frame");
}

/* One step of decoding. */
static tt_status step(tt_video *v, tt_error *err)
{
	int e = avcodec_receive_frame(v->decoder, v->spare);
	if (e == 0) return take_picture(v, err);
	if (e == AVERROR(EAGAIN)) {
		feed(v);
		return TT_OK;
	}
	if (e == AVERROR(ENOMEM)) return tt_fail_memory(err, "decoding a frame");
	if (e == AVERROR_EOF) {
		v->all_decoded = true;
		tt_timeline_end(v->timeline, v->cut);
	} else {
		tt_timeline_refused(v->timeline);
	}
	return TT_OK;
}

static tt_status video_next(tt_reader *r, tt_slot *slot, tt_error *err)
{
	tt_video *v = (tt_video *)r;
	tt_avlog *old = tt_avlog_listen(&v->log);
	tt_timeline_item item;
	tt_status st = TT_OK;
	bool got;
	while (!(got = tt_timeline_pop(v->timeline, &item)) && !v->all_decoded && st == TT_OK)
		st = step(v, err);
	tt_avlog_listen(old);
	if (st != TT_OK) return st;
	if (!got) return TT_END;
	slot->frame = (tt_frame){.number = item.number, .time_s = item.time_s, .flags = item.flags};
	AVFrame *f = item.picture;
	if (!f) return TT_OK;
	slot->refreshed = f->pict_type == AV_PICTURE_TYPE_I && !v->intra_only;
	if (f->width != v->width || f->height != v->height) {
		st = tt_fail(err, TT_ERR_INPUT, "'%s': frame %" PRId64 " has %d x %d pixels, the first had %d x %d", v->path,
		             item.number, f->width, f->height, v->width, v->height);
		drop_picture(f);
		return st;
	}
	bool borrowed;
	st = tt_luma_image(&v->luma, f, slot, &borrowed, err);
	if (st == TT_OK && borrowed)
		slot->own = f;
	else
		drop_picture(f);
	return st;
}

static void video_release(tt_reader *r, void *own)
{
	(void)r;
	drop_picture(own);
}

/* ---- opening and closing ---- */

static void fill_info(tt_video *v)
{
	tt_source_info *i = &v->base.info;
	const AVFormatContext *f = v->file.format;
	const AVCodecParameters *par = v->stream->codecpar;
	const AVRational fr = v->stream->avg_frame_rate;
	const char *name = av_get_pix_fmt_name((enum AVPixelFormat)v->format);
	i->path = v->path;
	i->format = f->iformat->name;
	i->codec = avcodec_get_name(par->codec_id);
	i->pixel_format = name ? name : "";
	bool sideways = v->luma.rotation_deg % 180 != 0;
	i->width = sideways ? v->height : v->width;
	i->height = sideways ? v->width : v->height;
	i->bits = v->luma.bits;
	i->type = v->luma.type;
	i->rotation_deg = v->luma.rotation_deg;
	if (v->stream->nb_frames > 0) i->frames = v->stream->nb_frames;
	if (fr.num > 0 && fr.den > 0) i->frame_rate = av_q2d(fr);
	if (v->stream->duration != AV_NOPTS_VALUE)
		i->duration_s = (double)v->stream->duration * av_q2d(v->stream->time_base);
	else if (f->duration != AV_NOPTS_VALUE)
		i->duration_s = (double)f->duration / AV_TIME_BASE;
	if (par->bit_rate > 0)
		i->bit_rate = (double)par->bit_rate;
	else if (f->bit_rate > 0)
		i->bit_rate = (double)f->bit_rate;
	if (v->luma.how == TT_LUMA_CONVERT) i->normalisation = "grey computed from the colours by libswscale";
}

static tt_status first_picture(tt_video *v, tt_error *err)
{
	while (v->width == 0 && !v->all_decoded) {
		tt_status st = step(v, err);
		if (st != TT_OK) return st;
	}
	if (v->width > 0) return TT_OK;
	if (v->packets == 0) return tt_fail(err, TT_ERR_INPUT, "'%s' has a video stream but not one frame in it", v->path);
	return tt_fail(err, TT_ERR_INPUT, "'%s': none of its %" PRId64 " frames can be decoded (%s): %s", v->path, v->packets,
	               avcodec_get_name(v->stream->codecpar->codec_id), v->log.last);
}

static tt_status start(tt_video *v, const tt_source_options *options, tt_error *err)
{
	tt_status st = tt_avfile_open(&v->file, v->path, err);
	if (st == TT_OK) st = choose_stream(v, options->stream, err);
	if (st == TT_OK) st = open_decoder(v, options->threads, err);
	if (st == TT_OK) st = open_timeline(v, options->frame_rate, err);
	if (st != TT_OK) return st;
	v->packet = av_packet_alloc();
	v->spare = av_frame_alloc();
	if (!v->packet || !v->spare) return tt_fail_memory(err, "a video decoder");
	st = first_picture(v, err);
	if (st != TT_OK) return st;
	if (!tt_luma_init(&v->luma, v->format))
		return tt_fail(err, TT_ERR_INPUT, "'%s': there is no way to grey from its pixel format %s", v->path,
		               av_get_pix_fmt_name((enum AVPixelFormat)v->format));
	fill_info(v);
	return TT_OK;
}

static void video_close(tt_reader *r)
{
	tt_video *v = (tt_video *)r;
	tt_avlog *old = tt_avlog_listen(&v->log);
	tt_timeline_free(v->timeline, drop_picture);
	avcodec_free_context(&v->decoder);
	av_packet_free(&v->packet);
	av_frame_free(&v->spare);
	tt_avfile_close(&v->file);
	tt_luma_free(&v->luma);
	tt_strings_free(&v->base.warnings);
	tt_avlog_listen(old);
	free(v->path);
	free(v);
}

static tt_status video_open(const char *path, const tt_source_options *options, tt_reader **out, tt_error *err)
{
	*out = NULL;
	tt_video *v = calloc(1, sizeof *v);
	if (!v) return tt_fail_memory(err, "a video");
	v->base.format = &tt_format_video;
	v->base.info = tt_source_info_unknown();
	v->file.fd = -1;
	v->options = *options;
	v->path = tt_strdup(path);
	if (!v->path) {
		free(v);
		return tt_fail_memory(err, "a video");
	}
	tt_avlog_route();
	tt_avlog *old = tt_avlog_listen(&v->log);
	tt_status st = start(v, options, err);
	tt_avlog_listen(old);
	if (st != TT_OK) {
		video_close(&v->base);
		return st;
	}
	*out = &v->base;
	return TT_OK;
}

static int video_probe(const tt_probe *p)
{
	return p->file_size >= 0 ? 1 : 0;
}

static tt_status video_seek(tt_reader *r, int64_t number, double time_s, tt_error *err)
{
	(void)r, (void)number, (void)time_s;
	return tt_fail(err, TT_ERR_FAILED, "seeking is not there yet");
}

const tt_source_format tt_format_video = {
	.name = "video",
	.probe = video_probe,
	.open = video_open,
	.next = video_next,
	.seek = video_seek,
	.release = video_release,
	.close = video_close,
};
