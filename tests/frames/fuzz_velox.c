/* Any bytes as the metadata of a Velox EMD file. (Its images are read by libhdf5, which is not ours to fuzz.)
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>

#include "frames/formats/velox_metadata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tt_velox_metadata m;
	tt_velox_metadata_read((const char *)data, size, &m);
	return 0;
}
