/* SPDX-License-Identifier: MIT */
/**
 * Identity: which members of a set are the same to a linker.
 *
 * 1. Members with equal bytes are grouped (equal_bytes.h).
 * 2. One member of each group is read by its format's reader (class_symbols.c).
 * 3. Those that look alike (canonical_fingerprint) are brought into canonical form; forms with
 *    equal digests are compared, and what is equal becomes one class.
 *
 * A hash never decides: it only says what is worth comparing.
 */
#include "census/census.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/table.h"
#include "base/threads.h"
#include "census/canonical.h"
#include "census/equal_bytes.h"

struct finding {
    struct census *census;
    struct arena *scratch;  /* one for each worker, and the caller's own */
    struct error *errors;   /* one for each worker */
    struct digest *digests; /* of classes that look like another one */
    atomic_bool failed;
};

/* ---- step 2: facts ----------------------------------------------------------------------- */

/** One preliminary class for each leader; members point at them. */
static bool make_classes(struct finding *finding, struct error *error)
{
    const struct set *set = finding->census->set;
    struct census *census = finding->census;
    for (size_t i = 0; i < set->member_count; i++) {
        census->count += census->leader_of[i] == i;
    }
    census->list = ARENA_ARRAY(&census->arena, struct class, census->count);
    census->members = ARENA_ARRAY(&census->arena, struct class_members, census->count);
    if (!census->list || !census->members) {
        return error_memory(error);
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < set->member_count; i++) {
        if (census->leader_of[i] == i) {
            census->members[count].first = i;
            census->class_of[i] = count++;
        } else {
            census->class_of[i] = census->class_of[census->leader_of[i]];
        }
    }
    return true;
}

static void learn_class(void *context, size_t item, unsigned worker)
{
    struct finding *finding = context;
    if (!class_learn(finding->census, item, &finding->census->arenas[worker],
                     &finding->scratch[worker], &finding->errors[worker])) {
        atomic_store(&finding->failed, true);
    }
    arena_reset(&finding->scratch[worker]);
}

/* ---- step 3: the same to a linker -------------------------------------------------------- */

/** Classes that may be the same: equal fingerprints, in the order of their members. */
struct look_alike {
    uint64_t fingerprint;
    uint32_t class;
};

static int by_fingerprint(const void *a, const void *b)
{
    const struct look_alike *first = a;
    const struct look_alike *second = b;
    if (first->fingerprint != second->fingerprint) {
        return first->fingerprint < second->fingerprint ? -1 : 1;
    }
    return (first->class > second->class) - (first->class < second->class);
}

static bool is_readable(const struct class *class)
{
    return class->format != OBJ_BITCODE &&
           (class->global_count + class->index_count > 0 || class->machine != MACHINE_UNKNOWN);
}

/** The form that decides: canonical for what a reader read, the bytes for everything else. */
static bool form_of(const struct finding *finding, uint32_t class, bool canonical,
                    struct arena *arena, struct canonical *form, struct error *error)
{
    struct object object;
    const struct census *census = finding->census;
    struct span data = member_content(census->set, class_member(census, class));
    if (canonical) {
        enum obj_result result = object_read(data, arena, &object, error);
        if (result == OBJ_OK) {
            result = canonical_form(&object, arena, form, error);
        }
        if (result == OBJ_OK) {
            return true;
        }
        if (result == OBJ_NO_MEMORY) {
            return error_memory(error);
        }
        *error = (struct error){0}; /* broken relocations: only equal bytes count */
    }
    form->parts = ARENA_NEW(arena, struct span);
    if (!form->parts) {
        return error_memory(error);
    }
    form->parts[0] = data;
    form->count = 1;
    return true;
}

/** What is being merged: all look-alikes, and which run of them each worker takes. */
struct merging {
    struct finding *finding;
    struct look_alike *list;
    size_t *runs;      /* where each run begins; one more at the end */
    uint32_t *same_as; /* class -> the class that it is the same as */
    enum armeld_identity identity;
};

static bool same_class(struct merging *merging, uint32_t a, uint32_t b, bool canonical,
                       unsigned worker, bool *same)
{
    struct finding *finding = merging->finding;
    struct arena *arena = &finding->scratch[worker];
    struct canonical first = {0};
    struct canonical second = {0};
    bool done = form_of(finding, a, canonical, arena, &first, &finding->errors[worker]) &&
                form_of(finding, b, canonical, arena, &second, &finding->errors[worker]);
    *same = done && canonical_equal(&first, &second);
    arena_reset(arena);
    return done;
}

static bool same_digest(const void *context, uint32_t class, const void *key)
{
    const struct finding *finding = context;
    const struct digest *digest = key;
    return finding->digests[class].low == digest->low &&
           finding->digests[class].high == digest->high;
}

/** Merge the classes of one run of look-alikes. */
static bool merge_run(struct merging *merging, const struct look_alike *run, size_t count,
                      unsigned worker)
{
    struct finding *finding = merging->finding;
    struct table table = {0};
    bool done = true;
    for (size_t i = 0; done && i < count; i++) {
        uint32_t class = run[i].class;
        struct canonical form = {0};
        bool canonical =
            merging->identity == ARMELD_IDENTITY_LINK && is_readable(&finding->census->list[class]);
        bool same = false;
        done = form_of(finding, class, canonical, &finding->scratch[worker], &form,
                       &finding->errors[worker]);
        if (!done) {
            break;
        }
        struct digest *digest = &finding->digests[class];
        *digest = canonical_digest(&form);
        arena_reset(&finding->scratch[worker]);
        uint32_t other = table_find(&table, digest->low, same_digest, finding, digest);
        if (other == TABLE_NONE) {
            done = table_add(&table, digest->low, class) || error_memory(&finding->errors[worker]);
            continue;
        }
        done = same_class(merging, other, class, canonical, worker, &same);
        if (same) {
            merging->same_as[class] = other;
        }
    }
    table_free(&table);
    return done;
}

static void merge_item(void *context, size_t item, unsigned worker)
{
    struct merging *merging = context;
    size_t from = merging->runs[item];
    if (!merge_run(merging, merging->list + from, merging->runs[item + 1] - from, worker)) {
        atomic_store(&merging->finding->failed, true);
    }
}

/** Renumber: classes that are the same as an earlier one disappear. */
static void drop_merged(struct finding *finding, uint32_t *same_as)
{
    struct census *census = finding->census;
    size_t kept = 0;
    for (size_t i = 0; i < census->count; i++) {
        if (same_as[i] == i) {
            census->list[kept] = census->list[i];
            census->members[kept] = census->members[i];
            same_as[i] = (uint32_t)kept++;
        } else {
            same_as[i] = same_as[same_as[i]]; /* an earlier class: renumbered already */
        }
    }
    census->count = kept;
    for (size_t i = 0; i < finding->census->set->member_count; i++) {
        census->class_of[i] = same_as[census->class_of[i]];
    }
}

static bool merge_classes(struct finding *finding, enum armeld_identity identity, unsigned jobs,
                          struct error *error)
{
    struct census *census = finding->census;
    struct arena *arena = &finding->scratch[jobs]; /* the caller's own */
    struct merging merging = {.finding = finding, .identity = identity};
    size_t runs = 0;
    merging.list = ARENA_ARRAY(arena, struct look_alike, census->count);
    merging.runs = ARENA_ARRAY(arena, size_t, census->count + 1);
    merging.same_as = ARENA_ARRAY(arena, uint32_t, census->count);
    finding->digests = ARENA_ARRAY(arena, struct digest, census->count);
    if (!merging.list || !merging.runs || !merging.same_as || !finding->digests) {
        return error_memory(error);
    }
    for (uint32_t i = 0; i < census->count; i++) {
        uint64_t size = member_content(census->set, class_member(census, i)).size;
        bool by_size = identity == ARMELD_IDENTITY_BYTES;
        merging.same_as[i] = i;
        merging.list[i] = (struct look_alike){by_size ? size : census->list[i].fingerprint, i};
    }
    qsort(merging.list, census->count, sizeof *merging.list, by_fingerprint);
    for (size_t i = 0, end; i < census->count; i = end) {
        end = i + 1;
        while (end < census->count &&
               merging.list[end].fingerprint == merging.list[i].fingerprint) {
            end++;
        }
        if (end - i > 1) { /* runs of one have nobody to be the same as; squeeze them out */
            memmove(merging.list + merging.runs[runs], merging.list + i,
                    (end - i) * sizeof *merging.list);
            merging.runs[runs + 1] = merging.runs[runs] + (end - i);
            runs++;
        }
    }
    threads_run(runs, jobs, merge_item, &merging);
    if (!atomic_load(&finding->failed)) {
        drop_merged(finding, merging.same_as);
    }
    return true;
}

/* ---- together ---------------------------------------------------------------------------- */

static bool count_sharers(struct census *census, struct error *error)
{
    uint32_t *last = ARENA_ARRAY(&census->arena, uint32_t, census->count);
    if (!last) {
        return error_memory(error);
    }
    for (size_t i = 0; i < census->set->member_count; i++) {
        uint32_t library = census->set->members[i].library;
        uint32_t number = census->class_of[i];
        struct class_members *members = &census->members[number];
        if (!members->count++ || last[number] != library) {
            members->sharers++;
        }
        last[number] = library;
    }
    return true;
}

/** The first worker's failure becomes the caller's. */
static bool collect_failure(const struct finding *finding, unsigned jobs, struct error *error)
{
    for (unsigned i = 0; i < jobs && error->kind == ERROR_NONE; i++) {
        *error = finding->errors[i];
    }
    return error->kind == ERROR_NONE;
}

static bool find(struct finding *finding, enum armeld_identity identity, unsigned jobs,
                 struct error *error)
{
    struct census *census = finding->census;
    if (!make_classes(finding, error)) {
        return false;
    }
    threads_run(census->count, jobs, learn_class, finding);
    return collect_failure(finding, jobs, error) && merge_classes(finding, identity, jobs, error) &&
           collect_failure(finding, jobs, error) && count_sharers(census, error) &&
           census_carry_over(census, error) && census_number_symbols(census, error);
}

/** Everything in @census but the arenas of the workers. */
static bool make_tables(struct census *census, unsigned jobs)
{
    size_t members = census->set->member_count;
    census->class_of = ARENA_ARRAY(&census->arena, uint32_t, members);
    census->leader_of = ARENA_ARRAY(&census->arena, uint32_t, members);
    census->arenas = calloc(jobs, sizeof *census->arenas);
    census->arena_count = census->arenas ? jobs : 0;
    return census->class_of && census->leader_of && census->arenas;
}

bool census_take(const struct set *set, enum armeld_identity identity, unsigned jobs,
                 const struct census_progress *progress, struct census *census, struct error *error)
{
    struct finding finding = {.census = census};
    census->set = set;
    finding.scratch = calloc(jobs + 1, sizeof *finding.scratch);
    finding.errors = calloc(jobs, sizeof *finding.errors);
    bool done = finding.scratch && finding.errors && make_tables(census, jobs);
    done = done ? equal_bytes_find(set, jobs, progress, census->leader_of, error) &&
                      find(&finding, identity, jobs, error)
                : error_memory(error);
    for (unsigned i = 0; finding.scratch && i <= jobs; i++) {
        arena_free(&finding.scratch[i]);
    }
    free(finding.scratch);
    free(finding.errors);
    return done;
}

void census_forget(struct census *census)
{
    arena_free(&census->arena);
    *census = (struct census){.arenas = census->arenas, .arena_count = census->arena_count};
}

void census_free(struct census *census)
{
    for (unsigned i = 0; i < census->arena_count; i++) {
        arena_free(&census->arenas[i]);
    }
    free(census->arenas);
    arena_free(&census->arena);
    *census = (struct census){0};
}
