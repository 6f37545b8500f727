/* SPDX-License-Identifier: MIT */
/** Explaining a whole set: how its libraries were built, where they were built differently. */
#include <stdlib.h>

#include "base/text.h"
#include "inspect/crate_cause.h"
#include "inspect/explain_notes.h"
#include "obj/rcgu.h"

enum { MOST_CRATES = 8 }; /* that notes name one by one */

#define NAME(span) (int)(span).size, (span).size ? (const char *)(span).data : ""

/** A crate as some library has it: cargo's hash says version, features, profile and compiler. */
struct build {
    struct span crate;
    struct span hash;
    uint32_t library;
    uint64_t bytes; /* that stay */
};

/** A crate that was built in several ways. */
struct mixed {
    struct span crate;
    size_t builds;
    uint64_t bytes;
    struct crate_build one, other; /* two of them */
};

void note_add(struct noting *n, const char *text)
{
    n->out_of_memory |= !text;
    n->notes[n->count++] = text;
}

/* ---- crates built in several ways -------------------------------------------------------- */

static int by_crate(const void *a, const void *b)
{
    const struct build *first = a;
    const struct build *second = b;
    int order = span_compare(first->crate, second->crate);
    order = order ? order : span_compare(first->hash, second->hash);
    return order ? order : (first->library > second->library) - (first->library < second->library);
}

static size_t list_builds(struct noting *n, struct build *builds)
{
    size_t count = 0;
    for (uint32_t i = 0; i < n->census->set->member_count; i++) {
        struct rcgu_name name;
        const struct ar_member *member = set_member(n->census->set, i);
        rcgu_parse(member->name, &name);
        if (name.crate.size && name.crate_hash.size) {
            builds[count++] =
                (struct build){name.crate, name.crate_hash, n->census->set->members[i].library,
                               plan_stays(n->plan, n->census, i) ? member->data.size : 0};
        }
    }
    return count;
}

static int by_bytes(const void *a, const void *b)
{
    const struct mixed *first = a;
    const struct mixed *second = b;
    if (first->bytes != second->bytes) {
        return first->bytes > second->bytes ? -1 : 1;
    }
    return span_compare(first->crate, second->crate);
}

static int by_library(const void *a, const void *b)
{
    const struct build *first = a;
    const struct build *second = b;
    if (first->library != second->library) {
        return first->library < second->library ? -1 : 1;
    }
    return span_compare(first->hash, second->hash);
}

/** How many builds of one crate there are in the library that has most: std brings its own. */
static size_t most_in_one(struct build *builds, size_t count)
{
    size_t most = 0;
    size_t here = 0;
    qsort(builds, count, sizeof *builds, by_library);
    for (size_t i = 0; i < count; i++) {
        bool first = i == 0 || builds[i].library != builds[i - 1].library;
        here = first ? 1 : here + !span_equal(builds[i].hash, builds[i - 1].hash);
        most = here > most ? here : most;
    }
    return most;
}

/** One for each crate of which different libraries have different builds. */
static size_t find_mixed(struct build *builds, size_t count, struct mixed *mixed)
{
    size_t found = 0;
    for (size_t i = 0, end; i < count; i = end) {
        struct mixed sum = {.crate = builds[i].crate,
                            .builds = 1,
                            .one = {builds[i].crate, builds[i].hash, builds[i].library}};
        for (end = i; end < count && span_equal(builds[end].crate, sum.crate); end++) {
            bool next = end > i && !span_equal(builds[end].hash, builds[end - 1].hash);
            sum.builds += next;
            if (next && sum.builds == 2) {
                sum.other = (struct crate_build){sum.crate, builds[end].hash, builds[end].library};
            }
            sum.bytes += builds[end].bytes;
        }
        if (sum.builds > 1 && sum.bytes && most_in_one(builds + i, end - i) < sum.builds) {
            mixed[found++] = sum;
        }
    }
    return found;
}

static void note_crates(struct noting *n)
{
    struct build *builds = ARENA_ARRAY(&n->scratch, struct build, n->census->set->member_count);
    struct mixed *mixed = ARENA_ARRAY(&n->scratch, struct mixed, n->census->set->member_count);
    if (!builds || !mixed) {
        n->out_of_memory = true;
        return;
    }
    size_t count = list_builds(n, builds);
    if (count) {
        qsort(builds, count, sizeof *builds, by_crate);
    }
    size_t found = find_mixed(builds, count, mixed);
    if (found) {
        qsort(mixed, found, sizeof *mixed, by_bytes);
    }
    for (size_t i = 0; i < found && i < MOST_CRATES; i++) {
        char bytes[TEXT_BYTES_SIZE];
        const char *cause = crate_cause(n->census, &mixed[i].one, &mixed[i].other, n->arena);
        note_add(n, !cause ? NULL
                           : arena_printf(n->arena,
                                          "crate %.*s was built in %zu ways: %s; %s of it stay. "
                                          "One workspace with one Cargo.lock and profile makes it "
                                          "one.",
                                          NAME(mixed[i].crate), mixed[i].builds, cause,
                                          text_bytes(mixed[i].bytes, bytes)));
    }
    if (found > MOST_CRATES) {
        note_add(n, arena_printf(n->arena, "%zu more crates were built in several ways.",
                                 found - MOST_CRATES));
    }
}

/* ---- panics ------------------------------------------------------------------------------ */

static bool has_crate(const struct set *set, uint32_t number, const char *crate)
{
    const struct archive *archive = &set->libraries[number].archive;
    for (size_t i = 0; i < archive->member_count; i++) {
        struct rcgu_name name;
        rcgu_parse(archive->members[i].name, &name);
        if (span_is(name.crate, crate)) {
            return true;
        }
    }
    return false;
}

static void note_panics(struct noting *n)
{
    uint32_t aborts = NO_CLASS;
    uint32_t unwinds = NO_CLASS;
    for (uint32_t i = 0; i < n->census->set->library_count; i++) {
        aborts = aborts == NO_CLASS && has_crate(n->census->set, i, "panic_abort") ? i : aborts;
        unwinds = unwinds == NO_CLASS && has_crate(n->census->set, i, "panic_unwind") ? i : unwinds;
    }
    if (aborts != NO_CLASS && unwinds != NO_CLASS) {
        note_add(n, arena_printf(n->arena,
                                 "%s aborts when it panics, %s unwinds: their crates differ. The "
                                 "same panic in all profiles makes them alike.",
                                 n->census->set->libraries[aborts].path,
                                 n->census->set->libraries[unwinds].path));
    }
}

/* ---- together ---------------------------------------------------------------------------- */

bool explain_set(const struct census *census, const struct plan *plan, const struct odd *odd,
                 struct arena *arena, struct armeld_report *report, struct error *error)
{
    struct noting n = {.census = census,
                       .plan = plan,
                       .odd = odd,
                       .arena = arena,
                       .count = report->note_count};
    n.notes =
        ARENA_ARRAY(arena, const char *, report->note_count + MOST_CRATES + 2 + MOST_BUILD_NOTES);
    if (n.notes) {
        for (size_t i = 0; i < report->note_count; i++) {
            n.notes[i] = report->notes[i];
        }
        note_groups(&n);
        note_compilers(&n);
        note_crates(&n);
        note_units(&n);
        note_debug(&n);
        note_renamed(&n);
        note_panics(&n);
        report->notes = n.notes;
        report->note_count = n.count;
    }
    arena_free(&n.scratch);
    return (n.notes && !n.out_of_memory) || error_memory(error);
}
