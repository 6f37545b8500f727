/* SPDX-License-Identifier: MIT */
#include "proof/line.h"

#include <stdlib.h>

bool line_init(struct line *line, const struct census *census, struct arena *arena)
{
    *line = (struct line){.census = census, .current = 1};
    line->first = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    line->last = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    line->stamp = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    return line->first && line->last && line->stamp;
}

void line_free(struct line *line)
{
    free(line->entries);
    free(line->hidden);
    free(line->ends);
    line->entries = line->hidden = NULL;
    line->ends = NULL;
    line->entry_capacity = line->hidden_capacity = line->archive_capacity = 0;
    line_clear(line);
}

void line_clear(struct line *line)
{
    line->current++;
    line->entry_count = line->hidden_count = 0;
    line->unlisted = NULL;
    line->archive_count = 0;
}

/** Whether the index lists only the first definition of a name: those of COFF archives do. */
static bool is_listed(const struct line *line, uint32_t symbol)
{
    return line->census->set->sorted_indexes && line->stamp[symbol] == line->current &&
           line->entries[line->last[symbol]].archive == line->archive_count;
}

/** Chain an entry to the listed one that hides it. False when memory is short. */
static bool hide_entry(struct line *line, struct line_entry entry, struct line_entry *listed)
{
    struct line_entry *hidden = heap_grow(line->hidden, line->hidden_count, &line->hidden_capacity,
                                          64, sizeof *hidden);
    if (!hidden) {
        return false;
    }
    line->hidden = hidden;
    entry.hides = listed->hides;
    listed->hides = (uint32_t)line->hidden_count;
    hidden[line->hidden_count++] = entry;
    return true;
}

static bool add_entry(struct line *line, uint32_t class, uint32_t number, uint32_t symbol)
{
    struct line_entry entry = {class, number, (uint32_t)line->archive_count, LINE_NONE, LINE_NONE};
    if (line->unlisted && line->unlisted[symbol]) {
        return true;
    }
    if (is_listed(line, symbol)) {
        return hide_entry(line, entry, &line->entries[line->last[symbol]]);
    }
    struct line_entry *entries = heap_grow(line->entries, line->entry_count,
                                           &line->entry_capacity, 4096, sizeof *entries);
    if (!entries) {
        return false;
    }
    line->entries = entries;
    uint32_t at = (uint32_t)line->entry_count++;
    entries[at] = entry;
    if (line->stamp[symbol] == line->current) {
        entries[line->last[symbol]].next = at;
    } else {
        line->stamp[symbol] = line->current;
        line->first[symbol] = at;
    }
    line->last[symbol] = at;
    return true;
}

/** Add the definitions of one member. */
static bool add_member(struct line *line, uint32_t number, uint32_t flag)
{
    const struct class *class = &line->census->list[number];
    for (size_t i = 0; i < class->global_count; i++) {
        const struct global *global = &class->globals[i];
        if (role_defines(global->role) &&
            !add_entry(line, number | flag, (uint32_t)i, global->symbol)) {
            return false;
        }
    }
    return true;
}

static bool end_archive(struct line *line)
{
    uint32_t *ends = heap_grow(line->ends, line->archive_count, &line->archive_capacity, 64,
                               sizeof *ends);
    if (!ends) {
        return false;
    }
    line->ends = ends;
    line->ends[line->archive_count++] = (uint32_t)line->entry_count;
    return true;
}

bool line_add_library(struct line *line, const struct plan *plan, uint32_t number)
{
    const struct census *census = line->census;
    const struct library *library = &census->set->libraries[number];
    for (size_t i = 0; i < library->archive.member_count; i++) {
        uint32_t member = library->first + (uint32_t)i;
        if ((!plan || plan_stays(plan, census, member)) &&
            !add_member(line, census->class_of[member], 0)) {
            return false;
        }
    }
    return end_archive(line);
}

bool line_add_workspace(struct line *line, const struct plan *plan)
{
    const struct census *census = line->census;
    for (uint32_t i = 0; i < census->count; i++) {
        if (plan->verdicts[i].decision == DECISION_MOVE &&
            !add_member(line, i, SCOPE_WORKSPACE)) {
            return false;
        }
    }
    for (size_t i = 0; i < plan->import_count; i++) {
        uint32_t class = census->class_of[plan->imports[i].member];
        if (!add_member(line, class, SCOPE_WORKSPACE)) {
            return false;
        }
    }
    return end_archive(line);
}
