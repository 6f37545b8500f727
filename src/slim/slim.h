/* SPDX-License-Identifier: MIT */
/**
 * Shrinking a set: what is written of each member, once a plan says where it goes.
 *
 * Members whose bytes are equal are shrunk once. Nothing is decided here of an object that does
 * not hold for all libraries that have it.
 */
#ifndef ARMELD_SLIM_SLIM_H
#define ARMELD_SLIM_SLIM_H

#include "census/target.h"
#include "proof/plan.h"
#include "shrink/shrink.h"
#include "slim/exports.h"

struct slim_rules {
    const struct armeld_options *options; /**< what to do */
    const struct target *kind;
    unsigned jobs;
};

/** Start with {0}. */
struct shrunk {
    bool asked;                 /**< false: every member is written as it is */
    bool exports_only;          /**< what is no export went, or has another name */
    struct shrunk_object *list; /**< by member; only those of leaders mean something */
    uint32_t *times;            /**< by member: how often these bytes are written */
    bool prelinked;             /**< objects of an output are one: none is written as it was */
    bool lost_debug;            /**< debug info that cannot be joined went */
    bool hid_nothing;           /**< to hide was all that was asked for, but the format cannot */
    size_t own_count;           /**< names that prelinked libraries define each for itself now */
    struct span own_name;       /**< the first one */
    const char **personalities; /**< that all outputs' unwind information names; Mach-O */
    size_t personality_count;
    struct exports exports;
    struct arena *arenas;
    unsigned arena_count;
    struct arena arena;
};

/** Shrink all members that the plan writes. Who asks for nothing gets nothing. */
bool slim_run(const struct census *census, const struct plan *plan, const struct slim_rules *rules,
              struct shrunk *shrunk, struct error *error);

/** The exports, if users find nothing else any more; NULL: they find what they found. */
const char *const *shrunk_exports(const struct shrunk *shrunk);

/** Whether a member is written at all. */
bool shrunk_keeps(const struct shrunk *shrunk, const struct census *census, uint32_t member);

/** What became of a member's bytes; NULL: they are written as they are. */
const struct shrunk_object *shrunk_member(const struct shrunk *shrunk, const struct census *census,
                                          uint32_t member);

void shrunk_free(struct shrunk *shrunk);

#endif
