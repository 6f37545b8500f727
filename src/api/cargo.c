/* SPDX-License-Identifier: MIT */
/** The public API: the static libraries of a Cargo workspace. */
#include <stdlib.h>

#include "api/options.h"
#include "armeld_cargo.h"
#include "base/os.h"
#include "base/path.h"
#include "cargo/workspace.h"

/** What the caller gets, with all that it leads to. */
struct result {
    struct armeld_cargo public; /* first: it is freed by its address */
    struct arena arena;
    struct error error;
};

/** Where cargo runs elsewhere, commands for it need a whole path. */
static bool take_target_dir(struct result *r, const struct armeld_cargo_options *options,
                            struct cargo_choice *choice)
{
    const char *plain = os_plain_path(options->target_dir, &r->arena);
    const char *here = plain && choice->folder ? os_real_path(".", &r->arena, &r->error) : ".";
    if (!plain || !here) {
        return plain ? false : error_memory(&r->error);
    }
    choice->target_dir = choice->folder && !path_is_absolute(plain)
                             ? path_join(here, plain, &r->arena)
                             : plain;
    return choice->target_dir || error_memory(&r->error);
}

static bool find(struct result *r, const struct armeld_cargo_options *options,
                 struct cargo_found *found)
{
    struct cargo_choice choice = {.manifest = options->manifest,
                                  .folder = options->folder,
                                  .profile = options->profile,
                                  .target = options->target,
                                  .specs = options->packages,
                                  .spec_count = options->package_count};
    struct cargo_workspace workspace;
    if (options->messages) {
        return cargo_messages_read(span_make(options->messages, options->messages_size), &choice,
                                   &r->arena, found, &r->error);
    }
    if (options->target_dir && !take_target_dir(r, options, &choice)) {
        return false;
    }
    if (!options->metadata && !options->target &&
        !cargo_default_target(choice.folder, &r->arena, &choice.target, &r->error)) {
        return false;
    }
    struct span json = span_make(options->metadata, options->metadata_size);
    return (options->metadata ||
            cargo_run(&choice, &r->arena, &json, &r->error)) &&
           cargo_metadata_parse(json, &r->arena, &workspace, &r->error) &&
           cargo_find(&workspace, &choice, &r->arena, found, &r->error);
}

struct armeld_cargo *armeld_cargo_find(const struct armeld_cargo_options *options)
{
    struct armeld_cargo_options own;
    struct cargo_found found = {0};
    struct result *r = calloc(1, sizeof *r);
    if (!r) {
        return NULL;
    }
    bool done = options_take(options, &own, sizeof own, "armeld_cargo_options", &r->error) &&
                find(r, &own, &found);
    r->public.status = done ? ARMELD_OK : (int)r->error.kind;
    r->public.error = r->error.text;
    r->public.paths = found.paths;
    r->public.path_count = done ? found.count : 0;
    r->public.notes = found.notes;
    r->public.note_count = found.note_count;
    return &r->public;
}

void armeld_cargo_free(struct armeld_cargo *cargo)
{
    struct result *r = (struct result *)cargo;
    if (r) {
        arena_free(&r->arena);
    }
    free(r);
}
