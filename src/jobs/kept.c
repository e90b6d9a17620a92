/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "jobs/kept.h"

#include <stdlib.h>
#include <string.h>

#include "core/former.h"
#include "core/text.h"

char *tt_results_maker(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH"); /* stands in figures */
	return epoch ? tt_format("temtensile %s, SOURCE_DATE_EPOCH %s", tt_software_build(), epoch)
	             : tt_format("temtensile %s", tt_software_build());
}

void tt_kept_observation(const tt_outdir *dir, const char key[65], bool with_width, tt_observation **o)
{
	tt_error ignored;
	char *path = tt_former_path(dir, "observation.ttobs");
	*o = NULL;
	if (!path) return;
	tt_status st = tt_observation_load(path, o, &ignored);
	free(path);
	if (st != TT_OK) return;
	if (strcmp(tt_observation_key_of(*o), key) == 0 && (tt_observation_has_width(*o) || !with_width)) return;
	tt_observation_free(*o);
	*o = NULL;
}

void tt_kept_frames_find(const tt_outdir *dir, tt_kept_frames *k)
{
	tt_error ignored;
	char *path = tt_former_path(dir, "frames.ttobs");
	memset(k, 0, sizeof *k);
	if (path) tt_kept_frames_load(path, k, &ignored); /* empty when it cannot be read: looked at anew */
	free(path);
}
