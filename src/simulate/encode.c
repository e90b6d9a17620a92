/* Grey frames into a video file.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/encode.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

/* The encoder counts frames as if there were five a second, whatever the rate is: H.264 encoders take detail away from
 * frames that are shown for a shorter time, and the noise and the small motions of a measurement with it. So a crf
 * means the same quality at any rate. */
static const AVRational encoder_tick = {1, 5};

struct tt_sim_encoder {
	AVFormatContext *file;
	AVCodecContext *codec;
	AVStream *stream;
	AVFrame *frame;
	AVPacket *packet;
	AVRational tick; /* of the file's time stamps */
	double frame_s;  /* a usual frame's duration */
	double *stamp;   /* time of each frame put so far */
	size_t n, capacity;
	int grey_bits;
	const char *name; /* of the file, for messages; borrowed from the specification */
};

static tt_status fail_av(tt_error *err, const tt_sim_encoder *e, const char *doing, int code)
{
	char why[AV_ERROR_MAX_STRING_SIZE] = "";
	av_strerror(code, why, sizeof why);
	return tt_fail(err, TT_ERR_FAILED, "%s: %s: %s", e->name, doing, why);
}

static bool offers(const AVCodec *codec, enum AVPixelFormat format)
{
	for (const enum AVPixelFormat *p = codec->pix_fmts; p && *p != AV_PIX_FMT_NONE; p++)
		if (*p == format) return true;
	return !codec->pix_fmts;
}

static const AVCodec *choose_codec(const tt_sim_spec *s, bool *fell_back)
{
	*fell_back = false;
	switch (s->video.codec) {
	case TT_SIM_FFV1: return avcodec_find_encoder(AV_CODEC_ID_FFV1);
	case TT_SIM_RAW: return avcodec_find_encoder(AV_CODEC_ID_RAWVIDEO);
	case TT_SIM_MPEG4: return avcodec_find_encoder(AV_CODEC_ID_MPEG4);
	default: break;
	}
	const AVCodec *x264 = avcodec_find_encoder_by_name("libx264");
	if (x264 || s->video.lossless || s->video.bits > 8) return x264;
	*fell_back = true;
	return avcodec_find_encoder(AV_CODEC_ID_MPEG4);
}

static enum AVPixelFormat pixel_format(const tt_sim_spec *s)
{
	bool grey = s->video.codec == TT_SIM_FFV1 || s->video.codec == TT_SIM_RAW;
	switch (s->video.bits) {
	case 8: return grey ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_YUV420P;
	case 10: return grey ? AV_PIX_FMT_GRAY10LE : AV_PIX_FMT_YUV420P10LE;
	case 12: return AV_PIX_FMT_GRAY12LE;
	default: return AV_PIX_FMT_GRAY16LE;
	}
}

static void set_codec(tt_sim_encoder *e, const tt_sim_spec *s, const AVCodec *codec, int threads)
{
	AVCodecContext *c = e->codec;
	c->width = s->video.width;
	c->height = s->video.height;
	c->pix_fmt = pixel_format(s);
	c->color_range = AVCOL_RANGE_JPEG; /* grey levels are stored as they are, 0 to 255 */
	c->time_base = encoder_tick;
	c->framerate = av_inv_q(encoder_tick);
	c->thread_count = threads;
	c->flags |= AV_CODEC_FLAG_BITEXACT;
	c->log_level_offset = AV_LOG_MAX_OFFSET; /* the library never prints: errors come back as codes */
	if (e->file->oformat->flags & AVFMT_GLOBALHEADER) c->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	if (codec->id == AV_CODEC_ID_H264) {
		av_opt_set(c->priv_data, "preset", s->video.preset, 0);
		if (s->video.lossless)
			av_opt_set_int(c->priv_data, "qp", 0, 0);
		else
			av_opt_set_double(c->priv_data, "crf", s->video.crf, 0);
	} else if (codec->id == AV_CODEC_ID_MPEG4) {
		c->flags |= AV_CODEC_FLAG_QSCALE;
		c->global_quality = s->video.quality * FF_QP2LAMBDA;
		c->gop_size = 12;
	} else if (codec->id == AV_CODEC_ID_FFV1) {
		c->level = 3;
		c->slices = 4;
	}
}

/* Frames a second as a fraction whose time stamps stay within a microsecond over an hour; else {0, 1}. */
static AVRational exact_rate(double rate)
{
	AVRational q = av_d2q(rate, 1001000);
	return fabs(av_q2d(q) / rate - 1) < 2e-10 ? q : (AVRational){0, 1};
}

static tt_status open_codec(tt_sim_encoder *e, const tt_sim_spec *s, int threads, tt_strings *notes, tt_error *err)
{
	bool fell_back;
	const AVCodec *codec = choose_codec(s, &fell_back);
	if (!codec || !offers(codec, pixel_format(s)))
		return tt_fail(err, TT_ERR_FAILED,
		               "%s: this machine's libav has no encoder for %s of %d bit%s; codec: ffv1 in "
		               "an .mkv file may do",
		               e->name, s->video.codec == TT_SIM_H264 ? "H.264" : "this codec", s->video.bits,
		               s->video.lossless ? ", lossless" : "");
	if (fell_back && notes)
		tt_warn(notes, "no H.264 encoder (libx264) in this machine's libav: %s is MPEG-4 at quality %d",
		        e->name, s->video.quality);
	e->codec = avcodec_alloc_context3(codec);
	if (!e->codec) return tt_fail_memory(err, "the video encoder");
	set_codec(e, s, codec, threads);
	int code = avcodec_open2(e->codec, codec, NULL);
	return code < 0 ? fail_av(err, e, "the encoder does not start", code) : TT_OK;
}

static tt_status open_file(tt_sim_encoder *e, const char *path, tt_error *err)
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
	code = avio_open(&e->file->pb, path, AVIO_FLAG_WRITE);
	if (code < 0) return fail_av(err, e, "it cannot be written", code);
	AVDictionary *options = NULL;
	av_dict_set(&options, "movflags", "+faststart", 0);
	code = avformat_write_header(e->file, &options);
	av_dict_free(&options);
	return code < 0 ? fail_av(err, e, "its container refuses the video", code) : TT_OK;
}

tt_status tt_sim_encoder_open(const char *path, const tt_sim_spec *s, double frame_rate, bool constant, int threads,
                              tt_strings *notes, tt_sim_encoder **out, tt_error *err)
{
	*out = NULL;
	tt_sim_encoder *e = calloc(1, sizeof *e);
	if (!e) return tt_fail_memory(err, "the video encoder");
	e->name = s->video.file;
	AVRational rate = exact_rate(frame_rate);
	const char *end = strrchr(s->video.file, '.');
	if (end && strcmp(end, ".avi") == 0 && rate.num == 0)
		rate = av_d2q(frame_rate, 1001000); /* nothing else fits */
	e->tick = constant && rate.num > 0 ? av_inv_q(rate) : (AVRational){1, constant ? 90000 : 1000};
	e->frame_s = 1 / frame_rate;
	e->grey_bits = s->video.bits;
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
		st = open_codec(e, s, threads, notes, err);
	}
	if (!st) st = open_file(e, path, err);
	if (st) {
		tt_sim_encoder_abort(e);
		return st;
	}
	*out = e;
	return TT_OK;
}

static void fill_frame(tt_sim_encoder *e, const tt_image *image)
{
	AVFrame *f = e->frame;
	size_t sample = tt_pixel_size(image->type), row = (size_t)image->width * sample;
	for (int y = 0; y < image->height; y++)
		memcpy(f->data[0] + (ptrdiff_t)y * f->linesize[0], (const char *)image->data + y * image->stride, row);
	for (int plane = 1; plane < 3 && f->data[plane]; plane++)
		for (int y = 0; y < (image->height + 1) / 2; y++) {
			uint8_t *d = f->data[plane] + (ptrdiff_t)y * f->linesize[plane];
			if (sample == 1)
				memset(d, 128, (size_t)(image->width + 1) / 2);
			else
				for (int x = 0; x < (image->width + 1) / 2; x++)
					((uint16_t *)d)[x] = (uint16_t)(1 << (e->grey_bits - 1));
		}
}

/* A count of frames as a time stamp of the file; decoding may start before the first frame. */
static int64_t stamp_of(const tt_sim_encoder *e, int64_t number)
{
	double time_s = (double)number * e->frame_s;
	if (number >= 0 && (size_t)number < e->n) time_s = e->stamp[number];
	return llround(time_s / av_q2d(e->tick));
}

static tt_status write_packets(tt_sim_encoder *e, tt_error *err)
{
	for (;;) {
		int code = avcodec_receive_packet(e->codec, e->packet);
		if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return TT_OK;
		if (code < 0) return fail_av(err, e, "the encoder fails", code);
		e->packet->pts = stamp_of(e, e->packet->pts);
		e->packet->dts = stamp_of(e, e->packet->dts);
		/* without a duration the last frame would fall out of an MP4's edit list */
		e->packet->duration = llround(fmax(e->frame_s / av_q2d(e->tick), 1));
		av_packet_rescale_ts(e->packet, e->tick, e->stream->time_base);
		e->packet->stream_index = 0;
		code = av_interleaved_write_frame(e->file, e->packet);
		if (code < 0) return fail_av(err, e, "it cannot be written", code);
	}
}

tt_status tt_sim_encoder_put(tt_sim_encoder *e, const tt_image *image, double time_s, tt_error *err)
{
	int code = av_frame_make_writable(e->frame);
	if (code < 0) return fail_av(err, e, "the encoder fails", code);
	double *stamp = tt_grow(e->stamp, &e->capacity, e->n + 1, sizeof *stamp);
	if (!stamp) return tt_fail_memory(err, "the time stamps");
	e->stamp = stamp;
	e->stamp[e->n] = time_s;
	fill_frame(e, image);
	e->frame->pts = (int64_t)e->n++;
	e->frame->quality = e->codec->global_quality;
	code = avcodec_send_frame(e->codec, e->frame);
	if (code < 0) return fail_av(err, e, "the encoder fails", code);
	return write_packets(e, err);
}

tt_status tt_sim_encoder_finish(tt_sim_encoder *e, tt_error *err)
{
	int code = avcodec_send_frame(e->codec, NULL);
	tt_status st = code < 0 ? fail_av(err, e, "the encoder fails", code) : write_packets(e, err);
	int level = av_log_get_level();
	av_log_set_level(AV_LOG_QUIET); /* the muxer has no level of its own, and tells of its second pass */
	if (!st && (code = av_write_trailer(e->file)) < 0) st = fail_av(err, e, "it cannot be finished", code);
	if (!st && (code = avio_closep(&e->file->pb)) < 0) st = fail_av(err, e, "it cannot be written", code);
	av_log_set_level(level);
	tt_sim_encoder_abort(e);
	return st;
}

void tt_sim_encoder_abort(tt_sim_encoder *e)
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
