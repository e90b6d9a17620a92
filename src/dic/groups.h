/* Points that agree with their neighbours about the motion, gathered in groups.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_DIC_GROUPS_H
#define TT_DIC_GROUPS_H

#include "dic/cells.h"
#include "temtensile/dic.h"

#define TT_NO_GROUP UINT32_MAX

typedef struct tt_groups {
	uint32_t *of; /* each point's group, TT_NO_GROUP for one that is flagged */
	size_t *size; /* points in a group, the largest group first */
	size_t n;
} tt_groups;

/* Two points nearer than `reach` in x and y agree when each lies where the other's motion says, to half a pixel, a
 * tenth of their distance and five times their noise: strain may change from one to the next by that much. */
tt_status tt_groups_make(const tt_dic_point *points, size_t n, const tt_cells *cells, double reach, int order,
                         tt_groups *out, tt_error *err);
void tt_groups_free(tt_groups *g);

#endif
