/* SPDX-License-Identifier: MIT */
#include "api/split_debug.h"

#include "api/prove.h"
#include "base/path.h"
#include "obj/object.h"
#include "write/prelinked.h"

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

/** Whether an object that is joined has debug info that cannot be. False: no memory. */
static bool find_loss(const struct armeld *armeld, bool *loses)
{
    struct arena arena = {0};
    struct error unread = {0};
    for (uint32_t i = 0; !*loses && i < armeld->census.count; i++) {
        struct object object;
        if (class_is_object(&armeld->census.list[i]) && !(armeld->apart && armeld->apart[i]) &&
            object_read(set_member(&armeld->set, class_member(&armeld->census, i))->data, &arena,
                        &object, &unread) == OBJ_OK) {
            *loses = prelink_loses_debug(&object);
        }
        arena_reset(&arena);
    }
    arena_free(&arena);
    return !unread.memory;
}

bool split_debug_tell(struct armeld *armeld)
{
    const struct armeld_options *options = &armeld->options;
    bool loses = false;
    if (!options->split_debug || !options->prelink) {
        return true;
    }
    if (!find_loss(armeld, &loses)) {
        return error_memory(&armeld->error);
    }
    return !loses ||
           prove_tell(armeld, arena_printf(&armeld->arena,
                                           "%s gets no debug information of objects that are "
                                           "joined: CodeView and Mach-O's cannot be; keep the "
                                           "originals, which have it",
                                           options->split_debug));
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
