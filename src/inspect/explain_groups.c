/* SPDX-License-Identifier: MIT */
/** Explaining a whole set: the groups of libraries that agree on what they define. */
#include "base/text.h"
#include "inspect/explain_notes.h"
#include "inspect/odd_reason.h"

enum { MOST_NAMES = 4 }; /* of the libraries of a group */

/** The first library of a group. */
static uint32_t first_of(const struct noting *n, uint32_t group)
{
    uint32_t i = 0;
    while (n->odd->group_of[i] != group) {
        i++;
    }
    return i;
}

/** "a.a, b.a and 3 others"; NULL when memory is short. */
static const char *name_group(struct noting *n, uint32_t group)
{
    const struct set *set = n->census->set;
    const char *text = "";
    size_t count = 0;
    for (uint32_t i = 0; text && i < set->library_count; i++) {
        if (n->odd->group_of[i] == group && count++ < MOST_NAMES) {
            text = arena_printf(n->arena, "%s%s%s", text, count > 1 ? ", " : "",
                                set->libraries[i].path);
        }
    }
    size_t others = count > MOST_NAMES ? count - MOST_NAMES : 0;
    return text && others ? arena_printf(n->arena, "%s and %zu other%s", text, others,
                                         others == 1 ? "" : "s")
                          : text;
}

/** The group that saves most by itself. */
static uint32_t largest_group(const struct odd *odd)
{
    uint32_t best = 0;
    for (uint32_t g = 1; g < odd->group_count; g++) {
        best = odd->alone[g] > odd->alone[best] ? g : best;
    }
    return best;
}

static void note_group(struct noting *n, uint32_t group, uint32_t largest)
{
    const struct odd *odd = n->odd;
    char bytes[TEXT_BYTES_SIZE];
    const char *names = name_group(n, group);
    const char *why = group == largest ? ""
                                       : odd_reason(n->census, odd, first_of(n, group),
                                                    first_of(n, largest), n->arena);
    if (!names || !why) {
        n->out_of_memory = true;
        return;
    }
    note_add(n, arena_printf(n->arena, "Group %u: %s%s%s%s%s.", (unsigned)group + 1, names,
                             *why ? ": " : "", why,
                             odd->alone[group] ? "; a workspace of their own saves at most " : "",
                             odd->alone[group] ? text_bytes(odd->alone[group], bytes) : ""));
}

void note_groups(struct noting *n)
{
    const struct odd *odd = n->odd;
    char one[TEXT_BYTES_SIZE];
    char now[TEXT_BYTES_SIZE];
    char split[TEXT_BYTES_SIZE];
    uint64_t sum = 0;
    if (odd->group_count < 2 || !odd->alone) {
        return;
    }
    for (uint32_t g = 0; g < odd->group_count; g++) {
        sum += odd->alone[g];
    }
    note_add(n, arena_printf(n->arena,
                             "These libraries fall into %u groups that define the same symbols "
                             "differently. One workspace for all saves %s, one without those that "
                             "cost more than they save (--workspaces=main, as shown here) %s, "
                             "and a workspace for each group (--workspaces=auto) saves at most %s.",
                             (unsigned)odd->group_count, text_bytes(odd->saving_of_all, one),
                             text_bytes(odd->saving, now), text_bytes(sum, split)));
    for (uint32_t g = 0; g < odd->group_count; g++) {
        note_group(n, g, largest_group(odd));
    }
}
