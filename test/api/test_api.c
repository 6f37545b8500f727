/* SPDX-License-Identifier: MIT */
/** The public API on the fixtures: nothing lost, nothing left to chance. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/handle.h"
#include "ar/builder.h"
#include "base/threads.h"
#include "suites.h"
#include "support/conserve.h"

static const char *const folders[] = {
    "x86_64-linux",      "aarch64-linux",     "armv7-android",        "x86_64-msvc",
    "i686-msvc",         "aarch64-msvc",      "x86_64-windows-gnu",   "aarch64-apple",
    "x86_64-apple",      "x86_64-linux-thin", "x86_64-msvc-thin",     "x86_64-linux-debug",
    "x86_64-msvc-debug", "x86_64-linux-fat",  "x86_64-linux-variant",
};

#define OPTIONS(...)                                                                               \
    (struct armeld_options)                                                                        \
    {                                                                                              \
        .struct_size = sizeof(struct armeld_options), __VA_ARGS__                                  \
    }

enum { FOLDERS = sizeof folders / sizeof *folders };

static const char *file_in(const char *folder, const char *name)
{
    return arena_printf(&scratch_arena, "%s/%s", folder, name);
}

/* ---- every fixture ----------------------------------------------------------------------- */

/** Meld a copy of a fixture folder; what came out of it, with the workspace. */
static struct snapshot meld_copy(const char *name, const char *fixture,
                                 struct armeld_options options, struct snapshot *before)
{
    struct snapshot after;
    const char *folder = scratch_fixture(name, fixture);
    const char *paths[] = {folder, NULL};
    take_snapshot(folder, before);
    options.workspace = scratch("%s.workspace.a", name);
    meld_well(&options, paths);
    conserved(fixture, before, folder, options.workspace,
              options.identity == ARMELD_IDENTITY_BYTES);
    take_snapshot(folder, &after);
    after.file[after.count++] = (struct snapped){"workspace", file_bytes(options.workspace), 0};
    return after;
}

START_TEST(nothing_lost)
{
    struct snapshot before;
    const char *name = arena_printf(&scratch_arena, "%s-", folders[_i]);
    struct snapshot first = meld_copy(arena_printf(&scratch_arena, "%s1", name), folders[_i],
                                      OPTIONS(.jobs = 1), &before);
    for (unsigned jobs = 2; jobs < 5; jobs++) {
        struct snapshot other =
            meld_copy(arena_printf(&scratch_arena, "%s%u", name, jobs), folders[_i],
                      OPTIONS(.jobs = jobs), &before);
        same_snapshots("more threads", &first, &other);
    }
    meld_copy(arena_printf(&scratch_arena, "%sbytes", name), folders[_i],
              OPTIONS(.identity = ARMELD_IDENTITY_BYTES), &before);
}
END_TEST

/** What the report says is what lies on the disk. */
START_TEST(reported)
{
    const char *folder =
        scratch_fixture(arena_printf(&scratch_arena, "report-%d", _i), folders[_i]);
    const char *paths[] = {folder, NULL};
    struct armeld_options options = {.struct_size = sizeof options,
                                     .workspace = scratch("report-%d.a", _i)};
    struct armeld *armeld;
    struct snapshot before, after;
    take_snapshot(folder, &before);
    ck_assert_int_eq(meld(&options, paths, false, &armeld), ARMELD_OK);
    take_snapshot(folder, &after);
    same_snapshots("planning", &before, &after);
    ck_assert(!file_exists(options.workspace));
    ck_assert_str_eq(armeld_error(armeld), "");
    ck_assert_int_eq(armeld_apply(armeld), ARMELD_OK);

    const struct armeld_report *report = armeld_report(armeld);
    struct archive workspace = read_archive(options.workspace);
    uint64_t bytes = workspace.file.size;
    uint64_t bytes_before = 0;
    ck_assert_uint_eq(report->library_count, 3);
    for (size_t i = 0; i < report->library_count; i++) {
        const struct armeld_library *library = &report->libraries[i];
        struct archive old;
        struct error error = {0};
        ck_assert_str_eq(strrchr(library->path, '/'), before.file[i].path);
        ck_assert(archive_read(before.file[i].bytes, &scratch_arena, &old, &error));
        struct archive new = read_archive(library->output);
        ck_assert_uint_eq(library->bytes_before, old.file.size);
        ck_assert_uint_eq(library->bytes, new.file.size);
        ck_assert_uint_eq(library->members_before, old.member_count);
        ck_assert_uint_eq(library->members, new.member_count);
        ck_assert_uint_eq(library->moved, old.member_count - new.member_count);
        size_t stubs = 0;
        for (size_t j = 0; j < old.member_count; j++) {
            stubs += is_import_stub(old.members[j].data);
        }
        ck_assert_uint_eq(library->stubs, stubs);
        bytes += new.file.size;
        bytes_before += old.file.size;
    }
    ck_assert_uint_eq(report->bytes, bytes);
    ck_assert_uint_eq(report->bytes_before, bytes_before);
    ck_assert_uint_eq(report->workspace_bytes, workspace.file.size);
    ck_assert_uint_eq(report->workspace_members, workspace.member_count);
    ck_assert_uint_eq(report->workspace_members, report->shared_objects + report->copied_objects);
    armeld_free(armeld);
}
END_TEST

/* ---- options ----------------------------------------------------------------------------- */

/** Which members of x86_64-linux, by their part of the name, move to the workspace. */
static const struct {
    const char *what;
    unsigned min_sharers;
    const char *keep;
    const char *only;
    const char *moves;
    const char *stays;
} choices[] = {
    {"all that two hold", 0, NULL, NULL, "twin.o", NULL},
    {"what three hold", 3, NULL, NULL, "shared", "twin.o"},
    {"what four hold", 4, NULL, NULL, NULL, "shared"},
    {"one is kept", 0, "twin.?", NULL, "shared", "twin.o"},
    {"all are kept", 0, "*", NULL, NULL, "shared"},
    {"only one", 0, NULL, "twin*", "twin.o", "shared"},
    {"only one that is kept", 0, "twin.o", "twin*", NULL, "twin.o"},
    {"only what is not there", 0, NULL, "nothing", NULL, "twin.o"},
};

START_TEST(choice)
{
    const char *folder =
        scratch_fixture(arena_printf(&scratch_arena, "choice-%d", _i), "x86_64-linux");
    const char *paths[] = {folder, NULL};
    struct armeld_options options = {
        .struct_size = sizeof options,
        .workspace = scratch("choice-%d.a", _i),
        .min_sharers = choices[_i].min_sharers,
        .keep = &choices[_i].keep,
        .keep_count = choices[_i].keep != NULL,
        .only = &choices[_i].only,
        .only_count = choices[_i].only != NULL,
    };
    struct snapshot before;
    take_snapshot(folder, &before);
    meld_well(&options, paths);
    conserved(choices[_i].what, &before, folder, options.workspace, false);
    struct archive workspace = read_archive(options.workspace);
    const char *names = member_names(&workspace);
    ck_assert_msg(choices[_i].moves ? strstr(names, choices[_i].moves) != NULL : !*names,
                  "%s: moved: %s", choices[_i].what, names);
    ck_assert_msg(!choices[_i].stays || !strstr(names, choices[_i].stays), "%s: moved: %s",
                  choices[_i].what, names);
}
END_TEST

START_TEST(backup)
{
    struct snapshot before;
    const char *folder = scratch_fixture("backup", "x86_64-linux");
    const char *paths[] = {folder, NULL};
    struct armeld_options options = {
        .struct_size = sizeof options, .workspace = scratch("backup.a"), .backup = true};
    take_snapshot(folder, &before);
    chmod(file_in(folder, "liba.a"), 0640);
    write_file(file_in(folder, "libb.bak"), span_of("an older backup"));
    meld_well(&options, paths);
    conserved("with backups", &before, folder, options.workspace, false);
    for (size_t i = 0; i < before.count; i++) {
        const char *name = arena_printf(&scratch_arena, "lib%c.bak", 'a' + (int)i);
        ck_assert(span_equal(file_bytes(file_in(folder, name)), before.file[i].bytes));
    }
    struct stat status;
    ck_assert_int_eq(stat(file_in(folder, "liba.bak"), &status), 0);
    ck_assert_int_eq(status.st_mode & 07777, 0640);
}
END_TEST

START_TEST(output_dir)
{
    struct snapshot before, after, in_place, beside;
    const char *folder = scratch_fixture("from", "x86_64-msvc");
    const char *paths[] = {folder, NULL};
    struct armeld_options options = {.struct_size = sizeof options,
                                     .workspace = scratch("beside.lib"),
                                     .output_dir = scratch("a/new/folder"),
                                     .backup = true};
    take_snapshot(folder, &before);
    meld_well(&options, paths);
    take_snapshot(folder, &after);
    same_snapshots("the originals", &before, &after);
    take_snapshot(options.output_dir, &beside);
    options.output_dir = NULL;
    options.backup = false;
    options.workspace = scratch("in-place.lib");
    meld_well(&options, paths);
    take_snapshot(folder, &in_place);
    same_snapshots("elsewhere and in place", &in_place, &beside);
    ck_assert(span_equal(file_bytes(scratch("beside.lib")), file_bytes(options.workspace)));
}
END_TEST

/* ---- files that are more than a name ----------------------------------------------------- */

START_TEST(links_and_modes)
{
    struct snapshot before;
    struct stat status, twin;
    const char *real = scratch_fixture("real", "x86_64-linux");
    const char *folder = scratch_folder("links");
    take_snapshot(real, &before);
    ck_assert_int_eq(chmod(file_in(real, "liba.a"), 0444), 0);
    ck_assert_int_eq(chmod(file_in(real, "libb.a"), 0751), 0);
    ck_assert_int_eq(symlink("../real/liba.a", file_in(folder, "alink.a")), 0);
    ck_assert_int_eq(symlink("alink.a", file_in(folder, "alinklink.a")), 0);
    ck_assert_int_eq(symlink("gone.a", file_in(folder, "dangling.a")), 0);
    ck_assert_int_eq(symlink("../real/libb.a", file_in(folder, "b.lib")), 0);
    ck_assert_int_eq(link(file_in(real, "libc.a"), file_in(folder, "chard.a")), 0);
    const char *paths[] = {folder, file_in(real, "liba.a"), file_in(real, "./libc.a"), NULL};
    struct armeld_options options = {.struct_size = sizeof options,
                                     .workspace = scratch("links.a")};
    struct armeld *armeld;
    ck_assert_int_eq(meld(&options, paths, true, &armeld), ARMELD_OK);
    ck_assert_uint_eq(armeld_report(armeld)->library_count, 3);
    armeld_free(armeld);

    before.count = 2; /* the third was named by its hard link */
    conserved("links", &before, real, options.workspace, false);
    ck_assert_int_eq(lstat(file_in(folder, "alink.a"), &status), 0);
    ck_assert(S_ISLNK(status.st_mode));
    ck_assert_int_eq(lstat(file_in(folder, "alinklink.a"), &status), 0);
    ck_assert(S_ISLNK(status.st_mode));
    ck_assert_int_eq(stat(file_in(real, "liba.a"), &status), 0);
    ck_assert_int_eq(status.st_mode & 07777, 0444);
    ck_assert_int_eq(stat(file_in(real, "libb.a"), &status), 0);
    ck_assert_int_eq(status.st_mode & 07777, 0751);
    ck_assert_int_eq(stat(file_in(folder, "chard.a"), &status), 0);
    ck_assert_int_eq(stat(file_in(real, "libc.a"), &twin), 0);
    ck_assert_int_ne((long)status.st_ino, (long)twin.st_ino);
}
END_TEST

/* ---- packages ---------------------------------------------------------------------------- */

/** Append a file to a .tar. */
static void add_to_tar(struct builder *tar, const char *name, struct span bytes)
{
    char header[512] = "";
    unsigned sum = 0;
    snprintf(header, 100, "%s", name);
    snprintf(header + 100, 8, "%07o", 0644u);
    snprintf(header + 108, 8, "%07o", 0u);
    snprintf(header + 116, 8, "%07o", 0u);
    snprintf(header + 124, 12, "%011o", (unsigned)bytes.size);
    snprintf(header + 136, 12, "%011o", 0u);
    memcpy(header + 148, "        0", 9);
    memcpy(header + 257,
           "ustar\0"
           "00",
           8);
    for (size_t i = 0; i < sizeof header; i++) {
        sum += (unsigned char)header[i];
    }
    snprintf(header + 148, 8, "%06o", sum);
    builder_add(tar, header, sizeof header);
    builder_add(tar, bytes.data, bytes.size);
    while (tar->size % 512) {
        builder_add(tar, "", 1);
    }
}

START_TEST(packed)
{
    struct snapshot before, package;
    struct builder tar = {0};
    const char *folder = scratch_fixture("packed", "x86_64-linux");
    const char *parent = scratch_folder("package");
    const char *path = file_in(parent, "sdk.tar");
    const char *paths[] = {path, NULL};
    struct armeld_options options = {.struct_size = sizeof options,
                                     .workspace = scratch("package.a")};
    struct armeld *armeld;
    take_snapshot(folder, &before);
    add_to_tar(&tar, "./sdk/README", span_of("read me"));
    for (size_t i = 0; i < before.count; i++) {
        add_to_tar(&tar, arena_printf(&scratch_arena, "./sdk/lib%s", before.file[i].path),
                   before.file[i].bytes);
    }
    for (int i = 0; i < 1024; i++) {
        builder_add(&tar, "", 1);
    }
    write_file(path, builder_span(&tar));
    take_snapshot(parent, &package);

    ck_assert_int_eq(meld(&options, paths, true, &armeld), ARMELD_USAGE);
    ck_assert_ptr_nonnull(strstr(armeld_error(armeld), "--output-dir"));
    armeld_free(armeld);
    options.output_dir = scratch("unpacked");
    meld_well(&options, paths);
    conserved("from a package", &before, file_in(options.output_dir, "sdk/lib"), options.workspace,
              false);
    ck_assert(span_equal(file_bytes(path), package.file[0].bytes));
    builder_free(&tar);
}
END_TEST

/** Workers cost memory, and no more than THREADS_MOST ever run. */
START_TEST(many_jobs)
{
    struct armeld_options options = {
        .struct_size = sizeof options, .workspace = "w.a", .jobs = 1024};
    struct armeld *armeld = armeld_new(&options);
    ck_assert_ptr_nonnull(armeld);
    ck_assert_uint_eq(armeld->options.jobs, THREADS_MOST);
    armeld_free(armeld);
}
END_TEST

Suite *api_suite(void)
{
    Suite *suite = suite_create("api");
    TCase *fixture = tcase_create("fixtures");
    tcase_add_unchecked_fixture(fixture, scratch_make, scratch_remove);
    tcase_add_loop_test(fixture, nothing_lost, 0, FOLDERS);
    tcase_add_loop_test(fixture, reported, 0, FOLDERS);
    suite_add_tcase(suite, fixture);
    TCase *options = tcase_create("options");
    tcase_add_unchecked_fixture(options, scratch_make, scratch_remove);
    tcase_add_loop_test(options, choice, 0, sizeof choices / sizeof *choices);
    tcase_add_test(options, backup);
    tcase_add_test(options, output_dir);
    tcase_add_test(options, links_and_modes);
    tcase_add_test(options, packed);
    tcase_add_test(options, many_jobs);
    suite_add_tcase(suite, options);
    suite_add_tcase(suite, api_failures_case());
    suite_add_tcase(suite, api_account_case());
    suite_add_tcase(suite, api_structs_case());
    suite_add_tcase(suite, api_print_case());
    return suite;
}
