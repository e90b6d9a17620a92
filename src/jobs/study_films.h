/* The films of a study's references, measured where needed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_JOBS_STUDY_FILMS_H
#define TT_JOBS_STUDY_FILMS_H

#include "jobs/hash_memo.h"
#include "temtensile/study.h"

/* Each reference's film is measured into out/films/<name> unless what lies there is as it was, and read back into
 * `measured`; one that fails has its reason in `film_failed`. inputs gains what was read back. */
tt_status tt_study_measure_films(tt_study *s, const char *out, bool force, tt_memo *memo, const tt_job *job,
                                 tt_strings *inputs, tt_error *err);

#endif
