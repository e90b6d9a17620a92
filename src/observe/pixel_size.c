/* How large a pixel is.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>

#include "observe/observation.h"

tt_status tt_pixel_size_of(const tt_test *t, const tt_source_info *info, tt_quantity *size, const char **source,
                           tt_error *err)
{
	*size = t->video.pixel_size;
	*source = "description";
	if (!isnan(size->value)) return TT_OK;
	if (!(info->pixel_size_m > 0))
		return tt_fail(err, TT_ERR_INPUT,
		               "%s: video.pixel_size is missing, and %s does not say how large its pixels are", t->path,
		               t->video.file);
	*size = (tt_quantity){.value = info->pixel_size_m};
	*source = info->calibration_source;
	return TT_OK;
}
