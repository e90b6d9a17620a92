/* The grey picture in a decoded AVFrame: borrowed as stored where that is possible.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/luma.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <libavutil/avconfig.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

enum { NO_PLANE_FLAGS = AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM | AV_PIX_FMT_FLAG_BAYER };

static bool has_luma_plane(const AVPixFmtDescriptor *d)
{
	return !(d->flags & NO_PLANE_FLAGS) && strncmp(d->name, "xyz", 3) != 0;
}

static bool luma_float(tt_luma *l, const AVPixFmtDescriptor *d)
{
	if (d->comp[0].depth != 32 || d->comp[0].step != 4) return false;
	l->type = TT_F32;
	l->how = l->swap ? TT_LUMA_UNPACK : TT_LUMA_BORROW;
	return true;
}

/* Colour: 8 bits stay 8, more become 16. */
static bool luma_convert(tt_luma *l, const AVPixFmtDescriptor *d)
{
	l->how = TT_LUMA_CONVERT;
	bool deep = d->comp[0].depth > 8;
	l->type = deep ? TT_U16 : TT_U8;
	l->bits = deep ? 16 : 8;
	return sws_isSupportedInput((enum AVPixelFormat)l->av_format) > 0;
}

bool tt_luma_init(tt_luma *l, int av_format)
{
	*l = (tt_luma){.av_format = av_format};
	const AVPixFmtDescriptor *d = av_pix_fmt_desc_get((enum AVPixelFormat)av_format);
	if (!d || (d->flags & AV_PIX_FMT_FLAG_HWACCEL)) return false;
	const AVComponentDescriptor *c = &d->comp[0];
	const bool host_big = AV_HAVE_BIGENDIAN;
	l->bits = c->depth;
	l->bytes_plane = c->plane;
	l->step = c->step;
	l->offset = c->offset;
	l->shift = c->shift;
	l->swap = c->depth + c->shift > 8 && !(d->flags & AV_PIX_FMT_FLAG_BE) == host_big;
	if (av_format == AV_PIX_FMT_PAL8) {
		l->how = TT_LUMA_PALETTE;
		l->type = TT_U8;
		return true;
	}
	if (!has_luma_plane(d)) return luma_convert(l, d);
	if (d->flags & AV_PIX_FMT_FLAG_FLOAT) return luma_float(l, d);
	if (c->depth > 16) return luma_convert(l, d);
	l->type = c->depth > 8 ? TT_U16 : TT_U8;
	int whole = c->depth + c->shift > 8 ? 2 : 1;
	bool as_is = l->step == whole && whole == (int)tt_pixel_size(l->type) && l->offset == 0 && l->shift == 0;
	l->how = as_is && !l->swap ? TT_LUMA_BORROW : TT_LUMA_UNPACK;
	return true;
}

void tt_luma_free(tt_luma *l)
{
	sws_freeContext(l->sws);
	free(l->work);
	l->sws = NULL;
	l->work = NULL;
}

bool tt_luma_orient(tt_luma *l, const int32_t m[9])
{
	/* A stored pixel (x, y) is shown at (a x + c y, b x + d y): QuickTime File Format, matrices (16.16). */
	double a = m[0], b = m[1], c = m[3], d = m[4];
	double big = fmax(fmax(fabs(a), fabs(b)), fmax(fabs(c), fabs(d)));
	if (!(big > 0)) return false;
	int ia = (int)lround(a / big), ib = (int)lround(b / big), ic = (int)lround(c / big), id = (int)lround(d / big);
	if (fabs(a / big - ia) > 0.01 || fabs(b / big - ib) > 0.01 || fabs(c / big - ic) > 0.01 ||
	    fabs(d / big - id) > 0.01)
		return false;
	int det = ia * id - ib * ic;
	if (abs(det) != 1 || ia * ia + ib * ib != 1) return false;
	l->mirror = det < 0;
	if (l->mirror) ia = -ia, ib = -ib; /* what is left after x was reversed */
	l->rotation_deg = ia == 1 ? 0 : ib == 1 ? 90 : ia == -1 ? 180 : 270;
	return true;
}

static void unpack_row(const tt_luma *l, const uint8_t *src, uint8_t *dst, int width)
{
	const int step = l->step;
	src += l->offset;
	if (l->type == TT_F32) {
		for (int x = 0; x < width; x++, src += step)
			for (int k = 0; k < 4; k++)
				dst[4 * x + k] = src[3 - k];
		return;
	}
	if (l->bits + l->shift <= 8) {
		const int mask = (1 << l->bits) - 1;
		for (int x = 0; x < width; x++, src += step)
			dst[x] = (uint8_t)(src[0] >> l->shift & mask);
		return;
	}
	const int mask = l->bits == 16 ? 0xFFFF : (1 << l->bits) - 1;
	for (int x = 0; x < width; x++, src += step) {
		uint16_t v;
		memcpy(&v, src, 2);
		if (l->swap) v = (uint16_t)(v << 8 | v >> 8);
		v = (uint16_t)(v >> l->shift & mask);
		if (l->type == TT_U8)
			dst[x] = (uint8_t)v;
		else
			memcpy(dst + 2 * x, &v, 2);
	}
}

static tt_status convert(tt_luma *l, const AVFrame *f, uint8_t *dst, ptrdiff_t stride, tt_error *err)
{
	const enum AVPixelFormat to = l->type == TT_U16 ? AV_PIX_FMT_GRAY16 : AV_PIX_FMT_GRAY8;
	if (!l->sws || l->sws_width != f->width || l->sws_height != f->height) {
		sws_freeContext(l->sws);
		l->sws = sws_getContext(f->width, f->height, (enum AVPixelFormat)f->format, f->width, f->height, to,
		                        SWS_POINT | SWS_ACCURATE_RND | SWS_BITEXACT, NULL, NULL, NULL);
		l->sws_width = f->width;
		l->sws_height = f->height;
	}
	if (!l->sws)
		return tt_fail(err, TT_ERR_INPUT, "pixel format %s cannot be turned into grey",
		               av_get_pix_fmt_name((enum AVPixelFormat)f->format));
	uint8_t *to_data[4] = {dst};
	int to_stride[4] = {(int)stride};
	if (sws_scale(l->sws, (const uint8_t *const *)f->data, f->linesize, 0, f->height, to_data, to_stride) < 0)
		return tt_fail(err, TT_ERR_FAILED, "the conversion of %s to grey failed",
		               av_get_pix_fmt_name((enum AVPixelFormat)f->format));
	return TT_OK;
}

/* The picture's colours are 0xAARRGGBB in data[1]. Grey by ITU-R BT.601; libswscale would squeeze a grey palette into
 * fewer levels. */
static void look_up(const AVFrame *f, uint8_t *dst, ptrdiff_t stride)
{
	uint8_t grey[256];
	for (int i = 0; i < 256; i++) {
		uint32_t c;
		memcpy(&c, f->data[1] + 4 * i, 4);
		uint32_t r = c >> 16 & 255, g = c >> 8 & 255, b = c & 255;
		grey[i] = (uint8_t)((299 * r + 587 * g + 114 * b + 500) / 1000);
	}
	for (int y = 0; y < f->height; y++) {
		const uint8_t *src = f->data[0] + (ptrdiff_t)y * f->linesize[0];
		for (int x = 0; x < f->width; x++)
			dst[y * stride + x] = grey[src[x]];
	}
}

static tt_status extract(tt_luma *l, const AVFrame *f, uint8_t *dst, ptrdiff_t stride, tt_error *err)
{
	if (l->how == TT_LUMA_CONVERT) return convert(l, f, dst, stride, err);
	if (l->how == TT_LUMA_PALETTE) {
		look_up(f, dst, stride);
		return TT_OK;
	}
	for (int y = 0; y < f->height; y++)
		unpack_row(l, f->data[l->bytes_plane] + (ptrdiff_t)y * f->linesize[l->bytes_plane], dst + y * stride,
		           f->width);
	return TT_OK;
}

/* dst(x, y) of the turned picture = src + x * across + y * down, in bytes. */
static void turn(const tt_luma *l, const tt_image *src, uint8_t *dst, int width, int height, ptrdiff_t stride)
{
	const ptrdiff_t px = (ptrdiff_t)tt_pixel_size(l->type), line = src->stride;
	const uint8_t *origin = src->data;
	ptrdiff_t sx = px;
	if (l->mirror) {
		origin += (src->width - 1) * px;
		sx = -px;
	}
	ptrdiff_t across = sx, down = line;
	switch (l->rotation_deg) {
	case 90: /* the first column of the result is the last row read upwards … */
		origin += (src->height - 1) * line;
		across = -line;
		down = sx;
		break;
	case 180:
		origin += (src->height - 1) * line + (src->width - 1) * sx;
		across = -sx;
		down = -line;
		break;
	case 270:
		origin += (src->width - 1) * sx;
		across = line;
		down = -sx;
		break;
	default: break;
	}
	for (int y = 0; y < height; y++) {
		const uint8_t *s = origin + y * down;
		uint8_t *d = dst + y * stride;
		if (px == 1)
			for (int x = 0; x < width; x++, s += across)
				d[x] = *s;
		else
			for (int x = 0; x < width; x++, s += across)
				memcpy(d + x * px, s, (size_t)px);
	}
}

static ptrdiff_t row_bytes(int width, tt_pixel type)
{
	return ((ptrdiff_t)width * (ptrdiff_t)tt_pixel_size(type) + 63) & ~(ptrdiff_t)63;
}

/* The picture before turning: borrowed, or extracted into `where`. */
static tt_image plain_view(const tt_luma *l, const AVFrame *f, uint8_t *where, ptrdiff_t stride)
{
	tt_image im = {.width = f->width, .height = f->height, .type = l->type};
	im.data = where ? where : f->data[l->bytes_plane];
	im.stride = where ? stride : f->linesize[l->bytes_plane];
	return im;
}

tt_status tt_luma_image(tt_luma *l, const AVFrame *f, tt_slot *slot, bool *borrowed, tt_error *err)
{
	const bool turned = l->mirror || l->rotation_deg != 0;
	const bool sideways = l->rotation_deg % 180 != 0;
	const ptrdiff_t stride = row_bytes(f->width, l->type);
	const size_t bytes = (size_t)stride * (size_t)f->height;
	uint8_t *plain = NULL;
	*borrowed = l->how == TT_LUMA_BORROW && !turned;
	if (*borrowed) {
		slot->frame.image = plain_view(l, f, NULL, 0);
		return TT_OK;
	}
	if (l->how != TT_LUMA_BORROW) {
		if (turned && l->work_size < bytes) {
			free(l->work);
			l->work = malloc(bytes);
			l->work_size = l->work ? bytes : 0;
		}
		plain = turned ? l->work : tt_slot_buffer(slot, bytes);
		if (!plain) return tt_fail_memory(err, "a frame");
		tt_status st = extract(l, f, plain, stride, err);
		if (st != TT_OK) return st;
	}
	tt_image view = plain_view(l, f, plain, stride);
	if (turned) {
		tt_image out = {.width = sideways ? view.height : view.width, .type = l->type};
		out.height = sideways ? view.width : view.height;
		out.stride = row_bytes(out.width, l->type);
		uint8_t *dst = tt_slot_buffer(slot, (size_t)out.stride * (size_t)out.height);
		if (!dst) return tt_fail_memory(err, "a frame");
		turn(l, &view, dst, out.width, out.height, out.stride);
		out.data = dst;
		view = out;
	}
	slot->frame.image = view;
	return TT_OK;
}
