/* SPDX-License-Identifier: MIT */
/** What the objects of a workspace need and define, by name: to find out whose they are. */
#ifndef ARMELD_PACKAGING_SYMBOLS_H
#define ARMELD_PACKAGING_SYMBOLS_H

#include "base/table.h"
#include "obj/object.h"

struct known_symbol {
    bool needed;
    bool defined;
};

/** Start with {.arena = ...}; free with symbols_free(). */
struct symbols {
    struct span *names;
    struct known_symbol *list;
    size_t count, name_capacity, capacity;
    struct table table;
    struct arena *arena;
    enum obj_format format;   /**< of the first object */
    enum obj_machine machine;
    size_t open;              /**< needed and not defined */
    bool unread;              /**< some member could not be read, so more may be needed */
};

/** Add what a member needs and defines; one that is no object has nothing. False: memory. */
bool symbols_add(struct symbols *symbols, struct span member);

/** Whether @name is needed and nothing that was added defines it. */
bool symbols_miss(const struct symbols *symbols, struct span name);

void symbols_free(struct symbols *symbols);

#endif
