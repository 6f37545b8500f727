/* SPDX-License-Identifier: MIT */
/** What libraries have and lack of the names that an archive defines. Only for write/. */
#ifndef ARMELD_WRITE_LACKING_H
#define ARMELD_WRITE_LACKING_H

#include "base/table.h"
#include "census/census.h"

/** Names of symbols, each once. Start with {0}; free .table. */
struct names {
    struct table table;
    const struct span *list; /**< by number in the table */
    size_t count;
    bool rust; /**< rustc made some of the names in an index */
};

bool names_have(const struct names *names, struct span name);

/** Add a name of .list. False only when memory is short. */
bool names_add(struct names *names, uint32_t number);

/** The names that an archive's index lists, which live in @arena; none if there is no index. */
bool names_of_index(const struct archive *archive, struct arena *arena, struct names *names);

/** What a library has of some names. */
struct having {
    bool *defined;       /**< by symbol */
    size_t all;          /**< how many names it defines */
    size_t count;        /**< how many of these are among the names */
    struct span lacking; /**< one of the names that it needs and does not define; or no data */
};

/** @having[out] in @arena. False only when memory is short. */
bool having_look(const struct census *census, const struct library *library,
                 const struct names *names, struct arena *arena, struct having *having);

/** Whether a library defines a name that rustc made: what it lacks is seen without others. */
bool library_is_of_rust(const struct census *census, const struct library *library);

#endif
