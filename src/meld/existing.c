/* SPDX-License-Identifier: MIT */
#include "meld/existing.h"

#include "base/table.h"

/** The symbols that some library needs and does not define itself. */
struct open_needs {
    const struct classes *classes;
    struct table table; /* name -> symbol */
    uint32_t *library;  /* by symbol: the library that needs it + 1, or 0 */
};

static bool same_symbol(const void *context, uint32_t symbol, const void *key)
{
    return span_equal(((const struct classes *)context)->symbols[symbol],
                      *(const struct span *)key);
}

/** What one library needs of others. @defined: by symbol, stamped with the library's number + 1. */
static void find_needs_of(const struct set *set, uint32_t number, uint32_t *defined,
                          struct open_needs *needs)
{
    const struct library *library = &set->libraries[number];
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < library->archive.member_count; i++) {
            const struct class *class =
                &needs->classes->list[set->members[library->first + i].class];
            for (size_t j = 0; j < class->global_count; j++) {
                uint32_t symbol = class->globals[j].symbol;
                if (pass == 0 && role_defines(class->globals[j].role)) {
                    defined[symbol] = number + 1;
                } else if (pass == 1 && class->globals[j].role == ROLE_NEEDS &&
                           defined[symbol] != number + 1) {
                    needs->library[symbol] = number + 1;
                }
            }
        }
    }
}

static bool find_open_needs(const struct set *set, const struct classes *classes,
                            const struct plan *plan, struct arena *arena,
                            struct open_needs *needs)
{
    uint32_t *defined = ARENA_ARRAY(arena, uint32_t, classes->symbol_count);
    needs->library = ARENA_ARRAY(arena, uint32_t, classes->symbol_count);
    if (!defined || !needs->library) {
        return false;
    }
    for (uint32_t i = 0; i < set->library_count; i++) {
        find_needs_of(set, i, defined, needs);
    }
    for (size_t i = 0; i < plan->workspace_count; i++) {
        const struct class *class = &classes->list[set->members[plan->workspace[i]].class];
        for (size_t j = 0; j < class->global_count; j++) {
            if (role_defines(class->globals[j].role)) {
                needs->library[class->globals[j].symbol] = 0;
            }
        }
    }
    for (uint32_t i = 0; i < classes->symbol_count; i++) {
        if (needs->library[i] &&
            !table_add(&needs->table, table_hash(classes->symbols[i], 0), i)) {
            return false;
        }
    }
    return true;
}

bool existing_check(const char *path, const char *name, const struct set *set,
                    const struct classes *classes, const struct plan *plan, struct error *error)
{
    struct os_file file = {0};
    struct arena arena = {0};
    struct archive archive;
    struct ar_symbols symbols = {0};
    struct error unread = {0};
    struct open_needs needs = {.classes = classes};
    if (os_kind(path) != OS_FILE || !os_map(path, &file, &unread)) {
        return true;
    }
    bool done = true;
    if (archive_read(file.bytes, &arena, &archive, &unread) &&
        archive_index(&archive, AR_TABLE_MAIN, &arena, &symbols, &unread)) {
        done = find_open_needs(set, classes, plan, &arena, &needs) || error_memory(error);
    }
    for (size_t i = 0; done && i < symbols.count; i++) {
        struct span symbol_name = symbols.list[i].name;
        uint32_t symbol = table_find(&needs.table, table_hash(symbol_name, 0), same_symbol,
                                     classes, &symbol_name);
        if (symbol != TABLE_NONE) {
            done = error_set(error,
                             "%s: %s was melded into it before and needs its %.*s: replacing it "
                             "would lose what moved there; put the original libraries back first, "
                             "or name another workspace",
                             name, set->libraries[needs.library[symbol] - 1].path,
                             (int)symbol_name.size, (const char *)symbol_name.data);
        }
    }
    table_free(&needs.table);
    arena_free(&arena);
    os_unmap(&file);
    return done;
}
