/* SPDX-License-Identifier: MIT */
/** What each library costs and saves, and which ones are left unmelded. */
#include "api/report_internal.h"
#include "base/text.h"
#include "inspect/odd_reason.h"

/** The first library that is melded. */
static uint32_t first_melded(const struct report_work *r)
{
    uint32_t i = 0;
    while (plan_leaves_out(r->plan, i)) {
        i++;
    }
    return i;
}

/**
 * What the melded libraries save: their members that move. Where so few others give a class up that
 * nobody would without this library, it saves what all of them do.
 */
static bool fill_saves(struct report_work *r, uint64_t *saves)
{
    const struct census *census = r->census;
    const struct set *set = census->set;
    uint32_t *givers = ARENA_ARRAY(&r->scratch, uint32_t, census->count);
    uint64_t *moved = ARENA_ARRAY(&r->scratch, uint64_t, census->count);
    uint32_t *last = ARENA_ARRAY(&r->scratch, uint32_t, census->count);
    bool done = givers && moved && last;
    for (int pass = 0; done && pass < 2; pass++) {
        memset(last, 0, census->count * sizeof *last);
        for (uint32_t i = 0; i < set->member_count; i++) {
            uint32_t library = set->members[i].library;
            uint32_t class = census->class_of[i];
            uint64_t size = set_member(set, i)->data.size;
            bool first = last[class] != library + 1;
            if (plan_stays(r->plan, census, i)) {
                continue;
            }
            last[class] = library + 1;
            if (!pass) {
                givers[class] += first;
                moved[class] += size;
            } else if (givers[class] > r->min_sharers) {
                saves[library] += size;
            } else if (first) {
                saves[library] +=
                    moved[class] - set_member(set, census->list[class].member)->data.size;
            }
        }
    }
    arena_reset(&r->scratch);
    return done;
}

bool report_fill_odd(struct report_work *r)
{
    const struct odd *odd = r->odd;
    size_t count = r->census->set->library_count;
    uint64_t *saves = ARENA_ARRAY(r->arena, uint64_t, count);
    uint64_t *costs = ARENA_ARRAY(r->arena, uint64_t, count);
    const char **left_out = ARENA_ARRAY(r->arena, const char *, count);
    bool done = saves && costs && left_out && fill_saves(r, saves);
    uint32_t melded = done && odd->left_out ? first_melded(r) : 0;
    for (uint32_t i = 0; done && odd->costs && i < count; i++) {
        uint32_t group = odd->group_of[i];
        costs[i] = group == ODD_NO_GROUP ? 0 : odd->costs[group];
        if (plan_leaves_out(r->plan, i)) {
            saves[i] = odd->saves[i];
            left_out[i] = odd_reason(r->census, odd, i, melded, r->arena);
            done = left_out[i] != NULL;
        }
    }
    r->report->saves = saves;
    r->report->costs = costs;
    r->report->left_out = left_out;
    return done;
}

/** The libraries of a group: the first one, and how many others there are. */
static const char *name_group(const struct report_work *r, uint32_t group)
{
    size_t count = 0;
    const char *first = "";
    for (uint32_t i = 0; i < r->census->set->library_count; i++) {
        if (r->odd->group_of[i] == group && !count++) {
            first = r->census->set->libraries[i].path;
        }
    }
    return count == 1 ? arena_printf(r->arena, "%s is", first)
                      : arena_printf(r->arena, "%s and %zu other%s are", first, count - 1,
                                     count == 2 ? "" : "s");
}

const char *report_odd_text(struct report_work *r, uint32_t group)
{
    char saved[TEXT_BYTES_SIZE];
    char kept[TEXT_BYTES_SIZE];
    uint64_t saves = 0;
    const char *why = NULL;
    for (uint32_t i = 0; i < r->census->set->library_count; i++) {
        if (r->odd->group_of[i] == group && plan_leaves_out(r->plan, i)) {
            saves += r->report->saves[i];
            why = why ? why : r->report->left_out[i];
        }
    }
    const char *named = why ? name_group(r, group) : "";
    return !named ? NULL
           : !why ? ""
                  : arena_printf(r->arena,
                                 "%s left unmelded: %s. Melded with the others, that would save "
                                 "%s there, but keep %s in the others. Link what is left unmelded "
                                 "in front of the melded libraries or behind the workspace; "
                                 "--workspaces=one melds all",
                                 named, why, text_bytes(saves, saved),
                                 text_bytes(r->odd->costs[group], kept));
}
