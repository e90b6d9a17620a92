/* Values of simulation.yaml, one key after the other; a key that is absent leaves what was there.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_SIMULATE_SPEC_READ_H
#define TT_SIMULATE_SPEC_READ_H

#include "simulate/spec.h"

/* Reads one key after the other; after the first error nothing more happens. */
typedef struct tt_sim_reader {
	tt_status status;
	tt_error *err;
} tt_sim_reader;

const tt_node *tt_sim_section(tt_sim_reader *r, const tt_node *map, const char *key);
const tt_node *tt_sim_key(tt_sim_reader *r, const tt_node *map, const char *key);
bool tt_sim_is_word(const tt_node *n, const char *word);
/* Of the value at a path's last part in its map: kind, unit, limits and words are those of the table of keys
 * (describe/simulation_keys.c). */
void tt_sim_read_quantity(tt_sim_reader *r, const tt_node *map, const char *path, tt_quantity *out);
void tt_sim_read_value(tt_sim_reader *r, const tt_node *map, const char *path, double *out);
void tt_sim_read_number(tt_sim_reader *r, const tt_node *map, const char *path, double *out);
void tt_sim_read_integer(tt_sim_reader *r, const tt_node *map, const char *path, int *out);
void tt_sim_read_boolean(tt_sim_reader *r, const tt_node *map, const char *path, bool *out);
void tt_sim_read_choice(tt_sim_reader *r, const tt_node *map, const char *path, int *out);
/* Of two words: whether it is the second. */
void tt_sim_read_flag_choice(tt_sim_reader *r, const tt_node *map, const char *path, bool *out);
/* A pair of lengths, speeds, …, such as [3 nm, 2 nm]; what: "two speeds". */
void tt_sim_read_pair(tt_sim_reader *r, const tt_node *map, const char *path, const char *what, double out[2]);
/* A node that was found already. */
void tt_sim_read_value_of(tt_sim_reader *r, const tt_node *n, const char *path, double *out);
/* What the table cannot say alone: a rate whose dimension is the mode's, limits that may be lists. */
void tt_sim_read_in(tt_sim_reader *r, const tt_node *map, const char *key, tt_dimension dim, double lo, double hi,
                    const char *unit, double *out);
void tt_sim_read_value_in(tt_sim_reader *r, const tt_node *n, tt_dimension dim, double lo, double hi, const char *unit,
                          double *out);
void tt_sim_read_string(tt_sim_reader *r, const tt_node *map, const char *key, char **out);
void tt_sim_read_file_name(tt_sim_reader *r, const tt_node *map, const char *key, char **out);
/* A list of maps with these keys, at most so many; NULL when absent or wrong. */
const tt_node *tt_sim_list(tt_sim_reader *r, const tt_node *map, const char *key, size_t most, const char *keys);
const tt_node *tt_sim_item(tt_sim_reader *r, const tt_node *list, size_t i, const char *keys);
bool tt_sim_ends_with(const char *text, const char *end);

/* Sections with files of their own. */
void tt_sim_read_device(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s);
void tt_sim_read_control(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s);
void tt_sim_read_log(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s);
void tt_sim_read_video(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s);
void tt_sim_read_camera(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s);
void tt_sim_read_imaging(tt_sim_reader *r, const tt_node *root, tt_sim_spec *s);

#endif
