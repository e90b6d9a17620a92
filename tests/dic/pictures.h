/* PGM and 8-bit BMP files, for the pairs in ../shared/dic.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_PICTURES_H
#define TT_TESTS_PICTURES_H

#include "temtensile/core.h"

/* Owned pixels; data NULL when the file cannot be read. */
tt_image picture_read(const char *path);
void picture_free(tt_image *im);

/* Rows of numbers after one header line; values per row; *n rows; malloc'ed. NULL when unreadable. */
double *table_read(const char *path, int columns, size_t *n);

#endif
