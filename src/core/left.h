/* The record of what runs left in a folder. Two files hold such records:
 *
 *   .temtensile-record   in a folder of results, which holds one run's files
 *   .temtensile-files    in a folder where single files were put (`frame -o`, `correlate -o field.csv`, `mat -o`), a
 * run each
 *
 * Text, one line each: "temtensile record 2", then for each run "run <what>", notes of the job's own ("option …",
 * "input <sha256> <name>"), "file <sha256> <name>" for each file that it left, and at last "end". Nothing in it depends
 * on when or where the run took place. A record without its end counts for nothing. SPDX-License-Identifier:
 * GPL-3.0-or-later */
#ifndef TT_CORE_LEFT_H
#define TT_CORE_LEFT_H

#include "temtensile/core.h"

#define TT_LEFT_FOLDER ".temtensile-record"
#define TT_LEFT_FILES ".temtensile-files"

typedef struct tt_left_file {
	char *name; /* within the folder */
	char hash[65];
} tt_left_file;

typedef struct tt_left_run {
	char *what; /* the command, or the file that a single run was asked for */
	tt_strings notes;
	tt_left_file *file;
	size_t n, room;
} tt_left_run;

/* Starts as {0}. */
typedef struct tt_left {
	tt_left_run *run;
	size_t n, room;
} tt_left;

void tt_left_clear(tt_left *l);
/* Reads the record of this name in a folder. One that is not there, or not whole, reads as empty. */
tt_status tt_left_read(const char *folder, const char *record, tt_left *out, tt_error *err);
/* The run of this name, or NULL. */
tt_left_run *tt_left_find(const tt_left *l, const char *what);
/* The same, added when absent. NULL without memory. */
tt_left_run *tt_left_run_of(tt_left *l, const char *what);
/* Forgets a run. */
void tt_left_drop(tt_left *l, const char *what);
/* hash NULL: to be filled in. false without memory. */
bool tt_left_add(tt_left_run *r, const char *name, const char *hash);
/* The file of this name in any run, or NULL. */
const tt_left_file *tt_left_file_of(const tt_left *l, const char *name);
/* Writes it to path, which is made or emptied. */
tt_status tt_left_write(const tt_left *l, const char *path, const char *shown, tt_error *err);
/* Whether the file is there (no link) with just the contents that the record tells. */
bool tt_left_is_there(const char *folder, const tt_left_file *f);

/* Text on one line and back: '\\', line feed and carriage return are escaped. Escaped text is malloc'ed. */
char *tt_left_escape(const char *text);
void tt_left_unescape(char *text);

#endif
