/* SPDX-License-Identifier: MIT */
#include "api/prove_internal.h"

#include "proof/image.h"
#include "write/outputs_check.h"

/** How often members at fault are kept, before all members are. */
enum { MOST_PIN_ROUNDS = 12 };

/** How often members at fault are not joined, before none are. */
enum { MOST_APART_ROUNDS = 12 };

/** The most sentences about ways of shrinking that were left out. */
enum { MOST_GIVEN_UP = 8 };

static bool check(struct armeld *armeld, struct outputs_checked *checked)
{
    struct outputs_check_rules rules = {
        .jobs = armeld->options.jobs,
        .models = armeld->plan.models,
        .roots = armeld->options.roots,
        .root_count = armeld->options.root_count,
        .left_out = armeld->plan.left_out,
        .part_of = armeld->plan.part_of,
        .orders = armeld->plan.orders,
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

/** The sentence that tells of it, in the handle's arena; NULL when memory is short. */
static const char *first_text(struct armeld *armeld, const struct outputs_checked *checked)
{
    return check_finding_text(&checked->census, first_difference(&checked->result),
                              &armeld->arena);
}

/* ---- members at fault -------------------------------------------------------------------- */

/** Keep a class in its libraries from now on. Returns whether that is new. */
static bool pin(struct armeld *armeld, uint32_t class, uint32_t symbol)
{
    bool moves = class < armeld->census.count &&
                 armeld->plan.verdicts[class].decision == DECISION_MOVE;
    if (!moves || armeld->pins[class]) {
        return false;
    }
    bool known = symbol < armeld->census.symbol_count;
    armeld->pins[class] = known ? symbol + 1 : NO_CLASS;
    return true;
}

/** Leave no library out any more, and keep only what must be kept then. */
static void take_all_in(struct armeld *armeld)
{
    armeld->odd.in_order = armeld->odd.left_out;
    armeld->odd.saving_in_order = armeld->odd.saving;
    armeld->odd.left_out = NULL;
    memset(armeld->pins, 0, armeld->census.count * sizeof *armeld->pins);
    armeld->pin_rounds = 0;
}

/** Leave out again what has a workspace of its own, and keep only what must be kept then. */
static void drop_parts(struct armeld *armeld, const char *why)
{
    armeld->one_part = why;
    if (armeld->pins) {
        memset(armeld->pins, 0, armeld->census.count * sizeof *armeld->pins);
    }
    armeld->pin_rounds = 0;
}

/** What is said of that, in the handle's arena; NULL when memory is short. */
static const char *parts_text(struct armeld *armeld, const char *finding)
{
    return finding ? arena_printf(&armeld->arena, "otherwise %s", finding) : NULL;
}

/**
 * Keep whatever has to do with a finding; if nothing is left to keep, everything. When everything
 * is kept already, the proof has failed.
 */
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
    bool all = !more || ++armeld->pin_rounds >= MOST_PIN_ROUNDS;
    if (all && armeld->plan.part_count > 1) {
        const char *why = parts_text(armeld, first_text(armeld, checked));
        drop_parts(armeld, why);
        return why || error_memory(&armeld->error);
    }
    if (all && armeld->odd.left_out && armeld->odd.orders != ORDERS_OUTSIDE) {
        take_all_in(armeld);
        return true;
    }
    if (all) {
        for (uint32_t i = 0; i < armeld->census.count; i++) {
            more |= pin(armeld, i, first_difference(result)->symbol);
        }
    }
    const char *text = more ? "" : first_text(armeld, checked);
    return more || (text ? error_set_kind(&armeld->error, ERROR_PROOF, "%s", text)
                         : error_memory(&armeld->error));
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

/** Leave out a way of shrinking for the reason @why; a library that is shrunk alone is refused. */
static bool give_up(struct armeld *armeld, const char *why)
{
    if (armeld->options.single) {
        return error_set_kind(&armeld->error, ERROR_PROOF,
                              "%s: it would not link as before: %s; nothing is changed",
                              armeld->set.libraries[0].path, why ? why : "out of memory");
    }
    const char *what = leave_out(&armeld->options);
    if (!armeld->given_up) {
        armeld->given_up = ARENA_ARRAY(&armeld->arena, const char *, MOST_GIVEN_UP);
    }
    if (!why || !armeld->given_up) {
        return error_memory(&armeld->error);
    }
    if (!what || armeld->given_up_count == MOST_GIVEN_UP) {
        return error_set_kind(&armeld->error, ERROR_PROOF, "%s", why);
    }
    const char *text = arena_printf(&armeld->arena, "the set is %s: %s", what, why);
    armeld->given_up[armeld->given_up_count++] = text;
    return text || error_memory(&armeld->error);
}

bool prove_shrinks_less(struct armeld *armeld)
{
    const struct armeld_options *options = &armeld->options;
    bool shrinks = options->prelink || options->prune || options->hide || options->strip;
    bool refused = armeld->error.kind == ERROR_INPUT && !armeld->error.memory;
    if (!refused || options->single || options->rename || !shrinks) {
        return false;
    }
    const char *why = arena_printf(&armeld->arena, "%s", armeld->error.text);
    armeld->error = (struct error){.kind = ERROR_NONE};
    return give_up(armeld, why);
}

/** Do not join a class with others from now on. Returns whether that is new. */
static bool set_apart(struct armeld *armeld, uint32_t class)
{
    bool more = class < armeld->census.count && !armeld->apart[class];
    if (more) {
        armeld->apart[class] = true;
    }
    return more;
}

/** Do not join the classes that define a symbol, or that need it. Returns whether that is new. */
static bool set_users_apart(struct armeld *armeld, uint32_t symbol, bool needers)
{
    bool more = false;
    for (uint32_t i = 0; symbol < armeld->census.symbol_count && i < armeld->census.count; i++) {
        const struct class *class = &armeld->census.list[i];
        for (size_t j = 0; j < class->global_count; j++) {
            const struct global *global = &class->globals[j];
            bool fits = needers ? global->role == ROLE_NEEDS : global_gives(global);
            if (global->symbol == symbol && fits) {
                more |= set_apart(armeld, i);
            }
        }
    }
    return more;
}

/** Whether a class needs what a class that is apart defines, or @rivals defines it as well. */
static bool has_to_do_with(const struct class *class, const bool *brought, bool rivals)
{
    for (size_t i = 0; i < class->global_count; i++) {
        const struct global *global = &class->globals[i];
        bool counts = rivals ? role_defines(global->role) : global->role == ROLE_NEEDS;
        if (counts && brought[global->symbol]) {
            return true;
        }
    }
    return false;
}

/**
 * Do not join what needs objects that are apart, nor what needs that, and so on: a joined object
 * loads them all.
 * @rivals  do so with what defines the same symbols: which one of them links load depends on where
 *          the joined object stands
 * @more[out] set if any is new
 * @return false, with an error, only when memory is short
 */
static bool set_others_apart(struct armeld *armeld, bool rivals, bool *more)
{
    const struct census *census = &armeld->census;
    struct arena arena = {0};
    bool *brought = ARENA_ARRAY(&arena, bool, census->symbol_count);
    bool again = brought != NULL;
    while (again) {
        again = false;
        for (uint32_t i = 0; i < census->count; i++) {
            const struct class *class = &census->list[i];
            for (size_t j = 0; armeld->apart[i] && j < class->global_count; j++) {
                brought[class->globals[j].symbol] |= role_defines(class->globals[j].role);
            }
        }
        for (uint32_t i = 0; i < census->count; i++) {
            bool counts = !armeld->apart[i] &&
                          has_to_do_with(&census->list[i], brought, rivals);
            again |= counts && set_apart(armeld, i);
        }
        *more |= again;
    }
    bool done = brought != NULL;
    arena_free(&arena);
    return done || error_memory(&armeld->error);
}

/** Join nothing in a library that is shrunk alone. Returns whether that is new. */
static bool set_all_apart(struct armeld *armeld)
{
    bool more = false;
    bool may = armeld->options.single && armeld->options.prelink;
    for (uint32_t i = 0; may && i < armeld->census.count; i++) {
        more |= set_apart(armeld, i);
    }
    return more;
}

/** Whether constructors or other lists are not as before. */
static bool has_list_finding(const struct check_result *result)
{
    bool found = false;
    for (size_t i = 0; i < result->count; i++) {
        found |= result->list[i].fault == CHECK_IMAGE && result->list[i].image == IMAGE_GATHERED;
    }
    return found;
}

/** Do not join what the findings name, or else leave out a way of shrinking. @what they say */
static bool shrink_less(struct armeld *armeld, const struct check_result *result,
                        const char *what)
{
    bool more = false;
    if (!armeld->apart) {
        armeld->apart = ARENA_ARRAY(&armeld->arena, bool, armeld->census.count);
    }
    if (!armeld->apart) {
        return error_memory(&armeld->error);
    }
    bool lists = armeld->options.prelink && !armeld->apart_all && armeld->apart_first &&
                 has_list_finding(result);
    if (lists && !prove_set_lists_apart(armeld, false, true)) {
        return false;
    }
    more = lists;
    for (int needers = 0; !more && needers <= 1 && armeld->options.prelink; needers++) {
        for (size_t i = 0; i < result->count; i++) {
            const struct check_finding *finding = &result->list[i];
            if (finding->fault != CHECK_CLASH) {
                bool users = set_users_apart(armeld, finding->symbol,
                                             finding->fault == CHECK_NEEDED);
                bool class = set_apart(armeld, needers ? finding->needer : finding->was);
                more = more || users || class;
            }
        }
    }
    for (int rivals = 0; !more && rivals <= 1 && armeld->options.prelink; rivals++) {
        if (!set_others_apart(armeld, rivals, &more)) {
            return false;
        }
    }
    const char *why = arena_printf(&armeld->arena, "otherwise %s", what);
    more = (more && armeld->apart_rounds++ < MOST_APART_ROUNDS) || set_all_apart(armeld);
    if (why && more) {
        armeld->apart_why = armeld->apart_why ? armeld->apart_why : why;
        return true;
    }
    return give_up(armeld, armeld->options.single ? what : why);
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
    if (blamed) {
        return pin_faults(armeld, checked) && remake(armeld);
    }
    /* making the outputs anew frees what the findings refer to: put it into words before */
    const char *what = first_text(armeld, checked);
    if (!what) {
        return error_memory(&armeld->error);
    }
    return (armeld->options.single || blame_plan(armeld, remake, &blamed)) &&
           (blamed || shrink_less(armeld, &checked->result, what)) && remake(armeld);
}

bool prove_tell(struct armeld *armeld, const char *text)
{
    if (!armeld->given_up) {
        armeld->given_up = ARENA_ARRAY(&armeld->arena, const char *, MOST_GIVEN_UP);
    }
    if (!armeld->given_up || !text) {
        return error_memory(&armeld->error);
    }
    if (armeld->given_up_count < MOST_GIVEN_UP) {
        armeld->given_up[armeld->given_up_count++] = text;
    }
    return true;
}

/** Say how many objects are not joined because of findings, and why; and for lists, if many. */
static bool tell_apart(struct armeld *armeld)
{
    const struct armeld_options *options = &armeld->options;
    size_t found = 0;
    size_t first = 0;
    for (uint32_t i = 0; armeld->apart && i < armeld->census.count; i++) {
        bool at_first = armeld->apart_first && armeld->apart_first[i];
        first += at_first;
        found += armeld->apart[i] && !at_first;
    }
    if (!options->prelink) {
        return true;
    }
    bool many = first > MANY_OBJECTS && !options->export_count;
    return (!many ||
            prove_tell(armeld,
                       arena_printf(&armeld->arena,
                                    "%zu objects are not joined with others: not every export "
                                    "needs them, and constructors, other lists or undefined "
                                    "symbols come with them; --export GLOB names the exports "
                                    "that programs use", first))) &&
           (!found || !armeld->apart_why ||
            prove_tell(armeld,
                       arena_printf(&armeld->arena, "%zu object%s not joined with others: %s",
                                    found, found == 1 ? " is" : "s are", armeld->apart_why)));
}

/**
 * Whether workspaces of their own save less than leaving these libraries out, or too little, so
 * that what was kept for their sake, and left out for it, is so for nothing.
 */
static bool parts_cost(const struct armeld *armeld)
{
    return armeld->had_parts && !armeld->one_part &&
           (armeld->plan.part_count < 2 ||
            plan_saving(&armeld->census, &armeld->plan) < armeld->odd.saving);
}

bool prove_outputs(struct armeld *armeld, bool (*remake)(struct armeld *armeld))
{
    bool settled = armeld->options.no_proof;
    bool done = true;
    while (done && !settled) {
        struct outputs_checked checked = {0};
        done = check(armeld, &checked);
        settled = done && checked.result.difference_count == 0;
        armeld->pairs_skipped = checked.result.skipped;
        done = done && (settled || step_back(armeld, &checked, remake));
        outputs_checked_free(&checked);
        if (settled && parts_cost(armeld)) {
            drop_parts(armeld, "so much would stay then for links to be as before that it would "
                               "save too little");
            settled = false;
            done = remake(armeld);
        }
    }
    return done && tell_apart(armeld);
}
