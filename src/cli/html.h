/* SPDX-License-Identifier: MIT */
/** The HTML report as a file: written early, so that what fails fails before any other change. */
#ifndef ARMELD_CLI_HTML_H
#define ARMELD_CLI_HTML_H

#include "armeld.h"
#include "base/os.h"

/** Start with {0}. */
struct html_file {
    struct os_output output;
    const char *path;
};

/**
 * Chart the handle, which is planned or inspected, and write the report beside @path. Without a
 * @path nothing is done. What goes wrong is said. Returns the exit status.
 */
int html_write(struct armeld *armeld, const char *path, struct html_file *file);

/** Put it in its place if @status is that of a success; in any case the file is done with. */
int html_finish(struct html_file *file, int status);

#endif
