/* SPDX-License-Identifier: MIT */
/**
 * Simulated links: what each linker loads, and in which order. Sources: the linkers' own (binutils
 * 2.40, LLVM 19, mold 1.10), which test/link/models compares with these functions.
 */
#include <stdlib.h>

#include "proof/link_internal.h"

/* ---- lld, ld64.lld ----------------------------------------------------------------------- */

static bool loads_in_order(const struct link *link, struct need need)
{
    bool loads = need.kind == NEED_STRONG ||
                 (need.kind == NEED_WEAK && link->model == MODEL_LD64_LLD);
    return loads && !link_is_defined(link, need.symbol);
}

/**
 * Work off the needs from number *@from on, depth first, as far as entries up to number @reached
 * meet them; entries further on go on the heap. The needs of a member stand together in the list;
 * those of what they load come before the next of them.
 */
static bool descend(struct link *link, size_t from, uint32_t reached)
{
    struct link_list *stack = &link->todo; /* pairs: the next need, the end of these needs */
    stack->count = 0;
    if (!link_push(stack, (uint32_t)from) || !link_push(stack, (uint32_t)link->need_count)) {
        return false;
    }
    while (stack->count) {
        uint32_t *next = &stack->list[stack->count - 2];
        if (*next == stack->list[stack->count - 1]) {
            stack->count -= 2;
            continue;
        }
        struct need need = link->needs[(*next)++];
        uint32_t entry = line_first(link->line, need.symbol);
        if (entry == LINE_NONE || !loads_in_order(link, need)) {
            continue;
        }
        uint32_t before = (uint32_t)link->need_count;
        if (entry >= reached ? !link_heap_push(&link->heap, entry)
                             : !link_take(link, entry, need.needer)) {
            return false;
        }
        if (link->need_count > before &&
            (!link_push(stack, before) || !link_push(stack, (uint32_t)link->need_count))) {
            return false;
        }
    }
    return true;
}

/**
 * lld and ld64.lld register the definitions of the line one after the other. One that is needed
 * loads its member at once, and so do later needs of what is registered.
 */
static bool search_in_order(struct link *link)
{
    if (!descend(link, 0, 0)) {
        return false;
    }
    while (link->heap.count) {
        uint32_t entry = link_heap_pop(&link->heap);
        uint32_t symbol = line_global(link->line, entry)->symbol;
        size_t from = link->need_count;
        if (!link_is_defined(link, symbol) &&
            (!link_take(link, entry, link->needer[symbol]) ||
             !descend(link, from, entry + 1))) {
            return false;
        }
    }
    return true;
}

/* ---- lld-link ---------------------------------------------------------------------------- */

/** Queue the member that the first entry of a needed symbol names. */
static bool enqueue(struct link *link, uint32_t symbol)
{
    uint32_t entry = line_first(link->line, symbol);
    if (entry == LINE_NONE || link->pending[symbol] == link->current ||
        link->defined[symbol] == link->current) { /* an alias is enough */
        return true;
    }
    link->pending[symbol] = link->current;
    return link_push(&link->todo, entry);
}

/** What the program needs, where the line defines it first. */
struct found {
    uint32_t archive;
    uint32_t entry;
    struct span name; /**< empty: the archive's index is not sorted by names */
};

static int compare_names(struct span first, struct span second)
{
    size_t size = first.size < second.size ? first.size : second.size;
    int order = size ? memcmp(first.data, second.data, size) : 0;
    return order ? order : (first.size > second.size) - (first.size < second.size);
}

/** By archive, then in the order of its index: by name, or by member. */
static int by_index(const void *a, const void *b)
{
    const struct found *first = a;
    const struct found *second = b;
    if (first->archive != second->archive) {
        return first->archive < second->archive ? -1 : 1;
    }
    int order = compare_names(first->name, second->name);
    return order ? order : (first->entry > second->entry) - (first->entry < second->entry);
}

/** Queue what the program needs, in the order in which the archives are read. */
static bool enqueue_roots(struct link *link)
{
    struct found *found = calloc(link->need_count + 1, sizeof *found);
    const struct span unsorted = {NULL, 0};
    bool sorted = link->census->set->sorted_indexes;
    bool done = found != NULL;
    size_t count = 0;
    for (size_t i = 0; done && i < link->need_count; i++) {
        uint32_t symbol = link->needs[i].symbol;
        uint32_t entry = line_first(link->line, symbol);
        if (entry != LINE_NONE && link->pending[symbol] != link->current) {
            link->pending[symbol] = link->current;
            found[count++] = (struct found){link->line->entries[entry].archive, entry,
                                            sorted ? link->census->symbols[symbol] : unsorted};
        }
    }
    if (count) {
        qsort(found, count, sizeof *found, by_index);
    }
    for (size_t i = 0; done && i < count; i++) {
        done = link_push(&link->todo, found[i].entry);
    }
    free(found);
    return done;
}

/** Work off the queue. */
static bool work_off(struct link *link, size_t *head)
{
    while (*head < link->todo.count) {
        uint32_t entry = link->todo.list[(*head)++];
        size_t from = link->need_count;
        uint32_t symbol = line_global(link->line, entry)->symbol;
        if (!link_take(link, entry, link->needer[symbol])) {
            return false;
        }
        for (; from < link->need_count; from++) {
            struct need need = link->needs[from];
            if (need.kind == NEED_STRONG && !enqueue(link, need.symbol)) {
                return false;
            }
        }
    }
    return true;
}

/** An /alternatename of a loaded member. */
struct alternative {
    struct span name; /**< of the missing symbol */
    uint32_t missing;
    uint32_t instead;
    uint32_t class;
};

static int by_missing(const void *a, const void *b)
{
    const struct alternative *first = a;
    const struct alternative *second = b;
    int order = compare_names(first->name, second->name);
    return order ? order : (first->class > second->class) - (first->class < second->class);
}

/** All of them by name, the order in which lld-link works. @count[out] NULL: memory is short */
static struct alternative *list_alternatives(const struct link *link, size_t *count)
{
    size_t room = 1;
    for (size_t i = 0; i < link->alternating_count; i++) {
        room += link->census->list[link->alternating[i]].alternate_count;
    }
    struct alternative *list = calloc(room, sizeof *list);
    *count = 0;
    for (size_t i = 0; list && i < link->alternating_count; i++) {
        uint32_t number = link->alternating[i];
        const struct class *class = &link->census->list[number];
        for (size_t j = 0; link_has_loaded(link, number) && j < class->alternate_count; j++) {
            uint32_t missing = class->alternates[j].missing.symbol;
            list[(*count)++] =
                (struct alternative){link->census->symbols[missing], missing,
                                     class->alternates[j].instead.symbol, number};
        }
    }
    if (*count) {
        qsort(list, *count, sizeof *list, by_missing);
    }
    return list;
}

/**
 * Need what loaded members name instead of what stayed undefined, unless a weak external stands for
 * that. Two different names are an error.
 */
static bool need_alternates(struct link *link)
{
    size_t count;
    if (!link->alternating_count) {
        return true;
    }
    struct alternative *list = list_alternatives(link, &count);
    bool done = list != NULL;
    for (size_t i = 0; done && i < count; i++) {
        uint32_t missing = list[i].missing;
        uint32_t instead = list[i].instead;
        if (i && list[i - 1].missing == missing) {
            if (list[i - 1].instead != instead) {
                link_note_clash(link, list[i].class, missing);
            }
        } else if (link->known[missing] == link->current &&
                   link->defined[missing] != link->current &&
                   link->barred[missing] != link->current) {
            link->barred[missing] = link->current;
            link->definer[missing] = instead;
            done = link_add_need(link, (struct need){instead, list[i].class, NEED_STRONG}) &&
                   enqueue(link, instead);
        }
    }
    free(list);
    return done;
}

/** lld-link: all archives are known before the first member is loaded, from a queue. */
static bool search_by_queue(struct link *link)
{
    size_t head = 0;
    if (!enqueue_roots(link)) {
        return false;
    }
    do {
        if (!work_off(link, &head) || !need_alternates(link)) {
            return false;
        }
    } while (head < link->todo.count);
    return true;
}

/* ---- mold -------------------------------------------------------------------------------- */

/** The best definition of a symbol on the line: the first of the strongest. */
static uint32_t best_entry(const struct link *link, uint32_t symbol)
{
    uint32_t best = LINE_NONE;
    unsigned rank = 0;
    for (uint32_t entry = line_first(link->line, symbol); entry != LINE_NONE && rank < RANK_STRONG;
         entry = link->line->entries[entry].next) {
        unsigned other = link_rank(link->model, line_global(link->line, entry));
        if (best == LINE_NONE || other > rank) {
            best = entry;
            rank = other;
        }
    }
    return best;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t *first = a;
    const uint32_t *second = b;
    return (*first > *second) - (*first < *second);
}

/** mold: everything that is reached from the program; then the definitions in the line's order. */
static bool search_closure(struct link *link)
{
    for (size_t i = 0; i < link->need_count; i++) { /* grows while members are loaded */
        struct need need = link->needs[i];
        if (need.kind != NEED_STRONG && need.kind != NEED_COMMON) {
            continue;
        }
        uint32_t entry = best_entry(link, need.symbol);
        if (entry == LINE_NONE || link_has_loaded(link, link_class_at(link, entry)) ||
            (need.kind == NEED_COMMON &&
             line_global(link->line, entry)->role == ROLE_DEFINES_COMMON)) {
            continue;
        }
        if (!link_enter(link, entry, need.needer) || !link_push(&link->todo, entry)) {
            return false;
        }
    }
    if (link->todo.count) {
        qsort(link->todo.list, link->todo.count, sizeof *link->todo.list, by_number);
    }
    for (size_t i = 0; i < link->todo.count; i++) {
        if (!link_settle(link, link_class_at(link, link->todo.list[i]))) {
            return false;
        }
    }
    return true;
}

/* ---- Apple's ld64 ------------------------------------------------------------------------ */

/** By name: the order in which ld64 looks for undefined symbols. */
struct wanted {
    struct span name;
    uint32_t symbol;
};

static int by_name(const void *a, const void *b)
{
    const struct wanted *first = a;
    const struct wanted *second = b;
    return compare_names(first->name, second->name);
}

/** The entry that would be loaded for a symbol: for one that is only common, a real definition. */
static uint32_t apple_entry(const struct link *link, uint32_t symbol)
{
    uint32_t entry = line_first(link->line, symbol);
    if (!link_is_defined(link, symbol)) {
        return entry;
    }
    const struct global *is = link->definition[symbol];
    if (!is || is->role != ROLE_DEFINES_COMMON) {
        return LINE_NONE;
    }
    while (entry != LINE_NONE && line_global(link->line, entry)->role == ROLE_DEFINES_COMMON) {
        entry = link->line->entries[entry].next;
    }
    bool loaded = entry != LINE_NONE && link_has_loaded(link, link_class_at(link, entry));
    return loaded ? LINE_NONE : entry;
}

/** One round over the needs from number *@from on, of undefined symbols or of common ones. */
static bool apple_round(struct link *link, size_t from, bool commons, bool *loaded)
{
    size_t to = link->need_count;
    struct wanted *wanted = calloc(to - from + 1, sizeof *wanted);
    bool done = wanted != NULL;
    size_t count = 0;
    for (size_t i = from; done && i < to; i++) {
        struct need need = link->needs[i];
        bool fits = commons ? need.kind == NEED_COMMON
                            : need.kind == NEED_STRONG || need.kind == NEED_WEAK;
        if (fits && apple_entry(link, need.symbol) != LINE_NONE) {
            wanted[count++] =
                (struct wanted){link->census->symbols[need.symbol], need.symbol};
        }
    }
    if (count) {
        qsort(wanted, count, sizeof *wanted, by_name);
    }
    for (size_t i = 0; done && i < count; i++) {
        uint32_t entry = apple_entry(link, wanted[i].symbol);
        if (entry != LINE_NONE && link_is_defined(link, wanted[i].symbol) == commons) {
            *loaded = true;
            done = link_take(link, entry, link->needer[wanted[i].symbol]);
        }
    }
    free(wanted);
    return done;
}

/** Rounds over what is undefined, by name; when there is nothing left, over what is common. */
static bool search_apple(struct link *link)
{
    size_t from = 0;
    bool loaded = true;
    while (loaded) {
        loaded = false;
        while (from < link->need_count) {
            size_t to = link->need_count;
            if (!apple_round(link, from, false, &loaded)) {
                return false;
            }
            from = to;
        }
        loaded = false;
        if (!apple_round(link, 0, true, &loaded)) {
            return false;
        }
    }
    return true;
}

bool link_search(struct link *link)
{
    link->heap.count = 0;
    link->todo.count = 0;
    switch (link->model) {
    case MODEL_BFD:
    case MODEL_GOLD:
    case MODEL_MINGW: return link_search_passes(link);
    case MODEL_LLD:
    case MODEL_LD64_LLD: return search_in_order(link);
    case MODEL_LLD_LINK: return search_by_queue(link);
    case MODEL_MOLD: return search_closure(link);
    default: return search_apple(link);
    }
}
