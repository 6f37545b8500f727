/* SPDX-License-Identifier: MIT */
/** Explaining a whole set: who compiled it, and in how many pieces. */
#include <stdlib.h>

#include "base/table.h"
#include "base/text.h"
#include "inspect/compiler.h"
#include "inspect/explain_notes.h"
#include "obj/object.h"
#include "obj/rcgu.h"

enum { MOST_VERSIONS = 64, MOST_CRATES = 4 }; /* that are told apart; that are named */

#define NAME(span) (int)(span).size, (span).size ? (const char *)(span).data : ""

/* ---- compilers --------------------------------------------------------------------------- */

/** One version of rustc, and what came from it. */
struct compiler {
    struct span version; /* "1.96.0 (ac68faa20 2026-05-25)" */
    uint32_t library;    /* the first one that has some of it */
    size_t libraries;
    uint32_t last;       /* number + 1 of the last one that was seen to */
    uint64_t bytes;      /* that stay */
};

static struct compiler *compiler_named(struct compiler *list, size_t *count, struct span version)
{
    for (size_t i = 0; i < *count; i++) {
        if (span_equal(list[i].version, version)) {
            return &list[i];
        }
    }
    if (*count == MOST_VERSIONS) {
        return NULL;
    }
    list[*count] = (struct compiler){.version = version};
    return &list[(*count)++];
}

static void add_member(struct noting *n, struct compiler *compiler, uint32_t member)
{
    uint32_t library = n->census->set->members[member].library;
    compiler->library = compiler->libraries ? compiler->library : library;
    compiler->libraries += compiler->last != library + 1;
    compiler->last = library + 1;
    compiler->bytes +=
        plan_stays(n->plan, n->census, member) ? set_member(n->census->set, member)->data.size : 0;
}

void note_compilers(struct noting *n)
{
    struct compiler list[MOST_VERSIONS];
    struct span *versions = ARENA_ARRAY(&n->scratch, struct span, n->census->set->member_count);
    size_t count = 0;
    if (!versions) {
        n->out_of_memory = true;
        return;
    }
    for (uint32_t i = 0; i < n->census->set->member_count; i++) {
        struct rcgu_name name;
        uint32_t leader = n->census->leader_of[i]; /* the first of its kind */
        rcgu_parse(set_member(n->census->set, i)->name, &name);
        versions[i] = leader == i ? compiler_of(n->census, i) : versions[leader];
        struct compiler *compiler = name.rust && versions[i].size
                                        ? compiler_named(list, &count, versions[i])
                                        : NULL;
        if (compiler) {
            add_member(n, compiler, i);
        }
    }
    for (size_t i = 0; count > 1 && i < count && i < MOST_BUILD_NOTES / 2; i++) {
        char bytes[TEXT_BYTES_SIZE];
        size_t others = list[i].libraries - 1;
        note_add(n,
                 arena_printf(n->arena,
                              "%s%s compiled by rustc %.*s, others by another: what two versions "
                              "make of a crate differs%s%s%s. One toolchain for all makes it one.",
                              n->census->set->libraries[list[i].library].path,
                              others ? " and other libraries:" : ":", NAME(list[i].version),
                              list[i].bytes ? "; " : "",
                              list[i].bytes ? text_bytes(list[i].bytes, bytes) : "",
                              list[i].bytes ? " stay" : ""));
    }
}

/* ---- codegen units ----------------------------------------------------------------------- */

/** In how many units a library has a crate. */
struct cut {
    struct span crate;
    uint32_t library;
    size_t units;
    uint64_t bytes; /* that stay */
    struct span hash;
    bool several; /* builds of the crate are in the library, as where std brings its own */
};

static int by_crate(const void *a, const void *b)
{
    const struct cut *first = a;
    const struct cut *second = b;
    int order = span_compare(first->crate, second->crate);
    return order ? order : (first->library > second->library) - (first->library < second->library);
}

/** Leave out what nobody can compare: how several builds together are cut. */
static size_t drop_several(struct cut *cuts, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (!cuts[i].several) {
            cuts[kept++] = cuts[i];
        }
    }
    return kept;
}

/** One for each member with a number, then one for each crate of each library. */
static size_t count_units(struct noting *n, struct cut *cuts)
{
    size_t count = 0;
    size_t kept = 0;
    for (uint32_t i = 0; i < n->census->set->member_count; i++) {
        struct rcgu_name name;
        rcgu_parse(set_member(n->census->set, i)->name, &name);
        if (name.rust && name.crate.size && name.number != RCGU_NO_NUMBER) {
            cuts[count++] = (struct cut){
                name.crate, n->census->set->members[i].library, 1,
                plan_stays(n->plan, n->census, i) ? set_member(n->census->set, i)->data.size : 0,
                name.crate_hash, false};
        }
    }
    if (count) {
        qsort(cuts, count, sizeof *cuts, by_crate);
    }
    for (size_t i = 0; i < count; i++) {
        if (kept && by_crate(&cuts[kept - 1], &cuts[i]) == 0) {
            struct cut *cut = &cuts[kept - 1];
            cut->units++;
            cut->bytes += cuts[i].bytes;
            cut->several |= !span_equal(cut->hash, cuts[i].hash);
        } else {
            cuts[kept++] = cuts[i];
        }
    }
    return drop_several(cuts, kept);
}

/** A crate that is not cut alike everywhere. */
struct uneven {
    const struct cut *first;
    const struct cut *other;
    uint64_t bytes;
};

static int by_bytes(const void *a, const void *b)
{
    const struct uneven *first = a;
    const struct uneven *second = b;
    if (first->bytes != second->bytes) {
        return first->bytes > second->bytes ? -1 : 1;
    }
    return span_compare(first->first->crate, second->first->crate);
}

static size_t find_uneven(const struct cut *cuts, size_t count, struct uneven *uneven)
{
    size_t found = 0;
    for (size_t i = 0, end; i < count; i = end) {
        struct uneven crate = {.first = &cuts[i]};
        for (end = i; end < count && span_equal(cuts[end].crate, cuts[i].crate); end++) {
            bool differs = cuts[end].units != cuts[i].units;
            crate.other = differs && !crate.other ? &cuts[end] : crate.other;
            crate.bytes += cuts[end].bytes;
        }
        if (crate.other && crate.bytes) {
            uneven[found++] = crate;
        }
    }
    return found;
}

void note_units(struct noting *n)
{
    struct cut *cuts = ARENA_ARRAY(&n->scratch, struct cut, n->census->set->member_count);
    struct uneven *uneven = ARENA_ARRAY(&n->scratch, struct uneven, n->census->set->member_count);
    if (!cuts || !uneven) {
        n->out_of_memory = true;
        return;
    }
    size_t count = find_uneven(cuts, count_units(n, cuts), uneven);
    if (count) {
        qsort(uneven, count, sizeof *uneven, by_bytes);
    }
    for (size_t i = 0; i < count && i < MOST_CRATES; i++) {
        const struct cut *first = uneven[i].first;
        const struct cut *other = uneven[i].other;
        char text[TEXT_BYTES_SIZE];
        note_add(n,
                 arena_printf(n->arena,
                              "crate %.*s is in %zu codegen unit%s in %s, in %zu in %s; %s of it "
                              "stay. The same codegen-units and opt-level in all profiles make "
                              "them alike.",
                              NAME(first->crate), first->units, first->units == 1 ? "" : "s",
                              n->census->set->libraries[first->library].path, other->units,
                              n->census->set->libraries[other->library].path,
                              text_bytes(uneven[i].bytes, text)));
    }
}

/* ---- debug information ------------------------------------------------------------------- */

static bool has_debug(struct noting *n, uint32_t member)
{
    struct object object;
    struct error unread = {0};
    struct arena arena = {0};
    bool found = false;
    if (object_read(member_content(n->census->set, member), &arena, &object, &unread) == OBJ_OK) {
        for (size_t i = 0; i < object.section_count && !found; i++) {
            /* a line for the name of a file is what stays with debug = 0 */
            found = object.sections[i].kind == SECTION_DEBUG &&
                    (span_starts(object.sections[i].name, ".debug_info") ||
                     span_is(object.sections[i].name, "__debug_info") ||
                     span_starts(object.sections[i].name, ".debug$S"));
        }
    }
    arena_free(&arena);
    return found;
}

/** One for each crate of each library: 1 unit without debug information, 2 with. */
static size_t list_debug(struct noting *n, struct cut *cuts)
{
    bool *debug = ARENA_ARRAY(&n->scratch, bool, n->census->set->member_count);
    size_t count = 0;
    size_t kept = 0;
    n->out_of_memory |= !debug;
    for (uint32_t i = 0; debug && i < n->census->set->member_count; i++) {
        struct rcgu_name name;
        uint32_t leader = n->census->leader_of[i];
        rcgu_parse(set_member(n->census->set, i)->name, &name);
        debug[i] = leader == i ? has_debug(n, i) : debug[leader];
        if (name.rust && name.crate.size) {
            cuts[count++] = (struct cut){
                name.crate, n->census->set->members[i].library, 1 + (size_t)debug[i],
                plan_stays(n->plan, n->census, i) ? set_member(n->census->set, i)->data.size : 0,
                name.crate_hash, false};
        }
    }
    if (count) {
        qsort(cuts, count, sizeof *cuts, by_crate);
    }
    for (size_t i = 0; i < count; i++) {
        if (kept && by_crate(&cuts[kept - 1], &cuts[i]) == 0) {
            struct cut *cut = &cuts[kept - 1];
            cut->units = cuts[i].units > cut->units ? cuts[i].units : cut->units;
            cut->bytes += cuts[i].bytes;
        } else {
            cuts[kept++] = cuts[i];
        }
    }
    return kept;
}

void note_debug(struct noting *n)
{
    struct cut *cuts = ARENA_ARRAY(&n->scratch, struct cut, n->census->set->member_count);
    struct uneven *uneven = ARENA_ARRAY(&n->scratch, struct uneven, n->census->set->member_count);
    if (!cuts || !uneven) {
        n->out_of_memory = true;
        return;
    }
    size_t count = find_uneven(cuts, list_debug(n, cuts), uneven);
    if (count) {
        qsort(uneven, count, sizeof *uneven, by_bytes);
        const struct cut *with = uneven[0].first;
        const struct cut *without = uneven[0].other;
        char text[TEXT_BYTES_SIZE];
        if (with->units == 1) {
            with = uneven[0].other;
            without = uneven[0].first;
        }
        note_add(n, arena_printf(
                        n->arena,
                        "crate %.*s has debug information in %s and none in %s%s; %s of it "
                        "stay. Debug information by itself keeps nothing from being "
                        "shared, but it tells of different profiles: the same debug in all "
                        "makes them alike.",
                        NAME(with->crate), n->census->set->libraries[with->library].path,
                        n->census->set->libraries[without->library].path,
                        count > 1 ? ", and so do others" : "", text_bytes(uneven[0].bytes, text)));
    }
}

/* ---- renamed symbols --------------------------------------------------------------------- */

/** Members by their label. */
struct labels {
    const struct set *set;
    struct table table;
};

static struct span label_of(const struct set *set, uint32_t member)
{
    struct rcgu_name name;
    rcgu_parse(set_member(set, member)->name, &name);
    return name.rust && name.crate_hash.size ? name.label : (struct span){0};
}

static bool same_label(const void *context, uint32_t member, const void *key)
{
    const struct labels *labels = context;
    return span_equal(label_of(labels->set, member), *(const struct span *)key);
}

/** How many of a class's own symbols the stamped ones are. */
static size_t count_common(const struct class *class, const uint32_t *stamps, uint32_t stamp,
                           size_t *own)
{
    size_t common = 0;
    *own = 0;
    for (size_t i = 0; i < class->global_count; i++) {
        if (role_defines(class->globals[i].role)) {
            common += stamps[class->globals[i].symbol] == stamp;
            ++*own;
        }
    }
    return common;
}

/** Whether two objects define as many symbols, and none by the same name. */
static bool is_renamed(const struct class *a, const struct class *b, uint32_t *stamps,
                       uint32_t stamp)
{
    size_t own;
    size_t others = 0;
    for (size_t i = 0; i < a->global_count; i++) {
        if (role_defines(a->globals[i].role)) {
            stamps[a->globals[i].symbol] = stamp;
            others++;
        }
    }
    return count_common(b, stamps, stamp, &own) == 0 && own > 0 && own == others;
}

void note_renamed(struct noting *n)
{
    struct labels labels = {.set = n->census->set};
    uint32_t *stamps = ARENA_ARRAY(&n->scratch, uint32_t, n->census->symbol_count);
    uint64_t bytes = 0;
    bool done = stamps != NULL;
    for (uint32_t i = 0; done && i < n->census->set->member_count; i++) {
        struct span label = label_of(n->census->set, i);
        uint64_t hash = table_hash(label, 0);
        uint32_t first = label.size ? table_find(&labels.table, hash, same_label, &labels, &label)
                                    : i;
        uint32_t class = n->census->class_of[i];
        if (first == TABLE_NONE) {
            done = table_add(&labels.table, hash, i);
        } else if (n->census->class_of[first] != class && plan_stays(n->plan, n->census, i) &&
                   is_renamed(&n->census->list[n->census->class_of[first]], &n->census->list[class],
                              stamps, i + 1)) {
            bytes += set_member(n->census->set, i)->data.size;
        }
    }
    table_free(&labels.table);
    n->out_of_memory |= !done;
    if (bytes) {
        char text[TEXT_BYTES_SIZE];
        note_add(n,
                 arena_printf(n->arena,
                              "%s of Rust objects have other symbols in each library, though they "
                              "are of the same crates: renamed, as rustc does with "
                              "-Zstaticlib-rename-internal-symbols. Meld libraries that were "
                              "built without it.",
                              text_bytes(bytes, text)));
    }
}
