/* SPDX-License-Identifier: MIT */
/*
 * resolved ARCHIVE JOINED RESOLVED - the two forms of what --merge makes of a prelinked library.
 *
 * Joins the sections of the archive's one object, writes it to JOINED, resolves its relocations,
 * and writes it to RESOLVED. Prints how many relocations, symbols and bytes each has; fails unless
 * there are fewer of all.
 */
#include <stdio.h>
#include <stdlib.h>

#include "ar/archive.h"
#include "base/os.h"
#include "shrink/prelink.h"
#include "shrink/shrink.h"

struct counts {
    size_t relocs, symbols, bytes;
};

static void fail(const char *what, const struct error *error)
{
    fprintf(stderr, "%s: %s\n", what, error->text);
    exit(1);
}

static struct counts save(const char *path, const struct obj_edit *edit, struct arena *arena)
{
    struct error error = {0};
    struct counts counts = {.symbols = edit->object.symbol_count};
    struct shrunk_object result;
    if (shrink_finish(edit, arena, arena, &result, &error) != OBJ_OK) {
        fail(path, &error);
    }
    for (size_t i = 0; i < edit->object.section_count; i++) {
        counts.relocs += edit->relocs[i].count;
    }
    counts.bytes = result.bytes.size;
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(result.bytes.data, 1, result.bytes.size, file) != result.bytes.size ||
        fclose(file)) {
        perror(path);
        exit(1);
    }
    return counts;
}

/** The archive's object, with the sections of each kind joined. */
static struct obj_edit joined(const char *path, struct arena *arena)
{
    struct os_file file = {0};
    struct error error = {0};
    struct archive archive;
    struct obj_edit edit;
    if (!os_map(path, &file, &error) || !archive_read(file.bytes, arena, &archive, &error)) {
        fail(path, &error);
    }
    for (size_t i = 0; i < archive.member_count; i++) {
        struct span data = ar_member_content(&archive, &archive.members[i]);
        if (obj_edit_read(data, arena, &edit, &error) == OBJ_OK && !edit.object.import_stub) {
            if (join_sections(&edit, true, arena, &error) != OBJ_OK) {
                fail(path, &error);
            }
            return edit;
        }
    }
    fail(path, &error);
    exit(1);
}

int main(int argc, char *argv[])
{
    struct arena arena = {0};
    struct error error = {0};
    const struct shrink_object_rules rules = {.strip = ARMELD_STRIP_LOCALS};
    bool changed;
    if (argc != 4) {
        fprintf(stderr, "usage: resolved ARCHIVE JOINED RESOLVED\n");
        return 2;
    }
    struct obj_edit edit = joined(argv[1], &arena);
    if (strip_object(&edit, &rules, &arena, &changed, &error) != OBJ_OK) {
        fail(argv[1], &error);
    }
    struct counts before = save(argv[2], &edit, &arena);
    if (resolve_object(&edit, &rules, &arena, &error) != OBJ_OK) {
        fail(argv[1], &error);
    }
    struct counts after = save(argv[3], &edit, &arena);
    printf("%s: %zu relocations become %zu, %zu symbols %zu, %zu bytes %zu\n", argv[1],
           before.relocs, after.relocs, before.symbols, after.symbols, before.bytes, after.bytes);
    arena_free(&arena);
    return !(after.relocs < before.relocs && after.symbols < before.symbols &&
             after.bytes < before.bytes);
}
