/* SPDX-License-Identifier: MIT */
#include "support/scratch.h"
#include "obj/obj_edit.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct arena scratch_arena;

static char root[4096];

const char *fixtures(void)
{
    const char *named = getenv("ARMELD_FIXTURES");
    return named ? named : "fixtures";
}

void scratch_make(void)
{
    const char *parent = getenv("TMPDIR");
    snprintf(root, sizeof root, "%s/armeld-test-XXXXXX", parent && *parent ? parent : "/tmp");
    ck_assert_ptr_nonnull(mkdtemp(root));
}

/** Call @each for everything in a folder, hidden files too, in byte order. */
static void walk(const char *folder, void (*each)(void *context, const char *path, bool is_folder),
                 void *context)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        struct stat status;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) {
            const char *path = arena_printf(&scratch_arena, "%s/%s", folder, name);
            each(context, path, lstat(path, &status) == 0 && S_ISDIR(status.st_mode));
        }
        free(entries[i]);
    }
    free(entries);
}

static void remove_entry(void *context, const char *path, bool is_folder)
{
    if (is_folder) {
        chmod(path, 0700);
        walk(path, remove_entry, context);
    }
    remove(path);
}

void scratch_remove(void)
{
    walk(root, remove_entry, NULL);
    remove(root);
    arena_free(&scratch_arena);
}

const char *scratch(const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return arena_printf(&scratch_arena, "%s/%s", root, text);
}

const char *scratch_folder(const char *name)
{
    struct error error = {0};
    const char *path = scratch("%s", name);
    ck_assert_msg(os_make_directory(path, NULL, &error), "%s", error.text);
    return path;
}

static bool copy_library(void *context, const char *path, struct error *error)
{
    (void)error;
    if (span_ends(span_of(path), ".a") || span_ends(span_of(path), ".lib")) {
        write_file(arena_printf(&scratch_arena, "%s%s", (const char *)context, strrchr(path, '/')),
                   file_bytes(path));
    }
    return true;
}

const char *scratch_fixture(const char *name, const char *fixture)
{
    struct error error = {0};
    const char *folder = scratch_folder(name);
    const char *from = arena_printf(&scratch_arena, "%s/%s", fixtures(), fixture);
    ck_assert_msg(os_walk(from, false, copy_library, (void *)(uintptr_t)folder, &error), "%s",
                  error.text);
    return folder;
}

void write_file(const char *path, struct span bytes)
{
    FILE *file = fopen(path, "wb");
    ck_assert_msg(file != NULL, "%s", path);
    ck_assert_uint_eq(fwrite(bytes.data ? bytes.data : (const void *)"", 1, bytes.size, file),
                      bytes.size);
    ck_assert_int_eq(fclose(file), 0);
}

struct span file_bytes(const char *path)
{
    struct os_file file = {0};
    struct error error = {0};
    ck_assert_msg(os_map(path, &file, &error), "%s", error.text);
    struct span copy = arena_copy(&scratch_arena, file.bytes);
    os_unmap(&file);
    return copy;
}

bool file_exists(const char *path)
{
    return os_kind(path) != OS_NOTHING;
}

void write_library(const char *path, const char *script, const struct content *contents,
                   size_t content_count)
{
    struct set set = {0};
    add_libraries(&set, script, contents, content_count);
    ck_assert_uint_eq(set.library_count, 1);
    write_file(path, set.libraries[0].bytes);
    set_free(&set);
}

void write_items(const char *path, enum ar_flavour flavour, const struct ar_item *items,
                 size_t count)
{
    struct set set = {0};
    add_library(&set, flavour, items, count);
    write_file(path, set.libraries[0].bytes);
    set_free(&set);
}

struct snapping {
    struct snapshot *snapshot;
    size_t skip; /* of the paths */
};

static void snap(void *context, const char *path, bool is_folder)
{
    const struct snapping *snapping = context;
    struct snapshot *snapshot = snapping->snapshot;
    struct stat status;
    if (is_folder) {
        walk(path, snap, context);
        return;
    }
    ck_assert_uint_lt(snapshot->count, sizeof snapshot->file / sizeof *snapshot->file);
    ck_assert_int_eq(stat(path, &status), 0);
    if (S_ISDIR(status.st_mode)) {
        return; /* a link to a folder */
    }
    snapshot->file[snapshot->count++] =
        (struct snapped){arena_printf(&scratch_arena, "%s", path + snapping->skip),
                         file_bytes(path), status.st_mode};
}

void take_snapshot(const char *folder, struct snapshot *snapshot)
{
    struct snapping snapping = {snapshot, strlen(folder)};
    snapshot->count = 0;
    walk(folder, snap, &snapping);
}

void same_snapshots(const char *what, const struct snapshot *a, const struct snapshot *b)
{
    ck_assert_msg(a->count == b->count, "%s: %zu files, not %zu", what, b->count, a->count);
    for (size_t i = 0; i < a->count; i++) {
        ck_assert_str_eq(a->file[i].path, b->file[i].path);
        ck_assert_msg(span_equal(a->file[i].bytes, b->file[i].bytes), "%s: %s: other bytes", what,
                      a->file[i].path);
        ck_assert_msg(a->file[i].mode == b->file[i].mode, "%s: %s: mode %o, not %o", what,
                      a->file[i].path, b->file[i].mode, a->file[i].mode);
    }
}

struct archive read_archive(const char *path)
{
    struct archive archive;
    struct error error = {0};
    ck_assert_msg(archive_read(file_bytes(path), &scratch_arena, &archive, &error), "%s: %s", path,
                  error.text);
    return archive;
}

const char *global_names(const char *path)
{
    struct archive archive = read_archive(path);
    const char *text = "";
    for (size_t i = 0; i < archive.member_count; i++) {
        struct obj_edit edit;
        struct error error = {0};
        struct span data = ar_member_content(&archive, &archive.members[i]);
        ck_assert(obj_edit_read(data, &scratch_arena, &edit, &error) == OBJ_OK);
        for (size_t s = 0; s < edit.object.symbol_count; s++) {
            const struct obj_symbol *symbol = &edit.object.symbols[s];
            if (obj_symbol_defines(symbol) && symbol->visibility == VISIBILITY_DEFAULT) {
                text = arena_printf(&scratch_arena, "%s%.*s ", text, SPAN_ARGS(symbol->name));
            }
        }
    }
    return text;
}


const char *member_names(const struct archive *archive)
{
    const char *text = "";
    for (size_t i = 0; i < archive->member_count; i++) {
        text = arena_printf(&scratch_arena, "%s%s%.*s", text, i ? " " : "",
                            (int)archive->members[i].name.size,
                            (const char *)archive->members[i].name.data);
    }
    return text;
}

int meld(const struct armeld_options *options, const char *const *paths, bool apply,
         struct armeld **armeld)
{
    int status = ARMELD_OK;
    *armeld = armeld_new(options);
    ck_assert_ptr_nonnull(*armeld);
    for (size_t i = 0; paths[i] && status == ARMELD_OK; i++) {
        status = armeld_add(*armeld, paths[i]);
    }
    status = status ? status : armeld_plan(*armeld);
    return status || !apply ? status : armeld_apply(*armeld);
}

void meld_well(const struct armeld_options *options, const char *const *paths)
{
    struct armeld *armeld;
    int status = meld(options, paths, true, &armeld);
    ck_assert_msg(status == ARMELD_OK, "%d: %s", status, armeld_error(armeld));
    armeld_free(armeld);
}
