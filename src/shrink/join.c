/* SPDX-License-Identifier: MIT */
/**
 * Joining sections of one kind.
 *
 * Each section becomes a piece of the joined one, as aligned as it was. Symbols and relocations
 * move along. References to a section's own symbol are the delicate ones: with an addend in the
 * relocation that is raised; with one in the contents, which are of as many shapes as there are
 * types, the symbol becomes a label at the piece instead. In a section whose constants linkers
 * merge (SHF_MERGE) a label means something else than the section with an addend: where addends
 * are in the contents, such sections stay as they are. Linkers sort COFF sections by what follows
 * the '$' in their names, and lists between two marks rely on the order: only sections that are
 * named after a symbol, as compilers name functions' sections, lose that part. In Mach-O local
 * relocations and some contents are addresses in the assembler's layout, and are told the new one.
 */
#include "obj/coff.h"
#include "obj/elf.h"
#include "obj/macho.h"
#include "obj/writer.h"
#include "shrink/graph.h"
#include "shrink/prelink.h"

#include <stdlib.h>

#include "base/table.h"

#define SHF_GNU_RETAIN 0x200000u
#define IMAGE_SCN_ALIGN_MASK 0xf00000u

enum { SHF_MERGE = 0x10 };

enum { MOST_ALIGN = 1 << 16 }; /* padding between pieces is to stay small */

struct joined {
    struct obj_section section;
    uint64_t relocs;   /* how many */
    uint8_t *bytes;
};

struct joining {
    struct obj_edit *edit;
    struct object *object;
    struct arena *arena;
    struct error *error;
    struct joined *list;
    size_t count;
    struct table table;
    struct table names; /* COFF: the symbols by name, also without the underscore of x86 */
    uint32_t *to;      /* by section: its number in the list */
    uint64_t *base;    /* by section: where in it */
    bool *tied;        /* by section: others hang on it, or it on others */
    bool all;
    bool in_place;     /* addends are in the contents */
};

/* ---- what goes together ------------------------------------------------------------------ */

/** A name as C has it: x86 puts an underscore before. */
static struct span c_name(const struct object *object, struct span name)
{
    return object->machine == MACHINE_X86 && span_starts(name, "_") ? span_from(name, 1) : name;
}

static bool is_symbol(const void *context, uint32_t number, const void *key)
{
    const struct object *object = context;
    const struct span *name = key;
    struct span own = object->symbols[number].name;
    return span_equal(own, *name) || span_equal(c_name(object, own), *name);
}

static bool is_symbols_name(const struct joining *j, struct span name)
{
    return table_find(&j->names, table_hash(name, 0), is_symbol, j->object, &name) != TABLE_NONE;
}

/** Fill in j->names. False only when memory is short. */
static bool find_names(struct joining *j)
{
    const struct object *object = j->object;
    bool done = true;
    for (uint32_t i = 0; object->format == OBJ_COFF && done && i < object->symbol_count; i++) {
        struct span name = object->symbols[i].name;
        struct span other = c_name(object, name);
        if (!is_symbols_name(j, name)) {
            done = table_add(&j->names, table_hash(name, 0), i);
        }
        if (done && !is_symbols_name(j, other)) {
            done = table_add(&j->names, table_hash(other, 0), i);
        }
    }
    return done;
}

/** The name without what a compiler adds for each function. */
static struct span base_name(const struct joining *j, const struct obj_section *section)
{
    const struct object *object = j->object;
    static const char *const names[] = {".text", ".rodata", ".data.rel.ro", ".data.rel", ".data",
                                        ".bss", ".tdata", ".tbss", ".gcc_except_table", ".rdata",
                                        ".xdata", ".pdata"};
    char mark = object->format == OBJ_COFF ? '$' : '.';
    if (object->format == OBJ_MACHO || section->flags & (object->format == OBJ_ELF ? SHF_MERGE : 0)) {
        return section->name;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (!span_starts(section->name, names[i]) || section->name.size == length ||
            section->name.data[length] != mark) {
            continue;
        }
        if (object->format != OBJ_COFF ||
            is_symbols_name(j, span_from(section->name, length + 1))) {
            return span_make(section->name.data, length);
        }
    }
    return section->name;
}

/** Flags that sections of one kind have in common. */
static uint64_t kind_flags(const struct object *object, const struct obj_section *section)
{
    switch (object->format) {
    case OBJ_COFF:
        return section->flags &
               ~(uint64_t)(IMAGE_SCN_ALIGN_MASK | IMAGE_SCN_LNK_COMDAT | IMAGE_SCN_LNK_NRELOC_OVFL);
    case OBJ_MACHO:
        return section->flags & SECTION_TYPE;
    default:
        return section->flags;
    }
}

/** Whether a COFF section's COMDAT is one that others may have, too. */
static bool is_shared(const struct object *object, const struct obj_section *section)
{
    return section->group != OBJ_NONE && object->groups[section->group].comdat;
}

/** Records one behind the other, of which readers expect one section in an object. */
static bool is_stream(const struct obj_section *section)
{
    return section->kind == SECTION_DEBUG || span_is(section->name, ".eh_frame") ||
           span_is(section->name, "__eh_frame");
}

static bool stays_apart(const struct joining *j, size_t i)
{
    const struct obj_section *section = &j->object->sections[i];
    if (section->numbered || section->align > MOST_ALIGN || (!j->all && !is_stream(section))) {
        return true;
    }
    if (j->object->format == OBJ_COFF) {
        return is_shared(j->object, section) || span_is(section->name, ".drectve");
    }
    return j->object->format == OBJ_ELF &&
           (section->group != OBJ_NONE || j->tied[i] ||
            (j->in_place && section->flags & SHF_MERGE) ||
            section->flags & (SHF_LINK_ORDER | SHF_COMPRESSED | SHF_GNU_RETAIN));
}

/** GCC and LLVM give .eh_frame different types. */
static uint32_t type_of(const struct obj_section *section)
{
    return span_is(section->name, ".eh_frame") ? 0 : section->type;
}

static bool same_kind(const void *context, uint32_t number, const void *key)
{
    const struct joining *j = context;
    const struct obj_section *a = &j->list[number].section;
    const struct obj_section *b = key;
    return span_equal(a->name, base_name(j, b)) && span_equal(a->segment, b->segment) &&
           type_of(a) == type_of(b) && a->entry_size == b->entry_size &&
           kind_flags(j->object, a) == kind_flags(j->object, b) &&
           (a->kind == SECTION_ZERO) == (b->kind == SECTION_ZERO);
}

static void begin(struct joining *j, uint32_t i)
{
    const struct obj_section *section = &j->object->sections[i];
    struct joined *joined = &j->list[j->count];
    j->to[i] = (uint32_t)j->count++;
    j->base[i] = 0;
    joined->section = *section;
    joined->relocs = j->edit->relocs[i].count;
}

/** Put a section behind those of its kind. */
static void append(struct joining *j, uint32_t i, uint32_t to)
{
    const struct obj_section *section = &j->object->sections[i];
    struct obj_section *joined = &j->list[to].section;
    j->to[i] = to;
    /* in between, zeros would be taken for the end */
    j->base[i] = is_stream(section) ? joined->size : round_up(joined->size, section->align);
    joined->size = j->base[i] + section->size;
    joined->align = section->align > joined->align ? section->align : joined->align;
    j->list[to].relocs += j->edit->relocs[i].count;
    if (j->object->format == OBJ_MACHO) {
        joined->flags |= section->flags;
    }
}

static bool find_kinds(struct joining *j)
{
    for (uint32_t i = 0; i < j->object->section_count; i++) {
        const struct obj_section *section = &j->object->sections[i];
        if (stays_apart(j, i)) {
            begin(j, i);
            continue;
        }
        struct span name = base_name(j, section);
        uint64_t hash = table_hash(name, 0);
        uint32_t found = table_find(&j->table, hash, same_kind, j, section);
        if (found != TABLE_NONE) {
            append(j, i, found);
            continue;
        }
        found = (uint32_t)j->count;
        begin(j, i);
        j->list[found].section.name = name;
        j->list[found].section.group = j->list[found].section.link = OBJ_NONE;
        j->list[found].section.flags &=
            ~(uint64_t)(j->object->format == OBJ_COFF ? IMAGE_SCN_LNK_COMDAT : 0);
        if (!table_add(&j->table, hash, found)) {
            return false;
        }
    }
    return true;
}

/** Sections that hang on others, and those. */
static void find_ties(struct joining *j)
{
    for (size_t i = 0; i < j->object->section_count; i++) {
        uint32_t link = j->object->sections[i].link;
        if (link != OBJ_NONE) {
            j->tied[i] = j->tied[link] = true;
        }
    }
}

/** Where addends are: ELF has it either way. */
static void find_addends(struct joining *j)
{
    for (size_t i = 0; i < j->object->section_count && !j->in_place; i++) {
        const struct edit_relocs *relocs = &j->edit->relocs[i];
        j->in_place = relocs->count && relocs->list[0].in_place;
    }
}

/* ---- order and addresses ----------------------------------------------------------------- */

/** Mach-O: what has no bytes comes last; each section has an address. */
static bool settle_addresses(struct joining *j)
{
    uint32_t *moved = ARENA_ARRAY(j->arena, uint32_t, j->count + 1);
    struct joined *list = ARENA_ARRAY(j->arena, struct joined, j->count + 1);
    uint64_t address = 0;
    size_t at = 0;
    if (!moved || !list) {
        return false;
    }
    for (int zeros = 0; zeros < 2; zeros++) {
        for (size_t i = 0; i < j->count; i++) {
            if ((j->list[i].section.kind == SECTION_ZERO) == zeros) {
                struct obj_section *section = &j->list[i].section;
                section->address = round_up(address, section->align);
                address = section->address + section->size;
                moved[i] = (uint32_t)at;
                list[at++] = j->list[i];
            }
        }
    }
    for (size_t i = 0; i < j->object->section_count; i++) {
        j->to[i] = moved[j->to[i]];
    }
    j->list = list;
    return true;
}

/** The alignment that COFF keeps in the flags. */
static void settle_alignment(struct obj_section *section)
{
    uint64_t bits = 1;
    while (UINT64_C(1) << (bits - 1) < section->align && bits < 14) {
        bits++;
    }
    section->flags = (section->flags & ~(uint64_t)IMAGE_SCN_ALIGN_MASK) | bits << 20;
}

/* ---- contents ---------------------------------------------------------------------------- */

static uint64_t new_address(const struct joining *j, uint32_t section)
{
    return j->list[j->to[section]].section.address + j->base[section];
}

/** How far a Mach-O section moves. */
static uint64_t way_of(const struct joining *j, uint32_t section)
{
    return new_address(j, section) - j->object->sections[section].address;
}

/** Tell the contents at a local Mach-O relocation where its target is now. */
static enum obj_result move_target(struct joining *j, uint32_t from, const struct obj_reloc *reloc)
{
    struct joined *joined = &j->list[j->to[from]];
    uint64_t at = j->base[from] + reloc->offset;
    bool pcrel = reloc->type >> 8 & 1;
    unsigned width = 1u << (reloc->type >> 9 & 3);
    unsigned type = reloc->type & 0xff;
    bool x86 = j->object->machine == MACHINE_X86_64;
    bool known = type == 0 || (x86 && pcrel && width == 4);
    if (!joined->bytes || !known || (pcrel && !x86) || width < 4 || at + width > joined->section.size) {
        return OBJ_FAIL(j->error, "section %.*s: a local relocation of type %u is not moved",
                        SPAN_BRIEF(j->object->sections[from].name), type);
    }
    uint64_t way = way_of(j, reloc->section) - (pcrel ? way_of(j, from) : 0);
    struct cursor c = {joined->bytes, (size_t)at, j->object->big_endian};
    if (width == 8) {
        put_64(&c, get_64(joined->bytes + at, j->object->big_endian) + way);
    } else {
        put_32(&c, get_32(joined->bytes + at, j->object->big_endian) + (uint32_t)way);
    }
    return OBJ_OK;
}

/** Unwind information of arm64 has relocations for all that it names; without it is not known. */
static enum obj_result check_frames(const struct joining *j)
{
    for (size_t i = 0; j->object->format == OBJ_MACHO && i < j->object->section_count; i++) {
        bool bare = j->object->machine != MACHINE_X86_64 && j->edit->relocs[i].count == 0;
        if (bare && span_is(j->object->sections[i].name, "__eh_frame") &&
            j->object->sections[i].size) {
            return OBJ_FAIL(j->error, "%s: __eh_frame without relocations is not moved",
                            object_machine_name(j->object->machine));
        }
    }
    return OBJ_OK;
}

/** Plain differences between sections that move apart, and other places. */
static void move_places(struct joining *j)
{
    for (size_t i = 0; i < j->edit->place_count; i++) {
        struct edit_place *place = &j->edit->places[i];
        uint32_t from = place->section;
        place->offset += j->base[from];
        place->section = j->to[from];
        uint8_t *bytes = j->list[place->section].bytes;
        if (place->target != OBJ_NONE && bytes) {
            struct cursor c = {bytes, (size_t)place->offset, j->object->big_endian};
            uint64_t value = get_64(bytes + place->offset, j->object->big_endian);
            put_64(&c, value + way_of(j, place->target) - way_of(j, from));
            place->target = j->to[place->target];
        }
    }
}

static bool copy_contents(struct joining *j)
{
    for (size_t i = 0; i < j->count; i++) {
        struct joined *joined = &j->list[i];
        if (joined->section.kind == SECTION_ZERO || joined->section.numbered) {
            continue;
        }
        joined->bytes = arena_alloc(j->arena, (size_t)joined->section.size + 1);
        if (!joined->bytes) {
            return false;
        }
        joined->section.data = span_make(joined->bytes, (size_t)joined->section.size);
    }
    for (size_t i = 0; i < j->object->section_count; i++) {
        struct span data = j->object->sections[i].data;
        if (data.size && j->list[j->to[i]].bytes) {
            memcpy(j->list[j->to[i]].bytes + j->base[i], data.data, data.size);
        }
    }
    return true;
}

/* ---- symbols ----------------------------------------------------------------------------- */

/**
 * Move the symbols. Of sections' own symbols one becomes the joined section's. The others are
 * labels, or, where relocations have addends, not needed: @instead says which symbol takes their
 * place, @shift how much the addend is raised.
 */
static bool move_symbols(struct joining *j, uint32_t *instead, uint64_t *shift)
{
    struct object *object = j->object;
    uint32_t *own = ARENA_ARRAY(j->arena, uint32_t, j->count + 1);
    if (!own) {
        return false;
    }
    memset(own, 0xff, j->count * sizeof *own);
    for (uint32_t i = 0; i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        instead[i] = i;
        if (symbol->section == OBJ_NONE) {
            continue;
        }
        uint32_t from = symbol->section;
        symbol->section = j->to[from];
        symbol->value += j->base[from];
        if (!symbol->is_section) {
            continue;
        }
        symbol->name = object->format == OBJ_COFF || j->in_place
                           ? j->list[symbol->section].section.name
                           : symbol->name;
        if (object->format == OBJ_ELF && !j->in_place) {
            shift[i] = symbol->value;
            symbol->value = 0;
            own[symbol->section] = own[symbol->section] == OBJ_NONE ? i : own[symbol->section];
            instead[i] = own[symbol->section];
        } else if (own[symbol->section] == OBJ_NONE && symbol->value == 0) {
            own[symbol->section] = i;
        } else if (object->format == OBJ_ELF) {
            symbol->is_section = false;
            symbol->type = 0;
        } else {
            symbol->aux = span_make(NULL, 0);
            symbol->is_section = symbol->value == 0;
        }
    }
    return true;
}

static enum obj_result move_relocs(struct joining *j, const uint32_t *instead,
                                   const uint64_t *shift, struct edit_relocs *out)
{
    for (uint32_t i = 0; i < j->object->section_count; i++) {
        const struct edit_relocs *relocs = &j->edit->relocs[i];
        struct edit_relocs *to = &out[j->to[i]];
        for (size_t r = 0; r < relocs->count; r++) {
            struct obj_reloc reloc = relocs->list[r];
            if (reloc.section != OBJ_NONE) {
                enum obj_result result = move_target(j, i, &reloc);
                if (result != OBJ_OK) {
                    return result;
                }
                reloc.section = j->to[reloc.section];
                /* what the contents count from, see macho_relocs.c */
                reloc.addend = -(int64_t)j->list[reloc.section].section.address;
                if (reloc.type >> 8 & 1) {
                    reloc.addend += (int64_t)j->list[j->to[i]].section.address;
                }
            }
            if (reloc.symbol != OBJ_NONE) {
                reloc.addend += (int64_t)shift[reloc.symbol];
                reloc.symbol = instead[reloc.symbol];
            }
            if (!j->object->sections[i].numbered) {
                reloc.offset += j->base[i];
            }
            to->list[to->count++] = reloc;
        }
    }
    return OBJ_OK;
}

/** Groups of sections that were joined are none any more. */
static bool move_groups(struct joining *j)
{
    struct object *object = j->object;
    uint32_t kept = 0;
    for (size_t i = 0; i < j->count; i++) {
        j->list[i].section.group = OBJ_NONE;
    }
    for (size_t g = 0; g < object->group_count; g++) {
        struct obj_group group = object->groups[g];
        bool apart = group.section_count && stays_apart(j, group.sections[0]);
        for (size_t i = 0; apart && i < group.section_count; i++) {
            group.sections[i] = j->to[group.sections[i]];
            j->list[group.sections[i]].section.group = kept;
        }
        if (apart) {
            object->groups[kept++] = group;
        }
    }
    object->group_count = kept;
    return true;
}

/** Labels that relocations with addends left alone. */
static enum obj_result drop_labels(struct obj_edit *edit, const uint32_t *instead,
                                   struct arena *arena, struct error *error)
{
    struct object *object = &edit->object;
    bool *sections = ARENA_ARRAY(arena, bool, object->section_count + 1);
    bool *symbols = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    bool *used = ARENA_ARRAY(arena, bool, object->symbol_count + 1);
    if (!sections || !symbols || !used) {
        return OBJ_NO_MEMORY;
    }
    obj_edit_mark_used(edit, used);
    for (uint32_t i = 0; i < object->symbol_count; i++) {
        symbols[i] = instead[i] != i && !used[i];
    }
    return obj_edit_drop(edit, sections, symbols, arena, error);
}

enum obj_result join_sections(struct obj_edit *edit, bool all, struct arena *arena,
                              struct error *error)
{
    struct object *object = &edit->object;
    size_t count = object->section_count;
    struct joining j = {.edit = edit, .object = object, .arena = arena, .error = error, .all = all};
    j.list = ARENA_ARRAY(arena, struct joined, count + 1);
    j.to = ARENA_ARRAY(arena, uint32_t, count + 1);
    j.base = ARENA_ARRAY(arena, uint64_t, count + 1);
    j.tied = ARENA_ARRAY(arena, bool, count + 1);
    uint32_t *instead = ARENA_ARRAY(arena, uint32_t, object->symbol_count + 1);
    uint64_t *shift = ARENA_ARRAY(arena, uint64_t, object->symbol_count + 1);
    if (!j.list || !j.to || !j.base || !j.tied || !instead || !shift) {
        return OBJ_NO_MEMORY;
    }
    find_ties(&j);
    find_addends(&j);
    bool found = find_names(&j) && find_kinds(&j);
    table_free(&j.table);
    table_free(&j.names);
    if (!found || (object->format == OBJ_MACHO && !settle_addresses(&j)) || !copy_contents(&j)) {
        return OBJ_NO_MEMORY;
    }
    struct edit_relocs *relocs = ARENA_ARRAY(arena, struct edit_relocs, j.count + 1);
    struct obj_section *sections = ARENA_ARRAY(arena, struct obj_section, j.count + 1);
    if (!relocs || !sections) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < j.count; i++) {
        relocs[i].list = ARENA_ARRAY(arena, struct obj_reloc, (size_t)j.list[i].relocs + 1);
        if (!relocs[i].list) {
            return OBJ_NO_MEMORY;
        }
    }
    enum obj_result result = check_frames(&j);
    if (result == OBJ_OK && !(move_groups(&j) && move_symbols(&j, instead, shift))) {
        result = OBJ_NO_MEMORY;
    }
    if (result == OBJ_OK) {
        move_places(&j);
    }
    result = result == OBJ_OK ? move_relocs(&j, instead, shift, relocs) : result;
    if (result != OBJ_OK) {
        return result;
    }
    for (size_t i = 0; i < j.count; i++) {
        sections[i] = j.list[i].section;
        sections[i].link = sections[i].link == OBJ_NONE ? OBJ_NONE : j.to[sections[i].link];
        if (object->format == OBJ_COFF) {
            settle_alignment(&sections[i]);
        }
    }
    object->sections = sections;
    object->section_count = j.count;
    edit->relocs = relocs;
    for (uint32_t i = 0; result == OBJ_OK && i < object->section_count; i++) {
        if (frames_are_in(edit, i)) {
            result = frames_group(edit, i, arena, error);
        }
    }
    if (result == OBJ_OK && object->format == OBJ_MACHO && !macho_put_places(edit, arena)) {
        return OBJ_NO_MEMORY;
    }
    return result == OBJ_OK ? drop_labels(edit, instead, arena, error) : result;
}
