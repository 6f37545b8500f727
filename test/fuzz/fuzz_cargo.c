/* SPDX-License-Identifier: MIT */
/** What cargo prints: `cargo metadata`, and the messages of a build. */
#include "fuzz.h"

#include "base/path.h"
#include "cargo/workspace.h"

enum { CARGO_TIMES = 512 }; /* jansson takes 100 bytes and more for a value of two */

static void try_metadata(struct span text, struct arena *arena)
{
    struct error error = {0};
    struct cargo_workspace workspace;
    bool done = cargo_metadata_parse(text, arena, &workspace, &error);
    CHECK_ERROR(done, error);
    for (size_t i = 0; done && i < workspace.count; i++) {
        const struct cargo_package *package = &workspace.packages[i];
        CHECK(package->name_count <= CARGO_MOST_NAMES, "package %zu", i);
        for (size_t j = 0; j < package->name_count; j++) {
            const char *name = package->names[j];
            CHECK(*name && *name != '.' && !strpbrk(name, "/\\:"), "%s", name);
        }
    }
    CHECK(!done || path_is_absolute(workspace.target_directory), "no place");
}

static void try_messages(struct span text, struct arena *arena)
{
    static const char *const specs[] = {"a", "b*@1"};
    struct cargo_choice choice = {.specs = specs, .spec_count = text.size % 3};
    struct cargo_found found = {0};
    struct error error = {0};
    bool done = cargo_messages_read(text, &choice, arena, &found, &error);
    CHECK_ERROR(done, error);
    CHECK(!done || found.count, "nothing found");
    for (size_t i = 0; done && i < found.count; i++) {
        CHECK(path_is_absolute(found.paths[i]), "%s", found.paths[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    heap_watch();
    try_metadata(span_make(data, size), &arena);
    try_messages(span_make(data, size), &arena);
    arena_free(&arena);
    heap_check(size, CARGO_TIMES, HEAP_FIXED);
    return 0;
}
