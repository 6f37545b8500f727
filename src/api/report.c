/* SPDX-License-Identifier: MIT */
#include "api/report.h"

#include <assert.h>
#include <stdlib.h>

#include "inspect/advice.h"
#include "obj/byte_map.h"
#include "obj/rcgu.h"

struct reporting {
    const struct census *census;
    const struct plan *plan;
    const struct shrunk *shrunk;
    const struct outputs *outputs;
    struct arena *arena;
    struct armeld_report *report;
    struct arena scratch;
};

static const char *copy_text(struct arena *arena, struct span text)
{
    return (const char *)arena_copy(arena, text).data;
}

/* ---- libraries --------------------------------------------------------------------------- */

static bool fill_libraries(struct reporting *r)
{
    size_t count = r->census->set->library_count;
    struct armeld_library *list = ARENA_ARRAY(r->arena, struct armeld_library, count);
    if (!list) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const struct library *library = &r->census->set->libraries[i];
        const struct output *output = outputs_library(r->outputs, i);
        list[i] = (struct armeld_library){
            .path = library->path,
            .output = output->path,
            .bytes_before = library->bytes.size,
            .bytes = output_size(output),
            .members_before = library->archive.member_count,
            .members = output->item_count,
        };
        for (size_t j = 0; j < library->archive.member_count; j++) {
            uint32_t member = library->first + (uint32_t)j;
            list[i].moved += !plan_stays(r->plan, r->census, member);
            list[i].stubs += r->census->list[r->census->class_of[member]].import_stub;
        }
        r->report->bytes_before += list[i].bytes_before;
        r->report->bytes += list[i].bytes;
    }
    r->report->libraries = list;
    r->report->library_count = count;
    return true;
}

static bool fill_copied(struct reporting *r)
{
    const struct plan *plan = r->plan;
    const uint32_t *members = plan->workspace + plan->moved_count;
    size_t count = plan->workspace_count - plan->moved_count;
    const char **list = ARENA_ARRAY(r->arena, const char *, count);
    for (size_t i = 0; list && i < count; i++) {
        list[i] = copy_text(r->arena, set_member(r->census->set, members[i])->name);
        if (!list[i]) {
            return false;
        }
    }
    r->report->copied = list;
    r->report->copied_objects = count;
    return list != NULL;
}

/* ---- the account ------------------------------------------------------------------------- */

/** What comes in: members that go, members that stay, and all bytes between members' contents. */
static void count_library(const struct reporting *r, const struct library *library,
                          struct armeld_account *account)
{
    const uint8_t *cursor = library->bytes.data;
    const uint8_t *end = cursor + library->bytes.size;
    for (uint32_t i = 0; i < library->archive.member_count; i++) {
        uint32_t member = library->first + i;
        struct span content = member_content(r->census->set, member);
        const uint8_t *start = content.size ? content.data : cursor;
        bool stays = plan_stays(r->plan, r->census, member);
        assert(start >= cursor && content.size <= (size_t)(end - start));
        account->bookkeeping_before += (uint64_t)(start - cursor);
        *(stays ? &account->kept : &account->moved) += content.size;
        cursor = start + content.size;
    }
    account->bookkeeping_before += (uint64_t)(end - cursor);
}

/** Bytes of all pieces that are written for an output. */
static uint64_t count_pieces(const struct output *output)
{
    uint64_t size = output->verbatim ? output->from->bytes.size : 0;
    for (size_t i = 0; !output->verbatim && i < output->layout.piece_count; i++) {
        size += output->layout.pieces[i].size;
    }
    return size;
}

/**
 * Account for every byte, once from the inputs and the plan, once from what will be written: that
 * both agree says that no member is lost and none stands anywhere twice.
 */
static void fill_account(struct reporting *r)
{
    const struct plan *plan = r->plan;
    struct armeld_account *account = &r->report->account;
    uint64_t written = 0;
    uint64_t items = 0;
    for (size_t i = 0; i < r->outputs->count; i++) {
        written += count_pieces(&r->outputs->list[i]);
        items += r->outputs->list[i].contents;
    }
    for (size_t i = 0; i < r->census->set->library_count; i++) {
        count_library(r, &r->census->set->libraries[i], account);
    }
    for (size_t i = 0; i < plan->workspace_count; i++) {
        uint64_t size = member_content(r->census->set, plan->workspace[i]).size;
        *(i < plan->moved_count ? &account->shared : &account->copied) += size;
    }
    account->bookkeeping = written - items;
    account->removed = account->kept + account->shared + account->copied - items;
    assert(r->shrunk->asked || account->removed == 0);
    assert(written == r->report->bytes);
    assert(r->outputs->single || r->shrunk->asked ||
           r->outputs->list[0].item_count == plan->workspace_count);
    assert(account->moved + account->kept + account->bookkeeping_before == r->report->bytes_before);
    assert(account->shared <= account->moved);
}

/* ---- what shrinking did ------------------------------------------------------------------ */

static bool add_kinds(struct reporting *r, struct span bytes, size_t times,
                      uint64_t kinds[ARMELD_BYTES_KINDS])
{
    struct byte_range *ranges;
    size_t count;
    bool done = byte_map_make(bytes, &r->scratch, &ranges, &count);
    for (size_t i = 0; done && i < count; i++) {
        kinds[ranges[i].kind] += ranges[i].size * times;
    }
    arena_reset(&r->scratch);
    return done;
}

/** Sum up what the members that are written held, and what they hold now. */
static bool fill_shrunk(struct reporting *r)
{
    const struct shrunk *shrunk = r->shrunk;
    r->report->shrunk = shrunk->asked;
    r->report->single = r->outputs->single;
    r->report->personalities = shrunk->personalities;
    r->report->personality_count = shrunk->personality_count;
    for (uint32_t i = 0; shrunk->asked && i < r->census->set->member_count; i++) {
        struct span before = member_content(r->census->set, i);
        size_t times = shrunk->times[i];
        struct span after = shrunk->list[i].changed ? shrunk->list[i].bytes : before;
        if (times && (!add_kinds(r, before, times, r->report->kinds_before) ||
                      (!shrunk->list[i].dropped && !shrunk->prelinked &&
                       !add_kinds(r, after, times, r->report->kinds)))) {
            return false;
        }
    }
    for (size_t i = 0; shrunk->prelinked && i < r->outputs->count; i++) {
        const struct output *output = &r->outputs->list[i];
        for (size_t j = 0; j < output->item_count; j++) {
            if (!add_kinds(r, output->items[j].data, 1, r->report->kinds)) {
                return false;
            }
        }
    }
    return true;
}

/* ---- variants ---------------------------------------------------------------------------- */

/** A class by its label and the symbols that it defines. */
struct labelled {
    struct span label;
    uint64_t symbols; /* hash of the names it defines, in any order */
    uint32_t class;
};

static int by_label(const void *a, const void *b)
{
    const struct labelled *first = a;
    const struct labelled *second = b;
    int order = span_compare(first->label, second->label);
    if (!order && first->symbols != second->symbols) {
        order = first->symbols < second->symbols ? -1 : 1;
    }
    return order ? order : (first->class > second->class) - (first->class < second->class);
}

static uint64_t hash_definitions(const struct class *class)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < class->global_count; i++) {
        if (class->globals[i].role == ROLE_DEFINES) {
            uint64_t mixed = (class->globals[i].symbol + 1) * 0x9e3779b97f4a7c15u;
            hash += mixed ^ mixed >> 29;
        }
    }
    return hash;
}

/** The classes that can be variants of each other: objects with strong definitions, by label. */
static struct labelled *sort_by_label(struct reporting *r, size_t *count)
{
    struct labelled *list = ARENA_ARRAY(&r->scratch, struct labelled, r->census->count);
    *count = 0;
    for (uint32_t i = 0; list && i < r->census->count; i++) {
        const struct class *class = &r->census->list[i];
        uint64_t symbols = hash_definitions(class);
        if (class_is_object(class) && !class->import_stub && symbols) {
            struct rcgu_name name;
            rcgu_parse(set_member(r->census->set, class->member)->name, &name);
            list[(*count)++] = (struct labelled){name.label, symbols, i};
        }
    }
    if (list) {
        qsort(list, *count, sizeof *list, by_label);
    }
    return list;
}

/**
 * One variant for each run of classes with the same label and definitions. @run_of[class] gets
 * the run's number + 1.
 */
static size_t find_runs(const struct labelled *list, size_t count, uint32_t *run_of)
{
    size_t runs = 0;
    for (size_t i = 0, end; i < count; i = end) {
        end = i + 1;
        while (end < count && list[end].symbols == list[i].symbols &&
               span_equal(list[end].label, list[i].label)) {
            end++;
        }
        if (end - i > 1) {
            runs++;
            for (size_t j = i; j < end; j++) {
                run_of[list[j].class] = (uint32_t)runs;
            }
        }
    }
    return runs;
}

/** Count, or with @libraries fill in, which libraries hold variants. */
static void visit_variants(const struct reporting *r, const uint32_t *run_of,
                           struct armeld_variant *variants, size_t *last, size_t **libraries)
{
    for (uint32_t i = 0; i < r->census->set->member_count; i++) {
        uint32_t library = r->census->set->members[i].library;
        uint32_t run = run_of[r->census->class_of[i]];
        if (!run) {
            continue;
        }
        struct armeld_variant *variant = &variants[run - 1];
        if (!libraries && plan_stays(r->plan, r->census, i)) {
            variant->bytes += set_member(r->census->set, i)->data.size;
        }
        if (last[run - 1] == library + 1) {
            continue;
        }
        last[run - 1] = library + 1;
        if (libraries) {
            libraries[run - 1][variant->library_count] = library;
        }
        variant->library_count++;
    }
}

static bool fill_variants(struct reporting *r)
{
    size_t count;
    struct labelled *list = sort_by_label(r, &count);
    uint32_t *run_of = ARENA_ARRAY(&r->scratch, uint32_t, r->census->count);
    if (!list || !run_of) {
        return false;
    }
    size_t runs = find_runs(list, count, run_of);
    struct armeld_variant *variants = ARENA_ARRAY(r->arena, struct armeld_variant, runs);
    size_t **libraries = ARENA_ARRAY(r->arena, size_t *, runs);
    size_t *last = ARENA_ARRAY(r->arena, size_t, runs);
    if (!variants || !libraries || !last) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t run = run_of[list[i].class];
        if (run && !variants[run - 1].versions++) {
            variants[run - 1].name = copy_text(r->arena, list[i].label);
        }
    }
    visit_variants(r, run_of, variants, last, NULL);
    for (size_t i = 0; i < runs; i++) {
        libraries[i] = ARENA_ARRAY(r->arena, size_t, variants[i].library_count);
        if (!libraries[i] || !variants[i].name) {
            return false;
        }
        variants[i].libraries = libraries[i];
        variants[i].library_count = 0;
        last[i] = 0;
    }
    visit_variants(r, run_of, variants, last, libraries);
    r->report->variants = variants;
    r->report->variant_count = runs;
    return true;
}

/* ---- warnings ---------------------------------------------------------------------------- */

static bool warn(struct reporting *r, const char ***next, const char *text)
{
    *(*next)++ = text;
    r->report->warning_count++;
    return text != NULL;
}

/** A class whose symbols no reader of ours knows, and that moved all the same. */
static bool moved_unread(const struct reporting *r, uint32_t class)
{
    enum obj_format format = r->census->list[class].format;
    return r->plan->verdicts[class].decision == DECISION_MOVE &&
           (format == OBJ_BITCODE || format == OBJ_OPAQUE);
}

static bool warn_of_class(struct reporting *r, const char ***next, uint32_t number)
{
    const struct class *class = &r->census->list[number];
    struct span name = set_member(r->census->set, class->member)->name;
    const char *path = set_library_of(r->census->set, class->member)->path;
    if (class->broken) {
        return warn(r, next,
                    arena_printf(r->arena, "%s(%.*s): left where it is: %s", path, (int)name.size,
                                 (const char *)name.data, class->why));
    }
    return !moved_unread(r, number) ||
           warn(r, next,
                arena_printf(r->arena,
                             "%s(%.*s): moved by equal bytes, but it is %s: "
                             "what it needs is not known",
                             path, (int)name.size, (const char *)name.data,
                             object_format_name(class->format)));
}

/** What was asked for and makes the result worth less. */
static bool warn_of_options(struct reporting *r, const char ***next)
{
    return r->plan->proof_rounds || r->outputs->single ||
           warn(r, next,
                "the link proof was skipped: whether the melded libraries link as the "
                "originals do is not known");
}

enum { MOST_UNCHANGED = 8 };

/** Objects that were to be shrunk and stay as they are: the first ones, and how many. */
static bool warn_of_unchanged(struct reporting *r, const char ***next)
{
    size_t count = 0;
    bool done = true;
    for (uint32_t i = 0; done && r->shrunk->asked && i < r->census->set->member_count; i++) {
        const char *why = r->shrunk->times[i] ? r->shrunk->list[i].why : NULL;
        struct span name = set_member(r->census->set, i)->name;
        if (why && ++count <= MOST_UNCHANGED) {
            done = warn(r, next,
                        arena_printf(r->arena, "%s(%.*s): stays as it is: %s",
                                     set_library_of(r->census->set, i)->path, (int)name.size,
                                     (const char *)name.data, why));
        }
    }
    return done && (count <= MOST_UNCHANGED ||
                    warn(r, next,
                         arena_printf(r->arena, "%zu objects more stay as they are",
                                      count - MOST_UNCHANGED)));
}

/** Names that libraries shared and do no longer. */
static bool warn_of_own_names(struct reporting *r, const char ***next)
{
    struct span first = r->shrunk->own_name;
    size_t count = r->shrunk->own_count;
    const char *more =
        count > 1 ? arena_printf(r->arena, " and %zu more names are", count - 1) : " is";
    return !count || (more && warn(r, next,
                                   arena_printf(r->arena,
                                                "%.*s%s defined in several libraries: each "
                                                "has its own now, as when it is linked "
                                                "alone",
                                                (int)first.size, (const char *)first.data, more)));
}

/** What shrinking did not do, and what else it did. */
static bool warn_of_shrinking(struct reporting *r, const char ***next)
{
    return (!r->shrunk->lost_debug ||
            warn(r, next,
                 "debug information that cannot be joined (CodeView, Mach-O's) is left "
                 "out")) &&
           (!r->shrunk->hid_nothing ||
            warn(r, next,
                 "COFF knows no visibility, so nothing is hidden; hide --rename SUFFIX "
                 "gives what is no export other names")) &&
           warn_of_own_names(r, next) && warn_of_unchanged(r, next);
}

/** Members that no reader could read, and tables of other linkers that were left out. */
static bool fill_warnings(struct reporting *r)
{
    const char **list =
        ARENA_ARRAY(r->arena, const char *,
                    r->census->count + r->census->set->library_count + MOST_UNCHANGED + 5);
    const char **next = list;
    r->report->warnings = list;
    bool done = list && warn_of_options(r, &next) && warn_of_shrinking(r, &next);
    for (uint32_t i = 0; done && i < r->census->count; i++) {
        done = warn_of_class(r, &next, i);
    }
    for (size_t i = 0; done && i < r->census->set->library_count; i++) {
        const struct library *library = &r->census->set->libraries[i];
        const struct output *output = outputs_library(r->outputs, i);
        if (library->archive.other_special && !output->verbatim) {
            done = warn(r, &next,
                        arena_printf(r->arena,
                                     "%s: %zu linker tables such as /<XFGHASHMAP>/ are "
                                     "left out, they would no longer be right",
                                     library->path, library->archive.other_special));
        }
    }
    return done;
}

/* ---- the proof --------------------------------------------------------------------------- */

/** Why a class stays, in words; NULL if the proof has nothing to do with it. */
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

static bool add_kept(struct reporting *r, struct armeld_kept *kept, uint32_t member,
                     uint32_t symbol, const char *why)
{
    const struct ar_member *in = set_member(r->census->set, member);
    *kept = (struct armeld_kept){
        .member = copy_text(r->arena, in->name),
        .symbol = symbol == NO_CLASS ? "" : copy_text(r->arena, r->census->symbols[symbol]),
        .why = why,
        .library = r->census->set->members[member].library,
        .bytes = in->data.size,
    };
    return kept->member && kept->symbol;
}

/** Name the originals that do not link; nothing can be proven of those together. */
static bool fill_unprovable(struct reporting *r)
{
    const struct plan *plan = r->plan;
    const char **list = ARENA_ARRAY(r->arena, const char *, plan->clash_count);
    bool done = list != NULL;
    r->report->unprovable = list;
    for (size_t i = 0; done && i < plan->clash_count; i++) {
        const struct clash *clash = &plan->clashes[i];
        struct span name = r->census->symbols[clash->symbol];
        const struct library *libraries = r->census->set->libraries;
        bool pair = clash->second != NO_CLASS;
        list[i] = arena_printf(r->arena, "%s%s%s: the originals define %.*s twice",
                               clash->first == NO_CLASS ? "all libraries together"
                                                        : libraries[clash->first].path,
                               pair ? " with " : "", pair ? libraries[clash->second].path : "",
                               (int)name.size, (const char *)name.data);
        done = list[i] != NULL;
        r->report->unprovable_count++;
    }
    return done;
}

/** Why the proof keeps a member, or NULL if it does not. */
static const char *kept_reason(const struct plan *plan, const struct census *census,
                               uint32_t member)
{
    const struct verdict *verdict = &plan->verdicts[census->class_of[member]];
    bool moves = verdict->decision == DECISION_MOVE;
    return proof_reason(moves && plan->stays[member] ? REASON_PROOF : verdict->reason);
}

/** List what the proof keeps: single members, and all members of classes that do not move. */
static bool fill_proof(struct reporting *r)
{
    const struct plan *plan = r->plan;
    size_t most = 0;
    for (uint32_t i = 0; i < r->census->set->member_count; i++) {
        most += kept_reason(plan, r->census, i) != NULL;
    }
    struct armeld_kept *list = ARENA_ARRAY(r->arena, struct armeld_kept, most);
    uint32_t *symbol_of = ARENA_ARRAY(&r->scratch, uint32_t, r->census->set->member_count);
    bool done = list && symbol_of;
    r->report->proven = plan->proven;
    r->report->proven_one_pass = plan->proven && models_have(plan->models, MODEL_ONE_PASS);
    r->report->proven_strong_first = plan->proven && models_have(plan->models, MODEL_STRONG_FIRST);
    r->report->proof_rounds = plan->proof_rounds;
    r->report->kept = list;
    for (size_t i = 0; done && i < plan->kept_count; i++) {
        symbol_of[plan->kept[i].member] = plan->kept[i].symbol + 1;
    }
    for (uint32_t i = 0; done && i < r->census->set->member_count; i++) {
        const char *why = kept_reason(plan, r->census, i);
        if (why) {
            const struct verdict *verdict = &plan->verdicts[r->census->class_of[i]];
            uint32_t symbol = symbol_of[i] ? symbol_of[i] - 1 : verdict->symbol;
            done = add_kept(r, &list[r->report->kept_count++], i, symbol, why);
        }
    }
    return done;
}

bool report_fill(const struct census *census, const struct plan *plan, const struct shrunk *shrunk,
                 const struct outputs *outputs, const struct target *target, struct arena *arena,
                 struct armeld_report *report, struct error *error)
{
    static const enum armeld_flavour flavours[] = {
        [AR_UNKNOWN] = ARMELD_AUTO,
        [AR_GNU] = ARMELD_GNU,
        [AR_DARWIN] = ARMELD_DARWIN,
        [AR_COFF] = ARMELD_COFF,
    };
    struct reporting reporting = {.census = census,
                                  .plan = plan,
                                  .shrunk = shrunk,
                                  .outputs = outputs,
                                  .arena = arena,
                                  .report = report};
    report->flavour = flavours[outputs->flavour];
    report->machine = target->machine == MACHINE_UNKNOWN ? NULL : object_machine_name(target->machine);
    report->workspace_members = outputs->single ? 0 : outputs->list[0].item_count;
    report->workspace_bytes = outputs->single ? 0 : output_size(&outputs->list[0]);
    report->bytes = report->workspace_bytes;
    report->shared_objects = plan->moved_count;
    bool done = fill_libraries(&reporting) && fill_copied(&reporting) &&
                fill_variants(&reporting) && fill_proof(&reporting) && fill_shrunk(&reporting) &&
                fill_unprovable(&reporting) && fill_warnings(&reporting) &&
                advice_fill(census, plan, arena, report);
    if (done) {
        fill_account(&reporting);
    }
    arena_free(&reporting.scratch);
    return done || error_memory(error);
}
