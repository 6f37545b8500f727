/* SPDX-License-Identifier: MIT */
/*
 * again ARCHIVE... - every object of archives is taken apart, written, read and compared.
 *
 * Says how many objects there were, how many were written, how many stay as they are and why.
 * Fails if one that was written is not what it was.
 *   -o DIR  put each object that was written there, and as it was: NUMBER.new, NUMBER.old
 */
#include <stdio.h>
#include <stdlib.h>

#include "ar/archive.h"
#include "base/os.h"
#include "obj/obj_edit.h"

struct tally {
    size_t objects, written, refused, others, failed;
    unsigned long long before, after;
    const char *directory;
};

static void save(const struct tally *tally, const char *suffix, struct span bytes)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%zu.%s", tally->directory, tally->written, suffix);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes.data, 1, bytes.size, file) != bytes.size || fclose(file)) {
        perror(path);
        exit(1);
    }
}

static void try_member(struct tally *tally, const char *path, const struct ar_member *member,
                       struct span data)
{
    struct arena arena = {0};
    struct error error = {0};
    struct obj_edit edit, again;
    struct span out;
    enum obj_format format = object_probe(data);
    bool object = format == OBJ_ELF || format == OBJ_COFF || format == OBJ_MACHO;
    tally->objects += object;
    tally->others += !object;
    enum obj_result result = obj_edit_read(data, &arena, &edit, &error);
    if (result == OBJ_NOT_MINE) {
        tally->refused += object;
        if (object && !edit.object.import_stub) {
            printf("%s(%.*s): stays: %s\n", path, (int)member->name.size,
                   (const char *)member->name.data, error.text);
        }
        arena_free(&arena);
        return;
    }
    bool fine = result == OBJ_OK && obj_edit_write(&edit, &arena, &out, &error) == OBJ_OK &&
                obj_edit_read(out, &arena, &again, &error) == OBJ_OK &&
                obj_edit_equal(&edit, &again, &arena, &error);
    if (fine) {
        tally->before += data.size;
        tally->after += out.size;
        if (tally->directory) {
            save(tally, "old", data);
            save(tally, "new", out);
        }
        tally->written++;
    } else {
        printf("%s(%.*s): FAIL: %s\n", path, (int)member->name.size,
               (const char *)member->name.data, error.text);
        tally->failed++;
    }
    arena_free(&arena);
}

int main(int argc, char *argv[])
{
    struct tally tally = {0};
    for (int i = 1; i < argc; i++) {
        struct os_file file = {0};
        struct error error = {0};
        struct arena arena = {0};
        struct archive archive;
        if (argv[i][0] == '-' && argv[i][1] == 'o' && i + 1 < argc) {
            tally.directory = argv[++i];
            continue;
        }
        if (!os_map(argv[i], &file, &error) ||
            !archive_read(file.bytes, &arena, &archive, &error)) {
            fprintf(stderr, "%s: %s\n", argv[i], error.text);
            return 1;
        }
        for (size_t m = 0; m < archive.member_count; m++) {
            try_member(&tally, argv[i], &archive.members[m],
                       ar_member_content(&archive, &archive.members[m]));
        }
        arena_free(&arena);
        os_unmap(&file);
    }
    printf("%zu objects: %zu written again (%llu bytes, were %llu), %zu stay, %zu failed; %zu "
           "members are no objects\n", tally.objects, tally.written, tally.after, tally.before,
           tally.refused, tally.failed, tally.others);
    return tally.failed != 0 || tally.written == 0;
}
