/* SPDX-License-Identifier: MIT */
#include "census/whole.h"

#include "obj/rust_names.h"

bool whole_init(struct whole *whole, const struct census *census, struct arena *arena)
{
    *whole = (struct whole){.census = census};
    whole->seen = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    whole->lacking = ARENA_ARRAY(arena, uint32_t, census->symbol_count);
    return whole->seen && whole->lacking;
}

/** Whether nobody knows what a member defines: only a compiler can read it, and no index tells. */
static bool is_unknown(const struct class *class)
{
    return class->unread && !class->index_count;
}

static void mark_definitions(struct whole *whole, const struct class *class, uint32_t mark)
{
    for (size_t i = 0; i < class->global_count; i++) {
        if (role_defines(class->globals[i].role)) {
            whole->seen[class->globals[i].symbol] = mark;
        }
    }
    for (size_t i = 0; i < class->alternate_count; i++) { /* another one is taken for it */
        whole->seen[class->alternates[i].missing.symbol] = mark;
    }
}

static void list_needs(struct whole *whole, const struct class *class, uint32_t mark)
{
    for (size_t i = 0; i < class->global_count + class->alternate_count; i++) {
        const struct global *global = class_global(class, i);
        if (global->role == ROLE_NEEDS && whole->seen[global->symbol] != mark &&
            is_rust_mangled(global->name)) {
            whole->seen[global->symbol] = mark;
            whole->lacking[whole->lacking_count++] = global->symbol;
        }
    }
}

bool whole_look(struct whole *whole, uint32_t number)
{
    const struct library *library = &whole->census->set->libraries[number];
    const uint32_t *class_of = &whole->census->class_of[library->first];
    uint32_t mark = number + 1;
    whole->lacking_count = 0;
    for (size_t i = 0; i < library->archive.member_count; i++) {
        const struct class *class = &whole->census->list[class_of[i]];
        if (is_unknown(class) || span_is(library->archive.members[i].name, "lib.rmeta")) {
            return true;
        }
        mark_definitions(whole, class, mark);
    }
    for (size_t i = 0; i < library->archive.member_count; i++) {
        list_needs(whole, &whole->census->list[class_of[i]], mark);
    }
    return whole->lacking_count == 0;
}
