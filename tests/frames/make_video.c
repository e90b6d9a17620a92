/* Writes videos for the tests, by libav, without the ffmpeg program.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "make_video.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

#include "check.h"

enum { MOST_STREAMS = 4 };

/* For LeakSanitizer: the encoder x265 keeps some memory for ever. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libx265";
}

typedef struct out_stream {
	make_stream want;
	AVCodecContext *encoder;
	AVStream *stream;
	AVFrame *frame;
} out_stream;

struct make_video {
	AVFormatContext *format;
	out_stream stream[MOST_STREAMS];
	int n;
	AVPacket *packet;
};

static void must(int e, const char *what)
{
	if (e < 0) check_stop(CHECK_FAILED, "making a video: %s: %s", what, av_err2str(e));
}

bool make_video_has(const char *encoder)
{
	return avcodec_find_encoder_by_name(encoder) != NULL;
}

static void open_encoder(make_video *m, out_stream *o)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(o->want.codec);
	if (!codec) CHECK_SKIP("this libav has no encoder %s", o->want.codec);
	AVCodecContext *c = o->encoder = avcodec_alloc_context3(codec);
	c->width = o->want.width;
	c->height = o->want.height;
	c->pix_fmt = av_get_pix_fmt(o->want.pix_fmt);
	c->time_base = (AVRational){o->want.tick_num ? o->want.tick_num : 1, o->want.tick_den};
	c->framerate = o->want.rate > 0 ? av_d2q(o->want.rate, 100000) : av_inv_q(c->time_base);
	c->thread_count = 1;
	if (m->format->oformat->flags & AVFMT_GLOBALHEADER) c->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
	if (strcmp(o->want.codec, "mpeg4") == 0 || strcmp(o->want.codec, "mjpeg") == 0) {
		c->flags |= AV_CODEC_FLAG_QSCALE;
		c->global_quality = 3 * FF_QP2LAMBDA;
	}
	c->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
	AVDictionary *d = NULL;
	if (o->want.options) must(av_dict_parse_string(&d, o->want.options, "=", ":", 0), "encoder options");
	must(avcodec_open2(c, codec, &d), o->want.codec);
	CHECK_MSG(av_dict_count(d) == 0, "making a video: %s does not know an option of %s", o->want.codec,
	          o->want.options);
	av_dict_free(&d);
	o->stream = avformat_new_stream(m->format, NULL);
	CHECK(o->stream != NULL);
	must(avcodec_parameters_from_context(o->stream->codecpar, c), "parameters");
	o->stream->time_base = c->time_base;
	o->stream->avg_frame_rate = c->framerate;
	if (o->want.cover) o->stream->disposition |= AV_DISPOSITION_ATTACHED_PIC;
	if (o->want.rotation_deg || o->want.mirror) {
		int32_t *matrix =
		    (int32_t *)av_stream_new_side_data(o->stream, AV_PKT_DATA_DISPLAYMATRIX, 9 * sizeof *matrix);
		CHECK(matrix != NULL);
		av_display_rotation_set(matrix, o->want.rotation_deg);
		if (o->want.mirror) av_display_matrix_flip(matrix, 1, 0);
	}
	o->frame = av_frame_alloc();
	o->frame->format = c->pix_fmt;
	o->frame->width = c->width;
	o->frame->height = c->height;
	must(av_frame_get_buffer(o->frame, 0), "a frame");
}

make_video *make_video_open(const char *path, const char *muxer, const char *muxer_options, const make_stream *streams,
                            int n_streams)
{
	av_log_set_level(AV_LOG_ERROR);
	make_video *m = calloc(1, sizeof *m);
	CHECK(m != NULL && n_streams <= MOST_STREAMS);
	must(avformat_alloc_output_context2(&m->format, NULL, muxer, path), muxer);
	m->packet = av_packet_alloc();
	m->n = n_streams;
	for (int i = 0; i < n_streams; i++) {
		m->stream[i].want = streams[i];
		open_encoder(m, &m->stream[i]);
	}
	must(avio_open(&m->format->pb, path, AVIO_FLAG_WRITE), path);
	m->format->flags |= AVFMT_FLAG_BITEXACT;
	AVDictionary *d = NULL;
	if (muxer_options) must(av_dict_parse_string(&d, muxer_options, "=", ":", 0), "muxer options");
	must(avformat_write_header(m->format, &d), "header");
	av_dict_free(&d);
	return m;
}

static void encode(make_video *m, out_stream *o, const AVFrame *f)
{
	must(avcodec_send_frame(o->encoder, f), "encoding");
	for (;;) {
		int e = avcodec_receive_packet(o->encoder, m->packet);
		if (e == AVERROR(EAGAIN) || e == AVERROR_EOF) return;
		must(e, "encoding");
		if (m->packet->duration == 0 && o->encoder->framerate.num > 0)
			m->packet->duration = av_rescale_q(1, av_inv_q(o->encoder->framerate), o->encoder->time_base);
		av_packet_rescale_ts(m->packet, o->encoder->time_base, o->stream->time_base);
		m->packet->stream_index = o->stream->index;
		must(av_interleaved_write_frame(m->format, m->packet), "writing");
	}
}

static void put(AVFrame *f, const AVPixFmtDescriptor *d, int c, int x, int y, unsigned v)
{
	const AVComponentDescriptor *k = &d->comp[c];
	uint8_t *p = f->data[k->plane] + (ptrdiff_t)y * f->linesize[k->plane] + x * k->step + k->offset;
	v <<= k->shift;
	if (k->depth + k->shift <= 8) {
		*p = (uint8_t)v;
	} else if (d->flags & AV_PIX_FMT_FLAG_BE) {
		p[0] = (uint8_t)(v >> 8);
		p[1] = (uint8_t)v;
	} else {
		p[0] = (uint8_t)v;
		p[1] = (uint8_t)(v >> 8);
	}
}

static void fill(AVFrame *f, const uint16_t *grey)
{
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get((enum AVPixelFormat)f->format);
	const bool colour = d->flags & AV_PIX_FMT_FLAG_RGB;
	for (int c = 0; c < d->nb_components; c++) {
		const bool chroma = !colour && (c == 1 || c == 2) && d->nb_components >= 3;
		const bool alpha = d->flags & AV_PIX_FMT_FLAG_ALPHA && c == d->nb_components - 1;
		const int w = chroma ? AV_CEIL_RSHIFT(f->width, d->log2_chroma_w) : f->width;
		const int h = chroma ? AV_CEIL_RSHIFT(f->height, d->log2_chroma_h) : f->height;
		const unsigned top = (1u << d->comp[c].depth) - 1;
		for (int y = 0; y < h; y++)
			for (int x = 0; x < w; x++)
				put(f, d, c, x, y,
				    alpha    ? top
				    : chroma ? (top + 1) / 2
				             : grey[(size_t)y * f->width + x]);
	}
}

static void fill_palette(AVFrame *f, const uint16_t *grey)
{
	for (unsigned i = 0; i < 256; i++)
		((uint32_t *)f->data[1])[i] = 0xFF000000u | i << 16 | i << 8 | i;
	for (int y = 0; y < f->height; y++)
		for (int x = 0; x < f->width; x++)
			f->data[0][y * f->linesize[0] + x] = (uint8_t)grey[(size_t)y * f->width + x];
}

void make_video_frame(make_video *m, int s, int64_t pts, const uint16_t *grey)
{
	out_stream *o = &m->stream[s];
	must(av_frame_make_writable(o->frame), "a frame");
	if (o->frame->format == AV_PIX_FMT_PAL8)
		fill_palette(o->frame, grey);
	else
		fill(o->frame, grey);
	o->frame->pts = pts;
	encode(m, o, o->frame);
}

void make_video_close(make_video *m)
{
	for (int i = 0; i < m->n; i++)
		encode(m, &m->stream[i], NULL);
	must(av_write_trailer(m->format), "trailer");
	for (int i = 0; i < m->n; i++) {
		avcodec_free_context(&m->stream[i].encoder);
		av_frame_free(&m->stream[i].frame);
	}
	avio_closep(&m->format->pb);
	avformat_free_context(m->format);
	av_packet_free(&m->packet);
	free(m);
}

void make_video_audio_file(const char *path, const char *muxer)
{
	AVFormatContext *f = NULL;
	must(avformat_alloc_output_context2(&f, NULL, muxer, path), muxer);
	AVStream *st = avformat_new_stream(f, NULL);
	st->codecpar->codec_type = AVMEDIA_TYPE_AUDIO;
	st->codecpar->codec_id = AV_CODEC_ID_PCM_S16LE;
	st->codecpar->sample_rate = 8000;
	st->codecpar->format = AV_SAMPLE_FMT_S16;
	st->codecpar->bits_per_coded_sample = 16;
	st->codecpar->block_align = 2;
	av_channel_layout_default(&st->codecpar->ch_layout, 1);
	st->time_base = (AVRational){1, 8000};
	must(avio_open(&f->pb, path, AVIO_FLAG_WRITE), path);
	must(avformat_write_header(f, NULL), "header");
	AVPacket *p = av_packet_alloc();
	must(av_new_packet(p, 8000), "a packet");
	memset(p->data, 0, 8000);
	p->pts = p->dts = 0;
	must(av_interleaved_write_frame(f, p), "writing");
	must(av_write_trailer(f), "trailer");
	av_packet_free(&p);
	avio_closep(&f->pb);
	avformat_free_context(f);
}

/* ---- a scene ---- */

static uint64_t next_random(uint64_t *s)
{
	/* SplitMix64 (Steele, Lea, Flood 2014) */
	uint64_t z = *s += 0x9E3779B97F4A7C15u;
	z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
	z = (z ^ z >> 27) * 0x94D049BB133111EBu;
	return z ^ z >> 31;
}

static double uniform(uint64_t *s)
{
	return (double)(next_random(s) >> 11) * 0x1p-53;
}

/* Sum of six uniforms: near enough to normal for noise, and quick. */
static double noise_of(uint64_t *s)
{
	uint64_t a = next_random(s);
	double sum = 0;
	for (int i = 0; i < 4; i++)
		sum += (double)(a >> 16 * i & 0xFFFF);
	return (sum / 65535 - 2) * 1.7320508;
}

void make_scene_frame(make_scene *scene, double dx, double dy, uint16_t *grey)
{
	/* Twelve plane waves of wavelengths 9 to 25 px; each is exact under any shift. */
	enum { WAVES = 12 };
	uint64_t seed = scene->texture_seed;
	double kx[WAVES], ky[WAVES], phase[WAVES];
	for (int i = 0; i < WAVES; i++) {
		double k = 6.283185307 / (9 + 16 * uniform(&seed)), angle = 6.283185307 * uniform(&seed);
		kx[i] = k * cos(angle);
		ky[i] = k * sin(angle);
		phase[i] = 6.283185307 * uniform(&seed) - kx[i] * dx - ky[i] * dy;
	}
	const double amplitude = scene->contrast * sqrt(2.0 / WAVES);
	const size_t w = (size_t)scene->width;
	/* cos(kx x + r) = cos(kx x) cos r - sin(kx x) sin r, with r the same along a row */
	double *c = malloc((2 * WAVES + 1) * w * sizeof *c), *s = c + WAVES * w, *sum = s + WAVES * w;
	CHECK(c != NULL);
	for (size_t i = 0; i < WAVES; i++)
		for (size_t x = 0; x < w; x++) {
			c[i * w + x] = amplitude * cos(kx[i] * (double)x);
			s[i * w + x] = amplitude * sin(kx[i] * (double)x);
		}
	for (int y = 0; y < scene->height; y++) {
		for (size_t x = 0; x < w; x++)
			sum[x] = scene->mean;
		for (size_t i = 0; i < WAVES; i++) {
			const double cr = cos(ky[i] * y + phase[i]), sr = sin(ky[i] * y + phase[i]);
			for (size_t x = 0; x < w; x++)
				sum[x] += cr * c[i * w + x] - sr * s[i * w + x];
		}
		for (size_t x = 0; x < w; x++) {
			double v = sum[x];
			if (scene->noise > 0) v += scene->noise * noise_of(&scene->noise_state);
			v = floor(v + 0.5);
			grey[(size_t)y * w + x] = (uint16_t)(v < 0 ? 0 : v > scene->top ? scene->top : v);
		}
	}
	free(c);
}
