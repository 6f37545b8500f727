/* SPDX-License-Identifier: MIT */
/** Directives: the linker options in the .drectve section of a COFF object. */
#ifndef ARMELD_OBJ_DIRECTIVES_H
#define ARMELD_OBJ_DIRECTIVES_H

#include "base/span.h"

enum obj_directive_kind {
    DIRECTIVE_OTHER,      /**< an option that names no symbol; value is empty */
    DIRECTIVE_INCLUDE,    /**< /include:NAME: link NAME although nothing refers to it */
    DIRECTIVE_ENTRY,      /**< /entry:NAME: the program begins at NAME */
    DIRECTIVE_EXPORT,     /**< /export:NAME[=INNER][,...]: value is INNER or, without it, NAME */
    DIRECTIVE_ALTERNATE,  /**< /alternatename:NAME=INSTEAD: link INSTEAD if NAME stays undefined */
    DIRECTIVE_DEFAULTLIB, /**< /defaultlib:NAME: search this library last; NAME is no symbol */
    DIRECTIVE_ALIGNCOMM,  /**< -aligncomm:NAME,N: common symbol NAME begins at a multiple of 2^N */
    DIRECTIVE_EXCLUDE,    /**< -exclude-symbols:NAME,NAME: a DLL does not export these */
    DIRECTIVE_GUARD,      /**< /guardsym:NAME,FLAG: control flow guard's note about NAME */
    DIRECTIVE_MISMATCH,   /**< /failifmismatch:KEY=VALUE: all objects must say the same of KEY */
};

struct obj_directive {
    enum obj_directive_kind kind;
    struct span value;
    struct span instead;   /**< of DIRECTIVE_ALTERNATE: the other symbol */
    unsigned align;        /**< of DIRECTIVE_ALIGNCOMM: N */
    struct span word;      /**< the whole directive */
};

/**
 * Read the next directive. Directives are options of link.exe: they begin with '/' or, from GCC,
 * with '-', are separated by blanks and may be quoted, as a whole or from the colon on.
 * Sources: PE Format, "The .drectve Section"; MSVC linker options; LLVM 19, lld/COFF (Driver.cpp);
 * binutils 2.40, ld/deffilep.y.
 * @rest           object.directives before the first call; each call removes one directive
 * @directive[out] its spans lie in the text of @rest
 * @return false when no directive is left
 */
bool obj_next_directive(struct span *rest, struct obj_directive *directive);

/**
 * Take the next name of a symbol off a directive. It is spelled as in the directive: on x86, the
 * symbol of an export or of -exclude-symbols can have an underscore more.
 * @return false when the directive names no further symbol
 */
bool obj_directive_symbol(struct obj_directive *directive, struct span *name);

#endif
