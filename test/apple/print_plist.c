/* SPDX-License-Identifier: MIT */
/** print_plist FILE... - each property list, or why it is none, with a NUL behind it. */
#include <stdio.h>
#include <stdlib.h>

#include "apple/render.h"
#include "base/os.h"

int main(int count, char **paths)
{
    size_t size = 4 << 20;
    char *text = malloc(size);
    for (int i = 1; text && i < count; i++) {
        struct os_file file = {0};
        struct arena arena = {0};
        struct error error = {0};
        struct plist plist;
        *text = '\0';
        bool done = os_map(paths[i], &file, &error) &&
                    plist_read(file.bytes, &arena, &plist, &error);
        if (done) {
            render_plist(&plist, text, size);
        }
        printf("%s%s", done ? text : "error: ", done ? "" : error.text);
        putchar('\0');
        os_unmap(&file);
        arena_free(&arena);
    }
    free(text);
    return text ? 0 : 1;
}
