/* SPDX-License-Identifier: MIT */
/** What each library costs and saves, and which ones are left unmelded. */
#include "api/report_internal.h"
#include "base/text.h"
#include "inspect/odd_reason.h"
#include "proof/orders.h"

/** Of two libraries, NO_CLASS for none, the first one that is of a group. */
static uint32_t better(const struct report_work *r, uint32_t first, uint32_t second)
{
    const uint32_t *groups = r->odd->group_of;
    bool groupless = first == NO_CLASS || (groups && groups[first] == ODD_NO_GROUP);
    return first == NO_CLASS || (groupless && groups && groups[second] != ODD_NO_GROUP) ? second
                                                                                        : first;
}

/** The first library that is melded into the workspace of a part, of a group if there is one. */
static uint32_t first_melded(const struct report_work *r, uint32_t part)
{
    uint32_t first = NO_CLASS;
    for (uint32_t i = 0; i < r->census->set->library_count; i++) {
        if (!plan_leaves_out(r->plan, i) && plan_part_of(r->plan, i) == part) {
            first = better(r, first, i);
        }
    }
    return first;
}

/** The first library that would be melded if programs kept to an order. */
static uint32_t first_in(const struct report_work *r)
{
    uint32_t first = NO_CLASS;
    for (uint32_t i = 0; i < r->census->set->library_count; i++) {
        first = r->odd->in_order[i] ? first : better(r, first, i);
    }
    return first;
}

/**
 * What the melded libraries save: their members that move. Where so few others give a class up that
 * nobody would without this library, it saves what all of them do.
 */
static bool fill_saves_of(struct report_work *r, uint32_t part, uint64_t *saves)
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
            if (plan_part_of(r->plan, library) != part || plan_stays(r->plan, census, i)) {
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
                    moved[class] - set_member(set, class_member(census, class))->data.size;
            }
        }
    }
    arena_reset(&r->scratch);
    return done;
}

static bool fill_saves(struct report_work *r, uint64_t *saves)
{
    bool done = true;
    for (uint32_t p = 0; done && p < r->plan->part_count; p++) {
        done = fill_saves_of(r, p, saves);
    }
    return done;
}

/** Say what sets the libraries of further workspaces apart. */
static bool fill_reasons(struct report_work *r)
{
    struct armeld_workspace *list =
        ARENA_ARRAY(r->arena, struct armeld_workspace, r->report->workspace_count + 1);
    bool done = list != NULL;
    for (uint32_t p = 0; done && p < r->report->workspace_count; p++) {
        list[p] = r->report->workspaces[p];
        if (p) {
            list[p].why = odd_reason(r->census, r->odd, first_melded(r, p), first_melded(r, 0),
                                     r->arena);
            done = list[p].why != NULL;
        }
    }
    r->report->workspaces = list;
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
    uint32_t melded = done && r->plan->left_out ? first_melded(r, 0) : 0;
    for (uint32_t i = 0; done && odd->costs && i < count; i++) {
        bool apart = plan_part_of(r->plan, i) != 0;
        costs[i] = apart ? 0 : odd->costs[odd_slot(odd, odd->group_of[i])];
        if (plan_leaves_out(r->plan, i)) {
            saves[i] = odd->saves[i];
            left_out[i] = odd_reason(r->census, odd, i, melded, r->arena);
            done = left_out[i] != NULL;
        }
    }
    r->report->saves = saves;
    r->report->costs = costs;
    r->report->left_out = left_out;
    return done && fill_reasons(r);
}

/** How a group stands to the melded libraries. */
enum standing { STANDS_IN, STANDS_OUT, STANDS_OUT_IN_ORDER };

/** Whether a library is left out, or would be if programs kept to an order. */
static enum standing standing_of(const struct report_work *r, uint32_t library)
{
    return plan_part_of(r->plan, library)                       ? STANDS_IN
           : plan_leaves_out(r->plan, library)                  ? STANDS_OUT
           : r->odd->in_order && r->odd->in_order[library] ? STANDS_OUT_IN_ORDER
                                                                : STANDS_IN;
}

/** Those libraries of a group that stand alike: the first one, and how many others there are. */
static const char *name_group(const struct report_work *r, uint32_t group, enum standing standing,
                              const char *one, const char *several)
{
    size_t count = 0;
    const char *first = "";
    for (uint32_t i = 0; i < r->census->set->library_count; i++) {
        if (r->odd->group_of[i] == group && standing_of(r, i) == standing && !count++) {
            first = r->census->set->libraries[i].path;
        }
    }
    return count == 1 ? arena_printf(r->arena, "%s %s", first, one)
                      : arena_printf(r->arena, "%s and %zu other%s %s", first, count - 1,
                                     count == 2 ? "" : "s", several);
}

/** What is said of the ways to meld a group that is left out. */
static const char *other_ways(const struct report_work *r, uint32_t group)
{
    size_t count = 0;
    for (uint32_t i = 0; group != ODD_NO_GROUP && i < r->census->set->library_count; i++) {
        count += r->odd->group_of[i] == group;
    }
    bool gains = count >= r->min_sharers && r->odd->alone[group];
    if (group == ODD_NO_GROUP) {
        return "--workspaces=one melds all";
    }
    if (!r->asks_parts) {
        gains &= !r->census->set->machine; /* workspaces of slices are for platforms */
        return gains ? "--workspaces=auto gives what is left unmelded a workspace of its own, "
                       "--workspaces=one melds all"
                     : "--workspaces=one melds all";
    }
    return r->one_part && gains
               ? arena_printf(r->arena, "it gets no workspace of its own: %s", r->one_part)
               : "a workspace of its own would save too little";
}

/** What melding a group with the others would save and cost, if that is known; NULL: no memory. */
static const char *bytes_text(const struct report_work *r, uint32_t group, uint64_t saves)
{
    char saved[TEXT_BYTES_SIZE];
    char kept[TEXT_BYTES_SIZE];
    uint64_t costs = r->odd->costs[odd_slot(r->odd, group)];
    return costs ? arena_printf(r->arena,
                                " Melded with the others, that would save %s there, but keep %s "
                                "in the others.",
                                text_bytes(saves, saved), text_bytes(costs, kept))
                 : "";
}

const bool *report_neutral(struct report_work *r)
{
    const struct census *census = r->census;
    size_t count = census->set->library_count;
    struct orders_rules rules = {.count = (uint32_t)count, .proven = ORDERS_USED};
    struct orders orders;
    bool *all = ARENA_ARRAY(r->arena, bool, count);
    if (all) {
        memset(all, true, count * sizeof *all);
    }
    rules.left_out = all;
    return all && orders_make(&orders, census, &rules, r->arena) ? orders.neutral : NULL;
}

/** Whether programs may link a group anywhere that is left out; false also if memory is short. */
static bool goes_anywhere(struct report_work *r, uint32_t group)
{
    const bool *neutral = group == ODD_NO_GROUP && r->plan->orders == ORDERS_USED
                              ? report_neutral(r)
                              : NULL;
    bool goes = neutral != NULL;
    for (uint32_t i = 0; goes && i < r->census->set->library_count; i++) {
        goes = r->odd->group_of[i] != group || standing_of(r, i) != STANDS_OUT || neutral[i];
    }
    return goes || r->plan->orders == ORDERS_ANY;
}

/** What is said of a group that is left out. */
static const char *out_text(struct report_work *r, uint32_t group, const char *why,
                            uint64_t saves)
{
    const char *named = name_group(r, group, STANDS_OUT, "is", "are");
    const char *ways = other_ways(r, group);
    const char *bytes = bytes_text(r, group, saves);
    const char *where =
        goes_anywhere(r, group)
            ? "Programs may link what is left unmelded anywhere"
        : r->plan->orders == ORDERS_USED
            ? "Programs that use both may link them in any order; those that use the melded "
              "libraries only must not name the others in front of the workspace"
            : "Link what is left unmelded in front of the melded libraries or behind the workspace";
    return named && ways && bytes
               ? arena_printf(r->arena, "%s left unmelded: %s.%s %s; %s", named, why, bytes, where,
                              ways)
               : NULL;
}

/** What is said of a group that would be left out if programs kept to an order. */
static const char *in_order_text(const struct report_work *r, uint32_t group, const char *why)
{
    char kept[TEXT_BYTES_SIZE];
    char saved[TEXT_BYTES_SIZE];
    char now[TEXT_BYTES_SIZE];
    uint64_t costs = r->odd->costs[odd_slot(r->odd, group)];
    const char *named = name_group(r, group, STANDS_OUT_IN_ORDER, "keeps", "keep");
    return named ? arena_printf(r->arena,
                                "%s %s in the others: %s. --workspaces=main leaves that unmelded "
                                "and saves %s in all, not %s; programs must then link it in front "
                                "of the melded libraries or behind the workspace, since anywhere "
                                "else links would not be as before",
                                named, text_bytes(costs, kept), why,
                                text_bytes(r->odd->saving_in_order, saved),
                                text_bytes(plan_saving(r->census, r->plan), now))
                 : NULL;
}

const char *report_odd_text(struct report_work *r, uint32_t group)
{
    uint64_t saves = 0;
    uint32_t first = NO_CLASS;
    enum standing standing = STANDS_IN;
    for (uint32_t i = 0; i < r->census->set->library_count; i++) {
        if (r->odd->group_of[i] == group && standing_of(r, i) != STANDS_IN) {
            saves += plan_leaves_out(r->plan, i) ? r->report->saves[i] : 0;
            standing = first == NO_CLASS ? standing_of(r, i) : standing;
            first = first == NO_CLASS ? i : first;
        }
    }
    if (standing == STANDS_OUT) {
        return out_text(r, group, r->report->left_out[first], saves);
    }
    const char *why = standing == STANDS_IN
                          ? ""
                          : odd_reason(r->census, r->odd, first, first_in(r), r->arena);
    return why && *why ? in_order_text(r, group, why) : why;
}
