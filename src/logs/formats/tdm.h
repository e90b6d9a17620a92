/* An NI TDM pair: what its XML index says of blocks, channels and groups, and the values behind them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_LOGS_FORMATS_TDM_H
#define TT_LOGS_FORMATS_TDM_H

#include "logs/log.h"

typedef enum tt_tdm_kind {
	TDM_OTHER,
	TDM_BLOCK,
	TDM_SEQUENCE,
	TDM_CHANNEL,
	TDM_COLUMN,
	TDM_GROUP,
	TDM_ATTRIBUTE
} tt_tdm_kind;

/* One element. Strings are malloc'ed or NULL. */
typedef struct tt_tdm_item {
	tt_tdm_kind kind;
	char *id;
	char *name;              /* channel, group, attribute */
	char *description;       /* channel */
	char *unit;              /* channel; block: the type of its values; column: how its sequence is represented */
	char *group;             /* channel: id of its group */
	char *next;              /* channel → column → sequence → block: id of the next; attribute: its value */
	uint64_t offset, length; /* block */
} tt_tdm_item;

typedef struct tt_tdm_index {
	tt_tdm_item *item;
	size_t n, capacity;
	char *url; /* of the file with the values */
	bool big_endian;
	bool has_file;
} tt_tdm_index;

tt_status tt_tdm_index_read(const tt_log_source *src, tt_tdm_index *index, tt_error *err);
void tt_tdm_index_free(tt_tdm_index *index);
/* NULL when absent. */
const tt_tdm_item *tt_tdm_by_id(const tt_tdm_index *index, tt_tdm_kind kind, const char *id);
/* Value of an attribute of the file whose name begins so; *name (may be NULL) is its whole name. */
const char *tt_tdm_attribute(const tt_tdm_index *index, const char *begin, const char **name);

/* The values of one channel. */
typedef struct tt_tdm_values {
	const unsigned char *at;
	size_t size; /* of one value */
	char kind;   /* 'f' float, 'i' signed, 'u' unsigned */
	bool big_endian;
	uint64_t stated; /* values that the index promises */
	size_t n;        /* values that lie within the file */
} tt_tdm_values;

/* The file of values (.tdx). */
typedef struct tt_tdm_binary {
	const unsigned char *bytes;
	size_t size;
	const char *name; /* for messages */
} tt_tdm_binary;

/* Follows channel → column → sequence → block, and checks the block against the size of the file. */
tt_status tt_tdm_channel_values(const tt_log_source *src, const tt_tdm_index *index, const tt_tdm_item *channel,
                                const tt_tdm_binary *data, tt_tdm_values *v, tt_error *err);
double tt_tdm_value(const tt_tdm_values *v, size_t i); /* i < v->n */
/* Rows, segments and notes of the log. */
tt_status tt_tdm_read(const tt_log_source *src, const tt_tdm_index *index, const tt_tdm_binary *data, tt_force_log *log,
                      tt_error *err);

#endif
