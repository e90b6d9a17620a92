/* Sources of frames: videos, numbered images, microscope stacks behind one face.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_FRAMES_H
#define TEMTENSILE_FRAMES_H

#include <stdarg.h>

#include "temtensile/core.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
	TT_FRAME_DAMAGED = 1,   /* the decoder says so, or it was predicted from a damaged one */
	TT_FRAME_DUPLICATE = 2, /* the camera's previous image again */
	TT_FRAME_UNDECODED = 4, /* there is a frame number and a time, but no picture: image.data is NULL */
	TT_FRAME_MENDED = 8,    /* pixels that were no numbers are black */
	TT_FRAME_CLIPPED = 16,  /* outliers are cut */
	TT_FRAME_KEY = 32       /* of an observation's frames: a picture of its own among predicted ones */
};

typedef struct tt_frame {
	int64_t number; /* 0-based in presentation order */
	double time_s;  /* 0 at the first displayed frame */
	unsigned flags;
	bool key;       /* coded as a picture of its own, in a stream of predicted ones */
	tt_image image; /* borrowed until the next call on the source */
} tt_frame;

/* What is known without decoding everything; NaN or -1 where unknown. */
typedef struct tt_source_info {
	const char *path;
	const char *format; /* "mov,mp4,…", "DM4", "MRC", "image sequence", … */
	const char *codec;  /* "h264", "u16", … */
	const char *pixel_format;
	int width, height; /* after cropping and rotation */
	int bits;          /* significant bits of a sample as stored */
	int rotation_deg;  /* applied, clockwise */
	tt_pixel type;
	int64_t frames;        /* as the container says; -1 unknown */
	double frame_rate;     /* average, 1/s */
	double start_offset_s; /* the container's, already removed from time_s */
	double duration_s;
	double bit_rate;
	bool lossy_prediction;     /* pictures are predicted from others, and what is left over is coded with loss */
	int stream, video_streams; /* chosen one (0-based among video streams) and their number */
	double pixel_size_m;       /* from the file */
	double frame_interval_s;   /* from the file, microscope formats */
	double exposure_s;
	double black, white;            /* limits a 16-bit/float sequence is normalised by; NaN: as stored */
	const char *calibration_source; /* where pixel size and times came from, or "" */
	const char *normalisation;      /* a sentence, or "" */
} tt_source_info;

/* Twice what the largest cameras of microscopes give (11520 x 8184); a bomb of a few MB may promise billions. */
#define TT_MOST_PIXELS ((int64_t)1 << 27)

typedef struct tt_source_options {
	int stream;           /* video stream to use, 0-based among the file's video streams; -1: the default one */
	double frame_rate;    /* > 0: overrides the file's time stamps */
	int threads;          /* decoder threads; 0: as many as the machine has */
	int ahead;            /* frames decoded ahead on a thread of their own; 0: default (8), -1: none */
	bool keep_duplicates; /* true: do not look for repeated frames */
	int64_t max_pixels;   /* of a frame: larger ones are refused before memory is taken; 0: TT_MOST_PIXELS */
	const volatile int *cancel; /* non-zero: stop soon with TT_ERR_INTERRUPTED; NULL: never */
	bool allow_no_times; /* true: images without times or a frame_rate are opened all the same, time_s is NaN */
} tt_source_options;

typedef struct tt_source tt_source;

/* path: a file, a printf pattern of numbered images (frame%05d.tif), or a folder. Found by content. */
TT_API tt_status tt_source_open(const char *path, const tt_source_options *options, tt_source **out, tt_error *err);
TT_API void tt_source_close(tt_source *s);
TT_API const tt_source_info *tt_source_info_of(const tt_source *s);
/* TT_OK and a frame, TT_END, or an error. frame->image is borrowed until the next call. */
TT_API tt_status tt_source_next(tt_source *s, tt_frame *frame, tt_error *err);
/* The next frame delivered will be `number`, whose time the first pass gave as time_s. Cheap where the format
 * allows random access; in a video it decodes from the key frame before. */
TT_API tt_status tt_source_seek(tt_source *s, int64_t number, double time_s, tt_error *err);
/* A frame at which reading can begin without those before it. The clock's members are the video reader's own. */
typedef struct tt_source_place {
	int64_t number;
	int64_t pts, dts;
} tt_source_place;
/* All such places, rising, malloc'ed into *place, and the number of frames; *place NULL: every frame is one. TT_END:
 * the recording has to be read from its beginning, why (at least 200 characters) says what for. A video's packets are
 * read for it, none is decoded. Nothing else may be asked of the source afterwards. */
TT_API tt_status tt_source_places(tt_source *s, tt_source_place **place, size_t *n, int64_t *frames, char *why,
                                  tt_error *err);
/* The next frame delivered is that of the place, though none before it were read; repeated frames are recognised from
 * there on (after 768 frames as in one that was read from its beginning). The source gives no closing words. */
TT_API tt_status tt_source_resume(tt_source *s, const tt_source_place *at, tt_error *err);
/* The closing words that the source would have said after n frames with these flags (TT_FRAME_*) join its warnings. */
TT_API void tt_source_sum_up(tt_source *s, const unsigned *flags, int64_t n);
/* TT_ERR_FAILED when the file is no longer what it was when it was opened: cut, replaced, written over. To be asked
 * when all that is wanted was read. */
TT_API tt_status tt_source_verify(const tt_source *s, tt_error *err);
/* Things to tell the user, grown while reading ("cut after frame 211", "3 frames damaged"). */
TT_API const tt_strings *tt_source_warnings(const tt_source *s);

/* A text report for `probe`, also decoding everything when deep (constant or variable time stamps, duplicates,
 * damage). malloc'ed into *text. */
TT_API tt_status tt_source_probe(const char *path, const tt_source_options *options, const tt_job *job, char **text,
                                 tt_error *err);

/* One still image (PNG, TIFF, PGM, BMP, JPEG, … or the first frame of any source), grey. */
typedef struct tt_still tt_still;
TT_API tt_status tt_still_read(const char *path, tt_still **out, tt_error *err);
/* The same with a limit of size of one's own, 0: TT_MOST_PIXELS. */
TT_API tt_status tt_still_read_within(const char *path, int64_t max_pixels, tt_still **out, tt_error *err);
TT_API const tt_image *tt_still_image(const tt_still *s);
TT_API const tt_source_info *tt_still_info(const tt_still *s);
TT_API void tt_still_free(tt_still *s);

/* ---- Scans of diffraction patterns: a pattern for each position ---- */

typedef struct tt_scan_info {
	const char *path, *format, *sample; /* "u16", "f32", … as stored */
	int width, height;                  /* of a pattern, px; rows in the file's order */
	int64_t patterns;
	int64_t rows, columns; /* of the scan, 0: not said */
	double k_per_px;       /* 1/m; NaN: not said */
	double exposure_s;     /* NaN: not said */
	int counter_bits;      /* 0: not said */
	bool counts;           /* values are counted electrons */
	bool whole;            /* values are whole numbers of 0 … 65535 */
} tt_scan_info;

typedef struct tt_scan_source tt_scan_source;

/* Whatever frames reads, as patterns without change: Merlin MIB, ASTAR block files, 4-D HDF5, NumPy arrays, DM, MRC,
 * TVIPS, TIFF, … */
TT_API tt_status tt_scan_source_open(const char *path, tt_scan_source **out, tt_error *err);
TT_API void tt_scan_source_close(tt_scan_source *s);
TT_API const tt_scan_info *tt_scan_source_info(const tt_scan_source *s);
TT_API const tt_strings *tt_scan_source_warnings(const tt_scan_source *s);
/* Pattern k, row after row: as u16 (info.whole only) or as float; dst holds width × height. Safe from several threads
 * at once. TT_ERR_INPUT: it cannot be read. */
TT_API tt_status tt_scan_source_u16(tt_scan_source *s, int64_t k, uint16_t *dst, tt_error *err);
TT_API tt_status tt_scan_source_f32(tt_scan_source *s, int64_t k, float *dst, tt_error *err);

/* A horizontal scale bar that is burnt into an image; pixels with centres at integers, so that a bar over the pixels
 * 20 … 144 reaches from 19.5 to 144.5. */
typedef struct tt_scale_bar {
	double x0, x1, y;              /* its ends and its middle row, px */
	double length_px, u_length_px; /* standard uncertainty: scatter between rows, rounding by who drew it, ticks */
	int height_px;
	bool bright; /* on dark, else dark on bright */
	bool ticks;  /* at its ends */
} tt_scale_bar;

/* TT_ERR_INPUT with a sentence when there is none or more than one. */
TT_API tt_status tt_scale_bar_find(const tt_image *im, tt_scale_bar *out, tt_error *err);

/* FFmpeg's log callback belongs to the whole process and cannot be asked for. While a recording is open it is the
 * library's; messages that are not about our files go to `log`, and `log` is set again when the last one is closed.
 * Give here what you gave to av_log_set_callback; NULL: av_log_default_callback. */
typedef void tt_ffmpeg_log(void *avcl, int level, const char *fmt, va_list args);
TT_API void tt_set_ffmpeg_log(tt_ffmpeg_log *log);

#ifdef __cplusplus
}
#endif
#endif
