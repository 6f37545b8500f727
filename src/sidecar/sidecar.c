/* SPDX-License-Identifier: MIT */
#include "sidecar/sidecar.h"

#include <stdio.h>
#include <stdlib.h>

#include <archive.h>
#include <archive_entry.h>

#include "ar/universal.h"

/*
 * Literals and stored variants compress well, but not without end: more than this many times the
 * sidecar's size, and at least a floor, is taken for an attack.
 */
enum { MOST_EXPANSION = 4096 };
enum { FIRST_ENTRIES = 2 };
static const uint64_t EXPANSION_FLOOR = (uint64_t)64 << 20;

/* ---- writing ----------------------------------------------------------------------------- */

/** Bytes that libarchive has given us so far. */
struct sink {
    uint8_t *bytes;
    size_t size;
    size_t capacity;
};

static la_ssize_t take(struct archive *tar, void *context, const void *bytes, size_t size)
{
    struct sink *sink = context;
    if (size > sink->capacity - sink->size) {
        size_t capacity = sink->capacity ? sink->capacity : 64 * 1024;
        while (size > capacity - sink->size) {
            capacity *= 2;
        }
        uint8_t *larger = realloc(sink->bytes, capacity);
        if (!larger) {
            archive_set_error(tar, -1, "out of memory");
            return -1;
        }
        sink->bytes = larger;
        sink->capacity = capacity;
    }
    memcpy(sink->bytes + sink->size, bytes, size);
    sink->size += size;
    return (la_ssize_t)size;
}

/** The entries on their way into a tar, or the same way again to compare them with one. */
struct passage {
    struct archive *tar;
    const struct pack *pack; /* NULL: literals and contents are entries */
    struct arena *scratch;   /* of one entry at a time */
    bool compare;
};

static bool write_header(struct archive *tar, const char *name, uint64_t size)
{
    struct archive_entry *entry = archive_entry_new();
    if (!entry) {
        return false;
    }
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 0, 0);
    archive_entry_set_size(entry, (la_int64_t)size);
    bool done = archive_write_header(tar, entry) == ARCHIVE_OK;
    archive_entry_free(entry);
    return done;
}

static bool same_header(struct archive *tar, const char *name, uint64_t size)
{
    struct archive_entry *entry;
    if (archive_read_next_header(tar, &entry) != ARCHIVE_OK) {
        return false;
    }
    const char *found = archive_entry_pathname(entry);
    return found && strcmp(found, name) == 0 && archive_entry_size(entry) == (la_int64_t)size;
}

/** Begin an entry of @size bytes. */
static bool begin_entry(const struct passage *to, const char *name, uint64_t size)
{
    return to->compare ? same_header(to->tar, name, size) : write_header(to->tar, name, size);
}

static bool same_bytes(struct archive *tar, struct span bytes)
{
    uint8_t found[16 * 1024];
    while (bytes.size) {
        size_t size = bytes.size < sizeof found ? bytes.size : sizeof found;
        la_ssize_t got = archive_read_data(tar, found, size);
        if (got <= 0 || memcmp(found, bytes.data, (size_t)got) != 0) {
            return false;
        }
        bytes = span_from(bytes, (uint64_t)got);
    }
    return true;
}

static bool put_bytes(const struct passage *to, struct span bytes)
{
    if (to->compare) {
        return same_bytes(to->tar, bytes);
    }
    return bytes.size == 0 ||
           archive_write_data(to->tar, bytes.data, bytes.size) == (la_ssize_t)bytes.size;
}

static bool put_entry(const struct passage *to, const char *name, struct span bytes)
{
    return begin_entry(to, name, bytes.size) && put_bytes(to, bytes);
}

static bool put_library(const struct passage *to, const struct manifest_library *library,
                        size_t number)
{
    char name[40];
    struct span recipe;
    uint64_t literal = 0;
    snprintf(name, sizeof name, "recipe/%zu", number);
    bool done = recipe_print(library, to->scratch, &recipe) && put_entry(to, name, recipe);
    arena_reset(to->scratch);
    if (!done || to->pack) {
        return done;
    }
    for (size_t i = 0; i < library->step_count; i++) {
        literal += library->steps[i].literal.size;
    }
    snprintf(name, sizeof name, "literal/%zu", number);
    done = begin_entry(to, name, literal);
    for (size_t i = 0; done && i < library->step_count; i++) {
        done = put_bytes(to, library->steps[i].literal);
    }
    return done;
}

static bool put_streams(const struct passage *to)
{
    char name[40];
    bool done = put_entry(to, "layout", to->pack->layout);
    for (size_t i = 0; done && i < PACK_STREAMS; i++) {
        snprintf(name, sizeof name, "stream/%zu", i);
        done = !to->pack->streams[i].size || put_entry(to, name, to->pack->streams[i]);
    }
    return done;
}

static bool put_entries(const struct passage *to, const struct manifest *manifest, const char *json)
{
    char name[40];
    struct span contents;
    bool done = put_entry(to, "manifest.json", span_of(json)) &&
                contents_print(manifest, to->scratch, &contents) &&
                put_entry(to, "contents", contents);
    arena_reset(to->scratch);
    for (size_t i = 0; done && i < manifest->library_count; i++) {
        done = put_library(to, &manifest->libraries[i], i);
    }
    if (to->pack) {
        done = done && put_streams(to);
    }
    for (size_t i = 0; done && !to->pack && i < manifest->content_count; i++) {
        snprintf(name, sizeof name, "content/%zu", i);
        done = !manifest->contents[i].stored || put_entry(to, name, manifest->contents[i].bytes);
    }
    for (size_t i = 0; done && i < manifest->file_count; i++) {
        snprintf(name, sizeof name, "file/%zu", i);
        done = !manifest->files[i].existed || put_entry(to, name, manifest->files[i].bytes);
    }
    return done;
}

/** Whether all that was to be written, printed once more, can be read from what was. */
static bool check_written(const struct manifest *manifest, const struct pack *pack,
                          struct span bytes, struct error *error)
{
    struct arena arena = {0};
    struct archive_entry *none;
    struct passage from = {archive_read_new(), pack, &arena, true};
    char *json = manifest_print(manifest, error);
    bool done = from.tar && json && archive_read_support_filter_zstd(from.tar) == ARCHIVE_OK &&
                archive_read_support_format_tar(from.tar) == ARCHIVE_OK &&
                archive_read_open_memory(from.tar, bytes.data, bytes.size) == ARCHIVE_OK &&
                put_entries(&from, manifest, json) &&
                archive_read_next_header(from.tar, &none) == ARCHIVE_EOF;
    archive_read_free(from.tar);
    free(json);
    arena_free(&arena);
    return done || error_set(error, "reading back the sidecar: it is not what was to be written");
}

/** Write the tar. */
static bool write_tar(const struct manifest *manifest, const struct pack *pack, struct sink *sink,
                      struct error *error)
{
    struct archive *tar = archive_write_new();
    struct arena scratch = {0};
    struct passage to = {tar, pack, &scratch, false};
    char *json = manifest_print(manifest, error);
    bool opened = tar && json && archive_write_add_filter_zstd(tar) == ARCHIVE_OK &&
                  archive_write_set_format_pax_restricted(tar) == ARCHIVE_OK &&
                  archive_write_set_bytes_in_last_block(tar, 1) == ARCHIVE_OK &&
                  archive_write_open(tar, sink, NULL, take, NULL) == ARCHIVE_OK;
    bool done =
        opened && put_entries(&to, manifest, json) && archive_write_close(tar) == ARCHIVE_OK;
    if (!done) {
        const char *why = tar ? archive_error_string(tar) : NULL;
        error_set(error, "writing the sidecar: %s", why ? why : "out of memory");
    }
    arena_free(&scratch);
    if (opened) { /* what it could not open, libarchive 3.6 would free twice */
        archive_write_free(tar);
    }
    free(json);
    return done;
}

bool sidecar_write(const struct manifest *manifest, const struct pack_file *files, unsigned jobs,
                   struct arena *arena, struct span *bytes, struct error *error)
{
    struct sink sink = {0};
    struct arena scratch = {0};
    struct pack pack = {0};
    struct manifest written = *manifest;
    const struct pack *streams = manifest->pack; /* made before */
    if (!streams && pack_pays(manifest)) {
        streams = &pack;
    }
    written.packed = streams != NULL;
    bool done = (streams != &pack || pack_make(manifest, files, jobs, &scratch, &pack, error)) &&
                write_tar(&written, streams, &sink, error) &&
                check_written(&written, streams, span_make(sink.bytes, sink.size), error);
    arena_free(&scratch);
    *bytes = done ? arena_copy(arena, span_make(sink.bytes, sink.size)) : (struct span){0};
    free(sink.bytes);
    return done && (bytes->data || error_memory(error));
}

/* ---- reading ----------------------------------------------------------------------------- */

struct reading {
    struct archive *tar;
    struct arena *arena;
    struct manifest *manifest;
    struct error *error;
    uint64_t budget; /* bytes that may still come out */
    unsigned parsed; /* how many of the first entries */
    struct pack_reader pack;
    struct pack *raw; /* of a packed one; set with its layout */
};

static bool tar_error(struct reading *r)
{
    const char *why = archive_error_string(r->tar);
    return error_set(r->error, "not a sidecar, or damaged: %s", why ? why : "no tar");
}

static bool read_entry(struct reading *r, struct archive_entry *entry, struct span *bytes)
{
    const char *name = archive_entry_pathname(entry);
    la_int64_t size = archive_entry_size(entry);
    if (archive_entry_filetype(entry) != AE_IFREG || size < 0 || (uint64_t)size > r->budget) {
        return error_set(r->error, "%s: %lld bytes, but at most %llu more may come",
                         name ? name : "entry", (long long)size, (unsigned long long)r->budget);
    }
    r->budget -= (uint64_t)size;
    uint8_t *data = arena_alloc(r->arena, (size_t)size);
    if (!data) {
        return error_memory(r->error);
    }
    *bytes = span_make(data, (size_t)size);
    for (size_t at = 0; at < bytes->size;) {
        la_ssize_t got = archive_read_data(r->tar, data + at, bytes->size - at);
        if (got <= 0) {
            return got < 0 ? tar_error(r) : error_set(r->error, "%s: cut short", name);
        }
        at += (size_t)got;
    }
    return true;
}

/** The number behind "literal/" or "content/"; false when it is none or too large. */
static bool entry_number(const char *name, const char *folder, size_t most, size_t *number)
{
    size_t length = strlen(folder);
    char *end;
    if (strncmp(name, folder, length) != 0 || name[length] < '0' || name[length] > '9') {
        return false;
    }
    unsigned long value = strtoul(name + length, &end, 10);
    *number = value;
    return *end == '\0' && value < most;
}

/** The first two entries have fixed names, because all others refer to them. */
static bool place_first(struct reading *r, const char *name, struct span bytes)
{
    static const char *const names[] = {"manifest.json", "contents"};
    if (strcmp(name, names[r->parsed]) != 0) {
        return error_set(r->error, "its entry %u is %s, not %s", r->parsed + 1, name,
                         names[r->parsed]);
    }
    return r->parsed++ == 0 ? manifest_parse(bytes, r->arena, r->manifest, r->error)
                            : contents_parse(bytes, r->arena, r->manifest, r->error);
}

/** Literals and contents of a packed sidecar. */
static bool place_packed(struct reading *r, const char *name, struct span bytes)
{
    size_t number;
    if (strcmp(name, "layout") == 0 && !r->raw) {
        const struct file_form *form = &r->manifest->workspace_form;
        struct span workspace = r->pack.workspace;
        r->manifest->pack = r->raw = ARENA_NEW(r->arena, struct pack);
        if (!r->raw) {
            return error_memory(r->error);
        }
        r->raw->layout = bytes;
        if (workspace.size != form->size || !digest_equal(digest_of(workspace), form->digest)) {
            r->pack.workspace = (struct span){0};
        }
        return pack_read_layout(bytes, r->manifest, r->arena, &r->pack, &r->budget, r->error);
    }
    if (!r->raw || !entry_number(name, "stream/", PACK_STREAMS, &number)) {
        return error_set(r->error, "entry %s has no place in a sidecar", name);
    }
    r->raw->streams[number] = bytes;
    return pack_read_stream(bytes, number, &r->pack, r->budget, r->error);
}

static bool place_entry(struct reading *r, const char *name, struct span bytes)
{
    struct manifest *manifest = r->manifest;
    size_t number;
    if (r->parsed < FIRST_ENTRIES) {
        return place_first(r, name, bytes);
    }
    if (!r->raw && entry_number(name, "recipe/", manifest->library_count, &number)) {
        return recipe_parse(bytes, r->arena, manifest, &manifest->libraries[number], r->error);
    }
    if (manifest->packed && strncmp(name, "file/", 5) != 0) {
        return place_packed(r, name, bytes);
    }
    if (entry_number(name, "literal/", manifest->library_count, &number)) {
        return recipe_fill(&manifest->libraries[number], bytes) ||
               error_set(r->error, "%s: %zu bytes are not what its recipe takes", name, bytes.size);
    }
    if (entry_number(name, "content/", manifest->content_count, &number)) {
        struct manifest_content *content = &manifest->contents[number];
        content->bytes = bytes;
        return (content->stored && content->size == bytes.size &&
                digest_equal(content->digest, digest_of(bytes))) ||
               error_set(r->error, "%s is not what the manifest says", name);
    }
    if (entry_number(name, "file/", manifest->file_count, &number)) {
        struct manifest_file *file = &manifest->files[number];
        file->bytes = bytes;
        return (file->existed && file->original.size == bytes.size &&
                digest_equal(file->original.digest, digest_of(bytes))) ||
               error_set(r->error, "%s is not what the manifest says", name);
    }
    return error_set(r->error, "entry %s has no place in a sidecar", name);
}

/** The bytes that an original begins with, as far as the sidecar has them. */
static struct span beginning(const struct manifest *manifest, const struct recipe_step *step)
{
    return step->literal.size || step->content == NO_CONTENT
               ? step->literal
               : manifest->contents[step->content].bytes;
}

/** Only archives are ever put back: a foreign sidecar writes nothing else anywhere. */
static bool is_of_archive(const struct manifest *manifest, const struct manifest_library *library)
{
    struct span start = beginning(manifest, &library->steps[0]);
    return (library->slice_count && universal_probe(start)) || span_starts(start, "!<arch>\n");
}

/** Each recipe must add up to its original, and each stored content must be there. */
static bool check_manifest(const struct manifest *manifest, struct error *error)
{
    for (size_t i = 0; i < manifest->content_count; i++) {
        const struct manifest_content *content = &manifest->contents[i];
        if (content->stored && content->size != content->bytes.size) {
            return error_set(error, "content/%zu is missing", i);
        }
        if (content->stored && manifest->packed && !content->lost &&
            !digest_equal(content->digest, digest_of(content->bytes))) {
            return error_set(error, "content %zu is not what the manifest says", i);
        }
    }
    for (size_t i = 0; i < manifest->file_count; i++) {
        const struct manifest_file *file = &manifest->files[i];
        if (file->existed && file->original.size != file->bytes.size) {
            return error_set(error, "file/%zu is missing", i);
        }
    }
    for (size_t i = 0; i < manifest->library_count; i++) {
        const struct manifest_library *library = &manifest->libraries[i];
        uint64_t size = 0;
        bool filled = library->step_count > 0;
        for (size_t j = 0; filled && j < library->step_count; j++) {
            const struct recipe_step *step = &library->steps[j];
            filled = step->literal.size == 0 || step->literal.data;
            size += step->literal.size;
            size += step->content == NO_CONTENT ? 0 : manifest->contents[step->content].size;
        }
        filled = filled && (is_of_archive(manifest, library) ||
                            manifest_is_of_image(manifest, library));
        if (!filled || size != library->original.size ||
            !digest_equal(recipe_digest(manifest, library), library->original.digest)) {
            return error_set(error, "the recipe of %s does not add up to its original",
                             library->path);
        }
        if (!recipe_check_slices(library, error)) {
            return false;
        }
    }
    return true;
}

static bool read_entries(struct reading *r)
{
    struct archive_entry *entry;
    int status;
    while ((status = archive_read_next_header(r->tar, &entry)) == ARCHIVE_OK) {
        const char *name = archive_entry_pathname(entry);
        struct span bytes = {0};
        if (!name || !read_entry(r, entry, &bytes) || !place_entry(r, name, bytes)) {
            return name ? false : error_set(r->error, "an entry without a name");
        }
    }
    if (status != ARCHIVE_EOF) {
        return tar_error(r);
    }
    if (r->parsed < FIRST_ENTRIES) {
        return error_set(r->error, "manifest.json or contents is missing");
    }
    if (r->manifest->packed && !r->raw) {
        return error_set(r->error, "layout is missing");
    }
    return (!r->manifest->packed || pack_is_complete(&r->pack, r->error)) &&
           check_manifest(r->manifest, r->error);
}

/** The manifest, which comes first. */
static bool read_manifest(struct reading *r)
{
    struct archive_entry *entry;
    struct span bytes = {0};
    if (archive_read_next_header(r->tar, &entry) != ARCHIVE_OK) {
        return tar_error(r);
    }
    const char *name = archive_entry_pathname(entry);
    return name ? read_entry(r, entry, &bytes) && place_first(r, name, bytes)
                : error_set(r->error, "an entry without a name");
}

static bool read_with(bool (*read)(struct reading *r), struct span bytes, struct span workspace,
                      struct arena *arena, struct manifest *manifest, struct error *error)
{
    struct reading reading = {.arena = arena, .manifest = manifest, .error = error};
    reading.pack.workspace = workspace;
    reading.budget = bytes.size * MOST_EXPANSION;
    reading.budget = reading.budget > EXPANSION_FLOOR ? reading.budget : EXPANSION_FLOOR;
    reading.tar = archive_read_new();
    *manifest = (struct manifest){0};
    if (!reading.tar) {
        return error_memory(error);
    }
    archive_read_support_filter_zstd(reading.tar);
    archive_read_support_format_tar(reading.tar);
    bool done = archive_read_open_memory(reading.tar, bytes.data, bytes.size) == ARCHIVE_OK
                    ? read(&reading)
                    : tar_error(&reading);
    archive_read_free(reading.tar);
    return done;
}

bool sidecar_read(struct span bytes, struct span workspace, struct arena *arena,
                  struct manifest *manifest, struct error *error)
{
    return read_with(read_entries, bytes, workspace, arena, manifest, error);
}

bool sidecar_peek(struct span bytes, struct arena *arena, struct manifest *manifest,
                  struct error *error)
{
    return read_with(read_manifest, bytes, (struct span){0}, arena, manifest, error);
}
