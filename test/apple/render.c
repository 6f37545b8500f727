/* SPDX-License-Identifier: MIT */
#include "apple/render.h"

#include <stdio.h>

static void put(struct span bytes, char *to, size_t size)
{
    size_t used = strlen(to);
    size_t room = size - used - 1;
    size_t count = bytes.size < room ? bytes.size : room;
    for (size_t i = 0; i < count; i++) {
        to[used + i] = bytes.data[i] ? (char)bytes.data[i] : '\x7f'; /* a NUL would end the line */
    }
    to[used + count] = '\0';
}

static void put_text(const char *text, char *to, size_t size)
{
    put(span_of(text), to, size);
}

static void put_string(struct span text, char *to, size_t size)
{
    put_text("\"", to, size);
    put(text, to, size);
    put_text("\"", to, size);
}

static void put_list(const struct plist *plist, char *to, size_t size)
{
    bool dict = plist->kind == PLIST_DICT;
    put_text(dict ? "{" : "[", to, size);
    for (size_t i = 0; i < plist->count; i++) {
        put_text(i ? "," : "", to, size);
        if (dict) {
            put_string(plist->keys[i], to, size);
            put_text(":", to, size);
        }
        render_plist(&plist->list[i], to, size);
    }
    put_text(dict ? "}" : "]", to, size);
}

void render_plist(const struct plist *plist, char *to, size_t size)
{
    char number[32];
    switch (plist->kind) {
    case PLIST_DICT:
    case PLIST_ARRAY:
        put_list(plist, to, size);
        break;
    case PLIST_STRING:
        put_string(plist->text, to, size);
        break;
    case PLIST_INTEGER:
        snprintf(number, sizeof number, "%s%llu", plist->negative ? "-" : "",
                 (unsigned long long)plist->number);
        put_text(number, to, size);
        break;
    case PLIST_BOOL:
        put_text(plist->number ? "true" : "false", to, size);
        break;
    case PLIST_OTHER:
        put_text("?", to, size);
        break;
    }
}
