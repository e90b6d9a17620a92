/* Fuzz target: any bytes as the record of what runs left in a folder.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "../fuzz.h"

#include "core/files.h"
#include "core/left.h"
#include "core/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tt_left left;
	tt_error err = {0};
	fuzz_put(TT_LEFT_FOLDER, data, size);
	if (tt_left_read(fuzz_folder(), TT_LEFT_FOLDER, &left, &err) != TT_OK)
		abort(); /* what is no record reads as empty */
	for (size_t i = 0; i < left.n; i++)
		for (size_t k = 0; k < left.run[i].n; k++) {
			/* what is told of is deleted: never outside */
			if (!tt_name_is_inside(left.run[i].file[k].name)) abort();
			tt_left_is_there(fuzz_folder(), &left.run[i].file[k]);
		}
	tt_left_clear(&left);
	return 0;
}
