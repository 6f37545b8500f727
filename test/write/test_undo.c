/* SPDX-License-Identifier: MIT */
/** Verifying and restoring a set on disk: what each damage is called, and that refusing is all. */
#include <stdlib.h>
#include <unistd.h>

#include "sidecar/sidecar.h"
#include "suites.h"
#include "support/scratch.h"
#include "write/undo.h"

#define OBJECT(data, symbols) "elf\nsection .text data=" data " flags=6\n" symbols
#define CALLER(name) OBJECT("00000000", "symbol " name " in=.text\nsymbol shared\n"                \
                                        "reloc .text at=0 to=shared kind=4\n")

static const struct content contents[] = {
    {"a", CALLER("a_run")},
    {"b", CALLER("b_run")},
    {"c", CALLER("c_run")},
    {"other", OBJECT("90", "symbol other in=.text\n")},
    {"shared", OBJECT("c3c3c3c3c3c3c3c3", "symbol shared in=.text\n")},
};
enum { CONTENTS = sizeof contents / sizeof *contents, LIBRARIES = 3 };

/** Three libraries that share an object, melded in a folder of their own. */
static struct {
    const char *folder;
    const char *paths[LIBRARIES + 1];
    const char *workspace;
    const char *sidecar;
    struct span originals[LIBRARIES];
    struct span melded[LIBRARIES];
    struct snapshot before; /* all of the melded set */
    struct arena arena;
    struct armeld_report report;
    struct error error;
} t;

static void make_set(const char *name)
{
    static const char *const scripts[] = {"a.o=a s.o=shared", "b.o=b s.o=shared",
                                          "c.o=c s.o=shared"};
    memset(&t, 0, sizeof t);
    t.folder = scratch_folder(name);
    for (int i = 0; i < LIBRARIES; i++) {
        t.paths[i] = arena_printf(&scratch_arena, "%s/lib%c.a", t.folder, 'a' + i);
        write_library(t.paths[i], scripts[i], contents, CONTENTS);
        t.originals[i] = file_bytes(t.paths[i]);
    }
    t.workspace = arena_printf(&scratch_arena, "%s/w.a", t.folder);
    t.sidecar = arena_printf(&scratch_arena, "%s.armeld", t.workspace);
    struct armeld_options options = {.struct_size = sizeof options, .workspace = t.workspace};
    meld_well(&options, t.paths);
    for (int i = 0; i < LIBRARIES; i++) {
        t.melded[i] = file_bytes(t.paths[i]);
        ck_assert_uint_lt(t.melded[i].size, t.originals[i].size);
    }
    take_snapshot(t.folder, &t.before);
}

static bool verify(void)
{
    struct undo_rules rules = {.workspace = t.workspace, .jobs = 2};
    t.report = (struct armeld_report){0};
    t.error = (struct error){0};
    return undo_verify(&rules, &t.arena, &t.report, &t.error);
}

static bool restore(bool dry_run, bool partial)
{
    struct os_locks locks = {0};
    struct undo_rules rules = {
        .workspace = t.workspace, .locks = &locks, .dry_run = dry_run, .partial = partial};
    t.report = (struct armeld_report){0};
    t.error = (struct error){0};
    bool done = undo_restore(&rules, &t.arena, &t.report, &t.error);
    os_unlock(&locks);
    return done;
}

/** "FILE: TEXT; FILE: TEXT", without the folder. */
static const char *findings(void)
{
    const char *text = "";
    for (size_t i = 0; i < t.report.finding_count; i++) {
        text = arena_printf(&scratch_arena, "%s%s%s: %s", text, i ? "; " : "",
                            t.report.findings[i].path + strlen(t.folder) + 1,
                            t.report.findings[i].text);
    }
    return text;
}

static void nothing_changed(const char *what)
{
    struct snapshot after;
    take_snapshot(t.folder, &after);
    same_snapshots(what, &t.before, &after);
}

/** The first @size bytes of a file, and no more; @flip: with its last byte changed. */
static void damage(const char *path, size_t size, bool flip)
{
    struct span bytes = file_bytes(path);
    uint8_t *copy = (uint8_t *)(uintptr_t)arena_copy(&scratch_arena, bytes).data;
    ck_assert_uint_le(size, bytes.size);
    copy[size - 1] ^= flip ? 0x55 : 0;
    write_file(path, span_make(copy, size));
}

/* ---- damages ----------------------------------------------------------------------------- */

enum damage {
    NONE,
    LIBRARY_MISSING,
    LIBRARY_TRUNCATED,
    LIBRARY_CHANGED,
    LIBRARY_REBUILT, /* another build, larger than the melded one */
    LIBRARY_ORIGINAL,
    WORKSPACE_MISSING,
    WORKSPACE_TRUNCATED,
    WORKSPACE_CHANGED,
};

/** Do that to the set; a library is the second one. */
static void inflict(enum damage damage_kind)
{
    size_t workspace_size = file_bytes(t.workspace).size;
    switch (damage_kind) {
    case NONE:
        break;
    case LIBRARY_MISSING:
        ck_assert_int_eq(unlink(t.paths[1]), 0);
        break;
    case LIBRARY_TRUNCATED:
        damage(t.paths[1], t.melded[1].size - 10, false);
        break;
    case LIBRARY_CHANGED:
        damage(t.paths[1], t.melded[1].size, true);
        break;
    case LIBRARY_REBUILT:
        write_library(t.paths[1], "b.o=b o.o=other s.o=shared", contents, CONTENTS);
        break;
    case LIBRARY_ORIGINAL:
        write_file(t.paths[1], t.originals[1]);
        break;
    case WORKSPACE_MISSING:
        ck_assert_int_eq(unlink(t.workspace), 0);
        break;
    case WORKSPACE_TRUNCATED:
        damage(t.workspace, workspace_size - 10, false);
        break;
    case WORKSPACE_CHANGED:
        damage(t.workspace, workspace_size, true);
        break;
    }
    take_snapshot(t.folder, &t.before);
}

#define OTHER "libb.a: not what was melded: another build, damaged, or changed by another tool"

static const struct {
    enum damage damage;
    const char *verified;  /* what verify finds */
    const char *restored;  /* what restore finds: with anything, it changes nothing */
    size_t count;          /* libraries that restoring puts back; partially, if it finds anything */
} damages[] = {
    {NONE, "", "", 3},
    {LIBRARY_MISSING, "libb.a: missing",
     "libb.a: missing, and with it the members that stayed in it", 2},
    {LIBRARY_TRUNCATED, "libb.a: truncated, stripped by another tool, or another build that is not "
     "melded", OTHER, 2},
    {LIBRARY_CHANGED, "libb.a: another build, damaged, or changed by another tool: not what was "
     "melded", OTHER, 2},
    {LIBRARY_REBUILT, "libb.a: another build, damaged, or changed by another tool: not what was "
     "melded", OTHER, 2},
    {LIBRARY_ORIGINAL, "libb.a: the original, not melded", "", 2},
};
enum { DAMAGES = sizeof damages / sizeof *damages };

START_TEST(library_damages)
{
    make_set(arena_printf(&scratch_arena, "damage-%d", _i));
    inflict(damages[_i].damage);
    ck_assert_msg(verify(), "%s", t.error.text);
    ck_assert_str_eq(findings(), damages[_i].verified);
    nothing_changed("verify");
    bool refused = *damages[_i].restored;
    ck_assert_int_eq(restore(false, false), !refused);
    ck_assert_str_eq(findings(), damages[_i].restored);
    if (refused) {
        nothing_changed("restore");
        ck_assert_uint_eq(t.report.restored, 0);
        ck_assert_ptr_nonnull(strstr(t.error.text, "1 of 3 libraries"));
        ck_assert_int_eq(t.error.kind, ERROR_INPUT);
    } else {
        ck_assert_uint_eq(t.report.restored, damages[_i].count);
    }
    arena_free(&t.arena);
}
END_TEST

/** What is not damaged comes back; workspace and sidecar stay for what does not. */
START_TEST(partially)
{
    make_set(arena_printf(&scratch_arena, "partial-%d", _i));
    inflict(damages[_i].damage);
    bool all = !*damages[_i].restored;
    ck_assert_msg(restore(false, true), "%s", t.error.text);
    ck_assert_uint_eq(t.report.restored, damages[_i].count);
    ck_assert_str_eq(findings(), damages[_i].restored);
    ck_assert(span_equal(file_bytes(t.paths[0]), t.originals[0]));
    ck_assert(span_equal(file_bytes(t.paths[2]), t.originals[2]));
    ck_assert_int_eq(file_exists(t.workspace), !all);
    ck_assert_int_eq(file_exists(t.sidecar), !all);
    arena_free(&t.arena);
}
END_TEST

/** --dry-run counts and changes nothing. */
START_TEST(dry_run)
{
    make_set(arena_printf(&scratch_arena, "dry-%d", _i));
    inflict(damages[_i].damage);
    ck_assert_int_eq(restore(true, true), true);
    ck_assert_uint_eq(t.report.restored, damages[_i].count);
    nothing_changed("dry run");
    arena_free(&t.arena);
}
END_TEST

static const struct {
    enum damage damage;
    const char *found;
} workspaces[] = {
    {WORKSPACE_MISSING, "w.a: missing"},
    {WORKSPACE_TRUNCATED, "w.a: truncated, or stripped by another tool"},
    {WORKSPACE_CHANGED, "w.a: not the workspace that these libraries were melded into"},
};

/** Without the shared object no original is complete: verify says so once, restore of each. */
START_TEST(workspace_damages)
{
    make_set(arena_printf(&scratch_arena, "workspace-%d", _i));
    inflict(workspaces[_i].damage);
    ck_assert_msg(verify(), "%s", t.error.text);
    ck_assert_str_eq(findings(), workspaces[_i].found);
    ck_assert(!restore(false, false));
    ck_assert_uint_eq(t.report.finding_count, LIBRARIES + 1);
    ck_assert_str_eq(t.report.findings[LIBRARIES].path, t.workspace);
    nothing_changed("restore");
    arena_free(&t.arena);
}
END_TEST

/* ---- what is well ------------------------------------------------------------------------ */

/** All of the set is listed, with the sizes of the originals and of what was melded of them. */
START_TEST(sizes)
{
    make_set("sizes");
    ck_assert_msg(verify(), "%s", t.error.text);
    ck_assert_uint_eq(t.report.library_count, LIBRARIES);
    for (int i = 0; i < LIBRARIES; i++) {
        ck_assert_str_eq(t.report.libraries[i].path, t.paths[i]);
        ck_assert_uint_eq(t.report.libraries[i].bytes_before, t.originals[i].size);
        ck_assert_uint_eq(t.report.libraries[i].bytes, t.melded[i].size);
    }
    arena_free(&t.arena);
}
END_TEST

/** Bit for bit, with the modes that they had, and without leaving anything. */
START_TEST(all_of_it)
{
    struct snapshot after;
    make_set("all");
    ck_assert_msg(restore(false, false), "%s", t.error.text);
    take_snapshot(t.folder, &after);
    ck_assert_uint_eq(after.count, LIBRARIES);
    for (int i = 0; i < LIBRARIES; i++) {
        ck_assert(span_equal(after.file[i].bytes, t.originals[i]));
        ck_assert_uint_eq(after.file[i].mode, t.before.file[i].mode);
        ck_assert_uint_eq(t.report.libraries[i].bytes, t.originals[i].size);
        ck_assert_uint_eq(t.report.libraries[i].bytes_before, t.melded[i].size);
    }
    arena_free(&t.arena);
}
END_TEST

/** A restore that was interrupted behind two libraries: the same again finishes it. */
START_TEST(interrupted)
{
    make_set("interrupted");
    write_file(t.paths[0], t.originals[0]);
    write_file(t.paths[1], t.originals[1]);
    ck_assert_msg(restore(false, false), "%s", t.error.text);
    ck_assert_uint_eq(t.report.restored, 1);
    ck_assert(span_equal(file_bytes(t.paths[2]), t.originals[2]));
    ck_assert(!file_exists(t.workspace));
    arena_free(&t.arena);
}
END_TEST

/** All are originals already: the workspace may be damaged, nobody needs it. */
START_TEST(nothing_left_to_do)
{
    make_set("nothing-left");
    for (int i = 0; i < LIBRARIES; i++) {
        write_file(t.paths[i], t.originals[i]);
    }
    write_file(t.workspace, span_of("!<arch>\n"));
    ck_assert_msg(restore(false, false), "%s", t.error.text);
    ck_assert_uint_eq(t.report.restored, 0);
    ck_assert(!file_exists(t.workspace));
    ck_assert(!file_exists(t.sidecar));
    arena_free(&t.arena);
}
END_TEST

/* ---- sidecars ---------------------------------------------------------------------------- */

START_TEST(sidecar_missing)
{
    make_set("no-sidecar");
    ck_assert_int_eq(unlink(t.sidecar), 0);
    take_snapshot(t.folder, &t.before);
    ck_assert(!verify());
    ck_assert_ptr_nonnull(strstr(t.error.text, "w.a.armeld: there is no sidecar"));
    ck_assert(!restore(false, true));
    ck_assert_ptr_nonnull(strstr(t.error.text, "w.a.armeld: there is no sidecar"));
    nothing_changed("no sidecar");
    arena_free(&t.arena);
}
END_TEST

/** Every cut of a sidecar is noticed, and nothing is restored by one. */
START_TEST(sidecar_truncated)
{
    make_set("truncated");
    struct span whole = file_bytes(t.sidecar);
    for (size_t size = 0; size < whole.size; size += 1 + whole.size / 40) {
        write_file(t.sidecar, span_make(whole.data, size));
        take_snapshot(t.folder, &t.before);
        ck_assert_msg(!verify(), "%zu of %zu bytes", size, whole.size);
        ck_assert_ptr_nonnull(strstr(t.error.text, "w.a.armeld"));
        ck_assert_msg(!restore(false, true), "%zu of %zu bytes", size, whole.size);
        nothing_changed("a cut sidecar");
    }
    arena_free(&t.arena);
}
END_TEST

Suite *undo_suite(void)
{
    Suite *suite = suite_create("undo");
    TCase *tests = tcase_create("undo");
    tcase_add_unchecked_fixture(tests, scratch_make, scratch_remove);
    tcase_add_loop_test(tests, library_damages, 0, DAMAGES);
    tcase_add_loop_test(tests, partially, 0, DAMAGES);
    tcase_add_loop_test(tests, dry_run, 0, DAMAGES);
    tcase_add_loop_test(tests, workspace_damages, 0, sizeof workspaces / sizeof *workspaces);
    tcase_add_test(tests, sizes);
    tcase_add_test(tests, all_of_it);
    tcase_add_test(tests, interrupted);
    tcase_add_test(tests, nothing_left_to_do);
    tcase_add_test(tests, sidecar_missing);
    tcase_add_test(tests, sidecar_truncated);
    suite_add_tcase(suite, tests);
    return suite;
}
