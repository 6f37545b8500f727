/* SPDX-License-Identifier: MIT */
/** The platform, Windows: files, mapped, written and renamed. */
#include "base/os_windows.h"

#include <errno.h>
#include <stdlib.h>

#include <windows.h>

enum { SHARE_ALL = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE };
enum { READ_ONLY = 0444, WRITABLE = 0644 }; /* all that there is of a mode */
enum { OWNER_WRITES = 0200 };

/* ---- reading ----------------------------------------------------------------------------- */

int system_open(const char *path, os_handle *handle)
{
    wchar_t *wide = windows_wide(path);
    if (!wide) {
        return errno;
    }
    *handle = CreateFileW(wide, GENERIC_READ, SHARE_ALL, NULL, OPEN_EXISTING,
                          FILE_FLAG_BACKUP_SEMANTICS, NULL);
    int code = *handle == INVALID_HANDLE_VALUE ? windows_errno() : 0;
    free(wide);
    return code;
}

int system_identify(os_handle handle, struct os_file *file, uint64_t *size)
{
    BY_HANDLE_FILE_INFORMATION found;
    if (GetFileType(handle) != FILE_TYPE_DISK) {
        return EINVAL;
    }
    if (!GetFileInformationByHandle(handle, &found)) {
        return windows_errno();
    }
    if (found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY) {
        return EISDIR;
    }
    uint64_t ticks = (uint64_t)found.ftLastWriteTime.dwHighDateTime << 32 |
                     found.ftLastWriteTime.dwLowDateTime;
    *size = (uint64_t)found.nFileSizeHigh << 32 | found.nFileSizeLow;
    *file = (struct os_file){
        .device = found.dwVolumeSerialNumber,
        .inode = (uint64_t)found.nFileIndexHigh << 32 | found.nFileIndexLow,
        .mode = found.dwFileAttributes & FILE_ATTRIBUTE_READONLY ? READ_ONLY : WRITABLE,
        .modified = (int64_t)ticks,
    };
    return 0;
}

uint32_t os_kept_mode(uint32_t mode)
{
    return mode & OWNER_WRITES ? WRITABLE : READ_ONLY;
}

int system_identify_path(const char *path, struct os_file *file, uint64_t *size)
{
    os_handle handle;
    int code = system_open(path, &handle);
    if (code == 0) {
        code = system_identify(handle, file, size);
        CloseHandle(handle);
    }
    return code;
}

const void *system_map(os_handle handle, size_t size)
{
    HANDLE section = CreateFileMappingW(handle, NULL, PAGE_READONLY, 0, 0, NULL);
    const void *bytes = section ? MapViewOfFile(section, FILE_MAP_READ, 0, 0, size) : NULL;
    if (!bytes) {
        errno = windows_errno();
    }
    if (section) {
        CloseHandle(section); /* the view holds it */
    }
    return bytes;
}

void system_unmap(struct span bytes)
{
    UnmapViewOfFile(bytes.data);
}

size_t system_page_size(void)
{
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwPageSize;
}

void os_forget(struct span bytes)
{
    (void)bytes; /* the system takes pages back by itself */
}

void os_will_read(struct span bytes)
{
    (void)bytes; /* mappings are read ahead */
}

/** In memory that the page file backs: a file that is mapped cannot be removed. */
bool os_gather(const char *beside, const struct os_file *like, const struct span *pieces,
               size_t count, struct os_file *file, struct error *error)
{
    uint64_t size = 0;
    (void)like;
    for (size_t i = 0; i < count; i++) {
        size += pieces[i].size;
    }
    HANDLE section = CreateFileMappingW(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE,
                                        (DWORD)(size >> 32), (DWORD)size, NULL);
    uint8_t *bytes = section ? MapViewOfFile(section, FILE_MAP_WRITE, 0, 0, (size_t)size) : NULL;
    int code = bytes ? 0 : windows_errno();
    if (section) {
        CloseHandle(section);
    }
    if (code) {
        return error_set_errno(error, code, "%s: room for its original", beside);
    }
    uint8_t *to = bytes;
    for (size_t i = 0; i < count; i++) {
        if (pieces[i].size) {
            memcpy(to, pieces[i].data, pieces[i].size);
        }
        to += pieces[i].size;
    }
    file->bytes = span_make(bytes, (size_t)size);
    file->size = size;
    return true;
}

/* ---- writing ----------------------------------------------------------------------------- */

int system_create(const char *path, const struct os_file *like, os_handle *handle)
{
    bool read_only = like && !(like->mode & OWNER_WRITES);
    wchar_t *wide = windows_wide(path);
    if (!wide) {
        return errno;
    }
    *handle = CreateFileW(wide, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_NEW,
                          read_only ? FILE_ATTRIBUTE_READONLY : FILE_ATTRIBUTE_NORMAL, NULL);
    int code = *handle == INVALID_HANDLE_VALUE ? windows_errno() : 0;
    free(wide);
    return code;
}

int system_write(os_handle handle, const struct span *pieces, size_t count, const void **from)
{
    enum { MOST = 64 << 20 };
    for (size_t i = 0; i < count; i++) {
        for (struct span rest = pieces[i]; rest.size;) {
            DWORD wanted = rest.size < MOST ? (DWORD)rest.size : MOST;
            DWORD written = 0;
            if (!WriteFile(handle, rest.data, wanted, &written, NULL)) {
                *from = rest.data;
                return windows_errno();
            }
            rest = span_from(rest, written);
        }
    }
    return 0;
}

int system_flush(os_handle handle)
{
    return FlushFileBuffers(handle) ? 0 : windows_errno();
}

int system_close(os_handle handle)
{
    return CloseHandle(handle) ? 0 : windows_errno();
}

/* Nothing read-only is replaced or removed. */
static void make_writable(const wchar_t *path)
{
    DWORD attributes = GetFileAttributesW(path);
    if (attributes != INVALID_FILE_ATTRIBUTES && attributes & FILE_ATTRIBUTE_READONLY) {
        SetFileAttributesW(path, attributes & ~(DWORD)FILE_ATTRIBUTE_READONLY);
    }
}

/* What FileRenameInfoEx takes; not in every version of the headers. */
struct rename_information {
    DWORD flags;
    HANDLE root;
    DWORD name_bytes;
    wchar_t name[1];
};
enum { RENAME_INFORMATION_EX = 22, RENAME_REPLACE = 1, RENAME_POSIX = 2 };

/**
 * Rename as POSIX does: who has the old file open goes on reading it. False where the system or
 * the file system cannot.
 */
static bool rename_open_file(const wchar_t *from, const wchar_t *to)
{
    size_t bytes = wcslen(to) * sizeof *to;
    struct rename_information *information = calloc(1, sizeof *information + bytes);
    HANDLE handle = CreateFileW(from, DELETE | SYNCHRONIZE, SHARE_ALL, NULL, OPEN_EXISTING,
                                FILE_FLAG_WRITE_THROUGH, NULL);
    bool done = false;
    if (information && handle != INVALID_HANDLE_VALUE) {
        information->flags = RENAME_REPLACE | RENAME_POSIX;
        information->name_bytes = (DWORD)bytes;
        memcpy(information->name, to, bytes);
        done = SetFileInformationByHandle(handle, (FILE_INFO_BY_HANDLE_CLASS)RENAME_INFORMATION_EX,
                                          information, (DWORD)(sizeof *information + bytes));
    }
    if (handle != INVALID_HANDLE_VALUE) {
        CloseHandle(handle);
    }
    free(information);
    return done;
}

/* Virus scanners and indexers hold files for a moment: repeat failing calls for two seconds. */
enum { TRIES = 40, PAUSE = 50 };

static bool is_held(DWORD why)
{
    return why == ERROR_SHARING_VIOLATION || why == ERROR_ACCESS_DENIED ||
           why == ERROR_USER_MAPPED_FILE;
}

int system_may_replace(const char *path)
{
    wchar_t *wide = windows_wide(path);
    int code = wide ? EBUSY : errno;
    for (unsigned i = 0; code == EBUSY && i < TRIES; i++) {
        HANDLE handle = CreateFileW(wide, DELETE, SHARE_ALL, NULL, OPEN_EXISTING, 0, NULL);
        if (handle != INVALID_HANDLE_VALUE) {
            CloseHandle(handle);
            code = 0;
        } else if (GetLastError() != ERROR_SHARING_VIOLATION) {
            code = 0; /* whatever it is, replacing it will tell */
        } else {
            Sleep(PAUSE);
        }
    }
    free(wide);
    return code;
}

/** Where an old file waits for its readers, beside its place: ".NAME.armeld-old". */
static wchar_t *name_aside(const wchar_t *path)
{
    static const wchar_t suffix[] = L".armeld-old";
    const wchar_t *base = wcsrchr(path, L'\\');
    size_t directory = base ? (size_t)(base + 1 - path) : 0;
    wchar_t *aside = malloc((wcslen(path) + 1) * sizeof *aside + sizeof suffix);
    if (aside) {
        wmemcpy(aside, path, directory);
        aside[directory] = L'.';
        wcscpy(aside + directory + 1, path + directory);
        wcscat(aside, suffix);
    }
    return aside;
}

void windows_heal(const wchar_t *path)
{
    wchar_t *aside = name_aside(path);
    if (aside && GetFileAttributesW(path) == INVALID_FILE_ATTRIBUTES &&
        GetFileAttributesW(aside) != INVALID_FILE_ATTRIBUTES) {
        MoveFileExW(aside, path, MOVEFILE_WRITE_THROUGH);
    }
    free(aside);
}

/**
 * Where nothing that is open can be replaced, but renamed: the old file goes aside. For a moment
 * neither is in its place; who is killed just then is helped by windows_heal().
 */
static bool replace_in_two_steps(const wchar_t *from, const wchar_t *to)
{
    wchar_t *aside = name_aside(to);
    bool moved =
        aside && MoveFileExW(to, aside, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH);
    bool done = moved && MoveFileExW(from, to, MOVEFILE_WRITE_THROUGH);
    DWORD why = GetLastError();
    if (done) {
        DeleteFileW(aside); /* for good when its last reader is done */
    } else if (moved) {
        MoveFileExW(aside, to, MOVEFILE_WRITE_THROUGH);
    }
    free(aside);
    SetLastError(why);
    return done;
}

static bool rename_once(const wchar_t *from, const wchar_t *to)
{
    return rename_open_file(from, to) ||
           MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) ||
           (is_held(GetLastError()) && replace_in_two_steps(from, to));
}

static int rename_patiently(const wchar_t *from, const wchar_t *to)
{
    for (unsigned i = 1; !rename_once(from, to); i++) {
        if (!is_held(GetLastError()) || i == TRIES) {
            return windows_errno();
        }
        Sleep(PAUSE);
    }
    return 0;
}

int system_rename(const char *from, const char *to)
{
    wchar_t *wide_from = windows_wide(from);
    wchar_t *wide_to = wide_from ? windows_wide(to) : NULL;
    int code = wide_to ? 0 : errno;
    if (!code) {
        make_writable(wide_to);
        code = rename_patiently(wide_from, wide_to);
    }
    free(wide_from);
    free(wide_to);
    return code;
}

int system_remove(const char *path)
{
    wchar_t *wide = windows_wide(path);
    if (!wide) {
        return errno;
    }
    make_writable(wide);
    int code = DeleteFileW(wide) ? 0 : windows_errno();
    free(wide);
    return code;
}

int system_link(const char *from, const char *to)
{
    wchar_t *wide_from = windows_wide(from);
    wchar_t *wide_to = wide_from ? windows_wide(to) : NULL;
    int code = !wide_to ? errno : CreateHardLinkW(wide_to, wide_from, NULL) ? 0 : windows_errno();
    free(wide_from);
    free(wide_to);
    return code;
}

/* to make symlinks takes a right that few users have there */
int system_make_link(const char *text, const char *path)
{
    (void)text;
    (void)path;
    return ENOTSUP;
}

int system_read_link(const char *path, struct arena *arena, const char **text)
{
    (void)path;
    (void)arena;
    *text = NULL;
    return ENOTSUP;
}
