/* SPDX-License-Identifier: MIT */
/**
 * Libraries that rustc or llvm-ar made: written again, they come out byte for byte; libarchive
 * sees the same members. ARMELD_FIXTURES=DIR tries those of another directory.
 */
#include <stdlib.h>

#include "ar/builder.h"
#include "ar/fixtures.h"
#include "ar/items.h"
#include "ar/second.h"
#include "suites.h"

static void read_fixture(const char *path, struct span file, struct arena *arena,
                         struct archive *archive)
{
    struct error error = {0};
    ck_assert_msg(archive_read(file, arena, archive, &error), "%s: %s", path, error.text);
    ck_assert_msg(archive->flavour != AR_UNKNOWN, "%s: of no flavour", path);
}

/** Every piece, where it lies in the original. */
static void compare_pieces(const char *path, struct span file, const struct ar_layout *layout)
{
    uint64_t at = 0;
    for (size_t i = 0; i < layout->piece_count; i++) {
        struct span original;
        struct span piece = layout->pieces[i];
        ck_assert_msg(span_sub(file, at, piece.size, &original), "%s: longer than it was", path);
        for (size_t j = 0; j < piece.size && !span_equal(piece, original); j++) {
            ck_assert_msg(piece.data[j] == original.data[j],
                          "%s: offset %llu: %02x instead of %02x", path,
                          (unsigned long long)(at + j), piece.data[j], original.data[j]);
        }
        at += piece.size;
    }
    ck_assert_msg(at == file.size, "%s: %llu bytes instead of %zu", path, (unsigned long long)at,
                  file.size);
}

static void write_again(void *context, const char *path, struct span file)
{
    struct arena arena = {0};
    struct error error = {0};
    struct archive archive;
    struct ar_layout layout;
    (void)context;
    read_fixture(path, file, &arena, &archive);
    struct items items = items_of_archive(&arena, &archive);
    struct ar_limits limits = {.wide_from = archive.wide_index ? 1 : ar_limits.wide_from};
    ck_assert_msg(ar_layout(archive.flavour, items.list, items.count, &limits, &arena, &layout,
                            &error), "%s: %s", path, error.text);
    compare_pieces(path, file, &layout);
    ck_assert_msg(ar_layout_verify(file, archive.flavour, items.list, items.count, &layout, &arena,
                                   &error), "%s: %s", path, error.text);
    arena_free(&arena);
}

START_TEST(same_bytes_again)
{
    each_fixture(write_again, NULL);
}
END_TEST

struct second_look {
    const struct archive *archive;
    const char *path;
    size_t next;
};

static void look(void *context, const char *name, struct span data)
{
    struct second_look *second = context;
    ck_assert_msg(second->next < second->archive->member_count,
                  "%s: libarchive has one more member: %s", second->path, name);
    const struct ar_member *member = &second->archive->members[second->next++];
    ck_assert_msg(span_is(member->name, name), "%s: libarchive has member %s", second->path, name);
    ck_assert_msg(span_equal(member->data, data), "%s(%s): libarchive has other contents",
                  second->path, name);
}

/**
 * Whether libarchive takes the long-name table: of COFF's it knows nothing, and reads them only
 * where the table's last byte is padding, not the NUL of the last name; and a name in it must have
 * no slash inside.
 */
static bool libarchive_can(const struct archive *archive)
{
    struct span names = archive->names;
    for (size_t i = 0; names.size && i < archive->member_count; i++) {
        struct span name = archive->members[i].name;
        if (name.size && memchr(name.data, '/', name.size)) {
            return false;
        }
    }
    return !names.size || names.data[names.size - 1] != 0;
}

static void read_twice(void *context, const char *path, struct span file)
{
    struct arena arena = {0};
    struct archive archive;
    struct second_look second = {.archive = &archive, .path = path};
    (void)context;
    read_fixture(path, file, &arena, &archive);
    const char *complaint = second_read(file, look, &second);
    if (libarchive_can(&archive)) {
        ck_assert_msg(!complaint, "%s: libarchive: %s", path, complaint);
        ck_assert_msg(second.next == archive.member_count, "%s: libarchive has %zu of %zu members",
                      path, second.next, archive.member_count);
    } else {
        ck_assert_msg(complaint && strstr(complaint, "Invalid string table"), "%s: libarchive: %s",
                      path, complaint ? complaint : "reads it");
    }
    arena_free(&arena);
}

START_TEST(libarchive_agrees)
{
    each_fixture(read_twice, NULL);
}
END_TEST

/** Apple's linkers refuse 64-bit objects that lie elsewhere. */
static void check_alignment(void *context, const char *path, struct span file)
{
    struct arena arena = {0};
    struct archive archive;
    (void)context;
    read_fixture(path, file, &arena, &archive);
    for (size_t i = 0; archive.flavour == AR_DARWIN && i < archive.member_count; i++) {
        ck_assert_msg((archive.members[i].data.data - file.data) % 8 == 0, "%s: member %zu", path,
                      i);
    }
    arena_free(&arena);
}

START_TEST(darwin_is_aligned)
{
    each_fixture(check_alignment, NULL);
}
END_TEST

Suite *ar_fixtures_suite(void)
{
    Suite *suite = suite_create("ar-fixtures");
    TCase *tcase = tcase_create("fixtures");
    tcase_add_test(tcase, same_bytes_again);
    tcase_add_test(tcase, libarchive_agrees);
    tcase_add_test(tcase, darwin_is_aligned);
    suite_add_tcase(suite, tcase);
    return suite;
}
