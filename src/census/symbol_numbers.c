/* SPDX-License-Identifier: MIT */
/** The names of all symbols of a census, and what is known of each name. */
#include "base/table.h"
#include "census/census.h"

static const char *const general[] = {[SAYS_STACK] = "an executable stack",
                                      [SAYS_HANDLERS] = "unknown exception handlers"};

static bool same_symbol(const void *context, uint32_t symbol, const void *key)
{
    const struct census *census = context;
    return span_equal(census->symbols[symbol], *(const struct span *)key);
}

static bool number_name(struct census *census, struct table *names, struct span name,
                        uint32_t *number)
{
    uint64_t hash = table_hash(name, 0);
    *number = table_find(names, hash, same_symbol, census, &name);
    if (*number == TABLE_NONE) {
        *number = (uint32_t)census->symbol_count++;
        census->symbols[*number] = name;
        return table_add(names, hash, *number);
    }
    return true;
}

static bool number_symbol(struct census *census, struct table *names, struct global *global)
{
    if (!number_name(census, names, global->name, &global->symbol)) {
        return false;
    }
    census->is_defined[global->symbol] |= role_defines(global->role);
    census->is_needed[global->symbol] |= !role_defines(global->role);
    return true;
}

/** Fill in census.imported. */
static void find_imported(struct census *census, const struct table *names)
{
    static const char prefix[] = "__imp_";
    for (size_t i = 0; i < census->symbol_count; i++) {
        struct span name = census->symbols[i];
        census->imported[i] = TABLE_NONE;
        if (span_starts(name, prefix)) {
            name = span_from(name, strlen(prefix));
            census->imported[i] =
                table_find(names, table_hash(name, 0), same_symbol, census, &name);
        }
    }
}

/** Number the names of a class. */
static bool number_class(struct census *census, struct table *names, struct class *class)
{
    bool done = true;
    for (size_t j = 0; done && j < class->global_count; j++) {
        done = number_symbol(census, names, &class->globals[j]);
    }
    for (size_t j = 0; done && j < class->group_count; j++) {
        done = number_name(census, names, class->groups[j].name, &class->groups[j].symbol);
    }
    for (size_t j = 0; done && j < class->global_count; j++) {
        const struct global *global = &class->globals[j];
        uint32_t group =
            global->group == NO_CLASS ? global->symbol : class->groups[global->group].symbol;
        if (group != global->symbol) { /* one of several in a group that may be discarded */
            census->is_needed[global->symbol] = true;
            census->is_needed[group] = true;
        }
    }
    for (size_t j = 0; done && j < class->alternate_count; j++) {
        done = number_symbol(census, names, &class->alternates[j].missing) &&
               number_symbol(census, names, &class->alternates[j].instead);
    }
    for (size_t j = 0; done && class->statements && j < class->statements->count; j++) {
        struct statement *statement = &class->statements->list[j];
        statement->key_symbol = NO_CLASS;
        done = number_name(census, names, statement->text, &statement->symbol) &&
               (!statement->key.size ||
                number_name(census, names, statement->key, &statement->key_symbol));
    }
    for (size_t j = 0; done && j < GENERAL_STATEMENTS; j++) {
        done = !(class->says & 1 << j) ||
               number_name(census, names, span_of(general[j]), &census->said[j]);
    }
    return done;
}

bool census_next_statement(const struct census *census, const struct class *class,
                           struct statement_walk *walk, struct statement *statement)
{
    size_t own = class->statements ? class->statements->count : 0;
    size_t number = walk->next++;
    if (number < own) {
        *statement = class->statements->list[number];
        return true;
    }
    number -= own;
    while (number < GENERAL_STATEMENTS && !(class->says & 1 << number)) {
        number++;
    }
    walk->next = own + number + 1;
    if (number < GENERAL_STATEMENTS) {
        *statement = (struct statement){.text = span_of(general[number]),
                                        .symbol = census->said[number],
                                        .key_symbol = NO_CLASS};
    }
    return number < GENERAL_STATEMENTS;
}

/** Fill in census.mixed. False when memory is short. */
static bool find_mixed(struct census *census)
{
    struct arena arena = {0};
    const struct global **first =
        ARENA_ARRAY(&arena, const struct global *, census->symbol_count + 1);
    for (size_t i = 0; first && i < census->count; i++) {
        const struct class *class = &census->list[i];
        for (size_t j = 0; j < class->global_count; j++) {
            const struct global *global = &class->globals[j];
            const struct global **before = &first[global->symbol];
            if (global->role == ROLE_DEFINES_ANY && class->format != OBJ_COFF) {
                census->mixed[global->symbol] |= *before && !globals_look_alike(*before, global);
                *before = *before ? *before : global;
            }
        }
    }
    arena_free(&arena);
    return first != NULL;
}

bool census_number_symbols(struct census *census, struct error *error)
{
    struct table names = {0};
    size_t total = GENERAL_STATEMENTS;
    bool done = true;
    for (size_t i = 0; i < census->count; i++) {
        const struct class *class = &census->list[i];
        total += class->global_count + class->group_count + 2 * class->alternate_count +
                 (class->statements ? 2 * class->statements->count : 0);
    }
    census->symbols = ARENA_ARRAY(&census->arena, struct span, total);
    census->is_defined = ARENA_ARRAY(&census->arena, bool, total);
    census->is_needed = ARENA_ARRAY(&census->arena, bool, total);
    census->mixed = ARENA_ARRAY(&census->arena, bool, total);
    census->imported = ARENA_ARRAY(&census->arena, uint32_t, total);
    if (!census->symbols || !census->is_defined || !census->is_needed || !census->mixed ||
        !census->imported || total >= UINT32_MAX) {
        return error_memory(error);
    }
    for (size_t i = 0; done && i < census->count; i++) {
        done = number_class(census, &names, &census->list[i]);
    }
    if (done) {
        find_imported(census, &names);
        done = find_mixed(census);
    }
    table_free(&names);
    return done || error_memory(error);
}
