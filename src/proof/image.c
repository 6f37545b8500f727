/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "proof/image_internal.h"

/** Past so many bytes, members that were read are forgotten before the next comparison. */
static const uint64_t MOST_BYTES = (uint64_t)64 << 20;

static bool match(struct comparing *c, const struct target *was, const struct target *is)
{
    bool common = was->kind == TARGET_COMMON;
    if ((common && is->kind == TARGET_COMMON) ||
        ((common || was->kind == TARGET_SECTION) && is->kind == TARGET_SECTION)) {
        return image_match_parts(c, was, is);
    }
    bool same = was->kind == is->kind;
    switch (was->kind) {
    case TARGET_NOTHING:
    case TARGET_FIELD:
        break;
    case TARGET_UNDEFINED:
        same = same && (was->symbol == is->symbol ||
                        obj_is_marked_bound(c->images->census->symbols[was->symbol],
                                            c->images->census->symbols[is->symbol]));
        break;
    case TARGET_IMPORT:
        same = same && was->symbol == is->symbol;
        break;
    case TARGET_OPAQUE:
        same = same && (was->class == is->class || was->any);
        break;
    case TARGET_ABSOLUTE:
        same = same && was->offset == is->offset;
        break;
    case TARGET_COMMON:
    case TARGET_SECTION:
        break;
    }
    return same || image_differ(c, IMAGE_OTHER, was, is);
}

/* ---- contents ---------------------------------------------------------------------------- */

/** One side of a part, read. */
struct side {
    const struct obj_section *section;
    uint32_t class;
    uint32_t number; /* of the section */
    const struct obj_reloc *relocs;
    size_t count;
    uint64_t begin;
};

static bool open_side(struct comparing *c, struct place place, uint64_t size, struct side *side)
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

/** How many bytes of a part lie in the file: the rest is zero. */
static uint64_t stored(const struct side *side, uint64_t size)
{
    uint64_t data = side->section->data.size;
    uint64_t left = data > side->begin ? data - side->begin : 0;
    return left < size ? left : size;
}

static bool all_zero(const uint8_t *bytes, uint64_t from, uint64_t to)
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
    uint64_t first = stored(a, size);
    uint64_t second = stored(b, size);
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
    return start >= most || all_zero(longer->section->data.data + longer->begin, start, most);
}

/** Compare the contents, without the fields whose bytes depend on where sections lie. */
static bool same_contents(struct comparing *c, const struct side *a, const struct side *b,
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

static bool same_relocs(const struct side *a, const struct side *b)
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

/**
 * Follow the relocations of a part and of its counterpart.
 * @varies the parts may have other contents: then they may refer to other symbols, too, such as
 *         to another one of two equal destructors. What follows is not compared.
 */
static bool match_targets(struct comparing *c, const struct side *a, const struct side *b,
                          bool varies)
{
    for (size_t i = 0; i < a->count; i++) {
        struct target was, is;
        if (!image_reloc_target(c->images, c->before, a->class, a->number, &a->relocs[i], &was) ||
            !image_reloc_target(c->images, c->after, b->class, b->number, &b->relocs[i], &is)) {
            return image_no_memory(c);
        }
        c->images->steps++;
        bool named = was.symbol != NO_CLASS && is.symbol != NO_CLASS;
        if (varies && named && was.symbol != is.symbol) {
            return true;
        }
        if (!match(c, &was, &is)) {
            return false;
        }
    }
    return true;
}

/** Whether the counterpart of a common symbol is as large and holds zeros only. */
static bool compare_zeros(struct comparing *c, const struct image_part *part)
{
    struct side side;
    if (!open_side(c, part->is, part->size, &side)) {
        return false;
    }
    const struct obj_section *section = side.section;
    uint64_t size = stored(&side, part->size);
    bool holds = side.begin <= section->size && section->size - side.begin >= part->size;
    if (holds && !side.count &&
        (!size || all_zero(section->data.data + side.begin, 0, size))) {
        return true;
    }
    const struct target was = {.class = NO_CLASS, .symbol = part->symbol};
    const struct target is = {.class = part->is.class};
    c->needer = part->needer;
    return image_differ(c, IMAGE_CHANGED, &was, &is);
}

static bool compare_part(struct comparing *c, size_t number)
{
    struct image_part part = c->images->parts[number];
    struct side a, b;
    if (part.was.class == NO_CLASS && part.is.class == NO_CLASS) {
        return true;
    }
    if (part.was.class == NO_CLASS) {
        return compare_zeros(c, &part);
    }
    if (!open_side(c, part.was, part.size, &a) || !open_side(c, part.is, part.size, &b)) {
        return false;
    }
    c->needer = part.needer;
    c->exchanged = part.any || part.exchanged;
    bool varies = part.any || (part.exchanged && image_is_copy(c->images, &part));
    if (!same_relocs(&a, &b) || !same_contents(c, &a, &b, part.size)) {
        const struct target was = {.kind = TARGET_SECTION, .class = part.was.class,
                                   .section = part.was.section, .symbol = part.symbol};
        const struct target is = {.class = part.is.class};
        return varies || image_differ(c, IMAGE_CHANGED, &was, &is);
    }
    c->needer = part.was.class;
    return match_targets(c, &a, &b, varies);
}

static bool compare_lists(struct comparing *c)
{
    uint64_t first, second;
    struct target was = {.class = NO_CLASS, .symbol = NO_CLASS};
    struct target is = {.class = NO_CLASS, .symbol = NO_CLASS};
    c->needer = NO_CLASS;
    if (!image_sum_lists(c->images, c->before, &first, &was.class) ||
        !image_sum_lists(c->images, c->after, &second, &is.class)) {
        return image_no_memory(c);
    }
    return first == second || image_differ(c, IMAGE_GATHERED, &was, &is);
}

/* ---- together ---------------------------------------------------------------------------- */

static bool start(struct images *images, const struct census *census)
{
    if (images->read > MOST_BYTES) {
        arena_reset(&images->arena);
        images->objects = NULL;
        images->read = 0;
    }
    images->census = census;
    images->part_count = 0;
    table_free(&images->by_original);
    table_free(&images->by_counterpart);
    table_free(&images->by_pair);
    images->by_original = (struct table){0};
    images->by_counterpart = (struct table){0};
    images->by_pair = (struct table){0};
    if (!images->objects) {
        images->objects = ARENA_ARRAY(&images->arena, struct image_object *, census->count);
    }
    return images->objects != NULL;
}

bool images_compare(struct images *images, const struct link *before, const struct link *after,
                    const uint32_t *roots, size_t count, bool lists,
                    struct image_difference *difference)
{
    struct comparing comparing = {.images = images,
                                  .before = before,
                                  .after = after,
                                  .difference = difference,
                                  .needer = NO_CLASS};
    *difference = (struct image_difference){.fault = IMAGE_SAME};
    if (!start(images, before->census)) {
        return false;
    }
    bool same = true;
    for (size_t i = 0; same && i < count; i++) {
        struct target was = {.class = NO_CLASS}, is = {.class = NO_CLASS};
        if (!image_symbol_target(images, before, roots[i], &was) ||
            !image_symbol_target(images, after, roots[i], &is)) {
            return false;
        }
        same = match(&comparing, &was, &is);
    }
    for (size_t i = 0; same && i < images->part_count; i++) {
        same = compare_part(&comparing, i);
    }
    same = same && (!lists || compare_lists(&comparing));
    return same || !comparing.out_of_memory;
}

void images_free(struct images *images)
{
    free(images->parts);
    table_free(&images->by_original);
    table_free(&images->by_counterpart);
    table_free(&images->by_pair);
    arena_free(&images->arena);
    *images = (struct images){0};
}
