/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report/json_head.h"

#include "core/text.h"

void tt_json_software(tt_json *j)
{
	tt_json_object(j, "software");
	tt_json_string(j, "name", "temtensile");
	tt_json_string(j, "version", tt_version());
	tt_json_end(j);
}

void tt_json_inputs(tt_json *j, const tt_strings *file, const tt_strings *hash)
{
	tt_json_list(j, "inputs");
	for (size_t i = 0; i < file->n && i < hash->n; i++) {
		tt_json_object(j, NULL);
		tt_json_string(j, "file", tt_path_base(file->item[i]));
		tt_json_string(j, "sha256", hash->item[i]);
		tt_json_end(j);
	}
	tt_json_end(j);
}
