/* Files that hold one image: TIFF by libtiff, all others by libavcodec.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/picture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>

#include "frames/avlog.h"
#include "frames/luma.h"
#include "frames/read_at.h"
#include "frames/tiff_page.h"
#include "core/files.h"

static const int64_t LARGEST_FILE = (int64_t)1 << 31;

typedef struct tt_magic {
	const char *bytes;
	size_t n;
	enum AVCodecID codec; /* AV_CODEC_ID_TIFF: libtiff reads it */
} tt_magic;

static const tt_magic magics[] = {
    {"II*\0", 4, AV_CODEC_ID_TIFF},
    {"MM\0*", 4, AV_CODEC_ID_TIFF},
    {"II+\0", 4, AV_CODEC_ID_TIFF},
    {"MM\0+", 4, AV_CODEC_ID_TIFF},
    {"\x89PNG\r\n\x1a\n", 8, AV_CODEC_ID_PNG},
    {"\xff\xd8\xff\xf7", 4, AV_CODEC_ID_JPEGLS},
    {"\xff\xd8\xff", 3, AV_CODEC_ID_MJPEG},
    {"\0\0\0\x0cjP  \r\n", 10, AV_CODEC_ID_JPEG2000},
    {"\xff\x4f\xff\x51", 4, AV_CODEC_ID_JPEG2000},
    {"P7\n", 3, AV_CODEC_ID_PAM},
    {"PF\n", 3, AV_CODEC_ID_PFM},
    {"Pf\n", 3, AV_CODEC_ID_PFM},
    {"SDPX", 4, AV_CODEC_ID_DPX},
    {"XPDS", 4, AV_CODEC_ID_DPX},
    {"v/1\x01", 4, AV_CODEC_ID_EXR},
    {"SIMPLE  =", 9, AV_CODEC_ID_FITS},
    {"\x01\xda", 2, AV_CODEC_ID_SGI},
    {"\x59\xa6\x6a\x95", 4, AV_CODEC_ID_SUNRAST},
};

static bool is_space(uint8_t c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '#';
}

static enum AVCodecID codec_of(const uint8_t *h, size_t n)
{
	static const enum AVCodecID pnm[] = {AV_CODEC_ID_PBM, AV_CODEC_ID_PGM, AV_CODEC_ID_PPM};
	for (size_t i = 0; i < sizeof magics / sizeof *magics; i++)
		if (n >= magics[i].n && memcmp(h, magics[i].bytes, magics[i].n) == 0) return magics[i].codec;
	if (n >= 26 && h[0] == 'B' && h[1] == 'M' && h[6] == 0 && h[7] == 0 && h[8] == 0 && h[9] == 0)
		return AV_CODEC_ID_BMP;
	if (n >= 3 && h[0] == 'P' && h[1] >= '1' && h[1] <= '6' && is_space(h[2])) return pnm[(h[1] - '1') % 3];
	if (n >= 16 && memcmp(h, "RIFF", 4) == 0 && memcmp(h + 8, "WEBPVP8", 7) == 0) return AV_CODEC_ID_WEBP;
	return AV_CODEC_ID_NONE;
}

/* Moving pictures in the clothes of a still image. */
static bool moves(const uint8_t *h, size_t n, enum AVCodecID codec)
{
	if (codec == AV_CODEC_ID_WEBP) return n > 20 && memcmp(h + 12, "VP8X", 4) == 0 && h[20] & 2;
	if (codec != AV_CODEC_ID_PNG) return false;
	for (size_t i = 8; i + 4 <= n; i++)
		if (memcmp(h + i, "acTL", 4) == 0) return true;
	return false;
}

int tt_picture_is(const uint8_t *head, size_t size)
{
	enum AVCodecID codec = codec_of(head, size);
	if (codec == AV_CODEC_ID_NONE || moves(head, size, codec)) return 0;
	return codec == AV_CODEC_ID_TIFF ? 1 : 2;
}

/* ---- TIFF ---- */

static tt_status read_tiff(const char *path, int64_t max_pixels, tt_slot *slot, tt_picture_info *info, tt_error *err)
{
	tt_tiff t = {.most_pixels = max_pixels};
	tt_tiff_page page;
	tt_status st = tt_tiff_open(&t, path, err);
	if (st == TT_OK) st = tt_tiff_look(&t, &page, err);
	if (st == TT_OK) {
		const ptrdiff_t stride =
		    ((ptrdiff_t)page.width * (ptrdiff_t)tt_pixel_size(page.type) + 63) & ~(ptrdiff_t)63;
		uint8_t *dst = tt_slot_buffer(slot, (size_t)stride * (size_t)page.height);
		st = dst ? tt_tiff_read(&t, &page, dst, stride, err) : tt_fail_memory(err, "an image");
		slot->frame.image = (tt_image){
		    .data = dst, .stride = stride, .width = page.width, .height = page.height, .type = page.type};
		*info = (tt_picture_info){.codec = "tiff",
		                          .pixel_format = page.stored,
		                          .bits = page.bits,
		                          .converted = page.conversion[0] != 0,
		                          .more_pages = !TIFFLastDirectory(t.handle)};
		snprintf(info->conversion, sizeof info->conversion, "%s", page.conversion);
	}
	tt_tiff_close(&t);
	if (st != TT_OK) slot->frame.image = (tt_image){0};
	return st;
}

/* ---- the others ---- */

static tt_status load_bytes(const char *path, int fd, AVPacket *p, size_t n, tt_error *err)
{
	int why = 0;
	int64_t got = tt_read_at(fd, 0, p->data, n, &why);
	if (got < 0) return tt_fail_read(err, path, why);
	return (size_t)got == n ? TT_OK : tt_fail(err, TT_ERR_INPUT, "'%s' was cut while it was read", path);
}

static tt_status load(const char *path, AVPacket *p, tt_error *err)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	if (!f || fstat(fileno(f), &st) != 0) {
		tt_status e = tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
		if (f) fclose(f);
		return e;
	}
	tt_status e = TT_OK;
	if (st.st_size <= 0 || st.st_size > LARGEST_FILE)
		e = tt_fail(err, TT_ERR_INPUT, "'%s' has %lld bytes: no image", path, (long long)st.st_size);
	else if (av_new_packet(p, (int)st.st_size) < 0)
		e = tt_fail_memory(err, "an image");
	else
		e = load_bytes(path, fileno(f), p, (size_t)st.st_size, err);
	fclose(f);
	return e;
}

/* A JPEG ends with FF D9, perhaps with something behind. libavcodec fills what is missing with grey and says little. */
static bool jpeg_is_whole(const AVPacket *p)
{
	for (int i = p->size - 2; i >= 2; i--)
		if (p->data[i] == 0xFF && p->data[i + 1] == 0xD9) return true;
	return false;
}

static tt_status decode(const char *path, AVCodecContext *d, AVPacket *p, AVFrame *f, tt_avlog *log, tt_error *err)
{
	tt_avlog_watch_memory();
	int e = avcodec_open2(d, d->codec, NULL);
	if (e >= 0) e = avcodec_send_packet(d, p);
	if (e >= 0) e = avcodec_send_packet(d, NULL);
	if (e >= 0) e = avcodec_receive_frame(d, f);
	if (e == AVERROR(ENOMEM) || tt_avlog_no_memory(log)) return tt_fail_memory(err, "an image");
	if ((int64_t)d->width * d->height > d->max_pixels)
		return tt_fail(err, TT_ERR_INPUT,
		               "'%s': an image of %d x %d pixels is more than the %lld that are taken; raise "
		               "video.max_pixels if it "
		               "is meant",
		               path, d->width, d->height, (long long)d->max_pixels);
	bool bad = d->codec_id == AV_CODEC_ID_MJPEG && !jpeg_is_whole(p);
	bad |= e >= 0 && (f->flags & AV_FRAME_FLAG_CORRUPT || f->decode_error_flags || log->packets > 0);
	if (e >= 0 && !bad) return TT_OK;
	return tt_fail(err, TT_ERR_INPUT, "'%s' cannot be decoded (%s): the image is damaged or cut", path,
	               log->last[0] ? log->last : "nothing comes out of it");
}

static tt_status to_grey(const char *path, const AVFrame *f, tt_slot *slot, tt_picture_info *info, tt_error *err)
{
	tt_luma l;
	const char *format = av_get_pix_fmt_name((enum AVPixelFormat)f->format);
	if (!tt_luma_init(&l, f->format))
		return tt_fail(err, TT_ERR_INPUT, "'%s': there is no way to grey from its pixel format %s", path,
		               format);
	const AVFrameSideData *m = av_frame_get_side_data(f, AV_FRAME_DATA_DISPLAYMATRIX);
	if (m && m->size >= 9 * sizeof(int32_t)) tt_luma_orient(&l, (const int32_t *)(const void *)m->data);
	bool borrowed;
	tt_status st = tt_luma_image(&l, f, slot, &borrowed, err);
	if (st == TT_OK && borrowed) {
		/* a decoder is used once here: the picture moves into the slot's memory */
		const tt_image from = slot->frame.image;
		const size_t line = (size_t)from.width * tt_pixel_size(from.type);
		const size_t stride = (line + 63) & ~(size_t)63;
		uint8_t *dst = tt_slot_buffer(slot, stride * (size_t)from.height);
		if (dst) {
			for (int y = 0; y < from.height; y++)
				memcpy(dst + (size_t)y * stride,
				       (const uint8_t *)from.data + (ptrdiff_t)y * from.stride, line);
			slot->frame.image.data = dst;
			slot->frame.image.stride = (ptrdiff_t)stride;
		} else {
			st = tt_fail_memory(err, "an image");
		}
	}
	info->pixel_format = format;
	info->bits = l.bits;
	info->rotation_deg = l.rotation_deg;
	info->converted = l.how == TT_LUMA_CONVERT || l.how == TT_LUMA_PALETTE;
	if (info->converted)
		snprintf(info->conversion, sizeof info->conversion, "grey of %d bits computed from %s", l.bits, format);
	tt_luma_free(&l);
	return st;
}

static tt_status read_by_codec(const char *path, enum AVCodecID id, int64_t max_pixels, tt_slot *slot,
                               tt_picture_info *info, tt_error *err)
{
	const AVCodec *codec = avcodec_find_decoder(id);
	if (!codec) return tt_fail(err, TT_ERR_INPUT, "'%s': there is no decoder for %s", path, avcodec_get_name(id));
	tt_avlog log;
	tt_avlog_init(&log);
	tt_avlog *old = tt_avlog_listen(&log);
	AVCodecContext *d = avcodec_alloc_context3(codec);
	AVPacket *p = av_packet_alloc();
	AVFrame *f = av_frame_alloc();
	tt_status st = d && p && f ? load(path, p, err) : tt_fail_memory(err, "an image");
	if (st == TT_OK) {
		d->opaque = &log;
		d->thread_count = 1;
		d->max_pixels = max_pixels > 0 ? max_pixels : TT_MOST_PIXELS;
		d->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER;
		st = decode(path, d, p, f, &log, err);
	}
	*info = (tt_picture_info){.codec = avcodec_get_name(id), .pixel_format = ""};
	if (st == TT_OK) st = to_grey(path, f, slot, info, err);
	av_frame_free(&f);
	av_packet_free(&p);
	avcodec_free_context(&d);
	tt_avlog_listen(old);
	tt_avlog_destroy(&log);
	if (st != TT_OK) slot->frame.image = (tt_image){0};
	return st;
}

tt_status tt_picture_read(const char *path, int64_t max_pixels, tt_slot *slot, tt_picture_info *info, tt_error *err)
{
	tt_picture_info unused;
	uint8_t head[64];
	if (!info) info = &unused;
	FILE *f = fopen(path, "rb");
	if (!f) return tt_fail(err, TT_ERR_INPUT, "cannot open '%s': %s", path, strerror(errno));
	int why = 0;
	int64_t got = tt_read_at(fileno(f), 0, head, sizeof head, &why);
	fclose(f);
	if (got < 0) return tt_fail_read(err, path, why);
	size_t n = (size_t)got;
	if (n == 0) return tt_fail(err, TT_ERR_INPUT, "'%s' is empty; an image was expected", path);
	enum AVCodecID id = codec_of(head, n);
	if (id == AV_CODEC_ID_NONE) return tt_fail(err, TT_ERR_INPUT, "'%s' is no image in a known format", path);
	return id == AV_CODEC_ID_TIFF ? read_tiff(path, max_pixels, slot, info, err)
	                              : read_by_codec(path, id, max_pixels, slot, info, err);
}
