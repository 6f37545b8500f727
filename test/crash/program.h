/* SPDX-License-Identifier: MIT */
/** Running commands in work/, disturbed by faults.c or not. */
#ifndef ARMELD_TEST_PROGRAM_H
#define ARMELD_TEST_PROGRAM_H

#include <sys/types.h>

enum { MOST_WORDS = 64 };

/** A command, or a list of files; NULL at the end. */
struct words {
    char *list[MOST_WORDS + 1];
};

/** How a run ended. */
struct outcome {
    int status;
    char text[2048]; /* what it said on stderr */
};

extern const char *faults;      /* the path of faults.so */
extern const char *file_to_cut; /* for faults.c; or NULL */

/** Read a word a line; a file that is not there has none. */
void read_words(const char *path, struct words *words);

/** Start a command in work/, disturbed by @fault if there is one. */
pid_t begin(const struct words *words, const char *fault);
void finish(pid_t child, struct outcome *outcome);
void run(const struct words *words, const char *fault, struct outcome *outcome);

/** Its exit status, or -1 if a signal ended it. */
int exit_of(const struct outcome *outcome);

#endif
