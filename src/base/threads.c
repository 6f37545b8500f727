/* SPDX-License-Identifier: MIT */
#include "base/threads.h"

#include <pthread.h>
#include <stdatomic.h>

struct run {
    size_t count;
    atomic_size_t next;
    void (*work)(void *context, size_t item, unsigned worker);
    void *context;
};

struct worker {
    pthread_t thread;
    struct run *run;
    unsigned number;
};

static void *work_on(void *argument)
{
    struct worker *worker = argument;
    struct run *run = worker->run;
    for (;;) {
        size_t item = atomic_fetch_add_explicit(&run->next, 1, memory_order_relaxed);
        if (item >= run->count) {
            return NULL;
        }
        run->work(run->context, item, worker->number);
    }
}

void threads_run(size_t count, unsigned jobs,
                 void (*work)(void *context, size_t item, unsigned worker), void *context)
{
    struct run run = {.count = count, .work = work, .context = context};
    struct worker workers[THREADS_MOST];
    unsigned started = 1;
    atomic_init(&run.next, 0);
    if (jobs > THREADS_MOST) {
        jobs = THREADS_MOST;
    }
    workers[0] = (struct worker){.run = &run, .number = 0};
    while (started < jobs && started < count) {
        workers[started] = (struct worker){.run = &run, .number = started};
        if (pthread_create(&workers[started].thread, NULL, work_on, &workers[started]) != 0) {
            break;
        }
        started++;
    }
    work_on(&workers[0]);
    for (unsigned i = 1; i < started; i++) {
        pthread_join(workers[i].thread, NULL);
    }
}
