/* SPDX-License-Identifier: MIT */
#include "meld/shrinking.h"

#include <stdlib.h>

#include "base/threads.h"
#include "meld/roots.h"

struct shrinking {
    const struct set *set;
    const struct shrinking_rules *rules;
    struct shrink_rules object_rules;
    struct shrunk *shrunk;
    uint32_t *leaders; /* whose bytes are written */
    size_t count;
    struct arena *scratch; /* one for each worker */
    bool *failed;          /* by worker: memory was short */
};

static bool is_asked(const struct armeld_options *options)
{
    return options->strip || options->compress_debug != ARMELD_COMPRESS_NONE || options->hide;
}

/** Whether users of a library call a symbol. */
static bool is_export(const void *context, struct span name)
{
    const struct armeld_options *options = context;
    return root_matches(name, options->exports, options->export_count);
}

/** List whose bytes are written: those of members that stay, and of the workspace's. */
static bool list_leaders(struct shrinking *s, const struct plan *plan)
{
    const struct set *set = s->set;
    struct arena *arena = &s->shrunk->arena;
    s->shrunk->list = ARENA_ARRAY(arena, struct shrunk_object, set->member_count + 1);
    s->shrunk->times = ARENA_ARRAY(arena, uint32_t, set->member_count + 1);
    s->leaders = ARENA_ARRAY(arena, uint32_t, set->member_count + 1);
    if (!s->shrunk->list || !s->shrunk->times || !s->leaders) {
        return false;
    }
    uint32_t *times = s->shrunk->times;
    for (uint32_t i = 0; i < set->member_count; i++) {
        times[set->members[i].leader] += plan_stays(plan, set, i);
    }
    for (size_t i = 0; i < plan->workspace_count; i++) {
        times[set->members[plan->workspace[i]].leader]++;
    }
    for (uint32_t i = 0; i < set->member_count; i++) {
        if (times[i]) {
            s->leaders[s->count++] = i;
        }
    }
    return true;
}

static void shrink_one(void *context, size_t item, unsigned worker)
{
    struct shrinking *s = context;
    uint32_t leader = s->leaders[item];
    struct arena *scratch = &s->scratch[worker];
    if (!shrink_object(member_content(s->set, leader), &s->object_rules,
                       &s->shrunk->arenas[worker], scratch, &s->shrunk->list[leader])) {
        s->failed[worker] = true;
    }
    arena_reset(scratch);
}

static bool shrink_all(struct shrinking *s)
{
    unsigned jobs = s->rules->jobs;
    bool done = true;
    s->shrunk->arena_count = jobs;
    s->shrunk->arenas = calloc(jobs, sizeof *s->shrunk->arenas);
    s->scratch = calloc(jobs, sizeof *s->scratch);
    s->failed = calloc(jobs, sizeof *s->failed);
    done = s->shrunk->arenas && s->scratch && s->failed;
    if (done) {
        threads_run(s->count, jobs, shrink_one, s);
    }
    for (unsigned i = 0; done && i < jobs; i++) {
        done = !s->failed[i];
    }
    for (unsigned i = 0; s->scratch && i < jobs; i++) {
        arena_free(&s->scratch[i]);
    }
    free(s->scratch);
    free(s->failed);
    return done;
}

bool shrinking_run(const struct set *set, const struct classes *classes, const struct plan *plan,
                   const struct shrinking_rules *rules, struct shrunk *shrunk,
                   struct error *error)
{
    const struct armeld_options *options = rules->options;
    struct shrinking shrinking = {
        .set = set, .rules = rules, .shrunk = shrunk,
        .object_rules = {.strip = options->strip, .compress = options->compress_debug,
                         .hide = options->hide, .is_export = is_export, .context = options}};
    (void)classes;
    shrunk->asked = is_asked(options);
    return !shrunk->asked || (list_leaders(&shrinking, plan) && shrink_all(&shrinking)) ||
           error_memory(error);
}

const struct shrunk_object *shrunk_member(const struct shrunk *shrunk, const struct set *set,
                                          uint32_t member)
{
    const struct shrunk_object *object =
        shrunk->asked ? &shrunk->list[set->members[member].leader] : NULL;
    return object && object->changed ? object : NULL;
}

void shrunk_free(struct shrunk *shrunk)
{
    for (unsigned i = 0; shrunk->arenas && i < shrunk->arena_count; i++) {
        arena_free(&shrunk->arenas[i]);
    }
    free(shrunk->arenas);
    arena_free(&shrunk->arena);
    *shrunk = (struct shrunk){0};
}
