/* SPDX-License-Identifier: MIT */
/** Packages: every kind is opened, no name leads out of one, and damage is reported by name. */
#include "ar/package.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ar/builder.h"
#include "ar/pack.h"
#include "base/os.h"
#include "suites.h"

static char directory[] = "/tmp/armeld-test-XXXXXX";
static char path[sizeof directory + 16];

static void make_directory(void)
{
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/package", directory);
}

static void remove_directory(void)
{
    unlink(path);
    rmdir(directory);
}

static void write_file(struct span bytes)
{
    FILE *file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes.data, 1, bytes.size, file), bytes.size);
    ck_assert_int_eq(fclose(file), 0);
}

/** What was visited: "NAME=CONTENTS " each, sizes alone where they are large. */
struct seen {
    char text[512];
    const char *stop_at; /* name at which to give up */
    const char *reason;  /* with this error, or none */
};

static bool note(void *context, const struct package_entry *entry, struct error *error)
{
    struct seen *seen = context;
    const char *name = entry->name;
    struct span bytes = entry->bytes;
    size_t used = strlen(seen->text);
    if (seen->stop_at && strcmp(name, seen->stop_at) == 0) {
        return seen->reason && error_set(error, "%s", seen->reason);
    }
    if (bytes.size < 64) {
        snprintf(seen->text + used, sizeof seen->text - used, "%s=%.*s ", name, (int)bytes.size,
                 (const char *)bytes.data);
    } else {
        snprintf(seen->text + used, sizeof seen->text - used, "%s=*%zu ", name, bytes.size);
    }
    return true;
}

/** Write @bytes as a package and read it: what was seen, then the error without the path. */
static const char *read_back(struct span bytes, struct seen *seen, struct error *error)
{
    write_file(bytes);
    struct package_rules rules = {.visit = note, .context = seen};
    bool done = package_read(path, &rules, error);
    ck_assert(done == (error->kind == ERROR_NONE) || seen->stop_at);
    if (error->text[0]) {
        ck_assert_msg(strncmp(error->text, path, strlen(path)) == 0, "no path in: %s", error->text);
        return error->text + strlen(path);
    }
    return "";
}

/* ---- kinds ------------------------------------------------------------------------------- */

static const struct {
    const char *format;
    const char *filter;
} kinds[] = {
    {"pax", "none"}, {"ustar", "none"}, {"gnutar", "none"}, {"pax", "gzip"}, {"pax", "bzip2"},
    {"pax", "xz"},   {"pax", "zstd"},   {"zip", "none"},    {"7zip", "none"}, {"xar", "none"},
};

START_TEST(every_kind)
{
    struct seen seen = {0};
    struct error error = {0};
    struct span bytes = make_package(kinds[_i].format, kinds[_i].filter,
                             "README=hello lib/liba.a=AAAA lib/x.lib=BBB lib/big.a=*100000 "
                             "lib/liba.so=x lib/.a/none=x empty.a= @lib/l.a=liba.a");
    ck_assert_msg(package_probe(bytes), "%s", kinds[_i].format);
    const char *text = read_back(bytes, &seen, &error);
    ck_assert_str_eq(text, "");
    ck_assert_str_eq(seen.text, "lib/liba.a=AAAA lib/x.lib=BBB lib/big.a=*100000 empty.a= ");
    free((void *)(uintptr_t)bytes.data);
}
END_TEST

/** A Debian package around @data, called @name. */
static struct span debian(const char *name, struct span data)
{
    struct builder builder = {0};
    char header[64];
    snprintf(header, sizeof header, "[%s|%zu]", name, data.size);
    builder_script(&builder, "! {debian-binary|2.0\n} {control.tar.gz|...}");
    builder_script(&builder, header);
    builder_add(&builder, data.data, data.size);
    builder_add(&builder, "\n", data.size & 1);
    struct span result = exact_copy(builder_span(&builder));
    builder_free(&builder);
    return result;
}

START_TEST(debian_packages)
{
    static const struct {
        const char *name;
        const char *filter;
        const char *error;
    } rows[] = {
        {"data.tar", "none", ""},
        {"data.tar.xz", "xz", ""},
        {"data.tar.zst/", "zstd", ""},
        {"data.tar.gz", "gzip", ""},
        {"other.tar.gz", "gzip", ": a Debian package without data.tar"},
    };
    struct seen seen = {0};
    struct error error = {0};
    struct span data = make_package("gnutar", rows[_i].filter, "./usr/lib/liba.a=AAAA ./usr/x=x");
    struct span bytes = debian(rows[_i].name, data);
    ck_assert(package_probe(bytes));
    const char *text = read_back(bytes, &seen, &error);
    ck_assert_str_eq(text, rows[_i].error);
    ck_assert_str_eq(seen.text, *text ? "" : "usr/lib/liba.a=AAAA ");
    unbuild(bytes);
    free((void *)(uintptr_t)data.data);
}
END_TEST

START_TEST(probe)
{
    ck_assert(!package_probe((struct span){0}));
    ck_assert(!package_probe(span_of("!<arch>\n")));
    ck_assert(!package_probe(span_of("!<arch>\ndebian.o/       ")));
    ck_assert(!package_probe(span_of("\x7f" "ELF")));
    ck_assert(!package_probe(span_of("PK")));
    ck_assert(package_probe(span_of("PK\x05\x06")));
    ck_assert(package_probe(span_of("!<arch>\ndebian-binary   ")));
}
END_TEST

/* ---- names ------------------------------------------------------------------------------- */

static const struct {
    const char *entries;
    const char *seen;
    const char *error;
} names[] = {
    {"./lib/a.a=A", "lib/a.a=A ", ""},
    {"././/lib//./a.a=A", "lib/a.a=A ", ""},
    {"lib/..a=A ..../b.a=B", "lib/..a=A ..../b.a=B ", ""},
    {"x/../../passwd=A lib/a.a=B", "lib/a.a=B ", ""}, /* no library: nobody looks at it */
    {"a.a=A /lib/b.a=B", "a.a=A ", "(/lib/b.a): the name leads out of the package: refused"},
    {"../b.a=B", "", "(../b.a): the name leads out of the package: refused"},
    {"lib/../../b.a=B", "", "(lib/../../b.a): the name leads out of the package: refused"},
    {"lib/../b.a=B", "", "(lib/../b.a): the name leads out of the package: refused"},
    {"..\\b.a=B", "", "(..\\b.a): the name leads out of the package: refused"},
    {"C:b.a=B", "", "(C:b.a): the name leads out of the package: refused"},
    {"lib/a.a=A &lib/b.a=lib/a.a @lib/c.a=/etc/passwd", "lib/a.a=A ", ""},
    {"lib/\xc3\xa9.a=A", "lib/\xc3\xa9.a=A ", ""},
    {"", "", ""},
};

START_TEST(entry_names)
{
    struct seen seen = {0};
    struct error error = {0};
    struct span bytes = make_package("gnutar", "none", names[_i].entries);
    const char *text = read_back(bytes, &seen, &error);
    ck_assert_str_eq(text, names[_i].error);
    ck_assert_str_eq(seen.text, names[_i].seen);
    free((void *)(uintptr_t)bytes.data);
}
END_TEST

/* Names that the package says to be UTF-8, read in the locale "C". */
START_TEST(utf8_names)
{
    static const char *const formats[] = {"zip", "7zip", "pax", "xar"};
    struct seen seen = {0};
    struct error error = {0};
    struct os_locale locale;
    os_utf8_begin(&locale);
    struct span bytes = make_package(formats[_i], "none", "donn\xc3\xa9" "es/t=x lib/\xc3\xa9.a=A");
    os_utf8_end(&locale);
    const char *text = read_back(bytes, &seen, &error);
    ck_assert_str_eq(text, "");
    ck_assert_str_eq(seen.text, "lib/\xc3\xa9.a=A ");
    free((void *)(uintptr_t)bytes.data);
}
END_TEST

/* ---- damage ------------------------------------------------------------------------------ */

START_TEST(no_package)
{
    struct seen seen = {0};
    struct error error = {0};
    const char *text = read_back(span_of("hello, world"), &seen, &error);
    ck_assert_str_eq(text, ": no package of a known kind: Unrecognized archive format");
}
END_TEST

static bool wants_headers(const char *name)
{
    return strstr(name, ".h");
}

static bool note_all(void *context, const struct package_entry *entry, struct error *error)
{
    static const char *const signs[] = {"", "@", "&", "?"};
    char *text = context;
    size_t used = strlen(text);
    (void)error;
    snprintf(text + used, 512 - used, "%s%s=%.*s%s ", signs[entry->kind], entry->name,
             (int)entry->bytes.size, (const char *)entry->bytes.data, entry->to ? entry->to : "");
    return true;
}

/** Links are visited if they are wanted, and what hard links are the same as stays inside, too. */
START_TEST(what_is_wanted)
{
    static const struct {
        const char *entries;
        const char *seen;
        const char *error;
    } rows[] = {
        {"a.a=A x=X ./b.h=B @l.h=../../b.h &same.h=./b.h @l.a=a.a &same.a=a.a",
         "a.a=A b.h=B @l.h=../../b.h &same.h=b.h ", ""},
        {"b.h=B &same.h=../b.h", "b.h=B ",
         "(same.h): the name leads out of the package: refused"},
        {"@../l.h=x", "", "(../l.h): the name leads out of the package: refused"},
    };
    char seen[512] = "";
    struct error error = {0};
    struct package_rules rules = {wants_headers, note_all, seen, false};
    struct span bytes = make_package("pax", "none", rows[_i].entries);
    write_file(bytes);
    bool done = package_read(path, &rules, &error);
    ck_assert_str_eq(seen, rows[_i].seen);
    ck_assert_str_eq(done ? "" : error.text + strlen(path), rows[_i].error);
    free((void *)(uintptr_t)bytes.data);
}
END_TEST

START_TEST(no_file)
{
    struct seen seen = {0};
    struct error error = {0};
    struct package_rules rules = {.visit = note, .context = &seen};
    ck_assert(!package_read("/nowhere/x.tar", &rules, &error));
    ck_assert_str_eq(error.text, "/nowhere/x.tar: No such file or directory");
}
END_TEST

/** Cut short, every kind says so, and where. */
START_TEST(cut_short)
{
    struct seen seen = {0};
    struct error error = {0};
    struct span bytes = make_package(kinds[_i].format, kinds[_i].filter,
                                     "lib/big.a=*100000 lib/b.a=B");
    const char *text = read_back(span_make(bytes.data, bytes.size / 2), &seen, &error);
    ck_assert_msg(*text, "%s, %s: half of it passed", kinds[_i].format, kinds[_i].filter);
    free((void *)(uintptr_t)bytes.data);
}
END_TEST

START_TEST(wrong_checksum)
{
    struct seen seen = {0};
    struct error error = {0};
    struct span bytes = make_package("zip:store", "none", "a.a=AAAA b.a=the-contents-of-b");
    uint8_t *at = (uint8_t *)(uintptr_t)bytes.data;
    while (memcmp(at, "the-contents", 12) != 0) {
        at++;
    }
    at[5] ^= 1;
    const char *text = read_back(bytes, &seen, &error);
    ck_assert_ptr_nonnull(strstr(text, "(b.a): after "));
    ck_assert_ptr_nonnull(strstr(text, "ZIP bad CRC"));
    free((void *)(uintptr_t)bytes.data);
}
END_TEST

START_TEST(bomb)
{
    struct seen seen = {0};
    struct error error = {0};
    struct span bytes = make_package("pax", "zstd", "a.a=A zeros.a=*300000000");
    const char *text = read_back(bytes, &seen, &error);
    ck_assert_str_eq(seen.text, "a.a=A ");
    char meant[128];
    snprintf(meant, sizeof meant,
             "(zeros.a): more than 268435456 bytes come out of a package of %zu: refused",
             bytes.size);
    ck_assert_str_eq(text, meant);
    free((void *)(uintptr_t)bytes.data);
}
END_TEST

/** The limit holds for all libraries together. */
START_TEST(bomb_in_pieces)
{
    struct seen seen = {0};
    struct error error = {0};
    struct span bytes = make_package("pax", "zstd", "a.a=*100000000 b.a=*100000000 c.a=*100000000");
    const char *text = read_back(bytes, &seen, &error);
    ck_assert_str_eq(seen.text, "a.a=*100000000 b.a=*100000000 ");
    ck_assert_ptr_nonnull(strstr(text, "(c.a): more than 268435456 bytes"));
    free((void *)(uintptr_t)bytes.data);
}
END_TEST

START_TEST(sparse_file)
{
    struct seen seen = {0};
    struct error error = {0};
    struct span bytes = make_package("pax", "none", "a.a=~1000000 b.a=B");
    ck_assert_uint_lt(bytes.size, 100000);
    ck_assert_str_eq(read_back(bytes, &seen, &error), "");
    ck_assert_str_eq(seen.text, "a.a=*1000000 b.a=B ");
    free((void *)(uintptr_t)bytes.data);
}
END_TEST

START_TEST(visitor_gives_up)
{
    struct seen seen = {.stop_at = "b.a", .reason = "offset 0x8: whatever"};
    struct error error = {0};
    struct span bytes = make_package("pax", "none", "a.a=A ./b.a=B c.a=C");
    ck_assert_str_eq(read_back(bytes, &seen, &error), "(./b.a): offset 0x8: whatever");
    ck_assert_str_eq(seen.text, "a.a=A ");
    seen = (struct seen){.stop_at = "b.a"};
    error = (struct error){0};
    ck_assert_str_eq(read_back(bytes, &seen, &error), "");
    ck_assert_str_eq(seen.text, "a.a=A ");
    free((void *)(uintptr_t)bytes.data);
}
END_TEST

Suite *package_suite(void)
{
    Suite *suite = suite_create("package");
    TCase *tcase = tcase_create("package");
    int rows = sizeof kinds / sizeof *kinds;
    tcase_add_checked_fixture(tcase, make_directory, remove_directory);
    tcase_add_loop_test(tcase, every_kind, 0, rows);
    tcase_add_loop_test(tcase, cut_short, 0, rows);
    tcase_add_loop_test(tcase, debian_packages, 0, 5);
    tcase_add_test(tcase, probe);
    tcase_add_loop_test(tcase, entry_names, 0, sizeof names / sizeof *names);
    tcase_add_loop_test(tcase, utf8_names, 0, 4);
    tcase_add_test(tcase, no_package);
    tcase_add_loop_test(tcase, what_is_wanted, 0, 3);
    tcase_add_test(tcase, no_file);
    tcase_add_test(tcase, wrong_checksum);
    tcase_add_test(tcase, bomb);
    tcase_add_test(tcase, bomb_in_pieces);
    tcase_add_test(tcase, sparse_file);
    tcase_add_test(tcase, visitor_gives_up);
    suite_add_tcase(suite, tcase);
    return suite;
}
