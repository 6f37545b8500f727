/* SPDX-License-Identifier: MIT */
#include "base/json_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct growing {
    char *text;
    size_t size;
    size_t room;
    bool failed; /* stays, for jansson does not ask after each part */
};

static int append(const char *part, size_t size, void *data)
{
    struct growing *g = data;
    if (size >= g->room - g->size) { /* one byte more, for the NUL at the end */
        size_t room = 2 * g->room + size;
        char *text = g->failed ? NULL : realloc(g->text, room);
        if (!text) {
            g->failed = true;
            return -1;
        }
        g->text = text;
        g->room = room;
    }
    memcpy(g->text + g->size, part, size);
    g->size += size;
    return 0;
}

char *json_text(const json_t *value, size_t flags)
{
    struct growing g = {malloc(1024), 0, 1024, false};
    if (!g.text || !value || json_dump_callback(value, append, &g, flags) != 0 || g.failed) {
        free(g.text);
        return NULL;
    }
    g.text[g.size] = '\0';
    return g.text;
}
