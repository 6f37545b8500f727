/* SPDX-License-Identifier: MIT */
#include "report/look.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum {
    LEAST_NAME = 16, /* columns that a name has beside other text, however long that is */
    LEAST_WORDS = 8, /* columns that words have behind what they are indented by */
};

const char *look_begin(const struct look *look, enum look_color color)
{
    static const char *const codes[] = {"", "\x1b[1m", "\x1b[32m", "\x1b[31m"};
    return look->colored ? codes[color] : "";
}

const char *look_end(const struct look *look, enum look_color color)
{
    return look->colored && color != LOOK_PLAIN ? "\x1b[0m" : "";
}

size_t look_put_name(FILE *stream, const struct look *look, const char *name, size_t room)
{
    bool ascii = look->columns && look->ascii;
    char *text = text_fitted(name, look->columns ? room : SIZE_MAX, ascii);
    size_t columns = text ? text_width(text) : 1;
    fputs(text ? text : "?", stream);
    free(text);
    return columns;
}

size_t look_put_beside(FILE *stream, const struct look *look, const char *name, size_t others)
{
    size_t room = look->columns > others + LEAST_NAME ? look->columns - others : LEAST_NAME;
    return look_put_name(stream, look, name, room);
}

/** Where the words end that fit @room columns: at a space, or behind the first word. */
static size_t line_end(const char *text, size_t room)
{
    size_t end = text_fitting(text, room);
    while (text[end] && end && text[end] != ' ') {
        end--;
    }
    return end ? end : strcspn(text, " ");
}

size_t look_put_words(FILE *stream, const struct look *look, const char *text, size_t at,
                      size_t indent)
{
    char *escaped = text_fitted(text, SIZE_MAX, look->columns && look->ascii);
    const char *rest = escaped ? escaped : "?";
    while (look->columns && *rest) {
        size_t room = look->columns > at + LEAST_WORDS ? look->columns - at : LEAST_WORDS;
        size_t end = line_end(rest, room);
        if (at > indent && end > text_fitting(rest, room)) {
            end = 0; /* a further line has more room for the word */
        }
        fwrite(rest, 1, end, stream);
        if (!rest[end]) {
            break;
        }
        rest += end + strspn(rest + end, " ");
        fprintf(stream, "\n%*s", (int)indent, "");
        at = indent;
    }
    at += text_width(rest);
    if (!look->columns) {
        fputs(rest, stream);
    }
    free(escaped);
    return at;
}
