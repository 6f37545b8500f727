/* SPDX-License-Identifier: MIT */
/** Writing archives of random members, which come back as they were. */
#include "ar/builder.h"
#include "ar/items.h"
#include "ar/second.h"
#include "suites.h"

static const struct ar_limits always_wide = {.wide_from = 1};

static uint32_t random_state;

static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)random_state * limit >> 32);
}

static struct span random_text(struct arena *arena, uint32_t longest, const char *letters)
{
    uint32_t size = random_below(longest + 1);
    uint8_t *text = arena_alloc(arena, size);
    for (uint32_t i = 0; i < size; i++) {
        text[i] = (uint8_t)letters[random_below((uint32_t)strlen(letters))];
    }
    return span_make(text, size);
}

static struct items random_items(struct arena *arena)
{
    struct items items = {ARENA_ARRAY(arena, struct ar_item, 20), random_below(20)};
    for (size_t i = 0; i < items.count; i++) {
        struct span *symbols = ARENA_ARRAY(arena, struct span, 5);
        struct ar_item *item = &items.list[i];
        *item = (struct ar_item){
            .name = random_text(arena, 30, i % 3 ? "ab. _-" : "ab./"),
            .data = random_text(arena, 40, "AB\n`"),
            .symbols = symbols,
            .symbol_count = random_below(6),
            .object = random_below(4) > 0,
            .side = (enum ar_side)(random_below(2) ? random_below(4) : 0),
        };
        for (size_t j = 0; j < item->symbol_count; j++) {
            symbols[j] = random_text(arena, 8, "fgh_\x7f\xc3");
        }
    }
    return items;
}

/** Contents as they are read back: Darwin pads them with newlines to 8, and counts those. */
static bool same_data(enum ar_flavour flavour, struct span meant, struct span found)
{
    size_t size = flavour == AR_DARWIN ? (size_t)round_up(meant.size, 8) : meant.size;
    for (size_t i = meant.size; i < found.size; i++) {
        if (found.data[i] != '\n') {
            return false;
        }
    }
    return found.size == size && span_equal(meant, span_make(found.data, meant.size));
}

struct second_look {
    const struct archive *archive;
    size_t next;
};

static void look(void *context, const char *name, struct span data)
{
    struct second_look *second = context;
    const struct ar_member *member = &second->archive->members[second->next++];
    ck_assert(span_is(member->name, name));
    ck_assert(span_equal(member->data, data));
}

/**
 * libarchive cannot read a "//" that ends in NUL or has "/" inside a name; and it gives a member
 * called "/" as it gives an index.
 */
static bool libarchive_can(const struct archive *archive, const struct items *items)
{
    struct span names = archive->names;
    for (size_t i = 0; i < items->count; i++) {
        struct span name = items->list[i].name;
        if (name.size && memchr(name.data, '/', name.size)) {
            return false;
        }
    }
    return !names.size || names.data[names.size - 1] != 0;
}

static void check_members(enum ar_flavour flavour, const struct archive *archive,
                          const struct items *items)
{
    struct second_look second = {.archive = archive};
    ck_assert_uint_eq(archive->member_count, items->count);
    for (size_t i = 0; i < items->count; i++) {
        const struct ar_member *member = &archive->members[i];
        ck_assert(span_equal(member->name, items->list[i].name));
        ck_assert(same_data(flavour, items->list[i].data, member->data));
        ck_assert(flavour != AR_DARWIN || (member->data.data - archive->file.data) % 8 == 0);
    }
    if (libarchive_can(archive, items)) {
        const char *complaint = second_read(archive->file, look, &second);
        ck_assert_msg(!complaint, "libarchive: %s", complaint);
        ck_assert_uint_eq(second.next, archive->member_count);
    }
}

/** Archives of random members come back as they were, whatever they are. */
START_TEST(anything)
{
    static const enum ar_flavour flavours[] = {AR_GNU, AR_DARWIN, AR_COFF};
    enum ar_flavour flavour = flavours[_i];
    random_state = 20240229;
    for (int round = 0; round < 400; round++) {
        struct arena arena = {0};
        struct error error = {0};
        struct ar_layout layout;
        struct archive archive;
        struct items items = random_items(&arena);
        bool wide = flavour != AR_COFF && round % 3 == 0;
        ck_assert_msg(ar_layout(flavour, items.list, items.count,
                                wide ? &always_wide : &ar_limits, &arena, &layout, &error),
                      "round %d: %s", round, error.text);
        struct span written = flatten(&layout);
        ck_assert_msg(ar_layout_verify(written, flavour, items.list, items.count, &layout, &arena,
                                       &error),
                      "round %d: %s", round, error.text);
        ck_assert(archive_read(written, &arena, &archive, &error));
        ck_assert(items.count == 0 || archive.flavour == flavour);
        check_members(flavour, &archive, &items);
        unbuild(written);
        arena_free(&arena);
    }
}
END_TEST

Suite *ar_write_any_suite(void)
{
    Suite *suite = suite_create("ar-write-any");
    TCase *tcase = tcase_create("anything");
    tcase_add_loop_test(tcase, anything, 0, 3);
    suite_add_tcase(suite, tcase);
    return suite;
}
