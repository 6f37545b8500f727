/* SPDX-License-Identifier: MIT */
/**
 * Prelinking COFF: which of several COMDATs is kept, and what goes with the others.
 *
 * Linkers find the duplicates of a COMDAT by the name of its leader, and follow its selection [PE
 * Format, "COMDAT Sections"; LLVM 19, lld/COFF/InputFiles.cpp: handleComdatSelection]:
 *
 *   any         the first one; any together with largest is largest, together with same size that
 *   same size   the first one; another size is an error
 *   exact match the first one; other contents are an error
 *   largest     the largest one, the first of these
 *   newest      no linker knows which one that is, so two of them are refused
 *
 * Associative sections are in the group of their COMDAT, and go with it. The sections that GCC
 * makes for unwinding are not associative: .pdata$NAME, .xdata$NAME and .eh_frame$NAME are COMDATs
 * without a leader. They go with the code section that has the same NAME [lld:
 * maybeAssociateSEHForMingw]; without one, they are duplicates by their own names, as for GNU ld.
 *
 * A definition that is in no COMDAT wins: the COMDATs of that name are removed.
 */
#include "obj/coff.h"
#include "shrink/prelink_internal.h"
#include "shrink/shrink.h"

/** A COMDAT, or a name that COMDATs are found by. */
struct comdat {
    struct span name;
    uint32_t part, group; /* the one that is kept */
    uint32_t selection;
    bool beaten;          /* a definition in no COMDAT wins */
};

/** Names of COMDATs. */
struct comdats {
    struct comdat *list;
    size_t count;
    struct table table;
};

struct choosing {
    struct linking *l;
    struct comdats leaders;   /* by the name of the leader */
    struct comdats functions; /* by NAME in .text$NAME; .part: of the last one that was seen,
                                 .beaten: that one is removed */
    struct comdats bare;      /* without a leader, by the name of the section */
};

static bool same_name(const void *context, uint32_t number, const void *key)
{
    return span_equal(((const struct comdat *)context)[number].name, *(const struct span *)key);
}

static struct comdat *find(const struct comdats *comdats, struct span name)
{
    uint32_t found = table_find(&comdats->table, table_hash(name, 0), same_name, comdats->list,
                                &name);
    return found == TABLE_NONE ? NULL : &comdats->list[found];
}

/** Add a name that is not there yet. NULL when memory is short. */
static struct comdat *add(struct comdats *comdats, struct span name, uint32_t part, uint32_t group)
{
    if (!table_add(&comdats->table, table_hash(name, 0), (uint32_t)comdats->count)) {
        return NULL;
    }
    comdats->list[comdats->count] = (struct comdat){.name = name, .part = part, .group = group};
    return &comdats->list[comdats->count++];
}

static bool has_leader(const struct object *object, const struct obj_group *group)
{
    return group->comdat && group->symbol != OBJ_NONE &&
           object->symbols[group->symbol].binding != BINDING_LOCAL;
}

/** Whether a group is a COMDAT section of GCC without a leader. */
static bool is_bare(const struct obj_group *group)
{
    return group->comdat && group->symbol == OBJ_NONE && group->section_count;
}

/** NAME of .text$NAME; empty without one. */
static struct span function_name(struct span section)
{
    const uint8_t *dollar = section.size ? memchr(section.data, '$', section.size) : NULL;
    return dollar ? span_from(section, (size_t)(dollar - section.data) + 1) : span_make(NULL, 0);
}

/** NAME of a bare section for unwinding; empty for other sections. */
static struct span unwound_name(struct span section)
{
    static const char *const starts[] = {".pdata$", ".xdata$", ".eh_frame$"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (span_starts(section, starts[i])) {
            return span_from(section, strlen(starts[i]));
        }
    }
    return span_make(NULL, 0);
}

static const struct obj_section *first_section(const struct object *object,
                                               const struct obj_group *group)
{
    return &object->sections[group->sections[0]];
}

/* ---- leaders ----------------------------------------------------------------------------- */

static const char *selection_name(uint32_t selection)
{
    static const char *const names[] = {"none", "no duplicates", "any", "same size",
                                        "exact match", "associative", "largest", "newest"};
    return selection < sizeof names / sizeof *names ? names[selection] : "unknown";
}

/** The selection of two COMDATs together; 0 if they do not fit each other. */
static uint32_t join_selections(uint32_t a, uint32_t b)
{
    a = a ? a : IMAGE_COMDAT_SELECT_ANY;
    b = b ? b : IMAGE_COMDAT_SELECT_ANY;
    bool yields = a == IMAGE_COMDAT_SELECT_LARGEST || a == IMAGE_COMDAT_SELECT_SAME_SIZE;
    if (b == IMAGE_COMDAT_SELECT_ANY && yields) {
        return a;
    }
    yields = b == IMAGE_COMDAT_SELECT_LARGEST || b == IMAGE_COMDAT_SELECT_SAME_SIZE;
    return a == b || (a == IMAGE_COMDAT_SELECT_ANY && yields) ? b : 0;
}

/** Compare a COMDAT with the one of its name that is kept so far. */
static enum obj_result compare(struct linking *l, struct comdat *kept, uint32_t part,
                               uint32_t number)
{
    const struct object *object = object_of(l, part);
    const struct obj_group *group = &object->groups[number];
    const struct object *other = object_of(l, kept->part);
    const struct obj_section *a = first_section(other, &other->groups[kept->group]);
    const struct obj_section *b = first_section(object, group);
    struct span member = l->parts[kept->part].name;
    uint32_t selection = join_selections(kept->selection, group->selection);
    if (!selection) {
        return PART_FAIL(l, part, "COMDAT %.*s has selection '%s', but '%s' in %.*s: they cannot "
                         "be one object", SPAN_BRIEF(kept->name), selection_name(group->selection),
                         selection_name(kept->selection), SPAN_BRIEF(member));
    }
    kept->selection = selection;
    bool differs = (selection == IMAGE_COMDAT_SELECT_SAME_SIZE && a->size != b->size) ||
                   (selection == IMAGE_COMDAT_SELECT_EXACT_MATCH &&
                    (a->size != b->size || !span_equal(a->data, b->data)));
    if (differs || selection == IMAGE_COMDAT_SELECT_NEWEST) {
        return PART_FAIL(l, part, "COMDAT %.*s has selection '%s', and %s than in %.*s: "
                         "they cannot be one object", SPAN_BRIEF(kept->name),
                         selection_name(selection),
                         selection == IMAGE_COMDAT_SELECT_SAME_SIZE ? "another size"
                         : differs                                  ? "other contents"
                                                                    : "another time",
                         SPAN_BRIEF(member));
    }
    if (selection == IMAGE_COMDAT_SELECT_LARGEST && b->size > a->size) {
        kept->part = part;
        kept->group = number;
    }
    return OBJ_OK;
}

/** Choose among the COMDATs of each name. */
static enum obj_result choose(struct choosing *c)
{
    for (uint32_t part = 0; part < c->l->part_count; part++) {
        const struct object *object = object_of(c->l, part);
        for (uint32_t g = 0; g < object->group_count; g++) {
            const struct obj_group *group = &object->groups[g];
            if (!has_leader(object, group)) {
                continue;
            }
            struct comdat *kept = find(&c->leaders, group->name);
            if (kept) {
                enum obj_result result = compare(c->l, kept, part, g);
                if (result != OBJ_OK) {
                    return result;
                }
            } else if ((kept = add(&c->leaders, group->name, part, g)) == NULL) {
                return OBJ_NO_MEMORY;
            } else {
                kept->selection = group->selection;
            }
        }
    }
    return OBJ_OK;
}

/** Mark the names that are defined in no COMDAT as well. */
static void find_beaten(struct choosing *c)
{
    for (uint32_t part = 0; part < c->l->part_count; part++) {
        const struct object *object = object_of(c->l, part);
        for (size_t i = 0; i < object->symbol_count; i++) {
            const struct obj_symbol *symbol = &object->symbols[i];
            struct comdat *kept =
                obj_symbol_is_strong(object, symbol) ? find(&c->leaders, symbol->name) : NULL;
            if (kept) {
                kept->beaten = true;
            }
        }
    }
}

/* ---- removing ---------------------------------------------------------------------------- */

static void drop_group(const struct obj_group *group, bool *drop)
{
    for (size_t i = 0; i < group->section_count; i++) {
        drop[group->sections[i]] = true;
    }
}

/** Note whether the code section of a group is removed. False when memory is short. */
static bool note_function(struct choosing *c, const struct object *object,
                          const struct obj_group *group, uint32_t part, bool dropped)
{
    const struct obj_section *section = first_section(object, group);
    struct span name = function_name(section->name);
    if (section->kind != SECTION_CODE || !name.size) {
        return true;
    }
    struct comdat *function = find(&c->functions, name);
    function = function ? function : add(&c->functions, name, part, 0);
    if (function) {
        function->part = part;
        function->beaten = dropped;
    }
    return function != NULL;
}

/** Mark the sections of a part that are removed. False when memory is short. */
static bool mark(struct choosing *c, uint32_t part, bool *drop)
{
    const struct object *object = object_of(c->l, part);
    for (uint32_t g = 0; g < object->group_count; g++) {
        const struct obj_group *group = &object->groups[g];
        if (has_leader(object, group)) {
            const struct comdat *kept = find(&c->leaders, group->name);
            bool loses = kept->beaten || kept->part != part || kept->group != g;
            if (loses) {
                drop_group(group, drop);
            }
            if (!note_function(c, object, group, part, loses)) {
                return false;
            }
        }
    }
    for (uint32_t g = 0; g < object->group_count; g++) {
        const struct obj_group *group = &object->groups[g];
        if (!is_bare(group)) {
            continue;
        }
        struct span name = first_section(object, group)->name;
        const struct comdat *function = find(&c->functions, unwound_name(name));
        bool loses = function && function->part == part && function->beaten;
        if (!function || function->part != part) {
            loses = find(&c->bare, name) != NULL;
            if (!loses && !add(&c->bare, name, part, g)) {
                return false;
            }
        }
        if (loses) {
            drop_group(group, drop);
        }
    }
    return true;
}

static enum obj_result remove_losers(struct choosing *c, uint32_t part)
{
    const struct object *object = object_of(c->l, part);
    bool *drop = ARENA_ARRAY(c->l->arena, bool, object->section_count + 1);
    bool any = false;
    if (!drop || !mark(c, part, drop)) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < object->section_count; i++) {
        any |= drop[i];
    }
    return any ? discard_sections(&c->l->parts[part].edit, drop, c->l->arena, c->l->error) : OBJ_OK;
}

enum obj_result prelink_discard_coff(struct linking *l)
{
    struct choosing c = {.l = l};
    size_t most = 1;
    for (size_t i = 0; i < l->part_count; i++) {
        most += object_of(l, i)->group_count;
    }
    c.leaders.list = ARENA_ARRAY(l->arena, struct comdat, most);
    c.functions.list = ARENA_ARRAY(l->arena, struct comdat, most);
    c.bare.list = ARENA_ARRAY(l->arena, struct comdat, most);
    bool memory = c.leaders.list && c.functions.list && c.bare.list;
    enum obj_result result = memory ? choose(&c) : OBJ_NO_MEMORY;
    if (result == OBJ_OK) {
        find_beaten(&c);
    }
    for (uint32_t i = 0; result == OBJ_OK && i < l->part_count; i++) {
        result = remove_losers(&c, i);
    }
    table_free(&c.leaders.table);
    table_free(&c.functions.table);
    table_free(&c.bare.table);
    return result;
}

/* ---- what is local now ------------------------------------------------------------------- */

/** Make a COMDAT one that has no duplicates in other objects. */
static void make_only(struct obj_group *group)
{
    group->selection = IMAGE_COMDAT_SELECT_NODUPLICATES;
    group->comdat = false;
}

enum obj_result prelink_settle_coff(struct object *out, struct arena *arena)
{
    struct comdats local = {.list = ARENA_ARRAY(arena, struct comdat, out->group_count + 1)};
    bool done = local.list != NULL;
    for (uint32_t g = 0; done && g < out->group_count; g++) {
        struct obj_group *group = &out->groups[g];
        if (group->symbol == OBJ_NONE || out->symbols[group->symbol].binding != BINDING_LOCAL) {
            continue;
        }
        make_only(group);
        struct span name = function_name(first_section(out, group)->name);
        done = !name.size || find(&local, name) || add(&local, name, 0, g);
    }
    for (uint32_t g = 0; done && g < out->group_count; g++) {
        struct obj_group *group = &out->groups[g];
        if (is_bare(group) && find(&local, unwound_name(first_section(out, group)->name))) {
            make_only(group);
        }
    }
    table_free(&local.table);
    return done ? OBJ_OK : OBJ_NO_MEMORY;
}
