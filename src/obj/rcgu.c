/* SPDX-License-Identifier: MIT */
/**
 * Names of Rust codegen units, read from the right.
 *
 *     [PREFIX.]STEM.UNIT[.INVOCATION].rcgu.o[.rcgu.o]
 *
 * STEM is CRATE-HASH with cargo (-C extra-filename), otherwise whatever the output file is called
 * up to its first dot (libfoo). UNIT is CRATE.HASH-cgu.NUMBER, or 25 digits in base 36 for
 * incremental units and the allocator shim, which look alike. Hashes are hexadecimal without
 * leading zeros and seldom shorter than 8 digits. INVOCATION is 7 digits in base 36, new with
 * each build. Thin LTO takes the units of other crates into the library: it puts the library's
 * own stem before their names (foo., foo-HASH., libfoo-HASH.) and a second .rcgu.o behind.
 * Seen with rustc 1.95 and 1.96; rustc_codegen_ssa (config.rs, mono.rs).
 */
#include "obj/rcgu.h"

static const char suffix[] = ".rcgu.o";

enum { SUFFIX_SIZE = sizeof suffix - 1, BASE36_UNIT = 25, BASE36_INVOCATION = 7 };

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_hash(struct span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.data[i]) && !(text.data[i] >= 'a' && text.data[i] <= 'f')) {
            return false;
        }
    }
    return text.size >= 8 && text.size <= 16;
}

static bool is_base36(struct span text, size_t digits)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.data[i]) && !(text.data[i] >= 'a' && text.data[i] <= 'z')) {
            return false;
        }
    }
    return text.size == digits;
}

static bool parse_number(struct span text, uint32_t *number)
{
    *number = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.data[i])) {
            return false;
        }
        *number = *number * 10 + text.data[i] - '0';
    }
    return text.size >= 1 && text.size <= 9;
}

/** Split @text at its last @mark; without one, @tail is all of it and @text has no data. */
static struct span take_last(struct span *text, char mark)
{
    size_t at = text->size;
    while (at > 0 && text->data[at - 1] != (uint8_t)mark) {
        at--;
    }
    struct span tail = span_from(*text, at);
    *text = at ? span_make(text->data, at - 1) : (struct span){NULL, 0};
    return tail;
}

/** Take UNIT off the end of @rest. */
static bool take_unit(struct span *rest, struct rcgu_name *out)
{
    struct span before = *rest;
    struct span last = take_last(&before, '.');
    if (is_base36(last, BASE36_UNIT)) {
        out->unit_hash = last;
        *rest = before;
        return true;
    }
    struct span unit = take_last(&before, '.');
    struct span crate = take_last(&before, '.');
    uint32_t number;
    if (!parse_number(last, &number) || !span_is(take_last(&unit, '-'), "cgu") ||
        !is_hash(unit) || crate.size == 0) {
        return false;
    }
    out->number = number;
    out->unit_hash = unit;
    out->crate = crate;
    *rest = before;
    return true;
}

/** Find the crate and its hash in STEM; false when the stem is another crate's. */
static bool parse_stem(struct span stem, struct rcgu_name *out)
{
    struct span name = stem;
    struct span hash = take_last(&name, '-');
    bool hashed = name.data && is_hash(hash);
    if (!hashed) {
        name = stem;
    }
    if (!out->crate.size) {
        out->crate = name;
    }
    bool own = span_equal(name, out->crate);
    if (own && hashed) {
        out->crate_hash = hash;
    }
    return own;
}

/** Take a body without any .rcgu.o apart. @doubled: thin LTO has been at work. */
static bool parse_body(struct span body, bool doubled, struct rcgu_name *out)
{
    struct span rest = body;
    if (!take_unit(&rest, out)) {
        if (!is_base36(take_last(&rest, '.'), BASE36_INVOCATION) || !take_unit(&rest, out)) {
            return false;
        }
    }
    struct span prefix = rest;
    struct span stem = take_last(&prefix, '.');
    bool own = parse_stem(stem, out);
    if (stem.size == 0) {
        return false;
    }
    if (!prefix.data) { /* no prefix: the stem may be any output file's */
        out->label = span_make(body.data, body.size + SUFFIX_SIZE);
        return true;
    }
    size_t cut = (size_t)(stem.data - body.data);
    out->label = span_make(stem.data, body.size - cut + SUFFIX_SIZE);
    return prefix.size && !memchr(prefix.data, '.', prefix.size) &&
           (doubled || (own && out->number != RCGU_NO_NUMBER));
}

void rcgu_parse(struct span member_name, struct rcgu_name *out)
{
    const struct rcgu_name unknown = {
        .label = member_name,
        .number = RCGU_NO_NUMBER,
        .rust = span_ends(member_name, suffix),
    };
    *out = unknown;
    if (!unknown.rust) {
        return;
    }
    struct span body = span_make(member_name.data, member_name.size - SUFFIX_SIZE);
    bool doubled = span_ends(body, suffix);
    if (doubled) {
        body.size -= SUFFIX_SIZE;
    }
    if (!parse_body(body, doubled, out)) {
        *out = unknown;
    }
}
