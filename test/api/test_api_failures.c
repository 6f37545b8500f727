/* SPDX-License-Identifier: MIT */
/** What goes wrong must be said, and must change nothing. */
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/scratch.h"

static const char *file_in(const char *folder, const char *name)
{
    return arena_printf(&scratch_arena, "%s/%s", folder, name);
}

/* ---- order of calls ---------------------------------------------------------------------- */

/** "a" adds the library, "p" plans, "w" writes, "x" adds what is not there. */
static const struct {
    const char *calls;
    int status; /* of the last one; those before it do well */
    const char *error;
} orders[] = {
    {"apw", ARMELD_OK, ""},
    {"aapw", ARMELD_OK, ""},
    {"p", ARMELD_USAGE, "armeld_plan() called out of order"},
    {"w", ARMELD_USAGE, "armeld_apply() called out of order"},
    {"aw", ARMELD_USAGE, "armeld_apply() called out of order"},
    {"app", ARMELD_USAGE, "armeld_plan() called out of order"},
    {"apa", ARMELD_USAGE, "armeld_add() called out of order"},
    {"apww", ARMELD_USAGE, "armeld_apply() called out of order"},
    {"apwa", ARMELD_USAGE, "armeld_add() called out of order"},
    {"apwp", ARMELD_USAGE, "armeld_plan() called out of order"},
};

static int call(struct armeld *armeld, char what, const char *library)
{
    switch (what) {
    case 'a':
        return armeld_add(armeld, library);
    case 'x':
        return armeld_add(armeld, "/no/such/library.a");
    case 'p':
        return armeld_plan(armeld);
    default:
        return armeld_apply(armeld);
    }
}

START_TEST(order)
{
    const char *folder =
        scratch_fixture(arena_printf(&scratch_arena, "order-%d", _i), "x86_64-linux");
    struct armeld_options options = {.struct_size = sizeof options,
                                     .workspace = file_in(folder, "w.a")};
    struct armeld *armeld = armeld_new(&options);
    const char *calls = orders[_i].calls;
    for (; calls[1]; calls++) {
        ck_assert_int_eq(call(armeld, *calls, folder), ARMELD_OK);
    }
    ck_assert_int_eq(call(armeld, *calls, folder), orders[_i].status);
    ck_assert_str_eq(armeld_error(armeld), orders[_i].error);
    ck_assert_ptr_nonnull(armeld_report(armeld));
    armeld_free(armeld);
}
END_TEST

/** After a failure nothing else happens, and the first error stays. */
START_TEST(after_a_failure)
{
    static const char calls[] = "apwx";
    const char *folder = scratch_fixture("failure", "x86_64-linux");
    struct snapshot before, after;
    struct armeld_options options = {.struct_size = sizeof options,
                                     .workspace = file_in(folder, "w.a")};
    struct armeld *armeld = armeld_new(&options);
    take_snapshot(folder, &before);
    ck_assert_int_eq(call(armeld, 'a', folder), ARMELD_OK);
    ck_assert_int_eq(call(armeld, 'x', folder), ARMELD_FAILED);
    const char *error = arena_printf(&scratch_arena, "%s", armeld_error(armeld));
    ck_assert_str_eq(error, "/no/such/library.a: No such file or directory");
    for (size_t i = 0; calls[i]; i++) {
        ck_assert_int_eq(call(armeld, calls[i], folder), ARMELD_FAILED);
        ck_assert_str_eq(armeld_error(armeld), error);
    }
    armeld_free(armeld);
    take_snapshot(folder, &after);
    same_snapshots("after a failure", &before, &after);
}
END_TEST

START_TEST(nothing_given)
{
    struct armeld_options options = {.struct_size = sizeof options,
                                     .workspace = scratch("nothing.a")};
    const char *empty[] = {scratch_folder("empty"), NULL};
    const char *library[] = {scratch_fixture("some", "x86_64-linux"), NULL};
    struct armeld *armeld;
    ck_assert_int_eq(meld(&options, empty, true, &armeld), ARMELD_FAILED);
    ck_assert_ptr_nonnull(strstr(armeld_error(armeld), "empty: there are no .a or .lib files"));
    armeld_free(armeld);
    static const char *const workspaces[] = {NULL, "", "/", "."};
    for (size_t i = 0; i < sizeof workspaces / sizeof *workspaces; i++) {
        options.workspace = workspaces[i];
        ck_assert_int_eq(meld(&options, library, true, &armeld), ARMELD_USAGE);
        armeld_free(armeld);
    }
    armeld_free(NULL);
    ck_assert_str_eq(armeld_version(), ARMELD_VERSION);
}
END_TEST

/* ---- what cannot be written -------------------------------------------------------------- */

/** Become somebody whom modes concern; returns who it was. */
static uid_t become_nobody(void)
{
    uid_t was = geteuid();
    if (was == 0) {
        ck_assert_int_eq(seteuid(65534), 0);
    }
    return was;
}

static void become(uid_t user)
{
    if (user == 0) {
        ck_assert_int_eq(seteuid(user), 0);
    }
}

/** The folders of a melding: x with the libraries, w for the workspace, out. */
static const struct {
    const char *what;
    const char *read_only; /* folder */
    const char *workspace;
    const char *output_dir;
    bool backup;
} read_only[] = {
    {"the libraries' folder", "x", "w/w.a", NULL, false},
    {"the libraries' folder, backups asked", "x", "w/w.a", NULL, true},
    {"the workspace's folder", "w", "w/w.a", NULL, false},
    {"the output folder", "out", "w/w.a", "out", false},
    {"what the output folder lies in", "out", "w/w.a", "out/deeper", false},
    {"no folder for the workspace", "out", "nowhere/w.a", NULL, false},
    {"the output folder is a file", "out", "w/w.a", "x/liba.a", false},
    {"the output folder is below a file", "out", "w/w.a", "x/liba.a/out", false},
};

START_TEST(read_only_folder)
{
    const char *folder = scratch_folder(arena_printf(&scratch_arena, "ro-%d", _i));
    static const char *const names[] = {"x", "w", "out"};
    struct snapshot before, after;
    struct armeld *armeld;
    scratch_fixture(arena_printf(&scratch_arena, "ro-%d/x", _i), "x86_64-linux");
    for (int i = 0; i < 3; i++) {
        scratch_folder(arena_printf(&scratch_arena, "ro-%d/%s", _i, names[i]));
        ck_assert_int_eq(chmod(file_in(folder, names[i]), 0777), 0);
    }
    const char *paths[] = {file_in(folder, "x"), NULL};
    struct armeld_options options = {
        .struct_size = sizeof options,
        .workspace = file_in(folder, read_only[_i].workspace),
        .output_dir = read_only[_i].output_dir ? file_in(folder, read_only[_i].output_dir) : NULL,
        .backup = read_only[_i].backup,
    };
    ck_assert_int_eq(chmod(file_in(folder, read_only[_i].read_only), 0555), 0);
    ck_assert_int_eq(chmod(scratch("."), 0777), 0);
    take_snapshot(folder, &before);
    uid_t user = become_nobody();
    int status = meld(&options, paths, true, &armeld);
    become(user);
    ck_assert_msg(status == ARMELD_FAILED, "%s: %d: %s", read_only[_i].what, status,
                  armeld_error(armeld));
    ck_assert_str_ne(armeld_error(armeld), "");
    armeld_free(armeld);
    take_snapshot(folder, &after);
    same_snapshots(read_only[_i].what, &before, &after);
}
END_TEST

/** A disk that is full at some point: all the same, nothing changes. */
START_TEST(failing_write)
{
    static const rlim_t limits[] = {0, 1, 60, 1000, 2000, 4000};
    const char *folder = scratch_fixture("full", "x86_64-linux");
    const char *paths[] = {folder, NULL};
    struct armeld_options options = {
        .struct_size = sizeof options, .workspace = file_in(folder, "w.a"), .backup = true};
    struct snapshot before, after;
    struct rlimit old;
    signal(SIGXFSZ, SIG_IGN);
    take_snapshot(folder, &before);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        struct armeld *armeld;
        struct rlimit tight = {limits[i], old.rlim_max};
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &tight), 0);
        int status = meld(&options, paths, true, &armeld);
        ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
        ck_assert_msg(status == ARMELD_FAILED, "%d: %s", status, armeld_error(armeld));
        ck_assert_ptr_nonnull(strstr(armeld_error(armeld), "File too large"));
        armeld_free(armeld);
        take_snapshot(folder, &after);
        same_snapshots("a full disk", &before, &after);
    }
}
END_TEST

/** More libraries than files that may be open at once: all is done, or nothing. */
START_TEST(many_files)
{
    enum { MANY = 60 };
    static const struct content object[] = {
        {"shared", "elf\nsection .text data=c3c3 flags=6\nsymbol shared in=.text\n"}};
    const char *folder = scratch_folder("many");
    const char *paths[] = {folder, NULL};
    struct armeld_options options = {.struct_size = sizeof options, .workspace = scratch("many.a")};
    struct snapshot before, after;
    struct rlimit old;
    for (int i = 0; i < MANY; i++) {
        write_library(arena_printf(&scratch_arena, "%s/lib%d.a", folder, i),
                      arena_printf(&scratch_arena, "own%d=own%d s.o=shared", i, i), object, 1);
    }
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
    struct rlimit tight = {32, old.rlim_max};
    struct armeld *armeld;
    take_snapshot(folder, &before);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &tight), 0);
    int status = meld(&options, paths, true, &armeld);
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &old), 0);
    ck_assert_msg(status == ARMELD_OK || status == ARMELD_FAILED, "%d: %s", status,
                  armeld_error(armeld));
    armeld_free(armeld);
    take_snapshot(folder, &after);
    if (status == ARMELD_FAILED) {
        same_snapshots("too many files", &before, &after);
    }
}
END_TEST

/* ---- progress ---------------------------------------------------------------------------- */

struct heard {
    struct armeld_progress last;
    unsigned phases; /* a bit each */
};

static void hear(void *context, const struct armeld_progress *progress)
{
    struct heard *heard = context;
    if (heard->phases && progress->phase == heard->last.phase) {
        ck_assert_uint_ge(progress->files_done, heard->last.files_done);
        ck_assert_uint_ge(progress->bytes_done, heard->last.bytes_done);
    } else {
        ck_assert(!heard->phases || progress->phase > heard->last.phase);
    }
    ck_assert(!progress->files_total || progress->files_done <= progress->files_total);
    ck_assert(!progress->bytes_total || progress->bytes_done <= progress->bytes_total);
    heard->phases |= 1u << progress->phase;
    heard->last = *progress;
}

START_TEST(progress_told)
{
    static const char *const fixture[] = {"x86_64-linux", "aarch64-apple", "x86_64-windows-gnu"};
    const char *folder =
        scratch_fixture(arena_printf(&scratch_arena, "progress-%d", _i), fixture[_i]);
    const char *paths[] = {folder, NULL};
    struct heard heard = {0};
    struct armeld_options options = {.struct_size = sizeof options,
                                     .workspace = scratch("progress-%d.a", _i),
                                     .progress = hear,
                                     .progress_context = &heard,
                                     .jobs = 3};
    meld_well(&options, paths);
    ck_assert_uint_eq(heard.phases,
                      1u << ARMELD_READING | 1u << ARMELD_COMPARING | 1u << ARMELD_WRITING);
    ck_assert_uint_gt(heard.last.files_done, 0);
    ck_assert_uint_eq(heard.last.bytes_done, heard.last.bytes_total);
}
END_TEST

TCase *api_failures_case(void)
{
    TCase *tests = tcase_create("failures");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, order, 0, sizeof orders / sizeof *orders);
    tcase_add_test(tests, after_a_failure);
    tcase_add_test(tests, nothing_given);
    tcase_add_loop_test(tests, read_only_folder, 0, sizeof read_only / sizeof *read_only);
    tcase_add_test(tests, failing_write);
    tcase_add_test(tests, many_files);
    tcase_add_loop_test(tests, progress_told, 0, 3);
    return tests;
}
