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

/** The names that are not searched for in a library on lines of a side, and in its workspace. */
static const bool *unlisted(const struct checking *c, uint32_t library, uint32_t side)
{
    bool aside = side != SIDES_SEVERAL && orders_is_aside(&c->orders, library, side);
    return aside ? c->orders.is_compiler_rt : NULL;
}

/** Add the workspace of a library. */
static bool add_workspace(const struct checking *c, uint32_t side, uint32_t library,
                          struct line *after)
{
    after->unlisted = unlisted(c, library, side);
    bool done = line_add_library(after, NULL, c->rules->workspace + part_of(c->rules, library));
    after->unlisted = NULL;
    return done;
}

/**
 * Add the workspaces that stand behind the @at-th library of the line: of that library's part, or
 * of all parts, in the order of their first libraries.
 */
static bool add_workspaces(const struct checking *c, const struct link_order *order, uint32_t at,
                           uint32_t side, struct line *after)
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
            done = add_workspace(c, side, library, after);
        }
    }
    return done;
}

/** @side of programs that use libraries of one side only, or SIDES_SEVERAL */
static bool fill_pair(const struct checking *c, const struct link_order *order, uint32_t side,
                      struct line *before, struct line *after)
{
    const struct check_rules *rules = c->rules;
    bool done = true;
    line_clear(before);
    line_clear(after);
    for (uint32_t i = 0; done && i < order->count; i++) {
        uint32_t library = order->libraries[i];
        before->unlisted = after->unlisted = unlisted(c, library, side);
        done = line_add_library(before, NULL, rules->originals + library) &&
               line_add_library(after, NULL, rules->melded + library);
        after->unlisted = NULL;
        done = done && add_workspaces(c, order, i + 1, side, after);
    }
    return done;
}

bool check_fill_lines(const struct checking *c, struct check_worker *self)
{
    self->one_side = SIDES_SEVERAL;
    return fill_pair(c, &self->order, SIDES_SEVERAL, &self->line_before, &self->line_after);
}

bool check_fill_side(const struct checking *c, struct check_worker *self, uint32_t side)
{
    bool there = self->one_side == side;
    self->one_side = side;
    return there || fill_pair(c, &self->order, side, &self->one_before, &self->one_after);
}
