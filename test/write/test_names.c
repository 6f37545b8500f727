/* SPDX-License-Identifier: MIT */
/** What members are called in the workspace. */
#include <stdlib.h>

#include "obj/rcgu.h"
#include "suites.h"
#include "support/conserve.h"
#include "support/growth.h"
#include "support/objects.h"

/* ---- made sets --------------------------------------------------------------------------- */

#define OBJECT(symbol) "elf\nsection .text data=c3c3 flags=6\nsymbol " symbol " in=.text\n"

static const struct content contents[] = {
    {"1", OBJECT("one")},
    {"2", OBJECT("two")},
    {"3", OBJECT("three")},
    {"4", OBJECT("four")},
};

#define UNIT "std-d1237ef7159db0a2.std.e28293b1aa0f68bd-cgu.0.rcgu"

static const struct {
    const char *what;
    const char *library[2];
    const char *workspace;
} rows[] = {
    {"one name", {"a.o=1", "a.o=1"}, "a.o"},
    {"the first library's name", {"a.o=1", "b.o=1"}, "a.o"},
    {"one name twice", {"a.o=1 a.o=2", "a.o=1 a.o=2"}, "a.o a.2.o"},
    {"one name three times", {"a.o=1 a.o=2 a.o=3", "b.o=3 b.o=2 b.o=1"}, "a.o a.2.o a.3.o"},
    {"a numbered name is taken", {"a.2.o=1 a.o=2 a.o=3", "x.o=1 y.o=2 z.o=3"}, "a.2.o a.o a.3.o"},
    {"a numbered name comes later",
     {"a.o=1 a.o=2 a.2.o=3", "x.o=1 y.o=2 z.o=3"},
     "a.o a.2.o a.2.2.o"},
    {".obj", {"a.obj=1 a.obj=2", "a.obj=1 a.obj=2"}, "a.obj a.2.obj"},
    {"no suffix", {"a=1 a=2", "a=1 a=2"}, "a a.2"},
    {"names with a slash", {"x/a.o=1 y/a.o=2", "x/a.o=1 y/a.o=2"}, "x/a.o y/a.o"},
    {"cargo's name", {UNIT ".o=1", UNIT ".o=1"}, UNIT ".o"},
    {"thin LTO's names",
     {"foo-34ef24b158f04b90." UNIT ".o.rcgu.o=1", "bar-1111111111111111." UNIT ".o.rcgu.o=1"},
     UNIT ".o"},
    {"a label twice",
     {"foo-34ef24b158f04b90." UNIT ".o.rcgu.o=1 " UNIT ".o=2", "x.o=1 y.o=2"},
     UNIT ".o std-d1237ef7159db0a2.std.e28293b1aa0f68bd-cgu.0.2.rcgu.o"},
};

START_TEST(made_sets)
{
    const char *paths[3] = {scratch("liba%d.a", _i), scratch("libb%d.a", _i), NULL};
    struct armeld_options options = {.struct_size = sizeof options,
                                     .workspace = scratch("libw%d.a", _i)};
    for (int i = 0; i < 2; i++) {
        write_library(paths[i], rows[_i].library[i], contents, sizeof contents / sizeof *contents);
    }
    meld_well(&options, paths);
    struct archive workspace = read_archive(options.workspace);
    const char *found = member_names(&workspace);
    ck_assert_msg(strcmp(found, rows[_i].workspace) == 0, "%s: %s, not %s", rows[_i].what, found,
                  rows[_i].workspace);
}
END_TEST

/* ---- fixtures ---------------------------------------------------------------------------- */

/** Whether some library of the folder has a member of that name with these bytes. */
static bool is_original(const char *folder, const struct ar_member *member)
{
    static const char *const names[] = {"liba.a", "libb.a", "libc.a", "a.lib", "b.lib", "c.lib"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *path = arena_printf(&scratch_arena, "%s/%s/%s", fixtures(), folder, names[i]);
        struct archive archive = {0};
        if (file_exists(path)) {
            archive = read_archive(path);
        }
        for (size_t j = 0; j < archive.member_count; j++) {
            if (span_equal(archive.members[j].name, member->name) &&
                span_equal(archive.members[j].data, member->data)) {
                return true;
            }
        }
    }
    return false;
}

static const char *const folders[] = {
    "x86_64-linux",  "armv7-android", "x86_64-msvc",       "i686-msvc",        "x86_64-windows-gnu",
    "aarch64-apple", "aarch64-msvc",  "x86_64-linux-thin", "x86_64-msvc-thin",
};

START_TEST(fixture_names)
{
    struct armeld_options options = {.struct_size = sizeof options,
                                     .workspace = scratch("names-%d.a", _i)};
    const char *paths[] = {
        scratch_fixture(arena_printf(&scratch_arena, "names-%d", _i), folders[_i]), NULL};
    meld_well(&options, paths);
    struct archive workspace = read_archive(options.workspace);
    ck_assert_uint_gt(workspace.member_count, 0);
    for (size_t i = 0; i < workspace.member_count; i++) {
        const struct ar_member *member = &workspace.members[i];
        struct rcgu_name name;
        if (is_import_stub(member->data)) {
            ck_assert_msg(is_original(folders[_i], member), "%s: %s", folders[_i],
                          member_names(&workspace));
            continue;
        }
        rcgu_parse(member->name, &name);
        ck_assert_msg(span_equal(name.label, member->name), "%s: %s", folders[_i],
                      member_names(&workspace));
        for (size_t j = 0; j < i; j++) {
            ck_assert_msg(!span_equal(workspace.members[j].name, member->name), "%s: %s",
                          folders[_i], member_names(&workspace));
        }
    }
}
END_TEST

/* ---- many of one name -------------------------------------------------------------------- */

/** Two libraries of many members of one name; the time of melding them. */
static double meld_one_name(int row, size_t count)
{
    (void)row;
    struct arena arena = {0};
    struct ar_item *items = ARENA_ARRAY(&arena, struct ar_item, count);
    const char *paths[] = {scratch("libmany1.a"), scratch("libmany2.a"), NULL};
    struct armeld_options options = {.struct_size = sizeof options,
                                     .workspace = scratch("libmany.a")};
    struct armeld *armeld;
    for (size_t i = 0; i < count; i++) {
        items[i] = (struct ar_item){.name = span_of("a.o"), .object = true};
        items[i].data = assemble_elf(&arena, arena_printf(&arena, "+symbol%zu", i), "c3");
    }
    write_items(paths[0], AR_GNU, items, count);
    write_items(paths[1], AR_GNU, items, count);
    double start = processor_seconds();
    ck_assert_int_eq(meld(&options, paths, false, &armeld), ARMELD_OK);
    double seconds = processor_seconds() - start;
    ck_assert_uint_eq(armeld_report(armeld)->shared_objects, count);
    armeld_free(armeld);
    arena_free(&arena);
    return seconds;
}

START_TEST(many_of_one_name)
{
    check_growth(meld_one_name, 0, 10000);
}
END_TEST

Suite *names_suite(void)
{
    Suite *suite = suite_create("names");
    TCase *tests = tcase_create("names");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, made_sets, 0, sizeof rows / sizeof *rows);
    tcase_add_loop_test(tests, fixture_names, 0, sizeof folders / sizeof *folders);
    tcase_add_test(tests, many_of_one_name);
    suite_add_tcase(suite, tests);
    return suite;
}
