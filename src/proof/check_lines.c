/* SPDX-License-Identifier: MIT */
/** The check: link lines, before and after. */
#include "proof/check_internal.h"

/** @one the lines for programs that use libraries of one side only */
static bool fill_pair(const struct checking *c, const struct link_order *order, bool one,
                      struct line *before, struct line *after)
{
    const struct check_rules *rules = c->rules;
    uint32_t melded = rules->workspace == NO_CLASS ? 0 : order->melded;
    bool done = true;
    line_clear(before);
    line_clear(after);
    for (uint32_t i = 0; done && i < order->count; i++) {
        uint32_t library = order->libraries[i];
        bool left_out = rules->left_out && rules->left_out[library];
        before->unlisted = after->unlisted = one && left_out ? c->orders.is_compiler_rt : NULL;
        done = line_add_library(before, NULL, rules->originals + library) &&
               line_add_library(after, NULL, rules->melded + library);
        after->unlisted = NULL;
        done = done && (i + 1 != melded || line_add_library(after, NULL, rules->workspace));
    }
    return done;
}

bool check_fill_lines(const struct checking *c, struct check_worker *self)
{
    const struct link_order *order = &self->order;
    return fill_pair(c, order, false, &self->line_before, &self->line_after) &&
           (!order->by_use || fill_pair(c, order, true, &self->one_before, &self->one_after));
}
