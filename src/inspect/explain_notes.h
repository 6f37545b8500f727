/* SPDX-License-Identifier: MIT */
/** Shared by the files that explain a whole set. Only for explain_*.c. */
#ifndef ARMELD_INSPECT_EXPLAIN_NOTES_H
#define ARMELD_INSPECT_EXPLAIN_NOTES_H

#include "inspect/explain.h"

/** The notes collected so far. */
struct noting {
    const struct census *census;
    const struct plan *plan;
    const struct odd *odd;
    struct arena *arena;  /* of the notes */
    struct arena scratch;
    const char **notes;
    size_t count;
    bool out_of_memory;
};

/** The most notes that the functions below add together. */
enum { MOST_BUILD_NOTES = 40 };

/** Add a note; NULL means that memory was short. */
void note_add(struct noting *n, const char *text);

/** The groups into which the libraries fall, and what the best split would save. */
void note_groups(struct noting *n);

/** Members that were compiled by different versions of rustc. */
void note_compilers(struct noting *n);

/** Crates that have debug information in some libraries and none in others. */
void note_debug(struct noting *n);

/** Members of one name whose symbols have other names in each library. */
void note_renamed(struct noting *n);

/** Crates that were cut into different numbers of codegen units. */
void note_units(struct noting *n);

#endif
