/* SPDX-License-Identifier: MIT */
/**
 * Reading and making signatures.
 *
 * A signature is a blob of blobs, each for a slot: the code directory, requirements, entitlements,
 * the signature of the directory by a certificate. All numbers are big-endian. A code directory
 * has the hashes of all pages in front of the signature; before these, counted backwards, the
 * hashes of other blobs, by their slots, and of Info.plist and of resources, which are other files.
 *
 * Source: Apple's <kern/cs_blobs.h> and Security framework, codedirectory.h and cscdefs.h.
 */
#include "image/macho_sign.h"

#include "base/sha256.h"

#define MAGIC_SIGNATURE 0xfade0cc0U
#define MAGIC_DIRECTORY 0xfade0c02U

enum { SLOT_DIRECTORY = 0, SLOT_OTHER = 0x100, SLOT_ALTERNATE = 0x1000, SLOT_CERTIFIED = 0x10000 };

enum { FLAG_ADHOC = 2, HASH_SHA256 = 2, SEGMENT_IS_PROGRAM = 1 };

enum { /* fields of a code directory, by offset */
    VERSION = 8, FLAGS = 12, HASHES = 16, IDENTIFIER = 20, SPECIAL = 24, PAGES = 28, LIMIT = 32,
    HASH_SIZE = 36, HASH_TYPE = 37, PAGE_BITS = 39, SPARE = 40, SCATTER = 44, TEAM = 48,
    WIDE_LIMIT = 56, SEGMENT = 64, ENCRYPTED = 92, LINKAGE_SIZE = 104,
};

enum { BLOB_HEADER = 8, INDEX_AT = 12, INDEX_ENTRY = 8, PADDED = 16, MOST_GAP = 16 };

enum { LEAST_PAGE = 12, MOST_PAGE = 14, MADE_SIZE = 88 }; /* 4 KiB and 16 KiB */

#define MADE_VERSION 0x20400U

struct reading {
    const struct macho_image *image;
    struct macho_signature *signature;
    struct span blob;   /* all of the signature */
    uint64_t limit;     /* where it begins in the file */
    struct error *error;
};

#define REFUSE(r, ...) error_set((r)->error, __VA_ARGS__)

/** The size of the header of a code directory, by its version. 0: not known. */
static size_t header_size(uint32_t version)
{
    static const uint8_t sizes[] = {44, 48, 52, 64, 88, 96, 108};
    uint32_t number = version >> 8 & 0xff;
    return version >> 16 == 2 && number < sizeof sizes ? sizes[number] : 0;
}

/** The number that a version has at an offset, or 0. */
static uint32_t field(struct span directory, size_t at)
{
    return header_size(get_be32(directory.data + VERSION)) >= at + 4 ? get_be32(directory.data + at)
                                                                     : 0;
}

static bool is_text_before(struct span directory, uint32_t at, uint64_t end)
{
    struct span text;
    return !at || (span_cstr(directory, at, &text) && at + text.size < end);
}

/** Whether the code directory is as it can be made anew. */
static bool check_directory(struct reading *r, struct macho_blob *blob)
{
    struct span d = blob->bytes;
    size_t header = d.size >= HASH_TYPE + 7 ? header_size(get_be32(d.data + VERSION)) : 0;
    if (!header || d.size < header || field(d, SCATTER) || field(d, ENCRYPTED) ||
        field(d, LINKAGE_SIZE) || field(d, WIDE_LIMIT) || field(d, WIDE_LIMIT + 4)) {
        return REFUSE(r, "the code signature has a directory of a kind that is not known");
    }
    if (d.data[HASH_SIZE] != SHA256_SIZE || d.data[HASH_TYPE] != HASH_SHA256) {
        return REFUSE(r, "the code signature has other hashes than SHA-256");
    }
    blob->hash_offset = get_be32(d.data + HASHES);
    blob->special = get_be32(d.data + SPECIAL);
    blob->page_bits = d.data[PAGE_BITS];
    uint64_t hashes = blob->hash_offset;
    uint64_t special = (uint64_t)blob->special * SHA256_SIZE;
    uint64_t pages = get_be32(d.data + PAGES);
    if (blob->page_bits < LEAST_PAGE || blob->page_bits > MOST_PAGE || special > hashes ||
        hashes - special < header || hashes > d.size || pages > (d.size - hashes) / SHA256_SIZE ||
        !is_text_before(d, get_be32(d.data + IDENTIFIER), hashes - special) ||
        !is_text_before(d, field(d, TEAM), hashes - special)) {
        return REFUSE(r, "the code signature has a directory that contradicts itself");
    }
    uint64_t page = UINT64_C(1) << blob->page_bits;
    for (size_t i = (size_t)(hashes + pages * SHA256_SIZE); i < d.size; i++) {
        if (d.data[i]) {
            return REFUSE(r, "the code signature has a directory with bytes behind its hashes");
        }
    }
    if (get_be32(d.data + LIMIT) != r->limit || pages != (r->limit + page - 1) / page) {
        return REFUSE(r, "the code signature does not cover all that is in front of it");
    }
    return true;
}

/** Look at one blob, as far as it is needed to make the signature anew. */
static bool check_blob(struct reading *r, struct macho_blob *blob)
{
    bool alternate = blob->slot >= SLOT_ALTERNATE && blob->slot < SLOT_ALTERNATE + 5;
    bool is_directory = get_be32(blob->bytes.data) == MAGIC_DIRECTORY;
    if (blob->slot >= SLOT_CERTIFIED && blob->bytes.size > BLOB_HEADER) {
        return REFUSE(r, "it has a signature by a certificate, which would not hold");
    }
    if ((blob->slot == SLOT_DIRECTORY || alternate) != is_directory ||
        (blob->slot >= SLOT_OTHER && !alternate && blob->slot < SLOT_CERTIFIED)) {
        return REFUSE(r, "the code signature has something in slot %#x that is not understood",
                      blob->slot);
    }
    if (!is_directory) {
        return true;
    }
    if (blob->bytes.size >= FLAGS + 4 && !(get_be32(blob->bytes.data + FLAGS) & FLAG_ADHOC)) {
        return REFUSE(r, "it has a signature that is not an ad-hoc one, and would not hold");
    }
    return check_directory(r, blob);
}

/** Find the blobs, in the order of the file. */
static bool find_blobs(struct reading *r)
{
    struct macho_signature *s = r->signature;
    struct span blob = r->blob;
    uint64_t offsets[MACHO_BLOBS];
    uint32_t size = blob.size >= INDEX_AT ? get_be32(blob.data + 4) : 0;
    uint32_t count = size ? get_be32(blob.data + 8) : 0;
    if (!size || get_be32(blob.data) != MAGIC_SIGNATURE || !span_sub(blob, 0, size, &blob) ||
        !count || count > MACHO_BLOBS || size < INDEX_AT + count * INDEX_ENTRY) {
        return REFUSE(r, "the code signature is of a kind that is not known");
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *entry = blob.data + INDEX_AT + (size_t)i * INDEX_ENTRY;
        struct macho_blob found = {.slot = get_be32(entry)};
        uint64_t offset = get_be32(entry + 4);
        struct span header;
        if (!span_sub(blob, offset, BLOB_HEADER, &header) ||
            !span_sub(blob, offset, get_be32(header.data + 4), &found.bytes) ||
            found.bytes.size < BLOB_HEADER) {
            return REFUSE(r, "the code signature has a part that exceeds it");
        }
        size_t at = i;
        for (; at > 0 && offsets[at - 1] > offset; at--) {
            offsets[at] = offsets[at - 1];
            s->blobs[at] = s->blobs[at - 1];
        }
        offsets[at] = offset;
        s->blobs[at] = found;
    }
    uint64_t end = INDEX_AT + (uint64_t)count * INDEX_ENTRY;
    for (uint32_t i = 0; i < count; i++) {
        struct macho_blob *found = &s->blobs[i];
        if (offsets[i] < end || offsets[i] - end > MOST_GAP) {
            return REFUSE(r, "the code signature has parts that overlap, or are far apart");
        }
        found->gap = (uint32_t)(offsets[i] - end);
        end = offsets[i] + found->bytes.size;
        for (uint32_t j = 0; j < count; j++) {
            const uint8_t *entry = blob.data + INDEX_AT + (size_t)j * INDEX_ENTRY;
            s->order[j] = get_be32(entry + 4) == offsets[i] ? i : s->order[j];
        }
    }
    s->count = count;
    return true;
}

/** The first code directory, also of a signature that is not understood otherwise; or none. */
static struct span find_directory(struct span blob)
{
    struct span header;
    struct span directory = {0};
    uint32_t count = blob.size >= INDEX_AT && get_be32(blob.data) == MAGIC_SIGNATURE
                         ? get_be32(blob.data + 8)
                         : 0;
    for (uint32_t i = 0; i < count && i < MACHO_BLOBS && !directory.size; i++) {
        struct span entry;
        if (span_sub(blob, INDEX_AT + (uint64_t)i * INDEX_ENTRY, INDEX_ENTRY, &entry) &&
            get_be32(entry.data) == SLOT_DIRECTORY &&
            span_sub(blob, get_be32(entry.data + 4), MADE_SIZE / 2, &header) &&
            get_be32(header.data) == MAGIC_DIRECTORY) {
            (void)span_sub(blob, get_be32(entry.data + 4), get_be32(header.data + 4), &directory);
        }
    }
    return directory;
}

/** Make the signature that a linker would make: a directory alone. */
static bool make_directory(struct reading *r, struct arena *arena)
{
    struct span old = find_directory(r->blob);
    struct span identifier;
    if (old.size < SPARE || !span_cstr(old, get_be32(old.data + IDENTIFIER), &identifier)) {
        return REFUSE(r, "the code signature has no directory with an identifier");
    }
    uint8_t bits = old.data[PAGE_BITS];
    uint32_t size = MADE_SIZE + (uint32_t)identifier.size + 1;
    uint8_t *d = arena_alloc(arena, size);
    if (!d) {
        return error_memory(r->error);
    }
    put_be32(d, MAGIC_DIRECTORY);
    put_be32(d + VERSION, MADE_VERSION);
    put_be32(d + FLAGS, FLAG_ADHOC);
    put_be32(d + HASHES, size);
    put_be32(d + IDENTIFIER, MADE_SIZE);
    d[HASH_SIZE] = SHA256_SIZE;
    d[HASH_TYPE] = HASH_SHA256;
    d[PAGE_BITS] = bits >= LEAST_PAGE && bits <= MOST_PAGE ? bits : LEAST_PAGE;
    put_be64(d + SEGMENT, (uint64_t)(r->image->text.data - r->image->data.data));
    put_be64(d + SEGMENT + 8, r->image->text.size);
    put_be64(d + SEGMENT + 16, r->image->type == MH_EXECUTE ? SEGMENT_IS_PROGRAM : 0);
    memcpy(d + MADE_SIZE, identifier.data, identifier.size);
    *r->signature = (struct macho_signature){.count = 1};
    r->signature->blobs[0] = (struct macho_blob){
        .gap = 4, .bytes = span_make(d, size), .hash_offset = size, .page_bits = d[PAGE_BITS]};
    return true;
}

bool macho_signature_read(const struct macho_image *image, bool drop, struct arena *arena,
                          struct macho_signature *signature, bool *dropped, struct error *error)
{
    struct error why = {0};
    struct reading r = {image, signature, macho_part_bytes(image, MACHO_SIGNATURE), 0, &why};
    *signature = (struct macho_signature){0};
    *dropped = false;
    if (!r.blob.size) {
        return true;
    }
    r.limit = (uint64_t)(r.blob.data - image->data.data);
    bool done = find_blobs(&r);
    bool directory = false;
    for (size_t i = 0; done && i < signature->count; i++) {
        done = check_blob(&r, &signature->blobs[i]);
        directory |= signature->blobs[i].slot == SLOT_DIRECTORY;
    }
    if (done && !directory) {
        done = REFUSE(&r, "the code signature has no directory");
    }
    if (!done && drop && image->text.data) {
        why = (struct error){0};
        *dropped = done = make_directory(&r, arena);
    }
    if (!done && !drop && !why.memory) {
        return error_set(error, "%s: --drop-signature makes it an ad-hoc one", why.text);
    }
    if (!done) {
        *error = why;
    }
    return done;
}

static uint64_t page_count(const struct macho_blob *blob, uint64_t limit)
{
    return (limit + (UINT64_C(1) << blob->page_bits) - 1) >> blob->page_bits;
}

static uint64_t new_size(const struct macho_blob *blob, uint64_t limit)
{
    return blob->hash_offset ? blob->hash_offset + page_count(blob, limit) * SHA256_SIZE
                             : blob->bytes.size;
}

/** The size without padding. */
static uint64_t exact_size(const struct macho_signature *signature, uint64_t limit)
{
    uint64_t size = INDEX_AT + signature->count * INDEX_ENTRY;
    for (size_t i = 0; i < signature->count; i++) {
        size += signature->blobs[i].gap + new_size(&signature->blobs[i], limit);
    }
    return size;
}

uint64_t macho_signature_size(const struct macho_signature *signature, uint64_t limit)
{
    return signature->count ? round_up(exact_size(signature, limit), PADDED) : 0;
}

/** Write a code directory; other blobs are hashed as they were read. */
static void write_directory(const struct macho_signature *signature, const struct macho_blob *blob,
                            struct span file, uint8_t *out)
{
    uint8_t *hashes = out + blob->hash_offset;
    size_t page = (size_t)1 << blob->page_bits;
    memcpy(out, blob->bytes.data, blob->hash_offset);
    put_be32(out + 4, (uint32_t)new_size(blob, file.size));
    put_be32(out + PAGES, (uint32_t)page_count(blob, file.size));
    put_be32(out + LIMIT, (uint32_t)file.size);
    for (size_t i = 0; i < signature->count; i++) {
        const struct macho_blob *other = &signature->blobs[i];
        if (other->slot && other->slot < SLOT_OTHER && other->slot <= blob->special) {
            sha256_of(other->bytes, hashes - (size_t)other->slot * SHA256_SIZE);
        }
    }
    for (size_t at = 0; at < file.size; at += page, hashes += SHA256_SIZE) {
        size_t left = file.size - at;
        sha256_of(span_make(file.data + at, left < page ? left : page), hashes);
    }
}

void macho_signature_write(const struct macho_signature *signature, struct span file, uint8_t *out)
{
    size_t at = INDEX_AT + signature->count * INDEX_ENTRY;
    put_be32(out, MAGIC_SIGNATURE);
    put_be32(out + 4, (uint32_t)exact_size(signature, file.size));
    put_be32(out + 8, (uint32_t)signature->count);
    for (uint32_t i = 0; i < signature->count; i++) {
        const struct macho_blob *blob = &signature->blobs[i];
        at += blob->gap;
        for (size_t j = 0; j < signature->count; j++) {
            if (signature->order[j] == i) {
                put_be32(out + INDEX_AT + j * INDEX_ENTRY, blob->slot);
                put_be32(out + INDEX_AT + j * INDEX_ENTRY + 4, (uint32_t)at);
            }
        }
        if (blob->hash_offset) {
            write_directory(signature, blob, file, out + at);
        } else {
            memcpy(out + at, blob->bytes.data, blob->bytes.size);
        }
        at += (size_t)new_size(blob, file.size);
    }
}
