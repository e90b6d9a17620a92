/* libhdf5 is not made for several threads at once, and prints what goes wrong unless it is told not to: every call of
 * ours stands between these two, which take one lock. SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_HDF5_QUIET_H
#define TT_FRAMES_HDF5_QUIET_H

#include <hdf5.h>

#include "frames/stack.h"

typedef struct tt_hdf5_quiet {
	H5E_auto2_t f;
	void *data;
} tt_hdf5_quiet;

tt_hdf5_quiet tt_hdf5_begin(void);
void tt_hdf5_end(tt_hdf5_quiet q);
/* What a dataset's numbers are, in the file and in memory; false when they are none that a frame can have. */
bool tt_hdf5_sample(hid_t set, tt_sample *sample, hid_t *memory);

#endif
