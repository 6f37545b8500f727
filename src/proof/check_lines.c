/* SPDX-License-Identifier: MIT */
/** The check: link lines, before and after. */
#include "proof/check_internal.h"

static bool is_left_out(const struct check_rules *rules, uint32_t library)
{
    return rules->left_out && rules->left_out[library];
}

static uint32_t part_of(const struct check_rules *rules, uint32_t library)
{
    return rules->part_of ? rules->part_of[library] : 0;
}

/** Whether any of some libraries on a line is of a part. */
static bool has_part(const struct check_rules *rules, const uint32_t *libraries, uint32_t count,
                     uint32_t part)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!is_left_out(rules, libraries[i]) && part_of(rules, libraries[i]) == part) {
            return true;
        }
    }
    return false;
}

/** Add the workspace of a library. */
static bool add_workspace(const struct checking *c, bool one, uint32_t library, struct line *after)
{
    bool aside = one && orders_is_aside(&c->orders, library);
    after->unlisted = aside ? c->orders.is_compiler_rt : NULL;
    bool done = line_add_library(after, NULL, c->rules->workspace + part_of(c->rules, library));
    after->unlisted = NULL;
    return done;
}

/**
 * Add the workspaces that stand behind the @at-th library of the line: of that library's part, or
 * of all parts, in the order of their first libraries.
 */
static bool add_workspaces(const struct checking *c, const struct link_order *order, uint32_t at,
                           bool one, struct line *after)
{
    const struct check_rules *rules = c->rules;
    bool done = true;
    if (!check_workspaces(rules) || (!order->each && at != order->melded)) {
        return true;
    }
    for (uint32_t i = order->each ? at - 1 : 0; done && i < at; i++) {
        uint32_t library = order->libraries[i];
        uint32_t part = part_of(rules, library);
        bool here = order->each
                        ? !has_part(rules, order->libraries + at, order->count - at, part)
                        : !has_part(rules, order->libraries, i, part);
        if (here && !is_left_out(rules, library)) {
            done = add_workspace(c, one, library, after);
        }
    }
    return done;
}

/** @one the lines for programs that use libraries of one side only */
static bool fill_pair(const struct checking *c, const struct link_order *order, bool one,
                      struct line *before, struct line *after)
{
    const struct check_rules *rules = c->rules;
    bool done = true;
    line_clear(before);
    line_clear(after);
    for (uint32_t i = 0; done && i < order->count; i++) {
        uint32_t library = order->libraries[i];
        bool aside = orders_is_aside(&c->orders, library);
        before->unlisted = after->unlisted = one && aside ? c->orders.is_compiler_rt : NULL;
        done = line_add_library(before, NULL, rules->originals + library) &&
               line_add_library(after, NULL, rules->melded + library);
        after->unlisted = NULL;
        done = done && add_workspaces(c, order, i + 1, one, after);
    }
    return done;
}

bool check_fill_lines(const struct checking *c, struct check_worker *self)
{
    const struct link_order *order = &self->order;
    return fill_pair(c, order, false, &self->line_before, &self->line_after) &&
           (!order->by_use || fill_pair(c, order, true, &self->one_before, &self->one_after));
}
