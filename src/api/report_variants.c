/* SPDX-License-Identifier: MIT */
/** Variants: members of one name and the same definitions, but with different contents. */
#include "api/report_internal.h"

#include <stdlib.h>
#include "obj/rcgu.h"

/** A class by its label and the symbols that it defines. */
struct labelled {
    struct span label;
    uint64_t symbols; /* hash of the defined names, in any order */
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
static struct labelled *sort_by_label(struct report_work *r, size_t *count)
{
    struct labelled *list = ARENA_ARRAY(&r->scratch, struct labelled, r->census->count);
    *count = 0;
    for (uint32_t i = 0; list && i < r->census->count; i++) {
        const struct class *class = &r->census->list[i];
        uint64_t symbols = hash_definitions(class);
        if (class_is_object(class) && !class->import_stub && symbols) {
            struct rcgu_name name;
            rcgu_parse(set_member(r->census->set, class_member(r->census, i))->name, &name);
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

/** Count the libraries that hold each variant; with @libraries, list these. */
static void visit_variants(const struct report_work *r, const uint32_t *run_of,
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

bool report_fill_variants(struct report_work *r)
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
            variants[run - 1].name = report_copy(r, list[i].label);
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
