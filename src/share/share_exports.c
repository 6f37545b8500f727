/* SPDX-License-Identifier: MIT */
/** What each library exports when it becomes a shared library. */
#include "share/share.h"

#include <stdlib.h>

#include "obj/rust_names.h"
#include "obj/rcgu.h"

/** Names that Rust and compilers bring along; @name without the underscore of C names. */
static bool is_runtime(struct span name)
{
    return span_starts(name, "__") || span_starts(name, "DW.ref.") ||
           span_is(name, "rust_eh_personality");
}

/** Whether users may call it by its name: as cdylibs of cargo export it. */
static bool is_export(const struct object *object, const struct obj_symbol *symbol,
                      bool underscore)
{
    struct span name = obj_symbol_link_name(symbol);
    struct span plain = underscore && span_starts(name, "_") ? span_from(name, 1) : name;
    return obj_symbol_defines(symbol) && !symbol->label && !symbol->is_section &&
           symbol->alias == OBJ_NONE && symbol->visibility != VISIBILITY_HIDDEN &&
           symbol->visibility != VISIBILITY_INTERNAL && !object->import_stub && name.size &&
           !is_rust_name(name) && !is_runtime(plain);
}

struct exports_list {
    struct share_symbol *list;
    size_t count, capacity;
    bool x86_coff;
    struct arena *arena;
};

static bool add_exports(struct exports_list *exports, const struct object *object)
{
    bool underscore = object->format == OBJ_MACHO || exports->x86_coff;
    for (size_t i = 0; i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        if (!is_export(object, symbol, underscore)) {
            continue;
        }
        struct share_symbol *list = arena_grow(exports->arena, exports->list, exports->count,
                                               &exports->capacity, 16, sizeof *list);
        struct span name = obj_symbol_link_name(symbol);
        name = span_from(name, exports->x86_coff && span_starts(name, "_"));
        name = arena_copy(exports->arena, name);
        if (!list || !name.data) {
            return false;
        }
        bool code = symbol->section != OBJ_NONE &&
                    object->sections[symbol->section].kind == SECTION_CODE;
        exports->list = list;
        list[exports->count++] = (struct share_symbol){name, !code};
    }
    return true;
}

static int by_name(const void *left, const void *right)
{
    const struct share_symbol *a = left, *b = right;
    return span_compare(a->name, b->name);
}

static bool has_rust(const struct set *set, const struct library *library)
{
    struct rcgu_name name;
    for (uint32_t i = 0; i < library->archive.member_count; i++) {
        rcgu_parse(set_member(set, library->first + i)->name, &name);
        if (name.rust) {
            return true;
        }
    }
    return false;
}

bool share_exports(const struct set *set, const struct library *library, struct arena *arena,
                   struct share_names *names)
{
    struct exports_list exports = {.x86_coff = names->x86 && names->system >= SHARE_MINGW,
                                   .arena = arena};
    struct arena scratch = {0};
    bool rust = has_rust(set, library);
    bool done = true;
    for (uint32_t i = 0; done && i < library->archive.member_count; i++) {
        struct object object;
        struct error unread = {0};
        struct rcgu_name name;
        rcgu_parse(set_member(set, library->first + i)->name, &name);
        if (rust && !name.rust) {
            continue; /* C that a crate brings along */
        }
        enum obj_result result = object_read(member_content(set, library->first + i), &scratch,
                                             &object, &unread);
        done = result == OBJ_OK ? add_exports(&exports, &object) : result != OBJ_NO_MEMORY;
        arena_reset(&scratch);
    }
    arena_free(&scratch);
    if (exports.count) {
        qsort(exports.list, exports.count, sizeof *exports.list, by_name);
    }
    size_t distinct = 0;
    for (size_t i = 0; i < exports.count; i++) {
        if (!distinct || !span_equal(exports.list[distinct - 1].name, exports.list[i].name)) {
            exports.list[distinct++] = exports.list[i];
        }
    }
    names->symbols = exports.list;
    names->symbol_count = distinct;
    return done;
}
