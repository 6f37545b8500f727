/* SPDX-License-Identifier: MIT */
#include "obj/dynamic.h"

enum { ET_DYN = 3, SHT_DYNSYM = 11, STB_LOCAL = 0 };

/** A file that is being read; offsets and sizes as its class has them. */
struct reading {
    struct span file;
    bool wide, big;
    struct arena *arena;
    struct error *error;
};

static uint64_t word(const struct reading *r, const uint8_t *p)
{
    return r->wide ? get_64(p, r->big) : get_32(p, r->big);
}

/** The header of section @i, or NULL: it is outside the file. */
static const uint8_t *section_header(const struct reading *r, uint64_t i)
{
    const uint8_t *file = r->file.data;
    uint64_t table = word(r, file + (r->wide ? 40 : 32));
    uint64_t size = r->wide ? 64 : 40;
    struct span header;
    return i <= UINT32_MAX && table <= r->file.size &&
                   span_sub(r->file, table + i * size, size, &header)
               ? header.data
               : NULL;
}

static bool section_contents(const struct reading *r, const uint8_t *header, struct span *contents)
{
    uint64_t offset = word(r, header + (r->wide ? 24 : 16));
    uint64_t size = word(r, header + (r->wide ? 32 : 20));
    return span_sub(r->file, offset, size, contents);
}

/** Take the definitions of one table. */
static enum obj_result take_symbols(const struct reading *r, const uint8_t *header,
                                    struct dynamic *dynamic)
{
    size_t size = r->wide ? 24 : 16;
    uint32_t link = get_32(header + (r->wide ? 40 : 24), r->big);
    const uint8_t *strings_header = section_header(r, link);
    struct span table;
    struct span strings;
    struct span name;
    if (!strings_header || !section_contents(r, header, &table) ||
        !section_contents(r, strings_header, &strings)) {
        error_set(r->error, "its dynamic symbols or their names lie outside the file");
        return OBJ_BROKEN;
    }
    size_t count = table.size / size;
    dynamic->symbols = ARENA_ARRAY(r->arena, struct span, count + 1);
    if (!dynamic->symbols) {
        error_memory(r->error);
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t *symbol = table.data + i * size;
        uint8_t info = symbol[r->wide ? 4 : 12];
        uint16_t section = get_16(symbol + (r->wide ? 6 : 14), r->big);
        if (section && info >> 4 != STB_LOCAL &&
            span_cstr(strings, get_32(symbol, r->big), &name) && name.size) {
            dynamic->symbols[dynamic->count++] = name;
        }
    }
    return OBJ_OK;
}

enum obj_result dynamic_read(struct span file, struct arena *arena, struct dynamic *dynamic,
                             struct error *error)
{
    struct reading r = {.file = file, .arena = arena, .error = error};
    *dynamic = (struct dynamic){0};
    if (file.size < 64 || !span_starts(file, "\x7f""ELF") || file.data[4] < 1 ||
        file.data[4] > 2 || file.data[5] < 1 || file.data[5] > 2) {
        error_set(error, "no shared library of ELF");
        return OBJ_NOT_MINE;
    }
    r.wide = file.data[4] == 2;
    r.big = file.data[5] == 2;
    dynamic->machine = object_machine(file);
    dynamic->bits = r.wide ? 64 : 32;
    if (get_16(file.data + 16, r.big) != ET_DYN) {
        error_set(error, "e_type is %u, not ET_DYN", get_16(file.data + 16, r.big));
        return OBJ_NOT_MINE;
    }
    unsigned count = get_16(file.data + (r.wide ? 60 : 48), r.big);
    for (unsigned i = 0; i < count; i++) {
        const uint8_t *header = section_header(&r, i);
        if (!header) {
            error_set(error, "section header %u lies outside the file", i);
            return OBJ_BROKEN;
        }
        if (get_32(header + 4, r.big) == SHT_DYNSYM) {
            return take_symbols(&r, header, dynamic);
        }
    }
    error_set(error, "it has no section of dynamic symbols");
    return OBJ_NOT_MINE;
}
