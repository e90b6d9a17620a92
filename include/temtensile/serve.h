/* The workbench: a server on the loopback address, whose pages show tests and let their settings be changed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_SERVE_H
#define TEMTENSILE_SERVE_H

#include "temtensile/core.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tt_workbench_options {
	int port;          /* of 127.0.0.1; 0: a free one */
	bool keep;         /* go on when the last page has been closed */
	double patience_s; /* how long without a page before it ends; 0: 60 */
	/* Told once, when the server listens: "http://127.0.0.1:PORT/TOKEN/" */
	void (*listening)(void *ctx, const char *address);
	void *ctx;
} tt_workbench_options;

/* paths: descriptions of tests (test.yaml) and of studies (study.yaml, all whose tests are opened), folders of results
 * (the tests that they were made from), other folders (whose files can be opened from the page). Serves until
 * job->cancel, or until no page has been open for a while. */
TT_API tt_status tt_workbench(const char *const *paths, size_t n, const tt_workbench_options *options,
                              const tt_job *job, tt_error *err);

#ifdef __cplusplus
}
#endif
#endif
