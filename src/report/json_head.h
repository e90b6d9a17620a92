/* How the JSON of a film and of a scan begins: who wrote it, from which files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_JSON_HEAD_H
#define TT_REPORT_JSON_HEAD_H

#include "temtensile/report.h"

/* "software": {"name", "version"} */
void tt_json_software(tt_json *j);
/* "inputs": [{"file", "sha256"}], a hash for each file; files without their folders. */
void tt_json_inputs(tt_json *j, const tt_strings *file, const tt_strings *hash);

#endif
