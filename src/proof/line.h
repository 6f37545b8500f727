/* SPDX-License-Identifier: MIT */
/**
 * A linker's command line: archives in their order, and what the index of each lists. link.h links
 * it; one line serves links of all models and from any roots.
 *
 * An entry is one definition in one member. Entries are numbered in the order of archives, members
 * and symbols: the order in which linkers meet them. Entries of one symbol are chained. What the
 * index of a COFF archive does not list, since it lists a name once, is chained to the entry that
 * hides it: no linker looks for it, but its member can be loaded for another symbol.
 */
#ifndef ARMELD_PROOF_LINE_H
#define ARMELD_PROOF_LINE_H

#include "proof/plan.h"

/** A bit in a class number: the class stands in the workspace. */
#define SCOPE_WORKSPACE 0x80000000u

#define LINE_NONE UINT32_MAX

struct line_entry {
    uint32_t class;   /**< perhaps with SCOPE_WORKSPACE */
    uint32_t global;  /**< which of the class's globals */
    uint32_t archive; /**< number of the archive on the line */
    uint32_t next;    /**< the next entry of the same symbol, or LINE_NONE */
    uint32_t hides;   /**< the first of the hidden entries that it hides, or LINE_NONE; of a hidden
                           one, the next that the same entry hides */
};

struct line {
    const struct census *census;
    struct line_entry *entries;
    size_t entry_count;
    size_t entry_capacity;
    struct line_entry *hidden; /**< what no index lists */
    size_t hidden_count;
    size_t hidden_capacity;
    uint32_t *ends; /**< by archive: the number behind its last entry */
    size_t archive_count;
    size_t archive_capacity;
    uint32_t *first; /**< by symbol: its first and last entry, valid if the stamp is current */
    uint32_t *last;
    uint32_t *stamp;
    uint32_t current;
    const bool *unlisted; /**< by symbol: archives that are appended do not offer it; or NULL */
};

bool line_init(struct line *line, const struct census *census, struct arena *arena);
void line_free(struct line *line);

/** Empty the line. */
void line_clear(struct line *line);

/**
 * Append a library as an archive: the original if @plan is NULL, else its melded form by the plan.
 * False only when memory is short.
 */
bool line_add_library(struct line *line, const struct plan *plan, uint32_t library);

/**
 * Append the workspace of a plan: the members that move, and the copied import stubs. False only
 * when memory is short.
 */
bool line_add_workspace(struct line *line, const struct plan *plan);

/** The first entry of @symbol, or LINE_NONE. */
static inline uint32_t line_first(const struct line *line, uint32_t symbol)
{
    return line->stamp[symbol] == line->current ? line->first[symbol] : LINE_NONE;
}

/** The definition that an entry stands for. */
static inline const struct global *line_global_of(const struct line *line,
                                                  const struct line_entry *entry)
{
    return &line->census->list[entry->class & ~SCOPE_WORKSPACE].globals[entry->global];
}

/** The same, by the number of the entry. */
static inline const struct global *line_global(const struct line *line, uint32_t entry)
{
    return line_global_of(line, &line->entries[entry]);
}

#endif
