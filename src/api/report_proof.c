/* SPDX-License-Identifier: MIT */
/** The result of the link proof, and the members that stay because of the proof. */
#include "api/report_internal.h"
#include "proof/check.h"
#include "proof/models.h"

/** Why a class stays, in words; NULL if the proof is not the reason. */
static const char *proof_reason(enum reason reason)
{
    switch (reason) {
    case REASON_PROOF:
        return "without it the symbol would be undefined or come from elsewhere";
    case REASON_CAPTURE:
        return "in the workspace it would define the symbol for libraries that lack it";
    default:
        return NULL;
    }
}

static bool add_kept(const struct report_work *r, struct armeld_kept *kept, uint32_t member,
                     uint32_t symbol, const char *why)
{
    const struct ar_member *in = set_member(r->census->set, member);
    *kept = (struct armeld_kept){
        .member = report_copy(r, in->name),
        .symbol = symbol == NO_CLASS ? "" : report_copy(r, r->census->symbols[symbol]),
        .why = why,
        .library = r->census->set->members[member].library,
        .bytes = in->data.size,
    };
    return kept->member && kept->symbol;
}

/** Name the originals that do not link; nothing can be proven of their links. */
bool report_fill_unprovable(struct report_work *r)
{
    const struct plan *plan = r->plan;
    const char **list = ARENA_ARRAY(r->arena, const char *, plan->clash_count);
    bool done = list != NULL;
    r->report->unprovable = list;
    for (size_t i = 0; done && i < plan->clash_count; i++) {
        const struct clash *clash = &plan->clashes[i];
        const char *text = check_clash_text(r->census, clash->symbol, r->arena);
        const struct library *libraries = r->census->set->libraries;
        bool pair = clash->second != NO_CLASS;
        list[i] = text ? arena_printf(r->arena, "%s%s%s: %s",
                                      clash->first == NO_CLASS ? "all libraries together"
                                                               : libraries[clash->first].path,
                                      pair ? " with " : "",
                                      pair ? libraries[clash->second].path : "", text)
                       : NULL;
        done = list[i] != NULL;
        r->report->unprovable_count++;
    }
    return done;
}

/** Why a member stays because of the proof; NULL if the proof is not the reason. */
static const char *kept_reason(const struct plan *plan, const struct census *census,
                               uint32_t member)
{
    const struct verdict *verdict = plan_verdict(plan, census, member);
    bool moves = verdict->decision == DECISION_MOVE;
    if (plan_leaves_out(plan, census->set->members[member].library) ||
        library_is_object(set_library_of(census->set, member))) {
        return NULL;
    }
    return proof_reason(moves && plan->stays[member] ? REASON_PROOF : verdict->reason);
}

/** Name the linkers that the proof holds for. */
static bool list_models(const struct report_work *r)
{
    unsigned models = r->plan->proven ? r->plan->models : 0;
    return models_list(models, r->arena, &r->report->models, &r->report->model_count);
}

/** List the members that stay because of the proof, one by one or as a class. */
bool report_fill_proof(struct report_work *r)
{
    const struct plan *plan = r->plan;
    size_t most = 0;
    for (uint32_t i = 0; i < r->census->set->member_count; i++) {
        most += kept_reason(plan, r->census, i) != NULL;
    }
    struct armeld_kept *list = ARENA_ARRAY(r->arena, struct armeld_kept, most);
    uint32_t *symbol_of = ARENA_ARRAY(&r->scratch, uint32_t, r->census->set->member_count);
    bool done = list && symbol_of && list_models(r);
    r->report->proven = plan->proven;
    r->report->proof_rounds = plan->proof_rounds;
    r->report->kept = list;
    for (size_t i = 0; done && i < plan->kept_count; i++) {
        symbol_of[plan->kept[i].member] = plan->kept[i].symbol + 1;
    }
    for (uint32_t i = 0; done && i < r->census->set->member_count; i++) {
        const char *why = kept_reason(plan, r->census, i);
        if (why) {
            const struct verdict *verdict = plan_verdict(plan, r->census, i);
            uint32_t symbol = symbol_of[i] ? symbol_of[i] - 1 : verdict->symbol;
            done = add_kept(r, &list[r->report->kept_count++], i, symbol, why);
        }
    }
    return done;
}
