/* Writes still images for the tests.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "make_image.h"

#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>
#include <tiffio.h>

#include "check.h"

static void must(int e, const char *what)
{
	if (e < 0) check_stop(CHECK_FAILED, "making an image: %s: %s", what, av_err2str(e));
}

static void put(AVFrame *f, const AVPixFmtDescriptor *d, int c, int x, int y, unsigned v)
{
	const AVComponentDescriptor *k = &d->comp[c];
	uint8_t *p = f->data[k->plane] + (ptrdiff_t)y * f->linesize[k->plane] + x * k->step + k->offset;
	if (k->depth <= 8) {
		*p = (uint8_t)v;
	} else if (d->flags & AV_PIX_FMT_FLAG_BE) {
		p[0] = (uint8_t)(v >> 8);
		p[1] = (uint8_t)v;
	} else {
		p[0] = (uint8_t)v;
		p[1] = (uint8_t)(v >> 8);
	}
}

void make_image(const char *path, const char *encoder, const char *pix_fmt, int width, int height, const uint16_t *grey)
{
	const AVCodec *codec = avcodec_find_encoder_by_name(encoder);
	if (!codec) CHECK_SKIP("this libav has no encoder %s", encoder);
	AVCodecContext *c = avcodec_alloc_context3(codec);
	c->width = width;
	c->height = height;
	c->pix_fmt = av_get_pix_fmt(pix_fmt);
	c->time_base = (AVRational){1, 25};
	c->flags |= AV_CODEC_FLAG_QSCALE;
	c->global_quality = FF_QP2LAMBDA;
	must(avcodec_open2(c, codec, NULL), encoder);
	AVFrame *f = av_frame_alloc();
	f->format = c->pix_fmt;
	f->width = width;
	f->height = height;
	f->quality = c->global_quality;
	must(av_frame_get_buffer(f, 0), "a frame");
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(c->pix_fmt);
	const bool colour = d->flags & AV_PIX_FMT_FLAG_RGB;
	for (int k = 0; k < d->nb_components; k++) {
		const bool chroma = !colour && d->nb_components >= 3 && k > 0;
		const int w = chroma ? AV_CEIL_RSHIFT(width, d->log2_chroma_w) : width;
		const int h = chroma ? AV_CEIL_RSHIFT(height, d->log2_chroma_h) : height;
		for (int y = 0; y < h; y++)
			for (int x = 0; x < w; x++)
				put(f, d, k, x, y, chroma ? 128 : grey[y * width + x]);
	}
	AVPacket *p = av_packet_alloc();
	must(avcodec_send_frame(c, f), "encoding");
	must(avcodec_send_frame(c, NULL), "encoding");
	must(avcodec_receive_packet(c, p), "encoding");
	FILE *out = fopen(path, "wb");
	CHECK(out && fwrite(p->data, 1, (size_t)p->size, out) == (size_t)p->size && fclose(out) == 0);
	av_packet_free(&p);
	av_frame_free(&f);
	avcodec_free_context(&c);
}

/* One sample in host order. */
static size_t put_sample(uint8_t *to, const make_tiff *t, double v)
{
	if (t->kind == 'f') {
		float f = (float)v;
		if (t->bits == 64)
			memcpy(to, &v, 8);
		else
			memcpy(to, &f, 4);
		return (size_t)t->bits / 8;
	}
	int64_t i = (int64_t)v;
	uint8_t u8 = (uint8_t)i;
	uint16_t u16 = (uint16_t)i;
	uint32_t u32 = (uint32_t)i;
	memcpy(to, t->bits == 8 ? (void *)&u8 : t->bits == 16 ? (void *)&u16 : (void *)&u32, (size_t)t->bits / 8);
	return (size_t)t->bits / 8;
}

static void write_part(TIFF *f, const make_tiff *t, int page, int x0, int y0, int w, int h,
                       double (*value)(int page, int x, int y))
{
	uint8_t *part = calloc((size_t)w * (size_t)h * (size_t)t->samples, (size_t)t->bits / 8);
	CHECK(part != NULL);
	size_t at = 0;
	for (int y = y0; y < y0 + h; y++)
		for (int x = x0; x < x0 + w; x++)
			for (int k = 0; k < t->samples; k++) {
				bool inside = x < t->width && y < t->height;
				at += put_sample(part + at, t, inside ? value(page, x, y) : 0);
			}
	if (t->tile)
		CHECK(TIFFWriteEncodedTile(f, TIFFComputeTile(f, (uint32_t)x0, (uint32_t)y0, 0, 0), part,
		                           (tmsize_t)at) >= 0);
	else
		CHECK(TIFFWriteEncodedStrip(f, TIFFComputeStrip(f, (uint32_t)y0, 0), part, (tmsize_t)at) >= 0);
	free(part);
}

void make_image_tiff(const char *path, const make_tiff *t, double (*value)(int page, int x, int y))
{
	char mode[8];
	snprintf(mode, sizeof mode, "w%s%s", t->big ? "8" : "", t->big_endian ? "b" : "");
	TIFF *f = TIFFOpen(path, mode);
	CHECK(f != NULL);
	for (int page = 0; page < (t->pages ? t->pages : 1); page++) {
		TIFFSetField(f, TIFFTAG_IMAGEWIDTH, t->width);
		TIFFSetField(f, TIFFTAG_IMAGELENGTH, t->height);
		TIFFSetField(f, TIFFTAG_BITSPERSAMPLE, t->bits);
		TIFFSetField(f, TIFFTAG_SAMPLESPERPIXEL, t->samples);
		TIFFSetField(f, TIFFTAG_SAMPLEFORMAT,
		             t->kind == 'f'   ? SAMPLEFORMAT_IEEEFP
		             : t->kind == 'i' ? SAMPLEFORMAT_INT
		                              : SAMPLEFORMAT_UINT);
		TIFFSetField(f, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
		TIFFSetField(f, TIFFTAG_PHOTOMETRIC,
		             t->samples == 3    ? PHOTOMETRIC_RGB
		             : t->white_is_zero ? PHOTOMETRIC_MINISWHITE
		                                : PHOTOMETRIC_MINISBLACK);
		TIFFSetField(f, TIFFTAG_COMPRESSION, t->compression ? t->compression : COMPRESSION_NONE);
		if (t->tile) {
			TIFFSetField(f, TIFFTAG_TILEWIDTH, t->tile);
			TIFFSetField(f, TIFFTAG_TILELENGTH, t->tile);
			for (int y = 0; y < t->height; y += t->tile)
				for (int x = 0; x < t->width; x += t->tile)
					write_part(f, t, page, x, y, t->tile, t->tile, value);
		} else {
			TIFFSetField(f, TIFFTAG_ROWSPERSTRIP, 7);
			for (int y = 0; y < t->height; y += 7)
				write_part(f, t, page, 0, y, t->width, t->height - y < 7 ? t->height - y : 7, value);
		}
		CHECK(TIFFWriteDirectory(f));
	}
	TIFFClose(f);
}
