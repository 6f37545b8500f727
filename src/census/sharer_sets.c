/* SPDX-License-Identifier: MIT */
#include "census/sharer_sets.h"

uint32_t *sharers_find(const struct set *set, const struct classes *classes, struct arena *arena)
{
    /* Each library splits each circle in those that it has and those that it lacks. */
    struct arena scratch = {0};
    size_t most = (size_t)set->member_count + 1; /* circles: each new one begins with a member */
    uint32_t *circles = ARENA_ARRAY(arena, uint32_t, classes->count + 1);
    size_t *seen = ARENA_ARRAY(&scratch, size_t, classes->count + 1);  /* by class: library + 1 */
    size_t *split = ARENA_ARRAY(&scratch, size_t, most);               /* by circle: library + 1 */
    uint32_t *into = ARENA_ARRAY(&scratch, uint32_t, most);            /* by circle */
    bool done = circles && seen && split && into;
    uint32_t count = 1;
    for (size_t l = 0; done && l < set->library_count; l++) {
        const struct library *library = &set->libraries[l];
        for (size_t i = 0; i < library->archive.member_count; i++) {
            uint32_t class = set->members[library->first + i].class;
            uint32_t circle = circles[class];
            if (seen[class] == l + 1) {
                continue;
            }
            seen[class] = l + 1;
            if (split[circle] != l + 1) {
                split[circle] = l + 1;
                into[circle] = count++;
            }
            circles[class] = into[circle];
        }
    }
    arena_free(&scratch);
    return done ? circles : NULL;
}
