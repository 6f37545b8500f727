/* SPDX-License-Identifier: MIT */
#include "proof/odd_groups.h"

#include <string.h>

#include "obj/rcgu.h"

/** Symbols that libraries define differently, one definition being shared. */
struct disputes {
    const struct census *census;
    uint32_t *number_of; /* by symbol: its number among them, + 1 */
    uint32_t *symbols;   /* by number */
    size_t count;
    uint32_t *seen;      /* by symbol: library + 1 that was last seen to define it */
    uint32_t *choice;    /* by group and number: the class that the group has, + 1 */
};

typedef void definition_fn(void *context, uint32_t symbol, uint32_t class);

/** Call @each for what is the first definition of its symbol in a library, in its Rust objects. */
static void each_definition(struct disputes *d, uint32_t library, uint32_t stamp,
                            definition_fn *each, void *context)
{
    const struct library *in = &d->census->set->libraries[library];
    for (size_t i = 0; i < in->archive.member_count; i++) {
        uint32_t number = d->census->class_of[in->first + i];
        const struct class *class = &d->census->list[number];
        struct rcgu_name name;
        rcgu_parse(in->archive.members[i].name, &name);
        for (size_t j = 0; name.rust && j < class->global_count; j++) {
            const struct global *global = &class->globals[j];
            bool counts = global->role == ROLE_DEFINES || global->role == ROLE_DEFINES_WEAK;
            if (counts && d->seen[global->symbol] != stamp) {
                d->seen[global->symbol] = stamp;
                each(context, global->symbol, number);
            }
        }
    }
}

/* ---- symbols ----------------------------------------------------------------------------- */

/** What is known of the definitions of a symbol. */
struct known {
    uint32_t first; /* class + 1 */
    bool differs;
    bool shared; /* one of them */
};

struct learning {
    const struct census *census;
    struct known *known;
};

static void learn(void *context, uint32_t symbol, uint32_t class)
{
    struct learning *l = context;
    struct known *known = &l->known[symbol];
    known->differs |= known->first && known->first != class + 1;
    known->shared |= l->census->members[class].sharers > 1;
    known->first = known->first ? known->first : class + 1;
}

static bool find_disputes(struct disputes *d, struct arena *arena)
{
    const struct census *census = d->census;
    struct learning learning = {census, ARENA_ARRAY(arena, struct known, census->symbol_count)};
    d->seen = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    d->number_of = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    if (!learning.known || !d->seen || !d->number_of) {
        return false;
    }
    for (uint32_t i = 0; i < census->set->library_count; i++) {
        each_definition(d, i, i + 1, learn, &learning);
    }
    for (uint32_t i = 0; i < census->symbol_count; i++) {
        if (learning.known[i].differs && learning.known[i].shared) {
            d->number_of[i] = (uint32_t)++d->count;
        }
    }
    d->symbols = ARENA_ARRAY(arena, uint32_t, d->count + 1);
    d->choice = ARENA_ARRAY(arena, uint32_t, MOST_GROUPS * (d->count + 1));
    for (uint32_t i = 0; d->symbols && i < census->symbol_count; i++) {
        if (d->number_of[i]) {
            d->symbols[d->number_of[i] - 1] = i;
        }
    }
    return d->symbols && d->choice;
}

/* ---- groups ------------------------------------------------------------------------------ */

/** How a library fits the groups so far. */
struct fitting {
    const struct disputes *disputes;
    uint32_t groups;
    bool disputed; /* it defines any such symbol */
    size_t agree[MOST_GROUPS];
    uint32_t against[MOST_GROUPS]; /* number + 1 of a symbol that speaks against it */
};

static void fit(void *context, uint32_t symbol, uint32_t class)
{
    struct fitting *f = context;
    const struct disputes *d = f->disputes;
    uint32_t number = d->number_of[symbol];
    for (uint32_t g = 0; number && g < f->groups; g++) {
        uint32_t choice = d->choice[g * d->count + number - 1];
        f->agree[g] += choice == class + 1;
        if (choice && choice != class + 1 && !f->against[g]) {
            f->against[g] = number;
        }
    }
    f->disputed |= number != 0;
}

/** What a group has, once a library has joined it. */
struct joining {
    struct disputes *disputes;
    uint32_t group;
};

static void join(void *context, uint32_t symbol, uint32_t class)
{
    struct joining *j = context;
    uint32_t number = j->disputes->number_of[symbol];
    if (number) {
        uint32_t *choice = &j->disputes->choice[j->group * j->disputes->count + number - 1];
        *choice = *choice ? *choice : class + 1;
    }
}

/** The group that fits best, a new one, or the last one, which takes all the rest. */
static uint32_t choose_group(const struct fitting *f)
{
    uint32_t best = f->groups < MOST_GROUPS ? f->groups : MOST_GROUPS - 1;
    for (uint32_t g = 0; g < f->groups; g++) {
        if (!f->against[g] && (best >= f->groups || f->agree[g] > f->agree[best])) {
            best = g;
        }
    }
    return best;
}

bool odd_groups(const struct census *census, struct odd *odd, struct arena *arena)
{
    struct arena scratch = {0};
    struct disputes d = {.census = census};
    uint32_t count = (uint32_t)census->set->library_count;
    odd->group_of = ARENA_ARRAY(arena, uint32_t, count);
    odd->symbol = ARENA_ARRAY(arena, uint32_t, MOST_GROUPS);
    bool done = odd->group_of && odd->symbol && find_disputes(&d, &scratch);
    if (done) {
        memset(odd->symbol, 0xff, MOST_GROUPS * sizeof *odd->symbol);
    }
    for (uint32_t i = 0; done && i < count; i++) {
        struct fitting fitting = {.disputes = &d, .groups = odd->group_count};
        each_definition(&d, i, count + 2 * i + 1, fit, &fitting);
        uint32_t group = choose_group(&fitting);
        odd->group_of[i] = ODD_NO_GROUP;
        if (!fitting.disputed) {
            continue;
        }
        if (group == odd->group_count) {
            odd->group_count++;
            odd->symbol[group] = group ? d.symbols[fitting.against[0] - 1] : NO_CLASS;
        }
        struct joining joining = {&d, group};
        each_definition(&d, i, count + 2 * i + 2, join, &joining);
        odd->group_of[i] = group;
    }
    arena_free(&scratch);
    return done;
}

bool odd_has_groupless(const struct odd *odd, size_t libraries)
{
    bool any = false;
    for (size_t i = 0; i < libraries; i++) {
        any |= odd->group_of[i] == ODD_NO_GROUP;
    }
    return any;
}
