/* The raw values behind a channel of an NI TDM pair.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "logs/formats/tdm.h"

#include <string.h>

static bool type_of(const char *name, tt_tdm_values *v)
{
	static const struct {
		const char *name;
		char kind;
		size_t size;
	} types[] = {{"eFloat64Usi", 'f', 8}, {"eFloat32Usi", 'f', 4}, {"eInt8Usi", 'i', 1},  {"eInt16Usi", 'i', 2},
	             {"eInt32Usi", 'i', 4},   {"eInt64Usi", 'i', 8},   {"eUInt8Usi", 'u', 1}, {"eUInt16Usi", 'u', 2},
	             {"eUInt32Usi", 'u', 4},  {"eUInt64Usi", 'u', 8}};
	for (size_t i = 0; name && i < sizeof types / sizeof *types; i++)
		if (strcmp(name, types[i].name) == 0) {
			v->kind = types[i].kind;
			v->size = types[i].size;
			return true;
		}
	return false;
}

double tt_tdm_value(const tt_tdm_values *v, size_t i)
{
	const unsigned char *p = v->at + i * v->size;
	uint64_t bits = 0;
	for (size_t k = 0; k < v->size; k++)
		bits |= (uint64_t)p[k] << 8 * (v->big_endian ? v->size - 1 - k : k);
	if (v->kind == 'u') return (double)bits;
	if (v->kind == 'i') {
		uint64_t sign = UINT64_C(1) << (8 * v->size - 1);
		return bits & sign ? -(double)((sign - 1) - (bits & (sign - 1))) - 1.0 : (double)bits;
	}
	if (v->size == 8) {
		double d;
		memcpy(&d, &bits, sizeof d);
		return d;
	}
	uint32_t word = (uint32_t)bits;
	float f;
	memcpy(&f, &word, sizeof f);
	return f;
}

tt_status tt_tdm_channel_values(const tt_log_source *src, const tt_tdm_index *index, const tt_tdm_item *channel,
                                const tt_tdm_binary *data, tt_tdm_values *v, tt_error *err)
{
	const char *name = channel->name ? channel->name : "?";
	const tt_tdm_item *column = tt_tdm_by_id(index, TDM_COLUMN, channel->next);
	const tt_tdm_item *sequence = column ? tt_tdm_by_id(index, TDM_SEQUENCE, column->next) : NULL;
	const tt_tdm_item *block = sequence ? tt_tdm_by_id(index, TDM_BLOCK, sequence->next) : NULL;
	if (column && column->unit && strcmp(column->unit, "explicit") != 0)
		return tt_log_fail(src, 0, err, "channel '%s' is stored as '%.40s'; expected 'explicit' values", name,
		                   column->unit);
	if (!block)
		return tt_log_fail(src, 0, err, "channel '%s' leads to no <block> of values; the index is damaged",
		                   name);
	if (!type_of(block->unit, v))
		return tt_log_fail(src, 0, err,
		                   "channel '%s' has values of type '%.40s'; expected eFloat64Usi or another "
		                   "number",
		                   name, block->unit ? block->unit : "");
	v->big_endian = index->big_endian;
	v->stated = block->length;
	uint64_t room = block->offset < data->size ? (data->size - block->offset) / v->size : 0;
	v->n = (size_t)(block->length < room ? block->length : room);
	v->at = v->n ? data->bytes + block->offset : data->bytes;
	return TT_OK;
}
