/* SPDX-License-Identifier: MIT */
#include "report/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

/** Bytes that Rust's mangled names are made of; those of LLVM's suffixes, too. */
static size_t symbol_length(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$@");
}

/** A text that grows. */
struct growing {
    char *text;
    size_t size, capacity;
    bool failed;
};

static void add(struct growing *g, const char *text, size_t size)
{
    for (size_t i = 0; i < size && !g->failed; i++) {
        char *larger = heap_grow(g->text, g->size, &g->capacity, 256, 1);
        g->failed = !larger;
        g->text = larger ? larger : g->text;
        if (larger) {
            g->text[g->size++] = text[i];
        }
    }
}

/** A word that may be a symbol; on Apple it has an underscore more. */
static void add_symbol(struct growing *g, const char *text, size_t size, report_demangle *demangle)
{
    char *copy = malloc(size + 1);
    char *name = NULL;
    if (copy) {
        memcpy(copy, text, size);
        copy[size] = '\0';
        bool apple = strncmp(copy, "__R", 3) == 0 || strncmp(copy, "__ZN", 4) == 0;
        name = demangle(copy + apple);
    }
    add(g, name ? name : text, name ? strlen(name) : size);
    free(name);
    free(copy);
}

/** The text with all its symbols demangled. */
static void add_text(struct growing *g, const char *text, report_demangle *demangle)
{
    while (demangle && *text) {
        size_t between = strcspn(text, "_");
        size_t size = symbol_length(text + between);
        /* part of a longer word, but for ".text._RNv...", a section's name */
        bool inside = between && text[between - 1] != '.' &&
                      symbol_length(text + between - 1) > size;
        add(g, text, between);
        text += between;
        if (size && inside) {
            add(g, text, size);
        } else if (size) {
            add_symbol(g, text, size, demangle);
        }
        text += size;
    }
    add(g, text, strlen(text) + 1);
}

size_t symbols_put(FILE *stream, const struct look *look, const char *text,
                   report_demangle *demangle, size_t at, size_t indent)
{
    struct growing g = {.size = 0};
    add_text(&g, text, demangle);
    at = look_put_words(stream, look, g.failed ? text : g.text, at, indent);
    free(g.text);
    return at;
}
