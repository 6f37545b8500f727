/* SPDX-License-Identifier: MIT */
/** The public API: the report as a page, and the commands that it offers. */
#include "api/page.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "report/report.h"

enum { LONGEST_COMMAND = 1500 };

/** Whether a set that was looked at, or compared, has shared objects or programs. */
static bool has_images(const struct armeld *armeld)
{
    return armeld->report.image_count || armeld->had_images;
}

const char *page_row_name(const struct armeld *armeld)
{
    static const char *const names[] = {"library", "crate", "member", "section", "reason"};
    return armeld->by == ARMELD_BY_LIBRARY && has_images(armeld) ? "file" : names[armeld->by];
}

/** Add words of a command, each behind @option if that is not "". */
static void add_words(struct arena *arena, const char **text, const char *option,
                      const char *const *words, size_t count)
{
    for (size_t i = 0; *text && i < count; i++) {
        const char *word = path_quoted("", words[i], arena);
        *text = word ? arena_printf(arena, "%s %s%s", *text, option, word) : NULL;
    }
}

/** Where what is melded goes: what was inspected, to copies. */
static const char *try_outputs(struct armeld *armeld)
{
    const struct armeld_options *options = &armeld->options;
    struct arena *arena = &armeld->arena;
    const char *name = armeld->set.framework_count             ? "workspace.xcframework"
                       : armeld->report.flavour == ARMELD_COFF ? "workspace.lib"
                                                               : "libworkspace.a";
    const char *text = options->recursive ? "-r" : "";
    if (armeld->job == JOB_INSPECT) {
        return arena_printf(arena, "%s -d melded -o melded/%s", text, name);
    }
    add_words(arena, &text, "-d ", &options->output_dir, options->output_dir != NULL);
    add_words(arena, &text, options->one_archive ? "--single " : "-o ", &options->workspace, 1);
    return text;
}

/** How a command that melds the same goes on after options to shrink; NULL: memory is short. */
static const char *try_after(struct armeld *armeld)
{
    static const char *const workspaces[] = {NULL, "one", "main", "auto"};
    const struct armeld_options *options = &armeld->options;
    struct arena *arena = &armeld->arena;
    const char *text = try_outputs(armeld);
    add_words(arena, &text, "--workspaces=", &workspaces[options->workspaces % 4],
              options->workspaces > 0 && options->workspaces < 4);
    if (text && options->min_sharers > 2) {
        text = arena_printf(arena, "%s --min-sharers %u", text, options->min_sharers);
    }
    add_words(arena, &text, "--keep ", options->keep, options->keep_count);
    add_words(arena, &text, "--only ", options->only, options->only_count);
    add_words(arena, &text, "--root ", options->roots, options->root_count);
    add_words(arena, &text, "--export ", options->exports, options->export_count);
    add_words(arena, &text, "--models ", options->models, options->model_count);
    const char *start = text;
    for (const struct input *i = armeld->inputs; text && i; i = i->next) {
        if (!i->melds && armeld->job == JOB_INSPECT) {
            continue;
        }
        add_words(arena, &text, "", &i->path, 1);
        if (text && strlen(text) > LONGEST_COMMAND) {
            return arena_printf(arena, "%s PATH...", start);
        }
    }
    return text ? text + (text[0] == ' ') : NULL;
}

/** The path of an image as it was given or found: of a slice, that of its file. */
static const char *image_path(const struct library *library)
{
    return library->universal ? library->universal : library->path;
}

/** Whether all slices of an image can be stripped, and some of them have what to take out. */
static bool is_strippable(const struct armeld *armeld, const char *path)
{
    bool refused = false;
    uint64_t saves = 0;
    size_t image = 0;
    for (size_t i = 0; i < armeld->set.library_count; i++) {
        const struct library *library = &armeld->set.libraries[i];
        if (library->is_image && strcmp(image_path(library), path) == 0) {
            const struct armeld_image *is = &armeld->report.images[image];
            refused |= is->refused != NULL;
            saves += is->debug + is->locals;
        }
        image += library->is_image;
    }
    return saves && !refused;
}

/** Whether an image was named; else a package has it, whose path goes before the image's. */
static bool is_named(const struct armeld *armeld, const char *path, size_t *skip)
{
    for (const struct input *i = armeld->inputs; i; i = i->next) {
        size_t length = strlen(i->path);
        if (strncmp(path, i->path, length) == 0 && (!path[length] || path[length] == ':')) {
            *skip = path[length] ? length + 1 : 0;
            return !path[length];
        }
    }
    *skip = 0;
    return true;
}

/** How a command that strips goes on: images that were named, or what packages have. */
static bool strip_after(struct armeld *armeld, bool named, const char **text)
{
    const char *last = "";
    *text = "";
    for (size_t i = 0; *text && i < armeld->set.library_count; i++) {
        const struct library *library = &armeld->set.libraries[i];
        const char *path = image_path(library);
        size_t skip;
        if (!library->is_image || strcmp(path, last) == 0 || !is_strippable(armeld, path) ||
            is_named(armeld, path, &skip) != named) {
            continue;
        }
        const char *name = path + skip;
        bool option = skip && (name[0] == '-' || name[0] == '@');
        const char *word = path_quoted(option ? "./" : "", name, &armeld->arena);
        last = path;
        *text = word ? arena_printf(&armeld->arena, "%s%s%s", *text, **text ? " " : "", word)
                     : NULL;
        if (*text && strlen(*text) > LONGEST_COMMAND) {
            *text = "PATH...";
            return true;
        }
    }
    bool done = *text != NULL;
    *text = done && **text ? *text : NULL;
    return done;
}

/** The page of the handle's job. */
static bool make_page(struct armeld *armeld, size_t *size)
{
    struct report_page page = {
        .map = &armeld->map,
        .title = armeld->options.title,
        .command = armeld->options.command,
        .date = armeld->options.date,
        .files = has_images(armeld),
    };
    if (armeld->job == JOB_COMPARE) {
        return report_compare_html(&armeld->report, &armeld->compared, &page,
                                   page_row_name(armeld), &armeld->page, size);
    }
    bool tries = armeld->report.bytes && !armeld->options.machine && !armeld->options.single;
    page.try_after = tries ? try_after(armeld) : NULL;
    return (!tries || page.try_after) && strip_after(armeld, true, &page.strip_after) &&
           strip_after(armeld, false, &page.strip_packed) &&
           report_html(&armeld->report, &page, &armeld->page, size);
}

int armeld_html(struct armeld *armeld, const char **text, size_t *size)
{
    int status = armeld_chart(armeld);
    if (status != ARMELD_OK) {
        return status;
    }
    free(armeld->page);
    armeld->page = NULL;
    if (!make_page(armeld, size)) {
        armeld->page = NULL;
        error_memory(&armeld->error);
        return handle_finish(armeld, false, STAGE_FAILED);
    }
    *text = armeld->page;
    return ARMELD_OK;
}
