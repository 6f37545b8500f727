/* SPDX-License-Identifier: MIT */
/**
 * For which functions unwind tables have entries. An entry of .eh_frame begins with a length and
 * the distance to its CIE, then follows the address of the function [LSB 5.0, "Exception Frames"].
 * An entry of .pdata begins with it; entries have 12 bytes on x86_64, 8 bytes on ARM [PE/COFF, "The
 * .pdata Section"].
 */
#include <stdlib.h>

#include "proof/image_internal.h"

enum { FUNCTION_OFFSET = 8, PDATA_X86_64 = 12, PDATA_ARM = 8 };

/** Whether a field of a section is where an entry names its function. */
struct fields {
    const struct object *object;
    const struct obj_section *section;
    uint64_t next;  /* .eh_frame: the field of the record at .from or behind it */
    uint64_t from;
    uint64_t entry; /* .pdata: the size of an entry, or 0 */
};

static bool begin(struct fields *f, const struct object *object, const struct obj_section *section)
{
    bool arm = object->machine == MACHINE_ARM || object->machine == MACHINE_ARM64;
    bool pdata = object->format == OBJ_COFF && span_starts(section->name, ".pdata");
    *f = (struct fields){.object = object, .section = section};
    f->entry = !pdata ? 0 : object->machine == MACHINE_X86_64 ? PDATA_X86_64 : arm ? PDATA_ARM : 0;
    return section->kind == SECTION_UNWIND &&
           (f->entry || (object->format != OBJ_MACHO && span_is(section->name, ".eh_frame")));
}

/** Whether the field at @offset is one. Offsets come in ascending order. */
static bool names_function(struct fields *f, uint64_t offset)
{
    struct span data = f->section->data;
    if (f->entry) {
        return offset % f->entry == 0;
    }
    while (f->from + FUNCTION_OFFSET < offset && data.size - f->from >= FUNCTION_OFFSET) {
        uint64_t length = get_32(data.data + f->from, f->object->big_endian);
        if (length == 0 || length > data.size - f->from - 4) {
            return false;
        }
        if (f->from + 4 + length > offset) {
            return false; /* another field of this record */
        }
        f->from += 4 + length;
    }
    return f->from + FUNCTION_OFFSET == offset && offset < data.size &&
           get_32(data.data + f->from + 4, f->object->big_endian) != 0;
}

static int by_place(const void *a, const void *b)
{
    const struct image_framed *first = a;
    const struct image_framed *second = b;
    if (first->section != second->section) {
        return first->section < second->section ? -1 : 1;
    }
    return (first->offset > second->offset) - (first->offset < second->offset);
}

/** Where in its section a function begins that a field names. @symbol what the relocation has */
static uint64_t function_offset(const struct fields *f, const struct obj_reloc *reloc,
                                const struct obj_symbol *symbol)
{
    struct span data = f->section->data;
    bool stored = reloc->in_place || f->object->format == OBJ_COFF;
    int32_t addend = 0;
    if (stored && data.size >= 4 && reloc->offset <= data.size - 4) {
        addend = (int32_t)get_32(data.data + reloc->offset, f->object->big_endian);
    }
    return symbol->value + (uint64_t)(stored ? addend : reloc->addend);
}

/** Add the functions that a section names. False when memory is short. */
static bool add_framed(struct images *images, struct image_object *in, uint32_t section,
                       size_t *capacity)
{
    const struct object *object = &in->object;
    struct fields fields;
    if (!begin(&fields, object, &object->sections[section])) {
        return true;
    }
    const struct image_relocs *relocs = image_relocs(images, in, section);
    for (size_t i = 0; relocs && i < relocs->count; i++) {
        const struct obj_reloc *reloc = &relocs->list[i];
        if (reloc->symbol == OBJ_NONE || !names_function(&fields, reloc->offset)) {
            continue;
        }
        const struct obj_symbol *symbol = &object->symbols[reloc->symbol];
        symbol = symbol->alias == OBJ_NONE ? symbol : &object->symbols[symbol->alias];
        struct image_framed *list = arena_grow(&images->arena, in->framed, in->framed_count,
                                               capacity, 64, sizeof *list);
        if (!list) {
            return false;
        }
        in->framed = list;
        list[in->framed_count] = (struct image_framed){
            symbol->section, function_offset(&fields, reloc, symbol)};
        in->framed_count += symbol->place == PLACE_SECTION;
    }
    return relocs != NULL;
}

/** Read the unwind tables of an object. False when memory is short. */
static bool find_framed(struct images *images, struct image_object *in)
{
    size_t capacity = 0;
    bool done = true;
    for (uint32_t i = 0; done && i < in->object.section_count; i++) {
        done = add_framed(images, in, i, &capacity);
    }
    if (in->framed_count) {
        qsort(in->framed, in->framed_count, sizeof *in->framed, by_place);
    } else if (done) {
        in->framed = ARENA_ARRAY(&images->arena, struct image_framed, 1); /* that it was read */
    }
    return done && in->framed;
}

/** How many functions stand before a place. */
static size_t count_before(const struct image_object *in, uint32_t section, uint64_t offset)
{
    const struct image_framed place = {section, offset};
    size_t low = 0, high = in->framed_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (by_place(&in->framed[middle], &place) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool image_count_frames(struct images *images, struct place part, uint64_t size, size_t *count)
{
    struct image_object *in = images->objects[part.class];
    *count = 0;
    if (in->object.format == OBJ_MACHO || in->object.sections[part.section].kind != SECTION_CODE) {
        return true;
    }
    if (!in->framed && !find_framed(images, in)) {
        return false;
    }
    *count = count_before(in, part.section, part.offset + size) -
             count_before(in, part.section, part.offset);
    return true;
}
