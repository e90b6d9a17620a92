/* Which kernels run: decided once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/kernels.h"

#include <stdlib.h>
#include <string.h>

const tt_kernels *tt_kernels_named(const char *name)
{
	if (!strcmp(name, "c")) return &tt_kernels_c;
	return NULL;
}

const tt_kernels *tt_kernels_best(void)
{
	static const char *const best_first[] = {"avx512", "avx2", "c"};
	const char *wish = getenv("TEMTENSILE_SIMD");
	const tt_kernels *k = wish ? tt_kernels_named(wish) : NULL;
	for (size_t i = 0; !k && i < sizeof best_first / sizeof *best_first; i++) k = tt_kernels_named(best_first[i]);
	return k;
}
