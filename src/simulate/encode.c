/* Grey frames into a video file, by the encoder of the room output.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "simulate/encode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/movie/encoder.h"

/* The encoder counts frames as if there were five a second, whatever the rate is: H.264 encoders take detail away from
 * frames that are shown for a shorter time, and the noise and the small motions of a measurement with it. So a crf
 * means the same quality at any rate. */
enum { TOLD_RATE = 5 };

struct tt_sim_encoder {
	tt_encoder *encoder;
	int grey_bits;
};

/* libav's names of what may make this video, the first choice first. */
static size_t choose(const tt_sim_spec *s, const char *names[2])
{
	switch (s->video.codec) {
	case TT_SIM_FFV1: names[0] = "ffv1"; return 1;
	case TT_SIM_RAW: names[0] = "rawvideo"; return 1;
	case TT_SIM_MPEG4: names[0] = "mpeg4"; return 1;
	default: names[0] = "libx264"; break;
	}
	names[1] = "mpeg4";
	return s->video.lossless || s->video.bits > 8 ? 1 : 2;
}

/* A frame's duration as a fraction whose time stamps stay within a microsecond over an hour; false: there is none. */
static bool exact_tick(double rate, int *num, int *den)
{
	return tt_encoder_fraction(rate, den, num) && fabs((double)*den / *num / rate - 1) < 2e-10;
}

static void set_ticks(tt_encoder_options *o, const char *file, double rate, bool constant)
{
	const char *end = strrchr(file, '.');
	bool exact = exact_tick(rate, &o->tick_num, &o->tick_den);
	bool avi = end && strcmp(end, ".avi") == 0; /* nothing else fits into it */
	if (constant && (exact || avi)) return;
	o->tick_num = 1;
	o->tick_den = constant ? 90000 : 1000;
}

tt_status tt_sim_encoder_open(const char *path, const tt_sim_spec *s, double frame_rate, bool constant, int threads,
                              tt_strings *notes, tt_sim_encoder **out, tt_error *err)
{
	const char *names[2];
	size_t used;
	tt_error why = {0};
	*out = NULL;
	tt_sim_encoder *e = calloc(1, sizeof *e);
	if (!e) return tt_fail_memory(err, "the video encoder");
	e->grey_bits = s->video.bits;
	tt_encoder_options o = {.name = s->video.file,
	                        .encoder = names,
	                        .n_encoders = choose(s, names),
	                        .width = s->video.width,
	                        .height = s->video.height,
	                        .grey = s->video.codec == TT_SIM_FFV1 || s->video.codec == TT_SIM_RAW,
	                        .bits = s->video.bits,
	                        .full_range = true, /* grey levels are stored as they are, 0 to 255 */
	                        .frame_rate = frame_rate,
	                        .codec_num = 1,
	                        .codec_den = TOLD_RATE,
	                        .threads = threads,
	                        .preset = s->video.preset,
	                        .crf = s->video.crf,
	                        .lossless = s->video.lossless,
	                        .quality = s->video.quality};
	set_ticks(&o, s->video.file, frame_rate, constant);
	tt_status st = tt_encoder_open(path, &o, &e->encoder, &used, &why);
	if (st != TT_OK) {
		free(e);
		if (st == TT_ERR_FAILED && strstr(why.message, "no encoder"))
			return tt_fail(err, st,
			               "%s: this machine's libav has no encoder for %s of %d bit%s; codec: ffv1 in an "
			               ".mkv file may do",
			               s->video.file, s->video.codec == TT_SIM_H264 ? "H.264" : "this codec",
			               s->video.bits, s->video.lossless ? ", lossless" : "");
		if (err) *err = why;
		return st;
	}
	if (used > 0 && notes)
		tt_warn(notes, "no H.264 encoder (libx264) in this machine's libav: %s is MPEG-4 at quality %d",
		        s->video.file, s->video.quality);
	*out = e;
	return TT_OK;
}

static void fill_frame(const tt_sim_encoder *e, const tt_image *image, uint8_t *const plane[3],
                       const ptrdiff_t stride[3])
{
	size_t sample = tt_pixel_size(image->type), row = (size_t)image->width * sample;
	for (int y = 0; y < image->height; y++)
		memcpy(plane[0] + y * stride[0], (const char *)image->data + y * image->stride, row);
	for (int k = 1; k < 3 && plane[k]; k++)
		for (int y = 0; y < (image->height + 1) / 2; y++) {
			uint8_t *d = plane[k] + y * stride[k];
			if (sample == 1)
				memset(d, 128, (size_t)(image->width + 1) / 2);
			else
				for (int x = 0; x < (image->width + 1) / 2; x++)
					((uint16_t *)(void *)d)[x] = (uint16_t)(1 << (e->grey_bits - 1));
		}
}

tt_status tt_sim_encoder_put(tt_sim_encoder *e, const tt_image *image, double time_s, tt_error *err)
{
	uint8_t *plane[3];
	ptrdiff_t stride[3];
	tt_status st = tt_encoder_planes(e->encoder, plane, stride, err);
	if (st != TT_OK) return st;
	fill_frame(e, image, plane, stride);
	return tt_encoder_put(e->encoder, time_s, err);
}

tt_status tt_sim_encoder_finish(tt_sim_encoder *e, tt_error *err)
{
	tt_status st = tt_encoder_finish(e->encoder, err);
	free(e);
	return st;
}

void tt_sim_encoder_abort(tt_sim_encoder *e)
{
	if (!e) return;
	tt_encoder_abort(e->encoder);
	free(e);
}
