/* Reading simulation.yaml: video.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "simulate/spec_read.h"

static void read_codec(tt_sim_reader *r, const tt_node *v, tt_sim_spec *s)
{
	const char *const codecs[] = {"h264", "mpeg4", "ffv1", "raw", NULL};
	const char *file = s->video.file;
	int codec = tt_sim_ends_with(file, ".avi") ? TT_SIM_MPEG4 : TT_SIM_H264;
	const tt_node *where = tt_sim_key(r, v, "codec");
	tt_sim_read_choice(r, v, "video.codec", &codec);
	s->video.codec = (tt_sim_codec)codec;
	tt_sim_read_integer(r, v, "video.crf", &s->video.crf);
	tt_sim_read_integer(r, v, "video.quality", &s->video.quality);
	tt_sim_read_integer(r, v, "video.bits", &s->video.bits);
	tt_sim_read_boolean(r, v, "video.lossless", &s->video.lossless);
	tt_sim_read_string(r, v, "preset", &s->video.preset);
	if (r->status) return;
	if (!where) where = v;
	int bits = s->video.bits;
	bool mp4 = tt_sim_ends_with(file, ".mp4") || tt_sim_ends_with(file, ".mov") || tt_sim_ends_with(file, ".m4v");
	if (bits != 8 && bits != 10 && bits != 12 && bits != 16)
		r->status = tt_node_fail(r->err, tt_node_get(v, "bits"), "found %d, expected 8, 10, 12 or 16", bits);
	else if (codec == TT_SIM_MPEG4 && (bits != 8 || s->video.lossless))
		r->status = tt_node_fail(r->err, where, "mpeg4 is 8 bit and lossy: codec ffv1 expected for %d bit%s",
		                         bits, s->video.lossless ? ", lossless" : "");
	else if (codec == TT_SIM_H264 && bits > 10)
		r->status =
		    tt_node_fail(r->err, where, "h264 has 8 or 10 bit: codec ffv1 or raw expected for %d bit", bits);
	else if (codec >= TT_SIM_FFV1 && (mp4 || tt_sim_ends_with(file, ".ts")))
		r->status =
		    tt_node_fail(r->err, where, "%s does not fit into %s: a file name ending in .mkv or .avi expected",
		                 codecs[codec], file);
	else if (codec == TT_SIM_RAW && bits > 8 && tt_sim_ends_with(file, ".avi"))
		r->status = tt_node_fail(r->err, where,
		                         "raw video of %d bit does not fit into %s: .mkv or .nut expected", bits, file);
}

static void read_drops(tt_sim_reader *r, const tt_node *v, tt_sim_spec *s)
{
	const tt_node *list = tt_sim_list(r, v, "drop", TT_SIM_MAX_DROPS, "{frame, count}");
	for (size_t i = 0; list && !r->status && i < tt_node_count(list); i++) {
		const tt_node *item = tt_sim_item(r, list, i, "{frame, count}"), *frame;
		if (!item || (r->status = tt_node_need(item, "frame", &frame, r->err))) return;
		tt_sim_drop *d = &s->video.drop[s->video.n_drops++];
		d->count = 1;
		tt_sim_read_integer(r, item, "video.drop[].frame", &d->frame);
		tt_sim_read_integer(r, item, "video.drop[].count", &d->count);
	}
}

void tt_sim_read_video(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s)
{
	const tt_node *v = tt_sim_section(r, root, "video"), *n;
	if (!v) return;
	tt_sim_read_file_name(r, v, "file", &s->video.file);
	if ((n = tt_sim_key(r, v, "size"))) {
		double size[2];
		if ((r->status = tt_node_doubles(n, 2, size, r->err))) return;
		for (int i = 0; i < 2; i++)
			if (!(size[i] >= 64 && size[i] <= 8192 && size[i] == floor(size[i]) && fmod(size[i], 2) == 0)) {
				r->status = tt_node_fail(
				    r->err, n, "found %g, expected [width, height], even numbers from 64 to 8192",
				    size[i]);
				return;
			}
		s->video.width = (int)size[0];
		s->video.height = (int)size[1];
	}
	tt_sim_read_value(r, v, "video.frame_rate", &s->video.frame_rate);
	tt_sim_read_value(r, v, "video.camera_rate", &s->video.camera_rate);
	tt_sim_read_value(r, v, "video.jitter", &s->video.jitter);
	if (!r->status && s->video.camera_rate > s->video.frame_rate)
		r->status =
		    tt_node_fail(r->err, tt_node_get(v, "camera_rate"),
		                 "%g Hz is more than the frame rate of %g Hz: a repeated frame needs a slower camera",
		                 s->video.camera_rate, s->video.frame_rate);
	if (!r->status && s->video.jitter > 0 && tt_sim_ends_with(s->video.file, ".avi"))
		r->status =
		    tt_node_fail(r->err, tt_node_get(v, "jitter"),
		                 "AVI has no time stamps of its own: a file name ending in .mp4 or .mkv expected");
	tt_sim_read_quantity(r, v, "video.log_starts_at", &s->video.log_starts_at);
	tt_sim_read_quantity(r, v, "video.clock_rate", &s->video.clock_rate);
	tt_sim_read_value(r, v, "video.duration", &s->video.duration);
	tt_sim_read_value(r, v, "video.exposure", &s->video.exposure);
	tt_sim_read_flag_choice(r, v, "video.stamps", &s->video.false_stamps);
	tt_sim_read_value(r, v, "video.dropped", &s->video.dropped);
	tt_sim_read_integer(r, v, "video.first_black", &s->video.first_black);
	read_drops(r, v, s);
	int stamp = 0;
	tt_sim_read_choice(r, v, "video.timestamp", &stamp);
	s->video.timestamp = (tt_sim_stamp)stamp;
	read_codec(r, v, s);
}
