/* SPDX-License-Identifier: MIT */
/**
 * Sidecars. The input is the tar in it, or, if it begins so, the compressed file itself; a tar is
 * put into a frame of zstd that compresses nothing, since no change of a compressed file gets far.
 * What was read and written again must read the same.
 */
#include "fuzz.h"
#include "sidecar/sidecar.h"

enum { MOST_BLOCK = 128 * 1024 };

/** RFC 8878: magic, window of 128 KiB, raw blocks. */
static struct span compress(struct span tar)
{
    uint8_t *bytes = malloc(tar.size + 3 * (tar.size / MOST_BLOCK + 1) + 6);
    uint8_t *at = bytes;
    memcpy(at, "\x28\xb5\x2f\xfd\x00\x38", 6);
    at += 6;
    for (size_t done = 0; done < tar.size || done == 0;) {
        size_t size = tar.size - done < MOST_BLOCK ? tar.size - done : MOST_BLOCK;
        uint32_t head = (uint32_t)size << 3 | (done + size == tar.size);
        *at++ = (uint8_t)head;
        *at++ = (uint8_t)(head >> 8);
        *at++ = (uint8_t)(head >> 16);
        memcpy(at, tar.data + done, size);
        at += size;
        done += size;
        if (size == 0) {
            break;
        }
    }
    return span_make(bytes, (size_t)(at - bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct error error = {0};
    struct manifest manifest;
    struct span input = span_make(data, size);
    bool packed = span_starts(input, "\x28\xb5\x2f\xfd");
    struct span bytes = packed ? input : compress(input);
    bool done = sidecar_read(bytes, (struct span){0}, &arena, &manifest, &error);
    CHECK_ERROR(done, error);
    if (done && size % 16 == 0) { /* not always, for zstd is slow to begin */
        struct manifest again;
        struct span written;
        struct span rewritten;
        CHECK(sidecar_write(&manifest, NULL, 2, &arena, &written, &error), "%s", error.text);
        CHECK(sidecar_read(written, (struct span){0}, &arena, &again, &error), "%s", error.text);
        CHECK(sidecar_write(&again, NULL, 1, &arena, &rewritten, &error), "%s", error.text);
        CHECK(span_equal(written, rewritten), "written twice, two results");
    }
    if (!packed) {
        free((void *)(uintptr_t)bytes.data);
    }
    arena_free(&arena);
    return 0;
}
