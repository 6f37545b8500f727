/* SPDX-License-Identifier: MIT */
/** Work on numbered items with several threads. */
#ifndef ARMELD_BASE_THREADS_H
#define ARMELD_BASE_THREADS_H

#include <stddef.h>

/** The most threads that threads_run() uses. */
enum { THREADS_MOST = 64 };

/**
 * Call @work(@context, item, worker) once for each item in [0, @count), on up to @jobs threads
 * (the caller's is one of them). Items are handed out in order, but to any worker, so each item
 * must have its own place for results. @worker is in [0, @jobs). Returns when all items are done.
 * If threads cannot be created, fewer threads do the work.
 */
void threads_run(size_t count, unsigned jobs,
                 void (*work)(void *context, size_t item, unsigned worker), void *context);

#endif
