/* SPDX-License-Identifier: MIT */
/* hold share|deny FILE SIGN - have a file open until SIGN, which is made when it is, is gone. */
#include <string.h>
#include <windows.h>

int main(void)
{
    int argc;
    wchar_t **argv = CommandLineToArgvW(GetCommandLineW(), &argc);
    if (argc != 4) {
        return 2;
    }
    DWORD share = wcscmp(argv[1], L"share") == 0
                      ? FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE
                      : FILE_SHARE_READ;
    HANDLE file = CreateFileW(argv[2], GENERIC_READ, share, NULL, OPEN_EXISTING, 0, NULL);
    HANDLE sign = CreateFileW(argv[3], GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    char before[64];
    char after[64];
    DWORD got;
    if (file == INVALID_HANDLE_VALUE || sign == INVALID_HANDLE_VALUE ||
        !ReadFile(file, before, sizeof before, &got, NULL)) {
        return 1;
    }
    CloseHandle(sign);
    while (GetFileAttributesW(argv[3]) != INVALID_FILE_ATTRIBUTES) {
        Sleep(50);
    }
    /* who holds the old file reads the old file */
    SetFilePointer(file, 0, NULL, FILE_BEGIN);
    return !(ReadFile(file, after, sizeof after, &got, NULL) &&
             memcmp(before, after, sizeof before) == 0);
}
