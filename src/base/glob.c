/* SPDX-License-Identifier: MIT */
#include "base/glob.h"

#include <string.h>

/** One byte inside brackets, which may be escaped. */
static unsigned char take_byte(const char **at)
{
    if (**at == '\\' && (*at)[1]) {
        ++*at;
    }
    return (unsigned char)*(*at)++;
}

/** Where the bracket expression that begins at @open ends, behind its ']'; NULL: nowhere. */
static const char *bracket_end(const char *open)
{
    const char *at = open + 1;
    at += *at == '!' || *at == '^';
    at += *at == ']'; /* a first one stands for itself */
    while (*at && *at != ']') {
        at += *at == '\\' && at[1] ? 2 : 1;
    }
    return *at ? at + 1 : NULL;
}

static bool in_bracket(const char *open, const char *end, unsigned char byte)
{
    const char *at = open + 1;
    bool negated = *at == '!' || *at == '^';
    bool found = false;
    at += negated;
    for (const char *first = at; at < end - 1 || at == first;) {
        unsigned char from = take_byte(&at);
        unsigned char to = from;
        if (*at == '-' && at + 1 < end - 1) {
            at++;
            to = take_byte(&at);
        }
        found |= from <= byte && byte <= to;
    }
    return found != negated;
}

/** Match one element of the glob other than '*'; both move behind what matched. */
static bool match_one(const char **glob, const char **text)
{
    unsigned char byte = (unsigned char)**text;
    const char *end = **glob == '[' ? bracket_end(*glob) : NULL;
    if (!byte) {
        return false;
    }
    if (end) {
        bool in = in_bracket(*glob, end, byte);
        *glob = end;
        ++*text;
        return in;
    }
    bool any = **glob == '?';
    if (**glob == '\\' && (*glob)[1]) {
        ++*glob;
    }
    bool matches = any || (unsigned char)**glob == byte;
    ++*glob;
    ++*text;
    return matches;
}

bool glob_matches(const char *glob, const char *text)
{
    const char *star = NULL; /* behind the last '*', and how much of the text it has taken */
    const char *taken = NULL;
    while (*text || *glob) {
        if (*glob == '*') {
            star = ++glob;
            taken = text;
            continue;
        }
        if (*glob && *text && match_one(&glob, &text)) {
            continue;
        }
        /* not so: the last '*' takes one byte more */
        if (!star || !*taken) {
            return false;
        }
        glob = star;
        text = ++taken;
    }
    return true;
}
