/* SPDX-License-Identifier: MIT */
/**
 * What linkers choose for a name in a plugin of the originals, and would not with a shared library:
 * weak needs that are null where no object defines the name, and weak definitions that a strong one
 * replaces. The shared library has all objects of the workspace, whatever a plugin loads, and
 * neither it nor a plugin sees what is local to the other.
 */
#include "obj/linked.h"
#include "share/share_internal.h"

/** Whether another definition replaces it: none of a COMDAT, of which any serves. */
static bool is_weak(const struct object *object, const struct obj_symbol *symbol)
{
    bool single = symbol->section == OBJ_NONE ||
                  object->sections[symbol->section].group == OBJ_NONE;
    return symbol->binding == BINDING_WEAK && single && object->format != OBJ_MACHO;
}

void share_learn_choice(struct sharing *s, const struct object *object, uint32_t number)
{
    enum side side = share_is_in_workspace(s, number) ? SIDE_WORKSPACE : SIDE_LIBRARIES;
    for (size_t i = 0; !object->import_stub && i < object->symbol_count; i++) {
        const struct obj_symbol *symbol = &object->symbols[i];
        struct shared_name *name = symbol->binding == BINDING_LOCAL || symbol->label
                                       ? NULL
                                       : share_find_name(s, symbol->name);
        if (!name || obj_name_is_libcall(symbol->name)) {
            continue;
        }
        bool undefined = symbol->place == PLACE_UNDEFINED;
        if (undefined && symbol->binding == BINDING_WEAK && object->format != OBJ_MACHO) {
            share_note(name->wish, side, number); /* null, or in COFF a default */
        } else if (!undefined) {
            share_note(name->definer, side, number);
            share_note(is_weak(object, symbol) ? name->weak : name->other, side, number);
        }
    }
}

/** The member with a weak need that would be met, or no more; @other[out] the one that defines. */
static uint32_t changed_need(const struct shared_name *name, uint32_t *other)
{
    *other = name->definer[SIDE_WORKSPACE];
    if (*other && name->wish[SIDE_LIBRARIES]) {
        return name->wish[SIDE_LIBRARIES];
    }
    if (!*other) {
        *other = name->definer[SIDE_LIBRARIES];
    }
    return *other ? name->wish[SIDE_WORKSPACE] : 0;
}

/** The member with a weak definition that one of the other side replaces; @other[out] that one. */
static uint32_t replaced(const struct shared_name *name, uint32_t *other)
{
    *other = name->other[SIDE_LIBRARIES];
    if (*other && name->weak[SIDE_WORKSPACE]) {
        return name->weak[SIDE_WORKSPACE];
    }
    *other = name->other[SIDE_WORKSPACE];
    return *other ? name->weak[SIDE_LIBRARIES] : 0;
}

bool share_is_choice(const struct shared_name *name)
{
    uint32_t other;
    return changed_need(name, &other) || replaced(name, &other);
}

/** The first name of which @find finds a member, and how many there are. */
static const struct shared_name *find_first(const struct sharing *s, size_t *count,
                                            uint32_t find(const struct shared_name *name,
                                                          uint32_t *other))
{
    const struct shared_name *first = NULL;
    uint32_t other;
    *count = 0;
    for (size_t i = 0; i < s->name_count; i++) {
        bool found = find(&s->names[i], &other) != 0;
        first = found && !first ? &s->names[i] : first;
        *count += found;
    }
    return first;
}

bool share_check_choice(struct sharing *s)
{
    size_t count;
    uint32_t other;
    const struct shared_name *need = find_first(s, &count, changed_need);
    if (need) {
        uint32_t member = changed_need(need, &other);
        return share_refuse(s, member, count,
                            "needs %.*s weakly, and %.*s defines it: in a plugin that does not "
                            "load that it is null, and with a shared library it would not be, or "
                            "the other way round",
                            SPAN_ARGS(need->name),
                            SPAN_ARGS(set_member(s->set, other - 1)->name));
    }
    const struct shared_name *weak = find_first(s, &count, replaced);
    uint32_t member = weak ? replaced(weak, &other) : 0;
    return !weak ||
           share_refuse(s, member, count,
                        "defines %.*s weakly, and %.*s otherwise: a plugin and the shared library "
                        "would not have the same one, as they have now",
                        SPAN_ARGS(weak->name), SPAN_ARGS(set_member(s->set, other - 1)->name));
}
