/* SPDX-License-Identifier: MIT */
#include "census/rust_names.h"

static bool is_hex(struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) {
            return false;
        }
    }
    return true;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_base62(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/** Where @text first occurs in @name; the size of @name if it does not. */
static size_t find_text(struct span name, const char *text)
{
    for (size_t i = 0; i < name.size; i++) {
        const uint8_t *at = memchr(name.data + i, *text, name.size - i);
        i = at ? (size_t)(at - name.data) : name.size;
        if (at && span_starts(span_from(name, i), text)) {
            return i;
        }
    }
    return name.size;
}

/** Whether @name starts with a crate: "C", perhaps "s<base 62>_", perhaps "u", a length. */
static bool starts_with_crate(struct span name)
{
    size_t i = 1;
    if (!span_starts(name, "C")) {
        return false;
    }
    if (i < name.size && name.data[i] == 's') {
        i++;
        while (i < name.size && is_base62(name.data[i])) {
            i++;
        }
        if (i == name.size || name.data[i++] != '_') {
            return false;
        }
    }
    i += i < name.size && name.data[i] == 'u';
    return i < name.size && is_digit(name.data[i]);
}

/** Every path of v0 begins with its kind and ends, inmost, at a crate. */
static bool is_v0(struct span name)
{
    bool path =
        span_starts(name, "_R") && name.size > 2 && name.data[2] && strchr("CMXYNIB", name.data[2]);
    for (size_t i = 2; path && i < name.size; i++) {
        if (starts_with_crate(span_from(name, i))) {
            return true;
        }
    }
    return false;
}

static bool is_legacy(struct span name)
{
    enum { TAIL = 20 }; /* "17h", 16 digits, "E" */
    if (!span_starts(name, "_ZN") || name.size < TAIL) {
        return false;
    }
    struct span tail = span_from(name, name.size - TAIL);
    return span_starts(tail, "17h") && span_ends(tail, "E") && is_hex(span_make(tail.data + 3, 16));
}

/** Without the underscore that some formats put before every name. */
static struct span plain_name(struct span name)
{
    return span_starts(name, "__R") || span_starts(name, "__ZN") ? span_from(name, 1) : name;
}

bool is_rust_mangled(struct span name)
{
    struct span plain = plain_name(name);
    if (!span_starts(plain, "_R") && !span_starts(plain, "_ZN")) {
        return false;
    }
    plain.size = find_text(plain, ".llvm.");
    return is_v0(plain) || is_legacy(plain);
}

bool is_rust_name(struct span name)
{
    /* COFF: rustc defines a pointer to each static that other crates may import */
    struct span named = span_starts(name, "__imp_") ? span_from(name, 6) : name;
    struct span plain = plain_name(named);
    return span_starts(plain, "_R") || is_legacy(plain) || span_starts(name, ".weak.") ||
           find_text(name, ".llvm.") < name.size;
}
