/* SPDX-License-Identifier: MIT */
/** Reads the relocations of an ELF object, and lists of symbol numbers. elf.c describes both. */
#include "obj/elf.h"

/** Make the table that maps raw symbol numbers to indices. An object needs it once. */
static bool make_numbers(struct elf_reading *r)
{
    size_t count = r->object->symbol_count + 1;
    uint32_t *numbers = ARENA_ARRAY(r->arena, uint32_t, count);
    if (!elf_got(r, numbers)) {
        return false;
    }
    numbers[0] = OBJ_NONE;
    for (size_t raw = 1; raw < count; raw++) {
        numbers[raw] = (uint32_t)raw - 1;
    }
    r->tables->numbers = numbers;
    return true;
}

bool elf_read_numbered(struct elf_reading *r)
{
    for (size_t i = 0; i < r->object->section_count; i++) {
        struct obj_section *s = &r->object->sections[i];
        if (s->type != SHT_LLVM_ADDRSIG || !r->symtab_number ||
            elf_get_header(r, s->raw).link != r->symtab_number) {
            continue;
        }
        s->numbered = true;
        s->record_symbols = 1;
        for (size_t at = 0; at < s->data.size; at++) {
            s->reloc_count += s->data.data[at] < 0x80; /* the last byte of a ULEB128 number */
        }
        if (!r->tables->numbers && !make_numbers(r)) {
            return false;
        }
    }
    return true;
}

bool elf_read_profiles(struct elf_reading *r)
{
    for (size_t i = 0; i < r->object->section_count; i++) {
        struct obj_section *s = &r->object->sections[i];
        if (s->type == SHT_LLVM_CALL_GRAPH_PROFILE && s->reloc_count == s->data.size / 8 * 2 &&
            s->data.size % 8 == 0 && elf_get_header(r, s->raw).link == r->symtab_number) {
            s->numbered = true;
            s->record_symbols = 2;
        }
    }
    return true;
}

/** Note, for the comparison of members, that not all linkers read the relocations. */
static bool note_compact(struct elf_reading *r)
{
    static const char mark[] = "SHT_CREL";
    struct object *object = r->object;
    if (!object->extra_count) {
        object->extras = ARENA_NEW(r->arena, struct span);
        if (!elf_got(r, object->extras)) {
            return false;
        }
        object->extras[object->extra_count++] = span_of(mark);
    }
    return true;
}

/** Count the entries of compact relocations. */
static bool count_compact(struct elf_reading *r, uint32_t raw, uint32_t *count)
{
    bool has_addend;
    if (!elf_crel_header(r->object->sections[raw - 1].data, count, &has_addend)) {
        return ELF_FAIL_SECTION(r, raw, "compact relocations are cut short (%#zx)",
                                r->object->sections[raw - 1].data.size);
    }
    return note_compact(r);
}

/** Put a relocation section at the head of the chain of its target. */
static bool read_reloc_table(struct elf_reading *r, uint32_t raw)
{
    struct elf_header h = elf_get_header(r, raw);
    uint32_t count;
    if (!elf_check_link(r, raw, &h) ||
        !(h.type == SHT_CREL ? count_compact(r, raw, &count)
                             : elf_count_entries(r, raw, &h,
                                                 elf_reloc_size(r->object, h.type == SHT_RELA),
                                                 &count))) {
        return false;
    }
    if (h.info == 0 || h.info >= r->header_count) {
        return ELF_FAIL_SECTION(r, raw, "relocates section %" PRIu32 ", but there are %" PRIu32,
                                h.info, r->header_count);
    }
    struct obj_section *target = &r->object->sections[h.info - 1];
    if (target->kind == SECTION_TABLE || target->numbered ||
        count > UINT32_MAX - target->reloc_count) {
        return ELF_FAIL_SECTION(r, raw, "relocates section %" PRIu32 ", which is a table (type %#"
                                PRIx32 ")", h.info, target->type);
    }
    target->reloc_count += count;
    r->object->sections[raw - 1].link = h.info - 1;
    r->tables->chain[raw] = r->tables->chain[h.info];
    r->tables->chain[h.info] = raw;
    return true;
}

bool elf_read_reloc_tables(struct elf_reading *r)
{
    r->tables->chain = ARENA_ARRAY(r->arena, uint32_t, r->object->section_count + 1);
    if (!elf_got(r, r->tables->chain)) {
        return false;
    }
    /* Each section is put at the head of a chain, so going backwards gives file order. */
    for (size_t i = r->object->section_count; i-- > 0;) {
        uint32_t type = r->object->sections[i].type;
        bool relocs = type == SHT_REL || type == SHT_RELA || type == SHT_CREL;
        if (relocs && !read_reloc_table(r, (uint32_t)i + 1)) {
            return false;
        }
    }
    return true;
}

/** Read the relocation at @p. Its symbol is still a raw number. */
static struct obj_reloc get_reloc(const struct object *object, const uint8_t *p, bool has_addend)
{
    bool big = object->big_endian;
    struct obj_reloc reloc = {
        .offset = elf_word(object, p), .section = OBJ_NONE, .in_place = !has_addend};
    if (!elf_is_wide(object)) {
        uint32_t info = get_32(p + 4, big);
        reloc.symbol = info >> 8;
        reloc.type = info & 0xff;
        reloc.addend = has_addend ? (int32_t)get_32(p + 8, big) : 0;
        return reloc;
    }
    uint64_t info = get_64(p + 8, big);
    reloc.symbol = (uint32_t)(info >> 32);
    reloc.type = (uint32_t)info;
    reloc.addend = has_addend ? (int64_t)get_64(p + 16, big) : 0;
    if (object->raw_machine == EM_MIPS && !big) {
        reloc.symbol = get_le32(p + 8);
        reloc.type = get_be32(p + 12);
    }
    return reloc;
}

/** How many entries a relocation section has. */
static size_t count_entries(const struct object *object, const struct obj_section *table)
{
    uint32_t count;
    bool has_addend;
    if (table->type != SHT_CREL) {
        return table->data.size / elf_reloc_size(object, table->type == SHT_RELA);
    }
    return elf_crel_header(table->data, &count, &has_addend) ? count : 0;
}

/** Read all entries of one relocation section. */
static bool read_entries(const struct object *object, const struct obj_section *table,
                         struct obj_reloc *out, struct error *error)
{
    bool compact = table->type == SHT_CREL;
    uint32_t size = elf_reloc_size(object, table->type == SHT_RELA);
    ptrdiff_t begin = table->data.size ? table->data.data - object->data.data : 0;
    if (compact && !elf_crel_read(object, table->data, out)) {
        return error_set(error, "offset %#tx: section %" PRIu32
                         ": compact relocations are cut short (%#zx)", begin, table->raw,
                         table->data.size);
    }
    for (size_t i = 0; i < count_entries(object, table); i++, out++) {
        size_t at = compact ? 0 : i * size;
        if (!compact) {
            *out = get_reloc(object, table->data.data + at, table->type == SHT_RELA);
        }
        if (out->symbol > object->symbol_count) {
            return error_set(error, "offset %#tx: section %" PRIu32 ": relocation %zu: symbol %"
                             PRIu32 ", but there are %zu", begin + (ptrdiff_t)at, table->raw, i,
                             out->symbol, object->symbol_count + 1);
        }
        out->symbol = out->symbol ? out->symbol - 1 : OBJ_NONE;
    }
    return true;
}

/** Turn the relocations of a call graph profile into a list of symbols with weights. */
static enum obj_result list_calls(const struct object *object, const struct obj_section *s,
                                  struct obj_reloc *relocs, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (relocs[i].symbol == OBJ_NONE) {
            return OBJ_FAIL(error, "section %" PRIu32 ": relocation %zu names no symbol", s->raw,
                            i);
        }
        relocs[i] = (struct obj_reloc){
            .offset = i, .symbol = relocs[i].symbol, .section = OBJ_NONE,
            .addend = (int64_t)get_64(s->data.data + i / 2 * 8, object->big_endian)};
    }
    return OBJ_OK;
}

static enum obj_result read_list(const struct object *object, const struct obj_section *s,
                                 struct arena *arena, struct obj_reloc **relocs, size_t *count,
                                 struct error *error)
{
    const struct elf_tables *tables = object->reader;
    enum obj_result result = obj_numbered_relocs(s->data, true, tables->numbers,
                                                 object->symbol_count + 1, arena, relocs, count,
                                                 error);
    if (result == OBJ_BROKEN) {
        error_prefix(error, "offset %#tx: section %" PRIu32 ": ",
                     s->data.data - object->data.data, s->raw);
    }
    return result;
}

enum obj_result elf_relocs(const struct object *object, uint32_t section, struct arena *arena,
                           struct obj_reloc **relocs, size_t *count, struct error *error)
{
    const struct elf_tables *tables = object->reader;
    const struct obj_section *s = &object->sections[section];
    if (s->reloc_count == 0 && !(s->numbered && s->data.size)) {
        return OBJ_OK;
    }
    bool profile = s->numbered && s->type == SHT_LLVM_CALL_GRAPH_PROFILE;
    if (s->numbered && !profile) {
        return read_list(object, s, arena, relocs, count, error);
    }
    struct obj_reloc *out = ARENA_ARRAY(arena, struct obj_reloc, s->reloc_count);
    if (!out) {
        return OBJ_NO_MEMORY;
    }
    *relocs = out;
    for (uint32_t raw = tables->chain[s->raw]; raw; raw = tables->chain[raw]) {
        const struct obj_section *table = &object->sections[raw - 1];
        if (!read_entries(object, table, out, error)) {
            return OBJ_BROKEN;
        }
        out += count_entries(object, table);
    }
    *count = s->reloc_count;
    return profile ? list_calls(object, s, *relocs, *count, error) : OBJ_OK;
}
