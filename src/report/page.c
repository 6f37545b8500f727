/* SPDX-License-Identifier: MIT */
#include "report/page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static bool page_room(struct page *page, size_t more)
{
    if (page->failed || more < page->capacity - page->size) {
        return !page->failed;
    }
    size_t capacity = 2 * page->capacity + more + 64 * 1024;
    char *larger = realloc(page->text, capacity);
    page->failed = !larger;
    page->text = larger ? larger : page->text;
    page->capacity = larger ? capacity : page->capacity;
    /* cppcheck-suppress memleak ; page->text is the owner */
    return !page->failed;
}

void page_text(struct page *page, const char *text, size_t size)
{
    if (page_room(page, size)) {
        memcpy(page->text + page->size, text, size);
        page->size += size;
    }
}

void page_put(struct page *page, const char *format, ...)
{
    va_list args;
    char text[1024];
    va_start(args, format);
    int size = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    page_text(page, text,
              size < 0                     ? 0
              : (size_t)size < sizeof text ? (size_t)size
                                           : sizeof text - 1);
}

/** Text, for HTML and for attributes in quotation marks. */
static void put_escaped(struct page *page, const char *text)
{
    while (*text) {
        size_t plain = strcspn(text, "&<>\"'");
        page_text(page, text, plain);
        text += plain;
        switch (*text) {
        case '&': page_put(page, "&amp;"); break;
        case '<': page_put(page, "&lt;"); break;
        case '>': page_put(page, "&gt;"); break;
        case '"': page_put(page, "&quot;"); break;
        case '\'': page_put(page, "&#39;"); break;
        default: continue;
        }
        text++;
    }
}

void page_name(struct page *page, const char *name)
{
    char *escaped = text_escaped(name);
    if (escaped) {
        put_escaped(page, escaped);
    }
    page->failed |= !escaped;
    free(escaped);
}

void page_bytes(struct page *page, uint64_t bytes)
{
    char text[TEXT_BYTES_SIZE];
    page_put(page, "%s", text_bytes(bytes, text));
}

double page_saved(uint64_t before, uint64_t after)
{
    return before ? 100.0 - 100.0 * (double)after / (double)before : 0;
}

const char *page_color(enum armeld_bytes kind)
{
    /* Far enough from each other for eyes that do not tell red, green or blue, and light enough
       for black letters: test/html/colors.py. */
    static const char *const colors[ARMELD_BYTES_KINDS] = {
        "#5287b2", "#9aa5bc", "#bce6fd", "#94b2f9", "#d7b764", "#bb7343",
        "#60c3a8", "#fbe495", "#ae7d62", "#b8b076", "#dfe5db", "#858280",
    };
    return colors[kind];
}
