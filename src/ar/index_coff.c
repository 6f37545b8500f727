/* SPDX-License-Identifier: MIT */
#include "ar/index.h"

uint64_t coff_index_size(const struct ar_symbols *symbols, size_t member_count, bool ec)
{
    uint64_t members = ec ? 0 : 4 + 4 * (uint64_t)member_count;
    return round_up(members + 4 + 2 * (uint64_t)symbols->count + index_names_size(symbols), 2);
}

void coff_index_write(uint8_t *at, const struct ar_symbols *symbols, const uint64_t *offsets,
                      size_t member_count, bool ec)
{
    memset(at, 0, (size_t)coff_index_size(symbols, member_count, ec));
    if (!ec) {
        put_le32(at, (uint32_t)member_count);
        at += 4;
        for (size_t i = 0; i < member_count; i++, at += 4) {
            put_le32(at, (uint32_t)offsets[i]);
        }
    }
    put_le32(at, (uint32_t)symbols->count);
    at += 4;
    for (size_t i = 0; i < symbols->count; i++, at += 2) {
        put_le16(at, (uint16_t)(symbols->list[i].member + 1));
    }
    index_names_write(at, symbols);
}

/**
 * The member offsets of the second linker member: the table's beginning.
 * @rest[out] what follows them
 */
static bool read_member_offsets(struct span table, struct span *offsets, struct span *rest,
                                struct error *error)
{
    if (table.size < 4) {
        return error_set(error, "second index: %zu bytes, but its count takes 4", table.size);
    }
    uint64_t members = get_le32(table.data);
    if (!span_sub(table, 4, 4 * members, offsets)) {
        return error_set(error, "second index: %llu members exceed its %zu bytes",
                         (unsigned long long)members, table.size);
    }
    *rest = span_from(table, 4 + 4 * members);
    return true;
}

static bool read_symbol(const struct archive *archive, struct span offsets, struct span *names,
                        size_t entry, unsigned number, const char *what,
                        struct ar_symbol *symbol, struct error *error)
{
    if (!span_cstr(*names, 0, &symbol->name)) {
        return error_set(error, "%s: the name of symbol %zu is not terminated", what, entry);
    }
    *names = span_from(*names, symbol->name.size + 1);
    if (number == 0 || number > offsets.size / 4) {
        return error_set(error, "%s: symbol %zu is in member %u of %zu", what, entry, number,
                         offsets.size / 4);
    }
    uint64_t offset = get_le32(offsets.data + 4 * (size_t)(number - 1));
    return index_member_at(archive, offset, entry, &symbol->member, error);
}

bool coff_index_read(struct span table, bool ec, const struct archive *archive,
                     struct arena *arena, struct ar_symbols *symbols, struct error *error)
{
    const char *what = ec ? "/<ECSYMBOLS>/" : "second index";
    struct span offsets = {0};
    struct span rest = table;
    struct span numbers;
    if (!read_member_offsets(ec ? archive->second_index : table, &offsets, &rest, error)) {
        return false;
    }
    if (ec) {
        rest = table;
    }
    if (rest.size < 4) {
        return error_set(error, "%s: %zu bytes left for the symbol count", what, rest.size);
    }
    uint64_t count = get_le32(rest.data);
    if (!span_sub(rest, 4, 2 * count, &numbers)) {
        return error_set(error, "%s: %llu symbols exceed its %zu bytes", what,
                         (unsigned long long)count, table.size);
    }
    struct span names = span_from(rest, 4 + 2 * count);
    symbols->list = ARENA_ARRAY(arena, struct ar_symbol, (size_t)count);
    if (!symbols->list) {
        return error_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        if (!read_symbol(archive, offsets, &names, i, get_le16(numbers.data + 2 * i), what,
                         &symbols->list[i], error)) {
            return false;
        }
    }
    symbols->count = (size_t)count;
    return true;
}
