/* SPDX-License-Identifier: MIT */
/** Ending early: on the signals of users and systems, and when a file shrinks while it is read. */
#ifndef ARMELD_CLI_SIGNALS_H
#define ARMELD_CLI_SIGNALS_H

/**
 * From now on SIGINT, SIGTERM and SIGHUP end the program in good order: no temporary file stays
 * behind, it is said whether files were changed, and the exit status tells it (enum armeld_status).
 * So does SIGBUS, which is what reading from a file earns that somebody truncates. Files that grow
 * beyond a limit are errors of writing, not signals. Call it before any thread is started.
 */
void signals_begin(void);

#endif
