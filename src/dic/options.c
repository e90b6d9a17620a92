/* Defaults and names.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "temtensile/dic.h"

#include <math.h>

const char *tt_dic_flag_name(tt_dic_flag f)
{
	switch (f) {
	case TT_DIC_OK: return "";
	case TT_DIC_NO_TEXTURE: return "no-texture";
	case TT_DIC_LOW_ZNCC: return "low-zncc";
	case TT_DIC_DIVERGED: return "diverged";
	case TT_DIC_OUTSIDE: return "outside";
	case TT_DIC_AMBIGUOUS: return "ambiguous";
	case TT_DIC_INCONSISTENT: return "inconsistent";
	}
	return "";
}

tt_dic_options tt_dic_defaults(void)
{
	return (tt_dic_options){
	    .subset_px = 33,
	    .circular = false,
	    .order = 1,
	    .interpolation = TT_BSPLINE_QUINTIC,
	    .prefilter_sigma_px = 0,
	    .max_increment_px = 1e-3,
	    .max_iterations = 30,
	    .min_zncc = 0.6,
	    .expect_zncc = false,
	    .min_valid_fraction = 0.5,
	    .noise_grey = NAN,
	};
}
