/* SPDX-License-Identifier: MIT */
/** Simulated links: GNU ld and gold, and the lists that all models work off. */
#include "proof/link_internal.h"

/* ---- lists ------------------------------------------------------------------------------- */

bool link_push(struct link_list *list, uint32_t value)
{
    uint32_t *values =
        heap_grow(list->list, list->count, &list->capacity, 1024, sizeof *values);
    if (!values) {
        return false;
    }
    list->list = values;
    list->list[list->count++] = value;
    return true;
}

bool link_heap_push(struct link_list *heap, uint32_t value)
{
    if (!link_push(heap, value)) {
        return false;
    }
    size_t at = heap->count - 1;
    for (; at && heap->list[(at - 1) / 2] > value; at = (at - 1) / 2) {
        heap->list[at] = heap->list[(at - 1) / 2];
    }
    heap->list[at] = value;
    return true;
}

uint32_t link_heap_pop(struct link_list *heap)
{
    uint32_t result = heap->list[0];
    uint32_t value = heap->list[--heap->count];
    size_t at = 0;
    for (size_t child = 1; child < heap->count; child = 2 * at + 1) {
        child += child + 1 < heap->count && heap->list[child + 1] < heap->list[child];
        if (heap->list[child] >= value) {
            break;
        }
        heap->list[at] = heap->list[child];
        at = child;
    }
    heap->list[at] = value;
    return result;
}

bool link_take(struct link *link, uint32_t entry, uint32_t puller)
{
    uint32_t class = link_class_at(link, entry);
    if (link->census->list[class].import_stub) {
        link_import(link, class, puller);
        return true;
    }
    if (link_has_loaded(link, class)) {
        link_load_again(link, class, entry);
        return true;
    }
    return link_enter(link, entry, puller);
}

/* ---- passes over an index ---------------------------------------------------------------- */

/** Whether the linker has loaded the member of an entry from this archive. */
static bool is_loaded(const struct link *link, uint32_t entry)
{
    uint32_t class = link_class_at(link, entry);
    const struct line_entry *entries = link->line->entries;
    return link_has_loaded(link, class) &&
           entries[link->place[class]].archive == entries[entry].archive;
}

/** Whether the linker would load a member for this entry of its index. */
static bool is_wanted(const struct link *link, uint32_t entry)
{
    const struct global *global = line_global(link->line, entry);
    uint32_t symbol = global->symbol;
    if (is_loaded(link, entry) || link->barred[symbol] == link->current) {
        return false;
    }
    if (!link_is_defined(link, symbol)) {
        return link->needed[symbol] == link->current;
    }
    const struct global *is = link->definition[symbol];
    return link->model == MODEL_BFD && is && is->role == ROLE_DEFINES_COMMON &&
           global->role != ROLE_DEFINES_COMMON && global->strength != STRENGTH_WEAK &&
           !global->function;
}

/** Whether a symbol can still load a member. */
static bool is_open(const struct link *link, uint32_t symbol)
{
    const struct global *is = link->definition[symbol];
    return !link_is_defined(link, symbol) ||
           (link->model == MODEL_BFD && is && is->role == ROLE_DEFINES_COMMON);
}

/** The next entry of a symbol in an archive, from an entry on. */
static uint32_t entry_within(const struct link *link, uint32_t entry, uint32_t from, uint32_t end)
{
    while (entry != LINE_NONE && entry < from) {
        entry = link->line->entries[entry].next;
    }
    return entry < end ? entry : LINE_NONE;
}

/** Put an entry of a symbol on the heap, unless one is on it. @entry may be LINE_NONE */
static bool await(struct link *link, uint32_t symbol, uint32_t entry)
{
    if (entry == LINE_NONE || link->awaited[symbol] == link->current) {
        return true;
    }
    link->awaited[symbol] = link->current;
    return link_heap_push(&link->heap, entry);
}

/** The same with its first entry in that range. */
static bool await_from(struct link *link, uint32_t symbol, uint32_t from, uint32_t end)
{
    return await(link, symbol, entry_within(link, line_first(link->line, symbol), from, end));
}

/** List the symbols that may load members, of the needs from number *@seen on. */
static bool open_needs(struct link *link, size_t *seen, uint32_t from, uint32_t end)
{
    for (; *seen < link->need_count; ++*seen) {
        struct need need = link->needs[*seen];
        bool loads = need.kind == NEED_STRONG || need.kind == NEED_COMMON;
        bool known = link->pending[need.symbol] == link->current;
        bool reopens = known && need.kind == NEED_COMMON; /* it may replace a weak definition */
        if (!loads || !is_open(link, need.symbol) || (known && !reopens)) {
            continue;
        }
        link->pending[need.symbol] = link->current;
        if (!(known || link_push(&link->todo, need.symbol)) ||
            !await_from(link, need.symbol, from, end)) {
            return false;
        }
    }
    return true;
}

/** One pass over the index of an archive whose last entry is @end - 1. */
static bool pass_over(struct link *link, size_t *seen, uint32_t end, bool *loaded)
{
    while (link->heap.count) {
        uint32_t entry = link_heap_pop(&link->heap);
        uint32_t symbol = line_global(link->line, entry)->symbol;
        link->awaited[symbol] = 0;
        if (is_wanted(link, entry)) {
            *loaded = true;
            if (!link_take(link, entry, link->needer[symbol]) ||
                !open_needs(link, seen, entry + 1, end)) {
                return false;
            }
        }
        uint32_t next = link->line->entries[entry].next;
        if (next < end && is_open(link, symbol) && !await(link, symbol, next)) {
            return false;
        }
    }
    return true;
}

/** Put what is still open on the heap for a pass, and forget the rest. */
static bool begin_pass(struct link *link, uint32_t start, uint32_t end)
{
    size_t left = 0;
    for (size_t i = 0; i < link->todo.count; i++) {
        uint32_t symbol = link->todo.list[i];
        if (is_open(link, symbol)) {
            link->todo.list[left++] = symbol;
            if (!await_from(link, symbol, start, end)) {
                return false;
            }
        } else {
            link->pending[symbol] = 0; /* a common symbol may open it again */
        }
    }
    link->todo.count = left;
    return true;
}

bool link_search_passes(struct link *link)
{
    size_t seen = 0;
    uint32_t start = 0;
    for (size_t i = 0; i < link->line->archive_count; i++) {
        uint32_t end = link->line->ends[i];
        bool again = true;
        while (again) {
            bool loaded = false;
            link->grew = false;
            if (!open_needs(link, &seen, end, end) || !begin_pass(link, start, end) ||
                !pass_over(link, &seen, end, &loaded)) {
                return false;
            }
            again = link->model == MODEL_GOLD ? loaded : link->grew;
        }
        start = end;
    }
    return true;
}
