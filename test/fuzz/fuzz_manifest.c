/* SPDX-License-Identifier: MIT */
/** manifest.json: what is read can be printed, read again, and printed to the same text. */
#include "fuzz.h"
#include "sidecar/manifest.h"

enum { MANIFEST_TIMES = 512 }; /* jansson takes 100 bytes and more for a value of two */

static void check_manifest(const struct manifest *manifest)
{
    CHECK(manifest->flavour && manifest->workspace, "no flavour or workspace");
    CHECK(*manifest->workspace && !strchr(manifest->workspace, '/'), "%s", manifest->workspace);
    for (size_t i = 0; i < manifest->library_count; i++) {
        const struct manifest_library *library = &manifest->libraries[i];
        CHECK(library->path && *library->path && *library->path != '/', "library %zu", i);
        CHECK(library->mode <= 07777, "library %zu", i);
        CHECK(library->form_count && library->form_count <= MOST_FORMS, "library %zu", i);
        for (size_t j = 0; j < library->step_count; j++) {
            CHECK(library->steps[j].content == NO_CONTENT ||
                      library->steps[j].content < manifest->content_count, "library %zu", i);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct error error = {0};
    struct manifest manifest = {0};
    heap_watch();
    bool done = manifest_parse(span_make(data, size), &arena, &manifest, &error);
    CHECK_ERROR(done, error);
    if (done) {
        struct manifest again = {0};
        check_manifest(&manifest);
        char *text = manifest_print(&manifest, &error);
        CHECK(text, "%s", error.text);
        CHECK(manifest_parse(span_of(text), &arena, &again, &error), "%s: %s", error.text, text);
        char *other = manifest_print(&again, &error);
        CHECK(other && strcmp(text, other) == 0, "\"%s\" and \"%s\"", text, other);
        free(text);
        free(other);
    }
    arena_free(&arena);
    heap_check(size, MANIFEST_TIMES, HEAP_FIXED);
    return 0;
}
