/* SPDX-License-Identifier: MIT */
/** Advice: notes about builds of which little can be shared. */
#ifndef ARMELD_INSPECT_ADVICE_H
#define ARMELD_INSPECT_ADVICE_H

#include "armeld.h"
#include "proof/plan.h"

/** How a library was built, judged by the names of its members. */
enum build_kind {
    BUILD_PLAIN,
    BUILD_THIN_LTO, /**< upstream crates' objects are named after the library: X.rcgu.o.rcgu.o */
    BUILD_FAT_LTO, /**< of all crates only compiler_builtins has objects beside the library's own */
};

enum build_kind build_kind_of(const struct set *set, uint32_t library);

/** Fill in the report's notes, in @arena. False only when memory is short. */
bool advice_fill(const struct census *census, const struct plan *plan, struct arena *arena,
                 struct armeld_report *report);

#endif
