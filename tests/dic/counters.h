/* Wall time, and the processor's own counters where the system lets us read them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TT_TESTS_COUNTERS_H
#define TT_TESTS_COUNTERS_H

typedef struct counter {
	int fd[2];
	double cycles, instructions; /* of the calling thread, user mode; 0 when not to be had */
} counter;

counter counter_start(void);
void counter_stop(counter *c);
double counter_seconds(void);     /* wall */
double counter_cpu_seconds(void); /* all threads of the process */
double counter_now_mb(void);      /* resident memory now; 0 when not to be had */
double counter_peak_mb(void);     /* peak resident memory */

#endif
