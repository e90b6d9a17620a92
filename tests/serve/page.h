/* The workbench on a thread of this process, and its page in a browser.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_SERVE_PAGE_H
#define TT_TESTS_SERVE_PAGE_H

#include <stddef.h>

#include "../report/browser.h"

/* Simulates a test from the spec (YAML) into a folder below the test's own; folder: of at least 1000 bytes. */
void page_simulate(const char *name, const char *spec, char *folder);
/* Starts the workbench on these paths, and a browser; both end with the program. */
void page_serve(const char *const *paths, size_t n);
extern char page_address[128];
void page_pause(int ms);
/* Waits until the expression is true in the page. */
void page_until(const char *expression, const char *what);
void page_act(const char *expression);
/* A screenshot into the folder $TT_PICTURES, if that is set. */
void page_picture(const char *name);
void page_no_errors(void);
/* A drag with the mouse, in some steps, and a click. */
void page_drag(double x0, double y0, double x1, double y1);
void page_click(double x, double y);

#define FILL(id, text)                                                                                                 \
	"(() => { const f = document.getElementById('" id "'); f.value = '" text                                       \
	"'; f.dispatchEvent(new Event('change')); })()"

#endif
