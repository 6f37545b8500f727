/* SPDX-License-Identifier: MIT */
/**
 * Hiding: definitions that are no exports get hidden visibility: STV_HIDDEN in ELF, private extern
 * in Mach-O. Hidden symbols still bind between the objects of a link, so static links do not
 * change; but a program or shared library that is linked from the objects exports only the API.
 *
 * COFF has no visibility and needs none: a DLL exports only the symbols that it is told to export.
 */
#include "shrink/shrink.h"

static bool hides(const struct obj_symbol *symbol, const struct shrink_object_rules *rules)
{
    return symbol->binding != BINDING_LOCAL && symbol->visibility == VISIBILITY_DEFAULT &&
           symbol->place != PLACE_UNDEFINED && 
           !rules->is_export(rules->context, obj_symbol_link_name(symbol));
}

void hide_object(struct obj_edit *edit, const struct shrink_object_rules *rules, bool *changed)
{
    struct object *object = &edit->object;
    for (size_t i = 0; i < object->symbol_count && object->format != OBJ_COFF; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        if (hides(symbol, rules)) {
            symbol->visibility = VISIBILITY_HIDDEN;
            /* the loader unites unique symbols by name, but does not see hidden ones; linkers take
               them for strong, so that they win over commons */
            symbol->binding =
                symbol->binding == BINDING_UNIQUE ? BINDING_GLOBAL : symbol->binding;
            *changed = true;
        }
    }
}
