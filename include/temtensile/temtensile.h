/* temtensile: the whole library.
 *
 * What a caller may rely on
 * - A function that can fail returns tt_status and takes tt_error *err last (NULL allowed): TT_OK, or a status with one
 *   sentence in err->message. What it makes is then NULL or empty. The library never prints and never exits.
 * - tt_thing_open/new … tt_thing_close/free; freeing NULL is allowed. What a struct holds is freed by its own function.
 * - SI units inside; another unit stands in a member's name. A missing number is NaN.
 * - Functions are safe from several threads at once on different objects; what is documented as read only, on the same.
 * - Structs that the library makes (tt_result, tt_test, tt_report and all behind a pointer that a function returned)
 * may grow at their end in a later version of the same soname; make none of them yourself. Options are made by their
 *   defaults function or as {0}; they stay as they are within a soname. src/NEWS.md names every change of it.
 * - Handlers of the whole process that GSL and FFmpeg have (gsl_set_error_handler, av_log_set_callback) are left as the
 *   caller set them, but while a function of ours runs.
 *
 * The short way: tt_analyze() (jobs.h) does what the program does, files and all. The long way, in memory:
 * tt_test_read(), tt_observe(), tt_force_log_read(), tt_evaluate(). Link with `pkg-config --libs temtensile`.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEMTENSILE_TEMTENSILE_H
#define TEMTENSILE_TEMTENSILE_H

#include "temtensile/clock.h"
#include "temtensile/closeup.h"
#include "temtensile/core.h"
#include "temtensile/curve.h"
#include "temtensile/decisions.h"
#include "temtensile/describe.h"
#include "temtensile/dic.h"
#include "temtensile/evaluate.h"
#include "temtensile/film.h"
#include "temtensile/frames.h"
#include "temtensile/jobs.h"
#include "temtensile/logs.h"
#include "temtensile/measurement.h"
#include "temtensile/mechanics.h"
#include "temtensile/necking.h"
#include "temtensile/observe.h"
#include "temtensile/properties.h"
#include "temtensile/report.h"
#include "temtensile/scan.h"
#include "temtensile/schema.h"
#include "temtensile/serve.h"
#include "temtensile/simulate.h"
#include "temtensile/study.h"

#endif
