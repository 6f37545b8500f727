/* SPDX-License-Identifier: MIT */
/** Text that fits a terminal. */
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct range {
    uint32_t first, last;
};

/*
 * Characters that terminals show in two columns: those that Unicode's EastAsianWidth.txt calls wide
 * or full-width, in few ranges, so that some that are narrow or not there are among them. The more
 * columns are counted, the shorter a name is cut; too few, and its row would break.
 */
static const struct range wide[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23f3},
    {0x25fd, 0x25fe},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267f, 0x267f},
    {0x2693, 0x2693},   {0x26a1, 0x26fd},   {0x2705, 0x2705},   {0x270a, 0x270b},
    {0x2728, 0x2728},   {0x274c, 0x2757},   {0x2795, 0x2797},   {0x27b0, 0x27bf},
    {0x2b1b, 0x2b1c},   {0x2b50, 0x2b55},   {0x2e80, 0x3029},   {0x302e, 0x3098},
    {0x309b, 0xa4cf},   {0xa960, 0xa97f},   {0xac00, 0xd7a3},   {0xf900, 0xfaff},
    {0xfe10, 0xfe19},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
    {0x16fe0, 0x18fff}, {0x1aff0, 0x1b2ff}, {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf},
    {0x1f18e, 0x1f19a}, {0x1f200, 0x1faff}, {0x20000, 0x3fffd},
};

/* Characters that terminals put upon the one before, of the scripts in which they are common. */
static const struct range joining[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x064b, 0x065f}, {0x0e34, 0x0e3a},
    {0x0e47, 0x0e4e}, {0x1160, 0x11ff}, {0x1ab0, 0x1ace}, {0x1dc0, 0x1dff}, {0x200b, 0x200d},
    {0x20d0, 0x20f0}, {0x302a, 0x302d}, {0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
};

static bool is_in(uint32_t code, const struct range *list, size_t count)
{
    size_t at = 0;
    while (at < count && list[at].last < code) {
        at++;
    }
    return at < count && list[at].first <= code;
}

/** The character at @text, its length and its columns; a byte that is none counts as one. */
static size_t measure(const char *text, size_t *columns)
{
    uint32_t code;
    size_t length = text_decode((const unsigned char *)text, &code);
    *columns = !length || code < 0x300                                  ? 1
               : is_in(code, joining, sizeof joining / sizeof *joining) ? 0
               : is_in(code, wide, sizeof wide / sizeof *wide)          ? 2
                                                                        : 1;
    return length ? length : 1;
}

size_t text_width(const char *text)
{
    size_t all = 0;
    size_t columns;
    while (*text) {
        text += measure(text, &columns);
        all += columns;
    }
    return all;
}

size_t text_fitting(const char *text, size_t most)
{
    size_t used = 0;
    size_t columns;
    size_t at = 0;
    while (text[at]) {
        size_t length = measure(text + at, &columns);
        if (used + columns > most) {
            break;
        }
        used += columns;
        at += length;
    }
    return at;
}

/** Where the longest end of @text begins that fits @most columns. */
static size_t ending(const char *text, size_t most)
{
    size_t left = text_width(text);
    size_t at = 0;
    size_t columns;
    while (left > most) {
        at += measure(text + at, &columns);
        left -= columns;
    }
    /* what joins the character that was left out goes with it */
    for (size_t length; text[at] && (length = measure(text + at, &columns)) && !columns;) {
        at += length;
    }
    return at;
}

/** Escape what is not ASCII, of text that is escaped otherwise. */
static char *to_ascii(const char *text)
{
    char *ascii = malloc(4 * strlen(text) + 1);
    char *at = ascii;
    for (; ascii && *text; text++) {
        unsigned char byte = (unsigned char)*text;
        if (byte < 0x80) {
            *at++ = *text;
        } else {
            at += snprintf(at, 5, "\\x%02x", byte);
        }
    }
    if (ascii) {
        *at = '\0';
    }
    return ascii;
}

char *text_fitted(const char *text, size_t most, bool ascii)
{
    const char *dots = ascii ? "..." : "\xe2\x80\xa6";
    size_t dots_width = ascii ? 3 : 1;
    char *whole = text_escaped(text);
    if (whole && ascii) {
        char *plain = to_ascii(whole);
        free(whole);
        whole = plain;
    }
    if (!whole || text_width(whole) <= most) {
        return whole;
    }
    /* the ends of paths and members tell more than their beginnings, the files most */
    size_t room = most > dots_width ? most - dots_width : 0;
    const char *slash = strrchr(whole, '/');
    size_t file = slash ? text_width(slash) : 0;
    size_t behind = room - room * 2 / 5;
    behind = file > behind && file <= room ? file : behind;
    size_t head = text_fitting(whole, room - behind);
    size_t tail = ending(whole, behind);
    size_t end = strlen(whole + tail);
    char *cut = malloc(head + strlen(dots) + end + 1);
    if (cut) {
        memcpy(cut, whole, head);
        memcpy(cut + head, dots, strlen(dots));
        memcpy(cut + head + strlen(dots), whole + tail, end + 1);
    }
    free(whole);
    return cut;
}
