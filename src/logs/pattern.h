/* Inside the readers of diffractograms: what each format provides and what they share.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_LOGS_PATTERN_H
#define TT_LOGS_PATTERN_H

#include "logs/log.h"

/* One format: a file and a line in pattern.c's table. */
typedef struct tt_pattern_format {
	const char *name;
	bool (*probe)(const tt_log_source *src);
	tt_status (*read)(const tt_log_source *src, const tt_pattern_options *options, tt_pattern *out, tt_error *err);
} tt_pattern_format;

extern const tt_pattern_format tt_pattern_raw4, tt_pattern_brml, tt_pattern_rasx, tt_pattern_xrdml, tt_pattern_raw1,
    tt_pattern_uxd, tt_pattern_text;

/* Reads from memory by the format given (NULL: found by its probe). src needs name, bytes and size. */
tt_status tt_pattern_parse(const tt_pattern_format *format, tt_log_source *src, const tt_pattern_options *options,
                           tt_pattern **out, tt_error *err);

/* Room for n points, in p->x and p->y (p->n set); u too when asked. */
tt_status tt_pattern_room(tt_pattern *p, size_t n, bool with_u, tt_error *err);
/* Chooses one of `ranges` scans by their numbers of points: the wanted one, or the longest; says so when there are
 * several. */
tt_status tt_pattern_choose(const tt_log_source *src, const tt_pattern_options *options, const size_t *points,
                            size_t ranges, tt_pattern *p, tt_error *err);
/* Å as files write it, in m; NaN when it can be no X-ray, electron or neutron wavelength in use (0.01 … 25 Å). */
double tt_pattern_angstrom(double a);

/* A list of scans that grows while a file is read; the points lie one after the other. Starts as {0}. */
typedef struct tt_scan_list {
	double *x, *y;
	size_t n, capacity_x, capacity_y;
	size_t *end; /* of each scan, in points */
	size_t scans, capacity_end;
} tt_scan_list;
bool tt_scan_list_add(tt_scan_list *l, double x, double y);
bool tt_scan_list_close(tt_scan_list *l); /* ends a scan; one without points is none */
void tt_scan_list_clear(tt_scan_list *l);
/* Chooses a scan and copies it into p. */
tt_status tt_scan_list_take(const tt_scan_list *l, const tt_log_source *src, const tt_pattern_options *options,
                            tt_pattern *p, tt_error *err);

#endif
