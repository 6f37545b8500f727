/* SPDX-License-Identifier: MIT */
/** The platform, Windows: names, what stands where, directories, locks. */
#include "base/os_windows.h"

#include <errno.h>
#include <stdlib.h>

#include <windows.h>

void system_error_text(int code, char *text, size_t size)
{
    snprintf(text, size, "%s", strerror(code)); /* each thread has a text of its own here */
}

/* ---- names ------------------------------------------------------------------------------- */

int windows_errno(void)
{
    static const struct {
        DWORD code;
        int value;
    } table[] = {
        {ERROR_FILE_NOT_FOUND, ENOENT},      {ERROR_PATH_NOT_FOUND, ENOENT},
        {ERROR_INVALID_NAME, ENOENT},        {ERROR_BAD_NETPATH, ENOENT},
        {ERROR_BAD_PATHNAME, ENOENT},        {ERROR_INVALID_DRIVE, ENOENT},
        {ERROR_ACCESS_DENIED, EACCES},       {ERROR_SHARING_VIOLATION, EACCES},
        {ERROR_LOCK_VIOLATION, EACCES},      {ERROR_USER_MAPPED_FILE, EACCES},
        {ERROR_WRITE_PROTECT, EROFS},        {ERROR_FILE_EXISTS, EEXIST},
        {ERROR_ALREADY_EXISTS, EEXIST},      {ERROR_DIRECTORY, ENOTDIR},
        {ERROR_DISK_FULL, ENOSPC},           {ERROR_HANDLE_DISK_FULL, ENOSPC},
        {ERROR_NOT_ENOUGH_MEMORY, ENOMEM},   {ERROR_OUTOFMEMORY, ENOMEM},
        {ERROR_COMMITMENT_LIMIT, ENOMEM},    {ERROR_TOO_MANY_OPEN_FILES, EMFILE},
        {ERROR_NOT_SAME_DEVICE, EXDEV},      {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
        {ERROR_BUFFER_OVERFLOW, ENAMETOOLONG}, {ERROR_NOACCESS, EFAULT},
        {ERROR_BROKEN_PIPE, EPIPE},          {ERROR_CANT_RESOLVE_FILENAME, ELOOP},
        {ERROR_INVALID_FUNCTION, ENOSYS},    {ERROR_NOT_SUPPORTED, ENOSYS},
        {ERROR_INVALID_PARAMETER, EINVAL},   {ERROR_TOO_MANY_LINKS, EMLINK},
        {ERROR_DIR_NOT_EMPTY, ENOTEMPTY},
    };
    DWORD code = GetLastError();
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].code == code) {
            return table[i].value;
        }
    }
    return EIO;
}

wchar_t *windows_wide_text(const char *text)
{
    int count = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    wchar_t *wide = count > 0 ? malloc((size_t)count * sizeof *wide) : NULL;
    if (wide) {
        MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, count);
    } else {
        errno = count > 0 ? ENOMEM : ENOENT; /* no file has a name that is no UTF-8 */
    }
    return wide;
}

char *windows_narrow(const wchar_t *wide)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, wide, -1, NULL, 0, NULL, NULL);
    char *text = size > 0 ? malloc((size_t)size) : NULL;
    if (text) {
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, text, size, NULL, NULL);
    }
    return text;
}

/** "\\?\" goes before a drive, "\\?\UNC\" before a server; devices and what has it stay. */
static const wchar_t *long_prefix(const wchar_t *full, size_t *skip)
{
    *skip = 0;
    if (wcsncmp(full, L"\\\\?\\", 4) == 0 || wcsncmp(full, L"\\\\.\\", 4) == 0) {
        return L"";
    }
    if (wcsncmp(full, L"\\\\", 2) == 0) {
        *skip = 2;
        return L"\\\\?\\UNC\\";
    }
    return L"\\\\?\\";
}

wchar_t *windows_wide(const char *path)
{
    enum { PREFIX = 8 };
    wchar_t *wide = windows_wide_text(*path ? path : "?"); /* an empty name is that of no file */
    if (!wide) {
        return NULL;
    }
    DWORD count = GetFullPathNameW(wide, 0, NULL, NULL);
    wchar_t *full = count ? malloc(((size_t)count + PREFIX) * sizeof *full) : NULL;
    wchar_t *longer = full ? malloc(((size_t)count + PREFIX) * sizeof *longer) : NULL;
    if (longer && GetFullPathNameW(wide, count, full, NULL) < count) {
        size_t skip;
        wcscpy(longer, long_prefix(full, &skip));
        wcscat(longer, full + skip);
    } else {
        errno = count ? ENOMEM : ENOENT;
        free(longer);
        longer = NULL;
    }
    free(full);
    free(wide);
    return longer;
}

const char *os_plain_path(const char *path, struct arena *arena)
{
    char *plain = strchr(path, '\\') ? arena_printf(arena, "%s", path) : NULL;
    if (!plain) {
        return strchr(path, '\\') ? NULL : path;
    }
    for (char *at = plain; *at; at++) {
        *at = *at == '\\' ? '/' : *at;
    }
    return plain;
}

/* ---- what stands where ------------------------------------------------------------------- */

/** Open what a path leads to, to look at it; INVALID_HANDLE_VALUE with errno set. */
static HANDLE open_to_look(const char *path, DWORD flags)
{
    wchar_t *wide = windows_wide(path);
    HANDLE handle = INVALID_HANDLE_VALUE;
    if (wide) {
        windows_heal(wide);
        handle = CreateFileW(wide, FILE_READ_ATTRIBUTES,
                             FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL,
                             OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS | flags, NULL);
        errno = handle == INVALID_HANDLE_VALUE ? windows_errno() : 0;
    }
    free(wide);
    return handle;
}

/** Attributes and identity of what a path leads to; 0 or a value of errno. */
static int look_at(const char *path, DWORD flags, BY_HANDLE_FILE_INFORMATION *found)
{
    HANDLE handle = open_to_look(path, flags);
    if (handle == INVALID_HANDLE_VALUE) {
        return errno;
    }
    int code = GetFileType(handle) != FILE_TYPE_DISK          ? ENXIO
               : GetFileInformationByHandle(handle, found) ? 0
                                                           : windows_errno();
    CloseHandle(handle);
    return code;
}

/* libarchive keeps names as wide characters there. */
void os_utf8_begin(struct os_locale *locale)
{
    *locale = (struct os_locale){NULL, NULL};
}

void os_utf8_end(struct os_locale *locale)
{
    (void)locale;
}

enum os_kind os_kind(const char *path)
{
    BY_HANDLE_FILE_INFORMATION found;
    int code = look_at(path, 0, &found);
    if (code) {
        return code == ENOENT || code == ENOTDIR || code == ELOOP || code == EACCES ||
                       code == ENAMETOOLONG
                   ? OS_NOTHING
               : code == ENXIO ? OS_OTHER
                               : OS_UNKNOWN;
    }
    return found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY ? OS_DIRECTORY : OS_FILE;
}

int system_look(const char *path, enum system_entry *entry)
{
    BY_HANDLE_FILE_INFORMATION found;
    int code = look_at(path, FILE_FLAG_OPEN_REPARSE_POINT, &found);
    *entry = ENTRY_OTHER;
    if (code == 0) {
        DWORD attributes = found.dwFileAttributes;
        *entry = attributes & FILE_ATTRIBUTE_REPARSE_POINT ? ENTRY_LINK
                 : attributes & FILE_ATTRIBUTE_DIRECTORY   ? ENTRY_DIRECTORY
                                                           : ENTRY_FILE;
    }
    return code == ENXIO ? 0 : code;
}

static bool same(const BY_HANDLE_FILE_INFORMATION *a, const BY_HANDLE_FILE_INFORMATION *b)
{
    return a->dwVolumeSerialNumber == b->dwVolumeSerialNumber &&
           a->nFileIndexHigh == b->nFileIndexHigh && a->nFileIndexLow == b->nFileIndexLow;
}

bool os_same_file(const char *a, const char *b)
{
    BY_HANDLE_FILE_INFORMATION first;
    BY_HANDLE_FILE_INFORMATION second;
    return look_at(a, 0, &first) == 0 && look_at(b, 0, &second) == 0 && same(&first, &second);
}

bool system_is_hard_link(const char *path, const char *other)
{
    BY_HANDLE_FILE_INFORMATION first;
    BY_HANDLE_FILE_INFORMATION second;
    return look_at(path, 0, &first) == 0 &&
           look_at(other, FILE_FLAG_OPEN_REPARSE_POINT, &second) == 0 && same(&first, &second);
}

/** The system's own name of an open file: "\\?\C:\x", "\\?\UNC\server\x". */
static wchar_t *final_name(HANDLE handle)
{
    DWORD count = GetFinalPathNameByHandleW(handle, NULL, 0, FILE_NAME_NORMALIZED);
    wchar_t *name = count ? calloc((size_t)count + 1, sizeof *name) : NULL;
    if (name && GetFinalPathNameByHandleW(handle, name, count + 1, FILE_NAME_NORMALIZED) > count) {
        free(name);
        name = NULL;
    }
    return name;
}

int system_real_path(const char *path, struct arena *arena, const char **real)
{
    HANDLE handle = open_to_look(path, 0);
    *real = NULL;
    if (handle == INVALID_HANDLE_VALUE) {
        return errno;
    }
    wchar_t *name = final_name(handle);
    CloseHandle(handle);
    name = name ? name : windows_wide(path); /* Wine 8 knows no long ones; links stay then */
    bool server = name && wcsncmp(name, L"\\\\?\\UNC\\", 8) == 0;
    size_t skip = server ? 8 : name && wcsncmp(name, L"\\\\?\\", 4) == 0 ? 4 : 0;
    char *text = name ? windows_narrow(name + skip) : NULL;
    const char *copy = text ? arena_printf(arena, "%s%s", server ? "//" : "", text) : NULL;
    *real = copy ? os_plain_path(copy, arena) : NULL;
    free(text);
    free(name);
    return *real ? 0 : ENOMEM;
}

/* ---- directories ------------------------------------------------------------------------- */

int system_make_directory(const char *path)
{
    wchar_t *wide = windows_wide(path);
    int code = !wide ? errno : CreateDirectoryW(wide, NULL) ? 0 : windows_errno();
    free(wide);
    return code;
}

uint32_t os_directory_mode(const char *path)
{
    (void)path;
    return 0;
}

bool os_set_directory_mode(const char *path, uint32_t mode, struct error *error)
{
    (void)path;
    (void)mode;
    (void)error;
    return true;
}

int system_remove_directory(const char *path)
{
    wchar_t *wide = windows_wide(path);
    int code = !wide ? errno : RemoveDirectoryW(wide) ? 0 : windows_errno();
    free(wide);
    return code;
}

/** Renames are written through, see system_rename(); directories cannot be flushed. */
int system_sync_directory(const char *directory)
{
    (void)directory;
    return 0;
}

static int by_bytes(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(struct system_names *names, const wchar_t *wide)
{
    if (wcscmp(wide, L".") == 0 || wcscmp(wide, L"..") == 0) {
        return 0;
    }
    char **list = realloc(names->list, (names->count + 1) * sizeof *list);
    char *name = list ? windows_narrow(wide) : NULL;
    names->list = list ? list : names->list;
    if (!name) {
        /* cppcheck-suppress memleak ; names->list is the owner */
        return ENOMEM;
    }
    list[names->count++] = name;
    /* cppcheck-suppress memleak ; names->list is the owner */
    return 0;
}

int system_list(const char *directory, struct system_names *names)
{
    *names = (struct system_names){0};
    size_t size = strlen(directory) + sizeof "/*";
    char *pattern = malloc(size);
    if (!pattern) {
        return ENOMEM;
    }
    strcpy(pattern, directory);
    strcat(pattern, "/*");
    wchar_t *wide = windows_wide(pattern);
    free(pattern);
    WIN32_FIND_DATAW found;
    HANDLE search = wide ? FindFirstFileW(wide, &found) : INVALID_HANDLE_VALUE;
    int code = !wide ? errno : search == INVALID_HANDLE_VALUE ? windows_errno() : 0;
    free(wide);
    if (search == INVALID_HANDLE_VALUE) {
        return code;
    }
    do {
        code = add_name(names, found.cFileName);
    } while (!code && FindNextFileW(search, &found));
    FindClose(search);
    if (code) {
        system_free_names(names);
    } else if (names->count) {
        qsort(names->list, names->count, sizeof *names->list, by_bytes);
    }
    return code;
}

int system_open_directory(const char *directory, struct os_lock *lock)
{
    BY_HANDLE_FILE_INFORMATION found;
    int code = look_at(directory, 0, &found);
    if (code == 0 && !(found.dwFileAttributes & FILE_ATTRIBUTE_DIRECTORY)) {
        code = ENOTDIR;
    }
    if (code == 0) {
        lock->device = found.dwVolumeSerialNumber;
        lock->inode = (uint64_t)found.nFileIndexHigh << 32 | found.nFileIndexLow;
    }
    return code;
}

/** Open the lock file of a directory, which goes away with whoever holds it. */
static HANDLE open_lock(const wchar_t *path)
{
    return CreateFileW(path, GENERIC_WRITE | DELETE, 0, NULL, OPEN_ALWAYS,
                       FILE_ATTRIBUTE_HIDDEN | FILE_FLAG_DELETE_ON_CLOSE, NULL);
}

/**
 * Directories cannot be locked, so a file in them is. A lock file that is being deleted, since its
 * holder ended, denies access for a moment or is still held: tries are made for a second at least.
 */
int system_lock(const char *directory, unsigned milliseconds, struct os_lock *lock)
{
    static const char name[] = "/.armeld-lock";
    enum { PAUSE = 20, LEAST = 1000 }; /* milliseconds */
    unsigned most = milliseconds > LEAST ? milliseconds : LEAST;
    char *path = malloc(strlen(directory) + sizeof name);
    if (!path) {
        return ENOMEM;
    }
    strcpy(path, directory);
    strcat(path, name);
    wchar_t *wide = windows_wide(path);
    free(path);
    if (!wide) {
        return errno;
    }
    HANDLE handle = open_lock(wide);
    DWORD why = GetLastError();
    for (unsigned i = 0; handle == INVALID_HANDLE_VALUE; i++) {
        bool held = why == ERROR_SHARING_VIOLATION;
        bool passes = held || why == ERROR_ACCESS_DENIED || why == ERROR_DELETE_PENDING;
        if (!passes || i >= (held ? most : LEAST) / PAUSE) {
            break;
        }
        Sleep(PAUSE);
        handle = open_lock(wide);
        why = GetLastError();
    }
    SetLastError(why);
    int code = handle != INVALID_HANDLE_VALUE   ? 0
               : why == ERROR_SHARING_VIOLATION ? EWOULDBLOCK
                                                : windows_errno();
    free(wide);
    lock->handle = handle;
    lock->is_open = code == 0;
    return code;
}

void system_unlock(struct os_lock *lock)
{
    if (lock->is_open) {
        CloseHandle(lock->handle);
    }
    lock->is_open = false;
}

unsigned os_processors(void)
{
    DWORD count = GetActiveProcessorCount(ALL_PROCESSOR_GROUPS);
    return count < 1 ? 1 : count > 1024 ? 1024 : (unsigned)count;
}

void os_return_memory(void)
{
    /* the heap does so by itself */
}
