/* A headless Chromium, spoken to over a pipe (Chrome DevTools Protocol): opens a page, runs scripts in it, and notes
 * what went wrong and what it asked the network for.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_BROWSER_H
#define TT_TESTS_BROWSER_H

#include <jansson.h>
#include <stdbool.h>

/* Starts it once a program; skips the test, visibly, where there is none. */
void browser_start(void);
void browser_stop(void);
/* Sends a command and returns its result, to be freed; fails the test when the browser refuses. params is taken over.
 */
json_t *browser_call(const char *method, json_t *params);
/* Width and height of the window, dark or light, scripts or none. */
void browser_look(int width, int height, bool dark, bool scripts);
/* Loads a file of this machine and waits until it is there. */
void browser_open(const char *path);
/* The same for any address. */
void browser_visit(const char *url);
/* The value of an expression in the page, to be freed. */
json_t *browser_eval(const char *expression);
double browser_number(const char *expression);
/* Errors of scripts, messages of the console that are errors or warnings, refused content. */
size_t browser_errors(void);
const char *browser_error(size_t i);
/* Requests for anything else than the page itself and data: URLs. */
size_t browser_requests(void);
const char *browser_request(size_t i);
void browser_mouse(const char *type, double x, double y);
/* Keys held during what the mouse does next: the sum of Alt 1, Ctrl 2, Meta 4, Shift 8. */
void browser_hold(int modifiers);
void browser_key(const char *key);
/* Looks at the page with axe-core (tests/web; skips the test, visibly, where it was not fetched) and fails it for every
 * finding that axe calls serious or critical. what: for the message. */
void browser_check_access(const char *what);
/* What is seen as a PNG, the page on paper as a PDF, into a file. */
void browser_picture(const char *path, bool whole_page);
void browser_pdf(const char *path);

#endif
