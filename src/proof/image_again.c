/* SPDX-License-Identifier: MIT */
/** What need not be compared again: images of which all is the same, and parts that are alike. */
#include <stdlib.h>

#include "base/digest.h"
#include "proof/image_internal.h"

/* ---- images ------------------------------------------------------------------------------ */

/** Past so many symbols in all, the oldest comparisons are forgotten. */
enum { MOST_SYMBOLS = 2 * 1024 * 1024 };

/** A comparison that found no difference. */
struct same_images {
    struct same_images *next;
    struct digest program; /* its roots */
    struct digest answers;
    enum image_lists lists;
    uint64_t steps;
    size_t count;
    uint32_t asked[]; /* symbols */
};

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
    images->forgets = false;
}

static int by_value(const void *a, const void *b)
{
    uint32_t first = *(const uint32_t *)a;
    uint32_t second = *(const uint32_t *)b;
    return (first > second) - (first < second);
}

/** The name of a program by its roots, in any order. False: memory is short. */
static bool name_program(const uint32_t *roots, size_t count, struct digest *program)
{
    uint32_t *sorted = malloc((count + 1) * sizeof *sorted);
    if (sorted) {
        memcpy(sorted, roots, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, by_value);
        *program = digest_of(span_make(sorted, count * sizeof *sorted));
    }
    free(sorted);
    return sorted != NULL;
}

static uint64_t two(uint32_t first, uint32_t second)
{
    return (uint64_t)second << 32 | first;
}

/** The answers of two links to what was asked of others, in one number. False: no memory. */
static bool sum_answers(const struct link *before, const struct link *after,
                        const uint32_t *asked, size_t count, struct digest *sum)
{
    enum { EACH = 4 };
    const struct census *census = before->census;
    uint64_t *answers = malloc((EACH * count + census->count) * sizeof *answers);
    uint64_t *at = answers;
    for (size_t i = 0; answers && i < count; i++) {
        uint32_t symbol = asked[i];
        uint32_t was = link_definer(before, symbol);
        uint32_t is = link_definer(after, symbol);
        *at++ = two(was, is);
        *at++ = was == NO_CLASS ? 0 : (uintptr_t)before->definition[symbol];
        *at++ = is == NO_CLASS ? 0 : (uintptr_t)after->definition[symbol];
        *at++ = two(link_alternate(before, symbol), link_alternate(after, symbol));
    }
    for (uint32_t i = 0; answers && i < census->count; i++) {
        unsigned loaded = link_has_loaded(before, i) | (unsigned)link_has_loaded(after, i) << 1;
        if (census->list[i].has_lists && loaded) {
            *at++ = two(i, loaded);
        }
    }
    if (answers) {
        *sum = digest_of(span_make(answers, (size_t)(at - answers) * sizeof *answers));
    }
    free(answers);
    return answers != NULL;
}

/** Whether something decides that is not asked: see images_are_known(). */
static bool decides_more(const struct link *before, const struct link *after)
{
    return before->model == MODEL_MINGW || link_loads_twins(before) || link_loads_twins(after);
}

void images_note_same(struct images_memory *memory, const struct images *images,
                      const struct link *before, const struct link *after, const uint32_t *roots,
                      size_t count, enum image_lists lists)
{
    size_t asked = images->answer_count;
    struct same_images *same =
        images->forgets || decides_more(before, after) || asked > MOST_SYMBOLS
            ? NULL
            : malloc(sizeof *same + asked * sizeof *same->asked);
    if (!same) {
        return;
    }
    *same = (struct same_images){.lists = lists, .steps = images->steps, .count = asked};
    for (size_t i = 0; i < asked; i++) {
        same->asked[i] = images->answers[i].symbol;
    }
    if (!name_program(roots, count, &same->program) ||
        !sum_answers(before, after, same->asked, asked, &same->answers)) {
        free(same);
        return;
    }
    pthread_mutex_lock(&memory->lock);
    *memory->end = same;
    memory->end = &same->next;
    memory->symbols += asked;
    while (memory->symbols > MOST_SYMBOLS) {
        struct same_images *oldest = memory->list;
        memory->symbols -= oldest->count;
        memory->list = oldest->next;
        free(oldest);
    }
    pthread_mutex_unlock(&memory->lock);
}

bool images_are_known(struct images_memory *memory, const struct link *before,
                      const struct link *after, const uint32_t *roots, size_t count,
                      enum image_lists lists, uint64_t *steps)
{
    struct digest program, answers;
    bool known = false;
    if (decides_more(before, after) || !name_program(roots, count, &program)) {
        return false;
    }
    pthread_mutex_lock(&memory->lock);
    for (const struct same_images *same = memory->list; same && !known; same = same->next) {
        known = same->lists == lists && digest_equal(same->program, program) &&
                sum_answers(before, after, same->asked, same->count, &answers) &&
                digest_equal(same->answers, answers);
        *steps = known ? same->steps : *steps;
    }
    pthread_mutex_unlock(&memory->lock);
    return known;
}

void images_memory_begin(struct images_memory *memory)
{
    *memory = (struct images_memory){.list = NULL};
    memory->end = &memory->list;
    pthread_mutex_init(&memory->lock, NULL);
}

void images_memory_free(struct images_memory *memory)
{
    for (struct same_images *same = memory->list; same;) {
        struct same_images *next = same->next;
        free(same);
        same = next;
    }
    pthread_mutex_destroy(&memory->lock);
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
