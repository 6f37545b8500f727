/* SPDX-License-Identifier: MIT */
/**
 * Compressing debug sections of ELF objects, and uncompressing them [gABI, "Section Compression"].
 *
 * A compressed section begins with a header: the kind of compression, and the size and alignment of
 * the uncompressed contents. Offsets of relocations refer to the uncompressed contents. Before this
 * was in the gABI, GNU tools compressed .debug_NAME to .zdebug_NAME, in COFF objects as well:
 * "ZLIB", the size in 8 bytes, big-endian, and what zlib makes (binutils 2.40, bfd/compress.c).
 */
#include "shrink/shrink.h"

#include <zlib.h>
#include <zstd.h>

#include "obj/elf.h"
#include "obj/writer.h"

enum { ELFCOMPRESS_ZLIB = 1, ELFCOMPRESS_ZSTD = 2 };
enum { ZSTD_LEVEL = 12, MOST_BYTES = 1 << 30, MOST_RATIO = 2000 };
enum { CHDR_64 = 24, CHDR_32 = 12, ZDEBUG_HEADER = 12 };

/* ---- compressing ------------------------------------------------------------------------- */

/** Compress @data into @out, which has @room bytes. Returns the size; 0: it does not fit. */
static size_t pack(struct span data, enum armeld_compression how, uint8_t *out, size_t room)
{
    if (how == ARMELD_COMPRESS_ZSTD) {
        size_t size = ZSTD_compress(out, room, data.data, data.size, ZSTD_LEVEL);
        return ZSTD_isError(size) ? 0 : size;
    }
    uLongf size = (uLongf)room;
    return compress2(out, &size, data.data, (uLong)data.size, Z_BEST_COMPRESSION) == Z_OK ? size
                                                                                         : 0;
}

/** Compress one section if that makes it smaller. False when memory is short. */
static bool compress_section(const struct object *object, struct obj_section *section,
                             enum armeld_compression how, struct arena *arena, bool *changed)
{
    bool wide = object->bits == 64;
    size_t head = wide ? CHDR_64 : CHDR_32;
    if (section->kind != SECTION_DEBUG || section->flags & SHF_COMPRESSED ||
        span_starts(section->name, ".zdebug") ||
        section->size <= head || section->size > MOST_BYTES) {
        return true;
    }
    size_t room = section->data.size - 1; /* less than the section has now */
    struct cursor c = {arena_alloc(arena, room), 0, object->big_endian};
    if (!c.bytes) {
        return false;
    }
    put_32(&c, how == ARMELD_COMPRESS_ZSTD ? ELFCOMPRESS_ZSTD : ELFCOMPRESS_ZLIB);
    if (wide) {
        put_32(&c, 0);
        put_64(&c, section->size);
        put_64(&c, section->align);
    } else {
        put_32(&c, (uint32_t)section->size);
        put_32(&c, (uint32_t)section->align);
    }
    size_t size = pack(section->data, how, c.bytes + head, room - head);
    if (size) {
        section->data = span_make(c.bytes, head + size);
        section->size = head + size;
        section->flags |= SHF_COMPRESSED;
        section->align = wide ? 8 : 4;
        *changed = true;
    }
    return true;
}

enum obj_result compress_object(struct obj_edit *edit, enum armeld_compression how,
                                struct arena *arena, bool *changed, struct error *error)
{
    struct object *object = &edit->object;
    for (size_t i = 0; i < object->section_count; i++) {
        struct obj_section *section = &object->sections[i];
        if (object->format != OBJ_ELF && section->kind == SECTION_DEBUG) {
            return OBJ_REFUSE(error, "%s has no compressed debug info",
                              object_format_name(object->format));
        }
        if (!compress_section(object, section, how, arena, changed)) {
            return OBJ_NO_MEMORY;
        }
    }
    return OBJ_OK;
}

/* ---- uncompressing ----------------------------------------------------------------------- */

/** A compressed section, as its header has it. */
struct packed {
    enum armeld_compression how;
    bool old; /* .zdebug_NAME */
    size_t size;
    uint64_t align;
    struct span data;
};

/** Read the header of a compressed debug section; false: it is not compressed, or not readably. */
static bool read_packed(const struct object *object, const struct obj_section *section,
                        struct packed *packed)
{
    struct span data = section->data;
    bool big = object->big_endian;
    bool wide = object->bits == 64;
    bool elf = object->format == OBJ_ELF;
    if (section->kind != SECTION_DEBUG) {
        return false;
    }
    uint64_t size;
    *packed = (struct packed){.how = ARMELD_COMPRESS_ZLIB, .align = section->align};
    if (elf && section->flags & SHF_COMPRESSED && data.size >= (wide ? CHDR_64 : CHDR_32)) {
        uint32_t kind = get_32(data.data, big);
        size = wide ? get_64(data.data + 8, big) : get_32(data.data + 4, big);
        packed->align = wide ? get_64(data.data + 16, big) : get_32(data.data + 8, big);
        packed->data = span_from(data, wide ? CHDR_64 : CHDR_32);
        packed->how = kind == ELFCOMPRESS_ZSTD ? ARMELD_COMPRESS_ZSTD : ARMELD_COMPRESS_ZLIB;
        if ((kind != ELFCOMPRESS_ZLIB && kind != ELFCOMPRESS_ZSTD) ||
            (packed->align & (packed->align - 1))) {
            return false;
        }
    } else if (span_starts(section->name, ".zdebug_") && data.size >= ZDEBUG_HEADER &&
               span_starts(data, "ZLIB")) {
        packed->old = true;
        size = get_be64(data.data + 4);
        packed->data = span_from(data, ZDEBUG_HEADER);
    } else {
        return false;
    }
    packed->size = (size_t)size;
    return size <= MOST_BYTES && size / MOST_RATIO <= packed->data.size;
}

bool is_compressed(const struct object *object, const struct obj_section *section)
{
    return section->kind == SECTION_DEBUG &&
           ((object->format == OBJ_ELF && section->flags & SHF_COMPRESSED) ||
            span_starts(section->name, ".zdebug"));
}

uint64_t uncompressed_size(const struct object *object, const struct obj_section *section)
{
    struct packed packed;
    return !is_compressed(object, section)              ? section->size
           : read_packed(object, section, &packed) ? packed.size
                                                         : 0;
}

/** Whether @out is filled by what @packed has, and nothing is left. */
static bool unpack(const struct packed *packed, uint8_t *out)
{
    if (packed->how == ARMELD_COMPRESS_ZSTD) {
        return ZSTD_decompress(out, packed->size, packed->data.data, packed->data.size) ==
               packed->size;
    }
    uLongf size = (uLongf)packed->size;
    return uncompress(out, &size, packed->data.data, (uLong)packed->data.size) == Z_OK &&
           size == packed->size;
}

/** ".debug_NAME" of ".zdebug_NAME"; no data when memory is short. */
static struct span plain_name(struct span name, struct arena *arena)
{
    struct span copy = arena_copy(arena, span_from(name, 1));
    if (copy.data) {
        ((uint8_t *)copy.data)[0] = '.';
    }
    return copy;
}

bool uncompress_debug(struct obj_edit *edit, struct arena *arena, enum armeld_compression *how)
{
    struct object *object = &edit->object;
    *how = ARMELD_COMPRESS_NONE;
    for (size_t i = 0; i < object->section_count; i++) {
        struct obj_section *section = &object->sections[i];
        struct packed packed;
        if (!read_packed(object, section, &packed)) {
            continue;
        }
        uint8_t *data = arena_alloc(arena, packed.size + 1);
        struct span name = packed.old ? plain_name(section->name, arena) : section->name;
        if (!data || !name.data) {
            return false;
        }
        if (!unpack(&packed, data)) {
            continue; /* broken: it stays as it is */
        }
        section->data = span_make(data, packed.size);
        section->size = packed.size;
        section->align = packed.align ? packed.align : 1;
        section->flags &= ~(object->format == OBJ_ELF ? (uint64_t)SHF_COMPRESSED : 0);
        section->name = name;
        *how = object->format == OBJ_ELF ? packed.how : ARMELD_COMPRESS_NONE;
    }
    return true;
}
