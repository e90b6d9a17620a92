/* What an observation depends on, as one hash.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "observe/observation.h"

/* The recording's content and the build stand for what is not spelled out here; a key of the description that changes a
 * single pixel or subset must have its line. */
static void put_key(FILE *f, const tt_test *t, const char *recording)
{
	const tt_profile *w = &t->specimen.width;
	double least = w->value[0].value;
	for (size_t i = 1; i < w->n; i++)
		least = fmin(least, w->value[i].value);
	tt_fprintf(f, "build %s\nrecording %s\n", tt_software_build(), recording);
	tt_fprintf(f, "stream %d\nframe_rate %.17g\n", t->video.stream, t->video.frame_rate);
	/* a length enters in pixels alone */
	if (isnan(t->video.pixel_size.value))
		tt_fprintf(f, "width_m %.17g\n", least);
	else
		tt_fprintf(f, "width_px %.17g\n", least / t->video.pixel_size.value);
	if (t->gauge.automatic)
		tt_fprintf(f, "gauge auto\n");
	else
		tt_fprintf(f, "gauge %.17g %.17g %.17g %.17g\n", t->gauge.from[0], t->gauge.from[1], t->gauge.to[0],
		           t->gauge.to[1]);
	if (!isnan(t->video.frames[0])) tt_fprintf(f, "first frame %.17g\n", t->video.frames[0]);
	for (size_t i = 0; i < t->gauge.n_region; i++)
		tt_fprintf(f, "region %.17g %.17g\n", t->gauge.region[2 * i], t->gauge.region[2 * i + 1]);
	if (!isnan(t->gauge.width_px.value)) tt_fprintf(f, "bar_px %.17g\n", t->gauge.width_px.value);
	tt_fprintf(f, "subset %d\norder %d\ninterpolation %d\nprefilter %.17g\nmin_zncc %.17g\nupdate %.17g\n",
	           t->dic.subset_px, t->dic.order, (int)t->dic.interpolation, t->dic.prefilter_sigma_px,
	           t->dic.min_zncc, t->dic.update_below_zncc);
	tt_fprintf(f, "method %d\nfeature %d\n", (int)t->gauge.method, (int)t->gauge.feature);
	tt_fprintf(f, "image_displacement %d\n", t->force.image_displacement);
	if (t->force.image_displacement && t->force.has_image_points)
		tt_fprintf(f, "points %.17g %.17g %.17g %.17g\n", t->force.moving_px[0], t->force.moving_px[1],
		           t->force.fixed_px[0], t->force.fixed_px[1]);
}

bool tt_observation_needs(const char *description_key)
{
	/* What put_key writes of, and what decides of a frame's time or of which frames there are. */
	static const char *const keys[] = {"video.file",
	                                   "video.stream",
	                                   "video.frame_rate",
	                                   "video.frames",
	                                   "video.pixel_size",
	                                   "specimen.width",
	                                   "gauge",
	                                   "gauge.from",
	                                   "gauge.to",
	                                   "gauge.region",
	                                   "gauge.width_px",
	                                   "gauge.method",
	                                   "dic.subset",
	                                   "dic.shape_function",
	                                   "dic.interpolation",
	                                   "dic.prefilter",
	                                   "dic.min_zncc",
	                                   "dic.update_below",
	                                   "force.displacement",
	                                   "force.displacement.moving",
	                                   "force.displacement.fixed",
	                                   "force.spring.displacement",
	                                   "force.spring.displacement.moving",
	                                   "force.spring.displacement.fixed",
	                                   "force.image_gauge.from",
	                                   "force.image_gauge.to",
	                                   NULL};
	for (size_t i = 0; keys[i]; i++)
		if (strcmp(keys[i], description_key) == 0) return true;
	return false;
}

tt_status tt_observation_key(const tt_test *test, const char *recording, char key[65], tt_error *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	if (!f) return tt_fail_memory(err, "the observation's key");
	put_key(f, test, recording);
	bool bad = ferror(f) != 0;
	if (fclose(f) != 0 || bad || !text) {
		free(text);
		return tt_fail_memory(err, "the observation's key");
	}
	tt_sha256_bytes(text, size, key);
	free(text);
	return TT_OK;
}
