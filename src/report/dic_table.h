/* What the iDICs Good Practices Guide for Digital Image Correlation (2018) asks to be reported with every DIC result.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_REPORT_DIC_TABLE_H
#define TT_REPORT_DIC_TABLE_H

#include "report/findings.h"

/* Rows in their order: name[i] (ASCII) and value[i] (UTF-8). Both start as {0} and need tt_strings_free in any case. */
tt_status tt_dic_table(const tt_findings *a, tt_strings *name, tt_strings *value, tt_error *err);

#endif
