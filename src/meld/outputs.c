/* SPDX-License-Identifier: MIT */
#include "meld/outputs.h"

#include <stdlib.h>

#include "base/table.h"
#include "obj/rcgu.h"

struct making {
    const struct set *set;
    const struct classes *classes;
    const struct plan *plan;
    const struct output_rules *rules;
    struct outputs *outputs;
    struct error *error;
};

static enum ar_side side_of(const struct class *class)
{
    if (class->format != OBJ_COFF && class->format != OBJ_IMPORT) {
        return AR_SIDE_NONE;
    }
    switch (class->machine) {
    case MACHINE_ARM64:
        return AR_SIDE_NATIVE;
    case MACHINE_ARM64EC:
        return AR_SIDE_EC;
    case MACHINE_X86_64:
        return AR_SIDE_X64;
    default:
        return AR_SIDE_NONE;
    }
}

static struct ar_item make_item(const struct making *m, uint32_t number, struct span name)
{
    const struct ar_member *member = set_member(m->set, number);
    const struct class *class = &m->classes->list[m->set->members[number].class];
    return (struct ar_item){
        .name = name,
        .data = member->data,
        .fields = ar_member_fields(&set_library_of(m->set, number)->archive, member),
        .symbols = class->index,
        .symbol_count = class->index_count,
        .side = side_of(class),
        .object = class_is_object(class),
    };
}

/* ---- names in the workspace -------------------------------------------------------------- */

static bool same_item_name(const void *context, uint32_t item, const void *key)
{
    return span_equal(((const struct ar_item *)context)[item].name, *(const struct span *)key);
}

/** Where the suffix of an object's name begins: ".rcgu.o", ".o", ".obj", or the end. */
static size_t stem_size(struct span name)
{
    static const char *const suffixes[] = {".rcgu.o", ".o", ".obj"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (span_ends(name, suffixes[i])) {
            return name.size - strlen(suffixes[i]);
        }
    }
    return name.size;
}

/**
 * Give @item a name that no other item has: its label, or the label with ".2", ".3", ... before
 * the suffix. @names holds the items named so far.
 */
static bool name_item(struct making *m, struct ar_item *items, uint32_t item, struct table *names)
{
    struct rcgu_name rcgu;
    rcgu_parse(items[item].name, &rcgu);
    struct span label = rcgu.label;
    struct span name = label;
    size_t stem = stem_size(label);
    uint64_t hash = table_hash(name, 0);
    for (unsigned n = 2; table_find(names, hash, same_item_name, items, &name) != TABLE_NONE; n++) {
        char *text = arena_printf(&m->outputs->arena, "%.*s.%u%.*s", (int)stem,
                                  (const char *)label.data, n, (int)(label.size - stem),
                                  (const char *)label.data + stem);
        if (!text) {
            return false;
        }
        name = span_of(text);
        hash = table_hash(name, 0);
    }
    items[item].name = name;
    return table_add(names, hash, item);
}

static bool make_workspace(struct making *m, struct output *output)
{
    const struct plan *plan = m->plan;
    struct table names = {0};
    bool done = true;
    output->path = m->rules->workspace;
    output->needed = true;
    output->items = ARENA_ARRAY(&m->outputs->arena, struct ar_item, plan->workspace_count);
    if (!output->items) {
        return error_memory(m->error);
    }
    for (size_t i = 0; done && i < plan->workspace_count; i++) {
        uint32_t number = plan->workspace[i];
        output->items[i] = make_item(m, number, set_member(m->set, number)->name);
        /* import sets keep their names: linkers sort by them */
        done = i >= plan->moved_count || name_item(m, output->items, (uint32_t)i, &names);
    }
    output->item_count = plan->workspace_count;
    table_free(&names);
    return done || error_memory(m->error);
}

/* ---- melded libraries -------------------------------------------------------------------- */

static const char *library_path(struct making *m, const struct library *library)
{
    if (!m->rules->output_dir) {
        return library->target;
    }
    const char *path = arena_printf(&m->outputs->arena, "%s/%s", m->rules->output_dir,
                                    library->name);
    if (!path) {
        error_memory(m->error);
    }
    return path;
}

static bool make_library(struct making *m, const struct library *library, struct output *output)
{
    size_t count = library->archive.member_count;
    output->from = library;
    output->path = library_path(m, library);
    output->items = ARENA_ARRAY(&m->outputs->arena, struct ar_item, count);
    if (!output->path || !output->items) {
        return error_memory(m->error);
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = library->first + i;
        if (plan_stays(m->plan, m->set, number)) {
            output->items[output->item_count++] =
                make_item(m, number, library->archive.members[i].name);
        }
    }
    /* without members there is nothing that a flavour would change */
    bool same_flavour = library->archive.flavour == m->rules->flavour || count == 0;
    output->verbatim = same_flavour && output->item_count == count;
    output->needed = !output->verbatim || m->rules->output_dir;
    return true;
}

static bool lay_out(struct making *m, struct output *output)
{
    return output->verbatim ||
           ar_layout(m->rules->flavour, output->items, output->item_count, &ar_limits,
                     &m->outputs->arena, &output->layout, m->error) ||
           error_prefix(m->error, "%s: ", output->path);
}

static int by_path(const void *a, const void *b)
{
    return strcmp((*(const struct output *const *)a)->path,
                  (*(const struct output *const *)b)->path);
}

/** Two outputs in one place would lose one of them. */
static bool check_paths(struct making *m)
{
    struct outputs *outputs = m->outputs;
    const struct output **sorted =
        ARENA_ARRAY(&outputs->arena, const struct output *, outputs->count);
    if (!sorted) {
        return error_memory(m->error);
    }
    for (size_t i = 0; i < outputs->count; i++) {
        sorted[i] = &outputs->list[i];
    }
    qsort(sorted, outputs->count, sizeof *sorted, by_path);
    for (size_t i = 1; i < outputs->count; i++) {
        const struct library *first = sorted[i - 1]->from;
        const struct library *second = sorted[i]->from;
        if (strcmp(sorted[i - 1]->path, sorted[i]->path) == 0) {
            return error_set_kind(m->error, ERROR_USAGE, "%s and %s would both be written to %s",
                                  first ? first->path : "the workspace",
                                  second ? second->path : "the workspace", sorted[i]->path);
        }
    }
    return true;
}

bool outputs_make(const struct set *set, const struct classes *classes, const struct plan *plan,
                  const struct output_rules *rules, struct outputs *outputs,
                  struct error *error)
{
    struct making making = {set, classes, plan, rules, outputs, error};
    outputs->flavour = rules->flavour;
    outputs->list = ARENA_ARRAY(&outputs->arena, struct output, set->library_count + 1);
    if (!outputs->list) {
        return error_memory(error);
    }
    outputs->count = set->library_count + 1;
    if (!make_workspace(&making, &outputs->list[0])) {
        return false;
    }
    for (size_t i = 0; i < set->library_count; i++) {
        if (!make_library(&making, &set->libraries[i], &outputs->list[i + 1])) {
            return false;
        }
    }
    if (!check_paths(&making)) {
        return false;
    }
    for (size_t i = 0; i < outputs->count; i++) {
        if (!lay_out(&making, &outputs->list[i])) {
            return false;
        }
    }
    return true;
}

uint64_t output_size(const struct output *output)
{
    return output->verbatim ? output->from->bytes.size : output->layout.size;
}

void outputs_free(struct outputs *outputs)
{
    arena_free(&outputs->arena);
    *outputs = (struct outputs){0};
}
