/* SPDX-License-Identifier: MIT */
#include "meld/existing.h"

#include "base/table.h"

/** The symbols that some class needs and no class defines. */
struct open_needs {
    const struct classes *classes;
    struct table table; /* name -> symbol */
    uint32_t *needer;   /* symbol -> class that needs it + 1; 0 once a definition is known */
};

static bool same_symbol(const void *context, uint32_t symbol, const void *key)
{
    return span_equal(((const struct classes *)context)->symbols[symbol],
                      *(const struct span *)key);
}

static bool find_open_needs(const struct classes *classes, struct arena *arena,
                            struct open_needs *needs)
{
    bool *defined = ARENA_ARRAY(arena, bool, classes->symbol_count);
    needs->needer = ARENA_ARRAY(arena, uint32_t, classes->symbol_count);
    if (!defined || !needs->needer) {
        return false;
    }
    for (uint32_t i = 0; i < classes->count; i++) {
        for (size_t j = 0; j < classes->list[i].global_count; j++) {
            const struct global *global = &classes->list[i].globals[j];
            if (global->role == ROLE_NEEDS) {
                needs->needer[global->symbol] = i + 1;
            } else if (global->role != ROLE_NEEDS_WEAK) {
                defined[global->symbol] = true;
            }
        }
    }
    for (uint32_t i = 0; i < classes->symbol_count; i++) {
        needs->needer[i] = defined[i] ? 0 : needs->needer[i];
        if (needs->needer[i] &&
            !table_add(&needs->table, table_hash(classes->symbols[i], 0), i)) {
            return false;
        }
    }
    return true;
}

bool existing_check(const char *path, const struct set *set, const struct classes *classes,
                    struct error *error)
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
        done = find_open_needs(classes, &arena, &needs) || error_memory(error);
    }
    for (size_t i = 0; done && i < symbols.count; i++) {
        struct span name = symbols.list[i].name;
        uint32_t symbol =
            table_find(&needs.table, table_hash(name, 0), same_symbol, classes, &name);
        if (symbol == TABLE_NONE) {
            continue;
        }
        uint32_t member = classes->list[needs.needer[symbol] - 1].member;
        done = error_set(error,
                         "%s: %s was melded into it before and needs its %.*s: replacing it would "
                         "lose what moved there; put the original libraries back first, or name "
                         "another workspace",
                         path, set_library_of(set, member)->path, (int)name.size,
                         (const char *)name.data);
    }
    table_free(&needs.table);
    arena_free(&arena);
    os_unmap(&file);
    return done;
}
