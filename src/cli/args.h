/* SPDX-License-Identifier: MIT */
/** The arguments of a call, with @FILE replaced by what FILE says. */
#ifndef ARMELD_CLI_ARGS_H
#define ARMELD_CLI_ARGS_H

#include "base/arena.h"

/** An argument and where it was written. */
struct arg {
    const char *text;
    const char *file; /**< the @FILE it came from; NULL: the command line */
    size_t at;        /**< line of the file, or number on the command line */
};

struct args {
    struct arg *list;
    size_t count;
    char *const *command; /**< the command line as it was typed, the program's name first */
    size_t command_count;
};

/**
 * Read the command line. Everything lives in @arena, but for the texts of @argv.
 * An argument @FILE, wherever it stands, is replaced by the lines of FILE, one argument each; an
 * empty line is none. Lines may end in CR LF, the file may begin with a byte order mark, and a
 * line may be @FILE again.
 * False: it was said what is wrong, and *@status is the exit status for it.
 */
bool args_read(int argc, char *const argv[], struct arena *arena, struct args *args, int *status);

#endif
