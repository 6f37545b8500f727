/* SPDX-License-Identifier: MIT */
/** What is written, and where. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ar/items.h"
#include "suites.h"
#include "support/scratch.h"

#define OBJECT(symbol) "elf\nsection .text data=c3c3 flags=6\nsymbol " symbol " in=.text\n"

static const struct content contents[] = {
    {"1", OBJECT("one")},
    {"2", OBJECT("two")},
    {"3", OBJECT("three")},
    {"4", OBJECT("four")},
};

enum { CONTENTS = sizeof contents / sizeof *contents };

/* ---- members that stay ------------------------------------------------------------------- */

/** mtime, uid, gid and mode of the members, in the order of the library. */
static const char *const fields[] = {
    "1000000000  1000  100   100644  ",
    "0           0     0     644     ",
    "1234567890  501   20    100755  ",
    "42          7     8     100600  ",
};

START_TEST(kept_members)
{
    static const enum ar_flavour flavours[] = {AR_GNU, AR_COFF, AR_DARWIN};
    const char *paths[] = {scratch("kept-a%d.a", _i), scratch("kept-b%d.a", _i), NULL};
    struct armeld_options options = {.struct_size = sizeof options,
                                     .workspace = scratch("kept-w%d.a", _i)};
    struct set set = {0};
    struct ar_item items[4];
    add_libraries(&set, "x.o=first s.o=second y.o=third z.o=fourth", contents, CONTENTS);
    struct archive given;
    struct error error = {0};
    ck_assert(archive_read(set.libraries[0].bytes, &scratch_arena, &given, &error));
    for (int i = 0; i < 4; i++) {
        items[i] = (struct ar_item){.name = given.members[i].name,
                                    .data = given.members[i].data,
                                    .fields = (const uint8_t *)fields[i]};
    }
    struct set shared = {0};
    add_libraries(&shared, "s.o=1", contents, CONTENTS);
    struct archive object;
    ck_assert(archive_read(shared.libraries[0].bytes, &scratch_arena, &object, &error));
    items[1].data = object.members[0].data;
    items[1].object = true;
    if (flavours[_i] != AR_GNU) { /* ELF goes into GNU archives only; text moves nowhere */
        items[1].data = span_of("second");
    }
    write_items(paths[0], flavours[_i], items, 4);
    write_items(paths[1], flavours[_i], items + 1, 1);
    options.flavour = flavours[_i] == AR_GNU ? ARMELD_GNU : ARMELD_AUTO;
    meld_well(&options, paths);
    struct archive melded = read_archive(paths[0]);
    for (size_t i = 0, from = 0; i < melded.member_count; i++, from++) {
        const struct ar_member *member = &melded.members[i];
        from += flavours[_i] == AR_GNU && i == 1; /* the shared one is gone */
        ck_assert(span_equal(member->name, items[from].name));
        struct span content = member->data;
        if (flavours[_i] == AR_DARWIN) { /* without its padding */
            content.size = items[from].data.size;
        }
        ck_assert(span_equal(content, items[from].data));
        ck_assert_mem_eq(ar_member_fields(&melded, member), fields[from], AR_FIELDS_SIZE);
    }
    ck_assert_uint_eq(melded.member_count, flavours[_i] == AR_GNU ? 3 : 4);
    if (flavours[_i] == AR_GNU) {
        struct archive workspace = read_archive(options.workspace);
        ck_assert_mem_eq(ar_member_fields(&workspace, &workspace.members[0]), fields[1],
                         AR_FIELDS_SIZE);
    }
    set_free(&shared);
    set_free(&set);
}
END_TEST

/* ---- nothing to share -------------------------------------------------------------------- */

static const struct {
    const char *fixture;
    size_t members; /* an object with nothing in it, so that lipo knows the machine */
} unshared[] = {{"x86_64-linux", 0}, {"x86_64-msvc", 0}, {"aarch64-apple", 1}, {"x86_64-apple", 1}};

/** Check that a workspace has so many members, and that they have nothing in them. */
static void check_empty(struct span workspace, size_t members)
{
    struct archive archive;
    struct object object;
    struct error error = {0};
    ck_assert_msg(archive_read(workspace, &scratch_arena, &archive, &error), "%s", error.text);
    ck_assert_uint_eq(archive.member_count, members);
    ck_assert(members || workspace.size == AR_MAGIC_SIZE);
    for (size_t i = 0; i < members; i++) {
        ck_assert(span_is(archive.members[i].name, "empty.o"));
        ck_assert_int_eq(object_read(ar_member_content(&archive, &archive.members[i]),
                                     &scratch_arena, &object, &error),
                         OBJ_OK);
        ck_assert_uint_eq(object.symbol_count + object.section_count, 0);
        ck_assert_uint_eq(object.platforms, 1 << 1);
    }
}

/** The one library of a melding is not touched: not even replaced by a file with equal bytes. */
START_TEST(nothing_shared)
{
    const char *folder =
        scratch_fixture(arena_printf(&scratch_arena, "one-%d", _i), unshared[_i].fixture);
    const char *gnu = arena_printf(&scratch_arena, "%s/liba.a", folder);
    const char *library = file_exists(gnu) ? gnu : arena_printf(&scratch_arena, "%s/a.lib", folder);
    const char *paths[] = {library, NULL};
    struct armeld_options options = {.struct_size = sizeof options,
                                     .workspace = scratch("one-%d.a", _i)};
    struct stat before, after;
    struct span bytes = file_bytes(library);
    ck_assert_int_eq(stat(library, &before), 0);
    meld_well(&options, paths);
    ck_assert_int_eq(stat(library, &after), 0);
    ck_assert_int_eq((long)before.st_ino, (long)after.st_ino);
    ck_assert(span_equal(bytes, file_bytes(library)));
    check_empty(file_bytes(options.workspace), unshared[_i].members);

    options.output_dir = scratch("one-%d-out", _i);
    meld_well(&options, paths);
    ck_assert(span_equal(bytes, file_bytes(arena_printf(&scratch_arena, "%s%s", options.output_dir,
                                                        strrchr(library, '/')))));
}
END_TEST

/* ---- another flavour --------------------------------------------------------------------- */

static const struct {
    const char *fixture;
    enum armeld_flavour asked;
    enum ar_flavour flavour;
} changed[] = {
    {"x86_64-windows-gnu", ARMELD_COFF, AR_COFF},
    {"x86_64-msvc", ARMELD_GNU, AR_GNU},
    {"i686-msvc", ARMELD_GNU, AR_GNU},
    {"x86_64-msvc", ARMELD_COFF, AR_COFF},
};

/** Also where nothing moves: then all members are there, in order, as they were. */
START_TEST(flavour_changed)
{
    const char *folder =
        scratch_fixture(arena_printf(&scratch_arena, "flavour-%d", _i), changed[_i].fixture);
    const char *paths[] = {folder, NULL};
    const char *all[] = {"*"};
    struct snapshot before;
    struct armeld_options options = {
        .struct_size = sizeof options,
        .workspace = scratch("flavour-%d.a", _i),
        .flavour = changed[_i].asked,
        .keep = all,
        .keep_count = 1,
    };
    take_snapshot(folder, &before);
    meld_well(&options, paths);
    ck_assert_uint_eq(before.count, 3);
    for (size_t i = 0; i < before.count; i++) {
        struct archive old;
        struct error error = {0};
        ck_assert(archive_read(before.file[i].bytes, &scratch_arena, &old, &error));
        struct archive new =
            read_archive(arena_printf(&scratch_arena, "%s%s", folder, before.file[i].path));
        ck_assert_int_eq(new.flavour, changed[_i].flavour);
        ck_assert_str_eq(member_names(&new), member_names(&old));
        for (size_t j = 0; j < new.member_count; j++) {
            ck_assert(span_equal(new.members[j].data, old.members[j].data));
            ck_assert_mem_eq(ar_member_fields(&new, &new.members[j]),
                             ar_member_fields(&old, &old.members[j]), AR_FIELDS_SIZE);
        }
        struct items items = items_of_archive(&scratch_arena, &new);
        size_t listed = 0;
        for (size_t j = 0; j < items.count; j++) {
            listed += items.list[j].symbol_count;
        }
        ck_assert_uint_gt(listed, 0);
    }
}
END_TEST

/* ---- two things in one place ------------------------------------------------------------- */

/** Paths lie in a scratch folder with x/lib.a, y/lib.a, x/lib.lib, link -> x. */
static const struct {
    const char *what;
    const char *workspace;
    const char *output_dir;
    bool backup;
    const char *paths[3];
} clashes[] = {
    {"two of one name", "w.a", "out", false, {"x/lib.a", "y/lib.a"}},
    {"an original", "w.a", "x", false, {"x/lib.a", "y/other.a"}},
    {"an original, by a link", "w.a", "link", false, {"x/lib.a", "y/other.a"}},
    {"another original", "w.a", "y", false, {"x/lib.a", "y/lib.a"}},
    {"the workspace", "out/lib.a", "out", false, {"x/lib.a", "y/other.a"}},
    {"the workspace, by another path",
     "out/lib.a",
     "./x/../out//",
     false,
     {"x/lib.a", "y/other.a"}},
    {"two of one backup", "w.a", NULL, true, {"x/lib.a", "x/lib.lib"}},
    {"a backup over an input", "w.a", NULL, true, {"x/lib.a", "x/lib.bak"}},
    {"a backup over the workspace", "x/lib.bak", NULL, true, {"x/lib.a", "y/lib.a"}},
};

static const char *in_folder(const char *folder, const char *path)
{
    return path ? arena_printf(&scratch_arena, "%s/%s", folder, path) : NULL;
}

START_TEST(clash)
{
    static const char *const files[] = {"x/lib.a", "x/lib.lib", "x/lib.bak", "y/lib.a",
                                        "y/other.a"};
    const char *folder = scratch_folder(arena_printf(&scratch_arena, "clash-%d", _i));
    struct armeld *armeld;
    struct snapshot before, after;
    scratch_folder(arena_printf(&scratch_arena, "clash-%d/x", _i));
    scratch_folder(arena_printf(&scratch_arena, "clash-%d/y", _i));
    scratch_folder(arena_printf(&scratch_arena, "clash-%d/out", _i));
    ck_assert_int_eq(symlink("x", in_folder(folder, "link")), 0);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        write_library(in_folder(folder, files[i]),
                      arena_printf(&scratch_arena, "s.o=1 own%zu.o=%zu", i, i), contents, CONTENTS);
    }
    take_snapshot(folder, &before);
    const char *paths[] = {in_folder(folder, clashes[_i].paths[0]),
                           in_folder(folder, clashes[_i].paths[1]), NULL};
    struct armeld_options options = {
        .struct_size = sizeof options,
        .workspace = in_folder(folder, clashes[_i].workspace),
        .output_dir = in_folder(folder, clashes[_i].output_dir),
        .backup = clashes[_i].backup,
    };
    int status = meld(&options, paths, true, &armeld);
    ck_assert_msg(status == ARMELD_USAGE, "%s: %d: %s", clashes[_i].what, status,
                  armeld_error(armeld));
    armeld_free(armeld);
    take_snapshot(folder, &after);
    same_snapshots(clashes[_i].what, &before, &after);
}
END_TEST

Suite *outputs_suite(void)
{
    Suite *suite = suite_create("outputs");
    TCase *tests = tcase_create("outputs");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, kept_members, 0, 3);
    tcase_add_loop_test(tests, nothing_shared, 0, sizeof unshared / sizeof *unshared);
    tcase_add_loop_test(tests, flavour_changed, 0, sizeof changed / sizeof *changed);
    tcase_add_loop_test(tests, clash, 0, sizeof clashes / sizeof *clashes);
    suite_add_tcase(suite, tests);
    return suite;
}
