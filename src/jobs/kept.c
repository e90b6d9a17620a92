/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "jobs/kept.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/former.h"
#include "core/text.h"
#include "jobs/hash_memo.h"

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

tt_status tt_recording_hash(const tt_strings *files, const tt_test *test, tt_reads *reads, char hash[65], tt_error *err)
{
	const char *const others[] = {test->path, test->force.file, test->force.empty_run};
	char *text = tt_strdup("");
	tt_status st = text ? TT_OK : tt_fail_memory(err, "the recording's hash");
	for (size_t i = 0; i < files->n && st == TT_OK; i++) {
		const char *path = files->item[i];
		bool other = false;
		struct stat s;
		for (size_t k = 0; k < sizeof others / sizeof *others; k++)
			other = other || (others[k] && strcmp(path, others[k]) == 0);
		if (other) continue;
		bool file = reads && stat(path, &s) == 0 && S_ISREG(s.st_mode);
		st = file ? tt_reads_hash(reads, path, hash, err) : tt_memo_hash(NULL, path, hash, err);
		if (st != TT_OK) break;
		char *longer = tt_format("%s%s %s\n", text, hash, tt_path_base(path));
		free(text);
		text = longer;
		if (!text) st = tt_fail_memory(err, "the recording's hash");
	}
	if (st == TT_OK) tt_sha256_bytes(text, strlen(text), hash);
	free(text);
	return st;
}
