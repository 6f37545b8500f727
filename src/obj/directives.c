/* SPDX-License-Identifier: MIT */
/** Reading the directives of COFF objects. */
#include "obj/directives.h"

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

/** The text up to the first @stop, all of it without one; @rest begins behind the stop. */
static struct span cut(struct span text, uint8_t stop, struct span *rest)
{
    const uint8_t *at = text.size ? memchr(text.data, stop, text.size) : NULL;
    size_t length = at ? (size_t)(at - text.data) : text.size;
    *rest = span_from(text, length + (at != NULL));
    return span_make(text.data, length);
}

static struct span unquote(struct span text)
{
    bool quoted = text.size >= 2 && text.data[0] == '"' && text.data[text.size - 1] == '"';
    return quoted ? span_make(text.data + 1, text.size - 2) : text;
}

/** Take one word off; blanks inside quotation marks belong to it. */
static struct span next_word(struct span *rest)
{
    size_t start = 0;
    while (start < rest->size && is_blank(rest->data[start])) {
        start++;
    }
    size_t end = start;
    bool quoted = false;
    while (end < rest->size && (quoted || !is_blank(rest->data[end]))) {
        quoted ^= rest->data[end++] == '"';
    }
    struct span word = span_from(*rest, start);
    word.size = end - start;
    *rest = span_from(*rest, end);
    return word;
}

static bool is_option(struct span name, const char *option)
{
    size_t length = strlen(option);
    for (size_t i = 0; i < length && i < name.size; i++) {
        uint8_t c = name.data[i];
        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != option[i]) {
            return false;
        }
    }
    return name.size == length;
}

/** Split the value of an option into what counts and the rest. */
static void take_value(struct obj_directive *directive, struct span value)
{
    struct span rest;
    switch (directive->kind) {
    case DIRECTIVE_ALTERNATE:
        directive->value = cut(value, '=', &directive->instead);
        break;
    case DIRECTIVE_EXPORT: {
        struct span inner;
        struct span outer = cut(unquote(cut(value, ',', &rest)), '=', &inner);
        bool forwards = inner.size && memchr(inner.data, '.', inner.size); /* to another DLL */
        directive->value = forwards ? span_make(NULL, 0) : inner.size ? inner : outer;
        break;
    }
    case DIRECTIVE_ALIGNCOMM:
        directive->value = unquote(cut(value, ',', &rest));
        for (size_t i = 0; i < rest.size && directive->align < 100; i++) {
            bool digit = rest.data[i] >= '0' && rest.data[i] <= '9';
            directive->align = digit ? directive->align * 10 + rest.data[i] - '0' : 100;
        }
        break;
    case DIRECTIVE_GUARD:
        directive->value = unquote(cut(value, ',', &rest));
        break;
    default:
        directive->value = value;
        break;
    }
}

static struct obj_directive read_directive(struct span word)
{
    static const struct {
        const char *name;
        enum obj_directive_kind kind;
    } options[] = {
        {"include", DIRECTIVE_INCLUDE},         {"entry", DIRECTIVE_ENTRY},
        {"export", DIRECTIVE_EXPORT},           {"alternatename", DIRECTIVE_ALTERNATE},
        {"defaultlib", DIRECTIVE_DEFAULTLIB},   {"aligncomm", DIRECTIVE_ALIGNCOMM},
        {"exclude-symbols", DIRECTIVE_EXCLUDE}, {"guardsym", DIRECTIVE_GUARD},
        {"failifmismatch", DIRECTIVE_MISMATCH},
    };
    struct obj_directive directive = {.kind = DIRECTIVE_OTHER, .word = word};
    struct span value;
    word = unquote(word);
    if (word.size == 0 || (word.data[0] != '/' && word.data[0] != '-')) {
        return directive;
    }
    struct span name = cut(span_from(word, 1), ':', &value);
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (is_option(name, options[i].name)) {
            directive.kind = options[i].kind;
            take_value(&directive, unquote(value));
            break;
        }
    }
    return directive;
}

bool obj_next_directive(struct span *rest, struct obj_directive *directive)
{
    if (span_starts(*rest, "\xef\xbb\xbf")) { /* a byte-order mark may come first */
        *rest = span_from(*rest, 3);
    }
    struct span word = next_word(rest);
    *directive = read_directive(word);
    return word.size != 0;
}

bool obj_directive_symbol(struct obj_directive *directive, struct span *name)
{
    *name = span_make(NULL, 0);
    if (directive->kind == DIRECTIVE_OTHER || directive->kind == DIRECTIVE_DEFAULTLIB ||
        directive->kind == DIRECTIVE_MISMATCH) {
        return false;
    }
    while (directive->value.size && !name->size) {
        struct span rest = span_make(NULL, 0);
        *name = directive->kind == DIRECTIVE_EXCLUDE ? unquote(cut(directive->value, ',', &rest))
                                                     : directive->value;
        directive->value = rest;
    }
    if (!name->size) {
        *name = directive->instead;
        directive->instead = span_make(NULL, 0);
    }
    return name->size != 0;
}
