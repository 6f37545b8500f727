/* SPDX-License-Identifier: MIT */
/** Which members of a set are the same: by name never, by what a linker sees always. */
#include <stdio.h>
#include <stdlib.h>

#include "ar/builder.h"
#include "obj/rcgu.h"
#include "suites.h"
#include "support/growth.h"
#include "support/objects.h"
#include "support/scratch.h"
#include "support/sets.h"

/* ---- small sets -------------------------------------------------------------------------- */

#define SHIM "section .text data=c3c3 flags=6 align=16\nsymbol alloc in=.text\nsymbol real_alloc\n"
#define SHIM_RELOC "reloc .text at=0 to=real_alloc kind=4 add=-4\n"
#define COFF_SHIM "section .text data=c3c3 flags=0x60500020\nsymbol alloc in=.text\n"
#define MACHO_SHIM                                                                                 \
    "section __TEXT,__text data=c3c3c3c3 flags=0x80000400\n"                                       \
    "symbol _alloc in=__TEXT,__text\n"

static const struct content contents[] = {
    {"shim", "elf\nfile one.c\n" SHIM SHIM_RELOC},
    {"shim-other-file", "elf\nfile another.c\n" SHIM SHIM_RELOC},
    {"shim-debug", "elf\nfile one.c\n" SHIM SHIM_RELOC "section .debug_info data=0102 flags=0\n"
                   "reloc .debug_info at=0 to=alloc kind=1\n"},
    {"shim-other-debug",
     "elf\nfile one.c\n" SHIM SHIM_RELOC "section .debug_info data=0102 flags=0\n"
     "section .debug_line data=030405 flags=0\n"},
    {"shim-jumps", "elf\nfile one.c\n" SHIM "reloc .text at=0 to=real_alloc kind=2 add=-4\n"},
    {"shim-arm", "elf machine=183\nfile one.c\n" SHIM SHIM_RELOC},
    {"coff-shim", "coff time=1\n" COFF_SHIM "file a.c\n"},
    {"coff-shim-other-file", "coff time=2\n" COFF_SHIM "file b.c\n"},
    {"macho-shim", "macho\n" MACHO_SHIM "symbol a.c kind=0x64\n"},
    {"macho-shim-other-file", "macho\n" MACHO_SHIM "symbol b.c kind=0x64\n"},
    {"nothing", "elf\n"},
    {"nothing-of-a-file", "elf\nfile a.c\n"},
};

/* What thin LTO calls std's unit in two libraries, and cargo in both. */
#define UNIT "std-d1237ef7159db0a2.std.e28293b1aa0f68bd-cgu.0.rcgu.o"
#define IN_FOO "foo-34ef24b158f04b90." UNIT ".rcgu.o"
#define IN_BAR "bar-1111111111111111." UNIT ".rcgu.o"

static const struct {
    const char *what;
    const char *set;
    const char *by_link;
    const char *by_bytes;
} rows[] = {
    {"same name, same bytes", "a.o=one b.o=two | a.o=one b.o=two", "0 1 | 0 1", "0 1 | 0 1"},
    {"same bytes, other name", "a.o=one | z.o=one", "0 | 0", "0 | 0"},
    {"same name and size, other content", "a.o=one | a.o=two", "0 | 1", "0 | 1"},
    {"same name, other size", "a.o=one | a.o=three", "0 | 1", "0 | 1"},
    {"differ in the first byte", "a.o=xone | a.o=yone", "0 | 1", "0 | 1"},
    {"two of three are the same", "a.o=one | a.o=two | a.o=one", "0 | 1 | 0", "0 | 1 | 0"},
    {"two pairs of one name", "a.o=one | a.o=two | a.o=two | a.o=one", "0 | 1 | 1 | 0",
     "0 | 1 | 1 | 0"},
    {"the later ones are the same", "a.o=one | a.o=two | b.o=two", "0 | 1 | 1", "0 | 1 | 1"},
    {"twice in one library", "a.o=one a.o=one | a.o=one", "0 0 | 0", "0 0 | 0"},
    {"twice, by two names", "a.o=one b.o=one | c.o=one", "0 0 | 0", "0 0 | 0"},
    {"one name twice, two contents", "a.o=one a.o=two | a.o=two a.o=one", "0 1 | 1 0", "0 1 | 1 0"},
    {"no bytes", "a.o= b.o= | c.o=", "0 0 | 0", "0 0 | 0"},
    {"an empty library", "a.o=one | | a.o=one", "0 | 0", "0 | 0"},
    {"names of thin LTO", IN_FOO "=one | " IN_BAR "=one | " UNIT "=one", "0 | 0 | 0", "0 | 0 | 0"},

    {"STT_FILE name", "a.o=shim | b.o=shim-other-file", "0 | 0", "0 | 1"},
    {"STT_FILE name, one name", "a.o=shim | a.o=shim-other-file", "0 | 0", "0 | 1"},
    {"debug info or none", "a.o=shim | b.o=shim-debug", "0 | 0", "0 | 1"},
    {"other debug info", "a.o=shim-debug | b.o=shim-other-debug", "0 | 0", "0 | 1"},
    {"all of them", "a.o=shim b.o=shim-debug | c.o=shim-other-debug d.o=shim-other-file",
     "0 0 | 0 0", "0 1 | 2 3"},
    {"another relocation", "a.o=shim | a.o=shim-jumps", "0 | 1", "0 | 1"},
    {"another machine", "a.o=shim | a.o=shim-arm", "0 | 1", "0 | 1"},
    {"COFF timestamp and .file", "a.o=coff-shim | b.o=coff-shim-other-file", "0 | 0", "0 | 1"},
    {"Mach-O stab", "a.o=macho-shim | b.o=macho-shim-other-file", "0 | 0", "0 | 1"},
    {"other formats", "a.o=shim b.o=coff-shim c.o=macho-shim d.o=shim", "0 1 2 0", "0 1 2 0"},
    {"objects without anything", "a.o=nothing | b.o=nothing | c.o=nothing-of-a-file", "0 | 0 | 0",
     "0 | 0 | 1"},

    {"Darwin's padding", "darwin: a.o=12345 | a.o=12345", "0 | 0", "0 | 0"},
    {"Darwin's padding, other name", "darwin: a.o=12345 | b.o=12345", "0 | 0", "0 | 0"},
    {"Darwin's padding, eight bytes", "darwin: a.o=12345678 b.o=12345 | a.o=12345678", "0 1 | 0",
     "0 1 | 0"},
    {"Darwin's objects", "darwin: a.o=macho-shim | b.o=macho-shim-other-file | c.o=macho-shim",
     "0 | 0 | 0", "0 | 1 | 0"},
    {"every flavour", "darwin: a.o=123 | coff: b.o=123 | c.o=123", "0 | 0 | 0", "0 | 0 | 0"},
};

START_TEST(small_sets)
{
    static const enum armeld_identity identities[] = {ARMELD_IDENTITY_LINK, ARMELD_IDENTITY_BYTES};
    for (int i = 0; i < 4; i++) {
        struct arena arena = {0};
        struct set set = {0};
        struct census census = {0};
        enum armeld_identity identity = identities[i % 2];
        const char *wanted = i % 2 ? rows[_i].by_bytes : rows[_i].by_link;
        add_libraries(&set, rows[_i].set, contents, sizeof contents / sizeof *contents);
        find_classes(&set, identity, i < 2 ? 1 : 3, &census);
        const char *found = class_numbers(&arena, &census);
        ck_assert_msg(strcmp(found, wanted) == 0, "%s: %s, not %s", rows[_i].what, found, wanted);
        census_free(&census);
        set_free(&set);
        arena_free(&arena);
    }
}
END_TEST

START_TEST(copies_and_sharers)
{
    struct set set = {0};
    struct census census = {0};
    add_libraries(&set, "a.o=one a.o=one b.o=two | c.o=one | b.o=two d.o=three", NULL, 0);
    find_classes(&set, ARMELD_IDENTITY_LINK, 2, &census);
    static const struct {
        uint32_t member, copies, sharers;
    } wanted[] = {{0, 3, 2}, {2, 2, 2}, {5, 1, 1}};
    ck_assert_uint_eq(census.count, 3);
    for (int i = 0; i < 3; i++) {
        ck_assert_uint_eq(census.members[i].first, wanted[i].member);
        ck_assert_uint_eq(census.members[i].count, wanted[i].copies);
        ck_assert_uint_eq(census.members[i].sharers, wanted[i].sharers);
    }
    census_free(&census);
    set_free(&set);
}
END_TEST

/* ---- the fixtures' shims ----------------------------------------------------------------- */

static const struct {
    const char *folder;
    bool in_every_library; /* else there is none: fat LTO dissolves it */
} shims[] = {
    {"x86_64-linux", true},       {"aarch64-linux", true},     {"armv7-android", true},
    {"x86_64-msvc", true},        {"i686-msvc", true},         {"aarch64-msvc", true},
    {"x86_64-windows-gnu", true}, {"aarch64-apple", true},     {"x86_64-apple", true},
    {"x86_64-linux-thin", true},  {"x86_64-msvc-thin", true},  {"x86_64-linux-debug", true},
    {"x86_64-msvc-debug", true},  {"x86_64-linux-fat", false}, {"x86_64-linux-variant", true},
};

START_TEST(fixture_shims)
{
    struct set set = {0};
    struct census census = {0};
    struct error error = {0};
    struct arena arena = {0};
    struct set_rules rules = {.workspace = "no-such-file"};
    const char *folder = arena_printf(&arena, "%s/%s", fixtures(), shims[_i].folder);
    ck_assert_msg(set_add(&set, &rules, folder, &error), "%s", error.text);
    find_classes(&set, ARMELD_IDENTITY_LINK, 2, &census);
    uint32_t shim = NO_CLASS;
    size_t found = 0;
    for (uint32_t i = 0; i < set.member_count; i++) {
        struct rcgu_name name;
        rcgu_parse(set_member(&set, i)->name, &name);
        if (name.unit_hash.size == 25) {
            shim = found++ ? shim : census.class_of[i];
            ck_assert_msg(census.class_of[i] == shim, "%s: %s has another shim", folder,
                          set_library_of(&set, i)->path);
        }
    }
    ck_assert_uint_eq(found, shims[_i].in_every_library ? set.library_count : 0);
    census_free(&census);
    set_free(&set);
    arena_free(&arena);
}
END_TEST

/* ---- large and hostile sets -------------------------------------------------------------- */

/** How a large set's members differ. */
enum shape { MANY_NAMES, LAST_BYTES, LAST_BYTES_OF_OBJECTS };

static const struct {
    enum shape shape;
    const char *name;
    uint32_t members;
    size_t size;
} large[] = {
    {MANY_NAMES, "member%u.o", 100000, 8},
    {LAST_BYTES, "member.o", 8000, 4096},
    {LAST_BYTES_OF_OBJECTS, "member.o", 4000, 0},
    {LAST_BYTES_OF_OBJECTS, "member%u.o", 4000, 0},
};

static struct ar_item large_item(struct arena *arena, int row, uint32_t number)
{
    struct ar_item item = {.object = true};
    item.name = span_of(arena_printf(arena, large[row].name, number));
    if (large[row].shape == LAST_BYTES_OF_OBJECTS) {
        item.data = assemble_elf(arena, "+main -helper",
                                 arena_printf(arena, "c3c3c3c3c3c3c3c3%08x", number));
    } else {
        uint8_t *bytes = arena_alloc(arena, large[row].size);
        put_le32(bytes + large[row].size - 4, number);
        item.data = span_make(bytes, large[row].size);
    }
    return item;
}

/** One library with all members twice, in two orders; the time of finding which are the same. */
static double large_set(int row, size_t members)
{
    struct arena arena = {0};
    struct set set = {0};
    struct census census = {0};
    uint32_t count = (uint32_t)members;
    struct ar_item *items = ARENA_ARRAY(&arena, struct ar_item, 2 * (size_t)count);
    for (uint32_t i = 0; i < count; i++) {
        items[i] = large_item(&arena, row, i);
        items[2 * count - 1 - i] = items[i];
    }
    add_library(&set, AR_GNU, items, 2 * (size_t)count);
    double start = processor_seconds();
    find_classes(&set, ARMELD_IDENTITY_LINK, 2, &census);
    double seconds = processor_seconds() - start;
    ck_assert_uint_eq(census.count, count);
    for (uint32_t i = 0; i < count; i++) {
        if (census.class_of[i] != i || census.class_of[2 * count - 1 - i] != i) {
            ck_abort_msg("member %u is of the classes %u and %u", i, census.class_of[i],
                         census.class_of[2 * count - 1 - i]);
        }
    }
    census_free(&census);
    set_free(&set);
    arena_free(&arena);
    return seconds;
}

START_TEST(large_sets)
{
    check_growth(large_set, _i, large[_i].members);
}
END_TEST

Suite *identity_suite(void)
{
    Suite *suite = suite_create("identity");
    TCase *small = tcase_create("small sets");
    tcase_add_loop_test(small, small_sets, 0, sizeof rows / sizeof *rows);
    tcase_add_test(small, copies_and_sharers);
    tcase_add_loop_test(small, fixture_shims, 0, sizeof shims / sizeof *shims);
    suite_add_tcase(suite, small);
    TCase *speed = tcase_create("large sets");
    tcase_add_loop_test(speed, large_sets, 0, sizeof large / sizeof *large);
    suite_add_tcase(suite, speed);
    return suite;
}
