/* SPDX-License-Identifier: MIT */
#include "cli/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

bool terminal_open_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        /* open() takes the lowest free number, and all lower ones are taken by now */
        int flags = fd == STDERR_FILENO ? O_WRONLY : O_RDONLY;
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", flags) != fd) {
            return false;
        }
    }
    return true;
}

bool terminal_arguments(int *argc, char **argv[])
{
    (void)argc;
    (void)argv;
    return true;
}

FILE *terminal_open_file(const char *path)
{
    return fopen(path, "r");
}

bool terminal_reader_left(int code)
{
    (void)code; /* SIGPIPE; who has it ignored wants to know */
    return false;
}

bool terminal_is(FILE *stream)
{
    return isatty(fileno(stream));
}

bool terminal_is_ascii(void)
{
    /* as setlocale(3) has it; the locale itself stays "C", in which names are read as they are */
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    const char *locale = "";
    for (size_t i = 0; i < sizeof names / sizeof *names && !*locale; i++) {
        const char *value = getenv(names[i]);
        locale = value ? value : "";
    }
    const char *codeset = strchr(locale, '.');
    return !codeset || (strncasecmp(codeset, ".UTF-8", 6) != 0 &&
                        strncasecmp(codeset, ".utf8", 5) != 0);
}

bool terminal_is_capable(FILE *stream)
{
    const char *kind = getenv("TERM");
    return isatty(fileno(stream)) && kind && *kind && strcmp(kind, "dumb") != 0;
}

unsigned terminal_columns(FILE *stream)
{
    struct winsize size;
    bool known = ioctl(fileno(stream), TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : 80;
}

double terminal_clock(void)
{
    struct timespec now = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
