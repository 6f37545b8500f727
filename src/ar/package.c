/* SPDX-License-Identifier: MIT */
/**
 * Packages, read through libarchive from a mapping of the file.
 *
 * Formats and filters are enabled one by one: those that SDKs are shipped in, none that libarchive
 * hands to another program, and not mtree, which reads files of this machine. What a package may
 * ask for is bounded: a library is read into a buffer that grows as its bytes arrive, and all
 * libraries together may take a multiple of the package's size (see allowance_of()).
 *
 * A ".deb" is an ar archive of debian-binary, control.tar.* and data.tar.*; the last one is read.
 *
 * This file does not include ar/archive.h: libarchive has a struct archive of its own.
 */
#include "ar/package.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdlib.h>

#include "base/os.h"

enum {
    FIRST_BUFFER = 64 * 1024,
    LARGEST_FIRST_BUFFER = 64 * 1024 * 1024, /* so far an entry's stated size is taken on trust */
    ENTRY_SIZE = 256, /* what an entry takes beside names and contents */
};

/** A package, or the data.tar.* in one, that is being read. */
struct reader {
    const char *path;
    struct archive *handle;
    size_t entries; /* seen so far */
    uint8_t *buffer;
    size_t capacity;
    uint64_t package_size;
    uint64_t left; /* bytes that contents may still take */
    struct error *error;
};

bool package_probe(struct span bytes)
{
    static const struct {
        uint64_t offset;
        const char *magic;
        size_t size;
    } known[] = {
        {0, "\xfd" "7zXZ\0", 6},          /* .xz */
        {0, "\x1f\x8b\x08", 3},           /* .gz */
        {0, "\x28\xb5\x2f\xfd", 4},       /* .zst */
        {0, "BZh", 3},                    /* .bz2 */
        {0, "PK\x03\x04", 4},             /* .zip */
        {0, "PK\x05\x06", 4},             /* .zip without entries */
        {0, "xar!", 4},                   /* .xar, .pkg */
        {0, "7z\xbc\xaf\x27\x1c", 6},     /* .7z */
        {257, "ustar", 5},                /* .tar, of POSIX and of GNU */
        {0, "!<arch>\ndebian-binary", 21}, /* .deb */
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct span found;
        if (span_sub(bytes, known[i].offset, known[i].size, &found) &&
            memcmp(found.data, known[i].magic, found.size) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_deb(struct span bytes)
{
    return span_starts(bytes, "!<arch>\ndebian-binary");
}

/**
 * How many bytes may be read out of a package of @size bytes. Object code packs to a tenth; what
 * packs to less than 1/256 is made to fill the memory.
 */
static uint64_t allowance_of(uint64_t size)
{
    const uint64_t always = (uint64_t)256 << 20;
    const uint64_t never = (uint64_t)16 << 30;
    uint64_t allowance = size > never / 256 ? never : size * 256;
    return allowance > always ? allowance : always;
}

static void enable_packages(struct archive *handle)
{
    /* a libarchive that was built without one of these says so when it meets it */
    (void)archive_read_support_filter_gzip(handle);
    (void)archive_read_support_filter_bzip2(handle);
    (void)archive_read_support_filter_xz(handle);
    (void)archive_read_support_filter_lzma(handle);
    (void)archive_read_support_filter_zstd(handle);
    (void)archive_read_support_format_tar(handle);
    (void)archive_read_support_format_zip(handle);
    (void)archive_read_support_format_7zip(handle);
    (void)archive_read_support_format_xar(handle);
}

static const char *reason(const struct reader *reader)
{
    const char *text = archive_error_string(reader->handle);
    return text ? text : "unreadable";
}

static bool open_reader(struct reader *reader, struct span bytes, bool deb)
{
    reader->handle = archive_read_new();
    if (!reader->handle) {
        return error_memory(reader->error);
    }
    if (deb) {
        (void)archive_read_support_format_ar(reader->handle);
    } else {
        enable_packages(reader->handle);
    }
    if (archive_read_open_memory(reader->handle, bytes.data, bytes.size) != ARCHIVE_OK) {
        return error_set(reader->error, "%s: no package of a known kind: %s", reader->path,
                         reason(reader));
    }
    return true;
}

static void close_reader(struct reader *reader)
{
    archive_read_free(reader->handle);
    free(reader->buffer);
}

/** The next entry; NULL behind the last one and on errors, which set @failed. */
static struct archive_entry *next_entry(struct reader *reader, bool *failed)
{
    struct archive_entry *entry;
    int result = archive_read_next_header(reader->handle, &entry);
    if (result == ARCHIVE_OK || result == ARCHIVE_WARN) {
        reader->entries++;
        return entry;
    }
    *failed = result != ARCHIVE_EOF;
    if (*failed) {
        error_set(reader->error, "%s: behind entry %zu: %s", reader->path, reader->entries,
                  reason(reader));
    }
    return NULL;
}

/** An entry's name, whatever the locale makes of it; NULL if it has none. */
static const char *entry_name(struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);
    return name ? name : archive_entry_pathname_utf8(entry);
}

static bool grow(struct reader *reader, uint64_t wanted)
{
    if (wanted <= reader->capacity) {
        return true;
    }
    uint8_t *buffer = wanted < SIZE_MAX ? realloc(reader->buffer, (size_t)wanted) : NULL;
    if (!buffer) {
        return error_memory(reader->error);
    }
    reader->buffer = buffer;
    reader->capacity = (size_t)wanted;
    return true;
}

static bool refuse_bomb(const struct reader *reader)
{
    return error_set(reader->error, "more than %llu bytes come out of a package of %llu: refused",
                     (unsigned long long)allowance_of(reader->package_size),
                     (unsigned long long)reader->package_size);
}

/** Put @size bytes behind the @used ones in the buffer; zeros when @bytes is NULL. */
static bool append(struct reader *reader, size_t *used, const void *bytes, uint64_t size)
{
    if (size > reader->left) {
        return refuse_bomb(reader);
    }
    uint64_t wanted = *used + size;
    uint64_t doubled = 2 * (uint64_t)reader->capacity;
    if (wanted > reader->capacity && !grow(reader, wanted > doubled ? wanted : doubled)) {
        return false;
    }
    if (bytes) {
        memcpy(reader->buffer + *used, bytes, (size_t)size);
    } else {
        memset(reader->buffer + *used, 0, (size_t)size);
    }
    *used += (size_t)size;
    reader->left -= size;
    return true;
}

/**
 * Read all blocks of an entry. Holes between them, which tar has for sparse files, become zeros.
 * archive_read_data() would do the same, but puts zeros behind the entries of a .xar.
 */
static bool read_blocks(struct reader *reader, size_t *used)
{
    for (;;) {
        const void *block;
        size_t size;
        la_int64_t offset;
        int result = archive_read_data_block(reader->handle, &block, &size, &offset);
        if (result == ARCHIVE_EOF) {
            return true;
        }
        if (result != ARCHIVE_OK) {
            return error_set(reader->error, "after %zu bytes: %s", *used, reason(reader));
        }
        if (size == 0) {
            continue;
        }
        if (offset < 0 || (uint64_t)offset < *used) {
            return error_set(reader->error, "after %zu bytes: a block for offset %lld", *used,
                             (long long)offset);
        }
        if (!append(reader, used, NULL, (uint64_t)offset - *used) ||
            !append(reader, used, block, size)) {
            return false;
        }
    }
}

/** Read an entry's contents into the reader's buffer, which the next entry takes again. */
static bool read_contents(struct reader *reader, struct archive_entry *entry,
                          struct span *contents)
{
    size_t used = 0;
    bool stated = archive_entry_size_is_set(entry);
    uint64_t size = stated ? (uint64_t)archive_entry_size(entry) : 0;
    if (size > reader->left) {
        return refuse_bomb(reader);
    }
    if (!grow(reader, size < FIRST_BUFFER           ? FIRST_BUFFER
                      : size > LARGEST_FIRST_BUFFER ? LARGEST_FIRST_BUFFER
                                                    : size) ||
        !read_blocks(reader, &used)) {
        return false;
    }
    if (archive_entry_sparse_count(entry) && used < size &&
        !append(reader, &used, NULL, size - used)) {
        return false;
    }
    if (stated && used != size) {
        return error_set(reader->error, "%zu bytes, but the package states %llu", used,
                         (unsigned long long)size);
    }
    *contents = span_make(reader->buffer, used);
    return true;
}

bool package_is_library(const char *name)
{
    struct span text = span_of(name);
    return span_ends(text, ".a") || span_ends(text, ".lib");
}

bool package_is_image(const char *name, uint32_t mode)
{
    static const char *const suffixes[] = {".so", ".dylib", ".bundle", ".node",
                                           ".dll", ".pyd", ".exe"};
    const char *slash = strrchr(name, '/');
    const char *base = slash ? slash + 1 : name;
    bool is = strstr(base, ".so.") || (mode & 0111 && !strchr(base, '.'));
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        is |= span_ends(span_of(base), suffixes[i]);
    }
    return is;
}

/**
 * Copy @name to @clean (as long as @name) without "." parts and doubled slashes. False when it
 * would lead out of the place where the package is unpacked, here or on Windows.
 */
static bool clean_name(const char *name, char *clean)
{
    size_t used = 0;
    if (*name == '/' || strchr(name, '\\') || (*name && name[1] == ':')) {
        return false;
    }
    while (*name) {
        size_t length = strcspn(name, "/");
        if (length == 2 && name[0] == '.' && name[1] == '.') {
            return false;
        }
        if (length && !(length == 1 && name[0] == '.')) {
            if (used) {
                clean[used++] = '/';
            }
            memcpy(clean + used, name, length);
            used += length;
        }
        name += length;
        name += *name == '/';
    }
    clean[used] = '\0';
    return used > 0;
}

/** Clean a name that a package gives, of an entry or of what a hard link is the same as. */
static char *make_clean(const struct reader *reader, const char *name)
{
    char *clean = malloc(strlen(name) + 1);
    if (!clean) {
        error_memory(reader->error);
    } else if (!clean_name(name, clean)) {
        error_set(reader->error, "the name leads out of the package: refused");
        free(clean);
        return NULL;
    }
    return clean;
}

/** What an entry is, and what it leads to: NULL with an error, or of what leads to nothing. */
static char *look_at_entry(const struct reader *reader, struct archive_entry *entry,
                           enum package_kind *kind)
{
    const char *same = archive_entry_hardlink(entry);
    const char *link = archive_entry_symlink(entry);
    same = same ? same : archive_entry_hardlink_utf8(entry);
    link = link ? link : archive_entry_symlink_utf8(entry);
    unsigned type = archive_entry_filetype(entry);
    *kind = same               ? PACKAGE_SAME
            : type == AE_IFREG ? PACKAGE_FILE
            : type == AE_IFLNK ? PACKAGE_LINK
            : type == AE_IFDIR ? PACKAGE_FOLDER
                               : PACKAGE_OTHER;
    char *copy = same                            ? make_clean(reader, same)
                 : *kind == PACKAGE_LINK && link ? strdup(link)
                                                 : NULL;
    if (!copy && *kind == PACKAGE_LINK) {
        link ? error_memory(reader->error)
             : error_set(reader->error, "a link whose text cannot be read");
    }
    return copy;
}

static bool visit_entry(struct reader *reader, struct archive_entry *entry, const char *name,
                        const struct package_rules *rules)
{
    struct package_entry found = {.mode = (uint32_t)archive_entry_perm(entry)};
    char *clean = make_clean(reader, name);
    char *to = clean ? look_at_entry(reader, entry, &found.kind) : NULL;
    bool done = clean && reader->error->kind == ERROR_NONE;
    uint64_t size = done ? ENTRY_SIZE + strlen(clean) + (to ? strlen(to) : 0) : 0;
    if (done && size > reader->left) {
        done = refuse_bomb(reader);
    }
    reader->left -= done ? size : 0;
    found.name = clean;
    found.to = to;
    done = done &&
           (found.kind != PACKAGE_FILE || read_contents(reader, entry, &found.bytes)) &&
           rules->visit(rules->context, &found, reader->error);
    free(to);
    free(clean);
    if (!done && reader->error->kind != ERROR_NONE) {
        error_prefix(reader->error, "%s(%s): ", reader->path, name);
    }
    return done;
}

/** Visit what is wanted of a package that is no ".deb". */
static bool read_entries(struct reader *reader, const struct package_rules *rules)
{
    struct archive_entry *entry;
    bool failed = false;
    while ((entry = next_entry(reader, &failed))) {
        bool plain = archive_entry_filetype(entry) == AE_IFREG && !archive_entry_hardlink(entry);
        bool folder = archive_entry_filetype(entry) == AE_IFDIR;
        const char *name = entry_name(entry);
        if (folder && !name) {
            continue; /* there is nothing in it that could be read */
        }
        if (!name) {
            return error_set(reader->error, "%s: the name of entry %zu cannot be read",
                             reader->path, reader->entries);
        }
        bool image = rules->images && plain &&
                     package_is_image(name, (uint32_t)archive_entry_perm(entry));
        bool wanted = (plain && package_is_library(name)) || image ||
                      (rules->wants && rules->wants(name));
        if (wanted && !visit_entry(reader, entry, name, rules)) {
            return false;
        }
    }
    return !failed;
}

/** Read data.tar.* of a ".deb" into the reader's buffer. */
static bool read_deb_data(struct reader *reader, struct span *data)
{
    struct archive_entry *entry;
    bool failed = false;
    while ((entry = next_entry(reader, &failed))) {
        const char *name = entry_name(entry);
        if (name && span_starts(span_of(name), "data.tar")) {
            return read_contents(reader, entry, data) ||
                   error_prefix(reader->error, "%s(%s): ", reader->path, name);
        }
    }
    return !failed && error_set(reader->error, "%s: a Debian package without data.tar",
                                reader->path);
}

bool package_read(const char *path, const struct package_rules *rules, struct error *error)
{
    struct os_file file = {0};
    if (!os_map(path, &file, error)) {
        return false;
    }
    struct span package = file.bytes;
    struct reader deb = {.path = path, .package_size = package.size,
                         .left = allowance_of(package.size), .error = error};
    struct reader inner = deb;
    bool done = true;
    struct os_locale locale;
    os_utf8_begin(&locale);
    if (is_deb(package)) {
        done = open_reader(&deb, file.bytes, true) && read_deb_data(&deb, &package);
    }
    done = done && open_reader(&inner, package, false) && read_entries(&inner, rules);
    close_reader(&inner);
    close_reader(&deb);
    os_utf8_end(&locale);
    os_unmap(&file);
    return done;
}
