/* SPDX-License-Identifier: MIT */
/** The contents of parts of images, and how they compare. */
#include "proof/image_internal.h"

bool image_open_side(struct comparing *c, struct place place, uint64_t size, struct side *side)
{
    struct image_object *in = image_object(c->images, place.class);
    const struct image_relocs *relocs = in ? image_relocs(c->images, in, place.section) : NULL;
    if (!relocs) {
        return image_no_memory(c);
    }
    size_t low = 0, high = relocs->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (relocs->list[middle].offset < place.offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    size_t end = low;
    while (end < relocs->count && relocs->list[end].offset - place.offset < size) {
        end++;
    }
    *side = (struct side){.section = &in->object.sections[place.section],
                          .class = place.class,
                          .number = place.section,
                          .relocs = relocs->list + low,
                          .count = end - low,
                          .begin = place.offset};
    return true;
}

uint64_t image_stored(const struct side *side, uint64_t size)
{
    uint64_t data = side->section->data.size;
    uint64_t left = data > side->begin ? data - side->begin : 0;
    return left < size ? left : size;
}

bool image_all_zero(const uint8_t *bytes, uint64_t from, uint64_t to)
{
    for (uint64_t i = from; i < to; i++) {
        if (bytes[i]) {
            return false;
        }
    }
    return true;
}

/** Compare bytes [@from, @to) of a part; what is not in a file is zero. */
static bool same_bytes(const struct side *a, const struct side *b, uint64_t from, uint64_t to,
                       uint64_t size)
{
    uint64_t first = image_stored(a, size);
    uint64_t second = image_stored(b, size);
    uint64_t both = first < second ? first : second;
    uint64_t end = to < both ? to : both;
    if (from < end && memcmp(a->section->data.data + a->begin + from,
                             b->section->data.data + b->begin + from,
                             (size_t)(end - from)) != 0) {
        return false;
    }
    const struct side *longer = first > second ? a : b;
    uint64_t most = first > second ? first : second;
    uint64_t start = from > both ? from : both;
    most = to < most ? to : most;
    return start >= most || image_all_zero(longer->section->data.data + longer->begin, start, most);
}

bool image_same_contents(struct comparing *c, const struct side *a, const struct side *b,
                          uint64_t size)
{
    const struct object *object = &c->images->objects[a->class]->object;
    uint64_t at = 0;
    if (b->begin > b->section->size || b->section->size - b->begin < size) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        struct obj_field field;
        const struct obj_reloc *reloc = &a->relocs[i];
        uint64_t offset = reloc->offset - a->begin;
        if (reloc->section == OBJ_NONE ||
            !obj_read_field(object, a->section, reloc, &field) || offset < at) {
            continue;
        }
        if (!same_bytes(a, b, at, offset, size)) {
            return false;
        }
        at = offset + field.width;
    }
    return at >= size || same_bytes(a, b, at, size, size);
}

bool image_same_relocs(const struct side *a, const struct side *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (size_t i = 0; i < a->count; i++) {
        if (a->relocs[i].offset - a->begin != b->relocs[i].offset - b->begin ||
            a->relocs[i].type != b->relocs[i].type) {
            return false;
        }
    }
    return true;
}
