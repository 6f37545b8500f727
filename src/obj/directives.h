/* SPDX-License-Identifier: MIT */
/** What a COFF object says to the linker: the options in its .drectve section. */
#ifndef ARMELD_OBJ_DIRECTIVES_H
#define ARMELD_OBJ_DIRECTIVES_H

#include "base/span.h"

enum obj_directive_kind {
    DIRECTIVE_OTHER,
    DIRECTIVE_INCLUDE,    /**< /include:NAME: needs the symbol, although nothing refers to it */
    DIRECTIVE_EXPORT,     /**< /export:NAME[=INNER][,...]: value is INNER, or NAME without it */
    DIRECTIVE_ALTERNATE,  /**< /alternatename:NAME=INSTEAD: taken where NAME stays undefined */
    DIRECTIVE_DEFAULTLIB, /**< /defaultlib:NAME: a library to be searched last */
};

struct obj_directive {
    enum obj_directive_kind kind;
    struct span value;
    struct span instead; /**< of DIRECTIVE_ALTERNATE */
};

/**
 * Take the next directive off @rest, which begins as object.directives. The spans lie in it.
 * Options are those of link.exe: they begin with '/' or '-' (so gcc writes them), are separated
 * by blanks and may be quoted, whole or from the colon on. False at the end.
 * Source: PE Format, "The .drectve Section"; linker options of MSVC.
 */
bool obj_next_directive(struct span *rest, struct obj_directive *directive);

#endif
