/* SPDX-License-Identifier: MIT */
/** What link.c and link_search.c share. */
#ifndef ARMELD_PROOF_LINK_INTERNAL_H
#define ARMELD_PROOF_LINK_INTERNAL_H

#include "proof/link.h"

/** How strong a linker takes a definition to be. */
unsigned link_rank(enum model model, const struct global *global);

/** Whether it is STB_GNU_UNIQUE, as no common symbol is. */
static inline bool global_is_unique(const struct global *global)
{
    return global->strength == STRENGTH_UNIQUE;
}

/** Whether some loaded member defines a symbol, if not strongly. */
static inline bool link_is_defined(const struct link *link, uint32_t symbol)
{
    return link->defined[symbol] == link->current && link->rank[symbol] >= RANK_WEAKEST;
}

bool link_add_need(struct link *link, struct need need);

/**
 * Note that the member of an entry is loaded, and add what it needs.
 * @puller the class whose need loaded it, or NO_CLASS
 */
bool link_enter(struct link *link, uint32_t entry, uint32_t puller);

/** GNU ld loads a copy of a loaded member from another archive: some name stayed undefined. */
void link_load_again(struct link *link, uint32_t class, uint32_t entry);

/** Note that @class brings a second definition of @symbol, so that the link fails. */
void link_note_clash(struct link *link, uint32_t class, uint32_t symbol);

/** The same of a class, for the report. */
void link_add_clashing(struct link *link, uint32_t class);

/** COFF: whether a COMDAT may have no second definition. */
bool link_allows_none(uint32_t selection);

/**
 * Whether lld refuses two definitions of one symbol in COFF. COMDATs that mix "any" with "same
 * size" are accepted for MinGW only, see link_note_mixture(). Source: lld/COFF/InputFiles.cpp.
 */
bool link_coff_clashes(const struct global *first, const struct global *second);

/** Note COMDATs of one symbol, the second by @class, that lld accepts for MinGW only. */
void link_note_mixture(struct link *link, uint32_t class, const struct global *first,
                       const struct global *second);

/** Take over the definitions of a loaded class. False only when memory is short. */
bool link_settle(struct link *link, uint32_t class);

/**
 * Take over what an import stub defines: a name and its __imp_ name. It needs nothing.
 * @puller as of link_enter()
 */
void link_import(struct link *link, uint32_t class, uint32_t puller);

/** List the classes that say something of the whole program. False only when memory is short. */
bool link_list_statements(struct link *link, struct arena *arena);

/**
 * Note what the loaded members say of the whole program. lld-link fails if two /failifmismatch of
 * one key differ.
 */
void link_note_statements(struct link *link);

/** Report what members of one of two links say of the whole program, and none of the other one. */
void link_compare_statements(const struct link *before, const struct link *after,
                             link_differs *differs, void *context);

/** Append a value. False only when memory is short. */
bool link_push(struct link_list *list, uint32_t value);

/** Add to a binary heap whose smallest value comes first. False only when memory is short. */
bool link_heap_push(struct link_list *heap, uint32_t value);

/** Take the smallest value away. */
uint32_t link_heap_pop(struct link_list *heap);

static inline uint32_t link_class_at(const struct link *link, uint32_t entry)
{
    return link->line->entries[entry].class & ~SCOPE_WORKSPACE;
}

/**
 * Load the member of an entry for a need, or take the symbol from an import stub.
 * @puller the class whose need it is, or NO_CLASS
 */
bool link_take(struct link *link, uint32_t entry, uint32_t puller);

/**
 * GNU ld and gold: each archive once, in passes over its index. GNU ld makes another pass if its
 * list of undefined symbols has grown, gold if a member was loaded.
 */
bool link_search_passes(struct link *link);

/** Search the line for all needs, as the model does. */
bool link_search(struct link *link);

#endif
