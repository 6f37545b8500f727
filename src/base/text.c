/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t text_decode(const unsigned char *p, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = p[0] < 0x80 ? 1 : p[0] < 0xc0 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3
                  : p[0] < 0xf8 ? 4 : 0;
    *code = length == 1 ? p[0] : p[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
        *code = *code << 6 | (p[i] & 0x3fu);
    }
    bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
    return length && *code >= least[length] && *code <= 0x10ffff && !surrogate ? length : 0;
}

/** Whether a terminal shows the character and does nothing else. */
static bool is_harmless(uint32_t code)
{
    bool control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    bool line_end = code == 0x2028 || code == 0x2029;
    bool direction = code == 0x061c || code == 0x200e || code == 0x200f ||
                     (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
    return !control && !line_end && !direction && code != 0xfeff;
}

size_t text_escape(const char *text, char *out, size_t size)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t needed = 0;
    size_t used = 0;
    bool full = false;
    while (*p) {
        char piece[8];
        uint32_t code;
        size_t taken = text_decode(p, &code);
        if (taken && is_harmless(code)) {
            memcpy(piece, p, taken);
            piece[taken] = '\0';
        } else {
            snprintf(piece, sizeof piece, "\\x%02x", *p);
            taken = 1;
        }
        size_t length = strlen(piece);
        full = full || used + length >= size;
        if (!full) {
            memcpy(out + used, piece, length);
            used += length;
        }
        needed += length;
        p += taken;
    }
    if (size) {
        out[used] = '\0';
    }
    return needed;
}

char *text_escaped(const char *text)
{
    size_t size = text_escape(text, NULL, 0) + 1;
    char *escaped = malloc(size);
    if (escaped) {
        text_escape(text, escaped, size);
    }
    return escaped;
}

size_t text_columns(const char *text)
{
    size_t columns = 0;
    for (; *text; text++) {
        columns += ((unsigned char)*text & 0xc0) != 0x80;
    }
    return columns;
}

char *text_bytes(uint64_t bytes, char out[TEXT_BYTES_SIZE])
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000) {
        snprintf(out, TEXT_BYTES_SIZE, "%u B", (unsigned)bytes);
        return out;
    }
    double value = (double)bytes / 1000;
    size_t unit = 0;
    /* 999.95 would be printed as 1000.0 */
    while (value >= 999.95 && unit + 1 < sizeof units / sizeof *units) {
        value /= 1000;
        unit++;
    }
    snprintf(out, TEXT_BYTES_SIZE, "%.1f %s", value, units[unit]);
    return out;
}
