/* SPDX-License-Identifier: MIT */
/** The warnings of a report. */
#include "api/report_internal.h"

#include "base/text.h"
#include "sidecar/record.h"

static bool warn(struct report_work *r, const char ***next, const char *text)
{
    *(*next)++ = text;
    r->report->warning_count++;
    return text != NULL;
}

/** Whether a class moved although its symbols cannot be read. */
static bool moved_unread(const struct report_work *r, uint32_t class)
{
    return r->plan->verdicts[class].decision == DECISION_MOVE && r->census->list[class].unread;
}

static bool warn_of_class(struct report_work *r, const char ***next, uint32_t number)
{
    const struct class *class = &r->census->list[number];
    uint32_t member = class_member(r->census, number);
    struct span name = set_member(r->census->set, member)->name;
    const char *path = set_library_of(r->census->set, member)->path;
    if (class->broken) {
        return warn(r, next,
                    arena_printf(r->arena, "%s(%.*s): left where it is: %s", path,
                                 SPAN_ARGS(name), class->unread));
    }
    if (class->unread && !class->index_count) {
        return warn(r, next,
                    arena_printf(r->arena,
                                 "%s(%.*s): what it defines is not known: it is %s, %s, and the "
                                 "library's index lists nothing of it",
                                 path, SPAN_ARGS(name), class_format_name(class), class->unread));
    }
    return !moved_unread(r, number) ||
           warn(r, next,
                arena_printf(r->arena,
                             "%s(%.*s): moved by equal bytes, but it is %s: "
                             "what it needs is not known",
                             path, SPAN_ARGS(name), class_format_name(class)));
}

/** Options that weaken the result. */
static bool warn_of_options(struct report_work *r, const char ***next)
{
    return r->plan->proof_rounds || r->outputs->single ||
           warn(r, next,
                "the link proof was skipped: whether the melded libraries link as the "
                "originals do is not known");
}

enum { MOST_UNCHANGED = 8 };

/** Objects that cannot be shrunk: the first ones, and the number of the others. */
static bool warn_of_unchanged(struct report_work *r, const char ***next)
{
    size_t count = 0;
    bool done = true;
    for (uint32_t i = 0; done && r->shrunk->asked && i < r->census->set->member_count; i++) {
        const char *why = r->shrunk->times[i] ? r->shrunk->list[i].why : NULL;
        struct span name = set_member(r->census->set, i)->name;
        if (why && ++count <= MOST_UNCHANGED) {
            done = warn(r, next,
                        arena_printf(r->arena, "%s(%.*s): stays as it is: %s",
                                     set_library_of(r->census->set, i)->path, SPAN_ARGS(name),
                                     why));
        }
    }
    return done && (count <= MOST_UNCHANGED ||
                    warn(r, next,
                         arena_printf(r->arena, "%zu objects more stay as they are",
                                      count - MOST_UNCHANGED)));
}

/** Members that prelinking leaves what they are. */
static bool warn_of_apart(struct report_work *r, const char ***next, const struct apart *apart,
                          const char *why)
{
    const char *more = apart->count > 1 ? arena_printf(r->arena, " and %zu more stay",
                                                       apart->count - 1)
                                        : " stays";
    return !apart->count ||
           (more &&
            warn(r, next, arena_printf(r->arena, "%s%s apart: %s", apart->first, more, why)));
}

/** Code for LTO that hiding, renaming or joining cannot change, and that would be wrong now. */
static bool warn_of_lost_lto(struct report_work *r, const char ***next)
{
    size_t count = r->shrunk->lost_lto;
    return !count ||
           warn(r, next,
                arena_printf(r->arena,
                             "code for link-time optimisation is taken out of %zu object%s, since "
                             "it cannot be hidden, renamed or joined: machine code stays",
                             count, count == 1 ? "" : "s"));
}

/** Sections of which nobody knows what joining them means. */
static bool warn_of_unknown(struct report_work *r, const char ***next)
{
    const struct apart *unknown = &r->shrunk->unknown;
    return !unknown->count ||
           warn(r, next,
                arena_printf(r->arena,
                             "%s: armeld does not know this kind, so such sections stay as they "
                             "are, in %zu object%s",
                             unknown->first, unknown->count, unknown->count == 1 ? "" : "s"));
}

/** Whether a name is of operator new or delete, in either ABI: a program may replace these. */
static bool is_replaceable(struct span name)
{
    static const char *const starts[] = {"_Znw",  "_Zna",  "_Zdl",   "_Zda",
                                         "??2@", "??3@", "??_U@", "??_V@"};
    struct span plain = span_starts(name, "__Z") ? span_from(name, 1) : name; /* Mach-O's */
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (span_starts(plain, starts[i])) {
            return true;
        }
    }
    return false;
}

/** What replaces a function of the whole program does so no more if it is no export. */
static bool warn_of_replaced(struct report_work *r, const char ***next)
{
    const struct shrunk *shrunk = r->shrunk;
    for (uint32_t i = 0; shrunk->asked && shrunk->exports_only && i < r->census->count; i++) {
        const struct class *class = &r->census->list[i];
        for (size_t j = 0; j < class->global_count; j++) {
            const struct global *global = &class->globals[j];
            struct span name = r->census->symbols[global->symbol];
            if (global->role == ROLE_DEFINES &&
                is_replaceable(name) && !exports_has(&shrunk->exports, name)) {
                return warn(r, next,
                            arena_printf(r->arena,
                                         "%.*s replaces an operator of the whole program, and is "
                                         "no export: programs use their own, but the library may "
                                         "free what they allocate; name it with --export",
                                         SPAN_ARGS(name)));
            }
        }
    }
    return true;
}

/** What shrinking could not do, and its side effects. */
static bool warn_of_shrinking(struct report_work *r, const char ***next)
{
    bool done = true;
    for (size_t i = 0; done && i < r->given_up_count; i++) {
        done = warn(r, next, arena_printf(r->arena, "%s", r->given_up[i]));
    }
    return done &&
           (!r->shrunk->lost_debug ||
            warn(r, next,
                 "debug information that cannot be joined (CodeView, Mach-O's) is left "
                 "out")) &&
           (!r->shrunk->lost_bitcode ||
            warn(r, next, "bitcode that cannot be joined (Mach-O's) is left out")) &&
           warn_of_lost_lto(r, next) &&
           (!r->shrunk->dropped_signature ||
            warn(r, next,
                 arena_printf(r->arena, "%s: its signature is an ad-hoc one now, without "
                                        "certificate, requirements and entitlements",
                              r->census->set->libraries->path))) &&
           (!r->shrunk->hid_nothing ||
            warn(r, next,
                 "COFF knows no visibility, so nothing is hidden; hide --rename SUFFIX "
                 "gives what is no export other names")) &&
           warn_of_apart(r, next, &r->shrunk->loaded,
                         "no export leads there, but -ObjC and -all_load do") &&
           warn_of_apart(r, next, &r->shrunk->lto,
                         "code for link-time optimisation is not joined") &&
           warn_of_apart(r, next, &r->shrunk->whole,
                         r->shrunk->whole.why) &&
           warn_of_apart(r, next, &r->shrunk->odd,
                         "other build attributes or flags than most") &&
           warn_of_apart(r, next, &r->shrunk->bounds,
                         "a constructor or another section that linkers always keep leads to "
                         "bounds of a list, which lld may drop") &&
           warn_of_unknown(r, next) && warn_of_replaced(r, next) &&
           warn_of_apart(r, next, &r->shrunk->twice, r->shrunk->twice.why) &&
           warn_of_unchanged(r, next);
}

/** What it costs that the proof gave up. */
static bool warn_of_limit(struct report_work *r, const char ***next)
{
    size_t count = 0;
    uint64_t bytes = 0;
    char text[TEXT_BYTES_SIZE];
    for (uint32_t i = 0; r->plan->gave_up && i < r->census->count; i++) {
        const struct class_members *members = &r->census->members[i];
        const struct verdict *verdict = &r->plan->verdicts[i];
        if (verdict->decision == DECISION_STAY && verdict->reason == REASON_PROOF &&
            members->sharers > 1) {
            count++;
            bytes += (uint64_t)(members->count - 1) *
                     set_member(r->census->set, members->first)->data.size;
        }
    }
    return !count ||
           warn(r, next,
                arena_printf(r->arena,
                             "the link proof gave up on %zu object%s that several of the %zu "
                             "libraries hold, since others define the same symbols and the links "
                             "to try were too many: that costs %s; fewer libraries in a set, or "
                             "libraries that agree on their crates, share more",
                             count, count == 1 ? "" : "s", r->census->set->library_count,
                             text_bytes(bytes, text)));
}

/**
 * A library of no group that has something in common with others: programs may use it with any of
 * the groups, so all are melded together, whatever that costs.
 */
static bool warn_of_groupless(struct report_work *r, const char ***next)
{
    const struct odd *odd = r->odd;
    const struct set *set = r->census->set;
    uint64_t alone = 0;
    uint64_t bytes = 0;
    size_t found = set->library_count;
    char text[TEXT_BYTES_SIZE];
    if (!odd->group_of || !odd->alone || odd->group_count < 2 || odd->left_out || odd->in_order ||
        r->plan->part_count > 1) {
        return true;
    }
    const bool *neutral = report_neutral(r);
    if (!neutral) {
        return false;
    }
    for (uint32_t g = 0; g < odd->group_count; g++) {
        alone += odd->alone[g];
    }
    for (size_t i = set->library_count; i > 0; i--) {
        bytes += set->libraries[i - 1].bytes.size;
        found = odd->group_of[i - 1] == ODD_NO_GROUP && !neutral[i - 1] ? i - 1 : found;
    }
    if (found == set->library_count || alone < odd->saving + bytes / ODD_LEAST_PART) {
        return true;
    }
    return warn(r, next,
                arena_printf(r->arena,
                             "%s agrees with each of %u groups of libraries that do not agree, so "
                             "all are melded together; melded without it, groups of their own "
                             "would save up to %s more",
                             set->libraries[found].path, odd->group_count,
                             text_bytes(alone - odd->saving, text)));
}

/** Libraries that are left as they are, group by group. */
static bool warn_of_odd(struct report_work *r, const char ***next)
{
    bool any = r->odd->group_of && (r->plan->left_out || r->odd->left_out || r->odd->in_order);
    bool done = true;
    for (uint32_t i = 0; done && any && i <= r->odd->group_count; i++) {
        const char *text = report_odd_text(r, i < r->odd->group_count ? i : ODD_NO_GROUP);
        done = text && (!*text || warn(r, next, text));
    }
    if (done && r->one_part && !r->odd->left_out) {
        done = warn(r, next,
                    arena_printf(r->arena, "no libraries get a workspace of their own: %s",
                                 r->one_part));
    }
    return done;
}

/** Members that are in no archive of all objects, since no linker reads them. */
static bool warn_of_dropped(struct report_work *r, const char ***next)
{
    uint32_t first = NO_CLASS;
    size_t count = 0;
    for (uint32_t i = 0; r->report->one_archive && i < r->census->set->member_count; i++) {
        bool dropped = !class_is_linked(&r->census->list[r->census->class_of[i]]);
        first = dropped && !count ? i : first;
        count += dropped;
    }
    if (!count) {
        return true;
    }
    const char *more = count > 1 ? arena_printf(r->arena, " and %zu more", count - 1) : "";
    return more && warn(r, next,
                        arena_printf(r->arena, "%s(%.*s)%s: left out, since no linker reads it",
                                     set_library_of(r->census->set, first)->path,
                                     SPAN_ARGS(set_member(r->census->set, first)->name), more));
}

/** Melded libraries that are not there any more. */
static bool warn_of_gone(struct report_work *r, const char ***next)
{
    const struct record *record = r->record;
    const char *first = NULL;
    size_t count = 0;
    for (size_t i = 0; record->files && i < record->manifest.library_count; i++) {
        const struct manifest_library *library = &record->manifest.libraries[i];
        bool gone = !record->files[i].target && !library->left_out;
        first = gone && !count ? library->path : first;
        count += gone;
    }
    const char *more = count > 1 ? arena_printf(r->arena, " and %zu more", count - 1) : "";
    return !count ||
           (more &&
            warn(r, next,
                 arena_printf(r->arena,
                              "%s%s, melded into this workspace, %s not there any more: what only "
                              "%s needed leaves it",
                              first, more, count > 1 ? "are" : "is", count > 1 ? "they" : "it")));
}

/** Whether some member of the set was in the original that the sidecar describes. */
static bool has_any_of(const struct set *set, const struct manifest *manifest)
{
    const struct manifest_library *before = manifest->libraries;
    for (uint32_t i = 0; i < set->member_count; i++) {
        struct span content = member_content(set, i);
        struct digest digest = digest_of(content);
        for (size_t j = 0; j < before->step_count; j++) {
            uint32_t number = before->steps[j].content;
            const struct manifest_content *was =
                number == NO_CONTENT ? NULL : &manifest->contents[number];
            if (was && was->size == content.size && digest_equal(was->digest, digest)) {
                return true;
            }
        }
    }
    return false;
}

/**
 * A library that is shrunk by itself and that its sidecar does not know is taken for another build,
 * which would have members of the former one. Without any, another tool may have changed it; then
 * only that sidecar could give the original back.
 */
static bool warn_of_stranger(struct report_work *r, const char ***next)
{
    const struct record *record = r->record;
    const struct set *set = r->census->set;
    if (!r->outputs->single || !record->present || !record->files || !record->files[0].changed ||
        manifest_is_universal(&record->manifest) || has_any_of(set, &record->manifest)) {
        return true;
    }
    return warn(r, next,
                arena_printf(r->arena,
                             "%s: neither its original nor what armeld wrote, so it is taken for "
                             "another build, which the sidecar is about from now on: if another "
                             "tool changed it, the original can be restored no more",
                             set->libraries[0].path));
}

/** Fill in all warnings, in the order of options, shrinking, members and libraries. */
bool report_fill_warnings(struct report_work *r)
{
    const char **list =
        ARENA_ARRAY(r->arena, const char *,
                    r->census->count + r->census->set->library_count + MOST_UNCHANGED +
                        r->given_up_count + r->odd->group_count + 16);
    const char **next = list;
    r->report->warnings = list;
    bool done = list && warn_of_gone(r, &next) && warn_of_stranger(r, &next) &&
                warn_of_options(r, &next) &&
                warn_of_limit(r, &next) &&
                warn_of_shrinking(r, &next) && warn_of_odd(r, &next) &&
                warn_of_groupless(r, &next) &&
                warn_of_dropped(r, &next);
    for (uint32_t i = 0; done && i < r->census->count; i++) {
        done = warn_of_class(r, &next, i);
    }
    for (size_t i = 0; done && i < r->census->set->library_count; i++) {
        const struct library *library = &r->census->set->libraries[i];
        const struct output *output = outputs_library(r->outputs, i);
        if (library->archive.other_special && !output->verbatim) {
            done = warn(r, &next,
                        arena_printf(r->arena,
                                     "%s: %zu linker tables such as /<XFGHASHMAP>/ are "
                                     "left out, they would no longer be right",
                                     library->path, library->archive.other_special));
        }
    }
    return done;
}
