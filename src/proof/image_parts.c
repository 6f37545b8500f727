/* SPDX-License-Identifier: MIT */
/** The parts of two images, and which part is the counterpart of which. */
#include "proof/image_internal.h"

/** No such part has been met before. */
#define NO_PART TABLE_NONE

bool image_differ(struct comparing *c, enum image_fault fault, const struct target *was,
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

bool image_no_memory(struct comparing *c)
{
    c->out_of_memory = true;
    return false;
}

static uint64_t hash_place(struct place place)
{
    return table_hash(span_make(&place.offset, sizeof place.offset),
                      (uint64_t)place.class << 32 | place.section);
}

uint64_t image_hash_pair(const struct image_part *part)
{
    return hash_place(part->was) * 31 + hash_place(part->is);
}

static bool is_original(const void *context, uint32_t part, const void *key)
{
    const struct image_part *parts = context;
    return image_same_place(parts[part].was, *(const struct place *)key);
}

static bool is_counterpart(const void *context, uint32_t part, const void *key)
{
    const struct image_part *parts = context;
    return image_same_place(parts[part].is, *(const struct place *)key);
}

static bool is_pair(const void *context, uint32_t part, const void *key)
{
    const struct image_part *known = &((const struct image_part *)context)[part];
    const struct place *places = key;
    return image_same_place(known->was, places[0]) && image_same_place(known->is, places[1]);
}

/** Where the number of a part is noted that is a whole section; NULL for pieces and commons. */
static struct image_met *met_at(const struct images *images, struct place place, bool original)
{
    const struct image_object *in =
        place.class == NO_CLASS || place.offset ? NULL : images->objects[place.class];
    if (!in || in->piece_count[place.section]) {
        return NULL;
    }
    return original ? &in->original[place.section] : &in->counterpart[place.section];
}

/** The part of the first image at a place, or the one whose counterpart is there; or NO_PART. */
static uint32_t find_part(const struct images *images, struct place place, bool original)
{
    const struct image_met *met = met_at(images, place, original);
    if (met) {
        return met->stamp == images->stamp ? met->number : NO_PART;
    }
    return original ? table_find(&images->by_original, hash_place(place), is_original,
                                 images->parts, &place)
                    : table_find(&images->by_counterpart, hash_place(place), is_counterpart,
                                 images->parts, &place);
}

/** Note the part at a place that has none. False: memory is short. */
static bool note_part(struct images *images, struct place place, bool original, uint32_t number)
{
    struct image_met *met = met_at(images, place, original);
    if (met) {
        *met = (struct image_met){number, images->stamp};
        return true;
    }
    return table_add(original ? &images->by_original : &images->by_counterpart, hash_place(place),
                     number);
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

bool image_is_copy(const struct images *images, const struct image_part *part)
{
    if (part->symbol != NO_CLASS || part->was.class == NO_CLASS) {
        return false;
    }
    const struct object *object = &images->objects[part->was.class]->object;
    enum obj_section_kind kind = object->sections[part->was.section].kind;
    return kind == SECTION_CODE || kind == SECTION_RODATA || kind == SECTION_UNWIND;
}

/**
 * Whether it does not matter that two references lead to one place in one of the images and to two
 * in the other: to copies, or to inline functions that some objects have twice at one address
 * (a destructor of a complete object is often that of a base object, too).
 */
static bool may_part(const struct images *images, const struct image_part *a,
                     const struct image_part *b)
{
    if ((a->exchanged || b->exchanged) && image_is_copy(images, a)) {
        return true;
    }
    if (!a->any || !b->any || a->symbol == b->symbol) {
        return false;
    }
    const struct object *object = &images->objects[a->was.class]->object;
    return object->sections[a->was.section].kind == SECTION_CODE;
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

bool image_is_free(const struct images *images, struct place is)
{
    return find_part(images, is, false) == NO_PART;
}

/** Note that a part is to be compared. */
static bool append_part(struct comparing *c, struct image_part part)
{
    struct images *images = c->images;
    struct image_part *parts = heap_grow(images->parts, images->part_count,
                                         &images->part_capacity, 4096, sizeof *parts);
    if (!parts) {
        return image_no_memory(c);
    }
    images->parts = parts;
    parts[images->part_count++] = part;
    return true;
}

/** Note that the part of @was is the part of @is from now on, and is to be compared. */
static bool add_part(struct comparing *c, struct image_part part, const struct target *was,
                     const struct target *is)
{
    struct images *images = c->images;
    uint32_t number = (uint32_t)images->part_count;
    uint32_t other = find_part(images, part.is, false);
    if (!append_part(c, part)) {
        return false;
    }
    const struct image_part *parts = images->parts;
    if (!note_part(images, part.was, true, number)) {
        return image_no_memory(c);
    }
    if (other == NO_PART) {
        return note_part(images, part.is, false, number) || image_no_memory(c);
    }
    bool empty = part.size == 0 && part.was.class != NO_CLASS;
    return empty || parts[other].size == 0 || may_merge(images, part.was) ||
           may_part(images, &part, &parts[other]) || image_differ(c, IMAGE_UNITED, was, is);
}

bool image_same_merged(const struct images *images, const struct target *was,
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

/** Note one more counterpart of a part that has another one already, unless it is known. */
static bool add_copy(struct comparing *c, struct image_part part)
{
    struct images *images = c->images;
    const struct place key[] = {part.was, part.is};
    uint64_t hash = image_hash_pair(&part);
    if (table_find(&images->by_pair, hash, is_pair, images->parts, key) != NO_PART) {
        return true;
    }
    uint32_t number = (uint32_t)images->part_count;
    return append_part(c, part) &&
           (table_add(&images->by_pair, hash, number) || image_no_memory(c));
}

struct image_part image_pair(const struct comparing *c, const struct target *was,
                             const struct target *is)
{
    struct image_part part = {.symbol = was->symbol,
                              .needer = c->needer,
                              .any = was->any,
                              .largest = c->joined && was->largest,
                              .exchanged = c->exchanged && was->symbol == NO_CLASS};
    uint64_t distance;
    part.was = place_of(c, was, &part.size, &distance);
    part.is = is->kind == TARGET_COMMON
                  ? (struct place){NO_CLASS, is->symbol, is->offset - distance}
                  : (struct place){is->class, is->section, is->offset - distance};
    return part;
}

bool image_is_known(const struct images *images, struct place was, struct place is, bool *same)
{
    uint32_t known = find_part(images, was, true);
    *same = known != NO_PART && image_same_place(images->parts[known].is, is);
    return known != NO_PART;
}

bool image_match_parts(struct comparing *c, const struct target *was, const struct target *is)
{
    struct images *images = c->images;
    if (image_same_merged(images, was, is)) {
        return true;
    }
    struct image_part part = image_pair(c, was, is);
    if (is->kind == TARGET_COMMON && common_size(c->after, is->symbol) < part.size) {
        return image_differ(c, IMAGE_CHANGED, was, is);
    }
    uint32_t known = find_part(images, part.was, true);
    if (known == NO_PART) {
        return add_part(c, part, was, is);
    }
    if (image_same_place(images->parts[known].is, part.is) || may_merge(images, part.was)) {
        return true;
    }
    return may_part(images, &part, &images->parts[known])
               ? add_copy(c, part)
               : image_differ(c, IMAGE_DOUBLED, was, is);
}

