/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tree.h"

enum { PATIENCE = 300 }; /* seconds that a run may take: it ends what hangs */

const char *faults;
const char *file_to_cut;

void read_words(const char *path, struct words *words)
{
    FILE *file = fopen(path, "r");
    char line[512];
    size_t count = 0;
    while (file && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (count == MOST_WORDS || !(words->list[count++] = strdup(line))) {
            give_up(path);
        }
    }
    if (file) {
        fclose(file);
    }
}

pid_t begin(const struct words *words, const char *fault)
{
    pid_t child = fork();
    if (child < 0) {
        give_up("fork");
    }
    if (child == 0) {
        int said = open("said", O_WRONLY | O_CREAT | O_TRUNC, 0600);
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0);
        dup2(null, 1);
        dup2(said, 2);
        close(said);
        close(null);
        alarm(PATIENCE);
        if (fault) {
            setenv("FAULT", fault, 1);
            setenv("FAULT_FILE", file_to_cut ? file_to_cut : "/dev/null", 1);
            setenv("FAULT_COUNTS", "../counts", 1);
            setenv("LD_PRELOAD", faults, 1);
        }
        if (chdir("work") == 0) {
            execvp(words->list[0], words->list);
        }
        _exit(127);
    }
    return child;
}

void finish(pid_t child, struct outcome *outcome)
{
    while (waitpid(child, &outcome->status, 0) < 0) {
        if (errno != EINTR) {
            give_up("waitpid");
        }
    }
    int fd = open("said", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? 0 : read(fd, outcome->text, sizeof outcome->text - 1);
    outcome->text[got < 0 ? 0 : got] = '\0';
    outcome->text[strcspn(outcome->text, "\n")] = '\0';
    if (fd >= 0) {
        close(fd);
    }
}

void run(const struct words *words, const char *fault, struct outcome *outcome)
{
    finish(begin(words, fault), outcome);
}

int exit_of(const struct outcome *outcome)
{
    return WIFEXITED(outcome->status) ? WEXITSTATUS(outcome->status) : -1;
}
