/* SPDX-License-Identifier: MIT */
#include "report/symbols.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/** Bytes that Rust's mangled names are made of; those of LLVM's suffixes, too. */
static size_t symbol_length(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$@");
}

static void put_escaped(FILE *stream, const char *text, size_t size)
{
    char *copy = malloc(size + 1);
    if (copy) {
        memcpy(copy, text, size);
        copy[size] = '\0';
    }
    char *escaped = copy ? text_escaped(copy) : NULL;
    fputs(escaped ? escaped : "?", stream);
    free(escaped);
    free(copy);
}

/** A word that may be a symbol; on Apple it has an underscore more. */
static void put_symbol(FILE *stream, const char *text, size_t size, report_demangle *demangle)
{
    char *copy = malloc(size + 1);
    char *name = NULL;
    if (copy) {
        memcpy(copy, text, size);
        copy[size] = '\0';
        bool apple = strncmp(copy, "__R", 3) == 0 || strncmp(copy, "__ZN", 4) == 0;
        name = demangle(copy + apple);
    }
    put_escaped(stream, name ? name : text, name ? strlen(name) : size);
    free(name);
    free(copy);
}

void symbols_put(FILE *stream, const char *text, report_demangle *demangle)
{
    while (demangle && *text) {
        size_t between = strcspn(text, "_");
        size_t size = symbol_length(text + between);
        /* part of a longer word, but for ".text._RNv...", a section's name */
        bool inside = between && text[between - 1] != '.' &&
                      symbol_length(text + between - 1) > size;
        put_escaped(stream, text, between);
        text += between;
        if (size && inside) {
            put_escaped(stream, text, size);
        } else if (size) {
            put_symbol(stream, text, size, demangle);
        }
        text += size;
    }
    put_escaped(stream, text, strlen(text));
}
