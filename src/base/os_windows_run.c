/* SPDX-License-Identifier: MIT */
/** The platform, Windows: other programs. */
#include "base/os_windows.h"

#include <errno.h>
#include <stdlib.h>

#include <windows.h>

/* ---- the command line -------------------------------------------------------------------- */

/**
 * Append an argument such that CommandLineToArgvW() and C libraries read it back: in quotes;
 * backslashes before a quote are doubled, the quote gets one more.
 */
static wchar_t *quote(wchar_t *to, const wchar_t *text)
{
    size_t backslashes = 0;
    *to++ = L'"';
    for (; *text; text++) {
        if (*text == L'"') {
            for (; backslashes; backslashes--) {
                *to++ = L'\\';
            }
            *to++ = L'\\';
        }
        backslashes = *text == L'\\' ? backslashes + 1 : 0;
        *to++ = *text;
    }
    for (; backslashes; backslashes--) {
        *to++ = L'\\';
    }
    *to++ = L'"';
    return to;
}

/** All arguments in one line, in memory that the caller frees; NULL with errno set. */
static wchar_t *join(const char *const *arguments)
{
    size_t most = 1;
    for (size_t i = 0; arguments[i]; i++) {
        most += 2 * strlen(arguments[i]) + 3;
    }
    wchar_t *line = malloc(most * sizeof *line);
    wchar_t *to = line;
    errno = ENOMEM;
    for (size_t i = 0; line && arguments[i]; i++) {
        wchar_t *wide = windows_wide_text(arguments[i]);
        if (!wide) {
            free(line);
            return NULL;
        }
        if (i) {
            *to++ = L' ';
        }
        to = quote(to, wide);
        free(wide);
    }
    if (line) {
        *to = L'\0';
    }
    return line;
}

/** Where the program is: itself if it is a path, else in PATH. The caller frees it. */
static wchar_t *find_program(const char *name)
{
    wchar_t *wide = windows_wide_text(name);
    if (!wide || wcspbrk(wide, L"/\\:")) {
        return wide;
    }
    /* not in the current folder, which SearchPathW() without a path would look through as well */
    DWORD size = GetEnvironmentVariableW(L"PATH", NULL, 0);
    wchar_t *path = size ? malloc(size * sizeof *path) : NULL;
    DWORD count = 0;
    if (path && GetEnvironmentVariableW(L"PATH", path, size) < size) {
        count = SearchPathW(path, wide, L".exe", 0, NULL, NULL);
    }
    wchar_t *found = count ? malloc(count * sizeof *found) : NULL;
    if (found && SearchPathW(path, wide, L".exe", count, found, NULL) >= count) {
        free(found);
        found = NULL;
    }
    free(path);
    free(wide);
    errno = found ? 0 : ENOENT;
    return found;
}

/* ---- the program ------------------------------------------------------------------------- */

/** @output what it writes to; this process keeps its own copy open */
static int start(const char *folder, const char *const *arguments, HANDLE output, HANDLE *child)
{
    SECURITY_ATTRIBUTES inherited = {.nLength = sizeof inherited, .bInheritHandle = TRUE};
    STARTUPINFOW how = {.cb = sizeof how, .dwFlags = STARTF_USESTDHANDLES};
    PROCESS_INFORMATION process = {0};
    wchar_t *program = find_program(arguments[0]);
    int code = program ? 0 : errno;
    wchar_t *line = program ? join(arguments) : NULL;
    code = code ? code : line ? 0 : errno;
    wchar_t *place = folder ? windows_wide_text(folder) : NULL;
    code = code ? code : folder && !place ? errno : 0;
    HANDLE nothing = CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                 &inherited, OPEN_EXISTING, 0, NULL);
    HANDLE messages = NULL;
    /* without a standard error the program does without, too */
    DuplicateHandle(GetCurrentProcess(), GetStdHandle(STD_ERROR_HANDLE), GetCurrentProcess(),
                    &messages, 0, TRUE, DUPLICATE_SAME_ACCESS);
    how.hStdInput = nothing;
    how.hStdOutput = output;
    how.hStdError = messages;
    if (!code && !CreateProcessW(program, line, NULL, NULL, TRUE, 0, NULL, place, &how, &process)) {
        code = windows_errno();
    }
    if (!code) {
        CloseHandle(process.hThread);
        *child = process.hProcess;
    }
    if (nothing != INVALID_HANDLE_VALUE) {
        CloseHandle(nothing);
    }
    if (messages) {
        CloseHandle(messages);
    }
    free(place);
    free(line);
    free(program);
    return code;
}

/** Read until the other end is closed. */
static int read_output(HANDLE input, system_take *take, void *context)
{
    char buffer[16 * 1024];
    DWORD got;
    while (ReadFile(input, buffer, sizeof buffer, &got, NULL)) {
        if (got && !take(context, buffer, got)) {
            return EFBIG;
        }
    }
    return GetLastError() == ERROR_BROKEN_PIPE ? 0 : windows_errno();
}

int system_run(const char *folder, const char *const *arguments, system_take *take, void *context,
               int *status)
{
    HANDLE input;
    HANDLE output;
    HANDLE child = NULL;
    if (!CreatePipe(&input, &output, NULL, 0)) {
        return windows_errno();
    }
    int code = SetHandleInformation(output, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)
                   ? start(folder, arguments, output, &child)
                   : windows_errno();
    CloseHandle(output);
    if (!code) {
        DWORD result = 0;
        code = read_output(input, take, context);
        if (code) {
            TerminateProcess(child, 1);
        }
        WaitForSingleObject(child, INFINITE);
        GetExitCodeProcess(child, &result);
        *status = (int)result;
        CloseHandle(child);
    }
    CloseHandle(input);
    return code;
}
