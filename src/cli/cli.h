/* SPDX-License-Identifier: MIT */
/** The command line from end to end; main() calls these three in turn. */
#ifndef ARMELD_CLI_CLI_H
#define ARMELD_CLI_CLI_H

#include "cli/verb.h"

/** Read the arguments and find the verb. Returns an exit status; what is wrong was said. */
int cli_parse(struct command *command, int argc, char *const argv[]);

/** Let the verb do it. Returns the exit status. */
int cli_run(struct command *command);

/**
 * Close standard output and free what the command owns. Returns the exit status: output that
 * could not be written is an error, and CLI_UNREPORTED if files were changed.
 */
int cli_finish(struct command *command);

#endif
