/* SPDX-License-Identifier: MIT */
/**
 * measure [-m] RESULTS NAME COMMAND... - run COMMAND and append "NAME SECONDS" to RESULTS; with -m
 * "NAME KIB", the peak of its private memory (heap and stacks, not mapped files), which is looked
 * at all the time: such a run is no good for its time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_EVERY = 100 * 1000 /* ns */ };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/** KiB of private memory that the process has now; 0 when it is gone. */
static long private_memory(pid_t process)
{
    char line[256];
    long size = 0;
    snprintf(line, sizeof line, "/proc/%ld/status", (long)process);
    FILE *status = fopen(line, "r");
    while (status && fgets(line, sizeof line, status)) {
        if (sscanf(line, "RssAnon: %ld", &size) == 1) {
            break;
        }
    }
    if (status) {
        fclose(status);
    }
    return size;
}

static long watch(pid_t process, int *status)
{
    long peak = 0;
    while (waitpid(process, status, WNOHANG) == 0) {
        long size = private_memory(process);
        peak = size > peak ? size : peak;
        nanosleep(&(struct timespec){.tv_nsec = LOOK_EVERY}, NULL);
    }
    return peak;
}

int main(int argc, char **argv)
{
    int memory = argc > 1 && strcmp(argv[1], "-m") == 0;
    int status = 1;
    long peak = 0;
    argv += memory;
    if (argc - memory < 4) {
        fputs("usage: measure [-m] RESULTS NAME COMMAND...\n", stderr);
        return 2;
    }
    double start = seconds();
    pid_t process = fork();
    if (process == 0) {
        execvp(argv[3], argv + 3);
        perror(argv[3]);
        _exit(127);
    }
    if (memory) {
        peak = watch(process, &status);
    } else {
        waitpid(process, &status, 0);
    }
    double time = seconds() - start;
    FILE *results = fopen(argv[1], "a");
    if (!results || status != 0) {
        fprintf(stderr, "measure: %s: failed\n", argv[3]);
        return 1;
    }
    if (memory) {
        fprintf(results, "%s %ld\n", argv[2], peak);
    } else {
        fprintf(results, "%s %.6f\n", argv[2], time);
    }
    return fclose(results) != 0;
}
