/* Files of src/serve/web, built in.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SERVE_WEB_H
#define TT_SERVE_WEB_H

#include <stddef.h>

typedef struct tt_web_file {
	const char *name;
	const char *data; /* terminated */
	size_t size;
} tt_web_file;
const tt_web_file *tt_web_file_find(const char *name);

#endif
