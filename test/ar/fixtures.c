/* SPDX-License-Identifier: MIT */
#include "ar/fixtures.h"

#include <check.h>
#include <stdlib.h>

#include "base/os.h"

struct visitor {
    void (*each)(void *context, const char *path, struct span file);
    void *context;
    size_t count;
};

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
    visitor->each(visitor->context, path, file.bytes);
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
