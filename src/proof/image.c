/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "proof/image_internal.h"

/** Past so much memory, members that were read are forgotten before the next comparison. */
static const uint64_t MOST_BYTES = (uint64_t)64 << 20;

/**
 * Whether a name that nothing loaded defines has a suffix now, as have its definitions in the
 * archives (hide --rename): it stays what it was, null.
 */
static bool has_suffix_now(const struct comparing *c, uint32_t was, uint32_t is)
{
    struct span name = c->images->census->symbols[was];
    struct span longer = c->images->census->symbols[is];
    const struct line *before = c->before->line, *after = c->after->line;
    return longer.size > name.size && span_equal(span_make(longer.data, name.size), name) &&
           line_first(before, was) != LINE_NONE && line_first(before, is) == LINE_NONE &&
           line_first(after, was) == LINE_NONE && line_first(after, is) != LINE_NONE;
}

bool image_match(struct comparing *c, const struct target *was, const struct target *is)
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
                                            c->images->census->symbols[is->symbol]) ||
                        has_suffix_now(c, was->symbol, is->symbol));
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

/** Whether two sections, or pieces of sections, hold the same, but for what they refer to. */
static bool look_alike(struct comparing *c, const struct target *was, const struct target *is)
{
    struct image_part part = image_pair(c, was, is);
    struct side a, b;
    return image_object(c->images, was->class) && image_object(c->images, is->class) &&
           image_open_side(c, part.was, part.size, &a) &&
           image_open_side(c, part.is, part.size, &b) && image_same_relocs(c, &a, &b) &&
           image_same_contents(c, &a, &b, part.size);
}

/** Whether two places in sections are counterparts of each other, or may become that. */
static bool may_match(struct comparing *c, const struct target *was, const struct target *is)
{
    bool same;
    if (was->kind != TARGET_SECTION || is->kind != TARGET_SECTION ||
        image_same_merged(c->images, was, is)) {
        return true;
    }
    struct image_part part = image_pair(c, was, is);
    return image_is_known(c->images, part.was, part.is, &same) ? same : look_alike(c, was, is);
}

/**
 * Whether two functions of which any serves refer to different things at one place. A compiler
 * calls the constructor of a base object for that of a complete object where it has seen that they
 * are the same, and each object has its own local functions. Shrinking makes names local, perhaps
 * with a suffix, or leaves none. What a weak external leads to has the name of its default, which
 * says nothing of the name that code refers to.
 * @second the relocation in the second one; NULL: it was finished
 */
static bool leads_elsewhere(struct comparing *c, const struct target *was, const struct side *b,
                            const struct obj_reloc *second, const struct target *is)
{
    if (was->steps || is->steps || was->kind != is->kind) {
        return false;
    }
    if (was->symbol != NO_CLASS && is->symbol != NO_CLASS) {
        return was->symbol != is->symbol;
    }
    const struct object *object = &c->images->objects[b->class]->object;
    struct span name = {0};
    if (second && second->symbol != OBJ_NONE && !object->symbols[second->symbol].is_section) {
        name = object->symbols[second->symbol].name;
        name = span_starts(name, ".L") ? span_make(NULL, 0) : name; /* a label has no meaning */
    }
    if (was->symbol != NO_CLASS && name.size) {
        struct span named = c->images->census->symbols[was->symbol];
        return name.size < named.size || memcmp(name.data, named.data, named.size) != 0;
    }
    return !may_match(c, was, is);
}

/**
 * Follow the relocations of a part and of its counterpart.
 * @varies the parts may have other contents: then they may refer to other symbols, too, such as
 *         to another one of two equal destructors. That is not followed.
 */
static bool match_targets(struct comparing *c, const struct side *a, const struct side *b,
                          bool varies)
{
    for (struct reloc_pair i = {0}; image_pair_relocs(c, a, b, &i); image_next_pair(&i)) {
        const struct obj_reloc *second = i.finished ? NULL : &b->relocs[i.is];
        struct target was, is;
        if (image_is_dead(c, c->before, a, &a->relocs[i.was]) ||
            (second && image_is_dead(c, c->after, b, second))) {
            continue;
        }
        if (!image_pair_targets(c, a, b, &i, &was, &is)) {
            return false;
        }
        c->images->steps++;
        if (i.finished && !image_may_finish(c, b, &was)) {
            return image_differ(c, IMAGE_CHANGED, &was, &is);
        }
        bool elsewhere = varies && leads_elsewhere(c, &was, b, second, &is);
        if (c->out_of_memory || (!elsewhere && !image_match(c, &was, &is))) {
            return false;
        }
    }
    return true;
}

/** Whether the counterpart of a common symbol is as large and holds zeros only. */
static bool compare_zeros(struct comparing *c, const struct image_part *part)
{
    struct side side;
    if (!image_open_side(c, part->is, part->size, &side)) {
        return false;
    }
    const struct obj_section *section = side.section;
    uint64_t size = image_stored(&side, part->size);
    bool holds = side.begin <= section->size && section->size - side.begin >= part->size;
    if (holds && !side.count &&
        (!size || image_all_zero(section->data.data + side.begin, 0, size))) {
        return true;
    }
    const struct target was = {.class = NO_CLASS, .symbol = part->symbol};
    const struct target is = {.class = part->is.class};
    c->needer = part->needer;
    return image_differ(c, IMAGE_CHANGED, &was, &is);
}

/** Whether a definition on the line serves, and the counterpart of a part is equal to it. */
static bool is_like(struct comparing *c, const struct image_part *part,
                    const struct line_entry *entry)
{
    const struct global *global = line_global_of(c->before->line, entry);
    uint32_t class = entry->class & ~SCOPE_WORKSPACE;
    struct target to = {.symbol = part->symbol};
    struct image_object *in = image_object(c->images, class);
    struct side side, is;
    uint64_t end;
    if (!in || !image_definition(c->images, c->before, class, part->symbol, &to)) {
        return image_no_memory(c);
    }
    bool serves = part->any ? link_takes_any(global) : global->any;
    if (!serves || in->broken || to.kind != TARGET_SECTION || to.class != class) {
        return false;
    }
    struct place place = {class, to.section, image_piece(in, to.section, to.offset, &end)};
    return image_open_side(c, place, end - place.offset, &side) &&
           image_open_side(c, part->is, end - place.offset, &is) &&
           image_same_relocs(c, &side, &is) &&
           image_same_contents(c, &side, &is, end - place.offset);
}

/** Whether the counterpart is another one of the definitions of which any serves. */
static bool is_any(struct comparing *c, const struct image_part *part)
{
    const struct line *line = c->before->line;
    bool found = false;
    c->images->forgets = true; /* other lines may offer others */
    for (uint32_t i = line_first(line, part->symbol); !found && i != LINE_NONE;
         i = line->entries[i].next) {
        found = is_like(c, part, &line->entries[i]);
        for (uint32_t h = line->entries[i].hides; !found && h != LINE_NONE;
             h = line->hidden[h].hides) {
            found = is_like(c, part, &line->hidden[h]);
        }
    }
    return found;
}

/** Whether unwind tables have as many entries for the functions of both. */
static bool same_frames(struct comparing *c, const struct image_part *part)
{
    size_t was, is;
    if (part->was.class == part->is.class) {
        return true;
    }
    return image_count_frames(c->images, part->was, part->size, &was) &&
                   image_count_frames(c->images, part->is, part->size, &is)
               ? was == is
               : image_no_memory(c);
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
    if (!image_open_side(c, part.was, part.size, &a) ||
        !image_open_side(c, part.is, part.size, &b)) {
        return false;
    }
    c->needer = part.needer;
    c->exchanged = part.any || part.exchanged;
    bool varies = part.any || (part.exchanged && image_is_copy(c->images, &part));
    /* of an object that is in both links, also what could not be compared is the same */
    bool alike = image_same_place(part.was, part.is) || image_are_alike(c->images, &part);
    bool same = alike || (image_same_relocs(c, &a, &b) &&
                          image_same_contents(c, &a, &b, part.size));
    bool framed = alike || (same && same_frames(c, &part));
    if (framed && !alike) {
        image_note_alike(c->images, &part);
    }
    if (!same || !(varies || framed)) {
        const struct target was = {.kind = TARGET_SECTION, .class = part.was.class,
                                   .section = part.was.section, .symbol = part.symbol};
        const struct target is = {.class = part.is.class};
        bool any = part.any || part.largest ? is_any(c, &part) : varies;
        return any || (!c->out_of_memory && image_differ(c, IMAGE_CHANGED, &was, &is));
    }
    c->needer = part.was.class;
    return match_targets(c, &a, &b, varies);
}

/** Compare the parts from number *@next on, and those that they lead to. */
static bool compare_parts(struct comparing *c, size_t *next)
{
    bool same = true;
    while (same && *next < c->images->part_count) {
        same = compare_part(c, (*next)++);
    }
    return same;
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
    images->stamp++;
    image_ask_nothing(images);
    table_clear(&images->by_original);
    table_clear(&images->by_counterpart);
    table_clear(&images->by_pair);
    if (!images->answer_of) {
        images->answer_of = calloc(census->symbol_count + 1, sizeof *images->answer_of);
    }
    if (!images->objects) {
        images->objects = ARENA_ARRAY(&images->arena, struct image_object *, census->count);
    }
    return images->objects && images->answer_of;
}

/** Match what a symbol leads to in both links. False when memory is short, or they differ. */
static bool match_symbol(struct comparing *c, uint32_t symbol)
{
    struct target was = {.class = NO_CLASS}, is = {.class = NO_CLASS};
    if (!image_symbol_target(c->images, c->before, symbol, &was) ||
        !image_symbol_target(c->images, c->after, symbol, &is)) {
        return image_no_memory(c);
    }
    return image_match(c, &was, &is);
}

/**
 * Match what loaded members need of which only their names are known, such as code for LTO: their
 * relocations cannot be followed, so all of it may be reached.
 */
static bool match_unread(struct comparing *c)
{
    const struct census *census = c->images->census;
    for (uint32_t i = 0; i < census->count; i++) {
        const struct class *class = &census->list[i];
        bool named = class->unread || class->lto == LTO_SLIM;
        if (!named || !link_has_loaded(c->before, i)) {
            continue;
        }
        c->needer = i;
        for (size_t j = 0; j < class->global_count; j++) {
            enum role role = class->globals[j].role;
            if ((role == ROLE_NEEDS || role == ROLE_NEEDS_WEAK) &&
                !match_symbol(c, class->globals[j].symbol)) {
                return false;
            }
        }
    }
    c->needer = NO_CLASS;
    return true;
}

bool images_compare(struct images *images, const struct link *before, const struct link *after,
                    const uint32_t *roots, size_t count, enum image_lists lists,
                    struct image_difference *difference)
{
    struct comparing comparing = {.images = images,
                                  .before = before,
                                  .after = after,
                                  .difference = difference,
                                  .joined = lists == LISTS_KEPT,
                                  .needer = NO_CLASS};
    *difference = (struct image_difference){.fault = IMAGE_SAME};
    images->after = after;
    if (!start(images, before->census)) {
        return false;
    }
    bool same = true;
    for (size_t i = 0; same && i < count; i++) {
        same = match_symbol(&comparing, roots[i]);
    }
    size_t next = 0;
    same = same && match_unread(&comparing) && compare_parts(&comparing, &next) &&
           image_match_lists(&comparing, lists == LISTS_KEPT) && compare_parts(&comparing, &next);
    return same || !comparing.out_of_memory;
}

void images_free(struct images *images)
{
    free(images->parts);
    table_free(&images->by_original);
    table_free(&images->by_counterpart);
    table_free(&images->by_pair);
    table_free(&images->alike);
    free(images->alike_places);
    free(images->answers);
    free(images->answer_of);
    arena_free(&images->arena);
    *images = (struct images){0};
}
