/* SPDX-License-Identifier: MIT */
/**
 * Renaming: symbols that users of a library do not call get a suffix, the same one in all members.
 * Two libraries that hold the same crates can then be linked into one program. COFF needs
 * renaming, since it has no visibility.
 */
#include "obj/directives.h"
#include "obj/macho.h"
#include "obj/writer.h"
#include "shrink/shrink.h"

/** COFF: code that imports NAME from a DLL refers to the pointer __imp_NAME. */
static const char IMPORT_PREFIX[] = "__imp_";

/** A pointer to the personality routine NAME, in a COMDAT that all objects of a link share. */
static const char PERSONALITY_PREFIX[] = "DW.ref.";

/**
 * Whether a symbol is Rust's personality routine in Mach-O. Programs can have three such routines
 * (ld64: "too many personality routines for compact unwind"), so libraries must not have one each:
 * it keeps its name, and the linker takes one definition for all.
 */
static bool is_personality(const struct object *object, struct span name)
{
    return object->format == OBJ_MACHO && span_is(name, "_rust_eh_personality");
}

bool is_programs_name(struct span name)
{
    if (span_starts(name, "gdc.dso_") || span_starts(name, "ldc.dso_")) {
        return true;
    }
    while (span_starts(name, "_")) {
        name = span_from(name, 1);
    }
    return span_starts(name, "llvm_profile_") || span_starts(name, "memprof_") ||
           span_is(name, "asan_globals_registered");
}

/** Make the personality routine a weak definition that only the linker sees. */
static void share_personality(struct object *object, struct obj_symbol *symbol, bool *changed)
{
    bool shared = symbol->binding == BINDING_WEAK && symbol->visibility == VISIBILITY_HIDDEN;
    if (is_personality(object, symbol->name) && symbol->place == PLACE_SECTION && !shared) {
        symbol->binding = BINDING_WEAK;
        symbol->detail |= N_WEAK_DEF;
        symbol->visibility = VISIBILITY_HIDDEN;
        *changed = true;
    }
}

/** Whether a name has a version that is not the default one: nothing but its version finds it. */
static bool is_old_version(const struct object *object, struct span name)
{
    const uint8_t *at = object->format == OBJ_ELF && name.size
                            ? memchr(name.data, '@', name.size)
                            : NULL;
    return at && !span_starts(span_from(name, (size_t)(at - name.data)), "@@");
}

/** Whether a name gets the suffix; __imp_NAME gets it if NAME does, and so does DW.ref.NAME. */
static bool renames(const struct object *object, struct span name,
                    const struct shrink_object_rules *rules)
{
    if (is_personality(object, name) || is_programs_name(name) || is_old_version(object, name)) {
        return false;
    }
    if (span_starts(name, PERSONALITY_PREFIX)) {
        return rules->is_renamed(rules->context, span_from(name, strlen(PERSONALITY_PREFIX)));
    }
    if (rules->is_renamed(rules->context, name)) {
        return true;
    }
    return object->format == OBJ_COFF && span_starts(name, IMPORT_PREFIX) &&
           rules->is_renamed(rules->context, span_from(name, strlen(IMPORT_PREFIX)));
}

/** A name with the suffix behind its first @length bytes. An empty span: no memory. */
static struct span suffixed(struct span name, size_t length,
                            const struct shrink_object_rules *rules, struct arena *arena)
{
    struct span version = span_from(name, length);
    char *text = arena_printf(arena, "%.*s%s%.*s", SPAN_ARGS(span_make(name.data, length)),
                              rules->rename, SPAN_ARGS(version));
    return text ? span_of(text) : span_make(NULL, 0);
}

/**
 * Whether a COMDAT section is renamed, because its name ends with that of a symbol which is. The
 * sections that GCC makes for unwinding have no leader: their names end with '$' and the name of
 * the function, on x86 without its underscore.
 */
static bool renames_section(const struct object *object, const struct obj_section *section,
                            const struct shrink_object_rules *rules, struct arena *arena)
{
    if (section->group == OBJ_NONE) {
        return false;
    }
    struct span name = object->groups[section->group].name;
    if (name.size) {
        return section->name.size > name.size &&
               span_equal(span_from(section->name, section->name.size - name.size), name) &&
               renames(object, name, rules);
    }
    const uint8_t *dollar = object->format == OBJ_COFF
                                ? memchr(section->name.data, '$', section->name.size)
                                : NULL;
    if (!dollar) {
        return false;
    }
    name = span_from(section->name, (size_t)(dollar - section->name.data) + 1);
    char *text = arena_printf(arena, "_%.*s", SPAN_ARGS(name));
    return renames(object, name, rules) ||
           (object->machine == MACHINE_X86 && text && renames(object, span_of(text), rules));
}

/**
 * Rename the COMDAT sections whose names end with the name of their symbol, and their section
 * symbols. GNU ld identifies a COMDAT of COFF by the name of its section: it would take two
 * sections of one name for duplicates and discard one, although their symbols have different names
 * now. "mold -r" joins ELF sections by their names, those of different groups, too. False when
 * memory is short.
 */
static bool rename_sections(struct obj_edit *edit, const struct shrink_object_rules *rules,
                            struct arena *arena)
{
    struct object *object = &edit->object;
    if (object->format == OBJ_MACHO) {
        return true;
    }
    struct span *old = ARENA_ARRAY(arena, struct span, object->section_count + 1);
    for (size_t i = 0; old && i < object->section_count; i++) {
        struct obj_section *section = &object->sections[i];
        if (section->name.size && renames_section(object, section, rules, arena)) {
            old[i] = section->name;
            section->name = suffixed(section->name, section->name.size, rules, arena);
            if (!section->name.data) {
                return false;
            }
        }
    }
    for (size_t i = 0; old && i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        if (symbol->is_section && old[symbol->section].size &&
            span_equal(symbol->name, old[symbol->section])) {
            symbol->name = object->sections[symbol->section].name;
        }
    }
    return old != NULL;
}

/** Whether a name gets the suffix that a directive spells out, on x86 without its underscore. */
static bool renames_spelled(const struct object *object, enum obj_directive_kind kind,
                            struct span name, const struct shrink_object_rules *rules,
                            struct arena *arena)
{
    if (kind != DIRECTIVE_EXCLUDE && kind != DIRECTIVE_ALIGNCOMM) {
        return false; /* is_renamed() leaves the names of other directives alone */
    }
    bool short_by_one = kind == DIRECTIVE_EXCLUDE && object->machine == MACHINE_X86;
    char *text = arena_printf(arena, "%s%.*s", short_by_one ? "_" : "", SPAN_ARGS(name));
    return text && renames(object, span_of(text), rules);
}

/**
 * Rename symbols in the directives that say how to treat them: -exclude-symbols and -aligncomm.
 * False when memory is short.
 */
static bool rename_directives(struct object *object, const struct shrink_object_rules *rules,
                              struct arena *arena)
{
    struct span text = object->directives;
    size_t suffix = strlen(rules->rename);
    struct cursor c = {arena_alloc(arena, text.size * (suffix + 1) + 1), 0, false};
    struct obj_directive directive;
    struct span name;
    const uint8_t *copied = text.data;
    if (!c.bytes) {
        return false;
    }
    for (struct span rest = text; obj_next_directive(&rest, &directive);) {
        enum obj_directive_kind kind = directive.kind;
        while (obj_directive_symbol(&directive, &name)) {
            if (renames_spelled(object, kind, name, rules, arena)) {
                const uint8_t *end = name.data + name.size;
                put_bytes(&c, span_make(copied, (size_t)(end - copied)));
                put_bytes(&c, span_of(rules->rename));
                copied = end;
            }
        }
    }
    if (copied == text.data) {
        return true;
    }
    put_bytes(&c, span_make(copied, (size_t)(text.data + text.size - copied)));
    for (size_t i = 0; i < object->section_count; i++) {
        if (object->sections[i].data.data == text.data) {
            object->sections[i].data = span_make(c.bytes, c.at);
            object->sections[i].size = c.at;
        }
    }
    object->directives = span_make(c.bytes, c.at);
    return true;
}

enum obj_result rename_object(struct obj_edit *edit, const struct shrink_object_rules *rules,
                              struct arena *arena, bool *changed)
{
    struct object *object = &edit->object;
    if (!rename_sections(edit, rules, arena) ||
        (object->directives.size && !rename_directives(object, rules, arena))) {
        return OBJ_NO_MEMORY;
    }
    for (size_t i = 0; i < object->symbol_count; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        bool mark = object->format == OBJ_COFF && symbol->place == PLACE_ABSOLUTE &&
                    span_starts(symbol->name, "@"); /* @feat.00, which linkers read */
        if (symbol->binding == BINDING_LOCAL || symbol->label || mark) {
            continue;
        }
        share_personality(object, symbol, changed);
        struct span name = obj_symbol_link_name(symbol);
        if (!renames(object, name, rules)) {
            continue;
        }
        symbol->name = suffixed(symbol->name, name.size, rules, arena);
        if (!symbol->name.data) {
            return OBJ_NO_MEMORY;
        }
        *changed = true;
    }
    return OBJ_OK;
}
