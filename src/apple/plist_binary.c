/* SPDX-License-Identifier: MIT */
/** Property lists as binary files: objects, a table of their offsets, a trailer. */
#include "apple/plist.h"

enum { TRAILER = 32, FORM = 8 };

/** Values by the high half of their first byte. */
enum {
    TAG_SIMPLE = 0x0,
    TAG_INTEGER = 0x1,
    TAG_REAL = 0x2,
    TAG_DATE = 0x3,
    TAG_DATA = 0x4,
    TAG_ASCII = 0x5,
    TAG_UTF16 = 0x6,
    TAG_UID = 0x8,
    TAG_ARRAY = 0xa,
    TAG_DICT = 0xd,
};

struct binary {
    struct span objects;
    struct span offsets;
    unsigned offset_size;
    unsigned reference_size;
    uint64_t count;
    size_t values;  /* that may still be made: an object may be the value of many lists */
    size_t letters; /* of bytes, in strings that are converted */
    struct arena *arena;
    struct error *error;
};

static bool bad(struct binary *b, uint64_t at, const char *what)
{
    return error_set(b->error, "offset 0x%llx: %s", (unsigned long long)at, what);
}

static uint64_t get_number(const uint8_t *at, unsigned size)
{
    uint64_t number = 0;
    for (unsigned i = 0; i < size; i++) {
        number = number << 8 | at[i];
    }
    return number;
}

/** An integer at @at, with its first byte. @next[out] what follows it */
static bool read_integer(struct binary *b, uint64_t at, struct plist *plist, uint64_t *next)
{
    struct span bytes;
    uint8_t tag = b->objects.data[at];
    unsigned size = (tag & 0xf) <= 4 ? 1U << (tag & 0xf) : 0;
    if (tag >> 4 != TAG_INTEGER || !size || !span_sub(b->objects, at + 1, size, &bytes)) {
        return bad(b, at, "an integer of an unknown size");
    }
    plist->kind = PLIST_INTEGER;
    plist->number = get_number(bytes.data + (size > 8 ? 8 : 0), size > 8 ? 8 : size);
    *next = at + 1 + size;
    if (size > 8 && get_number(bytes.data, 8)) {
        return bad(b, at, "an integer of more than 64 bits");
    }
    if (size == 8 && plist->number >> 63) { /* smaller ones have no sign */
        plist->negative = true;
        plist->number = 0 - plist->number;
    }
    return true;
}

/** The size that a value begins with. @at is moved to what it is the size of */
static bool read_size(struct binary *b, uint64_t *at, uint64_t *size)
{
    struct plist number = {0};
    uint64_t tag_at = *at;
    *size = b->objects.data[(*at)++] & 0xf;
    if (*size != 0xf) {
        return true;
    }
    if (*at >= b->objects.size || !read_integer(b, *at, &number, at)) {
        return b->error->kind != ERROR_NONE ? false : bad(b, tag_at, "a value without its size");
    }
    *size = number.number;
    return (!number.negative && number.number <= b->objects.size) ||
           bad(b, tag_at, "a value that is larger than the file");
}

static bool read_utf16(struct binary *b, uint64_t at, struct span units, struct plist *plist)
{
    size_t most = units.size / 2 * 3; /* what takes four bytes of UTF-8 has two units */
    if (most > b->letters) {
        return bad(b, at, "the same text in too many lists");
    }
    b->letters -= most;
    uint8_t *to = arena_alloc(b->arena, most + 1);
    if (!to) {
        return error_memory(b->error);
    }
    plist->text = span_make(to, 0);
    for (size_t i = 0; i < units.size; i += 2) {
        uint32_t c = get_be16(units.data + i);
        if (c >> 11 == 0x1b) { /* half of a pair */
            uint32_t low = i + 2 < units.size ? get_be16(units.data + i + 2) : 0;
            if (c >> 10 != 0x36 || low >> 10 != 0x37) {
                return bad(b, at, "a string that is not UTF-16");
            }
            c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
            i += 2;
        }
        plist->text.size += plist_put_utf8(c, to + plist->text.size);
    }
    return true;
}

static bool read_string(struct binary *b, uint64_t at, unsigned tag, struct plist *plist)
{
    uint64_t size;
    uint64_t text = at;
    struct span bytes;
    plist->kind = PLIST_STRING;
    if (!read_size(b, &text, &size)) {
        return false;
    }
    if (!span_sub(b->objects, text, tag == TAG_UTF16 ? 2 * size : size, &bytes)) {
        return bad(b, at, "a string that exceeds the file");
    }
    if (tag == TAG_UTF16) {
        return read_utf16(b, at, bytes, plist);
    }
    for (size_t i = 0; i < bytes.size; i++) {
        if (bytes.data[i] >= 0x80) {
            return bad(b, at, "a string that is not ASCII");
        }
    }
    plist->text = bytes;
    return true;
}

/** A value that is not kept must lie in the file all the same. */
static bool pass(struct binary *b, uint64_t at, unsigned tag, struct plist *plist)
{
    uint64_t size = 0;
    uint64_t from = at;
    struct span bytes;
    unsigned low = b->objects.data[at] & 0xf;
    plist->kind = PLIST_OTHER;
    if (tag == TAG_DATA ? !read_size(b, &from, &size) : false) {
        return false;
    }
    if (tag != TAG_DATA) {
        from++;
        size = tag == TAG_UID ? low + UINT64_C(1) : low <= 4 ? UINT64_C(1) << low : UINT64_MAX;
    }
    return span_sub(b->objects, from, size, &bytes) || bad(b, at, "a value that exceeds the file");
}

static bool read_object(struct binary *b, uint64_t number, unsigned depth, struct plist *plist);

/** Values, or keys and values, as the numbers of their objects. */
// NOLINTNEXTLINE(misc-no-recursion): bounded by PLIST_MOST_DEPTH
static bool read_list(struct binary *b, uint64_t at, unsigned tag, unsigned depth,
                      struct plist *plist)
{
    uint64_t count;
    uint64_t from = at;
    struct span references;
    bool dict = tag == TAG_DICT;
    if (!read_size(b, &from, &count)) {
        return false;
    }
    uint64_t bytes = count * b->reference_size; /* count is no more than the file has bytes */
    if (!span_sub(b->objects, from, dict ? 2 * bytes : bytes, &references)) {
        return bad(b, at, "a list that exceeds the file");
    }
    if (count * (1 + dict) > b->values) {
        return bad(b, at, "more values than a file of this size needs");
    }
    b->values -= (size_t)count * (1 + dict);
    plist->kind = dict ? PLIST_DICT : PLIST_ARRAY;
    plist->list = ARENA_ARRAY(b->arena, struct plist, (size_t)count);
    plist->keys = dict ? ARENA_ARRAY(b->arena, struct span, (size_t)count) : NULL;
    if (!plist->list || (dict && !plist->keys)) {
        return error_memory(b->error);
    }
    for (size_t i = 0; i < count; i++) {
        const uint8_t *reference = references.data + i * b->reference_size;
        struct plist key = {.kind = PLIST_STRING};
        if (dict && !read_object(b, get_number(reference, b->reference_size), depth, &key)) {
            return false;
        }
        if (key.kind != PLIST_STRING || (dict && !plist_takes_key(plist, key.text))) {
            return bad(b, at, "a key that is no string, is there twice, or is one of too many");
        }
        reference += dict ? bytes : 0;
        if (!read_object(b, get_number(reference, b->reference_size), depth, &plist->list[i])) {
            return false;
        }
        if (dict) {
            plist->keys[i] = key.text;
        }
        plist->count++;
    }
    return true;
}

static bool read_simple(struct binary *b, uint64_t at, struct plist *plist)
{
    enum { NO = 0x8, YES = 0x9 };
    uint8_t tag = b->objects.data[at];
    plist->kind = PLIST_BOOL;
    plist->number = tag == YES;
    return tag == NO || tag == YES || bad(b, at, "a value of an unknown kind");
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by PLIST_MOST_DEPTH
static bool read_object(struct binary *b, uint64_t number, unsigned depth, struct plist *plist)
{
    if (number >= b->count) {
        return bad(b, 0, "a reference to an object that is not there");
    }
    uint64_t at = get_number(b->offsets.data + number * b->offset_size, b->offset_size);
    if (at < FORM || at >= b->objects.size) {
        return bad(b, at, "an object outside the file");
    }
    if (depth == PLIST_MOST_DEPTH) {
        return bad(b, at, "lists in lists, too deep");
    }
    unsigned tag = b->objects.data[at] >> 4;
    uint64_t next;
    switch (tag) {
    case TAG_SIMPLE:
        return read_simple(b, at, plist);
    case TAG_INTEGER:
        return read_integer(b, at, plist, &next);
    case TAG_REAL:
    case TAG_DATE:
    case TAG_DATA:
    case TAG_UID:
        return pass(b, at, tag, plist);
    case TAG_ASCII:
    case TAG_UTF16:
        return read_string(b, at, tag, plist);
    case TAG_ARRAY:
    case TAG_DICT:
        return read_list(b, at, tag, depth + 1, plist);
    default:
        return bad(b, at, "a value of an unknown kind");
    }
}

bool plist_read_binary(struct span file, struct arena *arena, struct plist *plist,
                       struct error *error)
{
    struct binary b = {.arena = arena, .error = error, .values = file.size};
    struct span trailer;
    enum { MOST_SIZE = 8, SIZES_AT = 6, COUNT_AT = 8, TOP_AT = 16, TABLE_AT = 24 };
    if (!span_starts(file, "bplist0") || file.size < FORM + TRAILER) {
        return bad(&b, 0, "a binary property list of an unknown version, or one without an end");
    }
    trailer = span_from(file, file.size - TRAILER);
    b.letters = 4 * file.size;
    b.offset_size = trailer.data[SIZES_AT];
    b.reference_size = trailer.data[SIZES_AT + 1];
    b.count = get_be64(trailer.data + COUNT_AT);
    uint64_t table = get_be64(trailer.data + TABLE_AT);
    if (!b.offset_size || b.offset_size > MOST_SIZE || !b.reference_size ||
        b.reference_size > MOST_SIZE || b.count > file.size || table > file.size - TRAILER ||
        !span_sub(span_make(file.data, file.size - TRAILER), table, b.count * b.offset_size,
                  &b.offsets)) {
        return bad(&b, file.size - TRAILER, "a table of objects that exceeds the file");
    }
    b.objects = span_make(file.data, (size_t)table);
    return read_object(&b, get_be64(trailer.data + TOP_AT), 0, plist);
}
