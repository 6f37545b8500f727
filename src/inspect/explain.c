/* SPDX-License-Identifier: MIT */
#include "inspect/explain.h"

#include <stdlib.h>

#include "base/glob.h"
#include "base/text.h"
#include "inspect/difference.h"
#include "inspect/inspect.h"
#include "obj/rcgu.h"

enum { MOST_NAMED = 6 };       /* libraries or symbols that a sentence names */
enum { MOST_VARIANTS = 8 };    /* contents that one member is compared with */

#define NAME(span) (int)(span).size, (span).size ? (const char *)(span).data : ""

/** Sentences about one member. */
struct facts {
    const char **list;
    size_t count;
    size_t capacity;
};

/** A class and the name that its first member has, whoever's it is. */
struct labelled {
    struct span label;
    uint32_t class;
};

struct explaining {
    const struct census *census;
    const struct plan *plan;
    const struct armeld_question *question;
    struct arena *arena;   /* of the report */
    struct arena scratch;  /* of one difference at a time */
    uint32_t *definer;     /* by symbol: member that the library looked at has it from */
    uint32_t *stamp;       /* by symbol: library + 1 that this is for */
    uint32_t looked_at;    /* library + 1 */
    uint32_t *next;        /* by member: the following one of its class, or NO_CLASS */
    struct labelled *labels; /* all classes, by label, then in order */
    size_t *place;         /* by class: where it stands in labels */
    bool out_of_memory;
};

static void add_fact(struct explaining *e, struct facts *facts, const char *text)
{
    const char **list =
        arena_grow(e->arena, facts->list, facts->count, &facts->capacity, 8, sizeof *list);
    if (!list) {
        e->out_of_memory = true;
        return;
    }
    facts->list = list;
    e->out_of_memory |= !text;
    facts->list[facts->count++] = text;
}

static struct span name_of(const struct explaining *e, uint32_t member)
{
    return set_member(e->census->set, member)->name;
}

static struct span label_of(const struct explaining *e, uint32_t member)
{
    struct rcgu_name name;
    rcgu_parse(name_of(e, member), &name);
    return name.label;
}

/* ---- facts ------------------------------------------------------------------------------- */

/** Which libraries hold the class: "liba.a, libb.a and 3 more". */
static const char *holders(struct explaining *e, uint32_t class)
{
    const char *text = "";
    size_t named = 0;
    size_t more = 0;
    uint32_t last = NO_CLASS;
    for (uint32_t i = class_member(e->census, class); i != NO_CLASS && text; i = e->next[i]) {
        if (e->census->set->members[i].library == last) {
            continue;
        }
        last = e->census->set->members[i].library;
        if (named == MOST_NAMED) {
            more++;
            continue;
        }
        text = arena_printf(e->arena, "%s%s%s", text, named++ ? ", " : "",
                            e->census->set->libraries[last].path);
    }
    return text && more ? arena_printf(e->arena, "%s and %zu more", text, more) : text;
}

static void tell_holders(struct explaining *e, struct facts *facts, uint32_t member)
{
    uint32_t class = e->census->class_of[member];
    const struct class *facts_of = &e->census->list[class];
    char bytes[TEXT_BYTES_SIZE];
    if (facts_of->broken) {
        add_fact(e, facts, arena_printf(e->arena, "It cannot be read: %s.", facts_of->unread));
    }
    const struct class_members *members = &e->census->members[class];
    if (members->sharers < 2) {
        add_fact(e, facts, "No other library holds the same object.");
        return;
    }
    text_bytes((uint64_t)members->count * set_member(e->census->set, member)->data.size, bytes);
    add_fact(e, facts,
             arena_printf(e->arena, "%u libraries hold the same object, %s in all: %s.",
                          members->sharers, bytes, holders(e, class)));
}

/** Other contents of that name, and where they first differ. */
static void tell_variants(struct explaining *e, struct facts *facts, uint32_t member)
{
    uint32_t own = e->census->class_of[member];
    struct span label = e->labels[e->place[own]].label;
    size_t at = e->place[own];
    while (at > 0 && span_equal(e->labels[at - 1].label, label)) {
        at--;
    }
    size_t told = 0;
    for (; at < e->census->count && told < MOST_VARIANTS && span_equal(e->labels[at].label, label);
         at++) {
        uint32_t class = e->labels[at].class;
        uint32_t other = class_member(e->census, class);
        if (class == own || e->census->list[class].import_stub) {
            continue;
        }
        const char *difference =
            first_difference(member_content(e->census->set, member),
                             member_content(e->census->set, other), &e->scratch);
        add_fact(e, facts,
                 difference
                     ? arena_printf(e->arena, "Under this name another content is in %s: %s.",
                                    holders(e, class), difference)
                     : NULL);
        arena_reset(&e->scratch);
        told++;
    }
}

/** What the link proof says of it. */
static void tell_ties(struct explaining *e, struct facts *facts, uint32_t member)
{
    uint32_t class = e->census->class_of[member];
    const struct verdict *verdict = plan_verdict(e->plan, e->census, member);
    uint32_t symbol = verdict->symbol;
    uint32_t other = verdict->other;
    for (size_t i = 0; i < e->plan->kept_count; i++) {
        if (e->plan->kept[i].member == member) {
            symbol = e->plan->kept[i].symbol;
            other = e->plan->kept[i].other;
        }
    }
    if (symbol == NO_CLASS) {
        return;
    }
    const char *text =
        arena_printf(e->arena, "It is tied by the symbol %.*s", NAME(e->census->symbols[symbol]));
    if (text && other != NO_CLASS && other != class) {
        uint32_t definer = class_member(e->census, other);
        text =
            arena_printf(e->arena, "%s, which %.*s of %s defines", text, NAME(name_of(e, definer)),
                         set_library_of(e->census->set, definer)->path);
    }
    add_fact(e, facts, text ? arena_printf(e->arena, "%s.", text) : NULL);
}

/** Note where a library has its symbols from. */
static void look_at_library(struct explaining *e, uint32_t number)
{
    const struct library *library = &e->census->set->libraries[number];
    if (e->looked_at == number + 1) {
        return;
    }
    e->looked_at = number + 1;
    for (uint32_t i = 0; i < library->archive.member_count; i++) {
        const struct class *class = &e->census->list[e->census->class_of[library->first + i]];
        for (size_t j = 0; j < class->global_count; j++) {
            uint32_t symbol = class->globals[j].symbol;
            if (role_defines(class->globals[j].role) && e->stamp[symbol] != number + 1) {
                e->stamp[symbol] = number + 1;
                e->definer[symbol] = library->first + i;
            }
        }
    }
}

/** Symbols that it needs of members that stay in the library, though it moves. */
static void tell_back_references(struct explaining *e, struct facts *facts, uint32_t member)
{
    const struct class *class = &e->census->list[e->census->class_of[member]];
    uint32_t library = e->census->set->members[member].library;
    size_t told = 0;
    size_t more = 0;
    for (size_t i = 0; i < class->global_count; i++) {
        uint32_t symbol = class->globals[i].symbol;
        if (class->globals[i].role != ROLE_NEEDS || e->stamp[symbol] != library + 1 ||
            !plan_stays(e->plan, e->census, e->definer[symbol])) {
            continue;
        }
        if (told == MOST_NAMED) {
            more++;
            continue;
        }
        told++;
        add_fact(e, facts,
                 arena_printf(e->arena, "From the workspace it needs %.*s of %.*s, which stays.",
                              NAME(class->globals[i].name),
                              NAME(name_of(e, e->definer[symbol]))));
    }
    if (more) {
        add_fact(e, facts, arena_printf(e->arena, "And %zu more symbols of what stays.", more));
    }
}

/* ---- members ----------------------------------------------------------------------------- */

static bool defines(const struct explaining *e, uint32_t member, const char *symbol)
{
    const struct class *class = &e->census->list[e->census->class_of[member]];
    for (size_t i = 0; i < class->global_count; i++) {
        if (role_defines(class->globals[i].role) && span_is(class->globals[i].name, symbol)) {
            return true;
        }
    }
    return false;
}

static bool is_asked_for(struct explaining *e, uint32_t member)
{
    const struct armeld_question *question = e->question;
    if (question->library &&
        !library_is_at(set_library_of(e->census->set, member), question->library)) {
        return false;
    }
    if (question->symbol && !defines(e, member, question->symbol)) {
        return false;
    }
    struct span name = arena_copy(&e->scratch, name_of(e, member));
    bool matches = name.data && (!question->member ||
                                 glob_matches(question->member, (const char *)name.data));
    e->out_of_memory |= !name.data;
    arena_reset(&e->scratch);
    return matches;
}

static void explain(struct explaining *e, uint32_t member, struct armeld_explanation *to)
{
    struct facts facts = {0};
    struct span name = arena_copy(e->arena, name_of(e, member));
    const struct library *library = set_library_of(e->census->set, member);
    const char *reason = inspect_reason(e->plan, e->census, member);
    if (archive_is_marked(library->bytes)) {
        reason = "in a workspace, which the libraries of its set share";
    } else {
        look_at_library(e, e->census->set->members[member].library);
        tell_holders(e, &facts, member);
        tell_variants(e, &facts, member);
        tell_ties(e, &facts, member);
        if (!plan_stays(e->plan, e->census, member)) {
            tell_back_references(e, &facts, member);
        }
    }
    *to = (struct armeld_explanation){
        .library = arena_printf(e->arena, "%s", library->path),
        .member = (const char *)name.data,
        .bytes = set_member(e->census->set, member)->data.size,
        .verdict = reason,
        .facts = facts.list,
        .fact_count = facts.count,
    };
    e->out_of_memory |= !to->library || !name.data;
}

static int by_label(const void *a, const void *b)
{
    const struct labelled *first = a;
    const struct labelled *second = b;
    int order = span_compare(first->label, second->label);
    return order ? order : (first->class > second->class) - (first->class < second->class);
}

/** Make the tables that save going through everything for each member. */
static bool prepare(struct explaining *e, struct arena *tables)
{
    size_t members = e->census->set->member_count;
    size_t census = e->census->count;
    uint32_t *last = ARENA_ARRAY(tables, uint32_t, census);
    e->definer = ARENA_ARRAY(tables, uint32_t, e->census->symbol_count);
    e->stamp = ARENA_ARRAY(tables, uint32_t, e->census->symbol_count);
    e->next = ARENA_ARRAY(tables, uint32_t, members);
    e->labels = ARENA_ARRAY(tables, struct labelled, census);
    e->place = ARENA_ARRAY(tables, size_t, census);
    if (!last || !e->definer || !e->stamp || !e->next || !e->labels || !e->place) {
        return false;
    }
    for (uint32_t i = 0; i < members; i++) {
        uint32_t class = e->census->class_of[i];
        e->next[i] = NO_CLASS;
        if (i != class_member(e->census, class)) {
            e->next[last[class]] = i;
        }
        last[class] = i;
    }
    for (uint32_t i = 0; i < census; i++) {
        e->labels[i] = (struct labelled){label_of(e, class_member(e->census, i)), i};
    }
    if (census) {
        qsort(e->labels, census, sizeof *e->labels, by_label);
    }
    for (size_t i = 0; i < census; i++) {
        e->place[e->labels[i].class] = i;
    }
    return true;
}

bool explain_members(const struct census *census, const struct plan *plan,
                     const struct armeld_question *question, struct arena *arena,
                     struct armeld_report *report, struct error *error)
{
    struct explaining e = {.census = census, .plan = plan, .question = question, .arena = arena};
    struct arena tables = {0};
    size_t count = 0;
    e.out_of_memory = !prepare(&e, &tables);
    for (uint32_t i = 0; i < census->set->member_count; i++) {
        count += is_asked_for(&e, i);
    }
    struct armeld_explanation *list = ARENA_ARRAY(arena, struct armeld_explanation, count);
    e.out_of_memory |= !list;
    for (uint32_t i = 0; i < census->set->member_count && !e.out_of_memory; i++) {
        if (is_asked_for(&e, i)) {
            explain(&e, i, &list[report->explanation_count++]);
        }
    }
    report->explanations = list;
    arena_free(&e.scratch);
    arena_free(&tables);
    return !e.out_of_memory || error_memory(error);
}
