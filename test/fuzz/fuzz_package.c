/* SPDX-License-Identifier: MIT */
/** Packages through libarchive: what comes out has a name that stays inside and a bounded size. */
#include <sys/mman.h>
#include <unistd.h>

#include "ar/archive.h"
#include "ar/package.h"
#include "fuzz.h"

enum { MOST_BYTES = 256 * 1024 * 1024 }; /* what package.c allows of a package of less than 1 MiB */

static void check_name(const char *name)
{
    CHECK(*name && *name != '/' && !strchr(name, '\\'), "%s", name);
    for (const char *part = name; part; part = strchr(part, '/')) {
        part += *part == '/';
        CHECK(strncmp(part, "../", 3) != 0 && strcmp(part, "..") != 0, "%s", name);
        CHECK(*part && *part != '/', "%s", name);
    }
}

static bool all(const char *name)
{
    (void)name;
    return true;
}

static bool visit(void *context, const struct package_entry *entry, struct error *error)
{
    size_t *total = context;
    struct span bytes = entry->bytes;
    struct arena arena = {0};
    struct archive archive;
    struct error why = {0};
    (void)error;
    check_name(entry->name);
    if (entry->kind == PACKAGE_SAME) {
        check_name(entry->to);
    }
    CHECK(entry->kind != PACKAGE_LINK || entry->to, "a link to nothing");
    *total += bytes.size;
    CHECK(*total <= MOST_BYTES, "%zu bytes", *total);
    archive_read(bytes, &arena, &archive, &why);
    arena_free(&arena);
    return true;
}

/** A path to a file that only this process has, holding the input. */
static const char *make_file(const uint8_t *data, size_t size)
{
    static char path[32];
    static int fd = -1;
    if (fd < 0) {
        fd = memfd_create("package", MFD_CLOEXEC);
        CHECK(fd >= 0, "no memory file");
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    CHECK(ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size, "cannot write");
    return path;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {0};
    size_t total = 0;
    struct package_rules rules = {.wants = all, .visit = visit, .context = &total};
    if (!package_probe(span_make(data, size))) {
        return -1;
    }
    bool done = package_read(make_file(data, size), &rules, &error);
    CHECK_ERROR(done, error);
    return 0;
}
