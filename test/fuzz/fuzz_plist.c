/* SPDX-License-Identifier: MIT */
/** Property lists, and what an xcframework's says: names are plain, paths go down. */
#include "fuzz.h"

#include "apple/plist.h"
#include "apple/xcframework.h"
#include "base/path.h"

enum { PLIST_TIMES = 512 };

static size_t check_value(const struct plist *plist, unsigned depth)
{
    size_t count = 1;
    CHECK(depth <= PLIST_MOST_DEPTH, "depth %u", depth);
    CHECK(!plist->count || plist->kind == PLIST_DICT || plist->kind == PLIST_ARRAY, "a list");
    CHECK(!plist->negative || plist->number, "-0");
    for (size_t i = 0; i < plist->text.size; i++) {
        CHECK(plist->text.data[i] != 0xff, "no UTF-8");
    }
    for (size_t i = 0; i < plist->count; i++) {
        count += check_value(&plist->list[i], depth + 1);
        if (plist->kind == PLIST_DICT) {
            for (size_t j = 0; j < i; j++) {
                CHECK(!span_equal(plist->keys[i], plist->keys[j]), "key %zu", i);
            }
        }
    }
    return count;
}

static void check_framework(const struct xcframework *xcframework, struct arena *arena)
{
    struct xcframework again;
    struct error error = {0};
    for (size_t i = 0; i < xcframework->count; i++) {
        const struct xcframework_library *library = &xcframework->list[i];
        size_t size = strlen(library->identifier);
        CHECK(xcframework_is_identifier(library->identifier), "%s", library->identifier);
        CHECK(!strncmp(library->path, library->identifier, size) && library->path[size] == '/',
              "%s", library->path);
        CHECK(!strstr(library->path, "/../") && !strchr(library->path, '\\') &&
                  !span_ends(span_of(library->path), "/.."),
              "%s", library->path);
        CHECK(library->machine_count && *library->platform, "%s", library->path);
    }
    char *text = xcframework_print(xcframework, arena);
    CHECK(text, "memory");
    for (const char *c = text; *c; c++) {
        if ((unsigned char)*c < ' ' && !strchr("\t\r\n", *c)) {
            return; /* XML has no such character, and no workspace has such a name */
        }
    }
    CHECK(xcframework_parse(span_of(text), arena, &again, &error), "%s: %s", error.text, text);
    CHECK(again.count == xcframework->count, "%zu", again.count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct error error = {0};
    struct plist plist;
    struct xcframework xcframework;
    heap_watch();
    bool done = plist_read(span_make(data, size), &arena, &plist, &error);
    CHECK_ERROR(done, error);
    CHECK(!done || check_value(&plist, 0) <= size + 1, "values");
    arena_free(&arena);
    heap_check(size, PLIST_TIMES, HEAP_FIXED);
    error = (struct error){0};
    done = xcframework_parse(span_make(data, size), &arena, &xcframework, &error);
    CHECK_ERROR(done, error);
    if (done) {
        check_framework(&xcframework, &arena);
    }
    arena_free(&arena);
    return 0;
}
