/* SPDX-License-Identifier: MIT */
/**
 * Comparing a stripped Mach-O image with the original. Both are read from their bytes; what the
 * stripping planned is not looked at.
 */
#include "image/macho_sign.h"

#define GONE UINT32_MAX

struct comparing {
    struct macho_image before, after;
    unsigned what;
    struct arena *arena;
    uint32_t *number; /* by symbol before: its number after, or GONE */
};

#define DIFFERS(c, ...) arena_printf((c)->arena, __VA_ARGS__)

/** A copy of header and load commands without what may change in them. */
static uint8_t *masked_commands(const struct macho_image *image, struct arena *arena)
{
    size_t word = image->wide ? 8 : 4;
    uint8_t *copy =
        (uint8_t *)arena_copy(arena, span_make(image->data.data, image->commands_end)).data;
    if (!copy) {
        return NULL;
    }
    memset(copy + image->linkedit_at + 24 + word, 0, word);
    memset(copy + image->linkedit_at + 24 + 3 * word, 0, word);
    if (image->dysymtab_at) {
        memset(copy + image->dysymtab_at + 8, 0, 24);
    }
    for (size_t i = 0; i < image->part_count; i++) {
        const struct macho_part *part = &image->parts[i];
        bool anew = part->kind == MACHO_SYMBOLS || part->kind == MACHO_NAMES ||
                    part->kind == MACHO_SIGNATURE;
        memset(copy + part->field, 0, anew ? 8 : 4);
    }
    return copy;
}

static const char *compare_front(const struct comparing *c)
{
    const struct macho_image *a = &c->before;
    const struct macho_image *b = &c->after;
    const uint8_t *was = masked_commands(a, c->arena);
    const uint8_t *is = masked_commands(b, c->arena);
    if (!was || !is) {
        return "out of memory";
    }
    if (a->commands_end != b->commands_end || memcmp(was, is, a->commands_end) != 0) {
        return "the load commands";
    }
    size_t rest = (size_t)a->linkedit - a->commands_end;
    bool same = a->linkedit == b->linkedit &&
                (!rest || memcmp(a->data.data + a->commands_end, b->data.data + b->commands_end,
                                 rest) == 0);
    return same ? NULL : "what is in front of __LINKEDIT";
}

static const char *compare_parts(const struct comparing *c)
{
    for (size_t i = 0; i < c->before.part_count; i++) {
        const struct macho_part *a = &c->before.parts[i];
        const struct macho_part *b = NULL;
        for (size_t j = 0; j < c->after.part_count; j++) {
            b = c->after.parts[j].field == a->field ? &c->after.parts[j] : b;
        }
        if ((!b && a->bytes.size) ||
            (b && a->kind == MACHO_OPAQUE && !span_equal(a->bytes, b->bytes))) {
            return DIFFERS(c, "%s", a->name);
        }
    }
    return NULL;
}

/** Whether a word has the number of a symbol: of the indirect table, or of a relocation. */
static bool has_number(const struct comparing *c, enum macho_part_kind kind, const uint8_t *at,
                       uint32_t *number)
{
    if (kind == MACHO_INDIRECT) {
        *number = get_le32(at);
        return !(*number & INDIRECT_SYMBOL_NONE);
    }
    *number = get_le32(at + 4) & R_NUMBER;
    return get_le32(at + 4) & R_EXTERN && (c->before.wide || !(get_le32(at) & 0x80000000U));
}

/** Mark the symbols that a table names by number. */
static bool mark_named(const struct comparing *c, enum macho_part_kind kind, bool *named)
{
    struct span table = macho_part_bytes(&c->before, kind);
    size_t each = kind == MACHO_INDIRECT ? 4 : 8;
    for (size_t at = 0; at < table.size; at += each) {
        uint32_t number;
        if (has_number(c, kind, table.data + at, &number)) {
            if (number >= c->before.symbol_count) {
                return false;
            }
            named[number] = true;
        }
    }
    return true;
}

static struct macho_symbol symbol_of(const struct macho_image *image, uint32_t i)
{
    return macho_symbol(image, macho_part_bytes(image, MACHO_SYMBOLS).data +
                                   i * macho_symbol_size(image));
}

static bool same_name(const struct comparing *c, uint64_t a, uint64_t b)
{
    struct span was = {0};
    struct span is = {0};
    return !a == !b &&
           (!a || (span_cstr(macho_part_bytes(&c->before, MACHO_NAMES), a, &was) &&
                   span_cstr(macho_part_bytes(&c->after, MACHO_NAMES), b, &is) &&
                   span_equal(was, is)));
}

static bool same_symbol(const struct comparing *c, uint32_t was, uint32_t is)
{
    struct macho_symbol a = symbol_of(&c->before, was);
    struct macho_symbol b = symbol_of(&c->after, is);
    bool value = macho_symbol_is_alias(&a) ? same_name(c, a.value, b.value) : a.value == b.value;
    return a.type == b.type && a.section == b.section && a.description == b.description && value &&
           same_name(c, a.name, b.name);
}

static const char *compare_symbols(const struct comparing *c)
{
    uint32_t next = 0;
    bool *named = ARENA_ARRAY(c->arena, bool, c->before.symbol_count + (size_t)1);
    if (!named) {
        return "out of memory";
    }
    if (!mark_named(c, MACHO_INDIRECT, named) || !mark_named(c, MACHO_RELOCS, named)) {
        return "a number of no symbol";
    }
    for (uint32_t i = 0; i < c->before.symbol_count; i++) {
        struct macho_symbol symbol = symbol_of(&c->before, i);
        bool debug = symbol.type & N_STAB;
        bool local = !debug && !(symbol.type & N_EXT) &&
                     !(symbol.description & REFERENCED_DYNAMICALLY);
        bool goes = !named[i] && ((debug && c->what & IMAGE_STRIP_DEBUG) ||
                                  (local && c->what & IMAGE_STRIP_LOCALS));
        c->number[i] = goes ? GONE : next;
        if (!goes && (next >= c->after.symbol_count || !same_symbol(c, i, next++))) {
            return DIFFERS(c, "symbol %u", i);
        }
    }
    return next == c->after.symbol_count ? NULL : "the number of symbols";
}

/** A table with numbers of symbols: the same symbols, and all else in it. */
static const char *compare_numbers(const struct comparing *c, enum macho_part_kind kind)
{
    struct span was = macho_part_bytes(&c->before, kind);
    struct span is = macho_part_bytes(&c->after, kind);
    size_t each = kind == MACHO_INDIRECT ? 4 : 8;
    bool same = was.size == is.size;
    for (size_t at = 0; same && at < was.size; at += each) {
        const uint8_t *a = was.data + at;
        const uint8_t *b = is.data + at;
        uint32_t before;
        uint32_t after;
        bool numbered = has_number(c, kind, a, &before);
        same = numbered == has_number(c, kind, b, &after) &&
               (numbered ? c->number[before] == after : memcmp(a, b, each) == 0);
        if (kind == MACHO_RELOCS) {
            same = same && get_le32(a) == get_le32(b) && a[7] == b[7];
        }
    }
    return same ? NULL : kind == MACHO_INDIRECT ? "the indirect symbols" : "the relocations";
}

/** Each range of LC_DYSYMTAB has those of its symbols that stay. */
static const char *compare_ranges(const struct comparing *c)
{
    const uint8_t *was = c->before.data.data + c->before.dysymtab_at + 8;
    const uint8_t *is = c->after.data.data + c->after.dysymtab_at + 8;
    for (size_t i = 0; c->before.dysymtab_at && i < 3; i++) {
        uint64_t start = get_le32(was + 8 * i);
        uint64_t end = start + get_le32(was + 8 * i + 4);
        uint32_t first = GONE;
        uint32_t count = 0;
        for (uint64_t j = start; j < end && j < c->before.symbol_count; j++) {
            bool stays = c->number[j] != GONE;
            first = stays && !count ? c->number[j] : first;
            count += stays;
        }
        if (get_le32(is + 8 * i + 4) != count || (count && get_le32(is + 8 * i) != first)) {
            return "the ranges of symbols";
        }
    }
    return NULL;
}

/** The signature is valid: written again, it is the same; and it has the blobs that it had. */
static const char *compare_signatures(const struct comparing *c)
{
    struct macho_signature *list = ARENA_ARRAY(c->arena, struct macho_signature, 2);
    struct span blob = macho_part_bytes(&c->after, MACHO_SIGNATURE);
    struct error error = {0};
    bool drop = c->what & IMAGE_DROP_SIGNATURE;
    bool dropped[2];
    if (!macho_part_bytes(&c->before, MACHO_SIGNATURE).size) {
        return blob.size ? "a signature" : NULL;
    }
    uint8_t *again = arena_alloc(c->arena, blob.size + 1);
    if (!list || !again) {
        return "out of memory";
    }
    if (!macho_signature_read(&c->before, drop, c->arena, &list[0], &dropped[0], &error) ||
        !macho_signature_read(&c->after, false, c->arena, &list[1], &dropped[1], &error)) {
        return DIFFERS(c, "the signature: %s", error.text);
    }
    size_t limit = (size_t)(blob.data - c->after.data.data);
    bool same = list[0].count == list[1].count &&
                macho_signature_size(&list[1], limit) == blob.size;
    for (size_t i = 0; same && i < list[0].count; i++) {
        const struct macho_blob *a = &list[0].blobs[i];
        const struct macho_blob *b = &list[1].blobs[i];
        same = a->slot == b->slot && a->hash_offset == b->hash_offset &&
               (a->hash_offset || span_equal(a->bytes, b->bytes));
    }
    if (same) {
        macho_signature_write(&list[1], span_make(c->after.data.data, limit), again);
        same = memcmp(again, blob.data, blob.size) == 0;
    }
    return same ? NULL : "the signature";
}

const char *macho_image_check(struct span before, struct span after, unsigned what,
                              struct arena *arena)
{
    struct comparing *c = ARENA_NEW(arena, struct comparing);
    struct error error = {0};
    if (!c) {
        return "out of memory";
    }
    c->what = what;
    c->arena = arena;
    if (!macho_image_read(before, &c->before, &error) ||
        !macho_image_read(after, &c->after, &error)) {
        return arena_printf(arena, "%s", error.text);
    }
    c->number = ARENA_ARRAY(arena, uint32_t, c->before.symbol_count + (size_t)1);
    if (!c->number) {
        return "out of memory";
    }
    const char *differs = compare_front(c);
    differs = differs ? differs : compare_parts(c);
    differs = differs ? differs : compare_symbols(c);
    differs = differs ? differs : compare_numbers(c, MACHO_INDIRECT);
    differs = differs ? differs : compare_numbers(c, MACHO_RELOCS);
    differs = differs ? differs : compare_ranges(c);
    return differs ? differs : compare_signatures(c);
}
