/* SPDX-License-Identifier: MIT */
/** The check: its findings as sentences for a report. */
#include <stdlib.h>

#include "proof/check_internal.h"

static int by_link_number(const void *a, const void *b)
{
    const struct finding *first = a;
    const struct finding *second = b;
    if (first->link_number != second->link_number) {
        return first->link_number < second->link_number ? -1 : 1;
    }
    return (first->symbol > second->symbol) - (first->symbol < second->symbol);
}

/** The libraries of a link, as a user knows them. */
static const char *link_name(const struct checking *c, size_t link_number, uint32_t first,
                             struct arena *arena)
{
    const struct library *libraries = &c->census->set->libraries[first];
    size_t others = c->rules->count - 1;
    size_t pair = link_number - c->rules->count;
    if (link_number < c->rules->count) {
        return arena_printf(arena, "%s", libraries[link_number].path);
    }
    if (pair == c->rules->count * others) {
        return "all libraries together";
    }
    size_t second = pair % others;
    return arena_printf(arena, "%s and %s", libraries[pair / others].path,
                        libraries[second + (second >= pair / others)].path);
}

static const char *finding_text(const struct checking *c, const struct finding *finding,
                                struct arena *arena)
{
    struct span name = c->census->symbols[finding->symbol];
    const char *text = (const char *)name.data;
    if (finding->is == NO_CLASS) {
        return arena_printf(arena,
                            finding->was == NO_CLASS ? "%.*s is needed now, and undefined"
                                                     : "%.*s is undefined now",
                            (int)name.size, text);
    }
    const char *path = set_library_of(c->census->set, c->census->list[finding->is].member)->path;
    return arena_printf(arena,
                        finding->was == NO_CLASS
                            ? "%.*s was undefined, now it is defined by a member of %s"
                            : "%.*s comes from another member than before, first found in %s",
                        (int)name.size, text, path);
}

/** Whether a link is of a pair that was already linked the other way round. */
static bool is_backwards(const struct checking *c, size_t link_number)
{
    size_t others = c->rules->count - 1;
    size_t pair = link_number - c->rules->count;
    return link_number >= c->rules->count && pair < c->rules->count * others &&
           pair / others > pair % others;
}

static bool report_finding(const struct checking *c, const struct finding *finding,
                           struct arena *arena, struct armeld_report *report,
                           struct armeld_finding *findings, const char **unprovable)
{
    struct span name = c->census->symbols[finding->symbol];
    uint32_t first = finding->clash ? c->rules->originals : c->rules->melded;
    const char *path = link_name(c, finding->link_number, first, arena);
    if (!path) {
        return false;
    }
    if (finding->clash && is_backwards(c, finding->link_number)) {
        return true; /* reported already: they clash in either order */
    }
    if (finding->clash) {
        const char *text = arena_printf(arena, "%s: the originals define %.*s twice", path,
                                        SPAN_ARGS(name));
        unprovable[report->unprovable_count++] = text;
        return text != NULL;
    }
    const char *text = finding_text(c, finding, arena);
    findings[report->finding_count++] = (struct armeld_finding){path, text};
    return text != NULL;
}

static size_t take_findings(const struct findings *from, struct finding *to)
{
    memcpy(to, from->list, from->count * sizeof *to);
    return from->count;
}

bool check_report(struct checking *c, struct arena *arena, struct armeld_report *report)
{
    size_t count = 0;
    for (unsigned i = 0; i < c->rules->jobs; i++) {
        count += c->workers[i]->differences.count + c->workers[i]->clashes.count;
    }
    struct finding *all = ARENA_ARRAY(&c->arena, struct finding, count);
    struct armeld_finding *findings = ARENA_ARRAY(arena, struct armeld_finding, count);
    const char **unprovable = ARENA_ARRAY(arena, const char *, count);
    const char **notes = ARENA_ARRAY(arena, const char *, 1);
    bool done = all && findings && unprovable && notes;
    size_t at = 0;
    for (unsigned i = 0; done && i < c->rules->jobs; i++) {
        at += take_findings(&c->workers[i]->differences, all + at);
        at += take_findings(&c->workers[i]->clashes, all + at);
    }
    if (done && count) {
        qsort(all, count, sizeof *all, by_link_number);
    }
    for (size_t i = 0; done && i < count; i++) {
        done = report_finding(c, &all[i], arena, report, findings, unprovable);
    }
    if (done && c->skipped) {
        notes[0] = arena_printf(arena,
                                "The %zu pairs of libraries are too many to be linked in "
                                "either order; each alone and all together were.",
                                c->skipped / 2);
        report->note_count = 1;
        done = notes[0] != NULL;
    }
    report->notes = notes;
    report->findings = findings;
    report->unprovable = unprovable;
    return done;
}
