/* SPDX-License-Identifier: MIT */
#include "obj/rust_names.h"

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

/**
 * Where the length of a crate's name is, if @name starts with a crate: behind "C", perhaps
 * "s<base 62>_", perhaps "u". Empty if not.
 */
static struct span crate_at(struct span name)
{
    static const struct span none = {NULL, 0};
    size_t i = 1;
    if (!span_starts(name, "C")) {
        return none;
    }
    if (i < name.size && name.data[i] == 's') {
        i++;
        while (i < name.size && is_base62(name.data[i])) {
            i++;
        }
        if (i == name.size || name.data[i++] != '_') {
            return none;
        }
    }
    i += i < name.size && name.data[i] == 'u';
    return i < name.size && is_digit(name.data[i]) ? span_from(name, i) : none;
}

/** Every path of v0 begins with its kind and ends, inmost, at a crate, which is returned. */
static struct span v0_crate(struct span name)
{
    struct span crate = {NULL, 0};
    bool path =
        span_starts(name, "_R") && name.size > 2 && name.data[2] && strchr("CMXYNIB", name.data[2]);
    for (size_t i = 2; path && !crate.size && i < name.size; i++) {
        crate = crate_at(span_from(name, i));
    }
    return crate;
}

static bool is_v0(struct span name)
{
    return v0_crate(name).size != 0;
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

/* ---- crates ------------------------------------------------------------------------------ */

/** The identifier behind its length, at the start of @text; empty if that is too long. */
static struct span identifier(struct span text)
{
    uint64_t length = 0;
    size_t i = 0;
    while (i < text.size && is_digit(text.data[i]) && length < text.size) {
        length = length * 10 + text.data[i++] - '0';
    }
    struct span out = {NULL, 0};
    i += i < text.size && text.data[i] == '_' && length && text.size - i > length &&
         (is_digit(text.data[i + 1]) || text.data[i + 1] == '_'); /* it separates from the length */
    return span_sub(text, i, length, &out) ? out : (struct span){NULL, 0};
}

/** Of a path in pointed brackets, "_$LT$alloc..string..String$u20$as...", the first one's crate. */
static struct span bracketed_crate(struct span text)
{
    size_t end = find_text(text, "..");
    size_t begin = end < text.size ? end : 0;
    while (begin > 0 && (is_base62(text.data[begin - 1]) || text.data[begin - 1] == '_')) {
        begin--;
    }
    return end < text.size ? span_make(text.data + begin, end - begin) : (struct span){NULL, 0};
}

struct span rust_crate_of(struct span name)
{
    struct span plain = plain_name(name);
    plain.size = find_text(plain, ".llvm.");
    struct span crate = v0_crate(plain);
    if (crate.size) {
        return identifier(crate);
    }
    if (!is_legacy(plain)) {
        return crate;
    }
    struct span first = identifier(span_from(plain, 3));
    return find_text(first, "$LT$") < first.size ? bracketed_crate(first) : first;
}
