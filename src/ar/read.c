/* SPDX-License-Identifier: MIT */
/**
 * Static archives: reading.
 *
 * An archive is the magic "!<arch>\n" and members, each a header of 60 ASCII bytes, its contents,
 * and a newline when the contents are odd. Three flavours differ in names and bookkeeping:
 *
 *   GNU     "name/" up to 15 characters, else "/N": offset N in the member "//", where a name ends
 *           in "/\n". Index in "/" or "/SYM64/".
 *   COFF    as GNU, but names in "//" end in NUL; a second "/" follows the first, and "/<...>/"
 *           members (ECSYMBOLS, XFGHASHMAP, HYBRIDMAP) may follow that.
 *   Darwin  "#1/N": the name is the first N bytes of the contents, padded with NULs; the size
 *           field counts them, and also the newlines that pad the contents to 8. Index in
 *           "__.SYMDEF", "__.SYMDEF SORTED" or "__.SYMDEF_64".
 *
 * Sources: System V ABI ch. 7; Microsoft PE/COFF specification, "Archive (Library) File Format";
 * LLVM's Archive.cpp and ArchiveWriter.cpp; binutils' archive.c; Apple's libtool.
 */
#include "ar/archive.h"

#include "ar/universal.h"

static const char MAGIC[] = "!<arch>\n";

const char *ar_flavour_name(enum ar_flavour flavour)
{
    static const char *const names[] = {"unknown", "gnu", "darwin", "coff"};
    return names[flavour];
}

bool archive_probe(struct span file)
{
    return span_starts(file, MAGIC);
}

static bool is_kept_out(struct span file)
{
    return span_starts(file, "!<thin>\n") || span_starts(file, "<bigaf>\n");
}

static bool is_library(struct span slice)
{
    return archive_probe(slice) || is_kept_out(slice);
}

bool archive_probe_unread(struct span file)
{
    return is_kept_out(file) || universal_has(file, is_library);
}

static bool has_mark(struct span file, const char *mark)
{
    struct span fields;
    return archive_probe(file) &&
           span_sub(file, AR_MAGIC_SIZE + AR_FIELDS_AT, AR_FIELDS_SIZE, &fields) &&
           span_is(fields, mark);
}

static bool is_marked(struct span file)
{
    return has_mark(file, AR_MARK);
}

static bool is_one(struct span file)
{
    return has_mark(file, AR_MARK_ONE);
}

bool archive_is_marked(struct span file)
{
    return is_marked(file) || universal_has(file, is_marked);
}

bool archive_is_one(struct span file)
{
    return is_one(file) || universal_has(file, is_one);
}

const uint8_t *ar_member_fields(const struct archive *archive, const struct ar_member *member)
{
    return archive->file.data ? archive->file.data + member->offset + AR_FIELDS_AT : NULL;
}

enum { DARWIN_MOST_PAD = 7 };

struct span ar_member_content(const struct archive *archive, const struct ar_member *member)
{
    struct span data = member->data;
    if (archive->flavour == AR_DARWIN) {
        for (int i = 0; i < DARWIN_MOST_PAD && data.size && data.data[data.size - 1] == '\n'; i++) {
            data.size--;
        }
    }
    return data;
}

/** What a file is that is no archive we read, and what to do about it. */
static bool not_an_archive(struct span file, struct error *error)
{
    static const struct {
        const char *magic;
        size_t size;
        const char *advice;
    } known[] = {
        {"!<thin>\n", 8, "a thin archive: it only names other files; make a full one of it "
                         "(ar rcs NEW.a $(ar t THIN.a))"},
        {"<bigaf>\n", 8, "an AIX big archive: no flavour of it is supported"},
        {"\xca\xfe\xba\xbe", 4, "a universal (fat) Mach-O file: take its slices apart first "
                                "(lipo -thin ARCH), meld each set, and join them again"},
        {"\xca\xfe\xba\xbf", 4, "a universal (fat) Mach-O file: take its slices apart first "
                                "(lipo -thin ARCH), meld each set, and join them again"},
        {"\x7f" "ELF", 4, "an ELF file, not a static archive"},
        {"MZ", 2, "a Windows program or DLL, not a static library"},
        {"\xcf\xfa\xed\xfe", 4, "a Mach-O file, not a static archive"},
        {"BC\xc0\xde", 4, "LLVM bitcode, not a static archive"},
    };
    if (file.size == 0) {
        return error_set(error, "empty file: an archive begins with \"!<arch>\" and a newline");
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (file.size >= known[i].size && !memcmp(file.data, known[i].magic, known[i].size)) {
            return error_set(error, "%s", known[i].advice);
        }
    }
    if (file.size < AR_MAGIC_SIZE) {
        return error_set(error, "%zu bytes: too short for an archive, which begins with %d",
                         file.size, AR_MAGIC_SIZE);
    }
    return error_set(error, "not a static archive: begins with %02x %02x %02x %02x, "
                            "not \"!<arch>\" and a newline",
                     file.data[0], file.data[1], file.data[2], file.data[3]);
}

/** The decimal number in a space-padded field; false when there is anything else in it. */
static bool read_decimal(const uint8_t *field, size_t length, uint64_t *value)
{
    size_t i = 0;
    *value = 0;
    while (i < length && field[i] >= '0' && field[i] <= '9') {
        *value = *value * 10 + (uint64_t)(field[i] - '0'); /* at most 15 digits: no overflow */
        i++;
    }
    size_t digits = i;
    while (i < length && field[i] == ' ') {
        i++;
    }
    return digits > 0 && i == length;
}

/** A member as its header has it, before anybody knows whether it is bookkeeping. */
struct raw_member {
    struct span field; /* the 16 bytes of the name */
    struct span data;  /* the size field's worth of bytes */
    uint64_t offset;
    uint64_t next; /* where the following header begins */
};

static bool read_header(struct span file, uint64_t offset, struct raw_member *raw,
                        struct error *error)
{
    struct span header;
    uint64_t size;
    unsigned long long at = offset;
    if (!span_sub(file, offset, AR_HEADER_SIZE, &header)) {
        return error_set(error, "offset 0x%llx: %zu bytes left, but a member header takes %d", at,
                         file.size - (size_t)offset, AR_HEADER_SIZE);
    }
    if (header.data[58] != '`' || header.data[59] != '\n') {
        return error_set(error, "offset 0x%llx: member header ends in %02x %02x, not 60 0a", at,
                         header.data[58], header.data[59]);
    }
    if (!read_decimal(header.data + AR_SIZE_AT, AR_SIZE_SIZE, &size)) {
        return error_set(error, "offset 0x%llx: size field \"%.10s\" is no decimal number", at,
                         (const char *)header.data + AR_SIZE_AT);
    }
    if (!span_sub(file, offset + AR_HEADER_SIZE, size, &raw->data)) {
        return error_set(error, "offset 0x%llx: member of %llu bytes, but the file has %llu more",
                         at, (unsigned long long)size,
                         (unsigned long long)(file.size - offset - AR_HEADER_SIZE));
    }
    raw->field = span_make(header.data, 16);
    raw->offset = offset;
    raw->next = offset + AR_HEADER_SIZE + size + (size & 1);
    return true;
}

static struct span trim(struct span text, uint8_t pad)
{
    while (text.size && text.data[text.size - 1] == pad) {
        text.size--;
    }
    return text;
}

/** How far reading has come: which tables and which forms of names were seen. */
struct reading {
    struct archive *archive;
    bool index;
    bool second;
    bool names;
    bool ec;
    bool inline_names; /* "#1/N" */
    bool nul_names;    /* a long name that ends in NUL */
    uint64_t names_left; /* how many more bytes of names, of NAMES_LIMIT */
};

/*
 * Members may share the bytes of a long name, and names may overlap. All together they may be so
 * many times the file; a header of 60 bytes never really shares a name of 4 KiB.
 */
enum { NAMES_LIMIT = 64 };

/** "/N": the name at offset N of "//", which ends in "/\n" or in NUL. */
static bool long_name(struct reading *r, const struct raw_member *raw, struct span *name,
                      struct error *error)
{
    const struct archive *archive = r->archive;
    uint64_t at;
    unsigned long long where = raw->offset;
    if (!read_decimal(raw->field.data + 1, raw->field.size - 1, &at)) {
        return error_set(error, "offset 0x%llx: member name \"%.16s\" is of no known form", where,
                         (const char *)raw->field.data);
    }
    if (at >= archive->names.size) {
        return error_set(error, "offset 0x%llx: name at %llu of the long-name table, which has %zu",
                         where, (unsigned long long)at, archive->names.size);
    }
    struct span rest = span_from(archive->names, at);
    /* the bound keeps the work per member constant */
    size_t limit = rest.size < AR_LONGEST_NAME ? rest.size : AR_LONGEST_NAME;
    size_t end = 0;
    while (end < limit && rest.data[end] != 0 && rest.data[end] != '\n') {
        end++;
    }
    bool newline = end < limit && rest.data[end] == '\n';
    if (end == limit || (newline && (end == 0 || rest.data[end - 1] != '/'))) {
        return error_set(error, "offset 0x%llx: the name at %llu of the long-name table does not "
                                "end in \"/\" and a newline, nor in NUL, within %zu bytes",
                         where, (unsigned long long)at, limit);
    }
    *name = (struct span){rest.data, newline ? end - 1 : end};
    r->nul_names |= !newline;
    if (name->size > r->names_left) {
        return error_set(error, "offset 0x%llx: with its name of %zu bytes, all names exceed %d "
                                "times the file",
                         where, name->size, NAMES_LIMIT);
    }
    r->names_left -= name->size;
    return true;
}

/** "#1/N": the name is the first N bytes of the contents. */
static bool inline_name(struct raw_member *raw, struct span *name, struct error *error)
{
    uint64_t length;
    if (!read_decimal(raw->field.data + 3, raw->field.size - 3, &length)) {
        return error_set(error, "offset 0x%llx: member name \"%.16s\" is of no known form",
                         (unsigned long long)raw->offset, (const char *)raw->field.data);
    }
    if (length > AR_LONGEST_NAME || !span_sub(raw->data, 0, length, name)) {
        return error_set(error, "offset 0x%llx: name of %llu bytes in a member of %zu",
                         (unsigned long long)raw->offset, (unsigned long long)length,
                         raw->data.size);
    }
    raw->data = span_from(raw->data, length);
    const uint8_t *nul = length ? memchr(name->data, 0, name->size) : NULL;
    name->size = nul ? (size_t)(nul - name->data) : name->size;
    return true;
}

/** Take the member as the table @what, which may stand there once only and before all members. */
static bool take_table(const struct archive *archive, struct span *table, bool *taken,
                       const struct raw_member *raw, const char *what, struct error *error)
{
    if (archive->member_count) {
        return error_set(error, "offset 0x%llx: %s behind the first member: archives that were "
                                "joined byte by byte?",
                         (unsigned long long)raw->offset, what);
    }
    if (*taken) {
        return error_set(error, "offset 0x%llx: another %s", (unsigned long long)raw->offset,
                         what);
    }
    *taken = true;
    *table = raw->data;
    return true;
}

static bool read_index(struct reading *r, const struct raw_member *raw, enum ar_flavour flavour,
                       bool wide, struct error *error)
{
    struct archive *archive = r->archive;
    bool coff_second = r->index && !r->second && archive->flavour == AR_GNU &&
                       !archive->wide_index && flavour == AR_GNU && !wide;
    if (coff_second) {
        archive->flavour = AR_COFF;
        return take_table(archive, &archive->second_index, &r->second, raw,
                          "second linker member", error);
    }
    archive->flavour = flavour;
    archive->wide_index = wide;
    archive->has_index = true;
    return take_table(archive, &archive->index, &r->index, raw, "index", error);
}

bool ar_is_darwin_index(struct span name, bool *wide)
{
    *wide = span_is(name, "__.SYMDEF_64") || span_is(name, "__.SYMDEF_64 SORTED");
    return *wide || span_is(name, "__.SYMDEF") || span_is(name, "__.SYMDEF SORTED");
}

/**
 * Find the member's name, or take it as bookkeeping.
 * @special[out] it was bookkeeping
 */
static bool read_name(struct reading *r, struct raw_member *raw, struct span *name, bool *special,
                      struct error *error)
{
    struct archive *archive = r->archive;
    struct span field = trim(raw->field, ' ');
    bool wide = false;
    *special = true;
    if (span_is(field, "/")) {
        return read_index(r, raw, AR_GNU, false, error);
    }
    if (span_is(field, "/SYM64/")) {
        return read_index(r, raw, AR_GNU, true, error);
    }
    if (span_is(field, "//")) {
        return take_table(archive, &archive->names, &r->names, raw, "long-name table", error);
    }
    if (span_is(field, "/<ECSYMBOLS>/")) {
        return take_table(archive, &archive->ec_index, &r->ec, raw, "/<ECSYMBOLS>/ table", error);
    }
    if (span_starts(field, "/<")) {
        archive->other_special++;
        return true;
    }
    *special = false;
    if (span_starts(field, "/")) {
        return long_name(r, raw, name, error);
    }
    if (span_starts(field, "#1/")) {
        r->inline_names = true;
        if (!inline_name(raw, name, error)) {
            return false;
        }
    } else if (span_ends(field, "/")) {
        *name = span_make(field.data, field.size - 1);
    } else {
        *name = field;
    }
    if (ar_is_darwin_index(*name, &wide)) {
        *special = true;
        return read_index(r, raw, AR_DARWIN, wide, error);
    }
    return true;
}

/** How many headers there are at the most; their sizes are checked on the way. */
static bool count_headers(struct span file, size_t *count, struct error *error)
{
    struct raw_member raw;
    *count = 0;
    for (uint64_t at = AR_MAGIC_SIZE; at < file.size; at = raw.next) {
        if (!read_header(file, at, &raw, error)) {
            return false;
        }
        ++*count;
    }
    return true;
}

/** The flavour, where the index does not tell it: "/" may be GNU's or the first of COFF's. */
static enum ar_flavour guess_flavour(const struct reading *r)
{
    const struct archive *archive = r->archive;
    if (archive->flavour == AR_DARWIN || archive->flavour == AR_COFF) {
        return archive->flavour;
    }
    if (!r->index && r->inline_names) {
        return AR_DARWIN;
    }
    if (r->nul_names && !archive->wide_index) {
        return AR_COFF;
    }
    return r->index || r->names || archive->member_count ? AR_GNU : AR_UNKNOWN;
}

/** Such bytes end a name in one flavour or the other, so no name may hold them. */
static bool check_name(const struct ar_member *member, struct error *error)
{
    struct span name = member->name;
    if (name.size && (memchr(name.data, 0, name.size) || memchr(name.data, '\n', name.size))) {
        return error_set(error, "offset 0x%llx: the member name holds a NUL or a newline",
                         (unsigned long long)member->offset);
    }
    return true;
}

/*
 * Decisions, each pinned by a test:
 *   refused   a header cut short (also junk of any length behind the last member), contents cut
 *             short, a bad terminator, a size that is no number, "#1/N" longer than its member, a
 *             long name without table, outside it or without end, a second long-name table or
 *             index (but for COFF's two), either behind the first member, a name longer than
 *             AR_LONGEST_NAME or with a NUL or a newline in it, long names that overlap until they
 *             are NAMES_LIMIT times the file
 *   accepted  a missing pad byte behind the last odd member (GNU ar writes none; noted in
 *             pad_missing), empty members, equal names, names with "/", names without "/" at the
 *             end, NUL and "/\n" as ends of long names in either flavour, no index
 *   passed    "/<...>/" members other than ECSYMBOLS: tables of another linker; counted
 */
bool archive_read(struct span file, struct arena *arena, struct archive *archive,
                  struct error *error)
{
    struct reading reading = {.archive = archive,
                              .names_left = (uint64_t)file.size * NAMES_LIMIT};
    struct raw_member raw;
    size_t headers;
    *archive = (struct archive){.file = file};
    if (!archive_probe(file)) {
        return not_an_archive(file, error);
    }
    if (!count_headers(file, &headers, error)) {
        return false;
    }
    archive->members = ARENA_ARRAY(arena, struct ar_member, headers);
    if (!archive->members) {
        return error_memory(error);
    }
    for (uint64_t at = AR_MAGIC_SIZE; at < file.size; at = raw.next) {
        struct ar_member *member = &archive->members[archive->member_count];
        bool special;
        if (!read_header(file, at, &raw, error) ||
            !read_name(&reading, &raw, &member->name, &special, error)) {
            return false;
        }
        archive->pad_missing = raw.next > file.size;
        if (!special) {
            member->data = raw.data;
            member->offset = raw.offset;
            archive->member_count++;
            if (!check_name(member, error)) {
                return false;
            }
        }
    }
    archive->flavour = guess_flavour(&reading);
    return true;
}
