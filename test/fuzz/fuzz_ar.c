/* SPDX-License-Identifier: MIT */
/**
 * Universal files: read, and the first slice that is an archive goes on. Archives: read, all tables
 * of the index, then written in each flavour and read back. What was written must say the same as
 * what was read.
 */
#include "ar/archive.h"
#include "ar/universal.h"
#include "ar/writer.h"
#include "fuzz.h"

enum { READ_TIMES = 16, WRITE_TIMES = 512 };

/** Group the index's entries by member. */
static bool take_symbols(const struct archive *archive, struct ar_item *items, struct arena *arena)
{
    struct ar_symbols symbols;
    struct error error = {0};
    bool done = archive_index(archive, AR_TABLE_MAIN, arena, &symbols, &error);
    CHECK_ERROR(done, error);
    struct span *names = ARENA_ARRAY(arena, struct span, done ? symbols.count : 0);
    for (size_t i = 0; done && i < symbols.count; i++) {
        CHECK(symbols.list[i].member < archive->member_count, "entry %zu", i);
        items[symbols.list[i].member].symbol_count++;
    }
    for (size_t i = 0; i < archive->member_count; i++) {
        items[i].symbols = names;
        names += items[i].symbol_count;
        items[i].symbol_count = 0;
    }
    for (size_t i = 0; done && i < symbols.count; i++) {
        struct ar_item *item = &items[symbols.list[i].member];
        ((struct span *)(uintptr_t)item->symbols)[item->symbol_count++] = symbols.list[i].name;
    }
    return done;
}

static struct ar_item *make_items(const struct archive *archive, struct arena *arena)
{
    struct ar_item *items = ARENA_ARRAY(arena, struct ar_item, archive->member_count);
    for (size_t i = 0; i < archive->member_count; i++) {
        const struct ar_member *member = &archive->members[i];
        enum obj_machine machine = object_machine(member->data);
        items[i] = (struct ar_item){
            .name = member->name,
            .data = member->data,
            .fields = ar_member_fields(archive, member),
            .side = machine == MACHINE_ARM64     ? AR_SIDE_NATIVE
                    : machine == MACHINE_ARM64EC ? AR_SIDE_EC
                    : machine == MACHINE_X86_64  ? AR_SIDE_X64
                                                 : AR_SIDE_NONE,
            .object = object_probe(member->data) != OBJ_OTHER,
        };
    }
    take_symbols(archive, items, arena);
    return items;
}

/** The bytes of a layout in a block of their own. */
static struct span flatten(const struct ar_layout *layout)
{
    uint8_t *bytes = malloc(layout->size ? layout->size : 1);
    size_t at = 0;
    for (size_t i = 0; i < layout->piece_count; i++) {
        struct span piece = layout->pieces[i];
        CHECK(piece.size <= layout->size - at, "piece %zu", i);
        if (piece.size) {
            memcpy(bytes + at, piece.data, piece.size);
        }
        at += piece.size;
    }
    CHECK(at == layout->size, "%zu bytes, not %zu", at, (size_t)layout->size);
    return span_make(bytes, at);
}

static struct span without_padding(struct span data)
{
    while (data.size && data.data[data.size - 1] == '\n') {
        data.size--;
    }
    return data;
}

/** Every member is there, in its place, with its name, contents and header fields. */
static void compare(const struct archive *first, const struct archive *second)
{
    bool darwin = second->flavour == AR_DARWIN;
    CHECK(first->member_count == second->member_count, "%zu members of %zu",
          second->member_count, first->member_count);
    for (size_t i = 0; i < first->member_count; i++) {
        const struct ar_member *a = &first->members[i];
        const struct ar_member *b = &second->members[i];
        CHECK(span_equal(a->name, b->name), "member %zu", i);
        CHECK(darwin ? span_equal(without_padding(a->data), without_padding(b->data))
                     : span_equal(a->data, b->data), "member %zu", i);
        CHECK(memcmp(ar_member_fields(first, a), ar_member_fields(second, b),
                     AR_FIELDS_SIZE) == 0, "member %zu", i);
    }
}

/** Whether the archive can be written as it is: no member is called like Darwin's index. */
static bool can_be_written(const struct archive *archive)
{
    bool can = true;
    for (size_t i = 0; i < archive->member_count; i++) {
        can &= !ar_is_darwin_index(archive->members[i].name, &(bool){false});
    }
    return can;
}

/** Write in one flavour, read back; writing what was read gives the same bytes again. */
static void write_as(enum ar_flavour flavour, const struct archive *archive,
                     const struct ar_item *items, struct arena *arena)
{
    struct ar_layout layout;
    struct archive second;
    struct error error = {0};
    size_t count = archive->member_count;
    bool done = ar_layout(flavour, items, count, &ar_limits, arena, &layout, &error);
    CHECK_ERROR(done, error);
    CHECK(done || flavour != archive->flavour || !can_be_written(archive), "%s", error.text);
    if (!done) {
        return;
    }
    struct span written = flatten(&layout);
    CHECK(ar_layout_verify(written, flavour, items, count, &layout, arena, &error), "%s",
          error.text);
    CHECK(archive_read(written, arena, &second, &error), "%s", error.text);
    CHECK(second.flavour == flavour || count == 0, "%s", ar_flavour_name(second.flavour));
    compare(archive, &second);
    struct ar_item *read = ARENA_ARRAY(arena, struct ar_item, count);
    CHECK(take_symbols(&second, read, arena), "the index written cannot be read");
    for (size_t i = 0; i < count; i++) {
        struct ar_item item = items[i];
        item.name = second.members[i].name;
        item.data = second.members[i].data;
        item.fields = ar_member_fields(&second, &second.members[i]);
        if (flavour != AR_COFF) { /* which lists a name once and may have two tables */
            item.symbols = read[i].symbols;
            item.symbol_count = read[i].symbol_count;
        }
        read[i] = item;
    }
    CHECK(ar_layout(flavour, read, count, &ar_limits, arena, &layout, &error), "%s",
          error.text);
    struct span rewritten = flatten(&layout);
    CHECK(span_equal(written, rewritten), "written twice, two results");
    free((void *)(uintptr_t)rewritten.data);
    free((void *)(uintptr_t)written.data);
}

static void try_tables(const struct archive *archive, struct arena *arena)
{
    for (int table = AR_TABLE_MAIN; table <= AR_TABLE_EC; table++) {
        struct ar_symbols symbols;
        struct error error = {0};
        bool done = archive_index(archive, (enum ar_table)table, arena, &symbols, &error);
        CHECK_ERROR(done, error);
        for (size_t i = 0; done && i < symbols.count; i++) {
            CHECK(symbols.list[i].member < archive->member_count, "entry %zu", i);
        }
    }
}

/** The first archive in a universal file, or the file itself; its slices must not overlap. */
static struct span take_slice(struct span file, struct arena *arena)
{
    struct universal universal;
    struct universal_layout layout;
    struct error error = {0};
    struct span first = file;
    bool done = universal_read(file, arena, &universal, &error);
    uint64_t sum = 0;
    CHECK_ERROR(done, error);
    for (size_t i = 0; done && i < universal.count; i++) {
        struct span slice = universal.slices[i].bytes;
        CHECK(slice.size <= file.size - sum, "slice %zu", i);
        sum += slice.size;
        first = first.data == file.data && archive_probe(slice) ? slice : first;
    }
    CHECK(!done || universal_lay_out(&universal, arena, &layout), "no layout");
    return first;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct archive archive;
    struct error error = {0};
    heap_watch();
    struct span file = take_slice(span_make(data, size), &arena);
    bool done = archive_read(file, &arena, &archive, &error);
    CHECK_ERROR(done, error);
    CHECK(!done || archive_probe(file), "read, but does not look like an archive");
    if (done) {
        try_tables(&archive, &arena);
    }
    heap_check(size, READ_TIMES, HEAP_FIXED);
    if (done) {
        heap_watch();
        struct ar_item *items = make_items(&archive, &arena);
        for (int flavour = AR_GNU; flavour <= AR_COFF; flavour++) {
            struct arena own = {0};
            write_as((enum ar_flavour)flavour, &archive, items, &own);
            arena_free(&own);
        }
        heap_check(size, WRITE_TIMES, HEAP_FIXED);
    }
    arena_free(&arena);
    return 0;
}
