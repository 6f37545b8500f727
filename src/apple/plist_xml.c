/* SPDX-License-Identifier: MIT */
/** Property lists in XML: what the DTD of Apple allows, and comments. */
#include "apple/plist.h"

struct xml {
    struct span text;
    size_t at;
    struct arena *arena;
    struct error *error;
};

static bool bad(struct xml *x, size_t at, const char *what)
{
    return error_set(x->error, "offset 0x%zx: %s", at, what);
}

static struct span rest(const struct xml *x)
{
    return span_from(x->text, x->at);
}

/** The length of the sequence of UTF-8 at the beginning of @text; 0: it is none. */
static size_t utf8_length(struct span text)
{
    const uint8_t *at = text.data;
    size_t length = at[0] < 0x80    ? 1
                    : at[0] < 0xc2  ? 0
                    : at[0] < 0xe0  ? 2
                    : at[0] < 0xf0  ? 3
                    : at[0] <= 0xf4 ? 4
                                    : 0;
    if (length > text.size) {
        return 0;
    }
    for (size_t i = 1; i < length; i++) {
        if (at[i] >> 6 != 2) {
            return 0;
        }
    }
    bool wrong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
                 (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f);
    return wrong ? 0 : length;
}

/** XML has no other control characters than these. */
static bool is_control(uint8_t c)
{
    return c < ' ' && c != '\t' && c != '\r' && c != '\n';
}

static bool check_text(struct xml *x)
{
    for (size_t i = 0; i < x->text.size;) {
        size_t length = utf8_length(span_from(x->text, i));
        if (!length || is_control(x->text.data[i])) {
            return bad(x, i, "neither UTF-8 nor a character of XML");
        }
        i += length;
    }
    return true;
}

static void skip_spaces(struct xml *x)
{
    while (x->at < x->text.size && memchr(" \t\r\n", x->text.data[x->at], 4)) {
        x->at++;
    }
}

/** Go behind the next @end. */
static bool skip_to(struct xml *x, const char *end)
{
    size_t from = x->at;
    for (; x->at < x->text.size; x->at++) {
        if (span_starts(rest(x), end)) {
            x->at += strlen(end);
            return true;
        }
    }
    return bad(x, from, "markup without an end");
}

/** Skip spaces, comments and instructions. */
static bool skip(struct xml *x)
{
    for (;;) {
        skip_spaces(x);
        bool comment = span_starts(rest(x), "<!--");
        if (!comment && !span_starts(rest(x), "<?")) {
            return true;
        }
        x->at += comment ? 4 : 2;
        if (!skip_to(x, comment ? "-->" : "?>")) {
            return false;
        }
    }
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

/** An XML declaration names no other encoding. */
static bool check_encoding(struct xml *x)
{
    static const char *const known[] = {"utf-8", "us-ascii", "ascii"};
    size_t from = x->at;
    struct span name = {0};
    if (!span_starts(rest(x), "<?xml")) {
        return true;
    }
    while (x->at < x->text.size && !name.data && !span_starts(rest(x), "?>")) {
        if (span_starts(rest(x), "encoding")) {
            name = span_from(x->text, x->at + strlen("encoding"));
        }
        x->at++;
    }
    while (name.size && memchr(" \t\r\n=\"'", name.data[0], 7)) {
        name = span_from(name, 1);
    }
    bool fits = name.data == NULL;
    for (size_t i = 0; i < sizeof known / sizeof *known && !fits; i++) {
        size_t size = strlen(known[i]);
        fits = name.size > size && memchr("\"'", name.data[size], 2);
        for (size_t j = 0; fits && j < size; j++) {
            fits = lower(name.data[j]) == (uint8_t)known[i][j];
        }
    }
    x->at = from;
    return fits || bad(x, from, "another encoding than UTF-8");
}

/** A document type without declarations of its own. */
static bool skip_doctype(struct xml *x)
{
    size_t from = x->at;
    uint8_t quote = 0;
    if (!span_starts(rest(x), "<!DOCTYPE")) {
        return true;
    }
    for (; x->at < x->text.size; x->at++) {
        uint8_t c = x->text.data[x->at];
        if (!quote && c == '[') {
            return bad(x, x->at, "a document type with declarations of its own");
        }
        if (!quote && c == '>') {
            x->at++;
            return skip(x);
        }
        quote = quote == c ? 0 : !quote && (c == '"' || c == '\'') ? c : quote;
    }
    return bad(x, from, "markup without an end");
}

/** A tag. */
struct tag {
    size_t at;
    struct span name;
    bool closes; /* </name> */
    bool empty;  /* <name/> */
};

static bool is_name(uint8_t c)
{
    return lower(c) >= 'a' && lower(c) <= 'z';
}

/** Read the tag at the place; attributes are passed over. */
static bool read_tag(struct xml *x, struct tag *tag)
{
    uint8_t quote = 0;
    *tag = (struct tag){.at = x->at};
    if (!span_starts(rest(x), "<")) {
        return bad(x, x->at, "text outside a value, or an end that is missing");
    }
    x->at++;
    tag->closes = span_starts(rest(x), "/");
    x->at += tag->closes;
    tag->name = span_make(x->text.data + x->at, 0);
    while (x->at < x->text.size && is_name(x->text.data[x->at])) {
        x->at++;
        tag->name.size++;
    }
    if (!tag->name.size || x->at == x->text.size ||
        !memchr(" \t\r\n/>", x->text.data[x->at], 6)) {
        return bad(x, tag->at, "no tag of a property list");
    }
    for (; x->at < x->text.size; x->at++) {
        uint8_t c = x->text.data[x->at];
        if (!quote && c == '<') {
            break;
        }
        if (!quote && c == '>') {
            tag->empty = !tag->closes && x->text.data[x->at - 1] == '/';
            x->at++;
            return true;
        }
        quote = quote == c ? 0 : !quote && (c == '"' || c == '\'') ? c : quote;
    }
    return bad(x, tag->at, "markup without an end");
}

/** Whether what is next ends the element. */
static bool read_end(struct xml *x, const struct tag *tag)
{
    struct tag end;
    return read_tag(x, &end) && ((end.closes && span_equal(end.name, tag->name)) ||
                                 bad(x, end.at, "the end of another element is missing"));
}

/* ---- text -------------------------------------------------------------------------------- */

struct writing {
    uint8_t *to;
    size_t size;
};

static unsigned digit(uint8_t c, unsigned base)
{
    unsigned value = c >= '0' && c <= '9'               ? c - (unsigned)'0'
                     : lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10U
                                                        : 16;
    return value < base ? value : 16;
}

/** A character by its number: what is behind "&#". */
static bool read_number_of(struct span name, uint32_t *c)
{
    bool hex = name.size && name.data[0] == 'x';
    *c = 0;
    for (size_t i = hex; i < name.size; i++) {
        unsigned value = digit(name.data[i], hex ? 16 : 10);
        if (value == 16 || *c > 0x10ffff) {
            return false;
        }
        *c = *c * (hex ? 16 : 10) + value;
    }
    bool surrogate = *c >> 11 == 0x1b;
    return name.size > hex && *c <= 0x10ffff && !surrogate && *c != 0xfffe && *c != 0xffff &&
           !(*c < ' ' && is_control((uint8_t)*c));
}

/** What stands for a character: "&amp;". It is longer than the character. */
static bool read_entity(struct xml *x, struct writing *w)
{
    static const struct {
        const char *name;
        char c;
    } entities[] = {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"apos", '\''}, {"quot", '"'}};
    size_t from = x->at++;
    struct span name = span_make(x->text.data + x->at, 0);
    while (x->at < x->text.size && x->text.data[x->at] != ';' && name.size < 12) {
        name.size++;
        x->at++;
    }
    if (!span_starts(rest(x), ";")) {
        return bad(x, from, "no entity that is known");
    }
    x->at++;
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        if (span_is(name, entities[i].name)) {
            w->to[w->size++] = (uint8_t)entities[i].c;
            return true;
        }
    }
    uint32_t c;
    if (!span_starts(name, "#") || !read_number_of(span_from(name, 1), &c)) {
        return bad(x, from, "no entity that is known");
    }
    w->size += plist_put_utf8(c, w->to + w->size);
    return true;
}

/** The size of what is between this place and the end tag, before it is decoded. */
static size_t measure(const struct xml *x)
{
    struct xml ahead = *x;
    struct error ignored = {0};
    ahead.error = &ignored;
    while (ahead.at < ahead.text.size) {
        bool data = span_starts(rest(&ahead), "<![CDATA[");
        if (data || span_starts(rest(&ahead), "<!--")) {
            if (!skip_to(&ahead, data ? "]]>" : "-->")) {
                break;
            }
        } else if (ahead.text.data[ahead.at] == '<') {
            break;
        } else {
            ahead.at++;
        }
    }
    return ahead.at - x->at;
}

/** All characters up to @end, or to a tag if it is NULL. Lines end in one way. */
static bool read_characters(struct xml *x, const char *end, struct writing *w)
{
    size_t from = x->at;
    while (x->at < x->text.size) {
        uint8_t c = x->text.data[x->at];
        if (end ? span_starts(rest(x), end) : c == '<') {
            break;
        }
        if (!end && c == '&') {
            if (!read_entity(x, w)) {
                return false;
            }
            continue;
        }
        x->at++;
        bool line = c == '\r';
        x->at += line && span_starts(rest(x), "\n");
        w->to[w->size++] = line ? '\n' : c;
    }
    if (x->at == x->text.size) {
        return bad(x, from, "text without an end");
    }
    x->at += end ? strlen(end) : 0;
    return true;
}

/** The text of an element, and its end. */
static bool read_text(struct xml *x, const struct tag *tag, struct span *text)
{
    struct writing w = {.to = arena_alloc(x->arena, tag->empty ? 1 : measure(x) + 1)};
    if (!w.to) {
        return error_memory(x->error);
    }
    bool done = true;
    while (done && !tag->empty) {
        if (span_starts(rest(x), "<![CDATA[")) {
            x->at += strlen("<![CDATA[");
            done = read_characters(x, "]]>", &w);
        } else if (span_starts(rest(x), "<!--")) {
            done = skip_to(x, "-->");
        } else if (span_starts(rest(x), "<")) {
            done = read_end(x, tag);
            break;
        } else {
            done = read_characters(x, NULL, &w);
        }
    }
    *text = span_make(w.to, w.size);
    return done;
}

/* ---- values ------------------------------------------------------------------------------ */

static bool read_integer(struct xml *x, const struct tag *tag, struct plist *plist)
{
    struct span text;
    if (!read_text(x, tag, &text)) {
        return false;
    }
    while (text.size && memchr(" \t\n", text.data[text.size - 1], 3)) {
        text.size--;
    }
    while (text.size && memchr(" \t\n", text.data[0], 3)) {
        text = span_from(text, 1);
    }
    plist->negative = span_starts(text, "-");
    text = span_from(text, plist->negative || span_starts(text, "+"));
    bool hex = span_starts(text, "0x") || span_starts(text, "0X");
    text = span_from(text, hex ? 2 : 0);
    unsigned base = hex ? 16 : 10;
    bool done = text.size > 0;
    for (size_t i = 0; done && i < text.size; i++) {
        unsigned value = digit(text.data[i], base);
        done = value < base && plist->number <= (UINT64_MAX - value) / base;
        plist->number = plist->number * base + value;
    }
    done = done && !(plist->negative && plist->number > UINT64_C(1) << 63);
    plist->negative = plist->negative && plist->number;
    return done || bad(x, tag->at, "no integer of 64 bits");
}

static bool read_value(struct xml *x, const struct tag *tag, unsigned depth, struct plist *plist);

/** Room for one more value, and its key. */
static bool grow(struct xml *x, struct plist *plist, size_t *capacity)
{
    size_t room = *capacity;
    if (plist->kind == PLIST_DICT) {
        size_t keys = room;
        struct span *list =
            arena_grow(x->arena, plist->keys, plist->count, &keys, 4, sizeof *plist->keys);
        if (!list) {
            return error_memory(x->error);
        }
        plist->keys = list;
    }
    struct plist *list =
        arena_grow(x->arena, plist->list, plist->count, capacity, 4, sizeof *plist->list);
    plist->list = list ? list : plist->list;
    return list || error_memory(x->error);
}

/** The values of an array or a dictionary, up to its end. */
// NOLINTNEXTLINE(misc-no-recursion): bounded by PLIST_MOST_DEPTH
static bool read_list(struct xml *x, const struct tag *tag, unsigned depth, struct plist *plist)
{
    size_t capacity = 0;
    plist->kind = span_is(tag->name, "dict") ? PLIST_DICT : PLIST_ARRAY;
    if (depth == PLIST_MOST_DEPTH) {
        return bad(x, tag->at, "lists in lists, too deep");
    }
    while (!tag->empty) {
        struct tag next;
        struct span key = {0};
        if (!skip(x) || !read_tag(x, &next)) {
            return false;
        }
        if (next.closes) {
            return span_equal(next.name, tag->name) ||
                   bad(x, next.at, "the end of another element is missing");
        }
        if (!grow(x, plist, &capacity)) {
            return false;
        }
        if (plist->kind == PLIST_DICT) {
            if (!span_is(next.name, "key")) {
                return bad(x, next.at, "a value without a key");
            }
            if (!read_text(x, &next, &key)) {
                return false;
            }
            if (!plist_takes_key(plist, key)) {
                return bad(x, next.at, "a key that is there twice, or is one of too many");
            }
            plist->keys[plist->count] = key;
            if (!skip(x) || !read_tag(x, &next)) {
                return false;
            }
        }
        if (!read_value(x, &next, depth + 1, &plist->list[plist->count])) {
            return false;
        }
        plist->count++;
    }
    return true;
}

// NOLINTNEXTLINE(misc-no-recursion): bounded by PLIST_MOST_DEPTH
static bool read_value(struct xml *x, const struct tag *tag, unsigned depth, struct plist *plist)
{
    static const char *const passed[] = {"real", "date", "data"};
    struct span name = tag->name;
    struct span text;
    if (tag->closes) {
        return bad(x, tag->at, "an end without a beginning");
    }
    if (span_is(name, "dict") || span_is(name, "array")) {
        return read_list(x, tag, depth, plist);
    }
    if (span_is(name, "string")) {
        plist->kind = PLIST_STRING;
        return read_text(x, tag, &plist->text);
    }
    if (span_is(name, "integer")) {
        plist->kind = PLIST_INTEGER;
        return read_integer(x, tag, plist);
    }
    if (span_is(name, "true") || span_is(name, "false")) {
        plist->kind = PLIST_BOOL;
        plist->number = span_is(name, "true");
        return tag->empty || read_end(x, tag);
    }
    plist->kind = PLIST_OTHER;
    for (size_t i = 0; i < sizeof passed / sizeof *passed; i++) {
        if (span_is(name, passed[i])) {
            return read_text(x, tag, &text);
        }
    }
    return bad(x, tag->at, "no value of a property list");
}

bool plist_read_xml(struct span file, struct arena *arena, struct plist *plist,
                    struct error *error)
{
    static const char mark[] = "\xef\xbb\xbf";
    struct xml x = {.text = file, .arena = arena, .error = error};
    struct tag root;
    struct tag value;
    x.at = span_starts(file, mark) ? sizeof mark - 1 : 0;
    if (!check_text(&x) || !check_encoding(&x) || !skip(&x) || !skip_doctype(&x) ||
        !read_tag(&x, &root)) {
        return false;
    }
    if (!span_is(root.name, "plist") || root.closes || root.empty) {
        return bad(&x, root.at, "no property list");
    }
    return skip(&x) && read_tag(&x, &value) && read_value(&x, &value, 0, plist) && skip(&x) &&
           read_end(&x, &root) && skip(&x) &&
           (x.at == x.text.size || bad(&x, x.at, "text behind the property list"));
}
