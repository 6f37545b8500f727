/* SPDX-License-Identifier: MIT */
/** The public API's handle. Only for the files that implement the API. */
#ifndef ARMELD_API_HANDLE_H
#define ARMELD_API_HANDLE_H

#include <pthread.h>

#include "armeld.h"
#include "census/target.h"
#include "write/build_file.h"
#include "write/outputs.h"

/** How far a handle has come; calls in any other order are refused. */
enum stage {
    STAGE_NEW,
    STAGE_ADDED,
    STAGE_PLANNED,
    STAGE_INSPECTED,
    STAGE_APPLIED,
    STAGE_FAILED,
};

struct armeld {
    struct armeld_options options;
    enum stage stage;
    struct error error;
    struct arena arena;    /* options and report */
    const char *workspace; /* resolved */
    struct os_locks locks;
    struct record record;
    struct set set;
    struct census census;
    struct target target;
    struct plan plan;
    struct shrunk shrunk;
    struct outputs outputs;
    struct build_files build_files;
    struct armeld_report report;
    struct armeld_progress progress;
    pthread_mutex_t progress_lock;
};

/** The call's status; a failure ends the melding. */
int handle_finish(struct armeld *armeld, bool done, enum stage stage);

/** Whether the handle is at one of the stages from @first to @last. */
bool handle_expect(struct armeld *armeld, enum stage first, enum stage last, const char *call);

/** Resolve the workspace and hold off other runs that write to its directory. */
bool handle_start(struct armeld *armeld);

/** Prepare the build files that the options ask for, without writing them. */
bool handle_plan_build_files(struct armeld *armeld);

#endif
