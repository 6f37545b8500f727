/* SPDX-License-Identifier: MIT */
/** What shrinking knows about the kinds of COFF sections. */
#ifndef ARMELD_SHRINK_COFF_KINDS_H
#define ARMELD_SHRINK_COFF_KINDS_H

#include "obj/object.h"

/** What joining objects means for their sections of a kind. */
enum coff_joining {
    COFF_APPEND, /**< sections of one name one behind the other */
    COFF_OMIT,   /**< left out: tools expect one for each object, or it would be wrong */
    COFF_ONCE,   /**< written anew from all objects */
};

struct coff_kind {
    const char *name;          /**< alone, or with '$' or '.' and more text behind it; NULL: any */
    enum coff_joining joining;
    bool retained;             /**< programs use the section although nothing refers to it */
};

/** The row of the table that describes a section. */
const struct coff_kind *coff_kind_of(const struct obj_section *section);

#endif
