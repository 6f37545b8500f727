/* SPDX-License-Identifier: MIT */
/**
 * Identity: which members of a set are the same.
 *
 * 1. Members with the same label and size are compared with the first of them, byte by byte. In
 *    real sets nearly all copies are found here, and each input byte is read from memory once:
 *    the first copy stays in the cache while the others stream past. Only when that fails are
 *    contents hashed, so that hostile sets cannot make it quadratic.
 * 2. One member of each group of equal bytes is read by its format's reader (facts.c).
 * 3. Those that look alike (canonical_fingerprint) are brought into canonical form; forms with
 *    equal digests are compared, and what is equal becomes one class.
 *
 * A hash never decides: it only says what is worth comparing.
 */
#include "census/classes.h"

#include <stdatomic.h>
#include <stdlib.h>

#include <xxhash.h>

#include "base/table.h"
#include "base/threads.h"
#include "census/canonical.h"
#include "obj/rcgu.h"

enum {
    BLOCK = 128 * 1024,  /* well below a processor's second cache */
    SLICE = 1024 * 1024, /* worth a worker's while */
};

/** Members with one label and size, chained in order. */
struct group {
    uint32_t first;
    uint32_t last;
    uint64_t size;
};

/** A stretch of the contents of a group, for one worker to compare. */
struct slice {
    uint32_t group;
    uint64_t from;
};

struct finding {
    struct set *set;
    const struct class_progress *progress;
    struct group *groups;
    size_t group_count;
    uint32_t *next;   /* the following member of the same group, or NO_CLASS */
    uint32_t *leader; /* the first member with the same bytes */
    struct slice *slices;
    atomic_bool *differs; /* whether a member differs from the first of its group */
    struct classes *classes;
    struct arena *scratch; /* one for each worker */
    struct error *errors;  /* one for each worker */
    struct digest *digests; /* of classes that look like another one */
    atomic_bool failed;
};

static struct span label_of(const struct set *set, uint32_t number)
{
    struct rcgu_name name;
    rcgu_parse(set_member(set, number)->name, &name);
    return name.label;
}

/* ---- step 1: equal bytes ----------------------------------------------------------------- */

static bool same_group(const void *context, uint32_t group, const void *key)
{
    const struct finding *finding = context;
    uint32_t number = *(const uint32_t *)key;
    const struct group *other = &finding->groups[group];
    return other->size == member_content(finding->set, number).size &&
           span_equal(label_of(finding->set, other->first), label_of(finding->set, number));
}

static bool make_groups(struct finding *finding, struct error *error)
{
    struct table table = {0};
    struct set *set = finding->set;
    bool done = true;
    for (uint32_t i = 0; done && i < set->member_count; i++) {
        uint64_t size = member_content(set, i).size;
        uint64_t hash = table_hash(label_of(set, i), size);
        uint32_t group = table_find(&table, hash, same_group, finding, &i);
        finding->next[i] = NO_CLASS;
        if (group != TABLE_NONE) {
            finding->next[finding->groups[group].last] = i;
            finding->groups[group].last = i;
            continue;
        }
        group = (uint32_t)finding->group_count++;
        finding->groups[group] = (struct group){i, i, size};
        done = table_add(&table, hash, group);
    }
    table_free(&table);
    return done || error_memory(error);
}

static bool same_content(const void *context, uint32_t number, const void *key)
{
    const struct finding *finding = context;
    return span_equal(member_content(finding->set, number), *(const struct span *)key);
}

static uint64_t hash_content(const struct finding *finding, uint32_t number)
{
    return table_hash(member_content(finding->set, number), 0);
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/** How many slices there are to compare: none where nobody is to be compared with. */
static size_t slices_of(const struct group *group)
{
    return group->first == group->last ? 0 : (size_t)((group->size + SLICE - 1) / SLICE);
}

/** Split a group by contents: the general case, when not all are like the first. */
static bool split_group(struct finding *finding, const struct group *group, uint32_t from)
{
    struct table contents = {0};
    bool done = table_add(&contents, hash_content(finding, group->first), group->first);
    for (uint32_t i = from; done && i != NO_CLASS; i = finding->next[i]) {
        struct span content = member_content(finding->set, i);
        uint64_t hash = hash_content(finding, i);
        uint32_t leader = table_find(&contents, hash, same_content, finding, &content);
        finding->leader[i] = leader != TABLE_NONE ? leader : i;
        done = leader != TABLE_NONE || table_add(&contents, hash, i);
    }
    table_free(&contents);
    return done;
}

static void step(const struct finding *finding, uint64_t bytes)
{
    if (finding->progress) {
        finding->progress->step(finding->progress->context, bytes);
    }
}

/**
 * Compare one slice of all members of a group with the first's, a block at a time: the first's
 * block stays in the processor's cache while the others' stream past.
 */
static void compare_slice(void *context, size_t item, unsigned worker)
{
    struct finding *finding = context;
    const struct slice *slice = &finding->slices[item];
    const struct group *group = &finding->groups[slice->group];
    struct span first = member_content(finding->set, group->first);
    uint64_t end = slice->from + smaller(SLICE, group->size - slice->from);
    (void)worker;
    for (uint64_t at = slice->from; at < end; at += BLOCK) {
        size_t length = (size_t)smaller(BLOCK, end - at);
        uint64_t bytes = length;
        for (uint32_t i = finding->next[group->first]; i != NO_CLASS; i = finding->next[i]) {
            const uint8_t *other = member_content(finding->set, i).data;
            if (!atomic_load_explicit(&finding->differs[i], memory_order_relaxed) &&
                memcmp(first.data + at, other + at, length) != 0) {
                atomic_store_explicit(&finding->differs[i], true, memory_order_relaxed);
            }
            bytes += length;
        }
        step(finding, bytes);
    }
}

/** Put the results of a group's slices together. */
static void settle_group(void *context, size_t item, unsigned worker)
{
    struct finding *finding = context;
    const struct group *group = &finding->groups[item];
    uint32_t i = group->first;
    while (i != NO_CLASS && !finding->differs[i]) {
        finding->leader[i] = group->first;
        i = finding->next[i];
    }
    if (i != NO_CLASS && !split_group(finding, group, i)) {
        error_memory(&finding->errors[worker]);
        atomic_store(&finding->failed, true);
    }
}

/** Cut the groups into slices, so that all workers are busy until the end; NULL without memory. */
static struct slice *cut_groups(const struct finding *finding, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < finding->group_count; i++) {
        *count += slices_of(&finding->groups[i]);
    }
    struct slice *slices = calloc(*count + 1, sizeof *slices);
    struct slice *next = slices;
    for (size_t i = 0; slices && i < finding->group_count; i++) {
        for (size_t j = 0; j < slices_of(&finding->groups[i]); j++) {
            *next++ = (struct slice){(uint32_t)i, (uint64_t)j * SLICE};
        }
    }
    return slices;
}

/** Find the leader of each member. */
static bool compare_contents(struct finding *finding, unsigned jobs, struct error *error)
{
    size_t slice_count;
    finding->slices = cut_groups(finding, &slice_count);
    finding->differs = calloc(finding->set->member_count + 1, sizeof *finding->differs);
    bool done = finding->slices && finding->differs;
    if (done) {
        threads_run(slice_count, jobs, compare_slice, finding);
        threads_run(finding->group_count, jobs, settle_group, finding);
    }
    free(finding->slices);
    free(finding->differs);
    return done || error_memory(error);
}

/* ---- step 2: facts ----------------------------------------------------------------------- */

/** One preliminary class for each leader; members point at them. */
static bool make_classes(struct finding *finding, struct error *error)
{
    struct set *set = finding->set;
    struct classes *classes = finding->classes;
    for (size_t i = 0; i < set->member_count; i++) {
        classes->count += finding->leader[i] == i;
    }
    classes->list = ARENA_ARRAY(&classes->arena, struct class, classes->count);
    if (!classes->list) {
        return error_memory(error);
    }
    uint32_t count = 0;
    for (uint32_t i = 0; i < set->member_count; i++) {
        set->members[i].leader = finding->leader[i];
        if (finding->leader[i] == i) {
            classes->list[count].member = i;
            set->members[i].class = count++;
        } else {
            set->members[i].class = set->members[finding->leader[i]].class;
        }
    }
    return true;
}

static void learn_class(void *context, size_t item, unsigned worker)
{
    struct finding *finding = context;
    if (!class_learn(finding->set, &finding->classes->list[item],
                     &finding->classes->arenas[worker], &finding->scratch[worker],
                     &finding->errors[worker])) {
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
    return class->global_count + class->index_count > 0 || class->machine != MACHINE_UNKNOWN;
}

/** The form that decides: canonical for what a reader read, the bytes for everything else. */
static bool form_of(const struct finding *finding, uint32_t number, bool canonical,
                    struct arena *arena, struct canonical *form, struct error *error)
{
    struct object object;
    struct span data = member_content(finding->set, number);
    if (canonical) {
        enum obj_result result = object_read(data, arena, &object, error);
        if (result == OBJ_READ) {
            result = canonical_form(&object, arena, form, error);
        }
        if (result == OBJ_READ) {
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
    size_t *runs; /* where each run begins; one more at the end */
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
    const struct class *list = finding->classes->list;
    bool done = form_of(finding, list[a].member, canonical, arena, &first,
                        &finding->errors[worker]) &&
                form_of(finding, list[b].member, canonical, arena, &second,
                        &finding->errors[worker]);
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
        bool canonical = merging->identity == ARMELD_IDENTITY_LINK &&
                         is_readable(&finding->classes->list[class]);
        bool same = false;
        done = form_of(finding, finding->classes->list[class].member, canonical,
                       &finding->scratch[worker], &form, &finding->errors[worker]);
        if (!done) {
            break;
        }
        struct digest *digest = &finding->digests[class];
        *digest = canonical_digest(&form);
        arena_reset(&finding->scratch[worker]);
        uint32_t other = table_find(&table, digest->low, same_digest, finding, digest);
        if (other == TABLE_NONE) {
            done = table_add(&table, digest->low, class) ||
                   error_memory(&finding->errors[worker]);
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
    struct classes *classes = finding->classes;
    size_t kept = 0;
    for (size_t i = 0; i < classes->count; i++) {
        if (same_as[i] == i) {
            classes->list[kept] = classes->list[i];
            same_as[i] = (uint32_t)kept++;
        } else {
            same_as[i] = same_as[same_as[i]]; /* an earlier class: renumbered already */
        }
    }
    classes->count = kept;
    for (size_t i = 0; i < finding->set->member_count; i++) {
        finding->set->members[i].class = same_as[finding->set->members[i].class];
    }
}

static bool merge_classes(struct finding *finding, enum armeld_identity identity, unsigned jobs,
                          struct error *error)
{
    struct classes *classes = finding->classes;
    struct arena *arena = &finding->scratch[jobs]; /* the caller's own */
    struct merging merging = {.finding = finding, .identity = identity};
    size_t runs = 0;
    merging.list = ARENA_ARRAY(arena, struct look_alike, classes->count);
    merging.runs = ARENA_ARRAY(arena, size_t, classes->count + 1);
    merging.same_as = ARENA_ARRAY(arena, uint32_t, classes->count);
    finding->digests = ARENA_ARRAY(arena, struct digest, classes->count);
    if (!merging.list || !merging.runs || !merging.same_as || !finding->digests) {
        return error_memory(error);
    }
    for (uint32_t i = 0; i < classes->count; i++) {
        uint64_t size = member_content(finding->set, classes->list[i].member).size;
        bool by_size = identity == ARMELD_IDENTITY_BYTES;
        merging.same_as[i] = i;
        merging.list[i] =
            (struct look_alike){by_size ? size : classes->list[i].fingerprint, i};
    }
    qsort(merging.list, classes->count, sizeof *merging.list, by_fingerprint);
    for (size_t i = 0, end; i < classes->count; i = end) {
        end = i + 1;
        while (end < classes->count && merging.list[end].fingerprint == merging.list[i].fingerprint) {
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

static bool count_sharers(const struct set *set, struct classes *classes, struct error *error)
{
    uint32_t *last = ARENA_ARRAY(&classes->arena, uint32_t, classes->count);
    if (!last) {
        return error_memory(error);
    }
    for (size_t i = 0; i < set->member_count; i++) {
        const struct member *member = &set->members[i];
        struct class *class = &classes->list[member->class];
        if (!class->copies++ || last[member->class] != member->library) {
            class->sharers++;
        }
        last[member->class] = member->library;
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
    struct classes *classes = finding->classes;
    if (!make_groups(finding, error) || !compare_contents(finding, jobs, error) ||
        !collect_failure(finding, jobs, error) || !make_classes(finding, error)) {
        return false;
    }
    threads_run(classes->count, jobs, learn_class, finding);
    return collect_failure(finding, jobs, error) &&
           merge_classes(finding, identity, jobs, error) &&
           collect_failure(finding, jobs, error) && count_sharers(finding->set, classes, error) &&
           classes_carry_over(finding->set, classes, error) &&
           classes_number_symbols(classes, error);
}

bool classes_find(struct set *set, enum armeld_identity identity, unsigned jobs,
                  const struct class_progress *progress, struct classes *classes,
                  struct error *error)
{
    struct finding finding = {.set = set, .progress = progress, .classes = classes};
    finding.groups = calloc(set->member_count + 1, sizeof *finding.groups);
    finding.next = calloc(set->member_count + 1, sizeof *finding.next);
    finding.leader = calloc(set->member_count + 1, sizeof *finding.leader);
    finding.scratch = calloc(jobs + 1, sizeof *finding.scratch);
    finding.errors = calloc(jobs, sizeof *finding.errors);
    classes->arenas = calloc(jobs, sizeof *classes->arenas);
    classes->arena_count = classes->arenas ? jobs : 0;
    bool done = finding.groups && finding.next && finding.leader && finding.scratch &&
                finding.errors && classes->arenas;
    done = done ? find(&finding, identity, jobs, error) : error_memory(error);
    for (unsigned i = 0; finding.scratch && i <= jobs; i++) {
        arena_free(&finding.scratch[i]);
    }
    free(finding.groups);
    free(finding.next);
    free(finding.leader);
    free(finding.scratch);
    free(finding.errors);
    return done;
}

void classes_free(struct classes *classes)
{
    for (unsigned i = 0; i < classes->arena_count; i++) {
        arena_free(&classes->arenas[i]);
    }
    free(classes->arenas);
    arena_free(&classes->arena);
    *classes = (struct classes){0};
}
