/* SPDX-License-Identifier: MIT */
#include "obj/byte_map.h"

#include <stdlib.h>

/** ELF's tables are sections: SHT_RELA, SHT_REL [gABI 4, "Section Types"]. */
enum { ELF_RELA = 4, ELF_REL = 9 };

/** Sizes of a relocation: IMAGE_RELOCATION [PE Format], relocation_info [mach-o/reloc.h]. */
enum { COFF_RELOC = 10, MACHO_RELOC = 8 };

/** Bytes that some part of an object claims. */
struct claim {
    uint64_t offset;
    struct region region;
};

struct claims {
    const struct object *object;
    struct claim *list;
    size_t count;
};

const char *region_kind_name(enum region_kind kind)
{
    static const char *const names[REGION_KINDS] = {
        [REGION_CODE] = "code",
        [REGION_RODATA] = "read-only data",
        [REGION_DATA] = "data",
        [REGION_UNWIND] = "unwind tables",
        [REGION_RELOCS] = "relocations",
        [REGION_SYMBOLS] = "symbols and strings",
        [REGION_DEBUG] = "debug info",
        [REGION_BITCODE] = "LLVM bitcode",
        [REGION_IMPORT] = "import stubs",
        [REGION_OTHER] = "other",
        [REGION_HEADERS] = "object headers",
    };
    return names[kind];
}

struct span region_base_name(const struct region *region)
{
    static const char *const bases[] = {".text", ".rodata", ".data.rel.ro", ".data", ".tdata",
                                        ".gcc_except_table", ".init_array", ".fini_array"};
    struct span name = region->name;
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

static enum region_kind kind_of_table(const struct object *object,
                                      const struct obj_section *section)
{
    if (object->format != OBJ_ELF || (section->type != ELF_RELA && section->type != ELF_REL)) {
        return REGION_SYMBOLS;
    }
    bool debug = section->link != OBJ_NONE &&
                 object->sections[section->link].kind == SECTION_DEBUG;
    return debug ? REGION_DEBUG : REGION_RELOCS;
}

static enum region_kind kind_of_section(const struct object *object,
                                        const struct obj_section *section)
{
    switch (section->kind) {
    case SECTION_CODE: return REGION_CODE;
    case SECTION_RODATA: return REGION_RODATA;
    case SECTION_DATA:
    case SECTION_ZERO: return REGION_DATA;
    case SECTION_UNWIND: return REGION_UNWIND;
    case SECTION_DEBUG: return REGION_DEBUG;
    case SECTION_BITCODE: return REGION_BITCODE;
    case SECTION_TABLE: return kind_of_table(object, section);
    case SECTION_NOTE:
    case SECTION_OTHER: break;
    }
    return REGION_OTHER;
}

static void claim(struct claims *claims, uint64_t offset, struct region region)
{
    uint64_t all = claims->object->data.size;
    if (region.size && offset <= all && region.size <= all - offset) {
        claims->list[claims->count++] = (struct claim){offset, region};
    }
}

static uint64_t offset_of(const struct object *object, struct span bytes)
{
    return bytes.size ? (uint64_t)(bytes.data - object->data.data) : 0;
}

static void claim_section(struct claims *claims, const struct obj_section *section)
{
    const struct object *object = claims->object;
    enum region_kind kind = kind_of_section(object, section);
    bool named = section->kind != SECTION_TABLE;
    struct region contents = {section->data.size, kind, {0}, {0}};
    if (named) {
        contents.name = section->name;
        contents.segment = section->segment;
    }
    claim(claims, offset_of(object, section->data), contents);
    uint64_t size = object->format == OBJ_COFF    ? COFF_RELOC
                    : object->format == OBJ_MACHO ? MACHO_RELOC
                                                  : 0;
    claim(claims, section->reloc_offset,
          (struct region){.size = size * section->reloc_count,
                          .kind = kind == REGION_DEBUG ? REGION_DEBUG : REGION_RELOCS});
}

static int by_offset(const void *a, const void *b)
{
    const struct claim *first = a;
    const struct claim *second = b;
    if (first->offset != second->offset) {
        return first->offset < second->offset ? -1 : 1;
    }
    if (first->region.size != second->region.size) {
        return first->region.size > second->region.size ? -1 : 1;
    }
    return (first->region.kind > second->region.kind) - (first->region.kind < second->region.kind);
}

/** Lay the claims one behind the other; what nobody claims is headers. */
static size_t lay_out(const struct claims *claims, struct region *regions)
{
    uint64_t end = claims->object->data.size;
    uint64_t at = 0;
    size_t count = 0;
    for (size_t i = 0; i < claims->count; i++) {
        struct claim next = claims->list[i];
        uint64_t next_end = next.offset + next.region.size;
        if (next_end <= at) {
            continue;
        }
        if (next.offset > at) {
            regions[count++] = (struct region){.size = next.offset - at, .kind = REGION_HEADERS};
            at = next.offset;
        }
        next.region.size = next_end - at;
        regions[count++] = next.region;
        at = next_end;
    }
    if (at < end) {
        regions[count++] = (struct region){.size = end - at, .kind = REGION_HEADERS};
    }
    return count;
}

static bool divide(const struct object *object, struct arena *arena, struct region **regions,
                   size_t *count)
{
    size_t most = 2 * object->section_count + 2;
    struct claims claims = {.object = object, .list = ARENA_ARRAY(arena, struct claim, most)};
    *regions = ARENA_ARRAY(arena, struct region, 2 * most + 1);
    if (!claims.list || !*regions) {
        return false;
    }
    for (size_t i = 0; i < object->section_count; i++) {
        claim_section(&claims, &object->sections[i]);
    }
    const struct span tables[] = {object->symbol_table, object->string_table};
    for (size_t i = 0; i < 2; i++) {
        claim(&claims, offset_of(object, tables[i]),
              (struct region){.size = tables[i].size, .kind = REGION_SYMBOLS});
    }
    if (claims.count) {
        qsort(claims.list, claims.count, sizeof *claims.list, by_offset);
    }
    *count = lay_out(&claims, *regions);
    return true;
}

bool object_regions(struct span data, struct arena *arena, struct region **regions,
                    size_t *count)
{
    struct object object;
    struct error error = {0};
    enum obj_result result = object_read(data, arena, &object, &error);
    if (result == OBJ_NO_MEMORY) {
        return false;
    }
    if (result == OBJ_READ && !object.import_stub &&
        (object.format == OBJ_ELF || object.format == OBJ_COFF || object.format == OBJ_MACHO)) {
        return divide(&object, arena, regions, count);
    }
    enum region_kind kind = result == OBJ_READ && object.import_stub ? REGION_IMPORT
                            : object.format == OBJ_BITCODE           ? REGION_BITCODE
                                                                     : REGION_OTHER;
    *count = data.size != 0;
    *regions = ARENA_NEW(arena, struct region);
    if (*regions) {
        **regions = (struct region){.size = data.size, .kind = kind};
    }
    return *regions != NULL;
}
