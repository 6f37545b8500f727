/* SPDX-License-Identifier: MIT */
/** Refusals, and which members should stay in the libraries, so that there is nothing to refuse. */
#include <stdio.h>

#include "base/glob.h"
#include "obj/rcgu.h"
#include "share/share_internal.h"

enum {
    MOST_ADVISED = 6,  /* patterns that a message names */
};

bool share_refuse(struct sharing *s, uint32_t member, size_t count, const char *format, ...)
{
    char what[768];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    error_set_kind(s->error, ERROR_PROOF, "%s", what);
    if (count > 1) {
        const char *more = arena_printf(s->arena, " (and so of %zu more name%s)", count - 1,
                                        count > 2 ? "s" : "");
        error_suffix(s->error, more ? more : "");
    }
    return set_error_at(s->set, member - 1, s->error);
}

static bool decide(struct sharing *s)
{
    table_free(&s->table);
    s->names = NULL;
    s->name_count = s->name_capacity = 0;
    return share_learn(s) && share_list_symbols(s) && share_check_direct(s);
}

/** Whether the object defines what is reached directly, or needs what only libraries define. */
static bool is_involved(struct sharing *s, const struct object *object)
{
    bool involved = false;
    for (size_t i = 0; !involved && i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        const struct shared_name *name = symbol->binding == BINDING_LOCAL || symbol->label
                                             ? NULL
                                             : share_find_name(s, symbol->name);
        bool defines = symbol->place != PLACE_UNDEFINED || symbol->alias != OBJ_NONE;
        involved = name && (share_is_choice(name) ||
                            (defines ? name->direct != 0
                                     : name->in_library && !name->in_workspace && !name->in_stub));
    }
    return involved;
}

/** What --keep takes for a member: of one that rustc made, a pattern for all of its crate. */
static const char *keep_pattern(struct sharing *s, uint32_t number)
{
    struct span name = set_member(s->set, number)->name;
    struct rcgu_name parts;
    rcgu_parse(name, &parts);
    const uint8_t *dot = parts.rust ? memchr(name.data, '.', name.size) : NULL;
    return dot ? arena_printf(s->arena, "%.*s*", (int)(dot - name.data) + 1,
                              (const char *)name.data)
               : arena_printf(s->arena, "%.*s", SPAN_ARGS(name));
}

/** Members of the workspace that stay in the libraries, by patterns. */
struct advice {
    const char *patterns[MOST_ADVISED];
    size_t count; /* more than MOST_ADVISED: too many to be named */
};

/** Let members stay by the pattern for one of them. */
static bool keep_one(struct sharing *s, uint32_t number, struct advice *advice)
{
    const char *pattern = keep_pattern(s, number);
    for (uint32_t i = 0; pattern && i < s->set->member_count; i++) {
        struct span member = set_member(s->set, i)->name;
        const char *name = arena_printf(&s->scratch, "%.*s", SPAN_ARGS(member));
        s->kept[i] |= name && share_is_workspace(s, set_library_of(s->set, i)) &&
                      glob_matches(pattern, name);
    }
    if (advice->count < MOST_ADVISED) {
        advice->patterns[advice->count] = pattern;
    }
    advice->count++;
    return pattern && s->kept[number];
}

/** Let the members of the workspace stay that cause the refusal. False: there is none. */
static bool keep_involved(struct sharing *s, struct advice *advice)
{
    size_t before = advice->count;
    bool done = true;
    for (uint32_t i = 0; done && i < s->set->member_count; i++) {
        struct object object;
        struct error unread = {0};
        if (share_is_in_workspace(s, i) && share_is_of_part(s, set_library_of(s->set, i)) &&
            object_read(member_content(s->set, i), &s->scratch, &object, &unread) == OBJ_OK &&
            (share_has_part(s, &object) || is_involved(s, &object))) {
            done = keep_one(s, i, advice);
        }
        arena_reset(&s->scratch);
    }
    return done && advice->count > before;
}

/**
 * Say what to do: which members would have to stay in the libraries, such that share would accept
 * what is left. That is tried here; so is what follows from it.
 */
static bool advise(struct sharing *s)
{
    struct error *error = s->error, *attempt = ARENA_NEW(s->arena, struct error);
    struct advice advice = {0};
    size_t shared = s->report->shared_objects;
    s->kept = ARENA_ARRAY(s->arena, bool, s->set->member_count + 1);
    bool accepted = false;
    while (s->kept && attempt && !accepted && advice.count <= MOST_ADVISED) {
        *attempt = (struct error){0};
        s->error = attempt;
        if (!keep_involved(s, &advice)) {
            break;
        }
        accepted = decide(s);
    }
    s->error = error;
    s->report->shared_objects = shared;
    s->kept = NULL;
    if (!accepted || advice.count > MOST_ADVISED) {
        return false;
    }
    const char *text = "; share the set melded with";
    for (size_t i = 0; text && i < advice.count; i++) {
        const char *pattern = word_quote(advice.patterns[i], s->arena);
        text = pattern ? arena_printf(s->arena, "%s --keep %s", text, pattern) : NULL;
    }
    return error_suffix(error, text ? text : "");
}

bool share_decide(struct sharing *s)
{
    return decide(s) || (s->error->kind == ERROR_PROOF && advise(s));
}
