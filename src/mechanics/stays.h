/* Which stay on the device is the test, where it begins, and how the log drifts.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_MECHANICS_STAYS_H
#define TT_MECHANICS_STAYS_H

#include "mechanics/contact.h"
#include "mechanics/episodes.h"

typedef struct tt_stays {
	tt_episode *e;
	size_t n;
	size_t first,
	    main; /* the test: cycles that leave the device, and the stay whose load breaks it, else the largest */
	size_t unmarked; /* stays from `first` on that carried much but left the specimen no longer: may be touches */
	size_t end;      /* rows from here on belong to a later stay; the log's n when there is none */
	bool loaded;     /* the log begins on the device: air and d0 are those of the release */
} tt_stays;

void tt_stays_clear(tt_stays *s);

/* Contact of the stay s->first, from the air before it. */
tt_status tt_stay_contact(const tt_trace *r, const tt_stays *s, double level, tt_contact *c, tt_error *err);

/* Does stay i end with a fracture? */
bool tt_stay_breaks(const tt_trace *r, const tt_stays *s, size_t i);

/* Finds the stays and contact. given: the caller's instant of contact, value NaN: found. drift: of force and
 * displacement, from rest, air and what follows the release. Errors: no contact; a log that begins on the device and
 * never leaves it. */
tt_status tt_stays_find(const tt_trace *r, tt_quantity given, double level, tt_stays *s, tt_contact *c,
                        tt_log_drift *drift, tt_strings *warnings, tt_error *err);

#endif
