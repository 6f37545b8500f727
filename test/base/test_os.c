/* SPDX-License-Identifier: MIT */
/** The platform seam, in a directory of its own. */
#include "base/os.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "suites.h"

static char directory[] = "/tmp/armeld-test-XXXXXX";
static struct arena arena;
static struct error error;

static void make_directory(void)
{
    ck_assert_ptr_nonnull(mkdtemp(directory));
}

static void remove_directory(void)
{
    char command[128];
    snprintf(command, sizeof command, "chmod -R u+w %s; rm -rf %s", directory, directory);
    ck_assert_int_eq(system(command), 0);
    arena_free(&arena);
}

static const char *in(const char *name)
{
    return arena_printf(&arena, "%s/%s", directory, name);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static void check_file(const char *path, const char *text)
{
    struct os_file file = {0};
    struct error found = {0};
    ck_assert_msg(os_map(path, &file, &found), "%s", found.text);
    ck_assert_msg(span_is(file.bytes, text), "%s holds: %.*s", path, (int)file.bytes.size,
                  (const char *)file.bytes.data);
    os_unmap(&file);
}

static void check_error(const char *expected)
{
    const char *found = error.text;
    size_t length = strlen(directory);
    ck_assert_str_eq(strncmp(found, directory, length) == 0 ? found + length : found, expected);
    error = (struct error){0};
}

/* ---- what is there ----------------------------------------------------------------------- */

START_TEST(kinds)
{
    write_file(in("file"), "x");
    ck_assert_int_eq(symlink("file", in("link")), 0);
    ck_assert_int_eq(symlink("nowhere", in("dangling")), 0);
    ck_assert_int_eq(mkfifo(in("fifo"), 0600), 0);
    ck_assert_int_eq(os_kind(directory), OS_DIRECTORY);
    ck_assert_int_eq(os_kind(in("file")), OS_FILE);
    ck_assert_int_eq(os_kind(in("link")), OS_FILE);
    ck_assert_int_eq(os_kind(in("dangling")), OS_NOTHING);
    ck_assert_int_eq(os_kind(in("none")), OS_NOTHING);
    ck_assert_int_eq(os_kind(in("fifo")), OS_OTHER);
    ck_assert_int_eq(os_kind("/dev/null"), OS_OTHER);
}
END_TEST

START_TEST(same_files)
{
    write_file(in("a"), "x");
    write_file(in("b"), "x");
    ck_assert_int_eq(symlink("a", in("link")), 0);
    ck_assert_int_eq(link(in("a"), in("hard")), 0);
    ck_assert(os_same_file(in("a"), in("a")));
    ck_assert(os_same_file(in("a"), in("link")));
    ck_assert(os_same_file(in("hard"), in("link")));
    ck_assert(!os_same_file(in("a"), in("b")));
    ck_assert(!os_same_file(in("a"), in("none")));
    ck_assert(!os_same_file(in("none"), in("none")));
}
END_TEST

START_TEST(real_paths)
{
    write_file(in("file"), "x");
    ck_assert_int_eq(mkdir(in("dir"), 0777), 0);
    ck_assert_int_eq(symlink("../file", in("dir/link")), 0);
    ck_assert_int_eq(symlink("dir", in("way")), 0);
    ck_assert_str_eq(os_real_path(in("way/link"), &arena, &error), in("file"));
    ck_assert_str_eq(os_real_path(in("way/new"), &arena, &error), in("dir/new"));
    ck_assert_str_eq(os_real_path("/new-and-nowhere", &arena, &error), "/new-and-nowhere");
    ck_assert_str_eq(os_real_place(in("way/link"), &arena, &error), in("dir/link"));
    ck_assert_str_eq(os_real_place(in("way/new"), &arena, &error), in("dir/new"));
    ck_assert_ptr_null(os_real_path(in("none/new"), &arena, &error));
    check_error("/none/new: its directory: No such file or directory");
    ck_assert_ptr_null(os_real_path("", &arena, &error));
    check_error(": No such file or directory");
}
END_TEST

START_TEST(maps)
{
    struct os_file file = {0};
    write_file(in("file"), "hello");
    write_file(in("empty"), "");
    ck_assert_int_eq(chmod(in("file"), 0640), 0);
    ck_assert(os_map(in("file"), &file, &error));
    ck_assert(span_is(file.bytes, "hello"));
    ck_assert_uint_eq(file.mode, 0640);
    os_will_read(file.bytes);
    os_unmap(&file);
    os_unmap(&file);
    ck_assert(os_map(in("empty"), &file, &error));
    ck_assert_uint_eq(file.bytes.size, 0);
    os_will_read(file.bytes);
    os_unmap(&file);
    ck_assert(!os_map(in("none"), &file, &error));
    check_error("/none: No such file or directory");
    ck_assert(!os_map(directory, &file, &error));
    check_error(": not a regular file");
    ck_assert_int_eq(mkfifo(in("fifo"), 0600), 0);
    ck_assert(!os_map(in("fifo"), &file, &error)); /* and does not wait for a writer */
    check_error("/fifo: not a regular file");
}
END_TEST

/* ---- writing ----------------------------------------------------------------------------- */

START_TEST(replaces)
{
    struct os_output output = {0};
    struct os_file like = {0};
    struct os_file written = {0};
    struct span pieces[] = {span_of("one "), {0}, span_of("two")};
    write_file(in("file"), "old");
    write_file(in(".file.armeld-new"), "left over");
    ck_assert_int_eq(chmod(in(".file.armeld-new"), 0400), 0);
    ck_assert_int_eq(chmod(in("file"), 0604), 0);
    ck_assert(os_map(in("file"), &like, &error));
    ck_assert(os_create(in("file"), &like, &output, &error));
    ck_assert_str_eq(output.temporary, in(".file.armeld-new"));
    ck_assert(os_write(&output, pieces, 3, &error));
    ck_assert(os_write(&output, NULL, 0, &error));
    ck_assert(os_map_output(&output, &written, &error));
    ck_assert(span_is(written.bytes, "one two"));
    ck_assert(os_sync(&output, &error));
    os_unmap(&written);
    check_file(in("file"), "old");
    ck_assert(os_rename(&output, &error));
    ck_assert(os_sync_directory_of(in("file"), &error));
    os_discard(&output);
    check_file(in("file"), "one two");
    ck_assert(span_is(like.bytes, "old")); /* who had it mapped keeps it */
    os_unmap(&like);
    ck_assert(os_map(in("file"), &like, &error));
    ck_assert_uint_eq(like.mode, 0604);
    os_unmap(&like);
    ck_assert_int_eq(os_kind(in(".file.armeld-new")), OS_NOTHING);
}
END_TEST

START_TEST(discards)
{
    struct os_output output = {0};
    struct span text = span_of("new");
    os_discard(&output); /* nothing yet */
    write_file(in("file"), "old");
    ck_assert(os_create(in("file"), NULL, &output, &error));
    ck_assert(os_write(&output, &text, 1, &error));
    os_discard(&output);
    os_discard(&output);
    check_file(in("file"), "old");
    ck_assert_int_eq(os_kind(in(".file.armeld-new")), OS_NOTHING);
    ck_assert(!os_create(in("none/file"), NULL, &output, &error));
    check_error("/none/.file.armeld-new: creating it: No such file or directory");
    os_discard(&output);
}
END_TEST

/** A left-over that is a link must not lead the writing elsewhere. */
START_TEST(does_not_follow_a_left_over)
{
    struct os_output output = {0};
    struct span text = span_of("new");
    write_file(in("victim"), "untouched");
    ck_assert_int_eq(symlink("victim", in(".file.armeld-new")), 0);
    ck_assert(os_create(in("file"), NULL, &output, &error));
    ck_assert(os_write(&output, &text, 1, &error) && os_rename(&output, &error));
    os_discard(&output);
    check_file(in("victim"), "untouched");
    check_file(in("file"), "new");
}
END_TEST

/** More pieces than one call takes, many of them empty. */
START_TEST(many_pieces)
{
    enum { COUNT = 5000 };
    struct span *pieces = ARENA_ARRAY(&arena, struct span, COUNT);
    char *expected = ARENA_ARRAY(&arena, char, COUNT + 1);
    struct os_output output = {0};
    size_t used = 0;
    for (size_t i = 0; i < COUNT; i++) {
        if (i % 3 == 0) {
            pieces[i] = span_make(&"0123456789"[i % 10], 1);
            expected[used++] = "0123456789"[i % 10];
        }
    }
    ck_assert(os_create(in("file"), NULL, &output, &error));
    ck_assert(os_write(&output, pieces, COUNT, &error) && os_rename(&output, &error));
    os_discard(&output);
    check_file(in("file"), expected);
}
END_TEST

START_TEST(full_disk)
{
    struct span text = span_of("new");
    struct os_output output = {.target = strdup("x"), .temporary = strdup("/dev/null/full")};
    output.handle = open("/dev/full", O_WRONLY);
    output.is_open = true;
    ck_assert_int_ge(output.handle, 0);
    ck_assert(!os_write(&output, &text, 1, &error));
    check_error("/dev/null/full: writing: No space left on device");
    os_discard(&output);
}
END_TEST

START_TEST(backups)
{
    struct os_output backup = {0};
    struct os_output output = {0};
    struct span text = span_of("new");
    write_file(in("file"), "old");
    write_file(in("file.bak"), "older");
    ck_assert(os_backup(in("file"), in("file.bak"), &backup, &error));
    check_file(in("file.bak"), "older"); /* until it is renamed */
    ck_assert(os_rename(&backup, &error));
    os_discard(&backup);
    check_file(in("file.bak"), "old");
    /* once more: it is a link to the file already */
    ck_assert(os_backup(in("file"), in("file.bak"), &backup, &error));
    ck_assert_ptr_null(backup.temporary);
    os_discard(&backup);
    /* what replaces the file leaves the backup alone */
    ck_assert(os_create(in("file"), NULL, &output, &error));
    ck_assert(os_write(&output, &text, 1, &error) && os_rename(&output, &error));
    os_discard(&output);
    check_file(in("file"), "new");
    check_file(in("file.bak"), "old");
    ck_assert(!os_backup(in("none"), in("none.bak"), &backup, &error));
    check_error("/none: No such file or directory");
    os_discard(&backup);
}
END_TEST

/** What was written to, or is another file by now, is not what was mapped. */
START_TEST(changes)
{
    struct os_file file = {0};
    write_file(in("file"), "old");
    ck_assert(os_map(in("file"), &file, &error));
    ck_assert(os_check_unchanged(in("file"), &file, &error));
    write_file(in("other"), "old");
    ck_assert_int_eq(rename(in("other"), in("file")), 0);
    ck_assert(!os_check_unchanged(in("file"), &file, &error));
    check_error("/file: changed while it was read");
    os_unmap(&file);
    ck_assert(os_map(in("file"), &file, &error));
    usleep(20000); /* file systems may count time by ticks of the clock */
    write_file(in("file"), "new");
    ck_assert(!os_check_unchanged(in("file"), &file, &error));
    check_error("/file: changed while it was read");
    os_unmap(&file);
}
END_TEST

/** Who ends early leaves no temporary file, and knows which file a mapping is of. */
START_TEST(abandons)
{
    /* static: who ends early frees nothing, and a leak checker is not to mind */
    static struct os_output renamed;
    static struct os_output output;
    static struct os_output other = {.purpose = OS_PASSING};
    static struct os_file file;
    struct span text = span_of("new");
    ck_assert(os_create(in("first"), NULL, &renamed, &error) && os_rename(&renamed, &error));
    os_finish();
    ck_assert_int_eq(os_abandon(), OS_CHANGED);
    ck_assert(os_create(in("file"), NULL, &output, &error));
    ck_assert(os_create(in("file"), NULL, &other, &error));
    ck_assert(os_write(&output, &text, 1, &error) && os_sync(&output, &error));
    write_file(in("read"), "text");
    ck_assert(os_map(in("read"), &file, &error));
    ck_assert_str_eq(os_mapped_at(file.bytes.data + 3), in("read"));
    ck_assert_ptr_null(os_mapped_at(&file));
    ck_assert_int_eq(os_abandon(), OS_UNCHANGED); /* the lock stays taken: this process ends */
    ck_assert_int_eq(os_kind(in(".file.armeld-new")), OS_NOTHING);
    ck_assert_int_eq(os_kind(in(".file.armeld-passing")), OS_NOTHING);
    ck_assert_int_eq(os_kind(in("first")), OS_FILE);
}
END_TEST

START_TEST(directories)
{
    ck_assert(os_make_directory(in("a/b/c"), NULL, &error));
    ck_assert(os_make_directory(in("a/b/c"), NULL, &error));
    ck_assert_int_eq(os_kind(in("a/b/c")), OS_DIRECTORY);
    write_file(in("a/file"), "x");
    ck_assert(!os_make_directory(in("a/file"), NULL, &error));
    check_error("/a/file: making the directory: File exists");
    ck_assert(!os_make_directory(in("a/file/d"), NULL, &error));
    check_error("/a/file/d: making the directory: Not a directory");
    struct os_locks locks = {0};
    ck_assert(os_make_directory(in("m/n/o"), &locks, &error));
    ck_assert(os_make_directory(in("a/b"), &locks, &error)); /* was there */
    write_file(in("m/file"), "x");
    os_unlock(&locks); /* nothing came into m/n and m/n/o */
    ck_assert_int_eq(os_kind(in("m/n")), OS_NOTHING);
    ck_assert_int_eq(os_kind(in("m/file")), OS_FILE);
    ck_assert_int_eq(os_kind(in("a/b/c")), OS_DIRECTORY);
}
END_TEST

START_TEST(directories_go)
{
    ck_assert(os_make_directory(in("a/b"), NULL, &error));
    write_file(in("a/b/file"), "x");
    ck_assert(os_remove_directory(in("a/b"), &error)); /* something is in it */
    ck_assert_int_eq(os_kind(in("a/b")), OS_DIRECTORY);
    ck_assert_int_eq(os_kind(in("a/b/file")), OS_FILE);
    ck_assert_int_eq(rename(in("a/b/file"), in("a/b/.file.armeld-new")), 0); /* left behind */
    ck_assert(os_remove_directory(in("a/b"), &error));
    ck_assert_int_eq(os_kind(in("a/b")), OS_NOTHING);
    ck_assert(os_remove_directory(in("a/b"), &error));
}
END_TEST

/* ---- the rest ---------------------------------------------------------------------------- */

static bool note(void *context, const char *path, struct error *unused)
{
    char *text = context;
    (void)unused;
    if (strstr(path, "stop")) {
        return false;
    }
    snprintf(text + strlen(text), 256 - strlen(text), "%s ", path + strlen(directory));
    return true;
}

START_TEST(walks)
{
    char seen[256] = "";
    static const char *const files[] = {"b.a", "a.a", "B.a", ".hidden", "d/z.a", "d/e/y.a"};
    ck_assert(os_make_directory(in("d/e"), NULL, &error));
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        write_file(in(files[i]), "x");
    }
    ck_assert_int_eq(symlink("b.a", in("c.a")), 0);
    ck_assert_int_eq(symlink("d", in("e")), 0);
    ck_assert_int_eq(symlink("none", in("f")), 0);
    ck_assert_int_eq(mkfifo(in("g"), 0600), 0);
    ck_assert(os_walk(directory, false, note, seen, &error));
    ck_assert_str_eq(seen, "/B.a /a.a /b.a /c.a ");
    *seen = '\0';
    ck_assert(os_walk(in(""), true, note, seen, &error));
    ck_assert_str_eq(seen, "/B.a /a.a /b.a /c.a /d/e/y.a /d/z.a ");
    *seen = '\0';
    write_file(in("b-stop"), "x");
    ck_assert(!os_walk(directory, true, note, seen, &error));
    ck_assert_str_eq(seen, "/B.a /a.a ");
    ck_assert(!os_walk(in("none"), true, note, seen, &error));
    check_error("/none: No such file or directory");
}
END_TEST

/** Temporary names fit, however long the name is. */
START_TEST(long_names)
{
    char name[256];
    struct os_output output = {0};
    memset(name, 'x', 255);
    name[255] = '\0';
    ck_assert(os_create(in(name), NULL, &output, &error));
    ck_assert(os_sync(&output, &error) && os_rename(&output, &error));
    ck_assert_int_eq(os_kind(in(name)), OS_FILE);
    os_discard(&output);
}
END_TEST

START_TEST(sweeps)
{
    struct os_locks held = {0};
    write_file(in(".gone.a.armeld-new"), "left over");
    write_file(in(".w.a.armeld-passing"), "left over");
    write_file(in("file.armeld-new"), "not ours");
    write_file(in(".armeld-new"), "not ours");
    ck_assert(os_lock_directory_of(in("file"), &held, &error));
    ck_assert_int_eq(os_kind(in(".gone.a.armeld-new")), OS_FILE);
    ck_assert(os_claim_directory_of(in("file"), &held, &error));
    ck_assert_int_eq(os_kind(in(".gone.a.armeld-new")), OS_NOTHING);
    ck_assert_int_eq(os_kind(in(".w.a.armeld-passing")), OS_NOTHING);
    ck_assert_int_eq(os_kind(in("file.armeld-new")), OS_FILE);
    ck_assert_int_eq(os_kind(in(".armeld-new")), OS_FILE);
    os_unlock(&held);
}
END_TEST

START_TEST(processors)
{
    ck_assert_uint_ge(os_processors(), 1);
}
END_TEST

Suite *os_suite(void)
{
    Suite *suite = suite_create("os");
    TCase *tcase = tcase_create("os");
    tcase_add_checked_fixture(tcase, make_directory, remove_directory);
    tcase_add_test(tcase, kinds);
    tcase_add_test(tcase, same_files);
    tcase_add_test(tcase, real_paths);
    tcase_add_test(tcase, maps);
    tcase_add_test(tcase, replaces);
    tcase_add_test(tcase, discards);
    tcase_add_test(tcase, does_not_follow_a_left_over);
    tcase_add_test(tcase, many_pieces);
    tcase_add_test(tcase, full_disk);
    tcase_add_test(tcase, backups);
    tcase_add_test(tcase, changes);
    tcase_add_test(tcase, abandons);
    tcase_add_test(tcase, directories);
    tcase_add_test(tcase, directories_go);
    tcase_add_test(tcase, walks);
    tcase_add_test(tcase, long_names);
    tcase_add_test(tcase, sweeps);
    tcase_add_test(tcase, processors);
    suite_add_tcase(suite, tcase);
    return suite;
}
