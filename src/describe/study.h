/* study.yaml: which tests, grouped how, with what overridden.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DESCRIBE_STUDY_H
#define TT_DESCRIBE_STUDY_H

#include "temtensile/study.h"

typedef struct tt_study_entry {
	char *path;      /* of the description */
	char *name;      /* what it is called in the study; NULL: as its description says */
	char *folder;    /* name of its result folder, unlike every other entry's */
	tt_strings sets; /* what overrides the description, as --set */
} tt_study_entry;

/* Reads study.yaml: name, group_by, references into s (its tests stay empty); one entry a test, in the file's order,
 * what a glob finds in the order of names. A description that is named and also found by a glob counts once, with what
 * its own entry overrides. Errors (TT_ERR_INPUT) have file, line, column. */
tt_status tt_study_file_read(const char *path, tt_study *s, tt_study_entry **entry, size_t *n, tt_error *err);
void tt_study_entries_free(tt_study_entry *entry, size_t n);

#endif
