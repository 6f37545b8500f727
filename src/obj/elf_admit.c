/* SPDX-License-Identifier: MIT */
/** Which ELF objects can be written again; all others are refused with the reason. */
#include <inttypes.h>

#include "obj/elf.h"
#include "obj/writer.h"

/** Whether the view has all that link and info of a section say. */
static bool is_understood(const struct object *object, const struct obj_section *section,
                          const struct elf_header *h)
{
    if (h->info != 0) {
        return false;
    }
    return h->link == 0 || section->numbered ||
           (h->flags & SHF_LINK_ORDER && section->link != OBJ_NONE) ||
           (h->type == SHT_LLVM_ADDRSIG && h->link < object->section_count);
}

/** Whether names are read from a string table: it is written anew; others would be lost. */
static bool is_read(const struct elf_tables *tables, const struct object *object,
                    const struct obj_section *section)
{
    uint32_t strings = 0;
    if (tables->symtab_number) {
        strings = elf_header_of(object, tables->headers, tables->symtab_number).link;
    }
    return section->type != SHT_STRTAB || section->raw == strings ||
           section->raw == tables->names_number;
}

static bool have_one_kind(const struct edit_relocs *relocs)
{
    for (size_t i = 1; i < relocs->count; i++) {
        if (relocs->list[i].in_place != relocs->list[0].in_place) {
            return false;
        }
    }
    return true;
}

/** Detach the local signatures that GNU as defines in the section of their group. */
static void free_signatures(struct object *object)
{
    size_t group = 0;
    for (uint32_t s = 0; s < object->section_count; s++) {
        if (object->sections[s].type != SHT_GROUP) {
            continue;
        }
        uint32_t signature = object->groups[group++].symbol;
        struct obj_symbol *symbol = signature == OBJ_NONE ? NULL : &object->symbols[signature];
        if (symbol && symbol->section == s && symbol->binding == BINDING_LOCAL &&
            !symbol->is_section && symbol->value == 0) {
            symbol->place = PLACE_UNDEFINED; /* and local: only a signature is that */
            symbol->section = OBJ_NONE;
        }
    }
}

/** Remove the tables, which the writer makes new. */
static enum obj_result drop_tables(struct obj_edit *edit, struct arena *arena, struct error *error)
{
    struct object *object = &edit->object;
    bool *sections = ARENA_ARRAY(arena, bool, object->section_count + 1);
    bool *symbols = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    if (!sections || !symbols) {
        return OBJ_NO_MEMORY;
    }
    free_signatures(object);
    for (size_t i = 0; i < object->section_count; i++) {
        sections[i] = object->sections[i].kind == SECTION_TABLE;
        object->sections[i].link = sections[i] ? OBJ_NONE : object->sections[i].link;
    }
    for (size_t i = 0; i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        if (symbol->section == OBJ_NONE || !sections[symbol->section]) {
            continue;
        }
        if (!symbol->is_section) {
            return OBJ_REFUSE(error, "symbol %zu lies in a table", i + 1);
        }
        symbols[i] = true;
    }
    return obj_edit_drop(edit, sections, symbols, arena, error);
}

enum obj_result elf_admit(struct obj_edit *edit, struct arena *arena, struct error *error)
{
    struct object *object = &edit->object;
    const struct elf_tables *tables = object->reader;
    for (size_t i = 0; i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        struct elf_header h = elf_header_of(object, tables->headers, section->raw);
        bool table = section->kind == SECTION_TABLE;
        if (table ? !is_read(tables, object, section) : !is_understood(object, section, &h)) {
            return OBJ_REFUSE(error, "section header %" PRIu32 " (%.*s, type %#" PRIx32 "): link %"
                              PRIu32 " and info %" PRIu32 " are not understood", section->raw,
                              SPAN_BRIEF(section->name), h.type, h.link, h.info);
        }
        if (!have_one_kind(&edit->relocs[i])) {
            return OBJ_REFUSE(error, "section header %" PRIu32 " (%.*s): relocations of both kinds",
                              section->raw, SPAN_BRIEF(section->name));
        }
    }
    return drop_tables(edit, arena, error);
}
