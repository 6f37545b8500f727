/* SPDX-License-Identifier: MIT */
/** What need not be compared again: images of which all is the same, and parts that are alike. */
#include <stdlib.h>

#include "proof/image_internal.h"

/* ---- images ------------------------------------------------------------------------------ */

/** What two links make of a symbol. */
static struct image_answer answer_of(const struct link *before, const struct link *after,
                                     uint32_t symbol)
{
    struct image_answer answer = {.symbol = symbol,
                                  .was = link_definer(before, symbol),
                                  .is = link_definer(after, symbol),
                                  .was_instead = link_alternate(before, symbol),
                                  .is_instead = link_alternate(after, symbol)};
    answer.first = answer.was == NO_CLASS ? NULL : before->definition[symbol];
    answer.second = answer.is == NO_CLASS ? NULL : after->definition[symbol];
    return answer;
}

static bool same_answer(const struct image_answer *a, const struct image_answer *b)
{
    return a->was == b->was && a->is == b->is && a->first == b->first && a->second == b->second &&
           a->was_instead == b->was_instead && a->is_instead == b->is_instead;
}

void image_ask(struct images *images, uint32_t symbol)
{
    if (images->answer_of[symbol]) {
        return;
    }
    struct image_answer *answers = heap_grow(images->answers, images->answer_count,
                                             &images->answer_capacity, 1024, sizeof *answers);
    if (!answers) {
        images->forgets = true;
        return;
    }
    images->answers = answers;
    answers[images->answer_count++] = (struct image_answer){.symbol = symbol};
    images->answer_of[symbol] = (uint32_t)images->answer_count;
}

bool image_known_target(struct images *images, const struct link *link, uint32_t symbol,
                        struct target *target)
{
    const uint32_t *number = &images->answer_of[symbol];
    bool second = link == images->after;
    uint64_t addend = target->offset;
    if (!*number || !images->answers[*number - 1].is_known[second]) {
        struct target to = {.kind = TARGET_NOTHING, .class = NO_CLASS, .symbol = NO_CLASS};
        if (!image_symbol_target(images, link, symbol, &to)) {
            return false;
        }
        if (!*number) { /* memory was short for the answer */
            *target = to;
            target->offset += addend;
            return true;
        }
        images->answers[*number - 1].to[second] = to;
        images->answers[*number - 1].is_known[second] = true;
    }
    *target = images->answers[*number - 1].to[second];
    target->offset += addend;
    return true;
}

void image_ask_nothing(struct images *images)
{
    for (size_t i = 0; i < images->answer_count; i++) {
        images->answer_of[images->answers[i].symbol] = 0;
    }
    images->answer_count = 0;
    images->forgets = images->remembers = false;
}

/** Whether a class with lists is loaded by the first link, and by the second one, as two bits. */
static uint8_t loaded_by(const struct link *before, const struct link *after, uint32_t class)
{
    return (uint8_t)(link_has_loaded(before, class) | link_has_loaded(after, class) << 1);
}

void image_remember(struct images *images, const struct link *before, const struct link *after)
{
    const struct census *census = images->census;
    bool asks_more = before->model == MODEL_MINGW; /* of defaults that are static */
    if (images->forgets || asks_more || link_loads_twins(before) || link_loads_twins(after)) {
        return;
    }
    for (size_t i = 0; i < images->answer_count; i++) {
        images->answers[i] = answer_of(before, after, images->answers[i].symbol);
    }
    for (uint32_t i = 0; i < census->count; i++) {
        images->loaded[i] = census->list[i].has_lists ? loaded_by(before, after, i) : 0;
    }
    images->remembers = true;
}

bool images_same_again(const struct images *images, const struct link *before,
                       const struct link *after)
{
    const struct census *census = images->census;
    if (!images->remembers || before->model == MODEL_MINGW || link_loads_twins(before) ||
        link_loads_twins(after)) {
        return false;
    }
    for (size_t i = 0; i < images->answer_count; i++) {
        struct image_answer answer = answer_of(before, after, images->answers[i].symbol);
        if (!same_answer(&answer, &images->answers[i])) {
            return false;
        }
    }
    for (uint32_t i = 0; i < census->count; i++) {
        if (census->list[i].has_lists && loaded_by(before, after, i) != images->loaded[i]) {
            return false;
        }
    }
    return true;
}

void images_other_roots(struct images *images)
{
    images->remembers = false;
}

/* ---- parts ------------------------------------------------------------------------------- */

static bool is_alike(const void *context, uint32_t number, const void *key)
{
    const struct place *pair = &((const struct place *)context)[2 * (size_t)number];
    const struct place *wanted = key;
    return image_same_place(pair[0], wanted[0]) && image_same_place(pair[1], wanted[1]);
}

bool image_are_alike(const struct images *images, const struct image_part *part)
{
    const struct place key[] = {part->was, part->is};
    return table_find(&images->alike, image_hash_pair(part), is_alike, images->alike_places,
                      key) != TABLE_NONE;
}

void image_note_alike(struct images *images, const struct image_part *part)
{
    struct place *places = heap_grow(images->alike_places, 2 * images->alike.count,
                                     &images->alike_capacity, 4096, sizeof *places);
    if (places) {
        images->alike_places = places;
        places[2 * images->alike.count] = part->was;
        places[2 * images->alike.count + 1] = part->is;
        (void)table_add(&images->alike, image_hash_pair(part), (uint32_t)images->alike.count);
    }
}
