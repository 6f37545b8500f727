/* SPDX-License-Identifier: MIT */
/** `cargo metadata`: the one program that armeld runs. */
#include "cargo/workspace.h"

#include <stdlib.h>

#include "base/os.h"
#include "base/path.h"

static const char HINT[] = "; where cargo is not at hand, --cargo-metadata FILE takes what `cargo "
                           "metadata --format-version 1 --no-deps` printed elsewhere";

bool cargo_run(const struct cargo_choice *choice, struct arena *arena, struct span *json,
               struct error *error)
{
    const char *own = getenv("CARGO"); /* cargo names itself to its subcommands */
    const char *manifest = choice->manifest;
    bool relative = own && strchr(own, '/') && !path_is_absolute(own) && choice->folder;
    own = relative ? os_real_path(own, arena, error) : own;
    const char *path = manifest && choice->folder ? os_real_path(manifest, arena, error) : manifest;
    const char *arguments[] = {own && *own ? own : "cargo",
                               "metadata", "--format-version", "1", "--no-deps",
                               path ? "--manifest-path" : NULL, path, NULL};
    struct os_run run;
    if ((manifest && !path) || (relative && !own)) {
        return false;
    }
    if (!os_run(choice->folder, arguments, CARGO_MOST_JSON, &run, error)) {
        return !error->memory && error_suffix(error, HINT);
    }
    if (run.status == 0) {
        *json = arena_copy(arena, span_make(run.output, run.size));
    }
    free(run.output);
    if (run.status != 0) {
        return error_set(error, "%s metadata: exit status %d%s%s", arguments[0], run.status,
                         manifest ? ": " : "", manifest ? manifest : "");
    }
    return json->data || error_memory(error);
}
