/* SPDX-License-Identifier: MIT */
/** Byte maps: each part of an object claims its bytes; unclaimed bytes are headers. */
#include "obj/byte_map.h"

#include <stdlib.h>

/** ELF's tables are sections: SHT_RELA, SHT_REL [gABI 4, "Section Types"], SHT_CREL [LLVM]. */
enum { ELF_RELA = 4, ELF_REL = 9, ELF_CREL = 0x40000014 };

/** Sizes of a relocation: IMAGE_RELOCATION [PE Format], relocation_info [mach-o/reloc.h]. */
enum { COFF_RELOC = 10, MACHO_RELOC = 8 };

/** Symbol tables: SHT_SYMTAB, SHT_DYNSYM [gABI 4]. */
enum { ELF_SYMTAB = 2, ELF_DYNSYM = 11 };

/** Records of the tables, as struct byte_range describes them, with what each field is. */
static const char ELF64_RELA[] = "8+4=4=8*";       /* r_offset, type, symbol, r_addend */
static const char ELF32_RELA[] = "4+4=4*";         /* r_offset, r_info, r_addend */
static const char ELF64_REL[] = "8+4=4=";
static const char ELF32_REL[] = "4+4=";
static const char ELF64_SYMBOL[] = "4+1=1=2+8=8="; /* name, info, other, shndx, value, size */
static const char ELF32_SYMBOL[] = "4+4=4=1=1=2+"; /* name, value, size, info, other, shndx */
/* name, type, flags, addr, offset, size, link, info, addralign, entsize */
static const char ELF64_SECTION[] = "4+4=8=8=8>8=4=4+8=8=";
static const char ELF32_SECTION[] = "4+4=4=4=4>4=4=4+4=4=";
static const char COFF_RECORD[] = "4+4=2=";        /* VirtualAddress, symbol, type */
static const char COFF_SYMBOL[] = "4=4+4=2+2=1=1="; /* name (zeros, offset), value, section, ... */
static const char COFF_BIG_SYMBOL[] = "4=4+4=4+2=1=1=";
static const char MACHO_RECORD[] = "4+4=";         /* r_address, all else */
static const char MACHO64_SYMBOL[] = "4+1=1=2=8+"; /* n_strx, n_type, n_sect, n_desc, n_value */
static const char MACHO32_SYMBOL[] = "4+1=1=2=4+";

struct claims {
    const struct object *object;
    struct byte_claim *list;
    size_t count;
};

const char *byte_kind_name(enum byte_kind kind)
{
    static const char *const names[BYTES_KINDS] = {
        [BYTES_CODE] = "code",
        [BYTES_RODATA] = "read-only data",
        [BYTES_DATA] = "data",
        [BYTES_UNWIND] = "unwind tables",
        [BYTES_RELOCS] = "relocations",
        [BYTES_SYMBOLS] = "symbols and strings",
        [BYTES_DEBUG] = "debug info",
        [BYTES_BITCODE] = "LLVM bitcode",
        [BYTES_IMPORT] = "import stubs",
        [BYTES_OTHER] = "other",
        [BYTES_HEADERS] = "object headers",
    };
    return names[kind];
}

struct span byte_range_base_name(const struct byte_range *range)
{
    static const char *const bases[] = {".text",       ".rodata",    ".data.rel.ro",
                                        ".data",       ".tdata",     ".gcc_except_table",
                                        ".init_array", ".fini_array"};
    struct span name = range->name;
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        size_t length = strlen(bases[i]);
        if (span_starts(name, bases[i]) && name.size > length &&
            (name.data[length] == '.' || name.data[length] == '$')) {
            return span_make(name.data, length);
        }
    }
    const uint8_t *dollar = name.size ? memchr(name.data, '$', name.size) : NULL;
    bool coff = dollar && name.data[0] == '.' && dollar > name.data;
    return coff ? span_make(name.data, (size_t)(dollar - name.data)) : name;
}

static enum byte_kind kind_of_table(const struct object *object, const struct obj_section *section)
{
    bool relocs = section->type == ELF_RELA || section->type == ELF_REL ||
                  section->type == ELF_CREL;
    if (object->format != OBJ_ELF || !relocs) {
        return BYTES_SYMBOLS;
    }
    bool debug = section->link != OBJ_NONE && object->sections[section->link].kind == SECTION_DEBUG;
    return debug ? BYTES_DEBUG : BYTES_RELOCS;
}

static enum byte_kind kind_of_section(const struct object *object,
                                      const struct obj_section *section)
{
    switch (section->kind) {
    case SECTION_CODE:
        return BYTES_CODE;
    case SECTION_RODATA:
        return BYTES_RODATA;
    case SECTION_DATA:
    case SECTION_ZERO:
        return BYTES_DATA;
    case SECTION_UNWIND:
        return BYTES_UNWIND;
    case SECTION_DEBUG:
        return BYTES_DEBUG;
    case SECTION_BITCODE:
        return BYTES_BITCODE;
    case SECTION_TABLE:
        return kind_of_table(object, section);
    case SECTION_NOTE:
    case SECTION_OTHER:
        break;
    }
    return BYTES_OTHER;
}

const char *byte_map_elf_records(uint32_t type, bool wide)
{
    switch (type) {
    case ELF_RELA:
        return wide ? ELF64_RELA : ELF32_RELA;
    case ELF_REL:
        return wide ? ELF64_REL : ELF32_REL;
    case ELF_SYMTAB:
    case ELF_DYNSYM:
        return wide ? ELF64_SYMBOL : ELF32_SYMBOL;
    default:
        return NULL;
    }
}

const char *byte_map_elf_headers(bool wide)
{
    return wide ? ELF64_SECTION : ELF32_SECTION;
}

/** The records of an ELF section that is a table; their size is the one that the section says. */
static const char *records_of(const struct object *object, const struct obj_section *section)
{
    return object->format == OBJ_ELF ? byte_map_elf_records(section->type, object->bits == 64)
                                     : NULL;
}

static const char *records_of_symbols(const struct object *object)
{
    switch (object->format) {
    case OBJ_COFF:
        return object->bigobj ? COFF_BIG_SYMBOL : COFF_SYMBOL;
    case OBJ_MACHO:
        return object->bits == 64 ? MACHO64_SYMBOL : MACHO32_SYMBOL;
    default:
        return NULL;
    }
}

static void claim(struct claims *claims, uint64_t offset, struct byte_range range)
{
    uint64_t all = claims->object->data.size;
    if (range.size && offset <= all && range.size <= all - offset) {
        claims->list[claims->count++] = (struct byte_claim){offset, range};
    }
}

static uint64_t offset_of(const struct object *object, struct span bytes)
{
    return bytes.size ? (uint64_t)(bytes.data - object->data.data) : 0;
}

static void claim_section(struct claims *claims, const struct obj_section *section)
{
    const struct object *object = claims->object;
    enum byte_kind kind = kind_of_section(object, section);
    bool named = section->kind != SECTION_TABLE;
    struct byte_range contents = {section->data.size, kind, {0}, {0}, NULL};
    contents.records = records_of(object, section);
    if (named) {
        contents.name = section->name;
        contents.segment = section->segment;
    }
    claim(claims, offset_of(object, section->data), contents);
    uint64_t size = object->format == OBJ_COFF    ? COFF_RELOC
                    : object->format == OBJ_MACHO ? MACHO_RELOC
                                                  : 0;
    claim(claims, section->reloc_offset,
          (struct byte_range){.size = size * section->reloc_count,
                              .kind = kind == BYTES_DEBUG ? BYTES_DEBUG : BYTES_RELOCS,
                              .records = size == COFF_RELOC ? COFF_RECORD : MACHO_RECORD});
}

/** ELF's section headers [gABI 4, "ELF Header"]: e_shoff at 40 or 32, e_shnum at 60 or 48. */
static void claim_headers(struct claims *claims)
{
    const struct object *object = claims->object;
    bool wide = object->bits == 64;
    struct span header;
    if (object->format == OBJ_ELF && span_sub(object->data, 0, wide ? 64 : 52, &header)) {
        const uint8_t *at = header.data;
        bool big = object->big_endian;
        uint64_t offset = wide ? get_64(at + 40, big) : get_32(at + 32, big);
        uint64_t count = get_16(at + (wide ? 60 : 48), big);
        claim(claims, offset,
              (struct byte_range){.size = count * (wide ? 64 : 40),
                                  .kind = BYTES_HEADERS,
                                  .records = byte_map_elf_headers(wide)});
    }
}

static int by_offset(const void *a, const void *b)
{
    const struct byte_claim *first = a;
    const struct byte_claim *second = b;
    if (first->offset != second->offset) {
        return first->offset < second->offset ? -1 : 1;
    }
    if (first->range.size != second->range.size) {
        return first->range.size > second->range.size ? -1 : 1;
    }
    return (first->range.kind > second->range.kind) - (first->range.kind < second->range.kind);
}

size_t byte_map_lay_out(struct byte_claim *claims, size_t claim_count, uint64_t end,
                        struct byte_range *ranges)
{
    uint64_t at = 0;
    size_t count = 0;
    if (claim_count) {
        qsort(claims, claim_count, sizeof *claims, by_offset);
    }
    for (size_t i = 0; i < claim_count; i++) {
        struct byte_claim next = claims[i];
        uint64_t next_end = next.offset + next.range.size;
        if (next_end <= at) {
            continue;
        }
        if (next.offset > at) {
            ranges[count++] = (struct byte_range){.size = next.offset - at, .kind = BYTES_HEADERS};
            at = next.offset;
        }
        next.range.records = next.range.size == next_end - at ? next.range.records : NULL;
        next.range.size = next_end - at;
        ranges[count++] = next.range;
        at = next_end;
    }
    if (at < end) {
        ranges[count++] = (struct byte_range){.size = end - at, .kind = BYTES_HEADERS};
    }
    return count;
}

/** Make the ranges of an object. False when memory is short. */
static bool divide(const struct object *object, struct arena *arena, struct byte_range **ranges,
                   size_t *count)
{
    size_t most = 2 * object->section_count + 3;
    struct claims claims = {.object = object, .list = ARENA_ARRAY(arena, struct byte_claim, most)};
    *ranges = ARENA_ARRAY(arena, struct byte_range, 2 * most + 1);
    if (!claims.list || !*ranges) {
        return false;
    }
    for (size_t i = 0; i < object->section_count; i++) {
        claim_section(&claims, &object->sections[i]);
    }
    const struct span tables[] = {object->symbol_table, object->string_table};
    for (size_t i = 0; i < 2; i++) {
        claim(&claims, offset_of(object, tables[i]),
              (struct byte_range){.size = tables[i].size,
                                  .kind = BYTES_SYMBOLS,
                                  .records = i == 0 ? records_of_symbols(object) : NULL});
    }
    claim_headers(&claims);
    *count = byte_map_lay_out(claims.list, claims.count, object->data.size, *ranges);
    return true;
}

bool byte_map_make(struct span data, struct arena *arena, struct byte_range **ranges, size_t *count)
{
    struct object object;
    struct error error = {0};
    enum obj_result result = object_read(data, arena, &object, &error);
    if (result == OBJ_NO_MEMORY) {
        return false;
    }
    if (result == OBJ_OK && !object.import_stub &&
        (object.format == OBJ_ELF || object.format == OBJ_COFF || object.format == OBJ_MACHO)) {
        return divide(&object, arena, ranges, count);
    }
    enum byte_kind kind = result == OBJ_OK && object.import_stub ? BYTES_IMPORT
                          : object.format == OBJ_BITCODE         ? BYTES_BITCODE
                                                                 : BYTES_OTHER;
    *count = data.size != 0;
    *ranges = ARENA_NEW(arena, struct byte_range);
    if (*ranges) {
        **ranges = (struct byte_range){.size = data.size, .kind = kind};
    }
    return *ranges != NULL;
}
