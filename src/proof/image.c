/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "proof/image_internal.h"

/** Past so many bytes, members that were read are forgotten before the next comparison. */
static const uint64_t MOST_BYTES = (uint64_t)64 << 20;

/** No such part has been met before. */
#define NO_PART TABLE_NONE

/** A place: of a section or piece that begins at .offset, or of a common symbol. */
struct place {
    uint32_t class;   /* NO_CLASS: a common symbol */
    uint32_t section; /* or the number of the symbol */
    uint64_t offset;
};

struct image_part {
    struct place was;
    struct place is;
    uint64_t size;
    uint32_t symbol; /* that led here first, or NO_CLASS */
    uint32_t needer;
    bool any; /* another definition will do, too, so contents may differ */
};

struct comparing {
    struct images *images;
    const struct link *before;
    const struct link *after;
    struct image_difference *difference;
    uint32_t needer; /* class under way, or NO_CLASS for a root */
    bool out_of_memory;
};

/** Remember the first difference. Always false. */
static bool differ(struct comparing *c, enum image_fault fault, const struct target *was,
                   const struct target *is)
{
    struct image_difference *difference = c->difference;
    if (difference->fault == IMAGE_SAME) {
        const struct census *census = c->images->census;
        *difference = (struct image_difference){.fault = fault,
                                                .symbol = was->symbol,
                                                .was = was->class,
                                                .is = is->class,
                                                .needer = c->needer};
        if (was->symbol == NO_CLASS && was->kind == TARGET_SECTION) {
            struct image_object *in = c->images->objects[was->class];
            difference->name = in->object.sections[was->section].name;
        } else if (was->symbol != NO_CLASS) {
            difference->name = census->symbols[was->symbol];
        }
    }
    return false;
}

static bool no_memory(struct comparing *c)
{
    c->out_of_memory = true;
    return false;
}

/* ---- parts ------------------------------------------------------------------------------- */

static uint64_t hash_place(struct place place)
{
    return table_hash(span_make(&place.offset, sizeof place.offset),
                      (uint64_t)place.class << 32 | place.section);
}

static bool same_place(struct place a, struct place b)
{
    return a.class == b.class && a.section == b.section && a.offset == b.offset;
}

static bool is_original(const void *context, uint32_t part, const void *key)
{
    return same_place(((const struct image_part *)context)[part].was, *(const struct place *)key);
}

static bool is_counterpart(const void *context, uint32_t part, const void *key)
{
    return same_place(((const struct image_part *)context)[part].is, *(const struct place *)key);
}

/** Whether linkers may unite this part with an equal one. */
static bool may_merge(const struct images *images, struct place place)
{
    if (place.class == NO_CLASS) {
        return false;
    }
    const struct object *object = &images->objects[place.class]->object;
    return obj_section_is_merged(object, &object->sections[place.section]);
}

/** How large a common symbol is in a link; 0 if that is not known. */
static uint64_t common_size(const struct link *link, uint32_t symbol)
{
    bool known = symbol != NO_CLASS && link_definer(link, symbol) != NO_CLASS &&
                 link->definition[symbol];
    return known ? link->definition[symbol]->size : 0;
}

/** The part that a target lies in, and how far behind its beginning. */
static struct place place_of(const struct comparing *c, const struct target *target,
                             uint64_t *size, uint64_t *distance)
{
    if (target->kind == TARGET_COMMON) {
        *size = common_size(c->before, target->symbol);
        *distance = target->offset;
        return (struct place){NO_CLASS, target->symbol, 0};
    }
    const struct image_object *in = c->images->objects[target->class];
    uint64_t end;
    uint64_t begin = image_piece(in, target->section, target->offset, &end);
    *size = end - begin;
    *distance = target->offset - begin;
    return (struct place){target->class, target->section, begin};
}

/** Note that the part of @was is the part of @is from now on, and is to be compared. */
static bool add_part(struct comparing *c, struct image_part part, const struct target *was,
                     const struct target *is)
{
    struct images *images = c->images;
    uint64_t hash = hash_place(part.is);
    uint32_t number = (uint32_t)images->part_count;
    uint32_t other = table_find(&images->by_counterpart, hash, is_counterpart, images->parts,
                                &part.is);
    struct image_part *parts = heap_grow(images->parts, images->part_count,
                                         &images->part_capacity, 4096, sizeof *parts);
    if (!parts) {
        return no_memory(c);
    }
    images->parts = parts;
    parts[images->part_count++] = part;
    if (!table_add(&images->by_original, hash_place(part.was), number)) {
        return no_memory(c);
    }
    if (other == NO_PART) {
        return table_add(&images->by_counterpart, hash, number) || no_memory(c);
    }
    bool empty = part.size == 0 && part.was.class != NO_CLASS;
    return empty || parts[other].size == 0 || may_merge(images, part.was) ||
           differ(c, IMAGE_UNITED, was, is);
}

/** Compare what two places in sections hold that linkers merge. True if that decides. */
static bool same_merged(const struct images *images, const struct target *was,
                        const struct target *is)
{
    if (was->kind != TARGET_SECTION || is->kind != TARGET_SECTION) {
        return false;
    }
    const struct object *first = &images->objects[was->class]->object;
    const struct object *second = &images->objects[is->class]->object;
    const struct obj_section *from = &first->sections[was->section];
    const struct obj_section *to = &second->sections[is->section];
    if (!obj_section_is_merged(first, from)) {
        return false;
    }
    struct span before = obj_merged_piece(first, from, was->offset);
    struct span after = obj_merged_piece(second, to, is->offset);
    return before.size && span_equal(before, after);
}

/** Match two places in sections or common symbols. */
static bool match_parts(struct comparing *c, const struct target *was, const struct target *is)
{
    struct images *images = c->images;
    struct image_part part = {.symbol = was->symbol, .needer = c->needer, .any = was->any};
    uint64_t distance;
    if (same_merged(images, was, is)) {
        return true;
    }
    part.was = place_of(c, was, &part.size, &distance);
    if (is->kind == TARGET_COMMON) {
        part.is = (struct place){NO_CLASS, is->symbol, is->offset - distance};
        if (common_size(c->after, is->symbol) < part.size) {
            return differ(c, IMAGE_CHANGED, was, is);
        }
    } else {
        part.is = (struct place){is->class, is->section, is->offset - distance};
    }
    uint32_t known = table_find(&images->by_original, hash_place(part.was), is_original,
                                images->parts, &part.was);
    if (known == NO_PART) {
        return add_part(c, part, was, is);
    }
    return same_place(images->parts[known].is, part.is) || may_merge(images, part.was) ||
           differ(c, IMAGE_DOUBLED, was, is);
}

static bool match(struct comparing *c, const struct target *was, const struct target *is)
{
    bool common = was->kind == TARGET_COMMON;
    if ((common && is->kind == TARGET_COMMON) ||
        ((common || was->kind == TARGET_SECTION) && is->kind == TARGET_SECTION)) {
        return match_parts(c, was, is);
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
    return same || differ(c, IMAGE_OTHER, was, is);
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
        return no_memory(c);
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

/** Follow the relocations of a part and of its counterpart. */
static bool match_targets(struct comparing *c, const struct side *a, const struct side *b)
{
    for (size_t i = 0; i < a->count; i++) {
        struct target was, is;
        if (!image_reloc_target(c->images, c->before, a->class, a->number, &a->relocs[i], &was) ||
            !image_reloc_target(c->images, c->after, b->class, b->number, &b->relocs[i], &is)) {
            return no_memory(c);
        }
        c->images->steps++;
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
    return differ(c, IMAGE_CHANGED, &was, &is);
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
    if (!same_relocs(&a, &b) || !same_contents(c, &a, &b, part.size)) {
        const struct target was = {.kind = TARGET_SECTION, .class = part.was.class,
                                   .section = part.was.section, .symbol = part.symbol};
        const struct target is = {.class = part.is.class};
        return part.any || differ(c, IMAGE_CHANGED, &was, &is);
    }
    c->needer = part.was.class;
    return match_targets(c, &a, &b);
}

static bool compare_lists(struct comparing *c)
{
    uint64_t first, second;
    struct target was = {.class = NO_CLASS, .symbol = NO_CLASS};
    struct target is = {.class = NO_CLASS, .symbol = NO_CLASS};
    c->needer = NO_CLASS;
    if (!image_sum_lists(c->images, c->before, &first, &was.class) ||
        !image_sum_lists(c->images, c->after, &second, &is.class)) {
        return no_memory(c);
    }
    return first == second || differ(c, IMAGE_GATHERED, &was, &is);
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
    images->by_original = (struct table){0};
    images->by_counterpart = (struct table){0};
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
    arena_free(&images->arena);
    *images = (struct images){0};
}
