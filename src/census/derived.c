/* SPDX-License-Identifier: MIT */
/** The census of a set that was made from another set: what is the same need not be read again. */
#include "census/census.h"

#include <stdlib.h>

#include "base/threads.h"

struct deriving {
    struct census *census;
    size_t known;          /* classes of the other census; new ones follow */
    struct arena *scratch; /* one for each worker */
    struct error *errors;
};

static void learn_class(void *context, size_t item, unsigned worker)
{
    struct deriving *d = context;
    struct census *census = d->census;
    if (d->errors[worker].kind == ERROR_NONE) {
        class_learn(census, d->known + item, &census->arenas[worker], &d->scratch[worker],
                    &d->errors[worker]);
    }
    arena_reset(&d->scratch[worker]);
}

/** New bytes in one place are one class. */
struct piece {
    const uint8_t *bytes;
    uint32_t member;
};

static int by_bytes(const void *a, const void *b)
{
    const struct piece *first = a;
    const struct piece *second = b;
    if (first->bytes != second->bytes) {
        return (uintptr_t)first->bytes < (uintptr_t)second->bytes ? -1 : 1;
    }
    return (first->member > second->member) - (first->member < second->member);
}

/** Number the classes of all members: those of the other census, then the new ones. */
static bool make_classes(struct deriving *d, const struct census *from, const uint32_t *same)
{
    struct census *census = d->census;
    const struct set *set = census->set;
    struct piece *pieces = calloc(set->member_count + 1, sizeof *pieces);
    size_t count = 0;
    for (uint32_t i = 0; pieces && i < set->member_count; i++) {
        census->leader_of[i] = i;
        census->class_of[i] = same[i];
        if (same[i] == NO_CLASS) {
            pieces[count++] = (struct piece){set_member(set, i)->data.data, i};
        }
    }
    size_t all = from->count + count;
    census->list = count ? ARENA_ARRAY(&census->arena, struct class, all) : from->list;
    census->members = ARENA_ARRAY(&census->arena, struct class_members, all);
    bool done = pieces && census->list && census->members;
    census->count = from->count;
    if (done && count) {
        qsort(pieces, count, sizeof *pieces, by_bytes);
        memcpy(census->list, from->list, from->count * sizeof *from->list);
    }
    for (size_t i = 0; done && i < count; i++) {
        if (i == 0 || pieces[i].bytes != pieces[i - 1].bytes) {
            census->members[census->count++].first = pieces[i].member;
        }
        census->class_of[pieces[i].member] = (uint32_t)census->count - 1;
    }
    free(pieces);
    return done;
}

/** Let each class stand for a member of this set, and count its members and sharers. */
static bool find_members(struct census *census)
{
    uint32_t *last = ARENA_ARRAY(&census->arena, uint32_t, census->count);
    for (uint32_t i = (uint32_t)census->set->member_count; last && i-- > 0;) {
        struct class_members *members = &census->members[census->class_of[i]];
        uint32_t library = census->set->members[i].library + 1;
        members->first = i;
        members->count++;
        members->sharers += last[census->class_of[i]] != library;
        last[census->class_of[i]] = library;
    }
    return last != NULL;
}

bool census_derive(const struct set *set, const struct census *from, const uint32_t *same,
                   unsigned jobs, struct census *census, struct error *error)
{
    struct deriving deriving = {.census = census, .known = from->count};
    size_t members = set->member_count;
    census->set = set;
    census->class_of = ARENA_ARRAY(&census->arena, uint32_t, members);
    census->leader_of = ARENA_ARRAY(&census->arena, uint32_t, members);
    census->arenas = calloc(jobs, sizeof *census->arenas);
    census->arena_count = census->arenas ? jobs : 0;
    deriving.scratch = calloc(jobs, sizeof *deriving.scratch);
    deriving.errors = calloc(jobs, sizeof *deriving.errors);
    bool done = census->class_of && census->leader_of && census->arenas && deriving.scratch &&
                deriving.errors && make_classes(&deriving, from, same) && find_members(census);
    if (done) {
        threads_run(census->count - from->count, jobs, learn_class, &deriving);
    } else {
        error_memory(error);
    }
    for (unsigned i = 0; done && i < jobs; i++) {
        done = deriving.errors[i].kind == ERROR_NONE;
        if (!done) {
            *error = deriving.errors[i];
        }
    }
    for (unsigned i = 0; deriving.scratch && i < jobs; i++) {
        arena_free(&deriving.scratch[i]);
    }
    free(deriving.scratch);
    free(deriving.errors);
    if (done && census->count == from->count) { /* no new members, no new symbols */
        census->symbols = from->symbols;
        census->is_defined = from->is_defined;
        census->is_needed = from->is_needed;
        census->mixed = from->mixed;
        census->imported = from->imported;
        census->symbol_count = from->symbol_count;
        memcpy(census->said, from->said, sizeof census->said);
        return true;
    }
    return done && census_number_symbols(census, error);
}
