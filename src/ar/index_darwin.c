/* SPDX-License-Identifier: MIT */
#include "ar/index.h"

/* Entries may share a name's bytes; how many times over, before it looks like an attack. */
enum { EMPTY_NAMES = 3, NAMES_MAY_OVERLAP = 16 };

static void put_le(uint8_t *at, uint64_t value, unsigned width)
{
    if (width == 8) {
        put_le64(at, value);
    } else {
        put_le32(at, (uint32_t)value);
    }
}

static uint64_t get_le(const uint8_t *at, unsigned width)
{
    return width == 8 ? get_le64(at) : get_le32(at);
}

static uint64_t names_size(const struct ar_symbols *symbols, bool bare)
{
    return symbols->count || bare ? index_names_size(symbols) : EMPTY_NAMES;
}

uint64_t darwin_index_size(const struct ar_symbols *symbols, unsigned width, bool bare)
{
    uint64_t ranlibs = (uint64_t)symbols->count * 2 * width;
    return round_up(width + ranlibs + width + names_size(symbols, bare), 8);
}

void darwin_index_write(uint8_t *at, const struct ar_symbols *symbols, const uint64_t *offsets,
                        unsigned width, bool bare)
{
    uint64_t name = 0;
    memset(at, 0, (size_t)darwin_index_size(symbols, width, bare));
    put_le(at, (uint64_t)symbols->count * 2 * width, width);
    at += width;
    for (size_t i = 0; i < symbols->count; i++) {
        put_le(at, name, width);
        put_le(at + width, offsets[symbols->list[i].member], width);
        at += 2 * width;
        name += symbols->list[i].name.size + 1;
    }
    put_le(at, names_size(symbols, bare), width);
    index_names_write(at + width, symbols);
}

bool darwin_index_read(struct span table, unsigned width, const struct archive *archive,
                       struct arena *arena, struct ar_symbols *symbols, struct error *error)
{
    struct span ranlibs;
    struct span names;
    struct span size_field;
    uint64_t entry = 2 * (uint64_t)width;
    if (table.size < width) {
        return error_set(error, "index: %zu bytes, but its first field takes %u", table.size,
                         width);
    }
    uint64_t bytes = get_le(table.data, width);
    if (bytes % entry || !span_sub(table, width, bytes, &ranlibs) ||
        !span_sub(table, width + bytes, width, &size_field)) {
        return error_set(error, "index: %llu bytes of entries do not fit its %zu bytes",
                         (unsigned long long)bytes, table.size);
    }
    uint64_t names_bytes = get_le(size_field.data, width);
    if (!span_sub(table, 2 * (uint64_t)width + bytes, names_bytes, &names)) {
        return error_set(error, "index: %llu bytes of names exceed its %zu bytes",
                         (unsigned long long)names_bytes, table.size);
    }
    size_t count = (size_t)(bytes / entry);
    uint64_t budget = NAMES_MAY_OVERLAP * (names.size + bytes); /* keeps the work linear */
    symbols->list = ARENA_ARRAY(arena, struct ar_symbol, count);
    if (!symbols->list) {
        return error_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t *at = ranlibs.data + i * entry;
        struct ar_symbol *symbol = &symbols->list[i];
        if (!span_cstr(names, get_le(at, width), &symbol->name)) {
            return error_set(error, "index entry %zu: no name at 0x%llx in %zu bytes of names", i,
                             (unsigned long long)get_le(at, width), names.size);
        }
        if (symbol->name.size > budget) {
            return error_set(error, "index entry %zu: the names overlap too often in %zu bytes", i,
                             names.size);
        }
        budget -= symbol->name.size;
        if (!index_member_at(archive, get_le(at + width, width), i, &symbol->member, error)) {
            return false;
        }
    }
    symbols->count = count;
    return true;
}
