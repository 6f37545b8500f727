/* SPDX-License-Identifier: MIT */
/**
 * simulate MODEL,... ROOT,... ARCHIVE... - what the link models say of a link. A model is a number
 * of enum model; behind it an m says that objects are MinGW's. For each model:
 *
 *   model MODEL
 *   twice NAME            a symbol that two loaded members define strongly
 *   load MEMBER           a member that is loaded, in the order of the census
 *   symbol NAME MEMBER    the member that defines a needed symbol; "common", "-"
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "census/census.h"
#include "proof/link.h"

static void fail(const char *why)
{
    fprintf(stderr, "simulate: %s\n", why);
    exit(2);
}

static uint32_t symbol_number(const struct census *census, const char *name)
{
    for (uint32_t i = 0; i < census->symbol_count; i++) {
        if (span_is(census->symbols[i], name)) {
            return i;
        }
    }
    return NO_CLASS; /* no member names it */
}

static void put_member(const struct census *census, uint32_t class)
{
    struct span name = set_member(census->set, class_member(census, class))->name;
    printf("%.*s\n", (int)name.size, (const char *)name.data);
}

/** The symbol whose definition a symbol gets: that of the weak external that stands for it. */
static uint32_t stands_for(const struct link *link, uint32_t symbol)
{
    for (int steps = 0; steps < 8; steps++) {
        uint32_t definer = link_definer(link, symbol);
        const struct global *is = definer == NO_CLASS ? NULL : link->definition[symbol];
        uint32_t next = definer == NO_CLASS ? link_alternate(link, symbol) : NO_CLASS;
        if (is && is->stands_in && is->instead != NO_CLASS) {
            next = link->census->list[definer].globals[is->instead].symbol;
        }
        if (next == NO_CLASS) {
            break;
        }
        symbol = next;
    }
    return symbol;
}

static void put_link(const struct link *link, const char *model)
{
    const struct census *census = link->census;
    printf("model %s\n", model);
    uint32_t twice = link->clash != NO_CLASS ? link->clash : link->contradicted;
    if (twice != NO_CLASS) {
        struct span name = census->symbols[twice];
        printf("twice %.*s\n", (int)name.size, (const char *)name.data);
    }
    for (uint32_t i = 0; i < census->count; i++) {
        if (link_has_loaded(link, i)) {
            fputs("load ", stdout);
            put_member(census, i);
        }
    }
    for (size_t i = 0; i < link->need_count; i++) {
        uint32_t symbol = link->needs[i].symbol;
        struct span name = census->symbols[symbol];
        printf("symbol %.*s ", (int)name.size, (const char *)name.data);
        symbol = stands_for(link, symbol);
        uint32_t definer = link_definer(link, symbol);
        const struct global *by = definer == NO_CLASS ? NULL : link->definition[symbol];
        if (!by || by->absolute) { /* such a weak external is for nothing */
            puts("-");
        } else if (by->role == ROLE_DEFINES_COMMON) {
            puts("common");
        } else {
            put_member(census, definer);
        }
    }
}

int main(int count, char **words)
{
    struct set set = {0};
    struct census census = {0};
    struct arena arena = {0};
    struct error error = {0};
    struct line line;
    struct link link;
    uint32_t roots[64];
    size_t root_count = 0;
    if (count < 4) {
        fail("usage: simulate MODEL,... ROOT,... ARCHIVE...");
    }
    for (int i = 3; i < count; i++) {
        if (!set_add_file(&set, words[i], &error)) {
            fail(error.text);
        }
    }
    if (!set_read(&set, 1, &error) ||
        !census_take(&set, ARMELD_IDENTITY_LINK, 1, NULL, &census, &error)) {
        fail(error.text);
    }
    for (char *name = strtok(words[2], ","); name; name = strtok(NULL, ",")) {
        uint32_t root = symbol_number(&census, name);
        if (root != NO_CLASS && root_count < sizeof roots / sizeof *roots) {
            roots[root_count++] = root;
        }
    }
    if (!line_init(&line, &census, &arena) || !link_init(&link, &census, &arena)) {
        fail("memory is short");
    }
    for (uint32_t i = 0; i < set.library_count; i++) {
        if (!line_add_library(&line, NULL, i)) {
            fail("memory is short");
        }
    }
    for (char *model = strtok(words[1], ","); model; model = strtok(NULL, ",")) {
        link.mingw = strchr(model, 'm') != NULL;
        if (!link_run(&link, (enum model)atoi(model), &line, roots, root_count)) {
            fail("memory is short");
        }
        put_link(&link, model);
    }
    link_free(&link);
    line_free(&line);
    census_free(&census);
    set_free(&set);
    arena_free(&arena);
    return 0;
}
