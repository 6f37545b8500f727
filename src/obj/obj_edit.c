/* SPDX-License-Identifier: MIT */
/** Editable objects of all formats: reading, writing, removing sections and symbols. */
#include "obj/obj_edit.h"

#include "obj/writer.h"

static const struct obj_writer *const writers[] = {&elf_writer, &coff_writer, &macho_writer};

static const struct obj_writer *writer_of(enum obj_format format)
{
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
        if (writers[i]->format == format) {
            return writers[i];
        }
    }
    return NULL;
}

int (*writer_rank(enum obj_format format))(const struct obj_symbol *symbol)
{
    return writer_of(format)->rank;
}

enum obj_result obj_edit_read(struct span data, struct arena *arena, struct obj_edit *edit,
                              struct error *error)
{
    *edit = (struct obj_edit){.timestamp = 0};
    struct object *object = &edit->object;
    enum obj_result result = object_read(data, arena, object, error);
    if (result != OBJ_OK) {
        return result;
    }
    const struct obj_writer *writer = writer_of(object->format);
    if (!writer || object->import_stub) {
        return OBJ_REFUSE(error, "%s is not written",
                          object->import_stub ? "an import stub"
                                              : object_format_name(object->format));
    }
    edit->relocs = ARENA_ARRAY(arena, struct edit_relocs, object->section_count);
    if (!edit->relocs) {
        return OBJ_NO_MEMORY;
    }
    for (uint32_t i = 0; i < object->section_count; i++) {
        result =
            object_relocs(object, i, arena, &edit->relocs[i].list, &edit->relocs[i].count, error);
        if (result != OBJ_OK) {
            return result;
        }
    }
    return writer->admit(edit, arena, error);
}

enum obj_result obj_edit_write(const struct obj_edit *edit, struct arena *arena, struct span *out,
                               struct error *error)
{
    return writer_of(edit->object.format)->write(edit, arena, out, error);
}

/* ---- removing ---------------------------------------------------------------------------- */

/** The new numbers after removing; OBJ_NONE: removed. NULL when memory is short. */
static uint32_t *renumber(const bool *drop, size_t count, struct arena *arena)
{
    uint32_t *numbers = ARENA_ARRAY(arena, uint32_t, count + 1);
    uint32_t next = 0;
    for (size_t i = 0; numbers && i < count; i++) {
        numbers[i] = drop[i] ? OBJ_NONE : next++;
    }
    return numbers;
}

/** Replace a number by the new one; false if its section or symbol is removed. */
static bool remap(uint32_t *number, const uint32_t *numbers)
{
    if (*number == OBJ_NONE) {
        return true;
    }
    *number = numbers[*number];
    return *number != OBJ_NONE;
}

/** Remove the records of a list of symbols that name a removed symbol. */
static void drop_listed(const struct obj_section *section, const uint32_t *symbols,
                        struct edit_relocs *relocs)
{
    size_t each = section->record_symbols;
    size_t kept = 0;
    for (size_t r = 0; r + each <= relocs->count; r += each) {
        bool stays = true;
        for (size_t i = 0; i < each; i++) {
            stays &= symbols[relocs->list[r + i].symbol] != OBJ_NONE;
        }
        for (size_t i = 0; stays && i < each; i++, kept++) {
            relocs->list[kept] = relocs->list[r + i];
            relocs->list[kept].offset = kept;
        }
    }
    relocs->count = kept;
}

static enum obj_result drop_sections(struct obj_edit *edit, const uint32_t *sections,
                                     const uint32_t *symbols, struct error *error)
{
    struct object *object = &edit->object;
    size_t kept = 0;
    for (size_t i = 0; i < object->section_count; i++) {
        struct obj_section section = object->sections[i];
        struct edit_relocs relocs = edit->relocs[i];
        if (sections[i] == OBJ_NONE) {
            continue;
        }
        if (!remap(&section.link, sections)) {
            return OBJ_FAIL(error, "section %.*s depends on a section that is to be removed",
                            SPAN_BRIEF(section.name));
        }
        if (section.numbered) {
            drop_listed(&section, symbols, &relocs);
        }
        for (size_t r = 0; r < relocs.count; r++) {
            uint32_t symbol = relocs.list[r].symbol;
            if (!remap(&relocs.list[r].symbol, symbols) ||
                !remap(&relocs.list[r].section, sections)) {
                struct span name = symbol == OBJ_NONE ? (struct span){NULL, 0}
                                                      : object->symbols[symbol].name;
                name = name.size ? name : span_of("a section"); /* ELF: its symbol has no name */
                return OBJ_FAIL(error,
                                "section %.*s: relocation %zu refers to %.*s, which is to be "
                                "removed",
                                SPAN_BRIEF(section.name), r, SPAN_BRIEF(name));
            }
        }
        object->sections[kept] = section;
        edit->relocs[kept++] = relocs;
    }
    object->section_count = kept;
    return OBJ_OK;
}

static enum obj_result drop_symbols(struct object *object, const uint32_t *sections,
                                    const uint32_t *symbols, struct error *error)
{
    size_t kept = 0;
    for (size_t i = 0; i < object->symbol_count; i++) {
        struct obj_symbol symbol = object->symbols[i];
        if (symbols[i] == OBJ_NONE) {
            continue;
        }
        if (!remap(&symbol.section, sections) || !remap(&symbol.alias, symbols)) {
            return OBJ_FAIL(error, "symbol %.*s is defined in a section that is to be removed",
                            SPAN_BRIEF(symbol.name));
        }
        object->symbols[kept++] = symbol;
    }
    object->symbol_count = kept;
    return OBJ_OK;
}

/** Remove sections from groups, and groups that have none left. */
static enum obj_result drop_groups(struct object *object, const uint32_t *sections,
                                   const uint32_t *symbols, struct arena *arena,
                                   struct error *error)
{
    uint32_t *numbers = ARENA_ARRAY(arena, uint32_t, object->group_count + 1);
    uint32_t kept = 0;
    if (!numbers) {
        return OBJ_NO_MEMORY;
    }
    for (size_t g = 0; g < object->group_count; g++) {
        struct obj_group group = object->groups[g];
        size_t members = 0;
        for (size_t i = 0; i < group.section_count; i++) {
            uint32_t number = sections[group.sections[i]];
            if (number != OBJ_NONE) {
                group.sections[members++] = number;
            }
        }
        group.section_count = members;
        if (members && !remap(&group.symbol, symbols)) {
            return OBJ_FAIL(error, "the signature of group %.*s is to be removed",
                            SPAN_BRIEF(group.name));
        }
        numbers[g] = members ? kept : OBJ_NONE;
        if (members) {
            object->groups[kept++] = group;
        }
    }
    object->group_count = kept;
    for (size_t i = 0; i < object->section_count; i++) {
        remap(&object->sections[i].group, numbers);
    }
    return OBJ_OK;
}

/** Remove the places in removed sections. */
static enum obj_result drop_places(struct obj_edit *edit, const uint32_t *sections,
                                   struct error *error)
{
    size_t kept = 0;
    for (size_t i = 0; i < edit->place_count; i++) {
        struct edit_place place = edit->places[i];
        if (!remap(&place.section, sections)) {
            continue;
        }
        if (!remap(&place.target, sections)) {
            return OBJ_FAIL(error, "section %.*s refers to a section that is to be removed",
                            SPAN_BRIEF(edit->object.sections[edit->places[i].section].name));
        }
        edit->places[kept++] = place;
    }
    edit->place_count = kept;
    return OBJ_OK;
}

enum obj_result obj_edit_drop(struct obj_edit *edit, const bool *drop_section,
                              const bool *drop_symbol, struct arena *arena, struct error *error)
{
    struct object *object = &edit->object;
    uint32_t *sections = renumber(drop_section, object->section_count, arena);
    uint32_t *symbols = renumber(drop_symbol, object->symbol_count, arena);
    if (!sections || !symbols) {
        return OBJ_NO_MEMORY;
    }
    enum obj_result result = drop_places(edit, sections, error);
    result = result == OBJ_OK ? drop_sections(edit, sections, symbols, error) : result;
    if (result == OBJ_OK) {
        result = drop_groups(object, sections, symbols, arena, error);
    }
    return result == OBJ_OK ? drop_symbols(object, sections, symbols, error) : result;
}

static void mark(bool *used, uint32_t symbol)
{
    if (symbol != OBJ_NONE) {
        used[symbol] = true;
    }
}

static void mark_aliases(const struct object *object, bool *used)
{
    for (size_t i = 0; i < object->symbol_count; i++) {
        mark(used, object->symbols[i].alias);
    }
}

static void mark_section(const struct obj_edit *edit, size_t section, bool *used)
{
    for (size_t r = 0; r < edit->relocs[section].count; r++) {
        mark(used, edit->relocs[section].list[r].symbol);
    }
}

void obj_edit_mark_used(const struct obj_edit *edit, bool *used)
{
    const struct object *object = &edit->object;
    for (size_t i = 0; i < object->section_count; i++) {
        mark_section(edit, i, used);
    }
    for (size_t g = 0; g < object->group_count; g++) {
        mark(used, object->groups[g].symbol);
    }
    mark_aliases(object, used);
}

/** Whether any section of a group is left. */
static bool has_left(const struct obj_group *group, const bool *drop)
{
    bool left = false;
    for (size_t i = 0; i < group->section_count; i++) {
        left |= !drop[group->sections[i]];
    }
    return left;
}

void obj_edit_mark_signatures(const struct obj_edit *edit, const bool *drop, bool *symbols)
{
    const struct object *object = &edit->object;
    for (size_t g = 0; g < object->group_count; g++) {
        uint32_t number = object->groups[g].symbol;
        bool only = number != OBJ_NONE && object->symbols[number].place == PLACE_UNDEFINED &&
                    object->symbols[number].binding == BINDING_LOCAL;
        if (only && !has_left(&object->groups[g], drop)) {
            symbols[number] = true;
        }
    }
}

void obj_edit_mark_used_by(const struct obj_edit *edit, const bool *drop, bool *used)
{
    const struct object *object = &edit->object;
    for (size_t i = 0; i < object->section_count; i++) {
        if (!drop[i] && !object->sections[i].numbered) {
            mark_section(edit, i, used);
        }
    }
    for (size_t g = 0; g < object->group_count; g++) {
        mark(used, has_left(&object->groups[g], drop) ? object->groups[g].symbol : OBJ_NONE);
    }
    mark_aliases(object, used);
}

uint32_t *symbols_in_order(const struct object *object, int (*rank)(const struct obj_symbol *),
                           uint32_t ends[3], struct arena *arena)
{
    uint32_t *numbers = ARENA_ARRAY(arena, uint32_t, object->symbol_count + 1);
    uint32_t next = 0;
    for (int wanted = 0; numbers && wanted < 3; wanted++) {
        for (size_t i = 0; i < object->symbol_count; i++) {
            if (rank(&object->symbols[i]) == wanted) {
                numbers[i] = next++;
            }
        }
        if (ends) {
            ends[wanted] = next;
        }
    }
    return numbers;
}
