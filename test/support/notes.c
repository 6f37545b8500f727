/* SPDX-License-Identifier: MIT */
#include "support/notes.h"

#include "inspect/explain.h"

struct notes notes_of_behind(const char *note, const char *libraries,
                             const struct content *contents, size_t content_count)
{
    struct notes notes = {.text = ""};
    struct set set = {0};
    struct census census = {0};
    struct plan plan = {0};
    struct odd odd = {0};
    struct error error = {0};
    struct plan_rules rules = {.jobs = 1, .min_sharers = 2, .no_proof = true};
    struct armeld_report report = {.notes = &note, .note_count = note != NULL};
    add_libraries(&set, libraries, contents, content_count);
    find_classes(&set, ARMELD_IDENTITY_LINK, 1, &census);
    ck_assert_msg(plan_make(&census, &rules, &plan, &error), "%s", error.text);
    ck_assert_msg(explain_set(&census, &plan, &odd, &notes.arena, &report, &error), "%s",
                  error.text);
    notes.count = report.note_count;
    for (size_t i = 0; i < report.note_count; i++) {
        notes.text =
            arena_printf(&notes.arena, "%s%s%s", notes.text, i ? "\n" : "", report.notes[i]);
    }
    plan_free(&plan);
    census_free(&census);
    set_free(&set);
    return notes;
}

struct notes notes_of(const char *libraries, const struct content *contents, size_t content_count)
{
    return notes_of_behind(NULL, libraries, contents, content_count);
}

void notes_free(struct notes *notes)
{
    arena_free(&notes->arena);
}
