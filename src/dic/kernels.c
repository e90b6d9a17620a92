/* Which kernels run: decided once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "dic/kernels.h"

#include <stdlib.h>
#include <string.h>

const tt_kernels *tt_kernels_named(const char *name)
{
	if (!strcmp(name, "c")) return &tt_kernels_c;
#ifdef TT_DIC_X86
	__builtin_cpu_init();
	if (!strcmp(name, "avx2") && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
		return &tt_kernels_avx2;
	if (!strcmp(name, "avx512") && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
	    __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
		return &tt_kernels_avx512;
#endif
	return NULL;
}

const tt_kernels *tt_kernels_best(void)
{
	static const char *const best_first[] = {"avx512", "avx2", "c"};
	const char *wish = getenv("TEMTENSILE_SIMD");
	const tt_kernels *k = wish ? tt_kernels_named(wish) : NULL;
	for (size_t i = 0; !k && i < sizeof best_first / sizeof *best_first; i++)
		k = tt_kernels_named(best_first[i]);
	return k;
}
