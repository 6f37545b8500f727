/* SPDX-License-Identifier: MIT */
/** The platform, all systems: other programs. */
#include "base/os_system.h"

#include <errno.h>
#include <stdlib.h>

struct taking {
    struct os_run *run;
    size_t capacity;
    size_t most;
    bool memory; /* was short */
};

static bool take(void *context, const void *bytes, size_t size)
{
    struct taking *t = context;
    if (size > t->most - t->run->size) {
        return false;
    }
    while (size > t->capacity - t->run->size) {
        char *larger = heap_grow(t->run->output, t->capacity, &t->capacity, 64 * 1024, 1);
        if (!larger) {
            t->memory = true;
            return false;
        }
        t->run->output = larger;
    }
    memcpy(t->run->output + t->run->size, bytes, size);
    t->run->size += size;
    return true;
}

bool os_run(const char *folder, const char *const *arguments, size_t most, struct os_run *run,
            struct error *error)
{
    *run = (struct os_run){0};
    struct taking taking = {.run = run, .most = most};
    int code = system_run(folder, arguments, take, &taking, &run->status);
    if (code == 0) {
        return true;
    }
    free(run->output);
    *run = (struct os_run){0};
    return taking.memory || code == ENOMEM ? error_memory(error)
           : code == EFBIG
               ? error_set(error, "%s: printed more than %zu bytes", arguments[0], most)
               : error_set_errno(error, code, "%s", arguments[0]);
}
