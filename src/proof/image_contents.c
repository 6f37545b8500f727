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

/** The section in a COMDAT that an entry of a table of jumps leads to, or NULL. */
static const struct obj_section *table_target(const struct comparing *c, const struct side *side,
                                              const struct obj_reloc *reloc)
{
    const struct object *object = &c->images->objects[side->class]->object;
    uint32_t section = reloc->section;
    if (!obj_section_has_tables(object, side->section)) {
        return NULL;
    }
    if (reloc->symbol != OBJ_NONE) {
        const struct obj_symbol *symbol = &object->symbols[reloc->symbol];
        section = symbol->binding == BINDING_LOCAL ? symbol->section : OBJ_NONE;
    }
    bool comdat = section != OBJ_NONE && object->sections[section].group != OBJ_NONE;
    return comdat ? &object->sections[section] : NULL;
}

bool image_is_dead(const struct comparing *c, const struct link *link, const struct side *side,
                   const struct obj_reloc *reloc)
{
    const struct obj_section *section = table_target(c, side, reloc);
    const struct image_object *in = c->images->objects[side->class];
    return section && image_is_discarded(in, link, side->class, section);
}

bool image_pair_relocs(const struct comparing *c, const struct side *a, const struct side *b,
                       struct reloc_pair *pair)
{
    while (pair->was < a->count || pair->is < b->count) {
        const struct obj_reloc *was = pair->was < a->count ? &a->relocs[pair->was] : NULL;
        const struct obj_reloc *is = pair->is < b->count ? &b->relocs[pair->is] : NULL;
        uint64_t first = was ? was->offset - a->begin : UINT64_MAX;
        uint64_t second = is ? is->offset - b->begin : UINT64_MAX;
        if (was && is && first == second && was->type == is->type) {
            return true;
        }
        bool lone = first <= second;
        if (!table_target(c, lone ? a : b, lone ? was : is)) {
            return false;
        }
        pair->was += lone;
        pair->is += !lone;
    }
    return false;
}

bool image_same_relocs(const struct comparing *c, const struct side *a, const struct side *b)
{
    struct reloc_pair pair = {0};
    while (image_pair_relocs(c, a, b, &pair)) {
        pair.was++;
        pair.is++;
    }
    return pair.was == a->count && pair.is == b->count;
}
