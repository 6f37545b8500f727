/* SPDX-License-Identifier: MIT */
/** What the writers of objects share. Only for src/obj. */
#ifndef ARMELD_OBJ_WRITER_H
#define ARMELD_OBJ_WRITER_H

#include "obj/obj_edit.h"
#include "obj/reader.h"

/** A format: what of it can be written, and how. */
struct obj_writer {
    enum obj_format format;
    /** Fill in what the view lacks; OBJ_NOT_MINE with why if it cannot be written again. */
    enum obj_result (*admit)(struct obj_edit *edit, struct arena *arena, struct error *error);
    enum obj_result (*write)(const struct obj_edit *edit, struct arena *arena, struct span *out,
                             struct error *error);
    /** Symbols are written in the order of this number, those of one number as they are. */
    int (*rank)(const struct obj_symbol *symbol);
};

/** The rank() of a format that is written. */
int (*writer_rank(enum obj_format format))(const struct obj_symbol *symbol);

/**
 * The number of each symbol when it is written, first one 0, by rank. @ends[out] how many there
 * are up to each rank, by rank; may be NULL. NULL when memory is short.
 */
uint32_t *symbols_in_order(const struct object *object, int (*rank)(const struct obj_symbol *),
                           uint32_t ends[3], struct arena *arena);

extern const struct obj_writer elf_writer;   /* elf_write.c */
extern const struct obj_writer coff_writer;  /* coff_write.c */
extern const struct obj_writer macho_writer; /* macho_write.c */

/** Say why an object stays as it is. */
#define OBJ_REFUSE(error, ...) (error_set((error), __VA_ARGS__), OBJ_NOT_MINE)

/** Bytes that are put one behind the other, in memory that was taken for all of them. */
struct cursor {
    uint8_t *bytes;
    size_t at;
    bool big_endian;
};

static inline void put_bytes(struct cursor *c, struct span bytes)
{
    if (bytes.size) {
        memcpy(c->bytes + c->at, bytes.data, bytes.size);
    }
    c->at += bytes.size;
}

static inline void put_8(struct cursor *c, uint8_t v)
{
    c->bytes[c->at++] = v;
}

static inline void put_16(struct cursor *c, uint16_t v)
{
    put_8(c, (uint8_t)(c->big_endian ? v >> 8 : v));
    put_8(c, (uint8_t)(c->big_endian ? v : v >> 8));
}

static inline void put_32(struct cursor *c, uint32_t v)
{
    put_16(c, (uint16_t)(c->big_endian ? v >> 16 : v));
    put_16(c, (uint16_t)(c->big_endian ? v : v >> 16));
}

static inline void put_64(struct cursor *c, uint64_t v)
{
    put_32(c, (uint32_t)(c->big_endian ? v >> 32 : v));
    put_32(c, (uint32_t)(c->big_endian ? v : v >> 32));
}

/** Put a number as ULEB128, at most 5 bytes; how many. */
static inline size_t put_uleb128(uint8_t *p, uint32_t v)
{
    size_t at = 0;
    for (; v > 0x7f; v >>= 7) {
        p[at++] = (uint8_t)(v | 0x80);
    }
    p[at++] = (uint8_t)v;
    return at;
}

/** Names that share a table; one that ends another lies within it. */
struct strings {
    struct span *names;   /**< as they were added */
    uint32_t *offsets;    /**< by name, after strings_lay_out() */
    size_t count;
    uint64_t size;        /**< of the table */
    struct span bytes;
};

/** Make room for @capacity names. False when memory is short. */
bool strings_begin(struct strings *strings, size_t capacity, struct arena *arena);

/** Add a name; its number. */
static inline size_t strings_add(struct strings *strings, struct span name)
{
    strings->names[strings->count] = name;
    return strings->count++;
}

/**
 * Lay out the table: @head bytes, zeroed, then the names, each with a NUL. An empty name lies at
 * 0. False when memory is short or the table exceeds 32 bits.
 */
bool strings_lay_out(struct strings *strings, uint32_t head, struct arena *arena);

#endif
