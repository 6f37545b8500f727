/* SPDX-License-Identifier: MIT */
/**
 * Writes Mach-O objects. macho.c describes the format.
 *
 * The parts of a file have the same order as in LLVM's objects: header, commands, contents,
 * relocations, the data of other commands, symbols, names. Local symbols come first, then defined
 * ones, then undefined ones; LC_DYSYMTAB says where each kind begins. A section keeps its address
 * when a section before it was removed, because contents may hold such addresses.
 */
#include "obj/macho.h"
#include "obj/writer.h"

enum { NAME_ENDS = 1, MOST_SECTIONS = 255 };

/* ---- what the writer accepts ------------------------------------------------------------- */

/** Sections and relocations of types that came later may depend on what the writer moves. */
static enum obj_result check_relocs(const struct obj_edit *edit, struct error *error)
{
    enum { LAST_X86_64 = 9, LAST_ARM64 = 11, RELOC_TYPE = 0xff }; /* reloc.h of each machine */
    uint32_t last = edit->object.machine == MACHINE_X86_64 ? LAST_X86_64 : LAST_ARM64;
    for (size_t i = 0; i < edit->object.section_count; i++) {
        const struct obj_section *section = &edit->object.sections[i];
        if ((section->flags & SECTION_TYPE) > S_LAST) {
            return OBJ_REFUSE(error, "section %.*s: type %#x is not understood",
                              SPAN_BRIEF(section->name), (unsigned)(section->flags & SECTION_TYPE));
        }
        for (size_t r = 0; r < edit->relocs[i].count; r++) {
            if ((edit->relocs[i].list[r].type & RELOC_TYPE) > last) {
                return OBJ_REFUSE(error, "section %.*s: a relocation of type %u is not understood",
                                  SPAN_BRIEF(section->name),
                                  (unsigned)(edit->relocs[i].list[r].type & RELOC_TYPE));
            }
            if (edit->relocs[i].list[r].type & (RELOC_SCATTERED | RELOC_INDIRECT)) {
                return OBJ_REFUSE(error,
                                  "section %.*s: scattered relocations and indirect symbols "
                                  "are not written",
                                  SPAN_BRIEF(edit->object.sections[i].name));
            }
        }
    }
    return OBJ_OK;
}

static enum obj_result macho_admit(struct obj_edit *edit, struct arena *arena, struct error *error)
{
    const struct object *object = &edit->object;
    const struct macho *macho = object->reader;
    (void)arena;
    if (object->raw_machine != CPU_TYPE_X86_64 && object->raw_machine != CPU_TYPE_ARM64 &&
        object->raw_machine != CPU_TYPE_ARM64_32) {
        return OBJ_REFUSE(error, "Mach-O of %s is not written",
                          object_machine_name(object->machine));
    }
    if (macho->unknown || macho->segment_count > 1 || macho->indirect.size) {
        return OBJ_REFUSE(error, "%s not understood",
                          macho->unknown             ? "some load commands are"
                          : macho->segment_count > 1 ? "several segments are"
                                                     : "indirect symbols are");
    }
    for (size_t i = 0; i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        if (symbol->label || symbol->place == PLACE_INDIRECT) {
            return OBJ_REFUSE(error, "symbol %.*s: of a kind that is not written (n_type %#" PRIx32
                              ")", SPAN_BRIEF(symbol->name), symbol->type);
        }
    }
    edit->commands = macho->commands;
    edit->command_count = macho->command_count;
    return check_relocs(edit, error);
}

/* ---- layout ------------------------------------------------------------------------------ */

struct macho_writing {
    const struct obj_edit *edit;
    const struct object *object;
    struct arena *arena;
    struct strings strings;
    uint64_t *data_offsets;    /* by section: where its contents begin in the file */
    uint64_t *reloc_offsets;   /* by section: where its relocations begin in the file */
    uint64_t *command_offsets; /* by command: where its data begins in the file */
    uint32_t *symbols;         /* by symbol: its number in the file */
    uint32_t ends[3];          /* the numbers behind the last local, defined, undefined symbol */
    uint64_t contents, contents_size, memory_size;
    uint64_t symbol_offset, string_offset, string_size;
    bool wide;
};

static size_t header_size(const struct macho_writing *w)
{
    return w->wide ? HEADER_SIZE_64 : HEADER_SIZE_32;
}

static size_t commands_size(const struct macho_writing *w)
{
    size_t section = w->wide ? SECTION_SIZE_64 : SECTION_SIZE_32;
    size_t size = (w->wide ? SEGMENT_SIZE_64 : SEGMENT_SIZE_32) +
                  w->object->section_count * section + SYMTAB_SIZE + DYSYMTAB_SIZE;
    for (size_t i = 0; i < w->edit->command_count; i++) {
        size += w->edit->commands[i].bytes.size;
    }
    return size;
}

/** Rank a symbol for sorting: local symbols, then defined ones, then undefined ones. */
static int macho_rank(const struct obj_symbol *symbol)
{
    if (symbol->binding == BINDING_LOCAL) {
        return 0;
    }
    return symbol->place == PLACE_UNDEFINED || symbol->place == PLACE_COMMON ? 2 : 1;
}

static bool number_symbols(struct macho_writing *w)
{
    const struct object *object = w->object;
    w->symbols = symbols_in_order(object, macho_rank, w->ends, w->arena);
    if (!w->symbols || !strings_begin(&w->strings, object->symbol_count + 1, w->arena)) {
        return false;
    }
    for (size_t i = 0; i < object->symbol_count; i++) {
        strings_add(&w->strings, object->symbols[i].name);
    }
    return strings_lay_out(&w->strings, NAME_ENDS, w->arena);
}

/** Give contents their offsets, aligned as their sections ask. Returns where the last one ends. */
static uint64_t place_contents(struct macho_writing *w)
{
    const struct object *object = w->object;
    uint64_t at = header_size(w) + commands_size(w);
    bool first = true;
    for (size_t i = 0; i < object->section_count; i++) {
        const struct obj_section *section = &object->sections[i];
        uint64_t end = section->address + section->size;
        w->memory_size = end > w->memory_size ? end : w->memory_size;
        if (section->kind == SECTION_ZERO) {
            continue;
        }
        at = round_up(at, section->align < 4096 ? section->align : 4096);
        w->contents = first ? at : w->contents;
        first = false;
        w->data_offsets[i] = at;
        at += section->size;
    }
    w->contents = first ? at : w->contents;
    w->contents_size = at - w->contents;
    /* readers refuse a segment whose bytes in the file exceed its size in memory */
    w->memory_size = w->contents_size > w->memory_size ? w->contents_size : w->memory_size;
    return at;
}

/** Give all parts their offsets. Returns the size of the file. */
static uint64_t find_offsets(struct macho_writing *w)
{
    uint64_t at = round_up(place_contents(w), 8);
    for (size_t i = 0; i < w->object->section_count; i++) {
        w->reloc_offsets[i] = w->edit->relocs[i].count ? at : 0;
        at += w->edit->relocs[i].count * RELOC_SIZE;
    }
    for (size_t i = 0; i < w->edit->command_count; i++) {
        w->command_offsets[i] = at;
        at += round_up(w->edit->commands[i].data.size, 8);
    }
    w->symbol_offset = at;
    at += w->object->symbol_count * (w->wide ? NLIST_SIZE_64 : NLIST_SIZE_32);
    w->string_offset = at;
    w->string_size = round_up(w->strings.size, w->wide ? 8 : 4);
    return at + w->string_size;
}

/* ---- bytes ------------------------------------------------------------------------------- */

/** Write a number of 8 bytes, or of 4 bytes in a 32-bit object. */
static void put_address(const struct macho_writing *w, struct cursor *c, uint64_t v)
{
    if (w->wide) {
        put_64(c, v);
    } else {
        put_32(c, (uint32_t)v);
    }
}

static void put_file_header(const struct macho_writing *w, struct cursor *c)
{
    put_32(c, w->wide ? MH_MAGIC_64 : MH_MAGIC);
    put_32(c, w->object->raw_machine);
    put_32(c, w->object->raw_subtype);
    put_32(c, MH_OBJECT);
    put_32(c, 3 + (uint32_t)w->edit->command_count);
    put_32(c, (uint32_t)commands_size(w));
    put_32(c, w->object->flags);
    if (w->wide) {
        put_32(c, 0); /* reserved */
    }
}

static void put_name(struct cursor *c, struct span name)
{
    size_t start = c->at;
    put_bytes(c, name);
    c->at = start + NAME_SIZE;
}

static void put_section(const struct macho_writing *w, struct cursor *c, size_t i)
{
    const struct obj_section *section = &w->object->sections[i];
    uint32_t align = 0;
    while (UINT64_C(1) << align < section->align) {
        align++;
    }
    put_name(c, section->name);
    put_name(c, section->segment);
    put_address(w, c, section->address);
    put_address(w, c, section->size);
    put_32(c, (uint32_t)w->data_offsets[i]);
    put_32(c, align);
    put_32(c, (uint32_t)w->reloc_offsets[i]);
    put_32(c, (uint32_t)w->edit->relocs[i].count);
    put_32(c, (uint32_t)section->flags);
    put_32(c, section->raw); /* reserved1 */
    put_32(c, (uint32_t)section->entry_size); /* reserved2: the size of a stub */
    if (w->wide) {
        put_32(c, 0);
    }
}

static void put_segment(const struct macho_writing *w, struct cursor *c)
{
    size_t step = w->wide ? SECTION_SIZE_64 : SECTION_SIZE_32;
    size_t size = w->wide ? SEGMENT_SIZE_64 : SEGMENT_SIZE_32;
    put_32(c, w->wide ? LC_SEGMENT_64 : LC_SEGMENT);
    put_32(c, (uint32_t)(size + w->object->section_count * step));
    put_name(c, (struct span){NULL, 0});
    put_address(w, c, 0);
    put_address(w, c, w->memory_size);
    put_address(w, c, w->contents);
    put_address(w, c, w->contents_size);
    put_32(c, 7); /* maxprot, initprot: all */
    put_32(c, 7);
    put_32(c, (uint32_t)w->object->section_count);
    put_32(c, 0);
    for (size_t i = 0; i < w->object->section_count; i++) {
        put_section(w, c, i);
    }
}

static void put_symbol_commands(const struct macho_writing *w, struct cursor *c)
{
    put_32(c, LC_SYMTAB);
    put_32(c, SYMTAB_SIZE);
    put_32(c, (uint32_t)w->symbol_offset);
    put_32(c, (uint32_t)w->object->symbol_count);
    put_32(c, (uint32_t)w->string_offset);
    put_32(c, (uint32_t)w->string_size);
    size_t start = c->at;
    put_32(c, LC_DYSYMTAB);
    put_32(c, DYSYMTAB_SIZE);
    for (int order = 0; order < 3; order++) {
        uint32_t first = order ? w->ends[order - 1] : 0;
        put_32(c, first);
        put_32(c, w->ends[order] - first);
    }
    c->at = start + DYSYMTAB_SIZE;
}

/** Copy the commands, with the new offsets of their data. */
static void put_commands(const struct macho_writing *w, struct cursor *c)
{
    for (size_t i = 0; i < w->edit->command_count; i++) {
        const struct edit_command *command = &w->edit->commands[i];
        struct cursor fields = *c;
        put_bytes(c, command->bytes);
        if (command->data.data) {
            fields.at += COMMAND_SIZE;
            put_32(&fields, (uint32_t)w->command_offsets[i]);
            put_32(&fields, (uint32_t)command->data.size);
        }
    }
}

/** Write a relocation; macho.c describes its bit fields. */
static void put_reloc(const struct macho_writing *w, struct cursor *c,
                      const struct obj_reloc *reloc)
{
    bool external = reloc->symbol != OBJ_NONE;
    uint32_t type = reloc->type & 0xff, pcrel = reloc->type >> 8 & 1, length = reloc->type >> 9 & 3;
    uint32_t number = external                     ? w->symbols[reloc->symbol]
                      : reloc->section != OBJ_NONE ? reloc->section + 1
                      : type == ARM64_RELOC_ADDEND && w->object->machine != MACHINE_X86_64
                          ? (uint32_t)reloc->addend & 0xffffff
                          : 0;
    put_32(c, (uint32_t)reloc->offset);
    put_32(c, c->big_endian
                  ? number << 8 | pcrel << 7 | length << 5 | (uint32_t)external << 4 | type
                  : type << 28 | (uint32_t)external << 27 | length << 25 | pcrel << 24 | number);
}

static void put_symbol(const struct macho_writing *w, struct cursor *c, size_t i)
{
    const struct obj_symbol *symbol = &w->object->symbols[i];
    bool placed = symbol->place == PLACE_SECTION;
    uint64_t value = placed ? w->object->sections[symbol->section].address + symbol->value
                     : symbol->place == PLACE_COMMON ? symbol->size
                                                     : symbol->value;
    uint32_t type = symbol->type & ~(uint32_t)(N_EXT | N_PEXT);
    type |= symbol->binding == BINDING_LOCAL ? 0 : N_EXT;
    type |= symbol->visibility == VISIBILITY_HIDDEN ? N_PEXT : 0;
    put_32(c, w->strings.offsets[i]);
    put_8(c, (uint8_t)type);
    put_8(c, (uint8_t)(placed ? symbol->section + 1 : 0));
    put_16(c, (uint16_t)symbol->detail);
    put_address(w, c, value);
}

static void put_all(const struct macho_writing *w, struct cursor *c)
{
    const struct object *object = w->object;
    put_file_header(w, c);
    put_segment(w, c);
    put_commands(w, c);
    put_symbol_commands(w, c);
    for (size_t i = 0; i < object->section_count; i++) {
        if (object->sections[i].kind != SECTION_ZERO) {
            c->at = (size_t)w->data_offsets[i];
            put_bytes(c, object->sections[i].data);
        }
        c->at = (size_t)w->reloc_offsets[i];
        for (size_t r = 0; r < w->edit->relocs[i].count; r++) {
            put_reloc(w, c, &w->edit->relocs[i].list[r]);
        }
    }
    for (size_t i = 0; i < w->edit->command_count; i++) {
        c->at = (size_t)w->command_offsets[i];
        put_bytes(c, w->edit->commands[i].data);
    }
    for (size_t i = 0; i < object->symbol_count; i++) {
        size_t step = w->wide ? NLIST_SIZE_64 : NLIST_SIZE_32;
        c->at = (size_t)w->symbol_offset + w->symbols[i] * step;
        put_symbol(w, c, i);
    }
    c->at = (size_t)w->string_offset;
    put_bytes(c, w->strings.bytes);
}

static enum obj_result macho_write(const struct obj_edit *edit, struct arena *arena,
                                   struct span *out, struct error *error)
{
    struct macho_writing w = {
        .edit = edit, .object = &edit->object, .arena = arena, .wide = edit->object.bits == 64};
    const struct object *object = &edit->object;
    if (object->section_count > MOST_SECTIONS) {
        return OBJ_FAIL(error, "%zu sections, but Mach-O can have %d", object->section_count,
                        MOST_SECTIONS);
    }
    w.data_offsets = ARENA_ARRAY(arena, uint64_t, object->section_count + 1);
    w.reloc_offsets = ARENA_ARRAY(arena, uint64_t, object->section_count + 1);
    w.command_offsets = ARENA_ARRAY(arena, uint64_t, edit->command_count + 1);
    if (!w.data_offsets || !w.reloc_offsets || !w.command_offsets || !number_symbols(&w)) {
        return OBJ_NO_MEMORY;
    }
    uint64_t size = find_offsets(&w);
    if (size > UINT32_MAX) {
        return OBJ_FAIL(error, "the object takes %#" PRIx64 " bytes, more than Mach-O can have",
                        size);
    }
    struct cursor cursor = {arena_alloc(arena, (size_t)size), 0, object->big_endian};
    if (!cursor.bytes) {
        return OBJ_NO_MEMORY;
    }
    put_all(&w, &cursor);
    *out = span_make(cursor.bytes, (size_t)size);
    return OBJ_OK;
}

const struct obj_writer macho_writer = {OBJ_MACHO, macho_admit, macho_write, macho_rank};
