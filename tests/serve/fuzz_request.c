/* Heads and bodies of requests: anything may come.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "serve/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { PARTS = 7 };
	char *text = malloc(size + 1);
	const char *part[PARTS] = {0}, *route;
	size_t at = 0;
	tt_call call;
	tt_error err;
	if (!text) return 0;
	memcpy(text, data, size);
	text[size] = 0;
	for (int i = 0; i < PARTS && at < size; i++) {
		part[i] = text + at;
		at += strlen(text + at) + 1;
	}
	const tt_request_head head = {part[0] ? part[0] : "GET", part[1], part[2], part[3], part[4], part[5], part[6]};
	int status = tt_request_judge(&head, 80, "00000000000000000000000000000000", &route);
	if (status == 200 && !route) abort();
	if (at < size && tt_call_read(text + at, size - at, &call, &err) == TT_OK) tt_call_clear(&call);
	free(text);
	return 0;
}
