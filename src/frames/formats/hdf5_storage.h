/* Whether the bytes of a dataset are where and what its file says. libhdf5 1.10 believes the index of chunks: a chunk
 * that is shorter than it should be is taken from memory beyond, and what lies behind the file's end reads as zeros.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FRAMES_FORMATS_HDF5_STORAGE_H
#define TT_FRAMES_FORMATS_HDF5_STORAGE_H

#include <hdf5.h>

#include "temtensile/core.h"

enum { TT_HDF5_RANK = 4 };

/* The part of the dataset from `start`, `count` long in each dimension; file_size in bytes. TT_ERR_INPUT with what is
 * wrong, without the file's name. */
tt_status tt_hdf5_check_part(hid_t set, int rank, const hsize_t *start, const hsize_t *count, int64_t file_size,
                             tt_error *err);

#endif
