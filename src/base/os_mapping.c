/* SPDX-License-Identifier: MIT */
/** The platform: inputs, mapped. */
#include "base/os_system.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

/** A mapping, until os_unmap(). */
struct os_mapping {
    struct span bytes;
    struct os_mapping *next, **back;
    char path[];
};

/* All that there are, for os_mapped_at(). */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct os_mapping *mappings;

/** Note a mapping for os_mapped_at(). Without memory it has no name then. */
static struct os_mapping *note_mapping(struct span bytes, const char *path)
{
    size_t size = strlen(path) + 1;
    struct os_mapping *mapping = malloc(sizeof *mapping + size);
    if (!mapping) {
        return NULL;
    }
    memcpy(mapping->path, path, size);
    mapping->bytes = bytes;
    pthread_mutex_lock(&lock);
    mapping->next = mappings;
    mapping->back = &mappings;
    if (mapping->next) {
        mapping->next->back = &mapping->next;
    }
    mappings = mapping;
    pthread_mutex_unlock(&lock);
    return mapping;
}

static void forget_mapping(struct os_mapping *mapping)
{
    if (!mapping) {
        return;
    }
    pthread_mutex_lock(&lock);
    *mapping->back = mapping->next;
    if (mapping->next) {
        mapping->next->back = mapping->back;
    }
    pthread_mutex_unlock(&lock);
    free(mapping);
}

static const char *mapped_at(const void *address)
{
    uintptr_t wanted = (uintptr_t)address;
    size_t page = system_page_size();
    for (const struct os_mapping *mapping = mappings; mapping; mapping = mapping->next) {
        uintptr_t start = (uintptr_t)mapping->bytes.data;
        /* the last page is mapped to its end */
        if (wanted >= start && wanted - start < round_up(mapping->bytes.size, page)) {
            return mapping->path;
        }
    }
    return NULL;
}

const char *os_mapped_at(const void *address)
{
    pthread_mutex_lock(&lock);
    const char *path = mapped_at(address);
    pthread_mutex_unlock(&lock);
    return path;
}

bool os_map_handle(os_handle handle, const char *path, struct os_file *file, struct error *error)
{
    uint64_t size;
    struct os_file found = {0};
    int code = system_identify(handle, &found, &size);
    if (code == EISDIR || code == EINVAL) {
        return error_set(error, "%s: not a regular file", path);
    }
    if (code) {
        return error_set_errno(error, code, "%s", path);
    }
    if (size > SIZE_MAX / 2) {
        return error_set(error, "%s: %llu bytes are too many for this machine", path,
                         (unsigned long long)size);
    }
    *file = found;
    file->size = size;
    if (size == 0) {
        return true;
    }
    const void *bytes = system_map(handle, (size_t)size);
    if (!bytes) {
        return error_set_errno(error, errno, "%s: mapping it", path);
    }
    file->bytes = span_make(bytes, (size_t)size);
    file->mapping = note_mapping(file->bytes, path);
    return true;
}

bool os_map(const char *path, struct os_file *file, struct error *error)
{
    os_handle handle;
    int code = system_open(path, &handle);
    if (code) {
        return error_set_errno(error, code, "%s", path);
    }
    bool done = os_map_handle(handle, path, file, error);
    system_close(handle);
    return done;
}

void os_unmap(struct os_file *file)
{
    if (file->bytes.data) {
        system_unmap(file->bytes);
    }
    forget_mapping(file->mapping);
    file->mapping = NULL;
    file->bytes = (struct span){0};
}

bool os_check_unchanged(const char *path, const struct os_file *file, struct error *error)
{
    struct os_file now;
    uint64_t size;
    int code = system_identify_path(path, &now, &size);
    if (code) {
        return error_set_errno(error, code, "%s: looking at it again", path);
    }
    if (system_may_replace(path) != 0) {
        return error_set(error, "%s: another program has it open", path);
    }
    return (now.device == file->device && now.inode == file->inode && size == file->size &&
            now.modified == file->modified) ||
           error_set(error, "%s: changed while it was read", path);
}
