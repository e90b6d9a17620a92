/* Which sources this is. The text is made by the build (source_hash.sh) and linked into the library alone, so that a
 * change of one room does not relink the tests of all others.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "temtensile/core.h"

extern const char tt_build_sources[];

const char *tt_build_id(void)
{
	return tt_build_sources;
}
