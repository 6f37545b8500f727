/* SPDX-License-Identifier: MIT */
#include "cli/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>
#include <shellapi.h>

#include "base/os_windows.h"

/* Whether standard output is a pipe, asked before it is closed. */
static bool writes_to_pipe;

bool terminal_open_streams(void)
{
    writes_to_pipe = GetFileType(GetStdHandle(STD_OUTPUT_HANDLE)) == FILE_TYPE_PIPE;
    FILE *const streams[] = {stdin, stdout, stderr};
    for (size_t i = 0; i < sizeof streams / sizeof *streams; i++) {
        /* a stream that the caller closed has no number */
        /* cppcheck-suppress leakReturnValNotUsed ; it is the stream itself */
        if (_fileno(streams[i]) < 0 && !freopen("NUL", i < 2 ? "r" : "w", streams[i])) {
            return false;
        }
        _setmode(_fileno(streams[i]), _O_BINARY); /* lines end in LF here, too */
    }
    if (!_isatty(_fileno(stdout))) {
        setvbuf(stdout, NULL, _IOFBF, 64 * 1024);
    }
    SetConsoleOutputCP(CP_UTF8);
    return true;
}

bool terminal_arguments(int *argc, char **argv[])
{
    int count = 0;
    wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &count);
    char **list = wide ? calloc((size_t)count + 1, sizeof *list) : NULL;
    for (int i = 0; list && i < count; i++) {
        list[i] = windows_narrow(wide[i]);
        if (!list[i]) {
            return false;
        }
    }
    LocalFree(wide);
    *argc = count;
    *argv = list; /* as long as the program */
    return list != NULL;
}

FILE *terminal_open_file(const char *path)
{
    wchar_t *wide = windows_wide(path);
    FILE *stream = wide ? _wfopen(wide, L"rb") : NULL;
    int code = errno;
    free(wide);
    errno = code;
    return stream;
}

bool terminal_reader_left(int code)
{
    /*
     * The C library takes ERROR_NO_DATA for EINVAL. Why a write failed before the last one is not
     * known any more; a pipe whose reader is there takes everything.
     */
    return code == EPIPE || code == EINVAL || (code == 0 && writes_to_pipe);
}

bool terminal_is(FILE *stream)
{
    DWORD mode;
    return GetConsoleMode((HANDLE)_get_osfhandle(_fileno(stream)), &mode);
}

bool terminal_is_ascii(void)
{
    return false; /* terminal_open_streams() */
}

bool terminal_is_capable(FILE *stream)
{
    DWORD mode;
    HANDLE handle = (HANDLE)_get_osfhandle(_fileno(stream));
    return GetConsoleMode(handle, &mode) &&
           SetConsoleMode(handle, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

unsigned terminal_columns(FILE *stream)
{
    CONSOLE_SCREEN_BUFFER_INFO info;
    bool known = GetConsoleScreenBufferInfo((HANDLE)_get_osfhandle(_fileno(stream)), &info);
    int columns = known ? info.srWindow.Right - info.srWindow.Left + 1 : 80;
    return columns > 0 ? (unsigned)columns : 80;
}

double terminal_clock(void)
{
    LARGE_INTEGER now;
    LARGE_INTEGER second;
    QueryPerformanceCounter(&now);
    QueryPerformanceFrequency(&second);
    return (double)now.QuadPart / (double)second.QuadPart;
}
