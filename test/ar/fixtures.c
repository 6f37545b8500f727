/* SPDX-License-Identifier: MIT */
#include "ar/fixtures.h"

#include <check.h>
#include <stdlib.h>

#include "ar/universal.h"
#include "base/os.h"

struct visitor {
    void (*each)(void *context, const char *path, struct span file);
    void *context;
    size_t count;
};

static void each_slice(const struct visitor *visitor, const char *path, struct span file)
{
    struct arena arena = {0};
    struct universal universal;
    struct error error = {0};
    ck_assert_msg(universal_read(file, &arena, &universal, &error), "%s: %s", path, error.text);
    for (size_t i = 0; i < universal.count; i++) {
        visitor->each(visitor->context, path, universal.slices[i].bytes);
    }
    arena_free(&arena);
}

static bool visit(void *context, const char *path, struct error *error)
{
    struct visitor *visitor = context;
    struct os_file file = {0};
    if (!span_ends(span_of(path), ".a") && !span_ends(span_of(path), ".lib")) {
        return true;
    }
    if (!os_map(path, &file, error)) {
        return false;
    }
    if (universal_probe(file.bytes)) {
        each_slice(visitor, path, file.bytes);
    } else {
        visitor->each(visitor->context, path, file.bytes);
    }
    visitor->count++;
    os_unmap(&file);
    return true;
}

void each_fixture(void (*each)(void *context, const char *path, struct span file), void *context)
{
    const char *named = getenv("ARMELD_FIXTURES");
    const char *directory = named ? named : "fixtures";
    struct visitor visitor = {each, context, 0};
    struct error error = {0};
    ck_assert_msg(os_walk(directory, true, visit, &visitor, &error), "%s", error.text);
    ck_assert_msg(visitor.count > 0, "%s: no static library in it", directory);
}
