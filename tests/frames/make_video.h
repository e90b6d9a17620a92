/* Writes videos for the tests, by libav, without the ffmpeg program.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_MAKE_VIDEO_H
#define TT_TESTS_MAKE_VIDEO_H

#include <stdbool.h>
#include <stdint.h>

typedef struct make_stream {
	const char *codec;   /* encoder: "libx264", "mpeg4", "ffv1", … */
	const char *pix_fmt; /* "yuv420p", "gray10le", … */
	const char *options; /* "crf=18:bf=2" */
	int width, height;
	int tick_num, tick_den; /* time base: seconds a tick; frames are 1 tick apart unless a pts is given */
	double rate;            /* frames a second to tell; 0: 1 / tick */
	int rotation_deg;       /* clockwise, as a player has to turn it */
	bool mirror;
	bool cover; /* an attached picture */
} make_stream;

typedef struct make_video make_video;

/* All of these end the running test (CHECK) when libav fails; an encoder that is not built in skips it. */
make_video *make_video_open(const char *path, const char *muxer, const char *muxer_options, const make_stream *streams,
                            int n_streams);
/* One frame of stream s: width x height grey values, at the pixel format's own depth (colour formats get
 * r = g = b). */
void make_video_frame(make_video *m, int s, int64_t pts, const uint16_t *grey);
/* A second of silence as an audio stream; call with streams = 0 for a file with sound alone. */
void make_video_audio_file(const char *path, const char *muxer);
void make_video_close(make_video *m);

/* True if this libav has the encoder. */
bool make_video_has(const char *encoder);

/* A texture that moves by (dx, dy) pixels, sampled exactly; mean `mean`, standard deviation about `contrast`, noise of
 * standard deviation `noise` from the stream `seed` (0: none); clipped to 0 … top. */
typedef struct make_scene {
	int width, height;
	double mean, contrast, noise, top;
	uint32_t texture_seed;
	uint64_t noise_state; /* any start value; goes on from frame to frame */
} make_scene;
void make_scene_frame(make_scene *scene, double dx, double dy, uint16_t *grey);

#endif
