/* SPDX-License-Identifier: MIT */
#include "cli/html.h"

#include <stdlib.h>

#include "cli/diag.h"
#include "report/report.h"

/** Write and make durable what is to be the file. */
static bool write_file(struct html_file *file, struct span text, struct error *error)
{
    struct arena arena = {0};
    const char *plain = os_plain_path(file->path, &arena);
    const char *target = plain ? os_real_path(plain, &arena, error) : NULL;
    bool done = target ? os_create(target, NULL, &file->output, error) &&
                             os_write(&file->output, &text, 1, error) &&
                             os_sync(&file->output, error)
                       : plain ? false : error_memory(error);
    arena_free(&arena);
    return done;
}

int html_write(struct armeld *armeld, const char *path, struct html_file *file)
{
    struct error error = {0};
    char *text;
    size_t size;
    if (!path) {
        return ARMELD_OK;
    }
    int status = armeld_chart(armeld);
    if (status != ARMELD_OK) {
        diag_error("%s", armeld_error(armeld));
        return status;
    }
    if (!report_html(armeld_report(armeld), &text, &size)) {
        diag_error("out of memory while reporting");
        return ARMELD_FAILED;
    }
    file->path = path;
    bool done = write_file(file, span_make(text, size), &error);
    free(text);
    if (!done) {
        diag_error("%s", error.text);
    }
    return done ? ARMELD_OK : ARMELD_FAILED;
}

int html_finish(struct html_file *file, int status)
{
    struct error error = {0};
    if (file->path && status == ARMELD_OK) {
        if (os_rename(&file->output, &error)) {
            os_finish();
        } else {
            diag_error("%s", error.text);
            status = ARMELD_FAILED;
        }
    }
    os_discard(&file->output);
    return status;
}
