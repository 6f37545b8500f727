/* SPDX-License-Identifier: MIT */
#include "api/split_debug.h"

#include "base/path.h"

bool split_debug_check(struct armeld *armeld)
{
    const struct armeld_options *options = &armeld->options;
    const char *directory = options->split_debug;
    struct error *error = &armeld->error;
    const char *named = options->single ? armeld->set.libraries[0].path : options->workspace;
    if (!directory) {
        return true;
    }
    if (!(options->strip & ARMELD_STRIP_DEBUG)) {
        return error_set_kind(error, ERROR_USAGE,
                              "options.split_debug is for debug info that options.strip removes");
    }
    if (armeld->record.present && !options->output_dir) {
        return error_set(error,
                         "--split-debug needs the originals: armeld restore %s puts them back",
                         path_quoted("", named, &armeld->arena));
    }
    /* directories that do not exist yet are compared by their names */
    const char *outputs = path_directory(armeld->workspace, &armeld->arena);
    const char *outputs_name = outputs ? path_clean(outputs, &armeld->arena) : NULL;
    const char *copy_name = path_clean(directory, &armeld->arena);
    if (!outputs_name || !copy_name) {
        return error_memory(error);
    }
    return (!os_same_file(directory, outputs) && strcmp(outputs_name, copy_name) != 0) ||
           error_set_kind(error, ERROR_USAGE,
                          "%s: the copy with debug info needs a directory of its own", directory);
}

/** Meld the same inputs once more, into the directory of the copy. */
static bool meld_again(struct armeld *armeld, struct armeld *copy)
{
    int status = ARMELD_OK;
    for (const struct input *i = armeld->inputs; i && status == ARMELD_OK; i = i->next) {
        status = armeld_add(copy, i->path);
    }
    status = status == ARMELD_OK ? armeld_plan(copy) : status;
    status = status == ARMELD_OK ? armeld_apply(copy) : status;
    if (status != ARMELD_OK) {
        armeld->error = copy->error;
    }
    return status == ARMELD_OK;
}

bool split_debug_write(struct armeld *armeld)
{
    struct armeld_options options = armeld->options;
    if (!options.split_debug) {
        return true;
    }
    options.strip &= ~(unsigned)ARMELD_STRIP_DEBUG;
    options.output_dir = options.split_debug;
    options.split_debug = NULL;
    options.backup = false;
    options.no_sidecar = options.single; /* a set can be melded again only with its sidecar */
    options.pc_dir_count = 0;
    options.la = false;
    options.cmake_dir = options.dep_json = NULL;
    if (!options.single) {
        options.workspace = path_join(options.output_dir, path_base(options.workspace),
                                      &armeld->arena);
    }
    struct armeld *copy =
        options.single || options.workspace ? armeld_new(&options) : NULL;
    bool done = copy ? meld_again(armeld, copy) : error_memory(&armeld->error);
    armeld_free(copy);
    return done;
}
