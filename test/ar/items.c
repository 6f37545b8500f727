/* SPDX-License-Identifier: MIT */
#include "ar/items.h"

#include <check.h>
#include <stdlib.h>

#include "ar/builder.h"

/** Cut @text at the first @separator; what is before it, and behind it in @text. */
static struct span next_part(struct span *text, char separator)
{
    const uint8_t *at = text->size ? memchr(text->data, separator, text->size) : NULL;
    struct span part = {text->data, at ? (size_t)(at - text->data) : text->size};
    *text = span_from(*text, at ? part.size + 1 : part.size);
    return part;
}

static enum ar_side side_of(uint8_t letter)
{
    return letter == 'n' ? AR_SIDE_NATIVE : letter == 'x' ? AR_SIDE_X64 : AR_SIDE_EC;
}

static struct ar_item item_of(struct arena *arena, struct span word)
{
    struct ar_item item = {.object = true};
    if (span_starts(word, "*")) {
        item.object = false;
        word = span_from(word, 1);
    }
    if (word.size > 1 && word.data[1] == '!') {
        item.side = side_of(word.data[0]);
        word = span_from(word, 2);
    }
    item.name = next_part(&word, '=');
    item.data = next_part(&word, ':');
    struct span *symbols = ARENA_ARRAY(arena, struct span, word.size);
    ck_assert_ptr_nonnull(symbols);
    while (word.size) {
        symbols[item.symbol_count++] = next_part(&word, ',');
    }
    item.symbols = symbols;
    return item;
}

struct items items_of(struct arena *arena, const char *text)
{
    struct span rest = span_of(text);
    struct items items = {ARENA_ARRAY(arena, struct ar_item, rest.size), 0};
    ck_assert_ptr_nonnull(items.list);
    while (rest.size) {
        struct span word = next_part(&rest, ' ');
        if (word.size) {
            items.list[items.count++] = item_of(arena, word);
        }
    }
    return items;
}

struct span flatten(const struct ar_layout *layout)
{
    struct builder builder = {0};
    for (size_t i = 0; i < layout->piece_count; i++) {
        builder_add(&builder, layout->pieces[i].data, layout->pieces[i].size);
    }
    ck_assert_uint_eq(builder.size, layout->size);
    struct span result = exact_copy(builder_span(&builder));
    builder_free(&builder);
    return result;
}

/** What kind of code a COFF member holds: enough for what libraries are made of. */
static enum ar_side side_of_member(struct span data)
{
    if (data.size < 20) {
        return AR_SIDE_NONE;
    }
    bool special = get_le16(data.data) == 0 && get_le16(data.data + 2) == 0xffff;
    switch (get_le16(data.data + (special ? 6 : 0))) {
    case 0xaa64:
        return AR_SIDE_NATIVE;
    case 0xa641:
        return AR_SIDE_EC;
    case 0x8664:
        return AR_SIDE_X64;
    default:
        return AR_SIDE_NONE;
    }
}

/** Hand the symbols of one table to their members; @keep says which of them. */
static void add_symbols(const struct archive *archive, enum ar_table table, struct arena *arena,
                        struct items *items)
{
    struct ar_symbols symbols;
    struct error error = {0};
    ck_assert_msg(archive_index(archive, table, arena, &symbols, &error), "%s", error.text);
    size_t *counts = ARENA_ARRAY(arena, size_t, archive->member_count);
    for (size_t i = 0; i < symbols.count; i++) {
        counts[symbols.list[i].member]++;
    }
    for (size_t i = 0; i < items->count; i++) {
        bool ec = table == AR_TABLE_EC;
        if (counts[i] && (!ec || items->list[i].side != AR_SIDE_NATIVE)) {
            items->list[i].symbols = ARENA_ARRAY(arena, struct span, counts[i]);
        } else {
            counts[i] = 0;
        }
    }
    for (size_t i = 0; i < symbols.count; i++) {
        struct ar_item *item = &items->list[symbols.list[i].member];
        if (counts[symbols.list[i].member]) {
            ((struct span *)(uintptr_t)item->symbols)[item->symbol_count++] = symbols.list[i].name;
        }
    }
}

struct items items_of_archive(struct arena *arena, const struct archive *archive)
{
    struct items items = {ARENA_ARRAY(arena, struct ar_item, archive->member_count),
                          archive->member_count};
    for (size_t i = 0; i < items.count; i++) {
        const struct ar_member *member = &archive->members[i];
        items.list[i] = (struct ar_item){
            .name = member->name,
            .data = member->data,
            .fields = ar_member_fields(archive, member),
            .side = side_of_member(member->data),
            .object = true,
        };
    }
    add_symbols(archive, AR_TABLE_MAIN, arena, &items);
    if (archive->ec_index.size) {
        add_symbols(archive, AR_TABLE_EC, arena, &items);
    }
    return items;
}
