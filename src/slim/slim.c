/* SPDX-License-Identifier: MIT */
#include "slim/slim.h"

#include <stdlib.h>

#include "base/threads.h"
#include "image/image.h"
#include "shrink/prelink.h"
#include "slim/reach.h"

struct slimming {
    const struct census *census;
    const struct slim_rules *rules;
    struct shrink_object_rules object_rules;
    struct shrunk *shrunk;
    struct reach reach;
    uint32_t *leaders; /* whose bytes are written */
    size_t count;
    struct arena *scratch; /* one for each worker */
    bool *failed;          /* by worker: memory was short */
    struct error *error;
};

/** Whether what no export needs goes. */
static bool prunes(const struct armeld_options *options)
{
    return options->prune || options->prelink;
}

static bool is_asked(const struct armeld_options *options)
{
    return options->strip || options->compress_debug != ARMELD_COMPRESS_NONE || options->hide ||
           options->rename || prunes(options);
}

/** Whether code for LTO is removed: it would still have the old names, or name what is local. */
static bool takes_lto(const struct armeld_options *options)
{
    return options->strip & ARMELD_STRIP_BITCODE || options->hide || options->rename ||
           options->prelink;
}

/** List whose bytes are written: those of members that stay, and of the workspace's. */
static bool list_leaders(struct slimming *s, const struct plan *plan)
{
    const struct set *set = s->census->set;
    struct arena *arena = &s->shrunk->arena;
    s->shrunk->list = ARENA_ARRAY(arena, struct shrunk_object, set->member_count + 1);
    s->shrunk->times = ARENA_ARRAY(arena, uint32_t, set->member_count + 1);
    s->leaders = ARENA_ARRAY(arena, uint32_t, set->member_count + 1);
    if (!s->shrunk->list || !s->shrunk->times || !s->leaders) {
        return error_memory(s->error);
    }
    uint32_t *times = s->shrunk->times;
    for (uint32_t i = 0; i < set->member_count; i++) {
        times[s->census->leader_of[i]] += plan_stays(plan, s->census, i);
    }
    for (uint32_t p = 0; p < plan->part_count; p++) {
        for (size_t i = 0; i < plan->parts[p].workspace_count; i++) {
            times[s->census->leader_of[plan->parts[p].workspace[i]]]++;
        }
    }
    for (uint32_t i = 0; i < set->member_count; i++) {
        if (times[i]) {
            s->leaders[s->count++] = i;
        }
    }
    return true;
}

/** Find out what is needed, if pruning is asked for. */
static bool find_reach(struct slimming *s)
{
    const struct armeld_options *options = s->rules->options;
    struct reach_rules rules = {
        .jobs = s->rules->jobs,
        .keeps = (options->strip & ARMELD_STRIP_DEBUG ? 0U : GRAPH_DEBUG) |
                 (takes_lto(options) ? 0U : GRAPH_LTO),
        .is_export = exports_has,
        .context = &s->shrunk->exports,
    };
    return !prunes(options) || reach_find(s->census, &rules, &s->reach, s->error);
}

/** Pruning: note a section of a kind that nobody knows. Prelinking does so for what it joins. */
static bool note_unknown(const struct slimming *s, uint32_t leader, struct arena *keep,
                         struct arena *scratch, struct shrunk_object *result)
{
    struct object object;
    struct error error = {0};
    const struct set *set = s->census->set;
    if (!prunes(s->rules->options) || s->rules->options->prelink ||
        object_read(member_content(set, leader), scratch, &object, &error) != OBJ_OK ||
        !prelink_unknown_section(&object)) {
        return true;
    }
    result->unknown = prelink_unknown(&object, set_member(set, leader)->name, keep);
    return result->unknown != NULL;
}

/** Strip a shared object or a program: one that is refused is an error, see check_refused(). */
static bool strip_image(const struct slimming *s, uint32_t leader, struct arena *keep,
                        struct arena *scratch)
{
    unsigned strip = s->rules->options->strip;
    unsigned what = (strip & ARMELD_STRIP_DEBUG ? IMAGE_STRIP_DEBUG : 0u) |
                    (strip & ARMELD_STRIP_LOCALS ? IMAGE_STRIP_LOCALS : 0u) |
                    (strip & ARMELD_STRIP_COMMENTS ? IMAGE_STRIP_COMMENTS : 0u) |
                    (strip & ARMELD_STRIP_SIGNATURE ? IMAGE_DROP_SIGNATURE : 0u);
    struct image_stripped stripped;
    struct span data = member_content(s->census->set, leader);
    if (!image_strip(data, what, keep, scratch, &stripped)) {
        return false;
    }
    s->shrunk->list[leader] = (struct shrunk_object){
        .changed = stripped.changed, .bytes = stripped.bytes,
        .dropped_signature = stripped.dropped_signature, .why = stripped.why};
    return true;
}

static bool shrink_member(struct slimming *s, uint32_t leader, struct arena *keep,
                          struct arena *scratch)
{
    struct shrunk_object *result = &s->shrunk->list[leader];
    const bool *drop = NULL;
    if (set_library_of(s->census->set, leader)->is_image) {
        return strip_image(s, leader, keep, scratch);
    }
    if (prunes(s->rules->options)) {
        bool all;
        if (!reach_needs(&s->reach, leader)) {
            result->dropped = true;
            return true;
        }
        drop = reach_drop(&s->reach, leader, scratch, &all);
        if (!drop && !all) {
            return false;
        }
    }
    bool done = shrink_object(member_content(s->census->set, leader), &s->object_rules, drop, keep,
                              scratch, result);
    result->apart = prunes(s->rules->options) && reach_is_apart(&s->reach, leader);
    return done && note_unknown(s, leader, keep, scratch, result);
}

static void shrink_one(void *context, size_t item, unsigned worker)
{
    struct slimming *s = context;
    struct arena *scratch = &s->scratch[worker];
    if (!shrink_member(s, s->leaders[item], &s->shrunk->arenas[worker], scratch)) {
        s->failed[worker] = true;
    }
    arena_reset(scratch);
}

static bool shrink_all(struct slimming *s)
{
    unsigned jobs = s->rules->jobs;
    s->shrunk->arena_count = jobs;
    s->shrunk->arenas = calloc(jobs, sizeof *s->shrunk->arenas);
    s->scratch = calloc(jobs, sizeof *s->scratch);
    s->failed = calloc(jobs, sizeof *s->failed);
    bool done = s->shrunk->arenas && s->scratch && s->failed;
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
    return done || error_memory(s->error);
}

/**
 * An object that stays as it is, while others are told to do without something of it or to call
 * it by another name, would no longer fit.
 */
static bool check_refused(struct slimming *s)
{
    const struct armeld_options *options = s->rules->options;
    for (size_t i = 0; i < s->count; i++) {
        const struct shrunk_object *object = &s->shrunk->list[s->leaders[i]];
        const struct library *library = set_library_of(s->census->set, s->leaders[i]);
        if (library->is_image && object->why) {
            return error_set(s->error, "%s: not stripped: %s", library->path, object->why);
        }
        const struct class *class = &s->census->list[s->census->class_of[s->leaders[i]]];
        s->shrunk->lost_lto += object->lost_lto;
        s->shrunk->dropped_signature |= object->dropped_signature;
        if (object->unknown && s->shrunk->unknown.count++ == 0) {
            s->shrunk->unknown.first = object->unknown;
        }
        if (options->rename &&
            (object->why || class->lto == LTO_SLIM || class_is_unread(class))) {
            error_set(s->error, "cannot be renamed: %s",
                      object->why ? object->why : class_format_name(class));
            return set_error_at(s->census->set, s->leaders[i], s->error);
        }
        if (prunes(options) && object->why && s->reach.graphs[s->leaders[i]].why == NULL) {
            error_set(s->error, "cannot be pruned: %s", object->why);
            return set_error_at(s->census->set, s->leaders[i], s->error);
        }
    }
    return true;
}

/** Refuse to hide all that a library defines: no program could use it. COFF hides nothing. */
static bool check_hidden(const struct slimming *s, struct error *error)
{
    const struct armeld_options *options = s->rules->options;
    const struct census *census = s->census;
    bool defines = false;
    if (!options->single || !options->hide || s->shrunk->exports.name_count ||
        s->rules->target->format == OBJ_COFF) {
        return true;
    }
    for (size_t i = 0; i < census->count && !defines; i++) {
        for (size_t j = 0; j < census->list[i].global_count && !defines; j++) {
            defines = role_defines(census->list[i].globals[j].role);
        }
    }
    return !defines || error_set_kind(error, ERROR_USAGE,
                                      "%s: defines no export, so hiding would hide everything: "
                                      "name exports with --export",
                                      census->set->libraries->path);
}

bool slim_run(const struct census *census, const struct plan *plan, const struct slim_rules *rules,
              struct shrunk *shrunk, struct error *error)
{
    const struct armeld_options *options = rules->options;
    shrunk->asked = is_asked(options);
    shrunk->hid_nothing = options->hide && !options->rename && !options->strip &&
                          !prunes(options) && rules->target->format == OBJ_COFF;
    shrunk->exports_only = prunes(options) || options->rename;
    if (!shrunk->asked) {
        return true;
    }
    if (options->rename && !options->single) {
        return error_set_kind(error, ERROR_USAGE, "names can be given to one library alone");
    }
    struct slimming slimming = {.census = census,
                                .rules = rules,
                                .shrunk = shrunk,
                                .error = error,
                                .object_rules = {.strip = options->strip,
                                                 .compress = options->compress_debug,
                                                 .hide = options->hide,
                                                 .rename = options->rename,
                                                 .joins = options->prelink,
                                                 .is_export = exports_has,
                                                 .is_renamed = exports_lacks_own,
                                                 .context = &shrunk->exports}};
    bool done = (exports_find(census, rules->target, options->exports, options->export_count,
                              &shrunk->arena, &shrunk->exports) ||
                 error_memory(error)) &&
                check_hidden(&slimming, error) &&
                list_leaders(&slimming, plan) && find_reach(&slimming) && shrink_all(&slimming) &&
                check_refused(&slimming);
    reach_free(&slimming.reach);
    return done;
}

const char *const *shrunk_exports(const struct shrunk *shrunk)
{
    return shrunk->exports_only ? shrunk->exports.names : NULL;
}

bool shrunk_keeps(const struct shrunk *shrunk, const struct census *census, uint32_t member)
{
    return !shrunk->asked || !shrunk->list[census->leader_of[member]].dropped;
}

bool shrunk_is_apart(const struct shrunk *shrunk, const struct census *census, uint32_t member)
{
    return shrunk->asked && shrunk->list[census->leader_of[member]].apart;
}

const struct shrunk_object *shrunk_member(const struct shrunk *shrunk, const struct census *census,
                                          uint32_t member)
{
    const struct shrunk_object *object =
        shrunk->asked ? &shrunk->list[census->leader_of[member]] : NULL;
    return object && object->changed ? object : NULL;
}

void shrunk_free(struct shrunk *shrunk)
{
    for (unsigned i = 0; shrunk->arenas && i < shrunk->arena_count; i++) {
        arena_free(&shrunk->arenas[i]);
    }
    free(shrunk->arenas);
    exports_free(&shrunk->exports);
    arena_free(&shrunk->arena);
    *shrunk = (struct shrunk){0};
}
