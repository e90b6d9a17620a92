/* What Velox writes beside its images: JSON whose numbers are strings.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "frames/formats/velox_metadata.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "core/text.h"

/* A number, also one written as a string; NaN. */
static double number(const json_t *v)
{
	if (json_is_number(v)) return json_number_value(v);
	const char *text = json_string_value(v);
	if (!text) return NAN;
	char *end;
	double d = tt_strtod(text, &end);
	return end != text && *end == 0 && isfinite(d) ? d : NAN;
}

static const json_t *in(const json_t *o, const char *a, const char *b)
{
	return json_object_get(json_object_get(o, a), b);
}

static void read_pixels(const json_t *root, tt_velox_metadata *m)
{
	const json_t *b = json_object_get(root, "BinaryResult");
	const char *ux = json_string_value(json_object_get(b, "PixelUnitX")),
	           *uy = json_string_value(json_object_get(b, "PixelUnitY"));
	/* diffraction patterns have 1/m or rad */
	m->pixel_x_m = number(in(b, "PixelSize", "width")) * (ux ? tt_unit_factor(ux, TT_DIM_LENGTH) : 1);
	m->pixel_y_m = number(in(b, "PixelSize", "height")) * (uy ? tt_unit_factor(uy, TT_DIM_LENGTH) : 1);
}

/* Exposure of the detector that made the image, else of the first that has one. */
static void read_detector(const json_t *root, tt_velox_metadata *m)
{
	json_t *detectors = json_object_get(root, "Detectors"), *d;
	const double index = number(in(root, "BinaryResult", "DetectorIndex"));
	char wanted[40] = "";
	const char *key;
	if (index >= 0 && index < 1000) tt_snprintf(wanted, sizeof wanted, "Detector-%d", (int)index);
	json_object_foreach(detectors, key, d)
	{
		const double e = number(json_object_get(d, "ExposureTime"));
		if (isfinite(e) && e > 0 && (isnan(m->exposure_s) || strcmp(key, wanted) == 0)) m->exposure_s = e;
	}
}

/* CustomProperties: "Detectors[BM-Ceta].TimeStamp": {"type": "int64", "value": microseconds} */
static void read_stamp(const json_t *root, tt_velox_metadata *m)
{
	json_t *all = json_object_get(root, "CustomProperties"), *v;
	const char *key;
	json_object_foreach(all, key, v)
	{
		const size_t n = strlen(key);
		if (n < 10 || strncmp(key, "Detectors[", 10) != 0 || n < 10 + 11 ||
		    strcmp(key + n - 10, ".TimeStamp") != 0)
			continue;
		m->stamp_s = number(json_object_get(v, "value")) * 1e-6;
		return;
	}
}

bool tt_velox_metadata_read(const char *text, size_t size, tt_velox_metadata *m)
{
	*m = (tt_velox_metadata){NAN, NAN, NAN, NAN, NAN};
	const char *end = memchr(text, 0, size);
	errno = 0;
	json_t *root = json_loadb(text, end ? (size_t)(end - text) : size, JSON_DISABLE_EOF_CHECK, NULL);
	if (!root && errno == ENOMEM) tt_memory_refused();
	if (!root) return false;
	read_pixels(root, m);
	read_detector(root, m);
	read_stamp(root, m);
	const double frame = number(in(root, "Scan", "FrameTime"));
	if (frame > 0) m->frame_time_s = frame;
	json_decref(root);
	return true;
}
