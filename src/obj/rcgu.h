/* SPDX-License-Identifier: MIT */
/** The parts of the names that rustc gives to codegen units in archives. */
#ifndef ARMELD_OBJ_RCGU_H
#define ARMELD_OBJ_RCGU_H

#include "base/span.h"

#define RCGU_NO_NUMBER UINT32_MAX

/** All spans lie in the member's name; a part that the name does not have is empty. */
struct rcgu_name {
    struct span label;      /**< without the library's prefix and with one .rcgu.o; the whole name
                                 if its form is not known */
    struct span crate;      /**< "std" */
    struct span crate_hash; /**< cargo's -C extra-filename without its dash: "d1237ef7159db0a2" */
    struct span unit_hash;  /**< hexadecimal with a number, base 36 without one */
    uint32_t number;        /**< of the codegen unit, or RCGU_NO_NUMBER */
    bool rust;              /**< ends in .rcgu.o, by which rustc recognises its own members */
};

/** Find the parts of @member_name. @out[out] for other names: the label is the whole name. */
void rcgu_parse(struct span member_name, struct rcgu_name *out);

#endif
