/* SPDX-License-Identifier: MIT */
#include "slim/exports.h"

#include "obj/rust_names.h"
#include "obj/directives.h"
#include "obj/rcgu.h"
#include "proof/roots.h"

/** Whether a member is made of one of the crates that every staticlib holds. */
static bool is_runtime_member(struct span member)
{
    static const char *const crates[] = {
        "alloc", "compiler_builtins", "core",  "panic_abort", "panic_unwind",
        "std",   "std_detect",        "unwind"};
    struct rcgu_name name;
    rcgu_parse(member, &name);
    for (size_t i = 0; name.rust && i < sizeof crates / sizeof *crates; i++) {
        if (span_is(name.crate, crates[i])) {
            return true;
        }
    }
    return false;
}

/** Names that stand in other crates, too; C keeps those with two underscores for compilers. */
static bool is_runtime_name(struct span name)
{
    static const char *const starts[] = {"rust_eh_personality", "DW.ref.", "__"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (span_starts(name, starts[i])) {
            return true;
        }
    }
    return false;
}

/** Whether a runtime calls a function if it is there: __asan_default_options() and the like. */
static bool is_hook(struct span name)
{
    return span_starts(name, "__") &&
           (span_ends(name, "_default_options") || span_ends(name, "_default_suppressions"));
}

static bool is_listed(const struct table *table, const struct span *list, struct span name)
{
    return table_find(table, table_hash(name, 0), table_equal_span, list, &name) != TABLE_NONE;
}

static bool list_name(struct table *table, struct span *list, size_t *count, struct span name)
{
    if (is_listed(table, list, name)) {
        return true;
    }
    list[*count] = name;
    return table_add(table, table_hash(name, 0), (uint32_t)(*count)++);
}

/** The name as C has it. */
static struct span plain_name(const struct exports *exports, struct span name)
{
    return exports->underscore && span_starts(name, "_") ? span_from(name, 1) : name;
}

bool exports_has(const void *context, struct span name)
{
    const struct exports *exports = context;
    struct span plain = plain_name(exports, name);
    if (is_hook(plain)) {
        return true;
    }
    if (exports->glob_count) {
        return root_matches(name, exports->globs, exports->glob_count) ||
               (plain.size != name.size &&
                root_matches(plain, exports->globs, exports->glob_count));
    }
    return !is_rust_name(name) && !is_runtime_name(plain) &&
           !is_listed(&exports->table, exports->runtime, name);
}

bool exports_lacks_own(const void *context, struct span name)
{
    const struct exports *exports = context;
    return is_listed(&exports->own_table, exports->own, name);
}

/** Names that directives spell out; rename_object() does not rename them there. */
struct spelled {
    struct span *names;
    size_t count, capacity;
    struct table table;
    struct arena *arena;
};

/** Add a copy of a name, with an underscore before it if @underscore. False: no memory. */
static bool add_spelled(struct spelled *spelled, struct span name, bool underscore)
{
    char *text = arena_printf(spelled->arena, "%s%.*s", underscore ? "_" : "", SPAN_ARGS(name));
    struct span *names = arena_grow(spelled->arena, spelled->names, spelled->count,
                                    &spelled->capacity, 64, sizeof *names);
    if (!text || !names) {
        return false;
    }
    spelled->names = names;
    return list_name(&spelled->table, names, &spelled->count, span_of(text));
}

/** List what weak externals refer to without defining it. False: no memory. */
static bool list_references(const struct object *object, struct spelled *spelled)
{
    bool done = true;
    for (size_t i = 0; done && i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        bool refers = symbol->alias != OBJ_NONE && obj_symbol_is_reference(object, symbol);
        done = !refers || add_spelled(spelled, symbol->name, false);
    }
    return done;
}

/** List names that a class defines with a version (.symver): who gives one exports the name. */
static bool list_versioned(const struct class *class, struct spelled *spelled)
{
    bool done = true;
    for (size_t i = 0; done && i < class->global_count; i++) {
        done = !class->globals[i].versioned || add_spelled(spelled, class->globals[i].name, false);
    }
    return done;
}

/**
 * List the names of a class that others define or that stay as they are: those that directives
 * spell out, those with a version, and those of weak references, which the index lists. False: no
 * memory.
 */
static bool list_spelled(const struct census *census, size_t number, struct spelled *spelled)
{
    struct span bytes = member_content(census->set, class_member(census, number));
    struct object object;
    struct error unread = {0};
    struct obj_directive directive;
    struct arena scratch = {0};
    struct span name;
    enum obj_result result = census->list[number].format == OBJ_COFF
                                 ? object_read(bytes, &scratch, &object, &unread)
                                 : OBJ_BROKEN;
    bool done = result != OBJ_NO_MEMORY && list_versioned(&census->list[number], spelled);
    if (done && result == OBJ_OK) {
        done = list_references(&object, spelled);
        for (struct span rest = object.directives; done && obj_next_directive(&rest, &directive);) {
            bool renamed =
                directive.kind == DIRECTIVE_EXCLUDE || directive.kind == DIRECTIVE_ALIGNCOMM;
            while (done && !renamed && obj_directive_symbol(&directive, &name)) {
                done = add_spelled(spelled, name, false) &&
                       (object.machine != MACHINE_X86 || add_spelled(spelled, name, true));
            }
        }
    }
    arena_free(&scratch);
    return done;
}

/** List a definition: an export, or unless it is spelled out one of those to be renamed. */
static bool list_definition(struct exports *exports, struct table *names, struct span name,
                            bool spelled, struct arena *arena)
{
    if (!exports_has(exports, name)) {
        return spelled || list_name(&exports->own_table, exports->own, &exports->own_count, name);
    }
    uint64_t hash = table_hash(name, 0);
    if (table_find(names, hash, table_equal_text, exports->names, &name) != TABLE_NONE) {
        return true;
    }
    exports->names[exports->name_count] = (const char *)arena_copy(arena, name).data;
    return exports->names[exports->name_count] &&
           table_add(names, hash, (uint32_t)exports->name_count++);
}

/** List what libraries define themselves. */
static bool list_definitions(const struct census *census, struct arena *arena,
                             struct exports *exports)
{
    struct spelled spelled = {.arena = arena};
    struct table names = {0};
    bool done = true;
    for (size_t i = 0; done && i < census->count; i++) {
        done = list_spelled(census, i, &spelled);
    }
    for (size_t i = 0; done && i < census->count; i++) {
        const struct class *class = &census->list[i];
        for (size_t g = 0; done && g < class->global_count && !class->import_stub; g++) {
            struct span name = class->globals[g].name;
            done = !role_defines(class->globals[g].role) ||
                   list_definition(exports, &names, name,
                                   is_listed(&spelled.table, spelled.names, name), arena);
        }
    }
    table_free(&names);
    table_free(&spelled.table);
    return done;
}

bool exports_find(const struct census *census, const struct target *target,
                  const char *const *globs, size_t glob_count, struct arena *arena,
                  struct exports *exports)
{
    bool coff_x86 = target->format == OBJ_COFF && target->machine == MACHINE_X86;
    *exports =
        (struct exports){.globs = globs,
                         .glob_count = glob_count,
                         .underscore = target->format == OBJ_MACHO || coff_x86,
                         .runtime = ARENA_ARRAY(arena, struct span, census->symbol_count + 1),
                         .own = ARENA_ARRAY(arena, struct span, census->symbol_count + 1),
                         .names = ARENA_ARRAY(arena, const char *, census->symbol_count + 1)};
    bool done = exports->runtime && exports->own && exports->names;
    for (size_t i = 0; done && i < census->count; i++) {
        const struct class *class = &census->list[i];
        if (!is_runtime_member(set_member(census->set, class_member(census, i))->name)) {
            continue;
        }
        for (size_t g = 0; done && g < class->global_count; g++) {
            done = !role_defines(class->globals[g].role) ||
                   list_name(&exports->table, exports->runtime, &exports->runtime_count,
                             class->globals[g].name);
        }
    }
    return done && list_definitions(census, arena, exports);
}

void exports_free(struct exports *exports)
{
    table_free(&exports->table);
    table_free(&exports->own_table);
}
