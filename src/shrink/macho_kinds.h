/* SPDX-License-Identifier: MIT */
/** What shrinking knows about the kinds of Mach-O sections. */
#ifndef ARMELD_SHRINK_MACHO_KINDS_H
#define ARMELD_SHRINK_MACHO_KINDS_H

#include "obj/object.h"

/** What joining objects means for their sections of a kind. */
enum macho_joining {
    MACHO_APPEND, /**< one behind the other, each piece with its alignment */
    MACHO_SINGLE, /**< become one that says what all do; objects that contradict each other cannot
                       be joined */
    MACHO_OMIT,   /**< left out: tools expect one for each object, or it would be wrong */
};

struct macho_kind {
    const char *segment; /**< NULL: any */
    const char *name;    /**< a '*' at the end stands for any text; NULL: any */
    int type;            /**< of the section flags (S_*), or ANY_TYPE */
    enum macho_joining joining;
    bool loaded;         /**< -ObjC, -all_load or the runtime reach the section without a symbol */
};

/** The row of the table that describes a section. */
const struct macho_kind *macho_kind_of(const struct obj_section *section);

/**
 * Whether users can need a Mach-O object although no symbol leads to it: it has Objective-C
 * categories or classes, Swift's metadata, constructors, or sections or symbols that must not be
 * stripped.
 */
bool macho_is_loaded(const struct object *object);

/** Whether a Mach-O symbol keeps what it stands for: __attribute__((used)), #[used(linker)]. */
bool macho_is_used(const struct obj_symbol *symbol);

#endif
