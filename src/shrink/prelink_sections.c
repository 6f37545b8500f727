/* SPDX-License-Identifier: MIT */
/** Prelinking: COMDATs, sections, relocations and groups of all parts. */
#include "obj/elf.h"
#include "shrink/prelink_internal.h"
#include "shrink/shrink.h"

/* ---- COMDATs ----------------------------------------------------------------------------- */

/** The names of COMDAT groups that earlier parts have. */
struct groups {
    struct span *names;
    size_t count;
    struct table table;
};

static bool same_span(const void *context, uint32_t number, const void *key)
{
    return span_equal(((const struct span *)context)[number], *(const struct span *)key);
}

/** Look a group up by its name, and add the name if it is new. False when memory is short. */
static bool meet_group(struct groups *groups, struct span name, bool *found)
{
    uint64_t hash = table_hash(name, 0);
    *found = table_find(&groups->table, hash, same_span, groups->names, &name) != TABLE_NONE;
    if (*found) {
        return true;
    }
    groups->names[groups->count] = name;
    return table_add(&groups->table, hash, (uint32_t)groups->count++);
}

/** Whether linkers identify a group by its name and discard duplicates. */
static bool is_comdat(const struct object *object, const struct obj_group *group)
{
    return group->comdat && group->symbol != OBJ_NONE && object->format == OBJ_ELF;
}

/** Remove the COMDATs of a part that an earlier part has. */
static enum obj_result discard_duplicates(struct linking *l, struct groups *groups, size_t part)
{
    struct object *object = object_of(l, part);
    bool *drop = ARENA_ARRAY(l->arena, bool, object->section_count + 1);
    bool any = false;
    for (size_t g = 0; drop && g < object->group_count; g++) {
        const struct obj_group *group = &object->groups[g];
        bool found = false;
        if (!is_comdat(object, group)) {
            continue;
        }
        if (!meet_group(groups, group->name, &found)) {
            return OBJ_NO_MEMORY;
        }
        for (size_t i = 0; found && i < group->section_count; i++) {
            drop[group->sections[i]] = any = true;
        }
    }
    if (!drop) {
        return OBJ_NO_MEMORY;
    }
    return any ? discard_sections(&l->parts[part].edit, drop, l->arena, l->error) : OBJ_OK;
}

/** Whether a group has debug info only: whether others have the same does not matter. */
static bool is_debug(const struct object *object, const struct obj_group *group)
{
    bool debug = true;
    for (size_t i = 0; i < group->section_count; i++) {
        debug &= object->sections[group->sections[i]].kind == SECTION_DEBUG;
    }
    return debug;
}

/**
 * Dissolve COMDAT groups of an ELF part: their sections become ordinary ones. Those that other
 * objects can have stay, so that linkers keep one of all.
 */
static void dissolve_groups(const struct linking *l, struct object *object)
{
    for (size_t g = 0; object->format == OBJ_ELF && g < object->group_count; g++) {
        const struct obj_group *group = &object->groups[g];
        bool shares = l->rules->shares || prelink_is_programs(object, group->name) ||
                      l->rules->stays_global(l->rules->context, group->name);
        bool dissolves = group->comdat && (!shares || is_debug(object, group));
        for (size_t i = 0; dissolves && i < group->section_count; i++) {
            struct obj_section *section = &object->sections[group->sections[i]];
            section->group = OBJ_NONE;
            section->flags &= ~(uint64_t)SHF_GROUP;
        }
    }
}

/** Remove groups without sections, such as dissolved ones. */
static void drop_empty_groups(struct object *object)
{
    uint32_t kept = 0;
    for (size_t g = 0; g < object->group_count; g++) {
        struct obj_group *group = &object->groups[g];
        bool alive = group->section_count && object->sections[group->sections[0]].group == g;
        for (size_t i = 0; alive && i < group->section_count; i++) {
            object->sections[group->sections[i]].group = kept;
        }
        if (alive) {
            object->groups[kept++] = *group;
        }
    }
    object->group_count = kept;
}

enum obj_result prelink_discard(struct linking *l)
{
    struct groups groups = {.count = 0};
    size_t most = 0;
    enum obj_result result = OBJ_OK;
    for (size_t i = 0; i < l->part_count; i++) {
        most += object_of(l, i)->group_count;
    }
    if (l->out->object.format == OBJ_COFF) {
        result = prelink_discard_coff(l);
    }
    groups.names = ARENA_ARRAY(l->arena, struct span, most + 1);
    for (size_t i = 0; groups.names && result == OBJ_OK && i < l->part_count; i++) {
        result = discard_duplicates(l, &groups, i);
        dissolve_groups(l, object_of(l, i));
        drop_empty_groups(object_of(l, i));
    }
    table_free(&groups.table);
    return groups.names ? result : OBJ_NO_MEMORY;
}

enum obj_result prelink_number_sections(struct linking *l)
{
    l->sections_of = ARENA_ARRAY(l->arena, uint32_t, l->part_count + 1);
    for (size_t i = 0; l->sections_of && i < l->part_count; i++) {
        l->sections_of[i + 1] = l->sections_of[i] + (uint32_t)object_of(l, i)->section_count;
    }
    return l->sections_of ? OBJ_OK : OBJ_NO_MEMORY;
}

/* ---- sections ---------------------------------------------------------------------------- */

/** Copy the relocations of a section to the output, with new numbers. */
static enum obj_result copy_relocs(struct linking *l, size_t part, uint32_t from, uint32_t to)
{
    struct edit_relocs *relocs = &l->parts[part].edit.relocs[from];
    for (size_t r = 0; r < relocs->count; r++) {
        struct obj_reloc *reloc = &relocs->list[r];
        if (reloc->symbol != OBJ_NONE) {
            const struct object *object = object_of(l, part);
            uint32_t left = l->left_of[part][reloc->symbol];
            bool own = left != OBJ_NONE &&
                       macho_names_function(object, &object->sections[from], reloc);
            reloc->symbol = own ? left : l->symbols_of[part][reloc->symbol];
            if (reloc->symbol == OBJ_NONE) {
                return PART_FAIL(l, part, "section %.*s: relocation %zu refers to what is no part "
                                 "of the result",
                                 SPAN_BRIEF(object_of(l, part)->sections[from].name), r);
            }
        }
        if (reloc->section != OBJ_NONE) {
            reloc->section += l->sections_of[part];
        }
    }
    l->out->relocs[to] = *relocs;
    return OBJ_OK;
}

/** Copy the groups of a part to the output, with new numbers. */
static void copy_groups(struct linking *l, size_t part, uint32_t first_group)
{
    const struct object *object = object_of(l, part);
    struct object *out = &l->out->object;
    for (size_t g = 0; g < object->group_count; g++) {
        struct obj_group group = object->groups[g];
        for (size_t i = 0; i < group.section_count; i++) {
            group.sections[i] += l->sections_of[part];
        }
        group.symbol = group.symbol == OBJ_NONE ? OBJ_NONE : l->symbols_of[part][group.symbol];
        out->groups[first_group + g] = group;
    }
    out->group_count += object->group_count;
}

enum obj_result prelink_add_sections(struct linking *l)
{
    struct object *out = &l->out->object;
    size_t sections = 0;
    size_t groups = 0;
    for (size_t i = 0; i < l->part_count; i++) {
        sections += object_of(l, i)->section_count;
        groups += object_of(l, i)->group_count;
    }
    out->sections = ARENA_ARRAY(l->arena, struct obj_section, sections + 1);
    out->groups = ARENA_ARRAY(l->arena, struct obj_group, groups + 1);
    l->out->relocs = ARENA_ARRAY(l->arena, struct edit_relocs, sections + 1);
    if (!out->sections || !out->groups || !l->out->relocs) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < l->part_count; i++) {
        const struct object *object = object_of(l, i);
        uint32_t first_group = (uint32_t)out->group_count;
        copy_groups(l, i, first_group);
        for (uint32_t s = 0; s < object->section_count; s++) {
            struct obj_section section = object->sections[s];
            section.link = section.link == OBJ_NONE ? OBJ_NONE : section.link + l->sections_of[i];
            section.group = section.group == OBJ_NONE ? OBJ_NONE : section.group + first_group;
            enum obj_result result = copy_relocs(l, i, s, (uint32_t)out->section_count);
            if (result != OBJ_OK) {
                return result;
            }
            out->sections[out->section_count++] = section;
        }
    }
    return out->format == OBJ_COFF ? prelink_settle_coff(out, l->arena) : OBJ_OK;
}

enum obj_result prelink_add_places(struct linking *l)
{
    struct obj_edit *out = l->out;
    size_t most = 0;
    for (size_t i = 0; i < l->part_count; i++) {
        most += l->parts[i].edit.place_count;
    }
    out->places = ARENA_ARRAY(l->arena, struct edit_place, most + 1);
    out->place_count = 0;
    if (!out->places) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < l->part_count; i++) {
        const struct obj_edit *edit = &l->parts[i].edit;
        for (size_t p = 0; p < edit->place_count; p++) {
            struct edit_place place = edit->places[p];
            place.section += l->sections_of[i];
            place.target = place.target == OBJ_NONE ? OBJ_NONE : place.target + l->sections_of[i];
            out->places[out->place_count++] = place;
        }
    }
    return OBJ_OK;
}
