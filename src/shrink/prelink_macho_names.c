/* SPDX-License-Identifier: MIT */
/**
 * Prelinking Mach-O: the attributes of a name that several parts define.
 *
 * Linkers take one of several weak definitions, but its symbol is private extern only if all are,
 * may be hidden automatically only if all others may, and is kept if any asks for that [lld 19,
 * SymbolTable.cpp, createDefined() in InputFiles.cpp; ld64, SymbolTable.cpp]. Definitions that lose
 * against a stronger one say nothing. Of common symbols the largest size and the largest alignment
 * count.
 */
#include "obj/macho.h"
#include "shrink/prelink_internal.h"

enum { WANTED = N_NO_DEAD_STRIP | REFERENCED_DYNAMICALLY };

void macho_meet_definition(struct name *name, enum strength strength,
                           const struct obj_symbol *symbol)
{
    struct macho_attributes *all = &name->attributes;
    if (strength == NO_DEFINITION || strength < all->strength) {
        return;
    }
    if (strength > all->strength) {
        *all = (struct macho_attributes){.strength = strength, .hidden = true, .hideable = true};
    }
    bool hidden = symbol->visibility == VISIBILITY_HIDDEN;
    all->hidden &= hidden;
    all->hideable &= hidden || symbol->detail & N_WEAK_REF;
    all->wanted |= symbol->detail & WANTED;
}

bool macho_names_function(const struct object *object, const struct obj_section *section,
                          const struct obj_reloc *reloc)
{
    enum { ENTRY_SIZE = 32, ENTRY_SIZE_32 = 20, TYPE = 0xf };
    if (object->format != OBJ_MACHO) {
        return false;
    }
    if (span_is(section->name, "__compact_unwind")) {
        return reloc->offset % (object->bits == 64 ? ENTRY_SIZE : ENTRY_SIZE_32) == 0;
    }
    /* the other ones are references to a personality routine, through the global offset table */
    uint32_t got = object->machine == MACHINE_X86_64 ? X86_64_RELOC_GOT
                                                     : ARM64_RELOC_POINTER_TO_GOT;
    return span_is(section->name, "__eh_frame") && (reloc->type & TYPE) != got;
}

/** Put the alignment of a common symbol into its n_desc, as a logarithm (SET_COMM_ALIGN). */
static void set_common_align(struct obj_symbol *symbol)
{
    enum { ALIGN_MASK = 0xf00, ALIGN_SHIFT = 8, MOST = 15 };
    uint32_t align = 0;
    while (align < MOST && UINT64_C(1) << align < symbol->value) {
        align++;
    }
    symbol->detail = (symbol->detail & ~(uint32_t)ALIGN_MASK) | align << ALIGN_SHIFT;
}

void macho_settle_definition(const struct name *name, struct obj_symbol *symbol)
{
    const struct macho_attributes *all = &name->attributes;
    if (name->strength == NO_DEFINITION) {
        return;
    }
    symbol->visibility = all->hidden ? VISIBILITY_HIDDEN : VISIBILITY_DEFAULT;
    if (name->strength == WEAK_DEFINITION && !all->hidden) {
        symbol->detail &= ~(uint32_t)N_WEAK_REF;
        symbol->detail |= all->hideable ? N_WEAK_REF : 0;
    }
    if (symbol->place == PLACE_SECTION) {
        symbol->detail |= all->wanted;
    } else if (symbol->place == PLACE_COMMON) {
        set_common_align(symbol);
    }
}
