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
#include "frames/ts_whole.h"

enum { MOST_ERRORS = 50, MOST_THREADS = 16, FEW = 10 };

typedef struct tt_video {
	tt_reader base;
	tt_avfile file;
	tt_avlog log;
	char *path, *normalisation;
	tt_source_options options;
	AVStream *stream;
	AVCodecContext *decoder;
	AVPacket *packet;
	AVFrame *spare;
	tt_timeline *timeline;
	tt_luma luma;
	int width, height, format; /* of the first picture */
	double every_s;            /* nominal seconds between frames */
	int64_t packets, pictures, blamed;
	int read_errors;
	int64_t position;         /* number of the next frame that the timeline will give */
	tt_timeline_item waiting; /* the frame that a seek went to */
	bool have_waiting;
	int64_t doubtful_to; /* damage was met before this place while the streams were looked for */
	bool is_avi;
	int64_t avi_shift;
	bool all_read, all_decoded, cut, torn, told, intra_only;
	bool summed_up;
	tt_timeline_counts sum;
	int64_t ts_pos, ts_dts, ts_least; /* of the last packet of a transport stream; the least step of its clock */
	bool jumps_are_losses;
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
	if (n == 0 && tt_avfile_is_text(&v->file))
		return tt_fail(err, TT_ERR_INPUT, "'%s' is a text file; a video or images were expected", v->path);
	if (n == 0)
		return tt_fail(err, TT_ERR_INPUT, "'%s' has no video stream, only sound or other data (%s)", v->path,
		               f->iformat->long_name ? f->iformat->long_name : f->iformat->name);
	if (chosen < 0)
		return tt_fail(err, TT_ERR_INPUT, "'%s' has %d video stream%s, numbered from 0; there is no stream %d",
		               v->path, n, n == 1 ? "" : "s", wanted);
	v->stream = f->streams[chosen];
	v->doubtful_to = tt_avlog_errors(&v->log) > 0 ? v->file.pos : -1;
	v->is_avi = strcmp(f->iformat->name, "avi") == 0;
	v->avi_shift = 0;
	for (unsigned i = 0; i < f->nb_streams; i++)
		if ((int)i != chosen) f->streams[i]->discard = AVDISCARD_ALL;
	return TT_OK;
}

/* ---- the decoder ---- */

/* Threads of the decoder come by here for each picture: an allocation that failed in one of them is heard of. */
static int get_buffer(AVCodecContext *d, AVFrame *f, int flags)
{
	tt_avlog_note_memory(d->opaque);
	int e = avcodec_default_get_buffer2(d, f, flags);
	if (e < 0) tt_avlog_note_memory(d->opaque);
	return e;
}

static void let_threads_fetch(AVCodecContext *d)
{
#if LIBAVCODEC_VERSION_MAJOR < 60 /* always so from then on */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
	d->thread_safe_callbacks = 1;
#pragma GCC diagnostic pop
#else
	(void)d;
#endif
}

static tt_status check_size(const tt_video *v, tt_error *err)
{
	const AVCodecParameters *par = v->stream->codecpar;
	if ((int64_t)par->width * par->height <= v->file.most_pixels) return TT_OK;
	return tt_fail(
	    err, TT_ERR_INPUT,
	    "'%s': frames of %d x %d pixels are more than the %lld that are taken; raise video.max_pixels if they "
	    "are meant",
	    v->path, par->width, par->height, (long long)v->file.most_pixels);
}

/* Cameras' software names plain grey of 10 to 16 bits in an AVI as libavformat does not: "Y16 " for its Y1[0][16]. */
static void name_plain_grey(AVCodecParameters *par)
{
	static const int bits[] = {10, 12, 14, 16};
	if (par->codec_id != AV_CODEC_ID_NONE) return;
	for (size_t i = 0; i < sizeof bits / sizeof *bits; i++)
		if (par->codec_tag == MKTAG('Y', '1', '0' + bits[i] % 10, ' ')) {
			par->codec_id = AV_CODEC_ID_RAWVIDEO;
			par->codec_tag = MKTAG('Y', '1', 0, bits[i]);
		}
}

static tt_status open_decoder(tt_video *v, int threads, tt_error *err)
{
	AVCodecParameters *par = v->stream->codecpar;
	name_plain_grey(par);
	const AVCodec *codec = avcodec_find_decoder(par->codec_id);
	char tag[AV_FOURCC_MAX_STRING_SIZE];
	if (!codec && par->codec_id == AV_CODEC_ID_NONE)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s': its codec (FOURCC %s) is not known: export it as uncompressed grey, FFV1 or TIFF",
		               v->path, av_fourcc_make_string(tag, par->codec_tag));
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
	d->max_pixels = v->file.most_pixels;
	d->get_buffer2 = get_buffer;
	let_threads_fetch(d);
	/* broken pictures too: they keep their number; and cropped to the pixel */
	d->flags |= AV_CODEC_FLAG_OUTPUT_CORRUPT | AV_CODEC_FLAG_UNALIGNED;
	d->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER;
	tt_avlog_watch_memory();
	int e = avcodec_open2(d, codec, NULL);
	if (e == AVERROR(ENOMEM) || tt_avlog_no_memory(&v->log)) return tt_fail_memory(err, "a video decoder");
	if (e >= 0) return TT_OK;
	if (e == AVERROR(EAGAIN))
		return tt_fail(err, TT_ERR_FAILED, "no further thread can be started to decode '%s'", v->path);
	return tt_fail(err, TT_ERR_INPUT, "'%s': the decoder for %s does not start: %s", v->path, codec->name,
	               v->log.last[0] ? v->log.last : av_err2str(e));
}

/* Does every packet of this codec show a picture? Not where there are hidden or "nothing new" packets. */
static bool packets_are_pictures(const AVCodecParameters *par)
{
	if (par->field_order != AV_FIELD_UNKNOWN && par->field_order != AV_FIELD_PROGRESSIVE) return false;
	switch (par->codec_id) {
	case AV_CODEC_ID_H264:
	case AV_CODEC_ID_HEVC:
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

static bool is_ts(const tt_video *v)
{
	return strcmp(v->file.format->iformat->name, "mpegts") == 0;
}

/* A bare stream of pictures has no clock; libavformat makes one up. What rate may be meant? */
static double rate_without_times(tt_video *v)
{
	const AVRational said = v->decoder->framerate, guessed = v->stream->avg_frame_rate;
	const AVInputFormat *f = v->file.format->iformat;
	if (!(f->flags & AVFMT_NOTIMESTAMPS) && !strstr(f->name, "_pipe")) return 0;
	if (said.num > 0 && said.den > 0) return av_q2d(said);
	return guessed.num > 0 && guessed.den > 0 ? av_q2d(guessed) : 25;
}

static tt_status open_timeline(tt_video *v, double rate, tt_error *err)
{
	if (!(rate > 0) && (rate = rate_without_times(v)) > 0 && v->base.info.frames == -1 && !v->told)
		tt_warn(&v->base.warnings,
		        "the file carries no times (%s): frames are placed at %.6g frames a second; give "
		        "video.frame_rate if that is wrong",
		        v->file.format->iformat->long_name, rate);

	const AVRational tb = v->stream->time_base, fr = v->stream->avg_frame_rate;
	const AVCodecDescriptor *desc = avcodec_descriptor_get(v->stream->codecpar->codec_id);
	tt_timeline_setup s = {.tick_num = tb.num, .tick_den = tb.den, .rate = rate};
	if (s.tick_num <= 0 || s.tick_den <= 0) s.tick_num = s.tick_den = 1;
	const double every = fr.num > 0 && fr.den > 0 ? av_q2d(av_inv_q(fr)) : 1.0 / 25;
	v->every_s = every;
	s.interval = llround(every / ((double)s.tick_num / (double)s.tick_den));
	s.intra_only = v->intra_only = desc && desc->props & AV_CODEC_PROP_INTRA_ONLY;
	s.jumps_are_losses = v->jumps_are_losses = is_ts(v);
	v->ts_pos = v->ts_dts = v->ts_least = 0;
	v->base.info.lossy_prediction = desc && !v->intra_only && desc->props & AV_CODEC_PROP_LOSSY;
	s.packet_is_picture = packets_are_pictures(v->stream->codecpar);
	return tt_timeline_new(&s, &v->timeline, err);
}

/* ---- decoding ---- */

/* The index tells where a chunk begins, the packet where its data do, 8 bytes later. */
static bool lies_at(const AVIndexEntry *e, int64_t pos)
{
	return e->pos == pos || e->pos + 8 == pos;
}

/* An AVI has no time stamps: libavformat counts its chunks, and counts wrong after a damaged place. The index at the
 * end of the file knows better: it tells which frame lies where. */
static void correct_avi_time(tt_video *v)
{
	AVPacket *p = v->packet;
	if (!v->is_avi || p->pos < 0 || p->dts == AV_NOPTS_VALUE) return;
	const AVIndexEntry *e =
	    avformat_index_get_entry_from_timestamp(v->stream, p->dts + v->avi_shift, AVSEEK_FLAG_ANY);
	const int n = e && lies_at(e, p->pos) ? 0 : avformat_index_get_entries_count(v->stream);
	for (int i = 0; i < n; i++) {
		e = avformat_index_get_entry(v->stream, i);
		if (!e || !lies_at(e, p->pos)) continue;
		v->avi_shift = e->timestamp - p->dts;
		tt_timeline_gap(v->timeline);
		break;
	}
	p->dts += v->avi_shift;
	if (p->pts != AV_NOPTS_VALUE) p->pts += v->avi_shift;
}

/* Memory and read errors end the run: what libav makes of them would pass for damage. */
static tt_status check_trouble(tt_video *v, int code, tt_error *err)
{
	if (tt_avlog_no_memory(&v->log)) return tt_fail_memory(err, "decoding a frame");
	return tt_avfile_trouble(&v->file, v->path, code, err);
}

/* A transport stream's clock has jumped although nothing of the file is missing: the recorder rested. */
static bool is_pause(tt_video *v, const AVPacket *p)
{
	if (!v->jumps_are_losses || p->dts == AV_NOPTS_VALUE) return false;
	int64_t step = p->dts - v->ts_dts;
	bool known = v->ts_pos > 0 && step > 0;
	bool jumped = known && v->ts_least > 0 && step > v->ts_least + v->ts_least / 4;
	bool whole = jumped && p->pos > v->ts_pos && tt_ts_is_whole(v->file.fd, v->ts_pos, p->pos);
	if (known && (v->ts_least == 0 || step < v->ts_least)) v->ts_least = step;
	v->ts_pos = p->pos;
	v->ts_dts = p->dts;
	return whole;
}

static tt_status send_packet(tt_video *v, tt_error *err)
{
	const AVPacket *p = v->packet;
	tt_timeline_packet note = {.pts = p->pts == AV_NOPTS_VALUE ? TT_NO_TIME : p->pts,
	                           .dts = p->dts == AV_NOPTS_VALUE ? TT_NO_TIME : p->dts,
	                           .key = p->flags & AV_PKT_FLAG_KEY,
	                           .corrupt = p->flags & AV_PKT_FLAG_CORRUPT,
	                           .doubtful = p->pos < v->doubtful_to,
	                           .follows = is_pause(v, p),
	                           .hidden = p->flags & AV_PKT_FLAG_DISCARD};
	v->decoder->reordered_opaque = tt_timeline_sent(v->timeline, &note);
	v->packets++;
	int e = avcodec_send_packet(v->decoder, p);
	tt_status st = check_trouble(v, e, err);
	if (st == TT_OK && e < 0) tt_timeline_refused(v->timeline);
	return st;
}

/* The file's end was reached, or what follows cannot be read: is it all that it should have been? */
static void note_end(tt_video *v, bool unreadable)
{
	const AVStream *st = v->stream;
	v->cut = v->file.container.cut || (unreadable && v->packets < st->nb_frames);
	v->all_read = true;
	/* pictures shown before the last one may lie behind the cut; a transport stream never tells where it was cut */
	if (v->cut || is_ts(v)) tt_timeline_gap(v->timeline);
}

/* The file's next packet. *ours: it belongs to the stream and holds something. */
static int read_packet(tt_video *v, bool *ours)
{
	int e = av_read_frame(v->file.format, v->packet);
	*ours = e >= 0 && v->packet->stream_index == v->stream->index && v->packet->size > 0;
	if (*ours) correct_avi_time(v);
	return e;
}

/* Sends the stream's next packet, or the end. */
static tt_status feed(tt_video *v, tt_error *err)
{
	int e = 0;
	tt_status st = TT_OK;
	while (!v->all_read) {
		int complaints = tt_avlog_errors(&v->log);
		bool ours;
		e = read_packet(v, &ours);
		st = check_trouble(v, e, err);
		if (st != TT_OK) {
			av_packet_unref(v->packet);
			return st;
		}
		if (tt_avlog_errors(&v->log) != complaints) {
			tt_timeline_gap(v->timeline);
			v->torn = true;
		}
		/* Behind the end of a cut file an index lists packets that are not there: one failure is enough. */
		if (e == AVERROR_EOF || (e < 0 && (v->file.container.cut || ++v->read_errors > MOST_ERRORS))) break;
		if (e < 0) continue;
		v->read_errors = 0;
		if (ours) st = send_packet(v, err);
		av_packet_unref(v->packet);
		if (ours) return st;
	}
	note_end(v, e != AVERROR_EOF);
	tt_timeline_drain(v->timeline, v->cut && v->decoder->has_b_frames > 0);
	return check_trouble(v, avcodec_send_packet(v->decoder, NULL), err);
}

/* Most decoders only log what went wrong. One that complains about every other picture is merely talkative. */
static bool blamed(tt_video *v, int64_t packet)
{
	bool blame = tt_avlog_blames(&v->log, packet);
	v->pictures++;
	v->blamed += blame;
	return blame && (v->pictures < FEW || 2 * v->blamed < v->pictures);
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
	bool damaged = f->flags & AV_FRAME_FLAG_CORRUPT || f->decode_error_flags || blamed(v, f->reordered_opaque);
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
	tt_avlog_watch_memory();
	int e = avcodec_receive_frame(v->decoder, v->spare);
	tt_status st = check_trouble(v, e, err);
	if (st != TT_OK) return st;
	if (e == 0) return take_picture(v, err);
	if (e == AVERROR(EAGAIN)) return feed(v, err);
	if (e == AVERROR_EOF) {
		v->all_decoded = true;
		tt_timeline_end(v->timeline, v->cut);
	} else {
		tt_timeline_refused(v->timeline);
	}
	return TT_OK;
}

static const char *plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

/* After the last frame: what the user has to know, once. */
static void last_words(tt_video *v)
{
	const tt_timeline_counts *c = v->summed_up ? &v->sum : tt_timeline_counts_of(v->timeline);
	tt_strings *w = &v->base.warnings;
	if (v->told || v->base.part) return;
	v->told = true;
	if (c->leading > 0)
		tt_warn(w,
		        "the recording begins in the middle of a group of pictures: %" PRId64
		        " picture%s before its first key "
		        "frame cannot be decoded and %s not counted",
		        c->leading, plural(c->leading), c->leading == 1 ? "is" : "are");
	if (v->cut && v->stream->nb_frames > c->frames)
		tt_warn(w,
		        "the file is cut: it announces %" PRId64 " frames and gives %" PRId64
		        "; the last good one is frame %" PRId64,
		        (int64_t)v->stream->nb_frames, c->frames, c->last_good);
	else if (v->cut)
		tt_warn(w,
		        "the file is cut, damaged or not finalised: it gives %" PRId64
		        " frames; the last good one is frame %" PRId64,
		        c->frames, c->last_good);
	else if (v->read_errors > 0)
		tt_warn(w, "reading stopped after frame %" PRId64 ": %s", c->last_good, v->log.last);
	const double ends_at = c->end_s, announced = v->base.info.duration_s;
	if (!v->cut && v->torn && announced > ends_at + 1.5 * v->every_s)
		tt_warn(w, "the file is damaged: it announces %.6g s, but its last frame ends at %.6g s", announced,
		        ends_at);
	if (c->undecoded > 0)
		tt_warn(w,
		        "%" PRId64 " frame%s could not be decoded (the first is frame %" PRId64
		        "); %s number and time are kept",
		        c->undecoded, plural(c->undecoded), c->first_undecoded, c->undecoded == 1 ? "its" : "their");
	if (c->damaged > 0)
		tt_warn(w,
		        "%" PRId64 " frame%s damaged, or predicted from a damaged one (the first is frame %" PRId64 ")",
		        c->damaged, c->damaged == 1 ? " is" : "s are", c->first_damaged);
	if (v->options.frame_rate > 0) return;
	if (c->missing_times > 0)
		tt_warn(w,
		        "%" PRId64 " of %" PRId64
		        " frames have no time stamp in the file: they are placed at %.6g frames a second; "
		        "give video.frame_rate if that is wrong",
		        c->missing_times, c->frames, 1 / v->every_s);
	if (c->not_rising > 0)
		tt_warn(w,
		        "the time stamps of %" PRId64 " frame%s do not rise: they were moved behind the frame before",
		        c->not_rising, plural(c->not_rising));
}

/* The next frame in order: TT_OK, TT_END or an error. */
static tt_status next_item(tt_video *v, tt_timeline_item *item, tt_error *err)
{
	while (!tt_timeline_pop(v->timeline, item)) {
		if (v->all_decoded) return TT_END;
		tt_status st = step(v, err);
		if (st != TT_OK) return st;
	}
	v->position = item->number + 1;
	return TT_OK;
}

static tt_status video_next(tt_reader *r, tt_slot *slot, tt_error *err)
{
	tt_video *v = (tt_video *)r;
	tt_timeline_item item = v->waiting;
	tt_status st = TT_OK;
	if (!v->have_waiting) {
		tt_avlog *old = tt_avlog_listen(&v->log);
		st = next_item(v, &item, err);
		tt_avlog_listen(old);
	}
	v->have_waiting = false;
	if (st == TT_END) last_words(v);
	if (st != TT_OK) return st;
	slot->frame = (tt_frame){.number = item.number, .time_s = item.time_s, .flags = item.flags};
	AVFrame *f = item.picture;
	if (!f) return TT_OK;
	slot->coded = v->intra_only                       ? 0
	              : f->pict_type == AV_PICTURE_TYPE_I ? 'I'
	              : f->pict_type == AV_PICTURE_TYPE_B ? 'B'
	                                                  : 'P';
	slot->frame.key = slot->coded == 'I';
	if (f->width != v->width || f->height != v->height) {
		st = tt_fail(err, TT_ERR_INPUT, "'%s': frame %" PRId64 " has %d x %d pixels, the first had %d x %d",
		             v->path, item.number, f->width, f->height, v->width, v->height);
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

/* ---- seeking ---- */

static void drop_waiting(tt_video *v)
{
	if (v->have_waiting && v->waiting.picture) drop_picture(v->waiting.picture);
	v->have_waiting = false;
}

static bool is_packet_of(const AVPacket *p, const tt_timeline_key *key)
{
	int64_t pts = p->pts == AV_NOPTS_VALUE ? TT_NO_TIME : p->pts,
	        dts = p->dts == AV_NOPTS_VALUE ? TT_NO_TIME : p->dts;
	return p->flags & AV_PKT_FLAG_KEY && pts == key->pts && dts == key->dts;
}

/* Reads on to the key frame's packet and sends it; false when it is not there. */
static bool find_packet(tt_video *v, const tt_timeline_key *key, tt_error *err)
{
	bool ours;
	while (read_packet(v, &ours) >= 0) {
		const AVPacket *p = v->packet;
		bool found = ours && is_packet_of(p, key);
		bool beyond = ours && p->dts != AV_NOPTS_VALUE && key->dts != TT_NO_TIME && p->dts > key->dts;
		if (found) found = send_packet(v, err) == TT_OK;
		av_packet_unref(v->packet);
		if (found || beyond) return found;
	}
	return false;
}

/* Goes to a key frame whose place is known. */
static bool jump(tt_video *v, const tt_timeline_key *key, tt_error *err)
{
	const double second = 1 / av_q2d(v->stream->time_base);
	const int64_t dts = key->dts != TT_NO_TIME ? key->dts : key->pts, pts = key->pts != TT_NO_TIME ? key->pts : dts;
	if (pts == TT_NO_TIME) return false;
	const int64_t aims[] = {pts, dts, dts - (int64_t)second, dts - (int64_t)(10 * second)};
	for (size_t i = 0; i < sizeof aims / sizeof *aims; i++) {
		if (av_seek_frame(v->file.format, v->stream->index, aims[i], AVSEEK_FLAG_BACKWARD) < 0) continue;
		avcodec_flush_buffers(v->decoder);
		v->avi_shift = 0;
		tt_timeline_restart(v->timeline, key, drop_picture);
		v->all_read = v->all_decoded = false;
		if (find_packet(v, key, err)) return true;
	}
	return false;
}

/* Goes to the start by opening the file again. */
static tt_status begin_again(tt_video *v, tt_error *err)
{
	tt_timeline_free(v->timeline, drop_picture);
	v->timeline = NULL;
	tt_avfile_close(&v->file);
	tt_status st = tt_avfile_open(&v->file, v->path, err);
	if (st == TT_OK) st = choose_stream(v, v->options.stream, err);
	if (st == TT_OK) st = open_timeline(v, v->options.frame_rate, err);
	if (st != TT_OK) return st;
	avcodec_flush_buffers(v->decoder);
	v->all_read = v->all_decoded = false;
	v->position = 0;
	return TT_OK;
}

static tt_status go_to(tt_video *v, int64_t number, tt_error *err)
{
	tt_timeline_key key;
	bool known = tt_timeline_key_before(v->timeline, number, &key);
	drop_waiting(v);
	if (number < v->position || v->all_decoded || (known && key.number > v->position)) {
		tt_avlog_watch_memory();
		if (!known || !jump(v, &key, err)) {
			tt_status st = check_trouble(v, 0, err);
			if (st == TT_OK) st = begin_again(v, err);
			if (st != TT_OK) return st;
		}
	}
	for (;;) {
		tt_status st = next_item(v, &v->waiting, err);
		if (st == TT_END) return TT_OK; /* the next call says so */
		if (st != TT_OK) return st;
		v->have_waiting = true;
		if (v->waiting.number >= number) return TT_OK;
		drop_waiting(v);
	}
}

static tt_status video_seek(tt_reader *r, int64_t number, double time_s, tt_error *err)
{
	(void)time_s; /* frames are counted from a key frame whose number is known, which is exact */
	tt_video *v = (tt_video *)r;
	tt_avlog *old = tt_avlog_listen(&v->log);
	tt_status st = go_to(v, number, err);
	tt_avlog_listen(old);
	return st;
}

/* ---- parts ---- */

static tt_status video_resume(tt_reader *r, const tt_source_place *at, tt_error *err)
{
	tt_video *v = (tt_video *)r;
	const tt_timeline_key key = {.number = at->number, .pts = at->pts, .dts = at->dts, .ticks = at->pts};
	tt_avlog *old = tt_avlog_listen(&v->log);
	drop_waiting(v);
	tt_avlog_watch_memory();
	tt_status st = TT_OK;
	if (!jump(v, &key, err)) {
		st = check_trouble(v, 0, err);
		if (st == TT_OK)
			st = tt_fail(err, TT_ERR_INPUT, "'%s': its key frame %" PRId64 " is not found again", v->path,
			             at->number);
	}
	v->position = at->number;
	tt_avlog_listen(old);
	return st;
}

/* Packets in the file's order, to find out which frame each key frame is. */
typedef struct tt_packets {
	int64_t *pts;
	size_t n, room;
	tt_source_place *key;
	size_t keys, keys_room;
} tt_packets;

static bool add_packet(tt_packets *l, const AVPacket *p)
{
	int64_t *pts = tt_grow(l->pts, &l->room, l->n + 1, sizeof *pts);
	if (!pts) return false;
	l->pts = pts;
	pts[l->n++] = p->pts;
	if (!(p->flags & AV_PKT_FLAG_KEY)) return true;
	tt_source_place *key = tt_grow(l->key, &l->keys_room, l->keys + 1, sizeof *key);
	if (!key) return false;
	l->key = key;
	key[l->keys++] = (tt_source_place){.pts = p->pts, .dts = p->dts};
	return true;
}

/* Why frames cannot be counted by packets; NULL: they can, as far as this packet tells. */
static const char *uncountable(tt_video *v, const tt_packets *l, const AVPacket *p, int64_t before)
{
	if (tt_avlog_errors(&v->log) > 0 || p->flags & AV_PKT_FLAG_CORRUPT) return "the file is damaged";
	if (p->pts == AV_NOPTS_VALUE || p->dts == AV_NOPTS_VALUE) return "its pictures carry no times of their own";
	if (l->n > 0 && p->dts <= before) return "its times do not rise";
	if (p->flags & AV_PKT_FLAG_DISCARD) return "an edit list hides pictures";
	if (l->n == 0 && !(p->flags & AV_PKT_FLAG_KEY)) return "it does not begin with a key frame";
	return NULL;
}

static const char *list_packets(tt_video *v, tt_packets *l, tt_status *st, tt_error *err)
{
	int64_t before = 0;
	for (;;) {
		bool ours;
		int e = read_packet(v, &ours);
		*st = check_trouble(v, e, err);
		if (*st != TT_OK || e == AVERROR_EOF) return v->file.container.cut ? "the file is cut" : NULL;
		if (e < 0) return "the file is damaged";
		const char *why = ours ? uncountable(v, l, v->packet, before) : NULL;
		if (ours) before = v->packet->dts;
		if (ours && !why && !add_packet(l, v->packet)) *st = tt_fail_memory(err, "the list of key frames");
		av_packet_unref(v->packet);
		if (why || *st != TT_OK) return why;
	}
}

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

/* Numbers the key frames: a frame's number is how many are shown before it. */
static const char *number_keys(tt_packets *l)
{
	if (l->n == 0) return "it has no frame";
	const int64_t first = l->pts[0];
	qsort(l->pts, l->n, sizeof *l->pts, by_time);
	if (l->pts[0] != first) return "it begins in the middle of a group of pictures";
	for (size_t i = 1; i < l->n; i++)
		if (l->pts[i] == l->pts[i - 1]) return "two of its pictures carry the same time";
	for (size_t i = 0; i < l->keys; i++)
		l->key[i].number = (int64_t *)bsearch(&l->key[i].pts, l->pts, l->n, sizeof *l->pts, by_time) - l->pts;
	return NULL;
}

static tt_status video_places(tt_reader *r, tt_source_place **place, size_t *n, int64_t *frames, char *why,
                              tt_error *err)
{
	tt_video *v = (tt_video *)r;
	tt_packets l = {0};
	const AVCodecParameters *par = v->stream->codecpar;
	const char *no = NULL;
	tt_avlog *old = tt_avlog_listen(&v->log);
	tt_status st = TT_OK;
	if (!packets_are_pictures(par) && (par->codec_id != AV_CODEC_ID_MPEG4 || v->is_avi))
		no = "not every packet of its codec shows a picture";
	else if (is_ts(v) || rate_without_times(v) > 0)
		no = "its container has no index of frames";
	if (!no) {
		drop_waiting(v);
		st = begin_again(v, err);
		if (st == TT_OK) no = list_packets(v, &l, &st, err);
		if (st == TT_OK && !no) no = number_keys(&l);
	}
	tt_avlog_listen(old);
	*frames = (int64_t)l.n;
	free(l.pts);
	if (st == TT_OK && no) {
		tt_snprintf(why, 200, "%s", no);
		st = TT_END;
	}
	if (st != TT_OK) {
		free(l.key);
		return st;
	}
	*place = l.key;
	*n = l.keys;
	return TT_OK;
}

static void video_sum_up(tt_reader *r, const unsigned *flags, int64_t n)
{
	tt_video *v = (tt_video *)r;
	tt_timeline_counts *c = &v->sum;
	*c = (tt_timeline_counts){.frames = n, .first_damaged = -1, .first_undecoded = -1, .last_good = -1};
	for (int64_t k = 0; k < n; k++) {
		if (flags[k] & TT_FRAME_UNDECODED && c->undecoded++ == 0) c->first_undecoded = k;
		if (flags[k] & TT_FRAME_DAMAGED && c->damaged++ == 0) c->first_damaged = k;
		if (!(flags[k] & (TT_FRAME_UNDECODED | TT_FRAME_DAMAGED))) c->last_good = k;
	}
	v->summed_up = true;
	v->told = v->base.part = false;
	last_words(v);
}

/* ---- opening and closing ---- */

/* How the container wants the pictures turned. */
static void orient(tt_video *v)
{
	size_t size = 0;
	const int32_t *matrix = (const int32_t *)av_stream_get_side_data(v->stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
	if (!matrix || size < 9 * sizeof *matrix) return;
	if (!tt_luma_orient(&v->luma, matrix))
		tt_warn(&v->base.warnings,
		        "the file asks to turn its pictures by %.4g degrees, which is no multiple of 90: they are "
		        "left as they are",
		        -av_display_rotation_get(matrix));
}

/* Strain along the axis does not mind, all else that has a length in it does. */
static void warn_of_aspect(tt_video *v)
{
	AVRational a = v->stream->sample_aspect_ratio;
	if (a.num <= 0 || a.den <= 0) a = v->stream->codecpar->sample_aspect_ratio;
	if (a.num <= 0 || a.den <= 0 || a.num == a.den) return;
	tt_warn(&v->base.warnings,
	        "the file says that its pixels are not square (%d:%d): they are taken as square, as a camera's are; if "
	        "the file "
	        "is right, lengths and angles across the axis are wrong: export it without rescaling",
	        a.num, a.den);
}

static void fill_info(tt_video *v)
{
	tt_source_info *i = &v->base.info;
	const AVFormatContext *f = v->file.format;
	const AVCodecParameters *par = v->stream->codecpar;
	const AVRational fr = v->stream->avg_frame_rate;
	const char *name = av_get_pix_fmt_name((enum AVPixelFormat)v->format);
	i->path = v->path;
	/* "mov,mp4,m4a,3gp,3g2,mj2" is for machines, "QuickTime / MOV" for people */
	const AVInputFormat *container = f->iformat;
	i->format = strchr(container->name, ',') && container->long_name ? container->long_name : container->name;
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
	int64_t first = v->waiting.pts;
	if (first == TT_NO_TIME) first = v->stream->start_time == AV_NOPTS_VALUE ? 0 : v->stream->start_time;
	i->start_offset_s = (double)first * av_q2d(v->stream->time_base);
	if (v->stream->duration != AV_NOPTS_VALUE)
		i->duration_s = (double)v->stream->duration * av_q2d(v->stream->time_base);
	else if (f->duration != AV_NOPTS_VALUE)
		i->duration_s = (double)f->duration / AV_TIME_BASE;
	if (par->bit_rate > 0)
		i->bit_rate = (double)par->bit_rate;
	else if (f->bit_rate > 0)
		i->bit_rate = (double)f->bit_rate;
	if (v->luma.how == TT_LUMA_CONVERT)
		v->normalisation =
		    tt_format("grey of %d bits computed from %s by libswscale", v->luma.bits, i->pixel_format);
	if (v->luma.how == TT_LUMA_PALETTE) v->normalisation = tt_strdup("grey of the palette's colours (pal8)");
	if (v->normalisation) i->normalisation = v->normalisation;
}

static tt_status first_picture(tt_video *v, tt_error *err)
{
	while (v->width == 0 && !v->all_decoded) {
		tt_status st = step(v, err);
		if (st != TT_OK) return st;
	}
	if (v->width > 0) return TT_OK;
	if (v->packets == 0)
		return tt_fail(err, TT_ERR_INPUT, "'%s' has a video stream but not one frame in it", v->path);
	return tt_fail(err, TT_ERR_INPUT, "'%s': none of its %" PRId64 " frames can be decoded (%s): %s", v->path,
	               v->packets, avcodec_get_name(v->stream->codecpar->codec_id), v->log.last);
}

static tt_status start(tt_video *v, const tt_source_options *options, tt_error *err)
{
	v->file.most_pixels = options->max_pixels;
	v->file.cancel = options->cancel;
	tt_avlog_watch_memory();
	tt_status st = tt_avfile_open(&v->file, v->path, err);
	if (tt_avlog_no_memory(&v->log)) return tt_fail_memory(err, "reading a video");
	if (st == TT_OK) st = choose_stream(v, options->stream, err);
	if (st == TT_OK) st = check_size(v, err);
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
	orient(v);
	warn_of_aspect(v);
	st = next_item(v, &v->waiting, err);
	if (st != TT_OK) return st == TT_END ? tt_fail(err, TT_ERR_INPUT, "'%s' has no frame", v->path) : st;
	v->have_waiting = true;
	fill_info(v);
	return TT_OK;
}

static void video_close(tt_reader *r)
{
	tt_video *v = (tt_video *)r;
	tt_avlog *old = tt_avlog_listen(&v->log);
	drop_waiting(v);
	tt_timeline_free(v->timeline, drop_picture);
	avcodec_free_context(&v->decoder);
	av_packet_free(&v->packet);
	av_frame_free(&v->spare);
	tt_avfile_close(&v->file);
	tt_luma_free(&v->luma);
	tt_strings_free(&v->base.warnings);
	tt_avlog_listen(old);
	tt_avlog_destroy(&v->log);
	free(v->path);
	free(v->normalisation);
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
	tt_avlog_init(&v->log);
	v->options = *options;
	v->path = tt_strdup(path);
	if (!v->path) {
		video_close(&v->base);
		return tt_fail_memory(err, "a video");
	}
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

const tt_source_format tt_format_video = {
    .name = "video",
    .probe = video_probe,
    .open = video_open,
    .next = video_next,
    .seek = video_seek,
    .places = video_places,
    .resume = video_resume,
    .sum_up = video_sum_up,
    .release = video_release,
    .close = video_close,
};
