/* Square systems of equations: thin over GSL's LU decomposition.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_NUMERIC_DENSE_H
#define TT_NUMERIC_DENSE_H

#include <stdbool.h>
#include <stddef.h>

/* a: n × n, row by row, replaced by its LU decomposition; row: n numbers for its order of rows. false: singular. */
bool tt_lu(double *a, size_t n, size_t *row);
/* x (the right-hand side) is replaced by the solution. */
void tt_lu_solve(const double *a, size_t n, const size_t *row, double *x);

#endif
