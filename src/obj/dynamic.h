/* SPDX-License-Identifier: MIT */
/** What a shared library gives to those who link it. */
#ifndef ARMELD_OBJ_DYNAMIC_H
#define ARMELD_OBJ_DYNAMIC_H

#include "obj/object.h"

/** The dynamic symbols of a shared library. */
struct dynamic {
    enum obj_machine machine;
    uint8_t bits;
    struct span *symbols; /**< those that it defines, without versions */
    size_t count;
};

/**
 * Read the dynamic symbols of a shared library of ELF from its section SHT_DYNSYM [gABI,
 * "Symbol Table"].
 * @arena receives the list; the names lie in @file
 * @return OBJ_NOT_MINE for anything else, and for a library without section headers
 */
enum obj_result dynamic_read(struct span file, struct arena *arena, struct dynamic *dynamic,
                             struct error *error);

#endif
