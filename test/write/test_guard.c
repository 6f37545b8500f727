/* SPDX-License-Identifier: MIT */
/** A workspace that is there already: what moved there must never be lost. */
#include <stdlib.h>

#include "suites.h"
#include "support/conserve.h"

#define OBJECT(symbols) "elf\nsection .text data=c3c3c3c3c3c3c3c3 flags=6\n" symbols
#define DEFINES(symbol) "symbol " symbol " in=.text\n"

static const struct content contents[] = {
    {"pair", OBJECT(DEFINES("pair"))},
    {"all", OBJECT(DEFINES("all"))},
    {"weak", OBJECT("symbol weak in=.text bind=2\n")},
    {"a", OBJECT(DEFINES("a_run") "symbol pair\nsymbol all\n")},
    {"b", OBJECT(DEFINES("b_run") "symbol pair\nsymbol all\nsymbol weak\n")},
    {"c", OBJECT(DEFINES("c_run") "symbol all\nsymbol weak bind=2\n")},
};

static const char *const folders[] = {
    "x86_64-linux",      "aarch64-linux",     "armv7-android",        "x86_64-msvc",
    "i686-msvc",         "aarch64-msvc",      "x86_64-windows-gnu",   "aarch64-apple",
    "x86_64-apple",      "x86_64-linux-thin", "x86_64-msvc-thin",     "x86_64-linux-debug",
    "x86_64-msvc-debug", "x86_64-linux-fat",  "x86_64-linux-variant",
};

enum { FOLDERS = sizeof folders / sizeof *folders };

/** A set of three in a folder of its own, the workspace in another. */
struct melding {
    const char *folder;
    struct armeld_options options;
    const char *paths[2];
    struct snapshot original;
};

static void prepare(struct melding *m, int number, const char *fixture)
{
    const char *name = arena_printf(&scratch_arena, "%s-%d", fixture ? fixture : "made", number);
    *m = (struct melding){0};
    if (fixture) {
        m->folder = scratch_fixture(name, fixture);
    } else {
        m->folder = scratch_folder(name);
        static const char *const scripts[] = {"a.o=a pair.o=pair all.o=all",
                                              "b.o=b pair.o=pair all.o=all weak.o=weak",
                                              "c.o=c all.o=all weak.o=weak"};
        for (int i = 0; i < 3; i++) {
            write_library(arena_printf(&scratch_arena, "%s/lib%c.a", m->folder, 'a' + i),
                          scripts[i], contents, sizeof contents / sizeof *contents);
        }
    }
    m->paths[0] = m->folder;
    m->options.struct_size = sizeof m->options;
    m->options.workspace = scratch("%s.workspace.a", name);
    take_snapshot(m->folder, &m->original);
}

static void restore(const struct melding *m, size_t from)
{
    for (size_t i = from; i < m->original.count; i++) {
        write_file(arena_printf(&scratch_arena, "%s%s", m->folder, m->original.file[i].path),
                   m->original.file[i].bytes);
    }
}

/**
 * Meld again. Whatever comes of it, nothing may be lost; if it is refused, nothing may change.
 * Returns whether it was refused.
 */
static bool again(const char *what, const struct melding *m)
{
    struct armeld *armeld;
    struct snapshot before, after;
    struct span workspace = file_bytes(m->options.workspace);
    take_snapshot(m->folder, &before);
    int status = meld(&m->options, m->paths, true, &armeld);
    ck_assert_msg(status == ARMELD_OK || status == ARMELD_FAILED, "%s: %s", what,
                  armeld_error(armeld));
    if (status == ARMELD_FAILED) {
        take_snapshot(m->folder, &after);
        same_snapshots(what, &before, &after);
        ck_assert(span_equal(workspace, file_bytes(m->options.workspace)));
        ck_assert_msg(strstr(armeld_error(armeld), m->options.workspace) != NULL, "%s: %s", what,
                      armeld_error(armeld));
    }
    armeld_free(armeld);
    conserved(what, &m->original, m->folder, m->options.workspace, false);
    return status == ARMELD_FAILED;
}

START_TEST(melded_twice)
{
    struct melding m;
    prepare(&m, 1, _i < FOLDERS ? folders[_i] : NULL);
    meld_well(&m.options, m.paths);
    conserved("once", &m.original, m.folder, m.options.workspace, false);
    struct snapshot once, afresh;
    take_snapshot(m.folder, &once);
    struct span workspace = file_bytes(m.options.workspace);
    again("twice", &m);

    restore(&m, 0); /* the libraries were built anew: the old workspace is replaced */
    meld_well(&m.options, m.paths);
    take_snapshot(m.folder, &afresh);
    same_snapshots("afresh", &once, &afresh);
    ck_assert(span_equal(workspace, file_bytes(m.options.workspace)));
}
END_TEST

/** Some libraries are melded, others as they were: interrupted, or built anew. */
START_TEST(half_melded)
{
    struct melding m;
    prepare(&m, 2, _i < FOLDERS ? folders[_i] : NULL);
    for (size_t from = 1; from < 3; from++) {
        restore(&m, 0);
        m.options.workspace = scratch("%s-%zu.workspace.a", strrchr(m.folder, '/') + 1, from);
        meld_well(&m.options, m.paths);
        restore(&m, from);
        again(from == 1 ? "one is melded" : "two are melded", &m);
    }
}
END_TEST

/** A workspace that the libraries do not need is replaced. */
START_TEST(not_needed)
{
    static const char *const scripts[] = {"", "other.o=pair", "readme=text"};
    struct melding m;
    prepare(&m, 3 + _i, NULL);
    write_library(m.options.workspace, scripts[_i], contents, sizeof contents / sizeof *contents);
    meld_well(&m.options, m.paths);
    conserved("not needed", &m.original, m.folder, m.options.workspace, true);
}
END_TEST

START_TEST(no_archive)
{
    struct melding m;
    prepare(&m, 10, NULL);
    struct armeld *armeld;
    write_file(m.options.workspace, span_of("no archive at all"));
    ck_assert_int_eq(meld(&m.options, m.paths, true, &armeld), ARMELD_FAILED);
    ck_assert_ptr_nonnull(strstr(armeld_error(armeld), "not an archive, so it is not replaced"));
    armeld_free(armeld);
    write_file(m.options.workspace, span_of(""));
    meld_well(&m.options, m.paths);
    conserved("no archive", &m.original, m.folder, m.options.workspace, true);
}
END_TEST

Suite *guard_suite(void)
{
    Suite *suite = suite_create("existing");
    TCase *tests = tcase_create("existing workspaces");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, melded_twice, 0, FOLDERS + 1);
    tcase_add_loop_test(tests, half_melded, 0, FOLDERS + 1);
    tcase_add_loop_test(tests, not_needed, 0, 3);
    tcase_add_test(tests, no_archive);
    suite_add_tcase(suite, tests);
    return suite;
}
