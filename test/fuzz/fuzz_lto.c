/* SPDX-License-Identifier: MIT */
/** Code for LTO: bitcode, and what is none of it as GCC's table and as GCC's wrapper for Mach-O. */
#include "fuzz.h"
#include "obj/lto.h"

static void check_list(const struct object *object)
{
    for (size_t i = 0; i < object->lto_symbol_count; i++) {
        const struct obj_lto_symbol *symbol = &object->lto_symbols[i];
        const volatile uint8_t *bytes = symbol->name.data;
        CHECK(symbol->name.size && symbol->role <= LTO_NEEDS_WEAK, "symbol %zu", i);
        (void)bytes[0];
        (void)bytes[symbol->name.size - 1];
    }
}

static void read_table(struct span data)
{
    struct arena arena = {0};
    struct object object = {.format = data.size % 2 ? OBJ_MACHO : OBJ_ELF, .data = data};
    struct lto_reading r = {.object = &object,
                            .arena = &arena,
                            .names_left = (uint64_t)data.size * LTO_NAMES_LIMIT};
    const char *why = gcc_lto_symbols(&r, data);
    CHECK(!r.no_memory, "no memory");
    CHECK(why || !data.size || object.lto_symbol_count, "no entries");
    check_list(&object);
    arena_free(&arena);
}

static void read_wrapper(struct span data)
{
    size_t third = data.size / 3;
    struct span parts[3] = {span_make(data.data, third), span_make(data.data + third, third),
                            span_from(data, 2 * third)};
    struct lto_section section;
    for (size_t i = 0; i <= parts[2].size; i++) {
        const char *why = gcc_lto_unpack(parts, data.size % 2, i, &section);
        if (why || !section.name.data) {
            break;
        }
        CHECK(section.data.size <= third && section.name.size <= third, "section %zu", i);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes = span_make(data, size);
    if (object_probe(bytes) == OBJ_BITCODE) {
        return fuzz_object(bytes, OBJ_BITCODE);
    }
    read_table(bytes);
    read_wrapper(bytes);
    return 0;
}
