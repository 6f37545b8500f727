/* SPDX-License-Identifier: MIT */
/* Apart from the tests that use it: libarchive has a struct archive of its own. */
#include "ar/second.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>

static bool is_bookkeeping(const char *name)
{
    static const char *const names[] = {"/", "//", "/SYM64/", "__.SYMDEF", "__.SYMDEF SORTED",
                                        "__.SYMDEF_64", "__.SYMDEF_64 SORTED"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return strncmp(name, "/<", 2) == 0;
}

/** An entry's contents, in a block that the caller frees. */
static int read_data(struct archive *handle, uint8_t **bytes, size_t *size)
{
    const void *block;
    la_int64_t offset;
    size_t length;
    int result;
    while ((result = archive_read_data_block(handle, &block, &length, &offset)) == ARCHIVE_OK) {
        uint8_t *more = realloc(*bytes, *size + length + 1);
        if (!more) {
            return ARCHIVE_FATAL;
        }
        *bytes = more;
        memcpy(*bytes + *size, block, length);
        *size += length;
    }
    return result;
}

const char *second_read(struct span file,
                        void (*each)(void *context, const char *name, struct span data),
                        void *context)
{
    static char complaint[256];
    struct archive *handle = archive_read_new();
    struct archive_entry *entry;
    archive_read_support_format_ar(handle);
    int result = archive_read_open_memory(handle, file.data, file.size);
    while (result == ARCHIVE_OK &&
           (result = archive_read_next_header(handle, &entry)) == ARCHIVE_OK) {
        uint8_t *bytes = NULL;
        size_t size = 0;
        result = read_data(handle, &bytes, &size);
        if (result == ARCHIVE_EOF) {
            result = ARCHIVE_OK;
            if (!is_bookkeeping(archive_entry_pathname(entry))) {
                each(context, archive_entry_pathname(entry), span_make(bytes, size));
            }
        }
        free(bytes);
    }
    const char *text = result == ARCHIVE_EOF ? NULL : archive_error_string(handle);
    snprintf(complaint, sizeof complaint, "%s", text ? text : "unknown error");
    archive_read_free(handle);
    return result == ARCHIVE_EOF ? NULL : complaint;
}
