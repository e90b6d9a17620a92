/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/kept_observation.h"

tt_status tt_write_observation(const tt_findings *f, tt_error *err)
{
	const char *path;
	if (!tt_observation_key_of(f->o)[0]) return TT_OK; /* nobody could tell later whose it is */
	tt_status st = tt_outdir_path(f->out, "observation.ttobs", &path, err);
	return st == TT_OK ? tt_observation_save(f->o, path, err) : st;
}
