/* SPDX-License-Identifier: MIT */
/** The contents of parts of images, and how they compare. */
#include "proof/image_internal.h"

/** The number of the first relocation at @offset or behind it. */
static size_t first_from(const struct image_relocs *relocs, uint64_t offset)
{
    size_t low = 0, high = relocs->count;
    if (!offset || !high || relocs->list[high - 1].offset < offset) { /* most sections are parts */
        return offset ? high : 0;
    }
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (relocs->list[middle].offset < offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool image_open_side(struct comparing *c, struct place place, uint64_t size, struct side *side)
{
    struct image_object *in = image_object(c->images, place.class);
    const struct image_relocs *relocs = in ? image_relocs(c->images, in, place.section) : NULL;
    if (!relocs) {
        return image_no_memory(c);
    }
    size_t first = first_from(relocs, place.offset);
    bool all = size > UINT64_MAX - place.offset;
    size_t end = all ? relocs->count : first_from(relocs, place.offset + size);
    *side = (struct side){.section = &in->object.sections[place.section],
                          .class = place.class,
                          .number = place.section,
                          .relocs = relocs->list ? relocs->list + first : NULL,
                          .count = end - first,
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

/** The bytes that a relocation fills in; NULL if they are not in the file. */
static const uint8_t *field_of(const struct side *side, uint64_t offset, unsigned width)
{
    uint64_t at = side->begin + offset;
    bool there = at <= side->section->data.size && side->section->data.size - at >= width;
    return there ? side->section->data.data + at : NULL;
}

/** How many bytes of a pair's field have been compared, or are not to be; 0: none. */
static unsigned compared_width(struct comparing *c, const struct side *a, const struct side *b,
                               const struct reloc_pair *pair, bool *same)
{
    const struct object *object = &c->images->objects[a->class]->object;
    const struct obj_reloc *reloc = &a->relocs[pair->was];
    struct obj_field field;
    if (pair->finished) {
        const struct obj_relative *kind = obj_relative_of(object, reloc->type);
        unsigned width = obj_relative_width(kind);
        uint64_t offset = reloc->offset - a->begin;
        *same = obj_relative_alike(kind, field_of(a, offset, width), field_of(b, offset, width));
        return width;
    }
    bool local = reloc->section != OBJ_NONE && obj_read_field(object, a->section, reloc, &field);
    return local ? field.width : 0;
}

bool image_same_contents(struct comparing *c, const struct side *a, const struct side *b,
                          uint64_t size)
{
    uint64_t at = 0;
    if (b->begin > b->section->size || b->section->size - b->begin < size) {
        return false;
    }
    for (struct reloc_pair i = {0}; image_pair_relocs(c, a, b, &i); image_next_pair(&i)) {
        uint64_t offset = a->relocs[i.was].offset - a->begin;
        bool same = true;
        unsigned width = offset < at ? 0 : compared_width(c, a, b, &i, &same);
        if (!width) {
            continue;
        }
        if (!same || !same_bytes(a, b, at, offset, size)) {
            return false;
        }
        at = offset + width;
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
    return section && image_is_discarded(c->images, in, link, side->class, section);
}

/** Whether the second side may hold the distance that this relocation of the first one means. */
static bool is_finished(const struct comparing *c, const struct side *a, const struct side *b,
                        const struct obj_reloc *reloc)
{
    const struct object *before = &c->images->objects[a->class]->object;
    const struct object *after = &c->images->objects[b->class]->object;
    const struct obj_relative *kind = obj_relative_of(before, reloc->type);
    uint64_t offset = reloc->offset - a->begin;
    return kind && kind == obj_relative_of(after, reloc->type) &&
           obj_section_is_rigid(after, b->section) &&
           field_of(a, offset, obj_relative_width(kind)) &&
           field_of(b, offset, obj_relative_width(kind));
}

bool image_pair_relocs(const struct comparing *c, const struct side *a, const struct side *b,
                       struct reloc_pair *pair)
{
    while (pair->was < a->count || pair->is < b->count) {
        const struct obj_reloc *was = pair->was < a->count ? &a->relocs[pair->was] : NULL;
        const struct obj_reloc *is = pair->is < b->count ? &b->relocs[pair->is] : NULL;
        uint64_t first = was ? was->offset - a->begin : UINT64_MAX;
        uint64_t second = is ? is->offset - b->begin : UINT64_MAX;
        pair->finished = false;
        if (was && is && first == second && was->type == is->type) {
            return true;
        }
        bool lone = first <= second;
        if (!table_target(c, lone ? a : b, lone ? was : is)) {
            pair->finished = first < second && is_finished(c, a, b, was);
            return pair->finished;
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
        image_next_pair(&pair);
    }
    return pair.was == a->count && pair.is == b->count;
}

/** Where a distance leads to that stands in the place of a relocation. */
static struct target finished_target(const struct comparing *c, const struct side *a,
                                     const struct side *b, const struct obj_reloc *reloc)
{
    const struct object *object = &c->images->objects[a->class]->object;
    const struct obj_relative *kind = obj_relative_of(object, reloc->type);
    uint64_t offset = reloc->offset - a->begin;
    unsigned width = obj_relative_width(kind);
    uint64_t distance = (uint64_t)obj_relative_get(kind, field_of(b, offset, width));
    if (obj_relative_adds_field(kind, reloc)) { /* the other target is without it, too */
        distance -= (uint64_t)obj_relative_get(kind, field_of(a, offset, width));
    }
    return (struct target){.kind = TARGET_SECTION,
                           .class = b->class,
                           .section = b->number,
                           .symbol = NO_CLASS,
                           .offset = b->begin + offset + kind->from + distance};
}

bool image_pair_targets(struct comparing *c, const struct side *a, const struct side *b,
                        const struct reloc_pair *pair, struct target *was, struct target *is)
{
    const struct obj_reloc *first = &a->relocs[pair->was];
    if (!image_reloc_target(c->images, c->before, a->class, a->number, first, was)) {
        return image_no_memory(c);
    }
    if (pair->finished) {
        *is = finished_target(c, a, b, first);
        return true;
    }
    return image_reloc_target(c->images, c->after, b->class, b->number, &b->relocs[pair->is],
                              is) ||
           image_no_memory(c);
}

bool image_may_finish(struct comparing *c, const struct side *b, const struct target *was)
{
    const struct image_object *in = c->images->objects[b->class];
    uint32_t symbol = was->symbol == NO_CLASS ? OBJ_NONE : image_global(in, was->symbol);
    return symbol == OBJ_NONE || obj_symbol_is_settled(&in->object, &in->object.symbols[symbol]);
}
