/* SPDX-License-Identifier: MIT */
#include "cli/inputs.h"

#include "cli/diag.h"

int inputs_open(const struct armeld_options *options, const char *const *paths, size_t count,
                struct armeld **armeld)
{
    int status = ARMELD_OK;
    *armeld = armeld_new(options);
    if (!*armeld) {
        diag_error("out of memory");
        return ARMELD_FAILED;
    }
    for (size_t i = 0; i < count && status == ARMELD_OK; i++) {
        status = armeld_add(*armeld, paths[i]);
    }
    return status;
}
