/* SPDX-License-Identifier: MIT */
#include "support/sets.h"

#include <check.h>
#include <stdlib.h>

#include "ar/builder.h"
#include "ar/items.h"
#include "support/objects.h"

void add_library(struct set *set, enum ar_flavour flavour, const struct ar_item *items,
                 size_t count)
{
    struct arena arena = {0};
    struct ar_layout layout;
    struct error error = {0};
    set->libraries = realloc(set->libraries, (set->library_count + 1) * sizeof *set->libraries);
    ck_assert_ptr_nonnull(set->libraries);
    struct library *library = &set->libraries[set->library_count++];
    set->library_capacity = set->library_count;
    ck_assert_msg(ar_layout(flavour, items, count, &ar_limits, &arena, &layout, &error), "%s",
                  error.text);
    struct span bytes = flatten(&layout);
    *library = (struct library){.bytes = arena_copy(&set->arena, bytes)};
    library->name = library->path = arena_printf(&set->arena, "lib%zu.a", set->library_count);
    unbuild(bytes);
    arena_free(&arena);
}

static struct span content_of(struct arena *arena, const char *key, const struct content *contents,
                              size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(contents[i].key, key) == 0) {
            return assemble(arena, contents[i].text);
        }
    }
    return span_of(key);
}

void add_libraries(struct set *set, const char *script, const struct content *contents,
                   size_t content_count)
{
    static const struct {
        const char *word;
        enum ar_flavour flavour;
    } flavours[] = {{"darwin:", AR_DARWIN}, {"coff:", AR_COFF}};
    struct arena arena = {0};
    char *copy = (char *)(uintptr_t)arena_copy(&arena, span_of(script)).data;
    struct ar_item items[32];
    size_t count = 0;
    enum ar_flavour flavour = AR_GNU;
    char *state;
    for (char *word = strtok_r(copy, " ", &state); word; word = strtok_r(NULL, " ", &state)) {
        char *equals = strchr(word, '=');
        if (strcmp(word, "|") == 0) {
            add_library(set, flavour, items, count);
            count = 0;
            flavour = AR_GNU;
        } else if (equals) {
            *equals = '\0';
            ck_assert_uint_lt(count, sizeof items / sizeof *items);
            items[count++] = (struct ar_item){
                .name = span_of(word),
                .data = content_of(&arena, equals + 1, contents, content_count),
                .object = true,
            };
        } else {
            int known = strcmp(word, flavours[0].word) == 0 ? 0 : 1;
            ck_assert_str_eq(word, flavours[known].word);
            flavour = flavours[known].flavour;
        }
    }
    add_library(set, flavour, items, count);
    arena_free(&arena);
}

void find_classes(struct set *set, enum armeld_identity identity, unsigned jobs,
                  struct census *census)
{
    struct error error = {0};
    ck_assert_msg(set_read(set, jobs, &error), "%s", error.text);
    ck_assert_msg(census_take(set, identity, jobs, NULL, census, &error), "%s", error.text);
}

const char *class_numbers(struct arena *arena, const struct census *census)
{
    const struct set *set = census->set;
    const char *text = "";
    for (uint32_t i = 0; i < set->member_count; i++) {
        bool next = i && set->members[i].library != set->members[i - 1].library;
        text = arena_printf(arena, "%s%s%u", text,
                            !i     ? ""
                            : next ? " | "
                                   : " ",
                            census->class_of[i]);
    }
    return text;
}
