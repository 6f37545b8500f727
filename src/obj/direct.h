/* SPDX-License-Identifier: MIT */
/**
 * Relocations that lead straight to a symbol: not by a global offset table or a procedure linkage
 * table, nor by a pointer that the dynamic linker fills. They want a symbol of their own image.
 */
#ifndef ARMELD_OBJ_DIRECT_H
#define ARMELD_OBJ_DIRECT_H

#include "obj/object.h"

/** Whether obj_reloc_is_direct() knows the relocations of an object's machine. */
bool obj_has_direct(const struct object *object);

/**
 * Whether code with this relocation, in a shared library, cannot reach a symbol of another image,
 * or one of its own that others may replace.
 */
bool obj_reloc_is_direct(const struct object *object, const struct obj_reloc *reloc);

#endif
