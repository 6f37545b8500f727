/* SPDX-License-Identifier: MIT */
/**
 * Hiding: definitions that are no exports get hidden visibility: STV_HIDDEN in ELF, private extern
 * in Mach-O. Hidden symbols still bind between the objects of a link, so static links do not
 * change; but a program or shared library that is linked from the objects exports only the API.
 *
 * COFF has no visibility and needs none: a DLL exports only the symbols that it is told to export.
 */
#include "shrink/shrink.h"

/** Whether a shared library that is linked from the object would export the symbol. */
static bool is_visible(const struct obj_symbol *symbol)
{
    return symbol->visibility == VISIBILITY_DEFAULT || symbol->visibility == VISIBILITY_PROTECTED;
}

/** Whether a name has a version (.symver): who gives one exports it; "ld -r" loses hidden ones. */
static bool is_versioned(struct span name)
{
    return name.size && memchr(name.data, '@', name.size);
}

static bool hides(const struct obj_symbol *symbol, const struct shrink_object_rules *rules)
{
    return symbol->binding != BINDING_LOCAL && is_visible(symbol) &&
           symbol->place != PLACE_UNDEFINED && !is_versioned(symbol->name) &&
           !rules->is_export(rules->context, obj_symbol_link_name(symbol));
}

void hide_object(struct obj_edit *edit, const struct shrink_object_rules *rules, bool *changed)
{
    struct object *object = &edit->object;
    for (size_t i = 0; i < object->symbol_count && object->format != OBJ_COFF; i++) {
        struct obj_symbol *symbol = &object->symbols[i];
        if (hides(symbol, rules)) {
            symbol->visibility = VISIBILITY_HIDDEN;
            /* a unique one stays unique, though loaders see no hidden ones: as a strong one, lld
               refuses it where its COMDAT loses to a weak one; weak ones lose to commons */
            *changed = true;
        }
    }
}
