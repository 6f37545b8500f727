/* SPDX-License-Identifier: MIT */
/**
 * Prelinking ELF: what objects say as a whole, whether they can be one object, symbols that cannot
 * be local, and the lists that linkers put bounds around.
 */
#include <inttypes.h>

#include "obj/elf.h"
#include "obj/linked.h"
#include "obj/macho.h"
#include "obj/writer.h"
#include "shrink/elf_kinds.h"
#include "shrink/prelink_internal.h"

static enum elf_whole whole_of(const struct obj_section *section)
{
    const struct elf_kind *kind = elf_kind_of(section);
    return kind ? kind->whole : WHOLE_EACH;
}

/* ---- objects that stay apart ------------------------------------------------------------- */

/** What keeps an ELF object from being joined; NULL: nothing. */
static const char *elf_why_apart(const struct object *object)
{
    for (size_t i = 0; i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        enum elf_whole whole = whole_of(section);
        if (whole == WHOLE_NEVER) {
            return "linkers look for its sections (.gnu.linkonce, .got2, symbol partitions, "
                   ".note.GNU-split-stack) by object";
        }
    }
    return NULL;
}

/** Whether all records of .eh_frame are of the kind that compilers write (frames.c). */
static bool has_known_frames(const struct object *object)
{
    for (size_t i = 0; i < object->section_count; i++) {
        struct span rest = object->sections[i].data;
        uint32_t length = 4;
        if (object->format == OBJ_MACHO || !span_is(object->sections[i].name, ".eh_frame")) {
            continue;
        }
        while (rest.size >= 4 && length) {
            length = get_32(rest.data, object->big_endian);
            if (length && (length < 4 || length > rest.size - 4)) {
                return false;
            }
            rest = span_from(rest, 4 + (uint64_t)length);
        }
    }
    return true;
}

bool prelink_joins(const struct object *object, const char **why)
{
    *why = NULL;
    if (object->lto == LTO_SLIM) {
        *why = "code for link-time optimisation is not joined";
    } else if (!has_known_frames(object)) {
        *why = "its .eh_frame has records of another kind than compilers write";
    } else if (object->format == OBJ_ELF) {
        *why = elf_why_apart(object);
    } else if (object->format == OBJ_MACHO && !(object->flags & MH_SUBSECTIONS_VIA_SYMBOLS)) {
        *why = "assembled without .subsections_via_symbols";
    }
    return !*why;
}

const struct obj_section *prelink_unknown_section(const struct object *object)
{
    for (size_t i = 0; object->format == OBJ_ELF && i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        if (section->kind != SECTION_TABLE && !elf_kind_of(section)) {
            return section;
        }
    }
    return NULL;
}

const char *prelink_unknown(const struct object *object, struct span member, struct arena *arena)
{
    const struct obj_section *section = prelink_unknown_section(object);
    return section ? arena_printf(arena, "%.*s: section %.*s (type %#x)", SPAN_ARGS(member),
                                  SPAN_ARGS(section->name), (unsigned)section->type)
                   : NULL;
}

/* ---- symbols that cannot be local -------------------------------------------------------- */

/**
 * Whether a relocation of MIPS means another thing for a local symbol: R_MIPS_GOT16, CALL16,
 * GOT_HI16, GOT_LO16, CALL_HI16, CALL_LO16, those of MIPS16 and of microMIPS [MIPS psABI
 * supplement, "Relocation"; elf/mips.h]. For a local symbol the first one is the address of a page,
 * and the others are not allowed. Of x86_64, gold cannot do R_X86_64_PLTOFF64 with one.
 */
static bool needs_global(const struct object *object, uint32_t type)
{
    static const uint8_t types[] = {9, 11, 22, 23, 30, 31, 102, 103, 138, 142, 148, 149, 153, 154};
    for (size_t i = 0; object->machine == MACHINE_MIPS && i < sizeof types; i++) {
        if (types[i] == (type & 0xff)) {
            return true;
        }
    }
    return object->machine == MACHINE_X86_64 && type == 31;
}

/**
 * Whether objects together ask for the entries R_RISCV_TLS_GOT_HI20 and R_RISCV_TLS_GD_HI20 of one
 * thread-local: GNU ld fills in the first one wrongly for a local symbol (binutils 2.40).
 */
static bool asks_for_both(struct name *name, const struct object *object, uint32_t type)
{
    if (object->machine == MACHINE_RISCV && (type == 21 || type == 22)) {
        name->asked[type - 21] = true;
    }
    return name->asked[0] && name->asked[1];
}

void elf_find_bound(struct linking *l)
{
    for (uint32_t i = 0; i < l->part_count; i++) {
        const struct object *object = object_of(l, i);
        for (size_t s = 0; object->format == OBJ_ELF && s < object->section_count; s++) {
            const struct edit_relocs *relocs = &l->parts[i].edit.relocs[s];
            for (size_t r = 0; r < relocs->count; r++) {
                uint32_t symbol = relocs->list[r].symbol;
                uint32_t name = symbol == OBJ_NONE ? OBJ_NONE : l->names_of[i][symbol];
                uint32_t type = relocs->list[r].type;
                if (name != OBJ_NONE && (needs_global(object, type) ||
                                         asks_for_both(&l->names[name], object, type))) {
                    l->names[name].bound = true;
                }
            }
        }
    }
}

/* ---- lists with bounds ------------------------------------------------------------------- */

/** Rename the sections of a name, and the symbols of their bounds. False: no memory. */
static bool rename_list(struct object *object, struct span name, const char *suffix,
                        struct arena *arena)
{
    const char *renamed = NULL;
    for (size_t i = 0; i < object->section_count; i++) {
        struct obj_section *section = &object->sections[i];
        if (span_equal(section->name, name)) {
            renamed = renamed ? renamed
                              : arena_printf(arena, "%.*s%s", SPAN_ARGS(name), suffix);
            if (!renamed) {
                return false;
            }
            section->name = span_of(renamed);
        }
    }
    for (size_t i = 0; renamed && i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        if (span_equal(obj_bounded_list(symbol), name)) {
            int length = (int)(symbol->name.size - name.size);
            char *text = arena_printf(arena, "%.*s%s", length, (const char *)symbol->name.data,
                                      renamed);
            if (!text) {
                return false;
            }
            symbol->name = span_of(text);
        }
    }
    return true;
}

bool prelink_own_lists(struct obj_edit *edit, uint64_t mark, struct arena *arena)
{
    struct object *object = &edit->object;
    const char *suffix = arena_printf(arena, "_%016" PRIx64, mark);
    bool done = suffix != NULL;
    for (size_t i = 0; object->format == OBJ_ELF && done && i < object->symbol_count; i++) {
        struct span name = obj_bounded_list(&object->symbols[i]);
        if (name.size && !obj_is_runtimes_list(name) && !span_ends(name, suffix)) {
            done = rename_list(object, name, suffix, arena);
        }
    }
    return done;
}
