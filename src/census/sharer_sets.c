/* SPDX-License-Identifier: MIT */
#include "census/sharer_sets.h"

uint32_t *sharer_sets_find(const struct census *census, struct arena *arena)
{
    /* Each library splits each sharer set into the classes that it holds and those it lacks. */
    struct arena scratch = {0};
    size_t most =
        (size_t)census->set->member_count + 1; /* each new sharer set begins with a member */
    uint32_t *sharer_sets = ARENA_ARRAY(arena, uint32_t, census->count + 1);
    size_t *seen = ARENA_ARRAY(&scratch, size_t, census->count + 1); /* by class: library + 1 */
    size_t *split = ARENA_ARRAY(&scratch, size_t, most);    /* by sharer set: library + 1 */
    uint32_t *into = ARENA_ARRAY(&scratch, uint32_t, most); /* by sharer set */
    bool done = sharer_sets && seen && split && into;
    uint32_t count = 1;
    for (size_t l = 0; done && l < census->set->library_count; l++) {
        const struct library *library = &census->set->libraries[l];
        for (size_t i = 0; i < library->archive.member_count; i++) {
            uint32_t class = census->class_of[library->first + i];
            uint32_t sharer_set = sharer_sets[class];
            if (seen[class] == l + 1) {
                continue;
            }
            seen[class] = l + 1;
            if (split[sharer_set] != l + 1) {
                split[sharer_set] = l + 1;
                into[sharer_set] = count++;
            }
            sharer_sets[class] = into[sharer_set];
        }
    }
    arena_free(&scratch);
    return done ? sharer_sets : NULL;
}
