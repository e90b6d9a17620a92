/* Any bytes as a stack of one of the formats of microscopes, whatever their beginning: opened, read, sought in, closed.
 * Built once for each family of formats (FORMATS).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz_reader.h"

static void write_file(const uint8_t *data, size_t size)
{
	FILE *f = fopen(own_file(), "wb");
	if (!f || fwrite(data, 1, size, f) != size) abort();
	fclose(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const tt_source_format *const formats[] = {FORMATS};
	write_file(data, size);
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		try_format(formats[i], size);
	return 0;
}
