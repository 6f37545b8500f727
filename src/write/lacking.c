/* SPDX-License-Identifier: MIT */
#include "write/lacking.h"

#include "obj/rust_names.h"

bool names_have(const struct names *names, struct span name)
{
    return table_find(&names->table, table_hash(name, 0), table_equal_span, names->list, &name) !=
           TABLE_NONE;
}

bool names_add(struct names *names, uint32_t number)
{
    struct span name = names->list[number];
    if (names_have(names, name)) {
        return true;
    }
    names->count++;
    return table_add(&names->table, table_hash(name, 0), number);
}

bool names_of_index(const struct archive *archive, struct arena *arena, struct names *names)
{
    struct ar_symbols index;
    struct error unread = {0};
    if (!archive_index(archive, AR_TABLE_MAIN, arena, &index, &unread)) {
        return !unread.memory;
    }
    struct span *list = ARENA_ARRAY(arena, struct span, index.count);
    bool done = list != NULL;
    names->list = list;
    for (size_t i = 0; done && i < index.count; i++) {
        list[i] = index.list[i].name;
        names->rust |= is_rust_mangled(list[i]);
        done = names_add(names, (uint32_t)i);
    }
    return done;
}

bool having_look(const struct census *census, const struct library *library,
                 const struct names *names, struct arena *arena, struct having *having)
{
    const uint32_t *class_of = &census->class_of[library->first];
    *having = (struct having){.defined = ARENA_ARRAY(arena, bool, census->symbol_count)};
    for (int pass = 0; having->defined && pass < 2; pass++) {
        for (size_t i = 0; i < library->archive.member_count; i++) {
            const struct class *class = &census->list[class_of[i]];
            for (size_t j = 0; j < class->global_count; j++) {
                const struct global *global = &class->globals[j];
                bool *defined = &having->defined[global->symbol];
                if (pass == 0 && role_defines(global->role) && !*defined) {
                    *defined = true;
                    having->all++;
                    having->count += names_have(names, global->name);
                } else if (pass && global->role == ROLE_NEEDS && !*defined &&
                           names_have(names, global->name)) {
                    having->lacking = global->name;
                }
            }
        }
    }
    return having->defined != NULL;
}

bool library_is_of_rust(const struct census *census, const struct library *library)
{
    bool rust = false;
    for (size_t i = 0; !rust && i < library->archive.member_count; i++) {
        const struct class *class = &census->list[census->class_of[library->first + i]];
        for (size_t j = 0; !rust && j < class->global_count; j++) {
            rust = role_defines(class->globals[j].role) &&
                   is_rust_mangled(class->globals[j].name);
        }
    }
    return rust;
}
