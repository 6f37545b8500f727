/* SPDX-License-Identifier: MIT */
/** What the writers of objects share. Only for src/obj. */
#ifndef ARMELD_OBJ_WRITER_H
#define ARMELD_OBJ_WRITER_H

#include "obj/obj_edit.h"
#include "obj/reader.h"

/** A format: which objects can be written, and how. */
struct obj_writer {
    enum obj_format format;
    /** Fill in the parts of @edit beside its object; OBJ_NOT_MINE with the reason if refused. */
    enum obj_result (*admit)(struct obj_edit *edit, struct arena *arena, struct error *error);
    /** obj_edit_write() */
    enum obj_result (*write)(const struct obj_edit *edit, struct arena *arena, struct span *out,
                             struct error *error);
    /** Symbols are written by rising rank (0 to 2), and within a rank in their order. */
    int (*rank)(const struct obj_symbol *symbol);
};

/** The rank() of a format that has a writer. */
int (*writer_rank(enum obj_format format))(const struct obj_symbol *symbol);

/**
 * Number the symbols in the order in which they are written.
 * @ends[out] by rank: how many symbols have this rank or a lower one; may be NULL
 * @return by symbol: its number, from 0 on; in @arena. NULL when memory is short.
 */
uint32_t *symbols_in_order(const struct object *object, int (*rank)(const struct obj_symbol *),
                           uint32_t ends[3], struct arena *arena);

extern const struct obj_writer elf_writer;   /* elf_write.c */
extern const struct obj_writer coff_writer;  /* coff_write.c */
extern const struct obj_writer macho_writer; /* macho_write.c */

/** Set the reason why an object is not changed, and return OBJ_NOT_MINE. */
#define OBJ_REFUSE(error, ...) (error_set((error), __VA_ARGS__), OBJ_NOT_MINE)

/** A position in memory at which the functions below write; the memory is large enough. */
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

/** Write a number as ULEB128. Returns its size, at most 5 bytes. */
static inline size_t put_uleb128(uint8_t *p, uint32_t v)
{
    size_t at = 0;
    for (; v > 0x7f; v >>= 7) {
        p[at++] = (uint8_t)(v | 0x80);
    }
    p[at++] = (uint8_t)v;
    return at;
}

/** A string table; a name that is the end of another name shares its bytes. */
struct strings {
    struct span *names;   /**< as they were added */
    uint32_t *offsets;    /**< by name: its offset in the table, after strings_lay_out() */
    size_t count;
    uint64_t size;        /**< of the table */
    struct span bytes;    /**< the table */
};

/** Make room for @capacity names. False when memory is short. */
bool strings_begin(struct strings *strings, size_t capacity, struct arena *arena);

/** Add a name. Returns its index in offsets. */
static inline size_t strings_add(struct strings *strings, struct span name)
{
    strings->names[strings->count] = name;
    return strings->count++;
}

/**
 * Make the table: @head zeroed bytes, then the names, each with a NUL. Empty names have offset 0.
 * @return false when memory is short or the table is larger than 32 bits can address
 */
bool strings_lay_out(struct strings *strings, uint32_t head, struct arena *arena);

#endif
