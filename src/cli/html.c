/* SPDX-License-Identifier: MIT */
#include "cli/html.h"

#include <stdio.h>

#include "cli/diag.h"
#include "cli/inputs.h"

/** Whether @path is, or will be, the file at @target. */
static bool is_target(const char *path, const char *target, struct arena *arena)
{
    struct error unresolved = {0};
    const char *real = path ? os_real_path(path, arena, &unresolved) : NULL;
    return real && strcmp(real, target) == 0;
}

/** The report takes no place of a library, of the workspace or of its sidecar. */
static bool check_place(const struct armeld_report *report, const char *target, struct arena *arena,
                        struct error *error)
{
    const char *workspace = report->workspace;
    const char *sidecar = workspace ? arena_printf(arena, "%s.armeld", workspace) : NULL;
    bool taken = is_target(workspace, target, arena) || is_target(sidecar, target, arena);
    for (size_t i = 0; i < report->library_count && !taken; i++) {
        taken = is_target(report->libraries[i].path, target, arena) ||
                is_target(report->libraries[i].output, target, arena);
    }
    for (size_t i = 0; i < report->file_count && !taken; i++) {
        taken = is_target(report->files[i].path, target, arena);
    }
    return !taken || error_set_kind(error, ERROR_USAGE, "%s: --html would take the place of a file "
                                                        "of the set", target);
}

/** Only a report is replaced, or an empty file: any other file was named by mistake. */
static bool check_replaced(const char *target, struct error *error)
{
    enum { MOST = 512 }; /* bytes until the title */
    static const char title[] = "<title>armeld report</title>";
    struct os_file file = {0};
    if (os_kind(target) != OS_FILE) {
        return true;
    }
    if (!os_map(target, &file, error)) {
        return false;
    }
    size_t size = file.bytes.size < MOST ? file.bytes.size : MOST;
    bool ours = size == 0;
    for (size_t i = 0; !ours && i + sizeof title - 1 <= size; i++) {
        ours = memcmp(file.bytes.data + i, title, sizeof title - 1) == 0;
    }
    os_unmap(&file);
    return ours || error_set(error, "%s: no HTML report of armeld, so --html does not replace it: "
                                    "name another file, or remove it", target);
}

/** Write and make durable what is to be the file. */
static bool write_file(const struct armeld_report *report, struct html_file *file, struct span text,
                       struct error *error)
{
    struct arena arena = {0};
    const char *plain = os_plain_path(file->path, &arena);
    const char *target = plain ? os_real_path(plain, &arena, error) : NULL;
    bool done = target ? check_place(report, target, &arena, error) &&
                             check_replaced(target, error) &&
                             os_create(target, NULL, &file->output, error) &&
                             os_write(&file->output, &text, 1, error) &&
                             os_sync(&file->output, error)
                       : plain ? false : error_memory(error);
    arena_free(&arena);
    return done;
}

bool html_is_stdout(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

int html_write(struct armeld *armeld, const char *path, struct html_file *file)
{
    struct error error = {0};
    const char *text;
    size_t size;
    if (!path) {
        return ARMELD_OK;
    }
    int status = armeld_html(armeld, &text, &size);
    if (status != ARMELD_OK) {
        diag_error("%s", armeld_error(armeld));
        return status;
    }
    if (html_is_stdout(path)) {
        file->text = span_make(text, size);
        return ARMELD_OK;
    }
    file->path = path;
    bool done = write_file(armeld_report(armeld), file, span_make(text, size), &error);
    if (!done) {
        diag_error("%s", error.text);
    }
    return done ? ARMELD_OK : (int)error.kind;
}

int html_finish(struct html_file *file, int status)
{
    struct error error = {0};
    if (file->path && status == ARMELD_OK) {
        if (os_rename(&file->output, &error)) {
            os_finish();
        } else {
            diag_error("%s%s", error.text,
                       os_has_changed() ? "; the set is written, only this report is lost" : "");
            status = os_has_changed() ? CLI_UNREPORTED : ARMELD_FAILED;
        }
    }
    if (status == ARMELD_OK && file->text.size) {
        fwrite(file->text.data, 1, file->text.size, stdout); /* failures are found in the end */
    }
    os_discard(&file->output);
    return status;
}
