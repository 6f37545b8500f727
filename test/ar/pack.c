/* SPDX-License-Identifier: MIT */
/* Apart from the tests that use it: libarchive has a struct archive of its own. */
#include "ar/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

struct output {
    uint8_t *bytes;
    size_t size;
};

static la_ssize_t write_output(struct archive *handle, void *context, const void *bytes,
                               size_t size)
{
    struct output *output = context;
    (void)handle;
    output->bytes = realloc(output->bytes, output->size + size + 1);
    ck_assert_ptr_nonnull(output->bytes);
    memcpy(output->bytes + output->size, bytes, size);
    output->size += size;
    return (la_ssize_t)size;
}

static void write_zeros(struct archive *handle, size_t size)
{
    static const uint8_t zeros[65536];
    while (size) {
        size_t step = size < sizeof zeros ? size : sizeof zeros;
        ck_assert_int_eq(archive_write_data(handle, zeros, step), (int)step);
        size -= step;
    }
}

/** One "NAME=CONTENTS". */
static void write_entry(struct archive *handle, const char *word, size_t length)
{
    struct archive_entry *entry = archive_entry_new();
    char text[512];
    ck_assert_uint_lt(length, sizeof text);
    memcpy(text, word, length);
    text[length] = '\0';
    char *contents = strchr(text, '=');
    ck_assert_ptr_nonnull(contents);
    *contents++ = '\0';
    bool link = *text == '@' || *text == '&';
    bool sparse = *contents == '~';
    size_t zeros = sparse || *contents == '*' ? strtoul(contents + 1, NULL, 10) : 0;
    size_t size = link ? 0 : zeros ? zeros : strlen(contents);
    archive_entry_set_pathname(entry, text + link);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_filetype(entry, *text == '@' ? AE_IFLNK : AE_IFREG);
    archive_entry_set_size(entry, (la_int64_t)size);
    if (*text == '@') {
        archive_entry_set_symlink(entry, contents);
    } else if (*text == '&') {
        archive_entry_set_hardlink(entry, contents);
    }
    if (sparse) {
        archive_entry_sparse_add_entry(entry, 8192, 4096);
    }
    ck_assert_msg(archive_write_header(handle, entry) == ARCHIVE_OK, "%s: %s", text,
                  archive_error_string(handle));
    if (zeros) {
        write_zeros(handle, zeros);
    } else if (size) {
        ck_assert_int_eq(archive_write_data(handle, contents, size), (int)size);
    }
    archive_entry_free(entry);
}

struct span make_package(const char *format, const char *filter, const char *entries)
{
    struct output output = {0};
    struct archive *handle = archive_write_new();
    bool stored = strcmp(format, "zip:store") == 0;
    ck_assert_int_eq(archive_write_set_format_by_name(handle, stored ? "zip" : format), ARCHIVE_OK);
    if (stored) {
        ck_assert_int_eq(archive_write_set_options(handle, "zip:compression=store"), ARCHIVE_OK);
    }
    if (strcmp(filter, "none") != 0) {
        ck_assert_int_eq(archive_write_add_filter_by_name(handle, filter), ARCHIVE_OK);
    }
    archive_write_set_bytes_in_last_block(handle, 1);
    ck_assert_int_eq(archive_write_open(handle, &output, NULL, write_output, NULL), ARCHIVE_OK);
    while (*(entries += strspn(entries, " "))) {
        size_t length = strcspn(entries, " ");
        write_entry(handle, entries, length);
        entries += length;
    }
    ck_assert_int_eq(archive_write_close(handle), ARCHIVE_OK);
    archive_write_free(handle);
    return span_make(output.bytes, output.size);
}
