/* SPDX-License-Identifier: MIT */
/** The check: its findings as sentences for a report. */
#include "proof/image.h"
#include "proof/check.h"

/** The libraries of a link, as a user knows them. */
static const char *link_name(const struct census *census, const struct check_rules *rules,
                             size_t link_number, uint32_t first, struct arena *arena)
{
    const struct library *libraries = &census->set->libraries[first];
    size_t others = rules->count - 1;
    size_t pair = link_number - rules->count;
    if (link_number < rules->count) {
        return arena_printf(arena, "%s", libraries[link_number].path);
    }
    if (pair == rules->count * others) {
        return "all libraries together";
    }
    size_t second = pair % others;
    return arena_printf(arena, "%s and %s", libraries[pair / others].path,
                        libraries[second + (second >= pair / others)].path);
}

/** How two images differ, in words. */
static const char *image_text(enum image_fault fault)
{
    switch (fault) {
    case IMAGE_DOUBLED:
        return "was one, now there are two of it";
    case IMAGE_UNITED:
        return "was apart from another function or datum, now they are one";
    case IMAGE_CHANGED:
        return "has other contents or relocations than before";
    case IMAGE_GATHERED:
        return "constructors or other lists that are found by a section's name differ";
    default:
        return "leads to something else than before";
    }
}

const char *check_clash_text(const struct census *census, uint32_t symbol, struct arena *arena)
{
    struct span name = census->symbols[symbol];
    return census->is_defined[symbol]
               ? arena_printf(arena, "the originals define %.*s twice", SPAN_ARGS(name))
               : arena_printf(arena, "the originals contradict each other: one says %.*s",
                              SPAN_ARGS(name));
}

const char *check_finding_text(const struct census *census, const struct check_finding *finding,
                               struct arena *arena)
{
    struct span name = finding->name;
    const char *path = finding->is == NO_CLASS
                           ? ""
                           : set_library_of(census->set, class_member(census, finding->is))->path;
    switch (finding->fault) {
    case CHECK_UNDEFINED:
        return arena_printf(arena, "%.*s is undefined now", SPAN_ARGS(name));
    case CHECK_NEEDED:
        return arena_printf(arena, "%.*s is needed now, and undefined", SPAN_ARGS(name));
    case CHECK_STATED:
        return arena_printf(arena, "%.*s %s", SPAN_ARGS(name),
                            finding->was == NO_CLASS
                                ? "holds for the whole program now: a new member says so"
                                : "named a library for the whole program: no member says so now");
    case CHECK_DEFINED:
        return arena_printf(arena, "%.*s was undefined, now it is defined by a member of %s",
                            SPAN_ARGS(name), path);
    case CHECK_TWICE:
        return census->is_defined[finding->symbol]
                   ? arena_printf(arena, "%.*s is defined twice now, by a member of %s too",
                                  SPAN_ARGS(name), path)
                   : arena_printf(arena, "%.*s is contradicted now, by a member of %s",
                                  SPAN_ARGS(name), path);
    case CHECK_IMAGE:
        return name.size ? arena_printf(arena, "%.*s %s", SPAN_ARGS(name),
                                        image_text(finding->image))
                         : image_text(finding->image);
    case CHECK_CLASH:
        return check_clash_text(census, finding->symbol, arena);
    case CHECK_OTHER:
        break;
    }
    return arena_printf(arena, "%.*s comes from another member than before, first found in %s",
                        SPAN_ARGS(name), path);
}

/** Whether a link is of a pair that was already linked the other way round. */
static bool is_backwards(const struct check_rules *rules, size_t link_number)
{
    size_t others = rules->count - 1;
    size_t pair = link_number - rules->count;
    return link_number >= rules->count && pair < rules->count * others &&
           pair / others > pair % others;
}

const char *check_skipped_text(size_t skipped, struct arena *arena)
{
    return arena_printf(arena,
                        "The %zu pairs of libraries are too many to be linked in either order; "
                        "each alone and all together were.",
                        skipped / 2);
}

/** Say which links were not tried, but for those from single roots: docs/proof.md tells of them. */
static bool fill_notes(const struct check_result *result, struct arena *arena,
                       struct armeld_report *report)
{
    const char **notes = ARENA_ARRAY(arena, const char *, 1);
    report->notes = notes;
    if (!notes || !result->skipped) {
        return notes != NULL;
    }
    notes[0] = check_skipped_text(result->skipped, arena);
    report->note_count = 1;
    return notes[0] != NULL;
}

bool check_report(const struct census *census, const struct check_rules *rules,
                  const struct check_result *result, struct arena *arena,
                  struct armeld_report *report)
{
    struct armeld_finding *findings = ARENA_ARRAY(arena, struct armeld_finding, result->count);
    const char **unprovable = ARENA_ARRAY(arena, const char *, result->count);
    bool done = findings && unprovable;
    for (size_t i = 0; done && i < result->count; i++) {
        const struct check_finding *finding = &result->list[i];
        bool clash = finding->fault == CHECK_CLASH;
        if (clash && is_backwards(rules, finding->link_number)) {
            continue; /* reported already: they clash in either order */
        }
        const char *path = link_name(census, rules, finding->link_number,
                                     clash ? rules->originals : rules->melded, arena);
        const char *text = check_finding_text(census, finding, arena);
        done = path && text;
        if (done && clash) {
            text = arena_printf(arena, "%s: %s", path, text);
            unprovable[report->unprovable_count++] = text;
            done = text != NULL;
        } else if (done) {
            findings[report->finding_count++] = (struct armeld_finding){path, text};
        }
    }
    report->findings = findings;
    report->unprovable = unprovable;
    return done && fill_notes(result, arena, report);
}

/** A sentence of a machine, in @arena. */
static const char *of_machine(const char *machine, const char *text, struct arena *arena)
{
    return arena_printf(arena, "%s: %s", machine, text);
}

bool check_report_join(const struct armeld_report *part, const char *machine, struct arena *arena,
                       struct armeld_report *report)
{
    size_t found = report->finding_count;
    size_t unprovable = report->unprovable_count;
    struct armeld_finding *findings =
        ARENA_ARRAY(arena, struct armeld_finding, found + part->finding_count + 1);
    const char **texts = ARENA_ARRAY(arena, const char *, unprovable + part->unprovable_count + 1);
    const char **notes = ARENA_ARRAY(arena, const char *, report->note_count + part->note_count);
    bool done = findings && texts && notes;
    for (size_t i = 0; done && i < found; i++) {
        findings[i] = report->findings[i];
    }
    for (size_t i = 0; done && i < unprovable; i++) {
        texts[i] = report->unprovable[i];
    }
    for (size_t i = 0; done && i < report->note_count; i++) {
        notes[i] = report->notes[i];
    }
    for (size_t i = 0; done && i < part->finding_count; i++) {
        const struct armeld_finding *finding = &part->findings[i];
        findings[found++] = (struct armeld_finding){arena_printf(arena, "%s", finding->path),
                                                    of_machine(machine, finding->text, arena)};
        done = findings[found - 1].path && findings[found - 1].text;
    }
    for (size_t i = 0; done && i < part->unprovable_count; i++) {
        texts[unprovable++] = of_machine(machine, part->unprovable[i], arena);
        done = texts[unprovable - 1] != NULL;
    }
    for (size_t i = 0; done && i < part->note_count; i++) {
        notes[report->note_count++] = of_machine(machine, part->notes[i], arena);
        done = notes[report->note_count - 1] != NULL;
    }
    report->findings = findings;
    report->finding_count = found;
    report->unprovable = texts;
    report->unprovable_count = unprovable;
    report->notes = notes;
    return done;
}
