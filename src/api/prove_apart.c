/* SPDX-License-Identifier: MIT */
/** Which objects are not joined with others from the start. */
#include "api/prove_internal.h"
#include "obj/linked.h"
#include "obj/rcgu.h"
#include "proof/lists_apart.h"
#include "proof/roots.h"

/** Whether a library that is shrunk alone has its own of everything, its constructors too. */
static bool has_its_own(const struct armeld *armeld)
{
    struct rcgu_name name;
    bool own = armeld->options.export_count != 0;
    for (uint32_t i = 0; !own && i < armeld->set.member_count; i++) {
        rcgu_parse(set_member(&armeld->set, i)->name, &name);
        own = name.rust;
    }
    return own;
}

/** Whether more than half of many objects are apart. */
static bool most_are_apart(const struct armeld *armeld)
{
    size_t apart = 0;
    size_t objects = 0;
    for (uint32_t i = 0; i < armeld->census.count; i++) {
        const struct class *class = &armeld->census.list[i];
        bool object = class_is_object(class) && !class->import_stub;
        objects += object;
        apart += object && armeld->apart[i];
    }
    return objects > MANY_OBJECTS && 2 * apart > objects;
}

bool prove_set_lists_apart(struct armeld *armeld, bool missing, bool all)
{
    const struct armeld_options *options = &armeld->options;
    const struct census *census = &armeld->census;
    struct lists_apart_rules rules = {.models = models_of(armeld->target.format),
                                      .missing = missing,
                                      .all = all};
    struct exports exports = {.globs = NULL};
    struct arena arena = {0};
    bool *is_root;
    bool done = roots_find(census, options->roots, options->root_count, &arena, &is_root) &&
                exports_find(census, &armeld->target, options->exports, options->export_count,
                             &arena, &exports);
    for (uint32_t i = 0; done && i < census->symbol_count; i++) {
        is_root[i] = is_root[i] && exports_has(&exports, census->symbols[i]);
    }
    rules.is_root = done ? is_root : NULL;
    done = done && lists_apart_find(census, &rules, armeld->apart);
    exports_free(&exports);
    arena_free(&arena);
    armeld->apart_all |= all;
    return done || error_memory(&armeld->error);
}

/** Mark the symbols that some object defines. */
static void mark_defined(const struct census *census, bool *defined)
{
    for (uint32_t i = 0; i < census->count; i++) {
        const struct class *class = &census->list[i];
        for (size_t j = 0; j < class->global_count; j++) {
            defined[class->globals[j].symbol] |= role_defines(class->globals[j].role);
        }
    }
}

/**
 * Say how many symbols no library defines of those that objects need which may be joined: programs
 * may need all of these now, whichever exports they use.
 */
static bool tell_open_needs(struct armeld *armeld)
{
    const struct census *census = &armeld->census;
    struct arena arena = {0};
    bool *known = ARENA_ARRAY(&arena, bool, census->symbol_count);
    uint32_t first = NO_CLASS;
    size_t count = 0;
    if (known) {
        mark_defined(census, known);
    }
    for (uint32_t i = 0; known && i < census->count; i++) {
        const struct class *class = &census->list[i];
        for (size_t j = 0; j < class->global_count && !armeld->apart[i]; j++) {
            uint32_t symbol = class->globals[j].symbol;
            bool open = class->globals[j].role == ROLE_NEEDS && !known[symbol] &&
                        !obj_is_linkers(census->symbols[symbol]);
            known[symbol] |= open;
            first = open && !count ? symbol : first;
            count += open;
        }
    }
    if (count) {
        armeld->open_needs =
            arena_printf(&armeld->arena,
                         "Not proven: which programs need the %zu symbol%s that no library of the "
                         "set defines, such as %.*s. A joined object needs what all of it needs, "
                         "so programs must link what every library of the set is built on.",
                         count, count == 1 ? "" : "s", SPAN_ARGS(census->symbols[first]));
    }
    arena_free(&arena);
    return known && (!count || armeld->open_needs) ? true : error_memory(&armeld->error);
}

bool prove_begin(struct armeld *armeld)
{
    if (!armeld->options.prelink || (armeld->options.single && has_its_own(armeld))) {
        return true;
    }
    armeld->apart = ARENA_ARRAY(&armeld->arena, bool, armeld->census.count);
    armeld->apart_first = ARENA_ARRAY(&armeld->arena, bool, armeld->census.count);
    if (!armeld->apart || !armeld->apart_first) {
        return error_memory(&armeld->error);
    }
    bool done = prove_set_lists_apart(armeld, !armeld->options.single, false);
    if (done && !armeld->options.single && most_are_apart(armeld)) {
        /* libraries that use others: programs have those, too */
        memset(armeld->apart, 0, armeld->census.count * sizeof *armeld->apart);
        done = prove_set_lists_apart(armeld, false, false) && tell_open_needs(armeld);
    }
    memcpy(armeld->apart_first, armeld->apart, armeld->census.count * sizeof *armeld->apart);
    return done;
}
