/* SPDX-License-Identifier: MIT */
/** The symbols of ELF images that have bytes, with the source files that stand before them. */
#include "image/elf_image.h"

enum { STT_TLS = 6 };

/** The table with all symbols; that of dynamic ones if there is no other; or NULL. */
static const struct elf_part *find_table(const struct elf_image *elf)
{
    const struct elf_part *found = NULL;
    for (uint32_t i = 0; i < elf->section_count; i++) {
        const struct elf_part *part = &elf->sections[i];
        bool better = part->type == ELF_SHT_SYMTAB || (part->type == ELF_SHT_DYNSYM && !found);
        found = better ? part : found;
    }
    return found;
}

static bool place_symbols(const struct elf_image *elf, struct span symbols, struct span strings,
                          struct arena *arena, struct image_placed_list *placed)
{
    size_t each = elf->wide ? 24 : 16;
    size_t count = symbols.size / each;
    struct span file = {NULL, 0};
    placed->list = ARENA_ARRAY(arena, struct image_placed, count + 1);
    for (size_t i = 1; placed->list && i < count; i++) {
        struct elf_image_symbol symbol = elf_image_symbol(elf, symbols.data + i * each);
        bool local = symbol.info >> 4 == ELF_STB_LOCAL;
        struct span name;
        if (!span_cstr(strings, symbol.name, &name)) {
            continue;
        }
        if ((symbol.info & 15) == ELF_STT_FILE) { /* of the local symbols that follow [gABI 4] */
            file = name;
            continue;
        }
        if (!symbol.size || !name.size || symbol.section >= elf->section_count ||
            (symbol.info & 15) == STT_TLS) { /* whose value is no address */
            continue;
        }
        const struct elf_part *part = &elf->sections[symbol.section];
        uint64_t at = symbol.value - part->address; /* modulo 2^64 */
        struct span contents;
        struct span bytes;
        if (elf_part_has_bytes(part) && part->flags & ELF_SHF_ALLOC &&
            span_sub(elf->data, part->offset, part->size, &contents) &&
            span_sub(contents, at, symbol.size, &bytes)) {
            placed->list[placed->count++] = (struct image_placed){
                part->offset + at, symbol.size, name, local ? file : span_make(NULL, 0)};
        }
    }
    return placed->list != NULL;
}

bool elf_image_names(struct span data, struct arena *arena, struct image_placed_list *placed)
{
    struct elf_image elf;
    struct error unread = {0};
    struct span symbols;
    struct span strings;
    enum obj_result result = elf_image_read(data, arena, &elf, &unread);
    const struct elf_part *table = result == OBJ_OK ? find_table(&elf) : NULL;
    if (!table || table->link >= elf.section_count ||
        !span_sub(data, table->offset, table->size, &symbols) ||
        !span_sub(data, elf.sections[table->link].offset, elf.sections[table->link].size,
                  &strings)) {
        return result != OBJ_NO_MEMORY;
    }
    return place_symbols(&elf, symbols, strings, arena, placed);
}
