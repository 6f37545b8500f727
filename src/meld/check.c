/* SPDX-License-Identifier: MIT */
#include "meld/check.h"

#include <stdlib.h>

#include "meld/link.h"
#include "meld/roots.h"

/** More findings than anybody reads; what is wrong with a set shows in the first ones. */
enum { MOST_FINDINGS = 1000 };

struct checking {
    const struct set *set;
    const struct classes *classes;
    bool one_pass;
    struct arena *arena; /* of the report */
    struct arena scratch;
    struct armeld_report *report;
    struct armeld_finding *findings;
    const char **unprovable;
    size_t count; /* libraries: the originals are 0 to count - 1, the melded ones follow */
    bool *is_root;
    uint32_t *roots;
    struct shelf shelf;
    struct link before;
    struct link after;
    uint32_t *told; /* by symbol: library + 1 that was told of last */
    uint32_t first; /* libraries of the link under way */
    uint32_t end;
    bool out_of_memory;
};

static const char *library_holding(const struct checking *c, uint32_t class)
{
    return set_library_of(c->set, c->classes->list[class].member)->path;
}

static void tell(void *context, struct need need, uint32_t was, uint32_t is)
{
    struct checking *c = context;
    struct span name = c->classes->symbols[need.symbol];
    const char *text;
    if (c->told[need.symbol] == c->first + 1 || c->report->finding_count == MOST_FINDINGS) {
        return;
    }
    c->told[need.symbol] = c->first + 1;
    if (is == NO_CLASS) {
        text = arena_printf(c->arena, "%.*s is undefined now", (int)name.size,
                            (const char *)name.data);
    } else if (was == NO_CLASS) {
        text = arena_printf(c->arena, "%.*s was undefined, now it is defined by a member of %s",
                            (int)name.size, (const char *)name.data, library_holding(c, is));
    } else {
        text = arena_printf(c->arena, "%.*s comes from another member than before, first found in "
                                      "%s",
                            (int)name.size, (const char *)name.data, library_holding(c, is));
    }
    const char *path = c->end - c->first == 1
                           ? c->set->libraries[c->count + c->first].path
                           : "all libraries together";
    c->findings[c->report->finding_count++] = (struct armeld_finding){path, text};
    c->out_of_memory |= !text;
}

/** Link libraries c->first to c->end, the originals or (@melded) the melded ones. */
static bool link_them(struct checking *c, struct link *link, bool melded, enum model model,
                      size_t root_count)
{
    uint32_t from = c->first + (melded ? (uint32_t)c->count : 0);
    uint32_t to = c->end + (melded ? (uint32_t)c->count : 0);
    if (!link_begin(link, model, c->roots, root_count)) {
        return false;
    }
    shelf_clear(&c->shelf, model);
    for (uint32_t i = from; i < to + melded; i++) {
        uint32_t library = i == to ? 2 * (uint32_t)c->count : i;
        shelf_add_library(&c->shelf, c->set, c->classes, NULL, library);
        if (model == MODEL_ONE_PASS) {
            if (!link_search(link, &c->shelf)) {
                return false;
            }
            shelf_clear(&c->shelf, model);
        }
    }
    return model == MODEL_ONE_PASS || link_search(link, &c->shelf);
}

/** The originals do not link, so there is nothing to compare with. */
static bool note_clash(struct checking *c)
{
    struct span name = c->classes->symbols[c->before.clash];
    const char *path = c->end - c->first == 1 ? c->set->libraries[c->first].path
                                              : "all libraries together";
    const char *text = arena_printf(c->arena, "%s: the originals define %.*s twice", path,
                                    (int)name.size, (const char *)name.data);
    c->unprovable[c->report->unprovable_count++] = text;
    return text != NULL;
}

/** Compare in all models, from all roots of the libraries. */
static bool compare(struct checking *c)
{
    size_t roots = 0;
    for (uint32_t i = c->first; i < c->end; i++) {
        shelf_clear(&c->shelf, MODEL_LAZY);
        shelf_add_library(&c->shelf, c->set, c->classes, NULL, i);
        roots = roots_of(c->set, c->classes, &c->shelf, c->is_root, i, c->roots, roots);
    }
    enum model last = c->one_pass ? MODEL_STRONG_FIRST : MODEL_LAZY;
    for (enum model model = MODEL_LAZY; model <= last; model++) {
        if (!link_them(c, &c->before, false, model, roots)) {
            return false;
        }
        if (c->before.clash != NO_CLASS) {
            return note_clash(c);
        }
        if (!link_them(c, &c->after, true, model, roots)) {
            return false;
        }
        link_compare(&c->before, &c->after, false, tell, c);
    }
    return true;
}

bool check_links(const struct set *set, const struct classes *classes,
                 const struct armeld_options *options, bool one_pass, struct arena *arena,
                 struct armeld_report *report, struct error *error)
{
    struct checking c = {.set = set, .classes = classes, .one_pass = one_pass, .arena = arena,
                         .report = report, .count = set->library_count / 2};
    c.findings = ARENA_ARRAY(arena, struct armeld_finding, MOST_FINDINGS);
    c.unprovable = ARENA_ARRAY(arena, const char *, c.count + 1);
    c.told = ARENA_ARRAY(&c.scratch, uint32_t, classes->symbol_count);
    c.roots = ARENA_ARRAY(&c.scratch, uint32_t, set->member_count);
    bool done = c.findings && c.unprovable && c.told && c.roots && shelf_init(&c.shelf, classes, &c.scratch) &&
                link_init(&c.before, classes, &c.scratch) &&
                link_init(&c.after, classes, &c.scratch) &&
                roots_find(classes, options->roots, options->root_count, &c.scratch, &c.is_root);
    report->findings = c.findings;
    report->unprovable = c.unprovable;
    for (c.first = 0; done && c.first < c.count; c.first++) {
        c.end = c.first + 1;
        done = compare(&c);
    }
    c.first = 0;
    c.end = (uint32_t)c.count;
    done = done && (c.count < 2 || compare(&c));
    link_free(&c.before);
    link_free(&c.after);
    arena_free(&c.scratch);
    return (done && !c.out_of_memory) || error_memory(error);
}
