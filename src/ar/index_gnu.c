/* SPDX-License-Identifier: MIT */
#include "ar/index.h"

enum { EMPTY_NAMES = 3 };

static void put_be(uint8_t *at, uint64_t value, unsigned width)
{
    if (width == 8) {
        put_be64(at, value);
    } else {
        put_be32(at, (uint32_t)value);
    }
}

static uint64_t get_be(const uint8_t *at, unsigned width)
{
    return width == 8 ? get_be64(at) : get_be32(at);
}

uint64_t gnu_index_size(const struct ar_symbols *symbols, unsigned width, bool coff)
{
    uint64_t names = symbols->count || coff ? index_names_size(symbols) : EMPTY_NAMES;
    return round_up(width + (uint64_t)symbols->count * width + names, 2);
}

void gnu_index_write(uint8_t *at, const struct ar_symbols *symbols, const uint64_t *offsets,
                     unsigned width, bool coff)
{
    memset(at, 0, (size_t)gnu_index_size(symbols, width, coff));
    put_be(at, symbols->count, width);
    for (size_t i = 0; i < symbols->count; i++) {
        at += width;
        put_be(at, offsets[symbols->list[i].member], width);
    }
    index_names_write(at + width, symbols);
}

bool gnu_index_read(struct span table, unsigned width, const struct archive *archive,
                    struct arena *arena, struct ar_symbols *symbols, struct error *error)
{
    struct span names;
    struct span offsets;
    if (table.size < width) {
        return error_set(error, "index: %zu bytes, but its count takes %u", table.size, width);
    }
    uint64_t count = get_be(table.data, width);
    if (count > table.size / width || !span_sub(table, width, count * width, &offsets)) {
        return error_set(error, "index: %llu symbols exceed its %zu bytes",
                         (unsigned long long)count, table.size);
    }
    names = span_from(table, width + count * width);
    symbols->list = ARENA_ARRAY(arena, struct ar_symbol, (size_t)count);
    if (!symbols->list) {
        return error_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        struct ar_symbol *symbol = &symbols->list[i];
        uint64_t offset = get_be(offsets.data + i * width, width);
        if (!span_cstr(names, 0, &symbol->name)) {
            return error_set(error, "index: the name of symbol %zu of %llu is not terminated", i,
                             (unsigned long long)count);
        }
        if (!index_member_at(archive, offset, i, &symbol->member, error)) {
            return false;
        }
        names = span_from(names, symbol->name.size + 1);
    }
    symbols->count = (size_t)count;
    return true;
}
