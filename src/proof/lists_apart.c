/* SPDX-License-Identifier: MIT */
#include "proof/lists_apart.h"

#include "proof/link.h"
#include "proof/roots.h"

/** Several classes, in struct finding's .wishes and .yields. */
static const uint32_t SEVERAL = UINT32_MAX;

/** So many steps are taken for the roots of one library. */
static const uint64_t MOST_STEPS = (uint64_t)1 << 24;

struct finding {
    const struct census *census;
    const struct lists_apart_rules *rules;
    bool *apart;
    bool *mine;       /* by class: marked for the library at work */
    uint32_t *loads;  /* by class: how many roots of the library load it */
    uint32_t *misses; /* by symbol: how many of them need it, and do not find it */
    uint32_t *missed; /* by symbol: the last root that did, + 1 */
    uint32_t *brings; /* by symbol: number + 1 of the library in which a marked class defines it */
    uint32_t *wishes; /* by symbol: number + 1 of the class that needs it weakly, or SEVERAL */
    uint32_t *yields; /* the same of the class with a definition that loses to a strong one */
    uint32_t *roots;
    struct search_scope scope;
    struct line line;
    struct link link;
    enum model model;
    struct arena arena;
};

static bool prepare(struct finding *f)
{
    size_t classes = f->census->count;
    size_t symbols = f->census->symbol_count;
    f->mine = ARENA_ARRAY(&f->arena, bool, classes);
    f->loads = ARENA_ARRAY(&f->arena, uint32_t, classes);
    f->misses = ARENA_ARRAY(&f->arena, uint32_t, symbols);
    f->missed = ARENA_ARRAY(&f->arena, uint32_t, symbols);
    f->brings = ARENA_ARRAY(&f->arena, uint32_t, symbols);
    f->wishes = ARENA_ARRAY(&f->arena, uint32_t, symbols);
    f->yields = ARENA_ARRAY(&f->arena, uint32_t, symbols);
    f->roots = ARENA_ARRAY(&f->arena, uint32_t, f->census->set->member_count + 1);
    while (f->model + 1 < MODEL_COUNT && !models_have(f->rules->models, f->model)) {
        f->model++;
    }
    return f->mine && f->loads && f->misses && f->missed && f->brings && f->wishes &&
           f->yields && f->roots &&
           scope_init(&f->scope, f->census, &f->arena) &&
           line_init(&f->line, f->census, &f->arena) && link_init(&f->link, f->census, &f->arena);
}

static void note(uint32_t *of, uint32_t number)
{
    *of = *of && *of != number + 1 ? SEVERAL : number + 1;
}

/**
 * Find the symbols for which it counts whether another object defines them: those that are needed
 * weakly or have an alternate name, which are null or something else without one, and definitions
 * that lose to a strong one.
 */
static void find_open(struct finding *f)
{
    for (uint32_t i = 0; i < f->census->count; i++) {
        const struct class *class = &f->census->list[i];
        for (size_t j = 0; j < class->global_count; j++) {
            const struct global *global = &class->globals[j];
            if (global->role == ROLE_NEEDS_WEAK || global->stands_in) {
                note(&f->wishes[global->symbol], i);
            }
            if (role_defines(global->role) && global->role != ROLE_DEFINES) {
                note(&f->yields[global->symbol], i);
            }
        }
        for (size_t j = 0; j < class->alternate_count; j++) {
            note(&f->wishes[class->alternates[j].missing.symbol], i);
        }
    }
}

/**
 * Whether a definition comes before one that yields: a strong one does, and of weak ones the first
 * that is loaded. What compilers call is alike wherever it comes from.
 */
static bool comes_before(const struct finding *f, const struct global *global)
{
    return global->role == ROLE_DEFINES ||
           (global->role == ROLE_DEFINES_WEAK &&
            !obj_name_is_libcall(f->census->symbols[global->symbol]));
}

/** Whether a class defines what another one would have otherwise without it. */
static bool meets_open(const struct finding *f, uint32_t number)
{
    const struct class *class = &f->census->list[number];
    bool meets = false;
    for (size_t i = 0; !meets && i < class->global_count; i++) {
        const struct global *global = &class->globals[i];
        uint32_t wishes = f->wishes[global->symbol];
        uint32_t yields = f->yields[global->symbol];
        bool defines = role_defines(global->role) && !global->stands_in;
        meets = (defines && wishes && wishes != number + 1) ||
                (comes_before(f, global) && yields && yields != number + 1);
    }
    return meets;
}

static uint32_t class_at(const struct finding *f, const struct library *library, size_t i)
{
    return f->census->class_of[library->first + i];
}

/** Count the symbols that the link from root number @root needs and does not find. */
static void count_misses(struct finding *f, uint32_t root)
{
    for (size_t i = 0; i < f->link.need_count; i++) {
        struct need need = f->link.needs[i];
        if (need.kind == NEED_STRONG && link_definer(&f->link, need.symbol) == NO_CLASS &&
            f->missed[need.symbol] != root + 1) {
            f->missed[need.symbol] = root + 1;
            f->misses[need.symbol]++;
        }
    }
}

/** Count how many roots load each class of a library. False: no memory. */
static bool count_loads(struct finding *f, uint32_t number, size_t *count, bool *few)
{
    const struct library *library = &f->census->set->libraries[number];
    uint64_t steps = 0;
    for (size_t i = 0; i < library->archive.member_count; i++) {
        f->loads[class_at(f, library, i)] = 0;
    }
    memset(f->misses, 0, f->census->symbol_count * sizeof *f->misses);
    memset(f->missed, 0, f->census->symbol_count * sizeof *f->missed);
    scope_clear(&f->scope);
    scope_add_library(&f->scope, f->census, NULL, number);
    *count = roots_of(f->census, &f->scope, f->rules->is_root, false, number, f->roots, 0);
    line_clear(&f->line);
    if (!line_add_library(&f->line, NULL, number)) {
        return false;
    }
    for (size_t i = 0; i < *count && steps <= MOST_STEPS; i++) {
        if (!link_run(&f->link, f->model, &f->line, &f->roots[i], 1)) {
            return false;
        }
        steps += f->link.need_count + f->census->count;
        count_misses(f, (uint32_t)i);
        for (uint32_t c = 0; c < f->census->count; c++) {
            f->loads[c] += link_has_loaded(&f->link, c);
        }
    }
    *few = steps <= MOST_STEPS;
    return true;
}

/** Mark a class, and what it defines. */
static void mark(struct finding *f, uint32_t number, uint32_t library)
{
    const struct class *class = &f->census->list[number];
    f->mine[number] = f->apart[number] = true;
    for (size_t i = 0; i < class->global_count; i++) {
        if (role_defines(class->globals[i].role)) {
            f->brings[class->globals[i].symbol] = library + 1;
        }
    }
}

static bool needs_marked(const struct finding *f, const struct class *class, uint32_t library)
{
    for (size_t i = 0; i < class->global_count; i++) {
        const struct global *global = &class->globals[i];
        bool needs = global->role == ROLE_NEEDS ||
                     (global->role == ROLE_NEEDS_WEAK && class->format == OBJ_MACHO);
        if (needs && f->brings[global->symbol] == library + 1) {
            return true;
        }
    }
    return false;
}

/** Whether an object that needs a name which its library lacks must not be joined. */
static bool counts(const struct finding *f, struct span name)
{
    bool bound = span_starts(name, "__start_") || span_starts(name, "__stop_");
    return bound || (f->rules->missing && !obj_name_is_libcall(name));
}

/** Whether a class needs what the library lacks and not every root needs. */
static bool needs_missing(const struct finding *f, const struct class *class, size_t count)
{
    for (size_t i = 0; i < class->global_count; i++) {
        const struct global *global = &class->globals[i];
        if (global->role == ROLE_NEEDS && f->misses[global->symbol] < count &&
            scope_find(&f->scope, global->symbol) == NO_CLASS &&
            counts(f, f->census->symbols[global->symbol])) {
            return true;
        }
    }
    return false;
}

/**
 * Mark the objects of a library with lists, that ask for an executable stack, or that define what
 * others need weakly, that some root does not load, and who needs them.
 */
static bool find_in_library(struct finding *f, uint32_t number)
{
    const struct library *library = &f->census->set->libraries[number];
    size_t count = 0;
    bool few = true;
    if (!count_loads(f, number, &count, &few)) {
        return false;
    }
    bool more = false;
    for (size_t i = 0; i < library->archive.member_count; i++) {
        uint32_t class = class_at(f, library, i);
        bool always = !f->rules->all && few && count && f->loads[class] == count;
        f->mine[class] = false;
        const struct class *of = &f->census->list[class];
        bool missing = few && !of->import_stub &&
                       f->loads[class] < count && needs_missing(f, of, count);
        bool brings = of->has_lists || of->asks_stack || meets_open(f, class);
        if ((brings && !always) || missing) {
            mark(f, class, number);
            more = few;
        }
    }
    while (more) {
        more = false;
        for (size_t i = 0; i < library->archive.member_count; i++) {
            uint32_t class = class_at(f, library, i);
            if (!f->mine[class] && needs_marked(f, &f->census->list[class], number)) {
                mark(f, class, number);
                more = true;
            }
        }
    }
    return true;
}

bool lists_apart_find(const struct census *census, const struct lists_apart_rules *rules,
                      bool *apart)
{
    struct finding finding = {.census = census, .rules = rules, .apart = apart};
    bool done = prepare(&finding);
    if (done) {
        find_open(&finding);
    }
    for (uint32_t i = 0; done && i < census->set->library_count; i++) {
        done = find_in_library(&finding, i);
    }
    link_free(&finding.link);
    line_free(&finding.line);
    arena_free(&finding.arena);
    return done;
}
