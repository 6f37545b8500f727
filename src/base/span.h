/* SPDX-License-Identifier: MIT */
/**
 * Checked bytes: all input is read through spans.
 *
 * Every byte of an input file is hostile. A span is a pointer and a size; the functions below
 * never read outside it and never add before they compare, so no offset or count from a file can
 * overflow. Members of an archive are only 2-byte aligned, so numbers are put together from bytes.
 */
#ifndef ARMELD_BASE_SPAN_H
#define ARMELD_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** Bytes owned by somebody else (usually a mapped file). A span with size 0 may have no data. */
struct span {
    const uint8_t *data;
    size_t size;
};

/** The two arguments of "%.*s"; for messages of limited size the first 200 bytes. */
#define SPAN_ARGS(span) (int)(span).size, (const char *)(span).data
#define SPAN_BRIEF(span) (int)((span).size > 200 ? 200 : (span).size), (const char *)(span).data

/** A span over a NUL-terminated string, without the NUL. */
static inline struct span span_of(const char *text)
{
    return (struct span){(const uint8_t *)text, strlen(text)};
}

/** A span over @size bytes at @data. */
static inline struct span span_make(const void *data, size_t size)
{
    return (struct span){data, size};
}

/** Take @length bytes at @offset into @out; false when they do not lie inside @bytes. */
static inline bool span_sub(struct span bytes, uint64_t offset, uint64_t length, struct span *out)
{
    if (offset > bytes.size || length > bytes.size - offset) {
        return false;
    }
    *out = (struct span){bytes.data ? bytes.data + offset : NULL, (size_t)length};
    return true;
}

/** Everything from @offset on; an empty span when @offset lies outside. */
static inline struct span span_from(struct span bytes, uint64_t offset)
{
    struct span rest = {NULL, 0};
    if (offset <= bytes.size) {
        (void)span_sub(bytes, offset, bytes.size - offset, &rest);
    }
    return rest;
}

/** Take the NUL-terminated string at @offset, without its NUL; false when none ends inside. */
static inline bool span_cstr(struct span bytes, uint64_t offset, struct span *out)
{
    if (offset >= bytes.size) {
        return false;
    }
    const uint8_t *start = bytes.data + offset;
    const uint8_t *nul = memchr(start, 0, bytes.size - (size_t)offset);
    if (!nul) {
        return false;
    }
    *out = (struct span){start, (size_t)(nul - start)};
    return true;
}

/** Whether both hold the same bytes. */
static inline bool span_equal(struct span a, struct span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/** Whether @bytes is the concatenation of all pieces. */
static inline bool span_equal_pieces(struct span bytes, const struct span *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct span part;
        if (!span_sub(bytes, 0, pieces[i].size, &part) || !span_equal(part, pieces[i])) {
            return false;
        }
        bytes = span_from(bytes, pieces[i].size);
    }
    return bytes.size == 0;
}

/** Order by unsigned bytes, then by length: the order of the second COFF linker member. */
static inline int span_compare(struct span a, struct span b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common ? memcmp(a.data, b.data, common) : 0;
    return order ? order : (a.size > b.size) - (a.size < b.size);
}

/** Whether @bytes is exactly the string @text. */
static inline bool span_is(struct span bytes, const char *text)
{
    return span_equal(bytes, span_of(text));
}

/** Whether @bytes begins with @text. */
static inline bool span_starts(struct span bytes, const char *text)
{
    size_t length = strlen(text);
    return bytes.size >= length && memcmp(bytes.data, text, length) == 0;
}

/** Whether @text is somewhere in the bytes. */
static inline bool span_has(struct span bytes, const char *text)
{
    size_t size = strlen(text);
    for (size_t i = 0; i + size <= bytes.size; i++) {
        if (memcmp(bytes.data + i, text, size) == 0) {
            return true;
        }
    }
    return false;
}

/** Whether @bytes ends with @text. */
static inline bool span_ends(struct span bytes, const char *text)
{
    size_t length = strlen(text);
    return bytes.size >= length && memcmp(bytes.data + (bytes.size - length), text, length) == 0;
}

/* Numbers inside a span: the caller has checked the record with span_sub(). */

static inline uint16_t get_le16(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t get_le32(const uint8_t *p)
{
    return (uint32_t)get_le16(p) | (uint32_t)get_le16(p + 2) << 16;
}

static inline uint64_t get_le64(const uint8_t *p)
{
    return (uint64_t)get_le32(p) | (uint64_t)get_le32(p + 4) << 32;
}

static inline uint16_t get_be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get_be32(const uint8_t *p)
{
    return (uint32_t)get_be16(p) << 16 | (uint32_t)get_be16(p + 2);
}

static inline uint64_t get_be64(const uint8_t *p)
{
    return (uint64_t)get_be32(p) << 32 | (uint64_t)get_be32(p + 4);
}

static inline uint16_t get_16(const uint8_t *p, bool big_endian)
{
    return big_endian ? get_be16(p) : get_le16(p);
}

static inline uint32_t get_32(const uint8_t *p, bool big_endian)
{
    return big_endian ? get_be32(p) : get_le32(p);
}

static inline uint64_t get_64(const uint8_t *p, bool big_endian)
{
    return big_endian ? get_be64(p) : get_le64(p);
}

static inline void put_le16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

static inline void put_le32(uint8_t *p, uint32_t v)
{
    put_le16(p, (uint16_t)v);
    put_le16(p + 2, (uint16_t)(v >> 16));
}

static inline void put_le64(uint8_t *p, uint64_t v)
{
    put_le32(p, (uint32_t)v);
    put_le32(p + 4, (uint32_t)(v >> 32));
}

static inline void put_be32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

static inline void put_be64(uint8_t *p, uint64_t v)
{
    put_be32(p, (uint32_t)(v >> 32));
    put_be32(p + 4, (uint32_t)v);
}

/** Round @n up to a multiple of @to (a power of two). */
static inline uint64_t round_up(uint64_t n, uint64_t to)
{
    return (n + to - 1) & ~(to - 1);
}

#endif
