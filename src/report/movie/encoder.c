/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/movie/encoder.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "frames/avlog.h"

struct tt_encoder {
	AVFormatContext *file;
	AVCodecContext *codec;
	AVStream *stream;
	AVFrame *frame;
	AVPacket *packet;
	AVRational tick; /* of the file's time stamps */
	double frame_s;  /* a usual frame's duration */
	double *stamp;   /* time of each frame put so far */
	size_t n, capacity;
	const char *name;
};

static tt_status fail_av(tt_error *err, const tt_encoder *e, const char *doing, int code)
{
	char why[AV_ERROR_MAX_STRING_SIZE] = "";
	if (code == AVERROR(ENOMEM)) return tt_fail_memory(err, "the video encoder");
	av_strerror(code, why, sizeof why);
	return tt_fail(err, TT_ERR_FAILED, "%s: %s: %s", e->name, doing, why);
}

static enum AVPixelFormat pixel_format(const tt_encoder_options *o)
{
	switch (o->bits) {
	case 8: return o->grey ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_YUV420P;
	case 10: return o->grey ? AV_PIX_FMT_GRAY10LE : AV_PIX_FMT_YUV420P10LE;
	case 12: return AV_PIX_FMT_GRAY12LE;
	default: return AV_PIX_FMT_GRAY16LE;
	}
}

static bool offers(const AVCodec *codec, enum AVPixelFormat format)
{
	for (const enum AVPixelFormat *p = codec->pix_fmts; p && *p != AV_PIX_FMT_NONE; p++)
		if (*p == format) return true;
	return !codec->pix_fmts;
}

static void set_range(AVCodecContext *c, const tt_encoder_options *o)
{
	c->color_range = o->full_range ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
	if (o->full_range) return;
	c->colorspace = AVCOL_SPC_BT709;
	c->color_primaries = AVCOL_PRI_BT709;
	c->color_trc = AVCOL_TRC_BT709;
}

static void set_codec(tt_encoder *e, const tt_encoder_options *o, const AVCodec *codec)
{
	AVCodecContext *c = e->codec;
	c->width = o->width;
	c->height = o->height;
	c->pix_fmt = pixel_format(o);
	set_range(c, o);
	c->time_base = (AVRational){o->codec_num, o->codec_den};
	c->framerate = av_inv_q(c->time_base);
	c->thread_count = o->threads;
	c->flags |= AV_CODEC_FLAG_BITEXACT;
	c->log_level_offset = AV_LOG_MAX_OFFSET; /* the library never prints: errors come back as codes */
	if (e->file->oformat->flags & AVFMT_GLOBALHEADER) c->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	if (codec->id == AV_CODEC_ID_H264) {
		av_opt_set(c->priv_data, "preset", o->preset, 0);
		if (o->lossless)
			av_opt_set_int(c->priv_data, "qp", 0, 0);
		else
			av_opt_set_double(c->priv_data, "crf", o->crf, 0);
		if (o->key_every > 0) c->gop_size = o->key_every;
		if (o->most_bits_per_s > 0) {
			c->rc_max_rate = llround(o->most_bits_per_s);
			c->rc_buffer_size = (int)fmin(2 * o->most_bits_per_s, 1e9);
			/* With the cap and these three on, the bytes differed from run to run (seen with x264 164);
			 * without, they do not. */
			av_opt_set(c->priv_data, "x264-params", "mbtree=0:rc-lookahead=0:weightp=0", 0);
		}
	} else if (codec->id == AV_CODEC_ID_FFV1) {
		c->level = 3;
		c->slices = 4;
	} else if (codec->id == AV_CODEC_ID_MPEG4 && o->quality > 0) {
		c->flags |= AV_CODEC_FLAG_QSCALE;
		c->global_quality = o->quality * FF_QP2LAMBDA;
		c->gop_size = 12;
	} else if (o->most_bits_per_s > 0) {
		c->bit_rate = llround(o->most_bits_per_s);
		c->gop_size = 12;
	}
}

/* An encoder that was refused memory may go on with less (x264 with other frames). errno was 0 before. */
static int seen_refusal(int code)
{
	return errno == ENOMEM ? AVERROR(ENOMEM) : code;
}

static tt_status open_codec(tt_encoder *e, const tt_encoder_options *o, const AVCodec *codec, tt_error *err)
{
	e->codec = avcodec_alloc_context3(codec);
	if (!e->codec) return tt_fail_memory(err, "the video encoder");
	set_codec(e, o, codec);
	errno = 0;
	int code = seen_refusal(avcodec_open2(e->codec, codec, NULL));
	return code < 0 ? fail_av(err, e, "the encoder does not start", code) : TT_OK;
}

/* The first that is there, takes such pictures, and starts. */
static tt_status choose_codec(tt_encoder *e, const tt_encoder_options *o, size_t *used, tt_error *err)
{
	tt_status st = tt_fail(err, TT_ERR_FAILED, "%s: this machine's libav has no encoder for it (%s%s)", e->name,
	                       o->n_encoders ? o->encoder[0] : "", o->n_encoders > 1 ? ", …" : "");
	for (size_t i = 0; i < o->n_encoders && st != TT_OK; i++) {
		const AVCodec *codec = avcodec_find_encoder_by_name(o->encoder[i]);
		if (!codec || !offers(codec, pixel_format(o))) continue;
		avcodec_free_context(&e->codec);
		st = open_codec(e, o, codec, err);
		if (used) *used = i;
	}
	return st;
}

static tt_status open_file(tt_encoder *e, const char *path, tt_error *err)
{
	e->stream = avformat_new_stream(e->file, NULL);
	e->frame = av_frame_alloc();
	e->packet = av_packet_alloc();
	if (!e->stream || !e->frame || !e->packet) return tt_fail_memory(err, "the video encoder");
	int code = avcodec_parameters_from_context(e->stream->codecpar, e->codec);
	e->stream->time_base = e->tick;
	e->stream->avg_frame_rate = av_d2q(1 / e->frame_s, 1001000);
	e->frame->format = e->codec->pix_fmt;
	e->frame->width = e->codec->width;
	e->frame->height = e->codec->height;
	if (code >= 0) code = av_frame_get_buffer(e->frame, 0);
	if (code < 0) return fail_av(err, e, "the encoder does not start", code);
	errno = 0;
	code = avio_open(&e->file->pb, path, AVIO_FLAG_WRITE);
	if (code < 0) return fail_av(err, e, "it cannot be written", code);
	AVDictionary *options = NULL;
	av_dict_set(&options, "movflags", "+faststart", 0);
	code = seen_refusal(avformat_write_header(e->file, &options));
	av_dict_free(&options);
	return code < 0 ? fail_av(err, e, "its container refuses the video", code) : TT_OK;
}

bool tt_encoder_fraction(double v, int *num, int *den)
{
	AVRational q = av_d2q(v, 1001000);
	*num = q.num;
	*den = q.den;
	return q.num > 0 && q.den > 0;
}

tt_status tt_encoder_open(const char *path, const tt_encoder_options *o, tt_encoder **out, size_t *used, tt_error *err)
{
	*out = NULL;
	tt_encoder *e = calloc(1, sizeof *e);
	if (!e) return tt_fail_memory(err, "the video encoder");
	e->name = o->name;
	e->tick = (AVRational){o->tick_num, o->tick_den};
	e->frame_s = 1 / o->frame_rate;
	tt_status st = TT_OK;
	const AVOutputFormat *format = av_guess_format(NULL, path, NULL);
	if (!format || format->video_codec == AV_CODEC_ID_NONE || (format->flags & AVFMT_NOFILE))
		st =
		    tt_fail(err, TT_ERR_INPUT,
		            "%s: no video container has this file name's ending; .mp4, .mkv or .avi expected", e->name);
	if (!st && avformat_alloc_output_context2(&e->file, format, NULL, path) < 0)
		st = tt_fail_memory(err, "the video file");
	if (!st) {
		e->file->flags |= AVFMT_FLAG_BITEXACT;
		st = choose_codec(e, o, used, err);
	}
	if (!st) st = open_file(e, path, err);
	if (st) {
		tt_encoder_abort(e);
		return st;
	}
	*out = e;
	return TT_OK;
}

tt_status tt_encoder_planes(tt_encoder *e, uint8_t *plane[3], ptrdiff_t stride[3], tt_error *err)
{
	int code = av_frame_make_writable(e->frame);
	if (code < 0) return fail_av(err, e, "the encoder fails", code);
	for (int i = 0; i < 3; i++) {
		plane[i] = e->frame->data[i];
		stride[i] = e->frame->linesize[i];
	}
	return TT_OK;
}

/* A count of frames as a time stamp of the file; decoding may start before the first frame. */
static int64_t stamp_of(const tt_encoder *e, int64_t number)
{
	double time_s = (double)number * e->frame_s;
	if (number >= 0 && (size_t)number < e->n) time_s = e->stamp[number];
	return llround(time_s / av_q2d(e->tick));
}

static tt_status write_packets(tt_encoder *e, tt_error *err)
{
	for (;;) {
		errno = 0;
		int code = seen_refusal(avcodec_receive_packet(e->codec, e->packet));
		if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return TT_OK;
		if (code < 0) return fail_av(err, e, "the encoder fails", code);
		e->packet->pts = stamp_of(e, e->packet->pts);
		e->packet->dts = stamp_of(e, e->packet->dts);
		/* without a duration the last frame would fall out of an MP4's edit list */
		e->packet->duration = llround(fmax(e->frame_s / av_q2d(e->tick), 1));
		av_packet_rescale_ts(e->packet, e->tick, e->stream->time_base);
		e->packet->stream_index = 0;
		code = seen_refusal(av_interleaved_write_frame(e->file, e->packet));
		if (code < 0) return fail_av(err, e, "it cannot be written", code);
	}
}

tt_status tt_encoder_put(tt_encoder *e, double time_s, tt_error *err)
{
	double *stamp = tt_grow(e->stamp, &e->capacity, e->n + 1, sizeof *stamp);
	if (!stamp) return tt_fail_memory(err, "the time stamps");
	e->stamp = stamp;
	e->stamp[e->n] = time_s;
	e->frame->pts = (int64_t)e->n++;
	e->frame->quality = e->codec->global_quality;
	errno = 0;
	int code = seen_refusal(avcodec_send_frame(e->codec, e->frame));
	if (code < 0) return fail_av(err, e, "the encoder fails", code);
	return write_packets(e, err);
}

tt_status tt_encoder_finish(tt_encoder *e, tt_error *err)
{
	errno = 0;
	int code = seen_refusal(avcodec_send_frame(e->codec, NULL));
	tt_status st = code < 0 ? fail_av(err, e, "the encoder fails", code) : write_packets(e, err);
	tt_avlog log; /* the muxer has no level of its own, and tells of its second pass */
	tt_avlog_init(&log);
	tt_avlog *before = tt_avlog_listen(&log);
	errno = 0;
	if (!st && (code = seen_refusal(av_write_trailer(e->file))) < 0)
		st = fail_av(err, e, "it cannot be finished", code);
	if (!st && (code = avio_closep(&e->file->pb)) < 0) st = fail_av(err, e, "it cannot be written", code);
	tt_avlog_listen(before);
	tt_avlog_destroy(&log);
	tt_encoder_abort(e);
	return st;
}

void tt_encoder_abort(tt_encoder *e)
{
	if (!e) return;
	if (e->file && e->file->pb) avio_closep(&e->file->pb);
	avcodec_free_context(&e->codec);
	av_frame_free(&e->frame);
	av_packet_free(&e->packet);
	avformat_free_context(e->file);
	free(e->stamp);
	free(e);
}
