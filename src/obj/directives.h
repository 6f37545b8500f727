/* SPDX-License-Identifier: MIT */
/** Directives: the linker options in the .drectve section of a COFF object. */
#ifndef ARMELD_OBJ_DIRECTIVES_H
#define ARMELD_OBJ_DIRECTIVES_H

#include "base/span.h"

enum obj_directive_kind {
    DIRECTIVE_OTHER,
    DIRECTIVE_INCLUDE,    /**< /include:NAME: link NAME although nothing refers to it */
    DIRECTIVE_EXPORT,     /**< /export:NAME[=INNER][,...]: value is INNER or, without it, NAME */
    DIRECTIVE_ALTERNATE,  /**< /alternatename:NAME=INSTEAD: link INSTEAD if NAME stays undefined */
    DIRECTIVE_DEFAULTLIB, /**< /defaultlib:NAME: search this library last */
};

struct obj_directive {
    enum obj_directive_kind kind;
    struct span value;
    struct span instead; /**< of DIRECTIVE_ALTERNATE: the other symbol */
};

/**
 * Read the next directive. Directives are options of link.exe: they begin with '/' or, from GCC,
 * with '-', are separated by blanks and may be quoted, as a whole or from the colon on.
 * Source: PE Format, "The .drectve Section"; MSVC linker options.
 * @rest           object.directives before the first call; each call removes one directive
 * @directive[out] its spans lie in the text of @rest
 * @return false when no directive is left
 */
bool obj_next_directive(struct span *rest, struct obj_directive *directive);

#endif
