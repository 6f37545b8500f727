/* SPDX-License-Identifier: MIT */
#include "cli/signals.h"

#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "armeld.h"
#include "base/os.h"
#include "cli/diag.h"
#include "cli/progress.h"

/* Waited for by a thread: it may do what no handler may. */
static sigset_t awaited;

/** Leave, unless all is done; @why with its @path before it, if there is one. */
static void leave(const char *path, const char *why)
{
    const char *colon = *path ? ": " : "";
    progress_stop();
    switch (os_abandon()) {
    case OS_UNCHANGED:
        diag_error("%s%s%s; no file was changed", path, colon, why);
        _exit(ARMELD_FAILED);
    case OS_CHANGING:
        diag_error("some files are written, others not yet; run the same command again to "
                   "finish: %s%s%s",
                   path, colon, why);
        _exit(ARMELD_INTERRUPTED);
    case OS_CHANGED:
        break;
    }
}

static void *await(void *unused)
{
    int number = 0;
    (void)unused;
    while (sigwait(&awaited, &number) != 0) {
    }
    leave("", "interrupted");
    /* nothing is left to be lost: what the signal does by itself is right */
    signal(number, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &awaited, NULL);
    raise(number);
    return NULL;
}

/** Earned by reading a mapping, so it comes when no lock is held that is needed here. */
static void on_bus_error(int number, siginfo_t *info, void *unused)
{
    const char *path = os_mapped_at(info->si_addr);
    (void)unused;
    if (path) {
        leave(path, "changed while it was read");
    }
    signal(number, SIG_DFL); /* comes again at once */
}

/** A library that we use may call exit() when memory is short. */
static void clean_up(void)
{
    progress_stop();
    os_abandon();
}

void signals_begin(void)
{
    static const int wanted[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action;
    pthread_t thread;
    sigemptyset(&awaited);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        /* who called us may have them ignored, as nohup(1) does */
        if (sigaction(wanted[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN) {
            sigaddset(&awaited, wanted[i]);
        }
    }
    if (pthread_sigmask(SIG_BLOCK, &awaited, NULL) == 0) {
        if (pthread_create(&thread, NULL, await, NULL) == 0) {
            pthread_detach(thread);
        } else {
            pthread_sigmask(SIG_UNBLOCK, &awaited, NULL);
        }
    }
    action = (struct sigaction){.sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO};
    sigaction(SIGBUS, &action, NULL);
    signal(SIGXFSZ, SIG_IGN);
    atexit(clean_up);
}
