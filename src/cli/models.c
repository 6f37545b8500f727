/* SPDX-License-Identifier: MIT */
#include "cli/models.h"

#include <string.h>

#include "cli/diag.h"

const char *const models_words[] = {"auto", "bfd", "gold", "lld", "mold", "lld-link", "mingw",
                                    "ld64.lld", "ld64", NULL};

bool models_split(struct command *command, struct text_list *models)
{
    size_t most = models->count + 1;
    for (size_t i = 0; i < models->count; i++) {
        for (const char *at = models->list[i]; (at = strchr(at, ',')) != NULL; at++) {
            most++;
        }
    }
    struct text_list split = {ARENA_ARRAY(&command->arena, const char *, most), 0};
    bool done = split.list != NULL;
    for (size_t i = 0; done && i < models->count; i++) {
        const char *at = models->list[i];
        size_t length;
        do {
            length = strcspn(at, ",");
            split.list[split.count] = arena_printf(&command->arena, "%.*s", (int)length, at);
            done = split.list[split.count++] != NULL;
            at += length;
        } while (done && *at++ == ',');
    }
    *models = split;
    if (!done) {
        diag_error("out of memory");
    }
    return done;
}
