/* From the executable to the program proper.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_CLI_START_H
#define TT_CLI_START_H

#include "temtensile/core.h"

/* The program, in temtensile-cli.so. */
TT_API int temtensile_main(int argc, char **argv);

#endif
