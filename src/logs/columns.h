/* Inside the readers: tables of numbers from memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_LOGS_COLUMNS_H
#define TT_LOGS_COLUMNS_H

#include "logs/log.h"

/* src->text must be decoded (tt_log_decode). */
tt_status tt_columns_parse(const tt_log_source *src, tt_columns **out, tt_error *err);

#endif
