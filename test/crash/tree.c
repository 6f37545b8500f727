/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

_Noreturn void give_up(const char *what)
{
    fprintf(stderr, "crash: %s: %s\n", what, strerror(errno));
    exit(2);
}

uint64_t hash_bytes(uint64_t hash, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3U;
    }
    return hash;
}

static const char *base_name(const char *name)
{
    const char *slash = strrchr(name, '/');
    return slash ? slash + 1 : name;
}

bool is_left_over(const struct file *file)
{
    return base_name(file->name)[0] == '.';
}

bool is_sidecar(const struct file *file)
{
    size_t length = strlen(file->name);
    return length > 7 && strcmp(file->name + length - 7, ".armeld") == 0;
}

/** A symlink's contents are its text. */
static void read_link(const char *path, struct file *file)
{
    file->bytes = malloc(sizeof file->name);
    ssize_t size = file->bytes ? readlink(path, (char *)file->bytes, sizeof file->name) : -1;
    if (size < 0) {
        give_up(path);
    }
    file->size = (size_t)size;
    file->mode = S_IFLNK;
}

static void read_contents(const char *path, struct file *file)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        give_up(path);
    }
    file->size = (size_t)status.st_size;
    file->mode = status.st_mode & 07777;
    file->bytes = malloc(file->size + 1);
    if (!file->bytes || read(fd, file->bytes, file->size) != (ssize_t)file->size) {
        give_up(path);
    }
    close(fd);
}

static void read_file(const char *path, bool is_link, struct file *file)
{
    is_link ? read_link(path, file) : read_contents(path, file);
    file->hash = hash_bytes(14695981039346656037U, file->name, strlen(file->name) + 1);
    file->hash = hash_bytes(file->hash, &file->mode, sizeof file->mode);
    file->hash = hash_bytes(file->hash, file->bytes, file->size);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct file *)a)->name, ((const struct file *)b)->name);
}

static void read_below(const char *directory, const char *prefix, struct tree *tree)
{
    DIR *entries = opendir(directory);
    const struct dirent *entry;
    char path[512];
    struct stat status;
    while (entries && (entry = readdir(entries))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
        if (tree->count == MOST_FILES || lstat(path, &status) != 0) {
            give_up(path);
        }
        struct file *file = &tree->files[tree->count];
        int length = snprintf(file->name, sizeof file->name, "%s%s", prefix, entry->d_name);
        if (length >= (int)sizeof file->name) {
            give_up(path);
        }
        if (S_ISDIR(status.st_mode)) {
            char below[sizeof file->name + 1];
            snprintf(below, sizeof below, "%s/", file->name);
            read_below(path, below, tree);
        } else {
            read_file(path, S_ISLNK(status.st_mode), file);
            tree->count++;
        }
    }
    if (entries) {
        closedir(entries);
    }
}

void tree_read(const char *directory, struct tree *tree)
{
    tree->count = 0;
    read_below(directory, "", tree);
    qsort(tree->files, tree->count, sizeof *tree->files, by_name);
}

void tree_free(struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        free(tree->files[i].bytes);
    }
    tree->count = 0;
}

static void remove_below(const char *directory)
{
    DIR *entries = opendir(directory);
    const struct dirent *entry;
    char path[512];
    while (entries && (entry = readdir(entries))) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
            if (unlink(path) != 0 && errno == EISDIR) {
                remove_below(path);
                rmdir(path);
            }
        }
    }
    if (entries) {
        closedir(entries);
    }
}

void tree_write(const struct tree *tree, const char *directory)
{
    char path[512];
    remove_below(directory);
    for (size_t i = 0; i < tree->count; i++) {
        const struct file *file = &tree->files[i];
        snprintf(path, sizeof path, "%s/%s", directory, file->name);
        for (char *slash = path; (slash = strchr(slash + 1, '/')) != NULL;) {
            *slash = '\0';
            mkdir(path, 0777);
            *slash = '/';
        }
        if (S_ISLNK(file->mode)) {
            char text[sizeof file->name + 1];
            snprintf(text, sizeof text, "%.*s", (int)file->size, (const char *)file->bytes);
            if (symlink(text, path) != 0) {
                give_up(path);
            }
            continue;
        }
        int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (fd < 0 || write(fd, file->bytes, file->size) != (ssize_t)file->size ||
            fchmod(fd, file->mode) != 0) {
            give_up(path);
        }
        close(fd);
    }
}

const struct file *tree_find(const struct tree *tree, const char *name)
{
    for (size_t i = 0; i < tree->count; i++) {
        if (strcmp(tree->files[i].name, name) == 0) {
            return &tree->files[i];
        }
    }
    return NULL;
}

bool tree_has(const struct tree *tree, const struct file *file)
{
    const struct file *other = tree_find(tree, file->name);
    return other && other->hash == file->hash;
}

bool tree_same(const struct tree *a, const struct tree *b)
{
    size_t counted[2] = {0, 0};
    for (size_t i = 0; i < a->count; i++) {
        counted[0] += !is_left_over(&a->files[i]);
        if (!is_left_over(&a->files[i]) && !tree_has(b, &a->files[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < b->count; i++) {
        counted[1] += !is_left_over(&b->files[i]);
    }
    return counted[0] == counted[1];
}

const struct file *tree_left_over(const struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        if (is_left_over(&tree->files[i])) {
            return &tree->files[i];
        }
    }
    return NULL;
}

bool tree_has_sidecar(const struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++) {
        if (is_sidecar(&tree->files[i])) {
            return true;
        }
    }
    return false;
}
