/* What this program does in a process of its own for another one (core/apart.h).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "core/apart.h"

#include <string.h>

#include "logs/formats/xls.h"
#include "report/mat_convert.h"
#include "temtensile/jobs.h"

bool tt_work_apart(int n, char *const *words)
{
	const bool xls = n == 2 && strcmp(words[0], "xls") == 0, mat = n == 5 && strcmp(words[0], "mat") == 0;
	if (!xls && !mat) return false;
	fputs(TT_APART_HELLO, stdout);
	if (xls) tt_xls_tell(words[1], stdout);
	if (mat) tt_mat_convert_tell(words[1], words[2], words[3], strcmp(words[4], "7.3") == 0, stdout);
	return fflush(stdout) == 0;
}
