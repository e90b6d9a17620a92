/* The text files that stand beside a simulated video.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SIMULATE_FILES_H
#define TT_SIMULATE_FILES_H

#include <stdio.h>

#include "simulate/model.h"

void tt_sim_put_description(const tt_simulation *sim, FILE *f); /* test.yaml */
void tt_sim_put_truth(const tt_simulation *sim, FILE *f);       /* truth.csv */
void tt_sim_put_truth_json(const tt_simulation *sim, FILE *f);  /* truth.json */
void tt_sim_put_axial(const tt_simulation *sim, FILE *f);       /* axial.csv */

#endif
