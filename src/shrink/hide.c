/* SPDX-License-Identifier: MIT */
/**
 * Hiding: what is defined and no export gets hidden visibility, ELF's STV_HIDDEN and Mach-O's
 * private extern. In a link of static libraries nothing changes, since such symbols still bind
 * between objects; but what is linked of them exports the API only.
 *
 * COFF has no visibility, and needs none: a DLL exports what it is told to.
 */
#include "shrink/shrink.h"

static bool hides(const struct obj_symbol *symbol, const struct shrink_object_rules *rules)
{
    return symbol->binding != BINDING_LOCAL && symbol->visibility == VISIBILITY_DEFAULT &&
           symbol->place != PLACE_UNDEFINED && !rules->is_export(rules->context, symbol->name);
}

void hide_object(struct obj_edit *edit, const struct shrink_object_rules *rules, bool *changed)
{
    struct object *object = &edit->object;
    for (size_t i = 0; i < object->symbol_count && object->format != OBJ_COFF; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        if (hides(symbol, rules)) {
            symbol->visibility = VISIBILITY_HIDDEN;
            /* the loader knows unique symbols by their name: it would not see this one */
            symbol->binding = symbol->binding == BINDING_UNIQUE ? BINDING_WEAK : symbol->binding;
            *changed = true;
        }
    }
}
