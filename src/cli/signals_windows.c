/* SPDX-License-Identifier: MIT */
#include "cli/signals.h"

#include <stdlib.h>

#include <windows.h>

#include "armeld.h"
#include "base/os.h"
#include "cli/diag.h"
#include "cli/progress.h"

/** Leave, unless all is done; @why with its @path before it, if there is one. */
static void leave(const char *path, const char *why)
{
    const char *colon = *path ? ": " : "";
    progress_stop();
    switch (os_abandon()) {
    case OS_UNCHANGED:
        diag_error("%s%s%s; no file was changed", path, colon, why);
        TerminateProcess(GetCurrentProcess(), ARMELD_FAILED);
        break;
    case OS_CHANGING:
        diag_error("some files are written, others not yet; run the same command again to "
                   "finish: %s%s%s",
                   path, colon, why);
        TerminateProcess(GetCurrentProcess(), ARMELD_INTERRUPTED);
        break;
    case OS_CHANGED:
        break;
    }
}

/** Control-C and its kin come in a thread of their own. */
static BOOL WINAPI on_control(DWORD event)
{
    (void)event;
    leave("", "interrupted");
    return FALSE; /* nothing is left to be lost: what it does by itself is right */
}

/** A page of a mapping that cannot be read: a network drive that went away. */
static LONG WINAPI on_exception(EXCEPTION_POINTERS *exception)
{
    const EXCEPTION_RECORD *record = exception->ExceptionRecord;
    if (record->ExceptionCode == EXCEPTION_IN_PAGE_ERROR && record->NumberParameters > 1) {
        const char *path = os_mapped_at((const void *)record->ExceptionInformation[1]);
        if (path) {
            leave(path, "cannot be read any more");
        }
    }
    return EXCEPTION_CONTINUE_SEARCH;
}

static void clean_up(void)
{
    progress_stop();
    os_abandon();
}

void signals_begin(void)
{
    SetConsoleCtrlHandler(on_control, TRUE);
    AddVectoredExceptionHandler(1, on_exception);
    atexit(clean_up);
}
