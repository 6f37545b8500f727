/* SPDX-License-Identifier: MIT */
/**
 * In which orders libraries and the workspace are linked: what the link proof and the check try.
 *
 * The workspace stands behind the melded libraries. What is left out stands in front of these or
 * behind the workspace. With ORDERS_ANY it stands between them as well. There, it offers what moved
 * from the libraries in front of it.
 *
 * Where a set has several parts, each with its own workspace, a workspace stands behind the last
 * library of its part, or all of them stand behind all libraries, in the order of the first library
 * of each part. To a part, the others are on such lines what is left out is to all of them with
 * ORDERS_ANY or ORDERS_USED.
 *
 * With ORDERS_USED, lines of this kind are those of programs that use libraries of both sides. For
 * a program that uses one side only, what is left out, and parts that it does not use, are not
 * searched for the names of compilers' support libraries, of which any definition serves
 * (is_compiler_rt_name()). A linker takes it all the same, and if it comes with others, such as
 * rust_eh_personality with std, the program has two of these, which linkers refuse. Programs that
 * use both sides do not link with such originals in the first place, so there is no reason to name
 * both. What is left out and has no symbol in common with any library (most libraries of C) is of
 * neither side.
 */
#ifndef ARMELD_PROOF_ORDERS_H
#define ARMELD_PROOF_ORDERS_H

#include "proof/line.h"

/** A link line. */
struct link_order {
    const uint32_t *libraries;
    uint32_t count;
    uint32_t melded; /**< how many stand in front of the workspaces; 0: there is none */
    bool each;       /**< no: each workspace stands behind the last library of its part */
    bool all;        /**< all libraries of the set */
    bool by_use;     /**< it depends on what the program uses, see above */
};

/** The most lines that one number of orders_list() stands for. */
enum { MOST_ORDERS = 6 };

struct orders_rules {
    uint32_t first;          /**< library of the census */
    uint32_t count;          /**< of libraries */
    const bool *left_out;    /**< by library; NULL: all are melded */
    const uint32_t *part_of; /**< by library that is melded: its part; NULL: there is one */
    uint32_t part_count;     /**< 0 if there is one */
    enum orders_proven proven;
};

struct orders {
    uint32_t count;       /**< of libraries */
    const bool *left_out; /**< by library; NULL: all are melded */
    const uint32_t *part_of; /**< by library; NULL: there is one part */
    enum orders_proven proven; /**< where that stands */
    bool *is_compiler_rt; /**< by symbol; NULL unless ORDERS_USED is proven */
    bool *is_reserved;    /**< by symbol: a name that C keeps for compilers, or such a one */
    bool *neutral;        /**< by library, if so: left out, and no other one defines what it does */
    bool changed;         /**< what is left out was changed: pairs of such libraries count, too */
    uint32_t *lines[4];   /**< all libraries: what is left out last, first, and as it comes; and
                               with the last part first */
};

/** Set the fields, all but .changed; the lines live in @arena. False only when memory is short. */
bool orders_make(struct orders *orders, const struct census *census,
                 const struct orders_rules *rules, struct arena *arena);

/**
 * The lines of one number. Numbers 0 to n * (n - 1) - 1 are the pairs in either order, the next one
 * is all libraries together.
 * @pair room for two numbers of libraries, to which the lines point
 * @return how many lines; 0: the pair does not change
 */
size_t orders_list(const struct orders *orders, size_t number, uint32_t *pair,
                   struct link_order list[MOST_ORDERS]);

/** The line of one library. It lasts as long as @library does. */
struct link_order order_alone(const struct orders *orders, const uint32_t *library);

/**
 * Note that a program which needs the symbols uses a library.
 * @sides by symbol, added to: a bit for each part, and one for what is left out
 */
void orders_add_sides(const struct orders *orders, uint32_t library, const uint32_t *symbols,
                      size_t count, uint32_t *sides);

/** The side of a program that uses libraries of several sides. */
#define SIDES_SEVERAL UINT32_MAX

/**
 * The part whose libraries alone a program uses that needs the symbols, or SIDES_SEVERAL. A symbol
 * that several sides define tells nothing, nor does one that only compilers need. A program that
 * uses what is left out alone counts as one of the first part.
 */
uint32_t orders_side(const uint32_t *sides, const uint32_t *symbols, size_t count);

/** Whether that is SIDES_SEVERAL. */
bool orders_use_both(const uint32_t *sides, const uint32_t *symbols, size_t count);

/** Whether compilers' own names are not searched for in a library, on lines of this side. */
bool orders_is_aside(const struct orders *orders, uint32_t library, uint32_t side);

#endif
