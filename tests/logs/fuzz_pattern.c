/* Fuzz target of one reader of diffractograms: FUZZ_FORMAT is tt_pattern_raw4 and so on. What is read must keep the
 * promises of logs.h; what is refused must say why.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdlib.h>

#include "logs/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PROMISE(condition)                                                                                             \
	do {                                                                                                           \
		if (!(condition)) abort();                                                                             \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	tt_log_source src = {.name = "fuzz", .bytes = data, .size = size};
	tt_error err = {.message = ""};
	tt_pattern *p = NULL;
	tt_status st = tt_pattern_parse(&FUZZ_FORMAT, &src, NULL, &p, &err);
	if (st == TT_OK) {
		PROMISE(p->n >= 2 && p->format && p->range < p->ranges);
		for (size_t i = 0; i < p->n; i++) {
			PROMISE(isfinite(p->x[i]) && isfinite(p->y[i]) && (!p->u || p->u[i] > 0));
			PROMISE(i == 0 || p->x[i] > p->x[i - 1]);
		}
	} else {
		PROMISE(p == NULL && err.message[0]);
	}
	tt_pattern_free(p);
	return 0;
}
