/* SPDX-License-Identifier: MIT */
/**
 * Code that reaches symbols as if they were in its own image. Compilers write that where a symbol
 * is hidden or protected, and without -fPIC. An export of a shared library is reached by tables.
 */
#include "obj/direct.h"
#include "share/share_internal.h"

enum { SHF_ALLOC = 2 }; /* [gABI, "Section Attribute Flags"] */

/** Mach-O's own exports keep being reached directly: images name the images they import from. */
static bool concerns(const struct object *object, bool workspace)
{
    return obj_has_direct(object) && !(object->format == OBJ_MACHO && workspace);
}

static bool is_loaded(const struct object *object, const struct obj_section *section)
{
    return object->format == OBJ_ELF ? (section->flags & SHF_ALLOC) != 0
                                     : section->kind != SECTION_DEBUG;
}

/** By symbol, the name that the shared library exports; or NULL. @any[out]: there is one. */
static struct shared_name **exports_of(struct sharing *s, const struct object *object, bool *any)
{
    struct shared_name **names =
        ARENA_ARRAY(&s->scratch, struct shared_name *, object->symbol_count + 1);
    *any = false;
    for (size_t i = 0; names && i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        bool seen = symbol->binding != BINDING_LOCAL && !symbol->label;
        struct shared_name *name = seen ? share_find_name(s, symbol->name) : NULL;
        names[i] = name && share_is_shared(name) ? name : NULL;
        *any |= names[i] != NULL;
    }
    return names;
}

static bool check_section(struct sharing *s, const struct object *object, uint32_t section,
                          struct shared_name *const *names, uint32_t number)
{
    struct obj_reloc *relocs;
    size_t count;
    enum obj_result read =
        object_relocs(object, section, &s->scratch, &relocs, &count, s->error);
    if (read != OBJ_OK) {
        return read == OBJ_NO_MEMORY ? error_memory(s->error)
                                     : set_error_at(s->set, number, s->error);
    }
    for (size_t i = 0; i < count; i++) {
        struct shared_name *name =
            relocs[i].symbol == OBJ_NONE ? NULL : names[relocs[i].symbol];
        if (name && !name->direct && obj_reloc_is_direct(object, &relocs[i])) {
            name->direct = number + 1;
        }
    }
    return true;
}

static bool check_member(struct sharing *s, uint32_t number, bool workspace)
{
    struct object object;
    struct error unread = {0};
    enum obj_result result =
        object_read(member_content(s->set, number), &s->scratch, &object, &unread);
    bool any = false;
    if (result == OBJ_OK && (object.format == OBJ_ELF || object.format == OBJ_MACHO)) {
        s->unchecked |= !obj_has_direct(&object);
    }
    if (result != OBJ_OK || !concerns(&object, workspace)) {
        return result != OBJ_NO_MEMORY || error_memory(s->error);
    }
    struct shared_name **names = exports_of(s, &object, &any);
    bool done = names || error_memory(s->error);
    for (uint32_t i = 0; done && any && i < object.section_count; i++) {
        const struct obj_section *section = &object.sections[i];
        done = !section->reloc_count || section->numbered || !is_loaded(&object, section) ||
               check_section(s, &object, i, names, number);
    }
    return done;
}

/** Say that nothing is known of the machine's relocations. */
static bool note_unchecked(struct sharing *s)
{
    static const char *const notes[] = {
        "Not checked: whether code reaches shared symbols directly, which linkers may refuse or "
        "link wrongly; armeld does not know that of this machine's relocations"};
    s->report->notes = notes;
    s->report->note_count = s->unchecked;
    return true;
}

bool share_check_direct(struct sharing *s)
{
    const struct shared_name *first = NULL;
    size_t count = 0;
    bool done = true;
    for (uint32_t i = 0; done && i < s->set->member_count; i++) {
        const struct library *library = set_library_of(s->set, i);
        done = !share_is_of_part(s, library) ||
               check_member(s, i, share_is_in_workspace(s, i));
        arena_reset(&s->scratch);
    }
    for (size_t i = 0; done && i < s->name_count; i++) {
        const struct shared_name *name = &s->names[i];
        first = name->direct && !first ? name : first;
        count += name->direct != 0;
    }
    if (!done || !first) {
        return done && note_unchecked(s);
    }
    return share_refuse(s, first->direct, count,
                        "reaches %.*s directly, as code does that is compiled without -fPIC, or "
                        "for a hidden or protected symbol: linkers do not link that with an export "
                        "of a shared library",
                        SPAN_ARGS(first->name));
}
