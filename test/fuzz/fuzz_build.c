/* SPDX-License-Identifier: MIT */
/** Build files, .pc and .la, and globs: read and changed; a changed file is not changed again. */
#include "fuzz.h"

#include "base/glob.h"
#include "base/path.h"
#include "packaging/la.h"
#include "packaging/pc.h"

#define DEMAND(condition) CHECK(condition, "\n%.*s", (int)text.size, (const char *)text.data)

/** A .pc that took the module takes it once, and says so to who asks. */
static void try_pc(struct span text, struct arena *arena)
{
    struct error error = {0};
    struct pc_file file;
    struct words words = {0};
    struct span changed;
    struct span again;
    if (!pc_parse(text, "/d", arena, &file, &error)) {
        return;
    }
    pc_words(&file, "Libs", &words, arena, &error);
    error = (struct error){0};
    if (!pc_require(&file, "workspace", arena, &changed, &error)) {
        return;
    }
    DEMAND(changed.size >= text.size && changed.size <= text.size + 64);
    DEMAND(pc_parse(changed, "/d", arena, &file, &error));
    DEMAND(pc_require(&file, "workspace", arena, &again, &error));
    DEMAND(span_equal(changed, again));
}

static void try_la(struct span text, struct arena *arena)
{
    const char *flags[] = {"-lm", "-framework F"};
    struct words needs = {flags, 2, 2};
    struct error error = {0};
    struct la_file file;
    struct span changed;
    struct span again;
    if (!la_parse(text, arena, &file, &error) ||
        !la_depend(&file, "/l/workspace.la", &needs, arena, &changed, &error)) {
        return;
    }
    DEMAND(la_parse(changed, arena, &file, &error));
    DEMAND(la_depend(&file, "/l/workspace.la", &needs, arena, &again, &error));
    DEMAND(span_equal(changed, again));
}

/** A quoted word is one word again. */
static void try_words(struct span text, struct arena *arena)
{
    struct error error = {0};
    struct words words = {0};
    if ((text.size && memchr(text.data, 0, text.size)) ||
        !words_split(text, &words, arena, &error)) {
        return;
    }
    const char *joined = words_join(&words, arena);
    struct words again = {0};
    DEMAND(joined && words_split(span_of(joined), &again, arena, &error));
    DEMAND(again.count == words.count);
    for (size_t i = 0; i < again.count; i++) {
        DEMAND(strcmp(again.list[i], words.list[i]) == 0);
    }
}

/** The glob is the first line, the text the second; paths in the same way. */
static void try_lines(struct span text, struct arena *arena)
{
    const uint8_t *newline = text.size ? memchr(text.data, '\n', text.size) : NULL;
    if (!newline || text.size > 300) {
        return;
    }
    size_t size = (size_t)(newline - text.data);
    const char *first = (const char *)arena_copy(arena, span_make(text.data, size)).data;
    const char *second = (const char *)arena_copy(arena, span_from(text, size + 1)).data;
    glob_matches(first, second);
    DEMAND(glob_matches("*", second));
    const char *clean = path_clean(first, arena);
    DEMAND(strcmp(clean, path_clean(clean, arena)) == 0);
    if (*first == '/' && *second == '/') {
        const char *from = path_clean(first, arena);
        const char *to = path_clean(second, arena);
        const char *way = path_relative(from, to, arena);
        const char *back = path_clean(path_join(path_directory(from, arena), way, arena), arena);
        DEMAND(strcmp(back, to) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct span text = span_make(data, size);
    try_pc(text, &arena);
    try_la(text, &arena);
    try_words(text, &arena);
    try_lines(text, &arena);
    arena_free(&arena);
    return 0;
}
