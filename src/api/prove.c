/* SPDX-License-Identifier: MIT */
#include "api/prove.h"

#include "write/outputs_check.h"

/** How often members at fault are kept, before all members are. */
enum { MOST_PIN_ROUNDS = 12 };

/** The most sentences about ways of shrinking that were left out. */
enum { MOST_GIVEN_UP = 8 };

static bool check(struct armeld *armeld, struct outputs_checked *checked)
{
    struct outputs_check_rules rules = {
        .jobs = armeld->options.jobs,
        .models = armeld->plan.models,
        .roots = armeld->options.roots,
        .root_count = armeld->options.root_count,
    };
    return outputs_check(&armeld->census, &armeld->shrunk, &armeld->outputs, &rules,
                         &armeld->arena, checked, &armeld->error);
}

/** The first finding that is a difference. */
static const struct check_finding *first_difference(const struct check_result *result)
{
    size_t i = 0;
    while (result->list[i].fault == CHECK_CLASH) {
        i++;
    }
    return &result->list[i];
}

/* ---- members at fault -------------------------------------------------------------------- */

/** Keep a class in its libraries from now on. Returns whether that is new. */
static bool pin(struct armeld *armeld, uint32_t class, uint32_t symbol)
{
    uint32_t moves = class < armeld->census.count &&
                     armeld->plan.verdicts[class].decision == DECISION_MOVE;
    if (!moves || armeld->pins[class]) {
        return false;
    }
    bool known = symbol < armeld->census.symbol_count;
    armeld->pins[class] = known ? symbol + 1 : NO_CLASS;
    return true;
}

/** Keep whatever has to do with a finding; if nothing is left to keep, everything. */
static bool pin_faults(struct armeld *armeld, const struct outputs_checked *checked)
{
    const struct check_result *result = &checked->result;
    bool more = false;
    if (!armeld->pins) {
        armeld->pins = ARENA_ARRAY(&armeld->arena, uint32_t, armeld->census.count);
    }
    if (!armeld->pins) {
        return error_memory(&armeld->error);
    }
    for (size_t i = 0; i < result->count; i++) {
        const struct check_finding *finding = &result->list[i];
        if (finding->fault != CHECK_CLASH) {
            more |= pin(armeld, finding->was, finding->symbol);
            more |= pin(armeld, finding->is, finding->symbol);
            more |= pin(armeld, finding->needer, finding->symbol);
        }
    }
    if (!more || ++armeld->pin_rounds >= MOST_PIN_ROUNDS) {
        for (uint32_t i = 0; i < armeld->census.count; i++) {
            pin(armeld, i, first_difference(result)->symbol);
        }
    }
    return true;
}

/* ---- ways of shrinking ------------------------------------------------------------------- */

/** Leave out the coarsest way of shrinking that is left. Returns its name, or NULL. */
static const char *leave_out(struct armeld_options *options)
{
    if (options->prelink) {
        options->prelink = false;
        options->merge = false;
        options->prune = true;
        return "not prelinked, only pruned";
    }
    if (options->prune) {
        options->prune = false;
        return "not pruned";
    }
    if (options->hide) {
        options->hide = false;
        return "not hidden";
    }
    if (options->strip) {
        options->strip = 0;
        return "not stripped";
    }
    return NULL;
}

/** Do less, and say why. */
static bool shrink_less(struct armeld *armeld, const struct outputs_checked *checked)
{
    const struct check_finding *finding = first_difference(&checked->result);
    const char *what = leave_out(&armeld->options);
    const char *why = check_finding_text(&checked->census, finding, &armeld->arena);
    if (!armeld->given_up) {
        armeld->given_up = ARENA_ARRAY(&armeld->arena, const char *, MOST_GIVEN_UP);
    }
    if (!why || !armeld->given_up) {
        return error_memory(&armeld->error);
    }
    if (!what || armeld->given_up_count == MOST_GIVEN_UP) {
        return error_set_kind(&armeld->error, ERROR_PROOF, "%s", why);
    }
    const char *text = arena_printf(&armeld->arena, "the set is %s: otherwise %s", what, why);
    armeld->given_up[armeld->given_up_count++] = text;
    return text || error_memory(&armeld->error);
}

/** Whether the plan is at fault, not the shrinking: without any, it fails as well. */
static bool blame_plan(struct armeld *armeld, bool (*remake)(struct armeld *armeld), bool *blamed)
{
    struct armeld_options asked = armeld->options;
    struct outputs_checked plain = {0};
    armeld->options.prelink = armeld->options.merge = armeld->options.prune = false;
    armeld->options.hide = false;
    armeld->options.strip = 0;
    armeld->options.compress_debug = ARMELD_COMPRESS_NONE;
    bool done = remake(armeld) && check(armeld, &plain);
    *blamed = done && plain.result.difference_count > 0;
    done = done && (!*blamed || pin_faults(armeld, &plain));
    armeld->options = asked;
    outputs_checked_free(&plain);
    return done;
}

/** One step back. */
static bool step_back(struct armeld *armeld, const struct outputs_checked *checked,
                      bool (*remake)(struct armeld *armeld))
{
    bool blamed = !armeld->shrunk.asked;
    if (armeld->options.single) {
        const char *text = check_finding_text(
            &checked->census, first_difference(&checked->result), &armeld->arena);
        return error_set_kind(&armeld->error, ERROR_PROOF,
                              "%s: it would not link as before: %s; nothing is changed",
                              armeld->set.libraries[0].path, text ? text : "out of memory");
    }
    if (blamed) {
        return pin_faults(armeld, checked) && remake(armeld);
    }
    return blame_plan(armeld, remake, &blamed) &&
           (blamed || shrink_less(armeld, checked)) && remake(armeld);
}

bool prove_outputs(struct armeld *armeld, bool (*remake)(struct armeld *armeld))
{
    bool settled = armeld->options.no_proof;
    bool done = true;
    while (done && !settled) {
        struct outputs_checked checked = {0};
        done = check(armeld, &checked);
        settled = done && checked.result.difference_count == 0;
        done = done && (settled || step_back(armeld, &checked, remake));
        outputs_checked_free(&checked);
    }
    return done;
}
