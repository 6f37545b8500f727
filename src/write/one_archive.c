/* SPDX-License-Identifier: MIT */
/** One archive of all objects: the workspace of a plan that moves everything, and no library. */
#include "write/outputs.h"

/** Say why a member cannot leave its library. Always false. */
static bool refuse(const struct census *census, const struct plan *plan, uint32_t number,
                   struct error *error)
{
    const struct class *class = &census->list[census->class_of[number]];
    uint32_t symbol = plan_verdict(plan, census, number)->symbol;
    if (class->broken) {
        error_set_kind(error, ERROR_PROOF, "it cannot be in one archive: %s", class->unread);
        return set_error_at(census->set, number, error);
    }
    bool known = symbol < census->symbol_count;
    error_set_kind(error, ERROR_PROOF,
                   "it must stay in its library%s%.*s: in one archive, programs would not link as "
                   "before; name with --root what programs call, meld this library apart, or mend "
                   "what is defined twice",
                   known ? ", for the sake of " : "",
                   SPAN_ARGS(known ? census->symbols[symbol] : span_of("")));
    return set_error_at(census->set, number, error);
}

/** Refuse a library that keeps a member which linkers read; import stubs are in the workspace. */
static bool check_keeps_nothing(const struct census *census, const struct plan *plan,
                                const struct library *library, struct error *error)
{
    for (uint32_t i = 0; i < library->archive.member_count; i++) {
        uint32_t number = library->first + i;
        const struct class *class = &census->list[census->class_of[number]];
        if (plan_stays(plan, census, number) && class_is_linked(class) && !class->import_stub) {
            return refuse(census, plan, number, error);
        }
    }
    return true;
}

bool outputs_keep_one(const struct census *census, const struct plan *plan,
                      struct outputs *outputs, struct error *error)
{
    outputs->one_archive = true;
    for (size_t i = 0; i < census->set->library_count; i++) {
        struct output *output = outputs_library(outputs, i);
        if (!check_keeps_nothing(census, plan, output->from, error)) {
            return false;
        }
        output->dropped = true;
        output->verbatim = output->needed = false;
        output->item_count = 0;
        output->contents = 0;
    }
    return true;
}
