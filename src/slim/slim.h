/* SPDX-License-Identifier: MIT */
/**
 * Shrinking a set: strip, hide, rename and prune every member that a plan writes.
 *
 * Members whose bytes are equal are shrunk once. A decision about an object holds for all
 * libraries that hold the object.
 */
#ifndef ARMELD_SLIM_SLIM_H
#define ARMELD_SLIM_SLIM_H

#include "census/target.h"
#include "proof/plan.h"
#include "shrink/shrink.h"
#include "slim/exports.h"

struct slim_rules {
    const struct armeld_options *options; /**< which steps to take */
    const struct target *target;
    unsigned jobs;
};

/** Members that prelinking leaves what they are. */
struct apart {
    size_t count;
    const char *first; /**< the first one, as messages call it: its library and its name */
    const char *why;   /**< where the reason is not the same each time */
};

/** Start with {0}. */
struct shrunk {
    bool asked;                 /**< false: every member is written as it is */
    bool exports_only;          /**< symbols that are no exports were removed or renamed */
    struct shrunk_object *list; /**< by member; filled in for leaders only */
    uint32_t *times;            /**< by member: number of outputs that these bytes go to */
    bool prelinked;             /**< the objects of each output were put together */
    bool lost_debug;            /**< debug info was dropped because it cannot be joined */
    bool lost_bitcode;          /**< bitcode was dropped because it cannot be joined */
    size_t lost_lto;            /**< objects that lost code for LTO which nobody asked to strip */
    bool dropped_signature;     /**< a signature of an image became an ad-hoc one */
    bool hid_nothing;           /**< only hiding was asked for, and the format has no visibility */
    struct apart loaded;        /**< members that no export leads to; not joined with others */
    struct apart whole;         /**< objects that must stay whole; not joined with others */
    struct apart lto;           /**< objects that have code for LTO only */
    struct apart odd;           /**< objects with other build attributes or flags than most */
    struct apart bounds;        /**< objects whose constructors lead to the bounds of a list */
    struct apart unknown;       /**< objects with sections of a kind that nobody knows */
    struct apart twice;         /**< objects that define what others define as well */
    const char **personalities; /**< routines that unwind information names; Mach-O */
    size_t personality_count;
    struct exports exports;
    struct arena *arenas;
    unsigned arena_count;
    struct arena arena;
};

/**
 * Shrink all members that the plan writes; without any step to take, nothing changes.
 * @shrunk[out] to be freed by shrunk_free() also after a failure
 */
bool slim_run(const struct census *census, const struct plan *plan, const struct slim_rules *rules,
              struct shrunk *shrunk, struct error *error);

/** The exports, if users find no other symbols any more; NULL: users find what they found. */
const char *const *shrunk_exports(const struct shrunk *shrunk);

/** Whether a member is written at all. */
bool shrunk_keeps(const struct shrunk *shrunk, const struct census *census, uint32_t member);

/** Whether prelinking must leave a member what it is: see reach_is_apart(). */
bool shrunk_is_apart(const struct shrunk *shrunk, const struct census *census, uint32_t member);

/** The new form of a member; NULL: its bytes are written unchanged. */
const struct shrunk_object *shrunk_member(const struct shrunk *shrunk, const struct census *census,
                                          uint32_t member);

void shrunk_free(struct shrunk *shrunk);

#endif
