/* SPDX-License-Identifier: MIT */
/** The symbols of a workspace that libraries need: what a shared library of it exports. */
#include <stdlib.h>

#include "share/share_internal.h"

static bool same_name(const void *context, uint32_t number, const void *key)
{
    return span_equal(((const struct shared_name *)context)[number].name,
                      *(const struct span *)key);
}

struct shared_name *share_find_name(struct sharing *s, struct span name)
{
    uint32_t found = table_find(&s->table, table_hash(name, 0), same_name, s->names, &name);
    return found == TABLE_NONE ? NULL : &s->names[found];
}

struct shared_name *share_get_name(struct sharing *s, struct span name)
{
    struct shared_name *found = share_find_name(s, name);
    if (found) {
        return found;
    }
    struct shared_name *names = arena_grow(s->arena, s->names, s->name_count, &s->name_capacity,
                                           4096, sizeof *names);
    if (!names) {
        return NULL;
    }
    s->names = names;
    struct span copy = arena_copy(s->arena, name);
    s->names[s->name_count] = (struct shared_name){.name = copy};
    return copy.data && table_add(&s->table, table_hash(name, 0), (uint32_t)s->name_count)
               ? &s->names[s->name_count++]
               : NULL;
}

/** What kind of thing the workspace defines. */
static void learn_definition(const struct object *object, const struct obj_symbol *symbol,
                             struct shared_name *name, bool workspace)
{
    if (workspace && symbol->section != OBJ_NONE) {
        const struct obj_section *section = &object->sections[symbol->section];
        name->code |= section->kind == SECTION_CODE;
        name->thread_local |= object->format == OBJ_COFF && span_starts(section->name, ".tls");
    }
}

static bool learn_member(struct sharing *s, uint32_t number, bool workspace)
{
    struct span data = member_content(s->set, number);
    struct object object;
    struct error unread = {0};
    bool done = true;
    enum obj_result result = object_read(data, &s->scratch, &object, &unread);
    if (result != OBJ_OK) { /* a broken one is found out when it is to be written */
        return result != OBJ_NO_MEMORY;
    }
    for (size_t i = 0; done && i < object.symbol_count; i++) {
        const struct obj_symbol *symbol = &object.symbols[i];
        if (symbol->binding == BINDING_LOCAL || symbol->label) {
            continue;
        }
        struct shared_name *name = share_get_name(s, symbol->name);
        done = name != NULL;
        if (done && symbol->place == PLACE_UNDEFINED && symbol->alias == OBJ_NONE) {
            *(workspace ? &name->workspace_needs : &name->library_needs) = true;
        } else if (done && object.import_stub) {
            name->in_stub = true;
        } else if (done) {
            *(workspace ? &name->in_workspace : &name->in_library) = true;
            learn_definition(&object, symbol, name, workspace);
        }
    }
    for (size_t i = 0; done && i < object.lto_symbol_count; i++) {
        struct shared_name *name = share_get_name(s, object.lto_symbols[i].name);
        done = name != NULL;
        if (done && object.lto_symbols[i].role >= LTO_NEEDS) {
            *(workspace ? &name->workspace_needs : &name->library_needs) = true;
        } else if (done) {
            *(workspace ? &name->in_workspace : &name->in_library) = true;
        }
    }
    share_learn_choice(s, &object, number);
    done = done && share_learn_state(s, &object, number);
    arena_reset(&s->scratch);
    return done;
}

static bool learn_all(struct sharing *s)
{
    for (uint32_t i = 0; i < s->set->member_count; i++) {
        const struct library *library = set_library_of(s->set, i);
        if (share_is_of_part(s, library) &&
            !learn_member(s, i, share_is_in_workspace(s, i))) {
            return error_memory(s->error);
        }
    }
    return true;
}

bool share_is_shared(const struct shared_name *name)
{
    return name->in_workspace && name->library_needs && !name->in_stub;
}

/** A shared library that needs its users would load with none but all of them. */
static bool check_names(struct sharing *s)
{
    for (size_t i = 0; i < s->name_count; i++) {
        const struct shared_name *name = &s->names[i];
        if (name->workspace_needs && !name->in_workspace && name->in_library && !name->in_stub) {
            return error_set(s->error, "the workspace needs %.*s, which only a melded library "
                                       "defines: it cannot be a shared library",
                             SPAN_ARGS(name->name));
        }
    }
    return true;
}

bool share_learn(struct sharing *s)
{
    return learn_all(s) && check_names(s) && share_check_state(s) && share_check_choice(s);
}

static int by_name(const void *left, const void *right)
{
    const struct share_symbol *a = left, *b = right;
    return span_compare(a->name, b->name);
}

/** The pointer through which COFF imports bears its target's name. */
static const char IMPORT_PREFIX[] = "__imp_";

/**
 * What a DLL exports so that a reference finds it: the symbol itself, or of a pointer what it
 * points at. On x86 lists leave out the underscore that C names have in objects.
 */
static bool export_of(struct sharing *s, const struct shared_name *name,
                      struct share_symbol *symbol)
{
    const struct shared_name *target = name;
    bool pointer = span_starts(name->name, IMPORT_PREFIX);
    if (pointer) {
        struct span plain = span_from(name->name, strlen(IMPORT_PREFIX));
        target = share_find_name(s, plain);
    }
    if (!target || !target->in_workspace || target->thread_local || (!pointer && !target->code)) {
        return error_set(s->error, "%.*s %s: COFF's references cannot bind to a DLL's",
                         SPAN_ARGS(name->name),
                         !target || !target->in_workspace ? "points at nothing of the workspace"
                         : target->thread_local           ? "is a thread-local"
                                                          : "is data that is referred to directly");
    }
    bool underscore = s->texts.x86 && span_starts(target->name, "_");
    *symbol = (struct share_symbol){span_from(target->name, underscore), !target->code};
    return true;
}

bool share_list_symbols(struct sharing *s)
{
    struct share_symbol *list = ARENA_ARRAY(s->arena, struct share_symbol, s->name_count + 1);
    bool coff = s->texts.system >= SHARE_MINGW;
    size_t count = 0;
    if (!list) {
        return error_memory(s->error);
    }
    for (size_t i = 0; i < s->name_count; i++) {
        const struct shared_name *name = &s->names[i];
        if (!share_is_shared(name)) {
            continue;
        }
        list[count] = (struct share_symbol){name->name, !name->code};
        if (coff && !export_of(s, name, &list[count])) {
            return false;
        }
        count++;
    }
    qsort(list, count, sizeof *list, by_name);
    size_t distinct = 0; /* a function may be called and pointed at */
    for (size_t i = 0; i < count; i++) {
        if (!distinct || !span_equal(list[distinct - 1].name, list[i].name)) {
            list[distinct++] = list[i];
        }
    }
    s->texts.symbols = list;
    s->texts.symbol_count = distinct;
    s->report->shared_objects += distinct;
    return distinct || error_set(s->error, "the libraries need nothing of the workspace");
}
