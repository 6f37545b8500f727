/* SPDX-License-Identifier: MIT */
/** The public API's handle. Only for the files that implement the API. */
#ifndef ARMELD_API_HANDLE_H
#define ARMELD_API_HANDLE_H

#include <pthread.h>

#include "apple/xcframework.h"
#include "armeld.h"
#include "census/target.h"
#include "inspect/compare.h"
#include "proof/models.h"
#include "proof/odd.h"
#include "write/build_file.h"
#include "write/outputs.h"

/** How far a handle has come; calls in any other order are refused. */
enum stage {
    STAGE_NEW,
    STAGE_ADDED,
    STAGE_PLANNED,
    STAGE_INSPECTED,
    STAGE_APPLIED,
    STAGE_RELEASED,
    STAGE_FAILED,
};

/** The job of a handle: which report there is to print. */
enum job {
    JOB_NONE,
    JOB_MELD,
    JOB_INSPECT,
    JOB_COMPARE,
    JOB_EXPLAIN_MEMBERS,
    JOB_EXPLAIN_SET,
    JOB_PKGCONFIG,
    JOB_SHARE,
    JOB_RESTORE,
    JOB_VERIFY,
    JOB_VERIFY_AGAINST,
};

struct machine;
struct machine_file;
struct machine_object;

/** Universal libraries, see machines.h. Start with {0}. */
struct machines {
    struct machine *list;
    size_t count; /**< 0: nothing is universal, nor in an xcframework */
    struct machine_file *files; /**< by library */
    struct machine_object *objects; /**< of machines for which there is no archive */
    size_t object_count;
    struct xcframework framework; /**< of the workspaces, by part; or none */
    uint32_t *part_of;   /**< by library, of xcframeworks and platforms; else NULL */
    const char **platforms; /**< by part, if platforms are melded apart: its name */
    size_t platform_count;  /**< else 0 */
    const char *library; /**< the name of a workspace in its xcframework */
};

/** A path that armeld_add() was given. */
struct input {
    const char *path;
    bool melds; /* it added libraries, and not only shared objects and programs */
    struct input *next;
};

/** A folder of a copy, and the mode of the original. */
struct folder_mode {
    const char *path;
    uint32_t mode;
};

struct armeld {
    struct armeld_options options;
    enum stage stage;
    enum job job;
    bool dry_run;      /* no file was changed */
    enum armeld_by by; /* what the report's rows stand for */
    struct error error;
    struct arena arena;         /* options and report: all that lasts after armeld_release() */
    struct input *inputs;       /* for options.split_debug */
    struct input *last_input;
    const char *workspace;      /* resolved */
    const char *framework;      /* the xcframework that it is, or lies in; or NULL */
    enum ar_flavour flavour;    /* of the outputs */
    struct os_locks locks;
    struct record record;
    struct set set;
    struct machines machines;
    struct machines looked; /* what armeld_inspect() has looked at apart; see look_apart.h */
    struct census census;
    struct target target;
    uint32_t *pins; /* by class, if not NULL: it must not move for this symbol's sake; see plan.h */
    unsigned pin_rounds;
    bool *apart; /* by class, if not NULL: not joined with others */
    bool *apart_first; /* those of them that are so from the start */
    bool apart_all;    /* so are all objects with lists */
    size_t pairs_skipped;   /* that the check of the outputs did not link */
    const char *open_needs; /* what joined objects need and no library defines, as a sentence */
    unsigned apart_rounds;
    const char *apart_why; /* the first reason */
    const char **given_up; /* ways of shrinking that were left out, as sentences */
    size_t given_up_count;
    struct model_choice models; /* whom the plan is proven for */
    struct odd odd;
    bool knows_odd; /* it is known which libraries are left out */
    bool knows_split; /* and which of them, or of others, have parts of their own */
    bool had_parts;   /* a plan had several workspaces, before the proof kept any more */
    bool asks_groups; /* a slice of a set for which workspaces of groups are asked, too */
    const char *one_part; /* why libraries that are left out get no workspace of their own */
    struct plan plan;
    struct shrunk shrunk;
    struct outputs outputs;
    struct build_files build_files;
    struct folder_mode *folder_modes; /* of xcframeworks in an output directory */
    size_t folder_mode_count;
    size_t folder_mode_capacity;
    struct armeld_report report;
    struct chart_map map; /* of armeld_chart(), for armeld_html() */
    struct compare_side compared; /* of armeld_compare(), for the same */
    bool had_images; /* of armeld_compare(): the set before has shared objects or programs */
    char *page;
    struct armeld_progress progress;
    pthread_mutex_t progress_lock;
};

/** The call's status; a failure ends the job. */
int handle_finish(struct armeld *armeld, bool done, enum stage stage);

/** Whether the handle is at one of the stages from @first to @last; @call names the caller. */
bool handle_expect(struct armeld *armeld, enum stage first, enum stage last, const char *call);

/**
 * Start a job on a set that is melded: the handle is new, its workspace is resolved, and its
 * directory is locked.
 */
bool handle_start_job(struct armeld *armeld, enum job job, const char *call);

/** Resolve the workspace and lock its directory. */
bool handle_start(struct armeld *armeld);

/** Prepare the build files that the options ask for, without writing them. */
bool handle_plan_build_files(struct armeld *armeld);

/** Tell the caller that a phase begins; unknown totals are 0. */
void handle_begin_phase(struct armeld *armeld, enum armeld_phase phase, size_t files,
                        uint64_t bytes);

/** Tell the caller that more bytes, or a file and its bytes, are done. @context the handle */
void handle_step_bytes(void *context, uint64_t bytes);
void handle_step_file(void *context, uint64_t bytes);

#endif
