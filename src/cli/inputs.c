/* SPDX-License-Identifier: MIT */
#include "cli/inputs.h"

#include <stdio.h>

#include "base/os.h"
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

int inputs_report_failed(void)
{
    bool changed = os_has_changed();
    diag_error("out of memory while reporting%s", changed ? "; the files are written" : "");
    return changed ? CLI_UNREPORTED : ARMELD_FAILED;
}

void inputs_waiting(void *context, const char *directory)
{
    (void)context;
    diag_warning("%s: another armeld is at work in this directory: waiting for it (--no-wait does "
                 "not)",
                 directory);
}

bool inputs_exclude(bool first, bool second, const char *names)
{
    if (first && second) {
        diag_error("%s exclude each other: give one of them", names);
    }
    return !(first && second);
}

int inputs_close(struct armeld *armeld, int status, bool printed)
{
    if (status != ARMELD_OK) {
        fflush(stdout); /* the report first */
        diag_error("%s", armeld_error(armeld));
    } else if (!printed) {
        status = inputs_report_failed();
    }
    armeld_free(armeld);
    return status;
}
