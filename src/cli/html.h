/* SPDX-License-Identifier: MIT */
/** The HTML report as a file: written early, so that what fails fails before any other change. */
#ifndef ARMELD_CLI_HTML_H
#define ARMELD_CLI_HTML_H

#include "armeld.h"
#include "base/os.h"
#include "cli/verb.h"

/** Start with {0}. */
struct html_file {
    struct os_output output;
    const char *path;
    struct span text; /* for standard output */
};

/**
 * Fill in the title, the command and, from SOURCE_DATE_EPOCH, the date of the report at @path,
 * which is NULL if there is to be none. What goes wrong is said.
 */
bool html_describe(struct command *command, const char *path, const char *title,
                   struct armeld_options *options);

/** Whether the report goes to standard output: then no other report does. */
bool html_is_stdout(const char *path);

/**
 * Chart the handle, which is planned or inspected, and write the report beside @path: a report of
 * armeld, an empty file, nothing yet, or "-" for standard output. Without a @path nothing is done.
 * What goes wrong is said. Returns the exit status.
 */
int html_write(struct armeld *armeld, const char *path, struct html_file *file);

/** Put it in its place if @status is that of a success; in any case the file is done with. */
int html_finish(struct html_file *file, int status);

#endif
