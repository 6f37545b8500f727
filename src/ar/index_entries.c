/* SPDX-License-Identifier: MIT */
/** What the index flavours share: finding an entry's member, and the table of names. */
#include "ar/index.h"

bool index_member_at(const struct archive *archive, uint64_t offset, size_t entry, uint32_t *member,
                     struct error *error)
{
    size_t low = 0;
    size_t high = archive->member_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (archive->members[middle].offset < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == archive->member_count || archive->members[low].offset != offset) {
        return error_set(error, "index entry %zu: no member begins at offset 0x%llx", entry,
                         (unsigned long long)offset);
    }
    *member = (uint32_t)low;
    return true;
}

uint64_t index_names_size(const struct ar_symbols *symbols)
{
    uint64_t size = 0;
    for (size_t i = 0; i < symbols->count; i++) {
        size += symbols->list[i].name.size + 1;
    }
    return size;
}

uint8_t *index_names_write(uint8_t *at, const struct ar_symbols *symbols)
{
    for (size_t i = 0; i < symbols->count; i++) {
        struct span name = symbols->list[i].name;
        if (name.size) {
            memcpy(at, name.data, name.size);
        }
        at[name.size] = 0;
        at += name.size + 1;
    }
    return at;
}
