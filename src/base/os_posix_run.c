/* SPDX-License-Identifier: MIT */
/** The platform, POSIX: other programs. */
/* for posix_spawn_file_actions_addchdir_np(), of POSIX 2024 under a name of its own */
#define _GNU_SOURCE // NOLINT(bugprone-reserved-identifier)
#include "base/os_system.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/**
 * The exit status of a program that could not be started, where the system notices that in the new
 * process only, as an emulator may (POSIX, posix_spawn()), or where a script says so.
 */
enum { NOT_STARTED = 127 };

/** A pipe that no program inherits. */
static int open_pipe(int ends[2])
{
    if (pipe(ends) != 0) {
        return errno;
    }
    for (int i = 0; i < 2; i++) {
        if (fcntl(ends[i], F_SETFD, FD_CLOEXEC) != 0) {
            int code = errno;
            close(ends[0]);
            close(ends[1]);
            return code;
        }
    }
    return 0;
}

/** Signals as in a new program: this one has threads that wait for some. */
static int reset_signals(posix_spawnattr_t *attributes)
{
    sigset_t none;
    sigset_t pipe_signal;
    sigemptyset(&none);
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    int code = posix_spawnattr_setsigmask(attributes, &none);
    code = code ? code : posix_spawnattr_setsigdefault(attributes, &pipe_signal);
    return code ? code
                : posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK |
                                                           POSIX_SPAWN_SETSIGDEF);
}

static int spawn(const char *folder, const char *const *arguments, int output, pid_t *child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int code = posix_spawn_file_actions_init(&actions);
    if (code) {
        return code;
    }
    code = posix_spawnattr_init(&attributes);
    if (code) {
        posix_spawn_file_actions_destroy(&actions);
        return code;
    }
    code = reset_signals(&attributes);
    code = code ? code
                : posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY,
                                                   0);
    code = code ? code : posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    code = code || !folder ? code : posix_spawn_file_actions_addchdir_np(&actions, folder);
    /* the program changes no argument: the interface is older than const */
    code = code ? code
                : posix_spawnp(child, arguments[0], &actions, &attributes,
                               (char *const *)(uintptr_t)arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return code;
}

/** Read until the other end is closed. */
static int read_output(int input, system_take *take, void *context)
{
    char buffer[16 * 1024];
    for (;;) {
        ssize_t got = read(input, buffer, sizeof buffer);
        if (got == 0) {
            return 0;
        }
        if (got < 0 && errno != EINTR) {
            return errno;
        }
        if (got > 0 && !take(context, buffer, (size_t)got)) {
            return EFBIG;
        }
    }
}

int system_run(const char *folder, const char *const *arguments, system_take *take, void *context,
               int *status)
{
    int ends[2];
    pid_t child;
    int code = open_pipe(ends);
    if (code) {
        return code;
    }
    code = spawn(folder, arguments, ends[1], &child);
    close(ends[1]);
    if (code == 0) {
        int result = 0;
        code = read_output(ends[0], take, context);
        if (code) {
            kill(child, SIGKILL);
        }
        while (waitpid(child, &result, 0) < 0) {
            if (errno != EINTR) { /* somebody else waited for it */
                close(ends[0]);
                return code ? code : errno;
            }
        }
        *status = WIFEXITED(result) ? WEXITSTATUS(result) : -1;
        code = code == 0 && *status == NOT_STARTED ? ENOENT : code;
    }
    close(ends[0]);
    return code;
}
