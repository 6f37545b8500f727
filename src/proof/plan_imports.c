/* SPDX-License-Identifier: MIT */
/**
 * Import sets: all members of one DLL's import library within an archive.
 *
 * Linkers lay an import table out by the order of (archive, member name), so a set that is split
 * over archives, or whose members get other names, becomes a corrupt table without any error.
 * Sets are found by what their members say, never by name: stubs that define and need each
 * other's symbols belong together, and so do short imports of one DLL.
 */
#include "proof/plan_imports.h"

#include <stdlib.h>

#include "base/table.h"

/** For one library at a time: which member defines each symbol first. */
struct providers {
    uint32_t *member; /* by symbol: a member's number, valid if the stamp is current */
    uint32_t *stamp;
    uint32_t current;
};

/* ---- providers --------------------------------------------------------------------------- */

static bool providers_init(struct providers *providers, const struct census *census,
                           struct arena *arena)
{
    providers->member = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    providers->stamp = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    providers->current = 0;
    return providers->member && providers->stamp;
}

/** Look at another library. */
static void providers_of(struct providers *providers, const struct census *census, uint32_t number)
{
    const struct library *library = &census->set->libraries[number];
    providers->current++;
    for (size_t i = 0; i < library->archive.member_count; i++) {
        uint32_t member = library->first + (uint32_t)i;
        const struct class *class = &census->list[census->class_of[member]];
        for (size_t j = 0; j < class->global_count; j++) {
            uint32_t symbol = class->globals[j].symbol;
            if (role_defines(class->globals[j].role) &&
                providers->stamp[symbol] != providers->current) {
                providers->stamp[symbol] = providers->current;
                providers->member[symbol] = member;
            }
        }
    }
}

/** The member that defines @symbol in the library looked at, or NO_CLASS. */
static uint32_t provider(const struct providers *providers, uint32_t symbol)
{
    return providers->stamp[symbol] == providers->current ? providers->member[symbol] : NO_CLASS;
}

/* ---- sets -------------------------------------------------------------------------------- */

/** The import stubs of one library, joined into sets. */
struct stubs {
    const struct census *census;
    const struct library *library;
    uint32_t *parent; /* union-find over the library's members; a root is its set's first */
    uint32_t *next;   /* the following member of the same set, or NO_CLASS */
};

static uint32_t root_of(struct stubs *stubs, uint32_t member)
{
    while (stubs->parent[member] != member) {
        stubs->parent[member] = stubs->parent[stubs->parent[member]];
        member = stubs->parent[member];
    }
    return member;
}

static void join(struct stubs *stubs, uint32_t a, uint32_t b)
{
    uint32_t first = root_of(stubs, a);
    uint32_t second = root_of(stubs, b);
    if (first != second) {
        stubs->parent[first > second ? first : second] = first > second ? second : first;
    }
}

static const struct class *class_of(const struct stubs *stubs, uint32_t member)
{
    return &stubs->census->list[stubs->census->class_of[stubs->library->first + member]];
}

static bool same_dll(const void *context, uint32_t member, const void *key)
{
    return span_equal(class_of(context, member)->dll, *(const struct span *)key);
}

/** Join what needs a symbol with what defines it, and short imports of the same DLL. */
static bool join_stubs(struct stubs *stubs, const struct providers *providers)
{
    struct table dlls = {0};
    bool done = true;
    for (uint32_t i = 0; done && i < stubs->library->archive.member_count; i++) {
        const struct class *class = class_of(stubs, i);
        stubs->parent[i] = i;
        if (!class->import_stub || !class->dll.size) {
            continue;
        }
        uint64_t hash = table_hash(class->dll, 0);
        uint32_t other = table_find(&dlls, hash, same_dll, stubs, &class->dll);
        if (other != TABLE_NONE) {
            join(stubs, other, i);
        } else {
            done = table_add(&dlls, hash, i);
        }
    }
    table_free(&dlls);
    for (uint32_t i = 0; done && i < stubs->library->archive.member_count; i++) {
        const struct class *class = class_of(stubs, i);
        for (size_t j = 0; class->import_stub && j < class->global_count; j++) {
            uint32_t from = class->globals[j].role == ROLE_NEEDS
                                ? provider(providers, class->globals[j].symbol)
                                : NO_CLASS;
            if (from != NO_CLASS && class_of(stubs, from - stubs->library->first)->import_stub) {
                join(stubs, i, from - stubs->library->first);
            }
        }
    }
    return done;
}

/** Chain the members of each set in the archive's order, so that copying one visits no other. */
static bool chain_sets(struct stubs *stubs, struct arena *arena)
{
    size_t count = stubs->library->archive.member_count;
    uint32_t *last = ARENA_ARRAY(arena, uint32_t, count);
    stubs->next = ARENA_ARRAY(arena, uint32_t, count);
    if (!last || !stubs->next) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t root = root_of(stubs, i);
        stubs->next[i] = NO_CLASS;
        if (root != i) {
            stubs->next[last[root]] = i;
        }
        last[root] = i;
    }
    return true;
}

/** Which symbols the workspace defines so far. */
static void mark_defined(const struct class *class, bool *defined)
{
    for (size_t i = 0; i < class->global_count; i++) {
        if (class->globals[i].role != ROLE_NEEDS && class->globals[i].role != ROLE_NEEDS_WEAK) {
            defined[class->globals[i].symbol] = true;
        }
    }
}

/** Append the whole set of @member, in the archive's order. */
static void copy_set(struct stubs *stubs, uint32_t member, bool *defined, struct plan *plan)
{
    uint32_t first = root_of(stubs, member);
    for (uint32_t i = first; i != NO_CLASS; i = stubs->next[i]) {
        plan->imports[plan->import_count++] =
            (struct import_copy){stubs->library->first + i, stubs->library->first + first};
        mark_defined(class_of(stubs, i), defined);
    }
}

/** Copy the sets of one library that its moved members need and the workspace lacks. */
static void copy_needed(struct stubs *stubs, const struct providers *providers, bool *defined,
                        struct plan *plan)
{
    for (uint32_t i = 0; i < stubs->library->archive.member_count; i++) {
        const struct class *class = class_of(stubs, i);
        uint32_t number = stubs->census->class_of[stubs->library->first + i];
        if (plan->verdicts[number].decision != DECISION_MOVE) {
            continue;
        }
        for (size_t j = 0; j < class->global_count; j++) {
            uint32_t symbol = class->globals[j].symbol;
            uint32_t from =
                class->globals[j].role == ROLE_NEEDS ? provider(providers, symbol) : NO_CLASS;
            if (from != NO_CLASS && !defined[symbol] &&
                class_of(stubs, from - stubs->library->first)->import_stub) {
                copy_set(stubs, from - stubs->library->first, defined, plan);
            }
        }
    }
}

static bool has_stubs(const struct stubs *stubs)
{
    for (uint32_t i = 0; i < stubs->library->archive.member_count; i++) {
        if (class_of(stubs, i)->import_stub) {
            return true;
        }
    }
    return false;
}

/** How many import stubs all libraries hold. */
static size_t count_stubs(const struct census *census)
{
    size_t count = 0;
    for (size_t i = 0; i < census->set->member_count; i++) {
        count += census->list[census->class_of[i]].import_stub;
    }
    return count;
}

bool plan_imports(const struct census *census, struct plan *plan)
{
    struct arena scratch = {0};
    struct providers providers;
    size_t most = count_stubs(census);
    if (!most) {
        return true;
    }
    if (!plan->imports) {
        plan->imports = ARENA_ARRAY(&plan->arena, struct import_copy, most);
    }
    bool *defined = ARENA_ARRAY(&scratch, bool, census->symbol_count);
    bool done = defined && plan->imports && providers_init(&providers, census, &scratch);
    plan->import_count = 0;
    for (uint32_t i = 0; done && i < census->count; i++) {
        if (plan->verdicts[i].decision == DECISION_MOVE) {
            mark_defined(&census->list[i], defined);
        }
    }
    for (uint32_t i = 0; done && i < census->set->library_count; i++) {
        struct stubs stubs = {.census = census, .library = &census->set->libraries[i]};
        if (!has_stubs(&stubs)) {
            continue;
        }
        stubs.parent = ARENA_ARRAY(&scratch, uint32_t, stubs.library->archive.member_count);
        providers_of(&providers, census, i);
        done = stubs.parent && join_stubs(&stubs, &providers) && chain_sets(&stubs, &scratch);
        if (done) {
            copy_needed(&stubs, &providers, defined, plan);
        }
    }
    arena_free(&scratch);
    return done;
}
