/* SPDX-License-Identifier: MIT */
/** Simulated links: what two of them differ in. */
#include "base/table.h"
#include "obj/linked.h"
#include "proof/link_internal.h"

/** Whether two import stubs import from one DLL, as far as they tell. */
static bool same_import(const struct class *a, const struct class *b)
{
    return a->import_stub && b->import_stub &&
           (!a->dll.size || !b->dll.size || span_equal(a->dll, b->dll));
}

/** Mach-O: where a weak definition loses, its other names may stay, and there are two of it. */
static bool has_twins(const struct link *link, uint32_t symbol)
{
    return link->census->list[link->definer[symbol]].has_twins;
}

/** Whether two classes are as good as each other for a linker to meet @symbol by. */
static bool alike(const struct link *before, const struct link *after, uint32_t symbol)
{
    const struct global *was = before->definition[symbol];
    const struct global *is = after->definition[symbol];
    if (!was || !is) {
        return same_import(&before->census->list[before->definer[symbol]],
                           &after->census->list[after->definer[symbol]]);
    }
    if (was->role == ROLE_DEFINES_COMMON && is->role == ROLE_DEFINES_COMMON) {
        return was->size <= is->size;
    }
    if (was->stands_in && is->stands_in && was->absolute && is->absolute) {
        return was->size == is->size; /* most stand for nothing */
    }
    if (was->stands_in && is->stands_in) {
        const struct class *list = before->census->list;
        uint32_t first = before->definer[symbol];
        uint32_t second = after->definer[symbol];
        return class_default(&list[first], first, was) == class_default(&list[second], second, is);
    }
    if (before->looks_count && before->census->mixed[symbol] && !globals_look_alike(was, is)) {
        return false;
    }
    bool any = was->role == ROLE_DEFINES_ANY && is->role == ROLE_DEFINES_ANY &&
               !has_twins(before, symbol) && !has_twins(after, symbol);
    return any && (was->size == is->size || (link_takes_any(was) && link_takes_any(is)));
}

/**
 * Whether a member that only the second link loads needs what is undefined there, and was not
 * undefined in the first link: then the second link fails, or a weak need is null and would not be.
 */
static bool lacks(const struct link *before, const struct link *after, const struct need *need)
{
    const struct census *census = after->census;
    uint32_t symbol = need->symbol;
    struct span name = census->symbols[symbol];
    bool asked = before->needed[symbol] == before->current;
    if (need->kind != NEED_STRONG) { /* a weak external's default is no definition */
        return link_is_defined(before, symbol) && !link_is_defined(after, symbol);
    }
    if (link_definer(after, symbol) != NO_CLASS ||
        (asked && link_definer(before, symbol) == NO_CLASS)) {
        return false;
    }
    uint32_t imported = census->imported[symbol]; /* COFF: NAME serves for __imp_NAME */
    bool met = imported != TABLE_NONE && link_definer(after, imported) != NO_CLASS;
    return !met && !obj_is_linkers(name);
}

/**
 * Whether a member that only the first link loads has a weak need that is null there, and would
 * not be in the second: what serves instead of the member may be like it there.
 */
static bool gains(const struct link *before, const struct link *after, const struct need *need)
{
    return need->kind == NEED_WEAK && need->needer != NO_CLASS &&
           !link_has_loaded(after, need->needer) && !link_is_defined(before, need->symbol) &&
           link_is_defined(after, need->symbol);
}

static uint32_t trips(const struct link *link, struct need need)
{
    if (link->model != MODEL_LLD || need.kind != NEED_WEAK ||
        link_definer(link, need.symbol) != NO_CLASS) {
        return NO_CLASS;
    }
    uint32_t entry = line_first(link->line, need.symbol);
    while (entry != LINE_NONE && !line_global(link->line, entry)->versioned) {
        entry = link->line->entries[entry].next;
    }
    return entry == LINE_NONE ? NO_CLASS : link_class_at(link, entry);
}

uint32_t link_trips_now(const struct link *before, const struct link *after, struct need need)
{
    bool named = before->known[need.symbol] == before->current;
    return named && trips(before, need) != NO_CLASS ? NO_CLASS : trips(after, need);
}

void link_compare(const struct link *before, const struct link *after, bool any_counts,
                  link_differs *differs, void *context)
{
    for (size_t i = 0; i < after->need_count; i++) {
        struct need need = after->needs[i];
        uint32_t was = link_definer(before, need.symbol);
        uint32_t is = link_definer(after, need.symbol);
        uint32_t trips_now = link_trips_now(before, after, need);
        if (trips_now != NO_CLASS) {
            differs(context, need, NO_CLASS, trips_now);
            continue;
        }
        bool caused = need.needer != NO_CLASS && !link_has_loaded(before, need.needer);
        bool as_good =
            was != NO_CLASS && is != NO_CLASS && !any_counts && alike(before, after, need.symbol);
        if (caused ? lacks(before, after, &need) : was != is && !as_good) {
            differs(context, need, was, is);
        }
    }
    for (size_t i = 0; i < before->need_count; i++) {
        if (gains(before, after, &before->needs[i])) {
            differs(context, before->needs[i], NO_CLASS,
                    link_definer(after, before->needs[i].symbol));
        }
    }
    link_compare_statements(before, after, differs, context);
}
