/* What software an observation comes from.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>

#include "core/text.h"
#include "dic/kernels.h"
#include "frames/source.h"
#include "numeric/gslguard.h"
#include "observe/vision.h"
#include "temtensile/observe.h"

static char text[400];

static void compose(void)
{
	char opencv[32];
	tt_vision_library(opencv, sizeof opencv);
	tt_snprintf(text, sizeof text, "%s; kernels %s; FFmpeg %s; OpenCV %s; GSL %s", tt_build_id(),
	            tt_kernels_best()->name, tt_frames_library(), opencv, tt_gsl_library());
}

const char *tt_software_build(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, compose);
	return text;
}

const char *tt_software_kernels(void)
{
	return tt_kernels_best()->name;
}
