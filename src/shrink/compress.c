/* SPDX-License-Identifier: MIT */
/**
 * Compressing debug sections of ELF objects [gABI, "Section Compression"].
 *
 * A compressed section begins with a header: the kind of compression, and the size and alignment of
 * the uncompressed contents. Offsets of relocations refer to the uncompressed contents. COFF and
 * Mach-O have no compressed sections.
 */
#include "shrink/shrink.h"

#include <zlib.h>
#include <zstd.h>

#include "obj/elf.h"
#include "obj/writer.h"

enum { ELFCOMPRESS_ZLIB = 1, ELFCOMPRESS_ZSTD = 2 };
enum { ZSTD_LEVEL = 12, MOST_BYTES = 1 << 30 };

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
    size_t head = wide ? 24 : 12;
    if (section->kind != SECTION_DEBUG || section->flags & SHF_COMPRESSED ||
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
