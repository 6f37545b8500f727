/* SPDX-License-Identifier: MIT */
/**
 * Shared objects and programs: ranges add up to the file; what is stripped is smaller, strips to
 * itself, and was compared with the original by the code under test, so that is not done again.
 */
#include "fuzz.h"
#include "image/image.h"

static void check_strip(struct span data, unsigned what)
{
    struct arena keep = {0};
    struct arena scratch = {0};
    struct image_stripped first;
    struct image_stripped second;
    CHECK(image_strip(data, what, &keep, &scratch, &first), "no memory");
    CHECK(!first.changed || (first.bytes.size < data.size && !first.why), "%zu bytes",
          first.bytes.size);
    CHECK(!first.why || strncmp(first.why, "what was written", 16) != 0, "%s", first.why);
    if (first.changed) {
        CHECK(image_strip(first.bytes, what, &keep, &scratch, &second), "no memory");
        CHECK(!second.changed && !second.why, "stripped again: %s", second.why ? second.why : "");
    }
    arena_free(&scratch);
    arena_free(&keep);
}

/** Where the bytes came from: all of them, and names within the arena or the file. */
static void check_origins(struct span data, struct arena *arena)
{
    struct image_origin *list;
    size_t count;
    uint64_t all = 0;
    uint64_t letters = 0;
    CHECK(image_origins(data, arena, &list, &count), "no memory");
    for (size_t i = 0; i < count; i++) {
        CHECK(list[i].size && list[i].kind < BYTES_KINDS, "origin %zu", i);
        CHECK(list[i].named || (!list[i].member.size && !list[i].crate.size), "origin %zu", i);
        all += list[i].size;
        for (size_t c = 0; c < list[i].member.size; c++) {
            letters += list[i].member.data[c] != 0;
        }
        for (size_t c = 0; c < list[i].crate.size; c++) {
            letters += list[i].crate.data[c] != 0;
        }
    }
    CHECK(all == data.size && (letters || !count || !list[0].member.size), "%llu bytes",
          (unsigned long long)all);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct span data = span_make(bytes, size);
    struct arena arena = {0};
    struct error error = {0};
    struct image image;
    uint64_t all = 0;
    if (!image_probe(data)) {
        return -1;
    }
    heap_watch();
    enum obj_result result = image_read(data, &arena, &image, &error);
    CHECK(result == OBJ_OK || result == OBJ_BROKEN, "%d", (int)result);
    CHECK_ERROR(result == OBJ_OK, error);
    for (size_t i = 0; result == OBJ_OK && i < image.range_count; i++) {
        CHECK(image.ranges[i].size && image.ranges[i].kind < BYTES_KINDS, "range %zu", i);
        all += image.ranges[i].size;
    }
    CHECK(result != OBJ_OK || all == size, "%llu bytes", (unsigned long long)all);
    check_origins(data, &arena);
    arena_free(&arena);
    for (unsigned what = 1; what < 16; what++) {
        check_strip(data, what);
    }
    heap_check(size, 512, HEAP_FIXED);
    return 0;
}
