/* SPDX-License-Identifier: MIT */
/** Stripping Mach-O images: symbols, their names, and the tables that name symbols by number. */
#include "image/macho_strip.h"
#include "obj/writer.h"

enum {
    NAMES_LIMIT = 64, /* all names together, of the file's size: see elf.c */
    NAMES_HEAD = 2,   /* " " and NUL: offset 0 is no name */
};

/** The work on the symbols. */
struct choosing {
    struct macho_stripping *s;
    struct span table, strings;
    uint64_t names_left;
    struct strings names;
    size_t *name_of;  /* by symbol that stays: its name among the new ones */
    size_t *alias_of; /* and the other name that it has as its value */
    uint8_t *starts;  /* by offset in the strings: a name of some symbol begins */
};

static struct macho_symbol symbol_at(const struct choosing *c, uint32_t i)
{
    return macho_symbol(&c->s->image, c->table.data + i * macho_symbol_size(&c->s->image));
}

/** Whether a symbol is to go, unless something names it. */
static bool goes(const struct choosing *c, const struct macho_symbol *symbol)
{
    return (c->s->what & IMAGE_STRIP_DEBUG && macho_symbol_is_debug(symbol)) ||
           (c->s->what & IMAGE_STRIP_LOCALS && macho_symbol_is_local(symbol));
}

/** Keep the symbol that an entry of another table has the number of. */
static bool keep_named(struct choosing *c, uint32_t number, const char *table)
{
    if (number >= c->s->image.symbol_count) {
        return MACHO_REFUSE(c->s, "%s name symbol %u, of %u", table, number,
                            c->s->image.symbol_count);
    }
    c->s->stays[number] = true;
    return true;
}

/** A relocation of the kind that has the number of a symbol; others may be in the table, too. */
static bool is_external(const struct choosing *c, const uint8_t *relocation)
{
    bool scattered = !c->s->image.wide && get_le32(relocation) & 0x80000000U;
    return !scattered && get_le32(relocation + 4) & R_EXTERN;
}

static bool keep_all_named(struct choosing *c)
{
    struct span indirect = macho_part_bytes(&c->s->image, MACHO_INDIRECT);
    struct span relocs = macho_part_bytes(&c->s->image, MACHO_RELOCS);
    for (size_t at = 0; at < indirect.size; at += 4) {
        uint32_t number = get_le32(indirect.data + at);
        if (!(number & INDIRECT_SYMBOL_NONE) && !keep_named(c, number, "indirect symbols")) {
            return false;
        }
    }
    for (size_t at = 0; at < relocs.size; at += 8) {
        if (is_external(c, relocs.data + at) &&
            !keep_named(c, get_le32(relocs.data + at + 4) & R_NUMBER, "relocations")) {
            return false;
        }
    }
    return true;
}

/** Add a name; 0 is none, and an empty one is another thing. */
static bool add_name(struct choosing *c, uint32_t i, uint64_t offset, bool stays, size_t *number)
{
    struct span name = {0};
    if (offset && (!span_cstr(c->strings, offset, &name) || name.size > c->names_left)) {
        return MACHO_REFUSE(c->s, "symbol %u: its name does not end inside the table, or all are "
                            "too long", i);
    }
    if (offset) {
        c->starts[offset] = 1;
    }
    if (stays) {
        c->names_left -= name.size;
        *number = strings_add(&c->names, name);
    }
    return true;
}

static bool choose(struct choosing *c)
{
    struct macho_stripping *s = c->s;
    uint32_t count = s->image.symbol_count;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct macho_symbol symbol = symbol_at(c, i);
        s->stays[i] |= !goes(c, &symbol);
        s->drops_symbols |= !s->stays[i];
        s->number[i] = kept;
        kept += s->stays[i];
        if (!add_name(c, i, symbol.name, s->stays[i], &c->name_of[i]) ||
            (macho_symbol_is_alias(&symbol) &&
             !add_name(c, i, symbol.value, s->stays[i], &c->alias_of[i]))) {
            return false;
        }
    }
    s->number[count] = kept;
    return true;
}

/** Refuse bytes among the names that are no name: programs that carry data have some there. */
static bool check_names(const struct choosing *c)
{
    struct span strings = c->strings;
    size_t at = strings.size > 1 && strings.data[0] == ' ' && !strings.data[1] ? 1 : 0;
    bool named = false;
    for (; at < strings.size; at++) {
        named |= c->starts[at];
        if (strings.data[at] && !named) {
            return MACHO_REFUSE(c->s, "offset %#zx: bytes among the names of symbols that no "
                                "symbol uses, such as data that a program carries",
                                (size_t)(strings.data - c->s->image.data.data) + at);
        }
        named &= strings.data[at] != 0;
    }
    return true;
}

static uint32_t new_offset(const struct choosing *c, uint64_t old, size_t name)
{
    uint32_t offset = c->names.offsets[name];
    return !old ? 0 : offset ? offset : NAMES_HEAD - 1;
}

static bool write_symbols(struct choosing *c)
{
    struct macho_stripping *s = c->s;
    size_t each = macho_symbol_size(&s->image);
    struct cursor out = {0};
    out.bytes = arena_array(s->scratch, s->image.symbol_count + (size_t)1, each);
    if (!out.bytes) {
        return error_memory(&s->error);
    }
    for (uint32_t i = 0; i < s->image.symbol_count; i++) {
        struct macho_symbol symbol = symbol_at(c, i);
        struct cursor at = out;
        if (!s->stays[i]) {
            continue;
        }
        put_bytes(&out, span_make(c->table.data + i * each, each));
        put_32(&at, new_offset(c, symbol.name, c->name_of[i]));
        at.at += 4;
        if (macho_symbol_is_alias(&symbol)) {
            put_32(&at, new_offset(c, symbol.value, c->alias_of[i]));
        }
    }
    s->symbols = span_make(out.bytes, out.at);
    return true;
}

/** Copy a table of words, some of which get the new numbers of symbols. */
static bool copy_numbers(struct choosing *c, enum macho_part_kind kind, struct span *out)
{
    struct macho_stripping *s = c->s;
    struct span copy = arena_copy(s->scratch, macho_part_bytes(&s->image, kind));
    uint8_t *bytes = (uint8_t *)copy.data;
    *out = copy;
    if (!bytes && macho_part_bytes(&s->image, kind).size) {
        return error_memory(&s->error);
    }
    for (size_t at = 0; kind == MACHO_INDIRECT && at < copy.size; at += 4) {
        uint32_t number = get_le32(bytes + at);
        if (!(number & INDIRECT_SYMBOL_NONE)) {
            put_le32(bytes + at, s->number[number]);
        }
    }
    for (size_t at = 0; kind == MACHO_RELOCS && at < copy.size; at += 8) {
        uint32_t word = get_le32(bytes + at + 4);
        if (is_external(c, bytes + at)) {
            put_le32(bytes + at + 4, (word & ~R_NUMBER) | s->number[word & R_NUMBER]);
        }
    }
    return true;
}

/** The table of names, as Apple's linkers begin it and pad it. */
static bool write_names(struct choosing *c)
{
    struct macho_stripping *s = c->s;
    size_t size = (size_t)round_up(c->names.size, s->image.wide ? 8 : 4);
    uint8_t *bytes = arena_alloc(s->scratch, size);
    if (!bytes) {
        return error_memory(&s->error);
    }
    memcpy(bytes, c->names.bytes.data, c->names.bytes.size);
    bytes[0] = ' ';
    s->names = span_make(bytes, size);
    return true;
}

bool macho_strip_symbols(struct macho_stripping *s)
{
    struct choosing c = {.s = s};
    size_t count = s->image.symbol_count;
    c.table = macho_part_bytes(&s->image, MACHO_SYMBOLS);
    c.strings = macho_part_bytes(&s->image, MACHO_NAMES);
    c.names_left = (uint64_t)s->image.data.size * NAMES_LIMIT;
    s->stays = ARENA_ARRAY(s->scratch, bool, count + 1);
    s->number = ARENA_ARRAY(s->scratch, uint32_t, count + 1);
    c.name_of = ARENA_ARRAY(s->scratch, size_t, count + 1);
    c.alias_of = ARENA_ARRAY(s->scratch, size_t, count + 1);
    c.starts = ARENA_ARRAY(s->scratch, uint8_t, c.strings.size + 1);
    if (!s->stays || !s->number || !c.name_of || !c.alias_of || !c.starts ||
        !strings_begin(&c.names, 2 * count + 1, s->scratch)) {
        return error_memory(&s->error);
    }
    if (!keep_all_named(&c) || !choose(&c)) {
        return false;
    }
    if (!s->drops_symbols) {
        return true;
    }
    if (!check_names(&c)) {
        return false;
    }
    if (!strings_lay_out(&c.names, NAMES_HEAD, s->scratch)) {
        return error_memory(&s->error);
    }
    return write_symbols(&c) && write_names(&c) &&
           copy_numbers(&c, MACHO_INDIRECT, &s->indirect) &&
           copy_numbers(&c, MACHO_RELOCS, &s->relocs);
}
