/* SPDX-License-Identifier: MIT */
/** Simulated links: what members say of the whole program. */
#include "proof/link_internal.h"

static bool says_anything(const struct class *class)
{
    return class->says || class->statements;
}

bool link_list_statements(struct link *link, struct arena *arena)
{
    const struct census *census = link->census;
    size_t count = 0;
    for (size_t i = 0; i < census->count; i++) {
        count += says_anything(&census->list[i]);
    }
    size_t symbols = count ? census->symbol_count : 0;
    link->stating = ARENA_ARRAY(arena, uint32_t, count);
    link->stated = ARENA_ARRAY(arena, uint32_t, symbols);
    link->statement = ARENA_ARRAY(arena, uint32_t, symbols);
    for (uint32_t i = 0; link->stating && i < census->count; i++) {
        if (says_anything(&census->list[i])) {
            link->stating[link->stating_count++] = i;
        }
    }
    return link->stating && link->stated && link->statement;
}

void link_note_statements(struct link *link)
{
    for (size_t i = 0; i < link->stating_count; i++) {
        uint32_t number = link->stating[i];
        const struct class *class = &link->census->list[number];
        struct statement_walk walk = {0};
        struct statement statement;
        while (link_has_loaded(link, number) &&
               census_next_statement(link->census, class, &walk, &statement)) {
            uint32_t text = statement.symbol;
            uint32_t key = statement.key_symbol;
            link->stated[text] = link->current;
            if (key == NO_CLASS || link->model != MODEL_LLD_LINK) {
                continue;
            }
            if (link->stated[key] == link->current && link->statement[key] != text) {
                link_note_clash(link, number, text);
            }
            link->stated[key] = link->current;
            link->statement[key] = text;
        }
    }
}

/**
 * Report what members say that only one of two links loads. @lost it is the first one: a library
 * that is not searched now counts
 */
static void compare_members(const struct link *loads, const struct link *other, bool lost,
                            link_differs *differs, void *context)
{
    for (size_t i = 0; i < loads->stating_count; i++) {
        uint32_t number = loads->stating[i];
        const struct class *class = &loads->census->list[number];
        bool only = link_has_loaded(loads, number) && !link_has_loaded(other, number);
        struct statement_walk walk = {0};
        struct statement statement;
        while (only && census_next_statement(loads->census, class, &walk, &statement)) {
            uint32_t text = statement.symbol;
            bool counts = !lost || statement.library;
            if (counts && other->stated[text] != other->current) {
                struct need need = {text, lost ? NO_CLASS : number, NEED_STATED};
                differs(context, need, lost ? number : NO_CLASS, NO_CLASS);
            }
        }
    }
}

void link_compare_statements(const struct link *before, const struct link *after,
                             link_differs *differs, void *context)
{
    compare_members(after, before, false, differs, context);
    compare_members(before, after, true, differs, context);
}
