/* Fuzz target: any bytes as a MAT file that `mat` converts: what the check lets through, matio reads.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "../fuzz.h"

#include "report/mat_check.h"
#include "temtensile/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char out[300];
	int64_t variables;
	size_t objects = 0;
	tt_error err = {0};
	const char *path = fuzz_put("in.mat", data, size);
	snprintf(out, sizeof out, "%s/out.mat", fuzz_folder());
	tt_status st = tt_mat_check(path, &variables, &err);
	fuzz_said(st != TT_OK, err.message);
	if (st != TT_OK || variables < 0) return 0; /* HDF5 is libhdf5's matter */
	fuzz_said(tt_mat_convert(path, out, false, true, &objects, &err) != TT_OK, err.message);
	unlink(out);
	return 0;
}
