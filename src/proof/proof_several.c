/* SPDX-License-Identifier: MIT */
/** The link proof: several libraries in one link. */
#include <stdlib.h>

#include "proof/proof_internal.h"

/* How often roots that clash are taken away before several libraries count as unprovable. */
enum { MOST_TRIES = 6 };

/* How many roots of each library are tried one by one in a link of several. */
enum { MOST_OWN_ROOTS = 16 };

bool is_ambiguous(struct proving *p)
{
    struct bench *bench = &p->benches[0]; /* its shelves are borrowed */
    return libraries_differ(p->set, p->classes, 0, (uint32_t)p->set->library_count,
                            &bench->before, &bench->after);
}

/* ---- linking a line ---------------------------------------------------------------------- */

static size_t line_length(const struct proving *p, const struct line *line)
{
    return line->count ? line->count : p->set->library_count;
}

static uint32_t library_of(const struct line *line, size_t i)
{
    return line->count ? line->libraries[i] : (uint32_t)i;
}

/** The shelf of a pair's library for one-pass linkers, which take one at a time. */
static struct shelf *shelf_of(struct bench *bench, bool melded, size_t i)
{
    return melded ? (i ? &bench->last : &bench->all) : i ? &bench->after : &bench->before;
}

/** Whether the shelves hold the line's libraries for all links of it in that model. */
static bool keeps_shelves(const struct line *line, enum model model)
{
    return model != MODEL_ONE_PASS || line->count == 2;
}

/** Fill the shelves for all links of a line: one library each, or all on one. */
static void fill_line(const struct proving *p, struct bench *bench, const struct line *line,
                      enum model model)
{
    bool apart = model == MODEL_ONE_PASS;
    for (int melded = 0; melded <= 1 && keeps_shelves(line, model); melded++) {
        for (size_t i = 0; i < line_length(p, line); i++) {
            struct shelf *shelf = shelf_of(bench, melded, apart ? i : 0);
            if (i == 0 || apart) {
                shelf_clear(shelf, model);
            }
            shelf_add_library(shelf, p->set, p->classes, melded ? p->plan : NULL,
                              library_of(line, i));
        }
    }
    if (!apart) {
        shelf_add_workspace(&bench->all, p->set, p->classes, p->plan);
    }
}

/** Link the line in its order as a linker of that model would; its shelves are filled. */
static bool link_line(struct proving *p, struct bench *bench, const struct line *line,
                      enum model model, bool melded, const uint32_t *roots, size_t root_count)
{
    struct link *link = melded ? &bench->melded : &bench->original;
    if (!link_begin(link, model, roots, root_count)) {
        return false;
    }
    if (model != MODEL_ONE_PASS) {
        return link_search(link, shelf_of(bench, melded, 0));
    }
    for (size_t i = 0; i < line_length(p, line); i++) {
        struct shelf *shelf = &bench->all;
        if (keeps_shelves(line, model)) {
            shelf = shelf_of(bench, melded, i);
        } else {
            shelf_clear(shelf, model);
            shelf_add_library(shelf, p->set, p->classes, melded ? p->plan : NULL,
                              library_of(line, i));
        }
        if (!link_search(link, shelf)) {
            return false;
        }
    }
    return !melded || link_search(link, &p->workspace);
}

/** Take away the roots that lead to the classes that clash. Returns how many are left. */
static size_t drop_clashing(const struct link *link, uint32_t *roots, size_t count)
{
    for (size_t i = 0; i < link->clashing_count; i++) {
        uint32_t top = link->clashing[i];
        while (link->puller[top] != NO_CLASS) {
            top = link->puller[top];
        }
        size_t left = 0;
        for (size_t j = 0; j < count; j++) {
            if (link_definer(link, roots[j]) != top) {
                roots[left++] = roots[j];
            }
        }
        count = left;
    }
    return count;
}

/**
 * Link the originals. Where they clash, say so, and find out what of them does link: programs
 * seldom call everything. False only when memory is short.
 */
static bool link_originals(struct proving *p, struct bench *bench, const struct line *line,
                           enum model model, uint32_t *roots, size_t *count)
{
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        if (!link_line(p, bench, line, model, false, roots, *count)) {
            return false;
        }
        if (bench->original.clash == NO_CLASS) {
            return true;
        }
        bool pair = line->count == 2;
        add_clash(bench, (struct clash){pair ? line->libraries[0] : NO_CLASS,
                                        pair ? line->libraries[1] : NO_CLASS,
                                        bench->original.clash});
        *count = drop_clashing(&bench->original, roots, *count);
    }
    return true;
}

/** Compare the line's links from some roots, which are taken away if they clash. */
static bool prove_from(struct proving *p, struct bench *bench, const struct line *line,
                       enum model model, uint32_t *roots, size_t count)
{
    if (!link_originals(p, bench, line, model, roots, &count)) {
        return false;
    }
    if (bench->original.clash != NO_CLASS) {
        return true;
    }
    if (!link_line(p, bench, line, model, true, roots, count)) {
        return false;
    }
    compare_links(p, bench, line, model != MODEL_ONE_PASS);
    return true;
}

/* ---- from which roots -------------------------------------------------------------------- */

/** From all roots of a line, or from all @own ones. */
static bool prove_all_roots(struct proving *p, struct bench *bench, const struct line *line,
                            enum model model, bool own)
{
    const size_t *counts = own ? p->own_count : p->root_count;
    size_t count = 0;
    size_t all = 0;
    for (size_t i = 0; i < line_length(p, line); i++) {
        count += counts[library_of(line, i)];
        all += p->root_count[library_of(line, i)];
    }
    if (own && count == all) {
        return true;
    }
    uint32_t *roots = calloc(count + 1, sizeof *roots);
    if (!roots) {
        return false;
    }
    count = 0;
    for (size_t i = 0; i < line_length(p, line); i++) {
        uint32_t library = library_of(line, i);
        memcpy(roots + count, p->roots[library], counts[library] * sizeof *roots);
        count += counts[library];
    }
    bool done = prove_from(p, bench, line, model, roots, count);
    free(roots);
    return done;
}

/** From each root alone that no other library has. */
static bool prove_each_root(struct proving *p, struct bench *bench, const struct line *line,
                            enum model model)
{
    for (size_t i = 0; i < line_length(p, line); i++) {
        uint32_t library = library_of(line, i);
        for (size_t j = 0; j < p->own_count[library] && j < MOST_OWN_ROOTS; j++) {
            uint32_t root = p->roots[library][j];
            if (!prove_from(p, bench, line, model, &root, 1)) {
                return false;
            }
        }
    }
    return true;
}

/**
 * From all roots, from all that are the libraries' own, and from each of these: a symbol that is
 * called hides that without the call another definition would be taken.
 */
static bool prove_line(struct proving *p, struct bench *bench, const struct line *line)
{
    bool done = true;
    for (enum model model = MODEL_LAZY; done && model <= last_model(p); model++) {
        fill_line(p, bench, line, model);
        done = prove_all_roots(p, bench, line, model, false) &&
               prove_all_roots(p, bench, line, model, true) &&
               prove_each_root(p, bench, line, model);
    }
    return done;
}

void prove_several(void *context, size_t item, unsigned worker)
{
    struct proving *p = context;
    size_t others = p->set->library_count - 1;
    uint32_t first = (uint32_t)(item / others);
    uint32_t second = (uint32_t)(item % others);
    uint32_t pair[2] = {first, second + (second >= first)};
    bool all = item == p->set->library_count * others;
    struct line line = {pair, all ? 0 : 2};
    if (!prove_line(p, &p->benches[worker], &line)) {
        p->benches[worker].out_of_memory = true;
    }
}
