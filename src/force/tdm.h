/* The index of an NI TDM pair: what its XML says of blocks, channels and groups.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_FORCE_TDM_H
#define TT_FORCE_TDM_H

#include "force/log.h"

typedef enum tdm_kind { TDM_OTHER, TDM_BLOCK, TDM_SEQUENCE, TDM_CHANNEL, TDM_COLUMN, TDM_GROUP, TDM_ATTRIBUTE } tdm_kind;

/* One element. Strings are malloc'ed or NULL. */
typedef struct tdm_item {
	tdm_kind kind;
	char *id;
	char *name;        /* channel, group, attribute */
	char *description; /* channel */
	char *unit;        /* channel; block: the type of its values; column: how its sequence is represented */
	char *group;       /* channel: id of its group */
	char *next;        /* channel → column → sequence → block: id of the next; attribute: its value */
	uint64_t offset, length; /* block */
} tdm_item;

typedef struct tdm_index {
	tdm_item *item;
	size_t n, capacity;
	char *url;       /* of the file with the values */
	bool big_endian;
	bool has_file;
} tdm_index;

tt_status tdm_index_read(const tt_log_source *src, tdm_index *index, tt_error *err);
void tdm_index_free(tdm_index *index);
/* NULL when absent. */
const tdm_item *tdm_by_id(const tdm_index *index, tdm_kind kind, const char *id);
/* Value of an attribute of the file whose name begins so; *name (may be NULL) is its whole name. */
const char *tdm_attribute(const tdm_index *index, const char *begin, const char **name);

#endif
